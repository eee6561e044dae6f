use std::sync::LazyLock;

use model::attack::Attack;
use model::capability::{Basis, Capability, Function, Kind, Share, Status};
use model::diagnostic::Code;
use proptest::prelude::*;

use crate::file::{self, FileRead, FileSettings};
use crate::format::Formats;
use crate::register::Purpose;

mod layers;

fn read(text: &str) -> FileRead {
    read_bytes(text.as_bytes())
}

fn read_bytes(bytes: &[u8]) -> FileRead {
    static ATTACK: LazyLock<Attack> =
        LazyLock::new(|| crate::snapshot::embedded("enterprise-attack", Some("18.1")).unwrap());
    let settings = FileSettings::plain(&ATTACK, Formats::built_in(), Purpose::Register);
    file::read(bytes, "file", None, &settings)
}

fn capabilities(read: &FileRead) -> Vec<&Capability> {
    read.drafts.iter().map(|draft| &*draft.capability).collect()
}

/// A technique file with one technique, whose detection has this logbook.
fn detection(logbook: &str) -> FileRead {
    read(&format!(
        "%YAML 1.2\n---\nversion: 1.2\nfile_type: technique-administration\nname: ours\n\
         platform: [windows, Linux]\ntechniques:\n- technique_id: T1059.001\n  \
         technique_name: PowerShell\n  detection:\n  - applicable_to: [all]\n    \
         location: ['EDR: one']\n    comment: ''\n    score_logbook: {logbook}\n"
    ))
}

fn score(logbook: &str) -> Option<i8> {
    let read = detection(logbook);
    assert_eq!((read.records, read.not_understood), (1, 0), "{:?}", read.diagnostics);
    capabilities(&read)[0].dettect
}

#[test]
fn a_detection_score_is_a_control_that_detects() {
    let read = detection("[{date: 2021-06-08, score: 3, comment: tuned}]");
    let found = capabilities(&read)[0];
    assert_eq!(found.id, "T1059.001 detection");
    assert_eq!(found.title, "PowerShell");
    assert_eq!((found.kind, found.function), (Kind::Control, Function::Detect));
    assert_eq!((found.status, found.basis), (Status::Implemented, Basis::Attested));
    assert_eq!(found.dettect, Some(3));
    assert_eq!(found.modified.unwrap().to_string(), "2021-06-08");
    assert_eq!(found.platforms.as_deref().unwrap(), ["Linux", "Windows"]);
    assert_eq!((found.location[0].as_str(), found.notes.as_deref()), ("EDR: one", None));
    assert_eq!(found.score_history.len(), 1);
    assert_eq!(found.score_history[0].comment, "tuned");
    assert_eq!(read.drafts[0].ids[0].0.to_string(), "T1059.001");
    assert_eq!(&*read.format.unwrap(), "dettect");
}

#[test]
fn the_newest_entry_of_a_logbook_holds() {
    assert_eq!(score("[{date: 2021-05-13, score: 2}, {date: 2021-10-21, score: 4}]"), Some(4));
    assert_eq!(score("[{date: 2021-10-21, score: 4}, {date: 2021-05-13, score: 2}]"), Some(4));
    assert_eq!(score("[{date: null, score: -1}, {date: 2021-05-13, score: 2}]"), Some(2));
    assert_eq!(score("[{date: 2021-05-13, score: 2}, {date: null, score: -1}]"), Some(2));
    assert_eq!(score("{date: 2021-05-13, score: 2}"), Some(2));
}

#[test]
fn every_entry_of_a_logbook_is_kept_the_newest_first() {
    let read = detection(
        "[{date: null, score: -1, comment: ''}, {date: 2021-05-13, score: 2, comment: 'a; 2020-01-01=3', \
         auto_generated: true}, {date: 2021-10-21T00:00:00.000Z, score: 4, comment: \"b\\nc\"}, \
         {date: 2021-05-13, score: 1}]",
    );
    let history = &capabilities(&read)[0].score_history;
    let said = history.iter().map(|entry| {
        let date = entry.date.map_or("-".to_owned(), |date| date.to_string());
        format!("{date} {} {} {}", entry.score, entry.auto_generated, entry.comment)
    });
    assert_eq!(
        said.collect::<Vec<_>>(),
        [
            "2021-10-21 4 false b c",
            "2021-05-13 2 true a; 2020-01-01=3",
            "2021-05-13 1 false ",
            "- -1 false ",
        ]
    );
}

#[test]
fn an_exception_is_kept_and_off() {
    let read = read(
        "file_type: data-source-administration
systems: []
exceptions:
- {technique_id: T1557, name: Adversary-in-the-Middle}
",
    );
    let found = capabilities(&read)[0];
    assert_eq!((found.kind, found.status), (Kind::DataSource, Status::NotApplicable));
    assert_eq!(read.drafts[0].ids[0].0.to_string(), "T1557");
}

#[test]
fn of_entries_of_one_moment_the_first_holds() {
    assert_eq!(score("[{date: 2021-05-13, score: 2}, {date: 2021-05-13, score: 4}]"), Some(2));
    let midnight = "[{date: 2021-05-13, score: 2}, {date: 2021-05-13T00:00:00.000Z, score: 4}]";
    assert_eq!(score(midnight), Some(2));
    let later =
        "[{date: 2021-05-13T00:00:00Z, score: 2}, {date: '2021-05-13 07:22:31.795581', score: 4}]";
    assert_eq!(score(later), Some(4));
}

#[test]
fn a_detection_of_minus_one_is_not_implemented() {
    let read = detection("[{date: null, score: -1}]");
    assert_eq!(capabilities(&read)[0].status, Status::NotImplemented);
    let read = detection("[{date: 2021-05-13, score: 0}]");
    assert_eq!(capabilities(&read)[0].status, Status::Implemented);
}

#[test]
fn a_score_out_of_range_is_not_understood() {
    for logbook in ["[{date: 2021-05-13, score: 9}]", "[{date: 2021-05-13}]", "[]", "null", "x"] {
        let read = detection(logbook);
        assert_eq!((read.records, read.not_understood), (1, 1), "{logbook}");
        assert!(read.diagnostics.iter().any(|d| d.code == Code::NotUnderstood), "{logbook}");
    }
}

#[test]
fn scores_of_two_systems_stay_apart() {
    let read = read(
        "file_type: technique-administration
platform: [Windows, Linux]
techniques:
- technique_id: T1055
  detection:
  - {applicable_to: [Windows workstations], score_logbook: [{date: 2021-01-01, score: 3}]}
  - {applicable_to: [Linux servers], score_logbook: [{date: 2021-01-01, score: 1}]}
  - {applicable_to: [Cash desks], score_logbook: [{date: 2021-01-01, score: 2}]}
  visibility: {applicable_to: [all], score_logbook: {date: 2021-01-01, score: 3}}
",
    );
    let found = capabilities(&read);
    let platforms: Vec<Vec<String>> =
        found.iter().map(|c| c.platforms.clone().unwrap_or_default()).collect();
    assert_eq!(
        platforms,
        [vec!["Windows"], vec!["Linux"], vec!["Linux", "Windows"], vec!["Linux", "Windows"]]
    );
    assert_eq!(found[0].id, "T1055 detection (Windows workstations)");
    assert_eq!(
        found.iter().map(|c| c.dettect).collect::<Vec<_>>(),
        [Some(3), Some(1), Some(2), None]
    );
    assert_eq!((found[3].function, found[3].strength), (Function::Observe, Some(0.75)));
}

/// A data source file with one source, of this quality and use, on a Windows and a bare system.
fn source(quality: [i64; 5], usable: &str) -> FileRead {
    let [device, field, timeliness, consistency, retention] = quality;
    read(&format!(
        "version: 1.1
file_type: data-source-administration
name: ours
domain: enterprise-attack
systems:
- applicable_to: Workstations
  platform: [Windows]
- applicable_to: The rest
  platform: all
data_sources:
- data_source_name: Process Creation
  data_source:
  - applicable_to: [Workstations]
    date_registered: 2021-06-08T00:00:00.000Z
    date_connected: 2020-03-10T00:00:00.000Z
    products: [Sysmon]
    available_for_data_analytics: {usable}
    comment: ''
    data_quality:
      device_completeness: {device}
      data_field_completeness: {field}
      timeliness: {timeliness}
      consistency: {consistency}
      retention: {retention}
- data_source_name: Web [DeTT&CT data source]
  data_source: []
"
    ))
}

#[test]
fn a_data_source_is_telemetry_on_the_platforms_of_its_systems() {
    let read = source([5, 4, 3, 2, 1], "true");
    let found = capabilities(&read)[0];
    assert_eq!((found.kind, found.function), (Kind::DataSource, Function::Observe));
    assert_eq!(found.id, "Process Creation (Workstations)");
    assert_eq!(found.data_components, ["DC0032"]);
    assert_eq!(found.telemetry, Some(Share::Everywhere(0.625)));
    assert_eq!(found.platforms.as_deref().unwrap(), ["Windows"]);
    assert_eq!(read.not_understood, 0);
}

#[test]
fn what_analytics_cannot_use_is_no_telemetry() {
    let read = source([5; 5], "false");
    assert_eq!(capabilities(&read)[0].telemetry, Some(Share::Everywhere(0.0)));
}

#[test]
fn a_dimension_out_of_range_is_not_understood() {
    let read = source([5, 5, 5, 5, 6], "true");
    assert_eq!((read.records, read.not_understood), (1, 1));
}

#[test]
fn data_sources_of_dettects_own_are_named() {
    let read = read(
        "file_type: data-source-administration
systems: []
data_sources:
- data_source_name: Web [DeTT&CT data source]
  data_source:
  - {applicable_to: [all], data_quality: {device_completeness: 5, data_field_completeness: 5, timeliness: 5, consistency: 5, retention: 5}}
",
    );
    let found = capabilities(&read)[0];
    assert_eq!((found.kind, &*found.title), (Kind::DataSource, "Web [DeTT&CT data source]"));
    assert!(found.data_components.is_empty());
    assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
}

#[test]
fn groups_cover_nothing() {
    let read = read(
        "file_type: group-administration\ngroups:\n- {group_name: x, technique_id: [T1055]}\n",
    );
    assert_eq!((read.records, read.skipped), (0, 1));
    assert!(read.diagnostics[0].message.contains("adversaries"), "{:?}", read.diagnostics);
}

#[test]
fn ics_has_no_platforms() {
    let read = read(
        "file_type: technique-administration
domain: ics-attack
platform: [Engineering Workstation]
techniques:
- technique_id: T0853
  detection: [{applicable_to: [all], score_logbook: [{date: 2021-01-01, score: 1}]}]
",
    );
    assert_eq!(capabilities(&read)[0].platforms, None);
    assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
}

proptest! {
    #[test]
    fn telemetry_grows_with_every_dimension(quality in prop::array::uniform5(0i64..=4), at in 0usize..5) {
        let telemetry = |quality| match capabilities(&source(quality, "true"))[0].telemetry {
            Some(Share::Everywhere(share)) => share,
            _ => unreachable!("a data source has one telemetry"),
        };
        let mut better = quality;
        better[at] += 1;
        prop_assert!((0.0..=1.0).contains(&telemetry(quality)));
        prop_assert!(telemetry(quality) < telemetry(better));
    }

    #[test]
    fn whatever_stands_in_a_file_every_object_is_accounted_for(
        objects in prop::collection::vec("[a-z0-9 \\[\\]{},:-]{0,12}", 0..4),
        kind in prop::sample::select(vec!["technique", "data-source", "group"]),
    ) {
        let objects: String = objects.iter().map(|o| format!("  - {o:?}\n  - score_logbook: {o:?}\n")).collect();
        let text = format!(
            "file_type: {kind}-administration\ntechniques:\n- detection:\n{objects}data_sources:\n- data_source:\n{objects}"
        );
        let read = read(&text);
        let expected = if kind == "group" { 0 } else { objects.lines().count() };
        prop_assert_eq!(read.records, expected);
        prop_assert_eq!(read.not_understood, expected);
    }
}
