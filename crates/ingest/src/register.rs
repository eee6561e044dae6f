//! The native register: rows of a table, or objects of a JSON or YAML file, with the columns
//! that `controls/formats/register.toml` describes.

use std::collections::{BTreeMap, BTreeSet};

use model::attack::Attack;
use model::diagnostic::{Code, Diagnostic, Origin};
use serde::Serialize;

use crate::column::Column;
use crate::document::Value;
use crate::extract::{self, AttackId};
use crate::format;
use crate::frameworks;
use crate::record::{Raw, Said, shortened};
use crate::table::{self, CellKind, Row, Table, cell_name, normalise_header};
use columns::Chosen;

mod blank;
mod columns;
mod listing;
mod numbers;
mod products;
mod reversed;
mod suggestion;
mod wide;

/// What the user says about the layout of a source, where detection needs help.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// The only sheet to read.
    pub sheet: Option<String>,
    /// The row with the names of the columns, from 1.
    pub header_row: Option<usize>,
    /// Names of columns, by what they hold.
    pub columns: BTreeMap<Column, String>,
    /// Whether what stands above holds for blank cells of leading columns; else that goes by the
    /// table.
    pub fill_down: Option<bool>,
}

impl Layout {
    pub(crate) fn takes_sheet(&self, name: Option<&str>) -> bool {
        self.sheet.as_deref().is_none_or(|wanted| name == Some(wanted))
    }

    /// Whether controls may be columns: who names columns of a control has it as a row.
    fn may_be_wide(&self) -> bool {
        self.columns.keys().all(|column| *column == Column::Techniques)
    }

    /// Why a column with this name is taken for a column of the register.
    fn why(&self, column: Column, header: &str) -> Why {
        let name = normalise_header(header);
        let said = self.columns.get(&column);
        match self.column(header) {
            _ if said.is_some_and(|said| normalise_header(said) == name) => Why::Said,
            Some(known) if known == column && name == column.name().replace('_', " ") => Why::Name,
            Some(known) if known == column => Why::Synonym,
            _ => Why::Content,
        }
    }

    fn column(&self, header: &str) -> Option<Column> {
        let name = normalise_header(header);
        let said = self.columns.iter().find(|(_, said)| normalise_header(said) == name);
        match said {
            Some((column, _)) => Some(*column),
            // A column that the user has named is not found under another name too.
            None => known(&name).filter(|c| !self.columns.contains_key(c)),
        }
    }
}

/// The column that a name stands for, or one of several that are numbered: `technique 2`. What may be
/// said in it is no part of the name: `Implemented (Y/N)`.
fn known(name: &str) -> Option<Column> {
    let name = name.strip_suffix(" y n").unwrap_or(name);
    let numbered = || {
        let base = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let is_numbered = (1..=2).contains(&(name.len() - base.len()));
        let column = format::register().column(base.trim_end()).filter(|_| is_numbered);
        column.filter(|column| column.adds_up())
    };
    format::register().column(name).or_else(numbered)
}

/// How a table was read: what could stand in `lacuna.toml` to read it the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableRead {
    /// The file, as it is called in everything that is said.
    pub path: String,
    /// The sheet of a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The row with the names of the columns, from 1.
    pub header_row: usize,
    /// What each column is called in the register and in the table, in the table's order; a
    /// column of the register may stand there more than once.
    pub columns: Vec<(&'static str, String)>,
    /// Why each of these columns was taken for what it is.
    pub why: Vec<Why>,
}

/// Why a column of a table was taken for a column of the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// The user said so.
    Said,
    /// It has the name of the register's column.
    Name,
    /// It has another name for it.
    Synonym,
    /// By what stands in it.
    Content,
}

/// A register as it stands in a file.
pub(crate) struct Register<'a> {
    /// What each row says, in the order of the file; read as they are asked for.
    pub(crate) rows: Box<dyn Iterator<Item = Raw> + 'a>,
    pub(crate) has_status: bool,
    pub(crate) decimal_comma: bool,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Where something stands that is no row.
    pub(crate) no_rows: Vec<Origin>,
    /// How it was read, where it is a table.
    pub(crate) table: Option<TableRead>,
}

/// What a table is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// What there is.
    Register,
    /// Only what is switched on.
    Statuses,
}

impl Purpose {
    fn is_served_by(self, columns: &BTreeSet<Column>) -> bool {
        let has = |column| columns.contains(&column);
        match self {
            Self::Register => format::register().is_recognised_by(columns),
            Self::Statuses => has(Column::Status) && (has(Column::Id) || has(Column::Title)),
        }
    }
}

/// The rows of a table; the error says why it is none of ours.
pub(crate) fn table(
    mut table: Table,
    shown: &str,
    layout: &Layout,
    purpose: Purpose,
    attack: &Attack,
) -> Result<Register<'static>, Box<Diagnostic>> {
    let place = Origin { sheet: table.sheet.clone(), ..Origin::file(shown) };
    let Some((header_at, mut chosen)) = chosen(&table, layout, purpose, attack) else {
        return Err(Box::new(none_of_ours(&table, place, purpose)));
    };
    let header_row = place_of(&place, table.rows[header_at].number, 0);
    let mut diagnostics = notes(&table, &place);
    diagnostics.extend(table.hidden.then(|| hidden(&place)));
    diagnostics.extend(missing(layout, &chosen.names, &header_row));
    diagnostics.extend(chosen.ids_are_controls.then(|| are_controls(&header_row)));
    let is_guessed = chosen.products.is_some() && !layout.columns.contains_key(&Column::Products);
    diagnostics.extend(is_guessed.then(|| are_products(&header_row)));
    let second = chosen.second.iter();
    diagnostics.extend(second.map(|(name, column)| second_column(name, *column, &header_row)));
    if purpose == Purpose::Register {
        let rows = &mut table.rows[header_at + 1..];
        diagnostics.extend(blank::fill_down(rows, &chosen, layout.fill_down, &header_row));
        let ids = chosen.columns.iter().filter(|(_, column)| *column == Column::Id);
        diagnostics.extend(ids.flat_map(|(at, _)| numbers::recover(rows, *at, &place)));
    }
    let (header, rows) = (&table.rows[header_at], &table.rows[header_at + 1..]);
    let decimal_comma = table.separator != Some(',');
    let has_status = chosen.found().contains(&Column::Status);
    let register = |rows, diagnostics, chosen: &Chosen| {
        Ok(Register {
            rows,
            has_status,
            decimal_comma,
            diagnostics,
            no_rows: Vec::new(),
            table: Some(table_read(header, chosen, layout, &place)),
        })
    };
    if purpose == Purpose::Register {
        if layout.may_be_wide()
            && let Some(controls) = wide::controls(header, rows, &chosen.columns, &place)
        {
            return register(Box::new(controls.into_iter()), diagnostics, &chosen);
        }
        let lists = reversed::lists(header, rows, &chosen, layout, attack);
        if layout.columns.is_empty()
            && let Some(what) = listing::of_what(rows, &chosen.columns, attack)
        {
            let suggested = suggestion::all_the_same(header, &chosen, lists.as_ref(), &place);
            return Err(Box::new(no_statement(place, &what, &suggested)));
        }
        if let Some(lists) = lists {
            let controls = lists.controls(rows, &chosen.columns, &place, &mut diagnostics);
            chosen.take_reversed(&lists);
            diagnostics.extend(unused(&chosen.unknown, header_row));
            return register(Box::new(controls.into_iter()), diagnostics, &chosen);
        }
    }
    diagnostics.extend(unused(&chosen.unknown, header_row));
    let read = table_read(header, &chosen, layout, &place);
    let rows = table.rows.into_iter().skip(header_at + 1);
    let rows: Box<dyn Iterator<Item = Raw>> =
        Box::new(rows.map(move |row| raw(row, &chosen, &place)));
    let (no_rows, table) = (Vec::new(), Some(read));
    Ok(Register { rows, has_status, decimal_comma, diagnostics, no_rows, table })
}

/// The row with the names of the columns, and what they hold; `None` where that is no register.
fn chosen(
    table: &Table,
    layout: &Layout,
    purpose: Purpose,
    attack: &Attack,
) -> Option<(usize, Chosen)> {
    let known = |name: &str| layout.column(name).is_some();
    let header = match layout.header_row {
        Some(row) => header_in(table, row),
        None => table::find_header(table, 2, &known).map(|h| (h.row_index, h.columns)),
    };
    if let Some((header_at, names)) = header {
        let mut chosen = Chosen::by_name(names, layout);
        let about = about(table, header_at);
        let names_ids = chosen.names_attack() || layout.columns.contains_key(&Column::Techniques);
        chosen.look_for_names(&table.rows[header_at + 1..]);
        chosen.look_for_own_ids(&table.rows[header_at + 1..], layout);
        if purpose == Purpose::Register && !names_ids {
            chosen.look_for_ids(&table.rows[header_at + 1..]);
        }
        if purpose == Purpose::Register && !purpose.is_served_by(&chosen.found()) {
            let rows = &table.rows[header_at + 1..];
            let holds = |column: &Column| {
                let framework = chosen.framework(*column, &about);
                hold_controls(rows, &chosen.columns, *column, framework, attack)
            };
            if let Some(at) = [Column::Id, Column::Title].iter().find_map(holds) {
                chosen.take_controls(at);
            }
        }
        chosen.framework = chosen.framework(Column::Controls, &about);
        chosen.look_for_headings(&table.rows[header_at + 1..]);
        if purpose == Purpose::Register
            && !purpose.is_served_by(&chosen.found())
            && let Some(place) = products::column(&table.rows[header_at + 1..], &chosen.names)
        {
            chosen.take_products(place);
        }
        if purpose.is_served_by(&chosen.found()) {
            return Some((header_at, chosen));
        }
    }
    if purpose == Purpose::Statuses {
        return None;
    }
    if let Some((header, marked)) = wide::header(table, layout) {
        let mut chosen = Chosen::by_name(header.columns, layout);
        chosen.take_marked(marked);
        return Some((header.row_index, chosen));
    }
    if let Some(header) = wide::header_of_controls(table, layout).filter(|_| layout.may_be_wide()) {
        return Some((header.row_index, Chosen::by_name(header.columns, layout)));
    }
    let (header_at, names) = products::header(table)?;
    let mut chosen = Chosen::by_name(names, layout);
    chosen.take_products(products::column(&table.rows[header_at + 1..], &chosen.names)?);
    Some((header_at, chosen))
}

/// What says what a whole table is about: the name of its sheet, and the titles above its header.
fn about(table: &Table, header_at: usize) -> Vec<&str> {
    let titles = table.rows[..header_at].iter().flat_map(|row| &row.cells);
    let titles = titles.map(|cell| cell.text.as_str());
    table.sheet.as_deref().into_iter().chain(titles).collect()
}

fn table_read(header: &Row, chosen: &Chosen, layout: &Layout, place: &Origin) -> TableRead {
    let marked = chosen.marked.keys().map(|at| (*at, Column::Techniques));
    let columns = chosen.columns.iter().copied().chain(marked);
    let named: Vec<(Column, &str)> =
        columns.filter_map(|(at, column)| Some((column, header.cell(at)?.text.as_str()))).collect();
    TableRead {
        path: place.path.clone(),
        sheet: place.sheet.clone(),
        header_row: header.number,
        why: named.iter().map(|(column, name)| layout.why(*column, name)).collect(),
        columns: named.into_iter().map(|(c, name)| (c.name(), name.to_owned())).collect(),
    }
}

/// A sheet's cells have names; a line of a csv file has a number.
pub(crate) fn place_of(table: &Origin, row: usize, column: usize) -> Origin {
    match table.sheet {
        Some(_) => Origin { cell: Some(cell_name(row, column)), ..table.clone() },
        None => Origin { line: Some(row), ..table.clone() },
    }
}

fn header_in(table: &Table, row: usize) -> Option<(usize, Vec<(usize, String)>)> {
    let at = table.rows.iter().position(|r| r.number == row)?;
    let cells = table.rows[at].cells.iter().map(|cell| (cell.column, cell.text.clone()));
    Some((at, cells.collect()))
}

/// Why a table is no register: nothing in it is of ATT&CK, or its columns are not named.
fn none_of_ours(table: &Table, place: Origin, purpose: Purpose) -> Diagnostic {
    let is_of_attack = |id| {
        matches!(id, AttackId::Technique(_) | AttackId::Mitigation(_) | AttackId::Component(_))
    };
    let mut cells = table.rows.iter().flat_map(|row| &row.cells);
    if purpose == Purpose::Statuses || cells.any(|cell| extract::ids(&cell.text).any(is_of_attack))
    {
        let suggested =
            suggestion::of_columns(table, &place).filter(|_| purpose == Purpose::Register);
        return no_header(place, suggested);
    }
    let message = "no cell holds an ATT&CK id";
    Diagnostic::new(Code::NoIds, place, message, MAP_THEM)
}

/// What to do about controls that name no technique.
pub(crate) const MAP_THEM: &str = "add a column called techniques, mitigations or controls that says what each is for; controls \
     takes ids of NIST 800-53, CIS, ISO 27001 and others, or --columns controls=\"NAME\" says where \
     they are";

fn no_header(place: Origin, suggested: Option<String>) -> Diagnostic {
    let message = "no row names two known columns, one of them for techniques, mitigations or data components";
    let help = match suggested {
        Some(options) => format!("say which column holds what, as with {options}"),
        None => "name the columns as in the native register, or say header_row and columns in lacuna.toml".to_owned(),
    };
    Diagnostic::new(Code::NoHeader, place, message, help)
}

/// A table that names techniques and does not say that anything is done about them.
fn no_statement(place: Origin, what: &str, suggested: &str) -> Diagnostic {
    let message = format!("it is {what}, which says nothing about what is in place");
    let help = format!("add a column for the status; to count it all the same: {suggested}");
    Diagnostic::new(Code::NoHeader, place, message, help)
}

fn hidden(place: &Origin) -> Diagnostic {
    let message = "this sheet is hidden in the workbook; it is read all the same";
    let help = "delete it, or say which sheet to read in lacuna.toml";
    Diagnostic::new(Code::HiddenSheet, place.clone(), message, help)
}

fn notes(table: &Table, place: &Origin) -> Vec<Diagnostic> {
    let remark = |note: &table::Note| {
        let origin = Origin { cell: note.place.clone(), ..place.clone() };
        Diagnostic::new(Code::LimitReached, origin, note.fact.clone(), note.help)
    };
    table.notes.iter().map(remark).collect()
}

/// Where a column stands, if most rows name controls of a catalogue or mitigations of ATT&CK in it.
/// Ids of one family may as well be somebody's own running numbers, unless it is said which
/// framework they are of.
fn hold_controls(
    rows: &[Row],
    columns: &[(usize, Column)],
    column: Column,
    framework: Option<&str>,
    attack: &Attack,
) -> Option<usize> {
    let (at, _) = columns.iter().find(|(_, known)| *known == column)?;
    let texts = rows.iter().filter_map(|row| row.cell(*at)).map(|cell| cell.text.trim());
    let control = |text: &str| {
        let named = framework.map(|framework| frameworks::of_framework(framework, text));
        let mitigation = frameworks::mitigation(attack, text).map(str::to_owned);
        mitigation.or_else(|| frameworks::control(named.as_deref().unwrap_or(text)))
    };
    let controls: Vec<String> = texts.filter_map(control).collect();
    let family = |id: &String| match id.rsplit_once(['-', '.']) {
        Some((family, _)) => family.to_owned(),
        None => id.clone(),
    };
    let families: BTreeSet<String> = controls.iter().map(family).collect();
    let is_one = families.len() == 1 && framework.is_none();
    (2 * controls.len() > rows.len() && !is_one).then_some(*at)
}

fn are_controls(place: &Origin) -> Diagnostic {
    let message = "no column names techniques; most ids are controls of a catalogue or mitigations of \
         ATT&CK, so they count as such";
    let help = "what is only mapped on paper is never more than weak; add strengths or tests";
    Diagnostic::new(Code::IdsAreControls, place.clone(), message, help)
}

fn are_products(place: &Origin) -> Diagnostic {
    let message =
        "no column names techniques, but one names products; they count by their category";
    let help = "a product is low at most by its category; add what runs in it, or tests";
    Diagnostic::new(Code::NamesAreProducts, place.clone(), message, help)
}

/// A column that says the same as one before it.
fn second_column(name: &str, column: Column, place: &Origin) -> Diagnostic {
    let message =
        format!("{name:?} is a second column for {}; only the first is used", column.name());
    let help = "put the values into one column, or name it in columns of lacuna.toml";
    Diagnostic::new(Code::SecondColumn, place.clone(), message, help)
}

/// Columns that the user names and the table does not have.
fn missing(layout: &Layout, names: &[(usize, String)], place: &Origin) -> Vec<Diagnostic> {
    let is_there = |said: &String| {
        names.iter().any(|(_, name)| normalise_header(name) == normalise_header(said))
    };
    let missing = layout.columns.iter().filter(|(_, said)| !is_there(said));
    let remark = |(column, said): (&Column, &String)| {
        let message = format!("no column is called {said:?}, which was to hold {}", column.name());
        let help = "correct columns in lacuna.toml, or --columns";
        Diagnostic::new(Code::MissingColumn, place.clone(), message, help)
    };
    missing.map(remark).collect()
}

fn unused(names: &[String], place: Origin) -> Option<Diagnostic> {
    let message = match names.len() {
        0 => return None,
        1 => format!("the column {} is not used", listed(names)),
        _ => format!("the columns {} are not used", listed(names)),
    };
    Some(Diagnostic::new(Code::UnknownColumn, place, message, ""))
}

/// How many names a message lists.
const LISTED: usize = 20;

/// Names for a message; of very many, the first.
pub(crate) fn listed(names: &[String]) -> String {
    let first = names.iter().take(LISTED).map(|name| format!("{:?}", shortened(name)));
    let first: Vec<String> = first.collect();
    match names.len().saturating_sub(LISTED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn raw(row: Row, chosen: &Chosen, place: &Origin) -> Raw {
    let (width, columns) = (chosen.width(), &chosen.columns);
    let first = row.cells.first().map_or(0, |cell| cell.column);
    let origin = place_of(place, row.number, first);
    let mut raw = Raw { origin, values: Vec::new(), diagnostics: Vec::new() };
    let product = chosen.products.and_then(|place| products::text(&row, place));
    let mut cells = row.cells;
    let extra = cells.split_off(cells.partition_point(|cell| cell.column < width));
    raw.diagnostics.extend(beyond(&extra, |column| place_of(place, row.number, column)));
    for cell in cells {
        let origin = place_of(place, row.number, cell.column);
        if let Some(id) = chosen.marked.get(&cell.column) {
            wide::said(&mut raw, id, cell.text, origin);
            continue;
        }
        let from = columns.partition_point(|(at, _)| *at < cell.column);
        let here = columns[from..].iter().take_while(|(at, _)| *at == cell.column);
        let mut columns = here.map(|(_, column)| *column);
        let Some(column) = columns.next() else { continue };
        if cell.kind == CellKind::Error {
            let message = format!("{} holds the error {}", column.name(), cell.text);
            let help = "correct the formula";
            raw.diagnostics.push(Diagnostic::new(Code::BadValue, origin, message, help));
            continue;
        }
        let has_controls = || columns.clone().chain([column]).any(|c| c == Column::Controls);
        let is_heading = chosen.is_heading(&cell.text) && has_controls();
        raw.diagnostics.extend(is_heading.then(|| heading(&cell.text, origin.clone())));
        let counts = |column: &Column| !is_heading || *column != Column::Controls;
        let text = if place.sheet.is_none() { extract::unguarded(cell.text) } else { cell.text };
        let said = |column, text: String| {
            let text = match chosen.framework {
                Some(framework) if column == Column::Controls => {
                    frameworks::of_framework(framework, &text)
                }
                _ => text,
            };
            Said { column, text, cell: origin.cell.clone() }
        };
        if chosen.products.is_some_and(|place| place.product == cell.column) {
            // It goes by its own name, whatever made it known.
            if !chosen.found().contains(&Column::Title) {
                raw.values.push(said(Column::Title, text.clone()));
            }
            let others = columns.chain([column]).filter(|column| *column != Column::Products);
            raw.values.extend(others.map(|column| said(column, text.clone())));
            let product = product.clone().unwrap_or(text);
            raw.values.push(said(Column::Products, product));
            continue;
        }
        raw.values.extend(columns.filter(counts).map(|column| said(column, text.clone())));
        if counts(&column) {
            raw.values.push(said(column, text));
        }
    }
    raw
}

/// A control that others in its column stand beneath.
fn heading(text: &str, place: Origin) -> Diagnostic {
    let message = format!(
        "{:?} is the heading of controls beneath it; it counts for nothing",
        shortened(text)
    );
    Diagnostic::new(Code::UnmappedControl, place, message, "")
}

/// Says once of a row that cells stand where no column has a name.
fn beyond(cells: &[table::Cell], place: impl Fn(usize) -> Origin) -> Option<Diagnostic> {
    let (first, others) = cells.split_first()?;
    let first_text = shortened(&first.text);
    let message = match others.len() {
        0 => format!("{first_text:?} stands beyond the last column that has a name"),
        more => format!(
            "{first_text:?} and {more} more cells stand beyond the last column that has a name"
        ),
    };
    let help = "quote the cell that holds a separator, or name the column";
    Some(Diagnostic::new(Code::ExtraCells, place(first.column), message, help))
}

/// The objects in a document that may be rows: its own items, or those of its one list called
/// `capabilities` or `evidence`.
pub(crate) fn rows(document: &Value) -> &[Value] {
    match document {
        Value::List(rows) => rows,
        document => match (document.get("capabilities"), document.get("evidence")) {
            (Some(Value::List(rows)), _) | (None, Some(Value::List(rows))) => rows,
            _ => &[],
        },
    }
}

/// What a document holds beside its rows.
pub(crate) fn beside(document: &Value) -> impl Iterator<Item = &str> {
    let rows = rows(document);
    let is_rows = |value: &Value| std::ptr::eq(value_rows(value), rows);
    document.entries().filter(move |(_, value)| !is_rows(value)).map(|(key, _)| key)
}

fn value_rows(value: &Value) -> &[Value] {
    match value {
        Value::List(rows) => rows,
        _ => &[],
    }
}

/// The rows among some objects; `None` where they are no register.
pub(crate) fn objects(
    objects: &[(Origin, &Value)],
    layout: &Layout,
    purpose: Purpose,
) -> Option<Register<'static>> {
    let mut found = BTreeSet::new();
    let mut unknown = BTreeSet::new();
    let mut columns: BTreeMap<String, Option<Column>> = BTreeMap::new();
    let mut column = |key: &str| match columns.get(key) {
        Some(column) => *column,
        None => *columns.entry(key.to_owned()).or_insert_with(|| layout.column(key)),
    };
    let is_row = |object: &&(Origin, &Value)| matches!(object.1, Value::Map(_));
    let rows: Vec<Raw> = objects
        .iter()
        .filter(is_row)
        .map(|(origin, object)| {
            let said = object
                .entries()
                .flat_map(|(key, value)| said(key, value, &mut column, &mut unknown));
            let values = said.inspect(|said| _ = found.insert(said.column)).collect();
            Raw { origin: origin.clone(), values, diagnostics: Vec::new() }
        })
        .collect();
    if !purpose.is_served_by(&found) {
        return None;
    }
    let place = Origin::file(objects.first()?.0.path.clone());
    let unknown: Vec<String> = unknown.into_iter().collect();
    let diagnostics: Vec<Diagnostic> = unused(&unknown, place).into_iter().collect();
    let others = objects.iter().filter(|object| !is_row(object));
    let no_rows = others.map(|(origin, _)| origin.clone()).collect();
    let has_status = found.contains(&Column::Status);
    let rows = Box::new(rows.into_iter());
    let table = None;
    Some(Register { rows, has_status, decimal_comma: true, diagnostics, no_rows, table })
}

/// An entry of a logbook as the text that it would be in a cell.
fn logbook_line(entry: &Value) -> String {
    let said = |key| entry.get(key).and_then(Value::as_text).unwrap_or_default();
    let date = Some(said("date")).filter(|date| !date.is_empty());
    let auto = if said("auto_generated") == "true" { " auto" } else { "" };
    let comment = said("comment").split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{}={}{auto} {comment}", date.unwrap_or("undated".into()), said("score"))
}

/// No column has a name that is longer, in bytes. The name of an object within a row is part of
/// the names of all that it holds.
const LONGEST_NAME: usize = 100;

fn said(
    key: &str,
    value: &Value,
    column_of: &mut dyn FnMut(&str) -> Option<Column>,
    unknown: &mut BTreeSet<String>,
) -> Vec<Said> {
    let column = column_of(key);
    let text = |column, text| Said { column, text, cell: None };
    match (column, value) {
        (_, Value::Null | Value::Skipped) => Vec::new(),
        (Some(column @ (Column::Scope | Column::Telemetry)), Value::Map(_)) => {
            let pairs = value.entries().filter_map(|(k, v)| Some(format!("{k}={}", v.as_text()?)));
            vec![text(column, pairs.collect::<Vec<_>>().join("; "))]
        }
        (Some(column @ Column::ScoreHistory), Value::List(_) | Value::Map(_)) => {
            value.list().map(|entry| text(column, logbook_line(entry))).collect()
        }
        // `tests: {k: 3, n: 4}` is `tests k` and `tests n`.
        (_, Value::Map(_)) if key.len() <= LONGEST_NAME => {
            let inner = value.entries().map(|(name, value)| (format!("{key} {name}"), value));
            inner.flat_map(|(name, value)| said(&name, value, column_of, unknown)).collect()
        }
        (_, Value::Map(_)) => {
            unknown.insert(shortened(key));
            Vec::new()
        }
        (Some(column), value) => {
            let texts = value.list().filter_map(Value::as_text);
            texts.map(|found| text(column, found.into_owned())).collect()
        }
        (None, _) => {
            unknown.insert(shortened(key));
            Vec::new()
        }
    }
}
