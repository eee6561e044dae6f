use model::capability::{Basis, Ctid, Function, Kind, Level, RuleLevel, RuleStatus, Share, Status};
use model::date::Date;

use super::*;

/// Two records that say different things in every column.
fn pair() -> [Capability; 2] {
    let a = Capability::new("C1", Kind::Rule, Function::Detect);
    let day = Date::new(2026, 6, 30);
    let b = Capability {
        title: "a title".to_owned(),
        kind: Kind::Control,
        function: Function::Prevent,
        techniques: vec!["T1059".parse().unwrap()],
        mitigations: vec!["M1038".to_owned()],
        controls: vec!["nist_800_53:CM-07".to_owned()],
        data_components: vec!["DC0032".to_owned()],
        platforms: Some(Vec::new()),
        systems: vec!["Servers".to_owned()],
        location: vec!["EDR: a rule".to_owned()],
        status: Status::Pilot,
        basis: Basis::Published,
        strength: Some(0.5),
        level: Some(Level::High),
        ctid: Some(Ctid::Partial),
        dettect: Some(-1),
        stp: Some(3),
        rule_status: Some(RuleStatus::Stable),
        rule_level: Some(RuleLevel::Low),
        unscored: true,
        hunting: true,
        family: Some("EDR".to_owned()),
        segments: vec!["Plant".to_owned()],
        telemetry: Some(Share::Everywhere(0.9)),
        scope: Some(Share::Everywhere(0.5)),
        tests_passed: Some(3),
        tests_run: Some(4),
        tests_last: day,
        last_fired: day,
        alerts_90d: Some(7),
        false_positive_rate: Some(0.25),
        cost: Some(12.5),
        bundle: Some("EDR".to_owned()),
        owner: Some("Endpoint".to_owned()),
        notes: Some("one\ntwo".to_owned()),
        ..a.clone()
    };
    [a, b]
}

#[test]
fn every_column_that_may_change_can_be_taken_and_nothing_else_changes_with_it() {
    let [a, b] = pair();
    let columns: Vec<Column> = Column::ALL.iter().copied().filter(|c| may_change(*c)).collect();
    assert_eq!(columns.len(), 35);
    for column in &columns {
        assert!(!same(*column, &a, &b), "{}", column.name());
        let mut taken = a.clone();
        take(*column, &mut taken, &b);
        let changed = columns.iter().filter(|other| !same(**other, &a, &taken));
        assert_eq!(changed.collect::<Vec<_>>(), [column]);
        assert!(same(*column, &taken, &b));
    }
    for column in Column::ALL.iter().filter(|column| !may_change(**column)) {
        let mut taken = a.clone();
        take(*column, &mut taken, &b);
        assert_eq!(taken, a, "{}", column.name());
    }
}

#[test]
fn blanks_and_tiny_fractions_are_no_change() {
    let [a, b] = pair();
    let spaced = Capability {
        notes: Some(" one  two\r\n".to_owned()),
        strength: Some(0.500_000_000_01),
        ..b.clone()
    };
    assert!(same(Column::Notes, &b, &spaced) && same(Column::Strength, &b, &spaced));
    assert!(!same(Column::Notes, &a, &spaced));
}

#[test]
fn a_patch_is_read_with_any_separator_and_its_columns_in_any_order() {
    let text = "id;column;after;before;file\n'=1;owner;'-x;\"a;b\";x.csv\n";
    let patch = Patch::parse(text, "p.csv").unwrap();
    let change = Change {
        line: 2,
        file: "x.csv".to_owned(),
        id: "=1".to_owned(),
        column: Column::Owner,
        before: "a;b".to_owned(),
        after: "-x".to_owned(),
    };
    assert_eq!((patch.changes, patch.diagnostics), (vec![change], Vec::new()));
}

#[test]
fn a_table_of_something_else_is_no_patch() {
    for text in ["", "id,column,after\n", "{}", "a\nb\n"] {
        assert_eq!(Patch::parse(text, "p.csv").unwrap_err(), PatchError::NoHeader, "{text:?}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_a_patch_or_none(text in "(file,id,column,before,after\n)?[a-z,;\"'\n=]{0,200}") {
        let _ = Patch::parse(&text, "p.csv");
    }
}
