//! The gallery: an example of every output, of the example organisation, in `reports/gallery`. What
//! is committed there is what lacuna writes, byte for byte. `cargo xtask gallery` writes it anew; look
//! at each picture before it is kept.

use std::fs;
use std::path::Path;

use crate::support::{copy, files, lacuna, root, scratch};

/// Where the gallery is.
const GALLERY: &str = "reports/gallery";

/// What is typed beside the report: the same in other sizes, looks and formats.
const FURTHER: [&str; 6] = [
    "heatmap example -o gallery/heatmap.svg",
    "heatmap example -o gallery/heatmap-dark.svg --dark",
    "heatmap example -o gallery/heatmap-a3.svg --size a3",
    "heatmap example -o gallery/heatmap-cividis.svg --palette cividis --show threat",
    "heatmap example -o gallery/change.svg --show change --against q1",
    "chart board example -o gallery/board-a4.svg --size a4 --against q1",
];

/// Writes the gallery into a folder: the report of the example, with that of the quarter before.
fn write(folder: &Path) {
    let example = root().join("controls/example");
    copy(&example, &folder.join("example"));
    copy(&example, &folder.join("march"));
    fs::copy(root().join("tests/story/march.toml"), folder.join("march/lacuna.toml")).unwrap();
    fs::create_dir(folder.join("gallery")).unwrap();
    let reports = [
        "report march -o q1 --history dated",
        "report example -o gallery/report --history dated --against q1",
    ];
    for typed in reports.into_iter().chain(FURTHER) {
        let typed: Vec<&str> = typed.split(' ').chain(["-q"]).collect();
        let output = lacuna(folder, &typed);
        assert!(output.status.success(), "{typed:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_gallery_is_what_lacuna_writes() {
    let folder = scratch("gallery");
    write(&folder);
    let (written, committed) = (folder.join("gallery"), root().join(GALLERY));
    if std::env::var("GALLERY").is_ok_and(|value| value == "overwrite") {
        fs::remove_dir_all(&committed).unwrap();
        copy(&written, &committed);
    }
    let (written, committed) = (files(&written), files(&committed));
    let names = written.keys().chain(committed.keys());
    let mut other: Vec<&String> =
        names.filter(|name| written.get(*name) != committed.get(*name)).collect();
    other.dedup();
    assert!(other.is_empty(), "not as lacuna writes it: {other:?}; run cargo xtask gallery");
}
