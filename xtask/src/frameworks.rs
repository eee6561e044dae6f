//! What the controls of frameworks and products do about techniques, as the Center for
//! Threat-Informed Defense maps them: ids, functions, scores and relations. Neither names nor
//! comments are taken.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;

use model::id::TechniqueId;
use serde_json::Value;

/// Each framework with the file that maps it.
const FRAMEWORKS: [(&str, &str); 7] = [
    ("aws", "aws-12.12.2024_attack-16.1-enterprise"),
    ("azure", "azure-04.26.2025_attack-16.1-enterprise"),
    ("cri_profile", "cri_profile-v2.1_attack-16.1-enterprise"),
    ("csa_ccm", "csa_ccm-4.1_attack-17.1-enterprise"),
    ("gcp", "gcp-03.06.2025_attack-16.1-enterprise"),
    ("m365", "m365-07.18.2025_attack-16.1-enterprise"),
    ("nist_800_53", "nist_800_53-rev5_attack-16.1-enterprise"),
];

/// Controls that exist, with no mapping of their own, as a table whose first column names them.
const NIST_CONTROLS: &str = "corpora/controls/nist800-53-r5-controls.tsv";

/// Words for how strongly a control acts, from the weakest.
const SCORES: [&str; 4] = ["", "minimal", "partial", "significant"];

/// A framework, and the text of its catalogue.
pub(crate) fn tables(shared: &Path) -> Result<Vec<(&'static str, String)>, Box<dyn Error>> {
    let table = |(name, file): (&'static str, &str)| {
        let path = shared.join("corpora/ctid").join(format!("{file}.json.zst"));
        let json: Value = serde_json::from_slice(&crate::attack::bytes(&path)?)?;
        let others = match name {
            "nist_800_53" => controls_of_nist(shared)?,
            _ => BTreeSet::new(),
        };
        let text = table(&json, others).ok_or_else(|| format!("{file}: a fact is missing"))?;
        Ok((name, text))
    };
    FRAMEWORKS.into_iter().map(table).collect()
}

/// The ids of the controls of NIST 800-53 rev 5.
pub(crate) fn controls_of_nist(shared: &Path) -> Result<BTreeSet<String>, Box<dyn Error>> {
    nist_controls(&shared.join(NIST_CONTROLS))
}

/// The ids at the start of lines; enhancements are left out.
fn nist_controls(path: &Path) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let text = std::fs::read_to_string(path)?;
    let id = |line: &str| {
        let (family, number) = line.split(['\t', ',']).next()?.trim_matches('"').split_once('-')?;
        let number: u8 = number.parse().ok()?;
        (family.len() == 2).then(|| format!("{family}-{number:02}"))
    };
    let ids: BTreeSet<String> = text.lines().filter_map(id).collect();
    if ids.len() < 300 { Err(format!("{}: few ids", path.display()).into()) } else { Ok(ids) }
}

/// A row per control, function and score; one without techniques where a control maps to nothing.
fn table(json: &Value, others: BTreeSet<String>) -> Option<String> {
    let metadata = |key: &str| json["metadata"][key].as_str();
    let (framework, version) =
        (metadata("mapping_framework")?, metadata("mapping_framework_version")?);
    let attack = metadata("attack_version")?;
    let mut controls = others;
    let mut best: BTreeMap<(String, &str, TechniqueId), usize> = BTreeMap::new();
    for object in json["mapping_objects"].as_array()? {
        let Some(control) = object["capability_id"].as_str() else { continue };
        controls.insert(control.to_owned());
        let Some(technique) = object["attack_object_id"].as_str() else { continue };
        let function = match object["score_category"].as_str() {
            None | Some("protect") => "prevent",
            Some("detect") => "detect",
            Some("respond") => "respond",
            Some(_) => return None,
        };
        let score = object["score_value"].as_str().unwrap_or_default();
        let score = SCORES.iter().position(|known| *known == score)?;
        let known =
            best.entry((control.to_owned(), function, technique.parse().ok()?)).or_default();
        *known = score.max(*known);
    }
    let mut rows: BTreeMap<(&str, &str, usize), Vec<String>> = BTreeMap::new();
    for ((control, function, technique), score) in &best {
        rows.entry((control, function, *score)).or_default().push(technique.to_string());
    }
    let mapped: BTreeSet<&str> = rows.keys().map(|(control, ..)| *control).collect();
    let bare: Vec<&str> =
        controls.iter().map(String::as_str).filter(|id| !mapped.contains(id)).collect();
    bare.into_iter().for_each(|control| _ = rows.insert((control, "", 0), Vec::new()));
    let rows = rows.iter().map(|((control, function, score), techniques)| {
        format!("{control},{function},{},{}\n", SCORES[*score], techniques.join(" "))
    });
    Some(format!(
        "# source: center-for-threat-informed-defense/mappings-explorer, {framework} {version}; \
         licence: Apache-2.0, Copyright MITRE Engenuity; ids and relations only; ATT&CK {attack}\n\
         control,function,score,techniques\n{}",
        rows.collect::<String>()
    ))
}
