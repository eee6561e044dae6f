//! TOML, by way of the `toml` crate, whose spans lead back to what was written.
//!
//! That crate takes 80 levels of brackets and 80 parts of a key, so 6,400 levels where every bracket
//! follows a long key. Dropping that many can overflow a stack, so they are counted beforehand.

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue, Error};
use toml_parser::Source;
use toml_parser::lexer::TokenKind;

use super::{Document, MAX_DEPTH, SyntaxError, Value, error_at, line_at, too_deep};

pub(super) fn read(text: &str) -> Result<Document, SyntaxError> {
    check_depth(text)?;
    let table = DeTable::parse(text).map_err(|error| syntax_error(text, &error))?.into_inner();
    let first = table.keys().map(|key| key.span().start).min().unwrap_or(0);
    Ok(Document { line: line_at(text, first), value: map(text, table, 1)? })
}

/// Refuses a text whose keys and brackets reach further down than is read.
fn check_depth(text: &str) -> Result<(), SyntaxError> {
    let mut nesting = Nesting::default();
    for token in Source::new(text).lex() {
        nesting.take(token.kind());
        if nesting.depth() > MAX_DEPTH {
            return Err(error_at(text, token.span().start(), too_deep()));
        }
    }
    Ok(())
}

/// How deep one token of a text stands. In a broken text, it may be less deep than this says.
#[derive(Default)]
struct Nesting {
    /// The dots in the latest header.
    header: usize,
    /// For every open bracket, the levels it adds with the key before it.
    brackets: Vec<usize>,
    /// All `brackets` together.
    around: usize,
    /// The dots of the key at hand, or of a number.
    dots: usize,
    is_header: bool,
    is_within_line: bool,
}

impl Nesting {
    fn take(&mut self, token: TokenKind) {
        match token {
            TokenKind::Whitespace | TokenKind::Comment => return,
            TokenKind::Newline => return self.end_line(),
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => self.open(),
            TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => self.close(),
            TokenKind::Comma => self.dots = 0,
            TokenKind::Dot => self.dots += 1,
            _ => {}
        }
        self.is_within_line = true;
    }

    fn open(&mut self) {
        if !self.is_within_line && self.brackets.is_empty() {
            self.is_header = true;
            self.header = 0;
        }
        self.brackets.push(self.dots + 1);
        self.around += self.dots + 1;
        self.dots = 0;
    }

    fn close(&mut self) {
        if self.is_header {
            self.header = self.header.max(self.dots + 1);
        }
        self.around -= self.brackets.pop().unwrap_or(0);
        self.dots = 0;
    }

    fn end_line(&mut self) {
        if self.is_header || self.brackets.is_empty() {
            self.brackets.clear();
            self.around = 0;
            self.dots = 0;
            self.is_header = false;
            self.is_within_line = false;
        }
    }

    fn depth(&self) -> usize {
        1 + self.header + self.around + self.dots
    }
}

fn map(text: &str, table: DeTable<'_>, depth: usize) -> Result<Value, SyntaxError> {
    let mut entries: Vec<_> = table.into_iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    let entries = entries.into_iter().map(|(key, entry)| {
        let entry = value(text, entry, depth + 1)?;
        Ok((key.into_inner().into_owned(), entry))
    });
    entries.collect::<Result<_, _>>().map(Value::Map)
}

fn value(text: &str, value: Spanned<DeValue<'_>>, depth: usize) -> Result<Value, SyntaxError> {
    let span = value.span();
    let is_collection = matches!(value.as_ref(), DeValue::Array(_) | DeValue::Table(_));
    if is_collection && depth > MAX_DEPTH {
        return Err(error_at(text, span.start, too_deep()));
    }
    let written = || text.get(span).unwrap_or_default().to_owned();
    Ok(match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Boolean(truth) => Value::Bool(truth),
        DeValue::Integer(_) | DeValue::Float(_) => Value::Number(written()),
        DeValue::Datetime(_) => Value::Text(written()),
        DeValue::Table(table) => map(text, table, depth)?,
        DeValue::Array(values) => {
            let values = values.into_iter().map(|value| self::value(text, value, depth + 1));
            Value::List(values.collect::<Result<_, _>>()?)
        }
    })
}

fn syntax_error(text: &str, error: &Error) -> SyntaxError {
    let offset = error.span().map_or(0, |span| span.start);
    error_at(text, offset, error.message())
}
