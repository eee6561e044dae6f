//! Suricata, Snort 2 and Snort 3 rules: one a logical line, some of them commented out.
//!
//! A header and its options become texts. What a rule looks for in the traffic is passed over, and
//! whether an engine would accept the rule is not judged.

use std::borrow::Cow;

use super::{Document, SyntaxError, Value};

mod options;

use options::Options;

/// The first words of rules.
const ACTIONS: [&str; 14] = [
    "alert",
    "drop",
    "reject",
    "rejectsrc",
    "rejectdst",
    "rejectboth",
    "pass",
    "log",
    "block",
    "rewrite",
    "react",
    "sdrop",
    "activate",
    "dynamic",
];

/// How many lines a rule may have that does not say at their ends that it goes on.
const MAX_OPEN_LINES: usize = 64;

pub(super) fn read(text: &str) -> Vec<Result<Document, SyntaxError>> {
    let mut lines = Lines { rest: text, number: 0 };
    let mut rules = Vec::new();
    while let Some(first) = lines.next() {
        let (disabled, start) = uncommented(first);
        if !starts_with_action(start) || (disabled && !is_signature_line(first)) {
            continue;
        }
        let line = lines.number;
        match read_rule(disabled, start, &mut lines) {
            Ok(value) => rules.push(Ok(Document { line, value })),
            // A comment that begins with such a word.
            Err(_) if disabled => {}
            Err(fault) => {
                let message = fault.message().to_owned();
                rules.push(Err(SyntaxError { line, column: None, message }));
            }
        }
    }
    rules
}

/// Whether a line begins like a rule or like one that is commented out, which tells these files
/// from others.
pub(crate) fn is_signature_line(line: &str) -> bool {
    let (_, start) = uncommented(line);
    starts_with_action(start) && looks_like_rule(start)
}

/// Why a line that begins like a rule is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    NoOptions,
    OpenOptions,
    OpenQuote,
    TextAfterOptions,
    /// A comment with parentheses, but without a message or an id in them.
    NoRule,
}

impl Fault {
    fn message(self) -> &'static str {
        match self {
            Fault::NoOptions => "the rule has no options in parentheses",
            Fault::OpenOptions => "the options of the rule are not closed",
            Fault::OpenQuote => "a quoted text in the rule is not closed",
            Fault::TextAfterOptions => "there is text after the options of the rule",
            Fault::NoRule => "the options of the rule have neither a message nor an id",
        }
    }

    /// Whether more text could help.
    fn is_open(self) -> bool {
        matches!(self, Fault::NoOptions | Fault::OpenOptions | Fault::OpenQuote)
    }
}

#[derive(Clone, Copy)]
struct Lines<'a> {
    rest: &'a str,
    /// The number of the line given out last, from 1.
    number: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        self.rest = rest;
        Some(line.trim_ascii_end())
    }

    /// The next line, where it can belong to a rule that has begun before. Of a comment it is the
    /// text, blanks in front included.
    fn next_of_rule(&mut self, disabled: bool) -> Option<&'a str> {
        let mut ahead = *self;
        let line = ahead.next()?;
        let (is_comment, start) = uncommented(line);
        // A comment cannot be inside a rule, and a rule cannot be inside another.
        if (is_comment && !disabled) || starts_with_action(start) {
            return None;
        }
        *self = ahead;
        Some(if is_comment { line.trim_ascii_start().trim_start_matches('#') } else { line })
    }
}

/// Reads the rule that starts with `start`, and moves `lines` behind it.
fn read_rule<'a>(disabled: bool, start: &'a str, lines: &mut Lines<'a>) -> Result<Value, Fault> {
    let whole = joined(disabled, start, lines);
    let rule = parse(disabled, &whole);
    match rule {
        Err(fault) if fault.is_open() => {
            read_open_rule(disabled, whole.into_owned(), lines).ok_or(fault)
        }
        _ => rule,
    }
}

/// The line with those that follow, as long as a backslash at the end asks for more.
fn joined<'a>(disabled: bool, start: &'a str, lines: &mut Lines<'a>) -> Cow<'a, str> {
    let mut whole = Cow::Borrowed(start);
    while let Some(before) = whole.strip_suffix('\\') {
        let length = before.len();
        let next = lines.next_of_rule(disabled);
        whole.to_mut().truncate(length);
        let Some(next) = next else { break };
        whole.to_mut().push_str(next);
    }
    whole
}

/// Snort 3 reads on to the closing parenthesis without being asked to. `lines` moves only where
/// that leads to a rule.
fn read_open_rule(disabled: bool, mut whole: String, lines: &mut Lines<'_>) -> Option<Value> {
    let mut ahead = *lines;
    for _ in 0..MAX_OPEN_LINES {
        let next = ahead.next_of_rule(disabled).filter(|next| !next.is_empty())?;
        whole.push(' ');
        whole.push_str(next);
        if !next.contains(')') {
            continue;
        }
        match parse(disabled, &whole) {
            Ok(rule) => {
                *lines = ahead;
                return Some(rule);
            }
            Err(fault) if fault.is_open() => {}
            Err(_) => return None,
        }
    }
    None
}

/// Whether a line is a comment, and what it says.
fn uncommented(line: &str) -> (bool, &str) {
    let line = line.trim_ascii();
    let text = line.trim_start_matches(['#', ' ', '\t']);
    (line.starts_with('#'), text)
}

fn starts_with_action(line: &str) -> bool {
    let word = line.split([' ', '\t', '(']).next().unwrap_or_default();
    ACTIONS.contains(&word)
}

/// Whether a line that starts with an action is meant as a rule and not as a sentence.
fn looks_like_rule(line: &str) -> bool {
    let (header, options) = line.split_once('(').unwrap_or((line, ""));
    let is_short = header.split_ascii_whitespace().nth(2).is_none();
    (is_short && header.len() < line.len() && starts_with_option(options))
        || line.ends_with('\\')
        || header.split_ascii_whitespace().any(is_direction)
        || options.contains("msg:")
        || options.contains("sid:")
}

/// Whether there is an option, or it has to come in the next line.
fn starts_with_option(text: &str) -> bool {
    let text = text.trim_ascii();
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
    let after = text.trim_start_matches(is_name).trim_ascii_start();
    text.is_empty() || (after.starts_with([':', ';']) && text.starts_with(is_name))
}

fn is_direction(word: &str) -> bool {
    matches!(word, "->" | "<>" | "<-" | "=>")
}

fn parse(disabled: bool, rule: &str) -> Result<Value, Fault> {
    let (header, options) = rule.split_once('(').ok_or(Fault::NoOptions)?;
    let options = Options::read(options)?;
    if disabled && !options.name_a_rule() {
        return Err(Fault::NoRule);
    }
    let is_last = options.after.is_empty() || options.after.starts_with('#');
    if !is_last && !disabled {
        return Err(Fault::TextAfterOptions);
    }
    let mut entries = Vec::with_capacity(16);
    entries.push(("disabled".to_owned(), Value::Bool(disabled)));
    for (name, word) in named_words(header) {
        entries.push((name.to_owned(), Value::Text(word.to_owned())));
    }
    options.write_to(&mut entries);
    Ok(Value::Map(entries))
}

/// The words of a header with their names. One of an unknown shape names only the first two.
fn named_words(header: &str) -> Vec<(&'static str, &str)> {
    let words = header_words(header);
    let direction = words.iter().position(|word| is_direction(word)).unwrap_or(words.len());
    let mut named: Vec<_> =
        ["action", "protocol"].into_iter().zip(words.iter().copied().take(direction)).collect();
    let source = words.get(2..direction).unwrap_or_default();
    let destination = words.get(direction + 1..).unwrap_or_default();
    if direction < words.len() && source.len() <= 2 && destination.len() <= 2 {
        named.extend(["source", "source_port"].into_iter().zip(source.iter().copied()));
        named.push(("direction", words[direction]));
        let places = ["destination", "destination_port"];
        named.extend(places.into_iter().zip(destination.iter().copied()));
    }
    named
}

/// The words of a header; a list in brackets is one of them, blanks and all.
fn header_words(header: &str) -> Vec<&str> {
    let mut words = Vec::with_capacity(7);
    let mut depth = 0_usize;
    let mut start = None;
    for (at, byte) in header.bytes().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let is_blank = byte.is_ascii_whitespace() && depth == 0;
        match start {
            Some(from) if is_blank => {
                words.push(&header[from..at]);
                start = None;
            }
            None if !is_blank => start = Some(at),
            _ => {}
        }
    }
    words.extend(start.map(|from| header[from..].trim_ascii_end()));
    words
}

#[cfg(test)]
mod tests;
