//! The sheet a picture is drawn on, and what stands around every picture: who may read it, the
//! finding, what it is about, and on what it rests.

use crate::draw::canvas::{Label, Mark, Rect, Stroke, Type};
use crate::draw::look::Tone;
use crate::draw::picture::{Alternative, Picture};
use crate::draw::text::{self, Weight, Words};

/// The sheet a picture is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Size {
    /// A 16:9 slide: 1920 x 1080 pixels, 13.33 x 7.5 inches.
    #[default]
    Slide,
    /// Landscape: 1123 x 794 pixels, 297 x 210 mm.
    A4,
    /// Landscape: 1587 x 1123 pixels, 420 x 297 mm.
    A3,
    /// For a wide screen: 2800 x 1400 pixels.
    Web,
}

impl Size {
    /// Width and height in pixels.
    #[must_use]
    pub fn pixels(self) -> (u32, u32) {
        match self {
            Self::Slide => (1920, 1080),
            Self::A4 => (1123, 794),
            Self::A3 => (1587, 1123),
            Self::Web => (2800, 1400),
        }
    }

    /// Points (1/72 inch) in a pixel.
    #[must_use]
    pub fn points(self) -> f64 {
        match self {
            Self::Slide | Self::Web => 0.5,
            Self::A4 | Self::A3 => 0.75,
        }
    }
}

/// What stands around a picture. All of it is text from people or files, and is made drawable.
///
/// Without any word, the words stand beside the picture as text of the document it is put in: see
/// [`Caption::taken_out`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Caption {
    /// What the document is called; may be empty.
    pub heading: String,
    /// Who may read it, such as `TLP:AMBER`; may be empty.
    pub classification: String,
    /// The finding, in one sentence.
    pub title: String,
    /// Whom it is about, scope, release, date and counts.
    pub subtitle: String,
    /// The definition of the figures, their limits, and what they were computed from.
    pub footnote: String,
}

/// A sheet with its measures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Page {
    /// In pixels.
    pub(crate) width: u32,
    /// In pixels.
    pub(crate) height: u32,
    /// Points in a pixel.
    pub(crate) points: f64,
    /// Free on all sides, in pixels.
    pub(crate) margin: f64,
    /// The sizes of texts, as em in pixels.
    pub(crate) title: f64,
    pub(crate) subtitle: f64,
    pub(crate) footnote: f64,
}

/// How far the lines of a text are apart, in em.
pub(crate) const LEADING: f64 = 1.2;

/// Room above and below a picture for words that stand beside it, in points.
pub(crate) const WORDS_ABOVE: f64 = 70.0;
pub(crate) const WORDS_BELOW: f64 = 48.0;

/// Marks drawn from the top of an area, and how much of its height they take.
pub(crate) type Block = (Vec<Mark>, f64);

impl Page {
    /// The sheet as it serves charts: its words can be read where it is shown to several people.
    pub(crate) fn of(size: Size) -> Self {
        let page = Self::dense(size);
        let [title, subtitle, footnote] = [17.0, 10.0, 8.0].map(|points| page.pt(points));
        Self { title, subtitle, footnote, ..page }
    }

    /// The sheet as it serves pictures that need all the room there is, and are read from near.
    pub(crate) fn dense(size: Size) -> Self {
        let (width, height) = size.pixels();
        let page = |margin, title, subtitle, footnote| Self {
            width,
            height,
            points: size.points(),
            margin,
            title,
            subtitle,
            footnote,
        };
        match size {
            Size::Slide => page(20.0, 29.0, 17.0, 13.0),
            Size::Web => page(24.0, 34.0, 19.0, 14.0),
            Size::A3 => page(22.0, 25.0, 13.5, 10.5),
            Size::A4 => page(18.0, 20.0, 11.5, 9.0),
        }
    }

    /// Points as pixels.
    pub(crate) fn pt(&self, points: f64) -> f64 {
        points / self.points
    }

    /// Everything around the picture, and the area that is left for it.
    pub(crate) fn around(&self, caption: &Caption) -> (Vec<Mark>, Rect) {
        let sheet = Rect::new(0.0, 0.0, f64::from(self.width), f64::from(self.height));
        let mut marks = vec![Mark::Area(sheet, Tone::Paper)];
        let free = sheet.inset(self.margin);
        let free = from_top(free, self.head(caption, free), &mut marks);
        let (_, height) = self.foot(caption, free);
        let bottom = free.strip(free.h - height, height);
        marks.extend(self.foot(caption, bottom).0);
        (marks, free.strip(0.0, free.h - height))
    }

    /// Everything above the picture.
    pub(crate) fn head(&self, caption: &Caption, area: Rect) -> Block {
        if caption.is_taken_out() {
            return (Vec::new(), self.pt(WORDS_ABOVE) - self.margin);
        }
        let mut marks = Vec::new();
        let free = from_top(area, self.strip(caption, area), &mut marks);
        let title = Type::bold(self.title, Tone::Ink);
        let free = from_top(free, paragraph(&caption.title, title, free), &mut marks);
        let subtitle = Type::regular(self.subtitle, Tone::SoftInk);
        let free = from_top(free, paragraph(&caption.subtitle, subtitle, free), &mut marks);
        (marks, free.y - area.y)
    }

    /// Everything below it.
    pub(crate) fn foot(&self, caption: &Caption, area: Rect) -> Block {
        if caption.is_taken_out() {
            return (Vec::new(), self.pt(WORDS_BELOW) - self.margin);
        }
        let face = Type::regular(self.footnote, Tone::SoftInk);
        paragraph(&caption.footnote, face, area)
    }

    /// What the document is called, and at the right who may read it.
    fn strip(&self, caption: &Caption, area: Rect) -> Block {
        if caption.heading.trim().is_empty() && caption.classification.trim().is_empty() {
            return (Vec::new(), 0.0);
        }
        let strip = area.strip(0.0, self.subtitle * 1.5);
        let bold = Type::bold(self.subtitle, Tone::Ink);
        let words = text::fit(&caption.classification, Weight::Bold, bold.em, strip.w / 3.0);
        let pad = self.subtitle * 0.5;
        let width = text::width(&words, Weight::Bold, bold.em) + 2.0 * pad;
        let mut marks = Vec::new();
        let rest = Rect { w: strip.w - width - pad, ..strip };
        if !words.is_empty() {
            let edge = Stroke { tone: Tone::Ink, width: self.subtitle * 0.08 };
            let sign = Rect { x: strip.right() - width, w: width, ..strip }.inset(1.0);
            marks.push(Mark::Edge(sign, edge));
            marks.push(Mark::Label(Label::middle(&words, sign, bold)));
        }
        let soft = Type::regular(self.subtitle, Tone::SoftInk);
        marks.push(Mark::Label(Label::left(&caption.heading, rest, soft)));
        (marks, self.subtitle * 1.7)
    }

    /// The picture of this sheet.
    pub(crate) fn picture(&self, marks: Vec<Mark>, alternative: Alternative) -> Picture {
        let Self { width, height, points, .. } = *self;
        Picture { width, height, points, marks, alternative }
    }
}

impl Caption {
    /// Takes the words out, for a document that has them as text of its own: the picture then
    /// leaves room for them and draws none.
    #[must_use]
    pub fn taken_out(&mut self) -> Caption {
        std::mem::take(self)
    }

    fn is_taken_out(&self) -> bool {
        *self == Caption::default()
    }

    /// What the picture says to those who do not see it: the caption, and what is added.
    pub(crate) fn alternative(&self, added: &str) -> Alternative {
        let said = [&self.subtitle, &self.footnote, added];
        let said: Vec<&str> = said.into_iter().filter(|text| !text.is_empty()).collect();
        Alternative { title: self.title.clone(), description: said.join(" ") }
    }
}

/// Puts a block at the top and gives back what is left below it.
pub(crate) fn from_top(free: Rect, (block, height): Block, marks: &mut Vec<Mark>) -> Rect {
    marks.extend(block);
    free.strip(height, free.h - height)
}

/// A sentence on one line, or on two if it has to be.
pub(crate) fn paragraph(sentence: &str, face: Type, area: Rect) -> Block {
    let line = face.em * LEADING;
    let words = Words::new(sentence, face.weight);
    let lines = words.wrap(face.em, &[area.w; 2]).lines;
    let marks = stacked(&lines, area.strip(0.0, line), face);
    (marks, lines.len() as f64 * line)
}

/// Lines of text under one another, the first in `strip`.
pub(crate) fn stacked(lines: &[String], strip: Rect, face: Type) -> Vec<Mark> {
    let place = |at: usize| strip.strip(at as f64 * strip.h, strip.h);
    let label = |(at, line): (usize, &String)| Mark::Label(Label::left(line, place(at), face));
    lines.iter().enumerate().map(label).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Every text of a picture that is there, in drawing order.
    pub(crate) fn labels(picture: &Picture) -> Vec<Label> {
        let label = |mark: &Mark| match mark {
            Mark::Label(label) if !label.text.is_empty() => Some(label.clone()),
            _ => None,
        };
        picture.marks.iter().filter_map(label).collect()
    }

    /// Whether every text can be drawn, keeps to its frame and its sheet, and meets no other.
    pub(crate) fn check_texts(picture: &Picture) -> Result<(), String> {
        let labels = labels(picture);
        for (at, label) in labels.iter().enumerate() {
            let is_well = text::is_drawable(&label.text)
                && label.width() <= label.frame.w + 0.51
                && picture.sheet().contains(label.frame);
            let met = labels[at + 1..].iter().find(|other| label.frame.meets(other.frame));
            if !is_well || met.is_some() {
                return Err(format!("{label:?} {met:?}"));
            }
        }
        Ok(())
    }

    #[test]
    fn what_stands_around_never_overlaps_and_leaves_room_for_the_picture() {
        let long = "A finding that goes on and on ".repeat(20);
        for size in [Size::Slide, Size::A4, Size::A3, Size::Web] {
            for text in ["", "Example Bank", &long, "漢字 \u{202E}"] {
                let caption = Caption {
                    heading: text.to_owned(),
                    classification: text.to_owned(),
                    title: text.to_owned(),
                    subtitle: text.to_owned(),
                    footnote: text.to_owned(),
                };
                let page = Page::of(size);
                let (marks, free) = page.around(&caption);
                let picture = page.picture(marks, caption.alternative(""));
                check_texts(&picture).unwrap();
                assert!(free.h > 0.7 * f64::from(page.height), "{size:?} {free:?}");
            }
        }
    }
}
