//! What the SIEM says is switched on: a table of ids or titles with a status, joined to the
//! rules of a source. What it does not name is not on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use model::capability::Status;
use model::diagnostic::{Code, Diagnostic, Origin};

use crate::column::Column;
use crate::format;
use crate::record::Draft;
use crate::table::{self, Budget, Table};
use crate::text;

/// A list of statuses.
pub(crate) struct StatusList {
    shown: String,
    entries: Vec<Entry>,
    by_id: BTreeMap<String, usize>,
    by_title: BTreeMap<String, usize>,
}

struct Entry {
    line: usize,
    name: String,
    status: Status,
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
    /// Reads a csv file or a workbook with a column for the id or the title and one for the
    /// status.
    pub(crate) fn read(
        bytes: &[u8],
        shown: &str,
        out: &mut Vec<Diagnostic>,
    ) -> Result<Self, NotAStatusList> {
        let tables = if bytes.starts_with(b"PK\x03\x04") {
            let sheets = table::xlsx(bytes, Budget::default());
            sheets.map_err(|e| NotAStatusList(e.to_string()))?.into_iter().flatten().collect()
        } else {
            let (text, _) = text::decode(bytes);
            vec![table::csv(&text).map_err(|e| NotAStatusList(e.to_string()))?]
        };
        let list = tables.iter().find_map(|table| Self::of(table, shown, out));
        list.ok_or_else(|| {
            NotAStatusList(
                "no row names a column for the id or title and one for the status".to_owned(),
            )
        })
    }

    fn of(table: &Table, shown: &str, out: &mut Vec<Diagnostic>) -> Option<Self> {
        let column = |name: &str| format::register().column(name);
        let wanted = [Column::Id, Column::Title, Column::Status];
        let known = |name: &str| column(name).is_some_and(|column| wanted.contains(&column));
        let header = table::find_header(table, 2, &known)?;
        let at = |wanted| {
            header.columns.iter().find(|(_, n)| column(n) == Some(wanted)).map(|(at, _)| *at)
        };
        let (id, title, status) = (at(Column::Id), at(Column::Title), at(Column::Status)?);
        let mut list = Self {
            shown: shown.to_owned(),
            entries: Vec::new(),
            by_id: BTreeMap::new(),
            by_title: BTreeMap::new(),
        };
        for row in &table.rows[header.row_index + 1..] {
            let text = |at: Option<usize>| Some(row.cell(at?)?.text.clone());
            let said = text(Some(status)).unwrap_or_default();
            let word = crate::status(&said);
            if word.is_none() {
                let origin = Origin { line: Some(row.number), ..Origin::file(shown) };
                let message =
                    format!("status says {said:?}, which is not understood; it counts as unknown");
                out.push(Diagnostic::new(
                    Code::BadValue,
                    origin,
                    message,
                    "write enabled or disabled",
                ));
            }
            list.add(row.number, text(id), text(title), word.unwrap_or(Status::Unknown));
        }
        Some(list)
    }

    fn add(&mut self, line: usize, id: Option<String>, title: Option<String>, status: Status) {
        let Some(name) = id.clone().or_else(|| title.clone()) else {
            return;
        };
        let ix = self.entries.len();
        self.entries.push(Entry { line, name, status });
        if let Some(id) = id {
            self.by_id.entry(id.to_lowercase()).or_insert(ix);
        }
        if let Some(title) = title {
            self.by_title.entry(title.to_lowercase()).or_insert(ix);
        }
    }

    /// Gives every record that says nothing itself the status of the list, by id, else by title,
    /// and reports what is unmatched on either side.
    pub(crate) fn join<'a>(
        &self,
        drafts: impl Iterator<Item = &'a mut Draft>,
        out: &mut Vec<Diagnostic>,
    ) {
        let mut matched = BTreeSet::new();
        for Draft { capability, .. } in drafts {
            let by_id = self.by_id.get(&capability.id.to_lowercase());
            let entry = by_id.or_else(|| self.by_title.get(&capability.title.to_lowercase()));
            capability.defaulted.retain(|column| column != "status");
            match entry {
                Some(ix) => {
                    matched.insert(*ix);
                    capability.status = self.entries[*ix].status;
                }
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
            let origin = Origin { line: Some(entry.line), ..Origin::file(&self.shown) };
            let message = format!("{:?} belongs to no rule of the source", entry.name);
            let help = "the rule was removed or renamed; correct the list";
            out.push(Diagnostic::new(Code::UnmatchedStatus, origin, message, help));
        }
    }
}
