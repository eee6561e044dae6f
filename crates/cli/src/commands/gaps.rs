//! `lacuna gaps`: the ranked list.

use std::io::Write;

use report::view;

use crate::Outcome;
use crate::args::{Common, Format};
use crate::assessing::assessed;
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
