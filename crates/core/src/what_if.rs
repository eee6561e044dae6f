//! What a change would do: the inputs with the change, to be assessed like any other. The inputs
//! themselves stay as they are.

use std::sync::Arc;

use crate::capability::{Capability, Status};
use crate::inputs::{Inputs, OwnAdversary};
use crate::scope::BEFORE_COMPROMISE;

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Have these, too.
    Add(Vec<Arc<Capability>>),
    /// Do without every capability with this id.
    Remove(String),
    /// Give every capability with this id another status.
    Status(String, Status),
    /// Give a platform another share of the assets; 0 takes it out of the scope.
    Platform(String, f64),
    /// Give an adversary, by its id, another weight in the profile; 0 takes it out.
    Adversary(String, f64),
    /// Describe an adversary of one's own by this id; it has no weight by itself.
    Own(String, OwnAdversary),
}

/// The inputs with some changes, one after the other.
#[must_use]
pub fn changed<'a>(inputs: &Inputs<'a>, changes: &[Change]) -> Inputs<'a> {
    let mut changed = inputs.clone();
    changes.iter().for_each(|change| apply(&mut changed, change));
    changed
}

fn apply(inputs: &mut Inputs<'_>, change: &Change) {
    match change {
        Change::Add(capabilities) => inputs.capabilities.extend(capabilities.iter().cloned()),
        Change::Remove(id) => inputs.capabilities.retain(|capability| capability.id != *id),
        Change::Status(id, status) => {
            for capability in inputs.capabilities.iter_mut().filter(|c| c.id == *id) {
                *capability = Arc::new(with_status(capability, *status));
            }
        }
        Change::Platform(name, share) => {
            if inputs.scope.platforms.is_empty() {
                let all = inputs.attack.platforms.iter().filter(|name| *name != BEFORE_COMPROMISE);
                inputs.scope.platforms = all.map(|name| (name.clone(), 1.0)).collect();
            }
            inputs.scope.platforms.insert(name.clone(), *share);
        }
        Change::Adversary(id, weight) if *weight > 0.0 => {
            inputs.profile.adversaries.insert(id.clone(), *weight);
        }
        Change::Adversary(id, _) => _ = inputs.profile.adversaries.remove(id),
        Change::Own(id, own) => _ = inputs.profile.own.insert(id.clone(), own.clone()),
    }
}

/// A capability with a status that somebody states.
fn with_status(capability: &Capability, status: Status) -> Capability {
    let stated = capability.defaulted.iter().filter(|column| *column != "status").cloned();
    Capability { status, defaulted: stated.collect(), ..capability.clone() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::assessment::assess;
    use crate::capability::Kind;
    use crate::tests::properties::{addition, placed, world};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn what_is_undone_was_never_done(world in world(), new in addition(), share in 0u32..10) {
            let inputs = world.inputs();
            let before = assess(&inputs);
            let new = Arc::new(placed(&world.attack, new, "something-new".to_owned(), 99));
            let added = changed(&inputs, &[Change::Add(vec![Arc::clone(&new)])]);
            let undone = changed(&added, &[Change::Remove(new.id.clone())]);
            prop_assert_eq!(&assess(&undone), &before);
            prop_assert_eq!(&assess(&inputs), &before, "the inputs stay as they are");
            if let Some((name, own)) = inputs.scope.platforms.iter().next() {
                let there = Change::Platform(name.clone(), f64::from(share) / 10.0);
                let back = Change::Platform(name.clone(), *own);
                prop_assert_eq!(&assess(&changed(&inputs, &[there, back])), &before);
            }
            if let Some((id, own)) = inputs.profile.adversaries.iter().find(|(_, w)| **w > 0.0) {
                let changes = [Change::Adversary(id.clone(), 0.0), Change::Adversary(id.clone(), *own)];
                prop_assert_eq!(&assess(&changed(&inputs, &changes)), &before);
            }
        }

        #[test]
        fn what_is_off_counts_as_if_it_were_not_there(world in world()) {
            let inputs = world.inputs();
            // A data source that is off says that nothing is collected; one that is not there says
            // nothing.
            let is_source = |id: &str| {
                inputs.capabilities.iter().any(|c| c.id == id && c.kind == Kind::DataSource)
            };
            let first = inputs.capabilities.iter().find(|c| !is_source(&c.id));
            let Some(id) = first.map(|c| c.id.clone()) else { return Ok(()) };
            let off = assess(&changed(&inputs, &[Change::Status(id.clone(), Status::Disabled)]));
            let gone = assess(&changed(&inputs, &[Change::Remove(id)]));
            let is_as_usual = inputs.policy.status_disabled == 0.0;
            prop_assert!(!is_as_usual || off.headline.threat_weighted == gone.headline.threat_weighted);
        }
    }
}
