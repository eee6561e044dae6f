//! Layers of ATT&CK Navigator, of any version. A layer colours techniques, and what its scores
//! count only its author knows: rules, controls, sightings. So a score says that a technique is
//! meant, never how well it is covered; only where a layer's metadata state a score of a known
//! scale does it count as that.

use std::collections::BTreeMap;

use super::{record, text};
use crate::document::Value;
use crate::extract;

/// The records of a layer, or of several in a list: one a technique and what is done about it.
pub(super) fn records(document: &Value) -> Vec<Value> {
    match document {
        Value::List(layers) => layers.iter().flat_map(of_layer).collect(),
        layer => of_layer(layer),
    }
}

fn of_layer(layer: &Value) -> Vec<Value> {
    if let Some(maker) = our_own(layer) {
        let description = ("layer_description", Some(text("")));
        return vec![record(vec![description, ("made_by", Some(text(maker)))])];
    }
    let entries: Vec<&Value> = layer.get("techniques").into_iter().flat_map(Value::list).collect();
    let is_scored = entries.iter().any(|entry| score(entry).is_some());
    // An entry a tactic: what is said about one technique belongs together.
    let mut techniques: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for entry in entries {
        techniques.entry(word(entry, "techniqueID").unwrap_or_default()).or_default().push(entry);
    }
    let of_technique =
        |(id, entries): (&String, &Vec<&Value>)| technique(layer, id, entries, is_scored);
    techniques.iter().flat_map(of_technique).collect()
}

/// Who made a layer, where that is lacuna.
fn our_own(layer: &Value) -> Option<String> {
    let maker = pairs(layer).find(|(name, _)| name == "made by").map(|(_, value)| value);
    maker.filter(|maker| maker.starts_with("lacuna"))
}

/// Whether lacuna made a layer.
pub(crate) fn is_our_own(layer: &Value) -> bool {
    our_own(layer).is_some()
}

/// Whether an entry of a layer is switched off.
pub(crate) fn is_disabled(entry: &Value) -> bool {
    word(entry, "enabled").as_deref() == Some("false")
}

/// Whether an entry has a colour, a comment or metadata.
pub(crate) fn is_marked(entry: &Value) -> bool {
    ["color", "comment"].iter().any(|key| word(entry, key).is_some_and(|w| !w.is_empty()))
        || entry.get("metadata").is_some_and(|metadata| metadata.list().next().is_some())
}

/// What a layer says that is done about a technique.
#[derive(Default)]
struct Claim {
    function: &'static str,
    ctid: Option<String>,
    detection: Option<String>,
    visibility: Option<f64>,
    /// The score is the least of its scale: there is none.
    is_none: bool,
}

fn technique(layer: &Value, id: &str, entries: &[&Value], is_scored: bool) -> Vec<Value> {
    let name = word(layer, "name").unwrap_or_default();
    let description = word(layer, "description").unwrap_or_default();
    let comments: Vec<String> = entries.iter().filter_map(|e| word(e, "comment")).collect();
    let highest = entries.iter().filter_map(|e| score(e)).max_by(f64::total_cmp);
    let metadata: Vec<&Value> = entries.iter().filter_map(|entry| entry.get("metadata")).collect();
    let is_off = entries.iter().all(|e| is_disabled(e));
    let is_meant = if is_scored { highest.is_some() } else { entries.iter().any(|e| is_marked(e)) };
    let mut claims: Vec<Claim> = entries.iter().flat_map(|entry| claims(entry)).collect();
    let is_stated = !claims.is_empty();
    if !is_stated {
        let said =
            [name.as_str(), &description].into_iter().chain(comments.iter().map(String::as_str));
        let function =
            if said.into_iter().any(speaks_of_prevention) { "prevent" } else { "detect" };
        let is_none = highest.is_some_and(|highest| highest <= 0.0);
        claims.push(Claim { function, is_none, ..Claim::default() });
    }
    let several = claims.len() > 1;
    let of_claim = |claim: Claim| {
        let status = match (is_off, claim.is_none) {
            (true, _) => Some("disabled"),
            (false, true) => Some("not implemented"),
            (false, false) => None,
        };
        let what = if several { format!(" {}", claim.function) } else { String::new() };
        let scored = highest.map(|score| format!("score {score}{}", scale(layer)));
        let notes: Vec<String> = scored.into_iter().chain(once_each(&comments)).collect();
        let notes = notes.join("; ");
        record(vec![
            ("layer", Some(text(&name))),
            ("layer_description", Some(text(&description))),
            ("id", Some(text(format!("{name}: {id}{what}")))),
            ("techniqueID", (!id.is_empty()).then(|| text(id))),
            ("comment", comments.first().map(text)),
            ("metadata", Some(Value::List(metadata.iter().map(|m| (*m).clone()).collect()))),
            ("shown_only", (!is_meant && !is_stated).then(|| text("true"))),
            ("function", Some(text(claim.function))),
            ("status", status.map(text)),
            ("basis", Some(text(if claim.ctid.is_some() { "published" } else { "attested" }))),
            ("ctid", claim.ctid.map(text)),
            ("detection_score", claim.detection.map(text)),
            ("visibility_share", claim.visibility.map(|share| text(share.to_string()))),
            ("unscored", (!is_stated).then(|| text("true"))),
            ("notes", (!notes.is_empty()).then(|| text(notes))),
        ])
    };
    claims.into_iter().map(of_claim).collect()
}

/// What the metadata of an entry state on a known scale: that of the Center for Threat-Informed
/// Defense, a category and its value, or scores of DeTT&CT.
fn claims(entry: &Value) -> Vec<Claim> {
    let mut found = Vec::new();
    let mut category = None;
    for (name, value) in pairs(entry) {
        match name.as_str() {
            "category" => category = function(&value),
            "value" => {
                let known = ["minimal", "partial", "significant"];
                let is_known = known.iter().any(|word| word.eq_ignore_ascii_case(&value));
                if let (Some(function), true) = (category.take(), is_known) {
                    found.push(Claim { function, ctid: Some(value), ..Claim::default() });
                }
            }
            "Detection score" => {
                if let Some(score) = extract::whole(&value).filter(|s| (-1..=5).contains(s)) {
                    let (detection, is_none) = (Some(value), score < 0);
                    found.push(Claim {
                        function: "detect",
                        detection,
                        is_none,
                        ..Claim::default()
                    });
                }
            }
            "Visibility score" => {
                if let Some(score) = extract::whole(&value).filter(|s| (0..=4).contains(s)) {
                    let (visibility, is_none) = (Some(score as f64 / 4.0), score == 0);
                    found.push(Claim {
                        function: "observe",
                        visibility,
                        is_none,
                        ..Claim::default()
                    });
                }
            }
            _ => {}
        }
    }
    found
}

fn function(category: &str) -> Option<&'static str> {
    match category.to_lowercase().as_str() {
        "protect" => Some("prevent"),
        "detect" => Some("detect"),
        "respond" => Some("respond"),
        _ => None,
    }
}

fn speaks_of_prevention(said: &str) -> bool {
    let said = said.to_lowercase();
    let mut words = said.split(|c: char| !c.is_alphanumeric());
    words.any(|word| ["mitigat", "prevent", "protect"].iter().any(|stem| word.starts_with(stem)))
}

/// What a layer's colours run over.
fn scale(layer: &Value) -> String {
    let end = |key: &str| word(layer.get("gradient")?, key);
    match (end("minValue"), end("maxValue")) {
        (Some(lowest), Some(highest)) => format!(" on a scale of {lowest} to {highest}"),
        _ => String::new(),
    }
}

fn once_each(comments: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for comment in comments.iter().filter(|comment| !comment.is_empty()) {
        // The same comment stands under every tactic; it is the first few that differ at all.
        if kept.len() < COMMENTS && !kept.contains(comment) {
            kept.push(comment.clone());
        }
    }
    kept
}

/// How many comments on one technique are kept.
const COMMENTS: usize = 20;

/// The metadata of a layer or of an entry.
fn pairs(value: &Value) -> impl Iterator<Item = (String, String)> + '_ {
    let metadata = value.get("metadata").into_iter().flat_map(Value::list);
    metadata.filter_map(|pair| Some((word(pair, "name")?, word(pair, "value")?)))
}

/// The score of an entry of a layer.
pub(crate) fn score(entry: &Value) -> Option<f64> {
    extract::number(&entry.get("score")?.as_text()?, false)
}

/// What a layer, or an entry of one, says under a key.
pub(crate) fn word(map: &Value, key: &str) -> Option<String> {
    Some(map.get(key)?.as_text()?.trim().to_owned())
}
