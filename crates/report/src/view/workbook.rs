//! What the workbook of a report says, sheet by sheet, as rows and columns. How it looks is decided
//! elsewhere.

pub mod about;
pub mod gaps;
pub mod lists;

use model::assessment::{Assessment, CoverageLevel};
use model::diagnostic::{Diagnostic, Severity};
use model::inputs::Source;
use model::score::Range;

use super::{account, count, domain, in_scope};
use crate::sheet::{Sheet, Value, percent};

/// The headline figures: proven, expected and claimed, and what each is a share of.
#[must_use]
pub fn figures(assessment: &Assessment) -> Sheet {
    let mut sheet = Sheet::new(
        "Figures",
        &[
            ("Figure", "figure"),
            ("Proven", "proven"),
            ("Expected", "expected"),
            ("Claimed", "claimed"),
            ("Share of what", "meaning"),
        ],
    );
    let headline = &assessment.headline;
    let mut row = |name: &str, Range { lo, exp, hi }: Range, meaning: &str| {
        let shares = [lo, exp, hi].map(Value::Share);
        let row = [Value::text(name)].into_iter().chain(shares).chain([Value::text(meaning)]);
        sheet.rows.push(row.collect());
    };
    row("Coverage against our adversaries", headline.threat_weighted, THREAT_WEIGHTED);
    let by_function = |word: &str| headline.by_function.get(word).map(|by| by.threat_weighted);
    for (word, name, meaning) in BY_FUNCTION {
        if let Some(range) = by_function(word) {
            row(name, range, meaning);
        }
    }
    row("Techniques covered at all", headline.raw_any, LEAVES);
    row("Techniques covered enough", headline.raw_at_target, LEAVES);
    row("Mean coverage of a technique", headline.mean_strength, "of full coverage of every one");
    sheet
}

const THREAT_WEIGHTED: &str =
    "of what they are likely to do, by threat and impact, up to what is enough for each technique";
const LEAVES: &str = "of sub-techniques, and techniques that have none, in scope";
const BY_FUNCTION: [(&str, &str, &str); 3] = [
    ("prevent", "Prevented", "of the same, by what prevents alone"),
    ("detect", "Detected", "of the same, by what detects alone"),
    ("respond", "Responded to", "of the same, by what responds; this covers nothing by itself"),
];

/// What the figures are about, a fact a row.
#[must_use]
pub fn facts(assessment: &Assessment) -> Sheet {
    let mut sheet = Sheet::new("What this is about", &[("", "what"), ("", "value")]);
    let organisation = &assessment.organisation;
    let release = &assessment.attack;
    let platforms = assessment.scope.platforms.iter();
    let platforms: Vec<String> =
        platforms.map(|(name, share)| format!("{name} {}", percent(*share))).collect();
    let facts = [
        ("Organisation", organisation.name.clone().unwrap_or_default()),
        ("Tenant", organisation.tenant.clone().unwrap_or_default()),
        ("Segment", organisation.segment.clone().unwrap_or_default()),
        ("Classification", organisation.classification.clone().unwrap_or_default()),
        ("As of", assessment.as_of.to_string()),
        ("Scope", in_scope(assessment)),
        ("Platforms", platforms.join(", ")),
        ("ATT&CK", format!("{} {}", domain(&release.domain), release.version)),
        ("Inputs (SHA-256)", super::input_hash(assessment)),
        ("Made by", assessment.generated_by.clone()),
    ];
    let said = facts.into_iter().filter(|(_, value)| !value.is_empty());
    sheet.rows = said.map(|(what, value)| vec![Value::text(what), Value::text(value)]).collect();
    sheet
}

/// The first of the columns of [`tactics`] that count levels, and how many they are.
pub const LEVELS_FROM: usize = 4;

/// A row a tactic, in the order of the matrix: its coverage, and how many of its techniques have
/// each level.
#[must_use]
pub fn tactics(assessment: &Assessment) -> Sheet {
    let mut sheet = Sheet::new(
        "By tactic",
        &[
            ("Tactic", "tactic"),
            ("Expected", "expected"),
            ("Of all they do", "weight_share"),
            ("Techniques", "techniques"),
        ],
    );
    let levels = CoverageLevel::ALL.map(|level| capitalised(level.word()));
    sheet.columns.extend(levels.map(|name| crate::sheet::Column::new(name.clone(), name)));
    for tactic in &assessment.tactics {
        let own = || assessment.techniques.iter().filter(|t| t.tactics.contains(&tactic.id));
        let of = |level| Value::Whole(own().filter(|t| t.level == level).count());
        let mut row = vec![
            Value::text(&tactic.name),
            Value::Share(tactic.threat_weighted),
            Value::Share(tactic.weight_share),
            Value::Whole(own().count()),
        ];
        row.extend(CoverageLevel::ALL.map(of));
        sheet.rows.push(row);
    }
    sheet
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The account of what was read, with the hash of each source.
#[must_use]
pub fn sources(assessment: &Assessment) -> Sheet {
    let mut sheet = account(assessment);
    let sum = |of: fn(&Source) -> usize| assessment.inputs.iter().map(of).sum::<usize>();
    sheet.title = format!(
        "{} read: {} used, {} off, {} without a technique, {} not understood",
        count(sum(|s| s.records), "record"),
        sum(|s| s.used),
        sum(|s| s.off),
        sum(|s| s.without_technique),
        sum(|s| s.not_understood),
    );
    sheet.columns.push(crate::sheet::Column::new("SHA-256", "sha256"));
    let hash = |row: &[Value]| {
        let Some(Value::Text(path)) = row.first() else { return Value::Blank };
        let source = assessment.inputs.iter().find(|source| source.path == *path);
        Value::text(source.map(|source| source.sha256.as_str()).unwrap_or_default())
    };
    for row in &mut sheet.rows {
        let hash = hash(row);
        row.push(hash);
    }
    sheet
}

/// Everything there is to say about the data, a row each, the worst first.
#[must_use]
pub fn diagnostics(assessment: &Assessment) -> Sheet {
    let of = |severity| assessment.diagnostics.iter().filter(|d| d.severity == severity).count();
    let title = format!(
        "{}, {} and {} about the inputs",
        count(of(Severity::Error), "error"),
        count(of(Severity::Warning), "warning"),
        count(of(Severity::Note), "note"),
    );
    let mut sheet = Sheet::new(
        title,
        &[
            ("Severity", "severity"),
            ("Code", "code"),
            ("File", "path"),
            ("Sheet", "sheet"),
            ("Place", "place"),
            ("Fact", "message"),
            ("Way out", "help"),
        ],
    );
    let mut sorted: Vec<&Diagnostic> = assessment.diagnostics.iter().collect();
    sorted.sort_by_key(|d| (d.severity, d.code));
    sheet.rows = sorted.into_iter().map(diagnostic).collect();
    sheet
}

fn diagnostic(diagnostic: &Diagnostic) -> Vec<Value> {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let origin = &diagnostic.origin;
    vec![
        Value::text(severity),
        Value::text(diagnostic.code.name()),
        Value::text(&origin.path),
        Value::text(origin.sheet.as_deref().unwrap_or_default()),
        Value::text(lists::place(origin)),
        Value::text(&diagnostic.message),
        Value::text(&diagnostic.help),
    ]
}
