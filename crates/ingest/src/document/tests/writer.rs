//! Random values, and YAML for them in many styles, all of which the plain reader must know.

use std::fmt::Write;

use super::*;

/// A map or a list, since a document of rules is nothing else.
pub(super) fn root() -> impl Strategy<Value = Value> {
    any_value().prop_filter("a document is a map or a list", |value| match value {
        Value::List(values) => !values.is_empty(),
        Value::Map(entries) => !entries.is_empty(),
        _ => false,
    })
}

fn any_value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|number| Value::Number(number.to_string())),
        "-?[0-9]{1,3}\\.[0-9]{1,3}".prop_map(Value::Number),
        any_text().prop_map(Value::Text),
    ];
    scalar.prop_recursive(5, 40, 5, |inner| {
        let entries = prop::collection::btree_map(any_key(), inner.clone(), 0..5);
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::List),
            entries.prop_map(|entries| Value::Map(entries.into_iter().collect())),
        ]
    })
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,8}( [a-z.|*#:-]{1,6}){0,3}",
        "[ -~\u{e9}\u{4e00}]{0,20}",
        "[a-z' \"\\\\\n\t#:-]{0,20}",
        "([a-z]{1,5}\n{1,3}( {0,3}[a-z#:-]{1,5}\n{0,2}){0,3}){1,2}",
        Just("null".to_owned()),
        Just("1.5".to_owned()),
    ]
}

fn any_key() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z|_]{1,8}", "[a-z]{1,4} [a-z]{1,4}", "[ -~]{1,8}"]
}

/// YAML for the value. The taste decides between the styles a value can be written in.
pub(super) fn write(root: &Value, taste: u64) -> String {
    let mut writer = Writer { yaml: String::new(), taste };
    writer.block(root, 0);
    writer.yaml
}

struct Writer {
    yaml: String,
    taste: u64,
}

impl Writer {
    fn choose(&mut self, styles: u64) -> u64 {
        self.taste = self.taste.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.taste >> 33) % styles
    }

    /// Writes a list or map line by line, the first line at the current place.
    fn block(&mut self, value: &Value, indent: usize) {
        match value {
            Value::List(values) => self.each(values, indent, |writer, value| {
                writer.yaml.push('-');
                writer.below(value, indent, indent + 2);
            }),
            Value::Map(entries) => self.each(entries, indent, |writer, (key, value)| {
                writer.key(key);
                let lists_may_align = usize::from(!matches!(value, Value::List(_)));
                writer.below(value, indent, indent + lists_may_align);
            }),
            _ => unreachable!("only collections are written as blocks"),
        }
    }

    fn each<T>(&mut self, all: &[T], indent: usize, write: impl Fn(&mut Writer, &T)) {
        for (index, one) in all.iter().enumerate() {
            if index > 0 {
                self.trivia();
                self.yaml.extend(std::iter::repeat_n(' ', indent));
            }
            write(self, one);
        }
    }

    /// Writes a value after a dash or colon: on the same line or further in on the next ones.
    fn below(&mut self, value: &Value, parent: usize, least: usize) {
        let is_block = match value {
            Value::List(values) => !values.is_empty(),
            Value::Map(entries) => !entries.is_empty(),
            _ => false,
        };
        if is_block && self.choose(4) > 0 {
            let after_dash = self.yaml.ends_with('-') && self.choose(2) == 0;
            if after_dash {
                self.yaml.push(' ');
                return self.block(value, parent + 2);
            }
            self.line_end();
            let indent = least + usize::try_from(self.choose(4)).expect("below 4");
            self.yaml.extend(std::iter::repeat_n(' ', indent));
            return self.block(value, indent);
        }
        if *value == Value::Null && self.choose(2) == 0 {
            return self.line_end();
        }
        self.yaml.push(' ');
        match value {
            Value::Text(text) if may_be_literal(text) && self.choose(2) == 0 => {
                self.literal(text, parent + 2);
            }
            _ => {
                self.inline(value, false);
                self.line_end();
            }
        }
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.yaml.push('|');
        let body = text.trim_end_matches('\n');
        self.yaml.push_str(match text.len() - body.len() {
            0 => "-\n",
            1 => "\n",
            _ => "+\n",
        });
        for line in text.split_inclusive('\n') {
            if line != "\n" {
                self.yaml.extend(std::iter::repeat_n(' ', indent));
            }
            self.yaml.push_str(line);
        }
        if body == text {
            self.yaml.push('\n');
        }
    }

    fn inline(&mut self, value: &Value, in_flow: bool) {
        match value {
            Value::Null => self.yaml.push_str(["~", "null"][usize::from(in_flow)]),
            Value::Bool(truth) => self.yaml.push_str(["False", "true"][usize::from(*truth)]),
            Value::Number(text) => self.yaml.push_str(text),
            Value::Text(text) => self.text(text, in_flow),
            Value::List(values) => self.flow('[', ']', values, |writer, value| {
                writer.inline(value, true);
            }),
            Value::Map(entries) => self.flow('{', '}', entries, |writer, (key, value)| {
                writer.key(key);
                writer.yaml.push(' ');
                writer.inline(value, true);
            }),
            Value::Skipped => unreachable!("no such value is generated"),
        }
    }

    fn flow<T>(&mut self, open: char, close: char, all: &[T], write: impl Fn(&mut Writer, &T)) {
        self.yaml.push(open);
        for (index, one) in all.iter().enumerate() {
            if index > 0 {
                self.yaml.push_str(", ");
            }
            write(self, one);
        }
        self.yaml.push(close);
    }

    fn key(&mut self, key: &str) {
        self.text(key, true);
        self.yaml.push(':');
    }

    fn text(&mut self, text: &str, in_flow: bool) {
        let one_line = !text.contains(['\n', '\t']);
        match self.choose(3) {
            0 if may_be_plain(text, in_flow) => self.yaml.push_str(text),
            1 if one_line => {
                write!(self.yaml, "'{}'", text.replace('\'', "''")).expect("memory suffices");
            }
            _ => {
                let text = text.replace('\\', "\\\\").replace('"', "\\\"");
                let text = text.replace('\n', "\\n").replace('\t', "\\t");
                write!(self.yaml, "\"{text}\"").expect("memory suffices");
            }
        }
    }

    fn line_end(&mut self) {
        let end =
            ["\n", " \n", " # note\n", "\n"][usize::try_from(self.choose(4)).expect("below 4")];
        self.yaml.push_str(end);
    }

    /// What may stand between two entries, except after a block scalar that keeps blank lines.
    fn trivia(&mut self) {
        if self.choose(6) == 0 {
            self.yaml.push_str("# note\n");
        }
    }
}

/// The plain reader leaves lines of blanks alone, at which readers differ, to the other.
fn may_be_literal(text: &str) -> bool {
    let is_blank = |line: &str| !line.is_empty() && line.trim().is_empty();
    text.starts_with(|first: char| !first.is_whitespace()) && !text.split('\n').any(is_blank)
}

fn may_be_plain(text: &str, in_flow: bool) -> bool {
    let starts_well = text.starts_with(|first: char| first.is_ascii_alphabetic());
    let is_safe = !text.contains(": ") && !text.contains(" #") && !text.contains(['\n', '\t']);
    let ends_well = !text.ends_with([' ', ':']);
    let fits_flow = !in_flow || text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    starts_well
        && is_safe
        && ends_well
        && fits_flow
        && plain_scalar(text) == Value::Text(text.into())
}
