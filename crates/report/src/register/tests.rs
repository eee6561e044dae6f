use model::capability::{Basis, Ctid, Function, Level, RuleLevel, RuleStatus};
use serde_json::{Value, json};

use super::*;

/// A capability that says something in every column.
fn full() -> Capability {
    Capability {
        title: "a title".to_owned(),
        techniques: vec!["T1059".parse().unwrap(), "T1059.001".parse().unwrap()],
        mitigations: vec!["M1038".to_owned()],
        controls: vec!["nist_800_53:CM-07".to_owned()],
        data_components: vec!["DC0032".to_owned()],
        tactics: vec!["TA0002".to_owned()],
        adversaries: vec!["G0016".to_owned()],
        platforms: Some(vec!["Linux".to_owned(), "Windows".to_owned()]),
        status: Status::Pilot,
        basis: Basis::Published,
        strength: Some(0.123456789),
        level: Some(Level::VeryHigh),
        ctid: Some(Ctid::Partial),
        dettect: Some(-1),
        stp: Some(3),
        rule_status: Some(RuleStatus::Stable),
        rule_level: Some(RuleLevel::Low),
        unscored: true,
        hunting: true,
        family: Some("windows/process_creation".to_owned()),
        segments: vec!["Office".to_owned(), "Plant".to_owned()],
        telemetry: Some(Share::Everywhere(0.9)),
        scope: Some(Share::ByPlatform(
            [("Linux".to_owned(), 1.0), ("Windows".to_owned(), 0.6)].into(),
        )),
        log_source: vec!["Security".to_owned(), "Sysmon".to_owned()],
        created: Date::new(2025, 1, 2),
        modified: Date::new(2025, 3, 4),
        last_fired: Date::new(2026, 5, 6),
        alerts_90d: Some(7),
        false_positive_rate: Some(0.25),
        tests_passed: Some(3),
        tests_run: Some(4),
        tests_last: Date::new(2026, 6, 30),
        cost: Some(1250.5),
        bundle: Some("EDR".to_owned()),
        owner: Some("Endpoint".to_owned()),
        notes: Some("one\ntwo".to_owned()),
        written: [("T1059.001".parse().unwrap(), vec!["T1086".to_owned()])].into(),
        defaulted: vec!["kind".to_owned()],
        ..Capability::new("C1", Kind::Rule, Function::Detect)
    }
}

fn csv(capabilities: &[Arc<Capability>]) -> String {
    let mut out = Vec::new();
    Register::of(capabilities).csv(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn json(capabilities: &[Arc<Capability>]) -> Value {
    let mut out = Vec::new();
    Register::of(capabilities).json(&mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn names(capabilities: &[Arc<Capability>]) -> Vec<&'static str> {
    Register::of(capabilities).columns.iter().map(|column| column.0).collect()
}

#[test]
fn every_field_of_a_capability_has_its_column() {
    let capability = Arc::new(Capability { origin: origin(), ..full() });
    let Value::Object(fields) = serde_json::to_value(&*capability).unwrap() else { panic!() };
    let elsewhere = ["tactics", "adversaries", "written", "origin", "defaulted", "patched"];
    let mut columns = names(&[capability]);
    for field in fields.keys().filter(|field| !elsewhere.contains(&field.as_str())) {
        let at = columns.iter().position(|column| column == field);
        columns.remove(at.unwrap_or_else(|| panic!("no column holds {field}")));
    }
    assert_eq!(columns, Vec::<&str>::new(), "no field fills these");
}

fn origin() -> model::diagnostic::Origin {
    model::diagnostic::Origin::file("controls.csv")
}

#[test]
fn a_row_says_everything_in_the_words_of_the_register() {
    assert_eq!(
        csv(&[full().into()]),
        "id,title,kind,function,techniques,mitigations,controls,data_components,platforms,\
         status,basis,\
         strength,level,ctid,dettect,stp,rule_status,rule_level,unscored,hunting,family,log_source,\
         segment,telemetry,scope,tests_passed,tests_run,tests_last,created,modified,last_fired,alerts_90d,\
         false_positive_rate,cost,bundle,owner,notes\n\
         C1,a title,rule,detect,T1059; T1059.001; TA0002; G0016,M1038,nist_800_53:CM-07,DC0032,Linux; Windows,\
         pilot,published,0.123456789,very_high,partial,-1,3,stable,low,yes,yes,\
         windows/process_creation,Security; Sysmon,Office; Plant,0.9,Linux=1; Windows=0.6,3,4,2026-06-30,\
         2025-01-02,2025-03-04,2026-05-06,7,0.25,1250.5,EDR,Endpoint,\
         \"one\ntwo\"\n"
    );
    let row = &json(&[full().into()])[0];
    assert_eq!(row["techniques"], json!(["T1059", "T1059.001", "TA0002", "G0016"]));
    assert_eq!(row["scope"], json!({"Linux": 1.0, "Windows": 0.6}));
    assert_eq!((&row["hunting"], &row["tests_last"]), (&json!(true), &json!("2026-06-30")));
    assert_eq!(row["dettect"], json!(-1));
}

#[test]
fn a_column_that_no_row_fills_is_left_out() {
    let bare = Capability::new("C1", Kind::Control, Function::Prevent);
    let named = Capability { mitigations: vec!["M1032".to_owned()], ..bare.clone() };
    let columns = ["id", "kind", "function", "mitigations", "status", "basis"];
    assert_eq!(names(&[bare.into(), named.into()]), columns);
}

#[test]
fn a_register_that_names_nothing_is_still_known_as_one() {
    let bare = Arc::new(Capability::new("C1", Kind::Control, Function::Prevent));
    assert_eq!(
        csv(std::slice::from_ref(&bare)),
        "id,kind,function,techniques,status,basis\nC1,control,prevent,none,unknown,unknown\n"
    );
    assert_eq!(json(&[bare])[0]["techniques"], "none");
}

fn with_status(status: Status, is_stated: bool) -> Arc<Capability> {
    let kind = if status == Status::Implemented { Kind::DataSource } else { Kind::Rule };
    let defaulted = if is_stated { Vec::new() } else { vec![STATUS.to_owned()] };
    Arc::new(Capability { status, defaulted, ..Capability::new("C1", kind, Function::Detect) })
}

#[test]
fn a_status_that_nobody_stated_is_left_out_or_counted() {
    let silent = [with_status(Status::Enabled, false), with_status(Status::Implemented, false)];
    assert!(!names(&silent).contains(&STATUS));
    assert!(Register::of(&silent).unstated().is_empty());

    // A blank cell counts as unknown, but without its column it would count as enabled.
    let blank = [with_status(Status::Unknown, false)];
    assert!(names(&blank).contains(&STATUS));
    assert_eq!(Register::of(&blank).unstated(), [(Status::Unknown, 1)].into());

    let mixed = [with_status(Status::Enabled, false), with_status(Status::Disabled, true)];
    assert!(names(&mixed).contains(&STATUS));
    assert_eq!(Register::of(&mixed).unstated(), [(Status::Enabled, 1)].into());
}

#[test]
fn a_limit_to_nothing_is_not_a_blank() {
    let none = Capability { platforms: Some(Vec::new()), ..full() };
    assert_eq!(json(&[none.into()])[0]["platforms"], json!(["none"]));
}

#[test]
fn no_text_acts_on_a_spreadsheet_or_a_terminal() {
    let title = "=HYPERLINK(\"http://example.org\")\u{1b}[31m\u{202e}";
    let hostile: Arc<Capability> = Capability {
        title: title.to_owned(),
        notes: Some("'=1".to_owned()),
        family: Some("-1+1".to_owned()),
        ..full()
    }
    .into();
    let written = csv(std::slice::from_ref(&hostile));
    assert!(written.contains("\"'=HYPERLINK(\"\"http://example.org\"\") [31m\""), "{written}");
    assert!(written.contains(",''=1\n") && written.contains(",'-1+1,"), "{written}");
    assert!(!written.contains(['\u{1b}', '\u{202e}']));
    let mut out = Vec::new();
    Register::of(std::slice::from_ref(&hostile)).ndjson(&mut out).unwrap();
    let line = String::from_utf8(out).unwrap();
    assert!(!line.contains(['\u{1b}', '\u{202e}']));
    assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["title"], title);
}

#[test]
fn an_id_of_records_that_differ_is_named_and_one_of_copies_is_not() {
    let other = Arc::new(Capability { title: "another".to_owned(), ..full() });
    let copy = Arc::new(Capability { origin: origin(), ..full() });
    assert_eq!(Register::of(&[full().into(), copy.clone()]).ambiguous(), Vec::<&str>::new());
    assert_eq!(Register::of(&[full().into(), copy, other]).ambiguous(), ["C1"]);
}

#[test]
fn a_workbook_is_the_same_bytes_every_time() {
    let capabilities = [full().into(), with_status(Status::Enabled, true)];
    let first = Register::of(&capabilities).xlsx(&|_| None).unwrap();
    assert!(
        first.starts_with(b"PK") && first == Register::of(&capabilities).xlsx(&|_| None).unwrap()
    );
}

#[test]
fn what_is_too_long_for_a_cell_is_refused_by_name() {
    let sized = |count| Capability { notes: Some("\u{10348}".repeat(count)), ..full() };
    // Two units each in UTF-16.
    assert!(Register::of(&[sized(16_383).into()]).xlsx(&|_| None).is_ok());
    let error = Register::of(&[sized(16_384).into()]).xlsx(&|_| None).unwrap_err().to_string();
    assert_eq!(error, "a cell holds at most 32,767 characters; notes of \"C1\" has 32768");
}

#[test]
fn more_rows_than_a_sheet_has_are_refused() {
    let many = vec![with_status(Status::Enabled, true); 1_048_576];
    let error = Register::of(&many).xlsx(&|_| None).unwrap_err().to_string();
    assert!(error.ends_with("one of them the header; there are 1048576 capabilities"), "{error}");
}

#[test]
fn a_workbook_has_a_place_for_everything_and_a_register_only_for_what_is_said() {
    let bare = [Capability::new("C1", Kind::Control, Function::Prevent).into()];
    let columns = Register::for_people(&bare).columns.len();
    assert_eq!(columns, COLUMNS.len());
    assert!(names(&bare).len() < columns);
}

#[test]
fn a_row_is_known_by_its_file_and_id_alone() {
    let at = |path: &str, id: &str, title: &str| {
        let origin = model::diagnostic::Origin::file(path);
        let capability = Capability::new(id, Kind::Rule, Function::Detect);
        Arc::new(Capability { title: title.to_owned(), origin, ..capability })
    };
    let anchors = |rows: &[Arc<Capability>]| Register::for_people(rows).anchors();
    let rows = [at("a", "b", ""), at("ab", "", ""), at("a", "c", ""), at("a", "b", "")];
    let found = anchors(&rows);
    assert_eq!(found[3], format!("{}-2", found[0]), "a source that is read twice");
    assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), 4);
    assert_eq!(anchors(&[at("a", "b", "renamed")])[0], found[0]);
}
