//! What every command that assesses does: plan, read, assess, and say what there is to say.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ingest::{Edited, EditedError, Patch, ReadError, ReadSettings, SourceChoice, TableRead};
use model::attack::{Attack, Fate, Neighbours, ObjectKind};
use model::capability::Capability;
use model::catalog::Catalog;
use model::compare::{Comparison, Outline, compare_segments};
use model::diagnostic::{Code, Diagnostic, Severity};
use model::policy::Policy;
use model::segment::Segment;
use model::{Assessment, Inputs, assess};
use report::dettect::{OwnSource, OwnSources};

use crate::advice::sharpest;
use crate::args::{Common, Talk};
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
    /// What would say more than products' names.
    pub(crate) advice: Option<String>,
    /// The platforms that were chosen; none where nobody chose any.
    pub(crate) platforms: Vec<String>,
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
    read_as_planned(plan(common)?, common, streams)
}

/// Reads what is planned; it is an error if nothing that was read can be used.
pub(crate) fn read_as_planned(
    mut plan: Plan,
    common: &Common,
    streams: &mut Streams,
) -> Result<Gathered, Failure> {
    let mut read = read(&plan, &plan.sources, &plan.patches, common)?;
    let usable: usize = read.sources.iter().map(|s| s.used + s.off).sum();
    if usable == 0 && !common.needs_no_input {
        tell(&read.diagnostics, Severity::Note, &common.talk, streams)?;
        let sources: Vec<&str> = read.sources.iter().map(|s| s.path.as_str()).collect();
        let failure = Failure::new(format!("no usable record in {}", sources.join(", ")));
        let help = match &common.inputs[..] {
            [] if !common.have.is_empty() => {
                "lacuna formats products lists the products that are known"
            }
            _ => "lacuna formats lists the formats that are read",
        };
        return Err(failure.help(help));
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
    /// What was planned.
    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

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
            diagnostics: [&plan.diagnostics[..], &read.diagnostics[..]].concat(),
        }
    }

    /// The numbers of the method.
    pub(crate) fn policy(&self) -> &Policy {
        &self.plan.policy
    }

    /// Reads a further file or folder with the same settings.
    pub(crate) fn further(
        &self,
        choice: SourceChoice,
        common: &Common,
    ) -> Result<ingest::Read, Failure> {
        let mut read = read(&self.plan, &[choice], &[], common)?;
        let segments = &self.plan.scope.segments;
        read.diagnostics.extend(ingest::segment::settle(&mut read.capabilities, segments));
        Ok(read)
    }

    /// The answer, with the release and how the tables were read.
    pub(crate) fn finish(self, answer: Answer, common: &Common) -> Assessed {
        let Answer { assessment, advice } = answer;
        let is_refused = common.strict && assessment.diagnostics.iter().any(matters);
        let sources = self.plan.sources.into_iter().map(|source| source.path).collect();
        let platforms = self.plan.scope.platforms.into_keys().collect();
        let (attack, tables) = (self.plan.attack, self.read.tables);
        Assessed { assessment, attack, tables, sources, platforms, advice, is_refused }
    }
}

/// An assessment, and what would say more than products' names.
pub(crate) struct Answer {
    pub(crate) assessment: Assessment,
    advice: Option<String>,
}

impl Answer {
    /// Without what only insiders may read.
    pub(crate) fn redacted(self) -> Self {
        Self { assessment: report::redact::redact(&self.assessment), advice: None }
    }

    /// An assessment for those who ask for no advice.
    pub(crate) fn alone(assessment: Assessment) -> Self {
        Self { assessment, advice: None }
    }
}

/// Assesses.
pub(crate) fn answer(inputs: &Inputs<'_>, common: &Common) -> Answer {
    let assessment = assess(inputs);
    let sharpest = match common.talk.quiet {
        true => None,
        false => sharpest(inputs, assessment.headline.threat_weighted.exp),
    };
    Answer { assessment, advice: sharpest.map(|sharpest| sharpest.advice(common)) }
}

pub(crate) fn assessed(common: &Common, streams: &mut Streams) -> Result<Assessed, Failure> {
    carried_out(plan(common)?, common, streams)
}

pub(crate) fn carried_out(
    plan: Plan,
    common: &Common,
    streams: &mut Streams,
) -> Result<Assessed, Failure> {
    let gathered = read_as_planned(plan, common, streams)?;
    let catalog = gathered.catalog(&[]);
    let answer = answer(&gathered.inputs(&catalog), common);
    Ok(gathered.finish(answer, common))
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
    let whole = answer(&inputs, common);
    let comparison = side_by_side(&inputs, &segments, &whole.assessment);
    drop(inputs);
    Ok((gathered.finish(whole, common), comparison))
}

/// Each segment alone, and the whole.
pub(crate) fn side_by_side(
    inputs: &Inputs<'_>,
    segments: &[Segment],
    whole: &Assessment,
) -> Comparison {
    let alone = |segment: &Segment| Outline::from(&assess(&inputs.of_segment(segment)));
    compare_segments(segments.iter().map(alone).collect(), &Outline::from(whole))
}

fn matters(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity <= Severity::Warning
}

fn read(
    plan: &Plan,
    sources: &[SourceChoice],
    patches: &[Patch],
    common: &Common,
) -> Result<ingest::Read, Failure> {
    let bar = progress_bar(common);
    let started = Instant::now();
    let progress = |done: usize, all: usize| {
        if started.elapsed() > PATIENCE {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
        }
    };
    let neighbours = || ingest::snapshot::neighbours(&plan.attack);
    let settings = ReadSettings { patches, ..settings(plan, common, &neighbours, &progress) };
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

fn settings<'a>(
    plan: &'a Plan,
    common: &Common,
    neighbours: &'a dyn Fn() -> Neighbours,
    progress: &'a (dyn Fn(usize, usize) + Sync),
) -> ReadSettings<'a> {
    ReadSettings {
        attack: &plan.attack,
        formats: &plan.formats,
        policy: &plan.policy,
        assume: plan.assume,
        patches: &plan.patches,
        neighbours,
        progress,
        threads: common.threads,
    }
}

/// Reads a register that was exported and edited.
pub(crate) fn edited(
    bytes: &[u8],
    shown: &str,
    plan: &Plan,
    common: &Common,
) -> Result<Edited, EditedError> {
    let neighbours = || ingest::snapshot::neighbours(&plan.attack);
    ingest::edited(bytes, shown, &settings(plan, common, &neighbours, &|_, _| {}))
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
        tell(&self.assessment.diagnostics, Severity::Warning, &common.talk, streams)?;
        self.advise(common, streams)?;
        if !common.talk.quiet && !says_caveats {
            for caveat in report::view::caveats(&self.assessment) {
                streams.say("note", &caveat)?;
            }
        }
        Ok(())
    }

    /// Says which export would say more than products' names.
    pub(crate) fn advise(&self, common: &Common, streams: &mut Streams) -> Result<(), Failure> {
        if let Some(advice) = self.advice.as_ref().filter(|_| !common.talk.quiet) {
            streams.say("next", advice)?;
        }
        Ok(())
    }
}

/// So many names of products that are not plain are told one by one.
const TOLD: usize = 5;

/// What is at least as bad as `least` in a line each kind, everything with `-v`.
pub(crate) fn tell(
    diagnostics: &[Diagnostic],
    least: Severity,
    talk: &Talk,
    streams: &mut Streams,
) -> Result<(), Failure> {
    if talk.quiet {
        return Ok(());
    }
    if talk.verbose {
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
        // Names that were just typed are told one by one.
        let told = match group[0].code {
            Code::UnknownProduct | Code::AssumedProduct => TOLD,
            _ => 1,
        };
        for diagnostic in group.iter().take(told) {
            streams.diagnostic(diagnostic)?;
        }
        if group.len() > told {
            let more = format!("... and {} more of this kind; -v shows all", group.len() - told);
            writeln!(streams.err, "  {more}")?;
        }
    }
    Ok(())
}
