//! Versions and version constraints as Terraform writes them.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A version such as `4.67.0` or `5.0.0-beta1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version {
    numbers: [u64; 3],
    /// The text after `-`; empty for a release.
    pre: String,
}

impl Version {
    /// A release.
    #[must_use]
    pub const fn new(major: u64, minor: u64, patch: u64) -> Self {
        Self { numbers: [major, minor, patch], pre: String::new() }
    }

    /// The first number.
    #[must_use]
    pub const fn major(&self) -> u64 {
        self.numbers[0]
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            _ => self.pre.cmp(&other.pre),
        })
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(f, "{major}.{minor}.{patch}")?;
        if self.pre.is_empty() { Ok(()) } else { write!(f, "-{}", self.pre) }
    }
}

/// A text that is no version or constraint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a version constraint; expected something like `~> 5.0` or `>= 4.9, < 6.0`")]
pub struct VersionError(pub String);

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        parse_version(text).map(|(version, _)| version).ok_or_else(|| VersionError(text.chars().take(80).collect()))
    }
}

/// The version and how many numbers were written.
fn parse_version(text: &str) -> Option<(Version, usize)> {
    let text = text.trim().trim_start_matches('v');
    let text = text.split('+').next().unwrap_or(text);
    let (numbers, pre) = text.split_once('-').unwrap_or((text, ""));
    let parts: Vec<u64> = numbers.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    let at = |index: usize| parts.get(index).copied().unwrap_or(0);
    (parts.len() <= 3).then(|| (Version { numbers: [at(0), at(1), at(2)], pre: pre.to_owned() }, parts.len()))
}

/// The versions from one (included) to another (excluded); no end means all later ones.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Interval {
    from: Version,
    to: Option<Version>,
}

/// A conjunction of conditions: `>= 4.9, < 6.0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// As written.
    text: String,
    interval: Interval,
    excluded: Vec<Version>,
}

impl FromStr for Constraint {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let error = || VersionError(text.chars().take(80).collect());
        let mut constraint = Self::any();
        text.clone_into(&mut constraint.text);
        for condition in text.split(',').map(str::trim).filter(|condition| !condition.is_empty()) {
            let split = condition.find(|c: char| c.is_ascii_digit() || c == 'v').ok_or_else(error)?;
            let (operator, version) = condition.split_at(split);
            let (version, written) = parse_version(version).ok_or_else(error)?;
            constraint.narrow(operator.trim(), version, written).ok_or_else(error)?;
        }
        Ok(constraint)
    }
}

/// The version right after `version`.
fn after(version: &Version) -> Version {
    if version.pre.is_empty() {
        let [major, minor, patch] = version.numbers;
        return Version { numbers: [major, minor, patch.saturating_add(1)], pre: "0".to_owned() };
    }
    Version { numbers: version.numbers, pre: format!("{}\u{0}", version.pre) }
}

impl Constraint {
    /// Every version.
    #[must_use]
    pub fn any() -> Self {
        let zero = Version { numbers: [0, 0, 0], pre: "0".to_owned() };
        Self { text: String::new(), interval: Interval { from: zero, to: None }, excluded: Vec::new() }
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    fn narrow(&mut self, operator: &str, version: Version, written: usize) -> Option<()> {
        let [major, minor, _] = version.numbers;
        let (from, to) = match operator {
            "" | "=" => (Some(version.clone()), Some(after(&version))),
            "!=" => {
                self.excluded.push(version);
                return Some(());
            }
            ">=" => (Some(version), None),
            ">" => (Some(after(&version)), None),
            "<" => (None, Some(version)),
            "<=" => (None, Some(after(&version))),
            "~>" if written >= 3 => (Some(version), Some(Version::new(major, minor.saturating_add(1), 0))),
            "~>" => (Some(version), Some(Version::new(major.saturating_add(1), 0, 0))),
            _ => return None,
        };
        if let Some(from) = from.filter(|from| *from > self.interval.from) {
            self.interval.from = from;
        }
        if let Some(to) = to.filter(|to| self.interval.to.as_ref().is_none_or(|old| to < old)) {
            self.interval.to = Some(to);
        }
        Some(())
    }

    /// Whether `version` is allowed.
    #[must_use]
    pub fn allows(&self, version: &Version) -> bool {
        *version >= self.interval.from && self.interval.to.as_ref().is_none_or(|to| version < to) && !self.excluded.contains(version)
    }

    /// What both allow.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let from = self.interval.from.clone().max(other.interval.from.clone());
        let to = match (&self.interval.to, &other.interval.to) {
            (Some(a), Some(b)) => Some(a.min(b).clone()),
            (a, b) => a.as_ref().or(b.as_ref()).cloned(),
        };
        let text = [self.text.as_str(), other.text.as_str()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
        let excluded = self.excluded.iter().chain(&other.excluded).cloned().collect();
        Self { text, interval: Interval { from, to }, excluded }
    }

    /// Whether it allows nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.interval.to.as_ref().is_some_and(|to| *to <= self.interval.from)
    }

    /// Whether every version allowed here is allowed by `other` (`Some(true)`), none is (`Some(false)`), or it depends (`None`).
    #[must_use]
    pub fn within(&self, other: &Self) -> Option<bool> {
        if self.and(other).is_empty() {
            return Some(false);
        }
        let to_inside = match (&self.interval.to, &other.interval.to) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(others)) => own <= others,
        };
        let excluded = other.excluded.iter().any(|version| self.allows(version));
        (self.interval.from >= other.interval.from && to_inside && !excluded).then_some(true)
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.text.is_empty() { "any version" } else { &self.text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn constraint(text: &str) -> Constraint {
        text.parse().unwrap()
    }

    #[test]
    fn pessimistic_constraints_fix_all_but_the_last_number() {
        for (text, inside, outside) in [
            ("~> 4.9", "4.67.0", "5.0.0"),
            ("~> 4.9.1", "4.9.9", "4.10.0"),
            ("~> 4", "4.99.1", "5.0.0"),
            (">= 3.0, < 5", "4.9.0", "5.0.0"),
            ("= 4.1.0", "4.1.0", "4.1.1"),
            ("4.1.0", "4.1.0", "4.0.9"),
            ("> 4.1.0", "4.1.1", "4.1.0"),
            ("<= 4.1.0", "4.1.0", "4.1.1"),
            ("!= 4.1.0", "4.1.1", "4.1.0"),
        ] {
            assert!(constraint(text).allows(&inside.parse().unwrap()), "{text} {inside}");
            assert!(!constraint(text).allows(&outside.parse().unwrap()), "{text} {outside}");
        }
    }

    #[test]
    fn a_range_is_inside_outside_or_across() {
        assert_eq!(constraint("~> 5.0").within(&constraint(">= 4.0")), Some(true));
        assert_eq!(constraint("~> 3.0").within(&constraint(">= 4.0")), Some(false));
        assert_eq!(constraint(">= 3.0").within(&constraint(">= 4.0")), None);
        assert_eq!(Constraint::any().within(&constraint(">= 4.0")), None);
        assert_eq!(constraint(">= 4.0").within(&Constraint::any()), Some(true));
    }

    #[test]
    fn nonsense_is_an_error() {
        for text in ["~>", "abc", ">> 1", "1.2.3.4", "1.x"] {
            assert!(text.parse::<Constraint>().is_err(), "{text}");
        }
    }
}
