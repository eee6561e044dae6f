//! Whether one file is of one format, and why: for those who write a descriptor.

use std::sync::Arc;

use model::attack::Attack;
use model::diagnostic::Diagnostic;

use crate::document::Value;
use crate::file::{self, FileSettings};
use crate::format::{Format, Formats};
use crate::looks::Looks;
use crate::record::Draft;
use crate::register::Purpose;
use crate::syntax::Syntax;
use crate::table::{self, Budget};

/// What became of a file when a format was tried on it.
#[derive(Debug)]
pub struct Trial {
    /// What the file is written in; the error says why it is not read at all.
    pub syntax: Result<Syntax, String>,
    /// For each condition of the format, whether some part of the file meets it.
    pub conditions: Vec<Condition>,
    /// The format that takes the file when it is read as usual.
    pub taken_by: Option<Arc<str>>,
    /// Whether the file, tried with this format alone, is of it.
    pub fits: bool,
    /// The records then found.
    pub records: usize,
    /// Of these, the ones that were not understood.
    pub not_understood: usize,
    /// Parts that hold no record.
    pub skipped: usize,
    /// The records that were understood.
    pub drafts: Vec<Draft>,
    /// What there is to say.
    pub diagnostics: Vec<Diagnostic>,
}

/// A condition of a format, and whether a file meets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// As the descriptor has it.
    pub text: String,
    /// Whether it should be met for the file to be of the format.
    pub is_wanted: bool,
    /// Whether some part of the file meets it.
    pub is_met: bool,
}

/// Tries a format on a file that is called `shown`.
#[must_use]
pub fn trial(
    bytes: &[u8],
    shown: &str,
    format: &Format,
    formats: &Formats,
    attack: &Attack,
) -> Trial {
    let read = |formats: &Formats| {
        let settings = FileSettings::plain(attack, formats, Purpose::Register);
        file::read(bytes, shown, None, &settings)
    };
    let usual = read(formats);
    let alone = Formats::only(format.clone());
    let read = read(&alone);
    let (syntax, values) = parts(bytes, shown, format, &alone);
    Trial {
        conditions: syntax
            .as_ref()
            .map_or_else(|_| Vec::new(), |syntax| conditions(format, &values, *syntax)),
        syntax,
        taken_by: usual.format,
        fits: read.format.as_ref() == Some(&format.name),
        records: read.records,
        not_understood: read.not_understood,
        skipped: read.skipped,
        drafts: read.drafts,
        diagnostics: read.diagnostics,
    }
}

/// What a file is written in, and the parts of it that a format looks at: documents, their items,
/// or rows that may be headers.
fn parts(
    bytes: &[u8],
    shown: &str,
    format: &Format,
    alone: &Formats,
) -> (Result<Syntax, String>, Vec<Value>) {
    let headers = |table: &table::Table| -> Vec<Value> {
        // A register's columns go by many names.
        let name = |cell: &table::Cell| match format.is_register() {
            true => format.column(&cell.text).map_or("", |column| column.name()).to_owned(),
            false => cell.text.clone(),
        };
        let header = |row: &table::Row| {
            Value::Map(row.cells.iter().map(|cell| (name(cell), Value::Null)).collect())
        };
        table.rows.iter().take(table::HEADER_ROWS).map(header).collect()
    };
    match Looks::of(bytes, shown) {
        Looks::Other(reason) => (Err(reason.to_owned()), Vec::new()),
        Looks::Workbook => {
            let sheets = table::workbook(bytes, Budget::default()).unwrap_or_default();
            (Ok(Syntax::Table), sheets.iter().flatten().flat_map(headers).collect())
        }
        Looks::Text { syntax: Syntax::Table, text, .. } => {
            (Ok(Syntax::Table), table::csv(&text).iter().flat_map(headers).collect())
        }
        Looks::Text { syntax, text, .. } => {
            let documents = alone.read(&text, syntax).documents;
            let items = documents.iter().flat_map(|d| format.items(&d.value, syntax));
            (Ok(syntax), items.cloned().collect())
        }
    }
}

/// Each condition once: met if any part meets it, or for one that must not be met, if all do.
fn conditions(format: &Format, parts: &[Value], syntax: Syntax) -> Vec<Condition> {
    let by_part: Vec<Vec<(String, bool, bool)>> =
        parts.iter().map(|part| format.conditions(part, syntax)).collect();
    let all = format.conditions(&Value::Null, syntax);
    let of = |ix: usize| by_part.iter().map(move |part| part[ix].2);
    let condition = |(ix, (text, is_wanted, _)): (usize, (String, bool, bool))| Condition {
        text,
        is_wanted,
        is_met: if is_wanted { of(ix).any(|met| met) } else { of(ix).all(|met| met) },
    };
    all.into_iter().enumerate().map(condition).collect()
}
