//! Technique ids written as a regular expression: `T1003(\.006|\.005)?` stands for three.
//!
//! Only what stands for ids and nothing else is a pattern, and only where it stands for finitely
//! many: `T1003.*` is none. Everything else is left to who reads plain ids.

use std::collections::BTreeSet;

use model::id::TechniqueId;

/// So many texts one pattern may stand for; `T1003\.\d{3}` needs a thousand.
const TEXTS: usize = 2_000;

/// So long may a pattern be, and so deep its groups.
const LENGTH: usize = 2_000;
const DEPTH: usize = 8;

/// The ids that a pattern stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern<'t> {
    /// As it is written.
    pub(crate) text: &'t str,
    /// All that it matches, whether they exist or not.
    pub(crate) ids: BTreeSet<TechniqueId>,
    /// It names a class of digits instead of ids, so that only ids that exist can be meant.
    pub(crate) is_open: bool,
}

/// The patterns in a text, and the text without them.
pub(crate) fn patterns(text: &str) -> (Vec<Pattern<'_>>, String) {
    let (mut found, mut rest) = (Vec::new(), String::new());
    for word in words(text) {
        match pattern(word) {
            Some(pattern) => found.push(pattern),
            None => rest.push_str(word),
        }
        rest.extend(text[end(text, word)..].chars().next());
    }
    (found, rest)
}

fn end(text: &str, word: &str) -> usize {
    word.as_ptr() as usize - text.as_ptr() as usize + word.len()
}

/// What stands between blanks, semicolons and commas; a comma in brackets separates nothing.
fn words(text: &str) -> Vec<&str> {
    let (mut words, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth = depth.saturating_sub(1),
            ',' if depth > 0 => {}
            c if c.is_whitespace() || matches!(c, ';' | ',') => {
                words.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    words.push(&text[start..]);
    words
}

fn pattern(word: &str) -> Option<Pattern<'_>> {
    let has_operator = word.contains(['\\', '?', '[']) || word.find('(').is_some_and(|at| at > 0);
    if !has_operator || word.len() > LENGTH || !word.is_ascii() {
        return None;
    }
    let inner = word.strip_prefix('^').unwrap_or(word);
    let inner = inner.strip_suffix('$').unwrap_or(inner);
    let mut parser = Parser { rest: inner.as_bytes(), is_open: false };
    let texts = parser.alternatives(0).filter(|_| parser.rest.is_empty())?;
    let ids = texts.iter().map(|text| TechniqueId::parse(text).ok()).collect::<Option<_>>()?;
    Some(Pattern { text: word, ids, is_open: parser.is_open })
}

struct Parser<'p> {
    rest: &'p [u8],
    is_open: bool,
}

type Texts = BTreeSet<String>;

impl Parser<'_> {
    fn eat(&mut self, prefix: &[u8]) -> bool {
        let rest = self.rest.strip_prefix(prefix);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn alternatives(&mut self, depth: usize) -> Option<Texts> {
        if depth > DEPTH {
            return None;
        }
        let mut all = self.sequence(depth)?;
        while self.eat(b"|") {
            all.append(&mut self.sequence(depth)?);
        }
        (all.len() <= TEXTS).then_some(all)
    }

    fn sequence(&mut self, depth: usize) -> Option<Texts> {
        let mut all = Texts::from([String::new()]);
        while !matches!(self.rest.first(), None | Some(b'|' | b')')) {
            let one = self.atom(depth)?;
            let mut next = one.clone();
            for _ in 1..self.times()? {
                next = product(&next, &one)?;
            }
            if self.eat(b"?") {
                next.insert(String::new());
            }
            all = product(&all, &next)?;
        }
        Some(all)
    }

    fn atom(&mut self, depth: usize) -> Option<Texts> {
        if self.eat(b"(") {
            self.eat(b"?:");
            let inner = self.alternatives(depth + 1)?;
            return self.eat(b")").then_some(inner);
        }
        if self.eat(b"\\d") {
            self.is_open = true;
            return Some(('0'..='9').map(String::from).collect());
        }
        if self.eat(b"[") {
            return self.class();
        }
        self.eat(b"\\");
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        let is_literal = first.is_ascii_alphanumeric() || *first == b'.';
        is_literal.then(|| Texts::from([char::from(*first).to_string()]))
    }

    /// `[1-35]`, behind its bracket.
    fn class(&mut self) -> Option<Texts> {
        self.is_open = true;
        let mut all = Texts::new();
        while !self.eat(b"]") {
            let [first @ b'0'..=b'9', rest @ ..] = self.rest else { return None };
            let (last, rest) = match rest {
                [b'-', last @ b'0'..=b'9', rest @ ..] => (last, rest),
                rest => (first, rest),
            };
            all.extend((*first..=*last).map(|digit| char::from(digit).to_string()));
            self.rest = rest;
        }
        Some(all)
    }

    /// `{3}`; once where nothing is said.
    fn times(&mut self) -> Option<u8> {
        if !self.eat(b"{") {
            return Some(1);
        }
        let [digit @ b'1'..=b'4', b'}', rest @ ..] = self.rest else { return None };
        self.rest = rest;
        Some(digit - b'0')
    }
}

/// Every text of the first followed by every text of the second.
fn product(first: &Texts, second: &Texts) -> Option<Texts> {
    if first.len() * second.len() > TEXTS {
        return None;
    }
    let joined = |a: &String| second.iter().map(move |b| format!("{a}{b}")).collect::<Vec<_>>();
    Some(first.iter().flat_map(joined).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, ids: &str, rest: &str) {
        let (found, left) = patterns(text);
        let found: Vec<String> = found
            .iter()
            .map(|p| p.ids.iter().map(TechniqueId::to_string).collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!((found.join("; ").as_str(), left.as_str()), (ids, rest), "{text}");
    }

    #[test]
    fn a_pattern_stands_for_the_ids_it_matches_and_no_other() {
        check(r"T1003(\.006|\.005)?", "T1003 T1003.005 T1003.006", "");
        check(r"T1548(\.002)?", "T1548 T1548.002", "");
        check(r"T1574\.002", "T1574.002", "");
        check(r"^T1021\.(00[1-36])$", "T1021.001 T1021.002 T1021.003 T1021.006", "");
        check(
            r"(?:T1078|T1110)(\.00(1|2))?",
            "T1078 T1078.001 T1078.002 T1110 T1110.001 T1110.002",
            "",
        );
        check("T1021(.001|.002)", "T1021.001 T1021.002", "");
    }

    #[test]
    fn patterns_stand_beside_each_other_and_beside_plain_ids() {
        check("T1059, T1003(\\.001)?;T1078", "T1003 T1003.001", "T1059, ;T1078");
    }

    #[test]
    fn what_is_no_pattern_of_ids_stays_as_it_is() {
        for text in [
            "LSASS Memory (T1003.001)",
            "T1003?",
            "T1003(LSASS)",
            "T1003.*",
            r"T1003\.\d+",
            "[T1059](https://attack.mitre.org/techniques/T1059/)",
            "(T1003|T1110)",
            r"T1003(\.001",
            r"C:\T1003\x",
            "T1003[",
            "",
        ] {
            check(text, "", text);
        }
    }

    #[test]
    fn a_class_of_digits_is_open() {
        let (found, _) = patterns(r"T1003\.\d{3}");
        assert_eq!((found[0].ids.len(), found[0].is_open), (1000, true));
        assert!(!patterns(r"T1003\.001").0[0].is_open);
    }

    #[test]
    fn a_pattern_for_too_much_is_none() {
        check(r"T\d{4}", "", r"T\d{4}");
        let deep = format!("T1003{}{}", "(".repeat(500), ")".repeat(500));
        check(&deep, "", &deep);
        let wide = format!("T1003{}", "(1|2)?".repeat(300));
        check(&wide, "", &wide);
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in any::<String>(), near in r"(T10|\\\\|[.]|[(|)?\[\]{}0-9d,; -]){0,30}") {
            let _ = (patterns(&text), patterns(&near));
        }

        #[test]
        fn a_pattern_made_of_ids_gives_them_back(subs in prop::collection::btree_set(1_u16..20, 1..8)) {
            let alternatives: Vec<String> = subs.iter().map(|sub| format!("\\.{sub:03}")).collect();
            let text = format!("T1003({})?", alternatives.join("|"));
            let (found, rest) = patterns(&text);
            prop_assert_eq!((found[0].ids.len(), rest.as_str()), (subs.len() + 1, ""));
        }
    }
}
