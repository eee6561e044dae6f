//! `lacuna report`: everything, in one folder.

use std::path::Path;

use model::decisions::decisions;
use report::draw::{self, Look};
use report::html::Beside;
use report::page::Size;
use report::sheet::Sheet;
use report::view;

use super::diff::{assessment as earlier, since};
use crate::Outcome;
use crate::args::Common;
use crate::assessing::{Assessed, answer, gathered};
use crate::failure::Failure;
use crate::folder::write_folder;
use crate::history::History;
use crate::made::ASSESSMENT;
use crate::streams::Streams;

/// Gaps in the table of a report.
const GAPS: usize = 25;

/// Techniques in the tables of what moved.
const MOVED: usize = 10;

/// What to compare with.
pub(crate) struct Past<'a> {
    /// A folder of dated assessments.
    pub(crate) history: Option<&'a Path>,
    /// An earlier assessment.
    pub(crate) against: Option<&'a Path>,
}

pub(crate) fn run(common: &Common, output: &Path, past: &Past<'_>) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let before = past.against.map(earlier).transpose()?;
    let gathered = gathered(common, &mut streams)?;
    let catalog = gathered.catalog(&[]);
    let inputs = gathered.inputs(&catalog);
    let answer = answer(&inputs, common);
    let moved = match (&before, past.against) {
        (Some(before), Some(path)) => {
            let moved = since((before, path), (&answer.assessment, &inputs), &mut streams)?;
            view::diff::sheets(before, &answer.assessment, &moved, MOVED)
        }
        _ => Vec::new(),
    };
    let decided = decisions(&inputs, &answer.assessment, inputs.policy.decision_soon);
    drop(inputs);
    let found = gathered.finish(answer, common);
    found.tell(common, false, &mut streams)?;
    let history = past.history.map(|folder| History::of(folder, &found.assessment));
    let line = match &history {
        Some(history) => history.line(&found.assessment)?,
        None => Vec::new(),
    };
    let decided: Vec<Sheet> = match decided.decisions.is_empty() {
        true => Vec::new(),
        false => vec![view::decisions::sheet(&decided)],
    };
    let beside = Beside {
        line: &line,
        since: &moved,
        before: before.as_ref(),
        decided: &decided,
        ..Beside::default()
    };
    let files = files(&found, beside)?;
    write_folder(output, &files, &[])?;
    if let Some(history) = history {
        let json = files.iter().find(|(name, _)| *name == ASSESSMENT);
        json.map_or(Ok(()), |(_, json)| history.keep(json))?;
    }
    if !common.talk.quiet {
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        streams.say("finding", &view::finding(&found.assessment))?;
        if let Some(first) = moved.first() {
            streams.say("since", &first.title)?;
        }
        streams.say("wrote", &format!("{}: {}", output.display(), names.join(", ")))?;
    }
    Ok(super::outcome(found.is_refused))
}

fn files(found: &Assessed, beside: Beside<'_>) -> Result<Vec<(&'static str, Vec<u8>)>, Failure> {
    let Assessed { assessment, attack, .. } = found;
    let matrix = view::matrix(assessment, attack, view::Show::Coverage);
    let picture = report::pictures::heatmap::picture(&matrix, Size::Slide);
    let svg = draw::svg(&picture, Look::default());
    let png = draw::png(&picture, Look::default(), 1.0).map_err(Failure::new)?;
    let stacks = ingest::reference_stacks();
    let mut page = Vec::new();
    let beside = Beside { stacks: &stacks, ..beside };
    report::html::write(assessment, attack, &beside, &mut page)?;
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
    for sheet in beside.since {
        summary.push(b'\n');
        report::markdown::write(sheet, &mut summary)?;
    }
    if !beside.line.is_empty() {
        summary.push(b'\n');
        report::markdown::write(&view::trend::sheet(beside.line), &mut summary)?;
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
