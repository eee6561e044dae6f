//! Falco's rules.

use serde_json::{Value, json};

use super::{
    assert_account, assert_counts, counted, in_words, levels, maturities, read, release, statuses,
    unmapped,
};
use crate::support::{json, shared, unpacked};

#[test]
fn every_count_of_falco_is_met() {
    let Some(shared) = shared() else { return };
    let truth = json(&shared.join("corpora/truth/rules.json"));
    let tree = unpacked(&shared, "falco.tar.zst");
    let attack = release();
    for folder in ["rules", "archive"] {
        let mut truth = truth["corpora"][format!("falco/{folder}")].clone();
        let read = read(&attack, &tree.join(folder));
        assert_account(&read, "falco", &truth["rules"]);
        assert_eq!(unmapped(&read), Vec::<&str>::new());

        let fields = &truth["fields"];
        let level = |word: &str| match word {
            "CRITICAL" => Some("critical"),
            "ERROR" => Some("high"),
            "WARNING" => Some("medium"),
            "NOTICE" => Some("low"),
            "INFO" => Some("informational"),
            _ => None,
        };
        assert_eq!(in_words(&fields["priority"], level), levels(&read), "{folder}");
        let maturity = |word: &str| match word {
            "maturity_stable" => Some("stable"),
            "maturity_incubating" => Some("test"),
            "maturity_sandbox" => Some("experimental"),
            "maturity_deprecated" => Some("deprecated"),
            _ => None,
        };
        assert_eq!(in_words(&fields["maturity"], maturity), maturities(&read), "{folder}");
        // That a rule is on is the default of whoever wrote it.
        let off = |word: &str| (word == "False").then_some("disabled");
        assert_eq!(in_words(&fields["enabled"], off), statuses(&read), "{folder}");

        // What stands between the rules is skipped, besides a file that holds none.
        let number = |kind: &str| truth["notes"][kind].as_u64().unwrap_or_default() as usize;
        let parts = ["macro", "list", "required_engine_version", "required_plugin_versions"];
        let parts: usize = parts.iter().map(|kind| number(&format!("item_{kind}"))).sum();
        let files = read.account.files - truth["files"].as_u64().unwrap() as usize;
        assert_eq!(read.account.skipped, parts + files, "{folder}");

        // A tactic is the tag without `mitre_`.
        truth["tactics"] = bare(&truth["tactics"]);
        assert_counts(&truth, &counted(&attack, &read, &|_| true), &[], folder);
    }
}

fn bare(tactics: &Value) -> Value {
    let bare = |(name, number): (&String, &Value)| {
        (name.trim_start_matches("mitre_").replace('_', "-"), number.clone())
    };
    json!(tactics.as_object().unwrap().iter().map(bare).collect::<serde_json::Map<_, _>>())
}
