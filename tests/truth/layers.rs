//! Layers of ATT&CK Navigator as people have made them, from 3.0 to 4.5.

use ingest::SourceRead;
use model::attack::Attack;
use model::capability::Function;

use super::{read, release};
use crate::support::shared;

/// Records, those that prevent, those with a score of a known scale, and techniques that are
/// skipped because they say something else than what covers them.
fn counts(attack: &Attack, read: &SourceRead) -> (usize, usize, usize, usize) {
    assert_eq!(read.account.not_understood, 0);
    let capabilities = || read.drafts.iter().map(|draft| &draft.capability);
    let prevents = capabilities().filter(|c| c.function == Function::Prevent).count();
    let scored = capabilities().filter(|c| !c.unscored).count();
    assert!(read.drafts.iter().all(|draft| draft.ids.len() == 1), "{}", attack.version);
    (read.account.records, prevents, scored, read.account.skipped)
}

#[test]
fn every_layer_is_read() {
    let Some(shared) = shared() else { return };
    let attack = release();
    let expected = [
        ("v3.0_navigator_Bear_APT.json", (0, 0, 0, 126)),
        ("v3.0_navigator_heatmap.json", (428, 0, 0, 0)),
        ("v4.1_dettect_mtrends-2021.json", (0, 0, 0, 211)),
        ("v4.2_attack10_ctid_gcp_beyondcorp.json", (10, 7, 10, 0)),
        ("v4.2_attack12_ctid_nist800-53-r5.json", (427, 427, 0, 0)),
        ("v4.2_attack8_ctid_nist800-53-r4.json", (371, 371, 0, 0)),
        ("v4.3_dettect_redcanary-2022.json", (0, 0, 0, 18)),
        ("v4.4_attack13_ctid_sysmon.json", (133, 0, 0, 0)),
        ("v4.4_attack19.1_sigma_coverage.json", (397, 0, 0, 0)),
        ("v4.5_attack17_mitre_changelog_enterprise.json", (0, 0, 0, 679)),
        ("v4.5_attack17_mitre_changelog_ics.json", (0, 0, 0, 83)),
        ("v4.5_attack17_mitre_changelog_mobile.json", (0, 0, 0, 106)),
    ];
    let folder = shared.join("corpora/layers");
    for (file, counted) in expected {
        assert_eq!(counts(&attack, &read(&attack, &folder.join(file))), counted, "{file}");
    }
    let there = std::fs::read_dir(&folder).unwrap();
    let there = there.filter(|f| f.as_ref().unwrap().path().extension().unwrap() == "json");
    assert_eq!(there.count(), expected.len());
}
