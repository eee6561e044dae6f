//! Decks as a strict reader takes them apart.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _};

use resvg::usvg::roxmltree::{Document, Node};

use super::*;
use crate::draw::canvas::{Label, Mark, Rect, Type};
use crate::draw::look::Tone;
use crate::page::{Page, Size};

const HOSTILE: &str =
    "</a:t></p:sld><img onerror=\"x\" \u{202E}=HYPERLINK('&amp;')\u{0}\u{FFFE}]]>";

/// A picture with a bar across all that is free.
fn picture(caption: &Caption) -> Picture {
    let page = Page::of(Size::Slide);
    let (mut marks, free) = page.around(caption);
    marks.push(Mark::Area(free, Tone::Step(3)));
    let face = Type::bold(30.0, Tone::OnStep(3));
    marks.push(Mark::Label(Label::middle("A bar", Rect { h: 60.0, ..free }, face)));
    page.picture(marks, caption.alternative("Outlined: T1059."))
}

fn words(title: &str) -> Caption {
    Caption {
        heading: "Where are our gaps?".to_owned(),
        classification: "TLP:AMBER".to_owned(),
        title: title.to_owned(),
        subtitle: "Example Bank · ATT&CK 19 · 2026-06-30".to_owned(),
        footnote: "A rule that exists is not proof. Inputs 0123456789ab".to_owned(),
    }
}

/// A slide whose picture has so few pixels that it is drawn in no time.
fn slide(title: &str) -> Slide {
    let notes = format!("Expected: {title}\nProven: by a test");
    let alternative = Caption::default().alternative("Outlined: T1059.");
    let bar = Mark::Area(Rect::new(1.0, 7.0, 94.0, 40.0), Tone::Step(3));
    let picture = Picture { width: 96, height: 54, points: 10.0, marks: vec![bar], alternative };
    Slide { words: words(title), picture, notes }
}

fn deck() -> Deck {
    Deck {
        title: "Where are our gaps?".to_owned(),
        organisation: "Example Bank".to_owned(),
        as_of: Date::new(2026, 6, 30).unwrap(),
        look: Look::default(),
    }
}

type Files = BTreeMap<String, Vec<u8>>;

fn opened(deck: &[u8]) -> Files {
    let mut archive = zip::ZipArchive::new(Cursor::new(deck)).unwrap();
    let mut files = Files::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        let name = file.name().unwrap().into_owned();
        assert!(files.insert(name, bytes).is_none(), "a name stands for one part");
    }
    files
}

fn made(slides: &[Slide]) -> Files {
    opened(&pptx(slides, &deck()).unwrap())
}

fn xml<'a>(files: &'a Files, name: &str) -> Document<'a> {
    let bytes = files.get(name).unwrap_or_else(|| panic!("there is no {name}"));
    let text = std::str::from_utf8(bytes).unwrap();
    Document::parse(text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"))
}

/// The ids of what a part refers to, and where they lead.
fn relations(files: &Files, name: &str) -> BTreeMap<String, String> {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let beside = format!("{folder}/_rels/{file}.rels");
    if !files.contains_key(beside.trim_start_matches('/')) {
        return BTreeMap::new();
    }
    let links = xml(files, beside.trim_start_matches('/'));
    let links = links.descendants().filter(|node| node.has_tag_name("Relationship"));
    let links = links.map(|link| {
        assert_eq!(link.attribute("TargetMode"), None, "{name} leads out of the deck");
        let target = link.attribute("Target").unwrap();
        (link.attribute("Id").unwrap().to_owned(), from(folder, target))
    });
    links.collect()
}

/// Where a way from a folder leads.
fn from(folder: &str, way: &str) -> String {
    let mut there: Vec<&str> = folder.split('/').filter(|name| !name.is_empty()).collect();
    for step in way.split('/') {
        match step {
            ".." => drop(there.pop().unwrap()),
            name => there.push(name),
        }
    }
    there.join("/")
}

/// The text of the shape that holds this place of the layout, a paragraph a line.
fn text(document: &Document<'_>, kind: &str) -> String {
    let is_place = |node: &Node<'_, '_>| {
        let place = node.descendants().find(|node| node.tag_name().name() == "ph");
        node.tag_name().name() == "sp"
            && place.is_some_and(|place| place.attribute("type") == Some(kind))
    };
    let shape = document.descendants().find(is_place).unwrap();
    let paragraphs = shape.descendants().filter(|node| node.has_tag_name((A, "p")));
    let said = paragraphs.map(|paragraph| {
        let runs = paragraph.descendants().filter(|node| node.has_tag_name((A, "t")));
        runs.filter_map(|run| run.text()).collect::<String>()
    });
    said.collect::<Vec<_>>().join("\n")
}

const A: &str = "http://schemas.openxmlformats.org/drawingml/2006/main";
const R: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

#[test]
fn every_part_is_well_formed_and_reached_and_leads_to_a_part() {
    for slides in [vec![], vec![slide("One")], vec![slide("One"), slide(HOSTILE), slide("")]] {
        let files = made(&slides);
        let mut reached = BTreeSet::from(["[Content_Types].xml".to_owned()]);
        for target in relations(&files, "").into_values() {
            reached.insert(target);
        }
        for name in files.keys().filter(|name| name.ends_with(".xml")) {
            let document = xml(&files, name);
            let relations = relations(&files, name);
            for attribute in document.descendants().flat_map(|node| node.attributes()) {
                let leads = attribute.namespace() == Some(R);
                assert!(!leads || relations.contains_key(attribute.value()), "{name}");
            }
            reached.extend(relations.into_values());
        }
        let parts = files.keys().filter(|name| !name.ends_with(".rels")).cloned();
        assert_eq!(reached, parts.collect(), "every part is reached, and every target is there");
    }
}

#[test]
fn the_kind_of_every_part_is_said() {
    let files = made(&[slide("One"), slide("Two")]);
    let types = xml(&files, "[Content_Types].xml");
    let of = |element: &str, attribute: &str| -> BTreeSet<String> {
        let nodes = types.descendants().filter(|node| node.tag_name().name() == element);
        nodes.map(|node| node.attribute(attribute).unwrap().to_owned()).collect()
    };
    let parts = files.keys().filter(|name| name.ends_with(".xml") && !name.starts_with('['));
    assert_eq!(of("Override", "PartName"), parts.map(|name| format!("/{name}")).collect());
    assert_eq!(of("Default", "Extension"), ["png", "rels"].map(str::to_owned).into());
    let kinds = of("Override", "ContentType");
    let open = "application/vnd.openxmlformats-officedocument";
    for kind in ["presentation.main", "slideMaster", "slideLayout", "slide", "notesSlide"] {
        assert!(kinds.contains(&format!("{open}.presentationml.{kind}+xml")), "{kind} {kinds:?}");
    }
    assert!(kinds.contains("application/vnd.openxmlformats-package.core-properties+xml"));
}

#[test]
fn a_slide_says_its_finding_what_it_rests_on_and_what_to_say() {
    let files = made(&[slide("One"), slide("Two")]);
    let count = files.keys().filter(|name| name.starts_with("ppt/slides/slide")).count();
    assert_eq!(count, 2);
    let second = xml(&files, "ppt/slides/slide2.xml");
    assert_eq!(text(&second, "title"), "Two");
    assert_eq!(
        text(&second, "ftr"),
        "Where are our gaps? · Example Bank · ATT&CK 19 · 2026-06-30\n\
         A rule that exists is not proof. Inputs 0123456789ab"
    );
    assert_eq!(text(&second, "sldNum"), "2");
    assert!(files_say(&second, "TLP:AMBER"));
    let picture = second.descendants().find(|node| node.attribute("descr").is_some()).unwrap();
    assert_eq!(picture.attribute("descr"), Some("Two Outlined: T1059."));
    let notes = xml(&files, "ppt/notesSlides/notesSlide2.xml");
    assert_eq!(text(&notes, "body"), "Expected: Two\nProven: by a test");
}

fn files_say(document: &Document<'_>, words: &str) -> bool {
    document.descendants().any(|node| node.has_tag_name((A, "t")) && node.text() == Some(words))
}

#[test]
fn hostile_words_are_only_read() {
    let mut hostile = slide(HOSTILE);
    let all = [&mut hostile.words.heading, &mut hostile.words.classification];
    all.into_iter().for_each(|text| *text = HOSTILE.to_owned());
    let deck = Deck { title: HOSTILE.to_owned(), organisation: HOSTILE.to_owned(), ..deck() };
    let files = opened(&pptx(&[hostile], &deck).unwrap());
    let slide = xml(&files, "ppt/slides/slide1.xml");
    let read = "</a:t></p:sld><img onerror=\"x\" =HYPERLINK('&amp;') ?]]>";
    assert_eq!(text(&slide, "title"), read);
    assert!(files_say(&slide, read), "who may read it");
    let core = xml(&files, "docProps/core.xml");
    let title = core.descendants().find(|node| node.tag_name().name() == "title").unwrap();
    assert_eq!(title.text(), Some(read));
}

#[test]
fn a_deck_is_of_the_day_of_its_assessment_and_the_same_every_time() {
    let [once, again] = [(); 2].map(|()| pptx(&[slide("One")], &deck()).unwrap());
    assert!(once == again);
    let files = opened(&once);
    let core = xml(&files, "docProps/core.xml");
    let dates: Vec<_> =
        core.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect();
    assert_eq!(dates.iter().filter(|text| **text == "2026-06-30T00:00:00Z").count(), 2);
    let names: Vec<&String> = files.keys().collect();
    let mut archive = zip::ZipArchive::new(Cursor::new(&once)).unwrap();
    for (at, name) in names.iter().enumerate() {
        let file = archive.by_index(at).unwrap();
        assert_eq!(file.name().unwrap(), **name, "in order");
        assert_eq!(file.last_modified(), Some(zip::DateTime::default()), "{name}");
    }
}

/// Where every shape of a slide is that says so, in points: left, top, width, height.
fn places(document: &Document<'_>) -> Vec<[f64; 4]> {
    let of = |node: Node<'_, '_>, child: &str, [x, y]: [&str; 2]| -> [f64; 2] {
        let child = node.children().find(|node| node.has_tag_name((A, child))).unwrap();
        [x, y].map(|name| child.attribute(name).unwrap().parse::<f64>().unwrap() / 12700.0)
    };
    let frames = document.descendants().filter(|node| node.has_tag_name((A, "xfrm"))).skip(1);
    let place = |node| {
        let ([x, y], [w, h]) = (of(node, "off", ["x", "y"]), of(node, "ext", ["cx", "cy"]));
        [x, y, w, h]
    };
    frames.map(place).collect()
}

#[test]
fn a_picture_without_words_fills_the_room_between_them() {
    let mut caption = words("One");
    let words = caption.taken_out();
    let files = made(&[Slide { words, picture: picture(&caption), notes: String::new() }]);
    let layout = places(&xml(&files, "ppt/slideLayouts/slideLayout1.xml"));
    let [title, picture, sign] = places(&xml(&files, "ppt/slides/slide1.xml"))[..] else {
        panic!("a title, a picture, and who may read it")
    };
    let [_, footer, number] = layout[..] else { panic!("title, footer, number") };
    // As wide as the slide, so that letters keep their size.
    assert_eq!((picture[0], picture[2]), (0.0, 960.0));
    assert!(picture[1] >= title[1] + title[3] && picture[1] + picture[3] <= footer[1]);
    assert!(picture[3] > 0.76 * 540.0, "{picture:?}");
    assert!(title[0] + title[2] <= sign[0] && footer[0] + footer[2] <= number[0]);
    for place in layout.iter().chain([&title, &picture, &sign]) {
        assert!(place[0] + place[2] <= 960.0 && place[1] + place[3] <= 540.0, "{place:?}");
    }
    let png = &files["ppt/media/image1.png"];
    let pixels = |at: usize| f64::from(u32::from_be_bytes(png[at..at + 4].try_into().unwrap()));
    assert_eq!((pixels(16), pixels(20) / pixels(16)), (3840.0, picture[3] / picture[2]));
}

#[test]
fn a_picture_that_has_its_words_is_made_smaller_and_covers_none() {
    let words = words("One");
    let whole = Slide { picture: picture(&words), words, notes: String::new() };
    let files = made(&[whole]);
    let slide = xml(&files, "ppt/slides/slide1.xml");
    let [title, picture, _] = places(&slide)[..] else { panic!() };
    assert!(picture[1] >= title[1] + title[3], "{picture:?}");
    assert!(picture[2] < 800.0 && picture[1] + picture[3] <= 492.01, "{picture:?}");
    // Nothing is to be said: so what the picture says is.
    let notes = xml(&files, "ppt/notesSlides/notesSlide1.xml");
    assert!(text(&notes, "body").ends_with("Outlined: T1059."));
}

#[test]
fn long_words_are_written_smaller() {
    let size = |title: &str| {
        let files = made(&[slide(title)]);
        let slide = xml(&files, "ppt/slides/slide1.xml");
        let size = slide.descendants().find_map(|node| node.attribute("sz")).unwrap().to_owned();
        size.parse::<u32>().unwrap()
    };
    assert_eq!(size("Ten gaps come first"), 2800);
    let long = "Of what our adversaries do, a third is proven to be covered, and ten gaps that \
                come first would add a quarter, most of it by telemetry that is collected already";
    assert!((1600..2400).contains(&size(long)), "{}", size(long));
    assert!(size(&"漢".repeat(90)) < 2400);
}

#[test]
fn a_picture_of_any_length_fits_a_slide() {
    let mut long = slide("One");
    let bar = Mark::Area(Rect::new(1.0, 100.0, 94.0, 39_000.0), Tone::Step(3));
    long.picture = Picture { height: 40_000, points: 0.5, marks: vec![bar], ..long.picture };
    let files = made(&[long]);
    let [_, picture, _] = places(&xml(&files, "ppt/slides/slide1.xml"))[..] else { panic!() };
    assert!((picture[3] - 422.0).abs() < 0.01 && picture[2] < 2.0, "{picture:?}");
}
