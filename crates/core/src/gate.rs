//! The gate: limits that an assessment must keep, by itself or against an earlier one. Limits and
//! assessments go in, findings come out; nothing is weighed here that the assessment does not say.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::assessment::{Assessment, GENERATED_BY, TechniqueAssessment};
use crate::attack::Attack;
use crate::capability::{Capability, Function};
use crate::date::Date;
use crate::decisions::{Standing, State};
use crate::diagnostic::{Code, Origin};
use crate::diff::{self, Diff};
use crate::id::TechniqueId;
use crate::inputs::Organisation;
use crate::score::round9;
use crate::strength;

/// The schema of the JSON.
pub const SCHEMA: &str = "lacuna.check.v1";

/// What is asked for; nothing of it by default.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gate {
    /// The least expected coverage against our adversaries.
    pub min_coverage: Option<f64>,
    /// The same within a tactic, by its id.
    pub min_tactic: BTreeMap<String, f64>,
    /// The least expected coverage of what an adversary does, by its id.
    pub min_adversary: BTreeMap<String, f64>,
    /// The highest priority that an open gap may have.
    pub max_gap_priority: Option<f64>,
    /// The largest share of ids that no ATT&CK release at hand knows.
    pub max_unknown_ids: Option<f64>,
    /// No decision is past its day.
    pub no_overdue: bool,
    /// Against an earlier assessment: the highest priority that a new gap may have; none may be
    /// new where nothing is said.
    pub max_new_gap: Option<f64>,
    /// Against an earlier assessment: how many points coverage may drop; none where nothing is
    /// said.
    pub max_drop: Option<f64>,
}

/// What is asked for, one by one; the words are those of `lacuna.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Coverage against our adversaries.
    MinCoverage,
    /// The same within a tactic.
    MinTactic,
    /// Coverage of what an adversary does.
    MinAdversary,
    /// Priority of the open gaps.
    MaxGapPriority,
    /// Share of unknown ids.
    MaxUnknownIds,
    /// Decisions past their day.
    NoOverdue,
    /// Priority of the gaps that were none before.
    MaxNewGap,
    /// Change of coverage, in points.
    MaxDrop,
    /// Techniques that one capability covered and that none covers any more.
    SoleCover,
}

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// [`SCHEMA`].
    pub schema: String,
    /// Program and version.
    pub generated_by: String,
    /// The day.
    pub as_of: Date,
    /// Whom it is about.
    pub organisation: Organisation,
    /// Whether every limit is kept.
    pub is_passed: bool,
    /// One a limit, in the order of [`Limit`].
    pub findings: Vec<Finding>,
    /// The difference to the earlier assessment, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<Diff>,
}

/// One limit, and what was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// What is asked for.
    pub check: Limit,
    /// The id of the tactic or the adversary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The figure.
    pub found: f64,
    /// On which side of the limit it must be.
    pub bound: Bound,
    /// The limit.
    pub limit: f64,
    /// Whether it is kept.
    pub is_passed: bool,
    /// What the figure counts, or what breaks the limit; empty for coverage, which `gaps` lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<Case>,
}

/// On which side of a limit a figure must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Not below.
    AtLeast,
    /// Not above.
    AtMost,
}

/// One thing that breaks a limit.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Case {
    /// The technique.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub technique: Option<TechniqueId>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its priority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<f64>,
    /// The capability.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capability: Option<String>,
    /// What the capability is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Why it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What there is to say about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// Why something breaks a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// A gap that was none.
    New,
    /// A gap that had been accepted or excluded.
    Reopened,
    /// A gap that should have been closed.
    Overdue,
    /// A decision that held until a day that is past.
    Expired,
    /// What covered it is switched off.
    Off,
    /// What covered it is not there any more.
    Gone,
    /// What covered it is there and covers it no more.
    Unmapped,
}

impl Finding {
    fn new(check: Limit, found: f64, bound: Bound, limit: f64) -> Self {
        let (found, limit) = (round9(found), round9(limit));
        let is_passed = match bound {
            Bound::AtLeast => found >= limit,
            Bound::AtMost => found <= limit,
        };
        Self { check, subject: None, name: None, found, bound, limit, is_passed, cases: Vec::new() }
    }

    fn of(self, subject: &str, name: Option<&str>) -> Self {
        let name = Some(name.unwrap_or(subject).to_owned());
        Self { subject: Some(subject.to_owned()), name, ..self }
    }

    fn with(self, cases: Vec<Case>) -> Self {
        Self { cases, ..self }
    }
}

/// Holds an assessment to the limits of a gate; `against` is an earlier one and what moved since.
#[must_use]
pub fn check(
    gate: &Gate,
    assessment: &Assessment,
    decisions: &[Standing],
    against: Option<(&Assessment, Diff)>,
    attack: &Attack,
) -> Check {
    let mut findings = coverage(gate, assessment);
    if let Some(limit) = gate.max_gap_priority {
        findings.push(gap_priority(assessment, limit));
    }
    if let Some(limit) = gate.max_unknown_ids {
        findings.push(unknown_ids(assessment, limit));
    }
    if gate.no_overdue {
        findings.push(overdue(decisions));
    }
    if let Some((before, diff)) = &against {
        let drop = gate.max_drop.unwrap_or(0.0);
        findings.push(new_gaps(assessment, diff, gate.max_new_gap.unwrap_or(0.0)));
        findings.push(Finding::new(Limit::MaxDrop, 100.0 * diff.delta, Bound::AtLeast, -drop));
        findings.push(sole_covers(before, assessment, attack));
    }
    Check {
        schema: SCHEMA.to_owned(),
        generated_by: GENERATED_BY.to_owned(),
        as_of: assessment.as_of,
        organisation: assessment.organisation.clone(),
        is_passed: findings.iter().all(|finding| finding.is_passed),
        findings,
        diff: against.map(|(_, diff)| diff),
    }
}

fn coverage(gate: &Gate, assessment: &Assessment) -> Vec<Finding> {
    let at_least = |check, found, limit| Finding::new(check, found, Bound::AtLeast, limit);
    let headline = assessment.headline.threat_weighted.exp;
    let whole = gate.min_coverage.map(|limit| at_least(Limit::MinCoverage, headline, limit));
    let tactics = gate.min_tactic.iter().map(|(id, limit)| {
        let tactic = assessment.tactics.iter().find(|tactic| tactic.id == *id);
        // Of what is not in scope, nothing is covered: a limit never passes for want of a figure.
        let found = tactic.map_or(0.0, |tactic| tactic.threat_weighted);
        at_least(Limit::MinTactic, found, *limit).of(id, tactic.map(|tactic| tactic.name.as_str()))
    });
    let adversaries = gate.min_adversary.iter().map(|(id, limit)| {
        let adversary = assessment.adversaries.iter().find(|adversary| adversary.id == *id);
        let found = adversary.map_or(0.0, |adversary| adversary.coverage);
        let name = adversary.map(|adversary| adversary.name.as_str());
        at_least(Limit::MinAdversary, found, *limit).of(id, name)
    });
    whole.into_iter().chain(tactics).chain(adversaries).collect()
}

fn gap_priority(assessment: &Assessment, limit: f64) -> Finding {
    let gaps = assessment.gaps();
    let highest = gaps.first().map_or(0.0, |gap| gap.priority);
    let above = gaps.iter().filter(|gap| gap.priority > limit).map(|gap| gap_case(gap, None));
    Finding::new(Limit::MaxGapPriority, highest, Bound::AtMost, limit).with(above.collect())
}

fn gap_case(gap: &TechniqueAssessment, why: Option<Why>) -> Case {
    Case {
        technique: Some(gap.id),
        name: Some(gap.name.clone()),
        priority: gap.rank.map(|_| gap.priority),
        why,
        owner: gap.disposition.as_ref().and_then(|decided| decided.owner.clone()),
        ..Case::default()
    }
}

fn unknown_ids(assessment: &Assessment, limit: f64) -> Finding {
    let resolution = &assessment.resolution;
    // Those of a newer release count for their predecessors.
    let unknown = resolution.unknown - resolution.newer;
    let share = unknown as f64 / resolution.total().max(1) as f64;
    let said = assessment.diagnostics.iter().filter(|d| d.code == Code::UnknownId);
    let case = said.map(|d| Case {
        message: Some(d.message.clone()),
        origin: Some(d.origin.clone()),
        ..Case::default()
    });
    Finding::new(Limit::MaxUnknownIds, share, Bound::AtMost, limit).with(case.collect())
}

fn overdue(decisions: &[Standing]) -> Finding {
    let past = decisions.iter().filter(|standing| standing.state.is_past());
    let case = |standing: &Standing| Case {
        technique: Some(standing.technique),
        name: Some(standing.name.clone()),
        priority: standing.priority,
        why: Some(match standing.state {
            State::Overdue => Why::Overdue,
            _ => Why::Expired,
        }),
        since: standing.decided.day(),
        owner: standing.decided.owner.clone(),
        ..Case::default()
    };
    let cases: Vec<Case> = past.map(case).collect();
    Finding::new(Limit::NoOverdue, cases.len() as f64, Bound::AtMost, 0.0).with(cases)
}

fn new_gaps(assessment: &Assessment, diff: &Diff, limit: f64) -> Finding {
    let of = |ids: &[TechniqueId], why: Why| -> Vec<Case> {
        let gaps = ids.iter().filter_map(|id| assessment.technique(*id));
        gaps.map(|gap| gap_case(gap, Some(why))).collect()
    };
    let mut cases = of(&diff.gaps.new, Why::New);
    cases.extend(of(&diff.gaps.reopened, Why::Reopened));
    cases.sort_by(|a, b| {
        let priority = |case: &Case| case.priority.unwrap_or(0.0);
        priority(b).total_cmp(&priority(a)).then(a.technique.cmp(&b.technique))
    });
    let highest = cases.first().and_then(|case| case.priority).unwrap_or(0.0);
    cases.retain(|case| case.priority.is_some_and(|priority| priority > limit));
    Finding::new(Limit::MaxNewGap, highest, Bound::AtMost, limit).with(cases)
}

/// Techniques that just one capability covered, and none does any more. Who accepts the gap may
/// lose the cover; and where sub-techniques cover as much as it did, as where another release of
/// ATT&CK splits a technique, nothing is lost.
fn sole_covers(before: &Assessment, after: &Assessment, attack: &Attack) -> Finding {
    let old = diff::by_current_id(before, attack);
    let lost = after.techniques.iter().filter(|is| !is.is_accepted() && covering(is).is_empty());
    let case = |is: &TechniqueAssessment| {
        let was = old.get(&is.id)?;
        let [sole] = covering(was).into_iter().collect::<Vec<_>>()[..] else {
            return None;
        };
        if is.coverage.composite.hi >= was.coverage.composite.hi {
            return None;
        }
        let find = |assessment: &Assessment| -> Option<Capability> {
            let found = assessment.capabilities.iter().find(|c| c.id == sole);
            found.map(|found| Capability::clone(found))
        };
        let (was, now) = (find(before), find(after));
        let why = match &now {
            Some(now) if strength::is_off(now, &after.policy) => Why::Off,
            Some(_) => Why::Unmapped,
            None => Why::Gone,
        };
        let found = now.or(was);
        Some(Case {
            capability: Some(sole.to_owned()),
            title: found.as_ref().map(|c| c.title.clone()).filter(|title| !title.is_empty()),
            origin: found.map(|capability| capability.origin),
            ..gap_case(is, Some(why))
        })
    };
    let cases: Vec<Case> = lost.filter_map(case).collect();
    Finding::new(Limit::SoleCover, cases.len() as f64, Bound::AtMost, 0.0).with(cases)
}

/// The capabilities that stop or notice a technique.
fn covering(technique: &TechniqueAssessment) -> BTreeSet<&str> {
    let covers = |function| matches!(function, Function::Prevent | Function::Detect);
    let evidence = technique.evidence.iter().filter(|e| covers(e.function) && e.hi > 0.0);
    evidence.map(|e| e.capability.as_str()).collect()
}
