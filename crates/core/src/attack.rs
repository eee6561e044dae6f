//! ATT&CK as this program needs it: facts and relations, no prose. Tactics and platforms are
//! data, so that any version and any domain fits.
//!
//! Objects refer to each other by their position in the vectors of [`Attack`]; every vector but
//! the tactics (which keep the order of the matrix) is sorted by id. An id is only unique within
//! its kind of object: deprecated mitigations carry technique ids.

use crate::date::Date;
use crate::id::TechniqueId;

/// Position of a technique in [`Attack::techniques`].
pub type TechniqueIx = usize;

/// One release of ATT&CK for one domain.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Attack {
    /// `enterprise-attack`, `mobile-attack` or `ics-attack`.
    pub domain: String,
    /// The release, `18.1`.
    pub version: String,
    /// Where the data comes from, in words for a person.
    pub source: String,
    /// SHA-256 of the STIX bundle that the facts were read from, in hexadecimal.
    pub sha256: String,
    /// In the order of the matrix.
    pub tactics: Vec<Tactic>,
    /// Names of all platforms that live techniques have, sorted.
    pub platforms: Vec<String>,
    /// Live techniques and sub-techniques.
    pub techniques: Vec<Technique>,
    /// Live groups, campaigns and software.
    pub adversaries: Vec<Adversary>,
    /// Live mitigations.
    pub mitigations: Vec<Mitigation>,
    /// Live data components.
    pub components: Vec<DataComponent>,
    /// What is revoked or deprecated, sorted by kind and id.
    pub retired: Vec<Retired>,
}

/// A tactic: a column of the matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tactic {
    /// `TA0005`.
    pub id: String,
    /// `Stealth`.
    pub name: String,
    /// `stealth`, as rules tag it.
    pub shortname: String,
}

/// A technique or sub-technique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Technique {
    /// `T1059.001`.
    pub id: TechniqueId,
    /// `PowerShell`.
    pub name: String,
    /// Positions in [`Attack::tactics`], ascending.
    pub tactics: Vec<usize>,
    /// Positions in [`Attack::platforms`], ascending; empty where ATT&CK names none.
    pub platforms: Vec<usize>,
    /// Positions in [`Attack::mitigations`] of what mitigates it, ascending.
    pub mitigations: Vec<usize>,
    /// Positions in [`Attack::components`] of what can show it, ascending.
    pub components: Vec<usize>,
}

/// Somebody, or something, that uses techniques.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adversary {
    /// `G0016`, `C0023` or `S0002`.
    pub id: String,
    /// `APT29`.
    pub name: String,
    /// Other names, without the first.
    pub aliases: Vec<String>,
    /// What it is.
    pub kind: AdversaryKind,
    /// Techniques it uses itself, ascending positions.
    pub techniques: Vec<TechniqueIx>,
    /// Software it uses, ascending positions in [`Attack::adversaries`].
    pub software: Vec<usize>,
    /// Campaigns attributed to it, ascending positions in [`Attack::adversaries`].
    pub campaigns: Vec<usize>,
    /// First day of a campaign.
    pub first_seen: Option<Date>,
    /// Last day of a campaign.
    pub last_seen: Option<Date>,
}

/// The kinds of adversary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AdversaryKind {
    /// An intrusion set.
    Group,
    /// A campaign.
    Campaign,
    /// Malicious software.
    Malware,
    /// A tool that others use too.
    Tool,
}

impl AdversaryKind {
    /// The kind in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Campaign => "campaign",
            Self::Malware => "malware",
            Self::Tool => "tool",
        }
    }
}

/// An ATT&CK mitigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mitigation {
    /// `M1032`.
    pub id: String,
    /// `Multi-factor Authentication`.
    pub name: String,
    /// Techniques it mitigates, ascending positions.
    pub techniques: Vec<TechniqueIx>,
}

/// A kind of observation that can show a technique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataComponent {
    /// `DC0032`; the name where a release gives no id (before 17).
    pub id: String,
    /// `Process Creation`.
    pub name: String,
    /// Positions in [`Attack::platforms`] of where an analytic of ATT&CK looks for it, ascending;
    /// empty where the release has no analytics (before 18).
    pub platforms: Vec<usize>,
}

/// The kinds of object whose retirement is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// Techniques and sub-techniques.
    Technique,
    /// Groups, campaigns and software.
    Adversary,
    /// Mitigations.
    Mitigation,
    /// Data components.
    Component,
}

/// An object that is revoked (then [`Retired::by`] names its successor) or deprecated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Retired {
    /// What it was.
    pub kind: ObjectKind,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The id of its direct successor, which may be retired too.
    pub by: Option<String>,
}

/// What became of an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate<'a> {
    /// Revoked; the end of the chain of successors.
    Replaced(&'a str),
    /// Deprecated, revoked without a successor, or replaced by something deprecated.
    Deprecated,
}

impl Attack {
    /// The live technique with this id.
    #[must_use]
    pub fn technique(&self, id: TechniqueId) -> Option<TechniqueIx> {
        self.techniques.binary_search_by_key(&id, |technique| technique.id).ok()
    }

    /// The parent of a sub-technique, if it is live.
    #[must_use]
    pub fn parent(&self, technique: TechniqueIx) -> Option<TechniqueIx> {
        self.techniques[technique].id.parent().and_then(|id| self.technique(id))
    }

    /// The sub-techniques of a technique: they follow it directly.
    pub fn subs(&self, technique: TechniqueIx) -> impl Iterator<Item = TechniqueIx> + '_ {
        let parent = self.techniques[technique].id;
        (technique + 1..self.techniques.len())
            .take_while(move |ix| self.techniques[*ix].id.is_sub_of(parent))
    }

    /// What became of an id that is not live; `None` for one that never was.
    #[must_use]
    pub fn fate(&self, kind: ObjectKind, id: &str) -> Option<Fate<'_>> {
        let mut retired = self.retired(kind, id)?;
        // A chain cannot be longer than the list; a bundle with a cycle must not hang us.
        for _ in 0..self.retired.len() {
            let Some(next) = &retired.by else {
                return Some(Fate::Deprecated);
            };
            match self.retired(kind, next) {
                Some(further) => retired = further,
                None if self.is_live(kind, next) => return Some(Fate::Replaced(next)),
                None => return Some(Fate::Deprecated),
            }
        }
        Some(Fate::Deprecated)
    }

    /// The retired object with this id.
    #[must_use]
    pub fn retired(&self, kind: ObjectKind, id: &str) -> Option<&Retired> {
        let found = self.retired.binary_search_by(|r| (r.kind, r.id.as_str()).cmp(&(kind, id)));
        found.ok().map(|ix| &self.retired[ix])
    }

    fn is_live(&self, kind: ObjectKind, id: &str) -> bool {
        match kind {
            ObjectKind::Technique => id.parse().is_ok_and(|id| self.technique(id).is_some()),
            ObjectKind::Adversary => self.adversary(id).is_some(),
            ObjectKind::Mitigation => self.mitigation(id).is_some(),
            ObjectKind::Component => self.components.iter().any(|c| c.id == id),
        }
    }

    /// The position of the live group, campaign or software with this id.
    #[must_use]
    pub fn adversary(&self, id: &str) -> Option<usize> {
        self.adversaries.binary_search_by(|a| a.id.as_str().cmp(id)).ok()
    }

    /// All live groups, campaigns and software that bear this id, name or alias, in any case;
    /// a revoked id or name leads to its successor. A match by id or name beats one by alias.
    #[must_use]
    pub fn adversaries_called(&self, name: &str) -> Vec<usize> {
        let same = |other: &str| other.trim().eq_ignore_ascii_case(name.trim());
        let matching = |by: &dyn Fn(&Adversary) -> bool| -> Vec<usize> {
            (0..self.adversaries.len()).filter(|ix| by(&self.adversaries[*ix])).collect()
        };
        let by_name = matching(&|a| same(&a.id) || same(&a.name));
        if !by_name.is_empty() {
            return by_name;
        }
        let by_alias = matching(&|a| a.aliases.iter().any(|alias| same(alias)));
        if !by_alias.is_empty() {
            return by_alias;
        }
        let retired = self.retired.iter().filter(|r| r.kind == ObjectKind::Adversary);
        let mut successors: Vec<usize> = retired
            .filter(|r| same(&r.id) || same(&r.name))
            .filter_map(|r| match self.fate(r.kind, &r.id) {
                Some(Fate::Replaced(id)) => self.adversary(id),
                Some(Fate::Deprecated) | None => None,
            })
            .collect();
        successors.sort_unstable();
        successors.dedup();
        successors
    }

    /// The position of the live mitigation with this id.
    #[must_use]
    pub fn mitigation(&self, id: &str) -> Option<usize> {
        self.mitigations.binary_search_by(|m| m.id.as_str().cmp(id)).ok()
    }

    /// The data component with this id or name (`Process Creation`, also `Process: Process
    /// Creation`), in any case.
    #[must_use]
    pub fn component(&self, text: &str) -> Option<usize> {
        let text = text.trim();
        let name = text.rsplit_once(": ").map_or(text, |(_, name)| name.trim());
        self.components.iter().position(|component| {
            component.id.eq_ignore_ascii_case(text)
                || component.name.eq_ignore_ascii_case(text)
                || component.name.eq_ignore_ascii_case(name)
        })
    }

    /// The tactic with this id, short name or name; blanks, `_` and `-` and case do not matter.
    #[must_use]
    pub fn tactic(&self, text: &str) -> Option<usize> {
        let wanted = tactic_key(text);
        self.tactics.iter().position(|tactic| {
            tactic_key(&tactic.id) == wanted
                || tactic_key(&tactic.shortname) == wanted
                || tactic_key(&tactic.name) == wanted
        })
    }

    /// The techniques with this name in any case, `Valid Accounts: Cloud Accounts` or either part
    /// of it; a technique of its own before sub-techniques of the same name.
    #[must_use]
    pub fn techniques_called(&self, name: &str) -> Vec<usize> {
        let wanted = name.trim();
        let all = || 0..self.techniques.len();
        let is_called =
            |ix: &usize, name: &str| self.techniques[*ix].name.eq_ignore_ascii_case(name.trim());
        if let Some((parent, sub)) = wanted.rsplit_once(": ") {
            let parents: Vec<TechniqueId> =
                all().filter(|ix| is_called(ix, parent)).map(|ix| self.techniques[ix].id).collect();
            let is_below = |ix: &usize| {
                self.techniques[*ix].id.parent().is_some_and(|id| parents.contains(&id))
            };
            return all().filter(|ix| is_called(ix, sub) && is_below(ix)).collect();
        }
        let called: Vec<usize> = all().filter(|ix| is_called(ix, wanted)).collect();
        let is_parent = |ix: &usize| self.techniques[*ix].id.parent().is_none();
        match called.iter().copied().find(is_parent) {
            Some(parent) => vec![parent],
            None => called,
        }
    }

    /// The position of the platform with this name, in any case.
    #[must_use]
    pub fn platform(&self, name: &str) -> Option<usize> {
        self.platforms.iter().position(|platform| platform.eq_ignore_ascii_case(name.trim()))
    }

    /// For every technique, the number of groups that use it directly or in a campaign that is
    /// attributed to them.
    #[must_use]
    pub fn groups_per_technique(&self) -> Vec<usize> {
        let mut groups = vec![0; self.techniques.len()];
        for group in self.adversaries.iter().filter(|a| a.kind == AdversaryKind::Group) {
            let in_campaigns =
                group.campaigns.iter().flat_map(|c| &self.adversaries[*c].techniques);
            let mut used: Vec<_> = group.techniques.iter().chain(in_campaigns).copied().collect();
            used.sort_unstable();
            used.dedup();
            used.into_iter().for_each(|technique| groups[technique] += 1);
        }
        groups
    }

    /// What this release calls the behaviour that `id` names in a `newer` one: the live techniques
    /// whose chain of successors ends there; where there are none, its parent, or what became it.
    #[must_use]
    pub fn predecessors(&self, id: TechniqueId, newer: &Attack) -> Vec<TechniqueIx> {
        let ending_at = |id: TechniqueId| -> Vec<TechniqueIx> {
            let text = id.to_string();
            let live = (0..self.techniques.len()).filter(|ix| {
                let old = self.techniques[*ix].id.to_string();
                newer.fate(ObjectKind::Technique, &old) == Some(Fate::Replaced(&text))
            });
            live.collect()
        };
        let found = ending_at(id);
        match id.parent().filter(|_| found.is_empty()) {
            None => found,
            Some(parent) => self.technique(parent).map_or_else(|| ending_at(parent), |ix| vec![ix]),
        }
    }
}

impl Adversary {
    /// All names, the first one first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.aliases.iter().map(String::as_str))
    }
}

fn tactic_key(text: &str) -> String {
    let letters = text.chars().filter(|c| !matches!(c, ' ' | '_' | '-'));
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

/// How the releases that are built in stand to the one in use: where an id that it does not know
/// may be found.
#[derive(Debug, Clone, Default)]
pub struct Neighbours {
    /// Releases of the same domain, any version but the one in use.
    pub releases: Vec<Attack>,
    /// Other domains.
    pub domains: Vec<Attack>,
}

impl Neighbours {
    /// The release of the same domain, newer than `version`, that has the technique.
    #[must_use]
    pub fn newer(&self, version: &str, id: TechniqueId) -> Option<&Attack> {
        let newer = |release: &&Attack| version_key(&release.version) > version_key(version);
        self.releases.iter().filter(newer).find(|release| release.technique(id).is_some())
    }

    /// The other domain that has, or had, the technique.
    #[must_use]
    pub fn other_domain(&self, id: TechniqueId) -> Option<&Attack> {
        let text = id.to_string();
        let knows = |domain: &&Attack| {
            domain.technique(id).is_some() || domain.retired(ObjectKind::Technique, &text).is_some()
        };
        self.domains.iter().find(knows)
    }

    /// The id that another release of the same domain gives to a tactic of this name.
    #[must_use]
    pub fn tactic_id(&self, name: &str) -> Option<&str> {
        let found = |release: &'_ Attack| release.tactic(name);
        self.releases.iter().find_map(|r| found(r).map(|ix| r.tactics[ix].id.as_str()))
    }
}

/// `18.1` as numbers, so that 9 comes before 18.
fn version_key(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}
