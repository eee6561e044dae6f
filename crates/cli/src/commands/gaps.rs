//! `lacuna gaps`: the ranked list.

use std::io::Write;

use model::contribution;
use model::next_move::Move;
use model::sharpen;
use report::view;

use crate::Outcome;
use crate::args::{Common, Format};
use crate::assessing::{answer, by_segment as compared_by_segment, gathered};
use crate::failure::Failure;
use crate::streams::Streams;

pub(crate) fn run(
    common: &Common,
    count: usize,
    only: Option<Move>,
    format: Format,
) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let is_for_people = matches!(format, Format::Table | Format::Md);
    let gathered = gathered(common, &mut streams)?;
    let catalog = gathered.catalog(&[]);
    let inputs = gathered.inputs(&catalog);
    let answer = answer(&inputs, common);
    let unknowns = match is_for_people {
        true => sharpen::unknowns(&inputs, &answer.assessment),
        false => Vec::new(),
    };
    drop(inputs);
    let found = gathered.finish(answer, common);
    found.tell(common, is_for_people, &mut streams)?;
    let assessment = &found.assessment;
    if format == Format::Ndjson {
        let gaps = assessment.gaps();
        for technique in gaps.into_iter().filter(|t| only.is_none() || t.next_move == only) {
            report::json::write_line(technique, &mut streams.out)?;
        }
        streams.out.flush()?;
        return Ok(super::outcome(found.is_refused));
    }
    let mut sheets = if is_for_people && only.is_none() {
        view::levers::then_gaps(assessment, count)
    } else {
        vec![view::gaps(assessment, only, count)]
    };
    if only.is_none() {
        sheets.extend(view::sharpen::sheet(&unknowns));
    }
    super::print(&sheets, assessment, format, &mut streams)?;
    if let Some(proposal) = view::levers::proposal(assessment)
        && is_for_people
        && only == Some(Move::Accept)
    {
        let (opening, closing) =
            if format == Format::Md { ("```toml\n", "```\n") } else { ("", "") };
        write!(streams.out, "\n{opening}{proposal}{closing}")?;
        streams.out.flush()?;
    }
    Ok(super::outcome(found.is_refused))
}

/// A row for each control, and for the rules by what they read.
pub(crate) fn by_control(
    common: &Common,
    count: usize,
    format: Format,
) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let gathered = gathered(common, &mut streams)?;
    let catalog = gathered.catalog(&[]);
    let inputs = gathered.inputs(&catalog);
    let answer = answer(&inputs, common);
    let list = match format {
        Format::Json | Format::Ndjson => contribution::by_capability(&inputs),
        Format::Table | Format::Csv | Format::Md => contribution::by_family(&inputs, count),
    };
    drop(inputs);
    let found = gathered.finish(answer, common);
    found.tell(common, matches!(format, Format::Table | Format::Md), &mut streams)?;
    if format == Format::Ndjson {
        list.iter().try_for_each(|one| report::json::write_line(one, &mut streams.out))?;
        streams.out.flush()?;
        return Ok(super::outcome(found.is_refused));
    }
    let all = contribution::contributions(found.assessment.headline.threat_weighted, list);
    let sheet = view::contribution::sheet(&found.assessment, &all);
    super::print(&[sheet], &all, format, &mut streams)?;
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
