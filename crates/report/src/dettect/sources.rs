//! How many of a technique's data sources are there, system by system, as DeTT&CT counts them:
//! a data source is there where any dimension of its quality is above 0.

use std::collections::{BTreeMap, BTreeSet};

use model::assessment::Assessment;
use model::attack::{Attack, Technique};
use model::capability::{Capability, Kind, Status};
use model::id::TechniqueId;
use model::scope::ANY_PLATFORM;
use model::strength;

use super::{Cell, Picture, entry, legend_item};

/// The data sources in which DeTT&CT would see a technique and that ATT&CK does not have.
pub type OwnSources = BTreeMap<TechniqueId, OwnSource>;

/// Data sources of DeTT&CT's own, for a technique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSource {
    /// Their names.
    pub names: Vec<String>,
    /// The component of ATT&CK that they stand for.
    pub instead_of: Option<String>,
}

/// What DeTT&CT adds to the names of its own data sources.
const MARK: &str = " [DeTT&CT data source]";

/// Upper bounds of shares in percent, and their colours.
const SHARES: [(f64, &str, &str); 5] = [
    (25.0, "1-25%", "#E1BEE7"),
    (50.0, "26-50%", "#CE93D8"),
    (75.0, "51-75%", "#AB47BC"),
    (99.0, "76-99%", "#7B1FA2"),
    (f64::INFINITY, "100%", "#4A148C"),
];

/// Some machines of the organisation, as its data sources tell them apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct System {
    pub(super) name: String,
    /// Its platforms; none where it may be on any.
    pub(super) platforms: BTreeSet<String>,
}

impl System {
    fn is_on(&self, platforms: &[String]) -> bool {
        self.platforms.is_empty() || platforms.iter().any(|name| self.platforms.contains(name))
    }

    /// Whether a technique can happen on it.
    pub(super) fn concerns(&self, technique: &Technique, attack: &Attack) -> bool {
        let mut names = technique.platforms.iter().map(|ix| &attack.platforms[*ix]);
        self.platforms.is_empty()
            || technique.platforms.is_empty()
            || names.any(|name| self.platforms.contains(name))
    }
}

/// The systems that data sources name, by name; where they name none, the platforms in scope.
pub(super) fn systems(assessment: &Assessment) -> Vec<System> {
    let named = named(data_sources(assessment));
    if named.is_empty() { of_platforms(assessment) } else { named }
}

/// The systems that these name, by name, each with its platforms: what is for several systems says
/// little about one of them, and counts only where nothing is for that alone. One that is called
/// like a platform is on that.
pub(super) fn named<'a>(by: impl Iterator<Item = &'a Capability>) -> Vec<System> {
    let mut alone: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut together: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for capability in by {
        let of = if capability.systems.len() == 1 { &mut alone } else { &mut together };
        for system in &capability.systems {
            of.entry(system).or_default().extend(capability.platforms.iter().flatten().cloned());
        }
    }
    together.retain(|name, _| !alone.contains_key(name));
    alone.append(&mut together);
    let system = |(name, platforms): (&str, BTreeSet<String>)| System {
        platforms: match platforms.contains(name) {
            true => BTreeSet::from([name.to_owned()]),
            false => platforms,
        },
        name: name.to_owned(),
    };
    alone.into_iter().map(system).collect()
}

/// A system a platform in scope. ICS has none, so that all of it is one system; DeTT&CT allows none
/// that is called "all".
pub(super) fn of_platforms(assessment: &Assessment) -> Vec<System> {
    let names = assessment.scope.platforms.keys().filter(|name| *name != ANY_PLATFORM);
    let system =
        |name: &String| System { name: name.clone(), platforms: BTreeSet::from([name.clone()]) };
    let systems: Vec<System> = names.map(system).collect();
    match systems.is_empty() {
        true => vec![System { name: "Any system".to_owned(), platforms: BTreeSet::new() }],
        false => systems,
    }
}

pub(super) fn data_sources(assessment: &Assessment) -> impl Iterator<Item = &Capability> {
    assessment.capabilities.iter().map(AsRef::as_ref).filter(|c| c.kind == Kind::DataSource)
}

/// The techniques about which no data source is to say anything.
pub(super) fn exceptions(assessment: &Assessment) -> BTreeSet<TechniqueId> {
    let exempt = data_sources(assessment).filter(|c| c.status == Status::NotApplicable);
    exempt.flat_map(|capability| capability.techniques.iter().copied()).collect()
}

/// Whether a data source is there on a system.
fn is_there(source: &Capability, system: &System, assessment: &Assessment) -> bool {
    let of_system = source.systems.is_empty() || source.systems.contains(&system.name);
    let on_platform = source.platforms.as_ref().is_none_or(|names| system.is_on(names));
    let collected = |share: &model::capability::Share| {
        system.platforms.iter().any(|name| share.on(name) > 0.0)
            || (system.platforms.is_empty() && share.largest() > 0.0)
    };
    let has_quality = match (source.strength, &source.telemetry) {
        (None, None) => true,
        (quality, telemetry) => {
            quality.is_some_and(|quality| quality > 0.0)
                || telemetry.as_ref().is_some_and(collected)
        }
    };
    of_system && on_platform && has_quality && !strength::is_off(source, &assessment.policy)
}

/// What there is on a system: positions of components, and names of DeTT&CT's own sources.
pub(super) struct There {
    system: System,
    components: BTreeSet<usize>,
    own: BTreeSet<String>,
}

/// What there is on each system.
pub(super) fn there(assessment: &Assessment, attack: &Attack, systems: Vec<System>) -> Vec<There> {
    let on = |system: System| {
        let sources: Vec<&Capability> =
            data_sources(assessment).filter(|s| is_there(s, &system, assessment)).collect();
        let components = sources.iter().flat_map(|s| &s.data_components);
        let own = sources.iter().filter_map(|source| source.title.strip_suffix(MARK));
        There {
            components: components.filter_map(|id| attack.component(id)).collect(),
            own: own.map(str::to_owned).collect(),
            system,
        }
    };
    systems.into_iter().map(on).collect()
}

/// What can show a technique on a system, and how much of it is there.
pub(super) struct Seen<'a> {
    pub(super) system: &'a System,
    available: Vec<&'a str>,
    applicable: usize,
}

impl Seen<'_> {
    /// In percent; 0 where nothing can show it.
    pub(super) fn percent(&self) -> f64 {
        match self.applicable {
            0 => 0.0,
            applicable => 100.0 * self.available.len() as f64 / applicable as f64,
        }
    }

    /// The visibility that DeTT&CT gives for it, 0 to 4.
    pub(super) fn score(&self) -> i8 {
        match self.percent() {
            percent if percent <= 0.0 => 0,
            percent if percent <= 49.0 => 1,
            percent if percent <= 74.0 => 2,
            percent if percent <= 99.0 => 3,
            _ => 4,
        }
    }
}

/// How much of a technique is seen, on each system that it concerns.
pub(super) fn seen<'a>(
    technique: &Technique,
    attack: &'a Attack,
    own: Option<&'a OwnSource>,
    there: &'a [There],
) -> Vec<Seen<'a>> {
    let replaced = own.and_then(|own| own.instead_of.as_deref());
    let concerned = there.iter().filter(|there| there.system.concerns(technique, attack));
    let on = |there: &'a There| {
        let components = technique.components.iter().filter(|ix| {
            let component = &attack.components[**ix];
            let mut names = component.platforms.iter().map(|ix| &attack.platforms[*ix]);
            let is_looked_for = component.platforms.is_empty()
                || there.system.platforms.is_empty()
                || names.any(|name| there.system.platforms.contains(name));
            is_looked_for && replaced != Some(&component.name)
        });
        let components: Vec<usize> = components.copied().collect();
        let own = own.map_or(&[][..], |own| &own.names);
        let available = components.iter().filter(|ix| there.components.contains(ix));
        let available = available.map(|ix| attack.components[*ix].name.as_str());
        let own_available = own.iter().filter(|name| there.own.contains(*name));
        Seen {
            system: &there.system,
            available: available.chain(own_available.map(String::as_str)).collect(),
            applicable: components.len() + own.len(),
        }
    };
    concerned.map(on).collect()
}

pub(super) fn picture(assessment: &Assessment, attack: &Attack, own: &OwnSources) -> Picture {
    let there = there(assessment, attack, systems(assessment));
    let exceptions = exceptions(assessment);
    let cell = |technique: &Technique| {
        if exceptions.contains(&technique.id) {
            return Cell::default();
        }
        let own = own.get(&technique.id);
        let seen = seen(technique, attack, own, &there);
        let sum: f64 = seen.iter().map(Seen::percent).sum();
        let mean = if seen.is_empty() { 0.0 } else { sum / seen.len() as f64 };
        let share = SHARES.iter().find(|(most, ..)| mean <= *most).filter(|_| mean > 0.0);
        let names = technique.components.iter().map(|ix| attack.components[*ix].name.as_str());
        let names = names.collect::<Vec<_>>().join(", ");
        let own = own.map(|own| own.names.join(", ")).unwrap_or_default();
        let said = seen.iter().filter(|seen| seen.percent() > 0.0).flat_map(|seen| {
            [
                entry("Applicable to", seen.system.name.clone()),
                entry("Available data sources", seen.available.join(", ")),
                entry("ATT&CK data sources", names.clone()),
                entry("DeTT&CT data sources", own.clone()),
                entry("Score", format!("{:.0}%", seen.percent().floor())),
            ]
        });
        Cell { score: None, color: share.map(|(.., color)| *color), metadata: said.collect() }
    };
    let legend = SHARES.iter();
    let legend = legend
        .map(|(_, words, color)| legend_item(format!("{words} of data sources available"), color));
    Picture {
        name: "Data sources".to_owned(),
        description: "The share of a technique's data sources that are available, the mean of the \
                      systems it concerns, as DeTT&CT counts them."
            .to_owned(),
        sorting: 0,
        gradient: None,
        legend: legend.collect(),
        cells: attack.techniques.iter().map(|t| (t.id, cell(t))).collect(),
    }
}
