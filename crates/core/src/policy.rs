//! Every number that is a judgement, in one place, each under the name the user sets it by.
//!
//! Sources: "CTID" is the Center for Threat-Informed Defense; "STP" its Summiting the Pyramid;
//! "bands" are ServiceNow's published effectiveness bands (poor 1-20 % ... excellent 81-100 %),
//! whose middles the anchors are; "ours" marks a choice of this project that leadership may
//! challenge. All values are shares in 0..=1 unless a unit is given.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::score::round9;

/// One number of the policy: its name, default, permitted values and meaning.
pub struct Number {
    /// The name in `[policy]`, `--policy` and the JSON.
    pub name: &'static str,
    /// The value where the user says nothing.
    pub default: f64,
    /// The values that make sense.
    pub range: RangeInclusive<f64>,
    /// What it means and where it comes from.
    pub meaning: &'static str,
    get: fn(&Policy) -> f64,
    set: fn(&mut Policy, f64),
}

/// Why a policy number could not be set.
#[derive(Debug, Clone, PartialEq)]
pub enum PolicyError {
    /// No number has this name.
    UnknownName(String),
    /// The value lies outside the permitted ones.
    OutOfRange {
        /// The number's name.
        name: &'static str,
        /// What was given.
        value: f64,
        /// What is permitted.
        range: RangeInclusive<f64>,
    },
}

impl std::fmt::Display for PolicyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownName(name) => write!(f, "no policy number is called {name:?}"),
            Self::OutOfRange { name, value, range } => {
                write!(f, "{name} = {value} is outside {} to {}", range.start(), range.end())
            }
        }
    }
}

impl std::error::Error for PolicyError {}

macro_rules! policy {
    ($($field:ident $name:literal = $default:literal in $lo:literal..$hi:literal : $meaning:literal;)+) => {
        /// Every judgement number of the method; see [`NUMBERS`] for names and permitted values.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Policy {
            $(#[doc = $meaning] pub $field: f64,)+
        }

        impl Default for Policy {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        /// All numbers of the policy, in the order in which they are explained.
        pub const NUMBERS: &[Number] = &[
            $(Number {
                name: $name,
                default: $default,
                range: $lo..=$hi,
                meaning: $meaning,
                get: |policy| policy.$field,
                set: |policy, value| policy.$field = value,
            },)+
        ];
    };
}

policy! {
    rho "rho" = 0.8 in 0.0..1.0 : "How much the strongest of a family counts against all of it: 1 takes the strongest alone (STP's OR), 0 treats all as independent. Ours.";
    kappa "kappa" = 0.5 in 0.0..1.0 : "The most that evidence for a technique alone can say about it where it has sub-techniques in scope. Ours.";
    tau "tau" = 0.8 in 0.01..1.0 : "Enough: the expected coverage at which a technique is no gap any more (CTID's significant).";
    tau_opportunistic "tau.opportunistic" = 0.3 in 0.01..1.0 : "Enough for a technique that the user covers opportunistically. Ours.";
    unscored_cap "unscored_cap" = 0.5 in 0.0..1.0 : "The most that the family of unscored mappings can contribute. Ours, after CTID's rubric.";
    delta_c "delta_c" = 0.9 in 0.0..1.0 : "Chance that a group uses again what it used in a recent campaign. Ours.";
    delta_s "delta_s" = 0.2 in 0.0..1.0 : "Chance that a group uses a technique which one of its software implements. Ours.";
    cap_s "cap_s" = 0.5 in 0.0..1.0 : "The most that software alone can say about a group. Ours.";
    beta "beta" = 0.3 in 0.0..1.0 : "Weight of the baseline (what all groups do) beside the profile; 1 where there is no profile. Ours.";
    a_choke "a_choke" = 0.25 in 0.0..10.0 : "How much a choke point raises a priority. Ours; small, since choke points are opinion.";
    prior_n "prior_n" = 2.0 in 0.01..100.0 : "Weight of the prior beside tests, in tests. Ours.";
    camp_full "camp_full" = 730.0 in 0.0..36500.0 : "Days for which a campaign counts in full. CTID's time weight, longer window.";
    camp_decline "camp_decline" = 1095.0 in 1.0..36500.0 : "Days over which a campaign's weight then falls.";
    camp_wmin "camp_wmin" = 0.25 in 0.0..1.0 : "Weight of an old campaign, or of one without a date.";
    val_full "val_full" = 180.0 in 0.0..36500.0 : "Days for which a test counts in full. Ours.";
    val_decline "val_decline" = 185.0 in 1.0..36500.0 : "Days over which a test's weight then falls.";
    val_wmin "val_wmin" = 0.0 in 0.0..1.0 : "Weight of an old test, or of one without a date.";
    base_pct "base_pct" = 0.9 in 0.01..1.0 : "Percentile (nearest rank) of groups per technique that counts as baseline 1 (CTID prevalence).";
    any_threshold "any_threshold" = 0.1 in 0.0..1.0 : "Coverage from which a technique counts as covered at all.";
    warn_unknown "warn.unknown" = 0.01 in 0.0..1.0 : "Share of ids that count for nothing from which every output says so first. Ours.";
    level_weak "level.weak" = 0.1 in 0.0..1.0 : "Coverage from which the word is weak instead of trace.";
    level_partial "level.partial" = 0.4 in 0.0..1.0 : "Coverage from which the word is partial instead of weak; strong begins at tau.";

    gamma_validated "gamma.validated" = 1.0 in 0.0..1.0 : "Belief in what was validated.";
    gamma_published "gamma.published" = 0.85 in 0.0..1.0 : "Belief in a published mapping. Ours.";
    gamma_tagged "gamma.tagged" = 0.75 in 0.0..1.0 : "Belief in a rule's own tags: 13 to 18 % of rules in production are broken (CardinalOps), and tags err too.";
    gamma_attested "gamma.attested" = 0.7 in 0.0..1.0 : "Belief in what somebody attests. Ours.";
    gamma_category "gamma.category" = 0.4 in 0.0..1.0 : "Belief in what a product is said to do by its category alone: less than in a claim about the product itself, whatever that rests on. Ours.";
    gamma_unknown "gamma.unknown" = 0.5 in 0.0..1.0 : "Belief in a claim of unknown basis. Ours.";

    status_implemented "status.implemented" = 1.0 in 0.0..1.0 : "Share of an implemented control's strength that counts.";
    status_enabled "status.enabled" = 1.0 in 0.0..1.0 : "The same for a rule that is switched on.";
    status_alternative "status.alternative" = 0.7 in 0.0..1.0 : "The same for an alternative implementation.";
    status_partial "status.partial" = 0.5 in 0.0..1.0 : "The same for a partial implementation.";
    status_pilot "status.pilot" = 0.5 in 0.0..1.0 : "The same for a pilot.";
    status_unknown "status.unknown" = 0.5 in 0.0..1.0 : "The same for a row whose status is not known.";
    status_planned "status.planned" = 0.0 in 0.0..1.0 : "The same for a plan.";
    status_disabled "status.disabled" = 0.0 in 0.0..1.0 : "The same for what is switched off.";
    status_not_implemented "status.not_implemented" = 0.0 in 0.0..1.0 : "The same for what is not there.";
    status_not_applicable "status.not_applicable" = 0.0 in 0.0..1.0 : "The same for what does not apply.";
    status_library "status.library" = 0.0 in 0.0..1.0 : "The same for a rule that exists in a library only.";

    anchor_level_none "anchor.level.none" = 0.0 in 0.0..1.0 : "Strength of the named level none (bands).";
    anchor_level_minimal "anchor.level.minimal" = 0.1 in 0.0..1.0 : "Strength of minimal (bands).";
    anchor_level_low "anchor.level.low" = 0.3 in 0.0..1.0 : "Strength of low (bands).";
    anchor_level_moderate "anchor.level.moderate" = 0.5 in 0.0..1.0 : "Strength of moderate (bands).";
    anchor_level_high "anchor.level.high" = 0.7 in 0.0..1.0 : "Strength of high (bands).";
    anchor_level_very_high "anchor.level.very_high" = 0.9 in 0.0..1.0 : "Strength of very high (bands).";
    anchor_ctid_minimal "anchor.ctid.minimal" = 0.2 in 0.0..1.0 : "Strength of CTID's minimal.";
    anchor_ctid_partial "anchor.ctid.partial" = 0.5 in 0.0..1.0 : "Strength of CTID's partial.";
    anchor_ctid_significant "anchor.ctid.significant" = 0.8 in 0.0..1.0 : "Strength of CTID's significant.";
    anchor_dettect_1 "anchor.dettect.1" = 0.1 in 0.0..1.0 : "Strength of DeTT&CT detection 1, basic (bands); 0 and -1 are 0.";
    anchor_dettect_2 "anchor.dettect.2" = 0.3 in 0.0..1.0 : "Strength of DeTT&CT detection 2, fair.";
    anchor_dettect_3 "anchor.dettect.3" = 0.5 in 0.0..1.0 : "Strength of DeTT&CT detection 3, good.";
    anchor_dettect_4 "anchor.dettect.4" = 0.7 in 0.0..1.0 : "Strength of DeTT&CT detection 4, very good.";
    anchor_dettect_5 "anchor.dettect.5" = 0.9 in 0.0..1.0 : "Strength of DeTT&CT detection 5, excellent.";
    anchor_stp_1 "anchor.stp.1" = 0.1 in 0.0..1.0 : "Strength of an analytic at STP level 1, ephemeral values.";
    anchor_stp_2 "anchor.stp.2" = 0.3 in 0.0..1.0 : "Strength at STP level 2, adversary tool.";
    anchor_stp_3 "anchor.stp.3" = 0.5 in 0.0..1.0 : "Strength at STP level 3, pre-existing tool.";
    anchor_stp_4 "anchor.stp.4" = 0.7 in 0.0..1.0 : "Strength at STP level 4, some implementations.";
    anchor_stp_5 "anchor.stp.5" = 0.9 in 0.0..1.0 : "Strength at STP level 5, core of the technique.";
    anchor_rule_stable "anchor.rule.stable" = 0.3 in 0.0..1.0 : "Strength of a stable rule: 71 % of scored public rules are at STP 1 or 2.";
    anchor_rule_test "anchor.rule.test" = 0.2 in 0.0..1.0 : "Strength of a rule under test.";
    anchor_rule_experimental "anchor.rule.experimental" = 0.1 in 0.0..1.0 : "Strength of an experimental rule.";
    anchor_unscored "anchor.unscored" = 0.2 in 0.0..1.0 : "Strength of a mapping without a score.";
    anchor_mitigation "anchor.mitigation" = 0.5 in 0.0..1.0 : "Strength of an ATT&CK mitigation that is claimed. Ours.";
    anchor_mitigation_weak "anchor.mitigation.weak" = 0.2 in 0.0..1.0 : "The same for M1047 Audit and M1017 User Training. Ours.";

    alert_high "alert.high" = 1.0 in 0.0..1.0 : "Alert factor of a rule of medium, high or critical level: the level says severity, not efficacy.";
    alert_low "alert.low" = 0.6 in 0.0..1.0 : "Alert factor of a rule of low level: few act on it.";
    alert_informational "alert.informational" = 0.2 in 0.0..1.0 : "Alert factor of an informational rule.";
    alert_hunting "alert.hunting" = 0.5 in 0.0..1.0 : "Further factor of a hunting or building-block rule.";

    flag_silent_days "flag.silent_days" = 90.0 in 0.0..36500.0 : "Days after its last alert from which a rule that is on is flagged as silent; never scored. Ours.";
    flag_noisy "flag.noisy" = 0.5 in 0.01..1.0 : "Share of false alerts from which a rule that is on is flagged as noisy; never scored. Ours.";

    ease_telemetry "ease.telemetry" = 0.5 in 0.0..1.0 : "Weight of telemetry and public rules in the ease of closing a gap; mitigations have the rest. Ours.";
    ease_rules "ease.rules" = 5.0 in 1.0..1000.0 : "Public rules from which there are plenty (ACRE's threshold), in rules.";
    ease_floor "ease.floor" = 0.5 in 0.0..1.0 : "What a quick win keeps of its priority where nothing makes it easy. Ours.";
    ease_mitigations "ease.mitigations" = 3.0 in 1.0..100.0 : "Open mitigations from which there are plenty, in mitigations. Ours.";

    effort_enable "effort.enable" = 1.0 in 0.01..1000000.0 : "Cost of switching on a rule that exists, where its row states none: small. Ours, in any unit.";
    effort_test "effort.test" = 1.0 in 0.01..1000000.0 : "Cost of testing what is claimed: small. Ours.";
    effort_write "effort.write" = 3.0 in 0.01..1000000.0 : "Cost of writing a rule: medium. Ours.";
    effort_prevent "effort.prevent" = 8.0 in 0.01..1000000.0 : "Cost of putting a control or a mitigation in place: large. Ours.";
    effort_onboard "effort.onboard" = 20.0 in 0.01..1000000.0 : "Cost of bringing in a log source or a product: very large. Ours.";
}

impl Policy {
    /// Sets one number by name.
    ///
    /// # Errors
    /// An unknown name, or a value outside the permitted ones (NaN included).
    pub fn set(&mut self, name: &str, value: f64) -> Result<(), PolicyError> {
        let name = name.trim().to_ascii_lowercase();
        let Some(number) = NUMBERS.iter().find(|number| number.name == name) else {
            return Err(PolicyError::UnknownName(name));
        };
        if !number.range.contains(&value) {
            let range = number.range.clone();
            return Err(PolicyError::OutOfRange { name: number.name, value, range });
        }
        (number.set)(self, round9(value));
        Ok(())
    }

    /// Every number under its name.
    #[must_use]
    pub fn numbers(&self) -> BTreeMap<&'static str, f64> {
        NUMBERS.iter().map(|number| (number.name, (number.get)(self))).collect()
    }
}

impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.numbers())
    }
}

impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut policy = Self::default();
        for (name, value) in BTreeMap::<String, f64>::deserialize(deserializer)? {
            match policy.set(&name, value) {
                // A number of a later version says nothing to this one.
                Ok(()) | Err(PolicyError::UnknownName(_)) => {}
                Err(error @ PolicyError::OutOfRange { .. }) => return Err(D::Error::custom(error)),
            }
        }
        Ok(policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_its_own_name_and_a_permitted_default() {
        let names: std::collections::BTreeSet<_> = NUMBERS.iter().map(|n| n.name).collect();
        assert_eq!(names.len(), NUMBERS.len());
        for number in NUMBERS {
            assert!(number.range.contains(&number.default), "{}", number.name);
            assert_eq!(number.name, number.name.to_ascii_lowercase());
            assert_eq!((number.get)(&Policy::default()), number.default, "{}", number.name);
        }
    }

    #[test]
    fn names_and_values_are_checked() {
        let mut policy = Policy::default();
        assert_eq!(policy.set("Delta_C", 0.5), Ok(()));
        assert_eq!(policy.delta_c, 0.5);
        assert!(matches!(policy.set("tao", 0.5), Err(PolicyError::UnknownName(_))));
        assert!(matches!(policy.set("tau", 80.0), Err(PolicyError::OutOfRange { .. })));
        assert!(policy.set("tau", f64::NAN).is_err());
    }
}
