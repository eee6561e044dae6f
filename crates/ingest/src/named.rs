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
use model::score::round9;

use crate::document::{self, SyntaxError, Value};
use crate::extract::{self, AttackId};
use crate::join::{self, Hints};
use crate::looks::Looks;
use crate::record::shortened;
use crate::snapshot;
use crate::syntax::Syntax;
use crate::unfold::layer;

mod groups;
mod list;
mod table;

pub(crate) use list::is_list;

/// Endings of files that may name techniques.
pub const ENDINGS: [&str; 7] = ["json", "yaml", "yml", "txt", "csv", "tsv", "xlsx"];

/// What stands between the name of a file and that of one adversary in it.
pub const OF_FILE: char = '#';

/// Reads files that name techniques, for one release.
pub struct Naming<'a> {
    attack: &'a Attack,
    resolver: Resolver<'a>,
    hints: Hints,
    /// What there is to say about them.
    pub diagnostics: Vec<Diagnostic>,
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
    techniques: Vec<Mention>,
    software: Vec<(String, Origin)>,
    is_off: bool,
}

/// A technique, how much it weighs beside the others, and where that stands.
#[derive(Debug)]
struct Mention {
    id: TechniqueId,
    weight: f64,
    origin: Origin,
}

impl<'a> Naming<'a> {
    /// Nothing read yet.
    #[must_use]
    pub fn new(attack: &'a Attack) -> Self {
        let resolver = Resolver::new(attack, || snapshot::neighbours(attack));
        Self { attack, resolver, hints: Hints::default(), diagnostics: Vec::new() }
    }

    /// What a file names, in its order.
    ///
    /// # Errors
    /// It is none of the files that name techniques.
    pub fn file(&mut self, bytes: &[u8], shown: &str) -> Result<Vec<Named>, NotNamed> {
        let (raws, are_several) = self.raw(bytes, shown)?;
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let named = raws.into_iter().map(|raw| {
            let mut id = match are_several {
                true => format!("{shown}{OF_FILE}{}", raw.name),
                false => shown.to_owned(),
            };
            let first = id.clone();
            for number in 2.. {
                if seen.insert(id.clone()) {
                    break;
                }
                id = format!("{first}{OF_FILE}{number}");
            }
            let is_off = raw.is_off;
            Named { id, adversary: self.resolved(raw), is_off }
        });
        Ok(named.collect())
    }

    /// What alone is in scope, by all that a file names.
    ///
    /// # Errors
    /// As [`Self::file`].
    pub fn scope(&mut self, bytes: &[u8], shown: &str) -> Result<OnlyTechniques, NotNamed> {
        let (raws, _) = self.raw(bytes, shown)?;
        let counting = raws.into_iter().filter(|raw| !raw.is_off);
        let techniques = counting.flat_map(|raw| raw.techniques).collect();
        Ok(self.only(techniques, shown))
    }

    /// What alone is in scope, by a list of ids.
    pub fn scope_of(&mut self, ids: &[TechniqueId], shown: &str) -> OnlyTechniques {
        let mention =
            |id: &TechniqueId| Mention { id: *id, weight: 1.0, origin: Origin::file(shown) };
        self.only(ids.iter().map(mention).collect(), shown)
    }

    fn only(&mut self, techniques: Vec<Mention>, shown: &str) -> OnlyTechniques {
        let resolved = self.resolved(Raw { techniques, ..Raw::default() });
        OnlyTechniques {
            source: shown.to_owned(),
            techniques: resolved.techniques.into_keys().collect(),
            resolution: resolved.resolution,
        }
    }

    /// What stands in a file, and whether it is one that may hold several.
    fn raw(&mut self, bytes: &[u8], shown: &str) -> Result<(Vec<Raw>, bool), NotNamed> {
        let one = |raw: Raw| (vec![Raw { name: stem(shown).to_owned(), ..raw }], false);
        let (text, syntax) = match Looks::of(bytes, shown) {
            Looks::Workbook => return self.workbook(bytes, shown).map(one),
            Looks::Text { text, syntax, .. } => (text, Some(syntax)),
            Looks::Other(reason) if reason == crate::looks::NOT_READ => {
                (crate::text::decode(bytes).0, None)
            }
            Looks::Other(reason) => return Err(NotNamed::Other(reason.to_owned())),
        };
        match syntax {
            Some(Syntax::Json) => return self.json(&text, shown),
            Some(Syntax::Yaml) => {
                if let Some(groups) = self.yaml(&text, shown)? {
                    return Ok((groups, true));
                }
            }
            Some(Syntax::Table) => {
                if let Some(raw) = self.csv(&text, shown) {
                    return Ok(one(raw));
                }
            }
            _ => {}
        }
        Ok(one(self.list(&text, shown)))
    }

    fn json(&mut self, text: &str, shown: &str) -> Result<(Vec<Raw>, bool), NotNamed> {
        let value = document::json(text).map_err(NotNamed::Broken)?.value;
        if value
            .list()
            .any(|document| layer::is_our_own(document) || crate::file::is_our_output(document))
        {
            return Err(NotNamed::Other("an output of lacuna".to_owned()));
        }
        let is_layer = |value: &&Value| value.get("techniques").is_some_and(|t| !t.is_null());
        let layers: Vec<&Value> = value.list().filter(is_layer).collect();
        if !layers.is_empty() {
            let mut number = 0;
            let raws = layers.into_iter().map(|layer| self.layer(layer, shown, &mut number));
            return Ok((raws.collect(), matches!(value, Value::List(_))));
        }
        let texts: Vec<_> = value.list().filter_map(Value::as_text).collect();
        if texts.is_empty() {
            let what = "it is neither a layer of ATT&CK Navigator nor a list of ids";
            return Err(NotNamed::Other(what.to_owned()));
        }
        let mut raw = Raw { name: stem(shown).to_owned(), ..Raw::default() };
        for (ix, text) in texts.iter().enumerate() {
            let origin = Origin { record: Some(ix + 1), ..Origin::file(shown) };
            self.ids(&mut raw, text, 1.0, &origin);
        }
        Ok((vec![raw], false))
    }

    /// The techniques that a layer means: those with a score above 0 where it has scores, else
    /// those that are marked, else all; and never one that is disabled.
    fn layer(&mut self, value: &Value, shown: &str, number: &mut usize) -> Raw {
        let name = layer::word(value, "name").filter(|name| !name.is_empty());
        let mut raw =
            Raw { name: name.unwrap_or_else(|| stem(shown).to_owned()), ..Raw::default() };
        let entries: Vec<&Value> =
            value.get("techniques").into_iter().flat_map(Value::list).collect();
        let is_scored = entries.iter().any(|entry| layer::score(entry).is_some());
        let is_marked = entries.iter().any(|entry| layer::is_marked(entry));
        for entry in entries {
            *number += 1;
            let weight = match (is_scored, is_marked) {
                (true, _) => layer::score(entry),
                (false, true) => layer::is_marked(entry).then_some(1.0),
                (false, false) => Some(1.0),
            };
            let weight = weight.filter(|_| !layer::is_disabled(entry));
            if let Some((weight, id)) = weight.zip(layer::word(entry, "techniqueID")) {
                let origin = Origin { record: Some(*number), ..Origin::file(shown) };
                self.ids(&mut raw, &id, weight, &origin);
            }
        }
        raw
    }

    /// All ids in a text, which weigh the same.
    fn ids(&mut self, raw: &mut Raw, text: &str, weight: f64, origin: &Origin) {
        for id in extract::ids(text) {
            match id {
                AttackId::Technique(id) if weight > 0.0 => {
                    raw.techniques.push(Mention { id, weight, origin: origin.clone() });
                }
                AttackId::Technique(_) => {}
                AttackId::Bad(text) => {
                    let message =
                        format!("{:?} looks like an ATT&CK id but is none", shortened(&text));
                    self.report(Code::BadId, origin, message, "write T1059 or T1059.001");
                }
                AttackId::Adversary(id) if id.starts_with('S') => {
                    raw.software.push((id, origin.clone()));
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

    fn report(&mut self, code: Code, origin: &Origin, message: String, help: &str) {
        self.diagnostics.push(Diagnostic::new(code, origin.clone(), message, help));
    }

    /// The chance of each technique is its weight over the highest there is; what is named more
    /// than once counts by the highest.
    fn resolved(&mut self, raw: Raw) -> OwnAdversary {
        let mut mentions: BTreeMap<TechniqueId, (f64, Origin)> = BTreeMap::new();
        for Mention { id, weight, origin } in raw.techniques {
            let (highest, _) = mentions.entry(id).or_insert((weight, origin));
            *highest = highest.max(weight);
        }
        let highest = mentions.values().map(|(weight, _)| *weight).fold(0.0, f64::max);
        let mut techniques: BTreeMap<TechniqueId, f64> = BTreeMap::new();
        let mut resolution = Resolution::default();
        for (id, (weight, origin)) in mentions {
            let resolved = self.resolver.technique(id);
            resolution.count(id, &resolved);
            let remark = join::remark(self.attack, &mut self.hints, &id.to_string(), &resolved);
            if let Some((code, message, help)) = remark {
                self.report(code, &origin, message, &help);
            }
            // The least that a weight may come to keeps what is named from vanishing.
            let chance = round9(weight / highest).max(1e-9);
            for technique in resolved.techniques() {
                let known = techniques.entry(*technique).or_insert(chance);
                *known = known.max(chance);
            }
        }
        let software = raw.software.iter().filter_map(|(text, origin)| self.software(text, origin));
        let software: BTreeSet<String> = software.collect();
        let software = software.into_iter().collect();
        OwnAdversary { name: raw.name, techniques, software, resolution }
    }

    /// The software of the release that a text means, by its id or name, or that of one it has
    /// replaced.
    fn software(&mut self, text: &str, origin: &Origin) -> Option<String> {
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
            self.report(Code::UnknownId, origin, message, "write an id such as S0002");
            return None;
        };
        let is_replaced = attack.retired(model::attack::ObjectKind::Adversary, text).is_some();
        if is_replaced && found.id != text {
            let message = format!(
                "{text} was replaced in ATT&CK {}; counted as {}",
                attack.version, found.id
            );
            self.report(Code::ReplacedId, origin, message, &format!("write {}", found.id));
        }
        Some(found.id.clone())
    }
}

/// A file's name without its folder and its ending.
fn stem(shown: &str) -> &str {
    let name = shown.rsplit('/').next().unwrap_or(shown);
    name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
}

#[cfg(test)]
mod tests;
