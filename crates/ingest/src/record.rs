//! From what a record says, column by column, to a capability. Every word that is not understood
//! is reported with its place; nothing is guessed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use model::attack::Attack;
use model::capability::{
    Basis, Capability, Ctid, Function, Kind, Level, RuleLevel, RuleStatus, Share, Status,
};
use model::date::Date;
use model::diagnostic::{Code, Diagnostic, Origin};
use model::id::TechniqueId;

use crate::column::Column;
use crate::extract;
use crate::format::{self, Format};
use crate::products::Mention;

mod attack;
mod logbook;

/// What one record says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Raw {
    pub(crate) origin: Origin,
    pub(crate) values: Vec<Said>,
    /// What there is to say about it already.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// One value of a record.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) column: Column,
    pub(crate) text: String,
    /// The cell it stands in.
    pub(crate) cell: Option<String>,
}

/// How the records of a file are to be read.
pub(crate) struct Context<'a> {
    pub(crate) attack: &'a Attack,
    /// What its words mean.
    pub(crate) format: &'a Format,
    /// The file (or one of the tables in it) has a column for the status.
    pub(crate) has_status: bool,
    /// It is a row of a register.
    pub(crate) is_row: bool,
    /// Numbers may have a decimal comma.
    pub(crate) decimal_comma: bool,
    /// What the source says of all its records that say nothing themselves.
    pub(crate) source_status: Option<Status>,
    /// What counts where not even the source says anything.
    pub(crate) assumed: Option<Status>,
    /// Values for blank columns.
    pub(crate) defaults: &'a BTreeMap<Column, String>,
}

/// A capability whose ids are not resolved yet.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The capability, without techniques, tactics and adversaries.
    pub capability: Box<Capability>,
    /// The technique ids it names, as written, each once, with the cell it stands in.
    pub ids: Vec<(TechniqueId, Option<String>)>,
    /// The ids of another framework that it names, each once, with the cell it stands in.
    pub other_frameworks: Vec<(String, Option<String>)>,
    /// The tactics it names, as written.
    pub tactics: Vec<String>,
    /// The groups, campaigns and software it names, as written.
    pub adversaries: Vec<String>,
    /// It names a mitigation or a catalogue control, known or not.
    pub names_control: bool,
    /// The products that it names.
    pub(crate) products: Vec<Mention>,
    /// How many records of the file it stands for: those with the same id that say the same.
    pub records: usize,
    /// The format of its file.
    pub format: Arc<str>,
    /// It is a row of a register, whose status is somebody's word.
    pub is_row: bool,
    /// Others of its family and function are parts of the same capability.
    pub is_part: bool,
}

/// Reads one record.
pub(crate) fn draft(raw: Raw, context: &Context<'_>, out: &mut Vec<Diagnostic>) -> Draft {
    let mut reading = Reading {
        draft: Draft {
            capability: Box::new(Capability::new("", Kind::Control, Function::Prevent)),
            ids: Vec::new(),
            other_frameworks: Vec::new(),
            tactics: Vec::new(),
            adversaries: Vec::new(),
            names_control: false,
            products: Vec::new(),
            records: 1,
            format: Arc::clone(&context.format.name),
            is_row: context.is_row,
            is_part: context.format.has_parts(),
        },
        context,
        origin: raw.origin,
        cell: None,
        out,
        kind: None,
        function: None,
        status: None,
        basis: None,
        log_sources: Vec::new(),
        technique_names: Vec::new(),
        remarks: 0,
        called: Vec::new(),
    };
    reading.out.extend(raw.diagnostics);
    let given: Vec<Column> = raw.values.iter().map(|said| said.column).collect();
    for said in raw.values {
        reading.cell = said.cell;
        reading.say(said.column, &said.text);
    }
    reading.cell = None;
    for (column, text) in context.defaults.iter().filter(|(column, _)| !given.contains(column)) {
        reading.say(*column, text);
        reading.draft.capability.defaulted.push(column.name().to_owned());
    }
    reading.finish()
}

struct Reading<'a> {
    draft: Draft,
    context: &'a Context<'a>,
    origin: Origin,
    cell: Option<String>,
    out: &'a mut Vec<Diagnostic>,
    kind: Option<Kind>,
    function: Option<Function>,
    status: Option<Status>,
    basis: Option<Basis>,
    /// The log sources it names, in order.
    log_sources: Vec<String>,
    /// Names of techniques, for want of ids.
    technique_names: Vec<String>,
    /// How much there was to say about it.
    remarks: usize,
    /// Techniques that it calls by name where ids belong, with the cell.
    called: Vec<(TechniqueId, Option<String>)>,
}

/// How many remarks are made about one record. A cell may hold millions of items.
const REMARKS: usize = 1_000;

impl Reading<'_> {
    fn say(&mut self, column: Column, text: &str) {
        let text = text.trim();
        // A tag that is all prefix is dirt, not a blank.
        if text.is_empty() && column != Column::Tags {
            return;
        }
        let comma = self.context.decimal_comma;
        match column {
            Column::Id => self.draft.capability.id = text.to_owned(),
            Column::Title => self.draft.capability.title = text.to_owned(),
            Column::Kind => self.kind = self.word(column, text, Kind::from_word),
            Column::Function => self.function = self.word(column, text, Function::from_word),
            Column::Techniques => self.ids(text),
            Column::OtherFramework => self.framework_ids(text),
            Column::Mitigations => self.mitigations(text),
            Column::Controls => self.controls(text),
            Column::Products => self.products(text),
            Column::DataComponents => self.components(text),
            Column::Platforms => self.platforms(text),
            Column::Systems => {
                let systems = items_in_order(text, &['\n', ';']);
                let named = systems.filter(|system| !system.eq_ignore_ascii_case("all"));
                self.draft.capability.systems.extend(named.map(str::to_owned));
            }
            Column::Location => {
                let places = items_in_order(text, &['\n']).map(str::to_owned);
                self.draft.capability.location.extend(places);
            }
            Column::Status => self.status = self.word(column, text, Status::from_word),
            Column::Basis => self.basis = self.word(column, text, Basis::from_word),
            Column::Strength => {
                let strength = extract::share(text, comma);
                self.draft.capability.strength = self.value(column, text, strength, SHARE);
            }
            Column::Level => {
                self.draft.capability.level = self.word(column, text, Level::from_word);
            }
            Column::Ctid => self.draft.capability.ctid = self.word(column, text, Ctid::from_word),
            Column::Dettect => {
                let score = whole(text, -1..=5);
                self.draft.capability.dettect = self.value(column, text, score, "-1 to 5");
            }
            Column::ScoreHistory => self.score_history(text),
            Column::Stp => {
                let level = whole(text, 1..=5);
                self.draft.capability.stp = self.value(column, text, level, "1 to 5");
            }
            Column::RuleStatus => {
                self.draft.capability.rule_status = self.word(column, text, RuleStatus::from_word);
            }
            Column::RuleLevel => {
                self.draft.capability.rule_level = self.word(column, text, RuleLevel::from_word);
            }
            Column::Unscored => {
                let flag = extract::flag(text);
                self.draft.capability.unscored =
                    self.value(column, text, flag, "yes or no") == Some(true);
            }
            Column::Hunting => {
                let flag = extract::flag(text);
                self.draft.capability.hunting =
                    self.value(column, text, flag, "yes or no") == Some(true);
            }
            Column::Family => self.draft.capability.family = Some(text.to_owned()),
            Column::LogSource => {
                // A list that ends with its separator names nothing more.
                self.log_sources.push(text.trim_end_matches([',', ';', ' ']).to_owned());
                let capability = &mut self.draft.capability;
                if self.context.format.log_sources().is_none() {
                    capability.family.get_or_insert_with(|| text.to_owned());
                }
                extract::items(text)
                    .for_each(|item| insert(&mut capability.log_source, item.to_owned()));
            }
            Column::Segment => self.segments(text),
            Column::Telemetry => self.draft.capability.telemetry = self.shares(column, text),
            Column::Scope => self.draft.capability.scope = self.shares(column, text),
            Column::TestsPassed => {
                let count = whole(text, 0..=u32::MAX);
                self.draft.capability.tests_passed = self.value(column, text, count, WHOLE);
            }
            Column::TestsRun => self.tests_run(text),
            Column::TestsLast => self.draft.capability.tests_last = self.date(column, text),
            Column::Created => self.draft.capability.created = self.date(column, text),
            Column::Modified => self.draft.capability.modified = self.date(column, text),
            Column::LastFired => self.draft.capability.last_fired = self.date(column, text),
            Column::Alerts90d => {
                let count = whole(text, 0..=u32::MAX);
                self.draft.capability.alerts_90d = self.value(column, text, count, WHOLE);
            }
            Column::FalsePositiveRate => {
                let rate = extract::share(text, comma);
                self.draft.capability.false_positive_rate = self.value(column, text, rate, SHARE);
            }
            Column::Cost => {
                let cost = extract::number(text, comma).filter(|cost| *cost >= 0.0);
                self.draft.capability.cost = self.value(column, text, cost, "a number");
            }
            Column::Bundle => self.draft.capability.bundle = Some(text.to_owned()),
            Column::Owner => self.draft.capability.owner = Some(text.to_owned()),
            Column::Notes => self.draft.capability.notes = Some(text.to_owned()),
            Column::Tags => self.tag(text),
            Column::Tactics => self.tactics(text),
            Column::TechniqueNames => self.technique_names.push(text.to_owned()),
        }
    }

    fn here(&self) -> Origin {
        Origin { cell: self.cell.clone().or(self.origin.cell.clone()), ..self.origin.clone() }
    }

    fn report(&mut self, code: Code, message: String, help: impl Into<String>) {
        self.remarks += 1;
        if self.remarks <= REMARKS {
            let origin = self.here();
            self.out.push(Diagnostic::new(code, origin, message, help));
        }
    }

    /// Says how much more there would be to say.
    fn tell_how_many_more(&mut self) {
        if let Some(more @ 1..) = self.remarks.checked_sub(REMARKS) {
            let message = format!("{more} more remarks about this record are left out");
            let help = "correct the ones that are named first";
            let origin = self.origin.clone();
            self.out.push(Diagnostic::new(Code::LimitReached, origin, message, help));
        }
    }

    fn value<T>(
        &mut self,
        column: Column,
        text: &str,
        value: Option<T>,
        wanted: &str,
    ) -> Option<T> {
        if value.is_none() {
            let message = format!("{} cannot be {:?}", column.name(), shortened(text));
            self.report(Code::BadValue, message, format!("write {wanted}"));
        }
        value
    }

    fn word<T>(&mut self, column: Column, text: &str, from: fn(&str) -> Option<T>) -> Option<T> {
        let word = self.context.format.word(column, text);
        let value = word.as_deref().and_then(from);
        if value.is_none() {
            let message =
                format!("{} says {:?}, which is not understood", column.name(), shortened(text));
            let help = format!("use one of {}", words(column));
            self.report(Code::BadValue, message, help);
        }
        value
    }

    fn shares(&mut self, column: Column, text: &str) -> Option<Share> {
        let attack = self.context.attack;
        let platform = |name: &str| format::platform(attack, name);
        match extract::shares(text, self.context.decimal_comma, platform) {
            Ok(share) => Some(share),
            Err(part) => self.value(column, &part, None, "0.85, 85% or Windows=0.9; Linux=0.5"),
        }
    }

    /// What is there for everybody is limited to nobody.
    fn segments(&mut self, text: &str) {
        for item in extract::items(text) {
            if self.context.format.word(Column::Segment, item).is_none() {
                insert(&mut self.draft.capability.segments, item.to_owned());
            }
        }
    }

    fn date(&mut self, column: Column, text: &str) -> Option<Date> {
        self.value(column, text, extract::date(text), "2026-06-30")
    }

    /// Entries of a logbook, the newest first.
    fn score_history(&mut self, text: &str) {
        for entry in logbook::entries(text) {
            match logbook::entry(entry) {
                Some(entry) => self.draft.capability.score_history.push(entry),
                None => {
                    let message = format!("score_history cannot hold {:?}", shortened(entry));
                    let help = "write DAY=SCORE, a line each: 2026-06-30=3 tuned";
                    self.report(Code::BadValue, message, help);
                }
            }
        }
    }

    /// `4` or `3/4`: passed of run.
    fn tests_run(&mut self, text: &str) {
        let (passed, run) = match text.split_once('/') {
            Some((passed, run)) => (Some(passed), run),
            None => (None, text),
        };
        if let Some(passed) = passed {
            let count = whole(passed, 0..=u32::MAX);
            self.draft.capability.tests_passed =
                self.value(Column::TestsPassed, text, count, "3/4");
        }
        let count = whole(run, 0..=u32::MAX);
        self.draft.capability.tests_run = self.value(Column::TestsRun, text, count, WHOLE);
    }

    fn finish(mut self) -> Draft {
        self.check_tests();
        self.technique_names();
        self.log_sources();
        self.tell_how_many_more();
        let kind = self.kind.unwrap_or_else(|| self.usual_kind());
        let function = self.function.unwrap_or(match kind {
            Kind::Rule => Function::Detect,
            Kind::Control => Function::Prevent,
            Kind::DataSource => Function::Observe,
        });
        let basis = self.basis.unwrap_or_else(|| self.usual_basis(kind));
        // A blank cell says unknown, and telemetry is there or not whatever rules are.
        let is_assumable = kind != Kind::DataSource && !self.context.has_status;
        let assumed = self.context.assumed.filter(|_| is_assumable);
        let status = self.status.or(self.context.source_status).or(assumed);
        let blank = [
            ("kind", self.kind.is_none()),
            ("function", self.function.is_none()),
            ("status", status.is_none()),
            ("basis", self.basis.is_none()),
        ];
        let capability = &mut self.draft.capability;
        let blank = blank.into_iter().filter(|(_, blank)| *blank).map(|(name, _)| name.to_owned());
        capability.defaulted.extend(blank);
        capability.kind = kind;
        capability.function = function;
        capability.basis = basis;
        capability.status = status.unwrap_or(match kind {
            // A data source that states its telemetry has said what there is to say.
            Kind::DataSource => Status::Implemented,
            Kind::Rule | Kind::Control if self.context.has_status => Status::Unknown,
            Kind::Rule | Kind::Control => Status::Enabled,
        });
        keep_first(&mut capability.systems);
        keep_first(&mut capability.location);
        // Of one day the first holds: the sort is stable.
        capability.score_history.sort_by_key(|entry| Reverse(entry.date));
        // What is known by a product's name alone goes by that.
        if capability.id.is_empty() && self.draft.products.is_empty() {
            capability.id = own_id(&capability.title, &self.origin);
        }
        capability.origin = self.origin;
        each_once(&mut self.draft.ids);
        each_once(&mut self.draft.other_frameworks);
        self.draft.tactics.sort();
        self.draft.tactics.dedup();
        self.draft.adversaries.sort();
        self.draft.adversaries.dedup();
        self.draft
    }

    fn usual_kind(&self) -> Kind {
        let has_log_source = !self.draft.capability.log_source.is_empty();
        if has_log_source || self.draft.capability.rule_status.is_some() {
            Kind::Rule
        } else {
            Kind::Control
        }
    }

    fn usual_basis(&self, kind: Kind) -> Basis {
        match (kind, self.draft.capability.ctid) {
            (Kind::Rule, _) => Basis::Tagged,
            _ if !self.draft.products.is_empty() => Basis::Category,
            (_, Some(_)) => Basis::Published,
            (Kind::Control | Kind::DataSource, None) => Basis::Attested,
        }
    }

    fn check_tests(&mut self) {
        let capability = &self.draft.capability;
        let trouble = match (capability.tests_passed, capability.tests_run) {
            (None, None) => return,
            (Some(passed), Some(run)) if passed <= run => return,
            (Some(passed), Some(run)) => format!("{passed} tests passed of {run} run"),
            (Some(passed), None) => format!("{passed} tests passed, but of how many is not said"),
            (None, Some(run)) => format!("{run} tests run, but how many passed is not said"),
        };
        self.report(Code::TestsImpossible, trouble, "the tests are ignored; correct the counts");
        let capability = &mut self.draft.capability;
        (capability.tests_passed, capability.tests_run) = (None, None);
        capability.tests_last = None;
    }
}

/// Sorts ids and keeps the first place of each.
pub(crate) fn each_once<I: Ord>(ids: &mut Vec<(I, Option<String>)>) {
    ids.sort_by(|(a, _), (b, _)| a.cmp(b));
    ids.dedup_by(|(later, _), (first, _)| later == first);
}

const SHARE: &str = "a number of 0 to 1, or percent";
const WHOLE: &str = "a whole number";

/// The items of a text between separators, in their order.
fn items_in_order<'a>(text: &'a str, separators: &'a [char]) -> impl Iterator<Item = &'a str> {
    text.split(separators).map(str::trim).filter(|item| !item.is_empty())
}

/// Keeps the first of items that are the same.
fn keep_first(items: &mut Vec<String>) {
    let mut known = HashSet::with_capacity(items.len());
    let is_new: Vec<bool> = items.iter().map(|item| known.insert(item.as_str())).collect();
    let mut is_new = is_new.into_iter();
    items.retain(|_| is_new.next().unwrap_or(true));
}

fn insert(list: &mut Vec<String>, item: String) {
    if let Err(at) = list.binary_search(&item) {
        list.insert(at, item);
    }
}

fn words(column: Column) -> String {
    let list = |words: &[&str]| words.join(", ");
    match column {
        Column::Kind => list(&Kind::ALL.iter().map(|v| v.word()).collect::<Vec<_>>()),
        Column::Function => list(&Function::ALL.iter().map(|v| v.word()).collect::<Vec<_>>()),
        Column::Status => list(&Status::ALL.iter().map(|v| v.word()).collect::<Vec<_>>()),
        Column::Basis => list(&Basis::ALL.iter().map(|v| v.word()).collect::<Vec<_>>()),
        Column::Level => list(&Level::ALL.iter().map(|v| v.word()).collect::<Vec<_>>()),
        Column::Ctid => list(&Ctid::ALL.iter().map(|v| v.word()).collect::<Vec<_>>()),
        Column::RuleStatus => list(&RuleStatus::ALL.iter().map(|v| v.word()).collect::<Vec<_>>()),
        Column::RuleLevel => list(&RuleLevel::ALL.iter().map(|v| v.word()).collect::<Vec<_>>()),
        _ => String::new(),
    }
}

fn own_id(title: &str, origin: &Origin) -> String {
    if title.is_empty() { origin.to_string() } else { title.to_owned() }
}

/// The text for a message, cut where it is long.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}

fn whole<T: TryFrom<i64> + PartialOrd>(
    text: &str,
    range: std::ops::RangeInclusive<T>,
) -> Option<T> {
    let value = T::try_from(extract::whole(text)?).ok()?;
    range.contains(&value).then_some(value)
}
