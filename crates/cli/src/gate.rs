//! From what was typed and what `[gate]` says to the limits of a check: names and numbers are
//! checked here, and nowhere after.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ingest::suggest;
use model::attack::Attack;
use model::gate::Gate;
use model::scenario::PREFIX;
use model::score::round9;

use crate::args::GateArgs;
use crate::failure::Failure;
use crate::profile;
use crate::project::{Plan, adversary, hinted};

/// The limits, and the earlier assessment to compare with.
pub(crate) struct Asked {
    pub(crate) gate: Gate,
    pub(crate) against: Option<PathBuf>,
}

/// What was typed goes before what the file says, limit by limit.
pub(crate) fn asked(typed: &GateArgs, plan: &Plan) -> Result<Asked, Failure> {
    let (said, attack) = (&plan.gate, &plan.attack);
    let file = &said.gate;
    let within = |failure: Failure| match &said.file {
        Some(path) => failure.within(&format!("{}: [gate]", crate::project::slashed(path))),
        None => failure,
    };
    let share_of = |name: &str, typed: &Option<String>, said: Option<f64>| match typed {
        Some(text) => share(&format!("--{}", name.replace('_', "-")), text).map(Some),
        None => said.map(|value| checked(name, value, 1.0)).transpose().map_err(within),
    };
    let number_of = |name: &str, typed: Option<f64>, said: Option<f64>| match typed {
        Some(value) => checked(&format!("--{}", name.replace('_', "-")), value, 100.0).map(Some),
        None => said.map(|value| checked(name, value, 100.0)).transpose().map_err(within),
    };
    let gate = Gate {
        min_coverage: share_of("min_coverage", &typed.min_coverage, file.min_coverage)?,
        min_tactic: by_name(&typed.min_tactic, "--min-tactic", &file.min_tactic, within, |name| {
            tactic(attack, name)
        })?,
        min_adversary: by_name(
            &typed.min_adversary,
            "--min-adversary",
            &file.min_adversary,
            within,
            |name| known(plan, name),
        )?,
        max_gap_priority: number_of(
            "max_gap_priority",
            typed.max_gap_priority,
            file.max_gap_priority,
        )?,
        max_unknown_ids: share_of("max_unknown_ids", &typed.max_unknown_ids, file.max_unknown_ids)?,
        no_overdue: typed.no_overdue || file.no_overdue,
        max_new_gap: number_of("max_new_gap", typed.max_new_gap, file.max_new_gap)?,
        max_drop: number_of("max_drop", typed.max_drop, file.max_drop)?,
    };
    let base = said.file.as_ref().and_then(|file| file.parent()).unwrap_or("".as_ref());
    let against = typed.against.clone();
    let against = against.or_else(|| file.against.as_ref().map(|path| base.join(path)));
    if against.is_none() && (gate.max_new_gap.is_some() || gate.max_drop.is_some()) {
        let failure = Failure::new("there is no earlier assessment to measure a change by");
        return Err(failure.help("name one with --against, or against = \"...\" in [gate]"));
    }
    if against.is_none() && gate == Gate::default() {
        return Err(Failure::new("there is nothing to check").help(
            "ask for --min-coverage 0.35, --min-tactic execution=0.4, --min-adversary FIN7=0.5, \
             --max-gap-priority 60, --max-unknown-ids 1%, --no-overdue or --against BASELINE, or \
             write them into [gate] of lacuna.toml (min_coverage = 0.35)",
        ));
    }
    Ok(Asked { gate, against })
}

/// Limits by name: those of the file, and over them those that were typed.
fn by_name(
    typed: &[String],
    option: &str,
    said: &BTreeMap<String, f64>,
    within: impl Fn(Failure) -> Failure,
    resolve: impl Fn(&str) -> Result<String, Failure>,
) -> Result<BTreeMap<String, f64>, Failure> {
    let mut limits = BTreeMap::new();
    for (name, value) in said {
        let id = resolve(name).map_err(&within)?;
        limits.insert(id, checked(name, *value, 1.0).map_err(&within)?);
    }
    for text in typed {
        let Some((name, value)) = text.rsplit_once('=') else {
            let failure = Failure::new(format!("{option} {text:?} is not NAME=SHARE"));
            return Err(failure.help(format!("write for example {option} {text}=0.4")));
        };
        limits.insert(resolve(name.trim())?, share(option, value)?);
    }
    Ok(limits)
}

/// The adversary with this name: one of the organisation's own, a scenario, else one of ATT&CK's.
fn known(plan: &Plan, name: &str) -> Result<String, Failure> {
    let same = |other: &str| other.eq_ignore_ascii_case(name.trim());
    let own = plan.profile.own.iter().find(|(id, own)| same(id) || same(&own.name));
    if let Some((id, _)) = own {
        return Ok(id.clone());
    }
    match profile::scenarios::scenario(name).transpose()? {
        Some(scenario) => Ok(format!("{PREFIX}{}", scenario.id)),
        None => adversary(&plan.attack, name),
    }
}

fn tactic(attack: &Attack, name: &str) -> Result<String, Failure> {
    if let Some(ix) = attack.tactic(name) {
        return Ok(attack.tactics[ix].id.clone());
    }
    let names: Vec<&str> = attack.tactics.iter().map(|tactic| tactic.shortname.as_str()).collect();
    let hint = suggest::did_you_mean(name, names.iter().copied());
    let all = format!("tactics are {}", names.join(", "));
    let message = format!("{name:?} is no tactic of ATT&CK {}", attack.version);
    Err(hinted(Failure::new(message), Some(hint.unwrap_or(all))))
}

/// `0.35` or `35%`.
fn share(place: &str, text: &str) -> Result<f64, Failure> {
    let text = text.trim();
    let number = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse().map(|percent: f64| percent / 100.0),
        None => text.parse(),
    };
    match number {
        Ok(value) => checked(place, value, 1.0),
        Err(_) => {
            let failure = Failure::new(format!("{place}: {text:?} is no share"));
            Err(failure.help("write it as 0.35 or 35%"))
        }
    }
}

fn checked(place: &str, value: f64, most: f64) -> Result<f64, Failure> {
    if (0.0..=most).contains(&value) {
        return Ok(round9(value));
    }
    let help = match most {
        1.0 => "it is a share: write it as 0.35 or 35%",
        _ => "it is a number from 0 to 100",
    };
    let help = if most <= 1.0 && !place.starts_with('-') {
        "it is a share: write it as 0.35"
    } else {
        help
    };
    Err(Failure::new(format!("{place}: {value} is outside 0 to {most}")).help(help))
}
