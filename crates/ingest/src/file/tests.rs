use super::*;

fn read_text(name: &str, text: &str) -> FileRead {
    let attack = crate::snapshot::embedded("enterprise-attack", None).unwrap();
    let settings = FileSettings::plain(&attack, Formats::built_in(), Purpose::Register);
    read(text.as_bytes(), name, None, &settings)
}

fn messages(read: &FileRead) -> Vec<&str> {
    read.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect()
}

#[test]
fn a_table_without_rows_is_skipped_and_not_passed_over() {
    for header in
        ["id,techniques\n", "displayName,isEnabled,detectionAction.alertTemplate.severity\n"]
    {
        let read = read_text("table.csv", header);
        assert_eq!((read.records, read.skipped), (0, 1), "{header}");
        assert_eq!(messages(&read), ["skipped: it holds no records"], "{header}");
    }
}

#[test]
fn of_two_columns_of_one_name_a_vendor_s_table_takes_the_last() {
    let text =
        "displayName,displayName,other,detectionAction.alertTemplate.severity\nOne,Two,x,high\n";
    let read = read_text("table.csv", text);
    let titles: Vec<&str> = read.drafts.iter().map(|d| d.capability.title.as_str()).collect();
    assert_eq!(titles, ["Two"]);
}

#[test]
fn columns_that_no_format_looks_into_cost_nothing_in_each_row() {
    let names: Vec<String> = (0..20_000).map(|ix| format!("column {ix}")).collect();
    let header =
        format!("id,displayName,detectionAction.alertTemplate.severity,{}", names.join(","));
    let read = read_text("table.csv", &format!("{header}\n{}", "1,Rule,high\n".repeat(5_000)));
    assert_eq!((read.records, read.drafts.len()), (5_000, 1));
}

#[test]
fn a_header_lends_its_keys_only_so_often() {
    let rule = "---\nlogsource: {product: windows}\ndetection: {a: 1, condition: a}\n";
    let lent = "attack.t1059 ".repeat(80_000);
    let text = format!("action: global\ntitle: Rule\nid: {lent}\n{}", rule.repeat(40));
    let read = read_text("rules.yml", &text);
    assert_eq!(read.records, 40);
    assert!((1..40).contains(&read.not_understood), "{}", read.not_understood);
    assert_eq!(messages(&read).iter().filter(|m| m.contains("lend")).count(), read.not_understood);
}

#[test]
fn thousands_of_rows_of_one_id_that_agree_are_one() {
    let rows: Vec<String> = (0..20_000).map(|ix| format!("C1,Rule,T1{:03}", ix % 500)).collect();
    let read = read_text("table.csv", &format!("id,title,techniques\n{}\n", rows.join("\n")));
    assert_eq!((read.records, read.drafts.len()), (20_000, 1));
    assert_eq!((read.drafts[0].records, read.drafts[0].ids.len()), (20_000, 500));
}

#[test]
fn names_of_objects_within_a_row_do_not_grow_without_end() {
    let inner: Vec<String> = (0..2_000).map(|ix| format!("\"k{ix}\": 1")).collect();
    let (name, inner) = ("k".repeat(50_000), inner.join(","));
    let text = format!("[{{\"id\":\"a\",\"techniques\":\"T1059\",\"{name}\":{{{inner}}}}}]");
    let read = read_text("rows.json", &text);
    assert_eq!(read.records, 1);
    assert_eq!(read.diagnostics.len(), 1);
    assert!(messages(&read)[0].len() < 200, "{}", messages(&read)[0].len());
}

#[test]
fn of_very_many_columns_that_are_not_used_the_first_are_named() {
    let names: Vec<String> = (0..100).map(|ix| format!("extra {ix}")).collect();
    let text = format!("id,techniques,{}\n1,T1059\n", names.join(","));
    let read = read_text("table.csv", &text);
    assert!(messages(&read)[0].ends_with("\"extra 19\" and 80 more are not used"));
}

#[test]
fn cells_beyond_the_last_name_are_told_once_a_row() {
    let read = read_text("table.csv", "id,techniques\n1,T1059,x\n2,T1059,x,y,z\n");
    let expected = [
        "\"x\" stands beyond the last column that has a name",
        "\"x\" and 2 more cells stand beyond the last column that has a name",
    ];
    assert_eq!(messages(&read), expected);
}

#[test]
fn beside_its_rows_an_object_may_hold_very_many_keys() {
    let keys: Vec<String> = (0..20_000).map(|ix| format!("\"k{ix}\": 1")).collect();
    let row = "{\"id\": \"a\", \"techniques\": \"T1059\"}";
    let read =
        read_text("rows.json", &format!("{{\"capabilities\": [{row}], {}}}", keys.join(",")));
    assert_eq!(read.records, 1);
    assert!(messages(&read)[0].ends_with("and 19980 more, which are not used"));
}

#[test]
fn a_record_with_very_many_mistakes_is_told_about_a_thousand_of_them() {
    let items: Vec<String> = (0..3_000).map(|ix| format!("Amiga {ix}")).collect();
    let text = format!("id,techniques,platforms\n1,T1059,{}\n", items.join(";"));
    let read = read_text("table.csv", &text);
    assert_eq!(read.diagnostics.len(), 1_001);
    assert_eq!(messages(&read)[1_000], "2000 more remarks about this record are left out");
}

#[test]
fn of_very_many_records_that_are_not_understood_the_first_are_told() {
    let read = read_text("rules.ndjson", &"{\n".repeat(5_000));
    assert_eq!((read.records, read.not_understood), (5_000, 5_000));
    assert_eq!(read.diagnostics.len(), 1_001);
    assert_eq!(messages(&read)[1_000], "4000 more records of it are not understood");
}
