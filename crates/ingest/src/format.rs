//! Formats as data: what identifies a format, where each column of the register lives in it and
//! what its words mean. The files are `controls/formats/*.toml`, and what users bring with
//! `--format-file`; this module reads them and knows no format by name, except that the native
//! register also lends its words to the others.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use crate::column::Column;
use crate::document::Value;
use crate::extract::word_key;
use crate::syntax::{self, Documents, Syntax};
use crate::table::normalise_header;

mod built_in;
mod describe;
mod log_source;
mod lookup;
mod platform;

pub use describe::{ColumnPlace, Description};
pub(crate) use log_source::LogSources;
pub(crate) use platform::platform;

/// How a regular format is read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Format {
    /// Its short name.
    pub name: Arc<str>,
    /// What one record of it is called.
    pub title: String,
    /// What its files are written in.
    pub syntax: Vec<Syntax>,
    /// What it is, where it comes from and what is worth knowing, in a few sentences.
    #[serde(default)]
    pub about: String,
    recognise: Recognise,
    #[serde(default)]
    record: Record,
    /// The table of log sources that its rules name.
    log_sources: Option<String>,
    #[serde(default)]
    pub(crate) constants: BTreeMap<Column, String>,
    #[serde(default)]
    fields: BTreeMap<Column, Fields>,
    #[serde(default)]
    columns: BTreeMap<Column, Vec<String>>,
    #[serde(default)]
    words: BTreeMap<Column, BTreeMap<String, Vec<String>>>,
    #[serde(default)]
    tables: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

/// What a document or a header must have to be of a format: conditions, as in `lookup`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recognise {
    #[serde(default)]
    all: Vec<String>,
    #[serde(default)]
    any: Vec<String>,
    #[serde(default)]
    none: Vec<String>,
}

/// Which parts of a document are records.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    /// Lists whose items are looked at one by one: `.` is a list that is the whole document, any
    /// other is a path. In XML, names of elements.
    #[serde(default)]
    each: Vec<String>,
    /// A record has one of these.
    #[serde(default)]
    any: Vec<String>,
    /// What to say where it has none.
    #[serde(default)]
    help: String,
    /// Why a document that has none of them is no record; without this, it is an incomplete one.
    otherwise: Option<String>,
    /// With one of these it is none, for this reason.
    #[serde(default)]
    skipped: BTreeMap<String, String>,
    inherit: Option<Inherit>,
}

/// A document that lends its keys to those after it in the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inherit {
    key: String,
    value: String,
    reset: Option<String>,
}

/// Where a column's values stand: one place, or several that all count.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Fields {
    One(Box<Field>),
    Several(Vec<Field>),
}

impl Fields {
    fn list(&self) -> &[Field] {
        match self {
            Self::One(field) => std::slice::from_ref(field.as_ref()),
            Self::Several(fields) => fields,
        }
    }
}

/// Where a column's values stand in a document.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Field {
    /// Paths: the first that gives anything, or all of them where `all` or `join` is given.
    path: Vec<String>,
    /// Every path counts.
    #[serde(default)]
    all: bool,
    /// Only the first value: in XML an attribute comes before elements of its name.
    #[serde(default)]
    first: bool,
    /// What the parts are joined with.
    join: Option<String>,
    /// What separates values within a text.
    split: Option<String>,
    /// Only values that fit one of these, `*` in them fitting anything; upper and lower case are
    /// the same.
    #[serde(default)]
    like: Vec<String>,
    /// Not the values that fit one of these.
    #[serde(default)]
    unlike: Vec<String>,
    /// What holds where the record gives nothing here.
    otherwise: Option<String>,
    /// Only values that start so, without it.
    prefix: Option<String>,
    /// Only values that end so, without it.
    suffix: Option<String>,
    /// Only the digits that such a value starts with.
    #[serde(default)]
    digits: bool,
    /// Not the value, but whether one is this.
    equals: Option<String>,
    /// It says nothing where one of these conditions holds.
    #[serde(default)]
    unless: Vec<String>,
    /// The table that translates the values, `*` in it fitting anything; a value that is not in it
    /// says nothing. `log_sources` is the platforms of the format's log sources.
    table: Option<String>,
}

/// What a document is to a format.
#[derive(Debug)]
pub(crate) enum DocumentRole<'a> {
    /// It holds a record.
    Record,
    /// It lends its keys to the documents after it.
    Header,
    /// It ends what a header lent.
    Reset,
    /// It holds no record, for this reason.
    Skipped(&'a str),
    /// It has the look of the format, but not what a record must have.
    Incomplete(&'a str),
    /// It is something else.
    Foreign,
}

/// Why a text describes no format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatError {
    /// The line, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for FormatError {}

impl Format {
    /// Reads a descriptor.
    ///
    /// # Errors
    /// The text is no TOML, has keys or columns that no descriptor has, or refers to a table that
    /// is not there.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        let format: Self = toml::from_str(text).map_err(|error| FormatError {
            line: error.span().map(|span| text[..span.start].matches('\n').count() + 1),
            message: error.message().trim().to_owned(),
        })?;
        match format.fault() {
            Some(message) => Err(FormatError { line: None, message }),
            None => Ok(format),
        }
    }

    /// What no file of the descriptor's syntax can tell.
    fn fault(&self) -> Option<String> {
        if self.syntax.is_empty() {
            return Some("syntax names nothing; write for example syntax = [\"yaml\"]".to_owned());
        }
        let is_table = self.syntax.as_slice() == [Syntax::Table] && !self.columns.is_empty();
        if !is_table && self.recognise.all.is_empty() && self.recognise.any.is_empty() {
            return Some("recognise has neither all nor any".to_owned());
        }
        if self.syntax.contains(&Syntax::Xml) && self.record.each.is_empty() {
            return Some("record.each must name the element that is a record".to_owned());
        }
        if let Some(name) = &self.log_sources
            && log_source::named(name).is_none()
        {
            return Some(format!("there is no table of log sources called {name:?}"));
        }
        let fields = self.fields.iter().flat_map(|(column, fields)| {
            fields.list().iter().map(move |field| (column.name(), field))
        });
        for (column, field) in fields {
            if field.path.is_empty() {
                return Some(format!("fields.{column} has no path"));
            }
            match field.table.as_deref() {
                Some(LOG_SOURCES) if self.log_sources.is_none() => {
                    return Some(format!("fields.{column} needs log_sources"));
                }
                Some(name) if name != LOG_SOURCES && !self.tables.contains_key(name) => {
                    return Some(format!("fields.{column} names tables.{name}, which is missing"));
                }
                _ => {}
            }
        }
        None
    }

    /// The parts of a document that may be records. In XML each record is a document.
    pub(crate) fn items<'a>(&self, document: &'a Value, syntax: Syntax) -> Vec<&'a Value> {
        let list =
            self.record.each.iter().filter(|_| syntax != Syntax::Xml).find_map(|path| {
                match (path.as_str(), document) {
                    (".", Value::List(items)) => Some(items),
                    (path, document) => match document.at(path) {
                        Some(Value::List(items)) => Some(items),
                        _ => None,
                    },
                }
            });
        match list {
            Some(items) => items.iter().collect(),
            None => vec![document],
        }
    }

    /// Names of the XML elements that are records.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &str> {
        let is_xml = self.syntax.contains(&Syntax::Xml);
        self.record.each.iter().map(String::as_str).filter(move |_| is_xml)
    }

    /// What a document is to this format.
    pub(crate) fn role<'a>(&'a self, document: &Value) -> DocumentRole<'a> {
        if let Some(inherit) = &self.record.inherit {
            let action = document.get(&inherit.key).and_then(Value::as_text);
            match action.as_deref() {
                Some(value) if value == inherit.value => return DocumentRole::Header,
                Some(value) if Some(value) == inherit.reset.as_deref() => {
                    return DocumentRole::Reset;
                }
                _ => {}
            }
        }
        let has = |condition: &String| lookup::holds(document, condition);
        let Recognise { all, any, none } = &self.recognise;
        if !(all.iter().all(has) && (any.is_empty() || any.iter().any(has))) || none.iter().any(has)
        {
            return DocumentRole::Foreign;
        }
        if let Some((_, reason)) = self.record.skipped.iter().find(|(key, _)| has(key)) {
            return DocumentRole::Skipped(reason);
        }
        match &self.record.otherwise {
            _ if self.record.any.is_empty() || self.record.any.iter().any(has) => {
                DocumentRole::Record
            }
            Some(reason) => DocumentRole::Skipped(reason),
            None => DocumentRole::Incomplete(&self.record.help),
        }
    }

    /// Every condition by which it is recognised, whether it is to be met, and whether a document
    /// or a header meets it.
    pub(crate) fn conditions(&self, value: &Value, syntax: Syntax) -> Vec<(String, bool, bool)> {
        let Recognise { all, any, none } = &self.recognise;
        let meets = |condition: &str| match syntax {
            Syntax::Table => lookup::may_hold(value, condition),
            _ => lookup::holds(value, condition),
        };
        let wanted = all.iter().map(|condition| (condition.clone(), true, meets(condition)));
        let one_of = (!any.is_empty())
            .then(|| (any.join(" or "), true, any.iter().any(|condition| meets(condition))));
        let unwanted = none.iter().map(|condition| (condition.clone(), false, meets(condition)));
        wanted.chain(one_of).chain(unwanted).collect()
    }

    /// Whether a table with these columns is of this format.
    pub(crate) fn is_recognised_by_header(&self, header: &Value) -> bool {
        let has = |condition: &String| lookup::may_hold(header, condition);
        let Recognise { all, any, none } = &self.recognise;
        all.len() + any.len() > 0
            && all.iter().all(has)
            && (any.is_empty() || any.iter().any(has))
            && !none.iter().any(has)
    }

    /// Whether it is the native register, which takes what no other format does.
    #[must_use]
    pub fn is_register(&self) -> bool {
        &*self.name == REGISTER
    }

    /// Why no row of a table with these columns is a record, where that is so.
    pub(crate) fn skips_table(&self, header: &Value) -> Option<&str> {
        let mut skipped = self.record.skipped.iter();
        let reason = skipped.find(|(condition, _)| lookup::holds(header, condition));
        reason.map(|(_, reason)| reason.as_str())
    }

    /// The key by which a document that lends its keys is known.
    pub(crate) fn inherit_key(&self) -> Option<&str> {
        self.record.inherit.as_ref().map(|inherit| inherit.key.as_str())
    }

    /// What a document says in each column.
    pub(crate) fn values(&self, document: &Value) -> Vec<(Column, String)> {
        let constants = self.constants.iter().map(|(column, value)| (*column, value.clone()));
        let fields = self.fields.iter().flat_map(|(column, fields)| {
            let fields = fields.list().iter();
            fields.flat_map(|field| self.field(field, document)).map(|value| (*column, value))
        });
        constants.chain(fields).collect()
    }

    fn field(&self, field: &Field, document: &Value) -> Vec<String> {
        if field.unless.iter().any(|condition| lookup::holds(document, condition)) {
            return Vec::new();
        }
        let found = field.path.iter().map(|path| lookup::texts(document, path));
        let found: Vec<String> = match &field.join {
            Some(join) => {
                let parts: Vec<String> = found.filter_map(|mut texts| texts.pop()).collect();
                if parts.is_empty() { Vec::new() } else { vec![parts.join(join)] }
            }
            None if field.all => found.flatten().collect(),
            None => found.into_iter().find(|texts| !texts.is_empty()).unwrap_or_default(),
        };
        let found = match &field.split {
            Some(separator) => found
                .iter()
                .flat_map(|text| text.split(separator.as_str()))
                .map(|part| part.trim().to_owned())
                .filter(|part| !part.is_empty())
                .collect(),
            None => found,
        };
        let found = found.into_iter().filter(|text| field.takes(text));
        let found: Vec<String> = found.filter_map(|text| field.cut(text)).collect();
        let found = match &field.otherwise {
            Some(otherwise) if found.is_empty() => vec![otherwise.clone()],
            _ => found,
        };
        let most = if field.first { 1 } else { found.len() };
        let found: Vec<String> = found.into_iter().take(most).collect();
        if let Some(wanted) = &field.equals {
            let is = found.iter().any(|text| text.eq_ignore_ascii_case(wanted));
            return if is { vec!["true".to_owned()] } else { Vec::new() };
        }
        let Some(name) = &field.table else {
            return found;
        };
        let translated = |text: String| {
            match name.as_str() {
                LOG_SOURCES => self.log_sources().and_then(|known| known.platforms(&text)),
                name => self
                    .tables
                    .get(name)
                    .and_then(|t| log_source::best(t, &text))
                    .map(Vec::as_slice),
            }
            .unwrap_or_default()
            .to_vec()
        };
        found.into_iter().flat_map(translated).collect()
    }

    /// What its rules' log sources stand for.
    pub(crate) fn log_sources(&self) -> Option<&'static LogSources> {
        self.log_sources.as_deref().and_then(log_source::named)
    }

    /// The top-level keys of a document that this format looks into.
    fn keys(&self) -> impl Iterator<Item = &str> {
        let fields = self.fields.values().flat_map(Fields::list);
        let paths = fields.flat_map(|field| &field.path).map(String::as_str);
        let Recognise { all, any, none } = &self.recognise;
        let Record { any: record, skipped, each, inherit, .. } = &self.record;
        let conditions = all.iter().chain(any).chain(none).chain(record).chain(skipped.keys());
        let fields = self.fields.values().flat_map(Fields::list);
        let conditions = conditions.chain(fields.flat_map(|field| &field.unless));
        let conditions = conditions.flat_map(|condition| lookup::paths(condition));
        let conditions = conditions.filter(|(_, matters)| *matters).map(|(path, _)| path);
        paths
            .chain(conditions)
            .chain(each.iter().map(String::as_str))
            .flat_map(lookup::first_keys)
            .chain(inherit.iter().map(|inherit| inherit.key.as_str()))
    }

    /// The column that a header's name stands for.
    pub(crate) fn column(&self, header: &str) -> Option<Column> {
        let name = normalise_header(header);
        if self.is_register() {
            return register_columns().get(&name).copied();
        }
        self.names().find(|(known, _)| *known == name).map(|(_, column)| column)
    }

    /// Every name of every column, the columns' own first. Tags and names of techniques are what
    /// rules have: a table's columns of these names may hold anything.
    fn names(&self) -> impl Iterator<Item = (String, Column)> + '_ {
        let is_own = |column: &&Column| !matches!(column, Column::Tags | Column::TechniqueNames);
        let own = Column::ALL.iter().filter(is_own);
        let own = own.map(|column| (normalise_header(column.name()), *column));
        let others = self.columns.iter().flat_map(|(column, names)| {
            names.iter().map(move |name| (normalise_header(name), *column))
        });
        own.chain(others)
    }

    /// The word of the register that a text stands for in a column: by the format's own list,
    /// else by the register's.
    pub(crate) fn word(&self, column: Column, text: &str) -> Option<String> {
        let key = word_key(text);
        let spelt = |(word, spellings): &(&String, &Vec<String>)| {
            word_key(word) == key || spellings.iter().any(|spelling| word_key(spelling) == key)
        };
        let own = self.words.get(&column).filter(|_| !self.is_register());
        let own = own.and_then(|words| words.iter().find(spelt)).map(|(word, _)| word.clone());
        own.or_else(|| register_words().get(&(column, key)).map(|word| (*word).to_owned()))
    }

    /// Whether a column's values come from a table of this format, not from the record.
    pub(crate) fn translates(&self, column: Column) -> bool {
        let fields = self.fields.get(&column).map(Fields::list);
        fields.is_some_and(|fields| fields.iter().any(|field| field.table.is_some()))
    }

    /// Whether columns suffice for a table, or an object, to be a register.
    pub(crate) fn is_recognised_by(&self, columns: &BTreeSet<Column>) -> bool {
        let key = |name: &String| Column::from_name(name).is_some_and(|c| columns.contains(&c));
        columns.len() > 1 && self.recognise.any.iter().any(key)
    }
}

/// The name by which a field asks for the platforms of the format's log sources.
const LOG_SOURCES: &str = "log_sources";

impl Field {
    /// Whether a value is one of those that count.
    fn takes(&self, text: &str) -> bool {
        let is_any_of = |patterns: &[String]| log_source::fits_any(patterns, text);
        (self.like.is_empty() || is_any_of(&self.like)) && !is_any_of(&self.unlike)
    }

    /// A value without its prefix and suffix; `None` where it has not both.
    fn cut(&self, text: String) -> Option<String> {
        if self.prefix.is_none() && self.suffix.is_none() {
            return Some(text);
        }
        let prefix = self.prefix.as_deref().unwrap_or_default();
        let suffix = self.suffix.as_deref().unwrap_or_default();
        let text = text.trim();
        let inner = prefix.len()..text.len().checked_sub(suffix.len())?;
        let (head, rest) = (text.get(..inner.start)?, text.get(inner.clone())?);
        if !head.eq_ignore_ascii_case(prefix) || !text[inner.end..].eq_ignore_ascii_case(suffix) {
            return None;
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        Some(if self.digits { rest[..digits].to_owned() } else { rest.to_owned() })
    }
}

/// The formats that files are recognised by, in the order in which they are tried: those of the
/// user, then the built-in ones by name.
#[derive(Debug, Clone)]
pub struct Formats {
    list: Vec<Arc<Format>>,
    wanted: BTreeSet<String>,
}

impl Formats {
    /// The formats that are built in.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static FORMATS: LazyLock<Formats> = LazyLock::new(|| {
            let parsed = |(_, text): &(&str, &str)| {
                let format = Format::parse(text);
                Arc::new(format.expect("built-in formats are valid: tested"))
            };
            Formats::of(built_in::FORMATS.iter().map(parsed).collect())
        });
        &FORMATS
    }

    /// The built-in formats with others before them. One with the name of a built-in format takes
    /// its place.
    #[must_use]
    pub fn with(others: Vec<Format>) -> Self {
        let others: Vec<Arc<Format>> = others.into_iter().map(Arc::new).collect();
        let is_replaced = |format: &Arc<Format>| {
            !format.is_register() && others.iter().any(|other| other.name == format.name)
        };
        let built_in = Self::built_in().list.iter().filter(|format| !is_replaced(format)).cloned();
        Self::of(others.iter().cloned().chain(built_in).collect())
    }

    fn of(list: Vec<Arc<Format>>) -> Self {
        let keys = list.iter().flat_map(|format| format.keys().map(str::to_owned));
        let wanted = keys.chain(["capabilities", "evidence"].map(str::to_owned)).collect();
        Self { list, wanted }
    }

    /// One format alone.
    #[must_use]
    pub fn only(format: Format) -> Self {
        Self::of(vec![Arc::new(format)])
    }

    /// All formats, in the order in which they are tried.
    pub fn iter(&self) -> impl Iterator<Item = &Format> {
        self.list.iter().map(Arc::as_ref)
    }

    /// The formats of a syntax, except the native register.
    pub(crate) fn of_syntax(&self, syntax: Syntax) -> impl Iterator<Item = &Arc<Format>> {
        self.list.iter().filter(move |f| !f.is_register() && f.syntax.contains(&syntax))
    }

    /// The documents of a text, with no more than what these formats look at.
    pub(crate) fn read(&self, text: &str, syntax: Syntax) -> Documents {
        let elements = || self.of_syntax(Syntax::Xml).flat_map(|format| format.elements());
        let is_record = |name: &str| elements().any(|element| element == name);
        syntax::read(text, syntax, &|key| self.wanted.contains(key), &is_record)
    }
}

/// The name of the native register.
const REGISTER: &str = "register";

/// The native register.
pub(crate) fn register() -> &'static Format {
    let mut formats = Formats::built_in().iter();
    formats.find(|format| format.is_register()).expect("it is built in: tested")
}

/// Every name of the register's columns.
fn register_columns() -> &'static BTreeMap<String, Column> {
    static COLUMNS: LazyLock<BTreeMap<String, Column>> = LazyLock::new(|| {
        // The first of two entries holds, so the columns' own names are put in last.
        let names: Vec<_> = register().names().collect();
        names.into_iter().rev().collect()
    });
    &COLUMNS
}

/// Every spelling of the register's words.
fn register_words() -> &'static BTreeMap<(Column, String), &'static str> {
    static WORDS: LazyLock<BTreeMap<(Column, String), &'static str>> = LazyLock::new(|| {
        let words = register().words.iter().flat_map(|(column, words)| {
            words.iter().flat_map(move |(word, spellings)| {
                let all = spellings.iter().chain(std::iter::once(word));
                all.map(move |spelling| ((*column, word_key(spelling)), word.as_str()))
            })
        });
        words.collect()
    });
    &WORDS
}

#[cfg(test)]
mod tests;
