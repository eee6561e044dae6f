//! `lacuna export`: what was understood, as the files of another program.

use std::path::Path;

use model::capability::Function;
use report::dettect;
use report::view;

use crate::Outcome;
use crate::args::{Common, Compat};
use crate::assessing::{Assessed, assessed};
use crate::failure::Failure;
use crate::folder::write_folder;
use crate::streams::Streams;

pub(crate) fn run(common: &Common, to: Compat, output: &Path) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let found = assessed(common, &mut streams)?;
    found.tell(common, false, &mut streams)?;
    let files = match to {
        Compat::Dettect => files(&found),
    };
    write_folder(output, &files, &[])?;
    if !common.talk.quiet {
        for note in left_out(&found, &files) {
            streams.say("note", &note)?;
        }
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        streams.say("wrote", &format!("{}: {}", output.display(), names.join(", ")))?;
    }
    Ok(super::outcome(found.is_refused))
}

fn files(found: &Assessed) -> Vec<(&'static str, Vec<u8>)> {
    let files = dettect::files(&found.assessment, &found.attack, &found.dettect_sources());
    let all = [
        (TECHNIQUES, Some(files.techniques)),
        (DATA_SOURCES, files.data_sources),
        (GROUPS, files.groups),
    ];
    all.into_iter().filter_map(|(name, text)| Some((name, text?.into_bytes()))).collect()
}

const TECHNIQUES: &str = "techniques.yaml";
const DATA_SOURCES: &str = "data-sources.yaml";
const GROUPS: &str = "groups.yaml";

/// What DeTT&CT has no place for, and what there is nothing to say about.
fn left_out(found: &Assessed, files: &[(&str, Vec<u8>)]) -> Vec<String> {
    let mut notes = Vec::new();
    let has_no_place = |function| matches!(function, Function::Prevent | Function::Respond);
    let capabilities = found.assessment.capabilities.iter();
    match capabilities.filter(|capability| has_no_place(capability.function)).count() {
        0 => {}
        count => notes.push(format!(
            "DeTT&CT knows no prevention and no response: {} left out",
            view::count(count, "record")
        )),
    }
    let is_missing = |name: &str| files.iter().all(|(written, _)| *written != name);
    if is_missing(DATA_SOURCES) {
        notes.push(format!("no data source is in the inputs, so there is no {DATA_SOURCES}"));
    }
    if is_missing(GROUPS) {
        notes.push(format!(
            "no adversary is in the profile, so there is no {GROUPS}; name some with --adversary"
        ));
    }
    notes
}
