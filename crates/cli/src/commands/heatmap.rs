//! `lacuna heatmap`: the matrix as a picture or a layer.

use std::path::Path;

use model::capability::Function;
use report::view;

use super::compare;
use crate::Outcome;
use crate::args::{Common, Compat, Show, Size};
use crate::assessing::{Assessed, assessed, by_segment as compared_by_segment};
use crate::failure::Failure;
use crate::folder::write_file;
use crate::streams::Streams;

pub(crate) fn run(
    common: &Common,
    output: &Path,
    show: Show,
    size: Size,
    compat: Option<Compat>,
) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let picture = Picture::of(output)?.compatible(compat, show)?;
    let found = assessed(common, &mut streams)?;
    found.tell(common, false, &mut streams)?;
    write_file(output, &picture.bytes(&found, view_of(show), size)?)?;
    if !common.talk.quiet {
        streams.say("wrote", &output.display().to_string())?;
    }
    Ok(super::outcome(found.is_refused))
}

/// The segments by tactic, the whole as the last row.
pub(crate) fn by_segment(common: &Common, output: &Path) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let picture = compare::Picture::of(output)?;
    let (found, comparison) = compared_by_segment(common, &mut streams)?;
    found.tell(common, false, &mut streams)?;
    write_file(output, &picture.bytes(&comparison)?)?;
    if !common.talk.quiet {
        streams.say("wrote", &output.display().to_string())?;
    }
    Ok(super::outcome(found.is_refused))
}

/// What the name of the output asks for.
enum Picture {
    Svg,
    Png,
    Layer,
    /// The layer that DeTT&CT makes of detection scores.
    DettectLayer,
}

impl Picture {
    fn of(output: &Path) -> Result<Self, Failure> {
        let extension = output.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
        match extension.as_deref() {
            Some("svg") => Ok(Self::Svg),
            Some("png") => Ok(Self::Png),
            Some("json") => Ok(Self::Layer),
            Some("pdf") => {
                let failure = Failure::new("pictures as .pdf are planned but not built: not yet");
                Err(failure.help("write .svg, .png or .json"))
            }
            _ => {
                let failure = Failure::new(format!(
                    "{}: a heat map cannot be written in this format",
                    output.display()
                ));
                Err(failure.help("write .svg, .png or .json"))
            }
        }
    }

    /// What is asked for, as another program would write it.
    fn compatible(self, compat: Option<Compat>, show: Show) -> Result<Self, Failure> {
        match (compat, &self, show) {
            (None, _, _) => Ok(self),
            (Some(Compat::Dettect), Self::Layer, Show::Detect) => Ok(Self::DettectLayer),
            (Some(Compat::Dettect), _, _) => {
                let message = "of the layers of DeTT&CT only detection is built: not yet";
                Err(Failure::new(message).help("write a .json with --show detect"))
            }
        }
    }

    fn bytes(&self, found: &Assessed, show: view::Show, size: Size) -> Result<Vec<u8>, Failure> {
        let svg = || {
            let matrix = view::matrix(&found.assessment, &found.attack, show);
            let size = match size {
                Size::Slide => report::heatmap::Size::Slide,
            };
            report::heatmap::svg(&matrix, size)
        };
        match self {
            Self::Svg => Ok(svg().into_bytes()),
            Self::Png => report::png::render(&svg(), 1.0).map_err(Failure::new),
            Self::Layer => {
                let mut layer = Vec::new();
                report::navigator::write(&found.assessment, &found.attack, show, &mut layer)?;
                Ok(layer)
            }
            Self::DettectLayer => {
                let mut layer = Vec::new();
                report::dettect::write_detection(&found.assessment, &mut layer)?;
                Ok(layer)
            }
        }
    }
}

fn view_of(show: Show) -> view::Show {
    match show {
        Show::Coverage => view::Show::Coverage,
        Show::Prevent => view::Show::Function(Function::Prevent),
        Show::Detect => view::Show::Function(Function::Detect),
        Show::Respond => view::Show::Function(Function::Respond),
        Show::Threat => view::Show::Threat,
        Show::Priority => view::Show::Priority,
    }
}
