//! A small organisation in every word of which stands something that some program would act on,
//! and the same with harmless words.

use std::fs;
use std::path::Path;

use rust_xlsxwriter::Workbook;

/// What stands where people write what they like.
pub(super) struct Words(pub(super) Vec<String>);

/// For spreadsheets, browsers, Markdown, terminals, calendars and templates, in this order.
const HOSTILE: &[&str] = &[
    "=HYPERLINK(\"http://example.org\",\"x\")",
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "-2+3",
    "'=1+1",
    " =1+1",
    "\t=1+1",
    "\u{feff}=1+1",
    "\u{ff1d}1+1",
    "</script><img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "'><a href=javascript:alert(1) onclick='x'>",
    "--><!--<script>alert(1)</script>",
    "]]><script>alert(1)</script><![CDATA[",
    "</style></title></textarea><iframe srcdoc=x>",
    "&lt;img src=x&gt;&#60;b&#62;",
    "<b>bold</b><base href=//example.org>",
    "a|b||c\\|d",
    "`code` ``` [x](javascript:alert(1)) ![x](http://example.org/x.png)",
    "[x]: javascript:alert(1)",
    "# heading * _under_ __bold__ ~~gone~~ <http://example.org>",
    "\u{1b}[2J\u{1b}[31mred",
    "\u{1b}]8;;http://example.org\u{7}link\u{1b}]8;;\u{7}",
    "\u{1b}]52;c;aGFja2Vk\u{7}",
    "\u{1b}P1$r\u{1b}\\\u{9b}2J\u{9d}0;title\u{9c}",
    "\u{202e}gnp.exe\u{2066}x\u{200f}\u{61c}",
    "nul\u{0}in \u{8}\u{8}\u{7f}",
    "\u{ffff}\u{fffe}\u{2028}\u{2029}",
    "quotes \" ' \u{201c} \\\" \\",
    "two\nlines\r\n\r\n# three",
    "\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nATTACH:file:///etc/passwd",
    "*/ */ @import url(http://example.org); {{7*7}} ${7*7} <%= 7*7 %>",
    "- item",
    "1) item",
    "    code",
    "+ x\n===\n---",
    "x: !!python/object/apply:os.system [id]\n- &a *a",
];

impl Words {
    pub(super) fn hostile() -> Self {
        Self(HOSTILE.iter().map(|word| (*word).to_owned()).collect())
    }

    pub(super) fn harmless() -> Self {
        Self((0..HOSTILE.len()).map(|at| format!("harmless {at}")).collect())
    }

    /// Those that can be typed: what no argument can hold is left out.
    pub(super) fn typed(&self) -> Vec<String> {
        self.0.iter().filter(|word| !word.contains('\0')).cloned().collect()
    }

    /// One of them; any number will do.
    fn word(&self, at: usize) -> &str {
        &self.0[at % self.0.len()]
    }

    /// One of them without what divides paths and log sources.
    fn name(&self, at: usize) -> String {
        self.word(at).replace(['/', '\0'], "_")
    }
}

/// Techniques that are spoken of, so that each has a row in the lists.
const TECHNIQUES: [&str; 12] = [
    "T1059.001",
    "T1078",
    "T1566.001",
    "T1003.001",
    "T1486",
    "T1105",
    "T1021.001",
    "T1190",
    "T1110",
    "T1547.001",
    "T1041",
    "T1082",
];

fn technique(at: usize) -> &'static str {
    TECHNIQUES[at % TECHNIQUES.len()]
}

/// Words that may be names of segments: without comma, semicolon and bar.
const SEGMENTS: [usize; 2] = [3, 9];

const COLUMNS: [&str; 17] = [
    "id",
    "title",
    "kind",
    "function",
    "techniques",
    "controls",
    "mitigations",
    "status",
    "strength",
    "family",
    "location",
    "segment",
    "owner",
    "notes",
    "cost",
    "tests_passed",
    "tests_run",
];

/// Writes the project into `shop`.
pub(super) fn write(words: &Words, folder: &Path) {
    let shop = folder.join("shop");
    fs::create_dir_all(shop.join("rules")).unwrap();
    // The name of a file is a word, too.
    let register = format!("register {}.csv", words.name(17));
    table(&shop.join(&register), &(0..words.0.len()).map(|at| row(words, at)).collect::<Vec<_>>());
    table(&shop.join("wishes.csv"), &(0..6).map(|at| row(words, at + 9)).collect::<Vec<_>>());
    workbook(words, &shop.join("book.xlsx"));
    groups(words, &shop.join("groups.csv"));
    for at in 0..words.0.len() {
        rule(words, at, &shop.join("rules").join(format!("{} {at}.yml", words.name(at))));
    }
    fs::write(shop.join("broken.yml"), format!("title: [{}", words.word(9))).unwrap();
    fs::write(shop.join("lacuna.toml"), settings(words, &register)).unwrap();
}

/// A row of the register in which every free text is a word.
fn row(words: &Words, at: usize) -> [String; 17] {
    let is_rule = at.is_multiple_of(3);
    let word = |more: usize| words.word(at + more).to_owned();
    [
        format!("{} {at}", words.word(at)),
        word(1),
        if is_rule { "rule" } else { "control" }.to_owned(),
        if is_rule { "detect" } else { "prevent" }.to_owned(),
        technique(at).to_owned(),
        if at.is_multiple_of(4) { "AC-2".to_owned() } else { String::new() },
        if at.is_multiple_of(5) { "M1032".to_owned() } else { String::new() },
        if at % 7 == 6 { "planned" } else { "implemented" }.to_owned(),
        "0.5".to_owned(),
        format!("{} {at}", words.name(at + 2)),
        word(3),
        if at.is_multiple_of(6) {
            words.word(SEGMENTS[at % 4 / 2]).to_owned()
        } else {
            String::new()
        },
        word(4),
        word(5),
        "2".to_owned(),
        "1".to_owned(),
        "2".to_owned(),
    ]
}

/// A word as a table may hold it: a file with a NUL in it is no text.
fn in_table(word: &str) -> String {
    word.replace('\0', "\u{1}")
}

fn table(path: &Path, rows: &[[String; 17]]) {
    let mut csv = csv::Writer::from_path(path).unwrap();
    csv.write_record(COLUMNS).unwrap();
    rows.iter()
        .for_each(|row| csv.write_record(row.each_ref().map(|cell| in_table(cell))).unwrap());
    csv.flush().unwrap();
}

/// A register in a workbook, on a sheet whose name is a word, with columns that have no meaning.
fn workbook(words: &Words, path: &Path) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    // Excel has marks that no name may hold, and room for so many.
    let is_allowed = |c: &char| !"[]:*?/\\".contains(*c) && !c.is_control();
    let name: String = words.word(0).chars().filter(is_allowed).take(31).collect();
    sheet.set_name(name.trim_matches('\'')).unwrap();
    let columns = ["id", "title", "techniques", "status", "owner"];
    sheet.write_row(0, 0, columns).unwrap();
    sheet.write(0, 5, words.word(9)).unwrap();
    for (at, line) in (0..6).zip(1..) {
        let title = words.word(at + 20).replace(|c: char| c.is_control() || c > '\u{fff0}', " ");
        let cells = [
            format!("book {at} {title}"),
            title.clone(),
            technique(at).to_owned(),
            "implemented".to_owned(),
            title.clone(),
            title,
        ];
        sheet.write_row(line, 0, cells).unwrap();
    }
    book.save(path).unwrap();
}

/// Adversaries of our own, by words.
fn groups(words: &Words, path: &Path) {
    let mut csv = csv::Writer::from_path(path).unwrap();
    csv.write_record(["group", "technique"]).unwrap();
    for at in 0..words.0.len() {
        csv.write_record([&in_table(words.word(at)), technique(at)]).unwrap();
        csv.write_record([&in_table(words.word(at)), technique(at + 1)]).unwrap();
    }
    csv.flush().unwrap();
}

/// A rule of Sigma; JSON is YAML.
fn rule(words: &Words, at: usize, path: &Path) {
    let word = |more: usize| words.word(at + more);
    let rule = serde_json::json!({
        "title": word(6),
        "id": format!("rule-{at} {}", word(7)),
        "status": "stable",
        "level": "high",
        "author": word(8),
        "description": word(9),
        "logsource": { "product": "windows", "category": format!("{} {at}", words.name(at + 10)) },
        "tags": [format!("attack.{}", technique(at).to_lowercase()), word(11)],
        "detection": { "selection": { "Image": word(12) }, "condition": "selection" },
    });
    // What YAML does not take as it is, it takes as an escape.
    let escaped = |c: char| match c {
        ' '..='~' | '\n' => c.to_string(),
        c => format!("\\u{:04x}", u32::from(c)),
    };
    let text: String = serde_json::to_string_pretty(&rule).unwrap().chars().map(escaped).collect();
    fs::write(path, text).unwrap();
}

/// The project file.
fn settings(words: &Words, register: &str) -> String {
    let decisions = ["fix", "accept", "opportunistic", "fix"];
    let dispositions = (0..words.0.len().min(TECHNIQUES.len())).map(|at| {
        let decision = decisions[at % decisions.len()];
        let day = if decision == "fix" { "due" } else { "until" };
        toml::toml! {
            technique = "T"
            decision = "D"
            owner = "O"
            approver = "A"
            ticket = "K"
            reason = "R"
        }
        .into_iter()
        .map(|(key, _)| {
            let value = match key.as_str() {
                "technique" => technique(at).to_owned(),
                "decision" => decision.to_owned(),
                "owner" => words.word(2 * at).to_owned(),
                "approver" => words.word(2 * at + 1).to_owned(),
                "ticket" => words.word(3 * at + 9).to_owned(),
                _ => words.word(3 * at + 20).to_owned(),
            };
            (key, toml::Value::String(value))
        })
        .chain([(day.to_owned(), toml::Value::String("2026-03-01".to_owned()))])
        .collect::<toml::Table>()
    });
    let text = |text: &str| toml::Value::String(text.to_owned());
    let source = |path: &str| toml::Table::from_iter([("path".to_owned(), text(path))]);
    let segment = |at: usize| {
        toml::Table::from_iter([
            ("name".to_owned(), text(words.word(at))),
            ("share".to_owned(), toml::Value::Float(0.5)),
            ("owner".to_owned(), text(words.word(at + 9))),
        ])
    };
    let mut project = toml::toml! {
        as_of = "2026-01-01"
        [profile]
        adversaries = { "groups.csv" = 2.0, APT29 = 1.0 }
        [scope]
        platforms = { Windows = 0.7, Linux = 0.3 }
        [gate]
        min_coverage = 0.9
        max_gap_priority = 1.0
        no_overdue = true
    };
    let all: Vec<toml::Value> = words.0.iter().map(|word| text(word)).collect();
    let organisation = toml::Table::from_iter([
        ("name".to_owned(), text(&format!("{}{}", words.word(32), words.word(9)))),
        ("tenant".to_owned(), text(words.word(10))),
        ("classification".to_owned(), text(words.word(21))),
        ("tags".to_owned(), toml::Value::Array(all)),
    ]);
    let exclude = toml::Table::from_iter([
        ("technique".to_owned(), text("T1200")),
        ("reason".to_owned(), text(words.word(9))),
    ]);
    let scope = project["scope"].as_table_mut().unwrap();
    scope.insert("exclude".to_owned(), toml::Value::Array(vec![exclude.into()]));
    project.insert("organisation".to_owned(), organisation.into());
    let tables =
        |all: Vec<toml::Table>| toml::Value::Array(all.into_iter().map(Into::into).collect());
    let sources = [register, "book.xlsx", "rules", "broken.yml"].map(source);
    project.insert("source".to_owned(), tables(sources.to_vec()));
    project.insert("segment".to_owned(), tables(SEGMENTS.map(segment).to_vec()));
    project.insert("disposition".to_owned(), tables(dispositions.collect()));
    project.to_string()
}

/// Changes an exported register as somebody would: every owner, and one row more.
pub(super) fn edit(words: &Words, path: &Path) {
    let mut csv = csv::Reader::from_path(path).unwrap();
    let columns = csv.headers().unwrap().clone();
    let at = |name: &str| columns.iter().position(|column| column == name).unwrap();
    let (id, owner) = (at("id"), at("owner"));
    let rows: Vec<csv::StringRecord> = csv.records().map(Result::unwrap).collect();
    let mut edited = csv::Writer::from_path(path).unwrap();
    edited.write_record(&columns).unwrap();
    let mut all = rows.clone();
    all.push(rows[0].clone());
    for (line, row) in all.iter().enumerate() {
        let cell = |(column, cell): (usize, &str)| match column {
            column if column == owner => words.word(line + 3).to_owned(),
            column if column == id && line == rows.len() => format!("new {}", words.word(9)),
            _ => cell.to_owned(),
        };
        edited.write_record(row.iter().enumerate().map(cell)).unwrap();
    }
    edited.flush().unwrap();
}
