//! Patches: what people changed in a register, to be taken when the sources are read. A patch is a
//! table with a row for each cell: the file and the id of a record, a column of the register, and
//! what the column said before and says after.

use std::collections::BTreeSet;
use std::fmt;

use model::capability::{Capability, Share};
use model::diagnostic::{Code, Diagnostic, Origin};
use model::score::round9;

use crate::column::Column;
use crate::extract::unguarded;
use crate::record::shortened;
use crate::suggest;
use crate::table::{self, Row, TableError};

pub(crate) mod applying;

/// The names of a patch's columns.
pub const NAMES: [&str; 5] = ["file", "id", "column", "before", "after"];

/// A patch as it stands in a file.
#[derive(Debug, Clone, Default)]
pub struct Patch {
    /// What the file is called in everything that is said about it.
    pub shown: String,
    /// The changes, in their order.
    pub changes: Vec<Change>,
    /// What there is to say about the file itself.
    pub diagnostics: Vec<Diagnostic>,
}

/// One cell that is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The line of the patch.
    pub line: usize,
    /// The file of the record, as it is called in everything that is said about it.
    pub file: String,
    /// The id of the record.
    pub id: String,
    /// The column of the register.
    pub column: Column,
    /// What the column said when the change was made.
    pub before: String,
    /// What it is to say.
    pub after: String,
}

/// Why a file is no patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatchError {
    /// It is no table.
    NoTable(TableError),
    /// Its first row does not name the columns of a patch.
    NoHeader,
}

impl fmt::Display for PatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTable(error) => error.fmt(f),
            Self::NoHeader => write!(f, "it is no patch: one begins with {}", NAMES.join(",")),
        }
    }
}

impl std::error::Error for PatchError {}

impl Patch {
    /// Reads a patch. A row that says nothing of use is told and left out.
    ///
    /// # Errors
    /// The text is no table, or one of something else.
    pub fn parse(text: &str, shown: &str) -> Result<Self, PatchError> {
        let table = table::csv(text).map_err(PatchError::NoTable)?;
        let (header, rows) = table.rows.split_first().ok_or(PatchError::NoHeader)?;
        let place = |name: &str| header.cells.iter().find(|cell| cell.text == name);
        let mut places = [0; NAMES.len()];
        for (name, at) in NAMES.iter().zip(&mut places) {
            *at = place(name).ok_or(PatchError::NoHeader)?.column;
        }
        let mut patch = Self { shown: shown.to_owned(), ..Self::default() };
        let mut seen = BTreeSet::new();
        for row in rows {
            match change(row, places) {
                Ok(change) => {
                    let key = (change.file.clone(), change.id.clone(), change.column);
                    match seen.insert(key) {
                        true => patch.changes.push(change),
                        false => patch.remark(row, "an earlier line changes the same", TWICE),
                    }
                }
                Err((message, help)) => patch.remark(row, &message, &help),
            }
        }
        Ok(patch)
    }

    fn remark(&mut self, row: &Row, message: &str, help: &str) {
        let origin = Origin { line: Some(row.number), ..Origin::file(&self.shown) };
        let message = format!("the change is not taken: {message}");
        self.diagnostics.push(Diagnostic::new(Code::BadValue, origin, message, help));
    }
}

const TWICE: &str = "keep one of the two";

/// What a row says; else why it says nothing, and the way out.
fn change(row: &Row, places: [usize; NAMES.len()]) -> Result<Change, (String, String)> {
    let text = |at: usize| row.cell(at).map_or_else(String::new, |c| unguarded(c.text.clone()));
    let [file, id, name, before, after] = places.map(text);
    let Some(column) = Column::from_name(&name) else {
        let names = Column::ALL.iter().map(|column| column.name());
        let help = suggest::did_you_mean(&name, names).unwrap_or_default();
        return Err((format!("{:?} is no column of the register", shortened(&name)), help));
    };
    if !may_change(column) {
        let help = "change it in the source itself";
        return Err((format!("{name} belongs to the source"), help.to_owned()));
    }
    Ok(Change { line: row.number, file, id, column, before, after })
}

/// Whether a patch may change a column.
#[must_use]
pub fn may_change(column: Column) -> bool {
    column.help().is_some_and(|help| !help.fixed) && column != Column::OtherFramework
}

/// Whether two records say the same in a column. Blanks and line breaks make no difference to a
/// text, nor does anything beyond the ninth decimal.
#[must_use]
pub fn same(column: Column, a: &Capability, b: &Capability) -> bool {
    let near = |a: Option<f64>, b: Option<f64>| a.map(round9) == b.map(round9);
    match column {
        Column::Title => same_text(Some(&a.title), Some(&b.title)),
        Column::Family => same_text(a.family.as_deref(), b.family.as_deref()),
        Column::Bundle => same_text(a.bundle.as_deref(), b.bundle.as_deref()),
        Column::Owner => same_text(a.owner.as_deref(), b.owner.as_deref()),
        Column::Notes => same_text(a.notes.as_deref(), b.notes.as_deref()),
        Column::Strength => near(a.strength, b.strength),
        Column::FalsePositiveRate => near(a.false_positive_rate, b.false_positive_rate),
        Column::Cost => near(a.cost, b.cost),
        Column::Telemetry => same_share(a.telemetry.as_ref(), b.telemetry.as_ref()),
        Column::Scope => same_share(a.scope.as_ref(), b.scope.as_ref()),
        Column::Techniques => {
            (&a.techniques, &a.tactics, &a.adversaries)
                == (&b.techniques, &b.tactics, &b.adversaries)
        }
        column => {
            let mut changed = a.clone();
            take(column, &mut changed, b);
            changed == *a
        }
    }
}

fn same_text(a: Option<&str>, b: Option<&str>) -> bool {
    fn words(text: Option<&str>) -> impl Iterator<Item = &str> {
        text.unwrap_or_default().split(|c: char| c.is_whitespace() || c.is_control())
    }
    let is_word = |word: &&str| !word.is_empty();
    words(a).filter(is_word).eq(words(b).filter(is_word))
}

fn same_share(a: Option<&Share>, b: Option<&Share>) -> bool {
    let rounded = |share: &Share| match share {
        Share::Everywhere(share) => Share::Everywhere(round9(*share)),
        Share::ByPlatform(shares) => {
            Share::ByPlatform(shares.iter().map(|(name, s)| (name.clone(), round9(*s))).collect())
        }
    };
    a.map(rounded) == b.map(rounded)
}

/// Makes a record say in a column what another one says.
fn take(column: Column, to: &mut Capability, from: &Capability) {
    match column {
        Column::Title => to.title.clone_from(&from.title),
        Column::Kind => to.kind = from.kind,
        Column::Function => to.function = from.function,
        Column::Techniques => {
            to.techniques.clone_from(&from.techniques);
            to.tactics.clone_from(&from.tactics);
            to.adversaries.clone_from(&from.adversaries);
            to.written.retain(|id, _| from.techniques.binary_search(id).is_ok());
        }
        Column::Mitigations => to.mitigations.clone_from(&from.mitigations),
        Column::Controls => to.controls.clone_from(&from.controls),
        Column::DataComponents => to.data_components.clone_from(&from.data_components),
        Column::Platforms => to.platforms.clone_from(&from.platforms),
        Column::Systems => to.systems.clone_from(&from.systems),
        Column::Location => to.location.clone_from(&from.location),
        Column::Status => to.status = from.status,
        Column::Basis => to.basis = from.basis,
        Column::Strength => to.strength = from.strength,
        Column::Level => to.level = from.level,
        Column::Ctid => to.ctid = from.ctid,
        Column::Dettect => to.dettect = from.dettect,
        Column::Stp => to.stp = from.stp,
        Column::RuleStatus => to.rule_status = from.rule_status,
        Column::RuleLevel => to.rule_level = from.rule_level,
        Column::Unscored => to.unscored = from.unscored,
        Column::Hunting => to.hunting = from.hunting,
        Column::Family => to.family.clone_from(&from.family),
        Column::Segment => to.segments.clone_from(&from.segments),
        Column::Telemetry => to.telemetry.clone_from(&from.telemetry),
        Column::Scope => to.scope.clone_from(&from.scope),
        Column::TestsPassed => to.tests_passed = from.tests_passed,
        Column::TestsRun => to.tests_run = from.tests_run,
        Column::TestsLast => to.tests_last = from.tests_last,
        Column::LastFired => to.last_fired = from.last_fired,
        Column::Alerts90d => to.alerts_90d = from.alerts_90d,
        Column::FalsePositiveRate => to.false_positive_rate = from.false_positive_rate,
        Column::Cost => to.cost = from.cost,
        Column::Bundle => to.bundle.clone_from(&from.bundle),
        Column::Owner => to.owner.clone_from(&from.owner),
        Column::Notes => to.notes.clone_from(&from.notes),
        // They belong to the source, or say nothing by themselves.
        Column::Id
        | Column::OtherFramework
        | Column::Products
        | Column::LogSource
        | Column::ScoreHistory
        | Column::Created
        | Column::Modified
        | Column::Tags
        | Column::Tactics
        | Column::TechniqueNames => {}
    }
}

/// Whether something that was said of a record means that a cell of it was not understood, or not
/// all of it.
pub(crate) fn is_refusal(code: Code) -> bool {
    matches!(
        code,
        Code::BadValue
            | Code::BadId
            | Code::UnknownId
            | Code::DeprecatedId
            | Code::OtherDomain
            | Code::UnknownControl
            | Code::UnknownComponent
            | Code::UnknownPlatform
            | Code::UnknownTactic
            | Code::TestsImpossible
    )
}

/// Whether a column is not understood by what was said of it. A limit to no platform at all is
/// written as `none`, which is no platform.
pub(crate) fn refuses(column: Column, text: &str, remarks: &[Diagnostic]) -> bool {
    let is_none = column == Column::Platforms && text.trim() == "none";
    !is_none && remarks.iter().any(|remark| is_refusal(remark.code))
}

/// The columns that say together how many tests there were.
pub(crate) const TESTS: [Column; 3] = [Column::TestsPassed, Column::TestsRun, Column::TestsLast];

#[cfg(test)]
mod tests;
