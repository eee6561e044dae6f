//! Which techniques DeTT&CT would see in data sources of its own, which ATT&CK does not have: taken
//! from what a layer that it wrote says of each technique.

use std::error::Error;
use std::path::Path;

use model::id::TechniqueId;
use serde_json::Value;

const SOURCE: &str = "# source: a layer of data sources that DeTT&CT 2.2.0 wrote for its own sample; \
licence: facts, ids and relations only; ATT&CK 18.1\n";

/// What DeTT&CT adds to the names of its data sources.
const MARK: &str = " [DeTT&CT data source]";

/// What its data sources may stand for.
const CONTENT: &str = "Network Traffic Content";

/// A row a technique: the data sources, and whether they stand for ATT&CK's own component.
pub(crate) fn table(shared: &Path) -> Result<String, Box<dyn Error>> {
    let path = shared.join("golden/dettect/data_sources.json");
    let text = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let layer: Value = serde_json::from_slice(&text)?;
    let attack = ingest::snapshot::embedded("enterprise-attack", Some("18.1"));
    let attack = attack.ok_or("ATT&CK 18.1 is not built in")?;
    let mut rows: Vec<(TechniqueId, String)> = Vec::new();
    for annotation in layer["techniques"].as_array().into_iter().flatten() {
        let id: TechniqueId = annotation["techniqueID"].as_str().unwrap_or_default().parse()?;
        let own = said(annotation, "DeTT&CT data sources");
        let own: Vec<&str> = own.iter().filter_map(|name| name.strip_suffix(MARK)).collect();
        if own.is_empty() {
            continue;
        }
        let technique = attack.technique(id).map(|ix| &attack.techniques[ix]);
        let components = technique.map(|technique| &technique.components);
        let mut components = components.into_iter().flatten().map(|ix| &attack.components[*ix]);
        let is_gone = !said(annotation, "ATT&CK data sources").contains(&CONTENT);
        let stands_for_it = is_gone && components.any(|component| component.name == CONTENT);
        let instead = if stands_for_it { CONTENT } else { "" };
        rows.push((id, format!("{},{instead}", own.join("|"))));
    }
    rows.sort();
    let rows: String = rows.iter().map(|(id, row)| format!("{id},{row}\n")).collect();
    Ok(format!("{SOURCE}technique,sources,instead_of\n{rows}"))
}

/// The names that the first entry with this name lists, ascending.
fn said<'a>(annotation: &'a Value, name: &str) -> Vec<&'a str> {
    let entries = annotation["metadata"].as_array().into_iter().flatten();
    let found = entries.filter(|entry| entry["name"] == name).find_map(|e| e["value"].as_str());
    let mut names: Vec<&str> = found.into_iter().flat_map(|text| text.split(", ")).collect();
    names.sort_unstable();
    names
}
