//! AWS Security Hub, told of the outcome: `BatchUpdateFindings` (`PATCH /findings/batchupdate`) for findings in ASFF,
//! `BatchUpdateFindingsV2` (`PATCH /findingsv2/batchupdatev2`) for those in OCSF; both need `securityhub:BatchUpdateFindings`.
//!
//! The workflow status becomes NOTIFIED while a fix is on its way, RESOLVED once it is verified and SUPPRESSED for an agreed false
//! positive or accepted risk, each with a note. Whether the control passes stays Security Hub's own finding.
//! Sources: <https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchUpdateFindings.html> and
//! `API_BatchUpdateFindingsV2.html` (note and comment: 1 to 512 characters).

use serde_json::{Value, json};
use url::Url;

use super::{AwsCaller, AwsError};
use crate::model::OWN_NAME;

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
    /// ASFF's `Workflow.Status`.
    const fn word(self) -> &'static str {
        match self {
            Self::Notified => "NOTIFIED",
            Self::Resolved => "RESOLVED",
            Self::Suppressed => "SUPPRESSED",
            Self::New => "NEW",
        }
    }

    /// OCSF's `status_id`.
    const fn number(self) -> u8 {
        match self {
            Self::New => 1,
            Self::Notified => 2,
            Self::Suppressed => 3,
            Self::Resolved => 4,
        }
    }
}

/// Which finding is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HubFinding<'a> {
    /// In ASFF: its id and its product.
    Asff {
        /// `Id`.
        id: &'a str,
        /// `ProductArn`.
        product_arn: &'a str,
    },
    /// In OCSF: the id of the record.
    Ocsf {
        /// `metadata.uid`.
        metadata_uid: &'a str,
    },
}

/// Longest note Security Hub takes, in characters.
const MAX_NOTE: usize = 512;

/// Sets the status of one finding, or (with `None`) leaves it, with a note.
///
/// # Errors
/// When AWS cannot be called, says no, or lists the finding as unprocessed.
pub async fn update_finding(
    caller: &AwsCaller,
    region: &str,
    finding: HubFinding<'_>,
    status: Option<WorkflowStatus>,
    note: &str,
) -> Result<(), AwsError> {
    let note: String = note.chars().take(MAX_NOTE).collect();
    let (call, path, body) = match finding {
        HubFinding::Asff { id, product_arn } => {
            let mut body = json!({
                "FindingIdentifiers": [{ "Id": id, "ProductArn": product_arn }],
                "Note": { "Text": note, "UpdatedBy": OWN_NAME },
            });
            if let Some(status) = status {
                body["Workflow"] = json!({ "Status": status.word() });
            }
            ("securityhub BatchUpdateFindings", "findings/batchupdate", body)
        }
        HubFinding::Ocsf { metadata_uid } => {
            let mut body = json!({ "MetadataUids": [metadata_uid], "Comment": note });
            if let Some(status) = status {
                body["StatusId"] = json!(status.number());
            }
            ("securityhub BatchUpdateFindingsV2", "findingsv2/batchupdatev2", body)
        }
    };
    let failed = |message: String| AwsError::Call { call: call.into(), message };
    let url = Url::parse(&format!("{}/{path}", caller.endpoint("securityhub", region).trim_end_matches('/')))
        .map_err(|error| failed(error.to_string()))?;
    let headers = [("content-type", "application/json")];
    let bytes = caller.send(call, "PATCH", url, "securityhub", region, &headers, body.to_string().into_bytes()).await?;
    let answer: Value = serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))?;
    match answer.pointer("/UnprocessedFindings/0/ErrorCode").and_then(Value::as_str) {
        Some(code) => Err(AwsError::Answer { call: call.into(), status: 200, code: code.chars().take(80).collect() }),
        None => Ok(()),
    }
}
