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
    /// The five changes, from much worse to much better.
    pub changes: [String; 5],
    /// What came into scope and cannot be compared.
    pub joined: String,
    /// What left the scope and cannot be compared.
    pub left: String,
    /// What an outlined cell is.
    pub outlined: String,
    /// What the check mark says.
    pub proven: String,
    /// What the ring says.
    pub claimed: String,
    /// Why a cell has no step at all.
    pub out_of_scope: String,
    /// How to read the fraction in a cell.
    pub fraction: String,
    /// What a small square is.
    pub squares: String,
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
    /// On what its coverage rests.
    pub proof: Proof,
    /// Sub-techniques that are covered, of all it has.
    pub fraction: Option<(usize, usize)>,
    /// Its sub-techniques, for sheets with room for a square each.
    pub subs: Vec<Sub>,
}

/// One sub-technique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sub {
    /// How well it is covered.
    pub shade: Shade,
    /// Whether it is one of the gaps to close first.
    pub outlined: bool,
}

/// On what a coverage rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Proof {
    /// On nothing, or the picture does not say.
    #[default]
    Unsaid,
    /// On what is said about it alone.
    Claimed,
    /// A test has shown some of it to work.
    Proven,
}

/// The fill of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shade {
    /// Not judged, so that nobody reads it as a gap.
    OutOfScope,
    /// From 0 to 4: none, trace, weak, partial, strong. A higher number is drawn as strong.
    Step(u8),
    /// From -2 to 2: much worse, worse, the same, better, much better. Numbers beyond are drawn as
    /// the last.
    Change(i8),
    /// Came into scope, so that there is nothing to compare it to.
    Joined,
    /// Left the scope.
    Left,
}
