//! Facts about techniques that ATT&CK itself does not hold: choke points, public rules, and what the
//! controls of other frameworks do about them.

use std::collections::{BTreeMap, BTreeSet};

use crate::attack::{Attack, Fate, ObjectKind, TechniqueIx};
use crate::capability::{Ctid, Function, Level};
use crate::id::TechniqueId;
use crate::score::Range;

/// Catalogued facts, by technique of one ATT&CK release.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Catalog {
    choke: BTreeMap<TechniqueIx, f64>,
    public_rules: BTreeMap<TechniqueIx, u32>,
    /// The strongest score of each pair of function and technique, by control.
    controls: BTreeMap<String, BTreeMap<(Function, TechniqueIx), Option<Ctid>>>,
    /// The same for what categories of products do, at most.
    categories: BTreeMap<String, BTreeMap<(Function, TechniqueIx), Level>>,
    /// The controls of another framework that a control is related to.
    related: BTreeMap<String, BTreeSet<String>>,
}

/// What a control does about a technique, as it stands in a catalogue or as a related control does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Borrowed<'a> {
    /// The technique.
    pub technique: TechniqueIx,
    /// What it does.
    pub function: Function,
    /// How well, where the catalogue says so.
    pub score: Option<Ctid>,
    /// The related control by which it reaches the technique.
    pub by: Option<&'a str>,
}

/// What a control of a catalogue does about a technique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ControlMapping {
    /// The technique, by an id of any release.
    pub technique: TechniqueId,
    /// What it does.
    pub function: Function,
    /// How well, where the catalogue says so.
    pub score: Option<Ctid>,
}

/// What a stack that anybody can look up comes to where all of it is in place: what good looks
/// like. It was computed for every platform but PRE, without a profile, by the default policy.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceStack {
    /// `nist_800_53`.
    pub id: String,
    /// The version of the enterprise release it was computed for.
    pub attack_version: String,
    /// The platforms of that scope.
    pub platforms: usize,
    /// The techniques of that scope.
    pub techniques: usize,
    /// The controls and rules of the stack.
    pub capabilities: usize,
    /// Coverage against adversaries.
    pub coverage: Range,
    /// The same by one function alone.
    pub by_function: BTreeMap<Function, Range>,
    /// Coverage of each scenario that is built in, by its id.
    pub scenarios: BTreeMap<String, Range>,
}

impl Catalog {
    /// Brings catalogued facts onto a release. Ids resolve like any other; where several become
    /// one, rule counts add up and the largest choke value holds.
    #[must_use]
    pub fn new(
        attack: &Attack,
        choke_points: impl IntoIterator<Item = (TechniqueId, f64)>,
        public_rules: impl IntoIterator<Item = (TechniqueId, u32)>,
    ) -> Self {
        let mut catalog = Self::default();
        for (id, choke) in choke_points {
            if let Some(technique) = current(attack, id) {
                let known = catalog.choke.entry(technique).or_insert(0.0);
                *known = known.max(choke);
            }
        }
        for (id, rules) in public_rules {
            if let Some(technique) = current(attack, id) {
                *catalog.public_rules.entry(technique).or_insert(0) += rules;
            }
        }
        catalog
    }

    /// Adds what a control does, by its framework and id. Ids resolve like any other; where several
    /// become one, the strongest score holds.
    pub fn add_control(
        &mut self,
        attack: &Attack,
        control: &str,
        mappings: impl IntoIterator<Item = ControlMapping>,
    ) {
        let known = self.controls.entry(control.to_owned()).or_default();
        for ControlMapping { technique, function, score } in mappings {
            if let Some(technique) = current(attack, technique) {
                let best = known.entry((function, technique)).or_default();
                *best = score.max(*best);
            }
        }
    }

    /// Says that a control is related to one of another framework. What that one does, it is taken
    /// to do too, but on paper only: how well is not known, whatever is known of the other.
    pub fn relate(&mut self, control: &str, to: &str) {
        self.related.entry(control.to_owned()).or_default().insert(to.to_owned());
    }

    /// What a control does about which techniques, and how well where that is known: first what
    /// its own catalogue says.
    pub fn control<'a>(&'a self, control: &str) -> impl Iterator<Item = Borrowed<'a>> {
        let own = self.controls.get(control).into_iter().flatten();
        let own = own.map(|((function, technique), score)| Borrowed {
            technique: *technique,
            function: *function,
            score: *score,
            by: None,
        });
        let related = self.related.get(control).into_iter().flatten();
        own.chain(related.flat_map(|to| {
            let known = self.controls.get(to).into_iter().flatten();
            known.map(|((function, technique), _)| Borrowed {
                technique: *technique,
                function: *function,
                score: None,
                by: Some(to),
            })
        }))
    }

    /// Adds what products of a category do, and how well at most. Ids resolve like any other.
    pub fn add_category(
        &mut self,
        attack: &Attack,
        category: &str,
        mappings: impl IntoIterator<Item = (Function, TechniqueId, Level)>,
    ) {
        let known = self.categories.entry(category.to_owned()).or_default();
        for (function, technique, level) in mappings {
            if let Some(technique) = current(attack, technique) {
                let most = known.entry((function, technique)).or_insert(level);
                *most = level.max(*most);
            }
        }
    }

    /// What products of a category do about which techniques, and how well at most.
    pub fn category(&self, category: &str) -> impl Iterator<Item = (Function, TechniqueIx, Level)> {
        let mappings = self.categories.get(category).into_iter().flatten();
        mappings.map(|((function, technique), level)| (*function, *technique, *level))
    }

    /// How much of a choke point a technique is, 0..=1: its own value, else its parent's, else 0
    /// (CTID, Top ATT&CK Techniques).
    #[must_use]
    pub fn choke(&self, attack: &Attack, technique: TechniqueIx) -> f64 {
        let own = self.choke.get(&technique);
        let inherited = || attack.parent(technique).and_then(|parent| self.choke.get(&parent));
        own.or_else(inherited).copied().unwrap_or(0.0)
    }

    /// Number of public rules (Sigma, Elastic, Splunk) that name the technique itself.
    #[must_use]
    pub fn public_rules(&self, technique: TechniqueIx) -> u32 {
        self.public_rules.get(&technique).copied().unwrap_or(0)
    }
}

fn current(attack: &Attack, id: TechniqueId) -> Option<TechniqueIx> {
    attack.technique(id).or_else(|| match attack.fate(ObjectKind::Technique, &id.to_string())? {
        Fate::Replaced(successor) => attack.technique(successor.parse().ok()?),
        Fate::Deprecated => None,
    })
}
