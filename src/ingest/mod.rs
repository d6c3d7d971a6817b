//! From a source's bytes to findings in our normal form.
//!
//! Each format is one pure function `bytes → Vec<Finding>`. A format is recognised by its content, never by a file name.
//! Nothing is dropped silently: what cannot be understood is an [`IngestError`] that says where and what was expected.

mod asff;
mod checkov;
mod code_scanning;
mod defender;
mod draft;
mod issue;
pub mod json;
mod mapping;
mod ocsf;
mod orca;
mod own;
mod prisma;
mod reports;
mod sarif;
mod scc;
mod sns;
mod wiz;

pub use checkov::{parse as parse_checkov, parse_passed as parse_checkov_passed};
pub use code_scanning::parse as parse_code_scanning;
pub use issue::parse_issue;
pub use mapping::{Mapping, parse as parse_mapped};
pub use own::{OwnContext, OwnFinding, OwnMetadata, json_schema as own_json_schema, parse as parse_own};
pub use sns::{SnsKind, SnsMessage, trusted_url as trusted_sns_url};

use crate::model::Finding;

/// Largest input that is parsed, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Why bytes are no findings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IngestError {
    /// Not JSON; with the position at which reading stopped.
    #[error("the {format} input is not valid JSON at line {line}, column {column}: {message}")]
    NotJson {
        /// The format that was expected.
        format: &'static str,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// The parser's word.
        message: String,
    },
    /// JSON, but not of the expected shape.
    #[error("{format}: {message} (at `{at}`)")]
    Shape {
        /// The format that was expected.
        format: &'static str,
        /// JSON pointer to the place.
        at: String,
        /// What is wrong and what was expected.
        message: String,
    },
    /// None of the known formats.
    #[error("none of the known formats: {0}")]
    Unknown(String),
    /// Readable, but no finding in it.
    #[error("{0}")]
    Nothing(String),
    /// Larger than [`MAX_BYTES`].
    #[error("{0} bytes are more than the {MAX_BYTES} that are read; split the report")]
    TooLarge(usize),
}

impl IngestError {
    /// A JSON error of `format`.
    #[must_use]
    pub fn json(format: &'static str, error: &serde_json::Error) -> Self {
        Self::NotJson { format, line: error.line(), column: error.column(), message: error.to_string() }
    }

    /// A shape error of `format` at the JSON pointer `at`.
    pub fn shape(format: &'static str, at: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Shape { format, at: at.into(), message: message.into() }
    }
}

/// The formats that are recognised by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Our own finding, or an array of them.
    Own,
    /// AWS Security Finding Format: Security Hub, Prowler.
    Asff,
    /// Open Cybersecurity Schema Framework: Security Hub, Prowler and others.
    Ocsf,
    /// Wiz issues.
    Wiz,
    /// Orca alerts.
    Orca,
    /// Prisma Cloud alerts.
    Prisma,
    /// Google Security Command Center notifications.
    Scc,
    /// Microsoft Defender for Cloud assessments.
    Defender,
    /// Checkov's JSON report.
    Checkov,
    /// Trivy's JSON report.
    Trivy,
    /// tfsec's JSON report.
    Tfsec,
    /// KICS' JSON report.
    Kics,
    /// Terrascan's JSON report.
    Terrascan,
    /// Snyk IaC's JSON report.
    Snyk,
    /// The Wiz command line's report.
    WizCli,
    /// SARIF 2.1.0.
    Sarif,
    /// GitHub's `code_scanning_alert` webhook.
    CodeScanning,
}

impl Format {
    /// Every format, in the order in which they are tried.
    pub const ALL: [Self; 17] = [
        Self::Own,
        Self::CodeScanning,
        Self::Sarif,
        Self::Checkov,
        Self::Trivy,
        Self::Kics,
        Self::Terrascan,
        Self::Snyk,
        Self::WizCli,
        Self::Tfsec,
        Self::Scc,
        Self::Asff,
        Self::Ocsf,
        Self::Wiz,
        Self::Orca,
        Self::Prisma,
        Self::Defender,
    ];

    /// Name used in configuration and as the source's name of a report.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Asff => "asff",
            Self::Ocsf => "ocsf",
            Self::Wiz => "wiz",
            Self::Orca => "orca",
            Self::Prisma => "prisma",
            Self::Scc => "scc",
            Self::Defender => "defender",
            Self::Checkov => "checkov",
            Self::Trivy => "trivy",
            Self::Tfsec => "tfsec",
            Self::Kics => "kics",
            Self::Terrascan => "terrascan",
            Self::Snyk => "snyk",
            Self::WizCli => "wiz-cli",
            Self::Sarif => "sarif",
            Self::CodeScanning => "github-code-scanning",
        }
    }

    /// Whether `root` looks like this format, by its own keys.
    fn recognises(self, root: &serde_json::Value) -> bool {
        let first = || root.as_array().map_or(Some(root), |items| items.first());
        match self {
            Self::Own => first().is_some_and(|item| item.get("finding_id").is_some()),
            Self::Asff => asff::recognises(root),
            Self::Ocsf => ocsf::recognises(root),
            Self::Wiz => wiz::recognises(root),
            Self::Orca => orca::recognises(root),
            Self::Prisma => prisma::recognises(root),
            Self::Scc => scc::recognises(root),
            Self::Defender => defender::recognises(root),
            Self::Checkov => first().is_some_and(is_checkov),
            Self::Sarif => sarif::recognises(root),
            Self::CodeScanning => root.pointer("/alert/number").is_some() && root.pointer("/alert/rule").is_some(),
            Self::Trivy | Self::Tfsec | Self::Kics | Self::Terrascan | Self::Snyk | Self::WizCli => reports::recognise(root) == Some(self),
        }
    }
}

fn is_checkov(item: &serde_json::Value) -> bool {
    // Checkov prints only its counters when nothing was scanned.
    let counters = ["passed", "failed", "skipped", "checkov_version"];
    item.get("check_type").is_some()
        || item.pointer("/results/failed_checks").is_some()
        || counters.iter().all(|key| item.get(key).is_some())
}

/// Recognises the format of `bytes` by content. An empty list is our own format with no finding.
///
/// # Errors
/// When it is too large, no JSON, or of no known shape; the message lists the keys that were seen.
pub fn detect(bytes: &[u8]) -> Result<Format, IngestError> {
    let root = json::value(bytes, "findings")?;
    if root.as_array().is_some_and(Vec::is_empty) {
        return Ok(Format::Own);
    }
    Format::ALL.into_iter().find(|format| format.recognises(&root)).ok_or_else(|| unknown(&root))
}

fn unknown(root: &serde_json::Value) -> IngestError {
    let first = root.as_array().and_then(|items| items.first()).unwrap_or(root);
    let keys: Vec<String> =
        first.as_object().map(|map| map.keys().take(8).map(|key| json::clean(key, 40, true)).collect()).unwrap_or_default();
    let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
    IngestError::Unknown(format!("the input has the keys [{}]; known are {}", keys.join(", "), names.join(", ")))
}

/// Parses `bytes` as `format`; `source` is the configured name of the sender (for reports, the scanner's name will do).
///
/// # Errors
/// When the input is not of the format's shape; the message says where.
pub fn parse(format: Format, bytes: &[u8], source: &str) -> Result<Vec<Finding>, IngestError> {
    match format {
        Format::Own => parse_own(bytes, source),
        Format::Asff => asff::parse(bytes, source),
        Format::Ocsf => ocsf::parse(bytes, source),
        Format::Wiz => wiz::parse(bytes, source),
        Format::Orca => orca::parse(bytes, source),
        Format::Prisma => prisma::parse(bytes, source),
        Format::Scc => scc::parse(bytes, source),
        Format::Defender => defender::parse(bytes, source),
        Format::Checkov => parse_checkov(bytes),
        Format::Trivy => reports::parse_trivy(bytes, source),
        Format::Tfsec => reports::parse_tfsec(bytes, source),
        Format::Kics => reports::parse_kics(bytes, source),
        Format::Terrascan => reports::parse_terrascan(bytes, source),
        Format::Snyk => reports::parse_snyk(bytes, source),
        Format::WizCli => reports::parse_wiz_cli(bytes, source),
        Format::Sarif => sarif::parse(bytes, source),
        Format::CodeScanning => parse_code_scanning(bytes),
    }
}

/// Parses `bytes` of whichever known format, named after the format.
///
/// # Errors
/// When the format is not recognised or the input is not of its shape.
pub fn parse_any(bytes: &[u8]) -> Result<Vec<Finding>, IngestError> {
    let format = detect(bytes)?;
    parse(format, bytes, format.name())
}

#[cfg(test)]
mod tests;
