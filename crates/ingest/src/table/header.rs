//! Which row names the columns: titles, bands of merged cells and remarks may stand above it.

use std::collections::BTreeSet;

use crate::table::{Header, Row, Table};

/// How many rows that are not blank are looked at.
const ROWS: usize = super::HEADER_ROWS;

pub(super) fn find(table: &Table, min: usize, recognise: &dyn Fn(&str) -> bool) -> Option<Header> {
    let mut best: Option<(usize, Header)> = None;
    for (row_index, row) in table.rows.iter().take(ROWS).enumerate() {
        let header = Header { row_index, columns: names(row) };
        let count = recognised(&header, recognise);
        if count >= min.max(1) && best.as_ref().is_none_or(|(most, _)| count > *most) {
            best = Some((count, header));
        }
    }
    best.map(|(_, header)| header)
}

pub(super) fn normalise(name: &str) -> String {
    let plain: String = name
        .replace("(s)", "")
        .chars()
        .map(|c| if c.is_alphanumeric() || "&%#+".contains(c) { c } else { ' ' })
        .flat_map(char::to_lowercase)
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn names(row: &Row) -> Vec<(usize, String)> {
    let named = row.cells.iter().map(|cell| (cell.column, normalise(&cell.text)));
    named.filter(|(_, name)| !name.is_empty()).collect()
}

fn recognised(header: &Header, recognise: &dyn Fn(&str) -> bool) -> usize {
    let names: BTreeSet<&str> = header.columns.iter().map(|(_, name)| name.as_str()).collect();
    names.into_iter().filter(|name| recognise(name)).count()
}

#[cfg(test)]
mod tests {
    use crate::table::{csv, find_header, normalise_header};

    fn check(text: &str, min: usize, row_index: Option<usize>) {
        let table = csv(text).unwrap();
        let known = |name: &str| ["id", "technique id", "status"].contains(&name);
        let header = find_header(&table, min, &known);
        assert_eq!(header.map(|header| header.row_index), row_index, "{text}");
    }

    #[test]
    fn names_are_compared_without_case_breaks_and_punctuation() {
        assert_eq!(normalise_header(" Technique_ID "), "technique id");
        assert_eq!(normalise_header("NIST\r\n800-53\u{a0} rev5"), "nist 800 53 rev5");
        assert_eq!(normalise_header("ATT&CK / STRENGTH (%)"), "att&ck strength %");
    }

    #[test]
    fn one_or_many_is_the_same_name() {
        assert_eq!(normalise_header("MITRE ATT&CK\nTechnique(s)"), "mitre att&ck technique");
    }

    #[test]
    fn titles_above_the_header_are_passed_over() {
        check(
            "Our controls 2026,,\nstatus of,June,\nID,Technique-ID,Status\n1,T1003,on",
            2,
            Some(2),
        );
    }

    #[test]
    fn a_name_counts_once() {
        check("id,id,id\nid,status,x\n", 2, Some(1));
    }

    #[test]
    fn of_two_equal_rows_the_upper_one_wins() {
        check("id,status\nstatus,id\n", 2, Some(0));
    }

    #[test]
    fn too_few_names_are_no_header() {
        check("id,remark\na,b\n", 2, None);
        check("id,remark\na,b\n", 1, Some(0));
        check("remark,name\na,b\n", 0, None);
    }

    #[test]
    fn the_search_ends_after_ten_rows() {
        let remarks = "a remark,x\n".repeat(10);
        check(&format!("{remarks}id,status\n"), 2, None);
    }

    #[test]
    fn unknown_columns_keep_their_place() {
        let table = csv("id,,Remark,status\n").unwrap();
        let header = find_header(&table, 2, &|name| name != "remark").unwrap();
        let columns = [(0, "id"), (2, "remark"), (3, "status")].map(|(c, n)| (c, n.to_string()));
        assert_eq!(header.columns, columns);
    }
}
