//! The style of the page: its font, its colours in the light and in the dark, and its rules.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::draw::look::{Fill, Look, Palette, Tone};
use crate::draw::text::{self, Weight};

const RULES: &str = include_str!("../../templates/page.css");

/// The colours of the pictures as variables.
fn variables(look: Look) -> String {
    let plain = [
        ("paper", Tone::Paper),
        ("ink", Tone::Ink),
        ("soft", Tone::SoftInk),
        ("line", Tone::Track),
        ("hot", Tone::Gap),
        ("edge", Tone::NoneEdge),
        ("hatch", Tone::Hatch),
        ("faint", Tone::OutOfScopeEdge),
    ];
    let plain = plain.map(|(name, tone)| (name.to_owned(), tone));
    let step = |at: u8| {
        let (step, change) = (Fill::step(at), Fill::change(at as i8 - 2));
        [
            (format!("s{at}"), step.paper),
            (format!("i{at}"), step.ink),
            (format!("d{at}"), change.paper),
            (format!("j{at}"), change.ink),
        ]
    };
    let tones = plain.into_iter().chain((0..5).flat_map(step));
    let tones = tones.map(|(name, tone)| format!("--{name}:{};", look.colour(tone).hex()));
    // What the pictures have no use for: a card, and what can be followed.
    let (card, link) = if look.is_dark { ("#1B212A", "#8CC2F2") } else { ("#F5F7FA", "#0B57A4") };
    format!("{}--card:{card};--link:{link};", tones.collect::<String>())
}

/// The style as it stands in the page.
pub(super) fn style(palette: Palette) -> String {
    let [day, night] = [false, true].map(|is_dark| variables(Look { palette, is_dark }));
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
