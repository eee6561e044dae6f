//! Files and folders as the user names them: the only place that opens anything.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Files beyond this size are not read, in bytes.
pub const LARGEST_FILE: u64 = 1 << 30;

/// A file of a source.
#[derive(Debug, Clone)]
pub(crate) struct SourceFile {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// The path below the source's folder, with `/`; empty for a source that is a file.
    pub(crate) below: String,
}

/// What a source holds.
pub(crate) struct Listing {
    pub(crate) files: Vec<SourceFile>,
    pub(crate) is_folder: bool,
    /// Folders that could not be read.
    pub(crate) unreadable: Vec<(String, io::Error)>,
}

/// The files of a source, sorted by path: the file itself, or everything below the folder.
/// Hidden files and folders are left out; symbolic links are followed, each folder once.
///
/// # Errors
/// The source does not exist or cannot be read.
pub(crate) fn list(path: &Path) -> io::Result<Listing> {
    let meta = fs::metadata(path)?;
    let mut listing =
        Listing { files: Vec::new(), is_folder: meta.is_dir(), unreadable: Vec::new() };
    if meta.is_dir() {
        let root = fs::canonicalize(path)?;
        let mut walk = Walk { root, linked: BTreeSet::new(), listing: &mut listing };
        walk.folder(path, "");
    } else {
        listing.files.push(SourceFile { path: path.to_owned(), below: String::new() });
    }
    listing.files.sort_by(|a, b| a.below.cmp(&b.below));
    Ok(listing)
}

/// What lies in a folder, sorted by name; hidden files and folders are left out.
///
/// # Errors
/// The folder does not exist or cannot be read.
pub fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let is_shown = |entry: &fs::DirEntry| !entry.file_name().to_string_lossy().starts_with('.');
    let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    let mut entries: Vec<PathBuf> =
        entries.iter().filter(|entry| is_shown(entry)).map(fs::DirEntry::path).collect();
    entries.sort();
    Ok(entries)
}

/// The paths below a folder of the files in it, sorted.
///
/// # Errors
/// It cannot be read.
pub fn files(folder: &Path) -> io::Result<Vec<String>> {
    Ok(list(folder)?.files.into_iter().map(|file| file.below).collect())
}

struct Walk<'a> {
    root: PathBuf,
    linked: BTreeSet<PathBuf>,
    listing: &'a mut Listing,
}

impl Walk<'_> {
    fn folder(&mut self, path: &Path, below: &str) {
        match fs::read_dir(path) {
            Err(error) => self.listing.unreadable.push((below.to_owned(), error)),
            Ok(entries) => entries.flatten().for_each(|entry| self.entry(&entry, below)),
        }
    }

    fn entry(&mut self, entry: &fs::DirEntry, below: &str) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name.starts_with("~$") {
            return;
        }
        let below = if below.is_empty() { name } else { format!("{below}/{name}") };
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_symlink() => self.link(path, below),
            Ok(kind) if kind.is_dir() => self.folder(&path, &below),
            Ok(_) => self.listing.files.push(SourceFile { path, below }),
            Err(error) => self.listing.unreadable.push((below, error)),
        }
    }

    /// A folder that a link leads to is read once, and not at all where it is read anyway: a loop
    /// of links would otherwise never end.
    fn link(&mut self, path: PathBuf, below: String) {
        match fs::canonicalize(&path) {
            Err(error) => self.listing.unreadable.push((below, error)),
            Ok(real) if real.is_dir() => {
                let is_around = self.root.starts_with(&real) || real.starts_with(&self.root);
                if !is_around && self.linked.insert(real) {
                    self.folder(&path, &below);
                }
            }
            Ok(_) => self.listing.files.push(SourceFile { path, below }),
        }
    }
}

/// The bytes of a file.
///
/// # Errors
/// It cannot be read, is no ordinary file, or is larger than [`LARGEST_FILE`].
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    // Asked before opening: to open a pipe is to wait for somebody who writes to it.
    let meta = fs::metadata(path)?;
    if !meta.is_file() {
        return Err(io::Error::other("not an ordinary file"));
    }
    if meta.len() > LARGEST_FILE {
        let message = format!("larger than {} MiB", LARGEST_FILE >> 20);
        return Err(io::Error::other(message));
    }
    let mut bytes = vec![0; meta.len() as usize];
    let mut file = fs::File::open(path)?;
    let mut filled = 0;
    while filled < bytes.len() {
        match io::Read::read(&mut file, &mut bytes[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The hash of a folder: SHA-256 over `path NUL sha256 LF` of its files, sorted by path.
pub(crate) fn folder_sha256<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut digest = Sha256::new();
    for (below, sha256) in files {
        digest.update(below.as_bytes());
        digest.update([0]);
        digest.update(sha256.as_bytes());
        digest.update(b"\n");
    }
    hex(&digest.finalize())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
