//! Reads YAML, JSON, TOML, XML, .conf, YARA-L and network signatures into a small tree of values.
//!
//! Rules come by the thousand and are written in a small part of YAML, so a reader of just that
//! part (`plain_yaml`) goes first. It answers only where it is certain; everything else, broken
//! text included, is left to a complete YAML parser (`yaml`). Which of the two has read a file
//! cannot be told from the result. Nothing here knows what a rule is.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::slice;

mod conf;
mod json;
mod plain_yaml;
mod repeated;
pub(crate) mod signatures;
mod toml;
mod xml;
mod yaml;
pub(crate) mod yaral;

/// How many lists and maps may be inside one another. Rules stay below ten.
const MAX_DEPTH: usize = 128;

/// How many bytes all copies of what a text says once may take together, roughly: the values of
/// YAML anchors, the attributes around XML elements, and what a header lends.
pub(crate) const MAX_COPIED: usize = 16 << 20;

/// A value of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing: an empty value, `~` or `null`.
    Null,
    /// `true` or `false`. The words `yes`, `no`, `on` and `off` are text.
    Bool(bool),
    /// A number as it was written, because `1.10` may well be a version.
    Number(String),
    /// Any other scalar, and every quoted one.
    Text(String),
    /// A list in file order.
    List(Vec<Value>),
    /// Keys and values in file order.
    Map(Vec<(String, Value)>),
    /// A value that is there but was not wanted.
    Skipped,
}

impl Value {
    /// The value of a key of this map. Where JSON repeats a key, the last one counts.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let Value::Map(entries) = self else {
            return None;
        };
        entries.iter().rev().find_map(|(name, value)| (name == key).then_some(value))
    }

    /// The value at a dotted path of keys, such as `logsource.product`.
    pub fn at(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(self, |value, key| value.get(key))
    }

    /// The text of a scalar. Null has none.
    pub fn as_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Value::Text(text) | Value::Number(text) => Some(Cow::Borrowed(text)),
            Value::Bool(true) => Some(Cow::Borrowed("true")),
            Value::Bool(false) => Some(Cow::Borrowed("false")),
            Value::Null | Value::List(_) | Value::Map(_) | Value::Skipped => None,
        }
    }

    /// The values of a list. A scalar or a map counts as a list of one, null as an empty list.
    pub fn list(&self) -> impl Iterator<Item = &Value> {
        match self {
            Value::List(values) => values.iter(),
            Value::Null | Value::Skipped => [].iter(),
            Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Map(_) => {
                slice::from_ref(self).iter()
            }
        }
    }

    /// The entries of a map in file order; none for anything else.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Value)> {
        let entries = if let Value::Map(entries) = self { entries.as_slice() } else { &[] };
        entries.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Whether there is nothing: null, as opposed to empty text or an empty list.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }
}

/// One document of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The line its content starts at, from 1.
    pub line: usize,
    /// What it says.
    pub value: Value,
}

/// Reads all documents of a YAML text; one without content is left out.
///
/// Where a document is a map, only the keys `wanted` says yes to get a value. The others are
/// checked for form all the same and kept as [`Value::Skipped`], so that their presence shows.
pub fn yaml(text: &str, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<Document>, SyntaxError> {
    let text = without_byte_order_mark(text);
    match plain_yaml::read(text, wanted) {
        Some(documents) => Ok(documents),
        None => yaml::read(text, wanted),
    }
}

/// Reads a JSON text.
///
/// Whole numbers keep their text. One with a fraction or an exponent is rewritten in the shortest
/// form that means the same, since the JSON parser does not keep more.
pub fn json(text: &str) -> Result<Document, SyntaxError> {
    json::read(without_byte_order_mark(text))
}

/// Reads one JSON text per line. Blank lines are passed over, a broken line spoils only itself.
pub fn ndjson(text: &str) -> impl Iterator<Item = (usize, Result<Document, SyntaxError>)> {
    json::read_lines(without_byte_order_mark(text))
}

/// Reads a TOML text; the line is that of its first key.
///
/// Numbers and dates keep their text, a date as [`Value::Text`]. Keys are in the order in which
/// they first stand in the file.
pub fn toml(text: &str) -> Result<Document, SyntaxError> {
    toml::read(without_byte_order_mark(text))
}

/// Reads the elements of an XML text that `is_record` says yes to by name: one document each.
///
/// A document is a map from the element's name to its content. Before it stand the elements around
/// it, each with a map of its attributes; of those with the same name, only the nearest. A record
/// inside a record is a part of that record, not a document.
///
/// The content is a map of the attributes and the child elements. A name that is there several
/// times has a list. Text beside them is under `text`. An element with neither attributes nor
/// children is its text alone, or null where there is none.
///
/// The text may be a fragment, and need not be well-formed: a `<` or `&` that begins no markup is
/// text, and so is in a record a `<` after a backslash. Closing tags may be missing or too many,
/// but a record has to be closed. Entities a DOCTYPE declares are not expanded.
pub fn xml(text: &str, is_record: &dyn Fn(&str) -> bool) -> Result<Vec<Document>, SyntaxError> {
    xml::read(without_byte_order_mark(text), is_record)
}

/// Reads a .conf text as Splunk writes it: one document for each `[stanza]`.
///
/// A document is a map: `stanza` is the name, then come the keys, each with its text, or null where
/// that is empty; a key called `stanza` does not replace the name. Keys before the first header
/// belong to the stanza `default`. Of a key given twice, the last counts, and a stanza that is
/// opened twice is one. A backslash at the end of a line continues the value on the next. The
/// paths that `btool --debug` writes before the lines are passed over.
pub fn conf(text: &str) -> Result<Vec<Document>, SyntaxError> {
    conf::read(without_byte_order_mark(text))
}

/// Reads the rules of a YARA-L 2.0 text; those of plain YARA have the same shape.
///
/// Each rule is a map: `rule`, its name; `meta`, a text per key, or a list of texts where there are
/// several; `outcome`, the string literals of each variable, whose name stands without `$`;
/// `sections`, their names in file order. The line is that of the word `rule`. A broken rule is an
/// error at that line and spoils only itself.
pub fn yaral(text: &str) -> Vec<Result<Document, SyntaxError>> {
    yaral::read(without_byte_order_mark(text))
}

/// Reads Suricata, Snort 2 and Snort 3 rules, commented-out ones included.
///
/// Each rule is a map: `disabled`, whether it is commented out; as texts `action`, `protocol`,
/// `source`, `source_port`, `direction`, `destination`, `destination_port`, `msg`, `sid`, `rev`,
/// `gid`, `classtype` and `priority`, as far as they are there; `reference`, a list of texts;
/// `metadata`, a list of texts per key in lower case, empty where a key has no value. A broken rule
/// is an error at its line; other lines and comments are nothing.
pub fn signatures(text: &str) -> Vec<Result<Document, SyntaxError>> {
    signatures::read(without_byte_order_mark(text))
}

/// Where and why a text could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, where it is known.
    pub column: Option<usize>,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column {
            Some(column) => write!(f, "line {}, column {column}: {}", self.line, self.message),
            None => write!(f, "line {}: {}", self.line, self.message),
        }
    }
}

impl Error for SyntaxError {}

fn without_byte_order_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The line of a byte of the text, from 1.
fn line_at(text: &str, offset: usize) -> usize {
    1 + text[..text.floor_char_boundary(offset)].matches('\n').count()
}

/// An error at a byte of the text.
fn error_at(text: &str, offset: usize, message: impl Into<String>) -> SyntaxError {
    let before = &text[..text.floor_char_boundary(offset)];
    let line = before.rsplit('\n').next().unwrap_or(before);
    SyntaxError {
        line: line_at(text, offset),
        column: Some(line.chars().count() + 1),
        message: message.into(),
    }
}

fn too_deep() -> String {
    format!("nested more than {MAX_DEPTH} levels deep")
}

/// How many bytes a value takes, roughly.
pub(crate) fn weight(value: &Value) -> usize {
    size_of::<Value>()
        + match value {
            Value::Null | Value::Bool(_) | Value::Skipped => 0,
            Value::Number(text) | Value::Text(text) => text.len(),
            Value::List(values) => values.iter().map(weight).sum(),
            Value::Map(entries) => entries
                .iter()
                .map(|(key, value)| size_of::<String>() + key.len() + weight(value))
                .sum(),
        }
}

/// What an unquoted YAML scalar means, after the core schema of YAML 1.2.
fn plain_scalar(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if is_number(text) => Value::Number(text.to_owned()),
        _ => Value::Text(text.to_owned()),
    }
}

fn is_number(text: &str) -> bool {
    if !text.starts_with(|first: char| matches!(first, '0'..='9' | '+' | '-' | '.')) {
        return false;
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return is_all(digits, u8::is_ascii_hexdigit);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return is_all(digits, |digit| matches!(digit, b'0'..=b'7'));
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    match unsigned {
        ".inf" | ".Inf" | ".INF" => true,
        ".nan" | ".NaN" | ".NAN" => unsigned == text,
        _ => is_decimal(unsigned),
    }
}

fn is_decimal(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (!whole.is_empty() || !fraction.is_empty())
        && digits(whole)
        && digits(fraction)
        && exponent.is_none_or(|exponent| {
            is_all(exponent.strip_prefix(['+', '-']).unwrap_or(exponent), u8::is_ascii_digit)
        })
}

fn is_all(digits: &str, is_digit: impl Fn(&u8) -> bool) -> bool {
    !digits.is_empty() && digits.as_bytes().iter().all(is_digit)
}

#[cfg(test)]
mod tests;
