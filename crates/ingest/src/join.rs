//! The records of a source become capabilities: their ids are resolved, each record is counted
//! under what it comes to, and what does not resolve is said with its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::attack::Attack;
use model::capability::{Capability, Kind};
use model::diagnostic::{Code, Diagnostic, Origin};
use model::id::TechniqueId;
use model::inputs::Source;
use model::resolve::{OTHER_FRAMEWORK, Resolved, ResolvedTactic, Resolver};
use model::strength;

use crate::parts;
use crate::patch::applying::Changes;
use crate::read::{Read, ReadSettings};
use crate::record::{Draft, shortened};

/// Distinct texts of a kind up to which one that is unknown gets a suggestion: looking for what is
/// near takes time, and somebody with so many has another trouble.
const SUGGESTIONS: usize = 500;

/// Brings the records of a source into the whole.
pub(crate) struct Join<'a, 'b> {
    pub(crate) settings: &'a ReadSettings<'a>,
    pub(crate) resolver: &'a mut Resolver<'b>,
    pub(crate) read: &'a mut Read,
    pub(crate) hints: &'a mut Hints,
}

/// What is known of a record beside its capability.
struct Record {
    /// It names a technique, a mitigation or a control, known or not.
    names_something: bool,
    /// For how many records of the file it stands.
    count: usize,
    format: Arc<str>,
    is_part: bool,
}

/// What was looked up for texts that may stand in every record.
#[derive(Default)]
pub(crate) struct Hints {
    techniques: BTreeMap<String, String>,
    tactics: BTreeMap<String, String>,
    /// Groups, campaigns and software by what they were called.
    adversaries: BTreeMap<String, Option<usize>>,
}

impl Hints {
    /// The hint for a text, looked for once; for more than a few hundred texts there is none.
    fn once(
        known: &mut BTreeMap<String, String>,
        text: &str,
        look: impl FnOnce() -> Option<String>,
    ) -> Option<String> {
        if let Some(hint) = known.get(text) {
            return Some(hint.clone()).filter(|hint| !hint.is_empty());
        }
        if known.len() >= SUGGESTIONS {
            return None;
        }
        let hint = look();
        known.insert(text.to_owned(), hint.clone().unwrap_or_default());
        hint
    }
}

impl Join<'_, '_> {
    pub(crate) fn records(
        &mut self,
        drafts: Vec<Draft>,
        changes: &mut Changes<'_>,
        account: &mut Source,
    ) {
        let first = self.read.capabilities.len();
        let mut records = Vec::with_capacity(drafts.len());
        for draft in drafts {
            records.push(Record {
                names_something: !draft.ids.is_empty() || draft.names_control,
                count: draft.records,
                format: Arc::clone(&draft.format),
                is_part: draft.is_part,
            });
            let capability = self.resolve(draft);
            self.read.capabilities.push(Arc::from(capability));
        }
        let joined = self.read.capabilities[first..].iter_mut().zip(&records);
        let parts = joined.filter(|(_, record)| record.is_part);
        let parts = parts.map(|(capability, _)| Arc::make_mut(capability)).collect();
        self.read.diagnostics.extend(parts::settle(parts, self.settings.policy));
        if !self.settings.patches.is_empty() {
            self.patch_all(first, changes, &mut records);
        }
        let assumed = self.count(first, &records, account);
        if assumed > 0 {
            self.read.diagnostics.push(not_stated(account, assumed));
        }
    }

    fn patch_all(&mut self, first: usize, changes: &mut Changes<'_>, records: &mut [Record]) {
        let mut capabilities = self.read.capabilities.split_off(first);
        for (capability, record) in capabilities.iter_mut().zip(records) {
            let capability = Arc::make_mut(capability);
            self.patch(changes, capability);
            let is_mapping =
                |name: &String| ["techniques", "mitigations", "controls"].contains(&name.as_str());
            if capability.patched.iter().any(is_mapping) {
                record.names_something = !(capability.techniques.is_empty()
                    && capability.mitigations.is_empty()
                    && capability.controls.is_empty());
            }
        }
        self.read.capabilities.append(&mut capabilities);
    }

    /// Counts each record under what it comes to; how many are assumed to be on.
    fn count(&self, first: usize, records: &[Record], account: &mut Source) -> usize {
        let mut assumed = 0;
        for (capability, record) in self.read.capabilities[first..].iter().zip(records) {
            let counts = account.formats.entry(record.format.to_string()).or_default();
            let is_off = strength::is_off(capability, self.settings.policy);
            assumed += if capability.is_assumed_on() && !is_off { record.count } else { 0 };
            let (of_source, of_format) = if is_off {
                (&mut account.off, &mut counts.off)
            } else if record.names_something || capability.kind == Kind::DataSource {
                (&mut account.used, &mut counts.used)
            } else {
                (&mut account.without_technique, &mut counts.without_technique)
            };
            *of_source += record.count;
            *of_format += record.count;
        }
        assumed
    }

    pub(crate) fn resolve(&mut self, draft: Draft) -> Box<Capability> {
        let Draft { mut capability, ids, other_frameworks, tactics, adversaries, .. } = draft;
        for (id, cell) in ids {
            let resolved = self.resolver.technique(id);
            self.read.resolution.count(id, &resolved);
            let text = id.to_string();
            for technique in resolved.techniques() {
                if !matches!(resolved, Resolved::Live(_)) {
                    capability.written.entry(*technique).or_default().push(text.clone());
                }
                if let Err(at) = capability.techniques.binary_search(technique) {
                    capability.techniques.insert(at, *technique);
                }
            }
            if let Some((code, message, help)) =
                remark(self.settings.attack, self.hints, &text, &resolved)
            {
                let cell = cell.or(capability.origin.cell.clone());
                let origin = Origin { cell, ..capability.origin.clone() };
                self.read.diagnostics.push(Diagnostic::new(code, origin, message, help));
            }
        }
        for (id, cell) in other_frameworks {
            self.other_framework(&id, cell, &capability);
        }
        for text in &tactics {
            self.tactic(text, &mut capability);
        }
        for text in &adversaries {
            self.adversary(text, &mut capability);
        }
        capability
    }

    fn other_framework(&mut self, id: &str, cell: Option<String>, capability: &Capability) {
        self.read.resolution.count_other_framework(id);
        let message = format!("{id} is of {OTHER_FRAMEWORK}, not of ATT&CK; it counts for nothing");
        let help = "name a technique of ATT&CK too, if one is meant";
        let cell = cell.or(capability.origin.cell.clone());
        let origin = Origin { cell, ..capability.origin.clone() };
        let diagnostic = Diagnostic::new(Code::OtherFramework, origin, message, help);
        self.read.diagnostics.push(diagnostic);
    }

    fn tactic(&mut self, text: &str, capability: &mut Capability) {
        match self.resolver.tactic(text) {
            ResolvedTactic::Known(id) | ResolvedTactic::Elsewhere(id) => {
                if let Err(at) = capability.tactics.binary_search(&id) {
                    capability.tactics.insert(at, id);
                }
            }
            ResolvedTactic::Unknown => {
                let message =
                    format!("{:?} is neither a tactic nor an id of ATT&CK", shortened(text));
                let origin = capability.origin.clone();
                let attack = self.settings.attack;
                let help = Hints::once(&mut self.hints.tactics, text, || {
                    let names = attack.tactics.iter().map(|t| t.shortname.as_str());
                    crate::suggest::did_you_mean(text, names)
                });
                let help = help.unwrap_or_default();
                self.read.diagnostics.push(Diagnostic::new(
                    Code::UnknownTactic,
                    origin,
                    message,
                    help,
                ));
            }
        }
    }

    fn adversary(&mut self, text: &str, capability: &mut Capability) {
        let attack = self.settings.attack;
        let called = match self.hints.adversaries.get(text) {
            Some(called) => *called,
            None => {
                let called = attack.adversaries_called(text).first().copied();
                self.hints.adversaries.insert(text.to_owned(), called);
                called
            }
        };
        match called {
            None => {
                let message = format!(
                    "{text} is no group, campaign or software of ATT&CK {}",
                    attack.version
                );
                let origin = capability.origin.clone();
                self.read.diagnostics.push(Diagnostic::new(
                    Code::UnknownId,
                    origin,
                    message,
                    "check the id",
                ));
            }
            Some(ix) => {
                let id = attack.adversaries[ix].id.clone();
                if let Err(at) = capability.adversaries.binary_search(&id) {
                    capability.adversaries.insert(at, id);
                }
            }
        }
    }
}

/// What there is to say of an id that is not live: code, fact and way out.
pub(crate) fn remark(
    attack: &Attack,
    hints: &mut Hints,
    id: &str,
    resolved: &Resolved,
) -> Option<(Code, String, String)> {
    let release = format!("ATT&CK {}", attack.version);
    let list =
        |ids: &[TechniqueId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    Some(match resolved {
        Resolved::Live(_) => return None,
        Resolved::Replaced([successor]) => (
            Code::ReplacedId,
            format!("{id} was replaced in {release}; counted as {successor}"),
            format!("write {successor}"),
        ),
        Resolved::Deprecated => (
            Code::DeprecatedId,
            format!("{id} is deprecated in {release}; it counts for nothing"),
            "name the technique that is meant".to_owned(),
        ),
        Resolved::OtherDomain(domain) => (
            Code::OtherDomain,
            format!("{id} belongs to {domain}; it counts for nothing here"),
            format!("assess that domain by itself with --domain {domain}"),
        ),
        Resolved::Newer { version, predecessors } if predecessors.is_empty() => (
            Code::NewerId,
            format!("{id} is new in ATT&CK {version}; {release} has nothing for it"),
            format!("use --attack {version}"),
        ),
        Resolved::Newer { version, predecessors } => (
            Code::NewerId,
            format!("{id} is of ATT&CK {version}; counted as {} in {release}", list(predecessors)),
            format!("use --attack {version}"),
        ),
        Resolved::Unknown => (
            Code::UnknownId,
            format!("{id} is in no ATT&CK release at hand; it counts for nothing"),
            nearest_technique(attack, hints, id),
        ),
    })
}

fn nearest_technique(attack: &Attack, hints: &mut Hints, id: &str) -> String {
    let hint = Hints::once(&mut hints.techniques, id, || {
        let ids: Vec<String> = attack.techniques.iter().map(|t| t.id.to_string()).collect();
        let parent = id.split_once('.').map_or(id, |(parent, _)| parent);
        if parent != id && ids.iter().any(|known| known == parent) {
            return Some(format!("{parent} has no such sub-technique; check the number"));
        }
        crate::suggest::did_you_mean(id, ids.iter().map(String::as_str))
    });
    hint.unwrap_or_else(|| "check the id".to_owned())
}

fn not_stated(account: &Source, assumed: usize) -> Diagnostic {
    let records = if assumed == 1 { "record" } else { "records" };
    let message = format!("status not stated for {assumed} {records}, which count as switched on");
    let help = "say which with --assume enabled or --assume library, or with status_from";
    Diagnostic::new(Code::StatusNotStated, Origin::file(account.path.clone()), message, help)
}
