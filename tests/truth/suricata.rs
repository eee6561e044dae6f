//! Network signatures: Emerging Threats, and sets without anything of ATT&CK.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::{
    assert_account, assert_counts, count, counted, drafts, in_words, levels, read, release,
    statuses,
};
use crate::support::{json, shared, unpacked};

#[test]
fn every_count_of_et_open_is_met() {
    let Some(shared) = shared() else { return };
    let truth =
        &json(&shared.join("corpora/truth/rules.json"))["corpora"]["suricata/etopen-2025-08"];
    let attack = release();
    let read = read(&attack, &unpacked(&shared, "suricata-etopen-2025-08.tar.zst"));
    assert_account(&read, "suricata", &truth["rules"]);

    let fields = &truth["fields"];
    let off = |word: &str| (word == "False").then_some("disabled");
    assert_eq!(in_words(&fields["enabled"], off), statuses(&read));
    let level = |word: &str| match word {
        "Informational" => Some("informational"),
        "Minor" => Some("low"),
        "Major" => Some("high"),
        "Critical" => Some("critical"),
        _ => None,
    };
    assert_eq!(in_words(&fields["signature_severity"], level), levels(&read));
    let dated = drafts(&read, &|_| true).filter(|d| d.capability.created.is_some()).count();
    assert_eq!(fields["meta_keys"]["created_at"], dated);
    let dated = drafts(&read, &|_| true).filter(|d| d.capability.modified.is_some()).count();
    assert_eq!(fields["meta_keys"]["updated_at"], dated);

    // Truth counts a tactic by its id and by its name; the id is enough.
    let mut by_id = truth["tactics"].clone();
    by_id.as_object_mut().unwrap().retain(|name, _| name.starts_with("TA"));
    let found = count(drafts(&read, &|_| true).flat_map(|d| d.tactics.clone()));
    assert_eq!(by_id, json!(found));
    // Truth looks into references for techniques alone; one names software.
    let found = counted(&attack, &read, &|_| true);
    assert_eq!(found["software"], json!({"S0191": 1}));
    assert_counts(truth, &found, &["tactics", "software"], "etopen");
}

/// Of the other sets the archive holds a part, so that truth is what a plain look at the lines says.
#[test]
fn signatures_without_metadata_are_read_line_by_line() {
    let Some(shared) = shared() else { return };
    let tree = unpacked(&shared, "suricata-nometa.tar.zst");
    let attack = release();
    for folder in ["hunting-rules", "suricata-update/tests"] {
        let folder = tree.join(folder);
        let read = read(&attack, &folder);
        let (all, off) = lines(&folder);
        assert_account(&read, "suricata", &json!(all));
        let stated: usize = statuses(&read).values().sum();
        assert_eq!((statuses(&read).get("disabled").copied().unwrap_or(0), stated), (off, off));
        assert!(drafts(&read, &|_| true).all(|d| d.ids.is_empty() && d.tactics.is_empty()));
    }
}

/// Lines that are a signature, and those of them behind a `#`.
fn lines(folder: &Path) -> (usize, usize) {
    let (mut all, mut off) = (0, 0);
    for file in fs::read_dir(folder).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        for line in String::from_utf8_lossy(&bytes).replace("\\\n", " ").lines() {
            let bare = line.trim_start_matches(['#', ' ']);
            if bare.starts_with("alert ") && bare.contains("sid:") {
                all += 1;
                off += usize::from(line.starts_with('#'));
            }
        }
    }
    (all, off)
}
