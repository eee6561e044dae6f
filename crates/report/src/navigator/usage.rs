//! A layer of who uses what: our adversaries, else all groups of the release.

use model::assessment::{Assessment, TechniqueAssessment};
use model::attack::{Adversary, AdversaryKind, Attack, TechniqueIx};

use super::{Annotation, Gradient, LISTED, Layer, STEPS, Shown, item, out_of_scope, titles};
use crate::view::{Show, count};

/// The layer. Scores are numbers of adversaries.
pub(super) fn layer(assessment: &Assessment, attack: &Attack) -> Layer {
    let is_ours = !assessment.adversaries.is_empty();
    let whose = if is_ours { "our adversaries" } else { "all groups" };
    let titles = titles(assessment);
    let mut most = 0;
    let techniques = attack.techniques.iter().enumerate().map(|(ix, technique)| {
        let Some(found) = assessment.technique(technique.id) else {
            return out_of_scope(assessment, technique.id);
        };
        let users = if is_ours { by_ours(assessment, found) } else { by_groups(attack, ix) };
        most = most.max(users.len());
        let plain = super::in_scope(assessment, found, Show::Coverage, &titles);
        Annotation {
            score: Some(users.len() as f64),
            comment: crate::printable(&format!(
                "{}. {}",
                used(&users, assessment.adversaries.len()),
                plain.comment
            )),
            ..plain
        }
    });
    let techniques: Vec<Annotation> = techniques.collect();
    let most = if is_ours { assessment.adversaries.len() } else { most.max(1) };
    let shown = Shown {
        noun: format!("use by {whose}"),
        said: vec![format!("Score: how many of {whose} are known to use it, 0 to {most}")],
        gradient: Gradient::new(STEPS, (0, i32::try_from(most).unwrap_or(i32::MAX))),
        legend: vec![
            item("used by none of them", STEPS[0]),
            item(format!("used by {most}"), STEPS[STEPS.len() - 1]),
        ],
        techniques,
        metadata: Vec::new(),
    };
    shown.layer(assessment)
}

/// Those of the profile that are known to use a technique, by name.
pub(super) fn by_ours<'a>(
    assessment: &'a Assessment,
    technique: &TechniqueAssessment,
) -> Vec<&'a str> {
    let uses = |id: &str| technique.threat.by_adversary.get(id).is_some_and(|part| *part > 0.0);
    let used_by = assessment.adversaries.iter().filter(|adversary| uses(&adversary.id));
    used_by.map(|adversary| adversary.name.as_str()).collect()
}

/// The groups that use it themselves, or in a campaign that is attributed to them.
fn by_groups(attack: &Attack, technique: TechniqueIx) -> Vec<&str> {
    let uses = |adversary: &Adversary| adversary.techniques.binary_search(&technique).is_ok();
    let groups = attack.adversaries.iter().filter(|a| a.kind == AdversaryKind::Group);
    let users = groups.filter(|group| {
        uses(group) || group.campaigns.iter().any(|ix| uses(&attack.adversaries[*ix]))
    });
    users.map(|group| group.name.as_str()).collect()
}

/// Who they are, where `all` is how many there could be; none where these are all groups.
fn used(users: &[&str], all: usize) -> String {
    let of = match all {
        0 => count(users.len(), "group"),
        1 => format!("{} of 1 adversary", users.len()),
        all => format!("{} of {all} adversaries", users.len()),
    };
    let mut names: Vec<String> =
        users.iter().take(LISTED).map(|name| super::shortened(name)).collect();
    if users.len() > LISTED {
        names.push(format!("and {} more", users.len() - LISTED));
    }
    let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
    format!("Used by {of}{names}")
}
