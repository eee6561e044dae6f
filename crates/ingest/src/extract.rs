//! From the text of a cell to what it says. Everything here is tolerant of how people write and
//! strict about what it means: what is not understood is `None`, for the caller to report.

use std::collections::BTreeMap;

use model::capability::Share;
use model::date::Date;
use model::id::TechniqueId;
use model::score::round9;

pub(crate) mod pattern;

/// An ATT&CK id found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AttackId {
    Technique(TechniqueId),
    Mitigation(String),
    Component(String),
    Tactic(String),
    /// A group, campaign or software.
    Adversary(String),
    /// A data source: ATT&CK has given them up.
    DataSource(String),
    /// An id of another framework, MITRE ATLAS, with its prefix.
    OtherFramework(String),
    /// It has the look of an id but is none.
    Bad(String),
}

/// All ATT&CK ids in a text, whatever stands between them: names, links, line breaks. An id with
/// something after it that may be meant for a sub-technique, a range or a pattern is a near miss:
/// to read it as its parent would claim too much.
pub(crate) fn ids(text: &str) -> impl Iterator<Item = AttackId> + '_ {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '_');
    let runs = text.split(move |c| !is_part(c)).filter(|run| !run.is_empty());
    runs.flat_map(move |run| {
        let end = run.as_ptr() as usize - text.as_ptr() as usize + run.len();
        let mut tokens = tokens(run);
        if let Some(last) = tokens.last_mut().filter(|last| is_technique(last)) {
            last.push_str(attached(&text[end..]));
        } else if let (Some(last), rest @ [b'-', ..]) =
            (tokens.last(), attached(&text[end..]).as_bytes())
        {
            // A range of sub-techniques: its first is counted, the whole is reported.
            let range = format!("{last}{}", String::from_utf8_lossy(rest));
            tokens.push(range);
        }
        tokens
    })
    .filter_map(|token| id(&token))
}

fn is_technique(word: &str) -> bool {
    TechniqueId::parse(word).is_ok_and(|id| id.parent().is_none())
}

/// What follows a technique's id and belongs to it: `-001`, `:001`, ` .001`, `.*`, `\.001`,
/// `(\.001`.
fn attached(rest: &str) -> &str {
    let bytes = rest.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
    let length = match bytes {
        [b'-' | b':' | b',', ..] if digits(1) == 3 => 4,
        [b' ', b'.', ..] if digits(2) > 0 => 2 + digits(2),
        [b'\\', ..] => 1,
        [b'(', b'\\', ..] => 2,
        [b'*', ..] => 1,
        _ => 0,
    };
    &rest[..length]
}

/// The words of a run of letters; `T1059/001`, as in links, is one.
fn tokens(run: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    for part in run.split(['/', '_']) {
        let is_sub = part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit());
        match tokens.last_mut() {
            Some(last)
                if is_sub && TechniqueId::parse(last).is_ok_and(|id| id.parent().is_none()) =>
            {
                last.push('.');
                last.push_str(part);
            }
            _ => tokens.push(part.trim_start_matches('.').trim_end_matches('.').to_owned()),
        }
    }
    tokens
}

/// The id that a word is; `None` for any other word.
pub(crate) fn id(word: &str) -> Option<AttackId> {
    let word = after(word, "attack.").unwrap_or(word);
    if let Some(rest) = after(word, "atlas.").or_else(|| after(word, "aml.")) {
        let is_near_miss = || {
            let rest = after(rest, "aml.").unwrap_or(rest);
            let number = after(rest, "ta").or_else(|| after(rest, "t"));
            number.is_some_and(is_near_miss)
        };
        return framework_id(rest)
            .map(AttackId::OtherFramework)
            .or_else(|| is_near_miss().then(|| AttackId::Bad(word.to_owned())));
    }
    if let Ok(id) = TechniqueId::parse(word) {
        return Some(AttackId::Technique(id));
    }
    let begins_like_one = word.get(..5).is_some_and(|head| TechniqueId::parse(head).is_ok());
    if begins_like_one {
        return Some(AttackId::Bad(word.to_owned()));
    }
    let digits_at = word.find(|c: char| c.is_ascii_digit())?;
    let (letters, rest) = word.split_at(digits_at);
    let letters = letters.to_ascii_uppercase();
    let four_digits = rest.len() == 4 && rest.bytes().all(|b| b.is_ascii_digit());
    let upper = || format!("{letters}{rest}");
    match letters.as_str() {
        "M" if four_digits => Some(AttackId::Mitigation(upper())),
        "DC" if four_digits => Some(AttackId::Component(upper())),
        "TA" if four_digits => Some(AttackId::Tactic(upper())),
        "G" | "S" | "C" if four_digits => Some(AttackId::Adversary(upper())),
        "DS" if four_digits => Some(AttackId::DataSource(upper())),
        "T" | "TA" if is_near_miss(rest) => Some(AttackId::Bad(word.to_owned())),
        _ => None,
    }
}

/// What follows a prefix, in either case.
fn after<'a>(word: &'a str, prefix: &str) -> Option<&'a str> {
    let head = word.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &word[prefix.len()..])
}

/// An id of MITRE ATLAS, a tactic, technique, mitigation or case study, whether its prefix `AML.`
/// stands there or not: `AML.T0051.000`.
pub(crate) fn framework_id(word: &str) -> Option<String> {
    let word = after(word, "aml.").unwrap_or(word).to_ascii_uppercase();
    let (letters, rest) = word.split_at(word.find(|c: char| c.is_ascii_digit())?);
    let digits = |text: &str, n| text.len() == n && text.bytes().all(|b| b.is_ascii_digit());
    let is_id = match (letters, rest.split_once('.')) {
        ("T", Some((number, sub))) => digits(number, 4) && digits(sub, 3),
        ("T" | "TA" | "M" | "CS", None) => digits(rest, 4),
        _ => false,
    };
    is_id.then(|| format!("AML.{word}"))
}

/// Digits as of a technique's id, but not as many or not where they belong.
fn is_near_miss(rest: &str) -> bool {
    let (number, sub) = rest.split_once('.').unwrap_or((rest, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    (3..=6).contains(&number.len()) && digits(number) && digits(sub)
}

/// A share of 0..=1. 1 is all of it; a value above 1 and up to 100, or with `%`, is percent.
pub(crate) fn share(text: &str, decimal_comma: bool) -> Option<f64> {
    let text = text.trim();
    let (number, percent) = match text.strip_suffix('%') {
        Some(number) => (number.trim(), true),
        None => (text, false),
    };
    let value = self::number(number, decimal_comma)?;
    let share = if percent || value > 1.0 { value / 100.0 } else { value };
    (0.0..=1.0).contains(&share).then(|| round9(share))
}

/// A finite number.
pub(crate) fn number(text: &str, decimal_comma: bool) -> Option<f64> {
    let text = text.trim();
    let value: f64 = match text.split_once(',') {
        Some((whole, fraction)) if decimal_comma && !text.contains('.') => {
            format!("{whole}.{fraction}").parse().ok()?
        }
        Some(_) => return None,
        None => text.parse().ok()?,
    };
    value.is_finite().then(|| round9(value))
}

/// One share for everything, or `Windows=0.6; Linux=1`; `platform` gives a platform its proper
/// name. The error is the part that was not understood.
pub(crate) fn shares(
    text: &str,
    decimal_comma: bool,
    platform: impl Fn(&str) -> Option<String>,
) -> Result<Share, String> {
    if !text.contains(['=', ':']) {
        return share(text, decimal_comma).map(Share::Everywhere).ok_or_else(|| text.to_owned());
    }
    // A comma separates where each part has a name of its own; else it may be a decimal comma.
    let all: &[char] = &[';', ',', '\n', '|'];
    let named = |part: &str| part.trim().is_empty() || part.contains(['=', ':']);
    let separators = if text.split(all).all(named) { all } else { &[';', '\n', '|'] };
    let mut shares = BTreeMap::new();
    for part in text.split(separators).map(str::trim).filter(|part| !part.is_empty()) {
        let pair = part.split_once(['=', ':']);
        let pair =
            pair.and_then(|(name, value)| Some((platform(name)?, share(value, decimal_comma)?)));
        let (name, value) = pair.ok_or_else(|| part.to_owned())?;
        shares.insert(name, value);
    }
    Ok(Share::ByPlatform(shares))
}

/// A whole number.
pub(crate) fn whole(text: &str) -> Option<i64> {
    let value = number(text, false)?;
    (value.fract() == 0.0 && value.abs() < 1e9).then_some(value as i64)
}

/// Yes or no.
pub(crate) fn flag(text: &str) -> Option<bool> {
    match word_key(text).as_str() {
        "true" | "yes" | "y" | "x" | "1" => Some(true),
        "false" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}

/// `2026-06-30`, `2026/06/30`, `2026_06_30`, `2026.06.30` or `30.6.2026`, whatever time of day
/// follows; other orders of day and month, and years of two digits, are ambiguous.
pub(crate) fn date(text: &str) -> Option<Date> {
    let day = text.trim().replace(". ", ".");
    let day = day.split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<&str> = day.splitn(4, ['-', '/', '_', '.']).collect();
    let [first, month, last] = parts[..] else {
        return None;
    };
    let (year, day) = match (first.len(), last.len()) {
        (4, 1..=2) => (first, last),
        (1..=2, 4) if day.contains('.') => (last, first),
        _ => return None,
    };
    let digits = |part: &&str| part.bytes().all(|b| b.is_ascii_digit());
    let is_date = month.len() <= 2 && [year, month, day].iter().all(digits);
    let number = |part: &str| part.parse().ok();
    is_date.then(|| Date::new(year.parse().ok()?, number(month)?, number(day)?))?
}

/// The items of a cell that holds a list: separated by line breaks, semicolons, bars or commas.
pub(crate) fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', ';', '|', ',']).map(str::trim).filter(|item| !item.is_empty())
}

/// A text as words are compared: lower case, runs of anything but letters and digits as one blank
/// (`?` and `#` alone stay what they are).
pub(crate) fn word_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for c in text.trim().chars() {
        if c.is_alphanumeric() || matches!(c, '?' | '#' | '/' | '.') {
            key.extend(c.to_lowercase());
        } else if !key.ends_with(' ') {
            key.push(' ');
        }
    }
    key.trim().to_owned()
}

/// The text of a csv file without the apostrophe that keeps it from being a formula.
pub(crate) fn unguarded(text: String) -> String {
    let is_formula = |text: &str| {
        let start = text.trim_start_matches(|c: char| c == '\'' || c.is_whitespace());
        start.starts_with(['=', '+', '-', '@'])
    };
    match text.strip_prefix('\'') {
        Some(rest) if is_formula(rest) => rest.to_owned(),
        Some(_) | None => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let name = |id| match id {
            AttackId::Technique(id) => id.to_string(),
            AttackId::Bad(text) => format!("bad {text}"),
            AttackId::Mitigation(id)
            | AttackId::Component(id)
            | AttackId::Tactic(id)
            | AttackId::Adversary(id)
            | AttackId::DataSource(id)
            | AttackId::OtherFramework(id) => id,
        };
        ids(text).map(name).collect()
    }

    #[test]
    fn ids_are_found_between_names_links_and_every_separator() {
        assert_eq!(
            shown("T1566.001 - Spearphishing, LSASS Memory (T1003.001)\nt1059; |T1027|"),
            ["T1566.001", "T1003.001", "T1059", "T1027"]
        );
        assert_eq!(shown("https://attack.mitre.org/techniques/T1059/001/"), ["T1059.001"]);
        assert_eq!(
            shown("TA0005:T1110 M1032 DC0032 g0016"),
            ["TA0005", "T1110", "M1032", "DC0032", "G0016"]
        );
    }

    #[test]
    fn near_misses_are_named_and_never_shortened() {
        assert_eq!(shown("T1566.01, T15661, TA003"), ["bad T1566.01", "bad T15661", "bad TA003"]);
        for text in
            ["T1059-001", "T1059:001", "T1059 .001", "T1059.x", "T1059\\.001", "T1059.001.2"]
        {
            assert!(matches!(&shown(text)[..], [one] if one.starts_with("bad ")), "{text}");
        }
        assert_eq!(
            shown("attack.t1059.001, T1078 - Valid Accounts, T1110: Brute Force (T1003)"),
            ["T1059.001", "T1078", "T1110", "T1003"]
        );
        assert_eq!(shown("S3 bucket, G7, T-shirt, 2024-10-31, v1.10"), Vec::<String>::new());
    }

    #[test]
    fn ids_of_another_framework_are_told_apart_with_their_prefix() {
        assert_eq!(
            shown("LLM Prompt Injection (AML.T0051), aml.t0051.000; T1059\nAML.TA0002"),
            ["AML.T0051", "AML.T0051.000", "T1059", "AML.TA0002"]
        );
        assert_eq!(shown("https://atlas.mitre.org/techniques/AML.T0054/"), ["AML.T0054"]);
        assert_eq!(
            shown("atlas.aml.t0051 atlas.t0054 attack.aml.t0010.003"),
            ["AML.T0051", "AML.T0054", "AML.T0010.003"]
        );
        assert_eq!(shown("AML.M0015 AML.CS0001"), ["AML.M0015", "AML.CS0001"]);
        assert_eq!(shown("AML.T0051.00 atlas.ta002"), ["bad AML.T0051.00", "bad atlas.ta002"]);
        assert_eq!(shown("AML policy, atlas.m365, aml., AML.T"), Vec::<String>::new());
        assert_eq!(framework_id("T0054").as_deref(), Some("AML.T0054"));
        assert_eq!(framework_id("LLM04"), None);
    }

    #[test]
    fn days_are_read_as_people_and_programs_write_them() {
        let expected = Date::new(2024, 5, 1);
        for text in [
            "2024-05-01",
            " 2024/05/01 ",
            "2024_05_01",
            "2024.5.1",
            "1.5.2024",
            "01.05.2024 13:45",
            "1. 5. 2024",
            "2024-05-01T00:00:00.000Z",
            "2024-05-01 07:22:31.795581",
            "2024-05-01T23:59:59+02:00",
        ] {
            assert_eq!(date(text), expected, "{text}");
        }
        let refused = [
            "5/1/2024",
            "1-5-2024",
            "1.5.24",
            "24-05-01",
            "2024-13-01",
            "30.2.2024",
            "2024-+5-01",
            "2024-05",
            "2024-05-01-07",
            "",
            "T",
            "yesterday",
            "٢٠٢٤-05-01",
        ];
        for text in refused {
            assert_eq!(date(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in any::<String>(), near in "(?i)(aml|atlas|attack)[.]?[a-z]{0,2}[0-9.]{0,9}") {
            for text in [text, near] {
                let _ = (ids(&text).count(), id(&text), framework_id(&text), date(&text));
            }
        }

        #[test]
        fn a_day_reads_back_in_every_order_that_is_clear(days in -700_000i32..2_900_000) {
            let day = Date::from_unix_days(days);
            let (year, month, date_of_month) = day.civil();
            let german = format!("{date_of_month}.{month}.{year:04}");
            for text in [day.to_string(), day.to_string().replace('-', "_"), german] {
                prop_assert_eq!(date(&text), Some(day));
            }
        }
    }

    #[test]
    fn shares_are_read_as_people_write_them() {
        assert_eq!(share("85%", false), Some(0.85));
        assert_eq!(share("85", false), Some(0.85));
        assert_eq!(share("1", false), Some(1.0));
        assert_eq!(share("0,85", true), Some(0.85));
        assert_eq!(share("0,85", false), None);
        for text in ["101", "-1", "NaN", "inf", "", "many"] {
            assert_eq!(share(text, false), None, "{text}");
        }
        let map = shares("Windows=0.6; Linux = 100%", false, |name| Some(name.trim().to_owned()));
        let expected = [("Windows".to_owned(), 0.6), ("Linux".to_owned(), 1.0)];
        assert_eq!(map, Ok(Share::ByPlatform(expected.into())));
    }
}
