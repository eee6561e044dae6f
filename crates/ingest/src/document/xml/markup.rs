//! One piece of XML markup, from its `<` on.
//!
//! A `<` is text unless a whole tag follows: a regular expression may say `(?<user>\w+)` or `<\d`,
//! and a description `<someone@example.com>`. A tag ends before the next `<` that is not in a quoted
//! value, so looking for its end again and again takes no more than linear time.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesRef, Event};

use super::Value;

/// A piece of markup.
pub(super) enum Markup<'t> {
    /// A tag that begins an element.
    Start(Tag<'t>),
    /// The name in a closing tag.
    End(&'t str),
    /// The text of a CDATA section.
    Literal(&'t str),
    /// A comment, or anything else that says nothing.
    Nothing,
}

impl Markup<'_> {
    /// Whether this is the closing tag of an element with that name.
    pub(super) fn closes(&self, name: &str) -> bool {
        matches!(self, Markup::End(closed) if *closed == name)
    }
}

/// A tag that begins an element.
pub(super) struct Tag<'t> {
    pub(super) name: &'t str,
    pub(super) attributes: Vec<(&'t str, Value)>,
    /// Whether it also ends the element.
    pub(super) is_closed: bool,
}

/// A piece of markup and its length.
type Piece<'t> = (Markup<'t>, usize);

/// What the text begins with, where no record is open; nothing if its `<` is just a character.
pub(super) fn between_records(text: &str) -> Result<Option<Piece<'_>>, &'static str> {
    if let Some(length) = instruction(text) {
        return Ok(Some((Markup::Nothing, length)));
    }
    if is_doctype(text) {
        let mut reader = Reader::from_str(text);
        return match reader.read_event() {
            Ok(Event::DocType(_)) => Ok(Some((Markup::Nothing, position(&reader)))),
            _ => Err("the DOCTYPE cannot be read"),
        };
    }
    in_record(text)
}

/// What the text begins with, inside a record. There `<?` and `<!DOCTYPE` are what a rule looks
/// for, not markup.
pub(super) fn in_record(text: &str) -> Result<Option<Piece<'_>>, &'static str> {
    if let Some(comment) = text.strip_prefix("<!--") {
        let length = comment.find("-->").ok_or("the comment is not closed")?;
        return Ok(Some((Markup::Nothing, length + "<!---->".len())));
    }
    if let Some(section) = text.strip_prefix("<![CDATA[") {
        let length = section.find("]]>").ok_or("the CDATA section is not closed")?;
        let literal = Markup::Literal(&section[..length]);
        return Ok(Some((literal, length + "<![CDATA[]]>".len())));
    }
    Ok(end_tag(text).or_else(|| start_tag(text)))
}

/// The closing tag at the start of the text.
pub(super) fn end_tag(text: &str) -> Option<Piece<'_>> {
    let name = name_in(text.strip_prefix("</")?)?;
    let rest = text["</".len() + name.len()..].trim_start();
    let rest = rest.strip_prefix('>')?;
    Some((Markup::End(name), text.len() - rest.len()))
}

/// The name in what begins like the tag of an element, whether or not that goes on as one.
pub(super) fn broken_tag(text: &str) -> Option<&str> {
    let name = name_in(text.strip_prefix('<')?)?;
    let rest = &text[1 + name.len()..];
    let is_end = |next: char| next.is_whitespace() || matches!(next, '<' | '>' | '/');
    (rest.is_empty() || rest.starts_with(is_end)).then_some(name)
}

fn start_tag(text: &str) -> Option<Piece<'_>> {
    let text = text.strip_prefix('<')?;
    let name = name_in(text)?;
    let rest = &text[name.len()..];
    if !rest.starts_with(char::is_whitespace) && !rest.starts_with('>') && !rest.starts_with("/>") {
        return None;
    }
    let end = name.len() + end_of_tag(rest)?;
    let (inside, is_closed) = match text[..end].strip_suffix('/') {
        Some(inside) => (inside, true),
        None => (&text[..end], false),
    };
    let attributes = attributes(inside, name.len())?;
    Some((Markup::Start(Tag { name, attributes, is_closed }), "<>".len() + end))
}

/// Where the `>` of a tag is. Quotes stand only around values.
fn end_of_tag(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut before) = (0, b' ');
    loop {
        match *bytes.get(at)? {
            b'>' => return Some(at),
            b'<' => return None,
            quote @ (b'"' | b'\'') => {
                if before != b'=' {
                    return None;
                }
                at += 1 + bytes[at + 1..].iter().position(|&byte| byte == quote)?;
                before = quote;
            }
            blank if blank.is_ascii_whitespace() => {}
            byte => before = byte,
        }
        at += 1;
    }
}

/// The attributes of a tag, with or without quotes and values.
fn attributes(tag: &str, name: usize) -> Option<Vec<(&str, Value)>> {
    let mut attributes = Attributes::html(tag, name);
    attributes.with_checks(false);
    let mut entries = Vec::new();
    for attribute in attributes {
        let attribute = attribute.ok()?;
        let value = resolved(&attribute.value).into_owned();
        entries.push((attribute.key.into_inner(), Value::Text(value)));
    }
    Some(entries)
}

/// The length of a processing instruction at the start of the text. What is in one is not looked
/// at, except that a `<` means that it is none.
fn instruction(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("<?")?;
    let inside = inside.split('<').next().unwrap_or(inside);
    Some(inside.find("?>")? + "<??>".len())
}

fn is_doctype(text: &str) -> bool {
    let start = "<!DOCTYPE";
    text.get(..start.len()).is_some_and(|name| name.eq_ignore_ascii_case(start))
        && text[start.len()..].starts_with(char::is_whitespace)
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

fn name_in(text: &str) -> Option<&str> {
    let is_in_name = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.' | ':');
    let name = &text[..text.find(|char| !is_in_name(char)).unwrap_or(text.len())];
    name.starts_with(|char: char| char.is_alphabetic() || char == '_').then_some(name)
}

/// The text with its references to characters resolved. All others stay as written.
pub(super) fn resolved(text: &str) -> Cow<'_, str> {
    let mut pieces = text.split('&');
    let first = pieces.next().unwrap_or(text);
    if first.len() == text.len() {
        return Cow::Borrowed(text);
    }
    let mut resolved = first.to_owned();
    for piece in pieces {
        match piece.split_once(';').and_then(|(name, rest)| Some((character(name)?, rest))) {
            Some((character, rest)) => {
                resolved.push(character);
                resolved.push_str(rest);
            }
            None => {
                resolved.push('&');
                resolved.push_str(piece);
            }
        }
    }
    Cow::Owned(resolved)
}

fn character(name: &str) -> Option<char> {
    match resolve_xml_entity(name) {
        Some(character) => character.chars().next(),
        None => BytesRef::new(name).resolve_char_ref().ok()?,
    }
}
