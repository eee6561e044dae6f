//! Assessments side by side: of several organisations, of the tenants of a service provider, of
//! the segments of one. Nothing is scored anew; what is not like for like is said.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::assessment::{Assessment, GENERATED_BY, Release, ScopeSummary, TechniqueAssessment};
use crate::date::Date;
use crate::id::TechniqueId;
use crate::inputs::{Decision, Organisation, Profile};
use crate::metrics::{Headline, TacticCoverage};
use crate::policy::Policy;
use crate::score::round9;

/// The schema of the JSON.
pub const SCHEMA: &str = "lacuna.compare.v1";

/// What a comparison needs of an assessment, by the same names; records and evidence, which are
/// nearly all of it, are not even read.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Outline {
    /// The schema that the assessment follows.
    pub schema: String,
    /// The day for which ages were counted.
    pub as_of: Date,
    /// Whom it is about.
    #[serde(default)]
    pub organisation: Organisation,
    /// The ATT&CK release.
    pub attack: Release,
    /// Every judgement number.
    pub policy: Policy,
    /// The adversaries.
    pub profile: Profile,
    /// What is in scope.
    pub scope: ScopeSummary,
    /// The headline figures.
    pub headline: Headline,
    /// By tactic.
    pub tactics: Vec<TacticCoverage>,
    /// By technique in scope.
    pub techniques: Vec<TechniqueOutline>,
}

/// One technique of an [`Outline`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TechniqueOutline {
    /// `T1059.001`.
    pub id: TechniqueId,
    /// Its name.
    pub name: String,
    /// Place among the gaps.
    pub rank: Option<usize>,
    /// 0..=100.
    pub priority: f64,
    /// What was decided.
    #[serde(default)]
    pub disposition: Option<DecisionOutline>,
}

/// The decision about a technique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct DecisionOutline {
    /// The decision.
    pub decision: Decision,
}

impl TechniqueOutline {
    /// Whether it is a gap that calls for something.
    fn is_open(&self) -> bool {
        let is_accepted = |decided: DecisionOutline| decided.decision == Decision::Accept;
        self.rank.is_some() && !self.disposition.is_some_and(is_accepted)
    }
}

impl From<&Assessment> for Outline {
    fn from(assessment: &Assessment) -> Self {
        let technique = |technique: &TechniqueAssessment| TechniqueOutline {
            id: technique.id,
            name: technique.name.clone(),
            rank: technique.rank,
            priority: technique.priority,
            disposition: technique
                .disposition
                .as_ref()
                .map(|decided| DecisionOutline { decision: decided.decision }),
        };
        Self {
            schema: assessment.schema.clone(),
            as_of: assessment.as_of,
            organisation: assessment.organisation.clone(),
            attack: assessment.attack.clone(),
            policy: assessment.policy.clone(),
            profile: assessment.profile.clone(),
            scope: assessment.scope.clone(),
            headline: assessment.headline.clone(),
            tactics: assessment.tactics.clone(),
            techniques: assessment.techniques.iter().map(technique).collect(),
        }
    }
}

/// Assessments side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Program and version.
    pub generated_by: &'static str,
    /// Whether all were measured with the same yardstick.
    pub is_like_for_like: bool,
    /// What of the yardstick differs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// The assessments.
    pub assessments: Vec<Standing>,
    /// The organisation that they are the segments of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whole: Option<Standing>,
    /// The techniques that are a gap in some of them: those that matter most to all first.
    pub techniques: Vec<CommonGap>,
}

/// A part of the yardstick that is not the same everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Which part.
    pub part: Yardstick,
    /// The numbers of the policy that differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<String>,
    /// The assessments that agree with each other, by their labels.
    pub groups: Vec<Vec<String>>,
}

/// A part of the yardstick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Yardstick {
    /// The ATT&CK release.
    Attack,
    /// Platforms and exclusions.
    Scope,
    /// The adversaries and their weights.
    Profile,
    /// The numbers of the method.
    Policy,
}

/// How one assessment stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// What tells it from the others.
    pub label: String,
    /// The file it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Whom it is about.
    pub organisation: Organisation,
    /// The day for which ages were counted.
    pub as_of: Date,
    /// The ATT&CK release.
    pub attack: Release,
    /// What is in scope.
    pub scope: ScopeSummary,
    /// The headline figures.
    pub headline: Headline,
    /// By tactic.
    pub tactics: Vec<TacticCoverage>,
    /// Gaps that call for something.
    pub gaps: usize,
    /// The first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_gap: Option<FirstGap>,
    /// The tactic in which most is missing, by weight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worst_tactic: Option<String>,
}

/// The gap to close first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FirstGap {
    /// The technique.
    pub id: TechniqueId,
    /// Its name.
    pub name: String,
    /// 0..=100.
    pub priority: f64,
}

/// A technique that is a gap in several assessments.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CommonGap {
    /// The technique.
    pub id: TechniqueId,
    /// Its name.
    pub name: String,
    /// Assessments in which it is a gap that calls for something.
    pub gaps: usize,
    /// Assessments in which it is in scope.
    pub in_scope: usize,
    /// Mean priority where it is a gap.
    pub mean_priority: f64,
}

/// An order of assessments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As they are given.
    Given,
    /// The least covered first.
    Coverage,
    /// By label.
    Name,
}

/// Sets assessments side by side; each with the file that it came from, if any.
#[must_use]
pub fn compare(outlines: &[(Option<String>, Outline)], order: Order) -> Comparison {
    let labels = labels(outlines);
    let differences = differences(outlines, &labels);
    let named = outlines.iter().zip(labels);
    let mut assessments: Vec<Standing> =
        named.map(|((path, outline), label)| standing(label, path.clone(), outline)).collect();
    sort(&mut assessments, order);
    Comparison {
        schema: SCHEMA,
        generated_by: GENERATED_BY,
        is_like_for_like: differences.is_empty(),
        differences,
        assessments,
        whole: None,
        techniques: common_gaps(outlines),
    }
}

/// Sets the segments of an organisation side by side, each by its name, and all of it beside them.
#[must_use]
pub fn compare_segments(segments: Vec<Outline>, whole: &Outline) -> Comparison {
    let segments: Vec<(Option<String>, Outline)> =
        segments.into_iter().map(|outline| (None, outline)).collect();
    let name = whole.organisation.name.clone().unwrap_or_else(|| WHOLE.to_owned());
    Comparison { whole: Some(standing(name, None, whole)), ..compare(&segments, Order::Given) }
}

/// What the whole is called where it has no name.
const WHOLE: &str = "all segments";

impl Comparison {
    /// The assessments, and the whole behind them.
    pub fn all(&self) -> impl Iterator<Item = &Standing> {
        self.assessments.iter().chain(&self.whole)
    }
}

fn sort(assessments: &mut [Standing], order: Order) {
    let covered = |s: &Standing| s.headline.threat_weighted.exp;
    let by_label = |a: &Standing, b: &Standing| a.label.cmp(&b.label);
    match order {
        Order::Given => {}
        Order::Coverage => {
            assessments.sort_by(|a, b| covered(a).total_cmp(&covered(b)).then(by_label(a, b)));
        }
        Order::Name => assessments.sort_by(by_label),
    }
}

/// What tells each assessment from the others: organisation, tenant and segment as far as they
/// differ, the day or the file where that is not enough.
fn labels(outlines: &[(Option<String>, Outline)]) -> Vec<String> {
    let parts = |outline: &Outline| {
        let Organisation { name, tenant, segment, .. } = &outline.organisation;
        [name.clone(), tenant.clone(), segment.clone()]
    };
    let all: Vec<[Option<String>; 3]> = outlines.iter().map(|(_, o)| parts(o)).collect();
    // The only segment of its organisation goes by its name as well.
    let is_segment = all.iter().all(|parts| parts[2].is_some());
    let differs = [0, 1, 2].map(|at| {
        let differs = all.windows(2).any(|pair| pair[0][at] != pair[1][at]);
        differs || (at == 2 && is_segment)
    });
    let label = |parts: &[Option<String>; 3]| {
        let telling = parts.iter().zip(differs).filter(|(_, differs)| *differs);
        let telling: Vec<&str> = telling.filter_map(|(part, _)| part.as_deref()).collect();
        match (&telling[..], parts[0].as_deref()) {
            ([], Some(name)) => name.to_owned(),
            ([], None) if differs[2] => WHOLE.to_owned(),
            ([], None) => String::new(),
            (telling, _) => telling.join(" / "),
        }
    };
    let labels: Vec<String> = all.iter().map(label).collect();
    let days = |(label, (_, outline)): (&String, &(Option<String>, Outline))| {
        format!("{label} {}", outline.as_of).trim().to_owned()
    };
    let dated: Vec<String> = labels.iter().zip(outlines).map(days).collect();
    let path = |at: usize| outlines[at].0.as_ref();
    let chosen = |at: usize| {
        let is_alone = |labels: &[String]| labels.iter().filter(|l| **l == labels[at]).count() == 1;
        match path(at) {
            _ if !labels[at].is_empty() && is_alone(&labels) => labels[at].clone(),
            Some(path) if labels[at].is_empty() => path.clone(),
            _ if is_alone(&dated) => dated[at].clone(),
            Some(path) => format!("{} ({path})", labels[at]),
            None => dated[at].clone(),
        }
    };
    (0..labels.len()).map(chosen).collect()
}

fn differences(outlines: &[(Option<String>, Outline)], labels: &[String]) -> Vec<Difference> {
    type Same = fn(&Outline, &Outline) -> bool;
    let parts: [(Yardstick, Same); 4] = [
        (Yardstick::Attack, |a, b| a.attack.sha256 == b.attack.sha256),
        (Yardstick::Scope, |a, b| {
            let scope = |o: &Outline| (o.scope.platforms.clone(), o.scope.excluded.clone());
            scope(a) == scope(b) && a.scope.only == b.scope.only
        }),
        (Yardstick::Profile, |a, b| a.profile == b.profile),
        (Yardstick::Policy, |a, b| a.policy == b.policy),
    ];
    let difference = |(part, is_same): (Yardstick, Same)| {
        let mut groups: Vec<(&Outline, Vec<String>)> = Vec::new();
        for ((_, outline), label) in outlines.iter().zip(labels) {
            match groups.iter_mut().find(|(first, _)| is_same(first, outline)) {
                Some((_, group)) => group.push(label.clone()),
                None => groups.push((outline, vec![label.clone()])),
            }
        }
        let groups: Vec<Vec<String>> = groups.into_iter().map(|(_, group)| group).collect();
        let numbers = if part == Yardstick::Policy { numbers(outlines) } else { Vec::new() };
        (groups.len() > 1).then_some(Difference { part, numbers, groups })
    };
    parts.into_iter().filter_map(difference).collect()
}

/// The numbers of the policy that are not the same everywhere.
fn numbers(outlines: &[(Option<String>, Outline)]) -> Vec<String> {
    let all: Vec<_> = outlines.iter().map(|(_, outline)| outline.policy.numbers()).collect();
    let Some((first, others)) = all.split_first() else { return Vec::new() };
    let differs = |name: &&&str| others.iter().any(|other| other.get(**name) != first.get(**name));
    first.keys().filter(differs).map(|name| (*name).to_owned()).collect()
}

fn standing(label: String, path: Option<String>, outline: &Outline) -> Standing {
    let open = || outline.techniques.iter().filter(|technique| technique.is_open());
    let first = open().min_by_key(|technique| technique.rank);
    Standing {
        label,
        path,
        organisation: outline.organisation.clone(),
        as_of: outline.as_of,
        attack: outline.attack.clone(),
        scope: outline.scope.clone(),
        headline: outline.headline.clone(),
        tactics: outline.tactics.clone(),
        gaps: open().count(),
        first_gap: first.map(|gap| FirstGap {
            id: gap.id,
            name: gap.name.clone(),
            priority: gap.priority,
        }),
        worst_tactic: worst(&outline.tactics).map(|tactic| tactic.id.clone()),
    }
}

/// The tactic in which most is missing, the first of several.
fn worst(tactics: &[TacticCoverage]) -> Option<&TacticCoverage> {
    let missing = |tactic: &TacticCoverage| tactic.weight_share * (1.0 - tactic.threat_weighted);
    let found = tactics.iter().filter(|tactic| missing(tactic) > 0.0);
    found.reduce(|worst, tactic| if missing(tactic) > missing(worst) { tactic } else { worst })
}

/// The techniques that are a gap somewhere, by their priorities over all assessments.
fn common_gaps(outlines: &[(Option<String>, Outline)]) -> Vec<CommonGap> {
    let mut gaps: BTreeMap<TechniqueId, CommonGap> = BTreeMap::new();
    for technique in outlines.iter().flat_map(|(_, outline)| &outline.techniques) {
        let gap = gaps.entry(technique.id).or_insert_with(|| CommonGap {
            id: technique.id,
            name: technique.name.clone(),
            gaps: 0,
            in_scope: 0,
            mean_priority: 0.0,
        });
        gap.in_scope += 1;
        if technique.is_open() {
            gap.gaps += 1;
            gap.mean_priority += technique.priority;
        }
    }
    let mut gaps: Vec<CommonGap> = gaps.into_values().filter(|gap| gap.gaps > 0).collect();
    // Until here the sum: the mean over all assessments, but for its scale.
    gaps.sort_by(|a, b| match round9(b.mean_priority).total_cmp(&round9(a.mean_priority)) {
        Ordering::Equal => a.id.cmp(&b.id),
        order => order,
    });
    gaps.iter_mut().for_each(|gap| gap.mean_priority = round9(gap.mean_priority / gap.gaps as f64));
    gaps
}
