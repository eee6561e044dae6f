//! What a gate found: the limits that are missed first, each with its figure and a way out, then
//! what breaks them, then the others.

use std::cmp::Ordering;

use model::assessment::Assessment;
use model::gate::{Bound, Case, Check, Finding, Limit, Why};

use super::{basis, caveats, count, diff};
use crate::sheet::{Sheet, Value};

/// The limits that are missed and what breaks them, the others, and what moved against an earlier
/// assessment; of long lists the first `limit`.
#[must_use]
pub fn sheets(
    assessment: &Assessment,
    before: Option<&Assessment>,
    found: &Check,
    limit: usize,
) -> Vec<Sheet> {
    let (passed, missed): (Vec<&Finding>, Vec<&Finding>) =
        found.findings.iter().partition(|finding| finding.is_passed);
    let mut sheets = vec![verdict(assessment, before, found, &missed)];
    let broken = missed.iter().filter(|finding| !finding.cases.is_empty());
    sheets.extend(broken.map(|finding| cases(finding, limit)));
    sheets.push(kept(&passed));
    if let (Some(before), Some(moved)) = (before, &found.diff) {
        sheets.push(diff::gaps(before, assessment, moved, limit));
        sheets.push(diff::promises(moved));
    }
    let verdict = sheets.remove(0);
    let others = sheets.into_iter().filter(|sheet| !sheet.rows.is_empty());
    std::iter::once(verdict).chain(others).collect()
}

/// Every limit in a row, for other programs.
#[must_use]
pub fn rows(found: &Check) -> Sheet {
    let mut sheet = Sheet::new(
        finding(found),
        &[
            ("Check", "check"),
            ("Subject", "subject"),
            ("Found", "found"),
            ("Must be", "bound"),
            ("Limit", "limit"),
            ("Passed", "passed"),
        ],
    );
    let row = |finding: &Finding| {
        let subject = finding.name.as_deref().unwrap_or_default();
        let [found, bound, limit] = figures(finding);
        let passed = if finding.is_passed { "yes" } else { "no" };
        vec![Value::text(key(finding.check)), Value::text(subject), found, bound, limit]
            .into_iter()
            .chain([Value::text(passed)])
            .collect()
    };
    sheet.rows = found.findings.iter().map(row).collect();
    sheet
}

/// The verdict in a sentence.
#[must_use]
pub fn finding(found: &Check) -> String {
    let missed = found.findings.iter().filter(|finding| !finding.is_passed).count();
    match (missed, found.findings.len()) {
        (0, 1) => "The check passes".to_owned(),
        (0, n) => format!("All {n} checks pass"),
        (1, 1) => "The check fails".to_owned(),
        (1, n) => format!("1 of {n} checks fails"),
        (missed, n) => format!("{missed} of {n} checks fail"),
    }
}

/// What a finding is about, and its figure and limit, in a sentence.
#[must_use]
pub fn sentence(finding: &Finding) -> String {
    let [found, bound, limit] = figures(finding).map(|value| value.shown());
    format!("{}: {found}, which must be {bound} {limit}", subject(finding))
}

/// What a finding is about.
#[must_use]
pub fn subject(finding: &Finding) -> String {
    let name = finding.name.as_deref().unwrap_or_default();
    match finding.check {
        Limit::MinCoverage => "Coverage against our adversaries".to_owned(),
        Limit::MinTactic => format!("Coverage of {name}"),
        Limit::MinAdversary => format!("Coverage against {name}"),
        Limit::MaxGapPriority => "Highest priority of a gap".to_owned(),
        Limit::MaxUnknownIds => "Ids that ATT&CK does not know".to_owned(),
        Limit::NoOverdue => "Decisions past their day".to_owned(),
        Limit::MaxNewGap => "Highest priority of a new gap".to_owned(),
        Limit::MaxDrop => "Change of coverage, in points".to_owned(),
        Limit::SoleCover => "Techniques that lost their only cover".to_owned(),
    }
}

/// What can be done about a limit that is missed.
#[must_use]
pub fn way_out(check: Limit) -> &'static str {
    match check {
        Limit::MinCoverage | Limit::MinTactic | Limit::MinAdversary => {
            "lacuna recommend says which steps gain most"
        }
        Limit::MaxGapPriority | Limit::MaxNewGap => "close them, or decide to accept them",
        Limit::MaxUnknownIds => "correct the ids, or name a newer ATT&CK with --attack",
        Limit::NoOverdue => "do it, or decide again with a new day",
        Limit::MaxDrop => "lacuna diff says what moved it",
        Limit::SoleCover => "switch it on again, replace it, or accept the gap",
    }
}

/// The word for a limit in `lacuna.toml` and the JSON.
#[must_use]
pub fn key(check: Limit) -> &'static str {
    match check {
        Limit::MinCoverage => "min_coverage",
        Limit::MinTactic => "min_tactic",
        Limit::MinAdversary => "min_adversary",
        Limit::MaxGapPriority => "max_gap_priority",
        Limit::MaxUnknownIds => "max_unknown_ids",
        Limit::NoOverdue => "no_overdue",
        Limit::MaxNewGap => "max_new_gap",
        Limit::MaxDrop => "max_drop",
        Limit::SoleCover => "sole_cover",
    }
}

/// Figure, side and limit, the figure with as many decimals as tell it from the limit.
fn figures(finding: &Finding) -> [Value; 3] {
    let (found, limit) = (finding.found, finding.limit);
    let bound = Value::text(match finding.bound {
        Bound::AtLeast => "at least",
        Bound::AtMost => "at most",
    });
    match finding.check {
        Limit::MinCoverage | Limit::MinTactic | Limit::MinAdversary | Limit::MaxUnknownIds => {
            // As elsewhere, what is there at all is not shown as nothing, nor as a whole percent.
            let is_whole = (0.01..=0.99).contains(&found) || found == 0.0 || found == 1.0;
            let (of_found, of_limit) =
                decimals(100.0 * found, 100.0 * limit, usize::from(!is_whole));
            [Value::Percent(found, of_found), bound, Value::Percent(limit, of_limit)]
        }
        Limit::MaxGapPriority | Limit::MaxNewGap | Limit::MaxDrop => {
            let (of_found, of_limit) = decimals(found, limit, 1);
            [Value::Number(found, of_found), bound, Value::Number(limit, of_limit)]
        }
        Limit::NoOverdue | Limit::SoleCover => {
            [Value::Whole(found as usize), bound, Value::Whole(limit as usize)]
        }
    }
}

/// Numbers have nine decimals, and so have those of percent that were shares.
const MOST_DECIMALS: usize = 9;

/// How many decimals show a limit in full, and how many tell a figure from it, `least` at least:
/// 34.96 % must not be shown as the 35 % that it misses.
fn decimals(found: f64, limit: f64, least: usize) -> (usize, usize) {
    let shown = |value: f64, decimals: usize| -> f64 {
        format!("{value:.decimals$}").parse().unwrap_or(value)
    };
    let is_exact = |decimals: &usize| (shown(limit, *decimals) - limit).abs() < 1e-8;
    let of_limit = (0..MOST_DECIMALS).find(is_exact).unwrap_or(MOST_DECIMALS);
    let limit = shown(limit, of_limit);
    let is_told_apart = |decimals: &usize| {
        // Not by `total_cmp`: what is shown as -0.0 is no less than 0.
        let figure = shown(found, *decimals);
        let is_there = figure != 0.0 || found == 0.0;
        let side = figure.partial_cmp(&limit);
        let is_equal = (found - limit).abs() < 1e-8;
        let expected = if is_equal { Some(Ordering::Equal) } else { found.partial_cmp(&limit) };
        is_there && side == expected
    };
    let of_found = (least..MOST_DECIMALS).find(is_told_apart).unwrap_or(MOST_DECIMALS);
    (of_found, of_limit)
}

fn verdict(
    assessment: &Assessment,
    before: Option<&Assessment>,
    found: &Check,
    missed: &[&Finding],
) -> Sheet {
    let mut sheet = Sheet::new(
        finding(found),
        &[
            ("Fails", "check"),
            ("Found", "found"),
            ("Must be", "bound"),
            ("Limit", "limit"),
            ("Way out", "help"),
        ],
    );
    sheet.notes = caveats(assessment);
    sheet.notes.push(super::finding(assessment));
    sheet.notes.push(basis(assessment));
    if let (Some(before), Some(moved)) = (before, &found.diff) {
        let since = if before.as_of == assessment.as_of {
            "Against the earlier assessment".to_owned()
        } else {
            format!("Since {}", before.as_of)
        };
        // A drop that breaks a limit is not the same, however small it is.
        let moved = match moved.delta {
            delta if delta != 0.0 && delta.abs() <= 0.0005 => {
                "coverage has hardly moved, by less than 0.1 points".to_owned()
            }
            _ => diff::finding(moved),
        };
        sheet.notes.push(format!("{since}: {moved}"));
    }
    let row = |finding: &&Finding| {
        let mut row = vec![Value::text(subject(finding))];
        row.extend(figures(finding));
        row.push(Value::text(way_out(finding.check)));
        row
    };
    sheet.rows = missed.iter().map(row).collect();
    sheet
}

fn kept(passed: &[&Finding]) -> Sheet {
    let columns =
        [("Passes", "check"), ("Found", "found"), ("Must be", "bound"), ("Limit", "limit")];
    let mut sheet = Sheet::new("", &columns);
    let row = |finding: &&Finding| {
        let mut row = vec![Value::text(subject(finding))];
        row.extend(figures(finding));
        row
    };
    sheet.rows = passed.iter().map(row).collect();
    sheet
}

/// What breaks a limit, in the columns that say something of it.
fn cases(finding: &Finding, limit: usize) -> Sheet {
    type Cell = fn(&Case) -> Value;
    let columns: [(&str, &'static str, Cell); 7] = [
        ("Technique", "technique", |case| {
            Value::text(case.technique.map(|id| id.to_string()).unwrap_or_default())
        }),
        ("Name", "name", |case| Value::text(case.name.as_deref().unwrap_or_default())),
        ("Priority", "priority", |case| {
            case.priority.map_or(Value::Blank, |priority| Value::Number(priority, 1))
        }),
        ("Why", "why", |case| Value::text(why(case))),
        ("Owner", "owner", |case| Value::text(case.owner.as_deref().unwrap_or_default())),
        ("What", "what", |case| Value::text(case.message.as_deref().unwrap_or_default())),
        ("Place", "place", |case| {
            Value::text(case.origin.as_ref().map(ToString::to_string).unwrap_or_default())
        }),
    ];
    let says_something = |cell: &Cell| finding.cases.iter().any(|case| cell(case) != Value::Blank);
    let columns: Vec<_> = columns.into_iter().filter(|(.., cell)| says_something(cell)).collect();
    let names: Vec<(&str, &'static str)> =
        columns.iter().map(|(name, key, _)| (*name, *key)).collect();
    let mut sheet = Sheet::new(title(finding), &names);
    let row = |case: &Case| columns.iter().map(|(.., cell)| cell(case)).collect();
    sheet.rows = finding.cases.iter().take(limit).map(row).collect();
    if finding.cases.len() > limit {
        sheet.notes.push(format!("Of {} the first {limit} are listed", finding.cases.len()));
    }
    sheet
}

fn title(finding: &Finding) -> String {
    let n = finding.cases.len();
    let above = |what: &str| {
        let [_, _, limit] = figures(finding).map(|value| value.shown());
        format!("{} of a priority above {limit}", count(n, what))
    };
    match finding.check {
        Limit::MaxGapPriority => above("gap"),
        Limit::MaxNewGap => above("new gap"),
        Limit::MinCoverage
        | Limit::MinTactic
        | Limit::MinAdversary
        | Limit::MaxUnknownIds
        | Limit::NoOverdue
        | Limit::MaxDrop
        | Limit::SoleCover => subject(finding),
    }
}

/// Why something breaks a limit.
fn why(case: &Case) -> String {
    let since = |word: &str| match case.since {
        Some(day) => format!("{word} since {day}"),
        None => word.to_owned(),
    };
    let called = case.title.as_ref().or(case.capability.as_ref());
    let sole = || called.map(String::as_str).unwrap_or_default();
    match case.why {
        None => String::new(),
        Some(Why::New) => "was no gap".to_owned(),
        Some(Why::Reopened) => "was accepted or excluded".to_owned(),
        Some(Why::Overdue) => since("overdue"),
        Some(Why::Expired) => since("expired"),
        Some(Why::Off) => format!("{} is off", sole()),
        Some(Why::Gone) => format!("{} is not there any more", sole()),
        Some(Why::Unmapped) => format!("{} covers it no more", sole()),
    }
}

/// A technique that lost its only cover, in a sentence.
pub(crate) fn loss(case: &Case) -> String {
    let id = case.technique.map(|id| id.to_string()).unwrap_or_default();
    let name = case.name.as_deref().unwrap_or_default();
    format!("nothing covers {id} {name} any more: {}", why(case))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn finding(check: Limit, found: f64, limit: f64, bound: Bound) -> Finding {
        let is_passed = match bound {
            Bound::AtLeast => found >= limit,
            Bound::AtMost => found <= limit,
        };
        let (subject, name, cases) = (None, None, Vec::new());
        Finding { check, subject, name, found, bound, limit, is_passed, cases }
    }

    #[test]
    fn a_figure_that_misses_its_limit_is_not_shown_as_the_limit() {
        let missed = finding(Limit::MinCoverage, 0.349_6, 0.35, Bound::AtLeast);
        assert_eq!(
            sentence(&missed),
            "Coverage against our adversaries: 34.96 %, which must be at least 35 %"
        );
        let kept = finding(Limit::MinCoverage, 0.354, 0.35, Bound::AtLeast);
        assert!(sentence(&kept).contains("35.4 %, which"), "{}", sentence(&kept));
        let exact = finding(Limit::MinCoverage, 0.35, 0.35, Bound::AtLeast);
        assert!(sentence(&exact).contains(": 35 %, which"), "{}", sentence(&exact));
        let little = finding(Limit::MinCoverage, 0.007, 0.35, Bound::AtLeast);
        assert!(sentence(&little).contains(": 0.7 %, which"), "{}", sentence(&little));
        let above = finding(Limit::MaxUnknownIds, 0.000_01, 0.0, Bound::AtMost);
        assert!(sentence(&above).contains(": 0.001 %, which must be at most 0 %"));
    }

    proptest! {
        #[test]
        fn what_is_shown_agrees_with_the_verdict(
            found in 0u32..=1_000_000_000,
            away in -1000i64..=1000,
            is_near in any::<bool>(),
            limit in 0u32..=1000,
        ) {
            let limit = f64::from(limit) / 1000.0;
            let found = if is_near { limit + away as f64 / 1e9 } else { f64::from(found) / 1e9 };
            let found = found.clamp(0.0, 1.0);
            let missed = finding(Limit::MinCoverage, model::score::round9(found), limit, Bound::AtLeast);
            let [shown, _, of_limit] = figures(&missed);
            let read = |value: Value| -> f64 {
                value.shown().trim_end_matches(" %").parse().unwrap()
            };
            let (shown, of_limit) = (read(shown), read(of_limit));
            prop_assert_eq!(missed.is_passed, shown >= of_limit, "{} {}", shown, of_limit);
        }
    }
}
