//! Layers of ATT&CK Navigator.

use model::capability::{Basis, Ctid, Function, Status};
use proptest::prelude::*;

use super::{capabilities, read, read_bytes};

/// A layer with these techniques.
fn layer(techniques: &str) -> String {
    format!(
        r#"{{"name": "Ours", "versions": {{"layer": "4.5"}}, "domain": "enterprise-attack",
            "gradient": {{"colors": ["red", "green"], "minValue": 0, "maxValue": 20}},
            "techniques": [{techniques}]}}"#
    )
}

#[test]
fn a_score_is_a_mapping_without_strength() {
    let read = read(&layer(r#"{"techniqueID": "T1059", "score": 20, "comment": "a"}"#));
    let found = capabilities(&read)[0];
    assert_eq!(&*read.format.clone().unwrap(), "layer");
    assert_eq!((found.id.as_str(), found.title.as_str()), ("Ours: T1059", "Ours"));
    assert_eq!((found.function, found.basis), (Function::Detect, Basis::Attested));
    assert_eq!((found.unscored, found.strength), (true, None));
    assert!(found.is_defaulted("status"));
    assert_eq!(found.notes.as_deref(), Some("score 20 on a scale of 0 to 20; a"));
    assert_eq!(read.drafts[0].ids[0].0.to_string(), "T1059");
}

/// Layers say their version in three ways, or not at all.
#[test]
fn a_layer_may_be_of_any_version_and_encoding() {
    for version in [
        r#""version": "2.2", "domain": "mitre-enterprise","#,
        r#""version": "3.0", "domain": "mitre-enterprise","#,
        r#""versions": {"navigator": "4.1", "layer": "4.1"}, "domain": "enterprise-attack","#,
        r#""versions": {"attack": "17", "navigator": "5.0.0", "layer": "4.5"},"#,
        "",
    ] {
        let techniques = r#"{"techniqueID": "T1059", "score": 1}, {"techniqueID": "T1003"}"#;
        let text = format!(r#"{{"name": "Ours", {version} "techniques": [{techniques}]}}"#);
        let marked = format!("\u{feff}{text}");
        let utf16 = |to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            marked.encode_utf16().flat_map(to_bytes).collect()
        };
        let expected = read(&text).drafts;
        assert_eq!(expected.len(), 1, "{version}");
        for bytes in [marked.clone().into_bytes(), utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)]
        {
            let read = read_bytes(&bytes);
            assert_eq!(&*read.format.unwrap(), "layer", "{version}");
            let found: Vec<_> = read.drafts.iter().map(|draft| &draft.capability).collect();
            assert_eq!(found, [&expected[0].capability], "{version}");
        }
    }
}

#[test]
fn a_technique_under_several_tactics_is_one_record() {
    let read = read(&layer(
        r#"{"techniqueID": "T1078", "tactic": "persistence", "score": 1, "enabled": false},
           {"techniqueID": "T1078", "tactic": "initial-access", "score": 3}"#,
    ));
    let found = capabilities(&read);
    assert_eq!((read.records, found.len()), (1, 1));
    assert_eq!(found[0].status, Status::Enabled);
    assert!(found[0].notes.as_deref().unwrap().starts_with("score 3 "));
}

#[test]
fn what_is_disabled_or_scored_zero_is_off() {
    let read = read(&layer(
        r#"{"techniqueID": "T1055", "score": 2, "enabled": false},
           {"techniqueID": "T1059", "score": 0}"#,
    ));
    let statuses: Vec<Status> = capabilities(&read).iter().map(|c| c.status).collect();
    assert_eq!(statuses, [Status::Disabled, Status::NotImplemented]);
}

#[test]
fn in_a_layer_with_scores_a_technique_without_one_is_only_shown() {
    let read = read(&layer(
        r#"{"techniqueID": "T1055", "score": 2}, {"techniqueID": "T1059", "color": "red"}"#,
    ));
    assert_eq!((read.records, read.skipped), (1, 1));
}

#[test]
fn in_a_layer_without_scores_what_is_marked_counts() {
    let read = read(&layer(
        r#"{"techniqueID": "T1055", "color": ""}, {"techniqueID": "T1059", "color": "red"}"#,
    ));
    assert_eq!((read.records, read.skipped), (1, 1));
    assert_eq!(capabilities(&read)[0].id, "Ours: T1059");
}

#[test]
fn a_category_and_its_value_are_a_score() {
    let read = read(&layer(
        r##"{"techniqueID": "T1566", "color": "#fff", "metadata": [
            {"name": "category", "value": "Protect"}, {"name": "value", "value": "Partial"},
            {"divider": true},
            {"name": "category", "value": "Detect"}, {"name": "value", "value": "Significant"}]}"##,
    ));
    let found = capabilities(&read);
    let claims: Vec<_> = found.iter().map(|c| (c.function, c.ctid, c.basis)).collect();
    assert_eq!(
        claims,
        [
            (Function::Prevent, Some(Ctid::Partial), Basis::Published),
            (Function::Detect, Some(Ctid::Significant), Basis::Published),
        ]
    );
    assert!(found.iter().all(|c| !c.unscored && c.family.as_deref() == Some("Ours")));
}

#[test]
fn scores_of_dettect_are_those_of_its_files() {
    let read = read(&layer(
        r#"{"techniqueID": "T1055", "score": 3, "metadata": [
            {"name": "Applicable to", "value": "a"}, {"name": "Detection score", "value": "3"}]},
           {"techniqueID": "T1059", "score": 2, "metadata": [
            {"name": "Visibility score", "value": "2"}]}"#,
    ));
    let found = capabilities(&read);
    assert_eq!((found[0].function, found[0].dettect), (Function::Detect, Some(3)));
    assert_eq!((found[1].function, found[1].strength), (Function::Observe, Some(0.5)));
}

#[test]
fn a_layer_that_speaks_of_mitigation_prevents() {
    let read = read(&layer(r#"{"techniqueID": "T1055", "score": 2, "comment": "Mitigated by X"}"#));
    assert_eq!(capabilities(&read)[0].function, Function::Prevent);
}

#[test]
fn a_layer_of_adversaries_covers_nothing() {
    let read = read(&layer(
        r#"{"techniqueID": "T1055", "score": 2, "metadata": [{"name": "Group", "value": "x"}]},
           {"techniqueID": "T1059", "score": 1, "comment": "used by x"}"#,
    ));
    assert_eq!((read.records, read.skipped), (0, 2));
}

#[test]
fn a_layer_of_lacunas_own_is_no_input() {
    let own = layer(r#"{"techniqueID": "T1055", "score": 2}"#).replace(
        r#""name": "Ours","#,
        r#""metadata": [{"name": "made by", "value": "lacuna 1"}],"#,
    );
    let read = read(&own);
    assert_eq!((read.records, read.skipped), (0, 1));
    assert!(read.diagnostics[0].message.contains("an output of lacuna"));
}

#[test]
fn a_file_may_hold_several_layers() {
    let one = layer(r#"{"techniqueID": "T1055", "score": 2}"#);
    let read = read(&format!("[{one}, {}]", one.replace("Ours", "Theirs")));
    let ids: Vec<&str> = capabilities(&read).iter().map(|c| c.id.as_str()).collect();
    assert_eq!(ids, ["Ours: T1055", "Theirs: T1055"]);
}

proptest! {
    #[test]
    fn every_technique_of_a_layer_is_accounted_for(
        entries in prop::collection::btree_map(1000u32..1700, (prop::option::of(-5i32..200), any::<bool>()), 1..8),
    ) {
        let entry = |(id, (score, enabled)): (&u32, &(Option<i32>, bool))| {
            let score = score.map(|score| format!(r#", "score": {score}"#)).unwrap_or_default();
            format!(r#"{{"techniqueID": "T{id}", "enabled": {enabled}{score}}}"#)
        };
        let text: Vec<String> = entries.iter().map(entry).collect();
        let read = read(&layer(&text.join(",")));
        prop_assert_eq!(read.records + read.skipped, entries.len());
        prop_assert!(capabilities(&read).iter().all(|c| c.unscored && c.strength.is_none()));
    }
}
