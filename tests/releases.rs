//! The program over releases other than the default: the first that is read, and other domains.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{lacuna, scratch, shared};

/// A bundle of the reference data, unpacked.
fn bundle(shared: &Path, folder: &Path, name: &str) -> PathBuf {
    let packed = shared.join(format!("corpora/stix/{name}.json.zst"));
    let unpacked = Command::new("zstd").arg("-dc").arg(packed).output().expect("zstd is installed");
    let path = folder.join(format!("{name}.json"));
    fs::write(&path, unpacked.stdout).unwrap();
    path
}

fn run(folder: &Path, arguments: &[&str]) -> Value {
    let output = lacuna(folder, &[arguments, &["--format", "json", "-q"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_bundle_of_6_3_serves_every_command() {
    let Some(shared) = shared() else { return };
    let folder = scratch("release-6.3");
    let bundle = bundle(&shared, &folder, "enterprise-attack-6.3");
    let attack = ["--attack", bundle.to_str().unwrap()];
    fs::write(
        folder.join("controls.csv"),
        "id,title,techniques,status\nC1,Scripts,T1086,implemented\nC2,New,T1059.001,implemented\n",
    )
    .unwrap();
    fs::write(folder.join("seen.txt"), "T1086\nT1193\n").unwrap();
    let with = |command: &[&'static str]| run(&folder, &[command, &attack[..]].concat());
    let imported = with(&["import", "controls.csv"]);
    assert_eq!(imported["resolution"]["live"], 1);
    let newer = &imported["resolution"]["ids"]["T1059.001"];
    assert_eq!(newer["counted_as"], serde_json::json!(["T1086"]));
    let gaps = with(&["gaps", "controls.csv", "--adversary", "seen.txt", "--adversary", "APT28"]);
    assert_eq!(gaps["attack"]["version"], "6.3");
    // All 266 but those on no platform of the organisation's.
    let techniques = gaps["techniques"].as_array().unwrap();
    assert_eq!(techniques.len(), gaps["scope"]["techniques"]);
    assert!(techniques.len() > 250, "{}", techniques.len());
    assert_eq!(gaps["profile"]["own"]["seen.txt"]["resolution"]["live"], 2);
    let explained = with(&["explain", "T1086", "controls.csv", "--adversary", "seen.txt"]);
    assert_eq!(explained["evidence"].as_array().unwrap().len(), 2);
    assert_eq!(explained["threat"]["by_adversary"]["seen.txt"], 1.0);
}

#[test]
fn mobile_and_ics_are_built_in() {
    let Some(shared) = shared() else { return };
    let folder = scratch("release-domains");
    for (domain, technique, techniques, groups) in [
        ("mobile-attack", "T1398", 124, "groups-mobile.yaml"),
        ("ics-attack", "T0853", 83, "groups-ics.yaml"),
    ] {
        let register = format!("id,title,techniques,status\nC1,Ours,{technique},implemented\n");
        fs::write(folder.join("controls.csv"), register).unwrap();
        fs::copy(shared.join("corpora/dettect").join(groups), folder.join(groups)).unwrap();
        let arguments = ["gaps", "controls.csv", "--domain", domain, "--adversary", groups];
        let gaps = run(&folder, &arguments);
        assert_eq!(gaps["attack"]["domain"], domain);
        assert_eq!(gaps["scope"]["techniques"], techniques);
        assert_eq!(gaps["resolution"]["live"], 1);
        assert_eq!(gaps["adversaries"].as_array().unwrap().len(), 1);
        let resolution =
            &gaps["profile"]["own"].as_object().unwrap().values().next().unwrap()["resolution"];
        assert_eq!(resolution["other_domain"], 0);
        let own = gaps["adversaries"][0]["coverage"].as_f64().unwrap();
        let explain = ["explain", technique, "controls.csv", "--domain", domain];
        let explained = run(&folder, &[&explain[..], &["--adversary", groups]].concat());
        let uses_it = explained["threat"]["profile"].as_f64().unwrap() > 0.0;
        assert!(explained["coverage"]["composite"]["exp"].as_f64().unwrap() > 0.0);
        assert_eq!(own > 0.0, uses_it, "{domain}");
        run(&folder, &["import", "controls.csv", "--domain", domain]);
    }
}
