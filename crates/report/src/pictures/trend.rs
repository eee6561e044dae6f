//! The line of assessments over time: what was proven, expected and claimed on each day, to scale
//! of time, and not joined where the yardstick changed.

use model::date::Date;
use model::score::Range;
use model::trend::Point;

use super::bar::{self, Letters, Rise, Sample};
use crate::draw::canvas::{Label, Mark, Rect, Stroke, Type};
use crate::draw::look::Tone;
use crate::draw::picture::{Alternative, Picture};
use crate::draw::text::{self, Weight};
use crate::page::{LEADING, Page, Size};
use crate::sheet::percent;
use crate::view::trend::{Trend, rebased, stretches};

/// What is read of a range.
type Reading = fn(Range) -> f64;

/// The three readings, from the bottom to the top of the band.
const READINGS: [(&str, Reading); 3] =
    [("proven", |range| range.lo), ("expected", |range| range.exp), ("claimed", |range| range.hi)];
/// Words about new yardsticks stand on so many rows at most; the others are told in words alone.
const ROWS: usize = 3;

/// Lays the line out on a sheet. One assessment is a picture, too.
#[must_use]
pub fn picture(trend: &Trend, size: Size) -> Picture {
    let page = Page::of(size);
    let (mut marks, free) = page.around(&trend.caption);
    let letters = Letters::of(&page, free);
    let free = free.strip(0.5 * letters.small, free.h - 0.5 * letters.small);
    let keys = keys(trend, letters);
    let free = bar::above_keys(&keys, letters.small, free);
    marks.extend(bar::keys_below(&keys, letters.small, free, free.h));
    let chart = Chart::of(trend, letters, free);
    marks.extend(chart.rise.marks(letters.small));
    marks.extend(chart.new_yardsticks());
    marks.extend(chart.lines());
    marks.extend(chart.target());
    marks.extend(chart.days());
    marks.extend(chart.now());
    page.picture(marks, alternative(trend))
}

/// How a reading is drawn.
fn stroke(reading: usize, letters: Letters) -> Stroke {
    let of = |tone, part: f64| Stroke { tone, width: part * letters.small };
    match reading {
        0 => of(Tone::Ink, 0.14),
        1 => of(Tone::Bar, 0.26),
        _ => of(Tone::SoftInk, 0.1),
    }
}

fn aim(letters: Letters) -> Stroke {
    Stroke { tone: Tone::Gap, width: 0.12 * letters.small }
}

fn keys(trend: &Trend, letters: Letters) -> Vec<(Sample, &'static str)> {
    let mut keys = vec![
        (Sample::Line(stroke(1, letters)), "expected"),
        (Sample::Line(stroke(0, letters)), "proven by tests"),
        (Sample::Broken(stroke(2, letters)), "claimed"),
    ];
    if trend.target.is_some() {
        keys.push((Sample::Line(aim(letters)), "what we hold ourselves to"));
    }
    if trend.points.iter().any(|point| !point.rebased.is_empty()) {
        let edge = Stroke { tone: Tone::OutOfScopeEdge, width: 0.1 * letters.small };
        keys.push((Sample::Broken(edge), "upright: the yardstick is new from here on"));
    }
    keys
}

/// The line, with its places.
struct Chart<'a> {
    trend: &'a Trend,
    letters: Letters,
    rise: Rise,
    /// At the right of the plot, for the figures of the last day.
    right: Rect,
    first: Option<Date>,
    /// Days from the first to the last.
    span: f64,
}

impl<'a> Chart<'a> {
    fn of(trend: &'a Trend, letters: Letters, area: Rect) -> Self {
        let (small, plain) = (letters.small, letters.plain);
        let new = trend.points.iter().filter(|point| !point.rebased.is_empty()).count();
        let above = new.min(ROWS) as f64 * small * LEADING + small;
        let below = 2.2 * small;
        let right = text::width("100 % expected", Weight::Bold, plain) + 2.0 * plain;
        let left = bar::margin(small);
        let plot = Rect::new(
            area.x + left,
            area.y + above,
            (area.w - left - right).max(1.0),
            (area.h - above - below).max(1.0),
        );
        let first = trend.points.first().map(|point| point.as_of);
        let last = trend.points.last().map(|point| point.as_of);
        let span = first.zip(last).map_or(0.0, |(first, last)| last.age_since(first));
        Self {
            trend,
            letters,
            rise: Rise { plot, most: 1.0 },
            right: Rect { x: plot.right(), w: right, ..plot },
            first,
            span,
        }
    }

    /// Where a day is; a single one stands in the middle.
    fn x(&self, day: Date) -> f64 {
        let Rect { x, w, .. } = self.rise.plot;
        // No point stands on the edge.
        let (x, w) = (x + 0.03 * w, 0.96 * w);
        match self.first {
            Some(first) if self.span > 0.0 => x + w * day.age_since(first) / self.span,
            _ => x + w / 2.0,
        }
    }

    fn at(&self, point: &Point, reading: usize) -> (f64, f64) {
        (self.x(point.as_of), self.rise.y(READINGS[reading].1(point.threat_weighted)))
    }

    /// The band from proven to claimed, and the three lines, stretch by stretch.
    fn lines(&self) -> Vec<Mark> {
        let mut marks = Vec::new();
        for stretch in stretches(&self.trend.points) {
            let line = |reading: usize| -> Vec<(f64, f64)> {
                stretch.iter().map(|point| self.at(point, reading)).collect()
            };
            if stretch.len() > 1 {
                let back = line(2).into_iter().rev();
                let band: Vec<_> = line(0).into_iter().chain(back).collect();
                marks.push(Mark::Polygon(band, Tone::Track));
                marks.push(Mark::Broken(line(2), stroke(2, self.letters)));
                marks.push(Mark::Line(line(0), stroke(0, self.letters)));
                marks.push(Mark::Line(line(1), stroke(1, self.letters)));
            }
            marks.extend(stretch.iter().flat_map(|point| self.discs(point)));
        }
        marks
    }

    /// An assessment: a disc for each reading, the expected one the largest.
    fn discs(&self, point: &Point) -> [Mark; 3] {
        let disc = |reading: usize| {
            let size = if reading == 1 { 0.34 } else { 0.2 };
            let tone = stroke(reading, self.letters).tone;
            Mark::Disc(self.at(point, reading), size * self.letters.small, tone)
        };
        [disc(2), disc(0), disc(1)]
    }

    /// An upright line between two assessments where the yardstick changed, and what is new.
    fn new_yardsticks(&self) -> Vec<Mark> {
        let em = self.letters.small;
        let points = &self.trend.points;
        let new = points.iter().filter(|point| !point.rebased.is_empty()).count();
        let mut ends = vec![f64::NEG_INFINITY; new.min(ROWS)];
        let mut marks = Vec::new();
        for pair in points.windows(2).filter(|pair| !pair[1].rebased.is_empty()) {
            let x = (self.x(pair[0].as_of) + self.x(pair[1].as_of)) / 2.0;
            let plot = self.rise.plot;
            let words = text::fit(&rebased(&pair[1]), Weight::Regular, em, plot.w);
            let width = text::width(&words, Weight::Regular, em) + 1.0;
            let from = (x - width / 2.0).clamp(plot.x, plot.right() + self.right.w - width);
            let free = (0..ends.len()).find(|row| ends[*row] < from);
            let top = plot.y - 0.4 * em;
            let foot = free.map_or(top, |row| top - row as f64 * em * LEADING);
            let edge = Stroke { tone: Tone::OutOfScopeEdge, width: 0.1 * em };
            marks.push(Mark::Broken(vec![(x, foot), (x, plot.bottom())], edge));
            if let Some(row) = free {
                ends[row] = from + width + em;
                let frame = Rect::new(from, foot - em * LEADING, width, em * LEADING);
                let face = Type::regular(em, Tone::Ink);
                marks.push(Mark::Label(Label::left(&words, frame, face)));
            }
        }
        marks
    }

    fn target(&self) -> Vec<Mark> {
        let Some(target) = self.trend.target else {
            return Vec::new();
        };
        let (plot, y) = (self.rise.plot, self.rise.y(target));
        vec![Mark::Line(vec![(plot.x, y), (plot.right(), y)], aim(self.letters))]
    }

    /// The days below the plot: the last, then from the first on as many as have room.
    fn days(&self) -> Vec<Mark> {
        let em = self.letters.small;
        let plot = self.rise.plot;
        let width = text::width("0000-00-00", Weight::Regular, em) + 1.0;
        let frame = |day: Date| {
            let x = self.x(day) - width / 2.0;
            Rect::new(x, plot.bottom() + 0.6 * em, width, em * LEADING)
        };
        let mut days: Vec<Date> = self.trend.points.iter().map(|point| point.as_of).collect();
        days.dedup();
        let mut shown: Vec<Date> = Vec::new();
        for day in days.last().into_iter().chain(&days) {
            let apart = |other: &Date| (self.x(*other) - self.x(*day)).abs() > width + em;
            if shown.iter().all(apart) {
                shown.push(*day);
            }
        }
        let face = Type::regular(em, Tone::SoftInk);
        let label = |day: Date| Mark::Label(Label::middle(&day.to_string(), frame(day), face));
        let tick = |day: &Date| {
            let (x, y) = (self.x(*day), plot.bottom());
            let stroke = Stroke { tone: Tone::SoftInk, width: 1.0 };
            Mark::Line(vec![(x, y), (x, y + 0.4 * em)], stroke)
        };
        days.iter().map(tick).chain(shown.into_iter().map(label)).collect()
    }

    /// The figures of the last day, beside its points, and the target's.
    fn now(&self) -> Vec<Mark> {
        let Some(last) = self.trend.points.last() else {
            return Vec::new();
        };
        let em = self.letters.plain;
        let of = |reading: usize| {
            let (name, read) = READINGS[reading];
            let share = read(last.threat_weighted);
            let weight = if reading == 1 { Weight::Bold } else { Weight::Regular };
            (share, format!("{} {name}", percent(share)), weight, Tone::Ink)
        };
        let mut words = vec![of(2), of(1), of(0)];
        if let Some(target) = self.trend.target {
            words.push((target, format!("{} at least", percent(target)), Weight::Bold, Tone::Gap));
        }
        words.sort_by(|a, b| b.0.total_cmp(&a.0));
        let wanted: Vec<f64> = words.iter().map(|(share, ..)| self.rise.y(*share)).collect();
        let line = em * LEADING;
        let plot = self.rise.plot;
        let places = bar::spread(&wanted, line, plot.y + 0.3 * em, plot.bottom() - line / 2.0);
        let label = |((_, words, weight, ink), y): ((f64, String, Weight, Tone), f64)| {
            let x = self.right.x + 0.6 * em;
            let frame = Rect::new(x, y - line / 2.0, self.right.right() - x, line);
            Mark::Label(Label::left(&words, frame, Type { em, weight, ink }))
        };
        words.into_iter().zip(places).map(label).collect()
    }
}

fn alternative(trend: &Trend) -> Alternative {
    let point = |point: &Point| {
        let Range { lo, exp, hi } = point.threat_weighted;
        let new = match rebased(point) {
            words if words.is_empty() => words,
            words => format!(" ({words})"),
        };
        format!(
            "{}{new}: {} proven, {} expected, {} claimed.",
            point.as_of,
            percent(lo),
            percent(exp),
            percent(hi)
        )
    };
    let points: Vec<String> = trend.points.iter().map(point).collect();
    trend.caption.alternative(&points.join(" "))
}

#[cfg(test)]
mod tests {
    use model::diff::Factor;
    use proptest::prelude::*;

    use super::*;
    use crate::page::tests::labels;
    use crate::pictures::bar::tests::{SIZES, any_caption, check, share};

    fn any_point() -> impl Strategy<Value = Point> {
        let rebased = prop::collection::vec(prop::sample::select(&Factor::ALL[..]), 0..5);
        let rebased = prop_oneof![3 => Just(Vec::new()), 1 => rebased];
        (0..4000i32, [share(), share(), share()], rebased, 0..900usize).prop_map(
            |(day, mut shares, rebased, gaps)| {
                shares.sort_by(f64::total_cmp);
                let [lo, exp, hi] = shares;
                let as_of = Date::from_unix_days(day);
                Point { as_of, threat_weighted: Range { lo, exp, hi }, gaps, rebased }
            },
        )
    }

    fn any_trend() -> impl Strategy<Value = Trend> {
        let points = prop::collection::vec(any_point(), 0..40);
        (any_caption(), points, prop::option::of(share())).prop_map(
            |(caption, mut points, target)| {
                points.sort_by_key(|point| point.as_of);
                Trend { caption, points, target }
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn every_text_keeps_to_its_frame(trend in any_trend()) {
            for size in SIZES {
                prop_assert_eq!(check(&picture(&trend, size)), Ok(()));
            }
        }
    }

    fn trend(points: &[(i32, &[Factor])]) -> Trend {
        let point = |(day, rebased): &(i32, &[Factor])| Point {
            as_of: Date::from_unix_days(*day),
            threat_weighted: Range { lo: 0.1, exp: 0.4, hi: 0.6 },
            gaps: 0,
            rebased: rebased.to_vec(),
        };
        let points = points.iter().map(point).collect();
        Trend { caption: Default::default(), points, target: None }
    }

    /// The lines of what is expected, point by point.
    fn expected(trend: &Trend) -> Vec<Vec<(f64, f64)>> {
        let is_expected = |mark: Mark| match mark {
            Mark::Line(points, Stroke { tone: Tone::Bar, .. }) => Some(points),
            _ => None,
        };
        let marks = picture(trend, Size::Slide).marks;
        // The key is drawn level, with two ends, and below the plot.
        marks.into_iter().filter_map(is_expected).filter(|line| line[0].1 < 900.0).collect()
    }

    #[test]
    fn the_line_is_to_scale_of_time_and_not_joined_where_the_yardstick_changed() {
        let line = trend(&[(0, &[]), (10, &[]), (40, &[Factor::Scope]), (100, &[])]);
        let [first, second] = &expected(&line)[..] else { panic!("{:?}", expected(&line)) };
        let [a, b, c, d] = [first[0].0, first[1].0, second[0].0, second[1].0];
        assert_eq!((first.len(), second.len()), (2, 2));
        let day = (d - a) / 100.0;
        assert!((b - a - 10.0 * day).abs() < 1e-6 && (c - a - 40.0 * day).abs() < 1e-6);
        let words = labels(&picture(&line, Size::Slide));
        assert!(words.iter().any(|label| label.text == "new scope"), "{words:?}");
    }

    #[test]
    fn one_assessment_is_three_points_and_no_line() {
        let one = trend(&[(500, &[])]);
        assert_eq!(expected(&one), Vec::<Vec<_>>::new());
        let discs = picture(&one, Size::A4).marks;
        assert_eq!(discs.iter().filter(|mark| matches!(mark, Mark::Disc(..))).count(), 3);
    }
}
