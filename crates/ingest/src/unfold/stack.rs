//! Mappings of one feature of a product to techniques, as the Center for Threat-Informed Defense
//! wrote them by hand: scores beneath each technique, and beneath groups of its sub-techniques.

use super::{record, text};
use crate::document::Value;

/// The top-level keys that are looked into.
pub(super) const KEYS: [&str; 4] = ["name", "platform", "ATT&CK version", "techniques"];

/// A record for each score; a feature that does nothing about any technique is one itself.
pub(super) fn records(file: &Value) -> Vec<Value> {
    let name = word(file, "name").unwrap_or_default();
    let techniques = file.get("techniques").into_iter().flat_map(Value::list);
    let scores: Vec<Value> =
        techniques.flat_map(|technique| of_technique(&name, technique)).collect();
    match scores.is_empty() {
        true => vec![record(vec![
            ("stack_feature", Some(text(name))),
            ("maps_nothing", Some(text("true"))),
        ])],
        false => scores,
    }
}

fn of_technique(name: &str, technique: &Value) -> Vec<Value> {
    let own = scores(technique, "technique-scores");
    let own = own.map(|score| of_score(name, score, ids([technique])));
    let groups = technique.get("sub-techniques-scores").into_iter().flat_map(Value::list);
    let of_group = |group: &Value| -> Vec<Value> {
        let subs = || group.get("sub-techniques").into_iter().flat_map(Value::list);
        scores(group, "scores").map(|score| of_score(name, score, ids(subs()))).collect()
    };
    own.chain(groups.flat_map(of_group)).collect()
}

fn scores<'a>(of: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    of.get(key).into_iter().flat_map(Value::list)
}

fn ids<'a>(techniques: impl IntoIterator<Item = &'a Value>) -> Value {
    let ids = techniques.into_iter().filter_map(|technique| word(technique, "id"));
    Value::List(ids.map(text).collect())
}

fn of_score(name: &str, score: &Value, ids: Value) -> Value {
    let (category, value) = (word(score, "category"), word(score, "value"));
    let parts = [Some(name.to_owned()), category.clone(), value.clone()];
    let id = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    record(vec![
        ("id", Some(text(id))),
        ("stack_feature", Some(text(name))),
        ("technique_ids", Some(ids)),
        ("category", category.map(text)),
        ("value", value.map(text)),
    ])
}

fn word(of: &Value, key: &str) -> Option<String> {
    of.get(key).and_then(Value::as_text).map(|word| word.trim().to_owned())
}
