//! Contributions against the assessment itself.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::assert_near;
use super::properties::world;
use crate::assessment::{Assessment, assess};
use crate::capability::{Capability, Kind};
use crate::contribution::{ByTactic, Contribution, Who, by_capability, by_family};
use crate::fixture::Fixture;

/// What the assessment says with some of what covers.
fn with_only(world: &Fixture, stays: impl Fn(&Capability) -> bool) -> Assessment {
    let mut inputs = world.inputs();
    inputs.capabilities.retain(|c| c.kind == Kind::DataSource || stays(c));
    assess(&inputs)
}

/// Two figures that are nine decimals each differ by nine decimals, and one unit more each.
fn assert_close(actual: f64, expected: f64, what: &str) {
    assert!((actual - expected).abs() <= 3e-9, "{what}: {actual} instead of {expected}");
}

fn assert_is_found(world: &Fixture, all: &Assessment, found: &Contribution) {
    let ids: BTreeSet<&String> = found.capabilities.iter().collect();
    let (without, alone) =
        (with_only(world, |c| !ids.contains(&c.id)), with_only(world, |c| ids.contains(&c.id)));
    let headline = |a: &Assessment| a.headline.threat_weighted;
    assert_close(found.lost, headline(all).exp - headline(&without).exp, "lost");
    assert_close(found.lost_lo, headline(all).lo - headline(&without).lo, "lost of what is proven");
    assert_near(found.alone.exp, headline(&alone).exp, "alone");
    assert_near(found.alone.lo, headline(&alone).lo, "alone, proven");
    assert_near(found.alone.hi, headline(&alone).hi, "alone, claimed");
    assert_eq!(found.by_tactic.len(), all.tactics.len());
    for (at, tactic) in found.by_tactic.iter().enumerate() {
        assert_eq!(tactic.tactic, all.tactics[at].id);
        let of = |a: &Assessment| a.tactics[at].threat_weighted;
        assert_close(tactic.lost, of(all) - of(&without), "lost in a tactic");
        assert_near(tactic.alone, of(&alone), "alone in a tactic");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn what_is_lost_and_what_one_is_alone_is_what_the_assessment_finds(world in world()) {
        let inputs = world.inputs();
        let all = assess(&inputs);
        let found = by_capability(&inputs);
        for contribution in &found {
            assert_is_found(&world, &all, contribution);
            prop_assert!(contribution.lost >= 0.0 && contribution.lost_lo >= 0.0);
            prop_assert!(contribution.lost <= contribution.alone.exp + 2e-9, "others only take away");
        }
        prop_assert!(found.windows(2).all(|pair| pair[0].lost >= pair[1].lost));
    }

    #[test]
    fn families_are_everything_that_covers_once(world in world(), most in 1usize..5) {
        let inputs = world.inputs();
        let all = assess(&inputs);
        let found = by_family(&inputs, most);
        prop_assert!(found.len() <= most + 1);
        found.iter().for_each(|contribution| assert_is_found(&world, &all, contribution));
        let mut listed: Vec<&String> = found.iter().flat_map(|c| &c.capabilities).collect();
        listed.sort_unstable();
        let covering = inputs.capabilities.iter().filter(|c| c.kind != Kind::DataSource);
        let covering: BTreeSet<&String> = covering.map(|c| &c.id).collect();
        prop_assert_eq!(listed, covering.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn tactics_add_up_to_what_is_lost(world in world()) {
        let inputs = world.inputs();
        let all = assess(&inputs);
        for found in by_capability(&inputs) {
            let of_whole = |of: fn(&ByTactic) -> f64| {
                let parts = found.by_tactic.iter().zip(&all.tactics);
                parts.map(|(part, tactic)| of(part) * tactic.weight_share).sum::<f64>()
            };
            prop_assert!((of_whole(|part| part.lost) - found.lost).abs() < 1e-8);
            prop_assert!((of_whole(|part| part.alone) - found.alone.exp).abs() < 1e-8);
        }
    }
}

const SHOP: &str = "
    tactic TA0001 initial-access \"Initial Access\"
    tactic TA0002 execution Execution
    technique T1059 Interpreter in execution on Windows
    technique T1047 WMI in execution on Windows
    technique T1566 Phishing in initial-access on Windows
    group G0001 Bear uses T1059,T1047,T1566
    profile G0001=1
    policy beta=0
    have C1 control prevent T1059,T1566 strength=0.5 status=implemented basis=validated cost=3 owner=Ann
    have C2 control prevent T1059 strength=0.5 status=implemented basis=validated cost=2
    have C3 control prevent T1047 strength=0.5 status=planned cost=1
    have R1 rule detect T1047 strength=0.8 status=enabled basis=tagged family=windows/process_creation/sysmon
    have R2 rule detect T1059 strength=0.8 status=enabled basis=tagged family=windows/process_creation
    have S1 source observe DC0001 telemetry=1
";

#[test]
fn overlap_is_the_distance_between_alone_and_lost() {
    let world = Fixture::parse(SHOP);
    let found = by_capability(&world.inputs());
    let one = |id: &str| found.iter().find(|c| c.name == id).expect("it is there");
    assert!(one("C2").lost < one("C2").alone.exp, "C1 and R2 do the same");
    assert_eq!(one("R1").lost, one("R1").alone.exp, "nothing else is about WMI");
    assert_eq!((one("C3").lost, one("C3").counting), (0.0, 0), "it is planned");
    assert_near(one("C1").threat_share, 2.0 / 3.0, "two of three techniques");
    assert_eq!((one("C1").cost, &one("C1").owners[..]), (Some(3.0), &["Ann".to_owned()][..]));
    assert!(found.iter().all(|c| c.name != "S1"), "a data source covers nothing");
}

#[test]
fn rules_stand_together_by_what_they_read() {
    let world = Fixture::parse(SHOP);
    let found = by_family(&world.inputs(), 12);
    let rules: Vec<&Contribution> = found.iter().filter(|c| c.who == Who::LogSource).collect();
    assert_eq!(rules.len(), 1);
    assert_eq!(rules[0].name, "windows/process_creation");
    assert_eq!(rules[0].capabilities, ["R1", "R2"]);
    assert_eq!(found.iter().filter(|c| c.who == Who::Control).count(), 3);
}

#[test]
fn all_the_others_are_one_row() {
    let world = Fixture::parse(SHOP);
    let found = by_family(&world.inputs(), 2);
    assert_eq!(found.iter().map(|c| c.who).collect::<Vec<_>>()[2..], [Who::Others]);
    assert_eq!(
        found[2].capabilities.len()
            + found[..2].iter().map(|c| c.capabilities.len()).sum::<usize>(),
        5
    );
    // With one row more there would be a single other one, which stands for itself.
    assert!(by_family(&world.inputs(), 3).iter().all(|c| c.who != Who::Others));
}
