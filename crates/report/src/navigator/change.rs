//! A layer of what moved since an earlier assessment.

use model::assessment::Assessment;
use model::attack::{Attack, Technique};
use model::movement::{Movement, Movements, movements};

use super::{Annotation, Gradient, Layer, Metadata, Shown, Titles, in_scope, item, out_of_scope};
use crate::draw::look::Tone;
use crate::sheet::percent;
use crate::view::matrix::change_finding;
use crate::view::{self, Show};

/// The colours, from much worse to much better.
const CHANGES: [Tone; 5] =
    [Tone::Change(-2), Tone::Change(-1), Tone::Change(0), Tone::Change(1), Tone::Change(2)];
/// The score that has the last colour, in points. A few hundredths are a large change already, so
/// that a gradient to 100 would be pale; scores beyond have the last colour as well.
const MOST: i32 = 20;

/// The layer. Scores are points of expected coverage.
pub(super) fn layer(before: &Assessment, now: &Assessment, attack: &Attack) -> Layer {
    let moved = movements(before, now, attack);
    let titles = super::titles(now);
    let annotate = |technique: &Technique| annotation(now, technique, &moved, &titles);
    let since = before.as_of;
    let shown = Shown {
        noun: format!("change since {since}"),
        said: said(before, &moved),
        gradient: Gradient::new(CHANGES, (-MOST, MOST)),
        legend: CHANGES
            .into_iter()
            .zip([-2, -1, 0, 1, 2])
            .map(|(tone, at)| {
                let points = at * MOST / 2;
                let label = match at {
                    -2 => format!("{points} points and worse"),
                    2 => format!("+{points} points and better"),
                    0 => "0: as it was".to_owned(),
                    at if at > 0 => format!("+{points} points"),
                    _ => format!("{points} points"),
                };
                item(label, tone)
            })
            .collect(),
        techniques: attack.techniques.iter().map(annotate).collect(),
        metadata: vec![Metadata {
            name: "compared to",
            value: crate::printable(&format!(
                "{since}, ATT&CK {}, inputs {}",
                before.attack.version,
                view::input_hash(before)
            )),
        }],
    };
    shown.layer(now)
}

fn said(before: &Assessment, moved: &Movements) -> Vec<String> {
    let mut said = vec![
        change_finding(before, moved),
        "Score: points of expected coverage, below 0 where it fell; what was not in scope then has \
         none"
            .to_owned(),
    ];
    if moved.not_comparable() > 0 {
        said.push(format!(
            "{} cannot be compared",
            view::count(moved.not_comparable(), "technique")
        ));
    }
    said
}

fn annotation(
    now: &Assessment,
    technique: &Technique,
    moved: &Movements,
    titles: &Titles<'_>,
) -> Annotation {
    let plain = match now.technique(technique.id) {
        Some(found) => in_scope(now, found, Show::Coverage, titles),
        None => out_of_scope(now, technique.id),
    };
    let Some(movement) = moved.techniques.get(&technique.id) else { return plain };
    let score = movement.by().map(|by| (by * 1000.0).round() / 10.0);
    let words = match (*movement, score) {
        (Movement::Both { before, after }, Some(points)) => {
            let sign = if points > 0.0 { "+" } else { "" };
            let unit = if points.abs() == 1.0 { "point" } else { "points" };
            format!("{} then, {} now: {sign}{points} {unit}", percent(before), percent(after))
        }
        (Movement::Left, _) => "In scope then, not now".to_owned(),
        (Movement::Joined | Movement::Both { .. }, _) => "Not in scope then".to_owned(),
    };
    let words = match plain.comment.as_str() {
        "" => words,
        others => format!("{words}. {others}"),
    };
    Annotation { score, comment: words, ..plain }
}
