//! The steps of a recommendation as a staircase, as wide as they cost, beside what they are.

use super::bar::{self, Letters, Rise, Sample, split};
use crate::draw::canvas::{Label, Mark, Rect, Stroke, Type};
use crate::draw::look::Tone;
use crate::draw::picture::{Alternative, Picture};
use crate::draw::text::{self, Weight, Words};
use crate::page::{Block, LEADING, Page, Size, from_top, paragraph};
use crate::sheet::percent;
use crate::view::staircase::{Staircase, Step};

/// The part of the page for the stairs.
const LEFT: f64 = 0.5;
/// The column of today, as a part of the stairs.
const TODAY: f64 = 0.16;
/// Where a scale may end; the first that is high enough.
const ENDS: [f64; 6] = [0.1, 0.2, 0.4, 0.6, 0.8, 1.0];

/// Lays the stairs out on a sheet.
#[must_use]
pub fn picture(stairs: &Staircase, size: Size) -> Picture {
    let page = Page::of(size);
    let (mut marks, free) = page.around(&stairs.caption);
    let letters = Letters::of(&page, free);
    let free = free.strip(0.5 * letters.small, free.h - letters.small);
    let (left, right) = split(free, free.w * LEFT);
    let (_, right) = split(right, 2.0 * letters.strong);
    marks.extend(climb(stairs, letters, left));
    marks.extend(list(stairs, letters, right));
    page.picture(marks, alternative(stairs))
}

/// How what is proven is drawn.
fn proven(letters: Letters) -> Stroke {
    Stroke { tone: Tone::Ink, width: 0.22 * letters.small }
}

fn climb(stairs: &Staircase, letters: Letters, area: Rect) -> Vec<Mark> {
    let em = letters.small;
    let mut marks = Vec::new();
    let keys = [
        (Sample::Bar(Tone::Step(2)), "expected today"),
        (Sample::Bar(Tone::Step(3)), "added before"),
        (Sample::Bar(Tone::Step(4)), "added by the step"),
        (Sample::Line(proven(letters)), "proven today"),
    ];
    let free = bar::above_keys(&keys, em, area);
    marks.extend(bar::keys_below(&keys, em, free, free.h));
    let free = from_top(free, bar::heading("What each step adds", "", letters, free), &mut marks);
    // Two lines stand above the highest stair.
    let above = 2.0 * em * LEADING + 0.6 * em;
    let (below, left) = (2.9 * em, bar::margin(em));
    let plot = Rect::new(free.x + left, free.y + above, free.w - left, free.h - below - above);
    let highest = stairs.steps.iter().map(|step| step.after).fold(stairs.today, f64::max);
    let most = ENDS.into_iter().find(|end| highest <= *end).unwrap_or(1.0);
    let chart = Chart { stairs, letters, rise: Rise { plot, most } };
    marks.extend(chart.rise.marks(em));
    marks.extend(chart.today());
    for (at, step) in stairs.steps.iter().enumerate() {
        marks.extend(chart.step(at, step));
    }
    marks.extend(chart.costs());
    let y = chart.rise.y(stairs.proven);
    marks.push(Mark::Line(vec![(plot.x, y), (plot.right(), y)], proven(letters)));
    marks
}

/// The stairs, with their places.
struct Chart<'a> {
    stairs: &'a Staircase,
    letters: Letters,
    rise: Rise,
}

impl Chart<'_> {
    /// Whether the steps are as wide as they cost; else all are of one width.
    fn is_by_cost(&self) -> bool {
        self.stairs.steps.iter().all(|step| step.cost > 0.0)
    }

    /// From where to where a step is, in pixels.
    fn width(&self, at: usize) -> (f64, f64) {
        let plot = self.rise.plot;
        let from = plot.x + plot.w * TODAY;
        let room = plot.right() - from;
        let steps = &self.stairs.steps;
        let total = steps.last().map_or(0.0, |step| step.spent);
        if self.is_by_cost() && total > 0.0 {
            let end = |at: usize| from + room * steps[at].spent / total;
            return (if at == 0 { from } else { end(at - 1) }, end(at));
        }
        let one = room / steps.len().max(1) as f64;
        (from + at as f64 * one, from + (at + 1) as f64 * one)
    }

    /// An area of a column between two shares.
    fn area(&self, (from, to): (f64, f64), low: f64, high: f64, tone: Tone) -> Mark {
        let (top, bottom) = (self.rise.y(high), self.rise.y(low));
        Mark::Area(Rect::new(from, top, (to - from).max(0.5), (bottom - top).max(0.0)), tone)
    }

    fn today(&self) -> Vec<Mark> {
        let plot = self.rise.plot;
        let column = (plot.x, plot.x + plot.w * TODAY);
        let today = self.stairs.today;
        let mut marks = vec![self.area(column, 0.0, today, Tone::Step(2))];
        marks.extend(self.above(column, today, ["today", &percent(today)]));
        marks
    }

    fn step(&self, at: usize, step: &Step) -> Vec<Mark> {
        let (from, to) = self.width(at);
        // A hair of paper between two steps, where there is room for one.
        let column = (from + 1.0_f64.min((to - from) * 0.1), to);
        let before = step.after - step.gain;
        let today = self.stairs.today;
        let mut marks = vec![
            self.area(column, 0.0, today, Tone::Step(2)),
            self.area(column, today, before, Tone::Step(3)),
            self.area(column, before, step.after, Tone::Step(4)),
        ];
        let gain = points(step.gain);
        marks.extend(self.above(column, step.after, [&(at + 1).to_string(), &gain]));
        marks
    }

    /// Two words above a column: the second falls away where it is too wide, and then the first.
    fn above(&self, (from, to): (f64, f64), share: f64, words: [&str; 2]) -> Vec<Mark> {
        let em = self.letters.small;
        let line = em * LEADING;
        let faces = [Type::bold(em, Tone::Ink), Type::regular(em, Tone::Ink)];
        let fits = |at: usize| text::width(words[at], faces[at].weight, em) + 1.0 <= to - from;
        let shown: Vec<usize> = (0..2).filter(|at| fits(*at) && fits(0)).collect();
        let top = self.rise.y(share) - 0.2 * em - shown.len() as f64 * line;
        let label = |(row, at): (usize, &usize)| {
            let frame = Rect::new(from, top + row as f64 * line, to - from, line);
            let label = Label::middle(words[*at], frame, faces[*at]);
            // The lines of the scale do not run through it.
            let spare = (frame.w - label.width()) / 2.0;
            let behind = Rect { x: frame.x + spare, w: frame.w - 2.0 * spare, ..frame };
            [Mark::Area(behind, Tone::Paper), Mark::Label(label)]
        };
        shown.iter().enumerate().flat_map(label).collect()
    }

    /// What has been spent after each step, as far as there is room, the last first.
    fn costs(&self) -> Vec<Mark> {
        let em = self.letters.small;
        let plot = self.rise.plot;
        let face = Type::regular(em, Tone::SoftInk);
        let words = match self.is_by_cost() {
            _ if self.stairs.steps.is_empty() => "",
            true => "spent so far, in your unit",
            false => "step by step",
        };
        let strip = Rect::new(plot.x, plot.bottom() + 0.3 * em, plot.w, em * LEADING);
        let below = strip.strip(strip.h, strip.h);
        let mut marks = vec![Mark::Label(Label::right(words, below, face))];
        if !self.is_by_cost() {
            return marks;
        }
        let mut edge = plot.right() + em;
        for (at, step) in self.stairs.steps.iter().enumerate().rev() {
            let words = number(step.spent);
            let width = text::width(&words, face.weight, em) + 1.0;
            let end = self.width(at).1;
            if end + em > edge || end - width < plot.x {
                continue;
            }
            let frame = Rect { x: end - width, w: width, ..strip };
            marks.push(Mark::Label(Label::right(&words, frame, face)));
            edge = end - width;
        }
        marks
    }
}

/// A gain in points, with its sign; what is there at all is never shown as nothing.
fn points(gain: f64) -> String {
    match 100.0 * gain {
        gain if gain > 0.0 && gain < 0.05 => "+<0.1".to_owned(),
        gain => format!("+{gain:.1}"),
    }
}

fn number(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

/// The lines of a step, in em of the letters they are set in.
const LINES: [f64; 2] = [1.3, 1.25];
/// A step's row is not lower, as a part of what its lines need.
const LOWEST: f64 = 0.8;

/// What the steps are, and below them how good their order is and what to test.
fn list(stairs: &Staircase, letters: Letters, area: Rect) -> Vec<Mark> {
    let mut marks = Vec::new();
    let aside = if stairs.steps.is_empty() { "" } else { "points added · then expected" };
    let free = from_top(area, bar::heading("The steps", aside, letters, area), &mut marks);
    let (_, height) = remarks(stairs, letters, free);
    let foot = free.strip(free.h - height, height);
    marks.extend(remarks(stairs, letters, foot).0);
    let free = free.strip(0.0, free.h - height - 0.6 * letters.small);
    let needs = LINES[0] * letters.strong + LINES[1] * letters.small;
    let most = ((free.h / (LOWEST * needs)) as usize).max(2);
    let steps = &stairs.steps;
    let shown = if steps.len() > most { most - 1 } else { steps.len() };
    let rows = shown + usize::from(shown < steps.len());
    let height = (free.h / rows.max(1) as f64).min(needs + 1.6 * letters.strong);
    let letters = letters.times((0.94 * height / needs).min(1.0));
    for (at, step) in steps.iter().take(shown).enumerate() {
        marks.extend(about(at + 1, step, letters, free.strip(at as f64 * height, height)));
    }
    if let (true, Some(last)) = (shown < steps.len(), steps.last()) {
        let words = format!("and {} more, up to {}", steps.len() - shown, percent(last.after));
        let strip = free.strip(shown as f64 * height, LINES[0] * letters.strong);
        let soft = Type::regular(letters.small, Tone::SoftInk);
        marks.push(Mark::Label(Label::left(&words, strip, soft)));
    }
    marks
}

fn about(number: usize, step: &Step, letters: Letters, area: Rect) -> Vec<Mark> {
    let (place, rest) = split(area, 1.9 * letters.strong);
    let first = rest.strip(0.0, LINES[0] * letters.strong);
    let (name, figures) = split(first, first.w - 7.4 * letters.strong);
    let (gain, after) = split(figures, 0.52 * figures.w);
    let bold = Type::bold(letters.strong, Tone::Ink);
    let plain = Type { weight: Weight::Regular, ..bold };
    let place = Rect { h: first.h, w: place.w - 0.3 * letters.strong, ..place };
    let second = rest.strip(first.h, LINES[1] * letters.small);
    let soft = Type::regular(letters.small, Tone::SoftInk);
    vec![
        Mark::Label(Label::left(&number.to_string(), place, bold)),
        Mark::Label(Label::left(&step.name, name, bold)),
        Mark::Label(Label::right(&points(step.gain), gain, bold)),
        Mark::Label(Label::right(&percent(step.after), after, plain)),
        Mark::Label(Label::left(&step.about, second, soft)),
    ]
}

/// How good the order is, and what to test.
fn remarks(stairs: &Staircase, letters: Letters, area: Rect) -> Block {
    let mut marks = Vec::new();
    let bold = Type::bold(letters.small, Tone::Ink);
    let plain = Type::regular(letters.small, Tone::Ink);
    let mut free = from_top(area, paragraph(&stairs.certificate, bold, area), &mut marks);
    // As many tests as have room on two lines.
    let fits = |said: &String| Words::new(said, plain.weight).fits(plain.em, &[free.w; 2]);
    let mut shorter = (0..=stairs.tests.len()).rev().map(|most| tests(stairs, most));
    let said = shorter.find(fits).unwrap_or_else(|| tests(stairs, 0));
    free = from_top(free, paragraph(&said, plain, free), &mut marks);
    (marks, free.y - area.y)
}

/// What is proven, and what to test so that more is, `most` tests at most.
fn tests(stairs: &Staircase, most: usize) -> String {
    let proven = format!("{} is proven today", percent(stairs.proven));
    let test = |(name, gain): &(String, f64)| format!("{name} ({})", points(gain / 100.0));
    let tests: Vec<String> = stairs.tests.iter().take(most).map(test).collect();
    match &tests[..] {
        [] => proven,
        [one] => format!("{proven}; one more test would prove more: {one}"),
        tests => {
            format!("{proven}; one more test of each would prove more: {}", tests.join(", "))
        }
    }
}

fn alternative(stairs: &Staircase) -> Alternative {
    let step = |(at, step): (usize, &Step)| {
        format!(
            "{}. {}: {} points, then {}; {}.",
            at + 1,
            step.name,
            points(step.gain),
            percent(step.after),
            step.about
        )
    };
    let today = format!("Today {} is expected.", percent(stairs.today));
    let steps = stairs.steps.iter().enumerate().map(step);
    let foot =
        [format!("{}.", stairs.certificate), format!("{}.", tests(stairs, stairs.tests.len()))];
    let said: Vec<String> = std::iter::once(today).chain(steps).chain(foot).collect();
    stairs.caption.alternative(&said.join(" "))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::page::tests::labels;
    use crate::pictures::bar::tests::{SIZES, any_caption, any_text, check, share};

    type Given = (String, String, f64, f64);

    fn stairs(today: f64, given: Vec<Given>) -> Vec<Step> {
        let (mut after, mut spent) = (today, 0.0);
        let step = |(name, about, part, cost): Given| {
            let gain = (1.0 - after) * part;
            (after, spent) = (after + gain, spent + cost);
            Step { name, about, gain, after, cost, spent }
        };
        given.into_iter().map(step).collect()
    }

    fn any_stairs() -> impl Strategy<Value = Staircase> {
        let cost = prop_oneof![1 => Just(0.0), 5 => 0.01..500.0];
        let costs_nothing = prop_oneof![1 => Just(true), 3 => Just(false)];
        let steps = prop::collection::vec((any_text(), any_text(), 0.0..0.6, cost), 0..50);
        let tests = prop::collection::vec((any_text(), 0.0..9.0), 0..4);
        (any_caption(), share(), share(), steps, costs_nothing, any_text(), tests).prop_map(
            |(caption, today, proven, mut given, costs_nothing, certificate, tests)| {
                if !costs_nothing {
                    given.retain(|(.., cost)| *cost > 0.0);
                }
                let steps = stairs(today, given);
                let proven = today * proven;
                Staircase { caption, today, proven, steps, certificate, tests }
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn every_text_keeps_to_its_frame(stairs in any_stairs()) {
            for size in SIZES {
                prop_assert_eq!(check(&picture(&stairs, size)), Ok(()));
            }
        }
    }

    #[test]
    fn a_step_is_as_wide_as_it_costs_and_as_high_as_it_gains() {
        let given =
            [(0.1, 1.0), (0.5, 3.0)].map(|(part, cost)| (String::new(), String::new(), part, cost));
        let stairs = Staircase {
            caption: Default::default(),
            today: 0.2,
            proven: 0.1,
            steps: stairs(0.2, given.to_vec()),
            certificate: "Best there is of 2 candidates".to_owned(),
            tests: vec![("EB-1".to_owned(), 2.5)],
        };
        let drawn = picture(&stairs, Size::Slide);
        let added = |mark: &Mark| match mark {
            Mark::Area(area, Tone::Step(4)) => Some(*area),
            _ => None,
        };
        // The first is the key.
        let areas: Vec<Rect> = drawn.marks.iter().filter_map(added).collect();
        let [_, first, second] = areas[..] else { panic!("{areas:?}") };
        assert!(((second.w + 1.0) / (first.w + 1.0) - 3.0).abs() < 1e-6, "{areas:?}");
        assert!((second.h / first.h - 0.36 / 0.08).abs() < 1e-6, "{areas:?}");
        assert!((first.y - second.bottom()).abs() < 1e-6, "each begins where the last one ends");
        let words = labels(&drawn).into_iter().map(|label| label.text).collect::<Vec<_>>();
        for said in ["+8.0", "+36.0", "Best there is of 2 candidates"] {
            assert!(words.iter().any(|word| word == said), "{said}: {words:?}");
        }
        let tests = "10 % is proven today; one more test would prove more: EB-1 (+2.5)";
        assert!(words.iter().any(|word| word == tests), "{words:?}");
    }
}
