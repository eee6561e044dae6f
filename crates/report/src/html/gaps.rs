//! The gaps: by what to do about them, and by rank.

use model::assessment::{Assessment, TechniqueAssessment};

use super::evidence::Evidence;
use super::section::Block;
use super::table::{Table, Targets};
use crate::sheet::{Sheet, Value};
use crate::view;

/// Number of gaps in the table.
pub(super) const GAPS: usize = 25;

/// The gaps by next move, then by rank with what covers each.
pub(super) fn blocks(
    assessment: &Assessment,
    targets: &Targets,
    evidence: &mut Evidence<'_>,
) -> Vec<Block> {
    // A page has no room for all of it; the level is seen in the coverage.
    let mut sheet = view::gaps(assessment, None, GAPS).without("level").without("top10");
    let gaps = assessment.gaps();
    if gaps.is_empty() {
        return vec![Block::Text("No gap is open.".to_owned())];
    }
    sheet.title = match sheet.rows.len() {
        shown if shown < gaps.len() => {
            format!("The first {shown} of {}", view::count(gaps.len(), "gap"))
        }
        _ => view::count(gaps.len(), "gap"),
    };
    let mut moves = view::levers::sheet(assessment);
    moves.title = "The gaps by their next move".to_owned();
    let pieces: Vec<_> = gaps.iter().take(GAPS).map(|gap| evidence.pieces(gap)).collect();
    let mut blocks = vec![
        Block::Lead(largest(&moves)),
        Block::Table(Table::of(&moves, targets)),
        Block::term("Missing", "points of expected coverage against our adversaries."),
        Block::Table(Table::of(&sheet, targets).with_evidence(pieces.into_iter())),
        Block::term(
            "Priority",
            "0 to 100: what is missing, weighed by how likely and how harmful the technique is.",
        ),
        Block::term("Threat", "how likely our adversaries use the technique."),
        Block::term(
            "Ease",
            "how much telemetry, public rules and mitigations there are to close the gap with.",
        ),
        Block::term(
            "Band",
            "how firm a place is. A: among the first ten in nine of ten runs in which single \
             numbers of the method or single adversaries are others; B: in some; C: in none.",
        ),
    ];
    blocks.extend(accepted(assessment));
    blocks
}

/// The move that is for most of what is missing.
fn largest(moves: &Sheet) -> String {
    let missing = |row: &&Vec<Value>| match row[MISSING] {
        Value::Number(points, _) => points,
        _ => 0.0,
    };
    let largest = moves.rows.iter().max_by(|a, b| missing(a).total_cmp(&missing(b)));
    let said = largest.map(|row| {
        let points = row[MISSING].shown();
        format!("Of what is missing, most is where {}: {points} points.", row[MEANING].shown())
    });
    said.unwrap_or_default()
}

/// Columns of the sheet of moves.
const MEANING: usize = 1;
const MISSING: usize = 3;

fn accepted(assessment: &Assessment) -> Option<Block> {
    let named = |t: &&TechniqueAssessment| format!("{} {}", t.id, t.name);
    let accepted: Vec<String> = assessment.accepted().iter().map(named).collect();
    let listed = format!("Accepted and not listed: {}.", accepted.join(", "));
    (!accepted.is_empty()).then_some(Block::Text(listed))
}
