//! Writing what was asked for, whole or not at all: it is put together beside its place and then
//! moved there.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::made::ASSESSMENT;

pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let shown = path;
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let beside = beside(path, "part");
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        cannot_write(shown, &error)
    })
}

/// Writes a folder of files. An older report in its place is replaced; anything else is left
/// alone.
pub(crate) fn write_folder(path: &Path, files: &[(&str, Vec<u8>)]) -> Result<(), Failure> {
    // A link is followed: what it leads to is what is meant.
    let shown = path;
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    if path.exists() && !may_replace(path, files) {
        let message = format!("{} is there already and holds more than a report", shown.display());
        return Err(Failure::new(message).help("choose another folder with -o, or remove it"));
    }
    let (new, old) = (beside(path, "part"), beside(path, "old"));
    let written = fill(&new, files).and_then(|()| swap(path, &new, &old));
    written.map_err(|error| {
        let _ = fs::remove_dir_all(&new);
        cannot_write(shown, &error)
    })
}

/// Whether a folder is empty, or a report of ours to which nobody has added anything.
fn may_replace(path: &Path, files: &[(&str, Vec<u8>)]) -> bool {
    let Ok(entries) = fs::read_dir(path) else { return false };
    let names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    let is_ours = |name: &OsString| files.iter().any(|(ours, _)| name == ours);
    let is_report = || {
        let start = fs::read(path.join(ASSESSMENT)).unwrap_or_default();
        String::from_utf8_lossy(&start[..start.len().min(200)]).contains("\"lacuna.assessment")
    };
    names.is_empty() || (names.iter().all(is_ours) && is_report())
}

fn fill(folder: &Path, files: &[(&str, Vec<u8>)]) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    files.iter().try_for_each(|(name, bytes)| fs::write(folder.join(name), bytes))
}

fn swap(path: &Path, new: &Path, old: &Path) -> io::Result<()> {
    if !path.exists() {
        return fs::rename(new, path);
    }
    if old.exists() {
        fs::remove_dir_all(old)?;
    }
    fs::rename(path, old)?;
    if let Err(error) = fs::rename(new, path) {
        // The older report is better than none.
        fs::rename(old, path)?;
        return Err(error);
    }
    // The report is written; an old one that cannot be removed is no reason to say otherwise.
    let _ = fs::remove_dir_all(old);
    Ok(())
}

/// A name in the same folder, so that moving is one step of the file system.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or("lacuna".as_ref()));
    name.push(format!(".{}.{suffix}", std::process::id()));
    path.with_file_name(name)
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    let fact = match error.kind() {
        io::ErrorKind::NotFound => "the folder it belongs to does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    };
    Failure::new(format!("cannot write {}: {fact}", path.display()))
        .help("check the path given with -o")
}
