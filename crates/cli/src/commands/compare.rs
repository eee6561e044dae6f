//! `lacuna compare`: assessments side by side.

use std::path::{Path, PathBuf};

use ingest::source;
use model::compare::{Comparison, Order, Outline, compare};
use report::draw::Picture;
use report::page::Size;
use report::pictures::crosstab;
use report::view;

use crate::Outcome;
use crate::args::{Format, PageArgs, Sort, Talk};
use crate::failure::Failure;
use crate::folder::write_file;
use crate::made;
use crate::paper;
use crate::project::{slashed, unreadable};
use crate::streams::Streams;

/// What is asked for.
pub(crate) struct Asked<'a> {
    pub(crate) assessments: &'a [PathBuf],
    pub(crate) sort: Sort,
    pub(crate) count: usize,
    /// Where the picture goes, and what it looks like.
    pub(crate) output: Option<(&'a Path, &'a PageArgs)>,
}

pub(crate) fn run(asked: &Asked<'_>, format: Format, talk: &Talk) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(talk);
    let drawn = asked.output.map(|(path, _)| self::format(path)).transpose()?;
    let outlines = outlines(asked.assessments, talk, &mut streams)?;
    one_domain(&outlines)?;
    let order = match asked.sort {
        Sort::Given => Order::Given,
        Sort::Coverage => Order::Coverage,
        Sort::Name => Order::Name,
    };
    let found = compare(&outlines, order);
    if let (Some((path, page)), Some(drawn)) = (asked.output, drawn) {
        write_file(path, &drawn.bytes(&picture(&found, page), page.look())?)?;
    }
    let sheets = view::compare::sheets(&found, asked.count);
    super::print(&sheets, &found, format, &mut streams)?;
    if let Some((path, _)) = asked.output.filter(|_| !talk.quiet) {
        streams.say("wrote", &path.display().to_string())?;
    }
    Ok(Outcome::Done)
}

/// How the picture is written, by the name of its file.
pub(crate) fn format(path: &Path) -> Result<paper::Format, Failure> {
    paper::Format::of(path, 1.0).ok_or_else(|| {
        let shown = path.display();
        let failure = Failure::new(format!("{shown}: a comparison cannot be drawn in this format"));
        failure.help("write .svg, .png or .pdf; --format has json, csv and md, to be redirected")
    })
}

/// The assessments by tactic.
pub(crate) fn picture(found: &Comparison, page: &PageArgs) -> Picture {
    let mut table = view::compare::crosstab(found);
    table.caption.heading = page.heading().to_owned();
    if let Some(typed) = &page.classification {
        table.caption.classification.clone_from(typed);
    }
    crosstab::picture(&table, Size::Slide)
}

/// An assessment with the file that it came from.
type Named = (Option<String>, Outline);

/// Reads one file after the other, so that no two of them are in memory. What else lies in a
/// folder of assessments is told and left alone.
fn outlines(paths: &[PathBuf], talk: &Talk, streams: &mut Streams) -> Result<Vec<Named>, Failure> {
    let mut outlines = Vec::new();
    for path in paths {
        let (files, is_named) = files(path)?;
        let before = outlines.len();
        for file in &files {
            match outline(file) {
                Ok(outline) => outlines.push((Some(slashed(file)), outline)),
                Err(failure) if is_named => return Err(failure),
                Err(_) if talk.quiet => {}
                Err(_) => {
                    let note = format!("{}: no assessment; left out", slashed(file));
                    streams.say("note", &note)?;
                }
            }
        }
        if outlines.len() == before {
            let message = format!("{}: there is no assessment in this folder", slashed(path));
            return Err(Failure::new(message).help(
                "name assessment.json files, folders that lacuna report wrote, or a folder of them",
            ));
        }
    }
    Ok(outlines)
}

/// The files that a path stands for, and whether it is this one file that is meant.
fn files(path: &Path) -> Result<(Vec<PathBuf>, bool), Failure> {
    if !path.is_dir() {
        return Ok((vec![path.to_path_buf()], true));
    }
    let report = path.join(made::ASSESSMENT);
    if report.is_file() {
        return Ok((vec![report], true));
    }
    let entries = source::entries(path).map_err(|error| unreadable(&slashed(path), &error))?;
    let file = |entry: PathBuf| {
        let report = entry.join(made::ASSESSMENT);
        let is_json = entry.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
        if report.is_file() { Some(report) } else { (is_json && entry.is_file()).then_some(entry) }
    };
    Ok((entries.into_iter().filter_map(file).collect(), false))
}

fn outline(file: &Path) -> Result<Outline, Failure> {
    made::read(file, report::json::outline, made::NAME_ONE)
}

/// Techniques of one domain have nothing in common with those of another.
fn one_domain(outlines: &[Named]) -> Result<(), Failure> {
    let domain = |named: &Named| named.1.attack.domain.clone();
    let path = |named: &Named| named.0.clone().unwrap_or_default();
    let Some(first) = outlines.first() else { return Ok(()) };
    match outlines.iter().find(|other| domain(other) != domain(first)) {
        None => Ok(()),
        Some(other) => {
            let message = format!(
                "{} is about {}, {} about {}",
                path(first),
                domain(first),
                path(other),
                domain(other)
            );
            Err(Failure::new(message).help("compare assessments of one domain"))
        }
    }
}
