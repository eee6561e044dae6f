//! The heat map: every technique under its tactic, on one page; or assessments by tactic.
//!
//! The layout is computed. A tactic with many techniques is split over several sub-columns, and
//! the split and the size of the letters are those that cut the fewest names.

mod cell;
mod crosstab;
mod grid;
mod legend;

pub use crosstab::svg as crosstab_svg;

use crate::canvas::{self, Alternative, Label, Mark, Rect, Type};
use crate::matrix::Matrix;
use crate::text::Words;
use crate::theme;

/// The page a picture is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Size {
    /// A 16:9 slide of 1920 x 1080 pixels.
    Slide,
}

/// Draws the matrix as an SVG picture with its own fonts.
pub fn svg(matrix: &Matrix, size: Size) -> String {
    let page = size.page();
    canvas::draw((page.width, page.height), &marks(matrix, &page), &alternative(matrix))
}

impl Size {
    fn page(self) -> Page {
        match self {
            Size::Slide => Page {
                width: 1920,
                height: 1080,
                margin: 20.0,
                title: 29.0,
                subtitle: 17.0,
                legend: 15.5,
                heading: 14.5,
                names: Names { largest: 16.0, wanted: 13.5, smallest: 7.5 },
                footnote: 13.0,
            },
        }
    }
}

/// Measures of a page in pixels; those of texts are their em.
struct Page {
    width: u32,
    height: u32,
    margin: f64,
    title: f64,
    subtitle: f64,
    legend: f64,
    heading: f64,
    names: Names,
    footnote: f64,
}

/// The sizes the names in the cells may have.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Names {
    /// Taken only if every name is whole.
    largest: f64,
    /// Taken if nearly every name is whole.
    wanted: f64,
    /// The last resort of crowded matrices.
    smallest: f64,
}

/// How far the lines of a text are apart, in em.
const LEADING: f64 = 1.2;

fn marks(matrix: &Matrix, page: &Page) -> Vec<Mark> {
    let sheet = Rect::new(0.0, 0.0, f64::from(page.width), f64::from(page.height));
    let mut marks = vec![Mark::Area(sheet, theme::PAPER)];
    let free = sheet.inset(page.margin);
    let title = Type::bold(page.title, theme::INK);
    let free = from_top(free, paragraph(&matrix.title, title, free), &mut marks);
    let subtitle = Type::regular(page.subtitle, theme::SOFT_INK);
    let free = from_top(free, paragraph(&matrix.subtitle, subtitle, free), &mut marks);
    let legend = legend::marks(&matrix.legend, page.legend, free);
    let free = from_top(free, legend, &mut marks);
    let footnote = Type::regular(page.footnote, theme::SOFT_INK);
    let (_, height) = paragraph(&matrix.footnote, footnote, free);
    let bottom = free.strip(free.h - height, height);
    marks.extend(paragraph(&matrix.footnote, footnote, bottom).0);
    marks.extend(grid::marks(&matrix.columns, page, free.strip(0.0, free.h - height)));
    marks
}

/// Marks drawn from the top of an area, and how much of its height they take.
type Block = (Vec<Mark>, f64);

/// Puts a block at the top and gives back what is left below it.
fn from_top(free: Rect, (block, height): Block, marks: &mut Vec<Mark>) -> Rect {
    marks.extend(block);
    free.strip(height, free.h - height)
}

/// A sentence on one line, or on two if it has to be.
fn paragraph(sentence: &str, face: Type, area: Rect) -> Block {
    let line = face.em * LEADING;
    let words = Words::new(sentence, face.weight);
    let lines = words.wrap(face.em, &[area.w; 2]).lines;
    let marks = stacked(&lines, area.strip(0.0, line), face);
    (marks, lines.len() as f64 * line)
}

/// Lines of text under one another, the first in `strip`.
fn stacked(lines: &[String], strip: Rect, face: Type) -> Vec<Mark> {
    let place = |at: usize| strip.strip(at as f64 * strip.h, strip.h);
    let label = |(at, line): (usize, &String)| Mark::Label(Label::left(line, place(at), face));
    lines.iter().enumerate().map(label).collect()
}

fn alternative(matrix: &Matrix) -> Alternative {
    let outlined: Vec<String> = matrix
        .columns
        .iter()
        .flat_map(|column| &column.cells)
        .filter(|cell| cell.outlined)
        .map(|cell| format!("{} {}", cell.id, cell.name))
        .collect();
    let mut description = format!("{} {}", matrix.subtitle, matrix.footnote);
    if !outlined.is_empty() {
        description = format!("{description} Outlined: {}.", outlined.join(", "));
    }
    Alternative { title: matrix.title.clone(), description }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use resvg::tiny_skia::Pixmap;

    use super::*;
    use crate::matrix::{Cell, Column, Legend, Shade};
    use crate::{png, text};

    /// As many tactics and techniques as the Enterprise matrix has, with names of its lengths.
    const TACTICS: [(&str, usize); 15] = [
        ("Reconnaissance", 12),
        ("Resource Development", 9),
        ("Initial Access", 11),
        ("Execution", 20),
        ("Persistence", 22),
        ("Privilege Escalation", 13),
        ("Stealth", 30),
        ("Defense Impairment", 18),
        ("Credential Access", 17),
        ("Discovery", 34),
        ("Lateral Movement", 9),
        ("Collection", 17),
        ("Command and Control", 18),
        ("Exfiltration", 9),
        ("Impact", 15),
    ];
    const TECHNIQUES: [&str; 16] = [
        "Phishing",
        "Command and Scripting Interpreter",
        "Valid Accounts",
        "Exploitation for Client Execution",
        "Boot or Logon Autostart Execution",
        "Obfuscated Files or Information",
        "Adversary-in-the-Middle",
        "Scheduled Task/Job",
        "Trusted Developer Utilities Proxy Execution",
        "Ingress Tool Transfer",
        "System Network Configuration Discovery",
        "Input Capture",
        "Data Encrypted for Impact",
        "Windows Management Instrumentation",
        "Exfiltration Over Web Service",
        "Virtualization/Sandbox Evasion",
    ];

    fn realistic() -> Matrix {
        let columns = TACTICS.iter().enumerate().map(|(at, &(name, cells))| Column {
            id: format!("TA{at:04}"),
            name: name.to_owned(),
            share: (at > 1).then_some(0.29),
            left: "29 %".to_owned(),
            right: "12/46".to_owned(),
            cells: (0..cells).map(|row| realistic_cell(at * 31 + row)).collect(),
        });
        Matrix {
            title: "Ten techniques used against us have no strong detection".to_owned(),
            subtitle: "Enterprise · 216 techniques · ≥ 25 groups".to_owned(),
            footnote: "A rule is not proof of detection.".to_owned(),
            legend: Legend {
                steps: ["None", "Trace", "Weak", "Partial", "Strong"].map(str::to_owned),
                outlined: "Priority gap".to_owned(),
                proven: "Proven by a test".to_owned(),
                out_of_scope: "Out of scope".to_owned(),
                fraction: "2/5 = sub-techniques covered".to_owned(),
            },
            columns: columns.collect(),
        }
    }

    fn realistic_cell(at: usize) -> Cell {
        let shade = match at % 6 {
            5 => Shade::OutOfScope,
            step => Shade::Step(step as u8),
        };
        Cell {
            id: format!("T{at:04}"),
            name: TECHNIQUES[at * 7 % TECHNIQUES.len()].to_owned(),
            shade,
            outlined: at.is_multiple_of(25),
            proven: at.is_multiple_of(24),
            fraction: at.is_multiple_of(3).then_some((at % 5, 5 + at % 12)),
        }
    }

    fn labels(matrix: &Matrix) -> Vec<Label> {
        let label = |mark| match mark {
            Mark::Label(label) if !label.text.is_empty() => Some(label),
            _ => None,
        };
        marks(matrix, &Size::Slide.page()).into_iter().filter_map(label).collect()
    }

    fn any_text(longest: usize) -> impl Strategy<Value = String> {
        let of = |letters| {
            let pattern = format!("{letters}{{1,{longest}}}");
            prop::string::string_regex(&pattern).expect("a valid pattern")
        };
        prop_oneof![3 => of("[A-Za-z &<>/-]"), 1 => of("\\PC")]
    }

    fn any_column() -> impl Strategy<Value = Column> {
        let shade = prop_oneof![Just(Shade::OutOfScope), (0..5u8).prop_map(Shade::Step)];
        let cell = (shade, any_text(60), any::<(bool, bool)>()).prop_map(
            |(shade, name, (outlined, proven))| {
                let fraction = outlined.then_some((name.len(), 60));
                Cell { id: "T1".to_owned(), name, shade, outlined, proven, fraction }
            },
        );
        let share = prop::option::of(any::<f64>());
        let captions = (any_text(20), any_text(20));
        (any_text(40), share, captions, prop::collection::vec(cell, 0..60)).prop_map(
            |(name, share, (left, right), cells)| Column {
                id: String::new(),
                name,
                share,
                left,
                right,
                cells,
            },
        )
    }

    fn any_matrix() -> impl Strategy<Value = Matrix> {
        let words = prop::collection::vec(any_text(120), 9);
        let sentences = (any_text(400), any_text(400), any_text(400));
        let columns = prop::collection::vec(any_column(), 1..20);
        (sentences, words, columns).prop_map(|((title, subtitle, footnote), words, columns)| {
            let [a, b, c, d, e, outlined, proven, out_of_scope, fraction] =
                words.try_into().expect("nine texts");
            let legend =
                Legend { steps: [a, b, c, d, e], outlined, proven, out_of_scope, fraction };
            Matrix { title, subtitle, footnote, legend, columns }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn every_text_keeps_to_its_frame_on_any_matrix(matrix in any_matrix()) {
            let page = Rect::new(0.0, 0.0, 1920.0, 1080.0);
            let labels = labels(&matrix);
            for label in &labels {
                prop_assert!(text::is_drawable(&label.text), "{label:?}");
                prop_assert!(label.width() <= label.frame.w + 0.01, "{label:?}");
                prop_assert!(page.contains(label.frame), "{label:?}");
            }
            for (at, label) in labels.iter().enumerate() {
                let met = labels[at + 1..].iter().find(|other| label.frame.meets(other.frame));
                prop_assert!(met.is_none(), "{label:?} {met:?}");
            }
            prop_assert!(png::parse(&svg(&matrix, Size::Slide)).is_ok());
        }
    }

    #[test]
    fn drawn_letters_stay_in_their_frames() {
        let matrix = realistic();
        let drawn = png::drawn_texts(&svg(&matrix, Size::Slide));
        let labels = labels(&matrix);
        assert_eq!(drawn.len(), labels.len());
        for (drawn, label) in drawn.iter().zip(&labels) {
            let frame = label.frame.inset(-1.5);
            let [left, right] = [drawn.left(), drawn.right()].map(f64::from);
            assert!(frame.x <= left && right <= frame.right(), "{drawn:?} {label:?}");
            assert!(drawn.height() > 0.0, "{label:?}");
        }
    }

    #[test]
    fn a_matrix_as_large_as_enterprise_cuts_few_names_and_keeps_the_letters_large() {
        let matrix = realistic();
        let names: usize = matrix.columns.iter().map(|column| column.cells.len()).sum();
        let labels = labels(&matrix);
        let cut = labels.iter().filter(|label| label.text.ends_with('…')).count();
        assert!(cut * 20 <= names, "{cut} of {names}");
        let phishing = labels.iter().find(|label| label.text == "Phishing").unwrap();
        assert!(phishing.face.em >= 12.5, "{phishing:?}");
    }

    #[test]
    fn a_small_matrix_gets_larger_letters() {
        let mut matrix = realistic();
        matrix.columns.truncate(5);
        let labels = labels(&matrix);
        let phishing = labels.iter().find(|label| label.text == "Phishing").unwrap();
        assert_eq!(phishing.face.em, Size::Slide.page().names.largest);
    }

    #[test]
    fn the_same_matrix_gives_the_same_bytes() {
        let [once, again] = [(); 2].map(|()| svg(&realistic(), Size::Slide));
        assert!(once == again);
    }

    #[test]
    fn the_picture_has_its_size_and_its_text() {
        let dark = |svg: &str| {
            let pixels = Pixmap::decode_png(&png::render(svg, 1.0).unwrap()).unwrap();
            assert_eq!((pixels.width(), pixels.height()), (1920, 1080));
            pixels.pixels().iter().filter(|pixel| pixel.red() < 100).count()
        };
        let picture = svg(&realistic(), Size::Slide);
        let hidden = picture.replace("<text ", "<text visibility=\"hidden\" ");
        // Two letters of every name would already be more than this.
        assert!(dark(&picture) > dark(&hidden) + 10_000);
    }

    #[test]
    fn an_empty_matrix_is_still_a_picture() {
        let mut matrix = realistic();
        matrix.columns.clear();
        assert!(png::parse(&svg(&matrix, Size::Slide)).is_ok());
    }

    #[test]
    fn those_who_do_not_see_it_are_told_the_gaps() {
        let mut matrix = realistic();
        matrix.columns.truncate(1);
        let svg = svg(&matrix, Size::Slide);
        assert!(svg.contains("detection. Outlined: T0000 Phishing.</desc>"));
    }
}
