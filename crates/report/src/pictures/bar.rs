//! What charts share: letters that follow the sheet, bars, keys, and the lines of a scale.

use super::heatmap::cell;
use crate::draw::canvas::{Label, Mark, Rect, Stroke, Type};
use crate::draw::look::Tone;
use crate::draw::text::{self, Weight};
use crate::matrix::Shade;
use crate::page::{Block, LEADING, Page};
use crate::sheet::percent;

/// What is free for a chart on a slide, in points: there, letters have their own size.
const SLIDE: (f64, f64) = (900.0, 423.0);
/// Letters do not become smaller than this part of it.
const SMALLEST: f64 = 0.8;

/// The sizes of letters, as em in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Letters {
    /// For what stands back: 10 points on a slide.
    pub(super) small: f64,
    /// For names and figures.
    pub(super) plain: f64,
    /// For headings.
    pub(super) strong: f64,
}

impl Letters {
    /// As large as an area on a sheet allows.
    pub(super) fn of(page: &Page, area: Rect) -> Self {
        let (wide, high) = SLIDE;
        let fit = (area.w * page.points / wide).min(area.h * page.points / high).max(SMALLEST);
        let em = |points: f64| page.pt(points * fit);
        Self { small: em(10.0), plain: em(11.0), strong: em(12.5) }
    }

    /// All of them smaller or larger.
    pub(super) fn times(self, factor: f64) -> Self {
        let Self { small, plain, strong } = self;
        Self { small: factor * small, plain: factor * plain, strong: factor * strong }
    }
}

/// A heading, and at the right of it, or beneath where both are too long, what stands back.
pub(super) fn heading(words: &str, aside: &str, letters: Letters, area: Rect) -> Block {
    let height = letters.strong * 1.7;
    let bold = Type::bold(letters.strong, Tone::Ink);
    let soft = Type::regular(letters.small, Tone::SoftInk);
    let taken = text::width(words, bold.weight, bold.em) + letters.strong;
    let wanted = text::width(&text::drawable(aside), soft.weight, soft.em) + 1.0;
    let strip = area.strip(0.0, height);
    if taken + wanted > area.w && !aside.is_empty() {
        let below = area.strip(height, letters.small * 1.5);
        let marks = vec![
            Mark::Label(Label::left(words, strip, bold)),
            Mark::Label(Label::left(aside, below, soft)),
        ];
        return (marks, height + below.h);
    }
    let (left, right) = split(strip, taken.min(area.w));
    let marks = vec![
        Mark::Label(Label::left(words, left, bold)),
        Mark::Label(Label::right(aside, right, soft)),
    ];
    (marks, height)
}

/// What is left and what is right of a line that far from the left.
pub(super) fn split(area: Rect, at: f64) -> (Rect, Rect) {
    let at = at.clamp(0.0, area.w);
    (Rect { w: at, ..area }, Rect { x: area.x + at, w: area.w - at, ..area })
}

/// The share of a track, from its left.
pub(super) fn part(track: Rect, share: f64) -> Rect {
    Rect { w: track.w * share.clamp(0.0, 1.0), ..track }
}

/// A bar as long as a share of its track.
pub(super) fn bar(track: Rect, share: f64, tone: Tone) -> [Mark; 2] {
    [Mark::Area(track, Tone::Track), Mark::Area(part(track, share), tone)]
}

/// Counts side by side that fill a bar, each a step of coverage; each with its number where it has
/// room.
pub(super) fn counts(track: Rect, parts: &[(u8, usize)], em: f64) -> Vec<Mark> {
    let total: usize = parts.iter().map(|(_, count)| count).sum();
    let mut marks = Vec::new();
    let mut x = track.x;
    for (step, count) in parts.iter().filter(|(_, count)| *count > 0) {
        let width = track.w * *count as f64 / total as f64;
        // A hair of paper tells neighbours apart, unless there is nothing else.
        let area = Rect::new(x, track.y, (width - 1.0).max(0.8), track.h);
        marks.extend(cell::look(Shade::Step(*step), area, em.min(area.w)));
        let number = count.to_string();
        if text::width(&number, Weight::Regular, em) + 4.0 <= area.w {
            let face = Type::regular(em, Tone::OnStep(*step));
            marks.push(Mark::Label(Label::middle(&number, area, face)));
        }
        x += width;
    }
    marks
}

/// What stands before the words of a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sample {
    /// A step of coverage.
    Step(u8),
    /// A bar.
    Bar(Tone),
    /// A line.
    Line(Stroke),
    /// A broken line.
    Broken(Stroke),
    /// The outline of what to look at first.
    Outline,
}

/// Width of a sample with the space behind it, and between two entries, in em.
const SAMPLE: (f64, f64) = (2.1, 1.4);
/// The widest words of a key, in em.
const WIDEST: f64 = 34.0;

/// What the marks of a chart mean, on as many rows as it takes.
pub(super) fn keys(entries: &[(Sample, &str)], em: f64, area: Rect) -> Block {
    let row = em * (LEADING + 0.4);
    let (mut x, mut rows, mut marks) = (area.x, 0, Vec::new());
    for (sample, words) in entries.iter().filter(|(_, words)| !words.is_empty()) {
        let before = SAMPLE.0 * em;
        let room = (area.w - before).min(WIDEST * em);
        let words = text::fit(words, Weight::Regular, em, room);
        let width = before + text::width(&words, Weight::Regular, em) + 0.5;
        if rows == 0 || x + width > area.right() {
            (x, rows) = (area.x, rows + 1);
        }
        let strip = Rect::new(x, area.y + f64::from(rows - 1) * row, width, row);
        let (place, words_at) = split(strip, before);
        marks.extend(sampled(*sample, Rect { w: 1.6 * em, ..place }, em));
        let face = Type::regular(em, Tone::Ink);
        marks.push(Mark::Label(Label::left(&words, words_at, face)));
        x += width + SAMPLE.1 * em;
    }
    (marks, f64::from(rows) * row)
}

/// The look itself, small.
fn sampled(sample: Sample, strip: Rect, em: f64) -> Vec<Mark> {
    let area = strip.strip((strip.h - em) / 2.0, em);
    let middle = strip.y + strip.h / 2.0;
    let line = vec![(strip.x, middle), (strip.right(), middle)];
    match sample {
        Sample::Step(step) => cell::look(Shade::Step(step), area, em),
        Sample::Bar(tone) => vec![Mark::Area(area, tone)],
        Sample::Line(stroke) => vec![Mark::Line(line, stroke)],
        Sample::Broken(stroke) => vec![Mark::Broken(line, stroke)],
        Sample::Outline => [cell::look(Shade::Step(0), area, em), cell::outline(area, em)].concat(),
    }
}

/// Between rows and the keys below them, in em.
const AIR: f64 = 0.7;

/// What is left of an area where keys have room at its bottom.
pub(super) fn above_keys(entries: &[(Sample, &str)], em: f64, area: Rect) -> Rect {
    let (_, height) = keys(entries, em, area);
    area.strip(0.0, area.h - height - AIR * em)
}

/// The keys right below what is drawn so far down in what was left above them.
pub(super) fn keys_below(entries: &[(Sample, &str)], em: f64, area: Rect, used: f64) -> Vec<Mark> {
    keys(entries, em, area.strip(used + AIR * em, 0.0)).0
}

/// Upright lines at every quarter from none to all of `bars`, with what they stand for just above.
pub(super) fn quarters(bars: Rect, em: f64) -> Vec<Mark> {
    let rule = Stroke { tone: Tone::Rule, width: 1.0 };
    let line = |at: u8| {
        let x = bars.x + bars.w * f64::from(at) / 4.0;
        let words = percent(f64::from(at) / 4.0);
        let width = text::width(&words, Weight::Regular, em) + 1.0;
        let frame = Rect::new(x - width / 2.0, bars.y - em * 1.4, width, em * LEADING);
        let face = Type::regular(em, Tone::SoftInk);
        let line = Mark::Line(vec![(x, bars.y), (x, bars.bottom())], rule);
        [line, Mark::Label(Label::middle(&words, frame, face))]
    };
    (0..=4).flat_map(line).collect()
}

/// A scale from none at the bottom to `most` at the top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rise {
    /// The area of the marks.
    pub(super) plot: Rect,
    /// The share at its top.
    pub(super) most: f64,
}

impl Rise {
    /// How high a share is.
    pub(super) fn y(self, share: f64) -> f64 {
        self.plot.bottom() - self.plot.h * (share / self.most).clamp(0.0, 1.0)
    }

    /// Level lines with what they stand for at their left.
    pub(super) fn marks(self, em: f64) -> Vec<Mark> {
        let Rect { x, .. } = self.plot;
        let step = if self.most > 0.5 { 0.25 } else { self.most / 4.0 };
        let line = |at: u8| {
            let share = f64::from(at) * step;
            let y = self.y(share);
            let tone = if at == 0 { Tone::SoftInk } else { Tone::Rule };
            let line = vec![(x, y), (self.plot.right(), y)];
            let frame = Rect::new(
                x - margin(em),
                y - em * LEADING / 2.0,
                margin(em) - em / 2.0,
                em * LEADING,
            );
            let face = Type::regular(em, Tone::SoftInk);
            let words = Label::right(&percent(share), frame, face);
            [Mark::Line(line, Stroke { tone, width: 1.0 }), Mark::Label(words)]
        };
        (0..=4).take_while(|at| f64::from(*at) * step <= self.most + 1e-9).flat_map(line).collect()
    }
}

/// What the words at the left of a [`Rise`] take.
pub(super) fn margin(em: f64) -> f64 {
    text::width("100 %", Weight::Regular, em) + em
}

/// Moves heights apart as far as `least` between two, as little as it takes, between `top` and
/// `bottom`; those that are given from the top come back in their order.
pub(super) fn spread(wanted: &[f64], least: f64, top: f64, bottom: f64) -> Vec<f64> {
    let mut places = wanted.to_vec();
    for at in 0..places.len() {
        let above = if at == 0 { top } else { places[at - 1] + least };
        places[at] = places[at].max(above);
    }
    let mut below = bottom;
    for place in places.iter_mut().rev() {
        *place = place.min(below);
        below = *place - least;
    }
    places
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::draw::look::Look;
    use crate::draw::picture::Picture;
    use crate::draw::{png, svg};
    use crate::page::tests::check_texts;
    use crate::page::{Caption, Size};

    pub(crate) const SIZES: [Size; 4] = [Size::Slide, Size::A4, Size::A3, Size::Web];

    /// Words as they come, some of them hostile.
    pub(crate) fn any_text() -> impl Strategy<Value = String> {
        let hostile = [
            "</script><img src=x onerror=alert(1)>",
            "=HYPERLINK(\"http://x\")",
            "\u{1b}[2J\u{202e}gnp.exe",
            "漢字 🛡 \u{0}\u{ffff}",
            "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
            "",
        ];
        let hostile = prop::sample::select(hostile.to_vec()).prop_map(str::to_owned);
        prop_oneof![2 => "[A-Za-z &<>/-]{0,50}", 1 => "\\PC{0,80}", 1 => hostile]
    }

    pub(crate) fn any_caption() -> impl Strategy<Value = Caption> {
        let long = || prop::collection::vec(any_text(), 0..8).prop_map(|words| words.join(" "));
        [long().boxed(), long().boxed(), long().boxed(), any_text().boxed(), any_text().boxed()]
            .prop_map(|[title, subtitle, footnote, heading, classification]| Caption {
                heading,
                classification,
                title,
                subtitle,
                footnote,
            })
    }

    pub(crate) fn share() -> impl Strategy<Value = f64> {
        prop_oneof![1 => Just(0.0), 1 => Just(1.0), 6 => 0.0..1.0]
    }

    /// Whether every text keeps to its place, and the picture can be read by another program.
    pub(crate) fn check(picture: &Picture) -> Result<(), String> {
        check_texts(picture)?;
        png::parse(&svg::svg(picture, Look::default())).map(|_| ()).map_err(|e| format!("{e:?}"))
    }

    #[test]
    fn heights_that_are_too_close_are_moved_apart_and_keep_their_order() {
        assert_eq!(spread(&[10.0, 50.0], 20.0, 0.0, 100.0), [10.0, 50.0]);
        assert_eq!(spread(&[40.0, 45.0, 90.0], 20.0, 0.0, 100.0), [40.0, 60.0, 90.0]);
        assert_eq!(spread(&[95.0, 96.0, 97.0], 20.0, 0.0, 100.0), [60.0, 80.0, 100.0]);
    }

    #[test]
    fn counts_fill_the_bar_in_their_shares() {
        let track = Rect::new(0.0, 0.0, 200.0, 10.0);
        let marks = counts(track, &[(4, 1), (2, 0), (0, 3)], 8.0);
        let areas: Vec<Rect> = marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Area(area, _) => Some(*area),
                _ => None,
            })
            .collect();
        assert_eq!(areas, [Rect::new(0.0, 0.0, 49.0, 10.0), Rect::new(50.0, 0.0, 149.0, 10.0)]);
    }

    #[test]
    fn a_scale_of_less_than_half_has_its_own_quarters() {
        let rise = Rise { plot: Rect::new(50.0, 0.0, 100.0, 100.0), most: 0.4 };
        let words: Vec<String> = rise.marks(10.0).into_iter().filter_map(Mark::into_text).collect();
        assert_eq!(words, ["0 %", "10 %", "20 %", "30 %", "40 %"]);
        assert_eq!(rise.y(0.1), 75.0);
    }
}
