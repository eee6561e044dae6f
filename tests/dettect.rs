//! DeTT&CT: its layers and what was counted from its own outputs, its files, and what it does wrong.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{json, lacuna, scratch};

mod defects;
mod export;
mod health;
mod layers;

/// The release that the reference layers were made with.
const RELEASE: [&str; 3] = ["--attack", "18.1", "-q"];

fn sample(shared: &Path, name: &str) -> String {
    shared.join("corpora/dettect").join(name).to_str().unwrap().to_owned()
}

/// The layer that lacuna writes for these words, in a folder of its own.
#[track_caller]
fn layer(name: &str, words: &[&str]) -> Value {
    let folder = scratch(name);
    let start = ["heatmap", "--compat", "dettect", "-o", "layer.json"];
    let output = lacuna(&folder, &[&start, words].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    json(&folder.join("layer.json"))
}

/// Scores and colours by technique; no colour may be written as an empty one.
fn scores(layer: &Value) -> BTreeMap<&str, (&Value, Option<&str>)> {
    let techniques = layer["techniques"].as_array().unwrap();
    let scores = techniques.iter().map(|technique| {
        let color = technique["color"].as_str().filter(|color| !color.is_empty());
        (technique["techniqueID"].as_str().unwrap(), (&technique["score"], color))
    });
    let by_id: BTreeMap<_, _> = scores.collect();
    assert_eq!(by_id.len(), techniques.len(), "each technique once");
    by_id
}

/// The techniques with a score.
fn scored(layer: &Value) -> BTreeMap<&str, u64> {
    let scores = scores(layer).into_iter();
    scores.filter_map(|(id, (score, _))| Some((id, score.as_u64()?))).collect()
}

/// Files in a folder of their own.
fn written(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = scratch(name);
    for (file, text) in files {
        fs::write(folder.join(file), text).unwrap();
    }
    folder
}
