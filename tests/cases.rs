//! What a user sees: each folder of `cases` is a command, its files and its answer.

use std::fs;
use std::path::PathBuf;

/// Where the cases are, from the crate whose tests these are.
const FOLDER: &str = "../../tests/cases";

/// `TRYCMD=overwrite cargo test -p lacuna cases` writes the answers anew; what was elided is then
/// written out where it changed, so read the difference and elide it again.
#[test]
fn cases_answer_as_written() {
    trycmd::TestCases::new()
        .env("COLUMNS", "80")
        .env("NO_COLOR", "1")
        .case(format!("{FOLDER}/*/cmd.toml"));
}

/// A folder whose command file has another name would be passed over without a word.
#[test]
fn every_case_has_a_command() {
    let cases = fs::read_dir(FOLDER).expect("the folder of the cases exists");
    let without: Vec<PathBuf> = cases
        .map(|case| case.expect("a case can be listed").path())
        .filter(|case| !case.join("cmd.toml").is_file())
        .collect();
    assert!(without.is_empty(), "cases without a cmd.toml: {without:?}");
}
