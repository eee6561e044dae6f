//! Segments: each alone, and what they come to as a whole.

use proptest::prelude::*;

use super::properties::world;
use super::{assert_near, technique};
use crate::assessment::{Assessment, TechniqueAssessment, assess};
use crate::capability::{Function, Kind};
use crate::fixture::Fixture;
use crate::inputs::{Inputs, ScopeChoice};
use crate::segment::{Segment, platforms_of_all};

const ROUNDING: f64 = 1e-8;

/// A world whose rows are all for everybody.
fn undivided(world: &Fixture) -> Fixture {
    let mut world = world.clone();
    world.scope.segments.clear();
    world.capabilities.iter_mut().for_each(|row| row.segments.clear());
    world
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn without_segments_every_figure_stays_as_it_is(world in world()) {
        let undivided = undivided(&world);
        let plain = undivided.assess();
        // Names in rows alone say nothing about shares.
        let mut named = world.clone();
        named.scope.segments.clear();
        prop_assert_eq!(&named.assess().techniques, &plain.techniques);
        prop_assert_eq!(&named.assess().headline, &plain.headline);
        // Nor do segments, where every row is for all of them.
        let mut divided = undivided.clone();
        divided.scope.segments = world.scope.segments.clone();
        prop_assert_eq!(&divided.assess().techniques, &plain.techniques);
        prop_assert_eq!(&divided.assess().headline, &plain.headline);
    }

    #[test]
    fn a_row_of_every_segment_is_a_row_of_all(world in world()) {
        let mut everywhere = undivided(&world);
        everywhere.scope.segments = world.scope.segments.clone();
        let names = world.scope.segments.iter().map(|segment| segment.name.clone());
        let names: Vec<String> = names.collect();
        everywhere.capabilities.iter_mut().for_each(|row| row.segments = names.clone());
        let (one, other) = (everywhere.assess(), undivided(&world).assess());
        for (one, other) in one.techniques.iter().zip(&other.techniques) {
            let (one, other) = (one.coverage.composite, other.coverage.composite);
            prop_assert!((one.exp - other.exp).abs() <= ROUNDING);
            prop_assert!((one.hi - other.hi).abs() <= ROUNDING);
        }
    }

    #[test]
    fn a_part_never_counts_for_more_than_the_whole(mut world in world()) {
        // Of rows of one id the one counts of which most is expected, and another may claim more:
        // where that one is not everywhere, more may be claimed.
        for (at, row) in world.capabilities.iter_mut().enumerate() {
            row.id = format!("id-{at}");
        }
        let (divided, undivided) = (world.assess(), undivided(&world).assess());
        let (part, whole) =
            (divided.headline.threat_weighted, undivided.headline.threat_weighted);
        prop_assert!(part.exp <= whole.exp + ROUNDING && part.hi <= whole.hi + ROUNDING);
    }

    #[test]
    fn other_segments_are_not_in_sight(world in world()) {
        let inputs = world.inputs();
        for segment in &world.scope.segments {
            let alone = assess(&inputs.of_segment(segment));
            prop_assert_eq!(alone.organisation.segment.as_ref(), Some(&segment.name));
            let mut without = world.clone();
            without.capabilities.retain(|row| {
                row.segments.is_empty() || row.segments.contains(&segment.name)
            });
            without.scope.segments.retain(|other| other == segment);
            prop_assert_eq!(&assess(&without.inputs().of_segment(segment)), &alone);
            // What is there for it counts in full.
            let mut full = without.clone();
            full.capabilities.iter_mut().for_each(|row| row.segments.clear());
            let full = assess(&full.inputs().of_segment(segment));
            prop_assert_eq!(&full.techniques, &alone.techniques);
        }
    }

    /// Sub-techniques are what nothing is rolled up into.
    #[test]
    fn the_whole_is_the_mean_of_its_segments(world in world()) {
        let mut world = world;
        prop_assume!(!world.scope.segments.is_empty());
        // Telemetry of a segment gates what is there for all.
        world.capabilities.retain(|row| {
            row.kind != Kind::DataSource || row.segments.is_empty()
        });
        world.scope.segments.iter_mut().for_each(|segment| segment.platforms.clear());
        let inputs = world.inputs();
        let (whole, segments) = (assess(&inputs), &world.scope.segments);
        let total: f64 = segments.iter().map(|s| s.share.unwrap_or(1.0)).sum();
        let alone: Vec<_> = segments.iter().map(|s| assess(&inputs.of_segment(s))).collect();
        for technique in whole.techniques.iter().filter(|t| t.parent.is_some()) {
            for function in Function::SCORED {
                let covered = |t: &TechniqueAssessment| match function {
                    Function::Prevent => t.coverage.prevent.exp,
                    Function::Respond => t.coverage.respond.exp,
                    Function::Detect | Function::Observe => t.coverage.detect.exp,
                };
                let part = |(alone, segment): (&Assessment, &Segment)| {
                    let found = alone.technique(technique.id).map_or(0.0, covered);
                    found * segment.share.unwrap_or(1.0) / total
                };
                let mean: f64 = alone.iter().zip(segments).map(part).sum();
                prop_assert!((covered(technique) - mean).abs() <= ROUNDING);
            }
        }
    }
}

const BANK: &str = "
    tactic TA0002 execution Execution
    technique T1047 WMI in execution on Windows
    technique T1059 Interpreter in execution on Linux,Windows
    technique T1609 \"Container Command\" in execution on Containers
    group G0001 Bear uses T1047,T1059,T1609
    profile G0001=1
    segment Office 3 Windows=1
    segment Plant 1 Windows=1 Linux=3
    have E1 rule detect T1047,T1059 strength=0.8 basis=validated segment=Office
    have E2 rule detect T1609 strength=0.8 basis=validated segment=Plant
";

#[test]
fn a_row_reaches_the_assets_of_its_segments_platform_by_platform() {
    let mut world = Fixture::parse(BANK);
    world.scope.platforms = platforms_of_all(&world.scope.segments);
    // Of four parts Office has three, all of them Windows; of the last one a quarter is.
    assert_eq!(world.scope.platforms["Windows"], 3.25);
    assert_eq!(world.scope.platforms["Linux"], 0.75);
    let whole = world.assess();
    let covered = |id: &str| technique(&whole, id).coverage.detect.exp;
    assert_near(covered("T1047"), 0.8 * 3.0 / 3.25, "Windows that is Office's");
    assert_near(covered("T1059"), 0.8 * 3.0 / 4.0, "and no Linux");
    let office = assess(&world.inputs().of_segment(&world.scope.segments[0]));
    assert_near(technique(&office, "T1059").coverage.detect.exp, 0.8, "Office alone");
    let plant = assess(&world.inputs().of_segment(&world.scope.segments[1]));
    assert_near(technique(&plant, "T1059").coverage.detect.exp, 0.0, "Plant alone");
    assert_near(plant.scope.platforms["Linux"], 3.0, "on its own platforms");
}

/// A row for each site is how registers say it; two halves are a whole.
#[test]
fn rows_of_one_control_in_several_segments_add_up() {
    let world = |rows: &str| {
        let text = format!(
            "tactic TA0002 execution Execution
             technique T1047 WMI in execution on Windows
             segment Office 3
             segment Plant 1
             {rows}"
        );
        let found = Fixture::parse(&text).assess();
        technique(&found, "T1047").coverage.detect.exp
    };
    let row = |id: &str, strength: f64, further: &str| {
        format!("have {id} rule detect T1047 strength={strength} basis=validated {further}\n")
    };
    let (office, plant) = ("segment=Office", "segment=Plant");
    let halves = |a: &str, b: &str, family: &str| {
        world(&format!(
            "{}{}",
            row(a, 0.8, &format!("{office} {family}")),
            row(b, 0.8, &format!("{plant} {family}"))
        ))
    };
    assert_near(halves("E1", "E1", ""), 0.8, "of one id");
    assert_near(halves("E1", "E2", "family=EDR"), 0.8, "of one family");
    assert_near(halves("E1", "E2", ""), 0.8, "of their own");
    // The stronger of one id counts where it is there, the other one elsewhere.
    let stronger = world(&format!("{}{}", row("E1", 0.8, plant), row("E1", 0.4, "")));
    assert_near(stronger, 0.75 * 0.4 + 0.25 * 0.8, "here and there");
    let weaker = world(&format!("{}{}", row("E1", 0.4, plant), row("E1", 0.8, "")));
    assert_near(weaker, 0.8, "nothing is lost");
}

#[test]
fn a_platform_that_no_segment_names_is_split_like_everything() {
    let mut world = Fixture::parse(BANK);
    world.scope.platforms = [("Containers".to_owned(), 1.0)].into();
    assert_near(technique(&world.assess(), "T1609").coverage.detect.exp, 0.2, "a quarter");
}

#[test]
fn a_data_source_of_one_segment_is_no_telemetry_elsewhere() {
    let world = Fixture::parse(
        "
        tactic TA0002 execution Execution
        technique T1047 WMI in execution on Windows
        component DC0032 \"Process Creation\" shows T1047
        segment Office 3
        segment Plant 1
        have S1 source observe DC0032 telemetry=0.8 segment=Plant
        have R1 rule detect T1047,DC0032 strength=1 basis=validated
    ",
    );
    assert_near(technique(&world.assess(), "T1047").coverage.detect.exp, 0.2, "the whole");
    let alone = |at: usize| assess(&world.inputs().of_segment(&world.scope.segments[at]));
    assert_near(technique(&alone(1), "T1047").coverage.detect.exp, 0.8, "Plant");
    // Office knows nothing of the component, as if nobody had said anything.
    assert_near(technique(&alone(0), "T1047").coverage.detect.exp, 1.0, "Office");
}

#[test]
fn a_segment_has_its_own_impact() {
    let world = Fixture::parse(BANK);
    let plant = Segment {
        impact: [("T1047".parse().expect("it is an id"), 0.5)].into(),
        ..Segment::named("Plant")
    };
    let inputs = world.inputs();
    let alone = assess(&inputs.of_segment(&plant));
    assert_near(technique(&alone, "T1047").threat.impact, 0.5, "its own");
    let plain = assess(&inputs.of_segment(&Segment::named("Plant")));
    assert_near(technique(&plain, "T1047").threat.impact, 1.0, "the organisation's");
}

#[test]
fn segments_that_do_not_all_name_platforms_make_no_whole() {
    let office = Segment { platforms: [("Windows".to_owned(), 1.0)].into(), ..Segment::named("A") };
    assert!(platforms_of_all(&[office, Segment::named("B")]).is_empty());
    assert!(platforms_of_all(&[]).is_empty());
}

#[test]
fn the_scope_of_a_difference_knows_segments() {
    use crate::diff::{Factor, diff};
    let world = Fixture::parse(BANK);
    let before = world.inputs();
    let after = Inputs {
        scope: ScopeChoice { segments: Vec::new(), ..before.scope.clone() },
        ..before.clone()
    };
    let found = diff((&assess(&before), &before), (&assess(&after), &after));
    assert!(found.delta > 0.0);
    assert_near(found.by_factor[&Factor::Scope], found.delta, "all of it is scope");
}
