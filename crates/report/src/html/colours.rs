//! The style of the page: its font, its colours in the light and in the dark, and its rules.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::text::{self, Weight};
use crate::theme::{self, Fill, Rgb};

const RULES: &str = include_str!("../../templates/page.css");

/// The colours of a page under one light.
struct Light {
    paper: Rgb,
    card: Rgb,
    ink: Rgb,
    soft: Rgb,
    line: Rgb,
    /// What can be followed, and the ring around what has the focus.
    link: Rgb,
    hot: Rgb,
    steps: [Fill; 5],
    /// From worse to better.
    change: [Fill; 5],
    none_edge: Rgb,
    hatch: Rgb,
    faint: Rgb,
}

const WHITE: Rgb = Rgb(0xFF, 0xFF, 0xFF);
const BLACK: Rgb = Rgb(0x0D, 0x11, 0x17);

/// The colours of the pictures.
const DAY: Light = Light {
    paper: theme::PAPER,
    card: Rgb(0xF5, 0xF7, 0xFA),
    ink: theme::INK,
    soft: theme::SOFT_INK,
    line: theme::BAR_TRACK,
    link: Rgb(0x0B, 0x57, 0xA4),
    hot: theme::GAP,
    steps: theme::STEPS,
    change: [
        Fill { paper: Rgb(0xA8, 0x38, 0x0A), ink: WHITE },
        Fill { paper: Rgb(0xF9, 0xC9, 0xA8), ink: theme::INK },
        theme::STEPS[0],
        theme::STEPS[1],
        theme::STEPS[4],
    ],
    none_edge: theme::NONE_EDGE,
    hatch: theme::HATCH,
    faint: theme::OUT_OF_SCOPE_EDGE,
};

/// In the dark what is better covered is lighter.
const NIGHT: Light = Light {
    paper: Rgb(0x12, 0x16, 0x1C),
    card: Rgb(0x1B, 0x21, 0x2A),
    ink: Rgb(0xE7, 0xEA, 0xEE),
    soft: Rgb(0xA9, 0xB1, 0xBD),
    line: Rgb(0x36, 0x3E, 0x4A),
    link: Rgb(0x8C, 0xC2, 0xF2),
    hot: Rgb(0xFF, 0x9B, 0x6B),
    steps: [
        Fill { paper: Rgb(0x1D, 0x23, 0x2C), ink: Rgb(0xE7, 0xEA, 0xEE) },
        Fill { paper: Rgb(0x20, 0x40, 0x60), ink: WHITE },
        Fill { paper: Rgb(0x2C, 0x67, 0x9A), ink: WHITE },
        Fill { paper: Rgb(0x62, 0xA8, 0xE0), ink: BLACK },
        Fill { paper: Rgb(0xC9, 0xE5, 0xFB), ink: BLACK },
    ],
    change: [
        Fill { paper: Rgb(0xFF, 0xB0, 0x88), ink: BLACK },
        Fill { paper: Rgb(0x7A, 0x38, 0x14), ink: WHITE },
        Fill { paper: Rgb(0x1D, 0x23, 0x2C), ink: Rgb(0xE7, 0xEA, 0xEE) },
        Fill { paper: Rgb(0x20, 0x40, 0x60), ink: WHITE },
        Fill { paper: Rgb(0xC9, 0xE5, 0xFB), ink: BLACK },
    ],
    none_edge: Rgb(0x4B, 0x55, 0x63),
    hatch: Rgb(0x8A, 0x93, 0xA0),
    faint: Rgb(0x6B, 0x75, 0x83),
};

impl Light {
    /// The colours as variables.
    fn css(&self) -> String {
        let plain = [
            ("paper", self.paper),
            ("card", self.card),
            ("ink", self.ink),
            ("soft", self.soft),
            ("line", self.line),
            ("link", self.link),
            ("hot", self.hot),
            ("edge", self.none_edge),
            ("hatch", self.hatch),
            ("faint", self.faint),
        ];
        let mut css: String =
            plain.iter().map(|(name, colour)| format!("--{name}:{};", colour.hex())).collect();
        for (fills, paper, ink) in [(&self.steps, "s", "i"), (&self.change, "d", "j")] {
            for (at, fill) in fills.iter().enumerate() {
                let (fill, on) = (fill.paper.hex(), fill.ink.hex());
                css += &format!("--{paper}{at}:{fill};--{ink}{at}:{on};");
            }
        }
        css
    }
}

/// The style as it stands in the page.
pub(super) fn style() -> String {
    let (day, night) = (DAY.css(), NIGHT.css());
    format!(
        "{}{}:root{{color-scheme:light;{day}}}\n\
         @media (prefers-color-scheme:dark){{:root:not([data-theme=light])\
         {{color-scheme:dark;{night}}}}}\n\
         :root[data-theme=dark]{{color-scheme:dark;{night}}}\n\
         @media print{{:root:root:root{{color-scheme:light;{day}}}}}\n{RULES}",
        font(Weight::Regular, 400),
        font(Weight::Bold, 700),
    )
}

fn font(weight: Weight, css: u16) -> String {
    let (family, font) = (text::FAMILY, STANDARD.encode(weight.woff2()));
    format!(
        "@font-face{{font-family:\"{family}\";font-weight:{css};\
         src:url(data:font/woff2;base64,{font}) format(\"woff2\")}}\n"
    )
}
