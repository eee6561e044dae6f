//! Times the release build as a whole process, for BENCHMARKS.md. Needs `bash`, `tar`, `zstd` and
//! GNU time (`/usr/bin/time`).
//!
//! CPU seconds (user and system) are steadier than the wall clock on a busy machine; of several
//! runs after a warm-up the median is what to quote.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Counted runs of each command.
const RUNS: usize = 11;

/// Rule sets whose reading is timed: the archive, and the folders in it.
const CORPORA: [(&str, &[&str]); 9] = [
    ("sigma", &["rules", "rules-emerging-threats", "rules-threat-hunting"]),
    ("elastic-detection-rules", &["."]),
    ("splunk-security-content", &["."]),
    ("sentinel-azure-sample", &["."]),
    ("wazuh-ruleset-4.14.7", &["."]),
    ("panther", &["."]),
    ("chronicle-yaral", &["."]),
    ("falco", &["."]),
    ("suricata-etopen-2025-08", &["."]),
];

/// What is timed: a name, and the arguments of lacuna. `S3`, `LIBRARY`, `DETTECT`, `BUNDLE` and `OUT`
/// stand for the three folders of SigmaHQ rules, the same as libraries, scores of DeTT&CT, an ATT&CK
/// bundle and a folder to write to.
const WORK: [(&str, &str); 16] = [
    ("start: one adversary of the built-in release", "adversaries APT29 -q"),
    ("gaps over S3, six adversaries", "gaps S3 PROFILE -q"),
    ("gaps over S3, one thread", "gaps S3 PROFILE -q --threads 1"),
    ("recommend 10 steps of 3,788 candidates", "recommend controls/example LIBRARY -n 10 -q"),
    ("what-if over the example", "what-if controls/example --disable EB-24 -q"),
    ("check of the example", "check controls/example -q"),
    ("four products by name", "gaps --have Okta,Proofpoint,CrowdStrike,Zscaler -q"),
    (
        "all groups x detection scores, as DeTT&CT",
        "heatmap DETTECT --compat dettect --show groups --overlay detect -o OUT/groups.json \
         --attack 18.1 -q",
    ),
    ("a 33 MB STIX bundle", "attack info --attack BUNDLE -q"),
    ("report of the example", "report controls/example -o OUT/report -q"),
    ("report over S3", "report S3 PROFILE -o OUT/report-s3 -q"),
    ("heat map of the example, SVG", "heatmap controls/example -o OUT/map.svg -q"),
    ("heat map of the example, PNG", "heatmap controls/example -o OUT/map.png -q"),
    ("heat map for A3, PDF", "heatmap controls/example -o OUT/map.pdf --size a3 -q"),
    ("board page, SVG", "chart board controls/example -o OUT/board.svg -q"),
    ("board page, PNG at 2x", "chart board controls/example -o OUT/board.png --scale 2 -q"),
];

const PROFILE: &str = "--adversary APT29=3 --adversary FIN7=3 --adversary G0032=2 \
                       --adversary G1015=2 --adversary APT38 --adversary G0008";

pub(crate) fn run(root: &Path, shared: &Path) -> Result<(), Box<dyn Error>> {
    let build = Command::new("cargo").args(["build", "--release"]).current_dir(root).status()?;
    if !build.success() {
        return Err("the release build failed".into());
    }
    let folder = root.join("target/bench");
    let sigma = unpacked(shared, "sigma", &folder)?;
    let bundle = bundle(shared, &folder)?;
    let s3 = ["rules", "rules-emerging-threats", "rules-threat-hunting"]
        .map(|name| sigma.join(name).display().to_string())
        .join(" ");
    let library = s3.split(' ').map(|folder| format!("--library {folder}")).collect::<Vec<_>>();
    let dettect = shared.join("corpora/dettect/techniques-administration-endpoints.yaml");
    let mut out = io::stdout();
    writeln!(out, "| work | CPU s: median (least) | wall s: median | runs |\n|---|---|---|---|")?;
    for (name, arguments) in WORK {
        let arguments = arguments
            .replace("S3", &s3)
            .replace("LIBRARY", &library.join(" "))
            .replace("DETTECT", &dettect.display().to_string())
            .replace("PROFILE", PROFILE)
            .replace("BUNDLE", &bundle.display().to_string())
            .replace("OUT", &folder.display().to_string());
        let runs = repeated(root, &arguments)?;
        let cpu = sorted(runs.iter().map(|run| run.cpu));
        let wall = sorted(runs.iter().map(|run| run.wall));
        let (median, least) = (cpu[RUNS / 2], cpu[0]);
        writeln!(out, "| {name} | {median:.3} ({least:.3}) | {:.3} | {RUNS} |", wall[RUNS / 2])?;
    }
    writeln!(
        out,
        "\n| rule set | files | records | CPU s: median (least) | records a CPU second | peak MiB |\n|---|---|---|---|---|---|"
    )?;
    for (archive, folders) in CORPORA {
        let tree = unpacked(shared, archive, &folder)?;
        let folders: Vec<String> =
            folders.iter().map(|name| tree.join(name).display().to_string()).collect();
        let arguments = format!("import {} -q", folders.join(" "));
        let (files, records) = account(root, &arguments)?;
        let runs = repeated(root, &arguments)?;
        let cpu = sorted(runs.iter().map(|run| run.cpu));
        let peak = runs.iter().map(|run| run.peak).max().unwrap_or_default() >> 10;
        let (median, least) = (cpu[RUNS / 2], cpu[0]);
        let rate = records as f64 / median;
        writeln!(
            out,
            "| {archive} | {files} | {records} | {median:.3} ({least:.3}) | {rate:.0} | {peak} |"
        )?;
    }
    Ok(())
}

/// Files and records of all inputs.
fn account(root: &Path, arguments: &str) -> Result<(u64, u64), Box<dyn Error>> {
    let arguments = format!("{arguments} --format json");
    let output = Command::new(root.join("target/release/lacuna"))
        .args(arguments.split(' '))
        .current_dir(root)
        .output()?;
    let account: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let inputs = account["inputs"].as_array().cloned().unwrap_or_default();
    let sum = |name: &str| inputs.iter().filter_map(|input| input[name].as_u64()).sum();
    Ok((sum("files"), sum("records")))
}

fn repeated(root: &Path, arguments: &str) -> Result<Vec<Timed>, Box<dyn Error>> {
    // The first run warms the file cache.
    timed(root, arguments)?;
    (0..RUNS).map(|_| timed(root, arguments)).collect()
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// One run.
struct Timed {
    /// CPU seconds, user and system.
    cpu: f64,
    /// Seconds by the wall clock.
    wall: f64,
    /// Peak memory in KiB.
    peak: u64,
}

fn timed(root: &Path, arguments: &str) -> Result<Timed, Box<dyn Error>> {
    // The shell's clock has milliseconds, GNU time has the memory.
    let script = format!(
        "TIMEFORMAT='%3U %3S %3R'; \
         time /usr/bin/time -f %M target/release/lacuna {arguments} >/dev/null"
    );
    let output = Command::new("bash").args(["-c", &script]).current_dir(root).output()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|n| n.parse().ok()).collect();
    match (output.status.success(), &numbers[..]) {
        (true, [peak, user, system, wall]) => {
            Ok(Timed { cpu: user + system, wall: *wall, peak: *peak as u64 })
        }
        _ => Err(format!("lacuna {arguments}: {text}").into()),
    }
}

fn unpacked(shared: &Path, name: &str, folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let archive = shared.join("corpora/rules").join(format!("{name}.tar.zst"));
    crate::unpacked(&archive, &folder.join(name))
}

fn bundle(shared: &Path, folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let name = "enterprise-attack-18.1.json";
    let (packed, plain) = (shared.join("corpora/stix").join(name), folder.join(name));
    if !plain.is_file() {
        crate::shell(&format!("zstd -dc '{}.zst' > '{}'", packed.display(), plain.display()))?;
    }
    Ok(plain)
}
