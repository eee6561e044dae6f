//! Both YAML readers over public rule sets, which are not part of this repository.

use super::*;

#[test]
fn both_readers_agree_on_every_sigma_rule() {
    // Below this share the plain reader would not be worth having.
    agree_on("sigma", 99);
}

#[test]
fn both_readers_agree_on_rules_of_other_kinds() {
    agree_on("splunk-security-content", 95);
    agree_on("panther", 95);
    agree_on("falco", 0);
    agree_on("atomic-red-team", 95);
    agree_on("sentinel-azure-sample", 0);
}

#[test]
fn the_edge_cases_are_read_or_refused_with_their_line() {
    let Some(shared) = shared() else {
        return;
    };
    let files = yaml_files(&shared.join("corpora/edge-cases"));
    assert!(!files.is_empty());
    for path in files {
        let name = path.display().to_string();
        let text = fs::read_to_string(&path).expect("the edge cases are UTF-8");
        let (_, documents) = read_both(&name, without_byte_order_mark(&text));
        match name.contains("UNPARSABLE") {
            false => assert!(documents.is_ok_and(|documents| !documents.is_empty()), "{name}"),
            true => assert_eq!(documents.map_err(|error| error.line), Err(LINE_OF_THE_TAB)),
        }
    }
}

const LINE_OF_THE_TAB: usize = 20;

/// Reads an archive of rules with both readers; the plain one must answer for `percent` of them.
fn agree_on(archive: &str, percent: usize) {
    let Some(shared) = shared() else {
        return;
    };
    let files = yaml_files(&unpacked(&shared, archive));
    let is_plain = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("the rules are UTF-8");
        let (is_plain, documents) = read_both(&path.display().to_string(), &text);
        assert!(documents.is_ok(), "{}: {documents:?}", path.display());
        is_plain
    };
    let plain = files.iter().filter(|path| is_plain(path)).count();
    let share = format!("{archive}: {plain} of {} files are plain", files.len());
    assert!(!files.is_empty() && plain * 100 >= files.len() * percent, "{share}");
}

fn shared() -> Option<PathBuf> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = env::var_os("LACUNA_SHARED").map_or_else(default, PathBuf::from);
    if shared.is_dir() {
        return Some(shared);
    }
    let is_required = env::var_os("LACUNA_REQUIRE_SHARED").is_some_and(|value| value == "1");
    assert!(!is_required, "{} is missing", shared.display());
    // Straight to the stream: what a test prints is hidden while it passes.
    let word = format!("SKIPPED: there is no {}; set LACUNA_SHARED\n", shared.display());
    let _ = std::io::Write::write_all(&mut std::io::stderr(), word.as_bytes());
    None
}

/// A folder beside the test program with the archive's files.
fn unpacked(shared: &Path, archive: &str) -> PathBuf {
    let program = env::current_exe().expect("the test runs from a file");
    let folder = program.with_file_name("corpora").join(archive);
    fs::create_dir_all(&folder).expect("the build folder can be written to");
    let status = Command::new("tar")
        .arg("--use-compress-program=zstd")
        .arg("-xf")
        .arg(shared.join("corpora/rules").join(archive).with_extension("tar.zst"))
        .arg("-C")
        .arg(&folder)
        .status();
    assert!(status.is_ok_and(|status| status.success()), "{archive} could not be unpacked");
    folder
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            files.extend(yaml_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml") {
            files.push(path);
        }
    }
    files.sort();
    files
}
