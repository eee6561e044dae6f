//! Catalogs of OSCAL.

use std::fs;

use model::diagnostic::Code;

use super::ctid::unpacked;
use super::{read, release};
use crate::support::{scratch, shared};

/// Each catalog with its controls, and how many of them NIST 800-53 rev 5 has and maps.
const CATALOGS: [(&str, usize); 2] = [
    ("oscal_nist-800-53-r4_catalog-min.json.zst", 256),
    ("oscal_nist-800-53-r5_HIGH-resolved_catalog-min.json.zst", 188),
];

#[test]
fn every_control_of_an_oscal_catalog_is_a_record() {
    let Some(shared) = shared() else { return };
    let attack = release();
    let folder = scratch("oscal");
    for (name, controls) in CATALOGS {
        let archive = shared.join("corpora/controls").join(name);
        let file = unpacked(&archive, &folder);
        let read = read(&attack, &file);
        assert_eq!(read.account.format, "oscal", "{name}");
        let all = read.account.records + read.account.skipped;
        assert_eq!((all, read.account.not_understood), (controls, 0), "{name}");
        let borrowed = read.drafts.iter().filter(|d| !d.capability.controls.is_empty()).count();
        let unknown = read.diagnostics.iter().filter(|d| d.code == Code::UnknownControl).count();
        assert_eq!(borrowed + unknown, read.account.records, "{name}");
        assert!(borrowed > 9 * unknown, "{name}: {unknown} unknown");
        fs::remove_file(file).unwrap();
    }
}
