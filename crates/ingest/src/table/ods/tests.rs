use super::*;
use crate::table::workbook_fixture::archive;
use crate::table::{Budget, workbook};

/// A workbook around what stands in its body.
fn ods(body: &str) -> Vec<u8> {
    let content = format!(
        r#"<?xml version="1.0"?><office:document-content><office:automatic-styles>
        <style:style style:name="hid" style:family="table"><style:table-properties table:display="false"/></style:style>
        <style:style style:name="seen" style:family="table"><style:table-properties table:display="true"/></style:style>
        </office:automatic-styles><office:body>{body}</office:body></office:document-content>"#
    );
    archive(&[
        ("mimetype".into(), "application/vnd.oasis.opendocument.spreadsheet".into()),
        ("content.xml".into(), content),
    ])
}

fn sheet(rows: &str) -> String {
    format!(
        r#"<office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet>"#
    )
}

fn tables(body: &str) -> Vec<Result<Table, SheetError>> {
    workbook(&ods(body), Budget::default()).unwrap()
}

/// Cells are written as `C7=text`, filled ones as `C7=text^`.
fn print(table: &Table) -> Vec<String> {
    let cells = table.rows.iter().flat_map(|row| row.cells.iter().map(|cell| (row.number, cell)));
    let said = cells.map(|(number, cell)| {
        let mark = if cell.filled { "^" } else { "" };
        format!("{}={}{mark}", cell_name(number, cell.column), cell.text)
    });
    said.collect()
}

#[track_caller]
fn check(rows: &str, cells: &[&str]) {
    assert_eq!(print(tables(&sheet(rows))[0].as_ref().unwrap()), cells, "{rows}");
}

/// One cell, by its attributes and content, and what it is read as.
#[track_caller]
fn check_cell(attributes: &str, content: &str, text: &str, kind: CellKind) {
    let rows = format!(
        "<table:table-row><table:table-cell {attributes}>{content}</table:table-cell></table:table-row>"
    );
    let tables = tables(&sheet(&rows));
    let cell = &tables[0].as_ref().unwrap().rows[0].cells[0];
    assert_eq!((cell.text.as_str(), cell.kind), (text, kind), "{attributes} {content}");
}

#[test]
fn cells_say_their_value_and_not_what_they_show() {
    let value = |sort: &str, name: &str, said: &str| {
        format!(r#"office:value-type="{sort}" office:{name}="{said}""#)
    };
    let shown = "<text:p>shown</text:p>";
    check_cell(&value("float", "value", "3.10"), shown, "3.1", CellKind::Number);
    check_cell(&value("percentage", "value", "0.35"), shown, "0.35", CellKind::Number);
    check_cell(&value("float", "value", "?"), shown, "shown", CellKind::Text);
    check_cell(&value("date", "date-value", "2026-06-30"), shown, "2026-06-30", CellKind::Date);
    let noon = value("date", "date-value", "2026-06-30T12:00:00");
    check_cell(&noon, shown, "2026-06-30T12:00:00", CellKind::Date);
    check_cell(&value("time", "time-value", "PT18H05M00S"), shown, "18:05:00", CellKind::Date);
    check_cell(&value("time", "time-value", "PT36H00M00S"), shown, "1.5", CellKind::Number);
    check_cell(&value("boolean", "boolean-value", "true"), shown, "true", CellKind::Bool);
    check_cell(r#"office:value-type="string""#, shown, "shown", CellKind::Text);
    let error = r#"table:formula="of:=NA()" office:value-type="string" calcext:value-type="error""#;
    check_cell(error, "<text:p>#N/A</text:p>", "#N/A", CellKind::Error);
    check_cell(r##"office:value-type="string""##, "<text:p>#N/A</text:p>", "#N/A", CellKind::Text);
}

#[test]
fn texts_are_put_together_as_they_are_shown() {
    let check = |content: &str, text: &str| check_cell("", content, text, CellKind::Text);
    check("<text:p>T1003</text:p><text:p>T1059</text:p>", "T1003\nT1059");
    check(
        "<text:p>a\n   b<text:s text:c=\"3\"/>c<text:tab/>d<text:line-break/>e</text:p>",
        "a b   c\td\ne",
    );
    check(
        "<text:p>R&amp;D &#8212; <text:a>a <text:span>link</text:span></text:a></text:p>",
        "R&D — a link",
    );
    check(
        "<office:annotation><text:p>T1486</text:p></office:annotation><text:p>no remark</text:p>",
        "no remark",
    );
}

#[test]
fn rows_and_cells_stand_where_the_repeats_before_them_say() {
    let cell = "<table:table-cell><text:p>x</text:p></table:table-cell>";
    check(
        &format!(
            r#"<table:table-row table:number-rows-repeated="4"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
            <table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2"/>{cell}</table:table-row>
            <table:table-row><table:table-cell table:number-columns-repeated="2"><text:p>y</text:p></table:table-cell></table:table-row>
            <table:table-row table:number-rows-repeated="1048569"><table:table-cell/></table:table-row>"#
        ),
        &["C5=x", "C6=x", "A7=y", "B7=y"],
    );
}

#[test]
fn merged_parents_are_filled_down() {
    let row = |cells: &str| format!("<table:table-row>{cells}</table:table-row>");
    let cell = |text: &str| format!("<table:table-cell><text:p>{text}</text:p></table:table-cell>");
    let parent = r#"<table:table-cell table:number-rows-spanned="2" table:number-columns-spanned="1"><text:p>AC</text:p></table:table-cell>"#;
    let rows = [
        row(&format!("{parent}{}", cell("1"))),
        row(&format!("<table:covered-table-cell/>{}", cell("2"))),
        row(&format!("<table:table-cell/>{}", cell("3"))),
    ];
    check(&rows.concat(), &["A1=AC", "B1=1", "A2=AC^", "B2=2", "B3=3"]);
}

#[test]
fn hidden_sheets_are_read_and_copies_of_other_files_are_not() {
    let table = |name: &str, style: &str, inner: &str| {
        format!(
            r#"<table:table table:name="{name}" table:style-name="{style}">{inner}</table:table>"#
        )
    };
    let row = "<table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row>";
    let body = [
        "<office:spreadsheet><table:tracked-changes>",
        &table("Old", "seen", row),
        "</table:tracked-changes>",
        &table("A", "seen", row),
        &table("B", "hid", row),
        &table("'file:///b.ods'#$S", "seen", &format!("<table:table-source/>{row}")),
        &table("A", "seen", row),
        "</office:spreadsheet>",
    ];
    let tables = tables(&body.concat());
    let said: Vec<_> = tables
        .iter()
        .map(|table| match table {
            Ok(table) => (table.sheet.clone().unwrap(), table.hidden, String::new()),
            Err(error) => (error.sheet.clone(), error.hidden, error.to_string()),
        })
        .collect();
    let twice = "an earlier sheet has the same name";
    assert_eq!(
        said,
        [("A", false, ""), ("B", true, ""), ("A", false, twice)].map(|(name, hidden, error)| (
            name.to_string(),
            hidden,
            error.to_string()
        ))
    );
}

#[test]
fn a_cell_that_repeats_itself_without_end_is_refused() {
    let repeated = |rows: &str, columns: &str, text: &str| {
        let rows = format!(
            r#"<table:table-row table:number-rows-repeated="{rows}"><table:table-cell table:number-columns-repeated="{columns}"><text:p>{text}</text:p></table:table-cell></table:table-row>"#
        );
        tables(&sheet(&rows)).remove(0)
    };
    let refused = |table: Result<Table, SheetError>| {
        let error = table.unwrap_err().error;
        matches!(error, TableError::TooLarge { limit: Limit::RepeatedBytes, .. })
    };
    for endless in ["2147483648", "99999999999999999999999", "1048576"] {
        assert!(refused(repeated(endless, "16384", "x")), "{endless}");
    }
    assert!(refused(repeated("100000", "1", &"x".repeat(10_000))));
    // What does not fit into a sheet is left out, and said.
    let row = repeated("1", "2147483648", "x").unwrap();
    assert_eq!(row.rows[0].cells.len(), 16_384);
    assert_eq!(row.notes[0].fact, "a cell outside of the sheet was left out");
    // A blank one may repeat itself as it likes.
    let blank = repeated("2147483648", "2147483648", " ").unwrap();
    assert_eq!((blank.rows.len(), blank.notes.len()), (0, 0));
}

#[test]
fn repeats_are_counted_over_all_sheets() {
    let table = |name: &str| {
        format!(
            r#"<table:table table:name="{name}"><table:table-row table:number-rows-repeated="400000"><table:table-cell table:number-columns-repeated="3"><text:p>x</text:p></table:table-cell></table:table-row></table:table>"#
        )
    };
    let names: String = ["A", "B", "C"].map(table).concat();
    let tables = tables(&format!("<office:spreadsheet>{names}</office:spreadsheet>"));
    assert!(tables[0].is_ok());
    assert!(tables.last().unwrap().is_err());
}

#[test]
fn what_is_no_spreadsheet_or_behind_a_password_is_named() {
    let error = workbook(&ods("<office:text/>"), Budget::default()).unwrap_err();
    let text = "not a workbook but an OpenDocument file without a spreadsheet in it";
    assert_eq!(error.to_string(), text);
    let list = "<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";
    let content = ("content.xml".to_string(), "\u{1}\u{2}".to_string());
    let bytes = archive(&[content, ("META-INF/manifest.xml".into(), list.into())]);
    assert_eq!(workbook(&bytes, Budget::default()).unwrap_err(), TableError::Encrypted);
    let whole = archive(&[("encrypted-package".into(), "x".into())]);
    assert_eq!(workbook(&whole, Budget::default()).unwrap_err(), TableError::Encrypted);
}

#[test]
fn a_sheet_that_is_cut_off_does_not_spoil_the_one_before_it() {
    let body = r#"<office:spreadsheet><table:table table:name="A"><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row></table:table><table:table table:name="B"><table:table-row><oops"#;
    let bytes = archive(&[("content.xml".into(), body.into())]);
    let tables = workbook(&bytes, Budget::default()).unwrap();
    assert_eq!(print(tables[0].as_ref().unwrap()), ["A1=x"]);
    let error = tables[1].as_ref().unwrap_err();
    assert!(error.to_string().starts_with("broken sheet: "), "{error}");
}

#[test]
fn an_entity_that_grows_stands_for_nothing() {
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>"#;
    let body = format!(
        r#"{bomb}<office:spreadsheet><table:table table:name="A"><table:table-row><table:table-cell><text:p>x&b;y</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>"#
    );
    let bytes = archive(&[("content.xml".into(), body)]);
    let tables = workbook(&bytes, Budget::default()).unwrap();
    assert_eq!(print(tables[0].as_ref().unwrap()), ["A1=xy"]);
}
