//! One page for those who decide, as a slide or on paper: the finding, why it is better or worse,
//! what attacks would meet, what to decide, what became of what was promised, and how sure it is.
//! Nothing on it is smaller than 16 points, so that it is read from a chair.

mod asked;
mod bars;
mod promised;

use crate::draw::canvas::{Label, Mark, Rect, Stroke, Type};
use crate::draw::look::Tone;
use crate::draw::picture::Picture;
use crate::draw::text::{self, Weight, Words};
use crate::page::{Block, Caption, LEADING, Page, Size, from_top, stacked};
use crate::sheet::percent;
use crate::view::board::{Bar, Board, Held, Verdict};

/// Sizes of texts in points; the title takes the first that fits on two lines.
const TITLES: [f64; 3] = [28.0, 25.0, 22.0];
const HEADING: f64 = 18.0;
const TEXT: f64 = 16.0;

/// In a legend, in points: a sample with what is free beside it, and between two entries.
const KEY: f64 = 17.0;
const APART: f64 = 11.0;

/// The sheet for which points are points, in points; on a larger one everything grows.
const SHEET: (f64, f64) = (960.0, 540.0);

/// Lines that a text may take.
const WHY: usize = 2;
const SURE: usize = 2;
const FOOT: usize = 4;

/// Lays the page out.
#[must_use]
pub fn picture(board: &Board, size: Size) -> Picture {
    let sheet = Sheet::of(size);
    let whole = sheet.whole();
    let free = whole.inset(sheet.page.margin);
    let mut marks = vec![Mark::Area(whole, Tone::Paper)];
    let free = from_top(free, sheet.head(board, free), &mut marks);
    let free = from_bottom(free, |area| sheet.foot(board, area), &mut marks);
    let free = from_bottom(free, |area| sheet.sure(board, area), &mut marks);
    let free = from_bottom(free, |area| promised::row(&sheet, &board.promised, area), &mut marks);
    marks.push(sheet.rule(free, free.h));
    let [left, right] = sheet.columns(free.strip(0.0, free.h - sheet.pt(5.0)));
    marks.extend(bars::marks(&sheet, &board.bars, left));
    marks.extend(asked::marks(&sheet, &board.asked, right));
    sheet.page.picture(marks, board.caption.alternative(&said(board)))
}

/// A sheet with the length of a point on it.
struct Sheet {
    page: Page,
    /// In pixels.
    point: f64,
}

impl Sheet {
    fn of(size: Size) -> Self {
        let page = Page::of(size);
        let [width, height] = [page.width, page.height].map(|side| f64::from(side) * page.points);
        let point = page.pt((width / SHEET.0).min(height / SHEET.1).max(1.0));
        let [margin, text] = [20.0, TEXT].map(|points| points * point);
        Self { page: Page { margin, subtitle: text, footnote: text, ..page }, point }
    }

    fn whole(&self) -> Rect {
        Rect::new(0.0, 0.0, f64::from(self.page.width), f64::from(self.page.height))
    }

    /// Points as pixels.
    fn pt(&self, points: f64) -> f64 {
        points * self.point
    }

    fn text(&self, ink: Tone) -> Type {
        Type::regular(self.pt(TEXT), ink)
    }

    fn bold(&self) -> Type {
        Type::bold(self.pt(TEXT), Tone::Ink)
    }

    /// The height of a line of text.
    fn line(&self) -> f64 {
        self.pt(TEXT) * LEADING
    }

    /// A text on as many lines as it takes, up to some.
    fn lines(&self, sentence: &str, face: Type, area: Rect, most: usize) -> Block {
        let line = face.em * LEADING;
        let lines = Words::new(sentence, face.weight).wrap(face.em, &vec![area.w; most]).lines;
        (stacked(&lines, area.strip(0.0, line), face), lines.len() as f64 * line)
    }

    /// Whom it is about, who may read it, the finding, and why.
    fn head(&self, board: &Board, area: Rect) -> Block {
        let caption = &board.caption;
        let is_named = !caption.heading.trim().is_empty();
        let heading = if is_named { &caption.heading } else { &board.whom };
        let strip = Caption {
            heading: heading.clone(),
            classification: caption.classification.clone(),
            ..Caption::default()
        };
        let mut marks = Vec::new();
        let free = from_top(area, self.page.head(&strip, area), &mut marks);
        let free = from_top(free, self.title(&caption.title, free), &mut marks);
        if caption.subtitle.trim().is_empty() {
            return (marks, free.y - area.y);
        }
        let free = free.strip(self.pt(2.0), free.h);
        let sign = Rect { w: self.pt(13.0), h: self.line(), ..free };
        marks.extend(self.sign(board.verdict, sign));
        let beside = Rect { x: free.x + self.pt(20.0), w: free.w - self.pt(20.0), ..free };
        let why = self.lines(&caption.subtitle, self.text(Tone::Ink), beside, WHY);
        let free = from_top(free, why, &mut marks);
        (marks, free.y + self.pt(8.0) - area.y)
    }

    /// The finding, in letters as large as two lines allow, which are about as long.
    fn title(&self, title: &str, area: Rect) -> Block {
        let words = Words::new(title, Weight::Bold);
        let sizes = TITLES.map(|points| self.pt(points));
        let em = sizes.into_iter().find(|em| words.fits(*em, &[area.w; 2])).unwrap_or(sizes[2]);
        let widths = (0..=10).map(|tenth| area.w * (0.5 + 0.05 * f64::from(tenth)));
        let lines = if words.fits(em, &[area.w]) { 1 } else { 2 };
        let mut widths = widths.filter(|_| lines == 2);
        let even = widths.find(|width| words.fits(em, &[*width; 2])).unwrap_or(area.w);
        self.lines(title, Type::bold(em, Tone::Ink), Rect { w: even, ..area }, 2)
    }

    /// Up, down, level, a level struck through where only the yardstick moved, or a point.
    fn sign(&self, verdict: Verdict, area: Rect) -> Vec<Mark> {
        let side = area.w;
        let top = area.y + (area.h - side) / 2.0;
        let (left, right, bottom, middle) =
            (area.x, area.x + side, top + side, area.x + side / 2.0);
        let level = [0.33, 0.67].map(|part| top + part * side);
        let stroke = Stroke { tone: Tone::Ink, width: self.pt(2.2) };
        let line = |y: f64| Mark::Line(vec![(left, y), (right, y)], stroke);
        match verdict {
            Verdict::Better => {
                vec![Mark::Polygon(vec![(left, bottom), (middle, top), (right, bottom)], Tone::Bar)]
            }
            Verdict::Worse => {
                vec![Mark::Polygon(vec![(left, top), (right, top), (middle, bottom)], Tone::Gap)]
            }
            Verdict::Same => level.map(line).to_vec(),
            Verdict::Yardstick => {
                let [across, above] = [0.3, 0.1].map(|part| part * side);
                let from = (middle - across, bottom + above);
                let slash = Mark::Line(vec![from, (middle + across, top - above)], stroke);
                level.map(line).into_iter().chain([slash]).collect()
            }
            Verdict::First => vec![Mark::Disc((middle, top + side / 2.0), side * 0.3, Tone::Ink)],
        }
    }

    /// The definition, and on what it rests.
    fn foot(&self, board: &Board, area: Rect) -> Block {
        let mut marks = vec![self.rule(area, self.pt(5.0))];
        let below = area.strip(self.pt(8.0), area.h);
        let face = self.text(Tone::SoftInk);
        let (lines, height) = self.lines(&board.caption.footnote, face, below, FOOT);
        marks.extend(lines);
        (marks, height + self.pt(8.0))
    }

    fn rule(&self, area: Rect, below: f64) -> Mark {
        let y = area.y + below;
        let stroke = Stroke { tone: Tone::Rule, width: self.pt(0.8) };
        Mark::Line(vec![(area.x, y), (area.right(), y)], stroke)
    }

    fn sure(&self, board: &Board, area: Rect) -> Block {
        let (label, beside) = self.labelled("How sure", area);
        let (lines, height) = self.lines(&board.sure, self.text(Tone::Ink), beside, SURE);
        ([vec![label], lines].concat(), height.max(self.line()))
    }

    /// The name of a row, and the area beside it.
    fn labelled(&self, name: &str, area: Rect) -> (Mark, Rect) {
        let width = self.pt(78.0);
        let place = Rect { w: width, h: self.line(), ..area };
        let beside = Rect { x: area.x + width, w: area.w - width, ..area };
        (Mark::Label(Label::left(name, place, self.bold())), beside)
    }

    fn columns(&self, area: Rect) -> [Rect; 2] {
        let gutter = self.pt(30.0);
        let left = (area.w - gutter) * 0.5;
        [
            Rect { w: left, ..area },
            Rect { x: area.x + left + gutter, w: area.w - gutter - left, ..area },
        ]
    }

    /// A heading of a column.
    fn heading(&self, words: &str, area: Rect) -> Block {
        let (marks, height) = self.lines(words, Type::bold(self.pt(HEADING), Tone::Ink), area, 1);
        (marks, height + self.pt(2.0))
    }

    /// The width of a heading with what is free beside it.
    fn heading_width(&self, words: &str) -> f64 {
        text::width(&text::drawable(words), Weight::Bold, self.pt(HEADING)) + self.pt(14.0)
    }

    /// The width of a legend on one line.
    fn legend_width(&self, entries: &[(Key, &str)]) -> f64 {
        let words = |words: &str| text::width(words, Weight::Regular, self.pt(TEXT)) + 0.5;
        let widths = entries.iter().map(|(_, of)| self.pt(KEY) + words(of));
        widths.sum::<f64>() + self.pt(APART) * entries.len().saturating_sub(1) as f64
    }

    /// What looks mean, side by side, on as many lines as it takes.
    fn legend(&self, entries: &[(Key, &str)], area: Rect) -> Block {
        let (line, key, face) = (self.line(), self.pt(KEY), self.text(Tone::Ink));
        let (mut x, mut lines, mut marks) = (area.x, 0, Vec::new());
        for (look, words) in entries {
            let words = text::fit(words, face.weight, face.em, area.w - key);
            let width = key + text::width(&words, face.weight, face.em) + 0.5;
            if lines == 0 || x + width > area.right() + 0.01 {
                (x, lines) = (area.x, lines + 1);
            }
            let place = Rect::new(x, area.y + f64::from(lines - 1) * line, width, line);
            let sample = Rect { w: key - self.pt(5.0), ..place };
            marks.extend(self.sample(*look, sample));
            let beside = Rect { x: x + key, w: width - key, ..place };
            marks.push(Mark::Label(Label::left(&words, beside, face)));
            x += width + self.pt(APART);
        }
        (marks, f64::from(lines) * line)
    }

    fn sample(&self, key: Key, area: Rect) -> Vec<Mark> {
        let high = self.pt(11.0);
        let place = area.strip((area.h - high) / 2.0, high);
        match key {
            Key::Tone(tone) => vec![Mark::Area(place, tone)],
            Key::Tick(stack) => {
                // Those that point into a bar do so from both sides of its middle.
                let high = if stack < 2 { 0.0 } else { self.pt(4.0) };
                let middle = area.strip((area.h - high) / 2.0, high);
                bars::tick(self, stack, area.x + area.w / 2.0, middle)
            }
        }
    }
}

/// Puts a block at the bottom and gives back what is left above it.
fn from_bottom(free: Rect, block: impl Fn(Rect) -> Block, marks: &mut Vec<Mark>) -> Rect {
    let (_, height) = block(free);
    marks.extend(block(free.strip(free.h - height, height)).0);
    free.strip(0.0, free.h - height)
}

/// What stands before the words of a legend.
#[derive(Clone, Copy)]
enum Key {
    Tone(Tone),
    /// The tick of a stack.
    Tick(usize),
}

/// What the drawing says, in words and figures.
fn said(board: &Board) -> String {
    let bar = |bar: &Bar| match bar.held {
        Held::Range(range) => format!(
            "{}: {} proven, {} expected, {} claimed.",
            bar.name,
            percent(range.lo),
            percent(range.exp),
            percent(range.hi)
        ),
        Held::Expected(expected) => format!("{}: {} expected.", bar.name, percent(expected)),
        Held::OutOfScope => format!("{}: not in scope.", bar.name),
    };
    let bars = board.bars.rows.iter().map(bar);
    let steps = board.asked.steps.iter().map(|step| format!("{} ({}).", step.what, step.terms));
    let note = Some(board.asked.note.clone()).filter(|text| !text.is_empty());
    let promised = format!(
        "Promised: {} done, {} open, {} overdue.",
        board.promised.done, board.promised.open, board.promised.overdue
    );
    let rest = note.into_iter().chain([promised, format!("How sure: {}", board.sure)]);
    bars.chain(steps).chain(rest).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use model::score::Range;
    use proptest::prelude::*;

    use super::*;
    use crate::draw::look::Look;
    use crate::draw::{png, svg};
    use crate::page::tests::{check_texts, labels};
    use crate::view::board::{Asked, Bars, Buys, Promised, Step};

    const SIZES: [Size; 4] = [Size::Slide, Size::A4, Size::A3, Size::Web];

    fn bars() -> Bars {
        let names = [
            "Ransomware",
            "Business mail compromise",
            "Cloud account takeover",
            "Data theft",
            "Destruction",
            "Supply chain",
        ];
        let bar = |(at, name): (usize, &&str)| Bar {
            name: (*name).to_owned(),
            held: Held::Range(Range { lo: 0.1 * at as f64, exp: 0.5, hi: 0.7 }),
            ticks: vec![Some(0.2), Some(0.25), None, Some(1.0)],
        };
        Bars {
            heading: "Would it be stopped or noticed?".to_owned(),
            note: String::new(),
            rows: names.iter().enumerate().map(bar).collect(),
            stacks: ["NIST 800-53", "Microsoft 365", "Sigma", "All three"]
                .map(str::to_owned)
                .to_vec(),
        }
    }

    fn board() -> Board {
        let step = |at: f64| Step {
            what: "Put in place: M1022 Restrict File and Directory Permissions".to_owned(),
            terms: format!("cost {at} · Endpoint Security · most against FIN7 and Carbanak"),
            buys: Some(Buys { before: 0.4 + 0.02 * at, after: 0.42 + 0.02 * at }),
        };
        Board {
            caption: Caption {
                classification: "TLP:AMBER".to_owned(),
                title: "We are better than in March 2025, but business mail compromise would \
                        mostly be neither stopped nor noticed"
                    .to_owned(),
                subtitle: "Better, because what we have in place is worth more. Another ATT&CK \
                           release makes us look worse: that is the yardstick, not us. Gaps \
                           closed: PowerShell and others; new: Create Cloud Instance."
                    .to_owned(),
                footnote: "Bars: how much of each attack is stopped or noticed well enough; \
                           proven by tests, expected, or claimed. A rule is not a detection. \
                           Marks: public stacks with everything on, every platform, ATT&CK 19.2. \
                           Example Bank · 544 techniques on IaaS, Identity Provider, Linux, \
                           Windows · ATT&CK Enterprise 19.2 · 2026-06-30 · inputs d661f861ba94 · \
                           lacuna 0.1.0"
                    .to_owned(),
                ..Caption::default()
            },
            whom: "Example Bank · 30 June 2026".to_owned(),
            verdict: Verdict::Better,
            bars: bars(),
            asked: Asked {
                heading: "Three decisions are asked".to_owned(),
                note: String::new(),
                steps: [1.0, 2.0, 3.0].map(step).to_vec(),
            },
            promised: Promised {
                done: 4,
                open: 3,
                overdue: 2,
                late: "Data Encrypted for Impact (Infrastructure)".to_owned(),
            },
            sure: "Little of it is tested; nobody says which rules are on; some of it is mapped \
                   on paper only; which gap is first hangs on what is assumed."
                .to_owned(),
        }
    }

    #[test]
    fn no_text_is_cut_and_none_is_small_on_a_full_page() {
        for size in SIZES {
            let picture = picture(&board(), size);
            check_texts(&picture).unwrap();
            let least = Page::of(size).pt(16.0) - 0.01;
            for label in labels(&picture) {
                assert!(label.face.em >= least, "{size:?} {label:?}");
                assert!(!label.text.ends_with('…'), "{size:?} {label:?}");
            }
        }
    }

    /// Numbers that stand alone and are no part of a date.
    fn figures(picture: &Picture) -> Vec<String> {
        let text: Vec<String> = labels(picture).into_iter().map(|label| label.text).collect();
        let words: Vec<String> = text
            .join(" ")
            .split_whitespace()
            .map(|word| word.trim_matches([',', '.', ';', ':', '(', ')']).to_owned())
            .collect();
        let is_month = |at: Option<usize>| {
            let word = at.and_then(|at| words.get(at));
            word.is_some_and(|word| ["March", "June"].contains(&word.as_str()))
        };
        let is_figure = |at: &usize| {
            let is_number = words[*at].trim_end_matches('%').parse::<f64>().is_ok();
            is_number && !is_month(at.checked_sub(1)) && !is_month(Some(at + 1))
        };
        (0..words.len()).filter(is_figure).map(|at| words[at].clone()).collect()
    }

    #[test]
    fn there_are_at_most_five_numbers_and_no_percent() {
        let mut board = board();
        board.caption.footnote = String::new();
        for (done, open) in [(0, 0), (4, 3), (40, 300)] {
            board.promised = Promised { done, open, ..board.promised };
            for size in SIZES {
                let picture = picture(&board, size);
                let found = figures(&picture);
                let heads = ["1", "2", "3"];
                // The name of a public stack has one too.
                assert!(found.iter().all(|f| heads.contains(&&f[..]) || f == "365"), "{found:?}");
                assert!(found.len() <= 5, "{found:?}");
                assert!(labels(&picture).iter().all(|label| !label.text.contains('%')));
            }
        }
    }

    #[test]
    fn one_that_does_not_see_it_is_told_the_figures() {
        let said = picture(&board(), Size::Slide).alternative().description.clone();
        assert!(said.contains("Data theft: 30 % proven, 50 % expected, 70 % claimed."), "{said}");
        assert!(said.contains("Promised: 4 done, 3 open, 2 overdue."), "{said}");
    }

    #[test]
    fn marks_of_promises_are_one_each_or_parts_of_one_bar() {
        let marks = |done, open, overdue| {
            let sheet = Sheet::of(Size::Slide);
            let promised = Promised { done, open, overdue, late: String::new() };
            let (marks, _) = promised::row(&sheet, &promised, sheet.whole());
            let is_drawn = |mark: &&Mark| matches!(mark, Mark::Area(..) | Mark::Edge(..));
            marks.iter().filter(is_drawn).count()
        };
        assert_eq!((marks(3, 2, 1), marks(300, 20, 1), marks(0, 0, 0)), (6, 3, 0));
    }

    fn held() -> impl Strategy<Value = Held> {
        let share = || 0.0..=1.0;
        prop_oneof![
            (share(), share(), share()).prop_map(|(lo, exp, hi)| Held::Range(Range {
                lo,
                exp,
                hi
            })),
            share().prop_map(Held::Expected),
            Just(Held::OutOfScope),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn every_text_keeps_to_its_frame_whatever_is_written(
            texts in prop::collection::vec("\\PC{0,200}", 12),
            rows in prop::collection::vec(held(), 0..7),
            steps in 0usize..4,
            promised in (0usize..60, 0usize..20, 0usize..20),
            ticks in prop::collection::vec(prop::option::of(-0.5..1.5), 0..5),
            size in prop::sample::select(&SIZES[..]),
        ) {
            let mut board = board();
            let [title, subtitle, foot, class, whom, name, note, what, terms, late, sure, stack] =
                <[String; 12]>::try_from(texts).unwrap();
            board.caption = Caption {
                heading: String::new(),
                classification: class,
                title,
                subtitle,
                footnote: foot,
            };
            (board.whom, board.sure, board.bars.note) = (whom, sure, note.clone());
            let bar = |held: &Held| Bar { name: name.clone(), held: *held, ticks: ticks.clone() };
            board.bars.rows = rows.iter().map(bar).collect();
            board.bars.stacks[1] = stack;
            board.asked.steps.truncate(steps);
            board.asked.note = note;
            for step in &mut board.asked.steps {
                (step.what, step.terms) = (what.clone(), terms.clone());
            }
            let (done, open, overdue) = promised;
            board.promised = Promised { done, open, overdue, late };
            let picture = picture(&board, size);
            prop_assert_eq!(check_texts(&picture), Ok(()));
            let least = Page::of(size).pt(16.0) - 0.01;
            prop_assert!(labels(&picture).iter().all(|label| label.face.em >= least));
            let drawn = svg(&picture, Look::default());
            prop_assert!(png::parse(&drawn).is_ok());
            prop_assert!(!drawn.contains("<script"));
        }
    }
}
