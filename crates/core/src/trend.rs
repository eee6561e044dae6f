//! Assessments over time: the headline of each, and where the yardstick changed, so that a step in
//! the line is not taken for better or worse.

use serde::{Deserialize, Serialize};

use crate::assessment::Assessment;
use crate::date::Date;
use crate::diff::Factor;
use crate::policy::Policy;
use crate::score::Range;

/// One assessment in a line of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Its day.
    pub as_of: Date,
    /// Coverage against our adversaries.
    pub threat_weighted: Range,
    /// The gaps that call for something.
    pub gaps: usize,
    /// What of the yardstick is not as it was at the point before; the two cannot be compared
    /// without saying so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rebased: Vec<Factor>,
}

/// What two points must have in common to be compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Yardstick {
    attack: String,
    profile: crate::inputs::Profile,
    platforms: std::collections::BTreeMap<String, f64>,
    excluded: Vec<crate::id::TechniqueId>,
    only: Option<crate::inputs::OnlyTechniques>,
    policy: Policy,
}

impl Yardstick {
    /// The yardstick of an assessment.
    #[must_use]
    pub fn of(assessment: &Assessment) -> Self {
        Self {
            attack: assessment.attack.sha256.clone(),
            profile: assessment.profile.clone(),
            platforms: assessment.scope.platforms.clone(),
            excluded: assessment.scope.excluded.iter().map(|e| e.technique).collect(),
            only: assessment.scope.only.clone(),
            policy: assessment.policy.clone(),
        }
    }

    /// What is not as in an earlier one.
    #[must_use]
    pub fn changed_since(&self, earlier: &Self) -> Vec<Factor> {
        let is_new = |factor: &Factor| match factor {
            Factor::Evidence => false,
            Factor::Profile => self.profile != earlier.profile,
            Factor::Scope => {
                (&self.platforms, &self.excluded, &self.only)
                    != (&earlier.platforms, &earlier.excluded, &earlier.only)
            }
            Factor::Policy => self.policy != earlier.policy,
            Factor::Attack => self.attack != earlier.attack,
        };
        Factor::ALL.into_iter().filter(is_new).collect()
    }
}

/// The line that some assessments make, in the order in which they are given; only one of them
/// needs to be at hand at a time.
#[must_use]
pub fn line(assessments: impl IntoIterator<Item = Assessment>) -> Vec<Point> {
    let mut before: Option<Yardstick> = None;
    let mut points = Vec::new();
    for assessment in assessments {
        let yardstick = Yardstick::of(&assessment);
        points.push(Point {
            as_of: assessment.as_of,
            threat_weighted: assessment.headline.threat_weighted,
            gaps: assessment.gaps().len(),
            rebased: before.map(|earlier| yardstick.changed_since(&earlier)).unwrap_or_default(),
        });
        before = Some(yardstick);
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    const WORLD: &str = "
        tactic TA0002 execution Execution
        technique T1059 Interpreter in execution on Windows
        group G0001 Bear uses T1059
    ";

    #[test]
    fn a_new_yardstick_is_marked_where_it_begins() {
        let quarter = |text: &str| Fixture::parse(&format!("{WORLD}\n{text}")).assess();
        let first = quarter("as_of 2026-03-31");
        let better =
            quarter("as_of 2026-06-30\nhave R1 rule detect T1059 strength=0.5 basis=tagged");
        let other = quarter("as_of 2026-09-30\nprofile G0001=1\npolicy tau=0.5");
        let same = quarter("as_of 2026-12-31\nprofile G0001=1\npolicy tau=0.5");
        let line = line([first, better, other, same]);
        let rebased: Vec<_> = line.iter().map(|point| point.rebased.clone()).collect();
        let expected = [vec![], vec![], vec![Factor::Profile, Factor::Policy], vec![]];
        assert_eq!(rebased, expected);
        assert!(line[1].threat_weighted.exp > line[0].threat_weighted.exp);
        assert_eq!(line[3].as_of.to_string(), "2026-12-31");
    }
}
