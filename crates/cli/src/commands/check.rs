//! `lacuna check`: the gate.

use std::io::Write;
use std::path::Path;

use model::attack::Attack;
use model::decisions::decisions;
use model::gate::{Gate, check};
use model::{Assessment, assess};
use report::sarif::Places;
use report::view;

use super::diff::{assessment, since};
use crate::Outcome;
use crate::args::{CheckFormat, Common, Format, GateArgs};
use crate::assessing::{Answer, read_as_planned};
use crate::failure::Failure;
use crate::gate::{Asked, asked};
use crate::project::{Plan, slashed};
use crate::streams::Streams;

pub(crate) fn run(
    common: &Common,
    limits: &GateArgs,
    format: CheckFormat,
    count: usize,
) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let plan = crate::project::plan(common)?;
    // What is asked for is looked at before anything is read.
    let Asked { gate, against } = asked(limits, &plan)?;
    let before = against.as_deref().map(assessment).transpose()?;
    let gathered = read_as_planned(plan, common, &mut streams)?;
    let catalog = gathered.catalog(&[]);
    let inputs = gathered.inputs(&catalog);
    let now = assess(&inputs);
    can_hold(&gate, &now, inputs.attack)?;
    let moved = match (&before, &against) {
        (Some(before), Some(path)) => Some(since((before, path), (&now, &inputs), &mut streams)?),
        _ => None,
    };
    let standing = decisions(&inputs, &now, now.policy.decision_soon).decisions;
    let earlier = before.as_ref().zip(moved);
    let found = check(&gate, &now, &standing, earlier, inputs.attack);
    drop(inputs);
    let places = places(gathered.plan());
    let assessed = gathered.finish(Answer::alone(now), common);
    let says_caveats = matches!(format, CheckFormat::Table | CheckFormat::Md);
    assessed.tell(common, says_caveats, &mut streams)?;
    let now = &assessed.assessment;
    let sheets = || view::check::sheets(now, before.as_ref(), &found, count);
    match format {
        CheckFormat::Table => super::print(&sheets(), &found, Format::Table, &mut streams)?,
        CheckFormat::Md => super::print(&sheets(), &found, Format::Md, &mut streams)?,
        CheckFormat::Json => super::print(&[], &found, Format::Json, &mut streams)?,
        CheckFormat::Csv => {
            super::print(&[view::check::rows(&found)], &found, Format::Csv, &mut streams)?;
        }
        CheckFormat::Sarif => {
            report::sarif::write(now, &found, &places, &mut streams.out)?;
            streams.out.flush()?;
        }
    }
    Ok(super::outcome(assessed.is_refused || !found.is_passed))
}

/// Refuses limits for what has no figure: they could only fail.
fn can_hold(gate: &Gate, now: &Assessment, attack: &Attack) -> Result<(), Failure> {
    let no_tactic = gate.min_tactic.keys().find(|id| !now.tactics.iter().any(|t| t.id == **id));
    if let Some(id) = no_tactic {
        let name = attack.tactic(id).map_or(id.as_str(), |ix| attack.tactics[ix].name.as_str());
        let failure = Failure::new(format!("no technique of {name} is in scope"));
        return Err(failure.help("leave its limit out, or add a --platform"));
    }
    let no_adversary =
        gate.min_adversary.keys().find(|id| !now.adversaries.iter().any(|a| a.id == **id));
    if let Some(id) = no_adversary {
        let name =
            attack.adversary(id).map_or(id.as_str(), |ix| attack.adversaries[ix].name.as_str());
        let failure = Failure::new(format!("{name} is not in the profile"));
        return Err(failure.help("add it to [profile] adversaries, or leave its limit out"));
    }
    Ok(())
}

/// Where files are, from the folder in which the command was typed: what a message calls a file
/// may be told from the folder of the project.
fn places(plan: &Plan) -> Places {
    let here = std::env::current_dir().unwrap_or_default();
    let from_here = |path: &Path| {
        let path = slashed(path.strip_prefix(&here).unwrap_or(path));
        path.trim_start_matches("./").to_owned()
    };
    let sources: Vec<(String, String)> =
        plan.sources.iter().map(|s| (s.shown.clone(), from_here(&s.path))).collect();
    match &plan.gate.file {
        Some(file) => {
            let folder = file.parent().map(&from_here).filter(|folder| !folder.is_empty());
            let base = folder.map(|folder| format!("{folder}/")).unwrap_or_default();
            Places { base, sources, gate: from_here(file), line: plan.gate.line }
        }
        None => {
            let gate = sources.first().map(|(_, path)| path.clone()).unwrap_or_default();
            Places { base: String::new(), sources, gate, line: None }
        }
    }
}
