//! Which pictures there are of one assessment, and in which order they are shown.

use crate::draw::Picture;
use crate::material::Material;
use crate::page::{Caption, Size};
use crate::pictures;
use crate::slides::Slide;
use crate::view::{self, Show, board};

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

    /// The picture with its words around it; nothing where there is nothing to show.
    #[must_use]
    pub fn picture(self, material: &Material<'_>, size: Size) -> Option<Picture> {
        self.laid_out(material, size, |_| ())
    }

    /// The picture with its words beside it, as text that can be edited.
    #[must_use]
    pub fn slide(self, material: &Material<'_>) -> Option<Slide> {
        let mut words = Caption::default();
        let picture =
            self.laid_out(material, Size::Slide, |caption| words = caption.taken_out())?;
        let notes = [&words.subtitle, &words.footnote, &picture.alternative().description];
        let notes: Vec<&str> =
            notes.into_iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
        Some(Slide { notes: notes.join("\n"), words, picture })
    }

    /// The picture, once somebody has seen to its words.
    fn laid_out(
        self,
        material: &Material<'_>,
        size: Size,
        see_to: impl FnOnce(&mut Caption),
    ) -> Option<Picture> {
        let Material { assessment, attack, .. } = *material;
        let with_heading = |caption: &mut Caption| {
            caption.heading = crate::printable(material.heading);
            see_to(caption);
        };
        Some(match self {
            Self::Board => {
                let told = board::Told {
                    assessment,
                    scenarios: material.scenarios,
                    stacks: material.stacks,
                    recommendation: Some(material.recommendation),
                    since: material.since,
                };
                let mut board = board::Board::of(&told);
                with_heading(&mut board.caption);
                pictures::board::picture(&board, size)
            }
            Self::Findings => {
                let mut findings = view::findings::of(assessment);
                with_heading(&mut findings.caption);
                pictures::findings::picture(&findings, size)
            }
            Self::Adversaries => {
                let mut adversaries = view::adversaries::of(assessment);
                with_heading(&mut adversaries.caption);
                pictures::adversaries::picture(&adversaries, size)
            }
            Self::Proof => {
                let mut proof = view::proof::of(assessment);
                with_heading(&mut proof.caption);
                pictures::proof::picture(&proof, size)
            }
            Self::Trend => {
                let mut trend = view::trend::of(assessment, material.line, material.target);
                with_heading(&mut trend.caption);
                pictures::trend::picture(&trend, size)
            }
            Self::Segments => {
                let mut segments = view::segments::of(assessment, material.segments?);
                with_heading(&mut segments.caption);
                pictures::segments::picture(&segments, size)
            }
            Self::Matrix => {
                let mut matrix = view::matrix(assessment, attack, Show::Coverage);
                with_heading(&mut matrix.caption);
                pictures::heatmap::picture(&matrix, size)
            }
            Self::Change => {
                let mut matrix = view::matrix::change(material.since?.before, assessment, attack);
                with_heading(&mut matrix.caption);
                pictures::heatmap::picture(&matrix, size)
            }
            Self::Controls => {
                let mut grid = view::contribution::of(assessment, material.contributions);
                with_heading(&mut grid.caption);
                pictures::contribution::picture(&grid, size)
            }
            Self::Steps => {
                let mut stairs = view::staircase::of(assessment, material.recommendation);
                with_heading(&mut stairs.caption);
                pictures::staircase::picture(&stairs, size)
            }
        })
    }
}
