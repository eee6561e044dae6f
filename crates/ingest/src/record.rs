//! From what a record says, column by column, to a capability. Every word that is not understood
//! is reported with its place; nothing is guessed.

use std::collections::BTreeMap;

use model::attack::Attack;
use model::capability::{
    Basis, Capability, Ctid, Function, Kind, Level, RuleLevel, RuleStatus, Share, Status,
};
use model::date::Date;
use model::diagnostic::{Code, Diagnostic, Origin};
use model::id::TechniqueId;

use crate::column::Column;
use crate::extract::{self, AttackId};
use crate::format::{self, Format};

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
    /// The tactics it names, as written.
    pub tactics: Vec<String>,
    /// The groups, campaigns and software it names, as written.
    pub adversaries: Vec<String>,
    /// It names a mitigation or a catalogue control, known or not.
    pub names_control: bool,
    /// How many records of the file it stands for: those with the same id that say the same.
    pub records: usize,
    /// It is a row of a register, whose status is somebody's word.
    pub is_row: bool,
}

/// Reads one record.
pub(crate) fn draft(raw: Raw, context: &Context<'_>, out: &mut Vec<Diagnostic>) -> Draft {
    let mut reading = Reading {
        draft: Draft {
            capability: Box::new(Capability::new("", Kind::Control, Function::Prevent)),
            ids: Vec::new(),
            tactics: Vec::new(),
            adversaries: Vec::new(),
            names_control: false,
            records: 1,
            is_row: context.is_row,
        },
        context,
        origin: raw.origin,
        cell: None,
        out,
        kind: None,
        function: None,
        status: None,
        basis: None,
        has_log_source: false,
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
    has_log_source: bool,
}

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
            Column::Mitigations => self.mitigations(text),
            Column::Controls => self.controls(),
            Column::DataComponents => self.components(text),
            Column::Platforms => self.platforms(text),
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
                let flag = flag(text);
                self.draft.capability.unscored =
                    self.value(column, text, flag, "yes or no") == Some(true);
            }
            Column::Hunting => {
                let flag = flag(text);
                self.draft.capability.hunting =
                    self.value(column, text, flag, "yes or no") == Some(true);
            }
            Column::Family => self.draft.capability.family = Some(text.to_owned()),
            Column::LogSource => {
                self.has_log_source = true;
                self.draft.capability.family.get_or_insert_with(|| text.to_owned());
            }
            Column::Telemetry => self.draft.capability.telemetry = self.shares(column, text),
            Column::Scope => self.draft.capability.scope = self.shares(column, text),
            Column::TestsPassed => {
                let count = whole(text, 0..=u32::MAX);
                self.draft.capability.tests_passed = self.value(column, text, count, WHOLE);
            }
            Column::TestsRun => self.tests_run(text),
            Column::TestsLast => {
                let date = date(text);
                self.draft.capability.tests_last = self.value(column, text, date, "2026-06-30");
            }
            Column::Cost => {
                let cost = extract::number(text, comma).filter(|cost| *cost >= 0.0);
                self.draft.capability.cost = self.value(column, text, cost, "a number");
            }
            Column::Bundle => self.draft.capability.bundle = Some(text.to_owned()),
            Column::Owner => self.draft.capability.owner = Some(text.to_owned()),
            Column::Notes => self.draft.capability.notes = Some(text.to_owned()),
            Column::Tags => self.tag(text),
        }
    }

    fn here(&self) -> Origin {
        Origin { cell: self.cell.clone().or(self.origin.cell.clone()), ..self.origin.clone() }
    }

    fn report(&mut self, code: Code, message: String, help: impl Into<String>) {
        let origin = self.here();
        self.out.push(Diagnostic::new(code, origin, message, help));
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

    fn ids(&mut self, text: &str) {
        let before = self.draft.ids.len() + self.out.len();
        let others = self.draft.tactics.len() + self.draft.adversaries.len();
        extract::ids(text).for_each(|id| self.attack_id(id));
        let after = self.draft.ids.len() + self.out.len();
        let is_silent = after == before
            && others == self.draft.tactics.len() + self.draft.adversaries.len()
            && !self.draft.names_control;
        let says_none = matches!(
            extract::word_key(text).as_str(),
            "" | "none" | "n/a" | "na" | "?" | "tbd" | "no" | "all" | "various"
        );
        if is_silent && !says_none {
            let message = format!("{:?} holds no ATT&CK id", shortened(text));
            self.report(Code::BadId, message, "write T1059 or T1059.001");
        }
    }

    fn attack_id(&mut self, id: AttackId) {
        match id {
            AttackId::Technique(id) => self.technique(id),
            AttackId::Mitigation(id) => self.mitigation(&id),
            AttackId::Component(id) => self.component(&id),
            AttackId::Tactic(id) => self.draft.tactics.push(id),
            AttackId::Adversary(id) => self.draft.adversaries.push(id),
            AttackId::DataSource(id) => {
                let message = format!("{id} is a data source, which ATT&CK has given up");
                self.report(Code::DeprecatedId, message, "name its data components");
            }
            AttackId::Bad(text) => {
                let message = format!("{text:?} looks like an ATT&CK id but is none");
                self.report(Code::BadId, message, "write T1059 or T1059.001");
            }
        }
    }

    fn technique(&mut self, id: TechniqueId) {
        self.draft.ids.push((id, self.cell.clone()));
    }

    fn mitigations(&mut self, text: &str) {
        for item in extract::items(text) {
            let mut found = extract::ids(item).peekable();
            if found.peek().is_some() {
                found.for_each(|id| self.attack_id(id));
            } else {
                self.mitigation(item);
            }
        }
    }

    fn mitigation(&mut self, text: &str) {
        self.draft.names_control = true;
        let attack = self.context.attack;
        let known = |m: &&model::attack::Mitigation| {
            m.id.eq_ignore_ascii_case(text) || m.name.eq_ignore_ascii_case(text)
        };
        match attack.mitigations.iter().find(known) {
            Some(mitigation) => {
                let id = mitigation.id.clone();
                insert(&mut self.draft.capability.mitigations, id);
            }
            None => {
                let message = format!("{text:?} is no mitigation of ATT&CK {}", attack.version);
                self.report(Code::UnknownId, message, "write an id such as M1032");
            }
        }
    }

    fn controls(&mut self) {
        self.draft.names_control = true;
        let message = "catalogue controls are not read yet".to_owned();
        let help = "name the techniques or mitigations themselves";
        self.report(Code::NotPlanned, message, help);
    }

    fn components(&mut self, text: &str) {
        extract::items(text).for_each(|item| self.component(item));
    }

    fn component(&mut self, text: &str) {
        let attack = self.context.attack;
        // "DC0032 - Process Creation", "Process Creation (DC0032)" or either alone.
        let by_id = || {
            extract::ids(text).find_map(|id| match id {
                AttackId::Component(id) => attack.component(&id),
                _ => None,
            })
        };
        match attack.component(text).or_else(by_id) {
            Some(component) => {
                let id = attack.components[component].id.clone();
                insert(&mut self.draft.capability.data_components, id);
            }
            None => {
                let message = format!("{text:?} is no data component of ATT&CK {}", attack.version);
                let names = attack.components.iter().map(|c| c.name.as_str());
                let help = crate::suggest::did_you_mean(text, names)
                    .unwrap_or_else(|| "write a name such as Process Creation".to_owned());
                self.report(Code::UnknownComponent, message, help);
            }
        }
    }

    fn platforms(&mut self, text: &str) {
        let attack = self.context.attack;
        for item in extract::items(text) {
            if matches!(extract::word_key(item).as_str(), "all" | "any" | "all platforms") {
                continue;
            }
            let platforms = &mut self.draft.capability.platforms;
            match format::platform(attack, item) {
                Some(name) => insert(platforms.get_or_insert_default(), name),
                None => {
                    // A row that is limited to something is not without limits.
                    platforms.get_or_insert_default();
                    if self.context.format.translates(Column::Platforms) {
                        // The format's own table speaks of another domain; nobody wrote this.
                        continue;
                    }
                    let message = format!("{item:?} is no platform of ATT&CK {}", attack.version);
                    let help = format!("use one of {}", attack.platforms.join(", "));
                    self.report(Code::UnknownPlatform, message, help);
                }
            }
        }
    }

    /// A Sigma tag without its `attack.`: an id, or the name of a tactic.
    fn tag(&mut self, text: &str) {
        match extract::id(text) {
            Some(id) => self.attack_id(id),
            None if text.bytes().any(|b| b.is_ascii_digit()) || text.len() < 2 => {
                self.attack_id(AttackId::Bad(format!("attack.{text}")));
            }
            None => self.draft.tactics.push(text.to_owned()),
        }
    }

    fn finish(mut self) -> Draft {
        self.check_tests();
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
        if capability.id.is_empty() {
            capability.id = own_id(&capability.title, &self.origin);
        }
        capability.origin = self.origin;
        each_once(&mut self.draft.ids);
        self.draft.tactics.sort();
        self.draft.tactics.dedup();
        self.draft.adversaries.sort();
        self.draft.adversaries.dedup();
        self.draft
    }

    fn usual_kind(&self) -> Kind {
        if self.has_log_source || self.draft.capability.rule_status.is_some() {
            Kind::Rule
        } else {
            Kind::Control
        }
    }

    fn usual_basis(&self, kind: Kind) -> Basis {
        match (kind, self.draft.capability.ctid) {
            (Kind::Rule, _) => Basis::Tagged,
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
pub(crate) fn each_once(ids: &mut Vec<(TechniqueId, Option<String>)>) {
    ids.sort_by_key(|(id, _)| *id);
    ids.dedup_by_key(|(id, _)| *id);
}

const SHARE: &str = "a number of 0 to 1, or percent";
const WHOLE: &str = "a whole number";

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

fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}

fn flag(text: &str) -> Option<bool> {
    match extract::word_key(text).as_str() {
        "true" | "yes" | "y" | "x" | "1" => Some(true),
        "false" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}

fn whole<T: TryFrom<i64> + PartialOrd>(
    text: &str,
    range: std::ops::RangeInclusive<T>,
) -> Option<T> {
    let value = T::try_from(extract::whole(text)?).ok()?;
    range.contains(&value).then_some(value)
}

/// `2026-06-30`, `2026/06/30` or `30.6.2026`; other orders of day and month are ambiguous.
fn date(text: &str) -> Option<Date> {
    Date::parse(text).or_else(|| {
        let mut parts = text.splitn(3, '.').map(str::trim);
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    })
}
