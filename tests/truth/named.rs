//! Group files of DeTT&CT and layers as adversaries of one's own, against an independent count.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use ingest::named::{Named, Naming};
use model::attack::Attack;
use model::id::TechniqueId;
use model::resolve::Class;

use crate::support::{json, shared};

fn release(version: &str, domain: &str) -> Attack {
    ingest::releases::load(Some(version), domain).unwrap()
}

fn named(attack: &Attack, path: &Path) -> Vec<Named> {
    let shown = path.file_name().unwrap().to_str().unwrap();
    Naming::new(attack).file(&fs::read(path).unwrap(), shown).unwrap()
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|e| e == ending)).collect();
    files.sort();
    files
}

#[test]
fn every_file_of_threat_actors_is_read() {
    let Some(shared) = shared() else { return };
    let truth = json(&shared.join("corpora/truth/rules.json"));
    let truth = &truth["corpora"]["dettect/threat-actor-data"];
    let attack = release("18.1", "enterprise-attack");
    let folder = shared.join("corpora/dettect/threat-actor-data");
    let mut paths = files(&folder, "yaml");
    paths.extend(files(&folder.join("pre-sub-techniques"), "yaml"));
    assert_eq!(paths.len(), truth["files"]);
    let groups: Vec<Named> = paths.iter().flat_map(|path| named(&attack, path)).collect();
    assert_eq!(groups.len(), truth["rules"]);
    let ids: BTreeSet<&str> = groups.iter().map(|group| group.id.as_str()).collect();
    assert_eq!(ids.len(), groups.len(), "groups stay apart");
    assert!(groups.iter().all(|group| !group.is_empty()));
    let sum = |of: fn(&model::resolve::Resolution) -> usize| {
        groups.iter().map(|group| of(&group.adversary.resolution)).sum::<usize>()
    };
    assert_eq!(sum(model::resolve::Resolution::total), truth["technique_refs"]);
    // Truth has mobile ids beside those of enterprise: three that are live and two that are revoked.
    assert_eq!(sum(|r| r.live) + 3, truth["refs_by_class"]["active"]);
    assert_eq!(sum(|r| r.replaced) + 2, truth["refs_by_class"]["revoked"]);
    assert_eq!(sum(|r| r.deprecated), truth["refs_by_class"]["deprecated"]);
    assert_eq!(sum(|r| r.unknown), 0);
    let of_class = |class| {
        let ids = groups.iter().flat_map(|group| &group.adversary.resolution.ids);
        let ids = ids.filter(|(_, outcome)| outcome.class == class).map(|(id, _)| id.as_str());
        ids.collect::<BTreeSet<&str>>()
    };
    let distinct = |name: &str| truth["distinct_by_class"][name].as_u64().unwrap() as usize;
    let mobile = ["T1407", "T1409", "T1411", "T1420", "T1472"];
    assert_eq!(of_class(Class::OtherDomain), mobile.into());
    assert_eq!(of_class(Class::Replaced).len() + 2, distinct("revoked"));
    assert_eq!(of_class(Class::Deprecated).len(), distinct("deprecated"));
    let weighs = |group: &&Named| group.adversary.techniques.values().any(|chance| *chance < 1.0);
    assert_eq!(groups.iter().filter(weighs).count(), 24, "weighted maps");
    for group in &groups {
        let highest = group.adversary.techniques.values().fold(0.0, |a, b| f64::max(a, *b));
        assert!(highest > 0.0 && highest <= 1.0, "{}", group.id);
    }
}

#[test]
fn a_weight_counts_as_its_share_of_the_highest() {
    let Some(shared) = shared() else { return };
    let attack = release("18.1", "enterprise-attack");
    let file = shared.join("corpora/dettect/threat-actor-data/20210331-RedCanary.yaml");
    let groups = named(&attack, &file);
    let [group] = &groups[..] else { panic!("{groups:?}") };
    let chance = |id: &str| group.adversary.techniques[&id.parse::<TechniqueId>().unwrap()];
    assert_eq!(chance("T1059"), 1.0);
    assert!((chance("T1218") - 3755.0 / 4798.0).abs() < 1e-9);
    assert!((chance("T1036.003") - 624.0 / 4798.0).abs() < 1e-9);
}

#[test]
fn every_group_file_of_the_samples_is_read() {
    let Some(shared) = shared() else { return };
    let folder = shared.join("corpora/dettect");
    for (file, domain, expected) in [
        ("groups.yaml", "enterprise-attack", vec![(21, false), (16, true)]),
        ("groups-ics.yaml", "ics-attack", vec![(6, false)]),
        ("groups-mobile.yaml", "mobile-attack", vec![(11, false)]),
    ] {
        let groups = named(&release("18.1", domain), &folder.join(file));
        let found = groups.iter().map(|g| (g.adversary.techniques.len(), g.is_off));
        assert_eq!(found.collect::<Vec<_>>(), expected, "{file}");
    }
    let groups = named(&release("18.1", "enterprise-attack"), &folder.join("groups.yaml"));
    assert_eq!(groups[0].id, "groups.yaml#Red team: Scenario 1");
    assert_eq!(groups[0].adversary.software, ["S0002"]);
}

#[test]
fn every_layer_may_be_an_adversary_or_a_scope() {
    let Some(shared) = shared() else { return };
    let expected = [
        ("v3.0_navigator_Bear_APT.json", 126),
        ("v3.0_navigator_heatmap.json", 423),
        ("v4.1_dettect_mtrends-2021.json", 209),
        ("v4.2_attack10_ctid_gcp_beyondcorp.json", 9),
        ("v4.2_attack12_ctid_nist800-53-r5.json", 424),
        ("v4.2_attack8_ctid_nist800-53-r4.json", 366),
        ("v4.3_dettect_redcanary-2022.json", 17),
        ("v4.4_attack13_ctid_sysmon.json", 133),
        ("v4.4_attack19.1_sigma_coverage.json", 397),
        ("v4.5_attack17_mitre_changelog_enterprise.json", 677),
        ("v4.5_attack17_mitre_changelog_ics.json", 83),
        ("v4.5_attack17_mitre_changelog_mobile.json", 106),
    ];
    let folder = shared.join("corpora/layers");
    assert_eq!(files(&folder, "json").len(), expected.len());
    for (file, techniques) in expected {
        let attack = match file {
            file if file.contains("_ics") => release("18.1", "ics-attack"),
            file if file.contains("_mobile") => release("18.1", "mobile-attack"),
            _ => release("19.2", "enterprise-attack"),
        };
        let layers = named(&attack, &folder.join(file));
        let [layer] = &layers[..] else { panic!("{file} holds {}", layers.len()) };
        assert_eq!(layer.id, file);
        assert_eq!(layer.adversary.techniques.len(), techniques, "{file}");
        let bytes = fs::read(folder.join(file)).unwrap();
        let (only, _) = Naming::new(&attack).scope(&bytes, file).unwrap();
        assert!(only.techniques.iter().eq(layer.adversary.techniques.keys()), "{file}");
    }
}

/// What DeTT&CT counts in a layer of one group is what the group uses.
#[test]
fn a_layer_of_dettect_about_a_group_is_what_that_group_uses_itself() {
    let Some(shared) = shared() else { return };
    let attack = release("18.1", "enterprise-attack");
    let layers = named(&attack, &shared.join("golden/dettect/group_apt29.json"));
    let apt29 = &attack.adversaries[attack.adversaries_called("APT29")[0]];
    let itself = apt29.techniques.iter().map(|ix| attack.techniques[*ix].id);
    assert!(layers[0].adversary.techniques.keys().copied().eq(itself));
    let policy = model::policy::Policy::default();
    let own = model::threat::uses_of_own(&attack, &layers[0].adversary, &policy);
    let bare =
        model::attack::Adversary { software: Vec::new(), campaigns: Vec::new(), ..apt29.clone() };
    let day = model::date::Date::new(2026, 6, 30).unwrap();
    assert_eq!(own, model::threat::uses(&attack, &bare, &policy, day));
}

/// The same table, as a workbook and as text.
#[test]
fn a_workbook_names_what_its_text_names() {
    let Some(shared) = shared() else { return };
    let attack = release("18.1", "enterprise-attack");
    let folder = shared.join("corpora/controls");
    let techniques = |ending: &str| {
        let file = format!("ctid_nist800-53-r5_attack-12.1.{ending}");
        let bytes = fs::read(folder.join(&file)).unwrap();
        Naming::new(&attack).scope(&bytes, &file).unwrap().0.techniques
    };
    let (text, workbook) = (techniques("tsv"), techniques("xlsx"));
    assert_eq!(text.len(), 426);
    assert_eq!(workbook, text);
}

#[test]
fn no_odd_file_is_too_odd() {
    let Some(shared) = shared() else { return };
    let attack = release("18.1", "enterprise-attack");
    let mut naming = Naming::new(&attack);
    let mut read = 0;
    let folders = fs::read_dir(shared.join("corpora/edge-cases")).unwrap();
    let folders = folders.map(|folder| folder.unwrap().path()).filter(|folder| folder.is_dir());
    for file in folders.flat_map(|folder| fs::read_dir(folder).unwrap()) {
        let path = file.unwrap().path();
        let shown = path.file_name().unwrap().to_string_lossy().into_owned();
        let _ = naming.file(&fs::read(&path).unwrap(), &shown);
        read += 1;
    }
    assert!(read > 20, "{read}");
}
