//! Every gap has one move, and how firm its place is says something.

use proptest::prelude::*;

use super::properties::world;
use super::technique;
use crate::fixture::Fixture;
use crate::next_move::{Move, State};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn moves_share_out_the_gaps(world in world()) {
        let assessment = world.assess();
        for technique in &assessment.techniques {
            prop_assert_eq!(technique.rank.is_some(), technique.next_move.is_some());
            prop_assert_eq!(technique.rank.is_some(), technique.sensitivity.is_some());
            prop_assert_eq!(technique.state == Some(State::Enough), technique.gap == 0.0, "{}", technique.gap);
            if let Some(sensitivity) = technique.sensitivity {
                prop_assert!(sensitivity.top10 <= sensitivity.runs);
                // As many techniques as this can never push one out of the first ten.
                prop_assert!(assessment.techniques.len() > 10 || technique.is_accepted() || sensitivity.top10 > 0);
            }
        }
        for adversary in &assessment.adversaries {
            let band = adversary.band.expect("an assessment has bands");
            prop_assert!(band.least <= adversary.coverage + 1e-9 && adversary.coverage <= band.most + 1e-9);
        }
    }
}

/// The moves and states of a small world, technique by technique.
#[track_caller]
fn check(have: &str, expected: &[(&str, State, Option<Move>)]) {
    let world = format!(
        "
        tactic TA0002 execution Execution
        technique T1047 WMI in execution on Windows
        technique T1059 Interpreter in execution on Windows
        technique T1082 Discovery in execution on Windows
        mitigation M1038 \"Execution Prevention\" of T1059
        component DC0032 \"Process Creation\" shows T1047
        group G0001 Bear uses T1047,T1059,T1082
        profile G0001=1
        {have}
        "
    );
    let assessment = Fixture::parse(&world).assess();
    for (id, state, next_move) in expected {
        let technique = technique(&assessment, id);
        assert_eq!((technique.state, technique.next_move), (Some(*state), *next_move), "{id}");
    }
}

#[test]
fn what_nobody_has_is_onboarded_prevented_or_accepted() {
    let expected = [
        ("T1047", State::Blind, Some(Move::Onboard)),
        ("T1059", State::Blind, Some(Move::Prevent)),
        ("T1082", State::Blind, Some(Move::Accept)),
    ];
    check("", &expected);
}

#[test]
fn where_telemetry_is_a_rule_is_written() {
    let source = "have D1 source observe DC0032 status=implemented telemetry=1";
    check(source, &[("T1047", State::Seen, Some(Move::Write))]);
}

#[test]
fn a_rule_that_is_off_is_switched_on() {
    let rule = "have R1 rule detect T1059 rule_status=stable status=disabled basis=tagged";
    check(rule, &[("T1059", State::Off, Some(Move::Enable))]);
    let planned = "have R1 rule detect T1082 rule_status=stable status=planned basis=tagged";
    check(planned, &[("T1082", State::Off, Some(Move::Write))]);
}

#[test]
fn a_claim_that_would_be_enough_is_tested() {
    let control = "have C1 control prevent T1059 strength=0.9 status=implemented basis=unknown";
    check(control, &[("T1059", State::Claimed, Some(Move::Test))]);
}

#[test]
fn enough_calls_for_nothing() {
    let control = "have C1 control prevent T1059 strength=0.9 status=implemented basis=validated";
    check(control, &[("T1059", State::Enough, None)]);
}
