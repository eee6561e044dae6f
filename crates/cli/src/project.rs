//! From what was typed and what `lacuna.toml` says to what is to be done: names are checked
//! here, and nowhere after.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use ingest::named::Naming;
use ingest::{Column, Format, Formats, Layout, Patch, SourceChoice, suggest};
use model::attack::{Attack, Fate, ObjectKind};
use model::capability::Status;
use model::date::Date;
use model::diagnostic::Diagnostic;
use model::id::TechniqueId;
use model::inputs::{
    Decided, Disposition, Exclusion, OnlyTechniques, Organisation, Profile, ScopeChoice,
};
use model::policy::{NUMBERS, Policy, PolicyError};
use model::scenario::PREFIX;
use model::score::round9;
use model::segment::{Segment, platforms_of_all};

use crate::args::{Common, ReleaseArgs};
use crate::config::{self, Config, GateConfig, SegmentConfig, SourceConfig, Techniques, Weights};
use crate::decided;
use crate::failure::Failure;
use crate::profile::{self, Adversaries};

/// The name of a project's file.
const FILE: &str = "lacuna.toml";

/// What is to be assessed, and with what.
pub(crate) struct Plan {
    pub(crate) attack: Attack,
    pub(crate) as_of: Date,
    pub(crate) organisation: Organisation,
    pub(crate) scope: ScopeChoice,
    pub(crate) profile: Profile,
    pub(crate) policy: Policy,
    pub(crate) dispositions: Vec<Disposition>,
    pub(crate) sources: Vec<SourceChoice>,
    pub(crate) assume: Option<Status>,
    pub(crate) formats: Formats,
    pub(crate) patches: Vec<Patch>,
    /// Where the patches are.
    pub(crate) patch_files: Vec<PathBuf>,
    /// What there is to say about the files that name adversaries or the scope.
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) gate: GateSaid,
}

/// What a project's file says about the gate, and where.
#[derive(Default)]
pub(crate) struct GateSaid {
    pub(crate) gate: GateConfig,
    pub(crate) line: Option<usize>,
    /// The project's file, where there is one.
    pub(crate) file: Option<PathBuf>,
}

/// Reads the project, if there is one, and checks everything that was said.
pub(crate) fn plan(common: &Common) -> Result<Plan, Failure> {
    let project = Project::find(common)?;
    let file_name = project.name().to_owned();
    let decided_in = project.decisions();
    let config = project.config;
    // What was not typed stands in the file.
    let blamed = |is_typed: bool, failure: Failure| match &project.file {
        Some(file) if !is_typed => failure.within(file),
        _ => failure,
    };
    let domain = common.release.domain.as_deref().or(config.scope.domain.as_deref());
    let version = common.release.attack.as_deref().or(project.attack.as_deref());
    let attack = release(version, domain)?;
    let platforms = chosen(&common.platforms, &config.scope.platforms)?;
    let tables = decided_in.iter().map(|(path, shown)| decided::read(path, shown, &attack));
    let tables = tables.collect::<Result<Vec<_>, _>>()?;
    let Files { adversaries, only, diagnostics } =
        Files::read(common, &config, &project.base, &file_name, &attack)
            .map_err(|(is_typed, failure)| blamed(is_typed, failure))?;
    let mut segments = segments(&attack, &config.segment).map_err(|f| blamed(false, f))?;
    if !common.platforms.is_empty() {
        // What is typed holds for every part.
        segments.iter_mut().for_each(|segment| segment.platforms.clear());
    }
    let named = weights(&platforms, |name| platform(&attack, name))
        .map_err(|failure| blamed(!common.platforms.is_empty(), failure))?;
    let scope = ScopeChoice {
        platforms: if named.is_empty() { platforms_of_all(&segments) } else { named },
        segments,
        only,
        exclude: config
            .scope
            .exclude
            .into_iter()
            .map(|e| Exclusion {
                technique: current(&attack, e.technique),
                reason: e.reason,
                disposition: None,
            })
            .collect(),
    };
    if !scope.platforms.is_empty() && scope.platforms.values().all(|share| *share <= 0.0) {
        let failure = Failure::new("no platform has a share: nothing is in scope");
        return Err(failure.help("give at least one platform a share above 0"));
    }
    let profile = Profile {
        adversaries: adversaries.weights,
        own: adversaries.own,
        impact: impact(&attack, config.profile.impact).map_err(|failure| blamed(false, failure))?,
    };
    if let Some(only) = scope.only.as_ref().filter(|_| is_empty(&attack, &scope)) {
        let failure = Failure::new(format!(
            "nothing is in scope: no technique of {} happens on your platforms",
            only.source
        ));
        return Err(failure.help("add a --platform, or leave the list out"));
    }
    let own = config.disposition.into_iter().map(|d| disposition(&attack, d)).collect();
    let (dispositions, told) = decided::joined(own, tables);
    Ok(Plan {
        as_of: match &common.as_of {
            Some(text) => day(text)?,
            None => config.as_of.map_or_else(today, |day| day.0),
        },
        organisation: config.organisation,
        scope,
        profile,
        policy: {
            let mut policy = Policy::default();
            set_table(&mut policy, "", &config.policy).map_err(|failure| blamed(false, failure))?;
            set_typed(&mut policy, &common.policy)?;
            policy
        },
        dispositions,
        sources: project.sources,
        patches: patches(&project.patches)?,
        patch_files: project.patches.into_iter().map(|(path, _)| path).collect(),
        formats: formats(&project.format_files, &common.format_files)?,
        gate: GateSaid {
            gate: config.gate.map(toml::Spanned::into_inner).unwrap_or_default(),
            line: config.gate_line,
            file: project.path,
        },
        assume: common.assume.as_deref().map(|text| status(text, "--assume")).transpose()?,
        diagnostics: [diagnostics, told].concat(),
        attack,
    })
}

/// Whether nothing is left in scope, decisions aside.
fn is_empty(attack: &Attack, scope: &ScopeChoice) -> bool {
    let on_any_day = Date::from_unix_days(0);
    model::scope::Scope::new(attack, scope, &[], on_any_day).techniques().next().is_none()
}

/// What files, or names, say of adversaries and of the scope.
struct Files {
    adversaries: Adversaries,
    only: Option<OnlyTechniques>,
    diagnostics: Vec<Diagnostic>,
}

impl Files {
    /// The failure comes with whether it is about something that was typed.
    fn read(
        common: &Common,
        config: &Config,
        base: &Path,
        config_name: &str,
        attack: &Attack,
    ) -> Result<Self, (bool, Failure)> {
        let mut naming = Naming::new(attack);
        let is_typed = !common.adversaries.is_empty();
        let folder = if is_typed { Path::new("") } else { base };
        let adversaries = chosen(&common.adversaries, &config.profile.adversaries)
            .and_then(|said| profile::adversaries(&said, folder, &mut naming, attack))
            .map_err(|failure| (is_typed, failure))?;
        let only = match (&common.scope, &config.scope.techniques) {
            (Some(file), _) => Some(profile::scope(file, &slashed(file), &mut naming, attack)),
            (None, Some(Techniques::File(file))) => {
                let path = base.join(file);
                Some(profile::scope(&path, &slashed(Path::new(file)), &mut naming, attack))
            }
            (None, Some(Techniques::Ids(ids))) => {
                Some(profile::some(naming.scope_of(ids, config_name), attack))
            }
            (None, None) => None,
        };
        // Of ids in the configuration the failure itself says where they stand.
        let is_ids = matches!(config.scope.techniques, Some(Techniques::Ids(_)));
        let names_place = common.scope.is_some() || is_ids;
        let only = only.transpose().map_err(|failure| (names_place, failure))?;
        let (only, told) = only.unzip();
        let diagnostics = [&adversaries.diagnostics[..], &told.unwrap_or_default()].concat();
        Ok(Self { adversaries, only, diagnostics })
    }
}

/// The release that `--attack` and `--domain` ask for.
pub(crate) fn release_of(args: &ReleaseArgs) -> Result<Attack, Failure> {
    release(args.attack.as_deref(), args.domain.as_deref())
}

fn release(version: Option<&str>, domain: Option<&str>) -> Result<Attack, Failure> {
    let domain = domain.unwrap_or(ingest::releases::DEFAULT_DOMAIN);
    ingest::releases::load(version, domain)
        .map_err(|error| Failure::new(error).help("lacuna attack info lists what is built in"))
}

/// A configuration and the sources it leads to.
struct Project {
    config: Config,
    /// What the file is called.
    file: Option<String>,
    /// Where it is.
    path: Option<PathBuf>,
    /// The folder that its paths are relative to.
    base: PathBuf,
    /// The release that the configuration asks for; a bundle's path is relative to the file.
    attack: Option<String>,
    sources: Vec<SourceChoice>,
    /// Descriptors of further formats, and what they are called.
    format_files: Vec<(PathBuf, String)>,
    /// Patches of its sources, and what they are called.
    patches: Vec<(PathBuf, String)>,
}

impl Project {
    /// An input that is a project is read with all its sources; other inputs are further ones.
    /// `--config` supplies everything but the sources, unless no input is given at all.
    fn find(common: &Common) -> Result<Self, Failure> {
        let (projects, others): (Vec<&PathBuf>, Vec<&PathBuf>) =
            common.inputs.iter().partition(|input| project_file(input).is_some());
        let by_input = match projects[..] {
            [] => None,
            [project] => project_file(project),
            [_, second, ..] => {
                let message = format!("{} is a second project", second.display());
                return Err(Failure::new(message).help("assess one project at a time"));
            }
        };
        if let (Some(file), Some(config)) = (&by_input, &common.config) {
            let message = format!(
                "both {} and --config {} say what to assess",
                file.display(),
                config.display()
            );
            return Err(Failure::new(message).help("leave one of them out"));
        }
        // Products by name are an input like any other.
        let names_nothing = common.inputs.is_empty() && common.have.is_empty();
        let file = match (by_input, &common.config) {
            (Some(file), _) => Some((file, true)),
            (None, Some(file)) => Some((file.clone(), names_nothing)),
            (None, None) if names_nothing && common.needs_no_input => {
                nearest().ok().map(|file| (file, false))
            }
            (None, None) if names_nothing => Some((nearest()?, true)),
            (None, None) => None,
        };
        let shown = file.as_ref().map(|(file, _)| slashed(file));
        let path = file.as_ref().map(|(file, _)| file.clone());
        let (config, base, takes_sources) = match file {
            Some((file, takes_sources)) => {
                let base = file.parent().map(Path::to_path_buf).unwrap_or_default();
                (read(&file)?, base, takes_sources)
            }
            None => (Config::default(), PathBuf::new(), false),
        };
        let mut said: Vec<SourceChoice> =
            config.source.iter().map(|s| source(s, &base)).collect::<Result<_, _>>()?;
        said = for_segments(said, &config).map_err(|failure| match &shown {
            Some(file) => failure.within(file),
            None => failure,
        })?;
        said.extend(products(&config.have, "have"));
        let columns = typed_columns(&common.columns)?;
        let further =
            others.into_iter().map(|input| further_source(input, &said, common, &columns));
        let mut sources: Vec<SourceChoice> = if takes_sources { said.clone() } else { Vec::new() };
        sources.extend(further);
        sources.extend(products(&common.have, HAVE));
        if sources.is_empty() && !common.needs_no_input {
            let help = "name files or folders, or products with --have, or add a [[source]] to lacuna.toml";
            return Err(Failure::new("there is nothing to read").help(help));
        }
        let bundle = |choice: &String| Some(base.join(choice)).filter(|path| path.is_file());
        let attack = config.attack.as_ref().map(|choice| match bundle(choice) {
            Some(path) => path.to_string_lossy().into_owned(),
            None => choice.clone(),
        });
        let format_files = config.format_files.iter().map(|path| (base.join(path), path.clone()));
        let format_files = format_files.collect();
        // A patch names files as the project calls them.
        let patches = config.patches.iter().filter(|_| takes_sources);
        let patches = patches.map(|path| (base.join(path), path.replace('\\', "/"))).collect();
        Ok(Self { config, file: shown, path, base, attack, sources, format_files, patches })
    }

    /// Where people have filled in decisions, and what these files are called.
    fn decisions(&self) -> Vec<(PathBuf, String)> {
        let files = self.config.decisions.iter();
        files.map(|path| (self.base.join(path), path.replace('\\', "/"))).collect()
    }

    /// What the file is called beside its other paths.
    fn name(&self) -> &str {
        self.file.as_deref().and_then(|file| file.rsplit('/').next()).unwrap_or(FILE)
    }
}

/// How products that are typed are called in everything that is said about them.
pub(crate) const HAVE: &str = "--have";

/// Products by name as a source, if any are named.
pub(crate) fn products(lists: &[String], shown: &str) -> Option<SourceChoice> {
    let names = lists.iter().flat_map(|list| ingest::products::names_in(list));
    let names: Vec<String> = names.map(str::to_owned).collect();
    (!names.is_empty()).then(|| SourceChoice {
        names,
        shown: shown.to_owned(),
        ..SourceChoice::default()
    })
}

/// The project's file, if this input is a project.
fn project_file(input: &Path) -> Option<PathBuf> {
    if input.is_dir() {
        let file = input.join(FILE);
        return file.is_file().then_some(file);
    }
    let is_named_so = input.file_name().is_some_and(|name| name == FILE);
    (is_named_so && input.is_file()).then(|| input.to_path_buf())
}

fn nearest() -> Result<PathBuf, Failure> {
    let missing = || {
        Failure::new(format!("there is no {FILE} here or in a folder above"))
            .help("name what to read:  lacuna gaps rules/ controls.xlsx --adversary APT29; or products:  lacuna gaps --have \"Okta, EDR\"")
    };
    let here = std::env::current_dir().map_err(|_| missing())?;
    let found = here.ancestors().map(|folder| folder.join(FILE)).find(|file| file.is_file());
    found.ok_or_else(missing)
}

fn read(file: &Path) -> Result<Config, Failure> {
    let shown = slashed(file);
    let bytes = ingest::source::read(file).map_err(|error| unreadable(&shown, &error))?;
    let (text, _) = ingest::text::decode(&bytes);
    config::parse(&text).map_err(|(line, fact)| {
        Failure::new(format!("{shown}:{line}: {fact}")).help("the README lists every key")
    })
}

fn source(config: &SourceConfig, base: &Path) -> Result<SourceChoice, Failure> {
    let named = |pairs: &BTreeMap<String, String>| {
        let column = |name| column(name, &config.path);
        let pairs = pairs.iter().map(|(name, value)| Ok((column(name)?, value.clone())));
        pairs.collect::<Result<BTreeMap<_, _>, Failure>>()
    };
    Ok(SourceChoice {
        path: base.join(&config.path),
        names: Vec::new(),
        shown: config.path.replace('\\', "/"),
        status: config.status.as_deref().map(|text| status(text, &config.path)).transpose()?,
        status_from: config.status_from.as_ref().map(|path| (base.join(path), path.clone())),
        layout: Layout {
            sheet: config.sheet.clone(),
            header_row: config.header_row,
            columns: named(&config.columns)?,
            fill_down: config.fill_down,
        },
        defaults: named(&config.defaults)?,
    })
}

/// Sources that are there for some of the segments say so of every record that does not.
fn for_segments(
    mut sources: Vec<SourceChoice>,
    config: &Config,
) -> Result<Vec<SourceChoice>, Failure> {
    let bare = |path: &str| path.replace('\\', "/").trim_end_matches('/').to_owned();
    for segment in &config.segment {
        for path in &segment.sources {
            let source = sources.iter_mut().find(|source| bare(&source.shown) == bare(path));
            let Some(source) = source else {
                let message = format!("segment {:?}: no [[source]] is {path:?}", segment.name);
                let paths = config.source.iter().map(|source| source.path.as_str());
                let hint = suggest::did_you_mean(path, paths);
                let hint = hint.unwrap_or_else(|| "write the path as in its [[source]]".to_owned());
                return Err(Failure::new(message).help(hint));
            };
            let names = source.defaults.entry(Column::Segment).or_default();
            let between = if names.is_empty() { "" } else { "; " };
            *names = format!("{names}{between}{}", segment.name);
        }
    }
    Ok(sources)
}

/// The column of the register with this name, which stands at `place`.
fn column(name: &str, place: &str) -> Result<Column, Failure> {
    Column::from_name(name).ok_or_else(|| {
        let names = Column::ALL.iter().map(|column| column.name());
        let failure = Failure::new(format!("{place}: {name:?} is no column of the register"));
        hinted(failure, suggest::did_you_mean(name, names))
    })
}

/// What `--columns` says.
fn typed_columns(typed: &[String]) -> Result<BTreeMap<Column, String>, Failure> {
    let pair = |text: &String| {
        let (name, header) = text.split_once('=').ok_or_else(|| {
            Failure::new(format!("--columns {text:?} is not COLUMN=NAME"))
                .help("write for example --columns techniques=\"ATT&CK IDs\"")
        })?;
        Ok((column(name.trim(), "--columns")?, header.trim().to_owned()))
    };
    typed.iter().map(pair).collect()
}

/// An input beside a project; what the configuration says about the same path holds for it.
fn further_source(
    input: &Path,
    said: &[SourceChoice],
    common: &Common,
    columns: &BTreeMap<Column, String>,
) -> SourceChoice {
    let real = input.canonicalize().ok();
    let same = |choice: &&SourceChoice| real.is_some() && choice.path.canonicalize().ok() == real;
    let mut settings = said.iter().find(same).cloned().unwrap_or_default();
    settings.layout.columns.extend(columns.clone());
    settings.layout.sheet = common.sheet.clone().or(settings.layout.sheet);
    let typed = common.status_from.as_ref().map(|path| (path.clone(), slashed(path)));
    let status_from = typed.or_else(|| settings.status_from.clone());
    SourceChoice { path: input.to_path_buf(), shown: slashed(input), status_from, ..settings }
}

/// The built-in formats and those that descriptors add.
pub(crate) fn formats(said: &[(PathBuf, String)], typed: &[PathBuf]) -> Result<Formats, Failure> {
    let typed = typed.iter().map(|path| (path.clone(), slashed(path)));
    let files: Vec<(PathBuf, String)> = typed.chain(said.iter().cloned()).collect();
    if files.is_empty() {
        return Ok(Formats::built_in().clone());
    }
    let read = |(path, shown): &(PathBuf, String)| {
        let bytes = ingest::source::read(path).map_err(|error| unreadable(shown, &error))?;
        let (text, _) = ingest::text::decode(&bytes);
        let format = Format::parse(&text).map_err(|error| {
            let place = error.line.map(|line| format!(":{line}")).unwrap_or_default();
            Failure::new(format!("{shown}{place}: {}", error.message))
                .help("lacuna formats shows how a format is described")
        })?;
        if format.is_register() {
            let message =
                format!("{shown}: the name {:?} is that of the native register", format.name);
            return Err(Failure::new(message).help("give the format another name"));
        }
        Ok(format)
    };
    Ok(Formats::with(files.iter().map(read).collect::<Result<_, _>>()?))
}

/// The patches that a project names.
fn patches(files: &[(PathBuf, String)]) -> Result<Vec<Patch>, Failure> {
    let read = |(path, shown): &(PathBuf, String)| {
        let bytes = ingest::source::read(path).map_err(|error| unreadable(shown, &error))?;
        let (text, _) = ingest::text::decode(&bytes);
        Patch::parse(&text, shown).map_err(|error| {
            let failure = Failure::new(error).within(shown);
            failure.help("patches in lacuna.toml are what lacuna patch -o has written")
        })
    };
    files.iter().map(read).collect()
}

/// Why a file cannot be read.
pub(crate) fn unreadable(shown: &str, error: &std::io::Error) -> Failure {
    let fact = match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".to_owned(),
        _ => error.to_string(),
    };
    Failure::new(format!("{shown}: {fact}")).help("check the path")
}

pub(crate) fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

pub(crate) fn hinted(failure: Failure, hint: Option<String>) -> Failure {
    match hint {
        Some(hint) => failure.help(hint),
        None => failure,
    }
}

pub(crate) fn status(text: &str, place: &str) -> Result<Status, Failure> {
    ingest::status(text).ok_or_else(|| {
        let words: Vec<&str> = Status::ALL.iter().map(|status| status.word()).collect();
        let failure = Failure::new(format!("{place}: {text:?} is no status"));
        failure.help(format!("use one of {}", words.join(", ")))
    })
}

/// What was typed, else what the configuration says.
fn chosen(typed: &[String], said: &Weights) -> Result<Vec<(String, f64)>, Failure> {
    if typed.is_empty() {
        return Ok(said.0.clone());
    }
    let pair = |text: &String| match text.rsplit_once('=') {
        None => Ok((text.clone(), 1.0)),
        Some((name, weight)) => match weight.trim().trim_end_matches('%').parse() {
            Ok(number) => Ok((name.to_owned(), number)),
            Err(_) if profile::looks_like_file(text) => Ok((text.clone(), 1.0)),
            Err(_) => {
                let failure = Failure::new(format!("{text:?}: {weight:?} is not a number"));
                Err(failure.help("write NAME or NAME=NUMBER, such as APT29=3"))
            }
        },
    };
    typed.iter().map(pair).collect()
}

/// Names resolved, with their weights; nothing may be named twice.
fn weights(
    pairs: &[(String, f64)],
    resolve: impl Fn(&str) -> Result<String, Failure>,
) -> Result<BTreeMap<String, f64>, Failure> {
    let mut weights = BTreeMap::new();
    for (name, weight) in pairs {
        if !(0.0..=1e9).contains(weight) {
            let failure = Failure::new(format!("{name}: {weight} is no weight"));
            return Err(failure.help("weights are numbers from 0 to 1,000,000,000"));
        }
        let resolved = resolve(name)?;
        if weights.insert(resolved.clone(), round9(*weight)).is_some() {
            let failure = Failure::new(format!("{resolved} is named twice, at last as {name:?}"));
            return Err(failure.help("name it once, with the weight that is meant"));
        }
    }
    Ok(weights)
}

/// The segments, each named once, with shares of all of them or of none.
fn segments(attack: &Attack, configs: &[SegmentConfig]) -> Result<Vec<Segment>, Failure> {
    let mut segments: Vec<Segment> = Vec::new();
    for config in configs {
        let name = config.name.trim();
        if !ingest::segment::is_name(name) {
            return Err(Failure::new(format!("segment {:?} has no usable name", config.name))
                .help("a name has letters or digits, and no comma, semicolon or bar"));
        }
        if ingest::segment::named(&segments, name).is_some() {
            return Err(Failure::new(format!("segment {name:?} is there twice"))
                .help("names are compared without regard to case, blanks and punctuation"));
        }
        segments.push(Segment {
            name: name.to_owned(),
            share: config.share.map(|share| segment_share(name, share)).transpose()?,
            platforms: weights(&config.platforms.0, |name| platform(attack, name))?,
            impact: impact(attack, config.impact.clone())?,
            owner: config.owner.clone(),
        });
    }
    let without = segments.iter().find(|segment| segment.share.is_none());
    if let Some(segment) = without.filter(|_| segments.iter().any(|s| s.share.is_some())) {
        return Err(Failure::new(format!(
            "segment {:?} has no share, but others do",
            segment.name
        ))
        .help("give all of them a share of the assets, or none"));
    }
    Ok(segments)
}

fn segment_share(name: &str, share: f64) -> Result<f64, Failure> {
    if share > 0.0 && share <= 1e9 {
        return Ok(round9(share));
    }
    Err(Failure::new(format!("segment {name:?}: {share} is no share"))
        .help("a share is a number above 0, on any scale"))
}

/// The segment that is asked for, among those of the project and those that records name.
pub(crate) fn chosen_segment(name: &str, segments: &[Segment]) -> Result<Segment, Failure> {
    if let Some(found) = ingest::segment::named(segments, name) {
        return Ok(found.clone());
    }
    let failure = Failure::new(format!("there is no segment {name:?}"));
    let all: Vec<&str> = segments.iter().map(|segment| segment.name.as_str()).collect();
    let hint = suggest::did_you_mean(name, all.iter().copied());
    let listed = || match &all[..] {
        [] => "add [[segment]] to lacuna.toml, or a column segment to the register".to_owned(),
        all => format!("segments are {}", all.join(", ")),
    };
    Err(failure.help(hint.unwrap_or_else(listed)))
}

/// What `--platform` names, with the shares.
pub(crate) fn typed_platforms(
    attack: &Attack,
    typed: &[String],
) -> Result<BTreeMap<String, f64>, Failure> {
    weights(&chosen(typed, &Weights::default())?, |name| platform(attack, name))
}

/// What a list of names and files says, as `--adversary` takes it.
pub(crate) fn typed_adversaries(attack: &Attack, typed: &[String]) -> Result<Adversaries, Failure> {
    let chosen = chosen(typed, &Weights::default())?;
    profile::adversaries(&chosen, Path::new(""), &mut Naming::new(attack), attack)
}

fn platform(attack: &Attack, name: &str) -> Result<String, Failure> {
    if attack.platforms.is_empty() && name.eq_ignore_ascii_case(model::scope::ANY_PLATFORM) {
        return Ok(name.to_owned());
    }
    ingest::platform(attack, name).ok_or_else(|| {
        let failure = Failure::new(format!("{name:?} is no platform of ATT&CK {}", attack.version));
        let hint = suggest::did_you_mean(name, attack.platforms.iter().map(String::as_str));
        let all = || format!("platforms are {}", attack.platforms.join(", "));
        failure.help(hint.unwrap_or_else(all))
    })
}

/// The id of the group, campaign or software of ATT&CK that bears a name.
pub(crate) fn adversary(attack: &Attack, name: &str) -> Result<String, Failure> {
    match attack.adversaries_called(name)[..] {
        [one] => Ok(attack.adversaries[one].id.clone()),
        [] => {
            let names = attack.adversaries.iter().flat_map(|a| a.names().chain([a.id.as_str()]));
            let message =
                format!("{name:?} is no group, campaign or software of ATT&CK {}", attack.version);
            let scenario = profile::scenarios::called(name);
            let hint = scenario.map(|s| format!("as a scenario it is {PREFIX}{}", s.id));
            let hint = hint.or_else(|| suggest::did_you_mean(name, names));
            let hint = hint.unwrap_or_else(|| "lacuna adversaries lists them all".to_owned());
            Err(Failure::new(message).help(hint))
        }
        ref several => {
            let named = |ix: &usize| {
                let adversary = &attack.adversaries[*ix];
                format!("{} ({} {})", adversary.id, adversary.kind.name(), adversary.name)
            };
            let ids: Vec<String> = several.iter().map(named).collect();
            let message = format!("{name:?} may be {}", ids.join(" or "));
            Err(Failure::new(message).help("name it by its id"))
        }
    }
}

/// The position of the one adversary with this name.
pub(crate) fn adversary_position(attack: &Attack, name: &str) -> Result<usize, Failure> {
    let id = adversary(attack, name)?;
    Ok(attack.adversary(&id).expect("a resolved adversary is in the release"))
}

fn impact(
    attack: &Attack,
    impact: BTreeMap<TechniqueId, f64>,
) -> Result<BTreeMap<TechniqueId, f64>, Failure> {
    for (id, value) in &impact {
        if !(value.is_finite() && *value >= 0.0) {
            return Err(Failure::new(format!("impact of {id}: {value} is no impact"))
                .help("impacts are numbers from 0 upwards; 1 is usual"));
        }
    }
    Ok(impact.into_iter().map(|(id, value)| (current(attack, id), round9(value))).collect())
}

fn set_typed(policy: &mut Policy, typed: &[String]) -> Result<(), Failure> {
    for text in typed {
        let pair = text.split_once('=').and_then(|(k, v)| Some((k, v.trim().parse().ok()?)));
        let Some((key, value)) = pair else {
            return Err(Failure::new(format!("--policy {text:?} is not KEY=NUMBER"))
                .help("write for example --policy tau=0.7"));
        };
        set(policy, key, value)?;
    }
    Ok(())
}

/// `gamma.tagged = 0.8` and `[policy.gamma] tagged = 0.8` are the same.
fn set_table(policy: &mut Policy, prefix: &str, table: &toml::Table) -> Result<(), Failure> {
    for (key, value) in table {
        let name = format!("{prefix}{key}");
        match value {
            toml::Value::Float(value) => set(policy, &name, *value)?,
            toml::Value::Integer(value) => set(policy, &name, *value as f64)?,
            toml::Value::Table(inner) => set_table(policy, &format!("{name}."), inner)?,
            other => {
                return Err(Failure::new(format!("policy: {name} = {other} is not a number")));
            }
        }
    }
    Ok(())
}

fn set(policy: &mut Policy, name: &str, value: f64) -> Result<(), Failure> {
    policy.set(name, value).map_err(|error| {
        let hint = match &error {
            PolicyError::UnknownName(name) => {
                suggest::did_you_mean(name, NUMBERS.iter().map(|number| number.name))
            }
            PolicyError::OutOfRange { .. } => None,
        };
        hinted(Failure::new(format!("policy: {error}")), hint)
    })
}

fn disposition(attack: &Attack, config: config::DispositionConfig) -> Disposition {
    let decided = Decided {
        decision: config.decision,
        owner: config.owner,
        approver: config.approver,
        due: config.due.map(|day| day.0),
        until: config.until.map(|day| day.0),
        ticket: config.ticket,
        reason: config.reason,
        origin: None,
    };
    Disposition { technique: current(attack, config.technique), decided }
}

/// The id that the release gives to a technique: decisions outlive releases.
fn current(attack: &Attack, id: TechniqueId) -> TechniqueId {
    match attack.fate(ObjectKind::Technique, &id.to_string()) {
        Some(Fate::Replaced(successor)) => successor.parse().unwrap_or(id),
        Some(Fate::Deprecated) | None => id,
    }
}

fn day(text: &str) -> Result<Date, Failure> {
    Date::parse(text).ok_or_else(|| {
        Failure::new(format!("--as-of {text:?} is not a day")).help("write it as 2026-06-30")
    })
}

/// The calendar day, UTC; the only place that asks the clock.
fn today() -> Date {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Date::from_unix_days(i32::try_from(since / 86_400).unwrap_or(i32::MAX))
}
