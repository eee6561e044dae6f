//! Everything there is, a row each: techniques, adversaries, capabilities.

use std::collections::{BTreeMap, BTreeSet};

use model::assessment::{Assessment, CoverageLevel, TechniqueAssessment};
use model::capability::Capability;
use model::date::Date;
use model::diagnostic::Origin;
use model::metrics::AdversaryCoverage;
use model::next_move::{Move, State};

use crate::sheet::{Column, Sheet, Value, percent};
use crate::view::adversaries::places;
use crate::view::{count, explain};

/// How many things a cell names.
pub(super) const NAMED: usize = 2;

/// The names of tactics by their ids.
pub(super) struct Tactics<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Tactics<'a> {
    pub(super) fn of(assessment: &'a Assessment) -> Self {
        let tactics = assessment.tactics.iter();
        Self(tactics.map(|tactic| (tactic.id.as_str(), tactic.name.as_str())).collect())
    }

    /// The tactics of a technique.
    pub(super) fn names(&self, technique: &TechniqueAssessment) -> String {
        let ids = technique.tactics.iter().map(String::as_str);
        ids.map(|id| self.0.get(id).copied().unwrap_or(id)).collect::<Vec<_>>().join(", ")
    }
}

/// Every technique in scope with every term.
#[must_use]
pub fn techniques(assessment: &Assessment) -> Sheet {
    let strong = assessment.techniques.iter().filter(|t| t.level == CoverageLevel::Strong);
    let all = count(assessment.techniques.len(), "technique");
    let title = format!("{} of {all} in scope are covered enough", strong.count());
    let mut sheet = Sheet::new(title, &TECHNIQUE);
    let tactics = Tactics::of(assessment);
    sheet.rows = assessment.techniques.iter().map(|t| technique(t, &tactics)).collect();
    sheet
}

const TECHNIQUE: [(&str, &str); 31] = [
    ("Technique", "technique"),
    ("Name", "name"),
    ("Parent", "parent"),
    ("Tactics", "tactics"),
    ("Platforms", "platforms"),
    ("Gap #", "rank"),
    ("Priority", "priority"),
    ("Level", "level"),
    ("Proven", "proven"),
    ("Expected", "expected"),
    ("Claimed", "claimed"),
    ("Enough", "target"),
    ("Missing", "gap"),
    ("Prevent", "prevent"),
    ("Detect", "detect"),
    ("Respond", "respond"),
    ("Threat", "threat"),
    ("By our adversaries", "profile"),
    ("By all groups", "baseline"),
    ("Impact", "impact"),
    ("Choke point", "choke"),
    ("Ease", "ease"),
    ("Telemetry", "telemetry"),
    ("Public rules", "public_rules"),
    ("Open mitigations", "mitigations"),
    ("Tests passed", "tests_passed"),
    ("Tests run", "tests_run"),
    ("Last test", "tests_last"),
    ("State", "state"),
    ("Next", "next_move"),
    ("To keep in mind", "flags"),
];

fn technique(technique: &TechniqueAssessment, tactics: &Tactics<'_>) -> Vec<Value> {
    let TechniqueAssessment { coverage, threat, ease, validated, .. } = technique;
    let parent = technique.parent.map(|id| id.to_string());
    let flags = technique.flags.iter().map(|flag| explain::flag_in_words(flag));
    vec![
        Value::text(technique.id.to_string()),
        Value::text(&technique.name),
        Value::text(parent.unwrap_or_default()),
        Value::text(tactics.names(technique)),
        Value::text(technique.platforms.join(", ")),
        technique.rank.map_or(Value::Blank, Value::Whole),
        Value::Number(technique.priority, 1),
        Value::text(technique.level.word()),
        Value::Share(coverage.composite.lo),
        Value::Share(coverage.composite.exp),
        Value::Share(coverage.composite.hi),
        Value::Share(technique.target),
        Value::Share(technique.gap),
        Value::Share(coverage.prevent.exp),
        Value::Share(coverage.detect.exp),
        Value::Share(coverage.respond.exp),
        Value::Share(threat.value),
        Value::Share(threat.profile),
        Value::Share(threat.baseline),
        Value::Number(threat.impact, 2),
        Value::Number(technique.choke, 2),
        Value::Share(ease.value),
        Value::Share(ease.telemetry),
        Value::Whole(ease.public_rules as usize),
        Value::Whole(ease.mitigations),
        Value::Whole(validated.passed as usize),
        Value::Whole(validated.run as usize),
        day(validated.last),
        Value::text(technique.state.map_or("", State::word)),
        Value::text(technique.next_move.map_or("", Move::word)),
        Value::text(flags.collect::<Vec<_>>().join("; ")),
    ]
}

fn day(day: Option<Date>) -> Value {
    Value::text(day.map(|day| day.to_string()).unwrap_or_default())
}

/// The adversaries of the profile, the least covered first, and by tactic how many of the
/// techniques that each uses are covered enough: `3/12`.
#[must_use]
pub fn adversaries(assessment: &Assessment) -> Sheet {
    let places = places(assessment);
    let title = match places.first() {
        Some((_, least)) => {
            format!("Least is covered of what {} does: {}", least.name, percent(least.coverage))
        }
        None => "No adversary is named: the figures are about what all groups do".to_owned(),
    };
    let mut sheet = Sheet::new(
        title,
        &[
            ("Place", "place"),
            ("Adversary", "adversary"),
            ("Name", "name"),
            ("Weight", "weight"),
            ("Expected", "expected"),
            ("At least", "least"),
            ("At most", "most"),
            ("Techniques", "techniques"),
            ("Out of scope", "out_of_scope"),
        ],
    );
    let tactics = &assessment.tactics;
    sheet.columns.extend(tactics.iter().map(|t| Column::new(t.name.clone(), t.id.clone())));
    let row = |(place, adversary): (usize, &AdversaryCoverage)| {
        let mut row = vec![
            Value::Whole(place),
            Value::text(&adversary.id),
            Value::text(&adversary.name),
            Value::Number(adversary.weight, 2),
            Value::Share(adversary.coverage),
            adversary.band.map_or(Value::Blank, |band| Value::Share(band.least)),
            adversary.band.map_or(Value::Blank, |band| Value::Share(band.most)),
            Value::Whole(adversary.techniques_in_scope),
            Value::Whole(adversary.out_of_scope),
        ];
        row.extend(tactics.iter().map(|t| Value::text(covered(assessment, adversary, &t.id))));
        row
    };
    sheet.notes.push(
        "By tactic: how many of the techniques that it uses are covered enough, of how many"
            .to_owned(),
    );
    sheet.rows = places.into_iter().map(row).collect();
    sheet
}

/// Of the techniques that an adversary uses in a tactic, how many are covered enough.
fn covered(assessment: &Assessment, adversary: &AdversaryCoverage, tactic: &str) -> String {
    let is_used = |technique: &&TechniqueAssessment| {
        let uses = technique.threat.by_adversary.get(&adversary.id).copied().unwrap_or(0.0);
        uses > 0.0 && technique.tactics.iter().any(|own| own == tactic)
    };
    let used = || assessment.techniques.iter().filter(is_used);
    let enough = used().filter(|t| t.level == CoverageLevel::Strong).count();
    match used().count() {
        0 => String::new(),
        all => format!("{enough}/{all}"),
    }
}

/// Every capability, `limit` at most.
#[must_use]
pub fn capabilities(assessment: &Assessment, limit: usize) -> Sheet {
    let reached = reached(assessment);
    let reach = assessment.capabilities.iter().filter(|c| reached.contains_key(c.id.as_str()));
    let title = format!(
        "{} of {} reach a technique in scope",
        reach.count(),
        count(assessment.capabilities.len(), "record"),
    );
    let mut sheet = Sheet::new(title, &CAPABILITY);
    let all = assessment.capabilities.iter().take(limit);
    sheet.rows = all.map(|c| capability(c, &reached)).collect();
    if sheet.rows.len() < assessment.capabilities.len() {
        sheet.notes.push(format!(
            "The first {} of {}; lacuna import -o FILE.csv writes all of them",
            count(sheet.rows.len(), "row"),
            count(assessment.capabilities.len(), "record"),
        ));
    }
    sheet
}

const CAPABILITY: [(&str, &str); 21] = [
    ("Id", "id"),
    ("Title", "title"),
    ("Kind", "kind"),
    ("Function", "function"),
    ("Status", "status"),
    ("Basis", "basis"),
    ("Strength", "strength"),
    ("Reaches", "reaches"),
    ("Techniques", "techniques"),
    ("Mitigations and controls", "controls"),
    ("Platforms", "platforms"),
    ("Tests passed", "tests_passed"),
    ("Tests run", "tests_run"),
    ("Last test", "tests_last"),
    ("Owner", "owner"),
    ("Cost", "cost"),
    ("Family", "family"),
    ("Segments", "segment"),
    ("File", "path"),
    ("Sheet", "sheet"),
    ("Place", "place"),
];

/// How many techniques in scope each capability reaches, by its id.
fn reached(assessment: &Assessment) -> BTreeMap<&str, usize> {
    let mut reached = BTreeMap::new();
    for technique in &assessment.techniques {
        let by: BTreeSet<&str> = technique.evidence.iter().map(|e| e.capability.as_str()).collect();
        by.into_iter().for_each(|id| *reached.entry(id).or_default() += 1);
    }
    reached
}

fn capability(capability: &Capability, reached: &BTreeMap<&str, usize>) -> Vec<Value> {
    let techniques: Vec<String> = capability.techniques.iter().map(ToString::to_string).collect();
    let controls = [&capability.mitigations[..], &capability.controls[..]].concat();
    let whole = |count: Option<u32>| count.map_or(Value::Blank, |n| Value::Whole(n as usize));
    let said = |text: &Option<String>| Value::text(text.as_deref().unwrap_or_default());
    let origin = &capability.origin;
    let status = match capability.is_assumed_on() {
        true => "not stated, counts as on".to_owned(),
        false => capability.status.word().replace('_', " "),
    };
    vec![
        Value::text(&capability.id),
        Value::text(&capability.title),
        Value::text(capability.kind.word()),
        Value::text(capability.function.word()),
        Value::text(status),
        Value::text(capability.basis.word()),
        Value::text(explain::strength(capability)),
        Value::Whole(reached.get(capability.id.as_str()).copied().unwrap_or(0)),
        Value::text(techniques.join("; ")),
        Value::text(controls.join("; ")),
        Value::text(platforms(capability)),
        whole(capability.tests_passed),
        whole(capability.tests_run),
        day(capability.tests_last),
        said(&capability.owner),
        capability.cost.map_or(Value::Blank, |cost| Value::Number(cost, 0)),
        said(&capability.family),
        Value::text(capability.segments.join("; ")),
        Value::text(&origin.path),
        said(&origin.sheet),
        Value::text(place(origin)),
    ]
}

fn platforms(capability: &Capability) -> String {
    match &capability.platforms {
        None => String::new(),
        Some(none) if none.is_empty() => "none".to_owned(),
        Some(platforms) => platforms.join("; "),
    }
}

/// The place within a file: a cell, a line or the number of a record.
pub(super) fn place(origin: &Origin) -> String {
    match (&origin.cell, origin.line, origin.record) {
        (Some(cell), _, _) => cell.clone(),
        (None, Some(line), _) => format!("line {line}"),
        (None, None, Some(record)) => format!("record {record}"),
        (None, None, None) => String::new(),
    }
}
