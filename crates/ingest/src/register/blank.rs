//! Blank cells beneath what they belong to, in tables that do not merge them: a product stands on
//! the first row of its block and nowhere below.
//!
//! A blank cell is filled only where nothing else can be meant. The column leads the table, its
//! first row is not blank, a good part of the others is, and nobody has written a value twice where
//! a blank would have done. What is measured or decided row by row is never filled.

use std::collections::BTreeSet;

use model::diagnostic::{Code, Diagnostic, Origin};

use super::columns::Chosen;
use super::place_of;
use crate::column::Column;
use crate::format;
use crate::table::{Cell, Row};

/// Columns whose value may hold for the rows beneath it.
const PARENTS: [Column; 7] = [
    Column::Id,
    Column::Title,
    Column::Kind,
    Column::Function,
    Column::Family,
    Column::Bundle,
    Column::Owner,
];

/// One of so many rows has to be blank.
const BLANK: usize = 3;

/// Bytes that may be filled in. A long text may stand above a million rows.
const BYTES: usize = 64 << 20;

/// Fills what is blank beneath its parent, and says so once for each column. `said` is what the user
/// says about it: yes, and only the column and its first row are looked at; or no.
pub(super) fn fill_down(
    rows: &mut [Row],
    chosen: &Chosen,
    said: Option<bool>,
    header: &Origin,
) -> Vec<Diagnostic> {
    if said == Some(false) || rows.is_empty() {
        return Vec::new();
    }
    let parents = parents(rows, chosen, said == Some(true));
    if parents.is_empty() {
        return Vec::new();
    }
    let filled = fill(rows, &parents, &chosen.columns);
    let mut diagnostics: Vec<Diagnostic> = parents
        .iter()
        .zip(filled.counts)
        .filter(|(_, count)| *count > 0)
        .map(|((at, _), count)| is_filled(chosen.name(*at), count, header))
        .collect();
    diagnostics.extend(filled.stopped_at.map(|row| stopped(&place_of(header, row, 0))));
    diagnostics
}

/// The columns to fill: from the left on, as long as each may be a parent and is one or complete.
fn parents(rows: &[Row], chosen: &Chosen, is_said: bool) -> Vec<(usize, Column)> {
    let mut parents = Vec::new();
    let leading = chosen.columns.iter().take_while(|(_, column)| PARENTS.contains(column));
    for (at, column) in leading {
        let blank = rows.iter().filter(|row| row.cell(*at).is_none()).count();
        if blank == 0 {
            continue;
        }
        let is_parent = rows.first().is_some_and(|row| row.cell(*at).is_some())
            && (is_said || (blank * BLANK >= rows.len() && is_proven(rows, *at, *column, chosen)));
        if !is_parent {
            break;
        }
        parents.push((*at, *column));
    }
    parents
}

fn is_proven(rows: &[Row], at: usize, column: Column, chosen: &Chosen) -> bool {
    let values = || rows.iter().filter_map(|row| row.cell(at));
    match column {
        Column::Id | Column::Title => {
            // A row with an id or a title of its own is a record of its own.
            let named =
                chosen.columns.iter().filter(|(_, c)| matches!(c, Column::Id | Column::Title));
            let named: Vec<usize> = named.map(|(at, _)| *at).collect();
            let is_own = |row: &Row| named.iter().any(|at| row.cell(*at).is_some());
            let mut seen = BTreeSet::new();
            values().all(|cell| seen.insert(&cell.text))
                && !rows.iter().any(|row| row.cell(at).is_none() && is_own(row))
        }
        Column::Kind | Column::Function => {
            let is_word = |cell: &Cell| format::register().word(column, &cell.text).is_some();
            values().all(is_word) && is_block_by_block(rows, at)
        }
        _ => is_block_by_block(rows, at),
    }
}

/// Whether more than one row is blank, and nobody has written a value again right beneath itself.
fn is_block_by_block(rows: &[Row], at: usize) -> bool {
    let blank = rows.iter().filter(|row| row.cell(at).is_none()).count();
    let is_again = |pair: &[Row]| match (pair[0].cell(at), pair[1].cell(at)) {
        (Some(above), Some(below)) => above.text == below.text,
        _ => false,
    };
    blank > 1 && !rows.windows(2).any(is_again)
}

/// What was filled in.
struct Filled {
    /// How many rows, parent by parent.
    counts: Vec<usize>,
    /// The row at which the limit was reached.
    stopped_at: Option<usize>,
}

fn fill(rows: &mut [Row], parents: &[(usize, Column)], columns: &[(usize, Column)]) -> Filled {
    let mut filled = Filled { counts: vec![0; parents.len()], stopped_at: None };
    let mut above: Vec<Option<Cell>> = vec![None; parents.len()];
    let mut head: Vec<Cell> = Vec::new();
    let mut spent = 0;
    let names = parents.iter().filter(|(_, c)| matches!(c, Column::Id | Column::Title));
    let names: Vec<usize> = names.map(|(at, _)| *at).collect();
    for row in rows {
        let is_head = names.is_empty() || names.iter().any(|at| row.cell(*at).is_some());
        let mut new: Vec<Cell> = Vec::new();
        if !is_head && says_nothing_else(row, columns) {
            let missing = head.iter().filter(|cell| row.cell(cell.column).is_none());
            new.extend(missing.cloned());
        }
        for (ix, (at, _)) in parents.iter().enumerate() {
            match row.cell(*at) {
                Some(cell) => above[ix] = Some(cell.clone()),
                None => {
                    filled.counts[ix] += 1;
                    let is_there = new.iter().any(|cell| cell.column == *at);
                    new.extend(above[ix].clone().filter(|_| !is_there));
                }
            }
        }
        spent += new.iter().map(|cell| cell.text.len()).sum::<usize>();
        if spent > BYTES {
            filled.stopped_at = Some(row.number);
            return filled;
        }
        row.cells.extend(new.into_iter().map(|cell| Cell { filled: true, ..cell }));
        row.cells.sort_by_key(|cell| cell.column);
        if is_head {
            head = row.cells.iter().filter(|cell| is_single(cell, columns)).cloned().collect();
        }
    }
    filled
}

/// Whether a row names techniques and the like, and nothing that is said once of a record: then it
/// goes on with the record above.
fn says_nothing_else(row: &Row, columns: &[(usize, Column)]) -> bool {
    let names_something =
        row.cells.iter().any(|cell| column_of(cell, columns).is_some_and(Column::adds_up));
    names_something && !row.cells.iter().any(|cell| is_single(cell, columns))
}

fn is_single(cell: &Cell, columns: &[(usize, Column)]) -> bool {
    column_of(cell, columns).is_some_and(|column| !column.adds_up())
}

fn column_of(cell: &Cell, columns: &[(usize, Column)]) -> Option<Column> {
    let ix = columns.binary_search_by_key(&cell.column, |(at, _)| *at).ok()?;
    Some(columns[ix].1)
}

fn is_filled(name: &str, rows: usize, header: &Origin) -> Diagnostic {
    let rows = if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
    let message = format!(
        "{name:?} is blank on {rows} beneath the first of a block; what stands above holds for them"
    );
    let help = "if blank means blank, say fill_down = false of this source in lacuna.toml";
    Diagnostic::new(Code::BlankParent, header.clone(), message, help)
}

fn stopped(place: &Origin) -> Diagnostic {
    let message = "from here on blank cells are not filled: the texts above them are too long";
    let help = "say fill_down = false of this source in lacuna.toml";
    Diagnostic::new(Code::LimitReached, place.clone(), message, help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::Layout;
    use crate::table::{csv, normalise_header};

    /// The rows of a csv text as they are filled, a line each, and how much is said about it.
    #[track_caller]
    fn check_as(said: Option<bool>, text: &str, rows: &str, remarks: usize) {
        let mut table = csv(text).unwrap();
        let names = table.rows[0].cells.iter().map(|c| (c.column, normalise_header(&c.text)));
        let chosen = Chosen::by_name(names.collect(), &Layout::default());
        let width = chosen.width();
        let place = Origin::file("a.csv");
        let found = fill_down(&mut table.rows[1..], &chosen, said, &place);
        let cell = |row: &Row, at| row.cell(at).map_or(String::new(), |cell| cell.text.clone());
        let line = |row: &Row| (0..width).map(|at| cell(row, at)).collect::<Vec<_>>().join(",");
        let filled: Vec<String> = table.rows[1..].iter().map(line).collect();
        assert_eq!(filled.join(" "), rows, "{text}");
        assert_eq!(found.len(), remarks, "{found:?}");
    }

    #[track_caller]
    fn check(text: &str, rows: &str, remarks: usize) {
        check_as(None, text, rows, remarks);
    }

    #[test]
    fn a_parent_holds_for_its_block() {
        check(
            "product,id,technique\nEDR,1,T1003\n,2,T1059\n,3,T1105\nMail,4,T1566\n",
            "EDR,1,T1003 EDR,2,T1059 EDR,3,T1105 Mail,4,T1566",
            1,
        );
        check(
            "owner,product,id,technique\nOps,EDR,1,T1003\n,,2,T1059\n,,3,T1105\n,Mail,4,T1566\n",
            "Ops,EDR,1,T1003 Ops,EDR,2,T1059 Ops,EDR,3,T1105 Ops,Mail,4,T1566",
            2,
        );
    }

    #[test]
    fn rows_that_name_techniques_only_go_on_with_the_record_above() {
        check(
            "id,title,technique,status\n1,EDR,T1003,on\n,,T1059,\n2,Mail,T1566,off\n",
            "1,EDR,T1003,on 1,EDR,T1059,on 2,Mail,T1566,off",
            2,
        );
    }

    #[test]
    fn what_is_decided_row_by_row_is_never_filled() {
        check(
            "id,technique,status,strength\n1,T1003,on,0.5\n,T1059,off,\n2,T1566,,\n",
            "1,T1003,on,0.5 1,T1059,off, 2,T1566,,",
            1,
        );
        let blank = "status,id,technique\non,1,T1003\n,2,T1059\n,3,T1566\n";
        check(blank, "on,1,T1003 ,2,T1059 ,3,T1566", 0);
        let behind = "technique,owner\nT1003,Ops\nT1059,\nT1566,\n";
        check(behind, "T1003,Ops T1059, T1566,", 0);
    }

    #[test]
    fn blank_means_blank_where_anything_else_can_be_meant() {
        // A row with a title of its own is no part of the record above.
        let titled = "id,title,technique\n1,EDR,T1003\n,Mail,T1566\n";
        check(titled, "1,EDR,T1003 ,Mail,T1566", 0);
        let numbered = "id,title,technique\n1,EDR,T1003\n2,,T1566\n3,,T1059\n";
        check(numbered, "1,EDR,T1003 2,,T1566 3,,T1059", 0);
        // One blank cell may have been forgotten.
        let single = "product,id,technique\nEDR,1,T1003\n,2,T1059\n";
        check(single, "EDR,1,T1003 ,2,T1059", 0);
        // Somebody who writes a value again means blank by blank.
        let again = "product,id,technique\nEDR,1,T1003\nEDR,2,T1059\n,3,T1105\n,4,T1566\n";
        check(again, "EDR,1,T1003 EDR,2,T1059 ,3,T1105 ,4,T1566", 0);
        // One that was forgotten.
        let forgotten = "id,technique\n1,T1003\n2,T1059\n3,T1105\n,T1566\n";
        check(forgotten, "1,T1003 2,T1059 3,T1105 ,T1566", 0);
        let headless = "product,id,technique\n,1,T1003\nEDR,2,T1059\n,3,T1566\n";
        check(headless, ",1,T1003 EDR,2,T1059 ,3,T1566", 0);
    }

    #[test]
    fn the_user_knows_better() {
        let again = "product,id,technique\nEDR,1,T1003\nEDR,2,T1059\n,3,T1105\n";
        check_as(Some(true), again, "EDR,1,T1003 EDR,2,T1059 EDR,3,T1105", 1);
        let block = "product,id,technique\nEDR,1,T1003\n,2,T1059\n";
        check_as(Some(false), block, "EDR,1,T1003 ,2,T1059", 0);
    }
}
