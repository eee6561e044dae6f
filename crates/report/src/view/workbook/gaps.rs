//! The gaps as a sheet to work in: the facts of each, and what was decided about it so far.

use std::collections::BTreeMap;

use model::assessment::{Assessment, TechniqueAssessment};
use model::attack::Attack;
use model::capability::Capability;
use model::decisions::{Standing, State as Stands};
use model::id::TechniqueId;
use model::inputs::Decided;
use model::next_move::{Move, State};

use super::lists::{NAMED, Tactics};
use crate::sheet::{Sheet, Value};
use crate::view::tickets::{Known, called, first_of};

/// The gaps by rank, then decisions about techniques that are none.
#[derive(Debug, Clone, PartialEq)]
pub struct Gaps {
    /// What is known of each.
    pub facts: Sheet,
    /// What was decided about each, row by row.
    pub decided: Vec<Option<Decided>>,
}

/// Every gap that calls for something, by rank, and beneath them what was decided about other
/// techniques: accepted, excluded, closed by now or out of scope. So that whoever goes on with a
/// later workbook loses no decision of an earlier one.
#[must_use]
pub fn gaps(assessment: &Assessment, attack: &Attack, decisions: &[Standing]) -> Gaps {
    let mut sheet = Sheet::new(
        "Gaps",
        &[
            ("#", "rank"),
            ("Technique", "technique"),
            ("Name", "name"),
            ("Tactics", "tactics"),
            ("Priority", "priority"),
            ("Threat", "threat"),
            ("Proven", "proven"),
            ("Expected", "expected"),
            ("Next", "next_move"),
            ("Level", "level"),
            ("What is there", "there"),
            ("What to do", "to_do"),
            ("State", "state"),
        ],
    );
    let writer = Writer {
        assessment,
        known: Known::of(assessment, attack),
        tactics: Tactics::of(assessment),
        decided: by_technique(assessment, decisions),
    };
    let open = assessment.gaps();
    let others = writer.others(&open);
    let mut decided = Vec::with_capacity(open.len() + others.len());
    for gap in open {
        sheet.rows.push(writer.gap(gap));
        decided.push(writer.decided.get(&gap.id).map(|s| s.decided.clone()));
    }
    for standing in others {
        sheet.rows.push(writer.other(standing));
        decided.push(Some(standing.decided.clone()));
    }
    Gaps { facts: sheet, decided }
}

/// The decisions by technique, those aside that the scope itself excludes.
fn by_technique<'a>(
    assessment: &Assessment,
    decisions: &'a [Standing],
) -> BTreeMap<TechniqueId, &'a Standing> {
    let by_scope = |id: TechniqueId| {
        let excluded = &assessment.scope.excluded;
        excluded.iter().any(|e| e.technique == id && e.disposition.is_none())
    };
    let own = decisions.iter().filter(|standing| !by_scope(standing.technique));
    own.map(|standing| (standing.technique, standing)).collect()
}

struct Writer<'a> {
    assessment: &'a Assessment,
    known: Known<'a>,
    tactics: Tactics<'a>,
    decided: BTreeMap<TechniqueId, &'a Standing>,
}

impl<'a> Writer<'a> {
    /// Decisions about techniques that are not among the gaps.
    fn others(&self, open: &[&TechniqueAssessment]) -> Vec<&'a Standing> {
        let is_open = |id: &TechniqueId| open.iter().any(|gap| gap.id == *id);
        self.decided.iter().filter(|(id, _)| !is_open(id)).map(|(_, standing)| *standing).collect()
    }

    fn gap(&self, gap: &TechniqueAssessment) -> Vec<Value> {
        let state = self.decided.get(&gap.id).map(|standing| standing.state.word());
        self.row(gap, state.unwrap_or("open"), self.known.step(gap, NAMED))
    }

    fn other(&self, standing: &Standing) -> Vec<Value> {
        let state = match standing.state {
            // It was accepted, or left out, and that holds.
            Stands::InForce | Stands::Soon => standing.decided.decision.word(),
            other => other.word(),
        };
        match self.assessment.technique(standing.technique) {
            Some(technique) => self.row(technique, state, String::new()),
            None => {
                let id = Value::text(standing.technique.to_string());
                let mut row = vec![Value::Blank, id, Value::text(&standing.name)];
                row.resize(12, Value::Blank);
                row.push(Value::text(state));
                row
            }
        }
    }

    fn row(&self, technique: &TechniqueAssessment, state: &str, to_do: String) -> Vec<Value> {
        vec![
            technique.rank.map_or(Value::Blank, Value::Whole),
            Value::text(technique.id.to_string()),
            Value::text(&technique.name),
            Value::text(self.tactics.names(technique)),
            Value::Number(technique.priority, 1),
            Value::Share(technique.threat.value),
            Value::Share(technique.coverage.composite.lo),
            Value::Share(technique.coverage.composite.exp),
            Value::text(technique.next_move.map_or("", Move::word)),
            Value::text(technique.level.word()),
            Value::text(self.there(technique)),
            Value::text(to_do),
            Value::text(state),
        ]
    }

    /// What there is about a technique, in words.
    fn there(&self, technique: &TechniqueAssessment) -> String {
        let by = |what: &str| match &self.known.evidence(technique)[..] {
            [] => format!("{what}, by its sub-techniques"),
            evidence => format!("{what}: {}", names(evidence)),
        };
        match technique.state {
            Some(State::Enough) => by("enough"),
            Some(State::Proven) => by("proven in part"),
            Some(State::Claimed) => by("claimed, not proven"),
            Some(State::Off) => match self.known.off(technique.id) {
                // It names the technique by a mitigation or a control.
                [] => "only what is off".to_owned(),
                off => format!("off: {}", names(off)),
            },
            Some(State::Seen) => "nothing, but what shows it is collected".to_owned(),
            Some(State::Blind) => "nothing, and what shows it is not collected".to_owned(),
            None => String::new(),
        }
    }
}

/// Ids longer than this are those of machines; a title says more.
const SHORT: usize = 16;

fn names(capabilities: &[&Capability]) -> String {
    let name = |capability: &&Capability| match capability.title.is_empty() {
        false if capability.id.len() > SHORT => capability.title.clone(),
        _ => called(capability),
    };
    first_of(&capabilities.iter().map(name).collect::<Vec<_>>(), NAMED)
}
