//! The facts that the script shows in the panel and filters by, as compact as names allow: texts
//! that recur stand once, and shares are whole thousandths.

use std::collections::BTreeMap;

use model::assessment::{Assessment, CoverageLevel, EvidenceSummary, TechniqueAssessment};
use model::attack::{AdversaryKind, Attack};
use model::capability::Capability;
use model::inputs::Decided;
use model::movement::Movements;
use model::next_move::{Move, State};
use model::score::Range;
use serde::Serialize;

use super::evidence::strongest;
use super::grid::{families, platforms};
use super::layer::{Layer, Painter, Shown};
use crate::view::explain::flag_in_words;
use crate::view::levers;

/// Pieces of evidence in the data; beyond, each technique keeps its strongest.
const PIECES: usize = 12_000;

/// Everything the script knows.
#[derive(Debug, Serialize)]
pub(super) struct Data {
    layers: Vec<LayerWords>,
    levels: [&'static str; 5],
    /// What a move is, by its word.
    moves: BTreeMap<&'static str, &'static str>,
    /// Names of tactics, in the order of the matrix.
    tactics: Vec<String>,
    platforms: Vec<String>,
    /// By id: the name, and the techniques that it uses, by place in `techniques`.
    adversaries: BTreeMap<String, (String, Vec<usize>)>,
    techniques: Vec<Technique>,
    /// Techniques out of scope with sub-techniques in it: what their cells show.
    parents: BTreeMap<String, Cells>,
    /// Id, title, and where it stands: a text of `words`, and what follows it.
    capabilities: Vec<(String, String, usize, String)>,
    words: Vec<String>,
}

#[derive(Debug, Serialize)]
struct LayerWords {
    number: &'static str,
    /// From worse to better instead of from little to much.
    diverges: bool,
    steps: [String; 5],
}

/// What the cells of a technique show: a digit and a number a layer.
type Cells = (String, Vec<i32>);

/// A technique in scope. Ranges are proven, expected, claimed.
#[derive(Debug, Serialize)]
struct Technique {
    id: String,
    name: String,
    /// Places in `tactics`.
    ta: Vec<usize>,
    /// Places in `platforms`.
    pl: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rank: Option<usize>,
    level: u8,
    cells: Cells,
    /// Prevented, detected, responded to, prevented or detected.
    cov: [[i32; 3]; 4],
    /// Threat, profile, all groups, impact, enough, gap, choke point, priority, ease, telemetry.
    terms: [i32; 10],
    /// Public rules, mitigations open, tests passed, tests run.
    counts: [usize; 4],
    /// Day of the last test, state, next move, decision.
    says: [String; 4],
    /// Runs among the first ten, of how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    firm: Option<(usize, usize)>,
    /// What each adversary adds to the profile.
    by: Vec<(String, i32)>,
    /// Texts of `words`.
    flags: Vec<usize>,
    /// The strongest pieces of evidence.
    ev: Vec<Piece>,
    /// Pieces of evidence in all.
    all: usize,
}

/// Capability, function, family, id it names, proven, expected, claimed, where it applies.
type Piece = (usize, usize, usize, usize, i32, i32, i32, usize);

/// Texts that stand once.
#[derive(Debug, Default)]
struct Words {
    places: BTreeMap<String, usize>,
    texts: Vec<String>,
}

impl Words {
    fn place(&mut self, text: &str) -> usize {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        self.places.insert(text.to_owned(), self.texts.len());
        self.texts.push(text.to_owned());
        self.texts.len() - 1
    }
}

pub(super) fn of(assessment: &Assessment, attack: &Attack, moved: Option<&Movements>) -> Data {
    let layers = Layer::all(moved.is_some());
    let mut cells = cells(Painter { assessment, moved }, &layers);
    let mut drawing = Drawing::of(assessment, attack);
    let techniques = assessment.techniques.iter();
    let techniques = techniques.map(|t| {
        let shown = cells.remove(&t.id.to_string()).unwrap_or_default();
        drawing.technique(t, shown)
    });
    let techniques = techniques.collect();
    let words_of = |layer: Layer| LayerWords {
        number: layer.number(),
        diverges: layer == Layer::Change,
        steps: layer.steps(assessment),
    };
    Data {
        layers: layers.into_iter().map(words_of).collect(),
        levels: CoverageLevel::ALL.map(CoverageLevel::word),
        moves: Move::ALL.map(|m| (m.word(), levers::meaning(m))).into_iter().collect(),
        tactics: attack.tactics.iter().map(|tactic| tactic.name.clone()).collect(),
        platforms: drawing.platforms,
        adversaries: adversaries(assessment, attack),
        techniques,
        parents: cells,
        capabilities: drawing.capabilities,
        words: drawing.words.texts,
    }
}

/// What the cells of each technique show, those out of scope with sub-techniques in it included.
fn cells(painter: Painter<'_>, layers: &[Layer]) -> BTreeMap<String, Cells> {
    let mut cells = BTreeMap::new();
    let mut show =
        |id: String, own: Option<&TechniqueAssessment>, subs: &[&TechniqueAssessment]| {
            let shown = layers.iter().filter_map(|layer| painter.cell(*layer, own, subs));
            let shown: Vec<Shown> = shown.collect();
            let steps = shown.iter().map(|shown| shown.step.to_string()).collect();
            cells.insert(id, (steps, shown.iter().map(|shown| shown.number).collect()));
        };
    for (id, family) in families(painter.assessment) {
        let own = family.iter().copied().find(|t| t.parent.is_none());
        let subs: Vec<_> = family.iter().copied().filter(|t| t.parent.is_some()).collect();
        show(id, own, &subs);
        subs.iter().for_each(|sub| show(sub.id.to_string(), Some(sub), &[]));
    }
    cells
}

/// Who uses which techniques in scope: the adversaries of the profile as the assessment has it,
/// other groups as ATT&CK does.
fn adversaries(assessment: &Assessment, attack: &Attack) -> BTreeMap<String, (String, Vec<usize>)> {
    let techniques = &assessment.techniques;
    let mut by_id = BTreeMap::new();
    for group in attack.adversaries.iter().filter(|a| a.kind == AdversaryKind::Group) {
        let used = group.techniques.iter().map(|ix| attack.techniques[*ix].id);
        let used = used.filter_map(|id| techniques.binary_search_by_key(&id, |t| t.id).ok());
        by_id.insert(group.id.clone(), (group.name.clone(), used.collect()));
    }
    for adversary in &assessment.adversaries {
        let uses = |t: &TechniqueAssessment| {
            t.threat.by_adversary.get(&adversary.id).is_some_and(|share| *share > 0.0)
        };
        let used = techniques.iter().enumerate().filter(|(_, t)| uses(t)).map(|(at, _)| at);
        let name = adversary.name.clone();
        by_id.insert(adversary.id.clone(), (name, used.collect()));
    }
    by_id
}

/// How many pieces of evidence each technique keeps, so that a page stays a page.
fn pieces_of_one(assessment: &Assessment) -> usize {
    let kept = |of_one: usize| -> usize {
        assessment.techniques.iter().map(|t| t.evidence.len().min(of_one)).sum()
    };
    let most = assessment.techniques.iter().map(|t| t.evidence.len()).max().unwrap_or(0);
    let mut of_one = most;
    while of_one > 1 && kept(of_one) > PIECES {
        of_one /= 2;
    }
    of_one
}

/// Draws techniques, and gathers what they refer to.
struct Drawing<'a> {
    tactics: BTreeMap<&'a str, usize>,
    platforms: Vec<String>,
    known: BTreeMap<&'a str, &'a Capability>,
    /// Places of capabilities that were referred to.
    places: BTreeMap<&'a str, usize>,
    capabilities: Vec<(String, String, usize, String)>,
    words: Words,
    of_one: usize,
}

impl<'a> Drawing<'a> {
    fn of(assessment: &'a Assessment, attack: &'a Attack) -> Self {
        let capabilities = assessment.capabilities.iter();
        Self {
            tactics: attack.tactics.iter().enumerate().map(|(at, t)| (t.id.as_str(), at)).collect(),
            platforms: platforms(assessment),
            known: capabilities.map(|c| (c.id.as_str(), c.as_ref())).collect(),
            places: BTreeMap::new(),
            capabilities: Vec::new(),
            words: Words::default(),
            of_one: pieces_of_one(assessment),
        }
    }

    fn technique(&mut self, technique: &'a TechniqueAssessment, cells: Cells) -> Technique {
        let coverage = &technique.coverage;
        let tests = &technique.validated;
        let by = technique.threat.by_adversary.iter().filter(|(_, share)| **share > 0.0);
        let flags = technique.flags.iter().map(|flag| self.words.place(flag_in_words(flag)));
        let flags = flags.collect();
        let strongest = strongest(&technique.evidence);
        Technique {
            id: technique.id.to_string(),
            name: technique.name.clone(),
            ta: technique
                .tactics
                .iter()
                .filter_map(|id| self.tactics.get(&**id).copied())
                .collect(),
            pl: technique.platforms.iter().filter_map(|p| self.platform(p)).collect(),
            rank: technique.rank,
            level: technique.level as u8,
            cells,
            cov: [coverage.prevent, coverage.detect, coverage.respond, coverage.composite]
                .map(range),
            terms: terms(technique),
            counts: [
                technique.ease.public_rules as usize,
                technique.ease.mitigations,
                tests.passed as usize,
                tests.run as usize,
            ],
            says: [
                tests.last.map(|day| day.to_string()).unwrap_or_default(),
                technique.state.map_or("", State::word).to_owned(),
                technique.next_move.map_or("", Move::word).to_owned(),
                technique.disposition.as_ref().map(decision).unwrap_or_default(),
            ],
            firm: technique.sensitivity.map(|firm| (firm.top10, firm.runs)),
            by: by.map(|(id, share)| (id.clone(), thousandths(*share))).collect(),
            flags,
            all: technique.evidence.len(),
            ev: strongest.into_iter().take(self.of_one).map(|e| self.piece(e)).collect(),
        }
    }

    fn platform(&self, name: &str) -> Option<usize> {
        self.platforms.iter().position(|known| known == name)
    }

    fn piece(&mut self, evidence: &'a EvidenceSummary) -> Piece {
        let [lo, exp, hi] = range(Range { lo: evidence.lo, exp: evidence.exp, hi: evidence.hi });
        let platforms = evidence.platforms.0.iter().map(|(name, _)| name.as_str());
        let segments = evidence.segments.iter().flatten().map(String::as_str);
        let applies: Vec<&str> = platforms.chain(segments).collect();
        (
            self.capability(&evidence.capability),
            self.words.place(evidence.function.word()),
            self.words.place(&evidence.family),
            self.words.place(&evidence.via),
            lo,
            exp,
            hi,
            self.words.place(&applies.join(", ")),
        )
    }

    fn capability(&mut self, id: &'a str) -> usize {
        if let Some(place) = self.places.get(id) {
            return *place;
        }
        let (title, origin) = self
            .known
            .get(id)
            .map_or_else(Default::default, |c| (c.title.as_str(), c.origin.to_string()));
        let file = origin.rfind('/').map_or(0, |slash| slash + 1);
        let folder = self.words.place(&origin[..file]);
        let title = if title == id { "" } else { title };
        self.capabilities.push((
            id.to_owned(),
            title.to_owned(),
            folder,
            origin[file..].to_owned(),
        ));
        self.places.insert(id, self.capabilities.len() - 1);
        self.capabilities.len() - 1
    }
}

/// See [`Technique::terms`].
fn terms(technique: &TechniqueAssessment) -> [i32; 10] {
    let TechniqueAssessment { threat, ease, .. } = technique;
    [
        threat.value,
        threat.profile,
        threat.baseline,
        threat.impact,
        technique.target,
        technique.gap,
        technique.choke,
        technique.priority,
        ease.value,
        ease.telemetry,
    ]
    .map(thousandths)
}

fn thousandths(share: f64) -> i32 {
    (1000.0 * share).round() as i32
}

fn range(range: Range) -> [i32; 3] {
    [range.lo, range.exp, range.hi].map(thousandths)
}

/// A decision in a line.
fn decision(decided: &Decided) -> String {
    let day = decided.due.or(decided.until).map(|day| format!(" by {day}"));
    let said = [&decided.owner, &decided.ticket, &decided.reason].into_iter().flatten();
    let said: String = said.map(|text| format!("; {text}")).collect();
    format!("{}{}{said}", decided.decision.word(), day.unwrap_or_default())
}
