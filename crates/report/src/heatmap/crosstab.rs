//! Rows by columns: a slide, or as many pixels high as it takes to read every row; lower where few
//! rows need less.

use super::cell;
use super::{Block, LEADING, Page, Size, from_top, legend, paragraph, stacked};
use crate::canvas::{self, Alternative, Label, Mark, Rect, Type};
use crate::crosstab::{Cell, Crosstab, Row};
use crate::matrix::Shade;
use crate::text::{self, Weight, Words};
use crate::theme;

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

/// Draws the table as an SVG picture with its own fonts.
#[must_use]
pub fn svg(table: &Crosstab) -> String {
    let page = page(table);
    canvas::draw((page.width, page.height), &marks(table, &page), &alternative(table))
}

/// As wide as a slide and as high, where the rows neither need more nor less.
fn page(table: &Crosstab) -> Page {
    let page = Size::Slide.page();
    let free = Rect::new(0.0, 0.0, f64::from(page.width) - 2.0 * page.margin, 0.0);
    let (_, top) = head(table, &page, free);
    let (_, bottom) = foot(table, &page, free);
    let around = 2.0 * page.margin + top + bottom;
    let [least, most] = [LOWEST, HIGHEST].map(|row| around + row * table.rows.len() as f64);
    let height = f64::from(page.height).min(most).max(least);
    Page { height: height.ceil() as u32, ..page }
}

fn marks(table: &Crosstab, page: &Page) -> Vec<Mark> {
    let sheet = Rect::new(0.0, 0.0, f64::from(page.width), f64::from(page.height));
    let mut marks = vec![Mark::Area(sheet, theme::PAPER)];
    let free = sheet.inset(page.margin);
    let free = from_top(free, head(table, page, free), &mut marks);
    let (_, height) = foot(table, page, free);
    let bottom = free.strip(free.h - height, height);
    marks.extend(foot(table, page, bottom).0);
    marks.extend(body(table, free.strip(0.0, free.h - height)));
    marks
}

/// Everything above the rows.
fn head(table: &Crosstab, page: &Page, area: Rect) -> Block {
    let mut marks = Vec::new();
    let title = Type::bold(page.title, theme::INK);
    let free = from_top(area, paragraph(&table.title, title, area), &mut marks);
    let subtitle = Type::regular(page.subtitle, theme::SOFT_INK);
    let free = from_top(free, paragraph(&table.subtitle, subtitle, free), &mut marks);
    let free = from_top(free, legend::marks(&table.legend, page.legend, free), &mut marks);
    let columns = Columns::of(table, area);
    let line = page.heading * LEADING;
    for (at, name) in table.headings.iter().enumerate() {
        let place = columns.cell(at, Rect { h: 2.0 * line, ..free });
        marks.extend(heading(name, place, Type::bold(page.heading, theme::INK)));
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

fn foot(table: &Crosstab, page: &Page, area: Rect) -> Block {
    let (marks, height) =
        paragraph(&table.footnote, Type::regular(page.footnote, theme::SOFT_INK), area);
    (marks, height + page.margin / 4.0)
}

fn body(table: &Crosstab, area: Rect) -> Vec<Mark> {
    let height = (area.h / table.rows.len().max(1) as f64).clamp(1.0, HIGHEST);
    let columns = Columns::of(table, area);
    let em = letters(height);
    let rows = table.rows.iter().enumerate();
    let row = |(at, row): (usize, &Row)| {
        let place = area.strip(at as f64 * height, height - GAP);
        let name = Rect { w: columns.names, ..place };
        let label = Label::left(&row.name, name, Type::regular(em, theme::INK));
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
    let ink = match cell.shade {
        Shade::OutOfScope => theme::OUT_OF_SCOPE.ink,
        Shade::Step(step) => theme::step(step).ink,
    };
    let face = Type::regular(em, ink);
    let width = text::width(&text::drawable(&cell.text), face.weight, em).min(area.w);
    let spare = (area.w - width) / 2.0;
    let frame = Rect { x: area.x + spare, w: width + 0.5, ..area };
    marks.push(Mark::Label(Label::left(&cell.text, frame, face)));
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
    let description = format!("{} {} {}.", table.subtitle, table.footnote, rows.join(". "));
    Alternative { title: table.title.clone(), description }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use resvg::tiny_skia::Pixmap;

    use super::*;
    use crate::matrix::Legend;
    use crate::png;

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
            title: "3 assessments: 10 % to 40 % is expected to be covered".to_owned(),
            subtitle: "Not like for like: not the same scope everywhere".to_owned(),
            footnote: "Number: percent.".to_owned(),
            legend: Legend {
                steps: ["None", "1", "2", "3", "4"].map(str::to_owned),
                outlined: "Where most is missing".to_owned(),
                ..Legend::default()
            },
            headings: headings.map(str::to_owned).to_vec(),
            rows: (0..rows).map(row).collect(),
        }
    }

    fn labels(table: &Crosstab, page: &Page) -> Vec<Label> {
        let label = |mark| match mark {
            Mark::Label(label) if !label.text.is_empty() => Some(label),
            _ => None,
        };
        marks(table, page).into_iter().filter_map(label).collect()
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
            table.subtitle = sentence.clone();
            table.headings[2] = sentence;
            let page = page(&table);
            let sheet = Rect::new(0.0, 0.0, f64::from(page.width), f64::from(page.height));
            let labels = labels(&table, &page);
            for label in &labels {
                prop_assert!(text::is_drawable(&label.text), "{label:?}");
                prop_assert!(label.width() <= label.frame.w + 0.51, "{label:?}");
                prop_assert!(sheet.contains(label.frame), "{label:?}");
            }
            for (at, label) in labels.iter().enumerate() {
                let met = labels[at + 1..].iter().find(|other| label.frame.meets(other.frame));
                prop_assert!(met.is_none(), "{label:?} {met:?}");
            }
            prop_assert!(png::parse(&svg(&table)).is_ok());
        }
    }

    #[test]
    fn a_hundred_rows_are_legible_on_a_higher_page() {
        let table = table(100, "Tenant");
        let page = page(&table);
        assert!(page.height > 2300, "{}", page.height);
        let labels = labels(&table, &page);
        let name = labels.iter().find(|label| label.text == "Tenant 99").unwrap();
        assert!(name.face.em >= 13.5, "{name:?}");
        let some = super::page(&self::table(25, "Tenant"));
        assert_eq!((some.width, some.height), (1920, 1080));
        let few = super::page(&self::table(3, "Tenant"));
        assert!(few.height < 450, "{}", few.height);
    }

    #[test]
    fn the_picture_has_its_size_and_its_figures() {
        let dark = |svg: &str| {
            let pixels = Pixmap::decode_png(&png::render(svg, 1.0).unwrap()).unwrap();
            assert_eq!((pixels.width(), pixels.height()), (1920, 1080));
            pixels.pixels().iter().filter(|pixel| pixel.red() < 100).count()
        };
        let picture = svg(&table(20, "Tenant"));
        let hidden = picture.replace("<text ", "<text visibility=\"hidden\" ");
        assert!(dark(&picture) > dark(&hidden) + 2_000);
        assert!(picture == svg(&table(20, "Tenant")), "the same bytes");
    }
}
