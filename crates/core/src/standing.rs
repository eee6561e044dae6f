//! How things stand, and what another state of the evidence would make of them. Only what a change
//! touches is computed anew; what comes out is what [`crate::assess`] finds with the change.

use std::collections::{BTreeMap, BTreeSet};

use crate::assessment;
use crate::attack::TechniqueIx;
use crate::coverage::{self, Evidence, Own};
use crate::gap;
use crate::inputs::Inputs;
use crate::scope::Scope;
use crate::score::Range;
use crate::threat::Threat;

/// What does not change while evidence does.
pub(crate) struct World<'a> {
    pub(crate) inputs: Inputs<'a>,
    pub(crate) scope: Scope,
    pub(crate) threat: Threat,
    /// The weight of all techniques in scope.
    pub(crate) weight: f64,
    /// By technique: the coverage that is enough.
    targets: Vec<f64>,
    /// By technique: the evidence as things are.
    pub(crate) evidence: Vec<Vec<Evidence>>,
}

impl<'a> World<'a> {
    pub(crate) fn new(inputs: Inputs<'a>) -> Self {
        let scope = Scope::new(inputs.attack, &inputs.scope, &inputs.dispositions, inputs.as_of);
        let threat = Threat::new(inputs.attack, &inputs.profile, &inputs.policy, inputs.as_of);
        let (evidence, _) = coverage::gather(&inputs, &scope);
        let (decided, _) = assessment::decisions(&inputs);
        let decided = |ix: TechniqueIx| decided.get(&inputs.attack.techniques[ix].id);
        let all_techniques = 0..inputs.attack.techniques.len();
        let targets = all_techniques.map(|ix| gap::target(&inputs.policy, decided(ix))).collect();
        let weight = scope.techniques().map(|ix| threat.weight(ix)).sum();
        Self { inputs, scope, threat, weight, targets, evidence }
    }

    /// What some evidence about a technique itself comes to.
    pub(crate) fn own<'e>(
        &self,
        technique: TechniqueIx,
        evidence: impl Iterator<Item = &'e Evidence>,
    ) -> Own {
        coverage::own(evidence, technique, &self.scope, &self.inputs.policy)
    }

    /// How well a technique is covered.
    fn covered(&self, technique: TechniqueIx, own: &dyn Fn(TechniqueIx) -> Own) -> Range {
        let [prevent, detect, _] =
            coverage::joined(technique, own, &self.scope, &self.inputs.policy);
        prevent.either(detect)
    }

    /// The share of all weight that some parts of techniques make up.
    pub(crate) fn share(&self, parts: impl Iterator<Item = (TechniqueIx, Range)>) -> Range {
        let weigh = |sum: Range, (ix, part): (TechniqueIx, Range)| {
            sum.zip(part.map(|part| self.threat.weight(ix) * part), |a, b| a + b)
        };
        let sum = parts.fold(Range::ZERO, weigh);
        if self.weight > 0.0 { sum.map(|sum| sum / self.weight) } else { Range::ZERO }
    }

    /// The part of what is enough that a coverage reaches.
    pub(crate) fn met(&self, technique: TechniqueIx, covered: Range) -> Range {
        covered.map(|c| (c / self.targets[technique]).min(1.0))
    }
}

/// How things stand with some evidence.
#[derive(Clone)]
pub(crate) struct Standing<'a> {
    pub(crate) world: &'a World<'a>,
    /// By technique: what the evidence about itself comes to.
    own: Vec<Own>,
    /// By technique: how well it is covered.
    pub(crate) covered: Vec<Range>,
    /// Coverage against our adversaries.
    pub(crate) total: Range,
}

impl<'a> Standing<'a> {
    /// As things are.
    pub(crate) fn of(world: &'a World<'a>) -> Self {
        let own = world.evidence.iter().enumerate();
        let own: Vec<Own> = own.map(|(ix, found)| world.own(ix, found.iter())).collect();
        let covered = |ix: TechniqueIx| match world.scope.contains(ix) {
            true => world.covered(ix, &|ix| own[ix]),
            false => Range::ZERO,
        };
        let covered: Vec<Range> = (0..own.len()).map(covered).collect();
        let reached = world.scope.techniques().map(|ix| (ix, world.met(ix, covered[ix])));
        let total = world.share(reached);
        Self { world, own, covered, total }
    }

    /// As things would be if there were nothing.
    pub(crate) fn of_nothing(world: &'a World<'a>) -> Self {
        let techniques = world.evidence.len();
        Self {
            world,
            own: vec![Own::default(); techniques],
            covered: vec![Range::ZERO; techniques],
            total: Range::ZERO,
        }
    }

    /// What it would be if the evidence about some techniques came to something else, for these
    /// and for their parents.
    pub(crate) fn changed(&self, own: BTreeMap<TechniqueIx, Own>) -> Changed {
        let World { inputs, scope, .. } = self.world;
        let parents = own.keys().filter_map(|ix| inputs.attack.parent(*ix));
        let parents = parents.filter(|ix| scope.contains(*ix));
        let touched: BTreeSet<TechniqueIx> = own.keys().copied().chain(parents).collect();
        let now = |ix: TechniqueIx| own.get(&ix).copied().unwrap_or(self.own[ix]);
        let covered = touched.into_iter().map(|ix| (ix, self.world.covered(ix, &now))).collect();
        Changed { own, covered }
    }

    /// How much more of what is enough a change reaches, technique by technique.
    pub(crate) fn more(&self, changed: &Changed) -> impl Iterator<Item = (TechniqueIx, Range)> {
        let met = |ix: TechniqueIx, covered: Range| self.world.met(ix, covered);
        let more = move |(ix, covered): (&TechniqueIx, &Range)| {
            (*ix, met(*ix, *covered).zip(met(*ix, self.covered[*ix]), |new, old| new - old))
        };
        changed.covered.iter().map(more)
    }

    /// What a change adds to coverage against our adversaries.
    pub(crate) fn added(&self, changed: &Changed) -> Range {
        self.world.share(self.more(changed))
    }

    /// Makes a change.
    pub(crate) fn take(&mut self, changed: Changed) {
        self.total = self.total.zip(self.added(&changed), |total, more| total + more);
        changed.own.into_iter().for_each(|(ix, own)| self.own[ix] = own);
        changed.covered.into_iter().for_each(|(ix, covered)| self.covered[ix] = covered);
    }
}

/// What a change of some evidence comes to.
pub(crate) struct Changed {
    own: BTreeMap<TechniqueIx, Own>,
    covered: BTreeMap<TechniqueIx, Range>,
}
