//! Rules of Google SecOps.

use std::collections::BTreeMap;

use ingest::SourceRead;
use model::diagnostic::Code;
use model::id::TechniqueId;
use serde_json::json;

use super::{
    Counts, assert_account, assert_counts, count, counted, drafts, in_words, levels, read, release,
    statuses, unmapped,
};
use crate::support::{json, shared, unpacked};

fn level(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "info" => Some("informational"),
        "low" => Some("low"),
        "medium" => Some("medium"),
        "high" => Some("high"),
        "critical" => Some("critical"),
        _ => None,
    }
}

#[test]
fn every_count_of_current_rules_is_met() {
    let Some(shared) = shared() else { return };
    let truth = &json(&shared.join("corpora/truth/rules.json"))["corpora"]["chronicle/rules"];
    let attack = release();
    let tree = unpacked(&shared, "chronicle-yaral.tar.zst");
    let read = read(&attack, &tree.join("rules/community"));
    assert_account(&read, "chronicle", &truth["rules"]);
    assert_eq!(unmapped(&read), Vec::<&str>::new());
    assert_eq!(statuses(&read), Counts::new());
    assert_eq!(in_words(&truth["fields"]["severity"], level), levels(&read));
    let hunts = |word: &str| (word.eq_ignore_ascii_case("hunt")).then_some("hunt");
    let hunting = drafts(&read, &|_| true).filter(|d| d.capability.hunting).count();
    assert_eq!(in_words(&truth["fields"]["type"], hunts), [("hunt", hunting)].into());

    let found = counted(&attack, &read, &|_| true);
    assert_counts(truth, &found, &["tactics"], "chronicle/rules");
}

#[test]
fn every_count_of_older_rules_is_met() {
    let Some(shared) = shared() else { return };
    let truth = &json(&shared.join("corpora/truth/rules.json"))["corpora"]["chronicle/deprecated"];
    let attack = release();
    let tree = unpacked(&shared, "chronicle-yaral.tar.zst");
    let mut read = read(&attack, &tree.join("rules/_deprecated"));
    assert_account(&read, "chronicle", &truth["rules"]);
    assert_eq!(unmapped(&read), Vec::<&str>::new());
    assert_eq!(in_words(&truth["fields"]["severity"], level), levels(&read));
    let dated = drafts(&read, &|_| true).filter(|d| d.capability.created.is_some()).count();
    assert_eq!(truth["fields"]["meta_keys"]["created"], dated);

    // Truth takes an id behind any dot. We tell such near misses and count nothing for them; with
    // the ids in what was told every count is truth's.
    let told = near_misses(&read);
    for (path, words) in &told {
        let draft = read.drafts.iter_mut().find(|d| d.capability.origin.path == *path).unwrap();
        for word in words {
            let id = word.split_once('.').and_then(|(_, id)| TechniqueId::parse(id).ok());
            draft.ids.extend(id.map(|id| (id, None)));
        }
    }
    let found = counted(&attack, &read, &|_| true);
    assert_counts(truth, &found, &["tactics"], "chronicle/deprecated");

    // What truth has beside our tactics is of another catalogue, or told as a near miss.
    let others = ["car.", "capec", "cve", "csc", "nist", "iso", "pci", "gdpr", "tool."];
    let told: Vec<&String> = told.values().flatten().collect();
    let mut tactics = truth["tactics"].clone();
    tactics.as_object_mut().unwrap().retain(|name, _| {
        let lower = name.to_ascii_lowercase();
        !others.iter().any(|other| lower.starts_with(other)) && !told.contains(&name)
    });
    assert_eq!(tactics, json!(count(drafts(&read, &|_| true).flat_map(|d| d.tactics.clone()))));
}

/// The words that look like an id and are none, by file.
fn near_misses(read: &SourceRead) -> BTreeMap<String, Vec<String>> {
    let mut words: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for diagnostic in read.diagnostics.iter().filter(|d| d.code == Code::BadId) {
        let word = diagnostic.message.split('"').nth(1).unwrap().to_owned();
        words.entry(diagnostic.origin.path.clone()).or_default().push(word);
    }
    words
}
