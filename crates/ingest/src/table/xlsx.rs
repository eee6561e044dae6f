//! Worksheets, cell by cell.
//!
//! Never through a dense range: a sheet with one cell at XFD1048576 costs one cell.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Cursor;

use calamine::{DataRef, Reader, Sheet, SheetType, SheetVisible, Xlsx, XlsxError};

use crate::table::grid::{Grid, Meter};
use crate::table::stored::{said_moment, said_number, without_midnight};
use crate::table::{Budget, COLUMNS, CellKind, Note, ROWS, Row, SheetError, Table, TableError};
use crate::table::{SAVE_AGAIN, cell_name, merged, package};

type Workbook<'b> = Xlsx<Cursor<&'b [u8]>>;

pub(super) fn read(
    bytes: &[u8],
    budget: Budget,
) -> Result<Vec<Result<Table, SheetError>>, TableError> {
    package::inspect(bytes, budget)?;
    let mut workbook = Workbook::new(Cursor::new(bytes)).map_err(broken_workbook)?;
    let mut meter = Meter::new(budget);
    let mut names = BTreeSet::new();
    let mut sheets = workbook.sheets_metadata().to_vec();
    sheets.retain(|sheet| sheet.typ == SheetType::WorkSheet);
    let tables = sheets.into_iter().map(|sheet| {
        let table = if names.insert(sheet.name.clone()) {
            read_sheet(&mut workbook, &sheet, &mut meter)
        } else {
            Err(TableError::RepeatedSheet)
        };
        table.map_err(|error| SheetError { hidden: is_hidden(&sheet), sheet: sheet.name, error })
    });
    Ok(tables.collect())
}

fn is_hidden(sheet: &Sheet) -> bool {
    sheet.visible != SheetVisible::Visible
}

fn read_sheet(
    workbook: &mut Workbook,
    sheet: &Sheet,
    meter: &mut Meter,
) -> Result<Table, TableError> {
    let (mut rows, mut notes) = read_cells(workbook, &sheet.name, meter)?;
    match workbook.merge_cells_by_sheet_name(&sheet.name) {
        Ok(regions) => merged::fill_down(&mut rows, regions, meter)?,
        Err(error) => notes.push(Note {
            place: None,
            fact: format!("merged cells were not filled down: {}", fragment(&error)),
            help: SAVE_AGAIN,
        }),
    }
    let (name, hidden) = (sheet.name.clone(), is_hidden(sheet));
    Ok(Table { sheet: Some(name), hidden, separator: None, rows, notes })
}

fn read_cells(
    workbook: &mut Workbook,
    name: &str,
    meter: &mut Meter,
) -> Result<(Vec<Row>, Vec<Note>), TableError> {
    let mut reader = workbook.worksheet_cells_reader(name).map_err(broken_sheet)?;
    let mut grid = Grid::new(meter, cell_name);
    let mut last = None;
    loop {
        match reader.next_cell() {
            Ok(Some(cell)) => {
                last = Some(cell.get_position());
                add(&mut grid, cell.get_position(), cell.get_value())?;
            }
            Ok(None) => break,
            Err(error) if is_about_one_cell(&error) => {
                let fact = format!("a cell was left out: {}", fragment(&error));
                grid.note(last.map(behind), fact, SAVE_AGAIN);
            }
            Err(error) => return Err(broken_sheet(error)),
        }
    }
    Ok(grid.finish())
}

/// The reader does not say where a bad cell stands, only the one before it is known.
fn behind((row, column): (u32, u32)) -> String {
    format!("after {}", cell_name(row as usize + 1, column as usize))
}

fn add(grid: &mut Grid, (row, column): (u32, u32), value: &DataRef) -> Result<(), TableError> {
    let (text, kind) = said(value);
    if row < ROWS && column < COLUMNS {
        return grid.add(row as usize + 1, column as usize, &text, kind);
    }
    let fact = "a cell outside of the sheet was left out".to_string();
    grid.note(None, fact, SAVE_AGAIN);
    Ok(())
}

/// What a cell says, and what kind of thing it is; a blank one says nothing.
fn said<'d>(value: &'d DataRef) -> (Cow<'d, str>, CellKind) {
    match value {
        DataRef::Empty => (Cow::Borrowed(""), CellKind::Text),
        DataRef::String(text) => (Cow::Borrowed(text), CellKind::Text),
        DataRef::SharedString(text) => (Cow::Borrowed(text), CellKind::Text),
        DataRef::Int(number) => (Cow::Owned(number.to_string()), CellKind::Number),
        DataRef::Float(number) => said_number(*number),
        DataRef::Bool(yes) => (Cow::Borrowed(if *yes { "true" } else { "false" }), CellKind::Bool),
        DataRef::DateTime(moment) => said_moment(moment),
        DataRef::DateTimeIso(text) => (Cow::Borrowed(without_midnight(text)), CellKind::Date),
        DataRef::DurationIso(text) => (Cow::Borrowed(text), CellKind::Text),
        DataRef::Error(error) => (Cow::Owned(error.to_string()), CellKind::Error),
    }
}

/// After these the reader stands behind the bad cell and can go on.
fn is_about_one_cell(error: &XlsxError) -> bool {
    matches!(
        error,
        XlsxError::CellError(_)
            | XlsxError::CellTAttribute(_)
            | XlsxError::ParseFloat(_)
            | XlsxError::Unexpected(_)
            | XlsxError::UnexpectedNode(_)
            | XlsxError::Unrecognized { .. }
    )
}

fn broken_workbook(error: XlsxError) -> TableError {
    match error {
        XlsxError::Password => TableError::Encrypted,
        XlsxError::RelationshipNotFound => {
            TableError::NotAWorkbook { found: "an archive without a workbook in it" }
        }
        other => TableError::BrokenWorkbook(fragment(&other)),
    }
}

fn broken_sheet(error: XlsxError) -> TableError {
    TableError::BrokenSheet(fragment(&error))
}

/// The message as our messages are: lower case, without a final period.
fn fragment(error: &XlsxError) -> String {
    let message = error.to_string();
    let mut letters = message.trim_end_matches('.').chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::table::workbook_fixture::{archive, parts, row, sheet, workbook};
    use crate::table::{Limit, find_header, workbook as read_workbook};

    fn tables(bytes: &[u8]) -> Vec<Result<Table, SheetError>> {
        read_workbook(bytes, Budget::default()).unwrap()
    }

    fn only(xml: &str) -> Table {
        let mut tables = tables(&workbook(&[("Sheet 1", xml)]));
        tables.remove(0).unwrap()
    }

    /// Cells are written as `C7=text`, filled ones as `C7=text^`.
    fn print(table: &Table) -> Vec<String> {
        let rows = table.rows.iter();
        let cells = rows.flat_map(|row| row.cells.iter().map(|cell| (row.number, cell)));
        cells
            .map(|(number, cell)| {
                let mark = if cell.filled { "^" } else { "" };
                format!("{}={}{mark}", cell_name(number, cell.column), cell.text)
            })
            .collect()
    }

    /// One cell, given by its attributes and content, and what it is read as.
    fn check(attributes: &str, content: &str, text: &str, kind: CellKind) {
        let table =
            only(&sheet(&format!(r#"<row r="1"><c r="A1" {attributes}>{content}</c></row>"#), &[]));
        let cell = &table.rows[0].cells[0];
        assert_eq!((cell.text.as_str(), cell.kind), (text, kind), "{attributes} {content}");
    }

    #[test]
    fn numbers_have_no_needless_digits() {
        check("", "<v>5</v>", "5", CellKind::Number);
        check("", "<v>5.0</v>", "5", CellKind::Number);
        check("t=\"n\"", "<v>13.300000000000001</v>", "13.3", CellKind::Number);
        check("", "<v>-0</v>", "0", CellKind::Number);
        check("", "<v>1e21</v>", "1000000000000000000000", CellKind::Number);
        check("", "<v>NaN</v>", "#NUM!", CellKind::Error);
    }

    #[test]
    fn dates_are_iso_dates() {
        check("s=\"1\"", "<v>45943</v>", "2025-10-13", CellKind::Date);
        check("s=\"1\"", "<v>45943.5</v>", "2025-10-13T12:00:00", CellKind::Date);
        check("s=\"1\"", "<v>0.75</v>", "18:00:00", CellKind::Date);
        check("s=\"1\"", "<v>-3</v>", "-3", CellKind::Number);
        check("s=\"1\"", "<v>1e300</v>", &(1e300f64).to_string(), CellKind::Number);
        check("s=\"2\"", "<v>1.5</v>", "1.5", CellKind::Number);
        check("t=\"d\"", "<v>2025-10-13T00:00:00</v>", "2025-10-13", CellKind::Date);
    }

    #[test]
    fn formulas_give_their_saved_value() {
        check("", "<f>1+1</f><v>2</v>", "2", CellKind::Number);
        check("t=\"str\"", "<f>A2&amp;A3</f><v>a &amp; b</v>", "a & b", CellKind::Text);
        check("t=\"e\"", "<f>NA()</f><v>#N/A</v>", "#N/A", CellKind::Error);
        check("t=\"b\"", "<f>TRUE()</f><v>1</v>", "true", CellKind::Bool);
        check("t=\"b\"", "<v>0</v>", "false", CellKind::Bool);
    }

    #[test]
    fn texts_lose_their_outer_blanks_only() {
        let rich = "<is><r><t xml:space=\"preserve\"> Least </t></r><r><t>privilege&#160;\nAC-6\u{a0}</t></r></is>";
        check("t=\"inlineStr\"", rich, "Least privilege\u{a0}\nAC-6", CellKind::Text);
    }

    #[test]
    fn shared_strings_are_looked_up() {
        let xml = sheet(r#"<row r="1"><c r="B1" t="s"><v>1</v></c></row>"#, &[]);
        let mut parts = parts(&[("S", "visible", &xml)]);
        let strings = r#"<sst uniqueCount="2"><si><t>a</t></si><si><t>MFA</t></si></sst>"#;
        parts.push(("xl/sharedStrings.xml".into(), strings.into()));
        assert_eq!(print(tables(&archive(&parts))[0].as_ref().unwrap()), ["B1=MFA"]);
    }

    #[test]
    fn a_header_is_found_beneath_merged_bands() {
        let rows = [
            row(1, &["Controls of Example Bank"]),
            row(2, &["Control", "", "Mapping"]),
            row(4, &["ID", "Title", "Techniques", "Status"]),
            row(5, &["AC-2", "Accounts", "T1078", "on"]),
        ];
        let table = only(&sheet(&rows.concat(), &["A1:D1", "A2:B2", "C2:D2"]));
        let known = |name: &str| ["id", "techniques", "status"].contains(&name);
        let header = find_header(&table, 2, &known).unwrap();
        assert_eq!(table.rows[header.row_index].number, 4);
        assert_eq!(header.columns[2], (2, "techniques".to_string()));
    }

    #[test]
    fn blank_rows_are_left_out_and_numbers_kept() {
        let styled =
            r#"<row r="2"><c r="A2" s="1"/><c r="B2" t="inlineStr"><is><t> </t></is></c></row>"#;
        let xml = sheet(&[row(1, &["a"]), styled.into(), row(7, &["", "b"])].concat(), &[]);
        assert_eq!(print(&only(&xml)), ["A1=a", "B7=b"]);
    }

    #[test]
    fn rows_and_cells_without_references_follow_each_other() {
        let cell = r#"<c t="inlineStr"><is><t>x</t></is></c>"#;
        let rows = format!("<row>{cell}<c/>{cell}</row><row>{cell}</row>");
        assert_eq!(print(&only(&sheet(&rows, &[]))), ["A1=x", "C1=x", "A2=x"]);
    }

    #[test]
    fn merged_parents_are_filled_down() {
        let rows = [
            row(1, &["Function", "Id"]),
            row(2, &["Protect", "1"]),
            row(3, &["", "2"]),
            row(9, &["", "3"]),
        ];
        let table = only(&sheet(&rows.concat(), &["A2:A8"]));
        assert_eq!(
            print(&table),
            ["A1=Function", "B1=Id", "A2=Protect", "B2=1", "A3=Protect^", "B3=2", "B9=3"]
        );
    }

    #[test]
    fn a_single_cell_in_the_last_corner_costs_one_cell() {
        let xml =
            sheet(r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#, &["A1:XFD1048576"]);
        let bytes = workbook(&[("Far", &xml)]);
        let tiny = Budget { cells: 1, bytes: 10_000, cell_text: 10 };
        let table = read_workbook(&bytes, tiny).unwrap().remove(0).unwrap();
        assert_eq!(print(&table), ["XFD1048576=1"]);
    }

    #[test]
    fn hidden_sheets_are_read_and_flagged() {
        let xml = sheet(&row(1, &["a"]), &[]);
        let bytes = archive(&parts(&[
            ("A", "visible", &xml),
            ("B", "hidden", &xml),
            ("C", "veryHidden", &xml),
        ]));
        let hidden: Vec<bool> =
            tables(&bytes).into_iter().map(|table| table.unwrap().hidden).collect();
        assert_eq!(hidden, [false, true, true]);
    }

    #[test]
    fn a_broken_sheet_does_not_spoil_the_others() {
        let sound = sheet(&row(1, &["a"]), &[]);
        let broken = &sound[..sound.find("</row>").unwrap()];
        let tables = tables(&workbook(&[("A", &sound), ("B", broken), ("C", &sound)]));
        assert_eq!(print(tables[0].as_ref().unwrap()), ["A1=a"]);
        assert_eq!(print(tables[2].as_ref().unwrap()), ["A1=a"]);
        let error = tables[1].as_ref().unwrap_err();
        assert_eq!(
            format!("[{}]: {error}; {}", error.sheet, error.error.help()),
            "[B]: broken sheet: unexpected end of xml, expecting '</sheetData>'; \
             open it in a spreadsheet program and save it again"
        );
    }

    #[test]
    fn a_sheet_whose_part_is_missing_is_broken() {
        let xml = sheet(&row(1, &["a"]), &[]);
        let mut parts = parts(&[("A", "visible", &xml), ("B", "visible", &xml)]);
        parts.retain(|(name, _)| !name.ends_with("sheet1.xml"));
        let tables = tables(&archive(&parts));
        assert!(matches!(&tables[0], Err(SheetError { error: TableError::BrokenSheet(_), .. })));
        assert!(tables[1].is_ok());
    }

    #[test]
    fn sheets_of_the_same_name_are_not_confused() {
        let tables = tables(&workbook(&[("A", &sheet("", &[])), ("A", &sheet("", &[]))]));
        assert_eq!(tables[1].as_ref().unwrap_err().error, TableError::RepeatedSheet);
    }

    #[test]
    fn a_bad_cell_costs_one_cell() {
        let rows = r#"<row r="3"><c r="A3"><v>1</v></c><c r="B3" t="e"><v>#SPILL!</v></c><c r="C3"><v>2</v></c></row>"#;
        let table = only(&sheet(rows, &[]));
        assert_eq!(print(&table), ["A3=1", "C3=2"]);
        assert_eq!(table.notes[0].place.as_deref(), Some("after A3"));
        assert_eq!(
            table.notes[0].fact,
            "a cell was left out: unsupported cell error value '#SPILL!'"
        );
    }

    #[test]
    fn the_budget_of_cells_holds_for_all_sheets_together() {
        let xml = sheet(&row(1, &["a", "b", "c"]), &[]);
        let bytes = workbook(&[("A", &xml), ("B", &xml)]);
        let tables = read_workbook(&bytes, Budget { cells: 5, ..Budget::default() }).unwrap();
        assert!(tables[0].is_ok());
        let limit = TableError::TooLarge { limit: Limit::Cells, found: 6, allowed: 5 };
        assert_eq!(tables[1].as_ref().unwrap_err().error, limit);
    }

    #[test]
    fn a_long_cell_is_cut_with_a_note() {
        let xml = sheet(&row(2, &["", &"x".repeat(3000)]), &[]);
        let budget = Budget { cell_text: 1000, ..Budget::default() };
        let table = read_workbook(&workbook(&[("A", &xml)]), budget).unwrap().remove(0).unwrap();
        assert_eq!(table.rows[0].cells[0].text.len(), 1000);
        assert_eq!(table.notes[0].place.as_deref(), Some("B2"));
    }

    #[test]
    fn text_that_is_filled_down_counts_every_time() {
        let rows = [row(1, &["0123456789"]), row(2, &["", "x"]), row(3, &["", "x"])];
        let bytes = workbook(&[("A", &sheet(&rows.concat(), &["A1:A3"]))]);
        let mut workbook = Workbook::new(Cursor::new(bytes.as_slice())).unwrap();
        let sheet = workbook.sheets_metadata()[0].clone();
        let mut meter = Meter::new(Budget { bytes: 25, ..Budget::default() });
        let error = read_sheet(&mut workbook, &sheet, &mut meter).unwrap_err();
        assert_eq!(error, TableError::TooLarge { limit: Limit::TextBytes, found: 32, allowed: 25 });
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_read(bytes: Vec<u8>) {
            let _ = read_workbook(&bytes, Budget::default());
            let _ = read_workbook(&[b"PK\x03\x04".as_slice(), &bytes].concat(), Budget::default());
        }

        #[test]
        fn damaged_workbooks_are_refused_or_read(at in 0usize..4000, byte: u8) {
            let mut bytes = workbook(&[("A", &sheet(&row(1, &["a"]), &["A1:A2"]))]);
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = read_workbook(&bytes, Budget::default());
            let _ = read_workbook(&bytes[..at], Budget::default());
        }

        #[test]
        fn damaged_sheets_are_refused_or_read(at in 0usize..400, junk in "[<>/\"'&;= a-c!#\\[\\]-]{0,4}") {
            let mut xml = sheet(&[row(1, &["a", "b"]), row(2, &["c"])].concat(), &["A1:A2"]);
            xml.insert_str(at % xml.len(), &junk);
            let _ = read_workbook(&workbook(&[("A", &xml), ("B", &sheet("", &[]))]), Budget::default());
        }
    }
}
