//! Products by name: a first answer without a file, and what must hold of it in a real release.

use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use ingest::products::{categories, export};
use ingest::{Formats, ReadSettings, SourceChoice};
use model::assessment::CoverageLevel;
use model::attack::{Attack, Neighbours};
use model::capability::Capability;
use model::date::Date;
use model::policy::Policy;
use model::score::Range;
use model::{Assessment, Inputs, assess};
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::Value;

use crate::support::{lacuna, lacuna_json, scratch};

static ATTACK: LazyLock<Attack> =
    LazyLock::new(|| ingest::snapshot::embedded("enterprise-attack", None).unwrap());

/// What is read of products by name.
fn read(names: &[String]) -> Vec<Arc<Capability>> {
    let choice = SourceChoice {
        names: names.to_vec(),
        shown: "--have".to_owned(),
        ..SourceChoice::default()
    };
    let policy = Policy::default();
    let settings = ReadSettings {
        attack: &ATTACK,
        formats: Formats::built_in(),
        patches: &[],
        policy: &policy,
        assume: None,
        neighbours: &Neighbours::default,
        progress: &|_, _| {},
        threads: None,
    };
    ingest::read(&[choice], &settings).unwrap().capabilities
}

fn assessed(capabilities: Vec<Arc<Capability>>) -> Assessment {
    let catalog = ingest::catalog(&ATTACK, &capabilities);
    let day = Date::parse("2025-12-01").unwrap();
    assess(&Inputs { capabilities, ..Inputs::new(&ATTACK, &catalog, day) })
}

fn ranges(assessment: &Assessment) -> Vec<Range> {
    let own = assessment.techniques.iter().map(|t| t.coverage);
    own.flat_map(|c| [c.prevent, c.detect, c.respond, c.composite]).collect()
}

fn names() -> Vec<String> {
    let products = categories().iter().flat_map(|category| &category.products);
    products.map(|product| product.name.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn one_more_product_never_lowers_a_coverage(names in subsequence(names(), 2..8)) {
        let fewer = assessed(read(&names[1..]));
        let all = assessed(read(&names));
        for (fewer, all) in ranges(&fewer).into_iter().zip(ranges(&all)) {
            prop_assert!(fewer.lo <= all.lo + 1e-9, "{names:?}");
            prop_assert!(fewer.exp <= all.exp + 1e-9, "{names:?}");
            prop_assert!(fewer.hi <= all.hi + 1e-9, "{names:?}");
        }
    }

    #[test]
    fn by_what_name_and_how_often_changes_nothing(
        names in subsequence(names(), 1..5), alias in any::<prop::sample::Index>(),
    ) {
        let of = |name: &String| {
            let mut products = categories().iter().flat_map(|category| &category.products);
            let product = products.find(|product| product.name == *name).unwrap();
            let also: Vec<&String> = product.also.iter().chain([name]).collect();
            also[alias.index(also.len())].to_uppercase()
        };
        let other: Vec<String> = names.iter().map(of).collect();
        let twice = [&names[..], &other[..], &names[..]].concat();
        let (once, twice) = (assessed(read(&names)), assessed(read(&twice)));
        prop_assert_eq!(ranges(&once), ranges(&twice));
        prop_assert_eq!(ranges(&once), ranges(&assessed(read(&other))));
    }
}

#[test]
fn a_product_alone_is_never_more_than_weak_by_its_category() {
    for category in categories().iter().filter(|category| !category.also.is_empty()) {
        let assessment = assessed(read(&category.also[..1]));
        for technique in &assessment.techniques {
            let level = technique.level;
            assert!(level <= CoverageLevel::Weak, "{}: {} {level:?}", category.name, technique.id);
            assert!(technique.evidence.iter().all(|e| e.via.starts_with("category:")));
        }
    }
}

#[test]
fn everything_there_is_may_be_named_and_covers_no_more_than_there_is() {
    let all = read(&names());
    let assessment = assessed(all);
    let headline = assessment.headline.threat_weighted;
    assert!(headline.lo == 0.0 && headline.exp > 0.2 && headline.hi <= 1.0, "{headline:?}");
}

#[test]
fn the_advice_is_the_assessment_with_the_export_beside_it() {
    let folder = scratch("products-advice");
    let names = "Defender for Endpoint P2, Okta, Splunk, Veeam";
    let output = lacuna(&folder, &["gaps", "--have", names, "-n", "1"]);
    let told = String::from_utf8(output.stderr).unwrap();
    let advice: Vec<&str> = told.lines().filter(|line| line.starts_with("next: ")).collect();
    assert_eq!(advice.len(), 1, "{told}");
    let list: Vec<String> = names.split(", ").map(str::to_owned).collect();
    let known = read(&list);
    let catalog = ingest::catalog(&ATTACK, &known);
    let before = assessed(known.clone()).headline.threat_weighted.exp;
    let gain = |product: &Arc<Capability>| {
        let export = export(product, &ATTACK, &catalog)?;
        let claims = export.claims.into_iter().map(Arc::new);
        let after = assessed(known.iter().cloned().chain(claims).collect());
        Some((after.headline.threat_weighted.exp - before, export.product))
    };
    let mut gains: Vec<(f64, String)> = known.iter().filter_map(gain).collect();
    gains.sort_by(|a, b| b.0.total_cmp(&a.0));
    assert_eq!(gains.len(), 4);
    let (most, product) = &gains[0];
    let points =
        format!("in {product} would sharpen this most (up to +{:.0} points)", most * 100.0);
    assert!(advice[0].contains(&points), "{points}: {}", advice[0]);
    assert!(
        advice[0].ends_with(&format!("savedsearches.json --have \"{names}\"")),
        "{}",
        advice[0]
    );
}

fn source<'v>(found: &'v Value, path: &str) -> &'v Value {
    found["inputs"].as_array().unwrap().iter().find(|source| source["path"] == path).unwrap()
}

#[test]
fn every_name_is_a_record_and_the_account_adds_up() {
    let folder = scratch("products-account");
    let names = "Microsoft 365 E5, Okta, okta, Rocket Shield, Cisco, Splunk";
    let found = lacuna_json(&folder, &["import", "--have", names, "--format", "json"]);
    let account = source(&found, "--have");
    let counts = ["records", "used", "off", "without_technique", "not_understood"]
        .map(|class| account[class].as_u64().unwrap());
    assert_eq!(counts, [6, 4, 0, 0, 2]);
    assert_eq!(account["format"], "products");
    let codes = found["diagnostics"].as_array().unwrap().iter();
    assert_eq!(codes.filter(|d| d["code"] == "unknown-product").count(), 2);
}

#[test]
fn names_that_nobody_knows_end_with_a_way_out() {
    let folder = scratch("products-unknown");
    let run = |words: &[&str]| lacuna(&folder, words);
    let none = run(&["gaps", "--have", "Rocket Shield, Crowdstrik"]);
    assert_eq!(none.status.code(), Some(2));
    let told = String::from_utf8(none.stderr).unwrap();
    assert!(told.contains("did you mean \"CrowdStrike\"?"), "{told}");
    assert!(told.contains("such as EDR, firewall or SIEM"), "{told}");
    assert_eq!(run(&["gaps", "--have", "Rocket Shield, Okta"]).status.code(), Some(0));
    assert_eq!(run(&["gaps", "--have", "Rocket, Okta", "--strict"]).status.code(), Some(1));
}

#[test]
fn products_are_an_input_and_no_project_is_mixed_in() {
    let folder = scratch("products-project");
    let project = "have = [\"CrowdStrike Falcon\"]\n[profile]\nadversaries = [\"FIN7\"]\n";
    fs::write(folder.join("lacuna.toml"), project).unwrap();
    let found = |words: &[&str]| {
        let words = [&["gaps", "--format", "json"], words].concat();
        let found = lacuna_json(Path::new(&folder), &words);
        let paths: Vec<&str> = found["inputs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|source| source["path"].as_str().unwrap())
            .collect();
        (paths.join(" "), found["adversaries"].as_array().unwrap().len())
    };
    assert_eq!(found(&["--have", "Okta"]), ("--have".to_owned(), 0));
    assert_eq!(found(&[]), ("have".to_owned(), 1));
    assert_eq!(found(&["-c", "lacuna.toml", "--have", "Okta"]), ("--have".to_owned(), 1));
    assert_eq!(found(&["lacuna.toml", "--have", "Okta"]), ("have --have".to_owned(), 1));
}

#[test]
fn a_list_of_products_is_coverage_without_an_option() {
    let folder = scratch("products-register");
    let rows = [
        "Vendor;Produkt;Status;Verantwortlich",
        "CrowdStrike;Falcon Insight;umgesetzt;SOC",
        "Okta;Workforce Identity;teilweise;IT",
        "Palo Alto Networks;PA-3220;umgesetzt;Netz",
        "Proofpoint;TAP;geplant;IT",
        "Acme;Rocket Shield;umgesetzt;IT",
    ];
    fs::write(folder.join("tools.csv"), rows.join("\n")).unwrap();
    let found = lacuna_json(&folder, &["import", "tools.csv", "--format", "json"]);
    let account = source(&found, "tools.csv");
    let counts = ["records", "used", "off", "without_technique", "not_understood"]
        .map(|class| account[class].as_u64().unwrap());
    assert_eq!(counts, [5, 3, 1, 1, 0]);
    let columns = found["tables"][0]["columns"].as_array().unwrap();
    assert!(columns.iter().any(|c| c[0] == "products" && c[1] == "Produkt"), "{columns:?}");
    let rows = found["capabilities"].as_array().unwrap();
    let okta = rows.iter().find(|c| c["id"] == "Okta Workforce Identity").unwrap();
    assert_eq!((&okta["status"], &okta["basis"]), (&"partial".into(), &"category".into()));
    assert_eq!(okta["owner"], "IT");
    let codes: Vec<&Value> =
        found["diagnostics"].as_array().unwrap().iter().map(|d| &d["code"]).collect();
    assert!(codes.contains(&&Value::from("names-are-products")), "{codes:?}");
}

#[test]
fn what_import_says_of_a_list_of_products_reads_it_again() {
    let folder = scratch("products-again");
    let rows = "Vendor,Product,Status\nPalo Alto Networks,PA-3220,yes\nProofpoint,TAP,yes\n\
                Okta,Workforce Identity,no\n";
    fs::write(folder.join("tools.csv"), rows).unwrap();
    let read = |words: &[&str]| {
        let words = [&["import", "tools.csv", "--format", "json"], words].concat();
        lacuna_json(&folder, &words)
    };
    let (found, again) = (read(&[]), read(&["--columns", "products=Product"]));
    assert_eq!(found["capabilities"], again["capabilities"]);
    assert_eq!(found["tables"], again["tables"]);
    let codes = again["diagnostics"].as_array().unwrap();
    assert!(codes.iter().all(|d| d["code"] != "names-are-products"), "it was said");
}

#[test]
fn a_product_that_nobody_knows_goes_by_the_kind_that_its_row_says() {
    let folder = scratch("products-kind");
    let rows = "Name,Type,Status\nOkta,SSO,yes\nRocket Shield,EDR,yes\nVeeam,Backup,yes\n\
                Moon Wall,Firewall,yes\nQRadar,SIEM,yes\nStar Gate,Portal,yes\nCrowdStrike Falcon,EDR,yes\n";
    fs::write(folder.join("tools.csv"), rows).unwrap();
    let found = lacuna_json(&folder, &["import", "tools.csv", "--format", "json"]);
    let controls = |id: &str| {
        let rows = found["capabilities"].as_array().unwrap().iter();
        let mut rows = rows.filter(|row| row["id"] == id);
        rows.next().unwrap_or_else(|| panic!("{id}"))["controls"].clone()
    };
    assert_eq!(controls("Rocket Shield"), serde_json::json!(["category:edr"]));
    assert_eq!(controls("Moon Wall"), serde_json::json!(["category:firewall"]));
    assert_eq!(controls("Star Gate"), Value::Null);
    let codes: Vec<&str> = found["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes.iter().filter(|code| **code == "assumed-product").count(), 2);
    assert!(!codes.contains(&"bad-value"), "the type is no function: {codes:?}");
}

#[test]
fn a_table_of_other_things_is_no_list_of_products() {
    let folder = scratch("products-other");
    for text in [
        // Words that also name categories.
        "Control,Status\nBackup,yes\nFirewall,yes\nMFA,no\n",
        // One product among many other things.
        "Name,Owner\nOkta,IT\nMonday meeting,IT\nCoffee machine,all\n",
        // The same product over and over.
        "System,Ticket\nSplunk,1\nSplunk,2\nSplunk,3\n",
    ] {
        fs::write(folder.join("table.csv"), text).unwrap();
        let output = lacuna(&folder, &["import", "table.csv"]);
        assert_eq!(output.status.code(), Some(2), "{text}");
    }
}
