//! A picture that is laid out: what is drawn where. Every format is made from it.

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

    /// All of it.
    #[cfg(test)]
    pub(crate) fn sheet(&self) -> Rect {
        Rect::new(0.0, 0.0, f64::from(self.width), f64::from(self.height))
    }
}
