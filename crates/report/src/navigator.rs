//! Layers for ATT&CK Navigator, format 4.5.
//!
//! The format is described at
//! <https://github.com/mitre-attack/attack-navigator/blob/master/layers/spec/v4.5/layerformat.md>;
//! what the description leaves open is settled by what the Navigator's loader does: it finds the
//! release by the first number of `versions.attack`, takes a technique without a tactic for all
//! its tactics, and shows scores by the gradient only where no technique has a colour of its own.
//! It takes a file with a list of layers, too, and opens a tab for each.

mod change;
mod usage;

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::assessment::{Assessment, CoverageLevel, EvidenceSummary, TechniqueAssessment};
use model::attack::{Attack, Technique};
use model::capability::Function;
use model::id::TechniqueId;
use model::policy::Policy;
use model::score::Range;
use serde::Serialize;

use crate::draw::look::{Look, Tone};
use crate::sheet::percent;
use crate::view::matrix::figure;
use crate::view::{self, Show};

/// Writes one layer with every technique of the release. Those in scope have a score of 0 to 100,
/// what `show` asks for; the others are disabled.
///
/// # Errors
/// Those of the writer.
pub fn write(
    assessment: &Assessment,
    attack: &Attack,
    show: Show,
    out: &mut dyn Write,
) -> io::Result<()> {
    crate::json::write(&layer(assessment, attack, show), out)
}

/// Writes a layer of how many of our adversaries use each technique, and which; of all groups where
/// the profile names nobody.
///
/// # Errors
/// Those of the writer.
pub fn write_usage(
    assessment: &Assessment,
    attack: &Attack,
    out: &mut dyn Write,
) -> io::Result<()> {
    crate::json::write(&usage::layer(assessment, attack), out)
}

/// Writes a layer of what moved since an earlier assessment, in points of expected coverage, by the
/// ids of `attack`, on which the later one stands.
///
/// # Errors
/// Those of the writer.
pub fn write_change(
    before: &Assessment,
    now: &Assessment,
    attack: &Attack,
    out: &mut dyn Write,
) -> io::Result<()> {
    crate::json::write(&change::layer(before, now, attack), out)
}

/// Writes a list of layers, which Navigator opens side by side: coverage, adversary use, priority,
/// and the change where there is an earlier assessment.
///
/// # Errors
/// Those of the writer.
pub fn write_all(
    assessment: &Assessment,
    attack: &Attack,
    before: Option<&Assessment>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut layers = vec![
        layer(assessment, attack, Show::Coverage),
        usage::layer(assessment, attack),
        layer(assessment, attack, Show::Priority),
    ];
    layers.extend(before.map(|before| change::layer(before, assessment, attack)));
    crate::json::write(&layers, out)
}

/// The layout of a layer file, as far as it is used here.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Layer {
    name: String,
    versions: Versions,
    domain: String,
    description: String,
    sorting: u8,
    layout: Layout,
    hide_disabled: bool,
    techniques: Vec<Annotation>,
    gradient: Gradient,
    legend_items: Vec<LegendItem>,
    metadata: Vec<Metadata>,
}

#[derive(Serialize)]
pub(crate) struct Versions {
    #[serde(skip_serializing_if = "String::is_empty")]
    attack: String,
    navigator: &'static str,
    layer: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Layout {
    layout: &'static str,
    #[serde(rename = "showID")]
    show_id: bool,
    show_name: bool,
    show_aggregate_scores: bool,
    expanded_subtechniques: &'static str,
}

/// What is said about one technique, under all its tactics.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Annotation {
    #[serde(rename = "techniqueID")]
    technique_id: String,
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    comment: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    metadata: Vec<Metadata>,
    show_subtechniques: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Gradient {
    colors: Vec<String>,
    min_value: i32,
    max_value: i32,
}

impl Gradient {
    fn new(tones: [Tone; 5], (min_value, max_value): (i32, i32)) -> Self {
        let colors = tones.map(|tone| Look::default().colour(tone).hex()).to_vec();
        Self { colors, min_value, max_value }
    }
}

#[derive(Serialize)]
pub(crate) struct LegendItem {
    pub(crate) label: String,
    pub(crate) color: String,
}

#[derive(Serialize, Clone)]
pub(crate) struct Metadata {
    pub(crate) name: &'static str,
    pub(crate) value: String,
}

/// What one layer has and another has not.
struct Shown {
    /// What a score is, in a few words.
    noun: String,
    /// What must be known about the scores, each without a full stop.
    said: Vec<String>,
    gradient: Gradient,
    legend: Vec<LegendItem>,
    techniques: Vec<Annotation>,
    /// Beside what every layer has.
    metadata: Vec<Metadata>,
}

fn layer(assessment: &Assessment, attack: &Attack, show: Show) -> Layer {
    let titles = titles(assessment);
    let annotate = |technique: &Technique| match assessment.technique(technique.id) {
        Some(found) => in_scope(assessment, found, show, &titles),
        None => out_of_scope(assessment, technique.id),
    };
    let shown = Shown {
        noun: noun(show).to_owned(),
        said: vec![thresholds(&assessment.policy, show)],
        gradient: Gradient::new(STEPS, (0, 100)),
        legend: legend(show),
        techniques: attack.techniques.iter().map(annotate).collect(),
        metadata: Vec::new(),
    };
    shown.layer(assessment)
}

impl Shown {
    /// With what every layer has.
    fn layer(self, assessment: &Assessment) -> Layer {
        let mut legend_items = self.legend;
        legend_items.push(item("out of scope: greyed out", Tone::Paper));
        Layer {
            name: crate::printable(&name(assessment, &self.noun)),
            versions: versions(&assessment.attack.version),
            domain: assessment.attack.domain.clone(),
            description: crate::printable(&description(assessment, self.said)),
            sorting: 0,
            layout: LAYOUT,
            hide_disabled: false,
            techniques: self.techniques,
            gradient: self.gradient,
            legend_items,
            metadata: metadata(assessment).into_iter().chain(self.metadata).collect(),
        }
    }
}

fn item(label: impl Into<String>, tone: Tone) -> LegendItem {
    LegendItem { label: label.into(), color: Look::default().colour(tone).hex() }
}

/// Every technique is annotated, so that expanding the annotated ones would unfold the whole
/// matrix; scores stand for themselves, they are not aggregated once more.
const LAYOUT: Layout = Layout {
    layout: "side",
    show_id: true,
    show_name: true,
    show_aggregate_scores: false,
    expanded_subtechniques: "none",
};

/// Titles by capability: an id may stand for several functions of one thing.
type Titles<'a> = BTreeMap<&'a str, &'a str>;

fn titles(assessment: &Assessment) -> Titles<'_> {
    let capabilities = assessment.capabilities.iter();
    capabilities.map(|capability| (capability.id.as_str(), capability.title.as_str())).collect()
}

fn name(assessment: &Assessment, noun: &str) -> String {
    let organisation = &assessment.organisation;
    let named: Vec<&str> = [&organisation.name, &organisation.segment]
        .into_iter()
        .filter_map(|name| name.as_deref())
        .collect();
    let owner = if named.is_empty() { String::new() } else { format!("{}: ", named.join(", ")) };
    format!("{owner}{noun}")
}

/// What a score is, in a few words.
fn noun(show: Show) -> &'static str {
    match show {
        Show::Coverage => "expected coverage",
        Show::Function(Function::Prevent) => "expected prevention",
        Show::Function(Function::Detect) => "expected detection",
        Show::Function(Function::Respond) => "expected response",
        Show::Function(Function::Observe) => "observation",
        Show::Threat => "threat",
        Show::Priority => "priority of gaps",
        Show::Visibility => "telemetry collected",
    }
}

/// The loader takes the first number for the release, whatever stands around it.
pub(crate) fn versions(release: &str) -> Versions {
    let major = release.split(|c: char| !c.is_ascii_digit()).find(|digits| !digits.is_empty());
    Versions { attack: major.unwrap_or_default().to_owned(), navigator: "5.1.0", layer: "4.5" }
}

fn description(assessment: &Assessment, said: Vec<String>) -> String {
    let classification = assessment.organisation.classification.clone();
    let mut sentences: Vec<String> = classification.into_iter().collect();
    sentences.extend(view::caveats(assessment));
    sentences.push(view::finding(assessment));
    sentences.push(view::basis(assessment));
    sentences.extend(said);
    sentences.push("A rule that exists is not proof that an attack is seen".to_owned());
    sentences.push("Techniques out of scope are disabled and have no score".to_owned());
    format!("{}.", sentences.join(". "))
}

fn thresholds(policy: &Policy, show: Show) -> String {
    match show {
        Show::Coverage | Show::Function(_) => format!(
            "Score: {}, 0 to 100; trace is below {}, weak below {}, partial below {}; more is enough",
            noun(show),
            percent(policy.level_weak),
            percent(policy.level_partial),
            percent(policy.tau),
        ),
        Show::Threat => "Score: how likely our adversaries use it, 0 to 100".to_owned(),
        Show::Visibility => {
            "Score: how much of what could show it is collected, 0 to 100".to_owned()
        }
        Show::Priority => {
            "Score: how urgent the gap is, 0 to 100; 0 where nothing is missing".to_owned()
        }
    }
}

/// The colours of the gradient, from nothing to all.
const STEPS: [Tone; 5] =
    [Tone::Step(0), Tone::Step(1), Tone::Step(2), Tone::Step(3), Tone::Step(4)];

/// The colours as the gradient has them: Navigator blends between its even steps, so that the
/// words of the levels, whose borders are uneven, would be wrong beside them.
fn legend(show: Show) -> Vec<LegendItem> {
    let unit = if show == Show::Priority { "" } else { " %" };
    let words = match show {
        Show::Coverage | Show::Function(_) => ["nothing", "all"],
        Show::Threat => ["not used", "used by all"],
        Show::Visibility => ["nothing", "all"],
        Show::Priority => ["no gap", "most urgent"],
    };
    let label = |score: usize| match score {
        0 => format!("0{unit}: {}", words[0]),
        100 => format!("100{unit}: {}", words[1]),
        score => format!("{score}{unit}"),
    };
    let steps = STEPS.iter().enumerate();
    steps.map(|(at, step)| item(label(at * 100 / (STEPS.len() - 1)), *step)).collect()
}

fn metadata(assessment: &Assessment) -> Vec<Metadata> {
    let release = &assessment.attack;
    let platforms = assessment.scope.platforms.iter();
    let platforms = platforms.map(|(name, share)| format!("{name} {}", percent(*share)));
    let adversaries = assessment.adversaries.iter().map(|adversary| adversary.name.clone());
    let hash = |text: &str| text.chars().take(12).collect::<String>();
    let inputs = assessment.inputs.iter().take(LISTED);
    let inputs = inputs.map(|source| format!("{} {}", source.path, hash(&source.sha256)));
    let scope = view::in_scope(assessment);
    stated([
        ("made by", assessment.generated_by.clone()),
        ("date", assessment.as_of.to_string()),
        ("ATT&CK", format!("{} {} {}", release.version, release.source, hash(&release.sha256))),
        ("scope", format!("{scope}: {}", platforms.collect::<Vec<_>>().join(", "))),
        ("adversaries", adversaries.collect::<Vec<_>>().join(", ")),
        ("inputs, SHA-256", inputs.collect::<Vec<_>>().join(", ")),
    ])
}

/// Entries with a value: the format does not allow empty ones.
fn stated<const N: usize>(entries: [(&'static str, String); N]) -> Vec<Metadata> {
    let entries = entries
        .into_iter()
        .map(|(name, value)| Metadata { name, value: crate::printable(&value).trim().to_owned() });
    entries.filter(|entry| !entry.value.is_empty()).collect()
}

/// How many capabilities, and how many inputs, are named.
const LISTED: usize = 5;

fn in_scope(
    assessment: &Assessment,
    technique: &TechniqueAssessment,
    show: Show,
    titles: &Titles<'_>,
) -> Annotation {
    let evidence = evidence(technique, show);
    let range = figure(technique, show);
    let level = CoverageLevel::of(range, technique.target, &assessment.policy);
    let named = named(&evidence, titles);
    let used_by = usage::by_ours(assessment, technique);
    Annotation {
        technique_id: technique.id.to_string(),
        enabled: true,
        score: Some(score(technique, show)),
        comment: crate::printable(&comment(technique, level, range, &named)),
        metadata: stated([
            ("level", level.word().to_owned()),
            ("rank", technique.rank.map(|rank| rank.to_string()).unwrap_or_default()),
            ("evidence", evidence.len().to_string()),
            ("used by", used_by.join(", ")),
        ]),
        show_subtechniques: false,
    }
}

/// A technique out of scope may have sub-techniques that are in: they are not to be missed.
fn out_of_scope(assessment: &Assessment, id: TechniqueId) -> Annotation {
    let excluded = |wanted| assessment.scope.excluded.iter().find(|e| e.technique == wanted);
    let reason = excluded(id).or_else(|| excluded(id.parent()?)).map(|e| e.reason.as_str());
    let reason = reason.filter(|reason| !reason.is_empty());
    Annotation {
        technique_id: id.to_string(),
        comment: crate::printable(
            &reason.map(|why| format!("Out of scope: {why}")).unwrap_or_default(),
        ),
        show_subtechniques: assessment.techniques.iter().any(|t| t.parent == Some(id)),
        ..Annotation::default()
    }
}

fn score(technique: &TechniqueAssessment, show: Show) -> f64 {
    let score = match show {
        Show::Coverage | Show::Function(_) => figure(technique, show).exp * 100.0,
        Show::Threat => technique.threat.value * 100.0,
        Show::Visibility => technique.ease.telemetry * 100.0,
        Show::Priority => technique.priority,
    };
    (score.clamp(0.0, 100.0) * 10.0).round() / 10.0
}

/// The evidence behind [`figure`], the strongest first.
fn evidence(technique: &TechniqueAssessment, show: Show) -> Vec<&EvidenceSummary> {
    let counts = |evidence: &&EvidenceSummary| match show {
        Show::Function(function) => evidence.function == function,
        Show::Coverage | Show::Threat | Show::Priority | Show::Visibility => {
            evidence.function != Function::Respond
        }
    };
    let mut evidence: Vec<_> = technique.evidence.iter().filter(counts).collect();
    evidence.sort_by(|a, b| b.exp.total_cmp(&a.exp).then_with(|| a.capability.cmp(&b.capability)));
    evidence
}

/// The capabilities behind the evidence, each once: the first by name, the others by number.
fn named(evidence: &[&EvidenceSummary], titles: &Titles<'_>) -> Vec<String> {
    let mut ids: Vec<&str> = Vec::new();
    for evidence in evidence {
        if !ids.contains(&evidence.capability.as_str()) {
            ids.push(&evidence.capability);
        }
    }
    let mut names: Vec<String> = ids.iter().take(LISTED).map(|id| called(id, titles)).collect();
    if ids.len() > LISTED {
        names.push(format!("and {} more", ids.len() - LISTED));
    }
    names
}

fn called(id: &str, titles: &Titles<'_>) -> String {
    match titles.get(id).copied().unwrap_or_default() {
        "" => shortened(id),
        title if title == id => shortened(id),
        title => format!("{} {}", shortened(id), shortened(title)),
    }
}

/// A text that would be longer than a comment can bear is cut.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 120;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn comment(
    technique: &TechniqueAssessment,
    level: CoverageLevel,
    range: Range,
    named: &[String],
) -> String {
    let mut sentences = vec![format!(
        "Coverage {}: {} proven, {} expected, {} claimed",
        level.word(),
        percent(range.lo),
        percent(range.exp),
        percent(range.hi),
    )];
    sentences.push(match technique.rank {
        Some(rank) if technique.is_accepted() => format!("Gap {rank}, accepted"),
        Some(rank) => format!("Gap {rank}, priority {:.1}", technique.priority),
        None if technique.gap > 0.0 => "Priority 0".to_owned(),
        None => "No gap".to_owned(),
    });
    if !named.is_empty() {
        sentences.push(named.join("; "));
    }
    sentences.join(". ")
}

#[cfg(test)]
mod tests {
    use model::fixture::Fixture;
    use model::inputs::Source;
    use serde_json::Value;

    use super::*;

    const WORLD: &str = r#"
        tactic TA0002 execution Execution
        tactic TA0004 privilege-escalation "Privilege Escalation"
        technique T1059 Interpreter in execution on Windows
        technique T1059.001 PowerShell in execution on Windows
        technique T1059.004 "Unix Shell" in execution on Linux
        technique T1200 Hardware in execution,privilege-escalation on Windows
        technique T1078 Accounts in execution on Linux
        group G0016 APT29 uses T1059.001,T1200
        platforms Windows=1
        exclude T1200 "no physical access"
        profile G0016=3
        have R1 rule detect T1059.001 rule_status=stable rule_level=high status=enabled
        have C1 control prevent T1059.001 strength=0.9 tests=9/10/2025-11-30
    "#;
    const HOSTILE: &str = "</script><img src=x onerror=alert(1)>\"'&\u{202e}\u{1b}[31m\n\u{200f}";
    const SHOWS: [Show; 7] = [
        Show::Coverage,
        Show::Function(Function::Prevent),
        Show::Function(Function::Detect),
        Show::Function(Function::Respond),
        Show::Threat,
        Show::Priority,
        Show::Visibility,
    ];

    fn world() -> (Attack, Assessment) {
        let mut fixture = Fixture::parse(WORLD);
        fixture.attack.version = "18.1".to_owned();
        fixture.capabilities.iter_mut().for_each(|c| c.title = HOSTILE.to_owned());
        let mut assessment = fixture.assess();
        assessment.organisation.name = Some(HOSTILE.to_owned());
        assessment.inputs = vec![Source {
            path: HOSTILE.to_owned(),
            sha256: "0123456789abcdef".to_owned(),
            ..Source::default()
        }];
        (fixture.attack, assessment)
    }

    fn written(show: Show) -> Vec<u8> {
        let (attack, assessment) = world();
        let mut out = Vec::new();
        write(&assessment, &attack, show, &mut out).unwrap();
        out
    }

    fn read(show: Show) -> Value {
        serde_json::from_slice(&written(show)).unwrap()
    }

    fn technique(layer: &Value, id: &str) -> Value {
        let techniques = layer["techniques"].as_array().unwrap();
        let mut found = techniques.iter().filter(|t| t["techniqueID"] == id);
        let technique = found.next().unwrap().clone();
        assert!(found.next().is_none(), "{id} once, for all its tactics");
        technique
    }

    /// The keys of an object are among those that the format knows.
    fn check_keys(object: &Value, known: &str) {
        for key in object.as_object().unwrap().keys() {
            assert!(known.split(' ').any(|known| known == key), "{key}");
        }
    }

    fn texts(value: &Value) -> Vec<String> {
        match value {
            Value::String(text) => vec![text.clone()],
            Value::Array(values) => values.iter().flat_map(texts).collect(),
            Value::Object(values) => values.values().flat_map(texts).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
        }
    }

    fn check_format(layer: &Value) {
        check_keys(
            layer,
            "name versions domain description sorting layout hideDisabled techniques \
             gradient legendItems metadata",
        );
        assert_eq!(
            layer["versions"],
            serde_json::json!({"attack": "18", "navigator": "5.1.0", "layer": "4.5"})
        );
        assert_eq!(layer["domain"], "enterprise-attack");
        let colours = layer["gradient"]["colors"].as_array().unwrap().iter();
        let legend = layer["legendItems"].as_array().unwrap();
        for colour in colours.chain(legend.iter().map(|item| &item["color"])) {
            let digits = colour.as_str().unwrap().strip_prefix('#').unwrap();
            assert!(digits.len() == 6 && digits.chars().all(|c| c.is_ascii_hexdigit()));
        }
        let techniques = layer["techniques"].as_array().unwrap();
        for technique in techniques {
            check_keys(technique, "techniqueID enabled score comment metadata showSubtechniques");
        }
        let entries = techniques.iter().chain([layer]).filter_map(|t| t["metadata"].as_array());
        for entry in entries.flatten() {
            check_keys(entry, "name value");
            assert!(texts(entry).iter().all(|text| !text.is_empty()), "{entry}");
        }
    }

    #[test]
    fn a_layer_keeps_to_the_format_whatever_it_shows() {
        for show in SHOWS {
            let layer = read(show);
            check_format(&layer);
            for technique in layer["techniques"].as_array().unwrap() {
                let score = technique["score"].as_f64();
                assert_eq!(technique["enabled"], score.is_some());
                assert!(score.is_none_or(|score| (0.0..=100.0).contains(&score)), "{score:?}");
            }
        }
    }

    #[test]
    fn all_layers_are_one_list() {
        let (attack, assessment) = world();
        let read = |before| -> Vec<Value> {
            let mut out = Vec::new();
            write_all(&assessment, &attack, before, &mut out).unwrap();
            serde_json::from_slice(&out).unwrap()
        };
        let names = |layers: &[Value]| -> Vec<String> {
            let name = |layer: &Value| {
                layer["name"].as_str().unwrap().rsplit_once(": ").unwrap().1.to_owned()
            };
            layers.iter().map(name).collect()
        };
        let three = ["expected coverage", "use by our adversaries", "priority of gaps"];
        assert_eq!(names(&read(None)), three);
        let with_change = read(Some(&assessment));
        with_change.iter().for_each(check_format);
        assert_eq!(names(&with_change)[3], "change since 2025-12-01");
    }

    #[test]
    fn use_is_counted_by_adversary_and_names_them() {
        let (attack, mut assessment) = world();
        let layer = serde_json::to_value(usage::layer(&assessment, &attack)).unwrap();
        check_format(&layer);
        assert_eq!(layer["gradient"]["maxValue"], 1);
        let powershell = technique(&layer, "T1059.001");
        assert_eq!(powershell["score"], 1.0);
        let comment = powershell["comment"].as_str().unwrap();
        assert!(comment.starts_with("Used by 1 of 1 adversary: APT29. Coverage "), "{comment}");
        assert_eq!(technique(&layer, "T1059")["score"], 0.0);
        assert_eq!(technique(&layer, "T1200").get("score"), None, "out of scope");
        // Without a profile it is said of whom the numbers are.
        assessment.adversaries.clear();
        let layer = serde_json::to_value(usage::layer(&assessment, &attack)).unwrap();
        assert!(layer["name"].as_str().unwrap().ends_with(": use by all groups"));
        assert_eq!(technique(&layer, "T1059.001")["score"], 1.0);
    }

    #[test]
    fn a_change_is_in_points_and_what_came_and_went_has_none() {
        let (attack, now) = world();
        let mut before = now.clone();
        let at = before.techniques.iter().position(|t| t.id.to_string() == "T1059.001").unwrap();
        before.techniques[at].coverage.composite.exp += 0.3;
        before.techniques.retain(|t| t.id.to_string() != "T1059");
        let mut left = before.techniques[at - 1].clone();
        left.id = "T1200".parse().unwrap();
        before.techniques.push(left);
        let layer = serde_json::to_value(change::layer(&before, &now, &attack)).unwrap();
        check_format(&layer);
        let moved = technique(&layer, "T1059.001");
        assert!((moved["score"].as_f64().unwrap() + 30.0).abs() < 0.06, "{moved}");
        assert!(moved["comment"].as_str().unwrap().contains("-30 points"), "{moved}");
        let joined = technique(&layer, "T1059");
        assert_eq!((joined.get("score"), &joined["enabled"]), (None, &Value::Bool(true)));
        let left = technique(&layer, "T1200");
        assert_eq!(left["enabled"], false);
        assert!(left["comment"].as_str().unwrap().contains("In scope then"), "{left}");
    }

    #[test]
    fn every_technique_is_there_and_only_those_in_scope_have_a_score() {
        let layer = read(Show::Coverage);
        let ids: Vec<&str> = layer["techniques"]
            .as_array()
            .unwrap()
            .iter()
            .map(|technique| technique["techniqueID"].as_str().unwrap())
            .collect();
        assert_eq!(ids, ["T1059", "T1059.001", "T1059.004", "T1078", "T1200"]);
        let hardware = technique(&layer, "T1200");
        assert_eq!(hardware["enabled"], false);
        assert_eq!(hardware["comment"], "Out of scope: no physical access");
        assert_eq!(hardware.get("score"), None);
        assert_eq!(technique(&layer, "T1059.004")["enabled"], false);
    }

    #[test]
    fn the_score_is_what_is_shown() {
        let (_, assessment) = world();
        let powershell = assessment.technique("T1059.001".parse().unwrap()).unwrap();
        let shown = |show| technique(&read(show), "T1059.001")["score"].as_f64().unwrap();
        let near = |show, share: f64| assert!((shown(show) - share).abs() <= 0.05, "{show:?}");
        near(Show::Coverage, powershell.coverage.composite.exp * 100.0);
        near(Show::Function(Function::Detect), powershell.coverage.detect.exp * 100.0);
        near(Show::Function(Function::Prevent), powershell.coverage.prevent.exp * 100.0);
        near(Show::Threat, powershell.threat.value * 100.0);
        near(Show::Priority, powershell.priority);
        assert!(shown(Show::Coverage) > shown(Show::Function(Function::Detect)));
    }

    #[test]
    fn a_title_is_inert_and_whole_otherwise() {
        let layer = read(Show::Coverage);
        let comment = technique(&layer, "T1059.001")["comment"].clone();
        let shown = "R1 </script><img src=x onerror=alert(1)>\"'& [31m ";
        assert!(comment.as_str().unwrap().contains(shown), "{comment}");
        for text in texts(&layer) {
            let acts = |c: char| c.is_control() || matches!(c, '\u{200f}' | '\u{202e}');
            assert!(!text.contains(acts), "{text:?}");
        }
    }

    #[test]
    fn the_same_assessment_gives_the_same_bytes() {
        assert_eq!(written(Show::Coverage), written(Show::Coverage));
    }
}
