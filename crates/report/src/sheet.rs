//! Rows under named columns: the one view behind tables in the terminal, csv, Markdown and HTML.

use std::borrow::Cow;

/// A table of findings.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// What the table is about; may be empty.
    pub title: String,
    /// What must be known before reading it, a line each.
    pub notes: Vec<String>,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, with a value for each column.
    pub rows: Vec<Vec<Value>>,
}

/// A column of a [`Sheet`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, for people.
    pub name: String,
    /// Its key in csv and JSON.
    pub key: Cow<'static, str>,
    /// A terminal that is too narrow may leave it out.
    pub is_optional: bool,
}

/// A value of a [`Sheet`].
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Blank,
    /// A text.
    Text(String),
    /// Several lines of text.
    Lines(Vec<String>),
    /// A count.
    Whole(usize),
    /// A number, with the decimals that people need to see.
    Number(f64, usize),
    /// A share of 0..=1, which people see as percent.
    Share(f64),
    /// The same, with the decimals that people need to see.
    Percent(f64, usize),
    /// The same where everything is percent, so that nothing says so.
    Bare(f64),
}

impl Sheet {
    /// A sheet with these columns, by name and key.
    #[must_use]
    pub fn new(title: impl Into<String>, columns: &[(&str, &'static str)]) -> Self {
        let columns = columns.iter().map(|(name, key)| Column::new(*name, *key)).collect();
        Self { title: title.into(), notes: Vec::new(), columns, rows: Vec::new() }
    }

    /// Marks columns, by key, that a terminal too narrow for all may leave out, the last first.
    #[must_use]
    pub fn optional(mut self, keys: &[&str]) -> Self {
        let chosen = self.columns.iter_mut().filter(|column| keys.contains(&column.key.as_ref()));
        chosen.for_each(|column| column.is_optional = true);
        self
    }

    /// The sheet without a column, by its key.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        if let Some(at) = self.columns.iter().position(|column| column.key == key) {
            self.columns.remove(at);
            self.rows.iter_mut().for_each(|row| _ = row.remove(at));
        }
        self
    }

    /// Whether a column holds numbers and no text, so that it is set flush right.
    #[must_use]
    pub fn is_numeric(&self, column: usize) -> bool {
        let values = || self.rows.iter().map(|row| &row[column]);
        let is_text = |value: &Value| matches!(value, Value::Text(_) | Value::Lines(_));
        let is_number = |value: &Value| !is_text(value) && *value != Value::Blank;
        values().any(is_number) && !values().any(is_text)
    }
}

impl Column {
    /// A column by name and key.
    #[must_use]
    pub fn new(name: impl Into<String>, key: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), key: key.into(), is_optional: false }
    }
}

impl Value {
    /// A text, or nothing where it is empty.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Blank } else { Self::Text(text) }
    }

    /// The value as people see it.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Text(text) => text.clone(),
            Self::Lines(lines) => lines.join(" "),
            Self::Whole(count) => count.to_string(),
            Self::Number(value, decimals) => format!("{value:.decimals$}"),
            Self::Share(share) => percent(*share),
            Self::Percent(share, decimals) => format!("{:.decimals$} %", share * 100.0),
            Self::Bare(share) => percent(*share).trim_end_matches(" %").to_owned(),
        }
    }

    /// The value in full, for other programs.
    #[must_use]
    pub fn exact(&self) -> String {
        match self {
            Self::Number(value, _)
            | Self::Share(value)
            | Self::Percent(value, _)
            | Self::Bare(value) => value.to_string(),
            Self::Blank | Self::Text(_) | Self::Lines(_) | Self::Whole(_) => self.shown(),
        }
    }
}

/// Two shares as percent, with as many decimals as it takes where they would look the same and are
/// not.
#[must_use]
pub fn apart(from: f64, to: f64) -> (String, String) {
    let (a, b) = (percent(from), percent(to));
    if a != b || from == to {
        return (a, b);
    }
    let with = |share: f64, decimals: usize| format!("{:.decimals$} %", 100.0 * share);
    // Shares are rounded to nine decimals.
    let decimals = (1..7).find(|decimals| with(from, *decimals) != with(to, *decimals));
    let decimals = decimals.unwrap_or(7);
    (with(from, decimals), with(to, decimals))
}

/// A share as whole percent; what is there at all is never shown as nothing, nor what is missing
/// as everything.
#[must_use]
pub fn percent(share: f64) -> String {
    match share * 100.0 {
        p if p > 0.0 && p < 1.0 => "<1 %".to_owned(),
        p if p > 99.0 && p < 100.0 => ">99 %".to_owned(),
        p => format!("{p:.0} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_that_differ_never_look_the_same() {
        let said = |from, to| {
            let (from, to) = apart(from, to);
            format!("{from} to {to}")
        };
        assert_eq!(said(0.3, 0.4), "30 % to 40 %");
        assert_eq!(said(0.3, 0.3), "30 % to 30 %");
        assert_eq!(said(0.300_1, 0.304), "30.0 % to 30.4 %");
        assert_eq!(said(0.455_86, 0.456_42), "45.59 % to 45.64 %");
        assert_eq!(said(0.1, 0.100_000_001), "10.0000000 % to 10.0000001 %");
    }
}
