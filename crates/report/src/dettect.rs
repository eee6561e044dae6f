//! DeTT&CT: layers as it makes them, with the same techniques, the same scores and the same
//! colours, and administration files for it to read.
//!
//! Its ways are its own: it averages the scores of a technique, and it counts what a technique of
//! the release is called, never what became of an older id. No figure of lacuna does so.

mod files;
mod groups;
mod scores;
mod sources;

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::assessment::Assessment;
use model::attack::Attack;
use model::id::TechniqueId;
use serde::Serialize;
use serde_json::Value;

pub use files::{Files, files};
pub use groups::{Groups, Overlay};
pub use sources::{OwnSource, OwnSources};

use crate::navigator::{self, LegendItem, Metadata, Versions};

/// What a layer shows.
pub enum Show<'a> {
    /// The mean of the detection scores.
    Detection,
    /// The mean of the visibility scores.
    Visibility,
    /// Both, one laid over the other.
    VisibilityAndDetection,
    /// How many of a technique's data sources are there.
    DataSources(&'a OwnSources),
    /// How many adversaries use a technique.
    Groups(Groups<'a>),
}

/// Writes a layer.
///
/// # Errors
/// Those of the writer.
pub fn write(
    assessment: &Assessment,
    attack: &Attack,
    show: &Show<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let picture = match show {
        Show::Detection => scores::detection(assessment),
        Show::Visibility => scores::visibility(assessment, attack),
        Show::VisibilityAndDetection => scores::both(assessment),
        Show::DataSources(own) => sources::picture(assessment, attack, own),
        Show::Groups(groups) => groups::picture(assessment, attack, groups),
    };
    crate::json::write(&layer(assessment, picture), out)
}

/// A layer without what all of them have.
struct Picture {
    name: String,
    description: String,
    /// 0 by id, 3 by score, the highest first.
    sorting: u8,
    gradient: Option<Gradient>,
    legend: Vec<LegendItem>,
    cells: BTreeMap<TechniqueId, Cell>,
}

/// What is said about a technique.
#[derive(Default)]
struct Cell {
    score: Option<f64>,
    color: Option<&'static str>,
    metadata: Vec<Metadata>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Layer {
    name: String,
    versions: Versions,
    domain: String,
    description: String,
    sorting: u8,
    hide_disabled: bool,
    techniques: Vec<Annotation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gradient: Option<Gradient>,
    legend_items: Vec<LegendItem>,
    metadata: Vec<Metadata>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Gradient {
    colors: [&'static str; 2],
    min_value: u16,
    max_value: Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Annotation {
    #[serde(rename = "techniqueID")]
    technique_id: String,
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    metadata: Vec<Metadata>,
    show_subtechniques: bool,
}

/// Every technique has its own colour, so that the gradient is out of use.
fn no_gradient() -> Option<Gradient> {
    Some(Gradient { colors: ["#aeb6bf", "#aeb6bf"], min_value: 0, max_value: 10_000.into() })
}

fn layer(assessment: &Assessment, mut picture: Picture) -> Layer {
    // A parent is there to show its sub-techniques, even where nothing is said about itself.
    let parents: Vec<TechniqueId> = picture.cells.keys().filter_map(|id| id.parent()).collect();
    for parent in &parents {
        picture.cells.entry(*parent).or_default();
    }
    let annotation = |(id, cell): (TechniqueId, Cell)| Annotation {
        technique_id: id.to_string(),
        enabled: true,
        score: cell.score.map(number),
        color: cell.color,
        metadata: cell.metadata,
        show_subtechniques: parents.binary_search(&id).is_ok(),
    };
    Layer {
        name: crate::printable(&picture.name),
        versions: navigator::versions(&assessment.attack.version),
        domain: assessment.attack.domain.clone(),
        description: crate::printable(&picture.description),
        sorting: picture.sorting,
        hide_disabled: false,
        techniques: picture.cells.into_iter().map(annotation).collect(),
        gradient: picture.gradient,
        legend_items: picture.legend,
        metadata: vec![Metadata { name: "made by", value: assessment.generated_by.clone() }],
    }
}

/// A whole number as one.
fn number(value: f64) -> Value {
    // Weights are at most a thousand million, so that sums stay far below 2^53.
    if value.fract() == 0.0 { Value::from(value as u64) } else { Value::from(value) }
}

fn legend_item(label: impl Into<String>, color: &str) -> LegendItem {
    LegendItem { label: label.into(), color: color.to_owned() }
}

fn entry(name: &'static str, value: impl Into<String>) -> Metadata {
    let value = value.into();
    let value = if value.trim().is_empty() { "-".to_owned() } else { value };
    Metadata { name, value: crate::printable(&value) }
}
