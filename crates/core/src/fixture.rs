//! A text language for small ATT&CK releases and organisations, so that a test shows what it is
//! about. One thing a line; `#` starts a comment; names with blanks stand in double quotes.
//!
//! ```text
//! tactic TA0002 execution Execution
//! technique T1059 "Command and Scripting Interpreter" in execution on Windows,Linux
//! mitigation M1038 "Execution Prevention" of T1059,T1059.001
//! component DC0032 "Process Creation" shows T1059.001
//! software S0002 Mimikatz uses T1003
//! campaign C0001 Summer uses T1059.001 software S0002 last 2024-06-01
//! group G0016 APT29 uses T1059.001,T1078 software S0002 campaigns C0001
//! revoked T1086 by T1059.001
//! deprecated T1064
//! control nist:AC-2 prevent T1059.001,T1078
//! control aws:guard detect T1078 significant
//! category category:edr detect T1059.001 low
//! relate iso:A.5.15 nist:AC-2
//! choke T1059 1.0
//! rules T1059.001 12
//! as_of 2025-12-01
//! platforms Windows=0.6 Linux=0.4
//! exclude T1200 "no physical access"
//! segment Office 0.7 Windows=0.9 Linux=0.1
//! profile G0016=3
//! policy tau=0.7
//! decide T1078 accept until 2026-01-01
//! have R1 rule detect T1059.001 rule_status=stable rule_level=high status=enabled basis=tagged
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::assessment::{Assessment, assess};
use crate::attack::{
    Adversary, AdversaryKind, Attack, DataComponent, Mitigation, ObjectKind, Retired, Tactic,
    Technique,
};
use crate::capability::{
    Basis, Capability, Ctid, Function, Kind, Level, RuleLevel, RuleStatus, Share, Status,
};
use crate::catalog::{Catalog, ControlMapping};
use crate::date::Date;
use crate::id::TechniqueId;
use crate::inputs::{Decided, Decision, Disposition, Exclusion, Inputs, Profile, ScopeChoice};
use crate::policy::Policy;
use crate::segment::Segment;

/// A small world, read from text.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// Its ATT&CK.
    pub attack: Attack,
    /// Its catalogued facts.
    pub catalog: Catalog,
    /// The day.
    pub as_of: Date,
    /// The scope.
    pub scope: ScopeChoice,
    /// The profile.
    pub profile: Profile,
    /// The policy.
    pub policy: Policy,
    /// The decisions.
    pub dispositions: Vec<Disposition>,
    /// What the organisation has.
    pub capabilities: Vec<Capability>,
}

impl Fixture {
    /// Reads a fixture.
    ///
    /// # Panics
    /// Where the text is not as described above: it stands in a test.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let lines: Vec<Vec<String>> = text.lines().map(words).filter(|w| !w.is_empty()).collect();
        let attack = attack(&lines);
        let of = |verb: &'static str| {
            lines.iter().filter(move |words| words[0] == verb).map(|words| &words[1..])
        };
        let mut catalog = Catalog::new(
            &attack,
            of("choke").map(|w| (id(&w[0]), number(&w[1]))),
            of("rules").map(|w| (id(&w[0]), number(&w[1]) as u32)),
        );
        for words in of("control") {
            catalog.add_control(&attack, &words[0], control(words));
        }
        for words in of("category") {
            catalog.add_category(&attack, &words[0], category(words));
        }
        of("relate").for_each(|words| catalog.relate(&words[0], &words[1]));
        let mut policy = Policy::default();
        for (name, value) in of("policy").flatten().map(|pair| pair_of(pair)) {
            policy.set(name, number(value)).expect("a policy number in a fixture is valid");
        }
        let exclude = of("exclude").map(|w| Exclusion {
            technique: id(&w[0]),
            reason: w.get(1).cloned().unwrap_or_default(),
            disposition: None,
        });
        Self {
            catalog,
            as_of: of("as_of").next().map_or_else(|| date("2025-12-01"), |w| date(&w[0])),
            scope: ScopeChoice {
                platforms: weights(of("platforms").flatten()),
                only: None,
                exclude: exclude.collect(),
                segments: of("segment").map(segment).collect(),
            },
            profile: Profile {
                adversaries: weights(of("profile").flatten()),
                own: BTreeMap::new(),
                impact: of("impact").map(|w| (id(&w[0]), number(&w[1]))).collect(),
            },
            policy,
            dispositions: of("decide").map(disposition).collect(),
            capabilities: of("have").map(capability).collect(),
            attack,
        }
    }

    /// What an assessment of this world depends on.
    #[must_use]
    pub fn inputs(&self) -> Inputs<'_> {
        Inputs {
            scope: self.scope.clone(),
            profile: self.profile.clone(),
            policy: self.policy.clone(),
            dispositions: self.dispositions.clone(),
            capabilities: self.capabilities.iter().cloned().map(Arc::new).collect(),
            ..Inputs::new(&self.attack, &self.catalog, self.as_of)
        }
    }

    /// The assessment of this world.
    #[must_use]
    pub fn assess(&self) -> Assessment {
        assess(&self.inputs())
    }
}

/// `NAME SHARE PLATFORM=SHARE...`.
fn segment(words: &[String]) -> Segment {
    let platforms = weights(words[2..].iter());
    Segment { share: Some(number(&words[1])), platforms, ..Segment::named(words[0].as_str()) }
}

fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '#' if !quoted => break,
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("there is always a last word").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What follows a keyword, split at commas.
fn after<'a>(words: &'a [String], keyword: &str) -> Vec<&'a str> {
    let at = words.iter().position(|word| word == keyword);
    let list = at.and_then(|at| words.get(at + 1));
    list.map(|list| list.split(',').collect()).unwrap_or_default()
}

fn id(text: &str) -> TechniqueId {
    TechniqueId::parse(text).unwrap_or_else(|_| panic!("{text} is not a technique id"))
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|_| panic!("{text} is not a number"))
}

fn date(text: &str) -> Date {
    Date::parse(text).unwrap_or_else(|| panic!("{text} is not a date"))
}

fn pair_of(text: &str) -> (&str, &str) {
    text.split_once('=').unwrap_or_else(|| panic!("{text} is not name=value"))
}

fn weights<'a>(pairs: impl Iterator<Item = &'a String>) -> BTreeMap<String, f64> {
    pairs.map(|pair| pair_of(pair)).map(|(name, value)| (name.to_owned(), number(value))).collect()
}

fn attack(lines: &[Vec<String>]) -> Attack {
    let mut attack = Attack {
        domain: "enterprise-attack".to_owned(),
        version: "1.0".to_owned(),
        source: "a fixture".to_owned(),
        ..Attack::default()
    };
    let of = |verb: &'static str| lines.iter().filter(move |words| words[0] == verb);
    let tactics = of("tactic").map(|words| Tactic {
        id: words[1].clone(),
        shortname: words[2].clone(),
        name: words[3].clone(),
    });
    attack.tactics = tactics.collect();
    attack.platforms = of("technique").flat_map(|w| after(w, "on")).map(str::to_owned).collect();
    attack.platforms.sort();
    attack.platforms.dedup();
    attack.techniques = of("technique").map(|words| technique(&attack, words)).collect();
    attack.techniques.sort_by_key(|technique| technique.id);
    let components = of("component");
    attack.components = components
        .map(|words| DataComponent {
            id: words[1].clone(),
            name: words[2].clone(),
            platforms: Vec::new(),
        })
        .collect();
    attack.components.sort_by(|a, b| a.id.cmp(&b.id));
    attack.mitigations = of("mitigation").map(|words| mitigation(&attack, words)).collect();
    attack.mitigations.sort_by(|a, b| a.id.cmp(&b.id));
    attack.adversaries = adversaries(&attack, lines);
    attack.retired = retired(lines);
    relate(&mut attack, lines);
    attack
}

fn technique(attack: &Attack, words: &[String]) -> Technique {
    let position = |names: Vec<&str>, find: &dyn Fn(&str) -> Option<usize>| -> Vec<usize> {
        let found = names.into_iter().map(|name| find(name).expect("it is in the fixture"));
        let mut found: Vec<usize> = found.collect();
        found.sort_unstable();
        found
    };
    Technique {
        id: id(&words[1]),
        name: words[2].clone(),
        tactics: position(after(words, "in"), &|name| attack.tactic(name)),
        platforms: position(after(words, "on"), &|name| attack.platform(name)),
        mitigations: Vec::new(),
        components: Vec::new(),
    }
}

fn mitigation(attack: &Attack, words: &[String]) -> Mitigation {
    Mitigation {
        id: words[1].clone(),
        name: words[2].clone(),
        techniques: techniques(attack, words, "of"),
    }
}

fn techniques(attack: &Attack, words: &[String], keyword: &str) -> Vec<usize> {
    let known = |text: &str| attack.technique(id(text)).expect("the technique is in the fixture");
    let mut techniques: Vec<usize> = after(words, keyword).into_iter().map(known).collect();
    techniques.sort_unstable();
    techniques
}

fn adversaries(attack: &Attack, lines: &[Vec<String>]) -> Vec<Adversary> {
    let kind = |verb: &str| match verb {
        "group" => Some(AdversaryKind::Group),
        "campaign" => Some(AdversaryKind::Campaign),
        "software" => Some(AdversaryKind::Malware),
        _ => None,
    };
    let mut found: Vec<(&Vec<String>, Adversary)> = lines
        .iter()
        .filter_map(|words| Some((words, kind(&words[0])?)))
        .map(|(words, kind)| {
            let adversary = Adversary {
                id: words[1].clone(),
                name: words[2].clone(),
                aliases: after(words, "alias").into_iter().map(str::to_owned).collect(),
                kind,
                techniques: techniques(attack, words, "uses"),
                software: Vec::new(),
                campaigns: Vec::new(),
                first_seen: None,
                last_seen: after(words, "last").first().map(|text| date(text)),
            };
            (words, adversary)
        })
        .collect();
    found.sort_by(|a, b| a.1.id.cmp(&b.1.id));
    let ids: Vec<String> = found.iter().map(|(_, adversary)| adversary.id.clone()).collect();
    let position = |id: &&str| ids.iter().position(|known| known == id).expect("it is there");
    for (words, adversary) in &mut found {
        adversary.software = after(words, "software").iter().map(position).collect();
        adversary.campaigns = after(words, "campaigns").iter().map(position).collect();
    }
    found.into_iter().map(|(_, adversary)| adversary).collect()
}

fn retired(lines: &[Vec<String>]) -> Vec<Retired> {
    let gone = lines.iter().filter(|words| matches!(words[0].as_str(), "revoked" | "deprecated"));
    let mut retired: Vec<Retired> = gone
        .map(|words| Retired {
            kind: ObjectKind::Technique,
            id: words[1].clone(),
            name: words[1].clone(),
            by: after(words, "by").first().map(|by| (*by).to_owned()),
        })
        .collect();
    retired.sort();
    retired
}

fn relate(attack: &mut Attack, lines: &[Vec<String>]) {
    for (ix, mitigation) in attack.mitigations.iter().enumerate() {
        mitigation.techniques.iter().for_each(|t| attack.techniques[*t].mitigations.push(ix));
    }
    for words in lines.iter().filter(|words| words[0] == "component") {
        let component = attack.component(&words[1]).expect("it was just read");
        for technique in techniques(attack, words, "shows") {
            attack.techniques[technique].components.push(component);
        }
    }
    attack.techniques.iter_mut().for_each(|technique| technique.components.sort_unstable());
}

fn disposition(words: &[String]) -> Disposition {
    let text = |keyword: &str| after(words, keyword).first().map(|text| (*text).to_owned());
    let decision = match words[1].as_str() {
        "fix" => Decision::Fix,
        "accept" => Decision::Accept,
        "opportunistic" => Decision::Opportunistic,
        "exclude" => Decision::Exclude,
        other => panic!("{other} is no decision"),
    };
    let decided = Decided {
        decision,
        owner: text("owner"),
        approver: text("approver"),
        due: text("due").map(|text| date(&text)),
        until: text("until").map(|text| date(&text)),
        ticket: text("ticket"),
        reason: text("reason"),
        origin: None,
    };
    Disposition { technique: id(&words[0]), decided }
}

/// `ID FUNCTION IDS [SCORE]`.
fn control(words: &[String]) -> impl Iterator<Item = ControlMapping> + '_ {
    let function = known(Function::from_word(&words[1]), &words[1]);
    let score = words.get(3).map(|word| known(Ctid::from_word(word), word));
    words[2].split(',').map(move |text| ControlMapping { technique: id(text), function, score })
}

/// `ID FUNCTION IDS LEVEL`.
fn category(words: &[String]) -> impl Iterator<Item = (Function, TechniqueId, Level)> + '_ {
    let function = known(Function::from_word(&words[1]), &words[1]);
    let level = known(Level::from_word(&words[3]), &words[3]);
    words[2].split(',').map(move |text| (function, id(text), level))
}

/// `ID KIND FUNCTION IDS name=value...`; `-` for no ids; mitigations and controls (their names hold
/// a colon) may stand among the ids.
fn capability(words: &[String]) -> Capability {
    let kind = if words[1] == "source" { "data source" } else { &words[1] };
    let kind = Kind::from_word(kind).unwrap_or_else(|| panic!("{kind} is no kind"));
    let function = Function::from_word(&words[2]).unwrap_or_else(|| panic!("{words:?}"));
    let mut capability = Capability::new(words[0].as_str(), kind, function);
    capability.status = Status::Implemented;
    for text in words[3].split(',').filter(|text| *text != "-") {
        match text.as_bytes()[0] {
            _ if text.contains(':') => capability.controls.push(text.to_owned()),
            b'M' => capability.mitigations.push(text.to_owned()),
            b'D' => capability.data_components.push(text.to_owned()),
            _ => capability.techniques.push(id(text)),
        }
    }
    words[4..].iter().map(|pair| pair_of(pair)).for_each(|(name, value)| {
        set(&mut capability, name, value);
    });
    capability
}

fn set(capability: &mut Capability, name: &str, value: &str) {
    match name {
        "status" => capability.status = known(Status::from_word(value), value),
        "basis" => capability.basis = known(Basis::from_word(value), value),
        "strength" => capability.strength = Some(number(value)),
        "level" => capability.level = Some(known(Level::from_word(value), value)),
        "ctid" => capability.ctid = Some(known(Ctid::from_word(value), value)),
        "dettect" => capability.dettect = Some(number(value) as i8),
        "stp" => capability.stp = Some(number(value) as u8),
        "rule_status" => capability.rule_status = Some(known(RuleStatus::from_word(value), value)),
        "rule_level" => capability.rule_level = Some(known(RuleLevel::from_word(value), value)),
        "unscored" => capability.unscored = value == "true",
        "hunting" => capability.hunting = value == "true",
        "family" => capability.family = Some(value.to_owned()),
        "telemetry" => capability.telemetry = Some(share(value)),
        "scope" => capability.scope = Some(share(value)),
        "segment" => capability.segments = value.split(',').map(str::to_owned).collect(),
        "platforms" => {
            capability.platforms = Some(value.split(',').map(str::to_owned).collect());
        }
        "tests" => {
            let parts: Vec<&str> = value.split('/').collect();
            capability.tests_passed = Some(number(parts[0]) as u32);
            capability.tests_run = Some(number(parts[1]) as u32);
            capability.tests_last = parts.get(2).map(|text| date(text));
        }
        "last_fired" => capability.last_fired = Some(date(value)),
        "alerts_90d" => capability.alerts_90d = Some(number(value) as u32),
        "false_positive_rate" => capability.false_positive_rate = Some(number(value)),
        "cost" => capability.cost = Some(number(value)),
        "owner" => capability.owner = Some(value.to_owned()),
        "assumed" => capability.defaulted.push("status".to_owned()),
        _ => panic!("{name} is no column of a fixture"),
    }
}

fn known<T>(value: Option<T>, word: &str) -> T {
    value.unwrap_or_else(|| panic!("{word} is not a word for this"))
}

/// `0.9` or `Windows:0.9,Linux:0.5`.
fn share(text: &str) -> Share {
    let by_platform = text.split(',').map(|part| part.split_once(':')).collect::<Option<Vec<_>>>();
    match by_platform {
        None => Share::Everywhere(number(text)),
        Some(shares) => Share::ByPlatform(
            shares.into_iter().map(|(name, share)| (name.to_owned(), number(share))).collect(),
        ),
    }
}
