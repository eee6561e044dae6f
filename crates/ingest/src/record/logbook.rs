//! The logbook of a score as text: an entry a line, `2021-09-22=3 tuned`, with `auto` after the
//! score where a machine gave it, and `undated` for the day where there is none.

use model::capability::ScoreEntry;
use model::date::Date;

use crate::extract;

/// What stands for the day of an entry that has none.
const UNDATED: &str = "undated";
/// What says that a machine gave the score.
const AUTO: &str = "auto";

/// The entries of a text, a line each; without comments, semicolons may separate them too.
pub(super) fn entries(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().flat_map(|line| {
        let is_bare = |text: &str| entry(text).is_some_and(|entry| entry.comment.is_empty());
        let parts = || line.split(';').filter(|part| !part.trim().is_empty());
        match parts().all(is_bare) {
            true => parts().collect(),
            false => vec![line],
        }
    });
    lines.map(str::trim).filter(|entry| !entry.is_empty())
}

/// One entry; a score is one of either scale.
pub(super) fn entry(text: &str) -> Option<ScoreEntry> {
    let (date, score, rest) = head(text)?;
    let (auto_generated, comment) = match rest.strip_prefix(AUTO) {
        Some(comment) if comment.is_empty() || comment.starts_with(' ') => (true, comment),
        Some(_) | None => (false, rest),
    };
    Some(ScoreEntry { date, score, auto_generated, comment: comment.trim().to_owned() })
}

/// The day, the score, and what follows them.
fn head(text: &str) -> Option<(Option<Date>, i8, &str)> {
    let (day, rest) = text.trim().split_once('=')?;
    let date = match day.trim() {
        UNDATED => None,
        day => Some(extract::date(day)?),
    };
    let rest = rest.trim_start();
    let (score, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let score = i8::try_from(extract::whole(score)?).ok()?;
    (-1..=5).contains(&score).then_some((date, score, rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(Option<String>, i8, bool, String)> {
        let read = entries(text).map(|text| entry(text).unwrap());
        let read =
            read.map(|e| (e.date.map(|d| d.to_string()), e.score, e.auto_generated, e.comment));
        read.collect()
    }

    #[test]
    fn an_entry_has_a_day_a_score_and_a_comment() {
        let day = |day: &str| Some(day.to_owned());
        assert_eq!(
            all("2021-09-22=2 auto DNS; now connected\n2021-06-08=1\nundated=-1 autopsy"),
            [
                (day("2021-09-22"), 2, true, "DNS; now connected".to_owned()),
                (day("2021-06-08"), 1, false, String::new()),
                (None, -1, false, "autopsy".to_owned()),
            ]
        );
        assert_eq!(all("2021-09-22=2; 2021-06-08 = 1 auto;").len(), 2);
        assert_eq!(all("2021-09-22=2 of; 2021-06-08=1").len(), 1);
    }

    #[test]
    fn what_is_no_entry_is_none() {
        for text in
            ["", "3", "2021-09-22", "2021-09-22=9", "2021-99-22=1", "=1", "x=1", "2021-09-22=-2"]
        {
            assert_eq!(entry(text), None, "{text}");
        }
    }
}
