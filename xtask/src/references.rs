//! What well-known stacks come to where all of them is in place: "what does good look like". The
//! figures are those that anybody gets who gives lacuna these controls and rules, with the built-in
//! release, every platform, no profile and the default policy.

use std::error::Error;
use std::path::{Path, PathBuf};

use ingest::{Formats, ReadSettings, SourceChoice};
use model::attack::Attack;
use model::capability::{Function, Status};
use model::date::Date;
use model::inputs::Inputs;
use model::policy::Policy;
use model::scenario::{self, ScenarioCoverage};
use model::score::Range;
use model::{Assessment, assess};

const SOURCE: &str = "# source: computed by cargo xtask references, with lacuna's readers and \
method, from the controls of controls/catalogues/frameworks and from SigmaHQ/sigma@8eaafff (rules, \
rules-emerging-threats, rules-threat-hunting); licence: figures only, no control or rule is \
reproduced; every platform but PRE, no profile, default policy\n";

const COLUMNS: &str =
    "stack,attack,platforms,techniques,capabilities,figure,proven,expected,claimed\n";

/// Catalogues of controls that make a stack of their own.
const CONTROLS: [&str; 2] = ["nist_800_53", "m365"];

const SIGMA: [&str; 3] = ["rules", "rules-emerging-threats", "rules-threat-hunting"];

/// The figures of each stack, and of all of them together.
pub(crate) fn table(
    shared: &Path,
    catalogues: &Path,
    target: &Path,
) -> Result<String, Box<dyn Error>> {
    let attack = ingest::releases::load(None, ingest::releases::DEFAULT_DOMAIN)?;
    let archive = shared.join("corpora/rules/sigma.tar.zst");
    let sigma = crate::unpacked(&archive, &target.join("sigma"))?;
    let mut stacks: Vec<(&str, Vec<PathBuf>)> = Vec::new();
    for name in CONTROLS {
        let catalogue = catalogues.join("frameworks").join(format!("{name}.csv"));
        let path = target.join(format!("{name}.csv"));
        std::fs::write(&path, register(name, &std::fs::read_to_string(catalogue)?))?;
        stacks.push((name, vec![path]));
    }
    stacks.push(("sigma", SIGMA.iter().map(|name| sigma.join(name)).collect()));
    let together = stacks.iter().flat_map(|(_, paths)| paths.clone()).collect();
    stacks.push(("together", together));
    let mut text = format!("{SOURCE}{COLUMNS}");
    for (name, paths) in &stacks {
        text += &rows(name, &attack, &assessed(&attack, paths)?);
    }
    Ok(text)
}

/// Every control that a catalogue has, implemented.
fn register(framework: &str, catalogue: &str) -> String {
    let mut ids: Vec<&str> =
        catalogue.lines().skip(2).filter_map(|line| line.split(',').next()).collect();
    ids.dedup();
    let rows = ids.iter().map(|id| format!("{id},{framework}:{id},implemented\n"));
    format!("id,controls,status\n{}", rows.collect::<String>())
}

fn assessed(attack: &Attack, paths: &[PathBuf]) -> Result<Assessment, Box<dyn Error>> {
    let choice = |path: &PathBuf| SourceChoice {
        path: path.clone(),
        shown: path.display().to_string(),
        ..SourceChoice::default()
    };
    let choices: Vec<SourceChoice> = paths.iter().map(choice).collect();
    let settings = ReadSettings {
        attack,
        formats: Formats::built_in(),
        patches: &[],
        policy: &Policy::default(),
        assume: Some(Status::Enabled),
        neighbours: &|| ingest::snapshot::neighbours(attack),
        progress: &|_, _| {},
        threads: None,
    };
    let read = ingest::read(&choices, &settings).map_err(|error| error.to_string())?;
    let catalog = ingest::catalog(attack, &read.capabilities);
    // No test and no decision has an age here.
    let day = Date::parse("2026-01-01").ok_or("a day")?;
    Ok(assess(&Inputs { capabilities: read.capabilities, ..Inputs::new(attack, &catalog, day) }))
}

fn rows(stack: &str, release: &Attack, assessment: &Assessment) -> String {
    let Assessment { scope, headline, attack, capabilities, .. } = assessment;
    let scenarios = scenario::coverage(assessment, release, &ingest::scenarios(release));
    let against = |s: ScenarioCoverage| (format!("{}{}", scenario::PREFIX, s.id), s.coverage);
    let by = |function: Function| {
        let figures = headline.by_function.get(function.word());
        let range = figures.map(|figures| figures.threat_weighted).unwrap_or_default();
        (function.word().to_owned(), range)
    };
    let figures = std::iter::once(("coverage".to_owned(), headline.threat_weighted));
    let row = |(figure, Range { lo, exp, hi }): (String, Range)| {
        format!(
            "{stack},{},{},{},{},{figure},{lo:.6},{exp:.6},{hi:.6}\n",
            attack.version,
            scope.platforms.len(),
            scope.techniques,
            capabilities.len(),
        )
    };
    let figures = figures.chain(Function::SCORED.map(by));
    figures.chain(scenarios.into_iter().map(against)).map(row).collect()
}
