//! What ARCHITECTURE.md promises about who knows whom.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::root;

/// The normal dependencies of each crate of the workspace.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let root = root();
    let folders = fs::read_dir(root.join("crates")).unwrap();
    let folders = folders.map(|entry| entry.unwrap().path()).chain([root.join("xtask")]);
    folders.map(|folder| (name(&folder), manifest(&folder))).collect()
}

fn name(folder: &Path) -> String {
    folder.file_name().unwrap().to_string_lossy().into_owned()
}

fn manifest(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    let empty = toml::Table::new();
    let table = manifest.get("dependencies").and_then(toml::Value::as_table).unwrap_or(&empty);
    table.keys().cloned().collect()
}

#[test]
fn the_core_depends_on_serde_alone() {
    assert_eq!(dependencies()["core"], ["serde"]);
}

#[test]
fn ingest_and_report_never_see_each_other() {
    let dependencies = dependencies();
    assert!(!dependencies["ingest"].contains(&"report".to_owned()));
    assert!(!dependencies["report"].contains(&"ingest".to_owned()));
    for (name, dependencies) in &dependencies {
        let allowed = ["cli", "xtask"].contains(&name.as_str());
        assert!(allowed || !dependencies.contains(&"lacuna".to_owned()), "{name}");
    }
}

#[test]
fn only_one_place_works_in_parallel_and_only_one_opens_inputs() {
    let uses = |crate_name: &str, word: &str| -> Vec<String> {
        let folder = root().join("crates").join(crate_name).join("src");
        let mut found = Vec::new();
        sources(&folder, &mut |path, text| {
            let code = text.split("#[cfg(test)]").next().unwrap_or(text);
            if code.contains(word) && !path.ends_with("attack_facts.rs") {
                found.push(path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned());
            }
        });
        found
    };
    assert_eq!(uses("ingest", "par_iter"), ["read.rs"]);
    assert_eq!(uses("ingest", "std::fs"), ["source.rs"]);
    for crate_name in ["core", "report"] {
        for word in ["std::fs", "std::env", "SystemTime", "Instant", "std::thread", "rayon"] {
            assert_eq!(uses(crate_name, word), Vec::<String>::new(), "{crate_name}: {word}");
        }
    }
}

/// Every Rust file below a folder that is no test of its own.
fn sources(folder: &Path, each: &mut impl FnMut(&Path, &str)) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
        if is_test {
            continue;
        }
        if path.is_dir() {
            sources(&path, each);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            each(&path, &fs::read_to_string(&path).unwrap());
        }
    }
}
