//! What no folder of `cases` can hold: pipes and links.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

const RULE: &str = "title: A rule\nid: a-1\nlogsource:\n    product: windows\ndetection:\n    \
                    selection:\n        Image: x\n    condition: selection\ntags:\n    - attack.t1059.001\n";

/// A folder of its own with one rule in it.
fn rules(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    // Left behind by an earlier run, or not there.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the folder can be made");
    fs::write(folder.join("rule.yml"), RULE).expect("the rule can be written");
    folder
}

fn lacuna(command: &str, folder: &PathBuf) -> Command {
    let mut lacuna = Command::new(env!("CARGO_BIN_EXE_lacuna"));
    lacuna.arg(command).arg(folder);
    lacuna.args(["--assume", "enabled", "--as-of", "2025-12-01", "--quiet"]);
    lacuna.stdout(Stdio::piped()).stderr(Stdio::piped());
    lacuna
}

/// The words on the standard output of a run that must end by itself.
fn answer(mut lacuna: Command) -> String {
    let mut child = lacuna.spawn().expect("lacuna starts");
    for _ in 0..600 {
        if let Some(status) = child.try_wait().expect("the child can be asked") {
            assert!(status.success());
            let mut text = String::new();
            let mut out = child.stdout.take().expect("it is piped");
            out.read_to_string(&mut text).expect("it is text");
            // Where a line breaks depends on the length of the folder's name.
            return text.split_whitespace().collect::<Vec<_>>().join(" ");
        }
        thread::sleep(Duration::from_millis(50));
    }
    child.kill().expect("the child can be ended");
    panic!("lacuna waits for something that will not come");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = lacuna("gaps", &rules("closed-pipe"))
        .args(["--format", "json"])
        .spawn()
        .expect("lacuna starts");
    drop(child.stdout.take());
    let mut complaint = String::new();
    let mut err = child.stderr.take().expect("it is piped");
    err.read_to_string(&mut complaint).expect("it is text");
    assert_eq!(complaint, "");
    assert!(child.wait().expect("it ends").success());
}

#[cfg(unix)]
#[test]
fn a_named_pipe_in_a_folder_is_not_waited_for() {
    let folder = rules("named-pipe");
    let made = Command::new("mkfifo").arg(folder.join("pipe.yml")).status();
    assert!(made.expect("mkfifo is there").success());
    let account = answer(lacuna("import", &folder));
    assert!(account.contains("not an ordinary file"), "{account}");
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_are_followed_once() {
    let folder = rules("circle");
    std::os::unix::fs::symlink(&folder, folder.join("self")).expect("a link can be made");
    std::os::unix::fs::symlink("nowhere", folder.join("lost.yml")).expect("a link can be made");
    let account = answer(lacuna("import", &folder));
    assert!(account.contains("1 live"), "{account}");
    assert!(account.contains("no such file"), "{account}");
}
