//! How tables were read, in words that `lacuna.toml` understands.

use std::collections::BTreeMap;
use std::io::Write;

use ingest::{TableRead, Why};

use crate::failure::Failure;
use crate::streams::Streams;

/// Prints a `[[source]]` for each table; a path is repeated where a workbook has several.
pub(super) fn tell(tables: &[TableRead], streams: &mut Streams) -> Result<(), Failure> {
    if tables.is_empty() {
        return Ok(());
    }
    writeln!(streams.err, "how the tables were read, as lacuna.toml would say it:")?;
    for table in tables {
        writeln!(streams.err)?;
        for line in source(table).lines() {
            writeln!(streams.err, "{}", report::printable(line))?;
        }
    }
    Ok(())
}

/// What several columns say together cannot be said of one: it is a remark, and is found again.
fn source(table: &TableRead) -> String {
    let mut columns: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (column, name) in &table.columns {
        columns.entry(column).or_default().push(name);
    }
    let (single, several): (Vec<_>, Vec<_>) =
        columns.into_iter().partition(|(_, names)| names.len() == 1);
    let single: Vec<String> =
        single.iter().map(|(column, names)| format!("{column} = {}", quoted(names[0]))).collect();
    let mut lines = vec!["[[source]]".to_owned(), format!("path = {}", quoted(&table.path))];
    lines.extend(table.sheet.as_deref().map(|sheet| format!("sheet = {}", quoted(sheet))));
    lines.push(format!("header_row = {}", table.header_row));
    lines.push(format!("columns = {{ {} }}", single.join(", ")));
    lines.extend(several.iter().map(|(column, names)| {
        let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
        format!("# {column} stands in {}", names.join(" and "))
    }));
    lines.extend(reasons(table));
    lines.join("\n")
}

/// How many columns a reason lists.
const LISTED: usize = 20;

/// Why the columns were taken for what they are; a name that is the register's own needs no reason.
fn reasons(table: &TableRead) -> Vec<String> {
    let names = |wanted: Why| -> Vec<String> {
        let columns = table.columns.iter().zip(&table.why).filter(|(_, why)| **why == wanted);
        let named = columns.map(|((column, name), _)| format!("{} ({column})", quoted(name)));
        let mut named: Vec<String> = named.collect();
        // A wide table has as many columns as there are techniques.
        if named.len() > LISTED {
            let more = named.split_off(LISTED).len();
            named.push(format!("and {more} more"));
        }
        named
    };
    let reason = |(why, words): (Why, &str)| {
        let names = names(why);
        (!names.is_empty()).then(|| format!("# {words}: {}", names.join(", ")))
    };
    [
        (Why::Said, "as you say"),
        (Why::Synonym, "by another name"),
        (Why::Content, "by what stands in it"),
    ]
    .into_iter()
    .filter_map(reason)
    .collect()
}

fn quoted(text: &str) -> String {
    // What JSON escapes, TOML escapes the same way, and it keeps a name on its line.
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(columns: &[(&'static str, &str)]) -> TableRead {
        let columns: Vec<_> =
            columns.iter().map(|(column, name)| (*column, (*name).to_owned())).collect();
        TableRead {
            path: "a/b.xlsx".into(),
            sheet: Some("My \"sheet\"".into()),
            header_row: 3,
            why: vec![Why::Synonym; columns.len()],
            columns,
        }
    }

    #[test]
    fn what_is_said_is_toml_that_says_it_again() {
        let text = source(&read(&[
            ("id", "Control #"),
            ("techniques", "ATT&CK\nIDs"),
            ("techniques", "attack2"),
            ("status", "In \"place\"?"),
        ]));
        let config = crate::config::parse(&text).unwrap();
        let said = &config.source[0];
        assert_eq!((said.path.as_str(), said.header_row), ("a/b.xlsx", Some(3)));
        assert_eq!(said.sheet.as_deref(), Some("My \"sheet\""));
        let columns: Vec<_> = said.columns.iter().map(|(c, n)| (c.as_str(), n.as_str())).collect();
        assert_eq!(columns, [("id", "Control #"), ("status", "In \"place\"?")]);
        assert!(
            text.contains("# techniques stands in \"ATT&CK\\nIDs\" and \"attack2\"\n"),
            "{text}"
        );
        assert!(text.contains("# by another name: \"Control #\" (id), "), "{text}");
    }
}
