//! What each adversary does, by tactic, and how much of it is covered.

use askama::Template;
use model::assessment::Assessment;
use model::metrics::AdversaryCoverage;

use super::address;
use crate::sheet::percent;
use crate::view::adversaries::{Adversaries, Cell, places};

/// Adversaries by tactics.
#[derive(Debug, Template)]
#[template(path = "heat.html")]
pub(super) struct Heat {
    tactics: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    place: String,
    name: String,
    path: Option<String>,
    coverage: String,
    /// The length of its bar, as SVG says it.
    bar: String,
    band: String,
    weight: String,
    used: usize,
    out_of_scope: String,
    cells: Vec<Option<Shown>>,
}

/// What an adversary does in a tactic.
#[derive(Debug, Clone, Copy)]
struct Shown {
    covered: usize,
    used: usize,
    step: usize,
    is_open: bool,
}

impl From<Cell> for Shown {
    fn from(cell: Cell) -> Self {
        // None, then by quarters.
        let step = match cell.covered {
            0 => 0,
            covered => (1 + 4 * covered / cell.used.max(1)).min(4),
        };
        Self { covered: cell.covered, used: cell.used, step, is_open: cell.is_open() }
    }
}

impl Heat {
    /// The rows of the picture, each with what else is known about the adversary.
    pub(super) fn of(assessment: &Assessment, found: &Adversaries) -> Self {
        // In the order of the rows: of whom nothing can be said comes last.
        let mut placed = places(assessment);
        placed.sort_by_key(|(_, adversary)| adversary.techniques_in_scope == 0);
        let mut placed = placed.into_iter();
        let row = |row| row_of(row, placed.next());
        Self { tactics: found.tactics.clone(), rows: found.rows.iter().map(row).collect() }
    }
}

fn row_of(row: &crate::view::adversaries::Row, placed: Option<(usize, &AdversaryCoverage)>) -> Row {
    let known = placed.map(|(_, adversary)| adversary);
    let band = known.and_then(|adversary| adversary.band);
    let expected = row.expected.unwrap_or(0.0);
    let said = |text: Option<String>| text.unwrap_or_default();
    Row {
        place: said(placed.map(|(place, _)| place.to_string())),
        name: row.name.clone(),
        path: known.and_then(|adversary| address(&adversary.id)),
        coverage: said(row.expected.map(percent)),
        bar: format!("{:.1}%", 100.0 * expected.clamp(0.0, 1.0)),
        band: said(band.map(|b| format!("{} to {}", percent(b.least), percent(b.most)))),
        weight: said(known.map(|adversary| format!("{:.1}", adversary.weight))),
        used: row.techniques,
        out_of_scope: said(known.map(|adversary| adversary.out_of_scope.to_string())),
        cells: row.cells.iter().map(|cell| cell.map(Shown::from)).collect(),
    }
}
