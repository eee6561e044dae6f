//! How much the ranking hangs on single judgements: one number of the method at a time takes other
//! values, one adversary at a time is left out, and it is counted how often a gap is among the
//! first ten (method 2.5).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::attack::TechniqueIx;
use crate::coverage::{self, Coverage, Evidence};
use crate::gap;
use crate::id::TechniqueId;
use crate::inputs::{Decided, Decision, Inputs, Profile};
use crate::metrics::{AdversaryCoverage, Band};
use crate::policy::{NUMBERS, Policy};
use crate::scope::Scope;
use crate::score::round9;
use crate::threat::Threat;

/// How often a gap is among the first ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sensitivity {
    /// Runs in which it is among the first ten.
    pub top10: usize,
    /// All runs.
    pub runs: usize,
}

/// The first so many gaps that are looked at.
const FIRST: usize = 10;

/// Numbers of the policy with the values that they take instead of their own.
const VALUES: [(&str, &[f64]); 5] = [
    ("rho", &[0.0, 0.5, 1.0]),
    ("tau", &[0.6, 0.9]),
    ("beta", &[0.0, 0.6]),
    ("delta_s", &[0.0, 0.5]),
    ("a_choke", &[0.0, 0.5]),
];

/// By how much all anchors are moved, up and down.
const SHIFT: f64 = 0.1;

/// Capabilities up to which the anchors are moved: that takes all evidence anew, and a million rows
/// are not to be held twice. Of more, the number of runs says that there were fewer.
const MOST: usize = 100_000;

/// What the runs find.
pub(crate) struct Found {
    /// How many there were.
    pub(crate) runs: usize,
    /// By technique: in how many of them it is among the first ten gaps.
    pub(crate) top10: Vec<usize>,
    /// By adversary of the profile: its least and its largest coverage.
    pub(crate) bands: Vec<Band>,
}

/// What all runs begin with.
pub(crate) struct Runs<'a> {
    pub(crate) inputs: &'a Inputs<'a>,
    pub(crate) scope: &'a Scope,
    pub(crate) coverage: &'a [Coverage],
    pub(crate) threat: &'a Threat,
    /// The decisions in force.
    pub(crate) decided: &'a BTreeMap<TechniqueId, Decided>,
}

impl Found {
    /// How often a gap is among the first ten.
    pub(crate) fn of(&self, technique: TechniqueIx) -> Sensitivity {
        Sensitivity { top10: self.top10[technique], runs: self.runs }
    }

    /// The adversaries of the profile with their bands.
    pub(crate) fn with_bands(&self, adversaries: Vec<AdversaryCoverage>) -> Vec<AdversaryCoverage> {
        let banded = adversaries.into_iter().zip(&self.bands);
        banded
            .map(|(adversary, band)| AdversaryCoverage { band: Some(*band), ..adversary })
            .collect()
    }
}

impl Runs<'_> {
    /// Runs all of them.
    pub(crate) fn run(&self) -> Found {
        let adversaries = self.threat.adversaries.len();
        let mut found = Found {
            runs: 0,
            top10: vec![0; self.coverage.len()],
            bands: vec![Band { least: 1.0, most: 0.0 }; adversaries],
        };
        let policy = &self.inputs.policy;
        let own: Vec<f64> = self.coverage.iter().map(|c| c.composite.exp).collect();
        let evidence: Vec<&[Evidence]> = self.coverage.iter().map(|c| &c.evidence[..]).collect();
        self.count(&mut found, &own, self.threat, policy);
        for (name, values) in VALUES {
            for value in values {
                let mut changed = policy.clone();
                changed.set(name, *value).expect("the values are permitted: tested");
                let covered = match name {
                    "rho" => Some(self.covered(&evidence, &changed)),
                    _ => None,
                };
                let threat = match name {
                    "beta" | "delta_s" => Some(self.threat(&self.inputs.profile, &changed)),
                    _ => None,
                };
                let threat = threat.as_ref().unwrap_or(self.threat);
                self.count(&mut found, covered.as_ref().unwrap_or(&own), threat, &changed);
            }
        }
        let shifts: &[f64] = match self.inputs.capabilities.len() {
            0..=MOST => &[-SHIFT, SHIFT],
            _ => &[],
        };
        for shift in shifts {
            let changed = shifted(policy, *shift);
            let Inputs { attack, catalog, as_of, .. } = *self.inputs;
            let inputs = Inputs {
                policy: changed.clone(),
                capabilities: self.inputs.capabilities.clone(),
                ..Inputs::new(attack, catalog, as_of)
            };
            let (evidence, _) = coverage::gather(&inputs, self.scope);
            let evidence: Vec<&[Evidence]> = evidence.iter().map(Vec::as_slice).collect();
            self.count(&mut found, &self.covered(&evidence, &changed), self.threat, &changed);
        }
        if adversaries > 1 {
            for usage in &self.threat.adversaries {
                let mut profile = self.inputs.profile.clone();
                profile.adversaries.remove(&usage.id);
                self.count(&mut found, &own, &self.threat(&profile, policy), policy);
            }
        }
        found
    }

    /// The expected coverage of each technique by some evidence.
    fn covered(&self, evidence: &[&[Evidence]], policy: &Policy) -> Vec<f64> {
        let own = |(ix, found): (TechniqueIx, &&[Evidence])| {
            coverage::own(found.iter(), ix, self.scope, policy)
        };
        let own: Vec<coverage::Own> = evidence.iter().enumerate().map(own).collect();
        let covered = |ix: TechniqueIx| {
            let [prevent, detect, _] = coverage::joined(ix, &|ix| own[ix], self.scope, policy);
            prevent.either(detect).exp
        };
        (0..own.len()).map(covered).collect()
    }

    fn threat(&self, profile: &Profile, policy: &Policy) -> Threat {
        Threat::new(self.inputs.attack, profile, policy, self.inputs.as_of)
    }

    fn decided(&self, ix: TechniqueIx) -> Option<&Decided> {
        self.decided.get(&self.inputs.attack.techniques[ix].id)
    }

    fn is_accepted(&self, ix: TechniqueIx) -> bool {
        self.decided(ix).is_some_and(|decided| decided.decision == Decision::Accept)
    }

    fn target(&self, ix: TechniqueIx, policy: &Policy) -> f64 {
        gap::target(policy, self.decided(ix))
    }

    /// Counts the first gaps of one run, and widens the bands of the adversaries.
    fn count(&self, found: &mut Found, covered: &[f64], threat: &Threat, policy: &Policy) {
        found.runs += 1;
        let met = |ix: TechniqueIx| (covered[ix] / self.target(ix, policy)).min(1.0);
        let priority = |ix: TechniqueIx| {
            let choke = self.inputs.catalog.choke(self.inputs.attack, ix);
            threat.weight(ix) * (1.0 - met(ix)) * (1.0 + policy.a_choke * choke)
        };
        let listed = self.scope.techniques().filter(|ix| !self.is_accepted(*ix));
        let mut gaps: Vec<(f64, TechniqueIx)> =
            listed.map(|ix| (round9(priority(ix)), ix)).filter(|(p, _)| *p > 0.0).collect();
        gaps.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        gaps.iter().take(FIRST).for_each(|(_, ix)| found.top10[*ix] += 1);
        for (usage, band) in self.threat.adversaries.iter().zip(&mut found.bands) {
            // What an adversary does is no matter of who else is in the profile.
            let same = threat.adversaries.iter().find(|u| u.id == usage.id);
            let usage = same.unwrap_or(usage);
            let used: f64 = self.scope.techniques().map(|ix| usage.uses[ix]).sum();
            let parts: f64 = self.scope.techniques().map(|ix| usage.uses[ix] * met(ix)).sum();
            let coverage = if used > 0.0 { round9(parts / used) } else { 0.0 };
            *band = Band { least: band.least.min(coverage), most: band.most.max(coverage) };
        }
    }
}

/// All anchors of strength moved by as much, as far as they can be.
fn shifted(policy: &Policy, shift: f64) -> Policy {
    let mut changed = policy.clone();
    for (name, value) in policy.numbers() {
        let number = NUMBERS.iter().find(|number| number.name == name);
        let Some(number) = number.filter(|number| number.name.starts_with("anchor.")) else {
            continue;
        };
        // Nothing stays nothing: it is no judgement.
        if value > 0.0 {
            let moved = (value + shift).clamp(*number.range.start(), *number.range.end());
            changed.set(name, moved).expect("it is within its range");
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_are_permitted() {
        for (name, values) in VALUES {
            for value in values {
                assert_eq!(Policy::default().set(name, *value), Ok(()), "{name} {value}");
            }
        }
    }

    #[test]
    fn anchors_move_together_and_stay_in_their_range() {
        let (up, down) = (shifted(&Policy::default(), 0.1), shifted(&Policy::default(), -0.1));
        assert_eq!((up.anchor_stp_5, up.anchor_unscored), (1.0, 0.3));
        assert_eq!((down.anchor_stp_1, down.anchor_level_none), (0.0, 0.0));
        assert_eq!(up.rho, Policy::default().rho);
    }
}
