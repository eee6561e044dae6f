//! Decisions as a calendar (RFC 5545): a whole day for each day by which something is due, or
//! until which something holds. A later calendar of the same decisions updates an earlier one:
//! what identifies an event does not hold its day.

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::date::Date;
use model::decisions::{Decisions, Standing};
use model::inputs::Decision;

use crate::view::tickets::place;

/// Octets of a line, without its end.
const LINE: usize = 75;

/// Writes the calendar.
///
/// # Errors
/// Those of the writer.
pub fn write(found: &Decisions, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//lacuna//decisions//EN".to_owned(),
        "CALSCALE:GREGORIAN".to_owned(),
        "METHOD:PUBLISH".to_owned(),
    ];
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for standing in &found.decisions {
        let days = [("due", standing.decided.due), ("until", standing.decided.until)];
        for (word, day) in days.into_iter().filter_map(|(word, day)| Some((word, day?))) {
            let decision = standing.decided.decision.word();
            let at = place(&found.organisation, standing.technique);
            let uid = format!("{at}/{decision}/{word}");
            let times = seen.entry(uid.clone()).or_default();
            *times += 1;
            let uid = if *times > 1 { format!("{uid}/{times}") } else { uid };
            lines.extend(event(standing, found.as_of, word, day, &uid));
        }
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().try_for_each(|line| folded(line, out))
}

fn event(standing: &Standing, as_of: Date, word: &str, day: Date, uid: &str) -> Vec<String> {
    let decided = &standing.decided;
    let what = match decided.decision {
        Decision::Fix => "fix",
        Decision::Accept => "accepted",
        Decision::Opportunistic => "opportunistic",
        Decision::Exclude => "excluded",
    };
    let summary = format!("{} {}: {what}, {word} {day}", standing.technique, standing.name)
        .replace("  ", " ");
    let said = [
        ("Owner", &decided.owner),
        ("Approver", &decided.approver),
        ("Ticket", &decided.ticket),
        ("Reason", &decided.reason),
    ];
    let said = said.iter().filter_map(|(name, text)| Some(format!("{name}: {}", text.as_ref()?)));
    let state = format!("State on {as_of}: {}", standing.state.word());
    let description: Vec<String> = said.chain([state]).collect();
    let description: Vec<String> = description.iter().map(|line| escaped(line)).collect();
    vec![
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}", escaped(uid)),
        format!("DTSTAMP:{}T000000Z", basic(as_of)),
        format!("DTSTART;VALUE=DATE:{}", basic(day)),
        format!("SUMMARY:{}", escaped(&summary)),
        format!("DESCRIPTION:{}", description.join("\\n")),
        format!("CATEGORIES:lacuna,{}", decided.decision.word()),
        "TRANSP:TRANSPARENT".to_owned(),
        "END:VEVENT".to_owned(),
    ]
}

/// `20260630`.
fn basic(day: Date) -> String {
    day.to_string().replace('-', "")
}

/// A text as the value of a property.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in crate::printable(text).chars() {
        if matches!(c, '\\' | ';' | ',') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Writes a line, broken so that no part is too long and no character is torn.
fn folded(line: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut room = LINE;
    let mut start = 0;
    for (at, c) in line.char_indices() {
        if at + c.len_utf8() - start > room {
            write!(out, "{}\r\n ", &line[start..at])?;
            // The blank that goes before what continues is part of the line.
            (start, room) = (at, LINE - 1);
        }
    }
    write!(out, "{}\r\n", &line[start..])
}

#[cfg(test)]
mod tests {
    use model::decisions::decisions;
    use model::fixture::Fixture;
    use proptest::prelude::*;

    use super::*;

    fn calendar(decided: &str) -> String {
        let world = "
            tactic TA0002 execution Execution
            technique T1059 Interpreter in execution on Windows
            as_of 2025-12-01
        ";
        let world = Fixture::parse(&format!("{world}{decided}"));
        let mut out = Vec::new();
        write(&decisions(&world.inputs(), &world.assess(), 30.0), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_decision_is_a_whole_day() {
        let text = calendar("decide T1059 fix due 2026-03-31 owner \"Blue; Team\" ticket SEC-1");
        let lines: Vec<&str> = text.split("\r\n").collect();
        let has = |line: &str| assert!(lines.contains(&line), "{line} in {text}");
        has("UID:-/-/T1059/fix/due");
        has("DTSTAMP:20251201T000000Z");
        has("DTSTART;VALUE=DATE:20260331");
        has("SUMMARY:T1059 Interpreter: fix\\, due 2026-03-31");
        assert!(text.contains("Owner: Blue\\; Team\\nTicket: SEC-1"), "{text}");
        assert_eq!(text.matches("BEGIN:VEVENT").count(), text.matches("END:VEVENT").count());
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
    }

    #[test]
    fn what_identifies_an_event_does_not_hold_its_day() {
        let uid = |text: &str| text.lines().find(|l| l.starts_with("UID")).unwrap().to_owned();
        let (early, late) = (
            calendar("decide T1059 accept until 2026-03-31"),
            calendar("decide T1059 accept until 2027-03-31"),
        );
        assert_eq!(uid(&early), uid(&late));
        let twice = calendar(
            "decide T1059 accept until 2026-03-31\ndecide T1059 accept until 2027-03-31\n",
        );
        assert!(twice.contains("UID:-/-/T1059/accept/until\r\n"));
        assert!(twice.contains("UID:-/-/T1059/accept/until/2\r\n"));
    }

    proptest! {
        #[test]
        fn lines_are_short_and_unfold_to_what_was_written(text in "\\PC{0,300}") {
            let mut out = Vec::new();
            folded(&text, &mut out).unwrap();
            let written = String::from_utf8(out).unwrap();
            prop_assert!(written.split("\r\n").all(|line| line.len() <= LINE));
            let unfolded = written.replace("\r\n ", "");
            prop_assert_eq!(unfolded.strip_suffix("\r\n"), Some(text.as_str()));
        }
    }
}
