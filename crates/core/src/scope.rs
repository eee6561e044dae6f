//! Which techniques concern the organisation, and on which platforms (method 2.0).

use std::collections::{BTreeMap, BTreeSet};

use crate::attack::{Attack, TechniqueIx};
use crate::date::Date;
use crate::id::TechniqueId;
use crate::inputs::{Decision, Disposition, Exclusion, ScopeChoice};
use crate::segment::Parts;

/// The platform of a technique for which ATT&CK names none.
pub const ANY_PLATFORM: &str = "any";

/// The platform that stands for what happens before an attack touches the organisation; out of
/// scope unless it is asked for.
pub const BEFORE_COMPROMISE: &str = "PRE";

/// The techniques in scope, by position in the release's techniques.
#[derive(Debug, Clone, PartialEq)]
pub struct Scope {
    /// For every technique: its platforms in scope and their shares; none where it is out.
    platforms: Vec<Vec<(usize, f64)>>,
    /// For every technique in scope with sub-techniques in scope: these.
    subs: BTreeMap<TechniqueIx, Vec<TechniqueIx>>,
    /// Shares by platform name.
    pub shares: BTreeMap<String, f64>,
    /// What was left out, by id.
    pub excluded: Vec<Exclusion>,
    /// What each segment is of the whole.
    pub(crate) parts: Parts,
}

impl Scope {
    /// Draws the scope: live techniques on a platform of the organisation, of those that are listed
    /// where there is a list, minus exclusions.
    #[must_use]
    pub fn new(
        attack: &Attack,
        choice: &ScopeChoice,
        dispositions: &[Disposition],
        as_of: Date,
    ) -> Self {
        let shares = shares(attack, choice);
        let excluded = exclusions(choice, dispositions, as_of);
        let left_out = left_out(&excluded, dispositions, as_of);
        let listed = |id| choice.only.as_ref().is_none_or(|only| only.takes(id));
        let by_ix: Vec<f64> = attack.platforms.iter().map(|name| share(&shares, name)).collect();
        let platforms: Vec<Vec<(usize, f64)>> = attack
            .techniques
            .iter()
            .map(|technique| match &technique.platforms[..] {
                _ if left_out(technique.id) || !listed(technique.id) => Vec::new(),
                [] => vec![(attack.platforms.len(), 1.0)],
                own => own.iter().map(|p| (*p, by_ix[*p])).filter(|(_, s)| *s > 0.0).collect(),
            })
            .collect();
        let mut subs: BTreeMap<TechniqueIx, Vec<TechniqueIx>> = BTreeMap::new();
        for sub in (0..platforms.len()).filter(|ix| !platforms[*ix].is_empty()) {
            if let Some(parent) = attack.parent(sub).filter(|ix| !platforms[*ix].is_empty()) {
                subs.entry(parent).or_default().push(sub);
            }
        }
        let parts = Parts::of(attack, &choice.segments, &shares);
        Self { platforms, subs, shares, excluded, parts }
    }

    /// Whether a technique is in scope.
    #[must_use]
    pub fn contains(&self, technique: TechniqueIx) -> bool {
        !self.platforms[technique].is_empty()
    }

    /// The techniques in scope, ascending.
    pub fn techniques(&self) -> impl Iterator<Item = TechniqueIx> + '_ {
        (0..self.platforms.len()).filter(|ix| self.contains(*ix))
    }

    /// The techniques in scope that have no sub-technique in scope.
    pub fn leaves(&self) -> impl Iterator<Item = TechniqueIx> + '_ {
        self.techniques().filter(|ix| !self.subs.contains_key(ix))
    }

    /// The sub-techniques in scope of a technique in scope.
    #[must_use]
    pub fn subs(&self, technique: TechniqueIx) -> &[TechniqueIx] {
        self.subs.get(&technique).map_or(&[], Vec::as_slice)
    }

    /// Positions and shares of a technique's platforms in scope; the position one past the
    /// release's last platform stands for [`ANY_PLATFORM`].
    #[must_use]
    pub fn platforms(&self, technique: TechniqueIx) -> &[(usize, f64)] {
        &self.platforms[technique]
    }
}

/// The name of a platform's position in a [`Scope`].
#[must_use]
pub fn platform_name(attack: &Attack, platform: usize) -> &str {
    attack.platforms.get(platform).map_or(ANY_PLATFORM, String::as_str)
}

fn shares(attack: &Attack, choice: &ScopeChoice) -> BTreeMap<String, f64> {
    if choice.platforms.is_empty() {
        let all = attack.platforms.iter().filter(|name| *name != BEFORE_COMPROMISE);
        all.map(|name| (name.clone(), 1.0)).collect()
    } else {
        choice.platforms.clone()
    }
}

fn share(shares: &BTreeMap<String, f64>, name: &str) -> f64 {
    shares.get(name).copied().unwrap_or(0.0)
}

/// Exclusions by the scope and by decisions still in force; a decision explains itself better.
fn exclusions(choice: &ScopeChoice, dispositions: &[Disposition], as_of: Date) -> Vec<Exclusion> {
    let mut excluded: BTreeMap<TechniqueId, Exclusion> =
        choice.exclude.iter().map(|e| (e.technique, e.clone())).collect();
    for Disposition { technique, decided } in dispositions {
        if decided.decision == Decision::Exclude && decided.holds(as_of) {
            let reason = decided.reason.clone().unwrap_or_default();
            let disposition = Some(decided.clone());
            excluded.insert(*technique, Exclusion { technique: *technique, reason, disposition });
        }
    }
    excluded.into_values().collect()
}

/// Whether an id is excluded by its own entry, or by its parent's and no word about itself that
/// still holds.
fn left_out(
    excluded: &[Exclusion],
    dispositions: &[Disposition],
    as_of: Date,
) -> impl Fn(TechniqueId) -> bool + use<> {
    let out: BTreeSet<TechniqueId> = excluded.iter().map(|e| e.technique).collect();
    let in_force = dispositions.iter().filter(|d| d.decided.holds(as_of));
    let listed: BTreeSet<TechniqueId> = in_force.map(|d| d.technique).collect();
    move |id| {
        let by_parent = id.parent().is_some_and(|parent| out.contains(&parent));
        out.contains(&id) || (by_parent && !listed.contains(&id))
    }
}
