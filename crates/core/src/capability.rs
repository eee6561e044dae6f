//! What an organisation has: a detection rule, a control, a data source; one row of the native
//! register, with the ids resolved.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::diagnostic::Origin;
use crate::id::TechniqueId;

/// An enum whose values are words of the register.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// All values.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word for it in the register.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The value with this word.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.word() == word)
            }
        }
    };
}

words! {
    /// What a capability is.
    Kind {
        /// A detection rule.
        Rule = "rule",
        /// A control, preventive or otherwise.
        Control = "control",
        /// A source of telemetry: it makes others possible and covers nothing itself.
        DataSource = "data source",
    }
}

words! {
    /// What a capability does about a technique.
    Function {
        /// It stops it.
        Prevent = "prevent",
        /// It notices it.
        Detect = "detect",
        /// It helps after the fact; this never makes a technique covered.
        Respond = "respond",
        /// It only records; this gates and explains but never covers.
        Observe = "observe",
    }
}

impl Function {
    /// The functions that are scored, in the order in which they are shown.
    pub const SCORED: [Self; 3] = [Self::Prevent, Self::Detect, Self::Respond];
}

words! {
    /// How far a capability is in place.
    Status {
        /// A control that is in place.
        Implemented = "implemented",
        /// A rule that is switched on.
        Enabled = "enabled",
        /// In place in another way.
        Alternative = "alternative",
        /// In place in part.
        Partial = "partial",
        /// Tried out.
        Pilot = "pilot",
        /// Nobody knows.
        Unknown = "unknown",
        /// Intended.
        Planned = "planned",
        /// Switched off.
        Disabled = "disabled",
        /// Not there.
        NotImplemented = "not_implemented",
        /// Does not apply to this organisation.
        NotApplicable = "not_applicable",
        /// In a library: it could be switched on.
        Library = "library",
    }
}

words! {
    /// What a claim rests on.
    Basis {
        /// Tests.
        Validated = "validated",
        /// A published mapping.
        Published = "published",
        /// The tags of a rule.
        Tagged = "tagged",
        /// Somebody's word.
        Attested = "attested",
        /// What products of its category do; more than its name is not known.
        Category = "category",
        /// Nobody knows.
        Unknown = "unknown",
    }
}

words! {
    /// A named strength.
    Level {
        /// No effect.
        None = "none",
        /// 1-20 %.
        Minimal = "minimal",
        /// 21-40 %.
        Low = "low",
        /// 41-60 %.
        Moderate = "moderate",
        /// 61-80 %.
        High = "high",
        /// 81-100 %.
        VeryHigh = "very_high",
    }
}

words! {
    /// A score of the Center for Threat-Informed Defense's mappings.
    Ctid {
        /// Low coverage.
        Minimal = "minimal",
        /// In between.
        Partial = "partial",
        /// High coverage, few errors, near real time.
        Significant = "significant",
    }
}

words! {
    /// How mature a rule is, by its author.
    RuleStatus {
        /// Ready for production.
        Stable = "stable",
        /// Under test.
        Test = "test",
        /// New.
        Experimental = "experimental",
        /// Being written.
        Development = "development",
        /// Given up.
        Deprecated = "deprecated",
        /// Not supported by the tools it is meant for.
        Unsupported = "unsupported",
    }
}

words! {
    /// How severe a rule's alerts are.
    RuleLevel {
        /// Act at once.
        Critical = "critical",
        /// Act.
        High = "high",
        /// Look.
        Medium = "medium",
        /// Notable.
        Low = "low",
        /// For the record.
        Informational = "informational",
    }
}

/// A share of 0..=1: of everything, or platform by platform (a platform not named counts 0).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Share {
    /// The same everywhere.
    Everywhere(f64),
    /// By platform; the row is limited to these.
    ByPlatform(BTreeMap<String, f64>),
}

impl Share {
    /// The share on a platform.
    #[must_use]
    pub fn on(&self, platform: &str) -> f64 {
        match self {
            Self::Everywhere(share) => *share,
            Self::ByPlatform(shares) => shares.get(platform).copied().unwrap_or(0.0),
        }
    }

    /// The largest share on any platform.
    #[must_use]
    pub fn largest(&self) -> f64 {
        match self {
            Self::Everywhere(share) => *share,
            Self::ByPlatform(shares) => shares.values().copied().fold(0.0, f64::max),
        }
    }
}

/// An entry of the logbook of a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreEntry {
    /// The day from which it holds; not said where it was never more than nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// The score, on the scale of DeTT&CT: -1..=5 for detection, 0..=4 for visibility.
    pub score: i8,
    /// A machine gave it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub auto_generated: bool,
    /// Why it changed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
}

/// One thing the organisation has. Fields are the columns of the register; what is `None` or
/// empty was not said. Names of platforms, techniques and components are those of the ATT&CK
/// release in use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Capability {
    /// The record's own id, or one made from its place.
    pub id: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What it is.
    pub kind: Kind,
    /// What it does.
    pub function: Function,
    /// Live techniques it names, ascending, after resolution.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub techniques: Vec<TechniqueId>,
    /// Live ATT&CK mitigations it implements, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mitigations: Vec<String>,
    /// Controls of catalogues that it implements, by framework and id, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<String>,
    /// Data components it needs or provides, by id, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data_components: Vec<String>,
    /// Tactics it names, by id, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tactics: Vec<String>,
    /// Groups, campaigns and software it names, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adversaries: Vec<String>,
    /// Platforms it is limited to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platforms: Option<Vec<String>>,
    /// Systems of the organisation that it is limited to, as written, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub systems: Vec<String>,
    /// Where it is built: rules, use cases or products, as written, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub location: Vec<String>,
    /// How far it is in place.
    pub status: Status,
    /// What its claim rests on.
    pub basis: Basis,
    /// Strength as a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<f64>,
    /// Strength as a word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Strength as a CTID score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ctid: Option<Ctid>,
    /// Strength as a DeTT&CT detection score, -1..=5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dettect: Option<i8>,
    /// What was scored when, in DeTT&CT's scale; the newest is first, and holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub score_history: Vec<ScoreEntry>,
    /// Strength as a level of Summiting the Pyramid, 1..=5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stp: Option<u8>,
    /// A rule's maturity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_status: Option<RuleStatus>,
    /// A rule's severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_level: Option<RuleLevel>,
    /// It is a mapping that carries no score.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unscored: bool,
    /// It is a hunting or building-block rule.
    #[serde(default, skip_serializing_if = "is_false")]
    pub hunting: bool,
    /// What it shares its failures with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// Its log sources as written, ascending, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log_source: Vec<String>,
    /// Segments of the organisation that it is there for, ascending; empty stands for all.
    #[serde(default, rename = "segment", skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<String>,
    /// Availability of what it needs to see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<Share>,
    /// Share of the assets it reaches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Share>,
    /// Distinct procedures it stopped or noticed in tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests_passed: Option<u32>,
    /// Distinct procedures tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests_run: Option<u32>,
    /// Day of the last test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests_last: Option<Date>,
    /// Day on which it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Date>,
    /// Day on which it was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<Date>,
    /// Day of its last alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_fired: Option<Date>,
    /// Its alerts of the last 90 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alerts_90d: Option<u32>,
    /// Share of its alerts that are false, 0..=1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub false_positive_rate: Option<f64>,
    /// Cost, in the user's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// What it is bought with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<String>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Remarks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Ids as written, by the live technique they led to, where the two differ.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub written: BTreeMap<TechniqueId, Vec<String>>,
    /// Where it stands.
    #[serde(default)]
    pub origin: Origin,
    /// Columns that were blank and got a default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defaulted: Vec<String>,
    /// Columns that a patch has changed, in the order of the register.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patched: Vec<String>,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Capability {
    /// A capability of which nothing is known but this.
    #[must_use]
    pub fn new(id: impl Into<String>, kind: Kind, function: Function) -> Self {
        Self {
            id: id.into(),
            title: String::new(),
            kind,
            function,
            techniques: Vec::new(),
            mitigations: Vec::new(),
            controls: Vec::new(),
            data_components: Vec::new(),
            tactics: Vec::new(),
            adversaries: Vec::new(),
            platforms: None,
            systems: Vec::new(),
            location: Vec::new(),
            status: Status::Unknown,
            basis: Basis::Unknown,
            strength: None,
            level: None,
            ctid: None,
            dettect: None,
            score_history: Vec::new(),
            stp: None,
            rule_status: None,
            rule_level: None,
            unscored: false,
            hunting: false,
            family: None,
            log_source: Vec::new(),
            segments: Vec::new(),
            telemetry: None,
            scope: None,
            tests_passed: None,
            tests_run: None,
            tests_last: None,
            created: None,
            modified: None,
            last_fired: None,
            alerts_90d: None,
            false_positive_rate: None,
            cost: None,
            bundle: None,
            owner: None,
            notes: None,
            written: BTreeMap::new(),
            origin: Origin::default(),
            defaulted: Vec::new(),
            patched: Vec::new(),
        }
    }

    /// Whether a column was blank and got a default.
    #[must_use]
    pub fn is_defaulted(&self, column: &str) -> bool {
        self.defaulted.iter().any(|name| name == column)
    }

    /// Whether its source did not say that it is on, and it counts as on for want of a word.
    #[must_use]
    pub fn is_assumed_on(&self) -> bool {
        self.status == Status::Enabled && self.is_defaulted("status")
    }

    /// Whether the author has withdrawn it, or not finished it.
    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        matches!(
            self.rule_status,
            Some(RuleStatus::Deprecated | RuleStatus::Unsupported | RuleStatus::Development)
        )
    }
}
