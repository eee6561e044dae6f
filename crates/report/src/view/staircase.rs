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

#[cfg(test)]
mod tests {
    use model::candidate;
    use model::fixture::Fixture;
    use model::greedy::Goal;
    use model::recommend::recommend;

    use super::*;

    #[test]
    fn the_stairs_rise_from_today_to_what_all_steps_come_to() {
        let world = Fixture::parse(
            "tactic TA0001 first First
             technique T1001 One in first on Windows
             technique T1002 Two in first on Windows
             group G0001 Bear uses T1001,T1002
             profile G0001=1
             have R1 rule detect T1001 strength=0.5 status=disabled
             have R2 rule detect T1002 strength=0.3 status=disabled",
        );
        let (inputs, assessment) = (world.inputs(), world.assess());
        let found = recommend(&inputs, &candidate::off(&inputs), Goal::Count(5));
        let stairs = of(&assessment, &found);
        assert_eq!(stairs.steps.len(), 2);
        assert_eq!(stairs.today, assessment.headline.threat_weighted.exp);
        let [first, second] = &stairs.steps[..] else { panic!("{stairs:?}") };
        assert!((first.after - first.gain - stairs.today).abs() < 1e-8);
        assert!((second.after - second.gain - first.after).abs() < 1e-8);
        assert!(
            first.about.starts_with("enable · cost 1 · 1 technique · against Bear"),
            "{first:?}"
        );
        assert!(stairs.certificate.contains("of 2 candidates"));
    }
}
