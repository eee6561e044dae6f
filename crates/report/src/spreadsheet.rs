//! What all workbooks have in common: what a sheet can hold, how days are counted, and that the same
//! input gives the same bytes.

use model::date::Date;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

/// What a sheet can hold: rows, with that of the header, and characters (as UTF-16) in a cell.
pub(crate) const ROWS: usize = 1_048_576;
pub(crate) const CHARACTERS: usize = 32_767;

/// The height of a line, in points.
pub(crate) const LINE: f64 = 15.0;

/// A workbook whose properties name a day instead of that on which it is written.
pub(crate) fn workbook(
    properties: DocProperties,
    day: Option<Date>,
) -> Result<Workbook, XlsxError> {
    let day = match day.and_then(excel_day) {
        Some(day) => day,
        None => ExcelDateTime::from_ymd(2000, 1, 1)?,
    };
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties.set_creation_datetime(&day));
    Ok(workbook)
}

/// How many lines a text takes that breaks between words.
pub(crate) fn lines_of(text: &str, width: usize) -> usize {
    let (mut lines, mut used) = (1, 0);
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines += 1;
            used = 0;
        }
        used += length + usize::from(used > 0);
    }
    lines
}

/// Whether a text is longer than a cell can be, with its length.
pub(crate) fn too_long(text: &str) -> Option<usize> {
    // No text has more units of UTF-16 than bytes.
    let is_short = text.len() <= CHARACTERS;
    let characters = if is_short { 0 } else { text.encode_utf16().count() };
    Some(characters).filter(|count| *count > CHARACTERS)
}

/// A day as spreadsheets count them. Those of 1900 differ between programs, for one of them took
/// it for a leap year; earlier ones have no number.
pub(crate) fn excel_day(day: Date) -> Option<ExcelDateTime> {
    let (year, month, day) = day.civil();
    let year = u16::try_from(year).ok().filter(|year| *year > 1900)?;
    ExcelDateTime::from_ymd(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?).ok()
}
