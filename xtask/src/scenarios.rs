//! `cargo xtask scenarios`: which techniques belong to each scenario, and how often they are used,
//! counted in ATT&CK's relations and in incidents that others have published as Attack Flow. What a
//! case of a scenario is stands in its file and is kept; the rest of the file is written anew.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use ingest::scenarios::Described;
use model::attack::{AdversaryKind, Attack, Fate, ObjectKind, TechniqueIx};
use model::id::TechniqueId;
use serde_json::Value;

const RELEASE: &str = "18.1";

/// A technique that is none of the marks is used by this part of the cases at least,
const COMMON: f64 = 0.2;

/// and by as many,
const SEVERAL: usize = 3;

/// and is this large a part of all that the cases use, beside the part it is of what everybody uses.
const TYPICAL: f64 = 0.8;

/// Software is asked where it has as many cases: a few tools say what they do, not what happens.
const ENOUGH_SOFTWARE: usize = 20;

/// Somebody, or an incident, by the techniques that were used.
type Case = BTreeSet<TechniqueIx>;

/// Everybody who can be a case.
struct Known {
    attack: Attack,
    /// Groups with their campaigns, campaigns of nobody, and incidents.
    operations: Vec<Case>,
    /// How many of these are incidents.
    incidents: usize,
    software: Vec<Case>,
}

/// Writes the techniques of each scenario; archives are unpacked into `target`.
pub(crate) fn write(shared: &Path, controls: &Path, target: &Path) -> Result<(), Box<dyn Error>> {
    let known = known(shared, target)?;
    let folder = controls.join("profiles/scenarios");
    let mut files: Vec<_> = std::fs::read_dir(&folder)?.collect::<Result<_, _>>()?;
    files.sort_by_key(std::fs::DirEntry::file_name);
    for file in files {
        let path = file.path();
        let described = ingest::scenarios::describe(&std::fs::read_to_string(&path)?)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        crate::save(&path, &text(&known, &described))?;
    }
    Ok(())
}

fn known(shared: &Path, target: &Path) -> Result<Known, Box<dyn Error>> {
    let attack = ingest::snapshot::embedded("enterprise-attack", Some(RELEASE));
    let attack = attack.ok_or_else(|| format!("ATT&CK {RELEASE} is not built in"))?;
    let archive = shared.join("corpora/flows/attack-flow-corpus.tar.zst");
    let incidents = incidents(&attack, &crate::unpacked(&archive, &target.join("flows"))?)?;
    let count = incidents.len();
    let mut operations = operations(&attack);
    operations.extend(incidents);
    let is_software = |kind| matches!(kind, AdversaryKind::Malware | AdversaryKind::Tool);
    let software = attack.adversaries.iter().filter(|a| is_software(a.kind));
    let software = software.map(|a| a.techniques.iter().copied().collect::<Case>());
    let software = software.filter(|case| !case.is_empty()).collect();
    Ok(Known { attack, operations, incidents: count, software })
}

/// Groups, with what they did in campaigns, and campaigns that are nobody's.
fn operations(attack: &Attack) -> Vec<Case> {
    let of_kind = |kind| attack.adversaries.iter().enumerate().filter(move |(_, a)| a.kind == kind);
    let techniques = |ix: &usize| attack.adversaries[*ix].techniques.iter().copied();
    let mut attributed = BTreeSet::new();
    let mut cases = Vec::new();
    for (ix, group) in of_kind(AdversaryKind::Group) {
        attributed.extend(group.campaigns.iter().copied());
        cases.push(techniques(&ix).chain(group.campaigns.iter().flat_map(techniques)).collect());
    }
    let alone = of_kind(AdversaryKind::Campaign).filter(|(ix, _)| !attributed.contains(ix));
    cases.extend(alone.map(|(ix, _)| techniques(&ix).collect::<Case>()));
    cases.retain(|case: &Case| !case.is_empty());
    cases
}

/// The techniques of each incident that names any.
fn incidents(attack: &Attack, folder: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder.join("corpus"))?.collect::<Result<_, std::io::Error>>()?;
    files.sort_by_key(std::fs::DirEntry::file_name);
    let mut cases = Vec::new();
    for file in files.iter().filter(|file| file.path().extension().is_some_and(|e| e == "afb")) {
        let flow: Value = serde_json::from_slice(&std::fs::read(file.path())?)?;
        let mut case = Case::new();
        gather(&flow["objects"], attack, &mut case);
        if !case.is_empty() {
            cases.push(case);
        }
    }
    if cases.len() < 30 { Err("few incidents".into()) } else { Ok(cases) }
}

/// Every text that is nothing but the id of a technique, or of one that it became.
fn gather(value: &Value, attack: &Attack, into: &mut Case) {
    match value {
        Value::String(text) => into.extend(technique(attack, text)),
        Value::Array(values) => values.iter().for_each(|value| gather(value, attack, into)),
        Value::Object(fields) => fields.values().for_each(|value| gather(value, attack, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn technique(attack: &Attack, text: &str) -> Option<TechniqueIx> {
    let id: TechniqueId = text.parse().ok()?;
    attack.technique(id).or_else(|| match attack.fate(ObjectKind::Technique, &id.to_string())? {
        Fate::Replaced(successor) => attack.technique(successor.parse().ok()?),
        Fate::Deprecated => None,
    })
}

/// The cases of a scenario among others of a kind, and how often they use each technique.
struct Count {
    cases: usize,
    used: BTreeMap<TechniqueIx, usize>,
    /// The part of all that is used that each technique is: among the cases, and among everybody.
    parts: [BTreeMap<TechniqueIx, f64>; 2],
}

impl Count {
    fn of(scenario: &Described, attack: &Attack, all: &[Case]) -> Self {
        let ids = |case: &Case| case.iter().map(|ix| attack.techniques[*ix].id).collect::<Vec<_>>();
        let cases: Vec<&Case> = all.iter().filter(|case| scenario.is_case(&ids(case))).collect();
        let used = times(cases.iter().copied());
        let parts = [parts(&used), parts(&times(all.iter()))];
        Self { cases: cases.len(), used, parts }
    }

    fn share(&self, technique: TechniqueIx) -> f64 {
        self.used.get(&technique).map_or(0.0, |n| *n as f64 / self.cases as f64)
    }

    fn is_typical(&self, technique: TechniqueIx) -> bool {
        let [here, anywhere] = self.parts.each_ref().map(|parts| parts.get(&technique));
        here.zip(anywhere).is_some_and(|(here, anywhere)| *here >= TYPICAL * *anywhere)
    }

    /// The techniques that belong to the scenario, each with the part of the cases that use it.
    fn kept(&self, is_mark: impl Fn(TechniqueIx) -> bool) -> BTreeMap<TechniqueIx, f64> {
        let belongs = |ix: TechniqueIx, n: usize| {
            is_mark(ix) || (n >= SEVERAL && self.share(ix) >= COMMON && self.is_typical(ix))
        };
        let kept = self.used.iter().filter(|(ix, n)| belongs(**ix, **n));
        kept.map(|(ix, _)| (*ix, self.share(*ix))).collect()
    }
}

fn times<'a>(cases: impl Iterator<Item = &'a Case>) -> BTreeMap<TechniqueIx, usize> {
    let mut times = BTreeMap::new();
    cases.flatten().for_each(|ix| *times.entry(*ix).or_insert(0) += 1);
    times
}

fn parts(times: &BTreeMap<TechniqueIx, usize>) -> BTreeMap<TechniqueIx, f64> {
    let all: usize = times.values().sum();
    times.iter().map(|(ix, n)| (*ix, *n as f64 / all as f64)).collect()
}

/// Whether a technique can be met where a scenario happens; before anything reaches a platform of
/// the organisation there is nothing that it could stop or see.
fn is_there(attack: &Attack, scenario: &Described, technique: TechniqueIx) -> bool {
    let platforms = &attack.techniques[technique].platforms;
    let mut names = platforms.iter().map(|ix| attack.platforms[*ix].as_str());
    match scenario.platforms.is_empty() {
        true => names.any(|name| name != "PRE"),
        false => names.any(|name| scenario.platforms.iter().any(|platform| platform == name)),
    }
}

/// The file of a scenario.
fn text(known: &Known, scenario: &Described) -> String {
    let attack = &known.attack;
    let operations = Count::of(scenario, attack, &known.operations);
    let software = Count::of(scenario, attack, &known.software);
    let is_mark = |ix: TechniqueIx| scenario.is_mark(attack.techniques[ix].id);
    let mut kept = operations.kept(is_mark);
    let asked = software.cases >= ENOUGH_SOFTWARE;
    if asked {
        for (technique, share) in software.kept(is_mark) {
            let known = kept.entry(technique).or_insert(share);
            *known = known.max(share);
        }
    }
    kept.retain(|technique, _| is_there(attack, scenario, *technique));
    let source = source(known, &operations, asked.then_some(&software));
    head(scenario, &source) + &table(attack, &kept)
}

/// What the shares were counted in.
fn source(known: &Known, operations: &Count, software: Option<&Count>) -> String {
    let software = software.map_or_else(String::new, |software| {
        format!(" and {} of {} pieces of software", software.cases, known.software.len())
    });
    format!(
        "ATT&CK Enterprise {RELEASE} (groups with their campaigns) and {} incidents of CTID's Attack \
         Flow corpus; cases are {} of {} operations{software}",
        known.incidents,
        operations.cases,
        known.operations.len(),
    )
}

/// Everything before the techniques. Texts are those of our own files: none needs more than
/// quotation marks.
fn head(scenario: &Described, source: &str) -> String {
    let list = |texts: Vec<String>| {
        let quoted: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
        quoted.chunks(7).map(|line| line.join(", ")).collect::<Vec<_>>().join(",\n     ")
    };
    let marks = scenario
        .marks
        .iter()
        .map(|marks| format!("    [{}],\n", list(marks.iter().map(ToString::to_string).collect())));
    let platforms = match scenario.platforms.is_empty() {
        true => String::new(),
        false => format!(
            "# It happens on these platforms: other techniques do not belong to it.\n\
             platforms = [{}]\n",
            list(scenario.platforms.clone())
        ),
    };
    format!(
        "{HEADER}\
         place = {}\n\
         id = {:?}\n\
         name = {:?}\n\
         question = {:?}\n\
         # A case of it uses a technique of each list, or a sub-technique of one.\n\
         marks = [\n{}]\n\
         {platforms}\n\
         # From here on counted.\n\
         source = {source:?}\n",
        scenario.place,
        scenario.id,
        scenario.name,
        scenario.question,
        marks.collect::<String>(),
    )
}

/// The techniques, the most used first.
fn table(attack: &Attack, kept: &BTreeMap<TechniqueIx, f64>) -> String {
    let mut rows: Vec<(u32, TechniqueIx)> =
        kept.iter().map(|(ix, share)| (hundredths(*share), *ix)).collect();
    rows.sort_by_key(|(share, ix)| (std::cmp::Reverse(*share), *ix));
    let mut text = "[techniques]\n".to_owned();
    for (share, ix) in rows {
        let share = f64::from(share) / 100.0;
        let technique = &attack.techniques[ix];
        let _ = writeln!(text, "\"{}\" = {share:?} # {}", technique.id, technique.name);
    }
    text
}

/// Two decimals are more than a count of cases carries; a technique that is kept is not nothing.
fn hundredths(share: f64) -> u32 {
    ((share * 100.0).round() as u32).max(1)
}

const HEADER: &str = "\
# source: MITRE ATT&CK Enterprise 18.1 (groups, campaigns, software) and the Attack Flow corpus of
# the Center for Threat-Informed Defense; licence: ATT&CK's terms of use and Apache-2.0 (NOTICE);
# facts only: ids and counts.
# The part of the known cases that use each technique, counted by cargo xtask scenarios. Cases are
# operations (a group with the campaigns that are attributed to it, a campaign of nobody, an
# incident) and, where 20 of it or more are cases, software; a technique has the larger of the two
# parts. Kept is every technique of the marks that a case uses, and what a fifth of the cases and at
# least three use, unless that is less typical of them than of everybody (less than 0.8 times as
# large a part of all that they use). Techniques on PRE alone are left out.
";

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::path::PathBuf;

    #[test]
    fn the_files_of_scenarios_are_those_that_are_counted() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let said = std::env::var_os("LACUNA_SHARED").map(PathBuf::from);
        let shared = said.unwrap_or_else(|| root.join("../shared"));
        if !shared.join("corpora/flows").is_dir() {
            let required = std::env::var_os("LACUNA_REQUIRE_SHARED").is_some_and(|v| v == "1");
            assert!(!required, "{} is required and absent", shared.display());
            let word = format!("SKIPPED: there is no {}; set LACUNA_SHARED\n", shared.display());
            std::io::stderr().write_all(word.as_bytes()).unwrap();
            return;
        }
        let known = known(&shared, &root.join("target/catalogues")).unwrap();
        for described in ingest::scenarios::described() {
            let path = format!("controls/profiles/scenarios/{}.toml", described.id);
            let committed = std::fs::read_to_string(root.join(path)).unwrap();
            let counted = text(&known, described);
            assert_eq!(committed, counted, "run cargo xtask scenarios: {}", described.id);
        }
    }

    #[test]
    fn what_is_rare_or_untypical_does_not_belong_to_a_scenario() {
        // Of ten, four are cases: 0 marks them, 1 is theirs, 2 is everybody's, 3 is one's alone,
        // and 4 is used by most of the others.
        let case = |extra: &[TechniqueIx]| extra.iter().copied().collect::<Case>();
        let cases = [case(&[0, 1, 2, 3]), case(&[0, 1, 2, 4]), case(&[0, 1, 2]), case(&[0, 2])];
        let others = std::iter::repeat_n(case(&[2, 4]), 6);
        let used = times(cases.iter());
        let all: Vec<Case> = cases.iter().cloned().chain(others).collect();
        let count = Count { cases: 4, parts: [parts(&used), parts(&times(all.iter()))], used };
        let kept = count.kept(|ix| ix == 0);
        assert_eq!(kept, BTreeMap::from([(0, 1.0), (1, 0.75)]));
        assert_eq!(count.share(2), 1.0);
    }
}
