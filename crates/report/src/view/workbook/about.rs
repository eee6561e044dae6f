//! The last sheet of the workbook: how the figures come about, what they do not say, what the words
//! mean, and whose data they rest on.

use model::assessment::Assessment;

use crate::sheet::percent;
use crate::view::domain;

/// A heading and its lines; a line may have a term in front of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// What it is about.
    pub heading: &'static str,
    /// Terms, which may be empty, and what there is to say.
    pub lines: Vec<(&'static str, String)>,
}

/// Everything there is to say about the figures themselves.
#[must_use]
pub fn sections(assessment: &Assessment) -> Vec<Section> {
    vec![
        Section { heading: "How the figures come about", lines: method(assessment) },
        Section { heading: "What they do not say", lines: unnamed(&LIMITS) },
        Section { heading: "What the words mean", lines: glossary(assessment) },
        Section { heading: "How to work with this file", lines: named(&USE) },
        Section { heading: "What it rests on", lines: versions(assessment) },
    ]
}

fn named(lines: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    lines.iter().map(|(term, line)| (*term, (*line).to_owned())).collect()
}

fn unnamed(lines: &[&str]) -> Vec<(&'static str, String)> {
    lines.iter().map(|line| ("", (*line).to_owned())).collect()
}

fn method(assessment: &Assessment) -> Vec<(&'static str, String)> {
    let policy = &assessment.policy;
    vec![
        ("", "What there is (rules, controls, telemetry, tests) is brought to the techniques of ATT&CK that it names, or that the catalogue of its framework names for it.".to_owned()),
        ("", "Each piece of evidence has a strength, by what it rests on: a test, a published score, a word, or a mapping alone. Status, telemetry and reach lessen it; what shares its failures counts once.".to_owned()),
        ("", format!("A technique is covered enough from an expected coverage of {}, or of {} where a decision says that little is enough.", percent(policy.tau), percent(policy.tau_opportunistic))),
        ("", "Threat is the chance that our adversaries use a technique, blended with how common it is among all groups, and weighed by impact where that is stated.".to_owned()),
        ("", "Priority is 100 x threat x impact x the share of what is enough that is missing, raised for choke points. The gaps are ranked by it.".to_owned()),
    ]
}

const LIMITS: [&str; 4] = [
    "A rule is not a detection: that it exists, and names a technique, is no proof that an attack will be seen. Only tests prove.",
    "One passed test is not the technique: techniques can be carried out in more ways than anybody tests.",
    "ATT&CK records what was seen and published. What nobody has reported is not in it.",
    "A statement on paper says what is intended. What is done, nobody has looked at.",
];

fn glossary(assessment: &Assessment) -> Vec<(&'static str, String)> {
    let policy = &assessment.policy;
    let level = |least: f64, most: f64| {
        format!("an expected coverage of {} and more, below {}", percent(least), percent(most))
    };
    let mut words = named(&WORDS);
    words.extend([
        ("None", "no evidence at all".to_owned()),
        (
            "Trace",
            format!("some evidence; an expected coverage below {}", percent(policy.level_weak)),
        ),
        ("Weak", level(policy.level_weak, policy.level_partial)),
        ("Partial", level(policy.level_partial, policy.tau)),
        (
            "Strong",
            format!("enough: {} and more, or what a decision asks for", percent(policy.tau)),
        ),
    ]);
    words
}

const WORDS: [(&str, &str); 9] = [
    ("Proven", "what tests that count have shown; nothing without tests"),
    ("Expected", "each claim weighed by what it rests on; the figure to plan with"),
    ("Claimed", "every claim taken at its word"),
    ("Capability", "something there is: a rule, a control, a data source"),
    ("Evidence", "a capability that reaches a technique in scope"),
    ("Gap", "a technique in scope of which not enough is expected to be covered"),
    (
        "Next",
        "what to do first: enable (rules exist, but are off), test (claimed, never proven), write (telemetry is there, a rule is not), prevent (a control or mitigation applies), onboard (a log source or product is missing), accept (nothing mitigates or shows it)",
    ),
    ("Choke point", "a technique that many attacks have to pass through, 0 to 1"),
    ("Ease", "how easily the gap is closed: telemetry that is there, public rules, mitigations"),
];

const USE: [(&str, &str); 5] = [
    (
        "Gaps",
        "Yellow columns are yours. Choose a decision, name an owner and a day: Due for fix, Until for all others.",
    ),
    (
        "",
        "To take them into the next assessment, add decisions = [\"lacuna.xlsx\"] at the top of lacuna.toml; lacuna decisions --from lacuna.xlsx shows what would be taken, and says which cell is not understood.",
    ),
    (
        "",
        "A row without a decision is no decision. Everything else in this file is written anew by each report and is not read back.",
    ),
    ("Matrix", "Rest on a cell to see its terms. It prints on one page of A3."),
    (
        "By control",
        "Lost without it is what coverage against our adversaries would fall by if it were not there; others may cover the same, so that the column does not add up.",
    ),
];

fn versions(assessment: &Assessment) -> Vec<(&'static str, String)> {
    let release = &assessment.attack;
    let hash = match release.sha256.as_str() {
        "" => String::new(),
        sha256 => format!(", SHA-256 {sha256}"),
    };
    vec![
        ("Program", assessment.generated_by.clone()),
        (
            "ATT&CK",
            format!("{} {} ({}{hash})", domain(&release.domain), release.version, release.source),
        ),
        (
            "Day",
            format!(
                "{}: tests, campaigns and decisions are as old as they are on it",
                assessment.as_of
            ),
        ),
        ("Licence of ATT&CK", ATTACK_LICENCE.to_owned()),
    ]
}

/// In the words of MITRE's terms of use, which each copy has to carry.
const ATTACK_LICENCE: &str = "© 2025 The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation. The MITRE Corporation (MITRE) hereby grants you a non-exclusive, royalty-free license to use ATT&CK® for research, development, and commercial purposes. Any copy you make for such purposes is authorized provided that you reproduce MITRE's copyright designation and this license in any such copy. ATT&CK is provided \"as is\"; MITRE has neither made nor endorsed lacuna.";
