use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use model::assessment::Assessment;
use model::decisions::decisions;
use model::fixture::Fixture;

use super::*;
use crate::view::workbook::lists::capabilities;

const WORLD: &str = r#"
    tactic TA0002 execution Execution
    technique T1059 Interpreter in execution on Windows
    technique T1059.001 PowerShell in execution on Windows
    technique T1078 Accounts in execution on Windows
    group G0016 APT29 uses T1059.001,T1078
    platforms Windows=1
    profile G0016=3
    as_of 2025-12-01
    decide T1078 accept until 2025-06-30 owner Ada
    decide T1999 fix due 2026-06-30
    have R1 rule detect T1059.001 rule_status=stable rule_level=high status=enabled
    have R2 rule detect T1059.001 rule_status=stable rule_level=high status=disabled
"#;
const HOSTILE: &str = "=1+1</t><f>2</f>&\u{202e}";

/// A black pixel.
const PIXEL: &[u8] = b"\
    \x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\
    \x00\x00\x00\x01\x08\x00\x00\x00\x00\x3a\x7e\x9b\x55\x00\x00\x00\x0a\x49\x44\x41\
    \x54\x78\x9c\x63\x60\x00\x00\x00\x02\x00\x01\x48\xaf\xa4\x71\x00\x00\x00\x00\x49\
    \x45\x4e\x44\xae\x42\x60\x82";

fn bytes(fixture: &Fixture, assessment: &Assessment) -> Vec<u8> {
    let decided = decisions(&fixture.inputs(), assessment, 30.0).decisions;
    let beside = Beside { decisions: &decided, ..Beside::default() };
    write(assessment, &fixture.attack, &beside).unwrap()
}

/// The parts of a workbook by their names.
fn parts(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let parts = archive.len();
    let part = |at: usize| {
        let mut part = archive.by_index(at).unwrap();
        let (name, mut text) = (part.name().unwrap().into_owned(), String::new());
        part.read_to_string(&mut text).unwrap();
        (name, text)
    };
    (0..parts).map(part).collect()
}

#[test]
fn no_cell_holds_a_formula_whatever_is_called_like_one() {
    let mut fixture = Fixture::parse(WORLD);
    fixture.attack.techniques.iter_mut().for_each(|t| t.name = HOSTILE.to_owned());
    fixture.attack.adversaries[0].name = HOSTILE.to_owned();
    fixture.attack.tactics[0].name = HOSTILE.to_owned();
    fixture.capabilities.iter_mut().for_each(|c| c.title = HOSTILE.to_owned());
    let mut assessment = fixture.assess();
    assessment.organisation.name = Some(HOSTILE.to_owned());
    assessment.organisation.classification = Some(HOSTILE.to_owned());
    let parts = parts(&bytes(&fixture, &assessment));
    let sheets: Vec<_> =
        parts.iter().filter(|(name, _)| name.contains("worksheets/sheet")).collect();
    assert_eq!(sheets.len(), 9);
    for (name, xml) in &parts {
        // What a conditional format and a list of words hold is no formula of a cell.
        assert!(!xml.contains("<f>") || name.contains("charts/"), "{name}");
        assert!(!xml.contains('\u{202e}'), "{name}");
    }
    assert!(parts["xl/sharedStrings.xml"].contains("=1+1&lt;/t&gt;&lt;f&gt;2&lt;/f&gt;&amp;"));
}

/// A workbook is all that somebody may have kept of what was decided.
#[test]
fn decisions_that_hold_no_more_or_nowhere_stay_in_the_list() {
    let fixture = Fixture::parse(WORLD);
    let assessment = fixture.assess();
    let decided = decisions(&fixture.inputs(), &assessment, 30.0).decisions;
    let gaps = workbook::gaps::gaps(&assessment, &fixture.attack, &decided);
    let states: Vec<(String, String)> = gaps
        .facts
        .rows
        .iter()
        .zip(&gaps.decided)
        .filter(|(_, decided)| decided.is_some())
        .map(|(row, _)| (row[1].shown(), row[12].shown()))
        .collect();
    let expected = [("T1078", "expired"), ("T1999", "not in scope")];
    assert_eq!(states, expected.map(|(id, state)| (id.to_owned(), state.to_owned())));
}

#[test]
fn rows_that_have_no_room_are_counted() {
    let assessment = Fixture::parse(WORLD).assess();
    let list = capabilities(&assessment, 1);
    assert_eq!(list.rows.len(), 1);
    let expected = "The first 1 row of 2 records; lacuna import -o FILE.csv writes all of them";
    assert_eq!(list.notes, [expected]);
    assert!(capabilities(&assessment, 2).notes.is_empty());
}

#[test]
fn an_assessment_of_nothing_is_a_workbook_too() {
    let fixture = Fixture::parse("tactic TA0002 execution Execution\nas_of 2025-12-01");
    let assessment = fixture.assess();
    let written = bytes(&fixture, &assessment);
    assert_eq!(written, bytes(&fixture, &assessment));
    let parts = parts(&written);
    assert!(parts["xl/sharedStrings.xml"].contains("No gap is open"));
    // The day of the assessment, not that of the clock.
    assert!(parts["docProps/core.xml"].contains("2025-12-01T00:00:00Z"));
}

#[test]
fn a_picture_has_words_for_those_who_do_not_see_it() {
    let fixture = Fixture::parse(WORLD);
    let assessment = fixture.assess();
    let picture = Some(Picture { png: PIXEL, alternative: "Every technique under its tactic" });
    let beside = Beside { picture, ..Beside::default() };
    let written = write(&assessment, &fixture.attack, &beside).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(&written)).unwrap();
    assert!(archive.by_name("xl/media/image1.png").is_ok());
    let mut drawing = String::new();
    archive.by_name("xl/drawings/drawing1.xml").unwrap().read_to_string(&mut drawing).unwrap();
    assert!(drawing.contains("descr=\"Every technique under its tactic\""));
    let broken =
        Beside { picture: Some(Picture { png: b"no picture", alternative: "" }), ..beside };
    assert!(write(&assessment, &fixture.attack, &broken).is_err());
}
