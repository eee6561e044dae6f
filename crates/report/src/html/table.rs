//! A sheet as a table: names are links, shares have a bar, and a row may carry evidence.

use std::collections::BTreeSet;

use askama::Template;
use model::assessment::Assessment;

use super::address;
use super::evidence::Pieces;
use crate::sheet::{Sheet, Value};

/// A table with its caption, in a box that scrolls by itself. Rows and cells end where the next
/// begins, as HTML allows: one of all techniques has ten thousand.
#[derive(Debug, Template)]
#[template(path = "table.html")]
pub(super) struct Table {
    title: String,
    heads: Vec<Head>,
    rows: Vec<Row>,
    /// The heading above the column of evidence, where there is one.
    evidence: Option<&'static str>,
}

#[derive(Debug)]
struct Head {
    name: String,
    class: &'static str,
}

#[derive(Debug)]
struct Row {
    /// What links lead to it by.
    id: Option<String>,
    cells: Vec<Cell>,
    evidence: Option<Pieces>,
}

#[derive(Debug)]
struct Cell {
    /// It names its row.
    is_heading: bool,
    class: &'static str,
    text: String,
    link: Option<Link>,
    /// The length of its bar, as SVG says it.
    bar: Option<String>,
}

#[derive(Debug)]
enum Link {
    /// A page of ATT&CK, by its path there.
    Attack(String),
    /// The technique on this page.
    Technique(String),
}

/// The techniques that have a row of their own on the page.
#[derive(Debug)]
pub(super) struct Targets(BTreeSet<String>);

impl Targets {
    pub(super) fn of(assessment: &Assessment) -> Self {
        Self(assessment.techniques.iter().map(|technique| technique.id.to_string()).collect())
    }
}

impl Table {
    /// The sheet's columns and rows under its title. The first column that holds text names the row.
    pub(super) fn of(sheet: &Sheet, targets: &Targets) -> Self {
        let numeric: Vec<bool> = (0..sheet.columns.len()).map(|ix| sheet.is_numeric(ix)).collect();
        let heads = sheet.columns.iter().zip(&numeric).map(|(column, numeric)| Head {
            name: column.name.clone(),
            class: if *numeric { "n" } else { "" },
        });
        let rows = sheet.rows.iter().map(|row| row_of(sheet, row, &numeric, targets));
        Self {
            title: sheet.title.clone(),
            heads: heads.collect(),
            rows: rows.collect(),
            evidence: None,
        }
    }

    /// The same with what covers the technique of each row.
    pub(super) fn with_evidence(mut self, pieces: impl Iterator<Item = Pieces>) -> Self {
        self.evidence = Some("What covers it");
        self.rows.iter_mut().zip(pieces).for_each(|(row, pieces)| row.evidence = Some(pieces));
        self
    }

    /// The same with rows that links to techniques lead to.
    pub(super) fn with_targets(mut self) -> Self {
        for row in &mut self.rows {
            row.id = row.cells.first().map(|cell| cell.text.clone());
        }
        self
    }
}

fn row_of(sheet: &Sheet, row: &[Value], numeric: &[bool], targets: &Targets) -> Row {
    let names = numeric.iter().position(|numeric| !numeric);
    let key = |ix: usize| sheet.columns[ix].key.as_ref();
    let technique = (0..row.len()).find(|ix| key(*ix) == "technique").map(|ix| row[ix].shown());
    let cells = row.iter().enumerate().map(|(ix, value)| {
        let bar = bar(key(ix), value);
        Cell {
            is_heading: names == Some(ix),
            class: class(key(ix), value, numeric[ix], bar.is_some()),
            text: value.shown(),
            link: link(key(ix), value, technique.as_deref().filter(|id| targets.0.contains(*id))),
            bar,
        }
    });
    Row { id: None, cells: cells.collect(), evidence: None }
}

/// Characters up to which a text stays on one line: an id, a day.
const SHORT: usize = 12;

fn class(key: &str, value: &Value, is_numeric: bool, has_bar: bool) -> &'static str {
    let is_short = matches!(value, Value::Text(text) if text.chars().count() <= SHORT);
    match (key, has_bar, is_numeric) {
        ("priority", true, _) => "n bar hot",
        (_, true, _) => "n bar",
        (_, false, true) => "n",
        (_, false, false) if is_short => "w",
        (_, false, false) => "",
    }
}

/// An expected coverage and a priority are seen at a glance.
fn bar(key: &str, value: &Value) -> Option<String> {
    let share = match (key, value) {
        ("coverage" | "expected", Value::Share(share)) => *share,
        ("priority", Value::Number(priority, _)) => priority / 100.0,
        _ => return None,
    };
    Some(format!("{:.1}%", 100.0 * share.clamp(0.0, 1.0)))
}

fn link(key: &str, value: &Value, technique: Option<&str>) -> Option<Link> {
    let Value::Text(text) = value else { return None };
    match key {
        "technique" | "tactic" | "adversary" => address(text).map(Link::Attack),
        "name" => technique.map(|id| Link::Technique(id.to_owned())),
        _ => None,
    }
}
