//! Where the systems are that scores are limited to: a technique file of DeTT&CT names them only, a
//! data source file beside it says on which platforms they are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::capability::{Capability, Kind};

/// The platforms of each system that a source of data, for it alone, says.
type Places = BTreeMap<String, BTreeSet<String>>;

/// Limits what is scored by system to the platforms of its systems, where all of them are known.
pub(crate) fn place(capabilities: &mut [Arc<Capability>]) {
    let mut places = Places::new();
    for source in capabilities.iter().filter(|capability| capability.kind == Kind::DataSource) {
        if let ([system], Some(platforms)) = (&source.systems[..], &source.platforms) {
            places.entry(system.clone()).or_default().extend(platforms.iter().cloned());
        }
    }
    let is_scored = |capability: &&mut Arc<Capability>| {
        capability.kind != Kind::DataSource
            && !capability.systems.is_empty()
            && !capability.score_history.is_empty()
    };
    for capability in capabilities.iter_mut().filter(is_scored) {
        let found: Option<Vec<_>> =
            capability.systems.iter().map(|system| places.get(system)).collect();
        if let Some(found) = found {
            let platforms: BTreeSet<&String> = found.into_iter().flatten().collect();
            let platforms = platforms.into_iter().cloned().collect();
            Arc::make_mut(capability).platforms = Some(platforms);
        }
    }
}

#[cfg(test)]
mod tests {
    use model::capability::{Function, ScoreEntry};

    use super::*;

    fn limited(kind: Kind, systems: &[&str], platforms: &[&str]) -> Capability {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let mut capability = Capability::new("x", kind, Function::Detect);
        (capability.systems, capability.platforms) = (owned(systems), Some(owned(platforms)));
        let entry =
            ScoreEntry { date: None, score: 1, auto_generated: false, comment: String::new() };
        capability.score_history = vec![entry];
        capability
    }

    #[test]
    fn a_score_is_where_its_systems_are() {
        let everywhere = ["Linux", "Windows", "macOS"];
        let mut capabilities: Vec<Arc<Capability>> = [
            limited(Kind::DataSource, &["Desks"], &["Windows"]),
            limited(Kind::DataSource, &["Desks"], &["macOS"]),
            limited(Kind::DataSource, &["Desks", "Racks"], &["Linux", "Windows", "macOS"]),
            limited(Kind::Control, &["Desks"], &everywhere),
            limited(Kind::Control, &["Desks", "Racks"], &everywhere),
            limited(Kind::Control, &[], &everywhere),
        ]
        .map(Arc::new)
        .into();
        place(&mut capabilities);
        let platforms = capabilities[3..].iter().map(|c| c.platforms.clone().unwrap());
        let platforms: Vec<Vec<String>> = platforms.collect();
        assert_eq!(platforms[0], ["Windows", "macOS"]);
        // Where the racks are, nobody says of them alone.
        assert_eq!(platforms[1], everywhere);
        assert_eq!(platforms[2], everywhere);
    }
}
