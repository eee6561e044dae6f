//! A check as code hosts show it beside the lines that it is about: SARIF 2.1.0.

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::assessment::Assessment;
use model::diagnostic::{Code, Diagnostic, Origin, Severity};
use model::gate::{Check, Finding, Limit};
use serde_json::{Value, json};

use crate::view::check::{key, loss, sentence, subject, way_out};

/// Where files are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// What goes before the path of a file that no source holds, `/` at its end included.
    pub base: String,
    /// What each source is called, and its path.
    pub sources: Vec<(String, String)>,
    /// The file that holds the gate, or what stands for the whole, as a path from the same place.
    pub gate: String,
    /// Its line.
    pub line: Option<usize>,
}

impl Places {
    /// The path of what a message calls a file: below its source, else beside the project's file.
    fn of(&self, called: &str) -> String {
        let below = |(shown, path): &(String, String)| {
            let rest = called.strip_prefix(shown.trim_end_matches('/'))?;
            match rest.is_empty() || rest.starts_with('/') {
                true => Some((shown.len(), format!("{}{rest}", path.trim_end_matches('/')))),
                false => None,
            }
        };
        let nearest = self.sources.iter().filter_map(below).max_by_key(|(length, _)| *length);
        nearest.map_or_else(|| format!("{}{called}", self.base), |(_, path)| path)
    }
}

/// Writes what there is to say about the inputs, and each limit that is missed.
///
/// # Errors
/// Those of the writer.
pub fn write(
    assessment: &Assessment,
    found: &Check,
    places: &Places,
    out: &mut dyn Write,
) -> io::Result<()> {
    let told = assessment.diagnostics.iter().filter(|d| is_told(d));
    let told = told.map(|diagnostic| remark(diagnostic, places));
    let missed = found.findings.iter().filter(|finding| !finding.is_passed);
    let missed = missed.flat_map(|finding| results(finding, places));
    let results: Vec<Outcome> = told.chain(missed).collect();
    let rules: BTreeMap<&String, &Rule> = results.iter().map(|r| (&r.rule.id, &r.rule)).collect();
    let positions: BTreeMap<&String, usize> =
        rules.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    let version = assessment.generated_by.rsplit(' ').next().unwrap_or_default();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "lacuna",
                "semanticVersion": version,
                "rules": rules.values().map(|rule| rule.json()).collect::<Vec<_>>(),
            }},
            "columnKind": "utf16CodeUnits",
            "results": results.iter().map(|r| r.json(positions[&r.rule.id])).collect::<Vec<_>>(),
        }],
    });
    crate::json::write(&log, out)
}

/// What a code host has a line for: all that is at least a warning, and ids that were replaced.
fn is_told(diagnostic: &Diagnostic) -> bool {
    let is_decision = matches!(
        diagnostic.code,
        Code::ExpiredDisposition | Code::OverdueDisposition | Code::UnknownDisposition
    );
    let matters = diagnostic.severity <= Severity::Warning || diagnostic.code == Code::ReplacedId;
    matters && !is_decision && !diagnostic.origin.path.is_empty()
}

/// A kind of result.
struct Rule {
    id: String,
    meaning: String,
    help: String,
    level: &'static str,
}

impl Rule {
    fn json(&self) -> Value {
        let mut rule = json!({
            "id": self.id,
            "shortDescription": {"text": self.meaning},
            "defaultConfiguration": {"level": self.level},
        });
        if !self.help.is_empty() {
            rule["help"] = json!({"text": self.help});
        }
        rule
    }
}

/// One result.
struct Outcome {
    rule: Rule,
    message: String,
    path: String,
    line: Option<usize>,
    /// The sheet and the cell, where a line says nothing.
    within: Option<String>,
}

impl Outcome {
    fn json(&self, rule: usize) -> Value {
        // Code hosts want a line, also of a file that has none.
        let mut location = json!({
            "physicalLocation": {
                "artifactLocation": {"uri": uri(&self.path)},
                "region": {"startLine": self.line.unwrap_or(1).max(1)},
            },
        });
        if let Some(within) = &self.within {
            location["logicalLocations"] = json!([{"fullyQualifiedName": within}]);
        }
        json!({
            "ruleId": self.rule.id,
            "ruleIndex": rule,
            "level": self.rule.level,
            "message": {"text": self.message},
            "locations": [location],
        })
    }
}

fn remark(diagnostic: &Diagnostic, places: &Places) -> Outcome {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let help = match diagnostic.help.as_str() {
        "" => String::new(),
        help => format!(" ({help})"),
    };
    let rule = Rule {
        id: diagnostic.code.name().to_owned(),
        meaning: diagnostic.code.meaning().to_owned(),
        help: String::new(),
        level,
    };
    located(rule, format!("{}{help}", diagnostic.message), &diagnostic.origin, places)
}

fn located(rule: Rule, message: String, origin: &Origin, places: &Places) -> Outcome {
    let within = match (&origin.sheet, &origin.cell, origin.record) {
        (None, None, None) => None,
        (sheet, cell, record) => {
            let record = record.map(|record| format!("record {record}"));
            let parts = [sheet.clone(), cell.clone(), record];
            Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
        }
    };
    let message = match &within {
        Some(within) => format!("{within}: {message}"),
        None => message,
    };
    Outcome {
        rule,
        message: crate::printable(&message),
        path: places.of(&origin.path),
        line: origin.line,
        within: within.map(|within| crate::printable(&within)),
    }
}

/// A limit that is missed, where the gate stands; a cover that is lost, where the rule stands.
fn results(finding: &Finding, places: &Places) -> Vec<Outcome> {
    let rule = || Rule {
        id: format!("gate-{}", key(finding.check).replace('_', "-")),
        meaning: format!("A limit of the gate is missed: {}.", subject(&unnamed(finding))),
        help: way_out(finding.check).to_owned(),
        level: "error",
    };
    let whole = Outcome {
        rule: rule(),
        message: crate::printable(&format!("{} ({})", sentence(finding), way_out(finding.check))),
        path: places.gate.clone(),
        line: places.line,
        within: None,
    };
    let lost = finding.cases.iter().filter(|_| finding.check == Limit::SoleCover);
    let lost = lost.filter_map(|case| {
        let origin = case.origin.as_ref()?;
        Some(located(
            rule(),
            format!("{} ({})", loss(case), way_out(finding.check)),
            origin,
            places,
        ))
    });
    std::iter::once(whole).chain(lost).collect()
}

/// The finding without its subject: a kind of result is the same for all of them.
fn unnamed(finding: &Finding) -> Finding {
    let name = finding.name.as_ref().map(|_| match finding.check {
        Limit::MinAdversary => "an adversary".to_owned(),
        _ => "a tactic".to_owned(),
    });
    Finding { name, ..finding.clone() }
}

/// A path as a URI reference.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        let is_plain = byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        match is_plain {
            true => uri.push(char::from(byte)),
            false => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_its_path_whatever_a_message_calls_it() {
        let source = |shown: &str, path: &str| (shown.to_owned(), path.to_owned());
        let places = Places {
            base: "bank/".to_owned(),
            sources: vec![source("rules/", "bank/rules/"), source("more.csv", "more.csv")],
            gate: "bank/lacuna.toml".to_owned(),
            line: Some(3),
        };
        assert_eq!(places.of("rules/win/a.yml"), "bank/rules/win/a.yml");
        assert_eq!(places.of("rules"), "bank/rules");
        assert_eq!(places.of("more.csv"), "more.csv");
        assert_eq!(places.of("rules2.csv"), "bank/rules2.csv");
        let all = Places { sources: vec![source(".", "")], ..Places::default() };
        assert_eq!(all.of("a.yml"), "a.yml");
    }

    #[test]
    fn a_path_is_written_as_a_uri() {
        assert_eq!(uri("rules/win/a b#1.yml"), "rules/win/a%20b%231.yml");
        assert_eq!(uri("Überblick.xlsx"), "%C3%9Cberblick.xlsx");
    }
}
