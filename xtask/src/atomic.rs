//! The tests of Atomic Red Team as facts: technique, GUID, platforms, executor, elevation. Neither
//! names nor commands are taken.

use std::error::Error;
use std::path::{Path, PathBuf};

use ingest::document::{self, Value};
use model::id::TechniqueId;

const SOURCE: &str = "# source: tests in redcanaryco/atomic-red-team, 2026; licence: MIT, \
Copyright (c) 2018 Red Canary, Inc.; ids, platforms and executors only; ATT&CK 19\n";

/// ATT&CK's platforms by those of Atomic Red Team.
const PLATFORMS: [(&str, &str); 12] = [
    ("azure-ad", "Identity Provider"),
    ("containers", "Containers"),
    ("esxi", "ESXi"),
    ("google-workspace", "Office Suite"),
    ("iaas:aws", "IaaS"),
    ("iaas:azure", "IaaS"),
    ("iaas:gcp", "IaaS"),
    ("linux", "Linux"),
    ("macos", "macOS"),
    ("office-365", "Office Suite"),
    ("saas", "SaaS"),
    ("windows", "Windows"),
];

/// A row per test, by technique and GUID.
pub(crate) fn table(shared: &Path, target: &Path) -> Result<String, Box<dyn Error>> {
    let archive = shared.join("corpora/rules/atomic-red-team.tar.zst");
    let tree = crate::unpacked(&archive, &target.join("atomic-red-team"))?;
    let mut rows = Vec::new();
    for file in files(&tree.join("atomics"))? {
        let at = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
        let text = std::fs::read_to_string(&file).map_err(|error| at(&error))?;
        for document in document::yaml(&text, &|_| true).map_err(|error| at(&error))? {
            rows.extend(tests(&document.value).ok_or_else(|| at(&"a fact is missing or new"))?);
        }
    }
    rows.sort();
    let rows = rows.iter().map(|(technique, cells)| format!("{technique},{cells}\n"));
    Ok(format!("{SOURCE}technique,test,platforms,executor,elevation\n{}", rows.collect::<String>()))
}

/// `atomics/T1003/T1003.yaml` and its like.
fn files(atomics: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(atomics)? {
        let folder = entry?.path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let file = folder.join(format!("{name}.yaml"));
        if file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

/// The tests of a file; `None` where something is not as expected.
fn tests(document: &Value) -> Option<Vec<(TechniqueId, String)>> {
    let technique = document.get("attack_technique")?.as_text()?.parse().ok()?;
    let tests = document.get("atomic_tests")?.list();
    tests.map(|test| Some((technique, cells(test)?))).collect()
}

fn cells(test: &Value) -> Option<String> {
    let guid = test.get("auto_generated_guid")?.as_text()?;
    let platforms = test.get("supported_platforms")?.list().map(platform);
    let mut platforms = platforms.collect::<Option<Vec<&str>>>().filter(|all| !all.is_empty())?;
    platforms.sort_unstable();
    platforms.dedup();
    let executor = test.at("executor.name")?.as_text()?;
    let elevation = match test.at("executor.elevation_required") {
        Some(Value::Bool(true)) => "yes",
        Some(Value::Bool(false)) => "no",
        None => "",
        Some(_) => return None,
    };
    Some(format!("{guid},{},{executor},{elevation}", platforms.join("|")))
}

fn platform(name: &Value) -> Option<&'static str> {
    let name = name.as_text()?;
    PLATFORMS.iter().find(|(known, _)| *known == name).map(|(_, platform)| *platform)
}
