//! What every command that assesses does: plan, read, assess, and say what there is to say.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ingest::{ReadError, ReadSettings, TableRead};
use model::attack::{Attack, Fate, ObjectKind};
use model::catalog::Catalog;
use model::diagnostic::{Code, Diagnostic, Severity};
use model::{Assessment, Inputs, assess};
use report::dettect::{OwnSource, OwnSources};

use crate::args::Common;
use crate::failure::Failure;
use crate::project::{Plan, plan};
use crate::streams::Streams;

/// An assessment and the release it was made against.
pub(crate) struct Assessed {
    pub(crate) assessment: Assessment,
    pub(crate) attack: Attack,
    /// How the tables among the sources were read.
    pub(crate) tables: Vec<TableRead>,
    /// Where the sources are.
    pub(crate) sources: Vec<PathBuf>,
    /// The platforms that were chosen; none where nobody chose any.
    pub(crate) platforms: Vec<String>,
    /// A warning about the inputs that `--strict` does not let pass.
    pub(crate) is_refused: bool,
}

pub(crate) fn assessed(common: &Common, streams: &mut Streams) -> Result<Assessed, Failure> {
    let plan = plan(common)?;
    let read = read(&plan, common)?;
    let tables = read.tables;
    let usable: usize = read.sources.iter().map(|s| s.used + s.off).sum();
    if usable == 0 && !common.needs_no_input {
        tell(&read.diagnostics, Severity::Note, common, streams)?;
        let sources: Vec<&str> = read.sources.iter().map(|s| s.path.as_str()).collect();
        let failure = Failure::new(format!("no usable record in {}", sources.join(", ")));
        return Err(failure.help("lacuna formats lists the formats that are read"));
    }
    let catalog: Catalog = ingest::catalog(&plan.attack, &read.capabilities);
    let platforms = plan.scope.platforms.keys().cloned().collect();
    let assessment = assess(&Inputs {
        attack: &plan.attack,
        catalog: &catalog,
        as_of: plan.as_of,
        organisation: plan.organisation,
        scope: plan.scope,
        profile: plan.profile,
        policy: plan.policy,
        dispositions: plan.dispositions,
        capabilities: read.capabilities,
        sources: read.sources,
        resolution: read.resolution,
        diagnostics: read.diagnostics,
    });
    let is_refused = common.strict && assessment.diagnostics.iter().any(matters);
    let sources = plan.sources.into_iter().map(|source| source.path).collect();
    Ok(Assessed { assessment, attack: plan.attack, tables, sources, platforms, is_refused })
}

fn matters(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity <= Severity::Warning
}

fn read(plan: &Plan, common: &Common) -> Result<ingest::Read, Failure> {
    let bar = progress_bar(common);
    let started = Instant::now();
    let progress = |done: usize, all: usize| {
        if started.elapsed() > PATIENCE {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
        }
    };
    let settings = ReadSettings {
        attack: &plan.attack,
        formats: &plan.formats,
        policy: &plan.policy,
        assume: plan.assume,
        neighbours: &|| ingest::snapshot::neighbours(&plan.attack),
        progress: &progress,
        threads: common.threads,
    };
    let read = ingest::read(&plan.sources, &settings);
    bar.finish_and_clear();
    read.map_err(|error| {
        let help = match error {
            ReadError::NotAStatusList(..) => {
                "name its columns, for example id and status, or title and enabled"
            }
            ReadError::Source(..) | ReadError::StatusList(..) => "check the path",
        };
        Failure::new(error).help(help)
    })
}

/// How long to read without showing that something happens.
const PATIENCE: Duration = Duration::from_millis(500);

/// Shown on a terminal only.
fn progress_bar(common: &Common) -> ProgressBar {
    if common.talk.quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(4));
    let style = ProgressStyle::with_template("{spinner} {pos} of {len} files {wide_bar}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

impl Assessed {
    /// The data sources of DeTT&CT that ATT&CK does not have, by technique of the release in use.
    pub(crate) fn dettect_sources(&self) -> OwnSources {
        let mut sources = OwnSources::new();
        for (id, own) in ingest::dettect_sources() {
            let successor = || match self.attack.fate(ObjectKind::Technique, &id.to_string())? {
                Fate::Replaced(successor) => successor.parse().ok(),
                Fate::Deprecated => None,
            };
            let live = self.attack.technique(id).map(|_| id).or_else(successor);
            let own = OwnSource {
                names: own.names.into_iter().map(str::to_owned).collect(),
                instead_of: own.instead_of.map(str::to_owned),
            };
            if let Some(id) = live {
                sources.entry(id).or_insert(own);
            }
        }
        sources
    }

    /// Says what there is to say about the inputs, and what must be said before any figure where
    /// the output does not say it itself.
    pub(crate) fn tell(
        &self,
        common: &Common,
        says_caveats: bool,
        streams: &mut Streams,
    ) -> Result<(), Failure> {
        tell(&self.assessment.diagnostics, Severity::Warning, common, streams)?;
        if !common.talk.quiet && !says_caveats {
            for caveat in report::view::caveats(&self.assessment) {
                streams.say("note", &caveat)?;
            }
        }
        Ok(())
    }
}

/// What is at least as bad as `least` in a line each kind, everything with `-v`.
fn tell(
    diagnostics: &[Diagnostic],
    least: Severity,
    common: &Common,
    streams: &mut Streams,
) -> Result<(), Failure> {
    if common.talk.quiet {
        return Ok(());
    }
    if common.talk.verbose {
        for diagnostic in diagnostics {
            streams.diagnostic(diagnostic)?;
        }
        return Ok(());
    }
    // What hangs on an unstated status is said with both figures, see the caveats.
    let is_loud = |d: &&Diagnostic| d.severity <= least && d.code != Code::StatusNotStated;
    let mut loud: Vec<&Diagnostic> = diagnostics.iter().filter(is_loud).collect();
    loud.sort_by_key(|d| (d.severity, d.code));
    for group in loud.chunk_by(|a, b| a.code == b.code) {
        streams.diagnostic(group[0])?;
        if group.len() > 1 {
            let more = format!("... and {} more of this kind; -v shows all", group.len() - 1);
            writeln!(streams.err, "  {more}")?;
        }
    }
    Ok(())
}
