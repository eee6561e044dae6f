//! A matrix of tactics and techniques, reduced to what a picture of it shows.
//!
//! Plain data: whoever fills it decides what the shades mean and writes every sentence, so the
//! headline and the numbers come from one place.

use crate::page::Caption;

/// The whole picture: sentences around it, and the columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    /// What stands around it.
    pub caption: Caption,
    /// What the looks mean.
    pub legend: Legend,
    /// The tactics, in matrix order.
    pub columns: Vec<Column>,
}

/// The words beside each look. An empty one is not shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Legend {
    /// The five steps, from none to strong.
    pub steps: [String; 5],
    /// What an outlined cell is.
    pub outlined: String,
    /// What the check mark says.
    pub proven: String,
    /// Why a cell has no step at all.
    pub out_of_scope: String,
    /// How to read the fraction in a cell.
    pub fraction: String,
}

/// One tactic.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Identifier, such as `TA0001`.
    pub id: String,
    /// Name, the heading of the column.
    pub name: String,
    /// Length of the little bar under the heading, from 0 to 1. `None` draws no bar.
    pub share: Option<f64>,
    /// The caption left above the bar, such as `29 %`.
    pub left: String,
    /// The caption right above the bar, such as `12/46`.
    pub right: String,
    /// The techniques, in the order they are read.
    pub cells: Vec<Cell>,
}

/// One technique under one tactic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Identifier, such as `T1059`. Stands in for an empty name.
    pub id: String,
    /// Name, what is written in the cell.
    pub name: String,
    /// How well it is covered.
    pub shade: Shade,
    /// Whether it is one of the gaps to close first.
    pub outlined: bool,
    /// Whether a test has shown the coverage to work.
    pub proven: bool,
    /// Sub-techniques that are covered, of all it has.
    pub fraction: Option<(usize, usize)>,
}

/// The fill of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shade {
    /// Not judged, so that nobody reads it as a gap.
    OutOfScope,
    /// From 0 to 4: none, trace, weak, partial, strong. A higher number is drawn as strong.
    Step(u8),
}
