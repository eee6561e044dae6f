//! Mappings of the Center for Threat-Informed Defense.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ingest::SourceRead;
use model::capability::Capability;
use model::diagnostic::Code;
use serde_json::Value;

use super::{count, drafts, read, release};
use crate::support::{json, lacuna, scratch, shared};

/// What maps no control: vulnerabilities and words for incidents.
const NO_CONTROLS: [&str; 2] = ["kev", "veris"];

pub(super) fn unpacked(archive: &Path, folder: &Path) -> PathBuf {
    let file = folder.join(archive.file_stem().unwrap());
    let status = Command::new("zstd").arg("-qdf").arg(archive).arg("-o").arg(&file).status();
    assert!(status.unwrap().success(), "{}", archive.display());
    file
}

#[test]
fn every_count_of_the_ctid_mappings_is_met() {
    let Some(shared) = shared() else { return };
    let truth = json(&shared.join("corpora/truth/ctid.json"));
    let attack = release();
    let folder = scratch("ctid");
    let mut seen = Vec::new();
    let archives = fs::read_dir(shared.join("corpora/ctid")).unwrap();
    for archive in archives.map(|entry| entry.unwrap().path()) {
        let name = archive.file_stem().unwrap().to_string_lossy().into_owned();
        let Some(truth) = truth.get(&name) else { continue };
        let read = read(&attack, &unpacked(&archive, &folder));
        let account = &read.account;
        let framework = truth["framework"].as_str().unwrap();
        let is_control = !NO_CONTROLS.contains(&framework);
        let number = |key: &str| truth[key].as_u64().unwrap() as usize;
        let (objects, unmapped) = (number("mapping_objects"), number("non_mappable"));
        let records = if is_control { objects - unmapped } else { 0 };
        let counts = (account.records, account.skipped, account.not_understood);
        assert_eq!(counts, (records, objects - records, 0), "{name}");
        assert_eq!(drafts(&read, &|_| true).count(), records, "{name}");
        let told: BTreeSet<Code> = read.diagnostics.iter().map(|d| d.code).collect();
        assert!(told.iter().all(|code| *code == Code::SkippedFile), "{name}: {told:?}");
        if is_control {
            assert_eq!(account.format, "ctid", "{name}");
            let ids = read.drafts.iter().flat_map(|d| &d.ids).map(|(id, _)| *id);
            let families = read.drafts.iter().map(|d| &d.capability.family);
            let (techniques, families) = (distinct(ids), distinct(families));
            // NIST lists techniques without a control, the others controls without a technique.
            let found = match framework {
                "nist_800_53" => (techniques + unmapped, families + usize::from(unmapped > 0)),
                // One control of CSA's stands both with a technique and without.
                "csa_ccm" => (techniques, families + unmapped - 1),
                _ => (techniques, families + unmapped),
            };
            assert_eq!(found, (number("techniques"), number("capabilities")), "{name}");
            assert_eq!(scores(&truth["score"], unmapped), scores_of(&read), "{name}");
        }
        seen.push(name);
    }
    assert_eq!(seen.len(), 14, "{seen:?}");
}

/// What describes sensors, threats or the schema itself is no control: it is passed over, and said.
#[test]
fn what_the_ctid_publishes_beside_mappings_is_no_coverage() {
    let Some(shared) = shared() else { return };
    let ctid = shared.join("corpora/ctid");
    let folder = scratch("ctid-beside");
    let sensors = fs::read_dir(ctid.join("sensor-mappings")).unwrap();
    let mut files: Vec<PathBuf> = sensors.map(|entry| entry.unwrap().path()).collect();
    let others =
        ["top-attack-techniques_Techniques.json.zst", "mapex-unified-data-schema.json.zst"];
    files.extend(others.map(|name| ctid.join(name)));
    assert_eq!(files.len(), 9);
    for file in files {
        let packed = file.extension().is_some_and(|ending| ending == "zst");
        let file = if packed { unpacked(&file, &folder) } else { file };
        let output = lacuna(&folder, &["import", &file.to_string_lossy()]);
        assert_eq!(output.status.code(), Some(2), "{}", file.display());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("no usable record in"), "{said}");
    }
}

fn distinct<K: Ord>(keys: impl Iterator<Item = K>) -> usize {
    keys.collect::<BTreeSet<K>>().len()
}

/// How often each function and score occurs, by truth; what maps nothing is left out.
fn scores(truth: &Value, unmapped: usize) -> BTreeMap<String, usize> {
    let score = |(score, count): (&String, &Value)| {
        let count = count.as_u64().unwrap() as usize;
        match score.as_str() {
            "None/None" => ("prevent/unscored".to_owned(), count - unmapped),
            score => (score.replace("protect", "prevent"), count),
        }
    };
    let truth = truth.as_object().into_iter().flatten();
    truth.map(score).filter(|(_, count)| *count > 0).collect()
}

/// The same, by what was read.
fn scores_of(read: &SourceRead) -> BTreeMap<String, usize> {
    count(drafts(read, &|_| true).map(|draft| {
        let Capability { function, ctid, unscored, .. } = &*draft.capability;
        assert_eq!(*unscored, ctid.is_none());
        format!("{}/{}", function.word(), ctid.map_or("unscored", |score| score.word()))
    }))
}
