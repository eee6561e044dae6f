//! ATT&CK's groups, campaigns and software, and the release itself.

use model::assessment::Assessment;
use model::attack::{Adversary, AdversaryKind, Attack};
use model::inputs::OwnAdversary;
use model::metrics::AdversaryCoverage;
use model::scenario::{PREFIX, Scenario};

use super::{classes, count};
use crate::sheet::{Sheet, Value};

/// The adversaries of the profile, the least covered first, each with its place. Those whose bands
/// overlap that of the first of a place share it: there is no meaningful difference.
#[must_use]
pub fn places(assessment: &Assessment) -> Vec<(usize, &AdversaryCoverage)> {
    let mut adversaries: Vec<_> = assessment.adversaries.iter().collect();
    adversaries.sort_by(|a, b| a.coverage.total_cmp(&b.coverage).then_with(|| a.id.cmp(&b.id)));
    let mut placed: Vec<(usize, &AdversaryCoverage)> = Vec::new();
    let mut first: Option<(usize, &AdversaryCoverage)> = None;
    for (at, adversary) in adversaries.into_iter().enumerate() {
        let is_apart = |(_, held): (usize, &AdversaryCoverage)| match (held.band, adversary.band) {
            (Some(held), Some(own)) => held.is_apart_from(own),
            _ => held.coverage != adversary.coverage,
        };
        if first.is_none_or(is_apart) {
            first = Some((at + 1, adversary));
        }
        placed.push((first.map_or(at + 1, |(place, _)| place), adversary));
    }
    placed
}

/// All groups, campaigns and software, and the scenarios, a row each.
#[must_use]
pub fn list(attack: &Attack, scenarios: &[Scenario]) -> Sheet {
    let mut sheet = Sheet::new(
        "",
        &[
            ("Id", "id"),
            ("Name", "name"),
            ("Kind", "kind"),
            ("Techniques", "techniques"),
            ("Software", "software"),
            ("Campaigns", "campaigns"),
            ("Last seen", "last_seen"),
            ("Also called", "aliases"),
        ],
    )
    .optional(&["aliases"]);
    let known = attack.adversaries.iter().map(|adversary| row(attack, adversary));
    sheet.rows = known.chain(scenarios.iter().map(scenario)).collect();
    sheet
}

fn scenario(scenario: &Scenario) -> Vec<Value> {
    vec![
        Value::text(format!("{PREFIX}{}", scenario.id)),
        Value::text(&scenario.name),
        Value::text("scenario"),
        Value::Whole(scenario.techniques.len()),
        Value::Blank,
        Value::Blank,
        Value::Blank,
        Value::Blank,
    ]
}

fn row(attack: &Attack, adversary: &Adversary) -> Vec<Value> {
    vec![
        Value::text(&adversary.id),
        Value::text(&adversary.name),
        Value::text(adversary.kind.name()),
        Value::Whole(adversary.techniques.len()),
        Value::Whole(adversary.software.len()),
        Value::Whole(adversary.campaigns.len()),
        Value::text(last_seen(attack, adversary)),
        Value::text(adversary.aliases.join(", ")),
    ]
}

/// The last day of a campaign, or of any of a group's.
fn last_seen(attack: &Attack, adversary: &Adversary) -> String {
    let campaigns = adversary.campaigns.iter().map(|ix| &attack.adversaries[*ix]);
    let days = campaigns.chain([adversary]).filter_map(|campaign| campaign.last_seen);
    days.max().map(|day| day.to_string()).unwrap_or_default()
}

/// What there is to know about one.
#[must_use]
pub fn about(attack: &Attack, adversary: &Adversary) -> Sheet {
    let title = format!("{} {} ({})", adversary.id, adversary.name, adversary.kind.name());
    let mut sheet = Sheet::new(title, &[("", "what"), ("", "value")]);
    let names = |ixs: &[usize]| {
        let names = ixs.iter().map(|ix| &attack.adversaries[*ix]);
        names.map(|a| format!("{} {}", a.id, a.name)).collect::<Vec<_>>().join(", ")
    };
    let used_by: Vec<usize> = (0..attack.adversaries.len())
        .filter(|ix| {
            let other = &attack.adversaries[*ix];
            let own =
                |list: &[usize]| list.iter().any(|ix| attack.adversaries[*ix].id == adversary.id);
            own(&other.software) || own(&other.campaigns)
        })
        .collect();
    let rows = [
        ("also called", adversary.aliases.join(", ")),
        ("techniques", adversary.techniques.len().to_string()),
        ("first seen", adversary.first_seen.map(|day| day.to_string()).unwrap_or_default()),
        ("last seen", last_seen(attack, adversary)),
        ("software", names(&adversary.software)),
        ("campaigns", names(&adversary.campaigns)),
        ("of", names(&used_by)),
    ];
    let said = rows.into_iter().filter(|(_, value)| !value.is_empty());
    sheet.rows = said.map(|(name, value)| vec![Value::text(name), Value::text(value)]).collect();
    sheet
}

/// The techniques that one uses itself.
#[must_use]
pub fn techniques(attack: &Attack, adversary: &Adversary) -> Sheet {
    let mut sheet = Sheet::new(
        "Techniques",
        &[("Technique", "technique"), ("Name", "name"), ("Tactics", "tactics")],
    );
    let used = adversary.techniques.iter().map(|ix| &attack.techniques[*ix]);
    sheet.rows = used
        .map(|technique| {
            let tactics = technique.tactics.iter().map(|ix| attack.tactics[*ix].name.as_str());
            vec![
                Value::text(technique.id.to_string()),
                Value::text(&technique.name),
                Value::text(tactics.collect::<Vec<_>>().join(", ")),
            ]
        })
        .collect();
    sheet
}

/// What there is to know about an adversary of one's own.
#[must_use]
pub fn about_own(attack: &Attack, id: &str, own: &OwnAdversary) -> Sheet {
    let kind = if id.starts_with(PREFIX) { "scenario" } else { "your own" };
    let mut sheet = Sheet::new(format!("{} ({kind})", own.name), &[("", "what"), ("", "value")]);
    let software = own.software.iter().filter_map(|id| attack.adversary(id));
    let software: Vec<String> = software
        .map(|ix| &attack.adversaries[ix])
        .map(|a| format!("{} {}", a.id, a.name))
        .collect();
    let rows = [
        ("from", id.to_owned()),
        ("techniques", own.techniques.len().to_string()),
        ("software", software.join(", ")),
        ("ids", classes(&own.resolution)),
    ];
    let said = rows.into_iter().filter(|(_, value)| !value.is_empty());
    sheet.rows = said.map(|(name, value)| vec![Value::text(name), Value::text(value)]).collect();
    sheet
}

/// What a scenario asks, and what its techniques are taken from, as rows of what there is to know
/// about it.
#[must_use]
pub fn said_of_scenario(question: &str, source: &str) -> [Vec<Value>; 2] {
    let row = |name: &str, value: &str| vec![Value::text(name), Value::text(value)];
    [row("question", question), row("source", source)]
}

/// The techniques that one of one's own uses itself, with the chance of each, the highest first.
#[must_use]
pub fn techniques_of_own(attack: &Attack, own: &OwnAdversary) -> Sheet {
    let mut sheet = Sheet::new(
        "Techniques",
        &[
            ("Technique", "technique"),
            ("Name", "name"),
            ("Chance", "chance"),
            ("Tactics", "tactics"),
        ],
    );
    let mut used: Vec<_> = own.techniques.iter().collect();
    used.sort_by(|a, b| b.1.total_cmp(a.1).then(a.0.cmp(b.0)));
    let known = used.into_iter().filter_map(|(id, chance)| Some((attack.technique(*id)?, *chance)));
    sheet.rows = known
        .map(|(ix, chance)| {
            let technique = &attack.techniques[ix];
            let tactics = technique.tactics.iter().map(|ix| attack.tactics[*ix].name.as_str());
            vec![
                Value::text(technique.id.to_string()),
                Value::text(&technique.name),
                Value::Share(chance),
                Value::text(tactics.collect::<Vec<_>>().join(", ")),
            ]
        })
        .collect();
    sheet
}

/// What a release is and holds.
#[must_use]
pub fn release(attack: &Attack) -> Sheet {
    let title = format!("ATT&CK {} {}", attack.domain, attack.version);
    let mut sheet = Sheet::new(title, &[("", "what"), ("", "value")]);
    let subs = attack.techniques.iter().filter(|t| t.id.parent().is_some()).count();
    let of = |kind| attack.adversaries.iter().filter(|a| a.kind == kind).count();
    let software = of(AdversaryKind::Malware) + of(AdversaryKind::Tool);
    let rows = [
        ("source", attack.source.clone()),
        ("sha256", attack.sha256.clone()),
        ("tactics", attack.tactics.len().to_string()),
        (
            "techniques",
            format!("{} and {}", attack.techniques.len() - subs, count(subs, "sub-technique")),
        ),
        ("groups", of(AdversaryKind::Group).to_string()),
        ("campaigns", of(AdversaryKind::Campaign).to_string()),
        ("software", software.to_string()),
        ("mitigations", attack.mitigations.len().to_string()),
        ("components", attack.components.len().to_string()),
        ("platforms", attack.platforms.join(", ")),
    ];
    let said = rows.into_iter().filter(|(_, value)| !value.is_empty());
    sheet.rows = said.map(|(name, value)| vec![Value::text(name), Value::text(value)]).collect();
    sheet
}

#[cfg(test)]
mod tests {
    use model::fixture::Fixture;
    use model::metrics::Band;

    use super::*;

    #[test]
    fn adversaries_whose_bands_overlap_share_a_place() {
        let mut assessment = Fixture::parse("technique T1001 One on Windows").assess();
        let adversary = |id: &str, coverage: f64, least: f64, most: f64| AdversaryCoverage {
            id: id.to_owned(),
            name: id.to_owned(),
            weight: 1.0,
            coverage,
            band: Some(Band { least, most }),
            techniques_in_scope: 1,
            out_of_scope: 0,
        };
        assessment.adversaries = vec![
            adversary("G3", 0.50, 0.45, 0.60),
            adversary("G1", 0.30, 0.25, 0.36),
            adversary("G2", 0.35, 0.30, 0.40),
            adversary("G4", 0.52, 0.47, 0.62),
        ];
        let found: Vec<_> = places(&assessment).iter().map(|(p, a)| (*p, a.id.as_str())).collect();
        assert_eq!(found, [(1, "G1"), (1, "G2"), (3, "G3"), (3, "G4")]);
    }
}
