//! What the outputs say: the sheets and the matrix that are drawn from an assessment. Words are
//! chosen here once, for people: proven, expected and claimed for the readings of a figure,
//! coverage against our adversaries for the headline.

pub mod adversaries;
pub mod board;
pub mod check;
pub mod compare;
pub mod contribution;
pub mod decisions;
pub mod diff;
pub mod evidence;
pub mod explain;
pub mod findings;
pub mod levers;
pub mod matrix;
pub mod proof;
pub mod recommend;
pub mod references;
pub mod segments;
pub mod sharpen;
pub mod staircase;
pub mod tickets;
pub mod trend;
pub mod what_if;
pub mod workbook;

use model::assessment::{Assessment, TechniqueAssessment};
use model::capability::{Basis, Capability, Kind, Status};
use model::diagnostic::{Diagnostic, Severity};
use model::inputs::{Decision, Source};
use model::next_move::Move;
use model::resolve::Resolution;
use model::score::Range;
use model::strength::{CATEGORY, is_off, status_multiplier};
use sha2::{Digest as _, Sha256};

pub use self::matrix::{Show, matrix};

use crate::page::Caption;
use crate::sheet::{Sheet, Value, percent};

/// The finding in a sentence: what is proven and what is expected.
#[must_use]
pub fn finding(assessment: &Assessment) -> String {
    told(assessment, assessment.headline.threat_weighted, "covered")
}

/// What of a figure is proven and what is expected, where `done` is what the figure is about.
fn told(assessment: &Assessment, figure: Range, done: &str) -> String {
    let Range { lo, exp, .. } = figure;
    let against = if assessment.adversaries.is_empty() {
        "of what adversaries do"
    } else {
        "of what our adversaries do"
    };
    match (lo, exp) {
        (_, exp) if exp <= 0.0 => format!("Nothing {against} is {done}"),
        (lo, exp) if lo <= 0.0 => {
            format!("Nothing is proven yet; {} {against} is expected to be {done}", percent(exp))
        }
        (lo, exp) => format!(
            "{} {against} is proven to be {done}, {} is expected",
            percent(lo),
            percent(exp)
        ),
    }
}

/// What the figures are about: scope, release, day and what they rest on.
#[must_use]
pub fn basis(assessment: &Assessment) -> String {
    let organisation = &assessment.organisation;
    let named = [&organisation.name, &organisation.segment].into_iter().flatten();
    let name: String = named.map(|name| format!("{name} · ")).collect();
    let platforms: Vec<&str> = assessment.scope.platforms.keys().map(String::as_str).collect();
    let platforms = match platforms.len() {
        0 => String::new(),
        1..=5 => format!(" on {}", platforms.join(", ")),
        n => format!(" on {n} platforms"),
    };
    format!(
        "{name}{}{platforms} · ATT&CK {} {} · {}",
        in_scope(assessment),
        domain(&assessment.attack.domain),
        assessment.attack.version,
        assessment.as_of,
    )
}

/// How many techniques are in scope, and of which list, where one limits it.
#[must_use]
pub fn in_scope(assessment: &Assessment) -> String {
    let scope = &assessment.scope;
    let of_list = scope.only.as_ref().map(|only| format!(" of {}", only.source));
    format!("{}{}", count(scope.techniques, "technique"), of_list.unwrap_or_default())
}

fn domain(domain: &str) -> &str {
    match domain {
        "enterprise-attack" => "Enterprise",
        "mobile-attack" => "Mobile",
        "ics-attack" => "ICS",
        other => other,
    }
}

/// `1 technique`, `2 techniques`.
#[must_use]
pub fn count(n: usize, noun: &str) -> String {
    let mut digits = n.to_string();
    let mut at = digits.len();
    while at > 3 {
        at -= 3;
        digits.insert(at, ',');
    }
    format!("{digits} {noun}{}", if n == 1 { "" } else { "s" })
}

/// That products are known by their names alone, and what that is worth.
fn by_category(assessment: &Assessment) -> Option<String> {
    let policy = &assessment.policy;
    let known_by_name = |c: &&std::sync::Arc<Capability>| {
        c.basis == Basis::Category && c.kind == Kind::Control && !is_off(c, policy)
    };
    let products: Vec<_> = assessment.capabilities.iter().filter(known_by_name).collect();
    let is_score = |control: &String| !control.starts_with(CATEGORY);
    let scored = products.iter().filter(|c| c.controls.iter().any(is_score)).count();
    let scored = match scored {
        0 => String::new(),
        n => format!(
            "; published scores ({}) are a maximum, all features on, and count {}",
            count(n, "product"),
            percent(status_multiplier(Status::Unknown, policy))
        ),
    };
    let names = match products.len() {
        0 => return None,
        1 => "1 product is known by its name alone".to_owned(),
        n => format!("{n} products are known by their names alone"),
    };
    Some(format!("By category, not by vendor claim: {names}{scored}"))
}

/// What must be said before any figure: products that are known by name alone, sources that do not say what is on, ids that count for
/// nothing.
#[must_use]
pub fn caveats(assessment: &Assessment) -> Vec<String> {
    let mut caveats: Vec<String> = by_category(assessment).into_iter().collect();
    if let Some(open) = &assessment.status_not_stated {
        caveats.push(format!(
            "Status not stated for {}: {} if they are on, {} if they are a library; say which with --assume",
            count(open.capabilities, "record"),
            percent(open.if_enabled),
            percent(open.if_library),
        ));
    }
    if let Some(caveat) = segments_without_shares(assessment) {
        caveats.push(caveat);
    }
    caveats.extend(on_paper(assessment));
    let resolution = &assessment.resolution;
    let lost = resolution.unknown - resolution.newer + resolution.deprecated;
    let bearable = assessment.policy.warn_unknown * resolution.total() as f64;
    if lost as f64 > bearable {
        caveats.push(format!(
            "{} of {} count for nothing: ATT&CK {} does not have them or has deprecated them",
            lost,
            count(resolution.total(), "id"),
            assessment.attack.version
        ));
    }
    caveats
}

/// Rows of some segments count for their share of the whole, and nobody said what that is.
fn segments_without_shares(assessment: &Assessment) -> Option<String> {
    let segments = &assessment.scope.segments;
    let is_unsaid = segments.len() > 1 && segments.iter().all(|segment| segment.share.is_none());
    let limited = assessment.capabilities.iter().filter(|c| !c.segments.is_empty()).count();
    (is_unsaid && limited > 0).then(|| {
        format!(
            "{} count for their segments only, and the {} segments alike; say their shares in \
             [[segment]]",
            count(limited, "record"),
            segments.len()
        )
    })
}

/// What of the figure rests on mappings on paper, where that is seen in it.
fn on_paper(assessment: &Assessment) -> Option<String> {
    let paper = assessment.on_paper.as_ref()?;
    let with = percent(assessment.headline.threat_weighted.exp);
    let without = percent(paper.without);
    (with != without).then(|| {
        format!(
            "{} only mapped on paper: {with} is expected with {}, {without} without; paper \
             alone is never more than weak, attach scores or tests",
            are(paper.capabilities),
            if paper.capabilities == 1 { "it" } else { "them" },
        )
    })
}

/// `1 record is`, `2 records are`.
fn are(records: usize) -> String {
    format!("{} {}", count(records, "record"), if records == 1 { "is" } else { "are" })
}

/// The gaps by rank, `limit` at most, with the terms of each; of one move only where one is named.
#[must_use]
pub fn gaps(assessment: &Assessment, only: Option<Move>, limit: usize) -> Sheet {
    let mut sheet = Sheet::new(
        finding(assessment),
        &[
            ("#", "rank"),
            ("Technique", "technique"),
            ("Name", "name"),
            ("Priority", "priority"),
            ("Threat", "threat"),
            ("Proven", "proven"),
            ("Expected", "expected"),
            ("Next", "next_move"),
            ("Band", "band"),
            ("Level", "level"),
            ("Ease", "ease"),
            ("Decision", "decision"),
            ("In first ten", "top10"),
        ],
    )
    .optional(&["band", "level", "ease", "decision", "top10"]);
    sheet.notes = caveats(assessment);
    sheet.notes.push(basis(assessment));
    let mut listed = assessment.gaps();
    listed.retain(|t| is_for(t, only));
    sheet.rows = listed.iter().take(limit).map(|t| gap(t)).collect();
    if let Some(only) = only {
        let (word, meaning) = (only.word(), levers::meaning(only));
        sheet.notes.push(match listed.len() {
            0 => format!("No gap is for {word}: {meaning}"),
            n if n > limit => {
                format!("The first {limit} of {} for {word}: {meaning}", count(n, "gap"))
            }
            n => format!("{} for {word}: {meaning}", count(n, "gap")),
        });
    }
    let accepted = assessment.accepted();
    if !accepted.is_empty() {
        let ids: Vec<String> = accepted.iter().map(|t| t.id.to_string()).collect();
        sheet.notes.push(format!("Accepted, not listed: {}", ids.join(", ")));
    }
    let excluded = &assessment.scope.excluded;
    if !excluded.is_empty() {
        let ids: Vec<String> = excluded.iter().map(|e| e.technique.to_string()).collect();
        sheet.notes.push(format!("Excluded: {}", ids.join(", ")));
    }
    let overdue = assessment.gaps().into_iter().filter_map(|t| overdue(t, assessment));
    let overdue: Vec<String> = overdue.collect();
    if !overdue.is_empty() {
        sheet.notes.push(format!("Overdue: {}", overdue.join(", ")));
    }
    sheet
}

fn is_for(technique: &TechniqueAssessment, only: Option<Move>) -> bool {
    only.is_none_or(|only| technique.next_move == Some(only))
}

/// A gap that was to be fixed by now; a narrow table has no room for the column of decisions.
fn overdue(technique: &TechniqueAssessment, assessment: &Assessment) -> Option<String> {
    let decided = technique.disposition.as_ref()?;
    let due = decided.due.filter(|due| *due < assessment.as_of)?;
    (decided.decision == Decision::Fix).then(|| format!("{} since {due}", technique.id))
}

fn gap(technique: &TechniqueAssessment) -> Vec<Value> {
    let decision = technique.disposition.as_ref().map(|decided| {
        let due = decided.due.or(decided.until).map(|day| format!(" by {day}"));
        let owner = decided.owner.as_ref().map(|owner| format!(", {owner}"));
        format!(
            "{}{}{}",
            decided.decision.word(),
            due.unwrap_or_default(),
            owner.unwrap_or_default()
        )
    });
    vec![
        technique.rank.map_or(Value::Blank, Value::Whole),
        Value::text(technique.id.to_string()),
        Value::text(technique.name.clone()),
        Value::Number(technique.priority, 1),
        Value::Share(technique.threat.value),
        Value::Share(technique.coverage.composite.lo),
        Value::Share(technique.coverage.composite.exp),
        Value::text(technique.next_move.map_or("", Move::word)),
        Value::text(levers::band(technique)),
        Value::text(technique.level.word()),
        Value::Share(technique.ease.value),
        decision.map_or(Value::Blank, Value::text),
        technique
            .sensitivity
            .map_or(Value::Blank, |s| Value::text(format!("{} of {} runs", s.top10, s.runs))),
    ]
}

/// The account of what was read: a row a source, and a sum where there are several.
#[must_use]
pub fn account(assessment: &Assessment) -> Sheet {
    let mut sheet = Sheet::new(
        "What was read",
        &[
            ("Source", "source"),
            ("Format", "format"),
            ("Files", "files"),
            ("Records", "records"),
            ("Used", "used"),
            ("Off", "off"),
            ("Without technique", "without_technique"),
            ("Not understood", "not_understood"),
            ("Skipped", "skipped"),
        ],
    )
    .optional(&["files", "skipped"]);
    sheet.notes.extend(by_category(assessment));
    let row = |name: &str, format: &str, counts: [usize; 7]| {
        let mut row = vec![Value::text(name), Value::text(format)];
        row.extend(counts.map(Value::Whole));
        row
    };
    let counts = |s: &Source| {
        [s.files, s.records, s.used, s.off, s.without_technique, s.not_understood, s.skipped]
    };
    for source in &assessment.inputs {
        let formats = match source.formats.len() {
            0 => source.format.clone(),
            several => format!("{several} formats"),
        };
        sheet.rows.push(row(&source.path, &formats, counts(source)));
        sheet.rows.extend(source.formats.iter().map(|(format, of)| {
            let counts = [of.files, of.records, of.used, of.off, of.without_technique];
            let mut row = vec![Value::Blank, Value::text(format)];
            row.extend(counts.map(Value::Whole));
            row.extend([Value::Whole(of.not_understood), Value::Blank]);
            row
        }));
    }
    if assessment.inputs.len() > 1 {
        let sum = assessment.inputs.iter().map(counts).fold([0; 7], |mut sum, counts| {
            sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            sum
        });
        sheet.rows.push(row("total", "", sum));
    }
    sheet
}

/// What became of the ids that were read: the classes, then every id that is not live.
#[must_use]
pub fn resolution(assessment: &Assessment) -> Sheet {
    let resolution = &assessment.resolution;
    let mut sheet = Sheet::new(
        "ATT&CK ids",
        &[
            ("Id", "id"),
            ("Records", "records"),
            ("Class", "class"),
            ("Known in", "known_in"),
            ("Counted as", "counted_as"),
        ],
    );
    sheet.notes.push(format!(
        "{} in ATT&CK {} {}{}",
        ids(resolution),
        domain(&assessment.attack.domain),
        assessment.attack.version,
        match resolution.other_framework {
            0 => String::new(),
            n => format!("; {n} of another framework"),
        },
    ));
    for (id, outcome) in &resolution.ids {
        let class = serde_json::to_value(outcome.class).unwrap_or_default();
        let class = class.as_str().unwrap_or_default().replace('_', " ");
        let counted: Vec<String> = outcome.counted_as.iter().map(ToString::to_string).collect();
        sheet.rows.push(vec![
            Value::text(id),
            Value::Whole(outcome.records),
            Value::text(class),
            Value::text(outcome.known_in.clone().unwrap_or_default()),
            Value::text(counted.join(", ")),
        ]);
    }
    sheet
}

/// The classes that ids fell into, and how many.
fn classes(resolution: &Resolution) -> String {
    let classes = [
        (resolution.live, "live"),
        (resolution.replaced, "replaced"),
        (resolution.deprecated, "deprecated"),
        (resolution.other_domain, "of another domain"),
        (resolution.unknown, "unknown"),
    ];
    let some = classes.into_iter().filter(|(count, _)| *count > 0);
    some.map(|(count, class)| format!("{count} {class}")).collect::<Vec<_>>().join(", ")
}

/// How many ids fell into each class.
fn ids(resolution: &Resolution) -> String {
    let newer = match resolution.newer {
        0 => String::new(),
        n => format!(" ({n} of a newer release)"),
    };
    format!(
        "{} live, {} replaced, {} deprecated, {} of another domain, {} unknown{newer}",
        resolution.live,
        resolution.replaced,
        resolution.deprecated,
        resolution.other_domain,
        resolution.unknown,
    )
}

/// How many places of a group of diagnostics are shown.
const PLACES: usize = 3;

/// Diagnostics grouped by code: how many, what the first says, and the first places.
#[must_use]
pub fn diagnostics(diagnostics: &[Diagnostic]) -> Sheet {
    let mut sheet = Sheet::new(
        "What there is to say about it",
        &[
            ("Severity", "severity"),
            ("Code", "code"),
            ("Count", "count"),
            ("First places", "first"),
        ],
    );
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|d| (d.severity, d.code));
    for group in sorted.chunk_by(|a, b| a.code == b.code) {
        let first = group[0];
        let severity = match first.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        sheet.rows.push(vec![
            Value::text(severity),
            Value::text(first.code.name()),
            Value::Whole(group.len()),
            Value::text(first_places(group)),
        ]);
    }
    sheet
}

/// What the first of a group says, with its place, and the next places.
fn first_places(group: &[&Diagnostic]) -> String {
    let mut places: Vec<String> = Vec::new();
    for place in group.iter().map(|d| d.origin.to_string()).filter(|place| !place.is_empty()) {
        if places.len() < PLACES && !places.contains(&place) {
            places.push(place);
        }
    }
    let message = &group[0].message;
    match &places[..] {
        [] => message.clone(),
        [place] => format!("{place}: {message}"),
        [place, others @ ..] => format!("{place}: {message}; more at {}", others.join(", ")),
    }
}

/// What stands around a picture of an assessment: the finding, what must be known before it, whom
/// and what it is about, and below the definition of its figures and what they rest on.
#[must_use]
pub fn caption(assessment: &Assessment, title: &str, definition: &str) -> Caption {
    let classification = assessment.organisation.classification.as_deref().unwrap_or_default();
    Caption {
        heading: String::new(),
        classification: crate::printable(classification),
        title: crate::printable(title),
        subtitle: crate::printable(
            &[caveats(assessment), vec![basis(assessment)]].concat().join(" · "),
        ),
        footnote: crate::printable(&format!(
            "A rule that exists is not proof that an attack is seen. {definition} {}",
            provenance(assessment)
        )),
    }
}

/// What the figures were computed from, and with.
#[must_use]
pub fn provenance(assessment: &Assessment) -> String {
    format!("Inputs {} · {}", input_hash(assessment), assessment.generated_by)
}

/// The first twelve digits of the SHA-256 over those of all inputs, a line each, in their order: the
/// same wherever they lie, and where their names are left out.
#[must_use]
pub fn input_hash(assessment: &Assessment) -> String {
    let mut hash = Sha256::new();
    for source in &assessment.inputs {
        hash.update(format!("{}\n", source.sha256));
    }
    let digits: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    digits[..12].to_owned()
}
