//! What a tenant switches on, through the binary: public rules joined with a list of what runs.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{lacuna_json, scratch, shared, unpacked};

/// The folders of SigmaHQ that hold rules for everybody.
const FOLDERS: [&str; 3] = ["rules", "rules-emerging-threats", "rules-threat-hunting"];

/// Rules that the tenant has and the source does not.
const UNKNOWN: usize = 25;

/// A file of rules, and what the tenant makes of it.
struct File {
    below: PathBuf,
    id: String,
    is_enabled: bool,
    is_listed: bool,
}

fn files(tree: &Path) -> Vec<File> {
    let mut found = Vec::new();
    for folder in FOLDERS {
        walk(tree, &tree.join(folder), &mut found);
    }
    found
}

fn walk(tree: &Path, folder: &Path, found: &mut Vec<File>) {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    for path in entries {
        if path.is_dir() {
            walk(tree, &path, found);
            continue;
        }
        if path.extension().is_none_or(|extension| extension != "yml") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let id = text.lines().find_map(|line| line.strip_prefix("id: ")).unwrap();
        let id = id.split('#').next().unwrap().trim();
        // An id is as good as a throw of dice.
        let dice = id.bytes().next().unwrap();
        let is_enabled = dice.is_multiple_of(2);
        let is_listed = is_enabled || dice != b'1';
        let below = path.strip_prefix(tree).unwrap().to_owned();
        found.push(File { below, id: id.to_owned(), is_enabled, is_listed });
    }
}

fn copy(tree: &Path, to: &Path, files: &[&File]) {
    for file in files {
        let path = to.join(&file.below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(tree.join(&file.below), path).unwrap();
    }
}

/// What the SIEM says: half of the rules are on, half are off, some of those are not there at all,
/// and some rules are nobody's.
fn export(files: &[File]) -> String {
    let listed = files.iter().filter(|file| file.is_listed);
    let rows = listed.map(|file| {
        let word = if file.is_enabled { "Enabled" } else { "Disabled" };
        format!("{},{word}\n", file.id.to_uppercase())
    });
    let unknown = (0..UNKNOWN).map(|n| format!("a-rule-of-our-own-{n},Enabled\n"));
    ["Rule ID,Status\n".to_owned()].into_iter().chain(rows).chain(unknown).collect()
}

fn assessed(folder: &Path, rest: &[&str]) -> Value {
    let args = [&["gaps", "--format", "json", "--as-of", "2025-12-01"], rest].concat();
    lacuna_json(folder, &args)
}

fn told(assessment: &Value, code: &str) -> usize {
    let diagnostics = assessment["diagnostics"].as_array().unwrap();
    diagnostics.iter().filter(|diagnostic| diagnostic["code"] == code).count()
}

fn account(assessment: &Value, of: &str) -> usize {
    usize::try_from(assessment["inputs"][0][of].as_u64().unwrap()).unwrap()
}

#[test]
fn an_export_changes_the_headline_to_that_of_the_rules_that_are_on() {
    let Some(shared) = shared() else { return };
    let tree = unpacked(&shared, "sigma.tar.zst");
    let folder = scratch("tenant");
    let files = files(&tree);
    assert_eq!(files.len(), 3754);
    let on: Vec<&File> = files.iter().filter(|file| file.is_enabled).collect();
    assert!(on.len() > 1500 && on.len() < 2250, "{}", on.len());
    copy(&tree, &folder.join("all"), &files.iter().collect::<Vec<_>>());
    copy(&tree, &folder.join("on"), &on);
    fs::write(folder.join("export.csv"), export(&files)).unwrap();

    let joined = assessed(&folder, &["all", "--status-from", "export.csv"]);
    let alone = assessed(&folder, &["on", "--assume", "enabled"]);
    let without = assessed(&folder, &["all", "--assume", "enabled"]);

    for bound in ["lo", "exp", "hi"] {
        let of = |assessment: &Value| assessment["headline"]["threat_weighted"][bound].clone();
        assert_eq!(of(&joined), of(&alone), "{bound}");
    }
    assert!(joined["headline"]["threat_weighted"]["exp"].as_f64().unwrap() > 0.1);
    assert_ne!(joined["headline"], without["headline"]);
    assert_eq!(joined["headline"], alone["headline"]);
    for part in ["tactics", "techniques", "gaps", "scope"] {
        assert_eq!(without_evidence(&joined[part]), without_evidence(&alone[part]), "{part}");
    }

    assert_eq!(account(&joined, "records"), files.len());
    for class in ["used", "without_technique"] {
        assert_eq!(account(&joined, class), account(&alone, class), "{class}");
    }
    // What is switched off comes on top of what SigmaHQ has given up itself.
    assert_eq!(account(&joined, "off"), account(&alone, "off") + files.len() - on.len());
    let silent = files.iter().filter(|file| !file.is_listed).count();
    assert!(silent > 100, "{silent}");
    assert_eq!(told(&joined, "no-status"), silent);
    assert_eq!(told(&joined, "unmatched-status"), UNKNOWN);
    assert_eq!(told(&joined, "status-not-stated"), 0);
}

/// The same without where its evidence stands, since the folders have different names, and without
/// what to do: what is off could be switched on.
fn without_evidence(value: &Value) -> Value {
    const ASIDE: [&str; 4] = ["origin", "path", "state", "next_move"];
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, _)| !ASIDE.contains(&key.as_str()));
            Value::Object(kept.map(|(key, v)| (key.clone(), without_evidence(v))).collect())
        }
        Value::Array(list) => Value::Array(list.iter().map(without_evidence).collect()),
        value => value.clone(),
    }
}
