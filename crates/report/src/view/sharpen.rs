//! What would sharpen the figures most: what is not stated, what it is worth to know, and what to
//! type.

use model::sharpen::{Missing, Unknown};

use super::count;
use crate::sheet::{Sheet, Value, percent};

/// How many are shown.
const SHOWN: usize = 3;

/// What moves less than this is not worth a line.
const LEAST: f64 = 0.005;

/// The widest intervals, with the way to close each; `None` where everything is stated.
#[must_use]
pub fn sheet(unknowns: &[Unknown]) -> Option<Sheet> {
    let mut sheet = Sheet::new(
        "What would sharpen this most",
        &[("Not stated", "missing"), ("Covered", "between"), ("What helps", "help")],
    );
    let worth = unknowns.iter().filter(|unknown| unknown.width() >= LEAST).take(SHOWN);
    sheet.rows = worth.map(row).collect();
    (!sheet.rows.is_empty()).then_some(sheet)
}

fn row(unknown: &Unknown) -> Vec<Value> {
    let between = format!("{} to {}", percent(unknown.least), percent(unknown.most));
    let (what, help) = words(unknown);
    vec![Value::text(what), Value::text(between), Value::text(help)]
}

fn words(unknown: &Unknown) -> (String, &'static str) {
    let records = |noun: &str| count(unknown.records, noun);
    match unknown.missing {
        Missing::Status => (
            format!("{}: whether on", records("record")),
            "--status-from EXPORT, or --assume enabled",
        ),
        Missing::Scope => (
            format!("{}: how far it reaches", records("control")),
            "a column scope, such as 80 % (half is the lower figure)",
        ),
        Missing::Profile => ("which adversaries matter".to_owned(), "--adversary NAME=WEIGHT"),
        Missing::Tests => (
            format!("{}: never tested", records("record")),
            "columns tests_passed, tests_run and tests_last",
        ),
        Missing::Telemetry => (
            format!("{}: whether its logs are collected", records("rule")),
            "rows of kind data source, or a column telemetry",
        ),
    }
}
