//! Splunk's security content, in its three layouts.

use std::collections::BTreeSet;

use ingest::SourceRead;
use model::policy::Policy;
use model::strength;
use serde_json::{Value, json};

use super::{Takes, assert_counts, count, counted, drafts, read, release};
use crate::support::{json, shared, unpacked};

/// The fields of truth that the model holds.
fn fields(read: &SourceRead, takes: Takes<'_>) -> Value {
    let drafts = || drafts(read, takes);
    let status = drafts().filter_map(|draft| draft.capability.rule_status);
    json!({
        "status": count(status.map(|status| match status.word() {
            "stable" => "production",
            word => word,
        })),
        "hunting": drafts().filter(|draft| draft.capability.hunting).count(),
        "without_data_source": drafts().filter(|d| d.capability.log_source.is_empty()).count(),
        "dated": drafts().filter(|draft| draft.capability.modified.is_some()).count(),
    })
}

fn assert_fields(truth: &Value, read: &SourceRead, takes: Takes<'_>, what: &str) {
    let found = fields(read, takes);
    let fields = &truth["fields"];
    let said = |field: &str, value: &str| fields[field][value].as_u64().unwrap_or(0);
    assert_eq!(fields["status"], found["status"], "{what}");
    assert_eq!(said("type", "Hunting"), found["hunting"], "{what}");
    assert_eq!(said("data_source", "(absent)"), found["without_data_source"], "{what}");
    // The 2026 layout has no `date`, but says when a detection was modified.
    assert_eq!(truth["rules"], found["dated"], "{what}");
}

#[test]
fn every_count_of_every_splunk_layout_is_met() {
    let Some(shared) = shared() else { return };
    let truth = &json(&shared.join("corpora/truth/rules.json"))["corpora"];
    let attack = release();
    let layouts = [
        ("splunk-2026-sample.tar.zst", "splunk/2026-format-sample"),
        ("contentctl-templates.tar.zst", "splunk/contentctl-template"),
    ];
    for (archive, name) in layouts {
        let read = read(&attack, &unpacked(&shared, archive));
        assert_eq!(truth[name]["rules"], read.account.records, "{name}");
        assert_counts(&truth[name], &counted(&attack, &read, &|_| true), &[], name);
        assert_fields(&truth[name], &read, &|_| true, name);
    }
    let folder = unpacked(&shared, "splunk-security-content.tar.zst").join("detections");
    let read = read(&attack, &folder);
    let is_deprecated = |path: &str| path.starts_with("detections/deprecated/");
    let parts: [(&str, Takes<'_>); 3] = [
        ("splunk/detections", &|path| !is_deprecated(path)),
        ("splunk/detections_deprecated", &is_deprecated),
        ("splunk/detections_all", &|_| true),
    ];
    for (name, takes) in parts {
        assert_counts(&truth[name], &counted(&attack, &read, takes), &[], name);
        assert_fields(&truth[name], &read, takes, name);
    }
    let all = &truth["splunk/detections_all"];
    assert_eq!(
        (&all["files"], &all["rules"]),
        (&json!(read.account.files), &json!(read.account.records))
    );
    assert_eq!((read.account.not_understood, read.account.skipped), (0, 0));
    let policy = Policy::default();
    let off = drafts(&read, &|_| true).filter(|d| strength::is_off(&d.capability, &policy)).count();
    assert_eq!(truth["splunk/detections_deprecated"]["rules"], off);
}

#[test]
fn every_data_source_of_splunk_is_known() {
    let Some(shared) = shared() else { return };
    let attack = release();
    let read =
        read(&attack, &unpacked(&shared, "splunk-security-content.tar.zst").join("detections"));
    let sources: BTreeSet<&String> =
        read.drafts.iter().flat_map(|draft| &draft.capability.log_source).collect();
    assert!(sources.len() > 150, "{}", sources.len());
    let about: Vec<&str> = read.diagnostics.iter().map(|d| d.message.as_str()).collect();
    assert!(about.is_empty(), "{about:?}");
}

#[test]
fn a_whole_splunk_repository_is_read_as_its_format_only() {
    let Some(shared) = shared() else { return };
    let attack = release();
    for archive in ["splunk-security-content.tar.zst", "contentctl-templates.tar.zst"] {
        let read = read(&attack, &unpacked(&shared, archive));
        let account = &read.account;
        assert_eq!(account.format, "splunk", "{archive}");
        // A file is one record or one document that is none.
        assert_eq!(account.files, account.records + account.skipped, "{archive}");
        assert_eq!(account.not_understood, 0, "{archive}");
        let reasons = read.diagnostics.iter().filter(|d| d.message.contains("skipped: ")).count();
        assert_eq!(reasons, account.skipped, "{archive}");
    }
}
