//! What to type so that a table is read that was not: one line, ready to paste.

use std::collections::{BTreeMap, BTreeSet};

use model::diagnostic::Origin;

use super::columns::Chosen;
use super::known;
use super::reversed::Lists;
use crate::column::Column;
use crate::extract::{self, AttackId};
use crate::table::{Cell, HEADER_ROWS, Row, Table, normalise_header};

/// So many rows are looked at.
const ROWS: usize = 200;

/// What is longer, in bytes, is no name that anybody would type.
const LONGEST: usize = 200;

/// For a list of techniques that is to count although it says nothing about what is in place.
pub(super) fn all_the_same(
    header: &Row,
    chosen: &Chosen,
    lists: Option<&Lists>,
    place: &Origin,
) -> String {
    let techniques = || {
        let (at, _) = chosen.columns.iter().find(|(_, column)| *column == Column::Techniques)?;
        Some((Column::Techniques, header.cell(*at)?.text.as_str()))
    };
    let lists = lists.and_then(|lists| lists.lists.first());
    let column = lists.map(|(_, name)| (Column::Controls, name.as_str())).or_else(techniques);
    typed(place.sheet.as_deref(), &column.into_iter().collect::<Vec<_>>())
}

/// For a table whose columns have names of their own: the column with the most techniques, and the
/// one that is called a title, else the one that tells its rows apart best.
pub(super) fn of_columns(table: &Table, place: &Origin) -> Option<String> {
    let (header, rows) = header(table)?;
    let techniques = most(header, rows, |text| {
        extract::ids(text).any(|id| matches!(id, AttackId::Technique(_))).then_some(text)
    })?;
    let is_called_so = |cell: &&Cell| known(&normalise_header(&cell.text)) == Some(Column::Title);
    let called_so = header.cells.iter().find(is_called_so).map(|cell| cell.column);
    let tells_apart = || {
        most(header, rows, |text| {
            let is_name = text.contains(char::is_alphabetic);
            (is_name && extract::ids(text).next().is_none()).then_some(text)
        })
    };
    let title = called_so.filter(|at| *at != techniques).or_else(tells_apart)?;
    let is_cve = |row: &&Row| row.cell(title).is_some_and(|cell| cell.text.starts_with("CVE-"));
    if rows.iter().filter(is_cve).count() * 2 > rows.len() {
        // What is exploited is not what is covered.
        return None;
    }
    let name = |at| header.cell(at).map(|cell| cell.text.as_str()).filter(|n| n.len() <= LONGEST);
    let columns = [(Column::Techniques, name(techniques)?), (Column::Title, name(title)?)];
    Some(typed(place.sheet.as_deref(), &columns))
}

/// The last row above the first that names a technique, and the rows from there on.
fn header(table: &Table) -> Option<(&Row, &[Row])> {
    let names_technique = |row: &Row| {
        let mut ids = row.cells.iter().flat_map(|cell| extract::ids(&cell.text));
        ids.any(|id| matches!(id, AttackId::Technique(_)))
    };
    let at = table.rows.iter().take(ROWS).position(names_technique)?;
    // Rows without a technique may come first: the widest of the top rows names the columns.
    let top = &table.rows[..at.min(HEADER_ROWS)];
    let widest = top.iter().map(|row| row.cells.len()).max()?;
    let header = top.iter().position(|row| row.cells.len() == widest)?;
    let rows = &table.rows[header + 1..];
    Some((&table.rows[header], &rows[..rows.len().min(ROWS)]))
}

/// The column with a name in which the most different texts are of a kind; of several, the one with
/// the longest texts.
fn most<'r>(
    header: &Row,
    rows: &'r [Row],
    of_kind: impl Fn(&'r str) -> Option<&'r str>,
) -> Option<usize> {
    let mut found: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for cell in rows.iter().flat_map(|row| &row.cells) {
        if let Some(text) = of_kind(&cell.text).filter(|_| header.cell(cell.column).is_some()) {
            found.entry(cell.column).or_default().insert(text);
        }
    }
    let letters = |texts: &BTreeSet<&str>| texts.iter().map(|text| text.len()).sum::<usize>();
    let best =
        found.iter().max_by_key(|(at, texts)| (texts.len(), letters(texts), usize::MAX - **at));
    best.map(|(at, _)| *at)
}

/// Options that say which sheet to read and what its columns hold.
fn typed(sheet: Option<&str>, columns: &[(Column, &str)]) -> String {
    // Within quotes, a shell leaves all but these signs alone; a name is compared without them.
    let quoted = |text: &str| {
        let plain = |c: char| if "\"\\$`!".contains(c) || c.is_control() { ' ' } else { c };
        let text: String = text.chars().map(plain).collect();
        format!("\"{}\"", text.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let sheet = sheet.map(|name| format!("--sheet {}", quoted(name)));
    let columns = columns
        .iter()
        .map(|(column, name)| format!("--columns {}={}", column.name(), quoted(name)));
    sheet.into_iter().chain(columns).collect::<Vec<_>>().join(" ")
}
