//! The part of YAML that rules are written in, read line by line.
//!
//! Maps and lists by indentation, scalars plain, quoted or as a block, flow collections on one
//! line, comments and several documents. Values nobody wants are checked in the same way but not
//! kept, so that the answer does not depend on what is wanted.
//!
//! Anything else is [`Outside`]: anchors, tags, tabs where indentation counts, keys given twice,
//! and whatever is not certain. It is always right to refuse; to read on must never be wrong.

use std::borrow::Cow;

use super::{Document, MAX_DEPTH, Value, plain_scalar};

/// All documents of a text, or `None` where a complete parser has to look at it.
pub(super) fn read(text: &str, wanted: &dyn Fn(&str) -> bool) -> Option<Vec<Document>> {
    if has_odd_characters(text) {
        return None;
    }
    Reader::new(text, wanted).documents().ok()
}

/// The text is not of the plain kind, or not YAML at all.
struct Outside;

type Plain<T> = Result<T, Outside>;

/// Less than any indentation: the document is over.
const OVER: isize = -1;

/// YAML allows 1024 characters; this is in bytes and leaves room for blanks and quotes.
const MAX_KEY: usize = 512;

/// Repeated keys are looked for one by one, which must stay cheap.
const MAX_KEYS: usize = 500;

struct Reader<'a> {
    wanted: &'a dyn Fn(&str) -> bool,
    /// The lines after the current one.
    remaining: &'a str,
    /// The number of the current line.
    line: usize,
    /// What is left of the current line, without blanks around it.
    rest: &'a str,
    /// The column `rest` starts in, or `OVER`.
    indent: isize,
    /// How many blank lines came before the current line.
    blank_lines: usize,
    /// Whether a comment line came before the current line.
    after_comment: bool,
    depth: usize,
    /// Whether the value being read is wanted.
    keep: bool,
    /// The keys of all maps being read, outermost first.
    keys: Vec<Cow<'a, str>>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, wanted: &'a dyn Fn(&str) -> bool) -> Reader<'a> {
        Reader {
            wanted,
            remaining: text,
            line: 0,
            rest: "",
            indent: OVER,
            blank_lines: 0,
            after_comment: false,
            depth: 0,
            keep: true,
            keys: Vec::new(),
        }
    }

    fn documents(mut self) -> Plain<Vec<Document>> {
        let mut documents = Vec::new();
        self.next_line()?;
        loop {
            if let Some(after) = self.rest.strip_prefix("---").filter(|_| self.indent == OVER) {
                end_of_line(after)?;
                self.next_line()?;
            }
            if self.indent != OVER {
                documents.push(self.document()?);
                if self.rest == "..." {
                    self.next_line()?;
                }
            }
            if self.indent != OVER {
                return Err(Outside);
            }
            match self.rest {
                "" => return Ok(documents),
                rest if rest.starts_with("---") => {}
                _ => return Err(Outside),
            }
        }
    }

    fn document(&mut self) -> Plain<Document> {
        let line = self.line;
        let value = match split_line(self.rest)? {
            Line::Item => self.list()?,
            Line::Entry(key, rest) => self.map(key, rest)?,
            Line::Scalar => return Err(Outside),
        };
        match self.indent {
            OVER => Ok(Document { line, value }),
            _ => Err(Outside),
        }
    }

    /// Moves to the next line that says something.
    fn next_line(&mut self) -> Plain<()> {
        self.blank_lines = 0;
        self.after_comment = false;
        while let Some(line) = self.take_line() {
            let content = trim_start(line);
            match content.as_bytes().first() {
                None => self.blank_lines += 1,
                Some(b'#') => self.after_comment = true,
                Some(b'\t') => return Err(Outside),
                Some(_) => {
                    self.indent = width(line) - width(content);
                    self.rest = trim_end(content)?;
                    if self.indent == 0 && is_marker(self.rest) {
                        self.indent = OVER;
                    }
                    return Ok(());
                }
            }
        }
        self.rest = "";
        self.indent = OVER;
        Ok(())
    }

    fn take_line(&mut self) -> Option<&'a str> {
        let (line, remaining) = first_line(self.remaining)?;
        self.remaining = remaining;
        self.line += 1;
        Some(line)
    }

    /// Whatever starts here, inside of a list or map at the indentation `parent`.
    fn node(&mut self, parent: isize) -> Plain<Value> {
        match split_line(self.rest)? {
            Line::Item => self.list(),
            Line::Entry(key, rest) => self.map(key, rest),
            Line::Scalar => self.inline(self.rest, parent),
        }
    }

    fn list(&mut self) -> Plain<Value> {
        self.descend()?;
        let indent = self.indent;
        let mut values = Vec::new();
        while self.indent == indent
            && let Some(item) = item(self.rest)
        {
            let value = self.item(item, indent)?;
            if self.keep {
                values.push(value);
            }
        }
        self.depth -= 1;
        Ok(self.kept(|| Value::List(values)))
    }

    fn item(&mut self, item: &'a str, indent: isize) -> Plain<Value> {
        if is_end_of_line(item) {
            self.next_line()?;
            return self.value_below(indent);
        }
        // What follows the dash stands as if on a line of its own.
        let item = trim_start(item);
        self.indent += width(self.rest) - width(item);
        self.rest = item;
        self.node(indent)
    }

    fn map(&mut self, mut key: Cow<'a, str>, mut rest: &'a str) -> Plain<Value> {
        self.descend()?;
        let is_top = self.depth == 1;
        let indent = self.indent;
        let first_key = self.keys.len();
        let mut entries = Vec::new();
        loop {
            self.check_key(first_key, &key)?;
            if is_top {
                self.keep = (self.wanted)(&key);
            }
            self.keys.push(key);
            let value = self.entry(rest, indent)?;
            if is_top || self.keep {
                let key = self.keys.last().expect("inner maps remove only their own keys");
                entries.push((key.to_string(), value));
            }
            if self.indent != indent {
                break;
            }
            let Line::Entry(next_key, next_rest) = split_line(self.rest)? else {
                return Err(Outside);
            };
            (key, rest) = (next_key, next_rest);
        }
        if is_top {
            self.keep = true;
        }
        self.keys.truncate(first_key);
        self.depth -= 1;
        Ok(self.kept(|| Value::Map(entries)))
    }

    fn check_key(&self, first_key: usize, key: &str) -> Plain<()> {
        let siblings = &self.keys[first_key..];
        if siblings.len() >= MAX_KEYS || siblings.iter().any(|sibling| sibling == key) {
            return Err(Outside);
        }
        Ok(())
    }

    fn entry(&mut self, rest: &'a str, indent: isize) -> Plain<Value> {
        if !is_end_of_line(rest) {
            return self.inline(trim_start(rest), indent);
        }
        self.next_line()?;
        // A list may stand right below its key.
        match self.indent == indent && item(self.rest).is_some() {
            true => self.list(),
            false => self.value_below(indent),
        }
    }

    fn value_below(&mut self, parent: isize) -> Plain<Value> {
        match self.indent > parent {
            true => self.node(parent),
            false => Ok(self.kept(|| Value::Null)),
        }
    }

    fn inline(&mut self, text: &'a str, parent: isize) -> Plain<Value> {
        match text.as_bytes().first() {
            Some(b'\'' | b'"') => self.quoted(text, parent),
            Some(b'[' | b'{') => self.flow(text, parent),
            Some(b'|') => self.block(&text[1..], parent, Style::Literal),
            Some(b'>') => self.block(&text[1..], parent, Style::Folded),
            _ => self.plain(text, parent),
        }
    }

    fn quoted(&mut self, text: &'a str, parent: isize) -> Plain<Value> {
        let (quote, text) = text.split_at(1);
        let (mut scalar, mut rest) = quoted(quote, text)?;
        while rest.is_none() {
            let (blank_lines, line) = self.quoted_line(parent)?;
            fold(scalar.to_mut(), blank_lines);
            let (more, after) = quoted(quote, line)?;
            scalar += more;
            rest = after;
        }
        end_of_line(rest.ok_or(Outside)?)?;
        self.next_line()?;
        Ok(self.kept(|| Value::Text(scalar.into_owned())))
    }

    /// The next line of a quoted scalar, and how many blank lines came before it.
    fn quoted_line(&mut self, parent: isize) -> Plain<(usize, &'a str)> {
        let mut blank_lines = 0;
        while let Some(line) = self.take_line() {
            let content = trim_start(line);
            if !content.is_empty() {
                let is_plain = !content.starts_with('\t') && width(line) - width(content) > parent;
                return if is_plain { Ok((blank_lines, trim_end(content)?)) } else { Err(Outside) };
            }
            blank_lines += 1;
        }
        Err(Outside)
    }

    fn flow(&mut self, text: &'a str, parent: isize) -> Plain<Value> {
        let (value, rest) = self.flow_node(text, parent)?;
        end_of_line(rest)?;
        self.next_line()?;
        Ok(value)
    }

    fn plain(&mut self, text: &'a str, parent: isize) -> Plain<Value> {
        let (scalar, has_comment) = plain_line(text)?;
        if !may_start_plain(scalar) {
            return Err(Outside);
        }
        self.next_line()?;
        if self.indent <= parent || self.after_comment || has_comment {
            return Ok(self.kept(|| plain_scalar(scalar)));
        }
        self.folded(scalar, parent)
    }

    /// A plain scalar that goes on below.
    fn folded(&mut self, first: &str, parent: isize) -> Plain<Value> {
        let mut text = String::from(first);
        while self.indent > parent {
            if self.after_comment {
                return Err(Outside);
            }
            fold(&mut text, self.blank_lines);
            let (line, has_comment) = plain_line(self.rest)?;
            text.push_str(line);
            self.next_line()?;
            if has_comment {
                break;
            }
        }
        Ok(self.kept(|| plain_scalar(&text)))
    }

    fn block(&mut self, header: &str, parent: isize, style: Style) -> Plain<Value> {
        let (chomping, indentation) = block_header(header)?;
        let mut block = Block::new(style);
        let mut indent = indentation.map(|more| parent + more);
        while let Some((line, remaining)) = first_line(self.remaining) {
            let content = trim_start(line);
            let blanks = width(line) - width(content);
            // A last line of blanks may or may not count, depending on how it ends.
            if content.is_empty() && blanks > 0 && remaining.is_empty() {
                return Err(Outside);
            }
            if content.is_empty() && indent.is_none_or(|indent| blanks <= indent) {
                block.widest_blank = block.widest_blank.max(blanks);
                block.breaks += 1;
            } else {
                if content.starts_with('\t') && indent.is_none_or(|indent| blanks < indent) {
                    return Err(Outside);
                }
                let start = indent.unwrap_or(blanks);
                if start <= parent || blanks < start {
                    break;
                }
                if indent.is_none() && block.widest_blank > start {
                    return Err(Outside);
                }
                indent = Some(start);
                let start = usize::try_from(start).expect("more than the parent's indentation");
                block.push(&line[start..], self.keep);
            }
            self.remaining = remaining;
            self.line += 1;
        }
        self.next_line()?;
        Ok(self.kept(|| Value::Text(block.finish(chomping))))
    }

    fn flow_node(&mut self, text: &'a str, parent: isize) -> Plain<(Value, &'a str)> {
        match text.as_bytes().first() {
            Some(b'[') => self.flow_list(&text[1..], parent),
            Some(b'{') => self.flow_map(&text[1..], parent),
            Some(b'\'' | b'"') => {
                let (scalar, rest) = quoted_on_line(text)?;
                Ok((self.kept(|| Value::Text(scalar.into_owned())), rest))
            }
            _ => {
                let (scalar, rest) = flow_plain(text)?;
                Ok((self.kept(|| plain_scalar(scalar)), rest))
            }
        }
    }

    fn flow_list(&mut self, text: &'a str, parent: isize) -> Plain<(Value, &'a str)> {
        self.descend()?;
        let mut values = Vec::new();
        let mut rest = self.flow_text(text, parent)?;
        while !rest.starts_with(']') {
            let (value, after) = self.flow_node(rest, parent)?;
            if self.keep {
                values.push(value);
            }
            rest = self.flow_separator(after, ']', parent)?;
        }
        self.depth -= 1;
        Ok((self.kept(|| Value::List(values)), &rest[1..]))
    }

    fn flow_map(&mut self, text: &'a str, parent: isize) -> Plain<(Value, &'a str)> {
        self.descend()?;
        let first_key = self.keys.len();
        let mut entries = Vec::new();
        let mut rest = self.flow_text(text, parent)?;
        while !rest.starts_with('}') {
            let (key, after) = flow_key(rest)?;
            self.check_key(first_key, &key)?;
            self.keys.push(key.clone());
            let after = self.flow_text(after, parent)?;
            let (value, after) = self.flow_node(after, parent)?;
            if self.keep {
                entries.push((key.into_owned(), value));
            }
            rest = self.flow_separator(after, '}', parent)?;
        }
        self.keys.truncate(first_key);
        self.depth -= 1;
        Ok((self.kept(|| Value::Map(entries)), &rest[1..]))
    }

    /// Moves on to the next value of a flow collection or to the end of it.
    fn flow_separator(&mut self, text: &'a str, close: char, parent: isize) -> Plain<&'a str> {
        let text = self.flow_text(text, parent)?;
        match text.strip_prefix(',') {
            Some(rest) => self.flow_text(rest, parent),
            None if text.starts_with(close) => Ok(text),
            None => Err(Outside),
        }
    }

    /// Skips blanks, comments and line ends within a flow collection.
    fn flow_text(&mut self, text: &'a str, parent: isize) -> Plain<&'a str> {
        if !is_end_of_line(text) {
            return Ok(trim_start(text));
        }
        self.next_line()?;
        let closes = self.indent == parent && self.rest.starts_with([']', '}']);
        if self.indent > parent || closes { Ok(self.rest) } else { Err(Outside) }
    }

    fn descend(&mut self) -> Plain<()> {
        self.depth += 1;
        match self.depth {
            ..=MAX_DEPTH => Ok(()),
            _ => Err(Outside),
        }
    }

    fn kept(&self, value: impl FnOnce() -> Value) -> Value {
        if self.keep { value() } else { Value::Skipped }
    }
}

enum Line<'a> {
    Item,
    Entry(Cow<'a, str>, &'a str),
    Scalar,
}

fn split_line(text: &str) -> Plain<Line<'_>> {
    if item(text).is_some() {
        return Ok(Line::Item);
    }
    let (key, rest) = match text.as_bytes().first() {
        Some(b'\'' | b'"') => {
            let (quote, text) = text.split_at(1);
            let (key, rest) = quoted(quote, text)?;
            match rest.and_then(|rest| rest.strip_prefix(':')) {
                Some(rest) => (key, rest),
                None => return Ok(Line::Scalar),
            }
        }
        Some(b'[' | b'{' | b'|' | b'>') => return Ok(Line::Scalar),
        _ => match find_in_plain(text)? {
            Some(colon) if text.as_bytes()[colon] == b':' => {
                (Cow::Borrowed(plain_key(&text[..colon])?), &text[colon + 1..])
            }
            _ => return Ok(Line::Scalar),
        },
    };
    // Blanks other than a space are refused where they are found.
    if key.len() > MAX_KEY || !(rest.is_empty() || rest.starts_with(' ')) {
        return Err(Outside);
    }
    Ok(Line::Entry(key, rest))
}

fn plain_key(key: &str) -> Plain<&str> {
    // A blank before the colon is allowed but unusual; `<<` merges another map into this one.
    if !may_start_plain(key) || key.ends_with([' ', '\t']) || key == "<<" {
        return Err(Outside);
    }
    Ok(key)
}

/// What follows the dash of a list item.
fn item(text: &str) -> Option<&str> {
    text.strip_prefix('-').filter(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// Where a plain scalar ends within a line: at the `:` of a key or the `#` of a comment.
fn find_in_plain(text: &str) -> Plain<Option<usize>> {
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b':' => match bytes.get(at + 1) {
                None | Some(b' ') => return Ok(Some(at)),
                Some(b'\t') => return Err(Outside),
                Some(_) => {}
            },
            b'#' if at > 0 => match bytes[at - 1] {
                b' ' => return Ok(Some(at)),
                b'\t' => return Err(Outside),
                _ => {}
            },
            _ => {}
        }
    }
    Ok(None)
}

/// The part of a line that belongs to a plain scalar, and whether a comment follows.
fn plain_line(text: &str) -> Plain<(&str, bool)> {
    match find_in_plain(text)? {
        None => Ok((text, false)),
        Some(at) if text.as_bytes()[at] == b'#' => Ok((trim_end(&text[..at])?, true)),
        Some(_) => Err(Outside),
    }
}

/// Whether a plain scalar may start like this. Rare but allowed beginnings are left out.
fn may_start_plain(text: &str) -> bool {
    match text.as_bytes() {
        [b'-', second, ..] => !matches!(second, b' ' | b'\t'),
        [first, ..] => !b"-?:,[]{}#&*!|>'\"%@`\t".contains(first),
        [] => false,
    }
}

fn quoted_on_line(text: &str) -> Plain<(Cow<'_, str>, &str)> {
    let (quote, text) = text.split_at(1);
    let (scalar, rest) = quoted(quote, text)?;
    Ok((scalar, rest.ok_or(Outside)?))
}

/// The text up to the closing quote and what follows that, if it is on this line.
fn quoted<'a>(quote: &str, text: &'a str) -> Plain<(Cow<'a, str>, Option<&'a str>)> {
    match quote {
        "'" => Ok(single_quoted(text)),
        _ => double_quoted(text),
    }
}

fn single_quoted(text: &str) -> (Cow<'_, str>, Option<&str>) {
    let mut from = 0;
    let mut rest = None;
    let mut end = text.len();
    while let Some(quote) = text[from..].find('\'') {
        let after = &text[from + quote + 1..];
        if !after.starts_with('\'') {
            end = from + quote;
            rest = Some(after);
            break;
        }
        from += quote + 2;
    }
    let scalar = match from {
        0 => Cow::Borrowed(&text[..end]),
        _ => Cow::Owned(text[..end].replace("''", "'")),
    };
    (scalar, rest)
}

fn double_quoted(text: &str) -> Plain<(Cow<'_, str>, Option<&str>)> {
    let mut scalar = Cow::Borrowed("");
    let mut rest = text;
    while let Some(end) = rest.find(['"', '\\']) {
        let (piece, after) = (&rest[..end], &rest[end + 1..]);
        scalar += piece;
        if rest.as_bytes()[end] == b'"' {
            return Ok((scalar, Some(after)));
        }
        let (character, after) = escaped(after)?;
        scalar.to_mut().push(character);
        rest = after;
    }
    scalar += rest;
    Ok((scalar, None))
}

/// The character a backslash stands for, and what follows.
fn escaped(text: &str) -> Plain<(char, &str)> {
    let name = *text.as_bytes().first().ok_or(Outside)?;
    let character = match name {
        b'\\' | b'"' | b'/' => char::from(name),
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'0' => '\0',
        b'x' => return escaped_number(&text[1..], 2),
        b'u' => return escaped_number(&text[1..], 4),
        _ => return Err(Outside),
    };
    Ok((character, &text[1..]))
}

fn escaped_number(text: &str, digits: usize) -> Plain<(char, &str)> {
    let (number, rest) = text.split_at_checked(digits).ok_or(Outside)?;
    if !number.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(Outside);
    }
    let number = u32::from_str_radix(number, 16).map_err(|_| Outside)?;
    Ok((char::from_u32(number).ok_or(Outside)?, rest))
}

/// A plain scalar within a flow collection, and what follows it.
fn flow_plain(text: &str) -> Plain<(&str, &str)> {
    let end = text.find([',', '[', ']', '{', '}']).unwrap_or(text.len());
    let scalar = trim_end(&text[..end])?;
    let is_certain = may_start_plain(scalar)
        && scalar != "-"
        && find_in_plain(scalar)?.is_none()
        && !scalar.contains('\t');
    if is_certain { Ok((scalar, &text[end..])) } else { Err(Outside) }
}

/// A key within a flow map, and the value that follows it.
fn flow_key(text: &str) -> Plain<(Cow<'_, str>, &str)> {
    let (key, rest) = match text.as_bytes().first() {
        Some(b'\'' | b'"') => quoted_on_line(text)?,
        _ => {
            let (key, rest) = text.split_at(text.find(':').ok_or(Outside)?);
            if key.contains([',', '[', ']', '{', '}', '#']) {
                return Err(Outside);
            }
            (Cow::Borrowed(plain_key(key)?), rest)
        }
    };
    let value = rest.strip_prefix(':').ok_or(Outside)?;
    let is_set_off = value.is_empty() || value.starts_with(' ');
    if is_set_off && key.len() <= MAX_KEY { Ok((key, value)) } else { Err(Outside) }
}

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Literal,
    Folded,
}

#[derive(Clone, Copy, PartialEq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

/// Chomping and, if it is given, the indentation of the lines below a `|` or `>`.
fn block_header(header: &str) -> Plain<(Chomping, Option<isize>)> {
    let mut chomping = None;
    let mut indentation = None;
    for (at, byte) in header.bytes().enumerate() {
        match byte {
            b'-' if chomping.is_none() => chomping = Some(Chomping::Strip),
            b'+' if chomping.is_none() => chomping = Some(Chomping::Keep),
            b'1'..=b'9' if indentation.is_none() => indentation = Some(isize::from(byte - b'0')),
            b' ' => {
                end_of_line(&header[at..])?;
                break;
            }
            _ => return Err(Outside),
        }
    }
    Ok((chomping.unwrap_or(Chomping::Clip), indentation))
}

/// A block scalar while its lines come in.
struct Block {
    style: Style,
    text: String,
    is_empty: bool,
    /// Line breaks since the last line, that line's own not included.
    breaks: usize,
    /// Whether the last line started with a blank: such lines are not folded.
    is_indented: bool,
    widest_blank: isize,
}

impl Block {
    fn new(style: Style) -> Block {
        let text = String::new();
        Block { style, text, is_empty: true, breaks: 0, is_indented: false, widest_blank: 0 }
    }

    fn push(&mut self, line: &str, keep: bool) {
        let is_indented = line.starts_with([' ', '\t']);
        if keep {
            let is_folded = self.style == Style::Folded && !self.is_indented && !is_indented;
            match is_folded && !self.is_empty {
                true => fold(&mut self.text, self.breaks),
                false => self.break_lines(self.breaks + usize::from(!self.is_empty)),
            }
            self.text.push_str(line);
        }
        self.is_empty = false;
        self.is_indented = is_indented;
        self.breaks = 0;
    }

    fn finish(mut self, chomping: Chomping) -> String {
        let own = usize::from(!self.is_empty);
        match chomping {
            Chomping::Strip => {}
            Chomping::Clip => self.break_lines(own),
            Chomping::Keep => self.break_lines(own + self.breaks),
        }
        self.text
    }

    fn break_lines(&mut self, count: usize) {
        self.text.extend(std::iter::repeat_n('\n', count));
    }
}

/// Joins two lines with a space, or with as many breaks as there are blank lines between them.
fn fold(text: &mut String, blank_lines: usize) {
    match blank_lines {
        0 => text.push(' '),
        _ => text.extend(std::iter::repeat_n('\n', blank_lines)),
    }
}

fn end_of_line(text: &str) -> Plain<()> {
    if is_end_of_line(text) { Ok(()) } else { Err(Outside) }
}

/// Whether nothing follows but a comment, which must be set off by a space.
fn is_end_of_line(text: &str) -> bool {
    let content = trim_start(text);
    content.is_empty() || (content.starts_with('#') && content.len() < text.len())
}

fn is_marker(line: &str) -> bool {
    (line.starts_with("---") || line.starts_with("..."))
        && matches!(line.as_bytes().get(3), None | Some(b' ' | b'\t'))
}

fn first_line(text: &str) -> Option<(&str, &str)> {
    if text.is_empty() {
        return None;
    }
    let (line, remaining) = text.split_once('\n').unwrap_or((text, ""));
    Some((line.strip_suffix('\r').unwrap_or(line), remaining))
}

fn trim_start(text: &str) -> &str {
    let blanks = text.bytes().take_while(|&byte| byte == b' ').count();
    &text[blanks..]
}

/// Without spaces at the end; a tab there is refused.
fn trim_end(text: &str) -> Plain<&str> {
    let text = text.trim_end_matches(' ');
    if text.ends_with('\t') { Err(Outside) } else { Ok(text) }
}

fn width(text: &str) -> isize {
    isize::try_from(text.len()).expect("no text is longer than isize::MAX")
}

/// Control characters, line breaks of other systems and byte order marks within the text.
fn has_odd_characters(text: &str) -> bool {
    // Without an early way out, this compiles to a few instructions per 16 bytes.
    let is_control = |byte: u8| (byte < b' ' && !b"\n\t\r".contains(&byte)) | (byte == 0x7f);
    let has_control = text.bytes().fold(false, |found, byte| found | is_control(byte));
    has_control || has_lone_return(text) || (!text.is_ascii() && text.contains(is_odd))
}

fn has_lone_return(text: &str) -> bool {
    text.contains('\r') && text.replace("\r\n", "").contains('\r')
}

fn is_odd(character: char) -> bool {
    matches!(
        character,
        '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}
