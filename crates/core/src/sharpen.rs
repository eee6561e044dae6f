//! What is not known and matters most: for each kind of statement that is missing, between what
//! the headline would lie if it were made. Nothing is guessed here; the interval shows how much it
//! is worth to ask.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::assessment::{Assessment, expected_coverage};
use crate::capability::{Capability, Kind, Share, Status};
use crate::inputs::Inputs;
use crate::score::round9;
use crate::strength;

/// The kinds of statement that may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Missing {
    /// Whether records are on.
    Status,
    /// What share of the assets records reach.
    Scope,
    /// Which adversaries matter.
    Profile,
    /// Whether what is claimed holds.
    Tests,
    /// Whether what rules need to see is collected.
    Telemetry,
}

/// What it is worth to know something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unknown {
    /// What is not stated.
    pub missing: Missing,
    /// How many records do not state it.
    pub records: usize,
    /// The expected coverage if it turned out badly.
    pub least: f64,
    /// And if it turned out well.
    pub most: f64,
}

impl Unknown {
    /// How far apart the two are.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.most - self.least
    }
}

/// A share that records may well have instead of all the assets; for what has none stated.
const HALF: f64 = 0.5;

/// What it is worth to know, the widest interval first; what would move nothing is left out.
#[must_use]
pub fn unknowns(inputs: &Inputs<'_>, assessment: &Assessment) -> Vec<Unknown> {
    let all = [
        status(inputs, assessment),
        scope(inputs, assessment),
        profile(inputs, assessment),
        tests(inputs, assessment),
        telemetry(inputs, assessment),
    ];
    let mut all: Vec<Unknown> = all.into_iter().flatten().filter(|u| u.width() > 0.0).collect();
    all.sort_by(|a, b| b.width().total_cmp(&a.width()).then(a.missing.cmp(&b.missing)));
    all
}

/// The records that count, in part at least.
fn on<'a>(inputs: &'a Inputs<'_>) -> impl Iterator<Item = &'a Arc<Capability>> {
    inputs.capabilities.iter().filter(|c| !strength::is_off(c, &inputs.policy))
}

/// The expected coverage with some of the records as they may be.
fn with(
    inputs: &Inputs<'_>,
    is_concerned: &dyn Fn(&Capability) -> bool,
    change: &dyn Fn(&mut Capability),
) -> f64 {
    let changed = inputs.capabilities.iter().map(|capability| {
        if is_concerned(capability) {
            let mut capability = Capability::clone(capability);
            change(&mut capability);
            Arc::new(capability)
        } else {
            Arc::clone(capability)
        }
    });
    let Inputs { attack, catalog, as_of, .. } = *inputs;
    let changed = Inputs {
        capabilities: changed.collect(),
        scope: inputs.scope.clone(),
        profile: inputs.profile.clone(),
        policy: inputs.policy.clone(),
        dispositions: inputs.dispositions.clone(),
        ..Inputs::new(attack, catalog, as_of)
    };
    round9(expected_coverage(&changed))
}

/// Records whose status nobody stated, or is unknown: all on, or all off.
fn status(inputs: &Inputs<'_>, assessment: &Assessment) -> Option<Unknown> {
    let is_open = |c: &Capability| c.is_assumed_on() || c.status == Status::Unknown;
    let records = on(inputs).filter(|c| is_open(c)).count();
    if records == 0 {
        return None;
    }
    let most = match inputs.capabilities.iter().any(|c| c.status == Status::Unknown) {
        true => with(inputs, &is_open, &|c| c.status = Status::Implemented),
        false => assessment.headline.threat_weighted.exp,
    };
    let least = match (&assessment.status_not_stated, records) {
        (Some(open), n) if open.capabilities == n => open.if_library,
        _ => with(inputs, &is_open, &|c| c.status = Status::NotImplemented),
    };
    Some(Unknown { missing: Missing::Status, records, least, most })
}

/// Controls that do not say how far they reach: everywhere, or half of it.
fn scope(inputs: &Inputs<'_>, assessment: &Assessment) -> Option<Unknown> {
    let is_open = |c: &Capability| c.kind == Kind::Control && c.scope.is_none();
    let records = on(inputs).filter(|c| is_open(c)).count();
    (records > 0).then(|| Unknown {
        missing: Missing::Scope,
        records,
        least: with(inputs, &is_open, &|c| c.scope = Some(Share::Everywhere(HALF))),
        most: assessment.headline.threat_weighted.exp,
    })
}

/// No adversary is named: the groups against which the defence is at its worst and at its best, of
/// those of which ATT&CK knows as much as of half of them.
fn profile(inputs: &Inputs<'_>, assessment: &Assessment) -> Option<Unknown> {
    if !assessment.adversaries.is_empty() {
        return None;
    }
    let mut groups: Vec<f64> = against_groups(inputs, assessment);
    groups.sort_by(f64::total_cmp);
    let tenth = groups.len() / 10;
    Some(Unknown {
        missing: Missing::Profile,
        records: 0,
        least: round9(*groups.get(tenth)?),
        most: round9(*groups.get(groups.len() - 1 - tenth)?),
    })
}

/// The expected coverage of what each well-known group does itself.
fn against_groups(inputs: &Inputs<'_>, assessment: &Assessment) -> Vec<f64> {
    let attack = inputs.attack;
    let groups = attack.adversaries.iter().filter(|a| a.id.starts_with('G'));
    let sizes: Vec<usize> = groups.clone().map(|group| group.techniques.len()).collect();
    let usual = median(sizes);
    let met = |technique: &crate::assessment::TechniqueAssessment| {
        (technique.coverage.composite.exp / technique.target).min(1.0)
    };
    let coverage = |group: &crate::attack::Adversary| {
        let used = group.techniques.iter().map(|ix| attack.techniques[*ix].id);
        let used: Vec<f64> = used.filter_map(|id| assessment.technique(id)).map(met).collect();
        (!used.is_empty()).then(|| used.iter().sum::<f64>() / used.len() as f64)
    };
    groups.filter(|group| group.techniques.len() >= usual).filter_map(coverage).collect()
}

fn median(mut sizes: Vec<usize>) -> usize {
    sizes.sort_unstable();
    sizes.get(sizes.len() / 2).copied().unwrap_or(0)
}

/// What is claimed and was never tested: nothing of it holds, or all.
fn tests(inputs: &Inputs<'_>, assessment: &Assessment) -> Option<Unknown> {
    let covers = |c: &&Arc<Capability>| c.kind != Kind::DataSource && c.tests_run.is_none();
    let records = on(inputs).filter(covers).count();
    let headline = assessment.headline.threat_weighted;
    (records > 0).then_some(Unknown {
        missing: Missing::Tests,
        records,
        least: headline.lo,
        most: headline.hi,
    })
}

/// Rules that need data components of which no data source says whether they are collected:
/// collected, or not.
fn telemetry(inputs: &Inputs<'_>, assessment: &Assessment) -> Option<Unknown> {
    let sources = inputs.capabilities.iter().filter(|c| c.kind == Kind::DataSource);
    let listed: std::collections::BTreeSet<&str> =
        sources.flat_map(|c| c.data_components.iter().map(String::as_str)).collect();
    let is_open = |c: &Capability| {
        let is_rule = c.kind == Kind::Rule && c.telemetry.is_none();
        let components = &c.data_components;
        is_rule
            && (components.is_empty() || components.iter().any(|id| !listed.contains(id.as_str())))
    };
    let records = on(inputs).filter(|c| is_open(c)).count();
    (records > 0).then(|| Unknown {
        missing: Missing::Telemetry,
        records,
        least: with(inputs, &is_open, &|c| c.telemetry = Some(Share::Everywhere(0.0))),
        most: assessment.headline.threat_weighted.exp,
    })
}

#[cfg(test)]
mod properties {
    use proptest::prelude::*;

    use super::*;
    use crate::assessment::assess;
    use crate::fixture::Fixture;
    use crate::policy::Policy;
    use crate::tests::properties::world;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn what_is_known_lies_within_what_may_be(world in world()) {
            // With other numbers, on may count less than off.
            let inputs = Inputs { policy: Policy::default(), ..world.inputs() };
            let assessment = assess(&inputs);
            let exp = assessment.headline.threat_weighted.exp;
            for unknown in unknowns(&inputs, &assessment) {
                prop_assert!(unknown.width() > 0.0);
                prop_assert!((0.0..=1.0).contains(&unknown.least) && unknown.most <= 1.0);
                if unknown.missing != Missing::Profile {
                    prop_assert!(unknown.least <= exp + 2e-9 && exp <= unknown.most + 2e-9, "{unknown:?} {exp}");
                }
            }
        }
    }

    #[test]
    fn the_widest_comes_first_and_what_is_stated_is_not_asked() {
        let world = Fixture::parse(
            "
            tactic TA0002 execution Execution
            technique T1059 Interpreter in execution on Windows
            technique T1047 WMI in execution on Windows
            group G0001 Bear uses T1059,T1047
            profile G0001=1
            have R1 rule detect T1059 strength=0.8 status=enabled basis=tagged assumed=true
            have C1 control prevent T1047 strength=0.1 status=implemented basis=validated scope=0.5 tests=1/1/2025-11-30
            ",
        );
        let inputs = world.inputs();
        let found = unknowns(&inputs, &assess(&inputs));
        let missing: Vec<Missing> = found.iter().map(|u| u.missing).collect();
        assert_eq!(missing[0], Missing::Tests);
        assert!(missing.contains(&Missing::Status) && missing.contains(&Missing::Telemetry));
        assert!(!missing.contains(&Missing::Scope) && !missing.contains(&Missing::Profile));
    }
}
