//! From the ids that people write to the ids of the release in use, with an account of what
//! became of each (method: live, else its successor, else deprecated, else another domain, else
//! unknown; an id is never dropped without being counted).

use std::cell::OnceCell;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::attack::{Attack, Fate, Neighbours, ObjectKind};
use crate::id::TechniqueId;

/// How many ids, one a record, fell into each class; `ids` explains all that are not live.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Resolution {
    /// Ids of the release in use.
    pub live: usize,
    /// Revoked ids that have a successor.
    pub replaced: usize,
    /// Ids without a successor.
    pub deprecated: usize,
    /// Ids of another ATT&CK domain.
    pub other_domain: usize,
    /// Ids that the release in use does not know.
    pub unknown: usize,
    /// Of the unknown: those that a newer release knows.
    #[serde(default)]
    pub newer: usize,
    /// Ids of another framework than ATT&CK; not among the total.
    #[serde(default)]
    pub other_framework: usize,
    /// Every id that is not live.
    pub ids: BTreeMap<String, Outcome>,
}

/// What became of one id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Its class.
    pub class: Class,
    /// The live techniques that it counts for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted_as: Vec<TechniqueId>,
    /// The newer release, the other domain or the other framework that knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_in: Option<String>,
    /// Number of records that carry it.
    pub records: usize,
}

/// The classes of ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// In the release in use.
    Live,
    /// Revoked, with a successor.
    Replaced,
    /// Without a successor.
    Deprecated,
    /// Of another domain.
    OtherDomain,
    /// Of another framework than ATT&CK.
    OtherFramework,
    /// Not known to the release in use.
    Unknown,
}

impl Resolution {
    /// All ids of ATT&CK, or meant for one, that were seen.
    #[must_use]
    pub fn total(&self) -> usize {
        self.live + self.replaced + self.deprecated + self.other_domain + self.unknown
    }

    /// Counts one id of one record.
    pub fn count(&mut self, id: TechniqueId, resolved: &Resolved) {
        let class = resolved.class();
        *match class {
            Class::Live => &mut self.live,
            Class::Replaced => &mut self.replaced,
            Class::Deprecated => &mut self.deprecated,
            Class::OtherDomain => &mut self.other_domain,
            Class::OtherFramework => &mut self.other_framework,
            Class::Unknown => &mut self.unknown,
        } += 1;
        self.newer += usize::from(matches!(resolved, Resolved::Newer { .. }));
        if class != Class::Live {
            let outcome = self.ids.entry(id.to_string()).or_insert_with(|| Outcome {
                class,
                counted_as: resolved.techniques().to_vec(),
                known_in: resolved.known_in().map(str::to_owned),
                records: 0,
            });
            outcome.records += 1;
        }
    }

    /// Counts one id of another framework, of one record.
    pub fn count_other_framework(&mut self, id: &str) {
        self.other_framework += 1;
        let outcome = self.ids.entry(id.to_owned()).or_insert_with(|| Outcome {
            class: Class::OtherFramework,
            counted_as: Vec::new(),
            known_in: Some(OTHER_FRAMEWORK.to_owned()),
            records: 0,
        });
        outcome.records += 1;
    }
}

/// The framework beside ATT&CK whose ids are told apart.
pub const OTHER_FRAMEWORK: &str = "MITRE ATLAS";

/// Where an id leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// To itself.
    Live([TechniqueId; 1]),
    /// To its successor.
    Replaced([TechniqueId; 1]),
    /// Nowhere any more.
    Deprecated,
    /// To another domain.
    OtherDomain(String),
    /// To a newer release, and back to what the release in use calls the same behaviour.
    Newer {
        /// The newer release.
        version: String,
        /// The techniques that became this id, or its parent; may be empty.
        predecessors: Vec<TechniqueId>,
    },
    /// Nowhere.
    Unknown,
}

impl Resolved {
    /// The class it is counted under.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Live(_) => Class::Live,
            Self::Replaced(_) => Class::Replaced,
            Self::Deprecated => Class::Deprecated,
            Self::OtherDomain(_) => Class::OtherDomain,
            Self::Newer { .. } | Self::Unknown => Class::Unknown,
        }
    }

    /// The live techniques it counts for.
    #[must_use]
    pub fn techniques(&self) -> &[TechniqueId] {
        match self {
            Self::Live(id) | Self::Replaced(id) => id,
            Self::Newer { predecessors, .. } => predecessors,
            Self::Deprecated | Self::OtherDomain(_) | Self::Unknown => &[],
        }
    }

    /// The newer release, or the other domain, that knows it.
    #[must_use]
    pub fn known_in(&self) -> Option<&str> {
        match self {
            Self::OtherDomain(name) | Self::Newer { version: name, .. } => Some(name),
            Self::Live(_) | Self::Replaced(_) | Self::Deprecated | Self::Unknown => None,
        }
    }
}

/// Where a tactic's name leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResolvedTactic {
    /// To a tactic of the release in use, whose id this is.
    Known(String),
    /// To a tactic that only another release has, whose id this is.
    Elsewhere(String),
    /// Nowhere.
    Unknown,
}

/// Resolves ids against one release; other releases are asked, and loaded, only for an id that
/// this one does not know.
pub struct Resolver<'a> {
    attack: &'a Attack,
    neighbours: OnceCell<Neighbours>,
    load: Box<dyn Fn() -> Neighbours + 'a>,
    seen: BTreeMap<TechniqueId, Resolved>,
    seen_tactics: BTreeMap<String, ResolvedTactic>,
}

impl<'a> Resolver<'a> {
    /// A resolver for a release; `load` is called at most once.
    #[must_use]
    pub fn new(attack: &'a Attack, load: impl Fn() -> Neighbours + 'a) -> Self {
        let load = Box::new(load);
        Self {
            attack,
            neighbours: OnceCell::new(),
            load,
            seen: BTreeMap::new(),
            seen_tactics: BTreeMap::new(),
        }
    }

    /// Where a technique's id leads.
    pub fn technique(&mut self, id: TechniqueId) -> Resolved {
        if self.attack.technique(id).is_some() {
            return Resolved::Live([id]);
        }
        if let Some(resolved) = self.seen.get(&id) {
            return resolved.clone();
        }
        let resolved = self.look_up(id);
        self.seen.insert(id, resolved.clone());
        resolved
    }

    fn look_up(&self, id: TechniqueId) -> Resolved {
        match self.attack.fate(ObjectKind::Technique, &id.to_string()) {
            Some(Fate::Replaced(successor)) => {
                let successor = successor.parse().expect("a live technique has a technique's id");
                Resolved::Replaced([successor])
            }
            Some(Fate::Deprecated) => Resolved::Deprecated,
            None => self.look_abroad(id),
        }
    }

    fn look_abroad(&self, id: TechniqueId) -> Resolved {
        let neighbours = self.neighbours();
        if let Some(newer) = neighbours.newer(&self.attack.version, id) {
            let predecessors = self.attack.predecessors(id, newer);
            let predecessors =
                predecessors.into_iter().map(|ix| self.attack.techniques[ix].id).collect();
            return Resolved::Newer { version: newer.version.clone(), predecessors };
        }
        match neighbours.other_domain(id) {
            Some(domain) => Resolved::OtherDomain(domain.domain.clone()),
            None => Resolved::Unknown,
        }
    }

    /// Where a tactic's id, short name or name leads. A name that another release gives to the
    /// same tactic is as good: TA0005 is Defense Evasion up to 18 and Stealth from 19.
    pub fn tactic(&mut self, text: &str) -> ResolvedTactic {
        if let Some(resolved) = self.seen_tactics.get(text) {
            return resolved.clone();
        }
        let resolved = self.look_up_tactic(text);
        self.seen_tactics.insert(text.to_owned(), resolved.clone());
        resolved
    }

    fn look_up_tactic(&self, text: &str) -> ResolvedTactic {
        if let Some(tactic) = self.attack.tactic(text) {
            return ResolvedTactic::Known(self.attack.tactics[tactic].id.clone());
        }
        match self.neighbours().tactic_id(text) {
            Some(id) if self.attack.tactic(id).is_some() => ResolvedTactic::Known(id.to_owned()),
            Some(id) => ResolvedTactic::Elsewhere(id.to_owned()),
            None => ResolvedTactic::Unknown,
        }
    }

    fn neighbours(&self) -> &Neighbours {
        self.neighbours.get_or_init(|| (self.load)())
    }
}
