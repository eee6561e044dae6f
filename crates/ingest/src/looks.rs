//! What a file is written in, by its content and then its name.

use std::borrow::Cow;

use crate::document;
use crate::syntax::Syntax;
use crate::text;

/// What a file looks like.
pub(crate) enum Looks<'a> {
    /// A workbook.
    Workbook,
    /// Text of a syntax; where it `is_certain`, text that breaks the syntax is worth an error.
    Text { syntax: Syntax, text: Cow<'a, str>, is_certain: bool },
    /// Something that is not read, for this reason.
    Other(&'static str),
}

/// Why a file of some other format is skipped.
pub(crate) const NOT_READ: &str = "of a format that is not read";

/// Extensions of formats that are never one of ours, whatever their first line looks like.
const OTHERS: [&str; 6] = ["md", "rst", "html", "htm", "py", "svg"];

/// Lines of a file without a telling name that are looked at.
const LINES: usize = 200;

/// Whether a file is one of a program for spreadsheets, of any kind.
pub(crate) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0])
}

/// Whether a file is called one, which is to say what is wrong if it is none.
fn is_called_workbook(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    matches!(extension.as_deref(), Some("xlsx" | "xlsm" | "xlsb" | "xls" | "ods"))
}

impl<'a> Looks<'a> {
    /// What a file with this content and this name looks like.
    pub(crate) fn of(bytes: &'a [u8], name: &str) -> Self {
        if is_workbook(bytes) {
            return Self::Workbook;
        }
        let (text, _) = text::decode(bytes);
        let head = head(&text);
        if head.contains('\0') || head.starts_with("%PDF") {
            return match is_called_workbook(name) {
                true => Self::Workbook,
                false => Self::Other("not a text file"),
            };
        }
        if text.trim().is_empty() {
            return Self::Other("an empty file");
        }
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        let extension = extension.as_deref().unwrap_or_default();
        let (syntax, is_certain) = match extension {
            "json" | "ndjson" | "jsonl" => (Syntax::Json, true),
            "yml" | "yaml" => (Syntax::Yaml, true),
            "csv" | "tsv" => (Syntax::Table, true),
            "toml" => (Syntax::Toml, true),
            "xml" => (Syntax::Xml, true),
            "yaral" | "yar" | "yara" => (Syntax::Yaral, true),
            "rules" => (Syntax::Signatures, true),
            // Many programs have files of this name.
            "conf" | "ini" => (Syntax::Conf, false),
            other if OTHERS.contains(&other) => return Self::Other(NOT_READ),
            _ => match by_content(head) {
                Ok(syntax) => (syntax, false),
                Err(reason) => return Self::Other(reason),
            },
        };
        Self::Text { syntax, text, is_certain }
    }
}

/// The syntax that the first lines of a text are of.
fn by_content(head: &str) -> Result<Syntax, &'static str> {
    let lines = head.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES);
    if lines.clone().any(document::signatures::is_signature_line) {
        return Ok(Syntax::Signatures);
    }
    let mut telling = lines.filter(|line| !line.starts_with('#') && !line.starts_with("//"));
    let Some(line) = telling.next() else {
        return Err("nothing but comments");
    };
    let is_section = line.starts_with('[') && line.ends_with(']');
    let mut is_json_list =
        || telling.next().is_none_or(|next| next.starts_with(['{', '[', ']', '"']));
    match line {
        _ if document::yaral::begins_yaral(line) => Ok(Syntax::Yaral),
        _ if line.starts_with('<') => Ok(Syntax::Xml),
        _ if is_section && line.len() > 2 && !is_json_list() => Ok(Syntax::Conf),
        _ if line.starts_with(['{', '[']) => Ok(Syntax::Json),
        _ if looks_like_yaml(line) => Ok(Syntax::Yaml),
        _ if line.contains([',', ';', '\t', '|']) => Ok(Syntax::Table),
        _ => Err(NOT_READ),
    }
}

/// The first few thousand bytes of a text.
fn head(text: &str) -> &str {
    let end = (0..=text.len().min(8192)).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

fn looks_like_yaml(line: &str) -> bool {
    let line = line.strip_prefix("- ").unwrap_or(line);
    let key = line.split_once(':').filter(|(_, rest)| rest.is_empty() || rest.starts_with(' '));
    line == "---"
        || line.starts_with("%YAML")
        || key.is_some_and(|(key, _)| key.chars().all(|c| c.is_alphanumeric() || "_-".contains(c)))
}
