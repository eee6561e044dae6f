//! What pages and pictures look like, and what stands on each of them.

use std::path::Path;

use model::inputs::Organisation;
use report::draw::look::{self, Look};
use report::draw::{self, Picture};
use report::page;

use crate::args::{PageArgs, Palette, Size};
use crate::failure::Failure;

impl PageArgs {
    /// The colours.
    pub(crate) fn look(&self) -> Look {
        let palette = match self.palette {
            Palette::Blue => look::Palette::Blue,
            Palette::Cividis => look::Palette::Cividis,
            Palette::Viridis => look::Palette::Viridis,
            Palette::Grey => look::Palette::Grey,
        };
        Look { palette, is_dark: self.dark }
    }

    /// What the document is called.
    pub(crate) fn heading(&self) -> &str {
        self.title.as_deref().unwrap_or_default()
    }

    /// Whom it is about and who may read it, where that was typed.
    pub(crate) fn name(&self, organisation: &mut Organisation) {
        let typed = [
            (&self.organisation, &mut organisation.name),
            (&self.classification, &mut organisation.classification),
        ];
        for (typed, known) in typed {
            if typed.is_some() {
                known.clone_from(typed);
            }
        }
    }
}

impl From<Size> for page::Size {
    fn from(typed: Size) -> Self {
        match typed {
            Size::Slide => Self::Slide,
            Size::A4 => Self::A4,
            Size::A3 => Self::A3,
            Size::Web => Self::Web,
        }
    }
}

/// How a picture is written, by the ending of its file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Format {
    Svg,
    /// With so many pixels for each of the page.
    Png(f32),
    Pdf,
}

impl Format {
    /// The format of a file, or nothing where its ending is none of a picture.
    pub(crate) fn of(file: &Path, scale: f32) -> Option<Self> {
        let ending = file.extension()?.to_string_lossy().to_ascii_lowercase();
        match ending.as_str() {
            "svg" => Some(Self::Svg),
            "png" => Some(Self::Png(scale)),
            "pdf" => Some(Self::Pdf),
            _ => None,
        }
    }

    /// The picture in this format.
    pub(crate) fn bytes(self, picture: &Picture, look: Look) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Svg => Ok(draw::svg(picture, look).into_bytes()),
            Self::Png(scale) => draw::png(picture, look, scale)
                .map_err(|error| Failure::new(error).help("choose another --scale, such as 2")),
            Self::Pdf => pdf(std::slice::from_ref(picture), look),
        }
    }
}

/// Whether this program was built with pictures as .pdf.
pub(crate) const HAS_PDF: bool = cfg!(feature = "pdf");

/// Pictures as pages of one document.
#[cfg(feature = "pdf")]
pub(crate) fn pdf(pictures: &[Picture], look: Look) -> Result<Vec<u8>, Failure> {
    let title = pictures.first().map_or("", |first| first.alternative().title.as_str());
    Ok(draw::pdf(pictures, look, title))
}

/// Pictures as pages of one document, which this program was built without.
#[cfg(not(feature = "pdf"))]
pub(crate) fn pdf(_: &[Picture], _: Look) -> Result<Vec<u8>, Failure> {
    let failure = Failure::new("this lacuna was built without pictures as .pdf");
    Err(failure.help("write .svg or .png, or build it with the feature pdf"))
}
