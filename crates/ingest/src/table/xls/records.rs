//! Records of an .xls workbook, and texts that go on in the record behind theirs.

use crate::table::stored::{u16_at, u32_at, utf16};

/// What says that a record goes on with the body of the one before it.
const CONTINUE: u16 = 0x003C;

/// A record: its kind, its body, and the bodies of those that continue it.
pub(super) struct Record<'s> {
    pub(super) kind: u16,
    pub(super) body: &'s [u8],
    more: Vec<&'s [u8]>,
}

/// The records of a stream from some place on; ends where the stream does or is cut off.
pub(super) struct Records<'s> {
    rest: &'s [u8],
}

impl<'s> Records<'s> {
    pub(super) fn new(stream: &'s [u8], start: usize) -> Self {
        Records { rest: stream.get(start..).unwrap_or_default() }
    }

    fn peek(&self) -> Option<(u16, &'s [u8])> {
        let length = usize::from(u16_at(self.rest, 2)?);
        Some((u16_at(self.rest, 0)?, self.rest.get(4..4 + length)?))
    }

    fn go_behind(&mut self, body: &[u8]) {
        self.rest = self.rest.get(4 + body.len()..).unwrap_or_default();
    }
}

impl<'s> Iterator for Records<'s> {
    type Item = Record<'s>;

    fn next(&mut self) -> Option<Record<'s>> {
        let (kind, body) = self.peek()?;
        self.go_behind(body);
        let mut more = Vec::new();
        while let Some((CONTINUE, body)) = self.peek() {
            self.go_behind(body);
            more.push(body);
        }
        Some(Record { kind, body, more })
    }
}

/// The body of a record and what continues it, piece by piece.
pub(super) struct Pieces<'s> {
    current: &'s [u8],
    more: std::vec::IntoIter<&'s [u8]>,
}

impl<'s> Pieces<'s> {
    /// From a place in the body on.
    pub(super) fn of(record: &Record<'s>, start: usize) -> Self {
        let current = record.body.get(start..).unwrap_or_default();
        Pieces { current, more: record.more.clone().into_iter() }
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.fixed(2).and_then(|bytes| u16_at(bytes, 0))
    }

    /// So many bytes, which no border may cut.
    pub(super) fn bytes(&mut self, count: usize) -> Option<&'s [u8]> {
        self.fixed(count)
    }

    /// A text of so many UTF-16 units, behind a byte of flags that says how it is stored.
    pub(super) fn unicode(&mut self, count: usize) -> Option<String> {
        let [flags] = *self.fixed(1)? else { return None };
        let runs = if flags & 8 == 0 { 0 } else { usize::from(self.u16()?) };
        let beside = if flags & 4 == 0 { 0 } else { u32_at(self.fixed(4)?, 0)? as usize };
        let text = self.characters(count, flags & 1 == 1)?;
        self.skip(runs * 4)?;
        self.skip(beside)?;
        Some(text)
    }

    /// Where a border cuts a text, the piece behind it begins with a byte that says how it goes on.
    fn characters(&mut self, mut count: usize, mut is_wide: bool) -> Option<String> {
        let mut units = Vec::new();
        while count > 0 {
            if self.current.is_empty() {
                self.current = self.more.next()?;
                let [flags] = *self.fixed(1)? else { return None };
                is_wide = flags & 1 == 1;
            }
            let width = if is_wide { 2 } else { 1 };
            let here = count.min(self.current.len() / width);
            if here == 0 {
                return None;
            }
            let bytes = self.fixed(here * width)?;
            match is_wide {
                true => units.extend_from_slice(bytes),
                false => units.extend(bytes.iter().flat_map(|byte| [*byte, 0])),
            }
            count -= here;
        }
        Some(utf16(&units))
    }

    fn fixed(&mut self, count: usize) -> Option<&'s [u8]> {
        if self.current.is_empty() && count > 0 {
            self.current = self.more.next()?;
        }
        let (bytes, rest) = self.current.split_at_checked(count)?;
        self.current = rest;
        Some(bytes)
    }

    fn skip(&mut self, mut count: usize) -> Option<()> {
        while count > 0 {
            if self.current.is_empty() {
                self.current = self.more.next()?;
            }
            let here = count.min(self.current.len());
            self.current = &self.current[here..];
            count -= here;
        }
        Some(())
    }
}
