//! The method's own figures and words, each in the smallest world that shows it.

use super::{assert_near, assert_range, technique};
use crate::assessment::{Assessment, CoverageLevel, assess};
use crate::attack::{Adversary, AdversaryKind, Attack, Technique};
use crate::capability::Status;
use crate::catalog::Catalog;
use crate::coverage::family_strength;
use crate::diagnostic::Code;
use crate::fixture::Fixture;
use crate::id::TechniqueId;
use crate::inputs::{Inputs, Profile};
use crate::policy::Policy;
use crate::score::{Range, time_weight};
use crate::strength;
use crate::threat::Threat;

fn assessed(text: &str) -> Assessment {
    Fixture::parse(text).assess()
}

/// One technique on one platform, with these capabilities.
fn alone(have: &str) -> Assessment {
    assessed(&format!("technique T1001 One on Windows\n{have}"))
}

/// Proven, expected and claimed strength of the one capability that the columns describe.
fn strength_with(columns: &str) -> Range {
    alone(&format!("have X rule detect T1001 {columns}")).techniques.remove(0).coverage.detect
}

fn codes(assessment: &Assessment) -> Vec<Code> {
    assessment.diagnostics.iter().map(|d| d.code).collect()
}

fn has_flag(assessment: &Assessment, id: &str, flag: &str) -> bool {
    technique(assessment, id).flags.iter().any(|f| f == flag)
}

fn in_scope(assessment: &Assessment) -> Vec<String> {
    assessment.techniques.iter().map(|t| t.id.to_string()).collect()
}

// Strength.

#[test]
fn age_weighs_as_published() {
    let sightings = [
        (0.0, 1.0),
        (364.0, 1.0),
        (365.0, 1.0),
        (456.0, 0.8753424657534247),
        (547.0, 0.7506849315068493),
        (730.0, 0.5),
        (731.0, 0.5),
        (5000.0, 0.5),
    ];
    for (age, weight) in sightings {
        assert_near(time_weight(age, 365.0, 365.0, 0.5), weight, &format!("{age} days"));
    }
    let campaigns = [
        (0.0, 1.0),
        (730.0, 1.0),
        (1000.0, 0.815068493150685),
        (1500.0, 0.4726027397260274),
        (1825.0, 0.25),
        (1826.0, 0.25),
    ];
    for (age, weight) in campaigns {
        assert_near(time_weight(age, 730.0, 1095.0, 0.25), weight, &format!("{age} days"));
    }
}

#[test]
fn five_capabilities_are_as_strong_as_published() {
    let check = |columns: &str, expected| assert_range(strength_with(columns), expected, columns);
    check("stp=5 status=enabled basis=tagged tests=3/3/2025-10-01", [0.6, 0.87, 0.96]);
    check("ctid=significant status=implemented basis=published", [0.0, 0.68, 0.8]);
    check(
        "rule_status=stable rule_level=low status=enabled basis=tagged hunting=true",
        [0.0, 0.0675, 0.09],
    );
    check(
        "level=very_high status=implemented basis=attested tests=0/3/2025-11-01",
        [0.0, 0.252, 0.36],
    );
    check(
        "strength=0.8 status=partial basis=unknown tests=4/4/2025-03-01",
        [0.24657534246575344, 0.34794520547945207, 0.44931506849315067],
    );
}

#[test]
fn the_first_statement_of_strength_counts() {
    let statements = [
        ("strength=0.05", 0.05),
        ("ctid=partial", 0.5),
        ("dettect=4", 0.7),
        ("stp=2", 0.3),
        ("rule_status=experimental", 0.1),
        ("level=very_high", 0.9),
        ("unscored=true", 0.2),
    ];
    for (at, (first, expected)) in statements.iter().enumerate() {
        let columns: Vec<&str> = statements[at..].iter().map(|(column, _)| *column).collect();
        assert_near(strength_with(&columns.join(" ")).hi, *expected, first);
    }
}

#[test]
fn every_anchor_has_its_value() {
    let anchors = [
        ("level=none", 0.0),
        ("level=minimal", 0.1),
        ("level=low", 0.3),
        ("level=moderate", 0.5),
        ("level=high", 0.7),
        ("level=very_high", 0.9),
        ("ctid=minimal", 0.2),
        ("ctid=partial", 0.5),
        ("ctid=significant", 0.8),
        ("dettect=-1", 0.0),
        ("dettect=0", 0.0),
        ("dettect=1", 0.1),
        ("dettect=2", 0.3),
        ("dettect=3", 0.5),
        ("dettect=4", 0.7),
        ("dettect=5", 0.9),
        ("stp=1", 0.1),
        ("stp=2", 0.3),
        ("stp=3", 0.5),
        ("stp=4", 0.7),
        ("stp=5", 0.9),
        ("rule_status=stable", 0.3),
        ("rule_status=test", 0.2),
        ("rule_status=experimental", 0.1),
        ("rule_status=development", 0.0),
        ("rule_status=deprecated", 0.0),
        ("rule_status=unsupported", 0.0),
        ("stp=3 rule_level=critical", 0.5),
        ("stp=3 rule_level=high", 0.5),
        ("stp=3 rule_level=medium", 0.5),
        ("stp=3 rule_level=low", 0.3),
        ("stp=3 rule_level=informational", 0.1),
        ("stp=3 hunting=true", 0.25),
        ("unscored=true", 0.2),
        ("basis=unknown", 0.2),
    ];
    for (columns, expected) in anchors {
        assert_near(strength_with(columns).hi, expected, columns);
    }
}

#[test]
fn a_rule_that_its_author_withdrew_counts_for_nothing_whatever_it_claims() {
    for rule_status in ["development", "deprecated", "unsupported"] {
        let claim =
            format!("strength=0.9 status=enabled rule_status={rule_status} tests=3/3/2025-12-01");
        assert_eq!(strength_with(&claim), Range::ZERO, "{rule_status}");
    }
}

#[test]
fn every_basis_is_believed_as_far_as_it_carries() {
    let bases = [
        ("validated", 1.0),
        ("published", 0.85),
        ("tagged", 0.75),
        ("attested", 0.7),
        ("unknown", 0.5),
    ];
    for (basis, belief) in bases {
        let strength = strength_with(&format!("strength=0.8 basis={basis}"));
        assert_range(strength, [0.0, 0.8 * belief, 0.8], basis);
    }
}

#[test]
fn every_status_lets_its_share_through() {
    let shares = [
        (Status::Implemented, 1.0),
        (Status::Enabled, 1.0),
        (Status::Alternative, 0.7),
        (Status::Partial, 0.5),
        (Status::Pilot, 0.5),
        (Status::Unknown, 0.5),
        (Status::Planned, 0.0),
        (Status::Disabled, 0.0),
        (Status::NotImplemented, 0.0),
        (Status::NotApplicable, 0.0),
        (Status::Library, 0.0),
    ];
    assert_eq!(shares.len(), Status::ALL.len());
    for (status, share) in shares {
        assert_near(strength::status_multiplier(status, &Policy::default()), share, status.word());
    }
}

#[test]
fn tests_count_in_full_for_180_days_and_not_at_all_after_365() {
    let proven = |last: &str| strength_with(&format!("strength=0.8 tests=2/2/{last}")).lo;
    assert_near(proven("2025-12-24"), 0.5, "in the future");
    assert_near(proven("2025-06-04"), 0.5, "180 days old");
    let half = 2.0 * 0.4972972972972973;
    assert_near(proven("2025-03-03"), half / (half + 2.0), "273 days old");
    assert_near(proven("2024-12-01"), 0.0, "365 days old");
    assert_near(strength_with("strength=0.8 tests=2/2").lo, 0.0, "of no date");
}

#[test]
fn audit_and_training_are_weak_mitigations_and_two_are_none() {
    let anchors = [("M1032", 0.5), ("M1047", 0.2), ("M1017", 0.2), ("M1055", 0.0), ("M1056", 0.0)];
    for (id, expected) in anchors {
        let assessment =
            alone(&format!("mitigation {id} Name of T1001\nhave X control prevent {id}"));
        let technique = technique(&assessment, "T1001");
        assert_near(technique.coverage.prevent.hi, expected, id);
        assert_eq!(technique.evidence.len(), usize::from(expected > 0.0), "{id}");
    }
}

#[test]
fn a_stated_strength_goes_before_the_mitigation_s() {
    let assessment =
        alone("mitigation M1047 Audit of T1001\nhave X control prevent M1047 level=high");
    assert_near(technique(&assessment, "T1001").coverage.prevent.hi, 0.7, "high");
}

// Coverage.

#[test]
fn a_family_is_as_strong_as_published() {
    let check = |strengths: &[f64], expected| {
        let strength = family_strength(strengths, &Policy::default());
        assert_near(strength, expected, &format!("{strengths:?}"));
    };
    check(&[0.3], 0.3);
    check(&[0.3; 2], 0.342);
    check(&[0.3; 10], 0.43435049502);
    check(&[0.7, 0.1], 0.706);
    check(&[0.9; 3], 0.9198);
    check(&[], 0.0);
}

#[test]
fn capabilities_of_one_family_fail_together_and_others_apart() {
    let both = |family: &str| {
        let have = format!(
            "have A rule detect T1001 strength=0.3 family=one
             have B rule detect T1001 strength=0.3 family={family}"
        );
        technique(&alone(&have), "T1001").coverage.detect.hi
    };
    assert_near(both("one"), 0.342, "one family");
    assert_near(both("two"), 0.51, "two families");
}

#[test]
fn of_records_that_share_an_id_the_strongest_counts() {
    for strengths in [[0.3, 0.6], [0.6, 0.3]] {
        let row = |strength| format!("have A rule detect T1001 strength={strength}");
        let assessment = alone(&strengths.map(row).join("\n"));
        assert_near(technique(&assessment, "T1001").coverage.detect.hi, 0.6, "the stronger");
        assert_eq!(technique(&assessment, "T1001").evidence.len(), 1);
    }
    let functions = "have A control detect T1001 strength=0.3
                     have A control prevent T1001 strength=0.6";
    assert_eq!(technique(&alone(functions), "T1001").evidence.len(), 2);
}

#[test]
fn unscored_mappings_are_one_family_that_comes_to_half_at_most() {
    let assessment = alone(
        "have A control prevent T1001 unscored=true family=one tests=9/9/2025-12-01
         have B control prevent T1001 unscored=true family=two tests=9/9/2025-12-01",
    );
    assert_range(technique(&assessment, "T1001").coverage.prevent, [0.5; 3], "nine of nine twice");
}

#[test]
fn a_rule_for_a_sub_technique_says_nothing_about_its_parent() {
    let world = "
        technique T1001 One on Windows
        technique T1001.001 First on Windows
        technique T1001.002 Second on Windows
        have X rule detect T1001,T1001.001 strength=0.6";
    let assessment = assessed(world);
    assert!(technique(&assessment, "T1001").evidence.is_empty());
    assert_near(technique(&assessment, "T1001").coverage.detect.hi, 0.3, "mean of 0.6 and 0");
}

#[test]
fn a_rule_for_a_technique_says_nothing_about_its_sub_techniques() {
    let assessment = assessed(
        "technique T1001 One on Windows
         technique T1001.001 First on Windows
         have X rule detect T1001 strength=0.6",
    );
    assert_near(technique(&assessment, "T1001").coverage.detect.hi, 0.5, "kappa");
    assert_near(technique(&assessment, "T1001.001").coverage.detect.hi, 0.0, "sub-technique");
    assert!(has_flag(&assessment, "T1001", "parent-only"));
    assert!(!has_flag(&assessment, "T1001.001", "parent-only"));
}

#[test]
fn evidence_for_a_sub_technique_takes_the_parent_only_flag_away() {
    let assessment = assessed(
        "technique T1001 One on Windows
         technique T1001.001 First on Windows
         have X rule detect T1001 strength=0.6
         have Y rule detect T1001.001 strength=0.6",
    );
    assert!(!has_flag(&assessment, "T1001", "parent-only"));
    assert_near(technique(&assessment, "T1001").coverage.detect.hi, 0.8, "1 - (1 - 0.5) (1 - 0.6)");
}

#[test]
fn evidence_of_one_family_and_mere_claims_are_flagged() {
    let single = alone("have A rule detect T1001 strength=0.3 family=one");
    assert!(has_flag(&single, "T1001", "single-item"));
    assert!(!has_flag(&single, "T1001", "single-family"));
    assert!(has_flag(&single, "T1001", "claimed-only"));
    let family = alone(
        "have A rule detect T1001 strength=0.3 family=one
         have B rule detect T1001 strength=0.3 family=one tests=1/1/2025-11-01",
    );
    assert!(!has_flag(&family, "T1001", "single-item"));
    assert!(has_flag(&family, "T1001", "single-family"));
    assert!(!has_flag(&family, "T1001", "claimed-only"));
    let nothing = alone("");
    for flag in ["single-item", "single-family", "claimed-only"] {
        assert!(!has_flag(&nothing, "T1001", flag), "{flag}");
    }
}

#[test]
fn a_rule_without_alerts_is_flagged_as_silent() {
    let is_silent = |columns: &str| {
        let assessment = alone(&format!("have A {columns}"));
        has_flag(&assessment, "T1001", "silent-rule")
    };
    assert!(is_silent("rule detect T1001 alerts_90d=0"));
    assert!(!is_silent("rule detect T1001 alerts_90d=1"));
    // 90 and 91 days before the day of the assessment.
    assert!(!is_silent("rule detect T1001 last_fired=2025-09-02"));
    assert!(is_silent("rule detect T1001 last_fired=2025-09-01"));
    assert!(!is_silent("rule detect T1001 last_fired=2027-01-01"));
    for other in [
        "rule detect T1001",
        "rule detect T1001 alerts_90d=0 status=disabled",
        "rule detect T1001 alerts_90d=0 rule_status=deprecated",
        "rule prevent T1001 alerts_90d=0",
        "control detect T1001 alerts_90d=0",
    ] {
        assert!(!is_silent(other), "{other}");
    }
    let patient = alone(
        "policy flag.silent_days=365
         have A rule detect T1001 last_fired=2025-09-01",
    );
    assert!(!has_flag(&patient, "T1001", "silent-rule"));
}

#[test]
fn a_rule_with_many_false_alerts_is_flagged_as_noisy() {
    let is_noisy = |columns: &str| {
        let assessment = alone(&format!("have A {columns}"));
        has_flag(&assessment, "T1001", "noisy-rule")
    };
    assert!(is_noisy("rule detect T1001 false_positive_rate=0.5"));
    assert!(!is_noisy("rule detect T1001 false_positive_rate=0.49"));
    assert!(!is_noisy("rule detect T1001 false_positive_rate=0.9 status=library"));
    assert!(!is_noisy("control detect T1001 false_positive_rate=0.9"));
    let strict = alone(
        "policy flag.noisy=0.1
         have A rule detect T1001 false_positive_rate=0.1",
    );
    assert!(has_flag(&strict, "T1001", "noisy-rule"));
}

#[test]
fn what_a_record_does_not_say_is_flagged() {
    let silent = alone("have A rule detect T1001");
    assert!(has_flag(&silent, "T1001", "platform-unspecified"));
    assert!(has_flag(&silent, "T1001", "strength-unstated"));
    assert_eq!(technique(&silent, "T1001").evidence[0].family, "~unscored");
    let clear = alone("have A rule detect T1001 level=low platforms=Windows");
    assert!(!has_flag(&clear, "T1001", "platform-unspecified"));
    assert!(!has_flag(&clear, "T1001", "strength-unstated"));
}

#[test]
fn a_response_never_makes_a_technique_covered() {
    let assessment = alone("have A control respond T1001 level=high");
    let coverage = technique(&assessment, "T1001").coverage;
    assert_near(coverage.respond.hi, 0.7, "respond");
    assert_range(coverage.composite, [0.0; 3], "composite");
    assert_eq!(assessment.headline.raw_any.hi, 0.0);
}

#[test]
fn a_data_source_alone_covers_nothing() {
    for function in ["observe", "detect", "prevent"] {
        let assessment = assessed(&format!(
            "technique T1001 One on Windows
             component DC0001 Files shows T1001
             group G0001 Ours uses T1001
             have S source {function} T1001,DC0001 level=very_high"
        ));
        let technique = technique(&assessment, "T1001");
        assert!(technique.evidence.is_empty(), "{function}");
        assert_near(technique.ease.telemetry, 1.0, "it makes closing the gap easier");
        assert_eq!(assessment.headline.threat_weighted, Range::ZERO);
    }
}

#[test]
fn a_rule_sees_no_more_than_its_worst_component() {
    let seen = |rows: &str| {
        let assessment = alone(&format!(
            "component DC0001 Files shows T1001
             component DC0002 Logons shows T1001
             have X rule detect T1001,DC0001,DC0002 strength=0.8 telemetry=0.9
             {rows}"
        ));
        let unknown = has_flag(&assessment, "T1001", "telemetry-unknown");
        (technique(&assessment, "T1001").coverage.detect.hi, unknown)
    };
    assert_eq!(seen(""), (0.72, true));
    assert_eq!(seen("have S source observe DC0001 telemetry=0.5"), (0.4, true));
    let both = "have S source observe DC0001 telemetry=0.5
                have T source observe DC0002 telemetry=Windows:0.25";
    assert_eq!(seen(both), (0.2, false));
    let better = format!("{both}\nhave U source observe DC0002 telemetry=0.75");
    assert_eq!(seen(&better), (0.4, false), "the best source of a component counts");
    let planned = "have S source observe DC0001,DC0002 status=planned";
    assert_eq!(seen(planned), (0.0, false));
}

#[test]
fn platforms_weigh_in_by_their_share() {
    let assessment = assessed(
        "platforms Windows=0.6 Linux=0.2
         technique T1001 One on Windows,Linux,macOS
         have A rule detect T1001 strength=0.8 platforms=Windows,macOS",
    );
    let technique = technique(&assessment, "T1001");
    assert_near(technique.coverage.detect.hi, 0.8 * 0.6 / 0.8, "Windows of Windows and Linux");
    let platforms: Vec<&String> = technique.evidence[0].platforms.0.iter().map(|p| &p.0).collect();
    assert_eq!(platforms, ["Linux", "Windows"]);
}

#[test]
fn a_record_for_platforms_that_the_technique_does_not_have_is_reported() {
    let reported = |columns: &str| {
        codes(&alone(&format!(
            "technique T1002 Two on Linux\nhave A rule detect {columns} level=high"
        )))
    };
    assert_eq!(reported("T1001 platforms=Linux"), [Code::PlatformMismatch]);
    assert_eq!(reported("T1001 scope=Linux:1"), [Code::PlatformMismatch]);
    assert_eq!(reported("T1001 platforms=Windows"), []);
    assert_eq!(reported("T1001,T1002 platforms=Linux"), [], "one of them fits");
    assert_eq!(reported("T1001"), []);
}

#[test]
fn words_for_coverage_begin_where_the_method_says() {
    let policy = Policy::default();
    let word = |coverage| CoverageLevel::of(Range::even(coverage), 0.8, &policy).word();
    let borders = [
        (0.0, "none"),
        (0.000001, "trace"),
        (0.099999999, "trace"),
        (0.1, "weak"),
        (0.399999999, "weak"),
        (0.4, "partial"),
        (0.799999999, "partial"),
        (0.8, "strong"),
        (1.0, "strong"),
    ];
    for (coverage, expected) in borders {
        assert_eq!(word(coverage), expected, "{coverage}");
    }
    // Floating point must not move a border: 1 - (1 - 0.1) is 0.09999999999999998.
    assert_eq!(word(1.0 - (1.0 - 0.1)), "weak");
    let claimed = Range { lo: 0.0, exp: 0.0, hi: 0.5 };
    assert_eq!(CoverageLevel::of(claimed, 0.8, &policy).word(), "trace");
    let opportunistic = CoverageLevel::of(Range::even(0.3), 0.3, &policy);
    assert_eq!(opportunistic.word(), "weak", "the word says how much there is");
    let opportunistic = CoverageLevel::of(Range::even(0.4), 0.3, &policy);
    assert_eq!(opportunistic.word(), "strong");
}

// Threat.

#[test]
fn groups_are_read_through_campaigns_and_software() {
    let assessment = assessed(
        "technique T1001 One on Windows
         technique T1002 Two on Windows
         technique T1003 Three on Windows
         technique T1004 Four on Windows
         software S0001 Tool uses T1001,T1002
         software S0002 Other uses T1002
         campaign C0001 Recent uses T1001,T1003 software S0002 last 2025-01-01
         group G0001 Ours uses T1004 software S0001 campaigns C0001
         profile G0001=2",
    );
    let check = |id, expected| {
        assert_near(technique(&assessment, id).threat.profile, expected, id);
    };
    check("T1001", 0.92);
    check("T1002", 0.36);
    check("T1003", 0.9);
    check("T1004", 1.0);
}

#[test]
fn without_a_profile_the_baseline_is_all_there_is() {
    let world = "technique T1001 One on Windows
                 group G0001 Ours uses T1001";
    let threat =
        |profile: &str| technique(&assessed(&format!("{world}\n{profile}")), "T1001").threat.value;
    assert_near(threat(""), 1.0, "no profile");
    assert_near(threat("profile G0001=0"), 1.0, "a profile of nobody");
    let other = "group G0002 Other\nprofile G0002=1";
    assert_near(threat(other), 0.3, "beta");
}

#[test]
fn the_common_number_of_groups_is_the_nearest_rank() {
    // 25 techniques, used by 1, 2, ... 25 groups; 28 % of 25 is 7, in floating point a bit more.
    let techniques = (0..25).map(|at| Technique {
        id: format!("T{}", 1001 + at).parse().unwrap(),
        name: String::new(),
        tactics: Vec::new(),
        platforms: Vec::new(),
        mitigations: Vec::new(),
        components: Vec::new(),
    });
    let groups = (0..25).map(|at| Adversary {
        id: format!("G{:04}", at + 1),
        name: String::new(),
        aliases: Vec::new(),
        kind: AdversaryKind::Group,
        techniques: (at..25).collect(),
        software: Vec::new(),
        campaigns: Vec::new(),
        first_seen: None,
        last_seen: None,
    });
    let attack = Attack {
        techniques: techniques.collect(),
        adversaries: groups.collect(),
        ..Attack::default()
    };
    let baseline = |base_pct| {
        let policy = Policy { base_pct, ..Policy::default() };
        let day = crate::date::Date::from_unix_days(0);
        let threat = Threat::new(&attack, &Profile::default(), &policy, day);
        threat.techniques[0].baseline
    };
    assert_near(baseline(0.28), 1.0 / 7.0, "the seventh of 25");
    assert_near(baseline(0.29), 1.0 / 8.0, "the eighth of 25");
    assert_near(baseline(0.9), 1.0 / 23.0, "the 23rd of 25");
    assert_near(baseline(1.0), 1.0 / 25.0, "the last");
}

#[test]
fn impacts_above_one_set_the_scale() {
    let assessment = assessed(
        "technique T1001 One on Windows
         technique T1002 Two on Windows
         technique T1003 Three on Windows
         impact T1001 4
         impact T1002 2",
    );
    let check = |id, expected| {
        assert_near(technique(&assessment, id).threat.impact, expected, id);
    };
    check("T1001", 1.0);
    check("T1002", 0.5);
    check("T1003", 0.25);
}

// Scope and decisions.

const FAMILY: &str = "
    tactic TA0001 first First
    technique T1001 One in first on Windows
    technique T1001.001 Former in first on Windows
    technique T1001.002 Latter in first on Windows
    technique T1002 Two in first on Windows
    group G0001 Ours uses T1001,T1001.001,T1001.002,T1002
    profile G0001=1";

fn decided(lines: &str) -> Assessment {
    assessed(&format!("{FAMILY}\n{lines}"))
}

#[test]
fn excluding_a_technique_takes_its_sub_techniques_but_not_those_with_a_word_of_their_own() {
    for line in ["decide T1001 exclude", "exclude T1001 \"not here\""] {
        assert_eq!(in_scope(&decided(line)), ["T1002"], "{line}");
        let kept = format!("{line}\ndecide T1001.002 fix due 2026-01-01");
        assert_eq!(in_scope(&decided(&kept)), ["T1001.002", "T1002"], "{line}");
        let expired = format!("{line}\ndecide T1001.002 accept until 2025-11-30");
        assert_eq!(in_scope(&decided(&expired)), ["T1002"], "a word past its day is none");
    }
}

#[test]
fn excluding_a_sub_technique_leaves_its_parent() {
    let assessment = decided("decide T1001.001 exclude until 2025-12-01");
    assert_eq!(in_scope(&assessment), ["T1001", "T1001.002", "T1002"]);
    assert_eq!((assessment.scope.leaves, assessment.scope.out_of_scope), (2, 1));
}

#[test]
fn a_decision_past_its_day_is_ignored_and_reported() {
    for decision in ["accept", "opportunistic", "exclude"] {
        let plain = decided("");
        let expired = decided(&format!("decide T1002 {decision} until 2025-11-30"));
        assert_eq!(expired.techniques, plain.techniques, "{decision}");
        assert_eq!(codes(&expired), [Code::ExpiredDisposition], "{decision}");
        let today = decided(&format!("decide T1002 {decision} until 2025-12-01"));
        assert_ne!(today.techniques, plain.techniques, "{decision}");
        assert_eq!(codes(&today), [], "{decision}");
    }
}

#[test]
fn a_fix_changes_no_number_and_is_reported_when_it_is_late() {
    let plain = decided("");
    let late = decided("decide T1002 fix due 2025-11-30 owner Ada until 2025-11-01");
    assert_eq!(late.headline, plain.headline);
    assert_eq!(late.gaps().len(), plain.gaps().len());
    assert_eq!(codes(&late), [Code::OverdueDisposition]);
    assert!(technique(&late, "T1002").disposition.is_some());
    assert_eq!(codes(&decided("decide T1002 fix due 2025-12-01")), []);
}

#[test]
fn an_accepted_gap_keeps_its_number_but_leaves_the_list() {
    let (plain, accepted) = (decided(""), decided("decide T1001 accept"));
    assert_eq!(accepted.headline, plain.headline);
    let (before, after) = (technique(&plain, "T1001"), technique(&accepted, "T1001"));
    assert_eq!((after.priority, after.rank), (before.priority, before.rank));
    assert_eq!(plain.gaps().len(), 4);
    let left: Vec<Option<usize>> = accepted.gaps().iter().map(|gap| gap.rank).collect();
    assert_eq!(left, [Some(2), Some(3), Some(4)]);
    assert_eq!(accepted.accepted(), [after]);
}

#[test]
fn little_is_enough_for_an_opportunistic_technique() {
    let covered = |strength: f64| {
        let have = format!("have A rule detect T1002 strength={strength} basis=validated");
        decided(&format!("decide T1002 opportunistic\n{have}"))
    };
    let enough = covered(0.3);
    let enough = technique(&enough, "T1002");
    assert_eq!((enough.target, enough.gap, enough.rank), (0.3, 0.0, None));
    let half = covered(0.15);
    assert_near(technique(&half, "T1002").gap, 0.5, "half of 0.3");
    assert_near(half.headline.threat_weighted.exp, 0.125, "half of one of four");
}

#[test]
fn a_decision_about_nothing_in_scope_is_reported() {
    assert_eq!(codes(&decided("decide T9999 accept")), [Code::UnknownDisposition]);
    let twice = decided("decide T1001 exclude\nexclude T1002\ndecide T1002 fix");
    assert_eq!(codes(&twice), [Code::UnknownDisposition]);
}

#[test]
fn what_happens_before_the_attack_is_out_unless_it_is_asked_for() {
    let world = "technique T1001 One on PRE
                 technique T1002 Two on Windows
                 technique T1003 Three";
    assert_eq!(in_scope(&assessed(world)), ["T1002", "T1003"]);
    let asked = assessed(&format!("{world}\nplatforms PRE=1"));
    assert_eq!(in_scope(&asked), ["T1001", "T1003"]);
}

#[test]
fn a_technique_without_platforms_is_on_any() {
    let assessment = assessed(
        "platforms Windows=1
         technique T1001 One on Windows
         technique T0843 Program
         have A control prevent T0843 level=high scope=Windows:0.5,Linux:0.8 platforms=Linux",
    );
    let technique = technique(&assessment, "T0843");
    assert_near(technique.coverage.prevent.hi, 0.56, "0.7 where it reaches most");
    assert!(technique.evidence[0].platforms.get("any").is_some());
    assert_eq!(codes(&assessment), []);
}

// Gaps.

#[test]
fn a_choke_point_raises_its_sub_techniques_unless_they_have_a_value() {
    let assessment = decided(
        "choke T1001 1
         choke T1001.002 0.5",
    );
    let check = |id, choke: f64| {
        let technique = technique(&assessment, id);
        assert_near(technique.choke, choke, id);
        assert_near(technique.priority, 100.0 * (1.0 + 0.25 * choke) / 1.25, id);
    };
    check("T1001", 1.0);
    check("T1001.001", 1.0);
    check("T1001.002", 0.5);
    check("T1002", 0.0);
}

#[test]
fn catalogued_facts_follow_their_ids() {
    let world = Fixture::parse("technique T1001 One on Windows\nrevoked T1086 by T1001");
    let id = |text: &str| text.parse::<TechniqueId>().unwrap();
    let catalog = Catalog::new(
        &world.attack,
        [(id("T1001"), 0.3), (id("T1086"), 0.7), (id("T9999"), 1.0)],
        [(id("T1001"), 2), (id("T1086"), 3)],
    );
    let inputs = Inputs { catalog: &catalog, ..world.inputs() };
    let assessment = assess(&inputs);
    let technique = technique(&assessment, "T1001");
    assert_eq!((technique.choke, technique.ease.public_rules), (0.7, 5));
}

#[test]
fn ease_is_telemetry_and_rules_or_open_mitigations() {
    let ease = |lines: &str| {
        let world = "component DC0001 Files shows T1001
                     component DC0002 Logons shows T1001";
        technique(&alone(&format!("{world}\n{lines}")), "T1001").ease
    };
    assert_near(ease("").value, 0.0, "nothing");
    let seen = "have S source observe DC0001 telemetry=0.8";
    assert_near(ease(seen).telemetry, 0.4, "0.8 of one of two");
    assert_near(
        ease(&format!("{seen}\nrules T1001 3")).value,
        0.5 * 0.4 * 0.6,
        "three of five rules",
    );
    assert_near(ease(&format!("{seen}\nrules T1001 50")).value, 0.5 * 0.4, "plenty of rules");
    let mitigations = "mitigation M1032 A of T1001
                       mitigation M1038 B of T1001
                       mitigation M1055 C of T1001";
    let open = ease(mitigations);
    assert_eq!(open.mitigations, 2);
    assert_near(open.value, 0.5 * 2.0 / 3.0, "two of three");
    let used = ease(&format!("{mitigations}\nhave X control prevent M1032 status=partial"));
    assert_eq!(used.mitigations, 1);
    let planned = ease(&format!("{mitigations}\nhave X control prevent M1032 status=planned"));
    assert_eq!(planned.mitigations, 2);
}

#[test]
fn rules_that_do_not_say_whether_they_are_on_give_both_figures() {
    let assessment = decided(
        "have A rule detect T1002 strength=0.8 basis=validated status=enabled assumed=true
         have B rule detect T1001.001 strength=0.8 basis=tagged status=enabled",
    );
    let both = assessment.status_not_stated.unwrap();
    assert_eq!(both.capabilities, 1);
    assert_near(both.if_enabled, assessment.headline.threat_weighted.exp, "if they are on");
    // T1001.001 has 0.6 of 0.8, and T1001 half of that.
    assert_near(both.if_enabled, (1.0 + 0.75 + 0.375) / 4.0, "if they are on");
    assert_near(both.if_library, (0.75 + 0.375) / 4.0, "if they are a library");
    let stated = decided("have B rule detect T1001.001 strength=0.8 status=enabled");
    assert!(stated.status_not_stated.is_none());
}

#[test]
fn the_share_of_a_technique_in_several_tactics_is_split() {
    let assessment = assessed(
        "tactic TA0002 second Second
         tactic TA0001 first First
         technique T1001 One in first,second on Windows
         technique T1002 Two in first on Windows
         group G0001 Ours uses T1001,T1002
         have A rule detect T1001 strength=0.8 basis=validated",
    );
    let tactics: Vec<(&str, f64, f64)> = assessment
        .tactics
        .iter()
        .map(|t| (t.id.as_str(), t.weight_share, t.threat_weighted))
        .collect();
    assert_eq!(tactics, [("TA0002", 0.25, 1.0), ("TA0001", 0.75, 0.333333333)]);
}

// What a second, independent reading of the method found.

#[test]
fn a_data_source_speaks_for_its_platforms_and_its_reach() {
    let gated = |source: &str| {
        let world = format!(
            "technique T1001 One on Linux,Windows
             component DC0001 Logs shows T1001
             platforms Windows=1
             have D source observe DC0001 telemetry=0.5 {source}
             have C rule detect T1001,DC0001 strength=1 basis=validated platforms=Windows"
        );
        technique(&assessed(&world), "T1001").coverage.detect.hi
    };
    assert_near(gated(""), 0.5, "everywhere");
    assert_near(gated("platforms=Windows"), 0.5, "on Windows");
    assert_near(gated("platforms=Linux"), 0.0, "on Linux only");
    assert_near(gated("scope=0.5"), 0.25, "on half of the assets");
}

#[test]
fn of_equal_ways_the_one_that_states_a_strength_counts() {
    let world = "technique T1001 One on Windows
         mitigation M1047 Audit of T1001
         mitigation M1056 Pre-compromise of T1001.001
         technique T1001.001 Sub on Windows
         have A control prevent T1001,M1047";
    let evidence = technique(&assessed(world), "T1001").evidence.clone();
    assert_eq!((evidence[0].family.as_str(), evidence[0].via.as_str()), ("A", "M1047"));
    // That nothing can be done about a sub-technique takes nothing from its parent's tag.
    let world = world.replace("T1001,M1047", "T1001,M1056");
    let evidence = technique(&assessed(&world), "T1001").evidence.clone();
    assert_eq!(evidence[0].via, "T1001");
}
