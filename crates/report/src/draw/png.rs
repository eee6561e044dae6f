//! Turns a picture into pixels.
//!
//! Only the embedded fonts are loaded, so the result does not depend on the machine. Every family
//! name leads to them: text in an unknown family would be left out without a word.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use ::png::{BitDepth, ColorType, DeflateCompression, Encoder, Filter, PixelDimensions, Unit};
use resvg::tiny_skia::{Color, Pixmap, Transform};
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

/// Draws a picture at `scale` times its size. The file says how large that is on paper, for
/// documents that it is put into.
///
/// # Errors
///
/// [`PngError`] if the scale leaves no pixels or far too many.
pub fn png(picture: &Picture, look: Look, scale: f32) -> Result<Vec<u8>, PngError> {
    rows(picture, look, scale, 0..picture.height)
}

/// Draws these rows of a picture alone, counted at a scale of 1.
pub(crate) fn rows(
    picture: &Picture,
    look: Look,
    scale: f32,
    rows: Range<u32>,
) -> Result<Vec<u8>, PngError> {
    let pixels = pixels(&super::svg(picture, look), scale)?;
    let [from, to] = [rows.start, rows.end].map(|row| (row as f32 * scale).round() as usize);
    let row = 4 * pixels.width() as usize;
    let rows = (from * row).min(pixels.data().len())..(to * row).min(pixels.data().len());
    let per_metre = f64::from(scale) / picture.points * POINTS_PER_METRE;
    encoded(&pixels, rows, Some(per_metre.round() as u32))
}

/// Draws an SVG picture at `scale` times its size.
///
/// # Errors
///
/// [`PngError`] if the text is no SVG, or the scale leaves no pixels or far too many.
pub fn render(svg: &str, scale: f32) -> Result<Vec<u8>, PngError> {
    let pixels = pixels(svg, scale)?;
    encoded(&pixels, 0..pixels.data().len(), None)
}

/// An inch is 72 points and 25.4 mm.
const POINTS_PER_METRE: f64 = 72.0 / 0.0254;

/// How hard to compress. Flat areas repeat as they are, so filters make our pictures larger. Of a
/// matrix, all filters and levels were tried with the deflate that is built in: this takes half the
/// time of the usual ones (12 ms against 28 at 1920 x 1080) for four fifths of the size.
const EFFORT: DeflateCompression = DeflateCompression::Level(4);

/// A run of whole rows as a PNG of three bytes a pixel: nothing shines through.
fn encoded(
    pixels: &Pixmap,
    bytes: Range<usize>,
    per_metre: Option<u32>,
) -> Result<Vec<u8>, PngError> {
    let height = (bytes.len() / (4 * pixels.width() as usize)) as u32;
    let mut data = Vec::with_capacity(bytes.len() / 4 * 3);
    for pixel in pixels.data()[bytes].chunks_exact(4) {
        data.extend_from_slice(&pixel[..3]);
    }
    let mut png = Vec::new();
    let mut encoder = Encoder::new(&mut png, pixels.width(), height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_deflate_compression(EFFORT);
    encoder.set_filter(Filter::NoFilter);
    encoder.set_pixel_dims(per_metre.map(|ppu| PixelDimensions {
        xppu: ppu,
        yppu: ppu,
        unit: Unit::Meter,
    }));
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(&data)?;
        writer.finish()
    });
    written.map_err(|reason| PngError::Encode(reason.to_string()))?;
    Ok(png)
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
    pixels.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    Ok(pixels)
}

/// An empty sheet of at most 32,767 pixels a side, the limit of many programs that open it.
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
    use crate::draw::canvas::{Mark, Rect};
    use crate::draw::look::{Rgb, Tone};
    use crate::draw::picture::Alternative;

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

    /// Two bands of a sheet that is not painted all over.
    fn bands() -> Picture {
        let band = |y, tone| Mark::Area(Rect::new(0.0, y, 100.0, 20.0), tone);
        let marks = vec![band(10.0, Tone::Step(4)), band(50.0, Tone::Gap)];
        let alternative = Alternative { title: String::new(), description: String::new() };
        Picture { width: 120, height: 80, points: 0.75, marks, alternative }
    }

    #[test]
    fn every_colour_is_that_of_the_look_and_what_is_not_painted_is_white() {
        let look = Look::default();
        let pixels = Pixmap::decode_png(&png(&bands(), look, 2.0).unwrap()).unwrap();
        let at = |x: u32, y: u32| {
            let pixel = pixels.pixel(2 * x, 2 * y).unwrap();
            Rgb(pixel.red(), pixel.green(), pixel.blue())
        };
        assert_eq!(at(50, 20), look.colour(Tone::Step(4)));
        assert_eq!(at(50, 60), look.colour(Tone::Gap));
        assert_eq!([at(110, 20), at(50, 40)], [Rgb(255, 255, 255); 2]);
    }

    #[test]
    fn rows_are_those_of_the_whole() {
        let [whole, part] = [0..80, 10..70].map(|rows| {
            let png = rows_of(rows);
            Pixmap::decode_png(&png).unwrap()
        });
        assert_eq!((part.width(), part.height()), (240, 120));
        assert!(whole.data()[20 * 240 * 4..140 * 240 * 4] == *part.data());
    }

    fn rows_of(range: Range<u32>) -> Vec<u8> {
        rows(&bands(), Look::default(), 2.0, range).unwrap()
    }

    #[test]
    fn the_file_says_how_large_it_is_on_paper() {
        let png = rows_of(0..80);
        let reader = ::png::Decoder::new(std::io::Cursor::new(&png)).read_info().unwrap();
        let size = reader.info().pixel_dims.unwrap();
        // 240 pixels are 120 at a scale of 1, 90 points, 31.75 mm.
        assert_eq!((size.xppu, size.unit), (7559, Unit::Meter));
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
