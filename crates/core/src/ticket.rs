//! The gaps that call for work, and which of them come first.

use crate::assessment::{Assessment, TechniqueAssessment};
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
