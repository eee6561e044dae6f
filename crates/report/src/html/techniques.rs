//! Every technique in scope with the terms of its figures, for readers without the script.

use model::assessment::{Assessment, TechniqueAssessment};
use model::next_move::Move;
use model::score::Range;

use super::evidence::Evidence;
use super::table::{Table, Targets};
use crate::sheet::{Sheet, Value, percent};
use crate::view::levers;

/// A row a technique, by id.
pub(super) fn table(
    assessment: &Assessment,
    targets: &Targets,
    evidence: &mut Evidence<'_>,
) -> Table {
    let mut sheet = Sheet::new(
        "Every technique in scope, with the terms of its figures",
        &[
            ("Technique", "technique"),
            ("Name", "name"),
            ("Gap", "rank"),
            ("Priority", "score"),
            ("Level", "level"),
            ("Covered", "covered"),
            ("Prevented", "prevent"),
            ("Detected", "detect"),
            ("Responded to", "respond"),
            ("Enough", "target"),
            ("Missing", "gap"),
            ("Threat", "threat"),
            ("Choke point", "choke"),
            ("Ease", "ease"),
            ("Next", "next_move"),
            ("Band", "band"),
        ],
    );
    sheet.rows = assessment.techniques.iter().map(row).collect();
    let pieces: Vec<_> = assessment.techniques.iter().map(|t| evidence.pieces(t)).collect();
    Table::of(&sheet, targets).with_targets().with_evidence(pieces.into_iter())
}

fn row(technique: &TechniqueAssessment) -> Vec<Value> {
    let TechniqueAssessment { coverage, threat, ease, .. } = technique;
    vec![
        Value::text(technique.id.to_string()),
        // Not a link: it would lead to itself.
        Value::Lines(vec![technique.name.clone()]),
        technique.rank.map_or(Value::Blank, Value::Whole),
        Value::Number(technique.priority, 1),
        Value::text(technique.level.word()),
        readings(coverage.composite),
        readings(coverage.prevent),
        readings(coverage.detect),
        readings(coverage.respond),
        Value::Share(technique.target),
        Value::Share(technique.gap),
        Value::text(format!(
            "{}: ours {}, all groups {}, impact {}",
            percent(threat.value),
            percent(threat.profile),
            percent(threat.baseline),
            percent(threat.impact),
        )),
        Value::Share(technique.choke),
        Value::text(format!(
            "{}: telemetry {}, public rules {}, mitigations {}",
            percent(ease.value),
            percent(ease.telemetry),
            ease.public_rules,
            ease.mitigations,
        )),
        Value::text(technique.next_move.map_or("", Move::word)),
        Value::text(levers::band(technique)),
    ]
}

/// Proven, expected, claimed.
fn readings(range: Range) -> Value {
    if range == Range::ZERO {
        return Value::Blank;
    }
    let [lo, exp, hi] = [range.lo, range.exp, range.hi].map(percent);
    Value::text(format!("{lo} · {exp} · {hi}"))
}
