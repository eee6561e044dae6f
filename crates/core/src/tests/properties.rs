//! What must hold in any world: bounds, monotony, invariance, sums that come out, and that an
//! assessment is enough to be made again. Worlds are small and random.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;

use crate::assessment::{Assessment, EvidenceSummary, TechniqueAssessment, assess};
use crate::attack::{
    Adversary, AdversaryKind, Attack, DataComponent, Mitigation, Tactic, Technique,
};
use crate::capability::{
    Basis, Capability, Ctid, Function, Kind, Level, RuleLevel, RuleStatus, Share, Status,
};
use crate::catalog::{Catalog, ControlMapping};
use crate::coverage::{self, family_strength};
use crate::date::Date;
use crate::diagnostic::Origin;
use crate::fixture::Fixture;
use crate::gap;
use crate::id::TechniqueId;
use crate::inputs::{
    Decided, Decision, Disposition, Exclusion, OnlyTechniques, OwnAdversary, Profile, ScopeChoice,
};
use crate::metrics::TacticCoverage;
use crate::policy::{NUMBERS, Policy};
use crate::scenario::{self, Scenario};
use crate::scope::{ANY_PLATFORM, Scope};
use crate::score::{Range, round9};
use crate::segment::Segment;
use crate::strength::{self, Tests};
use crate::tests::assert_near;
use crate::threat::{Threat, uses, uses_of_own};

// A world: at most twelve techniques, three campaigns, four groups, three software.

const PLATFORMS: [&str; 3] = ["Linux", "Windows", "macOS"];
const MITIGATIONS: [&str; 4] = ["M1017", "M1032", "M1047", "M1055"];
const CONTROLS: [&str; 3] = ["category:gate", "category:watch", "p:guard"];
const COMPONENTS: [&str; 3] = ["DC0001", "DC0002", "DC0003"];
const TACTICS: usize = 3;
const MOST_TECHNIQUES: usize = 12;
const CAMPAIGNS: usize = 3;
const GROUPS: usize = 4;
const SOFTWARE: usize = 3;
const DECISIONS: [Decision; 4] =
    [Decision::Fix, Decision::Accept, Decision::Opportunistic, Decision::Exclude];

/// The day on which all worlds are assessed.
fn today() -> Date {
    Date::parse("2025-12-01").expect("it is a date")
}

fn days_ago(days: i32) -> Date {
    Date::from_unix_days(today().age_since(Date::from_unix_days(0)) as i32 - days)
}

/// The positions below `count` that a mask picks.
fn picked(mask: u16, count: usize) -> Vec<usize> {
    (0..count).filter(|at| mask >> at & 1 == 1).collect()
}

/// Some of the positions below `count`.
fn some(count: usize) -> impl Strategy<Value = Vec<usize>> {
    (0..1u16 << count).prop_map(move |mask| picked(mask, count))
}

/// A number of 0..=1 with two decimals, as people write them.
fn share_number() -> impl Strategy<Value = f64> {
    (0u32..=100).prop_map(|percent| f64::from(percent) / 100.0)
}

fn share() -> impl Strategy<Value = Share> {
    let by_platform =
        btree_map(select(&PLATFORMS[..]).prop_map(str::to_owned), share_number(), 1..3);
    prop_oneof![share_number().prop_map(Share::Everywhere), by_platform.prop_map(Share::ByPlatform),]
}

fn ids() -> impl Strategy<Value = Vec<TechniqueId>> {
    let id = |text: String| TechniqueId::parse(&text).expect("it is a technique id");
    let family = move |(at, subs): (usize, usize)| {
        let head = format!("T{}", 1001 + at);
        let subs = (1..=subs).map(|sub| format!("T{}.{sub:03}", 1001 + at)).collect::<Vec<_>>();
        std::iter::once(head).chain(subs).map(id).collect::<Vec<_>>()
    };
    vec(0usize..=2, 3..=4)
        .prop_map(move |subs| subs.into_iter().enumerate().flat_map(family).collect())
}

/// One technique's tactics, platforms, components and mitigations.
type Relations = (Vec<usize>, Vec<usize>, Vec<usize>, Vec<usize>);

fn relations() -> impl Strategy<Value = Relations> {
    let tactics = (1..1u16 << TACTICS).prop_map(|mask| picked(mask, TACTICS));
    (tactics, some(PLATFORMS.len()), some(COMPONENTS.len()), some(MITIGATIONS.len()))
}

/// An adversary's techniques, software, campaigns and, by its age in days, last day.
type Habits = (Vec<usize>, Vec<usize>, Vec<usize>, Option<i32>);

fn habits() -> impl Strategy<Value = Habits> {
    (some(MOST_TECHNIQUES), some(SOFTWARE), some(CAMPAIGNS), proptest::option::of(0i32..3000))
}

fn attack() -> impl Strategy<Value = Attack> {
    let adversaries = vec(habits(), CAMPAIGNS + GROUPS + SOFTWARE);
    (ids(), vec(relations(), MOST_TECHNIQUES), adversaries)
        .prop_map(|(ids, relations, habits)| attack_of(&ids, relations, habits))
}

fn attack_of(ids: &[TechniqueId], relations: Vec<Relations>, habits: Vec<Habits>) -> Attack {
    let tactics = (0..TACTICS).map(|at| Tactic {
        id: format!("TA000{at}"),
        name: format!("Tactic {at}"),
        shortname: format!("tactic-{at}"),
    });
    let technique = |(id, (tactics, platforms, components, mitigations)): (_, Relations)| {
        Technique { id, name: format!("{id}"), tactics, platforms, mitigations, components }
    };
    let techniques: Vec<Technique> = ids.iter().copied().zip(relations).map(technique).collect();
    let mitigation = |(at, id): (usize, &&str)| Mitigation {
        id: (*id).to_owned(),
        name: (*id).to_owned(),
        techniques: (0..techniques.len())
            .filter(|t| techniques[*t].mitigations.contains(&at))
            .collect(),
    };
    let component = |id: &&str| DataComponent {
        id: (*id).to_owned(),
        name: format!("Component {id}"),
        platforms: Vec::new(),
    };
    Attack {
        domain: "enterprise-attack".to_owned(),
        version: "1.0".to_owned(),
        source: "chance".to_owned(),
        sha256: String::new(),
        tactics: tactics.collect(),
        platforms: PLATFORMS.map(str::to_owned).to_vec(),
        adversaries: adversaries(habits, techniques.len()),
        mitigations: MITIGATIONS.iter().enumerate().map(mitigation).collect(),
        components: COMPONENTS.iter().map(component).collect(),
        retired: Vec::new(),
        techniques,
    }
}

/// Sorted by id: campaigns, groups, software.
fn adversaries(habits: Vec<Habits>, techniques: usize) -> Vec<Adversary> {
    let named = (1..=CAMPAIGNS)
        .map(|at| (format!("C000{at}"), AdversaryKind::Campaign))
        .chain((1..=GROUPS).map(|at| (format!("G000{at}"), AdversaryKind::Group)))
        .chain((1..=SOFTWARE).map(|at| (format!("S000{at}"), AdversaryKind::Tool)));
    let adversary = |((id, kind), (uses, software, campaigns, age)): ((String, _), Habits)| {
        let (is_group, is_campaign) =
            (kind == AdversaryKind::Group, kind == AdversaryKind::Campaign);
        let software = software.into_iter().filter(|_| is_group || is_campaign);
        Adversary {
            name: id.clone(),
            id,
            aliases: Vec::new(),
            kind,
            techniques: uses.into_iter().filter(|t| *t < techniques).collect(),
            software: software.map(|at| CAMPAIGNS + GROUPS + at).collect(),
            campaigns: campaigns.into_iter().filter(|_| is_group).collect(),
            first_seen: None,
            last_seen: age.filter(|_| is_campaign).map(days_ago),
        }
    };
    named.zip(habits).map(adversary).collect()
}

/// Nothing said about strength, or one way of saying it.
fn strength_columns() -> impl Strategy<Value = Capability> {
    let blank = || Capability::new("", Kind::Rule, Function::Detect);
    let any = |values: &'static [_]| select(values);
    prop_oneof![
        Just(blank()),
        Just(Capability { unscored: true, ..blank() }),
        share_number().prop_map(move |x| Capability { strength: Some(x), ..blank() }),
        select(Ctid::ALL).prop_map(move |x| Capability { ctid: Some(x), ..blank() }),
        (-1i8..=5).prop_map(move |x| Capability { dettect: Some(x), ..blank() }),
        (1u8..=5, any(RuleLevel::ALL), any_bool()).prop_map(move |(x, level, hunting)| {
            Capability { stp: Some(x), rule_level: Some(level), hunting, ..blank() }
        }),
        select(RuleStatus::ALL).prop_map(move |x| Capability { rule_status: Some(x), ..blank() }),
        select(Level::ALL).prop_map(move |x| Capability { level: Some(x), ..blank() }),
    ]
}

fn any_bool() -> impl Strategy<Value = bool> {
    proptest::bool::ANY
}

fn kind_and_function() -> impl Strategy<Value = (Kind, Function)> {
    select(vec![
        (Kind::Rule, Function::Detect),
        (Kind::Rule, Function::Detect),
        (Kind::Control, Function::Prevent),
        (Kind::Control, Function::Prevent),
        (Kind::Control, Function::Detect),
        (Kind::Control, Function::Respond),
        (Kind::DataSource, Function::Observe),
    ])
}

/// Passed, run, age in days.
fn tests() -> impl Strategy<Value = (u32, u32, Option<i32>)> {
    (0u32..5, 0u32..5, proptest::option::of(-5i32..500))
        .prop_map(|(a, b, age)| (a.min(b), a.max(b), age))
}

fn names(all: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    proptest::sample::subsequence(all, 0..=1)
        .prop_map(|names| names.into_iter().map(str::to_owned).collect())
}

/// A capability; the positions stand for techniques, whose number is not known yet.
pub(crate) fn capability() -> impl Strategy<Value = (Capability, Vec<usize>)> {
    let place = (
        kind_and_function(),
        select(Status::ALL),
        select(Basis::ALL),
        proptest::option::of(select(vec!["one", "two"])),
        any_bool(),
    );
    let reach = (
        names(&MITIGATIONS),
        names(&CONTROLS),
        names(&COMPONENTS),
        proptest::option::weighted(0.3, proptest::sample::subsequence(&PLATFORMS[..], 1..=2)),
        proptest::option::weighted(0.3, share()),
        proptest::option::weighted(0.3, share()),
    );
    let parts = (
        strength_columns(),
        place,
        reach,
        proptest::option::weighted(0.4, tests()),
        vec(0..MOST_TECHNIQUES, 0..=3),
    );
    parts.prop_map(|(blank, place, reach, tests, techniques)| {
        let ((kind, function), status, basis, family, assumed) = place;
        let (mitigations, controls, data_components, platforms, telemetry, scope) = reach;
        let on = if any_on(status, assumed) { Status::Enabled } else { status };
        let capability = Capability {
            kind,
            function,
            status: on,
            basis,
            family: family.map(str::to_owned),
            mitigations,
            controls,
            data_components,
            platforms: platforms.map(|p| p.into_iter().map(str::to_owned).collect()),
            telemetry,
            scope,
            tests_passed: tests.map(|(passed, _, _)| passed),
            tests_run: tests.map(|(_, run, _)| run),
            tests_last: tests.and_then(|(_, _, age)| age).map(days_ago),
            defaulted: assumed.then(|| "status".to_owned()).into_iter().collect(),
            ..blank
        };
        (capability, techniques)
    })
}

/// What a record may say about its rule that no figure depends on.
fn facts_of_a_rule() -> impl Strategy<Value = Capability> {
    let day = || proptest::option::of((-5i32..2000).prop_map(days_ago));
    let facts = (
        (day(), day(), day()),
        proptest::option::of(0u32..5),
        proptest::option::of(share_number()),
        proptest::sample::subsequence(vec!["Security".to_owned(), "Sysmon".to_owned()], 0..=2),
    );
    facts.prop_map(|((created, modified, last_fired), alerts, rate, log_source)| Capability {
        created,
        modified,
        last_fired,
        alerts_90d: alerts,
        false_positive_rate: rate,
        log_source,
        ..Capability::new("", Kind::Rule, Function::Detect)
    })
}

/// Half of what would be off is on, or too little would happen.
fn any_on(status: Status, assumed: bool) -> bool {
    assumed && strength::status_multiplier(status, &Policy::default()) == 0.0
}

pub(crate) fn placed(
    attack: &Attack,
    found: (Capability, Vec<usize>),
    id: String,
    line: usize,
) -> Capability {
    let (capability, techniques) = found;
    let count = attack.techniques.len();
    let named: BTreeSet<TechniqueId> =
        techniques.iter().map(|at| attack.techniques[at % count].id).collect();
    Capability {
        id,
        techniques: named.into_iter().collect(),
        origin: Origin { line: Some(line), ..Origin::file("register.csv") },
        ..capability
    }
}

fn policy() -> impl Strategy<Value = Policy> {
    vec((0..NUMBERS.len(), 0u32..=1000), 0..=8).prop_map(|numbers| {
        let mut policy = Policy::default();
        for (at, share) in numbers {
            let number = &NUMBERS[at];
            let (lo, hi) = (*number.range.start(), *number.range.end());
            let value = lo + (hi - lo) * f64::from(share) / 1000.0;
            policy.set(number.name, value.clamp(lo, hi)).expect("it is within its range");
        }
        policy
    })
}

/// The weight of an adversary of one's own, chances of techniques by their positions, and positions
/// of software.
type Own = (u32, BTreeMap<usize, u32>, Vec<usize>);

/// Positions and weights of adversaries, one's own, positions and impacts of techniques.
type Choice = (BTreeMap<usize, u32>, Option<Own>, BTreeMap<usize, u32>);

/// What the adversary of one's own is called.
const OWN: &str = "groups.yaml#Red team";

fn own(attack: &Attack, (_, chances, software): &Own) -> OwnAdversary {
    let chance = |(at, percent): (&usize, &u32)| {
        (attack.techniques[at % attack.techniques.len()].id, f64::from(*percent) / 100.0)
    };
    let software = software.iter().map(|at| attack.adversaries[CAMPAIGNS + GROUPS + at].id.clone());
    OwnAdversary {
        name: "Red team".to_owned(),
        techniques: chances.iter().map(chance).collect(),
        software: software.collect(),
        ..OwnAdversary::default()
    }
}

fn own_choice() -> impl Strategy<Value = Own> {
    let chances = btree_map(0..MOST_TECHNIQUES, 1u32..=100, 0..=4);
    (0u32..8, chances, vec(0..SOFTWARE, 0..=3))
}

fn profile_of(attack: &Attack, (adversaries, described, impact): Choice) -> Profile {
    let id = |at: usize| attack.techniques[at % attack.techniques.len()].id;
    let weight =
        |(at, weight): (usize, u32)| (attack.adversaries[at].id.clone(), f64::from(weight) / 2.0);
    let described = described.iter();
    let own_weight = described.clone().map(|own| (OWN.to_owned(), f64::from(own.0) / 2.0));
    Profile {
        adversaries: adversaries.into_iter().map(weight).chain(own_weight).collect(),
        own: described.map(|described| (OWN.to_owned(), own(attack, described))).collect(),
        impact: impact.into_iter().map(|(at, x)| (id(at), f64::from(x) / 100.0)).collect(),
    }
}

fn profile() -> impl Strategy<Value = Choice> {
    let adversaries = btree_map(0..CAMPAIGNS + GROUPS + SOFTWARE, 0u32..8, 0..=4);
    let own = proptest::option::of(own_choice());
    (adversaries, own, btree_map(0..MOST_TECHNIQUES, 0u32..=150, 0..=2))
}

/// Position of a technique, decision, days until it ends and until it is due.
type Word = (usize, Decision, Option<i32>, Option<i32>);

fn decisions() -> impl Strategy<Value = Vec<Word>> {
    let days = || proptest::option::of(-2i32..3);
    vec((0..MOST_TECHNIQUES, select(&DECISIONS[..]), days(), days()), 0..=3)
}

fn disposition(attack: &Attack, (at, decision, until, due): Word) -> Disposition {
    let decided = Decided {
        decision,
        owner: Some("Ada".to_owned()),
        approver: until.map(|_| "Bea".to_owned()),
        due: due.map(|days| days_ago(-days)),
        until: until.map(|days| days_ago(-days)),
        ticket: None,
        reason: Some("chance".to_owned()),
        origin: until.map(|_| Origin::file("decided.xlsx")),
    };
    Disposition { technique: attack.techniques[at % attack.techniques.len()].id, decided }
}

/// Shares of platforms, a list of what alone is in scope, positions of excluded techniques, and
/// segments.
type Limits = (BTreeMap<&'static str, u32>, Option<Vec<usize>>, Vec<usize>, Vec<Segment>);

/// Segments that worlds may have, and one that none has.
const SEGMENTS: [&str; 3] = ["Office", "Plant", "Nowhere"];

fn segments() -> impl Strategy<Value = Vec<Segment>> {
    let platforms = btree_map(select(&PLATFORMS[..]).prop_map(str::to_owned), share_number(), 0..3);
    let shares = proptest::option::of(1u32..=10);
    vec((shares, platforms), 0..SEGMENTS.len()).prop_map(|found| {
        let segment = |((share, platforms), name): ((Option<u32>, _), &&str)| Segment {
            share: share.map(f64::from),
            platforms,
            ..Segment::named(*name)
        };
        found.into_iter().zip(&SEGMENTS).map(segment).collect()
    })
}

/// The segments that a row is there for; mostly all.
fn is_for() -> impl Strategy<Value = Vec<String>> {
    let some = (0..1u16 << SEGMENTS.len()).prop_map(|mask| picked(mask, SEGMENTS.len()));
    let named = some.prop_map(|at| at.into_iter().map(|at| SEGMENTS[at].to_owned()).collect());
    prop_oneof![Just(Vec::new()), named]
}

fn limits() -> impl Strategy<Value = Limits> {
    let platforms = btree_map(select(&PLATFORMS[..]), 0u32..=10, 0..=3);
    let only = proptest::option::weighted(0.3, vec(0..MOST_TECHNIQUES, 1..=6));
    (platforms, only, vec(0..MOST_TECHNIQUES, 0..=1), segments())
}

/// A list that names the techniques at these positions.
fn only(attack: &Attack, list: Vec<usize>) -> OnlyTechniques {
    let id = |at: usize| attack.techniques[at % attack.techniques.len()].id;
    let techniques: BTreeSet<TechniqueId> = list.into_iter().map(id).collect();
    OnlyTechniques {
        source: "list.txt".to_owned(),
        techniques: techniques.into_iter().collect(),
        ..OnlyTechniques::default()
    }
}

fn scope_of(attack: &Attack, (platforms, list, exclude, segments): Limits) -> ScopeChoice {
    let share = |(name, tenths): (&str, u32)| (name.to_owned(), f64::from(tenths) / 10.0);
    let exclusion = |at: usize| Exclusion {
        technique: attack.techniques[at % attack.techniques.len()].id,
        reason: "chance".to_owned(),
        disposition: None,
    };
    ScopeChoice {
        platforms: platforms.into_iter().map(share).collect(),
        only: list.map(|list| only(attack, list)),
        exclude: exclude.into_iter().map(exclusion).collect(),
        segments,
    }
}

/// Positions of techniques with their choke values in percent, and with their public rules.
type Facts = (Vec<(usize, u32)>, Vec<(usize, u32)>);

fn facts() -> impl Strategy<Value = Facts> {
    let fact = |most: u32| vec((0..MOST_TECHNIQUES, 0..=most), 0..=4);
    (fact(100), fact(12))
}

fn catalog(attack: &Attack, (choke, rules): Facts) -> Catalog {
    let id = |at: usize| attack.techniques[at % attack.techniques.len()].id;
    let choke = choke.into_iter().map(|(at, percent)| (id(at), f64::from(percent) / 100.0));
    let named: Vec<usize> = rules.iter().map(|(at, _)| *at).collect();
    let mut catalog =
        Catalog::new(attack, choke, rules.into_iter().map(|(at, count)| (id(at), count)));
    // What the controls do follows from the same positions, so that worlds differ in it, too.
    for (at, control) in CONTROLS.into_iter().enumerate() {
        let function = Function::ALL[at];
        let technique = |n: &usize| id(n + at);
        if control.starts_with(strength::CATEGORY) {
            let does = |n| (function, technique(n), Level::Low);
            catalog.add_category(attack, control, named.iter().map(does));
        } else {
            let score = [Ctid::Minimal, Ctid::Partial, Ctid::Significant].into_iter().cycle();
            let does = named.iter().zip(score).map(|(n, score)| ControlMapping {
                technique: technique(n),
                function: Function::Detect,
                score: Some(score),
            });
            catalog.add_control(attack, control, does);
        }
    }
    catalog
}

pub(crate) fn world() -> impl Strategy<Value = Fixture> {
    let capabilities = vec((capability(), 0usize..6, is_for()), 0..=8);
    let choices = (profile(), decisions(), limits(), facts());
    (attack(), capabilities, policy(), choices).prop_map(|(attack, found, policy, choices)| {
        let (profile, decisions, limits, facts) = choices;
        let found = found.into_iter().enumerate();
        Fixture {
            catalog: catalog(&attack, facts),
            as_of: today(),
            scope: scope_of(&attack, limits),
            profile: profile_of(&attack, profile),
            policy,
            dispositions: decisions.into_iter().map(|word| disposition(&attack, word)).collect(),
            // Ids come twice now and then: files may repeat each other.
            capabilities: found
                .map(|(line, (capability, id, segments))| {
                    let placed = placed(&attack, capability, format!("id-{id}"), line);
                    Capability { segments, ..placed }
                })
                .collect(),
            attack,
        }
    })
}

/// Something new that covers or tries to, for any world.
pub(crate) fn addition() -> impl Strategy<Value = (Capability, Vec<usize>)> {
    capability().prop_filter("a data source gates others", |(capability, _)| {
        capability.kind != Kind::DataSource
    })
}

// What the properties ask about.

const ROUNDING: f64 = 1e-8;

const OFF: [Status; 5] = [
    Status::Planned,
    Status::Disabled,
    Status::NotImplemented,
    Status::NotApplicable,
    Status::Library,
];

fn readings(range: Range) -> [f64; 3] {
    [range.lo, range.exp, range.hi]
}

fn bytes(assessment: &Assessment) -> String {
    serde_json::to_string(assessment).expect("an assessment can be written")
}

fn threat(world: &Fixture) -> Threat {
    Threat::new(&world.attack, &world.profile, &world.policy, world.as_of)
}

fn scope(world: &Fixture) -> Scope {
    Scope::new(&world.attack, &world.scope, &world.dispositions, world.as_of)
}

/// The weight of every technique in scope.
fn weights(world: &Fixture, assessment: &Assessment) -> Vec<f64> {
    let threat = threat(world);
    let weight = |t: &TechniqueAssessment| {
        threat.weight(world.attack.technique(t.id).expect("it is in the release"))
    };
    assessment.techniques.iter().map(weight).collect()
}

fn functions(technique: &TechniqueAssessment) -> [(Function, Range); 3] {
    [
        (Function::Prevent, technique.coverage.prevent),
        (Function::Detect, technique.coverage.detect),
        (Function::Respond, technique.coverage.respond),
    ]
}

/// Every figure that is a coverage, in a fixed order.
fn coverages(assessment: &Assessment) -> Vec<f64> {
    let headline = &assessment.headline;
    let by_function = headline.by_function.values().flat_map(|f| [f.mean, f.threat_weighted]);
    let of_technique = |t: &TechniqueAssessment| {
        let coverage = t.coverage;
        [coverage.prevent, coverage.detect, coverage.respond, coverage.composite]
    };
    let ranges = [
        headline.threat_weighted,
        headline.raw_any,
        headline.raw_at_target,
        headline.mean_strength,
    ];
    let ranges = ranges
        .into_iter()
        .chain(by_function)
        .chain(assessment.techniques.iter().flat_map(of_technique));
    let tactics = assessment.tactics.iter().map(|t| t.threat_weighted);
    let adversaries = assessment.adversaries.iter().map(|a| a.coverage);
    ranges.flat_map(readings).chain(tactics).chain(adversaries).collect()
}

/// Every range there is.
fn ranges(assessment: &Assessment) -> Vec<Range> {
    let headline = &assessment.headline;
    let by_function = headline.by_function.values().flat_map(|f| [f.mean, f.threat_weighted]);
    let of_technique = |t: &TechniqueAssessment| {
        let own = functions(t).map(|(_, range)| range);
        let evidence =
            t.evidence.iter().flat_map(|e| e.platforms.0.iter().map(|(_, range)| *range));
        let overall = t.evidence.iter().map(|e| Range { lo: e.lo, exp: e.exp, hi: e.hi });
        own.into_iter()
            .chain([t.coverage.composite])
            .chain(evidence)
            .chain(overall)
            .collect::<Vec<_>>()
    };
    [headline.threat_weighted, headline.raw_any, headline.raw_at_target, headline.mean_strength]
        .into_iter()
        .chain(by_function)
        .chain(assessment.tactics.iter().filter_map(|tactic| tactic.coverage))
        .chain(assessment.techniques.iter().flat_map(of_technique))
        .collect()
}

fn with(world: &Fixture, capability: Capability) -> Fixture {
    let mut world = world.clone();
    world.capabilities.push(capability);
    world
}

fn none_lower(before: &[f64], after: &[f64]) -> Result<(), TestCaseError> {
    prop_assert_eq!(before.len(), after.len());
    for (before, after) in before.iter().zip(after) {
        prop_assert!(*after >= before - ROUNDING, "{before} fell to {after}");
    }
    Ok(())
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= ROUNDING
}

/// The strength of one capability on a technique that happens on one platform.
fn strength_of(capability: &Capability, policy: &Policy) -> Range {
    let mut world = Fixture::parse("technique T1001 One on Windows");
    let named = vec![world.attack.techniques[0].id];
    world.policy = policy.clone();
    world.capabilities = vec![Capability { techniques: named, ..capability.clone() }];
    let (evidence, _) = coverage::gather(&world.inputs(), &scope(&world));
    evidence[0].first().map_or(Range::ZERO, |evidence| evidence.overall)
}

fn no_reading_lower(before: Range, after: Range) -> Result<(), TestCaseError> {
    for (before, after) in readings(before).into_iter().zip(readings(after)) {
        prop_assert!(after >= before - 1e-12, "{before} fell to {after}");
    }
    Ok(())
}

fn ordered_pair() -> impl Strategy<Value = (f64, f64)> {
    (share_number(), share_number()).prop_map(|(a, b)| (a.min(b), a.max(b)))
}

/// A claim of a stated strength, with or without tests.
fn claim() -> impl Strategy<Value = Capability> {
    let tests = proptest::option::of((0u32..5, 0u32..5, 0i32..500));
    (share_number(), select(Basis::ALL), tests).prop_map(|(strength, basis, tests)| Capability {
        strength: Some(strength),
        status: Status::Enabled,
        basis,
        tests_passed: tests.map(|(a, b, _)| a.min(b)),
        tests_run: tests.map(|(a, b, _)| a.max(b)),
        tests_last: tests.map(|(_, _, age)| days_ago(age)),
        ..Capability::new("claim", Kind::Rule, Function::Detect)
    })
}

// Strength, method 2.1.

proptest! {
    #[test]
    fn strength_lies_between_proven_and_claimed(
        base in 0f64..=1.0, belief in 0f64..=1.0, freshness in 0f64..=1.0,
        a in 0u32..9, b in 0u32..9, policy in policy(),
    ) {
        let tests = Tests { passed: f64::from(a.min(b)), run: f64::from(a.max(b)), freshness };
        let [lo, exp, hi] = readings(strength::range(base, belief, &tests, &policy));
        prop_assert!(0.0 <= lo && lo <= exp + 1e-12 && exp <= hi + 1e-12 && hi <= 1.0 + 1e-12);
    }

    #[test]
    fn a_stronger_base_never_means_less(
        claim in claim(), (less, more) in ordered_pair(), policy in policy(),
    ) {
        let of = |strength| {
            let claim = Capability { strength: Some(strength), ..claim.clone() };
            strength_of(&claim, &policy)
        };
        no_reading_lower(of(less), of(more))?;
    }

    #[test]
    fn a_better_status_never_means_less(
        claim in claim(), a in select(Status::ALL), b in select(Status::ALL), policy in policy(),
    ) {
        let factor = |status| strength::status_multiplier(status, &policy);
        let (worse, better) = if factor(a) <= factor(b) { (a, b) } else { (b, a) };
        let of = |status| strength_of(&Capability { status, ..claim.clone() }, &policy);
        no_reading_lower(of(worse), of(better))?;
    }

    #[test]
    fn reach_and_telemetry_scale_strength(
        claim in claim(), reach in share_number(), policy in policy(),
    ) {
        let share = || Some(Share::Everywhere(reach));
        let whole = strength_of(&claim, &policy);
        let reached = strength_of(&Capability { scope: share(), ..claim.clone() }, &policy);
        let seen = strength_of(&Capability { telemetry: share(), ..claim.clone() }, &policy);
        for (at, whole) in readings(whole).into_iter().enumerate() {
            prop_assert!((whole * reach - readings(reached)[at]).abs() < 1e-12);
            prop_assert!((whole * reach - readings(seen)[at]).abs() < 1e-12);
        }
    }

    #[test]
    fn one_more_pass_never_lowers_and_one_more_fail_never_raises(
        claim in claim(), passed in 0u32..5, failed in 0u32..5, age in 0i32..500,
        policy in policy(),
    ) {
        let of = |passed: u32, failed: u32| {
            let tested = Capability {
                tests_passed: Some(passed),
                tests_run: Some(passed + failed),
                tests_last: Some(days_ago(age)),
                ..claim.clone()
            };
            strength_of(&tested, &policy)
        };
        no_reading_lower(of(passed, failed), of(passed + 1, failed))?;
        no_reading_lower(of(passed, failed + 1), of(passed, failed))?;
    }

    #[test]
    fn a_fresh_pass_proves_something(
        claim in claim(), passed in 1u32..5, failed in 0u32..5, age in -9i32..=180,
    ) {
        let run = passed + failed;
        let tested = Capability {
            tests_passed: Some(passed),
            tests_run: Some(run),
            tests_last: Some(days_ago(age)),
            ..claim
        };
        let proven = f64::from(passed) / (f64::from(run) + 2.0);
        prop_assert!((strength_of(&tested, &Policy::default()).lo - proven).abs() < 1e-12);
    }

    #[test]
    fn an_expired_test_is_no_test(
        claim in claim(), passed in 0u32..5, failed in 0u32..5,
        age in proptest::option::of(365i32..4000),
    ) {
        let policy = Policy::default();
        let tested = Capability {
            tests_passed: Some(passed),
            tests_run: Some(passed + failed),
            tests_last: age.map(days_ago),
            ..claim.clone()
        };
        let untested = Capability { tests_passed: None, tests_run: None, ..claim };
        prop_assert_eq!(strength_of(&tested, &policy), strength_of(&untested, &policy));
    }

    #[test]
    fn what_is_off_is_no_evidence(
        world in world(), found in addition(), status in select(OFF.to_vec()),
    ) {
        let world = Fixture { policy: Policy::default(), ..world };
        let off = placed(&world.attack, found, "off".to_owned(), 99);
        let off = Capability { status, ..off };
        let (without, with) = (world.assess(), with(&world, off).assess());
        let mut evidence = with.techniques.iter().flat_map(|t| &t.evidence);
        prop_assert!(evidence.all(|e| e.capability != "off"));
        prop_assert_eq!(coverages(&without), coverages(&with));
    }
}

// Coverage, method 2.2.

/// `1 - product of (1 - s)`.
fn any_of(strengths: impl Iterator<Item = f64>) -> f64 {
    1.0 - strengths.map(|s| 1.0 - s).product::<f64>()
}

/// What a segment has on a platform, of all that the organisation has.
fn assets(segment: &Segment, platform: &str, shares: &BTreeMap<String, f64>) -> f64 {
    let own = if segment.platforms.is_empty() { shares } else { &segment.platforms };
    let total: f64 = own.values().sum();
    let on = own.get(platform).copied().unwrap_or(0.0);
    segment.share.unwrap_or(1.0) * if total > 0.0 { on / total } else { 0.0 }
}

/// What a technique's own evidence comes to, reckoned from the written evidence alone.
fn own_coverage(
    technique: &TechniqueAssessment,
    function: Function,
    reading: usize,
    world: &Fixture,
    shares: &BTreeMap<String, f64>,
) -> f64 {
    let policy = &world.policy;
    let found: Vec<_> = technique.evidence.iter().filter(|e| e.function == function).collect();
    let families: BTreeSet<&str> = found.iter().map(|e| e.family.as_str()).collect();
    let is_there = |e: &&&EvidenceSummary, segment: &str| {
        e.segments.as_ref().is_none_or(|names| names.iter().any(|name| name == segment))
    };
    let family = |name: &str, platform: &str, segment: &str| {
        let members: Vec<f64> = found
            .iter()
            .filter(|e| e.family == name)
            .filter(|e| is_there(e, segment))
            .map(|e| readings(e.platforms.get(platform).expect("it is in scope"))[reading])
            .collect();
        let strongest = members.iter().copied().fold(0.0, f64::max);
        // Products of one category are no two layers.
        if name.starts_with("category:") {
            return strongest;
        }
        let joint = policy.rho * strongest + (1.0 - policy.rho) * any_of(members.into_iter());
        if name == "~unscored" { joint.min(policy.unscored_cap) } else { joint }
    };
    let platforms = technique.platforms.iter().map(String::as_str);
    let platforms: Vec<(&str, f64)> = if technique.platforms.is_empty() {
        vec![(ANY_PLATFORM, 1.0)]
    } else {
        platforms
            .map(|name| (name, shares.get(name).copied().unwrap_or(0.0)))
            .filter(|(_, share)| *share > 0.0)
            .collect()
    };
    let total: f64 = platforms.iter().map(|(_, share)| share).sum();
    let one = |platform: &str, segment: &str| {
        any_of(families.iter().map(|name| family(name, platform, segment)))
    };
    let segments = &world.scope.segments;
    let cell = |platform: &str| match segments.is_empty() {
        true => one(platform, ""),
        false => {
            let parts = segments.iter().map(|s| (s, assets(s, platform, shares)));
            let all: f64 = parts.clone().map(|(_, assets)| assets).sum();
            let everything: f64 = segments.iter().map(|s| s.share.unwrap_or(1.0)).sum();
            let part = |(segment, assets): (&Segment, f64)| match all > 0.0 {
                true => assets / all,
                false => segment.share.unwrap_or(1.0) / everything,
            };
            parts.map(|(s, assets)| part((s, assets)) * one(platform, &s.name)).sum()
        }
    };
    platforms.iter().map(|(name, share)| share * cell(name)).sum::<f64>() / total
}

proptest! {
    #[test]
    fn coverage_is_what_the_written_evidence_comes_to(world in world()) {
        let assessment = world.assess();
        let shares = &assessment.scope.platforms;
        for technique in &assessment.techniques {
            let subs: Vec<_> =
                assessment.techniques.iter().filter(|t| t.parent == Some(technique.id)).collect();
            let mut missed = [1.0; 3];
            for (function, written) in functions(technique) {
                for (reading, written) in readings(written).into_iter().enumerate() {
                    let own = |t| own_coverage(t, function, reading, &world, shares);
                    let expected = if subs.is_empty() {
                        own(technique)
                    } else {
                        let mean = subs.iter().map(|sub| own(sub)).sum::<f64>() / subs.len() as f64;
                        1.0 - (1.0 - own(technique).min(world.policy.kappa)) * (1.0 - mean)
                    };
                    prop_assert!(near(expected, written), "{} {function:?}", technique.id);
                    if function != Function::Respond {
                        missed[reading] *= 1.0 - expected;
                    }
                }
            }
            let composite = readings(technique.coverage.composite);
            for (missed, written) in missed.into_iter().zip(composite) {
                prop_assert!(near(1.0 - missed, written));
            }
        }
    }

    #[test]
    fn the_order_of_capabilities_does_not_matter(
        (world, shuffled) in world().prop_flat_map(|world| {
            let shuffled = Just(world.capabilities.clone()).prop_shuffle();
            (Just(world), shuffled)
        }),
    ) {
        let shuffled = Fixture { capabilities: shuffled, ..world.clone() };
        prop_assert_eq!(bytes(&world.assess()), bytes(&shuffled.assess()));
    }

    #[test]
    fn one_more_capability_never_lowers_a_coverage_nor_raises_a_priority(
        world in world(), found in addition(),
    ) {
        let more = placed(&world.attack, found, "new".to_owned(), 99);
        let (before, after) = (world.assess(), with(&world, more).assess());
        none_lower(&coverages(&before), &coverages(&after))?;
        for (before, after) in before.techniques.iter().zip(&after.techniques) {
            prop_assert!(after.priority <= before.priority + ROUNDING, "{}", before.id);
            prop_assert!(after.gap <= before.gap + ROUNDING, "{}", before.id);
        }
    }

    #[test]
    fn one_family_covers_no_more_than_many(world in world()) {
        let in_families = |name: fn(usize) -> String| {
            let mut world = world.clone();
            for (at, capability) in world.capabilities.iter_mut().enumerate() {
                capability.family = Some(name(at));
            }
            coverages(&world.assess())
        };
        none_lower(&in_families(|_| "one".to_owned()), &in_families(|at| at.to_string()))?;
    }

    #[test]
    fn what_is_said_about_alerts_and_days_changes_flags_alone(
        world in world(), facts in vec(facts_of_a_rule(), 1..4),
    ) {
        let mut told = world.clone();
        for (capability, facts) in told.capabilities.iter_mut().zip(facts.iter().cycle()) {
            let Capability { created, modified, last_fired, .. } = facts;
            (capability.created, capability.modified) = (*created, *modified);
            capability.last_fired = *last_fired;
            capability.alerts_90d = facts.alerts_90d;
            capability.false_positive_rate = facts.false_positive_rate;
            capability.log_source = facts.log_source.clone();
        }
        let (before, mut after) = (world.assess(), told.assess());
        let of_alerts = |flag: &String| ["silent-rule", "noisy-rule"].contains(&flag.as_str());
        for technique in &mut after.techniques {
            technique.flags.retain(|flag| !of_alerts(flag));
        }
        after.capabilities = before.capabilities.clone();
        prop_assert_eq!(bytes(&before), bytes(&after));
    }

    #[test]
    fn the_same_record_read_twice_counts_once(world in world(), found in capability()) {
        let record = placed(&world.attack, found, "new".to_owned(), 99);
        let again = Capability { origin: Origin::file("copy.csv"), ..record.clone() };
        let once = with(&world, record);
        let (once, twice) = (once.assess(), with(&once, again).assess());
        prop_assert_eq!(once.techniques, twice.techniques);
        prop_assert_eq!(once.headline, twice.headline);
    }

    #[test]
    fn every_range_is_ordered_and_bounded(world in world()) {
        for range in ranges(&world.assess()) {
            let [lo, exp, hi] = readings(range);
            prop_assert!(0.0 <= lo && lo <= exp && exp <= hi && hi <= 1.0, "{range:?}");
        }
    }

    #[test]
    fn a_family_lies_between_its_strongest_and_all_of_it(
        strengths in vec(share_number(), 1..6), policy in policy(),
    ) {
        let strongest = strengths.iter().copied().fold(0.0, f64::max);
        let family = family_strength(&strengths, &policy);
        prop_assert!(strongest - 1e-12 <= family);
        prop_assert!(family <= any_of(strengths.into_iter()) + 1e-12);
    }
}

// Threat, method 2.3.

/// A way in which a group comes to use a technique.
#[derive(Debug, Clone, Copy)]
enum Way {
    Itself,
    ByCampaign,
    BySoftware,
    MoreSoftware,
    MoreCampaigns,
}

const WAYS: [Way; 5] =
    [Way::Itself, Way::ByCampaign, Way::BySoftware, Way::MoreSoftware, Way::MoreCampaigns];

/// Adds a relation, if it is not there yet.
fn relate(attack: &mut Attack, group: usize, way: Way, other: usize, technique: usize) {
    let (campaign, software) = (other % CAMPAIGNS, CAMPAIGNS + GROUPS + other % SOFTWARE);
    let technique = technique % attack.techniques.len();
    let (list, added) = match way {
        Way::Itself => (&mut attack.adversaries[group].techniques, technique),
        Way::ByCampaign => (&mut attack.adversaries[campaign].techniques, technique),
        Way::BySoftware => (&mut attack.adversaries[software].techniques, technique),
        Way::MoreSoftware => (&mut attack.adversaries[group].software, software),
        Way::MoreCampaigns => (&mut attack.adversaries[group].campaigns, campaign),
    };
    list.push(added);
    list.sort_unstable();
    list.dedup();
}

/// The chance that a group uses a technique, reckoned term by term.
fn chance(world: &Fixture, group: &Adversary, technique: usize) -> f64 {
    let (policy, attack) = (&world.policy, &world.attack);
    if group.techniques.contains(&technique) {
        return 1.0;
    }
    let mut unused = 1.0;
    for campaign in group.campaigns.iter().map(|at| &attack.adversaries[*at]) {
        if campaign.techniques.contains(&technique) {
            let recency = match campaign.last_seen.map(|last| world.as_of.age_since(last)) {
                Some(age) if age <= policy.camp_full => 1.0,
                Some(age) if age < policy.camp_full + policy.camp_decline => {
                    let left = 1.0 - (age - policy.camp_full) / policy.camp_decline;
                    policy.camp_wmin + (1.0 - policy.camp_wmin) * left
                }
                Some(_) | None => policy.camp_wmin,
            };
            unused *= 1.0 - policy.delta_c * recency;
        }
    }
    let mine = |software: &usize| {
        let of_campaign = |c: &usize| attack.adversaries[*c].software.contains(software);
        group.software.contains(software) || group.campaigns.iter().any(of_campaign)
    };
    let implementing = (0..attack.adversaries.len())
        .filter(|at| attack.adversaries[*at].kind == AdversaryKind::Tool)
        .filter(mine)
        .filter(|at| attack.adversaries[*at].techniques.contains(&technique))
        .count();
    let software = 1.0 - (1.0 - policy.delta_s).powi(implementing as i32);
    1.0 - unused * (1.0 - software.min(policy.cap_s))
}

proptest! {
    #[test]
    fn a_group_uses_what_it_campaigns_and_software_say(world in world()) {
        for group in world.attack.adversaries.iter().filter(|a| a.kind == AdversaryKind::Group) {
            let uses = uses(&world.attack, group, &world.policy, world.as_of);
            for (technique, actual) in uses.into_iter().enumerate() {
                let expected = chance(&world, group, technique);
                prop_assert!((actual - expected).abs() < 1e-12, "{} {technique}", group.id);
            }
        }
    }

    #[test]
    fn threat_is_a_chance_blended_from_profile_and_baseline(world in world()) {
        let threat = threat(&world);
        let beta = if threat.adversaries.is_empty() { 1.0 } else { world.policy.beta };
        for (technique, terms) in threat.techniques.iter().enumerate() {
            for term in [terms.weight, terms.value, terms.profile, terms.baseline, terms.impact] {
                prop_assert!((0.0..=1.0 + 1e-12).contains(&term), "{terms:?}");
            }
            let value = (1.0 - beta) * terms.profile + beta * terms.baseline;
            prop_assert!((terms.value - value).abs() < 1e-12);
            prop_assert!((terms.weight - value * terms.impact).abs() < 1e-12);
            let profile: f64 = threat.adversaries.iter().map(|a| a.share * a.uses[technique]).sum();
            prop_assert!((terms.profile - profile).abs() < 1e-12);
        }
    }

    #[test]
    fn the_baseline_is_groups_over_the_common_number_of_groups(world in world()) {
        let groups = |technique: usize| {
            let uses = |g: &&Adversary| {
                let by = |c: &usize| world.attack.adversaries[*c].techniques.contains(&technique);
                g.techniques.contains(&technique) || g.campaigns.iter().any(by)
            };
            let groups = world.attack.adversaries.iter().filter(|a| a.kind == AdversaryKind::Group);
            groups.filter(uses).count() as f64
        };
        let counts: Vec<f64> = (0..world.attack.techniques.len()).map(groups).collect();
        let mut used: Vec<f64> = counts.iter().copied().filter(|n| *n > 0.0).collect();
        used.sort_by(f64::total_cmp);
        // The nearest rank is the first whose share of all is at least the percentile.
        let share = |rank: usize| (rank + 1) as f64 / used.len() as f64;
        let at_least = |rank: &usize| share(*rank) >= world.policy.base_pct - 1e-12;
        let common = (0..used.len()).find(at_least).map_or(1.0, |rank| used[rank]);
        for (terms, count) in threat(&world).techniques.iter().zip(counts) {
            prop_assert!((terms.baseline - (count / common).min(1.0)).abs() < 1e-12);
        }
    }

    #[test]
    fn the_scale_of_weights_does_not_matter(
        world in world(), factor in select(vec![1e-3, 0.7, 3.0, 1e6]),
    ) {
        let mut scaled = world.clone();
        scaled.profile.adversaries.values_mut().for_each(|weight| *weight *= factor);
        for (a, b) in threat(&world).techniques.iter().zip(&threat(&scaled).techniques) {
            prop_assert!((a.weight - b.weight).abs() < 1e-12);
        }
        let (a, b) = (world.assess(), scaled.assess());
        for (a, b) in coverages(&a).iter().zip(coverages(&b)) {
            prop_assert!(near(*a, b));
        }
    }

    #[test]
    fn a_weight_of_nothing_is_absence(world in world(), at in 0..CAMPAIGNS + GROUPS + SOFTWARE) {
        let id = world.attack.adversaries[at].id.clone();
        let (mut zero, mut absent) = (world.clone(), world);
        absent.profile.adversaries.remove(&id);
        zero.profile.adversaries.insert(id, 0.0);
        let (zero, absent) = (zero.assess(), absent.assess());
        prop_assert_eq!(zero.techniques, absent.techniques);
        prop_assert_eq!(zero.headline, absent.headline);
        prop_assert_eq!(zero.tactics, absent.tactics);
        prop_assert_eq!(zero.adversaries, absent.adversaries);
    }

    #[test]
    fn one_more_relation_never_makes_a_use_less_likely(
        world in world(), group in CAMPAIGNS..CAMPAIGNS + GROUPS, way in select(&WAYS[..]),
        other in 0usize..3, technique in 0..MOST_TECHNIQUES,
    ) {
        let (policy, day) = (&world.policy, world.as_of);
        let of = |attack: &Attack| uses(attack, &attack.adversaries[group], policy, day);
        let mut more = world.attack.clone();
        relate(&mut more, group, way, other, technique);
        for (before, after) in of(&world.attack).into_iter().zip(of(&more)) {
            prop_assert!(after >= before - 1e-12, "{way:?}");
        }
    }

    #[test]
    fn a_relation_that_is_there_twice_counts_once(
        world in world(), at in 0..CAMPAIGNS + GROUPS + SOFTWARE,
    ) {
        let mut twice = world.clone();
        let adversary = &mut twice.attack.adversaries[at];
        for list in [&mut adversary.techniques, &mut adversary.software, &mut adversary.campaigns] {
            list.extend(list.clone());
            list.sort_unstable();
        }
        prop_assert_eq!(threat(&world), threat(&twice));
    }

    #[test]
    fn one_described_as_what_a_group_does_itself_is_that_group_without_the_rest(
        world in world(), group in CAMPAIGNS..CAMPAIGNS + GROUPS,
    ) {
        let bare = Adversary {
            software: Vec::new(),
            campaigns: Vec::new(),
            ..world.attack.adversaries[group].clone()
        };
        let techniques = bare.techniques.iter().map(|ix| (world.attack.techniques[*ix].id, 1.0));
        let own = OwnAdversary { techniques: techniques.collect(), ..OwnAdversary::default() };
        let described = uses_of_own(&world.attack, &own, &world.policy);
        prop_assert_eq!(described, uses(&world.attack, &bare, &world.policy, world.as_of));
    }

    #[test]
    fn software_of_one_that_is_described_counts_as_that_of_a_group(
        world in world(), described in own_choice(),
    ) {
        let own = own(&world.attack, &described);
        let group = Adversary {
            kind: AdversaryKind::Group,
            techniques: Vec::new(),
            campaigns: Vec::new(),
            software: described.2.iter().map(|at| CAMPAIGNS + GROUPS + at).collect(),
            ..world.attack.adversaries[0].clone()
        };
        let by_software = uses(&world.attack, &group, &world.policy, world.as_of);
        let actual = uses_of_own(&world.attack, &own, &world.policy);
        for (technique, (software, actual)) in by_software.into_iter().zip(actual).enumerate() {
            let itself = own.techniques.get(&world.attack.techniques[technique].id);
            let expected = 1.0 - (1.0 - itself.unwrap_or(&0.0)) * (1.0 - software);
            prop_assert!((actual - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn a_scenario_is_covered_as_an_adversary_that_does_the_same(
        world in world(), described in own_choice(),
    ) {
        let mut world = world;
        let own = OwnAdversary { software: Vec::new(), ..own(&world.attack, &described) };
        let scenario =
            Scenario { techniques: own.techniques.clone(), ..Scenario::default() };
        // Whoever else is in the profile, and how much each weighs, is of no matter to it.
        let among_others = scenario::coverage(&world.assess(), &world.attack, std::slice::from_ref(&scenario));
        world.profile.adversaries.insert(OWN.to_owned(), 1.0);
        world.profile.own.insert(OWN.to_owned(), own);
        let assessment = world.assess();
        let adversary = assessment.adversaries.iter().find(|a| a.id == OWN).expect("it is there");
        let [covered] = &scenario::coverage(&assessment, &world.attack, &[scenario])[..] else {
            panic!("one scenario gives one answer")
        };
        assert_near(covered.coverage.exp, adversary.coverage, "as an adversary");
        prop_assert_eq!(covered.techniques, adversary.techniques_in_scope);
        prop_assert_eq!(covered.out_of_scope, adversary.out_of_scope);
        let Range { lo, exp, hi } = covered.coverage;
        prop_assert!(0.0 <= lo && lo <= exp && exp <= hi && hi <= 1.0);
        prop_assert_eq!(&among_others[0], covered);
    }

    #[test]
    fn a_list_limits_the_scope_to_what_it_names_and_what_is_below_that(
        world in world(), list in vec(0..MOST_TECHNIQUES, 1..=6),
    ) {
        let (mut limited, mut whole) = (world.clone(), world);
        let only = only(&limited.attack, list);
        limited.scope.only = Some(only.clone());
        whole.scope.only = None;
        let (limited_to, all) = (scope(&limited), scope(&whole));
        for (ix, technique) in whole.attack.techniques.iter().enumerate() {
            let of_parent = |parent: TechniqueId| {
                let listed = only.techniques.iter();
                let listed: Vec<_> = listed.filter(|id| **id == parent || id.is_sub_of(parent)).collect();
                listed == [&parent]
            };
            let is_named = only.techniques.contains(&technique.id);
            let is_meant = is_named || technique.id.parent().is_some_and(of_parent);
            prop_assert_eq!(limited_to.contains(ix), all.contains(ix) && is_meant);
        }
    }

    #[test]
    fn one_of_our_own_without_weight_is_absent(world in world()) {
        let (mut zero, mut absent) = (world.clone(), world);
        zero.profile.adversaries.insert(OWN.to_owned(), 0.0);
        absent.profile.adversaries.remove(OWN);
        absent.profile.own.clear();
        prop_assert_eq!(threat(&zero), threat(&absent));
    }

    #[test]
    fn campaigns_and_software_stand_for_themselves(
        world in world(), at in select(vec![0, 1, 2, 7, 8, 9]),
    ) {
        let adversary = &world.attack.adversaries[at];
        prop_assert_ne!(adversary.kind, AdversaryKind::Group);
        let uses = uses(&world.attack, adversary, &world.policy, world.as_of);
        for (technique, uses) in uses.into_iter().enumerate() {
            prop_assert_eq!(uses, f64::from(u8::from(adversary.techniques.contains(&technique))));
        }
    }
}

// Gaps, method 2.4, and figures, method 2.5.

proptest! {
    #[test]
    fn a_priority_is_weight_times_gap_times_choke(world in world()) {
        let assessment = world.assess();
        for (t, weight) in assessment.techniques.iter().zip(weights(&world, &assessment)) {
            let covered = t.coverage.composite.exp;
            let gap = ((t.target - covered) / t.target).max(0.0);
            prop_assert!((t.gap - gap).abs() <= ROUNDING / t.target);
            let a = world.policy.a_choke;
            let choke = (1.0 + a * t.choke) / (1.0 + a);
            prop_assert!((t.priority - 100.0 * weight * t.gap * choke).abs() <= 100.0 * ROUNDING);
            prop_assert!((0.0..=100.0).contains(&t.priority));
            let floor = world.policy.ease_floor;
            let quick_win = t.priority * (floor + (1.0 - floor) * t.ease.value);
            prop_assert!((t.quick_win - quick_win).abs() <= 100.0 * ROUNDING);
            prop_assert!((0.0..=1.0).contains(&t.ease.value));
            let nothing = round9(weight) == 0.0 || covered >= t.target;
            prop_assert_eq!(t.priority == 0.0, nothing, "{} {}", t.id, t.priority);
        }
    }

    #[test]
    fn more_impact_never_means_less_priority(
        world in world(), at in 0..MOST_TECHNIQUES, (less, more) in ordered_pair(),
    ) {
        let id = world.attack.techniques[at % world.attack.techniques.len()].id;
        let with_impact = |impact| {
            let mut world = world.clone();
            world.profile.impact = BTreeMap::from([(id, impact)]);
            world.assess()
        };
        let (less, more) = (with_impact(less), with_impact(more));
        for (less, more) in less.techniques.iter().zip(&more.techniques) {
            prop_assert!(more.priority >= less.priority - ROUNDING);
            prop_assert!(more.id == id || more.priority == less.priority);
        }
    }

    #[test]
    fn a_tighter_choke_point_never_means_less_priority(
        world in world(), at in 0..MOST_TECHNIQUES, (less, more) in ordered_pair(),
    ) {
        let id = world.attack.techniques[at % world.attack.techniques.len()].id;
        let with_choke = |choke| {
            let catalog = Catalog::new(&world.attack, [(id, choke)], []);
            Fixture { catalog, ..world.clone() }.assess()
        };
        for (less, more) in with_choke(less).techniques.iter().zip(&with_choke(more).techniques) {
            prop_assert!(more.priority >= less.priority - ROUNDING);
            let concerned = more.id == id || more.parent == Some(id);
            prop_assert!(concerned || more.priority == less.priority);
        }
    }

    #[test]
    fn the_weighted_gaps_are_what_the_headline_lacks(world in world()) {
        let assessment = world.assess();
        let weights = weights(&world, &assessment);
        let total: f64 = weights.iter().sum();
        prop_assume!(total > 0.0);
        let gaps: f64 = assessment.techniques.iter().zip(&weights).map(|(t, w)| w * t.gap).sum();
        prop_assert!(near(gaps / total, 1.0 - assessment.headline.threat_weighted.exp));
    }

    #[test]
    fn the_headline_is_what_the_techniques_come_to(world in world()) {
        let assessment = world.assess();
        let weights = weights(&world, &assessment);
        let techniques = || assessment.techniques.iter();
        let leaves: Vec<_> =
            techniques().filter(|t| !techniques().any(|sub| sub.parent == Some(t.id))).collect();
        prop_assert_eq!(assessment.scope.leaves, leaves.len());
        let headline = &assessment.headline;
        for reading in 0..3 {
            let covered = |t: &TechniqueAssessment| readings(t.coverage.composite)[reading];
            let met = |t| f64::min(1.0, covered(t) / t.target);
            let total: f64 = weights.iter().sum();
            let sum: f64 = techniques().zip(&weights).map(|(t, w)| w * met(t)).sum();
            let expected = if total > 0.0 { sum / total } else { 0.0 };
            let written = readings(headline.threat_weighted)[reading];
            let least = world.policy.tau.min(world.policy.tau_opportunistic);
            prop_assert!((expected - written).abs() <= ROUNDING / least);
            let share = |enough: &dyn Fn(&TechniqueAssessment) -> f64| {
                leaves.iter().map(|t| enough(t)).sum::<f64>() / leaves.len().max(1) as f64
            };
            let one_if = |yes: bool| f64::from(u8::from(yes));
            let any = share(&|t| one_if(covered(t) >= world.policy.any_threshold));
            prop_assert!(near(any, readings(headline.raw_any)[reading]));
            let enough = share(&|t| one_if(covered(t) >= t.target));
            prop_assert!(near(enough, readings(headline.raw_at_target)[reading]));
            prop_assert!(near(share(&covered), readings(headline.mean_strength)[reading]));
        }
    }

    #[test]
    fn tactics_add_up_to_the_headline(world in world()) {
        let assessment = world.assess();
        let tactics = || assessment.tactics.iter();
        let whole = readings(assessment.headline.threat_weighted);
        for (reading, whole) in whole.into_iter().enumerate() {
            let part = |t: &TacticCoverage| readings(t.coverage.unwrap())[reading] * t.weight_share;
            prop_assert!(near(tactics().map(part).sum(), whole));
        }
        prop_assert!(tactics().all(|t| t.coverage.unwrap().exp == t.threat_weighted));
        let shares: f64 = tactics().map(|t| t.weight_share).sum();
        let any_weight = weights(&world, &assessment).iter().any(|w| *w > 0.0);
        prop_assert!(near(shares, f64::from(u8::from(any_weight))));
    }

    #[test]
    fn adversaries_add_up_to_the_profile_and_are_covered_by_what_they_use(world in world()) {
        let assessment = world.assess();
        for technique in &assessment.techniques {
            let sum: f64 = technique.threat.by_adversary.values().sum();
            prop_assert!(near(sum, technique.threat.profile));
        }
        let threat = threat(&world);
        prop_assert_eq!(threat.adversaries.len(), assessment.adversaries.len());
        for (usage, written) in threat.adversaries.iter().zip(&assessment.adversaries) {
            let of = |t: &TechniqueAssessment| usage.uses[world.attack.technique(t.id).unwrap()];
            let used: Vec<_> = assessment.techniques.iter().filter(|t| of(t) > 0.0).collect();
            let met = |t: &TechniqueAssessment| f64::min(1.0, t.coverage.composite.exp / t.target);
            let total: f64 = used.iter().map(|t| of(t)).sum();
            let sum: f64 = used.iter().map(|t| of(t) * met(t)).sum();
            let expected = if total > 0.0 { sum / total } else { 0.0 };
            prop_assert!((written.coverage - expected).abs() <= 1e-6);
            prop_assert_eq!(written.techniques_in_scope, used.len());
            let all = usage.uses.iter().filter(|u| **u > 0.0).count();
            prop_assert_eq!(written.out_of_scope, all - used.len());
        }
    }

    #[test]
    fn ranks_count_the_gaps_by_priority_and_id(world in world()) {
        let assessment = world.assess();
        let techniques = || assessment.techniques.iter();
        let mut ranked: Vec<_> = techniques().filter(|t| t.priority > 0.0).collect();
        ranked.sort_by(|a, b| b.priority.total_cmp(&a.priority).then(a.id.cmp(&b.id)));
        for (at, technique) in ranked.iter().enumerate() {
            prop_assert_eq!(technique.rank, Some(at + 1));
        }
        let without = techniques().filter(|t| t.rank.is_none());
        prop_assert_eq!(without.count(), assessment.techniques.len() - ranked.len());
        prop_assert_eq!(assessment.gaps().len() + assessment.accepted().len(), ranked.len());
    }

    #[test]
    fn a_decision_sets_the_target(world in world()) {
        for technique in world.assess().techniques {
            let expected = gap::target(&world.inputs().policy, technique.disposition.as_ref());
            prop_assert_eq!(technique.target, expected);
        }
    }

    #[test]
    fn an_assessment_is_enough_to_be_made_again(world in world()) {
        let first = world.assess();
        let text = bytes(&first);
        let read: Assessment = serde_json::from_str(&text).expect("what was written can be read");
        prop_assert_eq!(&read, &first);
        let again = assess(&read.inputs(&world.attack, &world.catalog));
        prop_assert_eq!(bytes(&again), text);
    }

    #[test]
    fn nine_decimals_survive_json(value in -1e6f64..1e6) {
        let rounded = round9(value);
        let text = serde_json::to_string(&rounded).unwrap();
        let read: f64 = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read.to_bits(), rounded.to_bits());
    }
}
