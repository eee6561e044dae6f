//! The pages of the documentation about formats are what the descriptors say.

use std::collections::BTreeSet;
use std::fs;

use crate::support::{lacuna, root};

#[test]
fn every_format_has_its_page() {
    let folder = root().join("docs/formats");
    let names: Vec<&str> = ingest::Formats::built_in().iter().map(|f| &*f.name).collect();
    let pages = names.iter().map(|name| (format!("{name}.md"), vec!["formats", name]));
    let pages: Vec<(String, Vec<&str>)> =
        pages.chain([("README.md".to_owned(), vec!["formats"])]).collect();
    for (file, mut arguments) in pages.clone() {
        arguments.extend(["--format", "md"]);
        let output = lacuna(&root(), &arguments);
        let printed = String::from_utf8(output.stdout).unwrap();
        let page = fs::read_to_string(folder.join(&file)).unwrap_or_default();
        assert!(printed == page, "docs/formats/{file} is old: run cargo xtask formats");
    }
    let there = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
    let there: BTreeSet<String> = there.map(|name| name.into_string().unwrap()).collect();
    assert_eq!(there, pages.into_iter().map(|(file, _)| file).collect());
}

#[test]
fn the_table_of_the_register_says_what_the_help_of_its_workbook_says() {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let rows = text.lines().skip_while(|line| !line.starts_with("| column | meaning | values |"));
    let rows = rows.skip(2).take_while(|line| line.starts_with('|'));
    let cells = |line: &str| line.split('|').map(str::trim).map(str::to_owned).collect::<Vec<_>>();
    let table: Vec<[String; 3]> = rows
        .map(|line| match &cells(line)[..] {
            [_, name, meaning, values, ..] => [name, meaning, values].map(String::clone),
            _ => panic!("{line}"),
        })
        .collect();
    let help = ingest::Column::ALL.iter().filter_map(|column| {
        let help = column.help()?;
        Some([format!("`{}`", column.name()), help.meaning.clone(), help.values.clone()])
    });
    assert_eq!(table, help.collect::<Vec<_>>());
}
