//! Small .xlsx files for tests, written by hand.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::table::cell_name;

const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// Two date formats: style 1 is a date, style 2 a duration.
const STYLES: &str = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[h]:mm"/></numFmts>
    <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>"#;

/// A zip archive of these parts.
pub(super) fn archive(parts: &[(String, String)]) -> Vec<u8> {
    let bytes = parts.iter().map(|(name, content)| (name.as_str(), content.as_bytes()));
    packed(&bytes.collect::<Vec<_>>())
}

/// A zip archive of parts that need not be text.
pub(super) fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The parts of a workbook of these sheets: name, state (`visible`, `hidden`), XML.
pub(super) fn parts(sheets: &[(&str, &str, &str)]) -> Vec<(String, String)> {
    let mut list = String::new();
    let mut targets = String::new();
    let mut parts = vec![
        part("[Content_Types].xml", "<Types/>"),
        part(
            "_rels/.rels",
            &relationships(&relationship("rId1", "officeDocument", "xl/workbook.xml")),
        ),
        part("xl/styles.xml", STYLES),
    ];
    for (index, (name, state, xml)) in sheets.iter().enumerate() {
        let (id, file) =
            (format!("rId{}", index + 1), format!("worksheets/sheet{}.xml", index + 1));
        list += &format!(r#"<sheet name="{name}" sheetId="1" state="{state}" r:id="{id}"/>"#);
        targets += &relationship(&id, "worksheet", &file);
        parts.push(part(&format!("xl/{file}"), xml));
    }
    let workbook = format!(
        r#"<workbook xmlns="{MAIN}" xmlns:r="{RELATIONSHIPS}"><sheets>{list}</sheets></workbook>"#
    );
    parts.push(part("xl/workbook.xml", &workbook));
    parts.push(part("xl/_rels/workbook.xml.rels", &relationships(&targets)));
    parts
}

/// A workbook of visible sheets: name and XML.
pub(super) fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    let visible: Vec<_> = sheets.iter().map(|(name, xml)| (*name, "visible", *xml)).collect();
    archive(&parts(&visible))
}

/// A worksheet around the given rows, with merged regions such as `A1:B3`.
pub(super) fn sheet(rows: &str, merged: &[&str]) -> String {
    let regions: String =
        merged.iter().map(|region| format!(r#"<mergeCell ref="{region}"/>"#)).collect();
    let merged = if merged.is_empty() {
        String::new()
    } else {
        format!("<mergeCells>{regions}</mergeCells>")
    };
    format!(r#"<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{merged}</worksheet>"#)
}

/// A row of inline strings; empty ones are left out.
pub(super) fn row(number: usize, texts: &[&str]) -> String {
    let cell = |(column, text): (usize, &&str)| {
        let name = cell_name(number, column);
        format!(r#"<c r="{name}" t="inlineStr"><is><t>{text}</t></is></c>"#)
    };
    let named = texts.iter().enumerate().filter(|(_, text)| !text.is_empty());
    format!(r#"<row r="{number}">{}</row>"#, named.map(cell).collect::<String>())
}

fn part(name: &str, content: &str) -> (String, String) {
    (name.to_string(), content.to_string())
}

fn relationship(id: &str, kind: &str, target: &str) -> String {
    format!(r#"<Relationship Id="{id}" Type="{RELATIONSHIPS}/{kind}" Target="{target}"/>"#)
}

fn relationships(list: &str) -> String {
    format!(r#"<Relationships xmlns="{PACKAGE}">{list}</Relationships>"#)
}
