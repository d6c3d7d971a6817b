//! AWS Security Hub, told of the outcome: `BatchUpdateFindings` (`PATCH /findings/batchupdate`).
//!
//! The workflow status becomes NOTIFIED while a fix is on its way, RESOLVED once it is verified and SUPPRESSED for an agreed false
//! positive or accepted risk, each with a note. Whether the control passes stays Security Hub's own finding.
//! Source: <https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchUpdateFindings.html> (note: 1 to 512 characters).

use serde_json::{Value, json};
use url::Url;

use super::{AwsCaller, AwsError};

/// The workflow statuses that are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkflowStatus {
    /// Somebody works on it.
    Notified,
    /// Fixed and verified.
    Resolved,
    /// False positive or accepted.
    Suppressed,
    /// Back to the start.
    New,
}

impl WorkflowStatus {
    const fn word(self) -> &'static str {
        match self {
            Self::Notified => "NOTIFIED",
            Self::Resolved => "RESOLVED",
            Self::Suppressed => "SUPPRESSED",
            Self::New => "NEW",
        }
    }
}

/// Longest note Security Hub takes, in characters.
const MAX_NOTE: usize = 512;

/// Sets the workflow status of one finding, with a note.
///
/// # Errors
/// When AWS cannot be called, says no, or lists the finding as unprocessed.
pub async fn update_finding(
    caller: &AwsCaller,
    region: &str,
    finding_id: &str,
    product_arn: &str,
    status: WorkflowStatus,
    note: &str,
) -> Result<(), AwsError> {
    let call = "securityhub BatchUpdateFindings";
    let failed = |message: String| AwsError::Call { call: call.into(), message };
    let body = json!({
        "FindingIdentifiers": [{ "Id": finding_id, "ProductArn": product_arn }],
        "Workflow": { "Status": status.word() },
        "Note": { "Text": note.chars().take(MAX_NOTE).collect::<String>(), "UpdatedBy": "remediate" },
    });
    let url = Url::parse(&format!("{}/findings/batchupdate", caller.endpoint("securityhub", region)))
        .map_err(|error| failed(error.to_string()))?;
    let bytes = caller
        .send(call, "PATCH", url, "securityhub", region, &[("content-type", "application/json")], body.to_string().into_bytes())
        .await?;
    let answer: Value = serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))?;
    match answer.pointer("/UnprocessedFindings/0/ErrorCode").and_then(Value::as_str) {
        Some(code) => Err(failed(format!("the finding was not processed: {code}"))),
        None => Ok(()),
    }
}
