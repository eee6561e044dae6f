//! The greedy choice of what helps most, step by step, and how far it can be from the best choice
//! there is. What "helps" means is an [`Objective`]; it has to be monotone and submodular: nothing
//! ever hurts, and nothing helps more after something else was taken than before.
//!
//! Then `k` greedy steps reach at least `1 - 1/e` of the best `k` (Nemhauser, Wolsey and Fisher
//! 1978); under a budget, the better of the greedy choice by gain for cost and the best single
//! candidate reaches at least half of that (Khuller, Moss and Naor 1999, Leskovec et al. 2007).
//! A candidate is only looked at again where its last known gain could still make it the next
//! choice (lazy evaluation, CELF); the choice is that of looking at all of them.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// What is to be made as large as possible by taking candidates, which go by their position.
pub trait Objective {
    /// What a candidate would add to what was taken so far, not below 0.
    fn gain(&self, candidate: usize) -> f64;
    /// Takes a candidate.
    fn take(&mut self, candidate: usize);
}

/// What a candidate costs, and what it is called where nothing else tells two of them apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offer<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its cost in any unit, above 0.
    pub cost: f64,
}

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// So many candidates, whatever they cost.
    Count(usize),
    /// So much cost.
    Budget(f64),
}

/// What was chosen, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The candidates in the order of the choice.
    pub picks: Vec<usize>,
    /// How they were chosen.
    pub algorithm: Algorithm,
    /// What the best choice under the same goal can gain at the most.
    pub upper_bound: f64,
}

/// The ways to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// The largest gain next.
    Greedy,
    /// The largest gain for its cost next, of what can still be paid.
    RatioGreedy,
    /// The one candidate with the largest gain that can be paid: more than the ratio brings.
    BestSingle,
}

impl Algorithm {
    /// The name in the JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Greedy => "greedy",
            Self::RatioGreedy => "ratio_greedy",
            Self::BestSingle => "best_single",
        }
    }
}

/// Chooses among offers until the goal is reached or nothing gains anything; afterwards the
/// objective has taken what was chosen. `fresh` is an objective that has taken nothing.
pub fn choose<O: Objective + Clone>(fresh: &O, offers: &[Offer<'_>], goal: Goal) -> (Choice, O) {
    match goal {
        Goal::Count(count) => {
            let mut objective = fresh.clone();
            let taken = lazily(&mut objective, offers, count, f64::INFINITY, Value::gain);
            let bound = taken.total + best_of_the_rest(&objective, offers, &taken.picks, count);
            let choice =
                Choice { picks: taken.picks, algorithm: Algorithm::Greedy, upper_bound: bound };
            (choice, objective)
        }
        Goal::Budget(budget) => within(fresh, offers, budget),
    }
}

fn within<O: Objective + Clone>(fresh: &O, offers: &[Offer<'_>], budget: f64) -> (Choice, O) {
    let mut objective = fresh.clone();
    let taken = lazily(&mut objective, offers, usize::MAX, budget, Value::ratio);
    let bound = taken.total + fraction_of_the_rest(&objective, offers, &taken.picks, budget);
    let mut single = fresh.clone();
    let alone = lazily(&mut single, offers, 1, budget, Value::gain);
    if round12(alone.total) > round12(taken.total) {
        let (picks, algorithm) = (alone.picks, Algorithm::BestSingle);
        return (Choice { picks, algorithm, upper_bound: bound }, single);
    }
    let (picks, algorithm) = (taken.picks, Algorithm::RatioGreedy);
    (Choice { picks, algorithm, upper_bound: bound }, objective)
}

/// The precision to which gains are compared.
fn round12(value: f64) -> f64 {
    (value * 1e12).round() / 1e12
}

/// What a candidate is worth by its last known gain.
#[derive(Clone, Copy)]
struct Value<'a> {
    worth: f64,
    offer: Offer<'a>,
    candidate: usize,
    /// After how many picks its gain was looked at.
    seen_after: usize,
}

impl Value<'_> {
    fn gain(gain: f64, _: f64) -> f64 {
        round12(gain)
    }

    fn ratio(gain: f64, cost: f64) -> f64 {
        round12(gain / cost)
    }
}

/// The next pick is the greatest: most worth, then least cost, then smallest id.
impl Ord for Value<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.worth
            .total_cmp(&other.worth)
            .then(other.offer.cost.total_cmp(&self.offer.cost))
            .then(other.offer.id.cmp(self.offer.id))
            .then(other.candidate.cmp(&self.candidate))
    }
}

impl PartialOrd for Value<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value<'_> {}

struct Taken {
    picks: Vec<usize>,
    total: f64,
}

/// Takes what is worth most next, at most `count` candidates for at most `budget`.
fn lazily<O: Objective>(
    objective: &mut O,
    offers: &[Offer<'_>],
    count: usize,
    budget: f64,
    worth: fn(f64, f64) -> f64,
) -> Taken {
    let look = |objective: &O, candidate: usize, seen_after: usize| {
        let offer = offers[candidate];
        Value { worth: worth(objective.gain(candidate), offer.cost), offer, candidate, seen_after }
    };
    let all = 0..offers.len();
    let mut heap: BinaryHeap<Value<'_>> = all.map(|c| look(objective, c, 0)).collect();
    let mut taken = Taken { picks: Vec::new(), total: 0.0 };
    let mut left = budget;
    while taken.picks.len() < count
        && let Some(first) = heap.pop()
    {
        if first.worth <= 0.0 {
            break;
        }
        // What cannot be paid now never can be.
        if first.offer.cost > left {
            continue;
        }
        if first.seen_after < taken.picks.len() {
            heap.push(look(objective, first.candidate, taken.picks.len()));
            continue;
        }
        taken.total += objective.gain(first.candidate);
        objective.take(first.candidate);
        left -= first.offer.cost;
        taken.picks.push(first.candidate);
    }
    taken
}

/// The gains of what was not taken.
fn rest<'a>(
    objective: &'a impl Objective,
    offers: &'a [Offer<'_>],
    picks: &'a [usize],
) -> impl Iterator<Item = (f64, f64)> + 'a {
    let all = 0..offers.len();
    let left = all.filter(move |candidate| !picks.contains(candidate));
    left.map(|candidate| (objective.gain(candidate), offers[candidate].cost))
}

/// No choice of `count` gains more than what was taken and the `count` largest gains that are left.
fn best_of_the_rest(
    objective: &impl Objective,
    offers: &[Offer<'_>],
    picks: &[usize],
    count: usize,
) -> f64 {
    let mut gains: Vec<f64> = rest(objective, offers, picks).map(|(gain, _)| gain).collect();
    gains.sort_by(|a, b| b.total_cmp(a));
    gains.iter().take(count).sum()
}

/// No choice within a budget gains more than what was taken and the best that the whole budget
/// buys of what is left, the last of it in part.
fn fraction_of_the_rest(
    objective: &impl Objective,
    offers: &[Offer<'_>],
    picks: &[usize],
    budget: f64,
) -> f64 {
    let affordable = rest(objective, offers, picks).filter(|(_, cost)| *cost <= budget);
    let mut gains: Vec<(f64, f64)> = affordable.collect();
    gains.sort_by(|a, b| (b.0 / b.1).total_cmp(&(a.0 / a.1)));
    let mut left = budget;
    let bought = gains.into_iter().map(|(gain, cost)| {
        let share = (left / cost).min(1.0);
        left -= share * cost;
        share * gain
    });
    bought.sum()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Plain set cover: each candidate covers some things, every thing counts once.
    #[derive(Clone)]
    struct Cover<'a> {
        sets: &'a [Vec<u8>],
        weights: &'a [u32],
        covered: BTreeSet<u8>,
    }

    impl Cover<'_> {
        fn new<'a>(sets: &'a [Vec<u8>], weights: &'a [u32]) -> Cover<'a> {
            Cover { sets, weights, covered: BTreeSet::new() }
        }

        fn value(&self, picks: &[usize]) -> f64 {
            let things: BTreeSet<u8> = picks.iter().flat_map(|p| &self.sets[*p]).copied().collect();
            things.iter().map(|thing| f64::from(self.weights[usize::from(*thing)])).sum()
        }
    }

    impl Objective for Cover<'_> {
        fn gain(&self, candidate: usize) -> f64 {
            let new: BTreeSet<u8> = self.sets[candidate].iter().copied().collect();
            let new = new.difference(&self.covered);
            new.map(|thing| f64::from(self.weights[usize::from(*thing)])).sum()
        }

        fn take(&mut self, candidate: usize) {
            self.covered.extend(&self.sets[candidate]);
        }
    }

    /// Looks at every candidate at every step.
    fn plainly(mut objective: impl Objective, offers: &[Offer<'_>], goal: Goal) -> Vec<usize> {
        let mut picks: Vec<usize> = Vec::new();
        let mut left = match goal {
            Goal::Budget(budget) => budget,
            Goal::Count(_) => f64::INFINITY,
        };
        loop {
            let count = match goal {
                Goal::Count(count) => count,
                Goal::Budget(_) => usize::MAX,
            };
            if picks.len() >= count {
                return picks;
            }
            let open = (0..offers.len()).filter(|c| !picks.contains(c) && offers[*c].cost <= left);
            let worth = |candidate: &usize| {
                let gain = objective.gain(*candidate);
                match goal {
                    Goal::Count(_) => round12(gain),
                    Goal::Budget(_) => round12(gain / offers[*candidate].cost),
                }
            };
            let best = open.filter(|c| worth(c) > 0.0).min_by(|a, b| {
                let (a_offer, b_offer) = (offers[*a], offers[*b]);
                worth(b)
                    .total_cmp(&worth(a))
                    .then(a_offer.cost.total_cmp(&b_offer.cost))
                    .then(a_offer.id.cmp(b_offer.id))
            });
            let Some(best) = best else { return picks };
            objective.take(best);
            left -= offers[best].cost;
            picks.push(best);
        }
    }

    /// The most that any choice gains.
    fn best(cover: &Cover<'_>, costs: &[u32], goal: Goal) -> f64 {
        let subsets = (0u32..1 << costs.len())
            .map(|mask| (0..costs.len()).filter(|at| mask >> at & 1 == 1).collect::<Vec<usize>>());
        let is_allowed = |picks: &Vec<usize>| match goal {
            Goal::Count(count) => picks.len() <= count,
            Goal::Budget(budget) => {
                picks.iter().map(|p| f64::from(costs[*p])).sum::<f64>() <= budget
            }
        };
        subsets.filter(is_allowed).map(|picks| cover.value(&picks)).fold(0.0, f64::max)
    }

    type Instance = (Vec<Vec<u8>>, Vec<u32>, Vec<u32>);

    fn instance() -> impl Strategy<Value = Instance> {
        let sets = proptest::collection::vec(proptest::collection::vec(0u8..12, 0..5), 1..9);
        sets.prop_flat_map(|sets| {
            let costs = proptest::collection::vec(1u32..6, sets.len());
            (Just(sets), proptest::collection::vec(0u32..9, 12), costs)
        })
    }

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|at| format!("c{at}")).collect()
    }

    fn offers<'a>(names: &'a [String], costs: &[u32]) -> Vec<Offer<'a>> {
        let offer = |(id, cost): (&'a String, &u32)| Offer { id, cost: f64::from(*cost) };
        names.iter().zip(costs).map(offer).collect()
    }

    proptest! {
        #[test]
        fn lazy_is_plain_and_within_its_bounds((sets, weights, costs) in instance(), k in 1usize..5, budget in 1u32..12) {
            let names = names(sets.len());
            let offers = offers(&names, &costs);
            let cover = Cover::new(&sets, &weights);
            for goal in [Goal::Count(k), Goal::Budget(f64::from(budget))] {
                let (choice, _) = choose(&cover, &offers, goal);
                let found = cover.value(&choice.picks);
                let best = best(&cover, &costs, goal);
                prop_assert!(found <= best && best <= choice.upper_bound + 1e-9, "{found} {best}");
                let guaranteed = match goal { Goal::Count(_) => 0.632, Goal::Budget(_) => 0.316 };
                prop_assert!(found >= guaranteed * best, "{found} of {best}");
                if choice.algorithm != Algorithm::BestSingle {
                    prop_assert_eq!(&choice.picks, &plainly(cover.clone(), &offers, goal));
                }
            }
        }

        #[test]
        fn fewer_steps_are_the_first_of_more_and_gain_less_and_less((sets, weights, costs) in instance()) {
            let names = names(sets.len());
            let offers = offers(&names, &costs);
            let cover = Cover::new(&sets, &weights);
            let (all, _) = choose(&cover, &offers, Goal::Count(sets.len()));
            for k in 0..sets.len() {
                let (some, _) = choose(&cover, &offers, Goal::Count(k));
                prop_assert_eq!(&some.picks[..], &all.picks[..k.min(all.picks.len())]);
            }
            let values: Vec<f64> = (0..=all.picks.len()).map(|k| cover.value(&all.picks[..k])).collect();
            let gains: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
            prop_assert!(gains.iter().all(|gain| *gain > 0.0), "{gains:?}");
            prop_assert!(gains.windows(2).all(|pair| pair[1] <= pair[0]), "{gains:?}");
        }

        #[test]
        fn the_order_of_the_candidates_does_not_matter((sets, weights, costs) in instance(), k in 1usize..5) {
            let names = names(sets.len());
            let forward = offers(&names, &costs);
            let (found, _) = choose(&Cover::new(&sets, &weights), &forward, Goal::Count(k));
            let backward: Vec<Offer<'_>> = forward.iter().rev().copied().collect();
            let reversed: Vec<Vec<u8>> = sets.iter().rev().cloned().collect();
            let (other, _) = choose(&Cover::new(&reversed, &weights), &backward, Goal::Count(k));
            let ids = |picks: &[usize], offers: &[Offer<'_>]| picks.iter().map(|p| offers[*p].id.to_owned()).collect::<Vec<_>>();
            prop_assert_eq!(ids(&found.picks, &forward), ids(&other.picks, &backward));
        }
    }

    #[test]
    fn greedy_is_not_always_the_best_and_its_bound_says_so() {
        // The two halves cover all; the large piece in the middle comes first and spoils it.
        let sets = [vec![0, 1, 2, 3], vec![0, 1, 4], vec![2, 3, 5]];
        let weights = [1; 12];
        let cover = Cover::new(&sets, &weights);
        let names = names(3);
        let (choice, _) = choose(&cover, &offers(&names, &[1, 1, 1]), Goal::Count(2));
        let found = cover.value(&choice.picks);
        let best = best(&cover, &[1, 1, 1], Goal::Count(2));
        assert_eq!((found, best), (5.0, 6.0));
        assert!(choice.upper_bound >= best);
    }

    #[test]
    fn a_dear_candidate_alone_may_be_worth_more_than_many_cheap_ones() {
        let sets = [vec![0], vec![1, 2, 3, 4, 5]];
        let weights = [1; 12];
        let cover = Cover::new(&sets, &weights);
        let names = names(2);
        // By ratio: 1 for 1 comes before 5 for 6, which is then beyond the budget.
        let (choice, _) = choose(&cover, &offers(&names, &[1, 6]), Goal::Budget(6.0));
        assert_eq!((choice.algorithm, choice.picks), (Algorithm::BestSingle, vec![1]));
    }
}
