//! A capability that stands in several records, one for each score. Of the records with one family
//! and function a technique counts in the strongest, and a parent nowhere where a sub-technique
//! is named.

use std::collections::{BTreeMap, BTreeSet};

use model::capability::{Capability, Function};
use model::diagnostic::{Code, Diagnostic, Origin};
use model::id::TechniqueId;
use model::policy::Policy;
use model::strength;

/// What tells one capability from another.
fn key(capability: &Capability) -> (String, String, Function) {
    let family = capability.family.as_deref().unwrap_or(&capability.id);
    (capability.origin.path.clone(), family.to_owned(), capability.function)
}

/// Leaves each technique to the strongest and most specific of the parts that name it, the first of
/// several that are as strong; says once for each file how many mappings that leaves out.
pub(crate) fn settle(parts: Vec<&mut Capability>, policy: &Policy) -> Vec<Diagnostic> {
    let mut wholes: BTreeMap<_, Vec<&mut Capability>> = BTreeMap::new();
    for part in parts {
        wholes.entry(key(part)).or_default().push(part);
    }
    let mut left_out: BTreeMap<String, usize> = BTreeMap::new();
    for ((path, ..), mut parts) in wholes.into_iter().filter(|(_, parts)| parts.len() > 1) {
        let strength = |part: &Capability| strength::base(part, policy).strength;
        parts.sort_by(|a, b| strength(b).total_cmp(&strength(a)));
        let named = parts.iter().flat_map(|part| &part.techniques);
        let parents: BTreeSet<TechniqueId> = named.filter_map(|id| id.parent()).collect();
        let mut taken = BTreeSet::new();
        for part in parts {
            let before = part.techniques.len();
            part.techniques.retain(|id| !parents.contains(id) && taken.insert(*id));
            part.written.retain(|id, _| part.techniques.binary_search(id).is_ok());
            *left_out.entry(path.clone()).or_default() += before - part.techniques.len();
        }
    }
    let left_out = left_out.into_iter().filter(|(_, count)| *count > 0);
    left_out.map(|(path, count)| repeated(path, count)).collect()
}

fn repeated(path: String, count: usize) -> Diagnostic {
    let mappings = if count == 1 { "mapping repeats" } else { "mappings repeat" };
    let message = format!(
        "{count} {mappings} a technique that the same capability names more strongly or by a \
         sub-technique; the strongest and the most specific count"
    );
    Diagnostic::new(Code::RepeatedMapping, Origin::file(path), message, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::capability::{Ctid, Kind};

    fn part(id: &str, ctid: Ctid, techniques: &[&str]) -> Capability {
        let mut part = Capability::new(id, Kind::Control, Function::Prevent);
        part.family = Some("gate".to_owned());
        part.ctid = Some(ctid);
        part.techniques = techniques.iter().map(|id| id.parse().unwrap()).collect();
        part
    }

    fn settled(parts: &mut [Capability]) -> (Vec<String>, Vec<Diagnostic>) {
        let told = settle(parts.iter_mut().collect(), &Policy::default());
        let show = |part: &Capability| {
            let ids: Vec<String> = part.techniques.iter().map(ToString::to_string).collect();
            format!("{}: {}", part.id, ids.join(" "))
        };
        (parts.iter().map(show).collect(), told)
    }

    #[test]
    fn a_technique_counts_in_the_strongest_part() {
        let weak = part("weak", Ctid::Minimal, &["T1078", "T1110"]);
        let strong = part("strong", Ctid::Significant, &["T1110"]);
        let (parts, told) = settled(&mut [weak, strong]);
        assert_eq!(parts, ["weak: T1078", "strong: T1110"]);
        assert_eq!(told.len(), 1);
        assert!(told[0].message.starts_with("1 mapping repeats"), "{}", told[0].message);
    }

    #[test]
    fn a_parent_counts_nowhere_where_another_part_names_a_sub_technique() {
        let strong = part("strong", Ctid::Significant, &["T1110"]);
        let weak = part("weak", Ctid::Minimal, &["T1110.001"]);
        let (parts, told) = settled(&mut [strong, weak]);
        assert_eq!(parts, ["strong: ", "weak: T1110.001"]);
        assert_eq!(told.len(), 1);
    }

    #[test]
    fn functions_families_and_files_are_apart() {
        let one = part("one", Ctid::Partial, &["T1110"]);
        let mut detects = part("detects", Ctid::Minimal, &["T1110"]);
        detects.function = Function::Detect;
        let mut other = part("other", Ctid::Minimal, &["T1110"]);
        other.family = Some("other".to_owned());
        let mut elsewhere = part("elsewhere", Ctid::Minimal, &["T1110"]);
        elsewhere.origin = Origin::file("elsewhere.json");
        let (parts, told) = settled(&mut [one, detects, other, elsewhere]);
        assert!(parts.iter().all(|part| part.ends_with(": T1110")), "{parts:?}");
        assert_eq!(told, []);
    }
}
