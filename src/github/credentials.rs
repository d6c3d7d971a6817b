//! Who the app is: its id and its private key.

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::error::{GithubError, GithubErrorKind};

/// GitHub refuses a token that lives longer than ten minutes; one minute is kept for clocks that differ.
const LIFETIME_SECONDS: i64 = 9 * 60;
/// GitHub's clock may be behind ours.
const BACKDATED_SECONDS: i64 = 60;

/// The app's id and private key, checked when given.
#[derive(Clone)]
pub struct AppCredentials {
    issuer: String,
    key: EncodingKey,
}

impl std::fmt::Debug for AppCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppCredentials").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    iat: i64,
    exp: i64,
    iss: &'a str,
}

impl AppCredentials {
    /// `issuer` is the app id or the client id; `private_key` is the PEM file GitHub gives (PKCS#1 or PKCS#8).
    ///
    /// # Errors
    /// [`GithubErrorKind::Credentials`] when the id is empty or the key is no RSA key in PEM form. The key is never part of the message.
    pub fn new(issuer: impl Into<String>, private_key: &SecretString) -> Result<Self, GithubError> {
        let issuer = issuer.into();
        let error = |message: &str| GithubError::new("reading the app's credentials", GithubErrorKind::Credentials, message);
        if issuer.trim().is_empty() {
            return Err(error("the app id is empty"));
        }
        let key = EncodingKey::from_rsa_pem(private_key.expose_secret().trim().as_bytes()).map_err(|_| {
            error("the private key is not an RSA key in PEM form (the file GitHub offers once, beginning with -----BEGIN RSA PRIVATE KEY-----)")
        })?;
        Ok(Self { issuer: issuer.trim().to_owned(), key })
    }

    /// App id or client id.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// A JWT that speaks as the app from `now` on for nine minutes.
    pub(super) fn jwt(&self, now: DateTime<Utc>) -> Result<SecretString, GithubError> {
        let now = now.timestamp();
        let claims = Claims { iat: now - BACKDATED_SECONDS, exp: now + LIFETIME_SECONDS, iss: &self.issuer };
        jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &self.key)
            .map(SecretString::from)
            .map_err(|error| GithubError::new("signing as the app", GithubErrorKind::Credentials, error.to_string()))
    }
}
