//! DeTT&CT's sample files.

use std::collections::BTreeSet;

use model::capability::{Function, Kind, Status};
use model::diagnostic::Code;
use model::resolve::Resolver;

use super::{class, count, read, release};
use crate::support::{json, shared};

#[test]
fn every_count_of_dettects_samples_is_met() {
    let Some(shared) = shared() else { return };
    let truth = &json(&shared.join("corpora/truth/rules.json"))["corpora"];
    let (samples, actors) = (&truth["dettect/samples"], &truth["dettect/threat-actor-data"]);
    let attack = release();
    let read = read(&attack, &shared.join("corpora/dettect"));
    assert_eq!(read.account.format, "dettect");

    let of = |function: Function| {
        let is_one = move |d: &&ingest::Draft| {
            d.capability.kind == Kind::Control && d.capability.function == function
        };
        read.drafts.iter().filter(is_one)
    };
    // Truth counts the techniques and the data sources, not their objects.
    let detections = || of(Function::Detect);
    let techniques: BTreeSet<_> =
        detections().map(|d| (&d.capability.origin.path, d.ids[0].0)).collect();
    assert_eq!(samples["fields"]["file_type"]["technique-administration"], techniques.len());
    assert_eq!(detections().count(), 352);
    assert_eq!(of(Function::Observe).count(), 369);
    let sources = read.drafts.iter().filter(|d| d.capability.kind == Kind::DataSource);
    let names: BTreeSet<_> =
        sources.map(|d| (&d.capability.origin.path, &d.capability.title)).collect();
    let own = names.iter().filter(|(_, title)| title.ends_with("[DeTT&CT data source]")).count();
    assert_eq!(own, 2);
    // One of them is an exception.
    assert_eq!((read.account.records, read.account.not_understood), (743, 0));
    assert_eq!(names.len(), 17);

    // What its own graph counts: objects whose latest score is above 0.
    let is_there = |d: &&ingest::Draft| d.capability.status == Status::Implemented;
    let path = |d: &&ingest::Draft| d.capability.origin.path.contains("endpoints");
    assert_eq!(detections().filter(path).filter(is_there).count(), 14);
    assert_eq!(of(Function::Observe).filter(path).filter(is_there).count(), 360);

    let mut resolver = Resolver::new(&attack, || ingest::snapshot::neighbours(&attack));
    let distinct: BTreeSet<_> = techniques.iter().map(|(_, id)| *id).collect();
    let classes = count(distinct.iter().map(|id| class(&mut resolver, *id)));
    assert_eq!(samples["distinct_by_class"]["unknown"], classes["unknown"]);

    // Files of groups are no coverage, and each says so.
    let groups = read
        .diagnostics
        .iter()
        .filter(|d| d.code == Code::SkippedFile && d.message.contains("what adversaries use"));
    let files = actors["files"].as_u64().unwrap() + 3;
    assert_eq!(groups.count() as u64, files);
}
