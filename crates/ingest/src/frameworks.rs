//! The controls of frameworks and products, and what they do about techniques, as catalogues that
//! are built in. They are read when a record first names a control.

mod related;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use model::attack::{Attack, Mitigation};
use model::capability::{Ctid, Function};
use model::catalog::ControlMapping;

use crate::extract::{self, AttackId};

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
        [
            "nist",
            "800-53",
            "sp 800-53",
            "nist 800-53",
            "nist 800-53 rev5",
            "nist 800-53 rev. 5",
            "nist 800-53 r5",
            "nist sp 800-53",
            "nist sp 800-53 rev. 5",
            "nist sp 800-53 r5"
        ]
    ),
];

/// What a text names among the controls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// This control, by framework and id.
    Control(String),
    /// This control, which no catalogue maps itself: it is related to these, which are mapped.
    Related(String, Vec<String>),
    /// A control of an older edition, which has become these.
    Former(&'static str, Vec<String>),
    /// Part of this control, which is mapped as a whole only.
    PartOf(String),
    /// This control, which its catalogue maps to no technique.
    Unmapped(String),
    /// Controls of several frameworks.
    Several(Vec<String>),
    /// None that is known.
    Nothing,
}

/// The control that a text names: `AC-2`, `ac-02`, `AC-2(1)`, `nist_800_53:AC-2`,
/// `ISO 27001 A.8.16`, or an id with the control's name after it.
pub(crate) fn find(text: &str) -> Found {
    // A product's name may begin its features' names: Azure Policy.
    let readings = [framework_before(text), Some((None, text))];
    let found = readings.into_iter().flatten().map(|(framework, text)| find_among(framework, text));
    found.into_iter().find(|found| *found != Found::Nothing).unwrap_or(Found::Nothing)
}

fn find_among(framework: Option<&str>, text: &str) -> Found {
    // An id may be followed by a name.
    let ids = [
        Some(text),
        text.split_once(':').map(|(id, _)| id),
        text.split_once(" - ").map(|(id, _)| id),
        text.split_whitespace().next(),
    ];
    let found = ids.into_iter().flatten().map(|id| find_id(id, framework));
    found.into_iter().find(|found| *found != Found::Nothing).unwrap_or(Found::Nothing)
}

/// Ids as they stand in a column that is about one framework, with its name before those that mean
/// nothing, or several things, without it: `8.16` beneath `ISO 27001`.
pub(crate) fn of_framework(framework: &str, text: &str) -> String {
    let named = |item: &str| {
        let named = format!("{framework}:{item}");
        let is_clear = !matches!(find(item), Found::Nothing | Found::Several(_));
        match is_clear || find(&named) == Found::Nothing {
            true => item.to_owned(),
            false => named,
        }
    };
    extract::items(text).map(named).collect::<Vec<_>>().join(", ")
}

/// The control that a text names, mapped or not, by framework and id.
pub(crate) fn control(text: &str) -> Option<String> {
    match find(text) {
        Found::Control(id) | Found::Related(id, _) | Found::PartOf(id) | Found::Unmapped(id) => {
            Some(id)
        }
        Found::Former(_, ids) => ids.into_iter().next(),
        Found::Several(_) | Found::Nothing => None,
    }
}

/// The key of the heading above a control, where its id has one: that of `A.9.2` for `A.9.2.1`. The
/// numbers of headings in ISO 27001:2013 are those of controls in the edition of 2022.
pub(crate) fn heading(control: &str) -> Option<String> {
    let (heading, _) = control.strip_prefix(related::ISO)?.rsplit_once('.')?;
    (heading.matches('.').count() == 2).then(|| key(heading))
}

/// Whether a text begins with one of these headings, given by their keys.
pub(crate) fn is_heading(text: &str, headings: &BTreeSet<String>) -> bool {
    if headings.is_empty() {
        return false;
    }
    let text = framework_before(text).map_or(text, |(_, rest)| rest);
    let first = text.split([' ', ':']).next().unwrap_or_default();
    headings.contains(&key(first))
}

/// The mitigation of ATT&CK that a text names, by its id or its name.
pub(crate) fn mitigation<'a>(attack: &'a Attack, text: &str) -> Option<&'a str> {
    let by_id = extract::ids(text).find_map(|id| match id {
        AttackId::Mitigation(id) => Some(id),
        _ => None,
    });
    let is_it = |m: &&Mitigation| match &by_id {
        Some(id) => m.id.eq_ignore_ascii_case(id),
        None => m.name.eq_ignore_ascii_case(text.trim()),
    };
    attack.mitigations.iter().find(is_it).map(|mitigation| mitigation.id.as_str())
}

/// As many words as the longest name of a framework has before an id.
const WORDS: usize = 6;

/// The framework whose name stands before an id, and what follows it.
fn framework_before(text: &str) -> Option<(Option<&'static str>, &str)> {
    let ends = text.match_indices([':', ' ']).take(WORDS).map(|(at, _)| at);
    let named = ends.filter_map(|at| Some((framework_called(&text[..at])?, &text[at + 1..])));
    let (framework, rest) = named.last()?;
    Some((Some(framework), rest.trim_start_matches([':', ' '])))
}

/// The framework that goes by a name.
fn framework_called(name: &str) -> Option<&'static str> {
    NAMES.get(&key(name)).copied()
}

/// Every name of a framework, by its key.
static NAMES: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
    let direct = FRAMEWORKS.iter().map(|f| (f.name, f.aliases));
    let all = direct.chain(related::FRAMEWORKS.iter().map(|f| (f.name, f.aliases)));
    let names = all.flat_map(|(name, aliases)| {
        aliases.iter().chain([&name]).map(|known| (key(known), name)).collect::<Vec<_>>()
    });
    names.collect()
});

/// The framework that a text speaks of, such as the name of a column: `ISO 27001:2022 control`.
pub(crate) fn framework_in(text: &str) -> Option<&'static str> {
    let words: Vec<&str> = text.split_whitespace().take(2 * WORDS).collect();
    let spans =
        (0..words.len()).flat_map(|from| (from + 1..=words.len()).rev().map(move |to| (from, to)));
    let mut named = spans.filter_map(|(from, to)| framework_called(&words[from..to].join(" ")));
    named.next()
}

fn find_id(id: &str, framework: Option<&str>) -> Found {
    let key = key(id);
    let known = |key: &str| -> Vec<&'static Control> {
        let known = CONTROLS.get(key).map(Vec::as_slice).unwrap_or_default();
        known.iter().filter(|c| framework.is_none_or(|name| name == c.framework)).collect()
    };
    let annex = (framework == Some(related::ISO)).then(|| known(&format!("A-{key}")));
    let found = known(&key).into_iter().chain(annex.into_iter().flatten()).collect::<Vec<_>>();
    match found[..] {
        [one] => one.found(),
        [_, _, ..] => Found::Several(found.iter().map(|c| c.id.clone()).collect()),
        [] => {
            let whole = enhanced(&key).map(known).unwrap_or_default();
            match whole.iter().find(|control| control.framework == NIST).map(|c| c.found()) {
                Some(Found::Control(whole)) => Found::PartOf(whole),
                Some(found) => found,
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
    is: Standing,
}

/// How a control reaches techniques.
enum Standing {
    /// Its catalogue maps it.
    Mapped,
    /// Not at all.
    Unmapped,
    /// By these, which are mapped.
    Related(Vec<String>),
    /// As these; it is of an older edition, which goes by this name.
    Former(&'static str, Vec<String>),
}

impl Control {
    fn found(&self) -> Found {
        let id = self.id.clone();
        match &self.is {
            Standing::Mapped => Found::Control(id),
            Standing::Unmapped => Found::Unmapped(id),
            Standing::Related(to) => Found::Related(id, to.clone()),
            Standing::Former(edition, now) => Found::Former(edition, now.clone()),
        }
    }
}

/// Every control, by its key.
static CONTROLS: LazyLock<BTreeMap<String, Vec<Control>>> = LazyLock::new(|| {
    let mut controls: BTreeMap<String, Vec<Control>> = BTreeMap::new();
    for Framework { name, catalogue, .. } in &FRAMEWORKS {
        for [control, _, _, techniques] in rows(catalogue) {
            let known = controls.entry(key(control)).or_default();
            let id = format!("{name}:{control}");
            if known.iter().all(|known| known.id != id) {
                let is = match techniques {
                    "" => Standing::Unmapped,
                    _ => Standing::Mapped,
                };
                known.push(Control { framework: name, id, is });
            }
        }
    }
    for (key, control) in related::controls(&controls) {
        controls.entry(key).or_default().push(control);
    }
    controls
});

/// The controls of another framework by which a control reaches techniques; it is named by its
/// framework and id.
pub(crate) fn related_to(id: &str) -> &'static [String] {
    let Some((_, bare)) = id.split_once(':') else { return &[] };
    let known = CONTROLS.get(&key(bare)).map(Vec::as_slice).unwrap_or_default();
    match known.iter().find(|control| control.id == id).map(|control| &control.is) {
        Some(Standing::Related(to)) => to,
        _ => &[],
    }
}

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

/// Every control of a framework that its catalogue maps to some technique, by framework and id.
pub(crate) fn mapped(framework: &str) -> BTreeSet<String> {
    let named = FRAMEWORKS.iter().filter(|known| known.name == framework);
    let rows = named.flat_map(|known| rows(known.catalogue));
    let mapped = rows.filter(|[.., techniques]| !techniques.is_empty());
    mapped.map(|[control, ..]| format!("{framework}:{control}")).collect()
}

/// The products among these, whose features somebody has and nobody requires.
const PRODUCTS: [&str; 4] = ["aws", "azure", "gcp", "m365"];

/// Frameworks that require something.
pub(crate) fn requiring() -> impl Iterator<Item = &'static str> {
    let direct = FRAMEWORKS.iter().map(|f| f.name);
    let all = direct.chain(related::FRAMEWORKS.iter().map(|f| f.name));
    all.filter(|name| !PRODUCTS.contains(name))
}

/// Every control of the framework that goes by a name, by framework and id, whether it is mapped
/// to techniques or not. Of a framework in several editions it is those of the newest, unless the
/// name says which.
pub(crate) fn requirements(name: &str) -> Option<BTreeSet<String>> {
    let framework = framework_called(name)?;
    let known = FRAMEWORKS.iter().find(|known| known.name == framework);
    let direct = known.into_iter().flat_map(|known| rows(known.catalogue)).map(|[id, ..]| id);
    let related = related::FRAMEWORKS.iter().find(|known| known.name == framework);
    let related = related.into_iter().flat_map(|known| known.edition(name));
    let all = direct.chain(related).map(|id| format!("{framework}:{id}"));
    (!PRODUCTS.contains(&framework)).then(|| all.collect())
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
        assert_eq!(find("Azure Policy"), Found::Control("azure:azure_policy".to_owned()));
        assert_eq!(find("Amazon GuardDuty"), Found::Control("aws:amazon_guardduty".to_owned()));
        assert_eq!(find("iam-1"), find("csa_ccm:IAM-01"));
    }

    fn related(text: &str) -> Option<(String, Vec<String>)> {
        match find(text) {
            Found::Related(id, to) => Some((id, to)),
            _ => None,
        }
    }

    #[test]
    fn controls_of_iso_27001_are_those_of_either_edition() {
        let (id, to) = related("A.8.16").unwrap();
        assert_eq!(id, "iso_27001:A.8.16");
        assert_eq!(to, ["nist_800_53:SC-07", "nist_800_53:SI-04"]);
        for text in [
            "a.8.16",
            "A8.16",
            "A.8.16 Monitoring",
            "ISO 27001 A.8.16",
            "ISO27001: 8.16",
            "ISO/IEC 27001:2022 Annex A 8.16",
            "ISO/IEC 27001:2022 A.8.16",
            "iso_27001:A.8.16",
        ] {
            assert_eq!(related(text).unwrap().0, id, "{text}");
        }
        let (old, to) = related("ISO 27001:2013 A.9.2.1").unwrap();
        assert_eq!(old, "iso_27001:A.9.2.1");
        assert!(to.contains(&"nist_800_53:AC-02".to_owned()), "{to:?}");
        // A bare number is nobody's, but for a column that says whose it is.
        assert_eq!(find("8.16"), Found::Nothing);
        assert_eq!(
            of_framework(related::ISO, "8.16; A.8.15, AC-2"),
            "iso_27001:8.16, A.8.15, AC-2"
        );
        assert_eq!(framework_in("Control (ISO 27001)"), Some(related::ISO));
        assert_eq!(framework_in("ISO/IEC 27001:2022 control"), Some(related::ISO));
        assert_eq!(framework_in("Isolation"), None);
    }

    #[test]
    fn controls_of_the_older_edition_have_headings() {
        assert_eq!(heading("iso_27001:A.8.2.1").as_deref(), Some("A-8-2"));
        assert_eq!(heading("iso_27001:A.8.2"), None);
        let headings = BTreeSet::from(["A-8-2".to_owned()]);
        for text in ["A.8.2", "A.8.2 Classification", "ISO 27001:2013 A.8.2"] {
            assert!(is_heading(text, &headings), "{text}");
        }
        assert!(!is_heading("A.8.2.1", &headings) && !is_heading("A.8.3", &headings));
        assert_eq!(heading("cri_profile:DE.AE-02.01"), None);
    }

    #[test]
    fn a_relation_to_a_part_of_a_control_reaches_nothing() {
        // CA-02(01) alone, and no relation at all.
        for id in ["A.5.35", "A.7.6", "A.8.34"] {
            assert_eq!(find(id), Found::Unmapped(format!("iso_27001:{id}")));
        }
        let (_, to) = related("PR.PS-02").unwrap();
        assert!(to.iter().all(|id| !id.contains('(')), "{to:?}");
    }

    #[test]
    fn subcategories_of_csf_1_1_are_what_they_have_become() {
        for text in ["PR.AA-01", "pr.aa-1", "CSF PR.AA-01", "NIST CSF 2.0: PR.AA-01"] {
            let (id, to) = related(text).unwrap();
            assert_eq!(id, "nist_csf:PR.AA-01", "{text}");
            assert!(to.contains(&"nist_800_53:AC-02".to_owned()), "{to:?}");
        }
        let now = ["nist_csf:PR.AA-01", "nist_csf:PR.AA-05"].map(str::to_owned).to_vec();
        for text in ["PR.AC-1", "PR.AC-01", "NIST CSF 1.1 PR.AC-1"] {
            assert_eq!(find(text), Found::Former("CSF 1.1", now.clone()), "{text}");
        }
        // What kept its number is the same in both editions; the profile of CRI has its own.
        assert_eq!(related("ID.AM-1").unwrap().0, "nist_csf:ID.AM-01");
        assert!(
            matches!(find("PR.AA-01.01"), Found::Control(id) if id.starts_with("cri_profile:"))
        );
    }

    #[test]
    fn relations_hold_as_many_facts_as_their_sources() {
        let counted = |of: &str| {
            let controls = CONTROLS.values().flatten().filter(|c| c.id.starts_with(of));
            let (mut known, mut reach) = (0, 0);
            for control in controls {
                known += 1;
                reach += usize::from(matches!(control.is, Standing::Related(_)));
            }
            (known, reach)
        };
        // Of 2013 NIST names 110 of 114, of 2022 all 93; 106 of CSF 2.0, and 79 of 1.1 that went.
        assert_eq!(counted("iso_27001:"), (110 + 93, 69 + 54));
        assert_eq!(counted("nist_csf:"), (106 + 79, 60));
    }

    #[test]
    fn relations_hold_ids_and_no_text() {
        let mut size = 0;
        for csv in related::FRAMEWORKS.iter().flat_map(|f| f.tables()) {
            let (source, rows) = csv.split_once("\ncontrol,related\n").unwrap();
            assert!(source.starts_with("# source: ") && source.contains("; licence: "), "{source}");
            let longest = rows.split([',', ' ', '\n']).map(str::len).max();
            assert!(longest.is_some_and(|longest| longest <= 10), "{source}");
            assert!(rows.lines().all(|row| row.matches(',').count() == 1), "{source}");
            size += csv.len();
        }
        assert!(size < 20_000, "{size}");
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
