//! Where something stands in a document: paths and conditions as descriptors write them.
//!
//! `rule.threat.technique.id` goes from key to key and into every item of a list on the way. A key
//! that holds dots itself is found too. `technique.{subtechnique.id,id}` takes, for each
//! technique, the first of the two that is there. A text that holds JSON is entered like a map.
//!
//! A condition is a path, where something is to stand, or `path=text`, where that text is to stand;
//! `*` in it fits anything, and upper and lower case are the same. `!` before it turns it round, and
//! of several joined with ` & ` each must hold.

use serde::Deserialize;

use super::log_source::fits;
use crate::document::{self, Value};

/// A path of a descriptor.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(super) struct Path {
    text: String,
    /// It is a key of the document and nothing more.
    is_key: bool,
}

impl From<String> for Path {
    fn from(text: String) -> Self {
        let is_key = !text.is_empty() && !text.contains(['.', '{']);
        Self { text, is_key }
    }
}

impl Path {
    /// The path as the descriptor has it.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Every scalar at the path, as text, in the order of the document.
    pub(super) fn texts(&self, document: &Value) -> Vec<String> {
        match document {
            // Most paths are a key, and most documents have few of the keys asked for.
            Value::Map(_) if self.is_key => {
                document.get(&self.text).map(|value| texts(value, "")).unwrap_or_default()
            }
            _ => texts(document, &self.text),
        }
    }
}

/// Every scalar at a path, as text, in the order of the document.
fn texts(value: &Value, path: &str) -> Vec<String> {
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

/// The items of the list at a path, or of all the lists that stand there where the path goes through
/// lists itself; `None` where no list is.
pub(super) fn items<'a>(value: &'a Value, path: &str) -> Option<Vec<&'a Value>> {
    let Some((key, rest)) = path.split_once('.').or((!path.is_empty()).then_some((path, "")))
    else {
        return match value {
            Value::List(items) => Some(items.iter().collect()),
            _ => None,
        };
    };
    match value {
        Value::List(inner) => {
            let found: Vec<Vec<&Value>> = inner.iter().filter_map(|v| items(v, path)).collect();
            (!found.is_empty()).then(|| found.concat())
        }
        value => items(value.get(key)?, rest),
    }
}

/// Whether something stands at a path, be it null or an empty list.
fn is_there(value: &Value, path: &str) -> bool {
    match value {
        Value::List(items) => items.iter().any(|item| is_there(item, path)),
        Value::Map(_) => match path.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            Some((choices, rest)) => choices
                .split(',')
                .any(|choice| is_there(value, &format!("{}{rest}", choice.trim()))),
            None => heads(path).any(|(key, rest)| {
                value.get(key).is_some_and(|inner| rest.is_empty() || is_there(inner, rest))
            }),
        },
        Value::Text(text) => json_in(text).is_some_and(|inner| is_there(&inner, path)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Skipped => false,
    }
}

/// Whether a condition holds.
pub(super) fn holds(value: &Value, condition: &str) -> bool {
    terms(condition).all(|term| {
        let (is_wanted, term) = sign(term);
        let is_so = match term.split_once('=') {
            None => is_there(value, term),
            Some((path, wanted)) => {
                let wanted = wanted.to_lowercase();
                let found = texts(value, path);
                found.iter().any(|text| fits(&wanted, &text.trim().to_lowercase()))
            }
        };
        is_so == is_wanted
    })
}

/// Whether a condition may hold for rows that have these columns.
pub(super) fn may_hold(header: &Value, condition: &str) -> bool {
    let names = terms(condition).map(sign);
    // What a column does not hold shows in the rows; that it is missing shows here.
    names.filter(|(is_wanted, term)| *is_wanted || !term.contains('=')).all(|(is_wanted, term)| {
        is_there(header, term.split_once('=').map_or(term, |(path, _)| path)) == is_wanted
    })
}

/// The paths of a condition, each with whether what stands there matters.
pub(super) fn paths(condition: &str) -> impl Iterator<Item = (&str, bool)> {
    terms(condition).map(|term| match sign(term).1 {
        // That a key is there shows without its value.
        term if !term.contains(['.', '=']) => (term, false),
        term => (term.split_once('=').map_or(term, |(path, _)| path), true),
    })
}

/// Top-level keys of which a document has at least one where a condition holds; `None` where it may
/// hold without any.
pub(super) fn needed_keys(condition: &str) -> Option<Vec<String>> {
    let wanted = terms(condition).map(sign).find(|(is_wanted, _)| *is_wanted);
    wanted.map(|(_, term)| first_keys(term.split_once('=').map_or(term, |(path, _)| path)))
}

fn terms(condition: &str) -> impl Iterator<Item = &str> {
    condition.split(" & ").map(str::trim)
}

fn sign(term: &str) -> (bool, &str) {
    term.strip_prefix('!').map_or((true, term), |term| (false, term))
}

/// No path is longer, in bytes.
const LONGEST_PATH: usize = 1_000;

/// Why a path leads nowhere, where that shows without a document.
pub(super) fn fault(path: &str) -> Option<String> {
    if path.is_empty() {
        return Some("a path is empty".to_owned());
    }
    if path.len() > LONGEST_PATH {
        let start: String = path.chars().take(20).collect();
        return Some(format!("the path {start:?}... is longer than {LONGEST_PATH} bytes"));
    }
    // A choice stands where a key begins, and holds no other.
    let mut rest = path;
    while let Some((before, inside)) = rest.split_once('{') {
        let begins_key = before.is_empty() || before.ends_with('.');
        match inside.split_once('}') {
            Some((choices, after)) if begins_key && !choices.contains('{') => rest = after,
            _ => return Some(format!("the braces of the path {path:?} cannot be understood")),
        }
    }
    None
}

/// The top-level keys that a path may begin with.
pub(super) fn first_keys(path: &str) -> Vec<String> {
    match path.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        Some((choices, rest)) => {
            let choices = choices.split(',').map(|choice| format!("{}{rest}", choice.trim()));
            choices.flat_map(|path| first_keys(&path)).collect()
        }
        None => heads(path).map(|(key, _)| key.to_owned()).collect(),
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
    fn a_list_may_stand_in_lists() {
        let value = json(r#"{"a":[{"b":[1,2]},{"c":0},{"b":[3]}],"d":[4],"e":{"f":[]}}"#);
        let texts = |path| {
            let found = items(&value, path)?;
            Some(found.iter().filter_map(|v| v.as_text()).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(texts("a.b").as_deref(), Some("1 2 3"));
        assert_eq!(texts("d").as_deref(), Some("4"));
        assert_eq!(texts("e.f").as_deref(), Some(""));
        assert_eq!((texts("a.x"), texts("x"), texts("a.c")), (None, None, None));
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
    fn a_path_begins_with_the_keys_of_each_choice() {
        assert_eq!(first_keys("a.b"), ["a", "a.b"]);
        assert_eq!(first_keys("{,c.}a.b"), ["a", "a.b", "c", "c.a", "c.a.b"]);
        assert_eq!(needed_keys("!x & {y,z}=1"), Some(vec!["y".to_owned(), "z".to_owned()]));
        assert_eq!(needed_keys("!x"), None);
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

    #[test]
    fn conditions_are_joined_and_turned_round() {
        let value = json(r#"{"a":{"b":"x - Rule"},"c":[]}"#);
        for condition in
            ["a & c", "!d", "a.b=* - rule", "a & !d & !a.b=y", "{d,a}.b", "!c=*", "a.b=*"]
        {
            assert!(holds(&value, condition), "{condition}");
        }
        for condition in ["a & d", "!a", "a.b=* - rules", "!a.b=x*", "{d,e}.b", "c=*"] {
            assert!(!holds(&value, condition), "{condition}");
        }
    }

    #[test]
    fn a_path_that_leads_nowhere_has_a_fault() {
        for path in ["a", "a.b c.d", "{a,b.c}", "{a,b}.c.{d,e}", ".", "a}"] {
            assert_eq!(fault(path), None, "{path}");
        }
        let long = "a.".repeat(600);
        for path in ["", "{", "{a", "a.{b", "a{b,c}", "{a.{b,c},d}", "{{a}}", &long] {
            assert!(fault(path).is_some(), "{path}");
        }
    }

    #[test]
    fn the_keys_that_a_path_may_begin_with_are_known() {
        for key in ["a", "b", "c"] {
            assert!(first_keys("{,a.}{b,c}.d").contains(&key.to_owned()), "{key}");
        }
        assert_eq!(first_keys("{a,b}.c"), ["a", "a.c", "b", "b.c"]);
    }

    #[test]
    fn a_header_is_asked_for_names_alone() {
        let header = json(r#"{"title":null,"disabled":null}"#);
        for condition in ["title & disabled=1", "title & !disabled=1", "!search"] {
            assert!(may_hold(&header, condition), "{condition}");
        }
        for condition in ["title & search=x", "!title"] {
            assert!(!may_hold(&header, condition), "{condition}");
        }
    }
}
