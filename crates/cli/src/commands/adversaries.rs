//! `lacuna adversaries`: whom ATT&CK knows, and whom files describe.

use ingest::named::{Named, Naming};
use ingest::scenarios::described;
use model::attack::Attack;
use model::diagnostic::Severity;
use report::view::adversaries;
use serde_json::json;

use crate::Outcome;
use crate::args::{Format, ReleaseArgs, Talk};
use crate::assessing::tell;
use crate::failure::Failure;
use crate::profile::{self, Shown};
use crate::project::release_of;
use crate::streams::Streams;

pub(crate) fn run(
    names: &[String],
    release: &ReleaseArgs,
    format: Format,
    talk: &Talk,
) -> Result<Outcome, Failure> {
    let attack = release_of(release)?;
    let mut streams = Streams::new(talk);
    let mut naming = Naming::new(&attack);
    let mut told = Vec::new();
    let chosen: Vec<Shown> = match names {
        [] => everybody(&attack, &mut naming),
        names => {
            let mut chosen = Vec::new();
            for name in names {
                chosen.extend(profile::shown(name, &mut naming, &attack, &mut told)?);
            }
            chosen
        }
    };
    tell(&told, Severity::Warning, talk, &mut streams)?;
    let sheets = match names {
        [] => vec![adversaries::list(&attack, &ingest::scenarios(&attack))],
        _ => chosen.iter().flat_map(|shown| sheets(&attack, shown)).collect(),
    };
    let value: Vec<serde_json::Value> = chosen.iter().map(|shown| value(&attack, shown)).collect();
    if format == Format::Ndjson {
        for adversary in &value {
            report::json::write_line(adversary, &mut streams.out)?;
        }
        std::io::Write::flush(&mut streams.out)?;
    } else {
        super::print(&sheets, &value, format, &mut streams)?;
    }
    Ok(Outcome::Done)
}

/// Whom ATT&CK knows, and the scenarios.
fn everybody(attack: &Attack, naming: &mut Naming<'_>) -> Vec<Shown> {
    let known = (0..attack.adversaries.len()).map(Shown::Known);
    let scenario = |scenario| {
        let named = profile::scenarios::adversary(scenario, naming, attack).ok()?;
        Some(Shown::Scenario(scenario, Box::new(named)))
    };
    known.chain(described().iter().filter_map(scenario)).collect()
}

fn sheets(attack: &Attack, shown: &Shown) -> [report::sheet::Sheet; 2] {
    match shown {
        Shown::Known(ix) => {
            let adversary = &attack.adversaries[*ix];
            [adversaries::about(attack, adversary), adversaries::techniques(attack, adversary)]
        }
        Shown::Own(named) => {
            let Named { id, adversary, .. } = &**named;
            [
                adversaries::about_own(attack, id, adversary),
                adversaries::techniques_of_own(attack, adversary),
            ]
        }
        Shown::Scenario(described, named) => {
            let Named { id, adversary, .. } = &**named;
            let mut about = adversaries::about_own(attack, id, adversary);
            about
                .rows
                .extend(adversaries::said_of_scenario(&described.question, &described.source));
            [about, adversaries::techniques_of_own(attack, adversary)]
        }
    }
}

fn value(attack: &Attack, shown: &Shown) -> serde_json::Value {
    let ids =
        |ixs: &[usize]| ixs.iter().map(|ix| attack.adversaries[*ix].id.clone()).collect::<Vec<_>>();
    match shown {
        Shown::Known(ix) => {
            let a = &attack.adversaries[*ix];
            let techniques = a.techniques.iter().map(|ix| attack.techniques[*ix].id);
            json!({
                "id": a.id,
                "name": a.name,
                "aliases": a.aliases,
                "kind": a.kind.name(),
                "first_seen": a.first_seen,
                "last_seen": a.last_seen,
                "techniques": techniques.collect::<Vec<_>>(),
                "software": ids(&a.software),
                "campaigns": ids(&a.campaigns),
            })
        }
        Shown::Own(named) => own(named),
        Shown::Scenario(described, named) => {
            let mut value = own(named);
            value["kind"] = json!("scenario");
            value["question"] = json!(described.question);
            value["source"] = json!(described.source);
            value
        }
    }
}

fn own(named: &Named) -> serde_json::Value {
    let Named { id, adversary, .. } = named;
    json!({
                "id": id,
                "name": adversary.name,
                "kind": "own",
                "techniques": adversary.techniques.keys().collect::<Vec<_>>(),
                "chances": adversary.techniques,
                "software": adversary.software,
                "resolution": adversary.resolution,
    })
}
