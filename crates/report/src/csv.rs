//! A [`Sheet`] as comma-separated values, for spreadsheets and other programs.

use std::io::{self, Write};

use crate::sheet::{Sheet, Value};

/// Writes the keys of the columns and every row, numbers in full.
///
/// # Errors
/// Those of the writer.
pub fn write(sheet: &Sheet, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = ::csv::Writer::from_writer(out);
    let keys = sheet.columns.iter().map(|column| no_formula(crate::printable(&column.key)));
    csv.write_record(keys)?;
    for row in &sheet.rows {
        csv.write_record(row.iter().map(inert))?;
    }
    csv.flush()
}

/// The value such that no spreadsheet takes it for a formula and no terminal for a command.
fn inert(value: &Value) -> String {
    match value {
        Value::Text(text) => no_formula(crate::printable(text)),
        Value::Lines(lines) => {
            let lines: Vec<String> = lines.iter().map(|line| crate::printable(line)).collect();
            no_formula(lines.join("\n"))
        }
        value => value.exact(),
    }
}

/// The text behind an apostrophe where a spreadsheet would take it for a formula.
pub(crate) fn no_formula(text: String) -> String {
    if is_formula(&text) { format!("'{text}") } else { text }
}

/// Whether a spreadsheet takes a text for a formula. One that is guarded already counts too, so
/// that taking one guard off what is written always gives the text back.
pub(crate) fn is_formula(text: &str) -> bool {
    let start = text.trim_start_matches(|c: char| c == '\'' || c.is_whitespace());
    start.starts_with(['=', '+', '-', '@'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_cannot_become_a_formula() {
        let mut sheet = Sheet::new("", &[("Title", "title"), ("Priority", "priority")]);
        let formula = "=HYPERLINK(\"http://example.org\",\"x\")";
        sheet.rows.push(vec![Value::text(formula), Value::Number(-1.5, 0)]);
        let mut out = Vec::new();
        write(&sheet, &mut out).unwrap();
        let mut csv = ::csv::Reader::from_reader(&out[..]);
        let row = csv.records().next().unwrap().unwrap();
        assert_eq!(&row[0], format!("'{formula}"));
        assert_eq!(&row[1], "-1.5");
    }
}
