//! The matrix: tactics side by side, their techniques below, each in the colour of its level and
//! with its terms in a note. A cell is found by technique and tactic, never by a name, for names
//! repeat.

use model::assessment::{Assessment, TechniqueAssessment};
use model::attack::Attack;
use model::id::TechniqueId;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Note, Worksheet, XlsxError};

use super::formats::Formats;
use super::{A3, Page};
use crate::draw::look::{Fill, Tone};
use crate::matrix::{Cell, Column, Matrix, Proof, Shade};
use crate::sheet::percent;
use crate::view::{self, Show};

/// The width of a column, in characters, and the height of a cell, in points.
const WIDTH: f64 = 21.0;
const HEIGHT: f64 = 36.0;

pub(super) fn write(
    mut page: Page<'_>,
    assessment: &Assessment,
    attack: &Attack,
) -> Result<(), XlsxError> {
    let matrix = view::matrix(assessment, attack, Show::Coverage);
    let notes =
        [&view::caveats(assessment)[..], std::slice::from_ref(&matrix.caption.footnote)].concat();
    let top = page.head(assessment, &matrix.caption.title, &notes)?;
    let Page { sheet, formats } = page;
    let cells = Cells::of(formats);
    write_legend(sheet, formats, &cells, top, &matrix)?;
    let top = top + 2;
    let by_parent = Families(assessment);
    for (tactic, at) in matrix.columns.iter().zip(0..) {
        sheet.set_column_width(at, WIDTH)?;
        formats.write_text(sheet, (top, at), &heading(tactic), &formats.name)?;
        for (cell, row) in tactic.cells.iter().zip(top + 1..) {
            sheet.set_row_height(row, HEIGHT)?;
            let (text, format) = (by_parent.text(cell), cells.format(cell));
            formats.write_text(sheet, (row, at), &text, format)?;
            if let Some(note) = by_parent.note(cell) {
                sheet.insert_note(row, at, &note)?;
            }
        }
    }
    sheet.set_row_height(top, HEIGHT)?;
    sheet.set_freeze_panes(top + 1, 0)?.set_repeat_rows(top, top)?;
    sheet.set_screen_gridlines(false);
    sheet.set_paper_size(A3).set_print_fit_to_pages(1, 1);
    Ok(())
}

/// Name, coverage and number of techniques of a tactic.
fn heading(tactic: &Column) -> String {
    let figures: Vec<&str> = [tactic.left.as_str(), tactic.right.as_str()]
        .into_iter()
        .filter(|figure| !figure.is_empty())
        .collect();
    format!("{}\n{}", tactic.name, figures.join(" of "))
}

fn write_legend(
    sheet: &mut Worksheet,
    formats: &Formats,
    cells: &Cells,
    row: u32,
    matrix: &Matrix,
) -> Result<(), XlsxError> {
    let legend = &matrix.legend;
    for (step, (word, format)) in legend.steps.iter().zip(&cells.steps).enumerate() {
        let at = super::table::column(step);
        formats.write_text(sheet, (row, at), word, &format[0])?;
    }
    let others =
        [(&legend.outlined, &cells.steps[0][1]), (&legend.out_of_scope, &cells.out_of_scope)];
    for ((word, format), at) in others.into_iter().zip(5..) {
        formats.write_text(sheet, (row, at), word, format)?;
    }
    formats.write_text(sheet, (row, 7), &legend.fraction, &formats.soft)
}

/// Formats of cells.
struct Cells {
    /// By step, without and with an outline.
    steps: [[Format; 2]; 5],
    out_of_scope: Format,
}

impl Cells {
    fn of(formats: &Formats) -> Self {
        let base = Format::new()
            .set_text_wrap()
            .set_align(FormatAlign::Top)
            .set_num_format("@")
            .set_font_size(9);
        let edged = |format: Format, border: FormatBorder, edge: Color| {
            format.set_border(border).set_border_color(edge)
        };
        let step = |step: u8| {
            let plain = formats.filled(&base, Fill::step(step));
            [
                edged(plain.clone(), FormatBorder::Thin, formats.colour(Tone::NoneEdge)),
                edged(plain, FormatBorder::Thick, formats.colour(Tone::Gap)),
            ]
        };
        let out = formats.filled(&base, Fill::OUT_OF_SCOPE).set_italic();
        Self {
            steps: [0, 1, 2, 3, 4].map(step),
            out_of_scope: edged(out, FormatBorder::Dashed, formats.colour(Tone::OutOfScopeEdge)),
        }
    }
}

impl Cells {
    fn format(&self, cell: &Cell) -> &Format {
        match cell.shade {
            // The sheet shows coverage as it is, and no change.
            Shade::OutOfScope | Shade::Change(_) | Shade::Joined | Shade::Left => {
                &self.out_of_scope
            }
            Shade::Step(step) => &self.steps[usize::from(step).min(4)][usize::from(cell.outlined)],
        }
    }
}

/// Techniques with their sub-techniques.
struct Families<'a>(&'a Assessment);

/// How many sub-techniques a note lists.
const LISTED: usize = 24;

impl<'a> Families<'a> {
    /// A technique of the matrix and its sub-techniques, as far as they are in scope.
    fn members(&self, cell: &Cell) -> (Option<&'a TechniqueAssessment>, &'a [TechniqueAssessment]) {
        let Ok(id) = cell.id.parse::<TechniqueId>() else { return (None, &[]) };
        let all = &self.0.techniques;
        let at = all.partition_point(|technique| technique.id <= id);
        let subs = all[at..].iter().take_while(|t| t.parent == Some(id)).count();
        (self.0.technique(id), &all[at..at + subs])
    }

    /// Its name, and in words what colours and outlines say.
    fn text(&self, cell: &Cell) -> String {
        let (own, subs) = self.members(cell);
        let mut marks = vec![cell.id.clone()];
        marks.extend(cell.fraction.map(|(covered, all)| format!("{covered}/{all}")));
        match cell.proof {
            Proof::Proven => marks.push("proven".to_owned()),
            Proof::Claimed | Proof::Unsaid => {}
        }
        if cell.outlined {
            let ranks = own.into_iter().chain(subs).filter_map(|t| t.rank);
            marks.extend(ranks.min().map(|rank| format!("gap {rank}")));
        }
        format!("{}\n{}", cell.name, marks.join(" · "))
    }

    /// The terms of a technique in scope, and a line for each of its sub-techniques.
    fn note(&self, cell: &Cell) -> Option<Note> {
        let (own, subs) = self.members(cell);
        let mut lines: Vec<String> = own.map(terms).unwrap_or_default();
        lines.extend(subs.iter().take(LISTED).map(in_brief));
        if subs.len() > LISTED {
            lines.push(format!("and {} more", subs.len() - LISTED));
        }
        if lines.is_empty() {
            return None;
        }
        let height = 30 + 17 * u32::try_from(lines.len()).unwrap_or(1);
        let note = Note::new(lines.join("\n")).add_author_prefix(false);
        Some(note.set_width(330).set_height(height))
    }
}

fn terms(technique: &TechniqueAssessment) -> Vec<String> {
    let composite = technique.coverage.composite;
    let rank = match technique.rank {
        Some(rank) => format!("gap {rank}, priority {:.1}", technique.priority),
        None => "no gap".to_owned(),
    };
    let mut lines = vec![
        crate::printable(&format!("{} {}", technique.id, technique.name)),
        format!("{}; {rank}", technique.level.word()),
        format!(
            "proven {}, expected {}, claimed {}; enough {}",
            percent(composite.lo),
            percent(composite.exp),
            percent(composite.hi),
            percent(technique.target)
        ),
        format!(
            "prevent {}, detect {}, respond {}",
            percent(technique.coverage.prevent.exp),
            percent(technique.coverage.detect.exp),
            percent(technique.coverage.respond.exp)
        ),
        format!(
            "threat {}, impact {:.2}, choke point {:.2}",
            percent(technique.threat.value),
            technique.threat.impact,
            technique.choke
        ),
    ];
    lines.extend(technique.next_move.map(|next| format!("next: {}", next.word())));
    lines
}

fn in_brief(technique: &TechniqueAssessment) -> String {
    let rank = technique.rank.map(|rank| format!(", gap {rank}")).unwrap_or_default();
    let expected = percent(technique.coverage.composite.exp);
    let line = format!(
        "{} {}: {}, {expected}{rank}",
        technique.id,
        technique.name,
        technique.level.word()
    );
    crate::printable(&line)
}
