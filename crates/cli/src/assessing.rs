//! What every command that assesses does: plan, read, assess, and say what there is to say.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ingest::{ReadError, ReadSettings, SourceChoice, TableRead};
use model::attack::Attack;
use model::capability::Capability;
use model::catalog::Catalog;
use model::compare::{Comparison, Outline, compare_segments};
use model::diagnostic::{Code, Diagnostic, Severity};
use model::segment::Segment;
use model::{Assessment, Inputs, assess};

use crate::args::Common;
use crate::failure::Failure;
use crate::project::{Plan, chosen_segment, plan};
use crate::streams::Streams;

/// An assessment and the release it was made against.
pub(crate) struct Assessed {
    pub(crate) assessment: Assessment,
    pub(crate) attack: Attack,
    /// How the tables among the sources were read.
    pub(crate) tables: Vec<TableRead>,
    /// Where the sources are.
    pub(crate) sources: Vec<PathBuf>,
    /// A warning about the inputs that `--strict` does not let pass.
    pub(crate) is_refused: bool,
}

/// What is to be assessed, once it is read.
pub(crate) struct Gathered {
    plan: Plan,
    read: ingest::Read,
    /// The part that is assessed alone.
    segment: Option<Segment>,
}

/// Plans and reads; it is an error if nothing that was read can be used.
pub(crate) fn gathered(common: &Common, streams: &mut Streams) -> Result<Gathered, Failure> {
    let mut plan = plan(common)?;
    let mut read = read(&plan, &plan.sources, common)?;
    let usable: usize = read.sources.iter().map(|s| s.used + s.off).sum();
    if usable == 0 {
        tell(&read.diagnostics, Severity::Note, common, streams)?;
        let sources: Vec<&str> = read.sources.iter().map(|s| s.path.as_str()).collect();
        let failure = Failure::new(format!("no usable record in {}", sources.join(", ")));
        return Err(failure.help("lacuna formats lists the formats that are read"));
    }
    if plan.scope.segments.is_empty() {
        let told = ingest::segment::forget_too_many(&mut read.capabilities);
        read.diagnostics.extend(told);
        plan.scope.segments = ingest::segment::of_records(&read.capabilities);
    }
    let segments = &plan.scope.segments;
    read.diagnostics.extend(ingest::segment::settle(&mut read.capabilities, segments));
    let mut gathered = Gathered { plan, read, segment: None };
    let segment = common.segment.as_deref();
    let segment = segment.map(|name| chosen_segment(name, &gathered.segments())).transpose()?;
    gathered.segment = segment;
    Ok(gathered)
}

impl Gathered {
    /// The catalogued facts, also for what one could add.
    pub(crate) fn catalog(&self, further: &[Arc<Capability>]) -> Catalog {
        let all: Vec<Arc<Capability>> =
            self.read.capabilities.iter().chain(further).cloned().collect();
        ingest::catalog(&self.plan.attack, &all)
    }

    /// What the assessment depends on: that of the part which is asked for, else of the whole.
    pub(crate) fn inputs<'a>(&'a self, catalog: &'a Catalog) -> Inputs<'a> {
        let whole = self.whole(catalog);
        match &self.segment {
            Some(segment) => whole.of_segment(segment),
            None => whole,
        }
    }

    /// The segments of the project, then those that only records name.
    fn segments(&self) -> Vec<Segment> {
        let declared = &self.plan.scope.segments;
        let found = ingest::segment::of_records(&self.read.capabilities);
        let is_new = |found: &Segment| declared.iter().all(|known| known.name != found.name);
        declared.iter().cloned().chain(found.into_iter().filter(is_new)).collect()
    }

    fn whole<'a>(&'a self, catalog: &'a Catalog) -> Inputs<'a> {
        let Gathered { plan, read, .. } = self;
        Inputs {
            attack: &plan.attack,
            catalog,
            as_of: plan.as_of,
            organisation: plan.organisation.clone(),
            scope: plan.scope.clone(),
            profile: plan.profile.clone(),
            policy: plan.policy.clone(),
            dispositions: plan.dispositions.clone(),
            capabilities: read.capabilities.clone(),
            sources: read.sources.clone(),
            resolution: read.resolution.clone(),
            diagnostics: read.diagnostics.clone(),
        }
    }

    /// Reads a further file or folder with the same settings.
    pub(crate) fn further(
        &self,
        choice: SourceChoice,
        common: &Common,
    ) -> Result<ingest::Read, Failure> {
        let mut read = read(&self.plan, &[choice], common)?;
        let segments = &self.plan.scope.segments;
        read.diagnostics.extend(ingest::segment::settle(&mut read.capabilities, segments));
        Ok(read)
    }

    /// The release, how the tables were read, and the assessment, which goes with its inputs.
    pub(crate) fn finish(self, assessment: Assessment, common: &Common) -> Assessed {
        let is_refused = common.strict && assessment.diagnostics.iter().any(matters);
        let sources = self.plan.sources.into_iter().map(|source| source.path).collect();
        let (attack, tables) = (self.plan.attack, self.read.tables);
        Assessed { assessment, attack, tables, sources, is_refused }
    }
}

pub(crate) fn assessed(common: &Common, streams: &mut Streams) -> Result<Assessed, Failure> {
    let gathered = gathered(common, streams)?;
    let catalog = gathered.catalog(&[]);
    let assessment = assess(&gathered.inputs(&catalog));
    Ok(gathered.finish(assessment, common))
}

/// The whole, and a comparison of its segments, those that only records name behind the others.
pub(crate) fn by_segment(
    common: &Common,
    streams: &mut Streams,
) -> Result<(Assessed, Comparison), Failure> {
    let gathered = gathered(common, streams)?;
    let segments = gathered.segments();
    if segments.is_empty() {
        let failure = Failure::new("there are no segments");
        let help = "add [[segment]] to lacuna.toml, or a column segment to the register";
        return Err(failure.help(help));
    }
    if segments.len() > ingest::segment::MOST {
        let failure = Failure::new(format!("there are {} segments", segments.len()));
        return Err(failure.help("assess some of them alone, with --segment NAME"));
    }
    let catalog = gathered.catalog(&[]);
    let inputs = gathered.inputs(&catalog);
    let alone = |segment: &Segment| Outline::from(&assess(&inputs.of_segment(segment)));
    let parts: Vec<Outline> = segments.iter().map(alone).collect();
    let whole = assess(&inputs);
    drop(inputs);
    let comparison = compare_segments(parts, &Outline::from(&whole));
    Ok((gathered.finish(whole, common), comparison))
}

fn matters(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity <= Severity::Warning
}

fn read(plan: &Plan, sources: &[SourceChoice], common: &Common) -> Result<ingest::Read, Failure> {
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
    let read = ingest::read(sources, &settings);
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
pub(crate) fn tell(
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
