//! The findings: how strong coverage is by tactic, beside the gaps to close first.

use super::bar::{self, Letters, Sample, split};
use crate::draw::canvas::{Label, Mark, Rect, Stroke, Type};
use crate::draw::look::Tone;
use crate::draw::picture::{Alternative, Picture};
use crate::draw::text::{self, Weight};
use crate::page::{Page, Size, from_top};
use crate::view::findings::{Findings, Gap, Tactic};

/// The part of the page for the tactics.
const LEFT: f64 = 0.45;
/// The widest column of names, as a part of its half.
const WIDEST: f64 = 0.36;
/// A row of a tactic is not higher, in em.
const HIGHEST: f64 = 3.6;
/// The part of a gap's row that its bar takes.
const BAR: f64 = 0.24;

/// Lays the findings out on a sheet.
#[must_use]
pub fn picture(findings: &Findings, size: Size) -> Picture {
    let page = Page::of(size);
    let (mut marks, free) = page.around(&findings.caption);
    let letters = Letters::of(&page, free);
    let free = free.strip(0.5 * letters.small, free.h - letters.small);
    let (left, right) = split(free, free.w * LEFT);
    let (_, right) = split(right, 2.0 * letters.strong);
    marks.extend(tactics(findings, letters, left));
    marks.extend(gaps(findings, letters, right));
    page.picture(marks, alternative(findings))
}

fn tactics(findings: &Findings, letters: Letters, area: Rect) -> Vec<Mark> {
    let mut marks = Vec::new();
    let heading = bar::heading("Techniques by strength", "something proven", letters, area);
    let free = from_top(area, heading, &mut marks);
    let levels =
        findings.levels.iter().zip(0..5).map(|(word, step)| (Sample::Step(step), &word[..]));
    let proven = Stroke { tone: Tone::Ink, width: 0.3 * letters.small };
    let entries: Vec<_> =
        levels.rev().chain([(Sample::Line(proven), "something proven")]).collect();
    let (small, rows) = (letters.small, findings.tactics.len());
    let free = bar::above_keys(&entries, small, free);
    let height = row_height(free, rows, HIGHEST * letters.plain);
    marks.extend(bar::keys_below(&entries, small, free, rows as f64 * height));
    let letters = letters.times((height / (2.0 * letters.plain)).min(1.0));
    let columns = Columns::of(&findings.tactics, letters, free);
    for (at, tactic) in findings.tactics.iter().enumerate() {
        marks.extend(row(tactic, &columns, letters, free.strip(at as f64 * height, height)));
    }
    marks
}

/// Rows of one height that fill an area, unless they would be higher than that.
fn row_height(area: Rect, rows: usize, highest: f64) -> f64 {
    (area.h / rows.max(1) as f64).min(highest)
}

/// Where the parts of a tactic's row are, from the left.
struct Columns {
    names: f64,
    bars: f64,
}

impl Columns {
    fn of(tactics: &[Tactic], letters: Letters, area: Rect) -> Self {
        let longest =
            |width: &dyn Fn(&Tactic) -> f64| tactics.iter().map(width).fold(0.0, f64::max);
        let name = |tactic: &Tactic| {
            text::width(&text::drawable(&tactic.name), Weight::Regular, letters.plain)
        };
        let proven = |tactic: &Tactic| text::width(&said(tactic), Weight::Bold, letters.plain);
        let names = (longest(&name) + 1.0).min(area.w * WIDEST) + letters.plain;
        let proven = longest(&proven) + letters.plain;
        Self { names, bars: (area.w - names - proven).max(0.0) }
    }
}

/// For how many something is proven.
fn said(tactic: &Tactic) -> String {
    format!("{} of {}", tactic.proven, tactic.levels.iter().sum::<usize>())
}

fn row(tactic: &Tactic, columns: &Columns, letters: Letters, area: Rect) -> Vec<Mark> {
    let (name, rest) = split(area, columns.names);
    let (bars, proven) = split(rest, columns.bars);
    let name = Rect { w: name.w - letters.plain * 0.8, ..name };
    let track = bars.strip(0.14 * area.h, 0.56 * area.h);
    let total = tactic.levels.iter().sum::<usize>().max(1);
    let share = tactic.proven as f64 / total as f64;
    let line = bar::part(bars.strip(0.76 * area.h, 0.1 * area.h), share);
    let parts: Vec<(u8, usize)> = (0..5).zip(tactic.levels).rev().collect();
    let mut marks = bar::counts(track, &parts, letters.small);
    if tactic.proven > 0 {
        marks.push(Mark::Area(line, Tone::Ink));
    }
    let strip = |place: Rect| Rect { y: track.y, h: track.h, ..place };
    let plain = Type::regular(letters.plain, Tone::Ink);
    let bold = Type::bold(letters.plain, Tone::Ink);
    marks.push(Mark::Label(Label::right(&tactic.name, strip(name), plain)));
    marks.push(Mark::Label(Label::right(&said(tactic), strip(proven), bold)));
    marks
}

/// The lines of a gap, in em of the letters they are set in.
const LINES: [f64; 3] = [1.3, 1.25, 1.25];

fn gaps(findings: &Findings, letters: Letters, area: Rect) -> Vec<Mark> {
    let mut marks = Vec::new();
    let words = match findings.gaps.len() {
        0 => "No gap is open".to_owned(),
        1 => "The gap to close".to_owned(),
        n if n < findings.of => format!("The first {n} of {} gaps", findings.of),
        n => format!("{n} gaps to close"),
    };
    let accepted = match findings.accepted {
        0 => String::new(),
        n => format!("{n} accepted left out · "),
    };
    let aside = match findings.gaps.len() {
        0 => String::new(),
        _ => format!("{accepted}priority, of 100"),
    };
    let free = from_top(area, bar::heading(&words, &aside, letters, area), &mut marks);
    let needs = LINES[0] * letters.strong + (LINES[1] + LINES[2]) * letters.small;
    let height = row_height(free, findings.gaps.len(), needs + 1.4 * letters.strong);
    let letters = letters.times((0.94 * height / needs).min(1.0));
    for (at, gap) in findings.gaps.iter().enumerate() {
        marks.extend(about(gap, letters, free.strip(at as f64 * height, height)));
    }
    marks
}

/// A gap on three lines: what it is and its bar, what there is, what comes next.
fn about(gap: &Gap, letters: Letters, area: Rect) -> Vec<Mark> {
    let (rank, rest) = split(area, 2.1 * letters.strong);
    let first = rest.strip(0.0, LINES[0] * letters.strong);
    let (words, bars) = split(first, first.w * (1.0 - BAR));
    let mut marks = named(gap, letters, words);
    let accent = Type::bold(letters.strong, Tone::Gap);
    let rank = Rect { h: first.h, w: rank.w - 0.4 * letters.strong, ..rank };
    marks.push(Mark::Label(Label::left(&gap.rank.to_string(), rank, accent)));
    let (bars, figure) = split(bars, bars.w - 2.4 * letters.strong);
    let track = bars.strip(0.22 * bars.h, 0.56 * bars.h);
    marks.extend(bar::bar(track, gap.priority / 100.0, Tone::Gap));
    let bold = Type::bold(letters.strong, Tone::Ink);
    marks.push(Mark::Label(Label::right(&format!("{:.0}", gap.priority), figure, bold)));
    let soft = Type::regular(letters.small, Tone::SoftInk);
    let line = LINES[1] * letters.small;
    let second = rest.strip(first.h, line);
    marks.push(Mark::Label(Label::left(&gap.standing, second, soft)));
    let ink = if gap.is_overdue { Tone::Gap } else { Tone::SoftInk };
    let third = rest.strip(first.h + line, LINES[2] * letters.small);
    marks.push(Mark::Label(Label::left(&gap.next, third, Type { ink, ..soft })));
    marks
}

/// The name, and its id beside it.
fn named(gap: &Gap, letters: Letters, area: Rect) -> Vec<Mark> {
    let bold = Type::bold(letters.strong, Tone::Ink);
    let soft = Type::regular(letters.small, Tone::SoftInk);
    let id = text::width(&gap.id, soft.weight, soft.em) + 1.0;
    let room = area.w - id - 1.2 * letters.small;
    let name = text::fit(&gap.name, bold.weight, bold.em, room);
    let taken = text::width(&name, bold.weight, bold.em) + 0.6 * letters.small;
    let (name_at, id_at) = split(area, taken.min(area.w));
    let id_at = Rect { w: id_at.w.min(id), ..id_at.strip(0.06 * letters.strong, area.h * 0.94) };
    let face = |label: Label| Mark::Label(label);
    vec![face(Label::left(&name, name_at, bold)), face(Label::left(&gap.id, id_at, soft))]
}

fn alternative(findings: &Findings) -> Alternative {
    let tactic = |tactic: &Tactic| {
        let levels = tactic.levels.iter().zip(&findings.levels).rev();
        let levels: Vec<String> =
            levels.map(|(count, word)| format!("{count} {}", word.to_lowercase())).collect();
        format!("{}: {}; something proven for {}.", tactic.name, levels.join(", "), said(tactic))
    };
    let gap = |gap: &Gap| {
        let Gap { rank, id, name, priority, standing, next, .. } = gap;
        format!("{rank}. {id} {name}, priority {priority:.0}: {standing}. {next}.")
    };
    let said = findings.tactics.iter().map(tactic).chain(findings.gaps.iter().map(gap));
    findings.caption.alternative(&said.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::page::Caption;
    use crate::page::tests::labels;
    use crate::pictures::bar::tests::{SIZES, any_caption, any_text, check};

    fn any_tactic() -> impl Strategy<Value = Tactic> {
        let count = || prop_oneof![1 => Just(0usize), 3 => 0..60usize];
        (any_text(), [count(), count(), count(), count(), count()], 0..60usize).prop_map(
            |(name, levels, proven)| {
                let proven = proven.min(levels.iter().sum());
                Tactic { name, levels, proven }
            },
        )
    }

    fn any_gap() -> impl Strategy<Value = Gap> {
        let words = [any_text().boxed(), any_text().boxed(), any_text().boxed()];
        (1..900usize, words, 0.0..100.0, any::<bool>()).prop_map(
            |(rank, [name, standing, next], priority, is_overdue)| {
                let id = "T1059.001".to_owned();
                Gap { rank, id, name, priority, standing, next, is_overdue }
            },
        )
    }

    fn any_findings() -> impl Strategy<Value = Findings> {
        let tactics = prop::collection::vec(any_tactic(), 0..18);
        let gaps = prop::collection::vec(any_gap(), 0..12);
        (any_caption(), tactics, gaps, 0..3usize).prop_map(|(caption, tactics, gaps, accepted)| {
            let levels = ["None", "Trace", "Weak", "Partial", "Strong"].map(str::to_owned);
            Findings { caption, levels, tactics, of: gaps.len() + accepted, gaps, accepted }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn every_text_keeps_to_its_frame(findings in any_findings()) {
            for size in SIZES {
                prop_assert_eq!(check(&picture(&findings, size)), Ok(()));
            }
        }
    }

    #[test]
    fn on_a_slide_no_letter_of_the_chart_is_smaller_than_ten_points() {
        let tactic = |at: usize| Tactic {
            name: format!("Command and Control {at}"),
            levels: [4, 3, 2, 8, 9],
            proven: 5,
        };
        let gap = |rank: usize| Gap {
            rank,
            id: "T1059.001".to_owned(),
            name: "System Network Configuration Discovery".to_owned(),
            priority: 70.0,
            standing: "Nothing, and no telemetry".to_owned(),
            next: "Next: write a rule".to_owned(),
            is_overdue: false,
        };
        let findings = Findings {
            caption: Caption {
                title: "26 techniques are not covered; first comes Phishing".to_owned(),
                subtitle: "Example Bank · 544 techniques · 2026-06-30".to_owned(),
                footnote: "A rule that exists is not proof that an attack is seen.".to_owned(),
                ..Caption::default()
            },
            levels: Default::default(),
            tactics: (1..=15).map(tactic).collect(),
            gaps: (1..=10).map(gap).collect(),
            of: 200,
            accepted: 1,
        };
        let labels = labels(&picture(&findings, Size::Slide));
        // The footnote stands back, as on every page.
        let is_small = |label: &&Label| label.face.em < 19.9;
        assert!(labels.iter().filter(is_small).count() <= 1, "{labels:?}");
        assert!(labels.iter().all(|label| !label.text.ends_with('…')), "{labels:?}");
    }
}
