//! Security stack mappings of the Center for Threat-Informed Defense.

use std::collections::BTreeSet;
use std::process::Command;

use model::diagnostic::Code;
use model::resolve::Resolver;

use super::{class, count, drafts, number_of_documents, read, release};
use crate::support::{json, scratch, shared};

#[test]
fn every_count_of_the_security_stack_mappings_is_met() {
    let Some(shared) = shared() else { return };
    let truth = &json(&shared.join("corpora/truth/rules.json"))["corpora"];
    let truth = &truth["ctid/security-stack-mappings"];
    let folder = scratch("security-stack");
    let archive = shared.join("corpora/ctid/security-stack-mappings.tar.zst");
    let unpack = format!("zstd -dc '{}' | tar x -C '{}'", archive.display(), folder.display());
    assert!(Command::new("bash").args(["-c", &unpack]).status().unwrap().success());
    let attack = release();
    let read = read(&attack, &folder.join("mappings"));

    assert_eq!(read.account.format, "ctid-stack");
    assert_eq!(read.account.not_understood, 0);
    // A record is a score; a feature with none is skipped.
    let notes = truth["notes"].as_object().unwrap();
    let scores = notes.iter().filter(|(note, _)| note.contains("score "));
    let scores = scores.map(|(note, count)| {
        let words: Vec<&str> = note.split(' ').skip(1).collect();
        (words.join("/").to_lowercase().replace("protect", "prevent"), count.as_u64().unwrap())
    });
    let mut expected = std::collections::BTreeMap::<String, usize>::new();
    scores.for_each(|(score, count)| *expected.entry(score).or_default() += count as usize);
    let found = count(drafts(&read, &|_| true).map(|draft| {
        let ctid = draft.capability.ctid.unwrap();
        format!("{}/{}", draft.capability.function.word(), ctid.word())
    }));
    assert_eq!(found, expected);
    assert_eq!(read.account.records, expected.values().sum::<usize>());

    let told = read.diagnostics.iter().filter(|d| d.message.contains("does nothing about"));
    let silent: usize = told.map(|d| number_of_documents(&d.message)).sum();
    assert_eq!(truth["rules_without_technique"], silent);
    let features: BTreeSet<_> = read.drafts.iter().map(|d| &d.capability.origin.path).collect();
    assert_eq!(truth["rules_with_technique"], features.len());

    let refs: BTreeSet<_> = read
        .drafts
        .iter()
        .flat_map(|d| d.ids.iter().map(|(id, _)| (&d.capability.origin.path, *id)))
        .collect();
    assert_eq!(truth["technique_refs"], refs.len());
    let distinct: BTreeSet<_> = refs.iter().map(|(_, id)| *id).collect();
    assert_eq!(truth["distinct_techniques"], distinct.len());
    let mut resolver = Resolver::new(&attack, || ingest::snapshot::neighbours(&attack));
    let classes = count(distinct.iter().map(|id| class(&mut resolver, *id)));
    for (class, number) in classes {
        assert_eq!(truth["distinct_by_class"][class], number, "{class}");
    }
    assert!(
        read.diagnostics
            .iter()
            .all(|d| { matches!(d.code, Code::SkippedFile | Code::RepeatedMapping) })
    );
}
