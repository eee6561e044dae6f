//! Administration files for DeTT&CT: techniques, data sources and groups, as YAML that passes its
//! check of health.
//!
//! A score that somebody stated goes out as it came in, with its logbook. What lacuna makes of
//! rules and controls is marked as generated: the claimed strength of the strongest, as the nearest
//! detection score, on each system. It fills what nobody has scored, and replaces a stated "none".

mod objects;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};

use model::assessment::{Assessment, TechniqueAssessment};
use model::attack::Attack;
use model::capability::{Capability, Function, ScoreEntry, Share};
use model::date::Date;
use model::id::TechniqueId;
use model::policy::Policy;
use model::scope::ANY_PLATFORM;
use model::strength;

use super::scores::Side;
use super::sources::{self, OwnSources, Seen, System};
use objects::{Object, Objects};
use yaml::Yaml;

/// The files, each with what stands in it; the last two where there is something to say.
pub struct Files {
    /// Technique administration, version 1.2.
    pub techniques: String,
    /// Data source administration, version 1.1.
    pub data_sources: Option<String>,
    /// Group administration, version 1.0.
    pub groups: Option<String>,
}

/// The files for an assessment.
#[must_use]
pub fn files(assessment: &Assessment, attack: &Attack, own: &OwnSources) -> Files {
    let systems = Systems::of(assessment, attack);
    Files {
        techniques: techniques(assessment, attack, own, &systems),
        data_sources: data_sources(assessment, attack, &systems),
        groups: groups(assessment, attack),
    }
}

/// The systems that scores and data sources are for.
struct Systems(Vec<System>);

impl Systems {
    /// Those that the inputs name; where they name none, the platforms they name, else those in
    /// scope. A platform that something is for and no system is on is a system of its own.
    fn of(assessment: &Assessment, attack: &Attack) -> Self {
        let concerned = || assessment.capabilities.iter().filter(|c| is_written(c, assessment));
        let systems = sources::named(concerned().map(AsRef::as_ref)).into_iter();
        let mut named: BTreeMap<String, BTreeSet<String>> =
            systems.map(|system| (system.name, system.platforms)).collect();
        let has_systems = !named.is_empty();
        // What is not limited to platforms may be on some that no system is on.
        let evidence = assessment.techniques.iter().flat_map(|technique| &technique.evidence);
        let detects = evidence.filter(|evidence| evidence.function == Function::Detect);
        let reached = detects.flat_map(|evidence| &evidence.platforms.0);
        let reached = reached.filter(|(_, range)| range.hi > 0.0).map(|(platform, _)| platform);
        let limits = concerned().flat_map(|capability| capability.platforms.iter().flatten());
        let platforms: BTreeSet<&String> = limits.chain(reached).collect();
        for platform in platforms {
            let is_known = named.values().any(|on| on.is_empty() || on.contains(platform));
            if !is_known && attack.platform(platform).is_some() {
                named.insert(platform.clone(), BTreeSet::from([platform.clone()]));
            }
        }
        let is_limited = concerned().all(|capability| capability.platforms.is_some());
        if named.is_empty() || (!has_systems && !is_limited) {
            for System { name, platforms } in sources::of_platforms(assessment) {
                named.entry(name).or_insert(platforms);
            }
        }
        let systems = named.into_iter().map(|(name, platforms)| System { name, platforms });
        Self(systems.collect())
    }

    fn names(&self) -> Vec<String> {
        self.0.iter().map(|system| system.name.clone()).collect()
    }

    /// The systems on a platform; ICS has none, and any system will do.
    fn on(&self, platform: &str) -> impl Iterator<Item = &System> {
        let is_on = move |system: &&System| {
            system.platforms.is_empty()
                || platform == ANY_PLATFORM
                || system.platforms.contains(platform)
        };
        self.0.iter().filter(is_on)
    }

    /// The systems that something is limited to; none where it is for all.
    fn limited_to(&self, capability: &Capability) -> Vec<String> {
        if !capability.systems.is_empty() {
            return capability.systems.clone();
        }
        let Some(platforms) = &capability.platforms else { return Vec::new() };
        let on: BTreeSet<&str> = platforms
            .iter()
            .flat_map(|platform| self.on(platform))
            .map(|system| system.name.as_str())
            .collect();
        if on.len() == self.0.len() {
            Vec::new()
        } else {
            on.into_iter().map(str::to_owned).collect()
        }
    }

    /// All platforms of the systems, as DeTT&CT writes them.
    fn platforms(&self) -> Vec<&str> {
        if self.0.iter().any(|system| system.platforms.is_empty()) {
            return vec!["all"];
        }
        let platforms: BTreeSet<&str> =
            self.0.iter().flat_map(|system| &system.platforms).map(String::as_str).collect();
        platforms.into_iter().collect()
    }
}

/// Whether a capability has a part in the files.
fn is_written(capability: &Capability, assessment: &Assessment) -> bool {
    Side::Detection.of(capability).is_some()
        || Side::Visibility.of(capability).is_some()
        || (matches!(capability.function, Function::Detect | Function::Observe)
            && !strength::is_off(capability, &assessment.policy))
}

fn techniques(
    assessment: &Assessment,
    attack: &Attack,
    own: &OwnSources,
    systems: &Systems,
) -> String {
    let mut detection = stated(assessment, systems, Side::Detection);
    let mut visibility = stated(assessment, systems, Side::Visibility);
    let titles = Titles::of(assessment);
    for technique in &assessment.techniques {
        let scored = from_evidence(technique, assessment, systems, &titles);
        if !scored.is_empty() {
            let objects = detection.entry(technique.id).or_insert_with(|| systems.objects());
            scored.into_iter().for_each(|object| objects.generated(object, -1));
        }
    }
    for (id, seen) in from_sources(assessment, attack, own, systems) {
        let objects = visibility.entry(id).or_insert_with(|| systems.objects());
        seen.into_iter().for_each(|object| objects.generated(object, i8::MIN));
    }
    let mut out = Yaml::file("technique-administration", "1.2", assessment);
    out.value(0, "name", "lacuna");
    out.value(0, "domain", &assessment.attack.domain);
    out.list(0, "platform", &systems.platforms());
    let ids: BTreeSet<TechniqueId> = detection.keys().chain(visibility.keys()).copied().collect();
    out.line(0, if ids.is_empty() { "techniques: []" } else { "techniques:" });
    for id in ids {
        let name = attack.technique(id).map_or("", |ix| &attack.techniques[ix].name);
        out.line(0, &format!("- technique_id: {id}"));
        out.value(1, "technique_name", name);
        out.line(1, "detection:");
        for object in said(detection.remove(&id), -1) {
            out.list(1, "- applicable_to", &object.applicable_to());
            out.list(2, "location", &object.location);
            out.value(2, "comment", &object.comment);
            logbook(&mut out, &object.history, Side::Detection, assessment.as_of);
        }
        out.line(1, "visibility:");
        for object in said(visibility.remove(&id), 0) {
            out.list(1, "- applicable_to", &object.applicable_to());
            out.value(2, "comment", &object.comment);
            logbook(&mut out, &object.history, Side::Visibility, assessment.as_of);
        }
    }
    out.text
}

impl Systems {
    fn objects(&self) -> Objects {
        Objects::new(self.names())
    }
}

/// What is said about one side of a technique; that there is `nothing`, where nobody says anything.
fn said(objects: Option<Objects>, nothing: i8) -> Vec<Object> {
    let none = || Object {
        systems: Vec::new(),
        location: Vec::new(),
        comment: String::new(),
        history: vec![ScoreEntry {
            date: None,
            score: nothing,
            auto_generated: true,
            comment: String::new(),
        }],
    };
    objects.map_or_else(|| vec![none()], Objects::all)
}

/// The scores that people or DeTT&CT gave, by technique. An id that led to another technique is
/// written as that: the release in use has no other.
fn stated(
    assessment: &Assessment,
    systems: &Systems,
    side: Side,
) -> BTreeMap<TechniqueId, Objects> {
    let mut by_technique: BTreeMap<TechniqueId, Objects> = BTreeMap::new();
    let mut scored: Vec<&Capability> = assessment.capabilities.iter().map(AsRef::as_ref).collect();
    scored.sort_by_key(|capability| systems.limited_to(capability).is_empty());
    for capability in scored {
        let Some(score) = side.of(capability) else { continue };
        let mut history = capability.score_history.clone();
        if history.first().is_none_or(|newest| newest.score != score) {
            let date = capability.modified;
            let now = ScoreEntry { date, score, auto_generated: false, comment: String::new() };
            history.insert(0, now);
        }
        let object = Object {
            systems: systems.limited_to(capability),
            location: capability.location.clone(),
            comment: capability.notes.clone().unwrap_or_default(),
            history,
        };
        for id in &capability.techniques {
            let objects = by_technique.entry(*id).or_insert_with(|| systems.objects());
            objects.stated(object.clone());
        }
    }
    by_technique
}

/// What capabilities are called where they are built, and which state a score themselves.
struct Titles<'a> {
    by_id: BTreeMap<&'a str, &'a Capability>,
    scored: BTreeSet<&'a str>,
}

impl<'a> Titles<'a> {
    fn of(assessment: &'a Assessment) -> Self {
        let all = || assessment.capabilities.iter().map(|c| (c.id.as_str(), c.as_ref()));
        let scored = all().filter(|(_, c)| Side::Detection.of(c).is_some()).map(|(id, _)| id);
        Self { by_id: all().collect(), scored: scored.collect() }
    }

    fn location(&self, id: &str) -> String {
        let title = self.by_id.get(id).map_or("", |capability| capability.title.trim());
        if title.is_empty() { id.to_owned() } else { title.to_owned() }
    }
}

/// Scores made of what detects a technique: on each system the strongest counts, and all are named.
fn from_evidence(
    technique: &TechniqueAssessment,
    assessment: &Assessment,
    systems: &Systems,
    titles: &Titles<'_>,
) -> Vec<Object> {
    let mut by_system: BTreeMap<&str, (i8, BTreeSet<String>)> = BTreeMap::new();
    let detects = technique.evidence.iter().filter(|e| {
        e.function == Function::Detect && !titles.scored.contains(e.capability.as_str())
    });
    for evidence in detects {
        let claimed = evidence.platforms.0.iter().filter(|(_, range)| range.hi > 0.0);
        for (platform, range) in claimed {
            for system in systems.on(platform) {
                let (score, location) =
                    by_system.entry(&system.name).or_insert((0, BTreeSet::new()));
                *score = (*score).max(nearest_score(range.hi, &assessment.policy));
                location.insert(titles.location(&evidence.capability));
            }
        }
    }
    let mut alike: BTreeMap<(i8, BTreeSet<String>), Vec<String>> = BTreeMap::new();
    for (system, said) in by_system {
        alike.entry(said).or_default().push(system.to_owned());
    }
    let object = |((score, location), systems): ((i8, BTreeSet<String>), Vec<String>)| Object {
        systems,
        location: location.into_iter().collect(),
        comment: String::new(),
        history: vec![generated(score, assessment.as_of)],
    };
    alike.into_iter().map(object).collect()
}

/// Scores made of the data sources that are there, as DeTT&CT makes them.
fn from_sources(
    assessment: &Assessment,
    attack: &Attack,
    own: &OwnSources,
    systems: &Systems,
) -> Vec<(TechniqueId, Vec<Object>)> {
    let there = sources::there(assessment, attack, systems.0.clone());
    let exceptions = sources::exceptions(assessment);
    let concerned = attack.techniques.iter().filter(|t| !exceptions.contains(&t.id));
    let objects = concerned.filter_map(|technique| {
        let seen = sources::seen(technique, attack, own.get(&technique.id), &there);
        let mut alike: BTreeMap<i8, Vec<&Seen<'_>>> = BTreeMap::new();
        for seen in seen.iter().filter(|seen| seen.score() > 0) {
            alike.entry(seen.score()).or_default().push(seen);
        }
        let object = |(score, seen): (i8, Vec<&Seen<'_>>)| Object {
            systems: seen.iter().map(|seen| seen.system.name.clone()).collect(),
            location: Vec::new(),
            comment: String::new(),
            history: vec![generated(score, assessment.as_of)],
        };
        let objects: Vec<Object> = alike.into_iter().map(object).collect();
        Some((technique.id, objects)).filter(|(_, objects)| !objects.is_empty())
    });
    objects.collect()
}

fn generated(score: i8, as_of: Date) -> ScoreEntry {
    ScoreEntry { date: Some(as_of), score, auto_generated: true, comment: String::new() }
}

/// The detection score whose strength is nearest, of two as near the higher.
fn nearest_score(strength: f64, policy: &Policy) -> i8 {
    let anchors = [
        0.0,
        policy.anchor_dettect_1,
        policy.anchor_dettect_2,
        policy.anchor_dettect_3,
        policy.anchor_dettect_4,
        policy.anchor_dettect_5,
    ];
    let distance = |anchor: f64| (anchor - strength).abs();
    let mut nearest = (0, distance(anchors[0]));
    for (score, anchor) in (0..).zip(anchors) {
        if distance(anchor) <= nearest.1 + 1e-9 {
            nearest = (score, distance(anchor));
        }
    }
    nearest.0
}

/// An entry needs a day unless it says that there is nothing. One that had none is as old as the
/// oldest that has.
fn logbook(out: &mut Yaml, history: &[ScoreEntry], side: Side, as_of: Date) {
    let (nothing, highest) = match side {
        Side::Detection => (-1, 5),
        Side::Visibility => (0, 4),
    };
    let oldest = history.iter().filter_map(|entry| entry.date).min().unwrap_or(as_of);
    out.line(2, "score_logbook:");
    for entry in history {
        let score = entry.score.clamp(nothing, highest);
        let date = entry.date.or((score > nothing).then_some(oldest));
        let date = date.map_or("null".to_owned(), |date| date.to_string());
        out.line(2, &format!("- date: {date}"));
        out.line(3, &format!("score: {score}"));
        out.value(3, "comment", &entry.comment);
        if entry.auto_generated {
            out.line(3, "auto_generated: true");
        }
    }
}

fn data_sources(assessment: &Assessment, attack: &Attack, systems: &Systems) -> Option<String> {
    let mut by_name: BTreeMap<String, Objects> = BTreeMap::new();
    let mut said: BTreeMap<(String, String), &Capability> = BTreeMap::new();
    let there = sources::data_sources(assessment);
    for source in there.filter(|source| !strength::is_off(source, &assessment.policy)) {
        let components = source.data_components.iter().filter_map(|id| attack.component(id));
        let mut names: Vec<String> =
            components.map(|ix| attack.components[ix].name.clone()).collect();
        if names.is_empty() {
            names.push(source.title.clone());
        }
        for (object, quality) in provided(source, assessment, systems) {
            for name in &names {
                let objects = by_name.entry(name.clone()).or_insert_with(|| systems.objects());
                // The quality travels as the score: 0 to 40.
                let history = vec![generated(quality, assessment.as_of)];
                objects.stated(Object { history, ..object.clone() });
                said.entry((name.clone(), object.comment.clone())).or_insert(source);
            }
        }
    }
    if by_name.is_empty() {
        return None;
    }
    let mut out = Yaml::file("data-source-administration", "1.1", assessment);
    out.value(0, "name", "lacuna");
    out.value(0, "domain", &assessment.attack.domain);
    out.line(0, "systems:");
    for system in &systems.0 {
        out.value(0, "- applicable_to", &system.name);
        let platforms: Vec<&str> = match system.platforms.is_empty() {
            true => vec!["all"],
            false => system.platforms.iter().map(String::as_str).collect(),
        };
        out.list(1, "platform", &platforms);
    }
    out.line(0, "data_sources:");
    for (name, objects) in by_name {
        out.value(0, "- data_source_name", &name);
        out.line(1, "data_source:");
        for object in objects.all() {
            let source = said.get(&(name.clone(), object.comment.clone()));
            data_source(&mut out, &object, source.copied());
        }
    }
    let exceptions = sources::exceptions(assessment);
    if !exceptions.is_empty() {
        out.line(0, "exceptions:");
    }
    for id in exceptions {
        let name = attack.technique(id).map_or("", |ix| &attack.techniques[ix].name);
        out.line(0, &format!("- technique_id: {id}"));
        out.value(1, "name", name);
    }
    Some(out.text)
}

/// A data source on some systems.
fn data_source(out: &mut Yaml, object: &Object, source: Option<&Capability>) {
    let connected = source.and_then(|source| source.modified);
    let connected = connected.map_or("null".to_owned(), |date| date.to_string());
    let comment = source.and_then(|source| source.notes.as_deref());
    let quality = object.history.first().map_or(0, |entry| entry.score);
    out.list(1, "- applicable_to", &object.applicable_to());
    out.line(2, "date_registered: null");
    out.line(2, &format!("date_connected: {connected}"));
    out.list(2, "products", &object.location);
    out.line(2, &format!("available_for_data_analytics: {}", source.is_none_or(is_usable)));
    out.value(2, "comment", comment.unwrap_or_default());
    out.line(2, "data_quality:");
    for (dimension, value) in dimensions(quality) {
        out.line(3, &format!("{dimension}: {value}"));
    }
}

/// What a data source provides on which systems, with its quality in fortieths. The comment of an
/// object is the id of its source.
fn provided(source: &Capability, assessment: &Assessment, systems: &Systems) -> Vec<(Object, i8)> {
    let object = |systems: Vec<String>, quality: f64| {
        let fortieths = if quality > 0.0 { (quality * 40.0).round().max(1.0) } else { 0.0 };
        let object = Object {
            systems,
            location: source.location.clone(),
            comment: source.id.clone(),
            history: Vec::new(),
        };
        (object, fortieths.min(40.0) as i8)
    };
    let status = strength::status_multiplier(source.status, &assessment.policy);
    match (source.strength, &source.telemetry, &source.scope) {
        (Some(quality), ..) => vec![object(systems.limited_to(source), quality)],
        (None, None | Some(Share::Everywhere(_)), None | Some(Share::Everywhere(_))) => {
            let share = |share: &Option<Share>| share.as_ref().map_or(1.0, |share| share.on(""));
            let quality = status * share(&source.telemetry) * share(&source.scope);
            vec![object(systems.limited_to(source), quality)]
        }
        (None, telemetry, scope) => {
            let share = |share: &Option<Share>, platform: &str| {
                share.as_ref().map_or(1.0, |share| share.on(platform))
            };
            let of_system = |system: &System| {
                let shares = system.platforms.iter();
                let shares = shares.map(|p| status * share(telemetry, p) * share(scope, p));
                object(vec![system.name.clone()], shares.fold(0.0, f64::max))
            };
            let limit = systems.limited_to(source);
            let meant = |system: &&System| limit.is_empty() || limit.contains(&system.name);
            systems.0.iter().filter(meant).map(of_system).filter(|(_, q)| *q > 0).collect()
        }
    }
}

/// A data source of some quality whose telemetry counts for nothing is not there for analytics.
fn is_usable(source: &Capability) -> bool {
    let nothing = source.telemetry.as_ref().is_some_and(|share| share.largest() <= 0.0);
    !(nothing && source.strength.is_some_and(|quality| quality > 0.0))
}

/// The dimensions of a quality in fortieths, weighed as DeTT&CT does; as even as can be.
fn dimensions(quality: i8) -> [(&'static str, i8); 5] {
    let (each, mut rest) = (quality / 8, quality % 8);
    let mut part = |weight: i8| {
        let more = i8::from(rest >= weight);
        rest -= more * weight;
        each + more
    };
    let (device, field, retention) = (part(2), part(2), part(2));
    [
        ("device_completeness", device),
        ("data_field_completeness", field),
        ("timeliness", part(1)),
        ("consistency", part(1)),
        ("retention", retention),
    ]
}

/// The adversaries of the profile, each with its weight at every technique it uses itself.
fn groups(assessment: &Assessment, attack: &Attack) -> Option<String> {
    let known = super::groups::chosen(attack, &assessment.profile);
    if known.is_empty() {
        return None;
    }
    // DeTT&CT counts in whole numbers; weights are only relative.
    let all = || known.iter().flat_map(|adversary| &adversary.techniques);
    let is_whole = all().all(|(_, weight)| weight.fract() == 0.0);
    let scale = if is_whole { 1.0 } else { 100.0 };
    let mut out = Yaml::file("group-administration", "1.0", assessment);
    out.value(0, "domain", &assessment.attack.domain);
    out.list(0, "platform", &["all"]);
    out.line(0, "groups:");
    for adversary in known {
        out.value(0, "- group_name", adversary.name);
        out.line(1, "campaign: null");
        let used = &adversary.techniques;
        out.line(1, if used.is_empty() { "technique_id: []" } else { "technique_id:" });
        for (technique, weight) in used {
            let weight = (weight * scale).round().max(1.0);
            out.line(2, &format!("{technique}: {weight}"));
        }
        out.line(1, "software_id: []");
        out.line(1, "enabled: true");
    }
    Some(out.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strength_of_a_score_leads_back_to_it() {
        let policy = Policy::default();
        let scores = [0.0, 0.1, 0.3, 0.5, 0.7, 0.9].map(|s| nearest_score(s, &policy));
        assert_eq!(scores, [0, 1, 2, 3, 4, 5]);
        assert_eq!([0.04, 0.05, 0.2, 1.0].map(|s| nearest_score(s, &policy)), [0, 1, 2, 5]);
    }

    #[test]
    fn dimensions_weigh_as_much_as_the_quality() {
        for quality in 0..=40 {
            let values = dimensions(quality).map(|(_, value)| value);
            assert!(values.iter().all(|value| (0..=5).contains(value)), "{quality}: {values:?}");
            let [device, field, timeliness, consistency, retention] = values;
            assert_eq!(2 * (device + field + retention) + timeliness + consistency, quality);
        }
    }
}
