//! Frameworks that nobody maps to techniques themselves. NIST relates their controls to those of
//! NIST 800-53, which are mapped: they reach techniques in two hops, on paper only.

use std::collections::BTreeMap;

use super::{Control, NIST, Standing, key};

/// A framework whose controls are related to those of another.
pub(super) struct Framework {
    /// The name that its controls are given in everything that is written.
    pub(super) name: &'static str,
    /// Other names that may stand before an id.
    pub(super) aliases: &'static [&'static str],
    /// Its controls, and those of NIST 800-53 that they are related to. The ids of two editions
    /// differ in how many numbers they have.
    relations: &'static [&'static str],
    /// The controls of an older edition and what they have become, under that edition's name.
    former: Option<(&'static str, &'static str)>,
}

macro_rules! relations {
    ($name:literal) => {
        include_str!(concat!("../../controls/catalogues/relations/", $name, ".csv"))
    };
}

/// ISO/IEC 27001, whose controls are those of its Annex A.
pub(super) const ISO: &str = "iso_27001";

pub(super) const FRAMEWORKS: [Framework; 2] = [
    Framework {
        name: ISO,
        aliases: &[
            "iso",
            "iso27001",
            "iso 27001",
            "iso 27001:2013",
            "iso 27001:2022",
            "iso27001:2013",
            "iso27001:2022",
            "iso/iec 27001",
            "iso/iec 27001:2013",
            "iso/iec 27001:2022",
            "iso 27002",
            "iso 27002:2022",
            "iso/iec 27002",
            "iso/iec 27002:2022",
            "annex a",
            "iso 27001 annex a",
            "iso 27001:2013 annex a",
            "iso 27001:2022 annex a",
            "iso/iec 27001 annex a",
            "iso/iec 27001:2013 annex a",
            "iso/iec 27001:2022 annex a",
        ],
        relations: &[relations!("iso_27001_2013"), relations!("iso_27001_2022")],
        former: None,
    },
    Framework {
        name: "nist_csf",
        aliases: &[
            "csf",
            "csf 2.0",
            "csf 1.1",
            "nist csf",
            "nist csf 2.0",
            "nist csf v2.0",
            "nist csf 1.1",
            "nist csf v1.1",
        ],
        relations: &[relations!("nist_csf")],
        former: Some(("CSF 1.1", relations!("nist_csf_former"))),
    },
];

impl Framework {
    /// The controls of the edition that a name speaks of, the newest where it speaks of none.
    pub(super) fn edition(&self, name: &str) -> impl Iterator<Item = &'static str> + use<> {
        let is_older = self.relations.len() > 1 && name.contains("2013");
        let relations = if is_older { self.relations.first() } else { self.relations.last() };
        relations.into_iter().flat_map(|csv| rows(csv)).map(|(id, _)| id)
    }

    /// Every table of it, as text.
    #[cfg(test)]
    pub(super) fn tables(&self) -> impl Iterator<Item = &'static str> {
        self.relations.iter().copied().chain(self.former.map(|(_, csv)| csv))
    }
}

/// The controls of these frameworks with their keys, by what is known of NIST 800-53. A relation
/// to a part of a control says nothing about all of it and reaches nothing.
pub(super) fn controls(known: &BTreeMap<String, Vec<Control>>) -> Vec<(String, Control)> {
    let is_mapped = |id: &&str| {
        let named = known.get(&key(id)).into_iter().flatten();
        named.filter(|c| c.framework == NIST).any(|c| matches!(c.is, Standing::Mapped))
    };
    let mut controls = Vec::new();
    for Framework { name, relations, former, .. } in &FRAMEWORKS {
        let mut add = |id: &str, is| {
            controls.push((key(id), Control { framework: name, id: format!("{name}:{id}"), is }));
        };
        for (id, related) in relations.iter().flat_map(|csv| rows(csv)) {
            let to = related.split_whitespace().filter(is_mapped);
            let to: Vec<String> = to.map(|id| format!("{NIST}:{id}")).collect();
            add(id, if to.is_empty() { Standing::Unmapped } else { Standing::Related(to) });
        }
        let Some((edition, csv)) = former else { continue };
        for (id, now) in rows(csv) {
            let now = now.split_whitespace().map(|id| format!("{name}:{id}"));
            add(id, Standing::Former(edition, now.collect()));
        }
    }
    controls
}

/// The rows after the source and the names of the columns.
fn rows(csv: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    csv.lines().skip(2).map(|line| line.split_once(',').unwrap_or((line, "")))
}
