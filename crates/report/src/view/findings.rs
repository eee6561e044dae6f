//! The findings on one page: how strong coverage is by tactic, and the gaps to close first with
//! what is behind each.

use model::assessment::{Assessment, CoverageLevel, TechniqueAssessment};
use model::inputs::Decision;
use model::next_move::{Move, State};

use super::{caption, count, finding};
use crate::page::Caption;
use crate::sheet::percent;

/// What the picture shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Findings {
    /// What stands around it.
    pub caption: Caption,
    /// The levels in words, from none to strong.
    pub levels: [String; 5],
    /// The tactics with techniques in scope, in the order of the matrix.
    pub tactics: Vec<Tactic>,
    /// The gaps to close first.
    pub gaps: Vec<Gap>,
    /// How many gaps there are.
    pub of: usize,
    /// How many more were accepted and have no place here.
    pub accepted: usize,
}

/// One tactic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tactic {
    /// Its name.
    pub name: String,
    /// How many of its techniques and sub-techniques in scope are at each level, from none to
    /// strong.
    pub levels: [usize; 5],
    /// For how many of them something is proven.
    pub proven: usize,
}

/// One gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// Its place, from 1.
    pub rank: usize,
    /// The technique.
    pub id: String,
    /// Its name.
    pub name: String,
    /// 0..=100.
    pub priority: f64,
    /// What there is, how likely it is used, and who does.
    pub standing: String,
    /// What to do next, and who has promised what.
    pub next: String,
    /// Whether a promise is past its day.
    pub is_overdue: bool,
}

/// How many gaps are shown.
const SHOWN: usize = 10;
/// From here on a technique is more likely used than not.
const LIKELY: f64 = 0.5;
/// How many adversaries a gap names.
const NAMED: usize = 3;

/// The findings of an assessment.
#[must_use]
pub fn of(assessment: &Assessment) -> Findings {
    let gaps = assessment.gaps();
    let policy = &assessment.policy;
    let definition = format!(
        "Left: techniques and sub-techniques in scope, one of several tactics in each; weak is \
         below {}, partial below {}, strong is enough ({}). Right: priority, of 100, is what our \
         adversaries are likely to use times what is missing.",
        percent(policy.level_partial),
        percent(policy.tau),
        percent(policy.tau),
    );
    Findings {
        caption: caption(assessment, &title(assessment, &gaps), &definition),
        levels: CoverageLevel::ALL.map(named),
        tactics: assessment.tactics.iter().map(|t| tactic(assessment, &t.id, &t.name)).collect(),
        of: gaps.len(),
        accepted: assessment.accepted().len(),
        gaps: gaps.into_iter().take(SHOWN).map(|t| gap(assessment, t)).collect(),
    }
}

/// How many of what is likely to be used is hardly covered.
fn title(assessment: &Assessment, gaps: &[&TechniqueAssessment]) -> String {
    let is_open =
        |t: &&&TechniqueAssessment| t.threat.value >= LIKELY && t.level <= CoverageLevel::Weak;
    let open = gaps.iter().filter(is_open).count();
    let who = match assessment.adversaries.len() {
        0 => "that many groups use",
        _ => "that our adversaries more likely than not use",
    };
    match (open, gaps.first()) {
        (0, _) | (_, None) => finding(assessment),
        (1, Some(first)) => {
            format!("One technique {who} is not covered, or only weakly: {}", first.name)
        }
        (open, Some(first)) => format!(
            "{} {who} are not covered, or only weakly; first comes {}",
            count(open, "technique"),
            first.name
        ),
    }
}

fn named(level: CoverageLevel) -> String {
    let mut word = level.word().to_owned();
    word[..1].make_ascii_uppercase();
    word
}

fn tactic(assessment: &Assessment, id: &str, name: &str) -> Tactic {
    let mut levels = [0; 5];
    let mut proven = 0;
    for technique in assessment.techniques.iter().filter(|t| t.tactics.iter().any(|t| t == id)) {
        levels[technique.level as usize] += 1;
        proven += usize::from(technique.coverage.composite.lo > 0.0);
    }
    Tactic { name: crate::printable(name), levels, proven }
}

fn gap(assessment: &Assessment, technique: &TechniqueAssessment) -> Gap {
    let threat = format!("threat {}", percent(technique.threat.value));
    let who = match &users(assessment, technique)[..] {
        [] => threat,
        users => format!("{threat}: {}", few(users)),
    };
    let next = technique.next_move.map(|next_move| format!("Next: {}", doing(next_move)));
    let (promise, is_overdue) = promise(assessment, technique);
    Gap {
        rank: technique.rank.unwrap_or_default(),
        id: technique.id.to_string(),
        name: crate::printable(&technique.name),
        priority: technique.priority,
        standing: crate::printable(&format!("{} · {who}", there(technique))),
        next: crate::printable(&next.into_iter().chain([promise]).collect::<Vec<_>>().join(" · ")),
        is_overdue,
    }
}

/// What there is about a technique.
fn there(technique: &TechniqueAssessment) -> String {
    let composite = technique.coverage.composite;
    let expected = percent(composite.exp);
    match technique.state {
        Some(State::Enough | State::Proven) => {
            format!("{} proven, {expected} expected", percent(composite.lo))
        }
        Some(State::Claimed) => format!("{expected} expected, nothing proven"),
        Some(State::Off) => "Only what is switched off or planned".to_owned(),
        Some(State::Seen) => "Telemetry, and nothing that uses it".to_owned(),
        Some(State::Blind) => "Nothing, and no telemetry".to_owned(),
        None => format!("{expected} expected"),
    }
}

/// What a move is, as something to do.
fn doing(next_move: Move) -> &'static str {
    match next_move {
        Move::Enable => "switch on a rule that exists",
        Move::Test => "test what is claimed",
        Move::Write => "write a rule",
        Move::Prevent => "put a control in place",
        Move::Onboard => "bring in a log source or a product",
        Move::Accept => "accept it, or leave it out",
    }
}

/// Who promised what by when, and whether that day is past.
fn promise(assessment: &Assessment, technique: &TechniqueAssessment) -> (String, bool) {
    let Some(decided) = &technique.disposition else {
        return ("not decided".to_owned(), false);
    };
    // The day comes before the name, which may be long.
    let owner = decided.owner.as_deref().unwrap_or("nobody named");
    let is_late = |due: &model::date::Date| *due < assessment.as_of;
    let (what, is_overdue) = match (decided.decision, decided.due, decided.until) {
        (Decision::Fix, Some(due), _) if is_late(&due) => (format!("overdue since {due}"), true),
        (Decision::Fix, Some(due), _) => (format!("due {due}"), false),
        (decision, _, Some(until)) => (format!("{} until {until}", decision.word()), false),
        (decision, ..) => (decision.word().to_owned(), false),
    };
    (format!("{what}: {owner}"), is_overdue)
}

/// The names of the adversaries that use a technique, those that count most first.
fn users(assessment: &Assessment, technique: &TechniqueAssessment) -> Vec<String> {
    let part = |id: &String| technique.threat.by_adversary.get(id).copied().unwrap_or_default();
    let mut users: Vec<_> = assessment
        .adversaries
        .iter()
        .map(|adversary| (part(&adversary.id), adversary))
        .filter(|(part, _)| *part > 0.0)
        .collect();
    users.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
    users.into_iter().map(|(_, adversary)| adversary.name.clone()).collect()
}

/// The first of some names, and how many more there are.
fn few(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use model::fixture::Fixture;

    use super::*;

    const WORLD: &str = "
        tactic TA0001 first First
        tactic TA0002 second Second
        technique T1001 One in first,second on Windows
        technique T1002 Two in second on Windows
        technique T1003 Three in second on Windows
        component DC0001 Process shows T1002
        group G0001 Bear uses T1001,T1002,T1003
        group G0002 Lynx uses T1002
        as_of 2026-06-30
        have R1 rule detect T1001 strength=0.9 basis=tagged status=enabled tests=5/5/2026-06-01
        have S1 source observe DC0001 telemetry=1
    ";

    fn found(more: &str) -> Findings {
        of(&Fixture::parse(&format!("{WORLD}\n{more}")).assess())
    }

    #[test]
    fn a_technique_of_several_tactics_counts_in_each_and_proof_is_counted_apart() {
        let found = found("profile G0001=1 G0002=1");
        let tactics: Vec<_> =
            found.tactics.iter().map(|t| (t.name.as_str(), t.levels, t.proven)).collect();
        assert_eq!(tactics, [("First", [0, 0, 0, 0, 1], 1), ("Second", [2, 0, 0, 0, 1], 1)]);
    }

    #[test]
    fn a_gap_says_what_there_is_who_acts_and_what_was_promised() {
        let late = "decide T1003 fix due 2026-01-31 owner Infra";
        let found = found(&format!("profile G0001=1 G0002=1\n{late}"));
        let [first, second] = &found.gaps[..] else { panic!("{:?}", found.gaps) };
        assert_eq!(first.id, "T1002");
        assert!(first.standing.ends_with("threat 100 %: Bear, Lynx"), "{first:?}");
        assert!(first.next.ends_with("not decided") && !first.is_overdue, "{first:?}");
        assert_eq!(
            second.next,
            "Next: accept it, or leave it out · overdue since 2026-01-31: Infra"
        );
        assert!(second.is_overdue && second.standing.starts_with("Nothing, and no telemetry"));
        assert_eq!(
            found.caption.title,
            "2 techniques that our adversaries more likely than not use are not covered, or only \
             weakly; first comes Two"
        );
    }

    #[test]
    fn what_was_accepted_has_no_place_and_is_counted() {
        let found = found("profile G0001=1\ndecide T1002 accept until 2027-01-01");
        assert_eq!((found.accepted, found.of, found.gaps.len()), (1, 1, 1));
    }
}
