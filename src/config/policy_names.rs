//! Names in a policy that only the rules and the risk score know: rule ids, parameters and weights.

use std::collections::BTreeSet;

use super::error::nearest;
use super::policy_load::{PolicyFile, parse_policy, place_of_key};
use super::{ConfigError, Policy};

/// The names there are.
#[derive(Debug, Clone, Default)]
pub struct PolicyNames {
    /// Rule ids.
    pub rules: BTreeSet<String>,
    /// Parameters of any rule.
    pub params: BTreeSet<String>,
    /// Points of the risk score.
    pub weights: BTreeSet<String>,
}

/// Reads one policy file and checks every name in it.
///
/// # Errors
/// What is wrong first, with line and caret, and the nearest known name.
pub fn check_policy(file: PolicyFile<'_>, names: &PolicyNames) -> Result<Policy, ConfigError> {
    let policy = parse_policy(&[file])?;
    if !(0..=100).contains(&policy.threshold) {
        let message = format!("`threshold` is {}; scores go from 0 to 100 (`enabled: false` switches the bot off)", policy.threshold);
        return Err(at_key(file, "threshold", message));
    }
    for (pattern, rule) in &policy.rules {
        if !is_rule(pattern, names) {
            return Err(unknown(file, "rule", pattern, &names.rules));
        }
        check_all(file, "parameter", rule.params.keys(), &names.params)?;
    }
    check_all(file, "parameter", policy.params.keys(), &names.params)?;
    check_all(file, "weight", policy.weights.keys(), &names.weights)?;
    Ok(policy)
}

fn is_rule(pattern: &str, names: &PolicyNames) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => names.rules.iter().any(|rule| rule.starts_with(prefix)),
        None => names.rules.contains(pattern),
    }
}

fn check_all<'a>(
    file: PolicyFile<'_>,
    what: &str,
    used: impl Iterator<Item = &'a String>,
    known: &BTreeSet<String>,
) -> Result<(), ConfigError> {
    for name in used {
        if !known.contains(name) {
            return Err(unknown(file, what, name, known));
        }
    }
    Ok(())
}

fn unknown(file: PolicyFile<'_>, what: &str, name: &str, known: &BTreeSet<String>) -> ConfigError {
    let meant = nearest(name.trim_end_matches('*'), known.iter().map(String::as_str));
    let hint = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    at_key(file, name, format!("unknown {what} `{name}`{hint}"))
}

fn at_key(file: PolicyFile<'_>, key: &str, message: String) -> ConfigError {
    match place_of_key(file.text, key) {
        Some(at) => ConfigError::at(file.name, file.text, at, message),
        None => ConfigError::plain(file.name, message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<Policy, ConfigError> {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let names = PolicyNames {
            rules: set(&["aws/s3/versioning", "aws/s3/encryption"]),
            params: set(&["kms_key"]),
            weights: set(&["internet_reachable"]),
        };
        check_policy(PolicyFile { name: ".github/remediate.yml", text }, &names)
    }

    #[test]
    fn names_that_nobody_knows_are_shown_with_line_caret_and_the_nearest() {
        insta::assert_snapshot!(check("rules:\n  aws/s3/versionning: {enabled: false}\n").unwrap_err().to_string(), @r"
        .github/remediate.yml:2:3: unknown rule `aws/s3/versionning`; did you mean `aws/s3/versioning`?
          |
        2 |   aws/s3/versionning: {enabled: false}
          |   ^
        ");
        for (text, wanted) in [
            ("rules:\n  aws/rds/*: {enabled: false}\n", ":2:3: unknown rule `aws/rds/*`"),
            ("params: {kms_kye: x}\n", ":1:10: unknown parameter `kms_kye`; did you mean `kms_key`?"),
            ("rules: {aws/s3/*: {params: {kms: x}}}\n", "unknown parameter `kms`"),
            ("weights:\n  internet_reachble: 3\n", ":2:3: unknown weight `internet_reachble`; did you mean `internet_reachable`?"),
            ("threshold: 400\n", ":1:1: `threshold` is 400; scores go from 0 to 100"),
        ] {
            let error = check(text).unwrap_err().to_string();
            assert!(error.contains(wanted), "{text}: {error}");
        }
        assert!(check("rules:\n  aws/s3/*: {params: {kms_key: x}}\nweights: {internet_reachable: 3}\n").is_ok());
    }
}
