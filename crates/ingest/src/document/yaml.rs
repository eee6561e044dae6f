//! YAML in full: builds values from the events of a complete parser.
//!
//! Anchors, aliases and merge keys are resolved here, with a limit on what they may grow to. Tags
//! are not acted on, except that `!!str` makes text. Keys must be scalars and must not repeat.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use serde_saphyr::granit_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, Tag};

use super::{Document, MAX_COPIED, MAX_DEPTH, SyntaxError, Value, plain_scalar, too_deep, weight};

pub(super) fn read(
    text: &str,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<Document>, SyntaxError> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(syntax_error)?;
        if !builder.open.is_empty() || !says_nothing(&event, span) {
            builder.take(event, span.start)?;
        }
    }
    let mut documents = builder.documents;
    for document in &mut documents {
        skip_unwanted(&mut document.value, wanted);
    }
    Ok(documents)
}

// Only now, because a wanted value may be an alias into an unwanted one.
fn skip_unwanted(value: &mut Value, wanted: &dyn Fn(&str) -> bool) {
    if let Value::Map(entries) = value {
        for (_, value) in entries.iter_mut().filter(|(key, _)| !wanted(key)) {
            *value = Value::Skipped;
        }
    }
}

#[derive(Default)]
struct Builder {
    documents: Vec<Document>,
    line: usize,
    open: Vec<Collection>,
    anchors: BTreeMap<usize, Node>,
    copied: usize,
}

/// A value and how many levels it has, so that aliases cannot build a tower.
#[derive(Clone)]
struct Node {
    value: Value,
    height: usize,
}

struct Collection {
    anchor: usize,
    height: usize,
    kind: Kind,
}

enum Kind {
    List(Vec<Value>),
    Map(Map),
}

#[derive(Default)]
struct Map {
    entries: Vec<(String, Value)>,
    names: BTreeSet<String>,
    next: Option<Key>,
    merged: Vec<(String, Value)>,
}

enum Key {
    Name(String),
    Merge,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, at: Marker) -> Result<(), SyntaxError> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_plain = style == ScalarStyle::Plain && !is_text(tag.as_deref());
                self.scalar(&text, is_plain, anchor, at)
            }
            Event::Alias(anchor) => self.alias(anchor, at),
            Event::SequenceStart(_, anchor, _) => self.start(Kind::List(Vec::new()), anchor, at),
            Event::MappingStart(_, anchor, _) => self.start(Kind::Map(Map::default()), anchor, at),
            Event::SequenceEnd | Event::MappingEnd => self.end(at),
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        is_plain: bool,
        anchor: usize,
        at: Marker,
    ) -> Result<(), SyntaxError> {
        let value = if is_plain { plain_scalar(text) } else { Value::Text(text.to_owned()) };
        let node = Node { value, height: 0 };
        self.remember(anchor, &node, at)?;
        if let Some(map) = self.map_without_key() {
            return map.set_key(text, is_plain && text == "<<", at);
        }
        self.place(node, at)
    }

    fn alias(&mut self, anchor: usize, at: Marker) -> Result<(), SyntaxError> {
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(error(at, "an alias refers to the value it is part of"));
        };
        let node = node.clone();
        self.charge(&node.value, at)?;
        if let Some(map) = self.map_without_key() {
            let Some(name) = node.value.as_text() else {
                return Err(error(at, "a key is not a scalar"));
            };
            return map.set_key(&name, false, at);
        }
        self.place(node, at)
    }

    fn start(&mut self, kind: Kind, anchor: usize, at: Marker) -> Result<(), SyntaxError> {
        if self.map_without_key().is_some() {
            return Err(error(at, "a key is not a scalar"));
        }
        if self.open.is_empty() {
            self.line = at.line();
        }
        self.open.push(Collection { anchor, height: 1, kind });
        self.check_depth(0, at)
    }

    fn end(&mut self, at: Marker) -> Result<(), SyntaxError> {
        let collection = self.open.pop().expect("the parser ends only what it has started");
        let value = match collection.kind {
            Kind::List(values) => Value::List(values),
            Kind::Map(map) => Value::Map(map.into_entries()),
        };
        let node = Node { value, height: collection.height };
        self.remember(collection.anchor, &node, at)?;
        if self.open.is_empty() {
            self.documents.push(Document { line: self.line, value: node.value });
            return Ok(());
        }
        self.place(node, at)
    }

    fn place(&mut self, node: Node, at: Marker) -> Result<(), SyntaxError> {
        self.check_depth(node.height, at)?;
        let Some(collection) = self.open.last_mut() else {
            self.documents.push(Document { line: at.line(), value: node.value });
            return Ok(());
        };
        collection.height = collection.height.max(node.height + 1);
        match &mut collection.kind {
            Kind::List(values) => values.push(node.value),
            Kind::Map(map) => map.set_value(node.value, at)?,
        }
        Ok(())
    }

    fn map_without_key(&mut self) -> Option<&mut Map> {
        match &mut self.open.last_mut()?.kind {
            Kind::Map(map) if map.next.is_none() => Some(map),
            _ => None,
        }
    }

    fn remember(&mut self, anchor: usize, node: &Node, at: Marker) -> Result<(), SyntaxError> {
        // The parser numbers anchors from 1; 0 is none.
        if anchor > 0 {
            self.charge(&node.value, at)?;
            self.anchors.insert(anchor, node.clone());
        }
        Ok(())
    }

    fn charge(&mut self, value: &Value, at: Marker) -> Result<(), SyntaxError> {
        self.copied = self.copied.saturating_add(weight(value));
        match self.copied {
            ..=MAX_COPIED => Ok(()),
            _ => Err(error(at, "aliases repeat too much")),
        }
    }

    fn check_depth(&self, height: usize, at: Marker) -> Result<(), SyntaxError> {
        match self.open.len() + height {
            ..=MAX_DEPTH => Ok(()),
            _ => Err(error(at, &too_deep())),
        }
    }
}

impl Map {
    fn set_key(&mut self, name: &str, is_merge: bool, at: Marker) -> Result<(), SyntaxError> {
        if !self.names.insert(name.to_owned()) {
            return Err(error(at, &format!("the key \"{name}\" is there twice")));
        }
        self.next = Some(if is_merge { Key::Merge } else { Key::Name(name.to_owned()) });
        Ok(())
    }

    fn set_value(&mut self, value: Value, at: Marker) -> Result<(), SyntaxError> {
        match self.next.take().expect("a scalar without a key before it became the key") {
            Key::Name(name) => self.entries.push((name, value)),
            Key::Merge => self.merge(value, at)?,
        }
        Ok(())
    }

    fn merge(&mut self, value: Value, at: Marker) -> Result<(), SyntaxError> {
        match value {
            Value::Map(entries) => self.merged.extend(entries),
            Value::List(maps) if maps.iter().all(|map| matches!(map, Value::Map(_))) => {
                maps.into_iter().try_for_each(|map| self.merge(map, at))?;
            }
            _ => return Err(error(at, "a merge key needs a map or a list of maps")),
        }
        Ok(())
    }

    // The map's own entries win, then the earlier of the merged ones.
    fn into_entries(mut self) -> Vec<(String, Value)> {
        for (name, value) in mem::take(&mut self.merged) {
            if self.names.insert(name.clone()) {
                self.entries.push((name, value));
            }
        }
        self.entries
    }
}

/// Whether this is the value of an empty document.
fn says_nothing(event: &Event<'_>, span: Span) -> bool {
    matches!(event, Event::Scalar(_, ScalarStyle::Plain, 0, None)) && span.is_empty()
}

fn is_text(tag: Option<&Tag>) -> bool {
    tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str") || tag.parts() == ("", "!"))
}

fn syntax_error(error: ScanError) -> SyntaxError {
    self::error(*error.marker(), &error.info())
}

fn error(at: Marker, message: &str) -> SyntaxError {
    SyntaxError { line: at.line().max(1), column: Some(at.col() + 1), message: message.to_owned() }
}
