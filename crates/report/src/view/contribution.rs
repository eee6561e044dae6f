//! What each control contributes: alone, and what is lost without it.

use model::assessment::{Assessment, Validated};
use model::contribution::{Contribution, Contributions, Who};
use model::score::round9;

use super::recommend::named;
use super::{basis, caption, caveats, count};
use crate::page::Caption;
use crate::sheet::{Sheet, Value, percent};

/// Rows by tactics, as plain data for a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// What stands around it.
    pub caption: Caption,
    /// The tactics with techniques in scope, in the order of the matrix.
    pub tactics: Vec<String>,
    /// The rows, whose loss would cost most first.
    pub rows: Vec<GridRow>,
}

/// A row of a [`Grid`]. Shares are of 0..=1.
#[derive(Debug, Clone, PartialEq)]
pub struct GridRow {
    /// What people call it.
    pub name: String,
    /// For each tactic of the grid, what it comes to alone and what is lost without it; nothing
    /// where it does nothing.
    pub cells: Vec<Option<GridCell>>,
    /// Of all tactics.
    pub whole: GridCell,
}

/// What is contributed to a tactic, or to all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GridCell {
    /// Expected coverage if there were nothing else.
    pub alone: f64,
    /// What is lost of the expected coverage.
    pub lost: f64,
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

/// The same by tactic, for a picture.
#[must_use]
pub fn of(assessment: &Assessment, found: &Contributions) -> Grid {
    let definition = "Colour: what a row would come to in a tactic if there were nothing else. \
                      Number: points of expected coverage that the tactic would lose without it; \
                      0 where others do the same.";
    let mut caption = caption(assessment, &finding(found), definition);
    let hang = meaning(found).into_iter().next();
    if let Some(hang) = hang.filter(|_| found.threat_weighted.exp > 0.0) {
        caption.subtitle = format!("{hang} · {}", caption.subtitle);
    }
    Grid {
        caption,
        tactics: assessment.tactics.iter().map(|t| crate::printable(&t.name)).collect(),
        rows: found.contributions.iter().map(|one| grid_row(assessment, one)).collect(),
    }
}

fn grid_row(assessment: &Assessment, contribution: &Contribution) -> GridRow {
    let cell = |id: &String| {
        let found = contribution.by_tactic.iter().find(|part| part.tactic == *id)?;
        let cell = GridCell { alone: found.alone, lost: found.lost };
        (cell.alone > 0.0 || cell.lost > 0.0).then_some(cell)
    };
    GridRow {
        name: crate::printable(&called(contribution)),
        cells: assessment.tactics.iter().map(|tactic| cell(&tactic.id)).collect(),
        whole: GridCell { alone: contribution.alone.exp, lost: contribution.lost },
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
            "Of {} that is expected to be covered, {} hang on a single one of these rows; the \
             rest is covered by several of them, or by what is not listed",
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
        Who::LogSource => format!("{} on {}", count(all, "rule"), contribution.name),
        Who::Source => format!("{} of {}", count(all, "rule"), contribution.name),
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
