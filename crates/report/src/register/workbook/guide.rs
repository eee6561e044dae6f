//! The sheet of help.

use rust_xlsxwriter::{Format, FormatAlign, Worksheet, XlsxError};

use super::super::Register;
use super::{Help, OURS};
use crate::spreadsheet::{LINE, lines_of};

/// The width of the columns of text, in characters.
const WIDTH: usize = 60;

/// How to edit, what comes back and what does not.
const GUIDE: [(&str, &[&str]); 4] = [
    (
        "How to edit",
        &[
            "Change cells on the sheet Register. Columns with a yellow name may be changed, grey ones may not.",
            "Some cells offer a list: choose from it, or clear the cell.",
            "Several ids or names in a cell are separated by a semicolon: T1059.001; T1566",
            "Sort, filter, hide and move rows as you like: each row is known by a hidden column, not by its place.",
            "Columns that nobody has filled are hidden; unhide them to fill them.",
        ],
    ),
    (
        "What comes back",
        &[
            "lacuna patch FILE.xlsx shows what you changed, cell by cell, and what that does to the coverage.",
            "With -o changes.csv it writes the changes as a patch. A project takes it with patches = [\"changes.csv\"] in lacuna.toml.",
            "What the sources say differently by now is shown as a conflict, and is never overwritten.",
        ],
    ),
    (
        "What does not",
        &[
            "Rows that you add are listed; --added FILE.csv writes them as a register, to be one more source.",
            "Rows that you delete are listed and stay as they were: to switch one off, set its status.",
            "Changes in grey columns, comments, colours and further sheets are ignored.",
        ],
    ),
    (
        "Sheets",
        &[
            "The hidden sheet As exported holds the values as they were written. Without it nobody can tell what you changed.",
        ],
    ),
];

pub(super) fn write(
    sheet: &mut Worksheet,
    register: &Register<'_>,
    help: &Help<'_>,
) -> Result<(), XlsxError> {
    sheet.set_name("Help")?;
    let title = Format::new().set_bold().set_font_size(14);
    let bold = Format::new().set_bold();
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let width = WIDTH as f64;
    sheet.set_column_width(0, 22)?.set_column_width(1, width)?.set_column_width(2, width)?;
    sheet.write_string_with_format(0, 0, format!("{OURS}how to use this workbook"), &title)?;
    let mut row = 2;
    for (heading, lines) in GUIDE {
        sheet.write_string_with_format(row, 0, heading, &bold)?;
        for line in lines {
            sheet.merge_range(row, 1, row, 2, line, &wrapped)?;
            row += 1;
        }
        row += 1;
    }
    for (name, at) in ["Column", "What it means", "What may stand in it"].into_iter().zip(0..) {
        sheet.write_string_with_format(row, at, name, &bold)?;
    }
    for (name, _) in &register.columns {
        let Some(help) = help(name) else { continue };
        row += 1;
        sheet.write_string_with_format(row, 0, *name, &wrapped)?;
        sheet.write_string_with_format(row, 1, help.meaning, &wrapped)?;
        let values = help.values();
        sheet.set_row_height(row, LINE * lines_of(&values, WIDTH) as f64)?;
        sheet.write_string_with_format(row, 2, values, &wrapped)?;
    }
    sheet.set_landscape().set_print_fit_to_pages(1, 0);
    Ok(())
}
