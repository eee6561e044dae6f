//! The gaps by what to do about them, so that the cheapest moves are seen first.

use std::fmt::Write;

use model::assessment::{Assessment, TechniqueAssessment};
use model::date::Date;
use model::next_move::Move;

use super::count;
use crate::sheet::{Sheet, Value};

/// How many gaps of each move are named.
const NAMED: usize = 3;

/// The finding, what to do by move, and then the list of gaps by rank, `limit` at most.
#[must_use]
pub fn then_gaps(assessment: &Assessment, limit: usize) -> Vec<Sheet> {
    let mut gaps = super::gaps(assessment, None, limit);
    if gaps.rows.is_empty() {
        return vec![gaps];
    }
    let mut moves = sheet(assessment);
    let all = assessment.gaps().len();
    let title = match gaps.rows.len() {
        shown if shown < all => format!("The first {shown} of {}", count(all, "gap")),
        _ => count(all, "gap"),
    };
    moves.title = std::mem::replace(&mut gaps.title, title);
    let about = std::mem::take(&mut gaps.notes);
    moves.notes.splice(0..0, about);
    vec![moves, gaps]
}

/// A row a move: how many gaps it is for, how many points of coverage they miss, and the first.
#[must_use]
pub fn sheet(assessment: &Assessment) -> Sheet {
    let mut sheet = Sheet::new(
        "What to do",
        &[
            ("Move", "move"),
            ("What it is", "meaning"),
            ("Gaps", "gaps"),
            ("Missing", "missing"),
            ("First", "first"),
        ],
    );
    let gaps = assessment.gaps();
    let weight: f64 = assessment.techniques.iter().map(weight).sum();
    for next_move in Move::ALL {
        let own: Vec<_> = gaps.iter().filter(|t| t.next_move == Some(next_move)).collect();
        if own.is_empty() {
            continue;
        }
        let missing: f64 = own.iter().map(|t| weight_of_gap(t)).sum();
        let first = own.iter().take(NAMED).map(|t| t.id.to_string());
        sheet.rows.push(vec![
            Value::text(next_move.word()),
            Value::text(meaning(next_move)),
            Value::Whole(own.len()),
            Value::Number(if weight > 0.0 { 100.0 * missing / weight } else { 0.0 }, 1),
            Value::text(first.collect::<Vec<_>>().join(", ")),
        ]);
    }
    sheet.notes.push(
        "What is missing, in points of expected coverage, by the next move (gaps --for MOVE)"
            .to_owned(),
    );
    sheet
}

fn weight(technique: &TechniqueAssessment) -> f64 {
    technique.threat.value * technique.threat.impact
}

fn weight_of_gap(technique: &TechniqueAssessment) -> f64 {
    weight(technique) * technique.gap
}

/// What a move is, in a few words.
#[must_use]
pub fn meaning(next_move: Move) -> &'static str {
    match next_move {
        Move::Enable => "rules exist, but are off",
        Move::Test => "claimed, and never proven",
        Move::Write => "telemetry is there, a rule is not",
        Move::Prevent => "a control or a mitigation applies",
        Move::Onboard => "a log source or product is missing",
        Move::Accept => "nothing mitigates or shows it",
    }
}

/// How firm the place of a gap is: A, among the first ten in nine of ten runs in which single
/// numbers or adversaries are others; B, in some; C, in none.
#[must_use]
pub fn band(technique: &TechniqueAssessment) -> &'static str {
    match technique.sensitivity {
        None => "",
        Some(s) if s.runs > 0 && 10 * s.top10 >= 9 * s.runs => "A",
        Some(s) if s.top10 > 0 => "B",
        Some(_) => "C",
    }
}

/// What could be pasted into lacuna.toml about gaps that nothing mitigates and nothing shows.
#[must_use]
pub fn proposal(assessment: &Assessment) -> Option<String> {
    let gaps = assessment.gaps();
    let open: Vec<_> = gaps.iter().filter(|t| t.next_move == Some(Move::Accept)).collect();
    if open.is_empty() {
        return None;
    }
    let mut text = format!(
        "# {}: no ATT&CK mitigation, and no data component that shows it.\n\
         # Paste what you agree with into lacuna.toml; nothing is decided by itself.\n",
        count(open.len(), "technique")
    );
    let until = a_year_after(assessment.as_of);
    for technique in open {
        let _ = write!(
            text,
            "\n[[disposition]]\ntechnique = \"{}\" # {}\ndecision = \"accept\" # or exclude\n\
             until = {until}\nreason = \"nothing mitigates it and nothing shows it\"\n",
            technique.id,
            crate::printable(&technique.name),
        );
    }
    Some(text)
}

/// The same day of the next year; 29 February becomes 28 February.
fn a_year_after(day: Date) -> Date {
    let (year, month, of_month) = day.civil();
    Date::new(year + 1, month, of_month).or(Date::new(year + 1, month, 28)).unwrap_or(day)
}
