//! OpenID Connect tokens of senders that have an identity of their own: Google Pub/Sub push and GitHub Actions.
//!
//! Sources: <https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions>,
//! <https://docs.github.com/en/actions/reference/security/oidc>.

use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use moka::future::Cache;
use serde::Deserialize;
use url::Url;

/// Why a token is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    /// The keys of the issuer could not be had.
    #[error("the keys of {issuer} could not be fetched: {message}")]
    Keys {
        /// The issuer.
        issuer: String,
        /// Why.
        message: String,
    },
    /// The token is malformed, expired, for somebody else, or not signed by the issuer.
    #[error("the token is not valid: {0}")]
    Token(String),
}

/// Who issues tokens and where its keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcIssuer {
    /// Values of `iss` that are accepted.
    pub issuers: Vec<String>,
    /// JSON Web Key Set.
    pub keys: Url,
}

impl OidcIssuer {
    /// Google, for Pub/Sub push.
    #[must_use]
    pub fn google() -> Option<Self> {
        let keys = Url::parse("https://www.googleapis.com/oauth2/v3/certs").ok()?;
        Some(Self { issuers: vec!["https://accounts.google.com".into(), "accounts.google.com".into()], keys })
    }

    /// GitHub Actions on github.com; `https://HOST/_services/token` on GitHub Enterprise Server.
    #[must_use]
    pub fn github_actions(web_url: &Url) -> Option<Self> {
        let issuer = match web_url.host_str()? {
            "github.com" => "https://token.actions.githubusercontent.com".to_owned(),
            _ => format!("{}/_services/token", web_url.as_str().trim_end_matches('/')),
        };
        let keys = Url::parse(&format!("{issuer}/.well-known/jwks")).ok()?;
        Some(Self { issuers: vec![issuer], keys })
    }
}

/// What we read of a verified token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Claims {
    /// Issuer.
    pub iss: String,
    /// Subject.
    pub sub: String,
    /// Google: the service account.
    pub email: Option<String>,
    /// Google: whether the address is verified.
    pub email_verified: Option<bool>,
    /// GitHub Actions: `owner/name` of the repository whose workflow asks.
    pub repository: Option<String>,
    /// GitHub Actions: its numeric id, which survives a rename.
    pub repository_id: Option<String>,
    /// GitHub Actions: the ref of the run.
    #[serde(rename = "ref")]
    pub git_ref: Option<String>,
    /// GitHub Actions: the commit of the run.
    pub sha: Option<String>,
}

/// Verifies tokens of one issuer; keeps its keys for an hour, and asks again (at most once a minute) for an unknown key id.
#[derive(Clone)]
pub struct OidcVerifier {
    http: reqwest::Client,
    issuer: OidcIssuer,
    keys: Cache<(), Arc<JwkSet>>,
    refreshed: Cache<(), ()>,
}

impl OidcVerifier {
    /// A verifier for `issuer`.
    #[must_use]
    pub fn new(http: reqwest::Client, issuer: OidcIssuer) -> Self {
        let hour = Cache::builder().max_capacity(1).time_to_live(Duration::from_secs(3_600)).build();
        let minute = Cache::builder().max_capacity(1).time_to_live(Duration::from_secs(60)).build();
        Self { http, issuer, keys: hour, refreshed: minute }
    }

    /// The claims of `token`, if it is signed by the issuer, for `audience`, and not expired.
    ///
    /// # Errors
    /// Why it is not believed.
    pub async fn verify(&self, token: &str, audience: &str) -> Result<Claims, OidcError> {
        let invalid = |error: jsonwebtoken::errors::Error| OidcError::Token(error.to_string());
        let header = jsonwebtoken::decode_header(token).map_err(invalid)?;
        if header.alg != Algorithm::RS256 {
            return Err(OidcError::Token("it is not signed with RS256".into()));
        }
        let kid = header.kid.ok_or_else(|| OidcError::Token("it names no key".into()))?;
        let key = self.key(&kid).await?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&[audience]);
        validation.set_issuer(&self.issuer.issuers);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.leeway = 60;
        jsonwebtoken::decode::<Claims>(token, &key, &validation).map(|data| data.claims).map_err(invalid)
    }

    async fn key(&self, kid: &str) -> Result<DecodingKey, OidcError> {
        let mut set = self.key_set().await?;
        if set.find(kid).is_none() && self.refreshed.get(&()).await.is_none() {
            self.refreshed.insert((), ()).await;
            self.keys.invalidate(&()).await;
            set = self.key_set().await?;
        }
        let jwk = set.find(kid).ok_or_else(|| OidcError::Token("it is signed with a key the issuer does not publish".into()))?;
        DecodingKey::from_jwk(jwk).map_err(|error| OidcError::Token(error.to_string()))
    }

    async fn key_set(&self) -> Result<Arc<JwkSet>, OidcError> {
        self.keys.try_get_with((), self.fetch()).await.map_err(|error| OidcError::clone(&error))
    }

    async fn fetch(&self) -> Result<Arc<JwkSet>, OidcError> {
        let failed = |error: reqwest::Error| OidcError::Keys {
            issuer: self.issuer.issuers.first().cloned().unwrap_or_default(),
            message: error.without_url().to_string(),
        };
        let response = self
            .http
            .get(self.issuer.keys.clone())
            .timeout(Duration::from_secs(10))
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .map_err(failed)?;
        response.json().await.map(Arc::new).map_err(failed)
    }
}
