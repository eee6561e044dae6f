//! Reads ATT&CK from STIX 2.0 and 2.1 bundles: any domain, any release since 6.3. Nothing else in
//! the program knows the wire format. Prose, citations, assets and log sources are not kept.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::ops::Deref;

use model::attack::{
    Adversary, AdversaryKind, Attack, DataComponent, Mitigation, ObjectKind, Retired, Tactic,
    Technique,
};
use model::date::Date;
use model::id::TechniqueId;
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};

/// What [`Attack::source`] says of a bundle that does not say otherwise itself.
pub const SOURCE: &str = "MITRE ATT&CK STIX bundle";

/// What [`Attack::version`] says when neither the bundle nor its file name tells.
pub const UNKNOWN_VERSION: &str = "unknown";

/// Why a file gives no ATT&CK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StixError {
    /// The bytes are not JSON.
    NotJson {
        /// Line of the first fault, from 1.
        line: usize,
        /// Column of the first fault, from 1.
        column: usize,
        /// What is wrong there.
        fault: String,
    },
    /// JSON, but not a bundle of STIX objects.
    NotABundle {
        /// What was found instead.
        found: String,
    },
    /// A bundle without a live technique, as of an indicator feed.
    NoTechnique,
}

impl fmt::Display for StixError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson { line, column, fault } => write!(
                f,
                "not JSON (line {line}, column {column}: {fault}); unpack the file, or fetch it \
                 again if it is cut short"
            ),
            Self::NotABundle { found } => write!(
                f,
                "not a STIX bundle ({found}); give a file such as enterprise-attack-18.1.json of \
                 MITRE's attack-stix-data"
            ),
            Self::NoTechnique => f.write_str(
                "a STIX bundle without any live ATT&CK technique; give one of enterprise-attack, \
                 mobile-attack or ics-attack",
            ),
        }
    }
}

impl std::error::Error for StixError {}

/// Reads a bundle. `hint` is the name of its file: STIX 2.0 bundles do not say which release they
/// are, so that `enterprise-attack-18.1.json` has to.
///
/// # Errors
/// [`StixError`] when this is no bundle of ATT&CK.
pub fn read(json: &[u8], hint: Option<&str>) -> Result<Attack, StixError> {
    let bundle = parse(json)?;
    let objects = &bundle.objects;
    let live = Live::among(objects);
    if live.techniques.is_empty() {
        return Err(StixError::NoTechnique);
    }
    let mut attack = Attack {
        domain: domain(objects, &live.techniques),
        version: version(objects, hint),
        source: source(&bundle),
        sha256: hex(&Sha256::digest(json)),
        tactics: tactics(objects, &live.techniques),
        platforms: platforms(&live.techniques),
        adversaries: each(&live.adversaries, adversary),
        mitigations: each(&live.mitigations, mitigation),
        components: each(&live.components, component),
        retired: retired(objects),
        ..Attack::default()
    };
    attack.techniques = each(&live.techniques, |object| technique(object, &attack));
    relate(&mut attack, &live.places(objects), objects);
    Ok(attack)
}

fn each<T>(objects: &[&Object], part: impl Fn(&Object) -> T) -> Vec<T> {
    objects.iter().map(|object| part(object)).collect()
}

fn parse(json: &[u8]) -> Result<Bundle<'_>, StixError> {
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let bundle: Bundle = serde_json::from_slice(json).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => StixError::NotABundle { found: error.to_string() },
        _ => {
            StixError::NotJson { line: error.line(), column: error.column(), fault: fault(&error) }
        }
    })?;
    match bundle.r#type.as_deref() {
        Some("bundle") => Ok(bundle),
        Some(other) => Err(StixError::NotABundle { found: format!("its type is {other:?}") }),
        None => Err(StixError::NotABundle { found: "it has no type".to_owned() }),
    }
}

/// The message of serde_json without the position, which it repeats at its end.
fn fault(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(fault, _)| fault.to_owned())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The live objects that become parts of an [`Attack`], in its order.
struct Live<'a> {
    techniques: Vec<&'a Object<'a>>,
    adversaries: Vec<&'a Object<'a>>,
    mitigations: Vec<&'a Object<'a>>,
    components: Vec<&'a Object<'a>>,
}

/// Where the end of a relationship leads.
#[derive(Clone, Copy)]
enum Place<'a> {
    Technique(usize),
    Adversary(usize),
    Mitigation(usize),
    Component(usize),
    Strategy(&'a Object<'a>),
    Analytic(&'a Object<'a>),
}

/// Places by STIX id, of live objects only: a relationship with a dead end finds no place.
type Places<'a> = HashMap<&'a str, Place<'a>>;

impl<'a> Live<'a> {
    fn among(objects: &'a [Object<'a>]) -> Self {
        let of_kind = |kind| {
            let live = objects.iter().filter(|o| o.is_live() && o.kind() == Some(kind));
            sorted_by_id(live.filter(|o| kind != ObjectKind::Technique || o.has_technique_id()))
        };
        Self {
            techniques: of_kind(ObjectKind::Technique),
            adversaries: of_kind(ObjectKind::Adversary),
            mitigations: of_kind(ObjectKind::Mitigation),
            components: of_kind(ObjectKind::Component),
        }
    }

    fn places(&self, objects: &'a [Object<'a>]) -> Places<'a> {
        let mut places = Places::new();
        let mut put = |live: &[&'a Object<'a>], place: fn(usize) -> Place<'a>| {
            places.extend(live.iter().enumerate().map(|(ix, o)| (o.id(), place(ix))));
        };
        put(&self.techniques, Place::Technique);
        put(&self.adversaries, Place::Adversary);
        put(&self.mitigations, Place::Mitigation);
        put(&self.components, Place::Component);
        for object in objects.iter().filter(|object| object.is_live()) {
            match object.r#type() {
                "x-mitre-detection-strategy" => places.insert(object.id(), Place::Strategy(object)),
                "x-mitre-analytic" => places.insert(object.id(), Place::Analytic(object)),
                _ => None,
            };
        }
        places
    }
}

fn sorted_by_id<'a>(objects: impl Iterator<Item = &'a Object<'a>>) -> Vec<&'a Object<'a>> {
    let mut sorted: Vec<_> = objects.filter(|object| object.attack_id().is_some()).collect();
    sorted.sort_by_key(|object| object.attack_id());
    sorted.dedup_by_key(|object| object.attack_id());
    sorted
}

fn domain(objects: &[Object], techniques: &[&Object]) -> String {
    let matrix = live_of_type(objects, "x-mitre-matrix").find_map(Object::attack_id);
    let of_technique = || techniques.iter().find_map(|t| texts(&t.x_mitre_domains).next());
    let domain = matrix.or_else(of_technique);
    domain.unwrap_or("unknown").to_owned()
}

fn source(bundle: &Bundle) -> String {
    let derived_from = bundle.x_derived_from.as_deref();
    derived_from.unwrap_or(SOURCE).trim().to_owned()
}

fn version(objects: &[Object], hint: Option<&str>) -> String {
    // Every object has an x_mitre_version; only that of the collection is the release.
    let of_collection = live_of_type(objects, "x-mitre-collection")
        .find_map(|collection| collection.x_mitre_version.as_deref());
    let version = of_collection.or_else(|| version_in_name(hint?));
    version.unwrap_or(UNKNOWN_VERSION).to_owned()
}

/// `18.1` of `enterprise-attack-18.1.json` or `enterprise-attack-v18.1.json`.
fn version_in_name(name: &str) -> Option<&str> {
    let (_, rest) = name.rsplit_once("-attack-")?;
    let rest = rest.strip_prefix('v').unwrap_or(rest);
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    Some(rest[..end].trim_end_matches('.')).filter(|version| !version.is_empty())
}

fn live_of_type<'a>(
    objects: &'a [Object<'a>],
    r#type: &'a str,
) -> impl Iterator<Item = &'a Object<'a>> {
    objects.iter().filter(move |object| object.r#type() == r#type && object.is_live())
}

/// The tactics that live techniques have, in the order of the matrices (mobile once had two);
/// what no matrix names comes last, by id.
fn tactics(objects: &[Object], techniques: &[&Object]) -> Vec<Tactic> {
    let used: BTreeSet<&str> = techniques.iter().flat_map(|technique| technique.phases()).collect();
    let columns: Vec<&str> = live_of_type(objects, "x-mitre-matrix")
        .flat_map(|matrix| texts(&matrix.tactic_refs))
        .collect();
    let column = |tactic: &Object| columns.iter().position(|column| *column == tactic.id());
    let mut tactics = sorted_by_id(
        live_of_type(objects, "x-mitre-tactic").filter(|tactic| used.contains(tactic.shortname())),
    );
    tactics.sort_by_key(|tactic| column(tactic).unwrap_or(usize::MAX));
    tactics.into_iter().map(tactic).collect()
}

fn tactic(object: &Object) -> Tactic {
    Tactic {
        id: object.owned_id(),
        name: object.name().to_owned(),
        shortname: object.shortname().to_owned(),
    }
}

fn platforms(techniques: &[&Object]) -> Vec<String> {
    let names: BTreeSet<&str> = techniques.iter().flat_map(|t| t.platforms()).collect();
    names.into_iter().map(str::to_owned).collect()
}

fn technique(object: &Object, attack: &Attack) -> Technique {
    let Attack { tactics, platforms, .. } = attack;
    let tactic = |phase: &str| tactics.iter().position(|tactic| tactic.shortname == phase);
    let platform = |name: &str| platforms.iter().position(|platform| platform == name);
    Technique {
        id: object.technique_id().expect("only objects with technique ids were chosen"),
        name: object.name().to_owned(),
        tactics: ascending(object.phases().filter_map(tactic).collect()),
        platforms: ascending(object.platforms().filter_map(platform).collect()),
        mitigations: Vec::new(),
        components: Vec::new(),
    }
}

fn adversary(object: &Object) -> Adversary {
    Adversary {
        id: object.owned_id(),
        name: object.name().to_owned(),
        aliases: object.aliases(),
        kind: object.adversary_kind().expect("only objects of these types were chosen"),
        techniques: Vec::new(),
        software: Vec::new(),
        campaigns: Vec::new(),
        first_seen: object.first_seen.as_deref().and_then(Date::parse),
        last_seen: object.last_seen.as_deref().and_then(Date::parse),
    }
}

fn mitigation(object: &Object) -> Mitigation {
    Mitigation { id: object.owned_id(), name: object.name().to_owned(), techniques: Vec::new() }
}

fn component(object: &Object) -> DataComponent {
    DataComponent { id: object.owned_id(), name: object.name().to_owned(), platforms: Vec::new() }
}

fn retired(objects: &[Object]) -> Vec<Retired> {
    let by_stix_id: HashMap<&str, &Object> =
        objects.iter().filter(|o| o.kind().is_some()).map(|object| (object.id(), object)).collect();
    let successors: HashMap<&str, &Object> = live_of_type(objects, "relationship")
        .filter(|relationship| relationship.relationship_type.as_deref() == Some("revoked-by"))
        .filter_map(|r| {
            Some((r.source_ref.as_deref()?, *by_stix_id.get(r.target_ref.as_deref()?)?))
        })
        .collect();
    let mut retired: Vec<Retired> = objects
        .iter()
        .filter(|object| !object.is_live())
        .filter_map(|object| retire(object, successors.get(object.id()).copied()))
        .collect();
    retired.sort();
    retired.dedup_by(|a, b| (a.kind, &a.id) == (b.kind, &b.id));
    retired
}

fn retire(object: &Object, successor: Option<&Object>) -> Option<Retired> {
    let kind = object.kind()?;
    let successor = successor.filter(|successor| successor.kind() == Some(kind));
    Some(Retired {
        kind,
        id: object.attack_id()?.to_owned(),
        name: object.name().to_owned(),
        by: successor.and_then(Object::attack_id).map(str::to_owned),
    })
}

/// Enters the relationships between live objects; every other kind of relationship is passed over.
fn relate(attack: &mut Attack, places: &Places, objects: &[Object]) {
    for relationship in live_of_type(objects, "relationship") {
        if let Some((verb, source, target)) = relationship.ends(places) {
            enter(attack, places, verb, source, target);
        }
    }
    put_in_order(attack);
}

fn enter(attack: &mut Attack, places: &Places, verb: &str, source: Place, target: Place) {
    match (verb, source, target) {
        ("uses", Place::Adversary(user), Place::Technique(technique)) => {
            attack.adversaries[user].techniques.push(technique);
        }
        ("uses", Place::Adversary(user), Place::Adversary(software)) => {
            attack.adversaries[user].software.push(software);
        }
        ("attributed-to", Place::Adversary(campaign), Place::Adversary(group)) => {
            attack.adversaries[group].campaigns.push(campaign);
        }
        ("mitigates", Place::Mitigation(mitigation), Place::Technique(technique)) => {
            attack.mitigations[mitigation].techniques.push(technique);
            attack.techniques[technique].mitigations.push(mitigation);
        }
        // Up to 17, data components detect techniques.
        ("detects", Place::Component(component), Place::Technique(technique)) => {
            attack.techniques[technique].components.push(component);
        }
        // Since 18, strategies do, and lead to the components through their analytics.
        ("detects", Place::Strategy(strategy), Place::Technique(technique)) => {
            for analytic in analytics_of(strategy, places) {
                observe(attack, technique, analytic, places);
            }
        }
        _ => {}
    }
}

fn analytics_of<'a>(
    strategy: &'a Object,
    places: &'a Places,
) -> impl Iterator<Item = &'a Object<'a>> {
    texts(&strategy.x_mitre_analytic_refs).filter_map(|id| match places.get(id) {
        Some(Place::Analytic(analytic)) => Some(*analytic),
        _ => None,
    })
}

/// An analytic for a technique looks for components, each on the platforms that it is for.
fn observe(attack: &mut Attack, technique: usize, analytic: &Object, places: &Places) {
    let position = |name: &str| attack.platforms.iter().position(|platform| platform == name);
    let platforms = analytic.x_mitre_platforms.iter().flatten();
    let platforms: Vec<usize> = platforms.filter_map(|name| position(name)).collect();
    for log_source in analytic.x_mitre_log_source_references.iter().flatten() {
        let component = log_source.x_mitre_data_component_ref.as_deref();
        if let Some(Place::Component(component)) = component.and_then(|id| places.get(id)) {
            attack.techniques[technique].components.push(*component);
            attack.components[*component].platforms.extend(&platforms);
        }
    }
}

fn put_in_order(attack: &mut Attack) {
    let of_techniques = attack
        .techniques
        .iter_mut()
        .flat_map(|technique| [&mut technique.mitigations, &mut technique.components]);
    let of_components = attack.components.iter_mut().map(|component| &mut component.platforms);
    let of_adversaries = attack.adversaries.iter_mut().flat_map(|adversary| {
        [&mut adversary.techniques, &mut adversary.software, &mut adversary.campaigns]
    });
    let of_mitigations = attack.mitigations.iter_mut().map(|mitigation| &mut mitigation.techniques);
    let all = of_techniques.chain(of_components).chain(of_adversaries).chain(of_mitigations);
    for positions in all {
        *positions = ascending(std::mem::take(positions));
    }
}

fn ascending(mut positions: Vec<usize>) -> Vec<usize> {
    positions.sort_unstable();
    positions.dedup();
    positions
}

#[derive(Deserialize)]
struct Bundle<'a> {
    #[serde(borrow)]
    r#type: Option<Text<'a>>,
    #[serde(borrow, default)]
    objects: Vec<Object<'a>>,
    #[serde(borrow)]
    x_derived_from: Option<Text<'a>>,
}

/// Any object of a bundle. One struct for all types: the type may come after the fields.
#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow)]
    r#type: Option<Text<'a>>,
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    revoked: Option<bool>,
    x_mitre_deprecated: Option<bool>,
    #[serde(borrow, default, deserialize_with = "attack_id")]
    external_references: Option<Text<'a>>,
    #[serde(borrow)]
    kill_chain_phases: Option<Vec<Phase<'a>>>,
    #[serde(borrow)]
    x_mitre_platforms: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    x_mitre_domains: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    x_mitre_shortname: Option<Text<'a>>,
    #[serde(borrow)]
    x_mitre_version: Option<Text<'a>>,
    #[serde(borrow)]
    tactic_refs: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    aliases: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    x_mitre_aliases: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    first_seen: Option<Text<'a>>,
    #[serde(borrow)]
    last_seen: Option<Text<'a>>,
    #[serde(borrow)]
    relationship_type: Option<Text<'a>>,
    #[serde(borrow)]
    source_ref: Option<Text<'a>>,
    #[serde(borrow)]
    target_ref: Option<Text<'a>>,
    #[serde(borrow)]
    x_mitre_analytic_refs: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    x_mitre_log_source_references: Option<Vec<LogSource<'a>>>,
}

#[derive(Deserialize)]
struct Reference<'a> {
    #[serde(borrow)]
    source_name: Option<Text<'a>>,
    #[serde(borrow)]
    external_id: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Phase<'a> {
    #[serde(borrow)]
    kill_chain_name: Option<Text<'a>>,
    #[serde(borrow)]
    phase_name: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct LogSource<'a> {
    #[serde(borrow)]
    x_mitre_data_component_ref: Option<Text<'a>>,
}

/// Text borrowed from the bundle unless it has escapes. A type of its own, because serde copies
/// the text of an `Option<Cow<str>>`.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// Keeps, of all references of an object, its own id in ATT&CK.
fn attack_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Text<'de>>, D::Error> {
    let references = Option::<Vec<Reference>>::deserialize(deserializer)?;
    // The latter two are those of old mobile and ICS objects.
    let is_attack = |reference: &Reference| {
        let name = reference.source_name.as_deref().unwrap_or_default();
        matches!(name, "mitre-attack" | "mitre-mobile-attack" | "mitre-ics-attack")
    };
    let own = references.into_iter().flatten().find(|r| is_attack(r) && r.external_id.is_some());
    Ok(own.and_then(|reference| reference.external_id))
}

fn texts<'a>(list: &'a Option<Vec<Text<'a>>>) -> impl Iterator<Item = &'a str> {
    list.iter().flatten().map(|text| text.trim()).filter(|text| !text.is_empty())
}

impl Object<'_> {
    fn r#type(&self) -> &str {
        self.r#type.as_deref().unwrap_or_default()
    }

    fn id(&self) -> &str {
        self.id.as_deref().unwrap_or_default()
    }

    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default().trim()
    }

    fn shortname(&self) -> &str {
        self.x_mitre_shortname.as_deref().unwrap_or_default()
    }

    fn is_live(&self) -> bool {
        self.revoked != Some(true) && self.x_mitre_deprecated != Some(true)
    }

    fn kind(&self) -> Option<ObjectKind> {
        match self.r#type() {
            "attack-pattern" => Some(ObjectKind::Technique),
            "course-of-action" => Some(ObjectKind::Mitigation),
            "x-mitre-data-component" => Some(ObjectKind::Component),
            _ => self.adversary_kind().map(|_| ObjectKind::Adversary),
        }
    }

    fn adversary_kind(&self) -> Option<AdversaryKind> {
        match self.r#type() {
            "intrusion-set" => Some(AdversaryKind::Group),
            "campaign" => Some(AdversaryKind::Campaign),
            "malware" => Some(AdversaryKind::Malware),
            "tool" => Some(AdversaryKind::Tool),
            _ => None,
        }
    }

    /// The id people know. Data components had none before release 17: their name serves.
    fn attack_id(&self) -> Option<&str> {
        let name = || Some(self.name()).filter(|_| self.kind() == Some(ObjectKind::Component));
        let id = self.external_references.as_deref().map(str::trim).or_else(name);
        id.filter(|id| !id.is_empty())
    }

    fn owned_id(&self) -> String {
        self.attack_id().expect("only objects with an id were chosen").to_owned()
    }

    fn technique_id(&self) -> Option<TechniqueId> {
        self.attack_id()?.parse().ok()
    }

    /// Whether the id is one of a technique as ATT&CK writes them: then text sorts as ids do.
    fn has_technique_id(&self) -> bool {
        self.technique_id().is_some_and(|id| Some(id.to_string().as_str()) == self.attack_id())
    }

    /// Short names of the tactics.
    fn phases(&self) -> impl Iterator<Item = &str> {
        let phases = self.kill_chain_phases.iter().flatten();
        let of_attack = |phase: &&Phase| {
            phase.kill_chain_name.as_deref().is_some_and(|name| name.starts_with("mitre-"))
        };
        phases.filter(of_attack).filter_map(|phase| phase.phase_name.as_deref())
    }

    /// Names of the platforms; ICS says `None` where it means none.
    fn platforms(&self) -> impl Iterator<Item = &str> {
        texts(&self.x_mitre_platforms).filter(|name| *name != "None")
    }

    /// Other names than the first, each once, in the order of the bundle.
    fn aliases(&self) -> Vec<String> {
        let mut aliases: Vec<String> = Vec::new();
        for alias in texts(&self.x_mitre_aliases).chain(texts(&self.aliases)) {
            if alias != self.name() && !aliases.iter().any(|known| known == alias) {
                aliases.push(alias.to_owned());
            }
        }
        aliases
    }

    /// Verb and ends of a relationship between live objects.
    fn ends<'p>(&self, places: &Places<'p>) -> Option<(&str, Place<'p>, Place<'p>)> {
        let source = places.get(self.source_ref.as_deref()?)?;
        let target = places.get(self.target_ref.as_deref()?)?;
        Some((self.relationship_type.as_deref()?, *source, *target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MATRIX: &str = r#"
        {"type": "x-mitre-matrix", "id": "x-mitre-matrix--1", "tactic_refs": ["x-mitre-tactic--2",
         "x-mitre-tactic--3", "x-mitre-tactic--1"], "external_references":
         [{"source_name": "mitre-attack", "external_id": "enterprise-attack"}]},
        {"type": "x-mitre-tactic", "id": "x-mitre-tactic--1", "name": "Impact",
         "x_mitre_shortname": "impact", "external_references":
         [{"source_name": "mitre-attack", "external_id": "TA0040"}]},
        {"type": "x-mitre-tactic", "id": "x-mitre-tactic--2", "name": "Stealth",
         "x_mitre_shortname": "stealth", "external_references":
         [{"source_name": "mitre-attack", "external_id": "TA0005"}]},
        {"type": "x-mitre-tactic", "id": "x-mitre-tactic--3", "name": "Execution",
         "x_mitre_shortname": "execution", "external_references":
         [{"source_name": "mitre-attack", "external_id": "TA0002"}]}"#;

    /// An object with an id of ATT&CK; `more` is the rest of its fields.
    fn object(r#type: &str, id: &str, more: &str) -> String {
        format!(
            r#"{{{more} "type": "{type}", "id": "{type}--{id}", "name": "The {id}",
                "external_references": [{{"source_name": "a report", "external_id": "CVE-1"}},
                {{"source_name": "mitre-attack", "external_id": "{id}"}}]}}"#
        )
    }

    fn technique(id: &str, more: &str) -> String {
        let phases = r#""kill_chain_phases": [{"kill_chain_name": "mitre-attack",
            "phase_name": "impact"}, {"kill_chain_name": "mitre-attack", "phase_name": "stealth"},
            {"kill_chain_name": "lockheed", "phase_name": "execution"}],"#;
        object("attack-pattern", id, &format!("{phases}{more}"))
    }

    fn relationship(source: &str, verb: &str, target: &str, more: &str) -> String {
        format!(
            r#"{{{more} "type": "relationship", "id": "relationship--1", "source_ref": "{source}",
                "relationship_type": "{verb}", "target_ref": "{target}"}}"#
        )
    }

    fn bundle(objects: &[String]) -> String {
        format!(r#"{{"type": "bundle", "id": "bundle--1", "objects": [{}]}}"#, objects.join(","))
    }

    fn read_objects(objects: &[String]) -> Attack {
        read(bundle(objects).as_bytes(), Some("enterprise-attack-99.1.json")).unwrap()
    }

    #[test]
    fn tactics_come_in_the_order_of_the_matrix_and_only_where_techniques_have_them() {
        let attack = read_objects(&[technique("T1001", ""), MATRIX.to_owned()]);
        let names: Vec<_> = attack.tactics.iter().map(|tactic| tactic.name.as_str()).collect();
        assert_eq!(names, ["Stealth", "Impact"]);
        assert_eq!(attack.techniques[0].tactics, [0, 1]);
        assert_eq!(attack.domain, "enterprise-attack");
    }

    #[test]
    fn without_a_matrix_tactics_come_by_id_and_the_domain_from_the_techniques() {
        let (_, tactics) = MATRIX.split_once("]},").unwrap();
        let ics = technique("T1001", r#""x_mitre_domains": ["ics-attack"],"#);
        let attack = read_objects(&[ics, tactics.to_owned()]);
        let ids: Vec<_> = attack.tactics.iter().map(|tactic| tactic.id.as_str()).collect();
        assert_eq!(ids, ["TA0005", "TA0040"]);
        assert_eq!(attack.domain, "ics-attack");
    }

    #[test]
    fn a_relationship_that_is_dead_or_has_a_dead_end_says_nothing() {
        let attack = read_objects(&[
            technique("T1001", ""),
            technique("T1002", r#""revoked": true,"#),
            technique("T1003", r#""revoked": null, "x_mitre_deprecated": false,"#),
            object("malware", "S0001", ""),
            relationship("malware--S0001", "uses", "attack-pattern--T1003", ""),
            relationship("malware--S0001", "uses", "attack-pattern--T1003", ""),
            relationship("malware--S0001", "uses", "attack-pattern--T1002", ""),
            relationship("malware--S0001", "uses", "attack-pattern--T1009", ""),
            relationship(
                "malware--S0001",
                "uses",
                "attack-pattern--T1001",
                r#""x_mitre_deprecated": true,"#,
            ),
        ]);
        assert_eq!(attack.adversaries[0].techniques, [1]);
        assert_eq!(attack.techniques[1].name, "The T1003");
    }

    #[test]
    fn a_retired_object_names_its_successor_of_the_same_kind() {
        let dead = r#""revoked": true,"#;
        let attack = read_objects(&[
            technique("T1001", ""),
            technique("T1002", dead),
            technique("T1003", dead),
            object("course-of-action", "T1001", r#""x_mitre_deprecated": true,"#),
            object("malware", "S0001", dead),
            object("tool", "S0002", ""),
            relationship("attack-pattern--T1002", "revoked-by", "attack-pattern--T1001", ""),
            relationship("attack-pattern--T1003", "revoked-by", "tool--S0002", ""),
            relationship("malware--S0001", "revoked-by", "tool--S0002", ""),
        ]);
        let retired: Vec<_> =
            attack.retired.iter().map(|r| (r.kind, r.id.as_str(), r.by.as_deref())).collect();
        assert_eq!(
            retired,
            [
                (ObjectKind::Technique, "T1002", Some("T1001")),
                (ObjectKind::Technique, "T1003", None),
                (ObjectKind::Adversary, "S0001", Some("S0002")),
                (ObjectKind::Mitigation, "T1001", None),
            ]
        );
    }

    #[test]
    fn a_data_component_detects_through_strategy_and_analytic_or_directly() {
        let component = |id| object("x-mitre-data-component", id, "");
        let attack = read_objects(&[
            technique("T1001", ""),
            component("DC0001"),
            component("DC0002"),
            component("DC0003"),
            object(
                "x-mitre-analytic",
                "AN0001",
                r#""x_mitre_log_source_references":
                    [{"x_mitre_data_component_ref": "x-mitre-data-component--DC0003"}, {}],"#,
            ),
            object(
                "x-mitre-detection-strategy",
                "DET0001",
                r#""x_mitre_analytic_refs": ["x-mitre-analytic--AN0001", "x-mitre-analytic--0"],"#,
            ),
            relationship("x-mitre-data-component--DC0001", "detects", "attack-pattern--T1001", ""),
            relationship(
                "x-mitre-detection-strategy--DET0001",
                "detects",
                "attack-pattern--T1001",
                "",
            ),
        ]);
        assert_eq!(attack.techniques[0].components, [0, 2]);
    }

    #[test]
    fn names_are_trimmed_and_the_first_name_is_no_alias() {
        let group = r#"{"type": "intrusion-set", "id": "intrusion-set--1", "name": " APT\u00e9 ",
            "aliases": ["APTé", "Bear", "Bear", ""], "external_references":
            [{"source_name": "mitre-attack", "external_id": "G0001"}]}"#;
        let attack = read_objects(&[technique("T1001", ""), group.to_owned()]);
        assert_eq!(attack.adversaries[0].name, "APTé");
        assert_eq!(attack.adversaries[0].aliases, ["Bear"]);
    }

    #[test]
    fn a_platform_called_none_is_none() {
        let attack = read_objects(&[
            technique("T1001", r#""x_mitre_platforms": ["None"],"#),
            technique("T1002", r#""x_mitre_platforms": ["macOS", "Linux"],"#),
        ]);
        assert_eq!(attack.platforms, ["Linux", "macOS"]);
        assert_eq!(attack.techniques[0].platforms, [0; 0]);
        assert_eq!(attack.techniques[1].platforms, [0, 1]);
    }

    #[test]
    fn the_release_is_that_of_the_collection_before_that_of_the_file_name() {
        let collection = r#"{"type": "x-mitre-collection", "id": "x-mitre-collection--1",
            "x_mitre_version": "17.1"}"#;
        let with = bundle(&[technique("T1001", ""), collection.to_owned()]);
        let without = bundle(&[technique("T1001", "")]);
        let version = |json: &str, hint| read(json.as_bytes(), hint).unwrap().version;
        assert_eq!(version(&with, Some("ics-attack-18.1.json")), "17.1");
        assert_eq!(version(&without, Some("ics-attack-18.1.json")), "18.1");
        assert_eq!(version(&without, None), UNKNOWN_VERSION);
    }

    #[test]
    fn a_bundle_that_is_not_of_mitre_says_where_it_comes_from() {
        let json = bundle(&[technique("T1001", "")]);
        let derived = json.replacen('{', r#"{"x_derived_from": "digests; not MITRE's file","#, 1);
        let source = |json: &str| read(json.as_bytes(), None).unwrap().source;
        assert_eq!(source(&json), SOURCE);
        assert_eq!(source(&derived), "digests; not MITRE's file");
    }

    #[test]
    fn what_is_no_attack_is_refused_with_the_way_out() {
        for (json, message) in [
            ("", "not JSON (line 1, column 0: EOF while parsing a value); unpack the file"),
            ("{\n \"type\": bundle", "not JSON (line 2, column 10: expected value); unpack"),
            ("[]", "not a STIX bundle ("),
            ("{}", "not a STIX bundle (it has no type); give a file such as"),
            (r#"{"type": "report"}"#, r#"not a STIX bundle (its type is "report"); give"#),
            (r#"{"type": "bundle", "objects": 3}"#, "not a STIX bundle (invalid type"),
            (r#"{"type": "bundle"}"#, "a STIX bundle without any live ATT&CK technique; give"),
        ] {
            let error = read(json.as_bytes(), None).unwrap_err().to_string();
            assert!(error.starts_with(message), "{json}: {error}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        let json = bundle(&[technique("T1001", "")]);
        let marked = format!("\u{feff}{json}");
        assert_eq!(read(marked.as_bytes(), None).unwrap().techniques.len(), 1);
    }

    #[test]
    fn the_release_is_read_from_the_name_of_the_file() {
        for (name, version) in [
            ("enterprise-attack-18.1.json", Some("18.1")),
            ("dir/mobile-attack-v17.json", Some("17")),
            ("enterprise-attack-19.2-DERIVED.json", Some("19.2")),
            ("enterprise-attack.json", None),
            ("enterprise-attack-latest.json", None),
            ("bundle.json", None),
        ] {
            assert_eq!(version_in_name(name), version, "{name}");
        }
    }
}
