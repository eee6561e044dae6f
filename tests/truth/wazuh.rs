//! Wazuh's ruleset.

use std::fs;

use model::diagnostic::Code;
use serde_json::{Value, json};

use super::{
    assert_account, assert_counts, count, counted, drafts, in_words, levels, read, release,
    statuses, unmapped,
};
use crate::support::{json, shared, unpacked};

#[test]
fn every_count_of_wazuh_is_met() {
    let Some(shared) = shared() else { return };
    let truth = &json(&shared.join("corpora/truth/rules.json"))["corpora"]["wazuh/ruleset-4.14.7"];
    let tree = unpacked(&shared, "wazuh-ruleset-4.14.7.tar.zst");
    let attack = release();
    let read = read(&attack, &tree);
    assert_account(&read, "wazuh", &truth["rules"]);
    assert_eq!(truth["files"], read.account.files);
    assert_eq!(unmapped(&read), Vec::<&str>::new());

    let level = |level: &str| match level.parse::<u8>().unwrap() {
        1..=3 => Some("informational"),
        4..=6 => Some("low"),
        7..=9 => Some("medium"),
        10..=12 => Some("high"),
        13.. => Some("critical"),
        0 => None,
    };
    assert_eq!(in_words(&truth["fields"]["level"], level), levels(&read));
    // Besides those of level 0, rules may be kept from alerting by a word of their own.
    let silent = truth["fields"]["level"]["0"].as_u64().unwrap() as usize + noalert_above_0(&tree);
    assert_eq!(statuses(&read), [("disabled", silent)].into());

    // Truth counts tactics and templates among the ids as malformed; we read the tactics and tell
    // the templates.
    let (mut tactics, mut templates) = (json!({}), 0);
    for (text, number) in truth["malformed_refs"].as_object().unwrap() {
        match text.starts_with("TA") {
            true => tactics[text] = number.clone(),
            false => templates += number.as_u64().unwrap() as usize,
        }
    }
    let found = count(drafts(&read, &|_| true).flat_map(|d| d.tactics.clone()));
    assert_eq!(tactics, json!(found));
    let told = read.diagnostics.iter().filter(|d| d.code == Code::BadId).count();
    assert_eq!(templates, told);
    let found: Value = counted(&attack, &read, &|_| true);
    assert_counts(truth, &found, &["tactics"], "wazuh");
}

/// Rules whose own tag says `noalert` and whose level is not 0, by the text alone.
fn noalert_above_0(tree: &std::path::Path) -> usize {
    let mut number = 0;
    for file in fs::read_dir(tree.join("ruleset/rules")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let tags = text.lines().filter(|line| line.contains("<rule ") && line.contains("noalert"));
        number += tags.filter(|line| !line.contains("level=\"0\"")).count();
    }
    number
}
