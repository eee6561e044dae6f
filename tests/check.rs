//! The gate through the binary: against an earlier assessment, and as code hosts read it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{copy, lacuna, root, scratch};

/// The example organisation in a folder of its own and without its gate, its assessment as
/// `main.json` beside it.
fn example(name: &str) -> PathBuf {
    let folder = scratch(name);
    copy(&root().join("controls/example"), &folder.join("bank"));
    let project = folder.join("bank/lacuna.toml");
    let text = fs::read_to_string(&project).unwrap();
    let (before, _) = text.split_once("[gate]").unwrap();
    fs::write(&project, before).unwrap();
    let output = lacuna(&folder, &["gaps", "bank", "--format", "json", "-q"]);
    fs::write(folder.join("main.json"), output.stdout).unwrap();
    folder
}

/// Changes a text in a file of the example; it must be there.
fn change(folder: &Path, file: &str, from: &str, to: &str) {
    let file = folder.join("bank").join(file);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{from} is not in {}", file.display());
    fs::write(file, text.replace(from, to)).unwrap();
}

fn add(folder: &Path, text: &str) {
    let file = folder.join("bank/lacuna.toml");
    let before = fs::read_to_string(&file).unwrap();
    fs::write(file, format!("{before}{text}")).unwrap();
}

fn checked(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output = lacuna(folder, &[&["check", "bank", "-q"], args].concat());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn checked_json(folder: &Path, args: &[&str]) -> Value {
    let (_, text) = checked(folder, &[args, &["--format", "json"]].concat());
    serde_json::from_str(&text).unwrap()
}

const SPRAY: &str = "393f174d-5ee8-4802-ade5-ea6be25c58ec";

#[test]
fn nothing_fails_against_itself() {
    let folder = example("check-itself");
    let (code, text) = checked(&folder, &["--against", "main.json"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.starts_with("All 3 checks pass"), "{text}");
    assert!(text.contains("The same: 0 points"), "{text}");
}

/// A rule that is switched off: coverage drops, and what it alone covered is named with the place
/// of the rule; accepting the gap, and leave to drop, let it pass.
#[test]
fn a_rule_that_is_switched_off_is_found_where_it_stands() {
    let folder = example("check-rule");
    let file = "bank/enabled.csv";
    let list = fs::read_to_string(folder.join(file)).unwrap();
    let row = list.lines().find(|line| line.starts_with(SPRAY)).unwrap();
    fs::write(folder.join(file), list.replace(row, &row.replace("true", "false"))).unwrap();

    let (code, text) = checked(&folder, &["--against", "main.json"]);
    assert_eq!(code, Some(1), "{text}");
    let found = checked_json(&folder, &["--against", "main.json"]);
    assert_eq!(found["schema"], json!("lacuna.check.v1"));
    let findings = found["findings"].as_array().unwrap();
    let of = |check: &str| findings.iter().find(|finding| finding["check"] == check).unwrap();
    assert_eq!(of("max_new_gap")["is_passed"], json!(true));
    let lost = &of("sole_cover")["cases"][0];
    assert_eq!(lost["technique"], json!("T1110"));
    assert_eq!(lost["capability"], json!(SPRAY));
    assert_eq!(lost["why"], json!("off"));
    let place = "rules/identity/password_spray_against_sign_in.yml";
    assert_eq!(lost["origin"]["path"], json!(place));
    assert!(text.contains("is off"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");

    let sarif = sarif(&folder, &["--against", "main.json"]);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let at = |rule: &str| -> Vec<String> {
        let of = results.iter().filter(|result| result["ruleId"] == rule);
        let uri = "/locations/0/physicalLocation/artifactLocation/uri";
        of.map(|result| result.pointer(uri).unwrap().as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(at("gate-sole-cover"), ["bank/lacuna.toml".to_owned(), format!("bank/{place}")]);

    add(&folder, "\n[[disposition]]\ntechnique = \"T1110\"\ndecision = \"accept\"\n");
    let (code, text) = checked(&folder, &["--against", "main.json", "--max-drop", "5"]);
    assert_eq!(code, Some(0), "{text}");
}

/// A summary for a pull request is short, and has what failed, what moved and what came and went.
#[test]
fn a_pull_request_is_told_what_came_and_went() {
    let folder = example("check-pull-request");
    add(
        &folder,
        "\n[gate]\nmin_coverage = 0.3\nagainst = \"../main.json\"\nmax_new_gap = 20\nmax_drop = 3\n",
    );
    // Exploits of the bank's own servers were covered by a rule that is taken away, and by controls.
    fs::remove_dir_all(folder.join("bank/rules/windows")).unwrap();
    change(&folder, "lacuna.toml", "2027-06-30", "2026-06-01");
    let (code, text) = checked(&folder, &["--format", "md"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.starts_with("## "), "{text}");
    for part in
        ["Worse: ", "| Fails | Found |", "| Passes | Found |", "## Gaps: ", "| reopened | T1057 |"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(text.lines().count() < 80, "{text}");
    // What was typed comes before what the file says.
    let (code, text) =
        checked(&folder, &["--max-drop", "100", "--max-new-gap", "100", "--min-coverage", "0"]);
    assert!(text.contains("Techniques that lost their only cover"), "{text}");
    assert!(text.starts_with("All") == (code == Some(0)), "{text}");
}

/// The report of a quarter says what moved since the one before, and what of the promises was kept.
#[test]
fn a_report_says_what_moved_since_an_earlier_one() {
    let folder = example("check-report");
    let promise = "\n[[disposition]]\ntechnique = \"T1005\"\ndecision = \"fix\"\nowner = \"<b>Blue</b>\"\n\
                   due = 2026-07-31\n";
    add(&folder, promise);
    let report = |args: &[&str]| {
        let output = lacuna(&folder, &[&["report", "bank"], args].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stderr).unwrap()
    };
    report(&["-o", "q2"]);
    fs::remove_dir_all(folder.join("bank/rules/windows")).unwrap();
    let said = report(&["-o", "q3", "--against", "q2", "--as-of", "2026-09-30"]);
    assert!(said.contains("since: Worse: "), "{said}");
    let page = fs::read_to_string(folder.join("q3/index.html")).unwrap();
    let summary = fs::read_to_string(folder.join("q3/summary.md")).unwrap();
    for text in [&page, &summary] {
        assert!(text.contains("Worse: ") && text.contains("Promised: 1 of 2 done"), "{text}");
        assert!(text.contains("overdue") && !text.contains("<b>Blue"), "{text}");
    }
    assert!(page.contains("<h2 id=\"since\">What moved</h2>"));
    assert!(!fs::read_to_string(folder.join("q2/index.html")).unwrap().contains("What moved"));
}

fn sarif(folder: &Path, args: &[&str]) -> Value {
    let (_, text) = checked(folder, &[args, &["--format", "sarif"]].concat());
    let log: Value = serde_json::from_str(&text).unwrap();
    let standard = jsonschema::validator_for(&schema()).unwrap();
    let trouble: Vec<String> = standard
        .iter_errors(&log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(trouble, Vec::<String>::new(), "{text}");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
    }
    let mut ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "a rule stands twice");
    log
}

/// What SARIF 2.1.0 says of the parts that are written: which properties there are, which must be,
/// and what they hold.
fn schema() -> Value {
    let object = |properties: Value, required: &[&str]| {
        json!({
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    };
    let list = |items: Value| json!({"type": "array", "items": items});
    let text = || object(json!({"text": {"type": "string"}}), &["text"]);
    let level = || json!({"enum": ["none", "note", "warning", "error"]});
    let word = || json!({"type": "string"});
    let rule = json!({
        "id": word(),
        "shortDescription": text(),
        "help": text(),
        "defaultConfiguration": object(json!({"level": level()}), &[]),
    });
    let uri = json!({"type": "string", "pattern": "^[A-Za-z0-9._~/%-]+$"});
    let physical = json!({
        "artifactLocation": object(json!({"uri": uri}), &[]),
        "region": object(json!({"startLine": {"type": "integer", "minimum": 1}}), &[]),
    });
    let location = json!({
        "physicalLocation": object(physical, &["artifactLocation"]),
        "logicalLocations": list(object(json!({"fullyQualifiedName": word()}), &[])),
    });
    let result = json!({
        "ruleId": word(),
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": level(),
        "message": text(),
        "locations": list(object(location, &[])),
    });
    let driver = json!({
        "name": word(),
        "semanticVersion": word(),
        "rules": list(object(rule, &["id"])),
    });
    let run = json!({
        "tool": object(json!({"driver": object(driver, &["name"])}), &["driver"]),
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": list(object(result, &["message"])),
    });
    let log = json!({
        "$schema": word(),
        "version": {"enum": ["2.1.0"]},
        "runs": list(object(run, &["tool"])),
    });
    object(log, &["version", "runs"])
}

/// Rules with old, unknown and hostile ids and names are shown at their lines.
#[test]
fn broken_and_outdated_rules_are_shown_at_their_lines() {
    let folder = scratch("check-sarif");
    let rules = folder.join("bank/odd rules");
    fs::create_dir_all(&rules).unwrap();
    let rule = |id: &str, tag: &str| {
        format!(
            "title: \"\\e[31m</script> {id}\"\nid: {id}\nlogsource:\n    product: windows\ndetection:\n    \
             selection:\n        Image: x\n    condition: selection\ntags:\n    - attack.{tag}\n"
        )
    };
    for (name, tag) in [("old#1.yml", "t1086"), ("unknown.yml", "t9999"), ("ok.yml", "t1047")] {
        fs::write(rules.join(name), rule(name, tag)).unwrap();
    }
    fs::write(rules.join("broken.yml"), "title: [\nlogsource:\ndetection: {").unwrap();
    let project =
        "[[source]]\npath = \"odd rules\"\nstatus = \"enabled\"\n\n[gate]\nmin_coverage = 1\n";
    fs::write(folder.join("bank/lacuna.toml"), project).unwrap();
    let log = sarif(&folder, &["--as-of", "2026-01-01"]);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let said: Vec<(String, String, u64)> = results
        .iter()
        .map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap().to_owned();
            let rule = result["ruleId"].as_str().unwrap().to_owned();
            (rule, uri, place["region"]["startLine"].as_u64().unwrap())
        })
        .collect();
    let has = |rule: &str, uri: &str| {
        let found = said.iter().find(|(r, u, _)| r == rule && u == uri);
        found.unwrap_or_else(|| panic!("no {rule} at {uri} in {said:?}")).2
    };
    has("replaced-id", "bank/odd%20rules/old%231.yml");
    has("unknown-id", "bank/odd%20rules/unknown.yml");
    has("broken-file", "bank/odd%20rules/broken.yml");
    assert_eq!(has("gate-min-coverage", "bank/lacuna.toml"), 5);
    // From within the project, too, paths are those from where one stands.
    let output = lacuna(&folder.join("bank"), &["check", "-q", "--format", "sarif"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\"uri\": \"odd%20rules/unknown.yml\""), "{text}");
    assert!(text.contains("\"uri\": \"lacuna.toml\""), "{text}");
}
