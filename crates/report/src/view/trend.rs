//! The line of assessments over time.

use model::assessment::Assessment;
use model::diff::Factor;
use model::trend::Point;

use super::caption;
use crate::page::Caption;
use crate::sheet::{Sheet, Value, apart, percent};

/// The line, for a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// What stands around it.
    pub caption: Caption,
    /// The assessments by day; several of one day keep their order.
    pub points: Vec<Point>,
    /// What is to be reached at least, 0..=1.
    pub target: Option<f64>,
}

/// The line that leads to an assessment; `target` is the least expected coverage that is asked
/// for.
#[must_use]
pub fn of(assessment: &Assessment, line: &[Point], target: Option<f64>) -> Trend {
    let mut points = line.to_vec();
    points.sort_by_key(|point| point.as_of);
    let definition = "Coverage against our adversaries. Where the yardstick is new, the line \
                      begins anew: the figures before and after are not to be compared.";
    Trend { caption: caption(assessment, &title(&points), definition), points, target }
}

/// Better, worse or the same since the yardstick is what it is.
fn title(points: &[Point]) -> String {
    let Some(last) = points.last() else {
        return "No assessment was made yet".to_owned();
    };
    let now = last.threat_weighted.exp;
    let since = stretches(points).pop().and_then(|stretch| stretch.first());
    match since.filter(|first| !std::ptr::eq(*first, last)) {
        None if points.len() == 1 => {
            format!("{} is expected to be covered; one assessment makes no line yet", percent(now))
        }
        None => format!(
            "{} is expected to be covered, by a new yardstick: not to be compared with what was \
             before",
            percent(now)
        ),
        Some(first) => moved(first, last),
    }
}

fn moved(first: &Point, last: &Point) -> String {
    let (before, now) = (first.threat_weighted, last.threat_weighted);
    let (from, to) = apart(before.exp, now.exp);
    let day = first.as_of;
    let proven = match (percent(before.lo), percent(now.lo)) {
        (before, now) if before == now => format!("{now} is proven, as it was"),
        (before, now) => format!("{now} is proven, after {before}"),
    };
    match now.exp.total_cmp(&before.exp) {
        std::cmp::Ordering::Greater => {
            format!("What is expected to be covered rose from {from} to {to} since {day}; {proven}")
        }
        std::cmp::Ordering::Less => {
            format!("What is expected to be covered fell from {from} to {to} since {day}; {proven}")
        }
        std::cmp::Ordering::Equal => {
            format!("{to} is expected to be covered, as on {day}; {proven}")
        }
    }
}

/// The parts of the line that were measured by one yardstick.
#[must_use]
pub fn stretches(points: &[Point]) -> Vec<&[Point]> {
    points.chunk_by(|_, next| next.rebased.is_empty()).collect()
}

/// What of the yardstick is new, in words; nothing where it is as before.
#[must_use]
pub fn rebased(point: &Point) -> String {
    let words: Vec<&str> = point.rebased.iter().map(|factor| yardstick(*factor)).collect();
    if words.is_empty() { String::new() } else { format!("new {}", words.join(", ")) }
}

/// A row an assessment; where the yardstick changed, the row says so.
#[must_use]
pub fn sheet(line: &[Point]) -> Sheet {
    let mut sheet = Sheet::new(
        "Over time",
        &[
            ("Day", "as_of"),
            ("Proven", "proven"),
            ("Expected", "expected"),
            ("Claimed", "claimed"),
            ("Gaps", "gaps"),
            ("New yardstick", "rebased"),
        ],
    );
    sheet.rows = line.iter().map(row).collect();
    if line.iter().any(|point| !point.rebased.is_empty()) {
        let note = "Where the yardstick is new, the figure is not to be compared with the one \
                    before; lacuna diff says what moved it";
        sheet.notes.push(note.to_owned());
    }
    sheet
}

fn row(point: &Point) -> Vec<Value> {
    let rebased: Vec<&str> = point.rebased.iter().map(|factor| factor.word()).collect();
    vec![
        Value::text(point.as_of.to_string()),
        Value::Share(point.threat_weighted.lo),
        Value::Share(point.threat_weighted.exp),
        Value::Share(point.threat_weighted.hi),
        Value::Whole(point.gaps),
        Value::text(rebased.join(", ")),
    ]
}

/// A part of the yardstick, for people who do not know the words of the program.
fn yardstick(factor: Factor) -> &'static str {
    match factor {
        Factor::Evidence => "evidence",
        Factor::Profile => "adversaries",
        Factor::Scope => "scope",
        Factor::Policy => "policy",
        Factor::Attack => "ATT&CK release",
    }
}

#[cfg(test)]
mod tests {
    use model::score::Range;

    use super::*;

    fn point(day: i32, exp: f64, rebased: &[Factor]) -> Point {
        Point {
            as_of: model::date::Date::from_unix_days(day),
            threat_weighted: Range { lo: 0.1, exp, hi: 0.9 },
            gaps: 3,
            rebased: rebased.to_vec(),
        }
    }

    #[test]
    fn the_title_compares_only_what_one_yardstick_measured() {
        assert_eq!(title(&[]), "No assessment was made yet");
        let first = point(0, 0.3, &[]);
        assert!(title(std::slice::from_ref(&first)).ends_with("one assessment makes no line yet"));
        let better = point(31, 0.4, &[]);
        assert_eq!(
            title(&[first.clone(), better.clone()]),
            "What is expected to be covered rose from 30 % to 40 % since 1970-01-01; 10 % is \
             proven, as it was"
        );
        let new = point(61, 0.2, &[Factor::Profile]);
        let line = [first, better, new.clone()];
        assert!(title(&line).starts_with("20 % is expected to be covered, by a new yardstick"));
        let worse = point(90, 0.198, &[]);
        let line = [line.to_vec(), vec![worse]].concat();
        assert!(title(&line).contains("fell from 20.0 % to 19.8 % since 1970-03-03"));
        assert_eq!(stretches(&line).iter().map(|s| s.len()).collect::<Vec<_>>(), [2, 2]);
        assert_eq!(rebased(&new), "new adversaries");
    }
}
