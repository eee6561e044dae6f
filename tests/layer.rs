//! Layers for ATT&CK Navigator against a schema of the format.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::support::{json, lacuna, root, scratch, shared};

#[test]
fn every_layer_is_valid() {
    let Some(shared) = shared() else { return };
    let schema = json(&shared.join("golden/navigator-layer-4.5.schema.json"));
    let schema = jsonschema::validator_for(&schema).unwrap();
    let folder = scratch("layers");
    for show in ["coverage", "prevent", "detect", "respond", "threat", "priority"] {
        for attack in ["19.2", "18.1"] {
            let layer = folder.join(format!("{show}-{attack}.json"));
            let args =
                ["heatmap", "controls/example", "--show", show, "--attack", attack, "-q", "-o"];
            let args: Vec<&str> = args.into_iter().chain(layer.to_str()).collect();
            let output = lacuna(&root(), &args);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let layer = serde_json::from_slice(&fs::read(layer).unwrap()).unwrap();
            let errors: Vec<String> = schema.iter_errors(&layer).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{show} {attack}: {}", errors.join("; "));
        }
    }
}

/// Scores and colours by technique.
fn scores(layer: &Value) -> BTreeMap<&str, (&Value, &Value)> {
    let techniques = layer["techniques"].as_array().unwrap();
    let parts = techniques.iter().map(|t| (t["techniqueID"].as_str().unwrap(), t));
    parts.map(|(id, technique)| (id, (&technique["score"], &technique["color"]))).collect()
}

#[test]
fn a_layer_of_detection_is_that_of_dettect() {
    let Some(shared) = shared() else { return };
    let layer = scratch("dettect").join("detection.json");
    let samples = shared.join("corpora/dettect/techniques-administration-endpoints.yaml");
    let args = ["--compat", "dettect", "--show", "detect", "--attack", "18.1", "-q"];
    let paths = [samples.to_str().unwrap(), "-o", layer.to_str().unwrap()];
    let args = [&["heatmap"], &paths[..], &args[..]].concat();
    let output = lacuna(&root(), &args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let golden = json(&shared.join("golden/dettect/detection.json"));
    let layer = json(&layer);
    let expected = scores(&golden);
    assert_eq!(expected.len(), 20);
    assert_eq!(scores(&layer), expected);
    let schema = json(&shared.join("golden/navigator-layer-4.5.schema.json"));
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&layer));
}
