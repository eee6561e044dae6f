//! What moved the headline between two assessments, and which gaps came and went.
//!
//! The difference is split between five factors by their Shapley values: the average, over every
//! order in which the factors could have changed one after the other, of what each adds. No order
//! is preferred, and the parts add up to the whole (method 2.7).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::assessment::{self, Assessment, GENERATED_BY, TechniqueAssessment};
use crate::attack::{Attack, Fate, ObjectKind};
use crate::date::Date;
use crate::id::TechniqueId;
use crate::inputs::{Decision, Inputs};
use crate::rebase::Rebase;
use crate::score::round9;

/// The schema of the JSON.
pub const SCHEMA: &str = "lacuna.diff.v1";

/// What an assessment depends on, as far as it can be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Factor {
    /// What the organisation has, and the day: tests and campaigns grow old.
    Evidence,
    /// The adversaries and their weights.
    Profile,
    /// Platforms, exclusions and decisions.
    Scope,
    /// The numbers of the method.
    Policy,
    /// The ATT&CK release.
    Attack,
}

impl Factor {
    /// All factors.
    pub const ALL: [Self; 5] =
        [Self::Evidence, Self::Profile, Self::Scope, Self::Policy, Self::Attack];

    /// The factor in a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Evidence => "evidence",
            Self::Profile => "profile",
            Self::Scope => "scope",
            Self::Policy => "policy",
            Self::Attack => "attack",
        }
    }

    /// Whether it is a change of the yardstick and not of the defence.
    #[must_use]
    pub fn is_yardstick(self) -> bool {
        self != Self::Evidence
    }

    fn bit(self) -> usize {
        1 << self as usize
    }
}

/// The difference between two assessments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diff {
    /// [`SCHEMA`].
    pub schema: String,
    /// Program and version.
    pub generated_by: String,
    /// Expected coverage against our adversaries before, 0..=1.
    pub from: f64,
    /// And after.
    pub to: f64,
    /// `to - from`.
    pub delta: f64,
    /// What each factor adds; they add up to `delta` less `unexplained`.
    pub by_factor: BTreeMap<Factor, f64>,
    /// What is left over where the release of the earlier assessment is not at hand: what its
    /// change adds cannot be told from what is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unexplained: Option<f64>,
    /// The gaps that came and went.
    pub gaps: Gaps,
    /// What was promised before, and whether it was kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promised: Vec<Promise>,
    /// The techniques whose coverage moved, the heaviest first.
    pub moved: Vec<Moved>,
    /// What the ATT&CK release changed, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attack: Option<ReleaseChange>,
}

/// Gaps that came and went, by rank where they are now or were.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Gaps {
    /// Gaps that were none before.
    pub new: Vec<TechniqueId>,
    /// Gaps that are none any more, although still in scope.
    pub closed: Vec<TechniqueId>,
    /// Gaps that had been accepted or excluded, and are not any more.
    pub reopened: Vec<TechniqueId>,
}

/// A gap that was to be fixed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// The technique.
    pub technique: TechniqueId,
    /// Its name.
    pub name: String,
    /// Who promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// Whether the gap is closed.
    pub is_kept: bool,
    /// Whether it is open past its day.
    pub is_overdue: bool,
}

/// A technique whose coverage moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    /// The technique.
    pub id: TechniqueId,
    /// Its name.
    pub name: String,
    /// Its expected coverage before.
    pub before: f64,
    /// And after.
    pub after: f64,
    /// Its priority before.
    pub priority_before: f64,
    /// And after.
    pub priority_after: f64,
}

/// What another release of ATT&CK changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseChange {
    /// The version before.
    pub from: String,
    /// And after.
    pub to: String,
    /// Techniques in scope that are new in the later release.
    pub new: Vec<TechniqueId>,
    /// Techniques that were in scope and have no successor.
    pub retired: Vec<TechniqueId>,
    /// Techniques that were in scope and go by another id now.
    pub replaced: BTreeMap<TechniqueId, TechniqueId>,
}

/// Compares two assessments, each with the inputs that lead to it.
///
/// Where the release of the earlier one is not at hand, its inputs stand on the later release; the
/// ATT&CK factor is left out then, and what it may have added is unexplained.
#[must_use]
pub fn diff(before: (&Assessment, &Inputs<'_>), after: (&Assessment, &Inputs<'_>)) -> Diff {
    let (from, to) = (expected(before.0), expected(after.0));
    let is_at_hand = before.0.attack.sha256 == before.1.attack.sha256;
    let values = match is_at_hand {
        true => Values { before: before.1.clone(), after: after.1 },
        false => Values { before: onto(after.1.attack, before.1), after: after.1 },
    };
    let mut by_factor = values.shapley();
    let unexplained = (!is_at_hand).then(|| {
        by_factor.remove(&Factor::Attack);
        round9(to - from - by_factor.values().sum::<f64>())
    });
    Diff {
        schema: SCHEMA.to_owned(),
        generated_by: GENERATED_BY.to_owned(),
        from,
        to,
        delta: round9(to - from),
        by_factor: by_factor.into_iter().map(|(factor, part)| (factor, round9(part))).collect(),
        unexplained,
        gaps: gaps(before.0, after.0, after.1.attack),
        promised: promised(before.0, after.0, after.1.attack),
        moved: moved(before.0, after.0, after.1.attack),
        attack: release_change(before.0, after.0, after.1.attack),
    }
}

/// Inputs by the ids of another release.
fn onto<'a>(attack: &'a Attack, inputs: &Inputs<'a>) -> Inputs<'a> {
    let mut rebase = Rebase::onto(attack, attack);
    Inputs {
        attack,
        capabilities: rebase.capabilities(&inputs.capabilities),
        profile: rebase.profile(&inputs.profile),
        scope: rebase.scope(&inputs.scope),
        dispositions: rebase.dispositions(&inputs.dispositions),
        ..inputs.clone()
    }
}

fn expected(assessment: &Assessment) -> f64 {
    assessment.headline.threat_weighted.exp
}

/// The headline for every mixture of before and after.
struct Values<'a> {
    before: Inputs<'a>,
    after: &'a Inputs<'a>,
}

impl Values<'_> {
    /// What each factor adds to the headline.
    fn shapley(&self) -> BTreeMap<Factor, f64> {
        let changed: Vec<Factor> =
            Factor::ALL.into_iter().filter(|factor| self.is_changed(*factor)).collect();
        let sets = subsets(&changed);
        let values: BTreeMap<usize, f64> =
            sets.iter().map(|set| (*set, self.headline(*set))).collect();
        let part = |factor: Factor| {
            let without = sets.iter().filter(|set| **set & factor.bit() == 0);
            let parts = without.map(|set| {
                let weight = weight(set.count_ones() as usize, changed.len());
                weight * (values[&(set | factor.bit())] - values[set])
            });
            if changed.contains(&factor) { parts.sum() } else { 0.0 }
        };
        Factor::ALL.into_iter().map(|factor| (factor, part(factor))).collect()
    }

    fn is_changed(&self, factor: Factor) -> bool {
        let (before, after) = (&self.before, self.after);
        match factor {
            Factor::Evidence => {
                before.as_of != after.as_of || before.capabilities != after.capabilities
            }
            Factor::Profile => before.profile != after.profile,
            Factor::Scope => {
                before.scope != after.scope || before.dispositions != after.dispositions
            }
            Factor::Policy => before.policy != after.policy,
            Factor::Attack => before.attack != after.attack,
        }
    }

    /// The headline where the factors of a set are as after, the others as before.
    fn headline(&self, set: usize) -> f64 {
        let of = |factor: Factor| match set & factor.bit() {
            0 => &self.before,
            _ => self.after,
        };
        let release = of(Factor::Attack);
        let other =
            if std::ptr::eq(release, self.after) { self.before.attack } else { self.after.attack };
        let mut rebase = Rebase::onto(release.attack, other);
        let is_own = |source: &Inputs<'_>| std::ptr::eq(source.attack, release.attack);
        let (evidence, profile, scope) =
            (of(Factor::Evidence), of(Factor::Profile), of(Factor::Scope));
        let capabilities = match is_own(evidence) {
            true => evidence.capabilities.clone(),
            false => rebase.capabilities(&evidence.capabilities),
        };
        let chosen = match is_own(profile) {
            true => profile.profile.clone(),
            false => rebase.profile(&profile.profile),
        };
        let (choice, dispositions) = match is_own(scope) {
            true => (scope.scope.clone(), scope.dispositions.clone()),
            false => (rebase.scope(&scope.scope), rebase.dispositions(&scope.dispositions)),
        };
        assessment::expected_coverage(&Inputs {
            as_of: evidence.as_of,
            capabilities,
            profile: chosen,
            scope: choice,
            dispositions,
            policy: of(Factor::Policy).policy.clone(),
            ..Inputs::new(release.attack, release.catalog, evidence.as_of)
        })
    }
}

/// Every set of some factors, as bits.
fn subsets(factors: &[Factor]) -> Vec<usize> {
    let pick = |mask: usize| {
        let picked = factors.iter().enumerate().filter(|(at, _)| mask >> at & 1 == 1);
        picked.map(|(_, factor)| factor.bit()).sum()
    };
    (0..1usize << factors.len()).map(pick).collect()
}

/// The share of all orders of `n` factors in which just a given set of `size` comes before a given
/// one: `size! (n - size - 1)! / n!`.
fn weight(size: usize, n: usize) -> f64 {
    let factorial = |n: usize| (1..=n).product::<usize>() as f64;
    factorial(size) * factorial(n - size - 1) / factorial(n)
}

/// The id that a technique of an earlier assessment has in a release; none where it is retired.
pub(crate) fn now(attack: &Attack, id: TechniqueId) -> Option<TechniqueId> {
    if attack.technique(id).is_some() {
        return Some(id);
    }
    match attack.fate(ObjectKind::Technique, &id.to_string())? {
        Fate::Replaced(successor) => successor.parse().ok(),
        Fate::Deprecated => None,
    }
}

/// The techniques of an earlier assessment by the ids of a later release; of those that became
/// one, the least covered counts.
pub(crate) fn by_current_id<'a>(
    before: &'a Assessment,
    attack: &Attack,
) -> BTreeMap<TechniqueId, &'a TechniqueAssessment> {
    let mut techniques: BTreeMap<TechniqueId, &TechniqueAssessment> = BTreeMap::new();
    for technique in &before.techniques {
        let Some(id) = now(attack, technique.id) else { continue };
        let known = techniques.entry(id).or_insert(technique);
        let covered = |t: &TechniqueAssessment| t.coverage.composite.exp;
        if covered(technique) < covered(known) {
            *known = technique;
        }
    }
    techniques
}

fn is_open(technique: &TechniqueAssessment) -> bool {
    technique.rank.is_some() && !technique.is_accepted()
}

fn gaps(before: &Assessment, after: &Assessment, attack: &Attack) -> Gaps {
    let old = by_current_id(before, attack);
    let excluded: BTreeSet<TechniqueId> =
        before.scope.excluded.iter().filter_map(|e| now(attack, e.technique)).collect();
    let was_excluded = |id: TechniqueId| {
        excluded.contains(&id) || id.parent().is_some_and(|parent| excluded.contains(&parent))
    };
    let mut gaps = Gaps::default();
    for technique in after.gaps() {
        match old.get(&technique.id) {
            Some(was) if is_open(was) => {}
            Some(was) if was.rank.is_some() => gaps.reopened.push(technique.id),
            None if was_excluded(technique.id) => gaps.reopened.push(technique.id),
            Some(_) | None => gaps.new.push(technique.id),
        }
    }
    let mut closed: Vec<(Option<usize>, TechniqueId)> = old
        .iter()
        .filter(|(_, was)| is_open(was))
        .filter(|(id, _)| after.technique(**id).is_some_and(|is| is.rank.is_none()))
        .map(|(id, was)| (was.rank, *id))
        .collect();
    closed.sort_unstable();
    gaps.closed = closed.into_iter().map(|(_, id)| id).collect();
    gaps
}

fn promised(before: &Assessment, after: &Assessment, attack: &Attack) -> Vec<Promise> {
    let promise = |technique: &TechniqueAssessment| {
        let decided = technique.disposition.as_ref()?;
        if decided.decision != Decision::Fix {
            return None;
        }
        let id = now(attack, technique.id)?;
        let is_kept = after.technique(id).is_some_and(|is| is.rank.is_none());
        Some(Promise {
            technique: id,
            name: technique.name.clone(),
            owner: decided.owner.clone(),
            due: decided.due,
            is_kept,
            is_overdue: !is_kept && decided.due.is_some_and(|due| due < after.as_of),
        })
    };
    before.techniques.iter().filter_map(promise).collect()
}

fn moved(before: &Assessment, after: &Assessment, attack: &Attack) -> Vec<Moved> {
    let old = by_current_id(before, attack);
    let change = |technique: &TechniqueAssessment| {
        let was = old.get(&technique.id)?;
        let (before, after) = (was.coverage.composite.exp, technique.coverage.composite.exp);
        let moved = Moved {
            id: technique.id,
            name: technique.name.clone(),
            before,
            after,
            priority_before: was.priority,
            priority_after: technique.priority,
        };
        let weight = technique.threat.value * technique.threat.impact;
        (before != after).then(|| (round9(weight * (after - before).abs()), moved))
    };
    let mut moved: Vec<(f64, Moved)> = after.techniques.iter().filter_map(change).collect();
    moved.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.id.cmp(&b.1.id)));
    moved.into_iter().map(|(_, moved)| moved).collect()
}

fn release_change(
    before: &Assessment,
    after: &Assessment,
    attack: &Attack,
) -> Option<ReleaseChange> {
    if before.attack.sha256 == after.attack.sha256 {
        return None;
    }
    let known: BTreeSet<TechniqueId> = before.techniques.iter().map(|t| t.id).collect();
    let successors: BTreeMap<TechniqueId, Option<TechniqueId>> =
        known.iter().map(|id| (*id, now(attack, *id))).collect();
    let reached: BTreeSet<TechniqueId> = successors.values().flatten().copied().collect();
    let is_new = |id: &TechniqueId| !reached.contains(id);
    Some(ReleaseChange {
        from: before.attack.version.clone(),
        to: after.attack.version.clone(),
        new: after.techniques.iter().map(|t| t.id).filter(is_new).collect(),
        retired: successors.iter().filter(|(_, now)| now.is_none()).map(|(id, _)| *id).collect(),
        replaced: successors
            .iter()
            .filter_map(|(id, now)| Some((*id, (*now)?)))
            .filter(|(id, now)| id != now)
            .collect(),
    })
}
