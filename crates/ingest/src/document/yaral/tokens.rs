//! The words, texts and marks of YARA-L. Comments and regular expressions never show.

use std::borrow::Cow;

use super::begins_yaral;

/// A text in quotes may go on for that many lines, so that one quote too many stays cheap.
const MAX_TEXT_LINES: usize = 64;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    /// A name, a number, or names with dots between them.
    Word(&'a str),
    /// What follows a dollar sign.
    Variable(&'a str),
    /// A text in quotes or backquotes.
    Text(Cow<'a, str>),
    /// Between slashes.
    Regex,
    /// Any other character, by its first byte.
    Mark(u8),
    /// What begins and never ends. Reading goes on in the next line, or right behind the opening
    /// of a comment.
    Unclosed(&'static str),
    /// The end of the file.
    End,
}

#[derive(Clone)]
pub(super) struct Tokens<'a> {
    text: &'a str,
    /// Where the next token is looked for.
    at: usize,
    /// Where the last token starts, and in which line that is.
    start: usize,
    line: usize,
    /// Up to where lines are counted.
    counted: usize,
    /// Where the last comment ends; one that opens later never does.
    last_comment_end: usize,
    /// Up to where a slash is known not to open anything.
    no_regex_before: usize,
    /// Whether the last token can be divided, so that a slash after it opens nothing.
    after_operand: bool,
}

/// Whether a text starts with a comment.
pub(super) fn starts_comment(text: &str) -> bool {
    text.starts_with("//") || text.starts_with("/*")
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Tokens<'a> {
        Tokens {
            text,
            at: 0,
            start: 0,
            line: 1,
            counted: 0,
            last_comment_end: text.rfind("*/").unwrap_or(0),
            no_regex_before: 0,
            after_operand: false,
        }
    }

    /// The line the last token starts in, from 1.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// What follows the last token.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Whether nothing but blanks stands before the last token in its line.
    pub(super) fn is_first_in_line(&self) -> bool {
        let before = self.text[..self.start].trim_end_matches([' ', '\t', '\r']);
        before.is_empty() || before.ends_with('\n')
    }

    /// Whether the next token assigns or compares for equality.
    pub(super) fn is_before_equals(&self) -> bool {
        let mut ahead = self.clone();
        ahead.next() == Token::Mark(b'=') && !ahead.rest().starts_with('=')
    }

    /// Passes over the name of a file or a module.
    pub(super) fn skip_if_text(&mut self) {
        let mut ahead = self.clone();
        if let Token::Text(_) = ahead.next() {
            *self = ahead;
        }
    }

    pub(super) fn next(&mut self) -> Token<'a> {
        let opens_comment = !self.skip_blanks();
        self.start_token();
        if opens_comment {
            self.at += 2;
            return Token::Unclosed("a comment is not closed");
        }
        let token = self.token();
        self.after_operand = match token {
            Token::Word(word) => !matches!(word, "and" | "or" | "not" | "in" | "matches" | "is"),
            Token::Variable(_) | Token::Text(_) | Token::Mark(b')' | b']') => true,
            _ => false,
        };
        token
    }

    fn start_token(&mut self) {
        self.line += self.text[self.counted..self.at].bytes().filter(|&byte| byte == b'\n').count();
        self.counted = self.at;
        self.start = self.at;
    }

    /// Moves to what is neither blank nor a comment. A comment that never ends is not passed over.
    fn skip_blanks(&mut self) -> bool {
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start().len();
            let rest = self.rest();
            if rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if let Some(inside) = rest.strip_prefix("/*") {
                if self.at + 2 > self.last_comment_end {
                    return false;
                }
                self.at += 2 + inside.find("*/").map_or(inside.len(), |end| end + 2);
            } else {
                return true;
            }
        }
    }

    fn token(&mut self) -> Token<'a> {
        let rest = self.rest();
        let Some(first) = rest.bytes().next() else {
            return Token::End;
        };
        match first {
            b'"' | b'`' => self.quoted(first),
            b'/' if !self.after_operand && self.at >= self.no_regex_before => self.regex(),
            b'$' => {
                self.at += 1;
                Token::Variable(self.word())
            }
            _ if is_word_byte(first) => Token::Word(self.word()),
            _ => {
                self.at += 1;
                Token::Mark(first)
            }
        }
    }

    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest.bytes().position(|byte| !is_word_byte(byte)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn quoted(&mut self, quote: u8) -> Token<'a> {
        let inside = &self.rest()[1..];
        let Some(end) = quoted_end(inside, quote) else {
            self.skip_line();
            return Token::Unclosed("a quoted text is not closed");
        };
        self.at += end + 2;
        let text = &inside[..end];
        Token::Text(if quote == b'`' { Cow::Borrowed(text) } else { unescaped(text) })
    }

    /// A regular expression ends in its line; any other slash is a mark.
    fn regex(&mut self) -> Token<'a> {
        let rest = self.rest().as_bytes();
        let mut end = 1;
        loop {
            match rest.get(end) {
                None | Some(b'\n') => {
                    self.no_regex_before = self.at + end;
                    self.at += 1;
                    return Token::Mark(b'/');
                }
                Some(b'/') => {
                    self.at += end + 1;
                    return Token::Regex;
                }
                Some(b'\\') if rest.get(end + 1).is_some_and(|&next| next != b'\n') => end += 2,
                Some(_) => end += 1,
            }
        }
    }

    fn skip_line(&mut self) {
        let rest = self.rest();
        self.at += rest.find('\n').unwrap_or(rest.len());
    }
}

/// Every character beyond ASCII may be part of a word.
fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-') || byte >= 0x80
}

/// Where a text in quotes ends, in this line or in one of the next.
///
/// Where a quote is missing, the next one stands where a text opens, or another rule comes before.
fn quoted_end(inside: &str, quote: u8) -> Option<usize> {
    let bytes = inside.as_bytes();
    let mut lines = 1;
    let mut line_start = 0;
    let mut end = 0;
    loop {
        match bytes.get(end)? {
            b'\\' if quote == b'"' => end += 1,
            b'\n' => {
                lines += 1;
                line_start = end + 1;
                let next = inside[line_start..].lines().next().unwrap_or_default();
                if lines > MAX_TEXT_LINES || begins_yaral(next) {
                    return None;
                }
            }
            byte if *byte == quote => break,
            _ => {}
        }
        end += 1;
    }
    let last_line = inside[line_start..end].trim_ascii_end();
    let opens_another = lines > 1 && last_line.ends_with(['=', '(', ',', '+']);
    (!opens_another).then_some(end)
}

/// Only quotes and backslashes need a backslash. Others are kept, since paths are often written
/// without a second one.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let escaped = letters.next_if(|next| letter == '\\' && matches!(next, '"' | '\\'));
        plain.push(escaped.unwrap_or(letter));
    }
    Cow::Owned(plain)
}
