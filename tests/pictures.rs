//! The matrix as a picture, over every release that is built in and some that are not: no text
//! leaves its frame, none covers another, and nearly every name is whole.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use model::Assessment;
use model::Inputs;
use model::attack::Attack;
use model::capability::Function;
use model::date::Date;
use model::score::Range;
use report::draw::Picture;
use report::draw::text::is_drawable;
use report::matrix::Matrix;
use report::page::Size;
use report::pictures::heatmap;
use report::view::{self, Show};

use crate::support::{lacuna, root, scratch, shared};

const SIZES: [Size; 4] = [Size::Slide, Size::A4, Size::A3, Size::Web];
const BUILT_IN: [(&str, &str); 4] = [
    ("enterprise-attack", "19.2"),
    ("enterprise-attack", "18.1"),
    ("mobile-attack", "18.1"),
    ("ics-attack", "18.1"),
];

/// A number below `below` that depends on nothing but `at` and `seed`.
fn dice(at: usize, seed: usize, below: usize) -> usize {
    let mixed = (at * 2_654_435_761 + seed * 40_503) ^ (at >> 3);
    (mixed >> 7) % below
}

/// An assessment in which every shade and every mark turns up.
fn world(attack: &Attack, seed: usize) -> Assessment {
    let catalog = ingest::catalog(attack, &[]);
    let as_of = Date::parse("2026-06-30").unwrap();
    let mut assessment = model::assess(&Inputs::new(attack, &catalog, as_of));
    for (at, technique) in assessment.techniques.iter_mut().enumerate() {
        let exp = [0.0, 0.05, 0.2, 0.6, 0.9][dice(at, seed, 5)];
        let lo = if dice(at, seed + 1, 2) == 0 { 0.0 } else { exp / 2.0 };
        let range = Range { lo, exp, hi: exp };
        technique.coverage.composite = range;
        technique.coverage.detect = range;
        technique.threat.value = dice(at, seed + 2, 100) as f64 / 100.0;
        technique.ease.telemetry = dice(at, seed + 3, 100) as f64 / 100.0;
    }
    assessment.organisation.name = Some("Example Bank".to_owned());
    assessment.organisation.classification = Some("TLP:AMBER+STRICT".to_owned());
    assessment
}

/// As much around it as there can be: a heading, a label and a subtitle of two lines.
fn dressed(mut matrix: Matrix) -> Matrix {
    matrix.caption.heading = "Review of the second quarter".to_owned();
    matrix.caption.subtitle = "Status not stated for 3,141 records, ".repeat(10);
    matrix
}

/// What is wrong with the texts of a picture.
fn faults(picture: &Picture) -> Vec<String> {
    let (width, height) = picture.size();
    let (width, height) = (f64::from(width), f64::from(height));
    let texts: Vec<_> = picture.texts().collect();
    let mut faults = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        let is_inside = text.left >= -0.01
            && text.top >= -0.01
            && text.right <= width + 0.01
            && text.bottom <= height + 0.01;
        let fits = text.width <= text.right - text.left + 0.51;
        if !is_inside || !fits || !is_drawable(text.text) {
            faults.push(format!("{text:?}"));
        }
        let meets = |other: &&report::draw::picture::Text<'_>| {
            text.left.max(other.left) + 0.01 < text.right.min(other.right)
                && text.top.max(other.top) + 0.01 < text.bottom.min(other.bottom)
        };
        faults.extend(texts[at + 1..].iter().find(meets).map(|o| format!("{text:?} {o:?}")));
    }
    faults
}

/// How many of the names in a matrix are cut, of how many.
fn cut(matrix: &Matrix, picture: &Picture) -> (usize, usize) {
    let names = matrix.columns.iter().map(|column| column.cells.len()).sum();
    let around = [&matrix.caption.title, &matrix.caption.subtitle, &matrix.caption.footnote];
    let is_name = |text: &str| !around.iter().any(|said| said.contains(text.trim_end_matches('…')));
    (picture.texts().filter(|text| text.text.ends_with('…') && is_name(text.text)).count(), names)
}

/// Checks a matrix on every sheet; for Enterprise, how many names are whole as well.
fn check(what: &str, attack: &Attack, matrix: Matrix) {
    let matrix = dressed(matrix);
    for size in SIZES {
        let picture = heatmap::picture(&matrix, size);
        let faults = faults(&picture);
        assert!(faults.is_empty(), "{what} {size:?}: {}", faults.join("\n"));
        let (cut, names) = cut(&matrix, &picture);
        // What stands around is no name of a technique.
        let names_of =
            |text: &report::draw::picture::Text<'_>| !matrix.caption.footnote.contains(text.text);
        let least = picture.texts().filter(names_of).map(|text| text.points);
        let least = least.fold(f64::MAX, f64::min);
        let said = format!("{what} {size:?}: {cut} of {names} cut, {least:.1} pt at least");
        if attack.domain == "enterprise-attack" {
            match size {
                Size::Slide | Size::A4 => assert!(cut * 20 <= names, "{said}"),
                Size::Web => assert_eq!(cut, 0, "{said}"),
                Size::A3 => assert!(cut == 0 && least >= 8.0, "{said}"),
            }
        }
    }
}

fn is_built_in(attack: &Attack) -> bool {
    BUILT_IN
        .iter()
        .any(|(domain, version)| (attack.domain == *domain) && (attack.version == *version))
}

#[test]
fn every_text_keeps_to_its_frame_and_nearly_every_name_is_whole() {
    for (domain, version) in BUILT_IN {
        let attack = ingest::snapshot::embedded(domain, Some(version)).unwrap();
        let (then, now) = (world(&attack, 1), world(&attack, 2));
        let shows = [Show::Coverage, Show::Priority];
        for show in shows {
            check(
                &format!("{domain} {version} {show:?}"),
                &attack,
                view::matrix(&now, &attack, show),
            );
        }
        let change = view::matrix::change(&then, &now, &attack);
        check(&format!("{domain} {version} change"), &attack, change);
    }
}

#[test]
fn whatever_is_shown_it_keeps_to_its_frame() {
    let attack = ingest::snapshot::embedded("enterprise-attack", None).unwrap();
    let now = world(&attack, 3);
    let shows = [Show::Function(Function::Detect), Show::Threat, Show::Visibility];
    for show in shows {
        check(&format!("{show:?}"), &attack, view::matrix(&now, &attack, show));
    }
}

#[test]
fn releases_that_are_not_built_in_keep_to_their_frames_too() {
    let Some(shared) = shared() else { return };
    for name in ["enterprise-attack-6.3", "enterprise-attack-16.1", "ics-attack-17.1"] {
        let packed = shared.join(format!("corpora/stix/{name}.json.zst"));
        let unpacked = Command::new("zstd").arg("-dc").arg(packed).output().unwrap();
        let attack = ingest::stix::read(&unpacked.stdout, Some(&format!("{name}.json"))).unwrap();
        assert!(!is_built_in(&attack), "{name}");
        let now = world(&attack, 4);
        check(name, &attack, view::matrix(&now, &attack, Show::Coverage));
    }
}

#[test]
fn every_sub_technique_has_a_mark_where_there_is_room_for_them() {
    let attack = ingest::snapshot::embedded("enterprise-attack", None).unwrap();
    let matrix = view::matrix(&world(&attack, 5), &attack, Show::Coverage);
    let of_tactics = |id: &str| -> BTreeSet<&str> {
        let columns = matrix.columns.iter().filter(|c| c.cells.iter().any(|cell| cell.id == id));
        columns.map(|column| column.id.as_str()).collect()
    };
    let subs = |id: &str| {
        let cells = matrix.columns.iter().flat_map(|column| &column.cells);
        cells.filter(|cell| cell.id == id).map(|cell| cell.subs.len()).collect::<Vec<_>>()
    };
    let listed = attack
        .techniques
        .iter()
        .filter(|t| t.id.parent().is_some_and(|p| p.to_string() == "T1546"));
    assert_eq!(subs("T1546"), vec![listed.count(); of_tactics("T1546").len()]);
    assert!(subs("T1546")[0] > 10);
}

#[test]
fn change_is_drawn_against_an_earlier_assessment_and_refused_without() {
    let folder = scratch("change");
    let at = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let then = lacuna(
        &root(),
        &["gaps", "controls/example", "--format", "json", "--attack", "18.1", "-q"],
    );
    fs::write(at("then.json"), then.stdout).unwrap();
    let draw = |more: &[&str], output: &str| {
        let output = at(output);
        let mut args = vec!["heatmap", "controls/example", "--show", "change", "-q", "-o", &output];
        args.extend(more);
        lacuna(&root(), &args)
    };
    let drawn = draw(&["--against", &at("then.json"), "--size", "a3"], "change.svg");
    assert!(drawn.status.success(), "{}", String::from_utf8_lossy(&drawn.stderr));
    let svg = fs::read_to_string(at("change.svg")).unwrap();
    assert!(svg.contains("ATT&amp;CK 18.1 then, 19.2 now"));
    assert!(svg.contains("Not in scope then"), "19.2 has techniques that 18.1 does not have");
    let refused = draw(&[], "nothing.svg");
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--against"));
}
