//! A sheet of rows and columns as cells.

use model::assessment::CoverageLevel;
use rust_xlsxwriter::{
    ConditionalFormatCell, ConditionalFormatCellRule, ConditionalFormatDataBar,
    ConditionalFormatType, Format, Url, XlsxError,
};

use super::Page;
use super::formats::Formats;
use crate::draw::look::{Fill, Tone};
use crate::sheet::{Sheet, Value};
use crate::spreadsheet::{LINE, lines_of};

/// What is special about a list.
pub(super) struct Dress<'a> {
    /// How many columns stay in sight.
    pub(super) frozen: u16,
    /// Columns by key whose cells have bars, with the value of a full one.
    pub(super) bars: &'a [(&'a str, f64)],
    /// Columns whose texts break into lines, and how wide they are.
    pub(super) wide: &'a [(&'a str, usize)],
    /// How many lines of these are shown; all of them where nothing is said. Rows of one height
    /// stay right when they are sorted.
    pub(super) lines: Option<usize>,
    /// The size of paper.
    pub(super) paper: u8,
}

/// Widths of columns, in characters.
const NARROWEST: usize = 7;
const WIDEST: usize = 38;
/// Room for a margin and the arrow of the filter.
const MARGIN: usize = 3;

/// The number of a column.
pub(super) fn column(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

/// How many rows a list has.
pub(super) fn rows(list: &Sheet) -> u32 {
    u32::try_from(list.rows.len()).unwrap_or(u32::MAX)
}

/// Writes a list that has its columns to itself; the next row that is free.
pub(super) fn write(
    page: &mut Page<'_>,
    top: u32,
    list: &Sheet,
    dress: &Dress<'_>,
) -> Result<u32, XlsxError> {
    for (at, named) in list.columns.iter().enumerate() {
        let wide = dress.wide.iter().find(|(key, _)| *key == named.key);
        let format = match (wide, first_value(list, at)) {
            (Some(_), _) => Some(&page.formats.wrapped),
            (None, value) => value.and_then(|value| page.formats.of(value)),
        };
        if let Some(format) = format {
            page.sheet.set_column_format(column(at), format)?;
        }
        page.formats.write_text(page.sheet, (top, column(at)), &named.name, &page.formats.name)?;
        for (row, number) in list.rows.iter().zip(top + 1..) {
            write_value(page, (number, column(at)), &named.key, &row[at], format)?;
        }
    }
    let last = top + rows(list);
    mark(page, list, (top + 1, last), dress)?;
    set_widths(page, &[list], dress)?;
    set_heights(page, top, list, dress)?;
    Ok(last + 1)
}

/// Not every program makes room for lines by itself.
fn set_heights(
    page: &mut Page<'_>,
    top: u32,
    list: &Sheet,
    dress: &Dress<'_>,
) -> Result<(), XlsxError> {
    let names = list.columns.iter().enumerate();
    let names = names.map(|(at, c)| lines_of(&c.name, width(list, at, &c.key, dress)));
    page.sheet.set_row_height(top, LINE * names.max().unwrap_or(1) as f64 + 3.0)?;
    if dress.wide.is_empty() {
        return Ok(());
    }
    let is_wide = |key: &str| dress.wide.iter().find(|(wide, _)| *wide == key);
    for (row, number) in list.rows.iter().zip(top + 1..) {
        let cells = row.iter().zip(&list.columns);
        let lines = cells.filter_map(|(value, c)| {
            let (_, width) = is_wide(&c.key)?;
            Some(lines_of(&value.shown(), *width))
        });
        let lines = dress.lines.or_else(|| lines.max()).unwrap_or(1);
        page.sheet.set_row_height(number, LINE * lines as f64)?;
    }
    Ok(())
}

/// Writes a list among others; the next row that is free. The widths of columns are set for all.
pub(super) fn write_beneath(page: &mut Page<'_>, top: u32, list: &Sheet) -> Result<u32, XlsxError> {
    page.sheet.set_row_height(top, 2.0 * LINE + 3.0)?;
    for (at, named) in list.columns.iter().enumerate() {
        let is_number = list.is_numeric(at);
        let format = if is_number { &page.formats.right } else { &page.formats.name };
        page.formats.write_text(page.sheet, (top, column(at)), &named.name, format)?;
        for (row, number) in list.rows.iter().zip(top + 1..) {
            write_value(page, (number, column(at)), &named.key, &row[at], None)?;
        }
    }
    Ok(top + rows(list) + 1)
}

fn first_value(list: &Sheet, at: usize) -> Option<&Value> {
    list.rows.iter().map(|row| &row[at]).find(|value| **value != Value::Blank)
}

fn write_value(
    page: &mut Page<'_>,
    place: (u32, u16),
    key: &str,
    value: &Value,
    of_column: Option<&Format>,
) -> Result<(), XlsxError> {
    let Page { sheet, formats } = page;
    if let ("technique" | "adversary", Value::Text(id)) = (key, value)
        && let Some(address) = crate::html::address(id)
    {
        let url = Url::new(format!("https://attack.mitre.org/{address}/")).set_text(id);
        sheet.write_url_with_format(place.0, place.1, url, &formats.link)?;
        return Ok(());
    }
    formats.write(sheet, place, value, of_column)
}

/// Bars, and the colours of levels, as rules: they stay right when rows are sorted.
fn mark(
    page: &mut Page<'_>,
    list: &Sheet,
    (first, last): (u32, u32),
    dress: &Dress<'_>,
) -> Result<(), XlsxError> {
    let Page { sheet, formats } = page;
    for (at, named) in list.columns.iter().enumerate().filter(|_| !list.rows.is_empty()) {
        let at = column(at);
        if let Some((_, most)) = dress.bars.iter().find(|(key, _)| *key == named.key) {
            sheet.add_conditional_format(first, at, last, at, &bar(formats, *most))?;
        }
        if named.key == "level" {
            for level in CoverageLevel::ALL {
                let fill = formats.filled(&Format::new(), Fill::step(level as u8));
                let rule = ConditionalFormatCellRule::EqualTo(level.word());
                let rule = ConditionalFormatCell::new().set_rule(rule).set_format(fill);
                sheet.add_conditional_format(first, at, last, at, &rule)?;
            }
        }
    }
    Ok(())
}

/// A bar in a cell; the number stays legible on it.
pub(super) fn bar(formats: &Formats, most: f64) -> ConditionalFormatDataBar {
    ConditionalFormatDataBar::new()
        .set_minimum(ConditionalFormatType::Number, 0)
        .set_maximum(ConditionalFormatType::Number, most)
        .set_fill_color(formats.colour(Tone::Step(2)))
        .set_solid_fill(true)
        .set_border_off(true)
}

/// Columns as wide as the most of what stands in them, within limits.
pub(super) fn set_widths(
    page: &mut Page<'_>,
    lists: &[&Sheet],
    dress: &Dress<'_>,
) -> Result<(), XlsxError> {
    let columns = lists.iter().map(|list| list.columns.len()).max().unwrap_or(0);
    for at in 0..columns {
        let of_list =
            |list: &&Sheet| Some(width(list, at, list.columns.get(at)?.key.as_ref(), dress));
        let width = lists.iter().filter_map(of_list).max().unwrap_or(NARROWEST);
        page.sheet.set_column_width(column(at), (width + MARGIN) as f64)?;
    }
    Ok(())
}

fn width(list: &Sheet, at: usize, key: &str, dress: &Dress<'_>) -> usize {
    if let Some((_, width)) = dress.wide.iter().find(|(wide, _)| *wide == key) {
        return *width;
    }
    // A name may break between its words.
    let name = list.columns[at].name.split(' ').map(|word| word.chars().count()).max();
    let of_value = |value: &Value| match value {
        Value::Text(text) => text.chars().take(WIDEST).count(),
        Value::Lines(lines) => lines.iter().map(|l| l.chars().count()).max().unwrap_or(0),
        Value::Blank => 0,
        Value::Whole(_)
        | Value::Number(..)
        | Value::Share(_)
        | Value::Percent(..)
        | Value::Bare(_) => NARROWEST - 1,
    };
    let widest = list.rows.iter().map(|row| of_value(&row[at])).max();
    widest.max(name).unwrap_or(0).clamp(NARROWEST, WIDEST)
}
