//! What to do next: which candidates, in which order, raise the expected coverage against our
//! adversaries most (method 2.6), with a bound on what any other choice could gain.
//!
//! The objective is that of the headline: with expected strengths it is monotone and submodular, so
//! that [`greedy`] says how good its choice is. A gain is what [`crate::assess`] finds with the
//! candidate and without it. Only what a candidate touches is computed anew.
//!
//! A data source covers nothing and may make others count, which no bound allows for. Among
//! candidates it counts for the rows of its own bundle alone: a gain is then the least that is
//! gained.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::assessment::GENERATED_BY;
use crate::attack::TechniqueIx;
use crate::candidate::Candidate;
use crate::capability::{Capability, Kind};
use crate::coverage::{self, Evidence, Telemetry};
use crate::greedy::{self, Goal, Objective, Offer};
use crate::id::TechniqueId;
use crate::inputs::Inputs;
use crate::next_move::Move;
use crate::scope::Scope;
use crate::score::{Range, round9};
use crate::standing::{Changed, Standing, World};
use crate::strength;
use crate::threat::Usage;

/// The schema of the JSON.
pub const SCHEMA: &str = "lacuna.recommendation.v1";

/// What the choice is to make large, by its name in an assessment.
pub const OBJECTIVE: &str = "headline.threat_weighted.exp";

/// The best order that could be found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recommendation {
    /// [`SCHEMA`].
    pub schema: String,
    /// Program and version.
    pub generated_by: String,
    /// [`OBJECTIVE`].
    pub objective: String,
    /// How the choice was made: `greedy`, `ratio_greedy` or `best_single`.
    pub algorithm: String,
    /// How many steps were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// How much it may cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<f64>,
    /// How many candidates there were.
    pub candidates: usize,
    /// The objective as things are, 0..=1.
    pub base: f64,
    /// What to do, in this order.
    pub picks: Vec<Pick>,
    /// The most that any choice under the same goal gains.
    pub upper_bound_gain: f64,
    /// The share of it that this choice is sure to gain, 0..=1.
    pub certified_ratio: f64,
    /// What to test first, so that more is proven; no part of the choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub test_first: Vec<TestFirst>,
}

/// Something to test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestFirst {
    /// The capability's id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// What one more procedure that it stops or notices today would add to what is proven.
    pub gain_lo: f64,
    /// The techniques that it is about.
    pub techniques: Vec<TechniqueId>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pick {
    /// The candidate's id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What kind of move it is.
    #[serde(rename = "move")]
    pub next_move: Move,
    /// What it adds to the objective after the steps before it.
    pub gain: f64,
    /// What it adds to what is proven: nothing before it is tested.
    pub gain_lo: f64,
    /// What all steps up to this one add.
    pub cumulative: f64,
    /// What it costs.
    pub cost: f64,
    /// What all steps up to this one cost.
    pub cumulative_cost: f64,
    /// The techniques that it helps, the most helped first.
    pub techniques: Vec<Helped>,
    /// The adversaries that it helps against, the most first.
    pub adversaries: Vec<Against>,
}

/// A technique that a step helps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Helped {
    /// The technique.
    pub id: TechniqueId,
    /// Its name.
    pub name: String,
    /// Its part of the gain.
    pub gain: f64,
    /// Its expected coverage before the step.
    pub before: f64,
    /// And after it.
    pub after: f64,
}

/// An adversary that a step helps against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Against {
    /// The adversary.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What the step adds to the expected coverage of what it does.
    pub gain: f64,
}

/// Chooses among candidates.
///
/// `inputs` are those of the assessment, and its catalogue knows the controls that the candidates
/// name.
#[must_use]
pub fn recommend(inputs: &Inputs<'_>, candidates: &[Candidate], goal: Goal) -> Recommendation {
    let choices = Choices::new(inputs, candidates);
    let offers: Vec<Offer<'_>> =
        candidates.iter().map(|c| Offer { id: &c.id, cost: c.cost }).collect();
    let nothing = Taken::nothing(&choices);
    let (choice, _) = greedy::choose(&nothing, &offers, goal);
    let base = nothing.standing.total.exp;
    let mut steps = Steps { taken: nothing, base, cost: 0.0 };
    let picks = choice.picks.iter().map(|pick| steps.take(&candidates[*pick], *pick)).collect();
    let gained = steps.taken.standing.total.exp - base;
    let (count, budget) = match goal {
        Goal::Count(count) => (Some(count), None),
        Goal::Budget(budget) => (None, Some(round9(budget))),
    };
    let bound = choice.upper_bound.max(gained);
    Recommendation {
        schema: SCHEMA.to_owned(),
        generated_by: GENERATED_BY.to_owned(),
        objective: OBJECTIVE.to_owned(),
        algorithm: choice.algorithm.name().to_owned(),
        count,
        budget,
        candidates: candidates.len(),
        base: round9(base),
        picks,
        upper_bound_gain: round9(bound),
        certified_ratio: round9(if bound > 0.0 { gained / bound } else { 1.0 }),
        test_first: Vec::new(),
    }
}

/// What to test first: the capabilities for which one more passed test adds most to what is
/// proven, `limit` at most.
#[must_use]
pub fn tests_first(inputs: &Inputs<'_>, limit: usize) -> Vec<TestFirst> {
    let counts =
        |c: &Capability| c.kind != Kind::DataSource && !strength::is_off(c, &inputs.policy);
    let all = inputs.capabilities.iter().enumerate();
    let (untested, candidates): (Vec<usize>, Vec<Candidate>) =
        all.filter(|(_, c)| counts(c)).map(|(at, c)| (at, tested(c, inputs))).unzip();
    let choices = Choices::new(inputs, &candidates);
    let taken = Taken::nothing(&choices);
    // One more test may show that a control does less than was thought, and more than was proven:
    // what is tested takes the place of what was not.
    let proven = |ix: usize| {
        let evidence = taken.instead(ix, Some(untested[ix]));
        round9(taken.standing.added(&taken.changed(&evidence)).lo)
    };
    let mut gains: Vec<(f64, usize)> =
        (0..candidates.len()).map(|ix| (proven(ix), ix)).filter(|(gain, _)| *gain > 0.0).collect();
    gains.sort_by(|a, b| {
        b.0.total_cmp(&a.0).then_with(|| candidates[a.1].id.cmp(&candidates[b.1].id))
    });
    // A capability that does several things stands in several rows.
    let mut named = BTreeSet::new();
    gains.retain(|(_, ix)| named.insert(&candidates[*ix].id));
    let test = |(gain, ix): (f64, usize)| TestFirst {
        id: candidates[ix].id.clone(),
        title: candidates[ix].title.clone(),
        gain_lo: gain,
        techniques: choices.brought[ix].keys().map(|t| inputs.attack.techniques[*t].id).collect(),
    };
    gains.into_iter().take(limit).map(test).collect()
}

/// A capability as it would be after one more procedure that it stops or notices today.
fn tested(capability: &Arc<Capability>, inputs: &Inputs<'_>) -> Candidate {
    let more = |count: Option<u32>| Some(count.unwrap_or(0).saturating_add(1));
    let tested = Capability {
        tests_passed: more(capability.tests_passed),
        tests_run: more(capability.tests_run),
        tests_last: Some(inputs.as_of),
        ..Capability::clone(capability)
    };
    Candidate {
        id: capability.id.clone(),
        title: capability.title.clone(),
        next_move: Move::Test,
        cost: Move::Test.effort(&inputs.policy),
        capabilities: vec![Arc::new(tested)],
    }
}

/// The ids of candidates that help nothing as things are, although something was chosen from.
#[must_use]
pub fn idle<'a>(inputs: &Inputs<'_>, candidates: &'a [Candidate]) -> Vec<&'a str> {
    let choices = Choices::new(inputs, candidates);
    let taken = Taken::nothing(&choices);
    let helps_not = |ix: &usize| round9(taken.gain(*ix)) <= 0.0;
    let idle = (0..candidates.len()).filter(helps_not);
    idle.map(|ix| candidates[ix].id.as_str()).collect()
}

/// What is there, and what candidates would bring.
struct Choices<'a> {
    /// Its inputs hold what is offered, too, after what is there; its evidence does not.
    world: World<'a>,
    /// By candidate: the evidence that it brings, by technique.
    brought: Vec<BTreeMap<TechniqueIx, Vec<Evidence>>>,
}

impl<'a> Choices<'a> {
    fn new(inputs: &Inputs<'a>, candidates: &[Candidate]) -> Self {
        let mut world = World::new(inputs.clone());
        let own = inputs.capabilities.len();
        let offered = candidates.iter().flat_map(|c| &c.capabilities).cloned();
        world.inputs.capabilities.extend(offered);
        let (all, scope) = (&world.inputs, &world.scope);
        let telemetry = Telemetry::stated(all.attack, &inputs.capabilities, scope, &inputs.policy);
        let offered = Offered { all, scope, own, telemetry };
        let mut first = own;
        let mut brought = Vec::new();
        for candidate in candidates {
            brought.push(offered.brings(candidate, first));
            first += candidate.capabilities.len();
        }
        Self { world, brought }
    }
}

/// What is there, and after it what is offered.
struct Offered<'a> {
    all: &'a Inputs<'a>,
    scope: &'a Scope,
    /// How many of the capabilities are there.
    own: usize,
    /// What these let one see.
    telemetry: Telemetry,
}

impl Offered<'_> {
    /// The evidence that a candidate brings, whose capabilities stand from `first` on.
    fn brings(&self, candidate: &Candidate, first: usize) -> BTreeMap<TechniqueIx, Vec<Evidence>> {
        let Offered { all, scope, own, .. } = self;
        let has_source = candidate.capabilities.iter().any(|c| c.kind == Kind::DataSource);
        let there = all.capabilities[..*own].iter().chain(&candidate.capabilities);
        let with_its_own =
            has_source.then(|| Telemetry::stated(all.attack, there, scope, &all.policy));
        let telemetry = with_its_own.as_ref().unwrap_or(&self.telemetry);
        let mut brought: BTreeMap<TechniqueIx, Vec<Evidence>> = BTreeMap::new();
        for ix in first..first + candidate.capabilities.len() {
            for (technique, evidence) in coverage::evidence_of(all, scope, telemetry, ix).evidence {
                brought.entry(technique).or_default().push(evidence);
            }
        }
        brought
    }
}

/// How things stand after some candidates were taken.
#[derive(Clone)]
struct Taken<'a> {
    choices: &'a Choices<'a>,
    /// By technique: what names it.
    evidence: Vec<Vec<Evidence>>,
    standing: Standing<'a>,
}

impl<'a> Taken<'a> {
    fn nothing(choices: &'a Choices<'a>) -> Self {
        let World { evidence, .. } = &choices.world;
        Self { choices, evidence: evidence.clone(), standing: Standing::of(&choices.world) }
    }

    /// The evidence about the techniques that a candidate names, with what it brings.
    fn with(&self, candidate: usize) -> BTreeMap<TechniqueIx, Vec<Evidence>> {
        self.instead(candidate, None)
    }

    /// The same without what the capability at a position comes to.
    fn instead(
        &self,
        candidate: usize,
        replaced: Option<usize>,
    ) -> BTreeMap<TechniqueIx, Vec<Evidence>> {
        let joined = |(technique, brought): (&TechniqueIx, &Vec<Evidence>)| {
            let mut evidence = self.evidence[*technique].clone();
            evidence.retain(|evidence| Some(evidence.capability) != replaced);
            evidence.extend(brought.iter().cloned());
            let World { inputs, scope, .. } = &self.choices.world;
            coverage::count_once(&mut evidence, &inputs.capabilities, scope);
            (*technique, evidence)
        };
        self.choices.brought[candidate].iter().map(joined).collect()
    }

    /// What changed evidence comes to.
    fn changed(&self, evidence: &BTreeMap<TechniqueIx, Vec<Evidence>>) -> Changed {
        let own = |(ix, found): (&TechniqueIx, &Vec<Evidence>)| {
            (*ix, self.choices.world.own(*ix, found.iter()))
        };
        self.standing.changed(evidence.iter().map(own).collect())
    }
}

impl Objective for Taken<'_> {
    fn gain(&self, candidate: usize) -> f64 {
        self.standing.added(&self.changed(&self.with(candidate))).exp.max(0.0)
    }

    fn take(&mut self, candidate: usize) {
        let evidence = self.with(candidate);
        let changed = self.changed(&evidence);
        self.standing.take(changed);
        evidence.into_iter().for_each(|(ix, found)| self.evidence[ix] = found);
    }
}

/// The steps while they are told.
struct Steps<'a> {
    taken: Taken<'a>,
    base: f64,
    cost: f64,
}

impl Steps<'_> {
    fn take(&mut self, candidate: &Candidate, ix: usize) -> Pick {
        let Standing { covered: before, total: was, .. } = self.taken.standing.clone();
        self.taken.take(ix);
        self.cost += candidate.cost;
        let standing = &self.taken.standing;
        let gain = standing.total.zip(was, |after, before| after - before);
        Pick {
            id: candidate.id.clone(),
            title: candidate.title.clone(),
            next_move: candidate.next_move,
            gain: round9(gain.exp),
            gain_lo: round9(gain.lo),
            cumulative: round9(standing.total.exp - self.base),
            cost: round9(candidate.cost),
            cumulative_cost: round9(self.cost),
            techniques: self.helped(&before),
            adversaries: self.against(&before),
        }
    }

    /// How much more of what is enough for a technique is reached than before.
    fn more(&self, ix: TechniqueIx, before: &[Range]) -> f64 {
        let standing = &self.taken.standing;
        let met = |covered: &[Range]| standing.world.met(ix, covered[ix]).exp;
        met(&standing.covered) - met(before)
    }

    fn helped(&self, before: &[Range]) -> Vec<Helped> {
        let World { inputs, scope, threat, weight, .. } = self.taken.standing.world;
        let helped = |ix: TechniqueIx| {
            let technique = &inputs.attack.techniques[ix];
            Helped {
                id: technique.id,
                name: technique.name.clone(),
                gain: round9(threat.weight(ix) * self.more(ix, before) / weight),
                before: round9(before[ix].exp),
                after: round9(self.taken.standing.covered[ix].exp),
            }
        };
        let all = scope.techniques().filter(|ix| self.more(*ix, before) > 0.0);
        let mut all: Vec<Helped> = all.map(helped).filter(|helped| helped.gain > 0.0).collect();
        all.sort_by(|a, b| b.gain.total_cmp(&a.gain).then(a.id.cmp(&b.id)));
        all
    }

    fn against(&self, before: &[Range]) -> Vec<Against> {
        let World { scope, threat, .. } = self.taken.standing.world;
        let against = |usage: &Usage| {
            let used: f64 = scope.techniques().map(|ix| usage.uses[ix]).sum();
            let more: f64 =
                scope.techniques().map(|ix| usage.uses[ix] * self.more(ix, before)).sum();
            Against {
                id: usage.id.clone(),
                name: usage.name.clone(),
                gain: round9(if used > 0.0 { more / used } else { 0.0 }),
            }
        };
        let all = threat.adversaries.iter().map(against);
        let mut all: Vec<Against> = all.filter(|against| against.gain > 0.0).collect();
        all.sort_by(|a, b| b.gain.total_cmp(&a.gain).then(a.id.cmp(&b.id)));
        all
    }
}
