//! The controls of frameworks and products, and what they do about techniques, as catalogues that
//! are built in. They are read when a record first names a control.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use model::capability::{Ctid, Function};
use model::catalog::ControlMapping;

/// A framework, or a product whose features are its controls.
struct Framework {
    /// The name that its controls are given in everything that is written.
    name: &'static str,
    /// Other names that may stand before an id.
    aliases: &'static [&'static str],
    catalogue: &'static str,
}

macro_rules! framework {
    ($name:literal, $aliases:expr) => {
        Framework {
            name: $name,
            aliases: &$aliases,
            catalogue: include_str!(concat!("../controls/catalogues/frameworks/", $name, ".csv")),
        }
    };
}

const FRAMEWORKS: [Framework; 7] = [
    framework!("aws", ["amazon web services"]),
    framework!("azure", ["microsoft azure"]),
    framework!("cri_profile", ["cri"]),
    framework!("csa_ccm", ["ccm", "csa"]),
    framework!("gcp", ["google cloud", "google cloud platform"]),
    framework!("m365", ["microsoft 365", "office 365"]),
    framework!(
        "nist_800_53",
        ["nist", "800-53", "sp 800-53", "nist 800-53 rev5", "nist sp 800-53"]
    ),
];

/// What a text names among the controls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// This control, by framework and id.
    Control(String),
    /// Part of this control, which is mapped as a whole only.
    PartOf(String),
    /// This control, which its catalogue maps to no technique.
    Unmapped(String),
    /// Controls of several frameworks.
    Several(Vec<String>),
    /// None that is known.
    Nothing,
}

/// The control that a text names: `AC-2`, `ac-02`, `AC-2(1)`, `nist_800_53:AC-2`, or an id with the
/// control's name after it.
pub(crate) fn find(text: &str) -> Found {
    let (framework, rest) = match text.split_once(':') {
        Some((prefix, rest)) => match framework_called(prefix) {
            Some(framework) => (Some(framework), rest),
            None => (None, text),
        },
        None => (None, text),
    };
    // An id may be followed by a name.
    let ids = [
        Some(rest),
        rest.split_once(':').map(|(id, _)| id),
        rest.split_once(" - ").map(|(id, _)| id),
        rest.split_whitespace().next(),
    ];
    let found = ids.into_iter().flatten().map(|id| find_id(id, framework));
    found.into_iter().find(|found| *found != Found::Nothing).unwrap_or(Found::Nothing)
}

/// Whether a text names a control, mapped or not.
pub(crate) fn is_control(text: &str) -> bool {
    matches!(find(text), Found::Control(_) | Found::PartOf(_) | Found::Unmapped(_))
}

fn framework_called(name: &str) -> Option<&'static str> {
    let key = key(name);
    let is_it = |f: &&Framework| f.aliases.iter().chain([&f.name]).any(|n| self::key(n) == key);
    FRAMEWORKS.iter().find(is_it).map(|framework| framework.name)
}

fn find_id(id: &str, framework: Option<&str>) -> Found {
    let key = key(id);
    let known = |key: &str| -> Vec<&'static Control> {
        let known = CONTROLS.get(key).map(Vec::as_slice).unwrap_or_default();
        known.iter().filter(|c| framework.is_none_or(|name| name == c.framework)).collect()
    };
    match known(&key)[..] {
        [one] if one.is_mapped => Found::Control(one.id.clone()),
        [one] => Found::Unmapped(one.id.clone()),
        [_, _, ..] => Found::Several(known(&key).iter().map(|c| c.id.clone()).collect()),
        [] => {
            let whole = enhanced(&key).map(known).unwrap_or_default();
            match whole.iter().find(|control| control.framework == NIST) {
                Some(whole) if whole.is_mapped => Found::PartOf(whole.id.clone()),
                Some(whole) => Found::Unmapped(whole.id.clone()),
                None => Found::Nothing,
            }
        }
    }
}

/// The control that an enhancement belongs to: `AC-2` of `AC-2-1`.
fn enhanced(key: &str) -> Option<&str> {
    let (whole, number) = key.rsplit_once('-')?;
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let (family, of) = whole.split_once('-')?;
    (is_number(number) && is_number(of) && family.len() == 2).then_some(whole)
}

/// What all spellings of an id have in common: its letters and numbers, without the zero before a
/// digit. `AC-001` is nobody's spelling but a running number of one's own.
fn key(text: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut last = None;
    for c in text.chars() {
        let class = c.is_alphanumeric().then(|| c.is_ascii_digit());
        match (class, parts.last_mut()) {
            (Some(_), Some(part)) if class == last => part.extend(c.to_uppercase()),
            (Some(_), _) => parts.push(c.to_uppercase().collect()),
            (None, _) => {}
        }
        last = class;
    }
    let bare = |part: &String| match part.strip_prefix('0') {
        None | Some("") => part.clone(),
        Some(bare) => bare.to_owned(),
    };
    parts.iter().map(bare).collect::<Vec<_>>().join("-")
}

const NIST: &str = "nist_800_53";

/// A control of a catalogue.
struct Control {
    framework: &'static str,
    /// Its framework and id.
    id: String,
    is_mapped: bool,
}

/// Every control, by its key.
static CONTROLS: LazyLock<BTreeMap<String, Vec<Control>>> = LazyLock::new(|| {
    let mut controls: BTreeMap<String, Vec<Control>> = BTreeMap::new();
    for Framework { name, catalogue, .. } in &FRAMEWORKS {
        for [control, _, _, techniques] in rows(catalogue) {
            let known = controls.entry(key(control)).or_default();
            let id = format!("{name}:{control}");
            if known.iter().all(|known| known.id != id) {
                known.push(Control { framework: name, id, is_mapped: !techniques.is_empty() });
            }
        }
    }
    controls
});

/// What the controls with these ids do about techniques, by id. The techniques are those of the
/// ATT&CK release that a catalogue was made for.
pub(crate) fn mappings<'a>(
    ids: impl IntoIterator<Item = &'a str>,
) -> BTreeMap<&'a str, Vec<ControlMapping>> {
    let mut mappings: BTreeMap<&str, Vec<ControlMapping>> = BTreeMap::new();
    let ids = ids.into_iter().map(|id| (id, Vec::new()));
    mappings.extend(ids);
    for Framework { name, catalogue, .. } in &FRAMEWORKS {
        let wanted =
            |id: &&str| id.split_once(':').is_some_and(|(framework, _)| framework == *name);
        if !mappings.keys().any(wanted) {
            continue;
        }
        for [control, function, score, techniques] in rows(catalogue) {
            if let Some(known) = mappings.get_mut(format!("{name}:{control}").as_str()) {
                known.extend(techniques.split_whitespace().filter_map(|technique| {
                    Some(ControlMapping {
                        technique: technique.parse().ok()?,
                        function: Function::from_word(function)?,
                        score: Ctid::from_word(score),
                    })
                }));
            }
        }
    }
    mappings
}

/// The rows after the source and the names of the columns.
fn rows(catalogue: &'static str) -> impl Iterator<Item = [&'static str; 4]> {
    catalogue.lines().skip(2).map(|line| {
        let mut cells = line.split(',');
        std::array::from_fn(|_| cells.next().unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn catalogues_hold_ids_and_no_text() {
        for Framework { name, catalogue, .. } in &FRAMEWORKS {
            let mut lines = catalogue.lines();
            let source = lines.next().unwrap();
            for part in ["# source: ", "; licence: ", "; ATT&CK "] {
                assert!(source.contains(part), "{name}: {source}");
            }
            assert_eq!(lines.next(), Some("control,function,score,techniques"));
            for line in lines {
                assert_eq!(line.matches(',').count(), 3, "{line}");
            }
            for [control, function, score, techniques] in rows(catalogue) {
                assert!(control.len() <= 64 && !control.contains(' '), "{control}");
                assert!(
                    function.is_empty() || Function::from_word(function).is_some(),
                    "{control}"
                );
                assert_eq!(function.is_empty(), techniques.is_empty(), "{control}");
                assert!(score.is_empty() || Ctid::from_word(score).is_some(), "{control}");
                for technique in techniques.split(' ').filter(|id| !id.is_empty()) {
                    assert!(technique.parse::<model::id::TechniqueId>().is_ok(), "{technique}");
                }
            }
        }
        let size: usize = FRAMEWORKS.iter().map(|f| f.catalogue.len()).sum();
        assert!(size < 300_000, "{size}");
    }

    #[test]
    fn every_control_is_found_by_its_framework_and_id() {
        for Framework { name, catalogue, .. } in &FRAMEWORKS {
            for [control, _, _, techniques] in rows(catalogue) {
                let id = format!("{name}:{control}");
                let expected = match techniques {
                    "" => Found::Unmapped(id.clone()),
                    _ => Found::Control(id.clone()),
                };
                assert_eq!(find(&id), expected);
            }
        }
    }

    #[test]
    fn catalogues_hold_as_many_facts_as_their_sources() {
        let facts = FRAMEWORKS.map(|Framework { name, catalogue, .. }| {
            let mapped = rows(catalogue).filter(|[.., techniques]| !techniques.is_empty());
            let controls: BTreeSet<&str> = mapped.map(|[control, ..]| control).collect();
            let techniques = rows(catalogue).flat_map(|[.., ids]| ids.split_whitespace());
            (name, controls.len(), techniques.collect::<BTreeSet<_>>().len())
        });
        let counted = [
            ("aws", 20, 215),
            ("azure", 38, 412),
            ("cri_profile", 60, 430),
            ("csa_ccm", 57, 213),
            ("gcp", 40, 290),
            ("m365", 38, 218),
            ("nist_800_53", 109, 470),
        ];
        assert_eq!(facts, counted);
    }

    #[test]
    fn an_id_may_be_spelt_in_many_ways() {
        let nist = |id: &str| Found::Control(format!("nist_800_53:{id}"));
        for text in [
            "AC-2",
            "AC-02",
            "ac-2",
            "AC 2",
            "NIST:AC-2",
            "nist 800-53: AC-02",
            "AC-2: Management",
            "AC-2 - Accounts",
            "AC-2 Account Management",
            "nist_800_53:AC-2",
        ] {
            assert_eq!(find(text), nist("AC-02"), "{text}");
        }
        for text in ["AC-2(1)", "AC-02(01)", "ac-2.1", "AC-2 (1)", "nist:AC-2(11)"] {
            assert_eq!(find(text), Found::PartOf("nist_800_53:AC-02".to_owned()), "{text}");
        }
        assert_eq!(find("Amazon GuardDuty"), Found::Control("aws:amazon_guardduty".to_owned()));
        assert_eq!(find("iam-1"), find("csa_ccm:IAM-01"));
    }

    #[test]
    fn what_no_catalogue_knows_is_nothing() {
        for text in
            ["", ":", "AC", "AC-200", "nist:", "aws:AC-2", "ZZ-1(3)", "---", "AC-2-x-1", "AC-002"]
        {
            assert_eq!(find(text), Found::Nothing, "{text}");
        }
        assert_eq!(find("AC-1"), Found::Unmapped("nist_800_53:AC-01".to_owned()));
    }

    #[test]
    fn mappings_are_those_of_the_controls_asked_for() {
        let found = mappings(["nist_800_53:AC-02", "aws:amazon_guardduty", "nowhere:X"]);
        assert!(found["nowhere:X"].is_empty());
        let accounts = &found["nist_800_53:AC-02"];
        assert!(accounts.len() > 100, "{}", accounts.len());
        assert!(accounts.iter().all(|m| m.score.is_none() && m.function == Function::Prevent));
        let watch = &found["aws:amazon_guardduty"];
        assert!(watch.iter().all(|m| m.score.is_some()));
        assert!(watch.iter().any(|m| m.function == Function::Detect));
        assert_eq!(found.len(), 3);
    }
}
