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
