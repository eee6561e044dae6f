//! Files that name techniques and not what covers them: what an adversary uses, or what alone is
//! in scope. They are layers of ATT&CK Navigator, group files of DeTT&CT, tables and plain lists of
//! ids. Their ids resolve as all ids do.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use model::attack::{AdversaryKind, Attack};
use model::diagnostic::{Code, Diagnostic, Origin};
use model::id::TechniqueId;
use model::inputs::{OnlyTechniques, OwnAdversary};
use model::resolve::{Resolution, Resolver};
use model::scenario::PREFIX;
use model::score::round9;

use crate::document::SyntaxError;
use crate::extract::{self, AttackId};
use crate::join::{self, Hints};
use crate::looks::Looks;
use crate::record::shortened;
use crate::scenarios::Described;
use crate::snapshot;
use crate::syntax::Syntax;

mod groups;
mod json;
mod list;
mod table;

pub(crate) use list::is_list;

/// Endings of files that may name techniques.
pub const ENDINGS: [&str; 10] =
    ["json", "yaml", "yml", "txt", "csv", "tsv", "xlsx", "xls", "xlsb", "ods"];

/// What stands between the name of a file and that of one adversary in it.
pub const OF_FILE: char = '#';

/// Adversaries that one file may hold: each stands in the answer for every technique.
const MOST: usize = 1_000;

/// Letters of a name that are kept.
const LONGEST_NAME: usize = 200;

/// Reads files that name techniques, for one release.
pub struct Naming<'a> {
    attack: &'a Attack,
    resolver: Resolver<'a>,
    hints: Hints,
}

/// What a file names: as one adversary, or as one list.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// What the file is called; behind a `#` its own name, where the file may hold several.
    pub id: String,
    /// Its name, and what it names by the ids of the release.
    pub adversary: OwnAdversary,
    /// The file says that it does not count.
    pub is_off: bool,
    /// What there is to say about it.
    pub diagnostics: Vec<Diagnostic>,
}

impl Named {
    /// Whether it names nothing that the release has.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.adversary.techniques.is_empty() && self.adversary.software.is_empty()
    }
}

/// Why a file names no techniques.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotNamed {
    /// It breaks its syntax.
    Broken(SyntaxError),
    /// It is something else.
    Other(String),
}

impl fmt::Display for NotNamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(error) => error.fmt(f),
            Self::Other(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for NotNamed {}

/// What stands in a file, before its ids are resolved.
#[derive(Debug, Default)]
struct Raw {
    name: String,
    /// How much each technique weighs beside the others, and where that stands first.
    techniques: BTreeMap<TechniqueId, (f64, Origin)>,
    software: Vec<(String, Origin)>,
    is_off: bool,
    diagnostics: Vec<Diagnostic>,
}

impl Raw {
    /// All ids in a text, which weigh the same.
    fn ids(&mut self, text: &str, weight: f64, origin: &Origin) {
        for id in extract::ids(text) {
            match id {
                AttackId::Technique(id) if weight > 0.0 => {
                    self.technique(id, weight, origin);
                }
                AttackId::Technique(_) => {}
                AttackId::Bad(text) => {
                    let message =
                        format!("{:?} looks like an ATT&CK id but is none", shortened(&text));
                    self.report(Code::BadId, origin, message, "write T1059 or T1059.001");
                }
                AttackId::Adversary(id) if id.starts_with('S') => {
                    self.software.push((id, origin.clone()));
                }
                AttackId::Adversary(id) => {
                    let message = format!("{id} is no technique; it counts for nothing here");
                    let help = format!("name it by itself: --adversary {id}");
                    self.report(Code::UnusedId, origin, message, &help);
                }
                AttackId::Mitigation(id)
                | AttackId::Component(id)
                | AttackId::Tactic(id)
                | AttackId::DataSource(id)
                | AttackId::OtherFramework(id) => {
                    let message = format!("{id} is no technique; it counts for nothing here");
                    self.report(Code::UnusedId, origin, message, "");
                }
            }
        }
    }

    /// What is named more than once counts by its highest weight.
    fn technique(&mut self, id: TechniqueId, weight: f64, origin: &Origin) {
        let (highest, _) = self.techniques.entry(id).or_insert_with(|| (weight, origin.clone()));
        *highest = highest.max(weight);
    }

    fn report(&mut self, code: Code, origin: &Origin, message: String, help: &str) {
        self.diagnostics.push(Diagnostic::new(code, origin.clone(), message, help));
    }
}

impl<'a> Naming<'a> {
    /// Nothing read yet.
    #[must_use]
    pub fn new(attack: &'a Attack) -> Self {
        let resolver = Resolver::new(attack, || snapshot::neighbours(attack));
        Self { attack, resolver, hints: Hints::default() }
    }

    /// What a file names, in its order.
    ///
    /// # Errors
    /// It is none of the files that name techniques.
    pub fn file(&mut self, bytes: &[u8], shown: &str) -> Result<Vec<Named>, NotNamed> {
        let (raws, are_several) = raws(bytes, shown)?;
        if raws.len() > MOST {
            return Err(NotNamed::Other(format!("it holds more than {MOST} adversaries")));
        }
        let mut seen = BTreeMap::new();
        let named = raws.into_iter().map(|mut raw| {
            if let Some((at, _)) = raw.name.char_indices().nth(LONGEST_NAME) {
                raw.name.truncate(at);
            }
            let id = match are_several {
                true => apart(format!("{shown}{OF_FILE}{}", raw.name), &mut seen),
                false => shown.to_owned(),
            };
            let is_off = raw.is_off;
            let (adversary, diagnostics) = self.resolved(raw);
            Named { id, adversary, is_off, diagnostics }
        });
        Ok(named.collect())
    }

    /// A scenario that is built in. Of its ids there is nothing to say to somebody who has not
    /// written them; what became of them is counted.
    pub fn scenario(&mut self, described: &Described) -> Named {
        let mut raw = Raw { name: described.name.clone(), ..Raw::default() };
        let id = format!("{PREFIX}{}", described.id);
        for (technique, share) in &described.techniques {
            raw.technique(*technique, *share, &Origin::file(&id));
        }
        let (adversary, _) = self.resolved_of(raw, 1.0);
        Named { id, adversary, is_off: false, diagnostics: Vec::new() }
    }

    /// What alone is in scope, by all that a file names, and what there is to say about it.
    ///
    /// # Errors
    /// As [`Self::file`].
    pub fn scope(
        &mut self,
        bytes: &[u8],
        shown: &str,
    ) -> Result<(OnlyTechniques, Vec<Diagnostic>), NotNamed> {
        let (raws, _) = raws(bytes, shown)?;
        let mut all = Raw::default();
        for raw in raws.into_iter().filter(|raw| !raw.is_off) {
            for (id, (weight, origin)) in raw.techniques {
                all.technique(id, weight, &origin);
            }
            all.diagnostics.extend(raw.diagnostics);
            for (text, origin) in raw.software {
                let message = format!("{} is no technique; it limits nothing", shortened(&text));
                all.report(Code::UnusedId, &origin, message, "");
            }
        }
        Ok(self.only(all, shown))
    }

    /// What alone is in scope, by a list of ids.
    pub fn scope_of(
        &mut self,
        ids: &[TechniqueId],
        shown: &str,
    ) -> (OnlyTechniques, Vec<Diagnostic>) {
        let mut raw = Raw::default();
        ids.iter().for_each(|id| raw.technique(*id, 1.0, &Origin::file(shown)));
        self.only(raw, shown)
    }

    fn only(&mut self, raw: Raw, shown: &str) -> (OnlyTechniques, Vec<Diagnostic>) {
        let (OwnAdversary { techniques, resolution, .. }, diagnostics) = self.resolved(raw);
        let techniques = techniques.into_keys().collect();
        (OnlyTechniques { source: shown.to_owned(), techniques, resolution }, diagnostics)
    }

    /// The chance of each technique is its weight over the highest there is; of ids that lead to one
    /// technique the highest counts.
    fn resolved(&mut self, raw: Raw) -> (OwnAdversary, Vec<Diagnostic>) {
        let highest = raw.techniques.values().map(|(weight, _)| *weight).fold(0.0, f64::max);
        self.resolved_of(raw, highest)
    }

    /// The same where another weight than the highest stands for certainty.
    fn resolved_of(&mut self, mut raw: Raw, certain: f64) -> (OwnAdversary, Vec<Diagnostic>) {
        let named = std::mem::take(&mut raw.techniques);
        let mut techniques: BTreeMap<TechniqueId, f64> = BTreeMap::new();
        let mut resolution = Resolution::default();
        for (id, (weight, origin)) in named {
            let resolved = self.resolver.technique(id);
            resolution.count(id, &resolved);
            let remark = join::remark(self.attack, &mut self.hints, &id.to_string(), &resolved);
            if let Some((code, message, help)) = remark {
                raw.report(code, &origin, message, &help);
            }
            // The least that a weight may come to keeps what is named from vanishing.
            let chance = round9(weight / certain).max(1e-9);
            for technique in resolved.techniques() {
                let known = techniques.entry(*technique).or_insert(chance);
                *known = known.max(chance);
            }
        }
        let said = std::mem::take(&mut raw.software);
        let found = said.iter().filter_map(|(text, origin)| self.software(text, origin, &mut raw));
        let software: BTreeSet<String> = found.collect();
        let software = software.into_iter().collect();
        let Raw { name, diagnostics, .. } = raw;
        (OwnAdversary { name, techniques, software, resolution }, diagnostics)
    }

    /// The software of the release that a text means, by its id or name, or that of one it has
    /// replaced.
    fn software(&self, text: &str, origin: &Origin, raw: &mut Raw) -> Option<String> {
        let attack = self.attack;
        let mut called =
            attack.adversaries_called(text).into_iter().map(|ix| &attack.adversaries[ix]);
        let is_software = |kind| matches!(kind, AdversaryKind::Malware | AdversaryKind::Tool);
        let Some(found) = called.find(|found| is_software(found.kind)) else {
            let message = format!(
                "{:?} is no software of ATT&CK {}; it counts for nothing",
                shortened(text),
                attack.version
            );
            raw.report(Code::UnknownId, origin, message, "write an id such as S0002");
            return None;
        };
        let is_replaced = attack.retired(model::attack::ObjectKind::Adversary, text).is_some();
        if is_replaced && found.id != text {
            let message = format!(
                "{text} was replaced in ATT&CK {}; counted as {}",
                attack.version, found.id
            );
            raw.report(Code::ReplacedId, origin, message, &format!("write {}", found.id));
        }
        Some(found.id.clone())
    }
}

/// An id with a number behind it where others of the file have it already.
fn apart(id: String, seen: &mut BTreeMap<String, usize>) -> String {
    let Some(count) = seen.get_mut(&id) else {
        seen.insert(id.clone(), 1);
        return id;
    };
    *count += 1;
    let numbered = format!("{id}{OF_FILE}{count}");
    apart(numbered, seen)
}

/// What stands in a file, and whether it is one that may hold several.
fn raws(bytes: &[u8], shown: &str) -> Result<(Vec<Raw>, bool), NotNamed> {
    let one = |raw: Raw| (vec![Raw { name: stem(shown).to_owned(), ..raw }], false);
    let (text, syntax) = match Looks::of(bytes, shown) {
        Looks::Workbook => return table::workbook(bytes, shown).map(one),
        Looks::Text { text, syntax, .. } => (text, Some(syntax)),
        Looks::Other(reason) if reason == crate::looks::NOT_READ => {
            (crate::text::decode(bytes).0, None)
        }
        Looks::Other(reason) => {
            return Err(NotNamed::Other(format!("it is {reason}")));
        }
    };
    match syntax {
        Some(Syntax::Json) => return json::json(&text, shown),
        Some(Syntax::Yaml) => {
            if let Some(groups) = groups::yaml(&text, shown)? {
                return Ok((groups, true));
            }
        }
        Some(Syntax::Table) => {
            if let Some(raw) = table::csv(&text, shown) {
                return Ok(one(raw));
            }
        }
        _ => {}
    }
    Ok(one(list::list(&text, shown)))
}

/// A file's name without its folder and its ending.
fn stem(shown: &str) -> &str {
    let name = shown.rsplit('/').next().unwrap_or(shown);
    name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
}

#[cfg(test)]
mod tests;
