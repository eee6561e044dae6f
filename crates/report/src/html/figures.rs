//! The headline in figures: at a glance, by function and by tactic.

use askama::Template;
use model::assessment::{Assessment, CoverageLevel, TechniqueAssessment};
use model::capability::Function;
use model::score::Range;

use crate::sheet::{Sheet, Value, percent};
use crate::view;
use crate::view::references::{self, References};

/// The three readings of the headline on a line, among those of well-known stacks, and how many
/// gaps are open.
#[derive(Debug, Template)]
#[template(path = "glance.html")]
pub(super) struct Glance {
    alternative: String,
    readings: [Reading; 3],
    ticks: Vec<Tick>,
    /// What the ticks were computed for.
    basis: String,
    gaps: usize,
    techniques: usize,
}

#[derive(Debug)]
struct Reading {
    class: &'static str,
    name: &'static str,
    figure: String,
    /// The length of its bar, as SVG says it.
    bar: String,
    meaning: &'static str,
}

/// What a well-known stack comes to.
#[derive(Debug)]
struct Tick {
    letter: char,
    name: String,
    figure: String,
    /// Where it stands on the line, as SVG says it.
    x: String,
}

impl Glance {
    pub(super) fn of(assessment: &Assessment, references: Option<&References<'_>>) -> Self {
        let Range { lo, exp, hi } = assessment.headline.threat_weighted;
        let reading = |class, name, share: f64, meaning| Reading {
            class,
            name,
            figure: percent(share),
            bar: along(share),
            meaning,
        };
        let alternative = format!(
            "{}: {} proven, {} expected, {} claimed",
            against(assessment),
            percent(lo),
            percent(exp),
            percent(hi)
        );
        Self {
            alternative,
            readings: [
                reading("lo", "Proven", lo, "tests have shown it"),
                reading("exp", "Expected", exp, "each claim weighed by what it rests on"),
                reading("hi", "Claimed", hi, "every claim taken at its word"),
            ],
            ticks: references.map(ticks).unwrap_or_default(),
            basis: references.map(References::basis).unwrap_or_default(),
            gaps: assessment.gaps().len(),
            techniques: assessment.scope.techniques,
        }
    }
}

/// A share of a line, as SVG says it.
fn along(share: f64) -> String {
    format!("{:.1}%", 100.0 * share.clamp(0.0, 1.0))
}

/// The stacks by what is expected of them, the least first.
fn ticks(references: &References<'_>) -> Vec<Tick> {
    let mut ticks = references.ticks();
    ticks.sort_by(|a, b| a.share.total_cmp(&b.share).then_with(|| a.name.cmp(b.name)));
    let tick = |(letter, tick): (char, references::Tick)| Tick {
        letter,
        figure: percent(tick.share),
        x: along(tick.share),
        name: tick.name.to_owned(),
    };
    ('A'..='Z').zip(ticks).map(tick).collect()
}

/// What is proven, expected and claimed, by function and by other definitions.
pub(super) fn readings(assessment: &Assessment) -> Sheet {
    let headline = &assessment.headline;
    let mut sheet = Sheet::new(
        "What is proven, expected and claimed",
        &[
            ("Figure", "figure"),
            ("Proven", "proven"),
            ("Expected", "coverage"),
            ("Claimed", "claimed"),
        ],
    );
    let mut row = |name: String, range: Range| {
        let shares = [range.lo, range.exp, range.hi].map(Value::Share);
        sheet.rows.push([vec![Value::text(name)], shares.to_vec()].concat());
    };
    row(against(assessment), headline.threat_weighted);
    for function in Function::SCORED {
        if let Some(figures) = headline.by_function.get(function.word()) {
            row(format!("By {} alone", noun(function)), figures.threat_weighted);
        }
    }
    let any = percent(assessment.policy.any_threshold);
    row(format!("Techniques covered at all ({any} or more)"), headline.raw_any);
    let enough = percent(assessment.policy.tau);
    row(format!("Techniques covered enough ({enough} or more)"), headline.raw_at_target);
    row("Mean coverage of a technique".to_owned(), headline.mean_strength);
    sheet
}

/// What the headline is called.
pub(super) fn against(assessment: &Assessment) -> String {
    let whose = if assessment.adversaries.is_empty() { "" } else { "our " };
    format!("Coverage against {whose}adversaries")
}

fn noun(function: Function) -> &'static str {
    match function {
        Function::Prevent => "prevention",
        Function::Detect => "detection",
        Function::Respond => "response",
        Function::Observe => "observation",
    }
}

/// Each tactic with its coverage and its share of the threat.
pub(super) fn tactics(assessment: &Assessment) -> Sheet {
    let mut sheet = Sheet::new(
        "Expected coverage by tactic, in the order of the matrix",
        &[
            ("Tactic", "tactic"),
            ("Name", "tactic_name"),
            ("Coverage", "coverage"),
            ("Share of the threat", "share"),
            ("Techniques in scope", "techniques"),
            ("Covered enough", "enough"),
        ],
    );
    let row = |tactic: &model::metrics::TacticCoverage| {
        let of_tactic = |t: &&TechniqueAssessment| t.tactics.contains(&tactic.id);
        let techniques = || assessment.techniques.iter().filter(of_tactic);
        let enough = techniques().filter(|t| t.level == CoverageLevel::Strong);
        vec![
            Value::text(&tactic.id),
            Value::text(&tactic.name),
            Value::Share(tactic.threat_weighted),
            Value::Share(tactic.weight_share),
            Value::Whole(techniques().count()),
            Value::Whole(enough.count()),
        ]
    };
    sheet.title = format!("{}; {}", sheet.title, view::in_scope(assessment));
    sheet.rows = assessment.tactics.iter().map(row).collect();
    sheet
}
