//! Draws marks as SVG, through plotters.
//!
//! A picture is first a list of [`Mark`]s in pixels, which tests can look at. plotters knows only
//! whole numbers, so it draws on a grid ten times finer, and the opening tag then says what a
//! pixel is. It writes neither dashes nor an accessible name, which are added here as well.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use plotters::prelude::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle};

use crate::text::{self, Weight};
use crate::theme::{self, Rgb};

/// Steps of the drawing grid in a pixel.
const GRID: f64 = 10.0;

/// Added to the strokes in [`theme::OUT_OF_SCOPE_EDGE`], in steps of the grid.
const DASHES: &str = " stroke-dasharray=\"40 25\"";

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rect {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) w: f64,
    pub(crate) h: f64,
}

impl Rect {
    pub(crate) fn new(x: f64, y: f64, w: f64, h: f64) -> Rect {
        Rect { x, y, w, h }
    }

    pub(crate) fn right(self) -> f64 {
        self.x + self.w
    }

    pub(crate) fn bottom(self) -> f64 {
        self.y + self.h
    }

    /// The strip of this height, so far below the top.
    pub(crate) fn strip(self, below: f64, height: f64) -> Rect {
        Rect::new(self.x, self.y + below, self.w, height)
    }

    /// The rectangle this far inside.
    pub(crate) fn inset(self, by: f64) -> Rect {
        Rect::new(self.x + by, self.y + by, self.w - 2.0 * by, self.h - 2.0 * by)
    }
}

/// One thing to draw.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mark {
    /// A filled rectangle.
    Area(Rect, Rgb),
    /// The edge of a rectangle, centred on it.
    Edge(Rect, Stroke),
    /// The edge of a rectangle in [`theme::OUT_OF_SCOPE_EDGE`], broken.
    BrokenEdge(Rect),
    /// Straight lines from point to point.
    Line(Vec<(f64, f64)>, Stroke),
    /// A filled polygon.
    Polygon(Vec<(f64, f64)>, Rgb),
    /// A filled disc: its centre and radius.
    Disc((f64, f64), f64, Rgb),
    /// One line of text.
    Label(Label),
}

#[cfg(test)]
impl Rect {
    /// Whether the other one is inside, but for rounding.
    pub(crate) fn contains(self, other: Rect) -> bool {
        let inside = other.x >= self.x - 0.01 && other.y >= self.y - 0.01;
        inside && other.right() <= self.right() + 0.01 && other.bottom() <= self.bottom() + 0.01
    }

    /// Whether they overlap by more than rounding.
    pub(crate) fn meets(self, other: Rect) -> bool {
        let across = self.x.max(other.x) + 0.01 < self.right().min(other.right());
        across && self.y.max(other.y) + 0.01 < self.bottom().min(other.bottom())
    }
}

#[cfg(test)]
impl Mark {
    pub(crate) fn into_text(self) -> Option<String> {
        match self {
            Mark::Label(label) => Some(label.text),
            _ => None,
        }
    }
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stroke {
    pub(crate) colour: Rgb,
    pub(crate) width: f64,
}

/// The look of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Type {
    pub(crate) em: f64,
    pub(crate) weight: Weight,
    pub(crate) ink: Rgb,
}

impl Type {
    pub(crate) fn regular(em: f64, ink: Rgb) -> Type {
        Type { em, weight: Weight::Regular, ink }
    }

    pub(crate) fn bold(em: f64, ink: Rgb) -> Type {
        Type { em, weight: Weight::Bold, ink }
    }
}

/// The end of its frame a text begins at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// One line of text in the frame it does not leave.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Label {
    pub(crate) text: String,
    pub(crate) frame: Rect,
    pub(crate) align: Align,
    pub(crate) face: Type,
}

impl Label {
    /// A text at the left of its frame, cut if it is too wide.
    pub(crate) fn left(text: &str, frame: Rect, face: Type) -> Label {
        let text = text::fit(text, face.weight, face.em, frame.w);
        Label { text, frame, align: Align::Left, face }
    }

    /// A text at the right of its frame, cut if it is too wide.
    pub(crate) fn right(text: &str, frame: Rect, face: Type) -> Label {
        Label { align: Align::Right, ..Label::left(text, frame, face) }
    }

    /// The width of the text itself.
    pub(crate) fn width(&self) -> f64 {
        text::width(&self.text, self.face.weight, self.face.em)
    }

    /// Where the letters stand, in the middle of the frame.
    fn baseline(&self) -> f64 {
        let spare = self.frame.h - (text::ASCENT + text::DESCENT) * self.face.em;
        self.frame.y + spare / 2.0 + text::ASCENT * self.face.em
    }
}

/// What a picture says to those who do not see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alternative {
    pub(crate) title: String,
    pub(crate) description: String,
}

/// Draws the marks, the first at the back.
pub(crate) fn draw(size: (u32, u32), marks: &[Mark], alternative: &Alternative) -> String {
    let mut drawn = String::new();
    {
        let mut backend = SVGBackend::with_string(&mut drawn, (size.0 * 10, size.1 * 10));
        for mark in marks {
            put(&mut backend, mark);
        }
        backend.present().expect(INTO_STRING);
    }
    let broken = format!("stroke=\"{}\"", theme::OUT_OF_SCOPE_EDGE.hex());
    let drawn = drawn.replace(&broken, &format!("{broken}{DASHES}"));
    let (_, body) = drawn.split_once('\n').expect("plotters ends the opening tag with a new line");
    format!("{}{body}", opening(size, alternative))
}

const INTO_STRING: &str = "drawing into a string cannot fail";

fn put(backend: &mut SVGBackend<'_>, mark: &Mark) {
    let drawn = match mark {
        Mark::Area(area, colour) => {
            let corner = grid((area.right(), area.bottom()));
            backend.draw_rect(grid((area.x, area.y)), corner, &rgb(*colour), true)
        }
        Mark::Edge(edge, stroke) => backend.draw_path(around(*edge), &pen(*stroke)),
        Mark::BrokenEdge(edge) => {
            let stroke = Stroke { colour: theme::OUT_OF_SCOPE_EDGE, width: 1.0 };
            backend.draw_path(around(*edge), &pen(stroke))
        }
        Mark::Line(points, stroke) => {
            backend.draw_path(points.iter().map(|&point| grid(point)), &pen(*stroke))
        }
        Mark::Polygon(points, colour) => {
            backend.fill_polygon(points.iter().map(|&point| grid(point)), &rgb(*colour))
        }
        Mark::Disc(centre, radius, colour) => {
            let radius = (radius * GRID).round() as u32;
            backend.draw_circle(grid(*centre), radius, &rgb(*colour), true)
        }
        Mark::Label(label) => return write(backend, label),
    };
    drawn.expect(INTO_STRING);
}

fn write(backend: &mut SVGBackend<'_>, label: &Label) {
    if label.text.is_empty() {
        return;
    }
    let (x, side) = match label.align {
        Align::Left => (label.frame.x, HPos::Left),
        Align::Right => (label.frame.right(), HPos::Right),
    };
    let Type { em, weight, ink } = label.face;
    let style = match weight {
        Weight::Regular => FontStyle::Normal,
        Weight::Bold => FontStyle::Bold,
    };
    // plotters divides the size by 1.24, and puts the baseline 0.76 em below the top.
    let font = FontDesc::new(FontFamily::Name(text::FAMILY), 1.24 * em * GRID, style);
    let style = font.color(&rgb(ink)).pos(Pos::new(side, VPos::Top));
    let top = grid((x, label.baseline() - 0.76 * em));
    backend.draw_text(&label.text, &style, top).expect(INTO_STRING);
}

/// The corners of a rectangle, from the middle of the top back to it, so that no corner is open.
fn around(edge: Rect) -> [(i32, i32); 6] {
    let middle = (edge.x + edge.w / 2.0, edge.y);
    let corners = [(edge.right(), edge.y), (edge.right(), edge.bottom()), (edge.x, edge.bottom())];
    [middle, corners[0], corners[1], corners[2], (edge.x, edge.y), middle].map(grid)
}

fn grid((x, y): (f64, f64)) -> (i32, i32) {
    ((x * GRID).round() as i32, (y * GRID).round() as i32)
}

fn pen(stroke: Stroke) -> ShapeStyle {
    rgb(stroke.colour).stroke_width((stroke.width * GRID).round() as u32)
}

fn rgb(Rgb(r, g, b): Rgb) -> RGBColor {
    RGBColor(r, g, b)
}

/// The first tag, what the picture says, and the fonts.
fn opening((width, height): (u32, u32), alternative: &Alternative) -> String {
    let (grid_width, grid_height) = (width * 10, height * 10);
    let title = escaped(&alternative.title);
    let description = escaped(&alternative.description);
    let faces: String = [(Weight::Regular, "normal"), (Weight::Bold, "bold")]
        .map(|(weight, css)| font_face(weight, css))
        .concat();
    let family = text::FAMILY;
    format!(
        "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {grid_width} {grid_height}\" \
         xmlns=\"http://www.w3.org/2000/svg\" role=\"img\">\n\
         <title>{title}</title>\n<desc>{description}</desc>\n\
         <style>{faces}text{{font-family:\"{family}\",\"Arial Narrow\",sans-serif}}</style>\n"
    )
}

fn font_face(weight: Weight, css: &str) -> String {
    let (family, font) = (text::FAMILY, STANDARD.encode(weight.woff2()));
    format!(
        "@font-face{{font-family:\"{family}\";font-weight:{css};\
         src:url(data:font/woff2;base64,{font}) format(\"woff2\")}}"
    )
}

/// Text for XML: no markup, and no character that XML forbids.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\u{FFFE}' | '\u{FFFF}' => escaped.push('?'),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str) -> String {
        let face = Type::bold(20.0, theme::INK);
        let label = Label::left(text, Rect::new(10.0, 10.0, 180.0, 30.0), face);
        let marks = [Mark::Label(label), Mark::BrokenEdge(Rect::new(5.0, 5.0, 190.0, 40.0))];
        let description = text.to_owned();
        draw((200, 50), &marks, &Alternative { title: text.to_owned(), description })
    }

    #[test]
    fn the_opening_tag_turns_the_grid_into_pixels_and_names_the_picture() {
        let svg = drawn("Phishing");
        assert!(svg.starts_with(
            "<svg width=\"200\" height=\"50\" viewBox=\"0 0 2000 500\" \
             xmlns=\"http://www.w3.org/2000/svg\" role=\"img\">\n\
             <title>Phishing</title>\n<desc>Phishing</desc>\n<style>@font-face"
        ));
        assert_eq!((svg.matches("<svg").count(), svg.matches("</svg>").count()), (1, 1));
    }

    #[test]
    fn only_the_edge_out_of_scope_is_broken() {
        assert_eq!(drawn("stroke=\"#9AA1AD\"").matches("stroke-dasharray").count(), 1);
    }

    #[test]
    fn markup_and_forbidden_characters_become_plain_text() {
        let svg = drawn("</text><script>alert('1 & 2')</script>\u{0}\u{8}\u{FFFF}]]>");
        assert!(!svg.contains("<script") && svg.contains("&lt;script&gt;"));
        crate::png::parse(&svg).expect("well-formed");
    }

    #[test]
    fn a_label_is_drawn_where_it_was_measured() {
        let svg = drawn("Remote Services");
        let [text] = crate::png::drawn_texts(&svg)[..] else { panic!("{svg}") };
        let width = text::width("Remote Services", Weight::Bold, 20.0);
        assert!((f64::from(text.width()) - width).abs() < 3.0, "{text:?} {width}");
        assert!((text.left() - 10.0).abs() < 2.0 && text.top() > 10.0 && text.bottom() < 40.0);
    }
}
