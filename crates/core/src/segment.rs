//! Parts of the organisation: a subsidiary, a site, a business unit. Each can be assessed alone,
//! and what is there for some of them reaches their share of the whole and no more.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::capability::Capability;
use crate::id::TechniqueId;
use crate::inputs::{Inputs, Organisation, Profile, ScopeChoice};
use crate::scope::ANY_PLATFORM;

/// A part of the organisation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Segment {
    /// Its name, as rows name it.
    pub name: String,
    /// Its share of the assets (any scale); where nothing is said, segments count alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// Its own platforms with their shares; empty stands for the organisation's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub platforms: BTreeMap<String, f64>,
    /// Its own impact by technique; empty stands for the organisation's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub impact: BTreeMap<TechniqueId, f64>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

impl Segment {
    /// A segment of which nothing is known but its name.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    fn weight(&self) -> f64 {
        self.share.unwrap_or(1.0)
    }
}

impl Inputs<'_> {
    /// The inputs of one segment alone: what is there for it or for all, on its platforms, with
    /// its impact. The other segments are not in sight.
    #[must_use]
    pub fn of_segment(&self, segment: &Segment) -> Self {
        let platforms = own_or(&segment.platforms, &self.scope.platforms);
        let impact = own_or(&segment.impact, &self.profile.impact);
        let is_there = |c: &Capability| c.segments.is_empty() || c.segments.contains(&segment.name);
        Self {
            organisation: Organisation {
                segment: Some(segment.name.clone()),
                ..self.organisation.clone()
            },
            scope: ScopeChoice {
                platforms,
                segments: vec![segment.clone()],
                ..self.scope.clone()
            },
            profile: Profile { impact, ..self.profile.clone() },
            capabilities: self.capabilities.iter().filter(|c| is_there(c)).cloned().collect(),
            ..self.clone()
        }
    }
}

fn own_or<K: Ord + Clone>(own: &BTreeMap<K, f64>, whole: &BTreeMap<K, f64>) -> BTreeMap<K, f64> {
    if own.is_empty() { whole.clone() } else { own.clone() }
}

/// The platforms of a whole whose segments all name theirs: each platform by what the segments
/// have of it. Empty where some segment names none, since the whole cannot be told then.
#[must_use]
pub fn platforms_of_all(segments: &[Segment]) -> BTreeMap<String, f64> {
    let mut platforms = BTreeMap::new();
    if segments.iter().any(|segment| segment.platforms.is_empty()) {
        return platforms;
    }
    for segment in segments {
        for (name, share) in on_platforms(segment, &segment.platforms) {
            *platforms.entry(name.to_owned()).or_default() += share;
        }
    }
    platforms
}

/// What a segment has on each platform, by its share of the assets.
fn on_platforms<'a>(
    segment: &Segment,
    platforms: &'a BTreeMap<String, f64>,
) -> impl Iterator<Item = (&'a str, f64)> {
    let total: f64 = platforms.values().sum();
    let part = segment.weight() / if total > 0.0 { total } else { 1.0 };
    platforms.iter().map(move |(name, share)| (name.as_str(), part * share))
}

/// How much of the whole each segment is, platform by platform.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Parts {
    /// By segment, then by platform.
    parts: BTreeMap<String, BTreeMap<String, f64>>,
}

impl Parts {
    /// The parts of a whole that has these platforms.
    pub(crate) fn of(segments: &[Segment], shares: &BTreeMap<String, f64>) -> Self {
        let mut parts: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
        let mut whole: BTreeMap<&str, f64> = BTreeMap::new();
        for segment in segments {
            let own = if segment.platforms.is_empty() { shares } else { &segment.platforms };
            let everywhere = std::iter::once((ANY_PLATFORM, segment.weight()));
            let by_platform = parts.entry(segment.name.clone()).or_default();
            for (name, assets) in on_platforms(segment, own).chain(everywhere) {
                *whole.entry(name).or_default() += assets;
                by_platform.insert(name.to_owned(), assets);
            }
        }
        for by_platform in parts.values_mut() {
            for (name, assets) in by_platform {
                let all = whole[name.as_str()];
                *assets = if all > 0.0 { *assets / all } else { 0.0 };
            }
        }
        Self { parts }
    }

    /// How much of a platform a capability can reach: all of it, unless it is there for some of
    /// the segments only.
    pub(crate) fn reach(&self, capability: &Capability, platform: &str) -> f64 {
        if self.parts.is_empty() || capability.segments.is_empty() {
            return 1.0;
        }
        let own = capability.segments.iter().filter_map(|name| self.parts.get(name));
        let part = |by_platform: &BTreeMap<String, f64>| {
            // A platform that no segment names is split like everything.
            let found = by_platform.get(platform);
            match found {
                Some(part) => *part,
                None if self.is_anywhere(platform) => 0.0,
                None => by_platform.get(ANY_PLATFORM).copied().unwrap_or_default(),
            }
        };
        own.map(part).sum::<f64>().min(1.0)
    }

    /// Whether some segment has this platform.
    fn is_anywhere(&self, platform: &str) -> bool {
        self.parts.values().any(|by_platform| by_platform.contains_key(platform))
    }
}
