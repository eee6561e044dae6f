//! Everything that the page, the pictures, the workbook and the slides of one assessment are made
//! from.

use model::Assessment;
use model::attack::Attack;
use model::catalog::ReferenceStack;
use model::compare::Comparison;
use model::contribution::Contributions;
use model::decisions::Decisions;
use model::diff::Diff;
use model::recommend::Recommendation;
use model::requirement::Supported;
use model::scenario::ScenarioCoverage;
use model::trend::Point;

/// An assessment, and what is known beside it.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// The assessment.
    pub assessment: &'a Assessment,
    /// The release it was made against.
    pub attack: &'a Attack,
    /// What well-known stacks come to.
    pub stacks: &'a [ReferenceStack],
    /// What boards ask about; none outside the enterprise domain.
    pub scenarios: &'a [ScenarioCoverage],
    /// What to do next.
    pub recommendation: &'a Recommendation,
    /// What each control, and the rules by what they read, contributes: the largest one by one, the
    /// others as one.
    pub contributions: &'a Contributions,
    /// The same one by one, all of them.
    pub by_control: &'a Contributions,
    /// What was decided, and how it stands.
    pub decisions: &'a Decisions,
    /// What supports each requirement.
    pub supported: &'a Supported,
    /// How the figures went, where earlier assessments are at hand.
    pub line: &'a [Point],
    /// The least expected coverage that the organisation holds itself to.
    pub target: Option<f64>,
    /// What moved, where there is an earlier assessment to compare with.
    pub since: Option<Since<'a>>,
    /// The parts of the organisation side by side, where it has several.
    pub segments: Option<&'a Comparison>,
    /// What the document is called; may be empty.
    pub heading: &'a str,
}

/// An earlier assessment.
#[derive(Debug, Clone, Copy)]
pub struct Since<'a> {
    /// As it was.
    pub before: &'a Assessment,
    /// What moved.
    pub diff: &'a Diff,
}
