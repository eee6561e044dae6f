//! The report as a workbook: to read, to filter, and to fill in who does what by when.
//!
//! Every text is text and nothing is calculated, so that no title can become a formula. The first
//! cell of each sheet says whose it is: whoever reads registers leaves such a sheet alone.

use model::assessment::Assessment;
use model::attack::Attack;
use model::decisions::Standing;
use rust_xlsxwriter::{DocProperties, Image, Workbook, Worksheet, XlsxError};

use crate::draw::Look;
use crate::register::WorkbookError;
use crate::sheet::Sheet;
use crate::spreadsheet;
use crate::view::{self, workbook};
use formats::Formats;
use table::Dress;

mod about;
mod formats;
mod gaps;
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
    /// The colours of the pictures.
    pub look: Look,
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
        .set_title(crate::printable(&view::finding(assessment)))
        .set_subject(crate::printable(&view::basis(assessment)))
        .set_author(crate::printable(&assessment.generated_by));
    let workbook = spreadsheet::workbook(properties, Some(assessment.as_of))?;
    let picture = beside.picture.as_ref().map(image).transpose()?;
    let mut book = Book { workbook, formats: Formats::in_colours_of(beside.look), assessment };
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
    inputs(book.page("Inputs")?, assessment)?;
    book.list("Diagnostics", &workbook::diagnostics(assessment), &DIAGNOSTIC)?;
    about::write(book.page("About")?, assessment)?;
    Ok(book.workbook.save_to_buffer()?)
}

/// The workbook that is being written.
struct Book<'a> {
    workbook: Workbook,
    formats: Formats,
    assessment: &'a Assessment,
}

impl Book<'_> {
    /// One more sheet.
    fn page(&mut self, name: &str) -> Result<Page<'_>, XlsxError> {
        let sheet = self.workbook.add_worksheet();
        sheet.set_name(name)?;
        set_page(sheet, self.assessment);
        Ok(Page { sheet, formats: &self.formats })
    }

    /// One more sheet, which is one list.
    fn list(&mut self, name: &str, list: &Sheet, dress: &Dress<'_>) -> Result<(), XlsxError> {
        let assessment = self.assessment;
        self.page(name)?.list(assessment, list, dress)
    }
}

fn image(picture: &Picture<'_>) -> Result<Image, XlsxError> {
    Ok(Image::new_from_buffer(picture.png)?.set_alt_text(crate::printable(picture.alternative)))
}

const PLAIN: Dress<'_> = Dress { frozen: 0, bars: &[], wide: &[], lines: Some(1), paper: A4 };
const TECHNIQUES: Dress<'_> = Dress {
    frozen: 2,
    bars: &[
        ("priority", 100.0),
        ("proven", 1.0),
        ("expected", 1.0),
        ("claimed", 1.0),
        ("threat", 1.0),
    ],
    wide: &[("tactics", 24), ("platforms", 24), ("flags", 60)],
    paper: A3,
    ..PLAIN
};
const ADVERSARIES: Dress<'_> = Dress { frozen: 3, bars: &[("expected", 1.0)], ..PLAIN };
const CONTROLS: Dress<'_> =
    Dress { frozen: 1, bars: &[("threat_share", 1.0)], wide: &[("what", 60)], ..PLAIN };
const CAPABILITY: Dress<'_> = Dress {
    frozen: 2,
    wide: &[("id", 20), ("strength", 20), ("techniques", 30), ("controls", 20), ("path", 30)],
    paper: A3,
    ..PLAIN
};
const DIAGNOSTIC: Dress<'_> =
    Dress { wide: &[("path", 30), ("message", 60), ("help", 40)], lines: None, ..PLAIN };

/// A sheet that is being written.
struct Page<'w> {
    sheet: &'w mut Worksheet,
    formats: &'w Formats,
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
        let Self { sheet, formats } = self;
        let title = format!("{OURS}{title}");
        formats.write_text(sheet, (0, 0), &title, &formats.title)?;
        sheet.set_row_height(0, 24)?;
        let about = view::basis(assessment);
        formats.write_text(sheet, (1, 0), &about, &formats.soft)?;
        let mut row = 2;
        for note in notes.iter().filter(|note| **note != about) {
            formats.write_text(sheet, (row, 0), note, &formats.soft)?;
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
            return self.formats.write_text(self.sheet, (top, 0), "None", &self.formats.text);
        }
        let last = table::write(&mut self, top, list, dress)?;
        let columns = table::column(list.columns.len() - 1);
        self.sheet.autofilter(top, 0, last - 1, columns)?;
        self.sheet.set_freeze_panes(top + 1, dress.frozen)?;
        self.sheet.set_repeat_rows(top, top)?.set_paper_size(dress.paper);
        Ok(())
    }
}

/// What was read, and what became of ids that are not what they were.
fn inputs(mut page: Page<'_>, assessment: &Assessment) -> Result<(), XlsxError> {
    let sources = workbook::sources(assessment);
    let ids = view::resolution(assessment);
    let notes = [&sources.notes[..], &ids.notes[..]].concat();
    let mut row = page.head(assessment, &sources.title, &notes)?;
    row = table::write_beneath(&mut page, row, &sources)?;
    if !ids.rows.is_empty() {
        let formats = page.formats;
        formats.write_text(page.sheet, (row + 1, 0), &ids.title, &formats.heading)?;
        table::write_beneath(&mut page, row + 2, &ids)?;
    }
    table::set_widths(&mut page, &[&sources, &ids], &PLAIN)
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
