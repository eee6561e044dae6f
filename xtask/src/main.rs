//! Chores of the project: what is generated and committed comes from here.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

mod atomic;
mod attack;
mod bench;
mod catalogues;
mod dettect;
mod formats;
mod frameworks;
mod references;
mod relations;
mod scenarios;

const USAGE: &str = "\
usage: cargo xtask attack FILE...         STIX bundles (.json, .json.zst) into controls/attack
       cargo xtask catalogues [SHARED]    facts about techniques and controls into
                                          controls/catalogues
       cargo xtask scenarios [SHARED]     the techniques of each scenario into
                                          controls/profiles/scenarios
       cargo xtask references [SHARED]    what well-known stacks come to, from the catalogues
                                          that are built in; the last step of catalogues
       cargo xtask formats                a page for each format into docs/formats
       cargo xtask gallery                an example of every output into reports/gallery
       cargo xtask bench [SHARED]         time the release build for BENCHMARKS.md";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A closed stderr leaves nobody to tell.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let controls = root.join("controls");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["attack", files @ ..] if !files.is_empty() => attack::distil(files, &controls),
        ["catalogues"] => {
            catalogues::write(&root.join("../shared"), &controls, &root.join("target/catalogues"))
        }
        ["catalogues", shared] => {
            catalogues::write(Path::new(shared), &controls, &root.join("target/catalogues"))
        }
        ["references"] => catalogues::references(
            &root.join("../shared"),
            &controls,
            &root.join("target/catalogues"),
        ),
        ["references", shared] => {
            catalogues::references(Path::new(shared), &controls, &root.join("target/catalogues"))
        }
        ["scenarios"] => {
            scenarios::write(&root.join("../shared"), &controls, &root.join("target/catalogues"))
        }
        ["scenarios", shared] => {
            scenarios::write(Path::new(shared), &controls, &root.join("target/catalogues"))
        }
        ["formats"] => formats::write(&root),
        ["gallery"] => gallery(&root),
        ["bench"] => bench::run(&root, &root.join("../shared")),
        ["bench", shared] => bench::run(&root, &Path::new(shared).canonicalize()?),
        _ => Err(USAGE.into()),
    }
}

/// The test that compares the gallery writes it anew.
fn gallery(root: &Path) -> Result<(), Box<dyn Error>> {
    let test = ["test", "--package", "lacuna", "--test", "integration", "gallery"];
    let status =
        Command::new("cargo").args(test).env("GALLERY", "overwrite").current_dir(root).status()?;
    if status.success() { Ok(()) } else { Err("the gallery could not be written".into()) }
}

/// Writes a file and says so.
fn save(path: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    writeln!(io::stdout(), "{name}: {} bytes", text.len())?;
    Ok(())
}

/// Unpacks an archive into a folder, unless that has been done.
fn unpacked(archive: &Path, target: &Path) -> Result<PathBuf, Box<dyn Error>> {
    if !target.is_dir() {
        std::fs::create_dir_all(target)?;
        shell(&format!("zstd -dc '{}' | tar x -C '{}'", archive.display(), target.display()))?;
    }
    Ok(target.to_owned())
}

fn shell(script: &str) -> Result<(), Box<dyn Error>> {
    let status = Command::new("bash").args(["-o", "pipefail", "-c", script]).status()?;
    if status.success() { Ok(()) } else { Err(format!("failed: {script}").into()) }
}
