//! Worksheets of .xlsb workbooks: the parts of an .xlsx, each as a stream of binary records.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Read};

use calamine::Dimensions;

use crate::table::grid::{Grid, Meter};
use crate::table::package::{self, Archive};
use crate::table::stored::{
    Styles, compressed, f64_at, flag_or_error, u8_at, u16_at, u32_at, utf16,
};
use crate::table::{Budget, COLUMNS, CellKind, ROWS, SheetError, Table, TableError};
use crate::table::{SAVE_AGAIN, cell_name, merged};

/// What a record says.
mod kind {
    pub(super) const ROW: u16 = 0;
    pub(super) const BLANK: u16 = 1;
    pub(super) const RK: u16 = 2;
    pub(super) const ERROR: u16 = 3;
    pub(super) const BOOL: u16 = 4;
    pub(super) const REAL: u16 = 5;
    pub(super) const TEXT: u16 = 6;
    pub(super) const SHARED: u16 = 7;
    pub(super) const FORMULA_TEXT: u16 = 8;
    pub(super) const FORMULA_REAL: u16 = 9;
    pub(super) const FORMULA_BOOL: u16 = 10;
    pub(super) const FORMULA_ERROR: u16 = 11;
    /// From here on the cells of a row that follow each other, without a column.
    pub(super) const SHORT_BLANK: u16 = 12;
    pub(super) const SHORT_SHARED: u16 = 18;
    pub(super) const STRING: u16 = 19;
    pub(super) const FORMAT: u16 = 44;
    pub(super) const STYLE: u16 = 47;
    pub(super) const RICH_TEXT: u16 = 62;
    pub(super) const END_OF_CELLS: u16 = 146;
    pub(super) const BEGIN_OF_CELLS: u16 = 145;
    pub(super) const WORKBOOK: u16 = 153;
    pub(super) const SHEET: u16 = 156;
    pub(super) const MERGED: u16 = 176;
    pub(super) const BEGIN_OF_STYLES: u16 = 617;
    pub(super) const END_OF_STYLES: u16 = 618;
}

pub(super) fn read(
    bytes: &[u8],
    budget: Budget,
) -> Result<Vec<Result<Table, SheetError>>, TableError> {
    let mut archive = package::judged(bytes, budget)?;
    let mut book = Book::read(&mut archive)?;
    let mut meter = Meter::new(budget);
    let sheets = std::mem::take(&mut book.sheets);
    let mut names = BTreeSet::new();
    let mut parts = BTreeSet::new();
    let tables = sheets.into_iter().map(|sheet| {
        let is_new = names.insert(sheet.name.clone()) && parts.insert(sheet.part.to_lowercase());
        let table = if is_new {
            book.table(&mut archive, &sheet, &mut meter)
        } else {
            Err(TableError::RepeatedSheet)
        };
        table.map_err(|error| SheetError { sheet: sheet.name, hidden: sheet.hidden, error })
    });
    Ok(tables.collect())
}

/// What concerns all sheets.
struct Book {
    sheets: Vec<Sheet>,
    strings: Vec<String>,
    styles: Styles,
}

struct Sheet {
    name: String,
    hidden: bool,
    part: String,
}

impl Book {
    fn read(archive: &mut Archive<'_>) -> Result<Self, TableError> {
        let broken = |reason: String| TableError::BrokenWorkbook(reason);
        let targets = package::relationships(archive, "xl/_rels/workbook.bin.rels")?;
        let mut book = Self { sheets: Vec::new(), strings: Vec::new(), styles: Styles::default() };
        each(archive, "xl/workbook.bin", &mut |kind, body| {
            match kind {
                kind::WORKBOOK => {
                    book.styles.is_1904 = u8_at(body, 0).is_some_and(|flags| flags & 1 == 1);
                }
                kind::SHEET => book.sheets.extend(sheet(body, &targets)),
                _ => {}
            }
            Ok(true)
        })
        .map_err(|error| broken(error.to_string()))?;
        // A workbook without texts or styles has no part for them.
        let mut is_style = false;
        let styles = each(archive, "xl/styles.bin", &mut |kind, body| {
            match kind {
                kind::BEGIN_OF_STYLES => is_style = true,
                kind::END_OF_STYLES => return Ok(false),
                kind::STYLE if is_style => book.styles.add_cell(u16_at(body, 2).unwrap_or(0)),
                kind::FORMAT => {
                    if let (Some(number), Some((code, _))) = (u16_at(body, 0), text(body, 2)) {
                        book.styles.add_code(number, &code);
                    }
                }
                _ => {}
            }
            Ok(true)
        });
        let strings = each(archive, "xl/sharedStrings.bin", &mut |kind, body| {
            if kind == kind::STRING {
                // Cells name texts by their number, so that a damaged one takes its place.
                book.strings.push(text(body, 1).map(|(text, _)| text).unwrap_or_default());
            }
            Ok(true)
        });
        for result in [styles, strings] {
            match result {
                Ok(()) | Err(PartError::Missing) => {}
                Err(error) => return Err(broken(error.to_string())),
            }
        }
        Ok(book)
    }

    fn table(
        &self,
        archive: &mut Archive<'_>,
        sheet: &Sheet,
        meter: &mut Meter,
    ) -> Result<Table, TableError> {
        let mut grid = Grid::new(meter, cell_name);
        let mut regions = Vec::new();
        let mut place = Place::default();
        let read = each(archive, &sheet.part, &mut |kind, body| {
            match kind {
                kind::MERGED => regions.extend(region(body)),
                _ => self.take(kind, body, &mut place, &mut grid)?,
            }
            Ok(true)
        });
        read.map_err(|error| match error {
            PartError::Refused(error) => error,
            other => TableError::BrokenSheet(other.to_string()),
        })?;
        if place.is_in_cells {
            return Err(TableError::BrokenSheet("it is cut off".to_owned()));
        }
        let (mut rows, notes) = grid.finish();
        merged::fill_down(&mut rows, regions, meter)?;
        let (name, hidden) = (Some(sheet.name.clone()), sheet.hidden);
        Ok(Table { sheet: name, hidden, separator: None, rows, notes })
    }

    /// Takes a record of a sheet, if it is a row or a cell.
    fn take(
        &self,
        kind: u16,
        body: &[u8],
        place: &mut Place,
        grid: &mut Grid<'_>,
    ) -> Result<(), TableError> {
        match kind {
            kind::BEGIN_OF_CELLS => place.is_in_cells = true,
            kind::END_OF_CELLS => place.is_in_cells = false,
            kind::ROW => (place.row, place.column) = (u32_at(body, 0), u32::MAX),
            kind::BLANK..=kind::SHORT_SHARED | kind::RICH_TEXT if place.is_in_cells => {
                let is_short = (kind::SHORT_BLANK..=kind::SHORT_SHARED).contains(&kind);
                place.column = match is_short {
                    true => place.column.wrapping_add(1),
                    false => u32_at(body, 0).unwrap_or(u32::MAX),
                };
                let (plain, body) = match is_short {
                    true => (kind - kind::SHORT_BLANK + kind::BLANK, body),
                    false => (kind, body.get(4..).unwrap_or_default()),
                };
                return self.cell(plain, body, place, grid);
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes a cell; the body begins with its style.
    fn cell(
        &self,
        kind: u16,
        body: &[u8],
        place: &Place,
        grid: &mut Grid<'_>,
    ) -> Result<(), TableError> {
        let row = place.row.filter(|row| *row < ROWS && place.column < COLUMNS);
        let Some(row) = row else {
            let fact = "a cell outside of the sheet was left out".to_owned();
            grid.note(None, fact, SAVE_AGAIN);
            return Ok(());
        };
        let (row, column) = (row as usize + 1, place.column as usize);
        // The style is in three bytes; the fourth has flags.
        let style = u32_at(body, 0).map_or(0, |style| style & 0x00FF_FFFF) as usize;
        let number = |number: Option<f64>| number.map(|number| self.styles.said(number, style));
        let written = |at| text(body, at).map(|(text, _)| (Cow::Owned(text), CellKind::Text));
        let said = match kind {
            kind::BLANK => Some((Cow::Borrowed(""), CellKind::Text)),
            kind::RK => number(u32_at(body, 4).map(compressed)),
            kind::REAL | kind::FORMULA_REAL => number(f64_at(body, 4)),
            kind::BOOL | kind::FORMULA_BOOL => u8_at(body, 4).map(|flag| flag_or_error([flag, 0])),
            kind::ERROR | kind::FORMULA_ERROR => {
                u8_at(body, 4).map(|code| flag_or_error([code, 1]))
            }
            kind::SHARED => {
                let known = u32_at(body, 4).and_then(|ix| self.strings.get(ix as usize));
                known.map(|text| (Cow::Borrowed(text.as_str()), CellKind::Text))
            }
            kind::TEXT | kind::FORMULA_TEXT => written(4),
            kind::RICH_TEXT => written(5),
            _ => return Ok(()),
        };
        grid.take(row, column, said)
    }
}

/// Where the next cell stands, counted from 0.
#[derive(Default)]
struct Place {
    is_in_cells: bool,
    row: Option<u32>,
    column: u32,
}

/// A sheet of cells; sheets of charts and macros have none.
fn sheet(body: &[u8], targets: &BTreeMap<String, package::Target>) -> Option<Sheet> {
    let hidden = u32_at(body, 0)? != 0;
    let (relation, behind) = text(body, 8)?;
    let (name, _) = text(body, behind)?;
    let target = targets.get(&relation).filter(|target| target.kind.ends_with("/worksheet"))?;
    Some(Sheet { name, hidden, part: package::beside("xl/", &target.path) })
}

fn region(body: &[u8]) -> Option<Dimensions> {
    let corner = |at| u32_at(body, at);
    let (top, bottom, left, right) = (corner(0)?, corner(4)?, corner(8)?, corner(12)?);
    Some(Dimensions::new((top, left), (bottom, right)))
}

/// A text behind its length, and the place behind it.
fn text(body: &[u8], at: usize) -> Option<(String, usize)> {
    let length = usize::try_from(u32_at(body, at)?).ok()?.checked_mul(2)?;
    let (start, end) = (at + 4, (at + 4).checked_add(length)?);
    Some((utf16(body.get(start..end)?), end))
}

/// Why a part cannot be read to its end.
enum PartError {
    Missing,
    Broken(String),
    Refused(TableError),
}

impl std::fmt::Display for PartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PartError::Missing => f.write_str("a part of it is missing"),
            PartError::Broken(reason) => f.write_str(reason),
            PartError::Refused(error) => error.fmt(f),
        }
    }
}

/// Takes a record, and says whether to go on.
type Take<'t> = dyn FnMut(u16, &[u8]) -> Result<bool, TableError> + 't;

/// Gives each record of a part to `take`, until that says that it has seen enough.
fn each(archive: &mut Archive<'_>, part: &str, take: &mut Take<'_>) -> Result<(), PartError> {
    let part = package::part(archive, part).ok_or(PartError::Missing)?;
    let mut part = std::io::BufReader::new(part.map_err(PartError::Refused)?);
    let broken = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => PartError::Broken("it is cut off".to_owned()),
        _ => PartError::Broken(error.to_string()),
    };
    let mut body = Vec::new();
    while !part.fill_buf().map_err(broken)?.is_empty() {
        let kind = number(&mut part, 2).map_err(broken)?;
        let length = u64::from(number(&mut part, 4).map_err(broken)?);
        body.clear();
        // What is not there is not reserved.
        let read = part.by_ref().take(length).read_to_end(&mut body).map_err(broken)?;
        if (read as u64) < length {
            return Err(PartError::Broken("it is cut off".to_owned()));
        }
        let kind = u16::try_from(kind).unwrap_or(u16::MAX);
        if !take(kind, &body).map_err(PartError::Refused)? {
            break;
        }
    }
    Ok(())
}

/// A number in up to so many bytes: seven bits each, and one that says whether more follow.
fn number(part: &mut impl Read, most: u32) -> std::io::Result<u32> {
    let mut number = 0;
    for ix in 0..most {
        let mut byte = [0];
        part.read_exact(&mut byte)?;
        number |= u32::from(byte[0] & 0x7F) << (7 * ix);
        if byte[0] & 0x80 == 0 {
            break;
        }
    }
    Ok(number)
}

#[cfg(test)]
mod tests;
