//! The whole and its segments by tactics: what is expected to be covered in each.

use super::bar::{self, Letters, Sample, split};
use super::by_tactic::{self, Columns, Rows, Shares};
use crate::draw::canvas::{Label, Mark, Rect, Type};
use crate::draw::look::Tone;
use crate::draw::picture::{Alternative, Picture};
use crate::matrix::Shade;
use crate::page::{Block, LEADING, Page, Size, from_top};
use crate::sheet::{Value, percent};
use crate::view::segments::{Row, Segments};

const SHARES: Shares = Shares { names: 0.16, right: 0.15 };

const KEYS: [(Sample, &str); 6] = [
    (Sample::Step(0), "nothing"),
    (Sample::Step(1), "below 25 %"),
    (Sample::Step(2), "below 50 %"),
    (Sample::Step(3), "below 75 %"),
    (Sample::Step(4), "75 % and more"),
    (Sample::Outline, "where most is missing, by weight"),
];

/// Lays the table out on a sheet; the whole is always shown, of the segments as many as are
/// legible.
#[must_use]
pub fn picture(table: &Segments, size: Size) -> Picture {
    let page = Page::of(size);
    let (mut marks, free) = page.around(&table.caption);
    let letters = Letters::of(&page, free);
    let free = free.strip(0.5 * letters.small, free.h - 0.5 * letters.small);
    let names = table.rows.iter().map(|row| row.name.as_str());
    let columns = Columns::of(names, table.tactics.len(), &SHARES, letters, free);
    let free = from_top(free, headings(table, &columns, letters, free), &mut marks);
    let free = bar::above_keys(&KEYS, letters.small, free);
    let rows = Rows::of(table.rows.len(), letters, free);
    let (whole, parts): (Vec<&Row>, Vec<&Row>) = table.rows.iter().partition(|row| row.is_whole);
    let left_out = table.rows.len() - rows.shown;
    let room = rows.shown.saturating_sub(whole.len());
    let shown = whole.iter().chain(parts.iter().take(room));
    for (at, row) in shown.enumerate() {
        marks.extend(line(row, &columns, letters, rows.place(at, columns.gap, free)));
    }
    if left_out > 0 {
        let words = format!("and {left_out} more");
        marks.push(rows.left_out(&words, letters, free));
    }
    marks.extend(bar::keys_below(&KEYS, letters.small, free, rows.used));
    page.picture(marks, alternative(table))
}

fn headings(table: &Segments, columns: &Columns, letters: Letters, area: Rect) -> Block {
    let line = letters.small * LEADING;
    let strip = area.strip(0.0, 2.0 * line);
    let face = Type::bold(letters.small, Tone::Ink);
    let mut marks = columns.headings(&table.tactics, strip);
    let [bars, expected, proven] = right(columns, strip.strip(line, line));
    let expected = Rect { x: bars.x, w: expected.right() - bars.x, ..expected };
    marks.push(Mark::Label(Label::right("Expected", expected, face)));
    marks.push(Mark::Label(Label::right("Proven", proven, face)));
    (marks, 2.0 * line + 0.4 * letters.small)
}

/// The bar and the two figures at the right of a row.
fn right(columns: &Columns, row: Rect) -> [Rect; 3] {
    let all = columns.right(row);
    let (bars, rest) = split(all, 0.38 * all.w);
    let (expected, proven) = split(rest, 0.47 * rest.w);
    [bars, expected, proven]
}

fn line(row: &Row, columns: &Columns, letters: Letters, strip: Rect) -> Vec<Mark> {
    let mut marks = columns.name(&row.name, strip);
    for (at, share) in row.cells.iter().enumerate() {
        let area = columns.cell(at, strip);
        match share {
            None => marks.push(by_tactic::dash(letters, area)),
            Some(share) => {
                let shade = Shade::Step(by_tactic::quarter(*share));
                let words = Value::Bare(*share).shown();
                let is_worst = row.worst == Some(at);
                marks.extend(by_tactic::figure(&words, shade, is_worst, letters, area));
            }
        }
    }
    let [bars, expected, proven] = right(columns, strip);
    let track = bars.strip(0.5 * bars.h - 0.35 * letters.plain, 0.7 * letters.plain);
    marks.extend(bar::bar(track, row.expected, Tone::Bar));
    let bold = Type::bold(letters.plain, Tone::Ink);
    let plain = Type::regular(letters.plain, Tone::Ink);
    marks.push(Mark::Label(Label::right(&percent(row.expected), expected, bold)));
    marks.push(Mark::Label(Label::right(&percent(row.proven), proven, plain)));
    marks
}

fn alternative(table: &Segments) -> Alternative {
    let row = |row: &Row| {
        let cells = row.cells.iter().zip(&table.tactics);
        let cells =
            cells.filter_map(|(share, tactic)| Some(format!("{tactic} {}", percent((*share)?))));
        let cells: Vec<String> = cells.collect();
        format!(
            "{}: {} expected, {} proven; {}.",
            row.name,
            percent(row.expected),
            percent(row.proven),
            cells.join(", ")
        )
    };
    table.caption.alternative(&table.rows.iter().map(row).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::page::tests::labels;
    use crate::pictures::bar::tests::{SIZES, any_caption, any_text, check, share};

    fn any_table() -> impl Strategy<Value = Segments> {
        let cells = prop::collection::vec(prop::option::of(share()), 18);
        let row = (any_text(), cells, 0..18usize, share(), share());
        let rows = prop::collection::vec(row, 0..50);
        let tactics = prop::collection::vec(any_text(), 0..18);
        (any_caption(), tactics, rows).prop_map(|(caption, tactics, rows)| {
            let last = rows.len().saturating_sub(1);
            let rows = rows.into_iter().enumerate();
            let row = |(at, (name, mut cells, worst, expected, proven)): (usize, _)| {
                let _: &mut Vec<Option<f64>> = &mut cells;
                cells.truncate(tactics.len());
                let worst = Some(worst).filter(|worst| *worst < tactics.len());
                Row { name, cells, worst, expected, proven, is_whole: at == last }
            };
            let rows = rows.map(row).collect();
            Segments { caption, tactics, rows }
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
    fn the_whole_comes_first_and_is_never_left_out() {
        let row = |at: usize| Row {
            name: format!("Segment {at}"),
            cells: vec![Some(0.3)],
            worst: Some(0),
            expected: 0.3,
            proven: 0.1,
            is_whole: at == 79,
        };
        let table = Segments {
            caption: Default::default(),
            tactics: vec!["Impact".to_owned()],
            rows: (0..80).map(row).collect(),
        };
        let labels = labels(&picture(&table, Size::Slide));
        let named: Vec<&str> =
            labels.iter().map(|l| l.text.as_str()).filter(|t| t.starts_with("Segment")).collect();
        assert_eq!(&named[..3], ["Segment 79", "Segment 0", "Segment 1"]);
        let rest = format!("and {} more", 80 - named.len());
        assert!(labels.iter().any(|label| label.text == rest), "{labels:?}");
    }
}
