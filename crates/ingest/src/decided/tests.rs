use super::*;
use crate::releases;

fn check(csv: &str, expected: &[&str]) {
    let attack = releases::load(Some("19.2"), releases::DEFAULT_DOMAIN).unwrap();
    let found = decisions(csv.as_bytes(), "gaps.csv", &attack).unwrap();
    let mut said = String::new();
    for Disposition { technique, decided } in &found.taken {
        let day = decided.day().map(|day| format!(" {day}")).unwrap_or_default();
        let owner = decided.owner.as_ref().map(|owner| format!(" {owner}")).unwrap_or_default();
        let place = decided.origin.as_ref().unwrap();
        said += &format!("{place} {technique} {}{day}{owner}\n", decided.decision.word());
    }
    for d in &found.diagnostics {
        said += &format!("{}: {} [{}]\n", d.origin, d.message, d.code.name());
    }
    said += &format!("undecided {}\n", found.undecided);
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_row_with_a_decision_is_taken_and_one_without_is_counted() {
    check(
        "Technique,Name,Decision,Owner,Due,Until\n\
         T1059.001,PowerShell,Fix,Ada,31.03.2027,\n\
         T1003,Dumping,,,,\n\
         T1057 Process Discovery,,accept,,,2027-06-30\n",
        &[
            "gaps.csv:2 T1059.001 fix 2027-03-31 Ada",
            "gaps.csv:4 T1057 accept 2027-06-30",
            "undecided 1",
        ],
    );
}

#[test]
fn a_row_with_a_mistake_is_left_out_whole_and_told() {
    check(
        "technique,decision,owner,due,until,reason\n\
         T1059.001,fixed,,,,\n\
         T1003,fix,,31/03/2027,,\n\
         T1055,accept,,2027-03-31,,\n\
         T1056,fix,,,2027-03-31,\n\
         T9999,fix,,,,\n\
         PowerShell,fix,,,,\n\
         T1078,,Ada,,,\n\
         T1082,,,,,because\n\
         ,fix,,,,\n\
         T1105,fix,Ada,,,\n\
         T1105,accept,Ada,,,\n\
         T1105,fix,Ada,,,\n",
        &[
            "gaps.csv:11 T1105 fix Ada",
            "gaps.csv:2: nothing is decided here: \"fixed\" is no decision [decision-not-taken]",
            "gaps.csv:3: nothing is decided here: due \"31/03/2027\" is no day [decision-not-taken]",
            "gaps.csv:4: nothing is decided here: due does not go with accept [decision-not-taken]",
            "gaps.csv:5: nothing is decided here: until does not go with fix [decision-not-taken]",
            "gaps.csv:6: nothing is decided here: ATT&CK 19.2 has no T9999 [decision-not-taken]",
            "gaps.csv:7: nothing is decided here: \"PowerShell\" is no technique [decision-not-taken]",
            "gaps.csv:8: nothing is decided here: owner without a decision [decision-not-taken]",
            "gaps.csv:9: nothing is decided here: reason without a decision [decision-not-taken]",
            "gaps.csv:10: nothing is decided here: the row names no technique [decision-not-taken]",
            "gaps.csv:12: nothing is decided here: an earlier row says fix about T1105 [decision-not-taken]",
            "undecided 0",
        ],
    );
}

#[test]
fn a_list_of_gaps_says_decision_day_and_owner_in_one_cell() {
    check(
        "rank,technique,decision\n\
         1,T1059.001,\"fix by 2026-12-31, Endpoint Security\"\n\
         2,T1057,accept by 2027-06-30\n\
         3,T1003,fix by Easter\n",
        &[
            "gaps.csv:2 T1059.001 fix 2026-12-31 Endpoint Security",
            "gaps.csv:3 T1057 accept 2027-06-30",
            "gaps.csv:4: nothing is decided here: \"Easter\" is no day [decision-not-taken]",
            "undecided 0",
        ],
    );
}

#[test]
fn a_decision_about_an_id_that_was_replaced_is_one_about_its_successor() {
    check(
        "technique,decision\nT1086,fix\n",
        &[
            "gaps.csv:2 T1059.001 fix",
            "gaps.csv:2: T1086 was replaced in ATT&CK; decided about T1059.001 [replaced-id]",
            "undecided 0",
        ],
    );
}

#[test]
fn a_table_of_something_else_holds_no_decisions() {
    let attack = releases::load(Some("19.2"), releases::DEFAULT_DOMAIN).unwrap();
    let found = decisions(b"id,title\n1,MFA\n", "x.csv", &attack);
    assert_eq!(found.unwrap_err(), DecisionsError::NoHeader);
}
