//! Who we are to AWS.
//!
//! Credentials, region, profile, endpoint (`AWS_ENDPOINT_URL`) and assumed roles come from `aws-config`, so that everything AWS
//! documents for its SDKs works; requests are signed with `aws-sigv4`.

use std::time::SystemTime;

use aws_config::SdkConfig;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;

use super::AwsError;
use super::aws_request::Unsigned;

/// One identity, with the region and the endpoint that belong to it. Cheap to clone.
#[derive(Clone)]
pub struct AwsIdentity(SdkConfig);

impl From<SdkConfig> for AwsIdentity {
    fn from(config: SdkConfig) -> Self {
        Self(config)
    }
}

impl AwsIdentity {
    /// The environment's identity, or `role` assumed with it.
    pub async fn from_environment(role: Option<&str>) -> Self {
        let config = aws_config::defaults(aws_config::BehaviorVersion::latest()).load().await;
        let Some(role) = role else { return Self(config) };
        let provider = aws_config::sts::AssumeRoleProvider::builder(role).session_name("remediate").configure(&config).build().await;
        Self(config.to_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build())
    }

    /// The configured region, if there is one.
    pub(super) fn region(&self) -> Option<String> {
        self.0.region().map(ToString::to_string)
    }

    /// The configured endpoint of all services, if there is one.
    pub(super) fn endpoint_url(&self) -> Option<&str> {
        self.0.endpoint_url()
    }

    /// The headers that sign a request.
    ///
    /// # Errors
    /// When there are no credentials, or the request cannot be signed.
    pub(super) async fn sign(&self, request: &Unsigned<'_>) -> Result<Vec<(String, String)>, AwsError> {
        let failed = |message: String| AwsError::Call { call: request.call.to_owned(), message };
        let provider = self.0.credentials_provider().ok_or_else(|| AwsError::Credentials("no provider is configured".into()))?;
        let credentials = provider.provide_credentials().await.map_err(|error| AwsError::Credentials(error.to_string()))?;
        let identity = credentials.into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(request.region)
            .name(request.service)
            .time(SystemTime::now())
            .settings(settings(request.service))
            .build()
            .map_err(|error| failed(error.to_string()))?
            .into();
        let headers = request.headers.iter().copied();
        let signable = SignableRequest::new(request.method, request.url.as_str(), headers, SignableBody::Bytes(request.body))
            .map_err(|error| failed(error.to_string()))?;
        let (instructions, _) = sign(signable, &params).map_err(|error| failed(error.to_string()))?.into_parts();
        Ok(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

fn settings(service: &str) -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    if service == "s3" {
        // S3 takes the path as it is sent; everything else signs it encoded once more.
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    settings
}
