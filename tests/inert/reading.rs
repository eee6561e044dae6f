//! Outputs as the programs read them that they are for. None of these parsers is ours.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Reader};
use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};
use pulldown_cmark::{Event, Options, Tag};

/// How an output is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parser {
    Terminal,
    Csv,
    Markdown,
    Json,
    JsonLines,
    Html,
    Svg,
    Png,
    Pdf,
    Workbook,
    Slides,
    Calendar,
    Yaml,
}

impl Parser {
    /// The parser for a file.
    pub(super) fn by_name(name: &Path) -> Self {
        let ending = name.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        match ending {
            "csv" => Self::Csv,
            "md" => Self::Markdown,
            "json" => Self::Json,
            "ndjson" => Self::JsonLines,
            "html" => Self::Html,
            "svg" => Self::Svg,
            "png" => Self::Png,
            "pdf" => Self::Pdf,
            "xlsx" => Self::Workbook,
            "pptx" => Self::Slides,
            "ics" => Self::Calendar,
            "yaml" | "yml" => Self::Yaml,
            _ => panic!("{}: nobody reads this back yet; say here who does", name.display()),
        }
    }

    /// Whether the twin is looked at.
    pub(super) fn asks_twin(self) -> bool {
        matches!(self, Self::Markdown | Self::Html | Self::Svg | Self::Calendar)
    }

    /// Reads an output, which must hold nothing but text where its harmless twin holds text.
    pub(super) fn check(self, output: &[u8], twin: &[u8], what: &str) {
        match self {
            Self::Terminal => terminal(output, what),
            Self::Csv => table(output, what),
            Self::Markdown => markdown(text(output), text(twin), what),
            Self::Json => json(output, what),
            Self::JsonLines => output.split(|b| *b == b'\n').for_each(|line| {
                if !line.is_empty() {
                    json(line, what);
                }
            }),
            Self::Html => html(text(output), text(twin), what),
            Self::Svg => svg(text(output), text(twin), what),
            Self::Png => assert!(output.starts_with(b"\x89PNG\r\n\x1a\n"), "{what}"),
            Self::Pdf => pdf(output, what),
            Self::Workbook => {
                workbook(output, what);
                package(output, what);
            }
            Self::Slides => package(output, what),
            Self::Calendar => calendar(text(output), text(twin), what),
            Self::Yaml => yaml(text(output), what),
        }
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Whether a character changes what is seen around it and is not seen itself.
fn acts(c: char) -> bool {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (c.is_control() && c != '\n')
}

/// What a terminal is told to do.
#[derive(Default)]
struct Screen(Vec<String>);

impl vte::Perform for Screen {
    fn print(&mut self, c: char) {
        if acts(c) {
            self.0.push(format!("prints {c:?}"));
        }
    }

    fn execute(&mut self, byte: u8) {
        if byte != b'\n' {
            self.0.push(format!("executes {byte:#x}"));
        }
    }

    fn hook(&mut self, _: &vte::Params, _: &[u8], _: bool, action: char) {
        self.0.push(format!("device control {action:?}"));
    }

    fn osc_dispatch(&mut self, params: &[&[u8]], _: bool) {
        self.0.push(format!("operating system command {params:?}"));
    }

    fn csi_dispatch(&mut self, _: &vte::Params, marks: &[u8], _: bool, action: char) {
        // Colours and weights are ours.
        if action != 'm' || !marks.is_empty() {
            self.0.push(format!("control sequence {action:?}"));
        }
    }

    fn esc_dispatch(&mut self, _: &[u8], _: bool, byte: u8) {
        self.0.push(format!("escape {byte:#x}"));
    }
}

fn terminal(output: &[u8], what: &str) {
    let mut screen = Screen::default();
    vte::Parser::new().advance(&mut screen, output);
    assert!(screen.0.is_empty(), "{what}: {:?}\n{}", screen.0, String::from_utf8_lossy(output));
}

fn table(output: &[u8], what: &str) {
    // Several tables may stand one below the other.
    let mut csv = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(output);
    for row in csv.records() {
        for cell in &row.unwrap() {
            let start = cell.trim_start();
            let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r'])
                || start.starts_with(['=', '+', '-', '@']);
            assert!(!is_formula || cell.parse::<f64>().is_ok(), "{what}: {cell:?}");
            assert!(!cell.contains(acts), "{what}: {cell:?}");
        }
    }
}

fn markdown(output: &str, twin: &str, what: &str) {
    assert!(!output.contains(acts), "{what} holds {:?}", output.chars().find(|c| acts(*c)));
    let (found, known) = (markdown_shape(output, what), markdown_shape(twin, what));
    assert!(found == known, "{what}: {found:#?} instead of {known:#?}\n{output}\n{twin}");
}

/// How many there are of each element, and how many cells the rows have, as they are written. How
/// many rows there are may depend on the words: some are the same without blanks.
fn markdown_shape(text: &str, what: &str) -> BTreeMap<String, usize> {
    let (mut shape, mut rows) = (BTreeMap::new(), BTreeMap::new());
    let mut count = |element: String| *shape.entry(element).or_default() += 1;
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_GFM
        | Options::ENABLE_TASKLISTS;
    for (event, range) in pulldown_cmark::Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Start(Tag::TableRow | Tag::TableHead) => {
                let row = text[range].trim_end().replace("\\\\", "").replace("\\|", "");
                *rows
                    .entry(format!("row of {} cells", row.matches('|').count() - 1))
                    .or_default() = 1;
            }
            Event::Start(Tag::TableCell) => {}
            // Which columns are set flush right depends on what is in them.
            Event::Start(Tag::Table(_)) => count("table".to_owned()),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                panic!("{what}: a link to {dest_url}");
            }
            Event::Html(html) | Event::InlineHtml(html) => panic!("{what}: HTML {html:?}"),
            Event::Start(tag) => count(format!("{tag:?}")),
            Event::End(_) | Event::Text(_) => {}
            other @ (Event::Code(_) | Event::InlineMath(_) | Event::DisplayMath(_)) => {
                panic!("{what}: {other:?}");
            }
            other => count(format!("{other:?}")),
        }
    }
    shape.extend(rows);
    shape
}

fn json(output: &[u8], what: &str) {
    let value: serde_json::Value =
        serde_json::from_slice(output).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(value.is_object() || value.is_array(), "{what}");
    // Somebody will look at it in a terminal.
    assert!(!output.contains(&0x1b) && !output.contains(&0), "{what}");
}

/// The elements, each with the names of its attributes, and how many there are.
type Elements = BTreeMap<String, usize>;

fn html(output: &str, twin: &str, what: &str) {
    let (found, known) = (html_elements(output, what), html_elements(twin, what));
    let new: Vec<&String> = found.keys().filter(|element| !known.contains_key(*element)).collect();
    assert!(new.is_empty(), "{what}: only with hostile words: {new:?}");
    // What does something is there as often as it is without them.
    let of = |elements: &Elements, name: &str| -> usize {
        let all = elements.iter().filter(|(e, _)| e.split(' ').next() == Some(name));
        all.map(|(_, count)| count).sum()
    };
    for name in [
        "script", "style", "img", "svg", "iframe", "object", "embed", "form", "base", "link",
        "meta",
    ] {
        assert_eq!(of(&found, name), of(&known, name), "{what}: {name}");
    }
}

fn html_elements(text: &str, what: &str) -> Elements {
    let mut emitter: DefaultEmitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut elements = Elements::new();
    for token in Tokenizer::new_with_emitter(text, emitter) {
        let Ok(Token::StartTag(tag)) = token else { continue };
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        let mut element = name.clone();
        for (attribute, value) in &tag.attributes {
            let attribute = String::from_utf8_lossy(attribute);
            let value = String::from_utf8_lossy(value);
            assert!(!attribute.starts_with("on"), "{what}: <{name} {attribute}={value:?}>");
            assert!(is_harmless(&attribute, &value), "{what}: <{name} {attribute}={value:?}>");
            element.push(' ');
            element.push_str(&attribute);
        }
        *elements.entry(element).or_default() += 1;
    }
    elements
}

/// Whether an attribute that may lead somewhere leads nowhere, or to ATT&CK.
fn is_harmless(attribute: &str, value: &str) -> bool {
    let leads = ["href", "xlink:href", "src", "srcset", "action", "formaction", "data", "srcdoc"];
    !leads.contains(&attribute)
        || value.starts_with('#')
        || value.starts_with("data:")
        || value.starts_with("https://attack.mitre.org/")
}

fn svg(output: &str, twin: &str, what: &str) {
    let elements = |text: &str| -> BTreeSet<String> {
        let document = roxmltree::Document::parse(text).unwrap_or_else(|e| panic!("{what}: {e}"));
        let nodes = document.descendants().filter(roxmltree::Node::is_element);
        let element = |node: roxmltree::Node<'_, '_>| {
            let name = node.tag_name().name();
            assert!(!["script", "foreignObject", "iframe", "a"].contains(&name), "{what}: {name}");
            let mut element = name.to_owned();
            for attribute in node.attributes() {
                let (key, value) = (attribute.name(), attribute.value());
                assert!(
                    !key.starts_with("on") && is_harmless(key, value),
                    "{what}: {key}={value:?}"
                );
                element.push(' ');
                element.push_str(key);
            }
            element
        };
        nodes.map(element).collect()
    };
    let (found, known) = (elements(output), elements(twin));
    let new: Vec<&String> = found.difference(&known).collect();
    assert!(new.is_empty(), "{what}: only with hostile words: {new:?}");
    assert!(!output.contains(acts), "{what}");
}

/// What acts in a PDF goes by these names. What is compressed is not looked into.
fn pdf(output: &[u8], what: &str) {
    assert!(output.starts_with(b"%PDF-"), "{what}");
    let text = String::from_utf8_lossy(output);
    for name in ["/JavaScript", "/JS", "/Launch", "/URI", "/OpenAction", "/AA", "/EmbeddedFile"] {
        assert!(
            !text.contains(&format!("{name} ")) && !text.contains(&format!("{name}(")),
            "{what}"
        );
    }
}

/// The files of Office are archives of XML.
fn package(output: &[u8], what: &str) {
    let mut archive = zip::ZipArchive::new(Cursor::new(output)).unwrap();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        assert!(!name.contains("vba") && !name.contains("externalLink"), "{what}: {name}");
        if ![".xml", ".rels", ".vml"].iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        let mut text = String::new();
        std::io::Read::read_to_string(&mut file, &mut text).unwrap();
        let document = roxmltree::Document::parse(&text);
        let document = document.unwrap_or_else(|error| panic!("{what}: {name}: {error}"));
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            // The border of a bar stands in such an element too; it is a number.
            let is_number = node.text().is_some_and(|text| text.parse::<f64>().is_ok());
            let is_formula =
                node.tag_name().name() == "f" && name.starts_with("xl/worksheets/") && !is_number;
            assert!(!is_formula, "{what}: {name}: {:?}", node.text());
            let target = node.attribute("Target").unwrap_or_default();
            let is_outside = node.attribute("TargetMode") == Some("External");
            let is_known = target.starts_with("https://attack.mitre.org/");
            assert!(!is_outside || is_known, "{what}: {name}: {target}");
        }
    }
}

fn workbook(output: &[u8], what: &str) {
    let mut book = calamine::Xlsx::new(Cursor::new(output)).unwrap();
    for sheet in book.sheet_names() {
        let formulas = book.worksheet_formula(&sheet).unwrap();
        let formula = formulas.used_cells().find(|(_, _, formula)| !formula.is_empty());
        assert_eq!(formula, None, "{what}: {sheet}");
        for (_, _, cell) in book.worksheet_range(&sheet).unwrap().used_cells() {
            assert!(!matches!(cell, Data::Error(_)), "{what}: {sheet}: {cell:?}");
        }
    }
}

fn calendar(output: &str, twin: &str, what: &str) {
    let properties = |text: &str| {
        // A line that begins with a blank goes on with the one before it.
        let unfolded = text.replace("\r\n ", "").replace("\r\n\t", "");
        let mut properties: BTreeMap<String, usize> = BTreeMap::new();
        for line in unfolded.split("\r\n").filter(|line| !line.is_empty()) {
            assert!(!line.contains(acts) && !line.contains('\n'), "{what}: {line:?}");
            let end = line.find([':', ';']).unwrap_or_else(|| panic!("{what}: {line:?}"));
            let value = if ["BEGIN", "END"].contains(&&line[..end]) { line } else { &line[..end] };
            *properties.entry(value.to_owned()).or_default() += 1;
        }
        properties
    };
    assert_eq!(properties(output), properties(twin), "{what}");
}

fn yaml(output: &str, what: &str) {
    let read: Result<serde_json::Value, _> = serde_saphyr::from_str(output);
    assert!(read.is_ok_and(|value| value.is_object()), "{what}: {output}");
    assert!(!output.contains(acts), "{what}");
}
