//! `cargo xtask attack FILE...`: distils STIX bundles into the snapshots that are built in, with
//! the same reader that users have.

use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};

use ingest::{snapshot, stix};

pub(crate) fn distil(files: &[&str], controls: &Path) -> Result<(), Box<dyn Error>> {
    for file in files {
        let path = Path::new(file);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let attack = stix::read(&bytes(path)?, Some(&name)).map_err(|e| format!("{file}: {e}"))?;
        let text = snapshot::write(&attack);
        if snapshot::read(&text).as_ref() != Ok(&attack) {
            return Err(format!("{file}: the snapshot does not read back as written").into());
        }
        let target = format!("attack/{}-{}.txt", attack.domain, attack.version);
        crate::save(&controls.join(target), &text)?;
    }
    Ok(())
}

/// The bytes of the file, unpacked by the `zstd` command where its name ends in `.zst`.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    if path.extension().is_none_or(|extension| extension != "zst") {
        return Ok(std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?);
    }
    let unpacked = Command::new("zstd")
        .arg("-dc")
        .arg(path)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("zstd: {error}"))?;
    match unpacked.status.success() {
        true => Ok(unpacked.stdout),
        false => Err(format!("{}: zstd failed ({})", path.display(), unpacked.status).into()),
    }
}
