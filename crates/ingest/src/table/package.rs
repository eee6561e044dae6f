//! Which kind of workbook a file is; and the zip archive around most of them, which is judged before
//! anybody trusts it.
//!
//! The reader of .xlsx workbooks unpacks and reserves what a file asks for. What the archive declares
//! is enough to judge by: the `zip` crate gives no more bytes of a part than were declared.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use crate::table::grid::within;
use crate::table::ole;
use crate::table::xml::{Piece, Xml, attribute};
use crate::table::{Budget, Limit, TableError};

/// A part that grows by more than this, to more than that, is a bomb.
const RATIO: u64 = 200;
const SMALL_PART: u64 = 64 << 20;

/// Styles take many times their size in memory, and honest ones are far smaller than this.
const STYLES: u64 = 16 << 20;

/// What announces the number of shared strings, which is then reserved without asking.
const PROMISE: &[u8] = b"uniqueCount";
const LONGEST_PROMISE: usize = 64;

/// The shortest XML of a shared string, `<si><t/></si>`, less a little.
const SHORTEST_STRING: u64 = 10;

pub(super) type Archive<'b> = ZipArchive<Cursor<&'b [u8]>>;

/// The kinds of workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Xlsx,
    Xlsb,
    Xls,
    Ods,
}

/// The kind that bytes are of, whatever the file is called.
pub(super) fn kind(bytes: &[u8]) -> Result<Kind, TableError> {
    if bytes.starts_with(ole::MAGIC) {
        return Ok(Kind::Xls);
    }
    if !bytes.starts_with(b"PK") {
        return Err(TableError::NotAWorkbook { found: "a file of another kind, or a damaged one" });
    }
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let holds = |name: &str| archive.index_for_name(name).is_some();
    let found = if holds("xl/workbook.bin") {
        return Ok(Kind::Xlsb);
    } else if holds("content.xml") || holds("encrypted-package") {
        return Ok(Kind::Ods);
    } else if holds("word/document.xml") {
        "a .docx document"
    } else if holds("_rels/.rels") {
        return Ok(Kind::Xlsx);
    } else {
        "some other zip archive"
    };
    Err(TableError::NotAWorkbook { found })
}

/// An archive that would not cost more than the budget.
pub(super) fn judged(bytes: &[u8], budget: Budget) -> Result<Archive<'_>, TableError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    judge_sizes(&mut archive, budget)?;
    Ok(archive)
}

/// Refuses an .xlsx workbook that would cost more than the budget.
pub(super) fn inspect(bytes: &[u8], budget: Budget) -> Result<(), TableError> {
    judge_strings(&mut judged(bytes, budget)?)
}

/// A part of an archive; `None` where it has none of this name.
pub(super) fn part<'a, 'b>(
    archive: &'a mut Archive<'b>,
    name: &str,
) -> Option<Result<ZipFile<'a, Cursor<&'b [u8]>>, TableError>> {
    let index = archive.index_for_name(name)?;
    Some(archive.by_index(index).map_err(broken))
}

/// Where a relation of a package leads.
pub(super) struct Target {
    /// What is there; the end of an address.
    pub(super) kind: String,
    pub(super) path: String,
}

/// The relations that a part lists, by their ids; none where there is no such part.
pub(super) fn relationships(
    archive: &mut Archive<'_>,
    name: &str,
) -> Result<BTreeMap<String, Target>, TableError> {
    let mut targets = BTreeMap::new();
    let Some(list) = part(archive, name) else { return Ok(targets) };
    let mut xml = Xml::new(list?);
    loop {
        let piece = xml.next().map_err(|error| TableError::BrokenWorkbook(error.to_string()))?;
        match piece {
            Piece::Start(start) if start.local_name().as_ref() == "Relationship" => {
                let said = |name| attribute(&start, name).unwrap_or_default();
                let target = Target { kind: said("Type"), path: said("Target") };
                targets.insert(said("Id"), target);
            }
            Piece::Eof => return Ok(targets),
            Piece::Start(_) | Piece::End(_) | Piece::Text(_) => {}
        }
    }
}

/// The name of a part, from what a part in a folder calls it.
pub(super) fn beside(folder: &str, path: &str) -> String {
    match path.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("{folder}{}", path.trim_start_matches("./")),
    }
}

/// Whether the parts of an OpenDocument file are encrypted.
pub(super) fn is_encrypted(archive: &mut Archive<'_>) -> bool {
    if archive.index_for_name("encrypted-package").is_some() {
        return true;
    }
    let mut is_encrypted = false;
    if let Some(Ok(mut list)) = part(archive, "META-INF/manifest.xml") {
        let looked = watch(&mut list, |window| {
            match find(window, b"encryption-data") {
                // Whatever it says further on.
                Some(_) => Err(TableError::Encrypted),
                None => Ok(()),
            }
        });
        is_encrypted = looked.is_err();
    }
    is_encrypted
}

fn judge_sizes(archive: &mut Archive, budget: Budget) -> Result<(), TableError> {
    let mut total: u64 = 0;
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(broken)?;
        total = total.saturating_add(part.size());
        if part.size() > SMALL_PART {
            let ratio = part.size() / part.compressed_size().max(1);
            within(Limit::Ratio, ratio, RATIO)?;
        }
        if is_named(part.name_raw(), b"styles.xml") {
            within(Limit::UnpackedBytes, part.size(), STYLES)?;
        }
    }
    within(Limit::UnpackedBytes, total, budget.bytes)
}

/// Refuses a table of shared strings that announces more of them than it has room for.
fn judge_strings(archive: &mut Archive) -> Result<(), TableError> {
    for index in 0..archive.len() {
        // Whoever opens this part later fails in the same way, and knows whether it matters.
        let Ok(mut part) = archive.by_index(index) else {
            continue;
        };
        if is_named(part.name_raw(), b"sharedstrings.xml") {
            let room = part.size() / SHORTEST_STRING + 1;
            watch(&mut part, |window| judge_promise(window, room))?;
        }
    }
    Ok(())
}

/// Unpacks a part piece by piece. `look` sees a little of the last piece before each new one, so
/// that nothing short is missed on a border.
fn watch(
    part: &mut impl Read,
    look: impl Fn(&[u8]) -> Result<(), TableError>,
) -> Result<(), TableError> {
    const OVERLAP: usize = 128;
    let mut window = vec![0; OVERLAP + (64 << 10)];
    let mut kept = 0;
    loop {
        // Where unpacking fails here, it fails again for the reader of workbooks, who reports it.
        let fresh = part.read(&mut window[kept..]).unwrap_or(0);
        if fresh == 0 {
            return Ok(());
        }
        let end = kept + fresh;
        look(&window[..end])?;
        kept = end.min(OVERLAP);
        window.copy_within(end - kept..end, 0);
    }
}

fn judge_promise(window: &[u8], room: u64) -> Result<(), TableError> {
    let mut rest = window;
    while let Some(at) = find(rest, PROMISE) {
        rest = &rest[at + PROMISE.len()..];
        let promised = promised(rest);
        if promised > room {
            let reason = format!("{promised} shared strings announced where {room} have room");
            return Err(TableError::BrokenWorkbook(reason));
        }
    }
    Ok(())
}

/// The number behind the announcement. One that is drawn out so far that it may not fit into a
/// single piece is as good as infinite.
fn promised(value: &[u8]) -> u64 {
    let belongs = |byte: &&u8| byte.is_ascii_digit() || b" \t\r\n=\"'+".contains(byte);
    let number: Vec<&u8> = value.iter().take_while(belongs).take(LONGEST_PROMISE).collect();
    if number.len() == LONGEST_PROMISE {
        return u64::MAX;
    }
    let digits = number.into_iter().filter(|byte| byte.is_ascii_digit());
    digits.fold(0, |number: u64, digit| {
        number.saturating_mul(10).saturating_add(u64::from(digit - b'0'))
    })
}

/// Part names are compared without case, as the reader of workbooks does it.
fn is_named(path: &[u8], name: &[u8]) -> bool {
    path.len() >= name.len() && path[path.len() - name.len()..].eq_ignore_ascii_case(name)
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn broken(error: ZipError) -> TableError {
    TableError::BrokenWorkbook(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::workbook as read;
    use crate::table::workbook_fixture::{archive, sheet, workbook};

    fn refused(bytes: &[u8], budget: Budget) -> TableError {
        read(bytes, budget).unwrap_err()
    }

    fn archive_of(name: &str, content: &str) -> Vec<u8> {
        archive(&[("_rels/.rels".into(), String::new()), (name.into(), content.into())])
    }

    #[test]
    fn other_files_are_named() {
        let check = |bytes: &[u8], text: &str| {
            assert_eq!(refused(bytes, Budget::default()).to_string(), text);
        };
        check(b"", "not a workbook but a file of another kind, or a damaged one");
        check(b"id,name", "not a workbook but a file of another kind, or a damaged one");
        check(&archive_of("word/document.xml", ""), "not a workbook but a .docx document");
        check(
            &archive(&[("a.txt".into(), String::new())]),
            "not a workbook but some other zip archive",
        );
    }

    #[test]
    fn a_password_is_recognised() {
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let bytes = [ole::MAGIC, &[0; 700], &name].concat();
        assert_eq!(refused(&bytes, Budget::default()), TableError::Encrypted);
    }

    #[test]
    fn a_cut_archive_is_broken() {
        let bytes = workbook(&[("A", &sheet("", &[]))]);
        let error = refused(&bytes[..bytes.len() - 30], Budget::default());
        assert!(matches!(error, TableError::BrokenWorkbook(_)));
    }

    #[test]
    fn what_declares_more_than_the_budget_is_refused() {
        let bytes = workbook(&[("A", &sheet(&" ".repeat(20_000), &[]))]);
        let error = refused(&bytes, Budget { bytes: 10_000, ..Budget::default() });
        let TableError::TooLarge { limit: Limit::UnpackedBytes, found, allowed: 10_000 } = error
        else {
            panic!("{error}");
        };
        assert!(found > 20_000);
    }

    #[test]
    fn what_holds_more_than_it_declares_is_not_unpacked() {
        let xml = sheet(&" ".repeat(200_000), &[]);
        let mut bytes = workbook(&[("A", &xml)]);
        let honest = (xml.len() as u32).to_le_bytes();
        while let Some(at) = find(&bytes, &honest) {
            bytes[at..at + 4].copy_from_slice(&1000u32.to_le_bytes());
        }
        let tables = read(&bytes, Budget { bytes: 100_000, ..Budget::default() }).unwrap();
        let error = tables[0].as_ref().unwrap_err();
        assert!(
            error.to_string().contains("larger than its declared uncompressed size"),
            "{error}"
        );
    }

    #[test]
    fn a_zip_bomb_is_refused() {
        let bomb = archive_of("xl/worksheets/sheet1.xml", &" ".repeat(65 << 20));
        let error = refused(&bomb, Budget::default());
        assert!(matches!(error, TableError::TooLarge { limit: Limit::Ratio, .. }));
    }

    #[test]
    fn a_flood_of_styles_is_refused() {
        let styles = archive_of("xl/Styles.xml", &"<font/>".repeat(3 << 20));
        let error = refused(&styles, Budget::default());
        assert!(matches!(error, TableError::TooLarge { limit: Limit::UnpackedBytes, .. }));
    }

    #[test]
    fn announced_strings_must_have_room() {
        let announce = |blanks: usize, count: &str| {
            let strings = format!(
                r#"{}<sst count="1" uniqueCount = "{count}"><si><t>a</t></si></sst>"#,
                " ".repeat(blanks)
            );
            inspect(&archive_of("xl/sharedStrings.xml", &strings), Budget::default())
        };
        assert!(announce(0, "1").is_ok());
        let error = announce(0, "99999999999999999999999").unwrap_err();
        assert!(error.to_string().contains("shared strings announced"), "{error}");
        // Wherever the border between two pieces falls.
        for blanks in (0..60).map(|more| 65_480 + more) {
            assert!(announce(blanks, "99999999999").is_err());
        }
    }

    #[test]
    fn part_names_are_compared_without_case() {
        assert!(is_named(b"xl/SharedStrings.XML", b"sharedstrings.xml"));
        assert!(!is_named(b"xml", b"sharedstrings.xml"));
    }
}
