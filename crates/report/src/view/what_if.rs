//! What a change would do: before, after, and what moves most.

use model::assessment::Assessment;
use model::capability::Function;
use model::diff::Diff;

use super::{basis, diff};
use crate::sheet::{Sheet, Value, apart, percent};

/// The figures before and after, the gaps that come and go, and what moves most; of long lists the
/// first `limit`.
#[must_use]
pub fn sheets(
    before: &Assessment,
    after: &Assessment,
    found: &Diff,
    changes: &[String],
    limit: usize,
) -> Vec<Sheet> {
    let others = [diff::gaps(before, after, found, limit), diff::moved(found, limit)];
    let others = others.into_iter().filter(|sheet| !sheet.rows.is_empty());
    std::iter::once(figures(before, after, found, changes)).chain(others).collect()
}

fn figures(before: &Assessment, after: &Assessment, found: &Diff, changes: &[String]) -> Sheet {
    let finding = match diff::points(found.delta).as_str() {
        "0" => {
            let much = if found.moved.is_empty() { "nothing" } else { "next to nothing" };
            format!("It would change {much}: {} either way", percent(found.from))
        }
        points => {
            let (from, to) = apart(found.from, found.to);
            format!("{points} points: what is expected to be covered goes from {from} to {to}")
        }
    };
    let mut sheet = Sheet::new(
        finding,
        &[("Figure", "figure"), ("Before", "before"), ("After", "after"), ("Points", "points")],
    );
    sheet.notes = changes.iter().map(|change| format!("Change: {change}")).collect();
    sheet.notes.push(basis(before));
    if basis(after) != basis(before) {
        sheet.notes.push(format!("After: {}", basis(after)));
    }
    let share = |name: &str, was: f64, is: f64| {
        let points = Value::Number(100.0 * (is - was), 1);
        vec![Value::text(name), Value::Share(was), Value::Share(is), points]
    };
    let (was, is) = (&before.headline, &after.headline);
    let (from, to) = (was.threat_weighted, is.threat_weighted);
    sheet.rows.push(share("proven", from.lo, to.lo));
    sheet.rows.push(share("expected", from.exp, to.exp));
    sheet.rows.push(share("claimed", from.hi, to.hi));
    for function in Function::SCORED {
        let word = function.word();
        let by = |headline: &model::metrics::Headline| {
            headline.by_function.get(word).map_or(0.0, |f| f.threat_weighted.exp)
        };
        sheet.rows.push(share(&format!("{word}, expected"), by(was), by(is)));
    }
    for adversary in &before.adversaries {
        let now = after.adversaries.iter().find(|a| a.id == adversary.id);
        if let Some(now) = now {
            let name = format!("against {}", adversary.name);
            sheet.rows.push(share(&name, adversary.coverage, now.coverage));
        }
    }
    let gaps = |assessment: &Assessment| Value::Whole(assessment.gaps().len());
    sheet.rows.push(vec![Value::text("gaps"), gaps(before), gaps(after), Value::Blank]);
    sheet
}
