//! One page of HTML that holds everything it shows: it fetches nothing and runs nothing.
//!
//! Every text that comes from the user's data goes through [`escape`], in element content as in
//! attributes. The heat map is an image, in which even a hostile SVG is inert.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::assessment::{Assessment, CoverageLevel, TechniqueAssessment};
use model::capability::Function;
use model::catalog::ReferenceStack;
use model::score::Range;
use model::trend::Point;

use crate::draw;
use crate::draw::look::{Look, Rgb, Tone};
use crate::pictures::scale::picture;
use crate::sheet::{Sheet, Value, percent};
use crate::view;
use crate::view::references::References;

/// What stands on a page beside the assessment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// The picture at its top, as SVG.
    pub heatmap: &'a str,
    /// What the figures may be compared with.
    pub stacks: &'a [ReferenceStack],
    /// How the figures went, where earlier assessments are at hand.
    pub line: &'a [Point],
    /// What moved since an earlier assessment, where there is one.
    pub since: &'a [Sheet],
}

/// Writes the page.
///
/// # Errors
/// Those of the writer.
pub fn write(assessment: &Assessment, beside: &Beside<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(page(assessment, beside).as_bytes())
}

/// The text such that it is neither markup nor the end of an attribute.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in crate::printable(text).chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

fn page(assessment: &Assessment, beside: &Beside<'_>) -> String {
    let references = References::of(assessment, beside.stacks);
    let references = references.as_ref();
    let mut sections = sections(assessment, references);
    if !beside.line.is_empty() {
        let sheet = view::trend::sheet(beside.line);
        let notes: String =
            sheet.notes.iter().map(|note| format!("<p>{}</p>\n", escape(note))).collect();
        let body = table(&sheet) + &notes;
        sections.insert(2, Section { id: "trend", heading: "Over time", body });
    }
    if !beside.since.is_empty() {
        let body = beside.since.iter().map(noted).collect();
        sections.insert(2, Section { id: "since", heading: "What moved", body });
    }
    let contents: String = sections.iter().map(Section::entry).collect();
    let main: String = sections.iter().map(Section::html).collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n{head}<body>\n{header}\
         <nav aria-label=\"Contents\"><ul>\n{contents}</ul></nav>\n\
         <main>\n{figure}{main}</main>\n{footer}</body>\n</html>\n",
        head = head(assessment),
        header = header(assessment, references),
        figure = figure(assessment, beside.heatmap),
        footer = footer(assessment),
    )
}

/// Nothing may be fetched, run or sent; pictures and fonts are part of the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
                      font-src data:; base-uri 'none'; form-action 'none'";

fn head(assessment: &Assessment) -> String {
    format!(
        "<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{}</title>\n<style>\n{}{STYLE}</style>\n</head>\n",
        escape(&view::finding(assessment)),
        colours(),
    )
}

fn header(assessment: &Assessment, references: Option<&References<'_>>) -> String {
    let caveats: String = view::caveats(assessment)
        .iter()
        .map(|caveat| format!("<p class=\"caveat\" role=\"note\">{}</p>\n", escape(caveat)))
        .collect();
    format!(
        "<header>\n{}{caveats}<h1>{}</h1>\n<p>{}</p>\n{}</header>\n",
        classification(assessment),
        escape(&view::finding(assessment)),
        escape(&view::basis(assessment)),
        references.map(compared).unwrap_or_default(),
    )
}

/// The figure on a line, among those of well-known stacks.
fn compared(references: &References<'_>) -> String {
    format!(
        "<figure class=\"scale\">\n<img alt=\"{}\" src=\"data:image/svg+xml;base64,{}\">\n\
         <figcaption>Dark: proven. Blue: expected. Pale: claimed. Ticks: what well-known stacks \
         are expected to cover where all of them is in place. {}</figcaption>\n</figure>\n",
        escape(&references.sentence()),
        STANDARD.encode(draw::svg(&picture(&references.scale()), Look::default())),
        escape(&references.basis()),
    )
}

fn classification(assessment: &Assessment) -> String {
    let line = |text: &String| format!("<p class=\"classification\">{}</p>\n", escape(text));
    assessment.organisation.classification.as_ref().map(line).unwrap_or_default()
}

fn footer(assessment: &Assessment) -> String {
    format!(
        "<footer>\n{}<p>{} · {}</p>\n</footer>\n",
        classification(assessment),
        escape(&assessment.generated_by),
        assessment.as_of,
    )
}

fn figure(assessment: &Assessment, svg: &str) -> String {
    format!(
        "<figure>\n<img alt=\"Heat map of all techniques by tactic. {}. The tables below hold the \
         figures.\" src=\"data:image/svg+xml;base64,{}\">\n<figcaption>Expected coverage by \
         technique, its sub-techniques folded in: the darker, the better covered. What is out of \
         scope has a broken edge and is no gap.</figcaption>\n</figure>\n",
        escape(&view::finding(assessment)),
        STANDARD.encode(svg),
    )
}

/// A part of the page with a heading.
struct Section {
    id: &'static str,
    heading: &'static str,
    body: String,
}

impl Section {
    fn entry(&self) -> String {
        format!("<li><a href=\"#{}\">{}</a></li>\n", self.id, escape(self.heading))
    }

    fn html(&self) -> String {
        let Self { id, heading, body } = self;
        let heading = escape(heading);
        format!(
            "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{heading}</h2>\n{body}</section>\n"
        )
    }
}

fn sections(assessment: &Assessment, references: Option<&References<'_>>) -> Vec<Section> {
    let section = |id, heading, body| Section { id, heading, body };
    let mut sections = vec![
        section("gaps", "What to close first", gaps(assessment)),
        section("moves", "What to do", moves(assessment)),
        section("figures", "The figures", figures(assessment)),
        section("tactics", "By tactic", table(&tactics(assessment))),
        section("adversaries", "By adversary", adversaries(assessment)),
        section("read", "What was read", account(assessment)),
        section("ids", "ATT&CK ids", resolution(assessment)),
    ];
    if let Some(references) = references {
        let mut sheet = references.sheet();
        sheet.title = "Stacks that anybody can look up, with all of them in place".to_owned();
        let basis = format!("<p>{}</p>\n", escape(&references.basis()));
        sections.insert(3, section("good", "What good looks like", table(&sheet) + &basis));
    }
    if !assessment.diagnostics.is_empty() {
        sections.push(section("remarks", "Remarks on the data", remarks(assessment)));
    }
    sections.push(section("method", "Method and limits", method(assessment)));
    sections
}

/// A table, and what must be known before reading it.
fn noted(sheet: &Sheet) -> String {
    let notes = sheet.notes.iter().map(|note| format!("<p>{}.</p>\n", escape(note)));
    notes.collect::<String>() + &table(sheet)
}

fn moves(assessment: &Assessment) -> String {
    let mut sheet = view::levers::sheet(assessment);
    sheet.title = "The gaps by their next move".to_owned();
    let explained = "Missing is in points of expected coverage against our adversaries.";
    format!("{}<p>{explained}</p>\n", table(&sheet))
}

/// Number of gaps in the table.
const GAPS: usize = 25;

fn gaps(assessment: &Assessment) -> String {
    // A page has no room for all of it; the level is seen in the coverage.
    let mut sheet = view::gaps(assessment, None, GAPS).without("level").without("top10");
    let all = assessment.gaps().len();
    if all == 0 {
        return "<p>No gap is open.</p>\n".to_owned();
    }
    sheet.title = match sheet.rows.len() {
        shown if shown < all => format!("The first {shown} of {}", view::count(all, "gap")),
        _ => view::count(all, "gap"),
    };
    let explained = "Priority, 0 to 100, weighs what is missing by how likely and how harmful the \
                     technique is. Threat is how likely our adversaries use it, coverage what can \
                     be expected, ease how much telemetry, public rules and mitigations there are \
                     to close the gap with. The band says how firm a place is: A, among the first \
                     ten in nine of ten runs in which single numbers of the method or single \
                     adversaries are others; B, in some; C, in none.";
    format!("{}<p>{explained}</p>\n{}", table(&sheet), accepted(assessment))
}

fn accepted(assessment: &Assessment) -> String {
    let named = |technique: &&TechniqueAssessment| {
        format!("{} {}", linked(&technique.id.to_string()), escape(&technique.name))
    };
    let accepted: Vec<String> = assessment.accepted().iter().map(named).collect();
    if accepted.is_empty() {
        return String::new();
    }
    format!("<p>Accepted and not listed: {}.</p>\n", accepted.join(", "))
}

fn figures(assessment: &Assessment) -> String {
    let headline = &assessment.headline;
    let mut sheet = Sheet::new(
        "What is proven, expected and claimed",
        &[
            ("Figure", "figure"),
            ("Proven", "proven"),
            ("Expected", "coverage"),
            ("Claimed", "claimed"),
        ],
    );
    let mut row = |name: String, range: Range| {
        let shares = [range.lo, range.exp, range.hi].map(Value::Share);
        sheet.rows.push([vec![Value::text(name)], shares.to_vec()].concat());
    };
    row(against(assessment), headline.threat_weighted);
    for function in Function::SCORED {
        if let Some(figures) = headline.by_function.get(function.word()) {
            row(format!("By {} alone", noun(function)), figures.threat_weighted);
        }
    }
    let any = percent(assessment.policy.any_threshold);
    row(format!("Techniques covered at all ({any} or more)"), headline.raw_any);
    let enough = percent(assessment.policy.tau);
    row(format!("Techniques covered enough ({enough} or more)"), headline.raw_at_target);
    row("Mean coverage of a technique".to_owned(), headline.mean_strength);
    let validated = percent(headline.validated_share);
    format!("{}<p>Of what is claimed, {validated} is proven by tests.</p>\n", table(&sheet))
}

fn against(assessment: &Assessment) -> String {
    let whose = if assessment.adversaries.is_empty() { "" } else { "our " };
    format!("Coverage against {whose}adversaries")
}

fn noun(function: Function) -> &'static str {
    match function {
        Function::Prevent => "prevention",
        Function::Detect => "detection",
        Function::Respond => "response",
        Function::Observe => "observation",
    }
}

fn tactics(assessment: &Assessment) -> Sheet {
    let mut sheet = Sheet::new(
        "Expected coverage by tactic, in the order of the matrix",
        &[
            ("Tactic", "tactic"),
            ("Name", "name"),
            ("Coverage", "coverage"),
            ("Share of the threat", "share"),
            ("Techniques in scope", "techniques"),
            ("Covered enough", "enough"),
        ],
    );
    sheet.rows = assessment
        .tactics
        .iter()
        .map(|tactic| {
            let of_tactic = |t: &&TechniqueAssessment| t.tactics.contains(&tactic.id);
            let techniques = || assessment.techniques.iter().filter(of_tactic);
            let enough = techniques().filter(|t| t.level == CoverageLevel::Strong);
            vec![
                Value::text(&tactic.id),
                Value::text(&tactic.name),
                Value::Share(tactic.threat_weighted),
                Value::Share(tactic.weight_share),
                Value::Whole(techniques().count()),
                Value::Whole(enough.count()),
            ]
        })
        .collect();
    sheet
}

fn adversaries(assessment: &Assessment) -> String {
    if assessment.adversaries.is_empty() {
        return "<p>No adversaries were named: the figures rest on what all known groups do.</p>\n"
            .to_owned();
    }
    let mut sheet = Sheet::new(
        "Expected coverage of what each adversary does, the least first",
        &[
            ("Place", "place"),
            ("Adversary", "adversary"),
            ("Name", "name"),
            ("Coverage", "coverage"),
            ("Between", "band"),
            ("Weight", "weight"),
            ("Techniques in scope", "techniques"),
            ("Out of scope", "out_of_scope"),
        ],
    );
    let places = view::adversaries::places(assessment);
    let is_shared = places.windows(2).any(|pair| pair[0].0 == pair[1].0);
    let row = |(place, adversary): (usize, &model::metrics::AdversaryCoverage)| {
        let band = adversary.band.map(|b| format!("{} to {}", percent(b.least), percent(b.most)));
        vec![
            Value::Whole(place),
            Value::text(&adversary.id),
            Value::text(&adversary.name),
            Value::Share(adversary.coverage),
            Value::text(band.unwrap_or_default()),
            Value::Number(adversary.weight, 1),
            Value::Whole(adversary.techniques_in_scope),
            Value::Whole(adversary.out_of_scope),
        ]
    };
    sheet.rows = places.into_iter().map(row).collect();
    let note = if is_shared {
        "<p>Between is what the coverage comes to when single numbers of the method are others. \
         Adversaries of one place show no meaningful difference.</p>\n"
    } else {
        "<p>Between is what the coverage comes to when single numbers of the method are \
         others.</p>\n"
    };
    table(&sheet) + note
}

fn account(assessment: &Assessment) -> String {
    let mut sheet = view::account(assessment);
    if sheet.rows.is_empty() {
        return "<p>Nothing was read.</p>\n".to_owned();
    }
    sheet.title = "Records by source, each counted once".to_owned();
    table(&sheet)
}

fn resolution(assessment: &Assessment) -> String {
    let mut sheet = view::resolution(assessment);
    let notes: String =
        sheet.notes.iter().map(|note| format!("<p>{}.</p>\n", escape(note))).collect();
    if sheet.rows.is_empty() {
        return notes;
    }
    sheet.title = "Ids that are not live".to_owned();
    notes + &table(&sheet)
}

fn remarks(assessment: &Assessment) -> String {
    let mut sheet = view::diagnostics(&assessment.diagnostics);
    sheet.title = "By kind, with the first of each".to_owned();
    table(&sheet)
}

/// What the figures mean and what they do not.
fn method(assessment: &Assessment) -> String {
    let enough = percent(assessment.policy.tau);
    let release = &assessment.attack;
    let sentences = [
        format!(
            "{} is the part of what they are likely to do, technique by technique and weighed by \
             how likely and how harmful each is, that is prevented or detected.",
            against(assessment),
        ),
        format!(
            "Enough is an expected coverage of {enough}: from there a technique counts in full \
             and is no gap, unless it was decided that less will do.",
        ),
        "Proven counts only what tests have shown and is nothing without tests; expected weighs \
         each claim by what it rests on; claimed takes every claim at its word."
            .to_owned(),
        "A rule is not a detection: that it exists, and names a technique, is no proof that an \
         attack will be seen."
            .to_owned(),
        format!(
            "The figures rest on ATT&CK {} ({}{}) and on the inputs below, and come out the \
             same whenever these are the same.",
            release.version,
            release.source,
            hash(&release.sha256),
        ),
    ];
    let sentences: String = sentences.iter().map(|s| format!("<li>{}</li>\n", escape(s))).collect();
    format!("<ol>\n{sentences}</ol>\n{}", inputs(assessment))
}

fn hash(sha256: &str) -> String {
    if sha256.is_empty() { String::new() } else { format!(", SHA-256 {sha256}") }
}

fn inputs(assessment: &Assessment) -> String {
    if assessment.inputs.is_empty() {
        return String::new();
    }
    let mut sheet = Sheet::new("Inputs", &[("Source", "source"), ("SHA-256", "sha256")]);
    let row = |source: &model::inputs::Source| {
        vec![Value::text(&source.path), Value::text(&source.sha256)]
    };
    sheet.rows = assessment.inputs.iter().map(row).collect();
    table(&sheet)
}

/// The sheet's columns and rows under its title. The first column that holds text names the row.
fn table(sheet: &Sheet) -> String {
    let numeric: Vec<bool> = (0..sheet.columns.len()).map(|ix| sheet.is_numeric(ix)).collect();
    let title = escape(&sheet.title);
    let heads = sheet.columns.iter().zip(&numeric).map(|(column, numeric)| {
        let (class, name) = (flush(*numeric), escape(&column.name));
        format!("<th scope=\"col\"{class}>{name}</th>")
    });
    let rows = sheet.rows.iter().map(|row| format!("<tr>{}</tr>\n", cells(sheet, row, &numeric)));
    // A keyboard can only scroll what it can reach.
    format!(
        "<div class=\"scroll\" role=\"region\" aria-label=\"{title}\" tabindex=\"0\">\n\
         <table>\n<caption>{title}</caption>\n<thead><tr>{}</tr></thead>\n\
         <tbody>\n{}</tbody>\n</table>\n</div>\n",
        heads.collect::<String>(),
        rows.collect::<String>(),
    )
}

fn cells(sheet: &Sheet, row: &[Value], numeric: &[bool]) -> String {
    let names = numeric.iter().position(|numeric| !numeric);
    let cell = |(ix, value): (usize, &Value)| {
        let key = sheet.columns[ix].key.as_ref();
        let content = content(key, value);
        if names == Some(ix) {
            format!("<th scope=\"row\">{content}</th>")
        } else {
            format!("<td{}>{content}</td>", look(key, value, numeric[ix]))
        }
    };
    row.iter().enumerate().map(cell).collect()
}

fn flush(numeric: bool) -> &'static str {
    if numeric { " class=\"number\"" } else { "" }
}

/// Numbers stand flush right, and an expected coverage has a bar behind it.
fn look(key: &str, value: &Value, numeric: bool) -> String {
    match value {
        Value::Share(share) if key == "coverage" => {
            format!(" class=\"number bar\" style=\"--share:{:.3}\"", share.clamp(0.0, 1.0))
        }
        _ => flush(numeric).to_owned(),
    }
}

fn content(key: &str, value: &Value) -> String {
    match (key, value) {
        ("technique" | "tactic" | "adversary", Value::Text(id)) => linked(id),
        _ => escape(&value.shown()),
    }
}

/// The id of a live object of ATT&CK, as a link to its page.
fn linked(id: &str) -> String {
    let text = escape(id);
    match address(id) {
        Some(path) => {
            format!("<a href=\"https://attack.mitre.org/{path}/\" rel=\"noreferrer\">{text}</a>")
        }
        None => text,
    }
}

/// Only what has the form of an id has an address, so that nothing else gets into a link.
fn address(id: &str) -> Option<String> {
    let digits = id.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let page = match &id[..id.len() - digits.len()] {
        "T" => "techniques",
        "TA" => "tactics",
        "G" => "groups",
        "C" => "campaigns",
        "S" => "software",
        _ => return None,
    };
    let is_id = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    is_id.then(|| format!("{page}/{}", id.replace('.', "/")))
}

/// The colours of light and dark pages as variables; the light ones are those of the pictures.
fn colours() -> String {
    let css = |tone: Tone| {
        let Rgb(r, g, b) = Look::default().colour(tone);
        format!("rgb({r} {g} {b})")
    };
    format!(
        ":root{{color-scheme:light dark;--paper:{paper};--ink:{ink};--soft:{soft};--line:{line};\
         --bar:{bar};--link:{link};--warn:{warn};--picture:{paper}}}\n",
        paper = css(Tone::Paper),
        ink = css(Tone::Ink),
        soft = css(Tone::SoftInk),
        line = css(Tone::Track),
        bar = css(Tone::Step(3)),
        link = css(Tone::Bar),
        warn = css(Tone::Gap),
    )
}

const STYLE: &str = "\
@media (prefers-color-scheme:dark){:root{--paper:#14181e;--ink:#e7eaee;--soft:#a9b1bd;\
--line:#343b45;--bar:#4b95d6;--link:#8cc2f2;--warn:#ff9b6b}}
*{box-sizing:border-box}
html{font:16px/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",sans-serif;\
background:var(--paper);color:var(--ink)}
body{margin:0 auto;padding:1.5rem clamp(1rem,3vw,3rem);max-width:120rem}
h1{font-size:clamp(1.5rem,2.6vw,2.25rem);line-height:1.2;margin:.5rem 0;max-width:40em;text-wrap:balance}
h2{font-size:1.35rem;line-height:1.3;margin:2.5rem 0 .5rem}
p,li{max-width:75ch;overflow-wrap:anywhere}
p{margin:.5rem 0}
header>p,footer,figcaption{color:var(--soft)}
header>p{max-width:none}
header>.caveat{border:1px solid var(--warn);border-left-width:.5rem;border-radius:.25rem;\
padding:.5rem .75rem;margin:0 0 .75rem;color:var(--ink);font-weight:600}
.classification,header>.classification{max-width:none;color:var(--ink);font-weight:700;text-align:center;\
letter-spacing:.05em}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:.75rem 0;padding:0}
a{color:var(--link);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
figure{margin:1rem 0}
img{display:block;width:100%;height:auto;background:var(--picture);border-radius:.25rem}
figcaption{margin-top:.5rem;max-width:75ch}
.scale{max-width:62.5rem}
.scroll{overflow-x:auto;max-width:100%;width:fit-content}
table{border-collapse:collapse;margin:.5rem 0;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding:.25rem 0}
th,td{text-align:left;vertical-align:top;padding:.35rem .75rem;border-bottom:1px solid var(--line);\
max-width:75ch;overflow-wrap:break-word}
thead th{border-bottom:2px solid var(--soft);vertical-align:bottom;overflow-wrap:normal}
tbody th{font-weight:600}
.number{text-align:right;white-space:nowrap}
thead .number{white-space:normal}
.bar{--full:calc(100% - 4.75rem);min-width:11rem;background:\
linear-gradient(var(--bar) 0 0) no-repeat .5rem .75rem/calc(var(--full)*var(--share)) .7rem,\
linear-gradient(var(--line) 0 0) no-repeat .5rem .75rem/var(--full) .7rem}
footer{margin-top:3rem;border-top:1px solid var(--line)}
@page{size:A3 landscape;margin:12mm}
@media print{:root{color-scheme:light}html{font-size:11pt}body{padding:0;max-width:none}\
nav{display:none}.scroll{overflow:visible}img{width:auto;max-width:100%;max-height:185mm}\
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}\
figure,section,tr,header{break-inside:avoid}h2,caption{break-after:avoid}}
";

#[cfg(test)]
mod tests {
    use model::diagnostic::{Code, Diagnostic, Origin};
    use model::fixture::Fixture;
    use model::inputs::Source;

    use super::*;

    const WORLD: &str = r#"
        tactic TA0002 execution Execution
        technique T1059 Interpreter in execution on Windows
        technique T1059.001 PowerShell in execution on Windows
        technique T1078 Accounts in execution on Windows
        group G0016 APT29 uses T1059.001,T1078
        platforms Windows=1
        profile G0016=3
        policy tau=0.7
        decide T1078 accept until 2026-01-01
        have R1 rule detect T1059.001 rule_status=stable rule_level=high status=enabled
    "#;
    const HOSTILE: &str = "</script><img src=x onerror=alert(1)>\"'&\u{202e}";
    const INERT: &str = "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;";

    /// A page in which every text that a user can choose is hostile.
    fn written() -> String {
        let mut fixture = Fixture::parse(WORLD);
        fixture.attack.techniques.iter_mut().for_each(|t| t.name = HOSTILE.to_owned());
        fixture.attack.adversaries[0].name = HOSTILE.to_owned();
        fixture.attack.tactics[0].name = HOSTILE.to_owned();
        fixture.attack.source = HOSTILE.to_owned();
        fixture.capabilities[0].title = HOSTILE.to_owned();
        let mut assessment = fixture.assess();
        assessment.organisation.name = Some(HOSTILE.to_owned());
        assessment.organisation.classification = Some(HOSTILE.to_owned());
        assessment.adversaries[0].id = HOSTILE.to_owned();
        assessment.inputs = vec![Source {
            path: HOSTILE.to_owned(),
            format: HOSTILE.to_owned(),
            sha256: "0123456789abcdef".to_owned(),
            ..Source::default()
        }];
        assessment.diagnostics.push(Diagnostic::new(
            Code::BadId,
            Origin::file(HOSTILE),
            HOSTILE,
            "",
        ));
        let mut out = Vec::new();
        let range = Range { lo: 0.0, exp: 0.3, hi: 0.4 };
        let stack = ReferenceStack {
            id: "sigma".to_owned(),
            attack_version: HOSTILE.to_owned(),
            platforms: 1,
            techniques: 2,
            capabilities: 3,
            coverage: range,
            by_function: std::collections::BTreeMap::new(),
        };
        assessment.attack.domain = "enterprise-attack".to_owned();
        let svg = "<svg><script>1</script></svg>";
        let mut since = Sheet::new(HOSTILE, &[(HOSTILE, "what")]);
        since.notes.push(HOSTILE.to_owned());
        since.rows.push(vec![Value::text(HOSTILE)]);
        let beside = Beside { heatmap: svg, stacks: &[stack], line: &[], since: &[since] };
        write(&assessment, &beside, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// What follows each occurrence, up to a character of `end`.
    fn after<'a>(page: &'a str, what: &str, end: &'a [char]) -> Vec<&'a str> {
        page.split(what).skip(1).map(|rest| rest.split(end).next().unwrap()).collect()
    }

    #[test]
    fn a_text_is_never_markup() {
        let page = written();
        let tags = "!DOCTYPE html head meta title style body header nav main section footer figure \
                    img figcaption h1 h2 p a ul ol li div table caption thead tbody tr th td";
        let tags: Vec<&str> = tags.split_whitespace().collect();
        for tag in after(&page, "<", &[' ', '>']) {
            assert!(tags.contains(&tag.trim_start_matches('/')), "<{tag}");
        }
        assert_eq!(after(&page, "<img", &[' ']).len(), 2, "the scale and the heat map alone");
        assert!(!page.contains("<img src=x") && !page.contains('\u{202e}'));
        assert_eq!(page.matches(INERT).count(), page.matches("onerror").count());
        assert!(page.matches(INERT).count() >= 14, "hardly anything was shown");
    }

    #[test]
    fn nothing_is_fetched() {
        let page = written();
        let sources = after(&page, " src=\"", &['"']);
        assert!(sources.iter().all(|source| source.starts_with("data:image/svg+xml;base64,")));
        for link in after(&page, " href=\"", &['"']) {
            assert!(
                link.starts_with('#') || link.starts_with("https://attack.mitre.org/"),
                "{link}"
            );
        }
        assert!(!page.contains("url(") && !page.contains("@import"));
        assert!(page.contains("default-src 'none'"));
    }

    #[test]
    fn an_id_leads_to_its_page_and_nothing_else_does() {
        let of = |id| address(id).unwrap_or_default();
        assert_eq!(of("T1059.001"), "techniques/T1059/001");
        assert_eq!(of("TA0002"), "tactics/TA0002");
        assert_eq!(of("G0016"), "groups/G0016");
        for id in ["", "T", "T10\"59", "../x", "é1", "T1059/../..", "X0001"] {
            assert_eq!(address(id), None, "{id}");
        }
    }

    #[test]
    fn enough_is_what_the_policy_says_and_what_was_accepted_is_named() {
        let page = written();
        assert!(page.contains("Enough is an expected coverage of 70 %"));
        assert!(page.contains("Accepted and not listed: <a href"));
        for word in ["τ", "tau", "threat_weighted", "raw_any"] {
            assert!(!page.contains(word), "{word}");
        }
    }

    #[test]
    fn the_same_assessment_gives_the_same_bytes() {
        assert_eq!(written(), written());
    }
}
