//! `lacuna recommend`: what to do next.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ingest::SourceChoice;
use model::Inputs;
use model::candidate::{self, Candidate};
use model::capability::{Capability, Status};
use model::diagnostic::Severity;
use model::greedy::Goal;
use model::recommend::{Recommendation, recommend, tests_first};
use report::view;

use crate::Outcome;
use crate::args::{Common, Format, GoalArgs};
use crate::assessing::{Gathered, answer, gathered, tell};
use crate::failure::Failure;
use crate::project::{self, slashed};
use crate::streams::Streams;

/// What is asked for.
pub(crate) struct Asked<'a> {
    pub(crate) goal: &'a GoalArgs,
    pub(crate) candidates: Option<&'a Path>,
    pub(crate) libraries: &'a [PathBuf],
    pub(crate) products: &'a [String],
}

/// Tests that are proposed.
const TESTS: usize = 5;

/// Steps that are shown where nobody says how many.
const STEPS: usize = 5;

pub(crate) fn run(common: &Common, asked: &Asked<'_>, format: Format) -> Result<Outcome, Failure> {
    let mut streams = Streams::new(&common.talk);
    let goal = goal(asked.goal)?;
    let gathered = gathered(common, &mut streams)?;
    let offered = offered(&gathered, asked, common, &mut streams)?;
    let catalog = gathered.catalog(&offered.rows);
    let inputs = gathered.inputs(&catalog);
    let candidates = offered.candidates(&inputs, asked.candidates.is_some());
    let recommendation = Recommendation {
        test_first: tests_first(&inputs, TESTS),
        ..recommend(&inputs, &candidates, goal)
    };
    let answer = answer(&inputs, common);
    drop(inputs);
    let found = gathered.finish(answer, common);
    found.tell(common, matches!(format, Format::Table | Format::Md), &mut streams)?;
    let sheets = view::recommend::sheets(&found.assessment, &recommendation, common.talk.verbose);
    super::print(&sheets, &recommendation, format, &mut streams)?;
    Ok(super::outcome(found.is_refused))
}

/// What one could add where nobody names anything: the controls that [`best`] chooses among, too.
pub(crate) fn usual(gathered: &Gathered) -> Vec<Arc<Capability>> {
    controls_not_taken_up(gathered)
}

/// The best steps among what is off or planned, mitigations, and these controls.
pub(crate) fn best(inputs: &Inputs<'_>, rows: Vec<Arc<Capability>>, goal: Goal) -> Recommendation {
    let candidates = Offered { rows }.candidates(inputs, false);
    let test_first = tests_first(inputs, TESTS);
    Recommendation { test_first, ..recommend(inputs, &candidates, goal) }
}

fn goal(args: &GoalArgs) -> Result<Goal, Failure> {
    match args.budget {
        Some(budget) if budget.is_finite() && budget > 0.0 => Ok(Goal::Budget(budget)),
        Some(budget) => {
            let failure = Failure::new(format!("--budget {budget} buys nothing"));
            Err(failure.help("give a number above 0, in the unit of the costs"))
        }
        None => Ok(Goal::Count(args.count.unwrap_or(STEPS))),
    }
}

/// What one could add, as far as it was read from files.
struct Offered {
    rows: Vec<Arc<Capability>>,
}

fn offered(
    gathered: &Gathered,
    asked: &Asked<'_>,
    common: &Common,
    streams: &mut Streams,
) -> Result<Offered, Failure> {
    let mut rows = Vec::new();
    let file = |path: &Path, status: Option<Status>| SourceChoice {
        path: path.to_path_buf(),
        shown: slashed(path),
        status,
        ..SourceChoice::default()
    };
    let candidates = asked.candidates.map(|path| file(path, None));
    let libraries = asked.libraries.iter().map(|path| file(path, Some(Status::Library)));
    let products = project::products(asked.products, "--products");
    for choice in candidates.into_iter().chain(libraries).chain(products) {
        let shown = choice.shown.clone();
        let read = gathered.further(choice, common)?;
        tell(&read.diagnostics, Severity::Warning, &common.talk, streams)?;
        if read.capabilities.is_empty() {
            let failure = Failure::new(format!("{shown}: no candidate in it"));
            return Err(failure.help("a candidate is a row of a register, a rule, or a product"));
        }
        rows.extend(read.capabilities);
    }
    if asked.candidates.is_none() {
        rows.extend(controls_not_taken_up(gathered));
    }
    Ok(Offered { rows })
}

/// The other controls of the frameworks of which the inputs have some.
fn controls_not_taken_up(gathered: &Gathered) -> Vec<Arc<Capability>> {
    let catalog = gathered.catalog(&[]);
    let inputs = gathered.inputs(&catalog);
    let named = inputs.capabilities.iter().flat_map(|c| &c.controls);
    let frameworks: BTreeSet<&str> = named.filter_map(|id| Some(id.split_once(':')?.0)).collect();
    let ids = frameworks.into_iter().flat_map(ingest::controls_of);
    candidate::controls(&inputs, ids)
}

impl Offered {
    /// The candidates: those of the file alone where there is one; else what is off, what libraries,
    /// products and frameworks have and the inputs do not, and mitigations.
    fn candidates(&self, inputs: &Inputs<'_>, is_from_file: bool) -> Vec<Candidate> {
        let known: BTreeSet<&str> = inputs.capabilities.iter().map(|c| c.id.as_str()).collect();
        let is_new = |row: &&Arc<Capability>| is_from_file || !known.contains(row.id.as_str());
        let rows: Vec<Arc<Capability>> =
            self.rows.iter().filter(is_new).filter(|row| !row.is_withdrawn()).cloned().collect();
        let mut candidates = candidate::bundles(&rows, &inputs.policy);
        if !is_from_file {
            candidates.extend(candidate::off(inputs));
            candidates.extend(candidate::mitigations(inputs));
        }
        // The first of an id stays.
        let mut by_id: BTreeMap<String, Candidate> = BTreeMap::new();
        for candidate in candidates {
            by_id.entry(candidate.id.clone()).or_insert(candidate);
        }
        by_id.into_values().collect()
    }
}
