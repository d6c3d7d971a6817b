//! What a cloud calls a resource.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who runs the resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Amazon Web Services.
    Aws,
    /// Microsoft Azure.
    Azure,
    /// Google Cloud.
    Gcp,
    /// Any other Terraform provider, by its name (`kubernetes`, `github`, …).
    #[serde(untagged)]
    Other(String),
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aws => "aws",
            Self::Azure => "azure",
            Self::Gcp => "gcp",
            Self::Other(name) => name,
        })
    }
}

/// A resource as its cloud identifies it: one value for one real thing, whichever tool reported it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ResourceIdentity {
    /// The cloud.
    pub provider: Provider,
    /// AWS account id, Azure subscription id or GCP project, where known.
    pub account: Option<String>,
    /// Region or location, where known and meaningful.
    pub region: Option<String>,
    /// The Terraform type that names it (`aws_s3_bucket`), where it follows from the id.
    pub terraform_type: Option<String>,
    /// The canonical id: ARN, Azure resource id or GCP full resource name.
    pub id: String,
    /// The short name the cloud gives it (bucket name, `sg-…`, function name), if it has one.
    pub name: Option<String>,
}

impl fmt::Display for ResourceIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}
