//! What capabilities borrow from the controls of catalogues.

use super::{assert_near, technique};
use crate::assessment::{Assessment, CoverageLevel};
use crate::fixture::Fixture;

fn assessed(text: &str) -> Assessment {
    let world = "technique T1001 One on Windows
                 technique T1001.001 Sub on Windows
                 technique T1002 Two on Windows";
    Fixture::parse(&format!("{world}\n{text}")).assess()
}

#[test]
fn a_control_without_scores_is_a_mapping_on_paper() {
    let assessment = assessed(
        "control n:AC-2 prevent T1002
         have X control prevent n:AC-2 basis=attested",
    );
    let technique = technique(&assessment, "T1002");
    let evidence = &technique.evidence[0];
    assert_eq!((&*evidence.via, &*evidence.family), ("n:AC-2", "~unscored"));
    assert_near(technique.coverage.prevent.hi, 0.2, "claimed");
    assert_near(technique.coverage.prevent.exp, 0.7 * 0.2, "expected");
}

#[test]
fn paper_alone_is_never_more_than_weak() {
    let controls: String = (0..60)
        .map(|n| format!("control n:C-{n} prevent T1002\nhave X{n} control prevent n:C-{n}\n"))
        .collect();
    let assessment = assessed(&format!("policy gamma.unknown=0.7\n{controls}"));
    assert_eq!(technique(&assessment, "T1002").level, CoverageLevel::Weak);
    let high = "have Y control prevent n:C-1 level=very_high basis=validated";
    let assessment = assessed(&format!("{controls}{high}"));
    assert_near(technique(&assessment, "T1002").coverage.prevent.hi, 0.5, "the family's cap");
}

#[test]
fn the_figure_without_paper_is_known() {
    let world = "control n:AC-2 prevent T1002
                 have X control prevent n:AC-2";
    let strong = "group G0001 Ghost uses T1002
                  have Y control prevent T1002 level=high";
    let both = assessed(&format!("{world}\n{strong}"));
    let paper = both.on_paper.unwrap();
    assert_eq!(paper.capabilities, 1);
    assert_near(paper.without, assessed(strong).headline.threat_weighted.exp, "without");
    assert!(paper.without < both.headline.threat_weighted.exp);
    assert_eq!(assessed(strong).on_paper, None);
    // What says nothing of its strength is no mapping on paper.
    assert_eq!(assessed("have Z control prevent T1002").on_paper, None);
}

#[test]
fn a_scored_control_acts_as_its_catalogue_says() {
    let assessment = assessed(
        "control p:guard detect T1002 significant
         control p:guard prevent T1002 minimal
         have X control prevent p:guard",
    );
    let coverage = &technique(&assessment, "T1002").coverage;
    assert_near(coverage.detect.hi, 0.8, "detect");
    assert_near(coverage.prevent.hi, 0.2, "prevent");
    let families: Vec<&str> =
        technique(&assessment, "T1002").evidence.iter().map(|e| &*e.family).collect();
    assert_eq!(families, ["X", "X"]);
}

#[test]
fn the_most_specific_mapping_counts_for_each_function() {
    let assessment = assessed(
        "control p:guard prevent T1001,T1001.001 partial
         control p:guard detect T1001 partial
         have X control prevent p:guard",
    );
    let functions: Vec<&str> =
        technique(&assessment, "T1001").evidence.iter().map(|e| e.function.word()).collect();
    assert_eq!(functions, ["detect"]);
}

#[test]
fn a_control_of_no_catalogue_covers_nothing() {
    let assessment = assessed("have X control prevent n:AC-2");
    assert!(assessment.techniques.iter().all(|technique| technique.evidence.is_empty()));
}

#[test]
fn a_related_control_reaches_techniques_by_its_route() {
    let assessment = assessed(
        "control n:AC-2 prevent T1002
         relate i:A.5 n:AC-2
         have X control prevent i:A.5 basis=attested",
    );
    let evidence = &technique(&assessment, "T1002").evidence[0];
    assert_eq!((&*evidence.via, &*evidence.family), ("i:A.5 > n:AC-2", "~unscored"));
}

#[test]
fn how_well_a_control_acts_is_lost_on_the_way_to_a_related_one() {
    let assessment = assessed(
        "control p:guard detect T1002 significant
         relate i:A.5 p:guard
         have X control prevent i:A.5",
    );
    let evidence = &technique(&assessment, "T1002").evidence;
    assert_eq!((evidence.len(), &*evidence[0].family), (1, "~unscored"));
    assert_near(technique(&assessment, "T1002").coverage.prevent.hi, 0.2, "on paper");
}

proptest::proptest! {
    /// One control by way of others is never more than those others themselves.
    #[test]
    fn two_hops_are_never_stronger_than_one(
        controls in proptest::collection::vec((0..3_usize, 0..3_usize), 1..6),
        said in proptest::sample::select(vec!["", "level=high", "strength=0.9", "tests=2/2/2025-11-01"]),
        status in proptest::sample::select(vec!["implemented", "partial", "unknown"]),
    ) {
        let techniques = ["T1001", "T1001.001", "T1002"];
        let mut world = String::new();
        let (mut direct, mut by_way) = (String::new(), String::new());
        for (ix, (a, b)) in controls.iter().enumerate() {
            let ids = [techniques[*a], techniques[*b]].join(",");
            world += &format!("control n:C-{ix} prevent {ids}\n");
            by_way += &format!("relate i:A n:C-{ix}\n");
            direct += &format!("have X{ix} control prevent n:C-{ix} {said} status={status}\n");
        }
        by_way += &format!("have X control prevent i:A {said} status={status}\n");
        let direct = assessed(&format!("{world}{direct}"));
        let by_way = assessed(&format!("{world}{by_way}"));
        for (one, two) in direct.techniques.iter().zip(&by_way.techniques) {
            let (one, two) = (one.coverage.composite, two.coverage.composite);
            for (one, two) in [(one.lo, two.lo), (one.exp, two.exp), (one.hi, two.hi)] {
                proptest::prop_assert!(two <= one + 1e-9, "{one} {two}");
            }
        }
    }
}
