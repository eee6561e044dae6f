//! Decisions as people fill them in: on the sheet of gaps of a report's workbook, or in any table
//! with a column for the technique and one for the decision. A row with a mistake is told and left
//! out whole, for half a decision is none.

use std::collections::BTreeMap;
use std::fmt;

use model::attack::{Attack, Fate, ObjectKind};
use model::date::Date;
use model::diagnostic::{Code, Diagnostic, Origin};
use model::id::TechniqueId;
use model::inputs::{Decided, Decision, Disposition};

use crate::extract::{self, unguarded};
use crate::looks::is_workbook;
use crate::record::shortened;
use crate::suggest;
use crate::table::{self, Budget, Cell, Header, Row, Table, TableError};
use crate::text;

/// What was decided in a file.
#[derive(Debug, Clone, Default)]
pub struct Decisions {
    /// What the file is called in everything that is said about it.
    pub shown: String,
    /// The decisions, each with its place, in the order of the rows.
    pub taken: Vec<Disposition>,
    /// Rows about which nothing is decided.
    pub undecided: usize,
    /// What there is to say about rows that are not taken.
    pub diagnostics: Vec<Diagnostic>,
}

/// Why a file holds no decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecisionsError {
    /// It cannot be read as a table.
    NoTable(TableError),
    /// No row names a column for the technique and one for the decision.
    NoHeader,
}

impl fmt::Display for DecisionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTable(error) => error.fmt(f),
            Self::NoHeader => f.write_str("no row names the columns Technique and Decision"),
        }
    }
}

impl std::error::Error for DecisionsError {}

/// Reads the decisions of a workbook or a csv file.
///
/// # Errors
/// The file is no table, or none with decisions.
pub fn decisions(bytes: &[u8], shown: &str, attack: &Attack) -> Result<Decisions, DecisionsError> {
    let tables = match is_workbook(bytes) {
        true => {
            let sheets = table::workbook(bytes, Budget::default());
            sheets.map_err(DecisionsError::NoTable)?.into_iter().flatten().collect()
        }
        false => vec![table::csv(&text::decode(bytes).0).map_err(DecisionsError::NoTable)?],
    };
    let headed = tables.iter().filter_map(|table| Some((table, Columns::of(table)?)));
    let mut reader = Reader { attack, decisions: Decisions::default(), rows: BTreeMap::new() };
    let mut is_none = true;
    for (table, (columns, header)) in headed {
        is_none = false;
        for row in &table.rows[header.row_index + 1..] {
            reader.row(&Place { shown, table, columns: &columns, row });
        }
    }
    if is_none {
        return Err(DecisionsError::NoHeader);
    }
    Ok(Decisions { shown: shown.to_owned(), ..reader.decisions })
}

/// What a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Technique,
    Decision,
    Owner,
    Due,
    Until,
    Ticket,
    Reason,
    Approver,
}

impl Column {
    /// What it is called here.
    fn word(self) -> &'static str {
        match self {
            Self::Technique => "technique",
            Self::Decision => "decision",
            Self::Owner => "owner",
            Self::Due => "due",
            Self::Until => "until",
            Self::Ticket => "ticket",
            Self::Reason => "reason",
            Self::Approver => "approver",
        }
    }

    /// The column of this name, in the form in which names are compared.
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "technique" | "technique id" | "att&ck technique" | "att&ck id" => Self::Technique,
            "decision" => Self::Decision,
            "owner" | "responsible" => Self::Owner,
            "due" | "due date" | "due by" => Self::Due,
            "until" | "valid until" | "accepted until" => Self::Until,
            "ticket" => Self::Ticket,
            "reason" | "justification" | "rationale" => Self::Reason,
            "approver" | "approved by" => Self::Approver,
            _ => return None,
        })
    }
}

/// Where each column stands.
struct Columns(BTreeMap<Column, usize>);

impl Columns {
    fn of(table: &Table) -> Option<(Self, Header)> {
        let header = table::find_header(table, 2, &|name| Column::named(name).is_some())?;
        let mut places = BTreeMap::new();
        for (at, name) in &header.columns {
            if let Some(column) = Column::named(name) {
                places.entry(column).or_insert(*at);
            }
        }
        let has = |column| places.contains_key(&column);
        (has(Column::Technique) && has(Column::Decision)).then_some((Self(places), header))
    }
}

/// A row, and where it stands.
struct Place<'a> {
    shown: &'a str,
    table: &'a Table,
    columns: &'a Columns,
    row: &'a Row,
}

impl Place<'_> {
    fn cell(&self, column: Column) -> Option<&Cell> {
        self.row.cell(*self.columns.0.get(&column)?)
    }

    /// What stands in a column; nothing where it is blank.
    fn text(&self, column: Column) -> Option<String> {
        let text = unguarded(self.cell(column)?.text.clone());
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn origin(&self, column: Column) -> Origin {
        let number = self.row.number;
        let file = Origin::file(self.shown);
        match &self.table.sheet {
            None => Origin { line: Some(number), ..file },
            Some(sheet) => {
                let at = self.columns.0.get(&column).copied().unwrap_or(0);
                let cell = Some(table::cell_name(number, at));
                Origin { sheet: Some(sheet.clone()), cell, ..file }
            }
        }
    }
}

/// Why a row is not taken, or a remark about one that is: the column, the fact and the way out.
struct Remark {
    column: Column,
    fact: String,
    help: String,
}

fn remark(column: Column, fact: impl Into<String>, help: impl Into<String>) -> Remark {
    Remark { column, fact: fact.into(), help: help.into() }
}

/// What can be said about a technique, beside the decision itself.
const BESIDE: [Column; 6] =
    [Column::Owner, Column::Due, Column::Until, Column::Ticket, Column::Reason, Column::Approver];

struct Reader<'a> {
    attack: &'a Attack,
    decisions: Decisions,
    /// Where each technique is decided about, by its position among those taken.
    rows: BTreeMap<TechniqueId, usize>,
}

impl Reader<'_> {
    fn row(&mut self, place: &Place<'_>) {
        let Some(decision) = place.text(Column::Decision) else {
            match BESIDE.into_iter().find(|column| place.text(*column).is_some()) {
                None => {
                    self.decisions.undecided += usize::from(place.text(Column::Technique).is_some())
                }
                Some(column) => {
                    let fact = format!("{} without a decision", column.word());
                    self.refuse(place, &remark(column, fact, CHOOSE));
                }
            }
            return;
        };
        match self.read(place, &decision) {
            Ok(disposition) => self.take(place, disposition),
            Err(remark) => self.refuse(place, &remark),
        }
    }

    fn refuse(&mut self, place: &Place<'_>, remark: &Remark) {
        let message = format!("nothing is decided here: {}", remark.fact);
        let origin = place.origin(remark.column);
        let diagnostic = Diagnostic::new(Code::DecisionNotTaken, origin, message, &*remark.help);
        self.decisions.diagnostics.push(diagnostic);
    }

    fn take(&mut self, place: &Place<'_>, disposition: Disposition) {
        let technique = disposition.technique;
        let Some(earlier) = self.rows.get(&technique).map(|at| &self.decisions.taken[*at]) else {
            self.rows.insert(technique, self.decisions.taken.len());
            return self.decisions.taken.push(disposition);
        };
        if !earlier.decided.says_the_same(&disposition.decided) {
            let word = earlier.decided.decision.word();
            let fact = format!("an earlier row says {word} about {technique}");
            self.refuse(place, &remark(Column::Technique, fact, "keep one of the two"));
        }
    }

    fn read(&mut self, place: &Place<'_>, decision: &str) -> Result<Disposition, Remark> {
        let technique = self.technique(place)?;
        let said = Said::parse(decision)?;
        let day = |column: Column| {
            let Some(text) = place.text(column) else { return Ok(None) };
            let fact = || format!("{} {:?} is no day", column.word(), shortened(&text));
            let day = extract::date(&text).ok_or_else(|| remark(column, fact(), WRITE_DAY))?;
            Ok(Some(day))
        };
        let (mut due, mut until) = (day(Column::Due)?, day(Column::Until)?);
        let is_fix = said.decision == Decision::Fix;
        let (stray, own) = match is_fix {
            true => (until.map(|_| Column::Until), &mut due),
            false => (due.map(|_| Column::Due), &mut until),
        };
        if let Some(stray) = stray {
            let fact = format!("{} does not go with {}", stray.word(), said.decision.word());
            return Err(remark(stray, fact, "due goes with fix, until with the others"));
        }
        *own = own.or(said.day);
        let decided = Decided {
            decision: said.decision,
            owner: place.text(Column::Owner).or(said.owner),
            approver: place.text(Column::Approver),
            due,
            until,
            ticket: place.text(Column::Ticket),
            reason: place.text(Column::Reason),
            origin: Some(place.origin(Column::Decision)),
        };
        Ok(Disposition { technique, decided })
    }

    /// The technique of a row, by the id that the release gives it.
    fn technique(&mut self, place: &Place<'_>) -> Result<TechniqueId, Remark> {
        let column = Column::Technique;
        let Some(text) = place.text(column) else {
            return Err(remark(column, "the row names no technique", "write its id, T1059.001"));
        };
        let word = text.split_whitespace().next().unwrap_or_default();
        let Ok(id) = TechniqueId::parse(word) else {
            let fact = format!("{:?} is no technique", shortened(&text));
            return Err(remark(column, fact, "write its id, such as T1059.001"));
        };
        if self.attack.technique(id).is_some() {
            return Ok(id);
        }
        let Attack { version, .. } = self.attack;
        match self.attack.fate(ObjectKind::Technique, &id.to_string()) {
            Some(Fate::Replaced(successor)) if let Ok(successor) = successor.parse() => {
                let message = format!("{id} was replaced in ATT&CK; decided about {successor}");
                let origin = place.origin(column);
                let note = Diagnostic::new(
                    Code::ReplacedId,
                    origin,
                    message,
                    format!("write {successor}"),
                );
                self.decisions.diagnostics.push(note);
                Ok(successor)
            }
            Some(Fate::Replaced(_) | Fate::Deprecated) => {
                let fact = format!("{id} was deprecated in ATT&CK {version}");
                Err(remark(column, fact, "remove the decision"))
            }
            None => {
                let fact = format!("ATT&CK {version} has no {id}");
                Err(remark(column, fact, "check the id"))
            }
        }
    }
}

const CHOOSE: &str = "choose fix, accept, opportunistic or exclude, or clear the cell";
const WRITE_DAY: &str = "write it as 2027-03-31 or 31.03.2027, or format the cell as a date";

/// What stands in the column of decisions: a word, and in our own lists of gaps also a day and
/// an owner (`fix by 2027-03-31, Endpoint Security`).
struct Said {
    decision: Decision,
    day: Option<Date>,
    owner: Option<String>,
}

impl Said {
    fn parse(text: &str) -> Result<Self, Remark> {
        let (head, owner) = match text.split_once(',') {
            Some((head, owner)) => (head, Some(owner.trim().to_owned())),
            None => (text, None),
        };
        let (word, day) = match head.split_once(" by ") {
            Some((word, day)) => (word, Some(day)),
            None => (head, None),
        };
        let word = word.trim().to_lowercase();
        let Some(decision) = DECISIONS.into_iter().find(|known| known.word() == word) else {
            let fact = format!("{:?} is no decision", shortened(text));
            let near = suggest::nearest(&word, DECISIONS.map(Decision::word).into_iter());
            let help = near.map(|near| format!("did you mean {near:?}?"));
            return Err(remark(Column::Decision, fact, help.unwrap_or_else(|| CHOOSE.to_owned())));
        };
        let parsed = day.map(|day| {
            let fact = || format!("{:?} is no day", shortened(day));
            extract::date(day).ok_or_else(|| remark(Column::Decision, fact(), WRITE_DAY))
        });
        let owner = owner.filter(|owner| !owner.is_empty());
        Ok(Self { decision, day: parsed.transpose()?, owner })
    }
}

const DECISIONS: [Decision; 4] =
    [Decision::Fix, Decision::Accept, Decision::Opportunistic, Decision::Exclude];

#[cfg(test)]
mod tests;
