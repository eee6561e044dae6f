//! Proven, expected and claimed by tactic: three bars in one another, and the three figures.

use super::bar::{self, Letters, Sample, split};
use crate::draw::canvas::{Label, Mark, Rect, Stroke, Type};
use crate::draw::look::Tone;
use crate::draw::picture::{Alternative, Picture};
use crate::draw::text::{self, Weight};
use crate::page::{LEADING, Page, Size};
use crate::sheet::percent;
use crate::view::proof::{Proof, Row};

/// The widest column of names, and the columns of figures, as parts of the page.
const WIDEST: f64 = 0.2;
const FIGURES: f64 = 0.3;
/// A row is not higher, in em.
const HIGHEST: f64 = 4.0;
/// The heights of the three bars, as parts of a row, and their tones: claimed, expected, proven.
const BARS: [(f64, Tone); 3] = [(0.66, Tone::Step(1)), (0.42, Tone::Step(3)), (0.18, Tone::Ink)];

/// The headings of the figures.
const HEADINGS: [&str; 4] = ["Proven", "Expected", "Claimed", "Of the threat"];

/// Lays the bars out on a sheet.
#[must_use]
pub fn picture(proof: &Proof, size: Size) -> Picture {
    let page = Page::of(size);
    let (mut marks, free) = page.around(&proof.caption);
    let letters = Letters::of(&page, free);
    let keys = [
        (Sample::Bar(BARS[2].1), "proven by tests"),
        (Sample::Bar(BARS[1].1), "expected"),
        (Sample::Bar(BARS[0].1), "claimed"),
    ];
    let columns = Columns::of(proof, letters, free);
    let head = free.strip(0.0, 2.4 * letters.small);
    let body = bar::above_keys(&keys, letters.small, free.strip(head.h, free.h - head.h));
    let count = proof.rows.len() + 1;
    // The row of all tactics stands a little apart.
    let height = (body.h / (count as f64 + 0.4)).min(HIGHEST * letters.plain);
    let top = |at: usize| if at == 0 { 0.0 } else { (at as f64 + 0.4) * height };
    let used = top(count - 1) + height;
    marks.extend(bar::keys_below(&keys, letters.small, body, used));
    marks.extend(bar::quarters(columns.bars(body.strip(0.0, used)), letters.small));
    marks.extend(headings(&columns, letters, head));
    let letters = letters.times((height / (1.25 * letters.plain)).min(1.0));
    for (at, row) in std::iter::once(&proof.whole).chain(&proof.rows).enumerate() {
        marks.extend(line(row, at == 0, &columns, letters, body.strip(top(at), height)));
    }
    page.picture(marks, alternative(proof))
}

/// Where the parts of a row are.
struct Columns {
    names: f64,
    bars: f64,
    /// One of the figures.
    figure: f64,
}

impl Columns {
    fn of(proof: &Proof, letters: Letters, area: Rect) -> Self {
        let rows = proof.rows.iter().chain([&proof.whole]);
        let width =
            |row: &Row| text::width(&text::drawable(&row.name), Weight::Bold, letters.plain);
        let longest = rows.map(width).fold(0.0, f64::max);
        let names = (longest + 1.0).min(area.w * WIDEST) + letters.plain;
        let figure = area.w * FIGURES / HEADINGS.len() as f64;
        // Half a label of the scale stands over the end of the bars.
        let spare = 2.0 * letters.small;
        Self { names, bars: (area.w - names - area.w * FIGURES - spare).max(0.0), figure }
    }

    fn bars(&self, row: Rect) -> Rect {
        Rect { x: row.x + self.names, w: self.bars, ..row }
    }

    fn figure(&self, at: usize, row: Rect) -> Rect {
        let x = row.right() - (HEADINGS.len() - at) as f64 * self.figure;
        Rect { x, w: self.figure, ..row }
    }
}

fn headings(columns: &Columns, letters: Letters, area: Rect) -> Vec<Mark> {
    let strip = area.strip(area.h - 1.4 * letters.small, letters.small * LEADING);
    let face = Type::regular(letters.small, Tone::SoftInk);
    let label = |(at, words): (usize, &&str)| {
        Mark::Label(Label::right(words, columns.figure(at, strip), face))
    };
    HEADINGS.iter().enumerate().map(label).collect()
}

fn line(row: &Row, is_whole: bool, columns: &Columns, letters: Letters, area: Rect) -> Vec<Mark> {
    let (name, _) = split(area, columns.names - 0.7 * letters.plain);
    let face = |weight| Type { em: letters.plain, weight, ink: Tone::Ink };
    let weight = if is_whole { Weight::Bold } else { Weight::Regular };
    let mut marks = vec![Mark::Label(Label::right(&row.name, name, face(weight)))];
    let track = columns.bars(area);
    let nested = |(part, tone): (f64, Tone), share: f64| {
        let bar = track.strip(area.h * (1.0 - part) / 2.0, area.h * part);
        Mark::Area(bar::part(bar, share), tone)
    };
    let claimed = row.range.map(|range| nested(BARS[0], range.hi));
    let proven = row.range.filter(|range| range.lo > 0.0).map(|range| nested(BARS[2], range.lo));
    marks.extend(claimed);
    marks.push(nested(BARS[1], row.expected));
    marks.extend(proven);
    // The faintest bar has an edge, so that its end is seen.
    if let Some(range) = row.range.filter(|range| range.hi > 0.0) {
        let bar = track.strip(area.h * (1.0 - BARS[0].0) / 2.0, area.h * BARS[0].0);
        let edge = Stroke { tone: Tone::OutOfScopeEdge, width: 0.6 };
        marks.push(Mark::Edge(bar::part(bar, range.hi), edge));
    }
    let unknown = || "–".to_owned();
    let figures = [
        (row.range.map_or_else(unknown, |range| percent(range.lo)), Weight::Bold),
        (percent(row.expected), weight),
        (row.range.map_or_else(unknown, |range| percent(range.hi)), weight),
        (percent(row.weight), weight),
    ];
    for (at, (words, weight)) in figures.into_iter().enumerate() {
        let ink = if at == 3 { Tone::SoftInk } else { Tone::Ink };
        let face = Type { ink, ..face(weight) };
        marks.push(Mark::Label(Label::right(&words, columns.figure(at, area), face)));
    }
    marks
}

fn alternative(proof: &Proof) -> Alternative {
    let row = |row: &Row| match row.range {
        Some(range) => format!(
            "{}: {} proven, {} expected, {} claimed.",
            row.name,
            percent(range.lo),
            percent(range.exp),
            percent(range.hi)
        ),
        None => format!("{}: {} expected.", row.name, percent(row.expected)),
    };
    let rows = std::iter::once(&proof.whole).chain(&proof.rows).map(row);
    proof.caption.alternative(&rows.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use model::score::Range;
    use proptest::prelude::*;

    use super::*;
    use crate::pictures::bar::tests::{SIZES, any_caption, any_text, check, share};

    fn any_row() -> impl Strategy<Value = Row> {
        (any_text(), [share(), share(), share()], any::<bool>(), share()).prop_map(
            |(name, mut shares, is_known, weight)| {
                shares.sort_by(f64::total_cmp);
                let [lo, exp, hi] = shares;
                let range = is_known.then_some(Range { lo, exp, hi });
                Row { name, expected: exp, range, weight }
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn every_text_keeps_to_its_frame(
            caption in any_caption(),
            whole in any_row(),
            rows in prop::collection::vec(any_row(), 0..20),
        ) {
            let proof = Proof { caption, whole, rows };
            for size in SIZES {
                prop_assert_eq!(check(&picture(&proof, size)), Ok(()));
            }
        }
    }

    #[test]
    fn bars_are_as_long_as_their_shares() {
        let whole = Row {
            name: "All tactics".to_owned(),
            expected: 0.5,
            range: Some(Range { lo: 0.25, exp: 0.5, hi: 1.0 }),
            weight: 1.0,
        };
        let proof = Proof { caption: Default::default(), whole, rows: Vec::new() };
        let marks = picture(&proof, Size::Slide).marks;
        let widest = |wanted: Tone| {
            let width = |mark: &Mark| match mark {
                Mark::Area(area, tone) if *tone == wanted => Some(area.w),
                _ => None,
            };
            marks.iter().filter_map(width).fold(0.0, f64::max)
        };
        let all = widest(BARS[0].1);
        assert!((widest(BARS[1].1) - 0.5 * all).abs() < 1e-6);
        assert!((widest(BARS[2].1) - 0.25 * all).abs() < 1e-6);
    }
}
