//! The segments that records are there for, by the names that the organisation gives them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::capability::Capability;
use model::diagnostic::{Code, Diagnostic, Origin};
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

/// Segments that only records name, up to which they are told apart. A column of free text is none
/// of segments, and to assess thousands of them would take forever.
pub const MOST: usize = 500;

/// Forgets what records say about segments where they name more than anybody tells apart.
pub fn forget_too_many(capabilities: &mut [Arc<Capability>]) -> Option<Diagnostic> {
    let found = of_records(capabilities).len();
    if found <= MOST {
        return None;
    }
    let limited = capabilities.iter_mut().filter(|c| !c.segments.is_empty());
    limited.for_each(|capability| Arc::make_mut(capability).segments.clear());
    let message = format!(
        "the records name {found} segments, more than {MOST}; every record counts for all of them"
    );
    let help =
        "say with [[segment]] which there are, or rename the column if it means another thing";
    Some(Diagnostic::new(Code::LimitReached, Origin::default(), message, help))
}

/// Brings names in records to the spelling of the segments; says once what is the name of none.
#[must_use]
pub fn settle(capabilities: &mut [Arc<Capability>], segments: &[Segment]) -> Vec<Diagnostic> {
    let mut spellings: BTreeMap<String, (String, bool)> = BTreeMap::new();
    let known = segments.iter().map(|segment| (&segment.name, true));
    let found = of_records(capabilities);
    for (name, is_known) in known.chain(found.iter().map(|segment| (&segment.name, false))) {
        spellings.entry(word_key(name)).or_insert_with(|| (name.clone(), is_known));
    }
    let mut told: BTreeMap<String, (usize, Diagnostic)> = BTreeMap::new();
    for capability in capabilities.iter_mut().filter(|c| !c.segments.is_empty()) {
        let named = capability.segments.iter().filter_map(|name| spellings.get(&word_key(name)));
        let named: BTreeSet<&(String, bool)> = named.collect();
        for (name, _) in named.iter().filter(|(_, is_known)| !is_known) {
            let first = || (0, remark(capability, name, segments));
            told.entry(name.clone()).or_insert_with(first).0 += 1;
        }
        let names: Vec<String> = named.into_iter().map(|(name, _)| name.clone()).collect();
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
    fn a_column_of_free_text_divides_nothing() {
        let mut rows: Vec<_> = (0..=MOST).map(|n| row("1", &[&format!("note {n}")])).collect();
        let told = forget_too_many(&mut rows).unwrap();
        assert!(told.message.contains("501 segments"), "{}", told.message);
        assert!(rows.iter().all(|row| row.segments.is_empty()));
        assert!(forget_too_many(&mut rows).is_none());
    }

    #[test]
    fn a_name_is_one_item() {
        assert!(is_name("Head Office"));
        assert!(!is_name("Sales, North") && !is_name("") && !is_name(" a") && !is_name("--"));
    }
}
