//! Technique ids. Other ATT&CK ids (`G0016`, `M1032`, `DC0032`, `TA0005`) stay text: nothing
//! depends on their parts.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The id of a technique (`T1059`) or sub-technique (`T1059.001`).
///
/// Ids sort as their text does: a technique comes right before its sub-techniques.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TechniqueId {
    number: u16,
    sub: Option<u16>,
}

/// The text is not `T` with four digits, optionally followed by a dot and three digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotATechniqueId;

impl TechniqueId {
    /// Reads `T1059` or `T1059.001`, in either case, with blanks around it.
    ///
    /// # Errors
    /// [`NotATechniqueId`] for anything else.
    pub fn parse(text: &str) -> Result<Self, NotATechniqueId> {
        let bytes = text.trim().as_bytes();
        let (head, sub) = match bytes {
            [head @ .., b'.', a, b, c] if head.len() == 5 => (head, Some([*a, *b, *c])),
            head => (head, None),
        };
        let [b'T' | b't', digits @ ..] = head else {
            return Err(NotATechniqueId);
        };
        if digits.len() != 4 {
            return Err(NotATechniqueId);
        }
        let number = number(digits)?;
        let sub = sub.map(|digits| self::number(&digits)).transpose()?;
        Ok(Self { number, sub })
    }

    /// The technique a sub-technique belongs to; `None` for a technique.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        self.sub.map(|_| Self { number: self.number, sub: None })
    }

    /// Whether this is a sub-technique of `other`.
    #[must_use]
    pub fn is_sub_of(self, other: Self) -> bool {
        self.parent() == Some(other)
    }
}

fn number(digits: &[u8]) -> Result<u16, NotATechniqueId> {
    digits.iter().try_fold(0u16, |value, digit| match digit {
        b'0'..=b'9' => Ok(value * 10 + u16::from(digit - b'0')),
        _ => Err(NotATechniqueId),
    })
}

impl fmt::Display for TechniqueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sub {
            None => write!(f, "T{:04}", self.number),
            Some(sub) => write!(f, "T{:04}.{sub:03}", self.number),
        }
    }
}

impl fmt::Display for NotATechniqueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a technique id such as T1059 or T1059.001")
    }
}

impl std::error::Error for NotATechniqueId {}

impl FromStr for TechniqueId {
    type Err = NotATechniqueId;

    fn from_str(text: &str) -> Result<Self, NotATechniqueId> {
        Self::parse(text)
    }
}

impl Serialize for TechniqueId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TechniqueId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(|_| D::Error::custom(format!("{text:?}: {NotATechniqueId}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_in_either_case_and_written_in_upper_case() {
        for (text, shown) in [("t1059", "T1059"), (" T1059.001 ", "T1059.001"), ("T0800", "T0800")]
        {
            assert_eq!(TechniqueId::parse(text).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn near_misses_are_refused() {
        for text in ["", "T", "T105", "T10590", "T1059.01", "T1059.0001", "1059", "TA0001", "T10五"]
        {
            assert_eq!(TechniqueId::parse(text), Err(NotATechniqueId), "{text}");
        }
    }

    #[test]
    fn a_technique_sorts_right_before_its_sub_techniques() {
        let mut ids: Vec<TechniqueId> =
            ["T1060", "T1059.001", "T1059"].map(|id| id.parse().unwrap()).to_vec();
        ids.sort();
        assert_eq!(
            ids.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["T1059", "T1059.001", "T1060"]
        );
        assert!(ids[1].is_sub_of(ids[0]) && !ids[2].is_sub_of(ids[0]));
    }
}
