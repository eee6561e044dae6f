//! `lacuna report`: everything, in one folder.

use std::path::Path;

use report::material::Material;
use report::sheet::Sheet;
use report::{pictures, view};

use crate::Outcome;
use crate::args::{Common, PageArgs};
use crate::failure::Failure;
use crate::folder::{File, write_folder};
use crate::history::History;
use crate::made::ASSESSMENT;
use crate::paper;
use crate::prepared::{Asked, Prepared};
use crate::streams::Streams;

/// Gaps in the table of a report.
const GAPS: usize = 25;

/// Techniques in the tables of what moved.
const MOVED: usize = 10;

pub(crate) fn run(
    common: &Common,
    output: &Path,
    asked: &Asked<'_>,
) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let prepared = Prepared::of(common, asked, &mut streams)?;
    prepared.found.tell(common, false, &mut streams)?;
    let material = prepared.material();
    let moved = moved(&material);
    let files = files(&material, &moved, asked.page)?;
    write_folder(output, &files, &[])?;
    if let Some(folder) = asked.past.history {
        let json = files.iter().find(|(name, _)| *name == ASSESSMENT);
        let history = History::of(folder, material.assessment);
        json.map_or(Ok(()), |(_, json)| history.keep(json))?;
    }
    if !common.talk.quiet {
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        streams.say("finding", &view::finding(material.assessment))?;
        if let Some(first) = moved.first() {
            streams.say("since", &first.title)?;
        }
        streams.say("wrote", &format!("{}: {}", output.display(), names.join(", ")))?;
    }
    Ok(super::outcome(prepared.found.is_refused))
}

/// What moved since an earlier assessment.
fn moved(material: &Material<'_>) -> Vec<Sheet> {
    let sheets = material
        .since
        .map(|since| view::diff::sheets(since.before, material.assessment, since.diff, MOVED));
    sheets.unwrap_or_default()
}
