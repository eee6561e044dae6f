//! What is read from whole rule sets, against an independent count (`corpora/truth`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ingest::{Draft, Formats, ReadSettings, SourceChoice, SourceRead, read_source};
use model::attack::Attack;
use model::diagnostic::Code;
use model::policy::Policy;
use model::resolve::{Class, Resolver};
use serde_json::{Value, json};

mod atomic;
mod chronicle;
mod ctid;
mod dettect;
mod elastic;
mod falco;
mod layers;
mod named;
mod oscal;
mod panther;
mod sentinel;
mod sigma;
mod splunk;
mod stack;
mod suricata;
mod wazuh;

/// The release that truth was counted against.
fn release() -> Attack {
    ingest::releases::load(Some("18.1"), "enterprise-attack").unwrap()
}

/// Everything in a folder.
fn read(attack: &Attack, folder: &Path) -> SourceRead {
    let choice = SourceChoice {
        path: folder.to_path_buf(),
        shown: folder.file_name().unwrap().to_string_lossy().into_owned(),
        ..SourceChoice::default()
    };
    let settings = ReadSettings {
        patches: &[],
        attack,
        formats: Formats::built_in(),
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
        Class::OtherFramework | Class::Unknown => "unknown",
    }
}

/// Whether the records of a file are counted, by its path.
type Takes<'a> = &'a dyn Fn(&str) -> bool;

/// The counts of truth that concern what rules name, for those whose path `takes` says yes to.
fn counted(attack: &Attack, read: &SourceRead, takes: &dyn Fn(&str) -> bool) -> Value {
    let mut resolver = Resolver::new(attack, || ingest::snapshot::neighbours(attack));
    let drafts = || drafts(read, takes);
    let ids = || drafts().flat_map(|draft| draft.ids.iter().map(|(id, _)| *id));
    let distinct: BTreeSet<_> = ids().collect();
    let refs: Vec<&str> = ids().map(|id| class(&mut resolver, id)).collect();
    let classes: Vec<&str> = distinct.iter().map(|id| class(&mut resolver, *id)).collect();
    let adversaries = |letter: char| {
        count(drafts().flat_map(|d| &d.adversaries).filter(|id| id.starts_with(letter)).cloned())
    };
    let with_technique = drafts().filter(|draft| !draft.ids.is_empty()).count();
    json!({
        "rules": drafts().count(),
        "rules_with_technique": with_technique,
        "rules_without_technique": drafts().count() - with_technique,
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

/// Every record: those of one file with the same id that say the same are one draft.
fn drafts<'a>(
    read: &'a SourceRead,
    takes: &'a dyn Fn(&str) -> bool,
) -> impl Iterator<Item = &'a Draft> {
    let taken = read.drafts.iter().filter(|draft| takes(&draft.capability.origin.path));
    taken.flat_map(|draft| std::iter::repeat_n(draft, draft.records))
}

/// Asserts that every count is what truth says, except those named.
fn assert_counts(truth: &Value, counted: &Value, except: &[&str], what: &str) {
    for (name, found) in counted.as_object().unwrap() {
        if !except.contains(&name.as_str()) {
            assert_eq!(&truth[name], found, "{what}: {name}");
        }
    }
}

/// How often truth counts each value of a field, by the word of the register that `word` gives
/// for it; values without a word are left out.
fn in_words<'a>(values: &Value, word: impl Fn(&str) -> Option<&'a str>) -> Counts<&'a str> {
    let mut counts = Counts::new();
    for (value, number) in values.as_object().unwrap() {
        if let Some(word) = word(value) {
            *counts.entry(word).or_default() += number.as_u64().unwrap() as usize;
        }
    }
    counts
}

/// The severities of all records that state one.
fn levels(read: &SourceRead) -> Counts<&'static str> {
    count(drafts(read, &|_| true).filter_map(|d| d.capability.rule_level).map(|level| level.word()))
}

/// How mature all records are that say so.
fn maturities(read: &SourceRead) -> Counts<&'static str> {
    let stated = drafts(read, &|_| true).filter_map(|d| d.capability.rule_status);
    count(stated.map(|status| status.word()))
}

/// The statuses of all records that state one.
fn statuses(read: &SourceRead) -> Counts<&'static str> {
    let stated = drafts(read, &|_| true).filter(|d| !d.capability.is_defaulted("status"));
    count(stated.map(|d| d.capability.status.word()))
}

/// What a file of rules is read as: this format alone, every record, none not understood.
fn assert_account(read: &SourceRead, format: &str, rules: &Value) {
    let account = &read.account;
    assert_eq!(account.format, format);
    assert_eq!(*rules, account.records);
    assert_eq!(account.not_understood, 0);
    assert_eq!(drafts(read, &|_| true).count(), account.records);
    // What is skipped is told, each part of it with a reason.
    let told = read.diagnostics.iter().filter(|d| d.code == Code::SkippedFile);
    let told: usize = told.map(|d| number_of_documents(&d.message)).sum();
    assert_eq!(told, account.skipped);
}

fn number_of_documents(message: &str) -> usize {
    match message.split_once(" documents are skipped: ") {
        Some((number, _)) => number.parse().unwrap(),
        None => 1,
    }
}

/// The log sources that no table knows.
fn unmapped(read: &SourceRead) -> Vec<&str> {
    let unmapped = read.diagnostics.iter().filter(|d| d.code == Code::UnmappedLogSource);
    unmapped.map(|d| d.message.as_str()).collect()
}
