//! Pictures as the pages of a PDF document.
//!
//! The marks are written as they are, so text stays text that can be searched, selected and read
//! aloud, and each face is embedded once for all pages, with no more than the letters in use. A
//! letter stands where [`text::width`] measured it: nothing is kerned. The document is tagged: each
//! page is a figure with its alternative, and a bookmark where there are several.

use krilla::color::rgb;
use krilla::destination::XyzDestination;
use krilla::error::KrillaResult;
use krilla::geom::{Path, PathBuilder, Point, Rect as Frame, Transform};
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke as Pen, StrokeDash};
use krilla::surface::Surface;
use krilla::tagging::{BBox, ContentTag, Node, Tag, TagGroup, TagTree};
use krilla::text::{Font, GlyphId, KrillaGlyph};
use krilla::{Data, Document, SerializeSettings};

use super::canvas::{Align, Label, Mark, Rect, Stroke};
use super::look::{Look, Rgb, Tone};
use super::picture::Picture;
use super::text::{self, Weight};

/// Dashes and gaps of a broken line in pixels, as in the SVG.
const DASHES: [f32; 2] = [4.0, 2.5];

/// How far the handles of a quarter of a circle are from its ends, in radii.
const QUARTER: f32 = 0.552_284_8;

/// The longest side of a page in points that every reader shows: 200 inches.
const LARGEST: f32 = 14_400.0;

const FINITE: &str = "pictures are laid out in finite numbers: tested";

/// A document with a page for each picture, as large as [`Picture`] says in points.
///
/// The same pictures give the same bytes: nothing in it says when or where it was made. Without
/// any picture it is one empty page.
#[must_use]
pub fn pdf(pictures: &[Picture], look: Look, title: &str) -> Vec<u8> {
    document(pictures, look, title, SerializeSettings::default())
        .expect("tags and glyphs are complete, and no standard is asked for: tested")
}

fn document(
    pictures: &[Picture],
    look: Look,
    title: &str,
    settings: SerializeSettings,
) -> KrillaResult<Vec<u8>> {
    let mut document = Document::new_with(settings);
    let mut tags = TagTree::new().with_lang(Some("en".to_owned()));
    let faces = Faces::embedded();
    for (at, picture) in pictures.iter().enumerate() {
        tags.push(page(&mut document, at, picture, look, &faces));
    }
    document.set_tag_tree(tags);
    document.set_outline(bookmarks(pictures));
    document.set_metadata(Metadata::new().title(plain(title)).language("en".to_owned()));
    document.finish()
}

/// Draws a picture on a page of its own, and says what it is to those who do not see it.
fn page(
    document: &mut Document,
    at: usize,
    picture: &Picture,
    look: Look,
    faces: &Faces,
) -> TagGroup {
    let side = picture.width.max(picture.height) as f32;
    let points = (picture.points as f32).min(LARGEST / side);
    let (width, height) = (picture.width as f32 * points, picture.height as f32 * points);
    let settings = PageSettings::from_wh(width, height).expect("a picture has a size");
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    surface.push_transform(&Transform::from_scale(points, points));
    let content = surface.start_tagged(ContentTag::Other);
    let mut drawing = Drawing { surface: &mut surface, look, faces };
    for mark in &picture.marks {
        drawing.put(mark);
    }
    surface.end_tagged();
    surface.pop();
    surface.finish();
    let sheet = Frame::from_xywh(0.0, 0.0, width, height).expect(FINITE);
    let figure = Tag::Figure(Some(alternative(picture))).with_bbox(Some(BBox::new(at, sheet)));
    TagGroup::with_children(figure, vec![Node::Leaf(content)])
}

/// What a page says to those who do not see it, which may not be nothing.
fn alternative(picture: &Picture) -> String {
    let said =
        [&picture.alternative.title, &picture.alternative.description].map(|text| plain(text));
    let said: Vec<&str> =
        said.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
    if said.is_empty() { "A picture".to_owned() } else { said.join(" ") }
}

/// The findings, to turn to.
fn bookmarks(pictures: &[Picture]) -> Outline {
    let mut bookmarks = Outline::new();
    for (at, picture) in pictures.iter().enumerate() {
        let title = plain(&picture.alternative.title);
        let title = if title.trim().is_empty() { format!("Page {}", at + 1) } else { title };
        let top = XyzDestination::new(at, Point::from_xy(0.0, 0.0));
        bookmarks.push_child(OutlineNode::new(title, top));
    }
    bookmarks
}

/// Text that is read and not acted on, of characters that may stand in XML, as metadata are.
fn plain(text: &str) -> String {
    crate::printable(text).replace(['\u{FFFE}', '\u{FFFF}'], "?")
}

/// The fonts, read once for all pages.
struct Faces {
    regular: Font,
    bold: Font,
}

impl Faces {
    fn embedded() -> Self {
        let face = |weight: Weight| {
            Font::new(Data::from(weight.ttf()), 0).expect("the embedded fonts are valid: tested")
        };
        Self { regular: face(Weight::Regular), bold: face(Weight::Bold) }
    }

    fn of(&self, weight: Weight) -> Font {
        match weight {
            Weight::Regular => self.regular.clone(),
            Weight::Bold => self.bold.clone(),
        }
    }
}

/// A page while it is drawn on.
struct Drawing<'a, 'page> {
    surface: &'a mut Surface<'page>,
    look: Look,
    faces: &'a Faces,
}

impl Drawing<'_, '_> {
    fn put(&mut self, mark: &Mark) {
        match mark {
            Mark::Area(area, tone) => self.fill(*tone, &rectangle(*area)),
            Mark::Edge(edge, stroke) => self.stroke(*stroke, &rectangle(*edge), None),
            Mark::Line(points, stroke) => self.stroke(*stroke, &path(points), None),
            Mark::Broken(points, stroke) => {
                let dash = StrokeDash { array: DASHES.to_vec(), offset: 0.0 };
                self.stroke(*stroke, &path(points), Some(dash));
            }
            Mark::Polygon(points, tone) => self.fill(*tone, &path(points)),
            Mark::Disc(centre, radius, tone) => self.fill(*tone, &disc(*centre, *radius)),
            Mark::Label(label) => self.write(label),
        }
    }

    fn fill(&mut self, tone: Tone, path: &Option<Path>) {
        let Some(path) = path else { return };
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(self.paint(tone)));
        self.surface.draw_path(path);
    }

    fn stroke(&mut self, stroke: Stroke, path: &Option<Path>, dash: Option<StrokeDash>) {
        let Some(path) = path else { return };
        let paint = self.rgb(stroke.tone).into();
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(Pen {
            paint,
            width: stroke.width as f32,
            dash,
            ..Pen::default()
        }));
        self.surface.draw_path(path);
    }

    fn write(&mut self, label: &Label) {
        if label.text.is_empty() {
            return;
        }
        let spare = label.frame.w - label.width();
        let x = match label.align {
            Align::Left => label.frame.x,
            Align::Middle => label.frame.x + spare / 2.0,
            Align::Right => label.frame.x + spare,
        };
        let start = Point::from_xy(x as f32, label.baseline() as f32);
        let (font, em) = (self.faces.of(label.face.weight), label.face.em as f32);
        let glyphs = glyphs(label);
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(self.paint(label.face.ink)));
        self.surface.draw_glyphs(start, &glyphs, font, &label.text, em, false);
    }

    fn paint(&self, tone: Tone) -> Fill {
        Fill { paint: self.rgb(tone).into(), ..Fill::default() }
    }

    fn rgb(&self, tone: Tone) -> rgb::Color {
        let Rgb(r, g, b) = self.look.colour(tone);
        rgb::Color::new(r, g, b)
    }
}

/// The letters of a label, each as far on as it was measured.
fn glyphs(label: &Label) -> Vec<KrillaGlyph> {
    let letters = text::letters(&label.text, label.face.weight);
    let glyph = |(place, letter): (std::ops::Range<usize>, text::Letter)| {
        let id = GlyphId::new(letter.glyph.into());
        KrillaGlyph::new(id, letter.advance as f32, 0.0, 0.0, 0.0, place, None)
    };
    letters.map(glyph).collect()
}

/// A path with nothing to it is none: what has no area or length is not drawn.
fn rectangle(area: Rect) -> Option<Path> {
    let [x, y, w, h] = [area.x, area.y, area.w, area.h].map(|pixels| pixels as f32);
    let mut path = PathBuilder::new();
    path.push_rect(Frame::from_xywh(x, y, w, h)?);
    path.finish()
}

/// Through the points, and closed where the last is the first.
fn path(points: &[(f64, f64)]) -> Option<Path> {
    let (first, rest) = points.split_first()?;
    let mut path = PathBuilder::new();
    path.move_to(first.0 as f32, first.1 as f32);
    for point in rest {
        path.line_to(point.0 as f32, point.1 as f32);
    }
    if rest.last() == Some(first) {
        path.close();
    }
    path.finish()
}

/// A circle of four curves.
fn disc(centre: (f64, f64), radius: f64) -> Option<Path> {
    let (x, y, r) = (centre.0 as f32, centre.1 as f32, radius as f32);
    let h = r * QUARTER;
    let mut path = PathBuilder::new();
    path.move_to(x + r, y);
    path.cubic_to(x + r, y + h, x + h, y + r, x, y + r);
    path.cubic_to(x - h, y + r, x - r, y + h, x - r, y);
    path.cubic_to(x - r, y - h, x - h, y - r, x, y - r);
    path.cubic_to(x + h, y - r, x + r, y - h, x + r, y);
    path.close();
    path.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use krilla::configure::{Accessibility, ConfigurationBuilder};
    use proptest::prelude::*;
    use resvg::tiny_skia::Pixmap;

    use super::*;
    use crate::draw::canvas::Type;
    use crate::draw::picture::Alternative;

    const HOSTILE: &str = "</script><img onerror=x> ) Tj (\u{202E}=HYPERLINK(\u{0}\u{FFFE}";

    /// One of every mark, and texts on all sides of their frames.
    fn picture(text: &str) -> Picture {
        let thick = Stroke { tone: Tone::Gap, width: 4.0 };
        let zigzag = vec![(40.0, 180.0), (120.0, 140.0), (200.0, 180.0)];
        let triangle = vec![(240.0, 180.0), (300.0, 180.0), (300.0, 130.0)];
        let frame = Rect::new(40.0, 220.0, 520.0, 30.0);
        let face = Type::regular(24.0, Tone::SoftInk);
        let marks = vec![
            Mark::Area(Rect::new(0.0, 0.0, 600.0, 320.0), Tone::Paper),
            Mark::Area(Rect::new(20.0, 20.0, 300.0, 60.0), Tone::Step(4)),
            Mark::Edge(Rect::new(340.0, 20.0, 200.0, 60.0), thick),
            Mark::broken_edge(Rect::new(360.0, 30.0, 160.0, 40.0)),
            Mark::Line(zigzag, thick),
            Mark::Polygon(triangle, Tone::Step(2)),
            Mark::Disc((400.0, 150.0), 30.0, Tone::Bar),
            Mark::Label(Label::left(text, Rect { y: 90.0, ..frame }, Type::bold(28.0, Tone::Ink))),
            Mark::Label(Label::left("Größe ≥ 25 µs", frame, face)),
            Mark::Label(Label::right("To the right", frame, face)),
            Mark::Label(Label::middle("AVAVAV. To.", Rect { y: 260.0, ..frame }, face)),
        ];
        let alternative = Alternative { title: text.to_owned(), description: text.to_owned() };
        Picture { width: 600, height: 320, points: 0.5, marks, alternative }
    }

    fn document_of(pictures: &[Picture]) -> Vec<u8> {
        pdf(pictures, Look::default(), "Where are our gaps?")
    }

    /// What a program of poppler says of a document; `None`, and a loud word, where there is none.
    fn poppler(program: &str, arguments: &[&str], document: &[u8]) -> Option<Vec<u8>> {
        let mut command = Command::new(program);
        let command = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let Ok(mut child) = command.spawn() else {
            // Straight to the stream: what a test prints is hidden while it passes.
            let word = format!("SKIPPED: there is no {program} of poppler\n");
            let _ = std::io::stderr().write_all(word.as_bytes());
            return None;
        };
        let mut input = child.stdin.take().unwrap();
        let document = document.to_vec();
        let writing = std::thread::spawn(move || input.write_all(&document));
        let said = child.wait_with_output().unwrap();
        writing.join().unwrap().unwrap();
        assert!(said.status.success(), "{program}: {said:?}");
        Some(said.stdout)
    }

    fn said(program: &str, arguments: &[&str], document: &[u8]) -> Option<String> {
        poppler(program, arguments, document).map(|said| String::from_utf8(said).unwrap())
    }

    #[test]
    fn every_picture_is_a_page_of_its_size_with_a_title_and_a_language() {
        let wide = Picture { width: 1200, points: 0.75, ..picture("Second") };
        let document = document_of(&[picture("First"), wide]);
        let Some(info) = said("pdfinfo", &["-l", "2", "-"], &document) else { return };
        for line in [
            "Title:           Where are our gaps?",
            "Pages:           2",
            "Tagged:          yes",
            "Page    1 size:  300 x 160 pts",
            "Page    2 size:  900 x 240 pts",
        ] {
            assert!(info.contains(line), "{line}: {info}");
        }
        assert!(!info.contains("CreationDate"), "{info}");
    }

    #[test]
    fn text_stays_text_in_two_embedded_faces_for_all_pages() {
        let document = document_of(&[picture("First finding"), picture("Second finding")]);
        let Some(text) = said("pdftotext", &["-", "-"], &document) else { return };
        for words in ["First finding", "Second finding", "Größe ≥ 25 µs", "AVAVAV. To."] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let fonts = said("pdffonts", &["-"], &document).unwrap();
        let faces: Vec<&str> = fonts.lines().skip(2).collect();
        assert_eq!(faces.len(), 2, "{fonts}");
        // Embedded, a subset, and with what the letters mean.
        assert!(faces.iter().all(|face| face.contains("yes yes yes")), "{fonts}");
    }

    #[test]
    fn letters_stand_where_they_were_measured() {
        let drawn = picture("AVAVAV Te. Wo");
        let document = document_of(std::slice::from_ref(&drawn));
        let Some(boxes) = said("pdftotext", &["-bbox", "-", "-"], &document) else { return };
        for label in drawn.marks.into_iter().filter_map(Mark::into_label) {
            let words: Vec<&str> = label.text.split(' ').collect();
            let [first, last] = [words[0], words[words.len() - 1]].map(|word| {
                let line = boxes.lines().find(|line| line.contains(&format!(">{word}<")));
                line.unwrap_or_else(|| panic!("{word}: {boxes}"))
            });
            let width = place(last, "xMax") - place(first, "xMin");
            // Points of pdftotext have six places, and half of them are a pixel.
            assert!((width * 2.0 - label.width()).abs() < 0.01, "{width} {label:?}");
            assert!(place(first, "xMin") * 2.0 >= label.frame.x - 0.01, "{first} {label:?}");
            assert!(place(last, "xMax") * 2.0 <= label.frame.right() + 0.01, "{last} {label:?}");
        }
    }

    fn place(line: &str, side: &str) -> f64 {
        let (_, rest) = line.split_once(&format!("{side}=\"")).unwrap();
        rest.split_once('"').unwrap().0.parse().unwrap()
    }

    #[test]
    fn a_page_looks_as_the_png_does() {
        let drawn = picture("Ten gaps come first");
        for look in [Look::default(), Look { is_dark: true, ..Look::default() }] {
            let document = pdf(std::slice::from_ref(&drawn), look, "");
            let arguments = ["-r", "144", "-png", "-"];
            let Some(page) = poppler("pdftoppm", &arguments, &document) else { return };
            let page = Pixmap::decode_png(&page).unwrap();
            let png = Pixmap::decode_png(&crate::draw::png(&drawn, look, 1.0).unwrap()).unwrap();
            assert_eq!((page.width(), page.height()), (png.width(), png.height()));
            let far = page.pixels().iter().zip(png.pixels());
            let far = far.filter(|(a, b)| a.red().abs_diff(b.red()) > 96).count();
            // Kerning moves a few letters, and edges are smoothed in other ways.
            assert!(far * 50 < page.pixels().len(), "{far} of {}", page.pixels().len());
        }
    }

    #[test]
    fn what_a_machine_can_check_of_an_accessible_document_holds() {
        let configuration = ConfigurationBuilder::new()
            .with_accessibility_validator(Accessibility::UA1)
            .finish()
            .unwrap();
        for text in ["First", HOSTILE, ""] {
            let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
            let pictures = [picture(text), picture("Second")];
            document(&pictures, Look::default(), "Our gaps", settings).unwrap();
        }
    }

    #[test]
    fn a_page_is_never_larger_than_readers_show() {
        let long = Picture { height: 57_600, ..picture("Hundreds of tenants") };
        let Some(info) = said("pdfinfo", &["-"], &document_of(&[long])) else { return };
        assert!(info.contains("Page size:       150 x 14400 pts"), "{info}");
    }

    #[test]
    fn the_same_pictures_give_the_same_bytes() {
        let pictures = [picture("First"), picture("Second")];
        assert!(document_of(&pictures) == document_of(&pictures));
    }

    #[test]
    fn no_picture_is_an_empty_page() {
        let Some(info) = said("pdfinfo", &["-"], &document_of(&[])) else { return };
        assert!(info.contains("Pages:           1"), "{info}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn any_text_can_be_written(text in prop_oneof!["\\PC{0,40}", Just(HOSTILE.to_owned())]) {
            let document = pdf(&[picture(&text)], Look::default(), &text);
            prop_assert!(document.starts_with(b"%PDF-1.7"));
        }
    }
}
