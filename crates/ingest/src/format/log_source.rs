//! What log sources stand for, as tables: the family of the rules that read them and the
//! platforms they speak of. The files are `controls/log_sources/*.toml`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::built_in;

/// The log sources of one vendor, by name. A name may hold `*` for any run of characters; of
/// several that fit, the longest counts. Upper and lower case are the same.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogSources {
    /// Families; a `*` in one stands for the platform of the rule where it has just one.
    #[serde(default)]
    families: BTreeMap<String, String>,
    /// ATT&CK's platforms; an empty list says that the log source is known and tells nothing.
    #[serde(default)]
    platforms: BTreeMap<String, Vec<String>>,
    /// Those that bring events of every kind: beside others they say nothing.
    #[serde(default)]
    carriers: Vec<String>,
}

impl LogSources {
    /// The family of the rules that read this log source.
    pub(crate) fn family(&self, name: &str) -> Option<&str> {
        best(&self.families, name).map(String::as_str)
    }

    /// The platforms that this log source speaks of.
    pub(crate) fn platforms(&self, name: &str) -> Option<&[String]> {
        best(&self.platforms, name).map(Vec::as_slice)
    }

    /// Those of several names that say what a rule is about: carriers only where there is nothing
    /// else.
    pub(crate) fn telling(&self, names: Vec<String>) -> Vec<String> {
        let is_telling = |name: &String| !self.is_carrier(name);
        match names.iter().any(is_telling) {
            true => names.into_iter().filter(is_telling).collect(),
            false => names,
        }
    }

    /// Whether the longest pattern that fits a name, of all in these tables, is a carrier's.
    fn is_carrier(&self, name: &str) -> bool {
        let longest = |patterns: &mut dyn Iterator<Item = &String>| {
            let name = name.trim().to_lowercase();
            let fitting = patterns.filter(|pattern| fits(&lower(pattern), &name));
            fitting.map(String::len).max().unwrap_or(0)
        };
        let carrier = longest(&mut self.carriers.iter());
        let mut others = self.families.keys().chain(self.platforms.keys());
        carrier > 0 && carrier >= longest(&mut others)
    }
}

/// The value under the longest pattern that fits.
pub(super) fn best<'a, T>(table: &'a BTreeMap<String, T>, name: &str) -> Option<&'a T> {
    let name = name.trim().to_lowercase();
    table.get(&name).or_else(|| {
        let fitting = table.iter().filter(|(pattern, _)| fits(&lower(pattern), &name));
        fitting.max_by_key(|(pattern, _)| pattern.len()).map(|(_, value)| value)
    })
}

/// Whether a name fits one of several patterns.
pub(super) fn fits_any(patterns: &[String], name: &str) -> bool {
    let name = name.trim().to_lowercase();
    patterns.iter().any(|pattern| fits(&lower(pattern), &name))
}

/// A text in lower case, as patterns mostly are: records by the thousand are held against them.
fn lower(text: &str) -> Cow<'_, str> {
    let is_lower = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    match text.bytes().all(is_lower) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.to_lowercase()),
    }
}

/// Whether a name fits a pattern; both in lower case.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    let Some((head, mut rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut left) = name.strip_prefix(head) else {
        return false;
    };
    while let Some((middle, after)) = rest.split_once('*') {
        let Some(at) = left.find(middle) else {
            return false;
        };
        left = &left[at + middle.len()..];
        rest = after;
    }
    left.ends_with(rest)
}

/// The log sources that are built in, by the vendor's name.
pub(super) fn named(name: &str) -> Option<&'static LogSources> {
    static TABLES: LazyLock<BTreeMap<&str, LogSources>> = LazyLock::new(|| {
        let parsed = |(name, text): &(&'static str, &str)| {
            (*name, toml::from_str(text).expect("built-in tables are valid: tested"))
        };
        built_in::LOG_SOURCES.iter().map(parsed).collect()
    });
    TABLES.get(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_pattern_that_fits_counts() {
        let table: BTreeMap<String, u8> =
            [("logs-*", 1), ("logs-endpoint.*", 2), ("*process*", 3), ("exact", 4)]
                .map(|(name, value)| (name.to_owned(), value))
                .into();
        assert_eq!(best(&table, "logs-endpoint.events.process-*"), Some(&2));
        assert_eq!(best(&table, "LOGS-okta*"), Some(&1));
        assert_eq!(best(&table, "a process b"), Some(&3));
        assert_eq!(best(&table, "Exact"), Some(&4));
        assert_eq!(best(&table, "other"), None);
        assert!(!fits("a*b", "ab c"));
        assert!(fits("a*b*c", "a-b-b-c"));
        assert!(!fits("ab*ba", "aba"));
    }

    #[test]
    fn a_carrier_tells_something_only_where_nothing_else_is_named() {
        let known: LogSources = toml::from_str(
            r#"carriers = ["beat-*", "logs-*"]
            [families]
            "logs-audit*" = "linux/auditd""#,
        )
        .unwrap();
        let telling =
            |names: &[&str]| known.telling(names.iter().map(ToString::to_string).collect());
        assert_eq!(telling(&["beat-*", "logs-audit-x", "other"]), ["logs-audit-x", "other"]);
        assert_eq!(telling(&["beat-7", "logs-x"]), ["beat-7", "logs-x"]);
        assert!(telling(&[]).is_empty());
    }

    #[test]
    fn every_table_names_platforms_that_attack_has() {
        let attack = crate::snapshot::embedded("enterprise-attack", None).unwrap();
        for (name, _) in built_in::LOG_SOURCES {
            for platform in named(name).unwrap().platforms.values().flatten() {
                assert!(attack.platform(platform).is_some(), "{name}: {platform}");
            }
        }
    }
}
