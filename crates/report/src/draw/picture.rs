//! A picture that is laid out: what is drawn where. Every format is made from it.

use std::ops::Range;

use super::canvas::Mark;
#[cfg(test)]
use super::canvas::Rect;

/// A picture, ready to be written in any format and any look.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// In pixels.
    pub(crate) width: u32,
    /// In pixels.
    pub(crate) height: u32,
    /// Points (1/72 inch) in a pixel, for formats that have a size on paper.
    pub(crate) points: f64,
    /// What is drawn, the first at the back.
    pub(crate) marks: Vec<Mark>,
    /// What it says to those who do not see it.
    pub(crate) alternative: Alternative,
}

/// What a picture says to those who do not see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// The finding.
    pub title: String,
    /// What it rests on, and what stands out.
    pub description: String,
}

/// A line of text of a picture and the frame that it does not leave, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Text<'a> {
    /// What is written; it ends in an ellipsis where it had to be cut.
    pub text: &'a str,
    /// The left side of the frame.
    pub left: f64,
    /// Its top.
    pub top: f64,
    /// Its right side.
    pub right: f64,
    /// Its bottom.
    pub bottom: f64,
    /// How wide the text itself is.
    pub width: f64,
    /// The size of the letters on paper, in points.
    pub points: f64,
}

impl Picture {
    /// What it says to those who do not see it.
    #[must_use]
    pub fn alternative(&self) -> &Alternative {
        &self.alternative
    }

    /// Width and height in pixels, at a scale of 1.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// From the first row of pixels with something in it to the last: what only lies below
    /// everything, as large as the sheet, does not count. All rows, where there is nothing.
    pub(crate) fn rows_in_use(&self) -> Range<u32> {
        let sheet = f64::from(self.height);
        let extents = self.marks.iter().filter_map(Mark::extent);
        let drawn = extents.filter(|(top, bottom)| *top > 0.0 || *bottom < sheet);
        let (top, bottom) = drawn.fold((sheet, 0.0), |(top, bottom): (f64, f64), drawn| {
            (top.min(drawn.0), bottom.max(drawn.1))
        });
        let (top, bottom) = (top.max(0.0).floor(), bottom.min(sheet).ceil());
        if top < bottom { top as u32..bottom as u32 } else { 0..self.height }
    }

    /// Every line of text that is drawn, from the back to the front.
    pub fn texts(&self) -> impl Iterator<Item = Text<'_>> {
        self.marks.iter().filter_map(Mark::label).map(|label| Text {
            text: &label.text,
            left: label.frame.x,
            top: label.frame.y,
            right: label.frame.right(),
            bottom: label.frame.bottom(),
            width: label.width(),
            points: label.face.em * self.points,
        })
    }

    /// All of it.
    #[cfg(test)]
    pub(crate) fn sheet(&self) -> Rect {
        Rect::new(0.0, 0.0, f64::from(self.width), f64::from(self.height))
    }
}
