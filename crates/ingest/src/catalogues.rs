//! What others have counted or listed per technique: ids and numbers that are built in, each file
//! with its source in its first line. Nothing is parsed before it is asked for.

use std::collections::BTreeMap;

use model::capability::Function;
use model::catalog::ReferenceStack;
use model::id::TechniqueId;
use model::scenario::PREFIX;
use model::score::Range;

const CHOKE_POINTS: &str = include_str!("../controls/catalogues/choke_points.csv");
const PUBLIC_RULES: &str = include_str!("../controls/catalogues/public_rules.csv");
const REFERENCE_STACKS: &str = include_str!("../controls/catalogues/reference_stacks.csv");
const ATOMIC_TESTS: &str = include_str!("../controls/catalogues/atomic_tests.csv");
const DETTECT_SOURCES: &str = include_str!("../controls/catalogues/dettect_sources.csv");

/// How much of a choke point a technique is, from 0 to 1: how many techniques lead to it and from
/// it, counted by hand for the Top ATT&CK Techniques of the Center for Threat-Informed Defense.
/// The ids are those of ATT&CK 14.1; some have been replaced since.
pub fn choke_points() -> impl Iterator<Item = (TechniqueId, f64)> {
    rows(CHOKE_POINTS).map(|(id, [choke])| (id, number(choke)))
}

/// How many public rules there are for a technique: those of Sigma, Elastic and Splunk, and the
/// tests of Atomic Red Team. The ids are those of ATT&CK 18.1.
pub fn public_rules() -> impl Iterator<Item = (TechniqueId, [u32; 4])> {
    rows(PUBLIC_RULES).map(|(id, counts)| (id, counts.map(number)))
}

/// A test of Atomic Red Team: that it exists, and where it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtomicTest {
    /// What it tests. The ids are those of ATT&CK 19.
    pub technique: TechniqueId,
    /// The id by which its authors know it, a GUID.
    pub guid: &'static str,
    /// Where it runs, as ATT&CK calls it, sorted; never empty.
    pub platforms: Vec<&'static str>,
    /// What runs it: `powershell`, `command_prompt`, `sh`, `bash` or, by hand, `manual`.
    pub executor: &'static str,
    /// Whether it needs to be an administrator; `None` where that is not said.
    pub elevation: Option<bool>,
}

/// The tests of Atomic Red Team, by technique and GUID.
pub fn atomic_tests() -> impl Iterator<Item = AtomicTest> {
    rows(ATOMIC_TESTS).map(|(technique, [guid, platforms, executor, elevation])| AtomicTest {
        technique,
        guid,
        platforms: platforms.split('|').collect(),
        executor,
        elevation: match elevation {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
    })
}

/// What well-known stacks come to where all of them is in place, for the enterprise domain.
#[must_use]
pub fn reference_stacks() -> Vec<ReferenceStack> {
    let mut stacks: Vec<ReferenceStack> = Vec::new();
    for line in REFERENCE_STACKS.lines().skip(2) {
        let mut cells = line.split(',');
        let cells: [&str; 9] = std::array::from_fn(|_| cells.next().unwrap_or_default());
        let [id, attack_version, platforms, techniques, capabilities, figure, lo, exp, hi] = cells;
        if stacks.last().is_none_or(|last| last.id != id) {
            stacks.push(ReferenceStack {
                id: id.to_owned(),
                attack_version: attack_version.to_owned(),
                platforms: number(platforms),
                techniques: number(techniques),
                capabilities: number(capabilities),
                coverage: Range::ZERO,
                by_function: BTreeMap::new(),
                scenarios: BTreeMap::new(),
            });
        }
        let range = Range { lo: number(lo), exp: number(exp), hi: number(hi) };
        if let Some(stack) = stacks.last_mut() {
            keep(stack, figure, range);
        }
    }
    stacks
}

/// A figure is that of a function, of a scenario, or of all.
fn keep(stack: &mut ReferenceStack, figure: &str, range: Range) {
    match (Function::from_word(figure), figure.strip_prefix(PREFIX)) {
        (Some(function), _) => _ = stack.by_function.insert(function, range),
        (None, Some(scenario)) => _ = stack.scenarios.insert(scenario.to_owned(), range),
        (None, None) => stack.coverage = range,
    }
}

/// In which data sources DeTT&CT would see a technique that ATT&CK does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DettectSources {
    /// Their names, without what DeTT&CT adds to tell that they are its own.
    pub names: Vec<&'static str>,
    /// The data component of ATT&CK that they stand for, so that it does not count beside them.
    pub instead_of: Option<&'static str>,
}

/// The data sources that DeTT&CT adds to those of ATT&CK, by technique. The ids are those of
/// ATT&CK 18.1; techniques that have no Windows or Linux of their own are not among them.
pub fn dettect_sources() -> impl Iterator<Item = (TechniqueId, DettectSources)> {
    rows(DETTECT_SOURCES).map(|(technique, [names, instead_of])| {
        let instead_of = Some(instead_of).filter(|name| !name.is_empty());
        (technique, DettectSources { names: names.split('|').collect(), instead_of })
    })
}

/// The rows after the comments and the line of column names.
fn rows<const N: usize>(
    csv: &'static str,
) -> impl Iterator<Item = (TechniqueId, [&'static str; N])> {
    csv.lines().filter(|line| !line.starts_with('#')).skip(1).map(|line| {
        let mut cells = line.split(',');
        let id = cells.next().and_then(|id| id.parse().ok());
        let cells = std::array::from_fn(|_| cells.next().unwrap_or_default());
        (id.expect("the catalogues that are built in are valid: tested"), cells)
    })
}

fn number<T: std::str::FromStr>(cell: &str) -> T {
    let number = cell.parse().ok();
    number.expect("the catalogues that are built in are valid: tested")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_choke_point_is_a_share() {
        let points: Vec<_> = choke_points().collect();
        assert_eq!(points.len(), 637);
        assert!(points.iter().all(|(_, choke)| (0.0..=1.0).contains(choke)));
        assert!(points.is_sorted_by(|(a, _), (b, _)| a < b));
        let command_interpreter = "T1059".parse().unwrap();
        assert!(points.contains(&(command_interpreter, 1.0)));
    }

    #[test]
    fn public_rules_are_counted_per_source() {
        let rules: Vec<_> = public_rules().collect();
        assert_eq!(rules.len(), 528);
        assert!(rules.is_sorted_by(|(a, _), (b, _)| a < b));
        assert!(rules.contains(&("T1003".parse().unwrap(), [32, 16, 7, 7])));
    }

    #[test]
    fn every_reference_stack_has_all_its_figures() {
        let first = REFERENCE_STACKS.lines().next().unwrap();
        assert!(first.starts_with("# source: ") && first.contains("; licence: "), "{first}");
        let cells = REFERENCE_STACKS.lines().skip(1).flat_map(|line| line.split(','));
        assert!(cells.into_iter().all(|cell| cell.len() <= 24 && !cell.contains(' ')), "no text");
        let stacks = reference_stacks();
        let ids: Vec<&str> = stacks.iter().map(|stack| stack.id.as_str()).collect();
        assert_eq!(ids, ["nist_800_53", "m365", "sigma", "together"]);
        for stack in &stacks {
            let figures = stack.by_function.values().chain(stack.scenarios.values());
            let figures = figures.chain([&stack.coverage]);
            assert_eq!(stack.by_function.len(), 3, "{}", stack.id);
            let scenarios = crate::scenarios::described().iter();
            let scenarios: BTreeSet<&str> =
                scenarios.map(|scenario| scenario.id.as_str()).collect();
            let known: BTreeSet<&str> = stack.scenarios.keys().map(String::as_str).collect();
            assert_eq!(known, scenarios, "run cargo xtask references: {}", stack.id);
            for Range { lo, exp, hi } in figures {
                assert!(0.0 <= *lo && lo <= exp && exp <= hi && *hi <= 1.0, "{stack:?}");
            }
            let together = stacks.last().unwrap().coverage.exp;
            assert!(0.0 < stack.coverage.exp && stack.coverage.exp <= together);
        }
    }

    #[test]
    fn data_sources_of_dettect_stand_for_components_that_attack_has() {
        let attack = crate::snapshot::embedded("enterprise-attack", Some("18.1")).unwrap();
        let sources: Vec<_> = dettect_sources().collect();
        assert!(sources.is_sorted_by(|(a, _), (b, _)| a < b));
        assert_eq!(sources.len(), 50);
        let names: BTreeSet<&str> = sources.iter().flat_map(|(_, s)| s.names.clone()).collect();
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["DHCP", "Email", "Internal DNS", "Web"]);
        for (id, sources) in &sources {
            assert!(attack.technique(*id).is_some(), "{id}");
            assert!(sources.instead_of.is_none_or(|name| attack.component(name).is_some()));
        }
    }

    #[test]
    fn every_atomic_test_has_a_guid_and_platforms_that_attack_has() {
        let attack = crate::snapshot::embedded("enterprise-attack", None).unwrap();
        let tests: Vec<AtomicTest> = atomic_tests().collect();
        assert!(tests.is_sorted_by_key(|test| (test.technique, test.guid)));
        let guids: BTreeSet<&str> = tests.iter().map(|test| test.guid).collect();
        assert_eq!(guids.len(), tests.len());
        for test in &tests {
            assert_eq!((test.guid.len(), test.guid.matches('-').count()), (36, 4));
            assert!(attack.technique(test.technique).is_some(), "{}", test.technique);
            assert!(!test.executor.is_empty(), "{}", test.guid);
            assert!(test.platforms.is_sorted(), "{}", test.guid);
            assert!(test.platforms.iter().all(|name| attack.platform(name).is_some()));
        }
    }
}
