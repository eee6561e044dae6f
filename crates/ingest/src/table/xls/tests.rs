use super::*;
use crate::table::{Budget, Limit, workbook};

type Body = Vec<u8>;

fn record(kind: u16, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap();
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), body].concat()
}

fn words(words: &[u16]) -> Body {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn bof() -> Vec<u8> {
    record(kind::BOF, &words(&[0x0600, 5]))
}

fn eof() -> Vec<u8> {
    record(kind::EOF, &[])
}

/// A cell of a record that holds one.
fn cell(kind: u16, row: u16, column: u16, value: &[u8]) -> Vec<u8> {
    record(kind, &[&words(&[row, column, 0]), value].concat())
}

fn label(row: u16, column: u16, text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap();
    let value = [&length.to_le_bytes()[..], &[0], text.as_bytes()].concat();
    cell(kind::LABEL, row, column, &value)
}

/// A workbook of sheets: name, state, and the records between its first and its last.
fn xls(globals: &[u8], sheets: &[(&str, u8, Vec<u8>)]) -> Vec<u8> {
    let entry = |name: &str| 4 + 8 + name.len();
    let entries: usize = sheets.iter().map(|(name, ..)| entry(name)).sum();
    let mut at = bof().len() + globals.len() + entries + eof().len();
    let mut stream = [bof(), globals.to_vec()].concat();
    let bodies: Vec<Vec<u8>> =
        sheets.iter().map(|(.., body)| [bof(), body.clone(), eof()].concat()).collect();
    for ((name, state, _), body) in sheets.iter().zip(&bodies) {
        let start = u32::try_from(at).unwrap().to_le_bytes();
        let length = u8::try_from(name.len()).unwrap();
        let entry = [&start[..], &[*state, 0, length, 0], name.as_bytes()].concat();
        stream.extend(record(kind::BOUNDSHEET, &entry));
        at += body.len();
    }
    stream.extend(eof());
    stream.extend(bodies.concat());
    ole("Workbook", stream)
}

/// A compound file of one stream.
fn ole(name: &str, mut stream: Vec<u8>) -> Vec<u8> {
    let size = stream.len().max(4096);
    stream.resize(size.next_multiple_of(512), 0);
    let sectors = stream.len() / 512;
    let mut header = crate::table::ole::MAGIC.to_vec();
    header.resize(512, 0xFF);
    header[0x1E] = 9;
    header[0x1F] = 0;
    let mut put =
        |at: usize, number: u32| header[at..at + 4].copy_from_slice(&number.to_le_bytes());
    put(0x30, 1);
    put(0x3C, 0xFFFF_FFFE);
    put(0x44, 0xFFFF_FFFE);
    put(0x4C, 0);
    // The table, the list, and the stream from the third sector on.
    let next = |ix: usize| match ix {
        0 => 0xFFFF_FFFD,
        1 => 0xFFFF_FFFE,
        last if last == sectors + 1 => 0xFFFF_FFFE,
        inner => u32::try_from(inner + 1).unwrap(),
    };
    let mut table: Vec<u8> = (0..sectors + 2).flat_map(|ix| next(ix).to_le_bytes()).collect();
    table.resize(512, 0xFF);
    let entry = |name: &str, sort: u8, start: u32, size: usize| {
        let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let length = u8::try_from(entry.len() + 2).unwrap();
        entry.resize(128, 0);
        (entry[0x40], entry[0x42]) = (length, sort);
        entry[0x74..0x78].copy_from_slice(&start.to_le_bytes());
        entry[0x78..0x7C].copy_from_slice(&u32::try_from(size).unwrap().to_le_bytes());
        entry
    };
    let mut list = entry("Root Entry", 5, 0xFFFF_FFFE, 0);
    list.extend(entry(name, 2, 2, size));
    list.resize(512, 0);
    [header, table, list, stream].concat()
}

fn tables(bytes: &[u8]) -> Vec<Result<Table, SheetError>> {
    workbook(bytes, Budget::default()).unwrap()
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
fn check(globals: &[u8], body: &[Vec<u8>], cells: &[&str]) {
    let tables = tables(&xls(globals, &[("S", 0, body.concat())]));
    assert_eq!(print(tables[0].as_ref().unwrap()), cells);
}

#[test]
fn each_kind_of_cell_is_read() {
    let number = |number: f64| number.to_le_bytes().to_vec();
    let formula = |value: [u8; 8]| [&value[..], &[0; 8]].concat();
    let special = |sort: u8, said: u8| [sort, 0, said, 0, 0, 0, 0xFF, 0xFF];
    check(
        &[],
        &[
            label(0, 0, "plain"),
            cell(kind::NUMBER, 0, 1, &number(3.1)),
            cell(kind::RK, 0, 2, &(310u32 << 2 | 3).to_le_bytes()),
            cell(kind::BOOLERR, 1, 0, &[1, 0]),
            cell(kind::BOOLERR, 1, 1, &[0x2A, 1]),
            record(kind::MULRK, &words(&[2, 0, 0, 5 << 2 | 2, 0, 0, 6 << 2 | 2, 0, 1])),
            cell(kind::FORMULA, 3, 0, &formula(number(0.5).try_into().unwrap())),
            cell(kind::FORMULA, 3, 1, &formula(special(0, 0))),
            record(kind::STRING, &[&[2, 0, 0][..], b"ok"].concat()),
            cell(kind::FORMULA, 3, 2, &formula(special(1, 0))),
            cell(kind::FORMULA, 3, 3, &formula(special(2, 0x07))),
            cell(kind::FORMULA, 3, 4, &formula(special(3, 0))),
        ],
        &[
            "A1=plain",
            "B1=3.1",
            "C1=3.1",
            "A2=true",
            "B2=#N/A",
            "A3=5",
            "B3=6",
            "A4=0.5",
            "B4=ok",
            "C4=false",
            "D4=#DIV/0!",
        ],
    );
}

#[test]
fn a_shared_text_goes_on_behind_a_border() {
    // Two texts: one that a border cuts, going on in two bytes a character; one with a run of
    // fonts and something beside it.
    let first = [&8u32.to_le_bytes()[..], &8u32.to_le_bytes(), &[6, 0, 0], b"T10"].concat();
    let then = [&[1][..], &words(&[u16::from(b'0'), u16::from(b'3'), 0x2192])].concat();
    let second = [&[2, 0, 8 | 4, 1, 0, 2, 0, 0, 0][..], b"ok", &[9, 9, 9, 9], &[7, 7]].concat();
    let strings = [record(kind::SST, &first), record(0x3C, &[then, second].concat())];
    let shared = |row, ix: u32| cell(kind::LABELSST, row, 0, &ix.to_le_bytes());
    let body = [shared(0, 0), shared(1, 1), shared(2, 7)].concat();
    let tables = tables(&xls(&strings.concat(), &[("S", 0, body)]));
    let table = tables[0].as_ref().unwrap();
    assert_eq!(print(table), ["A1=T1003→", "A2=ok"]);
    assert_eq!(table.notes[0].place.as_deref(), Some("A3"));
}

#[test]
fn numbers_are_days_where_their_style_says_so() {
    let code = [&words(&[200, 4])[..], &[0], b"yyyy"].concat();
    let globals = [
        record(kind::FORMAT, &code),
        record(kind::XF, &words(&[0, 0])),
        record(kind::XF, &words(&[0, 14])),
        record(kind::XF, &words(&[0, 200])),
    ];
    let styled = |column: u16, style: u16| {
        let cell = [&words(&[0, column, style])[..], &45_943f64.to_le_bytes()].concat();
        record(kind::NUMBER, &cell)
    };
    check(
        &globals.concat(),
        &[styled(0, 0), styled(1, 1), styled(2, 2), styled(3, 9)],
        &["A1=45943", "B1=2025-10-13", "C1=2025-10-13", "D1=45943"],
    );
}

#[test]
fn merged_parents_are_filled_down_and_hidden_sheets_flagged() {
    let body = [
        label(0, 0, "AC"),
        label(0, 1, "1"),
        label(1, 1, "2"),
        record(kind::MERGECELLS, &words(&[1, 0, 1, 0, 0])),
        // A chart within the sheet has records that look like cells.
        bof(),
        label(5, 5, "no cell"),
        eof(),
    ];
    let tables = tables(&xls(&[], &[("A", 0, body.concat()), ("B", 2, label(0, 0, "x"))]));
    let [first, second] = [&tables[0], &tables[1]].map(|table| table.as_ref().unwrap());
    assert_eq!(print(first), ["A1=AC", "B1=1", "A2=AC^", "B2=2"]);
    assert_eq!((first.hidden, second.hidden), (false, true));
}

#[test]
fn a_single_cell_in_the_last_corner_costs_one_cell() {
    let far = xls(&[], &[("Far", 0, label(65_535, 255, "x"))]);
    let tiny = Budget { cells: 1, bytes: 10_000, cell_text: 10 };
    let table = workbook(&far, tiny).unwrap().remove(0).unwrap();
    assert_eq!(print(&table), ["IV65536=x"]);
    let two = xls(&[], &[("Two", 0, [label(0, 0, "x"), label(0, 1, "x")].concat())]);
    let error = workbook(&two, tiny).unwrap().remove(0).unwrap_err().error;
    assert!(matches!(error, TableError::TooLarge { limit: Limit::Cells, .. }));
}

#[test]
fn what_is_damaged_or_behind_a_password_is_named() {
    let locked = xls(&record(kind::FILEPASS, &[0; 6]), &[]);
    assert_eq!(workbook(&locked, Budget::default()).unwrap_err(), TableError::Encrypted);
    let letter = ole("WordDocument", vec![0; 5000]);
    let error = workbook(&letter, Budget::default()).unwrap_err();
    assert_eq!(error.to_string(), "not a workbook but an OLE file without a workbook in it");
    let sound = xls(&[], &[("A", 0, label(0, 0, "x"))]);
    let cut = workbook(&sound[..sound.len() - 600], Budget::default()).unwrap_err();
    assert!(cut.to_string().starts_with("broken workbook: its "), "{cut}");
    let mut circle = sound.clone();
    circle[512 + 4..512 + 8].copy_from_slice(&1u32.to_le_bytes());
    assert!(workbook(&circle, Budget::default()).is_err());
}

#[test]
fn sheets_in_one_place_are_read_once() {
    let mut bytes = xls(&[], &[("A", 0, label(0, 0, "x")), ("B", 0, label(0, 0, "y"))]);
    let entries: Vec<usize> = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, window)| **window == [0x85, 0, 9, 0])
        .map(|(at, _)| at + 4)
        .collect();
    let first: [u8; 4] = bytes[entries[0]..entries[0] + 4].try_into().unwrap();
    bytes[entries[1]..entries[1] + 4].copy_from_slice(&first);
    let tables = tables(&bytes);
    assert!(tables[0].is_ok() && tables[1].is_err());
}
