//! YARA-L 2.0, and plain YARA where it has the same shape.
//!
//! The sections `meta` and `outcome` are kept, of the others only the names. Whether an engine
//! would accept a rule is not judged; it only has to be clear where the rule ends.

use super::repeated::gather;
use super::{Document, SyntaxError, Value};

mod tokens;

use tokens::{Token, Tokens};

/// The sections that are known, and recognized even in the middle of a line.
const SECTIONS: [&str; 12] = [
    "meta",
    "events",
    "match",
    "outcome",
    "condition",
    "options",
    "strings",
    "variables",
    "dedup",
    "select",
    "order",
    "limit",
];

pub(super) fn read(text: &str) -> Vec<Result<Document, SyntaxError>> {
    let mut tokens = Tokens::new(text);
    let mut rules = Vec::new();
    // One error says it for a whole stretch of text outside rules, or after a broken rule.
    let mut is_lost = false;
    loop {
        let stray = match tokens.next() {
            Token::End => return rules,
            Token::Word("rule") => {
                let header = header(&mut tokens);
                if let Some(header) = header {
                    let rule = body(&header, &mut tokens);
                    is_lost = rule.is_err();
                    rules.push(rule);
                    continue;
                }
                is_lost &= !tokens.is_first_in_line();
                "a rule without a name or an opening brace"
            }
            Token::Word("private" | "global") => continue,
            Token::Word("import" | "include") => {
                tokens.skip_if_text();
                continue;
            }
            Token::Unclosed(what) => what,
            _ => "there is text outside of a rule",
        };
        if !is_lost {
            rules.push(Err(error(tokens.line(), stray.to_owned())));
        }
        is_lost = true;
    }
}

/// Whether a line begins like a rule, which tells these files from others.
pub(crate) fn begins_yaral(line: &str) -> bool {
    let mut words = line.trim_ascii();
    for modifier in ["private", "global", "private"] {
        words = after_word(words, modifier).unwrap_or(words);
    }
    let Some(named) = after_word(words, "rule") else {
        return false;
    };
    let rest = named.trim_start_matches(|letter: char| letter.is_alphanumeric() || letter == '_');
    let after = rest.trim_ascii_start();
    rest.len() < named.len()
        && (after.is_empty() || after.starts_with(['{', ':']) || tokens::starts_comment(after))
}

fn after_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let after = text.strip_prefix(word)?;
    let rest = after.trim_ascii_start();
    (rest.len() < after.len()).then_some(rest)
}

struct Header<'a> {
    line: usize,
    name: &'a str,
}

/// Reads `name {` or `name : tag tag {` after the word `rule`. Anything else is not touched.
fn header<'a>(tokens: &mut Tokens<'a>) -> Option<Header<'a>> {
    let line = tokens.line();
    let mut ahead = tokens.clone();
    let Token::Word(name) = ahead.next() else {
        return None;
    };
    let mut next = ahead.next();
    if next == Token::Mark(b':') {
        next = ahead.next();
        while let Token::Word(_) = next {
            next = ahead.next();
        }
    }
    if next != Token::Mark(b'{') {
        return None;
    }
    *tokens = ahead;
    Some(Header { line, name })
}

/// Reads a rule to its closing brace. A broken one ends where the next rule begins.
fn body<'a>(header: &Header<'a>, tokens: &mut Tokens<'a>) -> Result<Document, SyntaxError> {
    let broken = |why: &str| error(header.line, format!("rule {}: {why}", header.name));
    let mut rule = Rule::default();
    let mut depth = Depth::default();
    loop {
        let before = tokens.clone();
        match tokens.next() {
            Token::End => return Err(broken("it has no closing brace")),
            Token::Unclosed(what) => {
                return Err(broken(&format!("line {}: {what}", tokens.line())));
            }
            Token::Mark(b'}') if depth.braces == 0 => break,
            Token::Word("rule") if self::header(&mut tokens.clone()).is_some() => {
                *tokens = before;
                return Err(broken("it has no closing brace before the next rule"));
            }
            Token::Word(name) if depth.braces == 0 && tokens.is_section(name, depth) => {
                depth.parentheses = 0;
                tokens.next();
                rule.start_section(name);
            }
            token => {
                depth.count(&token);
                rule.take(token, depth, tokens);
            }
        }
    }
    Ok(Document { line: header.line, value: rule.into_value(header.name) })
}

fn error(line: usize, message: String) -> SyntaxError {
    SyntaxError { line, column: None, message }
}

/// How deep inside a rule or an expression a token is.
#[derive(Debug, Clone, Copy, Default)]
struct Depth {
    braces: usize,
    /// Round and square ones.
    parentheses: usize,
}

impl Depth {
    fn count(&mut self, token: &Token<'_>) {
        match token {
            Token::Mark(b'{') => self.braces += 1,
            Token::Mark(b'}') => self.braces = self.braces.saturating_sub(1),
            Token::Mark(b'(' | b'[') => self.parentheses += 1,
            Token::Mark(b')' | b']') => self.parentheses = self.parentheses.saturating_sub(1),
            _ => {}
        }
    }
}

impl<'a> Tokens<'a> {
    /// Whether the word just read is the title of a section. `for any of them:` is none.
    fn is_section(&self, name: &str, depth: Depth) -> bool {
        if SECTIONS.contains(&name) {
            let is_free = self.is_first_in_line() || depth.parentheses == 0;
            return is_free && self.clone().next() == Token::Mark(b':');
        }
        self.is_first_in_line() && depth.parentheses == 0 && self.rest().starts_with(':')
    }
}

/// What is gathered while a rule is read.
#[derive(Default)]
struct Rule<'a> {
    sections: Vec<&'a str>,
    /// Keys and their texts.
    meta: Vec<(&'a str, Option<Value>)>,
    /// Variables and their literals; a variable alone stands for its presence.
    outcome: Vec<(&'a str, Option<Value>)>,
    /// The key or variable whose value is being read.
    subject: Option<&'a str>,
}

impl<'a> Rule<'a> {
    fn start_section(&mut self, name: &'a str) {
        self.subject = None;
        self.sections.push(name);
    }

    fn take(&mut self, token: Token<'a>, depth: Depth, tokens: &Tokens<'a>) {
        match self.sections.last() {
            Some(&"meta") => self.take_meta(token, tokens),
            Some(&"outcome") => self.take_outcome(token, depth, tokens),
            _ => {}
        }
    }

    fn take_meta(&mut self, token: Token<'a>, tokens: &Tokens<'a>) {
        match (token, self.subject) {
            (Token::Word(key), _) if tokens.is_before_equals() => self.subject = Some(key),
            // Numbers and truth values of plain YARA.
            (Token::Word(word), Some(key)) => self.meta.push((key, Some(text(word)))),
            (Token::Text(text), Some(key)) => {
                self.meta.push((key, Some(Value::Text(text.into_owned()))));
            }
            _ => {}
        }
    }

    fn take_outcome(&mut self, token: Token<'a>, depth: Depth, tokens: &Tokens<'a>) {
        match (token, self.subject) {
            (Token::Variable(name), _) if depth.parentheses == 0 && tokens.is_before_equals() => {
                self.subject = Some(name);
                self.outcome.push((name, None));
            }
            (Token::Text(text), Some(name)) => {
                self.outcome.push((name, Some(Value::Text(text.into_owned()))));
            }
            _ => {}
        }
    }

    fn into_value(self, name: &str) -> Value {
        let meta = gather(self.meta).into_iter().map(|(key, mut texts)| {
            let value = match texts.pop() {
                Some(text) if texts.is_empty() => text,
                last => Value::List(texts.into_iter().chain(last).collect()),
            };
            (key.to_owned(), value)
        });
        let outcome = gather(self.outcome).into_iter();
        let outcome = outcome.map(|(name, literals)| (name.to_owned(), Value::List(literals)));
        Value::Map(vec![
            ("rule".to_owned(), text(name)),
            ("meta".to_owned(), Value::Map(meta.collect())),
            ("outcome".to_owned(), Value::Map(outcome.collect())),
            ("sections".to_owned(), Value::List(self.sections.into_iter().map(text).collect())),
        ])
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[cfg(test)]
mod tests;
