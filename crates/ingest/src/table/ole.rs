//! The compound file around an old workbook: sectors, chained by a table, with a list of streams.
//!
//! No chain is followed further than there are sectors, and no size is believed: what is read is
//! never more than the file has bytes.

use crate::table::TableError;
use crate::table::stored::{u16_at, u32_at, utf16};

pub(super) const MAGIC: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// Numbers from here on are no sectors but ends and gaps.
const NO_SECTOR: u32 = 0xFFFF_FFFA;

/// Where the sectors of the table itself are listed in the header.
const LISTED: std::ops::Range<usize> = 0x4C..0x200;

/// An entry of the list of streams, and sectors of the short streams, in bytes.
const ENTRY: usize = 128;
const SHORT: usize = 64;

/// A stream below this size lies in short sectors.
const SHORT_STREAM: usize = 4096;

/// The stream that holds a whole workbook of a later kind.
const ENCRYPTED: &str = "EncryptedPackage";

/// Whether bytes that cannot be taken apart name such a stream.
pub(super) fn names_encrypted(bytes: &[u8]) -> bool {
    let name: Vec<u8> = ENCRYPTED.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(name.len()).any(|window| window == name)
}

/// A compound file.
pub(super) struct Ole<'b> {
    sectors: Sectors<'b>,
    table: Vec<u32>,
    short_table: Vec<u32>,
    short_stream: Vec<u8>,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    start: u32,
    size: usize,
}

/// The file as sectors; the header is none.
#[derive(Clone, Copy)]
struct Sectors<'b> {
    bytes: &'b [u8],
    size: usize,
}

impl<'b> Ole<'b> {
    pub(super) fn open(bytes: &'b [u8]) -> Result<Self, TableError> {
        read(bytes).ok_or_else(|| broken("its list of sectors is cut off or goes in circles"))
    }

    /// Whether it is a workbook of a later kind behind a password.
    pub(super) fn is_encrypted(&self) -> bool {
        self.entry(ENCRYPTED).is_some()
    }

    /// The bytes of a stream; `None` where there is none of this name.
    pub(super) fn stream(&self, name: &str) -> Option<Result<Vec<u8>, TableError>> {
        let entry = self.entry(name)?;
        let content = if entry.size < SHORT_STREAM {
            let sectors = Sectors { bytes: &self.short_stream, size: SHORT };
            chain(&self.short_table, entry.start)
                .and_then(|chain| joined(&chain, |ix| sectors.at(ix as usize * SHORT)))
        } else {
            chain(&self.table, entry.start)
                .and_then(|chain| joined(&chain, |ix| self.sectors.sector(ix)))
        };
        let content = content.filter(|content| content.len() >= entry.size).map(|mut content| {
            content.truncate(entry.size);
            content
        });
        Some(content.ok_or_else(|| broken(&format!("its stream {name} is cut off"))))
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))
    }
}

fn broken(reason: &str) -> TableError {
    TableError::BrokenWorkbook(reason.to_owned())
}

impl<'b> Sectors<'b> {
    fn sector(self, number: u32) -> Option<&'b [u8]> {
        self.at((number as usize).checked_add(1)?.checked_mul(self.size)?)
    }

    /// The last sector of a file may be shorter than the others.
    fn at(self, start: usize) -> Option<&'b [u8]> {
        let rest = self.bytes.get(start..).filter(|rest| !rest.is_empty())?;
        Some(&rest[..rest.len().min(self.size)])
    }
}

fn read(bytes: &[u8]) -> Option<Ole<'_>> {
    let size = match u16_at(bytes, 0x1E)? {
        9 => 512,
        12 => 4096,
        _ => return None,
    };
    let sectors = Sectors { bytes, size };
    let table = table(sectors)?;
    let list = chain(&table, u32_at(bytes, 0x30)?)?;
    let list = joined(&list, |ix| sectors.sector(ix))?;
    let entries: Vec<Entry> = list.chunks_exact(ENTRY).filter_map(entry).collect();
    let short_table = match u32_at(bytes, 0x3C)? {
        NO_SECTOR.. => Vec::new(),
        start => numbers(&joined(&chain(&table, start)?, |ix| sectors.sector(ix))?),
    };
    let root = u32_at(&list, 0x74)?;
    let short_stream = match root {
        NO_SECTOR.. => Vec::new(),
        start => joined(&chain(&table, start)?, |ix| sectors.sector(ix))?,
    };
    Some(Ole { sectors, table, short_table, short_stream, entries })
}

/// The sector that follows each sector.
fn table(sectors: Sectors<'_>) -> Option<Vec<u32>> {
    let there_are = sectors.bytes.len() / sectors.size + 1;
    let mut parts = numbers(sectors.bytes.get(LISTED)?);
    let mut more = u32_at(sectors.bytes, 0x44)?;
    // Each part of the table is a sector, and so there are never more parts than sectors.
    while more < NO_SECTOR && parts.len() <= there_are {
        let mut part = numbers(sectors.sector(more)?);
        more = part.pop()?;
        parts.append(&mut part);
    }
    let mut table = Vec::new();
    for part in parts.into_iter().filter(|part| *part < NO_SECTOR) {
        if table.len() >= there_are {
            break;
        }
        table.append(&mut numbers(sectors.sector(part)?));
    }
    table.truncate(there_are);
    Some(table)
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).filter_map(|number| u32_at(number, 0)).collect()
}

/// The sectors from this one on; `None` where they go in circles or to where there is nothing.
fn chain(table: &[u32], start: u32) -> Option<Vec<u32>> {
    let mut chain = Vec::new();
    let mut next = start;
    while next < NO_SECTOR {
        if chain.len() >= table.len() {
            return None;
        }
        chain.push(next);
        next = *table.get(next as usize)?;
    }
    Some(chain)
}

fn joined<'s>(chain: &[u32], sector: impl Fn(u32) -> Option<&'s [u8]>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for number in chain {
        bytes.extend_from_slice(sector(*number)?);
    }
    Some(bytes)
}

fn entry(bytes: &[u8]) -> Option<Entry> {
    const STREAM: u8 = 2;
    let length = usize::from(u16_at(bytes, 0x40)?).checked_sub(2)?;
    let name = utf16(bytes.get(..length.min(0x40))?);
    let size = usize::try_from(u32_at(bytes, 0x78)?).ok()?;
    let start = u32_at(bytes, 0x74)?;
    (bytes.get(0x42) == Some(&STREAM)).then_some(Entry { name, start, size })
}
