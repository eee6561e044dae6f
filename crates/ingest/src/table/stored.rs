//! Values as workbooks store them: numbers that are days, codes of errors, and the little-endian
//! bytes of the binary kinds. Nothing here trusts a length.

use std::borrow::Cow;
use std::collections::BTreeMap;

use calamine::{ExcelDateTime, ExcelDateTimeType};

use crate::table::CellKind;

/// The serial number of the day after 9999-12-31.
const DAYS: f64 = 2_958_466.0;

/// What numbers of a format are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberFormat {
    Plain,
    Day,
    Span,
}

impl NumberFormat {
    /// The formats that every program knows, by their numbers.
    fn of_number(number: u16) -> Self {
        match number {
            14..=22 | 27..=36 | 45 | 47 | 50..=58 => Self::Day,
            46 => Self::Span,
            _ => Self::Plain,
        }
    }

    /// What the first section of a code such as `yyyy-mm-dd` shows. Quoted and escaped letters, and
    /// colours in brackets, show nothing of the number.
    fn of_code(code: &str) -> Self {
        let mut letters = code.chars();
        while let Some(letter) = letters.next() {
            match letter.to_ascii_lowercase() {
                ';' => break,
                '"' => _ = letters.find(|letter| *letter == '"'),
                '\\' | '_' | '*' => _ = letters.next(),
                '[' => {
                    let inner: String = letters.by_ref().take_while(|c| *c != ']').collect();
                    let inner = inner.to_ascii_lowercase();
                    let is_span = |unit| !inner.is_empty() && inner.chars().all(|c| c == unit);
                    if ['h', 'm', 's'].into_iter().any(is_span) {
                        return Self::Span;
                    }
                }
                'd' | 'm' | 'y' | 'h' | 's' => return Self::Day,
                // `General` has none of these letters.
                _ => {}
            }
        }
        Self::Plain
    }
}

/// What the numbers of a binary workbook are, style by style.
#[derive(Debug, Default)]
pub(super) struct Styles {
    pub(super) is_1904: bool,
    codes: BTreeMap<u16, NumberFormat>,
    cells: Vec<u16>,
}

impl Styles {
    pub(super) fn add_code(&mut self, number: u16, code: &str) {
        self.codes.insert(number, NumberFormat::of_code(code));
    }

    /// Adds the style of cells that comes next, by the number of its format.
    pub(super) fn add_cell(&mut self, format: u16) {
        self.cells.push(format);
    }

    /// What a number in a cell of a style says.
    pub(super) fn said(&self, number: f64, style: usize) -> (Cow<'static, str>, CellKind) {
        let format = self.cells.get(style).copied().unwrap_or(0);
        let format = self.codes.get(&format).copied();
        let format = format.unwrap_or_else(|| {
            NumberFormat::of_number(self.cells.get(style).copied().unwrap_or(0))
        });
        let kind = match format {
            NumberFormat::Plain => return said_number(number),
            NumberFormat::Day => ExcelDateTimeType::DateTime,
            NumberFormat::Span => ExcelDateTimeType::TimeDelta,
        };
        said_moment(&ExcelDateTime::new(number, kind, self.is_1904))
    }
}

/// A number with no more digits than it takes to tell it apart.
pub(super) fn said_number(number: f64) -> (Cow<'static, str>, CellKind) {
    if !number.is_finite() {
        return (Cow::Borrowed("#NUM!"), CellKind::Error);
    }
    // Adding zero turns -0 into 0.
    (Cow::Owned((number + 0.0).to_string()), CellKind::Number)
}

/// Durations, and what no calendar knows, stay the number of days that they are.
pub(super) fn said_moment(moment: &ExcelDateTime) -> (Cow<'static, str>, CellKind) {
    let days = moment.as_f64();
    if moment.is_duration() || !(0.0..DAYS).contains(&days) {
        return said_number(days);
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    let text = match (days < 1.0, time == "00:00:00") {
        (true, _) => time,
        (false, true) => date,
        (false, false) => format!("{date}T{time}"),
    };
    (Cow::Owned(text), CellKind::Date)
}

/// A day and time in ISO 8601, without a time that is midnight.
pub(super) fn without_midnight(text: &str) -> &str {
    let date = text.trim_end_matches('Z').trim_end_matches(".000");
    date.strip_suffix("T00:00:00").unwrap_or(text)
}

/// The error that a code of the binary workbooks stands for.
fn error(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2A => "#N/A",
        0x2B => "#GETTING_DATA",
        _ => "#ERROR!",
    }
}

/// A byte that is a flag or the code of an error, which the byte behind it says.
pub(super) fn flag_or_error([said, is_error]: [u8; 2]) -> (Cow<'static, str>, CellKind) {
    match (said, is_error) {
        (0, 0) => (Cow::Borrowed("false"), CellKind::Bool),
        (_, 0) => (Cow::Borrowed("true"), CellKind::Bool),
        (code, _) => (Cow::Borrowed(error(code)), CellKind::Error),
    }
}

/// A number in 30 bits, and two that say whether it is whole and whether it is in hundredths.
pub(super) fn compressed(bits: u32) -> f64 {
    let number = match bits & 2 {
        0 => f64::from_bits(u64::from(bits & !3) << 32),
        _ => f64::from(bits.cast_signed() >> 2),
    };
    if bits & 1 == 0 { number } else { number / 100.0 }
}

pub(super) fn u8_at(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at).copied()
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|found| u16::from_le_bytes(*found))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|found| u32::from_le_bytes(*found))
}

pub(super) fn f64_at(bytes: &[u8], at: usize) -> Option<f64> {
    bytes.get(at..)?.first_chunk().map(|found| f64::from_le_bytes(*found))
}

/// UTF-16 as text; half a pair becomes a sign for what is not known.
pub(super) fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_tells_days_and_spans_from_numbers() {
        let check = |code: &str, format| assert_eq!(NumberFormat::of_code(code), format, "{code}");
        check("General", NumberFormat::Plain);
        check("0.00", NumberFormat::Plain);
        check("[Red]0.00;yyyy", NumberFormat::Plain);
        check("\"days\" 0", NumberFormat::Plain);
        check("0\\d", NumberFormat::Plain);
        check("[$-407]d. mmm yyyy", NumberFormat::Day);
        check("YYYY-MM-DD", NumberFormat::Day);
        check("[hh]:mm", NumberFormat::Span);
        check("[", NumberFormat::Plain);
    }

    #[test]
    fn compressed_numbers_are_whole_or_hundredths_or_neither() {
        assert_eq!(compressed(5 << 2 | 2), 5.0);
        assert_eq!(compressed(310 << 2 | 3), 3.1);
        assert_eq!(compressed((-7i32 << 2).cast_unsigned() | 2), -7.0);
        let half = u32::try_from(0.5f64.to_bits() >> 32).unwrap();
        assert_eq!(compressed(half), 0.5);
    }
}
