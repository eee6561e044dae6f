//! A [`Sheet`] as a Markdown table.

use std::io::{self, Write};

use crate::sheet::Sheet;

/// Writes title, notes and table.
///
/// # Errors
/// Those of the writer.
pub fn write(sheet: &Sheet, out: &mut dyn Write) -> io::Result<()> {
    if !sheet.title.is_empty() {
        writeln!(out, "## {}\n", inert(&sheet.title).trim())?;
    }
    for note in &sheet.notes {
        writeln!(out, "{}\n", paragraph(note))?;
    }
    let names: Vec<String> = sheet.columns.iter().map(|column| inert(&column.name)).collect();
    writeln!(out, "| {} |", names.join(" | "))?;
    let rule = |ix| if sheet.is_numeric(ix) { "---:" } else { "---" };
    let rules: Vec<&str> = (0..sheet.columns.len()).map(rule).collect();
    writeln!(out, "| {} |", rules.join(" | "))?;
    for row in &sheet.rows {
        let cells: Vec<String> = row.iter().map(|value| inert(&value.shown())).collect();
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    Ok(())
}

/// The text such that it is a paragraph: no list, no code and no line beneath a heading.
pub(crate) fn paragraph(text: &str) -> String {
    let inert = inert(text);
    let inert = inert.trim_start();
    let digits = inert.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered = digits.len() < inert.len() && digits.starts_with(['.', ')']);
    match inert.len() - digits.len() {
        at if is_numbered => format!("{}\\{digits}", &inert[..at]),
        _ if inert.starts_with(['-', '+', '=']) => format!("\\{inert}"),
        _ => inert.to_owned(),
    }
}

/// The text such that it is neither markup nor HTML nor a new row.
pub(crate) fn inert(text: &str) -> String {
    let mut inert = String::with_capacity(text.len());
    for c in crate::printable(text).chars() {
        match c {
            '<' => inert.push_str("&lt;"),
            '>' => inert.push_str("&gt;"),
            '&' => inert.push_str("&amp;"),
            '|' | '*' | '_' | '`' | '~' | '[' | ']' | '\\' | '#' | '!' => {
                inert.push('\\');
                inert.push(c);
            }
            c => inert.push(c),
        }
    }
    inert
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::Value;

    #[test]
    fn a_note_is_a_paragraph_whatever_it_begins_with() {
        let begun =
            ["- x", "1. x", "12) x", "    x", "+ x", "===", "1.5 x", "x - y"].map(paragraph);
        let written = ["\\- x", "1\\. x", "12\\) x", "x", "\\+ x", "\\===", "1\\.5 x", "x - y"];
        assert_eq!(begun, written);
    }

    #[test]
    fn a_title_stays_in_its_cell_and_is_no_markup() {
        let mut sheet = Sheet::new("", &[("Title", "title")]);
        sheet.rows.push(vec![Value::text("a | b\n</script><img onerror=x> [x](javascript:y)")]);
        let mut out = Vec::new();
        write(&sheet, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text.lines().nth(2),
            Some("| a \\| b &lt;/script&gt;&lt;img onerror=x&gt; \\[x\\](javascript:y) |")
        );
    }
}
