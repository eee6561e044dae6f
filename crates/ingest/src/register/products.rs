//! Tables whose rows are security products: no column names anything of ATT&CK, but one holds names
//! that the catalogue of products knows.

use std::collections::BTreeSet;

use crate::products;
use crate::table::{HEADER_ROWS, Row, Table, normalise_header};

/// So many rows are looked at to find products.
const ROWS: usize = 200;

/// Columns for who makes a product: their names are products only where nothing else is there.
const MAKERS: [&str; 6] = ["vendor", "manufacturer", "maker", "supplier", "provider", "hersteller"];

/// Columns for what kind of product it is: where that is not known by name, they say its category.
const KINDS: [&str; 7] =
    ["category", "type", "kind", "product category", "product type", "kategorie", "typ"];

/// The columns that say which product a row is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) product: usize,
    /// Who makes it.
    pub(super) maker: Option<usize>,
    /// Of what kind it is.
    pub(super) kind: Option<usize>,
}

/// Where most cells of a column are names of products, and not all of the same one.
pub(super) fn column(rows: &[Row], names: &[(usize, String)]) -> Option<Place> {
    let found =
        names.iter().filter_map(|(at, name)| Some((named(rows, place(*at, names))?, name, *at)));
    // The one that names more; of two that name as much, who makes it says less.
    let best = found.max_by_key(|(count, name, at)| (!is_maker(name), *count, usize::MAX - at));
    best.map(|(.., product)| place(product, names))
}

/// A column of products, with the one that says who makes them.
pub(super) fn place(product: usize, names: &[(usize, String)]) -> Place {
    let beside = |is: fn(&str) -> bool| {
        let mut others = names.iter().filter(|(at, _)| *at != product);
        others.find(|(_, name)| is(name)).map(|(at, _)| *at)
    };
    Place { product, maker: beside(is_maker), kind: beside(|name| KINDS.contains(&name)) }
}

fn is_maker(name: &str) -> bool {
    MAKERS.contains(&name)
}

/// How many cells of a column name products, if most of them do.
fn named(rows: &[Row], place: Place) -> Option<usize> {
    let rows = rows.iter().take(ROWS);
    let cells = rows.filter_map(|row| Some(with_maker(row, place, &row.cell(place.product)?.text)));
    let (mut all, mut count, mut known) = (0, 0, BTreeSet::new());
    for cell in cells {
        all += 1;
        if let Some(product) = products::named(&cell) {
            count += 1;
            known.insert(product);
        }
    }
    (known.len() > 1 && 2 * count > all).then_some(count)
}

/// The row with the names of the columns where it names none that the register knows: the one
/// above the first product.
pub(super) fn header(table: &Table) -> Option<(usize, Vec<(usize, String)>)> {
    let names = |row: &Row| -> Vec<(usize, String)> {
        row.cells.iter().map(|cell| (cell.column, normalise_header(&cell.text))).collect()
    };
    let headers = table.rows.iter().take(HEADER_ROWS).enumerate();
    let mut headers = headers.filter(|(at, row)| {
        let holds_product = |cell: &crate::table::Cell| products::named(&cell.text).is_some();
        let below = table.rows.get(at + 1);
        !row.cells.iter().any(holds_product)
            && below.is_some_and(|row| row.cells.iter().any(holds_product))
    });
    let (at, row) = headers.next()?;
    column(&table.rows[at + 1..], &names(row)).map(|_| (at, names(row)))
}

/// The text that names a row's product; a product that nobody knows goes by its kind.
pub(super) fn text(row: &Row, place: Place) -> Option<String> {
    let own = &row.cell(place.product)?.text;
    let whole = with_maker(row, place, own);
    let kind = place.kind.and_then(|at| row.cell(at)).map(|kind| &kind.text);
    match kind.filter(|kind| !products::is_known(&whole) && products::is_known(kind)) {
        Some(kind) => Some(kind.clone()),
        None => Some(whole),
    }
}

/// What a product is called with its maker, where that alone makes it known.
fn with_maker(row: &Row, place: Place, own: &str) -> String {
    let maker = place.maker.and_then(|at| row.cell(at));
    let whole = maker.map(|maker| format!("{} {own}", maker.text));
    match whole.filter(|whole| products::named(own).is_none() && products::named(whole).is_some()) {
        Some(whole) => whole,
        None => own.to_owned(),
    }
}
