//! XML as a stream of the pieces that matter: elements and text, references resolved.

use std::fmt;
use std::io::{BufReader, Read};

use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::table::TableError;

/// A piece of XML. An element without content has a start and an end all the same.
pub(super) enum Piece {
    Start(BytesStart<'static>),
    End(String),
    Text(String),
    Eof,
}

/// Why a document cannot be read on.
#[derive(Debug)]
pub(super) enum Broken {
    CutOff,
    Xml(quick_xml::Error),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Broken::CutOff => f.write_str("it is cut off"),
            Broken::Xml(error) => error.fmt(f),
        }
    }
}

impl From<Broken> for TableError {
    fn from(broken: Broken) -> Self {
        TableError::BrokenSheet(broken.to_string())
    }
}

/// A document while it is read.
pub(super) struct Xml<'p> {
    reader: Reader<BufReader<Box<dyn Read + 'p>>>,
    buffer: Vec<u8>,
}

impl<'p> Xml<'p> {
    pub(super) fn new(part: impl Read + 'p) -> Self {
        let part: Box<dyn Read + 'p> = Box::new(part);
        let mut reader = Reader::from_reader(BufReader::new(part));
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new() }
    }

    /// The next piece. Comments, instructions and what no reference stands for are passed over.
    pub(super) fn next(&mut self) -> Result<Piece, Broken> {
        loop {
            self.buffer.clear();
            return Ok(
                match self.reader.read_event_into(&mut self.buffer).map_err(Broken::Xml)? {
                    Event::Start(start) | Event::Empty(start) => Piece::Start(start.into_owned()),
                    Event::End(end) => Piece::End(end.name().as_ref().to_owned()),
                    Event::Text(text) => Piece::Text(text.into_inner().into_owned()),
                    Event::CData(text) => Piece::Text(text.into_inner().into_owned()),
                    Event::GeneralRef(name) => match name.resolve_char_ref() {
                        Ok(Some(letter)) => Piece::Text(letter.to_string()),
                        _ => match resolve_xml_entity(&name) {
                            Some(text) => Piece::Text(text.to_owned()),
                            None => continue,
                        },
                    },
                    Event::Eof => Piece::Eof,
                    Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {
                        continue;
                    }
                },
            );
        }
    }

    /// Passes over the rest of the element whose start was read last.
    pub(super) fn skip(&mut self) -> Result<(), Broken> {
        let mut depth = 1;
        while depth > 0 {
            match self.next()? {
                Piece::Start(_) => depth += 1,
                Piece::End(_) => depth -= 1,
                Piece::Text(_) => {}
                Piece::Eof => return Err(Broken::CutOff),
            }
        }
        Ok(())
    }
}

/// The value of an attribute, references resolved.
pub(super) fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = start.try_get_attribute(name).ok()??;
    let value = attribute.normalized_value(XmlVersion::Explicit1_0);
    Some(value.map_or_else(|_| attribute.value.to_string(), |value| value.into_owned()))
}
