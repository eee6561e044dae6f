//! Formats as data: what identifies a format, where each column of the register lives in it and
//! what its words mean. The files are `controls/formats/*.toml`, and what users bring with
//! `--format-file`; this module reads them and knows no format by name, except that the native
//! register also lends its words to the others.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use crate::built_in;
use crate::column::Column;
use crate::document::Value;
use crate::extract::word_key;
use crate::syntax::Syntax;
use crate::table::normalise_header;
use crate::unfold::Unfold;

mod describe;
mod field;
mod known;
mod log_source;
mod lookup;
mod platform;

pub use describe::{ColumnPlace, Description};
use field::{Field, Fields};
pub use known::Formats;
pub(crate) use log_source::LogSources;
use lookup::Path;
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
    #[serde(default)]
    help: BTreeMap<Column, ColumnHelp>,
}

/// What a column of the register is for, in words for people.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnHelp {
    /// What it means.
    pub meaning: String,
    /// What may stand in it.
    pub values: String,
    /// It belongs to the source: no patch changes it.
    #[serde(default)]
    pub fixed: bool,
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
    /// How records are made where they do not stand in the document one by one.
    unfold: Option<Unfold>,
    /// Lists whose items are looked at one by one: `.` is a list that is the whole document, any
    /// other is a path. An item that is something else may hold such a list itself. In XML, names
    /// of elements.
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
    /// With one of these it changes the record of its id that stands in another place.
    #[serde(default)]
    amends: Vec<String>,
    /// With one of these it is none, for this reason.
    #[serde(default)]
    skipped: BTreeMap<String, String>,
    /// With one of these it is none, but says what adversaries use.
    #[serde(default)]
    adversary: Vec<String>,
    /// Records of one family and function are parts of one capability, a score each: a technique
    /// counts in the strongest of them, and not where one of its sub-techniques is named.
    #[serde(default)]
    parts: bool,
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

/// Why a document is no record that says what adversaries use.
pub(crate) const OF_ADVERSARIES: &str = "it says what adversaries use, not what is in place";

/// What a document is to a format.
#[derive(Debug)]
pub(crate) enum DocumentRole<'a> {
    /// It holds a record.
    Record,
    /// It lends its keys to the documents after it.
    Header,
    /// It ends what a header lent.
    Reset,
    /// It changes the record of its id; whether it would be a record without one.
    Amends(bool),
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
        if self.name.trim().is_empty() {
            return Some("name is empty".to_owned());
        }
        if let Some(fault) = self.places().find_map(|(path, _)| lookup::fault(path)) {
            return Some(fault);
        }
        let fields = self
            .fields
            .iter()
            .flat_map(|(column, fields)| fields.0.iter().map(move |field| (column.name(), field)));
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
        let mut found = Vec::new();
        match self.list_in(document).filter(|_| syntax != Syntax::Xml) {
            Some(items) => items.into_iter().for_each(|item| self.gather(item, &mut found)),
            None => found.push(document),
        }
        found
    }

    /// An item, or those of a list within it where it is something else itself: a template may
    /// hold templates.
    fn gather<'a>(&self, item: &'a Value, found: &mut Vec<&'a Value>) {
        match self.list_in(item) {
            Some(items) if matches!(self.role(item), DocumentRole::Foreign) => {
                items.into_iter().for_each(|item| self.gather(item, found));
            }
            _ => found.push(item),
        }
    }

    fn list_in<'a>(&self, value: &'a Value) -> Option<Vec<&'a Value>> {
        self.record.each.iter().find_map(|path| match (path.as_str(), value) {
            (".", Value::List(items)) => Some(items.iter().collect()),
            (path, value) => lookup::items(value, path),
        })
    }

    /// The records of a document of a format that is unfolded.
    pub(crate) fn unfolded(&self, document: &Value) -> Option<Vec<Value>> {
        self.record.unfold.map(|unfold| unfold.records(document))
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
        let is_whole = self.record.any.is_empty() || self.record.any.iter().any(has);
        if self.record.amends.iter().any(has) {
            return DocumentRole::Amends(is_whole);
        }
        if let Some((_, reason)) = self.record.skipped.iter().find(|(key, _)| has(key)) {
            return DocumentRole::Skipped(reason);
        }
        if self.record.adversary.iter().any(has) {
            return DocumentRole::Skipped(OF_ADVERSARIES);
        }
        match &self.record.otherwise {
            _ if is_whole => DocumentRole::Record,
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
        let Record { skipped, any, otherwise, .. } = &self.record;
        let reason = skipped.iter().find(|(condition, _)| lookup::holds(header, condition));
        let may_be = || any.is_empty() || any.iter().any(|c| lookup::may_hold(header, c));
        let otherwise = || otherwise.as_deref().filter(|_| !may_be());
        reason.map(|(_, reason)| reason.as_str()).or_else(otherwise)
    }

    /// Whether its records may be parts of one capability.
    pub(crate) fn has_parts(&self) -> bool {
        self.record.parts
    }

    /// The key by which a document that lends its keys is known.
    pub(crate) fn inherit_key(&self) -> Option<&str> {
        self.record.inherit.as_ref().map(|inherit| inherit.key.as_str())
    }

    /// What a document says in each column.
    pub(crate) fn values(&self, document: &Value) -> Vec<(Column, String)> {
        let constants = self.constants.iter().map(|(column, value)| (*column, value.clone()));
        let fields = self.fields.iter().flat_map(|(column, fields)| {
            let said =
                |field: &Field| field.said(document, |table, text| self.translated(table, text));
            fields.0.iter().flat_map(said).map(|value| (*column, value))
        });
        constants.chain(fields).collect()
    }

    /// What a value stands for by a table.
    fn translated(&self, table: &str, text: &str) -> Vec<String> {
        let found = match table {
            LOG_SOURCES => self.log_sources().and_then(|known| known.platforms(text)),
            name => {
                self.tables.get(name).and_then(|t| log_source::best(t, text)).map(Vec::as_slice)
            }
        };
        found.unwrap_or_default().to_vec()
    }

    /// Sets of top-level keys: a document of the format has at least one key of each.
    fn needed_keys(&self) -> Vec<BTreeSet<String>> {
        // What stands in a list further down does not show at the top; the list's own key does.
        let lists = self.record.each.iter().filter(|path| *path != ".");
        let lists: BTreeSet<String> = lists.flat_map(|path| lookup::first_keys(path)).collect();
        let Recognise { all, any, .. } = &self.recognise;
        let each = all.chunks(1).chain((!any.is_empty()).then_some(any.as_slice()));
        each.filter_map(|conditions| {
            let needed = conditions.iter().map(|condition| lookup::needed_keys(condition));
            let needed: Option<Vec<Vec<String>>> = needed.collect();
            Some(needed?.into_iter().flatten().chain(lists.iter().cloned()).collect())
        })
        .collect()
    }

    /// What its rules' log sources stand for.
    pub(crate) fn log_sources(&self) -> Option<&'static LogSources> {
        self.log_sources.as_deref().and_then(log_source::named)
    }

    /// Where this format looks, and whether what stands there matters.
    fn places(&self) -> impl Iterator<Item = (&str, bool)> {
        let fields = || self.fields.values().flat_map(|fields| &fields.0);
        let paths = fields().flat_map(|field| &field.path).map(Path::as_str);
        let Recognise { all, any, none } = &self.recognise;
        let Record { any: record, amends, skipped, adversary, each, inherit, unfold, .. } =
            &self.record;
        let conditions = all.iter().chain(any).chain(none).chain(record).chain(amends);
        let conditions = conditions.chain(skipped.keys()).chain(adversary);
        let conditions = conditions.chain(fields().flat_map(|field| &field.unless));
        let conditions = conditions.flat_map(|condition| lookup::paths(condition));
        let inherit = inherit.iter().map(|inherit| inherit.key.as_str());
        let lists = each.iter().map(String::as_str);
        let unfolded = unfold.iter().flat_map(|unfold| unfold.keys().iter().copied());
        let wanted = paths.chain(lists).chain(inherit).chain(unfolded);
        wanted.map(|path| (path, true)).chain(conditions)
    }

    /// The top-level keys of a document, or the columns, that this format looks into or looks for.
    pub(crate) fn keys(&self) -> BTreeSet<String> {
        self.places().flat_map(|(path, _)| lookup::first_keys(path)).collect()
    }

    /// Of these, the ones whose values matter.
    fn wanted(&self) -> impl Iterator<Item = String> {
        let wanted = self.places().filter(|(_, matters)| *matters);
        wanted.flat_map(|(path, _)| lookup::first_keys(path))
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

    /// A title without what the product puts around it, where it has that.
    pub(crate) fn bare_title(&self, title: &str) -> Option<String> {
        let fields =
            self.fields.get(&Column::Title).map(|fields| fields.0.as_slice()).unwrap_or_default();
        let mut cutting = fields.iter().filter(|field| field.prefix.is_some());
        cutting.find_map(|field| field.cut(title))
    }

    /// Whether a column's values come from a table of this format, not from the record.
    pub(crate) fn translates(&self, column: Column) -> bool {
        let fields = self.fields.get(&column);
        fields.is_some_and(|fields| fields.0.iter().any(|field| field.table.is_some()))
    }

    /// Whether columns suffice for a table, or an object, to be a register.
    pub(crate) fn is_recognised_by(&self, columns: &BTreeSet<Column>) -> bool {
        let key = |name: &String| Column::from_name(name).is_some_and(|c| columns.contains(&c));
        columns.len() > 1 && self.recognise.any.iter().any(key)
    }
}

/// The name by which a field asks for the platforms of the format's log sources.
const LOG_SOURCES: &str = "log_sources";

/// The name of the native register.
const REGISTER: &str = "register";

/// The native register.
pub(crate) fn register() -> &'static Format {
    let mut formats = Formats::built_in().iter();
    formats.find(|format| format.is_register()).expect("it is built in: tested")
}

/// What a column of the register is for; nothing is said of those that only rules have.
pub(crate) fn column_help(column: Column) -> Option<&'static ColumnHelp> {
    register().help.get(&column)
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
