//! The line of assessments over time.

use model::trend::Point;

use crate::sheet::{Sheet, Value};

/// A row an assessment; where the yardstick changed, the row says so.
#[must_use]
pub fn sheet(line: &[Point]) -> Sheet {
    let mut sheet = Sheet::new(
        "Over time",
        &[
            ("Day", "as_of"),
            ("Proven", "proven"),
            ("Expected", "expected"),
            ("Claimed", "claimed"),
            ("Gaps", "gaps"),
            ("New yardstick", "rebased"),
        ],
    );
    sheet.rows = line.iter().map(row).collect();
    if line.iter().any(|point| !point.rebased.is_empty()) {
        let note = "Where the yardstick is new, the figure is not to be compared with the one \
                    before; lacuna diff says what moved it";
        sheet.notes.push(note.to_owned());
    }
    sheet
}

fn row(point: &Point) -> Vec<Value> {
    let rebased: Vec<&str> = point.rebased.iter().map(|factor| factor.word()).collect();
    vec![
        Value::text(point.as_of.to_string()),
        Value::Share(point.threat_weighted.lo),
        Value::Share(point.threat_weighted.exp),
        Value::Share(point.threat_weighted.hi),
        Value::Whole(point.gaps),
        Value::text(rebased.join(", ")),
    ]
}
