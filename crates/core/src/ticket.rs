//! The gaps that call for work, each as one piece of it: which first, and what kind of work.

use crate::assessment::{Assessment, TechniqueAssessment};
use crate::attack::Attack;
use crate::capability::{Capability, Status};
use crate::inputs::Decision;

/// The gaps to hand out, `limit` at most: first those that somebody promised to fix, then the
/// others, each by rank. Accepted and excluded ones are not among them.
#[must_use]
pub fn handed_out(assessment: &Assessment, limit: usize) -> Vec<&TechniqueAssessment> {
    let mut gaps = assessment.gaps();
    let is_promised = |gap: &TechniqueAssessment| {
        gap.disposition.as_ref().is_some_and(|decided| decided.decision == Decision::Fix)
    };
    gaps.sort_by_key(|gap| (!is_promised(gap), gap.rank));
    gaps.truncate(limit);
    gaps
}

/// The kind of work that closes a gap, in a word: switch on what exists, test what is claimed,
/// write a rule, put a mitigation in place, bring in telemetry; else there is nothing to be done.
#[must_use]
pub fn next_move(
    assessment: &Assessment,
    gap: &TechniqueAssessment,
    attack: &Attack,
) -> &'static str {
    let is_claimed = gap.coverage.composite.hi >= gap.target && gap.coverage.composite.lo == 0.0;
    let has_components =
        attack.technique(gap.id).is_some_and(|ix| !attack.techniques[ix].components.is_empty());
    match () {
        () if switched_off(assessment, gap).next().is_some() => "enable",
        () if is_claimed => "test",
        () if gap.ease.telemetry > 0.0 => "write",
        () if gap.ease.mitigations > 0 => "prevent",
        () if has_components => "onboard",
        () => "accept",
    }
}

/// What names the technique and is switched off, although its author stands by it.
pub fn switched_off<'a>(
    assessment: &'a Assessment,
    gap: &TechniqueAssessment,
) -> impl Iterator<Item = &'a Capability> {
    let id = gap.id;
    let is_off = |c: &&Capability| {
        matches!(c.status, Status::Disabled | Status::Library) && !c.is_withdrawn()
    };
    let all = assessment.capabilities.iter().map(std::convert::AsRef::as_ref);
    all.filter(move |c: &&Capability| c.techniques.contains(&id)).filter(is_off)
}
