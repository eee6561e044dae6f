//! What may be put into a column of the workbook.

use model::capability::{
    Basis, Ctid, Function, Kind as Record, Level, RuleLevel, RuleStatus, Status,
};
use rust_xlsxwriter::{DataValidation, DataValidationRule, ExcelDateTime, XlsxError};

/// What the values of a column are, for a spreadsheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// A text that breaks into lines.
    List,
    Number,
    Day,
}

pub(super) fn kind(column: &str) -> Kind {
    match column {
        "title" | "techniques" | "mitigations" | "controls" | "data_components" | "platforms"
        | "log_source" | "telemetry" | "scope" | "systems" | "location" | "score_history" => {
            Kind::List
        }
        "strength"
        | "dettect"
        | "stp"
        | "tests_passed"
        | "tests_run"
        | "alerts_90d"
        | "false_positive_rate"
        | "cost" => Kind::Number,
        "tests_last" | "created" | "modified" | "last_fired" => Kind::Day,
        _ => Kind::Text,
    }
}

/// The words of a column that has no others.
fn words(column: &str) -> Option<Vec<&'static str>> {
    macro_rules! words {
        ($type:ident) => {
            Some($type::ALL.iter().map(|value| value.word()).collect())
        };
    }
    match column {
        "kind" => words!(Record),
        "function" => words!(Function),
        "status" => words!(Status),
        "basis" => words!(Basis),
        "level" => words!(Level),
        "ctid" => words!(Ctid),
        "rule_status" => words!(RuleStatus),
        "rule_level" => words!(RuleLevel),
        "unscored" | "hunting" => Some(vec!["yes", "no"]),
        "dettect" => Some(vec!["-1", "0", "1", "2", "3", "4", "5"]),
        "stp" => Some(vec!["1", "2", "3", "4", "5"]),
        _ => None,
    }
}

/// What a spreadsheet offers and refuses; nothing where any text may be right.
pub(super) fn validation(column: &str) -> Result<Option<DataValidation>, XlsxError> {
    if let Some(words) = words(column) {
        let list = DataValidation::new().allow_list_strings(&words)?;
        return refusing(list, "Choose one from the list, or leave the cell blank.").map(Some);
    }
    let found = match column {
        "strength" | "false_positive_rate" => {
            let share = DataValidationRule::Between(0.0, 1.0);
            let share = DataValidation::new().allow_decimal_number(share);
            refusing(share, "Write a number from 0 to 1, or percent: 0.8 or 80%.")?
        }
        "tests_passed" | "tests_run" | "alerts_90d" => {
            let count = DataValidationRule::GreaterThanOrEqualTo(0);
            let count = DataValidation::new().allow_whole_number(count);
            refusing(count, "Write a whole number.")?
        }
        "cost" => {
            let cost = DataValidationRule::GreaterThanOrEqualTo(0.0);
            let cost = DataValidation::new().allow_decimal_number(cost);
            refusing(cost, "Write a number, without a unit.")?
        }
        "tests_last" | "last_fired" => {
            let day = ExcelDateTime::from_ymd(1990, 1, 1)?;
            let day = DataValidationRule::GreaterThanOrEqualTo(day);
            let day = DataValidation::new().allow_date(day);
            refusing(day, "Write a day, such as 2026-06-30.")?
        }
        _ => return Ok(None),
    };
    Ok(Some(found))
}

fn refusing(validation: DataValidation, help: &str) -> Result<DataValidation, XlsxError> {
    validation.set_error_title("This cannot be read")?.set_error_message(help)
}
