//! Fetches Terraform state from where backends keep it. Read-only: nothing is locked, written or deleted.
//!
//! The bytes are reduced to addresses and identities at once ([`State::read`]); they are never stored, logged or put into an error.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::aws_request::{AwsCaller, AwsError};
use crate::locate::{State, StateError};

/// Largest state that is fetched.
const LARGEST: usize = 256 << 20;
/// Longest time for one request.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where a state is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StateSource {
    /// An object in S3, or in what speaks its protocol.
    S3 {
        /// Bucket.
        bucket: String,
        /// Key.
        key: String,
        /// Region; absent: the configured one.
        region: Option<String>,
    },
    /// An object in Google Cloud Storage.
    Gcs {
        /// Bucket.
        bucket: String,
        /// Object.
        object: String,
    },
    /// A blob in an Azure storage account.
    AzureBlob(Url),
    /// Terraform's `http` backend.
    Http(Url),
    /// A workspace of Terraform Cloud or Enterprise.
    TerraformCloud {
        /// Scheme, host and port.
        base: Url,
        /// Organisation.
        organization: String,
        /// Workspace.
        workspace: String,
    },
    /// A file on this machine.
    Local(PathBuf),
}

/// A state that could not be fetched. No message holds a token, a signed URL or a part of the state.
#[derive(Debug, thiserror::Error)]
pub enum StateFetchError {
    /// The location is of no kind that is known.
    #[error("`{0}` is no state location; there are s3://, gs://, https:// and paths")]
    Location(String),
    /// AWS refused.
    #[error("{place}: {error}")]
    Aws {
        /// Which state.
        place: String,
        /// Why.
        error: AwsError,
    },
    /// The server answered with an error.
    #[error("{place}: the server answered {status}; check that the state exists and that the token may read it")]
    Status {
        /// Which state.
        place: String,
        /// HTTP status.
        status: u16,
    },
    /// The request failed.
    #[error("{place}: {message}")]
    Transport {
        /// Which state.
        place: String,
        /// Why.
        message: String,
    },
    /// The state is too large.
    #[error("{place}: the state has more than {LARGEST} bytes")]
    TooLarge {
        /// Which state.
        place: String,
    },
    /// What came is no state.
    #[error(transparent)]
    State(#[from] StateError),
}

impl StateSource {
    /// Reads a location as [`state_location`](crate::locate::state_location) writes it for a backend of `kind` (`s3`, `gcs`,
    /// `azurerm`, `http`, `remote`, `cloud`, `local`).
    ///
    /// # Errors
    /// When the location does not fit the kind.
    pub fn parse(kind: &str, location: &str) -> Result<Self, StateFetchError> {
        let wrong = || StateFetchError::Location(without_query(location));
        let object = |scheme: &str| {
            let rest = location.strip_prefix(scheme)?;
            let (bucket, key) = rest.split_once('/')?;
            (!bucket.is_empty() && !key.is_empty()).then(|| (bucket.to_owned(), key.to_owned()))
        };
        let url = || Url::parse(location).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
        match kind {
            "s3" => object("s3://").map(|(bucket, key)| Self::S3 { bucket, key, region: None }).ok_or_else(wrong),
            "gcs" => object("gs://").map(|(bucket, object)| Self::Gcs { bucket, object }).ok_or_else(wrong),
            "azurerm" => url().map(Self::AzureBlob).ok_or_else(wrong),
            "http" => url().map(Self::Http).ok_or_else(wrong),
            "remote" | "cloud" => url().and_then(|url| terraform_cloud(&url)).ok_or_else(wrong),
            "local" => Ok(Self::Local(PathBuf::from(location))),
            _ => Err(wrong()),
        }
    }
}

fn terraform_cloud(url: &Url) -> Option<StateSource> {
    let mut segments = url.path_segments()?;
    let (organization, workspace) = (segments.next()?.to_owned(), segments.next()?.to_owned());
    let base = url.join("/").ok()?;
    (!organization.is_empty() && !workspace.is_empty()).then_some(StateSource::TerraformCloud { base, organization, workspace })
}

fn without_query(text: &str) -> String {
    text.split(['?', '#']).next().unwrap_or_default().chars().take(200).collect()
}

impl fmt::Display for StateSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::S3 { bucket, key, .. } => write!(f, "s3://{bucket}/{key}"),
            Self::Gcs { bucket, object } => write!(f, "gs://{bucket}/{object}"),
            // A query may be a signature, and user information a password.
            Self::AzureBlob(url) | Self::Http(url) => {
                write!(f, "{}://{}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
            }
            Self::TerraformCloud { base, organization, workspace } => {
                write!(f, "https://{}/{organization}/{workspace}", base.host_str().unwrap_or_default())
            }
            Self::Local(path) => write!(f, "{}", path.display()),
        }
    }
}

/// What is needed to read state; everything is optional.
#[derive(Debug, Clone, Default)]
pub struct StateAccess {
    /// Access token for Google Cloud Storage.
    pub gcs_token: Option<SecretString>,
    /// Access token for Azure blobs (not needed when the URL carries a shared access signature).
    pub azure_token: Option<SecretString>,
    /// Token of Terraform Cloud or Enterprise.
    pub terraform_cloud_token: Option<SecretString>,
    /// User and password of the `http` backend.
    pub http_user: Option<(String, SecretString)>,
    /// Base of Google Cloud Storage's API; absent: Google's own.
    pub gcs_base: Option<Url>,
}

/// Reads states.
#[derive(Clone)]
pub struct StateReader {
    http: reqwest::Client,
    aws: Option<AwsCaller>,
    access: StateAccess,
}

impl StateReader {
    /// A reader; without `aws`, states in S3 cannot be read. `http` must not follow redirects: a token would follow them.
    #[must_use]
    pub fn new(http: reqwest::Client, aws: Option<AwsCaller>, access: StateAccess) -> Self {
        Self { http, aws, access }
    }

    /// Fetches a state and keeps its addresses and identities.
    ///
    /// # Errors
    /// When it cannot be fetched or is no state of version 4.
    pub async fn read(&self, source: &StateSource) -> Result<State, StateFetchError> {
        let place = source.to_string();
        let bytes = match source {
            StateSource::S3 { bucket, key, region } => self.s3(&place, bucket, key, region.as_deref()).await?,
            StateSource::Gcs { bucket, object } => self.gcs(&place, bucket, object).await?,
            StateSource::AzureBlob(url) => {
                let request = self.http.get(url.clone()).header("x-ms-version", "2021-08-06");
                self.fetch(&place, bearer(request, self.access.azure_token.as_ref())).await?
            }
            StateSource::Http(url) => {
                let request = self.http.get(url.clone());
                let request = match &self.access.http_user {
                    Some((user, password)) => request.basic_auth(user, Some(password.expose_secret())),
                    None => request,
                };
                self.fetch(&place, request).await?
            }
            StateSource::TerraformCloud { base, organization, workspace } => self.cloud(&place, base, organization, workspace).await?,
            StateSource::Local(path) => local(&place, path).await?,
        };
        Ok(State::read(&place, &bytes)?)
    }

    async fn s3(&self, place: &str, bucket: &str, key: &str, region: Option<&str>) -> Result<Vec<u8>, StateFetchError> {
        let failed = |error: AwsError| StateFetchError::Aws { place: place.to_owned(), error };
        let aws = self.aws.as_ref().ok_or_else(|| failed(AwsError::Credentials("this process has no AWS access".into())))?;
        let region = region.map(str::to_owned).or_else(|| aws.region()).unwrap_or_else(|| "us-east-1".to_owned());
        let mut url = Url::parse(&aws.endpoint("s3", &region)).map_err(|error| transport(place, error.to_string()))?;
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push(bucket).extend(key.split('/'));
        }
        let bytes = aws.send("s3 GetObject", "GET", url, "s3", &region, &[], Vec::new()).await.map_err(failed)?;
        if bytes.len() > LARGEST { Err(StateFetchError::TooLarge { place: place.to_owned() }) } else { Ok(bytes) }
    }

    async fn gcs(&self, place: &str, bucket: &str, object: &str) -> Result<Vec<u8>, StateFetchError> {
        let mut url = match &self.access.gcs_base {
            Some(base) => base.clone(),
            None => Url::parse("https://storage.googleapis.com").map_err(|error| transport(place, error.to_string()))?,
        };
        if let Ok(mut segments) = url.path_segments_mut() {
            // The object is one segment: its slashes are escaped.
            segments.pop_if_empty().extend(["storage", "v1", "b", bucket, "o", object]);
        }
        url.set_query(Some("alt=media"));
        self.fetch(place, bearer(self.http.get(url), self.access.gcs_token.as_ref())).await
    }

    /// Workspace → current state version → its download.
    async fn cloud(&self, place: &str, base: &Url, organization: &str, workspace: &str) -> Result<Vec<u8>, StateFetchError> {
        let token = self.access.terraform_cloud_token.as_ref();
        let mut url = base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["api", "v2", "organizations", organization, "workspaces", workspace]);
        }
        let found = self.json(place, bearer(self.http.get(url), token)).await?;
        let id = found
            .pointer("/data/id")
            .and_then(serde_json::Value::as_str)
            .ok_or_else(|| transport(place, "the answer names no workspace"))?;
        let mut url = base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["api", "v2", "workspaces", id, "current-state-version"]);
        }
        let version = self.json(place, bearer(self.http.get(url), token)).await?;
        let download = version.pointer("/data/attributes/hosted-state-download-url").and_then(serde_json::Value::as_str);
        let download = download.and_then(|text| Url::parse(text).ok()).ok_or_else(|| transport(place, "the answer names no download"))?;
        // The archive's own URL is signed; the token is for the host it was given for.
        let token = token.filter(|_| download.origin() == base.origin());
        self.fetch(place, bearer(self.http.get(download), token)).await
    }

    async fn json(&self, place: &str, request: reqwest::RequestBuilder) -> Result<serde_json::Value, StateFetchError> {
        let bytes = self.fetch(place, request).await?;
        serde_json::from_slice(&bytes).map_err(|_| transport(place, "the answer is no JSON"))
    }

    async fn fetch(&self, place: &str, request: reqwest::RequestBuilder) -> Result<Vec<u8>, StateFetchError> {
        let failed = |error: reqwest::Error| transport(place, error.without_url().to_string());
        let mut response = request.timeout(PATIENCE).send().await.map_err(failed)?;
        if !response.status().is_success() {
            return Err(StateFetchError::Status { place: place.to_owned(), status: response.status().as_u16() });
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if bytes.len() + chunk.len() > LARGEST {
                return Err(StateFetchError::TooLarge { place: place.to_owned() });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

fn transport(place: &str, message: impl Into<String>) -> StateFetchError {
    StateFetchError::Transport { place: place.to_owned(), message: message.into() }
}

fn bearer(request: reqwest::RequestBuilder, token: Option<&SecretString>) -> reqwest::RequestBuilder {
    match token {
        Some(token) => request.bearer_auth(token.expose_secret()),
        None => request,
    }
}

async fn local(place: &str, path: &std::path::Path) -> Result<Vec<u8>, StateFetchError> {
    let failed = |error: std::io::Error| transport(place, error.to_string());
    let size = tokio::fs::metadata(path).await.map_err(failed)?.len();
    if size > LARGEST as u64 {
        return Err(StateFetchError::TooLarge { place: place.to_owned() });
    }
    tokio::fs::read(path).await.map_err(failed)
}
