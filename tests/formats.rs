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
