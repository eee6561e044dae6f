//! Tables the other way round: a row a technique, and in a cell the controls that cover it. They
//! are turned, so that each control is a record with its techniques.

use std::collections::{BTreeMap, BTreeSet};

use model::attack::Attack;
use model::diagnostic::{Code, Diagnostic, Origin};

use super::columns::Chosen;
use super::{Layout, listing, numbers, place_of};
use crate::column::Column;
use crate::extract::{self, AttackId};
use crate::record::{Raw, Said, shortened};
use crate::table::{Cell, CellKind, Row, normalise_header};

/// So many rows are looked at to tell what a table is.
const ROWS: usize = 200;

/// Words for controls in the name of a column that lists them.
const WORDS: [&str; 10] = [
    "control",
    "controls",
    "safeguard",
    "safeguards",
    "countermeasures",
    "kontrolle",
    "kontrollen",
    "massnahmen",
    "maßnahmen",
    "sicherheitsmaßnahmen",
];

/// What a row says of its technique that holds for the controls in it.
const CARRIED: [Column; 14] = [
    Column::Kind,
    Column::Function,
    Column::Platforms,
    Column::Status,
    Column::Basis,
    Column::Strength,
    Column::Level,
    Column::Ctid,
    Column::Dettect,
    Column::Family,
    Column::Telemetry,
    Column::Scope,
    Column::Bundle,
    Column::Owner,
];

/// Controls that one cell may name.
const CONTROLS: usize = 1_000;

/// Bytes of text that may be copied from rows to the controls in them.
const BYTES: usize = 128 << 20;

/// Where such a table says what.
pub(super) struct Lists {
    /// The column with a technique a row.
    technique: usize,
    /// The columns with lists of controls, with their names as they are written.
    pub(super) lists: Vec<(usize, String)>,
}

/// Where a table lists controls by technique; `None` where it does not.
pub(super) fn lists(
    header: &Row,
    rows: &[Row],
    chosen: &Chosen,
    layout: &Layout,
    attack: &Attack,
) -> Option<Lists> {
    let of = |wanted| chosen.columns.iter().filter(move |(_, c)| *c == wanted).map(|(at, _)| *at);
    let mut techniques = of(Column::Techniques);
    let (technique, None) = (techniques.next()?, techniques.next()) else { return None };
    let is_said = layout.columns.contains_key(&Column::Controls);
    let may_list = |at: usize| match chosen.columns.binary_search_by_key(&at, |(at, _)| *at) {
        Ok(ix) => chosen.columns[ix].1 == Column::Controls,
        Err(_) => {
            let name = normalise_header(chosen.name(at));
            !is_said && name.split(' ').any(|word| WORDS.contains(&word))
        }
    };
    let named = header.cells.iter().filter(|cell| may_list(cell.column));
    let lists: Vec<(usize, String)> = named
        .filter(|cell| holds_controls(rows, cell.column))
        .map(|cell| (cell.column, cell.text.split_whitespace().collect::<Vec<_>>().join(" ")))
        .collect();
    let is_it = !lists.is_empty()
        && holds_one_technique(rows, technique)
        && listing::says_no_more(rows, &chosen.columns, attack);
    is_it.then_some(Lists { technique, lists })
}

impl Lists {
    /// Whether what a column says becomes part of a record.
    pub(super) fn uses(&self, at: usize, column: Column) -> bool {
        let is_list = self.lists.iter().any(|(list, _)| *list == at);
        at == self.technique || is_list || CARRIED.contains(&column)
    }

    /// Whether a column says no more than which technique a row is about.
    pub(super) fn repeats_technique(column: Column) -> bool {
        matches!(column, Column::Id | Column::Title | Column::TechniqueNames | Column::Tactics)
    }

    /// Each control as a record, once for all rows that say the same about it.
    pub(super) fn controls(
        &self,
        rows: &[Row],
        columns: &[(usize, Column)],
        place: &Origin,
        out: &mut Vec<Diagnostic>,
    ) -> Vec<Raw> {
        let carried = columns.iter().filter(|(_, column)| CARRIED.contains(column));
        let carried: Vec<(usize, Column)> = carried.copied().collect();
        // What rows say about their techniques, numbered: many rows say the same.
        let mut sayings: BTreeMap<Vec<(Column, &str)>, usize> = BTreeMap::new();
        let mut controls: BTreeMap<(String, usize), Raw> = BTreeMap::new();
        let mut spent = 0;
        for row in rows {
            let Some(technique) = row.cell(self.technique) else { continue };
            let said: Vec<(Column, &Cell)> = said(row, &carried);
            let texts = said.iter().map(|(column, cell)| (*column, cell.text.as_str())).collect();
            let next = sayings.len();
            let saying = *sayings.entry(texts).or_insert(next);
            let value = |column, text: &str, cell: &Cell| {
                let cell = place_of(place, row.number, cell.column).cell;
                Said { column, text: text.to_owned(), cell }
            };
            for (list, name) in &self.lists {
                let Some(cell) = row.cell(*list) else { continue };
                let origin = place_of(place, row.number, *list);
                let (named, strange) = in_cell(&cell.text);
                out.extend(strange.map(|text| is_none(&text, name, origin.clone())));
                for id in named {
                    let raw = controls.entry((id.clone(), saying)).or_insert_with(|| {
                        let title = format!("{name} {id}");
                        let own = [(Column::Id, id.as_str()), (Column::Title, title.as_str())];
                        let own = own.map(|(column, text)| value(column, text, cell));
                        let said = said.iter().map(|(c, cell)| value(*c, &cell.text, cell));
                        let values: Vec<Said> = own.into_iter().chain(said).collect();
                        spent += values.iter().map(|said| said.text.len()).sum::<usize>();
                        Raw { origin: origin.clone(), values, diagnostics: Vec::new() }
                    });
                    spent += technique.text.len();
                    raw.values.push(value(Column::Techniques, &technique.text, technique));
                }
                if spent > BYTES {
                    out.push(too_much(origin));
                    return controls.into_values().collect();
                }
            }
        }
        out.extend(self.lists.iter().filter_map(|(list, _)| unclear(rows, *list, place)));
        controls.into_values().collect()
    }
}

/// What a row says about its technique.
fn said<'r>(row: &'r Row, carried: &[(usize, Column)]) -> Vec<(Column, &'r Cell)> {
    let said = carried.iter().filter_map(|(at, column)| Some((*column, row.cell(*at)?)));
    said.filter(|(_, cell)| cell.kind != CellKind::Error).collect()
}

fn too_much(place: Origin) -> Diagnostic {
    let message = "the rows from here on are left out: they name too many controls with long texts";
    let help = "keep only the columns that matter, or split the table";
    Diagnostic::new(Code::LimitReached, place, message, help)
}

/// Whether nine of ten cells name one technique each.
fn holds_one_technique(rows: &[Row], column: usize) -> bool {
    let is_one = |cell: &&Cell| {
        let mut ids = extract::ids(&cell.text);
        matches!((ids.next(), ids.next()), (Some(AttackId::Technique(_)), None))
    };
    let cells = || rows.iter().take(ROWS).filter_map(|row| row.cell(column));
    let ones = cells().filter(is_one).count();
    ones > 0 && ones * 10 >= cells().count() * 9
}

/// Whether four of five cells list controls, and not mere numbers: those may be counts.
fn holds_controls(rows: &[Row], column: usize) -> bool {
    let (mut lists, mut all) = (0, 0);
    for cell in rows.iter().take(ROWS).filter_map(|row| row.cell(column)) {
        let (named, strange) = in_cell(&cell.text);
        all += 1;
        let is_list = strange.is_none() && named.iter().any(|id| id.contains(['.', '-']));
        lists += usize::from(is_list);
    }
    lists > 0 && lists * 5 >= all * 4
}

/// The controls that a cell names, each once, and the first thing in it that is none.
fn in_cell(text: &str) -> (BTreeSet<String>, Option<String>) {
    let mut named = BTreeSet::new();
    let mut strange = None;
    let items = text.split([',', ';', '\n', '\r', '|']).map(str::trim);
    for item in items.filter(|item| !item.is_empty() && !is_blank(item)) {
        let words: Vec<&str> = item.split_whitespace().collect();
        let ids: Vec<String> = words.iter().filter_map(|word| control(word)).collect();
        // Several ids with nothing but blanks between them, or one with its name behind it.
        let found = if ids.len() == words.len() { ids } else { ids.into_iter().take(1).collect() };
        let starts = words.first().is_some_and(|word| control(word).is_some());
        if found.is_empty() || !starts {
            strange.get_or_insert_with(|| shortened(item));
            continue;
        }
        let room = CONTROLS.saturating_sub(named.len());
        named.extend(found.into_iter().take(room));
    }
    (named, strange)
}

fn is_blank(item: &str) -> bool {
    ["n/a", "na", "none", "-", "–", "keine", "tbd"].contains(&item.to_lowercase().as_str())
}

/// The id of a control that a word is: letters and numbers with points, hyphens and brackets.
fn control(word: &str) -> Option<String> {
    let id = word.trim_end_matches([':', '.', '-']);
    let belongs = |c: char| c.is_ascii_alphanumeric() || ".-()&".contains(c);
    let has_digit = id.contains(|c: char| c.is_ascii_digit());
    let is_id = has_digit
        && id.len() <= 20
        && id.starts_with(|c: char| c.is_ascii_alphanumeric())
        && id.chars().all(belongs)
        && extract::id(id).is_none();
    is_id.then(|| id.to_ascii_uppercase())
}

fn is_none(text: &str, name: &str, origin: Origin) -> Diagnostic {
    let message = format!("{text:?} among {name:?} is no id of a control");
    let help = "write ids such as AC-2 or 13.3, with commas between them";
    Diagnostic::new(Code::BadValue, origin, message, help)
}

/// Cells that hold one control as a number, where another control may be meant: the numbers of its
/// group go that far.
fn unclear(rows: &[Row], list: usize, place: &Origin) -> Option<Diagnostic> {
    let mut most: BTreeMap<u32, u32> = BTreeMap::new();
    let cells = || rows.iter().filter_map(|row| Some((row.number, row.cell(list)?)));
    for id in cells().flat_map(|(_, cell)| in_cell(&cell.text).0) {
        let parts = id.split_once('.').map(|(w, p)| (w.parse::<u32>(), p.parse::<u32>()));
        if let Some((Ok(whole), Ok(part))) = parts {
            let most = most.entry(whole).or_default();
            *most = part.max(*most);
        }
    }
    let is_unclear = |(_, cell): &(usize, &Cell)| {
        let number = numbers::decimal(&cell.text).filter(|_| cell.kind == CellKind::Number);
        number
            .is_some_and(|(whole, part)| most.get(&whole).is_some_and(|most| part * 10 <= most + 1))
    };
    let mut unclear = cells().filter(is_unclear);
    let (row, first) = unclear.next()?;
    let origin = place_of(place, row, list);
    let meant = format!("{}0", first.text);
    Some(numbers::ambiguous(origin, (&first.text, &meant), unclear.count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, ids: &[&str], strange: Option<&str>) {
        let (named, found) = in_cell(text);
        assert_eq!(named.iter().map(String::as_str).collect::<Vec<_>>(), ids, "{text}");
        assert_eq!(found.as_deref(), strange, "{text}");
    }

    #[test]
    fn a_cell_lists_controls_in_any_manner() {
        check("13.3, 13.8", &["13.3", "13.8"], None);
        check("AC-4,CA-7,ac-2(1)", &["AC-2(1)", "AC-4", "CA-7"], None);
        check("3.12 - Segment data\n13.4 - Perform filtering\n", &["13.4", "3.12"], None);
        check("AC-4: INFORMATION FLOW|SC-2", &["AC-4", "SC-2"], None);
        check("AC-4 CA-7", &["AC-4", "CA-7"], None);
        check("A.8.16; PR.AC-4; N/A", &["A.8.16", "PR.AC-4"], None);
        check("see the policy, 4.1", &["4.1"], Some("see the policy"));
        check("T1059, M1032", &[], Some("T1059"));
    }
}
