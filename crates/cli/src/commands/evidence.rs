//! `lacuna evidence`: what supports each requirement, for auditors.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

use ingest::suggest;
use model::Inputs;
use model::capability::{Capability, Function, Kind};
use model::requirement::{self, Supported};
use report::view;

use crate::Outcome;
use crate::args::{Common, Format};
use crate::assessing::{Gathered, answer, gathered};
use crate::failure::Failure;
use crate::streams::Streams;

/// What stands for ATT&CK's mitigations among the frameworks.
const MITIGATIONS: &str = "mitigations";

pub(crate) fn run(
    common: &Common,
    frameworks: &[String],
    format: Format,
) -> Result<Outcome, Failure> {
    let asked = asked(frameworks)?;
    let mut streams = Streams::new(&common.talk);
    let gathered = gathered(common, &mut streams)?;
    let supported = supported(&gathered, asked);
    let catalog = gathered.catalog(&[]);
    let answer = answer(&gathered.inputs(&catalog), common);
    let found = gathered.finish(answer, common);
    found.tell(common, matches!(format, Format::Table | Format::Md), &mut streams)?;
    if format == Format::Ndjson {
        for requirement in &supported.requirements {
            report::json::write_line(requirement, &mut streams.out)?;
        }
        streams.out.flush()?;
        return Ok(super::outcome(found.is_refused));
    }
    let sheet = view::evidence::sheet(&found.assessment, &supported);
    super::print(&[sheet], &supported, format, &mut streams)?;
    Ok(super::outcome(found.is_refused))
}

/// What was asked for beside what records name.
#[derive(Default)]
pub(crate) struct Asked {
    controls: BTreeSet<String>,
    has_mitigations: bool,
}

fn asked(frameworks: &[String]) -> Result<Asked, Failure> {
    let mut asked = Asked::default();
    for name in frameworks {
        if name.eq_ignore_ascii_case(MITIGATIONS) {
            asked.has_mitigations = true;
            continue;
        }
        let Some(controls) = ingest::requirements_of(name) else {
            let known = || ingest::requiring_frameworks().chain([MITIGATIONS]);
            let hint = suggest::did_you_mean(name, known());
            let all = format!("there are {}", known().collect::<Vec<_>>().join(", "));
            let failure = Failure::new(format!("there is no framework {name:?}"));
            return Err(failure.help(hint.unwrap_or(all)));
        };
        asked.controls.extend(controls);
    }
    Ok(asked)
}

/// What supports the requirements.
fn supported(gathered: &Gathered, asked: Asked) -> Supported {
    // The catalogue knows the controls that capabilities name, and this one names the others.
    let asks = Capability {
        controls: asked.controls.iter().cloned().collect(),
        ..Capability::new("", Kind::Control, Function::Prevent)
    };
    let catalog = gathered.catalog(&[Arc::new(asks)]);
    let inputs = gathered.inputs(&catalog);
    let ids = requirements(&inputs, asked);
    requirement::supported(&inputs, ids)
}

/// The requirements that records name, and those that were asked for; ATT&CK's mitigations where
/// there are none.
pub(crate) fn requirements(inputs: &Inputs<'_>, asked: Asked) -> BTreeSet<String> {
    let frameworks: BTreeSet<&str> = ingest::requiring_frameworks().collect();
    let requires =
        |id: &&String| id.split_once(':').is_some_and(|(name, _)| frameworks.contains(name));
    let named = inputs.capabilities.iter().flat_map(|c| &c.controls).filter(requires);
    let mut ids = asked.controls;
    ids.extend(named.cloned());
    if asked.has_mitigations || ids.is_empty() {
        ids.extend(requirement::mitigations(inputs));
    }
    ids
}
