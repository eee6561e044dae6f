//! Which column of a table holds what: by its name, and for ATT&CK ids also by what stands in it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Layout, products};
use crate::column::Column;
use crate::edited::is_aside_column;
use crate::extract::{self, AttackId};
use crate::frameworks;
use crate::table::Row;

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
    /// The framework that the column of controls, or the sheet, says it is about.
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

    /// The framework that the name of a column, else of the sheet, speaks of.
    pub(super) fn framework(&self, column: Column, sheet: Option<&str>) -> Option<&'static str> {
        let at = self.columns.iter().find(|(_, known)| *known == column).map(|(at, _)| *at);
        let name = self.names.iter().find(|(place, _)| Some(*place) == at);
        let named = name.and_then(|(_, name)| frameworks::framework_in(name));
        named.or_else(|| frameworks::framework_in(sheet?))
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
