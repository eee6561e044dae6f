//! How much one capability says about one technique (method 2.1).

use crate::capability::{Basis, Capability, Ctid, Level, RuleLevel, RuleStatus, Status};
use crate::date::Date;
use crate::policy::Policy;
use crate::score::{Range, time_weight};

/// The family of all mappings that carry no score; its contribution is capped.
pub const UNSCORED_FAMILY: &str = "~unscored";

/// What the name of a category of products begins with where it stands among controls. It is also
/// the family of all that is said by category: two products of one category are no two layers.
pub const CATEGORY: &str = "category:";

/// Do Not Mitigate and Pre-compromise, which say that nothing can be done.
pub(crate) const NO_MITIGATIONS: [&str; 2] = ["M1055", "M1056"];

/// The base strength of a mapping, before status, telemetry and reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Base {
    /// In 0..=1.
    pub strength: f64,
    /// What it was taken from.
    pub source: BaseSource,
}

/// What a base strength was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BaseSource {
    /// A statement about this capability's strength.
    Stated,
    /// A published score of what a product can do at most, all its features on.
    Published,
    /// What products of its category do.
    Category,
    /// An anchor for ATT&CK mitigations.
    Mitigation,
    /// A mapping that says it carries no score.
    Unscored,
    /// Nothing: the record does not say how strong it is.
    Unstated,
}

impl Base {
    /// The family that the mapping by way of an id belongs to.
    #[must_use]
    pub fn family<'a>(&self, capability: &'a Capability, via: &'a str) -> &'a str {
        match self.source {
            BaseSource::Unscored | BaseSource::Unstated => UNSCORED_FAMILY,
            BaseSource::Category => via,
            BaseSource::Stated | BaseSource::Published | BaseSource::Mitigation => {
                capability.family.as_deref().unwrap_or(&capability.id)
            }
        }
    }
}

/// The base strength of a capability's mappings to techniques it names.
#[must_use]
pub fn base(capability: &Capability, policy: &Policy) -> Base {
    stated(capability, policy)
        .unwrap_or(Base { strength: policy.anchor_unscored, source: BaseSource::Unstated })
}

/// The base strength of a capability's mapping through an ATT&CK mitigation.
#[must_use]
pub fn base_through(capability: &Capability, mitigation: &str, policy: &Policy) -> Base {
    stated(capability, policy).unwrap_or(Base {
        strength: match mitigation {
            id if NO_MITIGATIONS.contains(&id) => 0.0,
            "M1047" | "M1017" => policy.anchor_mitigation_weak,
            _ => policy.anchor_mitigation,
        },
        source: BaseSource::Mitigation,
    })
}

/// The base strength of a capability's mapping through a control of a catalogue, which may have a
/// score for it. Without one it is a mapping on paper and stays in the family of those, whatever
/// the record says of its strength.
#[must_use]
pub fn base_borrowed(capability: &Capability, score: Option<Ctid>, policy: &Policy) -> Base {
    let stated = stated(capability, policy).map(|base| base.strength);
    match score {
        Some(score) => match stated {
            Some(strength) => Base { strength, source: BaseSource::Stated },
            None => Base { strength: ctid_anchor(score, policy), source: BaseSource::Published },
        },
        None => Base {
            strength: stated.unwrap_or(policy.anchor_unscored),
            source: BaseSource::Unscored,
        },
    }
}

/// The base strength of what a product does by its category: what the category comes to at most,
/// whatever the record says of its strength.
#[must_use]
pub fn base_by_category(capability: &Capability, level: Level, policy: &Policy) -> Base {
    let most = level_anchor(level, policy);
    let stated = stated(capability, policy).map_or(most, |base| base.strength.min(most));
    Base { strength: stated, source: BaseSource::Category }
}

/// The first statement of strength that is there, in the order of the method.
fn stated(capability: &Capability, policy: &Policy) -> Option<Base> {
    let alert = || alert_factor(capability, policy);
    let strength = capability
        .strength
        .or_else(|| capability.ctid.map(|ctid| ctid_anchor(ctid, policy)))
        .or_else(|| capability.dettect.map(|score| dettect_anchor(score, policy)))
        .or_else(|| capability.stp.map(|level| stp_anchor(level, policy) * alert()))
        .or_else(|| capability.rule_status.map(|status| rule_anchor(status, policy) * alert()))
        .or_else(|| capability.level.map(|level| level_anchor(level, policy)));
    let stated = strength.map(|strength| Base { strength, source: BaseSource::Stated });
    let unscored = Base { strength: policy.anchor_unscored, source: BaseSource::Unscored };
    stated.or_else(|| capability.unscored.then_some(unscored))
}

fn ctid_anchor(ctid: Ctid, policy: &Policy) -> f64 {
    match ctid {
        Ctid::Minimal => policy.anchor_ctid_minimal,
        Ctid::Partial => policy.anchor_ctid_partial,
        Ctid::Significant => policy.anchor_ctid_significant,
    }
}

fn dettect_anchor(score: i8, policy: &Policy) -> f64 {
    match score {
        ..=0 => 0.0,
        1 => policy.anchor_dettect_1,
        2 => policy.anchor_dettect_2,
        3 => policy.anchor_dettect_3,
        4 => policy.anchor_dettect_4,
        5.. => policy.anchor_dettect_5,
    }
}

fn stp_anchor(level: u8, policy: &Policy) -> f64 {
    match level {
        ..=1 => policy.anchor_stp_1,
        2 => policy.anchor_stp_2,
        3 => policy.anchor_stp_3,
        4 => policy.anchor_stp_4,
        5.. => policy.anchor_stp_5,
    }
}

fn rule_anchor(status: RuleStatus, policy: &Policy) -> f64 {
    match status {
        RuleStatus::Stable => policy.anchor_rule_stable,
        RuleStatus::Test => policy.anchor_rule_test,
        RuleStatus::Experimental => policy.anchor_rule_experimental,
        RuleStatus::Development | RuleStatus::Deprecated | RuleStatus::Unsupported => 0.0,
    }
}

fn level_anchor(level: Level, policy: &Policy) -> f64 {
    match level {
        Level::None => policy.anchor_level_none,
        Level::Minimal => policy.anchor_level_minimal,
        Level::Low => policy.anchor_level_low,
        Level::Moderate => policy.anchor_level_moderate,
        Level::High => policy.anchor_level_high,
        Level::VeryHigh => policy.anchor_level_very_high,
    }
}

/// Whether anybody acts on a rule's alerts.
fn alert_factor(capability: &Capability, policy: &Policy) -> f64 {
    let severity = match capability.rule_level {
        None | Some(RuleLevel::Critical | RuleLevel::High | RuleLevel::Medium) => policy.alert_high,
        Some(RuleLevel::Low) => policy.alert_low,
        Some(RuleLevel::Informational) => policy.alert_informational,
    };
    severity * if capability.hunting { policy.alert_hunting } else { 1.0 }
}

/// How much of a capability's strength its status lets through.
#[must_use]
pub fn status_multiplier(status: Status, policy: &Policy) -> f64 {
    match status {
        Status::Implemented => policy.status_implemented,
        Status::Enabled => policy.status_enabled,
        Status::Alternative => policy.status_alternative,
        Status::Partial => policy.status_partial,
        Status::Pilot => policy.status_pilot,
        Status::Unknown => policy.status_unknown,
        Status::Planned => policy.status_planned,
        Status::Disabled => policy.status_disabled,
        Status::NotImplemented => policy.status_not_implemented,
        Status::NotApplicable => policy.status_not_applicable,
        Status::Library => policy.status_library,
    }
}

/// Whether a capability is switched off or withdrawn, so that it counts for nothing.
#[must_use]
pub fn is_off(capability: &Capability, policy: &Policy) -> bool {
    status_multiplier(capability.status, policy) <= 0.0 || capability.is_withdrawn()
}

/// How much of a mapping its capability's status lets through. Where a product is known by name
/// alone, nobody knows which of the features are on that a published score counts with.
#[must_use]
pub fn in_place(capability: &Capability, base: &Base, policy: &Policy) -> f64 {
    let status = status_multiplier(capability.status, policy);
    match (base.source, capability.basis) {
        (BaseSource::Published, Basis::Category) => {
            status.min(status_multiplier(Status::Unknown, policy))
        }
        _ => status,
    }
}

/// How far a mapping is believed: what a category says is never more than that, and a published
/// score is published, whoever has the product.
#[must_use]
pub fn belief_in(base: &Base, basis: Basis, policy: &Policy) -> f64 {
    match (base.source, basis) {
        (BaseSource::Category, _) => belief(basis, policy).min(belief(Basis::Category, policy)),
        (BaseSource::Published, Basis::Category) => belief(Basis::Published, policy),
        _ => belief(basis, policy),
    }
}

/// How far a claim on this basis is believed.
#[must_use]
pub fn belief(basis: Basis, policy: &Policy) -> f64 {
    match basis {
        Basis::Validated => policy.gamma_validated,
        Basis::Published => policy.gamma_published,
        Basis::Tagged => policy.gamma_tagged,
        Basis::Attested => policy.gamma_attested,
        Basis::Category => policy.gamma_category,
        Basis::Unknown => policy.gamma_unknown,
    }
}

/// What tests say about a capability.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tests {
    /// Distinct procedures stopped or noticed.
    pub passed: f64,
    /// Distinct procedures tested.
    pub run: f64,
    /// How much the tests still count, by their age, 0..=1.
    pub freshness: f64,
}

impl Tests {
    /// The tests of a capability; without a date they count as expired.
    #[must_use]
    pub fn of(capability: &Capability, policy: &Policy, as_of: Date) -> Self {
        let (Some(passed), Some(run)) = (capability.tests_passed, capability.tests_run) else {
            return Self::default();
        };
        let freshness = capability.tests_last.map_or(policy.val_wmin, |last| {
            let age = as_of.age_since(last);
            time_weight(age, policy.val_full, policy.val_decline, policy.val_wmin)
        });
        Self { passed: f64::from(passed), run: f64::from(run), freshness }
    }

    /// Beta-binomial shrinkage of the tests towards a prior mean:
    /// `(F k + a m0) / (F n + a)` with prior weight `a`.
    fn shrink(&self, prior: f64, policy: &Policy) -> f64 {
        let weight = policy.prior_n;
        (self.freshness * self.passed + weight * prior) / (self.freshness * self.run + weight)
    }
}

/// The range of one mapping, before any platform's share: a sceptic expects nothing (`lo`), the
/// middle believes the claim as far as its basis carries (`exp`), the claimant all of it (`hi`);
/// tests move all three towards what they showed.
#[must_use]
pub fn range(base: f64, belief: f64, tests: &Tests, policy: &Policy) -> Range {
    let strength = |prior| tests.shrink(prior, policy);
    Range { lo: strength(0.0), exp: strength(belief * base), hi: strength(base) }
}
