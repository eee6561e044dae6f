//! A summary of an assessment in Markdown, for a ticket, a wiki or a pull request.

use std::io::{self, Write};

use model::scenario::ScenarioCoverage;

use crate::markdown;
use crate::material::Material;
use crate::sheet::{Sheet, Value};
use crate::view::references::References;
use crate::view::{self, basis, caveats};

/// Gaps that are listed.
const GAPS: usize = 25;
/// Techniques that are listed of what moved, and of what most segments lack.
const TECHNIQUES: usize = 10;

/// Writes the finding, and what it rests on, as a heading; then a table for each question.
///
/// # Errors
/// Those of the writer.
pub fn write(material: &Material<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Material { assessment, heading, .. } = material;
    writeln!(out, "# {}\n", markdown::inert(&view::finding(assessment)))?;
    let organisation = &assessment.organisation;
    let classification = organisation.classification.as_deref().unwrap_or_default();
    let mut said = vec![classification.to_owned(), (*heading).to_owned()];
    said.extend(common(material));
    said.extend(References::of(assessment, material.stacks).map(|found| found.sentence()));
    said.push(LIMIT.to_owned());
    said.push(view::provenance(assessment));
    for line in said.iter().filter(|line| !line.is_empty()) {
        writeln!(out, "{}\n", markdown::paragraph(line))?;
    }
    let sheets = sheets(material);
    sheets.iter().try_for_each(|sheet| {
        markdown::write(sheet, out)?;
        writeln!(out)
    })
}

/// What every reader must know.
const LIMIT: &str = "A rule that exists is not proof that an attack is seen. Proven is what tests \
                     that still count have shown, expected what can be relied on, claimed what is \
                     said to be there.";

/// What many tables say above themselves, and the summary once.
fn common(material: &Material<'_>) -> Vec<String> {
    let mut said = caveats(material.assessment);
    said.push(basis(material.assessment));
    said
}

fn sheets(material: &Material<'_>) -> Vec<Sheet> {
    let assessment = material.assessment;
    let mut sheets = Vec::new();
    if let Some(since) = material.since {
        sheets.extend(view::diff::sheets(since.before, assessment, since.diff, TECHNIQUES));
    }
    sheets.extend((!material.scenarios.is_empty()).then(|| scenarios(material.scenarios)));
    sheets.push(view::levers::sheet(assessment));
    sheets.push(view::gaps(assessment, None, GAPS));
    sheets.extend(view::recommend::sheets(assessment, material.recommendation, false));
    sheets.push(view::decisions::sheet(material.decisions));
    sheets.push(view::contribution::sheet(assessment, material.contributions));
    if let Some(segments) = material.segments {
        sheets.extend(view::compare::segment_sheets(segments, Vec::new(), TECHNIQUES));
    }
    sheets.extend((!material.line.is_empty()).then(|| view::trend::sheet(material.line)));
    let common = common(material);
    sheets.iter_mut().for_each(|sheet| sheet.notes.retain(|note| !common.contains(note)));
    sheets.retain(|sheet| !sheet.rows.is_empty());
    sheets
}

/// What boards ask about.
fn scenarios(scenarios: &[ScenarioCoverage]) -> Sheet {
    let mut sheet = Sheet::new(
        "What could happen, and how much of it is covered",
        &[
            ("Scenario", "scenario"),
            ("Proven", "proven"),
            ("Expected", "expected"),
            ("Claimed", "claimed"),
            ("Techniques in scope", "techniques"),
        ],
    );
    let row = |scenario: &ScenarioCoverage| {
        vec![
            Value::text(&scenario.name),
            Value::Share(scenario.coverage.lo),
            Value::Share(scenario.coverage.exp),
            Value::Share(scenario.coverage.hi),
            Value::Whole(scenario.techniques),
        ]
    };
    sheet.rows = scenarios.iter().map(row).collect();
    sheet
}
