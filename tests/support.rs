//! Where the reference data is, where tests may write, and how to run lacuna.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The reference data; `None`, and a loud word, where it is not at hand.
pub(crate) fn shared() -> Option<PathBuf> {
    let said = std::env::var_os("LACUNA_SHARED").map(PathBuf::from);
    let folder = said.unwrap_or_else(|| root().join("../shared"));
    if folder.join("golden").is_dir() {
        return Some(folder);
    }
    skipped(&format!("no reference data in {}; set LACUNA_SHARED", folder.display()));
    None
}

/// Says loudly that a test was skipped, and why; fails where nothing may be missing.
pub(crate) fn skipped(why: &str) {
    let required = std::env::var("LACUNA_REQUIRE_SHARED").is_ok_and(|value| value == "1");
    assert!(!required, "required: {why}");
    // Straight to the stream: what a test prints is hidden while it passes.
    let _ = std::io::stderr().write_all(format!("SKIPPED: {why}\n").as_bytes());
}

/// A JSON file of the reference data.
pub(crate) fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
        .unwrap()
}

/// A fresh folder for one test.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The folder that an archive of the reference data unpacks to; unpacked once, whichever test
/// comes first.
pub(crate) fn unpacked(shared: &Path, archive: &str) -> PathBuf {
    let corpora = Path::new(env!("CARGO_TARGET_TMPDIR")).join("corpora");
    let folder = corpora.join(archive.trim_end_matches(".tar.zst"));
    if folder.is_dir() {
        return folder;
    }
    // Tests run side by side, in one process or in several.
    static PARTS: AtomicUsize = AtomicUsize::new(0);
    let part = PARTS.fetch_add(1, Ordering::Relaxed);
    let part = corpora.join(format!("{archive}.{}.{part}", std::process::id()));
    fs::create_dir_all(&part).unwrap();
    let archive = shared.join("corpora/rules").join(archive);
    let script = format!("zstd -dc '{}' | tar x -C '{}'", archive.display(), part.display());
    let status = Command::new("sh").args(["-c", &script]).status().unwrap();
    assert!(status.success(), "{script}");
    // Another test may have been faster; its folder holds the same.
    if fs::rename(&part, &folder).is_err() {
        fs::remove_dir_all(&part).unwrap();
    }
    assert!(folder.is_dir());
    folder
}

/// Runs lacuna in a folder.
pub(crate) fn lacuna(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lacuna"))
        .args(args)
        .current_dir(folder)
        .env("COLUMNS", "80")
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap()
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}

/// Everything in a folder, by its path in it.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            let inner = self::files(&entry.path()).into_iter();
            files.extend(inner.map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    files
}

/// Runs lacuna, which must succeed, and reads the JSON it prints.
pub(crate) fn lacuna_json(folder: &Path, args: &[&str]) -> serde_json::Value {
    let output = lacuna(folder, args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Compares two numbers that are both rounded to nine decimals.
#[track_caller]
pub(crate) fn assert_equal(expected: &serde_json::Value, found: &serde_json::Value, what: &str) {
    let (expected, found) = (expected.as_f64(), found.as_f64());
    let near = expected.zip(found).is_some_and(|(a, b)| (a - b).abs() <= 1.5e-9);
    assert!(near, "{what}: expected {expected:?}, found {found:?}");
}
