//! What files are written in, and how each of it becomes documents.

use serde::Deserialize;

use crate::document::{self, Document, SyntaxError};

/// What a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Syntax {
    /// YAML, one or several documents.
    Yaml,
    /// JSON, or one JSON text a line.
    Json,
    /// TOML.
    Toml,
    /// XML, with one root or several.
    Xml,
    /// Stanzas of keys and values.
    Conf,
    /// YARA-L.
    Yaral,
    /// Rules of Suricata or Snort, one a line.
    Signatures,
    /// Rows under a header: a workbook or a csv file.
    Table,
}

impl Syntax {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Yaml => "YAML",
            Self::Json => "JSON",
            Self::Toml => "TOML",
            Self::Xml => "XML",
            Self::Conf => "conf",
            Self::Yaral => "YARA-L",
            Self::Signatures => "signatures",
            Self::Table => "table",
        }
    }
}

/// The documents of a text, and what in it could not be read.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    pub(crate) documents: Vec<Document>,
    pub(crate) errors: Vec<SyntaxError>,
}

/// Reads a text of a syntax. Of the top-level keys of YAML only the `wanted` ones get a value; in
/// XML each element for which `is_record` says yes is a document. Tables have no documents.
pub(crate) fn read(
    text: &str,
    syntax: Syntax,
    wanted: &dyn Fn(&str) -> bool,
    is_record: &dyn Fn(&str) -> bool,
) -> Documents {
    let whole = match syntax {
        Syntax::Table => return Documents::default(),
        Syntax::Yaml => document::yaml(text, wanted),
        Syntax::Json => match document::json(text) {
            Err(_) if is_line_by_line(text) => {
                return each(document::ndjson(text).map(|(line, read)| {
                    let read = read.map(|document| Document { line, ..document });
                    read.map_err(|error| SyntaxError { line, ..error })
                }));
            }
            read => read.map(|document| vec![document]),
        },
        Syntax::Toml => document::toml(text).map(|document| vec![document]),
        Syntax::Xml => document::xml(text, is_record),
        Syntax::Conf => document::conf(text),
        Syntax::Yaral => return each(document::yaral(text).into_iter()),
        Syntax::Signatures => return each(document::signatures(text).into_iter()),
    };
    match whole {
        Ok(documents) => Documents { documents, errors: Vec::new() },
        Err(error) => Documents { documents: Vec::new(), errors: vec![error] },
    }
}

/// A file of several texts: what spoils one leaves the others alone.
fn each(texts: impl Iterator<Item = Result<Document, SyntaxError>>) -> Documents {
    let mut read = Documents::default();
    for text in texts {
        match text {
            Ok(document) => read.documents.push(document),
            Err(error) => read.errors.push(error),
        }
    }
    read
}

fn is_line_by_line(text: &str) -> bool {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.take(2).filter(|line| line.starts_with('{')).count() == 2
}
