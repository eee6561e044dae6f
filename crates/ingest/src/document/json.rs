//! JSON, by way of `serde_json`, which also limits the depth to 128.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Document, SyntaxError, Value};

pub(super) fn read(text: &str) -> Result<Document, SyntaxError> {
    let value = serde_json::from_str(text).map_err(syntax_error)?;
    Ok(Document { line: first_line(text), value })
}

pub(super) fn read_lines(
    text: &str,
) -> impl Iterator<Item = (usize, Result<Document, SyntaxError>)> {
    let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    numbered.filter(|(_, line)| !line.trim().is_empty()).map(|(number, line)| {
        let document = read(line)
            .map(|document| Document { line: number, ..document })
            .map_err(|error| SyntaxError { line: number, ..error });
        (number, document)
    })
}

fn first_line(text: &str) -> usize {
    let blank = text.len() - text.trim_start().len();
    1 + text[..blank].matches('\n').count()
}

fn syntax_error(error: serde_json::Error) -> SyntaxError {
    let text = error.to_string();
    // The place is told apart from the message, so it need not be said twice.
    let place = format!(" at line {} column {}", error.line(), error.column());
    SyntaxError {
        line: error.line().max(1),
        column: Some(error.column()).filter(|&column| column > 0),
        message: text.strip_suffix(&place).unwrap_or(&text).to_owned(),
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(Tree)
    }
}

struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Value::Map(entries))
    }
}
