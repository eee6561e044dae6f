//! `lacuna diff`: what moved between two assessments.

use std::path::{Path, PathBuf};

use ingest::{releases, snapshot};
use model::attack::Attack;
use model::diff::{Diff, diff};
use model::{Assessment, Inputs};
use report::view;

use crate::Outcome;
use crate::args::{Format, Talk};
use crate::failure::Failure;
use crate::made;
use crate::project::slashed;
use crate::streams::Streams;

/// What is asked for.
pub(crate) struct Asked<'a> {
    pub(crate) before: &'a Path,
    pub(crate) after: &'a Path,
    pub(crate) bundles: &'a [PathBuf],
    pub(crate) count: usize,
}

pub(crate) fn run(asked: &Asked<'_>, format: Format, talk: &Talk) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(talk);
    let (before, after) = (assessment(asked.before)?, assessment(asked.after)?);
    if before.attack.domain != after.attack.domain {
        let (before, after) = (&before.attack.domain, &after.attack.domain);
        return Err(two_domains((asked.before, before), (&slashed(asked.after), after)));
    }
    let bundles = bundles(asked.bundles)?;
    let later = release(&after, &bundles).ok_or_else(|| no_release(asked.after, &after))?;
    let earlier = match before.attack.sha256 == after.attack.sha256 {
        true => None,
        false => release(&before, &bundles),
    };
    if earlier.is_none() && before.attack.sha256 != after.attack.sha256 && !talk.quiet {
        let note = format!("{}; name its bundle with --attack", not_at_hand(asked.before, &before));
        streams.say("note", &note)?;
    }
    let earlier = earlier.as_ref().unwrap_or(&later);
    let catalogs = (
        ingest::catalog(earlier, &before.capabilities),
        ingest::catalog(&later, &after.capabilities),
    );
    let (inputs, inputs_after) =
        (before.inputs(earlier, &catalogs.0), after.inputs(&later, &catalogs.1));
    let found = diff((&before, &inputs), (&after, &inputs_after));
    let sheets = view::diff::sheets(&before, &after, &found, asked.count);
    super::print(&sheets, &found, format, &mut streams)?;
    Ok(Outcome::Done)
}

pub(crate) fn assessment(path: &Path) -> Result<Assessment, Failure> {
    let file = if path.is_dir() { path.join(made::ASSESSMENT) } else { path.to_path_buf() };
    made::read(&file, report::json::read, made::NAME_ONE)
}

/// What moved between an earlier assessment and one that was just made.
pub(crate) fn since(
    (before, path): (&Assessment, &Path),
    (now, inputs): (&Assessment, &Inputs<'_>),
    streams: &mut Streams,
) -> Result<Diff, Failure> {
    of_one_domain((before, path), now)?;
    let is_same = before.attack.sha256 == now.attack.sha256;
    let earlier = if is_same { None } else { release(before, &[]) };
    if earlier.is_none() && !is_same {
        streams.say("note", &not_at_hand(path, before))?;
    }
    let attack = earlier.as_ref().unwrap_or(inputs.attack);
    let catalog = ingest::catalog(attack, &before.capabilities);
    Ok(diff((before, &before.inputs(attack, &catalog)), (now, inputs)))
}

/// An earlier assessment must be about what is read now.
pub(super) fn of_one_domain(
    (before, path): (&Assessment, &Path),
    now: &Assessment,
) -> Result<(), Failure> {
    let (then, now) = (&before.attack.domain, &now.attack.domain);
    match then == now {
        true => Ok(()),
        false => Err(two_domains((path, then), ("what is read", now))),
    }
}

/// What is about another domain cannot be compared.
fn two_domains(before: (&Path, &str), after: (&str, &str)) -> Failure {
    let message =
        format!("{} is about {}, {} about {}", slashed(before.0), before.1, after.0, after.1);
    Failure::new(message).help("compare assessments of one domain")
}

/// What is missing where the release of the earlier assessment is.
fn not_at_hand(path: &Path, before: &Assessment) -> String {
    format!(
        "ATT&CK {} of {} is not at hand, so what its change adds cannot be told",
        before.attack.version,
        slashed(path)
    )
}

fn bundles(paths: &[PathBuf]) -> Result<Vec<Attack>, Failure> {
    let load = |path: &PathBuf| {
        releases::load(Some(&path.to_string_lossy()), releases::DEFAULT_DOMAIN)
            .map_err(|error| Failure::new(error).help("name a STIX bundle of ATT&CK"))
    };
    paths.iter().map(load).collect()
}

/// The release that an assessment was made with, if it is at hand.
fn release(assessment: &Assessment, bundles: &[Attack]) -> Option<Attack> {
    let sha256 = &assessment.attack.sha256;
    let named = bundles.iter().find(|bundle| bundle.sha256 == *sha256).cloned();
    named.or_else(|| snapshot::embedded_from(sha256))
}

fn no_release(path: &Path, assessment: &Assessment) -> Failure {
    let message = format!(
        "{} was made with ATT&CK {} of another bundle than those that are built in",
        slashed(path),
        assessment.attack.version
    );
    Failure::new(message).help("name its STIX bundle with --attack made::ASSESSMENT")
}
