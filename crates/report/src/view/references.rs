//! What good looks like: stacks that anybody can look up, beside the user's own figure.

use model::assessment::Assessment;
use model::capability::Function;
use model::catalog::ReferenceStack;
use model::score::Range;

use super::count;
use crate::sheet::{Sheet, Value, percent};

/// What the stacks are called on a picture, and in a sentence.
pub(super) const NAMES: [(&str, &str, &str); 4] = [
    ("nist_800_53", "NIST 800-53", "NIST 800-53 rev 5, all implemented"),
    ("m365", "Microsoft 365", "Microsoft 365, all mapped features on"),
    ("sigma", "Sigma", "SigmaHQ, all public rules on"),
    ("together", "All three", "All three together"),
];

/// The stacks as they stand beside an assessment.
#[derive(Debug, Clone, PartialEq)]
pub struct References<'a> {
    assessment: &'a Assessment,
    stacks: Vec<Named<'a>>,
}

/// What a stack comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tick {
    /// Its name.
    pub name: &'static str,
    /// Of coverage, 0..=1.
    pub share: f64,
}

#[derive(Debug, Clone, PartialEq)]
struct Named<'a> {
    name: &'static str,
    says: &'static str,
    stack: &'a ReferenceStack,
}

impl<'a> References<'a> {
    /// The stacks that are comparable to an assessment at all: they are of the enterprise domain.
    #[must_use]
    pub fn of(assessment: &'a Assessment, stacks: &'a [ReferenceStack]) -> Option<Self> {
        let named = |(id, name, says): &(&str, &'static str, &'static str)| {
            let stack = stacks.iter().find(|stack| stack.id == *id)?;
            Some(Named { name, says, stack })
        };
        let stacks: Vec<Named<'_>> = NAMES.iter().filter_map(named).collect();
        let is_comparable = assessment.attack.domain == "enterprise-attack" && !stacks.is_empty();
        is_comparable.then_some(Self { assessment, stacks })
    }

    /// All of it in two sentences.
    #[must_use]
    pub fn sentence(&self) -> String {
        let stacks: Vec<String> = self
            .stacks
            .iter()
            .map(|Named { says, stack, .. }| format!("{says}: {}", percent(stack.coverage.exp)))
            .collect();
        format!(
            "What good looks like, as far as can be expected: {}. Here: {}. {}",
            stacks.join("; "),
            percent(self.assessment.headline.threat_weighted.exp),
            self.basis(),
        )
    }

    /// What the figures of the stacks were computed for, and how that differs.
    #[must_use]
    pub fn basis(&self) -> String {
        let ReferenceStack { techniques, platforms, attack_version, .. } = self.stacks[0].stack;
        let scope = &self.assessment.scope;
        let adversaries = match self.assessment.adversaries.len() {
            0 => String::new(),
            n => format!(", against {n} {}", if n == 1 { "adversary" } else { "adversaries" }),
        };
        let of_stacks = format!(
            "{} on {platforms} platforms, against all known groups, on ATT&CK Enterprise \
             {attack_version}, by the default policy",
            count(*techniques, "technique"),
        );
        let is_same = scope.techniques == *techniques
            && self.assessment.attack.version == *attack_version
            && adversaries.is_empty()
            && self.assessment.policy == model::policy::Policy::default();
        if is_same {
            return format!("Computed for the same: {of_stacks}.");
        }
        let own = &self.assessment.attack.version;
        let release = if own == attack_version { String::new() } else { format!(", on {own}") };
        format!(
            "Computed for {of_stacks}; here it is {} on {}{adversaries}{release}: compare with \
             care.",
            count(scope.techniques, "technique"),
            count(scope.platforms.len(), "platform"),
        )
    }

    /// What the stacks are expected to come to, to be set beside a figure on a line.
    #[must_use]
    pub fn ticks(&self) -> Vec<Tick> {
        let tick = |Named { name, stack, .. }: &Named<'_>| Tick { name, share: stack.coverage.exp };
        self.stacks.iter().map(tick).collect()
    }

    /// The same as a table, with each function alone.
    #[must_use]
    pub fn sheet(&self) -> Sheet {
        let mut sheet = Sheet::new(
            "What good looks like",
            &[
                ("Stack", "stack"),
                ("Controls and rules", "capabilities"),
                ("Proven", "proven"),
                ("Expected", "coverage"),
                ("Claimed", "claimed"),
                ("Prevented", "prevented"),
                ("Detected", "detected"),
            ],
        );
        sheet.notes = vec![self.basis()];
        let headline = &self.assessment.headline;
        let own = |function: Function| {
            headline.by_function.get(function.word()).map(|figures| figures.threat_weighted)
        };
        sheet.rows.push(row(
            "Here",
            self.assessment.capabilities.len(),
            headline.threat_weighted,
            own,
        ));
        for Named { says, stack, .. } in &self.stacks {
            let by = |function| stack.by_function.get(&function).copied();
            sheet.rows.push(row(says, stack.capabilities, stack.coverage, by));
        }
        sheet
    }
}

fn row(
    name: &str,
    capabilities: usize,
    Range { lo, exp, hi }: Range,
    by: impl Fn(Function) -> Option<Range>,
) -> Vec<Value> {
    let alone = |function| by(function).map_or(Value::Blank, |range| Value::Share(range.exp));
    let shares = [lo, exp, hi].map(Value::Share).to_vec();
    let functions = vec![alone(Function::Prevent), alone(Function::Detect)];
    [vec![Value::text(name), Value::Whole(capabilities)], shares, functions].concat()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::fixture::Fixture;

    use super::*;

    fn stack(id: &str, exp: f64) -> ReferenceStack {
        ReferenceStack {
            id: id.to_owned(),
            attack_version: "19.2".to_owned(),
            platforms: 10,
            techniques: 601,
            capabilities: 3,
            coverage: Range { lo: 0.0, exp, hi: 0.5 },
            by_function: BTreeMap::new(),
            scenarios: BTreeMap::new(),
        }
    }

    #[test]
    fn stacks_are_named_with_what_they_were_computed_for() {
        let fixture = Fixture::parse("technique T1001 One on Windows");
        let mut assessment = fixture.assess();
        assessment.attack.domain = "enterprise-attack".to_owned();
        let stacks = [stack("together", 0.65), stack("sigma", 0.35), stack("other", 0.1)];
        let references = References::of(&assessment, &stacks).unwrap();
        let sentence = references.sentence();
        assert!(sentence.starts_with(
            "What good looks like, as far as can be expected: SigmaHQ, all public rules on: 35 %; \
             All three together: 65 %. Here: 0 %. Computed for 601 techniques on 10 platforms"
        ));
        assert!(sentence.contains("here it is 1 technique on 1 platform"), "{sentence}");
        assert_eq!(references.sheet().rows.len(), 3);
        assert_eq!(references.ticks().len(), 2);
    }

    #[test]
    fn another_domain_has_none() {
        let mut assessment = Fixture::parse("technique T1001 One on Windows").assess();
        assessment.attack.domain = "ics-attack".to_owned();
        assert_eq!(References::of(&assessment, &[stack("sigma", 0.35)]), None);
    }
}
