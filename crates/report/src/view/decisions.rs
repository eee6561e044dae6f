//! What was decided, by whom and until when, and how it stands.

use model::decisions::{Decisions, Standing, State};
use model::inputs::Decision;

use super::count;
use crate::sheet::{Sheet, Value};

/// Every decision, the most urgent first.
#[must_use]
pub fn sheet(found: &Decisions) -> Sheet {
    let mut sheet = Sheet::new(
        finding(found),
        &[
            ("State", "state"),
            ("Day", "day"),
            ("Technique", "technique"),
            ("Name", "name"),
            ("Decision", "decision"),
            ("Owner", "owner"),
            ("Ticket", "ticket"),
            ("Approver", "approver"),
            ("Gap", "rank"),
            ("Reason", "reason"),
        ],
    )
    .optional(&["ticket", "approver", "rank", "reason"]);
    sheet.notes.push(format!("As of {}", found.as_of));
    let excluded_for_good = |s: &&Standing| {
        s.decided.decision != Decision::Fix && s.decided.until.is_none() && s.state < State::Done
    };
    let endless: Vec<String> = found
        .decisions
        .iter()
        .filter(excluded_for_good)
        .map(|standing| standing.technique.to_string())
        .collect();
    if !endless.is_empty() {
        sheet.notes.push(format!("Without an end: {}", endless.join(", ")));
    }
    sheet.rows = found.decisions.iter().map(row).collect();
    sheet
}

fn finding(found: &Decisions) -> String {
    let of = |state: State| found.decisions.iter().filter(|s| s.state == state).count();
    let all = match found.decisions.len() {
        0 => return "Nothing was decided".to_owned(),
        n => count(n, "decision"),
    };
    let states = [
        (of(State::Overdue), "overdue".to_owned()),
        (of(State::Expired), "expired".to_owned()),
        (of(State::Soon), format!("due or ending within {} days", found.soon)),
        (of(State::Done), "done".to_owned()),
    ];
    let said = states.iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{n} {words}"));
    let said: Vec<String> = said.collect();
    match (said.is_empty(), of(State::InForce)) {
        (true, _) => format!("{all}, none of them urgent"),
        (false, 0) => format!("{all}: {}", said.join(", ")),
        (false, n) => format!("{all}: {}, {n} in force", said.join(", ")),
    }
}

fn row(standing: &Standing) -> Vec<Value> {
    let decided = &standing.decided;
    let said = |text: &Option<String>| Value::text(text.as_deref().unwrap_or_default());
    vec![
        Value::text(standing.state.word()),
        Value::text(decided.day().map(|day| day.to_string()).unwrap_or_default()),
        Value::text(standing.technique.to_string()),
        Value::text(&standing.name),
        Value::text(decided.decision.word()),
        said(&decided.owner),
        said(&decided.ticket),
        said(&decided.approver),
        standing.rank.map_or(Value::Blank, Value::Whole),
        said(&decided.reason),
    ]
}
