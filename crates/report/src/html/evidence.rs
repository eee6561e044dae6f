//! What covers a technique, piece by piece, for readers without the script.

use std::collections::BTreeMap;

use askama::Template;
use model::assessment::{Assessment, EvidenceSummary, TechniqueAssessment};
use model::capability::Capability;

use crate::sheet::percent;

/// Pieces of evidence that a page shows beside its data. A large organisation has hundreds of
/// thousands; the first gaps have theirs, then the other techniques by id.
const SHOWN: usize = 600;

/// Pieces that are shown of one technique, the strongest.
const OF_ONE: usize = 12;

/// The strongest pieces of evidence of a technique.
#[derive(Debug, Template)]
#[template(path = "evidence.html")]
pub(super) struct Pieces {
    all: usize,
    shown: Vec<Piece>,
    id: String,
}

#[derive(Debug)]
struct Piece {
    name: String,
    function: &'static str,
    strength: String,
    origin: String,
}

/// Hands out evidence until enough is shown.
pub(super) struct Evidence<'a> {
    capabilities: BTreeMap<&'a str, &'a Capability>,
    left: usize,
}

impl<'a> Evidence<'a> {
    pub(super) fn of(assessment: &'a Assessment) -> Self {
        let capabilities = assessment.capabilities.iter().map(|c| (c.id.as_str(), c.as_ref()));
        Self { capabilities: capabilities.collect(), left: SHOWN }
    }

    /// What covers a technique, as far as there is room.
    pub(super) fn pieces(&mut self, technique: &TechniqueAssessment) -> Pieces {
        let strongest = strongest(&technique.evidence);
        let room = OF_ONE.min(self.left);
        let shown: Vec<Piece> = strongest.into_iter().take(room).map(|e| self.piece(e)).collect();
        self.left -= shown.len();
        Pieces { all: technique.evidence.len(), shown, id: technique.id.to_string() }
    }

    fn piece(&self, evidence: &EvidenceSummary) -> Piece {
        let capability = self.capabilities.get(evidence.capability.as_str());
        let title = capability.map(|c| c.title.as_str()).filter(|title| !title.is_empty());
        Piece {
            name: title.unwrap_or(&evidence.capability).to_owned(),
            function: evidence.function.word(),
            strength: format!(
                "{} expected, {} proven",
                percent(evidence.exp),
                percent(evidence.lo)
            ),
            origin: capability.map(|c| c.origin.to_string()).unwrap_or_default(),
        }
    }
}

/// Evidence by what can be expected of it, the most first.
pub(super) fn strongest(evidence: &[EvidenceSummary]) -> Vec<&EvidenceSummary> {
    let mut sorted: Vec<&EvidenceSummary> = evidence.iter().collect();
    sorted.sort_by(|a, b| b.exp.total_cmp(&a.exp).then_with(|| a.capability.cmp(&b.capability)));
    sorted
}
