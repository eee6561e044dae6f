//! Lists the descriptors of formats, the tables of log sources and the scenarios that are built in,
//! so that a file in their folder is all it takes to add one.

#![allow(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

/// Each list, and the folder whose TOML files it holds.
const LISTS: [(&str, &str); 3] =
    [("FORMATS", "formats"), ("LOG_SOURCES", "log_sources"), ("SCENARIOS", "profiles/scenarios")];

fn main() -> Result<(), Box<dyn Error>> {
    let root = env::var("CARGO_MANIFEST_DIR")?;
    let mut code = String::new();
    for (list, folder) in LISTS {
        let folder = Path::new(&root).join("controls").join(folder);
        println!("cargo::rerun-if-changed={}", folder.display());
        let mut files: Vec<_> = fs::read_dir(&folder)?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<_, std::io::Error>>()?;
        files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
        files.sort();
        writeln!(code, "pub(super) const {list}: &[(&str, &str)] = &[")?;
        for file in files {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            writeln!(code, "    ({name:?}, include_str!({:?})),", file.display().to_string())?;
        }
        writeln!(code, "];")?;
    }
    let target = Path::new(&env::var("OUT_DIR")?).join("built_in.rs");
    fs::write(target, code)?;
    Ok(())
}
