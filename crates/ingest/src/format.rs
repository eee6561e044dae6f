//! Formats as data: what identifies a format, where each column of the register lives in it and
//! what its words mean. The files are `controls/formats/*.toml`; this module reads them and knows
//! no format by name, except that the native register also lends its words to the others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use model::attack::Attack;
use serde::Deserialize;

use crate::column::Column;
use crate::document::Value;
use crate::extract::word_key;
use crate::table::normalise_header;

/// How a regular format is read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Format {
    /// Its short name.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// What holds its records.
    pub container: Container,
    /// File extensions it usually has, without the dot.
    #[serde(default)]
    pub extensions: Vec<String>,
    recognise: Any,
    #[serde(default)]
    record: Record,
    #[serde(default)]
    pub(crate) constants: BTreeMap<Column, String>,
    #[serde(default)]
    fields: BTreeMap<Column, Field>,
    #[serde(default)]
    columns: BTreeMap<Column, Vec<String>>,
    #[serde(default)]
    words: BTreeMap<Column, BTreeMap<String, Vec<String>>>,
    #[serde(default)]
    tables: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

/// What holds the records of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Container {
    /// YAML or JSON documents, one record each.
    Documents,
    /// Rows under a header, or objects with the same keys.
    Table,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Any {
    any: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    #[serde(default)]
    any: Vec<String>,
    #[serde(default)]
    help: String,
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
    reset: String,
}

/// Where a column's values stand in a document.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Field {
    /// Dotted paths: the first that is there, or all of them where `join` is given.
    path: Vec<String>,
    /// What the parts are joined with.
    join: Option<String>,
    /// Only values that start so, without it.
    prefix: Option<String>,
    /// Only the digits that such a value starts with.
    #[serde(default)]
    digits: bool,
    /// Not the value, but whether one is this.
    equals: Option<String>,
    /// The table that translates the values; a value that is not in it says nothing.
    table: Option<String>,
}

/// What a document is to a format.
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

impl Format {
    /// What a document is to this format.
    pub(crate) fn role<'a>(&'a self, document: &Value) -> DocumentRole<'a> {
        let has = |key: &String| document.get(key).is_some();
        if let Some(inherit) = &self.record.inherit {
            let action = document.get(&inherit.key).and_then(|v| v.as_text());
            match action.as_deref() {
                Some(value) if value == inherit.value => return DocumentRole::Header,
                Some(value) if value == inherit.reset => return DocumentRole::Reset,
                _ => {}
            }
        }
        if !self.recognise.any.iter().any(has) {
            return DocumentRole::Foreign;
        }
        if let Some((_, reason)) = self.record.skipped.iter().find(|(key, _)| has(key)) {
            return DocumentRole::Skipped(reason);
        }
        if self.record.any.iter().any(has) {
            DocumentRole::Record
        } else {
            DocumentRole::Incomplete(&self.record.help)
        }
    }

    /// What a document says in each column.
    pub(crate) fn values(&self, document: &Value) -> Vec<(Column, String)> {
        let constants = self.constants.iter().map(|(column, value)| (*column, value.clone()));
        let fields = self.fields.iter().flat_map(|(column, field)| {
            self.field(field, document).into_iter().map(|value| (*column, value))
        });
        constants.chain(fields).collect()
    }

    fn field(&self, field: &Field, document: &Value) -> Vec<String> {
        let found = field.path.iter().map(|path| texts(document.at(path)));
        let found: Vec<String> = match &field.join {
            Some(join) => {
                let parts: Vec<String> = found.filter_map(|mut texts| texts.pop()).collect();
                if parts.is_empty() { Vec::new() } else { vec![parts.join(join)] }
            }
            None => found.into_iter().find(|texts| !texts.is_empty()).unwrap_or_default(),
        };
        let found = found.into_iter().filter_map(|text| field.cut(text));
        if let Some(wanted) = &field.equals {
            let is = found.into_iter().any(|text| text.eq_ignore_ascii_case(wanted));
            return if is { vec!["true".to_owned()] } else { Vec::new() };
        }
        let Some(table) = field.table.as_ref().and_then(|name| self.tables.get(name)) else {
            return found.collect();
        };
        found
            .flat_map(|text| table.get(&text.to_lowercase()).cloned().unwrap_or_default())
            .collect()
    }

    /// The top-level keys of a document that this format looks at.
    fn keys(&self) -> impl Iterator<Item = &str> {
        let paths = self.fields.values().flat_map(|field| &field.path);
        let paths = paths.map(|path| path.split('.').next().unwrap_or(path));
        paths.chain(self.record.inherit.iter().map(|inherit| inherit.key.as_str()))
    }

    /// The column that a header's name stands for.
    pub(crate) fn column(&self, header: &str) -> Option<Column> {
        let name = normalise_header(header);
        if self.name == REGISTER {
            return register_columns().get(&name).copied();
        }
        self.names().find(|(known, _)| *known == name).map(|(_, column)| column)
    }

    /// Every name of every column, the columns' own first. Tags are what rules have: a table's
    /// column of that name may hold anything.
    fn names(&self) -> impl Iterator<Item = (String, Column)> + '_ {
        let own = Column::ALL.iter().filter(|column| **column != Column::Tags);
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
        let own = self.words.get(&column).filter(|_| self.name != REGISTER);
        let own = own.and_then(|words| words.iter().find(spelt)).map(|(word, _)| word.clone());
        own.or_else(|| register_words().get(&(column, key)).map(|word| (*word).to_owned()))
    }

    /// Whether a column's values come from a table of this format, not from the record.
    pub(crate) fn translates(&self, column: Column) -> bool {
        self.fields.get(&column).is_some_and(|field| field.table.is_some())
    }

    /// Whether columns suffice for a table, or an object, to be of this format.
    pub(crate) fn is_recognised_by(&self, columns: &BTreeSet<Column>) -> bool {
        let key = |name: &String| Column::from_name(name).is_some_and(|c| columns.contains(&c));
        columns.len() > 1 && self.recognise.any.iter().any(key)
    }
}

impl Field {
    fn cut(&self, text: String) -> Option<String> {
        let Some(prefix) = &self.prefix else {
            return Some(text);
        };
        let head = text.trim().get(..prefix.len())?;
        let rest = text.trim().get(prefix.len()..)?;
        if !head.eq_ignore_ascii_case(prefix) {
            return None;
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        Some(if self.digits { rest[..digits].to_owned() } else { rest.to_owned() })
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let values = value.into_iter().flat_map(Value::list);
    values.filter_map(|value| value.as_text().map(|text| text.into_owned())).collect()
}

/// The formats that are built in.
static FORMATS: LazyLock<Vec<Format>> = LazyLock::new(|| {
    let texts = [
        include_str!("../controls/formats/register.toml"),
        include_str!("../controls/formats/sigma.toml"),
    ];
    texts.map(|text| toml::from_str(text).expect("built-in formats are valid: tested")).into()
});

/// The formats that are built in.
#[must_use]
pub fn formats() -> &'static [Format] {
    &FORMATS
}

/// The name of the native register.
const REGISTER: &str = "register";

/// The native register.
pub(crate) fn register() -> &'static Format {
    FORMATS.iter().find(|format| format.name == REGISTER).expect("it is built in: tested")
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

/// Whether a reader should keep a top-level key of a document.
pub(crate) fn is_wanted(key: &str) -> bool {
    static WANTED: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
        let keys = FORMATS.iter().flat_map(Format::keys);
        keys.chain(["capabilities", "evidence"]).collect()
    });
    WANTED.contains(key)
}

/// The release's name for a platform that may go by another.
pub(crate) fn platform(attack: &Attack, name: &str) -> Option<String> {
    static NAMES: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
        let text = include_str!("../controls/formats/platforms.toml");
        let table: BTreeMap<String, Vec<String>> =
            toml::from_str(text).expect("the table of platforms is valid: tested");
        table.into_iter().map(|(name, others)| [vec![name], others].concat()).collect()
    });
    let known = |name: &str| attack.platform(name).map(|ix| attack.platforms[ix].clone());
    known(name).or_else(|| {
        let same = |other: &String| other.eq_ignore_ascii_case(name.trim());
        let names = NAMES.iter().find(|names| names.iter().any(same))?;
        names.iter().find_map(|name| known(name))
    })
}

#[cfg(test)]
mod tests {
    use model::capability::{Basis, Ctid, Function, Kind, Level, RuleLevel, RuleStatus, Status};

    use super::*;

    #[test]
    fn every_built_in_format_is_valid_and_registered() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/controls/formats");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = files.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        let mut known: Vec<String> = formats().iter().map(|f| format!("{}.toml", f.name)).collect();
        known.push("platforms.toml".to_owned());
        known.sort();
        assert_eq!(names, known, "a file of controls/formats is not built in");
    }

    #[test]
    fn no_header_and_no_word_stands_for_two_things() {
        for format in formats() {
            let mut seen = BTreeMap::new();
            for (column, names) in &format.columns {
                for name in names {
                    let other = seen.insert(normalise_header(name), *column);
                    assert!(other.is_none_or(|other| other == *column), "{name}");
                }
            }
            for (column, words) in &format.words {
                let mut seen = BTreeMap::new();
                for (word, spellings) in words {
                    for spelling in spellings {
                        let other = seen.insert(word_key(spelling), word);
                        assert!(other.is_none_or(|other| other == word), "{column:?} {spelling}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_words_are_those_of_the_model() {
        let words = |column: Column| -> BTreeSet<&str> {
            register().words[&column].keys().map(String::as_str).collect()
        };
        assert_eq!(words(Column::Kind), Kind::ALL.iter().map(|v| v.word()).collect());
        assert_eq!(words(Column::Function), Function::ALL.iter().map(|v| v.word()).collect());
        assert_eq!(words(Column::Status), Status::ALL.iter().map(|v| v.word()).collect());
        assert_eq!(words(Column::Basis), Basis::ALL.iter().map(|v| v.word()).collect());
        assert_eq!(words(Column::Level), Level::ALL.iter().map(|v| v.word()).collect());
        assert_eq!(words(Column::Ctid), Ctid::ALL.iter().map(|v| v.word()).collect());
        assert_eq!(words(Column::RuleStatus), RuleStatus::ALL.iter().map(|v| v.word()).collect());
        assert_eq!(words(Column::RuleLevel), RuleLevel::ALL.iter().map(|v| v.word()).collect());
    }

    #[test]
    fn tables_name_platforms_that_attack_has() {
        let attack = crate::snapshot::embedded("enterprise-attack", None).unwrap();
        for format in formats() {
            for name in format.tables.values().flat_map(BTreeMap::values).flatten() {
                assert!(attack.platform(name).is_some(), "{name}");
            }
        }
        assert_eq!(platform(&attack, "office 365").as_deref(), Some("Office Suite"));
        assert_eq!(platform(&attack, "Amiga"), None);
    }
}
