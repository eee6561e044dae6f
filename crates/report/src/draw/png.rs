//! Turns a picture into pixels.
//!
//! Only the embedded fonts are loaded, so the result does not depend on the machine. Every family
//! name leads to them: text in an unknown family would be left out without a word.

use std::fmt;
use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, fontdb};

use super::text::{self, Weight};
use super::{Look, Picture};

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| Arc::new(embedded_fonts()));

/// Why there is no PNG.
#[derive(Debug)]
pub enum PngError {
    /// The text is not an SVG picture.
    Svg(usvg::Error),
    /// The picture would have no pixels, or more than memory can hold.
    Size {
        /// Width in pixels.
        width: f32,
        /// Height in pixels.
        height: f32,
    },
    /// The pixels could not be compressed.
    Encode(String),
}

impl fmt::Display for PngError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PngError::Svg(reason) => write!(f, "not an SVG picture: {reason}"),
            PngError::Size { width, height } => {
                write!(f, "cannot draw a picture of {width} x {height} pixels")
            }
            PngError::Encode(reason) => write!(f, "cannot write PNG: {reason}"),
        }
    }
}

impl std::error::Error for PngError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            PngError::Svg(reason) => Some(reason),
            PngError::Size { .. } | PngError::Encode(_) => None,
        }
    }
}

/// Draws a picture at `scale` times its size.
///
/// # Errors
///
/// [`PngError`] if the scale leaves no pixels or far too many.
pub fn png(picture: &Picture, look: Look, scale: f32) -> Result<Vec<u8>, PngError> {
    render(&super::svg(picture, look), scale)
}

/// Draws an SVG picture at `scale` times its size.
///
/// # Errors
///
/// [`PngError`] if the text is no SVG, or the scale leaves no pixels or far too many.
pub fn render(svg: &str, scale: f32) -> Result<Vec<u8>, PngError> {
    let pixels = pixels(svg, scale)?;
    pixels.encode_png().map_err(|reason| PngError::Encode(reason.to_string()))
}

/// Reads an SVG picture with the fonts it will be drawn in.
pub(crate) fn parse(svg: &str) -> Result<usvg::Tree, PngError> {
    let options = usvg::Options {
        font_family: text::FAMILY.to_owned(),
        fontdb: Arc::clone(&FONTS),
        ..usvg::Options::default()
    };
    usvg::Tree::from_str(svg, &options).map_err(PngError::Svg)
}

fn pixels(svg: &str, scale: f32) -> Result<Pixmap, PngError> {
    let tree = parse(svg)?;
    let (width, height) = (tree.size().width() * scale, tree.size().height() * scale);
    let mut pixels = blank(width, height).ok_or(PngError::Size { width, height })?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    Ok(pixels)
}

/// An empty picture of at most 32,767 pixels a side, the limit of many programs that open it.
fn blank(width: f32, height: f32) -> Option<Pixmap> {
    let side = |length: f32| (0.5..32_767.5).contains(&length).then(|| length.round() as u32);
    Pixmap::new(side(width)?, side(height)?)
}

fn embedded_fonts() -> fontdb::Database {
    let mut fonts = fontdb::Database::new();
    for weight in [Weight::Regular, Weight::Bold] {
        fonts.load_font_data(weight.ttf().to_vec());
    }
    fonts.set_serif_family(text::FAMILY);
    fonts.set_sans_serif_family(text::FAMILY);
    fonts.set_cursive_family(text::FAMILY);
    fonts.set_fantasy_family(text::FAMILY);
    fonts.set_monospace_family(text::FAMILY);
    fonts
}

/// Where the letters of every text are drawn, in drawing order.
#[cfg(test)]
pub(crate) fn drawn_texts(svg: &str) -> Vec<resvg::tiny_skia::Rect> {
    fn collect(group: &usvg::Group, texts: &mut Vec<resvg::tiny_skia::Rect>) {
        for node in group.children() {
            match node {
                usvg::Node::Group(group) => collect(group, texts),
                usvg::Node::Text(text) => texts.push(text.abs_bounding_box()),
                usvg::Node::Path(_) | usvg::Node::Image(_) => {}
            }
        }
    }
    let mut texts = Vec::new();
    collect(parse(svg).expect("an SVG picture").root(), &mut texts);
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text in a family, on white.
    fn picture(family: &str) -> String {
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='200' height='40'>\
             <rect width='200' height='40' fill='#fff'/>\
             <text x='5' y='30' font-size='30' font-family='{family}'>Phishing</text></svg>"
        )
    }

    fn dark_pixels(svg: &str) -> usize {
        let pixels = pixels(svg, 1.0).unwrap();
        pixels.pixels().iter().filter(|pixel| pixel.red() < 128).count()
    }

    #[test]
    fn text_is_drawn_in_our_family_and_in_generic_ones() {
        for family in [text::FAMILY, "sans-serif", "serif", "monospace", "Nowhere, sans-serif"] {
            assert!(dark_pixels(&picture(family)) > 300, "{family}");
        }
    }

    #[test]
    fn the_scale_multiplies_the_size() {
        let png = render(&picture(text::FAMILY), 2.5).unwrap();
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        assert_eq!((&png[16..20], &png[20..24]), (&[0, 0, 1, 244][..], &[0, 0, 0, 100][..]));
    }

    #[test]
    fn a_picture_that_cannot_be_drawn_is_an_error() {
        assert!(matches!(render("<html/>", 1.0), Err(PngError::Svg(_))));
        for scale in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e6] {
            let result = render(&picture("serif"), scale);
            assert!(matches!(result, Err(PngError::Size { .. })), "{scale}");
        }
    }
}
