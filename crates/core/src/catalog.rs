//! Facts about techniques that ATT&CK itself does not hold: choke points and public rules.

use std::collections::BTreeMap;

use crate::attack::{Attack, Fate, ObjectKind, TechniqueIx};
use crate::id::TechniqueId;

/// Catalogued facts, by technique of one ATT&CK release.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Catalog {
    choke: BTreeMap<TechniqueIx, f64>,
    public_rules: BTreeMap<TechniqueIx, u32>,
}

impl Catalog {
    /// Brings catalogued facts onto a release. Ids resolve like any other; where several become
    /// one, rule counts add up and the largest choke value holds.
    #[must_use]
    pub fn new(
        attack: &Attack,
        choke_points: impl IntoIterator<Item = (TechniqueId, f64)>,
        public_rules: impl IntoIterator<Item = (TechniqueId, u32)>,
    ) -> Self {
        let mut catalog = Self::default();
        for (id, choke) in choke_points {
            if let Some(technique) = current(attack, id) {
                let known = catalog.choke.entry(technique).or_insert(0.0);
                *known = known.max(choke);
            }
        }
        for (id, rules) in public_rules {
            if let Some(technique) = current(attack, id) {
                *catalog.public_rules.entry(technique).or_insert(0) += rules;
            }
        }
        catalog
    }

    /// How much of a choke point a technique is, 0..=1: its own value, else its parent's, else 0
    /// (CTID, Top ATT&CK Techniques).
    #[must_use]
    pub fn choke(&self, attack: &Attack, technique: TechniqueIx) -> f64 {
        let own = self.choke.get(&technique);
        let inherited = || attack.parent(technique).and_then(|parent| self.choke.get(&parent));
        own.or_else(inherited).copied().unwrap_or(0.0)
    }

    /// Number of public rules (Sigma, Elastic, Splunk) that name the technique itself.
    #[must_use]
    pub fn public_rules(&self, technique: TechniqueIx) -> u32 {
        self.public_rules.get(&technique).copied().unwrap_or(0)
    }
}

fn current(attack: &Attack, id: TechniqueId) -> Option<TechniqueIx> {
    attack.technique(id).or_else(|| match attack.fate(ObjectKind::Technique, &id.to_string())? {
        Fate::Replaced(successor) => attack.technique(successor.parse().ok()?),
        Fate::Deprecated => None,
    })
}
