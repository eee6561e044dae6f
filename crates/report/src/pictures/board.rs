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
use crate::page::{Block, LEADING, Page, Size, from_top, stacked};
use crate::sheet::percent;
use crate::view::board::{Bar, Board, Held, Verdict};

/// Sizes of texts in points; the title takes the first that fits on two lines.
const TITLES: [f64; 3] = [30.0, 26.0, 22.0];
const HEADING: f64 = 18.0;
const TEXT: f64 = 16.0;

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
    let free = sheet.from_bottom(free, |area| sheet.foot(board, area), &mut marks);
    let free = sheet.from_bottom(free, |area| sheet.sure(board, area), &mut marks);
    let free =
        sheet.from_bottom(free, |area| promised::row(&sheet, &board.promised, area), &mut marks);
    let [left, right] = sheet.columns(free);
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
        let [margin, text] = [24.0, TEXT].map(|points| points * point);
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

    /// Puts a block at the bottom and gives back what is left above it.
    fn from_bottom(
        &self,
        free: Rect,
        block: impl Fn(Rect) -> Block,
        marks: &mut Vec<Mark>,
    ) -> Rect {
        let (_, height) = block(free);
        marks.extend(block(free.strip(free.h - height, height)).0);
        free.strip(0.0, free.h - height)
    }

    /// Who may read it, the finding, and why.
    fn head(&self, board: &Board, area: Rect) -> Block {
        let caption = &board.caption;
        let words = Words::new(&caption.title, Weight::Bold);
        let sizes = TITLES.map(|points| self.pt(points));
        let fits = |em: &f64| words.fits(*em, &[area.w; 2]);
        let title = sizes.into_iter().find(fits).unwrap_or(sizes[2]);
        let page = Page { title, ..self.page };
        let without = crate::page::Caption { subtitle: String::new(), ..caption.clone() };
        let mut marks = Vec::new();
        let free = from_top(area, page.head(&without, area), &mut marks);
        let free = free.strip(self.pt(2.0), free.h);
        let sign = Rect { w: self.pt(13.0), h: self.line(), ..free };
        marks.extend(self.sign(board.verdict, sign));
        let beside = Rect { x: free.x + self.pt(20.0), w: free.w - self.pt(20.0), ..free };
        let why = self.lines(&caption.subtitle, self.text(Tone::Ink), beside, WHY);
        let free = from_top(free, why, &mut marks);
        (marks, free.y + self.pt(10.0) - area.y)
    }

    /// Up, down, level, a broken level where only the yardstick moved, or a point.
    fn sign(&self, verdict: Verdict, area: Rect) -> Vec<Mark> {
        let side = area.w;
        let top = area.y + (area.h - side) / 2.0;
        let (left, right, bottom, middle) =
            (area.x, area.x + side, top + side, area.x + side / 2.0);
        let level = [0.33, 0.67].map(|part| top + part * side);
        let stroke = Stroke { tone: Tone::Ink, width: self.pt(2.2) };
        match verdict {
            Verdict::Better => {
                vec![Mark::Polygon(vec![(left, bottom), (middle, top), (right, bottom)], Tone::Bar)]
            }
            Verdict::Worse => {
                vec![Mark::Polygon(vec![(left, top), (right, top), (middle, bottom)], Tone::Gap)]
            }
            Verdict::Same => {
                level.map(|y| Mark::Line(vec![(left, y), (right, y)], stroke)).to_vec()
            }
            Verdict::Yardstick => {
                level.map(|y| Mark::Broken(vec![(left, y), (right, y)], stroke)).to_vec()
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
        ([vec![label], lines].concat(), height)
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
        let area = Rect { h: area.h - self.pt(6.0), ..area };
        [
            Rect { w: left, ..area },
            Rect { x: area.x + left + gutter, w: area.w - gutter - left, ..area },
        ]
    }

    /// A heading of a column.
    fn heading(&self, words: &str, area: Rect) -> Block {
        let (marks, height) = self.lines(words, Type::bold(self.pt(HEADING), Tone::Ink), area, 1);
        (marks, height + self.pt(3.0))
    }

    /// What looks mean, side by side, on as many lines as it takes.
    fn legend(&self, entries: &[(Key, &str)], area: Rect) -> Block {
        let (line, key, face) = (self.line(), self.pt(17.0), self.text(Tone::Ink));
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
            x += width + self.pt(11.0);
        }
        (marks, f64::from(lines) * line)
    }

    fn sample(&self, key: Key, area: Rect) -> Vec<Mark> {
        let high = self.pt(11.0);
        let place = area.strip((area.h - high) / 2.0, high);
        match key {
            Key::Tone(tone) => vec![Mark::Area(place, tone)],
            Key::Tick(stack) => bars::tick(self, stack, place.x + place.w / 2.0, place.inset(0.0)),
        }
    }
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
    let instead = Some(board.asked.instead.clone()).filter(|text| !text.is_empty());
    let promised = format!(
        "Promised: {} done, {} open, {} overdue.",
        board.promised.done, board.promised.open, board.promised.overdue
    );
    let rest = instead.into_iter().chain([promised, format!("How sure: {}", board.sure)]);
    bars.chain(steps).chain(rest).collect::<Vec<_>>().join(" ")
}
