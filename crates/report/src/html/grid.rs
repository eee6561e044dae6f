//! The matrix as markup: tactics, their techniques, and the sub-techniques of each to unfold.

use std::collections::BTreeMap;

use askama::Template;
use model::assessment::{Assessment, CoverageLevel, TechniqueAssessment};
use model::attack::{AdversaryKind, Attack};
use model::movement::Movements;

use super::layer::{Layer, Painter};
use crate::matrix::{Cell, Column, Matrix, Proof, Shade};
use crate::view::{self, Show, matrix};

/// The matrix with its controls and its legend.
#[derive(Debug, Template)]
#[template(path = "grid.html")]
pub(super) struct Grid {
    layers: Vec<&'static str>,
    steps: [String; 5],
    number: &'static str,
    ours: Vec<Choice>,
    groups: Vec<Choice>,
    platforms: Vec<String>,
    levels: Vec<&'static str>,
    tactics: Vec<Tactic>,
}

#[derive(Debug)]
struct Choice {
    id: String,
    name: String,
}

#[derive(Debug)]
struct Tactic {
    name: String,
    share: String,
    /// The length of its bar, as SVG says it.
    bar: String,
    techniques: String,
    /// In how many columns its techniques stand on paper.
    columns: usize,
    boxes: Vec<Box>,
}

/// A technique in a tactic.
#[derive(Debug)]
struct Box {
    id: String,
    /// The row that says more: its own, or that of its first sub-technique where it is out of scope.
    row: String,
    name: String,
    /// Out of scope where it is not there.
    shown: Option<(u8, i32)>,
    is_first_gap: bool,
    is_proven: bool,
    fraction: String,
    subs: Vec<Box>,
}

/// Techniques beneath each other on paper; a longer tactic takes a further column.
const ON_PAPER: usize = 18;

/// Techniques in scope by the technique that they belong to, itself first.
type Families<'a> = BTreeMap<String, Vec<&'a TechniqueAssessment>>;

impl Grid {
    pub(super) fn of(assessment: &Assessment, attack: &Attack, moved: Option<&Movements>) -> Self {
        let matrix = view::matrix(assessment, attack, Show::Coverage);
        let draw = Draw { painter: Painter { assessment, moved }, families: families(assessment) };
        let ours = assessment.adversaries.iter();
        let groups = attack.adversaries.iter().filter(|a| a.kind == AdversaryKind::Group);
        Self {
            layers: Layer::all(moved.is_some()).into_iter().map(Layer::name).collect(),
            steps: Layer::Expected.steps(assessment),
            number: Layer::Expected.number(),
            ours: ours.map(|a| Choice { id: a.id.clone(), name: a.name.clone() }).collect(),
            groups: groups.map(|a| Choice { id: a.id.clone(), name: a.name.clone() }).collect(),
            platforms: platforms(assessment),
            levels: CoverageLevel::ALL.map(CoverageLevel::word).to_vec(),
            tactics: matrix.columns.iter().map(|column| draw.tactic(column, &matrix)).collect(),
        }
    }
}

/// The platforms of the techniques in scope, by name.
pub(super) fn platforms(assessment: &Assessment) -> Vec<String> {
    let all = assessment.techniques.iter().flat_map(|t| &t.platforms);
    let distinct: std::collections::BTreeSet<&String> = all.collect();
    distinct.into_iter().cloned().collect()
}

pub(super) fn families(assessment: &Assessment) -> Families<'_> {
    let mut families = Families::new();
    for technique in &assessment.techniques {
        let of = technique.parent.unwrap_or(technique.id).to_string();
        families.entry(of).or_default().push(technique);
    }
    families
}

struct Draw<'a> {
    painter: Painter<'a>,
    families: Families<'a>,
}

impl Draw<'_> {
    fn tactic(&self, column: &Column, matrix: &Matrix) -> Tactic {
        let boxes: Vec<Box> = column.cells.iter().map(|cell| self.technique(cell)).collect();
        let share = column.share.unwrap_or(0.0);
        Tactic {
            name: column.name.clone(),
            share: column.left.clone(),
            bar: format!("{:.1}%", 100.0 * share.clamp(0.0, 1.0)),
            techniques: column.right.clone(),
            columns: columns(boxes.len(), matrix),
            boxes,
        }
    }

    fn technique(&self, cell: &Cell) -> Box {
        let family = self.families.get(&cell.id).map(Vec::as_slice).unwrap_or_default();
        let subs = family.iter().filter(|t| t.parent.is_some());
        let fraction = cell.fraction.map(|(some, all)| format!("{some}/{all}"));
        let subs: Vec<Box> = subs.map(|sub| self.sub(sub)).collect();
        Box {
            id: cell.id.clone(),
            row: family.first().map(|t| t.id.to_string()).unwrap_or_default(),
            name: cell.name.clone(),
            shown: self.shown(family, cell.shade),
            is_first_gap: cell.outlined,
            is_proven: cell.proof == Proof::Proven,
            fraction: fraction.unwrap_or_else(|| subs.len().to_string()),
            subs,
        }
    }

    fn shown(&self, family: &[&TechniqueAssessment], shade: Shade) -> Option<(u8, i32)> {
        let own = family.iter().copied().find(|t| t.parent.is_none());
        let subs: Vec<_> = family.iter().copied().filter(|t| t.parent.is_some()).collect();
        let shown = self.painter.cell(Layer::Expected, own, &subs)?;
        (shade != Shade::OutOfScope).then_some((shown.step, shown.number))
    }

    fn sub(&self, sub: &TechniqueAssessment) -> Box {
        let shown = self.painter.cell(Layer::Expected, Some(sub), &[]);
        Box {
            id: sub.id.to_string(),
            row: sub.id.to_string(),
            name: sub.name.clone(),
            shown: shown.map(|shown| (shown.step, shown.number)),
            is_first_gap: sub.rank.is_some_and(|rank| rank <= matrix::OUTLINED),
            is_proven: sub.coverage.composite.lo > 0.0,
            fraction: String::new(),
            subs: Vec::new(),
        }
    }
}

/// A tactic longer than a page is high takes several columns.
fn columns(boxes: usize, matrix: &Matrix) -> usize {
    let longest = matrix.columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    if longest <= ON_PAPER { 1 } else { boxes.div_ceil(ON_PAPER).clamp(1, 4) }
}
