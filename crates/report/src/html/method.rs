//! What the figures mean, what they rest on, and what they do not say.

use model::assessment::Assessment;
use model::inputs::Source;

use super::figures::against;
use crate::sheet::{Sheet, Value, percent};

/// The method in sentences.
pub(super) fn sentences(assessment: &Assessment) -> Vec<String> {
    let enough = percent(assessment.policy.tau);
    let release = &assessment.attack;
    vec![
        format!(
            "{} is the part of what they are likely to do, technique by technique and weighed by \
             how likely and how harmful each is, that is prevented or detected.",
            against(assessment),
        ),
        format!(
            "Enough is an expected coverage of {enough}: from there a technique counts in full \
             and is no gap, unless it was decided that less will do.",
        ),
        "Proven counts only what tests have shown and is nothing without tests; expected weighs \
         each claim by what it rests on; claimed takes every claim at its word."
            .to_owned(),
        "A rule is not a detection: that it exists, and names a technique, is no proof that an \
         attack will be seen."
            .to_owned(),
        "A technique of several tactics stands in each of them, and counts once in every total."
            .to_owned(),
        format!(
            "The figures rest on ATT&CK {} ({}{}) and on the inputs below, and come out the \
             same whenever these are the same.",
            release.version,
            release.source,
            hash(&release.sha256),
        ),
    ]
}

fn hash(sha256: &str) -> String {
    if sha256.is_empty() { String::new() } else { format!(", SHA-256 {sha256}") }
}

/// The inputs and their hashes.
pub(super) fn inputs(assessment: &Assessment) -> Sheet {
    let mut sheet = Sheet::new("Inputs", &[("Source", "source"), ("SHA-256", "sha256")]);
    let row = |source: &Source| vec![Value::text(&source.path), Value::text(&source.sha256)];
    sheet.rows = assessment.inputs.iter().map(row).collect();
    sheet
}
