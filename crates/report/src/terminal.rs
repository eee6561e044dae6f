//! A [`Sheet`] as a table in a terminal, or as the same text in a file.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use comfy_table::{
    CellAlignment, ColumnConstraint, ContentArrangement, ContentLineStyle, LineStyle, Table,
    TableStyle, Width,
};

use crate::sheet::{Sheet, Value};

/// A line under the header and nothing else between what is there.
const STYLE: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none().junction(' '))
    .header_separator(LineStyle::none().fill('─').junction(' '))
    .content_lines(ContentLineStyle::none().junction(' '));

/// Columns of text up to this width are never broken.
const SHORT: usize = 14;

/// Columns of text that are broken get at least this width while there are others to leave out.
const READABLE: usize = 22;

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

/// How wide a column of a sheet may be.
#[derive(Debug, Clone, Copy)]
struct Fit {
    column: usize,
    /// The width without breaking anything but the header between words.
    natural: usize,
    /// Its text may be broken between words.
    is_flexible: bool,
}

fn table(sheet: &Sheet, width: u16) -> Table {
    let fits = chosen(sheet, width);
    let mut table = Table::new();
    table.load_style(STYLE);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(width);
    // The two columns of a list of facts have no names.
    if sheet.columns.iter().any(|column| !column.name.is_empty()) {
        table.set_header(fits.iter().map(|fit| crate::printable(&sheet.columns[fit.column].name)));
    }
    for row in &sheet.rows {
        table.add_row(fits.iter().map(|fit| crate::printable(&row[fit.column].shown())));
    }
    for (ix, fit) in fits.iter().enumerate() {
        let Some(column) = table.column_mut(ix) else {
            continue;
        };
        column.set_padding((0, 1));
        if sheet.is_numeric(fit.column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        if !fit.is_flexible {
            let with_padding = u16::try_from(fit.natural + 1).unwrap_or(u16::MAX);
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(with_padding)));
        }
    }
    table
}

/// The columns that find room: optional ones are left out, the last first, until those whose text
/// is broken stay readable.
fn chosen(sheet: &Sheet, width: u16) -> Vec<Fit> {
    let says_something = |column: &usize| {
        let is_blank = |row: &Vec<Value>| row[*column] == Value::Blank;
        !sheet.columns[*column].is_optional || !sheet.rows.iter().all(is_blank)
    };
    let columns = (0..sheet.columns.len()).filter(says_something);
    let mut fits: Vec<Fit> = columns.map(|column| fit(sheet, column)).collect();
    let needed = |fits: &[Fit]| -> usize {
        let least = |fit: &Fit| {
            if fit.is_flexible { READABLE.min(fit.natural) } else { fit.natural }
        };
        fits.iter().map(|fit| least(fit) + 2).sum()
    };
    while needed(&fits) > usize::from(width) {
        let last = fits.iter().rposition(|fit| sheet.columns[fit.column].is_optional);
        let Some(last) = last else { break };
        fits.remove(last);
    }
    fits
}

fn fit(sheet: &Sheet, column: usize) -> Fit {
    let header = sheet.columns[column].name.split(' ').map(|word| word.chars().count()).max();
    let cells = sheet.rows.iter().map(|row| crate::printable(&row[column].shown()).chars().count());
    let widest = cells.max().unwrap_or(0);
    Fit {
        column,
        natural: widest.max(header.unwrap_or(0)),
        is_flexible: widest > SHORT && !sheet.is_numeric(column),
    }
}

/// A text broken between words at `width` columns.
fn wrapped(text: &str, width: u16) -> Vec<String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(sheet: &Sheet, width: u16) -> String {
        let mut out = Vec::new();
        write(sheet, width, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn sheet() -> Sheet {
        let columns = [("Id", "id"), ("Name", "name"), ("Share", "share"), ("Who", "who")];
        let mut sheet = Sheet::new("", &columns).optional(&["who"]);
        sheet.rows.push(vec![
            Value::text("T1059.001"),
            Value::text("a name of several words which is longer than a line"),
            Value::Share(0.5),
            Value::text("Security Operations Centre"),
        ]);
        sheet
    }

    #[test]
    fn words_and_numbers_stay_whole_in_a_narrow_terminal() {
        let text = shown(&sheet(), 44);
        assert!(text.contains("T1059.001") && text.contains("50 %"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 44), "{text}");
        for word in "a name of several words which is longer than a line".split(' ') {
            assert!(text.split_whitespace().any(|shown| shown == word), "{word} in {text}");
        }
    }

    #[test]
    fn optional_columns_come_back_with_room() {
        assert!(!shown(&sheet(), 44).contains("Operations"));
        assert!(shown(&sheet(), 120).contains("Security Operations Centre"));
    }

    #[test]
    fn a_title_cannot_act_on_the_terminal() {
        let mut sheet = Sheet::new("\u{1b}[31mred\u{7}", &[("Name", "name")]);
        sheet.rows.push(vec![Value::text("\u{1b}]0;owned\u{7}\u{202e}")]);
        let text = shown(&sheet, 80).replace("\u{1b}[1m", "").replace("\u{1b}[0m", "");
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text:?}");
    }
}
