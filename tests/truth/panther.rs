//! Panther's rules, policies and correlation rules.

use std::collections::BTreeSet;

use model::diagnostic::Code;
use model::id::TechniqueId;
use serde_json::json;

use super::{
    assert_account, assert_counts, count, counted, drafts, in_words, levels, maturities, read,
    release, statuses, unmapped,
};
use crate::support::{json, shared, unpacked};

#[test]
fn every_count_of_panther_is_met() {
    let Some(shared) = shared() else { return };
    let truth = &json(&shared.join("corpora/truth/rules.json"))["corpora"]["panther"];
    let attack = release();
    let mut read = read(&attack, &unpacked(&shared, "panther.tar.zst"));
    assert_account(&read, "panther", &truth["rules"]);
    assert_eq!(unmapped(&read), Vec::<&str>::new());

    let fields = &truth["fields"];
    let lower = |word: &str| match word {
        "Info" => Some("informational"),
        "Low" => Some("low"),
        "Medium" => Some("medium"),
        "High" => Some("high"),
        "Critical" => Some("critical"),
        _ => None,
    };
    assert_eq!(in_words(&fields["severity"], lower), levels(&read));
    let maturity = |word: &str| match word {
        "Experimental" => Some("experimental"),
        "Deprecated" => Some("deprecated"),
        _ => None,
    };
    assert_eq!(in_words(&fields["status"], maturity), maturities(&read));
    let enabled = |word: &str| Some(if word == "True" { "enabled" } else { "disabled" });
    assert_eq!(in_words(&fields["enabled"], enabled), statuses(&read));
    let signals = drafts(&read, &|_| true).filter(|d| d.capability.hunting).count();
    assert_eq!(fields["has_create_alert"]["False"], signals);
    let sources = count(drafts(&read, &|_| true).flat_map(|d| d.capability.log_source.clone()));
    for (name, number) in fields["log_types"].as_object().unwrap() {
        match name.as_str() {
            "(absent)" => {
                let silent =
                    drafts(&read, &|_| true).filter(|d| d.capability.log_source.is_empty());
                assert_eq!(*number, silent.count());
            }
            name => assert_eq!(*number, sources[name], "{name}"),
        }
    }

    // A pair with a broken tactic is no reference to truth. To us its technique is one, and the
    // tactic is told; without these techniques every count is truth's.
    let broken: Vec<(String, String)> = read
        .diagnostics
        .iter()
        .filter(|d| d.code == Code::BadId)
        .map(|d| (d.origin.path.clone(), d.message.clone()))
        .collect();
    let pairs = truth["malformed_refs"].as_object().unwrap();
    assert_eq!(broken.len() as u64, pairs.values().map(|n| n.as_u64().unwrap()).sum::<u64>());
    let of_pair = |(path, message): (String, String)| {
        let tactic = message.split('"').nth(1).unwrap();
        let pair = pairs.keys().find(|pair| pair.starts_with(tactic)).unwrap();
        (path, TechniqueId::parse(&pair[tactic.len() + 1..]).unwrap())
    };
    for (path, technique) in broken.into_iter().map(of_pair).collect::<BTreeSet<_>>() {
        let draft = read.drafts.iter_mut().find(|d| d.capability.origin.path == path).unwrap();
        let before = draft.ids.len();
        draft.ids.retain(|(id, _)| *id != technique);
        assert_eq!(draft.ids.len() + 1, before, "{path}");
    }
    let mut found = counted(&attack, &read, &|_| true);
    found["tactics"] = json!(count(drafts(&read, &|_| true).flat_map(|d| d.tactics.clone())));
    assert_counts(truth, &found, &[], "panther");
}
