//! What attacks would meet: a bar each from nothing to enough, with what public stacks come to.

use super::{Key, Sheet, from_bottom};
use crate::draw::canvas::{Label, Mark, Rect, Stroke};
use crate::draw::look::Tone;
use crate::draw::text::{self, Weight, Words};
use crate::page::{from_top, stacked};
use crate::view::board::{Bar, Bars, Held};

/// A bar and the free space around it in points; and the highest row.
const BAR: f64 = 12.0;
const ROW: f64 = 40.0;
/// How close two lines of one name may be, in em.
const TIGHT: f64 = 1.05;
/// Free beside a name, in points.
const BESIDE: f64 = 8.0;
/// The widest column of names, as a part of the whole.
const WIDEST: f64 = 0.48;

/// The tones of proven, expected and claimed.
const PROVEN: Tone = Tone::Step(4);
pub(super) const EXPECTED: Tone = Tone::Step(3);
const CLAIMED: Tone = Tone::Step(1);

pub(super) fn marks(sheet: &Sheet, bars: &Bars, area: Rect) -> Vec<Mark> {
    let mut marks = Vec::new();
    let free = from_top(area, sheet.heading(&bars.heading, area), &mut marks);
    let note = sheet.lines(&bars.note, sheet.text(Tone::SoftInk), free, 2);
    let free = from_top(free, note, &mut marks);
    let free = from_bottom(free, |area| sheet.legend(&stacks(bars), area), &mut marks);
    let free = from_bottom(free, |area| sheet.legend(&readings(bars), area), &mut marks);
    let names = names(sheet, bars, free);
    let bar = Rect { x: free.x + names, w: free.w - names, ..free };
    let free = from_bottom(free, |area| (axis(sheet, bar, area), sheet.line()), &mut marks);
    let mut top = free.y;
    for (row, high) in
        bars.rows.iter().zip(heights(sheet, bars, names - BESIDE * sheet.point, free.h))
    {
        let place = Rect { y: top, h: high, ..free };
        marks.extend(name(sheet, &row.name, Rect { w: names - BESIDE * sheet.point, ..place }));
        marks.extend(self::row(sheet, row, Rect { y: top, h: high, ..bar }));
        top += high;
    }
    marks
}

/// The heights of the rows: a name that needs two lines has them where there is room for all that
/// do.
fn heights(sheet: &Sheet, bars: &Bars, room: f64, free: f64) -> Vec<f64> {
    let em = sheet.pt(super::TEXT);
    let is_long = |bar: &Bar| !Words::new(&bar.name, Weight::Regular).fits(em, &[room]);
    let least = |bar: &Bar| if is_long(bar) { 2.0 * em * TIGHT } else { sheet.line() };
    let least: Vec<f64> = bars.rows.iter().map(least).collect();
    let count = least.len().max(1) as f64;
    let rest = (free - least.iter().sum::<f64>()) / count;
    let even = (free / count).min(sheet.pt(ROW));
    let high = |least: f64| if rest < 0.0 { even } else { (least + rest).min(sheet.pt(ROW)) };
    least.into_iter().map(high).collect()
}

fn readings(bars: &Bars) -> Vec<(Key, &str)> {
    let is_known = bars.rows.iter().any(|bar| matches!(bar.held, Held::Range(_)));
    let readings = [(PROVEN, "proven"), (EXPECTED, "expected"), (CLAIMED, "claimed")];
    let readings = readings.into_iter().filter(|(tone, _)| is_known || *tone == EXPECTED);
    readings.map(|(tone, words)| (Key::Tone(tone), words)).collect()
}

fn stacks(bars: &Bars) -> Vec<(Key, &str)> {
    let stacks = bars.stacks.iter().take(4).enumerate();
    stacks.map(|(at, name)| (Key::Tick(at), name.as_str())).collect()
}

/// The width of the column of names.
fn names(sheet: &Sheet, bars: &Bars, area: Rect) -> f64 {
    let width =
        |bar: &Bar| text::width(&text::drawable(&bar.name), Weight::Regular, sheet.pt(super::TEXT));
    let longest = bars.rows.iter().map(width).fold(0.0, f64::max);
    (longest + sheet.pt(BESIDE + 1.0)).min(area.w * WIDEST)
}

/// A name in the middle of its row, on two lines where it has to be and there is room.
fn name(sheet: &Sheet, name: &str, area: Rect) -> Vec<Mark> {
    let face = sheet.text(Tone::Ink);
    let tight = (area.h / 2.0).min(sheet.line());
    let room = if tight >= face.em * TIGHT { 2 } else { 1 };
    let lines = Words::new(name, face.weight).wrap(face.em, &vec![area.w; room]).lines;
    let high = if lines.len() > 1 { tight } else { sheet.line().min(area.h) };
    let above = (area.h - lines.len() as f64 * high) / 2.0;
    stacked(&lines, area.strip(above, high), face)
}

/// What both ends of the bars are.
fn axis(sheet: &Sheet, bar: Rect, area: Rect) -> Vec<Mark> {
    let face = sheet.text(Tone::SoftInk);
    let half = Rect { x: bar.x, w: bar.w / 2.0, h: sheet.line(), ..area };
    let end = Rect { x: bar.x + bar.w / 2.0, ..half };
    vec![
        Mark::Label(Label::left("nothing", half, face)),
        Mark::Label(Label::right("enough", end, face)),
    ]
}

fn row(sheet: &Sheet, row: &Bar, area: Rect) -> Vec<Mark> {
    let high = sheet.pt(BAR).min(area.h * 0.5);
    let bar = area.strip((area.h - high) / 2.0, high);
    let mut marks = match row.held {
        Held::OutOfScope => {
            let words = Label::middle("not in scope", area, sheet.text(Tone::OnOutOfScope));
            let edge = Mark::broken_edge(area.inset(sheet.pt(1.5)));
            return vec![edge, Mark::Label(words)];
        }
        Held::Expected(expected) => {
            empty(sheet, bar).chain([upto(bar, expected, EXPECTED)]).collect::<Vec<_>>()
        }
        Held::Range(range) => {
            let parts = [(range.hi, CLAIMED), (range.exp, EXPECTED), (range.lo, PROVEN)];
            let parts = parts.map(|(share, tone)| upto(bar, share, tone));
            empty(sheet, bar).chain(parts).collect()
        }
    };
    let ticks = row.ticks.iter().enumerate().filter_map(|(at, share)| Some((at, (*share)?)));
    for (stack, share) in ticks {
        marks.extend(tick(sheet, stack, bar.x + bar.w * share.clamp(0.0, 1.0), bar));
    }
    marks
}

/// The bar as far as it goes, and where enough is.
pub(super) fn empty(sheet: &Sheet, bar: Rect) -> impl Iterator<Item = Mark> {
    let edge = Stroke { tone: Tone::Rule, width: sheet.pt(0.8) };
    let goal = Stroke { tone: Tone::Ink, width: sheet.pt(1.6) };
    let beyond = sheet.pt(2.0);
    let end = vec![(bar.right(), bar.y - beyond), (bar.right(), bar.bottom() + beyond)];
    [Mark::Edge(bar, edge), Mark::Line(end, goal)].into_iter()
}

pub(super) fn upto(bar: Rect, share: f64, tone: Tone) -> Mark {
    Mark::Area(Rect { w: bar.w * share.clamp(0.0, 1.0), ..bar }, tone)
}

/// The tick of a stack on a bar: each has its own shape and place, and a halo on any tone.
pub(super) fn tick(sheet: &Sheet, stack: usize, x: f64, bar: Rect) -> Vec<Mark> {
    let halo = sheet.pt(1.4);
    let middle = bar.y + bar.h / 2.0;
    let both = |shape: &dyn Fn(f64) -> Vec<(f64, f64)>| {
        vec![Mark::Polygon(shape(halo), Tone::Paper), Mark::Polygon(shape(0.0), Tone::Ink)]
    };
    let half = sheet.pt(4.5);
    match stack {
        // From above and from below, with the point in the bar.
        0 => both(&|by| {
            let (tip, top) = (bar.y + half + by * 1.6, bar.y - half - by);
            vec![(x - half - by * 1.6, top), (x + half + by * 1.6, top), (x, tip)]
        }),
        1 => both(&|by| {
            let (tip, low) = (bar.bottom() - half - by * 1.6, bar.bottom() + half + by);
            vec![(x - half - by * 1.6, low), (x + half + by * 1.6, low), (x, tip)]
        }),
        2 => {
            let ends = vec![(x, bar.y - half), (x, bar.bottom() + half)];
            let stroke = |tone, width| Mark::Line(ends.clone(), Stroke { tone, width });
            vec![stroke(Tone::Paper, sheet.pt(5.0)), stroke(Tone::Ink, sheet.pt(2.2))]
        }
        _ => both(&|by| {
            let r = half * 1.2 + by * 1.4;
            vec![(x - r, middle), (x, middle - r), (x + r, middle), (x, middle + r)]
        }),
    }
}
