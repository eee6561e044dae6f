//! What the colours of the matrix can show.

use model::assessment::{Assessment, CoverageLevel, TechniqueAssessment};
use model::capability::Function;
use model::movement::Movements;
use model::score::Range;

use crate::matrix::Shade;
use crate::view::Show;
use crate::view::matrix::{self, changed};

/// A reading of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layer {
    Expected,
    Proven,
    Prevent,
    Detect,
    Respond,
    Threat,
    Priority,
    Change,
}

impl Layer {
    /// The layers there are; change only where there is an earlier assessment.
    pub(super) fn all(has_before: bool) -> Vec<Self> {
        let mut all = vec![
            Self::Expected,
            Self::Proven,
            Self::Prevent,
            Self::Detect,
            Self::Respond,
            Self::Threat,
            Self::Priority,
        ];
        all.extend(has_before.then_some(Self::Change));
        all
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Expected => "Coverage, expected",
            Self::Proven => "Coverage, proven",
            Self::Prevent => "Prevented",
            Self::Detect => "Detected",
            Self::Respond => "Responded to",
            Self::Threat => "Threat",
            Self::Priority => "Priority",
            Self::Change => "Change",
        }
    }

    /// What the number in a cell is.
    pub(super) fn number(self) -> &'static str {
        match self {
            Self::Expected => "expected coverage, percent",
            Self::Proven => "proven coverage, percent",
            Self::Prevent => "expected to be prevented, percent",
            Self::Detect => "expected to be detected, percent",
            Self::Respond => "expected to be responded to, percent",
            Self::Threat => "how likely our adversaries use it, percent; the highest of its family",
            Self::Priority => "priority of the gap, 0 to 100; the highest of its family",
            Self::Change => "points of expected coverage since the earlier assessment",
        }
    }

    /// What the five steps are called, the lowest first.
    pub(super) fn steps(self, assessment: &Assessment) -> [String; 5] {
        match self {
            Self::Expected | Self::Proven | Self::Prevent | Self::Detect | Self::Respond => {
                matrix::steps(assessment, Show::Coverage)
            }
            Self::Threat => matrix::steps(assessment, Show::Threat),
            Self::Priority => matrix::steps(assessment, Show::Priority),
            Self::Change => matrix::changes(),
        }
    }

    /// Whether a technique with sub-techniques shows the highest of its family: coverage takes in
    /// the sub-techniques already, threat and priority are each one's own.
    fn is_of_family(self) -> bool {
        matches!(self, Self::Threat | Self::Priority)
    }
}

/// What a cell shows in one layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shown {
    /// 0 to 4.
    pub(super) step: u8,
    /// Percent, points or priority, in whole numbers.
    pub(super) number: i32,
}

/// Draws cells in one layer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Painter<'a> {
    pub(super) assessment: &'a Assessment,
    /// What moved since an earlier assessment, where there is one.
    pub(super) moved: Option<&'a Movements>,
}

impl Painter<'_> {
    /// What a technique of its own shows, or one with its sub-techniques in scope.
    pub(super) fn cell(
        self,
        layer: Layer,
        own: Option<&TechniqueAssessment>,
        subs: &[&TechniqueAssessment],
    ) -> Option<Shown> {
        let own = own.map(|own| self.of_one(layer, own));
        let of_subs = || subs.iter().map(|sub| self.of_one(layer, sub)).max();
        match own {
            Some(own) if !layer.is_of_family() => Some(own),
            // A technique may be out of scope on its own platforms and have sub-techniques in it.
            own => own.max(of_subs()),
        }
    }

    fn of_one(self, layer: Layer, technique: &TechniqueAssessment) -> Shown {
        let step = |show| matrix::step(self.assessment, technique, show);
        let whole = |share: f64| (100.0 * share).round() as i32;
        let coverage = &technique.coverage;
        let (step, number) = match layer {
            Layer::Expected => (step(Show::Coverage), whole(coverage.composite.exp)),
            Layer::Proven => (self.proven(technique), whole(coverage.composite.lo)),
            Layer::Prevent => {
                (step(Show::Function(Function::Prevent)), whole(coverage.prevent.exp))
            }
            Layer::Detect => (step(Show::Function(Function::Detect)), whole(coverage.detect.exp)),
            Layer::Respond => {
                (step(Show::Function(Function::Respond)), whole(coverage.respond.exp))
            }
            Layer::Threat => (step(Show::Threat), whole(technique.threat.value)),
            Layer::Priority => (step(Show::Priority), technique.priority.round() as i32),
            Layer::Change => self.change(technique),
        };
        Shown { step, number }
    }

    /// The level that would be if nothing counted but what is proven.
    fn proven(self, technique: &TechniqueAssessment) -> u8 {
        let lo = technique.coverage.composite.lo;
        let proven = Range { lo, exp: lo, hi: lo };
        CoverageLevel::of(proven, technique.target, &self.assessment.policy) as u8
    }

    /// Points since the earlier assessment; of what cannot be compared, none.
    fn change(self, technique: &TechniqueAssessment) -> (u8, i32) {
        let movement = self.moved.and_then(|moved| moved.techniques.get(&technique.id));
        let by = movement.and_then(|movement| movement.by()).unwrap_or(0.0);
        let step = match movement.map(changed) {
            Some(Shade::Change(by)) => (by + 2).clamp(0, 4) as u8,
            _ => 2,
        };
        (step, (100.0 * by).round() as i32)
    }
}
