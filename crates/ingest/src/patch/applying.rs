//! Patches take effect: after the records of a source are resolved, and before they are counted.

use std::collections::{BTreeMap, HashMap};

use model::capability::Capability;
use model::diagnostic::{Code, Diagnostic, Origin};

use super::{Change, Patch, TESTS, is_refusal, refuses, same, take};
use crate::column::Column;
use crate::format;
use crate::join::Join;
use crate::read::Read;
use crate::record::{Context, Draft, Raw, Said, draft, shortened};

/// The changes of all patches while records are being read.
pub(crate) struct Changes<'p> {
    patches: &'p [Patch],
    /// Patch and change, by file and id of the record, in the order in which they are taken.
    by_record: HashMap<(&'p str, &'p str), Vec<(usize, usize)>>,
    fates: BTreeMap<(usize, usize), Fate>,
    /// How many records each patch has changed.
    records: Vec<usize>,
}

/// What became of a change that has met its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Taken,
    /// The record says so already.
    Needless,
    /// Told already why it is not taken.
    Refused,
}

/// What is to become of a change.
enum Verdict {
    Take,
    Needless,
    Refuse(Box<Diagnostic>),
}

impl<'p> Changes<'p> {
    pub(crate) fn of(patches: &'p [Patch]) -> Self {
        let mut by_record: HashMap<_, Vec<_>> = HashMap::new();
        for (patch, Patch { changes, .. }) in patches.iter().enumerate() {
            for (at, change) in changes.iter().enumerate() {
                let record = (change.file.as_str(), change.id.as_str());
                by_record.entry(record).or_default().push((patch, at));
            }
        }
        Self { patches, by_record, fates: BTreeMap::new(), records: vec![0; patches.len()] }
    }

    fn change(&self, (patch, at): (usize, usize)) -> &'p Change {
        &self.patches[patch].changes[at]
    }

    fn origin(&self, key: (usize, usize)) -> Origin {
        Origin { line: Some(self.change(key).line), ..Origin::file(&self.patches[key.0].shown) }
    }

    /// What there is to say once all sources are read.
    pub(crate) fn tell(&self, out: &mut Vec<Diagnostic>) {
        for (ix, patch) in self.patches.iter().enumerate() {
            out.extend(patch.diagnostics.iter().cloned());
            let keys = (0..patch.changes.len()).map(|at| (ix, at));
            let homeless = keys.clone().filter(|key| !self.fates.contains_key(key));
            out.extend(homeless.map(|key| self.unmatched(key)));
            let taken = keys.filter(|key| self.fates.get(key) == Some(&Fate::Taken)).count();
            let counts = (taken, self.records[ix]);
            out.extend((taken > 0).then(|| taken_from(&patch.shown, counts)));
        }
    }

    fn unmatched(&self, key: (usize, usize)) -> Diagnostic {
        let Change { file, id, .. } = self.change(key);
        let message = format!("no record {id:?} is in {file}; the change is not taken");
        let help = "correct the file or the id, or remove the line";
        Diagnostic::new(Code::UnmatchedPatch, self.origin(key), message, help)
    }
}

fn taken_from(shown: &str, (changes, records): (usize, usize)) -> Diagnostic {
    let plural = |n: usize| if n == 1 { "" } else { "s" };
    let message =
        format!("{changes} change{} of {records} record{} taken", plural(changes), plural(records));
    Diagnostic::new(Code::Patched, Origin::file(shown), message, "")
}

impl Join<'_, '_> {
    /// Takes the changes that belong to a record; whether it names something by that is for the
    /// caller to see.
    pub(crate) fn patch(&mut self, changes: &mut Changes<'_>, capability: &mut Capability) {
        let record = (capability.origin.path.as_str(), capability.id.as_str());
        let Some(keys) = changes.by_record.get(&record).cloned() else { return };
        for keys in keys.chunk_by(|a, b| a.0 == b.0) {
            let before = capability.patched.len();
            self.patch_by_one(changes, keys, capability);
            changes.records[keys[0].0] += usize::from(capability.patched.len() > before);
        }
        let at = |name: &String| Column::from_name(name);
        capability.patched.sort_by_key(at);
        capability.patched.dedup();
    }

    /// The changes of one patch to a record count together: tests passed and run go by pairs.
    fn patch_by_one(
        &mut self,
        changes: &mut Changes<'_>,
        keys: &[(usize, usize)],
        capability: &mut Capability,
    ) {
        let mut open = Vec::new();
        for key in keys {
            match self.judge(changes, *key, capability) {
                Verdict::Take => open.push(*key),
                Verdict::Needless => _ = changes.fates.insert(*key, Fate::Needless),
                Verdict::Refuse(diagnostic) => {
                    changes.fates.insert(*key, Fate::Refused);
                    self.read.diagnostics.push(*diagnostic);
                }
            }
        }
        let patches = changes.patches;
        let said = |keys: &[(usize, usize)]| {
            let change = |(patch, at): &(usize, usize)| &patches[*patch].changes[*at];
            keys.iter().map(change).map(|c| (c.column, c.after.as_str())).collect::<Vec<_>>()
        };
        let (mut changed, remarks) = self.read_back(capability, &said(&open));
        if let Some(remark) = remarks.into_iter().find(|r| r.code == Code::TestsImpossible) {
            let is_test = |key: &(usize, usize)| TESTS.contains(&changes.change(*key).column);
            let (tests, others) = open.iter().partition::<Vec<_>, _>(|key| is_test(key));
            for key in &tests {
                let refusal = not_understood(changes.origin(*key), &remark);
                self.read.diagnostics.push(refusal);
                changes.fates.insert(*key, Fate::Refused);
            }
            open = others;
            changed = self.read_back(capability, &said(&open)).0;
        }
        for key in open {
            let column = changes.change(key).column;
            let name = column.name().to_owned();
            take(column, capability, &changed);
            capability.defaulted.retain(|defaulted| *defaulted != name);
            if changed.is_defaulted(&name) {
                capability.defaulted.push(name.clone());
            }
            capability.patched.push(name);
            changes.fates.insert(key, Fate::Taken);
        }
    }

    fn judge(&mut self, changes: &Changes<'_>, key: (usize, usize), now: &Capability) -> Verdict {
        let Change { column, before, after, .. } = changes.change(key);
        let (changed, remarks) = self.read_back(now, &[(*column, after)]);
        let is_telling = |r: &&Diagnostic| is_refusal(r.code) && r.code != Code::TestsImpossible;
        if refuses(*column, after, &remarks)
            && let Some(remark) = remarks.iter().find(is_telling)
        {
            return Verdict::Refuse(Box::new(not_understood(changes.origin(key), remark)));
        }
        // Counts of tests that contradict each other by themselves may not do so together.
        let is_whole = !TESTS.contains(column) || remarks.is_empty();
        if is_whole && same(*column, now, &changed) {
            return Verdict::Needless;
        }
        // What counts for want of a word is nothing that the source has said.
        if *column == Column::Status && now.is_defaulted(column.name()) {
            return Verdict::Take;
        }
        let (said, _) = self.read_back(now, &[(*column, before)]);
        if same(*column, now, &said) {
            return Verdict::Take;
        }
        let message = format!(
            "{} of {:?} is not {:?} any more; the change to {:?} is not taken",
            column.name(),
            now.id,
            shortened(before),
            shortened(after)
        );
        let help = "compare the record with the change, and correct or remove the line";
        let stale = Diagnostic::new(Code::StalePatch, changes.origin(key), message, help);
        Verdict::Refuse(Box::new(stale))
    }

    /// The record as a row of the register would say it with other values in some columns. Only
    /// these columns count, and what hangs together with them stands beside them.
    fn read_back(
        &mut self,
        now: &Capability,
        said: &[(Column, &str)],
    ) -> (Box<Capability>, Vec<Diagnostic>) {
        let mut values: Vec<Said> = beside(now)
            .into_iter()
            .filter(|(column, _)| said.iter().all(|(changed, _)| changed != column))
            .chain(said.iter().map(|(column, text)| (*column, (*text).to_owned())))
            .map(|(column, text)| Said { column, text, cell: None })
            .collect();
        values.retain(|said| !said.text.is_empty());
        let raw = Raw { origin: now.origin.clone(), values, diagnostics: Vec::new() };
        let context = Context {
            attack: self.settings.attack,
            format: format::register(),
            has_status: true,
            is_row: true,
            decimal_comma: false,
            source_status: None,
            assumed: None,
            defaults: &BTreeMap::new(),
        };
        let mut remarks = Vec::new();
        let draft = draft(raw, &context, &mut remarks);
        let (capability, resolved) = self.resolved(draft);
        remarks.extend(resolved);
        (capability, remarks)
    }

    /// A record that is no record of the sources, and what there is to say about its ids.
    pub(crate) fn resolved(&mut self, draft: Draft) -> (Box<Capability>, Vec<Diagnostic>) {
        let mut aside = Read::default();
        let mut join = Join {
            settings: self.settings,
            resolver: &mut *self.resolver,
            read: &mut aside,
            hints: &mut *self.hints,
        };
        let capability = join.resolve(draft);
        (capability, aside.diagnostics)
    }
}

/// What the defaults of other columns, and the counts of tests, depend on.
fn beside(now: &Capability) -> Vec<(Column, String)> {
    let number = |n: Option<u32>| n.map_or_else(String::new, |n| n.to_string());
    vec![
        (Column::Kind, now.kind.word().to_owned()),
        (Column::Function, now.function.word().to_owned()),
        (Column::Status, now.status.word().to_owned()),
        (Column::Basis, now.basis.word().to_owned()),
        (Column::Ctid, now.ctid.map_or_else(String::new, |ctid| ctid.word().to_owned())),
        (Column::RuleStatus, now.rule_status.map_or_else(String::new, |s| s.word().to_owned())),
        (Column::LogSource, now.log_source.join("; ")),
        (Column::TestsPassed, number(now.tests_passed)),
        (Column::TestsRun, number(now.tests_run)),
        (Column::TestsLast, now.tests_last.map_or_else(String::new, |day| day.to_string())),
    ]
}

fn not_understood(origin: Origin, remark: &Diagnostic) -> Diagnostic {
    let message = format!("the change is not taken: {}", remark.message);
    Diagnostic::new(Code::BadValue, origin, message, remark.help.clone())
}
