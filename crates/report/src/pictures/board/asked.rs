//! What is to be decided: what, at which cost, by whom, and what it buys, drawn to one scale.

use super::{Key, Sheet, bars};
use crate::draw::canvas::{Mark, Rect};
use crate::draw::look::Tone;
use crate::page::from_top;
use crate::view::board::{Asked, Step};

/// Height of the bar in points, and of the highest step.
const BAR: f64 = 9.0;
const HIGHEST: f64 = 92.0;
/// What a step adds is never drawn narrower than so many points.
const LEAST: f64 = 2.0;
/// What a step adds; no reading of a figure has this tone.
const ADDED: Tone = Tone::Ink;

pub(super) fn marks(sheet: &Sheet, asked: &Asked, area: Rect) -> Vec<Mark> {
    let mut marks = Vec::new();
    let free = from_top(area, sheet.heading(&asked.heading, area), &mut marks);
    if asked.steps.is_empty() {
        let (lines, _) = sheet.lines(&asked.instead, sheet.text(Tone::Ink), free, 4);
        marks.extend(lines);
        return marks;
    }
    let legend = [
        (Key::Tone(bars::EXPECTED), "expected before, of all attacks"),
        (Key::Tone(ADDED), "added by it"),
    ];
    let free = sheet.from_bottom(free, |area| sheet.legend(&legend, area), &mut marks);
    let high = (free.h / asked.steps.len() as f64).min(sheet.pt(HIGHEST));
    for (at, step) in asked.steps.iter().enumerate() {
        marks.extend(self::step(sheet, step, free.strip(at as f64 * high, high)));
    }
    marks
}

/// What it is on up to two lines, its terms on what is left of three, and the bar below.
fn step(sheet: &Sheet, step: &Step, area: Rect) -> Vec<Mark> {
    let mut marks = Vec::new();
    let below = sheet.pt(BAR + 11.0);
    let room = ((area.h - below) / sheet.line()).floor().max(2.0) as usize;
    let what = sheet.lines(&step.what, sheet.bold(), area, (room - 1).min(2));
    let free = from_top(area, what, &mut marks);
    let taken = (free.y - area.y) / sheet.line();
    let left = room.saturating_sub(taken.round() as usize).clamp(1, 2);
    let terms = sheet.lines(&step.terms, sheet.text(Tone::Ink), free, left);
    let free = from_top(free, terms, &mut marks);
    let bar = Rect { h: sheet.pt(BAR), ..free.strip(sheet.pt(3.0), 0.0) };
    marks.extend(bars::empty(sheet, bar));
    marks.push(bars::upto(bar, step.before, bars::EXPECTED));
    let from = bar.w * step.before.clamp(0.0, 1.0);
    let width = (bar.w * (step.after - step.before)).max(sheet.pt(LEAST)).min(bar.w - from);
    marks.push(Mark::Area(Rect { x: bar.x + from, w: width.max(0.0), ..bar }, ADDED));
    marks
}
