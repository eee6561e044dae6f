//! Which one export would say most about products that are known by name alone: the assessment
//! again, once for each of them, with all that its export could state taken at its word.

use std::collections::BTreeMap;
use std::sync::Arc;

use ingest::products::{Export, export};
use ingest::suggest::as_typed;
use model::capability::Capability;
use model::{Inputs, assess};

use crate::args::Common;
use crate::project::{HAVE, slashed};

/// Records up to which the assessment is made again for each export: who has more has said so much
/// about what he has that names add little.
const RECORDS: usize = 20_000;

/// The export that could add most to the expected coverage, and how much at most.
pub(crate) struct Sharpest {
    export: Export,
    gain: f64,
}

/// The export that could add most; `None` where no product is known by its name alone, or none
/// could add anything.
pub(crate) fn sharpest(inputs: &Inputs<'_>, before: f64) -> Option<Sharpest> {
    if inputs.capabilities.len() > RECORDS {
        return None;
    }
    let mut tried: BTreeMap<String, Export> = BTreeMap::new();
    for capability in &inputs.capabilities {
        if let Some(export) = export(capability, inputs.attack, inputs.catalog) {
            // Two products of a category could add the same; the one whose format is read says it
            // with less work.
            let what = claims(&export);
            let known = tried.get(&what);
            if known.is_none_or(|known| !known.is_read && export.is_read) {
                tried.insert(what, export);
            }
        }
    }
    let gains = tried.into_values().map(|export| {
        let gain = with(inputs, &export) - before;
        Sharpest { export, gain }
    });
    let best = gains.max_by(|a, b| {
        let by_name = || b.export.product.cmp(&a.export.product);
        a.gain.total_cmp(&b.gain).then(a.export.is_read.cmp(&b.export.is_read)).then_with(by_name)
    });
    best.filter(|best| points(best.gain) > 0)
}

/// What tells the claims of one export from those of another.
fn claims(export: &Export) -> String {
    let said = |claim: &Capability| format!("{:?} {:?}", claim.techniques, claim.platforms);
    export.claims.iter().map(said).collect()
}

/// The expected coverage if the export stated all that it could.
fn with(inputs: &Inputs<'_>, export: &Export) -> f64 {
    let mut inputs = inputs.clone();
    inputs.capabilities.extend(export.claims.iter().cloned().map(Arc::new));
    assess(&inputs).headline.threat_weighted.exp
}

fn points(gain: f64) -> i64 {
    (gain * 100.0).round() as i64
}

impl Sharpest {
    /// What to do, in a line: the same again with the export beside it.
    pub(crate) fn advice(&self, common: &Common) -> String {
        let Export { product, what, file, is_read, .. } = &self.export;
        let (kind, columns) = match is_read {
            true => ("an export", ""),
            false => ("a list", ", with a column techniques or mitigations,"),
        };
        let inputs =
            common.inputs.iter().map(|input| as_typed(&slashed(input))).chain([file.clone()]);
        let inputs = inputs.collect::<Vec<_>>().join(" ");
        let try_it = match (&common.have[..], &common.inputs[..]) {
            ([], []) => format!("add {file} as a [[source]]"),
            ([], _) => format!("try: lacuna gaps {inputs}"),
            (names, _) => format!("try: lacuna gaps {inputs} {HAVE} \"{}\"", names.join(", ")),
        };
        format!(
            "{kind} of {what} in {product}{columns} would sharpen this most (up to +{} points); {try_it}",
            points(self.gain)
        )
    }
}
