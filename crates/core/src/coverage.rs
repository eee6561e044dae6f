//! How well each technique is covered, function by function (method 2.2): capabilities reach
//! techniques as evidence, evidence of one family overlaps, families add up, platforms weigh in,
//! and a technique's own evidence meets that of its sub-techniques.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::attack::{Attack, TechniqueIx};
use crate::capability::{Basis, Capability, Function, Kind, Share};
use crate::catalog::{Borrowed, Catalog};
use crate::diagnostic::{Code, Diagnostic};
use crate::inputs::Inputs;
use crate::policy::Policy;
use crate::scope::{ANY_PLATFORM, Scope, platform_name};
use crate::score::Range;
use crate::strength::{self, Base, BaseSource, Tests, UNSCORED_FAMILY};

/// A capability's mapping that reached a technique in scope.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Position in the capabilities.
    pub capability: usize,
    /// What it does about the technique; never [`Function::Observe`].
    pub function: Function,
    /// What it shares its failures with.
    pub family: String,
    /// The segments of the scope that it is there for, by position, ascending; all of them where
    /// nothing is said.
    pub segments: Option<Vec<usize>>,
    /// The id that the record carries: the technique's, one it replaced, a mitigation's, or a
    /// control's with its framework, followed by the related control by which it gets here:
    /// `iso_27001:A.8.16 > nist_800_53:SI-04`.
    pub via: String,
    /// Its strength on each of the technique's platforms in scope, where it is there.
    pub platforms: Vec<(usize, Range)>,
    /// The same over all of them, by the organisation's shares.
    pub overall: Range,
    /// The record says on which platforms it works.
    pub platform_stated: bool,
    /// The record says how strong it is.
    pub strength_stated: bool,
    /// The record needs a data component of which nothing is known.
    pub telemetry_unknown: bool,
}

impl Evidence {
    /// Its strength over all platforms and all segments.
    pub(crate) fn of_whole(&self, technique: TechniqueIx, scope: &Scope) -> Range {
        let Some(segments) = &self.segments else { return self.overall };
        over_platforms(scope.platforms(technique), |at| {
            let (platform, strength) = self.platforms[at];
            let reach = scope.parts.reach(Some(segments), platform);
            strength.map(|strength| reach * strength)
        })
    }
}

/// How well one technique is covered.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Coverage {
    /// It is stopped.
    pub prevent: Range,
    /// It is noticed.
    pub detect: Range,
    /// It is dealt with.
    pub respond: Range,
    /// It is stopped or noticed.
    pub composite: Range,
    /// What names the technique itself, sorted by function, family and capability.
    pub evidence: Vec<Evidence>,
}

impl Coverage {
    /// The coverage by a scored function; nothing for the others.
    #[must_use]
    pub fn by(&self, function: Function) -> Range {
        match function {
            Function::Prevent => self.prevent,
            Function::Detect => self.detect,
            Function::Respond => self.respond,
            Function::Observe => Range::ZERO,
        }
    }
}

/// The availability of each data component by platform, as data sources state it.
pub struct Telemetry(BTreeMap<usize, Share>);

impl Telemetry {
    /// What the data sources among the capabilities provide; the best source of a component
    /// counts.
    #[must_use]
    pub fn of<'a>(
        attack: &Attack,
        capabilities: impl IntoIterator<Item = &'a Arc<Capability>>,
        scope: &Scope,
        policy: &Policy,
    ) -> Self {
        let mut available: BTreeMap<usize, Share> = BTreeMap::new();
        let sources = capabilities.into_iter().filter(|c| c.kind == Kind::DataSource);
        for source in sources {
            let share = provided(attack, source, scope, policy);
            for component in source.data_components.iter().filter_map(|id| attack.component(id)) {
                let best = match available.get(&component) {
                    Some(known) => better(attack, known, &share),
                    None => share.clone(),
                };
                available.insert(component, best);
            }
        }
        Self(available)
    }

    /// What gates a rule: what a product lets one see by its category eases work, but says nothing
    /// about a rule.
    #[must_use]
    pub fn stated<'a>(
        attack: &Attack,
        capabilities: impl IntoIterator<Item = &'a Arc<Capability>>,
        scope: &Scope,
        policy: &Policy,
    ) -> Self {
        let stated = capabilities.into_iter().filter(|c| c.basis != Basis::Category);
        Self::of(attack, stated, scope, policy)
    }

    /// The availability of a component on a platform; `None` where no source lists it.
    #[must_use]
    pub fn on(&self, component: usize, platform: &str) -> Option<f64> {
        let share = self.0.get(&component)?;
        Some(if platform == ANY_PLATFORM { share.largest() } else { share.on(platform) })
    }
}

/// What a data source provides: its telemetry, as far as its status and its reach carry, on the
/// platforms it is limited to.
fn provided(attack: &Attack, source: &Capability, scope: &Scope, policy: &Policy) -> Share {
    let status = strength::status_multiplier(source.status, policy);
    let on = |share: &Option<Share>, platform: &str| share.as_ref().map_or(1.0, |s| s.on(platform));
    let is_everywhere = |share: &Option<Share>| !matches!(share, Some(Share::ByPlatform(_)));
    let segments = scope.parts.of_capability(source);
    let reach = |platform: usize| status * scope.parts.reach(segments.as_deref(), platform);
    match (&source.telemetry, &source.scope, &source.platforms) {
        (telemetry, assets, None)
            if is_everywhere(telemetry)
                && is_everywhere(assets)
                && (segments.is_none() || attack.platforms.is_empty()) =>
        {
            Share::Everywhere(reach(attack.platforms.len()) * on(telemetry, "") * on(assets, ""))
        }
        (telemetry, assets, named) => {
            let named = |name: &String| named.as_ref().is_none_or(|names| names.contains(name));
            let share = |(platform, name): (usize, &String)| {
                (name.clone(), reach(platform) * on(telemetry, name) * on(assets, name))
            };
            let platforms = attack.platforms.iter().enumerate().filter(|(_, name)| named(name));
            Share::ByPlatform(platforms.map(share).collect())
        }
    }
}

fn better(attack: &Attack, a: &Share, b: &Share) -> Share {
    match (a, b) {
        (Share::Everywhere(a), Share::Everywhere(b)) => Share::Everywhere(a.max(*b)),
        _ if attack.platforms.is_empty() => Share::Everywhere(a.largest().max(b.largest())),
        _ => {
            let best = |name: &String| (name.clone(), a.on(name).max(b.on(name)));
            Share::ByPlatform(attack.platforms.iter().map(best).collect())
        }
    }
}

/// Everything that reaches a technique in scope, by technique; the second part says what reached
/// none for want of a common platform.
#[must_use]
pub fn gather(inputs: &Inputs<'_>, scope: &Scope) -> (Vec<Vec<Evidence>>, Vec<Diagnostic>) {
    let telemetry = Telemetry::stated(inputs.attack, &inputs.capabilities, scope, &inputs.policy);
    let mut evidence = vec![Vec::new(); inputs.attack.techniques.len()];
    let mut diagnostics = Vec::new();
    for ix in 0..inputs.capabilities.len() {
        let found = evidence_of(inputs, scope, &telemetry, ix);
        diagnostics.extend(found.mismatch);
        for (technique, found) in found.evidence {
            evidence[technique].push(found);
        }
    }
    for found in &mut evidence {
        count_once(found, &inputs.capabilities, scope);
    }
    (evidence, diagnostics)
}

/// What one capability comes to.
pub(crate) struct Found {
    /// Its evidence, each piece with the technique that it is about.
    pub(crate) evidence: Vec<(TechniqueIx, Evidence)>,
    /// That it reached none for want of a common platform.
    mismatch: Option<Diagnostic>,
}

/// What the capability at a position comes to, where the telemetry is that of all of them.
pub(crate) fn evidence_of(
    inputs: &Inputs<'_>,
    scope: &Scope,
    telemetry: &Telemetry,
    ix: usize,
) -> Found {
    let capability = &inputs.capabilities[ix];
    let mut found = Found { evidence: Vec::new(), mismatch: None };
    if !covers(capability, &inputs.policy) {
        return found;
    }
    let reach = Reach { inputs, scope, telemetry, capability };
    let (mut reached, mut mismatched) = (false, Vec::new());
    for target in targets(inputs.attack, inputs.catalog, capability, &inputs.policy) {
        if !reach.shares_a_platform(target.technique) {
            mismatched.push(inputs.attack.techniques[target.technique].id);
            continue;
        }
        reached = true;
        found.evidence.extend(reach.evidence(ix, &target).map(|e| (target.technique, e)));
    }
    if !mismatched.is_empty() && !reached {
        found.mismatch = Some(mismatch(capability, &mismatched));
    }
    found
}

fn covers(capability: &Capability, policy: &Policy) -> bool {
    capability.kind != Kind::DataSource
        && capability.function != Function::Observe
        && !strength::is_off(capability, policy)
}

fn mismatch(capability: &Capability, ids: &[crate::id::TechniqueId]) -> Diagnostic {
    let ids: BTreeSet<String> = ids.iter().map(ToString::to_string).collect();
    let ids: Vec<String> = ids.into_iter().collect();
    let mut platforms: Vec<&str> = limits(capability).flatten().collect();
    platforms.sort_unstable();
    platforms.dedup();
    let limit = match platforms[..] {
        [] => "platforms that this domain lacks".to_owned(),
        _ => platforms.join(", "),
    };
    let message = format!(
        "{:?} is limited to {limit}, where {} {} not happen; it counts for nothing",
        capability.id,
        ids.join(", "),
        if ids.len() == 1 { "does" } else { "do" },
    );
    let help = "check the platforms or the ids of the record";
    Diagnostic::new(Code::PlatformMismatch, capability.origin.clone(), message, help)
}

/// The lists of platforms that a record is limited to.
fn limits(capability: &Capability) -> impl Iterator<Item = Vec<&str>> {
    let named = capability.platforms.as_deref();
    let named = named.map(|names| names.iter().map(String::as_str).collect());
    let shares = [&capability.scope, &capability.telemetry];
    std::iter::once(named).chain(shares.map(|share| named_in(share.as_ref()))).flatten()
}

/// A technique that a capability reaches, what it does about it, by which id, and how strongly.
struct Target {
    technique: TechniqueIx,
    function: Function,
    via: String,
    base: Base,
}

/// The techniques that a capability reaches, each once for a function by its strongest way; a
/// technique is left out where the capability names one of its sub-techniques too (most-specific
/// tag, after ACRE).
fn targets(
    attack: &Attack,
    catalog: &Catalog,
    capability: &Capability,
    policy: &Policy,
) -> Vec<Target> {
    let mut best: BTreeMap<(Function, TechniqueIx), Target> = BTreeMap::new();
    // Of equal ways the one that says something about strength is taken.
    let weight = |base: &Base| (base.strength, base.source != BaseSource::Unstated);
    let mut add = |target: Target| match best.get(&(target.function, target.technique)) {
        Some(known) if weight(&known.base) >= weight(&target.base) => {}
        _ => _ = best.insert((target.function, target.technique), target),
    };
    let function = capability.function;
    let base = strength::base(capability, policy);
    for id in &capability.techniques {
        let Some(technique) = attack.technique(*id) else {
            continue;
        };
        let written = capability.written.get(id);
        let via = written.map_or_else(|| id.to_string(), |ids| ids.join(", "));
        add(Target { technique, function, via, base });
    }
    for id in &capability.mitigations {
        let Some(mitigation) = attack.mitigation(id) else {
            continue;
        };
        let base = strength::base_through(capability, id, policy);
        // To say that nothing can be done is no mapping.
        if base.source == BaseSource::Mitigation && base.strength <= 0.0 {
            continue;
        }
        for technique in attack.mitigations[mitigation].techniques.iter().copied() {
            add(Target { technique, function, via: id.clone(), base });
        }
    }
    for id in &capability.controls {
        for Borrowed { technique, function: scored, score, by } in catalog.control(id) {
            // What a mapping on paper does is up to who implements it.
            let function = if score.is_some() { scored } else { function };
            let base = strength::base_borrowed(capability, score, policy);
            let via = by.map_or_else(|| id.clone(), |by| format!("{id} > {by}"));
            add(Target { technique, function, via, base });
        }
        for (function, technique, level) in catalog.category(id) {
            let base = strength::base_by_category(capability, level, policy);
            add(Target { technique, function, via: id.clone(), base });
        }
    }
    let parents = best.keys().filter_map(|(function, ix)| Some((*function, attack.parent(*ix)?)));
    let parents: BTreeSet<(Function, TechniqueIx)> = parents.collect();
    best.into_iter().filter(|(key, _)| !parents.contains(key)).map(|(_, target)| target).collect()
}

/// One capability on its way to the techniques.
struct Reach<'a> {
    inputs: &'a Inputs<'a>,
    scope: &'a Scope,
    telemetry: &'a Telemetry,
    capability: &'a Capability,
}

impl Reach<'_> {
    /// The evidence for a target, if it is in scope and comes to anything.
    fn evidence(&self, capability: usize, target: &Target) -> Option<Evidence> {
        let platforms = self.scope.platforms(target.technique);
        if platforms.is_empty() {
            return None;
        }
        let policy = &self.inputs.policy;
        let belief = strength::belief_in(&target.base, self.capability.basis, policy);
        let tests = Tests::of(self.capability, policy, self.inputs.as_of);
        let full = strength::range(target.base.strength, belief, &tests, policy);
        let status = strength::in_place(self.capability, &target.base, policy);
        let on = |(platform, _): &(usize, f64)| {
            let factor = status * self.factor(platform_name(self.inputs.attack, *platform));
            (*platform, full.map(|strength| factor * strength))
        };
        let by_platform: Vec<(usize, Range)> = platforms.iter().map(on).collect();
        let overall = over_platforms(platforms, |at| by_platform[at].1);
        let segments = self.scope.parts.of_capability(self.capability);
        let is_somewhere = platforms.iter().enumerate().any(|(at, (platform, _))| {
            let reach = self.scope.parts.reach(segments.as_deref(), *platform);
            reach * by_platform[at].1.hi > 0.0
        });
        is_somewhere.then(|| Evidence {
            capability,
            function: target.function,
            family: target.base.family(self.capability, &target.via).to_owned(),
            segments,
            via: target.via.clone(),
            platforms: by_platform,
            overall,
            platform_stated: limits(self.capability).next().is_some(),
            strength_stated: target.base.source != BaseSource::Unstated,
            telemetry_unknown: self.components().any(|c| !self.telemetry.0.contains_key(&c)),
        })
    }

    /// Whether some platform of the technique satisfies every limit; where ATT&CK names no
    /// platform, everything does.
    fn shares_a_platform(&self, technique: TechniqueIx) -> bool {
        let attack = self.inputs.attack;
        let limits: Vec<Vec<&str>> = limits(self.capability).collect();
        let allowed = |platform: &usize| {
            let name = attack.platforms[*platform].as_str();
            limits.iter().all(|names| names.contains(&name))
        };
        let own = &attack.techniques[technique].platforms;
        own.is_empty() || own.iter().any(allowed)
    }

    fn components(&self) -> impl Iterator<Item = usize> {
        self.capability.data_components.iter().filter_map(|id| self.inputs.attack.component(id))
    }

    /// Reach times telemetry on a platform. What the techniques of a domain without platforms
    /// need is there if it is there anywhere.
    fn factor(&self, platform: &str) -> f64 {
        let share = |share: &Option<Share>| match share {
            None => 1.0,
            Some(share) if platform == ANY_PLATFORM => share.largest(),
            Some(share) => share.on(platform),
        };
        let named = self.capability.platforms.as_ref();
        let named = named.is_none_or(|names| {
            platform == ANY_PLATFORM || names.iter().any(|name| name == platform)
        });
        let gates = self.components().filter_map(|c| self.telemetry.on(c, platform));
        let telemetry = gates.fold(share(&self.capability.telemetry), f64::min);
        f64::from(u8::from(named)) * share(&self.capability.scope) * telemetry
    }
}

fn named_in(share: Option<&Share>) -> Option<Vec<&str>> {
    match share {
        Some(Share::ByPlatform(shares)) => Some(shares.keys().map(String::as_str).collect()),
        Some(Share::Everywhere(_)) | None => None,
    }
}

/// The mean over a technique's platforms by the organisation's shares.
fn over_platforms(platforms: &[(usize, f64)], at: impl Fn(usize) -> Range) -> Range {
    let total: f64 = platforms.iter().map(|(_, share)| share).sum();
    let weighted = platforms.iter().enumerate();
    let weighted = weighted.map(|(ix, (_, share))| at(ix).map(|c| c * share));
    weighted.fold(Range::ZERO, |sum, c| sum.zip(c, |a, b| a + b)).map(|c| c / total)
}

/// Sorts evidence by function, family, id and place, and keeps the strongest of what has the same
/// id and function: the same record read twice is one. Where the whole is divided, the strongest
/// counts in each segment.
pub(crate) fn count_once(
    evidence: &mut Vec<Evidence>,
    capabilities: &[Arc<Capability>],
    scope: &Scope,
) {
    if evidence.len() < 2 {
        return;
    }
    let id = |e: &Evidence| &capabilities[e.capability].id;
    let strength = |e: &Evidence| (e.overall.exp, e.overall.hi, e.overall.lo);
    evidence.sort_by(|a, b| {
        (a.function, id(a)).cmp(&(b.function, id(b))).then_with(|| {
            strength(b).partial_cmp(&strength(a)).expect("strengths are numbers").then_with(|| {
                let origin = |e: &Evidence| &capabilities[e.capability].origin;
                origin(a).cmp(origin(b))
            })
        })
    });
    let is_same = |later: &Evidence, first: &Evidence| {
        later.function == first.function && id(later) == id(first)
    };
    match scope.parts.count() {
        0 => evidence.dedup_by(|later, first| is_same(later, first)),
        segments => {
            let mut same = Vec::new();
            for found in std::mem::take(evidence) {
                if evidence.last().is_none_or(|last| !is_same(&found, last)) {
                    same = vec![false; segments];
                }
                evidence.extend(left_over(found, &mut same));
            }
        }
    }
    evidence.sort_by(|a, b| (a.function, &a.family, id(a)).cmp(&(b.function, &b.family, id(b))));
}

/// Evidence in the segments that nothing stronger of its kind has taken; it takes them.
fn left_over(mut evidence: Evidence, taken: &mut [bool]) -> Option<Evidence> {
    let own = evidence.segments.take();
    let all = own.as_ref().map_or(taken.len(), Vec::len);
    let is_own = |at: &usize| own.as_ref().is_none_or(|own| own.binary_search(at).is_ok());
    let left: Vec<usize> = (0..taken.len()).filter(|at| is_own(at) && !taken[*at]).collect();
    left.iter().for_each(|at| taken[*at] = true);
    let is_somewhere = !left.is_empty();
    evidence.segments = if left.len() == all { own } else { Some(left) };
    is_somewhere.then_some(evidence)
}

/// The coverage of every technique from the evidence about it; nothing for what is out of scope.
#[must_use]
pub fn per_technique(
    evidence: Vec<Vec<Evidence>>,
    scope: &Scope,
    policy: &Policy,
) -> Vec<Coverage> {
    let own =
        |(technique, found): (usize, &Vec<Evidence>)| own(found.iter(), technique, scope, policy);
    let own: Vec<Own> = evidence.iter().enumerate().map(own).collect();
    let coverage = |(technique, evidence): (usize, Vec<Evidence>)| {
        let [prevent, detect, respond] = joined(technique, &|ix| own[ix], scope, policy);
        Coverage { prevent, detect, respond, composite: prevent.either(detect), evidence }
    };
    evidence.into_iter().enumerate().map(coverage).collect()
}

/// Coverage by what names a technique itself, by scored function.
pub(crate) type Own = [Range; 3];

/// Coverage by what names a technique itself, sorted as [`count_once`] leaves it.
pub(crate) fn own<'a>(
    evidence: impl Iterator<Item = &'a Evidence>,
    technique: TechniqueIx,
    scope: &Scope,
    policy: &Policy,
) -> Own {
    let evidence: Vec<&Evidence> = evidence.collect();
    Function::SCORED.map(|function| direct(&evidence, technique, function, scope, policy))
}

/// Coverage of a technique by what names it or its sub-techniques, by scored function.
pub(crate) fn joined(
    technique: TechniqueIx,
    own: &dyn Fn(TechniqueIx) -> Own,
    scope: &Scope,
    policy: &Policy,
) -> [Range; 3] {
    let itself = own(technique);
    let subs: Vec<Own> = scope.subs(technique).iter().map(|sub| own(*sub)).collect();
    std::array::from_fn(|at| match &subs[..] {
        [] => itself[at],
        subs => rolled_up(itself[at], subs.iter().map(|sub| sub[at]), policy),
    })
}

/// A technique with sub-techniques: its own evidence, which can only say so much, beside the mean
/// of its sub-techniques. The mean, since the largest would break what `recommend` can prove.
fn rolled_up(own: Range, subs: impl ExactSizeIterator<Item = Range>, policy: &Policy) -> Range {
    let count = subs.len() as f64;
    let sum = subs.fold(Range::ZERO, |sum, sub| sum.zip(sub, |a, b| a + b));
    own.map(|own| own.min(policy.kappa)).either(sum.map(|sum| sum / count))
}

/// Coverage by what names the technique itself: the mean over its platforms.
fn direct(
    evidence: &[&Evidence],
    technique: TechniqueIx,
    function: Function,
    scope: &Scope,
    policy: &Policy,
) -> Range {
    let evidence: Vec<&Evidence> =
        evidence.iter().filter(|e| e.function == function).copied().collect();
    if evidence.is_empty() {
        return Range::ZERO;
    }
    let platforms = scope.platforms(technique);
    if evidence.iter().all(|e| e.segments.is_none()) {
        return over_platforms(platforms, |at| cell(&evidence, at, policy));
    }
    over_platforms(platforms, |at| over_segments(&evidence, (at, platforms[at].0), scope, policy))
}

/// One platform of a divided whole: the mean over its segments by their parts of it.
fn over_segments(
    evidence: &[&Evidence],
    (at, platform): (usize, usize),
    scope: &Scope,
    policy: &Policy,
) -> Range {
    let part = |segment: usize| {
        let is_there = |e: &&&Evidence| {
            e.segments.as_ref().is_none_or(|segments| segments.binary_search(&segment).is_ok())
        };
        let there: Vec<&Evidence> = evidence.iter().filter(is_there).copied().collect();
        let part = scope.parts.part(segment, platform);
        cell(&there, at, policy).map(|c| part * c)
    };
    let parts = (0..scope.parts.count()).map(part);
    parts.fold(Range::ZERO, |sum, c| sum.zip(c, |a, b| (a + b).min(1.0)))
}

/// One platform: families are independent of each other.
fn cell(evidence: &[&Evidence], at: usize, policy: &Policy) -> Range {
    let families = evidence.chunk_by(|a, b| a.family == b.family);
    families.fold(Range::ZERO, |cell, members| {
        cell.either(family(&members[0].family, members.iter().map(|e| e.platforms[at].1), policy))
    })
}

/// The members of a family mostly fail together: the strongest counts, the others add what `rho`
/// leaves.
fn family(name: &str, members: impl Iterator<Item = Range>, policy: &Policy) -> Range {
    let (mut strongest, mut missed) = (Range::ZERO, Range::even(1.0));
    for strength in members {
        strongest = strongest.zip(strength, f64::max);
        missed = missed.zip(strength, |missed, s| missed * (1.0 - s));
    }
    // Whether two products of a category stand side by side or do the same twice, their names do
    // not say.
    if name.starts_with(strength::CATEGORY) {
        return strongest;
    }
    let joint =
        strongest.zip(missed, |max, missed| policy.rho * max + (1.0 - policy.rho) * (1.0 - missed));
    let cap = if name == UNSCORED_FAMILY { policy.unscored_cap } else { 1.0 };
    joint.map(|strength| strength.min(cap))
}

/// Family strength of a list of strengths, for one reading: the formula by itself.
#[must_use]
pub fn family_strength(strengths: &[f64], policy: &Policy) -> f64 {
    family("", strengths.iter().copied().map(Range::even), policy).exp
}
