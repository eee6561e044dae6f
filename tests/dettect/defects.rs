//! What DeTT&CT does wrong without a word, or without an exit code, is done right here.

use std::fs;

use serde_json::Value;

use super::{RELEASE, layer, sample, scored, scores, written};
use crate::support::{json, lacuna, lacuna_json, scratch, shared};

/// A technique file with these scores of detection.
fn techniques(scores: &[(&str, i64)]) -> String {
    let technique = |(id, score): &(&str, i64)| {
        format!(
            "- technique_id: {id}\n  detection:\n  - applicable_to: [all]\n    location: []\n    \
             score_logbook:\n    - {{date: 2026-01-01, score: {score}, comment: ''}}\n"
        )
    };
    let techniques: String = scores.iter().map(technique).collect();
    format!(
        "version: 1.2\nfile_type: technique-administration\nname: ours\nplatform: [Windows]\n\
         techniques:\n{techniques}"
    )
}

#[test]
fn what_could_not_be_done_has_an_exit_code() {
    let bad = techniques(&[("T1059", 9), ("T1055", 3)]);
    let folder = written(
        "dettect-codes",
        &[("bad.yaml", &bad), ("broken.yaml", "file_type: technique-administration\n  x: [\n")],
    );
    let code = |words: &[&str]| lacuna(&folder, words).status.code();
    let layer = ["--compat", "dettect", "-o", "layer.json"];
    assert_eq!(
        code(&[&["heatmap", "missing.yaml", "--show", "detect"], &layer[..]].concat()),
        Some(2)
    );
    assert_eq!(
        code(&[&["heatmap", "broken.yaml", "--show", "detect"], &layer[..]].concat()),
        Some(2)
    );
    let unknown = ["heatmap", "--show", "groups", "--adversary", "APT2929"];
    assert_eq!(code(&[&unknown, &layer[..]].concat()), Some(2));
    let overlay = ["heatmap", "--show", "groups", "--overlay", "APT2929"];
    assert_eq!(code(&[&overlay, &layer[..]].concat()), Some(2));
    let release = ["heatmap", "--show", "groups", "--attack", "missing.json"];
    assert_eq!(code(&[&release, &layer[..]].concat()), Some(2));
    assert!(!folder.join("layer.json").exists());
    assert_eq!(code(&["import", "bad.yaml"]), Some(0));
    assert_eq!(code(&["import", "bad.yaml", "--strict"]), Some(1));
}

#[test]
fn a_score_out_of_range_is_in_no_layer() {
    let bad = techniques(&[("T1059", 9), ("T1055", 3)]);
    let folder = written("dettect-range", &[("bad.yaml", &bad)]);
    let path = folder.join("bad.yaml");
    let words = [path.to_str().unwrap(), "--show", "detect", "-q"];
    let layer = layer("dettect-range-layer", &words);
    assert_eq!(scored(&layer).into_iter().collect::<Vec<_>>(), [("T1055", 3)]);
    let account = lacuna_json(&folder, &["import", "bad.yaml", "--format", "json", "-q"]);
    assert_eq!(account["inputs"][0]["not_understood"], 1);
}

/// An older entry out of range is said, and the newest counts all the same.
#[test]
fn an_old_score_out_of_range_is_said() {
    let text = techniques(&[("T1055", 3)]).replace(
        "    - {date: 2026-01-01",
        "    - {date: 2025-01-01, score: 7}\n    - {date: 2026-01-01",
    );
    let folder = written("dettect-range-old", &[("old.yaml", &text)]);
    let account = lacuna_json(&folder, &["import", "old.yaml", "--format", "json", "-q"]);
    assert_eq!(account["inputs"][0]["used"], 1);
    assert_eq!(account["capabilities"][0]["dettect"], 3);
    let messages: Vec<&str> = account["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|diagnostic| diagnostic["message"].as_str().unwrap())
        .collect();
    assert!(messages.iter().any(|message| message.contains("score_history")), "{messages:?}");
}

#[test]
fn no_layer_holds_what_its_release_does_not() {
    let Some(shared) = shared() else { return };
    let attack = ingest::releases::load(Some("18.1"), "enterprise-attack").unwrap();
    let file = sample(&shared, "techniques-administration-endpoints.yaml");
    let words: [&[&str]; 4] = [
        &["--show", "groups"],
        &[&file, "--show", "groups", "--overlay", "visibility"],
        &[&file, "--show", "visibility"],
        &[&file, "--show", "visibility", "--overlay", "detect"],
    ];
    for words in words {
        let layer = layer("dettect-live", &[words, &RELEASE].concat());
        let scores = scores(&layer);
        assert!(!scores.contains_key("T0895"));
        for id in scores.keys() {
            assert!(attack.technique(id.parse().unwrap()).is_some(), "{id} in {words:?}");
        }
        // Without a tactic an entry stands under all of its technique's: none can be wrong.
        let entries = layer["techniques"].as_array().unwrap();
        assert!(entries.iter().all(|entry| entry.get("tactic").is_none()));
        assert_eq!(layer["versions"]["attack"], "18");
    }
}

#[test]
fn dead_ids_are_said_and_followed() {
    let Some(shared) = shared() else { return };
    let file = sample(&shared, "techniques-administration-endpoints.yaml");
    let folder = scratch("dettect-dead");
    let account =
        lacuna_json(&folder, &["import", &file, "--attack", "18.1", "--format", "json", "-q"]);
    let diagnostics = account["diagnostics"].as_array().unwrap();
    let newer = |id: &str| {
        let message = |d: &&Value| d["message"].as_str().unwrap().starts_with(&format!("{id} is"));
        diagnostics.iter().filter(|d| d["code"] == "newer-id").find(message).is_some()
    };
    for id in ["T1685", "T1685.001", "T1685.005", "T1685.006", "T1686", "T1688", "T1689", "T1690"] {
        assert!(newer(id), "{id}");
    }
    // The release in which they are dead has what became of them.
    let capabilities = account["capabilities"].as_array().unwrap();
    let followed = capabilities.iter().find(|c| c["written"]["T1070.001"][0] == "T1685.005");
    assert!(followed.is_some());
    // On the release of the files none is dead.
    let account = lacuna_json(&folder, &["import", &file, "--format", "json", "-q"]);
    assert_eq!(account["resolution"]["unknown"], 0);
    assert_eq!(account["resolution"]["newer"].as_u64().unwrap_or(0), 0);
}

#[test]
fn one_dead_id_costs_nothing_but_itself() {
    let Some(shared) = shared() else { return };
    let file = sample(&shared, "techniques-administration-endpoints.yaml");
    let whole = layer("dettect-whole", &[&[&*file, "--show", "visibility"], &RELEASE[..]].concat());
    let dead = "- technique_id: T9999
  technique_name: x
  detection: []
  visibility:
  - applicable_to: [all]
    comment: ''
    score_logbook: [{date: 2026-01-01, score: 2, comment: ''}]
";
    let text = fs::read_to_string(file).unwrap().replace("\nnotes: ", &format!("\n{dead}notes: "));
    assert!(text.contains("T9999"));
    let folder = written("dettect-one-dead", &[("techniques.yaml", &text)]);
    let path = folder.join("techniques.yaml");
    let words = [path.to_str().unwrap(), "--show", "visibility"];
    let with_dead = layer("dettect-one-dead-layer", &[&words, &RELEASE[..]].concat());
    assert_eq!(scores(&whole), scores(&with_dead));
    let words = ["import", "techniques.yaml", "--attack", "18.1", "--format", "json", "-q"];
    let account = lacuna_json(&folder, &words);
    // Those of a newer release are unknown to this one, too.
    let count = |class: &str| account["resolution"][class].as_u64().unwrap();
    assert_eq!(count("unknown") - count("newer"), 1);
    let said = account["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|d| d["message"].as_str().unwrap().starts_with("T9999"))
        .count();
    assert_eq!(said, 1);
}

#[test]
fn a_layer_names_the_release_that_it_was_made_with() {
    for (version, major) in [("18.1", "18"), ("19.2", "19")] {
        let words = ["--show", "groups", "--attack", version, "-q"];
        let layer = layer("dettect-version", &words);
        assert_eq!(layer["versions"]["attack"], major);
    }
}

#[test]
fn of_several_adversaries_none_is_left_out() {
    let words = ["--show", "groups", "--adversary", "APT28", "--adversary", "APT29"];
    let layer = layer("dettect-several", &[&words[..], &RELEASE].concat());
    assert_eq!(scored(&layer).len(), 91 + 66 - 29);
}

#[test]
fn names_of_data_sources_may_have_other_capitals_and_are_checked() {
    let source = |name: &str| {
        format!(
            "- data_source_name: {name}\n  data_source:\n  - {{applicable_to: [all], data_quality: \
             {{device_completeness: 1, data_field_completeness: 1, timeliness: 1, consistency: 1, \
             retention: 1}}}}\n"
        )
    };
    let text = format!(
        "version: 1.1\nfile_type: data-source-administration\nname: x\nsystems:\n- applicable_to: \
         Desks\n  platform: [Windows]\ndata_sources:\n{}{}",
        source("process CREATION"),
        source("Proces Creation"),
    );
    let folder = written("dettect-names", &[("sources.yaml", &text)]);
    let account = lacuna_json(&folder, &["import", "sources.yaml", "--format", "json", "-q"]);
    assert_eq!(account["capabilities"][1]["data_components"][0], "DC0032");
    let diagnostics = account["diagnostics"].as_array().unwrap();
    let misspelt =
        diagnostics.iter().find(|d| d["message"].as_str().unwrap().contains("Proces Creation"));
    let help = misspelt.unwrap()["help"].as_str().unwrap();
    assert!(help.contains("Process Creation"), "{help}");
}

#[test]
fn samples_of_other_domains_are_no_exception() {
    let Some(shared) = shared() else { return };
    for (domain, name, scores) in [("ics-attack", "ics", 1), ("mobile-attack", "mobile", 0)] {
        let file = |kind: &str| sample(&shared, &format!("{kind}-{name}.yaml"));
        for (file, show) in [
            (file("techniques-administration"), "detect"),
            (file("techniques-administration"), "visibility"),
            (file("data-sources"), "data-sources"),
        ] {
            let words = [&file, "--show", show, "--domain", domain, "-q"];
            let layer = layer("dettect-domains", &words);
            assert_eq!(layer["domain"], domain);
            let attack = ingest::releases::load(None, domain).unwrap();
            if show != "detect" {
                assert_eq!(layer["techniques"].as_array().unwrap().len(), attack.techniques.len());
            } else {
                assert!(scored(&layer).len() >= scores, "{name}");
            }
        }
    }
}

#[test]
fn the_same_files_give_the_same_layer() {
    let Some(shared) = shared() else { return };
    let file = sample(&shared, "techniques-administration-endpoints.yaml");
    let folder = scratch("dettect-same-bytes");
    let write = |name: &str, threads: &str| {
        let words = [
            "heatmap",
            &file,
            "--compat",
            "dettect",
            "--show",
            "groups",
            "--overlay",
            "visibility",
        ];
        let rest = ["--threads", threads, "-q", "-o", name];
        assert!(lacuna(&folder, &[&words[..], &rest].concat()).status.success());
        fs::read(folder.join(name)).unwrap()
    };
    assert!(write("a.json", "1") == write("b.json", "4"));
    assert!(json(&folder.join("a.json"))["techniques"].as_array().unwrap().len() > 488);
}

#[test]
fn what_dettect_has_no_layer_of_is_refused() {
    let folder = scratch("dettect-refused");
    let refused = |words: &[&str], says: &str| {
        let output = lacuna(&folder, &[&["heatmap"], words].concat());
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(says), "{words:?}: {said}");
    };
    let layer = ["--compat", "dettect", "-o", "x.json"];
    refused(&[&["--show", "threat"], &layer[..]].concat(), "no layer of threat");
    refused(
        &[&["--show", "data-sources", "--overlay", "detect"], &layer[..]].concat(),
        "over data-sources",
    );
    refused(&[&["--show", "detect", "--overlay", "APT29"], &layer[..]].concat(), "over detect");
    refused(
        &[&["--show", "groups", "--overlay", "detect", "--overlay", "APT29"], &layer[..]].concat(),
        "over groups",
    );
    refused(&["--show", "detect", "--compat", "dettect", "-o", "x.svg"], "layers, not pictures");
    refused(&["--show", "groups", "-o", "x.svg"], "not yet");
    refused(&["--show", "detect", "--overlay", "visibility", "-o", "x.json"], "--compat");
    refused(
        &["--show", "groups", "--overlay", "detect", "--compat", "dettect", "-o", "x.json"],
        "lacuna.toml",
    );
}

/// DeTT&CT reads one file of groups and leaves out any other without a word.
#[test]
fn several_files_of_groups_all_count() {
    let Some(shared) = shared() else { return };
    let file = |name: &str| {
        let path = shared.join("corpora/dettect/threat-actor-data").join(name);
        path.to_str().unwrap().to_owned()
    };
    let (red_canary, other) = (file("20220322-RedCanary.yaml"), file("20210331-RedCanary.yaml"));
    let layer_of = |name: &str, adversaries: &[&str]| {
        let typed = adversaries.iter().flat_map(|adversary| ["--adversary", adversary]);
        layer(name, &typed.chain(["--show", "groups", "-q"]).collect::<Vec<_>>())
    };
    let ids = |layer: &Value| -> std::collections::BTreeSet<String> {
        let counted = scores(layer).into_iter().filter(|(_, (score, _))| !score.is_null());
        counted.map(|(id, _)| id.to_owned()).collect()
    };
    let (one, two, both) = (
        layer_of("dettect-groups-1", &[&red_canary]),
        layer_of("dettect-groups-2", &[&other]),
        layer_of("dettect-groups-3", &[&red_canary, &other]),
    );
    assert_eq!(ids(&both), ids(&one).union(&ids(&two)).cloned().collect());
    assert!(ids(&both).len() > ids(&one).len());
    // With the weight of its commonest technique, a weighted file counts as it is written.
    let weighted = layer_of("dettect-groups-4", &[&format!("{red_canary}=5998")]);
    let score = |id: &str| scores(&weighted)[id].0.as_f64();
    assert_eq!(ids(&weighted).len(), 17);
    assert_eq!([score("T1059"), score("T1059.001")], [Some(5998.0), Some(3309.0)]);
}
