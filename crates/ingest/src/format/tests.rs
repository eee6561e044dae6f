use model::capability::{Basis, Ctid, Function, Kind, Level, RuleLevel, RuleStatus, Status};

use proptest::prelude::*;

use super::*;
use crate::document::Document;

#[test]
fn every_built_in_format_is_called_as_its_file() {
    let names: Vec<&str> = Formats::built_in().iter().map(|format| &*format.name).collect();
    let files: Vec<&str> = built_in::FORMATS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, files);
    assert!(names.contains(&"sigma") && names.contains(&"register"));
}

#[test]
fn no_header_and_no_word_stands_for_two_things() {
    for format in Formats::built_in().iter() {
        let mut seen = BTreeMap::new();
        for (column, names) in &format.columns {
            for name in names {
                let other = seen.insert(normalise_header(name), *column);
                assert!(other.is_none_or(|other| other == *column), "{name}");
            }
        }
        for (column, words) in &format.words {
            let mut seen = BTreeMap::new();
            for (word, spellings) in words {
                for spelling in spellings {
                    let other = seen.insert(word_key(spelling), word);
                    assert!(other.is_none_or(|other| other == word), "{column:?} {spelling}");
                }
            }
        }
    }
}

#[test]
fn the_words_are_those_of_the_model() {
    let words = |column: Column| -> BTreeSet<&str> {
        register().words[&column].keys().map(String::as_str).collect()
    };
    assert_eq!(words(Column::Kind), Kind::ALL.iter().map(|v| v.word()).collect());
    assert_eq!(words(Column::Function), Function::ALL.iter().map(|v| v.word()).collect());
    assert_eq!(words(Column::Status), Status::ALL.iter().map(|v| v.word()).collect());
    assert_eq!(words(Column::Basis), Basis::ALL.iter().map(|v| v.word()).collect());
    assert_eq!(words(Column::Level), Level::ALL.iter().map(|v| v.word()).collect());
    assert_eq!(words(Column::Ctid), Ctid::ALL.iter().map(|v| v.word()).collect());
    assert_eq!(words(Column::RuleStatus), RuleStatus::ALL.iter().map(|v| v.word()).collect());
    assert_eq!(words(Column::RuleLevel), RuleLevel::ALL.iter().map(|v| v.word()).collect());
}

#[test]
fn tables_of_platforms_name_those_that_attack_has() {
    let domains = ["enterprise-attack", "mobile-attack", "ics-attack"];
    let releases = domains.map(|domain| crate::snapshot::embedded(domain, None).unwrap());
    for format in Formats::built_in().iter() {
        let fields = format.fields.get(&Column::Platforms).cloned().unwrap_or_default();
        let tables = fields.0.iter().filter_map(|field| format.tables.get(field.table.as_ref()?));
        for name in tables.flat_map(BTreeMap::values).flatten() {
            let is_known = releases.iter().any(|attack| platform(attack, name).is_some());
            assert!(is_known, "{}: {name}", format.name);
        }
    }
}

#[test]
fn a_descriptor_that_cannot_work_says_why() {
    let head = "name = \"x\"\ntitle = \"X\"\n";
    let fault = |rest: &str| Format::parse(&format!("{head}{rest}")).unwrap_err().to_string();
    assert!(fault("syntax = [\"yaml\"]\nrecognise = {}").contains("neither all nor any"));
    assert!(fault("syntax = []\nrecognise = { any = [\"a\"] }").contains("syntax"));
    let field = |field: &str| {
        fault(&format!("syntax = [\"yaml\"]\nrecognise = {{ any = [\"a\"] }}\n[fields]\n{field}"))
    };
    assert!(field("id = { path = [] }").contains("fields.id"));
    assert!(field("id = { path = [\"a\"], table = \"t\" }").contains("tables.t"));
    assert!(field("id = { path = [\"a\"], table = \"log_sources\" }").contains("log_sources"));
    assert!(field("idd = { path = [\"a\"] }").starts_with("line 6: "));
}

#[test]
fn a_value_is_cut_at_both_ends_or_left_out() {
    let field: Field =
        toml::from_str("path = [\"a\"]\nprefix = \"ESCU - \"\nsuffix = \" - Rule\"").unwrap();
    let cut = |text: &str| field.cut(text);
    assert_eq!(cut("escu - A name - Rule ").as_deref(), Some("A name"));
    for text in ["A name - Rule", "ESCU - A name", "ESCU - Rule", "", "é"] {
        assert_eq!(cut(text), None, "{text}");
    }
}

fn yaml(text: &str) -> Value {
    crate::document::yaml(text, &|_| true).unwrap().remove(0).value
}

#[test]
fn a_prefix_may_be_anything_up_to_where_it_ends() {
    let field: Field =
        toml::from_str("path = [\"a\"]\nprefix = \"* - \"\nsuffix = \" - Rule\"").unwrap();
    let cut = |text: &str| field.cut(text);
    assert_eq!(cut("Threat - A name - Rule").as_deref(), Some("A name"));
    assert_eq!(cut("ESCU - A name - or two - rule").as_deref(), Some("A name - or two"));
    for text in ["A name - Rule", "Threat - A name", "- Rule", "", "é"] {
        assert_eq!(cut(text), None, "{text}");
    }
}

#[test]
fn a_title_is_known_without_what_its_product_puts_around_it() {
    let bare = |title: &str| {
        let mut formats = Formats::built_in().iter();
        formats.find_map(|format| format.bare_title(title))
    };
    assert_eq!(bare("ACME - Service made - Rule").as_deref(), Some("Service made"));
    assert_eq!(bare("Service made - second stage"), None);
}

#[test]
fn a_field_says_nothing_where_a_condition_holds() {
    let format = Format::parse(
        r#"
name = "x"
title = "X"
syntax = ["yaml"]
recognise = { any = ["title"] }
[fields]
platforms = { path = ["asset"], unless = ["source=*", "kind=baseline & !asset=server"] }
"#,
    )
    .unwrap();
    let said = |text: &str| format.values(&yaml(text)).len();
    assert_eq!(said("title: a\nasset: laptop\nsource: []"), 1);
    assert_eq!(said("title: a\nasset: laptop\nsource: [log]"), 0);
    assert_eq!(said("title: a\nasset: laptop\nkind: baseline"), 0);
    assert_eq!(said("title: a\nasset: server\nkind: baseline"), 1);
    // What a condition asks for is kept by the reader.
    assert!(["asset", "source", "kind"].iter().all(|key| format.wanted().any(|k| k == *key)));
}

#[test]
fn what_has_none_of_the_marks_of_a_record_is_incomplete_or_something_else() {
    let check = |line: &str, expected: &str| {
        let head = "name = \"x\"\ntitle = \"X\"\nsyntax = [\"yaml\"]\n";
        let rest = "recognise = { any = [\"search\"] }\n[record]\nany = [\"alert=1\"]\n";
        let format = Format::parse(&format!("{head}{rest}{line}")).unwrap();
        assert_eq!(format!("{:?}", format.role(&yaml("search: x\nalert: 0"))), expected);
        assert!(matches!(format.role(&yaml("search: x\nalert: 1")), DocumentRole::Record));
    };
    check("help = \"an alert\"", "Incomplete(\"an alert\")");
    check("otherwise = \"a report\"", "Skipped(\"a report\")");
}

#[test]
fn a_table_may_be_no_record_by_its_columns_alone() {
    let format = Format::parse(
        "name = \"x\"\ntitle = \"X\"\nsyntax = [\"table\"]\nrecognise = { any = [\"id\"] }\n\
         [record.skipped]\n\"id & groups\" = \"a lookup\"\n\"type=lookup\" = \"a row\"",
    )
    .unwrap();
    let skips = |text: &str| format.skips_table(&yaml(text)).map(str::to_owned);
    assert_eq!(skips("id:\ngroups:").as_deref(), Some("a lookup"));
    assert_eq!(skips("id:\ntype:"), None);
}

#[test]
fn a_value_counts_where_it_is_like_a_pattern_and_unlike_all_others() {
    let field: Field =
        toml::from_str("path = [\"a\"]\nlike = [\"T1*\", \"*x\"]\nunlike = [\"*.0*\"]").unwrap();
    let taken = ["T1059", "t1110", " box ", "T1059.001", "container", ""];
    assert_eq!(taken.map(|text| field.takes(text)), [true, true, true, false, false, false]);
    let all: Field = toml::from_str("path = [\"a\"]").unwrap();
    assert!(all.takes("") && all.takes("anything"));
}

#[test]
fn a_field_may_take_the_first_value_and_lay_down_one_for_want_of_any() {
    let format = Format::parse(
        r#"
name = "x"
title = "X"
syntax = ["json"]
recognise = { any = ["a"] }
[fields]
family = { path = ["b"], unlike = ["-"], otherwise = "c" }
id = { path = ["b"], unlike = ["-"], first = true }
"#,
    )
    .unwrap();
    let values = |wanted: Column, text: &str| -> Vec<String> {
        let document = crate::document::json(text).unwrap();
        let values = format.values(&document.value).into_iter();
        values.filter(|(column, _)| *column == wanted).map(|(_, value)| value).collect()
    };
    let list = r#"{"a":1,"b":["-","d","e"]}"#;
    assert_eq!(values(Column::Family, r#"{"a":1}"#), ["c"]);
    assert_eq!(values(Column::Family, r#"{"a":1,"b":"-"}"#), ["c"]);
    assert_eq!(values(Column::Family, list), ["d", "e"]);
    assert_eq!(values(Column::Id, list), ["d"]);
    assert!(values(Column::Id, r#"{"a":1}"#).is_empty());
}

#[test]
fn an_item_that_is_something_else_may_hold_a_list_of_records() {
    let format = Format::parse(
        "name = \"x\"\ntitle = \"X\"\nsyntax = [\"json\"]\nrecognise = { any = [\"rule\"] }\n\
         [record]\neach = [\"items\", \"inner.items\", \".\"]",
    )
    .unwrap();
    let count = |text: &str| {
        let document = crate::document::json(text).unwrap().value;
        format.items(&document, Syntax::Json).len()
    };
    assert_eq!(
        count(r#"{"items":[{"inner":{"items":[{"rule":1},{"items":[{"rule":2},3]}]}}]}"#),
        3
    );
    // A record keeps what it holds to itself.
    assert_eq!(count(r#"{"items":[{"rule":1,"items":[{"rule":2},{"rule":3}]}]}"#), 1);
    assert_eq!(count(r#"[[{"rule":1}],{"rule":2}]"#), 2);
    assert_eq!(count(r#"{"rule":1}"#), 1);
}

#[test]
fn every_value_is_a_part_of_what_is_joined() {
    let field: Field = toml::from_str("path = [\"a\", \"b\", \"c\"]\njoin = \"/\"").unwrap();
    let document = crate::document::json(r#"{"c":"z","a":["x","y"]}"#).unwrap().value;
    assert_eq!(field.said(&document, |_, _| Vec::new()), ["x/y/z"]);
    assert!(field.said(&Value::Null, |_, _| Vec::new()).is_empty());
}

proptest! {
    #[test]
    fn a_format_that_takes_a_document_is_among_its_candidates(
        texts in proptest::collection::vec(document(), 1..3)
    ) {
        let documents: Vec<Document> = texts
            .iter()
            .map(|text| crate::document::json(text).unwrap())
            .collect();
        for syntax in [Syntax::Yaml, Syntax::Json, Syntax::Toml, Syntax::Xml, Syntax::Conf] {
            let formats = Formats::built_in();
            let candidates: Vec<&str> =
                formats.candidates(&documents, syntax).map(|format| &*format.name).collect();
            for format in formats.of_syntax(syntax) {
                let mut items = documents.iter().flat_map(|d| format.items(&d.value, syntax));
                let takes = items.any(|item| {
                    !matches!(
                        format.role(item),
                        DocumentRole::Foreign | DocumentRole::Header | DocumentRole::Reset
                    )
                });
                prop_assert!(!takes || candidates.contains(&&*format.name), "{}", format.name);
            }
        }
    }
}

/// JSON with some of the keys that conditions of the built-in formats ask for, as keys of the
/// document or of an item in one of its lists.
fn document() -> impl Strategy<Value = String> {
    let conditions = Formats::built_in().iter().flat_map(|format| {
        let Recognise { all, any, none } = &format.recognise;
        all.iter().chain(any).chain(none).cloned().collect::<Vec<_>>()
    });
    let paths = conditions.flat_map(|condition| {
        lookup::paths(&condition).map(|(path, _)| path.to_owned()).collect::<Vec<_>>()
    });
    let keys: BTreeSet<String> = paths
        .flat_map(|path| {
            lookup::first_keys(&path).iter().map(ToString::to_string).collect::<Vec<_>>()
        })
        .collect();
    let keys: Vec<String> = keys.into_iter().collect();
    let inner = proptest::sample::subsequence(keys.clone(), 0..6);
    let outer = proptest::sample::subsequence(keys, 0..6);
    let list = proptest::sample::select(vec!["", "data", "value", "rules", "resources", "entry"]);
    (inner, outer, list).prop_map(|(inner, outer, list)| {
        let pairs = |keys: &[String], value: &str| {
            keys.iter().map(|key| format!("{key:?}: {value}")).collect::<Vec<_>>()
        };
        let item = format!("{{{}}}", pairs(&inner, "\"x\"").join(","));
        let mut all = pairs(&outer, &item);
        if !list.is_empty() {
            all.push(format!("{list:?}: [{item}]"));
        }
        format!("{{{}}}", all.join(","))
    })
}

#[test]
fn a_description_leaves_no_condition_out() {
    let format = Format::parse(
        r#"
name = "x"
title = "X"
syntax = ["xml", "json"]
recognise = { any = ["a"] }
[record]
each = ["rule", "data.items"]
[fields]
id = [{ path = ["a"], first = true }, { path = ["b"], unless = ["c", "d=e"] }]
techniques = [{ path = ["t"], like = ["T*"], unlike = ["*x"] }, { path = ["u"] }]
family = { path = ["f"], otherwise = "g" }
"#,
    )
    .unwrap();
    let described = format.describe();
    let read: Vec<&str> = described.columns.iter().map(|place| &*place.treatment).collect();
    let wanted = [
        "only the first value",
        "not where c or d=e",
        "only like T*; not like *x",
        "",
        "else \"g\"",
    ];
    assert_eq!(read, wanted);
    let records = described.records.join(" ");
    assert!(records.contains("Each element rule is a record."), "{records}");
    assert!(records.contains("Each item of a list is a record: data.items."), "{records}");
    assert!(records.contains("several rows of the table below for id, the last"), "{records}");
}
