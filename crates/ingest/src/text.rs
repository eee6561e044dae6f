//! Bytes become text, whatever program saved them.
//!
//! Only the encodings that spreadsheets and editors really write are told apart; there is no
//! statistical guessing.

use std::borrow::Cow;
use std::fmt;

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How the bytes of a text were encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a byte order mark: what everybody should write.
    Utf8,
    /// UTF-8 behind a byte order mark, as Excel saves "CSV UTF-8".
    Utf8Bom,
    /// UTF-16, low byte first, as Excel saves "Unicode text".
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1252, assumed for all that is neither UTF-8 nor UTF-16.
    Windows1252,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf8Bom => "UTF-8 with a byte order mark",
            Encoding::Utf16Le => "UTF-16 (little endian)",
            Encoding::Utf16Be => "UTF-16 (big endian)",
            Encoding::Windows1252 => "Windows-1252",
        })
    }
}

/// The text of `bytes`, without a byte order mark, and the encoding it was taken to be in.
///
/// Never fails: what cannot be decoded becomes U+FFFD. `Windows1252` is an assumption that is
/// worth telling the user.
pub fn decode(bytes: &[u8]) -> (Cow<'_, str>, Encoding) {
    let (body, encoding) = recognise(bytes);
    let text = match encoding {
        Encoding::Utf8 | Encoding::Utf8Bom => String::from_utf8_lossy(body),
        Encoding::Utf16Le => UTF_16LE.decode_without_bom_handling(body).0,
        Encoding::Utf16Be => UTF_16BE.decode_without_bom_handling(body).0,
        Encoding::Windows1252 => WINDOWS_1252.decode_without_bom_handling(body).0,
    };
    (text, encoding)
}

fn recognise(bytes: &[u8]) -> (&[u8], Encoding) {
    if let Some(body) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return (body, Encoding::Utf8Bom);
    }
    if let Some(body) = bytes.strip_prefix(b"\xFF\xFE") {
        return (body, Encoding::Utf16Le);
    }
    if let Some(body) = bytes.strip_prefix(b"\xFE\xFF") {
        return (body, Encoding::Utf16Be);
    }
    (bytes, without_mark(bytes))
}

// UTF-16 is asked about first: as long as it is ASCII it is valid UTF-8 too, full of NULs.
fn without_mark(bytes: &[u8]) -> Encoding {
    if let Some(encoding) = utf16_by_nuls(bytes) {
        encoding
    } else if std::str::from_utf8(bytes).is_ok() {
        Encoding::Utf8
    } else {
        Encoding::Windows1252
    }
}

/// In UTF-16 most characters of a table are ASCII, so that every second byte is NUL.
fn utf16_by_nuls(bytes: &[u8]) -> Option<Encoding> {
    let (pairs, _) = bytes[..bytes.len().min(4096)].as_chunks::<2>();
    let high_nul = pairs.iter().filter(|[low, high]| *low != 0 && *high == 0).count();
    let low_nul = pairs.iter().filter(|[high, low]| *high == 0 && *low != 0).count();
    if high_nul * 2 > pairs.len() && low_nul == 0 {
        Some(Encoding::Utf16Le)
    } else if low_nul * 2 > pairs.len() && high_nul == 0 {
        Some(Encoding::Utf16Be)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(bytes: &[u8], text: &str, encoding: Encoding) {
        assert_eq!(decode(bytes), (Cow::Borrowed(text), encoding));
    }

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn utf8_is_borrowed_with_and_without_a_mark() {
        check("naïve".as_bytes(), "naïve", Encoding::Utf8);
        check("\u{feff}naïve".as_bytes(), "naïve", Encoding::Utf8Bom);
        check(b"", "", Encoding::Utf8);
        assert!(matches!(decode(b"id").0, Cow::Borrowed(_)));
    }

    #[test]
    fn utf16_is_known_by_its_mark() {
        check(&utf16("\u{feff}é;Ж", u16::to_le_bytes), "é;Ж", Encoding::Utf16Le);
        check(&utf16("\u{feff}é;Ж", u16::to_be_bytes), "é;Ж", Encoding::Utf16Be);
    }

    #[test]
    fn utf16_is_known_by_its_nuls() {
        check(&utf16("id;naïve", u16::to_le_bytes), "id;naïve", Encoding::Utf16Le);
        check(&utf16("id;naïve", u16::to_be_bytes), "id;naïve", Encoding::Utf16Be);
    }

    #[test]
    fn all_else_is_windows_1252() {
        check(b"Stra\xDFe \x96 \x80", "Straße – €", Encoding::Windows1252);
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded(bytes: Vec<u8>) {
            decode(&bytes);
        }

        #[test]
        fn marked_utf16_is_read_back(text in "\\PC*") {
            let marked = format!("\u{feff}{text}");
            let bytes = utf16(&marked, u16::to_be_bytes);
            prop_assert_eq!(decode(&bytes).0, text);
        }
    }
}
