//! What is missing, what it means and how easily it is closed (method 2.4).

use std::collections::BTreeSet;

use crate::attack::TechniqueIx;
use crate::coverage::{Coverage, Telemetry};
use crate::inputs::{Decided, Decision, Inputs};
use crate::policy::Policy;
use crate::scope::{Scope, platform_name};
use crate::score::{round9, utility};
use crate::strength;
use crate::threat::Threat;

/// The terms of one technique's priority.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// Enough: the coverage from which there is no gap.
    pub target: f64,
    /// Share of the target that is missing, 0..=1.
    pub gap: f64,
    /// Choke point value, 0..=1.
    pub choke: f64,
    /// `100 * W * gap * (1 + a * K) / (1 + a)`, 0..=100.
    pub priority: f64,
    /// How easily it is closed.
    pub ease: Ease,
    /// Priority, weighed by ease; never to be ranked by alone.
    pub quick_win: f64,
    /// Place among all gaps, from 1; none where there is no gap.
    pub rank: Option<usize>,
}

/// How easily a gap is closed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ease {
    /// All of it, 0..=1.
    pub value: f64,
    /// Mean availability of the technique's data components, 0..=1.
    pub telemetry: f64,
    /// Public rules one could switch on.
    pub public_rules: u32,
    /// ATT&CK mitigations that no capability implements yet.
    pub mitigations: usize,
}

/// The gaps of all techniques in scope, ranked; `None` for what is out of scope.
#[must_use]
pub fn rank(
    inputs: &Inputs<'_>,
    scope: &Scope,
    coverage: &[Coverage],
    threat: &Threat,
    decided: impl Fn(TechniqueIx) -> Option<Decided>,
) -> Vec<Option<Gap>> {
    let telemetry = Telemetry::of(inputs.attack, &inputs.capabilities, scope, &inputs.policy);
    let implemented = implemented_mitigations(inputs);
    let ease = |technique| ease(inputs, scope, &telemetry, &implemented, technique);
    let gap = |technique: TechniqueIx| {
        let target = target(&inputs.policy, decided(technique).as_ref());
        let covered = coverage[technique].composite.exp;
        let choke = inputs.catalog.choke(inputs.attack, technique);
        terms(inputs, target, covered, threat.weight(technique), choke, ease(technique))
    };
    let all = 0..inputs.attack.techniques.len();
    let mut gaps: Vec<Option<Gap>> = all.map(|ix| scope.contains(ix).then(|| gap(ix))).collect();
    number(&mut gaps);
    gaps
}

/// The coverage that is enough for a technique.
#[must_use]
pub fn target(policy: &Policy, decided: Option<&Decided>) -> f64 {
    match decided.map(|decided| decided.decision) {
        Some(Decision::Opportunistic) => policy.tau_opportunistic,
        Some(Decision::Fix | Decision::Accept | Decision::Exclude) | None => policy.tau,
    }
}

fn terms(
    inputs: &Inputs<'_>,
    target: f64,
    covered: f64,
    weight: f64,
    choke: f64,
    ease: Ease,
) -> Gap {
    let gap = ((target - covered) / target).max(0.0);
    let a = inputs.policy.a_choke;
    let priority = 100.0 * weight * gap * (1.0 + a * choke) / (1.0 + a);
    let floor = inputs.policy.ease_floor;
    let quick_win = priority * (floor + (1.0 - floor) * ease.value);
    Gap { target, gap, choke, priority, ease, quick_win, rank: None }
}

/// Numbers the gaps by priority as it is written, ties by id.
fn number(gaps: &mut [Option<Gap>]) {
    let mut ranked: Vec<(f64, TechniqueIx)> = gaps
        .iter()
        .enumerate()
        .filter_map(|(ix, gap)| Some((round9(gap.as_ref()?.priority), ix)))
        .filter(|(priority, _)| *priority > 0.0)
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    for (rank, (_, ix)) in ranked.into_iter().enumerate() {
        if let Some(gap) = &mut gaps[ix] {
            gap.rank = Some(rank + 1);
        }
    }
}

/// Mitigations that some capability implements, at least in part.
fn implemented_mitigations<'a>(inputs: &'a Inputs<'_>) -> BTreeSet<&'a str> {
    let on = inputs.capabilities.iter().filter(|c| !strength::is_off(c, &inputs.policy));
    on.flat_map(|c| c.mitigations.iter().map(String::as_str)).collect()
}

fn ease(
    inputs: &Inputs<'_>,
    scope: &Scope,
    telemetry: &Telemetry,
    implemented: &BTreeSet<&str>,
    technique: TechniqueIx,
) -> Ease {
    let attack = inputs.attack;
    // Do Not Mitigate and Pre-compromise are no work that could be done.
    let open = |id: &str| !matches!(id, "M1055" | "M1056") && !implemented.contains(id);
    let mitigations = &attack.techniques[technique].mitigations;
    let mitigations = mitigations.iter().filter(|m| open(&attack.mitigations[**m].id)).count();
    let public_rules = inputs.catalog.public_rules(technique);
    let telemetry = available(inputs, scope, telemetry, technique);
    let policy = &inputs.policy;
    let rules = utility(f64::from(public_rules), 0.0, policy.ease_rules);
    let value = policy.ease_telemetry * telemetry * rules
        + (1.0 - policy.ease_telemetry) * utility(mitigations as f64, 0.0, policy.ease_mitigations);
    Ease { value, telemetry, public_rules, mitigations }
}

/// Mean availability of a technique's components over its platforms; a component that no data
/// source lists counts 0.
fn available(
    inputs: &Inputs<'_>,
    scope: &Scope,
    telemetry: &Telemetry,
    technique: TechniqueIx,
) -> f64 {
    let components = &inputs.attack.techniques[technique].components;
    if components.is_empty() {
        return 0.0;
    }
    let on = |platform: usize| {
        let name = platform_name(inputs.attack, platform);
        let found = components.iter().map(|c| telemetry.on(*c, name).unwrap_or(0.0));
        found.sum::<f64>() / components.len() as f64
    };
    let platforms = scope.platforms(technique);
    let total: f64 = platforms.iter().map(|(_, share)| share).sum();
    platforms.iter().map(|(platform, share)| share * on(*platform)).sum::<f64>() / total
}
