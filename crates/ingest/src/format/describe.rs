//! A format in words, from its descriptor alone: for the pages of the documentation, and for
//! those who write a descriptor of their own.

use super::lookup::Path;
use super::{Field, Format, LOG_SOURCES, OF_ADVERSARIES};
use crate::syntax::Syntax;

/// A format in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// What makes a file one of this format, a sentence each.
    pub recognised: Vec<String>,
    /// What a record is and what is none, a sentence each.
    pub records: Vec<String>,
    /// Where each column stands.
    pub columns: Vec<ColumnPlace>,
    /// The words that mean something else here than in the register: column, word as written,
    /// word of the register.
    pub words: Vec<[String; 3]>,
    /// The entries of its tables: table, value as written, what it stands for.
    pub tables: Vec<[String; 3]>,
}

/// Where a column stands in a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnPlace {
    /// The column of the register.
    pub column: &'static str,
    /// Where its values stand, or the value that it always has.
    pub place: String,
    /// What is done with them; may be empty.
    pub treatment: String,
}

impl Format {
    /// The format in words.
    #[must_use]
    pub fn describe(&self) -> Description {
        let constants = self.constants.iter().map(|(column, value)| ColumnPlace {
            column: column.name(),
            place: format!("always {value:?}"),
            treatment: String::new(),
        });
        let fields = self.fields.iter().flat_map(|(column, fields)| {
            fields.0.iter().map(|field| ColumnPlace {
                column: column.name(),
                place: field.path.iter().map(Path::as_str).collect::<Vec<_>>().join(", "),
                treatment: field.treatment(),
            })
        });
        let names = self.columns.iter().map(|(column, names)| ColumnPlace {
            column: column.name(),
            place: names.join(", "),
            treatment: String::new(),
        });
        let words = self.words.iter().flat_map(|(column, words)| {
            words.iter().map(|(word, spellings)| {
                [column.name().to_owned(), spellings.join(", "), word.clone()]
            })
        });
        let tables = self.tables.iter().flat_map(|(table, entries)| {
            entries.iter().map(|(value, meaning)| {
                let meaning = match meaning.is_empty() {
                    true => "nothing".to_owned(),
                    false => meaning.join(", "),
                };
                [table.clone(), value.clone(), meaning]
            })
        });
        Description {
            recognised: self.recognised(),
            records: self.records(),
            columns: constants.chain(fields).chain(names).collect(),
            words: words.collect(),
            tables: tables.collect(),
        }
    }

    fn recognised(&self) -> Vec<String> {
        let syntax: Vec<&str> = self.syntax.iter().map(|syntax| syntax.name()).collect();
        let mut said = vec![format!("It is written as {}.", syntax.join(" or "))];
        let conditions = [
            ("It has all of", &self.recognise.all),
            ("It has at least one of", &self.recognise.any),
            ("It has none of", &self.recognise.none),
        ];
        for (what, conditions) in conditions.iter().filter(|(_, list)| !list.is_empty()) {
            said.push(format!("{what}: {}.", conditions.join(", ")));
        }
        said
    }

    fn records(&self) -> Vec<String> {
        let record = &self.record;
        let is_xml = self.syntax.contains(&Syntax::Xml);
        let mut said = Vec::new();
        if let Some(unfold) = record.unfold {
            said.push(unfold.says().to_owned());
        }
        let in_xml = |path: &&str| is_xml && !path.contains('.');
        let lists = record.each.iter().map(|path| match path.as_str() {
            "." => "the document itself",
            path => path,
        });
        let (elements, lists): (Vec<&str>, Vec<&str>) = lists.partition(in_xml);
        if !elements.is_empty() {
            said.push(format!("Each element {} is a record.", elements.join(" or ")));
        }
        if !lists.is_empty() {
            said.push(format!("Each item of a list is a record: {}.", lists.join(", ")));
        }
        if !record.any.is_empty() {
            said.push(format!("A record has one of: {}.", record.any.join(", ")));
        }
        for condition in &record.amends {
            said.push(format!("With {condition} it changes the record of its id."));
        }
        for (condition, reason) in &record.skipped {
            said.push(format!("With {condition} it is no record: {reason}."));
        }
        for condition in &record.adversary {
            said.push(format!("With {condition} it is no record: {OF_ADVERSARIES}."));
        }
        if record.parts {
            said.push("Records of one family and function are parts of one capability.".to_owned());
        }
        if let Some(inherit) = &record.inherit {
            let (key, value) = (&inherit.key, &inherit.value);
            said.push(format!("With {key}={value} it lends its keys to those after it."));
        }
        let single =
            self.fields.iter().filter(|(column, fields)| fields.0.len() > 1 && !column.adds_up());
        let single: Vec<&str> = single.map(|(column, _)| column.name()).collect();
        if !single.is_empty() {
            said.push(format!(
                "Of several rows of the table below for {}, the last that gives anything counts.",
                single.join(", ")
            ));
        }
        said
    }
}

impl Field {
    fn treatment(&self) -> String {
        let mut said = Vec::new();
        match (&self.join, self.all, self.path.len()) {
            (Some(join), _, _) => said.push(format!("joined with {join:?}")),
            (None, true, _) => said.push("all of them".to_owned()),
            (None, false, 2..) => said.push("the first that is there".to_owned()),
            (None, false, _) => {}
        }
        if let Some(split) = &self.split {
            said.push(format!("split at {split:?}"));
        }
        if self.first {
            said.push("only the first value".to_owned());
        }
        if !self.like.is_empty() {
            said.push(format!("only like {}", self.like.join(", ")));
        }
        if !self.unlike.is_empty() {
            said.push(format!("not like {}", self.unlike.join(", ")));
        }
        if let Some(prefix) = &self.prefix {
            said.push(format!("only after {prefix:?}"));
        }
        if let Some(suffix) = &self.suffix {
            said.push(format!("only before {suffix:?}"));
        }
        if self.digits {
            said.push("only its first digits".to_owned());
        }
        if let Some(equals) = &self.equals {
            said.push(format!("whether it is {equals:?}"));
        }
        match self.table.as_deref() {
            Some(LOG_SOURCES) => said.push("by the table of log sources".to_owned()),
            Some(table) => said.push(format!("by the table {table}")),
            None => {}
        }
        if let Some(otherwise) = &self.otherwise {
            said.push(format!("else {otherwise:?}"));
        }
        if !self.unless.is_empty() {
            said.push(format!("not where {}", self.unless.join(" or ")));
        }
        said.join("; ")
    }
}
