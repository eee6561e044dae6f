//! What the SIEM says is switched on: an export of its rules, or any table of ids or titles with
//! a status, joined to the rules of a source. A rule that it does not name is not on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use model::capability::{Capability, Kind, Status};
use model::diagnostic::{Code, Diagnostic};
use model::policy::Policy;
use model::strength::status_multiplier;

use crate::file::FileRead;
use crate::format::Formats;
use crate::record::Draft;

/// A list of statuses.
pub(crate) struct StatusList {
    shown: String,
    entries: Vec<Capability>,
    /// Two rules may be made from one template, so an id may stand there more than once.
    by_id: BTreeMap<String, Vec<usize>>,
    by_title: BTreeMap<String, Vec<usize>>,
}

/// What a rule and its entries in a list have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Id,
    Title,
}

/// A file that is no list of statuses.
#[derive(Debug)]
pub struct NotAStatusList(String);

impl fmt::Display for NotAStatusList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotAStatusList {}

impl StatusList {
    /// The list that files hold: rules of an export, or rows of a table.
    pub(crate) fn of(
        files: Vec<FileRead>,
        shown: &str,
        formats: &Formats,
        out: &mut Vec<Diagnostic>,
    ) -> Result<Self, NotAStatusList> {
        let mut list = Self {
            shown: shown.to_owned(),
            entries: Vec::new(),
            by_id: BTreeMap::new(),
            by_title: BTreeMap::new(),
        };
        for file in files {
            out.extend(file.diagnostics.into_iter().filter(concerns_statuses));
            file.drafts.into_iter().for_each(|draft| list.add(draft, formats));
        }
        if list.entries.is_empty() {
            let message = "it is neither an export of rules nor a table with a column for the id \
                           or title and one for the status";
            return Err(NotAStatusList(message.to_owned()));
        }
        Ok(list)
    }

    fn add(&mut self, draft: Draft, formats: &Formats) {
        let mut entry = *draft.capability;
        if entry.is_defaulted("status") {
            // It is in the list, and that is all there is to know.
            entry.status = Status::Unknown;
        }
        let ix = self.entries.len();
        self.by_id.entry(entry.id.to_lowercase()).or_default().push(ix);
        if !entry.title.is_empty() {
            // A table may have the titles as the product shows them.
            let bare = formats.iter().find_map(|format| format.bare_title(&entry.title));
            for title in [Some(entry.title.clone()), bare].into_iter().flatten() {
                self.by_title.entry(title.to_lowercase()).or_default().push(ix);
            }
        }
        self.entries.push(entry);
    }

    /// The entries for a rule, by its id, else by its title.
    fn entries_of(&self, rule: &Capability) -> (By, &[usize]) {
        let by_id = self.by_id.get(&rule.id.to_lowercase()).map(|entries| (By::Id, entries));
        let by_title = || self.by_title.get(&rule.title.to_lowercase());
        let found = by_id.or_else(|| by_title().map(|entries| (By::Title, entries)));
        found.map_or((By::Title, &[]), |(by, entries)| (by, entries.as_slice()))
    }

    /// What there is to say where the entries for a rule differ in their status.
    fn contradiction(&self, entries: &[usize]) -> Option<Diagnostic> {
        let (first, rest) = entries.split_first()?;
        let first = &self.entries[*first];
        let other = rest.iter().map(|ix| &self.entries[*ix]).find(|e| e.status != first.status)?;
        let message = format!(
            "{:?} is there already as {}, here as {}",
            first.id,
            first.status.word(),
            other.status.word()
        );
        let help = "what counts for more holds; leave one out if it is the other";
        Some(Diagnostic::new(Code::DuplicateId, other.origin.clone(), message, help))
    }

    /// Of several entries the one that counts for most; of those that count the same, the first.
    fn best(&self, entries: &[usize], policy: &Policy) -> Option<usize> {
        let counts = |ix: &&usize| status_multiplier(self.entries[**ix].status, policy);
        // `max_by` takes the last.
        let best = entries.iter().rev().max_by(|a, b| counts(a).total_cmp(&counts(b)));
        best.copied()
    }

    /// Gives every rule the status of the list, by id, else by title, and reports what is
    /// unmatched on either side. Of several entries for one rule, such as rules made from one
    /// template, that which counts for most holds. What a row of a register says of itself stays;
    /// what a rule's file says is how it was delivered, and the list knows better.
    pub(crate) fn join<'a>(
        &self,
        drafts: impl Iterator<Item = &'a mut Draft>,
        policy: &Policy,
        out: &mut Vec<Diagnostic>,
    ) {
        let mut matched: BTreeSet<usize> = BTreeSet::new();
        // What counts for most of the entries of an id or a title, by the first of them: thousands
        // of rules may share a title with thousands of entries.
        let mut chosen: BTreeMap<(By, Option<usize>), Option<usize>> = BTreeMap::new();
        for Draft { capability, is_row, .. } in drafts {
            let is_silent = capability.is_defaulted("status");
            let has_no_rule = capability.kind == Kind::DataSource;
            if has_no_rule || (*is_row && !is_silent) {
                continue;
            }
            let (by, entries) = self.entries_of(capability);
            capability.defaulted.retain(|column| column != "status");
            let best = *chosen.entry((by, entries.first().copied())).or_insert_with(|| {
                matched.extend(entries);
                out.extend(self.contradiction(entries));
                self.best(entries, policy)
            });
            match best {
                Some(ix) => take(capability, &self.entries[ix]),
                None => {
                    capability.status = Status::Disabled;
                    let message = format!(
                        "{} does not name {:?}; it counts as off",
                        self.shown, capability.id
                    );
                    let origin = capability.origin.clone();
                    out.push(Diagnostic::new(Code::NoStatus, origin, message, ""));
                }
            }
        }
        for (_, entry) in self.entries.iter().enumerate().filter(|(ix, _)| !matched.contains(ix)) {
            let message = format!("{:?} belongs to no rule of the source", entry.id);
            let help = "the rule was removed or renamed; correct the list";
            let origin = entry.origin.clone();
            out.push(Diagnostic::new(Code::UnmatchedStatus, origin, message, help));
        }
    }
}

/// What the list knows about a rule: its status, and how it fares.
fn take(rule: &mut Capability, entry: &Capability) {
    rule.status = entry.status;
    rule.last_fired = entry.last_fired.or(rule.last_fired);
    rule.alerts_90d = entry.alerts_90d.or(rule.alerts_90d);
    rule.false_positive_rate = entry.false_positive_rate.or(rule.false_positive_rate);
}

/// What is wrong with the techniques or platforms of a list does not matter: only its statuses
/// are used.
fn concerns_statuses(diagnostic: &Diagnostic) -> bool {
    matches!(
        diagnostic.code,
        Code::UnreadableFile
            | Code::BrokenFile
            | Code::UnreadableSheet
            | Code::NoHeader
            | Code::NotUnderstood
            | Code::LimitReached
            | Code::SecondColumn
            | Code::BadValue
            | Code::DuplicateId
    )
}
