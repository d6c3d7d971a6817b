//! A finding in our normal form.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ResourceIdentity;

/// How bad the source says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Severity {
    /// For information only.
    Informational,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl Severity {
    /// Reads the words that sources use, in any case; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_uppercase().as_str() {
            "INFORMATIONAL" | "INFO" | "NONE" | "NOTE" | "UNKNOWN" => Some(Self::Informational),
            "LOW" | "MINOR" => Some(Self::Low),
            "MEDIUM" | "MODERATE" | "WARNING" => Some(Self::Medium),
            "HIGH" | "MAJOR" | "ERROR" | "IMPORTANT" => Some(Self::High),
            "CRITICAL" | "FATAL" | "BLOCKER" => Some(Self::Critical),
            _ => None,
        }
    }
}

/// What the source says of the finding now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum FindingState {
    /// The hole is open.
    Active,
    /// The source says it is closed (PASSED, RESOLVED, ARCHIVED, `fixed`); `evidence` is its own word for it.
    Resolved {
        /// The source's word, e.g. `Compliance.Status=PASSED`.
        evidence: String,
    },
    /// The source's users muted it there.
    Suppressed {
        /// The source's word for it.
        evidence: String,
    },
}

/// An id some scanner gives to the kind of hole.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RuleReference {
    /// Whose id: `checkov`, `trivy`, `tfsec`, `kics`, `security_hub`, `prowler`, `wiz`, `orca`, `prisma`, `defender`, `scc`,
    /// `snyk`, `terrascan`, or `remediate` for our own rule ids.
    pub scheme: String,
    /// The id itself, e.g. `CKV_AWS_53`, `S3.8`.
    pub id: String,
}

impl RuleReference {
    /// The scheme that the shape of an id tells, e.g. `CKV_AWS_21` is Checkov's and `aws/s3/versioning` ours; `None` when the
    /// text has the shape of no id (it may be prose).
    #[must_use]
    pub fn guess(text: &str) -> Option<Self> {
        let id = text.trim();
        if id.is_empty() || id.len() > 120 || id.contains(char::is_whitespace) {
            return None;
        }
        let scheme = if id.starts_with("CKV_") || id.starts_with("CKV2_") {
            "checkov"
        } else if id.starts_with("BC_") {
            "prisma"
        } else if id.starts_with("AVD-") || is_trivy(id) {
            "trivy"
        } else if id.starts_with("SNYK-CC-") {
            "snyk"
        } else if id.contains('/') {
            "remediate"
        } else if is_security_hub(id) {
            "security_hub"
        } else if is_uuid(id) {
            "kics"
        } else if id.contains('-') {
            "tfsec"
        } else if id.contains('_') {
            "prowler"
        } else {
            return None;
        };
        Some(Self { scheme: scheme.to_owned(), id: id.to_owned() })
    }
}

/// `AWS-0086`, as Trivy writes its ids today.
fn is_trivy(id: &str) -> bool {
    id.split_once('-').is_some_and(|(cloud, number)| {
        matches!(cloud, "AWS" | "AZU" | "AZURE" | "GCP" | "GOOGLE" | "KSV" | "DIG" | "GIT" | "OCI" | "OPNSTK" | "NIF" | "CLDSTK")
            && number.len() == 4
            && number.chars().all(|c| c.is_ascii_digit())
    })
}

/// `S3.8`, `EC2.2`: a service name, a dot, a number.
fn is_security_hub(id: &str) -> bool {
    id.split_once('.').is_some_and(|(service, number)| {
        !service.is_empty()
            && service.chars().all(|c| c.is_ascii_alphanumeric())
            && !number.is_empty()
            && number.chars().all(|c| c.is_ascii_digit())
    })
}

/// Five groups of hexadecimal digits.
fn is_uuid(id: &str) -> bool {
    let groups: Vec<&str> = id.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && id.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

/// The resource a finding is about, as far as the source told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Canonical identity, when the raw id could be understood.
    pub identity: Option<ResourceIdentity>,
    /// The id exactly as the source wrote it.
    pub raw_id: Option<String>,
    /// The source's own type name (`AwsS3Bucket`, `aws_s3_bucket`, `Microsoft.Storage/storageAccounts`).
    pub raw_type: Option<String>,
    /// Cloud tags or labels that came with the finding.
    pub tags: BTreeMap<String, String>,
}

/// Where a scanner saw it in code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodePosition {
    /// `owner/name`, when the source says which repository.
    pub repository: Option<String>,
    /// The commit that was scanned.
    pub commit: Option<String>,
    /// Path as the source wrote it; may be relative to the scanned folder, with or without a leading `/`.
    pub path: Option<String>,
    /// First line, from 1.
    pub start_line: Option<usize>,
    /// Last line, from 1.
    pub end_line: Option<usize>,
    /// Terraform address as the source wrote it, with module path where it has one (`module.a.aws_s3_bucket.b[0]`).
    pub address: Option<String>,
    /// For a resource inside a module: the path and lines of the call that the scanner named.
    pub caller: Option<Box<CodePosition>>,
}

/// Kinds of data that raise the stakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataClass {
    /// Personal data.
    Pii,
    /// Card data.
    Pci,
    /// Health data.
    Phi,
    /// Secrets and credentials.
    Secrets,
    /// Sensitive in some other way.
    Sensitive,
}

/// What the source knows about the surroundings. Absent means unknown, never "no".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Context {
    /// Reachable from the internet.
    pub internet_reachable: Option<bool>,
    /// Data classes the resource holds; empty means unknown.
    pub data_classes: Vec<DataClass>,
    /// The attack path in the source's words, e.g. `Internet -> EC2 -> S3:GetObject`.
    pub attack_path: Option<String>,
    /// The source (or a later analysis) says that fixing this cuts more than one path.
    pub choke_point: Option<bool>,
    /// The identity involved has broad or administrative permissions.
    pub privileged: Option<bool>,
    /// Environment as named by the source (`prod`, `staging`, …).
    pub environment: Option<String>,
    /// Name of the cloud account, where told.
    pub account_name: Option<String>,
    /// Owning team as named by the source.
    pub owner_team: Option<String>,
    /// Jira project of the owners.
    pub jira_project: Option<String>,
    /// A page that tells how to remediate.
    pub remediation_url: Option<String>,
}

/// One complaint by one source about one resource. All text in it is untrusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The source's own id of the finding (unique within the source).
    pub id: String,
    /// Configured name of the source (`security-hub`, `wiz`, `checkov`, `issue`, …).
    pub source: String,
    /// Open or closed, in the source's view.
    pub state: FindingState,
    /// One line.
    pub title: Option<String>,
    /// More text.
    pub description: Option<String>,
    /// The source's severity.
    pub severity: Severity,
    /// Every scanner id that was given for the kind of hole, most specific first. Empty: the rule must follow from the resource.
    pub rules: Vec<RuleReference>,
    /// The resource.
    pub resource: Resource,
    /// Position in code, for scanners and alerts.
    pub code: Option<CodePosition>,
    /// Surroundings.
    pub context: Context,
    /// When the source first saw it.
    pub first_seen: Option<DateTime<Utc>>,
    /// When the source last saw it.
    pub last_seen: Option<DateTime<Utc>>,
    /// Link back to the finding in the source's own console.
    pub url: Option<String>,
    /// What the source needs to hear to know which finding is meant, beyond its id (`product_arn` for Security Hub).
    #[serde(default)]
    pub reply: BTreeMap<String, String>,
    /// Account, subscription or project as told beside the resource's id.
    #[serde(default)]
    pub account: Option<String>,
    /// Region or location as told beside the resource's id.
    #[serde(default)]
    pub region: Option<String>,
    /// Parameters given with the finding (rule parameter name → HCL expression text).
    #[serde(default)]
    pub params: BTreeMap<String, String>,
}
