//! `lacuna import`: what was read, what was understood and what was not; on demand, what was
//! understood as one register.

mod normalised;
mod tables;

use std::path::Path;

use normalised::Normalised;
use report::view;
use serde::Serialize;

use crate::Outcome;
use crate::args::{Common, Format};
use crate::assessing::assessed;
use crate::failure::Failure;
use crate::streams::Streams;

/// The account as JSON: the parts of an assessment that speak of the inputs.
#[derive(Serialize)]
struct Account<'a> {
    schema: &'a str,
    attack: &'a model::assessment::Release,
    inputs: &'a [model::inputs::Source],
    resolution: &'a model::resolve::Resolution,
    capabilities: &'a [std::sync::Arc<model::capability::Capability>],
    diagnostics: &'a [model::diagnostic::Diagnostic],
    /// How the tables were read.
    tables: &'a [ingest::TableRead],
}

pub(crate) fn run(
    common: &Common,
    output: Option<&Path>,
    format: Format,
) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let normalised = output.map(Normalised::of).transpose()?;
    let mut found = assessed(common, &mut streams)?;
    // The account says it all on standard output, with every place under -v.
    if common.talk.verbose {
        found.tell(common, true, &mut streams)?;
        tables::tell(&found.tables, &mut streams)?;
    }
    if let Some(normalised) = normalised {
        normalised.write(&found, common, &mut streams)?;
    }
    let assessment = &mut found.assessment;
    let account = Account {
        schema: "lacuna.import.v1",
        attack: &assessment.attack,
        inputs: &assessment.inputs,
        resolution: &assessment.resolution,
        capabilities: &assessment.capabilities,
        diagnostics: &assessment.diagnostics,
        tables: &found.tables,
    };
    let mut sheets = vec![view::account(assessment)];
    if assessment.resolution.total() + assessment.resolution.other_framework > 0 {
        sheets.push(view::resolution(assessment));
    }
    if !assessment.diagnostics.is_empty() {
        sheets.push(view::diagnostics(&assessment.diagnostics));
    }
    super::print(&sheets, &account, format, &mut streams)?;
    if !common.talk.verbose {
        found.advise(common, &mut streams)?;
    }
    Ok(super::outcome(found.is_refused))
}
