//! The segments of an organisation by tactic, and the whole beside them.

use model::assessment::Assessment;
use model::compare::{Comparison, Standing};

use super::caption;
use super::compare::{by_key, key, segments};
use crate::page::Caption;

/// Segments by tactics, for a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Segments {
    /// What stands around it.
    pub caption: Caption,
    /// The tactics that the whole has in scope, in the order of the matrix.
    pub tactics: Vec<String>,
    /// The segments, and the whole as the last row.
    pub rows: Vec<Row>,
}

/// One segment, or the whole. Shares are of 0..=1.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Expected coverage by tactic; nothing where it has none of it in scope.
    pub cells: Vec<Option<f64>>,
    /// The tactic in which most is missing, by weight.
    pub worst: Option<usize>,
    /// Expected coverage.
    pub expected: f64,
    /// What of it is proven.
    pub proven: f64,
    /// Whether it is the whole.
    pub is_whole: bool,
}

/// The segments of an assessment that were compared.
#[must_use]
pub fn of(assessment: &Assessment, comparison: &Comparison) -> Segments {
    let definition = "Number: expected coverage against our adversaries in percent, of a tactic \
                      and of all; each segment by its own platforms and impact.";
    // Whatever a segment has in scope, the whole has, too.
    let keys: Vec<(&str, &str)> = assessment.tactics.iter().map(key).collect();
    let parts = comparison.assessments.iter().map(|standing| row(standing, &keys, false));
    let whole = comparison.whole.iter().map(|standing| row(standing, &keys, true));
    Segments {
        caption: caption(assessment, &segments(comparison).title, definition),
        tactics: keys.iter().map(|(_, name)| crate::printable(name)).collect(),
        rows: parts.chain(whole).collect(),
    }
}

fn row(standing: &Standing, tactics: &[(&str, &str)], is_whole: bool) -> Row {
    let by_key = by_key(standing);
    let found = |tactic: &(&str, &str)| by_key.get(tactic).map(|found| found.threat_weighted);
    let worst = standing.worst_tactic.as_deref();
    let range = standing.headline.threat_weighted;
    Row {
        name: crate::printable(&standing.label),
        cells: tactics.iter().map(found).collect(),
        worst: tactics.iter().position(|tactic| Some(tactic.0) == worst && found(tactic).is_some()),
        expected: range.exp,
        proven: range.lo,
        is_whole,
    }
}

#[cfg(test)]
mod tests {
    use model::assessment::assess;
    use model::compare::{Outline, compare_segments};
    use model::fixture::Fixture;

    use super::*;

    #[test]
    fn the_segments_stand_beside_the_whole_they_are_of() {
        let world = Fixture::parse(
            "tactic TA0001 first First
             tactic TA0002 second Second
             technique T1001 One in first on Windows
             technique T1002 Two in second on Linux
             group G0001 Bear uses T1001,T1002
             segment Office 0.5 Windows=1
             segment Plant 0.5 Linux=1
             have R1 rule detect T1001 strength=0.9 status=enabled",
        );
        let (inputs, whole) = (world.inputs(), world.assess());
        let alone = |segment| Outline::from(&assess(&inputs.of_segment(segment)));
        let parts: Vec<Outline> = inputs.scope.segments.iter().map(alone).collect();
        let found = of(&whole, &compare_segments(parts, &Outline::from(&whole)));
        assert_eq!(found.tactics, ["First", "Second"]);
        let rows: Vec<_> = found.rows.iter().map(|r| (&r.name[..], r.is_whole)).collect();
        assert_eq!(rows.iter().filter(|(_, is_whole)| *is_whole).count(), 1);
        let plant = found.rows.iter().find(|row| row.name == "Plant").unwrap();
        assert_eq!(plant.cells, [None, Some(0.0)]);
        assert_eq!(plant.worst, Some(1));
        assert!(found.caption.footnote.contains("Inputs "), "{:?}", found.caption);
    }
}
