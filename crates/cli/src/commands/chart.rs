//! `lacuna chart`: one of the pictures of the report.

use std::path::Path;

use report::pack;

use crate::Outcome;
use crate::args::{Chart, Common, MaterialArgs, Size};
use crate::failure::Failure;
use crate::folder::write_file;
use crate::paper;
use crate::prepared::Prepared;
use crate::streams::Streams;

pub(crate) fn run(
    common: &Common,
    chart: Chart,
    (output, size, scale): (&Path, Size, f32),
    asked: &MaterialArgs,
) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let format = paper::Format::of(output, scale).ok_or_else(|| {
        let message = format!("{}: a chart cannot be drawn in this format", output.display());
        Failure::new(message).help("write .svg, .png or .pdf")
    })?;
    let prepared = Prepared::of(common, asked, &mut streams)?;
    prepared.found.tell(common, false, &mut streams)?;
    let picture = pack::Chart::from(chart)
        .picture(&prepared.material(), size.into())
        .ok_or_else(|| missing(chart))?;
    write_file(output, &format.bytes(&picture, asked.page.look())?)?;
    if !common.talk.quiet {
        streams.say("wrote", &output.display().to_string())?;
    }
    Ok(super::outcome(prepared.found.is_refused))
}

/// Why there is no such picture, and what it needs.
fn missing(chart: Chart) -> Failure {
    match chart {
        Chart::Change => {
            let failure = Failure::new("there is nothing to show a change from");
            failure.help("name an earlier assessment with --against")
        }
        Chart::Segments => {
            let failure = Failure::new("there are no segments");
            failure.help("add [[segment]] to lacuna.toml, or a column segment to the register")
        }
        Chart::Adversaries => {
            let failure = Failure::new("there is no adversary to show");
            failure.help("name some with --adversary, or in [profile] of lacuna.toml")
        }
        Chart::Board
        | Chart::Findings
        | Chart::Proof
        | Chart::Matrix
        | Chart::Controls
        | Chart::Steps
        | Chart::Trend => Failure::new("there is nothing to draw"),
    }
}

impl From<Chart> for pack::Chart {
    fn from(typed: Chart) -> Self {
        match typed {
            Chart::Board => Self::Board,
            Chart::Findings => Self::Findings,
            Chart::Adversaries => Self::Adversaries,
            Chart::Proof => Self::Proof,
            Chart::Matrix => Self::Matrix,
            Chart::Change => Self::Change,
            Chart::Controls => Self::Controls,
            Chart::Steps => Self::Steps,
            Chart::Trend => Self::Trend,
            Chart::Segments => Self::Segments,
        }
    }
}
