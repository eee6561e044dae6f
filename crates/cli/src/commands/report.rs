//! `lacuna report`: everything, in one folder.

use std::path::Path;

use model::trend::Point;
use report::view;

use crate::Outcome;
use crate::args::Common;
use crate::assessing::{Assessed, assessed};
use crate::failure::Failure;
use crate::folder::write_folder;
use crate::history::History;
use crate::streams::Streams;

/// The assessment itself.
const ASSESSMENT: &str = "assessment.json";

/// Gaps in the table of a report.
const GAPS: usize = 25;

pub(crate) fn run(
    common: &Common,
    output: &Path,
    history: Option<&Path>,
) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let found = assessed(common, &mut streams)?;
    found.tell(common, false, &mut streams)?;
    let history = history.map(|folder| History::of(folder, &found.assessment));
    let line = match &history {
        Some(history) => history.line(&found.assessment)?,
        None => Vec::new(),
    };
    let files = files(&found, &line)?;
    write_folder(output, &files)?;
    if let Some(history) = history {
        let json = files.iter().find(|(name, _)| *name == ASSESSMENT);
        json.map_or(Ok(()), |(_, json)| history.keep(json))?;
    }
    if !common.talk.quiet {
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        streams.say("finding", &view::finding(&found.assessment))?;
        streams.say("wrote", &format!("{}: {}", output.display(), names.join(", ")))?;
    }
    Ok(super::outcome(found.is_refused))
}

fn files(found: &Assessed, line: &[Point]) -> Result<Vec<(&'static str, Vec<u8>)>, Failure> {
    let Assessed { assessment, attack, .. } = found;
    let matrix = view::matrix(assessment, attack, view::Show::Coverage);
    let svg = report::heatmap::svg(&matrix, report::heatmap::Size::Slide);
    let png = report::png::render(&svg, 1.0).map_err(Failure::new)?;
    let stacks = ingest::reference_stacks();
    let mut page = Vec::new();
    let beside = report::html::Beside { heatmap: &svg, stacks: &stacks, line };
    report::html::write(assessment, &beside, &mut page)?;
    let mut gaps = Vec::new();
    report::csv::write(&view::gaps(assessment, None, usize::MAX), &mut gaps)?;
    let mut layer = Vec::new();
    report::navigator::write(assessment, attack, view::Show::Coverage, &mut layer)?;
    let mut json = Vec::new();
    report::json::write(assessment, &mut json)?;
    let mut summary = Vec::new();
    let mut sheet = view::gaps(assessment, None, GAPS);
    let references = view::references::References::of(assessment, &stacks);
    sheet.notes.extend(references.map(|references| references.sentence()));
    report::markdown::write(&sheet, &mut summary)?;
    if !line.is_empty() {
        summary.push(b'\n');
        report::markdown::write(&view::trend::sheet(line), &mut summary)?;
    }
    Ok(vec![
        ("index.html", page),
        ("heatmap.svg", svg.into_bytes()),
        ("heatmap.png", png),
        ("gaps.csv", gaps),
        ("layer.json", layer),
        (ASSESSMENT, json),
        ("summary.md", summary),
    ])
}
