//! What was said against one release of ATT&CK, said against another: ids that people wrote are
//! resolved anew, so that two assessments can be compared.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::attack::{Attack, Fate, Neighbours, ObjectKind};
use crate::capability::Capability;
use crate::id::TechniqueId;
use crate::inputs::{Disposition, Exclusion, OnlyTechniques, OwnAdversary, Profile, ScopeChoice};
use crate::resolve::Resolver;

/// A way from any release to one.
pub(crate) struct Rebase<'a> {
    attack: &'a Attack,
    resolver: Resolver<'a>,
}

impl<'a> Rebase<'a> {
    /// A way to `attack`; `other` may know ids that it does not.
    pub(crate) fn onto(attack: &'a Attack, other: &'a Attack) -> Self {
        let neighbours = || Neighbours { releases: vec![other.clone()], domains: Vec::new() };
        Self { attack, resolver: Resolver::new(attack, neighbours) }
    }

    /// Capabilities with the ids that this release gives to what they name.
    pub(crate) fn capabilities(&mut self, rows: &[Arc<Capability>]) -> Vec<Arc<Capability>> {
        rows.iter().map(|row| self.capability(row)).collect()
    }

    fn capability(&mut self, row: &Arc<Capability>) -> Arc<Capability> {
        let mut written: BTreeMap<TechniqueId, Vec<String>> = BTreeMap::new();
        for id in &row.techniques {
            let as_written = row.written.get(id).cloned().unwrap_or_default();
            let parsed: Vec<TechniqueId> =
                as_written.iter().filter_map(|text| text.parse().ok()).collect();
            // What was written in some other way, such as by name, goes by the id it came to.
            let ids = if parsed.is_empty() { vec![*id] } else { parsed };
            for id in ids {
                for technique in self.techniques(id) {
                    written.entry(technique).or_default().push(id.to_string());
                }
            }
        }
        let techniques: Vec<TechniqueId> = written.keys().copied().collect();
        written.retain(|id, ids| *ids != [id.to_string()]);
        if techniques == row.techniques && written == row.written {
            return Arc::clone(row);
        }
        Arc::new(Capability { techniques, written, ..Capability::clone(row) })
    }

    fn techniques(&mut self, id: TechniqueId) -> Vec<TechniqueId> {
        self.resolver.technique(id).techniques().to_vec()
    }

    /// The one technique that an id is now; itself where there is none.
    pub(crate) fn technique(&mut self, id: TechniqueId) -> TechniqueId {
        match self.techniques(id)[..] {
            [one] => one,
            _ => id,
        }
    }

    /// A profile with the ids of this release; an adversary that it does not have stays out.
    pub(crate) fn profile(&mut self, profile: &Profile) -> Profile {
        let now = |id: &String| match self.attack.fate(ObjectKind::Adversary, id) {
            Some(Fate::Replaced(successor)) => successor.to_owned(),
            Some(Fate::Deprecated) | None => id.clone(),
        };
        let mut adversaries: BTreeMap<String, f64> = BTreeMap::new();
        for (id, weight) in &profile.adversaries {
            *adversaries.entry(now(id)).or_default() += weight;
        }
        let impact = profile.impact.iter().map(|(id, impact)| (self.technique(*id), *impact));
        let impact = impact.collect();
        let own = profile.own.iter().map(|(id, own)| (id.clone(), self.own_adversary(own)));
        let own = own.collect();
        Profile { adversaries, impact, own }
    }

    /// Of techniques that became one, the likeliest use counts.
    fn own_adversary(&mut self, own: &OwnAdversary) -> OwnAdversary {
        let mut techniques: BTreeMap<TechniqueId, f64> = BTreeMap::new();
        for (id, chance) in &own.techniques {
            for technique in self.techniques(*id) {
                let known = techniques.entry(technique).or_default();
                *known = chance.max(*known);
            }
        }
        OwnAdversary { techniques, ..own.clone() }
    }

    /// A scope with the ids of this release.
    pub(crate) fn scope(&mut self, scope: &ScopeChoice) -> ScopeChoice {
        let mut exclude: BTreeMap<TechniqueId, Exclusion> = BTreeMap::new();
        for exclusion in &scope.exclude {
            for technique in self.techniques(exclusion.technique) {
                let exclusion = Exclusion { technique, ..exclusion.clone() };
                exclude.entry(technique).or_insert(exclusion);
            }
        }
        let only = scope.only.as_ref().map(|only| {
            let techniques = only.techniques.iter().flat_map(|id| self.techniques(*id));
            let techniques: BTreeSet<TechniqueId> = techniques.collect();
            OnlyTechniques { techniques: techniques.into_iter().collect(), ..only.clone() }
        });
        ScopeChoice { exclude: exclude.into_values().collect(), only, ..scope.clone() }
    }

    /// Decisions with the ids of this release.
    pub(crate) fn dispositions(&mut self, dispositions: &[Disposition]) -> Vec<Disposition> {
        let mut now: BTreeMap<TechniqueId, Disposition> = BTreeMap::new();
        for Disposition { technique, decided } in dispositions {
            for technique in self.techniques(*technique) {
                let disposition = Disposition { technique, decided: decided.clone() };
                now.entry(technique).or_insert(disposition);
            }
        }
        now.into_values().collect()
    }
}
