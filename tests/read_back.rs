//! An assessment is enough to run it again.

use std::fs;

use model::{Assessment, assess};

use crate::support::{lacuna, root, scratch};

#[test]
fn an_assessment_read_back_and_assessed_again_gives_the_same_bytes() {
    let folder = scratch("read-back");
    let example = root().join("controls/example");
    let output = lacuna(&folder, &["gaps", example.to_str().unwrap(), "--format", "json"]);
    assert!(output.status.success());
    let assessment: Assessment = report::json::read(&output.stdout).unwrap();
    let attack = ingest::releases::load(None, "enterprise-attack").unwrap();
    assert_eq!(attack.sha256, assessment.attack.sha256);
    let catalog = ingest::catalog(&attack, &assessment.capabilities);
    let again = assess(&assessment.inputs(&attack, &catalog));
    let mut bytes = Vec::new();
    report::json::write(&again, &mut bytes).unwrap();
    assert!(bytes == output.stdout, "the assessment changed on its way");
}

/// What files say of adversaries and of the scope is in the assessment in full: the files are not
/// needed any more.
#[test]
fn own_adversaries_and_a_listed_scope_are_read_back() {
    let folder = scratch("read-back-own");
    let rule = "title: a\nid: b\nstatus: test\ntags: [attack.t1059.001]\ndetection: {a: 1}\n";
    fs::write(folder.join("rule.yml"), rule).unwrap();
    let groups = "file_type: group-administration\ngroups:\n\
                  - {group_name: Red team, campaign: A, technique_id: [T1086, T1566], software_id: [S0002]}\n\
                  - {group_name: Red team, campaign: B, technique_id: {T1059: 3, T1003.001: 1, T1064: 9}}\n";
    fs::write(folder.join("groups.yaml"), groups).unwrap();
    fs::write(folder.join("ours.txt"), "T1059\nT1003\nT1566.001\nT1064\n").unwrap();
    let arguments = [
        ["gaps", "rule.yml"],
        ["--adversary", "groups.yaml=2"],
        ["--adversary", "FIN7"],
        ["--scope", "ours.txt"],
        ["--as-of", "2026-06-30"],
        ["--format", "json"],
    ];
    let output = lacuna(&folder, &arguments.concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut turned = arguments;
    turned[1..].reverse();
    let other_order = lacuna(&folder, &turned.concat());
    assert!(other_order.stdout == output.stdout, "the order of adversaries matters");
    let assessment: Assessment = report::json::read(&output.stdout).unwrap();
    let ids: Vec<&str> = assessment.adversaries.iter().map(|a| a.id.as_str()).collect();
    assert_eq!(ids, ["G0046", "groups.yaml#Red team: A", "groups.yaml#Red team: B"]);
    assert_eq!(assessment.scope.only.as_ref().unwrap().resolution.deprecated, 1);
    let attack = ingest::releases::load(None, "enterprise-attack").unwrap();
    let catalog = ingest::catalog(&attack, &assessment.capabilities);
    let again = assess(&assessment.inputs(&attack, &catalog));
    let mut bytes = Vec::new();
    report::json::write(&again, &mut bytes).unwrap();
    assert!(bytes == output.stdout, "the assessment changed on its way");
}

#[test]
fn another_major_version_is_refused() {
    let folder = scratch("read-back-major");
    let rule = "title: a\nid: b\nstatus: test\ntags: [attack.t1059]\ndetection: {a: 1}\n";
    fs::write(folder.join("rule.yml"), rule).unwrap();
    let output = lacuna(&folder, &["gaps", "rule.yml", "--format", "json"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(report::json::read(text.as_bytes()).is_ok());
    let other = text.replace("lacuna.assessment.v1", "lacuna.assessment.v2");
    assert!(report::json::read(other.as_bytes()).unwrap_err().contains("v2"));
    let more = text.replacen('{', "{\"new\": 1,", 1);
    assert!(report::json::read(more.as_bytes()).is_ok(), "unknown fields are ignored");
}
