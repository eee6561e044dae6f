//! The example organisation as slides and as pages, as the programs of an office open them.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use model::assessment::Assessment;
use model::capability::Function;
use report::draw::Look;
use report::page::Size;
use report::pictures::heatmap;
use report::slides::{Deck, Slide, pptx};
use report::view::{self, Show};

use crate::support::{lacuna, root, scratch};

fn example() -> Assessment {
    let output = lacuna(&root(), &["gaps", "controls/example", "--format", "json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    report::json::read(&output.stdout).unwrap()
}

/// Two pictures of the example, as slides.
fn slides(assessment: &Assessment) -> Vec<Slide> {
    let attack = ingest::snapshot::embedded("enterprise-attack", None).unwrap();
    let shows = [Show::Coverage, Show::Function(Function::Detect)];
    let slide = |show| {
        let mut matrix = view::matrix(assessment, &attack, show);
        let words = matrix.caption.taken_out();
        let notes = words.footnote.clone();
        Slide { words, picture: heatmap::picture(&matrix, Size::Slide), notes }
    };
    shows.map(slide).into()
}

/// A presentation of one empty slide.
const EMPTY: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
    <office:document
    xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" office:version="1.2"
    office:mimetype="application/vnd.oasis.opendocument.presentation"><office:body>
    <office:presentation><draw:page/></office:presentation></office:body></office:document>"#;

/// Slides as the pages of a PDF, by LibreOffice; `None`, and a loud word, where there is none that
/// opens presentations.
fn converted(folder: &Path, slides: &[u8]) -> Option<Vec<u8>> {
    fs::write(folder.join("empty.fodp"), EMPTY).unwrap();
    fs::write(folder.join("slides.pptx"), slides).unwrap();
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let files = ["empty.fodp", "slides.pptx"];
    let mut office = Command::new("soffice");
    office.current_dir(folder).args([&profile, "--headless", "--convert-to", "pdf"]).args(files);
    let said = office.output();
    if said.is_err() || !folder.join("empty.pdf").exists() {
        skip("no soffice that opens presentations");
        return None;
    }
    let pages = fs::read(folder.join("slides.pdf"));
    Some(pages.unwrap_or_else(|_| panic!("the slides are not opened: {said:?}")))
}

/// Straight to the stream: what a test prints is hidden while it passes.
fn skip(missing: &str) {
    let _ = std::io::stderr().write_all(format!("SKIPPED: there is {missing}\n").as_bytes());
}

#[test]
fn an_office_opens_the_example_as_slides() {
    let assessment = example();
    let slides = slides(&assessment);
    let deck = Deck {
        title: "Where are our gaps?".to_owned(),
        organisation: "Example Bank".to_owned(),
        as_of: assessment.as_of,
        look: Look::default(),
    };
    let folder = scratch("example-slides");
    let Some(pages) = converted(&folder, &pptx(&slides, &deck).unwrap()) else { return };
    assert!(String::from_utf8_lossy(&pages).contains("/Count 2"), "two slides are two pages");
    let mut reader = Command::new("pdftotext");
    let Ok(text) = reader.args(["-layout", "slides.pdf", "-"]).current_dir(&folder).output() else {
        return skip("no pdftotext of poppler");
    };
    let text = String::from_utf8(text.stdout).unwrap();
    for slide in &slides {
        let first = slide.words.title.split(' ').take(4).collect::<Vec<_>>().join(" ");
        assert!(text.contains(&first), "{first}: {text}");
    }
    assert!(text.contains(&view::input_hash(&assessment)), "{text}");
}

#[cfg(feature = "pdf")]
#[test]
fn the_example_as_pages_is_small_and_the_same_every_time() {
    let assessment = example();
    let attack = ingest::snapshot::embedded("enterprise-attack", None).unwrap();
    let matrix = view::matrix(&assessment, &attack, Show::Coverage);
    let pictures = [Size::Slide, Size::A4, Size::A3].map(|size| heatmap::picture(&matrix, size));
    let [once, again] =
        [(); 2].map(|()| report::draw::pdf(&pictures, Look::default(), &matrix.caption.title));
    assert!(once == again);
    assert!(once.len() < 250_000, "{}", once.len());
}
