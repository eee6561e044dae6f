//! Every term of one number: a technique, a capability or an adversary taken apart.

use std::sync::Arc;

use model::Assessment;
use model::alerts;
use model::assessment::TechniqueAssessment;
use model::attack::{Adversary, Attack};
use model::capability::{Basis, Capability, Share};
use model::date::Date;
use model::inputs::OwnAdversary;
use model::score::{Range, round9};

use super::{basis, count, levers};
use crate::sheet::{Sheet, Value, percent};

/// A technique in scope: the terms of its priority, who uses it, what covers it.
#[must_use]
pub fn technique(assessment: &Assessment, technique: &TechniqueAssessment) -> Vec<Sheet> {
    let mut sheets = vec![priority(assessment, technique)];
    if !technique.threat.by_adversary.is_empty() {
        sheets.push(users(assessment, technique));
    }
    sheets.push(functions(technique));
    sheets.push(evidence(assessment, technique));
    sheets
}

fn priority(assessment: &Assessment, technique: &TechniqueAssessment) -> Sheet {
    let gaps = assessment.techniques.iter().filter(|t| t.rank.is_some()).count();
    let rank = technique.rank.map_or("no gap".to_owned(), |rank| format!("gap {rank} of {gaps}"));
    let title =
        format!("{} {}: {rank}, priority {:.1}", technique.id, technique.name, technique.priority);
    let mut sheet = terms(&title);
    sheet.notes.push(basis(assessment));
    let Assessment { policy, .. } = assessment;
    let threat = &technique.threat;
    let blend = match assessment.adversaries.is_empty() {
        true => "how common it is among all groups; there is no profile".to_owned(),
        false => format!(
            "{} profile ({:.3}) and {} all groups ({:.3})",
            percent(1.0 - policy.beta),
            threat.profile,
            percent(policy.beta),
            threat.baseline
        ),
    };
    let impact = match assessment.profile.impact.is_empty() {
        true => "the profile says nothing about it",
        false => "as set in the profile, on the scale of the largest",
    };
    let exp = technique.coverage.composite.exp;
    let ease = &technique.ease;
    sheet.rows = vec![
        term("Threat", threat.value, blend),
        term("Impact", threat.impact, impact),
        term("Coverage", exp, "expected, prevented or detected"),
        term("Enough", technique.target, "the coverage from which there is no gap"),
        term("Gap", technique.gap, "the share of enough that is missing"),
        term(
            "Choke point",
            technique.choke,
            format!(
                "weighs the priority by {:.2}",
                (1.0 + policy.a_choke * technique.choke) / (1.0 + policy.a_choke)
            ),
        ),
        term("Priority", technique.priority, "100 x threat x impact x gap, so weighed"),
        term(
            "Ease",
            ease.value,
            format!(
                "telemetry {}, {}, {} open",
                percent(ease.telemetry),
                count(ease.public_rules as usize, "public rule"),
                count(ease.mitigations, "mitigation"),
            ),
        ),
        term("Quick win", technique.quick_win, "the priority, weighed by ease"),
    ];
    if let (Some(next_move), Some(firm)) = (technique.next_move, technique.sensitivity) {
        sheet.notes.push(format!(
            "Next: {} ({}); among the first ten gaps in {} of {} runs with other numbers or adversaries",
            next_move.word(),
            levers::meaning(next_move),
            firm.top10,
            firm.runs
        ));
    }
    if !technique.flags.is_empty() {
        let minded: Vec<&str> = technique.flags.iter().map(|f| flag_in_words(f)).collect();
        sheet.notes.push(format!("Mind: {}", minded.join("; ")));
    }
    if let Some(decided) = &technique.disposition {
        let reason = decided.reason.as_ref().map(|reason| format!(": {reason}"));
        sheet.notes.push(format!(
            "Decided: {}{}",
            decided.decision.word(),
            reason.unwrap_or_default()
        ));
    }
    sheet
}

fn terms(title: &str) -> Sheet {
    Sheet::new(title, &[("Term", "term"), ("Value", "value"), ("Meaning", "meaning")])
}

fn term(name: &str, value: f64, meaning: impl Into<String>) -> Vec<Value> {
    vec![Value::text(name), Value::Number(value, 3), Value::text(meaning)]
}

fn users(assessment: &Assessment, technique: &TechniqueAssessment) -> Sheet {
    let mut sheet = Sheet::new(
        "Who uses it",
        &[("Adversary", "adversary"), ("Name", "name"), ("Adds to the profile", "share")],
    );
    for (id, share) in &technique.threat.by_adversary {
        let name = assessment.adversaries.iter().find(|a| a.id == *id).map(|a| a.name.clone());
        sheet.rows.push(vec![
            Value::text(id),
            Value::text(name.unwrap_or_default()),
            Value::Number(*share, 3),
        ]);
    }
    sheet
}

fn functions(technique: &TechniqueAssessment) -> Sheet {
    let mut sheet = Sheet::new(
        "How far it is covered",
        &[
            ("Function", "function"),
            ("Proven", "proven"),
            ("Expected", "expected"),
            ("Claimed", "claimed"),
        ],
    );
    let coverage = &technique.coverage;
    let rows = [
        ("prevented", coverage.prevent),
        ("detected", coverage.detect),
        ("prevented or detected", coverage.composite),
        ("responded to", coverage.respond),
    ];
    sheet.rows = rows
        .into_iter()
        .map(|(name, range)| [vec![Value::text(name)], shares(range)].concat())
        .collect();
    let tests = &technique.validated;
    if tests.run > 0 {
        let last = tests.last.map(|day| format!(", last on {day}")).unwrap_or_default();
        sheet.notes.push(format!(
            "{} of {} passed{last}",
            tests.passed,
            count(tests.run as usize, "test")
        ));
    }
    sheet
}

/// A flag as people say it; one of a later version stays as it is.
pub(crate) fn flag_in_words(flag: &str) -> &str {
    match flag {
        "single-item" => "one capability alone covers it",
        "single-family" => "all that covers it is of one family",
        "claimed-only" => "claimed, never proven",
        "parent-only" => "no sub-technique has evidence of its own",
        "platform-unspecified" => "some evidence names no platform",
        "strength-unstated" => "some evidence states no strength",
        "telemetry-unknown" => "whether its telemetry is there is not known",
        "silent-rule" => "a rule for it is silent",
        "noisy-rule" => "a rule for it raises many false alerts",
        "no-public-rule" => "there is no public rule for it",
        "no-mitigation" => "ATT&CK has no mitigation for it",
        "recency-unknown" => "no dated campaign says when it was last used",
        other => other,
    }
}

fn shares(range: Range) -> Vec<Value> {
    [range.lo, range.exp, range.hi].map(Value::Share).to_vec()
}

fn evidence(assessment: &Assessment, technique: &TechniqueAssessment) -> Sheet {
    let mut sheet = Sheet::new(
        "What covers it",
        &[
            ("Capability", "capability"),
            ("Title", "title"),
            ("Function", "function"),
            ("Family", "family"),
            ("By", "via"),
            ("Proven", "proven"),
            ("Expected", "expected"),
            ("Claimed", "claimed"),
            ("Where", "origin"),
        ],
    )
    .optional(&["title", "family", "claimed", "origin"]);
    for found in &technique.evidence {
        let mut capabilities = assessment.capabilities.iter().map(Arc::as_ref);
        let capability = capabilities.find(|c| c.id == found.capability);
        let of =
            |text: fn(&Capability) -> String| Value::text(capability.map(text).unwrap_or_default());
        sheet.rows.push(vec![
            Value::text(&found.capability),
            of(|c| c.title.clone()),
            Value::text(found.function.word()),
            Value::text(&found.family),
            Value::text(&found.via),
            Value::Share(found.lo),
            Value::Share(found.exp),
            Value::Share(found.hi),
            of(|c| c.origin.to_string()),
        ]);
    }
    let subs = assessment.techniques.iter().filter(|t| t.parent == Some(technique.id)).count();
    if subs > 0 {
        sheet.notes.push(format!(
            "It also takes in the mean of its {} in scope",
            count(subs, "sub-technique")
        ));
    }
    if sheet.rows.is_empty() {
        sheet.notes.push("Nothing that is switched on names it".to_owned());
    }
    sheet
}

/// A capability: what its record says, and what it comes to on each technique it reaches.
#[must_use]
pub fn capability(assessment: &Assessment, capability: &Capability) -> Vec<Sheet> {
    let title = match capability.title.as_str() {
        "" => capability.id.clone(),
        title if title == capability.id => title.to_owned(),
        title => format!("{} {title}", capability.id),
    };
    let mut record = Sheet::new(title, &[("Column", "column"), ("Says", "says")]);
    let by_default = |column: &str| {
        if capability.is_defaulted(column) { " (by default)" } else { "" }
    };
    let mut row = |name: &str, says: String| {
        if !says.is_empty() {
            record.rows.push(vec![Value::text(name), Value::text(says)]);
        }
    };
    row("where", capability.origin.to_string());
    row("kind", format!("{}{}", capability.kind.word(), by_default("kind")));
    row("function", format!("{}{}", capability.function.word(), by_default("function")));
    row("status", format!("{}{}", capability.status.word(), by_default("status")));
    row("basis", format!("{}{}", capability.basis.word(), by_default("basis")));
    row("strength", strength(capability));
    let severity = capability.rule_level.filter(|_| capability.rule_status.is_none());
    row("severity", severity.map(|level| level.word().to_owned()).unwrap_or_default());
    row("hunting", if capability.hunting { "yes".to_owned() } else { String::new() });
    row("family", capability.family.clone().unwrap_or_default());
    row("log source", capability.log_source.join(", "));
    row(
        "techniques",
        capability.techniques.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    );
    row("mitigations", capability.mitigations.join(", "));
    row("controls", capability.controls.join(", "));
    row("data components", capability.data_components.join(", "));
    row("platforms", capability.platforms.clone().unwrap_or_default().join(", "));
    row("segment", capability.segments.join(", "));
    row("scope", capability.scope.as_ref().map(share).unwrap_or_default());
    row("telemetry", capability.telemetry.as_ref().map(share).unwrap_or_default());
    row(
        "tests",
        match (capability.tests_passed, capability.tests_run) {
            (Some(passed), Some(run)) => {
                let last =
                    capability.tests_last.map(|day| format!(", last on {day}")).unwrap_or_default();
                format!("{passed} of {run} passed{last}")
            }
            _ => String::new(),
        },
    );
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    row("created", day(capability.created));
    row("modified", day(capability.modified));
    row("last fired", day(capability.last_fired));
    let alerts = capability.alerts_90d.map(|n| format!("{n} in the last 90 days"));
    row("alerts", alerts.unwrap_or_default());
    row("false alerts", capability.false_positive_rate.map(percent).unwrap_or_default());
    row("owner", capability.owner.clone().unwrap_or_default());
    row("notes", capability.notes.clone().unwrap_or_default());
    row("patched", capability.patched.join(", "));
    let minded = minded(assessment, capability);
    if !minded.is_empty() {
        record.notes.push(format!("Mind: {}", minded.join("; ")));
    }
    vec![record, reach(assessment, capability)]
}

/// The flags that a rule raises by its alerts, with their figures.
fn minded(assessment: &Assessment, capability: &Capability) -> Vec<String> {
    let Assessment { policy, as_of, .. } = assessment;
    let silent = alerts::is_silent(capability, policy, *as_of).then(|| {
        let days = capability.last_fired.map_or(0.0, |last| as_of.age_since(last));
        // A last alert within the 90 days contradicts a count of none; the count is what is flagged.
        if days > 90.0 || capability.alerts_90d != Some(0) {
            format!("it has not fired for {}", count(days as usize, "day"))
        } else {
            "it has not fired in 90 days".to_owned()
        }
    });
    let noisy = alerts::is_noisy(capability, policy)
        .then(|| capability.false_positive_rate.map(false_alerts));
    silent.into_iter().chain(noisy.flatten()).collect()
}

/// A share of false alerts as people say it: of ten where that is exact, else in percent.
fn false_alerts(share: f64) -> String {
    let of_ten = round9(share * 10.0);
    if share >= 1.0 {
        "all its alerts are false".to_owned()
    } else if of_ten.fract() == 0.0 {
        format!("{of_ten} of 10 alerts are false")
    } else {
        format!("{} of its alerts are false", percent(share))
    }
}

/// The statement of strength that counts: the first that is there.
pub(super) fn strength(capability: &Capability) -> String {
    let rule = capability.rule_status.map(|status| {
        let level = capability.rule_level.map(|level| format!(", {}", level.word()));
        format!("rule status {}{}", status.word(), level.unwrap_or_default())
    });
    let said = capability
        .strength
        .map(percent)
        .or_else(|| capability.ctid.map(|ctid| format!("CTID {}", ctid.word())))
        .or_else(|| capability.dettect.map(|score| format!("DeTT&CT {score}")))
        .or_else(|| capability.stp.map(|level| format!("STP level {level}")))
        .or(rule)
        .or_else(|| capability.level.map(|level| level.word().replace('_', " ")))
        .or_else(|| capability.unscored.then(|| "a mapping without a score".to_owned()));
    let unsaid = match (capability.controls.is_empty(), capability.mitigations.is_empty()) {
        (true, true) => "not stated",
        (true, false) => "not stated; what is usual for its mitigations",
        (false, true) if capability.basis == Basis::Category => {
            "not known; by its category low at most"
        }
        (false, true) => "not stated; what the catalogue says of its controls",
        (false, false) => "not stated; what is usual for its mitigations and controls",
    };
    said.unwrap_or_else(|| unsaid.to_owned())
}

fn share(share: &Share) -> String {
    match share {
        Share::Everywhere(share) => percent(*share),
        Share::ByPlatform(shares) => {
            let parts: Vec<String> =
                shares.iter().map(|(name, share)| format!("{name} {}", percent(*share))).collect();
            parts.join(", ")
        }
    }
}

fn reach(assessment: &Assessment, capability: &Capability) -> Sheet {
    let mut sheet = Sheet::new(
        "What it comes to",
        &[
            ("Technique", "technique"),
            ("Name", "name"),
            ("By", "via"),
            ("Proven", "proven"),
            ("Expected", "expected"),
            ("Claimed", "claimed"),
            ("In all", "coverage"),
        ],
    )
    .optional(&["via"]);
    for technique in &assessment.techniques {
        let found = technique.evidence.iter();
        for found in
            found.filter(|e| e.capability == capability.id && e.function == capability.function)
        {
            sheet.rows.push(vec![
                Value::text(technique.id.to_string()),
                Value::text(&technique.name),
                Value::text(&found.via),
                Value::Share(found.lo),
                Value::Share(found.exp),
                Value::Share(found.hi),
                Value::Share(technique.coverage.composite.exp),
            ]);
        }
    }
    if sheet.rows.is_empty() {
        let why = if is_elsewhere(assessment, capability) {
            "It is there for segments that are not among those of the organisation"
        } else {
            "It reaches no technique in scope: it is off, names none, names others, or is limited \
                   to platforms where they do not happen"
        };
        sheet.notes.push(why.to_owned());
    }
    sheet
}

/// Whether a capability is there for none of the segments that are assessed.
fn is_elsewhere(assessment: &Assessment, capability: &Capability) -> bool {
    let segments = &assessment.scope.segments;
    let is_known = |name: &String| segments.iter().any(|segment| segment.name == *name);
    let named = &capability.segments;
    !segments.is_empty() && !named.is_empty() && !named.iter().any(is_known)
}

/// An adversary: what it is, what it uses, and how far that is covered.
#[must_use]
pub fn adversary(
    assessment: &Assessment,
    attack: &Attack,
    adversary: &Adversary,
    uses: &[f64],
) -> Vec<Sheet> {
    let mut about = super::adversaries::about(attack, adversary);
    about.notes.push(covered(assessment, &adversary.id));
    vec![about, used(assessment, attack, uses)]
}

/// The same of an adversary of one's own.
#[must_use]
pub fn own_adversary(
    assessment: &Assessment,
    attack: &Attack,
    id: &str,
    own: &OwnAdversary,
    uses: &[f64],
) -> Vec<Sheet> {
    let mut about = super::adversaries::about_own(attack, id, own);
    about.notes.push(covered(assessment, id));
    vec![about, used(assessment, attack, uses)]
}

fn covered(assessment: &Assessment, id: &str) -> String {
    match assessment.adversaries.iter().find(|a| a.id == id) {
        Some(figures) => format!(
            "Weight {} in your profile; {} of what it does in scope is expected to be covered ({} in scope, {} out)",
            figures.weight,
            percent(figures.coverage),
            count(figures.techniques_in_scope, "technique"),
            figures.out_of_scope,
        ),
        None => "Not in your profile".to_owned(),
    }
}

fn used(assessment: &Assessment, attack: &Attack, uses: &[f64]) -> Sheet {
    let mut used = Sheet::new(
        "What it uses, the least covered first",
        &[
            ("Technique", "technique"),
            ("Name", "name"),
            ("Chance", "chance"),
            ("Coverage", "coverage"),
            ("Proven", "proven"),
            ("Priority", "priority"),
        ],
    );
    let mut rows: Vec<(f64, &TechniqueAssessment)> = assessment
        .techniques
        .iter()
        .filter_map(|t| Some((uses[attack.technique(t.id)?], t)))
        .filter(|(chance, _)| *chance > 0.0)
        .collect();
    let missing = |chance: f64, t: &TechniqueAssessment| chance * t.gap;
    rows.sort_by(|a, b| missing(b.0, b.1).total_cmp(&missing(a.0, a.1)).then(a.1.id.cmp(&b.1.id)));
    used.rows = rows
        .into_iter()
        .map(|(chance, technique)| {
            vec![
                Value::text(technique.id.to_string()),
                Value::text(&technique.name),
                Value::Share(chance),
                Value::Share(technique.coverage.composite.exp),
                Value::Share(technique.coverage.composite.lo),
                Value::Number(technique.priority, 1),
            ]
        })
        .collect();
    used
}
