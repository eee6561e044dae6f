//! The answer: everything that is written and shown comes from here, and together with the
//! ATT&CK release it names it is enough to run the assessment again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::alerts;
use crate::attack::{AdversaryKind, Attack, TechniqueIx};
use crate::capability::{Capability, Function};
use crate::catalog::Catalog;
use crate::coverage::{self, Coverage, Evidence, Telemetry};
use crate::date::Date;
use crate::diagnostic::{Code, Diagnostic, Origin};
use crate::gap::{self, Gap};
use crate::id::TechniqueId;
use crate::inputs::{
    Decided, Decision, Disposition, Exclusion, Inputs, OnlyTechniques, Organisation, Profile,
    ScopeChoice, Source,
};
use crate::metrics::{AdversaryCoverage, Figures, Headline, TacticCoverage};
use crate::next_move::{self, Move, State, WouldReach};
use crate::policy::Policy;
use crate::resolve::Resolution;
use crate::scope::{Scope, platform_name};
use crate::score::{Range, round9};
use crate::segment::Segment;
use crate::sensitivity::{self, Runs, Sensitivity};
use crate::strength;
use crate::threat::Threat;

/// The schema of the JSON; another major is refused.
pub const SCHEMA: &str = "lacuna.assessment.v1";

/// The program that wrote an assessment.
pub const GENERATED_BY: &str = concat!("lacuna ", env!("CARGO_PKG_VERSION"));

/// Where the gaps are, which come first, and why. Every number is rounded to nine decimals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// [`SCHEMA`].
    pub schema: String,
    /// Program and version.
    pub generated_by: String,
    /// The day for which ages were counted.
    pub as_of: Date,
    /// Whom it is about.
    #[serde(default)]
    pub organisation: Organisation,
    /// The ATT&CK release in use.
    pub attack: Release,
    /// Every judgement number.
    pub policy: Policy,
    /// The adversaries and their weights.
    pub profile: Profile,
    /// What was read.
    pub inputs: Vec<Source>,
    /// What is in scope.
    pub scope: ScopeSummary,
    /// What became of the ids.
    pub resolution: Resolution,
    /// The headline figures.
    pub headline: Headline,
    /// What hangs on sources that do not say what is switched on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_not_stated: Option<StatusNotStated>,
    /// What hangs on mappings on paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_paper: Option<OnPaper>,
    /// By tactic with techniques in scope, in the order of the matrix.
    pub tactics: Vec<TacticCoverage>,
    /// By adversary of the profile.
    pub adversaries: Vec<AdversaryCoverage>,
    /// Every technique in scope, by id.
    pub techniques: Vec<TechniqueAssessment>,
    /// Every capability, by id.
    pub capabilities: Vec<Arc<Capability>>,
    /// What there is to say about the data.
    pub diagnostics: Vec<Diagnostic>,
}

/// An ATT&CK release by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// `enterprise-attack`.
    pub domain: String,
    /// `18.1`.
    pub version: String,
    /// Where the data came from.
    pub source: String,
    /// SHA-256 of the STIX bundle.
    pub sha256: String,
}

/// The scope in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScopeSummary {
    /// Share of the assets by platform.
    pub platforms: BTreeMap<String, f64>,
    /// Techniques and sub-techniques in scope.
    pub techniques: usize,
    /// Of these: sub-techniques, and techniques without any in scope.
    pub leaves: usize,
    /// The list of what alone is in scope, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<OnlyTechniques>,
    /// What was left out, and why.
    pub excluded: Vec<Exclusion>,
    /// Live techniques and sub-techniques out of scope.
    pub out_of_scope: usize,
    /// The parts of the organisation that are assessed: all of them, or one alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<Segment>,
}

/// Two readings of sources that do not say what is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StatusNotStated {
    /// Records concerned.
    pub capabilities: usize,
    /// Expected coverage against our adversaries if they are on, as the headline assumes.
    pub if_enabled: f64,
    /// The same if they are only a library.
    pub if_library: f64,
}

/// The headline without what is only mapped on paper: by a catalogue or a table that does not say
/// how well.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OnPaper {
    /// Records concerned.
    pub capabilities: usize,
    /// Expected coverage against our adversaries without them.
    pub without: f64,
}

/// One technique in scope.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TechniqueAssessment {
    /// `T1059.001`.
    pub id: TechniqueId,
    /// `PowerShell`.
    pub name: String,
    /// The technique it belongs to.
    pub parent: Option<TechniqueId>,
    /// Ids of its tactics.
    pub tactics: Vec<String>,
    /// Its platforms.
    pub platforms: Vec<String>,
    /// Place among the gaps, from 1.
    pub rank: Option<usize>,
    /// 0..=100.
    pub priority: f64,
    /// Share of the target that is missing.
    pub gap: f64,
    /// Priority weighed by ease.
    pub quick_win: f64,
    /// The coverage in a word.
    pub level: CoverageLevel,
    /// Coverage that is enough.
    pub target: f64,
    /// What was decided.
    pub disposition: Option<Decided>,
    /// What tests say.
    pub validated: Validated,
    /// What there is about it, in a word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// What to do about the gap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_move: Option<Move>,
    /// How much its place among the gaps hangs on single judgements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
    /// How well it is covered.
    pub coverage: CoverageSummary,
    /// How likely it is used.
    pub threat: ThreatSummary,
    /// Choke point value.
    pub choke: f64,
    /// How easily the gap is closed.
    pub ease: EaseSummary,
    /// What to keep in mind about it.
    pub flags: Vec<String>,
    /// What names it.
    pub evidence: Vec<EvidenceSummary>,
}

/// Coverage in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CoverageLevel {
    /// No evidence.
    None,
    /// Hardly anything.
    Trace,
    /// Some.
    Weak,
    /// A good part.
    Partial,
    /// Enough.
    Strong,
}

impl CoverageLevel {
    /// All levels, the worst first.
    pub const ALL: [Self; 5] = [Self::None, Self::Trace, Self::Weak, Self::Partial, Self::Strong];

    /// The level of a coverage, where `target` is enough.
    #[must_use]
    pub fn of(coverage: Range, target: f64, policy: &Policy) -> Self {
        let exp = round9(coverage.exp);
        match exp {
            _ if coverage.hi <= 0.0 => Self::None,
            exp if exp < policy.level_weak => Self::Trace,
            exp if exp < policy.level_partial => Self::Weak,
            exp if exp < round9(target) => Self::Partial,
            _ => Self::Strong,
        }
    }

    /// The level in a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Trace => "trace",
            Self::Weak => "weak",
            Self::Partial => "partial",
            Self::Strong => "strong",
        }
    }
}

/// What tests of the capabilities that reach a technique say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Validated {
    /// Procedures stopped or noticed.
    pub passed: u32,
    /// Procedures tested.
    pub run: u32,
    /// Day of the last test.
    pub last: Option<Date>,
}

impl Validated {
    /// The tests of some capabilities together.
    #[must_use]
    pub fn of<'a>(capabilities: impl Iterator<Item = &'a Capability>) -> Self {
        let tested =
            capabilities.filter_map(|c| Some((c.tests_passed?, c.tests_run?, c.tests_last)));
        tested.fold(Self::default(), |sum, (passed, run, last)| Self {
            passed: sum.passed.saturating_add(passed),
            run: sum.run.saturating_add(run),
            last: sum.last.max(last),
        })
    }
}

/// Coverage by function.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CoverageSummary {
    /// It is stopped.
    pub prevent: Range,
    /// It is noticed.
    pub detect: Range,
    /// It is dealt with.
    pub respond: Range,
    /// It is stopped or noticed.
    pub composite: Range,
}

/// The terms of a technique's weight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThreatSummary {
    /// The blend of profile and baseline.
    pub value: f64,
    /// Chance that an adversary of the profile uses it.
    pub profile: f64,
    /// How common it is among all groups.
    pub baseline: f64,
    /// How bad it would be.
    pub impact: f64,
    /// What each adversary adds to `profile`.
    pub by_adversary: BTreeMap<String, f64>,
}

/// The terms of ease.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EaseSummary {
    /// All of it.
    pub value: f64,
    /// Availability of the technique's data components.
    pub telemetry: f64,
    /// Public rules that one could switch on.
    pub public_rules: u32,
    /// Mitigations not implemented yet.
    pub mitigations: usize,
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvidenceSummary {
    /// The capability's id.
    pub capability: String,
    /// What it does.
    pub function: Function,
    /// What it shares its failures with.
    pub family: String,
    /// The id that the record carries.
    pub via: String,
    /// The segments in which it counts, where that is not all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments: Option<Vec<String>>,
    /// Strength by platform in scope, where it is there.
    pub platforms: ByPlatform,
    /// Proven strength over these, as much of the whole as it is there for.
    pub lo: f64,
    /// Expected.
    pub exp: f64,
    /// Claimed.
    pub hi: f64,
}

/// Strength by platform, in the order of the release. A list, since there are millions of them
/// and mostly of one entry.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ByPlatform(pub Vec<(String, Range)>);

impl ByPlatform {
    /// The strength on a platform.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Range> {
        self.0.iter().find(|(platform, _)| platform == name).map(|(_, range)| *range)
    }
}

impl Serialize for ByPlatform {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, range)| (name, range)))
    }
}

impl<'de> Deserialize<'de> for ByPlatform {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let platforms = BTreeMap::<String, Range>::deserialize(deserializer)?;
        Ok(Self(platforms.into_iter().collect()))
    }
}

/// Sets what the organisation has against what its adversaries do.
#[must_use]
pub fn assess(inputs: &Inputs<'_>) -> Assessment {
    let (decided, remarks) = decisions(inputs);
    let scope = Scope::new(inputs.attack, &inputs.scope, &inputs.dispositions, inputs.as_of);
    let threat = Threat::new(inputs.attack, &inputs.profile, &inputs.policy, inputs.as_of);
    let (evidence, mismatches) = coverage::gather(inputs, &scope);
    let stated = stated_only(inputs, &evidence);
    let off_paper = off_paper(&evidence);
    let coverage = coverage::per_technique(evidence, &scope, &inputs.policy);
    let decided_on = |ix: TechniqueIx| decided.get(&inputs.attack.techniques[ix].id).cloned();
    let gaps = gap::rank(inputs, &scope, &coverage, &threat, decided_on);
    let sensitivity =
        Runs { inputs, scope: &scope, coverage: &coverage, threat: &threat, decided: &decided }
            .run();
    let telemetry = Telemetry::stated(inputs.attack, &inputs.capabilities, &scope, &inputs.policy);
    let would_reach = WouldReach::of(inputs, &scope, &telemetry);
    let figures =
        Figures { inputs, scope: &scope, coverage: &coverage, threat: &threat, gaps: &gaps };
    let headline = figures.headline();
    let status_not_stated = stated.map(|(capabilities, stated)| {
        let coverage = coverage::per_technique(stated, &scope, &inputs.policy);
        let without = Figures { coverage: &coverage, ..figures }.headline();
        let (if_enabled, if_library) = (headline.threat_weighted.exp, without.threat_weighted.exp);
        StatusNotStated { capabilities, if_enabled, if_library }
    });
    let on_paper = off_paper.map(|(capabilities, others)| {
        let coverage = coverage::per_technique(others, &scope, &inputs.policy);
        let without = Figures { coverage: &coverage, ..figures }.headline();
        OnPaper { capabilities, without: without.threat_weighted.exp }
    });
    let view = View {
        inputs,
        scope: &scope,
        threat: &threat,
        coverage: &coverage,
        sensitivity: &sensitivity,
        would_reach: &would_reach,
    };
    let unscoped = decided
        .iter()
        .filter(|(id, _)| inputs.attack.technique(**id).is_none_or(|ix| !scope.contains(ix)));
    let unscoped = unscoped.map(|(id, decided)| out_of_scope(*id, decided)).collect();
    let late = overdue(inputs, &gaps);
    let diagnostics =
        [remarks, late, mismatches, unscoped, excluded_in_vain(inputs, &scope)].concat();
    Assessment {
        schema: SCHEMA.to_owned(),
        generated_by: GENERATED_BY.to_owned(),
        as_of: inputs.as_of,
        organisation: inputs.organisation.clone(),
        attack: release(inputs.attack),
        policy: inputs.policy.clone(),
        profile: inputs.profile.clone(),
        inputs: inputs.sources.clone(),
        scope: summary(inputs, &scope),
        resolution: inputs.resolution.clone(),
        status_not_stated,
        on_paper,
        tactics: figures.tactics(),
        adversaries: sensitivity.with_bands(figures.adversaries()),
        techniques: scope
            .techniques()
            .filter_map(|ix| {
                let gap = gaps[ix].as_ref()?;
                Some(view.technique(ix, gap, decided_on(ix)))
            })
            .collect(),
        headline,
        capabilities: sorted(&inputs.capabilities),
        diagnostics: merged(&inputs.diagnostics, diagnostics),
    }
}

/// Expected coverage against our adversaries, not rounded, without the rest of the assessment.
pub(crate) fn expected_coverage(inputs: &Inputs<'_>) -> f64 {
    let (decided, _) = decisions(inputs);
    let scope = Scope::new(inputs.attack, &inputs.scope, &inputs.dispositions, inputs.as_of);
    let threat = Threat::new(inputs.attack, &inputs.profile, &inputs.policy, inputs.as_of);
    let (evidence, _) = coverage::gather(inputs, &scope);
    let coverage = coverage::per_technique(evidence, &scope, &inputs.policy);
    let decided_on = |ix: TechniqueIx| decided.get(&inputs.attack.techniques[ix].id).cloned();
    let gaps = gap::rank(inputs, &scope, &coverage, &threat, decided_on);
    let figures =
        Figures { inputs, scope: &scope, coverage: &coverage, threat: &threat, gaps: &gaps };
    figures.threat_weighted(|c| c.composite).exp
}

impl Assessment {
    /// The inputs that lead to this assessment again, given the release and the catalogued facts
    /// that it was made with.
    #[must_use]
    pub fn inputs<'a>(&self, attack: &'a Attack, catalog: &'a Catalog) -> Inputs<'a> {
        let excluded = self.scope.excluded.iter();
        let (decided, excluded): (Vec<_>, Vec<_>) =
            excluded.cloned().partition(|e| e.disposition.is_some());
        let decided = decided.into_iter().filter_map(|e| Some((e.technique, e.disposition?)));
        let in_scope = self.techniques.iter();
        let in_scope = in_scope.filter_map(|t| Some((t.id, t.disposition.clone()?)));
        Inputs {
            attack,
            catalog,
            as_of: self.as_of,
            organisation: self.organisation.clone(),
            scope: ScopeChoice {
                platforms: self.scope.platforms.clone(),
                only: self.scope.only.clone(),
                exclude: excluded,
                segments: self.scope.segments.clone(),
            },
            profile: self.profile.clone(),
            policy: self.policy.clone(),
            dispositions: decided
                .chain(in_scope)
                .map(|(technique, decided)| Disposition { technique, decided })
                .collect(),
            capabilities: self.capabilities.clone(),
            sources: self.inputs.clone(),
            resolution: self.resolution.clone(),
            diagnostics: self.diagnostics.clone(),
        }
    }

    /// The technique with this id, if it is in scope.
    #[must_use]
    pub fn technique(&self, id: TechniqueId) -> Option<&TechniqueAssessment> {
        let found = self.techniques.binary_search_by_key(&id, |technique| technique.id);
        found.ok().map(|ix| &self.techniques[ix])
    }

    /// The gaps that call for something, by rank: all but the accepted ones.
    #[must_use]
    pub fn gaps(&self) -> Vec<&TechniqueAssessment> {
        let mut gaps: Vec<_> =
            self.techniques.iter().filter(|t| t.rank.is_some() && !t.is_accepted()).collect();
        gaps.sort_by_key(|technique| technique.rank);
        gaps
    }

    /// The gaps that were accepted, by rank.
    #[must_use]
    pub fn accepted(&self) -> Vec<&TechniqueAssessment> {
        let mut gaps: Vec<_> =
            self.techniques.iter().filter(|t| t.rank.is_some() && t.is_accepted()).collect();
        gaps.sort_by_key(|technique| technique.rank);
        gaps
    }
}

impl TechniqueAssessment {
    /// Whether its gap was accepted.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.disposition.as_ref().is_some_and(|decided| decided.decision == Decision::Accept)
    }
}

/// The evidence without what merely counts as on for want of a word, and how many records that
/// concerns; `None` where every source says what is on.
fn stated_only(
    inputs: &Inputs<'_>,
    evidence: &[Vec<Evidence>],
) -> Option<(usize, Vec<Vec<Evidence>>)> {
    let counts_as_on =
        |c: &&Arc<Capability>| c.is_assumed_on() && !strength::is_off(c, &inputs.policy);
    let assumed = inputs.capabilities.iter().filter(counts_as_on).count();
    let is_stated = |e: &&Evidence| !inputs.capabilities[e.capability].is_assumed_on();
    let stated = || evidence.iter().map(|found| found.iter().filter(is_stated).cloned().collect());
    (assumed > 0).then(|| (assumed, stated().collect()))
}

/// The evidence without what is only mapped on paper, and how many records that concerns; `None`
/// where nothing is.
fn off_paper(evidence: &[Vec<Evidence>]) -> Option<(usize, Vec<Vec<Evidence>>)> {
    let is_paper = |e: &&Evidence| e.family == strength::UNSCORED_FAMILY && e.strength_stated;
    let on_paper = evidence.iter().flatten().filter(is_paper).map(|e| e.capability);
    let on_paper: BTreeSet<usize> = on_paper.collect();
    let others =
        || evidence.iter().map(|found| found.iter().filter(|e| !is_paper(e)).cloned().collect());
    (!on_paper.is_empty()).then(|| (on_paper.len(), others().collect()))
}

/// The decisions in force by technique (exclusions aside, which the scope handles), and what
/// there is to say about the others.
pub(crate) fn decisions(inputs: &Inputs<'_>) -> (BTreeMap<TechniqueId, Decided>, Vec<Diagnostic>) {
    let mut in_force = BTreeMap::new();
    let mut remarks = Vec::new();
    for Disposition { technique, decided } in &inputs.dispositions {
        let word = decided.decision.word();
        let past = |date: Option<Date>| date.filter(|date| *date < inputs.as_of);
        if let Some(until) = past(decided.until).filter(|_| decided.decision != Decision::Fix) {
            let message = format!("the decision to {word} {technique} held until {until}; ignored");
            let help = "decide again, or remove it";
            remarks.push(Diagnostic::new(Code::ExpiredDisposition, place(decided), message, help));
            continue;
        }
        if decided.decision != Decision::Exclude {
            in_force.insert(*technique, decided.clone());
        }
    }
    (in_force, remarks)
}

/// Gaps that should have been closed by now and are not.
fn overdue(inputs: &Inputs<'_>, gaps: &[Option<Gap>]) -> Vec<Diagnostic> {
    let is_open = |id: TechniqueId| {
        let ix = inputs.attack.technique(id);
        ix.is_some_and(|ix| gaps[ix].as_ref().is_some_and(|gap| gap.rank.is_some()))
    };
    let remark = |Disposition { technique, decided }: &Disposition| {
        let due = decided.due.filter(|due| *due < inputs.as_of)?;
        if decided.decision != Decision::Fix || !is_open(*technique) {
            return None;
        }
        let owner = decided.owner.as_deref().unwrap_or("nobody in particular");
        let message = format!("{technique} was to be fixed by {due} by {owner}");
        let help = "fix it, or set a new date";
        Some(Diagnostic::new(Code::OverdueDisposition, place(decided), message, help))
    };
    inputs.dispositions.iter().filter_map(remark).collect()
}

/// Exclusions of what the release does not have.
fn excluded_in_vain(inputs: &Inputs<'_>, scope: &Scope) -> Vec<Diagnostic> {
    let unknown = scope.excluded.iter().filter(|e| inputs.attack.technique(e.technique).is_none());
    let remark = |e: &Exclusion| {
        let message = format!(
            "{} is excluded, but ATT&CK {} does not have it",
            e.technique, inputs.attack.version
        );
        let place = e.disposition.as_ref().map_or_else(project_file, place);
        Diagnostic::new(
            Code::UnknownDisposition,
            place,
            message,
            "check the id, or remove the exclusion",
        )
    };
    unknown.map(remark).collect()
}

fn out_of_scope(technique: TechniqueId, decided: &Decided) -> Diagnostic {
    let message = format!("there is a decision about {technique}, which is not in scope");
    let help = "check the id, or remove the decision";
    Diagnostic::new(Code::UnknownDisposition, place(decided), message, help)
}

/// Where a decision stands.
fn place(decided: &Decided) -> Origin {
    decided.origin.clone().unwrap_or_else(project_file)
}

fn project_file() -> Origin {
    Origin::file("lacuna.toml")
}

fn release(attack: &Attack) -> Release {
    let Attack { domain, version, source, sha256, .. } = attack.clone();
    Release { domain, version, source, sha256 }
}

fn summary(inputs: &Inputs<'_>, scope: &Scope) -> ScopeSummary {
    let techniques = scope.techniques().count();
    ScopeSummary {
        platforms: scope.shares.clone(),
        techniques,
        leaves: scope.leaves().count(),
        only: inputs.scope.only.clone(),
        excluded: scope.excluded.clone(),
        out_of_scope: inputs.attack.techniques.len() - techniques,
        segments: inputs.scope.segments.clone(),
    }
}

fn sorted(capabilities: &[Arc<Capability>]) -> Vec<Arc<Capability>> {
    let mut capabilities = capabilities.to_vec();
    capabilities
        .sort_by(|a, b| (&a.id, a.function, &a.origin).cmp(&(&b.id, b.function, &b.origin)));
    capabilities
}

fn merged(read: &[Diagnostic], found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let all: BTreeSet<Diagnostic> = read.iter().cloned().chain(found).collect();
    all.into_iter().collect()
}

/// What a technique's part of the answer is drawn from.
struct View<'a> {
    inputs: &'a Inputs<'a>,
    scope: &'a Scope,
    threat: &'a Threat,
    coverage: &'a [Coverage],
    sensitivity: &'a sensitivity::Found,
    would_reach: &'a WouldReach,
}

impl View<'_> {
    fn technique(
        &self,
        ix: TechniqueIx,
        gap: &Gap,
        disposition: Option<Decided>,
    ) -> TechniqueAssessment {
        let attack = self.inputs.attack;
        let coverage = &self.coverage[ix];
        let technique = &attack.techniques[ix];
        let tactics = technique.tactics.iter().map(|tactic| attack.tactics[*tactic].id.clone());
        let platforms = technique.platforms.iter().map(|p| attack.platforms[*p].clone());
        let (state, next_move) =
            next_move::of_technique(self.inputs, ix, coverage, gap, self.would_reach);
        TechniqueAssessment {
            id: technique.id,
            name: technique.name.clone(),
            parent: technique.id.parent(),
            tactics: tactics.collect(),
            platforms: platforms.collect(),
            rank: gap.rank,
            priority: round9(gap.priority),
            gap: round9(gap.gap),
            quick_win: round9(gap.quick_win),
            level: CoverageLevel::of(coverage.composite, gap.target, &self.inputs.policy),
            target: gap.target,
            disposition,
            validated: self.validated(coverage),
            state: Some(state),
            next_move,
            sensitivity: gap.rank.map(|_| self.sensitivity.of(ix)),
            coverage: CoverageSummary {
                prevent: coverage.prevent.rounded(),
                detect: coverage.detect.rounded(),
                respond: coverage.respond.rounded(),
                composite: coverage.composite.rounded(),
            },
            threat: self.threat(ix),
            choke: round9(gap.choke),
            ease: EaseSummary {
                value: round9(gap.ease.value),
                telemetry: round9(gap.ease.telemetry),
                public_rules: gap.ease.public_rules,
                mitigations: gap.ease.mitigations,
            },
            flags: self.flags(ix, coverage, gap),
            evidence: coverage.evidence.iter().map(|e| self.evidence(ix, e)).collect(),
        }
    }

    fn threat(&self, ix: TechniqueIx) -> ThreatSummary {
        let terms = self.threat.techniques[ix];
        let part =
            |usage: &crate::threat::Usage| (usage.id.clone(), round9(usage.share * usage.uses[ix]));
        ThreatSummary {
            value: round9(terms.value),
            profile: round9(terms.profile),
            baseline: round9(terms.baseline),
            impact: round9(terms.impact),
            by_adversary: self.threat.adversaries.iter().map(part).collect(),
        }
    }

    fn validated(&self, coverage: &Coverage) -> Validated {
        let capability = |e: &Evidence| &*self.inputs.capabilities[e.capability];
        Validated::of(coverage.evidence.iter().map(capability))
    }

    /// What a piece of evidence says of the whole: no more than the part that it is there for.
    fn evidence(&self, technique: TechniqueIx, evidence: &Evidence) -> EvidenceSummary {
        let Range { lo, exp, hi } = evidence.of_whole(technique, self.scope).rounded();
        let platform = |(ix, range): &(usize, Range)| {
            (platform_name(self.inputs.attack, *ix).to_owned(), range.rounded())
        };
        let name = |at: &usize| self.inputs.scope.segments[*at].name.clone();
        let segments = evidence.segments.as_ref().map(|at| at.iter().map(name).collect());
        EvidenceSummary {
            capability: self.inputs.capabilities[evidence.capability].id.clone(),
            function: evidence.function,
            family: evidence.family.clone(),
            via: evidence.via.clone(),
            segments,
            platforms: ByPlatform(evidence.platforms.iter().map(platform).collect()),
            lo,
            exp,
            hi,
        }
    }

    /// What to keep in mind about a technique; the reasons are in the method, 2.2 and 2.4.
    fn flags(&self, ix: TechniqueIx, coverage: &Coverage, gap: &Gap) -> Vec<String> {
        let technique = &self.inputs.attack.techniques[ix];
        let covering = || coverage.evidence.iter().filter(|e| e.function != Function::Respond);
        let families: BTreeSet<&str> = covering().map(|e| e.family.as_str()).collect();
        let any = |test: fn(&Evidence) -> bool| coverage.evidence.iter().any(test);
        let Inputs { capabilities, policy, as_of, .. } = self.inputs;
        let rule = |test: &dyn Fn(&Capability) -> bool| {
            coverage.evidence.iter().any(|e| test(&capabilities[e.capability]))
        };
        let composite = coverage.composite.rounded();
        let flags = [
            ("single-item", covering().count() == 1),
            ("single-family", covering().count() > 1 && families.len() == 1),
            ("claimed-only", composite.hi > 0.0 && composite.lo == 0.0),
            ("parent-only", self.is_parent_only(ix)),
            ("platform-unspecified", any(|e| !e.platform_stated)),
            ("strength-unstated", any(|e| !e.strength_stated)),
            ("telemetry-unknown", any(|e| e.telemetry_unknown)),
            ("silent-rule", rule(&|r| alerts::is_silent(r, policy, *as_of))),
            ("noisy-rule", rule(&|r| alerts::is_noisy(r, policy))),
            ("no-public-rule", gap.ease.public_rules == 0),
            ("no-mitigation", technique.mitigations.is_empty()),
            ("recency-unknown", self.is_recency_unknown(ix)),
        ];
        let raised = flags.into_iter().filter(|(_, raised)| *raised);
        raised.map(|(flag, _)| flag.to_owned()).collect()
    }

    /// There is evidence for the technique itself and none for any of its sub-techniques.
    fn is_parent_only(&self, ix: TechniqueIx) -> bool {
        let has_evidence = |ix: &TechniqueIx| !self.coverage[*ix].evidence.is_empty();
        let subs = self.scope.subs(ix);
        !subs.is_empty() && has_evidence(&ix) && !subs.iter().any(has_evidence)
    }

    /// Some adversary of the profile uses it, and no dated campaign says when.
    fn is_recency_unknown(&self, ix: TechniqueIx) -> bool {
        let attack = self.inputs.attack;
        let dated = |usage: &crate::threat::Usage| {
            // One of the organisation's own has no campaigns.
            let adversary = attack.adversary(&usage.id).map(|at| &attack.adversaries[at]);
            let campaigns = adversary.into_iter().flat_map(|a| &a.campaigns);
            let itself = adversary.filter(|a| a.kind == AdversaryKind::Campaign);
            let mut campaigns = campaigns.map(|c| &attack.adversaries[*c]).chain(itself);
            campaigns.any(|c| c.last_seen.is_some() && c.techniques.contains(&ix))
        };
        let users: Vec<_> = self.threat.adversaries.iter().filter(|u| u.uses[ix] > 0.0).collect();
        !users.is_empty() && !users.into_iter().any(dated)
    }
}
