//! What is proven, expected and claimed, tactic by tactic.

use model::assessment::Assessment;
use model::score::Range;

use super::{caption, count, finding};
use crate::page::Caption;
use crate::sheet::percent;

/// What the picture shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// What stands around it.
    pub caption: Caption,
    /// All tactics together.
    pub whole: Row,
    /// The tactics with techniques in scope, in the order of the matrix.
    pub rows: Vec<Row>,
}

/// One tactic, or all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// What is expected, 0..=1.
    pub expected: f64,
    /// What is proven and claimed beside it; unknown where an earlier version wrote it.
    pub range: Option<Range>,
    /// Its share of what our adversaries do, 0..=1.
    pub weight: f64,
}

/// What of an assessment is proven.
#[must_use]
pub fn of(assessment: &Assessment) -> Proof {
    let whole = assessment.headline.threat_weighted;
    let rows: Vec<Row> = assessment
        .tactics
        .iter()
        .map(|tactic| Row {
            name: crate::printable(&tactic.name),
            expected: tactic.threat_weighted,
            range: tactic.coverage,
            weight: tactic.weight_share,
        })
        .collect();
    let definition = "Proven is what tests of our own have shown; claimed is what would be covered \
                      if everything worked as it is said to. Of what our adversaries do: how much \
                      of it, by weight, each tactic is.";
    Proof {
        caption: caption(assessment, &title(assessment, &rows), definition),
        whole: Row {
            name: "All tactics".to_owned(),
            expected: whole.exp,
            range: Some(whole),
            weight: 1.0,
        },
        rows,
    }
}

/// Where least is proven of what is expected.
fn title(assessment: &Assessment, rows: &[Row]) -> String {
    let known = || rows.iter().filter_map(|row| Some((row, row.range?)));
    let unproven = known().filter(|(_, range)| range.lo <= 0.0 && range.exp > 0.0).count();
    let ahead = |range: &Range| range.exp - range.lo;
    let widest = known().max_by(|a, b| {
        let (a, b) = ((ahead(&a.1), a.0.weight), (ahead(&b.1), b.0.weight));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    let Range { lo, exp, .. } = assessment.headline.threat_weighted;
    match (lo, unproven, widest) {
        (lo, ..) if lo <= 0.0 => finding(assessment),
        (_, 1.., _) => format!(
            "In {} of {} nothing is proven of what is expected to be covered",
            unproven,
            count(rows.len(), "tactic")
        ),
        (_, 0, Some((row, range))) if ahead(&range) > 0.0 => format!(
            "{} is proven of {} that is expected; least is tested in {}",
            percent(lo),
            percent(exp),
            row.name
        ),
        (_, 0, _) => {
            format!("All of the {} that is expected to be covered is proven", percent(exp))
        }
    }
}
