//! Access tokens of Google Cloud: with the key of a service account, or of the machine this process runs on.
//!
//! Sources: <https://developers.google.com/identity/protocols/oauth2/service-account>,
//! <https://cloud.google.com/compute/docs/access/authenticate-workloads>.

use chrono::Utc;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::{TellError, answer};

const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
const METADATA: &str = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token";

/// Who asks Google.
#[derive(Debug, Clone, Copy)]
pub enum GoogleIdentity<'a> {
    /// A service account, by its key file's JSON.
    Key(&'a str),
    /// The machine's own.
    Machine,
}

#[derive(Deserialize)]
struct Key {
    client_email: String,
    private_key: String,
    private_key_id: Option<String>,
    token_uri: Url,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'static str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

/// A token for all of Google Cloud's APIs that the identity may use.
///
/// # Errors
/// When the key is none, or Google gives no token.
pub(super) async fn token(http: &reqwest::Client, source: &str, identity: GoogleIdentity<'_>) -> Result<String, TellError> {
    let answer = match identity {
        GoogleIdentity::Machine => answer(source, http.get(METADATA).header("metadata-flavor", "Google")).await?,
        GoogleIdentity::Key(text) => {
            let (uri, assertion) = assertion(source, text)?;
            let form = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion.as_str())];
            answer(source, http.post(uri).form(&form)).await?
        }
    };
    let token = answer.get("access_token").and_then(Value::as_str).map(str::to_owned);
    token.ok_or_else(|| TellError::refused(source, "Google gave no access_token"))
}

/// Where the key's tokens are, and the signed request for one.
fn assertion(source: &str, text: &str) -> Result<(Url, String), TellError> {
    // The parser's own message may quote the key.
    let wrong = |_| TellError::refused(source, "`tell.secret` is no JSON key of a service account");
    let key: Key = serde_json::from_str(text).map_err(wrong)?;
    let now = Utc::now().timestamp();
    let claims = Claims { iss: &key.client_email, scope: SCOPE, aud: key.token_uri.as_str(), iat: now, exp: now + 3_600 };
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256);
    header.kid = key.private_key_id;
    let unreadable = |_| TellError::refused(source, "the private key of the service account cannot be read");
    let signer = jsonwebtoken::EncodingKey::from_rsa_pem(key.private_key.as_bytes()).map_err(unreadable)?;
    let assertion = jsonwebtoken::encode(&header, &claims, &signer).map_err(unreadable)?;
    Ok((key.token_uri, assertion))
}
