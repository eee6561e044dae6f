//! One file: what it is, by its content, and the records in it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use model::attack::Attack;
use model::capability::{Capability, Status};
use model::diagnostic::{Code, Diagnostic, Origin};

use crate::column::Column;
use crate::document::{self, Document, SyntaxError, Value};
use crate::format::{self, Container, DocumentRole, Format};
use crate::record::{Context, Draft, Raw, Said, draft};
use crate::register::{self, Layout};
use crate::table::{self, Budget};
use crate::text;

/// How the files of a source are to be read.
pub(crate) struct FileSettings<'a> {
    pub(crate) attack: &'a Attack,
    pub(crate) source_status: Option<Status>,
    pub(crate) assumed: Option<Status>,
    pub(crate) defaults: &'a BTreeMap<Column, String>,
    pub(crate) layout: &'a Layout,
}

/// What a file holds.
#[derive(Debug, Default)]
pub(crate) struct FileRead {
    /// The format, if one was recognised.
    pub(crate) format: Option<&'static str>,
    pub(crate) drafts: Vec<Draft>,
    /// Records before those with the same id were merged.
    pub(crate) records: usize,
    pub(crate) not_understood: usize,
    /// Documents, sheets or whole files that hold no records.
    pub(crate) skipped: usize,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Reads a file that is called `shown` in everything that is said about it.
pub(crate) fn read(bytes: &[u8], shown: &str, settings: &FileSettings<'_>) -> FileRead {
    let mut reader = Reader { shown, settings, out: FileRead::default() };
    match Looks::of(bytes, shown) {
        Looks::Workbook => reader.workbook(bytes),
        Looks::Json { text, is_certain } => reader.json(&text, is_certain),
        Looks::Yaml { text, is_certain } => reader.yaml(&text, is_certain),
        Looks::Csv { text, is_certain } => reader.csv(&text, is_certain),
        Looks::Other(reason) => reader.skip(reason),
    }
    reader.merge_same_ids();
    reader.out
}

/// What a file's content, and then its name, make it.
enum Looks<'a> {
    Workbook,
    Json { text: Cow<'a, str>, is_certain: bool },
    Yaml { text: Cow<'a, str>, is_certain: bool },
    Csv { text: Cow<'a, str>, is_certain: bool },
    Other(&'static str),
}

impl<'a> Looks<'a> {
    fn of(bytes: &'a [u8], name: &str) -> Self {
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
            return Self::Workbook;
        }
        let (text, _) = text::decode(bytes);
        let head = head(&text);
        if head.contains('\0') || head.starts_with("%PDF") {
            return Self::Other("not a text file");
        }
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        let first =
            head.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
        match (extension.as_deref(), first) {
            (_, None) if text.trim().is_empty() => Self::Other("an empty file"),
            (Some("json" | "ndjson" | "jsonl"), _) => Self::Json { text, is_certain: true },
            (Some("yml" | "yaml"), _) => Self::Yaml { text, is_certain: true },
            (Some("csv" | "tsv"), _) => Self::Csv { text, is_certain: true },
            (Some(extension), _) if OTHERS.contains(&extension) => Self::Other(NOT_READ),
            (_, None) => Self::Other("nothing but comments"),
            (_, Some(line)) if line.starts_with(['{', '[']) => {
                Self::Json { text, is_certain: false }
            }
            (_, Some(line)) if looks_like_yaml(line) => Self::Yaml { text, is_certain: false },
            (_, Some(line)) if line.contains([',', ';', '\t', '|']) => {
                Self::Csv { text, is_certain: false }
            }
            _ => Self::Other(NOT_READ),
        }
    }
}

/// Why a file of lacuna's own is skipped: a list of gaps would otherwise become coverage.
const OUR_OUTPUT: &str = "an output of lacuna";

/// Why a file of some other format is skipped.
const NOT_READ: &str = "of a format that is not read";

/// Extensions of formats that are never one of ours, whatever their first line looks like.
const OTHERS: [&str; 8] = ["md", "rst", "html", "py", "xml", "toml", "conf", "ini"];

/// The first few thousand bytes of a text.
fn head(text: &str) -> &str {
    let end = (0..=text.len().min(4096)).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

fn looks_like_yaml(line: &str) -> bool {
    let key = line.split_once(':').filter(|(_, rest)| rest.is_empty() || rest.starts_with(' '));
    line == "---"
        || key.is_some_and(|(key, _)| key.chars().all(|c| c.is_alphanumeric() || "_-".contains(c)))
}

struct Reader<'a> {
    shown: &'a str,
    settings: &'a FileSettings<'a>,
    out: FileRead,
}

impl Reader<'_> {
    fn skip(&mut self, reason: &str) {
        self.out.skipped += 1;
        let message = format!("skipped: {reason}");
        self.report(Code::SkippedFile, Origin::file(self.shown), message, "");
    }

    fn report(&mut self, code: Code, origin: Origin, message: String, help: &str) {
        self.out.diagnostics.push(Diagnostic::new(code, origin, message, help));
    }

    /// A file, or a part of one, that breaks its syntax counts as one record not understood.
    fn broken(&mut self, error: &SyntaxError) {
        self.out.not_understood += 1;
        self.out.records += 1;
        let origin = Origin { line: Some(error.line.max(1)), ..Origin::file(self.shown) };
        let message = error.message.clone();
        self.report(
            Code::BrokenFile,
            origin,
            message,
            "correct the syntax there, or leave the file out",
        );
    }

    fn yaml(&mut self, text: &str, is_certain: bool) {
        match document::yaml(text, &format::is_wanted) {
            Ok(documents) => self.documents(documents),
            Err(error) if is_certain => self.broken(&error),
            Err(_) => self.skip(NOT_READ),
        }
    }

    fn json(&mut self, text: &str, is_certain: bool) {
        match document::json(text) {
            Ok(document) => self.documents(vec![document]),
            Err(_) if is_line_by_line(text) => self.ndjson(text),
            Err(error) if is_certain => self.broken(&error),
            Err(_) => self.skip(NOT_READ),
        }
    }

    fn ndjson(&mut self, text: &str) {
        let mut documents = Vec::new();
        for (line, read) in document::ndjson(text) {
            match read {
                Ok(document) => documents.push(Document { line, ..document }),
                Err(error) => self.broken(&SyntaxError { line, ..error }),
            }
        }
        let rows: Vec<(Origin, &Value)> =
            documents.iter().map(|d| (self.line(d.line), &d.value)).collect();
        match register::objects(&rows, self.settings.layout) {
            Some(register) => self.register(register),
            None => self.documents(documents),
        }
    }

    fn line(&self, line: usize) -> Origin {
        Origin { line: Some(line), ..Origin::file(self.shown) }
    }

    fn documents(&mut self, documents: Vec<Document>) {
        if documents.iter().any(|document| is_our_output(&document.value)) {
            return self.skip(OUR_OUTPUT);
        }
        let rows = documents.iter().flat_map(|document| register::rows(&document.value));
        let rows: Vec<(Origin, &Value)> = rows
            .enumerate()
            .map(|(ix, row)| (Origin { record: Some(ix + 1), ..Origin::file(self.shown) }, row))
            .collect();
        if let Some(register) = register::objects(&rows, self.settings.layout) {
            let beside = documents.iter().flat_map(|document| register::beside(&document.value));
            let beside: Vec<String> = beside.map(|key| format!("{key:?}")).collect();
            if !beside.is_empty() {
                let message =
                    format!("beside its rows it holds {}, which are not used", beside.join(", "));
                self.report(Code::UnknownColumn, Origin::file(self.shown), message, "");
            }
            return self.register(register);
        }
        let formats = format::formats().iter().filter(|f| f.container == Container::Documents);
        for format in formats {
            let foreign = |d: &Document| matches!(format.role(&d.value), DocumentRole::Foreign);
            if !documents.iter().all(foreign) {
                return self.of_format(format, documents);
            }
        }
        self.skip("it holds nothing that lacuna knows");
    }

    fn of_format(&mut self, format: &'static Format, documents: Vec<Document>) {
        self.out.format = Some(&format.name);
        let mut inherited: Option<Value> = None;
        for Document { line, value } in documents {
            match format.role(&value) {
                DocumentRole::Header => {
                    inherited = Some(value);
                    self.out.skipped += 1;
                }
                DocumentRole::Reset => inherited = None,
                DocumentRole::Foreign if value == Value::Null => {}
                DocumentRole::Foreign => self.skip_document(line, "not of the file's format"),
                DocumentRole::Skipped(reason) => self.skip_document(line, reason),
                DocumentRole::Incomplete(help) if inherited.is_none() => {
                    self.incomplete(line, format, help);
                }
                DocumentRole::Record | DocumentRole::Incomplete(_) => {
                    let value =
                        inherited.as_ref().map_or_else(|| value.clone(), |h| joined(h, &value));
                    match format.role(&value) {
                        DocumentRole::Incomplete(help) => self.incomplete(line, format, help),
                        _ => self.record(format, line, &value),
                    }
                }
            }
        }
    }

    fn skip_document(&mut self, line: usize, reason: &str) {
        self.out.skipped += 1;
        let message = format!("a document is skipped: {reason}");
        self.report(Code::SkippedFile, self.line(line), message, "");
    }

    fn incomplete(&mut self, line: usize, format: &Format, help: &str) {
        self.out.records += 1;
        self.out.not_understood += 1;
        let message = format!("this looks like a {} but is incomplete", format.title);
        self.report(Code::NotUnderstood, self.line(line), message, help);
    }

    fn record(&mut self, format: &Format, line: usize, value: &Value) {
        let said = |(column, text)| Said { column, text, cell: None };
        let values = format.values(value).into_iter().map(said).collect();
        let raw = Raw { origin: self.line(line), values, diagnostics: Vec::new() };
        self.draft(format, raw, false, false);
    }

    fn draft(&mut self, format: &Format, raw: Raw, has_status: bool, decimal_comma: bool) {
        let context = Context {
            attack: self.settings.attack,
            format,
            has_status,
            decimal_comma,
            source_status: self.settings.source_status,
            assumed: self.settings.assumed,
            defaults: self.settings.defaults,
        };
        self.out.records += 1;
        self.out.drafts.push(draft(raw, &context, &mut self.out.diagnostics));
    }

    fn register(&mut self, register: register::Register<'_>) {
        self.out.format = Some(&format::register().name);
        self.out.diagnostics.extend(register.diagnostics);
        self.out.records += register.not_understood;
        self.out.not_understood += register.not_understood;
        for raw in register.rows {
            self.draft(format::register(), raw, register.has_status, register.decimal_comma);
        }
    }

    fn csv(&mut self, text: &str, is_certain: bool) {
        if text.starts_with("rank,technique,name,priority,threat,proven,expected,level,") {
            return self.skip(OUR_OUTPUT);
        }
        match table::csv(text) {
            Err(error) => {
                self.broken(&SyntaxError { line: 1, column: None, message: error.to_string() })
            }
            Ok(table) => match register::table(table, self.shown, self.settings.layout) {
                Ok(register) => self.register(register),
                Err(_) if !is_certain => self.skip(NOT_READ),
                Err(diagnostic) => {
                    self.out.skipped += 1;
                    self.out.diagnostics.push(*diagnostic);
                }
            },
        }
    }

    fn workbook(&mut self, bytes: &[u8]) {
        match table::xlsx(bytes, Budget::default()) {
            Err(error) => {
                self.out.not_understood += 1;
                self.out.records += 1;
                let help = "save it as .xlsx without a password, or as .csv";
                self.report(
                    Code::UnreadableFile,
                    Origin::file(self.shown),
                    error.to_string(),
                    help,
                );
            }
            Ok(sheets) => self.sheets(sheets),
        }
    }

    fn sheets(&mut self, sheets: Vec<Result<table::Table, table::SheetError>>) {
        let takes = |name: &str| self.settings.layout.takes_sheet(Some(name));
        let names: Vec<String> = sheets.iter().map(name_of).collect();
        if !names.iter().any(|name| takes(name)) {
            let message =
                format!("no sheet has the name asked for; there are {}", names.join(", "));
            self.report(
                Code::NoHeader,
                Origin::file(self.shown),
                message,
                "correct sheet in lacuna.toml",
            );
        }
        let mut remarks = Vec::new();
        for sheet in sheets {
            match sheet {
                Err(error) => {
                    self.out.not_understood += 1;
                    self.out.records += 1;
                    let sheet = Some(error.sheet.clone());
                    let origin = Origin { sheet, ..Origin::file(self.shown) };
                    let help = "open the workbook, repair this sheet and save it again";
                    self.report(Code::UnreadableSheet, origin, error.to_string(), help);
                }
                Ok(table) if !self.settings.layout.takes_sheet(table.sheet.as_deref()) => {
                    self.out.skipped += 1;
                }
                Ok(table) => match register::table(table, self.shown, self.settings.layout) {
                    Ok(register) => self.register(register),
                    Err(diagnostic) => {
                        self.out.skipped += 1;
                        remarks.push(*diagnostic);
                    }
                },
            }
        }
        // A cover sheet beside a register is worth a note; a workbook without any, a warning.
        let is_cover = self.out.format.is_some();
        self.out.diagnostics.extend(remarks.into_iter().map(|remark: Diagnostic| match is_cover {
            true => Diagnostic::new(
                Code::SkippedFile,
                remark.origin,
                format!("skipped: {}", remark.message),
                "",
            ),
            false => remark,
        }));
    }

    /// Records with the same id are one where they differ in nothing but the ids they name;
    /// otherwise the later ones get a number.
    fn merge_same_ids(&mut self) {
        let mut ids = HashSet::with_capacity(self.out.drafts.len());
        if self.out.drafts.iter().all(|draft| ids.insert(draft.capability.id.as_str())) {
            return;
        }
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let mut same: BTreeMap<String, usize> = BTreeMap::new();
        let mut kept: Vec<Draft> = Vec::with_capacity(self.out.drafts.len());
        for mut draft in std::mem::take(&mut self.out.drafts) {
            let saying = saying(&draft);
            if let Some(ix) = same.get(&saying) {
                unite(&mut kept[*ix], draft);
                continue;
            }
            same.insert(saying, kept.len());
            let count = counts.entry(draft.capability.id.clone()).or_default();
            *count += 1;
            if *count > 1 {
                let id = std::mem::take(&mut draft.capability.id);
                draft.capability.id = format!("{id}#{count}");
                let message = format!(
                    "{id:?} is there already and says something else; kept as {:?}",
                    draft.capability.id
                );
                let origin = draft.capability.origin.clone();
                let help = "give each record its own id";
                let diagnostic = Diagnostic::new(Code::DuplicateId, origin, message, help);
                self.out.diagnostics.push(diagnostic);
            }
            kept.push(draft);
        }
        self.out.drafts = kept;
    }
}

fn name_of(sheet: &Result<table::Table, table::SheetError>) -> String {
    match sheet {
        Ok(table) => table.sheet.clone().unwrap_or_default(),
        Err(error) => error.sheet.clone(),
    }
}

/// All that a record says but its place and the techniques it names.
fn saying(draft: &Draft) -> String {
    let bare = Capability { origin: Origin::default(), ..(*draft.capability).clone() };
    format!("{bare:?} {:?} {:?}", draft.tactics, draft.adversaries)
}

fn unite(kept: &mut Draft, other: Draft) {
    kept.records += other.records;
    kept.ids.extend(other.ids);
    crate::record::each_once(&mut kept.ids);
}

/// A document with what a header lends it: its own keys come first, maps are joined.
fn joined(header: &Value, own: &Value) -> Value {
    match (header, own) {
        (Value::Map(lent), Value::Map(own)) => {
            let mut keys: Vec<(String, Value)> = lent
                .iter()
                .filter(|(key, _)| key != "action")
                .map(|(key, value)| {
                    let own = own.iter().find(|(name, _)| name == key);
                    (key.clone(), own.map_or_else(|| value.clone(), |(_, own)| joined(value, own)))
                })
                .collect();
            let new = own.iter().filter(|(key, _)| !lent.iter().any(|(name, _)| name == key));
            keys.extend(new.cloned());
            Value::Map(keys)
        }
        (_, own) => own.clone(),
    }
}

fn is_our_output(document: &Value) -> bool {
    let schema = document.get("schema").and_then(Value::as_text);
    schema.is_some_and(|schema| schema.starts_with("lacuna."))
}

fn is_line_by_line(text: &str) -> bool {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.take(2).filter(|line| line.starts_with('{')).count() == 2
}
