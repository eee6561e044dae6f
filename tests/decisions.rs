//! Decisions and tickets through the binary, as other programs read them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{lacuna, lacuna_json, root, scratch};

fn bank() -> String {
    root().join("controls/example").to_str().unwrap().to_owned()
}

#[test]
fn a_calendar_is_written_whole_and_twice_the_same() {
    let folder = scratch("decisions-calendar");
    let written = |name: &str| {
        let output = lacuna(&folder, &["decisions", &bank(), "-q", "-o", name]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::read_to_string(folder.join(name)).unwrap()
    };
    let calendar = written("a.ics");
    assert_eq!(calendar, written("b.ics"));
    assert!(calendar.starts_with("BEGIN:VCALENDAR\r\n") && calendar.ends_with("END:VCALENDAR\r\n"));
    assert!(calendar.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')));
    let found = lacuna_json(&folder, &["decisions", &bank(), "-q", "--format", "json"]);
    let decisions = found["decisions"].as_array().unwrap();
    let days =
        decisions.iter().flat_map(|d| [&d["due"], &d["until"]]).filter(|day| day.is_string());
    assert_eq!(calendar.matches("BEGIN:VEVENT").count(), days.count());
    let unfolded = calendar.replace("\r\n ", "");
    let uids: Vec<&str> = unfolded.lines().filter(|line| line.starts_with("UID:")).collect();
    assert_eq!(uids.iter().collect::<BTreeSet<_>>().len(), uids.len());
    assert!(uids.contains(&"UID:example-bank/-/T1059.001/fix/due"), "{uids:?}");
}

/// Every decision of the file is listed once, and so is every exclusion.
#[test]
fn no_decision_is_left_out() {
    let found = lacuna_json(&root(), &["decisions", &bank(), "-q", "--format", "json"]);
    let ids: Vec<&str> = found["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["technique"].as_str().unwrap())
        .collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, ["T1057", "T1059.001", "T1083", "T1200"]);
}

fn tickets(folder: &Path, input: &str, count: &str) -> Vec<Value> {
    let args = ["tickets", input, "-q", "--format", "json", "-n", count];
    lacuna_json(folder, &args)["tickets"].as_array().unwrap().clone()
}

fn ids(tickets: &[Value]) -> Vec<String> {
    tickets.iter().map(|t| t["external_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_ticket_is_there_once_and_has_all_that_a_tracker_asks_for() {
    let all = tickets(&root(), &bank(), "1000");
    let ids = ids(&all);
    assert!(ids.len() > 300, "{}", ids.len());
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    for ticket in &all {
        let id = ticket["external_id"].as_str().unwrap();
        let parts: Vec<&str> = id.split('/').collect();
        let technique = ticket["technique"].as_str().unwrap();
        assert_eq!(parts, ["example-bank", "-", technique, ticket["next_move"].as_str().unwrap()]);
        let body = ticket["body"].as_str().unwrap();
        for part in ["Why: ", "What to do: ", "Done when: "] {
            assert_eq!(body.matches(part).count(), 1, "{part} in {body}");
        }
        let labels = ticket["labels"].as_array().unwrap();
        assert!(labels.iter().all(|label| !label.as_str().unwrap().contains(char::is_whitespace)));
    }
    // Accepted and excluded ones are nobody's work.
    let is_about = |id: &str| all.iter().any(|ticket| ticket["technique"] == id);
    assert!(!is_about("T1057") && !is_about("T1200"));
}

/// A register whose rows stand in another order gives the same tickets.
#[test]
fn tickets_do_not_depend_on_the_order_of_rows() {
    let folder = scratch("tickets-order");
    let rows = [
        "C1,T1110,implemented,high,prevent",
        "C2,T1059.001,disabled,low,detect",
        "C3,T1047,implemented,low,prevent",
    ];
    let project = "[profile]\nadversaries = [\"FIN7\"]\n\n[[source]]\npath = \"r.csv\"\n\n\
                   [[disposition]]\ntechnique = \"T1047\"\ndecision = \"fix\"\ndue = 2026-12-31\n";
    let written = |name: &str, rows: &[&str]| -> PathBuf {
        let below = folder.join(name);
        fs::create_dir_all(&below).unwrap();
        fs::write(below.join("lacuna.toml"), format!("as_of = 2026-01-01\n{project}")).unwrap();
        let rows = rows.join("\n");
        fs::write(below.join("r.csv"), format!("id,techniques,status,level,function\n{rows}\n"))
            .unwrap();
        below
    };
    let one = tickets(&written("one", &rows), ".", "50");
    let mut turned = rows;
    turned.reverse();
    assert_eq!(one, tickets(&written("other", &turned), ".", "50"));
    // What was promised comes first, and what is off is to be switched on.
    assert_eq!(one[0]["technique"], "T1047");
    assert_eq!(one[0]["due"], "2026-12-31");
    assert!(ids(&one).contains(&"-/-/T1059.001/enable".to_owned()), "{:?}", ids(&one));
    // A longer list begins with the shorter one.
    let few = tickets(&folder.join("one"), ".", "7");
    assert_eq!(few[..], one[..7]);
}

/// What a spreadsheet or a tracker reads is what the JSON says.
#[test]
fn tickets_in_csv_are_those_in_json() {
    let json = tickets(&root(), &bank(), "12");
    let args = ["tickets", &bank(), "-q", "--format", "csv", "-n", "12"];
    let output = lacuna(&root(), &args);
    let mut reader = csv::Reader::from_reader(&output.stdout[..]);
    let names = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), json.len());
    for (row, ticket) in rows.iter().zip(&json) {
        for (name, cell) in names.iter().zip(row.iter()) {
            let said = match &ticket[name] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Array(labels) => {
                    labels.iter().map(|l| l.as_str().unwrap()).collect::<Vec<_>>().join(" ")
                }
                other => panic!("{name}: {other}"),
            };
            assert_eq!(cell, said, "{name}");
        }
    }
}
