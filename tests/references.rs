//! What well-known stacks come to: the committed figures are those that lacuna gives.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ingest::reference_stacks;
use model::catalog::ReferenceStack;
use model::score::Range;
use serde_json::Value;

use crate::support::{lacuna_json, root, scratch, shared};

/// Runs lacuna over sources and compares its figures with those that are committed.
#[track_caller]
fn check(stack: &str, folder: &Path, sources: &[&str]) {
    let options = ["--assume", "enabled", "--format", "json", "-q", "--as-of", "2026-06-30"];
    let arguments = [&["gaps"], sources, &options].concat();
    let assessment = lacuna_json(folder, &arguments);
    let stacks = reference_stacks();
    let known = stacks.iter().find(|known| known.id == stack).unwrap();
    let ReferenceStack { attack_version, platforms, techniques, capabilities, .. } = known;
    let count = |list: &Value| list.as_array().unwrap().len();
    assert_eq!(assessment["attack"]["version"], *attack_version, "{stack}");
    assert_eq!(assessment["scope"]["techniques"], *techniques, "{stack}");
    let here = assessment["scope"]["platforms"].as_object().unwrap().len();
    assert_eq!((here, count(&assessment["capabilities"])), (*platforms, *capabilities), "{stack}");
    same(stack, known.coverage, &assessment["headline"]["threat_weighted"]);
    for (function, range) in &known.by_function {
        let figures = &assessment["headline"]["by_function"][function.word()];
        same(stack, *range, &figures["threat_weighted"]);
    }
    for (id, range) in &known.scenarios {
        same(&format!("{stack} {id}"), *range, &against(id, &assessment));
    }
}

/// Coverage of a scenario: the mean of what is met of each target, by the part of the cases that
/// use the technique.
fn against(scenario: &str, assessment: &Value) -> Value {
    let attack = ingest::releases::load(None, ingest::releases::DEFAULT_DOMAIN).unwrap();
    let scenarios = ingest::scenarios(&attack);
    let scenario = scenarios.iter().find(|known| known.id == scenario).unwrap();
    let techniques = assessment["techniques"].as_array().unwrap();
    let part = |technique: &Value| {
        let id = technique["id"].as_str().unwrap().parse().unwrap();
        scenario.techniques.get(&id).copied().unwrap_or(0.0)
    };
    let all: f64 = techniques.iter().map(part).sum();
    let met = |key: &str| {
        let met = |technique: &Value| {
            let composite = technique["coverage"]["composite"][key].as_f64().unwrap();
            part(technique) * (composite / technique["target"].as_f64().unwrap()).min(1.0)
        };
        techniques.iter().map(met).sum::<f64>() / all
    };
    serde_json::json!({ "lo": met("lo"), "exp": met("exp"), "hi": met("hi") })
}

/// Equal to the decimals that are committed.
#[track_caller]
fn same(stack: &str, Range { lo, exp, hi }: Range, found: &Value) {
    for (known, key) in [(lo, "lo"), (exp, "exp"), (hi, "hi")] {
        let found = found[key].as_f64().unwrap();
        assert!((known - found).abs() < 1e-6, "{stack} {key}: {known} is committed, {found} found");
    }
}

/// A register of every control that a catalogue has, implemented.
fn register(framework: &str, folder: &Path) -> PathBuf {
    let path = root().join(format!("controls/catalogues/frameworks/{framework}.csv"));
    let catalogue = fs::read_to_string(path).unwrap();
    let mut ids: Vec<&str> =
        catalogue.lines().skip(2).map(|line| line.split(',').next().unwrap()).collect();
    ids.dedup();
    let rows: String =
        ids.iter().map(|id| format!("{id},{framework}:{id},implemented\n")).collect();
    let register = folder.join(format!("{framework}.csv"));
    fs::write(&register, format!("id,controls,status\n{rows}")).unwrap();
    register
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn the_figures_of_nist_800_53_and_microsoft_365_are_those_committed() {
    let folder = scratch("reference-controls");
    for framework in ["nist_800_53", "m365"] {
        check(framework, &folder, &[text(&register(framework, &folder))]);
    }
}

#[test]
fn the_figures_of_the_public_rules_and_of_all_together_are_those_committed() {
    let Some(shared) = shared() else { return };
    let folder = scratch("reference-rules");
    let archive = shared.join("corpora/rules/sigma.tar.zst");
    let unpack = format!("zstd -dc '{}' | tar x -C '{}'", archive.display(), folder.display());
    assert!(Command::new("bash").args(["-c", &unpack]).status().unwrap().success());
    let rules = ["rules", "rules-emerging-threats", "rules-threat-hunting"];
    check("sigma", &folder, &rules);
    let controls = ["nist_800_53", "m365"].map(|name| register(name, &folder));
    let controls = controls.each_ref().map(|path| text(path));
    check("together", &folder, &[&controls[..], &rules].concat());
}
