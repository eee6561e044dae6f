//! Two quarters of the example bank, from import to tickets, as somebody reads them at the
//! terminal: a bank is merged in, a promised gap is closed, an exception runs out, and ATT&CK is
//! a newer one. `STORY=overwrite cargo test -p lacuna story` writes what is expected anew; read the
//! difference before it is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{json, lacuna, lacuna_json, root, scratch};

/// The rule that was promised to be switched on, in March and in June.
const PROMISED: [&str; 2] = [
    "Rundll32 Loads A Library From A User Profile,false,",
    "Rundll32 Loads A Library From A User Profile,true,2026-06-22",
];

/// What is typed, in this order.
const TYPED: [&str; 13] = [
    "import march",
    "report march -o q1 --history dated",
    "import june",
    "report june -o q2 --history dated --against q1/assessment.json",
    "diff q1 q2",
    "gaps june -q -n 10",
    "gaps june -q --for enable",
    "recommend june -q -n 3",
    "what-if june -q --enable b870cfbb-6ed8-48ab-925e-ee458815b48f --set EB-09=implemented",
    "check june -q --against q1",
    "decisions june -q",
    "tickets june -q -n 5",
    "tickets june -q -n 2 --format csv",
];

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, copied) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &copied);
        } else {
            fs::copy(&path, &copied).unwrap();
        }
    }
}

/// A fresh folder with the two quarters; nothing was typed yet.
fn bank(name: &str) -> PathBuf {
    let (folder, story) = (scratch(name), root().join("tests/story"));
    for quarter in ["march", "june"] {
        let own = folder.join(quarter);
        copy(&root().join("controls/example"), &own);
        fs::copy(story.join(format!("{quarter}.toml")), own.join("lacuna.toml")).unwrap();
    }
    fs::copy(story.join("harbour.csv"), folder.join("june/harbour.csv")).unwrap();
    let statuses = folder.join("june/enabled.csv");
    let text = fs::read_to_string(&statuses).unwrap();
    assert!(text.contains(PROMISED[0]));
    fs::write(&statuses, text.replace(PROMISED[0], PROMISED[1])).unwrap();
    folder
}

/// What the terminal shows while it is all typed.
fn told(folder: &Path) -> String {
    let mut told = String::new();
    for typed in TYPED {
        let output = lacuna(folder, &typed.split(' ').collect::<Vec<_>>());
        writeln!(told, "$ lacuna {typed}").unwrap();
        told.push_str(&String::from_utf8(output.stderr).unwrap());
        told.push_str(&String::from_utf8(output.stdout).unwrap());
        if !output.status.success() {
            writeln!(told, "(exit code {})", output.status.code().unwrap()).unwrap();
        }
        told.push('\n');
    }
    told
}

#[test]
fn the_story_reads_as_written() {
    let told = told(&bank("story-told"));
    let written = root().join("tests/story/expected.txt");
    if std::env::var("STORY").is_ok_and(|value| value == "overwrite") {
        fs::write(&written, &told).unwrap();
    }
    let expected = fs::read_to_string(&written).unwrap();
    for (at, (expected, told)) in expected.lines().zip(told.lines()).enumerate() {
        assert_eq!(expected, told, "tests/story/expected.txt:{}", at + 1);
    }
    assert_eq!(expected.lines().count(), told.lines().count());
}

/// The two reports, and what differs.
fn reported(name: &str) -> (PathBuf, Value) {
    let folder = bank(name);
    for typed in [TYPED[1], TYPED[3]] {
        let output = lacuna(&folder, &typed.split(' ').collect::<Vec<_>>());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let diff = lacuna_json(&folder, &["diff", "q1", "q2", "--format", "json"]);
    (folder, diff)
}

fn ids(list: &Value) -> BTreeSet<&str> {
    list.as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect()
}

#[test]
fn its_factors_add_up_and_its_promises_are_told() {
    let (folder, diff) = reported("story-diff");
    let factors: BTreeMap<&str, f64> = diff["by_factor"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(factor, points)| (factor.as_str(), points.as_f64().unwrap()))
        .collect();
    let delta = diff["delta"].as_f64().unwrap();
    assert!((factors.values().sum::<f64>() - delta).abs() < 5e-9, "{factors:?} {delta}");
    // The evidence, the adversaries and the release changed; the scope and the method did not.
    let moved = |factor: &str| factors[factor].abs() > 1e-6;
    assert_eq!(
        ["evidence", "profile", "attack", "scope", "policy"].map(moved),
        [true, true, true, false, false]
    );

    assert_eq!(ids(&diff["gaps"]["closed"]), BTreeSet::from(["T1218.011"]));
    assert_eq!(ids(&diff["gaps"]["reopened"]), BTreeSet::from(["T1057"]));
    let promised = diff["promised"].as_array().unwrap();
    let kept: BTreeMap<&str, bool> = promised
        .iter()
        .map(|p| (p["technique"].as_str().unwrap(), p["is_kept"].as_bool().unwrap()))
        .collect();
    assert_eq!(kept, BTreeMap::from([("T1105", false), ("T1218.011", true)]));

    let found = json(&folder.join("q2/assessment.json"));
    let told = found["diagnostics"].as_array().unwrap();
    let expired = told.iter().find(|d| d["code"] == "expired-disposition").unwrap();
    assert!(expired["message"].as_str().unwrap().contains("T1057"), "{expired}");
}

/// What is compared has another yardstick; both days are kept.
#[test]
fn its_trend_marks_the_new_yardstick() {
    let (folder, _) = reported("story-trend");
    let dated = fs::read_dir(folder.join("dated")).unwrap();
    let mut days: Vec<_> = dated.map(|entry| entry.unwrap().file_name()).collect();
    days.sort();
    assert_eq!(days, ["2026-03-31.json", "2026-06-30.json"]);
    let summary = fs::read_to_string(folder.join("q2/summary.md")).unwrap();
    let row = |day: &str| {
        let start = format!("| {day} |");
        summary.lines().find(|line| line.starts_with(&start)).unwrap().to_owned()
    };
    assert!(row("2026-03-31").ends_with("|  |"), "{}", row("2026-03-31"));
    assert!(row("2026-06-30").ends_with("| profile, attack |"), "{}", row("2026-06-30"));
}

/// What is still to be done in the same way is the same ticket in both quarters.
#[test]
fn its_tickets_keep_their_ids() {
    let folder = bank("story-tickets");
    let tickets = |quarter: &str| {
        let args = ["tickets", quarter, "-q", "-n", "1000", "--format", "json"];
        let found = lacuna_json(&folder, &args);
        let tickets = found["tickets"].as_array().unwrap().iter().map(|ticket| {
            let word = |key: &str| ticket[key].as_str().unwrap().to_owned();
            ((word("technique"), word("next_move")), word("external_id"))
        });
        tickets.collect::<BTreeMap<_, _>>()
    };
    let (march, june) = (tickets("march"), tickets("june"));
    assert_eq!(june, tickets("june"));
    let both: Vec<_> = march.keys().filter(|gap| june.contains_key(*gap)).collect();
    assert!(both.len() > 300, "{} of {} gaps are in both", both.len(), march.len());
    assert!(both.iter().all(|gap| march[*gap] == june[*gap]));
    let of = |ids: &BTreeMap<_, String>, id: &str| ids.values().any(|known| known == id);
    let closed = "example-bank/-/T1218.011/enable";
    assert!(of(&march, closed) && !of(&june, closed));
}
