//! The scores of one technique, or the qualities of one data source, system by system: each system
//! stands in one object at most, and "all" stands alone.

use std::collections::BTreeSet;

use model::capability::ScoreEntry;

/// What is said about some systems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    /// The systems; none for all.
    pub(super) systems: Vec<String>,
    pub(super) location: Vec<String>,
    pub(super) comment: String,
    /// The newest first.
    pub(super) history: Vec<ScoreEntry>,
}

impl Object {
    pub(super) fn applicable_to(&self) -> Vec<&str> {
        match &self.systems[..] {
            [] => vec!["all"],
            systems => systems.iter().map(String::as_str).collect(),
        }
    }

    fn score(&self) -> i8 {
        self.history.first().map_or(i8::MIN, |entry| entry.score)
    }

    fn is_for(&self, system: &str) -> bool {
        self.systems.is_empty() || self.systems.iter().any(|name| name == system)
    }

    /// Names further places, each once.
    fn add_location(&mut self, location: &[String]) {
        let known: BTreeSet<&String> = self.location.iter().collect();
        let new: Vec<String> = location.iter().filter(|p| !known.contains(p)).cloned().collect();
        self.location.extend(new);
    }
}

/// What is said about the systems there are.
pub(super) struct Objects {
    systems: Vec<String>,
    objects: Vec<Object>,
}

impl Objects {
    pub(super) fn new(systems: Vec<String>) -> Self {
        Self { systems, objects: Vec::new() }
    }

    /// Everything that was said, by system.
    pub(super) fn all(mut self) -> Vec<Object> {
        self.objects.iter_mut().for_each(|object| object.systems.sort());
        self.objects.sort_by(|a, b| a.systems.cmp(&b.systems));
        self.objects
    }

    /// Adds what somebody said. Of two statements about one system the first holds; what is for
    /// all comes last, and is for those that are left.
    pub(super) fn stated(&mut self, mut object: Object) {
        if self.objects.is_empty() {
            return self.objects.push(object);
        }
        let meant = if object.systems.is_empty() { self.systems.clone() } else { object.systems };
        let is_taken = |system: &String| self.objects.iter().any(|held| held.is_for(system));
        let (taken, free): (Vec<String>, Vec<String>) = meant.into_iter().partition(is_taken);
        match (free.is_empty(), taken.first()) {
            (true, Some(system)) => {
                let holder = self.objects.iter_mut().find(|held| held.is_for(system));
                holder.into_iter().for_each(|held| held.add_location(&object.location));
            }
            (true, None) => {}
            (false, _) => {
                object.systems = free;
                self.objects.push(object);
            }
        }
    }

    /// Adds what was made of other data: where nobody said anything, or no more than `nothing`.
    pub(super) fn generated(&mut self, object: Object, nothing: i8) {
        let mut free = BTreeSet::new();
        let mut raised: Vec<(usize, String)> = Vec::new();
        for system in &object.systems {
            match self.objects.iter().position(|held| held.is_for(system)) {
                None => _ = free.insert(system.clone()),
                Some(at) if self.objects[at].score() <= nothing => {
                    raised.push((at, system.clone()))
                }
                Some(at) => self.objects[at].add_location(&object.location),
            }
        }
        if !free.is_empty() {
            self.objects.push(Object { systems: free.into_iter().collect(), ..object.clone() });
        }
        raised.sort();
        for of_one in raised.chunk_by(|(a, _), (b, _)| a == b) {
            self.raise(of_one, &object);
        }
    }

    /// Some systems of an object get a newer score; the others keep theirs.
    fn raise(&mut self, raised: &[(usize, String)], by: &Object) {
        let Some((at, _)) = raised.first() else { return };
        let raised: Vec<String> = raised.iter().map(|(_, system)| system.clone()).collect();
        let held = &mut self.objects[*at];
        let before = if held.systems.is_empty() { &self.systems } else { &held.systems };
        let left: Vec<String> = before.iter().filter(|s| !raised.contains(s)).cloned().collect();
        let new = Object {
            systems: if left.is_empty() { held.systems.clone() } else { raised },
            location: by.location.clone(),
            comment: held.comment.clone(),
            history: [by.history.clone(), held.history.clone()].concat(),
        };
        match left.is_empty() {
            true => *held = new,
            false => {
                held.systems = left;
                self.objects.push(new);
            }
        }
    }
}
