//! What became of what was promised: a mark for each, filled where it is done; where they are too
//! many for that, one bar.

use super::Sheet;
use crate::draw::canvas::{Label, Mark, Rect, Stroke};
use crate::draw::look::Tone;
use crate::draw::text;
use crate::page::Block;
use crate::view::board::Promised;

/// More than so many marks nobody counts.
const MOST: usize = 20;
/// In points.
const SIDE: f64 = 12.0;
const GAP: f64 = 3.0;
const ABOVE: f64 = 4.0;
const BELOW: f64 = 2.0;

#[derive(Clone, Copy)]
enum State {
    Done,
    Open,
    Overdue,
}

pub(super) fn row(sheet: &Sheet, promised: &Promised, area: Rect) -> Block {
    let (label, beside) = sheet.labelled("Promised", area.strip(sheet.pt(ABOVE), area.h));
    let mut marks = vec![label];
    let beside = Rect { h: sheet.line(), ..beside };
    let Promised { done, open, overdue, late } = promised;
    if done + open + overdue == 0 {
        let nothing = "Nothing: no gap has a decision that it is to be closed.";
        marks.push(Mark::Label(Label::left(nothing, beside, sheet.text(Tone::Ink))));
        return (marks, sheet.line() + sheet.pt(ABOVE + BELOW));
    }
    let late = if late.is_empty() { "overdue".to_owned() } else { format!("overdue: {late}") };
    let groups = [
        (*done, State::Done, "done"),
        (*open, State::Open, "open"),
        (*overdue, State::Overdue, late.as_str()),
    ];
    let all = done + open + overdue;
    let mut x = beside.x;
    for (count, state, words) in groups.into_iter().filter(|(count, _, _)| *count > 0) {
        let widths = widths(sheet, count, all);
        for width in widths {
            let top = beside.y + (beside.h - sheet.pt(SIDE)) / 2.0;
            marks.extend(mark(sheet, state, Rect::new(x, top, width, sheet.pt(SIDE))));
            x += width + sheet.pt(GAP);
        }
        let face = sheet.text(Tone::Ink);
        x += sheet.pt(2.0);
        let room = (beside.right() - x).max(0.0);
        let words = text::fit(words, face.weight, face.em, room);
        let width = (text::width(&words, face.weight, face.em) + 0.5).min(room);
        marks.push(Mark::Label(Label::left(&words, Rect { x, w: width, ..beside }, face)));
        x += width + sheet.pt(14.0);
    }
    (marks, sheet.line() + sheet.pt(ABOVE + BELOW))
}

/// The widths of the marks of one kind: squares, or a part of one bar.
fn widths(sheet: &Sheet, count: usize, all: usize) -> Vec<f64> {
    if all <= MOST {
        return vec![sheet.pt(SIDE); count];
    }
    let bar = sheet.pt((SIDE + GAP) * MOST as f64);
    vec![(bar * count as f64 / all as f64).max(sheet.pt(2.0))]
}

/// Filled, hollow, or with the outline and the corner of a gap.
fn mark(sheet: &Sheet, state: State, area: Rect) -> Vec<Mark> {
    let edge = |tone| Mark::Edge(area.inset(sheet.pt(0.8)), Stroke { tone, width: sheet.pt(1.6) });
    match state {
        State::Done => vec![Mark::Area(area, Tone::Bar)],
        State::Open => vec![edge(Tone::Ink)],
        State::Overdue => {
            let corner = area.h.min(area.w) * 0.75;
            let points = vec![
                (area.right() - corner, area.y),
                (area.right(), area.y),
                (area.right(), area.y + corner),
            ];
            vec![edge(Tone::Gap), Mark::Polygon(points, Tone::Gap)]
        }
    }
}
