//! One slide and its notes.

use askama::Template;

use super::frame::{self, FOOTER, NARROW_TITLE, PICTURE, Place, TITLE};
use super::{Slide, plain};
use crate::draw::text::{self, Weight, Words};

/// How much wider Arial is than the font in which texts are measured: 1.2 for sentences, and what
/// a letter of another language may need beyond that.
const WIDER: f64 = 1.25;

/// A slide.
#[derive(Template)]
#[template(path = "slides/slide.xml")]
pub(super) struct Sheet {
    number: usize,
    title: String,
    /// Hundredths of a point, as all sizes here.
    title_size: u32,
    /// Only where it differs from that of the layout.
    title_place: String,
    alternative: String,
    picture_place: String,
    footer: Vec<String>,
    footer_size: u32,
    classification: String,
    classification_size: u32,
}

impl Sheet {
    /// The slide with this number, whose picture is so large in points.
    pub(super) fn of(slide: &Slide, number: usize, picture: (f64, f64)) -> Self {
        let words = &slide.words;
        let classification = plain(words.classification.trim());
        let is_narrow = !classification.is_empty();
        let room = if is_narrow { NARROW_TITLE } else { TITLE };
        let title = plain(&words.title);
        let footer = footer(slide);
        Self {
            number,
            title_size: largest(&[28, 24, 22, 20, 18, 16], &[&title], Weight::Bold, room),
            title_place: if is_narrow { NARROW_TITLE.xfrm() } else { String::new() },
            alternative: alternative(slide),
            picture_place: PICTURE.holding(picture).xfrm(),
            footer_size: largest(&[9, 8, 7, 6], &footer, Weight::Regular, FOOTER),
            footer,
            classification_size: largest(
                &[12, 10, 9, 8, 7, 6],
                &[&classification],
                Weight::Bold,
                frame::CLASSIFICATION,
            ),
            title,
            classification,
        }
    }
}

/// What the picture is about, and on what it rests: a paragraph each.
fn footer(slide: &Slide) -> Vec<String> {
    let words = &slide.words;
    let about = [&words.heading, &words.subtitle].map(|text| plain(text.trim()));
    let about: Vec<String> = about.into_iter().filter(|text| !text.is_empty()).collect();
    vec![about.join(" · "), plain(words.footnote.trim())]
}

fn alternative(slide: &Slide) -> String {
    let said = slide.picture.alternative();
    let title = if said.title.is_empty() { &slide.words.title } else { &said.title };
    plain(format!("{title} {}", said.description).trim())
}

/// The largest of these sizes in points at which paragraphs fit a place, or else the last, in
/// hundredths of a point.
fn largest(sizes: &[u32], paragraphs: &[impl AsRef<str>], weight: Weight, place: Place) -> u32 {
    let measured: Vec<Words> =
        paragraphs.iter().map(|text| Words::new(&measurable(text.as_ref()), weight)).collect();
    let fits = |size: &&u32| {
        let em = f64::from(**size);
        let lines = (place.h / (em * 1.2)).floor() as usize;
        let rooms = vec![place.w / WIDER; lines];
        let used = measured.iter().map(|words| words.wrap(em, &rooms));
        let used: Vec<_> = used.collect();
        used.iter().all(|wrapped| !wrapped.cut)
            && used.iter().map(|wrapped| wrapped.lines.len()).sum::<usize>() <= lines
    };
    100 * sizes.iter().find(fits).or(sizes.last()).copied().unwrap_or_default()
}

/// A text as wide as this one may be, in letters that can be measured.
fn measurable(text: &str) -> String {
    let wide = |c: char| if text::is_drawable(c.encode_utf8(&mut [0; 4])) { c } else { 'W' };
    text.chars().map(|c| if c.is_whitespace() { ' ' } else { wide(c) }).collect()
}

/// What is said about a slide.
#[derive(Template)]
#[template(path = "slides/notes.xml")]
pub(super) struct Notes {
    lines: Vec<String>,
}

impl Notes {
    /// A paragraph a line; what the picture says to those who do not see it, where nothing is said.
    pub(super) fn of(slide: &Slide) -> Self {
        let notes = slide.notes.trim();
        let said = if notes.is_empty() { &slide.picture.alternative().description } else { notes };
        Self { lines: said.split('\n').map(plain).collect() }
    }
}
