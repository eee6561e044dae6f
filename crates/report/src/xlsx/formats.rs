//! How cells look: the colours are those of the pictures.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

use crate::draw::look::{Fill, Look, Rgb, Tone};
use crate::sheet::Value;
use crate::spreadsheet::{CHARACTERS, too_long};

/// Behind the names of columns that people fill in.
const YOURS: Color = Color::RGB(0x00FF_F2CC);

/// Formats by what they are for.
pub(super) struct Formats {
    look: Look,
    pub(super) title: Format,
    pub(super) heading: Format,
    pub(super) soft: Format,
    pub(super) name: Format,
    /// The name of a column of numbers.
    pub(super) right: Format,
    pub(super) yours: Format,
    pub(super) text: Format,
    pub(super) wrapped: Format,
    pub(super) day: Format,
    pub(super) link: Format,
    pub(super) whole: Format,
    pub(super) share: Format,
    decimals: [Format; 4],
    percents: [Format; 4],
}

fn colour(look: Look, tone: Tone) -> Color {
    let Rgb(r, g, b) = look.colour(tone);
    Color::RGB(u32::from_be_bytes([0, r, g, b]))
}

impl Formats {
    /// The formats in the colours of the pictures. A sheet is light, whatever the pictures are.
    pub(super) fn in_colours_of(look: Look) -> Self {
        let look = Look { is_dark: false, ..look };
        let paint = |tone| colour(look, tone);
        let plain = Format::new().set_align(FormatAlign::Top);
        // `@` keeps a text a text when somebody edits it.
        let text = plain.clone().set_num_format("@");
        // Away from the number beside it.
        let cell = text.clone().set_align(FormatAlign::Left).set_indent(1);
        let ink = paint(Tone::Bar);
        let name = cell
            .clone()
            .set_bold()
            .set_text_wrap()
            .set_border_bottom(FormatBorder::Medium)
            .set_border_bottom_color(ink);
        let number = |format: String| plain.clone().set_num_format(format);
        let zeros = |places: usize| match places {
            0 => "0".to_owned(),
            places => format!("0.{}", "0".repeat(places)),
        };
        Self {
            look,
            title: text.clone().set_bold().set_font_size(16),
            heading: text.clone().set_bold().set_font_size(13),
            soft: text.clone().set_font_color(paint(Tone::SoftInk)),
            yours: name.clone().set_background_color(YOURS),
            wrapped: cell.clone().set_text_wrap(),
            day: plain.clone().set_num_format("yyyy-mm-dd"),
            link: cell
                .clone()
                .set_font_color(ink)
                .set_underline(rust_xlsxwriter::FormatUnderline::Single),
            whole: plain.clone().set_num_format("#,##0"),
            share: plain.clone().set_num_format("0 %"),
            decimals: std::array::from_fn(|places| number(zeros(places))),
            percents: std::array::from_fn(|places| number(format!("{} %", zeros(places)))),
            right: name.clone().set_align(FormatAlign::Right),
            name,
            text: cell,
        }
    }
}

impl Formats {
    /// The colour of a tone.
    pub(super) fn colour(&self, tone: Tone) -> Color {
        colour(self.look, tone)
    }

    /// A format with a fill, and the ink that is legible on it.
    pub(super) fn filled(&self, format: &Format, fill: Fill) -> Format {
        let format = format.clone().set_background_color(self.colour(fill.paper));
        format.set_font_color(self.colour(fill.ink))
    }

    /// How a value looks; nothing has no look.
    pub(super) fn of(&self, value: &Value) -> Option<&Format> {
        Some(match value {
            Value::Blank => return None,
            Value::Text(_) => &self.text,
            Value::Lines(_) => &self.wrapped,
            Value::Whole(_) => &self.whole,
            Value::Number(_, places) => &self.decimals[(*places).min(3)],
            Value::Share(_) | Value::Bare(_) => &self.share,
            Value::Percent(_, places) => &self.percents[(*places).min(3)],
        })
    }

    /// Writes a text that nothing takes for a formula, not even whoever edits it.
    pub(super) fn write_text(
        &self,
        sheet: &mut Worksheet,
        (row, column): (u32, u16),
        text: &str,
        format: &Format,
    ) -> Result<(), XlsxError> {
        let text = shown(text);
        if crate::csv::is_formula(&text) {
            let guarded = format.clone().set_quote_prefix();
            sheet.write_string_with_format(row, column, text, &guarded)?;
        } else {
            sheet.write_string_with_format(row, column, text, format)?;
        }
        Ok(())
    }

    /// Writes a value; where its column looks like it already, that need not be said again.
    pub(super) fn write(
        &self,
        sheet: &mut Worksheet,
        (row, column): (u32, u16),
        value: &Value,
        of_column: Option<&Format>,
    ) -> Result<(), XlsxError> {
        let Some(own) = self.of(value) else { return Ok(()) };
        match value {
            Value::Blank => {}
            Value::Text(text) => match of_column {
                Some(_) if !crate::csv::is_formula(text) => {
                    sheet.write_string(row, column, shown(text))?;
                }
                _ => self.write_text(sheet, (row, column), text, of_column.unwrap_or(own))?,
            },
            Value::Lines(lines) => {
                self.write_text(sheet, (row, column), &lines.join("\n"), own)?;
            }
            // Every count is far below 2^53.
            Value::Whole(count) => {
                _ = sheet.write_number_with_format(row, column, *count as f64, own)?
            }
            Value::Number(number, _)
            | Value::Share(number)
            | Value::Percent(number, _)
            | Value::Bare(number) => match of_column {
                Some(format) if format == own => _ = sheet.write_number(row, column, *number)?,
                _ => _ = sheet.write_number_with_format(row, column, *number, own)?,
            },
        }
        Ok(())
    }
}

/// A text as a cell can hold it: nothing in it acts, and what is cut off is said.
fn shown(text: &str) -> String {
    // Nearly every text is plain.
    let is_plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let text = match is_plain {
        true => text.to_owned(),
        false => text.split('\n').map(crate::printable).collect::<Vec<_>>().join("\n"),
    };
    let Some(characters) = too_long(&text) else { return text };
    let end = format!("... [cut: {characters} characters, of which a cell holds {CHARACTERS}]");
    let mut room = CHARACTERS - end.len();
    let fits = |c: &char| {
        let has_room = c.len_utf16() <= room;
        room = room.saturating_sub(c.len_utf16());
        has_room
    };
    let kept: String = text.chars().take_while(fits).collect();
    kept + &end
}
