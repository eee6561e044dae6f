//! `lacuna import -o FILE`: everything that was understood as one native register.

use std::fs;
use std::path::Path;

use ingest::Column;
use report::register::{ColumnHelp, Register, WorkbookError};

use crate::args::Common;
use crate::assessing::Assessed;
use crate::failure::Failure;
use crate::folder::write_file;
use crate::streams::Streams;

/// What is to be written, and where.
pub(super) struct Normalised<'a> {
    path: &'a Path,
    format: Format,
}

/// What the name of the output asks for.
enum Format {
    Xlsx,
    Csv,
    Json,
    Ndjson,
}

impl<'a> Normalised<'a> {
    pub(super) fn of(path: &'a Path) -> Result<Self, Failure> {
        let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
        let format = match extension.as_deref() {
            Some("xlsx") => Format::Xlsx,
            Some("csv") => Format::Csv,
            Some("json") => Format::Json,
            Some("ndjson") => Format::Ndjson,
            _ => {
                let message =
                    format!("{}: a register cannot be written in this format", path.display());
                return Err(Failure::new(message).help("write .xlsx, .csv, .json or .ndjson"));
            }
        };
        Ok(Self { path, format })
    }

    pub(super) fn write(
        &self,
        found: &Assessed,
        common: &Common,
        streams: &mut Streams,
    ) -> Result<(), Failure> {
        self.check_not_a_source(found)?;
        let capabilities = &found.assessment.capabilities;
        let register = match self.format {
            Format::Xlsx => Register::for_people(capabilities),
            Format::Csv | Format::Json | Format::Ndjson => Register::of(capabilities),
        };
        write_file(self.path, &self.bytes(&register)?)?;
        if common.talk.quiet {
            return Ok(());
        }
        if let Some(note) = unstated(&register) {
            streams.say("note", &note)?;
        }
        if let Some(warning) = ambiguous(&register) {
            streams.say("warning", &warning)?;
        }
        let count = capabilities.len();
        let noun = if count == 1 { "capability" } else { "capabilities" };
        streams.say("wrote", &format!("{} ({count} {noun})", self.path.display()))?;
        if matches!(self.format, Format::Xlsx) {
            let path = self.path.display();
            streams.say("note", &format!("lacuna patch {path} shows what is edited in it"))?;
        }
        Ok(())
    }

    /// What people keep holds more than what was understood.
    fn check_not_a_source(&self, found: &Assessed) -> Result<(), Failure> {
        let Ok(output) = fs::canonicalize(self.path) else { return Ok(()) };
        if found.sources.iter().any(|s| fs::canonicalize(s).is_ok_and(|s| s == output)) {
            let message = format!("{} is one of the inputs", self.path.display());
            return Err(Failure::new(message).help("give the register another name with -o"));
        }
        Ok(())
    }

    fn bytes(&self, register: &Register<'_>) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        match self.format {
            Format::Csv => register.csv(&mut bytes)?,
            Format::Json => register.json(&mut bytes)?,
            Format::Ndjson => register.ndjson(&mut bytes)?,
            Format::Xlsx => {
                bytes = register.xlsx(&help).map_err(|error| self.no_workbook(&error))?;
            }
        }
        Ok(bytes)
    }

    fn no_workbook(&self, error: &WorkbookError) -> Failure {
        let failure = Failure::new(error).within(&self.path.display().to_string());
        match error {
            WorkbookError::TooLarge(_) => failure.help("write .csv, which has no such limit"),
            WorkbookError::Broken(_) => failure,
        }
    }
}

/// What a column of the register is for.
fn help(column: &str) -> Option<ColumnHelp<'static>> {
    let help = Column::from_name(column)?.help()?;
    Some(ColumnHelp { meaning: &help.meaning, values: &help.values, is_fixed: help.fixed })
}

/// What is written as stated although nobody stated it.
fn unstated(register: &Register<'_>) -> Option<String> {
    let counts = register.unstated();
    let total: usize = counts.values().sum();
    let records = if total == 1 { "record" } else { "records" };
    let written = match counts.len() {
        0 => return None,
        1 => counts.keys().map(|status| status.word().to_owned()).collect::<Vec<_>>(),
        _ => counts.iter().map(|(status, n)| format!("{} ({n})", status.word())).collect(),
    };
    Some(format!("status of {total} {records} was not stated; written as {}", written.join(", ")))
}

/// Ids that one file cannot keep apart.
fn ambiguous(register: &Register<'_>) -> Option<String> {
    let ids = register.ambiguous();
    let first = format!("{:?}", ids.first()?);
    let subject = match ids.len() {
        1 => format!("{first} is the id of records that differ"),
        n => format!("{first} and {} more are ids of records that differ", n - 1),
    };
    Some(format!("{subject}; across files the strongest counts, read back from one file each does"))
}
