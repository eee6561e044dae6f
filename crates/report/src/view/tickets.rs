//! Gaps as tickets for another program: what is wrong and why, what to do, how to know that it is
//! done. A ticket's external id stays the same from import to import, so that a later one updates
//! the ticket and makes no second one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::assessment::{Assessment, TechniqueAssessment};
use model::attack::Attack;
use model::capability::Capability;
use model::date::Date;
use model::id::TechniqueId;
use model::inputs::{Decided, Decision, Organisation};
use model::next_move::Move;
use model::{strength, ticket};
use serde::Serialize;

use super::{basis, caveats, count};
use crate::sheet::{Sheet, Value, percent};

/// The schema of the JSON.
pub const SCHEMA: &str = "lacuna.tickets.v1";

/// All tickets.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tickets {
    /// [`SCHEMA`].
    pub schema: String,
    /// Program and version.
    pub generated_by: String,
    /// The day.
    pub as_of: Date,
    /// Whom they are about.
    pub organisation: Organisation,
    /// The tickets, what was promised first.
    pub tickets: Vec<Ticket>,
}

/// One gap as a ticket.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ticket {
    /// `organisation/segment/technique/move`.
    pub external_id: String,
    /// What to do, in a line.
    pub title: String,
    /// Why, what to do and how to know that it is done, a line each.
    pub body: String,
    /// The priority in a word.
    pub priority: &'static str,
    /// The priority, 0..=100.
    pub priority_number: f64,
    /// Words without blanks.
    pub labels: Vec<String>,
    /// By when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Where it is tracked already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The technique.
    pub technique: TechniqueId,
    /// What to do about it.
    pub next_move: Move,
}

/// The tickets of the first gaps, `limit` at most.
#[must_use]
pub fn tickets(assessment: &Assessment, attack: &Attack, limit: usize) -> Tickets {
    let gaps = ticket::handed_out(assessment, limit);
    let known = Known::of(assessment, attack);
    Tickets {
        schema: SCHEMA.to_owned(),
        generated_by: assessment.generated_by.clone(),
        as_of: assessment.as_of,
        organisation: assessment.organisation.clone(),
        tickets: gaps
            .into_iter()
            .map(|gap| Writer { known: &known, gap, most: NAMED }.ticket())
            .collect(),
    }
}

/// The tickets in brief, for a terminal.
#[must_use]
pub fn list(assessment: &Assessment, found: &Tickets) -> Sheet {
    let mut sheet = Sheet::new(
        count(found.tickets.len(), "ticket"),
        &[("Title", "title"), ("Priority", "priority"), ("Due", "due"), ("Owner", "owner")],
    )
    .optional(&["due", "owner"]);
    sheet.notes = caveats(assessment);
    sheet.notes.push(basis(assessment));
    let others = ticket::handed_out(assessment, usize::MAX).len() - found.tickets.len();
    if others > 0 {
        sheet.notes.push(format!("{} without a ticket; -n takes more", count(others, "other gap")));
    }
    sheet.notes.push(
        "--format csv or json has each in full, with an external id that stays the same".to_owned(),
    );
    let row = |ticket: &Ticket| {
        vec![
            Value::text(&ticket.title),
            Value::text(format!("{} {:.1}", ticket.priority, ticket.priority_number)),
            Value::text(ticket.due.map(|due| due.to_string()).unwrap_or_default()),
            Value::text(ticket.owner.as_deref().unwrap_or_default()),
        ]
    };
    sheet.rows = found.tickets.iter().map(row).collect();
    sheet
}

/// The tickets in full, a row each, for other programs.
#[must_use]
pub fn rows(found: &Tickets) -> Sheet {
    let keys = [
        "external_id",
        "title",
        "body",
        "priority",
        "priority_number",
        "labels",
        "due",
        "owner",
        "ticket",
        "technique",
        "next_move",
    ];
    let mut sheet = Sheet::new("", &keys.map(|key| (key, key)));
    sheet.rows = found.tickets.iter().map(row).collect();
    sheet
}

fn row(ticket: &Ticket) -> Vec<Value> {
    vec![
        Value::text(&ticket.external_id),
        Value::text(&ticket.title),
        Value::Lines(ticket.body.lines().map(str::to_owned).collect()),
        Value::text(ticket.priority),
        Value::Number(ticket.priority_number, 1),
        Value::text(ticket.labels.join(" ")),
        Value::text(ticket.due.map(|due| due.to_string()).unwrap_or_default()),
        Value::text(ticket.owner.as_deref().unwrap_or_default()),
        Value::text(ticket.ticket.as_deref().unwrap_or_default()),
        Value::text(ticket.technique.to_string()),
        Value::text(ticket.next_move.word()),
    ]
}

/// The tickets in full, a page each, for people.
#[must_use]
pub fn pages(found: &Tickets) -> Vec<Sheet> {
    let page = |ticket: &Ticket| {
        let mut sheet = Sheet::new(&ticket.title, &[("Field", "field"), ("Value", "value")]);
        sheet.notes = ticket.body.lines().map(str::to_owned).collect();
        let fields = [
            ("External id", ticket.external_id.clone()),
            ("Priority", format!("{} ({:.1})", ticket.priority, ticket.priority_number)),
            ("Due", ticket.due.map(|due| due.to_string()).unwrap_or_default()),
            ("Owner", ticket.owner.clone().unwrap_or_default()),
            ("Ticket", ticket.ticket.clone().unwrap_or_default()),
            ("Labels", ticket.labels.join(" ")),
        ];
        let said = fields.into_iter().filter(|(_, value)| !value.is_empty());
        sheet.rows =
            said.map(|(name, value)| vec![Value::text(name), Value::text(value)]).collect();
        sheet
    };
    found.tickets.iter().map(page).collect()
}

/// Where something belongs: organisation, segment and technique; `-` where one is not said.
#[must_use]
pub fn place(organisation: &Organisation, technique: TechniqueId) -> String {
    let names: Vec<&str> = [&organisation.tenant, &organisation.name]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let segment = organisation.segment.as_deref().unwrap_or_default();
    format!("{}/{}/{technique}", slug(&names.join(" ")), slug(segment))
}

/// A text as a word of lower-case letters, digits and hyphens; `-` where nothing is left of it.
fn slug(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-");
    if slug.is_empty() { "-".to_owned() } else { slug }
}

/// How many things a line of a ticket names.
const NAMED: usize = 5;

/// The first of a list, `most` at most, and how many there are beside.
pub(super) fn first_of(things: &[String], most: usize) -> String {
    let named = things.iter().take(most).cloned().collect::<Vec<_>>().join("; ");
    match things.len().saturating_sub(most) {
        0 => named,
        more => format!("{named}; and {more} more"),
    }
}

/// Any one of a list.
fn one_of(most: usize, things: &[String]) -> String {
    match things {
        [only] => only.clone(),
        _ => format!("one of {}", first_of(things, most)),
    }
}

/// What all tickets of an assessment are written from.
pub(super) struct Known<'a> {
    assessment: &'a Assessment,
    attack: &'a Attack,
    /// What is switched off, by technique.
    off: BTreeMap<TechniqueId, Vec<&'a Capability>>,
    /// The mitigations that something in place implements.
    mitigations: BTreeSet<&'a str>,
}

impl<'a> Known<'a> {
    pub(super) fn of(assessment: &'a Assessment, attack: &'a Attack) -> Self {
        let is_on = |c: &&Arc<Capability>| !strength::is_off(c, &assessment.policy);
        let on = assessment.capabilities.iter().filter(is_on);
        Self {
            assessment,
            attack,
            off: ticket::switched_off(assessment),
            mitigations: on.flat_map(|c| c.mitigations.iter().map(String::as_str)).collect(),
        }
    }

    /// What to do about a gap, as a part of a sentence that names so many things at most.
    pub(super) fn step(&self, gap: &TechniqueAssessment, most: usize) -> String {
        // Every gap that is handed out has one.
        Writer { known: self, gap, most }.step(gap.next_move.unwrap_or(Move::Accept))
    }

    /// What is switched off and names a technique.
    pub(super) fn off(&self, technique: TechniqueId) -> &[&'a Capability] {
        self.off.get(&technique).map_or(&[], Vec::as_slice)
    }

    /// What names a technique as evidence, each once, by id.
    pub(super) fn evidence(&self, gap: &TechniqueAssessment) -> Vec<&'a Capability> {
        let named: BTreeSet<&str> = gap.evidence.iter().map(|e| e.capability.as_str()).collect();
        let all = &self.assessment.capabilities;
        let of = |id: &str| {
            let at = all.partition_point(|capability| capability.id.as_str() < id);
            let id = id.to_owned();
            all[at..].iter().take_while(move |c| c.id == id).map(AsRef::as_ref)
        };
        named.into_iter().flat_map(of).collect()
    }
}

/// What one ticket is written from.
struct Writer<'a> {
    known: &'a Known<'a>,
    gap: &'a TechniqueAssessment,
    /// How many things a line names.
    most: usize,
}

impl Writer<'_> {
    fn ticket(&self) -> Ticket {
        let (gap, organisation) = (self.gap, &self.known.assessment.organisation);
        let decided = gap.disposition.as_ref();
        // Every gap that is handed out has one.
        let next_move = gap.next_move.unwrap_or(Move::Accept);
        let what = format!("What to do: {}.", self.step(next_move));
        let body = [self.why(), self.terms(), self.decision(), what];
        let body = body.into_iter().chain([self.done(next_move)]).filter(|line| !line.is_empty());
        // Each is one line, whatever stands in the names within it.
        let body = body.map(|line| line.replace(['\r', '\n'], " "));
        Ticket {
            external_id: format!("{}/{}", place(organisation, gap.id), next_move.word()),
            title: self.title(next_move),
            body: body.collect::<Vec<_>>().join("\n"),
            priority: word(gap.priority),
            priority_number: gap.priority,
            labels: self.labels(next_move),
            due: decided.and_then(|decided| decided.due),
            owner: decided.and_then(|decided| decided.owner.clone()),
            ticket: decided.and_then(|decided| decided.ticket.clone()),
            technique: gap.id,
            next_move,
        }
    }

    fn title(&self, next_move: Move) -> String {
        let name = format!("{} ({})", self.gap.name, self.gap.id);
        match next_move {
            Move::Enable => format!("Switch on what covers {name}"),
            Move::Test => format!("Test what covers {name}"),
            Move::Write => format!("Write a rule for {name}"),
            Move::Prevent => format!("Prevent {name}"),
            Move::Onboard => format!("Collect what shows {name}"),
            Move::Accept => format!("Decide about {name}"),
        }
    }

    /// The technique, its tactics and the kind of work.
    fn labels(&self, next_move: Move) -> Vec<String> {
        let tactic = |id: &String| {
            self.known.assessment.tactics.iter().find(|t| t.id == *id).map(|t| slug(&t.shortname))
        };
        let tactics = self.gap.tactics.iter().filter_map(tactic);
        let own = ["lacuna".to_owned(), self.gap.id.to_string()];
        own.into_iter().chain(tactics).chain([next_move.word().to_owned()]).collect()
    }

    fn why(&self) -> String {
        let gap = self.gap;
        let all = self.known.assessment.gaps().len() + self.known.assessment.accepted().len();
        let users: Vec<String> = self.users();
        let whose = match self.known.assessment.adversaries.is_empty() {
            true => "Adversaries",
            false => "Our adversaries",
        };
        let by = match users.is_empty() {
            true => String::new(),
            false => format!(" (above all {})", first_of(&users, self.most)),
        };
        format!(
            "Why: {} is gap {} of {all}. {whose} use it with a chance of {}{by}, and {} of it \
             is expected to be covered where {} is enough; {} is proven.",
            gap.id,
            gap.rank.unwrap_or_default(),
            percent(gap.threat.value),
            percent(gap.coverage.composite.exp),
            percent(gap.target),
            percent(gap.coverage.composite.lo),
        )
    }

    /// The adversaries that use it, the likeliest first.
    fn users(&self) -> Vec<String> {
        let mut users: Vec<(&String, f64)> =
            self.gap.threat.by_adversary.iter().map(|(id, share)| (id, *share)).collect();
        users.retain(|(_, share)| *share > 0.0);
        users.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        let name = |id: &String| {
            self.known.assessment.adversaries.iter().find(|a| a.id == *id).map(|a| a.name.clone())
        };
        users.into_iter().filter_map(|(id, _)| name(id)).collect()
    }

    fn terms(&self) -> String {
        let gap = self.gap;
        format!(
            "Priority {:.1} of 100: threat {:.2} x impact {:.2} x missing share {:.2}, choke point \
             {:.2}.",
            gap.priority, gap.threat.value, gap.threat.impact, gap.gap, gap.choke
        )
    }

    fn decision(&self) -> String {
        let Some(Decided { decision, owner, approver, reason, .. }) = &self.gap.disposition else {
            return String::new();
        };
        let day = self.gap.disposition.as_ref().and_then(Decided::day);
        let until = if *decision == Decision::Fix { "by" } else { "until" };
        let day = day.map(|day| format!(" {until} {day}")).unwrap_or_default();
        let owner = owner.as_ref().map(|owner| format!(", {owner}")).unwrap_or_default();
        let approver =
            approver.as_ref().map(|who| format!(", approved by {who}")).unwrap_or_default();
        let reason = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        format!("Decided: {}{day}{owner}{approver}{reason}.", decision.word())
    }

    fn step(&self, next_move: Move) -> String {
        let gap = self.gap;
        match next_move {
            Move::Enable => {
                let off = self.known.off(gap.id).iter().map(|c| called(c));
                match &off.collect::<Vec<_>>()[..] {
                    // It names the technique by a mitigation or a control.
                    [] => "switch on what is off; lacuna recommend lists it".to_owned(),
                    off => format!("switch on {}", first_of(off, self.most)),
                }
            }
            Move::Test => {
                let rows = self.known.evidence(gap).into_iter();
                let rows: Vec<String> = rows.map(called).collect();
                format!("test by distinct procedures {}", first_of(&rows, self.most))
            }
            Move::Write => format!(
                "write a rule; {} of what shows it is collected ({}), and {} to start from",
                percent(gap.ease.telemetry),
                first_of(&self.components(), self.most),
                match gap.ease.public_rules {
                    0 => "there is no public rule".to_owned(),
                    n => format!("there are {}", count(n as usize, "public rule")),
                }
            ),
            Move::Prevent => {
                format!("put in place {}", one_of(self.most, &self.open_mitigations()))
            }
            Move::Onboard => format!("collect {}", one_of(self.most, &self.components())),
            Move::Accept => {
                "nothing prevents it and no data source shows it: accept it until a day, or \
                  exclude it, with a reason"
                    .to_owned()
            }
        }
    }

    fn components(&self) -> Vec<String> {
        let Some(ix) = self.known.attack.technique(self.gap.id) else { return Vec::new() };
        let components = self.known.attack.techniques[ix].components.iter();
        components.map(|c| self.known.attack.components[*c].name.clone()).collect()
    }

    /// The mitigations that nothing implements yet.
    fn open_mitigations(&self) -> Vec<String> {
        let Some(ix) = self.known.attack.technique(self.gap.id) else { return Vec::new() };
        let all = self.known.attack.techniques[ix].mitigations.iter();
        let all = all.map(|m| &self.known.attack.mitigations[*m]);
        // Do Not Mitigate and Pre-compromise are no work that could be done.
        let open = all.filter(|m| !matches!(m.id.as_str(), "M1055" | "M1056"));
        let open = open.filter(|m| !self.known.mitigations.contains(m.id.as_str()));
        open.map(|m| format!("{} {}", m.id, m.name)).collect()
    }

    fn done(&self, next_move: Move) -> String {
        let id = self.gap.id;
        let enough = percent(self.gap.target);
        let now = percent(self.gap.coverage.composite.exp);
        match next_move {
            Move::Accept => {
                format!(
                    "Done when: a [[disposition]] for {id} in lacuna.toml says what was decided."
                )
            }
            Move::Test => format!(
                "Done when: the tests stand in the register, and lacuna explain {id} shows what is \
                 proven."
            ),
            Move::Enable | Move::Write | Move::Prevent | Move::Onboard => format!(
                "Done when: lacuna explain {id} shows an expected coverage of {enough} or more (now \
                 {now}), or a decision says why less is enough."
            ),
        }
    }
}

pub(super) fn called(capability: &Capability) -> String {
    match capability.title.as_str() {
        "" => capability.id.clone(),
        title if title == capability.id => title.to_owned(),
        title => format!("{title} ({})", capability.id),
    }
}

/// A priority in the words that trackers have; the borders are those of the heat map.
fn word(priority: f64) -> &'static str {
    match priority {
        priority if priority >= 50.0 => "High",
        priority if priority >= 25.0 => "Medium",
        _ => "Low",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_made_of_words_whatever_the_names_are() {
        let organisation = |name: &str, segment: Option<&str>| Organisation {
            name: Some(name.to_owned()),
            segment: segment.map(str::to_owned),
            ..Organisation::default()
        };
        let place =
            |name, segment| place(&organisation(name, segment), "T1059.001".parse().unwrap());
        assert_eq!(place("Example Bank", None), "example-bank/-/T1059.001");
        assert_eq!(place("  Ünïted / Bank, Inc.", Some("OT")), "ünïted-bank-inc/ot/T1059.001");
        assert_eq!(place("/", Some("..")), "-/-/T1059.001");
    }
}
