//! Wide tables: techniques name the columns and each control is a row, or the other way round;
//! a mark where they meet says that the one is for the other.

use std::collections::{BTreeMap, BTreeSet};

use model::diagnostic::{Code, Diagnostic, Origin};

use super::{Layout, place_of};
use crate::column::Column;
use crate::extract::{self, AttackId};
use crate::record::{Raw, Said};
use crate::table::{Cell, Header, Row, Table, find_header};

/// A table has to have so many columns of marks to be a wide one.
const MARKED: usize = 2;

/// The row of a table that names techniques as columns, and those columns by their ids.
pub(super) fn header(table: &Table, layout: &Layout) -> Option<(Header, BTreeMap<usize, String>)> {
    let header = said_or_found(table, layout, MARKED, &|name| technique(name).is_some())?;
    let rows = &table.rows[header.row_index + 1..];
    let cells = &table.rows[header.row_index].cells;
    let named = cells.iter().filter_map(|cell| Some((cell.column, technique(&cell.text)?)));
    let marks = columns_of_marks(rows);
    let marked: BTreeMap<usize, String> = named.filter(|(at, _)| marks.contains(at)).collect();
    let has_own = header
        .columns
        .iter()
        .any(|(_, name)| matches!(layout.column(name), Some(Column::Id | Column::Title)));
    (marked.len() >= MARKED && has_own).then_some((header, marked))
}

/// The row of a table that has techniques as rows and controls as columns.
pub(super) fn header_of_controls(table: &Table, layout: &Layout) -> Option<Header> {
    let is_technique = |name: &str| layout.column(name) == Some(Column::Techniques);
    let header = said_or_found(table, layout, 1, &is_technique)?;
    let columns = header.columns.iter();
    let columns: Vec<(usize, Column)> =
        columns.filter_map(|(at, name)| Some((*at, layout.column(name)?))).collect();
    let (row, rows) = (&table.rows[header.row_index], &table.rows[header.row_index + 1..]);
    controls(row, rows, &columns, &Origin::default()).map(|_| header)
}

fn said_or_found(
    table: &Table,
    layout: &Layout,
    min: usize,
    recognise: &dyn Fn(&str) -> bool,
) -> Option<Header> {
    let Some(row) = layout.header_row else { return find_header(table, min, recognise) };
    let (row_index, columns) = super::header_in(table, row)?;
    Some(Header { row_index, columns })
}

/// What a cell beneath a technique says.
pub(super) fn said(raw: &mut Raw, id: &str, text: String, origin: Origin) {
    match mark(&text) {
        Some(true) => {
            let said = Said { column: Column::Techniques, text: id.to_owned(), cell: origin.cell };
            raw.values.push(said);
        }
        Some(false) => {}
        None => {
            let message = format!("{text:?} beneath {id} says neither yes nor no");
            let help = "mark it with X, or leave it blank";
            raw.diagnostics.push(Diagnostic::new(Code::BadValue, origin, message, help));
        }
    }
}

/// The controls that a table of techniques has as columns, each as one record.
pub(super) fn controls(
    header: &Row,
    rows: &[Row],
    columns: &[(usize, Column)],
    place: &Origin,
) -> Option<Vec<Raw>> {
    let of_technique = [
        Column::Id,
        Column::Title,
        Column::Techniques,
        Column::TechniqueNames,
        Column::Tactics,
        Column::Notes,
    ];
    let mut ids = columns.iter().filter(|(_, column)| *column == Column::Techniques);
    let (Some((ids, _)), None) = (ids.next(), ids.next()) else { return None };
    let ids = *ids;
    if columns.iter().any(|(_, column)| !of_technique.contains(column)) {
        return None;
    }
    let marks = columns_of_marks(rows);
    let is_free = |at: usize| columns.iter().all(|(taken, _)| *taken != at);
    let is_control = |cell: &&Cell| marks.contains(&cell.column) && is_free(cell.column);
    let mut controls: BTreeMap<usize, Raw> = header
        .cells
        .iter()
        .filter(is_control)
        .map(|name| {
            let origin = place_of(place, header.number, name.column);
            let cell = origin.cell.clone();
            let title = Said { column: Column::Title, text: name.text.clone(), cell };
            (name.column, Raw { origin, values: vec![title], diagnostics: Vec::new() })
        })
        .collect();
    for row in rows {
        let Some(technique) = row.cell(ids) else { continue };
        let cell = place_of(place, row.number, ids).cell;
        for marked in row.cells.iter().filter(|cell| mark(&cell.text) == Some(true)) {
            if let Some(control) = controls.get_mut(&marked.column) {
                let (text, cell) = (technique.text.clone(), cell.clone());
                control.values.push(Said { column: Column::Techniques, text, cell });
            }
        }
    }
    (controls.len() >= MARKED).then(|| controls.into_values().collect())
}

/// The one technique that a column's name is about.
fn technique(name: &str) -> Option<String> {
    let mut ids = extract::ids(name);
    match (ids.next(), ids.next()) {
        (Some(AttackId::Technique(id)), None) => Some(id.to_string()),
        _ => None,
    }
}

/// The columns that hold marks: four of five cells that are not blank.
///
/// Rows are gone through once: a sheet may have thousands of columns and a million rows.
fn columns_of_marks(rows: &[Row]) -> BTreeSet<usize> {
    let mut tally: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for cell in rows.iter().flat_map(|row| &row.cells) {
        let (marks, all) = tally.entry(cell.column).or_default();
        *marks += usize::from(mark(&cell.text).is_some());
        *all += 1;
    }
    let holds_marks = |(_, (marks, all)): &(usize, (usize, usize))| marks * 5 >= all * 4;
    tally.into_iter().filter(holds_marks).map(|(column, _)| column).collect()
}

fn mark(text: &str) -> Option<bool> {
    match text {
        "✓" | "✔" | "●" | "•" => Some(true),
        "✗" | "✘" | "-" | "–" => Some(false),
        other => extract::flag(other),
    }
}
