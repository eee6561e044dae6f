//! Snapshots: the facts of one ATT&CK release as text of a few hundred kilobytes, line by line, so
//! that two releases can be compared with `diff`. Snapshots hold ids, names, relations and dates;
//! no prose.
//!
//! A snapshot starts with its format, lines of `key<TAB>value` and a section per kind of object,
//! one object per line, fields separated by tabs. Objects are named by id, never by position.
//! Lists are separated by `|`; lists of techniques by a blank, where `.004` is a sub-technique of
//! the same parent as the one before. Lines that start with `#` are comments. A backslash escapes
//! the characters that would mean something.

use std::borrow::Cow;
use std::fmt;

use model::attack::{
    Adversary, AdversaryKind, Attack, DataComponent, Mitigation, Neighbours, ObjectKind, Retired,
    Tactic, Technique, TechniqueIx,
};
use model::date::Date;
use model::id::TechniqueId;

const FORMAT: &str = "lacuna attack snapshot 1";

const NOTICE: &str = "\
# \u{a9} The MITRE Corporation. This work is reproduced and distributed with the permission of The \
MITRE Corporation.
# Facts only: ids, names, relations and dates. The sha256 is that of the bundle they were read from.
";

/// A release that is built in.
#[derive(Debug, Clone, Copy)]
pub struct Embedded {
    /// `enterprise-attack`, `mobile-attack` or `ics-attack`.
    pub domain: &'static str,
    /// The release, `18.1`.
    pub version: &'static str,
    /// The snapshot.
    pub text: &'static str,
}

/// All releases that are built in; of one domain, the newest comes first.
pub const EMBEDDED: &[Embedded] = &[
    Embedded {
        domain: "enterprise-attack",
        version: "19.2",
        text: include_str!("../controls/attack/enterprise-attack-19.2.txt"),
    },
    Embedded {
        domain: "enterprise-attack",
        version: "18.1",
        text: include_str!("../controls/attack/enterprise-attack-18.1.txt"),
    },
    Embedded {
        domain: "mobile-attack",
        version: "18.1",
        text: include_str!("../controls/attack/mobile-attack-18.1.txt"),
    },
    Embedded {
        domain: "ics-attack",
        version: "18.1",
        text: include_str!("../controls/attack/ics-attack-18.1.txt"),
    },
];

/// Why a text gives no ATT&CK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotError {
    /// The first line is not that of a snapshot of this format.
    NotASnapshot,
    /// A section, or the end, is not where it should be.
    Missing {
        /// What was looked for.
        section: &'static str,
    },
    /// A section is not sorted by id, or has an id twice.
    Unsorted {
        /// The section.
        section: &'static str,
    },
    /// A line cannot be read.
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong with it.
        fault: String,
    },
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotASnapshot => write!(f, "the first line is not {FORMAT:?}")?,
            Self::Missing { section } => write!(f, "[{section}] is missing")?,
            Self::Unsorted { section } => write!(f, "[{section}] is not in the order of ids")?,
            Self::Line { line, fault } => write!(f, "line {line}: {fault}")?,
        }
        f.write_str("; make the snapshot anew from the STIX bundle")
    }
}

impl std::error::Error for SnapshotError {}

/// The release that is built in; the newest of the domain where `version` is `None`.
#[must_use]
pub fn embedded(domain: &str, version: Option<&str>) -> Option<Attack> {
    let of_domain = EMBEDDED.iter().filter(|embedded| embedded.domain == domain);
    let mut wanted = of_domain.filter(|embedded| version.is_none_or(|v| embedded.version == v));
    wanted.next().map(Embedded::read)
}

/// The release that is built in and was made from the bundle with this SHA-256.
#[must_use]
pub fn embedded_from(sha256: &str) -> Option<Attack> {
    let line = format!("sha256\t{sha256}");
    let is_it = |embedded: &&Embedded| embedded.text.lines().take(20).any(|l| l == line);
    EMBEDDED.iter().find(is_it).map(Embedded::read)
}

/// What is built in besides the release in use: all other releases of its domain, and the newest
/// one of every other domain.
#[must_use]
pub fn neighbours(of: &Attack) -> Neighbours {
    let (same, mut others): (Vec<&Embedded>, Vec<&Embedded>) =
        EMBEDDED.iter().partition(|embedded| embedded.domain == of.domain);
    others.dedup_by_key(|embedded| embedded.domain);
    let older_or_newer = same.into_iter().filter(|embedded| embedded.version != of.version);
    Neighbours {
        releases: older_or_newer.map(Embedded::read).collect(),
        domains: others.into_iter().map(Embedded::read).collect(),
    }
}

impl Embedded {
    /// The facts of this release.
    #[must_use]
    pub fn read(&self) -> Attack {
        read(self.text).expect("the snapshots that are built in are valid: tested")
    }
}

/// The snapshot of a release.
#[must_use]
pub fn write(attack: &Attack) -> String {
    let mut text = format!("{FORMAT}\n{NOTICE}");
    let header = [
        ("domain", &attack.domain),
        ("version", &attack.version),
        ("source", &attack.source),
        ("sha256", &attack.sha256),
    ];
    for (key, value) in header {
        push_row(&mut text, &[key.into(), escape(value)]);
    }
    let Attack {
        tactics,
        platforms,
        mitigations,
        components,
        techniques,
        adversaries,
        retired,
        ..
    } = attack;
    push(&mut text, TACTICS, tactics, tactic_row);
    push(&mut text, PLATFORMS, platforms, |name| vec![escape(name)]);
    push(&mut text, MITIGATIONS, mitigations, mitigation_row);
    push(&mut text, COMPONENTS, components, |component| component_row(component, attack));
    push(&mut text, TECHNIQUES, techniques, |technique| technique_row(technique, attack));
    push(&mut text, ADVERSARIES, adversaries, |adversary| adversary_row(adversary, attack));
    push(&mut text, RETIRED, retired, retired_row);
    push(&mut text, END, &[], tactic_row);
    text
}

/// The facts in a snapshot.
///
/// # Errors
/// [`SnapshotError`] when the text is not what [`write()`] makes.
pub fn read(text: &str) -> Result<Attack, SnapshotError> {
    if text.lines().next() != Some(FORMAT) {
        return Err(SnapshotError::NotASnapshot);
    }
    let mut sections = Sections { rest: rows(text) };
    let mut attack = Attack::default();
    for row in sections.rows_before(TACTICS)? {
        header(row, &mut attack)?;
    }
    attack.tactics = collect(sections.rows_before(PLATFORMS)?, read_tactic)?;
    attack.platforms = collect(sections.rows_before(MITIGATIONS)?, read_platform)?;
    attack.mitigations = collect(sections.rows_before(COMPONENTS)?, read_mitigation)?;
    attack.components =
        collect(sections.rows_before(TECHNIQUES)?, |row| read_component(row, &attack))?;
    attack.techniques =
        collect(sections.rows_before(ADVERSARIES)?, |row| read_technique(row, &attack))?;
    mirror_mitigations(&mut attack);
    read_adversaries(sections.rows_before(RETIRED)?, &mut attack)?;
    attack.retired = collect(sections.rows_before(END)?, read_retired)?;
    check_order(&attack)?;
    Ok(attack)
}

const TACTICS: Section = ("tactics", "id, short name, name");
const PLATFORMS: Section = ("platforms", "name");
const MITIGATIONS: Section = ("mitigations", "id, name");
const COMPONENTS: Section = ("data components", "id, name, platforms");
const TECHNIQUES: Section =
    ("techniques", "id, name, tactics, platforms, mitigations, data components");
const ADVERSARIES: Section = (
    "adversaries",
    "kind, id, name, aliases, first seen, last seen, software, campaigns, techniques",
);
const RETIRED: Section = ("retired", "kind, id, name, successor");
const END: Section = ("end", "");

/// Name and columns.
type Section = (&'static str, &'static str);

fn tactic_row(tactic: &Tactic) -> Vec<Cow<'_, str>> {
    vec![escape(&tactic.id), escape(&tactic.shortname), escape(&tactic.name)]
}

fn mitigation_row(mitigation: &Mitigation) -> Vec<Cow<'_, str>> {
    vec![escape(&mitigation.id), escape(&mitigation.name)]
}

fn component_row<'a>(component: &'a DataComponent, attack: &'a Attack) -> Vec<Cow<'a, str>> {
    vec![
        escape(&component.id),
        escape(&component.name),
        list(&component.platforms, |ix| &attack.platforms[*ix]),
    ]
}

fn technique_row<'a>(technique: &'a Technique, attack: &'a Attack) -> Vec<Cow<'a, str>> {
    vec![
        technique.id.to_string().into(),
        escape(&technique.name),
        list(&technique.tactics, |ix| &attack.tactics[*ix].id),
        list(&technique.platforms, |ix| &attack.platforms[*ix]),
        list(&technique.mitigations, |ix| &attack.mitigations[*ix].id),
        list(&technique.components, |ix| &attack.components[*ix].id),
    ]
}

fn adversary_row<'a>(adversary: &'a Adversary, attack: &'a Attack) -> Vec<Cow<'a, str>> {
    vec![
        adversary.kind.name().into(),
        escape(&adversary.id),
        escape(&adversary.name),
        list(&adversary.aliases, |alias| alias),
        date(adversary.first_seen),
        date(adversary.last_seen),
        list(&adversary.software, |ix| &attack.adversaries[*ix].id),
        list(&adversary.campaigns, |ix| &attack.adversaries[*ix].id),
        shorthand(&adversary.techniques, attack).into(),
    ]
}

fn retired_row(retired: &Retired) -> Vec<Cow<'_, str>> {
    vec![
        kind_name(retired.kind).into(),
        escape(&retired.id),
        escape(&retired.name),
        escape(retired.by.as_deref().unwrap_or_default()),
    ]
}

fn kind_name(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Technique => "technique",
        ObjectKind::Adversary => "adversary",
        ObjectKind::Mitigation => "mitigation",
        ObjectKind::Component => "data component",
    }
}

fn list<'a, T>(items: &'a [T], text: impl Fn(&'a T) -> &'a str) -> Cow<'a, str> {
    let items: Vec<_> = items.iter().map(|item| escape(text(item))).collect();
    items.join("|").into()
}

fn date(date: Option<Date>) -> Cow<'static, str> {
    date.map(|date| date.to_string()).unwrap_or_default().into()
}

fn shorthand(techniques: &[TechniqueIx], attack: &Attack) -> String {
    let mut parent = None;
    let short = techniques.iter().map(|ix| {
        let id = attack.techniques[*ix].id;
        let same_parent = id.parent().is_some() && id.parent() == parent;
        parent = id.parent();
        id.to_string().split_off(if same_parent { 5 } else { 0 })
    });
    short.collect::<Vec<_>>().join(" ")
}

fn push<'a, T>(
    text: &mut String,
    (name, columns): Section,
    objects: &'a [T],
    row: impl Fn(&'a T) -> Vec<Cow<'a, str>>,
) {
    text.push_str(format!("[{name}] {columns}").trim_end());
    text.push('\n');
    objects.iter().for_each(|object| push_row(text, &row(object)));
}

/// Empty fields at the end are left out: no line ends in blanks.
fn push_row(text: &mut String, fields: &[Cow<'_, str>]) {
    let row = fields.join("\t");
    text.push_str(row.trim_end_matches('\t'));
    text.push('\n');
}

fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['\\', '\t', '\n', '\r', '|', '[', '#']) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len() + 2);
    for c in text.chars() {
        match c {
            '\t' => escaped.push_str("\\t"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            // Not as itself: a list is split before it is read.
            '|' => escaped.push_str("\\p"),
            '\\' | '[' | '#' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped.into()
}

fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '\\' => escaped(chars.next().unwrap_or(c)),
            c => c,
        });
    }
    plain.into()
}

fn escaped(letter: char) -> char {
    match letter {
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'p' => '|',
        other => other,
    }
}

/// A line with content.
struct Row<'a> {
    line: usize,
    fields: std::str::Split<'a, char>,
}

impl<'a> Row<'a> {
    /// The next field; empty where the line has ended.
    fn field(&mut self) -> &'a str {
        self.fields.next().unwrap_or_default()
    }

    fn text(&mut self) -> String {
        unescape(self.field()).into_owned()
    }

    /// The objects that a list names, found by `find`.
    fn list(&mut self, find: impl Fn(&str) -> Option<usize>) -> Result<Vec<usize>, SnapshotError> {
        let mut positions = Vec::new();
        for item in items(self.field()) {
            positions.push(find(&item).ok_or_else(|| self.unknown(&item))?);
        }
        self.in_order(positions)
    }

    fn techniques(&mut self, attack: &Attack) -> Result<Vec<TechniqueIx>, SnapshotError> {
        let mut id = String::new();
        let mut positions = Vec::new();
        for item in self.field().split_ascii_whitespace() {
            // A sub-technique in short follows the parent, five characters, of the one before.
            id.truncate(if item.starts_with('.') { 5 } else { 0 });
            id.push_str(item);
            let position = TechniqueId::parse(&id).ok().and_then(|id| attack.technique(id));
            positions.push(position.ok_or_else(|| self.unknown(&id))?);
        }
        self.in_order(positions)
    }

    fn in_order(&self, positions: Vec<usize>) -> Result<Vec<usize>, SnapshotError> {
        let sorted = positions.is_sorted_by(|a, b| a < b);
        sorted.then_some(positions).ok_or_else(|| self.fault("a list is not in order"))
    }

    fn unknown(&self, id: &str) -> SnapshotError {
        self.fault(&format!("{id:?} has no line of its own"))
    }

    fn date(&mut self) -> Result<Option<Date>, SnapshotError> {
        match self.field() {
            "" => Ok(None),
            text => Date::parse(text)
                .map(Some)
                .ok_or_else(|| self.fault(&format!("{text:?} is not a date"))),
        }
    }

    fn fault(&self, fault: &str) -> SnapshotError {
        SnapshotError::Line { line: self.line, fault: fault.to_owned() }
    }
}

fn items(list: &str) -> impl Iterator<Item = Cow<'_, str>> {
    list.split('|').filter(|item| !item.is_empty()).map(unescape)
}

/// The rows after the first line.
fn rows<'a>(text: &'a str) -> impl Iterator<Item = Row<'a>> {
    let lines = text.lines().enumerate().skip(1);
    let rows = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    rows.map(|(ix, line)| Row { line: ix + 1, fields: line.split('\t') })
}

struct Sections<I> {
    rest: I,
}

impl<'a, I: Iterator<Item = Row<'a>>> Sections<I> {
    /// The rows up to the heading of this section.
    fn rows_before(&mut self, (section, _): Section) -> Result<Vec<Row<'a>>, SnapshotError> {
        let mut rows = Vec::new();
        for row in &mut self.rest {
            let first = row.fields.clone().next().unwrap_or_default();
            match first.strip_prefix('[') {
                None => rows.push(row),
                Some(heading) if heading.split(']').next() == Some(section) => return Ok(rows),
                Some(_) => break,
            }
        }
        Err(SnapshotError::Missing { section })
    }
}

fn collect<'a, T>(
    rows: Vec<Row<'a>>,
    read: impl Fn(Row<'a>) -> Result<T, SnapshotError>,
) -> Result<Vec<T>, SnapshotError> {
    rows.into_iter().map(read).collect()
}

fn header(mut row: Row, attack: &mut Attack) -> Result<(), SnapshotError> {
    let target = match row.field() {
        "domain" => &mut attack.domain,
        "version" => &mut attack.version,
        "source" => &mut attack.source,
        "sha256" => &mut attack.sha256,
        other => return Err(row.fault(&format!("{other:?} is not a field of the header"))),
    };
    *target = row.text();
    Ok(())
}

fn read_tactic(mut row: Row) -> Result<Tactic, SnapshotError> {
    Ok(Tactic { id: row.text(), shortname: row.text(), name: row.text() })
}

fn read_platform(mut row: Row) -> Result<String, SnapshotError> {
    Ok(row.text())
}

fn read_mitigation(mut row: Row) -> Result<Mitigation, SnapshotError> {
    Ok(Mitigation { id: row.text(), name: row.text(), techniques: Vec::new() })
}

fn read_component(mut row: Row, attack: &Attack) -> Result<DataComponent, SnapshotError> {
    let (id, name) = (row.text(), row.text());
    Ok(DataComponent { id, name, platforms: row.list(|name| platform(name, attack))? })
}

fn platform(name: &str, attack: &Attack) -> Option<usize> {
    attack.platforms.binary_search_by(|platform| platform.as_str().cmp(name)).ok()
}

fn read_technique(mut row: Row, attack: &Attack) -> Result<Technique, SnapshotError> {
    let id = row.field();
    let component = |id: &str| attack.components.binary_search_by(|c| c.id.as_str().cmp(id)).ok();
    Ok(Technique {
        id: TechniqueId::parse(id).map_err(|fault| row.fault(&format!("{id:?}: {fault}")))?,
        name: row.text(),
        tactics: row.list(|id| attack.tactics.iter().position(|tactic| tactic.id == id))?,
        platforms: row.list(|name| platform(name, attack))?,
        mitigations: row.list(|id| attack.mitigation(id))?,
        components: row.list(component)?,
    })
}

/// A snapshot says only once what mitigates what: at the technique.
fn mirror_mitigations(attack: &mut Attack) {
    for (ix, technique) in attack.techniques.iter().enumerate() {
        for mitigation in &technique.mitigations {
            attack.mitigations[*mitigation].techniques.push(ix);
        }
    }
}

/// In two passes: an adversary may name others that come after it.
fn read_adversaries(mut rows: Vec<Row>, attack: &mut Attack) -> Result<(), SnapshotError> {
    attack.adversaries = rows.iter_mut().map(read_adversary).collect::<Result<_, _>>()?;
    for (ix, row) in rows.iter_mut().enumerate() {
        let software = row.list(|id| attack.adversary(id))?;
        let campaigns = row.list(|id| attack.adversary(id))?;
        let techniques = row.techniques(attack)?;
        let adversary = &mut attack.adversaries[ix];
        (adversary.software, adversary.campaigns) = (software, campaigns);
        adversary.techniques = techniques;
    }
    Ok(())
}

/// The fields before those that name other objects.
fn read_adversary(row: &mut Row) -> Result<Adversary, SnapshotError> {
    use AdversaryKind::{Campaign, Group, Malware, Tool};
    let name = row.field();
    let kind = [Group, Campaign, Malware, Tool].into_iter().find(|kind| kind.name() == name);
    Ok(Adversary {
        kind: kind.ok_or_else(|| row.fault(&format!("{name:?} is not a kind of adversary")))?,
        id: row.text(),
        name: row.text(),
        aliases: items(row.field()).map(Cow::into_owned).collect(),
        first_seen: row.date()?,
        last_seen: row.date()?,
        software: Vec::new(),
        campaigns: Vec::new(),
        techniques: Vec::new(),
    })
}

fn read_retired(mut row: Row) -> Result<Retired, SnapshotError> {
    let kinds = [
        ObjectKind::Technique,
        ObjectKind::Adversary,
        ObjectKind::Mitigation,
        ObjectKind::Component,
    ];
    let name = row.field();
    let kind = kinds.into_iter().find(|kind| kind_name(*kind) == name);
    Ok(Retired {
        kind: kind.ok_or_else(|| row.fault(&format!("{name:?} is not a kind of object")))?,
        id: row.text(),
        name: row.text(),
        by: Some(row.text()).filter(|by| !by.is_empty()),
    })
}

/// The model finds objects by halving: a list that was edited by hand must be in order, too.
fn check_order(attack: &Attack) -> Result<(), SnapshotError> {
    let checks = [
        (PLATFORMS, attack.platforms.is_sorted_by(|a, b| a < b)),
        (MITIGATIONS, attack.mitigations.is_sorted_by(|a, b| a.id < b.id)),
        (COMPONENTS, attack.components.is_sorted_by(|a, b| a.id < b.id)),
        (TECHNIQUES, attack.techniques.is_sorted_by(|a, b| a.id < b.id)),
        (ADVERSARIES, attack.adversaries.is_sorted_by(|a, b| a.id < b.id)),
        (RETIRED, attack.retired.is_sorted_by(|a, b| (a.kind, &a.id) < (b.kind, &b.id))),
    ];
    match checks.into_iter().find(|(_, sorted)| !sorted) {
        Some(((section, _), _)) => Err(SnapshotError::Unsorted { section }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;
    use proptest::sample::subsequence;

    use super::*;

    const SMALL: &str = "\
lacuna attack snapshot 1
domain\tenterprise-attack
[tactics]
TA0002\texecution\tExecution
[platforms]
Linux
[mitigations]
[data components]
[techniques]
T1059\tCommand and Scripting Interpreter\tTA0002\tLinux
T1059.001\tPowerShell\tTA0002
T1059.004\tUnix Shell\tTA0002\tLinux
[adversaries]
group\tG0016\tAPT29\t\t\t\t\t\tT1059 T1059.001 .004
[retired]
[end]
";

    #[test]
    fn a_sub_technique_may_be_written_after_its_sibling() {
        let attack = read(SMALL).unwrap();
        assert_eq!(attack.adversaries[0].techniques, [0, 1, 2]);
        assert!(write(&attack).contains("\tT1059 T1059.001 .004\n"));
    }

    #[test]
    fn line_ends_of_windows_do_no_harm() {
        assert_eq!(read(&SMALL.replace('\n', "\r\n")), read(SMALL));
    }

    #[test]
    fn a_fault_is_told_with_its_line() {
        for (from, to, message) in [
            ("T1059 T1059.001 .004", "T1059 .009", "line 14: \"T1059.009\" has no line of its own"),
            ("T1059 T1059.001 .004", ".009", "line 14: \".009\" has no line of its own"),
            ("T1059 T1059.001", "T1059.001 T1059", "line 14: a list is not in order"),
            ("group\t", "gruop\t", "line 14: \"gruop\" is not a kind of adversary"),
            ("\tG0016\tAPT29\t\t", "\tG0016\tAPT29\t\tsoon", "line 14: \"soon\" is not a date"),
            ("TA0002\tLinux", "TA0002\tBeOS", "line 10: \"BeOS\" has no line of its own"),
            ("T1059.001\tP", "T10590\tP", "line 11: \"T10590\": not a technique id such as"),
            (
                "[mitigations]\n",
                "[mitigations]\nM1002\nM1001\n",
                "[mitigations] is not in the order of ids",
            ),
            ("[platforms]\n", "", "[platforms] is missing"),
            ("[end]\n", "", "[end] is missing"),
            ("snapshot 1", "snapshot 10", "the first line is not \"lacuna attack snapshot 1\""),
            ("domain\t", "realm\t", "line 2: \"realm\" is not a field of the header"),
        ] {
            let error = read(&SMALL.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(error.starts_with(message), "{from:?}: {error}");
        }
    }

    #[test]
    fn every_snapshot_that_is_built_in_reads_back_as_written() {
        for embedded in EMBEDDED {
            let attack = embedded.read();
            assert_eq!((&*attack.domain, &*attack.version), (embedded.domain, embedded.version));
            assert_eq!(write(&attack), embedded.text.replace('\r', ""), "{}", embedded.domain);
            assert!(embedded.text.contains("The MITRE Corporation"));
            assert!(embedded.text.len() <= 450_000);
        }
    }

    #[test]
    fn the_newest_release_of_a_domain_comes_first() {
        let number = |version: &str| version.parse::<f64>().unwrap();
        for pair in EMBEDDED.windows(2).filter(|pair| pair[0].domain == pair[1].domain) {
            assert!(number(pair[0].version) > number(pair[1].version));
        }
        let version = |version| embedded("enterprise-attack", version).map(|a| a.version);
        assert_eq!(version(None).as_deref(), Some("19.2"));
        assert_eq!(version(Some("18.1")).as_deref(), Some("18.1"));
        assert_eq!(version(Some("3.0")), None);
        assert_eq!(embedded("atlas", None), None);
    }

    #[test]
    fn what_was_assembled_from_digests_says_so() {
        let attack = embedded("enterprise-attack", Some("19.2")).unwrap();
        assert!(attack.source.contains("not MITRE's file"), "{}", attack.source);
    }

    #[test]
    fn the_neighbours_are_all_other_releases_and_the_newest_of_other_domains() {
        let names = |attacks: &[Attack]| -> Vec<String> {
            attacks.iter().map(|a| format!("{} {}", a.domain, a.version)).collect()
        };
        let of = |domain, version| neighbours(&embedded(domain, Some(version)).unwrap());
        let of_enterprise = of("enterprise-attack", "18.1");
        assert_eq!(names(&of_enterprise.releases), ["enterprise-attack 19.2"]);
        assert_eq!(names(&of_enterprise.domains), ["mobile-attack 18.1", "ics-attack 18.1"]);
        let of_ics = of("ics-attack", "18.1");
        assert_eq!(names(&of_ics.releases), [""; 0]);
        assert_eq!(names(&of_ics.domains), ["enterprise-attack 19.2", "mobile-attack 18.1"]);
    }

    /// Text with everything in it that a line or a list could trip over.
    fn text() -> impl Strategy<Value = String> {
        "[a-zT.é\\\\|#\\[\\]\t\n\r ]{1,6}"
    }

    fn positions(len: usize) -> impl Strategy<Value = Vec<usize>> {
        subsequence((0..len).collect::<Vec<_>>(), 0..=len)
    }

    fn technique_ids() -> impl Strategy<Value = BTreeSet<TechniqueId>> {
        let id = (1000..1010, prop::option::of(1..5)).prop_map(|(number, sub)| {
            let sub = sub.map_or_else(String::new, |sub| format!(".{sub:03}"));
            format!("T{number}{sub}").parse().unwrap()
        });
        prop::collection::btree_set(id, 0..12)
    }

    fn named() -> impl Strategy<Value = BTreeMap<String, String>> {
        prop::collection::btree_map(text(), text(), 0..5)
    }

    fn techniques(
        ids: BTreeSet<TechniqueId>,
        [tactics, platforms, mitigations, components]: [usize; 4],
    ) -> impl Strategy<Value = Vec<Technique>> {
        let relations = (
            text(),
            positions(tactics),
            positions(platforms),
            positions(mitigations),
            positions(components),
        );
        prop::collection::vec(relations, ids.len()).prop_map(move |relations| {
            let all = ids.iter().zip(relations);
            all.map(|(id, (name, tactics, platforms, mitigations, components))| Technique {
                id: *id,
                name,
                tactics,
                platforms,
                mitigations,
                components,
            })
            .collect()
        })
    }

    fn adversaries(
        ids: BTreeMap<String, String>,
        techniques: usize,
    ) -> impl Strategy<Value = Vec<Adversary>> {
        use AdversaryKind::{Campaign, Group, Malware, Tool};
        let date = || prop::option::of((-700_000..2_900_000).prop_map(Date::from_unix_days));
        let rest = (
            prop::collection::vec(text(), 0..3),
            prop::sample::select(vec![Group, Campaign, Malware, Tool]),
            positions(techniques),
            positions(ids.len()),
            positions(ids.len()),
            date(),
            date(),
        );
        prop::collection::vec(rest, ids.len()).prop_map(move |rest| {
            let all = ids.iter().zip(rest);
            all.map(|((id, name), rest)| {
                let (aliases, kind, techniques, software, campaigns, first_seen, last_seen) = rest;
                Adversary {
                    id: id.clone(),
                    name: name.clone(),
                    aliases,
                    kind,
                    techniques,
                    software,
                    campaigns,
                    first_seen,
                    last_seen,
                }
            })
            .collect()
        })
    }

    fn retired() -> impl Strategy<Value = Vec<Retired>> {
        use ObjectKind::{Adversary, Component, Mitigation, Technique};
        let kind = prop::sample::select(vec![Technique, Adversary, Mitigation, Component]);
        let rest = (text(), prop::option::of(text()));
        prop::collection::btree_map((kind, text()), rest, 0..5).prop_map(|all| {
            let retire = |((kind, id), (name, by))| Retired { kind, id, name, by };
            all.into_iter().map(retire).collect()
        })
    }

    fn attack() -> impl Strategy<Value = Attack> {
        let platforms = prop::collection::btree_set(text(), 0..4);
        let objects = (named(), platforms, named(), named(), named(), technique_ids());
        let with_relations = objects.prop_flat_map(|objects| {
            let (tactics, platforms, mitigations, components, adversary_ids, ids) = objects;
            let sizes = [tactics.len(), platforms.len(), mitigations.len(), components.len()];
            let parts = (
                [text(), text(), text(), text()],
                adversaries(adversary_ids, ids.len()),
                techniques(ids, sizes),
                retired(),
            );
            (Just((tactics, platforms, mitigations, components)), parts)
        });
        with_relations.prop_map(|((tactics, platforms, mitigations, components), parts)| {
            let ([domain, version, source, sha256], adversaries, techniques, retired) = parts;
            let tactic =
                |(id, name): (String, String)| Tactic { id, shortname: name.clone(), name };
            let mitigation = |(id, name)| Mitigation { id, name, techniques: Vec::new() };
            let everywhere: Vec<usize> = (0..platforms.len()).collect();
            let mut attack = Attack {
                domain,
                version,
                source,
                sha256,
                tactics: tactics.into_iter().rev().map(tactic).collect(),
                platforms: platforms.into_iter().collect(),
                techniques,
                adversaries,
                mitigations: mitigations.into_iter().map(mitigation).collect(),
                components: components
                    .into_iter()
                    .map(|(id, name)| DataComponent { id, name, platforms: everywhere.clone() })
                    .collect(),
                retired,
            };
            mirror_mitigations(&mut attack);
            attack
        })
    }

    proptest! {
        #[test]
        fn whatever_is_written_reads_back(attack in attack()) {
            prop_assert_eq!(read(&write(&attack)), Ok(attack));
        }

        #[test]
        fn nothing_makes_reading_panic(cut in 0..SMALL.len(), put in text(), drop in 0..9usize) {
            let end = (cut + drop).min(SMALL.len());
            let _ = read(&format!("{}{put}{}", &SMALL[..cut], &SMALL[end..]));
        }
    }
}
