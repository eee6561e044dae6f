//! Everything an assessment depends on.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::attack::Attack;
use crate::capability::Capability;
use crate::catalog::Catalog;
use crate::date::Date;
use crate::diagnostic::{Diagnostic, Origin};
use crate::id::TechniqueId;
use crate::policy::Policy;
use crate::resolve::Resolution;
use crate::segment::Segment;

/// Everything [`crate::assess`] depends on; two equal inputs give the same assessment, byte for
/// byte.
#[derive(Debug, Clone)]
pub struct Inputs<'a> {
    /// What adversaries are known to do.
    pub attack: &'a Attack,
    /// Facts about techniques from elsewhere.
    pub catalog: &'a Catalog,
    /// The day for which ages are counted.
    pub as_of: Date,
    /// Whom it is about.
    pub organisation: Organisation,
    /// Which part of ATT&CK concerns it.
    pub scope: ScopeChoice,
    /// Which adversaries concern it.
    pub profile: Profile,
    /// Every judgement number.
    pub policy: Policy,
    /// What was decided about single techniques.
    pub dispositions: Vec<Disposition>,
    /// What it has; shared with the assessment, which shows all of it again.
    pub capabilities: Vec<Arc<Capability>>,
    /// What was read, source by source.
    pub sources: Vec<Source>,
    /// What became of the ids that were read.
    pub resolution: Resolution,
    /// What there was to say while reading.
    pub diagnostics: Vec<Diagnostic>,
}

impl<'a> Inputs<'a> {
    /// Inputs that say nothing yet: every platform but PRE, no profile, the default policy.
    #[must_use]
    pub fn new(attack: &'a Attack, catalog: &'a Catalog, as_of: Date) -> Self {
        Self {
            attack,
            catalog,
            as_of,
            organisation: Organisation::default(),
            scope: ScopeChoice::default(),
            profile: Profile::default(),
            policy: Policy::default(),
            dispositions: Vec::new(),
            capabilities: Vec::new(),
            sources: Vec::new(),
            resolution: Resolution::default(),
            diagnostics: Vec::new(),
        }
    }
}

/// Whom an assessment is about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The customer of a service provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The part of the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// Free labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Who may read the result, such as `TLP:AMBER`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<String>,
}

/// Which part of ATT&CK concerns the organisation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScopeChoice {
    /// Share of the assets by platform name; empty stands for every platform but PRE, equally.
    pub platforms: BTreeMap<String, f64>,
    /// The only techniques that concern it, where somebody has listed them.
    pub only: Option<OnlyTechniques>,
    /// Techniques that are left out.
    pub exclude: Vec<Exclusion>,
    /// The parts of the organisation; none where it is one.
    pub segments: Vec<Segment>,
}

/// The techniques that a list names, and nothing else, are in scope. A technique takes its
/// sub-techniques with it, unless some of them are listed themselves.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OnlyTechniques {
    /// What the list is called.
    pub source: String,
    /// Its techniques, by the ids of the release, ascending.
    pub techniques: Vec<TechniqueId>,
    /// What became of the ids that it names.
    #[serde(default)]
    pub resolution: Resolution,
}

impl OnlyTechniques {
    /// Whether the list takes a technique into the scope.
    #[must_use]
    pub fn takes(&self, id: TechniqueId) -> bool {
        let by_parent = |parent: TechniqueId| {
            // Where sub-techniques are listed, they follow their parent.
            let at = self.techniques.binary_search(&parent);
            at.is_ok_and(|at| {
                !self.techniques.get(at + 1).is_some_and(|next| next.is_sub_of(parent))
            })
        };
        self.techniques.binary_search(&id).is_ok() || id.parent().is_some_and(by_parent)
    }
}

/// A technique that is left out of the scope, and why. It takes its sub-techniques with it,
/// except those that are listed themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// The technique.
    pub technique: TechniqueId,
    /// Why.
    pub reason: String,
    /// The decision behind it, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disposition: Option<Decided>,
}

/// Which adversaries concern the organisation, and how bad each technique would be.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Profile {
    /// Weights (any scale) by the id of a group, campaign or software, or of one below.
    #[serde(default)]
    pub adversaries: BTreeMap<String, f64>,
    /// Adversaries that the organisation describes itself, by ids that are none of ATT&CK's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub own: BTreeMap<String, OwnAdversary>,
    /// Impact by technique, 1 where nothing is said; values above 1 set the scale.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub impact: BTreeMap<TechniqueId, f64>,
}

/// An adversary that the organisation describes itself.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OwnAdversary {
    /// What it is called.
    pub name: String,
    /// The chance that it uses each technique itself, above 0 and up to 1, by the ids of the
    /// release.
    #[serde(default)]
    pub techniques: BTreeMap<TechniqueId, f64>,
    /// Software that it uses, by the ids of the release, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub software: Vec<String>,
    /// What became of the ids that it was described with.
    #[serde(default)]
    pub resolution: Resolution,
}

/// What was decided about one technique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disposition {
    /// The technique.
    pub technique: TechniqueId,
    /// The decision.
    pub decided: Decided,
}

/// A decision, who took it and until when it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// What was decided.
    pub decision: Decision,
    /// Who answers for it.
    #[serde(default)]
    pub owner: Option<String>,
    /// Who agreed to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approver: Option<String>,
    /// When a fix is due.
    #[serde(default)]
    pub due: Option<Date>,
    /// Until when any other decision holds.
    #[serde(default)]
    pub until: Option<Date>,
    /// Where it is tracked.
    #[serde(default)]
    pub ticket: Option<String>,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
    /// Where it stands, where that is not the project's own file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

impl Decided {
    /// Whether two say the same, wherever each of them stands.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let stands_here = |decided: &Self| Self { origin: None, ..decided.clone() };
        stands_here(self) == stands_here(other)
    }

    /// The day that matters: when a fix is due, until when any other decision holds.
    #[must_use]
    pub fn day(&self) -> Option<Date> {
        match self.decision {
            Decision::Fix => self.due,
            Decision::Accept | Decision::Opportunistic | Decision::Exclude => self.until,
        }
    }

    /// Whether it holds on a day. A fix holds until the gap is closed.
    #[must_use]
    pub fn holds(&self, day: Date) -> bool {
        self.decision == Decision::Fix || self.until.is_none_or(|until| until >= day)
    }
}

/// The decisions there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// The gap will be closed; it stays in the list.
    Fix,
    /// The gap is accepted; it leaves the list but not the numbers.
    Accept,
    /// Little is enough.
    Opportunistic,
    /// The technique leaves the scope.
    Exclude,
}

impl Decision {
    /// The decision in a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Fix => "fix",
            Self::Accept => "accept",
            Self::Opportunistic => "opportunistic",
            Self::Exclude => "exclude",
        }
    }
}

/// What was read from one source. Every record counts once: `records` is the sum of the four
/// classes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Source {
    /// As typed.
    pub path: String,
    /// Formats found, joined by a comma.
    pub format: String,
    /// Of the file, or of the folder's sorted paths and hashes.
    pub sha256: String,
    /// Files read.
    #[serde(default)]
    pub files: usize,
    /// Records found.
    pub records: usize,
    /// Records that count.
    pub used: usize,
    /// Records that are switched off or withdrawn.
    pub off: usize,
    /// Records that name no technique.
    pub without_technique: usize,
    /// Records that were not understood.
    pub not_understood: usize,
    /// Files, and parts of files, that hold no records.
    #[serde(default)]
    pub skipped: usize,
    /// The account by format, where the source holds several.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub formats: BTreeMap<String, FormatCounts>,
}

/// What was read of one format in a source.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FormatCounts {
    /// Files of the format.
    pub files: usize,
    /// Records found.
    pub records: usize,
    /// Records that count.
    pub used: usize,
    /// Records that are switched off or withdrawn.
    pub off: usize,
    /// Records that name no technique.
    pub without_technique: usize,
    /// Records that were not understood.
    pub not_understood: usize,
}
