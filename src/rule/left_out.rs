//! Checks that no rule fixes, with the reason: `not-fixable.toml` beside the rules.

use serde::Deserialize;

/// Some checks of a scanner that no rule fixes, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Checkov's ids.
    pub checkov: Vec<String>,
    /// What the checks are about, in a few words.
    pub about: String,
    /// Why there is no rule: one or two sentences that also say who decides.
    pub why: String,
    /// Whether a rule could be written, and is not yet.
    #[serde(default)]
    pub later: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    left_out: Vec<LeftOut>,
}

/// Reads a `not-fixable.toml`.
///
/// # Errors
/// What is wrong with it, with the line.
pub fn parse_left_out(text: &str) -> Result<Vec<LeftOut>, String> {
    toml::from_str::<File>(text).map(|file| file.left_out).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::Catalogue;

    #[test]
    fn a_check_has_a_rule_or_a_reason_and_never_both() {
        let catalogue = Catalogue::built_in();
        assert!(catalogue.left_out().count() > 0);
        for id in catalogue.left_out().flat_map(|entry| &entry.checkov) {
            assert!(catalogue.by_alias("checkov", id).is_empty(), "{id} has a rule and is listed as not fixable");
        }
        let known = include_str!("../../testdata/checkov-aws-checks.txt");
        let unanswered: Vec<&str> = known
            .lines()
            .filter(|line| line.starts_with("CKV"))
            .filter_map(|line| line.split_whitespace().next())
            .filter(|id| catalogue.by_alias("checkov", id).is_empty() && catalogue.reason_left_out("checkov", id).is_none())
            .collect();
        assert!(unanswered.is_empty(), "neither a rule nor a reason: {unanswered:?}");
    }
}
