//! What the TOML reader promises.

use super::*;

fn read(text: &str) -> Value {
    toml(text).expect("the text is valid").value
}

fn keys(value: &Value) -> Vec<&str> {
    value.entries().map(|(key, _)| key).collect()
}

const RULE: &str = r#"
# A rule.
[metadata]
updated_date = "2024/01/31"
maturity = 'production'

[rule]
name = "Odd \"service\" \u00e9"
risk_score = 47
enabled = true
query = '''
process where true and
  a == "b = c"
'''
tags = ["Domain: Endpoint", "OS: Windows"]

[[rule.threat]]
framework = "MITRE ATT&CK"
technique = [{ id = "T1543", subtechnique = [{ id = "T1543.003" }] }]
tactic.id = "TA0003"

[[rule.threat]]
framework = "MITRE ATT&CK"
"#;

#[test]
fn a_rule_with_everything_is_read() {
    let rule = read(RULE);
    assert_eq!(keys(&rule), ["metadata", "rule"]);
    assert_eq!(rule.at("metadata.maturity"), Some(&text("production")));
    assert_eq!(rule.at("rule.name"), Some(&text("Odd \"service\" \u{e9}")));
    assert_eq!(rule.at("rule.risk_score"), Some(&number("47")));
    assert_eq!(rule.at("rule.enabled"), Some(&Value::Bool(true)));
    assert_eq!(rule.at("rule.query"), Some(&text("process where true and\n  a == \"b = c\"\n")));
    assert_eq!(rule.at("rule.tags").map(|tags| tags.list().count()), Some(2));
    let threats: Vec<_> = rule.at("rule.threat").expect("it is there").list().collect();
    assert_eq!(threats.len(), 2);
    assert_eq!(threats[0].at("tactic.id"), Some(&text("TA0003")));
    let technique = threats[0].get("technique").expect("it is there").list().next();
    let deeper = technique.and_then(|technique| technique.get("subtechnique")?.list().next());
    assert_eq!(deeper.and_then(|deeper| deeper.get("id")), Some(&text("T1543.003")));
}

#[test]
fn toml_keeps_the_order_in_which_keys_first_stand() {
    let value = read("z = 1\na = 2\nm.y = 3\nm.b = 4\n[k]\n[b.c]\n[a1]\n[b.a]\n");
    assert_eq!(keys(&value), ["z", "a", "m", "k", "b", "a1"]);
    assert_eq!(keys(value.get("m").expect("it is there")), ["y", "b"]);
    assert_eq!(keys(value.get("b").expect("it is there")), ["c", "a"]);
}

#[test]
fn toml_numbers_and_dates_keep_their_text() {
    for written in ["1.10", "0x1F", "1_000", "+1", "-7", "1e3", "6.02E23", "inf", "-nan", "0.0"] {
        assert_eq!(read(&format!("a = {written} # b\n")).get("a"), Some(&number(written)));
    }
    for written in
        ["2024-01-31", "2024-01-31 07:32:00Z", "2024-01-31T07:32:00.50+01:00", "07:32:00"]
    {
        assert_eq!(read(&format!("a = {written}\n")).get("a"), Some(&text(written)));
    }
}

#[test]
fn the_line_of_a_toml_text_is_that_of_its_first_key() {
    assert_eq!(toml("\u{feff}# note\r\n\r\nb = 1\r\na = 2\r\n").map(|read| read.line), Ok(3));
    let nothing = Document { line: 1, value: Value::Map(Vec::new()) };
    assert_eq!(toml("# only a note\n"), Ok(nothing));
}

#[test]
fn a_toml_error_names_its_place() {
    for (text, line, column) in [
        ("a = 1\nb = = 2\n", 2, 5),
        ("a = 1\n\u{e9} = 1\n", 2, 1),
        ("a = 1\na = 2\n", 2, 1),
        ("a = \"open\n", 1, 10),
        ("[a]\n[a]\n", 2, 2),
    ] {
        let error = toml(text).expect_err("the text is broken");
        assert_eq!((error.line, error.column), (line, Some(column)), "{text}: {error}");
        assert!(!error.message.is_empty() && !error.message.contains('\n'), "{error}");
    }
}

#[test]
fn hostile_depth_in_toml_is_an_error() {
    let many = 200_000;
    for text in [
        format!("a = {}", "[".repeat(many)),
        format!("a = {}", "{a=".repeat(many)),
        format!("a{} = 1", ".a".repeat(many)),
        format!("[a{}]", ".a".repeat(many)),
        format!("[[a{}]]", ".a".repeat(many)),
        format!("a{}\n", " . \"a\"".repeat(many)),
        format!("{}1{}", format!("a{} = {{", ".a".repeat(70)).repeat(70), "}".repeat(70)),
    ] {
        let error = toml(&text).expect_err("nobody nests so deep");
        assert!(error.message.starts_with("nested more than"), "{error}");
    }
    // Every level counts, whichever way it is written.
    let header = format!("[a{}]\n", ".a".repeat(60));
    assert!(toml(&format!("{header}b{} = 1\n", ".b".repeat(60))).is_ok());
    assert!(toml(&format!("{header}b{} = 1\n", ".b".repeat(80))).is_err());
    assert!(toml(&format!("{header}b = {}{}\n", "[".repeat(70), "]".repeat(70))).is_err());
    assert!(toml(&format!("[[a{0}]]\n[[a{0}.b]]\n", ".a".repeat(70))).is_ok());
    assert!(toml(&"[[a.a]]\n".repeat(400)).is_ok());
}

#[test]
fn much_of_everything_in_toml_is_not_deep() {
    let numbers = "1.5, ".repeat(1000);
    let text = format!(
        "a = [{numbers}]\nb = [\n{}]\nc = '{}'\n{}",
        "  { a.b = 1.5, c = [[1], [2]] },\n".repeat(1000),
        "[.{".repeat(1000),
        (0..1000).map(|index| format!("[t.t{index}]\na.b = 1.5\n")).collect::<String>(),
    );
    let value = read(&text);
    assert_eq!(value.get("a").map(|list| list.list().count()), Some(1000));
    assert_eq!(value.get("t").map(|map| map.entries().count()), Some(1000));
}

proptest! {
    #[test]
    fn no_text_breaks_the_toml_reader(text in prop_oneof![
        any::<String>(),
        prop::collection::vec(prop::sample::select(vec![
            "a", "b", ".", "=", "[", "]", "[[", "]]", "{", "}", ",", "\n", "\r\n", " ", "\"", "'",
            "'''", "\"\"\"", "\\", "\\u00", "#", "1", "1.5", "2024-01-31", "T07:00:00", "true", "é",
        ]), 0..40).prop_map(|pieces| pieces.concat()),
    ]) {
        if let Err(error) = toml(&text) {
            prop_assert!((1..=text.lines().count() + 1).contains(&error.line));
        }
    }

    #[test]
    fn what_is_text_in_toml_is_read_back(key in any::<String>(), content in any::<String>()) {
        let quoted = |text: &str| {
            let escaped = text.chars().map(|char| format!("\\U{:08X}", u32::from(char)));
            format!("\"{}\"", escaped.collect::<String>())
        };
        let value = read(&format!("{} = {}", quoted(&key), quoted(&content)));
        prop_assert_eq!(value, Value::Map(vec![(key, Value::Text(content))]));
    }
}
