//! What has been put in place by tactics: what each comes to alone, and what is lost without it.

use super::bar::{self, Letters, Sample, split};
use super::by_tactic::{self, Columns, Rows, Shares};
use crate::draw::canvas::{Label, Mark, Rect, Type};
use crate::draw::look::Tone;
use crate::draw::picture::{Alternative, Picture};
use crate::matrix::Shade;
use crate::page::{Block, LEADING, Page, Size, from_top};
use crate::sheet::percent;
use crate::view::contribution::{Grid, GridCell, GridRow};

const SHARES: Shares = Shares { names: 0.2, right: 0.16 };

const KEYS: [(Sample, &str); 6] = [
    (Sample::Step(1), "alone below 10 %"),
    (Sample::Step(2), "below 25 %"),
    (Sample::Step(3), "below 50 %"),
    (Sample::Step(4), "50 % and more"),
    (Sample::Bar(Tone::Step(2)), "bar: all of it alone"),
    (Sample::Bar(Tone::Ink), "of that, lost without it"),
];

/// Lays the table out on a sheet; where there are more rows than are legible, those that would be
/// missed least are left out, and it says so.
#[must_use]
pub fn picture(grid: &Grid, size: Size) -> Picture {
    let page = Page::of(size);
    let (mut marks, free) = page.around(&grid.caption);
    let letters = Letters::of(&page, free);
    let free = free.strip(0.5 * letters.small, free.h - 0.5 * letters.small);
    let names = grid.rows.iter().map(|row| row.name.as_str());
    let columns = Columns::of(names, grid.tactics.len(), &SHARES, letters, free);
    let free = from_top(free, headings(grid, &columns, letters, free), &mut marks);
    let free = bar::above_keys(&KEYS, letters.small, free);
    let rows = Rows::of(grid.rows.len(), letters, free);
    let most = grid.rows.iter().map(|row| row.whole.alone).fold(0.0, f64::max);
    for (at, row) in grid.rows.iter().take(rows.shown).enumerate() {
        marks.extend(line(row, most, &columns, letters, rows.place(at, columns.gap, free)));
    }
    if rows.shown < grid.rows.len() {
        let words = format!("and {} more that would be missed less", grid.rows.len() - rows.shown);
        marks.push(rows.left_out(&words, letters, free));
    }
    marks.extend(bar::keys_below(&KEYS, letters.small, free, rows.used));
    page.picture(marks, alternative(grid))
}

fn headings(grid: &Grid, columns: &Columns, letters: Letters, area: Rect) -> Block {
    let line = letters.small * LEADING;
    let strip = area.strip(0.0, 2.0 * line);
    let face = Type::bold(letters.small, Tone::Ink);
    let mut marks = columns.headings(&grid.tactics, strip);
    let [bars, alone, lost] = right(columns, strip.strip(line, line));
    let alone = Rect { x: bars.x, w: alone.right() - bars.x, ..alone };
    marks.push(Mark::Label(Label::right("Alone", alone, face)));
    marks.push(Mark::Label(Label::right("Lost", lost, face)));
    (marks, 2.0 * line + 0.4 * letters.small)
}

/// The bar and the two figures at the right of a row.
fn right(columns: &Columns, row: Rect) -> [Rect; 3] {
    let all = columns.right(row);
    let (bars, rest) = split(all, 0.5 * all.w);
    let (alone, lost) = split(rest, 0.5 * rest.w);
    [bars, alone, lost]
}

fn line(row: &GridRow, most: f64, columns: &Columns, letters: Letters, strip: Rect) -> Vec<Mark> {
    let mut marks = columns.name(&row.name, strip);
    for (at, found) in row.cells.iter().enumerate() {
        marks.extend(cell(*found, letters, columns.cell(at, strip)));
    }
    let [bars, alone, lost] = right(columns, strip);
    let of_most = |share: f64| if most > 0.0 { share / most } else { 0.0 };
    let track = bars.strip(0.5 * bars.h - 0.4 * letters.plain, 0.8 * letters.plain);
    let inner = track.inset(0.2 * letters.plain);
    let inner = Rect { x: track.x, w: track.w, ..inner };
    let GridCell { alone: comes_to, lost: is_lost } = row.whole;
    // No track: the longest bar is not all there is.
    marks.push(Mark::Area(bar::part(track, of_most(comes_to)), Tone::Step(2)));
    marks.push(Mark::Area(bar::part(inner, of_most(is_lost)), Tone::Ink));
    let bold = Type::bold(letters.plain, Tone::Ink);
    let plain = Type::regular(letters.plain, Tone::Ink);
    marks.push(Mark::Label(Label::right(&percent(comes_to), alone, plain)));
    marks.push(Mark::Label(Label::right(&points(is_lost), lost, bold)));
    marks
}

/// One thing alone seldom covers a quarter of a tactic, so that these are no quarters.
fn step(alone: f64) -> u8 {
    match alone {
        alone if alone <= 0.0 => 0,
        alone => 1 + [0.1, 0.25, 0.5].iter().filter(|border| alone >= **border).count() as u8,
    }
}

/// What a row does in a tactic; a dash where it does nothing.
fn cell(found: Option<GridCell>, letters: Letters, area: Rect) -> Vec<Mark> {
    let Some(found) = found else {
        return vec![by_tactic::dash(letters, area)];
    };
    let shade = Shade::Step(step(found.alone));
    by_tactic::figure(&points(found.lost), shade, false, letters, area)
}

/// Points, with a decimal below ten; what is there at all is never shown as nothing.
fn points(share: f64) -> String {
    match 100.0 * share {
        points if points <= 0.0 => "0".to_owned(),
        points if points < 0.05 => "<0.1".to_owned(),
        points if points < 9.95 => format!("{points:.1}"),
        points => format!("{points:.0}"),
    }
}

fn alternative(grid: &Grid) -> Alternative {
    let row = |row: &GridRow| {
        let cells = row.cells.iter().zip(&grid.tactics).filter_map(|(cell, tactic)| {
            let GridCell { lost, .. } = (*cell).filter(|cell| cell.lost > 0.0)?;
            Some(format!("{tactic} {}", points(lost)))
        });
        let cells: Vec<String> = cells.collect();
        let GridCell { alone, lost } = row.whole;
        let by_tactic = if cells.is_empty() { "nothing".to_owned() } else { cells.join(", ") };
        format!(
            "{}: alone {}, lost without it {} points; by tactic {by_tactic}.",
            row.name,
            percent(alone),
            points(lost)
        )
    };
    grid.caption.alternative(&grid.rows.iter().map(row).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pictures::bar::tests::{SIZES, any_caption, any_text, check, share};

    fn any_cell() -> impl Strategy<Value = GridCell> {
        (share(), share()).prop_map(|(alone, part)| GridCell { alone, lost: alone * part })
    }

    fn any_grid() -> impl Strategy<Value = Grid> {
        let cells = prop::collection::vec(prop::option::of(any_cell()), 18);
        let rows = prop::collection::vec((any_text(), cells, any_cell()), 0..40);
        let tactics = prop::collection::vec(any_text(), 0..18);
        (any_caption(), tactics, rows).prop_map(|(caption, tactics, rows)| {
            let row = |(name, mut cells, whole): (String, Vec<Option<GridCell>>, GridCell)| {
                cells.truncate(tactics.len());
                GridRow { name, cells, whole }
            };
            let rows = rows.into_iter().map(row).collect();
            Grid { caption, tactics, rows }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn every_text_keeps_to_its_frame(grid in any_grid()) {
            for size in SIZES {
                prop_assert_eq!(check(&picture(&grid, size)), Ok(()));
            }
        }
    }

    #[test]
    fn what_is_lost_at_all_is_never_shown_as_nothing() {
        let shown = [0.0, 0.000_1, 0.004, 0.0994, 0.0996, 0.4].map(points);
        assert_eq!(shown, ["0", "<0.1", "0.4", "9.9", "10", "40"]);
    }
}
