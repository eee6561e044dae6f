//! The golden scenario through the binary: every number that an independent implementation of
//! the method gives for it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{assert_equal, json, lacuna_json, scratch, shared};

/// The scenario as a user would write it: a register and a `lacuna.toml`.
pub(crate) fn write(shared: &Path, folder: &Path) {
    let scenario = json(&shared.join("golden/scenario.json"));
    write_parts(&scenario, &scenario["telemetry"], folder);
}

/// The same a quarter later: other evidence, adversaries, platforms and numbers.
pub(crate) fn write_later(shared: &Path, folder: &Path) {
    let scenario = json(&shared.join("golden/scenario.json"));
    write_parts(&scenario["snapshot_b"], &scenario["telemetry"], folder);
}

fn write_parts(scenario: &Value, telemetry: &Value, folder: &Path) {
    let mut rows = scenario["evidence"].as_array().unwrap().clone();
    for (component, availability) in telemetry.as_object().unwrap() {
        rows.push(json!({
            "id": format!("telemetry {component}"),
            "kind": "data source",
            "data_components": [component],
            "telemetry": availability,
        }));
    }
    fs::write(folder.join("register.json"), Value::Array(rows).to_string()).unwrap();
    let table = |name: &str| {
        let pairs = scenario[name].as_object().unwrap();
        pairs.iter().map(|(key, value)| format!("{key} = {value}\n")).collect::<String>()
    };
    let config = format!(
        "[scope.platforms]\n{}[profile.adversaries]\n{}[policy]\n{}",
        table("platforms"),
        table("profile"),
        table("params")
    );
    fs::write(folder.join("lacuna.toml"), config).unwrap();
}

/// What is typed to assess it.
pub(crate) const GAPS: &str =
    "gaps register.json --format json --attack 18.1 --as-of 2025-12-01 -c lacuna.toml";

fn assessed(shared: &Path) -> Value {
    let folder = scratch("golden");
    write(shared, &folder);
    lacuna_json(&folder, &GAPS.split(' ').collect::<Vec<_>>())
}

fn by_id(list: &Value) -> BTreeMap<&str, &Value> {
    list.as_array().unwrap().iter().map(|entry| (entry["id"].as_str().unwrap(), entry)).collect()
}

#[test]
fn the_golden_scenario_gives_every_golden_number() {
    let Some(shared) = shared() else { return };
    let golden = json(&shared.join("golden/model_golden.json"));
    let found = assessed(&shared);
    assert_eq!(golden["n_scope"], found["scope"]["techniques"]);
    assert_eq!(golden["n_leaves"], found["scope"]["leaves"]);
    assert_eq!(found["scope"]["techniques"], json!(543));
    assert_eq!(found["scope"]["leaves"], json!(465));
    policy(&golden["params"], &found["policy"]);
    headline(&golden["headline"], &found);
    let techniques = by_id(&found["techniques"]);
    assert_eq!(techniques.len(), 543);
    threat_and_coverage(&golden, &techniques);
    top_gaps(&golden["top25_gaps"], &techniques);
    quick_wins(&golden["top15_quick_wins"], &techniques);
    identity(&golden["gap_identity"], &found, &techniques);
}

fn policy(golden: &Value, found: &Value) {
    for (name, value) in golden.as_object().unwrap() {
        assert_equal(value, &found[name.to_lowercase()], name);
    }
}

fn headline(golden: &Value, found: &Value) {
    let headline = &found["headline"];
    for reading in ["lo", "exp", "hi"] {
        let golden = &golden[reading];
        for figure in ["raw_any", "raw_at_target", "mean_strength", "threat_weighted"] {
            assert_equal(&golden[figure], &headline[figure][reading], figure);
        }
        for (function, figures) in golden["by_function"].as_object().unwrap() {
            for figure in ["mean", "threat_weighted"] {
                let found = &headline["by_function"][function][figure][reading];
                assert_equal(&figures[figure], found, function);
            }
        }
    }
    assert_equal(&golden["validated_share"], &headline["validated_share"], "validated share");
    let tactics = found["tactics"].as_array().unwrap();
    assert_eq!(tactics.len(), golden["per_tactic"].as_object().unwrap().len());
    for tactic in tactics {
        let name = tactic["shortname"].as_str().unwrap();
        for figure in ["threat_weighted", "weight_share"] {
            assert_equal(&golden["per_tactic"][name][figure], &tactic[figure], name);
        }
    }
    let adversaries = found["adversaries"].as_array().unwrap();
    assert_eq!(adversaries.len(), golden["per_adversary"].as_object().unwrap().len());
    for adversary in adversaries {
        let id = adversary["id"].as_str().unwrap();
        let golden = &golden["per_adversary"][id];
        assert_equal(&golden["coverage"], &adversary["coverage"], id);
        assert_eq!(golden["techniques_in_scope"], adversary["techniques_in_scope"], "{id}");
        assert_eq!(golden["out_of_scope"], adversary["out_of_scope"], "{id}");
    }
}

fn threat_and_coverage(golden: &Value, techniques: &BTreeMap<&str, &Value>) {
    let thetas = golden["theta_all"].as_object().unwrap();
    assert_eq!(thetas.len(), techniques.len());
    for (id, theta) in thetas {
        assert_equal(theta, &techniques[id.as_str()]["threat"]["value"], id);
    }
    for (id, readings) in golden["coverage_for_techniques_with_evidence"].as_object().unwrap() {
        for (reading, functions) in readings.as_object().unwrap() {
            for (function, value) in functions.as_object().unwrap() {
                let function = if function == "cov" { "composite" } else { function };
                let found = &techniques[id.as_str()]["coverage"][function][reading];
                assert_equal(value, found, &format!("{id} {function} {reading}"));
            }
        }
    }
    for (id, technique) in techniques {
        let golden = golden["coverage_exp_all_nonzero"].get(id).cloned().unwrap_or(json!(0.0));
        assert_equal(&golden, &technique["coverage"]["composite"]["exp"], id);
    }
}

fn top_gaps(golden: &Value, techniques: &BTreeMap<&str, &Value>) {
    for (place, gap) in golden.as_array().unwrap().iter().enumerate() {
        let id = gap["id"].as_str().unwrap();
        let technique = techniques[id];
        assert_eq!(technique["rank"], json!(place + 1), "{id}");
        assert_eq!(technique["name"], gap["name"], "{id}");
        let threat = &technique["threat"];
        assert_equal(&gap["priority"], &technique["priority"], id);
        assert_equal(&gap["theta"], &threat["value"], id);
        assert_equal(&gap["theta_profile"], &threat["profile"], id);
        assert_equal(&gap["theta_base"], &threat["baseline"], id);
        assert_equal(&gap["gap"], &technique["gap"], id);
        assert_equal(&gap["choke"], &technique["choke"], id);
        assert_equal(&gap["coverage_exp"], &technique["coverage"]["composite"]["exp"], id);
        for (adversary, share) in gap["by_adversary"].as_object().unwrap() {
            assert_equal(share, &threat["by_adversary"][adversary], id);
        }
    }
}

fn quick_wins(golden: &Value, techniques: &BTreeMap<&str, &Value>) {
    let quick = |technique: &Value| technique["quick_win"].as_f64().unwrap();
    let mut order: Vec<(&str, f64)> = techniques.iter().map(|(id, t)| (*id, quick(t))).collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    for (place, win) in golden.as_array().unwrap().iter().enumerate() {
        let id = win["id"].as_str().unwrap();
        assert_eq!(order[place].0, id);
        let technique = techniques[id];
        assert_equal(&win["quick"], &technique["quick_win"], id);
        assert_equal(&win["priority"], &technique["priority"], id);
        assert_equal(&win["ease"], &technique["ease"]["value"], id);
        assert_equal(&win["telemetry_fraction"], &technique["ease"]["telemetry"], id);
        assert_eq!(win["public_rules"], technique["ease"]["public_rules"], "{id}");
        assert_eq!(win["mitigations"], technique["ease"]["mitigations"], "{id}");
    }
}

/// What is missing, by weight, is what coverage against our adversaries lacks.
fn identity(golden: &Value, found: &Value, techniques: &BTreeMap<&str, &Value>) {
    let number = |value: &Value| value.as_f64().unwrap();
    let weight = |t: &Value| number(&t["threat"]["value"]) * number(&t["threat"]["impact"]);
    let total: f64 = techniques.values().map(|t| weight(t)).sum();
    let missing: f64 = techniques.values().map(|t| weight(t) * number(&t["gap"])).sum();
    let lacking = 1.0 - number(&found["headline"]["threat_weighted"]["exp"]);
    assert!((missing / total - lacking).abs() < 1e-8);
    assert!((lacking - number(&golden["one_minus_twc"])).abs() < 1.5e-9);
}
