//! Whom a profile names: groups, campaigns and software of ATT&CK, scenarios, and files that
//! describe adversaries of one's own; and the file that limits a scope.

use std::collections::BTreeMap;
use std::path::Path;

use ingest::named::{ENDINGS, Named, Naming, OF_FILE};
use ingest::scenarios::Described;
use model::attack::Attack;
use model::diagnostic::Diagnostic;
use model::inputs::{OnlyTechniques, OwnAdversary};
use model::score::round9;

use crate::failure::Failure;
use crate::project::{adversary, adversary_position};

mod files;
pub(crate) mod scenarios;

use files::{Files, bytes, names_nothing, no_names};

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
        let own = match scenarios::scenario(said).transpose()? {
            Some(scenario) => vec![files.scenario(scenario)?],
            None if means_file(said, base, attack) => files.named(said)?,
            None => {
                ids.push(adversary(attack, said)?);
                Vec::new()
            }
        };
        for named in own {
            ids.push(named.id.clone());
            files.diagnostics.extend(named.diagnostics);
            all.own.insert(named.id, named.adversary);
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

/// Whether a text means a file or a folder: it has the ending of a file; or it is no name of
/// ATT&CK's, and has a `/` in it or is there.
pub(crate) fn means_file(said: &str, base: &Path, attack: &Attack) -> bool {
    let (path, _) = parts(said, base);
    let is_name = || !attack.adversaries_called(said).is_empty();
    has_ending(path) || (!is_name() && (path.contains(['/', '\\']) || base.join(path).exists()))
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

/// Adversaries that files describe, or that ATT&CK knows, in the order in which they are said.
pub(crate) enum Shown {
    /// The position of one of ATT&CK's.
    Known(usize),
    /// One that a file describes.
    Own(Box<Named>),
    /// A scenario, and what it comes to as an adversary.
    Scenario(&'static Described, Box<Named>),
}

/// What a name or a file stands for; what there is to say about it goes to `told`.
pub(crate) fn shown(
    said: &str,
    naming: &mut Naming<'_>,
    attack: &Attack,
    told: &mut Vec<Diagnostic>,
) -> Result<Vec<Shown>, Failure> {
    if let Some(scenario) = scenarios::scenario(said).transpose()? {
        let named = scenarios::adversary(scenario, naming, attack)?;
        return Ok(vec![Shown::Scenario(scenario, Box::new(named))]);
    }
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
