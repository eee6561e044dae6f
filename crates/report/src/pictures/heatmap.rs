//! The heat map: every technique under its tactic, on one page; or assessments by tactic.
//!
//! The layout is computed. A tactic with many techniques is split over several sub-columns, and
//! the split and the size of the letters are those that cut the fewest names.

pub(super) mod cell;
mod grid;
pub(super) mod legend;
mod squares;

use self::cell::Detail;
use crate::draw::picture::{Alternative, Picture};
use crate::matrix::{Legend, Matrix};
use crate::page::{Page, Size, from_top};

/// Lays the matrix out on a sheet.
#[must_use]
pub fn picture(matrix: &Matrix, size: Size) -> Picture {
    let (page, letters) = (Page::dense(size), Letters::of(size));
    let (mut marks, free) = page.around(&matrix.caption);
    let legend = said(&matrix.legend, letters.detail);
    let free = from_top(free, legend::marks(&legend, letters.legend, free), &mut marks);
    marks.extend(grid::marks(&matrix.columns, &letters, page.margin, free));
    page.picture(marks, alternative(matrix))
}

/// The legend of what is drawn: a sheet has either fractions or squares.
fn said(legend: &Legend, detail: Detail) -> Legend {
    match detail {
        Detail::Fraction => Legend { squares: String::new(), ..legend.clone() },
        Detail::Squares => Legend { fraction: String::new(), ..legend.clone() },
    }
}

/// The sizes of the texts of a matrix, as em in pixels.
struct Letters {
    legend: f64,
    heading: f64,
    names: Names,
    detail: Detail,
}

impl Letters {
    fn of(size: Size) -> Self {
        let of = |legend, heading, [largest, wanted, legible, smallest]: [f64; 4]| Self {
            legend,
            heading,
            names: Names { largest, wanted, legible, smallest, may_be_cut: 0.03 },
            detail: Detail::Fraction,
        };
        match size {
            Size::Slide => of(15.5, 14.5, [16.0, 13.5, 12.0, 7.5]),
            Size::A4 => of(9.5, 9.0, [9.5, 8.0, 7.0, 4.5]),
            Size::Web => of(17.0, 17.0, [18.0, 15.0, 14.0, 8.0]).whole_and_with_squares(),
            // 8 points are 10.7 pixels.
            Size::A3 => of(12.5, 12.0, [12.7, 11.7, 10.7, 5.7]).whole_and_with_squares(),
        }
    }

    /// For sheets that are read from near.
    fn whole_and_with_squares(self) -> Self {
        let names = Names { may_be_cut: 0.0, ..self.names };
        Self { names, detail: Detail::Squares, ..self }
    }
}

/// The sizes the names in the cells may have.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Names {
    /// Taken only if every name is whole in cells of one height.
    largest: f64,
    /// Taken if no more names are cut than may be.
    wanted: f64,
    /// A single name is not set smaller than this, unless all are.
    legible: f64,
    /// The last resort of crowded matrices.
    smallest: f64,
    /// The share of names that may be cut before smaller letters are tried.
    may_be_cut: f64,
}

fn alternative(matrix: &Matrix) -> Alternative {
    let cells = matrix.columns.iter().flat_map(|column| &column.cells);
    let outlined: Vec<String> = cells
        .filter(|cell| cell.outlined)
        .map(|cell| format!("{} {}", cell.id, cell.name))
        .collect();
    let outlined = match outlined.len() {
        0 => String::new(),
        _ => format!("Outlined: {}.", outlined.join(", ")),
    };
    matrix.caption.alternative(&outlined)
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;
    use resvg::tiny_skia::Pixmap;

    use super::cell::tests::any_cell;
    use super::*;
    use crate::draw::canvas::Label;
    use crate::draw::look::Look;
    use crate::draw::png;
    use crate::draw::svg as draw;
    use crate::matrix::{Cell, Column, Legend, Proof, Shade, Sub};
    use crate::page::Caption;
    use crate::page::tests::{check_texts, labels as labels_of};

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

    pub(crate) fn realistic() -> Matrix {
        let columns = TACTICS.iter().enumerate().map(|(at, &(name, cells))| Column {
            id: format!("TA{at:04}"),
            name: name.to_owned(),
            share: (at > 1).then_some(0.29),
            left: "29 %".to_owned(),
            right: "12/46".to_owned(),
            cells: (0..cells).map(|row| realistic_cell(at * 31 + row)).collect(),
        });
        Matrix {
            caption: Caption {
                title: "Ten techniques used against us have no strong detection".to_owned(),
                subtitle: "Enterprise · 216 techniques · ≥ 25 groups".to_owned(),
                footnote: "A rule is not proof of detection.".to_owned(),
                ..Caption::default()
            },
            legend: Legend {
                steps: ["None", "Trace", "Weak", "Partial", "Strong"].map(str::to_owned),
                outlined: "Priority gap".to_owned(),
                proven: "Proven by a test".to_owned(),
                out_of_scope: "Out of scope".to_owned(),
                fraction: "2/5 = sub-techniques covered".to_owned(),
                squares: "One for each sub-technique".to_owned(),
                claimed: "Claimed only".to_owned(),
                ..Legend::default()
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
            proof: [Proof::Proven, Proof::Claimed, Proof::Claimed, Proof::Unsaid][at % 4],
            fraction: at.is_multiple_of(3).then_some((at % 5, 5 + at % 12)),
            subs: if at.is_multiple_of(3) { subs(5 + at % 12) } else { Vec::new() },
        }
    }

    fn subs(count: usize) -> Vec<Sub> {
        let sub = |at: usize| Sub { shade: Shade::Step(at as u8 % 5), outlined: at == 4 };
        (0..count).map(sub).collect()
    }

    fn svg(matrix: &Matrix) -> String {
        draw(&picture(matrix, Size::Slide), Look::default())
    }

    fn labels(matrix: &Matrix) -> Vec<Label> {
        labels_of(&picture(matrix, Size::Slide))
    }

    fn any_text(longest: usize) -> impl Strategy<Value = String> {
        let of = |letters| {
            let pattern = format!("{letters}{{1,{longest}}}");
            prop::string::string_regex(&pattern).expect("a valid pattern")
        };
        prop_oneof![3 => of("[A-Za-z &<>/-]"), 1 => of("\\PC")]
    }

    fn any_column() -> impl Strategy<Value = Column> {
        let cell = any_cell(60);
        let share = prop::option::of(any::<f64>());
        let captions = (any_text(20), any_text(20));
        (any_text(40), share, captions, prop::collection::vec(cell, 0..45)).prop_map(
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
        let words = prop::collection::vec(any_text(120), 18);
        let sentences = (any_text(400), any_text(400), any_text(400));
        let columns = prop::collection::vec(any_column(), 1..20);
        (sentences, words, columns).prop_map(|((title, subtitle, footnote), words, columns)| {
            let mut words = words.into_iter();
            let mut word = || words.next().expect("enough texts");
            let legend = Legend {
                steps: std::array::from_fn(|_| word()),
                changes: std::array::from_fn(|_| word()),
                joined: word(),
                left: word(),
                outlined: word(),
                proven: word(),
                claimed: word(),
                out_of_scope: word(),
                fraction: word(),
                squares: word(),
            };
            let caption = Caption { title, subtitle, footnote, ..Caption::default() };
            Matrix { caption, legend, columns }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn every_text_keeps_to_its_frame_on_any_matrix(matrix in any_matrix()) {
            for size in [Size::Slide, Size::A4, Size::A3, Size::Web] {
                prop_assert_eq!(check_texts(&picture(&matrix, size)), Ok(()), "{:?}", size);
            }
            prop_assert!(png::parse(&svg(&matrix)).is_ok());
        }
    }

    #[test]
    fn drawn_letters_stay_in_their_frames() {
        let matrix = realistic();
        let drawn = png::drawn_texts(&svg(&matrix));
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
        assert_eq!(phishing.face.em, Letters::of(Size::Slide).names.largest);
    }

    #[test]
    fn the_same_matrix_gives_the_same_bytes() {
        let [once, again] = [(); 2].map(|()| svg(&realistic()));
        assert!(once == again);
    }

    #[test]
    fn the_picture_has_its_size_and_its_text() {
        let dark = |svg: &str| {
            let pixels = Pixmap::decode_png(&png::render(svg, 1.0).unwrap()).unwrap();
            assert_eq!((pixels.width(), pixels.height()), (1920, 1080));
            pixels.pixels().iter().filter(|pixel| pixel.red() < 100).count()
        };
        let picture = svg(&realistic());
        let hidden = picture.replace("<text ", "<text visibility=\"hidden\" ");
        // Two letters of every name would already be more than this.
        assert!(dark(&picture) > dark(&hidden) + 10_000);
    }

    #[test]
    fn an_empty_matrix_is_still_a_picture() {
        let mut matrix = realistic();
        matrix.columns.clear();
        assert!(png::parse(&svg(&matrix)).is_ok());
    }

    #[test]
    fn those_who_do_not_see_it_are_told_the_gaps() {
        let mut matrix = realistic();
        matrix.columns.truncate(1);
        let svg = svg(&matrix);
        assert!(svg.contains("detection. Outlined: T0000 Phishing.</desc>"));
    }
}
