//! One cell: its fill, its name, and the small marks at its bottom right.

use crate::draw::canvas::{Label, Mark, Rect, Stroke, Type};
use crate::draw::look::{Fill, Tone};
use crate::draw::text::{self, Weight, Words};
use crate::matrix::{Cell, Shade};

/// Space between the edge and the name.
const PAD: f64 = 4.5;
/// How far the lines of a name are apart, in em.
const LEADING: f64 = 1.06;
/// The most space left free above a name that is short, in em.
const AIR: f64 = 0.25;
/// Size of a fraction and of the check mark, in em of the name.
const SMALL: f64 = 0.83;
/// Side of the corner mark of a gap and of the hatched corner, in em of the name.
const CORNER: f64 = 0.7;
/// A name that is a little too long is set this much smaller rather than cut.
const TIGHTER: f64 = 0.93;
/// More lines would make a name harder to find, not easier.
const LINES: usize = 3;

/// A cell with its texts measured.
pub(super) struct Card<'a> {
    cell: &'a Cell,
    name: Words,
    fraction: String,
    /// In em of the name.
    fraction_width: f64,
}

/// How much of a name a cell can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Whole,
    Tighter,
    Cut,
    Missing,
}

impl<'a> Card<'a> {
    pub(in crate::pictures) fn new(cell: &'a Cell) -> Card<'a> {
        let name = if cell.name.trim().is_empty() { &cell.id } else { &cell.name };
        let fraction = match cell.fraction {
            Some((covered, all)) => format!("{covered}/{all}"),
            None => String::new(),
        };
        Card {
            cell,
            name: Words::new(name, Weight::Regular),
            fraction_width: text::width(&fraction, Weight::Regular, SMALL),
            fraction,
        }
    }

    /// How the name fits into a cell of this size with letters of `em`.
    pub(in crate::pictures) fn fit(&self, (w, h): (f64, f64), em: f64) -> Fit {
        let area = Rect::new(0.0, 0.0, w, h);
        let rooms = self.rooms(area, em);
        let tighter = em * TIGHTER;
        if self.name.fits(em, &rooms) {
            Fit::Whole
        } else if self.name.fits(tighter, &self.rooms(area, tighter)) {
            Fit::Tighter
        } else if rooms.is_empty() {
            Fit::Missing
        } else {
            Fit::Cut
        }
    }

    /// The cell at its place.
    pub(in crate::pictures) fn marks(&self, area: Rect, em: f64) -> Vec<Mark> {
        let em = match self.fit((area.w, area.h), em) {
            Fit::Whole | Fit::Cut | Fit::Missing => em,
            Fit::Tighter => em * TIGHTER,
        };
        let mut marks = look(self.cell.shade, area, em);
        marks.extend(self.name_marks(area, em));
        marks.extend(self.foot_marks(area, em));
        if self.cell.outlined {
            marks.extend(outline(area, em));
        }
        marks
    }

    fn fill(&self) -> Fill {
        fill(self.cell.shade)
    }

    fn name_marks(&self, area: Rect, em: f64) -> impl Iterator<Item = Mark> {
        let rooms = self.rooms(area, em);
        let face = Type::regular(em, self.fill().ink);
        let lines = self.name.wrap(em, &rooms).lines;
        // A short name need not touch the top, as long as it stays clear of the marks below.
        let used = top_pad(em) + lines.len() as f64 * LEADING * em;
        let air = (area.h - foot_height(em) - used).clamp(0.0, AIR * em);
        let top = area.y + top_pad(em) + air;
        lines.into_iter().zip(rooms).enumerate().map(move |(at, (line, room))| {
            let top = top + at as f64 * LEADING * em;
            let frame = Rect::new(area.x + PAD, top, room, LEADING * em);
            Mark::Label(Label::left(&line, frame, face))
        })
    }

    /// The width of each line there is space for.
    fn rooms(&self, area: Rect, em: f64) -> Vec<f64> {
        let line = LEADING * em;
        let lines = ((area.h - 2.0 * top_pad(em)) / line + 0.01).max(0.0) as usize;
        let foot = area.h - foot_height(em);
        (0..lines.min(LINES))
            .map(|at| {
                let mut room = area.w - 2.0 * PAD;
                if at == 0 && self.cell.outlined {
                    room -= CORNER * em - 1.0;
                }
                if top_pad(em) + (at + 1) as f64 * line > foot {
                    room -= self.foot_width(area, em);
                }
                room.max(0.0)
            })
            .collect()
    }

    /// What the marks at the bottom right take from the line beside them.
    fn foot_width(&self, area: Rect, em: f64) -> f64 {
        let air = if self.fraction_width(area, em) > 0.0 { 2.0 } else { 0.0 };
        self.corner_width(em) + self.check_width(area, em) + self.fraction_width(area, em) + air
    }

    /// The hatched corner of the step none.
    fn corner_width(&self, em: f64) -> f64 {
        if self.cell.shade == Shade::Step(0) { CORNER * em - 1.0 } else { 0.0 }
    }

    /// The check mark, which the smallest cells have no place for.
    fn check_width(&self, area: Rect, em: f64) -> f64 {
        let room = area.w - 2.0 * PAD - self.corner_width(em);
        let shown = self.cell.proven && check_width(em) <= room && foot_height(em) <= area.h;
        if shown { check_width(em) } else { 0.0 }
    }

    /// The fraction, the first thing to go in a small cell.
    fn fraction_width(&self, area: Rect, em: f64) -> f64 {
        let width = self.fraction_width * em + 0.5;
        let room = area.w - 2.0 * PAD - self.corner_width(em) - self.check_width(area, em);
        let shown = !self.fraction.is_empty() && width <= room && foot_height(em) <= area.h;
        if shown { width } else { 0.0 }
    }

    fn foot_marks(&self, area: Rect, em: f64) -> Vec<Mark> {
        let mut marks = Vec::new();
        let right = area.right() - PAD + 1.0 - self.corner_width(em);
        let (top, height) = (area.bottom() - foot_height(em), foot_height(em) - 1.5);
        let fraction = self.fraction_width(area, em);
        if fraction > 0.0 {
            let face = Type::regular(SMALL * em, self.fill().ink);
            let frame = Rect::new(right - fraction, top, fraction, height);
            marks.push(Mark::Label(Label::right(&self.fraction, frame, face)));
        }
        let width = self.check_width(area, em);
        if width > 0.0 {
            let place = Rect::new(right - fraction - width, top, width, height);
            marks.extend(check(place, self.fill()));
        }
        marks
    }
}

/// The fill of a cell and what goes with it, without any text.
pub(in crate::pictures) fn look(shade: Shade, area: Rect, em: f64) -> Vec<Mark> {
    let paper = Mark::Area(area, fill(shade).paper);
    match shade {
        Shade::OutOfScope => vec![paper, Mark::broken_edge(area.inset(0.5))],
        Shade::Step(0) => {
            let edge = Stroke { tone: Tone::NoneEdge, width: 0.8 };
            vec![paper, hatch(area, em), Mark::Edge(area.inset(0.4), edge)]
        }
        Shade::Step(_) => vec![paper],
    }
}

/// The outline of a gap and its corner mark.
pub(in crate::pictures) fn outline(area: Rect, em: f64) -> Vec<Mark> {
    let side = CORNER * em + 1.0;
    let (right, top) = (area.right(), area.y);
    let (start, end) = ((right - side, top + 1.0), (right - 1.0, top + side));
    // The accent has too little contrast on the darker steps; beside white it always has enough.
    let white = Stroke { tone: Tone::Paper, width: 1.0 };
    vec![
        Mark::Edge(area.inset(2.9), white),
        Mark::Polygon(vec![start, (right, top), end], Tone::Gap),
        Mark::Line(vec![start, end], white),
        Mark::Edge(area.inset(1.2), Stroke { tone: Tone::Gap, width: 2.4 }),
    ]
}

/// A check mark in a disc.
pub(in crate::pictures) fn check(area: Rect, fill: Fill) -> [Mark; 2] {
    let radius = (area.h.min(area.w) - 1.0) / 2.0;
    let (x, y) = (area.x + area.w / 2.0 - 1.0, area.y + area.h / 2.0);
    let at = |dx: f64, dy: f64| (x + dx * radius, y + dy * radius);
    let tick = vec![at(-0.5, 0.05), at(-0.12, 0.42), at(0.5, -0.35)];
    let stroke = Stroke { tone: fill.paper, width: radius * 0.3 };
    [Mark::Disc((x, y), radius, fill.ink), Mark::Line(tick, stroke)]
}

/// The width of a check mark with the space beside it.
fn check_width(em: f64) -> f64 {
    SMALL * em + 4.0
}

/// The fill of a shade.
pub(in crate::pictures) fn fill(shade: Shade) -> Fill {
    match shade {
        Shade::OutOfScope => Fill::OUT_OF_SCOPE,
        Shade::Step(step) => Fill::step(step),
    }
}

/// Three lines across the bottom right corner, as one.
fn hatch(area: Rect, em: f64) -> Mark {
    let (right, bottom) = (area.right() - 0.8, area.bottom() - 0.8);
    let at = |part: f64| CORNER * em * part / 3.0;
    let points = vec![
        (right - at(1.0), bottom),
        (right, bottom - at(1.0)),
        (right, bottom - at(2.0)),
        (right - at(2.0), bottom),
        (right - at(3.0), bottom),
        (right, bottom - at(3.0)),
    ];
    Mark::Line(points, Stroke { tone: Tone::Hatch, width: 0.9 })
}

fn top_pad(em: f64) -> f64 {
    0.08 * em
}

fn foot_height(em: f64) -> f64 {
    SMALL * em * 1.1 + 1.5
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_cell() -> impl Strategy<Value = Cell> {
        let shade = prop_oneof![Just(Shade::OutOfScope), (0..=5u8).prop_map(Shade::Step)];
        let fraction = prop::option::of((0..100usize, 0..1000usize));
        (shade, "\\PC{1,60}", any::<bool>(), any::<bool>(), fraction).prop_map(
            |(shade, name, outlined, proven, fraction)| {
                let id = "T1059".to_owned();
                Cell { id, name, shade, outlined, proven, fraction }
            },
        )
    }

    /// The name, the fraction, and the disc behind the check mark.
    fn frames(marks: &[Mark]) -> Vec<Rect> {
        let frame = |mark: &Mark| match mark {
            Mark::Label(label) => (!label.text.is_empty()).then_some(label.frame),
            Mark::Disc((x, y), radius, _) => {
                Some(Rect::new(x - radius, y - radius, 2.0 * radius, 2.0 * radius))
            }
            _ => None,
        };
        marks.iter().filter_map(frame).collect()
    }

    proptest! {
        #[test]
        fn nothing_leaves_its_cell_or_covers_anything_else(
            cell in any_cell(),
            w in 1.0..200.0,
            h in 1.0..80.0,
            em in 6.0..20.0,
        ) {
            let area = Rect::new(100.0, 100.0, w, h);
            let frames = frames(&Card::new(&cell).marks(area, em));
            for (at, frame) in frames.iter().enumerate() {
                prop_assert!(area.contains(*frame), "{area:?} {frame:?}");
                let others = &frames[at + 1..];
                prop_assert!(!others.iter().any(|other| frame.meets(*other)), "{frames:?}");
            }
        }
    }

    #[test]
    fn a_cell_without_a_name_shows_its_id() {
        let mut cell = Cell {
            id: "T1059".to_owned(),
            name: " ".to_owned(),
            shade: Shade::Step(4),
            outlined: false,
            proven: false,
            fraction: None,
        };
        let texts = |cell: &Cell| -> Vec<String> {
            let marks = Card::new(cell).marks(Rect::new(0.0, 0.0, 100.0, 46.0), 13.5);
            marks.into_iter().filter_map(Mark::into_text).collect()
        };
        assert_eq!(texts(&cell), ["T1059"]);
        cell.fraction = Some((2, 5));
        assert_eq!(texts(&cell), ["T1059", "2/5"]);
    }
}
