//! `lacuna tickets`: the first gaps as tickets for another program.

use std::io::Write;

use report::view::tickets;

use crate::Outcome;
use crate::args::{Common, Format};
use crate::assessing::assessed;
use crate::failure::Failure;
use crate::streams::Streams;

pub(crate) fn run(common: &Common, count: usize, format: Format) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let found = assessed(common, &mut streams)?;
    found.tell(common, format == Format::Table, &mut streams)?;
    let written = tickets::tickets(&found.assessment, &found.attack, count);
    let sheets = match format {
        Format::Table => vec![tickets::list(&found.assessment, &written)],
        Format::Csv => vec![tickets::rows(&written)],
        Format::Md if written.tickets.is_empty() => {
            vec![tickets::list(&found.assessment, &written)]
        }
        Format::Md => tickets::pages(&written),
        Format::Json | Format::Ndjson => Vec::new(),
    };
    if format == Format::Ndjson {
        for ticket in &written.tickets {
            report::json::write_line(ticket, &mut streams.out)?;
        }
        streams.out.flush()?;
    } else {
        super::print(&sheets, &written, format, &mut streams)?;
    }
    Ok(super::outcome(found.is_refused))
}
