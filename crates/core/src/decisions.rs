//! What was decided about single techniques, and how each decision stands on the day: overdue,
//! expired, soon, in force, done.

use serde::Serialize;

use crate::assessment::{Assessment, GENERATED_BY};
use crate::date::Date;
use crate::id::TechniqueId;
use crate::inputs::{Decided, Decision, Inputs, Organisation};

/// The schema of the JSON.
pub const SCHEMA: &str = "lacuna.decisions.v1";

/// Every decision, the most urgent first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decisions {
    /// [`SCHEMA`].
    pub schema: String,
    /// Program and version.
    pub generated_by: String,
    /// The day.
    pub as_of: Date,
    /// Whom they are about.
    pub organisation: Organisation,
    /// Days before its day from which a decision is soon.
    pub soon: f64,
    /// The decisions.
    pub decisions: Vec<Standing>,
}

/// One decision, and how it stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// The technique.
    pub technique: TechniqueId,
    /// Its name, where the release has it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// How it stands.
    pub state: State,
    /// Place among the gaps, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<usize>,
    /// Its priority, where it is a gap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<f64>,
    /// What was decided, by whom and until when.
    #[serde(flatten)]
    pub decided: Decided,
}

/// How a decision stands, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The gap should have been closed by now.
    Overdue,
    /// It held until a day that is past; it is ignored.
    Expired,
    /// Its day is near.
    Soon,
    /// It holds.
    InForce,
    /// Its technique is not in scope: it changes nothing.
    OutOfScope,
    /// The gap that was to be fixed is closed.
    Done,
}

impl State {
    /// The state in words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Expired => "expired",
            Self::Soon => "soon",
            Self::InForce => "in force",
            Self::OutOfScope => "not in scope",
            Self::Done => "done",
        }
    }

    /// Whether its day is past.
    #[must_use]
    pub fn is_past(self) -> bool {
        matches!(self, Self::Overdue | Self::Expired)
    }
}

/// All decisions, those that left their technique out of the scope included, and how they stand;
/// `soon` is the number of days before its day from which a decision is near it.
#[must_use]
pub fn decisions(inputs: &Inputs<'_>, assessment: &Assessment, soon: f64) -> Decisions {
    let said = inputs.dispositions.iter().map(|d| (d.technique, d.decided.clone()));
    let excluded = inputs.scope.exclude.iter().map(|exclusion| {
        let decided = Decided {
            decision: Decision::Exclude,
            owner: None,
            approver: None,
            due: None,
            until: None,
            ticket: None,
            reason: Some(exclusion.reason.clone()),
            origin: None,
        };
        (exclusion.technique, decided)
    });
    let stands = |(technique, decided)| standing(inputs, assessment, soon, technique, decided);
    let mut decisions: Vec<Standing> = said.chain(excluded).map(stands).collect();
    decisions.sort_by(|a, b| {
        // What has no day comes last.
        let key = |s: &Standing| (s.state, s.decided.day().is_none(), s.decided.day(), s.technique);
        key(a).cmp(&key(b))
    });
    Decisions {
        schema: SCHEMA.to_owned(),
        generated_by: GENERATED_BY.to_owned(),
        as_of: inputs.as_of,
        organisation: inputs.organisation.clone(),
        soon,
        decisions,
    }
}

fn standing(
    inputs: &Inputs<'_>,
    assessment: &Assessment,
    soon: f64,
    technique: TechniqueId,
    decided: Decided,
) -> Standing {
    let known = inputs.attack.technique(technique).map(|ix| &inputs.attack.techniques[ix]);
    let found = assessment.technique(technique);
    let rank = found.and_then(|found| found.rank);
    let as_of = inputs.as_of;
    let day = decided.day();
    let is_past = day.is_some_and(|day| day < as_of);
    let is_near = day.is_some_and(|day| day >= as_of && day.age_since(as_of) <= soon);
    let is_in_place = match decided.decision {
        Decision::Exclude => known.is_some(),
        Decision::Fix | Decision::Accept | Decision::Opportunistic => found.is_some(),
    };
    let state = match decided.decision {
        Decision::Fix if found.is_some() && rank.is_none() => State::Done,
        Decision::Fix if rank.is_some() && is_past => State::Overdue,
        Decision::Accept | Decision::Opportunistic | Decision::Exclude if is_past => State::Expired,
        _ if !is_in_place => State::OutOfScope,
        _ if is_near => State::Soon,
        _ => State::InForce,
    };
    Standing {
        technique,
        name: known.map(|known| known.name.clone()).unwrap_or_default(),
        state,
        rank,
        priority: rank.and(found).map(|found| found.priority),
        decided,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    const WORLD: &str = "
        tactic TA0002 execution Execution
        technique T1001 One in execution on Windows
        technique T1002 Two in execution on Windows
        technique T1003 Three in execution on Windows
        technique T1004 Four in execution on Windows
        technique T1005 Five in execution on Windows
        technique T1006 Six in execution on Windows
        group G0001 Bear uses T1001,T1002,T1003,T1004,T1005,T1006
        profile G0001=1
        as_of 2025-12-01
        exclude T1006 \"not here\"
        have R1 rule detect T1001 strength=0.9 status=enabled basis=validated
        decide T1001 fix due 2025-06-30
        decide T1002 fix due 2025-06-30 owner Bea
        decide T1003 accept until 2025-11-30
        decide T1004 accept until 2025-12-31 approver Ann
        decide T1005 fix due 2026-01-01
        decide T1999 fix due 2025-06-30
    ";

    #[test]
    fn every_decision_says_how_it_stands_the_most_urgent_first() {
        let world = Fixture::parse(WORLD);
        let inputs = world.inputs();
        let found = decisions(&inputs, &world.assess(), 30.0);
        let said: Vec<_> =
            found.decisions.iter().map(|s| (s.technique.to_string(), s.state.word())).collect();
        let said: Vec<_> = said.iter().map(|(id, state)| (id.as_str(), *state)).collect();
        let expected = [
            ("T1002", "overdue"),
            ("T1003", "expired"),
            ("T1004", "soon"),
            ("T1005", "in force"),
            ("T1006", "in force"),
            ("T1999", "not in scope"),
            ("T1001", "done"),
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn a_gap_that_was_closed_in_time_is_not_overdue() {
        let world = Fixture::parse(WORLD);
        let late = world.assess().diagnostics.iter().map(|d| d.message.clone()).collect::<Vec<_>>();
        assert!(late.iter().any(|message| message.starts_with("T1002 was to be fixed")));
        assert!(!late.iter().any(|message| message.starts_with("T1001 was to be fixed")));
    }
}
