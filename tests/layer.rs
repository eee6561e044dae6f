//! Layers for ATT&CK Navigator against a schema of the format.

use std::fs;

use model::date::Date;
use serde_json::Value;

use crate::support::{json, lacuna, root, scratch, shared};

#[test]
fn every_layer_is_valid() {
    let Some(shared) = shared() else { return };
    let schema = json(&shared.join("golden/navigator-layer-4.5.schema.json"));
    let schema = jsonschema::validator_for(&schema).unwrap();
    let folder = scratch("layers");
    let before = folder.join("before.json");
    let earlier = lacuna(
        &root(),
        &["gaps", "controls/example", "--format", "json", "--platform", "Windows", "-q"],
    );
    fs::write(&before, earlier.stdout).unwrap();
    let shows = [
        "coverage",
        "prevent",
        "detect",
        "respond",
        "threat",
        "priority",
        "visibility",
        "groups",
        "change",
    ];
    for show in shows {
        for attack in ["19.2", "18.1"] {
            let layer = folder.join(format!("{show}-{attack}.json"));
            let mut args =
                vec!["heatmap", "controls/example", "--show", show, "--attack", attack, "-q"];
            if show == "change" {
                args.extend(["--against", before.to_str().unwrap()]);
            }
            args.extend(["-o", layer.to_str().unwrap()]);
            let output = lacuna(&root(), &args);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let layer = serde_json::from_slice(&fs::read(layer).unwrap()).unwrap();
            let errors: Vec<String> = schema.iter_errors(&layer).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{show} {attack}: {}", errors.join("; "));
            assert_eq!(unknown(&layer, attack), Vec::<String>::new(), "{show} {attack}");
        }
    }
}

/// The ids of a layer that the release does not have, or has revoked.
fn unknown(layer: &Value, release: &str) -> Vec<String> {
    let attack = ingest::snapshot::embedded("enterprise-attack", Some(release)).unwrap();
    let techniques = layer["techniques"].as_array().unwrap().iter();
    let ids = techniques.map(|technique| technique["techniqueID"].as_str().unwrap());
    let is_live = |id: &&str| attack.technique(id.parse().unwrap()).is_some();
    ids.filter(|id| !is_live(id)).map(str::to_owned).collect()
}

#[test]
fn a_list_of_layers_is_valid_too() {
    let Some(shared) = shared() else { return };
    let schema = json(&shared.join("golden/navigator-layer-4.5.schema.json"));
    let schema = jsonschema::validator_for(&schema).unwrap();
    let attack = ingest::snapshot::embedded("ics-attack", None).unwrap();
    let catalog = ingest::catalog(&attack, &[]);
    let inputs = model::Inputs::new(&attack, &catalog, Date::parse("2026-06-30").unwrap());
    let assessment = model::assess(&inputs);
    let mut list = Vec::new();
    let before = Some(&assessment);
    report::navigator::write_all(&assessment, &attack, before, &mut list).unwrap();
    let list: Value = serde_json::from_slice(&list).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 4);
    assert!(schema.is_valid(&list), "{:?}", schema.iter_errors(&list).next());
}
