//! The assessment itself, in the schema `lacuna.assessment.v1`.

use std::io::{self, Write};

use model::Assessment;
use model::compare::Outline;
use serde::Serialize;

/// Writes one object, indented, with a line break at the end.
///
/// # Errors
/// Those of the writer.
pub fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(Inert(out), value)?;
    writeln!(out)
}

/// Writes one object on one line.
///
/// # Errors
/// Those of the writer.
pub fn write_line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(Inert(out), value)?;
    writeln!(out)
}

/// Escapes what JSON allows but a terminal may act on: control characters beyond ASCII, and marks
/// that turn the direction of writing. They stand inside of strings only, and read back the same.
struct Inert<'a>(&'a mut dyn Write);

impl Write for Inert<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Whatever is not ASCII comes in pieces that are whole strings.
        match std::str::from_utf8(bytes) {
            Ok(text) if text.contains(acts) => self.escaped(text)?,
            Ok(_) | Err(_) => self.0.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Inert<'_> {
    fn escaped(&mut self, text: &str) -> io::Result<()> {
        for piece in text.split_inclusive(acts) {
            let last = piece.chars().next_back().filter(|c| acts(*c));
            let plain = &piece[..piece.len() - last.map_or(0, char::len_utf8)];
            self.0.write_all(plain.as_bytes())?;
            if let Some(c) = last {
                write!(self.0, "\\u{:04x}", u32::from(c))?;
            }
        }
        Ok(())
    }
}

fn acts(c: char) -> bool {
    !c.is_ascii() && (c.is_control() || crate::turns(c))
}

/// Reads an assessment back.
///
/// # Errors
/// The text is no assessment, or one of another major version.
pub fn read(bytes: &[u8]) -> Result<Assessment, String> {
    let assessment: Assessment =
        serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    checked(&assessment.schema)?;
    Ok(assessment)
}

/// Reads no more of an assessment than it takes to compare it.
///
/// # Errors
/// Those of [`read`].
pub fn outline(bytes: &[u8]) -> Result<Outline, String> {
    let outline: Outline = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    checked(&outline.schema)?;
    Ok(outline)
}

fn checked(schema: &str) -> Result<(), String> {
    match schema == model::assessment::SCHEMA {
        true => Ok(()),
        false => Err(format!("the schema {schema:?} is not {}", model::assessment::SCHEMA)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_may_act_on_is_escaped_and_reads_back() {
        let text = "a\u{1b}[31m\u{9b}31m\u{202e}é\u{7f}日本";
        let mut out = Vec::new();
        write_line(&text, &mut out).unwrap();
        let written = String::from_utf8(out).unwrap();
        assert!(!written.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{written:?}");
        assert!(written.contains("é") && written.contains("日本"));
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
    }
}
