//! SigmaHQ's rules.

use std::collections::BTreeMap;
use std::fs;

use ingest::{Draft, SourceRead};
use serde_json::{Value, json};

use super::{Counts, assert_counts, count, counted, drafts, read, release};
use crate::support::{json, shared, unpacked};

fn words(read: &SourceRead) -> Value {
    let drafts = || drafts(read, &|_| true);
    let status = |d: &Draft| d.capability.rule_status.map(|status| status.word());
    let level = |d: &Draft| d.capability.rule_level.map(|level| level.word());
    json!({
        "status": count(drafts().filter_map(status)),
        "level": count(drafts().filter_map(level)),
    })
}

#[test]
fn every_count_of_every_sigma_folder_is_met() {
    let Some(shared) = shared() else { return };
    let truth = json(&shared.join("corpora/truth/rules.json"));
    let tree = unpacked(&shared, "sigma.tar.zst");
    let attack = release();
    let folders = [
        "rules",
        "rules-emerging-threats",
        "rules-threat-hunting",
        "rules-compliance",
        "rules-placeholder",
        "deprecated",
        "unsupported",
    ];
    for folder in folders {
        let mut truth = truth["corpora"][format!("sigma/{folder}")].clone();
        truth["tactics"] = normalised(&truth["tactics"]);
        let read = read(&attack, &tree.join(folder));
        assert_eq!(truth["rules"], read.account.records, "{folder}");
        assert_counts(&truth, &counted(&attack, &read, &|_| true), &[], folder);
        let words = words(&read);
        assert_eq!(truth["fields"]["status"], words["status"], "{folder}");
        assert_eq!(truth["fields"]["level"], words["level"], "{folder}");
        assert_eq!(read.account.not_understood, 0, "{folder}");
    }
}

fn normalised(tactics: &Value) -> Value {
    let mut counts: Counts<String> = BTreeMap::new();
    for (name, count) in tactics.as_object().unwrap() {
        *counts.entry(name.replace('_', "-")).or_default() += count.as_u64().unwrap() as usize;
    }
    json!(counts)
}

#[test]
fn every_rule_names_what_truth_says_it_names() {
    let Some(shared) = shared() else { return };
    let tree = unpacked(&shared, "sigma.tar.zst");
    let attack = release();
    let read = read(&attack, &tree.join("rules"));
    let found: BTreeMap<&str, &Draft> =
        read.drafts.iter().map(|draft| (draft.capability.origin.path.as_str(), draft)).collect();
    let truth =
        fs::read_to_string(shared.join("corpora/truth/sigma_rules_per_rule.jsonl")).unwrap();
    let mut rules = 0;
    for line in truth.lines() {
        let rule: Value = serde_json::from_str(line).unwrap();
        let path = rule["path"].as_str().unwrap();
        let draft = found.get(path).unwrap_or_else(|| panic!("{path} was not read"));
        assert_eq!(said(draft), rule_said(&rule), "{path}");
        rules += 1;
    }
    assert_eq!((rules, read.drafts.len()), (3141, 3141));
}

fn said(draft: &Draft) -> Value {
    let adversaries = |letter: char| {
        draft.adversaries.iter().filter(|id| id.starts_with(letter)).collect::<Vec<_>>()
    };
    json!({
        "id": draft.capability.id,
        "techniques": draft.ids.iter().map(|(id, _)| id).collect::<Vec<_>>(),
        "tactics": draft.tactics,
        "groups": adversaries('G'),
        "software": adversaries('S'),
        "severity": draft.capability.rule_level.map(|level| level.word()),
        "status": draft.capability.rule_status.map(|status| status.word()),
    })
}

fn rule_said(rule: &Value) -> Value {
    let mut rule = rule.as_object().unwrap().clone();
    rule.remove("path");
    for key in ["techniques", "tactics", "groups", "software"] {
        let list = rule.get_mut(key).and_then(Value::as_array_mut).unwrap();
        list.sort_by_key(|entry| entry.as_str().map(str::to_owned));
        list.dedup();
    }
    Value::Object(rule)
}
