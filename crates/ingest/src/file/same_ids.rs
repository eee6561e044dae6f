//! Records of one file that share an id.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use model::capability::Capability;
use model::diagnostic::{Code, Diagnostic, Origin};

use crate::record::{Draft, each_once};

/// Records with the same id are one where they differ in nothing but the ids they name;
/// otherwise the later ones get a number, which is worth a word unless they are there for other
/// segments: to keep a row for each site is nobody's mistake.
pub(super) fn merged(drafts: Vec<Draft>, out: &mut Vec<Diagnostic>) -> Vec<Draft> {
    let mut ids = HashSet::with_capacity(drafts.len());
    if drafts.iter().all(|draft| ids.insert(draft.capability.id.as_str())) {
        return drafts;
    }
    let mut counts: BTreeMap<String, (usize, Spoken)> = BTreeMap::new();
    let mut same: BTreeMap<String, usize> = BTreeMap::new();
    let mut kept: Vec<Draft> = Vec::with_capacity(drafts.len());
    for mut draft in drafts {
        let saying = saying(&draft);
        if let Some(ix) = same.get(&saying) {
            unite(&mut kept[*ix], draft);
            continue;
        }
        same.insert(saying, kept.len());
        let (count, spoken) = counts.entry(draft.capability.id.clone()).or_default();
        *count += 1;
        let is_for_others = spoken.take(&draft.capability.segments);
        if *count > 1 {
            let told = number(&mut draft, *count);
            out.extend((!is_for_others).then_some(told));
        }
        kept.push(draft);
    }
    // Only now: thousands of records may be one, and each names ids.
    for draft in &mut kept {
        each_once(&mut draft.ids);
        each_once(&mut draft.other_frameworks);
    }
    kept
}

/// The segments for which there are records of an id.
#[derive(Default)]
struct Spoken {
    named: BTreeSet<String>,
    /// There is one for all segments.
    is_for_all: bool,
}

impl Spoken {
    /// Takes a record's segments; whether none of them was taken before.
    fn take(&mut self, segments: &[String]) -> bool {
        let is_new = !self.is_for_all
            && !segments.is_empty()
            && segments.iter().all(|name| !self.named.contains(&name.to_lowercase()));
        self.is_for_all |= segments.is_empty();
        self.named.extend(segments.iter().map(|name| name.to_lowercase()));
        is_new
    }
}

/// Gives the record an id of its own, and says so.
fn number(draft: &mut Draft, count: usize) -> Diagnostic {
    let id = std::mem::take(&mut draft.capability.id);
    draft.capability.id = format!("{id}#{count}");
    let message = format!(
        "{id:?} is there already and says something else; kept as {:?}",
        draft.capability.id
    );
    let origin = draft.capability.origin.clone();
    Diagnostic::new(Code::DuplicateId, origin, message, "give each record its own id")
}

/// All that a record says but its place and the techniques it names; a title in other capitals
/// says the same.
fn saying(draft: &Draft) -> String {
    let title = draft.capability.title.to_lowercase();
    let bare = Capability { origin: Origin::default(), title, ..(*draft.capability).clone() };
    format!("{bare:?} {:?} {:?}", draft.tactics, draft.adversaries)
}

fn unite(kept: &mut Draft, other: Draft) {
    kept.records += other.records;
    kept.ids.extend(other.ids);
    kept.other_frameworks.extend(other.other_frameworks);
}
