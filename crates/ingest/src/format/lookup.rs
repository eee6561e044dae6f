//! Where something stands in a document: paths and conditions as descriptors write them.
//!
//! `rule.threat.technique.id` goes from key to key and into every item of a list on the way. A key
//! that holds dots itself is found too. `technique.{subtechnique.id,id}` takes, for each
//! technique, the first of the two that is there. A text that holds JSON is entered like a map.

use crate::document::{self, Value};

/// Every scalar at a path, as text, in the order of the document.
pub(super) fn texts(value: &Value, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    visit(value, path, &mut |value| {
        if let Some(text) = value.as_text() {
            found.push(text.into_owned());
        }
    });
    found
}

/// Calls `see` with everything at a path that is no list; says whether anything is there.
fn visit(value: &Value, path: &str, see: &mut dyn FnMut(&Value)) -> bool {
    match value {
        Value::List(items) => {
            // Every item is looked at, whatever the one before it held.
            items.iter().fold(false, |any, item| visit(item, path, see) | any)
        }
        Value::Null | Value::Skipped => false,
        value if path.is_empty() => {
            see(value);
            true
        }
        Value::Map(_) => match path.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            Some((choices, rest)) => choices
                .split(',')
                .any(|choice| visit(value, &format!("{}{rest}", choice.trim()), see)),
            None => heads(path)
                .any(|(key, rest)| value.get(key).is_some_and(|inner| visit(inner, rest, see))),
        },
        Value::Text(text) => json_in(text).is_some_and(|inner| visit(&inner, path, see)),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether something stands at a path, be it null or an empty list.
fn is_there(value: &Value, path: &str) -> bool {
    match value {
        Value::List(items) => items.iter().any(|item| is_there(item, path)),
        Value::Map(_) => heads(path).any(|(key, rest)| {
            value.get(key).is_some_and(|inner| rest.is_empty() || is_there(inner, rest))
        }),
        Value::Text(text) => json_in(text).is_some_and(|inner| is_there(&inner, path)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Skipped => false,
    }
}

/// Whether a condition holds: `path` is there, or `path=text` is that text; `path=text*` begins
/// with it. Upper and lower case are the same.
pub(super) fn holds(value: &Value, condition: &str) -> bool {
    let Some((path, wanted)) = condition.split_once('=') else {
        return is_there(value, condition);
    };
    let is_wanted = |text: &str| match wanted.strip_suffix('*') {
        Some(head) => text.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head)),
        None => text.trim().eq_ignore_ascii_case(wanted),
    };
    texts(value, path).iter().any(|text| is_wanted(text))
}

/// The path of a condition.
pub(super) fn path(condition: &str) -> &str {
    condition.split_once('=').map_or(condition, |(path, _)| path)
}

/// The top-level keys that a path may begin with.
pub(super) fn first_keys(path: &str) -> Vec<&str> {
    match path.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        Some((choices, _)) => {
            choices.split(',').flat_map(|choice| first_keys(choice.trim())).collect()
        }
        None => heads(path).map(|(key, _)| key).collect(),
    }
}

/// A path's first key with the rest of it, for every dot that may end the key.
fn heads(path: &str) -> impl Iterator<Item = (&str, &str)> {
    let dots = path.match_indices('.').map(|(at, _)| (&path[..at], &path[at + 1..]));
    dots.chain(std::iter::once((path, "")))
}

fn json_in(text: &str) -> Option<Value> {
    let is_json = text.trim_start().starts_with(['{', '[']);
    is_json.then(|| document::json(text).ok()).flatten().map(|document| document.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Value {
        document::json(text).unwrap().value
    }

    #[test]
    fn a_path_goes_into_every_item_of_a_list() {
        let value = json(r#"{"a":[{"b":["x","y"]},{"b":"z"},{"c":1}]}"#);
        assert_eq!(texts(&value, "a.b"), ["x", "y", "z"]);
        assert_eq!(texts(&value, "a.c"), ["1"]);
        assert!(texts(&value, "a.d").is_empty());
        assert!(texts(&value, "a").is_empty());
    }

    #[test]
    fn of_several_keys_each_item_gives_the_first_it_has() {
        let value = json(
            r#"{"t":[{"id":"T1","s":[{"id":"T1.1"},{"id":"T1.2"}]},{"id":"T2","s":[]},{"id":"T3"}]}"#,
        );
        assert_eq!(texts(&value, "t.{s.id,id}"), ["T1.1", "T1.2", "T2", "T3"]);
    }

    #[test]
    fn a_key_may_hold_dots_and_a_text_may_hold_json() {
        let value = json(r#"{"a":"1","a.b":"2","a.b.c":"{\"ids\":[\"T1059\"]}"}"#);
        assert_eq!(texts(&value, "a"), ["1"]);
        assert_eq!(texts(&value, "a.b"), ["2"]);
        assert_eq!(texts(&value, "a.b.c.ids"), ["T1059"]);
    }

    #[test]
    fn a_condition_asks_for_a_path_or_for_what_stands_there() {
        let value = json(r#"{"a":{"b":null,"c":[]},"kind":"Scheduled"}"#);
        for condition in ["a", "a.b", "a.c", "kind=scheduled", "kind=Sch*"] {
            assert!(holds(&value, condition), "{condition}");
        }
        for condition in ["b", "a.d", "kind=schedule", "a.b=", "kind=X*"] {
            assert!(!holds(&value, condition), "{condition}");
        }
    }
}
