//! `lacuna heatmap`: the matrix as a picture or a layer.

use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use model::Assessment;
use model::capability::Function;
use model::inputs::Profile;
use report::{dettect, navigator, pictures, view};

use super::{compare, diff};
use crate::Outcome;
use crate::args::{Common, Compat, PageArgs, Show, Size};
use crate::assessing::{Assessed, assessed, by_segment as compared_by_segment};
use crate::failure::Failure;
use crate::folder::write_file;
use crate::paper;
use crate::project;
use crate::streams::Streams;

/// What is asked for beside the name of the output.
pub(crate) struct Asked {
    pub(crate) show: Show,
    pub(crate) size: Size,
    pub(crate) compat: Option<Compat>,
    pub(crate) overlay: Vec<String>,
    pub(crate) against: Option<PathBuf>,
    pub(crate) scale: f32,
    pub(crate) page: PageArgs,
}

pub(crate) fn run(mut common: Common, output: &Path, asked: &Asked) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let picture = Picture::of(output, asked)?;
    common.needs_no_input = picture.needs_no_input();
    let mut found = assessed(&common, &mut streams)?;
    asked.page.name(&mut found.assessment.organisation);
    let bytes = picture.bytes(&found, &asked.page)?;
    found.tell(&common, false, &mut streams)?;
    if let (Picture::Dettect(_), Some(only)) = (&picture, &found.assessment.scope.only) {
        let note = format!(
            "DeTT&CT knows no scope of single techniques: the layer shows what {} leaves out, too",
            only.source
        );
        streams.say("note", &note)?;
    }
    write_file(output, &bytes)?;
    if !common.talk.quiet {
        streams.say("wrote", &output.display().to_string())?;
    }
    Ok(super::outcome(found.is_refused))
}

/// The segments by tactic, the whole as the last row.
pub(crate) fn by_segment(
    common: &Common,
    output: &Path,
    page: &PageArgs,
) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let format = compare::format(output)?;
    let (found, comparison) = compared_by_segment(common, &mut streams)?;
    found.tell(common, false, &mut streams)?;
    let picture = compare::picture(&comparison, page);
    write_file(output, &format.bytes(&picture, page.look())?)?;
    if !common.talk.quiet {
        streams.say("wrote", &output.display().to_string())?;
    }
    Ok(super::outcome(found.is_refused))
}

/// What the options and the name of the output ask for.
enum Picture<'a> {
    Matrix(Shown<'a>, Size, paper::Format),
    Layer(Shown<'a>),
    /// A layer of who uses what.
    Usage,
    /// A layer that DeTT&CT makes.
    Dettect(DettectLayer<'a>),
}

/// What a picture or a layer of ours shows.
enum Shown<'a> {
    Of(view::Show),
    /// What moved since an earlier assessment, and where that stands.
    Change(Box<Assessment>, &'a Path),
}

/// The layers of DeTT&CT.
enum DettectLayer<'a> {
    Detection,
    Visibility,
    VisibilityAndDetection,
    DataSources,
    Groups(Option<Laid<'a>>),
}

/// What is laid over the adversaries.
enum Laid<'a> {
    Detection,
    Visibility,
    /// Others, by their names.
    Adversaries(&'a [String]),
}

impl<'a> Picture<'a> {
    fn of(output: &Path, asked: &'a Asked) -> Result<Self, Failure> {
        let extension = output.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
        let show = || Shown::of(asked);
        match (extension.as_deref(), asked.compat) {
            (Some("json"), Some(Compat::Dettect)) => {
                Ok(Self::Dettect(DettectLayer::of(asked.show, &asked.overlay)?))
            }
            (Some("json"), None) if asked.show == Show::Groups => Ok(Self::Usage),
            (Some("json"), None) => Ok(Self::Layer(show()?)),
            (_, Some(Compat::Dettect)) => {
                let failure = Failure::new("DeTT&CT makes layers, not pictures");
                Err(failure.help("write a .json, or leave --compat out"))
            }
            (_, None) => match paper::Format::of(output, asked.scale) {
                Some(format) => Ok(Self::Matrix(show()?, asked.size, format)),
                None => {
                    let message = format!(
                        "{}: a heat map cannot be written in this format",
                        output.display()
                    );
                    Err(Failure::new(message).help("write .svg, .png, .pdf or .json"))
                }
            },
        }
    }

    /// Whether it says nothing about what is in place.
    fn needs_no_input(&self) -> bool {
        let others = |laid: &Option<Laid<'_>>| matches!(laid, None | Some(Laid::Adversaries(_)));
        matches!(self, Self::Dettect(DettectLayer::Groups(laid)) if others(laid))
    }

    fn bytes(&self, found: &Assessed, page: &PageArgs) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Matrix(shown, size, format) => {
                let mut matrix = shown.matrix(found)?;
                matrix.caption.heading = page.heading().to_owned();
                let picture = pictures::heatmap::picture(&matrix, (*size).into());
                format.bytes(&picture, page.look())
            }
            Self::Layer(shown) => shown.layer(found),
            Self::Usage => {
                let mut layer = Vec::new();
                navigator::write_usage(&found.assessment, &found.attack, &mut layer)?;
                Ok(layer)
            }
            Self::Dettect(wanted) => wanted.bytes(found),
        }
    }
}

impl<'a> Shown<'a> {
    fn of(asked: &'a Asked) -> Result<Self, Failure> {
        match (asked.show, &asked.against) {
            (Show::Change, Some(path)) => Ok(Self::Change(Box::new(diff::assessment(path)?), path)),
            (show, Some(_)) => {
                let failure = Failure::new(format!("--show {} compares nothing", word(show)));
                Err(failure.help("use --show change with --against"))
            }
            (show, None) => Ok(Self::Of(view_of(show)?)),
        }
    }

    fn matrix(&self, found: &Assessed) -> Result<report::matrix::Matrix, Failure> {
        let Assessed { assessment, attack, .. } = found;
        match self {
            Self::Of(show) => Ok(view::matrix(assessment, attack, *show)),
            Self::Change(before, path) => {
                diff::of_one_domain((before, path), assessment)?;
                Ok(view::matrix::change(before, assessment, attack))
            }
        }
    }

    fn layer(&self, found: &Assessed) -> Result<Vec<u8>, Failure> {
        let Assessed { assessment, attack, .. } = found;
        let mut layer = Vec::new();
        match self {
            Self::Of(show) => navigator::write(assessment, attack, *show, &mut layer)?,
            Self::Change(before, path) => {
                diff::of_one_domain((before, path), assessment)?;
                navigator::write_change(before, assessment, attack, &mut layer)?;
            }
        }
        Ok(layer)
    }
}

impl<'a> DettectLayer<'a> {
    fn of(show: Show, overlay: &'a [String]) -> Result<Self, Failure> {
        let words: Vec<&str> = overlay.iter().map(String::as_str).collect();
        match (show, &words[..]) {
            (Show::Detect, []) => Ok(Self::Detection),
            (Show::Visibility, []) => Ok(Self::Visibility),
            (Show::Detect, ["visibility"]) | (Show::Visibility, ["detect"]) => {
                Ok(Self::VisibilityAndDetection)
            }
            (Show::DataSources, []) => Ok(Self::DataSources),
            (Show::Groups, []) => Ok(Self::Groups(None)),
            (Show::Groups, ["detect"]) => Ok(Self::Groups(Some(Laid::Detection))),
            (Show::Groups, ["visibility"]) => Ok(Self::Groups(Some(Laid::Visibility))),
            (Show::Groups, words) if !words.iter().any(|word| is_side(word)) => {
                Ok(Self::Groups(Some(Laid::Adversaries(overlay))))
            }
            (Show::Detect | Show::Visibility | Show::Groups | Show::DataSources, _) => {
                let message = format!("DeTT&CT lays no such thing over {}", word(show));
                Err(Failure::new(message).help(
                    "lay detect over visibility, or one of detect, visibility and adversaries \
                     over groups",
                ))
            }
            (
                Show::Coverage
                | Show::Prevent
                | Show::Respond
                | Show::Threat
                | Show::Priority
                | Show::Change,
                _,
            ) => {
                let message = format!("DeTT&CT has no layer of {}", word(show));
                let help = "use --show detect, visibility, data-sources or groups";
                Err(Failure::new(message).help(help))
            }
        }
    }

    fn bytes(&self, found: &Assessed) -> Result<Vec<u8>, Failure> {
        let (own, others);
        let show = match self {
            Self::Detection => dettect::Show::Detection,
            Self::Visibility => dettect::Show::Visibility,
            Self::VisibilityAndDetection => dettect::Show::VisibilityAndDetection,
            Self::DataSources => {
                own = found.dettect_sources();
                dettect::Show::DataSources(&own)
            }
            Self::Groups(laid) => {
                others = match laid {
                    Some(Laid::Adversaries(typed)) => {
                        let typed = project::typed_adversaries(&found.attack, typed)?;
                        Profile { adversaries: typed.weights, own: typed.own, ..Profile::default() }
                    }
                    Some(Laid::Detection | Laid::Visibility) | None => Profile::default(),
                };
                let overlay = laid.as_ref().map(|laid| match laid {
                    Laid::Detection => dettect::Overlay::Detection,
                    Laid::Visibility => dettect::Overlay::Visibility,
                    Laid::Adversaries(_) => dettect::Overlay::Adversaries(&others),
                });
                dettect::Show::Groups(dettect::Groups {
                    platforms: found.platforms.clone(),
                    overlay,
                })
            }
        };
        let mut layer = Vec::new();
        dettect::write(&found.assessment, &found.attack, &show, &mut layer)?;
        Ok(layer)
    }
}

/// Whether a word means scores, and no adversary.
fn is_side(word: &str) -> bool {
    matches!(word, "detect" | "visibility")
}

/// The word that was typed.
fn word(show: Show) -> String {
    let value = show.to_possible_value();
    value.map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// What the matrix shows of an assessment alone.
fn view_of(show: Show) -> Result<view::Show, Failure> {
    match show {
        Show::Coverage => Ok(view::Show::Coverage),
        Show::Prevent => Ok(view::Show::Function(Function::Prevent)),
        Show::Detect => Ok(view::Show::Function(Function::Detect)),
        Show::Respond => Ok(view::Show::Function(Function::Respond)),
        Show::Threat => Ok(view::Show::Threat),
        Show::Priority => Ok(view::Show::Priority),
        Show::Visibility => Ok(view::Show::Visibility),
        Show::DataSources | Show::Groups => {
            let layer = if show == Show::Groups { "a layer" } else { "a layer of DeTT&CT alone" };
            let message = format!("--show {} is {layer}, no picture: not yet", word(show));
            Err(Failure::new(message).help("add --compat dettect and write a .json"))
        }
        Show::Change => {
            let failure = Failure::new("--show change: there is nothing to compare to");
            Err(failure.help("name an earlier assessment.json with --against"))
        }
    }
}
