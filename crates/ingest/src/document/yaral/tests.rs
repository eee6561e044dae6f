//! What is promised about YARA-L.

use proptest::prelude::*;

use super::super::{Document, SyntaxError, Value, yaral};
use super::begins_yaral;

fn rules(text: &str) -> Vec<Document> {
    yaral(text).into_iter().map(|rule| rule.expect("the rule is whole")).collect()
}

fn rule(text: &str) -> Value {
    let mut rules = rules(text);
    assert_eq!(rules.len(), 1, "{text}");
    rules.remove(0).value
}

/// The names of the rules of a text, each with its line.
fn names(text: &str) -> Vec<(usize, String)> {
    rules(text).iter().map(|rule| (rule.line, at(&rule.value, "rule"))).collect()
}

/// The rules that are whole, by name, and the lines of the errors.
fn names_and_errors(text: &str) -> (Vec<String>, Vec<usize>) {
    let (whole, broken): (Vec<_>, Vec<_>) = yaral(text).into_iter().partition(Result::is_ok);
    let whole = whole.into_iter().flatten().map(|rule| at(&rule.value, "rule"));
    let broken = broken.into_iter().filter_map(Result::err);
    (whole.collect(), broken.map(|SyntaxError { line, .. }| line).collect())
}

fn at(value: &Value, path: &str) -> String {
    value.at(path).and_then(Value::as_text).unwrap_or_default().into_owned()
}

fn list(value: &Value, path: &str) -> Vec<String> {
    let list = value.at(path).expect("the key is there").list();
    list.map(|text| text.as_text().unwrap_or_default().into_owned()).collect()
}

fn keys(value: &Value, path: &str) -> Vec<String> {
    let map = value.at(path).expect("the key is there");
    map.entries().map(|(key, _)| key.to_owned()).collect()
}

const RULE: &str = r#"/* A licence: rule none { } */

rule stolen_token { // in use
  meta:
    author = "somebody"   // not "me"
    technique = "T1528"
    technique = "T1550.001"
    note = "a \"quoted\" path C:\\temp and \d {"
    //old = "T1086"

  events:
    $e.path = "C:\\" and re.regex($e.url, `^a{2}/"\`)
    $e.name = /x{3}"`\/}/ nocase
    $e.a / 2 > $e.b / 3 // meta:

  match:
    $e.user over 5m

  outcome:
    $id = array_distinct("T1078.004")
    $score = max(
        // Baseline "none"
        35 + if($e.a = "x" and $e.b = `y`, 5, 0)
    )
    $empty = count($e.user)

  condition:
    $e
}
"#;

#[test]
fn a_rule_gives_its_meta_its_outcome_and_its_sections() {
    let documents = rules(RULE);
    assert_eq!(documents[0].line, 3);
    let rule = &documents[0].value;
    assert_eq!(at(rule, "rule"), "stolen_token");
    assert_eq!(keys(rule, "meta"), ["author", "technique", "note"]);
    assert_eq!(at(rule, "meta.author"), "somebody");
    assert_eq!(list(rule, "meta.technique"), ["T1528", "T1550.001"]);
    assert_eq!(at(rule, "meta.note"), r#"a "quoted" path C:\temp and \d {"#);
    assert_eq!(keys(rule, "outcome"), ["id", "score", "empty"]);
    assert_eq!(list(rule, "outcome.id"), ["T1078.004"]);
    assert_eq!(list(rule, "outcome.score"), ["x", "y"]);
    assert_eq!(list(rule, "outcome.empty"), Vec::<String>::new());
    assert_eq!(list(rule, "sections"), ["meta", "events", "match", "outcome", "condition"]);
}

#[test]
fn windows_line_ends_and_byte_order_marks_do_not_show() {
    let windows = format!("\u{feff}{}", RULE.replace('\n', "\r\n"));
    assert_eq!(yaral(&windows), yaral(RULE));
}

#[test]
fn one_line_may_hold_everything() {
    let text = r#"rule a{meta: x = "1" events: $e.a = "meta: y" outcome: $o = "2" condition: $e}
                  rule b { condition: $e }"#;
    assert_eq!(names(text), [(1, "a".to_owned()), (2, "b".to_owned())]);
    let first = &rules(text)[0].value;
    assert_eq!(list(first, "sections"), ["meta", "events", "outcome", "condition"]);
    assert_eq!((at(first, "meta.x"), list(first, "outcome.o")), ("1".into(), vec!["2".into()]));
}

#[test]
fn plain_yara_has_the_same_shape() {
    let text = "import \"pe\"\ninclude \"rule x {\"\nprivate global rule a : one two\n{\n  meta:\n    \
                weight = -5\n    live = true\n  strings:\n    $hex = { 4D 5A [4-6] ( 90 | 00 ) }\n    \
                $re = /a\\/{2}\"/i\n  condition:\n    for any of them : ( $ at 0 ) and not $re\n}\n";
    assert_eq!(names(text), [(3, "a".to_owned())]);
    let rule = rule(text);
    assert_eq!((at(&rule, "meta.weight"), at(&rule, "meta.live")), ("-5".into(), "true".into()));
    assert_eq!(list(&rule, "sections"), ["meta", "strings", "condition"]);
}

#[test]
fn a_rule_in_a_comment_is_no_rule() {
    let text = "// rule a { condition: $e }\n/*\nrule b { condition: $e }\n*/\nrule c {\n  // }\n  \
                /* } */ condition: $e\n}\n//}";
    assert_eq!(names(text), [(5, "c".to_owned())]);
    assert_eq!(yaral("// nothing but words"), []);
}

#[test]
fn a_text_may_run_over_several_lines() {
    let rule = rule(
        "rule a {\n  meta:\n    x = \"one\n      two\"\n    y = `three\nfour` // five\n\
                       condition:\n $e.a = \"p\nq\" or $e.b = \"r\"\n}",
    );
    assert_eq!(at(&rule, "meta.x"), "one\n      two");
    assert_eq!(at(&rule, "meta.y"), "three\nfour");
    assert_eq!(list(&rule, "sections"), ["meta", "condition"]);
}

#[test]
fn a_rule_that_never_closes_is_an_error_and_the_others_still_come() {
    let good = "rule z {\n  meta:\n    x = \"1\"\n  condition:\n    $e\n}\n";
    for broken in [
        "rule a {\n  meta:\n    x = \"1\"\n",
        "rule a {\n  strings:\n    $a = { 00\n  condition:\n    $a\n}\n",
        "rule a {\n  meta:\n    x = \"1\n    y = \"2\"\n  condition:\n    $e\n}\n",
        "rule a {\n  meta:\n    x = \"1\n  condition:\n    $e\n}\n",
        "rule a {\n  meta:\n    x = `1\n",
        "rule a {\n  /* open\n  condition:\n    $e\n}\n",
        "rule {\n  meta:\n    x = \"1\"\n}\n",
        "rule a\n  meta:\n    x = \"1\"\n}\n",
        "rule a { condition: $e } }\n",
    ] {
        let (names, errors) = names_and_errors(&format!("{good}{broken}{good}"));
        let names: Vec<_> = names.into_iter().filter(|name| name == "z").collect();
        assert_eq!((names.len(), errors), (2, vec![7]), "{broken}");
    }
}

#[test]
fn an_error_names_the_rule_and_the_place() {
    let errors = yaral("\nrule a {\n  meta:\n    x = \"1\n");
    let message = "line 2: rule a: line 4: a quoted text is not closed";
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].as_ref().map_err(ToString::to_string), Err(message.to_owned()));
}

#[test]
fn a_rule_without_a_name_is_an_error_even_after_a_broken_one() {
    let text = "rule a {\n\"\nrule {\n}\nrule b { }\nstray\nwords\n";
    assert_eq!(names_and_errors(text), (vec!["b".to_owned()], vec![1, 3, 6]));
}

#[test]
fn a_line_that_begins_a_rule_is_recognized() {
    for line in ["rule a {", "  rule a", "private rule a", "global private rule a{", "rule a : b {"]
    {
        assert!(begins_yaral(line), "{line}");
    }
    for line in ["", "rule", "rules a {", "rule {", "// rule a {", "rule of thumb", "private a {"] {
        assert!(!begins_yaral(line), "{line}");
    }
}

#[test]
fn many_broken_lines_are_read_in_one_go() {
    let lines = [
        "rule a {\n",
        "\"\n\\\"\n",
        "= /\\/ ",
        "rule a : ",
        "/*\n",
        "`\"\n",
        "rule a /*\n",
        "\"a\" ",
    ];
    for line in lines {
        let text = format!("rule x {{\n{}", line.repeat(20_000));
        assert!(yaral(&text).iter().all(Result::is_err), "{line:?}");
    }
}

proptest! {
    #[test]
    fn no_text_panics_and_lines_are_within_the_text(parts in prop::collection::vec(snippet(), 0..40)) {
        let text = parts.concat();
        let lines = 1 + text.matches('\n').count();
        let mut before = 1;
        for rule in yaral(&text) {
            let line = rule.map_or_else(|error| error.line, |document| document.line);
            prop_assert!(before <= line && line <= lines);
            before = line;
        }
    }

    #[test]
    fn any_text_is_read_back(text in "[^\\r\\n]*") {
        let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
        let read = rule(&format!("rule a {{ meta: x = \"{escaped}\" condition: $e }}"));
        prop_assert_eq!(at(&read, "meta.x"), text);
    }
}

fn snippet() -> impl Strategy<Value = String> {
    let known = [
        "rule a ", "private ", "{", "}", "meta:", "outcome:", "x = ", "$x = ", "\"", "`", "/",
        "//", "/*", "*/", "\\", "(", ")", " ", "\n", "\r\n", "é", ":", "1",
    ];
    prop_oneof![4 => prop::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => ".{0,3}"]
}
