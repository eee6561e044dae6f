//! `lacuna explain`: every term behind one technique, capability or adversary.

use std::collections::BTreeMap;

use ingest::named::{Naming, OF_FILE};
use ingest::suggest;
use model::attack::Attack;
use model::id::TechniqueId;
use model::resolve::{Resolved, Resolver};
use model::score::round9;
use report::view::explain;
use serde_json::json;

use crate::Outcome;
use crate::args::{Common, Format};
use crate::assessing::{Assessed, assessed};
use crate::failure::Failure;
use crate::profile::scenarios;
use crate::streams::Streams;

pub(crate) fn run(what: &str, common: &Common, format: Format) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let found = assessed(common, &mut streams)?;
    found.tell(common, false, &mut streams)?;
    let (sheets, value) = match TechniqueId::parse(what) {
        Ok(id) => technique(&found, id)?,
        Err(_) => capability(&found, what)
            .or_else(|| own_adversary(&found, what))
            .or_else(|| adversary(&found, what))
            .ok_or_else(|| unknown(&found, what))?,
    };
    super::print(&sheets, &value, format, &mut streams)?;
    Ok(super::outcome(found.is_refused))
}

type Explained = (Vec<report::sheet::Sheet>, serde_json::Value);

fn technique(found: &Assessed, id: TechniqueId) -> Result<Explained, Failure> {
    let Assessed { assessment, attack, .. } = found;
    if let Some(technique) = assessment.technique(id) {
        return Ok((explain::technique(assessment, technique), json!(technique)));
    }
    let release = format!("ATT&CK {} {}", attack.domain, attack.version);
    let excluded = |id| assessment.scope.excluded.iter().find(|e| Some(e.technique) == id);
    if let Some(exclusion) = excluded(Some(id)).or_else(|| excluded(id.parent())) {
        let failure =
            Failure::new(format!("{id} is excluded from the scope: {}", exclusion.reason));
        return Err(failure.help("remove the exclusion to see it"));
    }
    let only = assessment.scope.only.as_ref();
    if let Some(only) = only.filter(|only| attack.technique(id).is_some() && !only.takes(id)) {
        let failure =
            Failure::new(format!("{id} is out of scope: {} does not name it", only.source));
        return Err(failure.help(format!("add it to {}, or leave the list out", only.source)));
    }
    if let Some(ix) = attack.technique(id) {
        let names = attack.techniques[ix].platforms.iter().map(|p| attack.platforms[*p].as_str());
        let names = names.collect::<Vec<_>>().join(", ");
        let failure = Failure::new(format!("{id} is out of scope: it happens on {names} only"));
        return Err(failure.help("add a --platform to see it"));
    }
    match attack.fate(model::attack::ObjectKind::Technique, &id.to_string()) {
        Some(model::attack::Fate::Replaced(by)) => {
            let failure = Failure::new(format!("{id} was replaced in {release} by {by}"));
            Err(failure.help(format!("lacuna explain {by}")))
        }
        Some(model::attack::Fate::Deprecated) => {
            let failure = Failure::new(format!("{id} is deprecated in {release}"));
            Err(failure.help("it has no successor; name the technique that is meant"))
        }
        None => Err(elsewhere(attack, id).unwrap_or_else(|| {
            let failure = Failure::new(format!("{id} is not in {release}"));
            let ids: Vec<String> = attack.techniques.iter().map(|t| t.id.to_string()).collect();
            let near = suggest::did_you_mean(&id.to_string(), ids.iter().map(String::as_str));
            failure.help(near.unwrap_or_else(|| "check the id".to_owned()))
        })),
    }
}

/// Where an id is known that the release in use does not know.
fn elsewhere(attack: &Attack, id: TechniqueId) -> Option<Failure> {
    match Resolver::new(attack, || ingest::snapshot::neighbours(attack)).technique(id) {
        Resolved::OtherDomain(domain) => {
            let failure = Failure::new(format!("{id} belongs to {domain}"));
            Some(failure.help(format!("assess that domain with --domain {domain}")))
        }
        Resolved::Newer { version, .. } => {
            let failure = Failure::new(format!("{id} is new in ATT&CK {version}"));
            Some(failure.help(format!("use --attack {version}")))
        }
        Resolved::Live(_) | Resolved::Replaced(_) | Resolved::Deprecated | Resolved::Unknown => {
            None
        }
    }
}

fn capability(found: &Assessed, what: &str) -> Option<Explained> {
    let same = |text: &str| text.eq_ignore_ascii_case(what.trim());
    let all = || found.assessment.capabilities.iter();
    let capability = all().find(|c| same(&c.id)).or_else(|| all().find(|c| same(&c.title)))?;
    Some((explain::capability(&found.assessment, capability), json!(capability)))
}

fn adversary(found: &Assessed, what: &str) -> Option<Explained> {
    let Assessed { assessment, attack, .. } = found;
    let [ix, ..] = attack.adversaries_called(what)[..] else {
        return None;
    };
    let adversary = &attack.adversaries[ix];
    let uses = model::threat::uses(attack, adversary, &assessment.policy, assessment.as_of);
    let figures = assessment.adversaries.iter().find(|a| a.id == adversary.id);
    let value = json!({
        "id": adversary.id,
        "name": adversary.name,
        "kind": adversary.kind.name(),
        "aliases": adversary.aliases,
        "figures": figures,
        "uses": used(attack, &uses),
    });
    Some((explain::adversary(assessment, attack, adversary, &uses), value))
}

/// One of the profile's own, by its id or name, or by its file where that describes no other; or a
/// scenario.
fn own_adversary(found: &Assessed, what: &str) -> Option<Explained> {
    let Assessed { assessment, attack, .. } = found;
    let same = |text: &str| text.eq_ignore_ascii_case(what.trim());
    let all = || assessment.profile.own.iter();
    let of_file =
        |id: &str| id.strip_prefix(what.trim()).is_some_and(|rest| rest.starts_with(OF_FILE));
    let mut of_file = all().filter(|(id, _)| of_file(id));
    let alone = of_file.next().filter(|_| of_file.next().is_none());
    let known =
        all().find(|(id, _)| same(id)).or_else(|| all().find(|(_, own)| same(&own.name))).or(alone);
    let scenario;
    let (id, own) = match known {
        Some(known) => known,
        // It needs no file, and can be explained though it is not in the profile.
        None => {
            let described = scenarios::scenario(what)?.ok()?;
            scenario = scenarios::adversary(described, &mut Naming::new(attack), attack).ok()?;
            (&scenario.id, &scenario.adversary)
        }
    };
    let uses = model::threat::uses_of_own(attack, own, &assessment.policy);
    let value = json!({
        "id": id,
        "name": own.name,
        "kind": "own",
        "software": own.software,
        "resolution": own.resolution,
        "figures": assessment.adversaries.iter().find(|a| a.id == *id),
        "uses": used(attack, &uses),
    });
    Some((explain::own_adversary(assessment, attack, id, own, &uses), value))
}

fn used(attack: &Attack, uses: &[f64]) -> BTreeMap<String, f64> {
    let techniques = attack.techniques.iter().zip(uses);
    let used = techniques.filter(|(_, chance)| **chance > 0.0);
    used.map(|(technique, chance)| (technique.id.to_string(), round9(*chance))).collect()
}

fn unknown(found: &Assessed, what: &str) -> Failure {
    let Assessed { assessment, attack, .. } = found;
    let capabilities = assessment.capabilities.iter().flat_map(|c| [c.id.as_str(), &c.title]);
    let own = assessment.profile.own.iter().flat_map(|(id, own)| [id.as_str(), &own.name]);
    let adversaries = attack.adversaries.iter().flat_map(|a| a.names()).chain(own);
    let near =
        suggest::did_you_mean(what, capabilities.chain(adversaries).filter(|n| !n.is_empty()));
    if let Some(Err(failure)) = scenarios::scenario(what) {
        return failure;
    }
    let failure = Failure::new(format!("{what:?} is no technique, capability or adversary"));
    if crate::profile::looks_like_file(what) && near.is_none() {
        return failure.help(format!("add it to the adversaries with --adversary {what}"));
    }
    failure.help(near.unwrap_or_else(|| "name a technique such as T1059.001".to_owned()))
}
