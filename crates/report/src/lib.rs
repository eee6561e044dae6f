//! What a reader gets: an assessment as tables, files and pictures.
//!
//! Everything here is a pure function from plain data to text or bytes. Nothing opens a file, and
//! the same input gives the same bytes on every machine.
//!
//! - [`view`] draws [`sheet`]s and a [`matrix`] from an assessment; what they say is decided there.
//! - [`terminal`], [`csv`] and [`markdown`] are skins over a sheet.
//! - [`pictures`] lay out what a view says on a [`page`]; [`draw`] writes any of them as SVG, PNG or
//!   PDF, in any look, and [`slides`] puts them on slides.
//! - [`json`] is the assessment itself, [`navigator`] a layer for ATT&CK Navigator, [`html`] a page.
//! - [`ics`] is decisions as a calendar, [`sarif`] a check as code hosts show it.
//! - [`redact`] takes out the names of what the organisation has.
//! - [`register`] is the capabilities themselves, as a table that can be read again.
//! - [`patch`] is what was changed in such a table.

pub mod crosstab;
pub mod csv;
pub mod dettect;
pub mod draw;
pub mod html;
pub mod ics;
pub mod json;
pub mod markdown;
pub mod material;
pub mod matrix;
pub mod navigator;
pub mod pack;
pub mod page;
pub mod patch;
pub mod pictures;
pub mod redact;
pub mod register;
pub mod sarif;
pub mod sheet;
pub mod slides;
mod spreadsheet;
pub mod summary;
pub mod terminal;
pub mod view;
pub mod xlsx;

/// A text without anything that would act on a terminal instead of being read: control
/// characters become blanks, marks that turn the direction of writing go.
#[must_use]
pub fn printable(text: &str) -> String {
    let read = text.chars().filter(|c| !turns(*c));
    read.map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Whether a character turns the direction of writing.
fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
