//! How a picture becomes a file.
//!
//! A [`picture`] is a list of marks in pixels and tones ([`canvas`]), laid out once. A [`look`] says
//! which colours the tones have, [`text`] measures words in the embedded font, and [`svg`], [`png`]
//! and `pdf` are three ways to write the same marks.

pub(crate) mod canvas;
pub mod look;
#[cfg(feature = "pdf")]
pub mod pdf;
pub mod picture;
pub mod png;
pub mod svg;
pub mod text;

pub use look::Look;
#[cfg(feature = "pdf")]
pub use pdf::pdf;
pub use picture::Picture;
pub use png::png;
pub use svg::svg;
