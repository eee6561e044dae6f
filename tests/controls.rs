//! The spreadsheets of the reference data: what each is read as, or why it is not.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{lacuna, lacuna_json, shared};

/// A file read without any option: records, those used, capabilities, live ids and what is said,
/// by code; then the sheets that are passed over.
#[track_caller]
fn check(file: &str, counts: [u64; 4], said: &str, skipped: &[&str]) {
    let Some(shared) = shared() else { return };
    let folder = shared.join("corpora/controls");
    let account = lacuna_json(&folder, &["import", file, "--format", "json", "-q"]);
    let source = &account["inputs"][0];
    let capabilities = account["capabilities"].as_array().unwrap().len() as u64;
    let number = |value: &Value| value.as_u64().unwrap();
    let found = [
        number(&source["records"]),
        number(&source["used"]),
        capabilities,
        number(&account["resolution"]["live"]),
    ];
    let diagnostics = account["diagnostics"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    diagnostics.iter().for_each(|d| *codes.entry(text(&d["code"])).or_default() += 1);
    let codes: Vec<String> = codes.iter().map(|(code, count)| format!("{count} {code}")).collect();
    let passed_over: Vec<String> = diagnostics
        .iter()
        .filter(|d| d["code"] == "skipped-file")
        .map(|d| text(&d["origin"]["sheet"]))
        .collect();
    assert_eq!((found, codes.join(", ").as_str()), (counts, said), "{file}");
    assert_eq!(passed_over, skipped, "{file}");
}

/// What is said about a file that holds nothing of use.
#[track_caller]
fn check_refused(file: &str, said: &str) {
    let Some(shared) = shared() else { return };
    let output = lacuna(&shared.join("corpora/controls"), &["import", file]);
    let stderr = String::from_utf8_lossy(&output.stderr).replace(file, "FILE");
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.lines().any(|line| line.contains(said)), "{said:?} is not said:\n{stderr}");
}

#[test]
fn control_frameworks_that_name_no_technique_say_so() {
    for (file, sheets) in [
        ("SCF-2022.3.xlsx", "of its 7 sheets "),
        ("asb_v2_mapping_to_nist_SP800-53_r4.xlsx", "of its 2 sheets "),
        ("azure-security-benchmark-v3.0.xlsx", "of its 2 sheets "),
        ("cisoassistant_applied_controls_template.xlsx", ""),
        ("nist800-53-r5-controls.tsv", ""),
        ("scoring_table.xlsx", "of its 6 sheets "),
        ("sp800-53r5-to-iso-27001-mapping.xlsx", ""),
    ] {
        check_refused(file, &format!("FILE: no cell {sheets}holds an ATT&CK id [no-ids]"));
    }
}

#[test]
fn a_list_of_a_frameworks_controls_borrows_its_techniques() {
    check(
        "cisoassistant_nist-sp-800-53-rev5.xlsx",
        [1209, 1209, 1209, 0],
        "1 ids-are-controls, 2 skipped-file, 1 status-not-stated, 1 unknown-column, 20 unknown-control, 523 unmapped-control, 558 wider-control",
        &["controls_meta", "library_meta"],
    );
}

#[test]
fn a_list_of_controls_reaches_techniques_by_way_of_another_framework() {
    // 106 subcategories and 28 headings; 60 are related to something that is mapped.
    check(
        "cisoassistant_nist-csf-2.0.xlsx",
        [134, 134, 134, 0],
        "1 ids-are-controls, 60 related-control, 6 skipped-file, 1 status-not-stated, 1 unknown-column, 28 unknown-control, 46 unmapped-control",
        &[
            "csf_meta",
            "library_meta",
            "scores_content",
            "scores_meta",
            "urn_pref_content",
            "urn_pref_meta",
        ],
    );
}

#[test]
fn lists_of_techniques_and_of_vulnerabilities_are_no_coverage() {
    let list = "a list of ATT&CK's own techniques (578 rows), which says nothing about what is";
    check_refused("AttackCoverage_techniques.csv", list);
    check_refused("splunk_mitre_enrichment.csv", "a list of ATT&CK's techniques says nothing");
    check_refused("ctid_AttackToCveMappings.csv", "FILE: no row names two known columns");
}

#[test]
fn events_that_map_to_data_components_name_no_technique() {
    check_refused("ctid_Sensor_Mappings.xlsx", "no usable record in FILE");
}

#[test]
fn of_a_workbook_of_detections_only_the_detections_count() {
    check(
        "AttackCoverage.xlsx",
        [2, 2, 2, 3],
        "1 second-column, 6 skipped-file, 1 unknown-column",
        &["COVERAGE", "STATUS", "sources", "tactics", "techniques", "version"],
    );
}

#[test]
fn a_control_on_many_rows_is_one() {
    check(
        "ctid_nist800-53-r5_attack-10.1.xlsx",
        [4755, 4755, 108, 4575],
        "180 replaced-id, 1 status-not-stated, 1 unknown-column",
        &[],
    );
    check(
        "ctid_nist800-53-r5_attack-12.1.xlsx",
        [4929, 4929, 126, 4773],
        "13 duplicate-id, 156 replaced-id, 1 status-not-stated, 1 unknown-column",
        &[],
    );
    check(
        "ctid_nist800-53-r5_attack-12.1.tsv",
        [4929, 4929, 126, 4773],
        "13 duplicate-id, 156 replaced-id, 1 status-not-stated, 1 unknown-column",
        &[],
    );
}

#[test]
fn ids_may_be_regular_expressions() {
    check(
        "ctid_nist800-53-r4_attack-9.0_REGEX.tsv",
        [1351, 1351, 300, 2362],
        "3 bad-id, 4 deprecated-id, 87 duplicate-id, 627 id-pattern, 77 replaced-id, 1 status-not-stated, 1 unknown-column",
        &[],
    );
}

#[test]
fn columns_of_ids_are_found_by_what_stands_in_them() {
    check("expected_excel_results.xlsx", [2, 2, 1, 2], "1 status-not-stated", &[]);
    check(
        "dettect_data_sources.xlsx",
        [110, 110, 107, 110],
        "1 skipped-file, 1 status-not-stated, 1 unknown-column",
        &["DeTT&CT data sources"],
    );
    check(
        "ATTACKdatamap_mitre_data_assessment.xlsx",
        [798, 798, 520, 378],
        "252 bad-value, 33 deprecated-id, 214 duplicate-id, 387 replaced-id, 1 second-column, 7 skipped-file, 1 status-not-stated, 3 unknown-column",
        &[
            "DataSourceEvents",
            "DefenseBypassWeights",
            "DefenseMitigation",
            "Knowledge base",
            "REF-DataSources",
            "RatingLegend",
            "TechniqueDataSourceWeights",
        ],
    );
}

#[test]
fn a_header_is_found_beneath_bands() {
    check(
        "ctid_top-attack-techniques_Calculator.xlsx",
        [20, 10, 16, 18],
        "5 bad-id, 2 replaced-id, 1 second-column, 7 skipped-file, 1 status-not-stated, 1 unknown-column",
        &[
            "Current Version of ATT&CK",
            "Methodology",
            "Score",
            "mitigations",
            "parameters",
            "relationships",
            "techniques",
        ],
    );
}

/// The sheet, the row of the header, and what each column that is used is taken for.
#[test]
fn the_columns_of_each_table_are_found() {
    let Some(shared) = shared() else { return };
    let folder = shared.join("corpora/controls");
    for (file, expected) in [
        (
            "AttackCoverage.xlsx",
            vec![
                "detections 1: id=use case id, title=use case, status=is active, techniques=attack1, techniques=attack2, techniques=attack3",
            ],
        ),
        (
            "ctid_nist800-53-r5_attack-10.1.xlsx",
            vec![
                "Sheet1 1: id=Control ID, title=Control Name, techniques=Technique ID, technique_names=Technique Name",
            ],
        ),
        (
            "ctid_nist800-53-r5_attack-12.1.xlsx",
            vec![
                "Mappings 1: id=Control ID, title=Control Name, techniques=Technique ID, technique_names=Technique Name",
            ],
        ),
        (
            "ctid_nist800-53-r5_attack-12.1.tsv",
            vec![
                " 1: id=controlID, title=controlName, techniques=techniqueID, technique_names=techniqueName",
            ],
        ),
        (
            "ctid_nist800-53-r4_attack-9.0_REGEX.tsv",
            vec![" 1: techniques=techniqueID, id=controlID, notes=description"],
        ),
        ("dettect_data_sources.xlsx", vec!["Techniques 1: techniques=ID, title=Name"]),
        (
            "ctid_top-attack-techniques_Calculator.xlsx",
            vec!["TOP 10 TECHNIQUES 2: techniques=TID, title=Name, techniques=TID"],
        ),
        (
            "ATTACKdatamap_mitre_data_assessment.xlsx",
            vec![
                "Detection 1: techniques=ID, title=Name, scope=Coverage, strength=Score",
                "TechniqueDataSourceWeights (2) 1: techniques=ID, title=Data Source",
                "TechniqueApplication 1: techniques=ID, title=Name, hunting=Hunting, strength=Score",
            ],
        ),
    ] {
        let account = lacuna_json(&folder, &["import", file, "--format", "json", "-q"]);
        let tables = account["tables"].as_array().unwrap();
        assert_eq!(tables.iter().map(table).collect::<Vec<_>>(), expected, "{file}");
    }
}

fn table(table: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let columns = table["columns"].as_array().unwrap().iter();
    let columns: Vec<String> =
        columns.map(|pair| format!("{}={}", text(&pair[0]), text(&pair[1]))).collect();
    format!("{} {}: {}", text(&table["sheet"]), table["header_row"], columns.join(", "))
}
