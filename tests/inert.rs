//! What comes from the user's files stays text, whatever program reads our outputs: one project in
//! which every word is an attack goes through every command, and each output is read back by a
//! parser that is none of ours. A twin of the project with harmless words shows what belongs there.

mod project;
mod reading;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::{lacuna, scratch};
use project::Words;
use reading::Parser;

/// What a command prints: its words, and how the output is to be read.
type Printed = (&'static [&'static str], Parser);

/// A row for every command and format. What is written to a terminal is said in colour.
const PRINTED: &[Printed] = &[
    (&["gaps", "shop", "-n", "30", "-v"], Parser::Terminal),
    (&["gaps", "shop", "-n", "30", "--format", "csv"], Parser::Csv),
    (&["gaps", "shop", "-n", "30", "--format", "md"], Parser::Markdown),
    (&["gaps", "shop", "--format", "json"], Parser::Json),
    (&["gaps", "shop", "--format", "ndjson"], Parser::JsonLines),
    (&["gaps", "shop", "--for", "accept"], Parser::Terminal),
    (&["gaps", "shop", "--by", "segment"], Parser::Terminal),
    (&["gaps", "shop", "--by", "segment", "--format", "csv"], Parser::Csv),
    (&["gaps", "shop", "--by", "segment", "--format", "md"], Parser::Markdown),
    (&["gaps", "shop", "--by", "segment", "--format", "json"], Parser::Json),
    (&["gaps", "shop", "--by", "control", "-n", "99"], Parser::Terminal),
    (&["gaps", "shop", "--by", "control", "-n", "99", "--format", "csv"], Parser::Csv),
    (&["gaps", "shop", "--by", "control", "-n", "99", "--format", "md"], Parser::Markdown),
    (&["gaps", "shop", "--by", "control", "--format", "json"], Parser::Json),
    (&["gaps", "shop", "--by", "control", "--format", "ndjson"], Parser::JsonLines),
    (&["recommend", "shop", "-n", "30", "-v"], Parser::Terminal),
    (&["recommend", "shop", "-n", "30", "--format", "csv"], Parser::Csv),
    (&["recommend", "shop", "-n", "30", "--format", "md", "-v"], Parser::Markdown),
    (&["recommend", "shop", "-n", "30", "--format", "json"], Parser::Json),
    (&["recommend", "shop", "--candidates", "shop/wishes.csv"], Parser::Terminal),
    (&["recommend", "shop", "--candidates", "shop/wishes.csv", "--format", "md"], Parser::Markdown),
    (&["explain", "T1059.001", "shop"], Parser::Terminal),
    (&["explain", "T1059.001", "shop", "--format", "csv"], Parser::Csv),
    (&["explain", "T1059.001", "shop", "--format", "md"], Parser::Markdown),
    (&["explain", "T1059.001", "shop", "--format", "json"], Parser::Json),
    (&["what-if", "shop", "--add", "shop/wishes.csv", "-v"], Parser::Terminal),
    (&["what-if", "shop", "--add", "shop/wishes.csv", "--format", "csv"], Parser::Csv),
    (&["what-if", "shop", "--add", "shop/wishes.csv", "--format", "md"], Parser::Markdown),
    (&["what-if", "shop", "--add", "shop/wishes.csv", "--format", "json"], Parser::Json),
    (&["diff", "before.json", "after.json", "-n", "30"], Parser::Terminal),
    (&["diff", "before.json", "after.json", "-n", "30", "--format", "csv"], Parser::Csv),
    (&["diff", "before.json", "after.json", "-n", "30", "--format", "md"], Parser::Markdown),
    (&["diff", "before.json", "after.json", "--format", "json"], Parser::Json),
    (&["compare", "before.json", "after.json"], Parser::Terminal),
    (&["compare", "before.json", "after.json", "--format", "csv"], Parser::Csv),
    (&["compare", "before.json", "after.json", "--format", "md"], Parser::Markdown),
    (&["compare", "before.json", "after.json", "--format", "json"], Parser::Json),
    (&["check", "shop", "--against", "before.json"], Parser::Terminal),
    (&["check", "shop", "--against", "before.json", "--format", "csv"], Parser::Csv),
    (&["check", "shop", "--against", "before.json", "--format", "md"], Parser::Markdown),
    (&["check", "shop", "--against", "before.json", "--format", "json"], Parser::Json),
    (&["check", "shop", "--against", "before.json", "--format", "sarif"], Parser::Json),
    (&["decisions", "shop"], Parser::Terminal),
    (&["decisions", "shop", "--format", "csv"], Parser::Csv),
    (&["decisions", "shop", "--format", "md"], Parser::Markdown),
    (&["decisions", "shop", "--format", "json"], Parser::Json),
    (&["tickets", "shop"], Parser::Terminal),
    (&["tickets", "shop", "--format", "csv"], Parser::Csv),
    (&["tickets", "shop", "--format", "md"], Parser::Markdown),
    (&["tickets", "shop", "--format", "json"], Parser::Json),
    (&["evidence", "shop", "--framework", "mitigations"], Parser::Terminal),
    (&["evidence", "shop", "--format", "csv"], Parser::Csv),
    (&["evidence", "shop", "--format", "md"], Parser::Markdown),
    (&["evidence", "shop", "--format", "json"], Parser::Json),
    (&["import", "shop", "-v"], Parser::Terminal),
    (&["import", "shop", "--format", "csv"], Parser::Csv),
    (&["import", "shop", "--format", "md"], Parser::Markdown),
    (&["import", "shop", "--format", "json"], Parser::Json),
    (&["patch", "edited.csv", "shop"], Parser::Terminal),
    (&["patch", "edited.csv", "shop", "--format", "csv"], Parser::Csv),
    (&["patch", "edited.csv", "shop", "--format", "md"], Parser::Markdown),
    (&["patch", "edited.csv", "shop", "--format", "json"], Parser::Json),
    (&["adversaries", "shop/groups.csv"], Parser::Terminal),
    (&["adversaries", "shop/groups.csv", "--format", "csv"], Parser::Csv),
    (&["adversaries", "shop/groups.csv", "--format", "md"], Parser::Markdown),
    (&["adversaries", "shop/groups.csv", "--format", "json"], Parser::Json),
    (&["formats", "sigma", "--test", "shop/groups.csv", "shop/broken.yml"], Parser::Terminal),
    (&["formats", "sigma", "--test", "shop/broken.yml", "--format", "md"], Parser::Markdown),
];

/// What commands write; every file of a folder is read by its ending. `WORD` stands for all words.
const WRITTEN: &[&[&str]] = &[
    &["report", "shop", "-o", "out/report", "--against", "before.json", "--history", "out/history"],
    &["chart", "board", "shop", "-o", "out/board.svg", "--title", "WORD", "--organisation", "WORD"],
    &["chart", "controls", "shop", "-o", "out/controls.svg", "--classification", "WORD"],
    &["chart", "findings", "shop", "-o", "out/findings.pdf", "--title", "WORD"],
    &["chart", "change", "shop", "-o", "out/change.svg", "--against", "before.json"],
    &["chart", "segments", "shop", "-o", "out/parts.svg", "--size", "a4"],
    &["report", "shop", "-o", "out/redacted", "--redact", "--title", "WORD"],
    &["heatmap", "shop", "-o", "out/coverage.svg"],
    &["heatmap", "shop", "-o", "out/priority.png", "--show", "priority"],
    &["heatmap", "shop", "-o", "out/priority.json", "--show", "priority"],
    &["heatmap", "shop", "-o", "out/segments.svg", "--by", "segment"],
    &["heatmap", "shop", "-o", "out/groups.json", "--show", "groups", "--compat", "dettect"],
    &["heatmap", "shop", "-o", "out/detect.json", "--show", "detect", "--compat", "dettect"],
    &[
        "heatmap",
        "shop",
        "-o",
        "out/on-a-wall.svg",
        "--size",
        "a3",
        "--palette",
        "cividis",
        "--dark",
    ],
    &[
        "heatmap",
        "shop",
        "-o",
        "out/named.svg",
        "--size",
        "a4",
        "--title",
        "WORD",
        "--organisation",
        "WORD",
        "--classification",
        "WORD",
    ],
    &["compare", "before.json", "after.json", "-o", "out/side-by-side.svg"],
    &["decisions", "shop", "-o", "out/decisions.ics"],
    &["import", "shop", "-o", "out/register.xlsx"],
    &["import", "shop", "-o", "out/register.csv"],
    &["import", "shop", "-o", "out/register.json"],
    &["import", "shop", "-o", "out/register.ndjson"],
    &["patch", "edited.csv", "shop", "-o", "out/changes.csv", "--added", "out/added.csv"],
    &["export", "--to", "dettect", "shop", "-o", "out/dettect"],
];

/// What cannot be done, said with a word from the user.
const REFUSED: &[&[&str]] = &[
    &["gaps", "WORD"],
    &["explain", "WORD", "shop"],
    &["gaps", "shop", "--adversary", "WORD"],
    &["gaps", "shop", "--platform", "WORD"],
    &["gaps", "shop", "--policy", "WORD=1"],
    &["gaps", "shop", "--segment", "WORD"],
    &["gaps", "shop", "--columns", "WORD=WORD"],
    &["what-if", "shop", "--remove", "WORD"],
    &["evidence", "shop", "--framework", "WORD"],
    &["adversaries", "WORD"],
    &["formats", "WORD"],
    &["--", "WORD"],
];

/// A project of such words in a folder of its own, with two assessments and an edited register
/// beside it.
fn made(words: &Words, name: &str) -> PathBuf {
    let folder = scratch(&format!("inert-{name}"));
    project::write(words, &folder);
    let before = ["gaps", "shop/wishes.csv", "-c", "shop/lacuna.toml", "--format", "json"];
    fs::write(folder.join("before.json"), run(&folder, &before).stdout).unwrap();
    let after = ["gaps", "shop", "--format", "json"];
    fs::write(folder.join("after.json"), run(&folder, &after).stdout).unwrap();
    run(&folder, &["import", "shop", "-o", "edited.csv"]);
    project::edit(words, &folder.join("edited.csv"));
    folder
}

/// Runs a command that must do what it is asked for, or miss a limit.
fn run(folder: &Path, args: &[&str]) -> Output {
    let output = lacuna(folder, &[args, &["--color", "always"]].concat());
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{args:?}: {complaint}");
    Parser::Terminal.check(&output.stderr, &[], &format!("{args:?} on the standard error"));
    output
}

/// Runs the commands of which the output is read by one of these parsers.
fn printed(name: &str, parsers: &[Parser]) {
    let hostile = made(&Words::hostile(), &format!("{name}-hostile"));
    let asks_twin = parsers.iter().any(|parser| parser.asks_twin());
    let harmless = asks_twin.then(|| made(&Words::harmless(), &format!("{name}-harmless")));
    for (args, parser) in PRINTED.iter().filter(|(_, parser)| parsers.contains(parser)) {
        let output = run(&hostile, args).stdout;
        assert!(!output.is_empty(), "{args:?} prints nothing");
        let twin = harmless.as_ref().map(|folder| run(folder, args).stdout);
        parser.check(&output, &twin.unwrap_or_default(), &format!("{args:?}"));
    }
}

#[test]
fn a_terminal_is_told_nothing_but_colours() {
    printed("terminal", &[Parser::Terminal]);
}

#[test]
fn no_text_is_a_formula_and_all_json_is_json() {
    printed("tables", &[Parser::Csv, Parser::Json, Parser::JsonLines]);
}

#[test]
fn no_text_is_markdown() {
    printed("markdown", &[Parser::Markdown]);
}

#[test]
fn every_printed_output_is_read_by_some_test() {
    let read = [Parser::Terminal, Parser::Csv, Parser::Json, Parser::JsonLines, Parser::Markdown];
    assert!(PRINTED.iter().all(|(_, parser)| read.contains(parser)));
}

#[test]
fn nothing_that_is_written_is_more_than_text() {
    let twins = [("hostile", Words::hostile()), ("harmless", Words::harmless())];
    let [hostile, harmless] = twins.map(|(name, words)| {
        let folder = made(&words, &format!("written-{name}"));
        fs::create_dir_all(folder.join("out")).unwrap();
        let all = words.typed().join(" ");
        for args in WRITTEN {
            let args: Vec<&str> =
                args.iter().map(|arg| if *arg == "WORD" { all.as_str() } else { arg }).collect();
            run(&folder, &args);
        }
        folder
    });
    let written = files(&hostile.join("out"));
    assert!(written.len() > 20, "{written:?}");
    for path in written {
        let name = path.strip_prefix(&hostile).unwrap();
        let twin = fs::read(harmless.join(name)).unwrap();
        let parser = Parser::by_name(name);
        parser.check(&fs::read(&path).unwrap(), &twin, &name.display().to_string());
    }
}

#[test]
fn a_refusal_quotes_words_and_does_nothing_with_them() {
    let folder = made(&Words::hostile(), "refused");
    let words = Words::hostile().typed();
    // Each word once, and every command with all of them.
    let alone = words.iter().zip(REFUSED.iter().cycle());
    let all = words.join(" ");
    for (word, args) in alone.chain(REFUSED.iter().map(|args| (&all, args))) {
        let args: Vec<String> = args.iter().map(|arg| arg.replace("WORD", word)).collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let output = lacuna(&folder, &args);
        // What goes by a word can be explained, taken away, and looked at alone.
        let names_one = ["explain", "--remove", "--segment"].iter().any(|w| args.contains(w));
        assert!(output.status.code() == Some(2) || names_one, "{args:?}");
        for stream in [&output.stdout, &output.stderr] {
            Parser::Terminal.check(stream, &[], &format!("{args:?}"));
        }
    }
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            files.extend(self::files(&entry));
        } else {
            files.push(entry);
        }
    }
    files.sort();
    files
}
