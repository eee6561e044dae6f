//! `lacuna patch`: what was changed in a register that was exported, what it does to the figures,
//! and on demand a patch that a project takes.

mod compare;
mod file;

use std::path::Path;

use ingest::EditedError;
use model::diagnostic::Severity;
use report::patch::{Difference, Impact, sheets};
use serde::Serialize;

use crate::Outcome;
use crate::args::{Common, Format};
use crate::assessing::{Assessed, carried_out, edited, tell};
use crate::failure::Failure;
use crate::project::{plan, slashed, unreadable};
use crate::streams::Streams;
use file::CsvFile;

/// The difference as JSON.
#[derive(Serialize)]
struct Shown<'a> {
    schema: &'a str,
    /// The register that was edited.
    edited: &'a str,
    #[serde(flatten)]
    difference: &'a Difference,
    #[serde(skip_serializing_if = "Option::is_none")]
    impact: Option<Impact>,
}

/// What is to be compared, and what to be written.
pub(crate) struct Asked<'a> {
    /// The register that was edited.
    pub(crate) edited: &'a Path,
    /// Where the patch goes.
    pub(crate) output: Option<&'a Path>,
    /// Where rows that were added go.
    pub(crate) added: Option<&'a Path>,
}

pub(crate) fn run(asked: &Asked<'_>, common: &Common, format: Format) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let output = asked.output.map(|path| CsvFile::of(path, "a patch")).transpose()?;
    let added =
        asked.added.map(|path| CsvFile::of(path, "a register of added rows")).transpose()?;
    let shown = slashed(asked.edited);
    let bytes = ingest::source::read(asked.edited).map_err(|error| unreadable(&shown, &error))?;
    let plan = plan(common)?;
    for output in output.iter().chain(&added) {
        let sources = plan.sources.iter().map(|source| source.path.as_path());
        output.check_not_an_input(sources.chain([asked.edited]))?;
    }
    let earlier = output.as_ref().map(|output| output.earlier(&plan)).transpose()?.flatten();
    let register =
        edited(&bytes, &shown, &plan, common).map_err(|error| refused(&error).within(&shown))?;
    let found = carried_out(plan, common, &mut streams)?;
    let (difference, new) = compare::difference(&register, &shown, &found.assessment.capabilities);
    found.tell(common, false, &mut streams)?;
    tell(&register.diagnostics, Severity::Warning, &common.talk, &mut streams)?;
    let impact = impact(&difference, &found, common, &mut streams)?;
    let value =
        Shown { schema: "lacuna.patch.v1", edited: &shown, difference: &difference, impact };
    super::print(&sheets(&difference, impact), &value, format, &mut streams)?;
    if let Some(output) = output {
        output.write(&difference, earlier.as_ref(), &found, common, &mut streams)?;
    }
    if let Some(added) = added {
        added.write_rows(&new, common, &mut streams)?;
    }
    let is_incomplete = !difference.conflicts.is_empty() || !difference.ignored.is_empty();
    Ok(super::outcome(found.is_refused || (common.strict && is_incomplete)))
}

/// What the changes do to the headline, once a project takes them.
fn impact(
    difference: &Difference,
    found: &Assessed,
    common: &Common,
    streams: &mut Streams,
) -> Result<Option<Impact>, Failure> {
    if difference.changes.is_empty() {
        return Ok(None);
    }
    let mut plan = plan(common)?;
    plan.patches.push(file::patch("", difference));
    let after = carried_out(plan, common, streams)?.assessment.headline.threat_weighted;
    Ok(Some(Impact { before: found.assessment.headline.threat_weighted, after }))
}

fn refused(error: &EditedError) -> Failure {
    let failure = Failure::new(error);
    match error {
        EditedError::NoTable(error) => failure.help(error.help()),
        EditedError::NotExported => failure.help(
            "edit what lacuna import -o FILE.xlsx has written; any other workbook is an INPUT",
        ),
        EditedError::NoCopy => failure.help("export the register anew, and edit that"),
        EditedError::NoRegister(diagnostic) => failure.help(diagnostic.help.clone()),
    }
}
