//! Adversaries by tactics: of what each uses there, how much is covered; and all of it at the
//! right.

use super::bar::{self, Letters, Sample, split};
use super::by_tactic::{self, Columns, Rows, Shares};
use crate::draw::canvas::{Label, Mark, Rect, Type};
use crate::draw::look::Tone;
use crate::draw::picture::{Alternative, Picture};
use crate::matrix::Shade;
use crate::page::{Block, LEADING, Page, Size, from_top, paragraph};
use crate::sheet::percent;
use crate::view::adversaries::{Adversaries, Cell, Row};

const SHARES: Shares = Shares { names: 0.16, right: 0.13 };

const KEYS: [(Sample, &str); 6] = [
    (Sample::Step(0), "none of them"),
    (Sample::Step(1), "below a quarter"),
    (Sample::Step(2), "below a half"),
    (Sample::Step(3), "below three quarters"),
    (Sample::Step(4), "three quarters and more"),
    (Sample::Outline, "none of three or more"),
];

/// Lays the table out on a sheet; where there are more rows than are legible, the most covered are
/// left out, and it says so.
#[must_use]
pub fn picture(table: &Adversaries, size: Size) -> Picture {
    let page = Page::of(size);
    let (mut marks, free) = page.around(&table.caption);
    let letters = Letters::of(&page, free);
    let free = free.strip(0.5 * letters.small, free.h - 0.5 * letters.small);
    let names = table.rows.iter().map(|row| row.name.as_str());
    let columns = Columns::of(names, table.tactics.len(), &SHARES, letters, free);
    let free = from_top(free, headings(table, &columns, letters, free), &mut marks);
    let free = bar::above_keys(&KEYS, letters.small, free);
    let rows = Rows::of(table.rows.len(), letters, free);
    marks.extend(body(table, &columns, letters, rows, free));
    marks.extend(bar::keys_below(&KEYS, letters.small, free, rows.used));
    if !table.note.is_empty() {
        let below = free.strip(rows.used + 4.0 * letters.plain, 3.0 * letters.plain);
        let face = Type::regular(letters.plain, Tone::Ink);
        marks.extend(paragraph(&table.note, face, below).0);
    }
    page.picture(marks, alternative(table))
}

/// The names of the tactics and of what stands at the right.
fn headings(table: &Adversaries, columns: &Columns, letters: Letters, area: Rect) -> Block {
    let line = letters.small * LEADING;
    let strip = area.strip(0.0, 2.0 * line);
    let face = Type::bold(letters.small, Tone::Ink);
    let mut marks = columns.headings(&table.tactics, strip);
    let [bars, figure, count] = right(columns, strip.strip(line, line));
    let expected = Rect { w: bars.w + figure.w, ..bars };
    marks.push(Mark::Label(Label::right("Expected", expected, face)));
    marks.push(Mark::Label(Label::right("Used", count, face)));
    (marks, 2.0 * line + 0.4 * letters.small)
}

/// The bar, the figure and the count at the right of a row.
fn right(columns: &Columns, row: Rect) -> [Rect; 3] {
    let all = columns.right(row);
    let (bars, rest) = split(all, 0.42 * all.w);
    let (figure, count) = split(rest, 0.5 * rest.w);
    [bars, figure, count]
}

fn body(
    table: &Adversaries,
    columns: &Columns,
    letters: Letters,
    rows: Rows,
    area: Rect,
) -> Vec<Mark> {
    let (shown, rest) = table.rows.split_at(rows.shown);
    let mut marks = Vec::new();
    for (at, row) in shown.iter().enumerate() {
        marks.extend(line(row, columns, letters, rows.place(at, columns.gap, area)));
    }
    let words = left_out(rest);
    marks.extend(words.map(|words| rows.left_out(&words, letters, area)));
    marks
}

/// What is said of the rows that have no place.
fn left_out(rows: &[Row]) -> Option<String> {
    let expected = || rows.iter().filter_map(|row| row.expected);
    let least = expected().min_by(f64::total_cmp).map(percent);
    let most = expected().max_by(f64::total_cmp).map(percent);
    match (rows.len(), least, most) {
        (0, ..) => None,
        (n, Some(least), Some(most)) if least == most => {
            Some(format!("and {n} more: {least} is expected to be covered of what they do"))
        }
        (n, Some(least), Some(most)) => Some(format!(
            "and {n} more: {least} to {most} is expected to be covered of what they do"
        )),
        (n, ..) => Some(format!("and {n} more that use nothing in scope")),
    }
}

fn line(row: &Row, columns: &Columns, letters: Letters, strip: Rect) -> Vec<Mark> {
    let mut marks = columns.name(&row.name, strip);
    for (at, found) in row.cells.iter().enumerate() {
        marks.extend(cell(*found, letters, columns.cell(at, strip)));
    }
    let [bars, figure, count] = right(columns, strip);
    if let Some(expected) = row.expected {
        let track = bars.strip(0.5 * bars.h - 0.35 * letters.plain, 0.7 * letters.plain);
        marks.extend(bar::bar(track, expected, Tone::Bar));
    }
    let bold = Type::bold(letters.plain, Tone::Ink);
    let plain = Type::regular(letters.plain, Tone::SoftInk);
    let words = row.expected.map_or_else(|| "–".to_owned(), percent);
    marks.push(Mark::Label(Label::right(&words, figure, bold)));
    marks.push(Mark::Label(Label::right(&row.techniques.to_string(), count, plain)));
    marks
}

/// What is covered of what is used in a tactic; a dash where nothing is.
fn cell(found: Option<Cell>, letters: Letters, area: Rect) -> Vec<Mark> {
    let Some(found) = found else {
        return vec![by_tactic::dash(letters, area)];
    };
    let shade = Shade::Step(by_tactic::quarter(found.share()));
    let words = format!("{}/{}", found.covered, found.used);
    by_tactic::figure(&words, shade, found.is_open(), letters, area)
}

fn alternative(table: &Adversaries) -> Alternative {
    let row = |row: &Row| {
        let cells = row.cells.iter().zip(&table.tactics).filter_map(|(cell, tactic)| {
            let Cell { covered, used } = (*cell)?;
            Some(format!("{tactic} {covered}/{used}"))
        });
        let cells: Vec<String> = cells.collect();
        let expected = row.expected.map_or_else(|| "nothing in scope".to_owned(), percent);
        format!("{}: {expected}; {}.", row.name, cells.join(", "))
    };
    let rows: Vec<String> = table.rows.iter().map(row).collect();
    table.caption.alternative(&format!("{} {}", rows.join(" "), table.note))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::page::tests::labels;
    use crate::pictures::bar::tests::{SIZES, any_caption, any_text, check, share};

    fn any_table() -> impl Strategy<Value = Adversaries> {
        let cell = prop::option::of((0..300usize, 1..300usize));
        let cell = cell
            .prop_map(|cell| cell.map(|(covered, used)| Cell { covered: covered.min(used), used }));
        let cells = prop::collection::vec(cell, 18);
        let row = (any_text(), cells, 0..999usize, prop::option::of(share()));
        let tactics = prop::collection::vec(any_text(), 0..18);
        let rows = prop::collection::vec(row, 0..60);
        (any_caption(), tactics, rows, any_text()).prop_map(|(caption, tactics, rows, note)| {
            let rows = rows.into_iter().map(|(name, mut cells, techniques, expected)| {
                cells.truncate(tactics.len());
                Row { name, cells, techniques, expected }
            });
            let rows: Vec<Row> = rows.collect();
            // Something is said below the table only where it is short.
            let note = if rows.len() > 1 { String::new() } else { note };
            Adversaries { caption, tactics, rows, note }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn every_text_keeps_to_its_frame(table in any_table()) {
            for size in SIZES {
                prop_assert_eq!(check(&picture(&table, size)), Ok(()));
            }
        }
    }

    #[test]
    fn forty_adversaries_are_legible_and_those_without_a_place_are_told() {
        let row = |at: usize| Row {
            name: format!("Group {at}"),
            cells: vec![Some(Cell { covered: 0, used: 3 }), None],
            techniques: 3,
            expected: Some(at as f64 / 100.0),
        };
        let table = Adversaries {
            caption: Default::default(),
            tactics: ["Impact", "Exfiltration"].map(str::to_owned).to_vec(),
            rows: (0..40).map(row).collect(),
            note: String::new(),
        };
        let drawn = picture(&table, Size::Slide);
        let labels = labels(&drawn);
        assert!(labels.iter().all(|label| label.face.em >= 19.9), "{labels:?}");
        let last = labels.iter().rfind(|label| label.text.starts_with("and ")).unwrap();
        let shown = labels.iter().filter(|label| label.text.starts_with("Group")).count();
        let said = format!("and {} more: {shown} % to 39 % is expected", 40 - shown);
        assert!(last.text.starts_with(&said), "{last:?} {said}");
        assert!(drawn.alternative.description.contains("Group 39: 39 %; Impact 0/3."));
    }
}
