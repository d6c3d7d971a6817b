//! Lengths of time as people write them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time in whole seconds, written `90s`, `15m`, `48h`, `30d` or `2w`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period(u64);

const UNITS: [(char, u64); 5] = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

impl Period {
    /// So many seconds.
    #[must_use]
    pub const fn seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Length in seconds.
    #[must_use]
    pub const fn as_seconds(self) -> u64 {
        self.0
    }

    /// As a standard duration.
    #[must_use]
    pub const fn as_std(self) -> std::time::Duration {
        std::time::Duration::from_secs(self.0)
    }

    /// As a calendar duration; at most about 100 years.
    #[must_use]
    pub fn as_delta(self) -> chrono::TimeDelta {
        chrono::TimeDelta::seconds(i64::try_from(self.0.min(3_155_760_000)).unwrap_or(0))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Weeks and single days read worse than the unit below them ("48h", "14d").
        let (unit, size) = UNITS
            .into_iter()
            .skip(1)
            .find(|(_, size)| self.0.is_multiple_of(*size) && self.0 > *size)
            .or_else(|| UNITS.into_iter().skip(2).find(|(_, size)| self.0.is_multiple_of(*size)))
            .unwrap_or(('s', 1));
        write!(f, "{}{unit}", self.0 / size)
    }
}

/// A text that is no period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a period; write a whole number and a unit, like 90s, 15m, 48h, 30d or 2w")]
pub struct PeriodError(String);

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || PeriodError(text.chars().take(40).collect());
        let trimmed = text.trim();
        let unit = trimmed.chars().last().ok_or_else(error)?;
        let (_, size) = UNITS.into_iter().find(|(name, _)| *name == unit).ok_or_else(error)?;
        let number: u64 = trimmed.strip_suffix(unit).and_then(|number| number.trim().parse().ok()).ok_or_else(error)?;
        number.checked_mul(size).filter(|seconds| *seconds <= 3_155_760_000).map(Self).ok_or_else(error)
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl JsonSchema for Period {
    fn schema_name() -> Cow<'static, str> {
        "Period".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+ ?[smhdw]$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_read_and_print_as_people_write_them() {
        for (text, seconds, printed) in
            [("48h", 172_800, "2d"), ("30d", 2_592_000, "30d"), ("90s", 90, "90s"), ("1w", 604_800, "7d"), ("24h", 86_400, "24h")]
        {
            let period: Period = text.parse().unwrap();
            assert_eq!((period.as_seconds(), period.to_string().as_str()), (seconds, printed));
        }
        for bad in ["", "h", "5", "5y", "-1d", "99999999999999d", "1.5h"] {
            assert!(bad.parse::<Period>().is_err(), "{bad}");
        }
    }
}
