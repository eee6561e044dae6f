//! What is read from SigmaHQ's rules, against an independent count.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use ingest::{Draft, ReadSettings, SourceChoice, SourceRead, read_source};
use model::attack::Attack;
use model::policy::Policy;
use model::resolve::{Class, Resolver};
use serde_json::{Value, json};

use crate::support::{json, shared, unpacked};

fn release() -> Attack {
    ingest::releases::load(Some("18.1"), "enterprise-attack").unwrap()
}

fn read(attack: &Attack, folder: &Path) -> SourceRead {
    let choice = SourceChoice {
        path: folder.to_path_buf(),
        shown: folder.file_name().unwrap().to_string_lossy().into_owned(),
        ..SourceChoice::default()
    };
    let settings = ReadSettings {
        formats: ingest::Formats::built_in(),
        attack,
        policy: &Policy::default(),
        assume: None,
        neighbours: &|| ingest::snapshot::neighbours(attack),
        progress: &|_, _| {},
        threads: None,
    };
    read_source(&choice, &settings).unwrap()
}

type Counts<K> = BTreeMap<K, usize>;

fn count<K: Ord>(keys: impl Iterator<Item = K>) -> Counts<K> {
    keys.fold(BTreeMap::new(), |mut counts, key| {
        *counts.entry(key).or_default() += 1;
        counts
    })
}

/// Truth calls an id active that is live in any domain.
fn class(resolver: &mut Resolver<'_>, id: model::id::TechniqueId) -> &'static str {
    match resolver.technique(id).class() {
        Class::Live | Class::OtherDomain => "active",
        Class::Replaced => "revoked",
        Class::Deprecated => "deprecated",
        Class::Unknown => "unknown",
    }
}

/// The counts of truth that concern what a rule set names.
fn counted(attack: &Attack, read: &SourceRead) -> Value {
    let mut resolver = Resolver::new(attack, || ingest::snapshot::neighbours(attack));
    // Records of one file with the same id that say the same are one draft.
    let drafts = || read.drafts.iter().flat_map(|d| std::iter::repeat_n(d, d.records));
    let ids = || drafts().flat_map(|draft| draft.ids.iter().map(|(id, _)| *id));
    let distinct: BTreeSet<_> = ids().collect();
    let refs: Vec<&str> = ids().map(|id| class(&mut resolver, id)).collect();
    let classes: Vec<&str> = distinct.iter().map(|id| class(&mut resolver, *id)).collect();
    let adversaries = |letter: char| {
        count(drafts().flat_map(|d| &d.adversaries).filter(|id| id.starts_with(letter)).cloned())
    };
    let with_technique = drafts().filter(|draft| !draft.ids.is_empty()).count();
    json!({
        "rules": read.account.records,
        "rules_with_technique": with_technique,
        "rules_without_technique": read.account.records - with_technique,
        "technique_refs": ids().count(),
        "distinct_techniques": distinct.len(),
        "distinct_subtechniques": distinct.iter().filter(|id| id.parent().is_some()).count(),
        "refs_by_class": count(refs.into_iter()),
        "distinct_by_class": count(classes.into_iter()),
        "tactics": count(drafts().flat_map(|d| &d.tactics).map(|name| name.replace('_', "-"))),
        "groups": adversaries('G'),
        "software": adversaries('S'),
    })
}

fn words(read: &SourceRead) -> Value {
    let drafts = || read.drafts.iter().flat_map(|d| std::iter::repeat_n(d, d.records));
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
        let truth = &truth["corpora"][format!("sigma/{folder}")];
        let read = read(&attack, &tree.join(folder));
        let counted = counted(&attack, &read);
        for (name, found) in counted.as_object().unwrap() {
            let mut expected = truth[name].clone();
            if name == "tactics" {
                expected = normalised(&expected);
            }
            assert_eq!(&expected, found, "{folder}: {name}");
        }
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
