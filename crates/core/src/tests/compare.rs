//! Assessments side by side: what each says, in whichever order they come.

use proptest::prelude::*;

use super::properties::world;
use crate::compare::{Comparison, Order, Outline, Yardstick, compare};
use crate::fixture::Fixture;

fn outlined(worlds: &[Fixture]) -> Vec<(Option<String>, Outline)> {
    let outline = |(at, world): (usize, &Fixture)| {
        (Some(format!("{at}.json")), Outline::from(&world.assess()))
    };
    worlds.iter().enumerate().map(outline).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn no_order_changes_what_is_said(worlds in proptest::collection::vec(world(), 1..5)) {
        let outlines = outlined(&worlds);
        let mut turned = outlines.clone();
        turned.reverse();
        let (one, other) = (compare(&outlines, Order::Name), compare(&turned, Order::Name));
        prop_assert_eq!(&one.assessments, &other.assessments);
        let near = |a: &Comparison, b: &Comparison| a.techniques.iter().all(|gap| {
            b.techniques.iter().any(|found| found.id == gap.id
                && (found.gaps, found.in_scope) == (gap.gaps, gap.in_scope)
                && (found.mean_priority - gap.mean_priority).abs() <= 2e-9)
        });
        prop_assert!(near(&one, &other) && near(&other, &one));
    }

    #[test]
    fn figures_are_those_of_the_assessments(worlds in proptest::collection::vec(world(), 1..4)) {
        let found = compare(&outlined(&worlds), Order::Given);
        for (world, standing) in worlds.iter().zip(&found.assessments) {
            let assessment = world.assess();
            prop_assert_eq!(&standing.headline, &assessment.headline);
            let open = assessment.gaps();
            prop_assert_eq!(standing.gaps, open.len());
            let first = standing.first_gap.as_ref().map(|gap| gap.id);
            prop_assert_eq!(first, open.first().map(|gap| gap.id));
        }
        let open: usize = found.assessments.iter().map(|standing| standing.gaps).sum();
        let common: usize = found.techniques.iter().map(|gap| gap.gaps).sum();
        prop_assert_eq!(open, common);
        prop_assert!(found.techniques.iter().all(|gap| gap.gaps <= gap.in_scope));
    }

    #[test]
    fn equals_are_like_for_like(world in world()) {
        let worlds = [world.clone(), world];
        let found = compare(&outlined(&worlds), Order::Given);
        prop_assert!(found.is_like_for_like && found.differences.is_empty());
        // Of one name and one day: only the file tells them apart.
        prop_assert_eq!(&found.assessments[0].label, "0.json");
        prop_assert_ne!(&found.assessments[0].label, &found.assessments[1].label);
    }
}

const WORLD: &str = "
    tactic TA0002 execution Execution
    tactic TA0006 credential-access \"Credential Access\"
    technique T1047 WMI in execution on Windows
    technique T1059 Interpreter in execution on Windows
    technique T1003 Dumping in credential-access on Windows
    group G0001 Bear uses T1047,T1059,T1003
    profile G0001=1
";

fn world_of(name: &str, further: &str) -> (Option<String>, Outline) {
    let mut outline = Outline::from(&Fixture::parse(&format!("{WORLD}{further}")).assess());
    outline.organisation.name = Some(name.to_owned());
    (None, outline)
}

#[test]
fn what_is_weak_in_most_is_first() {
    let covers = |id: &str| format!("have R rule detect {id} strength=0.9 basis=validated");
    let outlines = [
        world_of("A", &covers("T1047")),
        world_of("B", &covers("T1047")),
        world_of("C", "decide T1059 accept"),
    ];
    let found = compare(&outlines, Order::Coverage);
    let said: Vec<_> = found.techniques.iter().map(|g| (g.id.to_string(), g.gaps)).collect();
    let expected = [("T1003", 3), ("T1059", 2), ("T1047", 1)];
    assert_eq!(said, expected.map(|(id, gaps)| (id.to_owned(), gaps)));
    assert!(found.techniques.iter().all(|gap| gap.in_scope == 3));
    let labels: Vec<_> = found.assessments.iter().map(|s| s.label.as_str()).collect();
    assert_eq!(labels, ["C", "A", "B"], "the least covered first");
    assert_eq!(found.assessments[1].worst_tactic.as_deref(), Some("TA0002"));
    // A decision is no part of the yardstick: it changes no figure.
    assert!(found.is_like_for_like);
}

#[test]
fn another_yardstick_is_named_with_those_who_share_it() {
    let mut outlines =
        [world_of("A", ""), world_of("B", "policy tau=0.7"), world_of("C", "policy tau=0.7")];
    outlines[2].1.attack.sha256 = "other".to_owned();
    let found = compare(&outlines, Order::Given);
    assert!(!found.is_like_for_like);
    let said: Vec<_> = found.differences.iter().map(|d| (d.part, d.groups.clone())).collect();
    assert_eq!(found.differences[1].numbers, ["tau"]);
    let group = |labels: &[&str]| labels.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        said,
        [
            (Yardstick::Attack, vec![group(&["A", "B"]), group(&["C"])]),
            (Yardstick::Policy, vec![group(&["A"]), group(&["B", "C"])]),
        ]
    );
}
