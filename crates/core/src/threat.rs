//! How likely the organisation's adversaries are to use each technique (method 2.3).

use std::collections::{BTreeMap, BTreeSet};

use crate::attack::{Adversary, AdversaryKind, Attack, TechniqueIx};
use crate::date::Date;
use crate::inputs::{OwnAdversary, Profile};
use crate::policy::Policy;
use crate::score::{round9, time_weight};

/// What threatens, technique by technique.
#[derive(Debug, Clone, PartialEq)]
pub struct Threat {
    /// The profile's adversaries by id, with a weight above 0.
    pub adversaries: Vec<Usage>,
    /// For every technique, all terms of its weight.
    pub techniques: Vec<Terms>,
}

/// One adversary of the profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Usage {
    /// Its id in the profile.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Its weight as given.
    pub weight: f64,
    /// Its share of all weights.
    pub share: f64,
    /// For every technique, the chance that it uses it, 0..=1.
    pub uses: Vec<f64>,
}

/// The terms of one technique's weight, each in 0..=1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Terms {
    /// Threat times impact: the weight of the technique.
    pub weight: f64,
    /// The blend of profile and baseline.
    pub value: f64,
    /// Chance that an adversary drawn from the profile uses it.
    pub profile: f64,
    /// How common it is among all groups.
    pub baseline: f64,
    /// How bad it would be.
    pub impact: f64,
}

impl Threat {
    /// Weighs every technique: `(1 - beta) * profile + beta * baseline`, times impact.
    #[must_use]
    pub fn new(attack: &Attack, profile: &Profile, policy: &Policy, as_of: Date) -> Self {
        let adversaries = usages(attack, profile, policy, as_of);
        let baseline = baseline(attack, policy);
        let impact = impacts(attack, profile);
        let beta = if adversaries.is_empty() { 1.0 } else { policy.beta };
        let terms = |technique: TechniqueIx| {
            let profile = adversaries.iter().map(|a| a.share * a.uses[technique]).sum::<f64>();
            let baseline = baseline[technique];
            let value = (1.0 - beta) * profile + beta * baseline;
            let impact = impact[technique];
            Terms { weight: value * impact, value, profile, baseline, impact }
        };
        let techniques = (0..attack.techniques.len()).map(terms).collect();
        Self { adversaries, techniques }
    }

    /// The weight `W` of a technique.
    #[must_use]
    pub fn weight(&self, technique: TechniqueIx) -> f64 {
        self.techniques[technique].weight
    }
}

fn usages(attack: &Attack, profile: &Profile, policy: &Policy, as_of: Date) -> Vec<Usage> {
    let weighed = profile.adversaries.iter().filter(|(_, weight)| **weight > 0.0);
    let usage = |(id, weight): (&String, &f64)| {
        let (name, uses) = match profile.own.get(id) {
            Some(own) => (own.name.clone(), uses_of_own(attack, own, policy)),
            None => {
                let adversary = &attack.adversaries[attack.adversary(id)?];
                (adversary.name.clone(), uses(attack, adversary, policy, as_of))
            }
        };
        Some(Usage { id: id.clone(), name, weight: *weight, share: 0.0, uses })
    };
    let mut usages: Vec<Usage> = weighed.filter_map(usage).collect();
    let total: f64 = usages.iter().map(|usage| usage.weight).sum();
    usages.iter_mut().for_each(|usage| usage.share = usage.weight / total);
    usages
}

/// The chance that an adversary uses each technique: 1 for what it is known to use itself; for a
/// group, less for what its campaigns and its software did, since both may be somebody else's
/// habit or long ago. Campaigns and software stand for themselves.
#[must_use]
pub fn uses(attack: &Attack, adversary: &Adversary, policy: &Policy, as_of: Date) -> Vec<f64> {
    let mut uses = vec![0.0; attack.techniques.len()];
    if adversary.kind == AdversaryKind::Group {
        let by_campaign = not_by_campaigns(attack, adversary, policy, as_of);
        let by_software = by_software(attack, software_of(attack, adversary), policy);
        for (technique, chance) in uses.iter_mut().enumerate() {
            *chance = 1.0 - by_campaign[technique] * (1.0 - by_software[technique]);
        }
    }
    adversary.techniques.iter().for_each(|technique| uses[*technique] = 1.0);
    uses
}

/// The same for an adversary that somebody has described: the chance that is given there, and its
/// software as for any group.
#[must_use]
pub fn uses_of_own(attack: &Attack, own: &OwnAdversary, policy: &Policy) -> Vec<f64> {
    let software = own.software.iter().filter_map(|id| attack.adversary(id)).collect();
    let mut uses = by_software(attack, software, policy);
    for (id, chance) in &own.techniques {
        if let Some(technique) = attack.technique(*id) {
            uses[technique] = 1.0 - (1.0 - chance) * (1.0 - uses[technique]);
        }
    }
    uses
}

/// For every technique, the chance that no campaign of the group says it will be used again.
fn not_by_campaigns(attack: &Attack, group: &Adversary, policy: &Policy, as_of: Date) -> Vec<f64> {
    let mut not_used = vec![1.0; attack.techniques.len()];
    let campaigns: BTreeSet<usize> = group.campaigns.iter().copied().collect();
    for campaign in campaigns.iter().map(|ix| &attack.adversaries[*ix]) {
        let recency = recency(campaign, policy, as_of);
        for technique in campaign.techniques.iter().collect::<BTreeSet<_>>() {
            not_used[*technique] *= 1.0 - policy.delta_c * recency;
        }
    }
    not_used
}

/// How much a campaign still says; one without a last day counts as old.
#[must_use]
pub fn recency(campaign: &Adversary, policy: &Policy, as_of: Date) -> f64 {
    campaign.last_seen.map_or(policy.camp_wmin, |last| {
        time_weight(as_of.age_since(last), policy.camp_full, policy.camp_decline, policy.camp_wmin)
    })
}

/// The software of a group and of its campaigns.
fn software_of(attack: &Attack, group: &Adversary) -> BTreeSet<usize> {
    let of_campaigns = group.campaigns.iter().flat_map(|c| &attack.adversaries[*c].software);
    group.software.iter().chain(of_campaigns).copied().collect()
}

/// For every technique, the chance that one of the software says that it will be used: the more
/// of them implement it the higher, but never certain.
fn by_software(attack: &Attack, software: BTreeSet<usize>, policy: &Policy) -> Vec<f64> {
    let mut counts = vec![0; attack.techniques.len()];
    for software in software {
        let techniques = attack.adversaries[software].techniques.iter();
        for technique in techniques.collect::<BTreeSet<_>>() {
            counts[*technique] += 1;
        }
    }
    let chance = |count| (1.0 - power(1.0 - policy.delta_s, count)).min(policy.cap_s);
    counts.into_iter().map(chance).collect()
}

/// `base` to the power of `exponent` by plain multiplication, the same on every machine.
fn power(base: f64, exponent: usize) -> f64 {
    (0..exponent).fold(1.0, |product, _| product * base)
}

/// Groups per technique over their nearest-rank percentile, capped at 1.
fn baseline(attack: &Attack, policy: &Policy) -> Vec<f64> {
    let groups = attack.groups_per_technique();
    let mut used: Vec<usize> = groups.iter().copied().filter(|n| *n > 0).collect();
    used.sort_unstable();
    // 0.28 * 25 is 7.000000000000001, and the rank is 7.
    let rank = round9(policy.base_pct * used.len() as f64).ceil() as usize;
    let Some(common) = used.get(rank.saturating_sub(1)) else {
        return vec![0.0; groups.len()];
    };
    groups.iter().map(|n| (*n as f64 / *common as f64).min(1.0)).collect()
}

/// Impact by technique; where any is above 1 all are divided by the largest, unnamed ones
/// included, so that weights stay in 0..=1.
fn impacts(attack: &Attack, profile: &Profile) -> Vec<f64> {
    let scale = profile.impact.values().copied().fold(1.0, f64::max);
    let given: BTreeMap<_, _> = profile.impact.iter().collect();
    let of = |id| given.get(&id).map_or(1.0, |impact| **impact) / scale;
    attack.techniques.iter().map(|technique| of(technique.id)).collect()
}
