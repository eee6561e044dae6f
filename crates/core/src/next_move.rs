//! What to do about a gap: each gap has one move, the first of these that applies. A move is a
//! place to begin, not the only thing that helps.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::attack::TechniqueIx;
use crate::candidate;
use crate::capability::{Basis, Capability, Function, Kind, Status};
use crate::coverage::{self, Coverage, Telemetry};
use crate::gap::Gap;
use crate::inputs::Inputs;
use crate::policy::Policy;
use crate::scope::Scope;
use crate::score::round9;

/// The moves there are, the cheapest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Move {
    /// Switch on a rule that exists.
    Enable,
    /// Test what is claimed: the claims would be enough.
    Test,
    /// Write a rule: the telemetry is there.
    Write,
    /// Put a control or a mitigation in place.
    Prevent,
    /// Bring in a log source or a product.
    Onboard,
    /// Nothing mitigates it and nothing shows it: accept it, or leave it out of the scope.
    Accept,
}

impl Move {
    /// All moves.
    pub const ALL: [Self; 6] =
        [Self::Enable, Self::Test, Self::Write, Self::Prevent, Self::Onboard, Self::Accept];

    /// The move in a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Enable => "enable",
            Self::Test => "test",
            Self::Write => "write",
            Self::Prevent => "prevent",
            Self::Onboard => "onboard",
            Self::Accept => "accept",
        }
    }

    /// The move with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.word() == word)
    }

    /// What such a move costs where nothing else is said (`effort` in the policy).
    #[must_use]
    pub fn effort(self, policy: &Policy) -> f64 {
        match self {
            Self::Enable | Self::Accept => policy.effort_enable,
            Self::Test => policy.effort_test,
            Self::Write => policy.effort_write,
            Self::Prevent => policy.effort_prevent,
            Self::Onboard => policy.effort_onboard,
        }
    }

    /// The move that it takes to have a capability.
    #[must_use]
    pub fn of(capability: &Capability) -> Self {
        let is_off = matches!(capability.status, Status::Disabled | Status::Library);
        match (capability.kind, capability.function) {
            // A product that is known by name alone is yet to be bought.
            _ if capability.basis == Basis::Category => Self::Onboard,
            (Kind::DataSource, _) => Self::Onboard,
            (Kind::Rule, _) if is_off => Self::Enable,
            (Kind::Rule, _) => Self::Write,
            (Kind::Control, Function::Detect | Function::Observe) if is_off => Self::Enable,
            (Kind::Control, Function::Detect | Function::Observe) => Self::Onboard,
            (Kind::Control, Function::Prevent | Function::Respond) => Self::Prevent,
        }
    }
}

/// What there is about a technique, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Enough is expected.
    Enough,
    /// Something is proven, but not enough is expected.
    Proven,
    /// Something is claimed, nothing proven.
    Claimed,
    /// Nothing is on; something that is off would reach it.
    Off,
    /// Nothing is there; its telemetry is.
    Seen,
    /// Nothing is there, and nothing shows it.
    Blind,
}

impl State {
    /// The state in a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Enough => "enough",
            Self::Proven => "proven",
            Self::Claimed => "claimed",
            Self::Off => "off",
            Self::Seen => "seen",
            Self::Blind => "blind",
        }
    }
}

/// The techniques that what is off would reach, each with the cheapest move that gets there.
pub(crate) struct WouldReach(BTreeMap<TechniqueIx, Move>);

impl WouldReach {
    /// What the capabilities that are off would reach if they were on.
    pub(crate) fn of(inputs: &Inputs<'_>, scope: &Scope, telemetry: &Telemetry) -> Self {
        let off = candidate::off(inputs);
        let moves = off.iter().flat_map(|c| c.capabilities.iter().map(|_| c.next_move));
        let moves: Vec<Move> = moves.collect();
        let on = Inputs {
            policy: inputs.policy.clone(),
            capabilities: off.into_iter().flat_map(|candidate| candidate.capabilities).collect(),
            ..Inputs::new(inputs.attack, inputs.catalog, inputs.as_of)
        };
        let mut cheapest: BTreeMap<TechniqueIx, Move> = BTreeMap::new();
        for (ix, next_move) in moves.into_iter().enumerate() {
            for (technique, _) in coverage::evidence_of(&on, scope, telemetry, ix).evidence {
                let known = cheapest.entry(technique).or_insert(next_move);
                *known = next_move.min(*known);
            }
        }
        Self(cheapest)
    }
}

/// What there is about a technique, and what to do about its gap; no move where there is none.
pub(crate) fn of_technique(
    inputs: &Inputs<'_>,
    technique: TechniqueIx,
    coverage: &Coverage,
    gap: &Gap,
    would_reach: &WouldReach,
) -> (State, Option<Move>) {
    let has_components = !inputs.attack.techniques[technique].components.is_empty();
    let planned = would_reach.0.get(&technique).copied();
    let (composite, detect) = (coverage.composite.rounded(), coverage.detect.rounded());
    let has_telemetry = gap.ease.telemetry > 0.0;
    let state = if round9(gap.gap) <= 0.0 {
        State::Enough
    } else if composite.lo > 0.0 {
        State::Proven
    } else if composite.hi > 0.0 {
        State::Claimed
    } else if planned.is_some() {
        State::Off
    } else if has_telemetry {
        State::Seen
    } else {
        State::Blind
    };
    let next_move = match planned {
        Some(Move::Enable) => Move::Enable,
        _ if composite.hi >= round9(gap.target) => Move::Test,
        Some(planned) => planned,
        None if has_telemetry && detect.hi <= 0.0 => Move::Write,
        None if gap.ease.mitigations > 0 => Move::Prevent,
        None if has_telemetry => Move::Write,
        None if has_components => Move::Onboard,
        None => Move::Accept,
    };
    (state, gap.rank.map(|_| next_move))
}
