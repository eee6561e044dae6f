//! What the XML reader promises. A record is an element called `rule`.

use super::*;

fn rules(text: &str) -> Vec<Document> {
    read(text).expect("the text can be read")
}

fn read(text: &str) -> Result<Vec<Document>, SyntaxError> {
    xml(text, &|name| name == "rule")
}

fn broken(text: &str) -> SyntaxError {
    read(text).expect_err("the text is broken")
}

/// The content of the only rule of a text.
fn rule(text: &str) -> Value {
    let rules = rules(text);
    assert_eq!(rules.len(), 1, "{text}");
    rules[0].value.get("rule").expect("every document has its element").clone()
}

fn list(values: &[&str]) -> Value {
    Value::List(values.iter().map(|value| text(value)).collect())
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.map(|(key, value)| (key.to_owned(), value)).into())
}

#[test]
fn a_record_is_a_document_below_what_is_around_it() {
    let written = "<group name=\"syslog,\"><rule id=\"1\" level='3'>
        <mitre><id>T1110</id></mitre></rule></group>";
    let mitre = map([("id", text("T1110"))]);
    let content = map([("id", text("1")), ("level", text("3")), ("mitre", mitre)]);
    let value = map([("group", map([("name", text("syslog,"))])), ("rule", content)]);
    assert_eq!(rules(written), [Document { line: 1, value }]);
}

#[test]
fn the_nearest_of_the_elements_around_wins() {
    let rules = rules(
        "<a x='1'><b/><c><a y='2'><rule/></a>
        <rule>one</rule></c></a>
        <rule>two</rule>",
    );
    let expected = [
        map([("c", map([])), ("a", map([("y", text("2"))])), ("rule", Value::Null)]),
        map([("a", map([("x", text("1"))])), ("c", map([])), ("rule", text("one"))]),
        map([("rule", text("two"))]),
    ];
    let values: Vec<_> = rules.iter().map(|rule| rule.value.clone()).collect();
    assert_eq!(values, expected);
    assert_eq!(rules.iter().map(|rule| rule.line).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn an_element_is_its_text_unless_there_is_more_to_it() {
    let content = rule(
        "<rule>
          <none/> <blank> </blank> <plain> a b </plain>
          <mixed kind=\"x\"> a <!-- no --> b </mixed>
          <attribute none=\"\"/>
          loose
        </rule>",
    );
    let expected = map([
        ("none", Value::Null),
        ("blank", Value::Null),
        ("plain", text("a b")),
        ("mixed", map([("kind", text("x")), ("text", text("a  b"))])),
        ("attribute", map([("none", text(""))])),
        ("text", text("loose")),
    ]);
    assert_eq!(content, expected);
}

#[test]
fn repeated_names_become_a_list_in_order() {
    let content = rule(
        "<rule id='0'><id>1</id><mitre><id>T1</id><id>T2</id></mitre><id>2</id>
        <mitre><id>T3</id></mitre><text>a</text>b</rule>",
    );
    let twice = Value::List(vec![map([("id", list(&["T1", "T2"]))]), map([("id", text("T3"))])]);
    let expected =
        map([("id", list(&["0", "1", "2"])), ("mitre", twice), ("text", list(&["a", "b"]))]);
    assert_eq!(content, expected);
}

#[test]
fn a_record_in_a_record_is_a_part_of_it() {
    let inner = map([("rule", list(&["a", "b"]))]);
    assert_eq!(rule("<rule><rule>a</rule><rule>b</rule></rule>"), inner);
}

#[test]
fn fragments_are_read_and_comments_and_declarations_passed_over() {
    let rules = rules(
        "\u{feff}<?xml version='1.0'?>\r\n<!DOCTYPE rules [<!ELEMENT rule (#PCDATA)>]>\r
        <!-- <rule>not this one</rule> -- > --> loose & < text\r
        <var name='X'>8</var>\r
        <rule>a</rule> more <group><rule>b</rule></group>\r
        <rule>c</rule>",
    );
    let lines: Vec<_> = rules.iter().map(|rule| rule.line).collect();
    assert_eq!(lines, [5, 5, 6]);
    assert_eq!(rules[2].value, map([("rule", text("c"))]));
}

#[test]
fn a_text_without_records_has_no_documents() {
    for text in ["", " \n", "<!-- rule -->", "<decoder name='x'><type>y</type></decoder>", "<a>"] {
        assert_eq!(read(text), Ok(Vec::new()), "{text}");
    }
}

#[test]
fn character_references_are_resolved_and_no_others() {
    let content = rule(
        "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;>'><!ENTITY c SYSTEM 'file:///c'>]>
        <rule q='&quot;&#x41;&b;'>&lt;&gt;&amp;&apos;&quot;&#66;&#x43; &b;&c;&amp;lt; &#0;&#xD800;&#z;&;</rule>",
    );
    let expected = "<>&'\"BC &b;&c;&lt; &#0;&#xD800;&#z;&;";
    assert_eq!(content, map([("q", text("\"A&b;")), ("text", text(expected))]));
}

#[test]
fn sections_of_character_data_are_taken_as_they_are() {
    let content = rule("<rule>a<![CDATA[ <rule> & </rule> &lt; ]] > ]]>b</rule>");
    assert_eq!(content, text("a <rule> & </rule> &lt; ]] > b"));
}

#[test]
fn what_begins_no_markup_is_text() {
    for written in [
        "a < b & c",
        "(\\d<\\w+>)",
        "<3> <-- <! <> </> </ b>",
        "a<b and <c d=\"",
        "it's <b it's> \"so\"",
        "<b \"c\">",
        "<someone@example.com>",
        "<https://example.com/?a=1&b=2>",
        "<?php echo '?>",
        "<!DOCTYPE svg",
        "\\<script\\>.*\\<\\/script",
        "\\<!-- \\<![CDATA[ \\</b>",
        "&amp &lt",
    ] {
        let both = format!("<rule><regex>{written}</regex><id>1</id></rule>");
        let expected = map([("regex", text(written)), ("id", text("1"))]);
        assert_eq!(rule(&both), expected, "{written}");
    }
}

#[test]
fn a_backslash_before_the_closing_tag_belongs_to_the_text() {
    for written in ["C:\\", "C:\\\\", "\\<a\\\\\\"] {
        let both = format!("<rule><path>{written}</path><id>1</id></rule>");
        assert_eq!(rule(&both), map([("path", text(written)), ("id", text("1"))]), "{written}");
    }
    // After two of them, any tag is one.
    assert_eq!(rule("<rule>\\\\<id>1</id></rule>").get("id"), Some(&text("1")));
    assert_eq!(rule("<rule>\\<id>1\\</id></rule>"), text("\\<id>1\\</id>"));
}

#[test]
fn closing_tags_may_be_too_many_or_too_few() {
    let documents = rules(
        "</rule></x><group name='g'><rule><a>1</b></a></group><c>2</rule>
        <rule>3</rule></group></group><rule>4</rule><group>",
    );
    let first = map([("a", text("1")), ("c", text("2"))]);
    let group = || ("group", map([("name", text("g"))]));
    let expected = [
        map([group(), ("rule", first)]),
        map([group(), ("rule", text("3"))]),
        map([("rule", text("4"))]),
    ];
    assert_eq!(documents.into_iter().map(|rule| rule.value).collect::<Vec<_>>(), expected);
    let unclosed = rules("<group name='g'>\n<rule>1</rule>\n");
    assert_eq!(unclosed[0].value, map([group(), ("rule", text("1"))]));
}

#[test]
fn attributes_may_lack_quotes_and_values() {
    let content = rule("<rule id=1 level = \"a > b < c\" overwrite x='\"'\n/>");
    let expected = map([
        ("id", text("1")),
        ("level", text("a > b < c")),
        ("overwrite", text("")),
        ("x", text("\"")),
    ]);
    assert_eq!(content, expected);
    assert_eq!(rule("<rule a='1' a='2'/>"), map([("a", list(&["1", "2"]))]));
}

#[test]
fn a_record_that_cannot_be_read_is_an_error_with_its_place() {
    for (text, line, column, message) in [
        ("<g>\n <rule>\n<a>", 2, 2, "the element \"rule\" is not closed"),
        (
            "<rule></rule>\n<rule id='1></rule>",
            2,
            1,
            "the tag of the element \"rule\" cannot be read",
        ),
        ("<rule\n", 1, 1, "the tag of the element \"rule\" cannot be read"),
        ("<rule/>\n\u{e9}<!-- a", 2, 2, "the comment is not closed"),
        ("<rule>\n<![CDATA[ ]]</rule>", 2, 1, "the CDATA section is not closed"),
        ("\n<!DOCTYPE a [<rule></rule>", 2, 1, "the DOCTYPE cannot be read"),
        ("\n\n  a < b", 3, 3, "there is no markup in the text"),
    ] {
        let error = broken(text);
        assert_eq!((error.line, error.column), (line, Some(column)), "{text}: {error}");
        assert_eq!(error.message, message);
    }
}

#[test]
fn hostile_depth_in_xml_is_an_error() {
    for text in ["<a>".repeat(200_000), format!("<rule>{}", "<a x='1'>".repeat(200_000))] {
        assert!(broken(&text).message.starts_with("nested more than"));
    }
    let nested = |levels| format!("<rule>{}{}</rule>", "<a>".repeat(levels), "</a>".repeat(levels));
    assert!(read(&nested(100)).is_ok());
    assert!(read(&nested(130)).is_err());
}

#[test]
fn what_is_around_many_records_cannot_explode() {
    let text = format!("<a b='{}'>{}", "c".repeat(100_000), "<rule/>".repeat(10_000));
    assert_eq!(broken(&text).message, "the attributes around the elements repeat too much");
    let text = format!("<a b='c'>{}", "<rule/>".repeat(10_000));
    assert_eq!(rules(&text).len(), 10_000);
}

#[test]
fn no_text_takes_more_than_linear_time() {
    let many = 300_000;
    for piece in
        ["<a b=\"", "<a ='<b \"", "<a =\"<b \" ", "\\<", "\\", "<?a ", "</a ", "&a", "<!", "<"]
    {
        // What matters is that this ends.
        assert!(read(&format!("<rule>{}", piece.repeat(many))).is_err());
        let outside = read(&format!("<x/>{}", piece.repeat(many)));
        assert_eq!(outside.map(|documents| documents.len()), Ok(0));
    }
    let names: String = (0..many).map(|index| format!("<n{index}/>")).collect();
    assert_eq!(rule(&format!("<rule>{names}</rule>")).entries().count(), many);
}

fn pieces() -> impl Strategy<Value = String> {
    let pieces = vec![
        "<rule",
        "<rule>",
        "</rule>",
        "<a>",
        "</a>",
        "<a ",
        "/>",
        ">",
        "<",
        "/",
        "=",
        "'",
        "\"",
        "b",
        " ",
        "\n",
        "\\",
        "&",
        "&lt;",
        "&#65;",
        ";",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "?>",
        "<!DOCTYPE ",
        "[",
        "]",
        "<!ENTITY ",
        "é",
        "\u{feff}",
        "\u{a0}",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..40).prop_map(|pieces| pieces.concat())
}

/// An element's content, and the text that says it.
fn element() -> impl Strategy<Value = (Value, String)> {
    let leaf = "([!-~]([ -~]{0,8}[!-~])?)?".prop_map(|content| {
        let escaped = content.replace('&', "&amp;").replace('<', "&#60;");
        if content.is_empty() { (Value::Null, escaped) } else { (Value::Text(content), escaped) }
    });
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop::collection::btree_map("[a-h]{1,2}", inner, 1..4).prop_map(|children| {
            let tagged = |(name, (_, text)): (&String, &(Value, String))| {
                format!("\n  <{name}>{text}</{name}>")
            };
            let text = children.iter().map(tagged).collect();
            let entries = children.into_iter().map(|(name, (value, _))| (name, value));
            (Value::Map(entries.collect()), text)
        })
    })
}

proptest! {
    #[test]
    fn no_text_breaks_the_xml_reader(text in prop_oneof![any::<String>(), pieces()]) {
        let lines = text.matches('\n').count() + 1;
        match read(&text) {
            Err(error) => prop_assert!((1..=lines).contains(&error.line)),
            Ok(documents) => {
                prop_assert!(documents.is_sorted_by_key(|document| document.line));
                for document in documents {
                    prop_assert!((1..=lines).contains(&document.line));
                    prop_assert!(document.value.get("rule").is_some());
                }
            }
        }
    }

    #[test]
    fn what_well_formed_xml_says_is_read_back((content, text) in element()) {
        prop_assert_eq!(rule(&format!("<rule>{text}</rule>")), content);
    }
}
