//! Scores: numbers in 0..=1 that come as a range from proven to claimed.

use serde::{Deserialize, Serialize};

/// One figure under three readings of the evidence: `lo` counts only what tests have proven,
/// `exp` what can be expected, `hi` takes every claim at its word. Always
/// `0 <= lo <= exp <= hi <= 1`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Range {
    /// Proven: without tests nothing is.
    pub lo: f64,
    /// Expected.
    pub exp: f64,
    /// Claimed.
    pub hi: f64,
}

impl Range {
    /// Nothing at all.
    pub const ZERO: Self = Self { lo: 0.0, exp: 0.0, hi: 0.0 };

    /// The same value under every reading.
    #[must_use]
    pub fn even(value: f64) -> Self {
        Self { lo: value, exp: value, hi: value }
    }

    /// Applies `f` to each reading.
    #[must_use]
    pub fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self { lo: f(self.lo), exp: f(self.exp), hi: f(self.hi) }
    }

    /// Joins two ranges reading by reading.
    #[must_use]
    pub fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        Self { lo: f(self.lo, other.lo), exp: f(self.exp, other.exp), hi: f(self.hi, other.hi) }
    }

    /// The chance that at least one of two independent defences holds: `1 - (1 - a)(1 - b)`.
    #[must_use]
    pub fn either(self, other: Self) -> Self {
        self.zip(other, |a, b| 1.0 - (1.0 - a) * (1.0 - b))
    }

    /// Rounded for output, see [`round9`].
    #[must_use]
    pub fn rounded(self) -> Self {
        self.map(round9)
    }
}

/// Rounds to nine decimals, the precision of everything that is written: such a number survives
/// being printed and read back unchanged, which an arbitrary `f64` often does not.
#[must_use]
pub fn round9(value: f64) -> f64 {
    // Adding zero turns -0 into 0, which is how it would be read back from other programs.
    (value * 1e9).round() / 1e9 + 0.0
}

/// The utility of `x` between two anchors: 0 at or below `lo`, 1 at or above `hi`, linear between
/// (Center for Threat-Informed Defense, Top ATT&CK Techniques, methodology).
#[must_use]
pub fn utility(x: f64, lo: f64, hi: f64) -> f64 {
    if hi <= lo { f64::from(u8::from(x >= hi)) } else { ((x - lo) / (hi - lo)).clamp(0.0, 1.0) }
}

/// How much something of this age in days still counts: 1 below `full`, falling in a straight
/// line to `floor` over the next `decline` days, `floor` after that (the time weight of the
/// Center for Threat-Informed Defense's prevalence).
#[must_use]
pub fn time_weight(age: f64, full: f64, decline: f64, floor: f64) -> f64 {
    if age <= full {
        1.0
    } else if age >= full + decline {
        floor
    } else {
        let past = (age - full) / decline;
        floor * past + (1.0 - past)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn time_weight_never_grows_with_age(a in 0f64..3000.0, b in 0f64..3000.0, floor in 0f64..=1.0) {
            let (young, old) = (a.min(b), a.max(b));
            let weight = |age| time_weight(age, 730.0, 1095.0, floor);
            prop_assert!(weight(old) <= weight(young) + 1e-12);
            prop_assert!((floor - 1e-12..=1.0).contains(&weight(old)));
        }
    }
}
