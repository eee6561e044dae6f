//! The integration tests, in one binary: what users and their programs rely on, through the
//! binary or across crates. Tests about one module stand beside it.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stderr, reason = "these are tests")]

mod architecture;
mod cases;
mod check;
mod compare;
mod controls;
mod decisions;
mod dettect;
mod diff;
mod example;
mod formats;
mod gallery;
mod golden;
mod hostile;
mod inert;
mod layer;
mod normalised;
mod page;
mod patch;
mod pictures;
mod products;
mod read_back;
mod readme;
mod recommend;
mod references;
mod releases;
mod slides;
mod story;
mod support;
mod tenant;
mod truth;
mod unit_vectors;
mod workbook_of_report;
mod workbooks;
