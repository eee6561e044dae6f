//! What is promised about network signatures.

use proptest::prelude::*;

use super::super::{Document, SyntaxError, Value, signatures};
use super::is_signature_line;

const HEADER: &str = "alert tcp $HOME_NET any -> [10.0.0.0/8, 192.0.2.1] !443";

/// The rules of a text without a broken one.
fn rules(text: &str) -> Vec<Document> {
    signatures(text).into_iter().map(|rule| rule.expect("the rule is whole")).collect()
}

/// The only rule of a text.
fn rule(text: &str) -> Value {
    let mut rules = rules(text);
    assert_eq!(rules.len(), 1, "{text}");
    rules.remove(0).value
}

/// The only rule with the given options.
fn with_options(options: &str) -> Value {
    rule(&format!("{HEADER} ({options})"))
}

/// The text at a path of keys, empty where there is none.
fn at(value: &Value, path: &str) -> String {
    value.at(path).and_then(Value::as_text).unwrap_or_default().into_owned()
}

fn list(value: &Value, path: &str) -> Vec<String> {
    let list = value.at(path).expect("the key is there").list();
    list.map(|text| text.as_text().unwrap_or_default().into_owned()).collect()
}

fn keys(value: &Value) -> Vec<&str> {
    value.entries().map(|(key, _)| key).collect()
}

/// The errors of a text by line, and how many rules came besides.
fn faults(text: &str) -> (Vec<(usize, String)>, usize) {
    let (rules, errors): (Vec<_>, Vec<_>) = signatures(text).into_iter().partition(Result::is_ok);
    let errors = errors.into_iter().filter_map(Result::err);
    (errors.map(|SyntaxError { line, message, .. }| (line, message)).collect(), rules.len())
}

#[test]
fn a_rule_says_what_it_is_and_where_it_looks() {
    let rule = with_options(
        "msg:\"A beacon\"; flow:established; content:\"x\"; nocase; reference:url,example.org/a; \
         reference:cve,2020-0001; classtype:trojan-activity; gid:1; sid:7; rev:2; priority:3; \
         metadata:created_at 2024_01_02, mitre_technique_id T1071;",
    );
    let expected = [
        ("action", "alert"),
        ("protocol", "tcp"),
        ("source", "$HOME_NET"),
        ("source_port", "any"),
        ("direction", "->"),
        ("destination", "[10.0.0.0/8, 192.0.2.1]"),
        ("destination_port", "!443"),
        ("msg", "A beacon"),
        ("sid", "7"),
        ("rev", "2"),
        ("gid", "1"),
        ("classtype", "trojan-activity"),
        ("priority", "3"),
    ];
    for (key, text) in expected {
        assert_eq!(at(&rule, key), text, "{key}");
    }
    assert_eq!(rule.get("disabled"), Some(&Value::Bool(false)));
    assert_eq!(list(&rule, "reference"), ["url,example.org/a", "cve,2020-0001"]);
    assert_eq!(list(&rule, "metadata.mitre_technique_id"), ["T1071"]);
    assert_eq!(rule.entries().count(), expected.len() + 3, "the other options are left out");
}

#[test]
fn a_commented_out_rule_is_disabled_and_other_comments_are_nothing() {
    let text = "# Rules of the house (sid: many)\n\
                #alert ip any any -> any any (msg:\"one\"; sid:1;)\n\
                ## drop ip any any -> any any (sid:2;) not now\n\
                # alert on every login (see msg 4;)\n\
                # alert ip any any -> any any (content:\"x\";)\n\
                #config ip any any -> any any (msg:\"three\"; sid:3;)\n\
                # alert ip any any -> any any (msg:\"open; sid:4;\n";
    let rules = rules(text);
    let found: Vec<_> = rules.iter().map(|rule| (rule.line, at(&rule.value, "sid"))).collect();
    assert_eq!(found, [(2, "1".to_owned()), (3, "2".to_owned())]);
    assert!(rules.iter().all(|rule| rule.value.get("disabled") == Some(&Value::Bool(true))));
}

#[test]
fn lines_that_are_no_rules_are_nothing() {
    let text = "var HOME_NET any\nipvar X any\ninclude other.rules\n\nconfig a (sid:1;)\n\
                alerting tcp any any -> any any (sid:1;)\nsuppress gen_id 1, sig_id 2\n";
    assert_eq!(signatures(text), []);
}

#[test]
fn every_action_begins_a_rule() {
    for action in super::ACTIONS {
        let line = format!("{action} tcp any any <> any any (sid:1;)");
        assert_eq!(at(&rule(&line), "action"), action);
        assert_eq!(at(&rule(&format!("# {line}")), "action"), action);
        assert!(is_signature_line(&line) && is_signature_line(&format!("\t#{line}")), "{line}");
    }
}

#[test]
fn what_a_short_header_does_not_say_is_absent() {
    let tail = ["sid", "reference", "metadata"];
    for (header, words) in [
        ("alert", vec!["action"]),
        ("alert http", vec!["action", "protocol"]),
        ("alert icmp any -> any", vec!["action", "protocol", "source", "direction", "destination"]),
        ("alert tcp a b c -> d e", vec!["action", "protocol"]),
        ("alert tcp any any any any", vec!["action", "protocol"]),
    ] {
        let rule = rule(&format!("{header} (sid:1;)"));
        assert_eq!(keys(&rule), [&["disabled"], words.as_slice(), &tail].concat(), "{header}");
    }
}

#[test]
fn semicolons_and_parentheses_in_a_value_do_not_end_it() {
    let rule = with_options(
        "msg:\"a; b \\\"c\\\" \\; \\\\ \\: \\x (d;)\"; pcre:\"/[;)]\\\"\\/(a|b);)/\"; \
         reference:url,example.org/a_(b)\"c; sid:1;",
    );
    assert_eq!(at(&rule, "msg"), r#"a; b "c" ; \ : \x (d;)"#);
    assert_eq!(list(&rule, "reference"), ["url,example.org/a_(b)\"c"]);
    assert_eq!(at(&rule, "sid"), "1");
}

#[test]
fn metadata_unite_and_keep_their_order() {
    let rule = with_options(
        "metadata:Tag one, os \"Windows, Server \\\"2019\\\"\", flag; sid:1; \
         metadata:tag   two words , , FLAG; metadata:\"tag three, last 1\";",
    );
    let metadata = rule.get("metadata").expect("there are metadata");
    assert_eq!(keys(metadata), ["tag", "os", "flag", "last"]);
    assert_eq!(list(metadata, "tag"), ["one", "two words", "three"]);
    assert_eq!(list(metadata, "os"), ["Windows, Server \"2019\""]);
    assert_eq!(list(metadata, "flag"), Vec::<String>::new());
}

#[test]
fn names_of_options_may_have_blanks_and_capitals_and_the_first_of_two_counts() {
    let rule = with_options(" Msg : \"one\" ;msg:\"two\";SID: 5 ; rev:1");
    let read = ["msg", "sid", "rev"].map(|key| at(&rule, key));
    assert_eq!(read, ["one", "5", "1"], "the last semicolon may be missing");
}

#[test]
fn a_backslash_at_the_end_of_a_line_continues_the_rule() {
    let text = "\nalert tcp any any ->\\\r\n  any any (msg:\"on\\  \n two\"; \\\n sid:1;)\r\n\
                #drop tcp any any -> any any ( \\\n#   msg:\"off\"; sid:2;)\n\
                # drop what ends in \\\nalert tcp any any -> any any (sid:3;)\n";
    let rules = rules(text);
    let found: Vec<_> = rules
        .iter()
        .map(|rule| (rule.line, at(&rule.value, "msg"), at(&rule.value, "sid")))
        .collect();
    let expected = [(2, "on two", "1"), (6, "off", "2"), (9, "", "3")];
    assert_eq!(found, expected.map(|(line, msg, sid)| (line, msg.to_owned(), sid.to_owned())));
}

#[test]
fn a_snort_3_rule_runs_to_its_closing_parenthesis() {
    let text = "alert http\n(\n  msg:\"open; (x)\";\n  sid:1;\n)\nblock tcp (sid:2;)\n";
    let found: Vec<_> =
        rules(text).iter().map(|rule| (rule.line, at(&rule.value, "sid"))).collect();
    assert_eq!(found, [(1, "1".to_owned()), (6, "2".to_owned())]);
}

#[test]
fn a_broken_rule_is_an_error_at_its_line_and_spoils_only_itself() {
    let good = "alert tcp any any -> any any (sid:1;)";
    for (broken, message) in [
        ("alert tcp any any -> any any", "no options"),
        ("alert tcp any any -> any any ()", "no options"),
        ("drop tcp any any -> any any (msg:\"a\"; sid:1;", "options of the rule are not closed"),
        ("drop tcp any any -> any any (msg:\"a; sid:1;)", "quoted text in the rule is not closed"),
        ("alert tcp any any -> any any (sid:1;) alert tcp", "text after the options"),
        ("alert tcp any any -> any any \\", "no options"),
    ] {
        for between in ["\n", "\r\n", "\n\n# (a comment;)\n"] {
            let (errors, others) = faults(&format!("{good}\n{broken}{between}{good} # fine\n"));
            assert_eq!((errors.len(), errors[0].0, others), (1, 2, 2), "{broken:?} {between:?}");
            assert!(errors[0].1.contains(message), "{broken:?}: {}", errors[0].1);
        }
    }
}

#[test]
fn sentences_and_settings_do_not_look_like_rules() {
    for line in ["alert on logins", "# log files (see below)", "pass it", "var X any", "", "#"] {
        assert!(!is_signature_line(line), "{line:?}");
    }
    for line in ["alert http (", "alert tcp any any -> any \\", "#pass(sid:1;)", "log a b (msg:"] {
        assert!(is_signature_line(line), "{line:?}");
    }
}

#[test]
fn many_broken_lines_are_read_in_one_go() {
    // Each of these asks for what follows; none may look at all of it.
    for line in ["alert tcp (\n", "alert (\n) \\\n", "drop \\\nx\n", "alert (a:\"\n)\n)\n"] {
        let text = line.repeat(20_000);
        assert!(signatures(&text).iter().all(Result::is_err), "{line:?}");
    }
}

proptest! {
    #[test]
    fn no_text_panics_and_lines_are_within_the_text(parts in prop::collection::vec(snippet(), 0..40)) {
        let text = parts.concat();
        let lines = 1 + text.matches('\n').count();
        let mut before = 0;
        for rule in signatures(&text) {
            let line = rule.map_or_else(|error| error.line, |document| document.line);
            prop_assert!(before < line && line <= lines);
            before = line;
        }
    }

    #[test]
    fn any_message_is_read_back(message in "[^\\r\\n]*[^ \\r\\n\\t]") {
        let escaped = message.replace('\\', "\\\\").replace('"', "\\\"");
        let read = with_options(&format!("msg:\"{escaped}\"; sid:1;"));
        prop_assert_eq!(at(&read, "msg"), message);
    }
}

fn snippet() -> impl Strategy<Value = String> {
    let known = [
        "alert",
        "drop",
        " tcp",
        " any",
        " -> ",
        "(",
        ")",
        "msg:",
        "sid:1",
        "metadata:",
        "a b",
        ";",
        "\"",
        "\\",
        ",",
        "#",
        " ",
        "\n",
        "\r\n",
        "[",
        "]",
        "é",
        "\u{2028}",
        ":",
    ];
    prop_oneof![4 => prop::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => ".{0,3}"]
}
