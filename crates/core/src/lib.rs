//! The model of lacuna: what an organisation has, set against what its adversaries do.
//!
//! `files -> capabilities -> evidence -> coverage x threat -> gaps => Assessment`. The way in is
//! [`assess`], a pure and deterministic function of [`Inputs`]; everything else in lacuna
//! prepares its inputs or shows its result, and nothing else computes a score.
//!
//! This crate does no I/O, has no clock and no threads, and cannot fail: trouble in the user's
//! data is collected as [`diagnostic::Diagnostic`]s.

pub mod alerts;
pub mod assessment;
pub mod attack;
pub mod candidate;
pub mod capability;
pub mod catalog;
pub mod compare;
pub mod contribution;
pub mod coverage;
pub mod date;
pub mod decisions;
pub mod diagnostic;
pub mod diff;
pub mod fixture;
pub mod gap;
pub mod gate;
pub mod greedy;
pub mod id;
pub mod inputs;
pub mod metrics;
pub mod movement;
pub mod next_move;
pub mod policy;
mod rebase;
pub mod recommend;
pub mod requirement;
pub mod resolve;
pub mod scenario;
pub mod scope;
pub mod score;
pub mod segment;
pub mod sensitivity;
pub mod sharpen;
mod standing;
pub mod strength;
pub mod threat;
pub mod ticket;
pub mod trend;
pub mod what_if;

pub use assessment::{Assessment, assess};
pub use inputs::Inputs;

#[cfg(test)]
mod tests;
