//! The matrix itself: where each tactic and each cell goes.

use super::cell::{Card, Fit};
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
/// What a cut name costs. One that is set a little smaller costs 1.
const CUT: usize = 10;
/// What a name costs that has no line at all.
const MISSING: usize = 20;
/// Letters smaller than wanted are tried if more of the names than this would be cut.
const TOLERATED: f64 = 0.03;

/// A column ready to be laid out.
struct Tactic<'a> {
    column: &'a Column,
    cards: Vec<Card<'a>>,
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
    em: f64,
}

/// The tactics with their headings and cells.
pub(super) fn marks(columns: &[Column], letters: &Letters, margin: f64, area: Rect) -> Vec<Mark> {
    let tactics: Vec<Tactic<'_>> = columns
        .iter()
        .map(|column| Tactic { column, cards: column.cells.iter().map(Card::new).collect() })
        .collect();
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
    let tolerated = (TOLERATED * (all * CUT) as f64) as usize;
    let mut best: Option<(usize, Layout)> = None;
    for em in sizes(names) {
        for layout in layouts(tactics, area, em) {
            let least = best.map_or(usize::MAX, |(cost, _)| cost);
            let cost = layout.cost(tactics, least);
            if cost < least {
                best = Some((cost, layout));
            }
        }
        let limit = if em > names.wanted { 0 } else { tolerated };
        if best.is_some_and(|(cost, _)| cost <= limit) {
            break;
        }
    }
    best.map(|(_, layout)| layout).expect("the first layout costs less than the largest number")
}

/// From the largest to the smallest, by half a pixel.
fn sizes(names: Names) -> impl Iterator<Item = f64> {
    (0..)
        .map(move |step| names.largest - 0.5 * f64::from(step))
        .take_while(move |em| *em >= names.smallest)
}

/// The layouts to choose from, with the fewest sub-columns first.
fn layouts(tactics: &[Tactic<'_>], area: Rect, em: f64) -> Vec<Layout> {
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
    fn new(tactics: usize, subs: usize, rows: usize, area: Rect, em: f64) -> Layout {
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
        for card in tactics.iter().flat_map(|tactic| &tactic.cards) {
            cost += match card.fit(self.cell, self.em) {
                Fit::Whole => 0,
                Fit::Tighter => 1,
                Fit::Cut => CUT,
                Fit::Missing => MISSING,
            };
            if cost >= enough {
                break;
            }
        }
        cost
    }

    fn tactic_width(&self, tactic: &Tactic<'_>) -> f64 {
        let subs = subs(tactic, self.rows) as f64;
        subs * self.cell.0 + (subs - 1.0) * self.gap
    }

    fn cell_marks(&self, tactic: &Tactic<'_>, (x, y): (f64, f64)) -> Vec<Mark> {
        let rows = tactic.cards.len().div_ceil(subs(tactic, self.rows)).max(1);
        let (w, h) = self.cell;
        let place = |at: usize| {
            let (sub, row) = ((at / rows) as f64, (at % rows) as f64);
            Rect::new(x + sub * (w + self.gap), y + row * (h + self.row_gap), w, h)
        };
        let cards = tactic.cards.iter().enumerate();
        cards.flat_map(|(at, card)| card.marks(place(at), self.em)).collect()
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
