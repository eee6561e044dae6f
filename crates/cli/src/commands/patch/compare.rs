//! Three readings of each cell: as it was exported, as it was edited, and as the sources have it.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use ingest::{Column, Edited, EditedRow, ExportedRow, may_change, same};
use model::capability::Capability;
use model::diagnostic::Origin;
use report::patch::{Change, Conflict, Difference, Ignored};
use report::register::written;

/// What was changed, against what the sources say now; and the rows that they do not have.
pub(super) fn difference(
    edited: &Edited,
    shown: &str,
    capabilities: &[Arc<Capability>],
) -> (Difference, Vec<Arc<Capability>>) {
    let sources = Sources::of(capabilities);
    let mut comparison =
        Comparison { edited, sources, found: Difference::default(), added: Vec::new() };
    match &edited.exported {
        Some(exported) => comparison.by_anchor(exported, shown),
        None => comparison.by_id(),
    }
    let mut found = comparison.found;
    found.changes.sort_by(|a, b| {
        let key = |c: &Change| (Column::from_name(c.column), c.before.clone());
        (&a.file, &a.id, key(a)).cmp(&(&b.file, &b.id, key(b)))
    });
    (found, comparison.added)
}

/// The records of the sources, by what they are known by.
struct Sources<'a> {
    by_record: HashMap<(&'a str, &'a str), &'a Capability>,
    by_id: HashMap<&'a str, Vec<&'a Capability>>,
}

impl<'a> Sources<'a> {
    fn of(capabilities: &'a [Arc<Capability>]) -> Self {
        let mut sources = Self { by_record: HashMap::new(), by_id: HashMap::new() };
        for capability in capabilities {
            let record = (capability.origin.path.as_str(), capability.id.as_str());
            // A source that is read twice has each record twice.
            if let Entry::Vacant(place) = sources.by_record.entry(record) {
                place.insert(capability);
                sources.by_id.entry(&capability.id).or_default().push(capability);
            }
        }
        sources
    }

    /// The record of this file and id, else the only one of this id: paths are as typed.
    fn record(&self, file: &str, id: &str) -> Result<&'a Capability, &'static str> {
        match self.by_record.get(&(file, id)) {
            Some(record) => Ok(*record),
            None => self.with_id(id),
        }
    }

    fn with_id(&self, id: &str) -> Result<&'a Capability, &'static str> {
        match self.by_id.get(id).map(Vec::as_slice) {
            Some([one]) => Ok(*one),
            Some(_) => Err("several records have this id; edit the source itself"),
            None => Err("the sources have no such record any more"),
        }
    }
}

struct Comparison<'a> {
    edited: &'a Edited,
    sources: Sources<'a>,
    found: Difference,
    added: Vec<Arc<Capability>>,
}

impl<'a> Comparison<'a> {
    fn by_anchor(&mut self, exported: &'a BTreeMap<String, ExportedRow>, shown: &str) {
        self.missing_columns(shown);
        let own = own_rows(&self.edited.rows, exported);
        let mut kept = HashSet::new();
        for (row, is_own) in self.edited.rows.iter().zip(own) {
            let anchor = row.anchor.as_deref();
            match anchor.and_then(|anchor| exported.get_key_value(anchor)) {
                Some((anchor, was)) if is_own => {
                    kept.insert(anchor.as_str());
                    self.exported_row(row, was);
                }
                Some((_, was)) => {
                    self.add(row, &format!("a copy of the row of {:?}", was.capability.id));
                }
                None if anchor.is_some() => self.add(row, "a row of another export"),
                None => self.add(row, "a new row"),
            }
        }
        for (_, was) in exported.iter().filter(|(anchor, _)| !kept.contains(anchor.as_str())) {
            let ExportedRow { file, capability } = was;
            let origin = self
                .sources
                .record(file, &capability.id)
                .map_or_else(|_| Origin::file(file), |now| now.origin.clone());
            let reason = "its row was deleted; the record stays, set its status to switch it off";
            let (id, reason) = (capability.id.clone(), reason.to_owned());
            self.found.ignored.push(Ignored { id, reason, origin });
        }
    }

    /// Without what was exported, what differs from the sources was changed.
    fn by_id(&mut self) {
        let mut seen = HashSet::new();
        for row in &self.edited.rows {
            let id = row.capability.id.as_str();
            if !seen.insert(id) {
                self.ignore(row, "an earlier row has this id".to_owned());
                continue;
            }
            match self.sources.with_id(id) {
                Ok(now) => self.row(row, now, now),
                Err(_) if !self.sources.by_id.contains_key(id) => {
                    self.add(row, "a new row");
                }
                Err(reason) => self.ignore(row, reason.to_owned()),
            }
        }
    }

    fn exported_row(&mut self, row: &EditedRow, was: &ExportedRow) {
        match self.sources.record(&was.file, &was.capability.id) {
            Ok(now) => self.row(row, &was.capability, now),
            Err(reason) => {
                let is_changed = |column: &Column| {
                    may_change(*column) && !same(*column, &was.capability, &row.capability)
                };
                if self.edited.columns.iter().any(is_changed) {
                    self.ignore(row, reason.to_owned());
                }
            }
        }
    }

    fn row(&mut self, row: &EditedRow, was: &Capability, now: &Capability) {
        for column in &self.edited.columns {
            let name = column.name();
            let [exported, edited, present] =
                [was, &row.capability, now].map(|capability| written(name, capability));
            if !may_change(*column) {
                if exported != edited {
                    let reason = format!("{name} belongs to the source; change it there");
                    self.ignore(row, reason);
                }
                continue;
            }
            if let Some(cell) = row.refused.get(column) {
                let id = row.capability.id.clone();
                let reason = format!("{name} is not understood, or not all of it");
                let cell = cell.clone().or(row.place.cell.clone());
                let origin = Origin { cell, ..row.place.clone() };
                self.found.ignored.push(Ignored { id, reason, origin });
                continue;
            }
            if same(*column, was, &row.capability) {
                continue;
            }
            let (id, origin) = (now.id.clone(), now.origin.clone());
            if same(*column, now, &row.capability) {
                self.found.needless += 1;
            } else if same(*column, now, was) || is_unsaid(*column, now) {
                let (file, before, after) = (now.origin.path.clone(), present, edited);
                let column = name;
                self.found.changes.push(Change { file, id, column, before, after, origin });
            } else {
                let (column, now) = (name, present);
                self.found.conflicts.push(Conflict { id, column, exported, edited, now, origin });
            }
        }
    }

    /// A row that was not exported comes back once it is in a source; then there is nothing to say.
    fn add(&mut self, row: &EditedRow, what: &str) {
        let id = &row.capability.id;
        let mut columns = self.edited.columns.iter();
        let has_same = |now| columns.all(|column| same(*column, now, &row.capability));
        if self.sources.with_id(id).is_ok_and(has_same) {
            return;
        }
        if self.sources.by_id.contains_key(id.as_str()) {
            let reason = format!("{what}, with an id that the sources have; give it its own");
            return self.ignore(row, reason);
        }
        self.ignore(row, format!("{what}; write it with --added, and name that as a source"));
        self.added.push(Arc::new(row.capability.clone()));
    }

    fn ignore(&mut self, row: &EditedRow, reason: String) {
        let (id, origin) = (row.capability.id.clone(), row.place.clone());
        self.found.ignored.push(Ignored { id, reason, origin });
    }

    /// Columns that somebody has removed from the sheet.
    fn missing_columns(&mut self, shown: &str) {
        let is_exported = |column: &&Column| may_change(**column);
        let missing = Column::ALL.iter().filter(is_exported);
        for column in missing.filter(|column| !self.edited.columns.contains(column)) {
            let reason = format!("the column {} is gone; nothing in it changes", column.name());
            let origin = Origin::file(shown);
            self.found.ignored.push(Ignored { id: String::new(), reason, origin });
        }
    }
}

/// Whether a value counts for want of a word of the source.
fn is_unsaid(column: Column, now: &Capability) -> bool {
    column == Column::Status && now.is_defaulted(column.name())
}

/// For each row whether it is the one that was exported: of copies the one that kept its id, else
/// the first.
fn own_rows(rows: &[EditedRow], exported: &BTreeMap<String, ExportedRow>) -> Vec<bool> {
    let mut own: HashMap<&str, usize> = HashMap::new();
    let has_id = |row: &EditedRow, anchor: &str| {
        exported.get(anchor).is_some_and(|was| was.capability.id == row.capability.id)
    };
    for (ix, row) in rows.iter().enumerate() {
        let Some(anchor) = row.anchor.as_deref() else { continue };
        let first = *own.entry(anchor).or_insert(ix);
        if !has_id(&rows[first], anchor) && has_id(row, anchor) {
            own.insert(anchor, ix);
        }
    }
    let is_own = |(ix, row): (usize, &EditedRow)| {
        row.anchor.as_deref().is_some_and(|anchor| own.get(anchor) == Some(&ix))
    };
    rows.iter().enumerate().map(is_own).collect()
}
