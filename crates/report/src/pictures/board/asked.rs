//! What is to be decided: what, at which cost, by whom, and what it buys, drawn to one scale.

use super::{Key, Sheet, bars, from_bottom};
use crate::draw::canvas::{Mark, Rect};
use crate::draw::look::Tone;
use crate::page::from_top;
use crate::view::board::{Asked, Buys, Step};

/// Height of the bar in points, what is free above and below it, and the highest step.
const BAR: f64 = 8.0;
const ABOVE: f64 = 3.0;
const BELOW: f64 = 3.5;
const HIGHEST: f64 = 92.0;
/// What a step adds is never drawn narrower than so many points.
const LEAST: f64 = 2.0;
/// How much higher than the bar it is above and below, and what is free beside it, in points.
const HIGHER: f64 = 1.5;
const GAP: f64 = 1.0;
/// What a step adds; no reading of a figure has this tone.
const ADDED: Tone = Tone::Ink;

/// What the two parts of a bar are.
const LEGEND: [(Key, &str); 2] =
    [(Key::Tone(bars::EXPECTED), "expected before"), (Key::Tone(ADDED), "added")];

pub(super) fn marks(sheet: &Sheet, asked: &Asked, area: Rect) -> Vec<Mark> {
    let mut marks = Vec::new();
    let heading = sheet.heading_width(&asked.heading).min(area.w);
    let beside = Rect { x: area.x + heading, w: area.w - heading, ..area };
    let is_drawn = asked.steps.iter().any(|step| step.buys.is_some());
    let legend = if is_drawn { &LEGEND[..] } else { &[] };
    let is_beside = sheet.legend_width(legend) <= beside.w;
    let head = Rect { w: if is_beside { heading } else { area.w }, ..area };
    let mut free = from_top(area, sheet.heading(&asked.heading, head), &mut marks);
    if is_beside {
        let place = Rect { x: beside.right() - sheet.legend_width(legend), ..beside };
        marks.extend(sheet.legend(legend, place.strip(sheet.pt(1.0), place.h)).0);
    } else {
        free = from_bottom(free, |area| sheet.legend(legend, area), &mut marks);
    }
    if !asked.note.is_empty() {
        let note = sheet.lines(&asked.note, sheet.text(Tone::SoftInk), free, 2);
        free = from_top(free, note, &mut marks);
        free = free.strip(sheet.pt(6.0), free.h - sheet.pt(6.0));
    }
    let high = (free.h / asked.steps.len().max(1) as f64).min(sheet.pt(HIGHEST));
    for (at, step) in asked.steps.iter().enumerate() {
        marks.extend(self::step(sheet, step, free.strip(at as f64 * high, high)));
    }
    marks
}

/// What it is on up to two lines, its terms on what is left of three, and the bar below.
fn step(sheet: &Sheet, step: &Step, area: Rect) -> Vec<Mark> {
    let mut marks = Vec::new();
    let below = sheet.pt(ABOVE + BAR + BELOW);
    // The last line may be a hair lower than its place.
    let room = ((area.h - below) / sheet.line() + 0.02).floor().max(2.0) as usize;
    let what = sheet.lines(&step.what, sheet.bold(), area, (room - 1).min(2));
    let free = from_top(area, what, &mut marks);
    let taken = ((free.y - area.y) / sheet.line()).round() as usize;
    let left = room.saturating_sub(taken).clamp(1, 2);
    let terms = sheet.lines(&step.terms, sheet.text(Tone::Ink), free, left);
    let free = from_top(free, terms, &mut marks);
    if let Some(buys) = step.buys {
        let bar = Rect { h: sheet.pt(BAR), ..free.strip(sheet.pt(ABOVE), 0.0) };
        marks.extend(added(sheet, buys, bar));
    }
    marks
}

/// A bar from nothing to enough, with what there is before a step, and what it adds: higher, and
/// set off, since in some looks both have nearly one colour.
fn added(sheet: &Sheet, buys: Buys, bar: Rect) -> Vec<Mark> {
    let mut marks: Vec<Mark> = bars::empty(sheet, bar).collect();
    marks.push(bars::upto(bar, buys.before, bars::EXPECTED));
    let least = sheet.pt(LEAST);
    let from = (bar.w * buys.before.clamp(0.0, 1.0)).min(bar.w - least);
    let width = (bar.w * (buys.after - buys.before)).clamp(least, bar.w - from);
    let high = Rect { x: bar.x + from, w: width, ..bar };
    let high = high.strip(-sheet.pt(HIGHER), bar.h + 2.0 * sheet.pt(HIGHER));
    let gap = sheet.pt(GAP);
    marks.push(Mark::Area(Rect { x: high.x - gap, w: high.w + 2.0 * gap, ..high }, Tone::Paper));
    marks.push(Mark::Area(high, ADDED));
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Size;

    #[test]
    fn what_a_step_adds_is_drawn_to_scale_and_never_leaves_its_bar() {
        let sheet = Sheet::of(Size::Slide);
        let bar = Rect::new(100.0, 50.0, 400.0, 16.0);
        for (before, after, x, w) in [
            (0.25, 0.5, 200.0, 100.0),
            (0.5, 0.5, 300.0, 4.0),
            (1.0, 1.5, 496.0, 4.0),
            (-1.0, 2.0, 100.0, 400.0),
        ] {
            let marks = added(&sheet, Buys { before, after }, bar);
            let Some(Mark::Area(drawn, ADDED)) = marks.last() else { panic!("{marks:?}") };
            assert_eq!((drawn.x, drawn.w), (x, w), "{before} {after}");
            assert!(drawn.h > bar.h, "it stands out without colour");
        }
    }
}
