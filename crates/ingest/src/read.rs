//! From sources to capabilities with an account of every record. The one place that works in
//! parallel: files are read and understood side by side, then joined in their order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use model::attack::{Attack, Neighbours};
use model::capability::{Capability, Kind, Status};
use model::diagnostic::{Code, Diagnostic, Origin};
use model::inputs::Source;
use model::policy::Policy;
use model::resolve::{Resolution, Resolved, ResolvedTactic, Resolver};
use model::strength;
use rayon::prelude::*;

use crate::column::Column;
use crate::file::{self, FileRead, FileSettings};
use crate::record::Draft;
use crate::register::Layout;
use crate::source::{self, SourceFile};
use crate::status_list::{NotAStatusList, StatusList};

/// A file or folder to read, and what the user says about it.
#[derive(Debug, Clone, Default)]
pub struct SourceChoice {
    /// Where it is.
    pub path: PathBuf,
    /// What it is called in everything that is said about it.
    pub shown: String,
    /// The status of records that say nothing themselves.
    pub status: Option<Status>,
    /// A list that says what is switched on: where it is and what it is called.
    pub status_from: Option<(PathBuf, String)>,
    /// Where detection of the layout needs help.
    pub layout: Layout,
    /// Values for blank columns.
    pub defaults: BTreeMap<Column, String>,
}

/// What all sources are read with.
pub struct ReadSettings<'a> {
    /// The release that ids are resolved against.
    pub attack: &'a Attack,
    /// The numbers that decide what is off.
    pub policy: &'a Policy,
    /// The status of sources of which nothing is said.
    pub assume: Option<Status>,
    /// Loads what may know ids that the release does not.
    pub neighbours: &'a dyn Fn() -> Neighbours,
    /// Called with the number of files done and of all files of the source.
    pub progress: &'a (dyn Fn(usize, usize) + Sync),
    /// Threads to read with; one a core where nothing is said.
    pub threads: Option<usize>,
}

/// What the sources hold.
#[derive(Debug, Default)]
pub struct Read {
    /// Every record that was understood, in the order of the sources.
    pub capabilities: Vec<Arc<Capability>>,
    /// The account.
    pub sources: Vec<Source>,
    /// What became of the ids.
    pub resolution: Resolution,
    /// What there is to say.
    pub diagnostics: Vec<Diagnostic>,
}

/// A source that cannot be read at all.
#[derive(Debug)]
pub enum ReadError {
    /// The source does not exist or cannot be opened.
    Source(String, io::Error),
    /// The list of statuses does not exist or cannot be opened.
    StatusList(String, io::Error),
    /// The list of statuses is something else.
    NotAStatusList(String, NotAStatusList),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(path, error) => write!(f, "{path}: {}", reason(error)),
            Self::StatusList(path, error) => write!(f, "{path} (status_from): {}", reason(error)),
            Self::NotAStatusList(path, error) => write!(f, "{path} (status_from): {error}"),
        }
    }
}

impl std::error::Error for ReadError {}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// Reads all sources.
///
/// # Errors
/// A source, or a list of statuses, that cannot be read at all. Anything wrong inside a source is
/// a diagnostic.
pub fn read(choices: &[SourceChoice], settings: &ReadSettings<'_>) -> Result<Read, ReadError> {
    let mut read = Read::default();
    let mut resolver = Resolver::new(settings.attack, settings.neighbours);
    for choice in choices {
        let mut source = read_source(choice, settings)?;
        read.diagnostics.append(&mut source.diagnostics);
        let mut join = Join { settings, resolver: &mut resolver, read: &mut read };
        join.drafts(source.drafts, &mut source.account);
        if source.account.files == 1 && source.account.format.is_empty() {
            source.account.format = "unknown".to_owned();
        }
        read.sources.push(source.account);
    }
    Ok(read)
}

/// One source, before its ids are resolved.
#[derive(Debug, Default)]
pub struct SourceRead {
    /// The account, without the classes that depend on ids.
    pub account: Source,
    /// The records.
    pub drafts: Vec<Draft>,
    /// What there is to say.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads one source up to the point where ids are resolved.
///
/// # Errors
/// As [`read`].
pub fn read_source(
    choice: &SourceChoice,
    settings: &ReadSettings<'_>,
) -> Result<SourceRead, ReadError> {
    let unreadable = |error| ReadError::Source(choice.shown.clone(), error);
    let listing = source::list(&choice.path).map_err(unreadable)?;
    let mut found = SourceRead::default();
    for (below, error) in &listing.unreadable {
        found.account.records += 1;
        found.account.not_understood += 1;
        found.diagnostics.push(unreadable_file(shown(choice, below), error));
    }
    let status_list = status_list(choice, &mut found.diagnostics)?;
    let file_settings = FileSettings {
        attack: settings.attack,
        source_status: choice.status,
        assumed: settings.assume,
        defaults: &choice.defaults,
        layout: &choice.layout,
    };
    let done = std::sync::atomic::AtomicUsize::new(0);
    let read_one = |file: &SourceFile| {
        let bytes = source::read(&file.path);
        let read = understood(bytes, &shown(choice, &file.below), &file_settings);
        let done = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        (settings.progress)(done, listing.files.len());
        read
    };
    let read: Vec<_> = match &listing.files[..] {
        [file] if !listing.is_folder => {
            let bytes = source::read(&file.path).map_err(unreadable)?;
            vec![understood(Ok(bytes), &shown(choice, ""), &file_settings)]
        }
        files if files.len() < 8 => files.iter().map(read_one).collect(),
        files => in_parallel(files, settings.threads, read_one),
    };
    let hashes = listing
        .files
        .iter()
        .zip(&read)
        .map(|(file, (hash, _))| (file.below.as_str(), hash.as_str()));
    found.account.sha256 = match &read[..] {
        [(hash, _)] if !listing.is_folder => hash.clone(),
        _ => source::folder_sha256(hashes),
    };
    found.account.path = choice.shown.clone();
    found.account.files = read.len();
    collect(read.into_iter().map(|(_, read)| read), &mut found);
    if let Some(list) = status_list {
        let silent = |d: &&mut Draft| d.capability.is_defaulted("status");
        let rules = found.drafts.iter_mut().filter(|d| d.capability.kind != Kind::DataSource);
        list.join(rules.filter(silent), &mut found.diagnostics);
    }
    Ok(found)
}

fn in_parallel<T: Send>(
    files: &[SourceFile],
    threads: Option<usize>,
    read_one: impl Fn(&SourceFile) -> T + Sync + Send,
) -> Vec<T> {
    let read_all = || files.par_iter().map(&read_one).collect();
    // Without a pool of its own the work runs in the usual one: slower or faster, but the same.
    match threads.map(|n| rayon::ThreadPoolBuilder::new().num_threads(n).build()) {
        Some(Ok(pool)) => pool.install(read_all),
        Some(Err(_)) | None => read_all(),
    }
}

fn collect(files: impl Iterator<Item = FileRead>, found: &mut SourceRead) {
    let mut formats = BTreeSet::new();
    for file in files {
        formats.extend(file.format);
        found.account.records += file.records;
        found.account.not_understood += file.not_understood;
        found.account.skipped += file.skipped;
        found.drafts.extend(file.drafts);
        found.diagnostics.extend(file.diagnostics);
    }
    found.account.format = formats.into_iter().collect::<Vec<_>>().join(", ");
}

fn shown(choice: &SourceChoice, below: &str) -> String {
    match (choice.shown.trim_end_matches('/'), below) {
        (shown, "") => shown.to_owned(),
        (".", below) => below.to_owned(),
        (shown, below) => format!("{shown}/{below}"),
    }
}

fn unreadable_file(shown: String, error: &io::Error) -> Diagnostic {
    let help = "check that it exists and that you may read it";
    Diagnostic::new(Code::UnreadableFile, Origin::file(shown), reason(error), help)
}

/// A file's hash and content; a file that cannot be read is one record not understood.
fn understood(
    bytes: io::Result<Vec<u8>>,
    shown: &str,
    settings: &FileSettings<'_>,
) -> (String, FileRead) {
    match bytes {
        Ok(bytes) => (source::sha256(&bytes), file::read(&bytes, shown, settings)),
        Err(error) => {
            let diagnostics = vec![unreadable_file(shown.to_owned(), &error)];
            let read =
                FileRead { records: 1, not_understood: 1, diagnostics, ..FileRead::default() };
            (String::new(), read)
        }
    }
}

fn status_list(
    choice: &SourceChoice,
    out: &mut Vec<Diagnostic>,
) -> Result<Option<StatusList>, ReadError> {
    let Some((path, shown)) = &choice.status_from else {
        return Ok(None);
    };
    let bytes = source::read(path).map_err(|e| ReadError::StatusList(shown.clone(), e))?;
    let list = StatusList::read(&bytes, shown, out);
    list.map(Some).map_err(|e| ReadError::NotAStatusList(shown.clone(), e))
}

/// Brings the records of a source into the whole.
struct Join<'a, 'b> {
    settings: &'a ReadSettings<'a>,
    resolver: &'a mut Resolver<'b>,
    read: &'a mut Read,
}

impl Join<'_, '_> {
    fn drafts(&mut self, drafts: Vec<Draft>, account: &mut Source) {
        let mut assumed = 0;
        for draft in drafts {
            let names_something = !draft.ids.is_empty()
                || draft.names_control
                || draft.capability.kind == Kind::DataSource;
            let records = draft.records;
            let capability = self.resolve(draft);
            assumed += usize::from(capability.is_assumed_on());
            *if strength::is_off(&capability, self.settings.policy) {
                &mut account.off
            } else if names_something {
                &mut account.used
            } else {
                &mut account.without_technique
            } += records;
            self.read.capabilities.push(Arc::from(capability));
        }
        if assumed > 0 {
            self.read.diagnostics.push(not_stated(account, assumed));
        }
    }

    fn resolve(&mut self, draft: Draft) -> Box<Capability> {
        let Draft { mut capability, ids, tactics, adversaries, .. } = draft;
        for (id, cell) in ids {
            let resolved = self.resolver.technique(id);
            self.read.resolution.count(id, &resolved);
            let text = id.to_string();
            for technique in resolved.techniques() {
                if !matches!(resolved, Resolved::Live(_)) {
                    capability.written.entry(*technique).or_default().push(text.clone());
                }
                if let Err(at) = capability.techniques.binary_search(technique) {
                    capability.techniques.insert(at, *technique);
                }
            }
            if let Some((code, message, help)) = self.remark(&text, &resolved) {
                let cell = cell.or(capability.origin.cell.clone());
                let origin = Origin { cell, ..capability.origin.clone() };
                self.read.diagnostics.push(Diagnostic::new(code, origin, message, help));
            }
        }
        for text in &tactics {
            self.tactic(text, &mut capability);
        }
        for text in &adversaries {
            self.adversary(text, &mut capability);
        }
        capability
    }

    fn remark(&self, id: &str, resolved: &Resolved) -> Option<(Code, String, String)> {
        let attack = self.settings.attack;
        let release = format!("ATT&CK {}", attack.version);
        let list = |ids: &[model::id::TechniqueId]| {
            ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        Some(match resolved {
            Resolved::Live(_) => return None,
            Resolved::Replaced([successor]) => (
                Code::ReplacedId,
                format!("{id} was replaced in {release}; counted as {successor}"),
                format!("write {successor}"),
            ),
            Resolved::Deprecated => (
                Code::DeprecatedId,
                format!("{id} is deprecated in {release}; it counts for nothing"),
                "name the technique that is meant".to_owned(),
            ),
            Resolved::OtherDomain(domain) => (
                Code::OtherDomain,
                format!("{id} belongs to {domain}; it counts for nothing here"),
                format!("assess that domain by itself with --domain {domain}"),
            ),
            Resolved::Newer { version, predecessors } if predecessors.is_empty() => (
                Code::NewerId,
                format!("{id} is new in ATT&CK {version}; {release} has nothing for it"),
                format!("use --attack {version}"),
            ),
            Resolved::Newer { version, predecessors } => (
                Code::NewerId,
                format!(
                    "{id} is of ATT&CK {version}; counted as {} in {release}",
                    list(predecessors)
                ),
                format!("use --attack {version}"),
            ),
            Resolved::Unknown => (
                Code::UnknownId,
                format!("{id} is in no ATT&CK release at hand; it counts for nothing"),
                self.nearest_technique(id),
            ),
        })
    }

    fn nearest_technique(&self, id: &str) -> String {
        let ids: Vec<String> =
            self.settings.attack.techniques.iter().map(|t| t.id.to_string()).collect();
        let parent = id.split_once('.').map_or(id, |(parent, _)| parent);
        if parent != id && ids.iter().any(|known| known == parent) {
            return format!("{parent} has no such sub-technique; check the number");
        }
        crate::suggest::did_you_mean(id, ids.iter().map(String::as_str))
            .unwrap_or_else(|| "check the id".to_owned())
    }

    fn tactic(&mut self, text: &str, capability: &mut Capability) {
        match self.resolver.tactic(text) {
            ResolvedTactic::Known(id) | ResolvedTactic::Elsewhere(id) => {
                if let Err(at) = capability.tactics.binary_search(&id) {
                    capability.tactics.insert(at, id);
                }
            }
            ResolvedTactic::Unknown => {
                let message = format!("{text:?} is neither a tactic nor an id of ATT&CK");
                let origin = capability.origin.clone();
                let names = self.settings.attack.tactics.iter().map(|t| t.shortname.as_str());
                let help = crate::suggest::did_you_mean(text, names).unwrap_or_default();
                self.read.diagnostics.push(Diagnostic::new(
                    Code::UnknownTactic,
                    origin,
                    message,
                    help,
                ));
            }
        }
    }

    fn adversary(&mut self, text: &str, capability: &mut Capability) {
        let attack = self.settings.attack;
        match attack.adversaries_called(text)[..] {
            [] => {
                let message = format!(
                    "{text} is no group, campaign or software of ATT&CK {}",
                    attack.version
                );
                let origin = capability.origin.clone();
                self.read.diagnostics.push(Diagnostic::new(
                    Code::UnknownId,
                    origin,
                    message,
                    "check the id",
                ));
            }
            [ix, ..] => {
                let id = attack.adversaries[ix].id.clone();
                if let Err(at) = capability.adversaries.binary_search(&id) {
                    capability.adversaries.insert(at, id);
                }
            }
        }
    }
}

fn not_stated(account: &Source, assumed: usize) -> Diagnostic {
    let records = if assumed == 1 { "record" } else { "records" };
    let message = format!("status not stated for {assumed} {records}, which count as switched on");
    let help = "say which with --assume enabled or --assume library, or with status_from";
    Diagnostic::new(Code::StatusNotStated, Origin::file(account.path.clone()), message, help)
}
