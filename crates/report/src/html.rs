//! One page of HTML that holds everything it shows: it fetches nothing, and runs nothing but its
//! own script, which its policy names by hash.
//!
//! The page is drawn from templates (`templates/`). They escape whatever they show, and [`inert`]
//! takes out what would turn the direction of writing. Pictures are images,
//! in which even a hostile SVG is inert. Without the script all of it can be read, and the script
//! only switches what is there: it makes no markup from text.

mod adversaries;
mod colours;
mod data;
mod evidence;
mod figures;
mod gaps;
mod grid;
mod layer;
mod method;
mod policy;
mod section;
mod table;
mod techniques;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

use askama::Template;
use model::assessment::Assessment;
use model::attack::Attack;
use model::catalog::ReferenceStack;
use model::movement::movements;
use model::trend::Point;

use crate::draw::look::Palette;
use crate::sheet::Sheet;
use crate::view;

use self::policy::Policy;
use self::section::{Block, Section};

/// What stands on a page beside the assessment; a part of which there is nothing is left out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// Pictures, each with the part of the page where it stands.
    pub pictures: &'a [Picture<'a>],
    /// What the figures may be compared with.
    pub stacks: &'a [ReferenceStack],
    /// How the figures went, where earlier assessments are at hand.
    pub line: &'a [Point],
    /// What moved since an earlier assessment, where there is one.
    pub since: &'a [Sheet],
    /// That earlier assessment: the matrix can show what changed.
    pub before: Option<&'a Assessment>,
    /// What to do next, and what each step buys.
    pub recommended: &'a [Sheet],
    /// What was decided, and how it stands.
    pub decided: &'a [Sheet],
    /// What each control contributes.
    pub by_control: &'a [Sheet],
    /// The colours of the steps.
    pub palette: Palette,
}

/// A picture that was drawn elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a> {
    /// Where it stands.
    pub part: Part,
    /// What it shows, for those who do not see it.
    pub alternative: &'a str,
    /// The line beneath it; may be empty.
    pub caption: &'a str,
    /// The picture, as SVG.
    pub svg: &'a str,
}

/// The parts of a page, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The findings.
    Findings,
    /// What moved since the earlier assessment.
    Moved,
    /// The gaps, by what to do about them and by rank.
    Gaps,
    /// How far what each adversary does is covered.
    Adversaries,
    /// The parts of the organisation.
    Segments,
    /// All techniques, to look into.
    Matrix,
    /// What to do next.
    Recommendations,
    /// What was decided.
    Decisions,
    /// What each control contributes.
    Controls,
    /// How the figures went.
    Trend,
    /// What was read, and what there is to say about it.
    Inputs,
    /// What the figures mean and what they do not.
    Method,
}

/// Writes the page.
///
/// # Errors
/// Those of the writer.
pub fn write(
    assessment: &Assessment,
    attack: &Attack,
    beside: &Beside<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = page(assessment, attack, beside).render().map_err(io::Error::other)?;
    out.write_all(inert(&page).as_bytes())
}

/// The page without what would act on its reader instead of being read: marks that turn the
/// direction of writing, and control characters. Templates escape the rest.
fn inert(page: &str) -> String {
    let read = page.chars().filter(|c| !crate::turns(*c));
    read.map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}

/// The whole page.
#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    policy: Policy,
    style: String,
    script: &'static str,
    title: String,
    basis: String,
    classification: Option<&'a str>,
    caveats: Vec<String>,
    sections: Vec<Section>,
    data: data::Data,
    generated_by: &'a str,
    inputs: String,
}

/// What the page does when it may run: switches, filters, moves and opens what is there.
const SCRIPT: &str = include_str!("../templates/page.js");

fn page<'a>(assessment: &'a Assessment, attack: &Attack, beside: &Beside<'_>) -> Page<'a> {
    let style = colours::style(beside.palette);
    let moved = beside.before.map(|before| movements(before, assessment, attack));
    let moved = moved.as_ref();
    Page {
        policy: Policy::of(&style, SCRIPT),
        style,
        script: SCRIPT,
        title: view::finding(assessment),
        basis: view::basis(assessment),
        classification: assessment.organisation.classification.as_deref(),
        caveats: view::caveats(assessment),
        sections: section::all(assessment, attack, beside, moved),
        data: data::of(assessment, attack, moved),
        generated_by: &assessment.generated_by,
        inputs: view::input_hash(assessment),
    }
}

/// The path of a live object of ATT&CK on its site. Only what has the form of an id has one, so
/// that nothing else gets into a link.
pub(crate) fn address(id: &str) -> Option<String> {
    let digits = id.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let page = match &id[..id.len() - digits.len()] {
        "T" => "techniques",
        "TA" => "tactics",
        "G" => "groups",
        "C" => "campaigns",
        "S" => "software",
        _ => return None,
    };
    let is_id = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    is_id.then(|| format!("{page}/{}", id.replace('.', "/")))
}
