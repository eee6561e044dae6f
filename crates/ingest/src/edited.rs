//! A register that was exported and edited: its rows as they are, and as they were exported.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use model::attack::Attack;
use model::capability::Capability;
use model::diagnostic::{Code, Diagnostic, Origin};
use model::resolve::Resolver;

use crate::column::Column;
use crate::format;
use crate::join::{Hints, Join};
use crate::looks::is_workbook;
use crate::patch::{TESTS, is_refusal, refuses};
use crate::read::{Read, ReadSettings};
use crate::record::{Context, Raw, draft};
use crate::register::{self, Layout, Purpose, Register};
use crate::table::{self, Budget, HEADER_ROWS, Table, TableError};
use crate::text;

/// The first cell of a sheet of ours that is none to read begins so.
const OURS: &str = "lacuna: ";

/// What columns of ours that say nothing of a capability are called: where a record stands; what
/// joins a row to the one that was exported; the record's file.
const READ_FROM: &str = "read from";
const ANCHOR: &str = "lacuna anchor";
const FILE: &str = "lacuna file";

/// Whether a sheet is help, or a copy of what was exported.
pub(crate) fn is_aside(table: &Table) -> bool {
    let first = table.rows.first().and_then(|row| row.cells.first());
    first.is_some_and(|cell| cell.text.starts_with(OURS))
}

/// Whether a column says nothing of a capability, and is there for a reason.
pub(crate) fn is_aside_column(name: &str) -> bool {
    [READ_FROM, ANCHOR, FILE].contains(&name)
}

/// A register after somebody has worked on it.
#[derive(Debug, Default)]
pub struct Edited {
    /// The rows, from top to bottom.
    pub rows: Vec<EditedRow>,
    /// The columns it has.
    pub columns: BTreeSet<Column>,
    /// The rows as they were exported, by their anchor; `None` where the file does not say.
    pub exported: Option<BTreeMap<String, ExportedRow>>,
    /// What there is to say about cells that are not understood.
    pub diagnostics: Vec<Diagnostic>,
}

/// A row as it is.
#[derive(Debug)]
pub struct EditedRow {
    /// Where it stands.
    pub place: Origin,
    /// What joins it to the row that was exported.
    pub anchor: Option<String>,
    /// What it says.
    pub capability: Capability,
    /// Columns that are not understood, or not all of them, with the cell.
    pub refused: BTreeMap<Column, Option<String>>,
}

/// A row as it was exported.
#[derive(Debug)]
pub struct ExportedRow {
    /// The file of its record.
    pub file: String,
    /// What it said.
    pub capability: Capability,
}

/// Why a file is no register that was exported.
#[derive(Debug)]
pub enum EditedError {
    /// It cannot be read as a table.
    NoTable(TableError),
    /// A workbook in which no row is known by an anchor.
    NotExported,
    /// The workbook lacks the rows as they were exported.
    NoCopy,
    /// It is no register.
    NoRegister(Box<Diagnostic>),
}

impl fmt::Display for EditedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTable(error) => error.fmt(f),
            Self::NotExported => {
                f.write_str("lacuna did not write this workbook: no sheet has its hidden anchors")
            }
            Self::NoCopy => f.write_str("the hidden sheet \"As exported\" is gone or damaged"),
            Self::NoRegister(diagnostic) => f.write_str(&diagnostic.message),
        }
    }
}

impl std::error::Error for EditedError {}

/// Reads a register that somebody has worked on: a workbook as it was exported, or a csv file.
///
/// # Errors
/// The file is something else.
pub fn edited(
    bytes: &[u8],
    shown: &str,
    settings: &ReadSettings<'_>,
) -> Result<Edited, EditedError> {
    let (hints, read) = (&mut Hints::default(), &mut Read::default());
    let resolver = &mut Resolver::new(settings.attack, settings.neighbours);
    let mut reader = Reader { shown, join: Join { settings, resolver, read, hints } };
    if !is_workbook(bytes) {
        let table = table::csv(&text::decode(bytes).0).map_err(EditedError::NoTable)?;
        return reader.rows(table, None);
    }
    let sheets = table::workbook(bytes, Budget::default()).map_err(EditedError::NoTable)?;
    let (aside, others): (Vec<Table>, Vec<Table>) =
        sheets.into_iter().flatten().partition(is_aside);
    let register = others.into_iter().find(|table| header(table, ANCHOR).is_some());
    let register = register.ok_or(EditedError::NotExported)?;
    let exported = aside.into_iter().find(|table| header(table, FILE).is_some());
    let exported = reader.exported(exported.ok_or(EditedError::NoCopy)?)?;
    let mut edited = reader.rows(register, Some(ANCHOR))?;
    edited.exported = Some(exported);
    Ok(edited)
}

struct Reader<'a, 'b> {
    shown: &'a str,
    join: Join<'a, 'b>,
}

impl Reader<'_, '_> {
    fn exported(&mut self, table: Table) -> Result<BTreeMap<String, ExportedRow>, EditedError> {
        let files = texts(&table, FILE);
        let rows = self.rows(table, Some(ANCHOR)).map_err(|_| EditedError::NoCopy)?.rows;
        let row = |row: EditedRow| {
            let file = row_number(&row.place).and_then(|number| files.get(&number)).cloned();
            Some((row.anchor?, ExportedRow { file: file?, capability: row.capability }))
        };
        Ok(rows.into_iter().filter_map(row).collect())
    }

    /// The rows of a table; their anchors stand in the column of that name.
    fn rows(&mut self, table: Table, anchors: Option<&str>) -> Result<Edited, EditedError> {
        let anchors = anchors.map(|name| texts(&table, name)).unwrap_or_default();
        let layout = Layout {
            header_row: header(&table, ANCHOR).map(|(row, _)| table.rows[row].number),
            ..Layout::default()
        };
        let attack = self.join.settings.attack;
        let register = register::table(table, self.shown, &layout, Purpose::Register, attack)
            .map_err(EditedError::NoRegister)?;
        let Register { rows, has_status, decimal_comma, diagnostics, table, .. } = register;
        let named = table.iter().flat_map(|table| &table.columns);
        let columns = named.filter_map(|(name, _)| Column::from_name(name)).collect();
        let mut edited = Edited { columns, ..Edited::default() };
        let is_warning = |d: &Diagnostic| d.code == Code::LimitReached;
        edited.diagnostics.extend(diagnostics.into_iter().filter(is_warning));
        let no_defaults = BTreeMap::new();
        let context = context(attack, has_status, decimal_comma, &no_defaults);
        for raw in rows {
            let place = raw.origin.clone();
            let anchor = row_number(&place).and_then(|number| anchors.get(&number)).cloned();
            let (capability, remarks) = self.read(raw.clone(), &context);
            let refused = self.refused(&raw, &remarks, &context);
            if !refused.is_empty() {
                edited.diagnostics.extend(remarks);
            }
            edited.rows.push(EditedRow { place, anchor, capability, refused });
        }
        Ok(edited)
    }

    fn read(&mut self, raw: Raw, context: &Context<'_>) -> (Capability, Vec<Diagnostic>) {
        let mut remarks = Vec::new();
        let draft = draft(raw, context, &mut remarks);
        let (capability, resolved) = self.join.resolved(draft);
        remarks.extend(resolved);
        (*capability, remarks)
    }

    /// The columns of a row of which something is not understood: those that by themselves are not.
    fn refused(
        &mut self,
        raw: &Raw,
        remarks: &[Diagnostic],
        context: &Context<'_>,
    ) -> BTreeMap<Column, Option<String>> {
        let mut refused = BTreeMap::new();
        if !remarks.iter().any(|remark| is_refusal(remark.code)) {
            return refused;
        }
        // A formula that failed is no value at all; its column cannot be told from a blank one.
        for remark in &raw.diagnostics {
            let name = remark.message.split(' ').next().unwrap_or_default();
            let cell = remark.origin.cell.clone();
            refused.extend(Column::from_name(name).map(|column| (column, cell)));
        }
        for said in raw.values.iter().filter(|said| !TESTS.contains(&said.column)) {
            let values = vec![said.clone()];
            let alone = Raw { origin: raw.origin.clone(), values, diagnostics: Vec::new() };
            if refuses(said.column, &said.text, &self.read(alone, context).1) {
                refused.insert(said.column, said.cell.clone());
            }
        }
        let tests: Vec<_> = raw.values.iter().filter(|s| TESTS.contains(&s.column)).collect();
        let values = tests.into_iter().cloned().collect();
        let alone = Raw { origin: raw.origin.clone(), values, diagnostics: Vec::new() };
        if self.read(alone, context).1.iter().any(|remark| is_refusal(remark.code)) {
            let cell = |column| raw.values.iter().find(|said| said.column == column)?.cell.clone();
            refused.extend(TESTS.map(|column| (column, cell(column))));
        }
        refused
    }
}

fn context<'a>(
    attack: &'a Attack,
    has_status: bool,
    decimal_comma: bool,
    defaults: &'a BTreeMap<Column, String>,
) -> Context<'a> {
    Context {
        attack,
        format: format::register(),
        has_status,
        is_row: true,
        decimal_comma,
        source_status: None,
        assumed: None,
        defaults,
    }
}

/// The row that has a column of this name, by its index, and the column.
fn header(table: &Table, name: &str) -> Option<(usize, usize)> {
    let mut rows = table.rows.iter().take(HEADER_ROWS).enumerate();
    rows.find_map(|(at, row)| {
        let cell = row.cells.iter().find(|cell| cell.text == name)?;
        Some((at, cell.column))
    })
}

/// The texts of a column, by the number of their row.
fn texts(table: &Table, name: &str) -> HashMap<usize, String> {
    let Some((at, column)) = header(table, name) else { return HashMap::new() };
    let text = |row: &table::Row| Some((row.number, row.cell(column)?.text.clone()));
    table.rows[at + 1..].iter().filter_map(text).collect()
}

/// The row of the sheet that a place names.
fn row_number(place: &Origin) -> Option<usize> {
    let cell = place.cell.as_deref()?;
    cell.trim_start_matches(|c: char| c.is_ascii_uppercase()).parse().ok()
}
