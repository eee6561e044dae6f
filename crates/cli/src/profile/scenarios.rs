//! Scenarios that are built in, named as adversaries: `scenario:ransomware`.

use ingest::named::{Named, Naming};
use ingest::scenarios::{Described, described};
use ingest::suggest;
use model::attack::Attack;
use model::scenario::PREFIX;

use crate::failure::Failure;

/// The scenario that a text names, by its id or its name in any case; none where the text does not
/// say that it names one.
pub(crate) fn scenario(said: &str) -> Option<Result<&'static Described, Failure>> {
    let name = stripped(said.trim())?.trim();
    Some(called(name).ok_or_else(|| unknown(name)))
}

/// The scenario with this id or name.
pub(crate) fn called(name: &str) -> Option<&'static Described> {
    let same = |other: &str| other.eq_ignore_ascii_case(name);
    described().iter().find(|scenario| same(&scenario.id) || same(&scenario.name))
}

/// What stands behind the prefix, in any case.
fn stripped(said: &str) -> Option<&str> {
    let (prefix, name) = said.split_at_checked(PREFIX.len())?;
    prefix.eq_ignore_ascii_case(PREFIX).then_some(name)
}

fn unknown(name: &str) -> Failure {
    let typed: Vec<String> = described().iter().map(|s| format!("{PREFIX}{}", s.id)).collect();
    let ids = described().iter().map(|scenario| scenario.id.as_str());
    let near = suggest::nearest(name, ids).map(|id| format!("did you mean \"{PREFIX}{id}\"?"));
    let listed = || format!("scenarios are {}", typed.join(", "));
    Failure::new(format!("there is no scenario {name:?}")).help(near.unwrap_or_else(listed))
}

/// A scenario as an adversary, by the ids of a release that knows some of its techniques.
pub(crate) fn adversary(
    scenario: &Described,
    naming: &mut Naming<'_>,
    attack: &Attack,
) -> Result<Named, Failure> {
    let named = naming.scenario(scenario);
    if named.is_empty() {
        let release = format!("{} {}", attack.domain, attack.version);
        let failure = Failure::new(format!("{} names no technique of ATT&CK {release}", named.id));
        return Err(failure.help("scenarios are of the enterprise domain"));
    }
    Ok(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_is_named_by_its_id_or_its_name_in_any_case() {
        for said in ["scenario:data-theft", "Scenario:Data Theft", " scenario: DATA-THEFT "] {
            assert_eq!(scenario(said).unwrap().unwrap().id, "data-theft", "{said}");
        }
        for said in ["APT29", "scenario", "data-theft", "scenärio:x", ""] {
            assert!(scenario(said).is_none(), "{said}");
        }
    }

    #[test]
    fn no_adversary_of_attacks_has_the_name_of_a_scenario() {
        let attack = ingest::releases::load(None, ingest::releases::DEFAULT_DOMAIN).unwrap();
        for scenario in described() {
            for name in [&scenario.id, &scenario.name] {
                assert!(attack.adversaries_called(name).is_empty(), "{name}");
            }
        }
    }
}
