//! Ids that a spreadsheet has taken for numbers: 3.10 becomes 3.1.
//!
//! Where the ids of a column ascend, the place of such a number says which it was. Elsewhere it is
//! only said that there is no telling.

use std::collections::BTreeMap;

use model::diagnostic::{Code, Diagnostic, Origin};

use super::place_of;
use crate::table::{Cell, CellKind, Row};

/// Neighbouring rows that say the same number.
struct Run {
    /// Their positions.
    rows: Vec<usize>,
    /// What stands before the point, and behind it.
    whole: u32,
    part: u32,
    /// What stands behind the point as the place says it.
    meant: u32,
    /// A zero may be lost: it is a number, or a text that may have been one.
    may_lack: bool,
}

const AS_TEXT: &str = "format the column as text and write the id again";

/// Gives ids of a column the zeros back that they have lost, where that can be known, and says so.
pub(super) fn recover(rows: &mut [Row], column: usize, table: &Origin) -> Vec<Diagnostic> {
    let mut runs = runs(rows, column, table.sheet.is_none());
    if !ascend(&mut runs) {
        runs.iter_mut().for_each(|run| run.meant = run.part);
    }
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    for (ix, run) in runs.iter().enumerate().filter(|(_, run)| run.meant != run.part) {
        let meant = format!("{}.{}", run.whole, run.meant);
        for row in &run.rows {
            if let Some(cell) = rows[*row].cells.iter_mut().find(|cell| cell.column == column) {
                cell.text.clone_from(&meant);
            }
        }
        let neighbour = |run: Option<&Run>| run.map(|run| format!("{}.{}", run.whole, run.meant));
        let between = [ix.checked_sub(1).and_then(|ix| runs.get(ix)), runs.get(ix + 1)];
        let between: Vec<String> = between.into_iter().filter_map(neighbour).collect();
        let first = &rows[run.rows[0]];
        let message = format!(
            "{}.{} is read as {meant}: it stands {} {}, and a number loses the zero at its end",
            run.whole,
            run.part,
            if between.len() == 2 { "between" } else { "behind" },
            between.join(" and "),
        );
        let origin = place_of(table, first.number, column);
        diagnostics.push(Diagnostic::new(Code::NumberId, origin, message, AS_TEXT));
    }
    diagnostics.extend(unclear(&runs, rows, column, table));
    diagnostics
}

/// Says once of a cell whose number may have been another id; and of how many more.
pub(super) fn ambiguous(place: Origin, (said, meant): (&str, &str), more: usize) -> Diagnostic {
    let others = match more {
        0 => String::new(),
        1 => "; so is 1 more cell".to_owned(),
        more => format!("; so are {more} more cells"),
    };
    let message =
        format!("{said} is a number and may have been {meant}, whose zero is lost{others}");
    Diagnostic::new(Code::NumberId, place, message, AS_TEXT)
}

/// A text of digits, a point and digits, without a zero at its end, as two numbers.
pub(super) fn decimal(text: &str) -> Option<(u32, u32)> {
    let (whole, part) = text.split_once('.')?;
    let is_number = |text: &str| {
        (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let keeps = !part.starts_with('0') && !part.ends_with('0');
    (is_number(whole) && is_number(part) && keeps)
        .then(|| Some((whole.parse().ok()?, part.parse().ok()?)))?
}

/// A number of two parts, whatever its last digit is.
fn two_parts(cell: &Cell, is_csv: bool) -> Option<(u32, u32, bool)> {
    if let Some((whole, part)) = decimal(&cell.text) {
        return Some((whole, part, is_csv || cell.kind == CellKind::Number));
    }
    let (whole, part) = cell.text.split_once('.')?;
    let is_number = |text: &str| text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let both = is_number(whole) && is_number(part);
    both.then(|| Some((whole.parse().ok()?, part.parse().ok()?, false)))?
}

fn runs(rows: &[Row], column: usize, is_csv: bool) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (ix, row) in rows.iter().enumerate() {
        let said = row.cell(column).and_then(|cell| two_parts(cell, is_csv));
        let Some((whole, part, may_lack)) = said else { continue };
        match runs.last_mut() {
            Some(run) if (run.whole, run.part) == (whole, part) => run.rows.push(ix),
            _ => runs.push(Run { rows: vec![ix], whole, part, meant: part, may_lack }),
        }
    }
    runs
}

/// Finds what each number means so that all ids ascend; says whether they do.
fn ascend(runs: &mut [Run]) -> bool {
    let mut last: Option<(u32, u32)> = None;
    for ix in 0..runs.len() {
        let next = runs.get(ix + 1).filter(|next| next.whole == runs[ix].whole);
        let next = next.map(|next| next.part);
        let run = &mut runs[ix];
        run.meant = match last {
            Some((whole, _)) if whole > run.whole => return false,
            Some((whole, before)) if whole == run.whole && before >= run.part => {
                match meant(run, before, next) {
                    Some(meant) => meant,
                    None => return false,
                }
            }
            _ => run.part,
        };
        last = Some((run.whole, run.meant));
    }
    true
}

/// The one number that fits behind the one before and before the next, with one or two zeros more.
fn meant(run: &Run, before: u32, next: Option<u32>) -> Option<u32> {
    let longer = [run.part * 10, run.part * 100].into_iter().filter(|_| run.may_lack);
    // A next one that does not ascend either has lost its own zero and says nothing.
    let next = next.filter(|next| *next > before);
    let fits = |number: &u32| match next {
        Some(next) => (before + 1..next).contains(number),
        None => *number == before + 1,
    };
    let mut fitting = longer.filter(fits);
    let found = fitting.next()?;
    fitting.next().is_none().then_some(found)
}

/// Numbers that may be another id: the one behind it is there; or the one before it is, and the
/// number stands in two places.
fn unclear(runs: &[Run], rows: &[Row], column: usize, table: &Origin) -> Option<Diagnostic> {
    let mut known: BTreeMap<(u32, u32), usize> = BTreeMap::new();
    runs.iter().for_each(|run| *known.entry((run.whole, run.meant)).or_default() += 1);
    let is_unclear = |run: &&Run| {
        let places = |part| known.get(&(run.whole, part)).copied().unwrap_or(0);
        let longer = run.part * 10;
        let is_gap = places(longer + 1) > 0 || (places(longer - 1) > 0 && places(run.part) > 1);
        run.may_lack && run.meant == run.part && places(longer) == 0 && is_gap
    };
    let unclear = || runs.iter().filter(is_unclear);
    let first = unclear().next()?;
    let cells: usize = unclear().map(|run| run.rows.len()).sum();
    let place = place_of(table, rows[first.rows[0]].number, column);
    let said = format!("{}.{}", first.whole, first.part);
    Some(ambiguous(place, (&said, &format!("{said}0")), cells - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::csv;

    /// Ids of a column that are what they should be, and how much there is to say about them.
    #[track_caller]
    fn check(said: &str, meant: &str, remarks: usize) {
        let lines: String = said.split(' ').map(|id| format!("{id},x\n")).collect();
        let mut table = csv(&lines).unwrap();
        let found = recover(&mut table.rows, 0, &Origin::file("a.csv"));
        let ids: Vec<&str> = table.rows.iter().map(|row| row.cells[0].text.as_str()).collect();
        assert_eq!(ids.join(" "), meant, "{said}");
        assert_eq!(found.len(), remarks, "{said}: {found:?}");
    }

    #[test]
    fn the_place_of_a_number_says_which_id_it_was() {
        check("3.8 3.9 3.1 3.11", "3.8 3.9 3.10 3.11", 1);
        check("3.1 3.2 3.9 3.1 4.1 4.2", "3.1 3.2 3.9 3.10 4.1 4.2", 1);
        check("3.19 3.2 3.21 4.9 4.1", "3.19 3.20 3.21 4.9 4.10", 2);
        check("3.5 3.1 3.12", "3.5 3.10 3.12", 1);
        check("3.9 3.9 3.1 3.1 3.11", "3.9 3.9 3.10 3.10 3.11", 1);
        check("3 3.9 3.1 4 4.1", "3 3.9 3.10 4 4.1", 1);
    }

    #[test]
    fn ids_that_lack_nothing_stay() {
        check("3.1 3.2 3.3 4.1", "3.1 3.2 3.3 4.1", 0);
        check("3.1 3.2 3.10 3.11", "3.1 3.2 3.10 3.11", 0);
        check("AC-3.9 AC-3.1 1.2.3 x", "AC-3.9 AC-3.1 1.2.3 x", 0);
        check("0.9 0.5 0.1 0.4", "0.9 0.5 0.1 0.4", 0);
    }

    #[test]
    fn what_cannot_be_known_is_said_and_left() {
        check("3.11 3.1 3.9 3.1 3.4", "3.11 3.1 3.9 3.1 3.4", 1);
        check("3.1 3.11 3.12", "3.1 3.11 3.12", 1);
        check("3.1 3.9 3.5 3.1", "3.1 3.9 3.5 3.1", 1);
        check("3.5 3.1 4.1", "3.5 3.1 4.1", 0);
    }
}
