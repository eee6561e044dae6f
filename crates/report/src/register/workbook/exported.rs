//! The hidden sheet: each row as it was exported, by its anchor. A patch is what differs from it.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::super::{Cell, Register};
use super::{ANCHOR, Look, OURS, write_cell};

/// The file of a record, as it is called in everything that is said about it.
const FILE: &str = "lacuna file";

/// The rows stand beneath two others: what the sheet is, and the names of its columns.
const FIRST: u32 = 2;

pub(super) fn write(
    sheet: &mut Worksheet,
    register: &Register<'_>,
    anchors: &[String],
) -> Result<(), XlsxError> {
    sheet.set_name("As exported")?.set_hidden(true);
    let what = format!("{OURS}the register as it was exported; leave this sheet as it is");
    sheet.write_string(0, 0, what)?;
    let names = [ANCHOR, FILE].into_iter().chain(register.columns.iter().map(|column| column.0));
    for (name, at) in names.zip(0..) {
        sheet.write_string(FIRST - 1, at, name)?;
    }
    let look = Look { day: Look::on(&Default::default()).day, ..Look::default() };
    for ((capability, anchor), row) in register.capabilities.iter().zip(anchors).zip(FIRST..) {
        sheet.write_string(row, 0, anchor)?;
        sheet.write_string(row, 1, &capability.origin.path)?;
        let cells = register.columns.iter().map(|(_, cell)| cell(capability));
        for (cell, at) in cells.zip(2..).filter(|(cell, _): &(Cell<'_>, u16)| !cell.is_blank()) {
            write_cell(sheet, (row, at), &cell, &look)?;
        }
    }
    Ok(())
}
