//! A sample of Microsoft Sentinel's public rules.

use serde_json::json;

use model::policy::Policy;
use model::strength;

use super::{assert_counts, count, counted, drafts, read, release};
use crate::support::{json, shared, unpacked};

#[test]
fn every_count_of_the_sentinel_sample_is_met() {
    let Some(shared) = shared() else { return };
    let truth = &json(&shared.join("corpora/truth/rules.json"))["corpora"]["sentinel/azure-sample"];
    let attack = release();
    let read = read(&attack, &unpacked(&shared, "sentinel-azure-sample.tar.zst"));
    assert_counts(truth, &counted(&attack, &read, &|_| true), &[], "sentinel");
    let drafts = || drafts(&read, &|_| true);
    let level = |word: &str| match word {
        "high" => "High",
        "medium" => "Medium",
        "low" => "Low",
        word => panic!("{word}"),
    };
    let mut severities = truth["fields"]["severity"].clone();
    // One severity is a typing error: it is reported and left out.
    let typing_error = severities.as_object_mut().unwrap().remove("Mediumasdf");
    let bad = read.diagnostics.iter().filter(|d| d.message.contains("Mediumasdf")).count();
    assert_eq!(typing_error, Some(json!(bad)));
    let levels = drafts().filter_map(|d| d.capability.rule_level).map(|l| level(l.word()));
    assert_eq!(severities, json!(count(levels)));
    let without = drafts().filter(|d| d.capability.log_source.is_empty()).count();
    assert_eq!(truth["fields"]["connectors"]["(none)"], without);
    // What is no rule is a stub that says where its rule has moved to.
    let account = &read.account;
    assert_eq!(
        (&truth["files"], &truth["rules"]),
        (&json!(account.files), &json!(account.records))
    );
    assert_eq!(account.files, account.records + account.skipped);
    assert_eq!((account.not_understood, account.format.as_str()), (0, "sentinel"));
    assert!(drafts().all(|d| !strength::is_off(&d.capability, &Policy::default())));
    assert!(drafts().all(|d| !d.capability.hunting), "each has a severity");
    assert_eq!(read.diagnostics.len(), bad + account.skipped, "{:?}", read.diagnostics);
}
