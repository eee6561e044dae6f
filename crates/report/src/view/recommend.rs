//! What to do next: the steps, what each buys, and how good the order is.

use model::assessment::Assessment;
use model::recommend::{OBJECTIVE, Pick, Recommendation, TestFirst};

use super::{basis, caveats, count};
use crate::sheet::{Sheet, Value, apart};

/// How many techniques and adversaries a step names.
const NAMED: usize = 3;

/// The steps; in full also what each technique and adversary has of them.
#[must_use]
pub fn sheets(assessment: &Assessment, found: &Recommendation, in_full: bool) -> Vec<Sheet> {
    let mut sheets = vec![steps(assessment, found)];
    sheets.extend((!found.test_first.is_empty()).then(|| tests(found)));
    if in_full && !found.picks.is_empty() {
        sheets.push(terms(found));
        sheets.push(against(found));
        sheets.push(certificate(found));
    }
    sheets
}

fn steps(assessment: &Assessment, found: &Recommendation) -> Sheet {
    let mut sheet = Sheet::new(
        finding(found),
        &[
            ("#", "place"),
            ("Move", "move"),
            ("What", "title"),
            ("Gain", "gain"),
            ("Then", "then"),
            ("Cost", "cost"),
            ("Helps most", "techniques"),
            ("Against", "adversaries"),
            ("Id", "id"),
        ],
    )
    .optional(&["cost", "adversaries", "id"]);
    sheet.notes = caveats(assessment);
    sheet.notes.push(basis(assessment));
    sheet.notes.push(order(found));
    if !found.picks.is_empty() {
        sheet.notes.push(
            "Gain is in points of expected coverage against our adversaries; nothing of it is \
             proven before it is tested"
                .to_owned(),
        );
        sheet.notes.push(
            "A step without a cost of its own costs what its kind does (effort in the policy); \
             these are defaults, set your own"
                .to_owned(),
        );
    }
    let place = |(at, pick): (usize, &Pick)| step(at + 1, pick, found.base);
    sheet.rows = found.picks.iter().enumerate().map(place).collect();
    sheet
}

/// What to test, so that more is proven.
fn tests(found: &Recommendation) -> Sheet {
    let mut sheet = Sheet::new(
        "Test these first",
        &[("What", "title"), ("Proven", "gain_lo"), ("Techniques", "techniques"), ("Id", "id")],
    )
    .optional(&["id"]);
    sheet.notes.push(
        "Proven is in points: what one more procedure adds that is stopped or noticed today"
            .to_owned(),
    );
    let row = |test: &TestFirst| {
        let techniques = test.techniques.iter().map(ToString::to_string).collect();
        vec![
            Value::text(named(&test.id, &test.title)),
            Value::Number(100.0 * test.gain_lo, 1),
            Value::text(first(techniques)),
            Value::text(&test.id),
        ]
    };
    sheet.rows = found.test_first.iter().map(row).collect();
    sheet
}

/// What all steps come to, in a sentence.
pub(super) fn finding(found: &Recommendation) -> String {
    let Some(last) = found.picks.last() else {
        return match found.candidates {
            0 => "There is nothing to choose from".to_owned(),
            n => format!("None of {} gains anything", count(n, "candidate")),
        };
    };
    let steps = match found.picks.len() {
        1 => "One step raises".to_owned(),
        n => format!("{n} steps raise"),
    };
    let cost = match found.budget {
        Some(_) => format!(" for {}", number(last.cumulative_cost)),
        None => String::new(),
    };
    let (from, to) = apart(found.base, found.base + last.cumulative);
    format!("{steps} what is expected to be covered from {from} to {to}{cost}")
}

/// How far another choice could be ahead.
pub(super) fn order(found: &Recommendation) -> String {
    let of = count(found.candidates, "candidate");
    let left = 1.0 - found.certified_ratio;
    if found.picks.is_empty() {
        return format!("Looked at {of}");
    }
    if left <= 0.0 {
        return format!("Best there is of {of}");
    }
    let percent = (left * 100.0).ceil();
    format!("Best order we can show, of {of}; at most {percent} % could be left on the table")
}

fn step(place: usize, pick: &Pick, base: f64) -> Vec<Value> {
    let techniques = pick.techniques.iter().map(|helped| helped.id.to_string());
    let adversaries = pick.adversaries.iter().map(|against| against.name.clone());
    vec![
        Value::Whole(place),
        Value::text(pick.next_move.word()),
        Value::text(called(pick)),
        Value::Number(100.0 * pick.gain, 1),
        Value::Share(base + pick.cumulative),
        Value::Number(pick.cost, usize::from(pick.cost.fract() != 0.0)),
        Value::text(first(techniques.collect())),
        Value::text(first(adversaries.collect())),
        Value::text(&pick.id),
    ]
}

pub(super) fn called(pick: &Pick) -> String {
    named(&pick.id, &pick.title)
}

/// By its title, after an id that people say too.
pub(super) fn named(id: &str, title: &str) -> String {
    match title {
        "" => id.to_owned(),
        title if id.len() > SAYABLE || title.contains(id) => title.to_owned(),
        title => format!("{id} {title}"),
    }
}

/// Characters of an id that people say, such as M1031.
pub(super) const SAYABLE: usize = 12;

/// The first of a list, and how many more there are.
pub(super) fn first(mut names: Vec<String>) -> String {
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let named = names.join(", ");
    if more > 0 { format!("{named} and {more} more") } else { named }
}

pub(super) fn number(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

/// Each step's gain by technique.
fn terms(found: &Recommendation) -> Sheet {
    let mut sheet = Sheet::new(
        "What each step does",
        &[
            ("Step", "id"),
            ("Technique", "technique"),
            ("Name", "name"),
            ("Before", "before"),
            ("After", "after"),
            ("Gain", "gain"),
        ],
    );
    for pick in &found.picks {
        sheet.rows.extend(pick.techniques.iter().map(|helped| {
            vec![
                Value::text(called(pick)),
                Value::text(helped.id.to_string()),
                Value::text(&helped.name),
                Value::Share(helped.before),
                Value::Share(helped.after),
                Value::Number(100.0 * helped.gain, 2),
            ]
        }));
    }
    sheet
}

/// Each step's gain by adversary.
fn against(found: &Recommendation) -> Sheet {
    let mut sheet = Sheet::new(
        "Against whom each step helps",
        &[("Step", "id"), ("Adversary", "adversary"), ("Name", "name"), ("Gain", "gain")],
    );
    sheet
        .notes
        .push("Gain is in points of expected coverage of what the adversary does".to_owned());
    for pick in &found.picks {
        sheet.rows.extend(pick.adversaries.iter().map(|against| {
            vec![
                Value::text(called(pick)),
                Value::text(&against.id),
                Value::text(&against.name),
                Value::Number(100.0 * against.gain, 2),
            ]
        }));
    }
    sheet
}

/// Why the order is as good as it is said to be.
fn certificate(found: &Recommendation) -> Sheet {
    let mut sheet = Sheet::new("How good the order is", &[("", "what"), ("", "value")]);
    let gained = found.picks.last().map_or(0.0, |pick| pick.cumulative);
    let how = match found.algorithm.as_str() {
        "ratio_greedy" => "the most gain for its cost next",
        "best_single" => "one step alone, which gains more than many cheap ones",
        _ => "the most gain next",
    };
    sheet.rows = vec![
        vec![Value::text("Objective"), Value::text(OBJECTIVE)],
        vec![Value::text("Chosen by"), Value::text(how)],
        vec![Value::text("Gained"), Value::Number(100.0 * gained, 3)],
        vec![
            Value::text("No choice gains more than"),
            Value::Number(100.0 * found.upper_bound_gain, 3),
        ],
        vec![Value::text("Certain share of the best"), Value::Share(found.certified_ratio)],
    ];
    sheet
}
