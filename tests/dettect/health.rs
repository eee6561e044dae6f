//! What `dettect.py --health` looks at in an administration file, and a little more: it accepts ids
//! and names that ATT&CK does not have. A file in good health gives no complaint.

use std::collections::{BTreeMap, BTreeSet};

use model::attack::Attack;
use serde_json::Value;

/// The data sources that DeTT&CT adds to those of ATT&CK.
const OWN: [&str; 4] = ["Web", "Internal DNS", "Email", "DHCP"];

/// What is wrong with a file.
pub(super) fn complaints(file: &Value, attack: &Attack) -> Vec<String> {
    let mut health = Health { attack, complaints: Vec::new(), named: BTreeSet::new() };
    health.expect(file["domain"] == attack.domain.as_str(), "the domain");
    match file["file_type"].as_str() {
        Some("technique-administration") => health.techniques(file),
        Some("data-source-administration") => health.data_sources(file),
        Some("group-administration") => health.groups(file),
        kind => health.expect(false, format!("file_type {kind:?}")),
    }
    health.are_unlike();
    health.complaints
}

struct Health<'a> {
    attack: &'a Attack,
    complaints: Vec<String>,
    /// Everything that something applies to.
    named: BTreeSet<String>,
}

impl Health<'_> {
    fn expect(&mut self, is_so: bool, what: impl Into<String>) {
        if !is_so {
            self.complaints.push(what.into());
        }
    }

    fn version(&mut self, file: &Value, version: f64) {
        self.expect(
            file["version"].as_f64() == Some(version),
            format!("version {}", file["version"]),
        );
    }

    /// The items of a list that must be there.
    fn list<'v>(&mut self, object: &'v Value, key: &str, what: &str) -> &'v [Value] {
        let list = object[key].as_array();
        self.expect(list.is_some(), format!("{what}: {key} is no list"));
        list.map_or(&[], Vec::as_slice)
    }

    fn text(&mut self, object: &Value, key: &str, what: &str) {
        self.expect(object[key].is_string(), format!("{what}: {key} is no text"));
    }

    fn platforms(&mut self, object: &Value, what: &str) {
        let platforms = self.list(object, "platform", what);
        self.expect(!platforms.is_empty(), format!("{what}: no platform"));
        let is_all = platforms.len() == 1 && platforms[0] == "all";
        for platform in platforms {
            let is_known =
                platform.as_str().is_some_and(|name| self.attack.platform(name).is_some());
            self.expect(is_all || is_known, format!("{what}: platform {platform}"));
        }
    }

    fn id(&mut self, id: &str, what: &str) {
        let digits =
            |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
        let rest = id.strip_prefix('T').unwrap_or_default();
        let is_id = match rest.split_once('.') {
            None => digits(rest, 4),
            Some((technique, sub)) => digits(technique, 4) && digits(sub, 3),
        };
        self.expect(is_id, format!("{what}: {id} is no id"));
        let is_live = id.parse().is_ok_and(|id| self.attack.technique(id).is_some());
        self.expect(is_live, format!("{what}: {id} is not in ATT&CK"));
    }

    fn date(&mut self, date: &Value, may_be_missing: bool, what: &str) {
        let is_date = date.as_str().is_some_and(|date| model::date::Date::parse(date).is_some());
        self.expect(is_date || (may_be_missing && date.is_null()), format!("{what}: date {date}"));
    }

    fn number(&mut self, value: &Value, range: std::ops::RangeInclusive<i64>, what: &str) {
        let is_in = value.as_i64().is_some_and(|value| range.contains(&value));
        self.expect(is_in, format!("{what}: {value} is not in {range:?}"));
    }

    /// The systems of the objects about one thing: "all" stands alone, and no system stands twice.
    fn applicable_to(&mut self, objects: &[Value], known: Option<&BTreeSet<String>>, what: &str) {
        let mut seen = BTreeSet::new();
        let mut count = 0;
        for object in objects {
            let systems = self.list(object, "applicable_to", what);
            self.expect(!systems.is_empty(), format!("{what}: applies to nothing"));
            for system in systems {
                let name = system.as_str().unwrap_or_default().to_owned();
                let is_known = known.is_none_or(|known| name == "all" || known.contains(&name));
                self.expect(!name.is_empty() && is_known, format!("{what}: applies to {system}"));
                self.expect(seen.insert(name.clone()), format!("{what}: {name} stands twice"));
                self.named.insert(name);
                count += 1;
            }
        }
        let is_mixed = seen.contains("all") && count > 1;
        self.expect(!is_mixed, format!("{what}: \"all\" among others"));
    }

    fn techniques(&mut self, file: &Value) {
        self.version(file, 1.2);
        self.text(file, "name", "the file");
        self.platforms(file, "the file");
        let mut ids = BTreeSet::new();
        for technique in self.list(file, "techniques", "the file") {
            let id = technique["technique_id"].as_str().unwrap_or_default();
            self.id(id, "a technique");
            self.expect(ids.insert(id), format!("{id} stands twice"));
            self.text(technique, "technique_name", id);
            for (side, scores) in [("detection", -1..=5), ("visibility", 0..=4)] {
                let what = format!("{id} {side}");
                let objects = self.list(technique, side, id);
                self.expect(!objects.is_empty(), format!("{what} is empty"));
                self.applicable_to(objects, None, &what);
                for object in objects {
                    self.text(object, "comment", &what);
                    if side == "detection" {
                        let places = self.list(object, "location", &what);
                        let are_texts = places.iter().all(Value::is_string);
                        self.expect(are_texts, format!("{what}: location"));
                    }
                    let logbook = self.list(object, "score_logbook", &what);
                    self.expect(!logbook.is_empty(), format!("{what}: no score"));
                    for entry in logbook {
                        self.number(&entry["score"], scores.clone(), &what);
                        let is_none = entry["score"] == *scores.start();
                        self.date(&entry["date"], is_none, &what);
                        self.text(entry, "comment", &what);
                        let auto = entry.get("auto_generated");
                        let is_flag = auto.is_none_or(Value::is_boolean);
                        self.expect(is_flag, format!("{what}: auto_generated"));
                    }
                }
            }
        }
    }

    fn data_sources(&mut self, file: &Value) {
        self.version(file, 1.1);
        self.text(file, "name", "the file");
        let mut systems = BTreeSet::new();
        for system in self.list(file, "systems", "the file") {
            let name = system["applicable_to"].as_str().unwrap_or_default();
            let is_name = !name.is_empty() && !name.eq_ignore_ascii_case("all");
            self.expect(is_name, format!("a system called {name:?}"));
            self.expect(systems.insert(name.to_owned()), format!("the system {name} stands twice"));
            self.platforms(system, name);
        }
        let mut names = BTreeSet::new();
        for source in self.list(file, "data_sources", "the file") {
            let name = source["data_source_name"].as_str().unwrap_or_default();
            self.expect(names.insert(name), format!("{name} stands twice"));
            let is_attack = self.attack.components.iter().any(|component| component.name == name);
            let own = name.strip_suffix(" [DeTT&CT data source]");
            let is_own = own.is_some_and(|name| OWN.contains(&name));
            self.expect(is_attack || is_own, format!("there is no data source {name}"));
            let objects = self.list(source, "data_source", name);
            self.expect(!objects.is_empty(), format!("{name} is empty"));
            self.applicable_to(objects, Some(&systems), name);
            objects.iter().for_each(|object| self.data_source(object, name));
        }
        for exception in file["exceptions"].as_array().into_iter().flatten() {
            self.id(exception["technique_id"].as_str().unwrap_or_default(), "an exception");
            self.text(exception, "name", "an exception");
        }
    }

    fn data_source(&mut self, object: &Value, name: &str) {
        for key in ["date_registered", "date_connected"] {
            self.expect(object.get(key).is_some(), format!("{name}: no {key}"));
            self.date(&object[key], true, name);
        }
        let products = self.list(object, "products", name);
        self.expect(products.iter().all(Value::is_string), format!("{name}: products"));
        self.expect(
            object["available_for_data_analytics"].is_boolean(),
            format!("{name}: available"),
        );
        self.text(object, "comment", name);
        for dimension in [
            "device_completeness",
            "data_field_completeness",
            "timeliness",
            "consistency",
            "retention",
        ] {
            self.number(&object["data_quality"][dimension], 0..=5, name);
        }
    }

    fn groups(&mut self, file: &Value) {
        self.version(file, 1.0);
        self.platforms(file, "the file");
        let mut names = BTreeMap::new();
        for group in self.list(file, "groups", "the file") {
            let name = group["group_name"].as_str().unwrap_or_default();
            self.expect(!name.is_empty(), "a group without a name");
            let campaign = group["campaign"].to_string();
            self.expect(
                names.insert((name, campaign), ()).is_none(),
                format!("{name} stands twice"),
            );
            for key in ["campaign", "software_id", "enabled"] {
                self.expect(group.get(key).is_some(), format!("{name}: no {key}"));
            }
            self.expect(group["enabled"].is_boolean(), format!("{name}: enabled"));
            self.expect(group["software_id"].is_array(), format!("{name}: software_id"));
            match &group["technique_id"] {
                Value::Array(ids) => {
                    ids.iter().for_each(|id| self.id(id.as_str().unwrap_or_default(), name));
                }
                Value::Object(weights) => {
                    for (id, weight) in weights {
                        self.id(id, name);
                        self.number(weight, 1..=i64::MAX, name);
                    }
                }
                other => self.expect(false, format!("{name}: technique_id {other}")),
            }
        }
    }

    /// Names that are nearly the same are most likely meant to be.
    fn are_unlike(&mut self) {
        let named: Vec<String> = self.named.iter().cloned().collect();
        for (at, one) in named.iter().enumerate() {
            for other in &named[at + 1..] {
                let ratio = likeness(one.as_bytes(), other.as_bytes());
                self.expect(ratio <= 0.8, format!("{one} and {other} are alike"));
            }
        }
    }
}

/// What Python's `difflib` calls the ratio of two texts: twice what they share in order, of both.
fn likeness(one: &[u8], other: &[u8]) -> f64 {
    2.0 * shared(one, other) as f64 / (one.len() + other.len()).max(1) as f64
}

/// The longest piece in both, and what is shared before and after it.
fn shared(one: &[u8], other: &[u8]) -> usize {
    let mut longest = (0, 0, 0);
    for a in 0..one.len() {
        for b in 0..other.len() {
            let alike = one[a..].iter().zip(&other[b..]).take_while(|(x, y)| x == y).count();
            if alike > longest.2 {
                longest = (a, b, alike);
            }
        }
    }
    match longest {
        (_, _, 0) => 0,
        (a, b, alike) => {
            shared(&one[..a], &other[..b]) + alike + shared(&one[a + alike..], &other[b + alike..])
        }
    }
}

#[test]
fn bad_health_is_noticed() {
    let attack = ingest::releases::load(Some("18.1"), "enterprise-attack").unwrap();
    let bad = |text: &str| complaints(&serde_saphyr::from_str(text).unwrap(), &attack).join("\n");
    let said = bad("
version: 1.2
file_type: technique-administration
name: x
domain: enterprise-attack
platform: [Amiga]
techniques:
- technique_id: T9999
  technique_name: x
  detection:
  - applicable_to: [all, Linux server]
    location: []
    comment: ''
    score_logbook: [{date: null, score: 6, comment: ''}]
  - {applicable_to: [Linux servers, all], location: x, comment: '', score_logbook: []}
- {technique_id: T9999, technique_name: x, detection: []}
");
    for part in [
        "platform \"Amiga\"",
        "T9999 is not in ATT&CK",
        "T9999 stands twice",
        "\"all\" among others",
        "all stands twice",
        "6 is not in -1..=5",
        "date null",
        "location is no list",
        "no score",
        "T9999 detection is empty",
        "visibility is no list",
        "Linux server and Linux servers are alike",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
