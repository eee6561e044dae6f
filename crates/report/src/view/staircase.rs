//! What the steps of a recommendation come to, one upon the other.

use model::assessment::Assessment;
use model::recommend::{Pick, Recommendation, TestFirst};

use super::recommend::{called, finding, first, named, number, order};
use super::{caption, count};
use crate::page::Caption;

/// What the picture shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Staircase {
    /// What stands around it.
    pub caption: Caption,
    /// What is expected to be covered today, 0..=1.
    pub today: f64,
    /// What of it is proven.
    pub proven: f64,
    /// The steps, in their order.
    pub steps: Vec<Step>,
    /// How far another choice could be ahead, in words.
    pub certificate: String,
    /// What to test, so that more is proven; what each adds in points.
    pub tests: Vec<(String, f64)>,
}

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What people call it.
    pub name: String,
    /// What kind of move it is, what it costs, and what it helps.
    pub about: String,
    /// What it adds to what is expected, 0..=1.
    pub gain: f64,
    /// What is expected after it.
    pub after: f64,
    /// What it costs.
    pub cost: f64,
    /// What all steps up to this one cost.
    pub spent: f64,
}

/// How many tests are named.
const TESTS: usize = 3;

/// The steps of a recommendation for an assessment.
#[must_use]
pub fn of(assessment: &Assessment, found: &Recommendation) -> Staircase {
    let definition = "Coverage against our adversaries as expected after each step. Nothing of a \
                      gain is proven before it is tested. Costs are in your unit; a step without \
                      one costs what its kind does by default.";
    let points =
        |test: &TestFirst| (crate::printable(&named(&test.id, &test.title)), 100.0 * test.gain_lo);
    Staircase {
        caption: caption(assessment, &finding(found), definition),
        today: found.base,
        proven: assessment.headline.threat_weighted.lo,
        steps: found.picks.iter().map(|pick| step(pick, found.base)).collect(),
        certificate: order(found),
        tests: found.test_first.iter().take(TESTS).map(points).collect(),
    }
}

fn step(pick: &Pick, base: f64) -> Step {
    let against = pick.adversaries.iter().map(|against| against.name.clone()).collect();
    let against = match first(against) {
        names if names.is_empty() => names,
        names => format!(" · against {names}"),
    };
    let about = format!(
        "{} · cost {} · {}{against}",
        pick.next_move.word(),
        number(pick.cost),
        count(pick.techniques.len(), "technique")
    );
    Step {
        name: crate::printable(&called(pick)),
        about: crate::printable(&about),
        gain: pick.gain,
        after: base + pick.cumulative,
        cost: pick.cost,
        spent: pick.cumulative_cost,
    }
}
