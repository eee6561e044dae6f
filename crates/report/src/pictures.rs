//! One file a picture: from what a view says to marks on a sheet. Each lays out text that was
//! measured, so that none leaves its place, and decides nothing about colours or formats.

pub mod crosstab;
pub mod heatmap;
pub mod scale;
