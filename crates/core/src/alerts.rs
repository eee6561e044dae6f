//! What its alerts say about a rule that is switched on: that it is silent, or noisy. This raises
//! flags and never scores: a rare attack leaves a good rule silent.

use crate::capability::{Capability, Function, Kind};
use crate::date::Date;
use crate::policy::Policy;
use crate::strength;

/// Whether a detection rule has raised no alert in 90 days, or its last alert is too long ago.
#[must_use]
pub fn is_silent(rule: &Capability, policy: &Policy, as_of: Date) -> bool {
    let is_old = |last| as_of.age_since(last) > policy.flag_silent_days;
    watches(rule, policy) && (rule.alerts_90d == Some(0) || rule.last_fired.is_some_and(is_old))
}

/// Whether too many of a detection rule's alerts are false.
#[must_use]
pub fn is_noisy(rule: &Capability, policy: &Policy) -> bool {
    let is_much = |share| share >= policy.flag_noisy;
    watches(rule, policy) && rule.false_positive_rate.is_some_and(is_much)
}

/// Whether it is a detection rule that is on.
fn watches(rule: &Capability, policy: &Policy) -> bool {
    rule.kind == Kind::Rule && rule.function == Function::Detect && !strength::is_off(rule, policy)
}
