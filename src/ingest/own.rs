//! Our own finding format: what a cloud security product's webhook is asked to send.
//!
//! Lenient where a sender may differ (unknown members are ignored), strict where a mistake would mislead (a severity that is
//! no severity is an error that lists the known ones). The JSON Schema in `docs/finding.schema.json` is made from [`OwnFinding`].

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::IngestError;
use crate::model::{CodePosition, Context, DataClass, Finding, FindingState, Resource, RuleReference, Severity};

const FORMAT: &str = "finding";

/// One finding as a sender writes it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct OwnFinding {
    /// The sender's own id of this finding; a repeat with the same id updates it.
    pub finding_id: String,
    /// The resource: an ARN, an Azure resource id or a Google Cloud full resource name.
    #[serde(alias = "resource_id", alias = "resource")]
    pub resource_arn: Option<String>,
    /// The resource's type in the sender's words, e.g. `AwsS3Bucket` or `aws_s3_bucket`.
    pub resource_type: Option<String>,
    /// INFORMATIONAL, LOW, MEDIUM, HIGH or CRITICAL, in any case.
    pub severity: Option<String>,
    /// Which rule: one of ours (`aws/s3/versioning`) or a scanner's id (`CKV_AWS_21`, `S3.14`).
    #[serde(alias = "rule_id", alias = "check_id")]
    pub rule: Option<String>,
    /// One line.
    pub title: Option<String>,
    /// More text.
    pub description: Option<String>,
    /// The sender's name of the kind of finding; used as a rule id when it is one.
    pub finding_type: Option<String>,
    /// `ACTIVE` (default), or `RESOLVED` when the sender sees the hole closed.
    pub status: Option<String>,
    /// Link back to the finding.
    pub url: Option<String>,
    /// Repository `owner/name`, when the sender knows it.
    pub repository: Option<String>,
    /// File in the repository, when the sender knows it.
    pub file: Option<String>,
    /// Line in that file, from 1.
    pub line: Option<usize>,
    /// Terraform address, when the sender knows it.
    pub address: Option<String>,
    /// Commit that was scanned.
    pub commit: Option<String>,
    /// Surroundings.
    pub context: OwnContext,
    /// Account, region, times.
    pub metadata: OwnMetadata,
    /// Cloud tags of the resource.
    pub tags: BTreeMap<String, String>,
    /// Values for rule parameters, as Terraform expressions by name.
    pub params: BTreeMap<String, String>,
}

/// What the sender knows of the surroundings; absent means unknown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct OwnContext {
    /// Reachable from the internet.
    pub is_internet_reachable: Option<bool>,
    /// Holds personal data.
    pub contains_pii: Option<bool>,
    /// Holds card data.
    pub contains_pci: Option<bool>,
    /// Holds health data.
    pub contains_phi: Option<bool>,
    /// Holds secrets.
    pub contains_secrets: Option<bool>,
    /// The attack path, e.g. `Internet -> EC2 (Instance Profile) -> S3:GetObject`.
    pub attack_path_detected: Option<String>,
    /// Fixing it cuts several attack paths.
    pub is_choke_point: Option<bool>,
    /// The identity involved has broad permissions.
    pub has_admin_privileges: Option<bool>,
    /// `prod`, `staging`, `dev`, ….
    pub environment: Option<String>,
    /// Owning team.
    pub owner_team: Option<String>,
    /// Jira project of the owners.
    pub jira_project: Option<String>,
    /// Page that tells how to remediate.
    pub remediation_steps: Option<String>,
}

/// Where and when.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct OwnMetadata {
    /// AWS account id, Azure subscription or Google Cloud project.
    pub account_id: Option<String>,
    /// Its name.
    pub account_name: Option<String>,
    /// Region or location.
    pub region: Option<String>,
    /// When the sender first saw it.
    pub first_seen: Option<DateTime<Utc>>,
    /// When the sender last saw it.
    pub last_seen: Option<DateTime<Utc>>,
}

/// The JSON Schema of [`OwnFinding`], as published in the repository.
#[must_use]
pub fn json_schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(OwnFinding).to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".into(), "Finding".into());
        object.insert("required".into(), serde_json::json!(["finding_id"]));
    }
    schema
}

/// Reads one finding or an array of them; `source` is the configured name of the sender.
///
/// # Errors
/// When it is no JSON, a member has the wrong type, the id is missing, or the severity is none.
pub fn parse(bytes: &[u8], source: &str) -> Result<Vec<Finding>, IngestError> {
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| IngestError::json(FORMAT, &error))?;
    match value {
        serde_json::Value::Array(items) => {
            items.into_iter().enumerate().map(|(index, item)| one(item, &format!("/{index}"), source)).collect()
        }
        item => Ok(vec![one(item, "", source)?]),
    }
}

fn one(value: serde_json::Value, at: &str, source: &str) -> Result<Finding, IngestError> {
    if !value.is_object() {
        return Err(IngestError::shape(FORMAT, at, "expected an object with `finding_id`"));
    }
    let own: OwnFinding = serde_json::from_value(value).map_err(|error| IngestError::shape(FORMAT, at, error.to_string()))?;
    normalise(own, at, source)
}

/// The normal form of one finding; `at` is its JSON pointer, for messages.
fn normalise(own: OwnFinding, at: &str, source: &str) -> Result<Finding, IngestError> {
    if own.finding_id.trim().is_empty() {
        return Err(IngestError::shape(FORMAT, format!("{at}/finding_id"), "`finding_id` is missing or empty"));
    }
    let severity = severity(own.severity.as_deref(), at)?;
    let state = state(own.status.as_deref());
    let rules = [own.rule.as_deref(), own.finding_type.as_deref()].into_iter().flatten().filter_map(rule_reference).collect();
    let code = code_position(&own);
    Ok(super::draft::tidy(Finding {
        id: own.finding_id,
        source: source.to_owned(),
        state,
        title: own.title,
        description: own.description,
        severity,
        rules,
        resource: Resource { identity: None, raw_id: own.resource_arn, raw_type: own.resource_type, tags: own.tags },
        code,
        context: context(own.context, own.metadata.account_name.clone()),
        first_seen: own.metadata.first_seen,
        last_seen: own.metadata.last_seen,
        url: own.url,
        params: own.params,
        account: own.metadata.account_id,
        region: own.metadata.region,
        reply: BTreeMap::new(),
    }))
}

fn severity(text: Option<&str>, at: &str) -> Result<Severity, IngestError> {
    let Some(text) = text else { return Ok(Severity::Medium) };
    Severity::parse(text).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        IngestError::shape(
            FORMAT,
            format!("{at}/severity"),
            format!("`{shown}` is no severity; expected INFORMATIONAL, LOW, MEDIUM, HIGH or CRITICAL"),
        )
    })
}

fn state(status: Option<&str>) -> FindingState {
    match status.map(str::to_ascii_uppercase).as_deref() {
        Some(word @ ("RESOLVED" | "FIXED" | "CLOSED" | "PASSED" | "ARCHIVED" | "INACTIVE")) => {
            FindingState::Resolved { evidence: format!("status={word}") }
        }
        Some(word @ ("SUPPRESSED" | "MUTED" | "IGNORED")) => FindingState::Suppressed { evidence: format!("status={word}") },
        _ => FindingState::Active,
    }
}

/// A rule id with the scheme its shape tells, if it has the shape of any.
fn rule_reference(id: &str) -> Option<RuleReference> {
    RuleReference::guess(id)
}

fn code_position(own: &OwnFinding) -> Option<CodePosition> {
    if own.file.is_none() && own.address.is_none() && own.repository.is_none() {
        return None;
    }
    Some(CodePosition {
        repository: own.repository.clone(),
        commit: own.commit.clone(),
        path: own.file.clone(),
        start_line: own.line,
        end_line: own.line,
        address: own.address.clone(),
        caller: None,
    })
}

fn context(own: OwnContext, account_name: Option<String>) -> Context {
    let classes = [
        (own.contains_pii, DataClass::Pii),
        (own.contains_pci, DataClass::Pci),
        (own.contains_phi, DataClass::Phi),
        (own.contains_secrets, DataClass::Secrets),
    ];
    Context {
        internet_reachable: own.is_internet_reachable,
        data_classes: classes.into_iter().filter(|(flag, _)| *flag == Some(true)).map(|(_, class)| class).collect(),
        attack_path: own.attack_path_detected,
        choke_point: own.is_choke_point,
        privileged: own.has_admin_privileges,
        environment: own.environment,
        account_name,
        owner_team: own.owner_team,
        jira_project: own.jira_project,
        remediation_url: own.remediation_steps,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: &str = r#"{"finding_id":"cspm-aws-s3-042","resource_arn":"arn:aws:s3:::prod-customer-data-backups","severity":"CRITICAL",
        "context":{"is_internet_reachable":true,"contains_pii":true,"attack_path_detected":"Internet -> EC2 (Instance Profile) -> S3:GetObject",
        "owner_team":"data-platform","jira_project":"DATAPLAT","remediation_steps":"https://docs.internal.com/security/s3-encryption-guide"},
        "metadata":{"account_id":"123456789012","region":"us-east-1","first_seen":"2023-10-27T10:00:00Z"}}"#;

    #[test]
    fn the_seed_finding_is_accepted_as_is() {
        let finding = parse(SEED.as_bytes(), "cspm").unwrap().remove(0);
        assert_eq!(finding.resource.raw_id.as_deref(), Some("arn:aws:s3:::prod-customer-data-backups"));
        assert_eq!(finding.severity, Severity::Critical);
        assert_eq!(finding.context.data_classes, [DataClass::Pii]);
        assert_eq!(finding.account.as_deref(), Some("123456789012"));
        assert!(finding.rules.is_empty());
    }

    #[test]
    fn a_wrong_severity_says_where_and_what_is_known() {
        let error = parse(br#"[{"finding_id":"a"},{"finding_id":"b","severity":"huge"}]"#, "x").unwrap_err();
        assert_eq!(
            error.to_string(),
            "finding: `huge` is no severity; expected INFORMATIONAL, LOW, MEDIUM, HIGH or CRITICAL (at `/1/severity`)"
        );
    }

    #[test]
    fn a_missing_id_is_an_error_and_so_is_no_json() {
        assert!(parse(b"{}", "x").unwrap_err().to_string().contains("finding_id"));
        assert!(parse(b"{", "x").unwrap_err().to_string().contains("line 1"));
        assert!(parse(b"[1]", "x").unwrap_err().to_string().contains("/0"));
    }
}
