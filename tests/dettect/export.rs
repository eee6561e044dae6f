//! `lacuna export --to dettect`: the files are in good health, say what the inputs say, and read
//! back as it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::health::complaints;
use super::{sample, scored};
use crate::support::{json, lacuna, lacuna_json, root, scratch, shared, unpacked};

const FILES: [&str; 3] = ["techniques.yaml", "data-sources.yaml", "groups.yaml"];
const DAY: [&str; 2] = ["--as-of", "2026-06-30"];

/// Exports inputs into `export` below a folder of this name; which files there must be.
#[track_caller]
fn export(name: &str, inputs: &[&str], words: &[&str], files: &[&str]) -> std::path::PathBuf {
    let folder = scratch(name).join("export");
    let output = folder.to_str().unwrap();
    let words = [&["export", "--to", "dettect", "-q", "-o", output], inputs, words, &DAY].concat();
    let run = lacuna(&root(), &words);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let found = fs::read_dir(&folder).unwrap();
    let found: BTreeSet<String> =
        found.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(found, files.iter().map(|file| (*file).to_owned()).collect());
    folder
}

fn yaml(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.starts_with("%YAML 1.2\n---\n"), "{}", path.display());
    serde_saphyr::from_str(text.strip_prefix("%YAML 1.2\n").unwrap()).unwrap()
}

/// Every file of an export is in good health.
#[track_caller]
fn check_health(folder: &Path, version: Option<&str>, domain: &str) {
    let attack = ingest::releases::load(version, domain).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let complaints = complaints(&yaml(&path), &attack);
        assert!(complaints.is_empty(), "{}: {}", path.display(), complaints.join("\n"));
    }
}

/// An export of what was exported is the same, file by file.
#[track_caller]
fn check_again(folder: &Path, words: &[&str]) {
    let again = folder.with_file_name("again");
    let start = ["export", "--to", "dettect", "-q", "-o", again.to_str().unwrap()];
    let words = [&start[..], &[folder.to_str().unwrap()], words, &DAY].concat();
    let run = lacuna(&root(), &words);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    for file in FILES.iter().filter(|file| folder.join(file).exists()) {
        let read = |folder: &Path| fs::read_to_string(folder.join(file)).unwrap_or_default();
        let (before, after) = (read(folder), read(&again));
        let first = before.lines().zip(after.lines()).find(|(before, after)| before != after);
        assert!(before == after, "{file}: {first:?}");
    }
}

/// What scores say: technique, function, systems and logbook, for those that say more than that
/// there is nothing.
fn scores(folder: &Path, inputs: &[&str], words: &[&str]) -> Vec<String> {
    let words = [&["import", "--format", "json", "-q"], inputs, words, &DAY].concat();
    let account = lacuna_json(folder, &words);
    let capabilities = account["capabilities"].as_array().unwrap().iter();
    let mut scores: Vec<String> = capabilities
        .filter(|capability| capability["kind"] == "control")
        .filter(|capability| {
            let history = capability["score_history"].as_array().unwrap();
            history.len() > 1 || history[0].get("date").is_some()
        })
        .map(|capability| {
            format!(
                "{} {} {} {} {} {}",
                capability["techniques"],
                capability["function"],
                capability["systems"],
                capability["location"],
                capability["notes"],
                capability["score_history"]
            )
        })
        .collect();
    scores.sort();
    scores
}

#[test]
fn scores_go_out_as_they_came_in_with_their_history() {
    let Some(shared) = shared() else { return };
    for (name, domain, count) in [
        ("endpoints", "enterprise-attack", 375),
        ("ics", "ics-attack", 7),
        ("mobile", "mobile-attack", 1),
    ] {
        let file = sample(&shared, &format!("techniques-administration-{name}.yaml"));
        let words = ["--domain", domain];
        let folder = export(&format!("export-{name}"), &[&file], &words, &FILES[..1]);
        check_health(&folder, None, domain);
        let before = scores(&root(), &[&file], &words);
        let after = scores(&folder, &["techniques.yaml"], &words);
        assert_eq!(before, after, "{name}");
        assert!(before.len() >= count, "{name}: {}", before.len());
        check_again(&folder, &words);
    }
}

/// The histories of the sample: 17 objects of visibility and one of detection have two entries.
#[test]
fn no_entry_of_a_logbook_is_lost() {
    let Some(shared) = shared() else { return };
    let file = sample(&shared, "techniques-administration-endpoints.yaml");
    let folder = export("export-history", &[&file], &[], &FILES[..1]);
    for path in [Path::new(&file), &folder.join("techniques.yaml")] {
        let text = fs::read_to_string(path).unwrap();
        let text = text.strip_prefix("%YAML 1.2\n").unwrap_or(&text);
        let file: Value = serde_saphyr::from_str(text).unwrap();
        let mut lengths: BTreeMap<usize, usize> = BTreeMap::new();
        for technique in file["techniques"].as_array().unwrap() {
            let sides = [&technique["detection"], &technique["visibility"]];
            for object in sides.into_iter().flat_map(|side| side.as_array().unwrap()) {
                let entries = object["score_logbook"].as_array().unwrap().len();
                *lengths.entry(entries).or_default() += 1;
            }
        }
        assert_eq!(lengths, BTreeMap::from([(1, 344 + 361 - 18), (2, 18)]), "{}", path.display());
    }
}

#[test]
fn a_folder_of_dettect_goes_out_whole() {
    let Some(shared) = shared() else { return };
    let inputs = ["techniques-administration-endpoints.yaml", "data-sources-endpoints.yaml"];
    let inputs = inputs.map(|name| sample(&shared, name));
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let words = ["--adversary", "APT29=3", "--adversary", "FIN7=1.5"];
    let folder = export("export-folder", &inputs, &words, &FILES);
    check_health(&folder, None, "enterprise-attack");
    check_again(&folder, &words);
    // Telemetry is what it was, source by source and system by system.
    let telemetry = |inputs: &[&str]| {
        let words = [&["import", "--format", "json", "-q"], inputs].concat();
        let account = lacuna_json(&folder, &words);
        let sources = account["capabilities"].as_array().unwrap().iter();
        let sources = sources.filter(|c| c["kind"] == "data source");
        let said = sources.map(|c| {
            let keys =
                ["title", "systems", "platforms", "status", "strength", "telemetry", "modified"];
            let said: Vec<String> = keys.iter().map(|key| c[*key].to_string()).collect();
            format!("{} {}", c["data_components"], said.join(" ").to_lowercase())
        });
        said.collect::<BTreeSet<String>>()
    };
    assert_eq!(telemetry(&inputs), telemetry(&["data-sources.yaml"]));
    let groups = yaml(&folder.join("groups.yaml"));
    let weight = |at: usize| groups["groups"][at]["technique_id"]["T1059.001"].clone();
    // Weights are whole numbers there, and relative.
    assert_eq!((weight(0), weight(1)), (300.into(), 150.into()));
}

/// The visibility that DeTT&CT itself makes of its sample of data sources.
#[test]
fn data_sources_give_the_visibility_that_dettect_gives() {
    let Some(shared) = shared() else { return };
    let text = fs::read_to_string(sample(&shared, "data-sources-endpoints.yaml")).unwrap();
    // It overlooks this one, for a capital.
    let text = text.replace("Firewall rule modification", "Nothing of the kind");
    let folder = super::written("export-sources-in", &[("sources.yaml", &text)]);
    let input = folder.join("sources.yaml");
    let words = ["--attack", "18.1"];
    let folder = export("export-sources", &[input.to_str().unwrap()], &words, &FILES[..2]);
    let techniques = yaml(&folder.join("techniques.yaml"));
    let techniques = techniques["techniques"].as_array().unwrap();
    let objects = |count: usize| {
        let of = |technique: &&Value| technique["visibility"].as_array().unwrap().len() == count;
        techniques.iter().filter(of).count()
    };
    assert_eq!((techniques.len(), objects(1), objects(2)), (477, 454, 23));
}

#[test]
fn an_organisation_goes_out_and_is_in_good_health() {
    let folder = export("export-example", &["controls/example"], &[], &FILES);
    check_health(&folder, None, "enterprise-attack");
    check_again(&folder, &["-c", "controls/example/lacuna.toml"]);
    // Machine scores are marked, and what detects is named with its score.
    let text = fs::read_to_string(folder.join("techniques.yaml")).unwrap();
    assert!(text.matches("auto_generated: true").count() > 50);
    let techniques = yaml(&folder.join("techniques.yaml"));
    let techniques = techniques["techniques"].as_array().unwrap();
    let places = techniques.iter().flat_map(|t| t["detection"].as_array().unwrap());
    let scores = places.filter(|object| !object["location"].as_array().unwrap().is_empty());
    assert!(scores.clone().count() > 10);
    for object in scores {
        assert!(object["score_logbook"][0]["score"].as_i64() >= Some(0), "{object}");
    }
}

#[test]
fn thousands_of_rules_go_out_and_read_back_with_the_same_scores() {
    let Some(shared) = shared() else { return };
    let rules = unpacked(&shared, "sigma.tar.zst").join("rules");
    let words = ["--assume", "enabled"];
    let folder = export("export-rules", &[rules.to_str().unwrap()], &words, &FILES[..1]);
    check_health(&folder, None, "enterprise-attack");
    check_again(&folder, &words);
    // The layer of what is read back is the mean of what was written.
    let words = ["heatmap", "techniques.yaml", "--compat", "dettect", "--show", "detect"];
    let run = lacuna(&folder, &[&words[..], &["-q", "-o", "../layer.json"]].concat());
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let layer = json(&folder.with_file_name("layer.json"));
    let layer = scored(&layer);
    assert!(layer.len() > 250, "{}", layer.len());
    let techniques = yaml(&folder.join("techniques.yaml"));
    for technique in techniques["techniques"].as_array().unwrap() {
        let objects = technique["detection"].as_array().unwrap();
        let scores =
            objects.iter().map(|object| object["score_logbook"][0]["score"].as_i64().unwrap());
        let (lowest, highest) = (scores.clone().min().unwrap(), scores.max().unwrap());
        let found = layer[technique["technique_id"].as_str().unwrap()] as i64;
        assert!((lowest.max(0)..=highest).contains(&found), "{technique}");
    }
}

/// What people judged holds; what nobody saw is raised, and keeps its history.
#[test]
fn a_rule_fills_what_nobody_scored() {
    let folder = super::written(
        "export-raised",
        &[
            (
                "techniques.yaml",
                "version: 1.2
file_type: technique-administration
name: ours
platform: [Windows, Linux]
techniques:
- technique_id: T1059.001
  detection:
  - {applicable_to: [all], location: ['SIEM: one'], comment: c, score_logbook: [{date: 2025-01-02, score: 4, comment: d}, {date: 2024-01-02, score: 1, comment: ''}]}
- technique_id: T1055
  detection:
  - {applicable_to: [all], location: [], comment: '', score_logbook: [{date: null, score: -1, comment: not yet}]}
",
            ),
            (
                "rule.yml",
                "title: 'A \"shell\": \\ # or two'
id: 11111111-1111-4111-8111-111111111111
status: stable
level: high
logsource: {product: windows, category: process_creation}
tags: [attack.t1059.001, attack.t1055, attack.t1003.001]
detection: {a: 1, condition: a}
",
            ),
        ],
    );
    let folder = export("export-raised-out", &[folder.to_str().unwrap()], &[], &FILES[..1]);
    check_health(&folder, None, "enterprise-attack");
    let file = yaml(&folder.join("techniques.yaml"));
    let technique = |id: &str| {
        let mut techniques = file["techniques"].as_array().unwrap().iter();
        techniques.find(|technique| technique["technique_id"] == id).unwrap()["detection"].clone()
    };
    let title = "A \"shell\": \\ # or two";
    let stated = technique("T1059.001");
    assert_eq!(stated.as_array().unwrap().len(), 1);
    assert_eq!(stated[0]["location"], serde_json::json!(["SIEM: one", title]));
    assert_eq!(stated[0]["score_logbook"].as_array().unwrap().len(), 2);
    assert_eq!(stated[0]["score_logbook"][0]["score"], 4);
    let raised = technique("T1055");
    let windows = raised.as_array().unwrap().iter().find(|o| o["applicable_to"][0] == "Windows");
    let windows = windows.unwrap();
    assert_eq!(windows["location"], serde_json::json!([title]));
    assert_eq!(windows["score_logbook"][0]["auto_generated"], true);
    assert_eq!(windows["score_logbook"][0]["score"], 2);
    assert_eq!(windows["score_logbook"][1]["comment"], "not yet");
    let linux = raised.as_array().unwrap().iter().find(|o| o["applicable_to"][0] == "Linux");
    assert_eq!(linux.unwrap()["score_logbook"][0]["score"], -1);
    assert_eq!(technique("T1003.001")[0]["score_logbook"][0]["score"], 2);
}

/// ICS has no platforms, and a register need not name systems.
#[test]
fn a_register_goes_out_in_good_health_on_any_domain() {
    for (domain, technique, component) in [
        ("ics-attack", "T0859", "User Account Authentication"),
        ("mobile-attack", "T1660", "Network Traffic Flow"),
        ("enterprise-attack", "T1003.001", "Process Access"),
    ] {
        let register = format!(
            "id,title,kind,function,techniques,data_components,strength,telemetry\n\
             C1,\"a; 'b': # c\",control,detect,{technique},,0.6,\n\
             D1,logs,data source,,,{component},,0.87\n"
        );
        let folder = super::written("export-domain", &[("register.csv", &register)]);
        let input = folder.join("register.csv");
        let words = ["--domain", domain, "--adversary", "G0034"];
        let words = if domain == "mobile-attack" { &words[..2] } else { &words[..] };
        let files = if domain == "mobile-attack" { &FILES[..2] } else { &FILES[..] };
        let folder = export(&format!("export-{domain}"), &[input.to_str().unwrap()], words, files);
        check_health(&folder, None, domain);
        check_again(&folder, words);
        let techniques = yaml(&folder.join("techniques.yaml"));
        let mut techniques = techniques["techniques"].as_array().unwrap().iter();
        let found = techniques.find(|found| found["technique_id"] == technique).unwrap();
        assert_eq!(found["detection"][0]["score_logbook"][0]["score"], 4, "{domain}");
    }
}

/// Containers are no system of the file, and a control that is for all sees what happens there.
#[test]
fn what_no_system_is_on_has_one_of_its_own() {
    let techniques = "file_type: technique-administration
platform: [Windows]
techniques:
- technique_id: T1055
  detection:
  - {applicable_to: [Desks], location: [], comment: '', score_logbook: [{date: 2025-01-02, score: 4, comment: ''}]}
";
    let controls = "id,function,techniques,strength\nC1,detect,T1610,0.5\n";
    let files = [("techniques.yaml", techniques), ("controls.csv", controls)];
    let folder = super::written("export-containers", &files);
    let folder = export("export-containers-out", &[folder.to_str().unwrap()], &[], &FILES[..1]);
    check_health(&folder, None, "enterprise-attack");
    let file = yaml(&folder.join("techniques.yaml"));
    let said = |at: usize| file["techniques"][at]["detection"][0]["applicable_to"][0].clone();
    assert_eq!((said(0), said(1)), ("Desks".into(), "Containers".into()));
    assert_eq!(file["platform"], serde_json::json!(["Containers", "Windows"]));
}

#[test]
fn nothing_is_written_over() {
    let folder = export("export-over", &["controls/example"], &[], &FILES);
    let before = fs::read(folder.join("techniques.yaml")).unwrap();
    let output = folder.to_str().unwrap();
    let words = ["export", "--to", "dettect", "controls/example", "-o", output, "-q"];
    let run = lacuna(&root(), &words);
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8(run.stderr).unwrap().contains("is there already"));
    assert_eq!(fs::read(folder.join("techniques.yaml")).unwrap(), before);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), FILES.len());
}

#[test]
fn the_same_inputs_give_the_same_files() {
    let one = export("export-same-1", &["controls/example"], &["--threads", "1"], &FILES);
    let other = export("export-same-2", &["controls/example"], &["--threads", "4"], &FILES);
    for file in FILES {
        assert!(fs::read(one.join(file)).unwrap() == fs::read(other.join(file)).unwrap(), "{file}");
    }
}
