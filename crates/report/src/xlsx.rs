//! The report as a workbook: to read, to filter, and to fill in who does what by when.
//!
//! Every text is text and nothing is calculated, so that no title can become a formula. The first
//! cell of each sheet says whose it is: whoever reads registers leaves such a sheet alone.

use model::assessment::Assessment;
use model::attack::Attack;
use model::decisions::Standing;
use rust_xlsxwriter::{DocProperties, Image, Workbook, Worksheet, XlsxError};

use crate::register::WorkbookError;
use crate::sheet::Sheet;
use crate::spreadsheet;
use crate::view::{self, workbook};
use look::Look;
use table::Dress;

mod about;
mod gaps;
mod look;
mod matrix;
mod summary;
mod table;
#[cfg(test)]
mod tests;

/// The first cell of a sheet that is no register of its own begins so.
const OURS: &str = "lacuna: ";

/// So many capabilities have a row; the sheet says how many have none. More would take gigabytes.
const CAPABILITIES: usize = 100_000;

/// What goes into the workbook beside the assessment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// What was decided, and how it stands.
    pub decisions: &'a [Standing],
    /// What each control contributes, as rows, where somebody has worked it out.
    pub contributions: Option<&'a Sheet>,
    /// A picture for the first sheet.
    pub picture: Option<Picture<'a>>,
}

/// A picture, and what it shows.
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a> {
    /// The picture as PNG.
    pub png: &'a [u8],
    /// What it shows, for whoever does not see it.
    pub alternative: &'a str,
}

/// The workbook. The same assessment gives the same bytes.
///
/// # Errors
/// It cannot be put together: the picture is none.
pub fn write(
    assessment: &Assessment,
    attack: &Attack,
    beside: &Beside<'_>,
) -> Result<Vec<u8>, WorkbookError> {
    let properties = DocProperties::new()
        .set_title(view::finding(assessment))
        .set_subject(view::basis(assessment))
        .set_author(&assessment.generated_by);
    let workbook = spreadsheet::workbook(properties, Some(assessment.as_of))?;
    let picture = beside.picture.as_ref().map(image).transpose()?;
    let mut book = Book { workbook, looks: Look::default(), assessment };
    summary::write(book.page("Summary")?, assessment, picture.as_ref())?;
    let gaps = workbook::gaps::gaps(assessment, attack, beside.decisions);
    gaps::write(book.page("Gaps")?, assessment, &gaps)?;
    matrix::write(book.page("Matrix")?, assessment, attack)?;
    book.list("Techniques", &workbook::lists::techniques(assessment), &TECHNIQUES)?;
    book.list("Adversaries", &workbook::lists::adversaries(assessment), &ADVERSARIES)?;
    if let Some(contributions) = beside.contributions {
        book.list("By control", contributions, &CONTROLS)?;
    }
    let capabilities = workbook::lists::capabilities(assessment, CAPABILITIES);
    book.list("Capabilities", &capabilities, &CAPABILITY)?;
    inputs(book.page("Inputs and diagnostics")?, assessment)?;
    about::write(book.page("About")?, assessment)?;
    Ok(book.workbook.save_to_buffer()?)
}

/// The workbook that is being written.
struct Book<'a> {
    workbook: Workbook,
    looks: Look,
    assessment: &'a Assessment,
}

impl Book<'_> {
    /// One more sheet.
    fn page(&mut self, name: &str) -> Result<Page<'_>, XlsxError> {
        let sheet = self.workbook.add_worksheet();
        sheet.set_name(name)?;
        set_page(sheet, self.assessment);
        Ok(Page { sheet, looks: &self.looks })
    }

    /// One more sheet, which is one list.
    fn list(&mut self, name: &str, list: &Sheet, dress: &Dress<'_>) -> Result<(), XlsxError> {
        let assessment = self.assessment;
        self.page(name)?.list(assessment, list, dress)
    }
}

fn image(picture: &Picture<'_>) -> Result<Image, XlsxError> {
    Ok(Image::new_from_buffer(picture.png)?.set_alt_text(picture.alternative))
}

const TECHNIQUES: Dress<'_> = Dress {
    frozen: 2,
    bars: &[
        ("priority", 100.0),
        ("proven", 1.0),
        ("expected", 1.0),
        ("claimed", 1.0),
        ("threat", 1.0),
    ],
    wide: &[("flags", 60)],
};
const ADVERSARIES: Dress<'_> = Dress { frozen: 3, bars: &[("expected", 1.0)], wide: &[] };
const CONTROLS: Dress<'_> = Dress { frozen: 1, bars: &[("threat_share", 1.0)], wide: &[] };
const CAPABILITY: Dress<'_> =
    Dress { frozen: 2, bars: &[], wide: &[("techniques", 40), ("controls", 30)] };
const DIAGNOSTIC: Dress<'_> =
    Dress { frozen: 0, bars: &[], wide: &[("message", 70), ("help", 50), ("path", 40)] };

/// A sheet that is being written.
struct Page<'w> {
    sheet: &'w mut Worksheet,
    looks: &'w Look,
}

impl Page<'_> {
    /// Writes what the sheet is about, and what must be known before reading it; the next row that
    /// is free.
    fn head(
        &mut self,
        assessment: &Assessment,
        title: &str,
        notes: &[String],
    ) -> Result<u32, XlsxError> {
        let Self { sheet, looks } = self;
        let title = format!("{OURS}{title}");
        looks.write_text(sheet, (0, 0), &title, &looks.title)?;
        looks.write_text(sheet, (1, 0), &view::basis(assessment), &looks.soft)?;
        let mut row = 2;
        for note in notes {
            looks.write_text(sheet, (row, 0), note, &looks.soft)?;
            row += 1;
        }
        Ok(row + 1)
    }

    /// A sheet that is one list.
    fn list(
        mut self,
        assessment: &Assessment,
        list: &Sheet,
        dress: &Dress<'_>,
    ) -> Result<(), XlsxError> {
        let top = self.head(assessment, &list.title, &list.notes)?;
        if list.rows.is_empty() {
            return self.looks.write_text(self.sheet, (top, 0), "None", &self.looks.text);
        }
        let last = table::write(&mut self, top, list, dress)?;
        let columns = table::column(list.columns.len() - 1);
        self.sheet.autofilter(top, 0, last - 1, columns)?;
        self.sheet.set_freeze_panes(top + 1, dress.frozen)?;
        self.sheet.set_repeat_rows(top, top)?;
        Ok(())
    }
}

/// What was read, and what there is to say about it.
fn inputs(mut page: Page<'_>, assessment: &Assessment) -> Result<(), XlsxError> {
    let sources = workbook::sources(assessment);
    let resolution = view::resolution(assessment);
    let notes = [&sources.notes[..], &resolution.notes[..]].concat();
    let mut row = page.head(assessment, &sources.title, &notes)?;
    row = table::write_beneath(&mut page, row, &sources)?;
    let diagnostics = workbook::diagnostics(assessment);
    for list in [&resolution, &diagnostics].into_iter().filter(|list| !list.rows.is_empty()) {
        let looks = page.looks;
        looks.write_text(page.sheet, (row + 1, 0), &list.title, &looks.heading)?;
        row = table::write_beneath(&mut page, row + 2, list)?;
    }
    if !diagnostics.rows.is_empty() {
        let first = row - table::rows(&diagnostics) - 1;
        let columns = table::column(diagnostics.columns.len() - 1);
        page.sheet.autofilter(first, 0, row - 1, columns)?;
    }
    table::set_widths(&mut page, &[&sources, &resolution, &diagnostics], &DIAGNOSTIC)
}

/// How a page is printed: across, as wide as the paper, and on each what it is about.
fn set_page(sheet: &mut Worksheet, assessment: &Assessment) {
    let classification = assessment.organisation.classification.as_deref().unwrap_or_default();
    let about =
        format!("&L&8{}&R&8{}", in_header(&view::basis(assessment)), in_header(classification));
    let foot = format!("&L&8{}&C&8&A&R&8&P / &N", in_header(&assessment.generated_by));
    sheet.set_header(about).set_footer(foot);
    sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
    sheet.set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3);
}

/// Sizes of paper as spreadsheets number them.
const A4: u8 = 9;
const A3: u8 = 8;

/// A text in a header of a page, where `&` begins a command and little more than 250 characters
/// have room.
fn in_header(text: &str) -> String {
    let short: String = crate::printable(text).chars().take(110).collect();
    short.replace('&', "&&")
}
