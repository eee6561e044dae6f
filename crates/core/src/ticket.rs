//! The gaps that call for work, and which of them come first.

use std::collections::BTreeMap;

use crate::assessment::{Assessment, TechniqueAssessment};
use crate::capability::{Capability, Status};
use crate::id::TechniqueId;
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

/// What is switched off although its author stands by it, by the techniques that it names.
#[must_use]
pub fn switched_off(assessment: &Assessment) -> BTreeMap<TechniqueId, Vec<&Capability>> {
    let is_off = |c: &&Capability| {
        matches!(c.status, Status::Disabled | Status::Library) && !c.is_withdrawn()
    };
    let mut off: BTreeMap<TechniqueId, Vec<&Capability>> = BTreeMap::new();
    for capability in assessment.capabilities.iter().map(AsRef::as_ref).filter(is_off) {
        for technique in &capability.techniques {
            off.entry(*technique).or_default().push(capability);
        }
    }
    off
}
