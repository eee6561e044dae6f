//! Tables that name techniques and do not say what is done about them: lists of ATT&CK itself,
//! and of vulnerabilities. Read as a register, such a list would claim that all is covered.

use std::collections::BTreeSet;

use model::attack::Attack;
use model::id::TechniqueId;

use crate::column::Column;
use crate::extract::{self, AttackId};
use crate::frameworks;
use crate::table::{Cell, Row};

/// A shorter list is somebody's own.
const ROWS: usize = 100;

/// Columns that lists of techniques have too.
const SILENT: [Column; 13] = [
    Column::Id,
    Column::Title,
    Column::Techniques,
    Column::TechniqueNames,
    Column::Tactics,
    Column::Platforms,
    Column::DataComponents,
    Column::Mitigations,
    Column::Controls,
    Column::Created,
    Column::Modified,
    Column::Notes,
    // How much of a technique is covered does not say by what.
    Column::Scope,
];

/// What a table lists, where it says nothing about what is in place.
pub(super) fn of_what(
    rows: &[Row],
    columns: &[(usize, Column)],
    attack: &Attack,
) -> Option<String> {
    if columns.iter().any(|(_, column)| !SILENT.contains(column)) {
        return None;
    }
    let is_own = |(_, c): &&(usize, Column)| matches!(c, Column::Id | Column::Title);
    let first = columns.iter().find(is_own).map(|(at, _)| *at);
    let is_cve = |row: &&Row| own(row, first).is_some_and(|text| text.starts_with("CVE-"));
    if !rows.is_empty() && rows.iter().filter(is_cve).count() * 2 > rows.len() {
        return Some("a list of vulnerabilities".to_owned());
    }
    // Half of the mitigations without a word about any is no statement of somebody's own.
    let mitigations = rows.iter().filter_map(|row| own(row, first));
    let mitigations = mitigations.filter_map(|text| frameworks::mitigation(attack, text));
    let mitigations: BTreeSet<&str> = mitigations.collect();
    if mitigations.len() * 2 >= attack.mitigations.len() && !mitigations.is_empty() {
        return Some(format!("a list of ATT&CK's own mitigations ({} rows)", rows.len()));
    }
    if rows.len() < ROWS {
        return None;
    }
    let names: BTreeSet<String> = attack.techniques.iter().map(|t| t.name.to_lowercase()).collect();
    let own: Vec<_> = columns.iter().filter(is_own).collect();
    let says_no_more = |row: &&Row| {
        let mut texts =
            own.iter().filter_map(|(at, _)| row.cell(*at)).map(|cell| cell.text.as_str());
        texts.all(|text| {
            text.bytes().all(|b| b.is_ascii_digit())
                || extract::ids(text).any(|id| matches!(id, AttackId::Technique(_)))
                || names.contains(&text.to_lowercase())
                || attack.tactic(text).is_some()
        })
    };
    let bare = rows.iter().filter(says_no_more).count();
    let listed = parents(rows, columns);
    let all = attack.techniques.iter().filter(|t| t.id.parent().is_none()).count();
    let is_list = bare * 10 >= rows.len() * 7 && listed.len() * 2 >= all;
    is_list.then(|| format!("a list of ATT&CK's own techniques ({} rows)", rows.len()))
}

/// What a row says that it is, in this column, else in its first cell.
fn own(row: &Row, column: Option<usize>) -> Option<&str> {
    let own = column.and_then(|at| row.cell(at));
    own.or(row.cells.first()).map(|cell| cell.text.as_str())
}

/// The techniques that are named, by their parents.
fn parents(rows: &[Row], columns: &[(usize, Column)]) -> BTreeSet<TechniqueId> {
    let holds_ids = |cell: &&Cell| {
        let ix = columns.binary_search_by_key(&cell.column, |(at, _)| *at);
        ix.is_ok_and(|ix| columns[ix].1 == Column::Techniques)
    };
    let cells = rows.iter().flat_map(|row| &row.cells).filter(holds_ids);
    let named = cells.flat_map(|cell| extract::ids(&cell.text));
    let parent = |id| match id {
        AttackId::Technique(id) => Some(id.parent().unwrap_or(id)),
        _ => None,
    };
    named.filter_map(parent).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::releases;
    use crate::table::{csv, find_header};

    #[track_caller]
    fn check(text: &str, what: Option<&str>) {
        let attack = releases::load(None, releases::DEFAULT_DOMAIN).unwrap();
        let table = csv(text).unwrap();
        let column = |name: &str| crate::format::register().column(name);
        let header = find_header(&table, 2, &|name| column(name).is_some()).unwrap();
        let columns: Vec<(usize, Column)> =
            header.columns.iter().filter_map(|(at, name)| Some((*at, column(name)?))).collect();
        let found = of_what(&table.rows[header.row_index + 1..], &columns, &attack);
        assert_eq!(found.as_deref(), what, "{}", &text[..text.len().min(80)]);
    }

    /// A line for every technique of the release, made of its id and name.
    fn all(line: impl Fn(usize, &str, &str) -> String) -> String {
        let attack = releases::load(None, releases::DEFAULT_DOMAIN).unwrap();
        let techniques = attack.techniques.iter().enumerate();
        techniques.map(|(ix, t)| line(ix, &t.id.to_string(), &t.name)).collect()
    }

    #[test]
    fn a_list_of_attacks_own_techniques_says_nothing() {
        let lines = all(|_, id, name| format!("{id},\"{name}\"\n"));
        let rows = lines.lines().count();
        let what = format!("a list of ATT&CK's own techniques ({rows} rows)");
        check(&format!("technique,name\n{lines}"), Some(&what));
        let numbered = all(|ix, id, name| format!("{ix},\"{name} ({id})\",{id}\n"));
        check(&format!("no,name,technique\n{numbered}"), Some(&what));
    }

    #[test]
    fn a_list_with_a_status_or_with_names_of_its_own_is_a_register() {
        let stated = all(|_, id, name| format!("{id},\"{name}\",yes\n"));
        check(&format!("technique,name,status\n{stated}"), None);
        let ruled = all(|ix, id, _| format!("Rule no. {ix},{id}\n"));
        check(&format!("name,technique\n{ruled}"), None);
    }

    #[test]
    fn a_short_list_is_somebodys_own() {
        check("technique,name\nT1003,OS Credential Dumping\nT1059,\n", None);
    }

    #[test]
    fn a_list_of_attacks_own_mitigations_says_nothing() {
        let attack = releases::load(None, releases::DEFAULT_DOMAIN).unwrap();
        let line = |m: &model::attack::Mitigation| format!("{},\"{}\"\n", m.id, m.name);
        let lines: String = attack.mitigations.iter().map(line).collect();
        let rows = lines.lines().count();
        let what = format!("a list of ATT&CK's own mitigations ({rows} rows)");
        check(&format!("id,controls\n{lines}"), Some(&what));
        let stated = lines.replace('\n', ",yes\n");
        check(&format!("id,controls,status\n{stated}"), None);
        check("id,controls\nM1032,\nM1049,\n", None);
    }

    #[test]
    fn a_list_of_vulnerabilities_says_nothing() {
        check("id,technique\nCVE-1999-0001,T1190\n", Some("a list of vulnerabilities"));
        check("id,technique\nC1,T1190\n", None);
    }
}
