//! Sheets of .ods workbooks, read as a stream.
//!
//! A row or a cell may say that it stands there a million times. One that is blank costs nothing,
//! however often; what the others would cost is judged before it is spent.

use std::borrow::Cow;
use std::collections::BTreeSet;

use calamine::Dimensions;
use quick_xml::events::BytesStart;

use crate::table::grid::{Grid, Meter, within};
use crate::table::package;
use crate::table::stored::{said_number, without_midnight};
use crate::table::xml::{Broken, Piece, Xml, attribute};
use crate::table::{
    Budget, COLUMNS, CellKind, Limit, Note, ROWS, Row, SheetError, Table, TableError,
};
use crate::table::{SAVE_AGAIN, cell_name, merged};

/// Bytes that cells which only repeat another may take, texts included.
const REPEATED: u64 = 64 << 20;

/// What a cell takes beside its text.
const CELL: u64 = 48;

pub(super) fn read(
    bytes: &[u8],
    budget: Budget,
) -> Result<Vec<Result<Table, SheetError>>, TableError> {
    let mut archive = package::judged(bytes, budget)?;
    if package::is_encrypted(&mut archive) {
        return Err(TableError::Encrypted);
    }
    let content = package::part(&mut archive, "content.xml");
    let content =
        content.ok_or_else(|| TableError::BrokenWorkbook("it has no content.xml".to_owned()))??;
    let mut xml = Xml::new(content);
    let mut file = File { meter: Meter::new(budget), repeated: 0, hidden: BTreeSet::new() };
    let mut tables = Vec::new();
    match file.sheets(&mut xml, &mut tables) {
        Ok(true) => Ok(tables),
        Ok(false) => Err(TableError::NotAWorkbook {
            found: "an OpenDocument file without a spreadsheet in it",
        }),
        // What was read of the sheets before is sound.
        Err(_) if !tables.is_empty() => Ok(tables),
        Err(error) => Err(TableError::BrokenWorkbook(error.to_string())),
    }
}

/// What concerns all sheets.
struct File {
    meter: Meter,
    /// Bytes of cells that only repeat another.
    repeated: u64,
    /// The styles of sheets that are hidden.
    hidden: BTreeSet<String>,
}

/// A row as it is written, once.
#[derive(Default)]
struct Written {
    /// The cells that are not blank.
    cells: Vec<WrittenCell>,
    /// Whether some of them stand where no sheet has columns.
    is_too_wide: bool,
}

struct WrittenCell {
    column: u32,
    repeats: u32,
    text: String,
    kind: CellKind,
    /// How many rows and columns it is merged across.
    spans: (u32, u32),
}

impl File {
    /// Reads all sheets; says whether there is a spreadsheet at all.
    fn sheets(
        &mut self,
        xml: &mut Xml<'_>,
        tables: &mut Vec<Result<Table, SheetError>>,
    ) -> Result<bool, Broken> {
        let mut style = None;
        let mut is_spreadsheet = false;
        let mut names = BTreeSet::new();
        loop {
            match xml.next()? {
                Piece::Start(start) => match start.name().as_ref() {
                    "style:style" => style = attribute(&start, "style:name"),
                    "style:table-properties" => {
                        let is_hidden =
                            attribute(&start, "table:display").is_some_and(|said| said == "false");
                        self.hidden.extend(style.take().filter(|_| is_hidden));
                    }
                    "office:spreadsheet" => is_spreadsheet = true,
                    // What was changed is kept beside the sheets, in cells of its own.
                    "table:tracked-changes" | "table:dde-links" => xml.skip()?,
                    "table:table" if is_spreadsheet => {
                        let name = attribute(&start, "table:name").unwrap_or_default();
                        let style = attribute(&start, "table:style-name").unwrap_or_default();
                        let hidden = self.hidden.contains(&style);
                        let table = match self.table(xml, &name, hidden) {
                            Ok(None) => continue,
                            Ok(Some(_)) if !names.insert(name.clone()) => {
                                Err(TableError::RepeatedSheet)
                            }
                            Ok(Some(table)) => Ok(table),
                            Err(error) => Err(error),
                        };
                        let is_end = matches!(
                            table,
                            Err(TableError::BrokenSheet(_) | TableError::TooLarge { .. })
                        );
                        tables.push(table.map_err(|error| SheetError {
                            sheet: name,
                            hidden,
                            error,
                        }));
                        // There is no telling where the next sheet begins.
                        if is_end {
                            return Ok(true);
                        }
                    }
                    _ => {}
                },
                Piece::Eof => return Ok(is_spreadsheet),
                Piece::End(_) | Piece::Text(_) => {}
            }
        }
    }

    /// Reads a sheet to its end; `None` where it is a copy of a sheet of another file.
    fn table(
        &mut self,
        xml: &mut Xml<'_>,
        name: &str,
        hidden: bool,
    ) -> Result<Option<Table>, TableError> {
        let mut grid = Grid::new(&mut self.meter, cell_name);
        let mut regions = Vec::new();
        let mut is_copy = false;
        let mut next_row: u32 = 0;
        loop {
            let Piece::Start(start) = (match xml.next()? {
                Piece::End(end) if end == "table:table" => break,
                Piece::Eof => return Err(TableError::BrokenSheet("it is cut off".to_owned())),
                piece => piece,
            }) else {
                continue;
            };
            match start.name().as_ref() {
                "table:table-row" => {
                    let repeats = repeats(&start, "table:number-rows-repeated");
                    let row = written_row(xml)?;
                    spend(&mut self.repeated, &row, repeats)?;
                    regions.extend(row.cells.iter().filter_map(|cell| region(cell, next_row)));
                    add(&mut grid, &row, next_row, repeats)?;
                    next_row = next_row.saturating_add(repeats);
                }
                "table:table-source" => is_copy = true,
                "table:table" | "table:shapes" | "office:forms" => xml.skip()?,
                _ => {}
            }
        }
        let (mut rows, notes): (Vec<Row>, Vec<Note>) = grid.finish();
        merged::fill_down(&mut rows, regions, &mut self.meter)?;
        let table = Table { sheet: Some(name.to_owned()), hidden, separator: None, rows, notes };
        Ok((!is_copy).then_some(table))
    }
}

/// Refuses a row that would, by being repeated, take more than is allowed.
fn spend(repeated: &mut u64, row: &Written, repeats: u32) -> Result<(), TableError> {
    for cell in &row.cells {
        let copies = u64::from(repeats.min(ROWS)) * u64::from(cell.repeats) - 1;
        let bytes = copies.saturating_mul(CELL + cell.text.len() as u64);
        *repeated = repeated.saturating_add(bytes);
        within(Limit::RepeatedBytes, *repeated, REPEATED)?;
    }
    Ok(())
}

/// Adds the cells of a row as often as it says that it is there.
fn add(grid: &mut Grid<'_>, row: &Written, first: u32, repeats: u32) -> Result<(), TableError> {
    if row.cells.is_empty() {
        return Ok(());
    }
    let last = first.saturating_add(repeats);
    if last > ROWS || row.is_too_wide {
        let fact = "a cell outside of the sheet was left out".to_owned();
        grid.note(None, fact, SAVE_AGAIN);
    }
    for number in first..last.min(ROWS) {
        for cell in &row.cells {
            for column in cell.column..cell.column + cell.repeats {
                grid.add(number as usize + 1, column as usize, &cell.text, cell.kind)?;
            }
        }
    }
    Ok(())
}

fn region(cell: &WrittenCell, row: u32) -> Option<Dimensions> {
    let (rows, columns) = cell.spans;
    let end = (row.saturating_add(rows - 1), cell.column.saturating_add(columns - 1));
    (rows > 1).then(|| Dimensions::new((row, cell.column), end))
}

/// Reads a row to its end.
fn written_row(xml: &mut Xml<'_>) -> Result<Written, Broken> {
    let mut row = Written::default();
    let mut next: u32 = 0;
    loop {
        match xml.next()? {
            Piece::Start(start) => match start.name().as_ref() {
                "table:table-cell" | "table:covered-table-cell" => {
                    let repeats = repeats(&start, "table:number-columns-repeated");
                    let cell = Stated::of(&start);
                    let text = text(xml)?;
                    let (text, kind) = cell.said(text);
                    let fits = repeats.min(COLUMNS.saturating_sub(next));
                    if !text.trim().is_empty() {
                        row.is_too_wide |= fits < repeats;
                        let (column, repeats, text) = (next, fits, text.into_owned());
                        let spans = cell.spans;
                        row.cells.extend((fits > 0).then_some(WrittenCell {
                            column,
                            repeats,
                            text,
                            kind,
                            spans,
                        }));
                    }
                    next = next.saturating_add(repeats);
                }
                _ => xml.skip()?,
            },
            Piece::End(_) => return Ok(row),
            Piece::Text(_) => {}
            Piece::Eof => return Err(Broken::CutOff),
        }
    }
}

/// How often a row or a cell is there. What says zero or nonsense is there once.
fn repeats(start: &BytesStart<'_>, name: &str) -> u32 {
    let Some(said) = attribute(start, name) else { return 1 };
    let said = said.trim();
    match said.parse() {
        Ok(0) => 1,
        Ok(times) => times,
        // More than a number can hold.
        Err(_) if !said.is_empty() && said.bytes().all(|byte| byte.is_ascii_digit()) => u32::MAX,
        Err(_) => 1,
    }
}

/// What the attributes of a cell say about its value.
struct Stated {
    sort: Option<String>,
    value: Option<String>,
    is_error: bool,
    is_formula: bool,
    spans: (u32, u32),
}

impl Stated {
    fn of(start: &BytesStart<'_>) -> Self {
        let sort = attribute(start, "office:value-type");
        let value = match sort.as_deref() {
            Some("float" | "currency" | "percentage") => attribute(start, "office:value"),
            Some("date") => attribute(start, "office:date-value"),
            Some("time") => attribute(start, "office:time-value"),
            Some("boolean") => attribute(start, "office:boolean-value"),
            Some("string") => attribute(start, "office:string-value"),
            _ => None,
        };
        let is_error = attribute(start, "calcext:value-type").is_some_and(|sort| sort == "error");
        let is_formula = attribute(start, "table:formula").is_some();
        let rows = repeats(start, "table:number-rows-spanned");
        let spans = (rows, repeats(start, "table:number-columns-spanned"));
        Self { sort, value, is_error, is_formula, spans }
    }

    /// What the cell says, given the text that it shows.
    fn said(&self, shown: String) -> (Cow<'_, str>, CellKind) {
        let shown_as = |kind| (Cow::Owned(shown.clone()), kind);
        if self.is_error || (self.is_formula && is_error(&shown)) {
            return shown_as(CellKind::Error);
        }
        let Some(value) = &self.value else { return shown_as(CellKind::Text) };
        match self.sort.as_deref() {
            Some("date") => (Cow::Borrowed(without_midnight(value)), CellKind::Date),
            Some("time") => time(value).unwrap_or_else(|| shown_as(CellKind::Text)),
            Some("boolean") => (Cow::Borrowed(value.as_str()), CellKind::Bool),
            Some("string") if shown.is_empty() => (Cow::Borrowed(value.as_str()), CellKind::Text),
            Some("string") => shown_as(CellKind::Text),
            _ => value.trim().parse().map_or_else(|_| shown_as(CellKind::Text), said_number),
        }
    }
}

fn is_error(text: &str) -> bool {
    text.starts_with("Err:")
        || matches!(text, "#N/A" | "#DIV/0!" | "#REF!" | "#VALUE!" | "#NAME?" | "#NUM!" | "#NULL!")
}

/// A time of day in the words of ISO 8601, `PT13H20M00S`; what is longer is a number of days.
fn time(value: &str) -> Option<(Cow<'static, str>, CellKind)> {
    let (hours, rest) = value.strip_prefix("PT")?.split_once('H')?;
    let (minutes, rest) = rest.split_once('M')?;
    let seconds: f64 = rest.strip_suffix('S')?.parse().ok()?;
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    if hours < 24 && minutes < 60 && (0.0..60.0).contains(&seconds) {
        let text = format!("{hours:02}:{minutes:02}:{:02}", seconds.trunc());
        return Some((Cow::Owned(text), CellKind::Date));
    }
    let seconds = f64::from(hours) * 3600.0 + f64::from(minutes) * 60.0 + seconds;
    Some(said_number(seconds / 86_400.0))
}

/// The paragraphs of a cell, a line each, up to the cell's end. Remarks and drawings that hang on
/// a cell are none of its text.
fn text(xml: &mut Xml<'_>) -> Result<String, Broken> {
    let mut text = Paragraphs::default();
    let mut depth = 0;
    loop {
        match xml.next()? {
            Piece::Start(start) => {
                match start.name().as_ref() {
                    "text:p" if depth == 0 => text.begin(),
                    "text:s" if depth > 0 => {
                        let blanks = repeats(&start, "text:c").min(1000) as usize;
                        text.add_sign(&" ".repeat(blanks));
                    }
                    "text:tab" if depth > 0 => text.add_sign("\t"),
                    "text:line-break" if depth > 0 => text.add_sign("\n"),
                    name if depth > 0 && name.starts_with("text:") => {}
                    _ => {
                        xml.skip()?;
                        continue;
                    }
                }
                depth += 1;
            }
            Piece::End(_) if depth == 0 => return Ok(text.text),
            Piece::End(_) => depth -= 1,
            Piece::Text(said) if depth > 0 => text.add(&said),
            Piece::Text(_) => {}
            Piece::Eof => return Err(Broken::CutOff),
        }
    }
}

/// Text as the format writes it: any run of blanks is one, unless elements stand for them.
#[derive(Default)]
struct Paragraphs {
    text: String,
    has_begun: bool,
    /// The last letter was a blank, or there is none yet.
    is_after_blank: bool,
}

impl Paragraphs {
    fn begin(&mut self) {
        if self.has_begun {
            self.text.push('\n');
        }
        (self.has_begun, self.is_after_blank) = (true, true);
    }

    fn add_sign(&mut self, sign: &str) {
        self.text.push_str(sign);
        self.is_after_blank = false;
    }

    fn add(&mut self, said: &str) {
        for letter in said.chars() {
            let is_blank = matches!(letter, ' ' | '\t' | '\r' | '\n');
            match is_blank {
                true if !self.is_after_blank => self.text.push(' '),
                true => {}
                false => self.text.push(letter),
            }
            self.is_after_blank = is_blank;
        }
    }
}

#[cfg(test)]
mod tests;
