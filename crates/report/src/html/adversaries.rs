//! What each adversary does, by tactic, and how much of it is covered enough.

use askama::Template;
use model::assessment::{Assessment, CoverageLevel};
use model::metrics::AdversaryCoverage;

use super::address;
use crate::sheet::percent;
use crate::view;

/// Adversaries by tactics.
#[derive(Debug, Template)]
#[template(path = "heat.html")]
pub(super) struct Heat {
    tactics: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    place: usize,
    name: String,
    path: Option<String>,
    coverage: String,
    /// The length of its bar, as SVG says it.
    bar: String,
    band: String,
    weight: String,
    used: usize,
    out_of_scope: usize,
    cells: Vec<Cell>,
}

/// Of the techniques used in a tactic, those that are covered enough.
#[derive(Debug, Clone, Copy)]
struct Cell {
    covered: usize,
    used: usize,
}

/// Used techniques from which a tactic without any that is covered enough is outlined.
const OPEN: usize = 3;

impl Cell {
    /// The step of colour: none, then by quarters.
    fn step(self) -> usize {
        match (self.covered, self.used) {
            (0, _) => 0,
            (covered, used) => (1 + 4 * covered / used.max(1)).min(4),
        }
    }

    fn is_open(self) -> bool {
        self.covered == 0 && self.used >= OPEN
    }
}

impl Heat {
    /// The adversaries of the profile, the least covered first.
    pub(super) fn of(assessment: &Assessment) -> Self {
        let places = view::adversaries::places(assessment);
        Self {
            tactics: assessment.tactics.iter().map(|tactic| tactic.name.clone()).collect(),
            rows: places.into_iter().map(|(place, a)| row(assessment, place, a)).collect(),
        }
    }
}

fn row(assessment: &Assessment, place: usize, adversary: &AdversaryCoverage) -> Row {
    let band = adversary.band.map(|b| format!("{} to {}", percent(b.least), percent(b.most)));
    Row {
        place,
        name: adversary.name.clone(),
        path: address(&adversary.id),
        coverage: percent(adversary.coverage),
        bar: format!("{:.1}%", 100.0 * adversary.coverage.clamp(0.0, 1.0)),
        band: band.unwrap_or_default(),
        weight: format!("{:.1}", adversary.weight),
        used: adversary.techniques_in_scope,
        out_of_scope: adversary.out_of_scope,
        cells: assessment.tactics.iter().map(|t| cell(assessment, &adversary.id, &t.id)).collect(),
    }
}

fn cell(assessment: &Assessment, adversary: &str, tactic: &str) -> Cell {
    let mut cell = Cell { covered: 0, used: 0 };
    for technique in &assessment.techniques {
        let chance = technique.threat.by_adversary.get(adversary).copied().unwrap_or(0.0);
        if chance > 0.0 && technique.tactics.iter().any(|id| id == tactic) {
            cell.used += 1;
            cell.covered += usize::from(technique.level == CoverageLevel::Strong);
        }
    }
    cell
}
