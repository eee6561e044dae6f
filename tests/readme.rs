//! The README's examples: what stands beneath a command is what it says. `...` stands for lines that
//! are left out.

use std::fs;

use crate::support::{copy, lacuna, root, scratch};

/// A command with what it is said to print.
struct Example {
    command: String,
    expected: Vec<String>,
}

/// The commands in the blocks of the README that show a console.
fn examples(text: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut is_console = false;
    for line in text.lines() {
        if let Some(language) = line.strip_prefix("```") {
            is_console = language == "console";
            continue;
        }
        match (is_console, line.strip_prefix("$ ")) {
            (false, _) => {}
            (true, Some(command)) => {
                let command = command.to_owned();
                examples.push(Example { command, expected: Vec::new() });
            }
            (true, None) => {
                if let Some(last) = examples.last_mut() {
                    last.expected.push(line.to_owned());
                }
            }
        }
    }
    for example in &mut examples {
        let lines = example.expected.iter().rposition(|line| !line.is_empty());
        example.expected.truncate(lines.map_or(0, |last| last + 1));
    }
    examples
}

/// The words of a command; those in double quotes are one.
fn words(command: &str) -> Vec<String> {
    let parts = command.split('"').enumerate();
    let words = parts.flat_map(|(ix, part)| match ix % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect::<Vec<_>>(),
        _ => vec![part.to_owned()],
    });
    words.collect()
}

/// Whether every run of lines between two `...` stands in what was printed, in this order.
fn is_printed(expected: &[String], printed: &[&str]) -> Result<(), String> {
    let mut rest = printed;
    let mut may_skip = false;
    for run in expected.split(|line| line == "...") {
        let run: Vec<&str> = run.iter().map(|line| line.trim_end()).collect();
        if !run.is_empty() {
            match rest.windows(run.len()).position(|window| window == run) {
                Some(at) if at == 0 || may_skip => rest = &rest[at + run.len()..],
                _ => return Err(run.join("\n")),
            }
        }
        may_skip = true;
    }
    Ok(())
}

#[test]
fn what_the_readme_shows_is_what_is_printed() {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let examples = examples(&text);
    assert!(examples.len() > 8, "{}", examples.len());
    // What an example writes is not to be left behind.
    let folder = scratch("readme");
    copy(&root().join("controls/example"), &folder.join("controls/example"));
    for Example { command, expected } in examples {
        let words = words(&command);
        let (program, args) = words.split_first().unwrap();
        assert_eq!(program, "lacuna", "{command}");
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let output = lacuna(&folder, &args);
        let printed =
            [output.stderr, output.stdout].map(|o| String::from_utf8(o).unwrap()).concat();
        let lines: Vec<&str> = printed.lines().map(str::trim_end).collect();
        if let Err(missing) = is_printed(&expected, &lines) {
            panic!("$ {command}\nprints no such lines:\n{missing}\nbut:\n{printed}");
        }
    }
}
