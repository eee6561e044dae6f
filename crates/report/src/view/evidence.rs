//! What supports each requirement, for auditors. The word is "supports", never "complies".

use std::collections::BTreeMap;

use model::assessment::Assessment;
use model::capability::Status;
use model::requirement::{ByTechnique, Proof, Requirement, Support, Supported};

use super::recommend::{SAYABLE, named};
use super::{basis, caveats, count};
use crate::sheet::{Sheet, Value};

/// How many of those that are about the same techniques are named; the others are counted.
const NAMED: usize = 3;

/// A row for everything that supports a requirement, and one for each that nothing supports.
#[must_use]
pub fn sheet(assessment: &Assessment, found: &Supported) -> Sheet {
    let mut sheet = Sheet::new(
        finding(found),
        &[
            ("Requirement", "requirement"),
            ("Name", "name"),
            ("Supported by", "supported_by"),
            ("How", "how"),
            ("Does", "function"),
            ("Status", "status"),
            ("Tests passed", "tests"),
            ("Last test", "tests_last"),
            ("Basis", "basis"),
            ("Owner", "owner"),
            ("Where", "origin"),
        ],
    )
    .optional(&["name", "tests_last", "basis", "owner", "origin"]);
    sheet.notes.push(found.statement.clone());
    sheet.notes.extend(caveats(assessment));
    sheet.notes.push(basis(assessment));
    let capabilities = assessment.capabilities.iter();
    let titles: Titles<'_> = capabilities.map(|c| (c.id.as_str(), c.title.as_str())).collect();
    sheet.rows = found.requirements.iter().flat_map(|r| rows(r, &titles)).collect();
    sheet
}

/// The titles of capabilities by id.
type Titles<'a> = BTreeMap<&'a str, &'a str>;

/// How many are supported, and how many by something that was tested.
fn finding(found: &Supported) -> String {
    let all = &found.requirements;
    let of =
        |is: fn(&Requirement) -> bool| all.iter().filter(|requirement| is(requirement)).count();
    let (supported, tested) = (of(Requirement::is_supported), of(Requirement::is_tested));
    let by_technique = of(|r| !r.is_supported() && r.by_technique.is_some());
    let all = count(all.len(), "requirement");
    let further = match (supported, by_technique) {
        (_, 0) => String::new(),
        (0, n) => format!("; {n} are supported by technique alone"),
        (_, n) => format!(", {n} more by technique alone"),
    };
    match (supported, tested) {
        (0, _) => format!("Nothing that is in place was named for any of {all}{further}"),
        (n, 0) => format!("{n} of {all} are supported{further}; no test of these still counts"),
        (n, tested) => {
            format!(
                "{n} of {all} are supported{further}; tests that still count speak for {tested}"
            )
        }
    }
}

fn rows(requirement: &Requirement, titles: &Titles<'_>) -> Vec<Vec<Value>> {
    let (framework, id) = requirement.id.split_once(':').unwrap_or(("", &requirement.id));
    let id = format!("{framework} {id}").trim_start().to_owned();
    let row = |cells: [Value; 9]| {
        let name = Value::text(requirement.name.clone().unwrap_or_default());
        [Value::text(&id), name].into_iter().chain(cells).collect::<Vec<_>>()
    };
    let named = requirement.named.iter().map(|support| row(supports(support)));
    let further = requirement.by_technique.iter().map(|by| row(further(by, requirement, titles)));
    let mut rows: Vec<Vec<Value>> = named.chain(further).collect();
    if rows.is_empty() {
        let nothing = std::array::from_fn(|at| match at {
            0 => Value::text("nothing recorded"),
            _ => Value::Blank,
        });
        rows.push(row(nothing));
    }
    rows
}

fn supports(support: &Support) -> [Value; 9] {
    let [passed, last] = proof(support.proof);
    [
        Value::text(named(&support.capability, &support.title)),
        Value::text("named"),
        Value::text(support.function.word()),
        Value::text(status(support)),
        passed,
        last,
        Value::text(support.basis.word()),
        Value::text(support.owner.clone().unwrap_or_default()),
        Value::text(support.origin.to_string()),
    ]
}

/// What does something about the same techniques, in one row.
fn further(by: &ByTechnique, requirement: &Requirement, titles: &Titles<'_>) -> [Value; 9] {
    let [passed, last] = proof(by.proof);
    let (first, rest) = by.capabilities.split_at(by.capabilities.len().min(NAMED));
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    let called = |id: &String| match titles.get(id.as_str()) {
        Some(title) if id.len() > SAYABLE && !title.is_empty() => (*title).to_owned(),
        Some(_) | None => id.clone(),
    };
    let first: Vec<String> = first.iter().map(called).collect();
    let functions: Vec<&str> = by.functions.iter().map(|function| function.word()).collect();
    [
        Value::text(format!("{}{more}", first.join(", "))),
        Value::text(format!(
            "by {} of {}",
            by.techniques,
            count(requirement.techniques, "technique")
        )),
        Value::text(functions.join(", ")),
        Value::text("in place"),
        passed,
        last,
        Value::Blank,
        Value::Blank,
        Value::Blank,
    ]
}

/// The words of the register, as people say them.
fn status(support: &Support) -> String {
    let word = support.status.word().replace('_', " ");
    // A rule's author may have withdrawn it while it is still switched on.
    let is_stated_off = matches!(
        support.status,
        Status::Planned
            | Status::Disabled
            | Status::NotImplemented
            | Status::NotApplicable
            | Status::Library
    );
    if support.is_in_place || is_stated_off { word } else { format!("{word}, counts for nothing") }
}

fn proof(proof: Option<Proof>) -> [Value; 2] {
    let Some(Proof { passed, run, last, is_expired }) = proof else {
        return [Value::Blank, Value::Blank];
    };
    let age = if is_expired { ", too old to count" } else { "" };
    [
        Value::text(format!("{passed} of {run}{age}")),
        last.map_or(Value::Blank, |day| Value::text(day.to_string())),
    ]
}
