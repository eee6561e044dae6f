//! `lacuna what-if`: what a change would do.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ingest::{SourceChoice, suggest};
use model::attack::Attack;
use model::capability::{Capability, Kind, Status};
use model::diagnostic::Severity;
use model::diff::diff;
use model::what_if::{Change, changed};
use model::{Inputs, assess, candidate};
use report::view;
use serde::Serialize;

use crate::Outcome;
use crate::args::{Common, Format};
use crate::assessing::{Gathered, answer, gathered, tell};
use crate::failure::Failure;
use crate::project::{self, slashed};
use crate::streams::Streams;

/// What is to be changed, as it was typed.
pub(crate) struct Asked {
    pub(crate) add: Vec<PathBuf>,
    pub(crate) remove: Vec<String>,
    pub(crate) enable: Vec<String>,
    pub(crate) disable: Vec<String>,
    pub(crate) set: Vec<String>,
    pub(crate) drop_adversaries: Vec<String>,
    pub(crate) count: usize,
}

/// What a change does, as JSON.
#[derive(Serialize)]
struct WhatIf<'a> {
    schema: &'static str,
    generated_by: &'a str,
    changes: &'a [String],
    before: model::metrics::Headline,
    after: model::metrics::Headline,
    diff: &'a model::diff::Diff,
}

pub(crate) fn run(mut common: Common, asked: &Asked, format: Format) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    // What is typed of these is the change; what is there stands in the project.
    let platforms = std::mem::take(&mut common.platforms);
    let adversaries = std::mem::take(&mut common.adversaries);
    let gathered = gathered(&common, &mut streams)?;
    let added = added(&gathered, &asked.add, &common, &mut streams)?;
    let catalog =
        gathered.catalog(&added.iter().flat_map(|added| added.rows.clone()).collect::<Vec<_>>());
    let inputs = gathered.inputs(&catalog);
    let mut changes = Changes { inputs: &inputs, all: Vec::new(), said: Vec::new() };
    for Added { shown, rows } in added {
        let noun = if rows.len() == 1 { "capability" } else { "capabilities" };
        changes.said.push(format!("add {shown} ({} {noun})", rows.len()));
        changes.all.push(Change::Add(rows));
    }
    changes.capabilities(asked)?;
    changes.platforms(&platforms)?;
    changes.adversaries(&adversaries, &asked.drop_adversaries)?;
    if changes.all.is_empty() {
        let failure = Failure::new("nothing is to be changed");
        return Err(
            failure.help("say what, for example --add FILE, --disable ID or --drop-adversary NAME")
        );
    }
    let Changes { all, said, .. } = changes;
    let then = changed(&inputs, &all);
    let answer = answer(&inputs, &common);
    let (before, after) = (&answer.assessment, &assess(&then));
    let found = diff((before, &inputs), (after, &then));
    let sheets = view::what_if::sheets(before, after, &found, &said, asked.count);
    let value = WhatIf {
        schema: "lacuna.what_if.v1",
        generated_by: model::assessment::GENERATED_BY,
        changes: &said,
        before: before.headline.clone(),
        after: after.headline.clone(),
        diff: &found,
    };
    drop((inputs, then));
    let assessed = gathered.finish(answer, &common);
    assessed.tell(&common, false, &mut streams)?;
    super::print(&sheets, &value, format, &mut streams)?;
    Ok(super::outcome(assessed.is_refused))
}

/// What is to be added, and what it is called.
struct Added {
    shown: String,
    rows: Vec<Arc<Capability>>,
}

/// What stands before the names of products.
const PRODUCT: &str = "product:";

/// The rows to add, each as if it were in place.
fn added(
    gathered: &Gathered,
    typed: &[PathBuf],
    common: &Common,
    streams: &mut Streams,
) -> Result<Vec<Added>, Failure> {
    let mut added = Vec::new();
    for path in typed {
        let shown = slashed(path);
        let products = shown.strip_prefix(PRODUCT);
        let choice = products.and_then(|names| project::products(&[names.to_owned()], &shown));
        let choice = choice.unwrap_or_else(|| SourceChoice {
            path: Path::to_path_buf(path),
            shown: shown.clone(),
            ..SourceChoice::default()
        });
        let read = gathered.further(choice, common)?;
        tell(&read.diagnostics, Severity::Warning, &common.talk, streams)?;
        if read.capabilities.is_empty() {
            let failure = Failure::new(format!("{shown}: no capability in it"));
            return Err(failure.help("add a register, rules, or product:NAME"));
        }
        let rows = candidate::in_place(&read.capabilities, gathered.policy());
        added.push(Added { shown, rows });
    }
    Ok(added)
}

/// The changes while they are being put together, also in words.
struct Changes<'a> {
    inputs: &'a Inputs<'a>,
    all: Vec<Change>,
    said: Vec<String>,
}

impl Changes<'_> {
    fn capabilities(&mut self, asked: &Asked) -> Result<(), Failure> {
        for name in &asked.remove {
            let capability = self.called(name)?;
            let (id, title) = (capability.id.clone(), called(capability));
            self.said.push(format!("remove {title}"));
            self.all.push(Change::Remove(id));
        }
        for name in &asked.enable {
            let status = match self.called(name)?.kind {
                Kind::Rule => Status::Enabled,
                Kind::Control | Kind::DataSource => Status::Implemented,
            };
            self.status(name, status)?;
        }
        for name in &asked.disable {
            self.status(name, Status::Disabled)?;
        }
        for text in &asked.set {
            let (name, status) = text.rsplit_once('=').ok_or_else(|| {
                Failure::new(format!("--set {text:?} is not ID=STATUS"))
                    .help("write for example --set EDR-01=partial")
            })?;
            self.status(name, project::status(status, "--set")?)?;
        }
        Ok(())
    }

    fn status(&mut self, name: &str, status: Status) -> Result<(), Failure> {
        let capability = self.called(name)?;
        let (id, title) = (capability.id.clone(), called(capability));
        let was = capability.status;
        if was == status {
            self.said.push(format!("{title} is {} already", was.word()));
        } else {
            self.said.push(format!("{title}: {} becomes {}", was.word(), status.word()));
        }
        self.all.push(Change::Status(id, status));
        Ok(())
    }

    /// The capability with an id, else the one with a title.
    fn called(&self, name: &str) -> Result<&Capability, Failure> {
        let all = || self.inputs.capabilities.iter().map(AsRef::as_ref);
        let by_id = all().find(|c| c.id == name);
        let by_id = by_id.or_else(|| all().find(|c| c.id.eq_ignore_ascii_case(name)));
        if let Some(found) = by_id {
            return Ok(found);
        }
        let titled: Vec<&Capability> =
            all().filter(|c| c.title.eq_ignore_ascii_case(name)).collect();
        match titled[..] {
            [one] => Ok(one),
            [] => {
                let names = all().flat_map(|c| [c.id.as_str(), c.title.as_str()]);
                let hint = suggest::did_you_mean(name, names.filter(|name| !name.is_empty()));
                let hint = hint.unwrap_or_else(|| {
                    "lacuna import lists what was read with --format json".to_owned()
                });
                Err(Failure::new(format!("no capability is called {name:?}")).help(hint))
            }
            [first, second, ..] => {
                let message =
                    format!("{name:?} is the title of {:?} and {:?}", first.id, second.id);
                Err(Failure::new(message).help("name it by its id"))
            }
        }
    }

    fn platforms(&mut self, typed: &[String]) -> Result<(), Failure> {
        let shares = project::typed_platforms(self.inputs.attack, typed)?;
        for (name, share) in shares {
            self.said.push(format!("platform {name}: a share of {share}"));
            self.all.push(Change::Platform(name, share));
        }
        Ok(())
    }

    fn adversaries(&mut self, typed: &[String], dropped: &[String]) -> Result<(), Failure> {
        let attack: &Attack = self.inputs.attack;
        let weighed = project::typed_adversaries(attack, typed)?;
        self.all.extend(weighed.own.iter().map(|(id, own)| Change::Own(id.clone(), own.clone())));
        for (id, weight) in weighed.weights {
            let own = weighed.own.get(&id).map(|own| own.name.as_str());
            self.said.push(format!("{}: a weight of {weight}", self.named(&id, own)));
            self.all.push(Change::Adversary(id, weight));
        }
        for id in project::typed_adversaries(attack, dropped)?.weights.into_keys() {
            if !self.inputs.profile.adversaries.contains_key(&id) {
                let failure =
                    Failure::new(format!("{} is not in the profile", self.named(&id, None)));
                return Err(failure.help("drop an adversary that is"));
            }
            self.said.push(format!("without {}", self.named(&id, None)));
            self.all.push(Change::Adversary(id, 0.0));
        }
        Ok(())
    }

    /// An adversary by id and name.
    fn named(&self, id: &str, own: Option<&str>) -> String {
        let Inputs { attack, profile, .. } = self.inputs;
        let known = || attack.adversary(id).map(|ix| attack.adversaries[ix].name.as_str());
        let described = || profile.own.get(id).map(|own| own.name.as_str());
        match own.or_else(known).or_else(described) {
            Some(name) if name != id => format!("{id} {name}"),
            Some(_) | None => id.to_owned(),
        }
    }
}

fn called(capability: &Capability) -> String {
    match capability.title.as_str() {
        "" => capability.id.clone(),
        title => format!("{} {title}", capability.id),
    }
}
