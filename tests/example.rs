//! The example organisation: what it holds, and the report of it.

use std::fs;

use crate::support::{files, lacuna, lacuna_json, root, scratch};

#[test]
fn the_example_adds_up() {
    let found = lacuna_json(&root(), &["import", "controls/example", "--format", "json"]);
    let inputs = found["inputs"].as_array().unwrap();
    let counts = |path: &str| {
        let source = inputs.iter().find(|source| source["path"] == path).unwrap();
        ["records", "used", "off", "without_technique", "not_understood"]
            .map(|class| source[class].as_u64().unwrap())
    };
    assert_eq!(counts("controls.xlsx")[0], 40);
    assert_eq!(counts("rules/")[0], 25);
    for path in ["controls.xlsx", "data-sources.csv", "rules/"] {
        let [records, classes @ ..] = counts(path);
        assert_eq!(records, classes.iter().sum::<u64>(), "{path}");
        assert_eq!(classes[3], 0, "{path}");
    }
    assert_eq!(found["resolution"]["unknown"], 0);
}

#[test]
fn its_report_is_written_whole_and_twice_the_same() {
    let folder = scratch("example-report");
    let example = root().join("controls/example");
    let example = example.to_str().unwrap();
    let written = |name: &str| {
        let output = lacuna(&folder, &["report", example, "-o", name]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        files(&folder.join(name))
    };
    let first = written("a");
    let names: Vec<&str> = first.keys().map(String::as_str).collect();
    let expected = [
        "assessment.json",
        "board-a4.pdf",
        "board.png",
        "board.svg",
        "board@2x.png",
        "charts.pdf",
        "charts/adversaries.svg",
        "charts/controls.svg",
        "charts/findings.svg",
        "charts/proof.svg",
        "charts/steps.svg",
        "charts/trend.svg",
        "evidence.csv",
        "gaps.csv",
        "heatmap.png",
        "heatmap.svg",
        "index.html",
        "lacuna.xlsx",
        "layer.json",
        "layers/all.json",
        "layers/priority.json",
        "layers/use.json",
        "slides.pptx",
        "summary.md",
    ];
    assert_eq!(names, expected);
    assert!(first.values().all(|bytes| bytes.len() > 500));
    assert!(first == written("b"), "the same inputs gave other bytes");
    // Writing again replaces our own folder and leaves nothing beside it.
    assert!(first == written("a"));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
}

#[test]
fn a_folder_that_is_not_ours_is_left_alone() {
    let folder = scratch("example-not-ours");
    fs::create_dir(folder.join("taken")).unwrap();
    fs::write(folder.join("taken/precious.txt"), "mine").unwrap();
    let example = root().join("controls/example");
    let output = lacuna(&folder, &["report", example.to_str().unwrap(), "-o", "taken"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read(folder.join("taken/precious.txt")).unwrap(), b"mine");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}
