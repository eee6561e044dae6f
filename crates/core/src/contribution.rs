//! What each thing that an organisation has contributes: what it would come to alone, and what is
//! lost without it. Where the two are far apart, others do the same.
//!
//! Both are what [`crate::assess`] finds: `alone` with nothing else that covers, `lost` as the
//! headline less what it is when the thing is taken away. Data sources cover nothing and are in no
//! list; they stay where they are, since a rule hangs on what they collect.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::assessment::{GENERATED_BY, Validated};
use crate::attack::TechniqueIx;
use crate::capability::{Capability, Kind};
use crate::coverage::{Evidence, Own};
use crate::inputs::{Inputs, Source};
use crate::score::{Range, round9};
use crate::standing::{Standing, World};

/// The schema of the JSON.
pub const SCHEMA: &str = "lacuna.contributions.v1";

/// What everything contributes, with the figure that it contributes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contributions {
    /// [`SCHEMA`].
    pub schema: String,
    /// Program and version.
    pub generated_by: String,
    /// Coverage against our adversaries with all of them.
    pub threat_weighted: Range,
    /// How much of it hangs on a single one of these, [`Who::Others`] aside.
    pub hang_on_one: f64,
    /// One after the other, whose loss would cost most first.
    pub contributions: Vec<Contribution>,
}

/// What one thing, or several of a kind, contributes. Every share is of 0..=1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contribution {
    /// What contributes.
    pub who: Who,
    /// The capability's id; the log source or the file of several rules; empty for the others.
    pub name: String,
    /// Its title; empty for several.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The ids of the capabilities, ascending.
    pub capabilities: Vec<String>,
    /// How many of these are on and reach a technique in scope.
    pub counting: usize,
    /// The techniques in scope that they name, in one way or another.
    pub techniques: usize,
    /// How much of all weight is on these.
    pub threat_share: f64,
    /// Coverage against our adversaries if there were nothing else.
    pub alone: Range,
    /// What is lost of expected coverage against our adversaries without it.
    pub lost: f64,
    /// What is lost of what is proven.
    pub lost_lo: f64,
    /// The same by tactic with techniques in scope, in the order of the matrix.
    pub by_tactic: Vec<ByTactic>,
    /// What tests say.
    pub validated: Validated,
    /// Who answers for it, each once, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
    /// What it costs, in the user's unit; what is bought together is counted once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
}

/// What contributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// One control.
    Control,
    /// One rule.
    Rule,
    /// The rules that read one log source.
    LogSource,
    /// The rules of one file or folder that name no log source.
    Source,
    /// Everything that contributes less than what is listed.
    Others,
}

/// What is contributed to one tactic. Shares are of the weight of this tactic alone, as
/// [`crate::metrics::TacticCoverage::threat_weighted`] is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ByTactic {
    /// `TA0002`.
    pub tactic: String,
    /// The techniques of the tactic that are named.
    pub techniques: usize,
    /// The tactic's expected coverage if there were nothing else.
    pub alone: f64,
    /// What is lost of its expected coverage.
    pub lost: f64,
}

/// What every single control and rule contributes.
#[must_use]
pub fn by_capability(inputs: &Inputs<'_>) -> Vec<Contribution> {
    let groups = by_id(inputs).into_iter().map(|(id, members)| {
        let who = match inputs.capabilities[members[0]].kind {
            Kind::Rule => Who::Rule,
            Kind::Control | Kind::DataSource => Who::Control,
        };
        Group { who, name: id.to_owned(), members }
    });
    let world = World::new(inputs.clone());
    ranked(Ledger::of(&world), groups.collect())
}

/// What every control contributes, and the rules together by what they read: at most `most`, and
/// what all the others come to as one more.
#[must_use]
pub fn by_family(inputs: &Inputs<'_>, most: usize) -> Vec<Contribution> {
    let mut groups: BTreeMap<(Who, String), Vec<usize>> = BTreeMap::new();
    for (id, members) in by_id(inputs) {
        let first = &inputs.capabilities[members[0]];
        let key = match first.kind {
            Kind::Rule => read_by(first, &inputs.sources),
            Kind::Control | Kind::DataSource => (Who::Control, id.to_owned()),
        };
        groups.entry(key).or_default().extend(members);
    }
    let groups = groups.into_iter().map(|((who, name), members)| Group { who, name, members });
    let world = World::new(inputs.clone());
    let ledger = Ledger::of(&world);
    let mut found = ranked(ledger.clone(), groups.collect());
    if found.len() > most.saturating_add(1) {
        let rest: BTreeSet<String> =
            found.drain(most..).flat_map(|contribution| contribution.capabilities).collect();
        let members = by_id(inputs).into_iter().filter(|(id, _)| rest.contains(*id));
        let members = members.flat_map(|(_, members)| members).collect();
        let others = Group { who: Who::Others, name: String::new(), members };
        found.extend(ranked(ledger, vec![others]));
    }
    found
}

/// A list of contributions, with what it contributes to.
#[must_use]
pub fn contributions(headline: Range, contributions: Vec<Contribution>) -> Contributions {
    let listed = contributions.iter().filter(|c| c.who != Who::Others);
    let hang_on_one = listed.map(|c| c.lost).sum();
    Contributions {
        schema: SCHEMA.to_owned(),
        generated_by: GENERATED_BY.to_owned(),
        threat_weighted: headline.rounded(),
        hang_on_one: round9(hang_on_one),
        contributions,
    }
}

/// Everything that may cover, by id: what goes by one id is one thing, however many rows it has.
fn by_id<'a>(inputs: &'a Inputs<'_>) -> BTreeMap<&'a str, Vec<usize>> {
    let mut ids: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let all = inputs.capabilities.iter().enumerate();
    for (at, capability) in all.filter(|(_, c)| c.kind != Kind::DataSource) {
        ids.entry(&capability.id).or_default().push(at);
    }
    let origin = |at: &usize| &inputs.capabilities[*at].origin;
    ids.values_mut().for_each(|members| members.sort_by(|a, b| origin(a).cmp(origin(b))));
    ids
}

/// What a rule reads: product and category of its log source, else the source it came from.
fn read_by(rule: &Capability, sources: &[Source]) -> (Who, String) {
    let family = rule.family.as_deref().or(rule.log_source.first().map(String::as_str));
    let parts = family.map(|family| family.split('/').filter(|part| !part.is_empty()).take(2));
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    if !parts.is_empty() {
        return (Who::LogSource, parts.join("/"));
    }
    let path = &rule.origin.path;
    let holds = |source: &&Source| {
        let rest = path.strip_prefix(source.path.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let source = sources.iter().find(holds).map_or(path, |source| &source.path);
    (Who::Source, source.clone())
}

/// Capabilities whose contribution is asked for together.
struct Group {
    who: Who,
    name: String,
    /// Their positions; what has one id is in one group.
    members: Vec<usize>,
}

/// What each group contributes, whose loss would cost most first.
fn ranked(ledger: Ledger<'_>, groups: Vec<Group>) -> Vec<Contribution> {
    let mut all: Vec<Contribution> =
        groups.iter().map(|group| ledger.contribution(group)).collect();
    all.sort_by(|a, b| {
        let by_worth = b.lost.total_cmp(&a.lost).then(b.alone.exp.total_cmp(&a.alone.exp));
        by_worth
            .then(b.techniques.cmp(&a.techniques))
            .then_with(|| (a.who, &a.name).cmp(&(b.who, &b.name)))
    });
    all
}

/// What is there, so that something can be left out of it.
#[derive(Clone)]
struct Ledger<'a> {
    world: &'a World<'a>,
    standing: Standing<'a>,
    nothing: Standing<'a>,
    /// By capability: the techniques that it reaches, ascending.
    reached: Vec<Vec<TechniqueIx>>,
    /// The tactics that have techniques in scope, with the weight of these.
    tactics: Vec<(usize, f64)>,
}

impl<'a> Ledger<'a> {
    fn of(world: &'a World<'a>) -> Self {
        let mut reached = vec![Vec::new(); world.inputs.capabilities.len()];
        for (technique, evidence) in world.evidence.iter().enumerate() {
            for found in evidence {
                let own: &mut Vec<TechniqueIx> = &mut reached[found.capability];
                // What a capability does about a technique may be several things.
                if own.last() != Some(&technique) {
                    own.push(technique);
                }
            }
        }
        let (standing, nothing) = (Standing::of(world), Standing::of_nothing(world));
        Self { world, standing, nothing, reached, tactics: tactics(world) }
    }

    fn contribution(&self, group: &Group) -> Contribution {
        let members: BTreeSet<usize> = group.members.iter().copied().collect();
        let reached: BTreeSet<TechniqueIx> =
            members.iter().flat_map(|at| &self.reached[*at]).copied().collect();
        let is_own = |evidence: &&Evidence| members.contains(&evidence.capability);
        let without = self.own(&reached, |evidence| !is_own(evidence));
        let without = self.standing.changed(without);
        let lost: Parts =
            self.standing.more(&without).map(|(ix, more)| (ix, more.map(|m| -m))).collect();
        let alone = self.nothing.changed(self.own(&reached, is_own));
        let alone: Parts = self.nothing.more(&alone).collect();
        let share = |parts: &Parts| self.world.share(parts.iter().copied());
        let whole = |ix: &TechniqueIx| (*ix, Range::even(1.0));
        let loss = share(&lost).rounded();
        let facts = Facts::of(&self.world.inputs, &group.members);
        Contribution {
            who: group.who,
            name: group.name.clone(),
            title: if group.who.is_one() { facts.title } else { String::new() },
            capabilities: facts.ids,
            counting: members.iter().filter(|at| !self.reached[**at].is_empty()).count(),
            techniques: reached.len(),
            threat_share: round9(self.world.share(reached.iter().map(whole)).exp),
            alone: share(&alone).rounded(),
            lost: loss.exp,
            lost_lo: loss.lo,
            by_tactic: self.by_tactic(&reached, &alone, &lost),
            validated: facts.validated,
            owners: facts.owners,
            cost: facts.cost,
        }
    }

    /// What some of the evidence about some techniques comes to.
    fn own(
        &self,
        techniques: &BTreeSet<TechniqueIx>,
        counts: impl Fn(&&Evidence) -> bool,
    ) -> BTreeMap<TechniqueIx, Own> {
        let own = |ix: &TechniqueIx| {
            let evidence = self.world.evidence[*ix].iter().filter(&counts);
            (*ix, self.world.own(*ix, evidence))
        };
        techniques.iter().map(own).collect()
    }

    fn by_tactic(
        &self,
        reached: &BTreeSet<TechniqueIx>,
        alone: &Parts,
        lost: &Parts,
    ) -> Vec<ByTactic> {
        let attack = self.world.inputs.attack;
        let is_in = |ix: TechniqueIx, tactic| attack.techniques[ix].tactics.contains(&tactic);
        let tactic = |&(tactic, weight): &(usize, f64)| {
            let share = |parts: &Parts| {
                let own = parts.iter().filter(|(ix, _)| is_in(*ix, tactic));
                let sum: f64 = own.map(|(ix, part)| part_of(self.world, *ix) * part.exp).sum();
                round9(if weight > 0.0 { sum / weight } else { 0.0 })
            };
            ByTactic {
                tactic: attack.tactics[tactic].id.clone(),
                techniques: reached.iter().filter(|ix| is_in(**ix, tactic)).count(),
                alone: share(alone),
                lost: share(lost),
            }
        };
        self.tactics.iter().map(tactic).collect()
    }
}

/// A part of what is enough, technique by technique.
type Parts = Vec<(TechniqueIx, Range)>;

/// The weight of a technique in each of its tactics.
fn part_of(world: &World<'_>, technique: TechniqueIx) -> f64 {
    world.threat.weight(technique) / world.inputs.attack.techniques[technique].tactics.len() as f64
}

/// The tactics that have techniques in scope, with the weight of these.
fn tactics(world: &World<'_>) -> Vec<(usize, f64)> {
    let attack = world.inputs.attack;
    let tactic = |at: usize| {
        let is_in = |ix: &TechniqueIx| attack.techniques[*ix].tactics.contains(&at);
        let own: Vec<TechniqueIx> = world.scope.techniques().filter(is_in).collect();
        let weight = own.iter().map(|ix| part_of(world, *ix)).sum();
        (!own.is_empty()).then_some((at, weight))
    };
    (0..attack.tactics.len()).filter_map(tactic).collect()
}

impl Who {
    /// Whether it is one capability alone.
    #[must_use]
    pub fn is_one(self) -> bool {
        match self {
            Self::Control | Self::Rule => true,
            Self::LogSource | Self::Source | Self::Others => false,
        }
    }
}

/// What some capabilities say of themselves.
#[derive(Default)]
struct Facts {
    ids: Vec<String>,
    title: String,
    validated: Validated,
    owners: Vec<String>,
    cost: Option<f64>,
}

impl Facts {
    fn of(inputs: &Inputs<'_>, members: &[usize]) -> Self {
        let all = || members.iter().map(|at| &*inputs.capabilities[*at]);
        let ids: BTreeSet<&String> = all().map(|c| &c.id).collect();
        let owners: BTreeSet<&String> = all().filter_map(|c| c.owner.as_ref()).collect();
        Self {
            ids: ids.into_iter().cloned().collect(),
            title: all().map(|c| c.title.clone()).find(|t| !t.is_empty()).unwrap_or_default(),
            validated: Validated::of(all()),
            owners: owners.into_iter().cloned().collect(),
            cost: cost(all()),
        }
    }
}

/// What some capabilities cost: what goes by one bundle or id costs what any of its rows says, the
/// highest where they differ.
fn cost<'a>(all: impl Iterator<Item = &'a Capability>) -> Option<f64> {
    let mut costs: BTreeMap<&str, f64> = BTreeMap::new();
    for capability in all {
        let Some(cost) = capability.cost else { continue };
        let known = costs.entry(capability.bundle.as_deref().unwrap_or(&capability.id));
        known.and_modify(|known| *known = known.max(cost)).or_insert(cost);
    }
    (!costs.is_empty()).then(|| round9(costs.values().sum()))
}
