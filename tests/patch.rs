//! What is edited in an exported register comes back as a patch: these cells and no others, with
//! the same result as the edited register itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader, Xlsx, open_workbook};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::{Value, json};

use crate::normalised::{ON, essence, row, same};
use crate::support::{copy, lacuna, lacuna_json, root, scratch};

/// A workbook as another program holds it: cells without anything else about them.
pub(crate) struct Book(pub(crate) Vec<(String, Vec<Vec<Data>>)>);

impl Book {
    pub(crate) fn open(path: &Path) -> Self {
        let mut book: Xlsx<_> = open_workbook(path).unwrap();
        let sheets = book.worksheets().into_iter();
        Self(
            sheets.map(|(name, range)| (name, range.rows().map(<[_]>::to_vec).collect())).collect(),
        )
    }

    fn rows(&mut self) -> &mut Vec<Vec<Data>> {
        &mut self.0.iter_mut().find(|(name, _)| name == "Register").unwrap().1
    }

    fn column(&mut self, name: &str) -> usize {
        self.rows()[0].iter().position(|cell| *cell == Data::String(name.to_owned())).unwrap()
    }

    /// The row with this id.
    fn row(&mut self, id: &str) -> usize {
        self.rows().iter().position(|row| row[0] == Data::String(id.to_owned())).unwrap()
    }

    fn set(&mut self, id: &str, column: &str, value: impl Into<Data>) {
        let (row, column) = (self.row(id), self.column(column));
        self.rows()[row][column] = value.into();
    }

    pub(crate) fn save(&self, path: &Path) {
        let mut book = Workbook::new();
        let day = Format::new().set_num_format("dd.mm.yyyy");
        for (name, rows) in &self.0 {
            let sheet = book.add_worksheet().set_name(name).unwrap();
            for (row, cells) in (0..).zip(rows) {
                for (column, cell) in (0..).zip(cells) {
                    match cell {
                        Data::Empty => continue,
                        Data::Float(number) => sheet.write_number(row, column, *number),
                        Data::Int(number) => sheet.write_number(row, column, *number as f64),
                        Data::DateTime(moment) => {
                            let moment = ExcelDateTime::from_serial_datetime(moment.as_f64());
                            sheet.write_datetime_with_format(row, column, moment.unwrap(), &day)
                        }
                        other => sheet.write_string(row, column, other.to_string()),
                    }
                    .unwrap();
                }
            }
        }
        book.save(path).unwrap();
    }
}

/// A copy of the example, with its register exported beside it.
fn exported_example(name: &str) -> PathBuf {
    let folder = scratch(name);
    copy(&root().join("controls/example"), &folder.join("project"));
    import(&folder, "project", "register.xlsx");
    folder
}

fn import(folder: &Path, input: &str, output: &str) {
    let output = lacuna(folder, &["import", input, "-o", output, "-q"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn difference(folder: &Path, edited: &str, input: &str) -> Value {
    lacuna_json(folder, &["patch", edited, input, "--format", "json", "-q"])
}

fn project(folder: &Path, patches: &str) {
    let path = folder.join("project/lacuna.toml");
    let text = fs::read_to_string(&path).unwrap();
    let text = text.lines().filter(|line| !line.starts_with("patches")).collect::<Vec<_>>();
    fs::write(path, format!("patches = {patches}\n{}\n", text.join("\n"))).unwrap();
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

/// What people may write into a column that they change.
const VALUES: &[(&str, &[&str])] = &[
    ("title", &["Another title", "=HYPERLINK(\"x\")", "two\nlines"]),
    ("kind", &["rule", "control", "data source"]),
    ("function", &["prevent", "detect", "respond", "observe"]),
    ("techniques", &["T1021", "T1059.001; T1003", "T1110 (brute force), T1078", ""]),
    ("mitigations", &["M1032", "M1047; M1038", ""]),
    ("controls", &["AC-2; SI-4", ""]),
    ("data_components", &["DC0032", "Process Creation; DC0067", ""]),
    ("platforms", &["Windows", "Linux; macOS", "none", ""]),
    ("status", &["in place", "Pilot", "disabled", "not_applicable", "library", ""]),
    ("basis", &["validated", "published", ""]),
    ("strength", &["80 %", "0.25", "45%", ""]),
    ("level", &["very high", "none", ""]),
    ("ctid", &["partial", "significant", ""]),
    ("dettect", &["-1", "4", ""]),
    ("stp", &["5", "1", ""]),
    ("rule_status", &["stable", "deprecated", ""]),
    ("rule_level", &["critical", "low", ""]),
    ("unscored", &["yes", "no"]),
    ("hunting", &["yes", ""]),
    ("family", &["EDR", "-x", ""]),
    ("telemetry", &["50%", "Windows=0.9; Linux=50%", ""]),
    ("scope", &["0.5", "Windows=25 %", ""]),
    ("last_fired", &["2026-06-29", "1.2.2026", ""]),
    ("alerts_90d", &["0", "1200", ""]),
    ("false_positive_rate", &["90 %", "0.1", ""]),
    ("cost", &["12.5", ""]),
    ("bundle", &["EDR", "=1+1", ""]),
    ("owner", &["Nobody", "'quoted", ""]),
    ("notes", &["a, b; c \"d\"", "-1", ""]),
];

/// Some cells, by row, column and value, each cell once; and in which order the rows come.
fn edits() -> impl Strategy<Value = (BTreeMap<(usize, usize), usize>, usize)> {
    let cell = (0usize..10_000, 0..VALUES.len());
    (prop::collection::btree_map(cell, 0usize..100, 0..40), 1usize..60)
}

/// What a row of a register says, without where it stands.
fn said(folder: &Path, book: &str) -> BTreeMap<String, Vec<String>> {
    let mut book = Book::open(&folder.join(book));
    let width = book.column("read from");
    let rows = book.rows().iter();
    rows.map(|row| (row[0].to_string(), row[1..width].iter().map(Data::to_string).collect()))
        .collect()
}

/// Exports `input`, changes cells, moves rows; what comes back is exactly that, and has the effect
/// of the edited register read by itself.
#[track_caller]
fn check(
    folder: &Path,
    input: &str,
    words: &[&str],
    edits: &BTreeMap<(usize, usize), usize>,
    step: usize,
) {
    let mut book = Book::open(&folder.join("register.xlsx"));
    let count = book.rows().len() - 1;
    let (mut expected, mut touched) = (BTreeSet::new(), BTreeSet::new());
    for ((row, column), value) in edits {
        let (name, values) = VALUES[*column];
        let row = 1 + row % count;
        let at = book.column(name);
        if touched.insert((row, at)) {
            let id = book.rows()[row][0].to_string();
            book.rows()[row][at] = match values[value % values.len()] {
                "" => Data::Empty,
                text => Data::String(text.to_owned()),
            };
            expected.insert((id, name));
        }
    }
    // Rows stand in another order.
    let mut rows = book.rows().split_off(1);
    rows.rotate_left(step % count);
    rows.reverse();
    book.rows().extend(rows);
    book.save(&folder.join("edited.xlsx"));

    let patch = [
        &["patch", "edited.xlsx", input, "-o", "project/changes.csv", "-q", "--format", "json"],
        words,
    ]
    .concat();
    let found = lacuna_json(folder, &patch);
    assert_eq!((&found["conflicts"], &found["ignored"]), (&json!([]), &json!([])));
    let changes: BTreeSet<(String, &str)> = found["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| (c["id"].as_str().unwrap().to_owned(), c["column"].as_str().unwrap()))
        .collect();
    // A value that says what was there is no change.
    assert!(changes.is_subset(&expected), "{changes:?} but {expected:?}");
    let (was, is) = (said(folder, "register.xlsx"), said(folder, "edited.xlsx"));
    let names: Vec<String> = book.rows()[0][1..].iter().map(Data::to_string).collect();
    let is_real = |(id, name): &&(String, &str)| {
        let at = names.iter().position(|known| known == name).unwrap();
        let (was, is) = (&was[id][at], &is[id][at]);
        // Words and numbers may be spelt in several ways; these texts are taken as they are.
        ["owner", "notes", "title", "family", "bundle"].contains(name) && was != is
    };
    let real: BTreeSet<_> = expected.iter().filter(is_real).cloned().collect();
    assert!(real.is_subset(&changes), "{real:?} but {changes:?}");

    let gaps = |input: &str, more: &[&str]| {
        let words = [&["gaps", input, "--format", "json", "-q"], words, more].concat();
        lacuna_json(folder, &words)
    };
    let edited = essence(gaps("edited.xlsx", &["-c", "project/lacuna.toml"]));
    for patches in ["[\"changes.csv\"]", "[\"changes.csv\", \"changes.csv\"]"] {
        project(folder, patches);
        let patched = gaps("project", &[]);
        let counted = patched["inputs"].as_array().unwrap().iter().all(|source| {
            let of = |name: &str| source[name].as_u64().unwrap();
            of("records") == of("used") + of("off") + of("without_technique") + of("not_understood")
        });
        assert!(counted, "{}", patched["inputs"]);
        same(&edited, &essence(patched), patches);
    }
    let words = [&["import", "project", "-o", "after.xlsx", "-q"], words].concat();
    assert!(lacuna(folder, &words).status.success());
    let words = [
        &["import", "edited.xlsx", "-c", "project/lacuna.toml", "-o", "again.xlsx", "-q"],
        &words[5..],
    ]
    .concat();
    assert!(lacuna(folder, &words).status.success());
    assert_eq!(said(folder, "again.xlsx"), said(folder, "after.xlsx"));
    assert_eq!(difference(folder, "after.xlsx", "project")["changes"], json!([]));
    project(folder, "[]");
}

#[test]
fn what_is_edited_comes_back_and_nothing_else() {
    let folder = exported_example("patch-edited");
    let mut runner = TestRunner::deterministic();
    for _ in 0..4 {
        let (edits, step) = edits().new_tree(&mut runner).unwrap().current();
        check(&folder, "project", &[], &edits, step);
    }
    check(&folder, "project", &[], &BTreeMap::new(), 7);
}

#[test]
fn any_register_that_is_edited_comes_back() {
    let folder = scratch("patch-generated");
    fs::create_dir_all(folder.join("project")).unwrap();
    let toml = "as_of = 2026-06-30\n[[source]]\npath = \"rows.json\"\n";
    fs::write(folder.join("project/lacuna.toml"), toml).unwrap();
    let mut runner = TestRunner::deterministic();
    for has_status in [true, false, true] {
        let mut rows: Vec<Value> =
            prop::collection::vec(row(), 60).new_tree(&mut runner).unwrap().current();
        for row in &mut rows {
            // Tests that contradict each other are told of each row.
            for column in ["tests_passed", "tests_run", "tests_last"] {
                row.as_object_mut().unwrap().remove(column);
            }
            if !has_status {
                row.as_object_mut().unwrap().remove("status");
            }
        }
        rows[0]["techniques"] = json!(["T1059"]);
        fs::write(folder.join("project/rows.json"), json!(rows).to_string()).unwrap();
        import(&folder, "project", "register.xlsx");
        assert_eq!(difference(&folder, "register.xlsx", "project")["changes"], json!([]));
        let (edits, step) = edits().new_tree(&mut runner).unwrap().current();
        check(&folder, "project", &ON[..4], &edits, step);
    }
}

#[test]
fn a_status_that_nobody_stated_may_be_stated_in_the_workbook() {
    let folder = scratch("patch-rules");
    copy(&root().join("controls/example/rules"), &folder.join("rules"));
    import(&folder, "rules", "register.xlsx");
    let mut book = Book::open(&folder.join("register.xlsx"));
    let id = book.rows()[1][0].to_string();
    book.set(&id, "status", "disabled".to_owned());
    book.save(&folder.join("edited.xlsx"));
    for words in [&[][..], &["--assume", "enabled"]] {
        let patch = ["patch", "edited.xlsx", "rules", "--format", "json", "-q"];
        let found = lacuna_json(&folder, &[&patch, words].concat());
        assert_eq!(ids(&found["changes"]), [&id], "{words:?}");
        assert_eq!(found["changes"][0]["before"], "enabled");
        assert_eq!(found["conflicts"], json!([]));
    }
}

#[test]
fn what_the_source_has_changed_too_is_a_conflict_and_is_not_taken() {
    let folder = exported_example("patch-conflict");
    let mut book = Book::open(&folder.join("register.xlsx"));
    book.set("Cloud audit trail", "owner", "Audit".to_owned());
    book.set("Domain controller logs", "owner", "Audit".to_owned());
    book.save(&folder.join("edited.xlsx"));
    let words = ["patch", "edited.xlsx", "project", "-o", "project/changes.csv", "-q"];
    assert!(lacuna(&folder, &words).status.success());
    let source = folder.join("project/data-sources.csv");
    let text = fs::read_to_string(&source).unwrap();
    let text: Vec<String> = text
        .lines()
        .map(|line| match line.starts_with("Cloud audit trail") {
            true => line.replace("Cloud Platform", "Somebody else"),
            false => line.to_owned(),
        })
        .collect();
    fs::write(&source, text.join("\n")).unwrap();

    let found = difference(&folder, "edited.xlsx", "project");
    assert_eq!(ids(&found["conflicts"]), ["Cloud audit trail"], "{found}");
    assert_eq!(found["conflicts"][0]["now"], "Somebody else");
    assert_eq!(ids(&found["changes"]), ["Domain controller logs"]);

    project(&folder, "[\"changes.csv\"]");
    let account = lacuna_json(&folder, &["import", "project", "--format", "json", "-q"]);
    let owner = |id: &str| {
        let mut all = account["capabilities"].as_array().unwrap().iter();
        all.find(|c| c["id"] == id).unwrap()["owner"].clone()
    };
    assert_eq!(
        (owner("Cloud audit trail"), owner("Domain controller logs")),
        ("Somebody else".into(), "Audit".into())
    );
    let stale = account["diagnostics"].as_array().unwrap();
    let stale: Vec<_> = stale.iter().filter(|d| d["code"] == "stale-patch").collect();
    assert_eq!(stale.len(), 1);
    assert_eq!(stale[0]["origin"], json!({"path": "changes.csv", "line": 2}));
}

#[test]
fn a_patch_grows_with_each_round() {
    let folder = exported_example("patch-rounds");
    project(&folder, "[\"changes.csv\"]");
    fs::write(folder.join("project/changes.csv"), "file,id,column,before,after\n").unwrap();
    let rounds = [("owner", "First"), ("owner", "Second"), ("notes", "Third"), ("owner", "")];
    for (column, value) in rounds {
        let mut book = Book::open(&folder.join("register.xlsx"));
        book.set("EB-01", column, value.to_owned());
        book.save(&folder.join("edited.xlsx"));
        let words = ["patch", "edited.xlsx", "project", "-o", "project/changes.csv", "-q"];
        assert!(lacuna(&folder, &words).status.success());
        import(&folder, "project", "register.xlsx");
    }
    let patch = fs::read_to_string(folder.join("project/changes.csv")).unwrap();
    assert_eq!(
        patch,
        "file,id,column,before,after\n\
         controls.xlsx,EB-01,owner,Identity & Access,\n\
         controls.xlsx,EB-01,notes,Push prompts with number matching,Third\n"
    );
}

#[test]
fn a_patch_with_a_line_that_is_not_understood_is_not_written_over() {
    let folder = exported_example("patch-over");
    project(&folder, "[\"changes.csv\"]");
    let text = "file,id,column,before,after\ncontrols.xlsx,EB-01,onwer,,Nobody\n";
    fs::write(folder.join("project/changes.csv"), text).unwrap();
    let words = ["patch", "register.xlsx", "project", "-o", "project/changes.csv"];
    let output = lacuna(&folder, &words);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("changes.csv:2: the change is not taken: \"onwer\" is no column"),
        "{said}"
    );
    assert_eq!(fs::read_to_string(folder.join("project/changes.csv")).unwrap(), text);
}

#[test]
fn rows_that_are_added_copied_deleted_or_renamed_are_told() {
    let folder = exported_example("patch-rows");
    let mut book = Book::open(&folder.join("register.xlsx"));
    let (first, second) = (book.row("EB-01"), book.row("EB-02"));
    let mut copied = book.rows()[first].clone();
    copied[0] = Data::String("EB-01b".to_owned());
    // The copy stands before its original.
    book.rows().insert(1, copied);
    book.rows().remove(second + 1);
    let width = book.rows()[0].len();
    let mut new = vec![Data::Empty; width];
    new[0] = Data::String("NEW".to_owned());
    book.rows().push(new);
    book.set("EB-03", "id", "EB-3".to_owned());
    book.save(&folder.join("edited.xlsx"));
    let found = difference(&folder, "edited.xlsx", "project");
    assert_eq!(found["changes"], json!([]));
    let mut told = ids(&found["ignored"]);
    told.sort_unstable();
    assert_eq!(told, ["EB-01b", "EB-02", "EB-3", "NEW"]);
}

#[test]
fn with_its_new_rows_a_project_says_what_the_workbook_says() {
    let folder = exported_example("patch-added");
    let mut book = Book::open(&folder.join("register.xlsx"));
    let (first, width) = (book.row("EB-01"), book.rows()[0].len());
    let mut copied = book.rows()[first].clone();
    copied[0] = Data::String("EB-01b".to_owned());
    book.rows().insert(first, copied);
    book.rows().push(vec![Data::Empty; width]);
    let last = book.rows().len() - 1;
    for (column, value) in
        [("id", "NEW"), ("techniques", "T1486, T1490"), ("status", "in place"), ("scope", "70 %")]
    {
        let at = book.column(column);
        book.rows()[last][at] = Data::String(value.to_owned());
    }
    book.set("EB-02", "status", "disabled".to_owned());
    book.save(&folder.join("edited.xlsx"));
    let patch = ["patch", "edited.xlsx", "project", "-o", "project/changes.csv", "-q"];
    let output = lacuna(&folder, &[&patch[..], &["--added", "project/new.csv"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    project(&folder, "[\"changes.csv\"]");
    let path = folder.join("project/lacuna.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}\n[[source]]\npath = \"new.csv\"\n")).unwrap();

    let gaps = |words: &[&str]| {
        essence(lacuna_json(&folder, &[&["gaps", "--format", "json", "-q"], words].concat()))
    };
    let edited = gaps(&["edited.xlsx", "-c", "project/lacuna.toml"]);
    same(&edited, &gaps(&["project"]), "with new rows");
    let found = difference(&folder, "edited.xlsx", "project");
    assert_eq!((&found["changes"], &found["ignored"]), (&json!([]), &json!([])));
}

#[test]
fn a_csv_export_is_compared_with_the_sources_by_id() {
    let folder = exported_example("patch-csv");
    import(&folder, "project", "register.csv");
    assert_eq!(difference(&folder, "register.csv", "project")["changes"], json!([]));
    let text = fs::read_to_string(folder.join("register.csv")).unwrap();
    fs::write(folder.join("register.csv"), text.replace("Identity & Access", "IAM")).unwrap();
    let found = difference(&folder, "register.csv", "project");
    let columns: BTreeSet<&str> = found["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["column"].as_str().unwrap())
        .collect();
    assert_eq!(columns, ["owner"].into());
}

#[test]
fn what_is_not_understood_does_not_come_back() {
    let folder = exported_example("patch-bad");
    let mut book = Book::open(&folder.join("register.xlsx"));
    book.set("EB-01", "status", "sort of".to_owned());
    book.set("EB-02", "techniques", "T1078; T9999".to_owned());
    book.set("EB-03", "strength", "much".to_owned());
    book.set("EB-04", "tests_passed", "99".to_owned());
    book.set("EB-05", "owner", "Somebody".to_owned());
    book.save(&folder.join("edited.xlsx"));
    let found = difference(&folder, "edited.xlsx", "project");
    assert_eq!(ids(&found["changes"]), ["EB-05"]);
    let ignored = ids(&found["ignored"]).into_iter().collect::<BTreeSet<_>>();
    assert_eq!(ignored, ["EB-01", "EB-02", "EB-03", "EB-04"].into());
}
