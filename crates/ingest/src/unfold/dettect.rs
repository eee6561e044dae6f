//! The administration files of DeTT&CT: scores of detection and visibility for techniques, and the
//! quality of data sources. Scores are kept for every system apart and never averaged: a second
//! system that is watched less must not lower what is known about the first.

use model::date::Date;

use super::{record, text};
use crate::document::Value;
use crate::extract;

/// The top-level keys that are looked into.
pub(super) const KEYS: [&str; 7] =
    ["file_type", "domain", "platform", "techniques", "systems", "data_sources", "exceptions"];

/// The records of one administration file; a file that scores nothing is one itself.
pub(super) fn records(file: &Value) -> Vec<Value> {
    let kind = file.get("file_type").and_then(Value::as_text).unwrap_or_default();
    match &*kind {
        "technique-administration" => techniques(file),
        "data-source-administration" => data_sources(file),
        _ => vec![file.clone()],
    }
}

fn techniques(file: &Value) -> Vec<Value> {
    let platforms = platforms(file, file.get("platform"));
    let of_technique = |technique: &Value| {
        let score = |key: &str, highest: i64| -> Vec<Value> {
            let objects = technique.get(key).into_iter().flat_map(Value::list);
            objects.map(|object| scored(technique, key, object, highest, &platforms)).collect()
        };
        [score("detection", 5), score("visibility", 4)].concat()
    };
    let list = file.get("techniques").into_iter().flat_map(Value::list);
    list.flat_map(of_technique).collect()
}

/// One score of a technique, on the systems that it holds for.
fn scored(
    technique: &Value,
    key: &str,
    object: &Value,
    highest: i64,
    platforms: &[String],
) -> Value {
    let is_detection = key == "detection";
    let systems = systems(object);
    let id = word(technique, "technique_id").unwrap_or_default();
    let entry = object.get("score_logbook").and_then(latest);
    let lowest = if is_detection { -1 } else { 0 };
    let score = entry.and_then(|entry| extract::whole(&entry.get("score")?.as_text()?));
    let score = score.filter(|score| (lowest..=highest).contains(score));
    // -1 says that there is no detection, 0 of visibility that there is none.
    let status = if score == Some(lowest) { "not implemented" } else { "implemented" };
    let on = |score: i64| text(score.to_string());
    record(vec![
        ("file_type", Some(text("technique-administration"))),
        ("id", Some(text(id_of(&format!("{id} {key}"), &systems)))),
        ("title", word(technique, "technique_name").map(text)),
        ("kind", Some(text("control"))),
        ("function", Some(text(if is_detection { "detect" } else { "observe" }))),
        ("status", Some(text(status))),
        ("technique_id", Some(text(id))),
        ("score", score.map(on)),
        ("detection_score", score.filter(|_| is_detection).map(on)),
        ("visibility_share", score.filter(|_| !is_detection).map(|s| share(s, highest))),
        ("date", entry.and_then(|entry| word(entry, "date")).map(text)),
        ("history", list(&history(object, lowest..=highest))),
        ("platform", list(&named_in(&systems, platforms))),
        ("systems", list(&systems)),
        ("location", list(&words(object.get("location")))),
        ("notes", word(object, "comment").map(text)),
    ])
}

fn data_sources(file: &Value) -> Vec<Value> {
    let known: Vec<&Value> = file.get("systems").into_iter().flat_map(Value::list).collect();
    let of_source = |source: &Value| {
        let objects = source.get("data_source").into_iter().flat_map(Value::list);
        objects.map(|object| data_source(file, source, object, &known)).collect::<Vec<_>>()
    };
    let list = file.get("data_sources").into_iter().flat_map(Value::list);
    let exceptions = file.get("exceptions").into_iter().flat_map(Value::list);
    list.flat_map(of_source).chain(exceptions.map(exception)).collect()
}

/// A technique that no data source of the file is to say anything about.
fn exception(technique: &Value) -> Value {
    let id = word(technique, "technique_id").unwrap_or_default();
    record(vec![
        ("file_type", Some(text("data-source-administration"))),
        ("id", Some(text(format!("{id} exception")))),
        ("title", word(technique, "name").map(text)),
        ("kind", Some(text("data source"))),
        ("function", Some(text("observe"))),
        ("status", Some(text("not applicable"))),
        ("technique_id", Some(text(id))),
        // What is no record of a score would count as not understood.
        ("score", Some(text("0"))),
    ])
}

/// A data source as some systems have it.
fn data_source(file: &Value, source: &Value, object: &Value, known: &[&Value]) -> Value {
    let systems = systems(object);
    let name = word(source, "data_source_name").unwrap_or_default();
    let is_of = |system: &&&Value| {
        systems.is_empty() || word(system, "applicable_to").is_some_and(|s| systems.contains(&s))
    };
    let platforms: Vec<Vec<String>> =
        known.iter().filter(is_of).map(|s| platforms(file, s.get("platform"))).collect();
    // A system without platforms is on any, and so are the systems together.
    let platforms =
        if platforms.iter().any(Vec::is_empty) { Vec::new() } else { platforms.concat() };
    let quality = quality(object);
    let is_usable = word(object, "available_for_data_analytics").as_deref() != Some("false");
    let notes = [
        (!is_usable).then(|| "not available for analytics".to_owned()),
        named("", word(object, "comment")),
    ];
    record(vec![
        ("file_type", Some(text("data-source-administration"))),
        ("id", Some(text(id_of(&name, &systems)))),
        ("title", Some(text(name.clone()))),
        ("kind", Some(text("data source"))),
        ("function", Some(text("observe"))),
        ("status", Some(text("implemented"))),
        ("data_source_name", Some(name).filter(|name| !is_of_dettect(name)).map(text)),
        ("score", quality.map(|quality| text(quality.to_string()))),
        ("quality", quality.map(|quality| share(quality, 40))),
        ("telemetry", quality.map(|quality| share(if is_usable { quality } else { 0 }, 40))),
        ("date", word(object, "date_connected").map(text)),
        ("platform", list(&platforms)),
        ("systems", list(&systems)),
        ("location", list(&words(object.get("products")))),
        ("notes", Some(text(joined(&notes)))),
    ])
}

/// ATT&CK does not have the data sources that DeTT&CT adds to it.
fn is_of_dettect(name: &str) -> bool {
    name.trim_end().ends_with("[DeTT&CT data source]")
}

/// The quality of a data source in fortieths, its dimensions weighed as DeTT&CT does; `None` where
/// one is not 0 to 5.
fn quality(object: &Value) -> Option<i64> {
    const DIMENSIONS: [(&str, i64); 5] = [
        ("device_completeness", 2),
        ("data_field_completeness", 2),
        ("timeliness", 1),
        ("consistency", 1),
        ("retention", 2),
    ];
    let quality = object.get("data_quality")?;
    let part = |(name, weight): &(&str, i64)| {
        let value = extract::whole(&quality.get(name)?.as_text()?)?;
        (0..=5).contains(&value).then_some(value * weight)
    };
    DIMENSIONS.iter().map(part).sum()
}

/// The logbook of an object as the register has it, the newest entry first. An entry that is out
/// of range stays as it is, to be reported.
fn history(object: &Value, range: std::ops::RangeInclusive<i64>) -> Vec<String> {
    let entries = object.get("score_logbook").into_iter().flat_map(Value::list);
    let mut entries: Vec<&Value> = entries.filter(|entry| entry.get("score").is_some()).collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(moment(entry)));
    let line = |entry: &&Value| {
        let date = word(entry, "date").filter(|date| !date.is_empty());
        let score = word(entry, "score").unwrap_or_default();
        let is_in_range = extract::whole(&score).is_some_and(|score| range.contains(&score));
        let auto = word(entry, "auto_generated").filter(|auto| auto == "true").map(|_| " auto");
        let comment = word(entry, "comment").unwrap_or_default();
        format!(
            "{}={}{score}{} {}",
            date.unwrap_or("undated".to_owned()),
            if is_in_range { "" } else { "out of range: " },
            auto.unwrap_or_default(),
            comment.split_whitespace().collect::<Vec<_>>().join(" "),
        )
    };
    entries.iter().map(line).collect()
}

/// The entry of a logbook that holds: the newest, the first of those of one moment. One without a
/// date holds only where it is the first and no other has a date.
fn latest(logbook: &Value) -> Option<&Value> {
    let entries = logbook.list().map(|entry| (entry, moment(entry)));
    let newest = entries.reduce(|held, other| if other.1 > held.1 { other } else { held });
    newest.map(|(entry, _)| entry)
}

/// The day of an entry and the time within it, as far as there is one.
fn moment(entry: &Value) -> Option<(Date, String)> {
    let date = word(entry, "date")?;
    let time = date.split_once(['T', ' ']).map_or("", |(_, time)| time).trim_end_matches('Z');
    let is_midnight = time.bytes().all(|byte| matches!(byte, b'0' | b':' | b'.'));
    let time = if is_midnight { String::new() } else { time.to_owned() };
    Some((extract::date(&date)?, time))
}

/// The systems that an object is limited to; none where it applies to all.
fn systems(object: &Value) -> Vec<String> {
    let systems = words(object.get("applicable_to"));
    let is_all = systems.iter().any(|system| system.eq_ignore_ascii_case("all"));
    if is_all { Vec::new() } else { systems }
}

/// The platforms that something in a file is limited to. ATT&CK for ICS has none.
fn platforms(file: &Value, value: Option<&Value>) -> Vec<String> {
    let is_ics = word(file, "domain").as_deref() == Some("ics-attack");
    let platforms = words(value);
    let is_all = platforms.iter().any(|platform| platform.eq_ignore_ascii_case("all"));
    if is_ics || is_all { Vec::new() } else { platforms }
}

/// Those of a file's platforms that its systems name, where each of them names one: a technique
/// file says nothing else about its systems.
fn named_in(systems: &[String], platforms: &[String]) -> Vec<String> {
    let names = |system: &String, platform: &String| {
        let (system, platform) = (system.to_lowercase(), platform.to_lowercase());
        let mut words = system.split(|c: char| !c.is_alphanumeric());
        words.any(|word| word == platform) || system == platform
    };
    let tells = |system: &String| platforms.iter().any(|platform| names(system, platform));
    if systems.is_empty() || !systems.iter().all(tells) {
        return platforms.to_vec();
    }
    let is_named = |platform: &&String| systems.iter().any(|system| names(system, platform));
    platforms.iter().filter(is_named).cloned().collect()
}

fn id_of(what: &str, systems: &[String]) -> String {
    match systems {
        [] => what.to_owned(),
        systems => format!("{what} ({})", systems.join(", ")),
    }
}

fn share(part: i64, whole: i64) -> Value {
    text((part as f64 / whole as f64).to_string())
}

fn named(name: &str, value: Option<String>) -> Option<String> {
    value.filter(|value| !value.trim().is_empty()).map(|value| format!("{name}{}", value.trim()))
}

fn joined(parts: &[Option<String>]) -> String {
    parts.iter().flatten().map(String::as_str).collect::<Vec<_>>().join("; ")
}

fn list(texts: &[String]) -> Option<Value> {
    (!texts.is_empty()).then(|| Value::List(texts.iter().map(text).collect()))
}

fn word(map: &Value, key: &str) -> Option<String> {
    Some(map.get(key)?.as_text()?.trim().to_owned())
}

fn words(value: Option<&Value>) -> Vec<String> {
    let texts = value.into_iter().flat_map(Value::list).filter_map(Value::as_text);
    texts.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}
