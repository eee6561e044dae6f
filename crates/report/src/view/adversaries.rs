//! ATT&CK's groups, campaigns and software, and the release itself; and how well what each
//! adversary of the profile does is covered, tactic by tactic.

use model::assessment::{Assessment, CoverageLevel, TechniqueAssessment};
use model::attack::{Adversary, AdversaryKind, Attack};
use model::inputs::OwnAdversary;
use model::metrics::AdversaryCoverage;
use model::scenario::{PREFIX, Scenario};

use super::{caption, classes, count};
use crate::page::Caption;
use crate::sheet::{Sheet, Value, percent};

/// The adversaries of the profile, the least covered first, each with its place. Those whose bands
/// overlap that of the first of a place share it: there is no meaningful difference.
#[must_use]
pub fn places(assessment: &Assessment) -> Vec<(usize, &AdversaryCoverage)> {
    placed(assessment.adversaries.iter())
}

fn placed<'a>(
    adversaries: impl Iterator<Item = &'a AdversaryCoverage>,
) -> Vec<(usize, &'a AdversaryCoverage)> {
    let mut adversaries: Vec<_> = adversaries.collect();
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

/// Adversaries by tactics, for a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Adversaries {
    /// What stands around it.
    pub caption: Caption,
    /// The tactics with techniques in scope, in the order of the matrix.
    pub tactics: Vec<String>,
    /// The adversaries, the least covered first; all groups together where none is named.
    pub rows: Vec<Row>,
    /// What to do where none is named; else empty.
    pub note: String,
}

/// One adversary.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// A cell for each tactic; nothing where it uses no technique of it in scope.
    pub cells: Vec<Option<Cell>>,
    /// How many techniques in scope it uses, each counted once.
    pub techniques: usize,
    /// Expected coverage of what it does, 0..=1; nothing where it uses nothing in scope.
    pub expected: Option<f64>,
}

/// What an adversary does in one tactic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Techniques that are at least partially covered.
    pub covered: usize,
    /// Techniques that it uses.
    pub used: usize,
}

/// Fewer techniques that are all open are no finding.
const ENOUGH_TO_SAY: usize = 3;

impl Cell {
    /// The share that is covered.
    #[must_use]
    pub fn share(self) -> f64 {
        self.covered as f64 / self.used.max(1) as f64
    }

    /// Whether nothing is covered of a number of techniques that says something.
    #[must_use]
    pub fn is_open(self) -> bool {
        self.covered == 0 && self.used >= ENOUGH_TO_SAY
    }
}

/// How well what each adversary does is covered. What counts as used is what counts for an
/// adversary's `techniques_in_scope`: what it, its campaigns or its software are known to do.
#[must_use]
pub fn of(assessment: &Assessment) -> Adversaries {
    let part = |id: &str, t: &TechniqueAssessment| t.threat.by_adversary.get(id).copied();
    let mut rows: Vec<Row> = places(assessment)
        .into_iter()
        .map(|(_, adversary)| {
            let uses = |t: &TechniqueAssessment| part(&adversary.id, t).unwrap_or_default() > 0.0;
            row_of(assessment, &adversary.name, adversary.coverage, uses)
        })
        .collect();
    // Nothing can be said of one that uses nothing in scope.
    rows.sort_by_key(|row| row.expected.is_none());
    let mut note = String::new();
    if rows.is_empty() {
        note = "Which of them matter to us was not said: name them in [profile] of lacuna.toml or \
                with --adversary, and each has a row of its own; lacuna adversaries lists them."
            .to_owned();
        let expected = assessment.headline.threat_weighted.exp;
        let uses = |t: &TechniqueAssessment| t.threat.baseline > 0.0;
        rows.push(row_of(assessment, "All known groups", expected, uses));
    }
    let definition = format!(
        "Cell: techniques that are at least partially covered (from {}) / techniques in scope that \
         it, its campaigns or its software are known to use; one of several tactics is in each. \
         Bar: expected coverage, by how likely it uses each.",
        percent(assessment.policy.level_partial)
    );
    Adversaries {
        caption: caption(assessment, &title(assessment, &rows), &definition),
        tactics: assessment.tactics.iter().map(|t| crate::printable(&t.name)).collect(),
        rows,
        note,
    }
}

fn row_of(
    assessment: &Assessment,
    name: &str,
    expected: f64,
    uses: impl Fn(&TechniqueAssessment) -> bool,
) -> Row {
    let used: Vec<_> = assessment.techniques.iter().filter(|t| uses(t)).collect();
    let cell = |id: &String| {
        let own = || used.iter().filter(|t| t.tactics.contains(id));
        let covered = own().filter(|t| t.level >= CoverageLevel::Partial).count();
        Some(Cell { covered, used: own().count() }).filter(|cell| cell.used > 0)
    };
    Row {
        name: crate::printable(name),
        cells: assessment.tactics.iter().map(|tactic| cell(&tactic.id)).collect(),
        techniques: used.len(),
        expected: (!used.is_empty()).then_some(expected),
    }
}

/// Who would be hindered least; those who share the first place are not told apart.
fn title(assessment: &Assessment, rows: &[Row]) -> String {
    let expected = |row: &Row| row.expected.map(percent).unwrap_or_default();
    let in_scope = assessment.adversaries.iter().filter(|a| a.techniques_in_scope > 0);
    let first = placed(in_scope).iter().filter(|(place, _)| *place == 1).count();
    let known = || rows.iter().filter(|row| row.expected.is_some());
    match rows {
        [row, ..] if assessment.adversaries.is_empty() => format!(
            "No adversary is named yet; of what known groups do, {} is expected to be covered",
            expected(row)
        ),
        [only] if only.expected.is_some() => {
            format!("Of what {} does, {} is expected to be covered", only.name, expected(only))
        }
        _ if known().next().is_none() => "Our adversaries use nothing that is in scope".to_owned(),
        _ if known().all(|row| row.expected >= Some(1.0)) => {
            "All that our adversaries do in scope is expected to be covered".to_owned()
        }
        [row, second, ..] if first == 2 => format!(
            "{} and {} would be hindered least: {} of what they do is expected to be covered",
            row.name,
            second.name,
            between(&expected(row), &expected(second))
        ),
        [row, ..] if first > 2 => format!(
            "{} and {} more would be hindered least, with no meaningful difference between them: \
             {} is expected to be covered",
            row.name,
            first - 1,
            between(&expected(row), &rows.get(first - 1).map(expected).unwrap_or_default())
        ),
        [row, ..] => format!(
            "{} would be hindered least: {} of what it does is expected to be covered",
            row.name,
            expected(row)
        ),
        [] => "No adversary is named".to_owned(),
    }
}

/// From the least to the most, where the two differ.
fn between(least: &str, most: &str) -> String {
    if least == most { least.to_owned() } else { format!("{least} to {most}") }
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

    const WORLD: &str = "
        tactic TA0001 first First
        tactic TA0002 second Second
        tactic TA0003 third Third
        technique T1001 One in first,second on Windows
        technique T1002 Two in second on Windows
        technique T1003 Three in first on Windows
        technique T1004 Four in first on Windows
        technique T1005 Five in third on Linux
        platforms Windows=1
        software S0001 Tool uses T1004
        group G0001 Bear uses T1001,T1002,T1005 software S0001
        group G0002 Lynx uses T1003
        group G0003 Idle uses T1005
        have R1 rule detect T1001 strength=0.9 status=enabled basis=validated
    ";

    fn cells(row: &Row) -> Vec<Option<(usize, usize)>> {
        row.cells.iter().map(|cell| cell.map(|cell| (cell.covered, cell.used))).collect()
    }

    #[test]
    fn an_adversary_uses_what_its_software_does_and_each_tactic_has_its_techniques() {
        let world = format!("{WORLD}\nprofile G0001=1 G0002=1 G0003=1");
        let assessment = Fixture::parse(&world).assess();
        let found = of(&assessment);
        assert_eq!(found.tactics, ["First", "Second"]);
        let rows: Vec<_> = found.rows.iter().map(|row| (&row.name[..], cells(row))).collect();
        let lynx = vec![Some((0, 1)), None];
        let bear = vec![Some((1, 2)), Some((1, 2))];
        assert_eq!(rows, [("Lynx", lynx), ("Bear", bear), ("Idle", vec![None, None])]);
        assert_eq!(found.rows[2].expected, None);
        assert!(found.caption.title.starts_with("Lynx would be hindered least: 0 % of what it"));
        for row in &found.rows {
            let own = assessment.adversaries.iter().find(|a| a.name == row.name).unwrap();
            assert_eq!(row.techniques, own.techniques_in_scope, "{}", row.name);
        }
    }

    #[test]
    fn one_that_a_file_describes_uses_what_counts_for_it() {
        let mut world = Fixture::parse(&format!("{WORLD}\nprofile ours=1"));
        let own = OwnAdversary {
            name: "Ours </script>".to_owned(),
            techniques: [("T1002".parse().unwrap(), 0.4)].into(),
            software: vec!["S0001".to_owned()],
            ..OwnAdversary::default()
        };
        world.profile.own.insert("ours".to_owned(), own);
        let assessment = world.assess();
        let found = of(&assessment);
        let [row] = &found.rows[..] else { panic!("{found:?}") };
        assert_eq!(cells(row), [Some((0, 1)), Some((0, 1))]);
        assert_eq!(row.techniques, assessment.adversaries[0].techniques_in_scope);
    }

    #[test]
    fn where_nobody_is_named_all_groups_stand_for_the_figure() {
        let assessment = Fixture::parse(WORLD).assess();
        let found = of(&assessment);
        let [row] = &found.rows[..] else { panic!("{found:?}") };
        // T1004 is used by software alone, and no group is known to use it itself.
        assert_eq!(cells(row), [Some((1, 2)), Some((1, 2))]);
        assert_eq!(row.expected, Some(assessment.headline.threat_weighted.exp));
        assert!(found.caption.title.starts_with("No adversary is named yet"));
    }

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
