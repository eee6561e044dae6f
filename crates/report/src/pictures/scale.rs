//! One figure on a line from nothing to all, among ticks that others set.

use crate::draw::canvas::{Label, Mark, Rect, Stroke, Type};
use crate::draw::look::Tone;
use crate::draw::picture::{Alternative, Picture};
use crate::draw::text;
use crate::sheet::percent;

/// A figure, and what it is compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// What the picture says, for those who do not see it.
    pub title: String,
    /// What the figure is called.
    pub name: String,
    /// What is proven.
    pub proven: f64,
    /// What is expected.
    pub expected: f64,
    /// What is claimed.
    pub claimed: f64,
    /// What others come to.
    pub ticks: Vec<Tick>,
}

/// What somebody else comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Its name.
    pub name: String,
    /// In 0..=1.
    pub share: f64,
}

const WIDTH: f64 = 1000.0;
/// Right of the line, so that a name at its end has room.
const MARGIN: f64 = 160.0;
const EM: f64 = 16.0;
/// The height of a line of text.
const ROW: f64 = 22.0;
const BAR: Rect = Rect { x: 2.0, y: ROW + 10.0, w: WIDTH - MARGIN - 2.0, h: 20.0 };
/// From the line to the first row of names.
const STEM: f64 = 8.0;
/// Between a name and what is right of it.
const GAP: f64 = 12.0;
/// From a stem to its name.
const BESIDE: f64 = 5.0;

/// Lays the line out on a sheet of its own.
#[must_use]
pub fn picture(scale: &Scale) -> Picture {
    let (marks, rows) = marks(scale);
    let height = BAR.bottom() + STEM + rows as f64 * ROW + 4.0;
    let sheet = Rect::new(0.0, 0.0, WIDTH, height);
    let marks: Vec<Mark> = [vec![Mark::Area(sheet, Tone::Paper)], marks].concat();
    let alternative = Alternative {
        title: format!("{}: {} expected", scale.name, percent(scale.expected)),
        description: scale.title.clone(),
    };
    let (width, height) = (WIDTH as u32, height as u32);
    Picture { width, height, points: 0.75, marks, alternative }
}

/// Everything on the sheet, and how many rows of names there are.
fn marks(scale: &Scale) -> (Vec<Mark>, usize) {
    let upto = |share: f64| Rect { w: BAR.w * share.clamp(0.0, 1.0), ..BAR };
    let mut marks = vec![
        Mark::Area(BAR, Tone::Track),
        Mark::Area(upto(scale.claimed), Tone::Step(1)),
        Mark::Area(upto(scale.expected), Tone::Step(3)),
        Mark::Area(upto(scale.proven), Tone::Step(4)),
    ];
    let end = Rect::new(BAR.right() + BESIDE, BAR.y, MARGIN - BESIDE, BAR.h);
    marks.push(Mark::Label(Label::left("100 %", end, Type::regular(EM, Tone::SoftInk))));
    let own = format!("{} {} expected", scale.name, percent(scale.expected));
    let x = BAR.x + BAR.w * scale.expected.clamp(0.0, 1.0);
    let stroke = Stroke { tone: Tone::Ink, width: 3.0 };
    marks.push(Mark::Line(vec![(x, BAR.y - 6.0), (x, BAR.bottom())], stroke));
    marks.push(Mark::Label(above(&own, x, Type::bold(EM, Tone::Ink))));
    let placed = placed(&scale.ticks);
    let rows = placed.iter().map(|(_, row)| row + 1).max().unwrap_or(0);
    for (tick, row) in placed {
        let x = place(tick);
        let (top, end) = (BAR.y - 4.0, BAR.bottom() + STEM + (row + 1) as f64 * ROW - 4.0);
        for (tone, width) in [(Tone::Paper, 5.0), (Tone::Gap, 2.0)] {
            marks.push(Mark::Line(vec![(x, top), (x, end)], Stroke { tone, width }));
        }
        marks.push(Mark::Label(beside(tick, row)));
    }
    (marks, rows)
}

fn place(tick: &Tick) -> f64 {
    BAR.x + BAR.w * tick.share.clamp(0.0, 1.0)
}

/// The name of a tick, right of its stem.
fn beside(tick: &Tick, row: usize) -> Label {
    let face = Type::regular(EM, Tone::Ink);
    let said = format!("{} {}", tick.name, percent(tick.share));
    let width = text::width(&said, face.weight, face.em) + 1.0;
    let from = place(tick) + BESIDE;
    let top = BAR.bottom() + STEM + row as f64 * ROW;
    Label::left(&said, Rect::new(from, top, width.min(WIDTH - from), ROW), face)
}

/// A name centred above its place, as far as the sheet allows.
fn above(text: &str, x: f64, face: Type) -> Label {
    let width = text::width(text, face.weight, face.em) + 1.0;
    let from = (x - width / 2.0).clamp(0.0, (WIDTH - width).max(0.0));
    Label::left(text, Rect::new(from, 4.0, width.min(WIDTH), ROW), face)
}

/// The ticks from the right, each with the first row in which its name ends before the stems that
/// go down there or further.
fn placed(ticks: &[Tick]) -> Vec<(&Tick, usize)> {
    let mut ticks: Vec<&Tick> = ticks.iter().collect();
    ticks.sort_by(|a, b| b.share.total_cmp(&a.share).then_with(|| a.name.cmp(&b.name)));
    let mut placed: Vec<(&Tick, usize)> = Vec::new();
    for tick in ticks {
        let end = beside(tick, 0).frame.right() + GAP;
        let rows = placed.iter().map(|(_, row)| row + 1).max().unwrap_or(0);
        let is_free = |row: &usize| {
            let mut deep = placed.iter().filter(|(_, other)| other >= row);
            deep.all(|(other, _)| end <= place(other))
        };
        placed.push((tick, (0..rows).find(is_free).unwrap_or(rows)));
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(shares: &[f64]) -> Scale {
        let tick = |(ix, share): (usize, &f64)| Tick { name: format!("Stack {ix}"), share: *share };
        Scale {
            title: "</desc><script>".to_owned(),
            name: "Here".to_owned(),
            proven: 0.1,
            expected: 0.3,
            claimed: 0.4,
            ticks: shares.iter().enumerate().map(tick).collect(),
        }
    }

    #[test]
    fn no_two_names_overlap_and_none_leaves_the_sheet() {
        for shares in [&[0.25, 0.27, 0.35, 0.65][..], &[0.0, 0.0, 1.0, 1.0], &[0.5; 6], &[]] {
            let (marks, rows) = marks(&scale(shares));
            let sheet = Rect::new(0.0, 0.0, WIDTH, BAR.bottom() + STEM + rows as f64 * ROW);
            let frames: Vec<Rect> = marks
                .iter()
                .filter_map(|mark| match mark {
                    Mark::Label(label) => Some(label.frame),
                    _ => None,
                })
                .collect();
            // Beside the ticks, the figure itself and the end of the line.
            assert_eq!(frames.len(), shares.len() + 2);
            for (ix, frame) in frames.iter().enumerate() {
                assert!(sheet.contains(*frame), "{shares:?}: {frame:?}");
                assert!(frames[..ix].iter().all(|other| !frame.meets(*other)), "{shares:?}");
            }
            let stems = marks.iter().filter_map(|mark| match mark {
                Mark::Line(points, _) => {
                    Some(Rect::new(points[0].0, BAR.bottom(), 0.1, points[1].1 - BAR.bottom()))
                }
                _ => None,
            });
            for stem in stems {
                assert!(frames.iter().all(|frame| !frame.meets(stem)), "{shares:?}: {stem:?}");
            }
        }
    }

    #[test]
    fn a_title_is_no_markup() {
        let picture = picture(&scale(&[0.5]));
        let svg = crate::draw::svg::svg(&picture, crate::draw::Look::default());
        assert!(!svg.contains("<script"));
        crate::draw::png::parse(&svg).expect("well-formed");
    }
}
