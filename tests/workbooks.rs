//! One register in the four kinds of workbook. The .xls and .ods were saved by an office program
//! from the .xlsx, the .xlsb by a library that knows this kind, and so no writer is our own.

use std::fs;
use std::path::PathBuf;

use ingest::table::{Budget, Cell, CellKind, Table, workbook};
use serde_json::Value;

use crate::support::{lacuna_json, root};

const KINDS: [&str; 4] = ["xlsx", "xls", "xlsb", "ods"];

fn folder() -> PathBuf {
    root().join("tests/workbooks")
}

fn bytes(kind: &str) -> Vec<u8> {
    fs::read(folder().join(format!("register.{kind}"))).unwrap()
}

fn tables(kind: &str) -> Vec<Table> {
    let sheets = workbook(&bytes(kind), Budget::default()).unwrap();
    sheets.into_iter().map(|sheet| sheet.unwrap_or_else(|e| panic!("{kind}: {e}"))).collect()
}

#[test]
fn the_four_kinds_of_workbook_give_the_same_tables() {
    let expected = tables("xlsx");
    for kind in KINDS {
        let found = tables(kind);
        let rows = found.iter().zip(&expected).flat_map(|(f, e)| f.rows.iter().zip(&e.rows));
        rows.for_each(|(found, expected)| assert_eq!(found, expected, "{kind}"));
        assert_eq!(found, expected, "{kind}");
    }
    let sheets: Vec<_> = expected.iter().map(|t| (t.sheet.as_deref().unwrap(), t.hidden)).collect();
    assert_eq!(sheets, [("Register", false), ("Old rules", true), ("Notes", false)]);
    let cell = |row: usize, column: usize| -> &Cell {
        let row = expected[0].rows.iter().find(|r| r.number == row).unwrap();
        row.cell(column).unwrap()
    };
    let said = |row, column| (cell(row, column).text.as_str(), cell(row, column).kind);
    assert_eq!(said(4, 1), ("1", CellKind::Number));
    assert_eq!(said(4, 5), ("0.6", CellKind::Number));
    assert_eq!(said(4, 8), ("2026-06-30", CellKind::Date));
    assert_eq!(said(5, 4), ("T1003.001\nT1003.002", CellKind::Text));
    assert_eq!(said(7, 5), ("0.3", CellKind::Number), "the saved value of a formula");
    assert_eq!(said(9, 5), ("#DIV/0!", CellKind::Error));
    assert_eq!(said(10, 2), ("Größe des Tresors", CellKind::Text));
    assert_eq!(said(10, 4), ("T1555.003", CellKind::Text), "the saved value of a formula");
    assert_eq!((said(6, 0).0, cell(6, 0).filled), ("Harbour EDR", true), "merged with A4");
    assert_eq!(expected[2].rows.last().unwrap().number, 40);
}

#[test]
fn the_four_kinds_of_workbook_give_the_same_capabilities() {
    let account = |kind: &str| {
        let file = format!("register.{kind}");
        let args = ["import", &file, "--format", "json", "-q", "--as-of", "2026-11-01"];
        let account = lacuna_json(&folder(), &args);
        assert_eq!(account["capabilities"].as_array().unwrap().len(), 9, "{kind}");
        assert_eq!(account["tables"][0]["header_row"], 3, "{kind}");
        // All but the name of the file and the digest of its bytes.
        let text = account.to_string().replace(&file, "FILE");
        let mut account: Value = serde_json::from_str(&text).unwrap();
        for source in account["inputs"].as_array_mut().unwrap() {
            source.as_object_mut().unwrap().remove("sha256");
        }
        account
    };
    let expected = account("xlsx");
    for kind in KINDS {
        assert_eq!(account(kind), expected, "{kind}");
    }
}

#[test]
fn a_workbook_is_known_by_its_bytes() {
    let folder = crate::support::scratch("workbooks-by-their-bytes");
    for kind in KINDS {
        let name = format!("{kind}.csv");
        fs::write(folder.join(&name), bytes(kind)).unwrap();
        let args = ["import", &name, "--format", "json", "-q", "--as-of", "2026-11-01"];
        let account = lacuna_json(&folder, &args);
        assert_eq!(account["capabilities"].as_array().unwrap().len(), 9, "{kind}");
    }
}

#[test]
fn each_kind_of_workbook_says_what_is_switched_on() {
    let folder = crate::support::scratch("workbooks-of-statuses");
    let rules = "id,title,techniques\nR-1,Service installed,T1543.003\nR-2,Log cleared,T1070.001\n";
    fs::write(folder.join("rules.json"), r#"[{"id":"R-1","techniques":"T1543.003","kind":"rule"},{"id":"R-2","techniques":"T1070.001","kind":"rule"}]"#).unwrap();
    fs::write(folder.join("rules.csv"), rules).unwrap();
    for kind in KINDS {
        fs::write(folder.join(format!("on.{kind}")), bytes(kind)).unwrap();
        let list = format!("on.{kind}");
        let args = ["import", "rules.csv", "--status-from", &list, "--format", "json", "-q"];
        let account = lacuna_json(&folder, &args);
        let status = |ix: usize| account["capabilities"][ix]["status"].clone();
        assert_eq!((status(0), status(1)), ("enabled".into(), "disabled".into()), "{kind}");
    }
}

/// Whatever is cut off or overwritten, a workbook is read or refused.
#[test]
fn damaged_workbooks_are_read_or_refused() {
    let rounds = std::env::var("LACUNA_DAMAGE").ok().and_then(|said| said.parse().ok());
    // A generator of its own, so that every run damages the same bytes.
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % below
    };
    for kind in KINDS {
        let sound = bytes(kind);
        for _ in 0..rounds.unwrap_or(60) {
            let mut damaged = sound.clone();
            for _ in 0..=next(8) {
                let at = next(damaged.len());
                damaged[at] = [0, 0xFF, 0x7F, 0x80, u8::try_from(next(256)).unwrap()][next(5)];
            }
            if next(4) == 0 {
                damaged.truncate(next(damaged.len()));
            }
            let _ = workbook(&damaged, Budget::default());
        }
    }
}
