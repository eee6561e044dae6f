//! How many adversaries use a technique: a count, or the sum of their weights. Only what ATT&CK
//! says of the adversary itself counts, as in DeTT&CT; nothing of its campaigns and software. One
//! that the organisation describes itself counts by the share of its weight that it gives to a
//! technique.

use std::collections::{BTreeMap, BTreeSet};

use model::assessment::Assessment;
use model::attack::{Adversary, AdversaryKind, Attack};
use model::id::TechniqueId;
use model::inputs::Profile;

use super::scores::{self, BOTH, Side};
use super::{Cell, Gradient, Picture, entry, legend_item, number};
use crate::navigator::LegendItem;
use crate::view;

/// Which techniques of whom, and what is laid over them.
pub struct Groups<'a> {
    /// The platforms of which a technique needs one; none where all are meant.
    pub platforms: Vec<String>,
    /// What is laid over the count.
    pub overlay: Option<Overlay<'a>>,
}

/// What can be laid over the count.
pub enum Overlay<'a> {
    /// Detection scores.
    Detection,
    /// Visibility scores.
    Visibility,
    /// Other adversaries, with their weights.
    Adversaries(&'a Profile),
}

const FEW: &str = "#ffcece";
const MANY: &str = "#ff0000";
const OVERLAY_ONLY: &str = "#ffee58";

/// Colours of scores 0 to 5 for techniques that the adversaries use too.
const USED_TOO: [&str; 6] = ["#FFECB7", "#FFE07A", "#FFCA28", "#FFAE00", "#FF8F00", "#FF6F00"];

/// Who uses a technique.
#[derive(Default)]
struct Use<'a> {
    weight: f64,
    by: BTreeSet<&'a str>,
}

type Uses<'a> = BTreeMap<TechniqueId, Use<'a>>;

/// The adversaries are those of the profile; without any, all groups.
pub(super) fn picture(assessment: &Assessment, attack: &Attack, groups: &Groups<'_>) -> Picture {
    let profile = &assessment.profile;
    let base = match profile.adversaries.is_empty() {
        true => every_group(attack),
        false => chosen(attack, profile),
    };
    let uses = uses(attack, &base, &groups.platforms);
    let most = uses.values().map(|used| used.weight).fold(0.0, f64::max);
    let mut cells: BTreeMap<TechniqueId, Cell> =
        uses.iter().map(|(id, u)| (*id, cell(u))).collect();
    let mut legend = vec![
        legend_item("Technique not often used", FEW),
        legend_item("Technique used frequently", MANY),
    ];
    match &groups.overlay {
        None => {}
        Some(Overlay::Detection) => {
            lay_scores(&mut cells, assessment, Side::Detection, most);
            legend.extend(score_legend(Side::Detection));
        }
        Some(Overlay::Visibility) => {
            lay_scores(&mut cells, assessment, Side::Visibility, most);
            legend.extend(score_legend(Side::Visibility));
        }
        Some(Overlay::Adversaries(others)) => {
            // Who is on both sides counts once.
            let others = chosen(attack, others);
            let known = |id: &str| base.iter().any(|adversary| adversary.id == id);
            let new: Vec<_> = others.iter().filter(|a| !known(a.id)).cloned().collect();
            let laid = self::uses(attack, &others, &groups.platforms);
            let added = self::uses(attack, &new, &groups.platforms);
            lay_adversaries(&mut cells, &laid, &added);
            legend.push(legend_item("Used by these and by those laid over them", BOTH));
            legend.push(legend_item("Used by those laid over them", OVERLAY_ONLY));
        }
    }
    Picture {
        name: "Adversaries".to_owned(),
        description: description(assessment, &base, groups),
        sorting: 3,
        gradient: Some(Gradient { colors: [FEW, MANY], min_value: 0, max_value: number(most) }),
        legend,
        cells,
    }
}

/// An adversary, and by how much each of its techniques counts.
#[derive(Clone)]
pub(super) struct Who<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    pub(super) techniques: Vec<(TechniqueId, f64)>,
}

impl<'a> Who<'a> {
    fn of(attack: &Attack, adversary: &'a Adversary, weight: f64) -> Self {
        let techniques = adversary.techniques.iter().map(|ix| (attack.techniques[*ix].id, weight));
        Self { id: &adversary.id, name: &adversary.name, techniques: techniques.collect() }
    }
}

fn every_group(attack: &Attack) -> Vec<Who<'_>> {
    let groups = attack.adversaries.iter().filter(|a| a.kind == AdversaryKind::Group);
    groups.map(|group| Who::of(attack, group, 1.0)).collect()
}

/// The adversaries of a profile that have a weight.
pub(super) fn chosen<'a>(attack: &'a Attack, profile: &'a Profile) -> Vec<Who<'a>> {
    let weighed = profile.adversaries.iter().filter(|(_, weight)| **weight > 0.0);
    let who = |(id, weight): (&'a String, &f64)| match profile.own.get(id) {
        Some(own) => {
            let techniques = own.techniques.iter().map(|(id, share)| (*id, share * weight));
            Some(Who { id, name: &own.name, techniques: techniques.collect() })
        }
        None => Some(Who::of(attack, &attack.adversaries[attack.adversary(id)?], *weight)),
    };
    weighed.filter_map(who).collect()
}

fn uses<'a>(attack: &'a Attack, adversaries: &[Who<'a>], platforms: &[String]) -> Uses<'a> {
    let named = |ix: &usize| platforms.contains(&attack.platforms[*ix]);
    let is_there = |id: TechniqueId| {
        attack.technique(id).is_some_and(|ix| {
            platforms.is_empty() || attack.techniques[ix].platforms.iter().any(named)
        })
    };
    let mut uses = Uses::new();
    for adversary in adversaries {
        for (technique, weight) in adversary.techniques.iter().filter(|(id, _)| is_there(*id)) {
            let used = uses.entry(*technique).or_default();
            used.weight += weight;
            used.by.insert(adversary.name);
        }
    }
    uses
}

fn cell(used: &Use<'_>) -> Cell {
    Cell {
        // A share of a weight has nine decimals; as many of the weight itself mean nothing.
        score: Some((used.weight * 1e3).round() / 1e3),
        color: None,
        metadata: vec![entry("Group / Campaign", names(used))],
    }
}

fn names(used: &Use<'_>) -> String {
    used.by.iter().copied().collect::<Vec<_>>().join(", ")
}

/// The scores of what is in place replace the counts, raised above them all; a technique that is
/// left on the gradient is a gap.
fn lay_scores(
    cells: &mut BTreeMap<TechniqueId, Cell>,
    assessment: &Assessment,
    side: Side,
    most: f64,
) {
    let lowest = match side {
        Side::Detection => 0,
        Side::Visibility => 1,
    };
    for (id, stated) in scores::stated(assessment, side) {
        let Some(score) = stated.mean.filter(|score| *score >= lowest) else { continue };
        let is_used = cells.contains_key(&id);
        let cell = cells.entry(id).or_default();
        cell.score = Some(f64::from(score) + most);
        cell.color = match is_used {
            true => USED_TOO.get(usize::from(score)).copied(),
            false => side.color(score),
        };
        cell.metadata.push(entry("Overlay", format!("score {score}")));
    }
}

fn score_legend(side: Side) -> Vec<LegendItem> {
    let (word, first) = match side {
        Side::Detection => ("Detection", 0),
        Side::Visibility => ("Visibility", 1),
    };
    let last = first + side.legend().len();
    let used_too = USED_TOO.iter().enumerate().skip(first).take(last - first);
    let used_too = used_too.map(|(score, color)| {
        legend_item(format!("Used by adversaries, {} score {score}", word.to_lowercase()), color)
    });
    let unused = side.legend().into_iter().map(|item| LegendItem {
        label: format!("Not used by adversaries, {}", item.label.to_lowercase()),
        ..item
    });
    used_too.chain(unused).collect()
}

fn lay_adversaries(cells: &mut BTreeMap<TechniqueId, Cell>, laid: &Uses<'_>, added: &Uses<'_>) {
    for (id, used) in laid {
        let is_used = cells.contains_key(id);
        let cell = cells.entry(*id).or_default();
        let added = added.get(id).map_or(0.0, |used| used.weight);
        cell.score = Some(cell.score.unwrap_or(0.0) + added);
        cell.color = Some(if is_used { BOTH } else { OVERLAY_ONLY });
        cell.metadata.push(entry("Overlay", names(used)));
    }
}

fn description(assessment: &Assessment, base: &[Who<'_>], groups: &Groups<'_>) -> String {
    let who = match base {
        base if assessment.profile.adversaries.is_empty() => {
            format!("all {}", view::count(base.len(), "group"))
        }
        base => base.iter().map(|a| a.name).collect::<Vec<_>>().join(", "),
    };
    let platforms = match groups.platforms.join(", ") {
        names if names.is_empty() => "all platforms".to_owned(),
        names => names,
    };
    let overlay = match groups.overlay {
        None => "",
        Some(Overlay::Detection) => " Laid over it: detection scores, added to the highest count.",
        Some(Overlay::Visibility) => {
            " Laid over it: visibility scores, added to the highest count."
        }
        Some(Overlay::Adversaries(_)) => " Laid over it: other adversaries.",
    };
    format!(
        "How many adversaries use a technique, by weight: {who}; {platforms}.{overlay}{}",
        scores::followed(assessment)
    )
}
