//! Decisions that stand in other files than `lacuna.toml`: what people filled in.

use std::collections::BTreeMap;
use std::path::Path;

use ingest::{Decisions, DecisionsError};
use model::attack::Attack;
use model::diagnostic::{Code, Diagnostic, Origin};
use model::id::TechniqueId;
use model::inputs::Disposition;

use crate::failure::Failure;
use crate::project::unreadable;

/// The decisions of a workbook or table.
pub(crate) fn read(path: &Path, shown: &str, attack: &Attack) -> Result<Decisions, Failure> {
    let bytes = ingest::source::read(path).map_err(|error| unreadable(shown, &error))?;
    ingest::decisions(&bytes, shown, attack).map_err(|error| {
        let help = match &error {
            DecisionsError::NoTable(error) => error.help(),
            DecisionsError::NoHeader => {
                "decisions stand in lacuna.xlsx, as report writes it, or in a table with the \
                 columns technique and decision"
            }
        };
        Failure::new(error).within(shown).help(help)
    })
}

/// The project's own decisions and those of tables, each technique once: a later table holds
/// against an earlier one, and the project's own against them all. What was outweighed is told.
pub(crate) fn joined(
    own: Vec<Disposition>,
    tables: Vec<Decisions>,
) -> (Vec<Disposition>, Vec<Diagnostic>) {
    let mut told = Vec::new();
    let mut taken: BTreeMap<TechniqueId, Disposition> = BTreeMap::new();
    for table in tables {
        told.extend(table.diagnostics);
        for later in table.taken {
            if let Some(earlier) = taken.insert(later.technique, later.clone()) {
                told.extend(outweighed(&earlier, &later, &table.shown));
            }
        }
    }
    for disposition in &own {
        if let Some(earlier) = taken.remove(&disposition.technique) {
            told.extend(outweighed(&earlier, disposition, "lacuna.toml"));
        }
    }
    (own.into_iter().chain(taken.into_values()).collect(), told)
}

/// That another decision holds, where the two differ.
fn outweighed(decided: &Disposition, by: &Disposition, place: &str) -> Option<Diagnostic> {
    if decided.decided.says_the_same(&by.decided) {
        return None;
    }
    let (own, other) = (decided.decided.decision.word(), by.decided.decision.word());
    let technique = decided.technique;
    let message = match own == other {
        true => {
            format!("{place} decides otherwise about {technique} (owner, day or reason), and holds")
        }
        false => format!("{own} {technique} is not taken: {place} says {other}, and holds"),
    };
    let origin = decided.decided.origin.clone().unwrap_or_else(|| Origin::file(place));
    let help = format!("decide in one place, or remove what {place} says");
    Some(Diagnostic::new(Code::DecidedElsewhere, origin, message, help))
}
