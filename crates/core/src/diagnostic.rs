//! What there is to say about the user's data. A diagnostic never stops a run; it names the
//! place, the fact and the way out.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where in the input something stands. Paths are as typed, with `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// The file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// The sheet of a workbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The line of a text file, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The cell (`C7`), or the row's first cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// The record's number in the file, from 1, where lines say nothing (JSON arrays).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<usize>,
}

impl Origin {
    /// A whole file.
    #[must_use]
    pub fn file(path: impl Into<String>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if let Some(sheet) = &self.sheet {
            write!(f, " [{sheet}]")?;
        }
        match (&self.cell, self.line, self.record) {
            (Some(cell), _, _) => write!(f, " {cell}"),
            (None, Some(line), _) => write!(f, ":{line}"),
            (None, None, Some(record)) => write!(f, " record {record}"),
            (None, None, None) => Ok(()),
        }
    }
}

/// How much a diagnostic matters; `--strict` makes warnings fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something could not be understood and is missing from the result.
    Error,
    /// Something was understood in a way the user may not have meant.
    Warning,
    /// Worth knowing.
    Note,
}

macro_rules! codes {
    ($($code:ident $name:literal $severity:ident $meaning:literal;)+) => {
        /// Everything lacuna can say about the user's data.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Code {
            $(#[doc = $meaning] #[serde(rename = $name)] $code,)+
        }

        /// All codes.
        pub const CODES: &[Code] = &[$(Code::$code,)+];

        impl Code {
            /// The code as it is written.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$code => $name,)+ }
            }

            /// How much it matters.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$code => Severity::$severity,)+ }
            }

            /// What it means, in a sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$code => $meaning,)+ }
            }
        }
    };
}

codes! {
    UnreadableFile "unreadable-file" Error "A file could not be opened or read.";
    BrokenFile "broken-file" Error "A file does not follow the syntax of its format.";
    UnreadableSheet "unreadable-sheet" Error "A sheet of a workbook could not be read.";
    NoHeader "no-header" Warning "A table has no row that names columns the register knows.";
    NoIds "no-ids" Warning "A table in which no cell holds an ATT&CK id.";
    NotUnderstood "not-understood" Error "A record has the look of its format but not what it must have.";
    LimitReached "limit-reached" Warning "Something is larger than the limit that keeps memory bounded.";
    SkippedFile "skipped-file" Note "A file of a format lacuna does not read.";
    HiddenSheet "hidden-sheet" Note "A sheet that the workbook hides; it is read like any other.";
    UnknownColumn "unknown-column" Note "A column whose name says nothing to lacuna; its values are not used.";
    ExtraCells "extra-cells" Warning "A row with cells beyond the last column that has a name; they are not used.";
    SecondColumn "second-column" Warning "A column that says the same as one before it; it is not used.";
    MissingColumn "missing-column" Warning "A column that lacuna.toml names and the table does not have.";
    BlankParent "blank-parent" Note "A column that is blank beneath the first row of each block; what stands above holds.";
    NumberId "number-id" Warning "An id that a spreadsheet has taken for a number, and that may have lost the zero at its end.";
    BadValue "bad-value" Warning "A value that its column cannot have; the column counts as blank.";
    BadId "bad-id" Warning "Something that looks like an ATT&CK id but is none.";
    IdPattern "id-pattern" Note "Ids that are written as a regular expression; each that it matches is counted.";
    ReplacedId "replaced-id" Note "An id that ATT&CK has replaced; its successor is counted.";
    DeprecatedId "deprecated-id" Warning "An id that ATT&CK has deprecated without a successor; it counts for nothing.";
    OtherDomain "other-domain" Warning "An id of another ATT&CK domain than the one assessed.";
    OtherFramework "other-framework" Note "An id of another framework than ATT&CK; it counts for nothing.";
    NewerId "newer-id" Warning "An id of a newer ATT&CK release than the one in use.";
    UnknownId "unknown-id" Warning "An id that no ATT&CK release at hand knows.";
    UnusedId "unused-id" Note "An id of ATT&CK in a list of techniques that is the id of none; it counts for nothing.";
    NoTechnique "no-technique" Warning "An adversary of one's own that names no technique of the release; it is left out.";
    UnknownControl "unknown-control" Warning "A control that no catalogue at hand has, or several have; it counts for nothing.";
    WiderControl "wider-control" Note "A part of a control that its catalogue maps only as a whole; the whole counts.";
    RelatedControl "related-control" Note "A control that no catalogue maps itself; it counts, on paper, by way of the mapped controls that it is related to.";
    FormerControl "former-control" Note "A control of an older edition of its framework; what it has become counts.";
    IdsAreControls "ids-are-controls" Note "A register that names no technique, but whose ids are controls of a catalogue or mitigations of ATT&CK; they count as such.";
    UnknownProduct "unknown-product" Warning "A name that is no product lacuna knows, or that several share; it counts for nothing.";
    AssumedProduct "assumed-product" Warning "A name that several products share, taken for the one that people mean by it.";
    ProductParts "product-parts" Note "A product that is counted by its parts, or by its smaller edition.";
    NamesAreProducts "names-are-products" Note "A register that names no technique, but products; they count by their category.";
    UnmappedControl "unmapped-control" Note "A control that its catalogue maps to no technique; it counts for nothing.";
    UnknownTactic "unknown-tactic" Note "A tactic that no ATT&CK release at hand knows.";
    UnknownPlatform "unknown-platform" Warning "A platform that ATT&CK does not have.";
    UnknownSegment "unknown-segment" Warning "A segment that is not among those of the project; what is there for it counts for it alone.";
    UnmappedLogSource "unmapped-log-source" Note "A log source that no table knows; it limits rules to no platform, and is their family under its own name.";
    PlatformMismatch "platform-mismatch" Note "A record limited to platforms that the technique does not have; it counts for nothing there.";
    UnknownComponent "unknown-component" Warning "A data component that ATT&CK does not have.";
    TestsImpossible "tests-impossible" Warning "Counts of tests that contradict each other or are not complete; the tests are ignored.";
    DuplicateId "duplicate-id" Warning "Records of one file share an id but differ; all are kept.";
    RepeatedMapping "repeated-mapping" Note "A capability that names a technique for one function more than once, or its parent too; the strongest and the most specific count.";
    UnmatchedStatus "unmatched-status" Warning "A status that belongs to no rule of the source.";
    NoStatus "no-status" Note "A rule that the list of statuses does not name; it counts as off.";
    StatusNotStated "status-not-stated" Warning "A source that does not say what is switched on; all of it counts as on.";
    Patched "patched" Note "Changes of a patch that were taken; each record says which of its columns they are.";
    StalePatch "stale-patch" Warning "A change of a patch that is not taken: the source says something else by now than when it was made.";
    UnmatchedPatch "unmatched-patch" Warning "A change of a patch that belongs to no record of the sources.";
    DecisionNotTaken "decision-not-taken" Warning "A row of a table of decisions that is filled in and decides nothing, or nothing that is understood; it is left out.";
    DecidedElsewhere "decided-elsewhere" Note "A decision of a table that says something else than a later table, or lacuna.toml; what these say holds.";
    UnknownDisposition "unknown-disposition" Warning "A decision about a technique that is not in scope.";
    ExpiredDisposition "expired-disposition" Warning "A decision past its date; it is ignored.";
    OverdueDisposition "overdue-disposition" Warning "A gap that should have been closed by now.";
}

/// One thing to say about the user's data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Diagnostic {
    /// What kind of thing.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// The place.
    pub origin: Origin,
    /// The fact: lower case, no final period.
    pub message: String,
    /// The way out; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
}

impl Diagnostic {
    /// A diagnostic of the code's own severity.
    #[must_use]
    pub fn new(
        code: Code,
        origin: Origin,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        let (message, help) = (message.into(), help.into());
        Self { code, severity: code.severity(), origin, message, help }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_explained() {
        let names: std::collections::BTreeSet<_> = CODES.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), CODES.len());
        for code in CODES {
            assert!(code.meaning().ends_with('.'), "{}", code.name());
            assert!(code.name().chars().all(|c| c.is_ascii_lowercase() || c == '-'));
        }
    }
}
