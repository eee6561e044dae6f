//! Parts of the organisation: a subsidiary, a site, a business unit. Each can be assessed alone.
//! The whole is the mean of them by their shares, platform by platform, so that what is there for
//! some of them counts for their share and no more.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::attack::Attack;
use crate::capability::Capability;
use crate::id::TechniqueId;
use crate::inputs::{Inputs, Organisation, Profile, ScopeChoice};

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
            scope: ScopeChoice { platforms, segments: vec![segment.clone()], ..self.scope.clone() },
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
    /// The positions of the segments by name.
    names: BTreeMap<String, usize>,
    /// By segment, then by platform; the position one past the release's last platform stands for
    /// everything. Over the segments they add up to 1.
    parts: Vec<Vec<f64>>,
}

impl Parts {
    /// The parts of a whole that has these platforms.
    pub(crate) fn of(
        attack: &Attack,
        segments: &[Segment],
        shares: &BTreeMap<String, f64>,
    ) -> Self {
        let total: f64 = segments.iter().map(Segment::weight).sum();
        let assets = |segment: &Segment| {
            let own = if segment.platforms.is_empty() { shares } else { &segment.platforms };
            let own: BTreeMap<&str, f64> = on_platforms(segment, own).collect();
            let on = |name: &String| own.get(name.as_str()).copied().unwrap_or_default();
            attack.platforms.iter().map(on).collect::<Vec<f64>>()
        };
        let assets: Vec<Vec<f64>> = segments.iter().map(assets).collect();
        let of_all = |segment: &Segment| if total > 0.0 { segment.weight() / total } else { 0.0 };
        let part = |(segment, own): (&Segment, &Vec<f64>)| {
            let on = |(platform, own): (usize, &f64)| {
                let all: f64 = assets.iter().map(|assets| assets[platform]).sum();
                // A platform that no segment has is split like everything.
                if all > 0.0 { own / all } else { of_all(segment) }
            };
            let parts = own.iter().enumerate().map(on);
            parts.chain(std::iter::once(of_all(segment))).collect()
        };
        Self {
            names: segments.iter().enumerate().map(|(at, s)| (s.name.clone(), at)).collect(),
            parts: segments.iter().zip(&assets).map(part).collect(),
        }
    }

    /// How many there are; none where the whole is not divided.
    pub(crate) fn count(&self) -> usize {
        self.parts.len()
    }

    /// The segments that a capability is there for, ascending; nothing where that is all of them.
    pub(crate) fn of_capability(&self, capability: &Capability) -> Option<Vec<usize>> {
        if self.parts.is_empty() || capability.segments.is_empty() {
            return None;
        }
        let named = capability.segments.iter().filter_map(|name| self.names.get(name));
        let named: BTreeSet<usize> = named.copied().collect();
        (named.len() < self.parts.len()).then(|| named.into_iter().collect())
    }

    /// How much of a platform is a segment's.
    pub(crate) fn part(&self, segment: usize, platform: usize) -> f64 {
        self.parts[segment][platform]
    }

    /// How much of a platform is some segments', all of it where none are named.
    pub(crate) fn reach(&self, segments: Option<&[usize]>, platform: usize) -> f64 {
        let parts = |segments: &[usize]| -> f64 {
            segments.iter().map(|segment| self.part(*segment, platform)).sum()
        };
        segments.map_or(1.0, |segments| parts(segments).min(1.0))
    }
}
