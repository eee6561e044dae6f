//! The parts of a deck, how they refer to one another, and the archive they are packed into.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use askama::Template;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::frame::{App, Core, Layout, Master, NotesMaster, Presentation, Theme};
use super::sheet::{self, Notes};
use super::{Deck, Drawn};
use crate::draw::look::Look;

/// A file of the package.
pub(super) struct Part {
    name: String,
    /// Of the content type of an XML part, what is its own; nothing for what is no XML.
    kind: &'static str,
    bytes: Vec<u8>,
    /// What it refers to as `rId1`, `rId2` and so on: the type of the relation, and a part.
    relations: Vec<(&'static str, String)>,
}

const MASTER: &str = "ppt/slideMasters/slideMaster1.xml";
const LAYOUT: &str = "ppt/slideLayouts/slideLayout1.xml";
const THEME: &str = "ppt/theme/theme1.xml";
const NOTES_MASTER: &str = "ppt/notesMasters/notesMaster1.xml";
const NOTES_THEME: &str = "ppt/theme/theme2.xml";
const PRESENTATION: &str = "ppt/presentation.xml";
const CORE: &str = "docProps/core.xml";
const APP: &str = "docProps/app.xml";

/// Everything that is in a deck.
pub(super) fn parts(slides: &[Drawn<'_>], deck: &Deck) -> Vec<Part> {
    let mut parts = shared(slides.len(), deck);
    for (at, drawn) in slides.iter().enumerate() {
        parts.extend(slide(at + 1, drawn));
    }
    let described: Vec<Part> = parts.iter().filter_map(relations).collect();
    parts.extend(described);
    parts.push(root());
    parts.push(content_types(&parts));
    parts.sort_by(|a, b| a.name.cmp(&b.name));
    parts
}

/// What there is once.
fn shared(slides: usize, deck: &Deck) -> Vec<Part> {
    let look = deck.look;
    let organisation = super::plain(&deck.organisation);
    let master = Master { is_dark: look.is_dark };
    // The first three relations of the presentation are its masters and its theme.
    let numbers = Presentation { slides: (0..slides).map(|at| (256 + at, 4 + at)).collect() };
    let mut presentation = vec![
        ("slideMaster", MASTER.to_owned()),
        ("notesMaster", NOTES_MASTER.to_owned()),
        ("theme", THEME.to_owned()),
    ];
    presentation.extend((1..=slides).map(|number| ("slide", name("slides/slide", number, "xml"))));
    let to_layout = vec![("slideLayout", LAYOUT.to_owned()), ("theme", THEME.to_owned())];
    let to_master = vec![("slideMaster", MASTER.to_owned())];
    let to_theme = vec![("theme", NOTES_THEME.to_owned())];
    let light = Look { is_dark: false, ..look };
    let app = App { slides, organisation };
    vec![
        part(PRESENTATION, "presentationml.presentation.main", &numbers, presentation),
        part(MASTER, "presentationml.slideMaster", &master, to_layout),
        part(LAYOUT, "presentationml.slideLayout", &Layout, to_master),
        part(THEME, "theme", &Theme::of(look), Vec::new()),
        part(NOTES_MASTER, "presentationml.notesMaster", &NotesMaster, to_theme),
        part(NOTES_THEME, "theme", &Theme::of(light), Vec::new()),
        part(CORE, "core-properties", &Core::of(deck), Vec::new()),
        part(APP, "extended-properties", &app, Vec::new()),
    ]
}

/// A slide, its notes and its picture.
fn slide(number: usize, drawn: &Drawn<'_>) -> [Part; 3] {
    let slide = name("slides/slide", number, "xml");
    let notes = name("notesSlides/notesSlide", number, "xml");
    let image = name("media/image", number, "png");
    let words = sheet::Sheet::of(drawn.slide, number, drawn.size);
    let around = vec![
        ("slideLayout", LAYOUT.to_owned()),
        ("notesSlide", notes.clone()),
        ("image", image.clone()),
    ];
    let back = vec![("notesMaster", NOTES_MASTER.to_owned()), ("slide", slide.clone())];
    let said = Notes::of(drawn.slide);
    let bytes = drawn.png.clone();
    [
        part(&slide, "presentationml.slide", &words, around),
        part(&notes, "presentationml.notesSlide", &said, back),
        Part { name: image, kind: "", bytes, relations: Vec::new() },
    ]
}

fn name(stem: &str, number: usize, ending: &str) -> String {
    format!("ppt/{stem}{number}.{ending}")
}

fn part(
    name: &str,
    kind: &'static str,
    said: &impl Template,
    relations: Vec<(&'static str, String)>,
) -> Part {
    let bytes = said.render().expect("a template of plain data cannot fail").into_bytes();
    Part { name: name.to_owned(), kind, bytes, relations }
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

/// What a part refers to, as a part beside it.
fn relations(part: &Part) -> Option<Part> {
    let (folder, file) = part.name.rsplit_once('/')?;
    let links = part.relations.iter();
    let links: Vec<_> = links
        .map(|(kind, target)| (format!("{RELATIONSHIPS}/{kind}"), relative(folder, target)))
        .collect();
    (!links.is_empty()).then(|| linked(format!("{folder}/_rels/{file}.rels"), &links))
}

/// The way from a folder to a part, as every program understands it.
fn relative(folder: &str, part: &str) -> String {
    let here: Vec<&str> = folder.split('/').collect();
    let there: Vec<&str> = part.split('/').collect();
    let shared = here.iter().zip(&there).take_while(|(a, b)| a == b).count();
    "../".repeat(here.len() - shared) + &there[shared..].join("/")
}

/// Where a program begins to read.
fn root() -> Part {
    let links = [
        (format!("{RELATIONSHIPS}/officeDocument"), PRESENTATION.to_owned()),
        (format!("{PACKAGE}/relationships/metadata/core-properties"), CORE.to_owned()),
        (format!("{RELATIONSHIPS}/extended-properties"), APP.to_owned()),
    ];
    linked("_rels/.rels".to_owned(), &links)
}

fn linked(name: String, links: &[(String, String)]) -> Part {
    let mut xml = format!("{DECLARATION}<Relationships xmlns=\"{PACKAGE}/relationships\">");
    for (at, (kind, target)) in links.iter().enumerate() {
        let id = at + 1;
        let written =
            write!(xml, r#"<Relationship Id="rId{id}" Type="{kind}" Target="{target}"/>"#);
        written.expect("writing into a string cannot fail");
    }
    let bytes = (xml + "</Relationships>").into_bytes();
    Part { name, kind: "", bytes, relations: Vec::new() }
}

/// What each part is.
fn content_types(parts: &[Part]) -> Part {
    let mut xml = format!(
        "{DECLARATION}<Types xmlns=\"{PACKAGE}/content-types\">\
         <Default Extension=\"png\" ContentType=\"image/png\"/>\
         <Default Extension=\"rels\" \
         ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
    );
    for part in parts.iter().filter(|part| !part.kind.is_empty()) {
        let family = if part.name == CORE { "package" } else { "officedocument" };
        let (name, kind) = (&part.name, part.kind);
        let kind = format!("application/vnd.openxmlformats-{family}.{kind}+xml");
        let written = write!(xml, r#"<Override PartName="/{name}" ContentType="{kind}"/>"#);
        written.expect("writing into a string cannot fail");
    }
    let bytes = (xml + "</Types>").into_bytes();
    Part { name: "[Content_Types].xml".to_owned(), kind: "", bytes, relations: Vec::new() }
}

/// The parts in an archive that says nothing about when it was made.
pub(super) fn packed(parts: Vec<Part>) -> Vec<u8> {
    const IN_MEMORY: &str = "writing into memory cannot fail";
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for part in parts {
        // Pixels are compressed as they are.
        let is_packed = part.name.ends_with(".png");
        let method =
            if is_packed { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(zip::DateTime::default());
        zip.start_file(part.name, options).expect(IN_MEMORY);
        zip.write_all(&part.bytes).expect(IN_MEMORY);
    }
    zip.finish().expect(IN_MEMORY).into_inner()
}
