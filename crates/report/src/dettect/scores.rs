//! Scores that people or DeTT&CT gave to techniques, averaged as DeTT&CT does.

use std::collections::{BTreeMap, BTreeSet};

use model::assessment::Assessment;
use model::attack::Attack;
use model::capability::{Capability, Function, Kind};
use model::id::TechniqueId;

use super::{Cell, Picture, entry, legend_item, no_gradient};
use crate::navigator::{LegendItem, Metadata};
use crate::view;

/// Names and colours of detection scores 0 to 5.
const DETECTION: [(&str, &str); 6] = [
    ("Forensics/Context", "#9C27B0"),
    ("Basic", "#DCEDC8"),
    ("Fair", "#AED581"),
    ("Good", "#8BC34A"),
    ("Very good", "#689F38"),
    ("Excellent", "#33691E"),
];

/// Names and colours of visibility scores 1 to 4.
const VISIBILITY: [(&str, &str); 4] =
    [("Minimal", "#BBDEFB"), ("Medium", "#64B5F6"), ("Good", "#1976D2"), ("Excellent", "#0D47A1")];

/// The colour of a technique that is both seen and detected.
pub(super) const BOTH: &str = "#f9a825";
const NEITHER: &str = "#FFFFFF";

/// What a score is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Detection,
    Visibility,
}

impl Side {
    /// The score that a capability states.
    pub(super) fn of(self, capability: &Capability) -> Option<i8> {
        match (self, capability.function, capability.kind) {
            (Self::Detection, Function::Detect, _) => capability.dettect,
            (Self::Visibility, Function::Observe, Kind::Control | Kind::Rule) => {
                let newest = capability.score_history.first().map(|entry| entry.score);
                newest.or_else(|| capability.strength.map(|share| (share * 4.0).round() as i8))
            }
            (Self::Visibility, Function::Observe, Kind::DataSource)
            | (Self::Detection, Function::Prevent | Function::Respond | Function::Observe, _)
            | (Self::Visibility, Function::Prevent | Function::Detect | Function::Respond, _) => {
                None
            }
        }
    }

    /// The colour of a score by itself.
    pub(super) fn color(self, score: u8) -> Option<&'static str> {
        let at = usize::from(score);
        match self {
            Self::Detection => DETECTION.get(at).map(|(_, color)| *color),
            Self::Visibility => VISIBILITY.get(at.checked_sub(1)?).map(|(_, color)| *color),
        }
    }

    pub(super) fn legend(self) -> Vec<LegendItem> {
        let label = |word: &str, score: usize, (name, color): &(&str, &str)| {
            legend_item(format!("{word} score {score}: {name}"), color)
        };
        match self {
            Self::Detection => {
                let scores = DETECTION.iter().enumerate();
                scores.map(|(score, named)| label("Detection", score, named)).collect()
            }
            Self::Visibility => {
                let scores = VISIBILITY.iter().zip(1..);
                scores.map(|(named, score)| label("Visibility", score, named)).collect()
            }
        }
    }

    fn metadata(self, capability: &Capability) -> Vec<Metadata> {
        let platforms = capability.platforms.as_ref().map(|names| names.join(", "));
        let systems = match capability.systems.join(", ") {
            systems if systems.is_empty() => platforms.unwrap_or_else(|| "all".to_owned()),
            systems => systems,
        };
        let score = self.of(capability).unwrap_or_default().to_string();
        let location = match capability.location.join(", ") {
            location if location.is_empty() => capability.id.clone(),
            location => location,
        };
        let comment = capability.notes.clone().unwrap_or_default();
        match self {
            Self::Detection => vec![
                entry("Applicable to", systems),
                entry("Detection score", score),
                entry("Detection location", location),
                entry("Technique comment", comment),
            ],
            Self::Visibility => vec![
                entry("Applicable to", systems),
                entry("Visibility score", score),
                entry("Technique comment", comment),
            ],
        }
    }
}

/// What is stated about a technique.
pub(super) struct Stated<'a> {
    /// Those who state a score, -1 included.
    pub(super) by: Vec<&'a Capability>,
    /// The mean of the scores that are not -1.
    pub(super) mean: Option<u8>,
}

/// The scores of one side by technique. An id that the release does not have is none.
pub(super) fn stated(assessment: &Assessment, side: Side) -> BTreeMap<TechniqueId, Stated<'_>> {
    let mut by: BTreeMap<TechniqueId, Vec<&Capability>> = BTreeMap::new();
    for capability in assessment.capabilities.iter().map(AsRef::as_ref) {
        let ids = capability.techniques.iter().filter(|_| side.of(capability).is_some());
        for id in ids.filter(|id| !capability.written.contains_key(id)) {
            by.entry(*id).or_default().push(capability);
        }
    }
    let score = |capability: &&Capability| u8::try_from(side.of(capability)?).ok();
    let stated = by.into_iter().map(|(id, by)| {
        let scores: Vec<u8> = by.iter().filter_map(score).collect();
        (id, Stated { mean: mean(&scores), by })
    });
    stated.collect()
}

/// Says how many ids of the inputs the release has only under other names.
pub(super) fn followed(assessment: &Assessment) -> String {
    let written = assessment.capabilities.iter().flat_map(|capability| capability.written.values());
    let ids: BTreeSet<&String> = written.flatten().collect();
    match ids.len() {
        0 => String::new(),
        count => format!(
            " {} not in ATT&CK {} and left out here, as DeTT&CT does; all other outputs follow them.",
            if count == 1 {
                "1 technique of the inputs is".to_owned()
            } else {
                format!("{} of the inputs are", view::count(count, "technique"))
            },
            assessment.attack.version
        ),
    }
}

pub(super) fn detection(assessment: &Assessment) -> Picture {
    let side = Side::Detection;
    let stated = stated(assessment, side).into_iter();
    let cells = stated.filter(|(_, stated)| stated.mean.is_some());
    Picture {
        name: "Detections".to_owned(),
        description: format!(
            "Detection scores as DeTT&CT averages them, -1 to 5.{}",
            followed(assessment)
        ),
        sorting: 0,
        gradient: no_gradient(),
        legend: side.legend(),
        cells: cells.map(|(id, stated)| (id, cell(&stated, side))).collect(),
    }
}

/// Every technique is in it, so that what is not seen is shown as such.
pub(super) fn visibility(assessment: &Assessment, attack: &Attack) -> Picture {
    let side = Side::Visibility;
    let mut cells: BTreeMap<TechniqueId, Cell> =
        attack.techniques.iter().map(|technique| (technique.id, Cell::default())).collect();
    cells.extend(stated(assessment, side).iter().map(|(id, stated)| (*id, cell(stated, side))));
    Picture {
        name: "Visibility".to_owned(),
        description: format!(
            "Visibility scores as DeTT&CT averages them, 0 to 4.{}",
            followed(assessment)
        ),
        sorting: 0,
        gradient: no_gradient(),
        legend: side.legend(),
        cells,
    }
}

pub(super) fn both(assessment: &Assessment) -> Picture {
    let detection = stated(assessment, Side::Detection);
    let visibility = stated(assessment, Side::Visibility);
    let ids: BTreeSet<TechniqueId> = detection.keys().chain(visibility.keys()).copied().collect();
    let cells = ids.into_iter().map(|id| {
        let (detected, seen) = (detection.get(&id), visibility.get(&id));
        let of = |stated: Option<&Stated<'_>>, side: Side| -> Vec<Metadata> {
            let by = stated.into_iter().flat_map(|stated| &stated.by);
            by.filter(|c| side.of(c) >= Some(0)).flat_map(|c| side.metadata(c)).collect()
        };
        let metadata = [of(seen, Side::Visibility), of(detected, Side::Detection)].concat();
        let color = overlaid(detected.and_then(|s| s.mean), seen.and_then(|s| s.mean));
        (id, Cell { score: None, color: Some(color), metadata })
    });
    let legend = [
        vec![legend_item("Visibility and detection", BOTH)],
        Side::Visibility.legend(),
        Side::Detection.legend(),
    ];
    Picture {
        name: "Visibility and detection".to_owned(),
        description: format!(
            "Visibility and detection scores as DeTT&CT lays one over the other.{}",
            followed(assessment)
        ),
        sorting: 0,
        gradient: None,
        legend: legend.into_iter().flatten().collect(),
        cells: cells.collect(),
    }
}

/// Of both, that both are there is all that is shown.
fn overlaid(detection: Option<u8>, visibility: Option<u8>) -> &'static str {
    let color = match (detection, visibility) {
        (Some(1..), Some(1..)) => Some(BOTH),
        (Some(score @ 1..), _) => Side::Detection.color(score),
        (_, Some(score @ 1..)) => Side::Visibility.color(score),
        (Some(0), _) => Side::Detection.color(0),
        (None, _) => None,
    };
    color.unwrap_or(NEITHER)
}

fn cell(stated: &Stated<'_>, side: Side) -> Cell {
    // What states that there is nothing has no part in the mean, and none here.
    let by = stated.by.iter().filter(|capability| side.of(capability) >= Some(0));
    // No visibility is no score, but no detection that leaves traces is one.
    let shown = stated.mean.filter(|score| *score > 0 || side == Side::Detection);
    Cell {
        score: shown.map(f64::from),
        color: stated.mean.and_then(|score| side.color(score)),
        metadata: by.flat_map(|capability| side.metadata(capability)).collect(),
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

    #[test]
    fn of_both_the_level_of_the_one_that_is_there_shows() {
        assert_eq!(overlaid(Some(3), Some(2)), BOTH);
        assert_eq!(overlaid(Some(3), Some(0)), "#8BC34A");
        assert_eq!(overlaid(Some(0), Some(2)), "#64B5F6");
        assert_eq!(overlaid(Some(0), None), "#9C27B0");
        assert_eq!(overlaid(None, Some(0)), NEITHER);
    }
}
