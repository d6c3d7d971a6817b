//! Signed calls to AWS: the SDK's own configuration and credentials, our own requests. The generated clients of the few services
//! that are asked would double the build time.

use std::time::Duration;

use url::Url;

use super::AwsIdentity;

/// Why a call to AWS gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AwsError {
    /// No usable credentials.
    #[error("no AWS credentials: {0}; set them as for the AWS command line, or give this process a role")]
    Credentials(String),
    /// The call could not be signed or sent.
    #[error("{call}: {message}")]
    Call {
        /// Service and operation.
        call: String,
        /// What went wrong.
        message: String,
    },
    /// AWS answered with an error.
    #[error("{call}: AWS answered {status} {code}")]
    Answer {
        /// Service and operation.
        call: String,
        /// HTTP status.
        status: u16,
        /// AWS' error code.
        code: String,
    },
}

impl AwsError {
    /// Whether another try may help: AWS could not be reached, is busy, or had an error of its own.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        const BUSY: [&str; 5] =
            ["ConcurrentUpdate", "InternalFailure", "InternalServerException", "ConflictException", "LimitExceededException"];
        match self {
            Self::Credentials(_) | Self::Call { .. } => true,
            Self::Answer { status, code, .. } => {
                *status >= 500
                    || matches!(status, 408 | 429)
                    || code.contains("Throttl")
                    || code.contains("Expired")
                    || BUSY.contains(&code.as_str())
            }
        }
    }
}

/// A request as it is before somebody signs it.
#[cfg_attr(not(feature = "aws"), allow(dead_code, reason = "nobody can sign without an AWS client"))]
pub(super) struct Unsigned<'a> {
    /// Service and operation, for messages.
    pub call: &'a str,
    pub method: &'a str,
    pub url: &'a Url,
    pub service: &'a str,
    pub region: &'a str,
    pub headers: &'a [(&'a str, &'a str)],
    pub body: &'a [u8],
}

/// Signs and sends requests with one identity.
#[derive(Clone)]
pub struct AwsCaller {
    http: reqwest::Client,
    identity: AwsIdentity,
}

impl AwsCaller {
    /// The environment's identity, or `role` assumed with it.
    pub async fn from_environment(http: reqwest::Client, role: Option<&str>) -> Self {
        Self { http, identity: AwsIdentity::from_environment(role).await }
    }

    /// An identity made elsewhere.
    #[must_use]
    pub fn new(http: reqwest::Client, identity: impl Into<AwsIdentity>) -> Self {
        Self { http, identity: identity.into() }
    }

    /// The configured region, if there is one.
    #[must_use]
    pub fn region(&self) -> Option<String> {
        self.identity.region()
    }

    /// The endpoint of `service` in `region`: the configured one, else AWS' own.
    #[must_use]
    pub fn endpoint(&self, service: &str, region: &str) -> String {
        let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        self.identity.endpoint_url().map_or_else(|| format!("https://{service}.{region}.{suffix}"), str::to_owned)
    }

    /// One JSON-RPC call (`X-Amz-Target`), protocol version 1.1.
    ///
    /// # Errors
    /// When there are no credentials, the call fails, or AWS answers with an error.
    pub async fn json(&self, service: &str, region: &str, target: &str, body: &serde_json::Value) -> Result<serde_json::Value, AwsError> {
        let call = format!("{service} {target}");
        let url = Url::parse(&self.endpoint(service, region))
            .map_err(|error| AwsError::Call { call: call.clone(), message: error.to_string() })?;
        let headers = [("x-amz-target", target), ("content-type", "application/x-amz-json-1.1")];
        let bytes = self.send(&call, "POST", url, service, region, &headers, body.to_string().into_bytes()).await?;
        serde_json::from_slice(&bytes).map_err(|error| AwsError::Call { call, message: error.to_string() })
    }

    /// Sends one signed request and gives the body of a successful answer.
    ///
    /// # Errors
    /// As [`Self::json`].
    #[allow(clippy::too_many_arguments, reason = "an HTTP request has this many parts")]
    pub async fn send(
        &self,
        call: &str,
        method: &str,
        url: Url,
        service: &str,
        region: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Vec<u8>, AwsError> {
        let failed = |message: String| AwsError::Call { call: call.to_owned(), message };
        let signed = self.identity.sign(&Unsigned { call, method, url: &url, service, region, headers, body: &body }).await?;
        let method = reqwest::Method::from_bytes(method.as_bytes()).map_err(|error| failed(error.to_string()))?;
        let mut request = self.http.request(method, url).timeout(Duration::from_secs(20)).body(body);
        for (name, value) in headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).chain(signed) {
            request = request.header(name, value);
        }
        let response = request.send().await.map_err(|error| failed(error.without_url().to_string()))?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(|error| failed(error.without_url().to_string()))?;
        if status.is_success() {
            Ok(bytes.to_vec())
        } else {
            Err(AwsError::Answer { call: call.to_owned(), status: status.as_u16(), code: error_code(&bytes) })
        }
    }
}

/// The callers of a process, one for each role; made when first asked for. Cheap to clone.
#[derive(Clone)]
pub struct AwsAccess {
    http: reqwest::Client,
    callers: moka::future::Cache<Option<String>, AwsCaller>,
}

impl AwsAccess {
    /// Access that sends with `http`, as the environment says who we are.
    #[must_use]
    pub fn new(http: reqwest::Client) -> Self {
        Self { http, callers: moka::future::Cache::new(100) }
    }

    /// The caller for `role`, or the process' own identity.
    pub async fn caller(&self, role: Option<&str>) -> AwsCaller {
        let made = AwsCaller::from_environment(self.http.clone(), role);
        self.callers.get_with(role.map(str::to_owned), made).await
    }
}

/// `__type` or `code` of an error body, without its namespace and without its message, which may quote our input.
fn error_code(bytes: &[u8]) -> String {
    let value: serde_json::Value = serde_json::from_slice(bytes).unwrap_or_default();
    let code = ["__type", "code", "Code"].iter().find_map(|key| value.get(key)?.as_str()).unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default().chars().take(80).collect()
}
