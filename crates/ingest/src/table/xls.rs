//! Worksheets of .xls workbooks (Excel 97 and later; Excel 5 and 95 have another kind of text).
//!
//! A workbook is one stream of records: what concerns all sheets, then sheet by sheet. Each cell is
//! a record, so that a sheet with one cell at IV65536 costs one cell.

use std::borrow::Cow;
use std::collections::BTreeSet;

use calamine::Dimensions;
use encoding_rs::{Encoding, WINDOWS_1252};

use crate::table::grid::{Grid, Meter};
use crate::table::ole::Ole;
use crate::table::stored::{Styles, compressed, f64_at, flag_or_error, u8_at, u16_at, u32_at};
use crate::table::{Budget, CellKind, Row, SheetError, Table, TableError};
use crate::table::{cell_name, merged, ole};
use records::{Pieces, Record, Records};

mod records;

/// What a record says.
mod kind {
    pub(super) const BOF: u16 = 0x0809;
    pub(super) const EOF: u16 = 0x000A;
    pub(super) const FILEPASS: u16 = 0x002F;
    pub(super) const CODEPAGE: u16 = 0x0042;
    pub(super) const DATEMODE: u16 = 0x0022;
    pub(super) const BOUNDSHEET: u16 = 0x0085;
    pub(super) const FORMAT: u16 = 0x041E;
    pub(super) const OLD_FORMAT: u16 = 0x001E;
    pub(super) const XF: u16 = 0x00E0;
    pub(super) const SST: u16 = 0x00FC;
    pub(super) const LABELSST: u16 = 0x00FD;
    pub(super) const LABEL: u16 = 0x0204;
    pub(super) const RSTRING: u16 = 0x00D6;
    pub(super) const NUMBER: u16 = 0x0203;
    pub(super) const RK: u16 = 0x027E;
    pub(super) const MULRK: u16 = 0x00BD;
    pub(super) const BOOLERR: u16 = 0x0205;
    pub(super) const FORMULA: u16 = 0x0006;
    pub(super) const STRING: u16 = 0x0207;
    pub(super) const MERGECELLS: u16 = 0x00E5;
}

/// The version that its first record states, from Excel 97 on.
const EXCEL_97: u16 = 0x0600;

pub(super) fn read(
    bytes: &[u8],
    budget: Budget,
) -> Result<Vec<Result<Table, SheetError>>, TableError> {
    let file = Ole::open(bytes);
    if file.as_ref().map_or_else(|_| ole::names_encrypted(bytes), Ole::is_encrypted) {
        return Err(TableError::Encrypted);
    }
    let file = file?;
    let stream = file.stream("Workbook").or_else(|| file.stream("Book"));
    let stream = stream
        .ok_or(TableError::NotAWorkbook { found: "an OLE file without a workbook in it" })??;
    let book = Book::read(&stream)?;
    let mut meter = Meter::new(budget);
    let mut names = BTreeSet::new();
    let tables = book.sheets.iter().map(|sheet| {
        let table = if names.insert(&sheet.name) {
            book.table(&stream, sheet, &mut meter)
        } else {
            Err(TableError::RepeatedSheet)
        };
        let (sheet, hidden) = (sheet.name.clone(), sheet.hidden);
        table.map_err(|error| SheetError { sheet, hidden, error })
    });
    Ok(tables.collect())
}

/// What concerns all sheets.
struct Book {
    sheets: Vec<Sheet>,
    strings: Vec<String>,
    styles: Styles,
    /// How texts of one byte a character are written, in a workbook of before Excel 97.
    old: Option<&'static Encoding>,
}

struct Sheet {
    name: String,
    hidden: bool,
    is_worksheet: bool,
    start: usize,
    /// Where the next sheet starts: no sheet is read beyond it, so that each byte is read once.
    end: usize,
}

impl Book {
    fn read(stream: &[u8]) -> Result<Self, TableError> {
        let broken = |reason: &str| TableError::BrokenWorkbook(reason.to_owned());
        let mut records = Records::new(stream, 0);
        let first = records.next().filter(|first| first.kind == kind::BOF);
        let first = first.ok_or_else(|| broken("its first record is none of a workbook"))?;
        let version = u16_at(first.body, 0);
        let old = version.is_none_or(|version| version < EXCEL_97).then_some(WINDOWS_1252);
        let (sheets, strings, styles) = (Vec::new(), Vec::new(), Styles::default());
        let mut book = Self { sheets, strings, styles, old };
        loop {
            let record = records.next().ok_or_else(|| broken("it is cut off"))?;
            match record.kind {
                kind::EOF => break,
                kind::FILEPASS => return Err(TableError::Encrypted),
                _ => _ = book.take(&record),
            }
        }
        book.end_sheets(stream.len());
        Ok(book)
    }

    /// Takes what a record says; what it lacks is not taken.
    fn take(&mut self, record: &Record<'_>) -> Option<()> {
        let body = record.body;
        match record.kind {
            kind::CODEPAGE if self.old.is_some() => self.old = Some(encoding(u16_at(body, 0)?)),
            kind::DATEMODE => self.styles.is_1904 = u16_at(body, 0)? == 1,
            kind::BOUNDSHEET => {
                let (start, state, sort) = (u32_at(body, 0)?, u8_at(body, 4)?, u8_at(body, 5)?);
                let length = usize::from(u8_at(body, 6)?);
                let name = self.text(&mut Pieces::of(record, 7), length)?;
                let (start, hidden, is_worksheet) = (start as usize, state & 3 != 0, sort == 0);
                self.sheets.push(Sheet { name, hidden, is_worksheet, start, end: start });
            }
            kind::FORMAT | kind::OLD_FORMAT => {
                let (length, from) = match self.old {
                    Some(_) => (usize::from(u8_at(body, 2)?), 3),
                    None => (usize::from(u16_at(body, 2)?), 4),
                };
                let code = self.text(&mut Pieces::of(record, from), length)?;
                self.styles.add_code(u16_at(body, 0)?, &code);
            }
            kind::XF => self.styles.add_cell(u16_at(body, 2)?),
            kind::SST => {
                let mut pieces = Pieces::of(record, 8);
                while let Some(length) = pieces.u16() {
                    self.strings.push(pieces.unicode(usize::from(length))?);
                }
            }
            _ => {}
        }
        Some(())
    }

    /// A text of so many characters.
    fn text(&self, pieces: &mut Pieces<'_>, length: usize) -> Option<String> {
        match self.old {
            None => pieces.unicode(length),
            Some(encoding) => {
                Some(encoding.decode_without_bom_handling(pieces.bytes(length)?).0.into_owned())
            }
        }
    }

    fn end_sheets(&mut self, end: usize) {
        let starts: BTreeSet<usize> = self.sheets.iter().map(|sheet| sheet.start).collect();
        for sheet in &mut self.sheets {
            sheet.end = starts.range(sheet.start + 1..).next().copied().unwrap_or(end);
        }
        let mut seen = BTreeSet::new();
        self.sheets.retain(|sheet| sheet.is_worksheet);
        for sheet in &mut self.sheets {
            // Two sheets in one place are no sheets of a sound file.
            if !seen.insert(sheet.start) {
                sheet.end = sheet.start;
            }
        }
    }

    fn table(&self, stream: &[u8], sheet: &Sheet, meter: &mut Meter) -> Result<Table, TableError> {
        let mut grid = Grid::new(meter, cell_name);
        let regions = self.cells(stream, sheet, &mut grid)?;
        let (mut rows, notes): (Vec<Row>, _) = grid.finish();
        merged::fill_down(&mut rows, regions, meter)?;
        let (name, hidden) = (Some(sheet.name.clone()), sheet.hidden);
        Ok(Table { sheet: name, hidden, separator: None, rows, notes })
    }

    /// Reads the cells of a sheet into the grid, and gives its merged regions.
    fn cells(
        &self,
        stream: &[u8],
        sheet: &Sheet,
        grid: &mut Grid<'_>,
    ) -> Result<Vec<Dimensions>, TableError> {
        let broken = |reason: &str| TableError::BrokenSheet(reason.to_owned());
        let stream = stream.get(..sheet.end).unwrap_or(stream);
        let mut records = Records::new(stream, sheet.start);
        if records.next().is_none_or(|first| first.kind != kind::BOF) {
            return Err(broken("it does not begin where the workbook says"));
        }
        let mut regions = Vec::new();
        // A chart within the sheet is a stream within the stream.
        let mut depth = 1;
        let mut formula = None;
        while depth > 0 {
            let record = records.next().ok_or_else(|| broken("it is cut off"))?;
            match record.kind {
                kind::BOF => depth += 1,
                kind::EOF => depth -= 1,
                _ if depth > 1 => {}
                kind::MERGECELLS => regions.extend(merged_regions(record.body)),
                kind::STRING => {
                    let text = self.text_of_formula(&record);
                    if let (Some(place), Some(text)) = (formula.take(), text) {
                        let (row, column) = place;
                        grid.add(row, column, &text, CellKind::Text)?;
                    }
                }
                kind::MULRK => self.numbers(&record, grid)?,
                _ => self.cell(&record, grid, &mut formula)?,
            }
        }
        Ok(regions)
    }

    /// Reads a cell, if the record is one. Of a formula that gives a text, the text comes later.
    fn cell(
        &self,
        record: &Record<'_>,
        grid: &mut Grid<'_>,
        formula: &mut Option<(usize, usize)>,
    ) -> Result<(), TableError> {
        let body = record.body;
        let (Some(row), Some(column)) = (u16_at(body, 0), u16_at(body, 2)) else { return Ok(()) };
        let (row, column) = (usize::from(row) + 1, usize::from(column));
        let style = usize::from(u16_at(body, 4).unwrap_or(0));
        let number = |number: Option<f64>| number.map(|number| self.styles.said(number, style));
        let text = |text: Option<String>| text.map(|text| (Cow::Owned(text), CellKind::Text));
        let said = match record.kind {
            kind::NUMBER => number(f64_at(body, 6)),
            kind::RK => number(u32_at(body, 6).map(compressed)),
            kind::BOOLERR => u16_at(body, 6).map(|said| flag_or_error(said.to_le_bytes())),
            kind::LABELSST => {
                let known = u32_at(body, 6).and_then(|ix| self.strings.get(ix as usize));
                known.map(|text| (Cow::Borrowed(text.as_str()), CellKind::Text))
            }
            kind::LABEL | kind::RSTRING => {
                let length = u16_at(body, 6).map_or(0, usize::from);
                text(self.text(&mut Pieces::of(record, 8), length))
            }
            kind::FORMULA => match (u8_at(body, 6), u8_at(body, 8), u16_at(body, 12)) {
                (Some(0), _, Some(0xFFFF)) => {
                    *formula = Some((row, column));
                    return Ok(());
                }
                (Some(1), Some(flag), Some(0xFFFF)) => Some(flag_or_error([flag, 0])),
                (Some(2), Some(error), Some(0xFFFF)) => Some(flag_or_error([error, 1])),
                (Some(_), _, Some(0xFFFF)) => return Ok(()),
                _ => number(f64_at(body, 6)),
            },
            _ => return Ok(()),
        };
        grid.take(row, column, said)
    }

    /// Reads the numbers of neighbouring cells that share a record.
    fn numbers(&self, record: &Record<'_>, grid: &mut Grid<'_>) -> Result<(), TableError> {
        let body = record.body;
        let (Some(row), Some(first)) = (u16_at(body, 0), u16_at(body, 2)) else { return Ok(()) };
        let cells = body.get(4..body.len().saturating_sub(2)).unwrap_or_default();
        for (ix, cell) in cells.chunks_exact(6).enumerate() {
            let (Some(style), Some(bits)) = (u16_at(cell, 0), u32_at(cell, 2)) else { continue };
            let (text, kind) = self.styles.said(compressed(bits), usize::from(style));
            grid.add(usize::from(row) + 1, usize::from(first) + ix, &text, kind)?;
        }
        Ok(())
    }

    fn text_of_formula(&self, record: &Record<'_>) -> Option<String> {
        let length = usize::from(u16_at(record.body, 0)?);
        self.text(&mut Pieces::of(record, 2), length)
    }
}

fn merged_regions(body: &[u8]) -> Vec<Dimensions> {
    let corners = body.get(2..).unwrap_or_default().chunks_exact(8).filter_map(|region| {
        let corner = |at| u16_at(region, at).map(u32::from);
        Some([corner(0)?, corner(2)?, corner(4)?, corner(6)?])
    });
    corners
        .map(|[top, bottom, left, right]| Dimensions::new((top, left), (bottom, right)))
        .collect()
}

/// The code pages that workbooks of before Excel 97 were written in.
fn encoding(code_page: u16) -> &'static Encoding {
    let label = match code_page {
        866 => "ibm866".to_owned(),
        874 => "windows-874".to_owned(),
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        10_000 => "macintosh".to_owned(),
        other => format!("windows-{other}"),
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252)
}

#[cfg(test)]
mod tests;
