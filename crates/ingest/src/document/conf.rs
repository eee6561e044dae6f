//! Stanzas of keys and values, as in Splunk's .conf files.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::{Document, SyntaxError, Value};

pub(super) fn read(text: &str) -> Result<Vec<Document>, SyntaxError> {
    let mut stanzas = Stanzas::default();
    let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    while let Some((number, line)) = lines.next() {
        let line = without_origin(line);
        let content = line.trim();
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        if content.starts_with('[') {
            stanzas.open(number, name_in(number, content)?);
            continue;
        }
        let (key, start) = key_and_value(number, line)?;
        let value = whole_value(start, &mut lines);
        stanzas.current(number).set(key, value);
    }
    Ok(stanzas.list.into_iter().map(Stanza::into_document).collect())
}

/// A line without the path of the file that `btool --debug` writes before it.
fn without_origin(line: &str) -> &str {
    let is_path = line.starts_with('/') || line.get(1..3) == Some(":\\");
    let rest = line.split_once(".conf").map(|(_, rest)| rest).filter(|_| is_path);
    rest.filter(|rest| rest.starts_with([' ', '\t'])).map_or(line, str::trim_start)
}

fn name_in(line: usize, header: &str) -> Result<&str, SyntaxError> {
    let name = header.strip_prefix('[').and_then(|header| header.strip_suffix(']'));
    name.map(str::trim).ok_or_else(|| error(line, "the header of the stanza does not end in \"]\""))
}

fn key_and_value(number: usize, line: &str) -> Result<(&str, &str), SyntaxError> {
    let Some((key, value)) = line.split_once('=') else {
        return Err(error(number, "there is no \"=\" between a key and a value"));
    };
    match key.trim() {
        "" => Err(error(number, "there is no key before the \"=\"")),
        key => Ok((key, value)),
    }
}

/// The value with the lines that a backslash continues it on. Those may hold anything.
fn whole_value<'t>(start: &str, lines: &mut impl Iterator<Item = (usize, &'t str)>) -> Value {
    let mut value = String::new();
    let mut line = start;
    while let Some(continued) = line.strip_suffix('\\') {
        value.push_str(continued);
        value.push('\n');
        line = lines.next().map_or("", |(_, next)| next);
    }
    value.push_str(line);
    scalar(&value)
}

fn scalar(text: &str) -> Value {
    match text.trim() {
        "" => Value::Null,
        text => Value::Text(text.to_owned()),
    }
}

/// What a stanza's name is kept under. A key of that name cannot take its place.
const NAME: &str = "stanza";

/// Stanzas in the order in which they are opened first. Splunk reads one that is opened again as
/// its continuation.
#[derive(Default)]
struct Stanzas<'t> {
    list: Vec<Stanza<'t>>,
    places: BTreeMap<&'t str, usize>,
    current: Option<usize>,
}

impl<'t> Stanzas<'t> {
    fn open(&mut self, line: usize, name: &'t str) -> usize {
        let place = *self.places.entry(name).or_insert(self.list.len());
        if place == self.list.len() {
            self.list.push(Stanza::new(line, name));
        }
        self.current = Some(place);
        place
    }

    /// The stanza that is open; keys before any header belong to `default`.
    fn current(&mut self, line: usize) -> &mut Stanza<'t> {
        let place = self.current.unwrap_or_else(|| self.open(line, "default"));
        &mut self.list[place]
    }
}

struct Stanza<'t> {
    line: usize,
    entries: Vec<(String, Value)>,
    places: BTreeMap<&'t str, usize>,
}

impl<'t> Stanza<'t> {
    fn new(line: usize, name: &'t str) -> Stanza<'t> {
        let entries = vec![(NAME.to_owned(), scalar(name))];
        Stanza { line, entries, places: BTreeMap::new() }
    }

    fn set(&mut self, key: &'t str, value: Value) {
        if key == NAME {
            return;
        }
        match self.places.entry(key) {
            Entry::Occupied(place) => self.entries[*place.get()].1 = value,
            Entry::Vacant(place) => {
                place.insert(self.entries.len());
                self.entries.push((key.to_owned(), value));
            }
        }
    }

    fn into_document(self) -> Document {
        Document { line: self.line, value: Value::Map(self.entries) }
    }
}

fn error(line: usize, message: &str) -> SyntaxError {
    SyntaxError { line, column: None, message: message.to_owned() }
}
