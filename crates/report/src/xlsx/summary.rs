//! The first sheet: the finding, what it rests on, the figures and the tactics.

use model::assessment::{Assessment, CoverageLevel};
use rust_xlsxwriter::{
    Chart, ChartDataLabel, ChartFont, ChartFormat, ChartLegendPosition, ChartLine, ChartSolidFill,
    ChartType, Image, XlsxError,
};

use super::Page;
use super::formats::Formats;
use super::table::{self, bar, column, rows};
use crate::draw::look::{Fill, Tone};
use crate::sheet::Sheet;
use crate::view::workbook::{LEVELS_FROM, facts, figures, tactics};
use crate::view::{caveats, finding};

const NAME: &str = "Summary";

/// Widths in characters: of the first column, and of all others.
const FIRST: f64 = 33.0;
const OTHERS: f64 = 12.0;

/// How wide pictures are drawn, in pixels.
const WIDE: u32 = 900;

pub(super) fn write(
    mut page: Page<'_>,
    assessment: &Assessment,
    picture: Option<&Image>,
) -> Result<(), XlsxError> {
    page.sheet.set_column_width(0, FIRST)?;
    page.sheet.set_column_range_width(1, 16, OTHERS)?;
    page.sheet.set_screen_gridlines(false).set_portrait();
    let mut row = page.head(assessment, &finding(assessment), &caveats(assessment))?;
    let figures = figures(assessment);
    let first = row + 1;
    row = table::write_beneath(&mut page, row, &figures)?;
    page.sheet.add_conditional_format(first, 1, row - 1, 3, &bar(page.formats, 1.0))?;
    row = write_facts(&mut page, row + 1, &facts(assessment))?;
    let tactics = tactics(assessment);
    row += 1;
    page.formats.write_text(page.sheet, (row, 0), &tactics.title, &page.formats.heading)?;
    let top = row + 1;
    row = table::write_beneath(&mut page, top, &tactics)?;
    if rows(&tactics) > 0 {
        page.sheet.add_conditional_format(top + 1, 1, row - 1, 2, &bar(page.formats, 1.0))?;
        page.sheet.insert_chart(row + 1, 0, &chart(page.formats, &tactics, top))?;
        row += 2 + (HEIGHT / 20);
    }
    if let Some(picture) = picture {
        let wide = f64::from(WIDE);
        let picture = picture.clone().set_scale_to_size(wide, 10.0 * wide, true);
        page.sheet.insert_image(row + 1, 0, &picture)?;
    }
    Ok(())
}

fn write_facts(page: &mut Page<'_>, top: u32, facts: &Sheet) -> Result<u32, XlsxError> {
    let Page { sheet, formats } = page;
    formats.write_text(sheet, (top, 0), &facts.title, &formats.heading)?;
    for (fact, row) in facts.rows.iter().zip(top + 1..) {
        for (value, at) in fact.iter().zip(0..) {
            formats.write(sheet, (row, at), value, None)?;
        }
    }
    Ok(top + 1 + rows(facts))
}

/// The height of the chart, in pixels; a row of cells has twenty.
const HEIGHT: u32 = 520;

/// How many techniques of each tactic have each level, drawn from the cells of the table.
fn chart(formats: &Formats, tactics: &Sheet, top: u32) -> Chart {
    let (first, last) = (top + 1, top + rows(tactics));
    let mut chart = Chart::new(ChartType::BarStacked);
    for level in CoverageLevel::ALL {
        let at = column(LEVELS_FROM + level as usize);
        let fill = Fill::step(level as u8);
        let edge =
            ChartLine::new().set_color(formats.colour(Tone::NoneEdge)).set_width(0.5).clone();
        let mut format = ChartFormat::new()
            .set_solid_fill(ChartSolidFill::new().set_color(formats.colour(fill.paper)))
            .set_border(&edge)
            .clone();
        let label = ChartDataLabel::new()
            .show_value()
            // Nothing is written where there is nothing.
            .set_num_format("0;;;")
            .set_font(ChartFont::new().set_size(8).set_color(formats.colour(fill.ink)))
            .clone();
        let series = chart.add_series();
        series.set_name((NAME, top, at));
        series.set_categories((NAME, first, 0, last, 0)).set_values((NAME, first, at, last, at));
        series.set_format(&mut format).set_data_label(&label).set_gap(40);
    }
    chart
        .title()
        .set_name("Techniques in scope by level of coverage")
        .set_font(ChartFont::new().set_size(12));
    // The first tactic is on top, as in the table.
    chart.y_axis().set_reverse();
    chart.x_axis().set_major_gridlines(false).set_hidden(true);
    chart.legend().set_position(ChartLegendPosition::Bottom);
    chart.set_width(WIDE).set_height(HEIGHT);
    chart.set_alt_text("How many techniques of each tactic have no, trace, weak, partial and strong coverage; the figures are in the table above");
    chart
}
