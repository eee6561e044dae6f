//! The segments of an organisation by tactic, and the whole beside them.

use model::assessment::Assessment;
use model::compare::{Comparison, Standing};

use super::caption;
use super::compare::{by_key, key, segments, tactics};
use crate::page::Caption;

/// Segments by tactics, for a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Segments {
    /// What stands around it.
    pub caption: Caption,
    /// The tactics that any of them has in scope, in the order of the matrix.
    pub tactics: Vec<String>,
    /// The segments, and the whole as the last row.
    pub rows: Vec<Row>,
}

/// One segment, or the whole. Shares are of 0..=1.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Expected coverage by tactic; nothing where it has none of it in scope.
    pub cells: Vec<Option<f64>>,
    /// The tactic in which most is missing, by weight.
    pub worst: Option<usize>,
    /// Expected coverage.
    pub expected: f64,
    /// What of it is proven.
    pub proven: f64,
    /// Whether it is the whole.
    pub is_whole: bool,
}

/// The segments of an assessment that were compared.
#[must_use]
pub fn of(assessment: &Assessment, comparison: &Comparison) -> Segments {
    let definition = "Number: expected coverage against our adversaries in percent, of a tactic \
                      and of all; each segment by its own platforms and impact.";
    let tactics = tactics(comparison);
    let keys: Vec<(&str, &str)> = tactics.iter().map(|tactic| key(tactic)).collect();
    let parts = comparison.assessments.iter().map(|standing| row(standing, &keys, false));
    let whole = comparison.whole.iter().map(|standing| row(standing, &keys, true));
    Segments {
        caption: caption(assessment, &segments(comparison).title, definition),
        tactics: tactics.iter().map(|tactic| crate::printable(&tactic.name)).collect(),
        rows: parts.chain(whole).collect(),
    }
}

fn row(standing: &Standing, tactics: &[(&str, &str)], is_whole: bool) -> Row {
    let by_key = by_key(standing);
    let found = |tactic: &(&str, &str)| by_key.get(tactic).map(|found| found.threat_weighted);
    let worst = standing.worst_tactic.as_deref();
    let range = standing.headline.threat_weighted;
    Row {
        name: crate::printable(&standing.label),
        cells: tactics.iter().map(found).collect(),
        worst: tactics.iter().position(|tactic| Some(tactic.0) == worst && found(tactic).is_some()),
        expected: range.exp,
        proven: range.lo,
        is_whole,
    }
}
