//! Which pictures there are of one assessment, and in which order they are shown.

use crate::draw::Picture;
use crate::material::Material;
use crate::page::Size;
use crate::pictures;
use crate::view::{self, Show};

/// One of the pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chart {
    /// Better or worse, what could happen, what to decide.
    Board,
    /// Levels by tactic beside the first gaps.
    Findings,
    /// Adversaries by tactic.
    Adversaries,
    /// Proven, expected and claimed by tactic.
    Proof,
    /// All techniques by tactic.
    Matrix,
    /// The same, by what moved.
    Change,
    /// What each control contributes.
    Controls,
    /// What the recommended steps come to.
    Steps,
    /// The figures over time.
    Trend,
    /// The segments by tactic.
    Segments,
}

impl Chart {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::Board,
        Self::Findings,
        Self::Adversaries,
        Self::Proof,
        Self::Steps,
        Self::Controls,
        Self::Segments,
        Self::Trend,
        Self::Change,
        Self::Matrix,
    ];

    /// Its name, also that of its file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Board => "board",
            Self::Findings => "findings",
            Self::Adversaries => "adversaries",
            Self::Proof => "proof",
            Self::Matrix => "matrix",
            Self::Change => "change",
            Self::Controls => "controls",
            Self::Steps => "steps",
            Self::Trend => "trend",
            Self::Segments => "segments",
        }
    }
}
