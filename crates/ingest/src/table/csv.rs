//! Delimiter-separated text, as people and programs really write it.
//!
//! This does not lean on the `csv` crate, because every record needs the line it starts in, and
//! because a lone quote must cost one cell, not the rest of the file.

use std::borrow::Cow;

use crate::table::grid::{Grid, Meter, trim};
use crate::table::{Budget, CellKind, Table, TableError};

/// The candidates, the likeliest first: it wins where the text fits several.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How many bytes and records are looked at to find the separator.
const HEAD: usize = 64 << 10;
const HEAD_RECORDS: usize = 100;

/// A quoted cell of so many lines is more likely a quote that somebody forgot to close.
const LONG_CELL: usize = 200;

/// What Excel writes for formulas that failed.
const ERRORS: [&str; 7] = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"];

pub(super) fn read(text: &str, budget: Budget) -> Result<Table, TableError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (separator, mut records) = match stated_separator(text) {
        Some((separator, body)) => (Some(separator), Records::new(body, Some(separator), 2)),
        None => {
            let separator = sniff(text);
            (separator, Records::new(text, separator, 1))
        }
    };
    let mut meter = Meter::new(budget);
    let mut grid =
        Grid::new(&mut meter, |line, column| format!("line {line}, column {}", column + 1));
    while let Some(record) =
        records.next(|line, column, field| grid.add(line, column, field, kind(field)))?
    {
        note_long_cell(&mut grid, &record, records.line);
    }
    note_lone_quote(&mut grid, records.lone_quote);
    let (rows, notes) = grid.finish();
    Ok(Table { sheet: None, hidden: false, separator: separator.map(char::from), rows, notes })
}

fn kind(field: &str) -> CellKind {
    if ERRORS.contains(&field) { CellKind::Error } else { CellKind::Text }
}

fn note_long_cell(grid: &mut Grid, record: &Record, next_line: usize) {
    let lines = next_line - record.line;
    if lines > LONG_CELL {
        let fact = format!("one record takes {lines} lines");
        grid.note(
            Some(format!("line {}", record.line)),
            fact,
            "look for a quote that is not closed",
        );
    }
}

fn note_lone_quote(grid: &mut Grid, line: Option<usize>) {
    if let Some(line) = line {
        let fact = "a quote is opened and never closed; read as an ordinary character".to_string();
        grid.note(Some(format!("line {line}")), fact, "close the quote or remove it");
    }
}

/// The separator that a first line such as `sep=;` states, for Excel, and the text behind it.
fn stated_separator(text: &str) -> Option<(u8, &str)> {
    let end = text.find(['\r', '\n']).unwrap_or(text.len());
    let (first, rest) = text.split_at(end);
    let (key, value) = first.trim_matches('"').split_at_checked(4)?;
    let &[separator] = value.as_bytes() else {
        return None;
    };
    let body = rest.strip_prefix("\r\n").or_else(|| rest.get(1..)).unwrap_or(rest);
    let separates = separator.is_ascii() && !separator.is_ascii_alphanumeric() && separator != b'"';
    (key.eq_ignore_ascii_case("sep=") && separates).then_some((separator, body))
}

/// The separator by which the most of the first records have equally many fields, at least two.
fn sniff(text: &str) -> Option<u8> {
    let head = &text[..text.floor_char_boundary(HEAD)];
    let cut = head.len() < text.len();
    let mut best = None;
    for separator in SEPARATORS {
        let fit = fit(head, cut, separator);
        if fit.is_some() && fit > best.map(|(fit, _)| fit) {
            best = fit.map(|fit| (fit, separator));
        }
    }
    best.map(|(_, separator)| separator)
}

/// How well a separator fits, to be compared: the share of the records (in thousandths) that
/// have the commonest number of fields, and this number. A record whose quotes are misplaced
/// counts half: it may be sloppy, but more likely its separator is another one.
fn fit(head: &str, cut: bool, separator: u8) -> Option<(usize, usize)> {
    let records = first_records(head, cut, separator);
    let weight = |record: &Record| if record.misquoted { 500 } else { 1000 };
    let agreeing = |width: usize| -> usize {
        records.iter().filter(|record| record.width == width).map(weight).sum()
    };
    let widths = records.iter().map(|record| record.width);
    let width = widths.max_by_key(|width| (agreeing(*width), *width))?;
    (width > 1).then(|| (agreeing(width) / records.len(), width))
}

fn first_records(head: &str, cut: bool, separator: u8) -> Vec<Record> {
    let mut records = Records::new(head, Some(separator), 1);
    let mut first = Vec::new();
    while first.len() < HEAD_RECORDS
        && let Ok(Some(record)) = records.next(|_, _, _| Ok(()))
    {
        let torn = cut && (records.at_end() || records.lone_quote.is_some());
        if torn && !first.is_empty() {
            break;
        }
        // A row of nothing but separators says more about them than any other.
        if !record.blank || record.width > 1 {
            first.push(record);
        }
    }
    first
}

/// The records of a text, one after the other.
struct Records<'t> {
    text: &'t str,
    separator: Option<u8>,
    at: usize,
    line: usize,
    /// Up to here no quote that opens a field is closed: see `closing_quote`.
    hopeless_until: usize,
    /// The line of the first quote that is never closed.
    lone_quote: Option<usize>,
}

/// A record whose fields have been handed over.
struct Record {
    line: usize,
    width: usize,
    blank: bool,
    misquoted: bool,
}

impl<'t> Records<'t> {
    fn new(text: &'t str, separator: Option<u8>, line: usize) -> Self {
        Records { text, separator, at: 0, line, hopeless_until: 0, lone_quote: None }
    }

    fn at_end(&self) -> bool {
        self.at == self.text.len()
    }

    /// Hands the fields of the next record over as (line of the record, column, text). They are
    /// not gathered before, as a record may well be all there is in a gigabyte of separators.
    fn next(
        &mut self,
        mut take: impl FnMut(usize, usize, &str) -> Result<(), TableError>,
    ) -> Result<Option<Record>, TableError> {
        if self.at_end() {
            return Ok(None);
        }
        let mut record = Record { line: self.line, width: 0, blank: true, misquoted: false };
        loop {
            let field = self.field(&mut record.misquoted);
            take(record.line, record.width, &field)?;
            record.blank &= trim(&field).is_empty();
            record.width += 1;
            if !self.skip_separator() {
                self.skip_line_end();
                return Ok(Some(record));
            }
        }
    }

    fn field(&mut self, misquoted: &mut bool) -> Cow<'t, str> {
        let start = self.skip_blanks(self.at);
        if self.byte(start) != Some(b'"') {
            return self.plain();
        }
        match self.closing_quote(start + 1, misquoted) {
            Some(close) => self.quoted(start + 1, close),
            None => {
                *misquoted = true;
                self.plain()
            }
        }
    }

    fn plain(&mut self) -> Cow<'t, str> {
        let start = self.at;
        while !self.ends_field(self.at) {
            self.at += 1;
        }
        let field = &self.text[start..self.at];
        // Behind a lone quote no quoted field is looked for any more, but empty ones are common.
        Cow::Borrowed(if field == "\"\"" { "" } else { field })
    }

    fn quoted(&mut self, open: usize, close: usize) -> Cow<'t, str> {
        let field = &self.text[open..close];
        self.line += line_ends(field);
        self.at = self.skip_blanks(close + 1);
        if field.contains("\"\"") {
            Cow::Owned(field.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(field)
        }
    }

    /// The quote that closes a field: not doubled, and with nothing but blanks up to the field's
    /// end. If on a later line another quote opens a field first, then this one was never closed.
    ///
    /// What makes one quote hopeless makes all others up to the same place so. Nobody looks there
    /// again: a million lone quotes take no more time than one.
    fn closing_quote(&mut self, open: usize, misquoted: &mut bool) -> Option<usize> {
        if open <= self.hopeless_until {
            return None;
        }
        let mut at = open;
        let mut later_line = false;
        self.hopeless_until = self.text.len();
        while let Some(offset) = self.text[at..].find('"') {
            later_line |= self.text[at..at + offset].contains(['\r', '\n']);
            at += offset + 1;
            if self.byte(at) == Some(b'"') {
                at += 1;
            } else if self.ends_field(self.skip_blanks(at)) {
                self.hopeless_until = 0;
                return Some(at - 1);
            } else if later_line && self.ends_field(at - 2) {
                self.hopeless_until = at - 1;
                break;
            } else {
                *misquoted = true;
            }
        }
        self.lone_quote.get_or_insert(self.line);
        None
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn ends_field(&self, at: usize) -> bool {
        let byte = self.byte(at);
        matches!(byte, None | Some(b'\r' | b'\n')) || byte == self.separator
    }

    fn skip_blanks(&self, at: usize) -> usize {
        let blanks = self.text.as_bytes()[at..].iter().take_while(|byte| **byte == b' ');
        if self.separator == Some(b' ') { at } else { at + blanks.count() }
    }

    fn skip_separator(&mut self) -> bool {
        let found = self.separator.is_some() && self.byte(self.at) == self.separator;
        self.at += usize::from(found);
        found
    }

    fn skip_line_end(&mut self) {
        if !self.at_end() {
            let both = self.text[self.at..].starts_with("\r\n");
            self.at += if both { 2 } else { 1 };
            self.line += 1;
        }
    }
}

/// Line feeds, carriage returns, or both together, as editors count lines.
fn line_ends(text: &str) -> usize {
    let bytes = text.as_bytes();
    let ends = bytes.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count();
    ends - bytes.windows(2).filter(|pair| pair == b"\r\n").count()
}

#[cfg(test)]
mod tests {
    use ::csv::{QuoteStyle, WriterBuilder};
    use proptest::prelude::*;

    use super::*;
    use crate::table::{Limit, Row, csv};
    use crate::text::decode;

    /// Rows are written as `line: cell | cell`, with blank cells left out.
    fn check(text: &str, separator: Option<char>, rows: &[&str]) {
        let table = csv(text).unwrap();
        assert_eq!(table.separator, separator, "{text:?}");
        assert_eq!(table.rows.iter().map(print).collect::<Vec<_>>(), rows, "{text:?}");
    }

    fn print(row: &Row) -> String {
        let texts: Vec<&str> = row.cells.iter().map(|cell| cell.text.as_str()).collect();
        format!("{}: {}", row.number, texts.join(" | "))
    }

    fn notes(text: &str) -> Vec<String> {
        let notes = csv(text).unwrap().notes;
        notes.into_iter().map(|n| format!("{}: {}", n.place.unwrap_or_default(), n.fact)).collect()
    }

    #[test]
    fn each_separator_is_found() {
        check("id,name\n1,a\n", Some(','), &["1: id | name", "2: 1 | a"]);
        check("id;name\n1;a, b\n2;c\n", Some(';'), &["1: id | name", "2: 1 | a, b", "3: 2 | c"]);
        check("id\tname\n1\ta,b\n", Some('\t'), &["1: id | name", "2: 1 | a,b"]);
        check("id|name\n1|a,b\n", Some('|'), &["1: id | name", "2: 1 | a,b"]);
    }

    #[test]
    fn separators_inside_quotes_do_not_mislead() {
        check("\"a;b\",x\n\"c;d\",y\n", Some(','), &["1: a;b | x", "2: c;d | y"]);
        check("\"a,b\";x\n\"c,d\";y\n", Some(';'), &["1: a,b | x", "2: c,d | y"]);
    }

    #[test]
    fn decimal_commas_and_lists_in_cells_do_not_mislead() {
        check("x;y\n1,5;2,5\n", Some(';'), &["1: x | y", "2: 1,5 | 2,5"]);
        check(
            "id,techniques\n1,T1003; T1005\n2,T1059\n",
            Some(','),
            &["1: id | techniques", "2: 1 | T1003; T1005", "3: 2 | T1059"],
        );
    }

    #[test]
    fn a_title_above_the_table_does_not_mislead() {
        check("Rules\n\nid;name\n1;a\n", Some(';'), &["1: Rules", "3: id | name", "4: 1 | a"]);
    }

    #[test]
    fn a_text_without_separator_is_one_column() {
        check("technique\nT1003\nT1059\n", None, &["1: technique", "2: T1003", "3: T1059"]);
        check("", None, &[]);
        check("\n \n", None, &[]);
        check(",\n,\n", Some(','), &[]);
    }

    #[test]
    fn a_stated_separator_is_obeyed() {
        check("sep=|\r\na,b|c\r\n", Some('|'), &["2: a,b | c"]);
        check("\u{feff}SEP=;\na;b", Some(';'), &["2: a | b"]);
        check("sep=\t\na\tb", Some('\t'), &["2: a | b"]);
        check("sep=,", Some(','), &[]);
        check("sep=x\n", None, &["1: sep=x"]);
        check("separator,x\n", Some(','), &["1: separator | x"]);
    }

    #[test]
    fn cells_of_several_lines_keep_the_line_numbers_right() {
        check(
            "id,text\n1,\"a\nb\r\nc\"\n\n2,d\r3,e",
            Some(','),
            &["1: id | text", "2: 1 | a\nb\r\nc", "6: 2 | d", "7: 3 | e"],
        );
    }

    #[test]
    fn records_may_differ_in_length() {
        check(
            "a,b,c\nd\n,e\nf,g,h,i\n",
            Some(','),
            &["1: a | b | c", "2: d", "3: e", "4: f | g | h | i"],
        );
    }

    #[test]
    fn quotes_are_doubled_inside_quotes() {
        check("a,\"say \"\"hi\"\"\"\n\"\",\"\"\"\"\n", Some(','), &["1: a | say \"hi\"", "2: \""]);
    }

    #[test]
    fn blanks_around_quotes_are_no_text() {
        check("a, \"b, c\" ,d\n", Some(','), &["1: a | b, c | d"]);
    }

    #[test]
    fn lone_quotes_are_ordinary_characters() {
        check("a,5\" disk\nb,\"c\" d\n", Some(','), &["1: a | 5\" disk", "2: b | \"c\" d"]);
        check("a,\"b\nc,\"\"\nd,e\n", Some(','), &["1: a | \"b", "2: c", "3: d | e"]);
        check("\"a\" b;c\n\"d\" e;f\n", Some(';'), &["1: \"a\" b | c", "2: \"d\" e | f"]);
        assert_eq!(
            notes("a,\"b\nc,d\n"),
            ["line 1: a quote is opened and never closed; read as an ordinary character"]
        );
    }

    #[test]
    fn a_million_lone_quotes_take_no_longer_than_one() {
        let table = csv(&"\"a,b\n".repeat(200_000)).unwrap();
        assert_eq!(table.rows.len(), 200_000);
        let table = csv(&format!("{}\n\"b,c\"\n", "\"\"a\n".repeat(200_000))).unwrap();
        assert_eq!(table.rows.len(), 200_001);
    }

    #[test]
    fn a_cell_that_swallows_many_lines_is_noted() {
        let text = format!("a,\"b\n{}c\"\n", "x,y\n".repeat(300));
        assert_eq!(notes(&text), ["line 1: one record takes 302 lines"]);
    }

    #[test]
    fn failed_formulas_are_errors() {
        let table = csv("id,x\n1,#N/A\n").unwrap();
        assert_eq!(table.rows[1].cells[1].kind, CellKind::Error);
        assert_eq!(table.rows[1].cells[0].kind, CellKind::Text);
    }

    #[test]
    fn byte_order_marks_and_utf16_are_no_obstacle() {
        check("\u{feff}\"id\",b\n", Some(','), &["1: id | b"]);
        let bytes: Vec<u8> =
            "id\tb\r\n1\té\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(&decode(&bytes).0, Some('\t'), &["1: id | b", "2: 1 | é"]);
    }

    #[test]
    fn too_many_cells_are_refused() {
        let budget = Budget { cells: 3, ..Budget::default() };
        let error = read("a,b\nc,d\n", budget).unwrap_err();
        assert_eq!(error, TableError::TooLarge { limit: Limit::Cells, found: 4, allowed: 3 });
    }

    /// Rows of equal length, each with the line it starts in, and the text a writer makes of them.
    fn written(cells: &[Vec<String>], separator: u8, style: QuoteStyle) -> (String, Vec<usize>) {
        let mut text = String::new();
        let mut lines = Vec::new();
        for record in cells {
            lines.push(1 + text.matches('\n').count());
            let mut writer =
                WriterBuilder::new().delimiter(separator).quote_style(style).from_writer(vec![]);
            writer.write_record(record).unwrap();
            text += std::str::from_utf8(&writer.into_inner().unwrap()).unwrap();
        }
        (text, lines)
    }

    fn kept(cells: &[Vec<String>], lines: &[usize]) -> Vec<(usize, Vec<(usize, String)>)> {
        let texts = |record: &Vec<String>| -> Vec<(usize, String)> {
            let trimmed = record.iter().map(|text| trim(text).to_string()).enumerate();
            trimmed.filter(|(_, text)| !text.is_empty()).collect()
        };
        let rows = lines.iter().copied().zip(cells.iter().map(texts));
        rows.filter(|(_, cells)| !cells.is_empty()).collect()
    }

    fn read_back(text: &str) -> Vec<(usize, Vec<(usize, String)>)> {
        let rows = csv(text).unwrap().rows.into_iter();
        rows.map(|row| (row.number, row.cells.into_iter().map(|c| (c.column, c.text)).collect()))
            .collect()
    }

    fn table(cell: &'static str) -> impl Strategy<Value = Vec<Vec<String>>> {
        (2usize..6).prop_flat_map(move |width| {
            prop::collection::vec(prop::collection::vec(cell, width), 2..8)
        })
    }

    proptest! {
        #[test]
        fn what_is_written_quoted_is_read_back(cells in table("[a-z0-9 \"\n,;\t|é]{0,6}"), index in 0usize..4) {
            let (text, lines) = written(&cells, SEPARATORS[index], QuoteStyle::Always);
            prop_assert_eq!(read_back(&text), kept(&cells, &lines));
        }

        #[test]
        fn what_is_written_plainly_is_read_back(cells in table("[a-z0-9 \"\né¤]{0,6}"), index in 0usize..4) {
            let separator = SEPARATORS[index];
            let with_separator: Vec<Vec<String>> = cells
                .iter()
                .map(|row| row.iter().map(|c| c.replace('¤', &char::from(separator).to_string())).collect())
                .collect();
            let (text, lines) = written(&with_separator, separator, QuoteStyle::Necessary);
            prop_assert_eq!(read_back(&text), kept(&with_separator, &lines));
        }

        #[test]
        fn any_text_is_read(text in "[a,;\"\r\n \t|=sep\u{feff}é]*") {
            csv(&text).unwrap();
        }

        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>) {
            csv(&decode(&bytes).0).unwrap();
        }
    }
}
