//! How each technique stands to an earlier assessment: what a picture of the change shows.
//!
//! Nothing is scored anew. Of an assessment on another release of ATT&CK, what has a successor is
//! followed to it, and what has none is named.

use std::collections::BTreeMap;

use crate::assessment::Assessment;
use crate::attack::Attack;
use crate::diff::by_current_id;
use crate::id::TechniqueId;
use crate::score::round9;

/// What became of the techniques since an earlier assessment.
#[derive(Debug, Clone, PartialEq)]
pub struct Movements {
    /// Those in scope then or now, by the ids of now.
    pub techniques: BTreeMap<TechniqueId, Movement>,
    /// How many were in scope then and have no successor in the release of now.
    pub retired: usize,
}

/// What became of one technique.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Movement {
    /// In scope both times: its expected coverage before and after, 0..=1.
    Both {
        /// Then.
        before: f64,
        /// Now.
        after: f64,
    },
    /// In scope now and not then, or not in that release.
    Joined,
    /// In scope then and not now.
    Left,
}

impl Movement {
    /// By how much expected coverage rose, -1..=1; nothing where it cannot be compared.
    #[must_use]
    pub fn by(self) -> Option<f64> {
        match self {
            Self::Both { before, after } => Some(round9(after - before)),
            Self::Joined | Self::Left => None,
        }
    }
}

impl Movements {
    /// How many techniques cannot be compared: they joined, left or were retired.
    #[must_use]
    pub fn not_comparable(&self) -> usize {
        let without = self.techniques.values().filter(|movement| movement.by().is_none());
        without.count() + self.retired
    }
}

/// From an earlier assessment to one of now, which stands on `attack`. Of techniques that became
/// one, the least covered counts.
#[must_use]
pub fn movements(before: &Assessment, now: &Assessment, attack: &Attack) -> Movements {
    let old = by_current_id(before, attack);
    let mut techniques: BTreeMap<TechniqueId, Movement> =
        old.keys().map(|id| (*id, Movement::Left)).collect();
    for technique in &now.techniques {
        let movement = match old.get(&technique.id) {
            Some(was) => Movement::Both {
                before: was.coverage.composite.exp,
                after: technique.coverage.composite.exp,
            },
            None => Movement::Joined,
        };
        techniques.insert(technique.id, movement);
    }
    let is_known = |id: TechniqueId| crate::diff::now(attack, id).is_some();
    let retired = before.techniques.iter().filter(|was| !is_known(was.id)).count();
    Movements { techniques, retired }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assessment::assess;
    use crate::fixture::Fixture;

    const OLD: &str = "
        tactic TA0005 evasion Evasion
        technique T1562 \"Impair Defenses\" in evasion on Windows
        technique T1562.001 \"Disable Tools\" in evasion on Windows
        technique T1059 Interpreter in evasion on Windows
        technique T1014 Rootkit in evasion on Windows
        technique T1200 Hardware in evasion on Windows
        platforms Windows=1
        have R1 rule detect T1562.001 strength=0.9 status=enabled basis=validated
    ";
    const NEW: &str = "
        tactic TA0005 evasion Evasion
        technique T1685 \"Disable Tools\" in evasion on Windows
        technique T1059 Interpreter in evasion on Windows
        technique T1200 Hardware in evasion on Windows
        technique T1682 \"Something new\" in evasion on Windows
        revoked T1562 by T1685
        revoked T1562.001 by T1685
        platforms Windows=1
        exclude T1200 \"no physical access\"
        have R1 rule detect T1059 strength=0.9 status=enabled basis=validated
    ";

    fn id(text: &str) -> TechniqueId {
        text.parse().expect("it is an id")
    }

    #[test]
    fn techniques_are_followed_into_another_release() {
        let (old, new) = (Fixture::parse(OLD), Fixture::parse(NEW));
        let (before, now) = (assess(&old.inputs()), assess(&new.inputs()));
        let found = movements(&before, &now, &new.attack);
        let by = |text: &str| found.techniques[&id(text)].by();
        assert!(by("T1059").expect("in scope both times") > 0.5);
        assert!(by("T1685").expect("in scope both times, by another id") <= 0.0);
        assert_eq!(found.techniques[&id("T1682")], Movement::Joined);
        assert_eq!(found.techniques[&id("T1200")], Movement::Left);
        assert_eq!(found.retired, 1, "T1014 has no successor");
        assert_eq!(found.not_comparable(), 3);
    }

    #[test]
    fn nothing_moves_between_equals() {
        let world = Fixture::parse(OLD);
        let assessment = assess(&world.inputs());
        let found = movements(&assessment, &assessment, &world.attack);
        assert_eq!(found.techniques.len(), assessment.techniques.len());
        assert!(found.techniques.values().all(|movement| movement.by() == Some(0.0)));
        assert_eq!(found.not_comparable(), 0);
    }
}
