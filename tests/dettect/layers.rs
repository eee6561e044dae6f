//! Layers against those that DeTT&CT wrote for the same files, and facts counted from these.

use std::collections::BTreeMap;

use model::attack::{AdversaryKind, Attack};
use serde_json::Value;

use super::{RELEASE, layer, sample, scored, scores, written};
use crate::support::{json, shared};

const TECHNIQUES: &str = "techniques-administration-endpoints.yaml";
const SOURCES: &str = "data-sources-endpoints.yaml";

/// The layer of a sample file, with these words.
fn of_sample(name: &str, file: &str, words: &[&str]) -> Option<Value> {
    let shared = shared()?;
    Some(layer(name, &[&[sample(&shared, file).as_str()][..], words, &RELEASE].concat()))
}

/// The layer of adversaries, with these words; it takes no file.
fn of_groups(name: &str, words: &[&str]) -> Value {
    layer(name, &[&["--show", "groups"][..], words, &RELEASE].concat())
}

/// Compares techniques, scores and colours with a layer of DeTT&CT.
#[track_caller]
fn check(layer: Option<Value>, golden: &str, count: usize) {
    let (Some(layer), Some(shared)) = (layer, shared()) else { return };
    let golden = json(&shared.join("golden/dettect").join(golden));
    assert_eq!(scores(&golden).len(), count);
    assert_eq!(scores(&layer), scores(&golden));
    let schema = json(&shared.join("golden/navigator-layer-4.5.schema.json"));
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&layer));
}

fn facts() -> Option<Value> {
    Some(json(&shared()?.join("golden/dettect/facts.json")))
}

fn counts(facts: &Value) -> BTreeMap<&str, u64> {
    let counts = facts.as_object().unwrap().iter();
    counts.filter_map(|(id, count)| Some((id.as_str(), count.as_u64()?))).collect()
}

fn names(facts: &Value) -> Vec<&str> {
    facts.as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect()
}

#[test]
fn detection_is_that_of_dettect() {
    check(of_sample("dettect-detection", TECHNIQUES, &["--show", "detect"]), "detection.json", 20);
}

#[test]
fn visibility_is_that_of_dettect() {
    let layer = of_sample("dettect-visibility", TECHNIQUES, &["--show", "visibility"]);
    check(layer, "visibility.json", 691);
}

#[test]
fn detection_over_visibility_is_that_of_dettect() {
    for (show, overlay) in [("visibility", "detect"), ("detect", "visibility")] {
        let words = ["--show", show, "--overlay", overlay];
        let layer = of_sample(&format!("dettect-{show}-overlaid"), TECHNIQUES, &words);
        check(layer, "vis_det_overlay.json", 335);
    }
}

/// DeTT&CT overlooks a data source whose name has another capital than ATT&CK's. Without it the
/// layers are the same.
#[test]
fn data_sources_are_those_of_dettect_but_for_one_letter() {
    let Some(shared) = shared() else { return };
    let text = std::fs::read_to_string(sample(&shared, SOURCES)).unwrap();
    let overlooked = "data_source_name: Firewall rule modification";
    assert_eq!(text.matches(overlooked).count(), 1);
    let without = text.replace(overlooked, "data_source_name: Nothing of the kind");
    let folder = written("dettect-sources-without", &[("sources.yaml", &without)]);
    let path = folder.join("sources.yaml");
    let words = [path.to_str().unwrap(), "--show", "data-sources"];
    check(
        Some(layer("dettect-sources-but-one", &[&words[..], &RELEASE].concat())),
        "data_sources.json",
        691,
    );

    let whole = of_sample("dettect-sources", SOURCES, &["--show", "data-sources"]).unwrap();
    let golden = json(&shared.join("golden/dettect/data_sources.json"));
    let (whole, golden) = (scores(&whole), scores(&golden));
    let differ: Vec<&str> =
        whole.keys().filter(|id| whole[**id] != golden[**id]).copied().collect();
    assert_eq!(differ.len(), 9);
    let attack = ingest::releases::load(Some("18.1"), "enterprise-attack").unwrap();
    let component = attack.component("Firewall Rule Modification").unwrap();
    for id in differ {
        let technique = &attack.techniques[attack.technique(id.parse().unwrap()).unwrap()];
        assert!(technique.components.contains(&component), "{id}");
    }
}

#[test]
fn adversaries_are_those_of_dettect() {
    check(Some(of_groups("dettect-groups", &[])), "group_all.json", 513);
    let one = of_groups("dettect-apt29", &["--adversary", "APT29"]);
    check(Some(one), "group_apt29.json", 96);
}

#[test]
fn the_gradient_ends_at_the_highest_count() {
    let all = of_groups("dettect-gradient", &[]);
    assert_eq!(all["gradient"]["maxValue"], 85);
    let two = ["--adversary", "APT28=2", "--adversary", "APT29=0.5"];
    assert_eq!(of_groups("dettect-gradient-weights", &two)["gradient"]["maxValue"], 2.5);
}

#[test]
fn every_count_of_adversaries_is_met() {
    let Some(facts) = facts() else { return };
    let facts = &facts["enterprise"];
    let all = of_groups("dettect-facts", &[]);
    let all = scored(&all);
    assert_eq!(all, counts(&facts["counts"]));
    assert_eq!(all.len() as u64, facts["techniques_used_by_ge1_group"].as_u64().unwrap());
    assert_eq!(all.values().sum::<u64>(), facts["group_use_pairs"].as_u64().unwrap());
    assert_eq!(all.values().max(), facts["max_group_count"].as_u64().as_ref());
    assert_eq!(all.values().filter(|count| **count == 1).count(), 122);

    let windows = of_groups("dettect-facts-windows", &["--platform", "Windows"]);
    let windows = scored(&windows);
    assert_eq!((windows.len(), windows.values().sum::<u64>()), (360, 3725));

    for (name, fact) in [("APT29", "apt29"), ("C0024", "c0024")] {
        let one = of_groups("dettect-facts-one", &["--adversary", name]);
        assert_eq!(scored(&one).into_keys().collect::<Vec<_>>(), names(&facts[fact]), "{name}");
    }
}

/// But for a technique of another domain, which DeTT&CT lets in.
#[test]
fn every_count_of_groups_and_campaigns_is_met() {
    let Some(facts) = facts() else { return };
    let attack = ingest::releases::load(Some("18.1"), "enterprise-attack").unwrap();
    let acts = |kind| matches!(kind, AdversaryKind::Group | AdversaryKind::Campaign);
    let acting = attack.adversaries.iter().filter(|adversary| acts(adversary.kind));
    let words: Vec<&str> = acting.flat_map(|a| ["--adversary", &a.id]).collect();
    let layer = of_groups("dettect-facts-campaigns", &words);
    let mut expected = counts(&facts["enterprise"]["all_groups_plus_campaigns"]["counts"]);
    assert_eq!(expected.remove("T0895"), Some(1));
    let found = scored(&layer);
    assert_eq!(found, expected);
    assert_eq!((found.len(), found.values().sum::<u64>()), (517, 5381));
}

#[test]
fn other_domains_have_their_own_counts() {
    for (domain, techniques, pairs, most, highest) in [
        ("ics-attack", 10, 20, vec!["T0817", "T0865"], 4),
        ("mobile-attack", 23, 31, vec!["T1660"], 5),
    ] {
        let words = ["--show", "groups", "--domain", domain, "-q"];
        let layer = layer(&format!("dettect-{domain}"), &words);
        let found = scored(&layer);
        assert_eq!((found.len(), found.values().sum::<u64>()), (techniques, pairs), "{domain}");
        let top = found.iter().filter(|(_, count)| **count == highest).map(|(id, _)| *id);
        assert_eq!(top.collect::<Vec<_>>(), most);
        assert_eq!(found.values().max(), Some(&highest));
    }
}

#[test]
fn adversaries_laid_over_others_are_told_apart() {
    let words = ["--adversary", "APT28", "--overlay", "APT29"];
    let layer = of_groups("dettect-two-groups", &words);
    let scores = scores(&layer);
    let of = |wanted: Option<&str>, score: u64| {
        let is_one = |(found, color): &&(&Value, Option<&str>)| {
            found.as_u64() == Some(score) && *color == wanted
        };
        scores.values().filter(is_one).count()
    };
    assert_eq!((of(Some("#f9a825"), 2), of(Some("#ffee58"), 1), of(None, 1)), (29, 37, 62));
    // Who is on both sides counts once.
    let same = of_groups("dettect-same", &["--adversary", "APT29", "--overlay", "APT29"]);
    assert!(scored(&same).values().all(|score| *score == 1));
    assert_eq!(scored(&same).len(), 66);
}

/// What is laid over all groups raises the score above the highest count; the others are gaps.
#[test]
fn what_is_in_place_is_laid_over_adversaries() {
    let Some(facts) = facts() else { return };
    let used = counts(&facts["enterprise"]["counts"]);
    let apt29 = names(&facts["enterprise"]["apt29"]);
    for (side, expected) in
        [("detect", [13, 475, 0, 231, 2]), ("visibility", [263, 225, 70, 3016, 33])]
    {
        let words = ["--show", "groups", "--overlay", side];
        let layer = of_sample(&format!("dettect-groups-{side}"), TECHNIQUES, &words).unwrap();
        let scores = scores(&layer);
        let scored = scores.iter().filter(|(_, (score, _))| !score.is_null());
        let (covered, left): (Vec<_>, Vec<_>) = scored.partition(|(_, (_, color))| color.is_some());
        let (covered, unused): (Vec<_>, Vec<_>) =
            covered.into_iter().map(|(id, _)| *id).partition(|id| used.contains_key(id));
        let weight: u64 = covered.iter().map(|id| used[id]).sum();
        let of_one = covered.iter().filter(|id| apt29.contains(id)).count();
        let found = [covered.len(), left.len(), unused.len(), weight as usize, of_one];
        assert_eq!(found, expected, "{side}");
        for id in covered.iter().chain(&unused) {
            let score = scores[id].0.as_u64().unwrap();
            assert!((85..=90).contains(&score), "{id}: {score}");
        }
        let orange = ["#FFECB7", "#FFE07A", "#FFCA28", "#FFAE00", "#FF8F00", "#FF6F00"];
        for id in covered {
            let at = (scores[id].0.as_u64().unwrap() - 85) as usize;
            assert_eq!(scores[id].1, Some(orange[at]), "{id}");
        }
    }
}

#[test]
fn every_count_of_the_sample_is_met() {
    let Some(facts) = facts() else { return };
    let detection = of_sample("dettect-sample-1", TECHNIQUES, &["--show", "detect"]).unwrap();
    assert_eq!(scored(&detection), counts(&facts["sample_detection"]));
    let visibility = of_sample("dettect-sample-2", TECHNIQUES, &["--show", "visibility"]).unwrap();
    let visibility = scored(&visibility);
    assert_eq!(visibility, counts(&facts["sample_visibility"]));
    for (score, count) in counts(&facts["sample_visibility_hist"]) {
        let found = visibility.values().filter(|found| found.to_string() == score).count();
        assert_eq!(found as u64, count, "{score}");
    }
}

#[test]
fn components_and_mitigations_reach_as_many_techniques() {
    let attack: Attack = ingest::releases::load(Some("18.1"), "enterprise-attack").unwrap();
    for (name, count) in [
        ("Process Creation", 452),
        ("Command Execution", 209),
        ("File Creation", 174),
        ("Network Connection Creation", 151),
        ("File Modification", 115),
    ] {
        let component = attack.component(name).unwrap();
        let reached = attack.techniques.iter().filter(|t| t.components.contains(&component));
        assert_eq!(reached.count(), count, "{name}");
    }
    for (id, count) in
        [("M1018", 120), ("M1026", 112), ("M1047", 109), ("M1056", 84), ("M1038", 80)]
    {
        assert_eq!(
            attack.mitigations[attack.mitigation(id).unwrap()].techniques.len(),
            count,
            "{id}"
        );
    }
    // An analytic of ATT&CK looks for a component where it can be seen.
    let on = |platform: &str| {
        let ix = attack.platform(platform).unwrap();
        attack.components.iter().filter(|c| c.platforms.contains(&ix)).count()
    };
    assert_eq!((on("Windows"), on("Linux")), (56, 42));
}
