//! A [`Sheet`] as a table in a terminal, or as the same text in a file.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use comfy_table::{
    CellAlignment, ContentArrangement, ContentLineStyle, LineStyle, Table, TableStyle,
};

use crate::sheet::Sheet;

/// A line under the header and nothing else between what is there.
const STYLE: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none().junction(' '))
    .header_separator(LineStyle::none().fill('─').junction(' '))
    .content_lines(ContentLineStyle::none().junction(' '));

/// Writes title, notes and table, no wider than `width` columns where that is possible. Styles
/// are left to the stream to keep or to drop.
///
/// # Errors
/// Those of the writer.
pub fn write(sheet: &Sheet, width: u16, out: &mut dyn Write) -> io::Result<()> {
    if !sheet.title.is_empty() {
        let bold = Style::new().bold();
        for line in wrapped(&crate::printable(&sheet.title), width) {
            writeln!(out, "{bold}{line}{bold:#}")?;
        }
    }
    let dim = AnsiColor::Yellow.on_default();
    for note in &sheet.notes {
        for line in wrapped(&crate::printable(note), width) {
            writeln!(out, "{dim}{line}{dim:#}")?;
        }
    }
    if sheet.rows.is_empty() {
        return Ok(());
    }
    if !sheet.title.is_empty() || !sheet.notes.is_empty() {
        writeln!(out)?;
    }
    for line in table(sheet, width).lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn table(sheet: &Sheet, width: u16) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(width);
    table.set_header(
        sheet
            .columns
            .iter()
            .map(|column| crate::printable(&column.name)),
    );
    for row in &sheet.rows {
        table.add_row(row.iter().map(|value| crate::printable(&value.shown())));
    }
    for ix in 0..sheet.columns.len() {
        if sheet.is_numeric(ix) {
            if let Some(column) = table.column_mut(ix) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    table
}

/// A text broken between words at `width` columns.
pub fn wrapped(text: &str, width: u16) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a last line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= usize::from(width) {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
