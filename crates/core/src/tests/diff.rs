//! Differences: they add up, turn round, and are nothing between equals.

use proptest::prelude::*;

use super::properties::world;
use crate::assessment::assess;
use crate::diff::{Diff, Factor, diff};
use crate::fixture::Fixture;
use crate::inputs::Inputs;
use crate::score::round9;

/// Two worlds of one release.
pub(super) fn pair() -> impl Strategy<Value = (Fixture, Fixture)> {
    (world(), world()).prop_map(|(one, other)| {
        let other = Fixture { attack: one.attack.clone(), catalog: one.catalog.clone(), ..other };
        (one, other)
    })
}

pub(super) fn compared(before: &Inputs<'_>, after: &Inputs<'_>) -> Diff {
    diff((&assess(before), before), (&assess(after), after))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn nothing_changes_between_equals(world in world()) {
        let inputs = world.inputs();
        let found = compared(&inputs, &inputs);
        prop_assert_eq!(found.delta, 0.0);
        prop_assert!(found.by_factor.values().all(|part| *part == 0.0));
        prop_assert!(found.moved.is_empty());
        prop_assert_eq!(found.gaps, Default::default());
    }

    #[test]
    fn factors_add_up_and_turn_round((one, other) in pair()) {
        let (before, after) = (one.inputs(), Inputs { attack: &one.attack, catalog: &one.catalog, ..other.inputs() });
        let (there, back) = (compared(&before, &after), compared(&after, &before));
        let sum: f64 = there.by_factor.values().sum();
        prop_assert!((sum - there.delta).abs() <= 5e-9, "{sum} {}", there.delta);
        prop_assert!((there.delta + back.delta).abs() <= 1e-9);
        for factor in Factor::ALL {
            let (a, b) = (there.by_factor[&factor], back.by_factor[&factor]);
            prop_assert!((a + b).abs() <= 2e-9, "{factor:?}: {a} {b}");
        }
        prop_assert_eq!(there.by_factor[&Factor::Attack], 0.0);
    }

    #[test]
    fn what_alone_changed_has_all_of_it((one, other) in pair()) {
        let before = one.inputs();
        let changed: [(Factor, Inputs<'_>); 3] = [
            (Factor::Evidence, Inputs { capabilities: other.inputs().capabilities, ..before.clone() }),
            (Factor::Profile, Inputs { profile: other.profile.clone(), ..before.clone() }),
            (Factor::Policy, Inputs { policy: other.policy.clone(), ..before.clone() }),
        ];
        for (factor, after) in changed {
            let found = compared(&before, &after);
            prop_assert!((found.by_factor[&factor] - found.delta).abs() <= 2e-9);
            let others = found.by_factor.iter().filter(|(other, _)| **other != factor);
            prop_assert!(others.into_iter().all(|(_, part)| *part == 0.0));
        }
    }

    #[test]
    fn gaps_that_come_and_go_turn_round((one, other) in pair()) {
        // Decisions aside, what is new one way is closed the other way, as far as it is in scope.
        let before = Inputs { dispositions: Vec::new(), ..one.inputs() };
        let after = Inputs { dispositions: Vec::new(), scope: one.scope.clone(), attack: &one.attack, catalog: &one.catalog, ..other.inputs() };
        let (there, back) = (compared(&before, &after), compared(&after, &before));
        let sorted = |ids: &[crate::id::TechniqueId]| { let mut ids = ids.to_vec(); ids.sort_unstable(); ids };
        prop_assert_eq!(sorted(&there.gaps.new), sorted(&back.gaps.closed));
        prop_assert_eq!(sorted(&there.gaps.closed), sorted(&back.gaps.new));
    }
}

const OLD: &str = "
    tactic TA0005 evasion Evasion
    technique T1562 \"Impair Defenses\" in evasion on Windows
    technique T1562.001 \"Disable Tools\" in evasion on Windows
    technique T1059 Interpreter in evasion on Windows
    group G0001 Bear uses T1562.001,T1059
    profile G0001=1
    have R1 rule detect T1562.001 strength=0.9 status=enabled basis=validated
";

const NEW: &str = "
    tactic TA0005 evasion Evasion
    technique T1685 \"Disable Tools\" in evasion on Windows
    technique T1059 Interpreter in evasion on Windows
    technique T1682 \"Something new\" in evasion on Windows
    revoked T1562 by T1685
    revoked T1562.001 by T1685
    group G0001 Bear uses T1685,T1059,T1682
    profile G0001=1
    have R1 rule detect T1685 strength=0.9 status=enabled basis=validated
";

#[test]
fn another_release_is_a_factor_of_its_own() {
    let (old, mut new) = (Fixture::parse(OLD), Fixture::parse(NEW));
    new.attack.version = "2.0".to_owned();
    new.attack.sha256 = "new".to_owned();
    let (before, after) = (old.inputs(), new.inputs());
    let found = compared(&before, &after);
    // The same rule, said against either release: evidence changed nothing.
    assert_eq!(found.by_factor[&Factor::Evidence], 0.0);
    assert_eq!(found.by_factor[&Factor::Profile], 0.0);
    assert_eq!(found.by_factor[&Factor::Attack], found.delta);
    assert!(found.delta < 0.0, "there is more to cover: {}", found.delta);
    let change = found.attack.as_ref().expect("the release changed");
    let id = |text: &str| text.parse().expect("it is an id");
    assert_eq!(change.new, [id("T1682")]);
    assert_eq!(change.replaced[&id("T1562.001")], id("T1685"));
    assert_eq!(found.gaps.new, [id("T1682")]);
    assert!(found.gaps.closed.is_empty(), "T1562.001 and T1685 are one");
}

#[test]
fn a_release_that_is_not_at_hand_leaves_something_unexplained() {
    let (old, mut new) = (Fixture::parse(OLD), Fixture::parse(NEW));
    new.attack.sha256 = "new".to_owned();
    let before = assess(&old.inputs());
    let after = new.inputs();
    // The earlier release is lost: its inputs can only stand on the later one.
    let on_the_later = before.inputs(&new.attack, &new.catalog);
    let found = diff((&before, &on_the_later), (&assess(&after), &after));
    assert!(!found.by_factor.contains_key(&Factor::Attack));
    let sum: f64 = found.by_factor.values().sum();
    assert_eq!(found.unexplained, Some(round9(found.delta - sum)));
    assert_eq!(found.by_factor[&Factor::Evidence], 0.0);
}

#[test]
fn a_promise_is_kept_when_the_gap_is_closed() {
    let world = "
        tactic TA0002 execution Execution
        technique T1059 Interpreter in execution on Windows
        technique T1047 WMI in execution on Windows
        group G0001 Bear uses T1059,T1047
        profile G0001=1
        decide T1059 fix due 2025-12-10
        decide T1047 fix due 2025-12-10
    ";
    let rule = "have R1 rule detect T1059 strength=0.9 status=enabled basis=validated\n";
    let before = Fixture::parse(world);
    let after = Fixture::parse(&format!("{world}{rule}as_of 2025-12-20\n"));
    let after = Inputs { attack: &before.attack, catalog: &before.catalog, ..after.inputs() };
    let found = compared(&before.inputs(), &after);
    let said: Vec<_> =
        found.promised.iter().map(|p| (p.technique.to_string(), p.is_kept, p.is_overdue)).collect();
    assert_eq!(said, [("T1047".to_owned(), false, true), ("T1059".to_owned(), true, false)]);
    assert_eq!(found.gaps.closed, ["T1059".parse().expect("it is an id")]);
}
