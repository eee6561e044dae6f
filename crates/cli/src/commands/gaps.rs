//! `lacuna gaps`: the ranked list.

use std::io::Write;

use report::view;

use crate::Outcome;
use crate::args::{Common, Format};
use crate::assessing::{assessed, by_segment as compared_by_segment};
use crate::failure::Failure;
use crate::streams::Streams;

pub(crate) fn run(common: &Common, count: usize, format: Format) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let found = assessed(common, &mut streams)?;
    found.tell(common, matches!(format, Format::Table | Format::Md), &mut streams)?;
    if format == Format::Ndjson {
        for technique in found.assessment.gaps() {
            report::json::write_line(technique, &mut streams.out)?;
        }
        streams.out.flush()?;
    } else {
        let sheet = view::gaps(&found.assessment, count);
        super::print(&[sheet], &found.assessment, format, &mut streams)?;
    }
    Ok(super::outcome(found.is_refused))
}

/// A row for each segment, and one for the whole.
pub(crate) fn by_segment(
    common: &Common,
    count: usize,
    format: Format,
) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let (found, comparison) = compared_by_segment(common, &mut streams)?;
    let says_caveats = matches!(format, Format::Table | Format::Md);
    found.tell(common, says_caveats, &mut streams)?;
    let sheets =
        view::compare::segment_sheets(&comparison, view::caveats(&found.assessment), count);
    super::print(&sheets, &comparison, format, &mut streams)?;
    Ok(super::outcome(found.is_refused))
}
