//! Tables that name techniques: a column of ids, and where there is one a column of weights.

use model::diagnostic::{Code, Diagnostic, Origin};

use super::{NotNamed, Raw};
use crate::column::Column;
use crate::extract;
use crate::format;
use crate::record::shortened;
use crate::register::place_of;
use crate::table::{self, Budget, Header, Table};

/// Names of columns that say how much a technique weighs.
const WEIGHTS: [&str; 3] = ["weight", "score", "count"];

/// What a csv text names; `None` where no column is one of techniques.
pub(super) fn csv(text: &str, shown: &str) -> Option<Raw> {
    let table = table::csv(text).ok()?;
    let header = header(&table)?;
    let mut raw = Raw::default();
    columns(&mut raw, &table, &header, shown);
    Some(raw)
}

/// What the sheets of a workbook name that have a column of techniques; where none has, what
/// any cell names.
pub(super) fn workbook(bytes: &[u8], shown: &str) -> Result<Raw, NotNamed> {
    let sheets = table::xlsx(bytes, Budget::default());
    let sheets = sheets.map_err(|error| NotNamed::Other(error.to_string()))?;
    let mut raw = Raw::default();
    let mut tables = Vec::new();
    for sheet in sheets {
        match sheet {
            Ok(table) => tables.push(table),
            Err(error) => {
                let sheet = Some(error.sheet.clone());
                let origin = Origin { sheet, ..Origin::file(shown) };
                let help = "open the workbook, repair this sheet and save it again";
                let message = error.to_string();
                let diagnostic = Diagnostic::new(Code::UnreadableSheet, origin, message, help);
                raw.diagnostics.push(diagnostic);
            }
        }
    }
    let headers: Vec<Option<Header>> = tables.iter().map(header).collect();
    let has_columns = headers.iter().any(Option::is_some);
    for (table, header) in tables.iter().zip(headers) {
        match header {
            Some(header) => columns(&mut raw, table, &header, shown),
            None if !has_columns => cells(&mut raw, table, shown),
            None => {}
        }
    }
    Ok(raw)
}

fn columns(raw: &mut Raw, table: &Table, header: &Header, shown: &str) {
    let place = Origin { sheet: table.sheet.clone(), ..Origin::file(shown) };
    let named = |is: fn(&str) -> bool| {
        let columns = header.columns.iter().filter(move |(_, name)| is(name));
        columns.map(|(at, _)| *at).collect::<Vec<usize>>()
    };
    let (techniques, weights) = (named(holds_techniques), named(|n| WEIGHTS.contains(&n)));
    let decimal_comma = table.separator.is_some_and(|separator| separator != ',');
    for row in &table.rows[header.row_index + 1..] {
        for at in &techniques {
            let Some(cell) = row.cell(*at) else { continue };
            let origin = place_of(&place, row.number, *at);
            let beside = weights.first().map(|at| row.cell(*at).map_or("", |c| c.text.as_str()));
            let weight = beside.map_or(Some(1.0), |text| extract::number(text, decimal_comma));
            match weight {
                Some(weight) => raw.ids(&cell.text, weight, &origin),
                None => {
                    let message = format!("the weight of {:?} is no number", shortened(&cell.text));
                    let help = "write a number; 0 leaves the technique out";
                    raw.report(Code::BadValue, &origin, message, help);
                }
            }
        }
    }
}

fn cells(raw: &mut Raw, table: &Table, shown: &str) {
    let place = Origin { sheet: table.sheet.clone(), ..Origin::file(shown) };
    for row in &table.rows {
        for cell in &row.cells {
            let origin = place_of(&place, row.number, cell.column);
            raw.ids(&cell.text, 1.0, &origin);
        }
    }
}

fn header(table: &Table) -> Option<Header> {
    table::find_header(table, 1, &holds_techniques)
}

fn holds_techniques(name: &str) -> bool {
    format::register().column(name) == Some(Column::Techniques)
}
