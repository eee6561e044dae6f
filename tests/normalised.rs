//! A register that `import -o` has written is read back as what it was written from.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::support::{lacuna, lacuna_json, root, scratch, shared, unpacked};

const FORMATS: [&str; 4] = ["csv", "xlsx", "json", "ndjson"];

/// What an assessment says of coverage, and of what there is, but for where it stands and who
/// said it.
pub(crate) fn essence(mut assessment: Value) -> Value {
    for technique in assessment["techniques"].as_array_mut().unwrap() {
        for evidence in technique["evidence"].as_array_mut().unwrap() {
            // The id as it was written.
            evidence.as_object_mut().unwrap().remove("via");
        }
    }
    for capability in assessment["capabilities"].as_array_mut().unwrap() {
        for field in ["origin", "defaulted", "written", "patched"] {
            capability.as_object_mut().unwrap().remove(field);
        }
    }
    let parts = ["headline", "tactics", "adversaries", "techniques", "capabilities"];
    parts.iter().map(|part| ((*part).to_owned(), assessment[*part].take())).collect()
}

/// Writes inputs as a register, in every format, and reads it back; `once` are words for the
/// inputs alone, `both` for the register too.
#[track_caller]
fn check(folder: &Path, input: &str, once: &[&str], both: &[&str]) {
    let assess = |input: &str, words: &[&str]| {
        essence(lacuna_json(folder, &[&["gaps", input, "--format", "json"], words, both].concat()))
    };
    let expected = assess(input, once);
    for format in FORMATS {
        let written = format!("normalised.{format}");
        let output = lacuna(folder, &[&["import", input, "-o", &written], once, both].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        same(&expected, &assess(&written, &[]), format);
    }
}

/// Compares part by part and item by item, so that little is shown where something differs.
#[track_caller]
pub(crate) fn same(expected: &Value, found: &Value, what: &str) {
    match (expected, found) {
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (expected, found) in expected.iter().zip(found) {
                assert_eq!(expected, found, "{what}");
            }
        }
        (Value::Object(expected), Value::Object(found)) => {
            for (part, expected) in expected {
                same(expected, &found[part], &format!("{what}: {part}"));
            }
        }
        _ => assert_eq!(expected, found, "{what}"),
    }
}

pub(crate) const ON: [&str; 6] =
    ["--adversary", "APT29=3", "--adversary", "FIN7", "--as-of", "2026-06-30"];

#[test]
fn the_example_read_back_is_the_same() {
    let folder = scratch("normalised-example");
    let example = root().join("controls/example");
    let project = example.join("lacuna.toml");
    for format in FORMATS {
        let input = example.to_str().unwrap();
        let written = format!("normalised.{format}");
        let import = lacuna(&folder, &["import", input, "-o", &written]);
        assert!(import.status.success(), "{}", String::from_utf8_lossy(&import.stderr));
        let before = lacuna_json(&folder, &["gaps", input, "--format", "json"]);
        let words = ["gaps", &written, "-c", project.to_str().unwrap(), "--format", "json"];
        let after = lacuna_json(&folder, &words);
        same(&essence(before), &essence(after), format);
    }
}

/// A cell of the generated register, `null` where it is blank.
fn cell(values: Vec<Value>) -> BoxedStrategy<Value> {
    prop_oneof![Just(Value::Null), prop::sample::select(values)].boxed()
}

fn words(words: &[&str]) -> BoxedStrategy<Value> {
    cell(words.iter().map(|word| json!(word)).collect())
}

fn lists(items: &'static [&'static str]) -> BoxedStrategy<Value> {
    prop::sample::subsequence(items, 0..=items.len().min(4)).prop_map(|list| json!(list)).boxed()
}

fn texts() -> BoxedStrategy<Value> {
    let odd = [
        "=HYPERLINK(\"http://example.org\",\"x\")",
        "'=1+1",
        "''-x",
        "@cmd",
        "-1",
        "+",
        "' = 1",
        "a \"quoted\", comma; semicolon | bar",
        "two\nlines\n\"here\"",
        "007",
        "1e5",
        "2026-01-01",
        "T1059 in a title",
        "_x001B_",
        "true",
        "none",
        "日本 é",
    ];
    let odd = prop::sample::select(odd.to_vec()).prop_map(|text| json!(text));
    prop_oneof![Just(Value::Null), odd, "[ -~é]{1,20}".prop_map(|text| json!(text))].boxed()
}

fn shares() -> BoxedStrategy<Value> {
    let share = (0u32..=1_000_000_000).prop_map(|n| f64::from(n) / 1e9);
    let platforms = prop::sample::select(vec!["Windows", "Linux", "macOS", "IaaS"]);
    let map = prop::collection::btree_map(platforms, share.clone(), 1..4);
    prop_oneof![Just(Value::Null), share.prop_map(|s| json!(s)), map.prop_map(|m| json!(m))].boxed()
}

pub(crate) fn row() -> impl Strategy<Value = Value> {
    let columns: Vec<(&str, BoxedStrategy<Value>)> = vec![
        // Few ids, so that some stand in several rows.
        (
            "id",
            prop_oneof!["[A-C][0-9]{1,2}", "rule-T1059\\.00[1-9]", "=[0-9]{3}"]
                .prop_map(|id| json!(id))
                .boxed(),
        ),
        ("title", texts()),
        ("kind", words(&["rule", "control", "data source"])),
        ("function", words(&["prevent", "detect", "respond", "observe"])),
        (
            "techniques",
            lists(&[
                "T1059",
                "T1059.001",
                "T1110",
                "T1110.003",
                "T1086",
                "T1566.001",
                "T1003",
                "T9999",
                "TA0002",
                "TA0005",
                "G0016",
                "S0002",
            ]),
        ),
        ("mitigations", lists(&["M1032", "M1038", "M1047", "M1055"])),
        ("controls", lists(&["category:edr", "category:siem", "m365:DEF-ATH-E5", "AC-2"])),
        ("data_components", lists(&["DC0032", "Command Execution", "DC0067"])),
        (
            "platforms",
            cell(vec![json!(["Windows"]), json!("Linux; macOS"), json!("Amiga"), json!("all")]),
        ),
        (
            "status",
            words(&[
                "implemented",
                "enabled",
                "partial",
                "pilot",
                "unknown",
                "planned",
                "disabled",
                "not implemented",
                "n/a",
                "library",
            ]),
        ),
        ("basis", words(&["validated", "published", "tagged", "attested", "category", "unknown"])),
        ("strength", cell(vec![json!(0.123456789), json!("85%"), json!(0), json!(1)])),
        ("level", words(&["none", "minimal", "low", "moderate", "high", "very high"])),
        ("ctid", words(&["minimal", "partial", "significant"])),
        ("systems", lists(&["Workstations", "Linux servers", "all", "-x"])),
        ("location", texts()),
        ("dettect", cell((-1..=5).map(|n| json!(n)).collect())),
        ("score_history", score_history()),
        ("stp", cell((1..=5).map(|n| json!(n)).collect())),
        ("rule_status", words(&["stable", "test", "experimental", "deprecated"])),
        ("rule_level", words(&["critical", "high", "medium", "low", "informational"])),
        ("unscored", words(&["yes", "no"])),
        ("hunting", words(&["yes", "no"])),
        ("family", words(&["EDR", "windows/process_creation", "~unscored", "-x"])),
        ("segment", cell(vec![json!(["Office", "-Plant"]), json!("OFFICE; =Site"), json!("all")])),
        ("telemetry", shares()),
        ("scope", shares()),
        ("tests_passed", cell((0..3).map(|n| json!(n)).collect())),
        ("tests_run", cell((2..5).map(|n| json!(n)).collect())),
        ("tests_last", words(&["2026-06-01", "2024-02-29", "1899-12-31", "1900-02-01"])),
        ("cost", cell(vec![json!(0), json!(0.000000001), json!(123456.5), json!(1e15)])),
        ("bundle", texts()),
        ("owner", texts()),
        ("notes", texts()),
    ];
    let (names, values): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    values.prop_map(move |values| {
        let cells = names.iter().map(|name| (*name).to_owned()).zip(values);
        Value::Object(cells.filter(|(_, value)| !value.is_null()).collect())
    })
}

/// Entries of a logbook, as objects or as people type them.
fn score_history() -> BoxedStrategy<Value> {
    cell(vec![
        json!("2026-06-01=3"),
        json!("undated=-1; 2026-06-01=3 auto\n2024-02-29=2 tuned; again"),
        json!({"date": "2024-02-29", "score": 5, "comment": "=1+1", "auto_generated": true}),
        json!([
            {"date": "2024-02-29", "score": 2, "comment": "two\nlines; 3 | 4, \"x\" = auto"},
            {"score": -1, "comment": ""},
            {"date": "2024-03-01", "score": 4, "auto_generated": false},
        ]),
    ])
}

#[test]
fn a_generated_register_read_back_is_the_same() {
    let folder = scratch("normalised-generated");
    let mut runner = TestRunner::deterministic();
    for (count, has_status) in [(120, true), (40, false), (1, true)] {
        let rows = prop::collection::vec(row(), count).new_tree(&mut runner).unwrap().current();
        let mut rows: Vec<Value> = rows;
        // Something is used in every one of them.
        rows[0]["techniques"] = json!(["T1059"]);
        for row in rows.iter_mut().filter(|_| !has_status) {
            row.as_object_mut().unwrap().remove("status");
        }
        fs::write(folder.join("rows.json"), json!(rows).to_string()).unwrap();
        check(&folder, "rows.json", &[], &ON);
    }
}

const RULES: &str = "\
title: A script host starts a shell
id: 11111111-1111-4111-8111-111111111111
status: test
level: low
logsource: {product: windows, category: process_creation}
tags: [attack.execution, attack.t1059.001, attack.g0016, stp.3k]
detection: {a: 1}
---
title: '=cmd|calc'
status: experimental
logsource: {product: linux}
tags: [attack.t1086, detection.threat-hunting]
detection: {a: 1}
---
title: Not in use any more
id: 22222222-2222-4222-8222-222222222222
status: deprecated
tags: [attack.t1003]
detection: {a: 1}
---
title: It names a tactic only
id: 33333333-3333-4333-8333-333333333333
status: stable
logsource: {product: windows, service: security}
tags: [attack.persistence]
detection: {a: 1}
";

#[test]
fn rules_read_back_are_the_same() {
    let folder = scratch("normalised-rules");
    fs::create_dir(folder.join("rules")).unwrap();
    fs::write(folder.join("rules/rules.yml"), RULES).unwrap();
    check(&folder, "rules", &[], &ON);
    check(&folder, "rules", &["--assume", "library"], &ON);
    // Limited to platforms that the domain does not have.
    check(&folder, "rules", &[], &["--domain", "ics-attack"]);
}

#[test]
fn products_read_back_are_the_same() {
    let folder = scratch("normalised-products");
    let rows = "Tool,Status,Owner\nMicrosoft 365 E5,in place,IT\nOkta,pilot,IT\nSplunk,,SOC\n";
    fs::write(folder.join("tools.csv"), rows).unwrap();
    check(&folder, "tools.csv", &[], &ON);
    let names = ["--have", "Microsoft 365 E5, Falcon, EDR, Veeam"];
    let assess = |input: &[&str]| {
        essence(lacuna_json(&folder, &[&["gaps", "--format", "json"], input, &ON].concat()))
    };
    let import = [&["import", "-o", "named.csv"], &names[..], &ON].concat();
    assert!(lacuna(&folder, &import).status.success());
    same(&assess(&names), &assess(&["named.csv"]), "names");
}

#[test]
fn thousands_of_rules_read_back_are_the_same() {
    let Some(shared) = shared() else { return };
    let rules = unpacked(&shared, "sigma.tar.zst").join("rules");
    let folder = scratch("normalised-sigma");
    check(&folder, rules.to_str().unwrap(), &[], &ON);
}

#[test]
fn an_input_is_not_written_over() {
    let folder = scratch("normalised-over");
    let text = "id,techniques,budget code\nC1,T1110,7\n";
    fs::write(folder.join("controls.csv"), text).unwrap();
    let output = lacuna(&folder, &["import", "controls.csv", "-o", "./controls.csv"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("is one of the inputs"));
    assert_eq!(fs::read_to_string(folder.join("controls.csv")).unwrap(), text);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn the_same_input_gives_the_same_file_on_any_day() {
    let folder = scratch("normalised-bytes");
    let example = root().join("controls/example");
    for format in FORMATS {
        let write = |name: &str, day: &str| {
            let name = format!("{name}.{format}");
            let words = ["import", example.to_str().unwrap(), "-o", &name, "--as-of", day];
            assert!(lacuna(&folder, &words).status.success());
            fs::read(folder.join(name)).unwrap()
        };
        assert!(write("a", "2026-06-30") == write("b", "2026-07-01"), "{format}");
    }
}
