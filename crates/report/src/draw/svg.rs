//! A picture as SVG, through plotters.
//!
//! plotters knows only whole numbers, so it draws on a grid ten times finer, and the opening tag
//! then says what a pixel is. It writes neither dashes nor an accessible name, which are added
//! here as well.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use plotters::prelude::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle};

use super::canvas::{Align, Label, Mark, Rect, Stroke, Type};
use super::look::{Look, Rgb, Tone};
use super::picture::{Alternative, Picture};
use super::text::{self, Weight};

/// Steps of the drawing grid in a pixel.
const GRID: f64 = 10.0;

/// How a broken line begins; its dashes in steps of the grid.
const DASHED: &str = "<polyline stroke-dasharray=\"40 25\" ";

/// The picture in a look, with its own fonts.
#[must_use]
pub fn svg(picture: &Picture, look: Look) -> String {
    let Picture { width, height, marks, alternative, .. } = picture;
    let size = (*width, *height);
    let mut drawn = opening(size, alternative);
    for marks in marks.chunk_by(|a, b| !is_broken(a) && !is_broken(b)) {
        let body = Drawing { size, look }.body(marks);
        drawn += &if is_broken(&marks[0]) { body.replace("<polyline ", DASHED) } else { body };
    }
    drawn + "</svg>\n"
}

fn is_broken(mark: &Mark) -> bool {
    matches!(mark, Mark::Broken(..))
}

const INTO_STRING: &str = "drawing into a string cannot fail";

/// A run of marks that plotters can draw as they are.
#[derive(Clone, Copy)]
struct Drawing {
    size: (u32, u32),
    look: Look,
}

impl Drawing {
    /// The marks without the tag around them.
    fn body(self, marks: &[Mark]) -> String {
        let mut drawn = String::new();
        {
            let size = (self.size.0 * 10, self.size.1 * 10);
            let mut backend = SVGBackend::with_string(&mut drawn, size);
            for mark in marks {
                self.put(&mut backend, mark);
            }
            backend.present().expect(INTO_STRING);
        }
        let (_, body) = drawn.split_once('\n').expect("plotters ends the opening tag with a line");
        let (body, _) = body.rsplit_once("</svg>").expect("plotters closes its tag");
        body.to_owned()
    }

    fn put(self, backend: &mut SVGBackend<'_>, mark: &Mark) {
        let drawn = match mark {
            Mark::Area(area, tone) => {
                let corner = grid((area.right(), area.bottom()));
                backend.draw_rect(grid((area.x, area.y)), corner, &self.rgb(*tone), true)
            }
            Mark::Edge(edge, stroke) => backend.draw_path(around(*edge), &self.pen(*stroke)),
            Mark::Line(points, stroke) | Mark::Broken(points, stroke) => {
                backend.draw_path(points.iter().map(|&point| grid(point)), &self.pen(*stroke))
            }
            Mark::Polygon(points, tone) => {
                backend.fill_polygon(points.iter().map(|&point| grid(point)), &self.rgb(*tone))
            }
            Mark::Disc(centre, radius, tone) => {
                let radius = (radius * GRID).round() as u32;
                backend.draw_circle(grid(*centre), radius, &self.rgb(*tone), true)
            }
            Mark::Label(label) => return self.write(backend, label),
        };
        drawn.expect(INTO_STRING);
    }

    fn write(self, backend: &mut SVGBackend<'_>, label: &Label) {
        if label.text.is_empty() {
            return;
        }
        let (x, side) = match label.align {
            Align::Left => (label.frame.x, HPos::Left),
            Align::Middle => (label.frame.x + label.frame.w / 2.0, HPos::Center),
            Align::Right => (label.frame.right(), HPos::Right),
        };
        let Type { em, weight, ink } = label.face;
        let style = match weight {
            Weight::Regular => FontStyle::Normal,
            Weight::Bold => FontStyle::Bold,
        };
        // plotters divides the size by 1.24, and puts the baseline 0.76 em below the top.
        let font = FontDesc::new(FontFamily::Name(text::FAMILY), 1.24 * em * GRID, style);
        let style = font.color(&self.rgb(ink)).pos(Pos::new(side, VPos::Top));
        let top = grid((x, label.baseline() - 0.76 * em));
        backend.draw_text(&label.text, &style, top).expect(INTO_STRING);
    }

    fn pen(self, stroke: Stroke) -> ShapeStyle {
        self.rgb(stroke.tone).stroke_width((stroke.width * GRID).round() as u32)
    }

    fn rgb(self, tone: Tone) -> RGBColor {
        let Rgb(r, g, b) = self.look.colour(tone);
        RGBColor(r, g, b)
    }
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
        let face = Type::bold(20.0, Tone::Ink);
        let label = Label::left(text, Rect::new(10.0, 10.0, 180.0, 30.0), face);
        let edge = Stroke { tone: Tone::Ink, width: 1.0 };
        let marks = vec![
            Mark::Edge(Rect::new(0.0, 0.0, 200.0, 50.0), edge),
            Mark::broken_edge(Rect::new(5.0, 5.0, 190.0, 40.0)),
            Mark::Label(label),
        ];
        let alternative = Alternative { title: text.to_owned(), description: text.to_owned() };
        let picture = Picture { width: 200, height: 50, points: 1.0, marks, alternative };
        svg(&picture, Look::default())
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
    fn only_what_is_broken_has_dashes() {
        assert_eq!(drawn("<polyline ").matches("stroke-dasharray").count(), 1);
    }

    #[test]
    fn markup_and_forbidden_characters_become_plain_text() {
        let svg = drawn("</text><script>alert('1 & 2')</script>\u{0}\u{8}\u{FFFF}]]>");
        assert!(!svg.contains("<script") && svg.contains("&lt;script&gt;"));
        super::super::png::parse(&svg).expect("well-formed");
    }

    #[test]
    fn a_label_is_drawn_where_it_was_measured() {
        let svg = drawn("Remote Services");
        let [text] = super::super::png::drawn_texts(&svg)[..] else { panic!("{svg}") };
        let width = text::width("Remote Services", Weight::Bold, 20.0);
        assert!((f64::from(text.width()) - width).abs() < 3.0, "{text:?} {width}");
        assert!((text.left() - 10.0).abs() < 2.0 && text.top() > 10.0 && text.bottom() < 40.0);
    }
}
