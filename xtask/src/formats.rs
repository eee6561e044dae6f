//! The pages of the formats, from their descriptors: what `lacuna formats NAME --format md` prints.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Writes `docs/formats` anew.
pub(crate) fn write(root: &Path) -> Result<(), Box<dyn Error>> {
    let folder = root.join("docs/formats");
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    crate::save(&folder.join("README.md"), &page(root, None)?)?;
    for format in ingest::Formats::built_in().iter() {
        let page = page(root, Some(&format.name))?;
        crate::save(&folder.join(format!("{}.md", format.name)), &page)?;
    }
    Ok(())
}

fn page(root: &Path, name: Option<&str>) -> Result<String, Box<dyn Error>> {
    let arguments = ["run", "--quiet", "--package", "lacuna", "--", "formats", "--format", "md"];
    let output = Command::new("cargo").args(arguments).args(name).current_dir(root).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
