//! Atomic Red Team: tests, which are facts and no rules.

use std::collections::BTreeSet;

use ingest::AtomicTest;
use model::diagnostic::Code;
use model::resolve::Resolver;
use serde_json::{Value, json};

use super::{class, count, read, release};
use crate::support::{json, shared, unpacked};

#[test]
fn every_count_of_the_atomic_tests_is_met() {
    let Some(shared) = shared() else { return };
    let truth = &json(&shared.join("corpora/truth/rules.json"))["corpora"]["atomic-red-team"];
    let attack = release();
    let mut resolver = Resolver::new(&attack, || ingest::snapshot::neighbours(&attack));
    let tests: Vec<AtomicTest> = ingest::atomic_tests().collect();
    let distinct: BTreeSet<_> = tests.iter().map(|test| test.technique).collect();
    let refs: Vec<&str> = tests.iter().map(|test| class(&mut resolver, test.technique)).collect();
    let classes: Vec<&str> = distinct.iter().map(|id| class(&mut resolver, *id)).collect();
    assert_eq!(truth["rules"], tests.len());
    assert_eq!(truth["technique_refs"], tests.len());
    assert_eq!(truth["distinct_techniques"], distinct.len());
    // A file per technique.
    assert_eq!(truth["files"], distinct.len());
    let subs = distinct.iter().filter(|id| id.parent().is_some()).count();
    assert_eq!(truth["distinct_subtechniques"], subs);
    assert_eq!(truth["refs_by_class"], json!(count(refs.into_iter())));
    assert_eq!(truth["distinct_by_class"], json!(count(classes.into_iter())));
    let per_technique = count(tests.iter().map(|test| test.technique.to_string()));
    assert_eq!(truth["technique_rule_counts"], json!(per_technique));
    assert_eq!(truth["fields"]["executor"], json!(count(tests.iter().map(|test| test.executor))));
    let elevation = |test: &AtomicTest| match test.elevation {
        Some(true) => "True",
        Some(false) => "False",
        None => "(absent)",
    };
    assert_eq!(truth["fields"]["elevation"], json!(count(tests.iter().map(elevation))));
    assert_eq!(platforms(&truth["fields"]["platforms"]), count(tests.iter().flat_map(named)));
}

fn named(test: &AtomicTest) -> Vec<String> {
    test.platforms.iter().map(ToString::to_string).collect()
}

/// Truth's counts under the names that ATT&CK has: no test names two clouds, or two office suites.
fn platforms(truth: &Value) -> super::Counts<String> {
    let mut counts = super::Counts::new();
    for (name, n) in truth.as_object().unwrap() {
        let platform = match name.as_str() {
            "iaas:aws" | "iaas:azure" | "iaas:gcp" => "IaaS",
            "office-365" | "google-workspace" => "Office Suite",
            "azure-ad" => "Identity Provider",
            "containers" => "Containers",
            "windows" => "Windows",
            "linux" => "Linux",
            "macos" => "macOS",
            other => panic!("{other} is new"),
        };
        *counts.entry(platform.to_owned()).or_default() += n.as_u64().unwrap() as usize;
    }
    counts
}

#[test]
fn the_whole_tree_of_atomic_tests_is_skipped() {
    let Some(shared) = shared() else { return };
    let truth = &json(&shared.join("corpora/truth/rules.json"))["corpora"]["atomic-red-team"];
    let read = read(&release(), &unpacked(&shared, "atomic-red-team.tar.zst"));
    assert_eq!(read.account.format, "atomic");
    assert_eq!((read.account.records, read.drafts.len()), (0, 0));
    assert_eq!(read.account.skipped, read.account.files);
    let told = read.diagnostics.iter().filter(|d| d.code == Code::SkippedFile);
    let tests = told.filter(|d| d.message.contains("holds tests of Atomic Red Team")).count();
    assert_eq!(truth["files"], tests);
}
