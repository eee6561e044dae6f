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

/// A file of a folder: its path in it, with `/`, and what it holds.
pub(crate) type File = (&'static str, Vec<u8>);

/// Writes a folder of files. An older report in its place is replaced, which may hold any file of
/// `known`, too; anything else is left alone.
pub(crate) fn write_folder(path: &Path, files: &[File], known: &[&str]) -> Result<(), Failure> {
    // A link is followed: what it leads to is what is meant.
    let shown = path;
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    if path.exists() && !may_replace(path, files, known) {
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
fn may_replace(path: &Path, files: &[File], known: &[&str]) -> bool {
    let Some(names) = names(path) else { return false };
    let ours = || files.iter().map(|(name, _)| *name).chain(known.iter().copied());
    let is_ours = |name: &String| ours().any(|ours| name == ours);
    let is_report = || {
        let start = fs::read(path.join(ASSESSMENT)).unwrap_or_default();
        String::from_utf8_lossy(&start[..start.len().min(200)]).contains("\"lacuna.assessment")
    };
    names.is_empty() || (names.iter().all(is_ours) && is_report())
}

/// The files in a folder and its folders, by their paths in it. Nothing where it cannot be told.
fn names(folder: &Path) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).ok()?.flatten() {
        let name = entry.file_name().into_string().ok()?;
        if entry.file_type().ok()?.is_dir() {
            let inner = self::names(&entry.path())?;
            names.extend(inner.into_iter().map(|inner| format!("{name}/{inner}")));
        } else {
            names.push(name);
        }
    }
    Some(names)
}

fn fill(folder: &Path, files: &[File]) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    files.iter().try_for_each(|(name, bytes)| {
        let file = folder.join(name);
        file.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(file, bytes)
    })
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
