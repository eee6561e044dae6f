//! From sources to capabilities with an account of every record. The one place that works in
//! parallel: files are read and understood side by side, then joined in their order.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use model::attack::{Attack, Neighbours};
use model::capability::{Capability, Status};
use model::diagnostic::{Code, Diagnostic, Origin};
use model::inputs::Source;
use model::policy::Policy;
use model::resolve::{Resolution, Resolver};
use rayon::prelude::*;

use crate::amend;
use crate::column::Column;
use crate::conf_layer::Layer;
use crate::file::{self, FileRead, FileSettings};
use crate::format::Formats;
use crate::join::{Hints, Join};
use crate::patch::Patch;
use crate::patch::applying::Changes;
use crate::products;
use crate::record::Draft;
use crate::register::{Layout, Purpose, TableRead};
use crate::source::{self, Listing, SourceFile};
use crate::status_list::{NotAStatusList, StatusList};
use crate::systems;

/// A file or folder to read, and what the user says about it.
#[derive(Debug, Clone, Default)]
pub struct SourceChoice {
    /// Where it is.
    pub path: PathBuf,
    /// The products that it names, where it is no file but a list of names.
    pub names: Vec<String>,
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
    /// The formats that files are recognised by.
    pub formats: &'a Formats,
    /// The numbers that decide what is off.
    pub policy: &'a Policy,
    /// The status of sources of which nothing is said.
    pub assume: Option<Status>,
    /// What people changed in registers, to be taken in this order.
    pub patches: &'a [Patch],
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
    /// How the tables among the sources were read.
    pub tables: Vec<TableRead>,
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
    let mut hints = Hints::default();
    let mut changes = Changes::of(settings.patches);
    for choice in choices {
        let mut source = read_source(choice, settings)?;
        read.diagnostics.append(&mut source.diagnostics);
        read.tables.append(&mut source.tables);
        let mut join =
            Join { settings, resolver: &mut resolver, read: &mut read, hints: &mut hints };
        join.records(source.drafts, &mut changes, &mut source.account);
        if source.account.formats.len() == 1 {
            source.account.formats.clear();
        }
        if source.account.files == 1 && source.account.format.is_empty() {
            source.account.format = "unknown".to_owned();
        }
        read.sources.push(source.account);
    }
    systems::place(&mut read.capabilities);
    changes.tell(&mut read.diagnostics);
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
    /// How its tables were read.
    pub tables: Vec<TableRead>,
}

/// Reads one source up to the point where ids are resolved.
///
/// # Errors
/// As [`read`].
pub fn read_source(
    choice: &SourceChoice,
    settings: &ReadSettings<'_>,
) -> Result<SourceRead, ReadError> {
    if !choice.names.is_empty() {
        return Ok(products::source(choice, settings));
    }
    let unreadable = |error| ReadError::Source(choice.shown.clone(), error);
    let listing = source::list(&choice.path).map_err(unreadable)?;
    let mut found = SourceRead::default();
    for (below, error) in &listing.unreadable {
        found.account.records += 1;
        found.account.not_understood += 1;
        found.diagnostics.push(unreadable_file(shown(choice, below), error));
    }
    let status_list = status_list(choice, settings, &mut found.diagnostics)?;
    let file_settings = FileSettings {
        attack: settings.attack,
        formats: settings.formats,
        source_status: choice.status,
        assumed: settings.assume,
        defaults: &choice.defaults,
        layout: &choice.layout,
        purpose: Purpose::Register,
    };
    let read = read_files(choice, &listing, &file_settings, settings)?;
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
        list.join(found.drafts.iter_mut(), settings.policy, &mut found.diagnostics);
    }
    Ok(found)
}

/// Every file's hash and content, in the order of the listing.
fn read_files(
    choice: &SourceChoice,
    listing: &Listing,
    file_settings: &FileSettings<'_>,
    settings: &ReadSettings<'_>,
) -> Result<Vec<(String, FileRead)>, ReadError> {
    if let ([file], false) = (&listing.files[..], listing.is_folder) {
        let bytes = source::read(&file.path);
        let bytes = bytes.map_err(|error| ReadError::Source(choice.shown.clone(), error))?;
        return Ok(vec![understood(Ok(bytes), &shown(choice, ""), None, file_settings)]);
    }
    let done = AtomicUsize::new(0);
    let read_one = |file: &SourceFile| {
        let bytes = source::read(&file.path);
        let layer = Layer::of(file, listing);
        let read = understood(bytes, &shown(choice, &file.below), layer, file_settings);
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        (settings.progress)(done, listing.files.len());
        read
    };
    Ok(match &listing.files[..] {
        // A few files are read before threads are up.
        files if files.len() < 8 => files.iter().map(read_one).collect(),
        files => in_parallel(files, settings.threads, read_one),
    })
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
    let mut amendments = Vec::new();
    let account = &mut found.account;
    for file in files {
        count_formats(&file, account);
        account.records += file.records;
        account.not_understood += file.not_understood;
        account.skipped += file.skipped;
        found.drafts.extend(file.drafts);
        found.diagnostics.extend(file.diagnostics);
        amendments.extend(file.amendments);
        found.tables.extend(file.tables);
    }
    amend::apply(amendments, found);
    each_log_source_once(&mut found.diagnostics);
    let formats: Vec<String> = found.account.formats.keys().cloned().collect();
    found.account.format = formats.join(", ");
}

/// Counts a file by its format, or by the formats of its sheets.
fn count_formats(file: &FileRead, account: &mut Source) {
    let Some(format) = &file.format else { return };
    let others = file.drafts.iter().filter(|draft| draft.format != *format);
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for draft in others {
        *found.entry(&draft.format).or_default() += draft.records;
    }
    let of_others: usize = found.values().sum();
    found.insert(format, file.records.saturating_sub(of_others));
    for (name, records) in found {
        let counts = account.formats.entry(name.to_owned()).or_default();
        counts.files += 1;
        counts.records += records;
    }
    if let Some(counts) = account.formats.get_mut(&**format) {
        counts.not_understood += file.not_understood;
    }
}

fn shown(choice: &SourceChoice, path: &str) -> String {
    below(&choice.shown, path)
}

/// Says of each log source that is not known once, with the number of rules that name it.
fn each_log_source_once(diagnostics: &mut Vec<Diagnostic>) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    diagnostics.retain(|diagnostic| {
        diagnostic.code != Code::UnmappedLogSource || {
            let count = counts.entry(diagnostic.message.clone()).or_default();
            *count += 1;
            *count == 1
        }
    });
    for diagnostic in diagnostics.iter_mut().filter(|d| d.code == Code::UnmappedLogSource) {
        match counts[&diagnostic.message] {
            1 => {}
            count => diagnostic.message.push_str(&format!(" ({count} rules)")),
        }
    }
}

/// What a file below a folder is called.
fn below(folder: &str, path: &str) -> String {
    match (folder.trim_end_matches('/'), path) {
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
    layer: Option<Layer>,
    settings: &FileSettings<'_>,
) -> (String, FileRead) {
    match bytes {
        Ok(bytes) => (source::sha256(&bytes), file::read(&bytes, shown, layer, settings)),
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
    settings: &ReadSettings<'_>,
    out: &mut Vec<Diagnostic>,
) -> Result<Option<StatusList>, ReadError> {
    let Some((path, name)) = &choice.status_from else {
        return Ok(None);
    };
    let unreadable = |error| ReadError::StatusList(name.clone(), error);
    let file_settings = FileSettings::plain(settings.attack, settings.formats, Purpose::Statuses);
    let listing = source::list(path).map_err(unreadable)?;
    let mut read = Vec::new();
    for file in &listing.files {
        let bytes = source::read(&file.path).map_err(unreadable)?;
        let layer = Layer::of(file, &listing);
        read.push(file::read(&bytes, &below(name, &file.below), layer, &file_settings));
    }
    let list = StatusList::of(read, name, settings.formats, out);
    list.map(Some).map_err(|e| ReadError::NotAStatusList(name.clone(), e))
}
