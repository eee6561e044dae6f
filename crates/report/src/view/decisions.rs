//! What was decided, by whom and until when, and how it stands.

use std::fmt::Write;

use model::date::Date;
use model::decisions::{Decisions, Standing, State};
use model::id::TechniqueId;
use model::inputs::{Decided, Decision};
use serde::Serialize;

use super::count;
use crate::sheet::{Sheet, Value};

/// Every decision, the most urgent first.
#[must_use]
pub fn sheet(found: &Decisions) -> Sheet {
    let mut sheet = Sheet::new(
        finding(found),
        &[
            ("State", "state"),
            ("Day", "day"),
            ("Technique", "technique"),
            ("Name", "name"),
            ("Decision", "decision"),
            ("Owner", "owner"),
            ("Ticket", "ticket"),
            ("Approver", "approver"),
            ("Gap", "rank"),
            ("Reason", "reason"),
        ],
    )
    .optional(&["ticket", "approver", "rank", "reason"]);
    sheet.notes.push(format!("As of {}", found.as_of));
    let excluded_for_good = |s: &&Standing| {
        s.decided.decision != Decision::Fix && s.decided.until.is_none() && s.state < State::Done
    };
    let endless: Vec<String> = found
        .decisions
        .iter()
        .filter(excluded_for_good)
        .map(|standing| standing.technique.to_string())
        .collect();
    if !endless.is_empty() {
        sheet.notes.push(format!("Without an end: {}", endless.join(", ")));
    }
    sheet.rows = found.decisions.iter().map(row).collect();
    sheet
}

fn finding(found: &Decisions) -> String {
    let of = |state: State| found.decisions.iter().filter(|s| s.state == state).count();
    let all = match found.decisions.len() {
        0 => return "Nothing was decided".to_owned(),
        n => count(n, "decision"),
    };
    let states = [
        (of(State::Overdue), "overdue".to_owned()),
        (of(State::Expired), "expired".to_owned()),
        (of(State::Soon), format!("due or ending within {} days", found.soon)),
        (of(State::Done), "done".to_owned()),
    ];
    let said = states.iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{n} {words}"));
    let said: Vec<String> = said.collect();
    match (said.is_empty(), of(State::InForce)) {
        (true, _) => format!("{all}, none of them urgent"),
        (false, 0) => format!("{all}: {}", said.join(", ")),
        (false, n) => format!("{all}: {}, {n} in force", said.join(", ")),
    }
}

fn row(standing: &Standing) -> Vec<Value> {
    let decided = &standing.decided;
    let said = |text: &Option<String>| Value::text(text.as_deref().unwrap_or_default());
    vec![
        Value::text(standing.state.word()),
        Value::text(decided.day().map(|day| day.to_string()).unwrap_or_default()),
        Value::text(standing.technique.to_string()),
        Value::text(&standing.name),
        Value::text(decided.decision.word()),
        said(&decided.owner),
        said(&decided.ticket),
        said(&decided.approver),
        standing.rank.map_or(Value::Blank, Value::Whole),
        said(&decided.reason),
    ]
}

/// What a workbook that was filled in decides, beside what the project says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FilledIn {
    /// The schema of the JSON.
    pub schema: &'static str,
    /// What the file is called.
    pub from: String,
    /// The decisions, in the order of its rows.
    pub decisions: Vec<Filled>,
    /// Rows about which nothing is decided.
    pub undecided: usize,
    /// Rows that are filled in and not understood.
    pub not_taken: usize,
}

/// A decision of a workbook that was filled in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Filled {
    /// The technique.
    pub technique: TechniqueId,
    /// Its name.
    pub name: String,
    /// How it stands to what the project says.
    pub project: Against,
    /// What was decided.
    #[serde(flatten)]
    pub decided: Decided,
}

/// How a decision stands to what a project says already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// Nothing was decided about the technique.
    New,
    /// Another table says something else.
    Changed,
    /// The project's own file says something else, and holds.
    Outweighed,
    /// It says the same.
    Same,
}

impl Against {
    const ALL: [Self; 4] = [Self::New, Self::Changed, Self::Outweighed, Self::Same];

    fn words(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Outweighed => "overruled",
            Self::Same => "same",
        }
    }
}

/// The decisions of a workbook, a row each, and how they stand to what the project says.
#[must_use]
pub fn filled_in(found: &FilledIn) -> Sheet {
    let mut sheet = Sheet::new(
        summary(found),
        &[
            ("Technique", "technique"),
            ("Name", "name"),
            ("Decision", "decision"),
            ("Day", "day"),
            ("Owner", "owner"),
            ("Project", "project"),
            ("Ticket", "ticket"),
            ("Reason", "reason"),
        ],
    )
    .optional(&["ticket", "reason"]);
    if found.undecided > 0 {
        sheet.notes.push(format!("{} without a decision", count(found.undecided, "row")));
    }
    if found.not_taken > 0 {
        let rows = count(found.not_taken, "row");
        sheet.notes.push(format!("{rows} filled in, but not understood: see the warnings"));
    }
    if found.decisions.iter().any(|filled| filled.project == Against::Outweighed) {
        sheet.notes.push("Overruled: lacuna.toml says otherwise, and holds".to_owned());
    }
    let said = |text: &Option<String>| Value::text(text.as_deref().unwrap_or_default());
    let row = |Filled { technique, name, project, decided }: &Filled| {
        vec![
            Value::text(technique.to_string()),
            Value::text(name),
            Value::text(decided.decision.word()),
            Value::text(decided.day().map(|day| day.to_string()).unwrap_or_default()),
            said(&decided.owner),
            Value::text(project.words()),
            said(&decided.ticket),
            said(&decided.reason),
        ]
    };
    sheet.rows = found.decisions.iter().map(row).collect();
    sheet
}

fn summary(found: &FilledIn) -> String {
    let states = Against::ALL.into_iter().filter_map(|state| {
        let n = found.decisions.iter().filter(|filled| filled.project == state).count();
        (n > 0).then(|| format!("{n} {}", state.words()))
    });
    let states: Vec<String> = states.collect();
    match found.decisions.len() {
        0 => format!("Nothing is decided in {}", found.from),
        n => format!("{} in {}: {}", count(n, "decision"), found.from, states.join(", ")),
    }
}

/// The decisions of a workbook as a table that can be read again.
#[must_use]
pub fn table(found: &FilledIn) -> Sheet {
    let mut sheet = Sheet::new(
        "",
        &[
            ("Technique", "technique"),
            ("Name", "name"),
            ("Decision", "decision"),
            ("Owner", "owner"),
            ("Due", "due"),
            ("Until", "until"),
            ("Ticket", "ticket"),
            ("Reason", "reason"),
            ("Approver", "approver"),
        ],
    );
    let said = |text: &Option<String>| Value::text(text.as_deref().unwrap_or_default());
    let day = |day: Option<Date>| Value::text(day.map(|d| d.to_string()).unwrap_or_default());
    let row = |Filled { technique, name, decided, .. }: &Filled| {
        vec![
            Value::text(technique.to_string()),
            Value::text(name),
            Value::text(decided.decision.word()),
            said(&decided.owner),
            day(decided.due),
            day(decided.until),
            said(&decided.ticket),
            said(&decided.reason),
            said(&decided.approver),
        ]
    };
    sheet.rows = found.decisions.iter().map(row).collect();
    sheet
}

/// The decisions of a workbook as blocks for `lacuna.toml`.
#[must_use]
pub fn blocks(found: &FilledIn) -> String {
    let mut text = format!(
        "# {} of {}\n",
        count(found.decisions.len(), "decision"),
        crate::printable(&found.from)
    );
    for Filled { technique, name, decided, .. } in &found.decisions {
        let name = crate::printable(name);
        let _ = write!(text, "\n[[disposition]]\ntechnique = \"{technique}\" # {name}\n");
        let _ = writeln!(text, "decision = \"{}\"", decided.decision.word());
        let texts = [
            ("owner", &decided.owner),
            ("approver", &decided.approver),
            ("ticket", &decided.ticket),
            ("reason", &decided.reason),
        ];
        for (key, value) in texts.into_iter().filter_map(|(key, v)| Some((key, v.as_ref()?))) {
            let _ = writeln!(text, "{key} = {}", quoted(value));
        }
        for (key, day) in [("due", decided.due), ("until", decided.until)] {
            let _ = day.map(|day| writeln!(text, "{key} = {day}"));
        }
    }
    text
}

/// A text as TOML quotes it: JSON's escapes are TOML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(crate::printable(text)).to_string()
}
