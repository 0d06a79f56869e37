//! A day of the calendar, for what is accepted until then.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use toml_edit::{Date, Datetime};

/// A day, in no particular time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(Date);

impl Day {
    /// Reads `2026-12-31`.
    pub fn parse(text: &str) -> Option<Day> {
        Day::of(&text.trim().parse().ok()?)
    }

    /// The day of a TOML date, if it is no more than that.
    pub fn of(date: &Datetime) -> Option<Day> {
        match (date.date, date.time) {
            (Some(date), None) => Some(Day(date)),
            _ => None,
        }
    }

    /// The day it is in Greenwich.
    pub fn today() -> Day {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Day::after_epoch(since.map_or(0, |since| since.as_secs() / 86_400))
    }

    /// The day that many days after 1970-01-01.
    fn after_epoch(days: u64) -> Day {
        // Years begin in March here, so that the day a leap year adds is a year's last; eras have 400 years.
        let days = days + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let (day, shifted) = (day - (153 * month + 2) / 5 + 1, month + 3);
        let (month, next) = if shifted > 12 {
            (shifted - 12, 1)
        } else {
            (shifted, 0)
        };
        let small = |number: u64| u8::try_from(number).unwrap_or(u8::MAX);
        Day(Date {
            year: u16::try_from(era * 400 + year + next).unwrap_or(u16::MAX),
            month: small(month),
            day: small(day),
        })
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_calendars_do() {
        let days = [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (19_782, "2024-02-29"),
            (20_783, "2026-11-26"),
            (20_818, "2026-12-31"),
            (20_819, "2027-01-01"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
        ];
        for (number, day) in days {
            assert_eq!(Day::after_epoch(number).to_string(), day);
        }
        assert!(Day::today() > Day::after_epoch(20_000));
    }

    #[test]
    fn only_days_are_read() {
        assert_eq!(Day::parse("2026-12-31").unwrap().to_string(), "2026-12-31");
        assert!(Day::parse("2026-12-30") < Day::parse("2026-12-31"));
        for text in [
            "2026-02-30",
            "tomorrow",
            "12:00:00",
            "2026-12-31T12:00:00Z",
            "26-1-1",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }
}
