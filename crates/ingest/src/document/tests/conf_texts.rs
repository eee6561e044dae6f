//! What the .conf reader promises.

use super::*;

fn stanzas(text: &str) -> Vec<(usize, Value)> {
    let documents = conf(text).expect("the text is valid");
    documents.into_iter().map(|document| (document.line, document.value)).collect()
}

fn map(entries: &[(&str, Option<&str>)]) -> Value {
    let entry = |&(key, value): &(&str, Option<&str>)| {
        (key.to_owned(), value.map_or(Value::Null, super::text))
    };
    Value::Map(entries.iter().map(entry).collect())
}

fn error_line(text: &str) -> usize {
    conf(text).expect_err("the text is broken").line
}

const SEARCHES: &str = r#"# saved searches
; of last year

[Odd service - Rule]
action.correlationsearch.annotations = {"mitre_attack": ["T1543.003"]}
search = index=win \
  # not a comment \
[subsearch] \
| stats count
disabled=0
description =

[ ESCU - Second [a] - Rule ]
cron = 0 = 0
"#;

#[test]
fn every_stanza_is_a_document() {
    let search = "index=win \n  # not a comment \n[subsearch] \n| stats count";
    let annotations = "{\"mitre_attack\": [\"T1543.003\"]}";
    let first = map(&[
        ("stanza", Some("Odd service - Rule")),
        ("action.correlationsearch.annotations", Some(annotations)),
        ("search", Some(search)),
        ("disabled", Some("0")),
        ("description", None),
    ]);
    let second = map(&[("stanza", Some("ESCU - Second [a] - Rule")), ("cron", Some("0 = 0"))]);
    assert_eq!(stanzas(SEARCHES), [(4, first), (13, second)]);
}

#[test]
fn keys_before_any_header_belong_to_the_default_stanza() {
    let default = map(&[("stanza", Some("default")), ("a", Some("1"))]);
    let named = map(&[("stanza", Some("b"))]);
    assert_eq!(stanzas("\n# note\na = 1\n[b]\n"), [(3, default), (4, named)]);
    assert_eq!(stanzas("# only a note\n\n"), []);
}

#[test]
fn of_a_repeated_key_the_last_counts() {
    let value = map(&[("stanza", Some("s")), ("a", Some("3")), ("b", Some("2"))]);
    assert_eq!(stanzas("[s]\na = 1\nb = 2\na = 3\nstanza = t\n"), [(1, value)]);
}

#[test]
fn a_stanza_opened_again_goes_on() {
    let first = map(&[("stanza", Some("s")), ("a", Some("1")), ("b", Some("3")), ("c", Some("4"))]);
    let other = map(&[("stanza", Some("t")), ("a", Some("2"))]);
    let text = "[s]\na = 1\nb = 1\n[t]\na = 2\n[s]\nb = 3\nc = 4\n";
    assert_eq!(stanzas(text), [(1, first), (4, other)]);
}

#[test]
fn the_paths_that_btool_writes_do_not_show() {
    let plain = "[s]\na = 1 \\\n/opt/x.conf b = 2\nb = x.conf y\n";
    let unix = "/opt/splunk/etc/apps/x/local/savedsearches.conf [s]\n\
                /opt/splunk/etc/apps/x/local/savedsearches.conf      a = 1 \\\n\
                /opt/x.conf b = 2\n\
                /opt/splunk/etc/system/default/savedsearches.conf\tb = x.conf y\n";
    let values = |text| stanzas(text).into_iter().map(|(_, value)| value).collect::<Vec<_>>();
    assert_eq!(values(unix), values(plain));
    assert_eq!(values(&unix.replace("/opt/splunk/etc", "C:\\Program Files\\etc")), values(plain));
}

#[test]
fn windows_line_ends_and_byte_order_marks_do_not_show_in_a_conf() {
    assert_eq!(conf(&format!("\u{feff}{}", SEARCHES.replace('\n', "\r\n"))), conf(SEARCHES));
}

#[test]
fn a_continued_value_may_stop_with_the_text() {
    let value = map(&[("stanza", Some("s")), ("a", Some("1"))]);
    assert_eq!(stanzas("[s]\na = 1\\"), [(1, value.clone())]);
    assert_eq!(stanzas("[s]\na = 1\\\n\n"), [(1, value.clone())]);
    assert_eq!(stanzas("[s]\na = \\\n1\n"), [(1, value)]);
}

#[test]
fn comments_stand_only_at_the_start_of_a_line() {
    let value = map(&[("stanza", Some("s")), ("a", Some("1 # b ; c"))]);
    assert_eq!(stanzas("[s]\n  # d\na = 1 # b ; c\n\t; e = f\n"), [(1, value)]);
}

#[test]
fn a_line_that_is_nothing_is_an_error() {
    assert_eq!(error_line("[s]\na = 1\n\nwhat is this\n"), 4);
    assert_eq!(error_line("[s]\na = 1 \\\n2\n= 3\n"), 4);
    assert_eq!(error_line("a = 1\n[open\n"), 2);
    assert_eq!(error_line("some prose"), 1);
}

proptest! {
    #[test]
    fn no_text_breaks_the_conf_reader(text in prop_oneof![
        any::<String>(),
        prop::collection::vec(prop::sample::select(vec![
            "a", "b", "[", "]", "=", "\\", "\n", "\r\n", " ", "#", ";", "stanza", "é", "\u{feff}",
        ]), 0..40).prop_map(|pieces| pieces.concat()),
    ]) {
        let lines = text.lines().count();
        match conf(&text) {
            Err(error) => prop_assert!((1..=lines).contains(&error.line)),
            Ok(documents) => {
                prop_assert!(documents.is_sorted_by(|one, next| one.line < next.line));
                for document in documents {
                    prop_assert!((1..=lines).contains(&document.line));
                    let first = document.value.entries().next();
                    prop_assert_eq!(first.map(|(key, _)| key), Some("stanza"));
                }
            }
        }
    }

    #[test]
    fn what_a_conf_says_is_read_back(stanzas in prop::collection::vec(
        ("[a-z][a-z \\[\\]]{0,5}[a-z]", prop::collection::btree_map(
            "[b-r]{1,4}", "([!-\\[\\]-~]([ -\\[\\]-~\n]{0,9}[!-\\[\\]-~])?)?", 0..5)),
        0..5,
    )) {
        let mut text = String::new();
        let mut expected = Vec::new();
        for (name, keys) in stanzas {
            text.push_str(&format!("[{name}]\n"));
            let mut entries = vec![("stanza".to_owned(), super::text(&name))];
            for (key, value) in keys {
                text.push_str(&format!("{key} = {}\n", value.replace('\n', "\\\n")));
                let value = if value.is_empty() { Value::Null } else { Value::Text(value) };
                entries.push((key, value));
            }
            expected.push(Value::Map(entries));
        }
        let names: std::collections::BTreeSet<_> =
            expected.iter().filter_map(|value| value.get("stanza")?.as_text()).collect();
        prop_assume!(names.len() == expected.len());
        let documents = conf(&text).expect("the text is valid");
        let values: Vec<_> = documents.into_iter().map(|document| document.value).collect();
        prop_assert_eq!(values, expected);
    }
}
