//! Rows by columns: a slide, or as many pixels high as it takes to read every row; lower where few
//! rows need less.

use super::heatmap::{cell, legend};
use crate::crosstab::{Cell, Crosstab, Row};
use crate::draw::canvas::{Label, Mark, Rect, Type};
use crate::draw::look::Tone;
use crate::draw::picture::{Alternative, Picture};
use crate::draw::text::{self, Weight, Words};
use crate::page::{Block, LEADING, Page, Size, from_top, stacked};

/// A row is not lower, so that its name is legible.
const LOWEST: f64 = 23.0;
/// A higher one would only be emptier.
const HIGHEST: f64 = 60.0;
/// Size of the letters in a row, as a part of its height, and the largest.
const LETTERS: (f64, f64) = (0.62, 19.0);
/// Between cells.
const GAP: f64 = 3.0;
/// Beside the column that sums up the others.
const WIDE_GAP: f64 = 12.0;
/// The widest column of names, as a part of the page.
const WIDEST: f64 = 0.24;

/// Size of the legend and of the headings, as a part of the subtitle's.
const LEGEND: f64 = 0.91;
const HEADING: f64 = 0.85;

/// Lays the table out: as wide as the sheet and as high, where the rows neither need more nor less.
#[must_use]
pub fn picture(table: &Crosstab, size: Size) -> Picture {
    let page = fitted(table, Page::of(size));
    let (mut marks, free) = page.around(&table.caption);
    let free = from_top(free, head(table, &page, free), &mut marks);
    marks.extend(body(table, free));
    page.picture(marks, alternative(table))
}

/// The sheet as high as its rows want it.
fn fitted(table: &Crosstab, page: Page) -> Page {
    let free = Rect::new(0.0, 0.0, f64::from(page.width) - 2.0 * page.margin, 0.0);
    let (_, around) = page.head(&table.caption, free);
    let (_, above) = head(table, &page, free);
    let (_, below) = page.foot(&table.caption, free);
    let around = 2.0 * page.margin + around + above + below;
    let [least, most] = [LOWEST, HIGHEST].map(|row| around + row * table.rows.len() as f64);
    let height = f64::from(page.height).min(most).max(least);
    Page { height: height.ceil() as u32, ..page }
}

/// Everything above the rows: the legend and the headings.
fn head(table: &Crosstab, page: &Page, area: Rect) -> Block {
    let mut marks = Vec::new();
    let legend = legend::marks(&table.legend, page.subtitle * LEGEND, area);
    let free = from_top(area, legend, &mut marks);
    let columns = Columns::of(table, area);
    let em = page.subtitle * HEADING;
    let line = em * LEADING;
    for (at, name) in table.headings.iter().enumerate() {
        let place = columns.cell(at, Rect { h: 2.0 * line, ..free });
        marks.extend(heading(name, place, Type::bold(em, Tone::Ink)));
    }
    let free = free.strip(2.0 * line + 6.0, 0.0);
    (marks, free.y - area.y)
}

/// A name on up to two lines, just above its column, in smaller letters if it needs them.
fn heading(name: &str, area: Rect, face: Type) -> Vec<Mark> {
    let words = Words::new(name, face.weight);
    let rooms = [area.w - 2.0 * GAP; 2];
    let sizes = [1.0, 0.93, 0.86, 0.79].map(|part| part * face.em);
    let em = sizes.into_iter().find(|em| words.fits(*em, &rooms)).unwrap_or(sizes[3]);
    let lines = words.wrap(em, &rooms).lines;
    let line = area.h / 2.0;
    let top = area.h - lines.len() as f64 * line;
    stacked(&lines, area.strip(top, line), Type { em, ..face })
}

fn body(table: &Crosstab, area: Rect) -> Vec<Mark> {
    let height = (area.h / table.rows.len().max(1) as f64).clamp(1.0, HIGHEST);
    let columns = Columns::of(table, area);
    let em = letters(height);
    let rows = table.rows.iter().enumerate();
    let row = |(at, row): (usize, &Row)| {
        let place = area.strip(at as f64 * height, height - GAP);
        let name = Rect { w: columns.names, ..place };
        let label = Label::left(&row.name, name, Type::regular(em, Tone::Ink));
        let cells = row.cells.iter().enumerate();
        let cells = cells.flat_map(|(at, cell)| figure(cell, columns.cell(at, place), em));
        std::iter::once(Mark::Label(label)).chain(cells.collect::<Vec<_>>())
    };
    rows.flat_map(row).collect()
}

fn letters(height: f64) -> f64 {
    (height * LETTERS.0).min(LETTERS.1)
}

/// A cell with its figure in the middle.
fn figure(cell: &Cell, area: Rect, em: f64) -> Vec<Mark> {
    let mut marks = cell::look(cell.shade, area, em);
    let face = Type::regular(em, cell::fill(cell.shade).ink);
    marks.push(Mark::Label(Label::middle(&cell.text, area, face)));
    if cell.outlined {
        marks.extend(cell::outline(area, em));
    }
    marks
}

/// Where the columns are.
struct Columns {
    /// The width of the names of the rows.
    names: f64,
    /// The width of a cell.
    cell: f64,
}

impl Columns {
    fn of(table: &Crosstab, area: Rect) -> Self {
        let width = |row: &Row| text::width(&text::drawable(&row.name), Weight::Regular, LETTERS.1);
        let longest = table.rows.iter().map(width).fold(0.0, f64::max);
        let names = (longest + WIDE_GAP).min(area.w * WIDEST);
        let count = table.headings.len().max(1) as f64;
        Self { names, cell: (area.w - names - WIDE_GAP - (count - 1.0) * GAP) / count }
    }

    /// The cell of a column in a row.
    fn cell(&self, at: usize, row: Rect) -> Rect {
        let after_sum = if at == 0 { 0.0 } else { WIDE_GAP };
        let x = row.x + self.names + at as f64 * (self.cell + GAP) + after_sum;
        Rect::new(x, row.y, self.cell, row.h)
    }
}

fn alternative(table: &Crosstab) -> Alternative {
    let first = table.headings.first().map(String::as_str).unwrap_or_default();
    let row = |row: &Row| {
        let sum = row.cells.first().map(|cell| cell.text.as_str()).unwrap_or_default();
        let outlined = row.cells.iter().zip(&table.headings).filter(|(cell, _)| cell.outlined);
        let outlined: Vec<&str> = outlined.map(|(_, heading)| heading.as_str()).collect();
        format!("{}: {first} {sum}; {}", row.name, outlined.join(", "))
    };
    let rows: Vec<String> = table.rows.iter().map(row).collect();
    table.caption.alternative(&format!("{}.", rows.join(". ")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use resvg::tiny_skia::Pixmap;

    use super::*;
    use crate::draw::look::Look;
    use crate::draw::png;
    use crate::draw::svg as draw;
    use crate::matrix::{Legend, Shade};
    use crate::page::Caption;
    use crate::page::tests::{check_texts, labels};

    fn table(rows: usize, name: &str) -> Crosstab {
        let headings = ["All tactics", "Initial Access", "Command and Control", "Impact"];
        let cell = |at: usize| Cell {
            shade: if at == 5 { Shade::OutOfScope } else { Shade::Step(at as u8) },
            text: if at == 5 { String::new() } else { ["0", "<1", "37", "62", ">99"][at].into() },
            outlined: at == 1,
        };
        let row = |at: usize| Row {
            name: format!("{name} {at}"),
            cells: (0..headings.len()).map(|column| cell((at + column) % 6)).collect(),
        };
        Crosstab {
            caption: Caption {
                title: "3 assessments: 10 % to 40 % is expected to be covered".to_owned(),
                subtitle: "Not like for like: not the same scope everywhere".to_owned(),
                footnote: "Number: percent.".to_owned(),
                ..Caption::default()
            },
            legend: Legend {
                steps: ["None", "1", "2", "3", "4"].map(str::to_owned),
                outlined: "Where most is missing".to_owned(),
                ..Legend::default()
            },
            headings: headings.map(str::to_owned).to_vec(),
            rows: (0..rows).map(row).collect(),
        }
    }

    fn drawn(table: &Crosstab) -> String {
        draw(&picture(table, Size::Slide), Look::default())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn every_text_keeps_to_its_frame(
            rows in 0usize..130,
            name in "\\PC{0,60}",
            sentence in "\\PC{0,300}",
        ) {
            let mut table = table(rows, &name);
            table.caption.subtitle = sentence.clone();
            table.headings[2] = sentence;
            prop_assert_eq!(check_texts(&picture(&table, Size::Slide)), Ok(()));
            prop_assert!(png::parse(&drawn(&table)).is_ok());
        }
    }

    #[test]
    fn a_hundred_rows_are_legible_on_a_higher_page() {
        let sheet = |rows| picture(&table(rows, "Tenant"), Size::Slide);
        let many = sheet(100);
        assert!(many.height > 2300, "{}", many.height);
        let labels = labels(&many);
        let name = labels.iter().find(|label| label.text == "Tenant 99").unwrap();
        assert!(name.face.em >= 13.5, "{name:?}");
        assert_eq!(sheet(25).size(), (1920, 1080));
        assert!(sheet(3).height < 450);
    }

    #[test]
    fn the_picture_has_its_size_and_its_figures() {
        let dark = |svg: &str| {
            let pixels = Pixmap::decode_png(&png::render(svg, 1.0).unwrap()).unwrap();
            assert_eq!((pixels.width(), pixels.height()), (1920, 1080));
            pixels.pixels().iter().filter(|pixel| pixel.red() < 100).count()
        };
        let picture = drawn(&table(20, "Tenant"));
        let hidden = picture.replace("<text ", "<text visibility=\"hidden\" ");
        assert!(dark(&picture) > dark(&hidden) + 2_000);
        assert!(picture == drawn(&table(20, "Tenant")), "the same bytes");
    }
}
