use super::*;
use crate::table::workbook;
use crate::table::workbook_fixture::packed;

fn record(kind: u16, body: &[u8]) -> Vec<u8> {
    let seven = |number: usize, most: u32| {
        let mut bytes = Vec::new();
        for ix in 0..most {
            let rest = number >> (7 * ix);
            let byte = u8::try_from(rest & 0x7F).unwrap();
            if rest >> 7 == 0 {
                bytes.push(byte);
                break;
            }
            bytes.push(byte | 0x80);
        }
        bytes
    };
    [seven(usize::from(kind), 2), seven(body.len(), 4), body.to_vec()].concat()
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let length = u32::try_from(units.len()).unwrap().to_le_bytes();
    length.into_iter().chain(units.into_iter().flat_map(u16::to_le_bytes)).collect()
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// A workbook of one sheet with these records.
fn xlsb(state: u32, sheet: &[u8]) -> Vec<u8> {
    let book = [&numbers(&[state, 1])[..], &wide("rId1"), &wide("S")].concat();
    let relation = r#"<Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/sheet1.bin"/></Relationships>"#;
    let strings = [
        record(159, &numbers(&[9, 9])),
        record(kind::STRING, &[&[0][..], &wide("shared")].concat()),
    ];
    let styles = [
        record(kind::STYLE, &[0, 0, 14, 0]),
        record(kind::BEGIN_OF_STYLES, &numbers(&[2])),
        record(kind::STYLE, &[0, 0, 0, 0]),
        record(kind::STYLE, &[0, 0, 14, 0]),
        record(kind::END_OF_STYLES, &[]),
    ];
    packed(&[
        ("_rels/.rels", b"<x/>"),
        ("xl/workbook.bin", &record(kind::SHEET, &book)),
        ("xl/_rels/workbook.bin.rels", relation.as_bytes()),
        ("xl/sharedStrings.bin", &strings.concat()),
        ("xl/styles.bin", &styles.concat()),
        ("xl/worksheets/sheet1.bin", sheet),
    ])
}

fn row(number: u32) -> Vec<u8> {
    record(kind::ROW, &numbers(&[number, 0]))
}

fn cell(kind: u16, column: u32, style: u32, value: &[u8]) -> Vec<u8> {
    record(kind, &[&numbers(&[column, style])[..], value].concat())
}

fn cells(records: &[Vec<u8>]) -> Vec<u8> {
    let (begin, end) = (record(kind::BEGIN_OF_CELLS, &[]), record(kind::END_OF_CELLS, &[]));
    [begin, records.concat(), end].concat()
}

fn only(sheet: &[u8]) -> Result<Table, SheetError> {
    workbook(&xlsb(0, sheet), Budget::default()).unwrap().remove(0)
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

#[test]
fn each_kind_of_cell_is_read() {
    let short = |kind: u16, value: &[u8]| record(kind, &[&numbers(&[0])[..], value].concat());
    let table = only(&cells(&[
        row(0),
        cell(kind::TEXT, 0, 0, &wide("plain")),
        cell(kind::SHARED, 1, 0, &numbers(&[0])),
        cell(kind::REAL, 2, 1, &45_943f64.to_le_bytes()),
        row(4),
        cell(kind::RK, 1, 0, &numbers(&[310 << 2 | 3])),
        short(kind::SHORT_BLANK + 3, &[1]),
        cell(kind::ERROR, 4, 0, &[0x2A]),
        row(5),
        cell(kind::FORMULA_TEXT, 0, 0, &[wide("ok"), vec![0; 6]].concat()),
        cell(kind::FORMULA_REAL, 1, 0, &0.5f64.to_le_bytes()),
        cell(kind::FORMULA_BOOL, 2, 0, &[0]),
        cell(kind::FORMULA_ERROR, 3, 0, &[7]),
        cell(kind::RICH_TEXT, 4, 0, &[&[0][..], &wide("rich")].concat()),
    ]));
    assert_eq!(
        print(&table.unwrap()),
        [
            "A1=plain",
            "B1=shared",
            "C1=2025-10-13",
            "B5=3.1",
            "C5=true",
            "E5=#N/A",
            "A6=ok",
            "B6=0.5",
            "C6=false",
            "D6=#DIV/0!",
            "E6=rich"
        ]
    );
}

#[test]
fn merged_parents_are_filled_down_and_hidden_sheets_flagged() {
    let text = |column, text: &str| cell(kind::TEXT, column, 0, &wide(text));
    let rows = [row(0), text(0, "AC"), text(1, "1"), row(1), text(1, "2")];
    let merged = record(kind::MERGED, &numbers(&[0, 1, 0, 0]));
    let bytes = xlsb(1, &[cells(&rows), merged].concat());
    let table = workbook(&bytes, Budget::default()).unwrap().remove(0).unwrap();
    assert_eq!(print(&table), ["A1=AC", "B1=1", "A2=AC^", "B2=2"]);
    assert!(table.hidden);
}

#[test]
fn what_is_cut_off_or_stands_outside_is_said() {
    let error = only(&cells(&[row(0)])[..4]).unwrap_err();
    assert_eq!(error.to_string(), "broken sheet: it is cut off");
    let table = only(&cells(&[
        row(0),
        cell(kind::TEXT, 16_384, 0, &wide("far")),
        cell(kind::TEXT, 0, 0, &numbers(&[900])),
        cell(kind::SHARED, 1, 0, &numbers(&[900])),
        row(1_048_576),
        cell(kind::TEXT, 0, 0, &wide("low")),
    ]))
    .unwrap();
    assert_eq!((table.rows.len(), table.notes.len()), (0, 4));
    assert_eq!(table.notes[1].place.as_deref(), Some("A1"));
}

#[test]
fn a_record_that_promises_much_reserves_nothing() {
    let promise = [record(kind::BEGIN_OF_CELLS, &[]), vec![7, 0xFF, 0xFF, 0xFF, 0x7F]].concat();
    assert_eq!(only(&promise).unwrap_err().to_string(), "broken sheet: it is cut off");
}
