//! Spreadsheets and csv files become plain tables whose cells know where they stood.
//!
//! What the columns mean is not decided here. Nothing is calculated: a formula gives the value
//! that was saved with it. Blank cells and blank rows are dropped, whatever range a sheet claims
//! to use, so that a table costs what is in it.

mod csv;
mod grid;
mod header;
mod merged;
mod ods;
mod ole;
mod package;
mod stored;
#[cfg(test)]
mod workbook_fixture;
mod xls;
mod xlsb;
mod xlsx;
mod xml;

use std::error::Error;
use std::fmt;

use package::Kind;

/// Reads a delimiter-separated text; the separator is one of `,` `;` tab `|`, found by looking at
/// the first records, or the one that a first line `sep=;` names.
///
/// Records may differ in length, quoted cells may span lines, and a quote that opens nothing is
/// an ordinary character. A text without any separator is a table of one column.
pub fn csv(text: &str) -> Result<Table, TableError> {
    csv::read(text, Budget::default())
}

/// Reads every worksheet of an .xlsx, .xlsb, .xls or .ods workbook, hidden ones too, in the order
/// of its tabs. Which of them it is goes by the bytes.
///
/// A sheet that cannot be read does not keep the others from being read.
pub fn workbook(
    bytes: &[u8],
    budget: Budget,
) -> Result<Vec<Result<Table, SheetError>>, TableError> {
    match package::kind(bytes)? {
        Kind::Xlsx => xlsx::read(bytes, budget),
        Kind::Xlsb => xlsb::read(bytes, budget),
        Kind::Xls => xls::read(bytes, budget),
        Kind::Ods => ods::read(bytes, budget),
    }
}

/// The size of a sheet. Cells beyond it can only come from a broken file.
const ROWS: u32 = 1_048_576;
const COLUMNS: u32 = 16_384;

const SAVE_AGAIN: &str = "open the file in a spreadsheet program and save it again";

/// Rows from the top among which the header is looked for.
pub(crate) const HEADER_ROWS: usize = 10;

/// The row among the first ten that holds the most names for which `recognise` says yes, each
/// counted once; `None` when no row holds `min` of them. Of two such rows the upper one wins.
///
/// `recognise` is asked about names that went through [`normalise_header`].
pub fn find_header(table: &Table, min: usize, recognise: &dyn Fn(&str) -> bool) -> Option<Header> {
    header::find(table, min, recognise)
}

/// A column's name as it is compared: lower case, without `(s)`, with line breaks, punctuation and
/// runs of blanks as one space. The signs `&`, `%`, `#` and `+` carry meaning and stay.
pub fn normalise_header(name: &str) -> String {
    header::normalise(name)
}

/// What a spreadsheet calls a cell: `C7` for row 7 (counted from 1), column 2 (counted from 0).
pub fn cell_name(row: usize, column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = Some(column);
    while let Some(column) = rest {
        letters.push(char::from(b'A' + (column % 26) as u8));
        rest = (column / 26).checked_sub(1);
    }
    let letters: String = letters.iter().rev().collect();
    format!("{letters}{row}")
}

/// One rectangular piece of data: a csv file or one sheet of a workbook.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The sheet's name; `None` for a csv file.
    pub sheet: Option<String>,
    /// Whether the workbook hides this sheet.
    pub hidden: bool,
    /// What separates the cells of a csv file; `None` for a sheet and for a text of one column.
    pub separator: Option<char>,
    /// The rows that are not blank, from top to bottom.
    pub rows: Vec<Row>,
    /// What was noticed while reading, worth telling the user.
    pub notes: Vec<Note>,
}

/// A row that has at least one cell that is not blank.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The row of the sheet, or the line of the csv file where the record starts; the first is 1.
    pub number: usize,
    /// The cells that are not blank, by ascending column.
    pub cells: Vec<Cell>,
}

impl Row {
    /// The cell in this column (counted from 0), unless it is blank.
    pub fn cell(&self, column: usize) -> Option<&Cell> {
        // Where no cell before it is blank, its place is its column.
        if let Some(cell) = self.cells.get(column).filter(|cell| cell.column == column) {
            return Some(cell);
        }
        let index = self.cells.binary_search_by_key(&column, |cell| cell.column).ok()?;
        self.cells.get(index)
    }
}

/// A cell that is not blank.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The column, counted from 0.
    pub column: usize,
    /// What the cell says, without the blanks around it.
    ///
    /// Numbers have a decimal point and no more digits than it takes to tell them apart; dates
    /// are `YYYY-MM-DD`, with `THH:MM:SS` unless it is midnight.
    pub text: String,
    /// What the file says that the text is.
    pub kind: CellKind,
    /// Whether the text stands further up, in the first cell of a merged region.
    pub filled: bool,
}

/// What a cell holds, as far as the file says so: a csv file knows text and errors only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// Text.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// A date, a time of day, or both.
    Date,
    /// A formula that failed, such as `#N/A`.
    Error,
}

/// Something that was noticed while reading a table and did not keep it from being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The place inside the table, such as `C7` or `line 12`; `None` when it is the whole.
    pub place: Option<String>,
    /// The fact: a lower-case fragment without a final period.
    pub fact: String,
    /// What the user can do about it.
    pub help: &'static str,
}

/// The row that names the columns of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its index in [`Table::rows`]; the data starts behind it.
    pub row_index: usize,
    /// Every named column with its normalised name, recognised or not, by ascending column.
    pub columns: Vec<(usize, String)>,
}

/// How much one file may hold before it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Cells in all sheets together, counting those that are there only to be coloured.
    pub cells: u64,
    /// Bytes of the unpacked file, and bytes of text in all cells together.
    pub bytes: u64,
    /// Bytes of text in one cell; a longer text is cut, with a note.
    pub cell_text: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { cells: 20_000_000, bytes: 1 << 30, cell_text: 1 << 20 }
    }
}

/// Why one sheet of a workbook cannot be read. Its text is the fact; the sheet is a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetError {
    /// The sheet's name.
    pub sheet: String,
    /// Whether the workbook hides this sheet.
    pub hidden: bool,
    /// What is wrong with it.
    pub error: TableError,
}

/// Why a file gives no table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableError {
    /// The bytes are something else than a workbook.
    NotAWorkbook {
        /// What they are, as far as can be told.
        found: &'static str,
    },
    /// The workbook is protected by a password, and so its content is encrypted.
    Encrypted,
    /// The file holds more than the budget allows.
    TooLarge {
        /// Which limit it is.
        limit: Limit,
        /// How much there is, or how much was counted before reading stopped.
        found: u64,
        /// How much is allowed.
        allowed: u64,
    },
    /// The archive that a workbook is, or a part that all its sheets need, is broken.
    BrokenWorkbook(String),
    /// What holds one sheet is broken or missing.
    BrokenSheet(String),
    /// An earlier sheet has the same name, so that the two cannot be told apart.
    RepeatedSheet,
}

/// A limit that a file may exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The number of cells.
    Cells,
    /// The bytes of the unpacked file.
    UnpackedBytes,
    /// The bytes of text in all cells.
    TextBytes,
    /// How many times larger a large part gets by being unpacked.
    Ratio,
    /// The bytes of cells that only repeat another.
    RepeatedBytes,
}

impl TableError {
    /// What the user can do about it.
    pub fn help(&self) -> &'static str {
        match self {
            TableError::NotAWorkbook { .. } => "save it as .xlsx or .csv",
            TableError::Encrypted => "save a copy without a password",
            TableError::TooLarge { .. } => "keep only the sheets and rows that matter",
            TableError::BrokenWorkbook(_) | TableError::BrokenSheet(_) => {
                "open it in a spreadsheet program and save it again"
            }
            TableError::RepeatedSheet => "rename one of the two sheets",
        }
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TableError::NotAWorkbook { found } => write!(f, "not a workbook but {found}"),
            TableError::Encrypted => f.write_str("protected by a password"),
            TableError::TooLarge { limit, found, allowed } => {
                write!(f, "{limit}: {found} found, {allowed} allowed")
            }
            TableError::BrokenWorkbook(reason) => write!(f, "broken workbook: {reason}"),
            TableError::BrokenSheet(reason) => write!(f, "broken sheet: {reason}"),
            TableError::RepeatedSheet => f.write_str("an earlier sheet has the same name"),
        }
    }
}

impl Error for TableError {}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Limit::Cells => "too many cells",
            Limit::UnpackedBytes => "too many bytes when unpacked",
            Limit::TextBytes => "too many bytes of text",
            Limit::Ratio => "packed as tightly as only a zip bomb is (times)",
            Limit::RepeatedBytes => "too many bytes of cells that repeat another",
        })
    }
}

impl fmt::Display for SheetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl Error for SheetError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_in_a_spreadsheet() {
        assert_eq!(cell_name(7, 2), "C7");
        assert_eq!(cell_name(1, 25), "Z1");
        assert_eq!(cell_name(1, 26), "AA1");
        assert_eq!(cell_name(1, 701), "ZZ1");
        assert_eq!(cell_name(1_048_576, 16_383), "XFD1048576");
    }

    #[test]
    fn errors_are_fragments_that_say_what_was_found() {
        let error = TableError::TooLarge { limit: Limit::Cells, found: 12, allowed: 10 };
        assert_eq!(error.to_string(), "too many cells: 12 found, 10 allowed");
        let sheet = SheetError { sheet: "Controls".into(), hidden: false, error };
        assert_eq!(sheet.to_string(), sheet.error.to_string());
    }
}
