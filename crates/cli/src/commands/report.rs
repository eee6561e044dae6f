//! `lacuna report`: everything, in one folder.

use std::path::Path;

use report::view;

use crate::Outcome;
use crate::args::Common;
use crate::assessing::{Assessed, assessed};
use crate::failure::Failure;
use crate::folder::write_folder;
use crate::streams::Streams;

/// Gaps in the table of a report.
const GAPS: usize = 25;

pub(crate) fn run(common: &Common, output: &Path) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let found = assessed(common, &mut streams)?;
    found.tell(common, false, &mut streams)?;
    let files = files(&found)?;
    write_folder(output, &files)?;
    if !common.talk.quiet {
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        streams.say("finding", &view::finding(&found.assessment))?;
        streams.say("wrote", &format!("{}: {}", output.display(), names.join(", ")))?;
    }
    Ok(super::outcome(found.is_refused))
}

fn files(found: &Assessed) -> Result<Vec<(&'static str, Vec<u8>)>, Failure> {
    let Assessed { assessment, attack, .. } = found;
    let matrix = view::matrix(assessment, attack, view::Show::Coverage);
    let svg = report::heatmap::svg(&matrix, report::heatmap::Size::Slide);
    let png = report::png::render(&svg, 1.0).map_err(Failure::new)?;
    let stacks = ingest::reference_stacks();
    let mut page = Vec::new();
    report::html::write(assessment, &svg, &stacks, &mut page)?;
    let mut gaps = Vec::new();
    report::csv::write(&view::gaps(assessment, usize::MAX), &mut gaps)?;
    let mut layer = Vec::new();
    report::navigator::write(assessment, attack, view::Show::Coverage, &mut layer)?;
    let mut json = Vec::new();
    report::json::write(assessment, &mut json)?;
    let mut summary = Vec::new();
    let mut sheet = view::gaps(assessment, GAPS);
    let references = view::references::References::of(assessment, &stacks);
    sheet.notes.extend(references.map(|references| references.sentence()));
    report::markdown::write(&sheet, &mut summary)?;
    Ok(vec![
        ("index.html", page),
        ("heatmap.svg", svg.into_bytes()),
        ("heatmap.png", png),
        ("gaps.csv", gaps),
        ("layer.json", layer),
        ("assessment.json", json),
        ("summary.md", summary),
    ])
}
