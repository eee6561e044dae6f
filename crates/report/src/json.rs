//! The assessment itself, in the schema `lacuna.assessment.v1`.

use std::io::{self, Write};

use model::Assessment;
use serde::Serialize;

/// Writes one object, indented, with a line break at the end.
///
/// # Errors
/// Those of the writer.
pub fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

/// Writes one object on one line.
///
/// # Errors
/// Those of the writer.
pub fn write_line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)
}

/// Reads an assessment back.
///
/// # Errors
/// The text is no assessment, or one of another major version.
pub fn read(bytes: &[u8]) -> Result<Assessment, String> {
    let assessment: Assessment =
        serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if assessment.schema == model::assessment::SCHEMA {
        Ok(assessment)
    } else {
        Err(format!("the schema {:?} is not {}", assessment.schema, model::assessment::SCHEMA))
    }
}
