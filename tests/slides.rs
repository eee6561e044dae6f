//! The example organisation as slides and as pages, as the programs of an office open them.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use model::assessment::Assessment;
use model::capability::Function;
use report::draw::{self, Look};
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

/// Runs LibreOffice; `false`, and a loud word, where there is none.
fn convert(folder: &Path, file: &str) -> bool {
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let mut office = Command::new("soffice");
    let office = office.current_dir(folder).args([&profile, "--headless", "--convert-to", "pdf"]);
    let Ok(output) = office.arg(file).output() else {
        // Straight to the stream: what a test prints is hidden while it passes.
        let _ = std::io::stderr().write_all(b"SKIPPED: there is no soffice\n");
        return false;
    };
    assert!(output.status.success(), "{output:?}");
    true
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
    fs::write(folder.join("slides.pptx"), pptx(&slides, &deck).unwrap()).unwrap();
    if !convert(&folder, "slides.pptx") {
        return;
    }
    let pages = fs::read(folder.join("slides.pdf")).unwrap();
    let pages = String::from_utf8_lossy(&pages);
    assert!(pages.contains("/Count 2"), "two slides are two pages");
    let Ok(text) = Command::new("pdftotext")
        .args(["-layout", "slides.pdf", "-"])
        .current_dir(&folder)
        .output()
    else {
        let _ = std::io::stderr().write_all(b"SKIPPED: there is no pdftotext of poppler\n");
        return;
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
        [(); 2].map(|()| draw::pdf(&pictures, Look::default(), &matrix.caption.title));
    assert!(once == again);
    assert!(once.len() < 250_000, "{}", once.len());
}
