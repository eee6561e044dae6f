//! What there is that supports each requirement of a framework, for those who audit it: what was
//! named for it, what does something about the same techniques, and which tests speak for either.
//!
//! Nothing here says that a requirement is met: that is for an assessor to say.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::assessment::{GENERATED_BY, Validated};
use crate::attack::TechniqueIx;
use crate::capability::{Basis, Capability, Function, Kind, Status};
use crate::coverage::{self, Evidence};
use crate::date::Date;
use crate::diagnostic::Origin;
use crate::inputs::Inputs;
use crate::scope::Scope;
use crate::strength::{self, Tests};

/// The schema of the JSON.
pub const SCHEMA: &str = "lacuna.evidence.v1";

/// What must stand on every page that shows this.
pub const STATEMENT: &str = "Supports; whether a requirement is met is for an assessor to say";

/// What supports which requirement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Supported {
    /// [`SCHEMA`].
    pub schema: String,
    /// Program and version.
    pub generated_by: String,
    /// The day for which the age of tests was counted.
    pub as_of: Date,
    /// [`STATEMENT`].
    pub statement: String,
    /// The requirements, framework by framework, in the order of their ids.
    pub requirements: Vec<Requirement>,
}

/// One requirement, and what supports it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Requirement {
    /// `nist_800_53:AC-02`, or a mitigation of ATT&CK: `M1032`.
    pub id: String,
    /// What it is called, where that is known: of mitigations only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many techniques in scope it is about, by its catalogue.
    pub techniques: usize,
    /// What was named for it, what is in place first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<Support>,
    /// What else does something about these techniques.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_technique: Option<ByTechnique>,
}

/// Something that was named for a requirement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Support {
    /// The capability's id.
    pub capability: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What it does.
    pub function: Function,
    /// How far it is in place.
    pub status: Status,
    /// Whether that is far enough to count, in part at least.
    pub is_in_place: bool,
    /// What its claim rests on.
    pub basis: Basis,
    /// What tests say; nothing where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Where it stands.
    pub origin: Origin,
}

/// What tests say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Procedures stopped or noticed.
    pub passed: u32,
    /// Procedures tested.
    pub run: u32,
    /// Day of the last test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Date>,
    /// Whether none of it counts any more on the day, since it is too old or has no date.
    pub is_expired: bool,
}

/// Capabilities that do something about the techniques that a requirement is about, and were not
/// named for it. This says less than to be named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByTechnique {
    /// How many of the requirement's techniques.
    pub techniques: usize,
    /// Their ids: controls before rules, both ascending.
    pub capabilities: Vec<String>,
    /// What they do, each once.
    pub functions: Vec<Function>,
    /// What tests of them say together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

impl Requirement {
    /// Whether something that is in place was named for it.
    #[must_use]
    pub fn is_supported(&self) -> bool {
        self.named.iter().any(|support| support.is_in_place)
    }

    /// Whether one of these has passed a test that still counts.
    #[must_use]
    pub fn is_tested(&self) -> bool {
        let speaks = |proof: &Proof| proof.passed > 0 && !proof.is_expired;
        let named = self.named.iter().filter(|support| support.is_in_place);
        named.filter_map(|support| support.proof.as_ref()).any(speaks)
    }
}

/// The ids of ATT&CK's mitigations, which are requirements where no framework is named. Those that
/// say that nothing can be done require nothing.
#[must_use]
pub fn mitigations(inputs: &Inputs<'_>) -> Vec<String> {
    let all = inputs.attack.mitigations.iter().map(|mitigation| &mitigation.id);
    all.filter(|id| !strength::NO_MITIGATIONS.contains(&id.as_str())).cloned().collect()
}

/// What supports the requirements with these ids: controls of catalogues that the inputs' catalogue
/// knows, or mitigations of ATT&CK.
#[must_use]
pub fn supported(inputs: &Inputs<'_>, ids: impl IntoIterator<Item = String>) -> Supported {
    let scope = Scope::new(inputs.attack, &inputs.scope, &inputs.dispositions, inputs.as_of);
    let (evidence, _) = coverage::gather(inputs, &scope);
    let records = Records { inputs, scope, evidence };
    let ids: BTreeMap<Vec<Part>, String> = ids.into_iter().map(|id| (parts(&id), id)).collect();
    Supported {
        schema: SCHEMA.to_owned(),
        generated_by: GENERATED_BY.to_owned(),
        as_of: inputs.as_of,
        statement: STATEMENT.to_owned(),
        requirements: ids.into_values().map(|id| records.requirement(id)).collect(),
    }
}

/// What there is, and what it is about.
struct Records<'a> {
    inputs: &'a Inputs<'a>,
    scope: Scope,
    /// By technique.
    evidence: Vec<Vec<Evidence>>,
}

impl Records<'_> {
    fn requirement(&self, id: String) -> Requirement {
        let Inputs { attack, capabilities, .. } = self.inputs;
        let named: Vec<usize> =
            (0..capabilities.len()).filter(|at| is_named(&capabilities[*at], &id)).collect();
        let techniques = self.techniques(&id);
        let mut supports: Vec<Support> =
            named.iter().map(|at| self.support(&capabilities[*at])).collect();
        supports.sort_by(|a, b| {
            let order = |s: &Support| (!s.is_in_place, s.proof.is_none(), s.function);
            order(a)
                .cmp(&order(b))
                .then_with(|| (&a.capability, &a.origin).cmp(&(&b.capability, &b.origin)))
        });
        let mitigation = attack.mitigation(&id).map(|at| attack.mitigations[at].name.clone());
        Requirement {
            name: mitigation,
            techniques: techniques.len(),
            named: supports,
            by_technique: self.by_technique(&techniques, &named),
            id,
        }
    }

    /// The techniques in scope that a requirement is about.
    fn techniques(&self, id: &str) -> BTreeSet<TechniqueIx> {
        let Inputs { attack, catalog, .. } = self.inputs;
        let mitigated = attack.mitigation(id).map(|at| &attack.mitigations[at].techniques);
        let mapped = catalog.control(id).map(|borrowed| borrowed.technique);
        let all = mitigated.into_iter().flatten().copied().chain(mapped);
        all.filter(|ix| self.scope.contains(*ix)).collect()
    }

    fn support(&self, capability: &Capability) -> Support {
        Support {
            capability: capability.id.clone(),
            title: capability.title.clone(),
            function: capability.function,
            status: capability.status,
            is_in_place: !strength::is_off(capability, &self.inputs.policy),
            basis: capability.basis,
            proof: self.proof([capability].into_iter()),
            owner: capability.owner.clone(),
            origin: capability.origin.clone(),
        }
    }

    /// What the tests of some capabilities say together: too old if those of all of them are.
    fn proof<'a>(&self, all: impl Iterator<Item = &'a Capability> + Clone) -> Option<Proof> {
        let Inputs { policy, as_of, .. } = self.inputs;
        let Validated { passed, run, last } = Validated::of(all.clone());
        let counts = |c: &Capability| {
            let tests = Tests::of(c, policy, *as_of);
            tests.run > 0.0 && tests.freshness > policy.val_wmin
        };
        (run > 0).then(|| Proof { passed, run, last, is_expired: !all.clone().any(counts) })
    }

    /// What names some of the techniques itself. What reaches them by way of another requirement
    /// says nothing about this one.
    fn by_technique(
        &self,
        techniques: &BTreeSet<TechniqueIx>,
        named: &[usize],
    ) -> Option<ByTechnique> {
        let capabilities = &self.inputs.capabilities;
        let names: BTreeSet<&str> = named.iter().map(|at| capabilities[*at].id.as_str()).collect();
        let is_further = |e: &&Evidence| {
            let names_it = e.via.starts_with('T') && !e.via.contains(':');
            names_it && !names.contains(capabilities[e.capability].id.as_str())
        };
        let of = |ix: &TechniqueIx| self.evidence[*ix].iter().filter(is_further);
        let found: BTreeSet<usize> = techniques.iter().flat_map(of).map(|e| e.capability).collect();
        let functions: BTreeSet<Function> =
            techniques.iter().flat_map(of).map(|e| e.function).collect();
        let order = |at: &usize| {
            let Capability { kind, id, .. } = &*capabilities[*at];
            (*kind == Kind::Rule, id)
        };
        let ids: BTreeSet<(bool, &String)> = found.iter().map(order).collect();
        (!found.is_empty()).then(|| ByTechnique {
            techniques: techniques.iter().filter(|ix| of(ix).next().is_some()).count(),
            capabilities: ids.into_iter().map(|(_, id)| id.clone()).collect(),
            functions: functions.into_iter().collect(),
            proof: self.proof(found.iter().map(|at| &*capabilities[*at])),
        })
    }
}

fn is_named(capability: &Capability, id: &str) -> bool {
    let is_it = |named: &String| named == id;
    capability.controls.iter().any(is_it) || capability.mitigations.iter().any(is_it)
}

/// A part of an id by which it is put in order: `A.5.2` stands before `A.5.10`.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Text(String),
    Number(String),
}

/// The parts of an id; two ids have the same parts only where they are the same.
fn parts(id: &str) -> Vec<Part> {
    let is_digit = |c: &char| c.is_ascii_digit();
    let mut parts = Vec::new();
    let mut rest: Vec<char> = id.chars().collect();
    while let Some(first) = rest.first() {
        let is_number = is_digit(first);
        let end = rest.iter().position(|c| is_digit(c) != is_number).unwrap_or(rest.len());
        let part: String = rest.drain(..end).collect();
        parts.push(match is_number {
            // Numbers of any length compare by their length first.
            true => Part::Number(format!("{:>20}{part}", part.trim_start_matches('0'))),
            false => Part::Text(part),
        });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    const SHOP: &str = "
        tactic TA0001 initial-access \"Initial Access\"
        technique T1059 Interpreter in initial-access on Windows
        technique T1078 Accounts in initial-access on Windows
        technique T1110 Guessing in initial-access on Windows
        mitigation M1032 \"Multi-factor Authentication\" of T1078,T1110
        mitigation M1026 \"Privileged Account Management\" of T1059
        control nist:AC-2 prevent T1078,T1110
        control nist:AC-3 prevent T1078
        as_of 2025-12-01
        have C1 control prevent nist:AC-2 status=implemented basis=attested tests=2/3/2025-10-01
        have C2 control prevent nist:AC-2 status=planned basis=attested
        have C3 control prevent M1032 status=implemented basis=attested tests=1/1/2020-01-01
        have R1 rule detect T1110 strength=0.5 status=enabled basis=tagged
        have R2 rule detect T1059 strength=0.5 status=enabled basis=tagged
        have R3 rule detect T1078 strength=0.5 status=disabled basis=tagged
    ";

    fn found(ids: &[&str]) -> Vec<Requirement> {
        let world = Fixture::parse(SHOP);
        supported(&world.inputs(), ids.iter().map(|id| (*id).to_owned())).requirements
    }

    #[test]
    fn what_is_named_supports_and_what_is_in_place_comes_first() {
        let found = found(&["nist:AC-2", "nist:AC-9"]);
        let accounts = &found[0];
        let ids: Vec<&str> = accounts.named.iter().map(|s| s.capability.as_str()).collect();
        assert_eq!(ids, ["C1", "C2"]);
        assert!(accounts.is_supported() && accounts.is_tested());
        assert!(!accounts.named[1].is_in_place, "it is planned");
        assert_eq!(accounts.named[0].proof.map(|p| (p.passed, p.run)), Some((2, 3)));
        assert!(found[1].named.is_empty() && found[1].by_technique.is_none());
        assert!(!found[1].is_supported());
    }

    #[test]
    fn what_names_the_same_techniques_stands_apart() {
        let found = found(&["nist:AC-2", "nist:AC-3"]);
        let further = found[0].by_technique.as_ref().expect("R1 is about T1110");
        assert_eq!((&further.capabilities[..], further.techniques), (&["R1".to_owned()][..], 1));
        // C1 reaches T1078 for AC-2 and C3 by a mitigation, which says nothing about AC-3; R3 is off.
        assert_eq!(found[1].by_technique, None);
    }

    #[test]
    fn mitigations_have_names_and_old_tests_are_no_proof() {
        let found = found(&["M1032"]);
        assert_eq!(found[0].name.as_deref(), Some("Multi-factor Authentication"));
        assert_eq!(found[0].named[0].proof.map(|p| p.is_expired), Some(true));
        assert!(found[0].is_supported() && !found[0].is_tested());
    }

    #[test]
    fn ids_stand_in_the_order_of_their_numbers() {
        let found = found(&["iso:A.5.10", "iso:A.5.2", "iso:A.12.1", "nist:AC-2", "nist:AC-02"]);
        let ids: Vec<&str> = found.iter().map(|r| r.id.as_str()).collect();
        assert_eq!(ids, ["iso:A.5.2", "iso:A.5.10", "iso:A.12.1", "nist:AC-02", "nist:AC-2"]);
    }
}
