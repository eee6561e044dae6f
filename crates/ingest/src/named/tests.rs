use model::diagnostic::Code;
use model::id::TechniqueId;
use proptest::prelude::*;

use super::{Named, Naming, NotNamed, is_list};
use crate::releases;

fn attack() -> &'static model::attack::Attack {
    static ATTACK: std::sync::LazyLock<model::attack::Attack> = std::sync::LazyLock::new(|| {
        releases::load(Some("18.1"), releases::DEFAULT_DOMAIN).unwrap()
    });
    &ATTACK
}

fn named(bytes: &[u8], shown: &str) -> Result<Vec<Named>, NotNamed> {
    Naming::new(attack()).file(bytes, shown)
}

/// Each adversary of a file: its id, its techniques with their chances, and its software.
#[track_caller]
fn shown(text: &str, file: &str) -> Vec<String> {
    shown_bytes(text.as_bytes(), file)
}

#[track_caller]
fn shown_bytes(bytes: &[u8], file: &str) -> Vec<String> {
    let named = named(bytes, file).unwrap();
    let one = |named: &Named| {
        let chance = |(id, chance): (&TechniqueId, &f64)| match *chance {
            1.0 => id.to_string(),
            chance => format!("{id}={chance}"),
        };
        let mut parts = vec![named.id.clone()];
        parts.extend(named.adversary.techniques.iter().map(chance));
        parts.extend(named.adversary.software.clone());
        parts.extend(named.is_off.then(|| "off".to_owned()));
        parts.join(" ")
    };
    named.iter().map(one).collect()
}

/// What is said about a file: code and place.
fn told(text: &str, file: &str) -> Vec<(Code, String)> {
    let named = named(text.as_bytes(), file).unwrap();
    let told = named.iter().flat_map(|named| &named.diagnostics);
    told.map(|d| (d.code, d.origin.to_string())).collect()
}

fn refused(text: &str, file: &str) -> String {
    named(text.as_bytes(), file).unwrap_err().to_string()
}

const GROUPS: &str = "%YAML 1.2
---
# Source: a report
version: 1.0
file_type: group-administration
platform:
  - Windows
groups:
  - group_name: Red team
    campaign: One
    technique_id:
      - T1059.001
      - t1566   # in lower case
      - T1059.001
    software_id: [S0002]
    enabled: True
  -
    group_name: Red team
    campaign:
    technique_id:
      T1059: 40     #  72,2%
      T1566.001: 10
      T1086: 20
      T1003: 0
      T1005: -4
    software_id: []
    enabled: false
";

#[test]
fn groups_of_dettect_are_lists_or_weighted_maps() {
    assert_eq!(
        shown(GROUPS, "threats/groups.yaml"),
        [
            "threats/groups.yaml#Red team: One T1059.001 T1566 S0002",
            "threats/groups.yaml#Red team T1059 T1059.001=0.5 T1566.001=0.25 off",
        ]
    );
    assert_eq!(
        told(GROUPS, "g.yaml"),
        [(Code::ReplacedId, "g.yaml record 2".to_owned())],
        "T1086 is PowerShell now"
    );
}

#[test]
fn groups_of_one_name_stay_apart() {
    let text = "file_type: group-administration\ngroups:\n\
                - {group_name: A, technique_id: [T1059]}\n\
                - {group_name: A, technique_id: T1003}\n\
                - {technique_id: [T1005]}\n";
    let expected = ["g.yaml#A T1059", "g.yaml#A#2 T1003", "g.yaml#group 3 T1005"];
    assert_eq!(shown(text, "g.yaml"), expected);
}

#[test]
fn how_many_adversaries_a_file_holds_and_how_long_their_names_are_is_bounded() {
    let groups = |name: &str, count: usize| {
        let groups = format!("- {{group_name: {name}, technique_id: [T1059]}}\n").repeat(count);
        format!("file_type: group-administration\ngroups:\n{groups}")
    };
    let named = named(groups(&"A".repeat(300), 1_000).as_bytes(), "g.yaml").unwrap();
    assert_eq!(named[0].adversary.name, "A".repeat(200));
    assert_eq!(named[999].id, format!("g.yaml#{}#1000", "A".repeat(200)));
    assert_eq!(refused(&groups("A", 1_001), "g.yaml"), "it holds more than 1000 adversaries");
}

#[test]
fn a_scope_is_all_that_a_file_names_and_nothing_that_is_off() {
    let (only, told) = Naming::new(attack()).scope(GROUPS.as_bytes(), "g.yaml").unwrap();
    let ids: Vec<String> = only.techniques.iter().map(ToString::to_string).collect();
    assert_eq!(ids, ["T1059.001", "T1566"]);
    assert_eq!(only.source, "g.yaml");
    let told: Vec<Code> = told.into_iter().map(|d| d.code).collect();
    assert_eq!(told, [Code::UnusedId], "software is no technique");
}

#[test]
fn what_is_in_place_describes_no_adversary() {
    let text = "file_type: technique-administration\ntechniques: []\n";
    assert!(refused(text, "t.yaml").contains("it says what is in place"));
    let text = "file_type: group-administration\ngroups: [\n";
    assert!(matches!(named(text.as_bytes(), "g.yaml"), Err(NotNamed::Broken(_))));
}

#[test]
fn weights_that_are_no_numbers_and_ids_that_are_none_are_told() {
    let text = "file_type: group-administration\ngroups:\n\
                - {group_name: A, technique_id: {T1059: many, T1003: 1}}\n\
                - {group_name: B, technique_id: [PowerShell, T105900, T9999, T1064, T1660]}\n\
                - {group_name: C, technique_id: [], software_id: [S0001, S9999, G0016]}\n";
    let first = |n: usize| format!("g.yaml record {n}");
    assert_eq!(
        told(text, "g.yaml"),
        [
            (Code::BadValue, first(1)),
            (Code::BadId, first(2)),
            (Code::BadId, first(2)),
            (Code::DeprecatedId, first(2)),
            (Code::OtherDomain, first(2)),
            (Code::UnknownId, first(2)),
            (Code::UnknownId, first(3)),
            (Code::UnknownId, first(3)),
        ]
    );
    let named = named(text.as_bytes(), "g.yaml").unwrap();
    let resolution = &named[1].adversary.resolution;
    assert_eq!((resolution.total(), resolution.deprecated), (3, 1));
    assert_eq!((resolution.other_domain, resolution.unknown), (1, 1));
    assert!(named[1].is_empty());
    assert_eq!(named[2].adversary.software, ["S0001"]);
}

#[test]
fn a_list_has_one_id_or_many_a_line_with_names_and_comments() {
    let text = "# our ransomware crews, without T1486\n\
                T1059.001 PowerShell, T1003\tOS Credential Dumping\n\n\
                - Valid Accounts (T1078)   # not T1110\n\
                https://attack.mitre.org/techniques/T1566/002/\n\
                // T1005\nattack.t1027 S0154 t1078\n";
    assert_eq!(
        shown(text, "lists/crews.txt"),
        ["lists/crews.txt T1003 T1027 T1059.001 T1078 T1566.002 S0154"]
    );
    assert_eq!(shown("T1059: PowerShell\nT1003: LSASS\n", "a.txt"), ["a.txt T1003 T1059"]);
    assert_eq!(shown("- T1059\n- T1003\n", "a.yaml"), ["a.yaml T1003 T1059"]);
    assert_eq!(shown("[\"T1059\", \"T1003 Dumping\"]", "a.json"), ["a.json T1003 T1059"]);
    assert_eq!(shown("## T1059 Scripts\n", "a.md"), ["a.md T1059"]);
    assert_eq!(shown("T1059;T1003", "a"), ["a T1003 T1059"]);
    assert_eq!(named(b"T1059", "a/crews.txt").unwrap()[0].adversary.name, "crews");
}

#[test]
fn other_ids_in_a_list_are_told() {
    let expected = [
        (Code::UnusedId, "a.txt:1".to_owned()),
        (Code::UnusedId, "a.txt:1".to_owned()),
        (Code::BadId, "a.txt:2".to_owned()),
    ];
    assert_eq!(told("T1059 TA0002 G0016\nT1566.01\n", "a.txt"), expected);
}

#[test]
fn the_order_and_number_of_lines_do_not_matter() {
    let (a, b) = ("T1059\nT1003\nT1059\n", "T1003\nT1059\n");
    assert_eq!(shown(a, "a.txt"), shown(b, "a.txt"));
}

#[test]
fn a_table_has_a_column_of_ids_and_may_have_one_of_weights() {
    let text = "Technique ID;Name;Score;See also\nT1059;A;4;T1001\nT1003;B;1,5;T1001\nT1005;C;;\n";
    assert_eq!(shown(text, "a.csv"), ["a.csv T1003=0.375 T1059"]);
    assert_eq!(told(text, "a.csv"), [(Code::BadValue, "a.csv:4".to_owned())]);
    assert_eq!(shown("T1059,Scripts\nT1003,Dumping\n", "a.csv"), ["a.csv T1003 T1059"]);
}

#[test]
fn scores_of_a_layer_weigh_and_what_is_off_or_0_is_not_used() {
    let text = r#"{"name": "Crew", "version": "2.2", "domain": "mitre-enterprise", "techniques": [
        {"techniqueID": "T1059", "score": 4}, {"techniqueID": "T1059", "tactic": "execution", "score": 8},
        {"techniqueID": "T1003", "score": 2}, {"techniqueID": "T1005", "score": 0},
        {"techniqueID": "T1078", "score": -1}, {"techniqueID": "T1110"},
        {"techniqueID": "T1486", "score": 9, "enabled": false}]}"#;
    assert_eq!(shown(text, "crew.json"), ["crew.json T1003=0.25 T1059"]);
}

#[test]
fn without_scores_what_is_marked_is_used_and_where_nothing_is_marked_all_is() {
    let layer = |mark: &str| {
        format!(
            r#"{{"techniques": [{{"techniqueID": "T1059"{mark}}}, {{"techniqueID": "T1003"}}]}}"#
        )
    };
    assert_eq!(shown(&layer(""), "a.json"), ["a.json T1003 T1059"]);
    for mark in
        [r##", "color": "#fff""##, r#", "comment": "x""#, r#", "metadata": [{"name": "a"}]"#]
    {
        assert_eq!(shown(&layer(mark), "a.json"), ["a.json T1059"], "{mark}");
    }
}

#[test]
fn a_file_of_several_layers_holds_several_adversaries_in_any_encoding() {
    let text = r#"[{"name": "A", "techniques": [{"techniqueID": "T1059"}]},
                   {"name": "B", "versions": {"layer": "4.5"}, "techniques": [{"techniqueID": "T1003"}]}]"#;
    let expected = ["a.json#A T1059", "a.json#B T1003"];
    assert_eq!(shown(text, "a.json"), expected);
    for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        let marked = format!("\u{feff}{text}");
        let bytes: Vec<u8> = marked.encode_utf16().flat_map(to_bytes).collect();
        assert_eq!(shown_bytes(&bytes, "a.json"), expected);
    }
}

#[test]
fn outputs_of_lacuna_and_other_files_are_refused() {
    let ours = r#"{"name": "x", "metadata": [{"name": "made by", "value": "lacuna 0.1.0"}],
                   "techniques": [{"techniqueID": "T1059", "score": 1}]}"#;
    assert_eq!(refused(ours, "a.json"), "it is an output of lacuna");
    assert_eq!(
        refused(r#"{"schema": "lacuna.assessment.v1"}"#, "a.json"),
        "it is an output of lacuna"
    );
    assert!(refused(r#"{"a": 1}"#, "a.json").contains("neither a layer"));
    assert!(refused("{", "a.json").contains("line 1"));
    assert_eq!(refused("", "a.txt"), "it is an empty file");
    assert_eq!(refused("T1059\0\0\u{1}\0\0", "a.txt"), "it is not a text file");
}

#[test]
fn most_lines_of_a_list_hold_an_id() {
    for text in ["T1059", "# a\nT1059 x\nT1003", "technique\nT1059", "[\n\"T1059\",\n\"T1003\"\n]"]
    {
        assert!(is_list(text), "{text}");
    }
    for text in ["", "# T1059", "a\nb\nc\nsee T1059", "{\"a\": \"T1059\"}", "PowerShell"] {
        assert!(!is_list(text), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_file_is_too_strange(bytes: Vec<u8>, file in "[a-z]\\.(json|yaml|txt|csv|xlsx|md)") {
        let _ = named(&bytes, &file);
    }

    #[test]
    fn the_scale_of_weights_does_not_matter(
        weights in proptest::collection::vec(0u32..100, 3), factor in 1u32..1000,
    ) {
        let text = |factor: u32| {
            let pair = |(id, w): (&str, &u32)| format!("{id}: {}", w * factor);
            let pairs = ["T1059", "T1003", "T1005"].into_iter().zip(&weights).map(pair);
            let pairs = pairs.collect::<Vec<_>>().join(", ");
            format!(
                "file_type: group-administration\ngroups:\n- {{group_name: A, technique_id: {{{pairs}}}}}\n"
            )
        };
        prop_assert_eq!(shown(&text(1), "a.yaml"), shown(&text(factor), "a.yaml"));
    }
}
