//! Adversaries by tactics: of what each uses there, how much is covered; and all of it at the
//! right.

use super::bar::{self, Letters, Sample, split};
use super::heatmap::cell;
use crate::draw::canvas::{Align, Label, Mark, Rect, Type};
use crate::draw::look::Tone;
use crate::draw::picture::{Alternative, Picture};
use crate::draw::text::{self, Weight, Words};
use crate::matrix::Shade;
use crate::page::{Block, LEADING, Page, Size, from_top, stacked};
use crate::sheet::percent;
use crate::view::adversaries::{Adversaries, Cell, Row};

/// The widest column of names, and the columns at the right, as parts of the page.
const WIDEST: f64 = 0.16;
const RIGHT: f64 = 0.13;
/// A row is not lower and not higher, in em.
const LOWEST: f64 = 1.55;
const HIGHEST: f64 = 4.4;

/// Lays the table out on a sheet; where there are more rows than are legible, the most covered are
/// left out, and it says so.
#[must_use]
pub fn picture(table: &Adversaries, size: Size) -> Picture {
    let page = Page::of(size);
    let (mut marks, free) = page.around(&table.caption);
    let letters = Letters::of(&page, free);
    let free = free.strip(0.5 * letters.small, free.h - 0.5 * letters.small);
    let columns = Columns::of(table, letters, free);
    let free = from_top(free, headings(table, &columns, letters, free), &mut marks);
    let free = bar::above_keys(&keys(), letters.small, free);
    let (body, used) = body(table, &columns, letters, free);
    marks.extend(body);
    marks.extend(bar::keys_below(&keys(), letters.small, free, used));
    page.picture(marks, alternative(table))
}

fn keys() -> [(Sample, &'static str); 6] {
    [
        (Sample::Step(0), "none of them"),
        (Sample::Step(1), "below a quarter"),
        (Sample::Step(2), "below a half"),
        (Sample::Step(3), "below three quarters"),
        (Sample::Step(4), "three quarters and more"),
        (Sample::Outline, "none of three or more"),
    ]
}

/// The step of a share of techniques.
fn step(cell: Cell) -> u8 {
    match cell.share() {
        share if share <= 0.0 => 0,
        share => 1 + [0.25, 0.5, 0.75].iter().filter(|border| share >= **border).count() as u8,
    }
}

/// Where the columns are.
struct Columns {
    names: f64,
    cell: f64,
    gap: f64,
    right: f64,
}

impl Columns {
    fn of(table: &Adversaries, letters: Letters, area: Rect) -> Self {
        let width = |row: &Row| text::width(&row.name, Weight::Bold, letters.plain);
        let longest = table.rows.iter().map(width).fold(0.0, f64::max);
        let names = (longest + 1.0).min(area.w * WIDEST) + letters.plain;
        let right = area.w * RIGHT;
        let gap = 0.15 * letters.small;
        let count = table.tactics.len().max(1) as f64;
        // A few tactics do not fill the page.
        let cell =
            ((area.w - names - right - letters.strong) / count - gap).min(12.0 * letters.plain);
        Self { names, cell, gap, right }
    }

    /// The place of a tactic in a row.
    fn cell(&self, at: usize, row: Rect) -> Rect {
        let x = row.x + self.names + at as f64 * (self.cell + self.gap);
        Rect { x, w: self.cell, ..row }
    }

    /// The bar, the figure and the count at the right of a row with so many tactics.
    fn right(&self, tactics: usize, letters: Letters, row: Rect) -> [Rect; 3] {
        let x = self.cell(tactics, row).x + letters.strong;
        let all = Rect { x, w: self.right, ..row };
        let (bars, rest) = split(all, 0.42 * all.w);
        let (figure, count) = split(rest, 0.5 * rest.w);
        [bars, figure, count]
    }
}

/// The names of the tactics, each just above its column, and what stands at the right.
fn headings(table: &Adversaries, columns: &Columns, letters: Letters, area: Rect) -> Block {
    let line = letters.small * LEADING;
    let strip = area.strip(0.0, 2.0 * line);
    let face = Type::bold(letters.small, Tone::Ink);
    let names = table.tactics.iter().enumerate();
    let mut marks: Vec<Mark> =
        names.flat_map(|(at, name)| above(name, columns.cell(at, strip), face)).collect();
    let [bars, figure, count] = columns.right(table.tactics.len(), letters, strip);
    let all = Rect { w: bars.w + figure.w, ..bars };
    let second = |area: Rect| area.strip(line, line);
    marks.push(Mark::Label(Label::right("Expected", second(all), face)));
    marks.push(Mark::Label(Label::right("Used", second(count), face)));
    (marks, 2.0 * line + 0.4 * letters.small)
}

/// A name on up to two lines at the bottom of its place, in smaller letters if it needs them.
fn above(name: &str, area: Rect, face: Type) -> Vec<Mark> {
    let words = Words::new(name, face.weight);
    let rooms = [area.w; 2];
    let sizes = [1.0, 0.92, 0.84, 0.76].map(|part| part * face.em);
    let em = sizes.into_iter().find(|em| words.fits(*em, &rooms)).unwrap_or(sizes[3]);
    let lines = words.wrap(em, &rooms).lines;
    let line = area.h / 2.0;
    let middle = |mark: Mark| match mark {
        Mark::Label(label) => Mark::Label(Label { align: Align::Middle, ..label }),
        other => other,
    };
    let first = area.strip(area.h - lines.len() as f64 * line, line);
    stacked(&lines, first, Type { em, ..face }).into_iter().map(middle).collect()
}

fn body(table: &Adversaries, columns: &Columns, letters: Letters, area: Rect) -> Block {
    let most = ((area.h / (LOWEST * letters.plain)) as usize).max(2);
    let (shown, rest) = match table.rows.len() > most {
        true => table.rows.split_at(most - 1),
        false => table.rows.split_at(table.rows.len()),
    };
    let rows = shown.len() + usize::from(!rest.is_empty());
    let height = (area.h / rows.max(1) as f64).min(HIGHEST * letters.plain);
    let mut marks = Vec::new();
    for (at, row) in shown.iter().enumerate() {
        let strip = area.strip(at as f64 * height, height - columns.gap);
        marks.extend(line(row, columns, letters, strip));
    }
    if let Some(words) = left_out(rest) {
        let strip = area.strip(shown.len() as f64 * height, height);
        let soft = Type::regular(letters.plain, Tone::SoftInk);
        marks.push(Mark::Label(Label::left(&words, strip, soft)));
    }
    (marks, rows as f64 * height)
}

/// What is said of the rows that have no place.
fn left_out(rows: &[Row]) -> Option<String> {
    let expected = || rows.iter().filter_map(|row| row.expected);
    let least = expected().min_by(f64::total_cmp).map(percent);
    let most = expected().max_by(f64::total_cmp).map(percent);
    match (rows.len(), least, most) {
        (0, ..) => None,
        (n, Some(least), Some(most)) if least == most => {
            Some(format!("and {n} more, of which {least} is expected to be covered"))
        }
        (n, Some(least), Some(most)) => {
            Some(format!("and {n} more, of which {least} to {most} is expected to be covered"))
        }
        (n, ..) => Some(format!("and {n} more that use nothing in scope")),
    }
}

fn line(row: &Row, columns: &Columns, letters: Letters, strip: Rect) -> Vec<Mark> {
    let (name, _) = split(strip, columns.names - 0.7 * letters.plain);
    let bold = Type::bold(letters.plain, Tone::Ink);
    let mut marks = vec![Mark::Label(Label::right(&row.name, name, bold))];
    for (at, found) in row.cells.iter().enumerate() {
        marks.extend(figure(*found, columns.cell(at, strip), letters));
    }
    let [bars, figure, count] = columns.right(row.cells.len(), letters, strip);
    if let Some(expected) = row.expected {
        let track = bars.strip(0.5 * bars.h - 0.35 * letters.plain, 0.7 * letters.plain);
        marks.extend(bar::bar(track, expected, Tone::Bar));
    }
    let words = row.expected.map_or_else(|| "–".to_owned(), percent);
    marks.push(Mark::Label(Label::right(&words, figure, bold)));
    let plain = Type::regular(letters.plain, Tone::SoftInk);
    marks.push(Mark::Label(Label::right(&row.techniques.to_string(), count, plain)));
    marks
}

/// What is covered of what is used in a tactic; a dash where nothing is.
fn figure(found: Option<Cell>, area: Rect, letters: Letters) -> Vec<Mark> {
    let Some(found) = found else {
        let soft = Type::regular(letters.plain, Tone::SoftInk);
        return vec![Mark::Label(Label::middle("–", area, soft))];
    };
    let shade = Shade::Step(step(found));
    let em = letters.small;
    let mut marks = cell::look(shade, area, em);
    let weight = if found.is_open() { Weight::Bold } else { Weight::Regular };
    let face = Type { em: letters.plain, weight, ink: cell::fill(shade).ink };
    let words = format!("{}/{}", found.covered, found.used);
    marks.push(Mark::Label(Label::middle(&words, area, face)));
    if found.is_open() {
        marks.extend(cell::outline(area, em));
    }
    marks
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
    table.caption.alternative(&table.rows.iter().map(row).collect::<Vec<_>>().join(" "))
}
