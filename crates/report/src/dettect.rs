//! A layer for ATT&CK Navigator as DeTT&CT makes it of detection scores: the same techniques, the
//! same scores, the same colours. Several scores of a technique are averaged here, because there
//! they are; no figure of lacuna is.

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::assessment::Assessment;
use model::capability::{Capability, Function};
use model::id::TechniqueId;
use serde::Serialize;

use crate::navigator::{self, LegendItem, Metadata, Versions};

/// Names and colours of detection scores 0 to 5.
const SCORES: [(&str, &str); 6] = [
    ("Forensics/Context", "#9C27B0"),
    ("Basic", "#DCEDC8"),
    ("Fair", "#AED581"),
    ("Good", "#8BC34A"),
    ("Very good", "#689F38"),
    ("Excellent", "#33691E"),
];

/// Writes the layer of detection scores. Only capabilities that state a DeTT&CT score are in it.
///
/// # Errors
/// Those of the writer.
pub fn write_detection(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    crate::json::write(&layer(assessment), out)
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
    gradient: Gradient,
    legend_items: Vec<LegendItem>,
    metadata: Vec<Metadata>,
}

/// Every technique has its own colour, so that the gradient is out of use.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Gradient {
    colors: [&'static str; 2],
    min_value: u16,
    max_value: u16,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Annotation {
    #[serde(rename = "techniqueID")]
    technique_id: String,
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    metadata: Vec<Metadata>,
    show_subtechniques: bool,
}

fn layer(assessment: &Assessment) -> Layer {
    let scored = scored(assessment);
    let has_sub = |id: TechniqueId| scored.keys().any(|sub| sub.parent() == Some(id));
    let mut techniques: BTreeMap<TechniqueId, Annotation> = BTreeMap::new();
    for (id, capabilities) in &scored {
        if let Some(parent) = id.parent().filter(|parent| !scored.contains_key(parent)) {
            techniques.insert(parent, annotation(parent, &[], true));
        }
        techniques.insert(*id, annotation(*id, capabilities, has_sub(*id)));
    }
    let label = |(score, (name, color)): (usize, &(&str, &'static str))| LegendItem {
        label: format!("Detection score {score}: {name}"),
        color: (*color).to_owned(),
    };
    Layer {
        name: "Detections".to_owned(),
        versions: navigator::versions(&assessment.attack.version),
        domain: assessment.attack.domain.clone(),
        description: "Detection scores as DeTT&CT averages them, -1 to 5.".to_owned(),
        sorting: 0,
        hide_disabled: false,
        techniques: techniques.into_values().collect(),
        gradient: Gradient { colors: ["#aeb6bf", "#aeb6bf"], min_value: 0, max_value: 10_000 },
        legend_items: SCORES.iter().enumerate().map(label).collect(),
        metadata: vec![Metadata { name: "made by", value: assessment.generated_by.clone() }],
    }
}

/// The capabilities with a score of 0 or more, by technique: -1 lowers no average.
fn scored(assessment: &Assessment) -> BTreeMap<TechniqueId, Vec<&Capability>> {
    let mut scored: BTreeMap<TechniqueId, Vec<&Capability>> = BTreeMap::new();
    let detects = |c: &&Capability| c.function == Function::Detect && c.dettect >= Some(0);
    for capability in assessment.capabilities.iter().map(AsRef::as_ref).filter(detects) {
        for id in &capability.techniques {
            scored.entry(*id).or_default().push(capability);
        }
    }
    scored
}

fn annotation(id: TechniqueId, capabilities: &[&Capability], shows_subs: bool) -> Annotation {
    let scores: Vec<u8> =
        capabilities.iter().filter_map(|c| u8::try_from(c.dettect?).ok()).collect();
    let score = mean(&scores);
    let said = |capability: &&Capability| {
        let platforms = capability.platforms.as_ref().map(|names| names.join(", "));
        let score = capability.dettect.unwrap_or_default().to_string();
        let value = |value: String| crate::printable(&value);
        [
            Metadata { name: "Applicable to", value: value(platforms.unwrap_or("all".to_owned())) },
            Metadata { name: "Detection score", value: score },
            Metadata { name: "Detection location", value: value(capability.id.clone()) },
        ]
    };
    Annotation {
        technique_id: id.to_string(),
        enabled: true,
        score,
        color: score.and_then(|score| SCORES.get(usize::from(score))).map(|(_, color)| *color),
        metadata: capabilities.iter().flat_map(said).collect(),
        show_subtechniques: shows_subs,
    }
}

/// The mean as Python rounds it: halves go to the even neighbour.
fn mean(scores: &[u8]) -> Option<u8> {
    let count = scores.len();
    let sum: usize = scores.iter().map(|score| usize::from(*score)).sum();
    let (whole, rest) = (sum.checked_div(count)?, sum.checked_rem(count)?);
    let is_up = 2 * rest > count || (2 * rest == count && whole % 2 == 1);
    u8::try_from(whole + usize::from(is_up)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_rounded_to_the_even_neighbour() {
        assert_eq!(mean(&[]), None);
        assert_eq!(mean(&[2, 3]), Some(2));
        assert_eq!(mean(&[3, 4]), Some(4));
        assert_eq!(mean(&[1, 2]), Some(2));
        assert_eq!(mean(&[5, 5, 4]), Some(5));
        assert_eq!(mean(&[0, 0, 1]), Some(0));
    }
}
