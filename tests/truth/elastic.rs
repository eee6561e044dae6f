//! Elastic's detection rules, building blocks, hunts and an export from Kibana.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use ingest::{Draft, SourceRead};
use model::attack::Attack;
use model::capability::Status;
use model::diagnostic::Code;
use model::policy::Policy;
use model::strength;
use serde_json::{Value, json};

use super::{Counts, assert_counts, count, counted, drafts, read, release};
use crate::support::{json, shared, unpacked};

const ARCHIVE: &str = "elastic-detection-rules.tar.zst";

/// What truth says of a corpus; its tactics by id, since names stand behind them.
fn truth(shared: &Path, corpus: &str) -> Value {
    let mut truth = json(&shared.join("corpora/truth/rules.json"))["corpora"][corpus].clone();
    let tactics = truth["tactics"].as_object().unwrap().clone();
    let by_id = tactics.into_iter().map(|(name, n)| (name[..6].to_owned(), n)).collect();
    truth["tactics"] = Value::Object(by_id);
    truth
}

/// Truth lists each parent beside its sub-techniques, as the files do; we take the deepest ids.
fn with_parents(mut read: SourceRead) -> SourceRead {
    for draft in &mut read.drafts {
        let parents: Vec<_> = draft.ids.iter().filter_map(|(id, _)| id.parent()).collect();
        draft.ids.extend(parents.into_iter().map(|id| (id, None)));
        let mut seen = BTreeSet::new();
        draft.ids.retain(|(id, _)| seen.insert(*id));
    }
    read
}

fn words(read: &SourceRead, takes: &dyn Fn(&str) -> bool) -> Value {
    let drafts = || drafts(read, takes);
    let maturity = |d: &Draft| match d.capability.rule_status?.word() {
        "stable" => Some("production"),
        other => Some(other),
    };
    let severity = |d: &Draft| d.capability.rule_level.map(|level| level.word());
    let block = |d: &Draft| if d.capability.hunting { "default" } else { "(absent)" };
    json!({
        "maturity": count(drafts().filter_map(maturity)),
        "severity": count(drafts().filter_map(severity)),
        "building_block": count(drafts().map(block)),
        "has_updated": { "True": drafts().filter(|d| d.capability.modified.is_some()).count() },
    })
}

fn check(truth: &Value, attack: &Attack, read: SourceRead, takes: &dyn Fn(&str) -> bool) {
    let leaves: usize = drafts(&read, takes).map(|draft| draft.ids.len()).sum();
    let what = truth["description"].as_str().unwrap();
    assert_eq!(truth["notes"]["leaf_refs"], leaves, "{what}");
    let words = words(&read, takes);
    for (name, found) in words.as_object().unwrap() {
        assert_eq!(&truth["fields"][name], found, "{what}: {name}");
    }
    let created = drafts(&read, takes).filter(|d| d.capability.created.is_some()).count();
    assert_eq!(truth["rules"], created, "{what}: created");
    assert_counts(truth, &counted(attack, &with_parents(read), takes), &[], what);
}

/// How many records are off.
fn off(read: &SourceRead) -> usize {
    let policy = Policy::default();
    drafts(read, &|_| true).filter(|draft| strength::is_off(&draft.capability, &policy)).count()
}

/// Files in a folder and below it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn lines_of(files: &[PathBuf], line: &str) -> usize {
    let texts = files.iter().map(|file| fs::read_to_string(file).unwrap());
    texts.map(|text| text.lines().filter(|l| l.trim() == line).count()).sum()
}

#[test]
fn every_count_of_every_elastic_folder_is_met() {
    let Some(shared) = shared() else { return };
    let tree = unpacked(&shared, ARCHIVE);
    let attack = release();
    let is_old = |path: &str| path.contains("/_deprecated/");
    let rules = read(&attack, &tree.join("rules"));
    let (current, old) =
        (truth(&shared, "elastic/rules"), truth(&shared, "elastic/rules_deprecated"));
    let blocks = truth(&shared, "elastic/building_block");
    // Off are those that were given up, and those whose own file switches them off.
    let switched_off = lines_of(&files(&tree.join("rules")), "enabled = false");
    let disabled = rules.drafts.iter().filter(|d| d.capability.status == Status::Disabled);
    assert!(switched_off > 0);
    assert_eq!(switched_off, disabled.count());
    assert_eq!(old["rules"], off(&rules) - switched_off);
    let all = current["rules"].as_u64().unwrap() + old["rules"].as_u64().unwrap();
    assert_eq!((rules.account.records as u64, rules.account.not_understood), (all, 0));

    check(&current, &attack, rules, &|path| !is_old(path));
    check(&old, &attack, read(&attack, &tree.join("rules/_deprecated")), &|_| true);
    let read = read(&attack, &tree.join("rules_building_block"));
    assert_eq!(blocks["rules"], read.account.records);
    assert_eq!((read.account.not_understood, off(&read)), (0, 0));
    check(&blocks, &attack, read, &|_| true);
}

#[test]
fn every_count_of_the_hunts_is_met() {
    let Some(shared) = shared() else { return };
    let truth = truth(&shared, "elastic/hunting");
    let attack = release();
    let read = read(&attack, &unpacked(&shared, ARCHIVE).join("hunting"));
    assert_eq!(truth["rules"], read.account.records);
    assert_eq!((read.account.not_understood, off(&read)), (0, 0));
    assert!(read.drafts.iter().all(|draft| draft.capability.hunting));
    assert_counts(&truth, &counted(&attack, &read, &|_| true), &[], "hunts");
    // What truth calls malformed is of MITRE ATLAS.
    let others = read.drafts.iter().flat_map(|d| &d.other_frameworks).map(|(id, _)| id.as_str());
    assert_eq!(truth["malformed_refs"], json!(count(others)));
    let sources = read.drafts.iter().flat_map(|draft| draft.capability.log_source.clone());
    assert_eq!(truth["fields"]["integration"], json!(count(sources)));
    let mut ids: Counts<&str> = count(read.drafts.iter().map(|d| d.capability.id.as_str()));
    ids.retain(|_, n| *n > 1);
    assert_eq!(truth["duplicate_rule_ids"], json!(ids));
}

#[test]
fn every_count_of_the_export_from_kibana_is_met() {
    let Some(shared) = shared() else { return };
    let truth = truth(&shared, "elastic/kibana-ndjson");
    let read = read(&release(), &unpacked(&shared, ARCHIVE).join("detection_rules"));
    // Truth takes exception lists and their entries, which nobody can enable, for rules.
    let lists = truth["fields"]["enabled"]["(absent)"].as_u64().unwrap();
    let rules = truth["rules"].as_u64().unwrap() - lists;
    let others =
        truth["notes"]["non_rule_line (export summary / exception list)"].as_u64().unwrap();
    assert_eq!(rules, read.account.records as u64);
    assert_eq!(lists + others, read.account.skipped as u64);
    assert_eq!((read.account.not_understood, off(&read)), (0, 0));
    let enabled = read.drafts.iter().filter(|d| d.capability.status == Status::Enabled);
    assert_eq!(truth["fields"]["enabled"]["True"], enabled.count());
    assert!(read.drafts.iter().all(|draft| !draft.capability.is_defaulted("status")));
    for (level, n) in count(read.drafts.iter().filter_map(|d| d.capability.rule_level)) {
        assert_eq!(truth["fields"]["severity"][level.word()], n);
    }
    assert_eq!(truth["technique_refs"], read.drafts.iter().map(|d| d.ids.len()).sum::<usize>());
}

#[test]
fn the_whole_tree_of_elastic_is_read_as_elastics_formats_only() {
    let Some(shared) = shared() else { return };
    let tree = unpacked(&shared, ARCHIVE);
    let read = read(&release(), &tree);
    assert_eq!(read.account.format, "elastic, elastic-hunt, kibana");
    let corpora = ["rules", "rules_deprecated", "building_block", "hunting"];
    let rules = |corpus: &str| truth(&shared, &format!("elastic/{corpus}"))["rules"].as_u64();
    let rules: u64 = corpora.iter().map(|corpus| rules(corpus).unwrap()).sum();
    let account = &read.account;
    // A file is a record or is skipped; the export holds some of both, a line each.
    let export = files(&tree.join("detection_rules"));
    let lines = fs::read_to_string(&export[0]).unwrap().lines().count();
    let of_export = drafts(&read, &|path| path.ends_with(".ndjson")).count();
    assert_eq!(account.records as u64, rules + of_export as u64);
    assert_eq!(account.records + account.skipped, account.files - 1 + lines);
    // Several documents of a file that are skipped for one reason are one note with their number.
    let told = read.diagnostics.iter().filter(|d| d.code == Code::SkippedFile);
    let told = told.map(|d| d.message.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(1));
    assert_eq!(told.sum::<usize>(), account.skipped);
    let records = drafts(&read, &|_| true).count();
    assert_eq!((records, account.not_understood), (account.records, 0));
    let unmapped = read.diagnostics.iter().filter(|d| d.code == Code::UnmappedLogSource);
    let unmapped: BTreeSet<&str> = unmapped.map(|d| d.message.as_str()).collect();
    assert_eq!(unmapped.len(), 1, "{unmapped:?}");
}
