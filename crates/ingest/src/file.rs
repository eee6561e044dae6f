//! One file: what it is, by its content, and the records in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use model::attack::Attack;
use model::capability::Status;
use model::diagnostic::{Code, Diagnostic, Origin};

use crate::amend::Amendment;
use crate::column::Column;
use crate::conf_layer::{self, Layer};
use crate::document::{Document, SyntaxError, Value};
use crate::edited;
use crate::format::{self, DocumentRole, Format, Formats};
use crate::looks::{Looks, NOT_READ};
use crate::named;
use crate::patch;
use crate::products;
use crate::record::{Context, Draft, Raw, Said, draft};
use crate::register::{self, Layout, Purpose, TableRead};
use crate::suggest;
use crate::syntax::Syntax;
use crate::table::{self, Budget};
use crate::text;

mod lending;
mod same_ids;

use lending::Lending;

/// How the files of a source are to be read.
pub(crate) struct FileSettings<'a> {
    pub(crate) attack: &'a Attack,
    pub(crate) formats: &'a Formats,
    pub(crate) source_status: Option<Status>,
    pub(crate) assumed: Option<Status>,
    pub(crate) defaults: &'a BTreeMap<Column, String>,
    pub(crate) layout: &'a Layout,
    pub(crate) purpose: Purpose,
}

impl<'a> FileSettings<'a> {
    /// Settings for a file of which nothing is said.
    pub(crate) fn plain(attack: &'a Attack, formats: &'a Formats, purpose: Purpose) -> Self {
        static DEFAULTS: BTreeMap<Column, String> = BTreeMap::new();
        static LAYOUT: LazyLock<Layout> = LazyLock::new(Layout::default);
        let (defaults, layout) = (&DEFAULTS, &*LAYOUT);
        Self { attack, formats, source_status: None, assumed: None, defaults, layout, purpose }
    }
}

/// What a file holds.
#[derive(Debug, Default)]
pub(crate) struct FileRead {
    /// The format, if one was recognised.
    pub(crate) format: Option<Arc<str>>,
    pub(crate) drafts: Vec<Draft>,
    /// What it says about rules of other places.
    pub(crate) amendments: Vec<Amendment>,
    /// Records before those with the same id were merged.
    pub(crate) records: usize,
    pub(crate) not_understood: usize,
    /// Documents, sheets or whole files that hold no records.
    pub(crate) skipped: usize,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// How its tables were read.
    pub(crate) tables: Vec<TableRead>,
}

/// Reads a file that is called `shown` in everything that is said about it.
pub(crate) fn read(
    bytes: &[u8],
    shown: &str,
    layer: Option<Layer>,
    settings: &FileSettings<'_>,
) -> FileRead {
    let (out, left_out) = (FileRead::default(), BTreeMap::new());
    let mut reader = Reader { shown, settings, layer, out, left_out, untold: 0 };
    match Looks::of(bytes, shown) {
        Looks::Workbook => reader.workbook(bytes),
        Looks::Text { syntax, text, is_certain } => {
            reader.text(&text, syntax, is_certain);
            // A table of several columns has been told what it lacks.
            let is_table = is_certain && syntax == Syntax::Table;
            if !(is_table && text.contains([',', ';', '\t', '|'])) {
                reader.look_for_list(&text);
            }
        }
        Looks::Other(reason) => {
            reader.skip(reason);
            if reason == NOT_READ {
                reader.look_for_list(&text::decode(bytes).0);
            }
        }
    }
    reader.tell_what_is_left_out();
    reader.tell_how_many_more();
    if reader.out.records == 0 && reader.out.skipped == 0 && reader.out.amendments.is_empty() {
        reader.skip(NO_RECORDS);
    }
    if settings.purpose == Purpose::Register {
        let drafts = std::mem::take(&mut reader.out.drafts);
        reader.out.drafts = same_ids::merged(drafts, &mut reader.out.diagnostics);
    }
    reader.out
}

/// Why a file of lacuna's own is skipped: a list of gaps would otherwise become coverage.
const OUR_OUTPUT: &str = "an output of lacuna";

/// Why a file of a format is skipped where only what stands around records is there, such as the
/// names of columns.
const NO_RECORDS: &str = "it holds no records";

/// Why a file in a syntax that is read is skipped.
const NOTHING_KNOWN: &str = "it holds nothing that lacuna knows";

struct Reader<'a> {
    shown: &'a str,
    settings: &'a FileSettings<'a>,
    layer: Option<Layer>,
    out: FileRead,
    /// Why documents hold no record, with how many there are and the first place.
    left_out: BTreeMap<String, (usize, Origin)>,
    /// How many records were not understood without a word about each.
    untold: usize,
}

/// How many records of a file are told one by one where they are not understood.
const TOLD: usize = 1_000;

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
        let origin = Origin { line: Some(error.line.max(1)), ..Origin::file(self.shown) };
        let help = "correct the syntax there, or leave the file out";
        self.not_understood(Code::BrokenFile, origin, error.message.clone(), help);
    }

    /// Counts a record that is not understood, and says so of the first of them.
    fn not_understood(&mut self, code: Code, origin: Origin, message: String, help: &str) {
        self.out.records += 1;
        self.out.not_understood += 1;
        match self.out.not_understood {
            ..=TOLD => self.report(code, origin, message, help),
            _ => self.untold += 1,
        }
    }

    fn text(&mut self, text: &str, syntax: Syntax, is_certain: bool) {
        if syntax == Syntax::Table {
            return self.csv(text, is_certain);
        }
        let read = self.settings.formats.read(text, syntax);
        if read.documents.is_empty() && !read.errors.is_empty() && !is_certain {
            return self.skip(NOT_READ);
        }
        read.errors.iter().for_each(|error| self.broken(error));
        if read.errors.is_empty() || !read.documents.is_empty() {
            let documents = self.with_other_layer(read.documents, syntax);
            self.documents(documents, syntax);
        }
    }

    fn with_other_layer(&mut self, documents: Vec<Document>, syntax: Syntax) -> Vec<Document> {
        let Some(layer) = self.layer.take().filter(|_| syntax == Syntax::Conf) else {
            return documents;
        };
        let (kept, said_above) = layer.join(documents);
        for document in said_above {
            self.skip_document(self.line(document.line), conf_layer::SAID_ABOVE);
        }
        kept
    }

    /// What nothing can be made of may be a list of ids, which says nothing about what is in place.
    fn look_for_list(&mut self, text: &str) {
        let is_nothing = self.out.format.is_none()
            && self.out.records == 0
            && self.out.amendments.is_empty()
            && self.left_out.is_empty();
        if is_nothing && named::is_list(text) {
            self.out = FileRead { skipped: 1, ..FileRead::default() };
            let message = "skipped: a list of techniques that does not say what is in place";
            let help = format!(
                "take it as what adversaries use with --adversary {0}, or as all that concerns you \
                 with --scope {0}; as coverage it lacks a column that says what covers them",
                self.shown
            );
            self.report(Code::SkippedFile, Origin::file(self.shown), message.to_owned(), &help);
        }
    }

    fn line(&self, line: usize) -> Origin {
        Origin { line: Some(line), ..Origin::file(self.shown) }
    }

    fn documents(&mut self, documents: Vec<Document>, syntax: Syntax) {
        if documents.iter().any(|document| is_our_output(&document.value)) {
            return self.skip(OUR_OUTPUT);
        }
        for format in self.settings.formats.candidates(&documents, syntax) {
            let mut items = documents.iter().flat_map(|d| format.items(&d.value, syntax));
            // What lends keys or ends that tells nothing: many formats have something like it.
            let is_none = |role| {
                matches!(role, DocumentRole::Foreign | DocumentRole::Header | DocumentRole::Reset)
            };
            if items.any(|item| !is_none(format.role(item))) {
                return self.of_format(format, documents, syntax);
            }
        }
        if matches!(syntax, Syntax::Yaml | Syntax::Json)
            && let Some(register) = self.register_in(&documents)
        {
            return self.register(register);
        }
        // What is broken, or said by another layer, has been told already.
        if self.out.records == 0 && self.left_out.is_empty() {
            self.skip(NOTHING_KNOWN);
        }
    }

    /// The register that documents hold: a list of rows, or a row each.
    fn register_in(&mut self, documents: &[Document]) -> Option<register::Register<'static>> {
        let FileSettings { layout, purpose, .. } = *self.settings;
        let inner = documents.iter().flat_map(|document| register::rows(&document.value));
        let place = |ix| Origin { record: Some(ix + 1), ..Origin::file(self.shown) };
        let inner: Vec<(Origin, &Value)> =
            inner.enumerate().map(|(ix, row)| (place(ix), row)).collect();
        if inner.is_empty() {
            let rows: Vec<(Origin, &Value)> =
                documents.iter().map(|d| (self.line(d.line), &d.value)).collect();
            return register::objects(&rows, layout, purpose);
        }
        let register = register::objects(&inner, layout, purpose)?;
        let beside = documents.iter().flat_map(|document| register::beside(&document.value));
        let beside: Vec<String> = beside.map(str::to_owned).collect();
        if !beside.is_empty() {
            let message = format!(
                "beside its rows it holds {}, which are not used",
                register::listed(&beside)
            );
            self.report(Code::UnknownColumn, Origin::file(self.shown), message, "");
        }
        Some(register)
    }

    fn of_format(&mut self, format: &Arc<Format>, documents: Vec<Document>, syntax: Syntax) {
        self.out.format = Some(format.name.clone());
        let mut lending = Lending::default();
        let mut number = 0;
        for Document { line, value } in &documents {
            let unfolded = format.unfolded(value);
            let items = match &unfolded {
                Some(records) => records.iter().collect(),
                None => format.items(value, syntax),
            };
            for item in items {
                number += 1;
                let place = match std::ptr::eq(item, value) {
                    true => self.line(*line),
                    false => Origin { record: Some(number), ..Origin::file(self.shown) },
                };
                self.item(format, place, item, &mut lending);
            }
        }
    }

    fn item(&mut self, format: &Format, place: Origin, value: &Value, lending: &mut Lending) {
        match format.role(value) {
            DocumentRole::Header => {
                lending.begin(value);
                self.out.skipped += 1;
            }
            DocumentRole::Reset => lending.end(),
            DocumentRole::Foreign if value.is_null() => {}
            DocumentRole::Foreign => self.skip_document(place, "not of the file's format"),
            DocumentRole::Skipped(reason) => self.skip_document(place, reason),
            DocumentRole::Amends(is_whole) => self.amendment(format, place, value, is_whole),
            DocumentRole::Incomplete(help) if !lending.is_on() => {
                self.incomplete(place, format, help);
            }
            DocumentRole::Record | DocumentRole::Incomplete(_) => {
                let Some(value) = lending.joined(value, format.inherit_key()) else {
                    return self.lacks_header(place);
                };
                match format.role(&value) {
                    DocumentRole::Incomplete(help) => self.incomplete(place, format, help),
                    _ => self.record(format, place, &value),
                }
            }
        }
    }

    fn skip_document(&mut self, place: Origin, reason: &str) {
        self.out.skipped += 1;
        self.left_out.entry(reason.to_owned()).or_insert((0, place)).0 += 1;
    }

    /// Says once for each reason why documents are skipped: a file may hold hundreds of the kind.
    fn tell_what_is_left_out(&mut self) {
        let mut left_out: Vec<_> = std::mem::take(&mut self.left_out).into_iter().collect();
        // What there is a way out for comes first.
        left_out.sort_by_key(|(reason, _)| reason != format::OF_ADVERSARIES);
        for (reason, (count, place)) in left_out {
            let message = match count {
                1 => format!("a document is skipped: {reason}"),
                count => format!("{count} documents are skipped: {reason}"),
            };
            let help = match reason == format::OF_ADVERSARIES {
                true => format!("name it with --adversary {}", suggest::as_typed(self.shown)),
                false => String::new(),
            };
            self.report(Code::SkippedFile, place, message, &help);
        }
    }

    fn tell_how_many_more(&mut self) {
        if self.untold > 0 {
            let message = format!("{} more records of it are not understood", self.untold);
            let help = "correct the ones that are named first";
            self.report(Code::LimitReached, Origin::file(self.shown), message, help);
        }
    }

    fn incomplete(&mut self, place: Origin, format: &Format, help: &str) {
        let title = &format.title;
        let article = if title.starts_with(['A', 'E', 'I', 'O']) { "an" } else { "a" };
        let message = format!("this looks like {article} {title} but is incomplete");
        self.not_understood(Code::NotUnderstood, place, message, help);
    }

    fn lacks_header(&mut self, place: Origin) {
        let help = "split the file, with a header for each part";
        self.not_understood(Code::NotUnderstood, place, lending::too_much(), help);
    }

    fn record(&mut self, format: &Format, origin: Origin, value: &Value) {
        self.draft(format, said(format, origin, value), None, false);
    }

    /// What it says of a rule counts once all files of the source are read.
    fn amendment(&mut self, format: &Format, origin: Origin, value: &Value, is_whole: bool) {
        let context = Context {
            // Only what it says itself changes a rule.
            source_status: None,
            assumed: None,
            ..self.context(format, None, false)
        };
        let mut diagnostics = Vec::new();
        let draft = draft(said(format, origin, value), &context, &mut diagnostics);
        self.out.diagnostics.append(&mut diagnostics);
        self.out.amendments.push(Amendment { draft, is_whole });
    }

    /// `row_status` is whether a row of a register has a column for its status; other records have
    /// none.
    fn context<'b>(
        &'b self,
        format: &'b Format,
        row_status: Option<bool>,
        decimal_comma: bool,
    ) -> Context<'b> {
        Context {
            attack: self.settings.attack,
            format,
            has_status: row_status == Some(true),
            is_row: row_status.is_some(),
            decimal_comma,
            source_status: self.settings.source_status,
            assumed: self.settings.assumed,
            defaults: self.settings.defaults,
        }
    }

    fn draft(&mut self, format: &Format, raw: Raw, row_status: Option<bool>, decimal_comma: bool) {
        let mut diagnostics = Vec::new();
        let draft = draft(raw, &self.context(format, row_status, decimal_comma), &mut diagnostics);
        self.out.diagnostics.append(&mut diagnostics);
        self.out.records += 1;
        self.out.drafts.extend(products::expand(draft, self.settings.attack));
    }

    fn register(&mut self, register: register::Register<'_>) {
        self.out.format = Some(format::register().name.clone());
        self.out.diagnostics.extend(register.diagnostics);
        self.out.tables.extend(register.table);
        for place in register.no_rows {
            let message = "this is no object with columns".to_owned();
            self.not_understood(Code::NotUnderstood, place, message, "write one object a row");
        }
        for raw in register.rows {
            let row_status = Some(register.has_status);
            self.draft(format::register(), raw, row_status, register.decimal_comma);
        }
    }

    fn csv(&mut self, text: &str, is_certain: bool) {
        let patch = patch::NAMES.join(",");
        let gaps = "rank,technique,name,priority,threat,proven,expected,level,";
        if text.starts_with(gaps) || text.starts_with(&patch) {
            return self.skip(OUR_OUTPUT);
        }
        match table::csv(text) {
            Err(error) => {
                self.broken(&SyntaxError { line: 1, column: None, message: error.to_string() })
            }
            Ok(table) => match self.table(table) {
                Ok(()) => {}
                Err(_) if !is_certain => self.skip(NOT_READ),
                Err(diagnostic) => {
                    self.out.skipped += 1;
                    self.out.diagnostics.push(*diagnostic);
                }
            },
        }
    }

    /// Reads a table as one of the formats that have tables, else as a register.
    fn table(&mut self, table: table::Table) -> Result<(), Box<Diagnostic>> {
        let FileSettings { attack, formats, layout, purpose, .. } = *self.settings;
        // Somebody who names columns means a register.
        let of_format = formats.of_syntax(Syntax::Table).filter(|_| layout.columns.is_empty());
        for format in of_format {
            if let Some(at) = header_of(format, &table) {
                match format.skips_table(&header(&table.rows[at])) {
                    Some(reason) => self.skip(reason),
                    None => self.rows(format, &table, at),
                }
                return Ok(());
            }
        }
        self.register(register::table(table, self.shown, layout, purpose, attack)?);
        Ok(())
    }

    /// The rows beneath a header, each as a document whose keys are the columns' names.
    fn rows(&mut self, format: &Arc<Format>, table: &table::Table, header: usize) {
        self.out.format = Some(format.name.clone());
        let names = columns_of(format, &table.rows[header]);
        let place = Origin { sheet: table.sheet.clone(), ..Origin::file(self.shown) };
        for row in &table.rows[header + 1..] {
            let value =
                |column| row.cell(column).map_or(Value::Null, |c| Value::Text(c.text.clone()));
            let pairs = names.iter().map(|name| (name.text.clone(), value(name.column)));
            let first = row.cells.first().map_or(0, |cell| cell.column);
            let origin = register::place_of(&place, row.number, first);
            self.item(format, origin, &Value::Map(pairs.collect()), &mut Lending::default());
        }
    }

    fn workbook(&mut self, bytes: &[u8]) {
        match table::workbook(bytes, Budget::default()) {
            Err(error) => {
                self.out.not_understood += 1;
                self.out.records += 1;
                let place = Origin::file(self.shown);
                self.report(Code::UnreadableFile, place, error.to_string(), error.help());
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
                "correct --sheet, or sheet in lacuna.toml",
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
                    let help = error.error.help();
                    self.report(Code::UnreadableSheet, origin, error.to_string(), help);
                }
                Ok(table) if !self.settings.layout.takes_sheet(table.sheet.as_deref()) => {
                    self.out.skipped += 1;
                }
                Ok(table) if edited::is_aside(&table) => self.out.skipped += 1,
                Ok(table) => match self.table(table) {
                    Ok(()) => {}
                    Err(diagnostic) => {
                        self.out.skipped += 1;
                        remarks.push(*diagnostic);
                    }
                },
            }
        }
        if remarks.len() == names.len() && remarks.iter().all(|r| r.code == Code::NoIds) {
            let message = match names.len() {
                1 => "no cell holds an ATT&CK id".to_owned(),
                count => format!("no cell of its {count} sheets holds an ATT&CK id"),
            };
            let place = Origin::file(self.shown);
            return self.report(Code::NoIds, place, message, register::MAP_THEM);
        }
        // A cover sheet beside a register is worth a note; a workbook without any, a warning.
        let is_cover = self.out.format.is_some();
        self.out.diagnostics.extend(remarks.into_iter().map(|remark: Diagnostic| match is_cover {
            true => Diagnostic::new(
                Code::SkippedFile,
                remark.origin,
                format!("skipped: {}", remark.message),
                // What is no cover but a list may count all the same.
                if remark.code == Code::NoHeader { remark.help } else { String::new() },
            ),
            false => remark,
        }));
    }
}

/// The row among the first ten that names the columns of a format.
fn header_of(format: &Format, table: &table::Table) -> Option<usize> {
    let mut rows = table.rows.iter().take(table::HEADER_ROWS);
    rows.position(|row| format.is_recognised_by_header(&header(row)))
}

/// The names of columns as keys that hold nothing.
fn header(row: &table::Row) -> Value {
    Value::Map(row.cells.iter().map(|cell| (cell.text.clone(), Value::Null)).collect())
}

/// The columns that a format looks into: a table may have thousands of others. Of those that share
/// a name the last counts, as in a document.
fn columns_of<'t>(format: &Format, header: &'t table::Row) -> Vec<&'t table::Cell> {
    let looked_into = format.keys();
    let mut seen = BTreeSet::new();
    let names = header.cells.iter().rev();
    let names = names.filter(|name| looked_into.contains(name.text.as_str()));
    let mut names: Vec<_> = names.filter(|name| seen.insert(name.text.as_str())).collect();
    names.reverse();
    names
}

fn name_of(sheet: &Result<table::Table, table::SheetError>) -> String {
    match sheet {
        Ok(table) => table.sheet.clone().unwrap_or_default(),
        Err(error) => error.sheet.clone(),
    }
}

/// What a document says in each column.
fn said(format: &Format, origin: Origin, value: &Value) -> Raw {
    let said = |(column, text)| Said { column, text, cell: None };
    let values = format.values(value).into_iter().map(said).collect();
    Raw { origin, values, diagnostics: Vec::new() }
}

pub(crate) fn is_our_output(document: &Value) -> bool {
    let schema = document.get("schema").and_then(Value::as_text);
    schema.is_some_and(|schema| schema.starts_with("lacuna."))
}

#[cfg(test)]
mod tests;
