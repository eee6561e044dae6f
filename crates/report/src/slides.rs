//! Pictures as slides that can be edited.
//!
//! A deck is what PowerPoint, Keynote and LibreOffice open: each slide has its finding as a title
//! that can be changed, the picture, what it rests on below, and notes for whoever speaks. Nothing
//! in it leads anywhere else, and the same slides give the same bytes.
//!
//! [`frame`] is what all slides share, [`sheet`] one slide with its notes, and [`package`] the parts
//! and how they refer to one another. What they say in XML stands in `templates/slides`.

mod frame;
mod package;
mod sheet;

use model::date::Date;

use crate::draw::look::Look;
use crate::draw::picture::Picture;
use crate::draw::png::{self, PngError};
use crate::page::Caption;

/// One slide.
#[derive(Debug, Clone, PartialEq)]
pub struct Slide {
    /// The words around the picture, as text: the title above; subtitle and footnote below; who may
    /// read it in a corner.
    pub words: Caption,
    /// The picture, best laid out when its words were [taken out](Caption::taken_out).
    pub picture: Picture,
    /// What to say about it, a paragraph a line: definitions and terms.
    pub notes: String,
}

/// What all slides of a deck share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deck {
    /// What the document is called.
    pub title: String,
    /// Whose it is; may be empty.
    pub organisation: String,
    /// The day it says it was made: that of the assessment.
    pub as_of: Date,
    /// Its colours.
    pub look: Look,
}

/// Pixels of a picture on a slide for each that it is laid out in: sharp when enlarged.
const SCALE: f32 = 2.0;
/// As many rows of pixels as a program that shows slides is asked to hold; a longer picture, such as
/// a comparison of hundreds, is drawn coarser.
const ROWS: f32 = 8000.0;

/// The slides as a .pptx.
///
/// # Errors
///
/// [`PngError`] if a picture is too large for memory.
pub fn pptx(slides: &[Slide], deck: &Deck) -> Result<Vec<u8>, PngError> {
    let drawn: Result<Vec<Drawn<'_>>, PngError> =
        slides.iter().map(|slide| drawn(slide, deck.look)).collect();
    Ok(package::packed(package::parts(&drawn?, deck)))
}

/// A slide with its picture as pixels.
struct Drawn<'a> {
    slide: &'a Slide,
    png: Vec<u8>,
    /// Width and height of what is shown, in points.
    size: (f64, f64),
}

/// Draws the rows of a picture that have something in them: where words stand beside it, the room
/// for them is no part of it.
fn drawn(slide: &Slide, look: Look) -> Result<Drawn<'_>, PngError> {
    let picture = &slide.picture;
    let rows = picture.rows_in_use();
    let size = [f64::from(picture.width), f64::from(rows.end - rows.start)];
    let [width, height] = size.map(|pixels| pixels * picture.points);
    let scale = SCALE.min(ROWS / picture.height as f32);
    let png = png::rows(picture, look, scale, rows)?;
    Ok(Drawn { slide, png, size: (width, height) })
}

/// Text that is read and not acted on, of characters that may stand in XML.
fn plain(text: &str) -> String {
    crate::printable(text).replace(['\u{FFFE}', '\u{FFFF}'], "?")
}

#[cfg(test)]
mod tests;
