//! What a picture is made of, before it becomes a file: marks in pixels and tones, which tests can
//! look at and every format draws in its own way.

use super::look::Tone;
use super::text::{self, Weight};

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
    Area(Rect, Tone),
    /// The edge of a rectangle, centred on it.
    Edge(Rect, Stroke),
    /// Straight lines from point to point.
    Line(Vec<(f64, f64)>, Stroke),
    /// The same in dashes.
    Broken(Vec<(f64, f64)>, Stroke),
    /// A filled polygon.
    Polygon(Vec<(f64, f64)>, Tone),
    /// A filled disc: its centre and radius.
    Disc((f64, f64), f64, Tone),
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

impl Mark {
    /// From where to where down the sheet it reaches, if it is anything at all.
    pub(crate) fn extent(&self) -> Option<(f64, f64)> {
        let of = |area: &Rect| (area.y, area.bottom());
        match self {
            Self::Area(area, _) => Some(of(area)),
            Self::Edge(edge, stroke) => Some(of(&edge.inset(-stroke.width / 2.0))),
            Self::Line(points, stroke) | Self::Broken(points, stroke) => down(points)
                .map(|(top, bottom)| (top - stroke.width / 2.0, bottom + stroke.width / 2.0)),
            Self::Polygon(points, _) => down(points),
            Self::Disc((_, y), radius, _) => Some((y - radius, y + radius)),
            Self::Label(label) => (!label.text.is_empty()).then(|| of(&label.frame)),
        }
    }

    /// The text, if there is one to draw.
    pub(crate) fn label(&self) -> Option<&Label> {
        match self {
            Self::Label(label) => (!label.text.is_empty()).then_some(label),
            Self::Area(..)
            | Self::Edge(..)
            | Self::Line(..)
            | Self::Broken(..)
            | Self::Polygon(..)
            | Self::Disc(..) => None,
        }
    }

    /// The edge of what is not judged.
    pub(crate) fn broken_edge(edge: Rect) -> Self {
        let (left, right, top, bottom) = (edge.x, edge.right(), edge.y, edge.bottom());
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
        Self::Broken(corners.to_vec(), Stroke { tone: Tone::OutOfScopeEdge, width: 1.0 })
    }
}

/// The highest and the lowest of points.
fn down(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let ys = points.iter().map(|(_, y)| (*y, *y));
    ys.reduce(|(top, bottom), (y, _)| (top.min(y), bottom.max(y)))
}

#[cfg(test)]
impl Mark {
    pub(crate) fn into_text(self) -> Option<String> {
        self.into_label().map(|label| label.text)
    }

    pub(crate) fn into_label(self) -> Option<Label> {
        match self {
            Mark::Label(label) => Some(label),
            _ => None,
        }
    }
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stroke {
    pub(crate) tone: Tone,
    pub(crate) width: f64,
}

/// The look of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Type {
    pub(crate) em: f64,
    pub(crate) weight: Weight,
    pub(crate) ink: Tone,
}

impl Type {
    pub(crate) fn regular(em: f64, ink: Tone) -> Type {
        Type { em, weight: Weight::Regular, ink }
    }

    pub(crate) fn bold(em: f64, ink: Tone) -> Type {
        Type { em, weight: Weight::Bold, ink }
    }
}

/// Where in its frame a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    /// In the middle of its frame.
    Middle,
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

    /// A text in the middle of its frame, cut if it is too wide.
    pub(crate) fn middle(text: &str, frame: Rect, face: Type) -> Label {
        Label { align: Align::Middle, ..Label::left(text, frame, face) }
    }

    /// The width of the text itself.
    pub(crate) fn width(&self) -> f64 {
        text::width(&self.text, self.face.weight, self.face.em)
    }

    /// Where the letters stand, in the middle of the frame.
    pub(crate) fn baseline(&self) -> f64 {
        let spare = self.frame.h - (text::ASCENT + text::DESCENT) * self.face.em;
        self.frame.y + spare / 2.0 + text::ASCENT * self.face.em
    }
}
