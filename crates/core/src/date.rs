//! Calendar days, UTC. Ages are whole days; nothing here knows what day it is today.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A day of the proleptic Gregorian calendar, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    days: i32,
}

impl Date {
    /// The day with this year, month (1..=12) and day of the month, if there is one.
    #[must_use]
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        let valid = (1..=9999).contains(&year) && (1..=12).contains(&month);
        let date = Self { days: days_from_civil(year, month.clamp(1, 12), day) };
        (valid && (1..=31).contains(&day) && date.civil() == (year, month, day)).then_some(date)
    }

    /// Days since 1970-01-01, as a Unix clock counts them.
    #[must_use]
    pub fn from_unix_days(days: i32) -> Self {
        Self { days }
    }

    /// Reads `2026-06-30`, `2026/06/30` or a time stamp that starts so (`2026-06-30T04:00:00Z`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let day = text.split(['T', ' ']).next().unwrap_or(text);
        let mut parts = day.splitn(3, ['-', '/']);
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if year.len() != 4 || month.len() > 2 || day.len() > 2 {
            return None;
        }
        Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// Days from `earlier` to this day; 0 where `earlier` lies in the future.
    #[must_use]
    pub fn age_since(self, earlier: Self) -> f64 {
        f64::from((self.days - earlier.days).max(0))
    }

    /// Year, month and day of the month.
    #[must_use]
    pub fn civil(self) -> (i32, u32, u32) {
        civil_from_days(self.days)
    }
}

// Both ways after Howard Hinnant, "chrono-compatible low-level date algorithms"; a year starts
// on 1 March there, so that the leap day is its last.
fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let year = year - i32::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month = month as i32;
    let day_of_year =
        (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day as i32 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i32::from(month <= 2), month as u32, day as u32)
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom(format!("{text:?} is not a date")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_day_that_does_not_exist_is_refused() {
        for text in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-06-31", "26-06-30", "today"] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        assert_eq!(Date::parse("2024-02-29T04:00:00.000Z"), Date::new(2024, 2, 29));
    }

    proptest! {
        #[test]
        fn days_read_back_as_written(days in -700_000i32..2_900_000) {
            let date = Date::from_unix_days(days);
            prop_assert_eq!(Date::parse(&date.to_string()), Some(date));
        }
    }
}
