//! The register as a workbook for people: a sheet to edit, a sheet of help, and a hidden one with
//! the rows as they were exported, so that what was changed can be told later. Text is text, numbers
//! are numbers, days are days, and nothing is calculated.

use std::error::Error;
use std::fmt;

use rust_xlsxwriter::{DocProperties, Format, Worksheet, XlsxError};

use super::{Cell, ColumnHelp, Register};
use crate::spreadsheet::{self, ROWS, excel_day};

mod exported;
mod guide;
mod rows;
mod values;

/// The first cell of a sheet that is no register of its own begins so; readers skip such a sheet.
const OURS: &str = "lacuna: ";

/// What no column of a register is called: where a record stands, for people; and what joins a row
/// to the one that was exported, wherever it is moved.
const READ_FROM: &str = "read from";
const ANCHOR: &str = "lacuna anchor";

/// More than a sheet can hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TooLarge {
    /// So many capabilities.
    Rows(usize),
    /// A text of so many characters.
    Text {
        /// The capability's id.
        id: String,
        /// The column.
        column: &'static str,
        /// The characters, as UTF-16.
        characters: usize,
    },
}

/// Why there is no workbook.
#[derive(Debug)]
pub enum WorkbookError {
    /// There is too much for one.
    TooLarge(TooLarge),
    /// It could not be put together.
    Broken(XlsxError),
}

impl fmt::Display for WorkbookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(TooLarge::Rows(rows)) => {
                write!(f, "a sheet has at most 1,048,576 rows, one of them the header; ")?;
                write!(f, "there are {rows} capabilities")
            }
            Self::TooLarge(TooLarge::Text { id, column, characters }) => {
                write!(f, "a cell holds at most 32,767 characters; {column} of {id:?} has ")?;
                write!(f, "{characters}")
            }
            Self::Broken(error) => error.fmt(f),
        }
    }
}

impl Error for WorkbookError {}

impl From<XlsxError> for WorkbookError {
    fn from(error: XlsxError) -> Self {
        Self::Broken(error)
    }
}

/// What a column is for, by its name.
pub(super) type Help<'a> = dyn Fn(&str) -> Option<ColumnHelp<'a>> + 'a;

pub(super) fn write(register: &Register<'_>, help: &Help<'_>) -> Result<Vec<u8>, WorkbookError> {
    // The hidden sheet has a row more.
    if register.capabilities.len() + 1 >= ROWS {
        return Err(WorkbookError::TooLarge(TooLarge::Rows(register.capabilities.len())));
    }
    // The same register gives the same bytes on every day.
    let mut workbook = spreadsheet::workbook(DocProperties::new(), None)?;
    let anchors = register.anchors();
    rows::write(workbook.add_worksheet(), register, &anchors, help)?;
    guide::write(workbook.add_worksheet(), register, help)?;
    exported::write(workbook.add_worksheet(), register, &anchors)?;
    Ok(workbook.save_to_buffer()?)
}

/// How the values of a column look, by what they are.
#[derive(Default)]
struct Look {
    text: Format,
    /// A text that would be a formula if somebody edited it.
    guarded: Format,
    number: Format,
    day: Format,
}

impl Look {
    /// `@` is text: an id of digits stays one when somebody edits it, and a quote keeps a text from
    /// becoming a formula by being edited.
    fn on(base: &Format) -> Self {
        let text = base.clone().set_num_format("@");
        Self {
            guarded: text.clone().set_quote_prefix(),
            text,
            number: base.clone(),
            day: base.clone().set_num_format("yyyy-mm-dd"),
        }
    }
}

/// Writes a cell that is not blank.
fn write_cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell<'_>,
    look: &Look,
) -> Result<(), XlsxError> {
    match cell {
        // Every whole number of a register is far below 2^53.
        Cell::Whole(number) => {
            sheet.write_number_with_format(row, column, *number as f64, &look.number)?
        }
        Cell::Number(number) => {
            sheet.write_number_with_format(row, column, *number, &look.number)?
        }
        Cell::Day(day) => match excel_day(*day) {
            Some(day) => sheet.write_datetime_with_format(row, column, &day, &look.day)?,
            None => sheet.write_string_with_format(row, column, cell.written(), &look.text)?,
        },
        Cell::Blank
        | Cell::Text(_)
        | Cell::List(_)
        | Cell::Lines(_)
        | Cell::Entries(_)
        | Cell::Yes
        | Cell::Shares(_) => {
            let text = cell.written();
            let is_formula = crate::csv::is_formula(&text);
            let format = if is_formula { &look.guarded } else { &look.text };
            sheet.write_string_with_format(row, column, text, format)?
        }
    };
    Ok(())
}
