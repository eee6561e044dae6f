//! The gate: what it lets pass, what it does not, and that a looser limit never fails what a
//! stricter one lets pass.

use proptest::prelude::*;

use super::diff::{compared, pair};
use super::properties::world;
use crate::assessment::{Assessment, assess};
use crate::decisions::decisions;
use crate::diff::Diff;
use crate::fixture::Fixture;
use crate::gate::{Check, Gate, Limit, Why, check};
use crate::inputs::Inputs;
use crate::ticket;

fn alone(gate: &Gate, inputs: &Inputs<'_>) -> Check {
    let assessment = assess(inputs);
    let standing = decisions(inputs, &assessment, 30.0).decisions;
    check(gate, &assessment, &standing, None, inputs.attack)
}

fn against(gate: &Gate, before: &Inputs<'_>, after: &Inputs<'_>) -> (Check, Assessment, Diff) {
    let (was, is, diff) = (assess(before), assess(after), compared(before, after));
    let standing = decisions(after, &is, 30.0).decisions;
    let found = check(gate, &is, &standing, Some((&was, diff.clone())), after.attack);
    (found, is, diff)
}

/// Whether a limit of this kind is kept.
fn is_kept(found: &Check, limit: Limit) -> bool {
    let finding = found.findings.iter().find(|finding| finding.check == limit);
    finding.expect("the limit was asked for").is_passed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_limit_below_the_figure_passes_and_one_above_fails(world in world(), away in 1e-9f64..0.2) {
        let inputs = world.inputs();
        let found = assess(&inputs);
        let exp = found.headline.threat_weighted.exp;
        let gate = |limit| Gate { min_coverage: Some(limit), ..Gate::default() };
        prop_assert!(alone(&gate(exp), &inputs).is_passed);
        prop_assert!(alone(&gate(exp - away), &inputs).is_passed);
        prop_assert!(!alone(&gate(exp + away), &inputs).is_passed);
        for tactic in &found.tactics {
            let gate = |limit| Gate {
                min_tactic: [(tactic.id.clone(), limit)].into(),
                ..Gate::default()
            };
            prop_assert!(alone(&gate(tactic.threat_weighted - away), &inputs).is_passed);
            prop_assert!(!alone(&gate(tactic.threat_weighted + away), &inputs).is_passed);
        }
    }

    #[test]
    fn gaps_above_the_limit_are_the_cases(world in world(), limit in 0.0f64..100.0) {
        let inputs = world.inputs();
        let gate = Gate { max_gap_priority: Some(limit), ..Gate::default() };
        let found = alone(&gate, &inputs);
        let above = assess(&inputs).gaps().iter().filter(|gap| gap.priority > limit).count();
        prop_assert_eq!(found.findings[0].cases.len(), above);
        prop_assert_eq!(found.is_passed, above == 0);
    }

    #[test]
    fn a_looser_limit_never_fails_what_a_stricter_one_lets_pass(
        (one, other) in pair(),
        limits in [0.0f64..100.0, 0.0..100.0, 0.0..1.0, 0.0..1.0],
        slack in [0.0f64..50.0, 0.0..50.0, 0.0..0.5, 0.0..0.5],
    ) {
        let (before, after) = (one.inputs(), other.inputs());
        let gate = |loose: f64| Gate {
            min_coverage: Some(limits[2] - loose * slack[2]),
            max_unknown_ids: Some(limits[3] + loose * slack[3]),
            max_gap_priority: Some(limits[0] + loose * slack[0]),
            max_new_gap: Some(limits[0] + loose * slack[0]),
            max_drop: Some(limits[1] + loose * slack[1]),
            ..Gate::default()
        };
        let (strict, ..) = against(&gate(0.0), &before, &after);
        let (loose, ..) = against(&gate(1.0), &before, &after);
        for (strict, loose) in strict.findings.iter().zip(&loose.findings) {
            prop_assert!(loose.is_passed || !strict.is_passed, "{:?}", strict.check);
        }
    }

    #[test]
    fn nothing_fails_against_itself(world in world()) {
        let inputs = world.inputs();
        let (found, ..) = against(&Gate::default(), &inputs, &inputs);
        prop_assert!(found.is_passed, "{:?}", found.findings);
    }

    #[test]
    fn a_gap_is_new_to_the_gate_where_it_is_to_the_difference((one, other) in pair()) {
        let (found, _, diff) = against(&Gate::default(), &one.inputs(), &other.inputs());
        let is_new = !diff.gaps.new.is_empty() || !diff.gaps.reopened.is_empty();
        prop_assert_eq!(is_kept(&found, Limit::MaxNewGap), !is_new);
        prop_assert_eq!(is_kept(&found, Limit::MaxDrop), diff.delta >= 0.0);
    }

    #[test]
    fn what_is_handed_out_is_open_once_and_promises_come_first(world in world(), limit in 0usize..6) {
        let found = world.assess();
        let all = ticket::handed_out(&found, usize::MAX);
        let mut ids: Vec<_> = all.iter().map(|gap| gap.id).collect();
        prop_assert!(all.iter().all(|gap| gap.rank.is_some() && !gap.is_accepted()));
        prop_assert_eq!(all.len(), found.gaps().len());
        let some: Vec<_> = ticket::handed_out(&found, limit).iter().map(|gap| gap.id).collect();
        prop_assert_eq!(&some[..], &ids[..limit.min(ids.len())]);
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), all.len());
    }
}

const WORLD: &str = "
    tactic TA0002 execution Execution
    technique T1047 WMI in execution on Windows
    technique T1059 Interpreter in execution on Windows
    technique T1106 \"Native API\" in execution on Windows
    group G0001 Bear uses T1047,T1059,T1106
    profile G0001=1
";

fn lost(before: &str, after: &str) -> Vec<(String, String, Why)> {
    let (before, after) =
        (Fixture::parse(&format!("{WORLD}{before}")), Fixture::parse(&format!("{WORLD}{after}")));
    let after = Inputs { attack: &before.attack, catalog: &before.catalog, ..after.inputs() };
    let (found, ..) = against(&Gate::default(), &before.inputs(), &after);
    let finding = found.findings.iter().find(|finding| finding.check == Limit::SoleCover);
    let cases = finding.expect("it is always asked for").cases.clone();
    let said = cases.into_iter().map(|case| {
        let technique = case.technique.expect("it is about a technique").to_string();
        (technique, case.capability.expect("it had one"), case.why.expect("it says why"))
    });
    said.collect()
}

#[test]
fn a_sole_cover_that_is_lost_says_what_became_of_it() {
    let before = "
        have R1 rule detect T1047 strength=0.5 status=enabled basis=tagged
        have R2 rule detect T1059 strength=0.5 status=enabled basis=tagged
        have R3 rule detect T1106 strength=0.5 status=enabled basis=tagged
    ";
    let after = "
        have R1 rule detect T1047 strength=0.5 status=disabled basis=tagged
        have R2 rule detect T1047 strength=0.5 status=disabled basis=tagged
    ";
    let said = |id: &str, sole: &str, why| (id.to_owned(), sole.to_owned(), why);
    let expected = [
        said("T1047", "R1", Why::Off),
        said("T1059", "R2", Why::Off),
        said("T1106", "R3", Why::Gone),
    ];
    assert_eq!(lost(before, after), expected);
    let moved = "have R1 rule detect T1106 strength=0.5 status=enabled basis=tagged\n";
    let one = "have R1 rule detect T1047 strength=0.5 status=enabled basis=tagged\n";
    assert_eq!(lost(one, moved), [said("T1047", "R1", Why::Unmapped)]);
}

#[test]
fn a_cover_that_was_not_the_only_one_or_is_replaced_may_go() {
    let two = "
        have R1 rule detect T1047 strength=0.5 status=enabled basis=tagged
        have R2 rule detect T1047 strength=0.5 status=enabled basis=tagged
    ";
    assert_eq!(lost(two, ""), []);
    let one = "have R1 rule detect T1047 strength=0.5 status=enabled basis=tagged\n";
    let other = "have R9 rule detect T1047 strength=0.5 status=enabled basis=tagged\n";
    assert_eq!(lost(one, other), []);
    assert_eq!(lost(one, "decide T1047 accept\n"), []);
}

#[test]
fn a_decision_past_its_day_is_a_case() {
    let world = Fixture::parse(&format!(
        "{WORLD}
        as_of 2025-12-01
        decide T1047 fix due 2025-11-01 owner Bea
        decide T1059 accept until 2025-11-01
        decide T1106 accept until 2026-11-01
    "
    ));
    let found = alone(&Gate { no_overdue: true, ..Gate::default() }, &world.inputs());
    let cases = &found.findings[0].cases;
    let said: Vec<_> =
        cases.iter().map(|case| (case.technique.map(|id| id.to_string()), case.why)).collect();
    let id = |text: &str| Some(text.to_owned());
    let expected = [(id("T1047"), Some(Why::Overdue)), (id("T1059"), Some(Why::Expired))];
    assert_eq!(said, expected);
    assert!(!found.is_passed);
}
