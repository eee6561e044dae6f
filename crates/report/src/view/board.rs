//! The page for those who decide: better or worse and why, against what we would not hold, what to
//! decide, what became of what was promised, and how sure all that is. In words: a figure on such
//! a page is argued about instead of what it is about.

use std::collections::BTreeMap;

use model::assessment::{Assessment, CoverageLevel, TechniqueAssessment};
use model::capability::Capability;
use model::catalog::ReferenceStack;
use model::date::Date;
use model::diff::{Diff, Factor};
use model::id::TechniqueId;
use model::inputs::Decision;
use model::next_move::Move;
use model::policy::Policy;
use model::recommend::{Pick, Recommendation};
use model::scenario::ScenarioCoverage;
use model::score::Range;

use super::{basis, caption, recommend, references};
use crate::material::Since;
use crate::page::Caption;

/// What the page is drawn from.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// How things stand.
    pub assessment: &'a Assessment,
    /// How well each scenario is covered, in reading order.
    pub scenarios: &'a [ScenarioCoverage],
    /// What well-known stacks come to.
    pub stacks: &'a [ReferenceStack],
    /// What to do next, where that was asked.
    pub recommendation: Option<&'a Recommendation>,
    /// How things stood before, where that is known.
    pub since: Option<Since<'a>>,
}

/// The page as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    /// The finding, whom it is about, and the definition; the subtitle says why it is better.
    pub caption: Caption,
    /// Whom it is about, and the day; for where the document has no name.
    pub whom: String,
    /// Whether it is better than before.
    pub verdict: Verdict,
    /// What would be held against, and how well.
    pub bars: Bars,
    /// What is to be decided.
    pub asked: Asked,
    /// What became of what was promised.
    pub promised: Promised,
    /// How sure all of this is, in a sentence.
    pub sure: String,
}

/// Whether it is better than before: by what is in place, whatever the yardstick did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// There is nothing to compare with.
    First,
    /// More is in place, or it is worth more.
    Better,
    /// Less is.
    Worse,
    /// Nothing moved that one would see.
    Same,
    /// The figure moved, and what is in place did not.
    Yardstick,
}

/// Several attacks, and how far each would be stopped or noticed.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    /// What the bars are.
    pub heading: String,
    /// Why they are not what one might expect; may be empty.
    pub note: String,
    /// The bars; no more than [`MOST_BARS`].
    pub rows: Vec<Bar>,
    /// The stacks that the ticks are of; no more than four.
    pub stacks: Vec<String>,
}

/// One attack.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// What it is called.
    pub name: String,
    /// How far it would be stopped or noticed.
    pub held: Held,
    /// What stacks come to against it, in the order of [`Bars::stacks`]; 0..=1 of enough.
    pub ticks: Vec<Option<f64>>,
}

/// How far an attack would be stopped or noticed, 0..=1 of what is enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Held {
    /// Proven, expected and claimed.
    Range(Range),
    /// Expected; the others are not known.
    Expected(f64),
    /// Nothing of it is in scope.
    OutOfScope,
}

/// What is to be decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The heading.
    pub heading: String,
    /// Why there are no decisions; else empty.
    pub note: String,
    /// The first steps; without any, the first gaps.
    pub steps: Vec<Step>,
}

/// One thing to decide.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What to do.
    pub what: String,
    /// What it costs, who answers for it and what it buys.
    pub terms: String,
    /// What it buys, where that is known.
    pub buys: Option<Buys>,
}

/// What of everything that adversaries do is covered well enough, 0..=1, as far as is expected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Buys {
    /// Before a step.
    pub before: f64,
    /// After it.
    pub after: f64,
}

/// What became of gaps that were to be closed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Promised {
    /// Closed.
    pub done: usize,
    /// Open, and their day is not past.
    pub open: usize,
    /// Open past their day.
    pub overdue: usize,
    /// The first of the overdue with who promised; may be empty.
    pub late: String,
}

/// No more bars than a reader compares at a glance.
pub const MOST_BARS: usize = 6;
/// No more decisions than a meeting takes.
const STEPS: usize = 3;
/// What moves less is not seen in a whole percent.
const SEEN: f64 = 0.005;

impl Board {
    /// Draws the page from what is known.
    #[must_use]
    pub fn of(told: &Told<'_>) -> Self {
        let Told { assessment, recommendation, since, .. } = *told;
        let verdict = since.map_or(Verdict::First, |since| verdict(since.diff));
        let (kind, bars) = bars(told);
        let title = title(assessment, &bars, kind, verdict, since);
        let bars = Bars { rows: bars.rows.into_iter().map(plain_bar).collect(), ..bars };
        let around = caption(assessment, &title, "");
        Self {
            caption: Caption {
                subtitle: crate::printable(&why(assessment, verdict, since)),
                footnote: crate::printable(&footnote(told, &bars)),
                ..around
            },
            whom: crate::printable(&whom(assessment)),
            verdict,
            bars,
            asked: plain_asked(asked(assessment, recommendation)),
            promised: plain_promised(promised(assessment, since)),
            sure: sure(assessment),
        }
    }
}

/// What people wrote without anything that would act instead of being read.
fn plain_bar(bar: Bar) -> Bar {
    Bar { name: crate::printable(&bar.name), ..bar }
}

fn plain_asked(asked: Asked) -> Asked {
    let plain = |step: Step| Step {
        what: crate::printable(&step.what),
        terms: crate::printable(&step.terms),
        ..step
    };
    Asked { steps: asked.steps.into_iter().map(plain).collect(), ..asked }
}

fn plain_promised(promised: Promised) -> Promised {
    Promised { late: crate::printable(&promised.late), ..promised }
}

fn whom(assessment: &Assessment) -> String {
    let organisation = &assessment.organisation;
    let names = [&organisation.name, &organisation.segment].into_iter().flatten().cloned();
    let (year, month, day) = assessment.as_of.civil();
    let day = format!("{day} {} {year}", MONTHS[month as usize - 1]);
    names.chain([day]).collect::<Vec<_>>().join(" · ")
}

fn verdict(diff: &Diff) -> Verdict {
    let evidence = diff.by_factor.get(&Factor::Evidence).copied().unwrap_or(0.0);
    let rest = diff.unexplained.unwrap_or(0.0).abs();
    match evidence {
        evidence if rest > SEEN && rest >= evidence.abs() => Verdict::Yardstick,
        evidence if evidence > SEEN => Verdict::Better,
        evidence if evidence < -SEEN => Verdict::Worse,
        _ if diff.delta.abs() > SEEN => Verdict::Yardstick,
        _ => Verdict::Same,
    }
}

/// What the bars are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Scenario,
    Adversary,
    Tactic,
}

/// Scenarios where the matrix has them, else adversaries, else tactics.
fn bars(told: &Told<'_>) -> (Kind, Bars) {
    let Told { assessment, scenarios, .. } = *told;
    if scenarios.iter().any(|scenario| scenario.techniques > 0) {
        return (Kind::Scenario, of_scenarios(told));
    }
    let plain = |name: &String, coverage| Bar {
        name: name.clone(),
        held: Held::Expected(coverage),
        ticks: Vec::new(),
    };
    let adversaries = assessment.adversaries.iter().filter(|a| a.techniques_in_scope > 0);
    let mut adversaries: Vec<_> = adversaries.collect();
    adversaries.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.id.cmp(&b.id)));
    let by_adversary = adversaries.iter().map(|a| plain(&a.name, a.coverage));
    let by_adversary: Vec<Bar> = by_adversary.take(MOST_BARS).collect();
    let unlike = "No scenario has techniques in this scope: ";
    let (kind, rows, note) = match by_adversary.is_empty() {
        false => (Kind::Adversary, by_adversary, "these are the adversaries of most weight"),
        true => (Kind::Tactic, by_tactic(assessment), "these are the tactics of most weight"),
    };
    let note = format!("{unlike}{note}");
    let heading = "Would it be stopped or noticed?".to_owned();
    (kind, Bars { heading, note, rows, stacks: Vec::new() })
}

/// The heaviest tactics, in the order of the matrix.
fn by_tactic(assessment: &Assessment) -> Vec<Bar> {
    let mut tactics: Vec<_> = assessment.tactics.iter().enumerate().collect();
    tactics.sort_by(|a, b| b.1.weight_share.total_cmp(&a.1.weight_share).then(a.0.cmp(&b.0)));
    tactics.truncate(MOST_BARS);
    tactics.sort_by_key(|(at, _)| *at);
    let bar = |(_, tactic): (usize, &model::metrics::TacticCoverage)| Bar {
        name: tactic.name.clone(),
        held: Held::Expected(tactic.threat_weighted),
        ticks: Vec::new(),
    };
    tactics.into_iter().map(bar).collect()
}

fn of_scenarios(told: &Told<'_>) -> Bars {
    let known = |id: &str| told.stacks.iter().find(|stack| stack.id == id);
    let stacks = references::NAMES.iter().filter_map(|(id, name, _)| Some((*name, known(id)?)));
    let stacks: Vec<(&str, &ReferenceStack)> =
        stacks.filter(|(_, stack)| !stack.scenarios.is_empty()).collect();
    let bar = |scenario: &ScenarioCoverage| Bar {
        name: scenario.name.clone(),
        held: match scenario.techniques {
            0 => Held::OutOfScope,
            _ => Held::Range(scenario.coverage),
        },
        ticks: stacks
            .iter()
            .map(|(_, stack)| stack.scenarios.get(&scenario.id).map(|range| range.exp))
            .collect(),
    };
    Bars {
        heading: "Would it be stopped or noticed?".to_owned(),
        note: String::new(),
        rows: told.scenarios.iter().take(MOST_BARS).map(bar).collect(),
        stacks: stacks.iter().map(|(name, _)| (*name).to_owned()).collect(),
    }
}

/// The finding: what became better or worse, and what is the least held.
fn title(
    assessment: &Assessment,
    bars: &Bars,
    kind: Kind,
    verdict: Verdict,
    since: Option<Since<'_>>,
) -> String {
    let (is_good, clause) = weakest(&assessment.policy, bars, kind);
    let join = if is_good { "and" } else { "but" };
    let Some(since) = since else { return capitalised(&clause) };
    let (then, day) = when(since.before.as_of, assessment.as_of);
    match verdict {
        Verdict::First => capitalised(&clause),
        Verdict::Better => format!("We are better than {then}, {join} {clause}"),
        Verdict::Worse => format!("We are worse off than {then}, and {clause}"),
        Verdict::Same => format!("We are where we were {then}: {clause}"),
        Verdict::Yardstick => {
            format!("Since {day} only the yardstick has moved: {clause}")
        }
    }
}

/// Whether the attack that is held least is held well, and a clause that says so.
fn weakest(policy: &Policy, bars: &Bars, kind: Kind) -> (bool, String) {
    let known = bars.rows.iter().filter_map(|bar| Some((bar, range(bar.held)?)));
    let known: Vec<(&Bar, Range)> = known.collect();
    let Some((bar, range)) = known.iter().min_by(|a, b| a.1.exp.total_cmp(&b.1.exp)) else {
        return (false, "nothing is in scope, so nothing can be said".to_owned());
    };
    if known.len() > 1 && known.iter().all(|(_, range)| range.hi <= 0.0) {
        let these = match kind {
            Kind::Scenario => "none of these attacks",
            Kind::Adversary => "none of our adversaries",
            Kind::Tactic => "nothing that attackers do",
        };
        return (false, format!("{these} would meet any defence"));
    }
    let name = match kind {
        Kind::Scenario => uncapitalised(&bar.name),
        Kind::Adversary | Kind::Tactic => bar.name.clone(),
    };
    match CoverageLevel::of(*range, policy.tau, policy) {
        CoverageLevel::None => (false, format!("{name} would meet no defence")),
        CoverageLevel::Trace => (false, format!("{name} would hardly be stopped or noticed")),
        CoverageLevel::Weak => {
            (false, format!("{name} would mostly be neither stopped nor noticed"))
        }
        CoverageLevel::Partial => {
            (false, format!("{name} would be stopped or noticed only in part"))
        }
        CoverageLevel::Strong => (true, format!("even {name} would mostly be stopped or noticed")),
    }
}

/// The range of what is known; the expected alone is taken as claimed, and not as proven.
fn range(held: Held) -> Option<Range> {
    match held {
        Held::Range(range) => Some(range),
        Held::Expected(exp) => Some(Range { lo: 0.0, exp, hi: exp }),
        Held::OutOfScope => None,
    }
}

/// What moved, in a sentence or two.
fn why(assessment: &Assessment, verdict: Verdict, since: Option<Since<'_>>) -> String {
    let Some(Since { before, diff }) = since else {
        return "There is no earlier assessment to compare with: whether this is better or worse \
                than before is not known."
            .to_owned();
    };
    let (then, day) = when(before.as_of, assessment.as_of);
    let in_place = match verdict {
        Verdict::First => String::new(),
        Verdict::Better => "Better, because what we have in place is worth more.".to_owned(),
        Verdict::Worse => "Worse, because what we have in place is worth less, or was tested too \
                           long ago."
            .to_owned(),
        Verdict::Yardstick if diff.unexplained.is_some() => format!(
            "Not comparable with {day}: ATT&CK changed, and its release of then is not at hand."
        ),
        Verdict::Same | Verdict::Yardstick => {
            format!("What we have in place is worth what it was {then}.")
        }
    };
    let said = [in_place, yardstick(diff), gaps(assessment, diff)];
    said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What of the yardstick moved the figure so that one sees it.
fn yardstick(diff: &Diff) -> String {
    let moved = |up: bool| {
        let parts = diff.by_factor.iter().filter(|(factor, _)| factor.is_yardstick());
        let parts = parts.filter(|(_, part)| part.abs() > SEEN && (**part > 0.0) == up);
        parts.map(|(factor, _)| yardstick_word(*factor)).collect::<Vec<_>>()
    };
    let looks = |words: &[&str], how: &str| {
        let make = if words.len() == 1 { "makes" } else { "make" };
        let said = format!("{} {make} us look {how}", and(words));
        (!words.is_empty()).then_some(said)
    };
    let said = [looks(&moved(true), "better"), looks(&moved(false), "worse")];
    let said: Vec<String> = said.into_iter().flatten().collect();
    if said.is_empty() {
        return String::new();
    }
    format!("{}: that is the yardstick, not us.", capitalised(&said.join(", ")))
}

fn yardstick_word(factor: Factor) -> &'static str {
    match factor {
        Factor::Evidence => "what is in place",
        Factor::Profile => "another set of adversaries",
        Factor::Scope => "another scope",
        Factor::Policy => "another policy",
        Factor::Attack => "another ATT&CK release",
    }
}

/// Which gaps came and went, the first of each by name.
fn gaps(assessment: &Assessment, diff: &Diff) -> String {
    let come: Vec<TechniqueId> = diff.gaps.new.iter().chain(&diff.gaps.reopened).copied().collect();
    let named = |ids: &[TechniqueId]| {
        let first = ids.iter().find_map(|id| assessment.technique(*id));
        let name = first.map_or_else(String::new, |first| first.name.clone());
        if ids.len() > 1 { format!("{name} and others") } else { name }
    };
    let (closed, new) = (named(&diff.gaps.closed), named(&come));
    match (closed.is_empty(), new.is_empty()) {
        (true, true) => "No gap was closed and none is new.".to_owned(),
        (false, true) => format!("Gaps closed: {closed}; none is new."),
        (true, false) => format!("No gap was closed; new: {new}."),
        (false, false) => format!("Gaps closed: {closed}; new: {new}."),
    }
}

/// The first steps that were worked out; without any, the first gaps.
fn asked(assessment: &Assessment, recommendation: Option<&Recommendation>) -> Asked {
    let picks = recommendation.map(|found| &found.picks[..]).unwrap_or_default();
    let base = recommendation.map_or(0.0, |found| found.base);
    let steps: Vec<Step> =
        picks.iter().take(STEPS).map(|pick| step(assessment, base, pick)).collect();
    let heading = match steps.len() {
        0 => return first_gaps(assessment, recommendation),
        1 => "One decision is asked",
        2 => "Two decisions are asked",
        _ => "Three decisions are asked",
    };
    Asked { heading: heading.to_owned(), note: String::new(), steps }
}

fn first_gaps(assessment: &Assessment, recommendation: Option<&Recommendation>) -> Asked {
    let note = match recommendation.map(|found| found.candidates) {
        None => "What each step would buy was not worked out.",
        Some(0) => "There is nothing to choose from: name what could be bought, built or tested.",
        Some(_) => "Nothing that one could choose from would add anything.",
    };
    let gap = |gap: &&TechniqueAssessment| {
        let owner = gap.disposition.as_ref().and_then(|decided| decided.owner.clone());
        let how = match gap.next_move {
            Some(Move::Enable) => "a rule is there to be switched on",
            Some(Move::Test) => "what is claimed is to be tested",
            Some(Move::Write) => "a rule is to be written",
            Some(Move::Prevent) => "a control is to be put in place",
            Some(Move::Onboard) => "what would show it is to be brought in",
            Some(Move::Accept) => "to be accepted: nothing helps and nothing shows it",
            None => "what to do is open",
        };
        let owner = owner.unwrap_or_else(|| "no owner yet".to_owned());
        let what = gap.name.clone();
        Step { what, terms: format!("{how} · {owner}"), buys: None }
    };
    let steps: Vec<Step> = assessment.gaps().iter().take(STEPS).map(gap).collect();
    let heading = if steps.is_empty() { "No gap is open" } else { "The first gaps" };
    Asked { heading: heading.to_owned(), note: note.to_owned(), steps }
}

fn step(assessment: &Assessment, base: f64, pick: &Pick) -> Step {
    let verb = match pick.next_move {
        Move::Enable => "Switch on",
        Move::Test => "Test",
        Move::Write => "Write",
        Move::Prevent => "Put in place",
        Move::Onboard => "Bring in",
        Move::Accept => "Accept",
    };
    let owner = owner(assessment, pick).unwrap_or_else(|| "no owner yet".to_owned());
    let cost = cost(&assessment.policy, pick);
    let terms = [cost, owner, buys(pick)];
    let terms: Vec<String> = terms.into_iter().filter(|text| !text.is_empty()).collect();
    Step {
        what: format!("{verb}: {}", recommend::called(pick)),
        terms: terms.join(" · "),
        buys: Some(Buys {
            before: base + pick.cumulative - pick.gain,
            after: base + pick.cumulative,
        }),
    }
}

/// What it costs, or how much work its kind is where nobody said.
fn cost(policy: &Policy, pick: &Pick) -> String {
    if pick.cost != pick.next_move.effort(policy) {
        return format!("cost {}", recommend::number(pick.cost));
    }
    match pick.next_move {
        Move::Enable | Move::Test | Move::Accept => "little work",
        Move::Write => "some work",
        Move::Prevent => "much work",
        Move::Onboard => "a project",
    }
    .to_owned()
}

/// Who answers for what it is, else for a gap that it helps to close.
fn owner(assessment: &Assessment, pick: &Pick) -> Option<String> {
    let is_it = |c: &Capability| c.id == pick.id || c.bundle.as_ref() == Some(&pick.id);
    let own = assessment.capabilities.iter().filter(|c| is_it(c)).find_map(|c| c.owner.clone());
    own.or_else(|| {
        let helped = pick.techniques.iter().filter_map(|helped| assessment.technique(helped.id));
        let mut decided = helped.filter_map(|technique| technique.disposition.as_ref());
        decided.find_map(|decided| decided.owner.clone())
    })
}

/// Against whom it helps, or with what.
fn buys(pick: &Pick) -> String {
    let against: Vec<(&str, f64)> =
        pick.adversaries.iter().map(|against| (against.name.as_str(), against.gain)).collect();
    let with: Vec<(&str, f64)> =
        pick.techniques.iter().map(|helped| (helped.name.as_str(), helped.gain)).collect();
    match (against.is_empty(), with.is_empty()) {
        (false, _) => format!("most against {}", leading(&against)),
        (true, false) => format!("most with {}", leading(&with)),
        (true, true) => String::new(),
    }
}

/// The first of a list, and the second where it has half as much of it.
fn leading(gains: &[(&str, f64)]) -> String {
    let most = gains.first().map_or(0.0, |(_, gain)| *gain);
    let near = gains.iter().take(2).filter(|(_, gain)| *gain >= most / 2.0);
    and(&near.map(|(name, _)| *name).collect::<Vec<_>>())
}

/// What was to be fixed: by the decisions in force, and by those of then that are gone.
fn promised(assessment: &Assessment, since: Option<Since<'_>>) -> Promised {
    struct Word {
        is_done: bool,
        is_late: bool,
        day: Option<Date>,
        said: String,
    }
    let said = |name: &str, owner: Option<&String>| {
        owner.map_or_else(|| name.to_owned(), |owner| format!("{name} ({owner})"))
    };
    let then = since.map(|since| &since.diff.promised).into_iter().flatten().map(|promise| {
        let word = Word {
            is_done: promise.is_kept,
            is_late: promise.is_overdue,
            day: promise.due,
            said: said(&promise.name, promise.owner.as_ref()),
        };
        (promise.technique, word)
    });
    let now = assessment.techniques.iter().filter_map(|technique: &TechniqueAssessment| {
        let decided = technique.disposition.as_ref()?;
        let is_done = technique.rank.is_none();
        let word = Word {
            is_done,
            is_late: !is_done && decided.due.is_some_and(|due| due < assessment.as_of),
            day: decided.due,
            said: said(&technique.name, decided.owner.as_ref()),
        };
        (decided.decision == Decision::Fix).then_some((technique.id, word))
    });
    let words: BTreeMap<TechniqueId, Word> = then.chain(now).collect();
    let mut late: Vec<&Word> = words.values().filter(|word| word.is_late).collect();
    late.sort_by_key(|word| word.day);
    let done = words.values().filter(|word| word.is_done).count();
    Promised {
        done,
        open: words.len() - done - late.len(),
        overdue: late.len(),
        late: late.first().map_or_else(String::new, |word| word.said.clone()),
    }
}

/// What is tested, what nobody said, and how firm the order of the gaps is.
fn sure(assessment: &Assessment) -> String {
    let tested = match assessment.headline.validated_share {
        share if share <= 0.0 => "nothing of it is tested",
        share if share < 0.25 => "little of it is tested",
        share if share < 0.75 => "part of it is tested",
        _ => "most of it is tested",
    };
    let expected = assessment.headline.threat_weighted.exp;
    let hangs = |without: f64| expected - without > SEEN;
    let status = match &assessment.status_not_stated {
        Some(open) if hangs(open.if_library) => "nobody says which rules are on",
        Some(_) | None => "",
    };
    let paper = match &assessment.on_paper {
        Some(paper) if hangs(paper.without) => "some of it is mapped on paper only",
        Some(_) | None => "",
    };
    let parts = [tested, status, paper, firmness(assessment)];
    let parts: Vec<&str> = parts.into_iter().filter(|text| !text.is_empty()).collect();
    format!("{}.", capitalised(&parts.join("; ")))
}

/// How often the first gaps stay among the first when single judgements are others.
fn firmness(assessment: &Assessment) -> &'static str {
    let first = assessment.gaps();
    let runs = first.iter().take(STEPS).filter_map(|gap| gap.sensitivity);
    let shares = runs.filter(|s| s.runs > 0).map(|s| s.top10 as f64 / s.runs as f64);
    match shares.reduce(f64::min) {
        None => "",
        Some(share) if share >= 1.0 => "the first gaps stay first whatever is assumed",
        Some(share) if share >= 0.5 => "the first gaps mostly stay first when assumptions change",
        Some(_) => "which gap is first hangs on what is assumed",
    }
}

/// What a bar means, what it does not, and what it was computed from.
fn footnote(told: &Told<'_>, bars: &Bars) -> String {
    let of = "Bars: how much of each attack is stopped or noticed well enough";
    let readings = match bars.rows.iter().any(|bar| matches!(bar.held, Held::Range(_))) {
        true => "; proven by tests, expected, or claimed",
        false => ", as far as is expected",
    };
    let marks = match (bars.stacks.is_empty(), told.stacks.first()) {
        (false, Some(stack)) => format!(
            " Marks: public stacks with everything on, every platform, ATT&CK {}.",
            stack.attack_version
        ),
        (true, _) | (false, None) => String::new(),
    };
    format!(
        "{of}{readings}. A rule is not a detection.{marks} {} · inputs {} · {}",
        basis(told.assessment),
        super::input_hash(told.assessment),
        told.assessment.generated_by,
    )
}

/// A day, as "than then" and "since day" say it: the month where it is another one.
fn when(day: Date, today: Date) -> (String, String) {
    let (year, month, of_month) = day.civil();
    let name = MONTHS[month as usize - 1];
    let in_year = |text: String| match today.civil().0 {
        this if this == year => text,
        _ => format!("{text} {year}"),
    };
    let is_near = (year, month) == (today.civil().0, today.civil().1);
    if is_near {
        let day = in_year(format!("{of_month} {name}"));
        (format!("on {day}"), day)
    } else {
        let day = in_year(name.to_owned());
        (format!("in {day}"), day)
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn and(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
}

/// A name within a sentence; `DDoS` stays as it is.
fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(next)) if next.is_lowercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use model::diff::diff;
    use model::fixture::Fixture;
    use model::scenario::{Scenario, coverage};

    use super::*;

    const WORLD: &str = "
        tactic TA0002 execution Execution
        technique T1001 Alpha in execution on Windows
        technique T1002 Beta in execution on Windows
        technique T1003 Gamma in execution on Windows
        group G0001 Bear uses T1001,T1002
        group G0002 Fox uses T1003
    ";
    const PROFILE: &str = "profile G0001=2 G0002=1\n";
    const JUNE: &str = "as_of 2026-06-30\n";
    const MARCH: &str = "as_of 2026-03-31\n";
    const ONE: &str = "have R1 rule detect T1001 strength=0.8 status=enabled basis=attested\n";
    const TWO: &str = "have R2 rule detect T1002 strength=0.8 status=enabled basis=attested\n";

    fn world(lines: &[&str]) -> Fixture {
        Fixture::parse(&format!("{WORLD}{}", lines.concat()))
    }

    fn scenarios() -> Vec<Scenario> {
        let scenario = |name: &str, ids: &[&str]| Scenario {
            id: name.to_lowercase(),
            name: name.to_owned(),
            techniques: ids.iter().map(|id| (id.parse().unwrap(), 1.0)).collect(),
            ..Scenario::default()
        };
        vec![scenario("Ransomware", &["T1001"]), scenario("Data theft", &["T1002", "T1003"])]
    }

    fn board(now: &Fixture, before: Option<&Fixture>) -> Board {
        let assessment = now.assess();
        let covered = coverage(&assessment, &now.attack, &scenarios());
        let earlier = before.map(|before| (before, before.assess()));
        let found = earlier.as_ref().map(|(before, earlier)| {
            diff((earlier, &before.inputs()), (&assessment, &now.inputs()))
        });
        let since = earlier.as_ref().zip(found.as_ref());
        Board::of(&Told {
            assessment: &assessment,
            scenarios: &covered,
            stacks: &[],
            recommendation: None,
            since: since.map(|((_, before), diff)| Since { before, diff }),
        })
    }

    #[test]
    fn better_is_what_is_in_place_and_names_what_is_held_least() {
        let found = board(&world(&[JUNE, PROFILE, ONE, TWO]), Some(&world(&[MARCH, PROFILE, ONE])));
        assert_eq!(found.verdict, Verdict::Better);
        assert_eq!(
            found.caption.title,
            "We are better than in March, but data theft would mostly be neither stopped nor \
             noticed"
        );
        assert!(
            found.caption.subtitle.starts_with("Better, because what we have in place"),
            "{}",
            found.caption.subtitle
        );
    }

    #[test]
    fn worse_and_the_same_are_said_as_plainly() {
        let worse = board(&world(&[JUNE, PROFILE, ONE]), Some(&world(&[MARCH, PROFILE, ONE, TWO])));
        assert_eq!(worse.verdict, Verdict::Worse);
        assert_eq!(
            worse.caption.title,
            "We are worse off than in March, and data theft would meet no defence"
        );
        assert!(worse.caption.subtitle.ends_with("No gap was closed and none is new."));
        let same = board(
            &world(&[JUNE, PROFILE, ONE]),
            Some(&world(&["as_of 2025-06-02\n", PROFILE, ONE])),
        );
        assert_eq!(same.verdict, Verdict::Same);
        assert_eq!(
            same.caption.title,
            "We are where we were in June 2025: data theft would meet no defence"
        );
        let near = board(
            &world(&[JUNE, PROFILE, ONE]),
            Some(&world(&["as_of 2026-06-02\n", PROFILE, ONE])),
        );
        assert!(near.caption.title.starts_with("We are where we were on 2 June: "));
    }

    #[test]
    fn without_an_earlier_assessment_it_says_so() {
        let first = board(&world(&[JUNE, PROFILE, ONE]), None);
        assert_eq!(first.verdict, Verdict::First);
        assert_eq!(first.caption.title, "Data theft would meet no defence");
        assert!(first.caption.subtitle.starts_with("There is no earlier assessment"));
    }

    #[test]
    fn another_yardstick_is_not_better() {
        let now = world(&[JUNE, "profile G0001=1\n", ONE, TWO]);
        let other = board(&now, Some(&world(&[MARCH, PROFILE, ONE, TWO])));
        assert_eq!(other.verdict, Verdict::Yardstick);
        assert!(other.caption.title.starts_with("Since March only the yardstick has moved: "));
        assert!(
            other.caption.subtitle.contains(
                "Another set of adversaries makes us look better: that is the yardstick, not us."
            ),
            "{}",
            other.caption.subtitle
        );
    }

    #[test]
    fn another_release_that_is_not_at_hand_is_not_better_either() {
        let (now, then) = (world(&[JUNE, PROFILE, ONE]), world(&[MARCH, PROFILE, ONE]));
        let (assessment, before) = (now.assess(), then.assess());
        let mut found = diff((&before, &then.inputs()), (&assessment, &now.inputs()));
        found.unexplained = Some(0.2);
        found.delta = 0.21;
        found.by_factor = [(Factor::Evidence, 0.01)].into();
        let since = Since { before: &before, diff: &found };
        assert_eq!(verdict(&found), Verdict::Yardstick);
        assert!(why(&assessment, Verdict::Yardstick, Some(since)).starts_with("Not comparable"));
    }

    #[test]
    fn nothing_covered_is_said_of_all() {
        let nothing = board(&world(&[JUNE, PROFILE]), None);
        assert_eq!(nothing.caption.title, "None of these attacks would meet any defence");
        assert_eq!(nothing.sure.split(';').next(), Some("Nothing of it is tested"));
        let strong = "have R9 rule detect T1001,T1002,T1003 strength=1 status=enabled \
                      basis=validated\nhave C9 control prevent T1001,T1002,T1003 strength=1 \
                      status=implemented basis=validated\n";
        let all = board(&world(&[JUNE, PROFILE, strong]), None);
        assert_eq!(all.caption.title, "Even ransomware would mostly be stopped or noticed",);
    }

    #[test]
    fn where_no_scenario_is_in_scope_adversaries_are_shown_and_else_tactics() {
        let of = |fixture: &Fixture| {
            let assessment = fixture.assess();
            let mobile = [ScenarioCoverage {
                id: "ransomware".to_owned(),
                name: "Ransomware".to_owned(),
                question: String::new(),
                coverage: Range::ZERO,
                techniques: 0,
                out_of_scope: 3,
            }];
            Board::of(&Told {
                assessment: &assessment,
                scenarios: &mobile,
                stacks: &[],
                recommendation: None,
                since: None,
            })
        };
        let names = |board: &Board| -> Vec<String> {
            board.bars.rows.iter().map(|bar| bar.name.clone()).collect()
        };
        let adversaries = of(&world(&[JUNE, PROFILE, ONE]));
        assert_eq!(names(&adversaries), ["Bear", "Fox"]);
        assert!(adversaries.bars.note.contains("adversaries of most weight"));
        assert_eq!(adversaries.caption.title, "Fox would meet no defence");
        let tactics = of(&world(&[JUNE, ONE]));
        assert_eq!(names(&tactics), ["Execution"]);
        let nowhere = of(&world(&[JUNE, ONE, "platforms Linux=1\n"]));
        assert_eq!(nowhere.caption.title, "Nothing is in scope, so nothing can be said");
    }

    #[test]
    fn promises_of_then_and_now_are_counted_once() {
        let then = "decide T1001 fix due 2026-05-01 owner Ann\n\
                    decide T1002 fix due 2026-05-01 owner Bea\n";
        let now = "decide T1002 fix due 2026-04-01 owner Bea\ndecide T1003 fix due 2026-12-31\n";
        let enough = "have C1 control prevent T1001 strength=1 status=implemented \
                      basis=validated\n";
        let found =
            board(&world(&[JUNE, PROFILE, enough, now]), Some(&world(&[MARCH, PROFILE, then])));
        let expected = Promised { done: 1, open: 1, overdue: 1, late: "Beta (Bea)".to_owned() };
        assert_eq!(found.promised, expected);
        assert_eq!(board(&world(&[JUNE, PROFILE]), None).promised, Promised::default());
    }

    fn pick(id: &str, cost: f64) -> Pick {
        Pick {
            id: id.to_owned(),
            title: "Sandbox".to_owned(),
            next_move: Move::Onboard,
            gain: 0.1,
            gain_lo: 0.0,
            cumulative: 0.3,
            cost,
            cumulative_cost: cost,
            techniques: Vec::new(),
            adversaries: [("Bear", 0.3), ("Fox", 0.2), ("Cat", 0.2)]
                .map(|(name, gain)| model::recommend::Against {
                    id: name.to_owned(),
                    name: name.to_owned(),
                    gain,
                })
                .to_vec(),
        }
    }

    fn recommendation(candidates: usize, picks: Vec<Pick>) -> Recommendation {
        Recommendation {
            schema: String::new(),
            generated_by: String::new(),
            objective: String::new(),
            algorithm: "greedy".to_owned(),
            count: Some(3),
            budget: None,
            candidates,
            base: 0.2,
            picks,
            upper_bound_gain: 0.3,
            certified_ratio: 1.0,
            test_first: Vec::new(),
        }
    }

    #[test]
    fn a_decision_says_cost_owner_and_what_it_buys() {
        let mut world = world(&[JUNE, PROFILE, ONE]);
        world.capabilities[0].owner = Some("Ann".to_owned());
        let assessment = world.assess();
        let picks = vec![pick("R1", 7.5), pick("EB-2", assessment.policy.effort_onboard)];
        let found = asked(&assessment, Some(&recommendation(9, picks)));
        assert_eq!(found.heading, "Two decisions are asked");
        let terms: Vec<&str> = found.steps.iter().map(|step| step.terms.as_str()).collect();
        let expected = [
            "cost 7.5 · Ann · most against Bear and Fox",
            "a project · no owner yet · most against Bear and Fox",
        ];
        assert_eq!(terms, expected);
        assert_eq!(found.steps[0].what, "Bring in: R1 Sandbox");
        let buys = found.steps[0].buys.unwrap();
        assert!((buys.before - 0.4).abs() < 1e-9 && (buys.after - 0.5).abs() < 1e-9);
    }

    #[test]
    fn without_steps_the_first_gaps_stand_there_and_why() {
        let assessment = world(&[JUNE, PROFILE, ONE, "decide T1003 fix owner Ann\n"]).assess();
        for (recommendation, note) in [
            (None, "What each step would buy"),
            (Some(recommendation(0, Vec::new())), "There is nothing to choose from"),
            (Some(recommendation(4, Vec::new())), "Nothing that one could choose from"),
        ] {
            let found = asked(&assessment, recommendation.as_ref());
            assert_eq!(found.heading, "The first gaps");
            assert!(found.note.starts_with(note), "{}", found.note);
            assert_eq!(found.steps.len(), assessment.gaps().len());
            let of_ann = found.steps.iter().filter(|step| step.terms.ends_with("· Ann"));
            assert_eq!(of_ann.map(|step| &step.what[..]).collect::<Vec<_>>(), ["Gamma"]);
        }
    }

    #[test]
    fn what_people_wrote_acts_on_nothing() {
        let hostile = "\u{202E}x\u{1b}[31m</script>";
        let due = "decide T1003 fix due 2026-01-01 owner Ann\n";
        let mut world = world(&[JUNE, PROFILE, ONE, due]);
        world.attack.techniques.iter_mut().for_each(|t| t.name = hostile.to_owned());
        let found = board(&world, None);
        let mut said = vec![&found.promised.late, &found.caption.subtitle];
        said.extend(found.asked.steps.iter().flat_map(|step| [&step.what, &step.terms]));
        assert!(said.iter().any(|text| text.contains("</script>")), "it is shown");
        let acts = |c: char| c.is_control() || c == '\u{202E}';
        assert!(!said.iter().any(|text| text.contains(acts)), "{said:?}");
    }

    #[test]
    fn a_name_begins_small_within_a_sentence_unless_it_is_spelled_so() {
        assert_eq!(uncapitalised("Data theft"), "data theft");
        assert_eq!((uncapitalised("DDoS"), uncapitalised("X")), ("DDoS".into(), "X".into()));
    }
}
