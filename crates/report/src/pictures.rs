//! One file a picture: from what a view says to marks on a sheet. Each lays out text that was
//! measured, so that none leaves its place, and decides nothing about colours or formats.

pub mod adversaries;
mod bar;
pub mod board;
mod by_tactic;
pub mod contribution;
pub mod crosstab;
pub mod findings;
pub mod heatmap;
pub mod proof;
pub mod segments;
pub mod staircase;
pub mod trend;
