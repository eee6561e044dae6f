//! Everything that the outputs of an assessment are made from, computed once.

use model::Assessment;
use model::catalog::ReferenceStack;
use model::compare::Comparison;
use model::contribution::{self, Contributions};
use model::decisions::{Decisions, decisions};
use model::diff::Diff;
use model::greedy::Goal;
use model::recommend::Recommendation;
use model::requirement::{self, Supported};
use model::scenario::{self, ScenarioCoverage};
use model::trend::Point;
use report::material::{Material, Since};

use crate::args::{Common, MaterialArgs};
use crate::assessing::{Assessed, answer, gathered, side_by_side};
use crate::commands::{diff, evidence, recommend};
use crate::failure::Failure;
use crate::history::History;
use crate::streams::Streams;

/// Steps that pages and pictures show.
const STEPS: usize = 10;

/// Controls, and kinds of rules, that pages and pictures show one by one.
const CONTROLS: usize = 11;

/// An assessment, and what is known beside it.
pub(crate) struct Prepared {
    pub(crate) found: Assessed,
    stacks: Vec<ReferenceStack>,
    scenarios: Vec<ScenarioCoverage>,
    recommendation: Recommendation,
    contributions: Contributions,
    by_control: Contributions,
    decisions: Decisions,
    supported: Supported,
    line: Vec<Point>,
    target: Option<f64>,
    since: Option<(Assessment, Diff)>,
    segments: Option<Comparison>,
    heading: String,
}

impl Prepared {
    pub(crate) fn of(
        common: &Common,
        asked: &MaterialArgs,
        streams: &mut Streams,
    ) -> Result<Self, Failure> {
        let before = asked.against.as_deref().map(diff::assessment).transpose()?;
        let gathered = gathered(common, streams)?;
        let rows = recommend::usual(&gathered);
        let catalog = gathered.catalog(&rows);
        let inputs = gathered.inputs(&catalog);
        let mut answer = answer(&inputs, common);
        asked.page.name(&mut answer.assessment.organisation);
        let inputs = match asked.redact {
            true => {
                answer = answer.redacted();
                answer.assessment.inputs(inputs.attack, &catalog)
            }
            false => inputs,
        };
        let assessment = &answer.assessment;
        let since = match (before, asked.against.as_deref()) {
            (Some(before), Some(path)) => {
                let before = if asked.redact { report::redact::redact(&before) } else { before };
                let found = diff::since((&before, path), (assessment, &inputs), streams)?;
                Some((before, found))
            }
            _ => None,
        };
        let [contributions, by_control] = [CONTROLS, usize::MAX].map(|most| {
            let found = contribution::by_family(&inputs, most);
            contribution::contributions(assessment.headline.threat_weighted, found)
        });
        let recommendation = recommend::best(&inputs, rows, Goal::Count(STEPS));
        let decisions = decisions(&inputs, assessment, inputs.policy.decision_soon);
        let required = evidence::requirements(&inputs, evidence::Asked::default());
        let supported = requirement::supported(&inputs, required);
        let segments = &assessment.scope.segments;
        let segments = (segments.len() > 1).then(|| side_by_side(&inputs, segments, assessment));
        let scenarios = ingest::scenarios(inputs.attack);
        let scenarios = scenario::coverage(assessment, inputs.attack, &scenarios);
        drop(inputs);
        let target = gathered.plan().gate.gate.min_coverage;
        let found = gathered.finish(answer, common);
        let history = asked.history.as_deref().map(|folder| History::of(folder, &found.assessment));
        let line = history.map_or(Ok(Vec::new()), |history| history.line(&found.assessment))?;
        Ok(Self {
            found,
            stacks: ingest::reference_stacks(),
            scenarios,
            recommendation,
            contributions,
            by_control,
            decisions,
            supported,
            line,
            target,
            since,
            segments,
            heading: asked.page.heading().to_owned(),
        })
    }

    /// What outputs see of it.
    pub(crate) fn material(&self) -> Material<'_> {
        Material {
            assessment: &self.found.assessment,
            attack: &self.found.attack,
            stacks: &self.stacks,
            scenarios: &self.scenarios,
            recommendation: &self.recommendation,
            contributions: &self.contributions,
            by_control: &self.by_control,
            decisions: &self.decisions,
            supported: &self.supported,
            line: &self.line,
            target: self.target,
            since: self.since.as_ref().map(|(before, diff)| Since { before, diff }),
            segments: self.segments.as_ref(),
            heading: &self.heading,
        }
    }
}
