//! The workbook of a report says what the assessment says, is inert, and gives back the decisions
//! that people fill in. It is read by another program than the one that wrote it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use calamine::{Data, ExcelDateTime, ExcelDateTimeType, Reader, Xlsx, open_workbook};
use serde_json::Value;

use crate::patch::Book;
use crate::support::{copy, lacuna, lacuna_json, root, scratch};

/// A row as column names lead to cells.
type Named = BTreeMap<String, Data>;

impl Book {
    fn sheet(&self, name: &str) -> &Vec<Vec<Data>> {
        &self.0.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("{name}")).1
    }

    /// The row that names the columns of a list.
    fn header(&self, name: &str, first: &str) -> usize {
        let is_header = |row: &Vec<Data>| row.iter().any(|cell| *cell == text(first));
        self.sheet(name).iter().position(is_header).unwrap()
    }

    /// The rows of a list, one column of which is called `first`.
    fn list(&self, name: &str, first: &str) -> Vec<Named> {
        let rows = self.sheet(name);
        let at = self.header(name, first);
        let named = |row: &Vec<Data>| {
            rows[at].iter().map(ToString::to_string).zip(row.iter().cloned()).collect()
        };
        rows[at + 1..].iter().map(named).collect()
    }

    fn texts(&self) -> impl Iterator<Item = String> + '_ {
        self.0.iter().flat_map(|(_, rows)| rows.iter().flatten()).map(ToString::to_string)
    }
}

fn text(text: &str) -> Data {
    Data::String(text.to_owned())
}

/// A copy of the example with its report, and the report's assessment.
fn reported(name: &str) -> (PathBuf, Value) {
    let folder = scratch(name);
    copy(&root().join("controls/example"), &folder.join("project"));
    let assessment = report(&folder, "project", "q1");
    (folder, assessment)
}

fn report(folder: &Path, input: &str, output: &str) -> Value {
    let run = lacuna(folder, &["report", input, "-o", output, "-q"]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let json = fs::read(folder.join(output).join("assessment.json")).unwrap();
    serde_json::from_slice(&json).unwrap()
}

#[test]
fn every_sheet_has_as_many_rows_as_the_assessment_has_of_them() {
    let (folder, assessment) = reported("workbook-counts");
    let book = Book::open(&folder.join("q1/lacuna.xlsx"));
    let names: Vec<&str> = book.0.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "Summary",
        "Gaps",
        "Matrix",
        "Techniques",
        "Adversaries",
        "By control",
        "Capabilities",
        "Inputs",
        "Diagnostics",
        "About",
    ];
    assert_eq!(names, expected);
    let count = |key: &str| assessment[key].as_array().unwrap().len();
    assert_eq!(book.list("Techniques", "Technique").len(), count("techniques"));
    assert_eq!(book.list("Adversaries", "Adversary").len(), count("adversaries"));
    assert_eq!(book.list("Capabilities", "Id").len(), count("capabilities"));
    assert_eq!(book.list("Diagnostics", "Code").len(), count("diagnostics"));
    let techniques = assessment["techniques"].as_array().unwrap();
    let is_open = |t: &&Value| !t["rank"].is_null() && t["disposition"]["decision"] != "accept";
    // Those with a rank that are not accepted, and one accepted and one closed beneath them.
    let gaps = book.list("Gaps", "Technique");
    assert_eq!(gaps.len(), techniques.iter().filter(is_open).count() + 2);
    for (gap, technique) in book.list("Techniques", "Technique").iter().zip(techniques) {
        assert_eq!(gap["Technique"], text(technique["id"].as_str().unwrap()));
        let (cell, own) = (&gap["Expected"], &technique["coverage"]["composite"]["exp"]);
        assert_eq!(calamine::DataType::as_f64(cell), own.as_f64(), "{}", technique["id"]);
    }
}

/// Names repeat, as those of Domains and Server do: a cell of the matrix is found by the id.
#[test]
fn each_technique_stands_beneath_each_of_its_tactics() {
    let (folder, assessment) = reported("workbook-matrix");
    let book = Book::open(&folder.join("q1/lacuna.xlsx"));
    let rows = book.sheet("Matrix");
    let is_heading = |cell: &Data| cell.to_string().starts_with("Impact\n");
    let at = rows.iter().position(|row| row.iter().any(is_heading)).unwrap();
    let column_of = |tactic: &str| {
        let heading = format!("{tactic}\n");
        rows[at].iter().position(|cell| cell.to_string().starts_with(&heading)).unwrap()
    };
    let tactics = assessment["tactics"].as_array().unwrap();
    let columns: BTreeMap<&str, usize> = tactics
        .iter()
        .map(|t| (t["id"].as_str().unwrap(), column_of(t["name"].as_str().unwrap())))
        .collect();
    let mut seen = 0;
    for technique in assessment["techniques"].as_array().unwrap() {
        if !technique["parent"].is_null() {
            continue;
        }
        let id = technique["id"].as_str().unwrap();
        for tactic in technique["tactics"].as_array().unwrap() {
            let column = columns[tactic.as_str().unwrap()];
            let says_so = |row: &Vec<Data>| {
                let cell = row[column].to_string();
                cell.lines().nth(1).is_some_and(|marks| marks.split(" · ").next() == Some(id))
            };
            assert_eq!(rows[at + 1..].iter().filter(|row| says_so(row)).count(), 1, "{id}");
            seen += 1;
        }
    }
    assert!(seen > 200, "{seen}");
}

#[test]
fn the_same_report_gives_the_same_workbook() {
    let (folder, _) = reported("workbook-bytes");
    report(&folder, "project", "again");
    let [one, other] = ["q1", "again"].map(|name| fs::read(folder.join(name).join("lacuna.xlsx")));
    assert!(one.unwrap() == other.unwrap());
}

const HOSTILE: [&str; 5] = [
    "=HYPERLINK(\"http://example.org\",\"x\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "</script><img src=x onerror=alert(1)>",
    "\u{1b}[31mred\u{202e}desrever",
    "-2+3",
];

#[test]
fn what_others_wrote_stays_text() {
    let folder = scratch("workbook-hostile");
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let rows: String = HOSTILE
        .iter()
        .zip(1..)
        .map(|(title, n)| {
            format!(
                "{},{},T1059.001,implemented,{}\n",
                quoted(&format!("{title}{n}")),
                quoted(title),
                quoted(title)
            )
        })
        .collect();
    let long = format!("LONG,{},T1003,implemented,\n", "x".repeat(40_000));
    fs::write(folder.join("r.csv"), format!("id,title,techniques,status,owner\n{rows}{long}"))
        .unwrap();
    report(&folder, "r.csv", "out");
    let path = folder.join("out/lacuna.xlsx");
    let mut formulas: Xlsx<_> = open_workbook(&path).unwrap();
    let names = formulas.sheet_names();
    for name in &names {
        let found = formulas.worksheet_formula(name).unwrap();
        assert!(found.cells().all(|(_, _, formula)| formula.is_empty()), "{name}");
    }
    let book = Book::open(&path);
    let titles: Vec<String> =
        book.list("Capabilities", "Id").iter().map(|row| row["Title"].to_string()).collect();
    for title in HOSTILE {
        let inert = title.replace('\u{1b}', " ").replace('\u{202e}', "");
        assert!(titles.contains(&inert), "{title:?} in {titles:?}");
    }
    let acts = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!book.texts().any(|text| text.contains(acts)));
    // What is cut off is said.
    let long = titles.iter().find(|title| title.starts_with("xxx")).unwrap();
    assert_eq!(long.len(), 32_767);
    assert!(long.ends_with("[cut: 40000 characters, of which a cell holds 32767]"));
}

/// Fills in the row of a technique.
fn fill(book: &mut Book, technique: &str, cells: &[(&str, Data)]) -> usize {
    let header = book.header("Gaps", "Technique");
    let rows = &mut book.0.iter_mut().find(|(name, _)| name == "Gaps").unwrap().1;
    let column = |name: &str, rows: &[Vec<Data>]| {
        rows[header].iter().position(|cell| *cell == text(name)).unwrap()
    };
    let of = column("Technique", rows);
    let row = rows.iter().position(|row| row[of] == text(technique)).unwrap();
    for (name, value) in cells {
        let at = column(name, rows);
        rows[row][at] = value.clone();
    }
    row + 1
}

/// A day as a spreadsheet holds it.
fn day(serial: f64) -> Data {
    Data::DateTime(ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, false))
}

/// 2027-03-31, in days since the beginning of 1900.
const MARCH: f64 = 46_477.0;

fn filled_in(folder: &Path) -> [usize; 3] {
    let mut book = Book::open(&folder.join("q1/lacuna.xlsx"));
    fill(
        &mut book,
        "T1082",
        &[
            ("Decision", text("fix")),
            ("Owner", text("=Ada")),
            ("Due", day(MARCH)),
            ("Ticket", text("SEC-7")),
            ("Reason", text("he said \"never\" in C:\\temp\nand left")),
        ],
    );
    fill(&mut book, "T1005", &[("Decision", text("Accept")), ("Until", text("31.12.2027"))]);
    // The project's own file says fix, and holds.
    fill(&mut book, "T1059.001", &[("Decision", text("accept")), ("Due", Data::Empty)]);
    let wrong = [
        fill(&mut book, "T1140", &[("Decision", text("fixed"))]),
        fill(&mut book, "T1033", &[("Owner", text("Bea"))]),
        fill(&mut book, "T1070.004", &[("Decision", text("accept")), ("Due", day(MARCH))]),
    ];
    book.save(&folder.join("project/filled.xlsx"));
    wrong
}

fn take(folder: &Path, file: &str) {
    let project = folder.join("project/lacuna.toml");
    let text = fs::read_to_string(&project).unwrap();
    let (_, own) = text.split_once("as_of").unwrap();
    let own = own.split_once('\n').unwrap().1;
    fs::write(&project, format!("decisions = [{file:?}]\nas_of = 2026-06-30\n{own}")).unwrap();
}

fn decisions(folder: &Path) -> BTreeMap<String, Value> {
    let found = lacuna_json(folder, &["decisions", "project", "--format", "json", "-q"]);
    let all = found["decisions"].as_array().unwrap().clone();
    all.into_iter().map(|d| (d["technique"].as_str().unwrap().to_owned(), d)).collect()
}

#[test]
fn what_is_filled_in_is_decided_in_the_next_assessment() {
    let (folder, before) = reported("workbook-round-trip");
    let wrong = filled_in(&folder);
    take(&folder, "filled.xlsx");
    let found = decisions(&folder);
    let fix = &found["T1082"];
    assert_eq!((&fix["decision"], &fix["due"]), (&"fix".into(), &"2027-03-31".into()));
    assert_eq!((&fix["owner"], &fix["ticket"]), (&"=Ada".into(), &"SEC-7".into()));
    assert_eq!(fix["origin"]["sheet"], "Gaps");
    assert_eq!(found["T1005"]["until"], "2027-12-31");
    assert_eq!(found["T1059.001"]["decision"], "fix");
    // Each row that is not understood is told with its cell; the columns are those of the sheet.
    let after = report(&folder, "project", "q2");
    let told = after["diagnostics"].as_array().unwrap();
    let places = |code: &str| -> Vec<String> {
        let of_code = told.iter().filter(|d| d["code"] == code);
        of_code.map(|d| d["origin"]["cell"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let [unknown, owner, due] = wrong;
    let mut expected = vec![format!("N{unknown}"), format!("O{owner}"), format!("P{due}")];
    expected.sort();
    assert_eq!(places("decision-not-taken"), expected);
    assert_eq!(places("decided-elsewhere").len(), 1);
    // The next list of gaps names the owner; what was accepted has left it, and no figure moved.
    let gaps = lacuna(&folder, &["gaps", "project", "-q", "--format", "csv", "-n", "5"]);
    let gaps = String::from_utf8(gaps.stdout).unwrap();
    assert!(gaps.contains("\"fix by 2027-03-31, =Ada\""), "{gaps}");
    assert!(!gaps.contains("T1005,"));
    assert_eq!(before["headline"], after["headline"]);
    // Whoever goes on with the next workbook alone loses nothing.
    fs::copy(folder.join("q2/lacuna.xlsx"), folder.join("project/next.xlsx")).unwrap();
    take(&folder, "next.xlsx");
    let again = decisions(&folder);
    assert_eq!(found.keys().collect::<Vec<_>>(), again.keys().collect::<Vec<_>>());
    for (id, decided) in &again {
        for key in ["decision", "owner", "due", "until", "ticket", "reason"] {
            assert_eq!(decided[key], found[id][key], "{id} {key}");
        }
    }
}

#[test]
fn what_is_filled_in_is_shown_and_written_as_blocks_and_as_a_table() {
    let (folder, _) = reported("workbook-from");
    filled_in(&folder);
    let shown = lacuna_json(
        &folder,
        &["decisions", "project", "--from", "project/filled.xlsx", "--format", "json", "-q"],
    );
    let states: BTreeMap<&str, &str> = shown["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["technique"].as_str().unwrap(), d["project"].as_str().unwrap()))
        .collect();
    let expected = [
        ("T1005", "new"),
        ("T1057", "same"),
        ("T1059.001", "outweighed"),
        ("T1082", "new"),
        ("T1083", "same"),
    ];
    assert_eq!(states, BTreeMap::from(expected));
    assert_eq!(shown["not_taken"], 3);
    for output in ["taken.toml", "project/taken.csv"] {
        let args = ["decisions", "project", "--from", "project/filled.xlsx", "-o", output, "-q"];
        assert!(lacuna(&folder, &args).status.success());
    }
    // The blocks are a project's own.
    let blocks = fs::read_to_string(folder.join("taken.toml")).unwrap();
    let project = folder.join("project/lacuna.toml");
    let text = fs::read_to_string(&project).unwrap();
    let (head, rest) = text.split_once("[[disposition]]").unwrap();
    let gate = &rest[rest.find("\n[gate]").unwrap()..];
    fs::write(&project, format!("{head}{gate}\n{blocks}")).unwrap();
    let by_blocks = decisions(&folder);
    assert_eq!(by_blocks["T1082"]["owner"], "=Ada");
    fs::write(&project, format!("decisions = [\"taken.csv\"]\n{head}{gate}")).unwrap();
    let by_table = decisions(&folder);
    assert_eq!(by_blocks.len(), by_table.len());
    for (id, decided) in &by_table {
        for key in ["decision", "owner", "due", "until", "ticket", "reason"] {
            assert_eq!(decided[key], by_blocks[id][key], "{id} {key}");
        }
    }
}

/// The workbook lies where reports lie, which may be among the sources.
#[test]
fn a_workbook_of_a_report_is_no_source() {
    let (folder, _) = reported("workbook-no-source");
    fs::create_dir(folder.join("in")).unwrap();
    fs::copy(folder.join("q1/lacuna.xlsx"), folder.join("in/lacuna.xlsx")).unwrap();
    fs::write(folder.join("in/r.csv"), "id,techniques,status\nC1,T1003,implemented\n").unwrap();
    let read = report(&folder, "in", "out");
    let records: Vec<&Value> =
        read["inputs"].as_array().unwrap().iter().map(|i| &i["records"]).collect();
    assert_eq!(records, [1]);
}

/// The program, where it is installed; else a loud word.
fn office(folder: &Path, to: &str, file: &str) -> bool {
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let run = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", to, file])
        .current_dir(folder)
        .output();
    let Ok(run) = run else {
        let _ = std::io::stderr().write_all(b"SKIPPED: LibreOffice (soffice) is not installed\n");
        return false;
    };
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(run.status.success() && !said.contains("Error"), "{said}");
    true
}

#[test]
fn another_program_opens_it_and_what_is_saved_there_comes_back() {
    let (folder, _) = reported("workbook-office");
    filled_in(&folder);
    fs::copy(folder.join("q1/lacuna.xlsx"), folder.join("lacuna.xlsx")).unwrap();
    if !office(&folder, "pdf", "lacuna.xlsx") {
        return;
    }
    assert!(fs::read(folder.join("lacuna.pdf")).unwrap().starts_with(b"%PDF"));
    fs::copy(folder.join("project/filled.xlsx"), folder.join("filled.xlsx")).unwrap();
    office(&folder, "ods", "filled.xlsx");
    let from = |file: &str| {
        let args = ["decisions", "project", "--from", file, "--format", "json", "-q"];
        let mut found = lacuna_json(&folder, &args);
        for decision in found["decisions"].as_array_mut().unwrap() {
            decision.as_object_mut().unwrap().remove("origin");
        }
        (found["decisions"].clone(), found["undecided"].clone(), found["not_taken"].clone())
    };
    assert_eq!(from("filled.ods"), from("filled.xlsx"));
    // An .ods that is made of the untouched workbook decides what was decided already.
    office(&folder, "ods", "lacuna.xlsx");
    assert_eq!(from("lacuna.ods"), from("lacuna.xlsx"));
}
