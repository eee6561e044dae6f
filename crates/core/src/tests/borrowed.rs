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
