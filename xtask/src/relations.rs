//! How the controls of ISO 27001 and of NIST's Cybersecurity Framework are related to those of NIST
//! 800-53, as NIST publishes it: ids and relations. One of the sources is among the reference
//! data and is read; the ids of the others were taken over once, and are checked and put in order.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;

use calamine::{Reader, open_workbook_auto};

/// The controls that a control is related to, by the parts of its id, for the order.
type Relations = BTreeMap<Vec<Part>, (String, BTreeSet<(Vec<Part>, String)>)>;

/// Letters sort as text, digits as numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u32),
    Text(String),
}

const COLUMNS: &str = "control,related\n";

const ISO_2013: &str = "# source: NIST, SP 800-53 Rev. 5 to ISO/IEC 27001:2013; licence: public \
domain, work of the US government; ids and relations only\n";

/// The number of controls in each part of Annex A of the edition of 2022.
const ANNEX_A: [(u32, u32); 4] = [(5, 37), (6, 8), (7, 14), (8, 34)];

/// Controls that came to NIST 800-53 after the list that is at hand.
const LATER: [&str; 2] = ["IA-13", "SA-24"];

/// The names and texts of all relations; `controls` are those of NIST 800-53.
pub(crate) fn tables(
    shared: &Path,
    folder: &Path,
    controls: &BTreeSet<String>,
) -> Result<Vec<(&'static str, String)>, Box<dyn Error>> {
    let kept = |name: &str| read(&folder.join(format!("{name}.csv")));
    let lists = shared.join("corpora/controls");

    let iso_2013 = iso_2013(&lists.join("sp800-53r5-to-iso-27001-mapping.xlsx"))?;
    let (iso_source, iso) = kept("iso_27001_2022")?;
    let annex = ANNEX_A.iter().flat_map(|(part, n)| (1..=*n).map(move |i| format!("A.{part}.{i}")));
    same("iso_27001_2022", &iso, &annex.collect())?;

    let (csf_source, csf) = kept("nist_csf")?;
    let subcategories = subcategories(&lists.join("cisoassistant_nist-csf-2.0.xlsx"))?;
    same("nist_csf", &csf, &subcategories)?;
    let (former_source, former) = kept("nist_csf_former")?;
    exist("nist_csf_former", &former, &subcategories)?;

    let later = LATER.iter().map(ToString::to_string);
    let controls: BTreeSet<String> = controls.iter().cloned().chain(later).collect();
    for (name, relations) in [("2013", &iso_2013), ("2022", &iso), ("nist_csf", &csf)] {
        exist(name, relations, &controls)?;
    }
    Ok(vec![
        ("iso_27001_2013", text(ISO_2013, &iso_2013)),
        ("iso_27001_2022", text(&iso_source, &iso)),
        ("nist_csf", text(&csf_source, &csf)),
        ("nist_csf_former", text(&former_source, &former)),
    ])
}

/// What NIST's workbook relates to Annex A of 2013. An asterisk says that a control is not all
/// that the other asks for; that holds for most relations and is not kept.
fn iso_2013(path: &Path) -> Result<Relations, Box<dyn Error>> {
    let mut relations = Relations::new();
    for row in rows(path, "Sheet1")? {
        let Some(nist) = row.first().and_then(|id| padded(id)) else { continue };
        let iso = row.last().map(String::as_str).unwrap_or_default();
        let ids = iso.split([',', '\n', ' ']).map(|id| id.trim_matches('*'));
        // One row leaves a number open: `A.12.x`.
        let is_control = |id: &&str| id.starts_with("A.") && !id.ends_with(".x");
        ids.filter(is_control).for_each(|id| add(&mut relations, id, &nist));
    }
    if relations.len() < 100 { Err("few controls of ISO 27001:2013".into()) } else { Ok(relations) }
}

/// The subcategories of CSF 2.0 that there are.
fn subcategories(path: &Path) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let rows = rows(path, "csf_content")?.into_iter();
    let assessed = rows.filter(|row| row.first().is_some_and(|cell| cell == "x"));
    Ok(assessed.filter_map(|row| row.get(2).cloned()).collect())
}

fn rows(path: &Path, sheet: &str) -> Result<Vec<Vec<String>>, Box<dyn Error>> {
    let range = open_workbook_auto(path)?.worksheet_range(sheet)?;
    Ok(range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect())
}

/// `AC-02` for `AC-2`.
fn padded(id: &str) -> Option<String> {
    let (family, number) = id.trim().split_once('-')?;
    let number: u8 = number.parse().ok()?;
    (family.len() == 2).then(|| format!("{family}-{number:02}"))
}

fn add(relations: &mut Relations, control: &str, related: &str) {
    let entry =
        relations.entry(parts(control)).or_insert_with(|| (control.to_owned(), BTreeSet::new()));
    if !related.is_empty() {
        entry.1.insert((parts(related), related.to_owned()));
    }
}

fn parts(id: &str) -> Vec<Part> {
    let of_a_kind = |a: char, b: char| a.is_ascii_digit() == b.is_ascii_digit();
    let chars: Vec<char> = id.chars().collect();
    let parts =
        chars.chunk_by(|a, b| of_a_kind(*a, *b)).map(|part| part.iter().collect::<String>());
    parts.map(|part| part.parse().map_or(Part::Text(part), Part::Number)).collect()
}

/// A committed table: its first line, and the relations.
fn read(path: &Path) -> Result<(String, Relations), Box<dyn Error>> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let (source, rows) = text.split_once('\n').ok_or("no source")?;
    let rows = rows.strip_prefix(COLUMNS).ok_or_else(|| format!("{}: columns", path.display()))?;
    let mut relations = Relations::new();
    for row in rows.lines() {
        let (control, related) = row.split_once(',').ok_or_else(|| format!("{row}: no comma"))?;
        add(&mut relations, control, "");
        related.split_whitespace().for_each(|id| add(&mut relations, control, id));
    }
    Ok((format!("{source}\n"), relations))
}

fn text(source: &str, relations: &Relations) -> String {
    let row = |(control, related): &(String, BTreeSet<(Vec<Part>, String)>)| {
        let related: Vec<&str> = related.iter().map(|(_, id)| id.as_str()).collect();
        format!("{control},{}\n", related.join(" "))
    };
    format!("{source}{COLUMNS}{}", relations.values().map(row).collect::<String>())
}

/// The controls are these and no others.
fn same(name: &str, relations: &Relations, ids: &BTreeSet<String>) -> Result<(), Box<dyn Error>> {
    let found: BTreeSet<String> = relations.values().map(|(id, _)| id.clone()).collect();
    match found.symmetric_difference(ids).next() {
        Some(odd) => Err(format!("{name}: {odd} is missing or does not exist").into()),
        None => Ok(()),
    }
}

/// What they are related to exists; of a part of a control, its whole does.
fn exist(name: &str, relations: &Relations, ids: &BTreeSet<String>) -> Result<(), Box<dyn Error>> {
    let whole = |id: &str| id.split('(').next().unwrap_or_default().to_owned();
    let mut related = relations.values().flat_map(|(_, related)| related);
    match related.find(|(_, id)| !ids.contains(&whole(id))) {
        Some((_, id)) => Err(format!("{name}: {id} does not exist").into()),
        None => Ok(()),
    }
}
