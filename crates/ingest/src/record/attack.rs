//! What a record says in ATT&CK's terms: ids and names of techniques and of what goes with them.

use model::diagnostic::Code;
use model::id::TechniqueId;
use model::resolve::OTHER_FRAMEWORK;

use super::{Draft, Reading, insert, shortened};
use crate::column::Column;
use crate::extract::pattern::{self, Pattern};
use crate::extract::{self, AttackId};
use crate::format;
use crate::frameworks::{self, Found};
use crate::products;

impl Reading<'_> {
    pub(super) fn ids(&mut self, text: &str) {
        let before = self.named() + self.remarks;
        match self.context.is_row {
            true => {
                let (patterns, rest) = pattern::patterns(text);
                patterns.into_iter().for_each(|pattern| self.pattern(&pattern));
                extract::ids(&rest).for_each(|id| self.attack_id(id));
            }
            false => extract::ids(text).for_each(|id| self.attack_id(id)),
        }
        let is_silent = self.named() + self.remarks == before && !self.draft.names_control;
        let says_none = matches!(
            extract::word_key(text).as_str(),
            "" | "none" | "n/a" | "na" | "?" | "tbd" | "no" | "all" | "various"
        );
        let is_row = self.context.is_row;
        if is_silent && !says_none && !(is_row && self.called(text)) {
            let message = format!("{:?} holds no ATT&CK id", shortened(text));
            self.report(Code::BadId, message, "write T1059 or T1059.001");
        }
    }

    /// Ids as a regular expression; one for a class of digits means those that exist.
    fn pattern(&mut self, pattern: &Pattern<'_>) {
        let exists = |id: &&TechniqueId| self.context.attack.technique(**id).is_some();
        let ids: Vec<TechniqueId> =
            pattern.ids.iter().filter(|id| !pattern.is_open || exists(id)).copied().collect();
        let text = shortened(pattern.text);
        match ids.len() {
            0 => {
                let message = format!("the pattern {text:?} matches no technique");
                self.report(Code::BadId, message, "write T1059 or T1059.001");
            }
            1 => {}
            count => {
                let message = format!("{text:?} is read as a pattern for {count} ids");
                self.report(Code::IdPattern, message, "");
            }
        }
        ids.into_iter().for_each(|id| self.technique(id));
    }

    /// Techniques by their names, where ids are looked for: all of the text is one, or all of its
    /// parts are.
    fn called(&mut self, text: &str) -> bool {
        let attack = self.context.attack;
        let names = |text: &str| !attack.techniques_called(text).is_empty();
        let names: Vec<&str> = match names(text) {
            true => vec![text],
            false => extract::items(text).collect(),
        };
        let found: Vec<Vec<usize>> =
            names.iter().map(|name| attack.techniques_called(name)).collect();
        if found.iter().any(Vec::is_empty) {
            return false;
        }
        for (name, found) in names.into_iter().zip(found) {
            match found[..] {
                [one] => self.called.push((attack.techniques[one].id, self.cell.clone())),
                _ => self.ambiguous(name),
            }
        }
        true
    }

    fn ambiguous(&mut self, name: &str) {
        let message = format!("{:?} is the name of several techniques", shortened(name));
        self.report(Code::BadId, message, "write the id of the one that is meant");
    }

    /// How many ids it names so far, mitigations and components aside.
    fn named(&self) -> usize {
        let Draft { ids, other_frameworks, tactics, adversaries, .. } = &self.draft;
        ids.len() + other_frameworks.len() + tactics.len() + adversaries.len()
    }

    fn attack_id(&mut self, id: AttackId) {
        match id {
            AttackId::Technique(id) => self.technique(id),
            AttackId::Mitigation(id) => self.mitigation(&id),
            AttackId::Component(id) => self.component(&id),
            AttackId::Tactic(id) => self.draft.tactics.push(id),
            AttackId::Adversary(id) => self.draft.adversaries.push(id),
            AttackId::DataSource(id) => {
                let message = format!("{id} is a data source, which ATT&CK has given up");
                self.report(Code::DeprecatedId, message, "name its data components");
            }
            AttackId::OtherFramework(id) => self.framework_id(id),
            AttackId::Bad(text) => {
                let message = format!("{:?} looks like an ATT&CK id but is none", shortened(&text));
                self.report(Code::BadId, message, "write T1059 or T1059.001");
            }
        }
    }

    fn technique(&mut self, id: TechniqueId) {
        self.draft.ids.push((id, self.cell.clone()));
    }

    /// Ids of another framework that may stand without its prefix.
    pub(super) fn framework_ids(&mut self, text: &str) {
        for item in extract::items(text) {
            match extract::framework_id(item) {
                Some(id) => self.framework_id(id),
                None => {
                    let message = format!("{:?} is no id of {OTHER_FRAMEWORK}", shortened(item));
                    self.report(Code::BadId, message, "write AML.T0051");
                }
            }
        }
    }

    fn framework_id(&mut self, id: String) {
        self.draft.other_frameworks.push((id, self.cell.clone()));
    }

    pub(super) fn mitigations(&mut self, text: &str) {
        for item in extract::items(text) {
            let mut found = extract::ids(item).peekable();
            if found.peek().is_some() {
                found.for_each(|id| self.attack_id(id));
            } else {
                self.mitigation(item);
            }
        }
    }

    fn mitigation(&mut self, text: &str) {
        self.draft.names_control = true;
        let attack = self.context.attack;
        let known = |m: &&model::attack::Mitigation| {
            m.id.eq_ignore_ascii_case(text) || m.name.eq_ignore_ascii_case(text)
        };
        match attack.mitigations.iter().find(known) {
            Some(mitigation) => {
                let id = mitigation.id.clone();
                insert(&mut self.draft.capability.mitigations, id);
            }
            None => {
                let message =
                    format!("{:?} is no mitigation of ATT&CK {}", shortened(text), attack.version);
                self.report(Code::UnknownId, message, "write an id such as M1032");
            }
        }
    }

    /// Controls of the catalogues that are built in, and mitigations of ATT&CK, which are controls
    /// too.
    pub(super) fn controls(&mut self, text: &str) {
        self.draft.names_control = true;
        for item in extract::items(text) {
            if let Some(category) = products::category(item) {
                insert(&mut self.draft.capability.controls, category.control());
                continue;
            }
            match frameworks::mitigation(self.context.attack, item) {
                Some(id) => self.mitigation(id),
                None => self.control(item, frameworks::find(item)),
            }
        }
    }

    fn control(&mut self, item: &str, found: Found) {
        match found {
            Found::Control(id) => insert(&mut self.draft.capability.controls, id),
            Found::Related(id, to) => {
                let message = format!("{id} reaches techniques by way of {}", one_framework(&to));
                let help = "NIST relates the two, the CTID maps the second; on paper, it is never more than weak";
                self.report(Code::RelatedControl, message, help);
                insert(&mut self.draft.capability.controls, id);
            }
            Found::Former(edition, now) => {
                let now_is = match now.len() {
                    0 => "nothing that can be counted".to_owned(),
                    _ => one_framework(&now),
                };
                let message = format!("{item} is of {edition}, and now {now_is}");
                self.report(Code::FormerControl, message, "");
                for id in now {
                    self.control(item, frameworks::find(&id));
                }
            }
            Found::PartOf(id) => {
                let message = format!("{item} is not mapped by itself; counted as {id}");
                self.report(Code::WiderControl, message, "");
                insert(&mut self.draft.capability.controls, id);
            }
            Found::Unmapped(id) => {
                let message = format!("{id} maps to no technique; it counts for nothing");
                self.report(Code::UnmappedControl, message, "");
                insert(&mut self.draft.capability.controls, id);
            }
            Found::Several(ids) => {
                let message = format!("{item:?} may be {}", ids.join(" or "));
                self.report(Code::UnknownControl, message, format!("write {}", ids[0]));
            }
            Found::Nothing => {
                let message =
                    format!("{:?} is no control of the catalogues at hand", shortened(item));
                let help = "write AC-2 or nist_800_53:AC-2, or name techniques or mitigations";
                self.report(Code::UnknownControl, message, help);
            }
        }
    }

    /// Products by name: all of the text is one, or its parts are.
    pub(super) fn products(&mut self, text: &str) {
        let names: Vec<&str> = match products::known(text, &self.origin) {
            Ok(_) => vec![text],
            Err(_) => products::names_in(text).collect(),
        };
        for name in names {
            match products::known(name, &self.here()) {
                Ok(mention) => {
                    self.draft.names_control = true;
                    if let Some((code, message, help)) =
                        mention.remark(name, &self.draft.capability.title)
                    {
                        self.report(code, message, help);
                    }
                    if self.draft.capability.title.is_empty() {
                        self.draft.capability.title = name.to_owned();
                    }
                    self.draft.products.push(mention);
                }
                Err(remark) => self.report(remark.code, remark.message, remark.help),
            }
        }
    }

    pub(super) fn components(&mut self, text: &str) {
        extract::items(text).for_each(|item| self.component(item));
    }

    fn component(&mut self, text: &str) {
        let attack = self.context.attack;
        // "DC0032 - Process Creation", "Process Creation (DC0032)" or either alone.
        let by_id = || {
            extract::ids(text).find_map(|id| match id {
                AttackId::Component(id) => attack.component(&id),
                _ => None,
            })
        };
        match attack.component(text).or_else(by_id) {
            Some(component) => {
                let id = attack.components[component].id.clone();
                insert(&mut self.draft.capability.data_components, id);
            }
            None => {
                let message = format!(
                    "{:?} is no data component of ATT&CK {}",
                    shortened(text),
                    attack.version
                );
                let names = attack.components.iter().map(|c| c.name.as_str());
                let help = crate::suggest::did_you_mean(text, names)
                    .unwrap_or_else(|| "write a name such as Process Creation".to_owned());
                self.report(Code::UnknownComponent, message, help);
            }
        }
    }

    pub(super) fn platforms(&mut self, text: &str) {
        let attack = self.context.attack;
        for item in extract::items(text) {
            if matches!(extract::word_key(item).as_str(), "all" | "any" | "all platforms") {
                continue;
            }
            let platforms = &mut self.draft.capability.platforms;
            match format::platform(attack, item) {
                Some(name) => insert(platforms.get_or_insert_default(), name),
                None => {
                    // A row that is limited to something is not without limits.
                    platforms.get_or_insert_default();
                    if self.context.format.translates(Column::Platforms) {
                        // The format's own table speaks of another domain; nobody wrote this.
                        continue;
                    }
                    let message = format!(
                        "{:?} is no platform of ATT&CK {}",
                        shortened(item),
                        attack.version
                    );
                    let help = format!("use one of {}", attack.platforms.join(", "));
                    self.report(Code::UnknownPlatform, message, help);
                }
            }
        }
    }

    /// A Sigma tag without its `attack.`: an id, or the name of a tactic.
    pub(super) fn tag(&mut self, text: &str) {
        match extract::id(text) {
            Some(id) => self.attack_id(id),
            None if text.bytes().any(|b| b.is_ascii_digit()) || text.len() < 2 => {
                self.attack_id(AttackId::Bad(format!("attack.{text}")));
            }
            None => self.draft.tactics.push(text.to_owned()),
        }
    }

    /// Tactics, by id or name.
    pub(super) fn tactics(&mut self, text: &str) {
        for item in extract::items(text) {
            match extract::id(item) {
                Some(AttackId::OtherFramework(id)) => self.framework_id(id),
                _ => self.draft.tactics.push(item.to_owned()),
            }
        }
    }

    /// Names of techniques, such as `Valid Accounts: Cloud Accounts`: they count where the record
    /// gives no id at all.
    pub(super) fn technique_names(&mut self) {
        let names = std::mem::take(&mut self.technique_names);
        for (called, cell) in std::mem::take(&mut self.called) {
            // A parent's name beside the id of its sub-technique only says where that belongs.
            let is_said = |(id, _): &(TechniqueId, _)| *id == called || id.is_sub_of(called);
            if !self.draft.ids.iter().any(is_said) {
                self.draft.ids.push((called, cell));
            }
        }
        if !self.draft.ids.is_empty() {
            return;
        }
        for name in names.iter().flat_map(|text| extract::items(text)) {
            match self.context.attack.techniques_called(name)[..] {
                [one] => self.technique(self.context.attack.techniques[one].id),
                [] => {
                    let message = format!("{:?} is no technique's name", shortened(name));
                    self.report(Code::BadId, message, "write its id");
                }
                [_, _, ..] => self.ambiguous(name),
            }
        }
    }

    /// What the tables say of the log sources it names: its family, and its platforms where it
    /// states none itself and every log source has some.
    pub(super) fn log_sources(&mut self) {
        let names = std::mem::take(&mut self.log_sources);
        let Some(known) = self.context.format.log_sources().filter(|_| !names.is_empty()) else {
            return;
        };
        let names = known.telling(names);
        let attack = self.context.attack;
        let mut platforms: Option<Vec<String>> = Some(Vec::new());
        for name in &names {
            let found = known.platforms(name).unwrap_or_default();
            match &mut platforms {
                Some(all) if !found.is_empty() => {
                    let current = found.iter().filter_map(|name| format::platform(attack, name));
                    current.for_each(|name| insert(all, name));
                }
                _ => platforms = None,
            }
            if known.family(name).is_none() && known.platforms(name).is_none() {
                let message = format!("log source {:?} is in no table", shortened(name));
                let help = "its rules are a family of their own, on every platform";
                self.report(Code::UnmappedLogSource, message, help);
            }
        }
        let capability = &mut self.draft.capability;
        if capability.platforms.is_none() {
            capability.platforms = platforms.filter(|platforms| !platforms.is_empty());
        }
        if capability.family.is_none() {
            let family = names.iter().find_map(|name| known.family(name));
            capability.family = Some(match (family, capability.platforms.as_deref()) {
                (Some(family), Some([one])) => family.replace('*', &one.to_lowercase()),
                (Some(family), _) => family.replace('*', "any"),
                (None, _) => names[0].clone(),
            });
        }
    }
}

/// Controls of one framework, which is named once: `nist_800_53: SC-07, SI-04`.
fn one_framework(ids: &[String]) -> String {
    let mut parts = ids.iter().filter_map(|id| id.split_once(':'));
    let Some((framework, first)) = parts.next() else { return String::new() };
    let others: String = parts.map(|(_, id)| format!(", {id}")).collect();
    format!("{framework}: {first}{others}")
}
