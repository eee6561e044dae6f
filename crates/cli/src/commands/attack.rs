//! `lacuna attack`: the ATT&CK data in use.

use clap::Subcommand;
use model::attack::AdversaryKind;
use report::view::adversaries;
use serde_json::json;

use crate::Outcome;
use crate::args::{AttackCommand, Format, ReleaseArgs, Talk};
use crate::failure::Failure;
use crate::project::release_of;
use crate::streams::Streams;

pub(crate) fn run(command: AttackCommand) -> Result<Outcome, Failure> {
    match command {
        AttackCommand::Info { release, format, talk } => info(&release, format.format, &talk),
        AttackCommand::Other(words) => match words.first().map(String::as_str) {
            Some("diff" | "fetch") => {
                let message = format!(
                    "the command \"attack {}\" is planned but not built: not yet",
                    words[0]
                );
                Err(Failure::new(message).help("there is attack info"))
            }
            _ => Err(super::unknown(
                &words,
                &AttackCommand::augment_subcommands(clap::Command::new("attack")),
            )),
        },
    }
}

fn info(release: &ReleaseArgs, format: Format, talk: &Talk) -> Result<Outcome, Failure> {
    let attack = release_of(release)?;
    let mut streams = Streams::new(talk);
    let mut sheet = adversaries::release(&attack);
    let built_in: Vec<String> = ingest::snapshot::EMBEDDED
        .iter()
        .map(|embedded| format!("{} {}", embedded.domain, embedded.version))
        .collect();
    sheet.notes.push(format!("Built in: {}", built_in.join(", ")));
    sheet.notes.push(NOTICE.to_owned());
    let of = |kind| attack.adversaries.iter().filter(|a| a.kind == kind).count();
    let value = json!({
        "domain": attack.domain,
        "version": attack.version,
        "source": attack.source,
        "sha256": attack.sha256,
        "tactics": attack.tactics.iter().map(|t| json!({"id": t.id, "name": t.name, "shortname": t.shortname})).collect::<Vec<_>>(),
        "platforms": attack.platforms,
        "techniques": attack.techniques.iter().filter(|t| t.id.parent().is_none()).count(),
        "subtechniques": attack.techniques.iter().filter(|t| t.id.parent().is_some()).count(),
        "groups": of(AdversaryKind::Group),
        "campaigns": of(AdversaryKind::Campaign),
        "malware": of(AdversaryKind::Malware),
        "tools": of(AdversaryKind::Tool),
        "mitigations": attack.mitigations.len(),
        "data_components": attack.components.len(),
        "built_in": built_in,
    });
    super::print(&[sheet], &value, format, &mut streams)?;
    Ok(Outcome::Done)
}

/// MITRE's terms for ATT&CK ask for this sentence.
const NOTICE: &str = "(c) The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation.";
