use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::frameworks;
use crate::{Formats, snapshot};

/// A release of each domain.
fn releases() -> Vec<Attack> {
    ["enterprise-attack", "mobile-attack", "ics-attack"]
        .map(|domain| snapshot::embedded(domain, None).unwrap())
        .into()
}

#[test]
fn the_first_line_names_source_and_licence() {
    let first = CATALOGUE.lines().next().unwrap();
    assert!(first.starts_with("# source: ") && first.contains("; licence: "), "{first}");
    assert!(CATALOGUE.is_ascii());
}

#[test]
fn no_name_has_two_meanings() {
    let mut known: BTreeMap<String, &str> = BTreeMap::new();
    for (name, _) in names() {
        assert!(!key(name).is_empty());
        let before = known.insert(key(name), name);
        assert!(before.is_none(), "{name:?} and {before:?}");
    }
    assert!(known.len() > 1_000, "{}", known.len());
}

#[test]
fn every_name_is_found_as_what_it_stands_for() {
    for (name, meaning) in names() {
        let found = match find(name) {
            Found::One(mention) => mention.name(),
            Found::Several(vague) => &vague.names[0],
            Found::Nothing => panic!("{name}"),
        };
        let expected = match meaning {
            Name::Category(category) => &category.title,
            Name::Product(_, product) => &product.name,
            Name::Vague(vague) => vague.means.as_ref().unwrap_or(&vague.names[0]),
        };
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn every_category_is_used_and_every_line_has_its_reason() {
    for category in categories() {
        assert!(category.products.len() > 2, "{}", category.name);
        assert!(category.reason.len() > 20 && !category.export.is_empty(), "{}", category.name);
        for product in &category.products {
            assert!(product.reason.len() > 4, "{}", product.name);
            // Marketing speaks otherwise.
            for word in ["leading", "best", "next-gen", "revolution", "unmatched"] {
                assert!(!product.reason.contains(word), "{}: {word}", product.name);
            }
        }
    }
    for vague in &KNOWN.vague {
        assert!(!vague.reason.is_empty());
        assert_ne!(vague.means.is_some(), vague.may_be.len() > 1, "{:?}", vague.names);
        for name in vague.means.iter().chain(&vague.may_be) {
            assert_eq!(named(name), Some(name.as_str()), "{:?}", vague.names);
        }
    }
}

#[test]
fn every_id_exists() {
    let releases = releases();
    for category in categories() {
        for id in category.by_function().into_iter().flat_map(|(_, ids)| ids) {
            let knows = |attack: &Attack| attack.mitigations.iter().any(|m| m.id == *id);
            assert!(releases.iter().any(knows), "{}: {id}", category.name);
        }
        for id in &category.sees {
            assert!(releases[0].component(id).is_some(), "{}: {id}", category.name);
        }
        for name in &category.platforms {
            assert!(releases[0].platform(name).is_some(), "{}: {name}", category.name);
        }
        let older = snapshot::embedded("enterprise-attack", Some("18.1")).unwrap();
        for id in &category.only {
            let knows = |attack: &Attack| attack.technique(*id).is_some();
            assert!(releases.iter().chain([&older]).any(knows), "{}: {id}", category.name);
        }
        for control in category.products.iter().flat_map(|p| p.scored.iter().chain(&p.full)) {
            let found = frameworks::find(control);
            let id = match &found {
                frameworks::Found::Control(id) | frameworks::Found::Unmapped(id) => id,
                other => panic!("{control}: {other:?}"),
            };
            assert_eq!(id, control);
        }
        for part in category.products.iter().flat_map(|p| p.parts.iter().chain(&p.full_parts)) {
            assert!(named(part).is_some(), "{part}");
        }
    }
    for reads in &KNOWN.reads {
        let mut formats = Formats::built_in().iter();
        assert!(formats.any(|format| *format.name == *reads.format), "{}", reads.format);
    }
    let known: BTreeSet<&str> = KNOWN.reads.iter().map(|r| r.format.as_str()).collect();
    let read = categories().iter().flat_map(|c| &c.products).filter_map(|p| p.reads.as_deref());
    assert_eq!(read.collect::<BTreeSet<_>>(), known);
}

#[test]
fn what_a_category_says_is_low_at_most() {
    let attack = &releases()[0];
    for category in categories() {
        let mappings = category.mappings(attack);
        assert!(mappings.iter().all(|(.., level)| *level <= Level::Low), "{}", category.name);
        let in_other_domains = ["mobile_threat_defense"].contains(&category.name.as_str());
        assert_eq!(
            mappings.is_empty(),
            !category.does_something() || in_other_domains,
            "{}",
            category.name
        );
    }
}

#[test]
fn names_may_be_spelt_in_many_ways() {
    for (text, expected) in [
        ("defender for endpoint", "Microsoft Defender for Endpoint"),
        ("Defender for Endpoint P2", "Microsoft Defender for Endpoint"),
        ("MICROSOFT Defender for Endpoint (Plan 2)", "Microsoft Defender for Endpoint"),
        ("MDE P1", "Microsoft Defender for Endpoint"),
        ("MS Sentinel", "Microsoft Sentinel"),
        ("Azure AD Premium P2", "Microsoft Entra ID"),
        ("Veeam Backup & Replication", "Veeam Backup and Replication"),
        ("Palo Alto", "Palo Alto Networks NGFW"),
        ("FortiGate 60F", "Fortinet FortiGate"),
        ("okta", "Okta Workforce Identity"),
        ("Microsoft 365 E5", "Microsoft 365"),
        ("F5", "F5 Advanced WAF"),
    ] {
        assert_eq!(named(text), Some(expected), "{text}");
    }
    for text in ["", "Rocket", "Defender", "EDR", "Cisco", "an agent that is not known at all"] {
        assert_eq!(named(text), None, "{text}");
    }
}

#[test]
fn editions_matter_where_others_have_scored_them_apart() {
    let edition = |text: &str| match find(text) {
        Found::One(mention) => mention.edition,
        found => panic!("{text}: {found:?}"),
    };
    assert_eq!(edition("Entra ID P2"), Edition::Larger);
    assert_eq!(edition("Entra ID P1"), Edition::Smaller);
    assert_eq!(edition("Entra ID"), Edition::NotSaid);
    assert_eq!(edition("Defender for Office 365 Plan 2"), Edition::Larger);
    assert_eq!(edition("Microsoft 365 E3"), Edition::Smaller);
}

#[test]
fn a_name_that_is_not_known_leads_on() {
    let near = hint("Crowdstrik");
    assert!(near.starts_with("did you mean \"CrowdStrike\"?"), "{near}");
    assert!(hint("Acme WAF").contains("\"WAF\""), "{}", hint("Acme WAF"));
    assert!(hint("Zzz").contains("such as EDR"), "{}", hint("Zzz"));
    // A text may be anything.
    assert!(matches!(find(&"x ".repeat(1_000_000)), Found::Nothing));
    assert!(hint(&"x ".repeat(1_000_000)).contains("such as EDR"));
}

#[test]
fn a_vendors_name_alone_is_said_to_be_taken_for_a_product() {
    for category in categories() {
        for alias in category.products.iter().flat_map(|product| &product.also) {
            // A vendor's name is a word or two with which names of products begin.
            let beginning = format!("{} ", key(alias));
            let of = categories().iter().filter(|category| {
                category.products.iter().any(|p| key(&p.name).starts_with(&beginning))
            });
            let others = of.filter(|other| other.name != category.name).count();
            assert!(others < 2, "{alias:?} is a vendor of {others} further categories");
        }
    }
}
