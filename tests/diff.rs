//! Differences through the binary, against those of an independent implementation.

use std::fs;

use serde_json::{Value, json};

use crate::golden;
use crate::support::{assert_equal, json, lacuna, lacuna_json, root, scratch, shared};

#[test]
fn the_parts_of_a_difference_are_those_of_the_golden_scenario() {
    let Some(shared) = shared() else { return };
    let golden = &json(&shared.join("golden/model_golden.json"))["diff_shapley"];
    let folder = scratch("diff-golden");
    for quarter in ["q1", "q2"] {
        let below = folder.join(quarter);
        fs::create_dir_all(&below).unwrap();
        match quarter {
            "q1" => golden::write(&shared, &below),
            _ => golden::write_later(&shared, &below),
        }
        let output = lacuna(&below, &golden::GAPS.split(' ').collect::<Vec<_>>());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // The folder of a report holds a file of this name.
        fs::write(below.join("assessment.json"), output.stdout).unwrap();
    }
    let found = lacuna_json(&folder, &["diff", "q1", "q2/assessment.json", "--format", "json"]);
    assert_eq!(found["schema"], json!("lacuna.diff.v1"));
    for figure in ["from", "to", "delta"] {
        assert_equal(&golden[figure], &found[figure], figure);
    }
    let factors = &found["by_factor"];
    let names = [
        ("evidence", "evidence"),
        ("profile", "profile"),
        ("platforms", "scope"),
        ("params", "policy"),
    ];
    for (theirs, ours) in names {
        assert_equal(&golden["by_factor"][theirs], &factors[ours], ours);
    }
    assert_eq!(factors["attack"], json!(0.0));
    let parts = factors.as_object().unwrap().values().map(|part| part.as_f64().unwrap());
    let sum: f64 = parts.sum();
    assert!((sum - found["delta"].as_f64().unwrap()).abs() < 5e-9);
}

#[test]
fn an_assessment_does_not_differ_from_itself() {
    let folder = scratch("diff-self");
    let example = root().join("controls/example");
    let output = lacuna(&folder, &["gaps", example.to_str().unwrap(), "--format", "json", "-q"]);
    fs::write(folder.join("a.json"), output.stdout).unwrap();
    let found = lacuna_json(&folder, &["diff", "a.json", "a.json", "--format", "json"]);
    assert_eq!(found["delta"], json!(0.0));
    assert_eq!(found["moved"], json!([]));
    assert_eq!(found["gaps"], json!({"new": [], "closed": [], "reopened": []}));
    let text = lacuna(&folder, &["diff", "a.json", "a.json"]);
    assert!(String::from_utf8_lossy(&text.stdout).starts_with("The same: 0 points"));
}

/// A change of the evidence alone is all of the difference.
#[test]
fn a_rule_that_was_switched_off_is_told_as_evidence() {
    let folder = scratch("diff-rule");
    let write = |name: &str, status: &str| {
        let rows =
            format!("id,techniques,status,strength\nC1,T1059.001,{status},high\nC2,T1003,on,0.9\n");
        fs::write(folder.join("register.csv"), rows.replace("high", "0.9")).unwrap();
        let output = lacuna(
            &folder,
            &[
                "gaps",
                "register.csv",
                "--format",
                "json",
                "-q",
                "--adversary",
                "APT29",
                "--as-of",
                "2026-01-01",
            ],
        );
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::write(folder.join(name), output.stdout).unwrap();
    };
    write("a.json", "enabled");
    write("b.json", "disabled");
    let found: Value = lacuna_json(&folder, &["diff", "a.json", "b.json", "--format", "json"]);
    assert_eq!(found["by_factor"]["evidence"], found["delta"]);
    assert!(found["delta"].as_f64().unwrap() < 0.0);
    let moved = found["moved"].as_array().unwrap();
    let ids: Vec<&str> = moved.iter().map(|m| m["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["T1059.001", "T1059"]);
}
