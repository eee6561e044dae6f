//! The sheet that people edit.

use rust_xlsxwriter::{Color, Format, FormatAlign, Note, Worksheet, XlsxError};

use super::super::{Cell, Column, ColumnHelp, Register};
use super::values::{Kind, kind, validation};
use super::{ANCHOR, Help, Look, READ_FROM, TooLarge, WorkbookError, write_cell};
use crate::spreadsheet::{LINE, lines_of, too_long};

/// Colours behind what may be edited, and what may not.
const EDITABLE: Color = Color::RGB(0x00FF_F2CC);
const FIXED_NAME: Color = Color::RGB(0x00D9_D9D9);
const FIXED: Color = Color::RGB(0x00F2_F2F2);

/// Widths of columns, in characters: none is narrower or wider, whatever stands in it.
const NARROWEST: usize = 8;
const WIDEST: usize = 40;
/// Lists break into lines, and need less.
const WIDEST_LIST: usize = 26;
/// Room for a cell's margin and the arrow of the filter.
const MARGIN: usize = 4;

/// How many lines of a list are shown at most.
const MOST_LINES: usize = 6;

/// Columns that are hidden while they are blank: few people fill them by hand.
const RARE: [&str; 22] = [
    "controls",
    "data_components",
    "systems",
    "location",
    "score_history",
    "ctid",
    "dettect",
    "stp",
    "rule_status",
    "rule_level",
    "unscored",
    "hunting",
    "family",
    "log_source",
    "segment",
    "created",
    "modified",
    "last_fired",
    "alerts_90d",
    "false_positive_rate",
    "cost",
    "bundle",
];

/// Header, id and title stay in sight, on paper too.
pub(super) fn write(
    sheet: &mut Worksheet,
    register: &Register<'_>,
    anchors: &[String],
    help: &Help<'_>,
) -> Result<(), WorkbookError> {
    sheet.set_name("Register")?;
    let mut lines = vec![1; register.capabilities.len()];
    let mut at = 0;
    for column in &register.columns {
        write_column(sheet, at, column, register, help(column.0), &mut lines)?;
        at += 1;
    }
    // Not every program makes room for lists by itself.
    for (lines, row) in lines.iter().zip(1..).filter(|(lines, _)| **lines > 1) {
        sheet.set_row_height(row, LINE * (*lines.min(&MOST_LINES)) as f64)?;
    }
    let origins: Vec<String> =
        register.capabilities.iter().map(|capability| capability.origin.to_string()).collect();
    write_fixed(sheet, at, READ_FROM, &origins, WHERE)?;
    write_fixed(sheet, at + 1, ANCHOR, anchors, "What joins this row to its source. Leave it.")?;
    sheet.set_column_hidden(at + 1)?;
    let last_row = u32::try_from(register.capabilities.len()).unwrap_or(u32::MAX);
    sheet.set_freeze_panes(1, 2)?;
    sheet.autofilter(0, 0, last_row, at + 1)?;
    sheet.set_repeat_rows(0, 0)?.set_landscape().set_print_fit_to_pages(1, 0);
    Ok(())
}

const WHERE: &str = "Where the record stands: file, sheet and place.";

fn write_column(
    sheet: &mut Worksheet,
    at: u16,
    column: &Column,
    register: &Register<'_>,
    help: Option<ColumnHelp<'_>>,
    lines: &mut [usize],
) -> Result<(), WorkbookError> {
    let (name, cell) = *column;
    let is_fixed = help.as_ref().is_some_and(|help| help.is_fixed);
    let kind = kind(name);
    let base = base(is_fixed, kind == Kind::List);
    let look = Look::on(&base);
    sheet.set_column_format(at, blank(kind, &look))?;
    write_name(sheet, at, name, is_fixed)?;
    if let Some(help) = &help {
        sheet.insert_note(0, at, &note(&help.says()))?;
    }
    if !is_fixed && let Some(validation) = validation(name)? {
        sheet.add_data_validation(1, at, LAST_ROW, at, &validation)?;
    }
    let mut widest = name.chars().count();
    let mut is_blank = true;
    for ((capability, row), lines) in register.capabilities.iter().zip(1..).zip(lines) {
        let cell = cell(capability);
        if cell.is_blank() {
            continue;
        }
        let text = cell.written();
        if let Some(characters) = too_long(&text) {
            let id = capability.id.clone();
            return Err(WorkbookError::TooLarge(TooLarge::Text { id, column: name, characters }));
        }
        is_blank = false;
        widest = widest.max(width(&text));
        if kind == Kind::List {
            *lines = (*lines).max(lines_of(&text, WIDEST_LIST + MARGIN / 2));
        }
        write_cell(sheet, (row, at), &cell, &look)?;
    }
    let limit = if kind == Kind::List { WIDEST_LIST } else { WIDEST };
    set_width(sheet, at, widest.min(limit))?;
    if is_blank && RARE.contains(&name) {
        sheet.set_column_hidden(at)?;
    }
    Ok(())
}

/// The last row of a sheet: rows that are added are checked like the others.
const LAST_ROW: u32 = 1_048_575;

fn write_fixed(
    sheet: &mut Worksheet,
    at: u16,
    name: &str,
    texts: &[String],
    help: &str,
) -> Result<(), XlsxError> {
    let look = Look::on(&base(true, false));
    sheet.set_column_format(at, &look.text)?;
    write_name(sheet, at, name, true)?;
    sheet.insert_note(0, at, &note(help))?;
    let mut widest = name.len();
    for (text, row) in texts.iter().zip(1..) {
        // Nothing is read from here again.
        let text: String = text.chars().take(1_000).collect();
        widest = widest.max(width(&text));
        write_cell(sheet, (row, at), &Cell::Text(&text), &look)?;
    }
    set_width(sheet, at, widest.min(WIDEST))
}

fn write_name(sheet: &mut Worksheet, at: u16, name: &str, is_fixed: bool) -> Result<(), XlsxError> {
    let colour = if is_fixed { FIXED_NAME } else { EDITABLE };
    let bold = Format::new().set_bold().set_background_color(colour);
    sheet.write_string_with_format(0, at, name, &bold)?;
    Ok(())
}

fn base(is_fixed: bool, is_list: bool) -> Format {
    let format = Format::new().set_align(FormatAlign::Top);
    let format = if is_list { format.set_text_wrap() } else { format };
    if is_fixed { format.set_background_color(FIXED) } else { format }
}

/// The format of cells that nothing stands in yet.
fn blank(kind: Kind, look: &Look) -> &Format {
    match kind {
        Kind::Text | Kind::List => &look.text,
        Kind::Number => &look.number,
        Kind::Day => &look.day,
    }
}

fn note(text: &str) -> Note {
    let lines = u32::try_from(text.chars().count() / 34 + text.lines().count()).unwrap_or(10);
    Note::new(text).add_author_prefix(false).set_width(260).set_height(20 + 18 * lines)
}

fn width(text: &str) -> usize {
    text.lines().map(|line| line.chars().take(WIDEST).count()).max().unwrap_or(0)
}

fn set_width(sheet: &mut Worksheet, at: u16, characters: usize) -> Result<(), XlsxError> {
    sheet.set_column_width(at, (characters.max(NARROWEST) + MARGIN) as f64)?;
    Ok(())
}
