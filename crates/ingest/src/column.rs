//! The columns of the register: what any input can say about a capability.

use serde::Deserialize;

use crate::format::{self, ColumnHelp};

macro_rules! columns {
    ($($column:ident $name:literal,)+) => {
        /// A column of the register.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
        pub enum Column {
            $(#[doc = $name] #[serde(rename = $name)] $column,)+
        }

        impl Column {
            /// All columns, in the order of the register.
            pub const ALL: &[Self] = &[$(Self::$column,)+];

            /// The name that the column has in the register.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$column => $name,)+ }
            }
        }
    };
}

columns! {
    Id "id",
    Title "title",
    Kind "kind",
    Function "function",
    Techniques "techniques",
    OtherFramework "other_framework",
    Mitigations "mitigations",
    Controls "controls",
    Products "products",
    DataComponents "data_components",
    Platforms "platforms",
    Systems "systems",
    Location "location",
    Status "status",
    Basis "basis",
    Strength "strength",
    Level "level",
    Ctid "ctid",
    Dettect "dettect",
    ScoreHistory "score_history",
    Stp "stp",
    RuleStatus "rule_status",
    RuleLevel "rule_level",
    Unscored "unscored",
    Hunting "hunting",
    Family "family",
    LogSource "log_source",
    Segment "segment",
    Telemetry "telemetry",
    Scope "scope",
    TestsPassed "tests_passed",
    TestsRun "tests_run",
    TestsLast "tests_last",
    Created "created",
    Modified "modified",
    LastFired "last_fired",
    Alerts90d "alerts_90d",
    FalsePositiveRate "false_positive_rate",
    Cost "cost",
    Bundle "bundle",
    Owner "owner",
    Notes "notes",
    Tags "tags",
    Tactics "tactics",
    TechniqueNames "technique_names",
}

impl Column {
    /// The column with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|column| column.name() == name)
    }

    /// What it is for, in words for people; nothing is said of columns that only rules have.
    #[must_use]
    pub fn help(self) -> Option<&'static ColumnHelp> {
        format::column_help(self)
    }

    /// Whether several values of this column add up, so that a table may have several columns
    /// for it.
    #[must_use]
    pub fn adds_up(self) -> bool {
        matches!(
            self,
            Self::Techniques
                | Self::OtherFramework
                | Self::Mitigations
                | Self::Controls
                | Self::Products
                | Self::DataComponents
                | Self::Platforms
                | Self::Systems
                | Self::Location
                | Self::LogSource
                | Self::Segment
                | Self::Tags
                | Self::Tactics
                | Self::TechniqueNames
        )
    }
}
