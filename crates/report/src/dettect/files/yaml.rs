//! YAML of a few shapes: texts in double quotes, so that none of them can be anything else.

use model::assessment::Assessment;

pub(super) struct Yaml {
    pub(super) text: String,
}

impl Yaml {
    /// The head of an administration file.
    pub(super) fn file(kind: &str, version: &str, assessment: &Assessment) -> Self {
        let mut out = Self { text: String::new() };
        out.line(0, "%YAML 1.2");
        out.line(0, "---");
        let release = &assessment.attack;
        let made = format!("{}, {} {}", assessment.generated_by, release.domain, release.version);
        out.line(0, &format!("# {}", crate::printable(&made)));
        out.line(0, &format!("version: {version}"));
        out.line(0, &format!("file_type: {kind}"));
        out
    }

    pub(super) fn line(&mut self, depth: usize, text: &str) {
        self.text.extend(std::iter::repeat_n("  ", depth));
        self.text.push_str(text);
        self.text.push('\n');
    }

    pub(super) fn value(&mut self, depth: usize, key: &str, value: &str) {
        self.line(depth, &format!("{key}: {}", quoted(value)));
    }

    pub(super) fn list(&mut self, depth: usize, key: &str, items: &[impl AsRef<str>]) {
        let items: Vec<String> = items.iter().map(|item| quoted(item.as_ref())).collect();
        self.line(depth, &format!("{key}: [{}]", items.join(", ")));
    }
}

/// A text in double quotes, on one line, without what a reader of YAML refuses.
fn quoted(text: &str) -> String {
    let is_refused = |c: char| matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}');
    let text = crate::printable(text).replace(is_refused, " ");
    format!("\"{}\"", text.trim().replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_text_stays_a_text_on_one_line() {
        assert_eq!(quoted("a \"b\" \\ c\nd: [e] # f\u{2028}"), r#""a \"b\" \\ c d: [e] # f""#);
        assert_eq!(quoted(""), "\"\"");
    }
}
