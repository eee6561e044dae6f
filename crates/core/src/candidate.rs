//! What one could add: rules that are off, controls that are planned, mitigations that nobody has
//! taken up. What each would bring is [`crate::recommend`]'s business.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::capability::{Basis, Capability, Function, Kind, Status};
use crate::inputs::Inputs;
use crate::next_move::Move;
use crate::policy::Policy;
use crate::strength;

/// Something that one could add: capabilities that are bought together.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its id: the bundle's, else the capability's.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What kind of move it is.
    pub next_move: Move,
    /// What it costs, in any unit, above 0.
    pub cost: f64,
    /// The capabilities, as they would be.
    pub capabilities: Vec<Arc<Capability>>,
}

/// Rows as candidates: those of one bundle are bought together, and so are those of one id. What
/// is off would be on. A bundle costs what any of its rows says, the highest where they differ;
/// where none says anything, what its dearest move costs by the policy.
#[must_use]
pub fn bundles(rows: &[Arc<Capability>], policy: &Policy) -> Vec<Candidate> {
    let mut bundles: BTreeMap<&str, Vec<&Arc<Capability>>> = BTreeMap::new();
    for row in rows {
        bundles.entry(row.bundle.as_deref().unwrap_or(&row.id)).or_default().push(row);
    }
    bundles.into_iter().map(|(id, rows)| bundle(id, &rows, policy)).collect()
}

fn bundle(id: &str, rows: &[&Arc<Capability>], policy: &Policy) -> Candidate {
    let next_move = rows.iter().map(|row| Move::of(row)).max().unwrap_or(Move::Enable);
    let stated = rows
        .iter()
        .filter_map(|row| row.cost)
        .fold(None, |most: Option<f64>, cost| Some(most.map_or(cost, |most| most.max(cost))));
    let title = match rows {
        [only] => only.title.clone(),
        rows => rows.iter().map(|row| row.title.as_str()).find(|t| !t.is_empty()).map_or_else(
            String::new,
            |first| match rows.len() {
                1 => first.to_owned(),
                n => format!("{first} and {} more", n - 1),
            },
        ),
    };
    Candidate {
        id: id.to_owned(),
        title,
        next_move,
        // Nothing is for free, or the ratio of gain and cost says nothing.
        cost: stated.filter(|cost| *cost > 0.0).unwrap_or_else(|| next_move.effort(policy)),
        capabilities: rows.iter().map(|row| on(row, policy)).collect(),
    }
}

/// Rows as they would be if they were in place.
#[must_use]
pub fn in_place(rows: &[Arc<Capability>], policy: &Policy) -> Vec<Arc<Capability>> {
    rows.iter().map(|row| on(row, policy)).collect()
}

fn on(row: &Arc<Capability>, policy: &Policy) -> Arc<Capability> {
    if strength::status_multiplier(row.status, policy) > 0.0 {
        return Arc::clone(row);
    }
    let status = match row.kind {
        Kind::Rule => Status::Enabled,
        Kind::Control | Kind::DataSource => Status::Implemented,
    };
    let defaulted = row.defaulted.iter().filter(|column| *column != "status").cloned().collect();
    Arc::new(Capability { status, defaulted, ..Capability::clone(row) })
}

/// The capabilities that are there and off: switched off, planned or in a library. What its
/// author has withdrawn, or what does not apply, is no candidate.
#[must_use]
pub fn off(inputs: &Inputs<'_>) -> Vec<Candidate> {
    let policy = &inputs.policy;
    let is_off = |row: &&Arc<Capability>| {
        strength::status_multiplier(row.status, policy) <= 0.0
            && row.status != Status::NotApplicable
            && !row.is_withdrawn()
    };
    let rows: Vec<Arc<Capability>> = inputs.capabilities.iter().filter(is_off).cloned().collect();
    bundles(&rows, policy)
}

/// ATT&CK's mitigations that no capability implements yet, each as a control that somebody
/// attests.
#[must_use]
pub fn mitigations(inputs: &Inputs<'_>) -> Vec<Candidate> {
    let policy = &inputs.policy;
    let on = inputs.capabilities.iter().filter(|c| !strength::is_off(c, policy));
    let taken: BTreeSet<&str> = on.flat_map(|c| c.mitigations.iter().map(String::as_str)).collect();
    let open = inputs.attack.mitigations.iter().filter(|m| !taken.contains(m.id.as_str()));
    let candidate = |mitigation: &crate::attack::Mitigation| Candidate {
        id: mitigation.id.clone(),
        title: mitigation.name.clone(),
        next_move: Move::Prevent,
        cost: policy.effort_prevent,
        capabilities: vec![Arc::new(Capability {
            title: mitigation.name.clone(),
            mitigations: vec![mitigation.id.clone()],
            status: Status::Implemented,
            basis: Basis::Attested,
            ..Capability::new(&mitigation.id, Kind::Control, Function::Prevent)
        })],
    };
    open.map(candidate).collect()
}

/// Controls of catalogues, each as a row that somebody attests; those that something which is on
/// implements already are left out.
#[must_use]
pub fn controls(
    inputs: &Inputs<'_>,
    ids: impl IntoIterator<Item = String>,
) -> Vec<Arc<Capability>> {
    let on = inputs.capabilities.iter().filter(|c| !strength::is_off(c, &inputs.policy));
    let taken: BTreeSet<&str> = on.flat_map(|c| c.controls.iter().map(String::as_str)).collect();
    let open = ids.into_iter().filter(|id| !taken.contains(id.as_str()));
    let row = |id: String| Capability {
        controls: vec![id.clone()],
        status: Status::Implemented,
        basis: Basis::Attested,
        ..Capability::new(id, Kind::Control, Function::Prevent)
    };
    open.map(|id| Arc::new(row(id))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    const WORLD: &str = "
        tactic TA0002 execution Execution
        technique T1059 \"Command and Scripting Interpreter\" in execution on Windows
        mitigation M1038 \"Execution Prevention\" of T1059
        mitigation M1026 \"Privileged Account Management\" of T1059
        have R1 rule detect T1059 rule_status=stable status=disabled basis=tagged
        have R2 rule detect T1059 rule_status=stable status=planned basis=tagged
        have R3 rule detect T1059 rule_status=deprecated status=disabled basis=tagged
        have R4 rule detect T1059 rule_status=stable status=enabled basis=tagged
        have C1 control prevent M1038 status=implemented basis=attested
        have C2 control prevent T1059 status=not_applicable basis=attested
    ";

    #[test]
    fn what_is_off_is_a_candidate_as_if_it_were_on() {
        let world = Fixture::parse(WORLD);
        let found = off(&world.inputs());
        let said: Vec<_> = found
            .iter()
            .map(|c| (c.id.as_str(), c.next_move, c.cost, c.capabilities[0].status))
            .collect();
        let expected =
            [("R1", Move::Enable, 1.0, Status::Enabled), ("R2", Move::Write, 3.0, Status::Enabled)];
        assert_eq!(said, expected);
    }

    #[test]
    fn mitigations_that_nobody_has_are_candidates() {
        let world = Fixture::parse(WORLD);
        let found = mitigations(&world.inputs());
        let ids: Vec<&str> = found.iter().map(|c| c.id.as_str()).collect();
        assert_eq!(ids, ["M1026"]);
    }

    #[test]
    fn a_bundle_is_bought_once_and_costs_what_its_rows_say() {
        let row = |id: &str, cost: Option<f64>| {
            let row = Capability::new(id, Kind::Rule, Function::Detect);
            Arc::new(Capability { bundle: Some("B".to_owned()), cost, ..row })
        };
        let policy = Policy::default();
        let found = bundles(&[row("a", Some(2.0)), row("b", Some(2.0)), row("c", None)], &policy);
        assert_eq!((found.len(), found[0].cost, found[0].capabilities.len()), (1, 2.0, 3));
        let unstated = bundles(&[row("a", None)], &policy);
        assert_eq!((unstated[0].id.as_str(), unstated[0].cost), ("B", 3.0));
    }
}
