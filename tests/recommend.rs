//! Recommendations through the binary, against those of an independent implementation.

use std::fs;
use std::path::Path;

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
