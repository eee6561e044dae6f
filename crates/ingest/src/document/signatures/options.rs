//! The options of a rule: `name;` or `name:value;`, in parentheses.
//!
//! Only a few say what a rule is; the others are checked for quotes and passed over.

use std::borrow::Cow;

use super::super::Value;
use super::super::repeated::gather;
use super::Fault;

/// The options that have one value each.
const SINGLE: [&str; 6] = ["msg", "sid", "rev", "gid", "classtype", "priority"];

/// What the options of one rule say, as it is written.
pub(super) struct Options<'a> {
    single: [Option<&'a str>; SINGLE.len()],
    references: Vec<&'a str>,
    metadata: Vec<&'a str>,
    /// What follows the closing parenthesis, without blanks.
    pub(super) after: &'a str,
}

impl<'a> Options<'a> {
    /// Reads what follows the opening parenthesis.
    pub(super) fn read(text: &'a str) -> Result<Options<'a>, Fault> {
        let mut options = Options {
            single: [None; SINGLE.len()],
            references: Vec::new(),
            metadata: Vec::new(),
            after: "",
        };
        let mut rest = text.trim_ascii_start();
        if rest.starts_with(')') {
            return Err(Fault::NoOptions);
        }
        // A parenthesis is the last one only where an option could begin; others are in values.
        while !rest.starts_with(')') {
            let Some(end) = option_end(rest)? else {
                // Some leave out the last semicolon.
                let last = rest.trim_ascii_end().strip_suffix(')').ok_or(Fault::OpenOptions)?;
                options.keep(last);
                return Ok(options);
            };
            options.keep(&rest[..end]);
            rest = rest[end + 1..].trim_ascii_start();
        }
        options.after = rest[1..].trim_ascii();
        Ok(options)
    }

    /// Of an option given twice, the first counts, save for references and metadata.
    fn keep(&mut self, option: &'a str) {
        let Some((name, value)) = option.split_once(':') else {
            return;
        };
        let name = name.trim_ascii();
        let value = value.trim_ascii();
        if name.eq_ignore_ascii_case("reference") {
            self.references.push(value);
        } else if name.eq_ignore_ascii_case("metadata") {
            self.metadata.push(value);
        } else if let Some(index) = SINGLE.iter().position(|one| name.eq_ignore_ascii_case(one)) {
            self.single[index].get_or_insert(value);
        }
    }

    /// Whether there is a message or an id.
    pub(super) fn name_a_rule(&self) -> bool {
        let [msg, sid, ..] = self.single;
        msg.is_some() || sid.is_some()
    }

    pub(super) fn write_to(self, entries: &mut Vec<(String, Value)>) {
        for (name, value) in SINGLE.into_iter().zip(self.single) {
            if let Some(value) = value {
                entries.push((name.to_owned(), text(value)));
            }
        }
        let references = self.references.into_iter().map(text).collect();
        entries.push(("reference".to_owned(), Value::List(references)));
        entries.push(("metadata".to_owned(), Value::Map(metadata(&self.metadata))));
    }
}

/// Where the semicolon of the first option is, if there is one.
fn option_end(text: &str) -> Result<Option<usize>, Fault> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b';' => return Ok(Some(at)),
            b'\\' => at += 1,
            b'"' if opens_quote(&bytes[..at]) => {
                at = quote_end(bytes, at).ok_or(Fault::OpenQuote)?
            }
            _ => {}
        }
        at += 1;
    }
    Ok(None)
}

/// A quote inside a word, as in an address, opens nothing.
fn opens_quote(before: &[u8]) -> bool {
    matches!(before.last(), Some(b':' | b'!' | b',' | b'=' | b' ' | b'\t'))
}

/// Where the quoted text ends that opens at `open`.
fn quote_end(bytes: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// All keys of `key value, key value`, the value possibly quoted or absent.
fn metadata(options: &[&str]) -> Vec<(String, Value)> {
    let mut entries = Vec::with_capacity(16);
    for option in options {
        for item in items(without_quotes(option)) {
            let (key, value) = item.split_once([' ', '\t']).unwrap_or((item, ""));
            let value = value.trim_ascii();
            entries.push((key.to_ascii_lowercase(), (!value.is_empty()).then(|| text(value))));
        }
    }
    gather(entries).into_iter().map(|(key, values)| (key, Value::List(values))).collect()
}

/// The parts between commas, save for commas in quotes, without blanks and without empty ones.
fn items(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    let parts = std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = item_end(rest);
        let item = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        Some(item.trim_ascii())
    });
    parts.filter(|item| !item.is_empty())
}

fn item_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b',' => return at,
            b'"' if at == 0 || opens_quote(&bytes[..at]) => {
                at = quote_end(bytes, at).unwrap_or(at);
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn text(value: &str) -> Value {
    Value::Text(unescaped(without_quotes(value)).into_owned())
}

/// The inside of a text that is quoted as a whole.
fn without_quotes(value: &str) -> &str {
    let last = value.len().saturating_sub(1);
    if value.starts_with('"') && quote_end(value.as_bytes(), 0) == Some(last) {
        &value[1..last]
    } else {
        value
    }
}

/// Suricata takes back the backslash of these four in a message, and refuses it before others.
fn unescaped(value: &str) -> Cow<'_, str> {
    if !value.contains('\\') {
        return Cow::Borrowed(value);
    }
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        text.push_str(before);
        let keep = if escape[1..].starts_with(['"', ';', '\\', ':']) { 1 } else { 0 };
        // The character after the backslash is not looked at again.
        let end = escape.chars().take(2).map(char::len_utf8).sum();
        text.push_str(&escape[keep..end]);
        rest = &escape[end..];
    }
    text.push_str(rest);
    Cow::Owned(text)
}
