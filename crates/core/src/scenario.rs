//! What boards ask about: ransomware, theft of data, and so on. A scenario is a set of techniques,
//! each with the part of known cases that use it, and is weighed as an adversary is (method 2.5).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::assessment::{Assessment, TechniqueAssessment};
use crate::attack::Attack;
use crate::id::TechniqueId;
use crate::metrics::weighted_mean;
use crate::score::Range;

/// What stands before the id of a scenario where it is an adversary of a profile.
pub const PREFIX: &str = "scenario:";

/// Techniques that go together where a certain thing happens to an organisation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Scenario {
    /// `ransomware`.
    pub id: String,
    /// `Ransomware`.
    pub name: String,
    /// What a board asks: `Would we notice ransomware before it encrypts?`
    pub question: String,
    /// What the set is taken from, with versions, in words for a person.
    pub source: String,
    /// The part of the cases that use each technique, above 0 and up to 1, by the ids of the
    /// release.
    pub techniques: BTreeMap<TechniqueId, f64>,
}

/// Coverage of what happens in one scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScenarioCoverage {
    /// `ransomware`.
    pub id: String,
    /// `Ransomware`.
    pub name: String,
    /// `Would we notice ransomware before it encrypts?`
    pub question: String,
    /// The part of it that is covered enough, proven, expected and claimed, each 0..=1.
    pub coverage: Range,
    /// Number of its techniques in scope.
    pub techniques: usize,
    /// Number of its techniques out of scope.
    pub out_of_scope: usize,
}

/// How well each scenario is covered: `sum u min(1, C / target) / sum u` over its techniques in
/// scope, as for an adversary that uses each with the chance `u`. All is nothing where none of
/// them is in scope.
#[must_use]
pub fn coverage(
    assessment: &Assessment,
    attack: &Attack,
    scenarios: &[Scenario],
) -> Vec<ScenarioCoverage> {
    scenarios.iter().map(|scenario| of_one(assessment, attack, scenario)).collect()
}

fn of_one(assessment: &Assessment, attack: &Attack, scenario: &Scenario) -> ScenarioCoverage {
    let used = || scenario.techniques.iter().filter(|(_, chance)| **chance > 0.0);
    let in_scope =
        || used().filter_map(|(id, chance)| Some((*chance, met(assessment.technique(*id)?))));
    let all = used().filter(|(id, _)| attack.technique(**id).is_some()).count();
    let techniques = in_scope().count();
    ScenarioCoverage {
        id: scenario.id.clone(),
        name: scenario.name.clone(),
        question: scenario.question.clone(),
        coverage: weighted_mean(in_scope()).rounded(),
        techniques,
        out_of_scope: all - techniques,
    }
}

/// The part of the target that is met.
fn met(technique: &TechniqueAssessment) -> Range {
    technique.coverage.composite.map(|c| (c / technique.target).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    fn scenario(techniques: &[(&str, f64)]) -> Scenario {
        let techniques = techniques.iter().map(|(id, chance)| (id.parse().unwrap(), *chance));
        Scenario { id: "theft".to_owned(), techniques: techniques.collect(), ..Scenario::default() }
    }

    #[test]
    fn techniques_count_by_the_part_of_the_cases_that_use_them() {
        let fixture = Fixture::parse(
            "
            technique T1001 One on Windows
            technique T1002 Two on Windows
            technique T1003 Three on Linux
            platforms Windows=1
            policy tau=0.7
            have C1 control prevent T1001 strength=0.28 status=implemented basis=tagged
            ",
        );
        let assessment = fixture.assess();
        let scenarios = [scenario(&[("T1001", 1.0), ("T1002", 0.25), ("T1003", 0.5)])];
        let [theft] = &coverage(&assessment, &fixture.attack, &scenarios)[..] else {
            panic!("one scenario gives one answer")
        };
        assert_eq!((theft.techniques, theft.out_of_scope), (2, 1));
        // 0.28 of 0.7 are met of the first, nothing of the second: 1 * 0.4 / 1.25.
        assert_eq!((theft.coverage.lo, theft.coverage.hi), (0.0, 0.32));
        assert!(0.0 < theft.coverage.exp && theft.coverage.exp < 0.32);
    }

    #[test]
    fn nothing_in_scope_is_nothing_covered() {
        let fixture = Fixture::parse("technique T1001 One on Windows");
        let scenarios = [scenario(&[("T1002", 1.0)]), scenario(&[])];
        for theft in coverage(&fixture.assess(), &fixture.attack, &scenarios) {
            assert_eq!((theft.coverage, theft.techniques), (Range::ZERO, 0));
        }
    }
}
