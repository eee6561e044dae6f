//! What is known of a product by its name alone: its category, and what others have published.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{assert_near, assert_range, technique};
use crate::assessment::{Assessment, CoverageLevel};
use crate::fixture::Fixture;
use crate::policy::Policy;

const WORLD: &str = "technique T1001 One on Linux,Windows
    technique T1002 Two on Windows
    category category:edr prevent T1001,T1002 low
    category category:edr detect T1001,T1002 low
    category category:training prevent T1001 minimal
    category category:gate prevent T1001 low
    control p:hunt detect T1001 significant";

fn assessed(text: &str) -> Assessment {
    Fixture::parse(&format!("{WORLD}\n{text}")).assess()
}

#[test]
fn a_category_says_little_and_is_believed_little() {
    let assessment = assessed("have X control prevent category:edr basis=category");
    let technique = technique(&assessment, "T1002");
    assert_range(technique.coverage.prevent, [0.0, 0.4 * 0.3, 0.3], "prevented");
    assert_range(technique.coverage.detect, [0.0, 0.4 * 0.3, 0.3], "detected");
    assert_eq!(technique.level, CoverageLevel::Weak);
    let evidence = &technique.evidence[0];
    assert_eq!((&*evidence.via, &*evidence.family), ("category:edr", "category:edr"));
}

#[test]
fn a_category_is_believed_no_more_than_a_claim_of_unknown_basis() {
    let policy = Policy::default();
    assert!(policy.gamma_category <= policy.gamma_unknown);
}

#[test]
fn no_word_makes_a_category_say_more() {
    let loud = "strength=1 basis=validated";
    let assessment = assessed(&format!("have X control prevent category:training {loud}"));
    let prevent = technique(&assessment, "T1001").coverage.prevent;
    assert_range(prevent, [0.0, 0.4 * 0.1, 0.1], "minimal");
    let modest = assessed("have X control prevent category:edr strength=0.1 basis=category");
    assert_near(technique(&modest, "T1002").coverage.prevent.hi, 0.1, "what is stated is less");
}

#[test]
fn two_products_of_a_category_say_no_more_than_one() {
    let one = assessed("have X control prevent category:edr basis=category");
    let two = assessed(
        "have X control prevent category:edr basis=category
         have Y control prevent category:edr basis=category",
    );
    let coverage = |assessment: &Assessment| technique(assessment, "T1001").coverage;
    assert_eq!(coverage(&one), coverage(&two));
    let other = assessed(
        "have X control prevent category:edr basis=category
         have Y control prevent category:gate basis=category",
    );
    assert!(coverage(&other).prevent.exp > coverage(&one).prevent.exp, "another category adds");
}

#[test]
fn a_published_score_counts_as_the_most_the_product_can_do() {
    let assessment = assessed("have X control prevent p:hunt basis=category");
    let detect = technique(&assessment, "T1001").coverage.detect;
    // Its features may be on or off, as where a status is not known.
    assert_range(detect, [0.0, 0.5 * 0.85 * 0.8, 0.5 * 0.8], "known by name");
    let stated = assessed("have X control prevent p:hunt basis=attested");
    let detect = technique(&stated, "T1001").coverage.detect;
    assert_range(detect, [0.0, 0.7 * 0.8, 0.8], "attested");
    let planned = assessed("have X control prevent p:hunt basis=category status=planned");
    assert!(technique(&planned, "T1001").evidence.is_empty());
}

#[test]
fn what_a_product_lets_one_see_by_its_category_gates_no_rule() {
    let assessed = |sources: &str| {
        let world = "technique T1001 One on Windows
                     component DC0001 Calls shows T1001
                     have R rule detect T1001,DC0001 strength=0.5";
        Fixture::parse(&format!("{world}\n{sources}")).assess()
    };
    let detect = |assessment: &Assessment| technique(assessment, "T1001").coverage.detect;
    let ease = |assessment: &Assessment| technique(assessment, "T1001").ease.telemetry;
    let measured = "have S source observe DC0001 telemetry=0.4 basis=attested";
    let by_name = "have E source observe DC0001 basis=category";
    let (alone, both) = (assessed(measured), assessed(&format!("{measured}\n{by_name}")));
    assert_eq!(detect(&alone), detect(&both));
    assert_near(ease(&both), 1.0, "it eases work");
    let unknown = assessed("");
    let named = assessed(&format!("{by_name} platforms=Linux"));
    assert_eq!(detect(&unknown), detect(&named));
}

/// Products by the categories that they are of, and whether they are in place.
fn products() -> impl Strategy<Value = Vec<String>> {
    let categories = select(vec![
        "category:edr",
        "category:training",
        "category:gate",
        "category:edr,category:gate",
        "category:edr,p:hunt",
    ]);
    let status = select(vec!["implemented", "partial", "unknown", "planned"]);
    let line = |at: usize, (categories, status): (&str, &str)| {
        format!("have P{at} control prevent {categories} basis=category status={status}")
    };
    vec((categories, status), 1..8).prop_map(move |products| {
        products.into_iter().enumerate().map(|(at, product)| line(at, product)).collect()
    })
}

proptest! {
    #[test]
    fn one_more_product_never_lowers_a_coverage(products in products()) {
        let (_, fewer) = products.split_last().expect("there is one");
        let (fewer, all) = (assessed(&fewer.join("\n")), assessed(&products.join("\n")));
        for (fewer, all) in fewer.techniques.iter().zip(&all.techniques) {
            let pairs = [
                (fewer.coverage.prevent, all.coverage.prevent),
                (fewer.coverage.detect, all.coverage.detect),
            ];
            for (fewer, all) in pairs {
                prop_assert!(fewer.exp <= all.exp && fewer.hi <= all.hi && fewer.lo <= all.lo);
            }
        }
    }

    #[test]
    fn a_product_alone_is_never_more_than_weak_by_its_category(
        category in select(vec!["category:edr", "category:training", "category:gate"]),
        words in select(vec!["", "level=very_high", "strength=1", "basis=validated"]),
    ) {
        let assessment = assessed(&format!("have X control prevent {category} {words}"));
        prop_assert!(assessment.techniques.iter().all(|t| t.level <= CoverageLevel::Weak));
    }
}
