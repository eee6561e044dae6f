//! What is proven, expected and claimed, tactic by tactic.

use model::assessment::Assessment;
use model::score::Range;

use super::{caption, count, finding};
use crate::page::Caption;
use crate::sheet::percent;

/// What the picture shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// What stands around it.
    pub caption: Caption,
    /// All tactics together.
    pub whole: Row,
    /// The tactics with techniques in scope, in the order of the matrix.
    pub rows: Vec<Row>,
}

/// One tactic, or all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// What is expected, 0..=1.
    pub expected: f64,
    /// What is proven and claimed beside it; unknown where an earlier version wrote it.
    pub range: Option<Range>,
    /// Its share of what our adversaries do, 0..=1.
    pub weight: f64,
}

/// What of an assessment is proven.
#[must_use]
pub fn of(assessment: &Assessment) -> Proof {
    let whole = assessment.headline.threat_weighted;
    let rows: Vec<Row> = assessment
        .tactics
        .iter()
        .map(|tactic| Row {
            name: crate::printable(&tactic.name),
            expected: tactic.threat_weighted,
            range: tactic.coverage,
            weight: tactic.weight_share,
        })
        .collect();
    let definition = "Proven is what tests of our own have shown; claimed is what would be covered \
                      if everything worked as it is said to. Of the threat: how much of all that \
                      our adversaries do each tactic is, by weight.";
    Proof {
        caption: caption(assessment, &title(assessment, &rows), definition),
        whole: Row {
            name: "All tactics".to_owned(),
            expected: whole.exp,
            range: Some(whole),
            weight: 1.0,
        },
        rows,
    }
}

/// Where least is proven of what is expected.
fn title(assessment: &Assessment, rows: &[Row]) -> String {
    let known = || rows.iter().filter_map(|row| Some((row, row.range?)));
    let unproven = known().filter(|(_, range)| range.lo <= 0.0 && range.exp > 0.0).count();
    let ahead = |range: &Range| range.exp - range.lo;
    let widest = known().max_by(|a, b| {
        let (a, b) = ((ahead(&a.1), a.0.weight), (ahead(&b.1), b.0.weight));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    let Range { lo, exp, .. } = assessment.headline.threat_weighted;
    match (lo, unproven, widest) {
        (lo, ..) if lo <= 0.0 => finding(assessment),
        (_, 1.., _) => format!(
            "In {} of {} nothing is proven of what is expected to be covered",
            unproven,
            count(rows.len(), "tactic")
        ),
        (_, 0, Some((row, range))) if ahead(&range) > 0.0 => format!(
            "{} is proven of {} that is expected; tests are furthest behind in {}",
            percent(lo),
            percent(exp),
            row.name
        ),
        (_, _, None) => finding(assessment),
        (_, 0, _) => {
            format!("All of the {} that is expected to be covered is proven", percent(exp))
        }
    }
}

#[cfg(test)]
mod tests {
    use model::fixture::Fixture;

    use super::*;

    const WORLD: &str = "
        tactic TA0001 first First
        tactic TA0002 second Second
        technique T1001 One in first on Windows
        technique T1002 Two in second on Windows
        group G0001 Bear uses T1001,T1002
        have R1 rule detect T1001 strength=0.9 basis=validated status=enabled
        as_of 2026-06-30
    ";

    #[test]
    fn the_title_names_where_nothing_is_proven() {
        let assessment = |more: &str| Fixture::parse(&format!("{WORLD}\n{more}")).assess();
        let nothing = of(&assessment("have R2 rule detect T1002 strength=0.5 status=enabled"));
        assert!(nothing.caption.title.starts_with("Nothing is proven yet"), "{nothing:?}");
        let tested = "have R2 rule detect T1002 strength=0.5 status=enabled tests=5/5/2026-06-01";
        let half = of(&assessment(tested));
        assert_eq!(
            half.caption.title,
            "In 1 of 2 tactics nothing is proven of what is expected to be covered"
        );
        assert_eq!(half.rows[0].range.unwrap().lo, 0.0);
        assert!(half.rows[1].range.unwrap().lo > 0.0);
        assert_eq!(half.whole.expected, assessment(tested).headline.threat_weighted.exp);
    }

    #[test]
    fn what_an_earlier_version_did_not_write_is_not_taken_for_nothing() {
        let tested = "have R2 rule detect T1002 strength=0.5 status=enabled tests=5/5/2026-06-01";
        let mut assessment = Fixture::parse(&format!("{WORLD}\n{tested}")).assess();
        assessment.tactics.iter_mut().for_each(|tactic| tactic.coverage = None);
        let proof = of(&assessment);
        assert!(proof.rows.iter().all(|row| row.range.is_none() && row.expected > 0.0));
        assert_eq!(proof.caption.title, finding(&assessment));
    }
}
