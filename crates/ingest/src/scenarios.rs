//! What boards ask about, as sets of techniques that are built in: a file each, in
//! `controls/profiles/scenarios`. Nothing is parsed before it is asked for.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use model::attack::Attack;
use model::id::TechniqueId;
use model::scenario::Scenario;
use serde::Deserialize;

use crate::built_in::SCENARIOS;
use crate::named::Naming;

/// A scenario as its file describes it. The ids are those of ATT&CK 18.1.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Described {
    /// Its place among the others, from 1.
    pub place: usize,
    /// `ransomware`, which is also the name of its file.
    pub id: String,
    /// `Ransomware`.
    pub name: String,
    /// What a board asks.
    pub question: String,
    /// By what a case of it is told: it uses a technique of each list, or a sub-technique of one.
    pub marks: Vec<Vec<TechniqueId>>,
    /// Only techniques of these platforms belong to it; all do where none is named.
    #[serde(default)]
    pub platforms: Vec<String>,
    /// What the techniques are taken from.
    #[serde(default)]
    pub source: String,
    /// The part of the cases that use each technique, above 0 and up to 1.
    #[serde(default)]
    pub techniques: BTreeMap<TechniqueId, f64>,
}

impl Described {
    /// Whether a technique is one of those by which a case is told.
    #[must_use]
    pub fn is_mark(&self, id: TechniqueId) -> bool {
        self.marks.iter().any(|marks| is_among(marks, id))
    }

    /// Whether somebody who uses these techniques is a case of it.
    #[must_use]
    pub fn is_case(&self, techniques: &[TechniqueId]) -> bool {
        self.marks.iter().all(|marks| techniques.iter().any(|id| is_among(marks, *id)))
    }
}

fn is_among(marks: &[TechniqueId], id: TechniqueId) -> bool {
    marks.iter().any(|mark| *mark == id || id.is_sub_of(*mark))
}

/// Reads the file of a scenario.
///
/// # Errors
/// It is not as [`Described`] has it; the message says where.
pub fn describe(text: &str) -> Result<Described, String> {
    toml::from_str(text).map_err(|error| error.to_string())
}

static DESCRIBED: LazyLock<Vec<Described>> = LazyLock::new(|| {
    let read = |(_, text): &(&str, &str)| describe(text);
    let all: Result<Vec<Described>, String> = SCENARIOS.iter().map(read).collect();
    let mut all = all.expect("the scenarios that are built in are valid: tested");
    all.sort_by_key(|scenario| scenario.place);
    all
});

/// The scenarios that are built in, in the order in which they are read, as their files describe
/// them.
#[must_use]
pub fn described() -> &'static [Described] {
    &DESCRIBED
}

/// The scenarios with the ids of a release; those of which it knows no technique, as all are in
/// another domain, are left out.
#[must_use]
pub fn scenarios(attack: &Attack) -> Vec<Scenario> {
    let mut naming = Naming::new(attack);
    let scenario = |described: &Described| Scenario {
        id: described.id.clone(),
        name: described.name.clone(),
        question: described.question.clone(),
        source: described.source.clone(),
        techniques: naming.scenario(described).adversary.techniques,
    };
    let all = described().iter().map(scenario);
    all.filter(|scenario| !scenario.techniques.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use model::attack::ObjectKind;

    use super::*;
    use crate::snapshot::embedded;

    fn enterprise(version: &str) -> Attack {
        embedded("enterprise-attack", Some(version)).unwrap()
    }

    #[test]
    fn every_file_describes_one_scenario_in_its_place() {
        let ids: Vec<&str> = described().iter().map(|scenario| scenario.id.as_str()).collect();
        assert_eq!(
            ids,
            [
                "ransomware",
                "mail-compromise",
                "cloud-takeover",
                "data-theft",
                "destruction",
                "supply-chain"
            ]
        );
        for (at, scenario) in described().iter().enumerate() {
            assert_eq!(scenario.place, at + 1, "{}", scenario.id);
            assert!(SCENARIOS.iter().any(|(file, _)| *file == scenario.id), "{}", scenario.id);
            assert!(scenario.question.ends_with('?') && !scenario.name.is_empty());
            assert!(scenario.source.contains("ATT&CK Enterprise 18.1"), "{}", scenario.source);
            assert!(!scenario.marks.is_empty() && scenario.marks.iter().all(|m| !m.is_empty()));
        }
        for (file, text) in SCENARIOS {
            let first = text.lines().next().unwrap();
            assert!(first.starts_with("# source: "), "{file}: {first}");
            assert!(text.contains("licence"), "{file}");
        }
    }

    #[test]
    fn a_scenario_is_neither_a_handful_of_techniques_nor_half_of_attack() {
        let attack = enterprise("18.1");
        for scenario in described() {
            let (id, techniques) = (&scenario.id, &scenario.techniques);
            assert!((15..=80).contains(&techniques.len()), "{id}: {}", techniques.len());
            assert!(techniques.values().all(|share| 0.0 < *share && *share <= 1.0), "{id}");
            assert!(techniques.keys().any(|technique| scenario.is_mark(*technique)), "{id}");
            for technique in techniques.keys() {
                assert!(attack.technique(*technique).is_some(), "{id}: {technique}");
            }
        }
    }

    #[test]
    fn every_technique_leads_somewhere_in_both_releases() {
        for version in ["18.1", "19.2"] {
            let attack = enterprise(version);
            for (scenario, resolved) in described().iter().zip(scenarios(&attack)) {
                assert_eq!(scenario.id, resolved.id);
                for id in scenario.techniques.keys() {
                    let fate = attack.fate(ObjectKind::Technique, &id.to_string());
                    let leads = attack.technique(*id).is_some()
                        || matches!(fate, Some(model::attack::Fate::Replaced(_)));
                    assert!(leads, "{version}: {}: {id}", scenario.id);
                }
                let live = |id: &TechniqueId| attack.technique(*id).is_some();
                assert!(resolved.techniques.keys().all(live), "{version}: {}", scenario.id);
            }
        }
    }

    #[test]
    fn a_share_is_the_chance_of_the_technique_whatever_the_highest_is() {
        for scenario in described() {
            let resolved = scenarios(&enterprise("18.1"));
            let same = resolved.iter().find(|resolved| resolved.id == scenario.id).unwrap();
            assert_eq!(same.techniques, scenario.techniques);
        }
    }

    #[test]
    fn scenarios_are_not_one_another() {
        let sets: Vec<BTreeSet<TechniqueId>> =
            described().iter().map(|s| s.techniques.keys().copied().collect()).collect();
        for (at, one) in sets.iter().enumerate() {
            for other in &sets[at + 1..] {
                let both = one.intersection(other).count() as f64;
                let either = one.union(other).count() as f64;
                assert!(both / either < 0.6, "{at}: {both} of {either}");
            }
        }
    }

    #[test]
    fn another_domain_has_none() {
        for domain in ["mobile-attack", "ics-attack"] {
            assert_eq!(scenarios(&embedded(domain, None).unwrap()), []);
        }
    }
}
