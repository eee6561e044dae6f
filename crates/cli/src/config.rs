//! `lacuna.toml` as it is written. What it means is decided in [`crate::project`].

use std::collections::BTreeMap;
use std::fmt;

use model::date::Date;
use model::id::TechniqueId;
use model::inputs::{Decision, Organisation};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

/// The whole file; everything is optional.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) as_of: Option<Day>,
    #[serde(default)]
    pub(crate) organisation: Organisation,
    #[serde(default)]
    pub(crate) scope: ScopeConfig,
    #[serde(default)]
    pub(crate) profile: ProfileConfig,
    #[serde(default)]
    pub(crate) source: Vec<SourceConfig>,
    /// What people changed in registers.
    #[serde(default)]
    pub(crate) patches: Vec<String>,
    /// Workbooks and tables in which people have filled in decisions.
    #[serde(default)]
    pub(crate) decisions: Vec<String>,
    #[serde(default)]
    pub(crate) segment: Vec<SegmentConfig>,
    #[serde(default)]
    pub(crate) disposition: Vec<DispositionConfig>,
    #[serde(default)]
    pub(crate) policy: toml::Table,
    pub(crate) attack: Option<String>,
    pub(crate) gate: Option<Spanned<GateConfig>>,
    /// The line of `[gate]`.
    #[serde(skip)]
    pub(crate) gate_line: Option<usize>,
    /// Products by name.
    #[serde(default)]
    pub(crate) have: Vec<String>,
    /// Descriptors of further formats.
    #[serde(default)]
    pub(crate) format_files: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScopeConfig {
    pub(crate) domain: Option<String>,
    #[serde(default)]
    pub(crate) platforms: Weights,
    pub(crate) techniques: Option<Techniques>,
    #[serde(default)]
    pub(crate) exclude: Vec<ExcludeConfig>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExcludeConfig {
    pub(crate) technique: TechniqueId,
    pub(crate) reason: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileConfig {
    #[serde(default)]
    pub(crate) adversaries: Weights,
    #[serde(default)]
    pub(crate) impact: BTreeMap<TechniqueId, f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceConfig {
    pub(crate) path: String,
    pub(crate) status: Option<String>,
    pub(crate) status_from: Option<String>,
    pub(crate) sheet: Option<String>,
    pub(crate) header_row: Option<usize>,
    pub(crate) fill_down: Option<bool>,
    #[serde(default)]
    pub(crate) columns: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) defaults: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SegmentConfig {
    pub(crate) name: String,
    pub(crate) share: Option<f64>,
    #[serde(default)]
    pub(crate) platforms: Weights,
    #[serde(default)]
    pub(crate) impact: BTreeMap<TechniqueId, f64>,
    /// Paths of sources whose records are there for it.
    #[serde(default)]
    pub(crate) sources: Vec<String>,
    pub(crate) owner: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DispositionConfig {
    pub(crate) technique: TechniqueId,
    pub(crate) decision: Decision,
    pub(crate) owner: Option<String>,
    pub(crate) approver: Option<String>,
    pub(crate) due: Option<Day>,
    pub(crate) until: Option<Day>,
    pub(crate) ticket: Option<String>,
    pub(crate) reason: Option<String>,
}

/// What `lacuna check` asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GateConfig {
    pub(crate) min_coverage: Option<f64>,
    #[serde(default)]
    pub(crate) min_tactic: BTreeMap<String, f64>,
    #[serde(default)]
    pub(crate) min_adversary: BTreeMap<String, f64>,
    pub(crate) max_gap_priority: Option<f64>,
    pub(crate) against: Option<String>,
    pub(crate) max_new_gap: Option<f64>,
    pub(crate) max_drop: Option<f64>,
    pub(crate) max_unknown_ids: Option<f64>,
    #[serde(default)]
    pub(crate) no_overdue: bool,
}

/// Names with weights, or a list of names that weigh the same.
#[derive(Debug, Default)]
pub(crate) struct Weights(pub(crate) Vec<(String, f64)>);

impl<'de> Deserialize<'de> for Weights {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Weights;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("names with weights, such as { Windows = 0.6, Linux = 0.4 }, or a list of names")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Weights, A::Error> {
                let mut weights = Vec::new();
                while let Some(pair) = map.next_entry::<String, f64>()? {
                    weights.push(pair);
                }
                Ok(Weights(weights))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut seq: A,
            ) -> Result<Weights, A::Error> {
                let mut weights = Vec::new();
                while let Some(name) = seq.next_element::<String>()? {
                    weights.push((name, 1.0));
                }
                Ok(Weights(weights))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// What alone is in scope: a file that names it, or ids.
#[derive(Debug)]
pub(crate) enum Techniques {
    File(String),
    Ids(Vec<TechniqueId>),
}

impl<'de> Deserialize<'de> for Techniques {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Techniques;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a file such as \"layer.json\", or a list of ids such as [\"T1059\"]")
            }

            fn visit_str<E: serde::de::Error>(self, file: &str) -> Result<Techniques, E> {
                Ok(Techniques::File(file.to_owned()))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut seq: A,
            ) -> Result<Techniques, A::Error> {
                let mut ids = Vec::new();
                while let Some(id) = seq.next_element()? {
                    ids.push(id);
                }
                Ok(Techniques::Ids(ids))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// A day, as a TOML date or in quotes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Day(pub(crate) Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = toml::Value::deserialize(deserializer)?;
        let text = match &value {
            toml::Value::Datetime(date) => date.to_string(),
            toml::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Date::parse(&text).map(Day).ok_or_else(|| {
            serde::de::Error::custom(format!("{text} is not a day such as 2026-06-30"))
        })
    }
}

/// Keys of the design that no release of lacuna understands yet.
const PLANNED: [&str; 1] = ["preset"];

/// Keys that belong to no section. What stands beneath a section is part of it.
const AT_THE_TOP: [&str; 5] = ["as_of", "attack", "decisions", "format_files", "patches"];

/// Reads a configuration; the error names the line, the fact and the way out.
pub(crate) fn parse(text: &str) -> Result<Config, (usize, String)> {
    let mut config: Config = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        (line(text, at), explained(error.message()))
    })?;
    config.gate_line = config.gate.as_ref().map(|gate| line(text, gate.span().start));
    Ok(config)
}

/// The line of a position, from 1.
fn line(text: &str, at: usize) -> usize {
    text[..at.min(text.len())].matches('\n').count() + 1
}

/// A parser's message with a suggestion instead of a list of everything that could stand there.
fn explained(message: &str) -> String {
    if message.contains("dotted key") {
        let hint = "put a name that continues another one in quotes: \"tau.opportunistic\" = 0.2";
        return format!("{message}; {hint}");
    }
    let Some(rest) = message.strip_prefix("unknown field `") else {
        return message.to_owned();
    };
    let mut names = rest.split('`');
    let unknown = names.next().unwrap_or_default();
    if PLANNED.contains(&unknown) {
        return format!("the key {unknown:?} is planned but not built: not yet");
    }
    if AT_THE_TOP.contains(&unknown) {
        return format!("the key {unknown:?} belongs at the top, above the first [section]");
    }
    let known: Vec<&str> = names.skip(1).step_by(2).collect();
    match ingest::suggest::nearest(unknown, known.iter().copied()) {
        Some(near) => format!("unknown key {unknown:?}; did you mean {near:?}?"),
        None => format!("unknown key {unknown:?}; known are {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(text: &str) -> (usize, String) {
        parse(text).unwrap_err()
    }

    #[test]
    fn a_mistyped_key_is_named_with_its_line_and_what_was_meant() {
        assert_eq!(
            trouble("as_of = 2026-06-30\n[scope]\nplatform = []\n"),
            (3, "unknown key \"platform\"; did you mean \"platforms\"?".to_owned())
        );
    }

    #[test]
    fn a_planned_key_is_refused() {
        assert_eq!(
            trouble("[profile]\npreset = \"finance\"\n"),
            (2, "the key \"preset\" is planned but not built: not yet".to_owned())
        );
    }

    #[test]
    fn a_gate_says_where_it_stands() {
        let config = parse("# ours\nas_of = 2026-06-30\n\n[gate]\nmin_coverage = 0.3\n").unwrap();
        assert_eq!(config.gate_line, Some(4));
        assert_eq!(config.gate.unwrap().into_inner().min_coverage, Some(0.3));
    }

    #[test]
    fn a_key_of_the_top_beneath_a_section_is_told_where_it_belongs() {
        assert_eq!(
            trouble("[[source]]\npath = \"a\"\npatches = [\"b.csv\"]\n"),
            (3, "the key \"patches\" belongs at the top, above the first [section]".to_owned())
        );
    }

    #[test]
    fn days_may_be_dates_or_text() {
        assert_eq!(
            parse("as_of = 2026-06-30").unwrap().as_of.unwrap().0,
            Date::new(2026, 6, 30).unwrap()
        );
        assert_eq!(
            parse("as_of = '2026-06-30'").unwrap().as_of.unwrap().0,
            Date::new(2026, 6, 30).unwrap()
        );
        assert_eq!(trouble("as_of = 'soon'").0, 1);
    }
}
