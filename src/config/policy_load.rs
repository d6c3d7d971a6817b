//! Reading and merging `.github/remediate.yml`.

use serde_json::{Map, Value};

use super::error::reword;
use super::{ConfigError, Policy};
use crate::model::LineColumn;

/// A policy file larger than this is refused unread.
const SIZE_LIMIT: usize = 256 * 1024;

/// One policy file: its name for messages, and its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyFile<'a> {
    /// For messages: `.github/remediate.yml`, `acme/.github: remediate.yml`.
    pub name: &'a str,
    /// The text.
    pub text: &'a str,
}

/// The policy that follows from `files`, the most general first (the organisation's, then the repository's).
///
/// Sections and maps are merged key by key; a later scalar or list replaces the earlier one. Each file is checked by itself, so
/// that the error names the file, line and column that is wrong.
///
/// # Errors
/// The first file that is not valid.
pub fn parse_policy(files: &[PolicyFile<'_>]) -> Result<Policy, ConfigError> {
    let mut merged = Value::Object(Map::new());
    for file in files {
        merge(&mut merged, parse_one(file)?);
    }
    serde_json::from_value(merged).map_err(|error| ConfigError::plain("policy", reword(&error.to_string())))
}

/// The JSON Schema of the policy file, for editors.
#[must_use]
pub fn policy_json_schema() -> Value {
    let mut schema = schemars::schema_for!(Policy).to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".into(), "remediate: .github/remediate.yml".into());
    }
    schema
}

fn parse_one(file: &PolicyFile<'_>) -> Result<Value, ConfigError> {
    if file.text.len() > SIZE_LIMIT {
        return Err(ConfigError::plain(file.name, format!("the file has {} bytes; at most {SIZE_LIMIT} are read", file.text.len())));
    }
    let text = file.text.trim_start_matches('\u{feff}');
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#') || line.trim() == "---") {
        return Ok(Value::Object(Map::new()));
    }
    // Once into the type, for errors with a place; once as it is written, because absent and default differ when merging.
    serde_saphyr::from_str::<Policy>(text).map_err(|error| yaml_error(file.name, text, &error))?;
    let written = serde_saphyr::from_str::<Value>(text).map_err(|error| yaml_error(file.name, text, &error))?;
    Ok(without_nulls(written))
}

/// A key with nothing after it says nothing: what a more general file says stays.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields.into_iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key, without_nulls(value))).collect(),
        ),
        other => other,
    }
}

fn yaml_error(name: &str, text: &str, error: &serde_saphyr::Error) -> ConfigError {
    let error = error.without_snippet();
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or(&message);
    let place = error
        .location()
        .map(|location| LineColumn { line: location.line() as usize, column: location.column() as usize })
        .or_else(|| place_of_key(text, message.split('`').nth(1)?));
    let message = reword(message);
    match place {
        Some(at) => ConfigError::at(name, text, at, message),
        None => ConfigError::plain(name, message),
    }
}

/// Where `key` first stands as a mapping key: the reader tells no place for a key it does not know.
pub(super) fn place_of_key(text: &str, key: &str) -> Option<LineColumn> {
    text.lines().enumerate().find_map(|(index, line)| {
        let at = line.find(key)?;
        let (before, after) = (&line[..at], &line[at + key.len()..]);
        let is_key = before.chars().all(|c| c.is_whitespace() || "{,-\"'".contains(c)) || before.trim_end().ends_with(['{', ',']);
        let is_key = is_key && after.trim_start_matches(['"', '\'']).trim_start().starts_with(':');
        is_key.then(|| LineColumn { line: index + 1, column: before.chars().count() + 1 })
    })
}

/// Objects are merged key by key; everything else is replaced.
fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Applicability;

    fn policy(text: &str) -> Result<Policy, ConfigError> {
        parse_policy(&[PolicyFile { name: ".github/remediate.yml", text }])
    }

    #[test]
    fn an_empty_file_means_the_defaults() {
        for text in ["", "# nothing\n", "---\n", "{}"] {
            assert_eq!(policy(text).unwrap(), Policy::default(), "{text:?}");
        }
    }

    #[test]
    fn the_repository_wins_key_by_key() {
        let organisation =
            "threshold: 60\nrules:\n  aws/s3/*: {enabled: false}\nparams: {kms_key: aws_kms_key.a.arn}\nlimits: {open_pull_requests: 3}\n";
        let repository = "threshold: 20\nrules:\n  aws/s3/versioning: {enabled: true, params: {x: 1}}\napplicability: [safe]\n";
        let policy =
            parse_policy(&[PolicyFile { name: "organisation", text: organisation }, PolicyFile { name: "repository", text: repository }])
                .unwrap();
        assert_eq!((policy.threshold, policy.limits.open_pull_requests), (20, 3));
        assert!(policy.rule_enabled("aws/s3/versioning") && !policy.rule_enabled("aws/s3/encryption") && policy.rule_enabled("aws/rds/x"));
        assert_eq!(policy.params_for("aws/s3/versioning").len(), 2);
        assert!(policy.allows(Applicability::Safe) && !policy.allows(Applicability::Review));
    }

    #[test]
    fn a_misspelt_key_is_named_with_line_caret_and_the_nearest_key() {
        let error = policy("enabled: true\nlimits:\n  open_pull_request: 3\n").unwrap_err().to_string();
        insta::assert_snapshot!(error, @r"
        .github/remediate.yml:3:3: unknown key `open_pull_request`; did you mean `open_pull_requests`?
          |
        3 |   open_pull_request: 3
          |   ^
        ");
    }

    #[test]
    fn a_key_with_nothing_after_it_leaves_what_the_organisation_says() {
        let organisation = "labels: [security]\nsla:\n  production: 3d\nfallback_team: acme/platform\n";
        let repository = "labels:\nsla:\nfallback_team:\nthreshold: 50\n";
        let files = [PolicyFile { name: "organisation", text: organisation }, PolicyFile { name: "repository", text: repository }];
        match parse_policy(&files) {
            Ok(policy) => {
                assert_eq!((policy.labels.len(), policy.fallback_team.as_deref(), policy.threshold), (1, Some("acme/platform"), 50));
                assert_eq!(policy.sla.production.to_string(), "3d");
            }
            // Refusing such a file with its place is as good; reading it as something else is not.
            Err(error) => assert!(error.at.is_some(), "{error}"),
        }
    }

    #[test]
    fn a_wrong_type_is_named_with_its_place() {
        let error = policy("threshold: high\n").unwrap_err();
        assert_eq!(error.at.map(|at| at.line), Some(1), "{error}");
    }
}
