//! The gaps as a table, and beside each what people fill in: a decision, its owner and its day.

use model::assessment::Assessment;
use model::date::Date;
use model::inputs::{Decided, Decision};
use rust_xlsxwriter::{
    DataValidation, DataValidationRule, ExcelDateTime, Format, Note, Table, TableColumn,
    TableStyle, Worksheet, XlsxError,
};

use super::Page;
use super::formats::Formats;
use super::table::{self, Dress, column};
use crate::spreadsheet::excel_day;
use crate::view;
use crate::view::workbook::gaps::Gaps;

/// What is special about the facts.
const DRESS: Dress<'_> = Dress {
    frozen: 3,
    bars: &[("priority", 100.0), ("threat", 1.0), ("proven", 1.0), ("expected", 1.0)],
    wide: &[("tactics", 22), ("there", 60), ("to_do", 70)],
    lines: Some(2),
    paper: super::A3,
};

/// A column that people fill in.
struct Yours {
    name: &'static str,
    width: f64,
    says: &'static str,
    value: fn(&Decided) -> Said<'_>,
}

/// What a decision says in a column.
enum Said<'a> {
    Text(&'a str),
    Day(Option<Date>),
}

fn text(text: &Option<String>) -> Said<'_> {
    Said::Text(text.as_deref().unwrap_or_default())
}

const YOURS: [Yours; 7] = [
    Yours {
        name: "Decision",
        width: 15.0,
        says: "fix: it will be closed, by the day in Due. accept: it leaves the list, until the day in \
               Until. opportunistic: little is enough. exclude: it leaves the scope.",
        value: |decided| Said::Text(decided.decision.word()),
    },
    Yours {
        name: "Owner",
        width: 22.0,
        says: "Who answers for it. An owner without a decision is not read.",
        value: |decided| text(&decided.owner),
    },
    Yours {
        name: "Due",
        width: 13.0,
        says: "By when it is fixed: 2027-03-31. Only with fix.",
        value: |decided| Said::Day(decided.due),
    },
    Yours {
        name: "Until",
        width: 13.0,
        says: "Until when accept, opportunistic or exclude holds: 2027-03-31. Without a day it holds \
               for good.",
        value: |decided| Said::Day(decided.until),
    },
    Yours {
        name: "Ticket",
        width: 14.0,
        says: "Where it is tracked.",
        value: |decided| text(&decided.ticket),
    },
    Yours {
        name: "Reason",
        width: 40.0,
        says: "Why. Whoever reads it next year was not there.",
        value: |decided| text(&decided.reason),
    },
    Yours {
        name: "Approver",
        width: 20.0,
        says: "Who agreed to it.",
        value: |decided| text(&decided.approver),
    },
];

pub(super) fn write(
    mut page: Page<'_>,
    assessment: &Assessment,
    gaps: &Gaps,
) -> Result<(), XlsxError> {
    let facts = &gaps.facts;
    let title = match assessment.gaps().len() {
        0 => "No gap is open".to_owned(),
        n => format!("{}, the most urgent first", view::count(n, "gap")),
    };
    let top = page.head(assessment, &title, &[HOW.to_owned()])?;
    let first = column(facts.columns.len());
    let end = table::write(&mut page, top, facts, &DRESS)?;
    // A table has a row at least.
    let last = (end - 1).max(top + 1);
    let Page { sheet, formats } = page;
    for (yours, at) in YOURS.iter().zip(first..) {
        write_yours(sheet, formats, yours, (top, at), &gaps.decided)?;
    }
    validate(sheet, (top + 1, last), first)?;
    let columns = column(facts.columns.len() + YOURS.len()) - 1;
    sheet.add_table(top, 0, last, columns, &tabular(gaps, formats))?;
    sheet.set_freeze_panes(top + 1, DRESS.frozen)?;
    sheet.set_repeat_rows(top, top)?;
    sheet.set_paper_size(DRESS.paper);
    Ok(())
}

const HOW: &str = "Fill in the yellow columns; decisions = [\"lacuna.xlsx\"] in lacuna.toml takes them into \
                   the next assessment, and lacuna decisions --from lacuna.xlsx shows them";

/// The table over everything; it names its columns itself.
fn tabular(gaps: &Gaps, formats: &Formats) -> Table {
    let named =
        |name: &str, format: &Format| TableColumn::new().set_header(name).set_header_format(format);
    let facts = gaps.facts.columns.iter().map(|column| named(&column.name, &formats.name));
    let yours = YOURS.iter().map(|yours| named(yours.name, &formats.yours));
    let columns: Vec<TableColumn> = facts.chain(yours).collect();
    Table::new().set_name("Gaps").set_style(TableStyle::Light1).set_columns(&columns)
}

fn write_yours(
    sheet: &mut Worksheet,
    formats: &Formats,
    yours: &Yours,
    (top, at): (u32, u16),
    decided: &[Option<Decided>],
) -> Result<(), XlsxError> {
    let format = match yours.name {
        "Due" | "Until" => &formats.day,
        "Reason" => &formats.wrapped,
        _ => &formats.text,
    };
    sheet.set_column_width(at, yours.width)?.set_column_format(at, format)?;
    let note = Note::new(yours.says).add_author_prefix(false).set_width(260).set_height(110);
    sheet.insert_note(top, at, &note)?;
    for (decided, row) in decided.iter().zip(top + 1..) {
        match decided.as_ref().map(yours.value) {
            None | Some(Said::Day(None)) => {}
            Some(Said::Text("")) => {}
            Some(Said::Text(text)) => formats.write_text(sheet, (row, at), text, format)?,
            Some(Said::Day(Some(day))) => write_day(sheet, formats, (row, at), day)?,
        }
    }
    Ok(())
}

fn write_day(
    sheet: &mut Worksheet,
    formats: &Formats,
    (row, at): (u32, u16),
    day: Date,
) -> Result<(), XlsxError> {
    match excel_day(day) {
        Some(day) => _ = sheet.write_datetime_with_format(row, at, &day, &formats.day)?,
        None => formats.write_text(sheet, (row, at), &day.to_string(), &formats.text)?,
    }
    Ok(())
}

/// What a spreadsheet offers and refuses in the columns of decisions and days.
fn validate(
    sheet: &mut Worksheet,
    (first, last): (u32, u32),
    decision: u16,
) -> Result<(), XlsxError> {
    let words = DECISIONS.map(Decision::word);
    let list = DataValidation::new()
        .allow_list_strings(&words)?
        .set_error_title("This is no decision")?
        .set_error_message("Choose one from the list, or leave the cell blank.")?;
    sheet.add_data_validation(first, decision, last, decision, &list)?;
    let from = ExcelDateTime::from_ymd(1990, 1, 1)?;
    let day = DataValidation::new()
        .allow_date(DataValidationRule::GreaterThanOrEqualTo(from))
        .set_error_title("This is no day")?
        .set_error_message("Write a day, such as 2027-03-31.")?;
    sheet.add_data_validation(first, decision + 2, last, decision + 3, &day)?;
    Ok(())
}

const DECISIONS: [Decision; 4] =
    [Decision::Fix, Decision::Accept, Decision::Opportunistic, Decision::Exclude];
