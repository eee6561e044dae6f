//! The segments that records are there for, by the names that the organisation gives them.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::capability::Capability;
use model::diagnostic::{Code, Diagnostic};
use model::segment::Segment;

use crate::extract::{items, word_key};
use crate::suggest;

/// Whether a text can be the name of a segment: the names of several stand in one cell.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let mut items = items(text);
    items.next() == Some(text) && items.next().is_none() && !word_key(text).is_empty()
}

/// The segment that a text names, without regard to case, blanks and punctuation.
#[must_use]
pub fn named<'a>(segments: &'a [Segment], text: &str) -> Option<&'a Segment> {
    let key = word_key(text);
    segments.iter().find(|segment| word_key(&segment.name) == key)
}

/// The segments of an organisation that says nothing about them: those that records name, each by
/// its first spelling, in the order of their names.
#[must_use]
pub fn of_records(capabilities: &[Arc<Capability>]) -> Vec<Segment> {
    let mut first: BTreeMap<String, &str> = BTreeMap::new();
    for name in capabilities.iter().flat_map(|c| &c.segments) {
        first.entry(word_key(name)).or_insert(name);
    }
    first.into_values().map(Segment::named).collect()
}

/// Brings names in records to the spelling of the segments; says once what is the name of none.
#[must_use]
pub fn settle(capabilities: &mut [Arc<Capability>], segments: &[Segment]) -> Vec<Diagnostic> {
    let unknown = of_records(capabilities);
    let unknown: Vec<Segment> =
        unknown.into_iter().filter(|found| named(segments, &found.name).is_none()).collect();
    let spelling = |name: &String| {
        let segment = named(segments, name).or_else(|| named(&unknown, name));
        segment.map_or_else(|| name.clone(), |segment| segment.name.clone())
    };
    let mut told: BTreeMap<&str, (usize, Diagnostic)> = BTreeMap::new();
    for capability in capabilities.iter_mut().filter(|c| !c.segments.is_empty()) {
        let mut names: Vec<String> = capability.segments.iter().map(spelling).collect();
        names.sort_unstable();
        names.dedup();
        for segment in unknown.iter().filter(|segment| names.contains(&segment.name)) {
            let first = || (0, remark(capability, &segment.name, segments));
            told.entry(&segment.name).or_insert_with(first).0 += 1;
        }
        if names != capability.segments {
            Arc::make_mut(capability).segments = names;
        }
    }
    told.into_values().map(|(records, told)| counted(records, told)).collect()
}

fn remark(capability: &Capability, name: &str, segments: &[Segment]) -> Diagnostic {
    let message = format!("{name:?} is no [[segment]] of the project");
    let names = segments.iter().map(|segment| segment.name.as_str());
    let hint = suggest::did_you_mean(name, names);
    let help = hint.unwrap_or_else(|| "add it to lacuna.toml, with its share".to_owned());
    Diagnostic::new(Code::UnknownSegment, capability.origin.clone(), message, help)
}

fn counted(records: usize, told: Diagnostic) -> Diagnostic {
    let rows = if records == 1 { "1 record counts" } else { &format!("{records} records count") };
    let message = format!("{}; {rows} for it alone and not for the whole", told.message);
    Diagnostic { message, ..told }
}

#[cfg(test)]
mod tests {
    use model::capability::{Function, Kind};

    use super::*;

    fn row(id: &str, segments: &[&str]) -> Arc<Capability> {
        let mut row = Capability::new(id, Kind::Control, Function::Prevent);
        row.segments = segments.iter().map(|name| (*name).to_owned()).collect();
        Arc::new(row)
    }

    #[test]
    fn names_are_brought_to_one_spelling_and_strangers_are_told_once() {
        let known = [Segment::named("Head Office"), Segment::named("Plant")];
        let mut rows = [
            row("1", &["HEAD-OFFICE", "head office"]),
            row("2", &["Plnt", "plant"]),
            row("3", &["plnt"]),
            row("4", &[]),
        ];
        let told = settle(&mut rows, &known);
        let names: Vec<_> = rows.iter().map(|row| row.segments.join("+")).collect();
        assert_eq!(names, ["Head Office", "Plant+Plnt", "Plnt", ""]);
        assert_eq!(told.len(), 1);
        assert!(told[0].message.contains("\"Plnt\"") && told[0].message.contains("2 records"));
        assert_eq!(told[0].help, "did you mean \"Plant\"?");
    }

    #[test]
    fn records_alone_name_segments_too() {
        let rows = [row("1", &["Plant"]), row("2", &["office", "PLANT"])];
        let names: Vec<String> = of_records(&rows).into_iter().map(|s| s.name).collect();
        assert_eq!(names, ["office", "Plant"]);
    }

    #[test]
    fn a_name_is_one_item() {
        assert!(is_name("Head Office"));
        assert!(!is_name("Sales, North") && !is_name("") && !is_name(" a") && !is_name("--"));
    }
}
