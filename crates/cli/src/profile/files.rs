//! Files, and folders of files, that describe adversaries.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ingest::named::{Named, Naming, NotNamed, OF_FILE};
use ingest::scenarios::Described;
use ingest::suggest;
use model::attack::Attack;
use model::diagnostic::{Code, Diagnostic, Origin};

use super::{has_ending, parts, scenarios};
use crate::failure::Failure;

/// What may be named.
const HELP: &str = "name a Navigator layer, a DeTT&CT group file, a table or a list of ids";

/// Files that were read for a profile.
pub(super) struct Files<'a, 'b> {
    attack: &'a Attack,
    naming: &'a mut Naming<'b>,
    base: &'a Path,
    /// What each file is called, and what it names.
    read: BTreeMap<PathBuf, (String, Vec<Named>)>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'a, 'b> Files<'a, 'b> {
    pub(super) fn new(naming: &'a mut Naming<'b>, base: &'a Path, attack: &'a Attack) -> Self {
        Self { attack, naming, base, read: BTreeMap::new(), diagnostics: Vec::new() }
    }

    /// A scenario that is built in, for which no file is needed.
    pub(super) fn scenario(&mut self, scenario: &Described) -> Result<Named, Failure> {
        scenarios::adversary(scenario, self.naming, self.attack)
    }

    /// The adversaries that a text means: all of a file, or of the files of a folder, that count, or
    /// the one that it names.
    pub(super) fn named(&mut self, said: &str) -> Result<Vec<Named>, Failure> {
        let (path, name) = parts(said, self.base);
        let shown = path.replace('\\', "/");
        if self.base.join(path).is_dir() {
            return self.folder(path, shown.trim_end_matches('/'));
        }
        let named = self.file(path, &shown)?;
        if let Some(name) = name {
            return Ok(vec![self.one(named, &shown, name)?]);
        }
        let all = named.clone();
        let counting = self.counting(named, &shown);
        if counting.is_empty() {
            let (off, on): (Vec<Named>, Vec<Named>) = all.into_iter().partition(|n| n.is_off);
            return Err(match on.is_empty() && !off.is_empty() {
                true => Failure::new(format!("{shown}: none of its groups is enabled"))
                    .help("set enabled: true for those that are meant"),
                false => self.names_nothing(&shown, &on),
            });
        }
        Ok(counting)
    }

    /// What the files of a folder describe; it may hold other files too.
    fn folder(&mut self, path: &str, shown: &str) -> Result<Vec<Named>, Failure> {
        let files = ingest::source::files(&self.base.join(path))
            .map_err(|error| Failure::new(format!("{shown}: {error}")).help("check the path"))?;
        let mut all = Vec::new();
        for below in files.iter().filter(|below| has_ending(below)) {
            all.extend(self.in_folder(&format!("{shown}/{below}")));
        }
        match all.is_empty() {
            true => {
                Err(Failure::new(format!("no file in {shown} describes an adversary")).help(HELP))
            }
            false => Ok(all),
        }
    }

    /// What a file of a folder describes; one that describes nothing is told.
    fn in_folder(&mut self, shown: &str) -> Vec<Named> {
        let path = self.base.join(shown);
        let named = match ingest::source::read(&path).map(|bytes| self.naming.file(&bytes, shown)) {
            Ok(Ok(named)) => named,
            Ok(Err(NotNamed::Broken(error))) => {
                let origin = Origin { line: Some(error.line.max(1)), ..Origin::file(shown) };
                let help = "correct the syntax there, or leave the file out";
                let broken = Diagnostic::new(Code::BrokenFile, origin, error.message, help);
                self.diagnostics.push(broken);
                return Vec::new();
            }
            Ok(Err(NotNamed::Other(reason))) => return self.skip(shown, &reason),
            Err(error) => {
                self.say(Code::UnreadableFile, shown, error.to_string(), "check the file");
                return Vec::new();
            }
        };
        let other = self.read.get(&real(&path)).map(|(other, _)| other.clone());
        if let Some(other) = other.filter(|other| other != shown) {
            return self.skip(shown, &format!("the same file as {other}"));
        }
        let names_none = |n: &Named| n.is_empty() && n.diagnostics.is_empty();
        if named.iter().all(names_none) {
            return self.skip(shown, "it names no technique");
        }
        let named = self.keep(&path, shown, named);
        self.counting(named, shown)
    }

    fn skip(&mut self, shown: &str, reason: &str) -> Vec<Named> {
        self.say(Code::SkippedFile, shown, format!("skipped: {reason}"), "");
        Vec::new()
    }

    /// Those that are enabled and name something; the others are told.
    fn counting(&mut self, named: Vec<Named>, shown: &str) -> Vec<Named> {
        let (off, on): (Vec<Named>, Vec<Named>) = named.into_iter().partition(|n| n.is_off);
        if !off.is_empty() {
            let names: Vec<&str> = off.iter().map(|n| n.adversary.name.as_str()).collect();
            let message = format!("not enabled, and left out: {}", names.join(", "));
            self.say(Code::SkippedFile, shown, message, "");
        }
        let (empty, some): (Vec<Named>, Vec<Named>) = on.into_iter().partition(Named::is_empty);
        for named in empty {
            let message = format!("{:?} names no technique that counts", named.adversary.name);
            self.say(Code::NoTechnique, shown, message, "correct its ids, or remove it");
        }
        some
    }

    fn say(&mut self, code: Code, shown: &str, message: String, help: &str) {
        let diagnostic = Diagnostic::new(code, Origin::file(shown), message, help);
        self.diagnostics.push(diagnostic);
    }

    /// Reads a file once, whatever number of its adversaries are named one by one.
    fn file(&mut self, path: &str, shown: &str) -> Result<Vec<Named>, Failure> {
        let path = self.base.join(path);
        if let Some(named) = self.known(&path, shown)? {
            return Ok(named);
        }
        let bytes = bytes(&path, shown)?;
        let named = self.naming.file(&bytes, shown).map_err(|error| no_names(shown, &error))?;
        Ok(self.keep(&path, shown, named))
    }

    /// What a file that was read before names; it must be called the same.
    fn known(&self, path: &Path, shown: &str) -> Result<Option<Vec<Named>>, Failure> {
        match self.read.get(&real(path)) {
            Some((other, _)) if other != shown => {
                let failure = Failure::new(format!("{shown} and {other} are the same file"));
                Err(failure.help("name it once, with the weight that is meant"))
            }
            known => Ok(known.map(|(_, named)| named.clone())),
        }
    }

    fn keep(&mut self, path: &Path, shown: &str, named: Vec<Named>) -> Vec<Named> {
        self.read.insert(real(path), (shown.to_owned(), named.clone()));
        named
    }

    fn one(&self, named: Vec<Named>, shown: &str, name: &str) -> Result<Named, Failure> {
        let is_meant = |n: &Named| {
            let id = n.id.strip_prefix(shown).and_then(|id| id.strip_prefix(OF_FILE));
            [id.unwrap_or_default(), &n.adversary.name].iter().any(|n| n.eq_ignore_ascii_case(name))
        };
        match named.iter().find(|n| is_meant(n)) {
            None => {
                let names = || named.iter().map(|n| n.adversary.name.as_str());
                let hint = suggest::did_you_mean(name, names()).unwrap_or_else(|| {
                    format!("it has {}", names().take(NAMES).collect::<Vec<_>>().join("; "))
                });
                Err(Failure::new(format!("{shown} has no adversary {name:?}")).help(hint))
            }
            Some(one) if one.is_off => {
                let failure = Failure::new(format!("{name:?} is not enabled in {shown}"));
                Err(failure.help("set enabled: true there"))
            }
            Some(one) if one.is_empty() => {
                Err(self.names_nothing(shown, std::slice::from_ref(one)))
            }
            Some(one) => Ok(one.clone()),
        }
    }

    fn names_nothing(&self, shown: &str, named: &[Named]) -> Failure {
        let told: Vec<Diagnostic> = named.iter().flat_map(|n| n.diagnostics.clone()).collect();
        names_nothing(&told, self.attack, shown)
    }
}

/// How many names are listed where one is not known.
const NAMES: usize = 5;

/// Where a file is, however it is spelt.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

/// No id of a file counts; the first that does not says why.
pub(super) fn names_nothing(told: &[Diagnostic], attack: &Attack, shown: &str) -> Failure {
    match told.first() {
        Some(first) => {
            let message = format!("{}: no id counts: {}", first.origin, first.message);
            Failure::new(message).help(first.help.clone())
        }
        None => {
            let message = format!("{shown} names no technique of ATT&CK {}", attack.version);
            Failure::new(message).help("write ids such as T1059.001, one or many a line")
        }
    }
}

pub(super) fn no_names(shown: &str, error: &NotNamed) -> Failure {
    match error {
        NotNamed::Broken(error) => {
            Failure::new(format!("{shown}: {error}")).help("correct the syntax there")
        }
        NotNamed::Other(reason) => Failure::new(format!("{shown}: {reason}")).help(HELP),
    }
}

pub(super) fn bytes(path: &Path, shown: &str) -> Result<Vec<u8>, Failure> {
    ingest::source::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Failure::new(format!("{shown}: no such file"))
            .help("check the path; what ATT&CK knows goes by its name, see lacuna adversaries"),
        _ => Failure::new(format!("{shown}: {error}")).help("check the path"),
    })
}
