//! Rows by tactics, with something about each row at its right: where everything is, and how a
//! cell looks.

use super::bar::{Letters, split};
use super::heatmap::cell;
use crate::draw::canvas::{Align, Label, Mark, Rect, Type};
use crate::draw::look::Tone;
use crate::draw::text::{self, Weight, Words};
use crate::matrix::Shade;
use crate::page::{LEADING, stacked};

/// A row is not lower and not higher, in em.
const LOWEST: f64 = 1.55;
const HIGHEST: f64 = 4.6;
/// A column is not wider, in em.
const BROADEST: f64 = 14.0;
/// The smallest part of its size that a heading is set in, and the steps there.
const SMALLER: [f64; 4] = [1.0, 0.92, 0.84, 0.76];

/// How much of the width what stands beside the cells takes.
pub(super) struct Shares {
    /// The names, at most.
    pub(super) names: f64,
    /// What is at the right.
    pub(super) right: f64,
}

/// Where the columns are.
pub(super) struct Columns {
    names: f64,
    count: usize,
    cell: f64,
    /// Between two cells, and two rows.
    pub(super) gap: f64,
    right: f64,
    letters: Letters,
}

impl Columns {
    /// The columns of so many tactics, for rows of these names.
    pub(super) fn of<'a>(
        names: impl Iterator<Item = &'a str>,
        count: usize,
        shares: &Shares,
        letters: Letters,
        area: Rect,
    ) -> Self {
        let width = |name: &str| text::width(&text::drawable(name), Weight::Bold, letters.plain);
        let longest = names.map(width).fold(0.0, f64::max);
        let names = (longest + 1.0).min(area.w * shares.names) + letters.plain;
        let right = area.w * shares.right;
        let gap = 0.15 * letters.small;
        let room = area.w - names - right - letters.strong;
        let cell = room / count.max(1) as f64 - gap;
        Self { names, count, cell: cell.min(BROADEST * letters.plain), gap, right, letters }
    }

    /// The place of a tactic in a row.
    pub(super) fn cell(&self, at: usize, row: Rect) -> Rect {
        let x = row.x + self.names + at as f64 * (self.cell + self.gap);
        Rect { x, w: self.cell, ..row }
    }

    /// The place right of all tactics.
    pub(super) fn right(&self, row: Rect) -> Rect {
        let x = self.cell(self.count, row).x + self.letters.strong;
        Rect { x, w: self.right, ..row }
    }

    /// The name of a row, on two lines where it has to be and there is room.
    pub(super) fn name(&self, name: &str, row: Rect) -> Vec<Mark> {
        let (place, _) = split(row, self.names - 0.7 * self.letters.plain);
        let face = Type::bold(self.letters.plain, Tone::Ink);
        let line = face.em * LEADING;
        let words = Words::new(name, face.weight);
        let lines = if words.fits(face.em, &[place.w]) || row.h < 2.0 * line { 1 } else { 2 };
        let lines = words.wrap(face.em, &vec![place.w; lines]).lines;
        let top = (place.h - lines.len() as f64 * line) / 2.0;
        let marks = stacked(&lines, place.strip(top, line), face);
        marks.into_iter().map(|mark| aligned(mark, Align::Right)).collect()
    }

    /// The names of the tactics, each at the bottom of its place, all in letters of one size.
    pub(super) fn headings(&self, tactics: &[String], strip: Rect) -> Vec<Mark> {
        let words: Vec<Words> = tactics.iter().map(|name| Words::new(name, Weight::Bold)).collect();
        let rooms = [self.cell; 2];
        let sizes = SMALLER.map(|part| part * self.letters.small);
        let fits = |em: &f64| words.iter().all(|words| words.fits(*em, &rooms));
        let face = Type::bold(sizes.into_iter().find(fits).unwrap_or(sizes[3]), Tone::Ink);
        let line = strip.h / 2.0;
        let heading = |(at, words): (usize, &Words)| {
            let lines = words.wrap(face.em, &rooms).lines;
            let first = strip.strip(strip.h - lines.len() as f64 * line, line);
            stacked(&lines, self.cell(at, first), face)
        };
        let marks = words.iter().enumerate().flat_map(heading);
        marks.map(|mark| aligned(mark, Align::Middle)).collect()
    }
}

fn aligned(mark: Mark, align: Align) -> Mark {
    match mark {
        Mark::Label(label) => Mark::Label(Label { align, ..label }),
        other => other,
    }
}

/// How many rows are shown, and how high each is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rows {
    /// Where this is not all of them, one more row says what is left out.
    pub(super) shown: usize,
    pub(super) height: f64,
    /// The height of all of them.
    pub(super) used: f64,
}

impl Rows {
    /// As many of `count` rows as are legible in an area.
    pub(super) fn of(count: usize, letters: Letters, area: Rect) -> Self {
        let most = ((area.h / (LOWEST * letters.plain)) as usize).max(2);
        let shown = if count > most { most - 1 } else { count };
        let rows = if count > shown { shown + 1 } else { shown };
        let height = (area.h / rows.max(1) as f64).min(HIGHEST * letters.plain);
        Self { shown, height, used: rows as f64 * height }
    }

    /// The place of a row, apart from the next.
    pub(super) fn place(self, at: usize, gap: f64, area: Rect) -> Rect {
        area.strip(at as f64 * self.height, self.height - gap)
    }

    /// What is said of the rows that have no place.
    pub(super) fn left_out(self, words: &str, letters: Letters, area: Rect) -> Mark {
        let soft = Type::regular(letters.plain, Tone::SoftInk);
        Mark::Label(Label::left(words, self.place(self.shown, 0.0, area), soft))
    }
}

/// A cell with its figure, outlined where to look first.
pub(super) fn figure(
    words: &str,
    shade: Shade,
    is_outlined: bool,
    letters: Letters,
    area: Rect,
) -> Vec<Mark> {
    let em = letters.small;
    let mut marks = cell::look(shade, area, em);
    let weight = if is_outlined { Weight::Bold } else { Weight::Regular };
    let face = Type { em: letters.plain, weight, ink: cell::fill(shade).ink };
    marks.push(Mark::Label(Label::middle(words, area, face)));
    if is_outlined {
        marks.extend(cell::outline(area, em));
    }
    marks
}

/// A place where there is nothing to say.
pub(super) fn dash(letters: Letters, area: Rect) -> Mark {
    let soft = Type::regular(letters.plain, Tone::SoftInk);
    Mark::Label(Label::middle("–", area, soft))
}

/// The step of a share: none, and four quarters.
pub(super) fn quarter(share: f64) -> u8 {
    match share {
        share if share <= 0.0 => 0,
        share => 1 + [0.25, 0.5, 0.75].iter().filter(|border| share >= **border).count() as u8,
    }
}
