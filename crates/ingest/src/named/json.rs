//! What stands in JSON: layers of ATT&CK Navigator, one or several, or a plain list of ids.

use model::diagnostic::Origin;

use super::{NotNamed, Raw, stem};
use crate::document::{self, Value};
use crate::file;
use crate::unfold::layer;

pub(super) fn json(text: &str, shown: &str) -> Result<(Vec<Raw>, bool), NotNamed> {
    let value = document::json(text).map_err(NotNamed::Broken)?.value;
    if value.list().any(|value| layer::is_our_own(value) || file::is_our_output(value)) {
        return Err(NotNamed::Other("it is an output of lacuna".to_owned()));
    }
    let is_layer = |value: &&Value| value.get("techniques").is_some_and(|t| !t.is_null());
    let layers: Vec<&Value> = value.list().filter(is_layer).collect();
    if !layers.is_empty() {
        let mut number = 0;
        let raws = layers.into_iter().map(|layer| layer_of(layer, shown, &mut number));
        return Ok((raws.collect(), matches!(value, Value::List(_))));
    }
    let texts: Vec<_> = value.list().filter_map(Value::as_text).collect();
    if texts.is_empty() {
        let what = "it is neither a layer of ATT&CK Navigator nor a list of ids";
        return Err(NotNamed::Other(what.to_owned()));
    }
    let mut raw = Raw { name: stem(shown).to_owned(), ..Raw::default() };
    for (ix, text) in texts.iter().enumerate() {
        let origin = Origin { record: Some(ix + 1), ..Origin::file(shown) };
        raw.ids(text, 1.0, &origin);
    }
    Ok((vec![raw], false))
}

/// The techniques that a layer means: those with a score above 0 where it has scores, else
/// those that are marked, else all; and never one that is disabled.
fn layer_of(value: &Value, shown: &str, number: &mut usize) -> Raw {
    let name = layer::word(value, "name").filter(|name| !name.is_empty());
    let mut raw = Raw { name: name.unwrap_or_else(|| stem(shown).to_owned()), ..Raw::default() };
    let entries: Vec<&Value> = value.get("techniques").into_iter().flat_map(Value::list).collect();
    let is_scored = entries.iter().any(|entry| layer::score(entry).is_some());
    let is_marked = entries.iter().any(|entry| layer::is_marked(entry));
    for entry in entries {
        *number += 1;
        let weight = match (is_scored, is_marked) {
            (true, _) => layer::score(entry),
            (false, true) => layer::is_marked(entry).then_some(1.0),
            (false, false) => Some(1.0),
        };
        let weight = weight.filter(|_| !layer::is_disabled(entry));
        if let Some((weight, id)) = weight.zip(layer::word(entry, "techniqueID")) {
            let origin = Origin { record: Some(*number), ..Origin::file(shown) };
            raw.ids(&id, weight, &origin);
        }
    }
    raw
}
