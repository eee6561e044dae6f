//! The headline figures (method 2.5). All are shares in 0..=1.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::attack::TechniqueIx;
use crate::capability::Function;
use crate::coverage::Coverage;
use crate::gap::Gap;
use crate::inputs::Inputs;
use crate::scope::Scope;
use crate::score::{Range, round9};
use crate::threat::{Threat, Usage};

/// What the assessment comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Headline {
    /// Coverage against our adversaries: of everything they do, by weight, the part at target.
    pub threat_weighted: Range,
    /// Share of leaves (sub-techniques, and techniques without any) that are covered at all.
    pub raw_any: Range,
    /// Share of leaves that are covered enough.
    pub raw_at_target: Range,
    /// Mean coverage of the leaves.
    pub mean_strength: Range,
    /// How much of what is claimed is proven.
    pub validated_share: f64,
    /// The same by function.
    pub by_function: BTreeMap<String, FunctionHeadline>,
}

/// What one function comes to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FunctionHeadline {
    /// Mean coverage of the leaves.
    pub mean: Range,
    /// Coverage against our adversaries by this function alone.
    pub threat_weighted: Range,
}

/// Coverage within one tactic; a technique of several tactics is split between them, so that
/// `threat_weighted * weight_share` adds up to the headline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TacticCoverage {
    /// `TA0002`.
    pub id: String,
    /// `Execution`.
    pub name: String,
    /// `execution`.
    pub shortname: String,
    /// Expected coverage against our adversaries.
    pub threat_weighted: f64,
    /// What of it is proven, expected and claimed; unknown where an earlier version wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Range>,
    /// Share of all weight.
    pub weight_share: f64,
}

/// Coverage of what one adversary does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdversaryCoverage {
    /// `G0016`.
    pub id: String,
    /// `APT29`.
    pub name: String,
    /// As given.
    pub weight: f64,
    /// Expected coverage of its techniques in scope.
    pub coverage: f64,
    /// Between what the coverage lies when single numbers of the method are others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<Band>,
    /// Number of its techniques in scope.
    pub techniques_in_scope: usize,
    /// Number of its techniques out of scope.
    pub out_of_scope: usize,
}

/// The least and the largest of several runs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// The least.
    pub least: f64,
    /// The largest.
    pub most: f64,
}

impl Band {
    /// Whether two bands have nothing in common, so that one is really below the other.
    #[must_use]
    pub fn is_apart_from(self, other: Self) -> bool {
        self.most < other.least || other.most < self.least
    }
}

/// Everything the figures are computed from.
pub(crate) struct Figures<'a> {
    pub(crate) inputs: &'a Inputs<'a>,
    pub(crate) scope: &'a Scope,
    pub(crate) coverage: &'a [Coverage],
    pub(crate) threat: &'a Threat,
    pub(crate) gaps: &'a [Option<Gap>],
}

impl Figures<'_> {
    pub(crate) fn headline(&self) -> Headline {
        let threat_weighted = self.threat_weighted(|c| c.composite);
        let any = self.inputs.policy.any_threshold;
        let at_least = |share: f64, least: f64| f64::from(u8::from(round9(share) >= round9(least)));
        let share =
            if threat_weighted.hi > 0.0 { threat_weighted.lo / threat_weighted.hi } else { 0.0 };
        let by_function = |function: Function| {
            let mean = self.leaf_mean(|ix| self.coverage[ix].by(function));
            let threat_weighted = self.threat_weighted(|c| c.by(function));
            let headline = FunctionHeadline {
                mean: mean.rounded(),
                threat_weighted: threat_weighted.rounded(),
            };
            (function.word().to_owned(), headline)
        };
        Headline {
            threat_weighted: threat_weighted.rounded(),
            raw_any: self.leaf_mean(|ix| self.composite(ix).map(|c| at_least(c, any))).rounded(),
            raw_at_target: self
                .leaf_mean(|ix| self.composite(ix).map(|c| at_least(c, self.target(ix))))
                .rounded(),
            mean_strength: self.leaf_mean(|ix| self.composite(ix)).rounded(),
            validated_share: round9(share),
            by_function: Function::SCORED.map(by_function).into_iter().collect(),
        }
    }

    fn composite(&self, technique: TechniqueIx) -> Range {
        self.coverage[technique].composite
    }

    fn target(&self, technique: TechniqueIx) -> f64 {
        self.gaps[technique].as_ref().map_or(1.0, |gap| gap.target)
    }

    /// `sum W min(1, C / tau) / sum W`.
    pub(crate) fn threat_weighted(&self, of: impl Fn(&Coverage) -> Range) -> Range {
        let weighted = |ix: TechniqueIx| (self.threat.weight(ix), self.met(ix, &of));
        weighted_mean(self.scope.techniques().map(weighted))
    }

    /// The part of the target that is met.
    fn met(&self, technique: TechniqueIx, of: impl Fn(&Coverage) -> Range) -> Range {
        of(&self.coverage[technique]).map(|c| (c / self.target(technique)).min(1.0))
    }

    fn leaf_mean(&self, of: impl Fn(TechniqueIx) -> Range) -> Range {
        weighted_mean(self.scope.leaves().map(|ix| (1.0, of(ix))))
    }

    pub(crate) fn tactics(&self) -> Vec<TacticCoverage> {
        let attack = self.inputs.attack;
        let total: f64 = self.scope.techniques().map(|ix| self.threat.weight(ix)).sum();
        let tactic = |(at, tactic): (usize, &crate::attack::Tactic)| {
            let own = |ix: &TechniqueIx| attack.techniques[*ix].tactics.contains(&at);
            let own: Vec<TechniqueIx> = self.scope.techniques().filter(own).collect();
            let part = |ix: &TechniqueIx| {
                let tactics = attack.techniques[*ix].tactics.len() as f64;
                (self.threat.weight(*ix) / tactics, self.met(*ix, |c| c.composite))
            };
            let weight: f64 = own.iter().map(|ix| part(ix).0).sum();
            let coverage = weighted_mean(own.iter().map(part)).rounded();
            (!own.is_empty()).then(|| TacticCoverage {
                id: tactic.id.clone(),
                name: tactic.name.clone(),
                shortname: tactic.shortname.clone(),
                threat_weighted: coverage.exp,
                coverage: Some(coverage),
                weight_share: round9(if total > 0.0 { weight / total } else { 0.0 }),
            })
        };
        attack.tactics.iter().enumerate().filter_map(tactic).collect()
    }

    pub(crate) fn adversaries(&self) -> Vec<AdversaryCoverage> {
        self.threat.adversaries.iter().map(|usage| self.adversary(usage)).collect()
    }

    fn adversary(&self, usage: &Usage) -> AdversaryCoverage {
        let used = |ix: &TechniqueIx| usage.uses[*ix] > 0.0;
        let in_scope: Vec<TechniqueIx> = self.scope.techniques().filter(used).collect();
        let all = (0..usage.uses.len()).filter(used).count();
        let weighted = in_scope.iter().map(|ix| (usage.uses[*ix], self.met(*ix, |c| c.composite)));
        AdversaryCoverage {
            id: usage.id.clone(),
            name: usage.name.clone(),
            weight: round9(usage.weight),
            coverage: round9(weighted_mean(weighted).exp),
            band: None,
            techniques_in_scope: in_scope.len(),
            out_of_scope: all - in_scope.len(),
        }
    }
}

/// The mean by weight; nothing where there is no weight.
pub(crate) fn weighted_mean(parts: impl Iterator<Item = (f64, Range)>) -> Range {
    let (weight, sum) = parts.fold((0.0, Range::ZERO), |(weight, sum), (w, range)| {
        (weight + w, sum.zip(range, |sum, c| sum + w * c))
    });
    if weight > 0.0 { sum.map(|sum| sum / weight) } else { Range::ZERO }
}
