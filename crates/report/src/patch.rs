//! What people changed in a register: as tables that are read before it is taken, and as a file.

use std::io::{self, Write};

use model::diagnostic::Origin;
use model::score::Range;
use serde::Serialize;

use crate::sheet::{Sheet, Value, percent};
use crate::view::count;

/// The columns of a patch, as readers know them.
const COLUMNS: [&str; 5] = ["file", "id", "column", "before", "after"];

/// What an edited register says, against what was exported and what the sources say now.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Difference {
    /// What is to be taken, by file, id and column.
    pub changes: Vec<Change>,
    /// What the sources say differently by now.
    pub conflicts: Vec<Conflict>,
    /// What does not come back, and why.
    pub ignored: Vec<Ignored>,
    /// Changes that the sources have made already.
    pub needless: usize,
}

/// A cell that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The file of the record.
    pub file: String,
    /// The record's id.
    pub id: String,
    /// The column of the register.
    pub column: &'static str,
    /// What the source says.
    pub before: String,
    /// What it is to say.
    pub after: String,
    /// Where the record stands.
    pub origin: Origin,
}

/// A cell that was changed, here and in the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The record's id.
    pub id: String,
    /// The column of the register.
    pub column: &'static str,
    /// What was exported.
    pub exported: String,
    /// What it was changed to.
    pub edited: String,
    /// What the source says.
    pub now: String,
    /// Where the record stands.
    pub origin: Origin,
}

/// Something in the edited register that does not come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ignored {
    /// The id of the row.
    pub id: String,
    /// Why: a fact, and the way out.
    pub reason: String,
    /// Where it stands.
    pub origin: Origin,
}

/// What the changes do to the headline.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Impact {
    /// Coverage as it is.
    pub before: Range,
    /// Coverage once the changes are taken.
    pub after: Range,
}

impl Impact {
    /// The impact in a sentence.
    #[must_use]
    pub fn says(&self) -> String {
        let figure = |before: f64, after: f64, word: &str| {
            let fine = |share: f64| format!("{:.2} %", share * 100.0);
            let shown = |show: &dyn Fn(f64) -> String| {
                let (before, after) = (show(before), show(after));
                (before != after).then(|| format!("{after} {word} instead of {before}"))
            };
            let shown = shown(&percent).or_else(|| shown(&fine));
            shown.unwrap_or_else(|| format!("{} {word} as before", percent(after)))
        };
        let Self { before, after } = self;
        let proven = figure(before.lo, after.lo, "proven");
        let expected = figure(before.exp, after.exp, "expected");
        format!("Coverage with these changes: {proven}, {expected}")
    }
}

/// The difference as tables, with what it comes to.
#[must_use]
pub fn sheets(difference: &Difference, impact: Option<Impact>) -> Vec<Sheet> {
    let mut sheets = vec![changes(difference, impact)];
    if !difference.conflicts.is_empty() {
        sheets.push(conflicts(&difference.conflicts));
    }
    if !difference.ignored.is_empty() {
        sheets.push(ignored(&difference.ignored));
    }
    sheets
}

fn changes(difference: &Difference, impact: Option<Impact>) -> Sheet {
    let changes = &difference.changes;
    let mut records: Vec<_> = changes.iter().map(|change| (&change.file, &change.id)).collect();
    records.dedup();
    let title = match changes.len() {
        0 => "Nothing to take".to_owned(),
        n => format!("{} of {}", count(n, "change"), count(records.len(), "record")),
    };
    let names = [("Record", "id"), ("Column", "column"), ("Change", "change"), ("Where", "origin")];
    let mut sheet = Sheet::new(title, &names);
    sheet.notes.extend(impact.map(|impact| impact.says()));
    if difference.needless > 0 {
        let changes = count(difference.needless, "change");
        sheet.notes.push(format!("The sources say the same already for {changes}"));
    }
    sheet.rows = changes
        .iter()
        .map(|change| {
            let says = says(change.column, &change.before, &change.after);
            let origin = change.origin.to_string();
            [change.id.clone(), change.column.to_owned(), says, origin].map(Value::text).into()
        })
        .collect();
    sheet
}

/// A change in few words: of a list, what came and what went.
fn says(column: &str, before: &str, after: &str) -> String {
    let shown = |text: &str| if text.is_empty() { "(blank)".to_owned() } else { text.to_owned() };
    let is_list = matches!(
        column,
        "techniques" | "mitigations" | "controls" | "data_components" | "platforms"
    );
    if !is_list || before.is_empty() || after.is_empty() {
        return format!("{} -> {}", shown(before), shown(after));
    }
    let items = |text: &'_ str| text.split("; ").map(str::to_owned).collect::<Vec<_>>();
    let (before, after) = (items(before), items(after));
    let gone = before.iter().filter(|item| !after.contains(item)).map(|item| format!("-{item}"));
    let new = after.iter().filter(|item| !before.contains(item)).map(|item| format!("+{item}"));
    gone.chain(new).collect::<Vec<_>>().join(" ")
}

fn conflicts(conflicts: &[Conflict]) -> Sheet {
    let title = format!(
        "{}: the source has changed too, so it is not taken",
        count(conflicts.len(), "conflict")
    );
    let names = [
        ("Record", "id"),
        ("Column", "column"),
        ("Exported", "exported"),
        ("Edited", "edited"),
        ("Source now", "now"),
        ("Where", "origin"),
    ];
    let mut sheet = Sheet::new(title, &names);
    sheet.rows = conflicts
        .iter()
        .map(|c| {
            let [exported, edited, now] = [&c.exported, &c.edited, &c.now]
                .map(|text| if text.is_empty() { "(blank)".to_owned() } else { text.clone() });
            let origin = c.origin.to_string();
            let texts = [c.id.clone(), c.column.to_owned(), exported, edited, now, origin];
            texts.map(Value::text).into()
        })
        .collect();
    sheet
}

fn ignored(ignored: &[Ignored]) -> Sheet {
    let names = [("Record", "id"), ("Why", "reason"), ("Where", "origin")];
    let mut sheet = Sheet::new("What does not come back", &names);
    let texts = |row: &Ignored| [row.id.clone(), row.reason.clone(), row.origin.to_string()];
    sheet.rows = ignored.iter().map(|row| texts(row).map(Value::text).into()).collect();
    sheet
}

/// Writes changes as a patch, in their order.
///
/// # Errors
/// Those of the writer.
pub fn csv<'a>(changes: impl Iterator<Item = [&'a str; 5]>, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = ::csv::Writer::from_writer(out);
    csv.write_record(COLUMNS)?;
    for change in changes {
        csv.write_record(change.map(inert))?;
    }
    csv.flush()
}

/// A text such that neither a spreadsheet nor a terminal acts on it. -1 is no formula.
fn inert(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(crate::printable).collect();
    let text = lines.join("\n");
    if text.parse::<f64>().is_ok() { text } else { crate::csv::no_formula(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_shows_what_came_and_what_went() {
        let says = |column, before, after| says(column, before, after);
        assert_eq!(says("techniques", "T1059; T1566", "T1059; T1021"), "-T1566 +T1021");
        assert_eq!(says("techniques", "", "T1021"), "(blank) -> T1021");
        assert_eq!(says("status", "enabled", ""), "enabled -> (blank)");
    }

    #[test]
    fn a_small_impact_is_shown_with_decimals() {
        let coverage = |exp| Range { lo: 0.0, exp, hi: 1.0 };
        let says =
            |before, after| Impact { before: coverage(before), after: coverage(after) }.says();
        let proven = "Coverage with these changes: 0 % proven as before,";
        assert_eq!(says(0.46, 0.44), format!("{proven} 44 % expected instead of 46 %"));
        assert_eq!(says(0.461, 0.462), format!("{proven} 46.20 % expected instead of 46.10 %"));
        assert_eq!(says(0.46, 0.46), format!("{proven} 46 % expected as before"));
    }

    #[test]
    fn no_text_of_a_patch_is_a_formula_and_a_number_is_none() {
        let mut out = Vec::new();
        let change = ["a.csv", "=C1", "dettect", "-1", "-1+1\n=2"];
        csv([change].into_iter(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "file,id,column,before,after\na.csv,'=C1,dettect,-1,\"'-1+1\n=2\"\n");
    }
}
