//! Any source: a signed call back with the outcome as JSON.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use url::Url;

use super::{TellError, answer};
use crate::model::Outcome;

/// Carries `sha256=` and the hexadecimal HMAC-SHA256 of the body.
pub const CALLBACK_SIGNATURE_HEADER: &str = "x-remediate-signature-256";

/// Posts the outcome to `url`, signed with `key`. The receiver should treat a repeat of the same body as the same news.
///
/// # Errors
/// When the call fails or is answered with anything but success.
pub async fn tell_callback(http: &reqwest::Client, source: &str, url: &Url, key: &[u8], outcome: &Outcome) -> Result<(), TellError> {
    let body = serde_json::to_vec(outcome).unwrap_or_default();
    let mut request = http.post(url.clone()).header("content-type", "application/json");
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) {
        mac.update(&body);
        request = request.header(CALLBACK_SIGNATURE_HEADER, format!("sha256={}", hex::encode(mac.finalize().into_bytes())));
    }
    answer(source, request.body(body)).await.map(|_| ())
}
