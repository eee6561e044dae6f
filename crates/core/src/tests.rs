//! The method as a whole, held against itself (`properties`), against an organisation worked by
//! hand (`miniature`) and against its own words and figures (`method`).

mod borrowed;
mod by_category;
mod compare;
mod contribution;
mod diff;
mod gate;
mod method;
mod miniature;
mod moves;
pub(crate) mod properties;
mod recommend;
mod segment;

use crate::assessment::{Assessment, TechniqueAssessment};
use crate::score::Range;

fn technique<'a>(assessment: &'a Assessment, id: &str) -> &'a TechniqueAssessment {
    let found = assessment.technique(id.parse().expect("it is a technique id"));
    found.unwrap_or_else(|| panic!("{id} is not in scope"))
}

/// Written numbers have nine decimals, so two that round differently may be one unit apart.
fn assert_near(actual: f64, expected: f64, what: &str) {
    assert!((actual - expected).abs() <= 1.5e-9, "{what}: {actual} instead of {expected}");
}

fn assert_range(actual: Range, [lo, exp, hi]: [f64; 3], what: &str) {
    assert_near(actual.lo, lo, &format!("{what}, proven"));
    assert_near(actual.exp, exp, &format!("{what}, expected"));
    assert_near(actual.hi, hi, &format!("{what}, claimed"));
}
