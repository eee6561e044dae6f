//! Where the values of a column stand in a document, and what is done with them.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::log_source;
use super::lookup::{self, Path};
use crate::document::Value;

/// Where a column's values stand: one place, or several that all count.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields(pub(super) Vec<Field>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrSeveral;
        impl<'de> Visitor<'de> for OneOrSeveral {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field, such as { path = [\"id\"] }, or a list of fields")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Fields, A::Error> {
                let field = Field::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Fields(vec![field]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Fields, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Fields)
            }
        }
        deserializer.deserialize_any(OneOrSeveral)
    }
}

/// Where a column's values stand in a document.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    /// Paths: the first that gives anything, or all of them where `all` or `join` is given.
    pub(super) path: Vec<Path>,
    /// Every path counts.
    #[serde(default)]
    pub(super) all: bool,
    /// Only the first value: in XML an attribute comes before elements of its name.
    #[serde(default)]
    pub(super) first: bool,
    /// Every value of every path is a part of one text, with this between them.
    pub(super) join: Option<String>,
    /// What separates values within a text.
    pub(super) split: Option<String>,
    /// Only values that fit one of these, `*` in them fitting anything; upper and lower case are
    /// the same.
    #[serde(default)]
    pub(super) like: Vec<String>,
    /// Not the values that fit one of these.
    #[serde(default)]
    pub(super) unlike: Vec<String>,
    /// What holds where the record gives nothing here.
    pub(super) otherwise: Option<String>,
    /// Only values that start so, without it; with a `*` at its start, up to where the rest of it
    /// stands first.
    pub(super) prefix: Option<String>,
    /// Only values that end so, without it.
    pub(super) suffix: Option<String>,
    /// Only the digits that such a value starts with.
    #[serde(default)]
    pub(super) digits: bool,
    /// Not the value, but whether one is this.
    pub(super) equals: Option<String>,
    /// It says nothing where one of these conditions holds.
    #[serde(default)]
    pub(super) unless: Vec<String>,
    /// The table that translates the values, `*` in it fitting anything; a value that is not in it
    /// says nothing. `log_sources` is the platforms of the format's log sources.
    pub(super) table: Option<String>,
}

impl Field {
    /// What a document says here; `translate` gives what a value of the field's table stands for.
    pub(super) fn said(
        &self,
        document: &Value,
        translate: impl Fn(&str, &str) -> Vec<String>,
    ) -> Vec<String> {
        if self.unless.iter().any(|condition| lookup::holds(document, condition)) {
            return Vec::new();
        }
        let mut found = self.found(document);
        if !self.like.is_empty() || !self.unlike.is_empty() {
            found.retain(|text| self.takes(text));
        }
        if self.prefix.is_some() || self.suffix.is_some() {
            found = found.iter().filter_map(|text| self.cut(text)).collect();
        }
        if let (Some(otherwise), true) = (&self.otherwise, found.is_empty()) {
            found.push(otherwise.clone());
        }
        if self.first {
            found.truncate(1);
        }
        if let Some(wanted) = &self.equals {
            let is = found.iter().any(|text| text.eq_ignore_ascii_case(wanted));
            return if is { vec!["true".to_owned()] } else { Vec::new() };
        }
        match &self.table {
            Some(table) => found.iter().flat_map(|text| translate(table, text)).collect(),
            None => found,
        }
    }

    /// The texts at its paths, as they stand there.
    fn found(&self, document: &Value) -> Vec<String> {
        let mut found = self.path.iter().map(|path| path.texts(document));
        let found: Vec<String> = match &self.join {
            Some(join) => {
                let parts: Vec<String> = found.flatten().collect();
                if parts.is_empty() { Vec::new() } else { vec![parts.join(join)] }
            }
            None if self.all => found.flatten().collect(),
            None => found.find(|texts| !texts.is_empty()).unwrap_or_default(),
        };
        let Some(separator) = &self.split else {
            return found;
        };
        let parts = found.iter().flat_map(|text| text.split(separator.as_str()));
        let parts = parts.map(str::trim).filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    }

    /// Whether a value is one of those that count.
    pub(super) fn takes(&self, text: &str) -> bool {
        let is_any_of = |patterns: &[String]| log_source::fits_any(patterns, text);
        (self.like.is_empty() || is_any_of(&self.like)) && !is_any_of(&self.unlike)
    }

    /// A value without its prefix and suffix; `None` where it has not both.
    pub(super) fn cut(&self, text: &str) -> Option<String> {
        let prefix = self.prefix.as_deref().unwrap_or_default();
        let suffix = self.suffix.as_deref().unwrap_or_default();
        let text = text.trim();
        let (prefix, text) = match prefix.strip_prefix('*') {
            Some(prefix) => (prefix, &text[text.find(prefix)?..]),
            None => (prefix, text),
        };
        let inner = prefix.len()..text.len().checked_sub(suffix.len())?;
        let (head, rest) = (text.get(..inner.start)?, text.get(inner.clone())?);
        if !head.eq_ignore_ascii_case(prefix) || !text[inner.end..].eq_ignore_ascii_case(suffix) {
            return None;
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        Some(if self.digits { rest[..digits].to_owned() } else { rest.to_owned() })
    }
}
