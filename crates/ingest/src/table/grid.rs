//! Cells become rows: blanks are dropped, the budget is kept, the order is restored.

use std::borrow::Cow;

use crate::table::{Budget, Cell, CellKind, Limit, Note, Row, SAVE_AGAIN, TableError};

/// So many notes of one table are kept word for word; the rest is counted.
const NOTES: usize = 20;

/// What has been used of a budget, over all sheets of a file.
pub(super) struct Meter {
    budget: Budget,
    cells: u64,
    text: u64,
}

impl Meter {
    pub(super) fn new(budget: Budget) -> Self {
        Meter { budget, cells: 0, text: 0 }
    }

    /// Counts a cell, blank or not.
    pub(super) fn count_cell(&mut self) -> Result<(), TableError> {
        self.cells += 1;
        within(Limit::Cells, self.cells, self.budget.cells)
    }

    /// Counts text that is about to be kept.
    pub(super) fn count_text(&mut self, text: &str) -> Result<(), TableError> {
        self.text += text.len() as u64;
        within(Limit::TextBytes, self.text, self.budget.bytes)
    }
}

/// Refuses what is more than allowed.
pub(super) fn within(limit: Limit, found: u64, allowed: u64) -> Result<(), TableError> {
    if found > allowed {
        return Err(TableError::TooLarge { limit, found, allowed });
    }
    Ok(())
}

/// The rows of one table while they are being read.
pub(super) struct Grid<'m> {
    meter: &'m mut Meter,
    place: fn(usize, usize) -> String,
    rows: Vec<Row>,
    notes: Vec<Note>,
    unsaid: usize,
}

impl<'m> Grid<'m> {
    /// `place` names a cell in notes, by row (from 1) and column (from 0).
    pub(super) fn new(meter: &'m mut Meter, place: fn(usize, usize) -> String) -> Self {
        Grid { meter, place, rows: Vec::new(), notes: Vec::new(), unsaid: 0 }
    }

    /// Adds a cell; a blank one is only counted.
    pub(super) fn add(
        &mut self,
        row: usize,
        column: usize,
        text: &str,
        kind: CellKind,
    ) -> Result<(), TableError> {
        self.meter.count_cell()?;
        let text = self.cut(row, column, trim(text));
        if !text.is_empty() {
            self.meter.count_text(text)?;
            self.push(row, Cell { column, text: text.to_string(), kind, filled: false });
        }
        Ok(())
    }

    /// Takes what a record of a cell says, unless that is cut off.
    pub(super) fn take(
        &mut self,
        row: usize,
        column: usize,
        said: Option<(Cow<'_, str>, CellKind)>,
    ) -> Result<(), TableError> {
        if let Some((text, kind)) = said {
            return self.add(row, column, &text, kind);
        }
        let fact = "a cell was left out: its record is cut off".to_owned();
        self.note(Some((self.place)(row, column)), fact, SAVE_AGAIN);
        Ok(())
    }

    /// Notes something, as long as there are not too many notes already.
    pub(super) fn note(&mut self, place: Option<String>, fact: String, help: &'static str) {
        if self.notes.len() < NOTES {
            self.notes.push(Note { place, fact, help });
        } else {
            self.unsaid += 1;
        }
    }

    /// The rows in order, and the notes.
    pub(super) fn finish(mut self) -> (Vec<Row>, Vec<Note>) {
        restore_order(&mut self.rows);
        if self.unsaid > 0 {
            let fact = format!("{} more remarks of this kind", self.unsaid);
            self.notes.push(Note { place: None, fact, help: "see the remarks above" });
        }
        (self.rows, self.notes)
    }

    fn cut<'t>(&mut self, row: usize, column: usize, text: &'t str) -> &'t str {
        let limit = self.meter.budget.cell_text;
        if text.len() <= limit {
            return text;
        }
        let fact = format!("text of {} bytes was cut after {limit}", text.len());
        self.note(Some((self.place)(row, column)), fact, "shorten the text of this cell");
        trim(&text[..text.floor_char_boundary(limit)])
    }

    // Rows of one table are mostly equally long: room for as many cells as the row above has, and
    // no more, halves the memory of narrow tables.
    fn push(&mut self, number: usize, cell: Cell) {
        let width = match self.rows.last_mut() {
            Some(row) if row.number == number => return row.cells.push(cell),
            Some(row) => row.cells.len(),
            None => 1,
        };
        let mut cells = Vec::with_capacity(width);
        cells.push(cell);
        self.rows.push(Row { number, cells });
    }
}

/// `text` without outer blanks, among them the invisible ones that copying from web pages leaves.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'))
}

// Programs write rows and cells in order. Where one did not, the last word on a cell counts.
fn restore_order(rows: &mut Vec<Row>) {
    if !rows.is_sorted_by(|a, b| a.number < b.number) {
        rows.sort_by_key(|row| row.number);
        rows.dedup_by(|row, above| {
            let same = row.number == above.number;
            if same {
                above.cells.append(&mut row.cells);
            }
            same
        });
    }
    for row in rows {
        if !row.cells.is_sorted_by(|a, b| a.column < b.column) {
            row.cells.reverse();
            row.cells.sort_by_key(|cell| cell.column);
            row.cells.dedup_by_key(|cell| cell.column);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::cell_name;

    fn check(cells: &[(usize, usize, &str)], rows: &str) {
        let mut meter = Meter::new(Budget::default());
        let mut grid = Grid::new(&mut meter, cell_name);
        for (row, column, text) in cells {
            grid.add(*row, *column, text, CellKind::Text).unwrap();
        }
        let said = |row: &Row| {
            row.cells
                .iter()
                .map(|c| format!("{}={}", cell_name(row.number, c.column), c.text))
                .collect::<Vec<_>>()
        };
        let found: Vec<String> = grid.finish().0.iter().flat_map(said).collect();
        assert_eq!(found.join(" "), rows);
    }

    #[test]
    fn blank_cells_and_rows_are_dropped() {
        check(&[(1, 0, " \u{a0}\u{feff}"), (3, 1, "\u{a0}x y\t")], "B3=x y");
    }

    #[test]
    fn cells_out_of_order_are_put_in_order() {
        check(
            &[(2, 1, "d"), (2, 0, "c"), (1, 0, "a"), (2, 2, "e"), (1, 1, "b")],
            "A1=a B1=b A2=c B2=d C2=e",
        );
    }

    #[test]
    fn the_last_word_on_a_cell_counts() {
        check(&[(1, 0, "old"), (1, 1, "b"), (1, 0, "new")], "A1=new B1=b");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let mut meter = Meter::new(Budget { cell_text: 4, ..Budget::default() });
        let mut grid = Grid::new(&mut meter, cell_name);
        grid.add(7, 2, "abcé", CellKind::Text).unwrap();
        let (rows, notes) = grid.finish();
        assert_eq!(rows[0].cells[0].text, "abc");
        assert_eq!(notes[0].place.as_deref(), Some("C7"));
        assert_eq!(notes[0].fact, "text of 5 bytes was cut after 4");
    }

    #[test]
    fn the_budget_is_kept() {
        let mut meter = Meter::new(Budget { cells: 2, bytes: 5, cell_text: 100 });
        let mut grid = Grid::new(&mut meter, cell_name);
        let text = grid.add(1, 0, "abcdef", CellKind::Text);
        assert!(matches!(text, Err(TableError::TooLarge { limit: Limit::TextBytes, .. })));
        grid.add(1, 1, "", CellKind::Text).unwrap();
        let third = grid.add(1, 2, "", CellKind::Text);
        assert_eq!(third, Err(TableError::TooLarge { limit: Limit::Cells, found: 3, allowed: 2 }));
    }

    #[test]
    fn notes_beyond_a_page_are_counted() {
        let mut meter = Meter::new(Budget { cell_text: 1, ..Budget::default() });
        let mut grid = Grid::new(&mut meter, cell_name);
        for row in 1..=NOTES + 5 {
            grid.add(row, 0, "long", CellKind::Text).unwrap();
        }
        let (_, notes) = grid.finish();
        assert_eq!(notes.len(), NOTES + 1);
        assert_eq!(notes[NOTES].fact, "5 more remarks of this kind");
    }
}
