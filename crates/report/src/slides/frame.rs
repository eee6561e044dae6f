//! What all slides share: their size, colours and fonts, and where title, picture and words stand.

use askama::Template;

use super::Deck;
use crate::draw::look::{Look, Rgb, Tone};
use crate::page::{WORDS_ABOVE, WORDS_BELOW};
use crate::slides::frame;

/// A place on a slide, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) w: f64,
    pub(super) h: f64,
}

/// The size of a slide: 13.33 x 7.5 inches.
pub(super) const SLIDE: Place = Place { x: 0.0, y: 0.0, w: 960.0, h: 540.0 };
/// Free at the sides, as on the sheet of a picture.
const MARGIN: f64 = 10.0;
/// Who may read it, at the upper right.
pub(super) const CLASSIFICATION: Place = Place { x: 820.0, y: 12.0, w: 130.0, h: 22.0 };
/// The finding, above the picture.
pub(super) const TITLE: Place =
    Place { x: MARGIN, y: 8.0, w: SLIDE.w - 2.0 * MARGIN, h: WORDS_ABOVE - 14.0 };
/// The finding beside the sign of who may read it.
pub(super) const NARROW_TITLE: Place = Place { w: CLASSIFICATION.x - 2.0 * MARGIN, ..TITLE };
/// Where a picture can be.
pub(super) const PICTURE: Place =
    Place { x: 0.0, y: WORDS_ABOVE, w: SLIDE.w, h: SLIDE.h - WORDS_ABOVE - WORDS_BELOW };
/// On what it rests, below the picture.
pub(super) const FOOTER: Place =
    Place { x: MARGIN, y: SLIDE.h - WORDS_BELOW + 4.0, w: SLIDE.w - 60.0, h: WORDS_BELOW - 12.0 };
/// The number of the slide, beside it.
pub(super) const NUMBER: Place = Place { x: SLIDE.w - 40.0, w: 30.0, ..FOOTER };

/// A page of notes: A4, upright.
pub(super) const NOTES: Place = Place { x: 0.0, y: 0.0, w: 595.0, h: 842.0 };
/// The slide on it.
pub(super) const NOTES_SLIDE: Place = Place { x: 57.5, y: 60.0, w: 480.0, h: 270.0 };
/// What is said, below.
pub(super) const NOTES_TEXT: Place = Place { x: 57.5, y: 360.0, w: 480.0, h: 420.0 };

/// English Metric Units in a point: what lengths are written in.
const EMU: f64 = 12700.0;

impl Place {
    /// Where it is.
    pub(super) fn xfrm(self) -> String {
        let [x, y] = [self.x, self.y].map(|points| (points * EMU).round());
        format!(r#"<a:xfrm><a:off x="{x}" y="{y}"/><a:ext {}/></a:xfrm>"#, self.size())
    }

    /// How large it is.
    pub(super) fn size(self) -> String {
        let [w, h] = [self.w, self.h].map(|points| (points * EMU).round());
        format!(r#"cx="{w}" cy="{h}""#)
    }

    /// What is this wide and high, as large as fits but not larger: from the top, in the middle.
    pub(super) fn holding(self, (w, h): (f64, f64)) -> Place {
        let scale = (self.w / w).min(self.h / h).min(1.0);
        let (w, h) = (w * scale, h * scale);
        Place { x: self.x + (self.w - w) / 2.0, y: self.y, w, h }
    }
}

/// The colours and fonts of a deck.
#[derive(Template)]
#[template(path = "slides/theme.xml")]
pub(super) struct Theme {
    colours: [(&'static str, String); 12],
}

impl Theme {
    /// Whatever the deck, `dk` is dark and `lt` is light; the master says which is text.
    pub(super) fn of(look: Look) -> Self {
        let of = |tone| hex(look.colour(tone));
        let (paper, ink) = (of(Tone::Paper), of(Tone::Ink));
        let (track, soft) = (of(Tone::Track), of(Tone::SoftInk));
        let [dark, light] = if look.is_dark {
            [(paper, track), (ink, soft)]
        } else {
            [(ink, soft), (paper, track)]
        };
        let accents = [Tone::Step(4), Tone::Step(3), Tone::Step(2), Tone::Step(1), Tone::Gap];
        let [a, b, c, d, e] = accents.map(of);
        let (grey, link) = (of(Tone::SoftInk), of(Tone::Bar));
        Self {
            colours: [
                ("dk1", dark.0),
                ("lt1", light.0),
                ("dk2", dark.1),
                ("lt2", light.1),
                ("accent1", a),
                ("accent2", b),
                ("accent3", c),
                ("accent4", d),
                ("accent5", e),
                ("accent6", grey),
                ("hlink", link.clone()),
                ("folHlink", link),
            ],
        }
    }
}

/// A colour without its mark.
fn hex(colour: Rgb) -> String {
    colour.hex().trim_start_matches('#').to_owned()
}

/// Where everything stands on all slides.
#[derive(Template)]
#[template(path = "slides/master.xml")]
pub(super) struct Master {
    pub(super) is_dark: bool,
}

/// The only layout: a finding, a picture, and on what it rests.
#[derive(Template)]
#[template(path = "slides/layout.xml")]
pub(super) struct Layout;

/// Where the slide and what is said stand on a page of notes.
#[derive(Template)]
#[template(path = "slides/notes_master.xml")]
pub(super) struct NotesMaster;

/// Which slides there are.
#[derive(Template)]
#[template(path = "slides/presentation.xml")]
pub(super) struct Presentation {
    /// The id of each slide, and the number of the relation that leads to it.
    pub(super) slides: Vec<(usize, usize)>,
}

/// What a deck is, and whose.
#[derive(Template)]
#[template(path = "slides/core.xml")]
pub(super) struct Core {
    pub(super) title: String,
    pub(super) organisation: String,
    pub(super) as_of: String,
}

impl Core {
    pub(super) fn of(deck: &Deck) -> Self {
        let [title, organisation] =
            [&deck.title, &deck.organisation].map(|text| super::plain(text));
        Self { title, organisation, as_of: deck.as_of.to_string() }
    }
}

/// What made it, and how many slides it has.
#[derive(Template)]
#[template(path = "slides/app.xml")]
pub(super) struct App {
    pub(super) slides: usize,
    pub(super) organisation: String,
}
