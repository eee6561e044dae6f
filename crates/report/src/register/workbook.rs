//! The register as a workbook: text as text, numbers as numbers, days as days, and nothing that
//! is calculated.

use std::error::Error;
use std::fmt;

use model::date::Date;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::{Cell, Register};

/// What a sheet can hold: rows, with that of the header, and characters (as UTF-16) in a cell.
const ROWS: usize = 1_048_576;
const CHARACTERS: usize = 32_767;

/// Widths of columns, in characters: none is narrower or wider, whatever stands in it.
const NARROWEST: usize = 8;
const WIDEST: usize = 60;
/// Room for a cell's margin and the arrow of the filter.
const MARGIN: usize = 4;

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

pub(super) fn write(register: &Register<'_>) -> Result<Vec<u8>, WorkbookError> {
    if register.capabilities.len() >= ROWS {
        return Err(WorkbookError::TooLarge(TooLarge::Rows(register.capabilities.len())));
    }
    let mut workbook = Workbook::new();
    // The same register gives the same bytes on every day.
    let day = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&day));
    let mut writer = Writer::new(workbook.add_worksheet(), register.columns.len());
    writer.sheet.set_name("Register")?;
    writer.header(register)?;
    for (capability, row) in register.capabilities.iter().zip(1..) {
        for ((name, cell), column) in register.row(capability).zip(0..) {
            writer.cell(row, column, &cell).map_err(|characters| match characters {
                CellError::TooLong(characters) => {
                    let id = capability.id.clone();
                    WorkbookError::TooLarge(TooLarge::Text { id, column: name, characters })
                }
                CellError::Broken(error) => error.into(),
            })?;
        }
    }
    writer.layout(register.capabilities.len())?;
    Ok(workbook.save_to_buffer()?)
}

/// A sheet while it is being filled.
struct Writer<'a> {
    sheet: &'a mut Worksheet,
    /// The longest text of each column so far.
    widths: Vec<usize>,
    text: Format,
    guarded: Format,
    day: Format,
}

enum CellError {
    TooLong(usize),
    Broken(XlsxError),
}

impl From<XlsxError> for CellError {
    fn from(error: XlsxError) -> Self {
        Self::Broken(error)
    }
}

impl<'a> Writer<'a> {
    fn new(sheet: &'a mut Worksheet, columns: usize) -> Self {
        Self {
            sheet,
            widths: vec![NARROWEST; columns],
            // `@` is text: an id of digits stays one when somebody edits it.
            text: Format::new().set_num_format("@"),
            // Nor does a text become a formula by being edited.
            guarded: Format::new().set_num_format("@").set_quote_prefix(),
            day: Format::new().set_num_format("yyyy-mm-dd"),
        }
    }

    fn header(&mut self, register: &Register<'_>) -> Result<(), XlsxError> {
        let bold = Format::new().set_bold();
        for ((name, _), column) in register.columns.iter().zip(0..) {
            self.sheet.write_string_with_format(0, column, *name, &bold)?;
            self.widen(column, name);
        }
        Ok(())
    }

    fn cell(&mut self, row: u32, column: u16, cell: &Cell<'_>) -> Result<(), CellError> {
        if cell.is_blank() {
            return Ok(());
        }
        let text = cell.written();
        let characters = text.encode_utf16().count();
        if characters > CHARACTERS {
            return Err(CellError::TooLong(characters));
        }
        self.widen(column, &text);
        match cell {
            // Every whole number of a register is far below 2^53.
            Cell::Whole(number) => self.sheet.write_number(row, column, *number as f64)?,
            Cell::Number(number) => self.sheet.write_number(row, column, *number)?,
            Cell::Day(day) => match excel_day(*day) {
                Some(day) => self.sheet.write_datetime_with_format(row, column, &day, &self.day)?,
                None => self.sheet.write_string(row, column, text)?,
            },
            Cell::Blank
            | Cell::Text(_)
            | Cell::List(_)
            | Cell::Lines(_)
            | Cell::Entries(_)
            | Cell::Yes
            | Cell::Shares(_) => {
                let is_formula = crate::csv::is_formula(&text);
                let format = if is_formula { &self.guarded } else { &self.text };
                self.sheet.write_string_with_format(row, column, text, format)?
            }
        };
        Ok(())
    }

    fn widen(&mut self, column: u16, text: &str) {
        let longest = text.lines().map(|line| line.chars().take(WIDEST).count()).max();
        let width = &mut self.widths[usize::from(column)];
        *width = (*width).max(longest.unwrap_or(0));
    }

    /// Header and ids stay in sight, on paper too.
    fn layout(self, rows: usize) -> Result<(), XlsxError> {
        let last_row = u32::try_from(rows).unwrap_or(u32::MAX);
        let last_column = u16::try_from(self.widths.len()).unwrap_or(u16::MAX).saturating_sub(1);
        for (width, column) in self.widths.iter().zip(0..) {
            self.sheet.set_column_width(column, (width + MARGIN) as f64)?;
        }
        self.sheet.set_freeze_panes(1, 1)?;
        self.sheet.autofilter(0, 0, last_row, last_column)?;
        self.sheet.set_repeat_rows(0, 0)?.set_landscape().set_print_fit_to_pages(1, 0);
        Ok(())
    }
}

/// A day as spreadsheets count them. Those of 1900 differ between programs, for one of them took
/// it for a leap year; earlier ones have no number.
fn excel_day(day: Date) -> Option<ExcelDateTime> {
    let (year, month, day) = day.civil();
    let year = u16::try_from(year).ok().filter(|year| *year > 1900)?;
    ExcelDateTime::from_ymd(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?).ok()
}
