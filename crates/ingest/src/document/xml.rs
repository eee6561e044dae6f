//! XML as rule sets have it: fragments of it, and not always well-formed.
//!
//! What is markup is decided piece by piece (`markup`). Which elements are open is kept here, so
//! that closing tags too many or too few do no harm. Inside a record only its own elements can be
//! closed: a stray `</group>` in a rule does not close the group around the rule.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::mem;

use super::{
    Document, MAX_COPIED, MAX_DEPTH, SyntaxError, Value, error_at, line_at, too_deep, weight,
};
use markup::{Markup, Tag};

mod markup;

pub(super) fn read(
    text: &str,
    is_record: &dyn Fn(&str) -> bool,
) -> Result<Vec<Document>, SyntaxError> {
    let mut builder = Builder::new(text, is_record);
    let (mut done, mut next) = (0, 0);
    while let Some(found) = text[next..].find('<') {
        let start = next + found;
        next = start + 1;
        if let Some((markup, length)) = builder.markup_at(start, done)? {
            builder.add_text(&text[done..start]);
            builder.take(markup, start)?;
            next = start + length;
            done = next;
        }
    }
    let content = text.trim_start();
    if done == 0 && !content.is_empty() {
        return Err(error_at(text, text.len() - content.len(), "there is no markup in the text"));
    }
    builder.finish()
}

struct Builder<'t> {
    text: &'t str,
    is_record: &'t dyn Fn(&str) -> bool,
    documents: Vec<Document>,
    /// The elements around the record that is open or comes next.
    around: Vec<Element<'t>>,
    /// The record and the elements open in it; none between records.
    open: Vec<Element<'t>>,
    /// How many bytes copies of `around` take so far.
    copied: usize,
    /// A place in the text and its line, from where lines are counted on.
    counted: (usize, usize),
}

struct Element<'t> {
    start: usize,
    name: &'t str,
    entries: Vec<(&'t str, Value)>,
    text: String,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str, is_record: &'t dyn Fn(&str) -> bool) -> Builder<'t> {
        Builder {
            text,
            is_record,
            documents: Vec::new(),
            around: Vec::new(),
            open: Vec::new(),
            copied: 0,
            counted: (0, 1),
        }
    }

    /// The markup at a `<` and its length, unless that `<` is text. Before it, the text from `done`
    /// on has not been used yet.
    fn markup_at(
        &self,
        start: usize,
        done: usize,
    ) -> Result<Option<(Markup<'t>, usize)>, SyntaxError> {
        let rest = &self.text[start..];
        let error = |message: &str| error_at(self.text, start, message);
        let Some(innermost) = self.open.last() else {
            let markup = markup::between_records(rest).map_err(error)?;
            if markup.is_none()
                && let Some(name) = markup::broken_tag(rest)
                && (self.is_record)(name)
            {
                return Err(error(&format!("the tag of the element \"{name}\" cannot be read")));
            }
            return Ok(markup);
        };
        if is_escaped(&self.text[done..start]) {
            // In `<path>C:\</path>` the backslash is the end of a folder.
            return Ok(markup::end_tag(rest).filter(|(end, _)| end.closes(innermost.name)));
        }
        markup::in_record(rest).map_err(error)
    }

    fn add_text(&mut self, text: &str) {
        if let Some(element) = self.open.last_mut() {
            element.text.push_str(&markup::resolved(text));
        }
    }

    fn take(&mut self, markup: Markup<'t>, start: usize) -> Result<(), SyntaxError> {
        match markup {
            Markup::Start(tag) => self.start(tag, start)?,
            Markup::End(name) => self.end(name)?,
            Markup::Literal(text) => {
                if let Some(element) = self.open.last_mut() {
                    element.text.push_str(text);
                }
            }
            Markup::Nothing => {}
        }
        Ok(())
    }

    fn start(&mut self, tag: Tag<'t>, start: usize) -> Result<(), SyntaxError> {
        let element =
            Element { start, name: tag.name, entries: tag.attributes, text: String::new() };
        let is_in_record = !self.open.is_empty() || (self.is_record)(tag.name);
        let elements = if is_in_record { &mut self.open } else { &mut self.around };
        elements.push(element);
        if self.around.len() + self.open.len() >= MAX_DEPTH {
            return Err(error_at(self.text, start, too_deep()));
        }
        match (tag.is_closed, is_in_record) {
            (false, _) => Ok(()),
            (true, true) => self.close(),
            (true, false) => {
                self.around.pop();
                Ok(())
            }
        }
    }

    fn end(&mut self, name: &str) -> Result<(), SyntaxError> {
        let is_in_record = !self.open.is_empty();
        let elements = if is_in_record { &self.open } else { &self.around };
        let Some(depth) = elements.iter().rposition(|element| element.name == name) else {
            return Ok(());
        };
        if !is_in_record {
            self.around.truncate(depth);
        }
        while self.open.len() > depth {
            self.close()?;
        }
        Ok(())
    }

    /// Closes the innermost element of the record.
    fn close(&mut self) -> Result<(), SyntaxError> {
        let Some(Element { start, name, entries, text }) = self.open.pop() else {
            return Ok(());
        };
        let content = content(entries, &text);
        match self.open.last_mut() {
            Some(parent) => parent.entries.push((name, content)),
            None => self.record(start, name, content)?,
        }
        Ok(())
    }

    fn record(&mut self, start: usize, name: &str, content: Value) -> Result<(), SyntaxError> {
        let mut entries = Vec::new();
        for (index, element) in self.around.iter().enumerate() {
            let is_hidden = self.around[index + 1..].iter().any(|near| near.name == element.name);
            if !is_hidden {
                let attributes = Value::Map(grouped(element.entries.clone()));
                self.copied += weight(&attributes) + element.name.len();
                entries.push((element.name.to_owned(), attributes));
            }
            if self.copied > MAX_COPIED {
                let message = "the attributes around the elements repeat too much";
                return Err(error_at(self.text, start, message));
            }
        }
        entries.push((name.to_owned(), content));
        let line = self.line(start);
        self.documents.push(Document { line, value: Value::Map(entries) });
        Ok(())
    }

    /// The line of a record. Records come in the order of the text.
    fn line(&mut self, start: usize) -> usize {
        let (place, line) = self.counted;
        self.counted = (start, line - 1 + line_at(&self.text[place..], start - place));
        self.counted.1
    }

    fn finish(self) -> Result<Vec<Document>, SyntaxError> {
        match self.open.first() {
            None => Ok(self.documents),
            Some(Element { start, name, .. }) => {
                let message = format!("the element \"{name}\" is not closed");
                Err(error_at(self.text, *start, message))
            }
        }
    }
}

/// Whether an odd number of backslashes stands at the end.
fn is_escaped(before: &str) -> bool {
    let unescaped = before.trim_end_matches('\\');
    !(before.len() - unescaped.len()).is_multiple_of(2)
}

/// What is in an element: attributes, children and text.
fn content(mut entries: Vec<(&str, Value)>, text: &str) -> Value {
    let text = match text.trim() {
        "" => Value::Null,
        text => Value::Text(text.to_owned()),
    };
    if entries.is_empty() {
        return text;
    }
    if !text.is_null() {
        entries.push(("text", text));
    }
    Value::Map(grouped(entries))
}

/// Every name once, where it came first; the values of a repeated one become a list.
fn grouped(entries: Vec<(&str, Value)>) -> Vec<(String, Value)> {
    let mut places = BTreeMap::new();
    let mut grouped: Vec<(String, Value)> = Vec::new();
    for (name, value) in entries {
        match places.entry(name) {
            Entry::Vacant(place) => {
                place.insert(grouped.len());
                grouped.push((name.to_owned(), value));
            }
            Entry::Occupied(place) => match &mut grouped[*place.get()].1 {
                // No attribute and no element is a list by itself.
                Value::List(values) => values.push(value),
                first => *first = Value::List(vec![mem::replace(first, Value::Null), value]),
            },
        }
    }
    grouped
}
