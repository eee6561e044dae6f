//! Capabilities as the native register: one row each, to be read again, edited or kept.
//!
//! What is written is what counts: ids after resolution, and defaults spelt out. Ids as people
//! wrote them, and the places where records stood, are not. A column that no row fills is left
//! out. Two conventions of the reader are met here: a register names techniques, mitigations or data
//! components somewhere, and an apostrophe keeps a text of a csv file from being a formula.

mod workbook;

use std::borrow::Cow;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::Arc;

use model::capability::{Capability, Kind, ScoreEntry, Share, Status};
use model::date::Date;
use model::score::round9;
use serde::ser::{Serialize, SerializeMap, Serializer};

pub use workbook::{TooLarge, WorkbookError};

/// A column: its name in the register, and what a capability says in it.
type Column = (&'static str, fn(&Capability) -> Cell<'_>);

/// The columns, in the order of the register.
const COLUMNS: &[Column] = &[
    ("id", |c| Cell::text(&c.id)),
    ("title", |c| Cell::text(&c.title)),
    ("kind", |c| Cell::Text(c.kind.word())),
    ("function", |c| Cell::Text(c.function.word())),
    (TECHNIQUES, techniques),
    ("mitigations", |c| Cell::list(&c.mitigations)),
    ("controls", |c| Cell::list(&c.controls)),
    ("data_components", |c| Cell::list(&c.data_components)),
    ("platforms", platforms),
    ("systems", |c| Cell::list(&c.systems)),
    ("location", |c| Cell::Lines(&c.location)),
    (STATUS, |c| Cell::Text(c.status.word())),
    ("basis", |c| Cell::Text(c.basis.word())),
    ("strength", |c| Cell::number(c.strength)),
    ("level", |c| Cell::word(c.level.map(|level| level.word()))),
    ("ctid", |c| Cell::word(c.ctid.map(|score| score.word()))),
    ("dettect", |c| Cell::whole(c.dettect)),
    ("score_history", |c| Cell::Entries(&c.score_history)),
    ("stp", |c| Cell::whole(c.stp)),
    ("rule_status", |c| Cell::word(c.rule_status.map(|status| status.word()))),
    ("rule_level", |c| Cell::word(c.rule_level.map(|level| level.word()))),
    ("unscored", |c| Cell::flag(c.unscored)),
    ("hunting", |c| Cell::flag(c.hunting)),
    ("family", |c| Cell::word(c.family.as_deref())),
    ("log_source", |c| Cell::list(&c.log_source)),
    ("segment", |c| Cell::list(&c.segments)),
    ("telemetry", |c| Cell::share(c.telemetry.as_ref())),
    ("scope", |c| Cell::share(c.scope.as_ref())),
    ("tests_passed", |c| Cell::whole(c.tests_passed)),
    ("tests_run", |c| Cell::whole(c.tests_run)),
    ("tests_last", |c| c.tests_last.map_or(Cell::Blank, Cell::Day)),
    ("created", |c| c.created.map_or(Cell::Blank, Cell::Day)),
    ("modified", |c| c.modified.map_or(Cell::Blank, Cell::Day)),
    ("last_fired", |c| c.last_fired.map_or(Cell::Blank, Cell::Day)),
    ("alerts_90d", |c| Cell::whole(c.alerts_90d)),
    ("false_positive_rate", |c| Cell::number(c.false_positive_rate)),
    ("cost", |c| Cell::number(c.cost)),
    ("bundle", |c| Cell::word(c.bundle.as_deref())),
    ("owner", |c| Cell::word(c.owner.as_deref())),
    ("notes", |c| Cell::word(c.notes.as_deref())),
];

const TECHNIQUES: &str = "techniques";
const STATUS: &str = "status";

/// What a column is for, in words for people.
#[derive(Debug, Clone, Copy)]
pub struct ColumnHelp<'a> {
    /// What it means.
    pub meaning: &'a str,
    /// What may stand in it; what is typed stands between backticks.
    pub values: &'a str,
    /// It belongs to the source: no patch changes it.
    pub is_fixed: bool,
}

impl ColumnHelp<'_> {
    /// The values without backticks.
    fn values(&self) -> String {
        self.values.replace('`', "")
    }

    /// All of it in a few lines.
    fn says(&self) -> String {
        let fixed = if self.is_fixed { "\nIt belongs to the source: change it there." } else { "" };
        format!("{}\nValues: {}{fixed}", self.meaning, self.values())
    }
}

/// What the native register says of a capability in a column; empty where it says nothing, or
/// there is no such column.
#[must_use]
pub fn written(column: &str, capability: &Capability) -> String {
    let found = COLUMNS.iter().find(|(name, _)| *name == column);
    found.map_or_else(String::new, |(_, cell)| cell(capability).written().into_owned())
}

/// A table with none of these is no register.
const RECOGNISED: [&str; 4] = [TECHNIQUES, "mitigations", "controls", "data_components"];

/// What the reader takes for "limited to nothing", since no platform is called so.
const NO_PLATFORM: &str = "none";

/// Everything a record names beside mitigations and components; tactics and adversaries are
/// found in the same column.
fn techniques(capability: &Capability) -> Cell<'_> {
    let techniques = capability.techniques.iter().map(|id| Cow::Owned(id.to_string()));
    let others = capability.tactics.iter().chain(&capability.adversaries);
    Cell::List(techniques.chain(others.map(|id| Cow::Borrowed(id.as_str()))).collect())
}

/// No limit is a blank; a limit to nothing is not.
fn platforms(capability: &Capability) -> Cell<'_> {
    match capability.platforms.as_deref() {
        None => Cell::Blank,
        Some([]) => Cell::List(vec![Cow::Borrowed(NO_PLATFORM)]),
        Some(names) => Cell::list(names),
    }
}

/// What a capability says in one column.
#[derive(Debug, Clone, PartialEq)]
enum Cell<'a> {
    Blank,
    Text(&'a str),
    List(Vec<Cow<'a, str>>),
    Whole(i64),
    Number(f64),
    Yes,
    Day(Date),
    /// Items that may hold separators: a line each.
    Lines(&'a [String]),
    /// A logbook.
    Entries(&'a [ScoreEntry]),
    /// By platform.
    Shares(&'a BTreeMap<String, f64>),
}

impl<'a> Cell<'a> {
    fn text(text: &'a str) -> Self {
        if text.trim().is_empty() { Self::Blank } else { Self::Text(text) }
    }

    fn word(word: Option<&'a str>) -> Self {
        word.map_or(Self::Blank, Self::text)
    }

    fn list(items: &'a [String]) -> Self {
        Self::List(items.iter().map(|item| Cow::Borrowed(item.as_str())).collect())
    }

    fn number(number: Option<f64>) -> Self {
        number.map_or(Self::Blank, |number| Self::Number(round9(number)))
    }

    fn whole(number: Option<impl Into<i64>>) -> Self {
        number.map_or(Self::Blank, |number| Self::Whole(number.into()))
    }

    fn flag(flag: bool) -> Self {
        if flag { Self::Yes } else { Self::Blank }
    }

    fn share(share: Option<&'a Share>) -> Self {
        match share {
            None => Self::Blank,
            Some(Share::Everywhere(share)) => Self::number(Some(*share)),
            Some(Share::ByPlatform(shares)) => Self::Shares(shares),
        }
    }

    fn is_blank(&self) -> bool {
        match self {
            Self::Blank => true,
            Self::List(items) => items.is_empty(),
            Self::Lines(lines) => lines.is_empty(),
            Self::Entries(entries) => entries.is_empty(),
            Self::Text(_)
            | Self::Whole(_)
            | Self::Number(_)
            | Self::Yes
            | Self::Day(_)
            | Self::Shares(_) => false,
        }
    }

    /// What stands in the cell of a table.
    fn written(&self) -> Cow<'a, str> {
        match self {
            Self::Blank => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text),
            Self::List(items) => Cow::Owned(items.join("; ")),
            Self::Whole(number) => Cow::Owned(number.to_string()),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Yes => Cow::Borrowed("yes"),
            Self::Day(day) => Cow::Owned(day.to_string()),
            Self::Lines(lines) => Cow::Owned(lines.join("\n")),
            Self::Entries(entries) => {
                Cow::Owned(entries.iter().map(logbook_line).collect::<Vec<_>>().join("\n"))
            }
            Self::Shares(shares) => {
                let pairs = shares.iter().map(|(name, share)| format!("{name}={}", round9(*share)));
                Cow::Owned(pairs.collect::<Vec<_>>().join("; "))
            }
        }
    }

    /// The same, such that neither a spreadsheet nor a terminal acts on it. Numbers are no texts:
    /// -1 is no formula.
    fn inert(&self) -> Cow<'a, str> {
        match self {
            Self::Text(_) | Self::List(_) | Self::Lines(_) | Self::Entries(_) | Self::Shares(_) => {
                // Lines stay apart: in quotes a line break is harmless.
                let written = self.written();
                let lines: Vec<String> = written.split('\n').map(crate::printable).collect();
                Cow::Owned(crate::csv::no_formula(lines.join("\n")))
            }
            Self::Blank | Self::Whole(_) | Self::Number(_) | Self::Yes | Self::Day(_) => {
                self.written()
            }
        }
    }
}

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Blank => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Whole(number) => serializer.serialize_i64(*number),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Yes => serializer.serialize_bool(true),
            Self::Day(day) => serializer.collect_str(day),
            Self::Lines(lines) => serializer.collect_seq(*lines),
            Self::Entries(entries) => serializer.collect_seq(*entries),
            Self::Shares(shares) => {
                serializer.collect_map(shares.iter().map(|(name, share)| (name, round9(*share))))
            }
        }
    }
}

/// An entry of a logbook as the line that the reader knows: `2021-09-22=3 auto tuned`.
fn logbook_line(entry: &ScoreEntry) -> String {
    let day = entry.date.map_or("undated".to_owned(), |day| day.to_string());
    let auto = if entry.auto_generated { " auto" } else { "" };
    let comment =
        entry.comment.split_whitespace().fold(String::new(), |text, word| text + " " + word);
    format!("{day}={}{auto}{comment}", entry.score)
}

/// Capabilities, and the columns that it takes to write them.
pub struct Register<'a> {
    capabilities: &'a [Arc<Capability>],
    columns: Vec<&'static Column>,
    /// No row names anything by which a register is known.
    names_nothing: bool,
}

impl<'a> Register<'a> {
    /// The register of these capabilities, in their order.
    #[must_use]
    pub fn of(capabilities: &'a [Arc<Capability>]) -> Self {
        let is_filled = |column: &Column| {
            capabilities.iter().any(|capability| !column.1(capability).is_blank())
        };
        let filled: Vec<&Column> = COLUMNS
            .iter()
            .filter(|column| column.0 != STATUS || needs_status(capabilities))
            .filter(|column| is_filled(column))
            .collect();
        let names_nothing = !filled.iter().any(|column| RECOGNISED.contains(&column.0));
        let columns = match names_nothing {
            true => COLUMNS
                .iter()
                .filter(|c| c.0 == TECHNIQUES || filled.iter().any(|filled| filled.0 == c.0))
                .collect(),
            false => filled,
        };
        Self { capabilities, columns, names_nothing }
    }

    /// The same with every column, so that people find a place for what nobody has said yet.
    #[must_use]
    pub fn for_people(capabilities: &'a [Arc<Capability>]) -> Self {
        Self { capabilities, columns: COLUMNS.iter().collect(), names_nothing: false }
    }

    /// What each row is known by, wherever it is moved and whatever becomes of its id: made from
    /// the file and the id, which together are one record's alone.
    fn anchors(&self) -> Vec<String> {
        let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
        let anchor = |capability: &Arc<Capability>| {
            let hash = fnv1a(&[&capability.origin.path, &capability.id]);
            let count = counts.entry(hash).or_default();
            *count += 1;
            match *count {
                1 => format!("{hash:016x}"),
                // The same source, read twice.
                count => format!("{hash:016x}-{count}"),
            }
        };
        self.capabilities.iter().map(anchor).collect()
    }

    /// How many capabilities have a status written that nobody stated, by what they count as.
    /// Where nobody states any, none is written, and all count as before when read back.
    #[must_use]
    pub fn unstated(&self) -> BTreeMap<Status, usize> {
        let mut counts = BTreeMap::new();
        if self.columns.iter().any(|column| column.0 == STATUS) {
            for capability in self.capabilities.iter().filter(|c| c.is_defaulted(STATUS)) {
                *counts.entry(capability.status).or_default() += 1;
            }
        }
        counts
    }

    /// The ids that several capabilities have although they differ, ascending. They come from
    /// several files, where the strongest counts; in one file each counts for itself.
    #[must_use]
    pub fn ambiguous(&self) -> Vec<&'a str> {
        let mut first: BTreeMap<&str, &Capability> = BTreeMap::new();
        let mut ambiguous = BTreeSet::new();
        for capability in self.capabilities {
            match first.entry(&capability.id) {
                Entry::Vacant(place) => _ = place.insert(capability),
                Entry::Occupied(known) if have_same_row(known.get(), capability) => {}
                Entry::Occupied(_) => _ = ambiguous.insert(capability.id.as_str()),
            }
        }
        ambiguous.into_iter().collect()
    }

    /// The row of a capability.
    fn row<'b>(
        &'b self,
        capability: &'b Capability,
    ) -> impl Iterator<Item = (&'static str, Cell<'b>)> + 'b {
        self.columns.iter().map(move |(name, cell)| match *name {
            TECHNIQUES if self.names_nothing => (*name, Cell::Text("none")),
            name => (name, cell(capability)),
        })
    }

    /// Writes comma-separated values under a header.
    ///
    /// Control characters but line breaks become blanks and marks that turn the direction of
    /// writing go; an apostrophe stands before a text that would be a formula.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut csv = ::csv::Writer::from_writer(out);
        csv.write_record(self.columns.iter().map(|column| column.0))?;
        for capability in self.capabilities {
            for (_, cell) in self.row(capability) {
                csv.write_field(cell.inert().as_bytes())?;
            }
            csv.write_record(None::<&[u8]>)?;
        }
        csv.flush()
    }

    /// Writes an array of objects.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let rows: Vec<Row> = self.capabilities.iter().map(|c| Row(self, c)).collect();
        crate::json::write(&rows, out)
    }

    /// Writes an object a line.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn ndjson(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut rows = self.capabilities.iter().map(|c| Row(self, c));
        rows.try_for_each(|row| crate::json::write_line(&row, out))
    }

    /// A workbook for people, with help for each column; see [`Register::for_people`].
    ///
    /// # Errors
    /// There is more than a sheet, or a cell of it, can hold.
    pub fn xlsx<'h>(
        &self,
        help: &(dyn Fn(&str) -> Option<ColumnHelp<'h>> + 'h),
    ) -> Result<Vec<u8>, WorkbookError> {
        workbook::write(self, help)
    }
}

/// The hash of Fowler, Noll and Vo: short, and the same everywhere.
fn fnv1a(texts: &[&str]) -> u64 {
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn have_same_row(a: &Capability, b: &Capability) -> bool {
    COLUMNS.iter().all(|(_, cell)| cell(a) == cell(b))
}

/// Whether it takes a status in each row to say what the capabilities count as: where the column
/// is not there, rules and controls count as enabled and data sources as implemented.
fn needs_status(capabilities: &[Arc<Capability>]) -> bool {
    capabilities.iter().any(|capability| {
        let usual = match capability.kind {
            Kind::DataSource => Status::Implemented,
            Kind::Rule | Kind::Control => Status::Enabled,
        };
        !capability.is_defaulted(STATUS) || capability.status != usual
    })
}

/// A capability as an object; a blank is left out.
struct Row<'a>(&'a Register<'a>, &'a Capability);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, cell) in self.0.row(self.1).filter(|(_, cell)| !cell.is_blank()) {
            map.serialize_entry(name, &cell)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests;
