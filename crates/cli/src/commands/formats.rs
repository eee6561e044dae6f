//! `lacuna formats`: the formats of rules that are known, how one is described, and whether a file
//! is of it.

use std::path::{Path, PathBuf};

use ingest::{Condition, Format, Formats, Trial, suggest};
use model::attack::Attack;
use model::diagnostic::Origin;
use report::sheet::{Sheet, Value};
use report::view;
use serde_json::json;

use crate::Outcome;
use crate::args::{self, ReleaseArgs, Talk};
use crate::failure::Failure;
use crate::project;
use crate::streams::Streams;

pub(crate) struct Asked<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) test: &'a [PathBuf],
    pub(crate) format_files: &'a [PathBuf],
    pub(crate) release: &'a ReleaseArgs,
}

pub(crate) fn run(asked: &Asked<'_>, print: args::Format, talk: &Talk) -> Result<Outcome, Failure> {
    let formats = project::formats(&[], asked.format_files)?;
    let mut streams = Streams::new(talk);
    if asked.name == Some("products") && asked.test.is_empty() {
        let (sheet, value) = products();
        super::print(&[sheet], &value, print, &mut streams)?;
        return Ok(Outcome::Done);
    }
    let Some(name) = asked.name else {
        if !asked.test.is_empty() {
            let failure = Failure::new("--test needs the name of a format");
            return Err(failure.help("write  lacuna formats NAME --test FILE"));
        }
        let (sheet, value) = list(&formats);
        super::print(&[sheet], &value, print, &mut streams)?;
        return Ok(Outcome::Done);
    };
    let format = formats.iter().find(|format| &*format.name == name).ok_or_else(|| {
        let failure = Failure::new(format!("there is no format {name:?}"));
        let hint = suggest::did_you_mean(name, formats.iter().map(|f| &*f.name));
        failure.help(hint.unwrap_or_else(|| "lacuna formats lists them all".to_owned()))
    })?;
    if asked.test.is_empty() {
        let (sheets, value) = page(format);
        super::print(&sheets, &value, print, &mut streams)?;
        return Ok(Outcome::Done);
    }
    let attack = project::release_of(asked.release)?;
    let mut sheets = Vec::new();
    let mut values = Vec::new();
    let mut all_fit = true;
    for path in asked.test {
        let shown = project::slashed(path);
        let trial = tried(path, &shown, format, &formats, &attack)?;
        all_fit &= trial.fits;
        values.push(outcome(&shown, &trial));
        sheets.extend(verdict(&shown, format, &trial));
    }
    super::print(&sheets, &json!({ "format": name, "files": values }), print, &mut streams)?;
    Ok(super::outcome(!all_fit))
}

fn tried(
    path: &Path,
    shown: &str,
    format: &Format,
    formats: &Formats,
    attack: &Attack,
) -> Result<Trial, Failure> {
    let bytes = ingest::source::read(path).map_err(|error| project::unreadable(shown, &error))?;
    Ok(ingest::trial(&bytes, shown, format, formats, attack))
}

fn syntaxes(format: &Format) -> String {
    format.syntax.iter().map(|syntax| syntax.name()).collect::<Vec<_>>().join(", ")
}

fn list(formats: &Formats) -> (Sheet, serde_json::Value) {
    let columns = [("Name", "name"), ("A record is a", "record"), ("Written as", "syntax")];
    let mut sheet = Sheet::new("Formats, in the order in which they are tried", &columns);
    let mut formats: Vec<&Format> = formats.iter().collect();
    // The register takes what no other format does.
    formats.sort_by_key(|format| format.is_register());
    for format in &formats {
        let cells = [format.name.to_string(), format.title.clone(), syntaxes(format)];
        sheet.rows.push(cells.into_iter().map(Value::text).collect());
    }
    sheet.notes.push(
        "lacuna formats NAME shows one; --test FILE says whether a file is of it, and why; \
         --format-file FILE adds one of your own"
            .to_owned(),
    );
    let value = formats.iter().map(
        |format| json!({ "name": &*format.name, "title": format.title, "syntax": syntaxes(format) }),
    );
    let value = json!({ "formats": value.collect::<Vec<_>>() });
    (sheet, value)
}

/// The products that are known by name, by category, and what each category counts for.
fn products() -> (Sheet, serde_json::Value) {
    let columns = [("Category", "category"), ("By", "by"), ("Products", "products")];
    let mut sheet = Sheet::new("Products that are known by name, for --have", &columns);
    sheet.notes.push(
        "A category may be named itself, such as EDR. It is never more than low, whatever a vendor \
         claims; a published score counts beside it."
            .to_owned(),
    );
    let mut value = Vec::new();
    for category in ingest::products::categories() {
        let does = category.by_function().into_iter().filter(|(_, ids)| !ids.is_empty());
        let does: Vec<String> =
            does.map(|(function, ids)| format!("{} {}", function.word(), ids.join(" "))).collect();
        let does = if does.is_empty() { "nothing by itself".to_owned() } else { does.join("; ") };
        let names: Vec<&str> = category.products.iter().map(|p| p.name.as_str()).collect();
        let cells = [category.title.clone(), does.clone(), names.join(", ")];
        sheet.rows.push(cells.into_iter().map(Value::text).collect());
        let products = category.products.iter();
        let products = products
            .map(|p| json!({ "name": p.name, "also": p.also, "reason": p.reason }))
            .collect::<Vec<_>>();
        value.push(json!({
            "name": category.name, "title": category.title, "also": category.also, "by": does,
            "reason": category.reason, "products": products,
        }));
    }
    (sheet, json!({ "categories": value }))
}

/// What there is to know about a format, from its descriptor.
fn page(format: &Format) -> (Vec<Sheet>, serde_json::Value) {
    let said = format.describe();
    let columns = [("Column", "column"), ("Where it stands", "place"), ("How it is read", "how")];
    let mut sheet = Sheet::new(format!("{} ({})", format.title, format.name), &columns);
    let about = format.about.trim();
    if !about.is_empty() {
        sheet.notes.push(about.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    sheet.notes.push(said.recognised.join(" "));
    if !said.records.is_empty() {
        sheet.notes.push(said.records.join(" "));
    }
    sheet.rows = said
        .columns
        .iter()
        .map(|c| {
            let cells = [c.column.to_owned(), c.place.clone(), c.treatment.clone()];
            cells.into_iter().map(Value::text).collect()
        })
        .collect();
    let mut sheets = vec![sheet];
    let further = [
        (
            "Words",
            [("Column", "column"), ("As written", "written"), ("Meaning", "meaning")],
            &said.words,
        ),
        (
            "Tables",
            [("Table", "table"), ("As written", "written"), ("Meaning", "meaning")],
            &said.tables,
        ),
    ];
    for (title, columns, rows) in further.into_iter().filter(|(_, _, rows)| !rows.is_empty()) {
        let mut sheet = Sheet::new(title, &columns);
        sheet.rows = rows.iter().map(|row| row.iter().map(Value::text).collect()).collect();
        sheets.push(sheet);
    }
    let value = json!({
        "name": &*format.name,
        "title": format.title,
        "about": format.about.trim(),
        "syntax": syntaxes(format),
        "recognised": said.recognised,
        "records": said.records,
        "columns": said.columns.iter()
            .map(|c| json!({ "column": c.column, "place": c.place, "how": c.treatment }))
            .collect::<Vec<_>>(),
        "words": said.words,
        "tables": said.tables,
    });
    (sheets, value)
}

/// Whether a file is of a format, condition by condition, and what was read.
fn verdict(shown: &str, format: &Format, trial: &Trial) -> Vec<Sheet> {
    let is_of_it = match trial.fits {
        true => format!("{shown} fits {}", format.name),
        false => format!("{shown} does not fit {}", format.name),
    };
    let columns = [("Condition", "condition"), ("Wanted", "wanted"), ("Found", "found")];
    let mut sheet = Sheet::new(is_of_it, &columns);
    sheet.notes = remarks(format, trial);
    let yes = |yes| Value::text(if yes { "yes" } else { "no" });
    let row = |c: &Condition| vec![Value::text(c.text.clone()), yes(c.is_wanted), yes(c.is_met)];
    sheet.rows = trial.conditions.iter().map(row).collect();
    let mut sheets = vec![sheet];
    if trial.fits && !trial.drafts.is_empty() {
        sheets.push(first_records(trial));
    }
    if !trial.diagnostics.is_empty() {
        sheets.push(view::diagnostics(&trial.diagnostics));
    }
    sheets
}

fn remarks(format: &Format, trial: &Trial) -> Vec<String> {
    let mut remarks = vec![match &trial.syntax {
        Ok(syntax) => format!("It is written as {}.", syntax.name()),
        Err(reason) => format!("It is not read: {reason}."),
    }];
    if let Ok(syntax) = &trial.syntax
        && !format.syntax.contains(syntax)
    {
        remarks.push(format!("{} is written as {}.", format.name, syntaxes(format)));
    }
    match trial.taken_by.as_deref() {
        Some(taken) if taken == &*format.name => {}
        Some(taken) => remarks.push(format!("Read as usual, it goes to {taken}.")),
        None => remarks.push("Read as usual, it goes to no format.".to_owned()),
    }
    if trial.fits {
        remarks.push(format!(
            "Records: {}, of which {} not understood; parts without a record: {}.",
            trial.records, trial.not_understood, trial.skipped
        ));
    }
    remarks
}

/// How many records are shown as they were understood.
const SHOWN: usize = 3;

fn first_records(trial: &Trial) -> Sheet {
    let columns = [("Record", "record"), ("Column", "column"), ("Value", "value")];
    let mut sheet = Sheet::new("The first records, as they are understood", &columns);
    for draft in trial.drafts.iter().take(SHOWN) {
        let mut capability = (*draft.capability).clone();
        let defaulted = std::mem::take(&mut capability.defaulted);
        // The file is in the title above.
        let origin = Origin { path: String::new(), ..std::mem::take(&mut capability.origin) };
        let mut place = origin.to_string().trim_start_matches([':', ' ']).to_owned();
        if origin.line.is_some() && origin.cell.is_none() {
            place.insert_str(0, "line ");
        }
        let said = json!({
            "techniques": draft.ids.iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>(),
            "tactics": draft.tactics,
            "adversaries": draft.adversaries,
            "other_framework": draft.other_frameworks.iter().map(|(id, _)| id).collect::<Vec<_>>(),
        });
        let columns = serde_json::to_value(&capability).unwrap_or_default();
        for (name, mut value) in fields(&columns).chain(fields(&said)) {
            if defaulted.iter().any(|column| column == name) {
                value.push_str(" (not stated)");
            }
            let cells = [std::mem::take(&mut place), name.to_owned(), value];
            sheet.rows.push(cells.into_iter().map(Value::text).collect());
        }
    }
    sheet
}

/// The fields of an object that say something, as text.
fn fields(object: &serde_json::Value) -> impl Iterator<Item = (&str, String)> {
    let fields = object.as_object().into_iter().flatten();
    fields.filter_map(|(name, value)| {
        let text = match value {
            serde_json::Value::Null => return None,
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Array(items) => {
                let texts = items.iter().map(|v| v.as_str().map_or(v.to_string(), str::to_owned));
                texts.collect::<Vec<_>>().join(", ")
            }
            other => other.to_string(),
        };
        (!text.is_empty() && text != "{}").then_some((name.as_str(), text))
    })
}

fn outcome(shown: &str, trial: &Trial) -> serde_json::Value {
    json!({
        "path": shown,
        "fits": trial.fits,
        "syntax": trial.syntax.as_ref().map_or(serde_json::Value::Null, |s| json!(s.name())),
        "taken_by": trial.taken_by.as_deref(),
        "conditions": trial.conditions.iter()
            .map(|c| json!({ "condition": c.text, "wanted": c.is_wanted, "met": c.is_met }))
            .collect::<Vec<_>>(),
        "records": trial.records,
        "not_understood": trial.not_understood,
        "skipped": trial.skipped,
        "capabilities": trial.drafts.iter().map(|d| &d.capability).collect::<Vec<_>>(),
        "diagnostics": trial.diagnostics,
    })
}
