//! Group administration files of DeTT&CT: what groups, campaigns and reports were seen to use.

use model::diagnostic::{Code, Origin};

use super::{NotNamed, Raw};
use crate::document::{self, Value};
use crate::extract;
use crate::record::shortened;

/// What a file of groups says that it is.
const KIND: &str = "group-administration";

/// The groups of a YAML file; `None` where it is no administration file.
pub(super) fn yaml(text: &str, shown: &str) -> Result<Option<Vec<Raw>>, NotNamed> {
    let is_administration = text.contains("file_type");
    let documents = match document::yaml(text, &|_| true) {
        Ok(documents) => documents,
        Err(error) if is_administration => return Err(NotNamed::Broken(error)),
        // A list of ids with names behind colons may look like YAML.
        Err(_) => return Ok(None),
    };
    let kind = |value: &Value| {
        let kind = value.get("file_type").and_then(Value::as_text);
        kind.map(|kind| kind.trim().to_owned())
    };
    let kinds: Vec<String> = documents.iter().filter_map(|d| kind(&d.value)).collect();
    if let Some(other) = kinds.iter().find(|kind| *kind != KIND) {
        let what = format!("it says what is in place ({}); read it as an INPUT", shortened(other));
        return Err(NotNamed::Other(what));
    }
    if kinds.is_empty() {
        return Ok(None);
    }
    let groups = documents.iter().filter_map(|document| document.value.get("groups"));
    let groups = groups.flat_map(Value::list).enumerate();
    Ok(Some(groups.map(|(ix, value)| group(value, ix + 1, shown)).collect()))
}

fn group(group: &Value, number: usize, shown: &str) -> Raw {
    let origin = Origin { record: Some(number), ..Origin::file(shown) };
    let word = |key: &str| {
        let word = group.get(key).and_then(Value::as_text)?;
        Some(word.trim().to_owned()).filter(|word| !word.is_empty())
    };
    let name = word("group_name").unwrap_or_else(|| format!("group {number}"));
    let campaign = word("campaign").map(|campaign| format!(": {campaign}"));
    let mut raw = Raw {
        name: format!("{name}{}", campaign.unwrap_or_default()),
        is_off: word("enabled").and_then(|word| extract::flag(&word)) == Some(false),
        ..Raw::default()
    };
    let techniques = group.get("technique_id").into_iter().flat_map(Value::list);
    for item in techniques {
        match item {
            Value::Map(weights) => {
                for (id, weight) in weights {
                    weighted(&mut raw, id, weight, &origin);
                }
            }
            item => group_ids(&mut raw, &item.as_text().unwrap_or_default(), 1.0, &origin),
        }
    }
    let software = group.get("software_id").into_iter().flat_map(Value::list);
    let software = software.filter_map(Value::as_text).filter(|text| !text.trim().is_empty());
    raw.software.extend(software.map(|text| (text.trim().to_owned(), origin.clone())));
    raw
}

fn weighted(raw: &mut Raw, id: &str, weight: &Value, origin: &Origin) {
    let text = weight.as_text().unwrap_or_default();
    match extract::number(&text, false) {
        Some(weight) => group_ids(raw, id, weight, origin),
        None => {
            let message = format!("the weight of {:?} is no number", shortened(id));
            let help = "write a number; 0 leaves the technique out";
            raw.report(Code::BadValue, origin, message, help);
        }
    }
}

fn group_ids(raw: &mut Raw, text: &str, weight: f64, origin: &Origin) {
    if extract::ids(text).next().is_none() && !text.trim().is_empty() {
        let message = format!("{:?} holds no ATT&CK id", shortened(text));
        raw.report(Code::BadId, origin, message, "write T1059 or T1059.001");
    }
    raw.ids(text, weight, origin);
}
