//! Nobody to AWS: what stands for [`AwsIdentity`] in a build without the feature `aws`.

use super::AwsError;
use super::aws_request::Unsigned;

/// An identity that signs nothing.
#[derive(Clone)]
pub struct AwsIdentity(());

impl AwsIdentity {
    /// Nobody, whatever the environment says.
    #[allow(clippy::unused_async, reason = "as the identity of a build with AWS")]
    pub async fn from_environment(_role: Option<&str>) -> Self {
        Self(())
    }

    pub(super) fn region(&self) -> Option<String> {
        None
    }

    pub(super) fn endpoint_url(&self) -> Option<&str> {
        None
    }

    #[allow(clippy::unused_async, reason = "as the identity of a build with AWS")]
    pub(super) async fn sign(&self, _request: &Unsigned<'_>) -> Result<Vec<(String, String)>, AwsError> {
        Err(AwsError::Credentials("this build has no AWS client (cargo feature `aws`)".into()))
    }
}
