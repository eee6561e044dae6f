//! `lacuna decisions --from`: what a workbook that was filled in would decide, and the same as
//! blocks for `lacuna.toml` or as a table.

use std::path::Path;

use ingest::Decisions;
use model::attack::Attack;
use model::diagnostic::Severity;
use model::inputs::Disposition;
use report::view::decisions::{Against, Filled, FilledIn, filled_in, table};

use crate::Outcome;
use crate::args::{Common, Format};
use crate::decided;
use crate::failure::Failure;
use crate::folder::write_file;
use crate::project::{plan, slashed};
use crate::streams::Streams;

pub(super) fn run(
    mut common: Common,
    from: &Path,
    output: Option<&Path>,
    format: Format,
) -> Result<Outcome, Failure> {
    // What was decided says nothing about what is in place.
    common.needs_no_input = true;
    let mut streams = Streams::new(&common.talk);
    let kind = output.map(Kind::of).transpose()?;
    let plan = plan(&common)?;
    let shown = slashed(from);
    let found = decided::read(from, &shown, &plan.attack)?;
    if !common.talk.quiet {
        // Somebody is about to correct them, one by one.
        found.diagnostics.iter().try_for_each(|remark| streams.diagnostic(remark))?;
    }
    let filled = filled(&found, &plan.attack, &plan.dispositions);
    match (output, kind) {
        (Some(path), Some(kind)) => {
            write_file(path, &kind.written(&filled)?)?;
            if !common.talk.quiet {
                let n = report::view::count(filled.decisions.len(), "decision");
                streams.say("wrote", &format!("{} ({n})", slashed(path)))?;
            }
        }
        _ => {
            let sheet = match format {
                // It can be read again.
                Format::Csv => table(&filled),
                Format::Table | Format::Md | Format::Json | Format::Ndjson => filled_in(&filled),
            };
            super::super::print(&[sheet], &filled, format, &mut streams)?;
        }
    }
    Ok(super::super::outcome(common.strict && filled.not_taken > 0))
}

/// What is decided in the file, beside what the project says.
fn filled(found: &Decisions, attack: &Attack, project: &[Disposition]) -> FilledIn {
    let name = |disposition: &Disposition| {
        let at = attack.technique(disposition.technique);
        at.map(|at| attack.techniques[at].name.clone()).unwrap_or_default()
    };
    let against = |disposition: &Disposition| {
        let same = project.iter().find(|own| own.technique == disposition.technique);
        match same {
            None => Against::New,
            Some(own) if own.decided.says_the_same(&disposition.decided) => Against::Same,
            // What stands in the project's own file holds.
            Some(own) if own.decided.origin.is_none() => Against::Outweighed,
            Some(_) => Against::Changed,
        }
    };
    let one = |disposition: &Disposition| Filled {
        technique: disposition.technique,
        name: name(disposition),
        project: against(disposition),
        decided: disposition.decided.clone(),
    };
    FilledIn {
        schema: "lacuna.filled_in.v1",
        from: found.shown.clone(),
        decisions: found.taken.iter().map(one).collect(),
        undecided: found.undecided,
        not_taken: found.diagnostics.iter().filter(|d| d.severity < Severity::Note).count(),
    }
}

/// What is written, by the ending of the file.
#[derive(Clone, Copy)]
enum Kind {
    Toml,
    Csv,
}

impl Kind {
    fn of(path: &Path) -> Result<Self, Failure> {
        let ending = path.extension().map(|e| e.to_ascii_lowercase()).unwrap_or_default();
        match ending.to_str() {
            Some("toml") => Ok(Self::Toml),
            Some("csv") => Ok(Self::Csv),
            _ => {
                let message = format!("cannot write {}: neither .toml nor .csv", slashed(path));
                let help =
                    "name it .toml for blocks to paste, or .csv for decisions in lacuna.toml";
                Err(Failure::new(message).help(help))
            }
        }
    }

    fn written(self, filled: &FilledIn) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Toml => Ok(report::view::decisions::blocks(filled).into_bytes()),
            Self::Csv => {
                let mut csv = Vec::new();
                report::csv::write(&table(filled), &mut csv)?;
                Ok(csv)
            }
        }
    }
}
