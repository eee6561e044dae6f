//! The parts of the page, in their order, and what stands in each.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::assessment::Assessment;
use model::attack::Attack;
use model::movement::Movements;

use super::adversaries::Heat;
use super::evidence::Evidence;
use super::figures::{self, Glance};
use super::grid::Grid;
use super::table::{Table, Targets};
use super::{Beside, Part, gaps, method, techniques};
use crate::sheet::{Sheet, percent};
use crate::view;
use crate::view::references::References;

/// A part of the page with its heading.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) heading: &'static str,
    pub(super) blocks: Vec<Block>,
}

/// What stands beneath a heading.
#[derive(Debug)]
pub(super) enum Block {
    /// What the part comes to, in a sentence.
    Lead(String),
    Text(String),
    /// What must be known to read what stands above it.
    Note(String),
    /// What a word means, where it first appears.
    Term(&'static str, &'static str),
    List(Vec<String>),
    Table(Table),
    /// A table that is unfolded when it is asked for: what the line says, and the table.
    Folded(String, Table),
    Image(Image),
    Glance(Glance),
    Heat(Heat),
    Grid(Grid),
}

/// A picture as a part of the page.
#[derive(Debug, Template)]
#[template(path = "image.html")]
pub(super) struct Image {
    alternative: String,
    caption: String,
    encoded: String,
}

impl Image {
    fn of(svg: &str, alternative: &str, caption: &str) -> Self {
        Self {
            alternative: alternative.to_owned(),
            caption: caption.to_owned(),
            encoded: STANDARD.encode(svg),
        }
    }
}

impl Block {
    pub(super) fn term(word: &'static str, meaning: &'static str) -> Self {
        Self::Term(word, meaning)
    }
}

/// Everything a part is drawn from.
struct Sources<'a> {
    assessment: &'a Assessment,
    attack: &'a Attack,
    beside: &'a Beside<'a>,
    moved: Option<&'a Movements>,
    targets: Targets,
    evidence: Evidence<'a>,
}

const PARTS: [(Part, &str, &str); 12] = [
    (Part::Findings, "findings", "At a glance"),
    (Part::Moved, "since", "What moved"),
    (Part::Gaps, "gaps", "What to close first"),
    (Part::Adversaries, "adversaries", "By adversary"),
    (Part::Segments, "segments", "By part of the organisation"),
    (Part::Matrix, "techniques", "All techniques"),
    (Part::Recommendations, "recommended", "What to do next"),
    (Part::Decisions, "decisions", "What was decided"),
    (Part::Controls, "controls-table", "By control"),
    (Part::Trend, "trend", "Over time"),
    (Part::Inputs, "read", "What was read"),
    (Part::Method, "method", "Method and limits"),
];

/// The parts of which there is something.
pub(super) fn all(
    assessment: &Assessment,
    attack: &Attack,
    beside: &Beside<'_>,
    moved: Option<&Movements>,
) -> Vec<Section> {
    let evidence = Evidence::of(assessment);
    let targets = Targets::of(assessment);
    let mut sources = Sources { assessment, attack, beside, moved, targets, evidence };
    let section = |(part, id, heading): (Part, &'static str, &'static str)| {
        let mut blocks = sources.blocks(part);
        let pictures = beside.pictures.iter().filter(|picture| picture.part == part);
        let pictures = pictures.map(|p| Block::Image(Image::of(p.svg, p.alternative, p.caption)));
        // The figures at a glance come before any picture.
        let at = usize::from(part == Part::Findings);
        blocks.splice(at..at, pictures);
        (!blocks.is_empty()).then_some(Section { id, heading, blocks })
    };
    PARTS.into_iter().filter_map(section).collect()
}

impl Sources<'_> {
    fn blocks(&mut self, part: Part) -> Vec<Block> {
        let Self { assessment, attack, beside, moved, targets, evidence } = self;
        let targets = &*targets;
        match part {
            Part::Findings => self.findings(),
            Part::Moved => noted(assessment, beside.since, targets),
            Part::Gaps => gaps::blocks(assessment, targets, evidence),
            Part::Adversaries => adversaries(assessment),
            Part::Segments => Vec::new(),
            Part::Matrix => {
                let table = techniques::table(assessment, targets, evidence);
                let line = format!(
                    "{} as a table, with every term; covered, prevented and so on say what is \
                     proven · expected · claimed",
                    view::in_scope(assessment)
                );
                vec![Block::Grid(Grid::of(assessment, attack, *moved)), Block::Folded(line, table)]
            }
            Part::Recommendations => noted(assessment, beside.recommended, targets),
            Part::Decisions => noted(assessment, beside.decided, targets),
            Part::Controls => noted(assessment, beside.by_control, targets),
            Part::Trend if beside.line.is_empty() => Vec::new(),
            Part::Trend => noted(assessment, &[view::trend::sheet(beside.line)], targets),
            Part::Inputs => read(assessment, targets),
            Part::Method => limits(assessment, targets),
        }
    }

    fn findings(&self) -> Vec<Block> {
        let Self { assessment, targets, .. } = self;
        let references = References::of(assessment, self.beside.stacks);
        let validated = percent(assessment.headline.validated_share);
        let mut blocks = vec![
            Block::Glance(Glance::of(assessment, references.as_ref())),
            Block::Text(format!("Of what is claimed, {validated} is proven by tests.")),
        ];
        if let Some(references) = references {
            let mut sheet = references.sheet();
            sheet.title = "Stacks that anybody can look up, with all of them in place".to_owned();
            let line = "What good looks like, in figures".to_owned();
            blocks.push(Block::Folded(line, Table::of(&sheet, targets)));
        }
        let readings = Table::of(&figures::readings(assessment), targets);
        blocks.push(Block::Folded("By function, and by other definitions".to_owned(), readings));
        let tactics = Table::of(&figures::tactics(assessment), targets);
        blocks.push(Block::Folded("By tactic".to_owned(), tactics));
        blocks
    }
}

/// Rows from which a table is unfolded only when it is asked for.
const LONG: usize = 30;

/// Tables, each with what must be known to read it; what the header says already is not repeated.
fn noted(assessment: &Assessment, sheets: &[Sheet], targets: &Targets) -> Vec<Block> {
    let said = [view::caveats(assessment), vec![view::basis(assessment)]].concat();
    let blocks = sheets.iter().flat_map(|sheet| {
        let table = match sheet.rows.len() {
            0 => Block::Text(format!("{}.", sheet.title)),
            1..LONG => Block::Table(Table::of(sheet, targets)),
            LONG.. => Block::Folded(sheet.title.clone(), Table::of(sheet, targets)),
        };
        let notes = sheet.notes.iter().filter(|note| !said.contains(note));
        let notes = notes.map(|note| Block::Note(format!("{note}.")));
        std::iter::once(table).chain(notes)
    });
    blocks.collect()
}

fn adversaries(assessment: &Assessment) -> Vec<Block> {
    let found = view::adversaries::of(assessment);
    let mut blocks = vec![
        Block::Lead(format!("{}.", found.caption.title)),
        Block::Heat(Heat::of(assessment, &found)),
        Block::term(
            "2/5",
            "two of the five techniques that it uses there are at least partially covered; –: it \
             uses none.",
        ),
        Block::term(
            "Expected",
            "the part of what it does, weighed by how likely it does it, that is expected to be \
             prevented or detected.",
        ),
        Block::term("Between", "what that comes to when single numbers of the method are others."),
    ];
    blocks.extend((!found.note.is_empty()).then_some(Block::Note(found.note)));
    blocks
}

fn read(assessment: &Assessment, targets: &Targets) -> Vec<Block> {
    let mut account = view::account(assessment);
    account.title = "Records by source, each counted once".to_owned();
    let mut ids = view::resolution(assessment);
    ids.title = "Ids that are not live".to_owned();
    let mut remarks = view::diagnostics(&assessment.diagnostics);
    remarks.title = "Remarks on the data, by kind, with the first of each".to_owned();
    if account.rows.is_empty() {
        account.title = "Nothing was read".to_owned();
    }
    let sheets =
        [account, ids, remarks].into_iter().filter(|s| !s.rows.is_empty() || !s.notes.is_empty());
    noted(assessment, &sheets.collect::<Vec<_>>(), targets)
}

fn limits(assessment: &Assessment, targets: &Targets) -> Vec<Block> {
    let inputs = method::inputs(assessment);
    let mut blocks = vec![Block::List(method::sentences(assessment))];
    blocks.extend((!inputs.rows.is_empty()).then(|| Block::Table(Table::of(&inputs, targets))));
    blocks
}
