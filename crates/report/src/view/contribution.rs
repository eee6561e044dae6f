//! What each control contributes: alone, and what is lost without it.

use model::assessment::{Assessment, Validated};
use model::contribution::{Contribution, Contributions, Who};
use model::score::round9;

use super::recommend::named;
use super::{basis, caveats, count};
use crate::sheet::{Sheet, Value, percent};

/// Rows by tactics, as plain data for a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// The finding, in one sentence.
    pub title: String,
    /// What the figures are about.
    pub basis: String,
    /// What the figures mean.
    pub notes: Vec<String>,
    /// The tactics with techniques in scope, in the order of the matrix: ids and names.
    pub tactics: Vec<(String, String)>,
    /// The rows.
    pub rows: Vec<GridRow>,
}

/// A row of a [`Grid`].
#[derive(Debug, Clone, PartialEq)]
pub struct GridRow {
    /// What people call it.
    pub name: String,
    /// Its figures; `by_tactic` has an entry for each tactic of the grid.
    pub contribution: Contribution,
}

/// A row for each that contributes, whose loss would cost most first.
#[must_use]
pub fn sheet(assessment: &Assessment, found: &Contributions) -> Sheet {
    let mut sheet = Sheet::new(
        finding(found),
        &[
            ("What", "what"),
            ("Lost without it", "lost"),
            ("Alone", "alone"),
            ("Techniques", "techniques"),
            ("Of the threat", "threat_share"),
            ("Tests passed", "tests"),
            ("Last test", "tests_last"),
            ("Owner", "owner"),
            ("Cost", "cost"),
            ("Lost of proven", "lost_lo"),
            ("On", "on"),
            ("Id", "id"),
        ],
    )
    .optional(&["tests_last", "owner", "cost", "lost_lo", "on", "id"]);
    sheet.notes = caveats(assessment);
    sheet.notes.push(basis(assessment));
    sheet.notes.extend(meaning(found));
    sheet.rows = found.contributions.iter().map(row).collect();
    sheet
}

/// The same by tactic.
#[must_use]
pub fn grid(assessment: &Assessment, found: &Contributions) -> Grid {
    let row = |contribution: &Contribution| GridRow {
        name: called(contribution),
        contribution: contribution.clone(),
    };
    Grid {
        title: finding(found),
        basis: basis(assessment),
        notes: meaning(found),
        tactics: assessment.tactics.iter().map(|t| (t.id.clone(), t.name.clone())).collect(),
        rows: found.contributions.iter().map(row).collect(),
    }
}

/// What would be missed most.
fn finding(found: &Contributions) -> String {
    let listed = || found.contributions.iter().filter(|c| c.who != Who::Others);
    match listed().next() {
        Some(first) if first.lost > 0.0 => {
            format!("Most would be lost without {}: {}", called(first), points(first.lost))
        }
        Some(_) if listed().any(|c| c.alone.exp > 0.0) => {
            "Nothing would be lost without any one of these: others do the same".to_owned()
        }
        Some(_) | None => "Nothing that is in place covers anything".to_owned(),
    }
}

/// How to read the figures, and how much hangs on one alone.
fn meaning(found: &Contributions) -> Vec<String> {
    let mut notes = Vec::new();
    let exp = found.threat_weighted.exp;
    if exp > 0.0 {
        notes.push(format!(
            "Of {} that is expected to be covered, {} hang on one row alone; the others do the \
             rest together",
            percent(exp),
            points(found.hang_on_one)
        ));
        notes.push(
            "Lost is in points of expected coverage against our adversaries; alone is what would \
             be covered if there were nothing else"
                .to_owned(),
        );
    }
    let idle = found.contributions.iter().filter(|c| c.alone.exp > 0.0 && c.lost <= 0.0).count();
    if idle > 0 {
        notes.push(format!(
            "{} would not be missed: what {} is done by others, too",
            count(idle, "row"),
            if idle == 1 { "it does" } else { "they do" }
        ));
    }
    notes
}

/// `1.2 points`; what is there at all is never shown as nothing.
fn points(share: f64) -> String {
    match 100.0 * share {
        points if points > 0.0 && points < 0.05 => "less than 0.1 points".to_owned(),
        points => format!("{points:.1} points"),
    }
}

/// What people call it.
#[must_use]
pub fn called(contribution: &Contribution) -> String {
    let all = contribution.capabilities.len();
    match contribution.who {
        Who::Control | Who::Rule => named(&contribution.name, &contribution.title),
        Who::Rules => format!("{} on {}", count(all, "rule"), contribution.name),
        Who::Others => format!("{all} others"),
    }
}

fn row(contribution: &Contribution) -> Vec<Value> {
    let share_of_all = |share: f64| Value::Number(round9(100.0 * share), 1);
    let Validated { passed, run, last } = contribution.validated;
    let tests = if run > 0 { Value::text(format!("{passed} of {run}")) } else { Value::Blank };
    let on = format!("{} of {}", contribution.counting, contribution.capabilities.len());
    let cost = |cost: f64| Value::Number(cost, usize::from(cost.fract() != 0.0));
    vec![
        Value::text(called(contribution)),
        share_of_all(contribution.lost),
        Value::Percent(contribution.alone.exp, 1),
        Value::Whole(contribution.techniques),
        Value::Share(contribution.threat_share),
        tests,
        last.map_or(Value::Blank, |day| Value::text(day.to_string())),
        Value::text(contribution.owners.join(", ")),
        contribution.cost.map_or(Value::Blank, cost),
        share_of_all(contribution.lost_lo),
        Value::text(on),
        Value::text(&contribution.name),
    ]
}
