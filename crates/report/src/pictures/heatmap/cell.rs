//! One cell: its fill, its name, the small marks at its bottom right, and on sheets with room for
//! it a strip with a square for each sub-technique.

use super::squares::Squares;
use crate::draw::canvas::{Label, Mark, Rect, Stroke, Type};
use crate::draw::look::{Fill, Tone};
use crate::draw::text::{self, Weight, Words};
use crate::matrix::{Cell, Proof, Shade};

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
/// What the outline takes above a name and below, where the letters themselves leave none free.
const OUTLINE: f64 = 2.0;
/// Width of a triangle that says which way something changed, in em of the name.
const SIGN: f64 = 0.62;
/// More lines would make a name harder to find, not easier.
const LINES: usize = 4;

/// What a cell says about its sub-techniques.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// How many of them are covered, in figures.
    Fraction,
    /// A square for each.
    Squares,
}

/// The size of a name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Em {
    /// In pixels.
    pub(super) usual: f64,
    /// Of a name that is a little too long, rather than to cut it.
    pub(super) tighter: f64,
}

/// A cell with its texts measured.
pub(super) struct Card<'a> {
    cell: &'a Cell,
    name: Words,
    fraction: String,
    /// In em of the name.
    fraction_width: f64,
    detail: Detail,
}

/// How much of a name a cell can show; missing also where its squares are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Whole,
    Tighter,
    Cut,
    Missing,
}

/// The widths of the lines there is space for.
struct Rooms {
    widths: [f64; LINES],
    lines: usize,
}

impl Rooms {
    fn widths(&self) -> &[f64] {
        &self.widths[..self.lines]
    }
}

impl<'a> Card<'a> {
    pub(super) fn new(cell: &'a Cell, detail: Detail) -> Card<'a> {
        let name = if cell.name.trim().is_empty() { &cell.id } else { &cell.name };
        let fraction = match (cell.fraction, detail) {
            (Some((covered, all)), Detail::Fraction) => format!("{covered}/{all}"),
            (Some(_), Detail::Squares) | (None, _) => String::new(),
        };
        Card {
            cell,
            name: Words::new(name, Weight::Regular),
            fraction_width: text::width(&fraction, Weight::Regular, SMALL),
            fraction,
            detail,
        }
    }

    /// How the name fits into a cell of this size.
    pub(super) fn fit(&self, (w, h): (f64, f64), em: Em) -> Fit {
        let area = Rect::new(0.0, 0.0, w, h);
        let squares = self.squares(area, em.usual);
        if squares.is_none() && self.has_squares() {
            return Fit::Missing;
        }
        let body = self.body(area, squares.as_ref());
        let rooms = self.rooms(body, em.usual);
        if self.name.fits(em.usual, rooms.widths()) {
            Fit::Whole
        } else if self.name.fits(em.tighter, self.rooms(body, em.tighter).widths()) {
            Fit::Tighter
        } else if rooms.lines == 0 {
            Fit::Missing
        } else {
            Fit::Cut
        }
    }

    /// The least height of a cell of this width in which the whole name stands; `None` where it
    /// would need more lines than a name may have.
    pub(super) fn needs(&self, w: f64, em: Em) -> Option<f64> {
        let high = Rect::new(0.0, 0.0, w, 10_000.0);
        let around = high.h - self.body(high, self.squares(high, em.usual).as_ref()).h;
        let least = around + 2.0 * top_pad(em.usual);
        // Whether the last line meets the marks at the bottom is seen only when it is tried.
        let heights = (1..=LINES).flat_map(|lines| {
            let height = least + lines as f64 * LEADING * em.usual;
            [height, height + foot_height(em.usual)]
        });
        let mut heights = heights.map(|height| height + 0.1);
        heights.find(|height| matches!(self.fit((w, *height), em), Fit::Whole | Fit::Tighter))
    }

    /// The cell at its place.
    pub(super) fn marks(&self, area: Rect, em: Em) -> Vec<Mark> {
        let squares = self.squares(area, em.usual);
        let body = self.body(area, squares.as_ref());
        let letters = match self.fit((area.w, area.h), em) {
            Fit::Whole | Fit::Cut | Fit::Missing => em.usual,
            Fit::Tighter => em.tighter,
        };
        let mut marks = vec![Mark::Area(area, self.fill().paper)];
        marks.extend(corner(self.cell.shade, body, letters));
        if let Some(squares) = &squares {
            marks.extend(squares.marks(&self.cell.subs, self.cell.proof));
        }
        marks.extend(edge(self.cell.shade, area));
        marks.extend(self.name_marks(body, letters));
        marks.extend(self.foot_marks(body, letters));
        if self.cell.outlined {
            marks.extend(outline(area, letters));
        }
        marks
    }

    fn fill(&self) -> Fill {
        fill(self.cell.shade)
    }

    /// Whether there are squares to draw, if there is room for them.
    fn has_squares(&self) -> bool {
        self.detail == Detail::Squares && !self.cell.subs.is_empty()
    }

    /// The strip of squares at the bottom of a cell, if there is one.
    fn squares(&self, area: Rect, em: f64) -> Option<Squares> {
        match self.detail {
            Detail::Fraction => None,
            Detail::Squares => {
                let line = LEADING * em + 2.0 * top_pad(em);
                Squares::new(self.cell, area, em, line)
            }
        }
    }

    /// What the strip of squares and the outline leave of a cell, above and below.
    fn body(&self, area: Rect, squares: Option<&Squares>) -> Rect {
        let outline = if self.cell.outlined { OUTLINE } else { 0.0 };
        let below = squares.map_or(outline, |squares| squares.height);
        let height = (area.h - outline - below).max(0.0);
        Rect { y: area.y + outline.min(area.h), h: height, ..area }
    }

    fn name_marks(&self, body: Rect, em: f64) -> Vec<Mark> {
        let rooms = self.rooms(body, em);
        let face = Type::regular(em, self.fill().ink);
        let lines = self.name.wrap(em, rooms.widths()).lines;
        // A short name need not touch the top, as long as it stays clear of the marks below.
        let used = top_pad(em) + lines.len() as f64 * LEADING * em;
        let air = (body.h - foot_height(em) - used).clamp(0.0, AIR * em);
        let top = body.y + top_pad(em) + air;
        let label = |(at, (line, room)): (usize, (&String, &f64))| {
            let top = top + at as f64 * LEADING * em;
            let frame = Rect::new(body.x + PAD, top, *room, LEADING * em);
            Mark::Label(Label::left(line, frame, face))
        };
        lines.iter().zip(rooms.widths()).enumerate().map(label).collect()
    }

    /// The width of each line there is space for.
    fn rooms(&self, body: Rect, em: f64) -> Rooms {
        let line = LEADING * em;
        let lines = ((body.h - 2.0 * top_pad(em)) / line + 0.01).max(0.0) as usize;
        let lines = lines.min(LINES);
        let foot = body.h - foot_height(em);
        let mut widths = [0.0; LINES];
        for (at, width) in widths.iter_mut().enumerate().take(lines) {
            let mut room = body.w - 2.0 * PAD;
            if at == 0 && self.cell.outlined {
                room -= CORNER * em - 1.0;
            }
            if top_pad(em) + (at + 1) as f64 * line > foot {
                room -= self.foot_width(body, em);
            }
            *width = room.max(0.0);
        }
        Rooms { widths, lines }
    }

    /// What the marks at the bottom right take from the line beside them.
    fn foot_width(&self, body: Rect, em: f64) -> f64 {
        let air = if self.fraction_width(body, em) > 0.0 { 2.0 } else { 0.0 };
        self.right_width(body, em) + self.fraction_width(body, em) + air
    }

    /// What all of them but the fraction take.
    fn right_width(&self, body: Rect, em: f64) -> f64 {
        self.corner_width(em) + self.sign_width(body, em) + self.proof_width(body, em)
    }

    /// The hatched corner of the step none.
    fn corner_width(&self, em: f64) -> f64 {
        if self.cell.shade == Shade::Step(0) { CORNER * em - 1.0 } else { 0.0 }
    }

    /// The sign of a change.
    fn sign_width(&self, body: Rect, em: f64) -> f64 {
        let width = sign_width(self.cell.shade, em);
        let room = body.w - 2.0 * PAD - self.corner_width(em);
        if width <= room && foot_height(em) <= body.h { width } else { 0.0 }
    }

    /// The check mark or the ring, which the smallest cells have no place for, and which stands
    /// beside the squares where there are any.
    fn proof_width(&self, body: Rect, em: f64) -> f64 {
        if self.has_squares() {
            return 0.0;
        }
        let width = proof_width(self.cell.proof, em);
        let room = body.w - 2.0 * PAD - self.corner_width(em) - self.sign_width(body, em);
        if width <= room && foot_height(em) <= body.h { width } else { 0.0 }
    }

    /// The fraction, the first thing to go in a small cell.
    fn fraction_width(&self, body: Rect, em: f64) -> f64 {
        let width = self.fraction_width * em + 0.5;
        let room = body.w - 2.0 * PAD - self.right_width(body, em);
        let shown = !self.fraction.is_empty() && width <= room && foot_height(em) <= body.h;
        if shown { width } else { 0.0 }
    }

    fn foot_marks(&self, body: Rect, em: f64) -> Vec<Mark> {
        let mut marks = Vec::new();
        let mut right = body.right() - PAD + 1.0 - self.corner_width(em);
        let (top, height) = (body.bottom() - foot_height(em), foot_height(em) - 1.5);
        let mut from_right = |width: f64| {
            right -= width;
            Rect::new(right, top, width, height)
        };
        let width = self.sign_width(body, em);
        if width > 0.0 {
            marks.extend(sign(self.cell.shade, from_right(width)));
        }
        let width = self.fraction_width(body, em);
        if width > 0.0 {
            let face = Type::regular(SMALL * em, self.fill().ink);
            marks.push(Mark::Label(Label::right(&self.fraction, from_right(width), face)));
        }
        let width = self.proof_width(body, em);
        if width > 0.0 {
            marks.extend(proof(self.cell.proof, from_right(width), self.fill()));
        }
        marks
    }
}

/// The fill of a cell and what goes with it, without any text.
pub(in crate::pictures) fn look(shade: Shade, area: Rect, em: f64) -> Vec<Mark> {
    let paper = Mark::Area(area, fill(shade).paper);
    let corner = corner(shade, area, em);
    std::iter::once(paper).chain(corner).chain(edge(shade, area)).collect()
}

/// The edge of what is as pale as the sheet.
fn edge(shade: Shade, area: Rect) -> Option<Mark> {
    let faint = Stroke { tone: Tone::NoneEdge, width: 0.8 };
    match shade {
        Shade::OutOfScope | Shade::Left => Some(Mark::broken_edge(area.inset(0.5))),
        Shade::Step(0) | Shade::Change(0) => Some(Mark::Edge(area.inset(0.4), faint)),
        Shade::Joined => {
            let stroke = Stroke { tone: Tone::SoftInk, width: 0.8 };
            Some(Mark::Edge(area.inset(0.4), stroke))
        }
        Shade::Step(_) | Shade::Change(_) => None,
    }
}

/// The hatched corner of the step none.
fn corner(shade: Shade, area: Rect, em: f64) -> Option<Mark> {
    (shade == Shade::Step(0)).then(|| hatch(area, em))
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

/// What says on what a coverage rests, at the left of its place.
pub(super) fn proof(proof: Proof, area: Rect, fill: Fill) -> Vec<Mark> {
    match proof {
        Proof::Unsaid => Vec::new(),
        Proof::Claimed => ring(area, fill).to_vec(),
        Proof::Proven => check(area, fill).to_vec(),
    }
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

/// An empty disc, smaller than the one of a check mark.
pub(super) fn ring(area: Rect, fill: Fill) -> [Mark; 2] {
    let radius = (area.h.min(area.w) - 1.0) / 2.0 * 0.62;
    let centre = (area.x + area.w / 2.0, area.y + area.h / 2.0);
    let inside = radius - (radius * 0.3).max(0.7);
    [Mark::Disc(centre, radius, fill.ink), Mark::Disc(centre, inside.max(0.0), fill.paper)]
}

/// The width of a check mark or a ring with the space beside it.
pub(super) fn proof_width(proof: Proof, em: f64) -> f64 {
    match proof {
        Proof::Unsaid => 0.0,
        Proof::Claimed => SMALL * em * 0.62 + 2.0,
        Proof::Proven => SMALL * em + 4.0,
    }
}

/// Which way something changed: one triangle, two if it was much; or whether it came or went.
pub(super) fn sign(shade: Shade, area: Rect) -> Vec<Mark> {
    let ink = fill(shade).ink;
    match shade {
        Shade::OutOfScope | Shade::Step(_) => Vec::new(),
        Shade::Change(by) => {
            let triangles = usize::from(by.unsigned_abs().min(2));
            let width = area.w / triangles.max(1) as f64;
            let place = |at: usize| Rect { x: area.x + at as f64 * width, w: width, ..area };
            (0..triangles).map(|at| triangle(by > 0, place(at), ink)).collect()
        }
        Shade::Joined => vec![bar(area, ink), upright(area, ink)],
        Shade::Left => vec![bar(area, ink)],
    }
}

/// A triangle in the middle of its place, pointing up or down.
pub(super) fn triangle(is_up: bool, area: Rect, tone: Tone) -> Mark {
    let half = (area.w - 1.0).min(area.h).max(0.0) / 2.0;
    let (x, y) = (area.x + area.w / 2.0, area.y + area.h / 2.0);
    let tip = if is_up { -0.85 * half } else { 0.85 * half };
    Mark::Polygon(vec![(x - half, y - tip), (x + half, y - tip), (x, y + tip)], tone)
}

fn bar(area: Rect, tone: Tone) -> Mark {
    let reach = area.w.min(area.h) * 0.4;
    let (x, y) = (area.x + area.w / 2.0, area.y + area.h / 2.0);
    Mark::Line(vec![(x - reach, y), (x + reach, y)], Stroke { tone, width: 1.2 })
}

fn upright(area: Rect, tone: Tone) -> Mark {
    let reach = area.w.min(area.h) * 0.4;
    let (x, y) = (area.x + area.w / 2.0, area.y + area.h / 2.0);
    Mark::Line(vec![(x, y - reach), (x, y + reach)], Stroke { tone, width: 1.2 })
}

/// The width of the sign of a change.
fn sign_width(shade: Shade, em: f64) -> f64 {
    match shade {
        Shade::OutOfScope | Shade::Step(_) => 0.0,
        Shade::Change(by) => f64::from(by.unsigned_abs().min(2)) * SIGN * em,
        Shade::Joined | Shade::Left => SIGN * em,
    }
}

/// The fill of a shade.
pub(in crate::pictures) fn fill(shade: Shade) -> Fill {
    match shade {
        Shade::OutOfScope | Shade::Left => Fill::OUT_OF_SCOPE,
        Shade::Step(step) => Fill::step(step),
        Shade::Change(by) => Fill::change(by),
        Shade::Joined => Fill { paper: Tone::Paper, ink: Tone::Ink },
    }
}

/// Three lines across the bottom right corner, as one.
fn hatch(area: Rect, em: f64) -> Mark {
    let (right, bottom) = (area.right() - 0.8, area.bottom() - 0.8);
    // The smallest cells have less room than that.
    let side = (CORNER * em).min(area.w - 1.6).min(area.h - 1.6).max(0.0);
    let at = |part: f64| side * part / 3.0;
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
pub(super) mod tests {
    use super::*;
    use crate::matrix::Sub;
    use proptest::prelude::*;

    pub(in crate::pictures::heatmap) fn any_shade() -> impl Strategy<Value = Shade> {
        prop_oneof![
            1 => Just(Shade::OutOfScope),
            6 => (0..=5u8).prop_map(Shade::Step),
            6 => (-3..=3i8).prop_map(Shade::Change),
            1 => Just(Shade::Joined),
            1 => Just(Shade::Left),
        ]
    }

    pub(in crate::pictures::heatmap) fn any_cell(longest: usize) -> impl Strategy<Value = Cell> {
        let letters = prop_oneof![3 => Just("[A-Za-z &<>/-]"), 1 => Just("\\PC")];
        let name = letters.prop_flat_map(move |letters| {
            let pattern = format!("{letters}{{1,{longest}}}");
            prop::string::string_regex(&pattern).expect("a valid pattern")
        });
        let proof = prop_oneof![Just(Proof::Unsaid), Just(Proof::Claimed), Just(Proof::Proven)];
        let fraction = prop::option::of((0..100usize, 0..1000usize));
        let sub = || {
            let sub = |(shade, outlined)| Sub { shade, outlined };
            (any_shade(), any::<bool>()).prop_map(sub)
        };
        let subs = prop_oneof![
            Just(Vec::new()),
            prop::collection::vec(sub(), 0..20),
            prop::collection::vec(sub(), 0..120),
        ];
        (any_shade(), name, any::<bool>(), proof, fraction, subs).prop_map(
            |(shade, name, outlined, proof, fraction, subs)| {
                let id = "T1059".to_owned();
                Cell { id, name, shade, outlined, proof, fraction, subs }
            },
        )
    }

    const EM: Em = Em { usual: 13.5, tighter: 12.5 };

    fn plain() -> Cell {
        Cell {
            id: "T1059".to_owned(),
            name: " ".to_owned(),
            shade: Shade::Step(4),
            outlined: false,
            proof: Proof::Unsaid,
            fraction: None,
            subs: Vec::new(),
        }
    }

    /// What a mark takes, but for the width of lines; nothing where that has no room at all.
    fn extent(mark: &Mark) -> Option<Rect> {
        let around = |points: &[(f64, f64)]| {
            let (xs, ys) = (points.iter().map(|p| p.0), points.iter().map(|p| p.1));
            let (left, right) = (xs.clone().fold(f64::MAX, f64::min), xs.fold(f64::MIN, f64::max));
            let (top, bottom) = (ys.clone().fold(f64::MAX, f64::min), ys.fold(f64::MIN, f64::max));
            Rect::new(left, top, right - left, bottom - top)
        };
        match mark {
            Mark::Area(area, _) | Mark::Edge(area, _) => Some(*area),
            Mark::Line(points, _) | Mark::Broken(points, _) | Mark::Polygon(points, _) => {
                Some(around(points))
            }
            Mark::Disc((x, y), radius, _) => {
                Some(Rect::new(x - radius, y - radius, 2.0 * radius, 2.0 * radius))
            }
            Mark::Label(label) => (!label.text.is_empty()).then_some(label.frame),
        }
    }

    /// The texts, and the largest of the discs: what must stand clear of one another.
    fn frames(marks: &[Mark]) -> Vec<Rect> {
        let texts = marks.iter().filter(|mark| matches!(mark, Mark::Label(_)));
        let mut frames: Vec<Rect> = texts.filter_map(extent).collect();
        let discs = marks.iter().filter(|mark| matches!(mark, Mark::Disc(..)));
        frames.extend(discs.filter_map(extent).max_by(|a, b| a.w.total_cmp(&b.w)));
        frames
    }

    proptest! {
        #[test]
        fn nothing_leaves_its_cell_or_covers_anything_else(
            cell in any_cell(60),
            detail in prop_oneof![Just(Detail::Fraction), Just(Detail::Squares)],
            w in 10.0..200.0,
            h in 10.0..80.0,
            usual in 6.0..20.0,
        ) {
            let area = Rect::new(100.0, 100.0, w, h);
            let card = Card::new(&cell, detail);
            let em = Em { usual, tighter: 0.93 * usual };
            let marks = card.marks(area, em);
            let squares = card.squares(area, usual).map_or(0.0, |squares| squares.height);
            let strip = area.strip(area.h - squares, squares);
            let frames = frames(&marks);
            for (at, frame) in frames.iter().enumerate() {
                prop_assert!(area.contains(*frame), "{area:?} {frame:?}");
                let others = &frames[at + 1..];
                prop_assert!(!others.iter().any(|other| frame.meets(*other)), "{frames:?}");
            }
            for mark in &marks {
                let is_text = matches!(mark, Mark::Label(_));
                let Some(extent) = extent(mark) else { continue };
                prop_assert!(!(is_text && extent.meets(strip)), "{mark:?} on {strip:?}");
                let is_outline = cell.outlined && !is_text;
                prop_assert!(is_outline || area.contains(extent), "{area:?} {mark:?}");
            }
        }
    }

    #[test]
    fn a_cell_without_a_name_shows_its_id() {
        let mut cell = plain();
        let texts = |cell: &Cell, detail| -> Vec<String> {
            let marks = Card::new(cell, detail).marks(Rect::new(0.0, 0.0, 100.0, 46.0), EM);
            marks.into_iter().filter_map(Mark::into_text).collect()
        };
        assert_eq!(texts(&cell, Detail::Fraction), ["T1059"]);
        cell.fraction = Some((2, 5));
        assert_eq!(texts(&cell, Detail::Fraction), ["T1059", "2/5"]);
        assert_eq!(texts(&cell, Detail::Squares), ["T1059"]);
    }

    #[test]
    fn what_is_proven_what_is_claimed_and_what_is_neither_look_different() {
        let discs = |proof| {
            let cell = Cell { proof, ..plain() };
            let card = Card::new(&cell, Detail::Fraction);
            let marks = card.marks(Rect::new(0.0, 0.0, 100.0, 46.0), EM);
            marks.iter().filter(|mark| matches!(mark, Mark::Disc(..))).count()
        };
        let discs = [Proof::Unsaid, Proof::Claimed, Proof::Proven].map(discs);
        assert_eq!(discs, [0, 2, 1], "nothing, a ring, and a disc under the check mark");
    }

    #[test]
    fn a_change_has_a_sign_that_needs_no_colour() {
        let tips = |by: i8| {
            let cell = Cell { shade: Shade::Change(by), ..plain() };
            let card = Card::new(&cell, Detail::Fraction);
            let marks = card.marks(Rect::new(0.0, 0.0, 100.0, 46.0), EM);
            let up = |mark: &Mark| match mark {
                Mark::Polygon(points, _) => Some(points[2].1 < points[0].1),
                _ => None,
            };
            marks.iter().filter_map(up).collect::<Vec<bool>>()
        };
        assert_eq!(tips(-2), [false, false]);
        assert_eq!(tips(-1), [false]);
        assert!(tips(0).is_empty());
        assert_eq!(tips(1), [true]);
        assert_eq!(tips(2), [true, true]);
    }
}
