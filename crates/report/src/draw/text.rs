//! Measures and wraps text in the font it is drawn in.
//!
//! The embedded font has Latin, Greek and Cyrillic. A character it lacks would be drawn as an
//! empty box, so every text is first made [`drawable`]. Kerning is left out of the measure: it
//! moves letters together far more often than apart, so a measured width is an upper bound for
//! all but a fraction of a pixel.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef};

/// The name of the font family.
pub const FAMILY: &str = "Roboto Condensed";
/// From the top of a line to its baseline, in em.
pub const ASCENT: f64 = 1900.0 / 2048.0;
/// From the baseline to the bottom of a line, in em.
pub const DESCENT: f64 = 500.0 / 2048.0;

const ELLIPSIS: &str = "…";

static REGULAR: LazyLock<FontRef<'static>> = LazyLock::new(|| embedded(Weight::Regular));
static BOLD: LazyLock<FontRef<'static>> = LazyLock::new(|| embedded(Weight::Bold));

/// The two faces of the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weight {
    /// For reading.
    Regular,
    /// For headings and captions.
    Bold,
}

impl Weight {
    /// The face as a TrueType file.
    pub fn ttf(self) -> &'static [u8] {
        match self {
            Weight::Regular => include_bytes!("../../reports/fonts/RobotoCondensed-Regular.ttf"),
            Weight::Bold => include_bytes!("../../reports/fonts/RobotoCondensed-Bold.ttf"),
        }
    }

    /// The face as a small web font with little more than ASCII.
    pub fn woff2(self) -> &'static [u8] {
        match self {
            Weight::Regular => {
                include_bytes!("../../reports/fonts/RobotoCondensed-Regular-ascii.woff2")
            }
            Weight::Bold => include_bytes!("../../reports/fonts/RobotoCondensed-Bold-ascii.woff2"),
        }
    }

    fn font(self) -> &'static FontRef<'static> {
        match self {
            Weight::Regular => &REGULAR,
            Weight::Bold => &BOLD,
        }
    }
}

/// The width of a text at a size of `em`, in the unit of `em`.
pub fn width(text: &str, weight: Weight, em: f64) -> f64 {
    let font = weight.font();
    let units: f32 = text.chars().map(|c| font.h_advance_unscaled(font.glyph_id(c))).sum();
    f64::from(units) / units_per_em(font) * em
}

/// One letter of a text: its place in the font, and how far the next one is from it in em.
#[cfg(feature = "pdf")]
pub(crate) struct Letter {
    pub(crate) glyph: u16,
    pub(crate) advance: f64,
}

/// The letters of a text as [`width`] measures them, each with its bytes in the text.
#[cfg(feature = "pdf")]
pub(crate) fn letters(
    text: &str,
    weight: Weight,
) -> impl Iterator<Item = (std::ops::Range<usize>, Letter)> {
    let font = weight.font();
    text.char_indices().map(move |(at, c)| {
        let glyph = font.glyph_id(c);
        let advance = f64::from(font.h_advance_unscaled(glyph)) / units_per_em(font);
        (at..at + c.len_utf8(), Letter { glyph: glyph.0, advance })
    })
}

/// Whether both faces have every character.
pub fn is_drawable(text: &str) -> bool {
    text.chars().all(has_glyph)
}

/// The text with every character replaced that the font lacks, and white space made plain.
pub fn drawable(text: &str) -> String {
    let mut drawn = String::with_capacity(text.len());
    for c in text.chars() {
        match plain_equivalent(c) {
            Some(plain) => drawn.push_str(plain),
            None if has_glyph(c) => drawn.push(c),
            None => drawn.push(half_width(c).unwrap_or('?')),
        }
    }
    let words: Vec<&str> = drawn.split_whitespace().collect();
    words.join(" ")
}

/// The text on one line no wider than `room`, with an ellipsis where it had to be cut.
pub fn fit(text: &str, weight: Weight, em: f64, room: f64) -> String {
    let text = drawable(text);
    if width(&text, weight, em) <= room { text } else { cut(&text, weight, em, room) }
}

/// Lines of text, and whether they say all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    /// The lines, from the top.
    pub lines: Vec<String>,
    /// Whether the text ends in an ellipsis before its end.
    pub cut: bool,
}

/// A text measured piece by piece, to try it at many sizes.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    pieces: Vec<Piece>,
    weight: Weight,
}

/// What may not be broken: a word, or a part of one up to a hyphen or a slash.
#[derive(Debug, Clone, PartialEq)]
struct Piece {
    text: String,
    /// In em, like `gap`.
    width: f64,
    /// The space before it, if it is not the first on its line.
    gap: f64,
}

impl Words {
    /// Makes the text drawable and measures it.
    pub fn new(text: &str, weight: Weight) -> Words {
        let space = width(" ", weight, 1.0);
        let mut pieces = Vec::new();
        for word in drawable(text).split(' ').filter(|word| !word.is_empty()) {
            for (at, part) in word.split_inclusive(['-', '/', '–', '—']).enumerate() {
                let gap = if at == 0 { space } else { 0.0 };
                pieces.push(Piece { text: part.to_owned(), width: width(part, weight, 1.0), gap });
            }
        }
        Words { pieces, weight }
    }

    /// Whether the text fits into lines of these widths with no word broken.
    pub fn fits(&self, em: f64, rooms: &[f64]) -> bool {
        self.flow(em, rooms).last().unwrap_or(0) == self.pieces.len()
    }

    /// Fills lines of these widths. What is too long for them ends in an ellipsis.
    pub fn wrap(&self, em: f64, rooms: &[f64]) -> Wrapped {
        let ends: Vec<usize> = self.flow(em, rooms).collect();
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let lines = starts.zip(&ends).map(|(start, &end)| self.text(start..end)).collect();
        let wrapped = Wrapped { lines, cut: false };
        match ends.last() {
            Some(&end) if end < self.pieces.len() => self.cut_short(wrapped, &ends, em, rooms),
            Some(_) => wrapped,
            None => Wrapped { cut: !self.pieces.is_empty(), ..wrapped },
        }
    }

    /// For each line in use, the piece before which it ends.
    fn flow(&self, em: f64, rooms: &[f64]) -> impl Iterator<Item = usize> {
        let mut next = 0;
        rooms.iter().map_while(move |room| {
            let first = next;
            let mut used = 0.0;
            while let Some(piece) = self.pieces.get(next) {
                used += piece.width + if next > first { piece.gap } else { 0.0 };
                if used * em > *room {
                    break;
                }
                next += 1;
            }
            (first < self.pieces.len()).then_some(next)
        })
    }

    fn text(&self, pieces: std::ops::Range<usize>) -> String {
        let mut line = String::new();
        for piece in &self.pieces[pieces] {
            if piece.gap > 0.0 && !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&piece.text);
        }
        line
    }

    /// The first line that could not hold a single piece, or else the last one, takes as much of
    /// the rest as it can.
    fn cut_short(&self, mut wrapped: Wrapped, ends: &[usize], em: f64, rooms: &[f64]) -> Wrapped {
        let stuck = wrapped.lines.iter().position(String::is_empty);
        let line = stuck.unwrap_or(wrapped.lines.len() - 1);
        let start = if line == 0 { 0 } else { ends[line - 1] };
        let rest = self.text(start..self.pieces.len());
        wrapped.lines.truncate(line);
        wrapped.lines.push(cut(&rest, self.weight, em, rooms[line]));
        wrapped.lines.retain(|line| !line.is_empty());
        wrapped.cut = true;
        wrapped
    }
}

/// As much of the text as leaves room for an ellipsis; nothing, if not even that fits.
fn cut(text: &str, weight: Weight, em: f64, room: f64) -> String {
    let mut left = room - width(ELLIPSIS, weight, em);
    let kept: String = text
        .chars()
        .take_while(|c| {
            left -= width(c.encode_utf8(&mut [0; 4]), weight, em);
            left >= 0.0
        })
        .collect();
    if kept.is_empty() {
        return kept;
    }
    let kept = kept.trim_end_matches([' ', ',', '.', ':', ';', '-', '/', '(']);
    format!("{kept}{ELLIPSIS}")
}

fn embedded(weight: Weight) -> FontRef<'static> {
    FontRef::try_from_slice(weight.ttf()).expect("the embedded fonts are valid: tested")
}

fn units_per_em(font: &FontRef<'static>) -> f64 {
    f64::from(font.units_per_em().expect("the embedded fonts have a size: tested"))
}

fn has_glyph(c: char) -> bool {
    // Glyph 0 is the empty box. Control characters are not allowed in XML either.
    !c.is_control() && [&REGULAR, &BOLD].iter().all(|font| font.glyph_id(c).0 != 0)
}

/// ASCII for characters that are common in names and have no glyph, no width, or are spaces.
fn plain_equivalent(c: char) -> Option<&'static str> {
    Some(match c {
        c if c.is_whitespace() => " ",
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' => "",
        '\u{FEFF}' | '\u{00AD}' | '\u{FE00}'..='\u{FE0F}' => "",
        '\u{2010}' | '\u{2011}' => "-",
        '→' | '⇒' => "->",
        '←' | '⇐' => "<-",
        '↔' => "<->",
        '✓' | '✔' => "+",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        _ => return None,
    })
}

/// East Asian full-width forms repeat ASCII at a fixed distance.
fn half_width(c: char) -> Option<char> {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_font_has_the_letters_of_europe_and_the_marks_we_write() {
        assert!(is_drawable("Größe Ærø Łódź Příliš žluťoučký ığüşöç Ελληνικά Кирилица Її"));
        assert!(is_drawable("… – — ≥ ≤ % · × “quoted” ‘too’ € §"));
        assert!(!is_drawable("漢字"));
    }

    #[test]
    fn what_the_font_lacks_is_replaced() {
        assert_eq!(drawable("a → b\u{200D} ＡＢ 漢\n\u{7}"), "a -> b AB ? ?");
    }

    #[test]
    fn a_name_is_broken_at_spaces_hyphens_and_slashes() {
        let words = Words::new("System Shutdown/Reboot", Weight::Regular);
        let wrapped = words.wrap(13.5, &[60.0; 3]);
        assert_eq!(wrapped.lines, ["System", "Shutdown/", "Reboot"]);
        assert!(!wrapped.cut && words.fits(13.5, &[60.0; 3]));
    }

    #[test]
    fn what_does_not_fit_ends_in_an_ellipsis() {
        let words = Words::new("Command and Scripting Interpreter", Weight::Regular);
        let wrapped = words.wrap(13.5, &[80.0; 2]);
        assert_eq!(wrapped.lines, ["Command and", "Scripting Inte…"]);
        assert!(wrapped.cut && !words.fits(13.5, &[80.0; 2]));
        assert_eq!(fit("Instrumentation", Weight::Regular, 13.5, 40.0), "Instru…");
        assert_eq!(fit("Instrumentation", Weight::Regular, 13.5, 5.0), "");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_its_room(
            text in "\\PC{0,60}",
            em in 6.0..40.0,
            rooms in prop::collection::vec(0.0..300.0, 0..4),
        ) {
            let words = Words::new(&text, Weight::Bold);
            let wrapped = words.wrap(em, &rooms);
            for (line, room) in wrapped.lines.iter().zip(&rooms) {
                prop_assert!(is_drawable(line), "{line:?}");
                prop_assert!(width(line, Weight::Bold, em) <= room + 1e-3, "{line:?}");
            }
            prop_assert!(wrapped.lines.len() <= rooms.len());
            prop_assert_eq!(wrapped.lines.join("").replace(' ', "") == drawable(&text).replace(' ', ""),
                !wrapped.cut && words.fits(em, &rooms) || drawable(&text).is_empty());
        }
    }
}
