//! Recommendations through the binary, against those of an independent implementation.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use model::greedy::{Goal, Objective, Offer, choose};
use serde_json::{Value, json};

use crate::golden;
use crate::support::{assert_equal, json, lacuna_json, scratch, shared};

/// The scenario of the golden figures with its candidates beside it.
fn recommended(shared: &Path, folder: &str, goal: &[&str]) -> Value {
    let folder = scratch(folder);
    golden::write(shared, &folder);
    let scenario = json(&shared.join("golden/scenario.json"));
    let candidates = scenario["candidates"].as_array().unwrap();
    let rows = candidates.iter().flat_map(|candidate| {
        let rows = candidate["evidence"].as_array().unwrap().iter().cloned();
        rows.map(|mut row| {
            row["bundle"] = candidate["id"].clone();
            row["cost"] = candidate["cost"].clone();
            row
        })
    });
    let rows: Vec<Value> = rows.collect();
    fs::write(folder.join("candidates.json"), Value::Array(rows).to_string()).unwrap();
    let options = "--format json --attack 18.1 --as-of 2025-12-01 -c lacuna.toml --candidates candidates.json";
    let args = ["recommend", "register.json"].into_iter().chain(options.split(' '));
    lacuna_json(&folder, &args.chain(goal.iter().copied()).collect::<Vec<_>>())
}

fn check_picks(golden: &Value, found: &Value) {
    let (golden, found) = (golden["picks"].as_array().unwrap(), found["picks"].as_array().unwrap());
    assert_eq!(golden.len(), found.len());
    for (golden, found) in golden.iter().zip(found) {
        assert_eq!(golden["id"], found["id"]);
        for (theirs, ours) in
            [("gain", "gain"), ("cum", "cumulative"), ("spent", "cumulative_cost")]
        {
            assert_equal(&golden[theirs], &found[ours], theirs);
        }
    }
}

#[test]
fn three_steps_are_those_of_the_golden_scenario() {
    let Some(shared) = shared() else { return };
    let golden = &json(&shared.join("golden/model_golden.json"))["greedy_k3"];
    let found = recommended(&shared, "recommend-count", &["--count", "3"]);
    assert_eq!(found["schema"], json!("lacuna.recommendation.v1"));
    check_picks(golden, &found);
    for figure in ["base", "upper_bound_gain", "certified_ratio"] {
        assert_equal(&golden[figure], &found[figure], figure);
    }
    let gained = &found["picks"][2]["cumulative"];
    assert_equal(&golden["optimum_bruteforce"]["gain"], gained, "the best there is");
}

#[test]
fn a_budget_of_seven_buys_what_the_golden_scenario_says() {
    let Some(shared) = shared() else { return };
    let golden = &json(&shared.join("golden/model_golden.json"))["greedy_budget"];
    let found = recommended(&shared, "recommend-budget", &["--budget", "7"]);
    check_picks(golden, &found);
    let gained = &found["picks"][2]["cumulative"];
    assert_equal(&golden["optimum_bruteforce"]["gain"], gained, "the best there is");
    let bound = found["upper_bound_gain"].as_f64().unwrap();
    assert!(bound >= gained.as_f64().unwrap());
}

/// Plain set cover over techniques: each counts once, with its weight.
#[derive(Clone)]
struct Cover<'a> {
    sets: &'a [BTreeSet<usize>],
    weights: &'a [f64],
    covered: BTreeSet<usize>,
}

impl Objective for Cover<'_> {
    fn gain(&self, candidate: usize) -> f64 {
        self.sets[candidate].difference(&self.covered).map(|at| self.weights[*at]).sum()
    }

    fn take(&mut self, candidate: usize) {
        self.covered.extend(&self.sets[candidate]);
    }
}

/// The steps of a list of the facts, one by one.
fn check_order(golden: &Value, ids: &[String], sets: &[BTreeSet<usize>], weights: &[f64]) {
    let golden = golden.as_array().unwrap();
    let offers: Vec<Offer<'_>> = ids.iter().map(|id| Offer { id, cost: 1.0 }).collect();
    let mut cover = Cover { sets, weights, covered: BTreeSet::new() };
    let (choice, _) = choose(&cover, &offers, Goal::Count(golden.len()));
    assert_eq!(choice.picks.len(), golden.len());
    let all: f64 = weights.iter().sum();
    let mut gained = 0.0;
    for (golden, pick) in golden.iter().zip(choice.picks) {
        assert_eq!(golden["pick"], ids[pick]);
        let gain = cover.gain(pick);
        cover.take(pick);
        gained += gain;
        assert_equal(&golden["gain"], &json!(gain), &ids[pick]);
        assert_equal(&golden["cum"], &json!(gained), &ids[pick]);
        let share = golden["cum_fraction"].as_f64().unwrap();
        assert!((gained / all - share).abs() < 1e-6, "{}: {} {share}", ids[pick], gained / all);
    }
}

/// What an independent implementation chose of ATT&CK's mitigations and data components, with
/// every technique counted alike or by the groups that use it.
#[test]
fn plain_set_cover_takes_the_orders_of_the_facts() {
    let Some(shared) = shared() else { return };
    let facts = json(&shared.join("golden/attack-18.1-facts.json"));
    let attack = ingest::snapshot::embedded("enterprise-attack", Some("18.1")).unwrap();
    let alike = vec![1.0; attack.techniques.len()];
    let groups = &facts["group_counts_per_technique"]["direct"];
    let used = |id: String| groups[id].as_u64().map_or(0.0, |n| n as f64);
    let by_groups: Vec<f64> = attack.techniques.iter().map(|t| used(t.id.to_string())).collect();

    let mitigations: Vec<String> = attack.mitigations.iter().map(|m| m.id.clone()).collect();
    let mitigated: Vec<BTreeSet<usize>> =
        attack.mitigations.iter().map(|m| m.techniques.iter().copied().collect()).collect();
    let components: Vec<String> = attack.components.iter().map(|c| c.id.clone()).collect();
    let mut shown = vec![BTreeSet::new(); components.len()];
    for (at, technique) in attack.techniques.iter().enumerate() {
        for component in &technique.components {
            shown[*component].insert(at);
        }
    }
    for (things, ids, sets) in
        [("mitigations", &mitigations, &mitigated), ("data_components", &components, &shown)]
    {
        for (how, weights) in
            [("unweighted", &alike), ("weighted_by_direct_group_count", &by_groups)]
        {
            check_order(&facts["greedy"][format!("{things}_{how}_top10")], ids, sets, weights);
        }
    }
}
