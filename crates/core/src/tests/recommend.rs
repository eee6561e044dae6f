//! Recommendations against the assessment itself, and against every choice there is.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;

use super::assert_near;
use super::properties::{addition, capability, placed, world};
use crate::assessment::assess;
use crate::candidate::Candidate;
use crate::capability::{Basis, Capability, Kind, Status};
use crate::fixture::Fixture;
use crate::greedy::Goal;
use crate::next_move::Move;
use crate::recommend::{Recommendation, idle, recommend, tests_first};

/// A capability and the positions of its techniques.
type Row = (Capability, Vec<usize>);

/// Candidates of one or two rows each, with costs of 1 to 5.
type Offered = Vec<(Vec<Row>, u32)>;

fn offered() -> impl Strategy<Value = Offered> {
    vec((vec(addition(), 1..=2), 1u32..=5), 1..=6)
}

fn candidates(world: &Fixture, offered: Offered) -> Vec<Candidate> {
    let candidate = |(at, (rows, cost)): (usize, (Vec<Row>, u32))| Candidate {
        id: format!("step-{at}"),
        title: String::new(),
        next_move: Move::Enable,
        cost: f64::from(cost),
        capabilities: rows
            .into_iter()
            .enumerate()
            .map(|(row, (capability, techniques))| {
                // It is about what would be there.
                let on = Capability { status: Status::Enabled, ..capability };
                let id = format!("new-{at}-{row}");
                Arc::new(placed(&world.attack, (on, techniques), id, 100 + row))
            })
            .collect(),
    };
    offered.into_iter().enumerate().map(candidate).collect()
}

/// What the assessment says with some of the candidates.
fn expected(world: &Fixture, taken: &[&Candidate]) -> f64 {
    let mut inputs = world.inputs();
    inputs.capabilities.extend(taken.iter().flat_map(|c| &c.capabilities).cloned());
    assess(&inputs).headline.threat_weighted.exp
}

fn named<'a>(candidates: &'a [Candidate], found: &Recommendation) -> Vec<&'a Candidate> {
    let by_id = |id: &str| candidates.iter().find(|c| c.id == id).expect("it is a candidate");
    found.picks.iter().map(|pick| by_id(&pick.id)).collect()
}

fn subsets(candidates: &[Candidate]) -> Vec<Vec<&Candidate>> {
    let subset = |mask: usize| {
        let taken = candidates.iter().enumerate().filter(|(at, _)| mask >> at & 1 == 1);
        taken.map(|(_, candidate)| candidate).collect()
    };
    (0..1 << candidates.len()).map(subset).collect()
}

fn cost(taken: &[&Candidate]) -> f64 {
    taken.iter().map(|c| c.cost).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_gain_is_what_the_assessment_finds(world in world(), offered in offered(), k in 1usize..5) {
        let candidates = candidates(&world, offered);
        let found = recommend(&world.inputs(), &candidates, Goal::Count(k));
        let taken = named(&candidates, &found);
        assert_near(found.base, expected(&world, &[]), "base");
        for (at, pick) in found.picks.iter().enumerate() {
            let gain = expected(&world, &taken[..=at]) - found.base;
            // Two rounded figures are subtracted.
            prop_assert!((pick.cumulative - gain).abs() <= 3e-9, "{} {gain}", pick.cumulative);
            prop_assert!(pick.gain > 0.0);
            let parts: f64 = pick.techniques.iter().map(|helped| helped.gain).sum();
            prop_assert!((parts - pick.gain).abs() <= 2e-8, "{parts} {}", pick.gain);
        }
        prop_assert!(found.picks.windows(2).all(|p| p[1].gain <= p[0].gain + 2e-9));
    }

    #[test]
    fn no_other_choice_gains_more_than_the_bound(world in world(), offered in offered(), k in 1usize..4, budget in 1u32..12) {
        let candidates = candidates(&world, offered);
        let base = expected(&world, &[]);
        for goal in [Goal::Count(k), Goal::Budget(f64::from(budget))] {
            let found = recommend(&world.inputs(), &candidates, goal);
            let is_allowed = |taken: &Vec<&Candidate>| match goal {
                Goal::Count(count) => taken.len() <= count,
                Goal::Budget(budget) => cost(taken) <= budget,
            };
            let allowed = subsets(&candidates).into_iter().filter(is_allowed);
            let best = allowed.map(|taken| expected(&world, &taken) - base).fold(0.0, f64::max);
            let gained = found.picks.last().map_or(0.0, |pick| pick.cumulative);
            prop_assert!(best <= found.upper_bound_gain + 3e-9, "{best} {}", found.upper_bound_gain);
            prop_assert!(gained <= best + 3e-9);
            prop_assert!(gained >= found.certified_ratio * best - 3e-9);
            prop_assert!(is_allowed(&named(&candidates, &found)));
        }
    }

    #[test]
    fn candidates_in_another_order_give_the_same(world in world(), offered in offered(), k in 1usize..5) {
        let candidates = candidates(&world, offered);
        let backward: Vec<Candidate> = candidates.iter().rev().cloned().collect();
        let (one, other) = (
            recommend(&world.inputs(), &candidates, Goal::Count(k)),
            recommend(&world.inputs(), &backward, Goal::Count(k)),
        );
        prop_assert_eq!(one.picks.iter().map(|p| &p.id).collect::<Vec<_>>(), other.picks.iter().map(|p| &p.id).collect::<Vec<_>>());
        let more = recommend(&world.inputs(), &candidates, Goal::Count(k + 1));
        prop_assert_eq!(&one.picks[..], &more.picks[..one.picks.len()]);
    }

    #[test]
    fn a_data_source_in_a_bundle_gains_at_least_what_is_said(world in world(), row in addition(), source in capability(), k in 1usize..3) {
        let on = |(capability, techniques): (Capability, Vec<usize>), kind: Kind, id: &str| {
            let function = if kind == Kind::DataSource { crate::capability::Function::Observe } else { capability.function };
            let capability = Capability { status: Status::Enabled, kind, function, ..capability };
            Arc::new(placed(&world.attack, (capability, techniques), id.to_owned(), 1))
        };
        let kind = row.0.kind;
        let candidates = [Candidate {
            id: "bundle".to_owned(),
            title: String::new(),
            next_move: Move::Onboard,
            cost: 1.0,
            capabilities: vec![on(row, kind, "new-row"), on(source, Kind::DataSource, "new-source")],
        }];
        let found = recommend(&world.inputs(), &candidates, Goal::Count(k));
        let taken = named(&candidates, &found);
        // A worse source of a component never replaces a better one, so that nothing gets worse;
        // one of which nothing was known may now gate what counted in full.
        let gates = |c: &&Capability| c.kind == Kind::DataSource && c.basis != Basis::Category && c.segments.is_empty();
        let known = world.capabilities.iter().filter(gates).flat_map(|c| &c.data_components).collect::<Vec<_>>();
        let gates_others = candidates[0].capabilities[1].data_components.iter().any(|c| !known.contains(&c));
        if !gates_others {
            let gain = expected(&world, &taken) - found.base;
            prop_assert!(gain >= found.picks.last().map_or(0.0, |p| p.cumulative) - 3e-9);
        }
    }

    #[test]
    fn what_is_idle_gains_nothing(world in world(), offered in offered()) {
        let candidates = candidates(&world, offered);
        let base = expected(&world, &[]);
        let inputs = world.inputs();
        let idle = idle(&inputs, &candidates);
        for candidate in &candidates {
            let gain = expected(&world, &[candidate]) - base;
            prop_assert_eq!(idle.contains(&candidate.id.as_str()), gain < 1e-9, "{}", gain);
        }
    }

    #[test]
    fn a_test_proves_what_the_assessment_finds(world in world()) {
        let inputs = world.inputs();
        let proven = |capabilities: Vec<Arc<Capability>>| {
            let inputs = crate::Inputs { capabilities, ..inputs.clone() };
            assess(&inputs).headline.threat_weighted.lo
        };
        let base = proven(inputs.capabilities.clone());
        let found = tests_first(&inputs, usize::MAX);
        prop_assert!(found.windows(2).all(|pair| pair[0].gain_lo >= pair[1].gain_lo));
        for test in found {
            let own: Vec<_> = world.capabilities.iter().filter(|c| c.id == test.id).collect();
            let [own] = own[..] else { continue };
            let more = |count: Option<u32>| Some(count.unwrap_or(0) + 1);
            let tested = Arc::new(Capability {
                tests_passed: more(own.tests_passed),
                tests_run: more(own.tests_run),
                tests_last: Some(inputs.as_of),
                ..own.clone()
            });
            let with = |c: &Arc<Capability>| if c.id == test.id { Arc::clone(&tested) } else { Arc::clone(c) };
            let gain = proven(inputs.capabilities.iter().map(with).collect()) - base;
            prop_assert!((gain - test.gain_lo).abs() <= 3e-9, "{gain} {}", test.gain_lo);
        }
    }
}
