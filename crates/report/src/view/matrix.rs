//! The matrix of all techniques of the release under their tactics, shaded by what is asked for:
//! coverage, a function, threat, priority, telemetry, or the change since an earlier assessment.

use model::assessment::{Assessment, CoverageLevel, TechniqueAssessment};
use model::attack::{Attack, Technique};
use model::capability::Function;
use model::id::TechniqueId;
use model::movement::{Movement, Movements, movements};
use model::score::Range;

use super::{caption, count, input_hash, told};
use crate::matrix::{Cell, Column, Legend, Matrix, Proof, Shade, Sub};
use crate::page::Caption;
use crate::sheet::percent;

/// What a heat map's colours show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Prevented or detected.
    Coverage,
    /// One function alone.
    Function(Function),
    /// How likely our adversaries use it.
    Threat,
    /// How urgent the gap is.
    Priority,
    /// How much of what can show it is collected.
    Visibility,
}

/// The matrix of all techniques of the release.
#[must_use]
pub fn matrix(assessment: &Assessment, attack: &Attack, show: Show) -> Matrix {
    let shading = Shading::new(assessment, attack, What::Show(show));
    Matrix {
        caption: caption(assessment, &title(assessment, show), definition(show)),
        legend: legend(assessment, show),
        columns: shading.columns(),
    }
}

/// The matrix of what moved since an earlier assessment, by the ids of `attack`, on which the later
/// one stands.
#[must_use]
pub fn change(before: &Assessment, now: &Assessment, attack: &Attack) -> Matrix {
    let moved = movements(before, now, attack);
    let columns = Shading::new(now, attack, What::Change(&moved)).columns();
    Matrix {
        caption: change_caption(before, now, &moved),
        legend: change_legend(&columns),
        columns,
    }
}

/// How many points of expected coverage make a change, and how many a large one, as shares.
pub(crate) const MOVED: (f64, f64) = (0.01, 0.1);
/// Number of gaps that are outlined.
pub(crate) const OUTLINED: usize = 10;

/// What the shades are about.
#[derive(Clone, Copy)]
enum What<'a> {
    Show(Show),
    Change(&'a Movements),
}

/// Gives each technique its shade.
struct Shading<'a> {
    assessment: &'a Assessment,
    attack: &'a Attack,
    what: What<'a>,
    /// The gaps to close first.
    first: Vec<TechniqueId>,
}

impl<'a> Shading<'a> {
    fn new(assessment: &'a Assessment, attack: &'a Attack, what: What<'a>) -> Self {
        let gaps = assessment.gaps();
        let first = gaps.iter().take(OUTLINED).map(|technique| technique.id).collect();
        Self { assessment, attack, what, first }
    }

    /// The tactics that have techniques.
    fn columns(&self) -> Vec<Column> {
        let columns = (0..self.attack.tactics.len()).map(|tactic| self.column(tactic));
        columns.filter(|column| !column.cells.is_empty()).collect()
    }

    fn column(&self, at: usize) -> Column {
        let tactic = &self.attack.tactics[at];
        let techniques = self.attack.techniques.iter().enumerate();
        let mut cells: Vec<Cell> = techniques
            .filter(|(_, t)| t.id.parent().is_none() && t.tactics.contains(&at))
            .map(|(ix, technique)| self.cell(ix, technique))
            .collect();
        cells.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        let (share, left, right) = match self.what {
            What::Show(show) => {
                let figures = self.assessment.tactics.iter().find(|found| found.id == tactic.id);
                let share = figures.map(|figures| figures.threat_weighted);
                let share = share.filter(|_| show == Show::Coverage);
                let in_scope = cells.iter().filter(|c| c.shade != Shade::OutOfScope).count();
                let in_scope = if in_scope == 0 { String::new() } else { in_scope.to_string() };
                (share, share.map(percent).unwrap_or_default(), in_scope)
            }
            What::Change(moved) => {
                let of_tactic = |id: TechniqueId| {
                    let found = self.attack.technique(id);
                    found.is_some_and(|ix| self.attack.techniques[ix].tactics.contains(&at))
                };
                let (rose, fell) = rose_and_fell(moved, of_tactic);
                let said = |n: usize, word| match n {
                    0 => String::new(),
                    n => format!("{n} {word}"),
                };
                (None, said(rose, "rose"), said(fell, "fell"))
            }
        };
        Column { id: tactic.id.clone(), name: tactic.name.clone(), share, left, right, cells }
    }

    fn cell(&self, ix: usize, technique: &Technique) -> Cell {
        let id = technique.id;
        let subs: Vec<Sub> = self
            .attack
            .subs(ix)
            .map(|sub| self.attack.techniques[sub].id)
            .map(|id| Sub { shade: self.shade(id), outlined: self.first.contains(&id) })
            .collect();
        let of_sub = || subs.iter().map(|sub| sub.shade);
        Cell {
            id: id.to_string(),
            name: technique.name.clone(),
            shade: self.of_family(self.shade(id), of_sub()),
            outlined: self.first.contains(&id) || subs.iter().any(|sub| sub.outlined),
            proof: self.proof(ix),
            fraction: self.fraction(of_sub()),
            subs,
        }
    }

    /// The shade of one technique by itself.
    fn shade(&self, id: TechniqueId) -> Shade {
        match self.what {
            What::Show(show) => match self.assessment.technique(id) {
                Some(technique) => Shade::Step(step(self.assessment, technique, show)),
                None => Shade::OutOfScope,
            },
            What::Change(moved) => moved.techniques.get(&id).map_or(Shade::OutOfScope, changed),
        }
    }

    /// The shade of a technique with its sub-techniques: its own where that takes them in, as
    /// coverage does, else the one to look at first. A technique may be out of scope on its own
    /// platforms and have sub-techniques that are in.
    fn of_family(&self, own: Shade, subs: impl Iterator<Item = Shade>) -> Shade {
        let takes_in_subs = match self.what {
            What::Show(Show::Coverage | Show::Function(_)) | What::Change(_) => true,
            What::Show(Show::Threat | Show::Priority | Show::Visibility) => false,
        };
        if takes_in_subs && matches!(own, Shade::Step(_) | Shade::Change(_)) {
            return own;
        }
        let urgency = |shade: &Shade| match *shade {
            Shade::OutOfScope => (0, 0),
            Shade::Left => (1, 0),
            Shade::Joined => (2, 0),
            Shade::Step(step) => (3, i16::from(step)),
            Shade::Change(by) => (3, -i16::from(by)),
        };
        subs.chain([own]).max_by_key(urgency).unwrap_or(own)
    }

    fn proof(&self, ix: usize) -> Proof {
        let subs = self.attack.subs(ix).chain([ix]);
        let family = subs.filter_map(|ix| self.assessment.technique(self.attack.techniques[ix].id));
        let (show, says_claims) = match self.what {
            What::Show(show @ (Show::Coverage | Show::Function(_))) => (show, true),
            What::Show(show @ (Show::Threat | Show::Priority | Show::Visibility)) => (show, false),
            What::Change(_) => (Show::Coverage, false),
        };
        let (mut lo, mut hi) = (0.0_f64, 0.0_f64);
        for range in family.map(|technique| figure(technique, show)) {
            (lo, hi) = (lo.max(range.lo), hi.max(range.hi));
        }
        match (lo > 0.0, hi > 0.0) {
            (true, _) => Proof::Proven,
            (false, true) if says_claims => Proof::Claimed,
            (false, _) => Proof::Unsaid,
        }
    }

    /// Sub-techniques that are at least weak, of those in scope.
    fn fraction(&self, subs: impl Iterator<Item = Shade>) -> Option<(usize, usize)> {
        if !matches!(self.what, What::Show(Show::Coverage | Show::Function(_))) {
            return None;
        }
        let subs: Vec<Shade> = subs.filter(|shade| *shade != Shade::OutOfScope).collect();
        let at_least_weak = subs.iter().filter(|shade| **shade >= Shade::Step(2)).count();
        (!subs.is_empty()).then_some((at_least_weak, subs.len()))
    }
}

/// The coverage that a view is about; beside threat and priority, the composite.
pub(crate) fn figure(technique: &TechniqueAssessment, show: Show) -> Range {
    match show {
        Show::Coverage | Show::Threat | Show::Priority | Show::Visibility => {
            technique.coverage.composite
        }
        Show::Function(Function::Prevent) => technique.coverage.prevent,
        Show::Function(Function::Detect) => technique.coverage.detect,
        Show::Function(Function::Respond) => technique.coverage.respond,
        Show::Function(Function::Observe) => Range::ZERO,
    }
}

/// The step of colour of a technique, from 0 to 4.
pub(crate) fn step(assessment: &Assessment, technique: &TechniqueAssessment, show: Show) -> u8 {
    let step = |value: f64, borders: [f64; 3]| match value {
        value if value <= 0.0 => 0,
        value => 1 + borders.iter().filter(|border| value >= **border).count() as u8,
    };
    match show {
        Show::Threat => step(technique.threat.value, [0.25, 0.5, 0.75]),
        Show::Visibility => step(technique.ease.telemetry, [0.25, 0.5, 0.75]),
        Show::Priority => step(technique.priority, [10.0, 25.0, 50.0]),
        Show::Coverage | Show::Function(_) => {
            let range = figure(technique, show);
            CoverageLevel::of(range, technique.target, &assessment.policy) as u8
        }
    }
}

/// What the colour of a movement is.
pub(crate) fn changed(movement: &Movement) -> Shade {
    let (moved, much) = MOVED;
    match (movement, movement.by()) {
        (Movement::Left, _) => Shade::Left,
        (Movement::Joined, _) | (Movement::Both { .. }, None) => Shade::Joined,
        (Movement::Both { .. }, Some(by)) => Shade::Change(match by {
            by if by <= -much => -2,
            by if by <= -moved => -1,
            by if by < moved => 0,
            by if by < much => 1,
            _ => 2,
        }),
    }
}

/// How many techniques, each counted once, rose and fell.
fn rose_and_fell(moved: &Movements, counts: impl Fn(TechniqueId) -> bool) -> (usize, usize) {
    let counted = moved.techniques.iter().filter(|(id, _)| counts(**id));
    let by: Vec<f64> = counted.filter_map(|(_, movement)| movement.by()).collect();
    let rose = by.iter().filter(|by| **by >= MOVED.0).count();
    let fell = by.iter().filter(|by| **by <= -MOVED.0).count();
    (rose, fell)
}

/// The finding, whatever is shown.
fn title(assessment: &Assessment, show: Show) -> String {
    match show {
        Show::Coverage => super::finding(assessment),
        Show::Function(function) => {
            let figures = assessment.headline.by_function.get(function.word());
            let done = match function {
                Function::Prevent => "prevented",
                Function::Detect => "detected",
                Function::Respond => "responded to",
                Function::Observe => "observed",
            };
            told(assessment, figures.map_or(Range::ZERO, |f| f.threat_weighted), done)
        }
        Show::Threat => likeliest(assessment),
        Show::Visibility => {
            let all = &assessment.techniques;
            match all.iter().filter(|t| t.ease.telemetry <= 0.0).count() {
                0 => "Something that can show it is collected for every technique".to_owned(),
                n => format!(
                    "For {} of {} nothing that could show them is collected",
                    n,
                    count(all.len(), "technique")
                ),
            }
        }
        Show::Priority => match assessment.gaps()[..] {
            [] => "No gap is open".to_owned(),
            [only] => format!("One gap is open: {}", full_name(assessment, only)),
            [first, ..] => format!(
                "{} are open; the most urgent is {}",
                count(assessment.gaps().len(), "gap"),
                full_name(assessment, first)
            ),
        },
    }
}

/// How many techniques a title names.
const NAMED: usize = 3;

/// What adversaries are most likely to use. Techniques that have sub-techniques in scope are left
/// out: how somebody attacks is said by these.
fn likeliest(assessment: &Assessment) -> String {
    let techniques = &assessment.techniques;
    let has_subs = |id| techniques.iter().any(|t| t.parent == Some(id));
    let mut used: Vec<&TechniqueAssessment> =
        techniques.iter().filter(|t| t.threat.value > 0.0 && !has_subs(t.id)).collect();
    used.sort_by(|a, b| b.threat.value.total_cmp(&a.threat.value).then(a.id.cmp(&b.id)));
    let names: Vec<String> =
        used.iter().take(NAMED).map(|technique| full_name(assessment, technique)).collect();
    let who = if assessment.adversaries.is_empty() { "Adversaries" } else { "Our adversaries" };
    match &names[..] {
        [] => "Nothing in scope is known to be used by adversaries".to_owned(),
        [name] => format!("{who} are most likely to use {name}"),
        [names @ .., last] => {
            format!("{who} are most likely to use {} and {last}", names.join(", "))
        }
    }
}

/// A sub-technique after its technique: names such as Domains stand under several.
fn full_name(assessment: &Assessment, technique: &TechniqueAssessment) -> String {
    let parent = technique.parent.and_then(|parent| assessment.technique(parent));
    match parent {
        Some(parent) => format!("{}: {}", parent.name, technique.name),
        None => technique.name.clone(),
    }
}

/// What the figures in a matrix are.
fn definition(show: Show) -> &'static str {
    match show {
        Show::Coverage => {
            "Percent: expected coverage against our adversaries, by tactic; number: techniques in \
             scope."
        }
        Show::Visibility => "To collect is not to detect. Number: techniques in scope.",
        Show::Function(_) | Show::Threat | Show::Priority => "Number: techniques in scope.",
    }
}

/// What the steps of colour are called, the lowest first.
pub(crate) fn steps(assessment: &Assessment, show: Show) -> [String; 5] {
    let policy = &assessment.policy;
    match show {
        Show::Coverage | Show::Function(_) => [
            "None".to_owned(),
            format!("Trace (below {})", percent(policy.level_weak)),
            format!("Weak (below {})", percent(policy.level_partial)),
            format!("Partial (below {})", percent(policy.tau)),
            "Strong".to_owned(),
        ],
        Show::Threat => ["Not used", "Below 25 %", "Below 50 %", "Below 75 %", "75 % and more"]
            .map(str::to_owned),
        Show::Visibility => ["Nothing", "Below 25 %", "Below 50 %", "Below 75 %", "75 % and more"]
            .map(str::to_owned),
        Show::Priority => {
            ["No gap", "Below 10", "Below 25", "Below 50", "50 and more"].map(str::to_owned)
        }
    }
}

fn legend(assessment: &Assessment, show: Show) -> Legend {
    let (claimed, fraction, squares) = match show {
        Show::Coverage | Show::Function(_) => (
            "Claimed only",
            "2/5 = sub-techniques at least weak",
            "A square for each sub-technique",
        ),
        Show::Threat | Show::Priority | Show::Visibility => (
            "",
            "The highest of its sub-techniques shows",
            "A square for each sub-technique, the highest shows",
        ),
    };
    Legend {
        steps: steps(assessment, show),
        outlined: "Among the ten first gaps".to_owned(),
        proven: "Something is proven".to_owned(),
        claimed: claimed.to_owned(),
        out_of_scope: "Out of scope".to_owned(),
        fraction: fraction.to_owned(),
        squares: squares.to_owned(),
        ..Legend::default()
    }
}

/// What rose and what fell since an earlier assessment, in a sentence.
pub(crate) fn change_finding(before: &Assessment, moved: &Movements) -> String {
    let since = before.as_of;
    match rose_and_fell(moved, |_| true) {
        (0, 0) => format!("Coverage of no technique has moved since {since}"),
        (rose, 0) => format!("Coverage of {} rose since {since}, of none it fell", many(rose)),
        (0, fell) => format!("Coverage of {} fell since {since}, of none it rose", many(fell)),
        (rose, fell) => {
            format!("Coverage of {} rose, of {fell} it fell, since {since}", many(rose))
        }
    }
}

fn change_caption(before: &Assessment, now: &Assessment, moved: &Movements) -> Caption {
    let (least, much) = MOVED;
    let definition = format!(
        "Moved: expected coverage is {} or more from what it was, much: {}; each technique and \
         sub-technique counts once. Then: inputs {} of {since}.",
        points(least),
        points(much),
        input_hash(before),
        since = before.as_of,
    );
    let mut caption = caption(now, &change_finding(before, moved), &definition);
    let unlike = unlike(before, now, moved);
    if !unlike.is_empty() {
        caption.subtitle =
            crate::printable(&format!("{} · {}", unlike.join(" · "), caption.subtitle));
    }
    caption
}

/// What must be known before two assessments are compared.
fn unlike(before: &Assessment, now: &Assessment, moved: &Movements) -> Vec<String> {
    let mut unlike = Vec::new();
    let releases = [&before.attack.version, &now.attack.version];
    if releases[0] != releases[1] {
        unlike.push(format!("ATT&CK {} then, {} now", releases[0], releases[1]));
    }
    match moved.not_comparable() {
        0 => {}
        n => unlike.push(format!("{} cannot be compared", many(n))),
    }
    if before.policy != now.policy {
        unlike.push("by other numbers of the method".to_owned());
    }
    if before.scope.platforms != now.scope.platforms {
        unlike.push("on other platforms".to_owned());
    }
    unlike
}

fn many(techniques: usize) -> String {
    count(techniques, "technique")
}

/// A share as points: `1 point`, `10 points`.
fn points(share: f64) -> String {
    count((100.0 * share).round() as usize, "point")
}

/// What the steps of change are called, from worse to better.
pub(crate) fn changes() -> [String; 5] {
    let (least, much) = MOVED;
    [
        format!("Fell by {} or more", points(much)),
        format!("by {} or more", points(least)),
        format!("Moved by less than {}", points(least)),
        format!("Rose by {} or more", points(least)),
        format!("by {} or more", points(much)),
    ]
}

/// What did not happen is not in the legend.
fn change_legend(columns: &[Column]) -> Legend {
    let cells = columns.iter().flat_map(|column| &column.cells);
    let shades: Vec<Shade> =
        cells.flat_map(|cell| cell.subs.iter().map(|sub| sub.shade).chain([cell.shade])).collect();
    let where_any = |shade, words: &str| match shades.contains(&shade) {
        true => words.to_owned(),
        false => String::new(),
    };
    Legend {
        changes: changes(),
        joined: where_any(Shade::Joined, "Not in scope then"),
        left: where_any(Shade::Left, "Not in scope now"),
        outlined: "Among the ten first gaps".to_owned(),
        proven: "Something is proven".to_owned(),
        out_of_scope: "Out of scope".to_owned(),
        squares: "A mark for each sub-technique".to_owned(),
        ..Legend::default()
    }
}

#[cfg(test)]
mod tests {
    use model::fixture::Fixture;

    use super::*;

    const WORLD: &str = r#"
        tactic TA0002 execution Execution
        tactic TA0003 persistence Persistence
        technique T1059 Interpreter in execution on Windows
        technique T1059.001 PowerShell in execution on Windows
        technique T1059.004 "Unix Shell" in execution on Linux
        technique T1078 Accounts in execution,persistence on Windows
        technique T1200 Hardware in persistence on Linux
        group G0016 APT29 uses T1059.001
        platforms Windows=1
        profile G0016=3
    "#;
    const RULE: &str =
        "have R1 rule detect T1059.001 strength=0.9 status=enabled basis=validated\n";
    const TESTED: &str = "have C1 control prevent T1078 strength=0.9 tests=9/10/2025-11-30\n";

    fn world(having: &str) -> (Attack, Assessment) {
        let fixture = Fixture::parse(&format!("{WORLD}{having}"));
        let assessment = fixture.assess();
        (fixture.attack, assessment)
    }

    fn drawn(having: &str, show: Show) -> Matrix {
        let (attack, assessment) = world(having);
        matrix(&assessment, &attack, show)
    }

    fn cell<'a>(matrix: &'a Matrix, id: &str) -> &'a Cell {
        let cells = matrix.columns.iter().flat_map(|column| &column.cells);
        cells.into_iter().find(|cell| cell.id == id).unwrap()
    }

    #[test]
    fn every_title_is_a_finding() {
        let title = |show| drawn(RULE, show).caption.title;
        assert!(
            title(Show::Coverage).ends_with("of what our adversaries do is expected to be covered")
        );
        let prevented = title(Show::Function(Function::Prevent));
        assert_eq!(prevented, "Nothing of what our adversaries do is prevented");
        let detected = title(Show::Function(Function::Detect));
        assert!(detected.ends_with("is expected to be detected"), "{detected}");
        assert_eq!(
            title(Show::Threat),
            "Our adversaries are most likely to use Interpreter: PowerShell"
        );
        assert_eq!(title(Show::Priority), "No gap is open");
        let open = drawn("", Show::Priority).caption.title;
        assert!(open.contains("Interpreter: PowerShell"), "{open}");
        let visible = title(Show::Visibility);
        assert_eq!(visible, "For 3 of 3 techniques nothing that could show them is collected");
    }

    #[test]
    fn what_is_proven_is_told_from_what_is_claimed() {
        let matrix = drawn(&format!("{RULE}{TESTED}"), Show::Coverage);
        assert_eq!(cell(&matrix, "T1078").proof, Proof::Proven);
        assert_eq!(cell(&matrix, "T1059").proof, Proof::Claimed);
        assert_eq!(cell(&matrix, "T1200").proof, Proof::Unsaid);
        // Where the picture is not about coverage, a ring would say nothing.
        let threat = drawn(&format!("{RULE}{TESTED}"), Show::Threat);
        assert_eq!(cell(&threat, "T1059").proof, Proof::Unsaid);
        assert_eq!(threat.legend.claimed, "");
    }

    #[test]
    fn a_cell_has_its_sub_techniques_and_those_out_of_scope_say_so() {
        let matrix = drawn(RULE, Show::Coverage);
        let subs = &cell(&matrix, "T1059").subs;
        assert!(matches!(subs[0].shade, Shade::Step(step) if step > 0));
        assert_eq!(subs[1].shade, Shade::OutOfScope);
        assert_eq!(cell(&matrix, "T1059").fraction, Some((1, 1)));
        assert!(cell(&matrix, "T1078").subs.is_empty());
    }

    #[test]
    fn a_change_is_counted_once_for_each_technique() {
        let ((_, before), (attack, now)) = (world(RULE), world(TESTED));
        let matrix = change(&before, &now, &attack);
        // T1078 is in two tactics; T1059 moves with PowerShell.
        assert_eq!(
            matrix.caption.title,
            "Coverage of 1 technique rose, of 2 it fell, since 2025-12-01"
        );
        let captions: Vec<_> =
            matrix.columns.iter().map(|c| (c.left.as_str(), c.right.as_str())).collect();
        assert_eq!(captions, [("1 rose", "2 fell"), ("1 rose", "")]);
        assert_eq!(cell(&matrix, "T1078").shade, Shade::Change(2));
        assert!(matches!(cell(&matrix, "T1059").shade, Shade::Change(-2)));
        assert_eq!(cell(&matrix, "T1200").shade, Shade::OutOfScope);
        assert_eq!((&*matrix.legend.joined, &*matrix.legend.left), ("", ""));
    }

    #[test]
    fn nothing_has_moved_between_equals() {
        let (attack, assessment) = world(RULE);
        let matrix = change(&assessment, &assessment, &attack);
        let title = "Coverage of no technique has moved since 2025-12-01";
        assert_eq!(matrix.caption.title, title);
        assert_eq!(cell(&matrix, "T1078").shade, Shade::Change(0));
    }

    #[test]
    fn what_cannot_be_compared_is_told_apart_and_counted() {
        let (_, before) = world(RULE);
        let linux = Fixture::parse(&format!("{}{RULE}", WORLD.replace("Windows=1", "Linux=1")));
        let matrix = change(&before, &linux.assess(), &linux.attack);
        assert_eq!(cell(&matrix, "T1078").shade, Shade::Left);
        assert_eq!(cell(&matrix, "T1200").shade, Shade::Joined);
        let subs: Vec<Shade> = cell(&matrix, "T1059").subs.iter().map(|sub| sub.shade).collect();
        assert_eq!(subs, [Shade::Left, Shade::Joined]);
        let said = "5 techniques cannot be compared · on other platforms · ";
        assert!(matrix.caption.subtitle.starts_with(said), "{}", matrix.caption.subtitle);
        assert_eq!(matrix.legend.left, "Not in scope now");
    }
}
