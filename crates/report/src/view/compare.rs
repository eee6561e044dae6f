//! Assessments side by side: how each stands, by tactic, and what is weak in most of them.

use std::collections::{BTreeMap, BTreeSet};

use model::assessment::ScopeSummary;
use model::compare::{Comparison, Difference, Standing, Yardstick};
use model::metrics::TacticCoverage;

use super::{count, domain};
use crate::crosstab::{Cell, Crosstab, Row};
use crate::matrix::{Legend, Shade};
use crate::page::Caption;
use crate::sheet::{Column, Sheet, Value, percent};

/// How they stand, by tactic, and the first `limit` techniques that are weak in most.
#[must_use]
pub fn sheets(comparison: &Comparison, limit: usize) -> Vec<Sheet> {
    let mut overview = overview(comparison);
    overview.title = finding(comparison, "assessment");
    let others = [by_tactic(comparison, "Assessment"), weak_in_most(comparison, limit)];
    let others = others.into_iter().filter(|sheet| !sheet.rows.is_empty());
    std::iter::once(overview).chain(others).collect()
}

/// The segments of one organisation, and all of it as the last row.
#[must_use]
pub fn segment_sheets(comparison: &Comparison, caveats: Vec<String>, limit: usize) -> Vec<Sheet> {
    let mut overview = segments(comparison);
    overview.notes.splice(0..0, caveats);
    let others = [by_tactic(comparison, "Segment"), weak_in_most(comparison, limit)];
    let others = others.into_iter().filter(|sheet| !sheet.rows.is_empty());
    std::iter::once(overview).chain(others).collect()
}

/// From the least to the most covered, and who is the least.
fn finding(comparison: &Comparison, noun: &str) -> String {
    let all = &comparison.assessments;
    let least = all.iter().min_by(|a, b| covered(a).total_cmp(&covered(b)));
    let most = all.iter().max_by(|a, b| covered(a).total_cmp(&covered(b)));
    match (least, most) {
        (Some(least), Some(most))
            if all.len() > 1 && percent(covered(least)) == percent(covered(most)) =>
        {
            format!(
                "{}: {} of what adversaries do is expected to be covered in each",
                count(all.len(), noun),
                percent(covered(least))
            )
        }
        (Some(least), Some(most)) if all.len() > 1 => format!(
            "{}: {} to {} of what adversaries do is expected to be covered; least in {}",
            count(all.len(), noun),
            percent(covered(least)),
            percent(covered(most)),
            least.label
        ),
        (Some(only), _) => format!(
            "{}: {} of what adversaries do is expected to be covered",
            only.label,
            percent(covered(only))
        ),
        (None, _) => "Nothing to compare".to_owned(),
    }
}

fn covered(standing: &Standing) -> f64 {
    standing.headline.threat_weighted.exp
}

/// What must be known before any figure is set beside another.
fn not_like_for_like(comparison: &Comparison) -> Vec<String> {
    let mut notes = Vec::new();
    if !comparison.is_like_for_like {
        let parts: Vec<&str> = comparison.differences.iter().map(|d| word(d.part)).collect();
        let (last, others) = parts.split_last().unwrap_or((&"", &[]));
        let parts = match others {
            [] => format!("{last} differs"),
            others => format!("{} and {last} differ", others.join(", ")),
        };
        notes.push(format!("Not like for like: {parts}"));
        notes.extend(comparison.differences.iter().map(|d| difference(comparison, d)));
    }
    notes
}

fn word(part: Yardstick) -> &'static str {
    match part {
        Yardstick::Attack => "ATT&CK release",
        Yardstick::Scope => "scope",
        Yardstick::Profile => "profile",
        Yardstick::Policy => "policy",
    }
}

/// Groups that are named; the others are counted.
const NAMED: usize = 3;

/// Who agrees with whom about a part of the yardstick.
fn difference(comparison: &Comparison, difference: &Difference) -> String {
    let group = |labels: &Vec<String>| {
        let (first, rest) = (&labels[0], labels.len() - 1);
        let standing = comparison.assessments.iter().find(|s| s.label == *first);
        let what = standing.map(|standing| stated(standing, difference.part));
        let what = what.filter(|what| !what.is_empty()).map(|what| format!("{what}: "));
        let rest = if rest == 0 { String::new() } else { format!(" and {rest} more") };
        format!("{}{first}{rest}", what.unwrap_or_default())
    };
    let named: Vec<String> = difference.groups.iter().take(NAMED).map(group).collect();
    let others = difference.groups.len().saturating_sub(NAMED);
    let others = if others == 0 { String::new() } else { format!("; and {others} others") };
    let mut part = word(difference.part).to_owned();
    part[..1].make_ascii_uppercase();
    let numbers = match &difference.numbers[..] {
        [] => String::new(),
        numbers if numbers.len() <= NAMED => format!(" ({})", numbers.join(", ")),
        numbers => format!(" ({})", count(numbers.len(), "number")),
    };
    format!("{part}{numbers}: {}{others}", named.join("; "))
}

/// What an assessment says about a part of the yardstick, as far as that is a word.
fn stated(standing: &Standing, part: Yardstick) -> String {
    match part {
        Yardstick::Attack => {
            format!("{} {}", domain(&standing.attack.domain), standing.attack.version)
        }
        Yardstick::Scope => scope(&standing.scope),
        Yardstick::Profile | Yardstick::Policy => String::new(),
    }
}

fn scope(scope: &ScopeSummary) -> String {
    let platforms = match scope.platforms.len() {
        n if n > 3 => count(n, "platform"),
        _ => {
            let total: f64 = scope.platforms.values().sum();
            let shares = scope.platforms.iter();
            let shares = shares.map(|(name, share)| format!("{name} {}", percent(share / total)));
            shares.collect::<Vec<_>>().join(", ")
        }
    };
    format!("{} on {platforms}", count(scope.techniques, "technique"))
}

/// What all of them share of the yardstick.
fn basis(comparison: &Comparison) -> String {
    let versions: BTreeSet<String> =
        comparison.assessments.iter().map(|s| stated(s, Yardstick::Attack)).collect();
    let days: BTreeSet<_> = comparison.assessments.iter().map(|s| s.as_of).collect();
    let days = match (days.first(), days.last()) {
        (Some(first), Some(last)) if first != last => format!(" · {first} to {last}"),
        (Some(day), _) => format!(" · {day}"),
        (None, _) => String::new(),
    };
    format!("ATT&CK {}{days}", versions.into_iter().collect::<Vec<_>>().join(", "))
}

fn notes(comparison: &Comparison) -> Vec<String> {
    let mut notes = not_like_for_like(comparison);
    notes.push(basis(comparison));
    notes
}

fn overview(comparison: &Comparison) -> Sheet {
    let mut sheet = Sheet::new(
        "",
        &[
            ("Assessment", "assessment"),
            ("Proven", "proven"),
            ("Expected", "expected"),
            ("Claimed", "claimed"),
            ("Prevent", "prevent"),
            ("Detect", "detect"),
            ("Respond", "respond"),
            ("First gap", "first_gap"),
            ("Name", "first_gap_name"),
            ("Most missing in", "worst_tactic"),
            ("Gaps", "gaps"),
            ("Day", "as_of"),
            ("ATT&CK", "attack_version"),
        ],
    )
    .optional(&[
        "claimed",
        "respond",
        "first_gap_name",
        "worst_tactic",
        "gaps",
        "as_of",
        "attack_version",
    ]);
    sheet.notes = notes(comparison);
    let row = |standing: &Standing| {
        let headline = &standing.headline;
        let function = |name: &str| {
            let found = headline.by_function.get(name);
            found.map_or(Value::Blank, |found| Value::Share(found.threat_weighted.exp))
        };
        let range = headline.threat_weighted;
        let mut row = vec![Value::text(&standing.label)];
        row.extend([range.lo, range.exp, range.hi].map(Value::Share));
        row.extend(["prevent", "detect", "respond"].map(function));
        row.extend(first_gap(standing));
        row.extend([
            Value::text(worst_tactic(standing)),
            Value::Whole(standing.gaps),
            Value::text(standing.as_of.to_string()),
            Value::text(&standing.attack.version),
        ]);
        row
    };
    sheet.rows = comparison.assessments.iter().map(row).collect();
    sheet
}

pub(super) fn segments(comparison: &Comparison) -> Sheet {
    let (whole, parts) = (comparison.whole.as_ref(), &comparison.assessments);
    let least = parts.iter().min_by(|a, b| covered(a).total_cmp(&covered(b)));
    let title = match (least, whole) {
        (Some(least), Some(whole)) if percent(covered(least)) == percent(covered(whole)) => {
            format!(
                "{} of what adversaries do is expected to be covered, and no less in any of {}",
                percent(covered(whole)),
                count(parts.len(), "segment")
            )
        }
        (Some(least), Some(whole)) => format!(
            "{} of what adversaries do is expected to be covered; least in {}: {}",
            percent(covered(whole)),
            least.label,
            percent(covered(least))
        ),
        _ => finding(comparison, "segment"),
    };
    let mut sheet = Sheet::new(
        title,
        &[
            ("Segment", "segment"),
            ("Proven", "proven"),
            ("Expected", "expected"),
            ("Claimed", "claimed"),
            ("First gap", "first_gap"),
            ("Name", "first_gap_name"),
            ("Most missing in", "worst_tactic"),
            ("Techniques", "techniques"),
            ("Share", "share"),
            ("Owner", "owner"),
        ],
    )
    .optional(&["first_gap_name", "techniques", "share", "owner"]);
    sheet.notes = vec![basis(comparison)];
    if !comparison.is_like_for_like {
        sheet
            .notes
            .push("Each segment has its own platforms, their shares or its own impact".into());
    }
    sheet.rows = comparison.all().map(|standing| segment(standing, whole)).collect();
    sheet
}

fn segment(standing: &Standing, whole: Option<&Standing>) -> Vec<Value> {
    let all = whole.map(|whole| &whole.scope.segments[..]).unwrap_or_default();
    let total: f64 = all.iter().map(|segment| segment.share.unwrap_or(1.0)).sum();
    let name = standing.organisation.segment.as_ref();
    let declared = all.iter().find(|segment| Some(&segment.name) == name);
    let share = declared.map(|segment| segment.share.unwrap_or(1.0) / total);
    let range = standing.headline.threat_weighted;
    let mut row = vec![Value::text(&standing.label)];
    row.extend([range.lo, range.exp, range.hi].map(Value::Share));
    row.extend(first_gap(standing));
    row.extend([
        Value::text(worst_tactic(standing)),
        Value::Whole(standing.scope.techniques),
        share.map_or(Value::Blank, Value::Share),
        Value::text(declared.and_then(|segment| segment.owner.clone()).unwrap_or_default()),
    ]);
    row
}

fn first_gap(standing: &Standing) -> [Value; 2] {
    match &standing.first_gap {
        Some(gap) => [Value::text(gap.id.to_string()), Value::text(&gap.name)],
        None => [Value::Blank, Value::Blank],
    }
}

fn worst_tactic(standing: &Standing) -> String {
    let found =
        standing.tactics.iter().find(|tactic| Some(&tactic.id) == standing.worst_tactic.as_ref());
    found.map(|tactic| tactic.name.clone()).unwrap_or_default()
}

/// The tactics that any of them has in scope, in the order of the matrix: releases agree about the
/// order of what they share, so each goes behind the one that it follows somewhere.
fn tactics(comparison: &Comparison) -> Vec<&TacticCoverage> {
    let mut order: Vec<&TacticCoverage> = Vec::new();
    for standing in comparison.all() {
        let mut at = 0;
        for tactic in &standing.tactics {
            match order.iter().position(|known| key(known) == key(tactic)) {
                Some(known) => at = known + 1,
                None => {
                    order.insert(at, tactic);
                    at += 1;
                }
            }
        }
    }
    order
}

/// What tells a tactic from the others: releases have given an id to another tactic.
pub(super) fn key(tactic: &TacticCoverage) -> (&str, &str) {
    (&tactic.id, &tactic.name)
}

/// As many letters of its first word as tell a tactic from the others, and at least three.
fn short_names(tactics: &[&TacticCoverage]) -> Vec<String> {
    let start = |name: &str, letters: usize| name.chars().take(letters).collect::<String>();
    let is_telling = |at: usize, letters: usize| {
        let own = start(&tactics[at].name, letters);
        tactics.iter().filter(|tactic| start(&tactic.name, letters) == own).count() == 1
    };
    let letters = |at: usize| (3..=12).find(|letters| is_telling(at, *letters)).unwrap_or(12);
    (0..tactics.len()).map(|at| start(&tactics[at].name, letters(at))).collect()
}

fn by_tactic(comparison: &Comparison, noun: &'static str) -> Sheet {
    let tactics = tactics(comparison);
    let names = short_names(&tactics);
    let mut sheet = Sheet::new(
        "By tactic, expected coverage in percent",
        &[(noun, if noun == "Segment" { "segment" } else { "assessment" })],
    );
    let legend = names.iter().zip(&tactics).map(|(short, tactic)| {
        let rest = tactic.name.chars().skip(short.chars().count()).collect::<String>();
        format!("{short}({rest})").replace("()", "")
    });
    sheet.notes = vec![legend.collect::<Vec<_>>().join(" ")];
    let keys = tactics.iter().map(|tactic| tactic.shortname.clone());
    sheet.columns.extend(names.iter().zip(keys).map(|(name, key)| Column::new(name, key)));
    let row = |standing: &Standing| {
        let by_key = by_key(standing);
        let cell = |tactic: &&TacticCoverage| {
            let found = by_key.get(&key(tactic));
            found.map_or(Value::Blank, |found| Value::Bare(found.threat_weighted))
        };
        std::iter::once(Value::text(&standing.label)).chain(tactics.iter().map(cell)).collect()
    };
    sheet.rows = comparison.all().map(row).collect();
    sheet
}

pub(super) fn by_key(standing: &Standing) -> BTreeMap<(&str, &str), &TacticCoverage> {
    standing.tactics.iter().map(|tactic| (key(tactic), tactic)).collect()
}

fn weak_in_most(comparison: &Comparison, limit: usize) -> Sheet {
    let all = comparison.assessments.len();
    let in_most = || comparison.techniques.iter().filter(|gap| 2 * gap.gaps > all);
    let mut sheet = Sheet::new(
        format!(
            "Weak in most: {} in more than half of them",
            match in_most().count() {
                1 => "1 technique is a gap".to_owned(),
                n => format!("{} are gaps", count(n, "technique")),
            }
        ),
        &[
            ("Technique", "technique"),
            ("Name", "name"),
            ("Gap in", "gaps"),
            ("Of", "in_scope"),
            ("Mean priority", "mean_priority"),
        ],
    );
    sheet.rows = in_most()
        .take(limit)
        .map(|gap| {
            vec![
                Value::text(gap.id.to_string()),
                Value::text(&gap.name),
                Value::Whole(gap.gaps),
                Value::Whole(gap.in_scope),
                Value::Number(gap.mean_priority, 1),
            ]
        })
        .collect();
    sheet
}

/// Rows of a picture; more make no picture any more.
const MOST_ROWS: usize = 400;

/// Assessments by tactics, for a picture.
#[must_use]
pub fn crosstab(comparison: &Comparison) -> Crosstab {
    let tactics = tactics(comparison);
    let shown: Vec<&Standing> = comparison.all().take(MOST_ROWS).collect();
    let left_out = comparison.all().count() - shown.len();
    let left_out = match left_out {
        0 => String::new(),
        n => format!(" {} left out.", count(n, "further assessment")),
    };
    let classification: BTreeSet<&str> = comparison
        .all()
        .filter_map(|standing| standing.organisation.classification.as_deref())
        .collect();
    let classification: Vec<&str> = classification.into_iter().collect();
    let headings = std::iter::once("All tactics").chain(tactics.iter().map(|t| t.name.as_str()));
    Crosstab {
        caption: Caption {
            heading: String::new(),
            classification: crate::printable(&classification.join(", ")),
            title: crate::printable(&match comparison.whole {
                Some(_) => segments(comparison).title,
                None => finding(comparison, "assessment"),
            }),
            subtitle: crate::printable(&match comparison.whole {
                Some(_) => segments(comparison).notes.join(" · "),
                None => notes(comparison).join(" · "),
            }),
            footnote: crate::printable(&format!(
                "Number: expected coverage against adversaries in percent, where \
                 enough counts as all. A rule that exists is not proof that an attack is seen.{left_out} \
                 {}",
                comparison.generated_by
            )),
        },
        legend: Legend {
            steps: ["None", "Below 25 %", "Below 50 %", "Below 75 %", "75 % and more"]
                .map(str::to_owned),
            outlined: "Where most is missing, by weight".to_owned(),
            out_of_scope: "Out of scope".to_owned(),
            ..Legend::default()
        },
        headings: headings.map(crate::printable).collect(),
        rows: shown.into_iter().map(|standing| row(standing, &tactics)).collect(),
    }
}

fn row(standing: &Standing, tactics: &[&TacticCoverage]) -> Row {
    let by_key = by_key(standing);
    let cell = |share: Option<f64>, outlined: bool| Cell {
        shade: share.map_or(Shade::OutOfScope, |share| Shade::Step(step(share))),
        text: share.map(|share| Value::Bare(share).shown()).unwrap_or_default(),
        outlined,
    };
    let by_tactic = tactics.iter().map(|tactic| {
        let share = by_key.get(&key(tactic)).map(|found| found.threat_weighted);
        cell(share, share.is_some() && standing.worst_tactic.as_ref() == Some(&tactic.id))
    });
    Row {
        name: crate::printable(&standing.label),
        cells: std::iter::once(cell(Some(covered(standing)), false)).chain(by_tactic).collect(),
    }
}

fn step(share: f64) -> u8 {
    match share {
        share if share <= 0.0 => 0,
        share => 1 + [0.25, 0.5, 0.75].iter().filter(|border| share >= **border).count() as u8,
    }
}
