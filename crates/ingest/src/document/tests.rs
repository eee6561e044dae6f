//! What the readers promise: here those of YAML and JSON, below one file for each other syntax. The
//! two YAML readers are held against each other, over whole rule sets where those are at hand.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use proptest::prelude::*;

use super::*;

mod conf_texts;
mod corpora;
mod toml_texts;
mod writer;
mod xml_texts;

/// Reads a text with both readers. Where the plain one answers, they must say the same.
fn read_both(name: &str, text: &str) -> (bool, Result<Vec<Document>, SyntaxError>) {
    let plain = plain_yaml::read(text, &|_| true);
    let full = yaml::read(text, &|_| true);
    let is_plain = plain.is_some();
    if let Some(plain) = plain {
        assert_eq!(Ok(&plain), full.as_ref(), "{name}:\n{text}");
    }
    // What is wanted decides what is kept, never what is accepted.
    let some = |key: &str| key.len().is_multiple_of(2);
    let plain = plain_yaml::read(text, &some);
    assert_eq!(plain.is_some(), is_plain, "{name}:\n{text}");
    if let (Some(plain), Ok(full)) = (plain, &full) {
        let kept = full.iter().cloned().map(|document| without_unwanted(document, &some));
        assert!(plain.into_iter().eq(kept), "{name}:\n{text}");
    }
    (is_plain, full)
}

fn without_unwanted(mut document: Document, wanted: &dyn Fn(&str) -> bool) -> Document {
    if let Value::Map(entries) = &mut document.value {
        for (_, value) in entries.iter_mut().filter(|(key, _)| !wanted(key)) {
            *value = Value::Skipped;
        }
    }
    document
}

/// The value of a text with one document that both readers must read.
fn value(text: &str) -> Value {
    let (is_plain, documents) = read_both("text", text);
    assert!(is_plain, "the plain reader refuses:\n{text}");
    single(documents)
}

/// The value of a text with one document that only the full reader reads.
fn full_value(text: &str) -> Value {
    let (is_plain, documents) = read_both("text", text);
    assert!(!is_plain, "the plain reader accepts:\n{text}");
    single(documents)
}

fn single(documents: Result<Vec<Document>, SyntaxError>) -> Value {
    let mut documents = documents.expect("the text is valid");
    assert_eq!(documents.len(), 1);
    documents.remove(0).value
}

fn error(text: &str) -> SyntaxError {
    yaml(text, &|_| true).expect_err("the text is broken")
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn number(text: &str) -> Value {
    Value::Number(text.to_owned())
}

const RULE: &str = r#"title: Scheduled task # as seen in 2024
id: 5b5bd0c4-1b1c-4b1a-9d7e-0a0c5b5bd0c4
status: 'test'
description: |
    A task is created
      with a long name.

    It runs once.
author: "O'Neill, \"Tess\" \u00e9"
notes: >-
  folded
  text
date: 2024-01-31
references:
tags:
- attack.persistence
-   attack.t1053.005
logsource: {product: windows, 'category': process_creation}
detection:
    selection:
        - Image|endswith: '\schtasks.exe'
          CommandLine|contains|all: [ ' /create', "/sc" ]
        - EventID: 4698
    filter: it goes on
        below
    condition: selection and not 1 of filter*
level: high
---
action: global
related:
    - {id: a, type: similar}
    - null
    -
      - nested
...
"#;

#[test]
fn a_rule_with_everything_is_read_by_both() {
    let (is_plain, documents) = read_both("rule", RULE);
    assert!(is_plain);
    let documents = documents.expect("the rule is valid");
    let rule = &documents[0].value;
    assert_eq!(documents.iter().map(|document| document.line).collect::<Vec<_>>(), [1, 29]);
    assert_eq!(rule.at("logsource.product"), Some(&text("windows")));
    assert_eq!(rule.get("references"), Some(&Value::Null));
    assert_eq!(rule.get("date"), Some(&text("2024-01-31")));
    assert_eq!(rule.get("author"), Some(&text("O'Neill, \"Tess\" \u{e9}")));
    assert_eq!(rule.get("notes"), Some(&text("folded text")));
    assert_eq!(rule.at("detection.filter"), Some(&text("it goes on below")));
    let description = "A task is created\n  with a long name.\n\nIt runs once.\n";
    assert_eq!(rule.get("description"), Some(&text(description)));
    assert_eq!(rule.get("tags").map(|tags| tags.list().count()), Some(2));
}

#[test]
fn only_wanted_keys_get_a_value() {
    let documents = yaml(RULE, &|key| key == "level").expect("the rule is valid");
    assert_eq!(documents[0].value.get("level"), Some(&text("high")));
    assert_eq!(documents[0].value.get("detection"), Some(&Value::Skipped));
    assert_eq!(documents[0].value.get("absent"), None);
}

#[test]
fn an_alias_into_an_unwanted_value_is_resolved() {
    let documents = yaml("a: &x [1]\nb: *x\n", &|key| key == "b").expect("the text is valid");
    assert_eq!(documents[0].value.get("a"), Some(&Value::Skipped));
    assert_eq!(documents[0].value.get("b"), Some(&Value::List(vec![number("1")])));
}

#[test]
fn numbers_keep_their_text_and_look_like_json_or_core_yaml() {
    for written in ["1.10", "0x1F", "0o17", "-7", "+1", "007", "1e3", ".5", "4.", "-.inf", ".nan"] {
        assert_eq!(value(&format!("a: {written}\n")).get("a"), Some(&number(written)));
    }
    for written in ["1_000", "1.2.3", "1:2", "0x", "1e", "-.nan", "+", "2024-01-31", "0b1", "-."] {
        assert_eq!(value(&format!("a: {written}\n")).get("a"), Some(&text(written)));
    }
}

#[test]
fn only_true_and_false_are_truth_values() {
    assert_eq!(value("a: True\n").get("a"), Some(&Value::Bool(true)));
    assert_eq!(value("a: FALSE\n").get("a"), Some(&Value::Bool(false)));
    for written in ["yes", "No", "on", "off", "tRUE", "y"] {
        assert_eq!(value(&format!("a: {written}\n")).get("a"), Some(&text(written)));
    }
    assert_eq!(value("a: 'true'\n").get("a"), Some(&text("true")));
}

#[test]
fn a_list_may_stand_right_below_its_key() {
    let expected = Value::List(vec![text("b"), Value::Null]);
    assert_eq!(value("a:\n- b\n-\n").get("a"), Some(&expected));
    assert_eq!(value("a:\n  - b\n  - ~\n").get("a"), Some(&expected));
}

#[test]
fn blanks_where_the_text_ends_are_left_to_the_full_reader() {
    assert_eq!(full_value("a: |+\n  b\n  ").get("a"), Some(&text("b\n")));
    assert_eq!(value("a: |\n  b").get("a"), Some(&text("b\n")));
}

#[test]
fn windows_line_ends_and_byte_order_marks_do_not_show() {
    let unix = yaml(RULE, &|_| true);
    let windows = format!("\u{feff}{}", RULE.replace('\n', "\r\n"));
    assert_eq!(yaml(&windows, &|_| true), unix);
}

#[test]
fn empty_documents_are_left_out() {
    for empty in ["", "\n", "# nothing\n", "---\n", "---\n---\n", "--- # nothing\n"] {
        assert_eq!(read_both("empty", empty).1, Ok(Vec::new()), "{empty:?}");
    }
}

#[test]
fn merge_keys_add_what_is_missing() {
    let value = full_value("base: &b {x: 1, y: 2}\nrule:\n  <<: *b\n  y: 3\n");
    let rule = value.get("rule").expect("the key is there");
    assert_eq!(rule.get("x"), Some(&number("1")));
    assert_eq!(rule.get("y"), Some(&number("3")));
    assert_eq!(rule.get("<<"), None);
}

#[test]
fn unknown_tags_are_passed_over() {
    let value = full_value("a: !odd 5\nb: !!str 5\nc: !thing {d: e}\n");
    assert_eq!(value.get("a"), Some(&number("5")));
    assert_eq!(value.get("b"), Some(&text("5")));
    assert_eq!(value.at("c.d"), Some(&text("e")));
}

#[test]
fn a_tab_in_the_indentation_is_an_error_with_its_place() {
    let error = error("title: x\ndetection:\n\ta: b\n");
    assert_eq!((error.line, error.column), (3, Some(2)), "{error}");
}

#[test]
fn a_key_given_twice_is_an_error_at_any_depth() {
    let twice = "the key \"b\" is there twice";
    for (broken, line) in [("b: 1\nb: 2\n", 2), ("a:\n  b: 1\n  c: 2\n  b: 3\n", 4)] {
        let error = error(broken);
        assert_eq!((error.line, error.message.as_str()), (line, twice));
        assert_eq!(yaml(broken, &|_| false), Err(error));
    }
}

#[test]
fn what_is_broken_in_an_unwanted_value_is_noticed() {
    for broken in ["a: 'b\n", "a: [b\n", "a: b: c\n", "a:\n  b: 1\n c: 2\n", "a: @b\n"] {
        assert!(yaml(broken, &|_| false).is_err(), "{broken:?}");
    }
}

#[test]
fn hostile_depth_is_an_error() {
    let lists = format!("a: {}{}\n", "[".repeat(200), "]".repeat(200));
    let dashes = format!("{}a\n", "- ".repeat(100_000));
    let maps: String = (0..1000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    for hostile in [lists, dashes, maps, "[".repeat(100_000), "{a: ".repeat(100_000)] {
        assert!(yaml(&hostile, &|_| true).is_err());
    }
    assert!(json(&"[".repeat(100_000)).is_err());
}

#[test]
fn aliases_can_neither_explode_nor_tower_nor_turn_back() {
    let bomb: String =
        (1..64).map(|i| format!("a{i}: &a{i} [*a{p}, *a{p}]\n", p = i - 1)).collect();
    let bomb = format!("a0: &a0 [x, y]\n{bomb}");
    assert_eq!(error(&bomb).message, "aliases repeat too much");
    let tower: String = (1..999).map(|i| format!("a{i}: &a{i} [*a{}]\n", i - 1)).collect();
    assert_eq!(error(&format!("a0: &a0 x\n{tower}")).message, "nested more than 128 levels deep");
    assert_eq!(error("a: &a [*a]\n").message, "an alias refers to the value it is part of");
}

#[test]
fn json_keeps_order_whole_numbers_and_the_line() {
    let document = json("\n {\"b\": 12345678901, \"a\": [1.5, null, true]}").expect("valid");
    let list = Value::List(vec![number("1.5"), Value::Null, Value::Bool(true)]);
    let entries = vec![("b".to_owned(), number("12345678901")), ("a".to_owned(), list)];
    assert_eq!(document, Document { line: 2, value: Value::Map(entries) });
}

#[test]
fn a_json_error_names_its_place_once() {
    let error = json("{\n  \"a\": nope\n}").expect_err("the text is broken");
    assert_eq!(error.to_string(), "line 2, column 9: expected ident");
}

#[test]
fn a_broken_line_spoils_only_itself() {
    let lines: Vec<_> = ndjson("{\"a\":1}\n\n{\"a\":\n[2]").collect();
    let good: Vec<_> = lines.iter().map(|(line, document)| (*line, document.is_ok())).collect();
    assert_eq!(good, [(1, true), (3, false), (4, true)]);
    assert!(lines.iter().all(|(line, document)| match document {
        Ok(document) => document.line == *line,
        Err(error) => error.line == *line,
    }));
}

#[test]
fn a_scalar_counts_as_a_list_of_one() {
    assert_eq!(text("a").list().collect::<Vec<_>>(), [&text("a")]);
    assert_eq!(Value::Null.list().count(), 0);
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(root in writer::root(), taste in any::<u64>()) {
        let yaml = writer::write(&root, taste);
        prop_assert_eq!(value(&yaml), root, "{}", yaml);
    }

    #[test]
    fn no_damage_makes_the_readers_disagree(
        damages in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..6, snippet()), 1..5)
    ) {
        let mut rule: Vec<char> = RULE.chars().collect();
        for (place, length, snippet) in damages {
            let start = place.index(rule.len());
            rule.splice(start..(start + length).min(rule.len()), snippet.chars());
        }
        // Disagreement panics; whether the text is still valid does not matter.
        let _ = read_both("damaged", &rule.into_iter().collect::<String>());
    }
}

fn snippet() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "", " ", "  ", "\n", "\n\n", "\r", "\t", "- ", "-", ": ", ":", " #", "#", "'", "\"", "\\",
        "|", "|+\n", ">-\n", ">2\n", "[", "]", "{", "}", ",", "---\n", "\n---\n", "...\n", "? ",
        "%", "@", "&a ", "*a", "!!str ", "!", "<<: ", "~", "\u{85}", "\u{feff}", "\u{2028}",
        "\u{e9}", "a: b",
    ])
}
