//! Times the release build as a whole process, for BENCHMARKS.md. Needs `bash`, `tar` and `zstd`.
//!
//! CPU seconds (user and system) are steadier than the wall clock on a busy machine; of several
//! runs after a warm-up the median is what to quote.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Counted runs of each command.
const RUNS: usize = 11;

/// What is timed: a name, and the arguments of lacuna. `S3`, `BUNDLE` and `OUT` stand for the
/// three folders of SigmaHQ rules, an ATT&CK bundle and a folder to write to.
const WORK: [(&str, &str); 7] = [
    ("start: one adversary of the built-in release", "adversaries APT29"),
    ("gaps over S3, six adversaries", "gaps S3 PROFILE -q"),
    ("gaps over S3, one thread", "gaps S3 PROFILE -q --threads 1"),
    ("a 33 MB STIX bundle", "attack info --attack BUNDLE"),
    ("report of the example", "report controls/example -o OUT/report -q"),
    ("heat map of the example, SVG", "heatmap controls/example -o OUT/map.svg -q"),
    ("heat map of the example, PNG", "heatmap controls/example -o OUT/map.png -q"),
];

const PROFILE: &str = "--adversary APT29=3 --adversary FIN7=3 --adversary G0032=2 \
                       --adversary G1015=2 --adversary APT38 --adversary G0008";

pub(crate) fn run(root: &Path, shared: &Path) -> Result<(), Box<dyn Error>> {
    let build = Command::new("cargo").args(["build", "--release"]).current_dir(root).status()?;
    if !build.success() {
        return Err("the release build failed".into());
    }
    let folder = root.join("target/bench");
    let sigma = unpacked(&shared.join("corpora/rules/sigma.tar.zst"), &folder)?;
    let bundle = bundle(shared, &folder)?;
    let s3 = ["rules", "rules-emerging-threats", "rules-threat-hunting"]
        .map(|name| sigma.join(name).display().to_string())
        .join(" ");
    let mut out = io::stdout();
    writeln!(out, "| work | CPU s: median (least) | wall s: median | runs |\n|---|---|---|---|")?;
    for (name, arguments) in WORK {
        let arguments = arguments
            .replace("S3", &s3)
            .replace("PROFILE", PROFILE)
            .replace("BUNDLE", &bundle.display().to_string())
            .replace("OUT", &folder.display().to_string());
        let mut runs = Vec::new();
        for run in 0..=RUNS {
            let timed = timed(root, &arguments)?;
            // The first run warms the file cache.
            if run > 0 {
                runs.push(timed);
            }
        }
        let cpu = sorted(runs.iter().map(|(cpu, _)| *cpu));
        let wall = sorted(runs.iter().map(|(_, wall)| *wall));
        let (median, least) = (cpu[RUNS / 2], cpu[0]);
        writeln!(out, "| {name} | {median:.3} ({least:.3}) | {:.3} | {RUNS} |", wall[RUNS / 2])?;
    }
    Ok(())
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// CPU and wall seconds of one run, by the shell's own clock.
fn timed(root: &Path, arguments: &str) -> Result<(f64, f64), Box<dyn Error>> {
    let script = format!(
        "TIMEFORMAT='%3U %3S %3R'; time target/release/lacuna {arguments} >/dev/null 2>/dev/null"
    );
    let output = Command::new("bash").args(["-c", &script]).current_dir(root).output()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|n| n.parse().ok()).collect();
    match (output.status.success(), &numbers[..]) {
        (true, [user, system, wall]) => Ok((user + system, *wall)),
        _ => Err(format!("lacuna {arguments}: {text}").into()),
    }
}

fn unpacked(archive: &Path, folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let target = folder.join("sigma");
    if !target.is_dir() {
        std::fs::create_dir_all(&target)?;
        shell(&format!("zstd -dc '{}' | tar x -C '{}'", archive.display(), target.display()))?;
    }
    Ok(target)
}

fn bundle(shared: &Path, folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let name = "enterprise-attack-18.1.json";
    let (packed, plain) = (shared.join("corpora/stix").join(name), folder.join(name));
    if !plain.is_file() {
        shell(&format!("zstd -dc '{}.zst' > '{}'", packed.display(), plain.display()))?;
    }
    Ok(plain)
}

fn shell(script: &str) -> Result<(), Box<dyn Error>> {
    let status = Command::new("bash").args(["-o", "pipefail", "-c", script]).status()?;
    if status.success() { Ok(()) } else { Err(format!("failed: {script}").into()) }
}
