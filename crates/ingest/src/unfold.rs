//! Formats whose records do not stand in the file one by one: a descriptor names how they are
//! unfolded, and says everything else about them as it does for any other format. What comes out
//! are maps with plain keys. Nothing here knows the columns of the register.

use serde::Deserialize;

use crate::document::Value;

mod dettect;
pub(crate) mod layer;
mod stack;

/// How the records of a document are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Unfold {
    /// Scores of a DeTT&CT administration: one record an object.
    Dettect,
    /// Techniques of layers of ATT&CK Navigator: one record a technique and function.
    Layer,
    /// Security stack mappings of the CTID: one record a score.
    Stack,
}

impl Unfold {
    /// The records of a document, in its order.
    pub(crate) fn records(self, document: &Value) -> Vec<Value> {
        match self {
            Self::Dettect => dettect::records(document),
            Self::Layer => layer::records(document),
            Self::Stack => stack::records(document),
        }
    }

    /// The top-level keys of a document that are looked into.
    pub(crate) fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Dettect => &dettect::KEYS,
            // In JSON every key has a value.
            Self::Layer => &[],
            Self::Stack => &stack::KEYS,
        }
    }

    /// What a record is made from, in words.
    pub(crate) fn says(self) -> &'static str {
        match self {
            Self::Dettect => {
                "Each item of detection, visibility and data_source is a record; the keys below \
                 are made from it and from what stands around it."
            }
            Self::Layer => {
                "Each technique of a layer is a record, whatever number of tactics it stands \
                 under, and several where its metadata state several functions; the keys below \
                 are made from it."
            }
            Self::Stack => {
                "Each score of a technique, or of a group of sub-techniques, is a record; the \
                 keys below are made from it."
            }
        }
    }
}

/// A record with its keys; what is absent is left out.
fn record(pairs: Vec<(&str, Option<Value>)>) -> Value {
    let known = pairs.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Map(known.collect())
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

#[cfg(test)]
mod tests;
