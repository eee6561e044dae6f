//! The matrix itself: where each tactic and each cell goes.

use super::cell::{Card, Detail, Em, Fit};
use super::{Letters, Names};
use crate::draw::canvas::{Label, Mark, Rect, Type};
use crate::draw::look::Tone;
use crate::draw::text::Words;
use crate::matrix::{Column, Shade};
use crate::page::{LEADING, stacked};

/// Between cells.
const GAP: f64 = 2.5;
/// Between tactics.
const WIDE_GAP: f64 = 6.0;
/// A larger cell would only be emptier.
const LARGEST: (f64, f64) = (230.0, 70.0);
/// What a cut name costs. One that is set a little smaller costs 1, and all of them less than this.
const CUT: usize = 10_000;
/// What a cell costs that is not as high as the others.
const UNEVEN: usize = 20;
/// A name that is a little too long is set this much smaller rather than cut.
const TIGHTER: f64 = 0.93;
/// What a name costs that has no line at all.
const MISSING: usize = 2 * CUT;

/// A column ready to be laid out.
struct Tactic<'a> {
    column: &'a Column,
    cards: Vec<Card<'a>>,
}

impl<'a> Tactic<'a> {
    fn new(column: &'a Column, detail: Detail) -> Self {
        let cards = column.cells.iter().map(|cell| Card::new(cell, detail)).collect();
        Self { column, cards }
    }
}

/// A way to lay out the cells.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Layout {
    /// The most cells under one another.
    rows: usize,
    /// Width and height of a cell.
    cell: (f64, f64),
    /// Between the sub-columns of a tactic.
    gap: f64,
    /// Between tactics.
    wide_gap: f64,
    /// Between cells under one another.
    row_gap: f64,
    /// Size of the names.
    em: Em,
}

/// The tactics with their headings and cells.
pub(super) fn marks(columns: &[Column], letters: &Letters, margin: f64, area: Rect) -> Vec<Mark> {
    let tactics: Vec<Tactic<'_>> =
        columns.iter().map(|column| Tactic::new(column, letters.detail)).collect();
    let heading = heading_height(letters.heading);
    let body = Rect::new(area.x, area.y + heading, area.w, area.h - heading - margin / 2.0);
    let layout = layout(&tactics, letters.names, body);
    let mut marks = Vec::new();
    let mut x = area.x;
    for tactic in &tactics {
        let width = layout.tactic_width(tactic);
        let place = Rect::new(x, area.y, width, heading);
        marks.extend(heading_marks(tactic.column, letters.heading, place));
        marks.extend(layout.cell_marks(tactic, (x, body.y)));
        x += width + layout.wide_gap;
    }
    marks
}

/// The largest letters that spoil few enough names, and then the layout that spoils the fewest.
fn layout(tactics: &[Tactic<'_>], names: Names, area: Rect) -> Layout {
    let all: usize = tactics.iter().map(|tactic| tactic.cards.len()).sum();
    let mut best: Option<(usize, Layout)> = None;
    for em in sizes(names) {
        for layout in layouts(tactics, area, em) {
            let least = best.map_or(usize::MAX, |(cost, _)| cost);
            let cost = layout.cost(tactics, least);
            if cost < least {
                best = Some((cost, layout));
            }
        }
        // Larger letters than wanted are not worth cells of different heights.
        let enough = match em.usual > names.wanted {
            true => UNEVEN,
            false => ((names.may_be_cut * all as f64) as usize + 1) * CUT,
        };
        if best.is_some_and(|(cost, _)| cost < enough) {
            break;
        }
    }
    best.map(|(_, layout)| layout).expect("the first layout costs less than the largest number")
}

/// From the largest to the smallest, by half a pixel.
fn sizes(names: Names) -> impl Iterator<Item = Em> {
    let sizes = (0..).map(move |step| names.largest - 0.5 * f64::from(step));
    sizes.take_while(move |em| *em >= names.smallest).map(move |usual| {
        let tighter = (TIGHTER * usual).max(names.legible.min(usual));
        Em { usual, tighter }
    })
}

/// The layouts to choose from, with the fewest sub-columns first.
fn layouts(tactics: &[Tactic<'_>], area: Rect, em: Em) -> Vec<Layout> {
    let longest = tactics.iter().map(|tactic| tactic.cards.len()).max().unwrap_or(0).max(1);
    let mut layouts: Vec<Layout> = Vec::new();
    let mut last = 0;
    for rows in (1..=longest).rev() {
        let subs: usize = tactics.iter().map(|tactic| subs(tactic, rows)).sum();
        // The same sub-columns with fewer rows leave each cell more height.
        if subs == last {
            layouts.pop();
        }
        last = subs;
        layouts.push(Layout::new(tactics.len(), subs, rows, area, em));
    }
    layouts
}

/// The sub-columns of a tactic if at most this many cells stand under one another.
fn subs(tactic: &Tactic<'_>, rows: usize) -> usize {
    tactic.cards.len().div_ceil(rows).max(1)
}

impl Layout {
    fn new(tactics: usize, subs: usize, rows: usize, area: Rect, em: Em) -> Layout {
        let (rows_f, subs_f) = (rows as f64, subs.max(1) as f64);
        let wide = tactics.saturating_sub(1) as f64;
        // Gaps never take more than a third of the room, however many there are.
        let shrink = (area.w / 3.0 / (wide * WIDE_GAP + subs_f * GAP)).min(1.0);
        let (gap, wide_gap) = (GAP * shrink, WIDE_GAP * shrink);
        let gaps = wide * wide_gap + (subs_f - 1.0 - wide).max(0.0) * gap;
        let row_gap = GAP.min(area.h / rows_f / 3.0);
        let width = ((area.w - gaps) / subs_f).min(LARGEST.0);
        let height = ((area.h + row_gap) / rows_f - row_gap).min(LARGEST.1);
        Layout { rows, cell: (width, height), gap, wide_gap, row_gap, em }
    }

    /// What this layout costs; counting stops when it is `enough`.
    fn cost(&self, tactics: &[Tactic<'_>], enough: usize) -> usize {
        let mut cost = 0;
        for column in tactics.iter().flat_map(|tactic| self.columns(tactic)) {
            cost += self.heights(column).0;
            if cost >= enough {
                break;
            }
        }
        cost
    }

    /// The heights of the cells of a sub-column, and what its names cost then. All are alike unless
    /// that cuts names.
    fn heights(&self, column: &[Card<'_>]) -> (usize, Vec<f64>) {
        let even = vec![self.cell.1; column.len()];
        let costs: Vec<usize> = column.iter().map(|card| self.cost_at(card, self.cell.1)).collect();
        let cost: usize = costs.iter().sum();
        if cost < CUT {
            return (cost, even);
        }
        let Some(uneven) = self.uneven(column, &costs) else { return (cost, even) };
        let at = |(card, height): (&Card<'_>, &f64)| {
            let is_uneven = *height != self.cell.1;
            self.cost_at(card, *height) + if is_uneven { UNEVEN } else { 0 }
        };
        match column.iter().zip(&uneven).map(at).sum() {
            uneven_cost if uneven_cost < cost => (uneven_cost, uneven),
            _ => (cost, even),
        }
    }

    fn cost_at(&self, card: &Card<'_>, height: f64) -> usize {
        match card.fit((self.cell.0, height), self.em) {
            Fit::Whole => 0,
            Fit::Tighter => 1,
            Fit::Cut => CUT,
            Fit::Missing => MISSING,
        }
    }

    /// Other heights for the cells of a sub-column: those whose names would be cut are as high as
    /// they need, and the others share what is left, as high as all cells at most. `None` where
    /// that is no help. `costs` are those of cells that are alike.
    fn uneven(&self, column: &[Card<'_>], costs: &[usize]) -> Option<Vec<f64>> {
        // A column whose names are mostly too long has nothing to share.
        if 2 * costs.iter().filter(|cost| **cost >= CUT).count() > column.len() {
            return None;
        }
        let (width, height) = self.cell;
        let needs = |card: &Card<'_>| card.needs(width, self.em).unwrap_or(height);
        let cut = column.iter().zip(costs).filter(|(_, cost)| **cost >= CUT);
        let more: f64 = cut.map(|(card, _)| needs(card)).sum();
        let free = (self.rows - column.len().min(self.rows)) as f64 * (height + self.row_gap);
        let room = column.len() as f64 * height + free;
        if more > room {
            return None;
        }
        share(&column.iter().map(needs).collect::<Vec<f64>>(), room, height)
    }

    /// The cells of each sub-column of a tactic.
    fn columns<'a>(&self, tactic: &'a Tactic<'a>) -> std::slice::Chunks<'a, Card<'a>> {
        tactic.cards.chunks(tactic.cards.len().div_ceil(subs(tactic, self.rows)).max(1))
    }

    fn tactic_width(&self, tactic: &Tactic<'_>) -> f64 {
        let subs = subs(tactic, self.rows) as f64;
        subs * self.cell.0 + (subs - 1.0) * self.gap
    }

    fn cell_marks(&self, tactic: &Tactic<'_>, (x, y): (f64, f64)) -> Vec<Mark> {
        let columns = self.columns(tactic).enumerate();
        let marks = columns.flat_map(|(at, column)| {
            let x = x + at as f64 * (self.cell.0 + self.gap);
            self.column_marks(column, (x, y))
        });
        marks.collect()
    }

    fn column_marks(&self, column: &[Card<'_>], (x, mut y): (f64, f64)) -> Vec<Mark> {
        let (_, heights) = self.heights(column);
        let mut marks = Vec::new();
        for (card, height) in column.iter().zip(heights) {
            marks.extend(card.marks(Rect::new(x, y, self.cell.0, height), self.em));
            y += height + self.row_gap;
        }
        marks
    }
}

/// Heights that add up to no more than the room: each as much as it needs, and none less than an
/// equal share of what those leave that need more, or than `most`. `None` where there is not
/// enough.
fn share(needs: &[f64], room: f64, most: f64) -> Option<Vec<f64>> {
    let mut share = most;
    loop {
        let (more, others): (Vec<f64>, Vec<f64>) = needs.iter().partition(|need| **need > share);
        let more: f64 = more.iter().sum();
        let left = (room - more) / others.len().max(1) as f64;
        if others.is_empty() || left >= share {
            let fits = more + share * others.len() as f64 <= room + 0.01;
            return fits.then(|| needs.iter().map(|need| need.max(share)).collect());
        }
        // What is left is less than the share was: whoever needs more than that takes it, too.
        share = left;
    }
}

/// Name, captions, bar.
fn heading_marks(column: &Column, em: f64, area: Rect) -> Vec<Mark> {
    let line = em * LEADING;
    let mut judged = column.cells.iter().map(|cell| cell.shade != Shade::OutOfScope);
    let ink = if judged.any(|judged| judged) { Tone::Ink } else { Tone::OnOutOfScope };
    let face = Type::bold(em, ink);
    let mut marks = name_marks(&column.name, area.strip(0.0, 2.0 * line), face);
    marks.extend(captions(column, area.strip(2.0 * line, line), face));
    marks.extend(bar(column.share, area.strip(3.0 * line + 2.0, 5.0)));
    marks
}

/// The name on up to two lines, in smaller letters if it needs them, just above its captions.
fn name_marks(name: &str, area: Rect, face: Type) -> Vec<Mark> {
    let words = Words::new(name, face.weight);
    let rooms = [area.w; 2];
    let sizes = [1.0, 0.93, 0.86].map(|part| part * face.em);
    let em = sizes.into_iter().find(|em| words.fits(*em, &rooms)).unwrap_or(sizes[2]);
    let lines = words.wrap(em, &rooms).lines;
    let line = area.h / 2.0;
    let top = area.h - lines.len() as f64 * line;
    stacked(&lines, area.strip(top, line), Type { em, ..face })
}

fn captions(column: &Column, area: Rect, face: Type) -> [Mark; 2] {
    let em = face.em * 0.93;
    let left = Label::left(&column.left, area, Type { em, ..face });
    let used = left.width() + em * 0.3;
    let rest = Rect { x: area.x + used, w: (area.w - used).max(0.0), ..area };
    let left = Label { frame: Rect { w: used.min(area.w), ..area }, ..left };
    let soft = Type::regular(em, Tone::SoftInk);
    [Mark::Label(left), Mark::Label(Label::right(&column.right, rest, soft))]
}

fn bar(share: Option<f64>, area: Rect) -> Vec<Mark> {
    let Some(share) = share.filter(|share| !share.is_nan()) else {
        return Vec::new();
    };
    let share = share.clamp(0.0, 1.0);
    let part = Rect { w: area.w * share, ..area };
    vec![Mark::Area(area, Tone::Track), Mark::Area(part, Tone::Bar)]
}

fn heading_height(em: f64) -> f64 {
    3.0 * em * LEADING + 14.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_need_more_take_it_from_those_who_can_spare_it() {
        // All as high as they were, where there is room below.
        assert_eq!(share(&[30.0, 10.0, 10.0], 70.0, 20.0), Some(vec![30.0, 20.0, 20.0]));
        // The others become lower, though none lower than it needs.
        assert_eq!(share(&[30.0, 10.0, 10.0], 60.0, 20.0), Some(vec![30.0, 15.0, 15.0]));
        assert_eq!(share(&[30.0, 18.0, 10.0], 60.0, 20.0), Some(vec![30.0, 18.0, 12.0]));
        assert_eq!(share(&[30.0, 18.0, 13.0], 60.0, 20.0), None);
        assert_eq!(share(&[], 60.0, 20.0), Some(Vec::new()));
    }
}
