//! `cargo xtask catalogues`: takes ids, numbers and tests per technique from the reference data;
//! nothing else of it is copied.

use std::error::Error;
use std::path::Path;

use model::id::TechniqueId;
use serde_json::Value;

const CHOKE_POINTS: &str = "# source: center-for-threat-informed-defense/top-attack-techniques@87cc589, \
choke points; licence: Apache-2.0; ATT&CK 14.1\n";

const PUBLIC_RULES: &str = "# source: rules per technique in SigmaHQ/sigma@8eaafff, \
elastic/detection-rules, splunk/security_content@b13b314, and tests in \
redcanaryco/atomic-red-team, 2026; licence: counts, no rule is reproduced; ATT&CK 18.1\n";

/// Writes all catalogues; archives are unpacked into `target`.
pub(crate) fn write(shared: &Path, controls: &Path, target: &Path) -> Result<(), Box<dyn Error>> {
    let golden = shared.join("golden");
    let choke = read(&golden.join("ctid_top_attack.json"))?;
    let rows = table(&choke, "table", |row| Some(decimals(row["choke"].as_f64()?)))?;
    let text = format!("{CHOKE_POINTS}technique,choke\n{rows}");
    crate::save(&controls.join("catalogues/choke_points.csv"), &text)?;

    let rules = read(&golden.join("public-rule-facts.json"))?;
    let rows = table(&rules, "rule_counts", counts)?;
    let text = format!("{PUBLIC_RULES}technique,sigma,elastic,splunk,atomic\n{rows}");
    crate::save(&controls.join("catalogues/public_rules.csv"), &text)?;

    let text = crate::atomic::table(shared, target)?;
    crate::save(&controls.join("catalogues/atomic_tests.csv"), &text)?;

    let text = crate::dettect::table(shared)?;
    crate::save(&controls.join("catalogues/dettect_sources.csv"), &text)?;

    let folder = controls.join("catalogues/frameworks");
    std::fs::create_dir_all(&folder)?;
    for (name, text) in crate::frameworks::tables(shared)? {
        crate::save(&folder.join(format!("{name}.csv")), &text)?;
    }

    let folder = controls.join("catalogues/relations");
    let nist = crate::frameworks::controls_of_nist(shared)?;
    for (name, text) in crate::relations::tables(shared, &folder, &nist)? {
        crate::save(&folder.join(format!("{name}.csv")), &text)?;
    }
    references(shared, controls, target)
}

/// Writes what well-known stacks come to. The figures are those of the catalogues that this program
/// was built with: where these have just changed, it is to be run once more.
pub(crate) fn references(
    shared: &Path,
    controls: &Path,
    target: &Path,
) -> Result<(), Box<dyn Error>> {
    let catalogues = controls.join("catalogues");
    let text = crate::references::table(shared, &catalogues, target)?;
    crate::save(&catalogues.join("reference_stacks.csv"), &text)
}

fn read(path: &Path) -> Result<Value, Box<dyn Error>> {
    let text = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", path.display()))?)
}

/// A row per technique, sorted by id.
fn table(
    json: &Value,
    key: &str,
    cells: impl Fn(&Value) -> Option<String>,
) -> Result<String, Box<dyn Error>> {
    let table = json[key].as_object().ok_or_else(|| format!("{key}: not an object"))?;
    let mut rows = Vec::new();
    for (id, row) in table {
        let technique: TechniqueId = id.parse()?;
        let cells = cells(row).ok_or_else(|| format!("{key}: {id}: a number is missing"))?;
        rows.push((technique, cells));
    }
    rows.sort();
    Ok(rows.iter().map(|(technique, cells)| format!("{technique},{cells}\n")).collect())
}

/// At most six decimals, without zeros at the end.
fn decimals(number: f64) -> String {
    let rounded = format!("{number:.6}");
    rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Sigma, Elastic, Splunk, Atomic.
fn counts(row: &Value) -> Option<String> {
    let row = row.as_array().filter(|row| row.len() == 4)?;
    let counts: Option<Vec<String>> =
        row.iter().map(|count| Some(count.as_u64()?.to_string())).collect();
    Some(counts?.join(","))
}
