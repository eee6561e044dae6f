//! The patch as a file, on its own or on top of what it holds already.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use ingest::{Change, Column, Patch};
use model::capability::Capability;
use report::patch::Difference;
use report::register::Register;

use crate::args::Common;
use crate::assessing::Assessed;
use crate::failure::Failure;
use crate::folder::write_file;
use crate::project::Plan;
use crate::streams::Streams;

/// Where a patch, or a register, is to be written.
pub(super) struct CsvFile<'a>(&'a Path);

/// The changes as a project would take them.
pub(super) fn patch(shown: &str, difference: &Difference) -> Patch {
    let change = |change: &report::patch::Change| {
        Some(Change {
            line: 0,
            file: change.file.clone(),
            id: change.id.clone(),
            column: Column::from_name(change.column)?,
            before: change.before.clone(),
            after: change.after.clone(),
        })
    };
    let changes = difference.changes.iter().filter_map(change).collect();
    Patch { shown: shown.to_owned(), changes, diagnostics: Vec::new() }
}

impl<'a> CsvFile<'a> {
    /// What is to be written is called `what`.
    pub(super) fn of(path: &'a Path, what: &str) -> Result<Self, Failure> {
        match path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")) {
            true => Ok(Self(path)),
            false => {
                let message = format!("{}: {what} is a .csv file", path.display());
                Err(Failure::new(message).help("give it a name that ends with .csv"))
            }
        }
    }

    pub(super) fn check_not_an_input<'p>(
        &self,
        mut inputs: impl Iterator<Item = &'p Path>,
    ) -> Result<(), Failure> {
        match inputs.any(|input| is_same(self.0, input)) {
            true => {
                let message = format!("{} is one of the inputs", self.0.display());
                Err(Failure::new(message).help("give it another name"))
            }
            false => Ok(()),
        }
    }

    /// The patch that the project has in this place already. What is not understood of it would be
    /// lost.
    pub(super) fn earlier(&self, plan: &Plan) -> Result<Option<Patch>, Failure> {
        let mut known = plan.patch_files.iter().zip(&plan.patches);
        let Some((_, patch)) = known.find(|(path, _)| is_same(self.0, path)) else {
            return Ok(None);
        };
        match patch.diagnostics.first() {
            None => Ok(Some(patch.clone())),
            Some(remark) => {
                let message = format!("{}: {}", remark.origin, remark.message);
                let help = format!("correct it first: {} is written anew", patch.shown);
                Err(Failure::new(message).help(help))
            }
        }
    }

    /// Writes the changes; a patch that the project has already keeps what it says.
    pub(super) fn write(
        &self,
        difference: &Difference,
        earlier: Option<&Patch>,
        found: &Assessed,
        common: &Common,
        streams: &mut Streams,
    ) -> Result<(), Failure> {
        let known = earlier.map_or(&[][..], |patch| &patch.changes);
        let changes = joined(known, patch("", difference).changes, found);
        let mut bytes = Vec::new();
        let fields = changes.iter().map(|c| {
            [c.file.as_str(), c.id.as_str(), c.column.name(), c.before.as_str(), c.after.as_str()]
        });
        report::patch::csv(fields, &mut bytes)?;
        write_file(self.0, &bytes)?;
        if common.talk.quiet {
            return Ok(());
        }
        let path = self.0.display();
        let n = report::view::count(changes.len(), "change");
        streams.say("wrote", &format!("{path} ({n})"))?;
        if earlier.is_none() {
            let name = self.0.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let line = format!("to take it, say patches = [{name:?}] at the top of lacuna.toml");
            streams.say("note", &line)?;
        }
        Ok(())
    }

    /// Writes rows that no source has yet, to be a source.
    pub(super) fn write_rows(
        &self,
        rows: &[Arc<Capability>],
        common: &Common,
        streams: &mut Streams,
    ) -> Result<(), Failure> {
        if !rows.is_empty() {
            let mut bytes = Vec::new();
            Register::of(rows).csv(&mut bytes)?;
            write_file(self.0, &bytes)?;
        }
        if common.talk.quiet {
            return Ok(());
        }
        let path = self.0.display();
        match rows.len() {
            0 => streams.say("note", &format!("no row was added; {path} is not written"))?,
            n => streams.say("wrote", &format!("{path} ({})", report::view::count(n, "row")))?,
        }
        Ok(())
    }
}

/// Earlier changes with later ones on top: a cell that was changed twice was what it was before
/// the first time.
fn joined(earlier: &[Change], later: Vec<Change>, found: &Assessed) -> Vec<Change> {
    let key = |c: &Change| (c.file.clone(), c.id.clone(), c.column);
    let mut all: BTreeMap<_, Change> = earlier.iter().map(|c| (key(c), c.clone())).collect();
    // A change that was not taken, since the source says something else, is no beginning.
    let is_taken = |c: &Change| {
        let mut records = found.assessment.capabilities.iter();
        let record = records.find(|r| r.origin.path == c.file && r.id == c.id);
        record.is_some_and(|r| r.patched.iter().any(|name| name == c.column.name()))
    };
    for mut change in later {
        if let Some(first) = all.get(&key(&change)).filter(|c| is_taken(c)) {
            change.before.clone_from(&first.before);
        }
        match change.before == change.after {
            true => _ = all.remove(&key(&change)),
            false => _ = all.insert(key(&change), change),
        }
    }
    all.into_values().collect()
}

fn is_same(a: &Path, b: &Path) -> bool {
    fs::canonicalize(a).is_ok_and(|a| fs::canonicalize(b).is_ok_and(|b| a == b))
}
