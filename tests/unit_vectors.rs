//! Single formulas against their golden results.

use model::capability::{
    Basis, Capability, Ctid, Function, Kind, Level, RuleLevel, RuleStatus, Status,
};
use model::coverage::family_strength;
use model::date::Date;
use model::policy::Policy;
use model::score::time_weight;
use model::strength::{Tests, base, belief, range, status_multiplier};
use serde_json::Value;

use crate::support::{json, shared};

#[test]
fn every_unit_vector_is_met() {
    let Some(shared) = shared() else { return };
    let vectors = json(&shared.join("golden/unit_vectors.json"));
    let mut met = 0;
    for (formula, cases) in vectors.as_object().unwrap() {
        for (input, expected) in cases.as_object().unwrap() {
            let found = compute(formula, input);
            let expected: Vec<f64> = match expected {
                Value::Array(values) => values.iter().map(|v| v.as_f64().unwrap()).collect(),
                value => vec![value.as_f64().unwrap()],
            };
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{formula} of {input}: {found}");
            }
            met += 1;
        }
    }
    assert_eq!(met, 24);
}

fn compute(formula: &str, input: &str) -> Vec<f64> {
    let age = || input.parse().unwrap();
    match formula {
        "lin_decay(365,365,0.5)" => vec![time_weight(age(), 365.0, 365.0, 0.5)],
        "lin_decay(730,1095,0.25)" => vec![time_weight(age(), 730.0, 1095.0, 0.25)],
        "family(rho=0.8)" => {
            let strengths: Vec<f64> = serde_json::from_str(input).unwrap();
            vec![family_strength(&strengths, &Policy::default())]
        }
        "item(lo,exp,hi) as_of 2025-12-01" => item(&serde_json::from_str(input).unwrap()),
        other => panic!("{other} is a new formula"),
    }
}

fn item(input: &Value) -> Vec<f64> {
    let policy = Policy::default();
    let text = |key: &str| input[key].as_str();
    let mut capability = Capability::new("item", Kind::Rule, Function::Detect);
    capability.status = Status::from_word(text("status").unwrap()).unwrap();
    capability.basis = Basis::from_word(text("basis").unwrap()).unwrap();
    capability.strength = input["strength"].as_f64();
    capability.stp = input["stp"].as_u64().map(|level| level as u8);
    capability.ctid = text("ctid").and_then(Ctid::from_word);
    capability.level = text("level").and_then(Level::from_word);
    capability.rule_status = text("rule_status").and_then(RuleStatus::from_word);
    capability.rule_level = text("rule_level").and_then(RuleLevel::from_word);
    capability.hunting = input["hunting"].as_bool().unwrap_or(false);
    if let Some(tests) = input.get("tests") {
        capability.tests_passed = tests["k"].as_u64().map(|k| k as u32);
        capability.tests_run = tests["n"].as_u64().map(|n| n as u32);
        capability.tests_last = tests["last"].as_str().and_then(Date::parse);
    }
    let as_of = Date::new(2025, 12, 1).unwrap();
    let tests = Tests::of(&capability, &policy, as_of);
    let belief = belief(capability.basis, &policy);
    let strength = range(base(&capability, &policy).strength, belief, &tests, &policy);
    let multiplier = status_multiplier(capability.status, &policy);
    [strength.lo, strength.exp, strength.hi].map(|s| multiplier * s).to_vec()
}
