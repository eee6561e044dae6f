//! Merged cells: what stands in the first cell of a region holds for the rows beside it.
//!
//! Only downwards, and only in the region's first column: a title that is merged across columns
//! belongs to none of them.

use calamine::Dimensions;

use crate::table::grid::Meter;
use crate::table::{Cell, Row, TableError};

/// Repeats the first cell of every region in the rows below it, as far as rows exist.
pub(super) fn fill_down(
    rows: &mut [Row],
    mut regions: Vec<Dimensions>,
    meter: &mut Meter,
) -> Result<(), TableError> {
    regions.retain(|region| region.start.0 < region.end.0);
    regions.sort_by_key(|region| (region.start.1, region.start.0, region.end.0));
    // Regions never overlap in a sound file. In any other they could make the work grow with
    // regions times rows, so of two that share cells the second is left out.
    regions.dedup_by(|next, kept| next.start.1 == kept.start.1 && next.start.0 <= kept.end.0);
    for region in &regions {
        fill_region(rows, region, meter)?;
    }
    for row in rows {
        row.cells.sort_by_key(|cell| cell.column);
    }
    Ok(())
}

fn fill_region(rows: &mut [Row], region: &Dimensions, meter: &mut Meter) -> Result<(), TableError> {
    let (first, last) = (region.start.0 as usize + 1, region.end.0 as usize + 1);
    let from = rows.partition_point(|row| row.number < first);
    let to = rows.partition_point(|row| row.number <= last);
    let [top, below @ ..] = &mut rows[from..to] else {
        return Ok(());
    };
    let column = region.start.1 as usize;
    let Some(cell) = own_cell(top, column).filter(|_| top.number == first) else {
        return Ok(());
    };
    for row in below {
        if own_cell(row, column).is_none() {
            meter.count_cell()?;
            meter.count_text(&cell.text)?;
            row.cells.push(Cell { filled: true, ..cell.clone() });
        }
    }
    Ok(())
}

/// The row's own cell: filled ones stand unsorted behind them until all regions are done.
fn own_cell(row: &Row, column: usize) -> Option<&Cell> {
    let own = &row.cells[..row.cells.partition_point(|cell| !cell.filled)];
    let index = own.binary_search_by_key(&column, |cell| cell.column).ok()?;
    own.get(index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Budget, CellKind, cell_name};

    /// Rows as `7: a . c`, a dot for a blank cell; regions as pairs of (row, column) from 0.
    fn check(before: &[&str], regions: &[[(u32, u32); 2]], after: &[&str]) {
        let mut rows: Vec<Row> = before.iter().map(|row| parse(row)).collect();
        let regions = regions.iter().map(|[start, end]| Dimensions::new(*start, *end)).collect();
        fill_down(&mut rows, regions, &mut Meter::new(Budget::default())).unwrap();
        assert_eq!(rows.iter().map(print).collect::<Vec<_>>(), after);
    }

    fn parse(row: &str) -> Row {
        let (number, cells) = row.split_once(": ").unwrap();
        let texts = cells.split(' ').enumerate().filter(|(_, text)| *text != ".");
        let cell = |(column, text): (usize, &str)| Cell {
            column,
            text: text.to_string(),
            kind: CellKind::Text,
            filled: false,
        };
        Row { number: number.parse().unwrap(), cells: texts.map(cell).collect() }
    }

    fn print(row: &Row) -> String {
        let mark = |cell: &Cell| if cell.filled { "^" } else { "" };
        let cell = |cell: &Cell| {
            format!("{}={}{}", cell_name(row.number, cell.column), cell.text, mark(cell))
        };
        row.cells.iter().map(cell).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_parent_is_filled_into_the_rows_beside_it() {
        check(
            &["3: AC . x", "4: . . y", "6: . . z", "7: . . w"],
            &[[(2, 0), (5, 0)]],
            &["A3=AC C3=x", "A4=AC^ C4=y", "A6=AC^ C6=z", "C7=w"],
        );
    }

    #[test]
    fn a_band_across_columns_stays_where_it_is() {
        check(&["1: Title b", "2: . x"], &[[(0, 0), (0, 5)]], &["A1=Title B1=b", "B2=x"]);
        check(&["1: T", "2: . . x"], &[[(0, 0), (1, 1)]], &["A1=T", "A2=T^ C2=x"]);
    }

    #[test]
    fn several_columns_are_filled_in_order() {
        check(
            &["1: . b a", "2: c . ."],
            &[[(0, 2), (1, 2)], [(0, 1), (1, 1)]],
            &["B1=b C1=a", "A2=c B2=b^ C2=a^"],
        );
    }

    #[test]
    fn a_blank_parent_and_an_upside_down_region_fill_nothing() {
        check(&["2: . x", "3: . y"], &[[(0, 0), (2, 0)], [(2, 1), (1, 1)]], &["B2=x", "B3=y"]);
    }

    #[test]
    fn a_region_of_a_million_rows_costs_the_rows_there_are() {
        check(&["1: a", "9: . b"], &[[(0, 0), (1_048_575, 0)]], &["A1=a", "A9=a^ B9=b"]);
    }

    #[test]
    fn of_overlapping_regions_the_second_is_left_out() {
        check(
            &["1: a", "2: . x", "3: b y", "4: . z"],
            &[[(0, 0), (1, 0)], [(1, 0), (3, 0)]],
            &["A1=a", "A2=a^ B2=x", "A3=b B3=y", "B4=z"],
        );
    }
}
