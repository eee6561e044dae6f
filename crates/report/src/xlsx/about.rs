//! The sheet that says how the figures come about, and whose data they rest on.

use model::assessment::Assessment;
use rust_xlsxwriter::XlsxError;

use super::Page;
use crate::spreadsheet::{LINE, lines_of};
use crate::view::workbook::about::sections;

/// The width of the text, in characters.
const WIDTH: usize = 120;

pub(super) fn write(mut page: Page<'_>, assessment: &Assessment) -> Result<(), XlsxError> {
    let mut row = page.head(assessment, "about this file", &[])?;
    let Page { sheet, formats } = page;
    sheet.set_column_width(0, 20)?.set_column_width(1, WIDTH as f64)?;
    let bold = formats.text.clone().set_bold();
    for section in sections(assessment) {
        formats.write_text(sheet, (row, 0), section.heading, &formats.heading)?;
        row += 1;
        for (term, line) in &section.lines {
            formats.write_text(sheet, (row, 0), term, &bold)?;
            formats.write_text(sheet, (row, 1), line, &formats.wrapped)?;
            sheet.set_row_height(row, LINE * lines_of(line, WIDTH) as f64)?;
            row += 1;
        }
        row += 1;
    }
    Ok(())
}
