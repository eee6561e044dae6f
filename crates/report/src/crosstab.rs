//! Rows by columns with a shade and a word in each cell, reduced to what a picture of it shows.

use crate::matrix::{Legend, Shade};
use crate::page::Caption;

/// The whole picture: sentences around it, headings and rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Crosstab {
    /// What stands around it.
    pub caption: Caption,
    /// What the looks mean.
    pub legend: Legend,
    /// The names of the columns; the first one sums up the others.
    pub headings: Vec<String>,
    /// The rows, each with a cell a heading.
    pub rows: Vec<Row>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// A cell for each column.
    pub cells: Vec<Cell>,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// How well.
    pub shade: Shade,
    /// The figure.
    pub text: String,
    /// Whether to look here first.
    pub outlined: bool,
}
