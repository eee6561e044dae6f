//! Which column of a table holds what: by its name, and for ATT&CK ids also by what stands in it.

use std::collections::{BTreeMap, BTreeSet};

use super::reversed::Lists;
use super::{Layout, products};
use crate::column::Column;
use crate::edited::is_aside_column;
use crate::extract::{self, AttackId};
use crate::frameworks;
use crate::table::{Row, normalise_header};

/// So many rows are looked at to find ids.
const ROWS: usize = 200;

/// What the columns of a table hold.
pub(super) struct Chosen {
    /// By ascending place.
    pub(super) columns: Vec<(usize, Column)>,
    /// Names that say nothing.
    pub(super) unknown: Vec<String>,
    /// Names of columns that say what a column before them says.
    pub(super) second: Vec<(String, Column)>,
    /// All names, by ascending place.
    pub(super) names: Vec<(usize, String)>,
    /// Columns that hold a mark for one technique, with its id.
    pub(super) marked: BTreeMap<usize, String>,
    /// The column of ids holds controls of a catalogue.
    pub(super) ids_are_controls: bool,
    /// The columns whose names are products, for want of anything of ATT&CK.
    pub(super) products: Option<products::Place>,
    /// The framework that the column of controls, the sheet or a title says it is about.
    pub(super) framework: Option<&'static str>,
    /// Controls that are headings here, by their keys: others in the column stand beneath them.
    pub(super) headings: BTreeSet<String>,
}

impl Chosen {
    /// By the names alone.
    pub(super) fn by_name(names: Vec<(usize, String)>, layout: &Layout) -> Self {
        let mut chosen = Self {
            columns: Vec::new(),
            unknown: Vec::new(),
            second: Vec::new(),
            names,
            marked: BTreeMap::new(),
            ids_are_controls: false,
            products: None,
            framework: None,
            headings: BTreeSet::new(),
        };
        for (at, name) in &chosen.names {
            match layout.column(name) {
                Some(column) if !column.adds_up() && has(&chosen.columns, column) => {
                    chosen.second.push((name.clone(), column));
                }
                Some(column) => chosen.columns.push((*at, column)),
                None if is_aside_column(name) => {}
                None => chosen.unknown.push(name.clone()),
            }
        }
        let products = chosen.columns.iter().find(|(_, column)| *column == Column::Products);
        if let Some((at, _)) = products.filter(|_| layout.columns.contains_key(&Column::Products)) {
            chosen.take_products(products::place(*at, &chosen.names));
        }
        chosen
    }

    /// How many columns there are up to the last that has a name.
    pub(super) fn width(&self) -> usize {
        self.names.iter().map(|(at, _)| at + 1).max().unwrap_or(0)
    }

    /// Takes columns that hold marks, whatever their names say otherwise.
    pub(super) fn take_marked(&mut self, marked: BTreeMap<usize, String>) {
        self.columns.retain(|(at, _)| !marked.contains_key(at));
        let names = self.names.iter().filter(|(at, _)| marked.contains_key(at));
        let names: BTreeSet<&str> = names.map(|(_, name)| name.as_str()).collect();
        self.unknown.retain(|unknown| !names.contains(unknown.as_str()));
        self.marked = marked;
    }

    /// Takes the column of ids for one of controls, too.
    pub(super) fn take_controls(&mut self, at: usize) {
        self.columns.push((at, Column::Controls));
        self.columns.sort_unstable();
        self.ids_are_controls = true;
    }

    /// Takes the columns of a table that lists controls by technique.
    pub(super) fn take_reversed(&mut self, lists: &Lists) {
        let (used, unused): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.columns).into_iter().partition(|(at, c)| lists.uses(*at, *c));
        self.columns = used;
        let unused = unused.iter().filter(|(_, column)| !Lists::repeats_technique(*column));
        let unused: Vec<String> = unused.map(|(at, _)| self.name(*at).to_owned()).collect();
        self.unknown.extend(unused);
        let names: BTreeSet<String> =
            lists.lists.iter().map(|(_, name)| normalise_header(name)).collect();
        self.unknown.retain(|unknown| !names.contains(&normalise_header(unknown)));
        self.columns.retain(|(_, column)| *column != Column::Controls);
        self.columns.extend(lists.lists.iter().map(|(at, _)| (*at, Column::Controls)));
        self.columns.sort_unstable();
    }

    /// Of several columns with a name for techniques, takes those that hold no id for one of their
    /// names, if another holds ids.
    pub(super) fn look_for_names(&mut self, rows: &[Row]) {
        let techniques = self.columns.iter().filter(|(_, c)| *c == Column::Techniques);
        let techniques: Vec<usize> = techniques.map(|(at, _)| *at).collect();
        if techniques.len() < 2 {
            return;
        }
        let (ids, names): (Vec<usize>, Vec<usize>) =
            techniques.into_iter().partition(|at| names_ids(rows, *at));
        if !ids.is_empty() {
            for (_, column) in self.columns.iter_mut().filter(|(at, _)| names.contains(at)) {
                *column = Column::TechniqueNames;
            }
        }
    }

    /// Of several columns with a name for titles, takes the first that holds ids for the column of
    /// ids, where there is none: `Control` is `AC-2` where `Control name` stands beside it.
    pub(super) fn look_for_own_ids(&mut self, rows: &[Row], layout: &Layout) {
        let Some(title) = self.columns.iter().position(|(_, c)| *c == Column::Title) else {
            return;
        };
        if has(&self.columns, Column::Id) || layout.columns.contains_key(&Column::Title) {
            return;
        }
        let second = self.second.iter().filter(|(_, column)| *column == Column::Title);
        let second: BTreeSet<&str> = second.map(|(name, _)| name.as_str()).collect();
        let first = self.columns[title].0;
        let is_second =
            |(at, name): &&(usize, String)| *at > first && second.contains(name.as_str());
        let seconds = self.names.iter().filter(is_second).map(|(at, _)| *at);
        let seconds: Vec<usize> = seconds.collect();
        let ids = [first].into_iter().chain(seconds.iter().copied()).find(|at| has_ids(rows, *at));
        let (Some(ids), Some(second)) = (ids, seconds.first().copied()) else { return };
        let name = if ids == first { second } else { first };
        self.columns.retain(|(_, column)| *column != Column::Title);
        self.columns.extend([(ids, Column::Id), (name, Column::Title)]);
        self.columns.sort_unstable();
        let taken = [self.name(ids).to_owned(), self.name(name).to_owned()];
        self.second.retain(|(name, column)| *column != Column::Title || !taken.contains(name));
    }

    /// The name of a column, as it is compared.
    pub(super) fn name(&self, at: usize) -> &str {
        let ix = self.names.binary_search_by_key(&at, |(column, _)| *column);
        ix.map(|ix| self.names[ix].1.as_str()).unwrap_or_default()
    }

    /// Takes a column for one of products; it is nothing else but a title or an id. What kind of
    /// product it is says nothing about what it does.
    pub(super) fn take_products(&mut self, place: products::Place) {
        let at = place.product;
        // Somebody may have said that it is one of products.
        let stays = |column| matches!(column, Column::Id | Column::Title);
        let beside = |column: usize| Some(column) == place.maker || Some(column) == place.kind;
        self.columns.retain(|(column, known)| {
            (*column != at || stays(*known)) && Some(*column) != place.kind
        });
        let used = |column: usize| column == at || beside(column);
        let names = self.names.iter().filter(|(column, _)| used(*column));
        let names: Vec<&String> = names.map(|(_, name)| name).collect();
        self.unknown.retain(|unknown| !names.contains(&unknown));
        self.columns.push((at, Column::Products));
        self.columns.sort_unstable();
        self.products = Some(place);
    }

    /// The framework that the name of a column speaks of, else what says what the table is about.
    pub(super) fn framework(&self, column: Column, about: &[&str]) -> Option<&'static str> {
        let at = self.columns.iter().find(|(_, known)| *known == column).map(|(at, _)| *at);
        let name = self.names.iter().find(|(place, _)| Some(*place) == at);
        let named = name.and_then(|(_, name)| frameworks::framework_in(name));
        named.or_else(|| about.iter().find_map(|text| frameworks::framework_in(text)))
    }

    /// Looks which controls have others beneath them.
    pub(super) fn look_for_headings(&mut self, rows: &[Row]) {
        let is_controls = |(_, column): &&(usize, Column)| *column == Column::Controls;
        let Some((at, _)) = self.columns.iter().find(is_controls) else { return };
        let controls = rows.iter().filter_map(|row| frameworks::control(&row.cell(*at)?.text));
        self.headings = controls.filter_map(|id| frameworks::heading(&id)).collect();
    }

    /// Whether a cell names a control that is a heading here.
    pub(super) fn is_heading(&self, text: &str) -> bool {
        frameworks::is_heading(text, &self.headings)
    }

    /// Which columns there are.
    pub(super) fn found(&self) -> BTreeSet<Column> {
        self.columns.iter().map(|(_, column)| *column).collect()
    }

    /// Whether a column is there for something that ATT&CK knows.
    pub(super) fn names_attack(&self) -> bool {
        [Column::Techniques, Column::Mitigations, Column::DataComponents]
            .into_iter()
            .any(|column| has(&self.columns, column))
    }

    /// Takes the columns without a name for it in which most cells begin with a technique's id.
    pub(super) fn look_for_ids(&mut self, rows: &[Row]) {
        for (at, name) in &self.names {
            let known = self.columns.iter().position(|(column, _)| column == at);
            let may_hold_ids = known.is_none_or(|ix| self.columns[ix].1 == Column::Id);
            if !may_hold_ids || !holds_ids(rows, *at) {
                continue;
            }
            match known {
                Some(ix) => self.columns[ix].1 = Column::Techniques,
                None => self.columns.push((*at, Column::Techniques)),
            }
            self.unknown.retain(|unknown| unknown != name);
        }
        self.columns.sort_unstable();
    }
}

fn has(columns: &[(usize, Column)], column: Column) -> bool {
    columns.iter().any(|(_, known)| *known == column)
}

/// Whether some cell of a column names an id; one without any cell may do so further down.
fn names_ids(rows: &[Row], column: usize) -> bool {
    let mut cells = rows.iter().take(ROWS).filter_map(|row| row.cell(column)).peekable();
    cells.peek().is_none() || cells.any(|cell| extract::ids(&cell.text).next().is_some())
}

/// Whether nine of ten cells of a column are one short word with a digit in it.
fn has_ids(rows: &[Row], column: usize) -> bool {
    let is_id = |text: &&str| {
        let is_word = text.len() <= 20 && !text.contains(char::is_whitespace);
        is_word && text.contains(|c: char| c.is_ascii_digit())
    };
    let cells = || rows.iter().take(ROWS).filter_map(|row| row.cell(column));
    let ids = cells().map(|cell| cell.text.as_str()).filter(is_id);
    let ids = ids.count();
    ids > 0 && ids * 10 >= cells().count() * 9
}

/// Whether nine of ten cells of a column begin with a technique's id.
fn holds_ids(rows: &[Row], column: usize) -> bool {
    let cells = rows.iter().take(ROWS).filter_map(|row| row.cell(column));
    let (mut ids, mut all) = (0, 0);
    for cell in cells {
        let word = cell.text.split([' ', ',', ';', ':', '\n', '|']).next().unwrap_or_default();
        all += 1;
        ids += usize::from(matches!(extract::id(word), Some(AttackId::Technique(_))));
    }
    ids > 0 && ids * 10 >= all * 9
}
