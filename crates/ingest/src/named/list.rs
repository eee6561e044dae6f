//! Plain lists of ids: one or many a line, with whatever names stand around them.

use model::diagnostic::Origin;

use super::{Naming, Raw};

impl Naming<'_> {
    pub(super) fn list(&mut self, text: &str, shown: &str) -> Raw {
        let mut raw = Raw::default();
        for (ix, line) in text.lines().enumerate() {
            let origin = Origin { line: Some(ix + 1), ..Origin::file(shown) };
            self.ids(&mut raw, without_comment(line), 1.0, &origin);
        }
        raw
    }
}

/// A line up to a comment: `#` or `//` at its beginning or after a blank.
pub(crate) fn without_comment(line: &str) -> &str {
    let begins =
        |(at, _): &(usize, &str)| line[..*at].chars().next_back().is_none_or(char::is_whitespace);
    let comments = line.match_indices('#').chain(line.match_indices("//"));
    let at = comments.filter(begins).map(|(at, _)| at).min();
    &line[..at.unwrap_or(line.len())]
}
