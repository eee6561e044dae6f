//! Plain lists of ids: one or many a line, with whatever names stand around them.

use model::diagnostic::Origin;

use super::Raw;
use crate::extract::{self, AttackId};

/// What the lines of a text name.
pub(super) fn list(text: &str, shown: &str) -> Raw {
    let mut raw = Raw::default();
    for (ix, line) in text.lines().enumerate() {
        let origin = Origin { line: Some(ix + 1), ..Origin::file(shown) };
        // In Markdown a heading begins as elsewhere a comment.
        let line = if shown.ends_with(".md") { line } else { without_comment(line) };
        raw.ids(line, 1.0, &origin);
    }
    raw
}

/// Lines of a text that are looked at to tell a list.
const LINES: usize = 200;

/// Whether a text is a list of techniques: one column, or lines most of which hold an id.
pub(crate) fn is_list(text: &str) -> bool {
    let lines = text.lines().map(without_comment).filter(|line| !line.trim().is_empty());
    let (mut all, mut with_id) = (0, 0);
    for line in lines.take(LINES) {
        let is_technique = |id| matches!(id, AttackId::Technique(_));
        all += 1;
        // What stands in braces is more than a list.
        with_id += usize::from(!line.contains('{') && extract::ids(line).any(is_technique));
    }
    with_id > 0 && with_id * 2 >= all
}

/// A line up to a comment: `#` or `//` at its beginning or after a blank.
fn without_comment(line: &str) -> &str {
    let begins =
        |(at, _): &(usize, &str)| line[..*at].chars().next_back().is_none_or(char::is_whitespace);
    let comments = line.match_indices('#').chain(line.match_indices("//"));
    let at = comments.filter(begins).map(|(at, _)| at).min();
    &line[..at.unwrap_or(line.len())]
}
