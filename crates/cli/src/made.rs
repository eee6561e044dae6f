//! Assessments that were made earlier, as files.

use std::path::Path;

use crate::failure::Failure;
use crate::project::{slashed, unreadable};

/// What an assessment is called in the folder of its report.
pub(crate) const ASSESSMENT: &str = "assessment.json";

/// Reads one, whole or in part; `help` says which files are meant.
pub(crate) fn read<T>(
    file: &Path,
    parse: fn(&[u8]) -> Result<T, String>,
    help: &str,
) -> Result<T, Failure> {
    let shown = slashed(file);
    let bytes = ingest::source::read(file).map_err(|error| unreadable(&shown, &error))?;
    parse(&bytes)
        .map_err(|error| Failure::new(format!("{shown}: no assessment: {error}")).help(help))
}

/// Which files are meant where one is named.
pub(crate) const NAME_ONE: &str =
    "name an assessment.json, as lacuna report or lacuna gaps --format json write it";
