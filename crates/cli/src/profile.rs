//! Whom a profile names: groups, campaigns and software of ATT&CK, and files that describe
//! adversaries of one's own; and the file that limits a scope.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ingest::named::{ENDINGS, Named, Naming, NotNamed, OF_FILE};
use ingest::suggest;
use model::attack::Attack;
use model::diagnostic::{Code, Diagnostic, Origin};
use model::inputs::{OnlyTechniques, OwnAdversary};
use model::score::round9;

use crate::failure::Failure;
use crate::project::{adversary, adversary_position};

/// Adversaries with their weights, by their ids.
#[derive(Default)]
pub(crate) struct Adversaries {
    pub(crate) weights: BTreeMap<String, f64>,
    pub(crate) own: BTreeMap<String, OwnAdversary>,
    /// What there is to say about the files.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Names and files as they are said, with their weights; paths are relative to `base`.
pub(crate) fn adversaries(
    pairs: &[(String, f64)],
    base: &Path,
    naming: &mut Naming<'_>,
    attack: &Attack,
) -> Result<Adversaries, Failure> {
    let mut all = Adversaries::default();
    let mut files = Files::new(naming, base, attack);
    for (said, weight) in pairs {
        if !(0.0..=1e9).contains(weight) {
            let failure = Failure::new(format!("{said}: {weight} is no weight"));
            return Err(failure.help("weights are numbers from 0 to 1,000,000,000"));
        }
        let weight = round9(*weight);
        let mut ids = Vec::new();
        if means_file(said, base, attack) {
            for named in files.named(said)? {
                ids.push(named.id.clone());
                files.diagnostics.extend(named.diagnostics);
                all.own.insert(named.id, named.adversary);
            }
        } else {
            ids.push(adversary(attack, said)?);
        }
        for id in ids {
            if all.weights.insert(id.clone(), weight).is_some() {
                let failure = Failure::new(format!("{id} is named twice, at last as {said:?}"));
                return Err(failure.help("name it once, with the weight that is meant"));
            }
        }
    }
    all.diagnostics = files.diagnostics;
    Ok(all)
}

/// Whether a text means a file: it has the ending of one; or it is no name of ATT&CK's, and has a
/// `/` in it or is there as a file.
pub(crate) fn means_file(said: &str, base: &Path, attack: &Attack) -> bool {
    let (path, _) = parts(said, base);
    let is_name = || !attack.adversaries_called(said).is_empty();
    has_ending(path) || (!is_name() && (path.contains(['/', '\\']) || base.join(path).is_file()))
}

/// Whether a text has the look of a file, or of an adversary in one.
pub(crate) fn looks_like_file(said: &str) -> bool {
    let path = said.split(OF_FILE).next().unwrap_or(said);
    has_ending(said) || has_ending(path) || said.contains(['/', '\\'])
}

fn has_ending(path: &str) -> bool {
    let ending = Path::new(path).extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// The file that a text names, and which of the adversaries in it, where it names one.
fn parts<'a>(said: &'a str, base: &Path) -> (&'a str, Option<&'a str>) {
    if base.join(said).is_file() {
        return (said, None);
    }
    match said.split_once(OF_FILE) {
        Some((path, name)) => (path, Some(name)),
        None => (said, None),
    }
}

/// Files that were read for a profile.
struct Files<'a, 'b> {
    attack: &'a Attack,
    naming: &'a mut Naming<'b>,
    base: &'a Path,
    /// What each file is called, and what it names.
    read: BTreeMap<PathBuf, (String, Vec<Named>)>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a, 'b> Files<'a, 'b> {
    fn new(naming: &'a mut Naming<'b>, base: &'a Path, attack: &'a Attack) -> Self {
        Self { attack, naming, base, read: BTreeMap::new(), diagnostics: Vec::new() }
    }

    /// The adversaries that a text means: all of a file that count, or the one that it names.
    fn named(&mut self, said: &str) -> Result<Vec<Named>, Failure> {
        let (path, name) = parts(said, self.base);
        let shown = path.replace('\\', "/");
        let named = self.file(path, &shown)?;
        if let Some(name) = name {
            return Ok(vec![self.one(named, &shown, name)?]);
        }
        let (off, on): (Vec<Named>, Vec<Named>) = named.into_iter().partition(|n| n.is_off);
        if !off.is_empty() {
            let names: Vec<&str> = off.iter().map(|n| n.adversary.name.as_str()).collect();
            let message = format!("not enabled, and left out: {}", names.join(", "));
            self.say(Code::SkippedFile, &shown, message, "");
        }
        let (empty, some): (Vec<Named>, Vec<Named>) = on.into_iter().partition(Named::is_empty);
        if some.is_empty() {
            return Err(match empty.is_empty() && !off.is_empty() {
                true => Failure::new(format!("{shown}: none of its groups is enabled"))
                    .help("set enabled: true for those that are meant"),
                false => self.names_nothing(&shown, &empty),
            });
        }
        for named in empty {
            let message = format!("{:?} names no technique that counts", named.adversary.name);
            self.say(Code::NoTechnique, &shown, message, "correct its ids, or remove it");
        }
        Ok(some)
    }

    fn say(&mut self, code: Code, shown: &str, message: String, help: &str) {
        let diagnostic = Diagnostic::new(code, Origin::file(shown), message, help);
        self.diagnostics.push(diagnostic);
    }

    /// Reads a file once, whatever number of its adversaries are named one by one.
    fn file(&mut self, path: &str, shown: &str) -> Result<Vec<Named>, Failure> {
        let path = self.base.join(path);
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        if let Some((other, named)) = self.read.get(&real) {
            if other != shown {
                let failure = Failure::new(format!("{shown} and {other} are the same file"));
                return Err(failure.help("name it once, with the weight that is meant"));
            }
            return Ok(named.clone());
        }
        let bytes = bytes(&path, shown)?;
        let named = self.naming.file(&bytes, shown).map_err(|error| no_names(shown, &error))?;
        self.read.insert(real, (shown.to_owned(), named.clone()));
        Ok(named)
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

/// What alone is in scope, and what there is to say about it.
pub(crate) type Only = (OnlyTechniques, Vec<Diagnostic>);

/// What alone is in scope, by a file.
pub(crate) fn scope(
    path: &Path,
    shown: &str,
    naming: &mut Naming<'_>,
    attack: &Attack,
) -> Result<Only, Failure> {
    let bytes = bytes(path, shown)?;
    let only = naming.scope(&bytes, shown).map_err(|error| no_names(shown, &error))?;
    some(only, attack)
}

/// A list that names at least one technique of the release.
pub(crate) fn some((only, told): Only, attack: &Attack) -> Result<Only, Failure> {
    match only.techniques.is_empty() {
        true => Err(names_nothing(&told, attack, &only.source)),
        false => Ok((only, told)),
    }
}

/// No id of a file counts; the first that does not says why.
fn names_nothing(told: &[Diagnostic], attack: &Attack, shown: &str) -> Failure {
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

fn no_names(shown: &str, error: &NotNamed) -> Failure {
    match error {
        NotNamed::Broken(error) => {
            Failure::new(format!("{shown}: {error}")).help("correct the syntax there")
        }
        NotNamed::Other(reason) => Failure::new(format!("{shown}: {reason}"))
            .help("name a Navigator layer, a DeTT&CT group file, a table or a list of ids"),
    }
}

fn bytes(path: &Path, shown: &str) -> Result<Vec<u8>, Failure> {
    ingest::source::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Failure::new(format!("{shown}: no such file"))
            .help("check the path; what ATT&CK knows goes by its name, see lacuna adversaries"),
        _ => Failure::new(format!("{shown}: {error}")).help("check the path"),
    })
}

/// Adversaries that files describe, or that ATT&CK knows, in the order in which they are said.
pub(crate) enum Shown {
    /// The position of one of ATT&CK's.
    Known(usize),
    /// One that a file describes.
    Own(Box<Named>),
}

/// What a name or a file stands for; what there is to say about it goes to `told`.
pub(crate) fn shown(
    said: &str,
    naming: &mut Naming<'_>,
    attack: &Attack,
    told: &mut Vec<Diagnostic>,
) -> Result<Vec<Shown>, Failure> {
    let base = Path::new("");
    if !means_file(said, base, attack) {
        return Ok(vec![Shown::Known(adversary_position(attack, said)?)]);
    }
    let mut files = Files::new(naming, base, attack);
    let named = files.named(said)?;
    told.append(&mut files.diagnostics);
    told.extend(named.iter().flat_map(|named| named.diagnostics.clone()));
    Ok(named.into_iter().map(|named| Shown::Own(Box::new(named))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_of_attacks_is_taken_for_a_file() {
        let releases = [
            ("18.1", "enterprise-attack"),
            ("19.2", "enterprise-attack"),
            ("18.1", "mobile-attack"),
            ("18.1", "ics-attack"),
        ];
        for (version, domain) in releases {
            let attack = ingest::releases::load(Some(version), domain).unwrap();
            let names = attack.adversaries.iter().flat_map(|a| a.names().chain([a.id.as_str()]));
            for name in names {
                assert!(!means_file(name, Path::new(""), &attack), "{name}");
            }
        }
    }

    #[test]
    fn a_file_is_known_by_its_ending_or_its_path() {
        let attack = ingest::releases::load(None, ingest::releases::DEFAULT_DOMAIN).unwrap();
        for said in ["a.json", "A.YAML", "x/y.txt#Red team", "threats/crew", "./APT29", "a\\b"] {
            assert!(means_file(said, Path::new(""), &attack), "{said}");
        }
        for said in ["APT29", "Nobody", "Team #1", "a.pdf"] {
            assert!(!means_file(said, Path::new(""), &attack), "{said}");
        }
    }
}
