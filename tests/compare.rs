//! Assessments side by side, and the segments of one organisation, through the binary.

use std::fs;
use std::path::Path;

use model::compare::Outline;
use serde_json::{Value, json};

use crate::support::{lacuna, lacuna_json, root, scratch};

/// An organisation of two segments; the day keeps tests from growing old.
const PROJECT: &str = r#"
as_of = 2026-06-30
organisation = { name = "Example Bank" }
profile = { adversaries = { FIN7 = 3, APT29 = 1 } }
source = [{ path = "register.csv" }]
[[segment]]
name = "Office"
share = 3
platforms = { Windows = 1 }
[[segment]]
name = "Plant"
share = 1
platforms = { Windows = 1, Linux = 1 }
owner = "OT"
"#;

const REGISTER: &str = "\
id,techniques,function,status,strength,segment,tests
C1,T1059.001; T1003.001,detect,implemented,0.8,office,3/4
C2,T1566.001; T1486,prevent,implemented,0.7,,
C3,T1078; T1053.005,prevent,implemented,0.9,\"Plant, Office\",
C4,T1021.001,prevent,implemented,0.6,plant,
";

fn project(name: &str) -> std::path::PathBuf {
    let folder = scratch(name);
    fs::write(folder.join("lacuna.toml"), PROJECT).unwrap();
    fs::write(folder.join("register.csv"), REGISTER).unwrap();
    folder
}

fn written(folder: &Path, name: &str, args: &[&str]) -> Value {
    let args = [&["gaps", "--format", "json", "-q"], args].concat();
    let output = lacuna(folder, &args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::write(folder.join(name), &output.stdout).unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn segments_side_by_side_are_what_each_is_alone() {
    let folder = project("compare-segments");
    let alone = ["Office", "Plant"].map(|name| {
        written(&folder, &format!("{name}.json"), &["--segment", &name.to_uppercase()])
    });
    let whole = written(&folder, "whole.json", &[]);
    assert_eq!(alone[1]["organisation"]["segment"], json!("Plant"));
    let found = lacuna_json(&folder, &["gaps", "--by", "segment", "--format", "json"]);
    assert_eq!(found["schema"], json!("lacuna.compare.v1"));
    for (alone, standing) in alone.iter().zip(found["assessments"].as_array().unwrap()) {
        for part in ["headline", "tactics", "scope", "organisation"] {
            assert_eq!(alone[part], standing[part], "{part}");
        }
        assert_eq!(standing["label"], alone["organisation"]["segment"]);
    }
    assert_eq!(found["whole"]["headline"], whole["headline"]);
    assert_eq!(found["whole"]["label"], json!("Example Bank"));
    // The same from files, with the whole as one of them.
    let files = ["compare", "Office.json", "Plant.json", "whole.json", "--format", "json"];
    let files = lacuna_json(&folder, &files);
    let labels: Vec<&Value> =
        files["assessments"].as_array().unwrap().iter().map(|s| &s["label"]).collect();
    assert_eq!(labels, ["Office", "Plant", "Example Bank"]);
    assert_eq!(files["assessments"][1]["headline"], alone[1]["headline"]);
    assert_eq!(files["differences"][0]["part"], json!("scope"));
}

/// Three of four assets are Office's; its Windows is three of three and a half.
#[test]
fn a_row_of_a_segment_counts_for_its_share_of_each_platform() {
    let folder = project("compare-shares");
    let whole = written(&folder, "whole.json", &[]);
    assert_eq!(whole["scope"]["platforms"], json!({"Windows": 3.5, "Linux": 0.5}));
    let claimed = |assessment: &Value, id: &str| {
        let all = assessment["techniques"].as_array().unwrap();
        let found = all.iter().find(|technique| technique["id"] == id).unwrap();
        found["coverage"]["composite"]["hi"].as_f64().unwrap()
    };
    let office = written(&folder, "office.json", &["--segment", "Office"]);
    // LSASS is a matter of Windows; everybody has the mail gateway.
    let [part, all] = [&whole, &office].map(|a| claimed(a, "T1003.001"));
    assert!((part - all * 3.0 / 3.5).abs() < 2e-9, "{part} {all}");
    assert_eq!(claimed(&whole, "T1566.001"), claimed(&office, "T1566.001"));
    assert_eq!(claimed(&office, "T1021.001"), 0.0);
}

#[test]
fn a_project_without_segments_is_as_it_was() {
    let folder = project("compare-undivided");
    let everybody = REGISTER.replace("office", "all").replace("plant", "").replace("Plant, ", "");
    let everybody = everybody.replace("\"Office\"", "global");
    fs::write(folder.join("register.csv"), &everybody).unwrap();
    let bare = PROJECT.split("[[segment]]").next().unwrap();
    fs::write(folder.join("lacuna.toml"), bare).unwrap();
    let named = written(&folder, "named.json", &[]);
    let without = everybody.lines().map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        [&cells[..5], &cells[6..]].concat().join(",") + "\n"
    });
    fs::write(folder.join("register.csv"), without.collect::<String>()).unwrap();
    let plain = written(&folder, "plain.json", &[]);
    for part in ["headline", "techniques", "tactics", "scope", "capabilities"] {
        assert_eq!(named[part], plain[part], "{part}");
    }
    assert!(plain["scope"].get("segments").is_none());
}

#[test]
fn an_outline_says_what_the_assessment_says() {
    let folder = project("compare-outline");
    for args in [&[][..], &["--segment", "Plant"], &["--attack", "18.1"]] {
        written(&folder, "a.json", args);
        let bytes = fs::read(folder.join("a.json")).unwrap();
        let assessment = report::json::read(&bytes).unwrap();
        assert_eq!(report::json::outline(&bytes).unwrap(), Outline::from(&assessment));
    }
}

#[test]
fn a_hundred_assessments_are_the_same_command() {
    let folder = project("compare-hundred");
    let one = written(&folder, "one.json", &[]);
    let many = folder.join("many");
    for at in 0..100 {
        let mut tenant = one.clone();
        tenant["organisation"]["tenant"] = json!(format!("tenant {at:02}"));
        tenant["headline"]["threat_weighted"]["exp"] = json!(f64::from(at * 37 % 100) / 100.0);
        // Half of them are folders that a report was written into.
        let text = tenant.to_string();
        if at % 2 == 0 {
            fs::create_dir_all(many.join(format!("{at:02}"))).unwrap();
            fs::write(many.join(format!("{at:02}/assessment.json")), text).unwrap();
        } else {
            fs::write(many.join(format!("{at:02}.json")), text).unwrap();
        }
    }
    let args = ["compare", "many", "--sort", "coverage", "--format", "json", "-o", "map.svg", "-q"];
    let found = lacuna_json(&folder, &args);
    let standings = found["assessments"].as_array().unwrap();
    assert_eq!(standings.len(), 100);
    let covered: Vec<f64> = standings
        .iter()
        .map(|standing| standing["headline"]["threat_weighted"]["exp"].as_f64().unwrap())
        .collect();
    assert!(covered.is_sorted(), "the least covered first: {covered:?}");
    assert_eq!(found["is_like_for_like"], json!(true));
    let first = &found["techniques"][0];
    assert_eq!((&first["gaps"], &first["in_scope"]), (&json!(100), &json!(100)));
    assert_eq!(first["id"], standings[0]["first_gap"]["id"]);
    let svg = fs::read_to_string(folder.join("map.svg")).unwrap();
    assert!(svg.contains("tenant 99") && svg.contains("All tactics"));
    lacuna(&folder, &["compare", "many", "--sort", "coverage", "-o", "again.svg", "-q"]);
    assert_eq!(svg, fs::read_to_string(folder.join("again.svg")).unwrap());
}

#[test]
fn another_domain_is_refused() {
    let folder = project("compare-domains");
    written(&folder, "one.json", &[]);
    let mut other = written(&folder, "other.json", &[]);
    other["attack"]["domain"] = json!("ics-attack");
    fs::write(folder.join("other.json"), other.to_string()).unwrap();
    let output = lacuna(&folder, &["compare", "one.json", "other.json"]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("other.json about ics-attack"), "{told}");
}

#[test]
fn names_from_an_assessment_act_on_nothing() {
    let folder = project("compare-hostile");
    let mut one = written(&folder, "one.json", &[]);
    one["organisation"]["name"] = json!("=cmd|'/c calc'!A1\u{1b}[31m</text><script>\u{202e}");
    one["tactics"][0]["shortname"] = json!("=1+1");
    one["tactics"][0]["name"] = json!("\u{1b}]0;x\u{7}<b>|x");
    fs::write(folder.join("one.json"), one.to_string()).unwrap();
    for format in ["table", "csv", "md", "json"] {
        let output = lacuna(&folder, &["compare", "one.json", "--format", format, "-o", "m.svg"]);
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{format}: {text:?}");
        let is_formula = |cell: &str| cell.trim_matches('"').starts_with('=');
        assert!(format != "csv" || !text.split([',', '\n']).any(is_formula), "{text}");
    }
    let svg = fs::read_to_string(folder.join("m.svg")).unwrap();
    assert!(!svg.contains("<script>") && !svg.contains('\u{1b}'));
}

#[test]
fn the_example_takes_segments_too() {
    let folder = scratch("compare-example");
    let example = root().join("controls/example");
    let example = example.to_str().unwrap();
    let plain = written(&folder, "plain.json", &[example]);
    let output = lacuna(&folder, &["gaps", example, "--by", "segment", "-q"]);
    assert_eq!(output.status.code(), Some(2), "it has none");
    let found = lacuna_json(&folder, &["compare", "plain.json", "--format", "json"]);
    assert_eq!(found["assessments"][0]["label"], json!("Example Bank"));
    assert_eq!(found["assessments"][0]["headline"], plain["headline"]);
}
