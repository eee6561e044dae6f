//! `lacuna adversaries`: whom ATT&CK knows.

use report::view::adversaries;
use serde_json::json;

use crate::Outcome;
use crate::args::{Format, ReleaseArgs, Talk};
use crate::failure::Failure;
use crate::project::{adversary_position, release_of};
use crate::streams::Streams;

pub(crate) fn run(
    names: &[String],
    release: &ReleaseArgs,
    format: Format,
    talk: &Talk,
) -> Result<Outcome, Failure> {
    let attack = release_of(release)?;
    let mut streams = Streams::new(talk);
    let chosen: Vec<usize> = match names {
        [] => (0..attack.adversaries.len()).collect(),
        names => {
            names.iter().map(|name| adversary_position(&attack, name)).collect::<Result<_, _>>()?
        }
    };
    let sheets = match names {
        [] => vec![adversaries::list(&attack)],
        _ => chosen
            .iter()
            .map(|ix| &attack.adversaries[*ix])
            .flat_map(|a| [adversaries::about(&attack, a), adversaries::techniques(&attack, a)])
            .collect(),
    };
    let id =
        |ixs: &[usize]| ixs.iter().map(|ix| attack.adversaries[*ix].id.clone()).collect::<Vec<_>>();
    let value: Vec<serde_json::Value> = chosen
        .iter()
        .map(|ix| &attack.adversaries[*ix])
        .map(|a| {
            let techniques = a.techniques.iter().map(|ix| attack.techniques[*ix].id);
            json!({
                "id": a.id,
                "name": a.name,
                "aliases": a.aliases,
                "kind": a.kind.name(),
                "first_seen": a.first_seen,
                "last_seen": a.last_seen,
                "techniques": techniques.collect::<Vec<_>>(),
                "software": id(&a.software),
                "campaigns": id(&a.campaigns),
            })
        })
        .collect();
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
