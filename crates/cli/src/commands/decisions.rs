//! `lacuna decisions`: what was decided, and how it stands.

mod from;

use std::path::Path;

use model::assess;
use model::decisions::decisions;
use report::view;

use crate::Outcome;
use crate::args::{Common, Format};
use crate::assessing::{Answer, gathered};
use crate::failure::Failure;
use crate::folder::write_file;
use crate::project::slashed;
use crate::streams::Streams;

/// What is asked for.
pub(crate) struct Asked<'a> {
    /// Days before its day from which a decision is soon.
    pub(crate) soon: Option<u32>,
    /// A workbook that was filled in.
    pub(crate) from: Option<&'a Path>,
    /// Where to write.
    pub(crate) output: Option<&'a Path>,
}

pub(crate) fn run(common: Common, asked: &Asked<'_>, format: Format) -> Result<Outcome, Failure> {
    match asked.from {
        Some(from) => from::run(common, from, asked.output, format),
        None => standing(&common, asked.soon, asked.output, format),
    }
}

/// The project's decisions, and how they stand.
fn standing(
    common: &Common,
    soon: Option<u32>,
    output: Option<&Path>,
    format: Format,
) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    if let Some(path) = output.filter(|path| !is_calendar(path)) {
        let message = format!("cannot write {}: not a calendar", slashed(path));
        return Err(Failure::new(message).help(
            "name it .ics; for tables use --format csv, json or md; with --from, .toml or .csv",
        ));
    }
    let gathered = gathered(common, &mut streams)?;
    let catalog = gathered.catalog(&[]);
    let inputs = gathered.inputs(&catalog);
    let assessment = assess(&inputs);
    let soon = soon.map_or(inputs.policy.decision_soon, f64::from);
    let found = decisions(&inputs, &assessment, soon);
    drop(inputs);
    let assessed = gathered.finish(Answer::alone(assessment), common);
    // The table says of every decision how it stands, and rests on no figure.
    assessed.tell(common, true, &mut streams)?;
    match output {
        Some(path) => {
            let mut calendar = Vec::new();
            report::ics::write(&found, &mut calendar)?;
            write_file(path, &calendar)?;
            if !common.talk.quiet {
                streams.say("wrote", &slashed(path))?;
            }
        }
        None => {
            let sheet = view::decisions::sheet(&found);
            super::print(&[sheet], &found, format, &mut streams)?;
        }
    }
    Ok(super::outcome(assessed.is_refused))
}

fn is_calendar(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("ics"))
}
