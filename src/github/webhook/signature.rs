//! Whether a webhook comes from GitHub.

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Why a delivery is not believed. Says nothing about what would have been right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The header is missing.
    #[error("the header X-Hub-Signature-256 is missing: set a webhook secret in the app's settings")]
    Missing,
    /// The header is not `sha256=` and 64 hexadecimal digits.
    #[error("the header X-Hub-Signature-256 is not of the form sha256=<64 hexadecimal digits>")]
    Malformed,
    /// The signature does not fit body and secret.
    #[error("the signature does not fit: the webhook secret differs from the one GitHub signs with, or the body was changed on its way")]
    Wrong,
}

/// Checks `header` (the value of `X-Hub-Signature-256`) against the raw `body`, in constant time.
///
/// # Errors
/// [`SignatureError`] when the delivery must not be believed.
pub fn verify(secret: &SecretString, body: &[u8], header: Option<&str>) -> Result<(), SignatureError> {
    let digits = header.ok_or(SignatureError::Missing)?.trim().strip_prefix("sha256=").ok_or(SignatureError::Malformed)?;
    let given = hex::decode(digits).map_err(|_| SignatureError::Malformed)?;
    if given.len() != 32 {
        return Err(SignatureError::Malformed);
    }
    let mac = mac(secret, body).ok_or(SignatureError::Wrong)?;
    mac.verify_slice(&given).map_err(|_| SignatureError::Wrong)
}

/// The header value GitHub would send for `body`: for stand-ins and for checking one's own set-up.
#[must_use]
pub fn sign(secret: &SecretString, body: &[u8]) -> String {
    let digest = mac(secret, body).map(|mac| mac.finalize().into_bytes().to_vec()).unwrap_or_default();
    format!("sha256={}", hex::encode(digest))
}

/// `None` never happens with HMAC, which takes keys of every length; an empty secret is no secret, though.
fn mac(secret: &SecretString, body: &[u8]) -> Option<Hmac<Sha256>> {
    let key = secret.expose_secret().as_bytes();
    if key.is_empty() {
        return None;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(body);
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> SecretString {
        SecretString::from("It's a Secret to Everybody".to_owned())
    }

    #[test]
    fn the_example_of_githubs_documentation_fits() {
        let header = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        assert_eq!(verify(&secret(), b"Hello, World!", Some(header)), Ok(()));
        assert_eq!(sign(&secret(), b"Hello, World!"), header);
    }

    #[test]
    fn anything_else_does_not() {
        let header = sign(&secret(), b"body");
        assert_eq!(verify(&secret(), b"Body", Some(&header)), Err(SignatureError::Wrong));
        assert_eq!(verify(&SecretString::from("other".to_owned()), b"body", Some(&header)), Err(SignatureError::Wrong));
        assert_eq!(verify(&secret(), b"body", None), Err(SignatureError::Missing));
        assert_eq!(verify(&secret(), b"body", Some("sha1=00")), Err(SignatureError::Malformed));
        assert_eq!(verify(&secret(), b"body", Some("sha256=00")), Err(SignatureError::Malformed));
        assert_eq!(verify(&secret(), b"body", Some("sha256=zz")), Err(SignatureError::Malformed));
        let nothing = SecretString::from(String::new());
        assert_eq!(verify(&nothing, b"body", Some(&sign(&nothing, b"body"))), Err(SignatureError::Malformed));
        assert_eq!(verify(&nothing, b"body", Some(&header)), Err(SignatureError::Wrong));
    }
}
