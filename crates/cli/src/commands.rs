//! One file a command; each takes what was typed and says what it came to.

mod adversaries;
mod attack;
mod chart;
mod check;
mod compare;
mod decisions;
pub(crate) mod diff;
pub(crate) mod evidence;
mod explain;
mod export;
mod formats;
mod gaps;
mod heatmap;
mod import;
mod patch;
pub(crate) mod recommend;
mod report;
mod tickets;
mod what_if;

use std::io::Write;

use ::report::sheet::Sheet;
use clap::CommandFactory;
use ingest::suggest;
use serde::Serialize;

use crate::Outcome;
use crate::args::{By, Cli, Command, Format, GapsBy};
use crate::failure::Failure;
use crate::streams::Streams;

/// Commands of the design that are not built yet.
const PLANNED: &[&str] =
    &["attribute", "paths", "telemetry", "rules", "plan", "init", "completions", "man"];

pub(crate) fn run(command: Command) -> Result<Outcome, Failure> {
    match command {
        Command::Report { common, output, material } => report::run(&common, &output, &material),
        Command::Chart { chart, output, size, scale, material, common } => {
            chart::run(&common, chart, (&output, size, scale), &material)
        }
        Command::Gaps { common, count, by: Some(GapsBy::Segment), format, .. } => {
            gaps::by_segment(&common, count, format.format)
        }
        Command::Gaps { common, count, by: Some(GapsBy::Control), format, .. } => {
            gaps::by_control(&common, count, format.format)
        }
        Command::Gaps { common, count, only, by: None, format } => {
            gaps::run(&common, count, only.map(Into::into), format.format)
        }
        Command::Recommend { common, goal, candidates, libraries, products, format } => {
            let asked = recommend::Asked {
                goal: &goal,
                candidates: candidates.as_deref(),
                libraries: &libraries,
                products: &products,
            };
            recommend::run(&common, &asked, format.format)
        }
        Command::WhatIf {
            common,
            add,
            remove,
            enable,
            disable,
            set,
            drop_adversaries,
            count,
            format,
        } => {
            let asked =
                what_if::Asked { add, remove, enable, disable, set, drop_adversaries, count };
            what_if::run(common, &asked, format.format)
        }
        Command::Diff { before, after, attack, count, format, talk } => {
            let asked = diff::Asked { before: &before, after: &after, bundles: &attack, count };
            diff::run(&asked, format.format, &talk)
        }
        Command::Check { common, limits, format, count } => {
            check::run(&common, &limits, format, count)
        }
        Command::Decisions { common, soon, from, output, format } => {
            let (from, output) = (from.as_deref(), output.as_deref());
            decisions::run(common, &decisions::Asked { soon, from, output }, format.format)
        }
        Command::Tickets { common, count, format } => tickets::run(&common, count, format.format),
        Command::Compare { assessments, sort, count, output, page, format, talk } => {
            let output = output.as_deref().map(|path| (path, &page));
            let asked = compare::Asked { assessments: &assessments, sort, count, output };
            compare::run(&asked, format.format, &talk)
        }
        Command::Explain { what, common, format } => explain::run(&what, &common, format.format),
        Command::Heatmap { common, output, by: Some(By::Segment), page, .. } => {
            heatmap::by_segment(&common, &output, &page)
        }
        Command::Heatmap {
            common,
            output,
            show,
            size,
            compat,
            overlay,
            against,
            by: None,
            scale,
            page,
        } => {
            let asked = heatmap::Asked { show, size, compat, overlay, against, scale, page };
            heatmap::run(common, &output, &asked)
        }
        Command::Evidence { frameworks, format, common } => {
            evidence::run(&common, &frameworks, format.format)
        }
        Command::Export { common, to, output } => export::run(&common, to, &output),
        Command::Import { common, output, format } => {
            import::run(&common, output.as_deref(), format.format)
        }
        Command::Patch { edited, common, output, added, format } => {
            let asked = patch::Asked {
                edited: &edited,
                output: output.as_deref(),
                added: added.as_deref(),
            };
            patch::run(&asked, &common, format.format)
        }
        Command::Adversaries { names, release, format, talk } => {
            adversaries::run(&names, &release, format.format, &talk)
        }
        Command::Formats { name, test, format_files, release, format, talk } => {
            let asked = formats::Asked {
                name: name.as_deref(),
                test: &test,
                format_files: &format_files,
                release: &release,
            };
            formats::run(&asked, format.format, &talk)
        }
        Command::Attack { command } => attack::run(command),
        Command::Other(words) => Err(unknown(&words, &Cli::command())),
    }
}

/// A command that is not there: planned, mistyped, or neither.
fn unknown(words: &[String], among: &clap::Command) -> Failure {
    let word = words.first().map_or("", String::as_str);
    let built: Vec<&str> = among.get_subcommands().map(clap::Command::get_name).collect();
    if PLANNED.contains(&word) {
        let failure =
            Failure::new(format!("the command {word:?} is planned but not built: not yet"));
        return failure.help(format!("there are {}", built.join(", ")));
    }
    let hint = suggest::did_you_mean(word, built.iter().copied());
    let hint = hint.unwrap_or_else(|| format!("there are {}", built.join(", ")));
    Failure::new(format!("there is no command {word:?}")).help(hint)
}

/// Prints sheets one below the other; `value` is what JSON shows instead.
fn print(
    sheets: &[Sheet],
    value: &impl Serialize,
    format: Format,
    streams: &mut Streams,
) -> Result<(), Failure> {
    let width = streams.width;
    let out = &mut streams.out;
    match format {
        Format::Json => ::report::json::write(value, out)?,
        Format::Ndjson => ::report::json::write_line(value, out)?,
        Format::Table | Format::Csv | Format::Md => {
            for (ix, sheet) in sheets.iter().enumerate() {
                if ix > 0 {
                    writeln!(out)?;
                }
                match format {
                    Format::Csv => ::report::csv::write(sheet, out)?,
                    Format::Md => ::report::markdown::write(sheet, out)?,
                    _ => ::report::terminal::write(sheet, width, out)?,
                }
            }
        }
    }
    out.flush()?;
    Ok(())
}

fn outcome(is_refused: bool) -> Outcome {
    if is_refused { Outcome::Missed } else { Outcome::Done }
}
