//! Layers for ATT&CK Navigator against a schema of the format.

use std::fs;

use crate::support::{json, lacuna, root, scratch, shared};

#[test]
fn every_layer_is_valid() {
    let Some(shared) = shared() else { return };
    let schema = json(&shared.join("golden/navigator-layer-4.5.schema.json"));
    let schema = jsonschema::validator_for(&schema).unwrap();
    let folder = scratch("layers");
    for show in ["coverage", "prevent", "detect", "respond", "threat", "priority", "visibility"] {
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
