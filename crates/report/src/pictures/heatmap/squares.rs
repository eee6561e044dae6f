//! The strip at the bottom of a cell: a small mark for each sub-technique, in its own shade.
//!
//! The strip is as white as the sheet, so that the marks stand out whatever the cell is filled
//! with, and its room is kept free of the name.

use super::cell;
use crate::draw::canvas::{Mark, Rect, Stroke};
use crate::draw::look::{Fill, Tone};
use crate::matrix::{Cell, Proof, Shade, Sub};

/// The side of a square, in em of the name, and what is free between two, as part of the side.
const SIDE: f64 = 0.6;
const GAP: f64 = 0.4;
/// Above and below the squares, as part of their side.
const AIR: f64 = 0.3;
/// What the edge of a cell takes on either side, and what the outline of a gap does.
const EDGE: (f64, f64) = (1.0, 3.4);
/// At the left and the right of the strip.
const PAD: f64 = 2.5;
/// More rows would leave no room for the name.
const ROWS: usize = 2;
/// A square smaller than this is not seen, in pixels.
const LEAST: f64 = 1.5;

/// Where the marks of a cell go.
pub(super) struct Squares {
    /// What the strip takes of the cell.
    pub(super) height: f64,
    strip: Rect,
    /// Side of a square.
    side: f64,
    per_row: usize,
    /// The place of a check mark or a ring.
    proof: Rect,
}

impl Squares {
    /// The strip of a cell; none where it has no sub-techniques, or no room for them beside `least`
    /// of the height.
    pub(super) fn new(cell: &Cell, area: Rect, em: f64, least: f64) -> Option<Squares> {
        if cell.subs.is_empty() {
            return None;
        }
        let edge = if cell.outlined { EDGE.1 } else { EDGE.0 };
        let proof = cell::proof_width(cell.proof, em);
        let room = area.w - 2.0 * (edge + PAD) - proof;
        let (side, per_row) = packed(cell.subs.len(), room, em * SIDE)?;
        let rows = cell.subs.len().div_ceil(per_row) as f64;
        let one_row = em * SIDE * (1.0 + 2.0 * AIR);
        let inner = (rows * side * (1.0 + GAP) + side * (2.0 * AIR - GAP)).max(one_row);
        let height = inner + edge;
        if height + least > area.h {
            return None;
        }
        let strip = Rect::new(area.x + edge, area.bottom() - height, area.w - 2.0 * edge, inner);
        let proof = Rect::new(strip.right() - proof, strip.bottom() - one_row, proof, one_row);
        Some(Squares { height, strip, side, per_row, proof })
    }

    /// The strip with all its marks.
    pub(super) fn marks(&self, subs: &[Sub], proof: Proof) -> Vec<Mark> {
        let mut marks = vec![Mark::Area(self.strip, Tone::Paper)];
        let places = (0..subs.len()).map(|at| self.place(at));
        marks.extend(subs.iter().zip(places).flat_map(|(sub, place)| look(*sub, place)));
        let fill = Fill { paper: Tone::Paper, ink: Tone::Ink };
        marks.extend(cell::proof(proof, self.proof, fill));
        marks
    }

    fn place(&self, at: usize) -> Rect {
        let pitch = self.side * (1.0 + GAP);
        let (row, column) = ((at / self.per_row) as f64, (at % self.per_row) as f64);
        let x = self.strip.x + PAD + column * pitch;
        let y = self.strip.y + self.side * AIR + row * pitch;
        Rect::new(x, y, self.side, self.side)
    }
}

/// The side of squares and how many stand in a row: as large as wanted where they fit so on one row
/// or on two, else as large as two rows allow.
fn packed(count: usize, room: f64, wanted: f64) -> Option<(f64, usize)> {
    let fit = |side: f64| ((room / side + GAP) / (1.0 + GAP)).max(0.0) as usize;
    let per_row = count.div_ceil(ROWS);
    match fit(wanted) {
        fit if fit >= count => return Some((wanted, count)),
        fit if fit >= per_row => return Some((wanted, per_row)),
        _ => {}
    }
    let side = room / (per_row as f64 * (1.0 + GAP) - GAP);
    (side >= LEAST).then_some((side, per_row))
}

/// The mark of one sub-technique. What has no shade is told apart by its form: none is crossed, out
/// of scope a short line; a change points up or down.
pub(super) fn look(sub: Sub, area: Rect) -> Vec<Mark> {
    let tone = cell::fill(sub.shade).paper;
    let thin = area.w * 0.12;
    let mut marks = match sub.shade {
        Shade::OutOfScope => vec![dash(area)],
        Shade::Step(0) => {
            let corners = vec![(area.x, area.bottom()), (area.right(), area.y)];
            let stroke = Stroke { tone: Tone::Hatch, width: thin };
            vec![Mark::Area(area, tone), edge(area, Tone::Hatch), Mark::Line(corners, stroke)]
        }
        Shade::Step(_) => vec![Mark::Area(area, tone), edge(area, Tone::Step(4))],
        Shade::Change(0) => vec![edge(area, Tone::OutOfScopeEdge)],
        Shade::Change(by) => {
            let place = Rect { w: area.w + 1.0, x: area.x - 0.5, ..area };
            let dark = if by.abs() > 1 { tone } else { Tone::Change(2 * by.signum()) };
            let triangle = cell::triangle(by > 0, place, dark);
            // A small change is an empty triangle, so that it needs no second shade.
            match (by.abs() > 1, &triangle) {
                (false, Mark::Polygon(points, _)) => {
                    let closed = points.iter().chain(points.first()).copied().collect();
                    vec![Mark::Line(closed, Stroke { tone: dark, width: thin.max(0.6) })]
                }
                _ => vec![triangle],
            }
        }
        Shade::Joined | Shade::Left => cell::sign(sub.shade, area),
    };
    if sub.outlined {
        marks.push(Mark::Edge(area, Stroke { tone: Tone::Gap, width: (area.w * 0.22).max(1.0) }));
    }
    marks
}

fn edge(area: Rect, tone: Tone) -> Mark {
    Mark::Edge(area.inset(area.w * 0.06), Stroke { tone, width: area.w * 0.12 })
}

fn dash(area: Rect) -> Mark {
    let y = area.y + area.h / 2.0;
    let ends = vec![(area.x + area.w * 0.2, y), (area.right() - area.w * 0.2, y)];
    Mark::Line(ends, Stroke { tone: Tone::OutOfScopeEdge, width: area.w * 0.18 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(subs: usize) -> Cell {
        Cell {
            id: "T1".to_owned(),
            name: "Name".to_owned(),
            shade: Shade::Step(2),
            outlined: false,
            proof: Proof::Proven,
            fraction: None,
            subs: vec![Sub { shade: Shade::Step(1), outlined: false }; subs],
        }
    }

    #[test]
    fn many_squares_take_a_second_row_before_they_become_smaller() {
        let area = Rect::new(0.0, 0.0, 80.0, 50.0);
        let of = |subs| Squares::new(&cell(subs), area, 11.0, 12.0).unwrap();
        let (few, more, most) = (of(5), of(12), of(40));
        assert_eq!((few.side, few.per_row), (more.side, 5));
        assert!(more.height > few.height && more.per_row == 6);
        assert!(most.side < more.side && most.per_row == 20);
    }

    #[test]
    fn squares_stay_on_their_strip_and_off_the_check_mark() {
        let area = Rect::new(10.0, 10.0, 72.0, 48.0);
        for subs in 1..60 {
            let Some(squares) = Squares::new(&cell(subs), area, 11.0, 12.0) else { continue };
            for at in 0..subs {
                let place = squares.place(at);
                assert!(squares.strip.contains(place), "{subs} {at} {place:?}");
                assert!(!squares.proof.meets(place), "{subs} {at} {place:?}");
            }
        }
    }

    #[test]
    fn a_cell_without_room_has_no_strip() {
        assert!(Squares::new(&cell(400), Rect::new(0.0, 0.0, 72.0, 48.0), 11.0, 12.0).is_none());
        assert!(Squares::new(&cell(3), Rect::new(0.0, 0.0, 72.0, 20.0), 11.0, 12.0).is_none());
        assert!(Squares::new(&cell(0), Rect::new(0.0, 0.0, 72.0, 48.0), 11.0, 12.0).is_none());
    }
}
