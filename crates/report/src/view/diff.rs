//! What moved between two assessments: better or not, by which factor, and which gaps came and
//! went.

use model::assessment::{Assessment, TechniqueAssessment};
use model::diff::{Diff, Factor, Promise};
use model::id::TechniqueId;

use super::basis;
use crate::sheet::{Sheet, Value, apart};

/// The finding with its factors, the gaps, what was promised and what moved most; of long lists
/// the first `limit`.
#[must_use]
pub fn sheets(before: &Assessment, after: &Assessment, found: &Diff, limit: usize) -> Vec<Sheet> {
    let others = [gaps(before, after, found, limit), promises(found), moved(found, limit)];
    let others = others.into_iter().filter(|sheet| !sheet.rows.is_empty());
    std::iter::once(factors(before, after, found)).chain(others).collect()
}

/// Points of percent with their sign.
pub(super) fn points(share: f64) -> String {
    let points = 100.0 * share;
    match points {
        p if p.abs() < 0.05 => "0".to_owned(),
        p if p.abs() < 10.0 => format!("{p:+.1}"),
        p => format!("{p:+.0}"),
    }
}

/// Whether it got better, and how much of it is another yardstick.
#[must_use]
pub fn finding(found: &Diff) -> String {
    let part = |yardstick: bool| -> f64 {
        let parts = found.by_factor.iter().filter(|(factor, _)| factor.is_yardstick() == yardstick);
        parts.map(|(_, part)| part).sum()
    };
    let (evidence, yardstick) = (part(false), part(true));
    let word = match found.delta {
        delta if delta > 0.0005 => "Better",
        delta if delta < -0.0005 => "Worse",
        _ => "The same",
    };
    let (from, to) = apart(found.from, found.to);
    let moved = format!("{word}: {} points ({from} to {to})", points(found.delta));
    let nearly_all = |part: f64| (part - found.delta).abs() < 0.0005;
    match found.unexplained {
        Some(rest) => format!(
            "{moved}, of which {} from evidence, {} from the yardstick and {} that cannot be told \
             without the earlier ATT&CK",
            points(evidence),
            points(yardstick),
            points(rest)
        ),
        None if found.delta.abs() <= 0.0005 && nearly_all(evidence) => moved,
        None if nearly_all(evidence) => format!("{moved}, all of it from evidence"),
        None if nearly_all(yardstick) => {
            format!("{moved}, and only the yardstick moved: the evidence is worth the same")
        }
        None => format!(
            "{moved}, of which {} from evidence; the yardstick moved by {}",
            points(evidence),
            points(yardstick)
        ),
    }
}

fn factors(before: &Assessment, after: &Assessment, found: &Diff) -> Sheet {
    let mut sheet = Sheet::new(
        finding(found),
        &[("What changed", "factor"), ("Points", "points"), ("What it is", "meaning")],
    );
    sheet.notes = vec![
        format!("Before: {}", basis(before)),
        format!("After:  {}", basis(after)),
        "Points of expected coverage against our adversaries, split so that no order of the \
         changes is preferred"
            .to_owned(),
    ];
    let row = |(factor, part): (&Factor, &f64)| {
        vec![
            Value::text(factor.word()),
            Value::Number(100.0 * part, 2),
            Value::text(meaning(*factor)),
        ]
    };
    sheet.rows = found.by_factor.iter().map(row).collect();
    if let Some(rest) = found.unexplained {
        let meaning = "the earlier ATT&CK release is not at hand";
        let cells =
            [Value::text("unexplained"), Value::Number(100.0 * rest, 2), Value::text(meaning)];
        sheet.rows.push(cells.to_vec());
    }
    let whole = [Value::text("all"), Value::Number(100.0 * found.delta, 2), Value::Blank];
    sheet.rows.push(whole.to_vec());
    sheet
}

fn meaning(factor: Factor) -> &'static str {
    match factor {
        Factor::Evidence => "what is in place, and tests that grew old",
        Factor::Profile => "which adversaries count, and how much",
        Factor::Scope => "platforms, exclusions and decisions",
        Factor::Policy => "the numbers of the method",
        Factor::Attack => "what the ATT&CK release says",
    }
}

pub(super) fn gaps(before: &Assessment, after: &Assessment, found: &Diff, limit: usize) -> Sheet {
    let lists = [
        ("new", &found.gaps.new),
        ("reopened", &found.gaps.reopened),
        ("closed", &found.gaps.closed),
    ];
    let counts = lists.map(|(word, ids)| format!("{} {word}", ids.len()));
    let mut sheet = Sheet::new(
        format!("Gaps: {}", counts.join(", ")),
        &[
            ("Gap", "change"),
            ("Technique", "technique"),
            ("Name", "name"),
            ("Priority", "priority"),
            ("Before", "before"),
            ("After", "after"),
        ],
    );
    sheet.notes.extend(left(before, after, found));
    for (word, ids) in lists {
        sheet.rows.extend(ids.iter().take(limit).map(|id| gap(before, after, word, *id)));
        if ids.len() > limit {
            sheet.notes.push(format!("Of {} {word} gaps the first {limit} are listed", ids.len()));
        }
    }
    sheet
}

/// Gaps that are neither closed nor open: without a word, the numbers would not add up.
fn left(before: &Assessment, after: &Assessment, found: &Diff) -> Option<String> {
    let (was, is) = (before.gaps().len(), after.gaps().len());
    let come = found.gaps.new.len() + found.gaps.reopened.len();
    let left = (was + come).checked_sub(found.gaps.closed.len() + is).filter(|left| *left > 0)?;
    let why = if before.attack.version == after.attack.version {
        "went with techniques that left the scope"
    } else {
        "went with techniques that ATT&CK merged or that left the scope"
    };
    Some(format!("{was} gaps before, {is} after; {left} more {why}"))
}

fn gap(before: &Assessment, after: &Assessment, word: &str, id: TechniqueId) -> Vec<Value> {
    let (was, is) = (before.technique(id), after.technique(id));
    let coverage = |technique: Option<&TechniqueAssessment>| {
        technique.map_or(Value::Blank, |t| Value::Share(t.coverage.composite.exp))
    };
    let priority = if word == "closed" { was } else { is };
    // A gap may come and go with the adversaries, whatever is done about it.
    let word = match (word, was, is) {
        ("closed", _, Some(is)) if is.gap > 0.0 => "not used any more",
        ("new", Some(was), _) if was.gap > 0.0 => "newly used",
        (word, _, _) => word,
    };
    vec![
        Value::text(word),
        Value::text(id.to_string()),
        Value::text(is.or(was).map_or("", |t| t.name.as_str())),
        priority.map_or(Value::Blank, |t| Value::Number(t.priority, 1)),
        coverage(was),
        coverage(is),
    ]
}

/// What was to be fixed, the overdue first.
pub(super) fn promises(found: &Diff) -> Sheet {
    let kept = found.promised.iter().filter(|p| p.is_kept).count();
    let mut sheet = Sheet::new(
        format!("Promised: {kept} of {} done", found.promised.len()),
        &[
            ("Technique", "technique"),
            ("Name", "name"),
            ("Owner", "owner"),
            ("Due", "due"),
            ("Done", "done"),
        ],
    );
    let mut promised: Vec<&Promise> = found.promised.iter().collect();
    promised.sort_by_key(|p| (p.is_kept, !p.is_overdue, p.due, p.technique));
    let row = |promise: &&Promise| {
        let done = match (promise.is_kept, promise.is_overdue) {
            (true, _) => "yes",
            (false, true) => "overdue",
            (false, false) => "not yet",
        };
        vec![
            Value::text(promise.technique.to_string()),
            Value::text(&promise.name),
            Value::text(promise.owner.as_deref().unwrap_or_default()),
            Value::text(promise.due.map(|due| due.to_string()).unwrap_or_default()),
            Value::text(done),
        ]
    };
    sheet.rows = promised.iter().map(row).collect();
    sheet
}

pub(super) fn moved(found: &Diff, limit: usize) -> Sheet {
    let mut sheet = Sheet::new(
        "What moved most",
        &[
            ("Technique", "technique"),
            ("Name", "name"),
            ("Before", "before"),
            ("After", "after"),
            ("Priority before", "priority_before"),
            ("After", "priority_after"),
        ],
    );
    sheet.rows = found
        .moved
        .iter()
        .take(limit)
        .map(|moved| {
            vec![
                Value::text(moved.id.to_string()),
                Value::text(&moved.name),
                Value::Share(moved.before),
                Value::Share(moved.after),
                Value::Number(moved.priority_before, 1),
                Value::Number(moved.priority_after, 1),
            ]
        })
        .collect();
    sheet
}
