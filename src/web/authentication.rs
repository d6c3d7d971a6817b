//! Whether a source is who it says it is. All comparisons take the same time whatever the difference.

use axum::http::HeaderMap;
use base64::Engine as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::config::{Authentication, Secret, Settings, SourceSettings};

/// Whether this call is by `source`. SNS and Pub/Sub sign the message itself and are checked where it is read.
pub(super) fn is_by(source: &SourceSettings, headers: &HeaderMap, body: &[u8]) -> bool {
    let Some(token) = &source.token else { return false };
    match source.auth {
        Authentication::Bearer => bearer(source, headers).is_some_and(|given| same(given, token)),
        Authentication::Hmac => signature(source, headers).is_some_and(|given| hmac_matches(token, body, given)),
        Authentication::Basic => basic(headers).is_some_and(|(user, password)| {
            let known = source.user.as_deref().unwrap_or_default();
            // Both are compared, whatever the first one gives.
            same_text(&user, known) & same(&password, token)
        }),
        Authentication::MtlsHeader => header(source.header.as_deref(), headers).is_some_and(|given| same(given, token)),
        Authentication::Sns | Authentication::PubSub => false,
    }
}

/// The source whose bearer token, basic password or proxy header a call to `/findings` carries. Every source is tried, so that the
/// time does not tell which one was near.
pub(super) fn source_of<'a>(settings: &'a Settings, headers: &HeaderMap, body: &[u8]) -> Option<(&'a str, &'a SourceSettings)> {
    let mut found = None;
    for (name, source) in &settings.sources {
        if is_by(source, headers, body) {
            found = Some((name.as_str(), source));
        }
    }
    found
}

fn bearer<'a>(source: &SourceSettings, headers: &'a HeaderMap) -> Option<&'a str> {
    if source.header.is_some() {
        return header(source.header.as_deref(), headers);
    }
    let value = headers.get("authorization")?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn signature<'a>(source: &SourceSettings, headers: &'a HeaderMap) -> Option<&'a str> {
    let value = header(Some(source.header.as_deref().unwrap_or("x-signature-256")), headers)?;
    Some(value.strip_prefix("sha256=").unwrap_or(value))
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get("authorization")?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    let decoded = scheme.eq_ignore_ascii_case("basic").then(|| base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok())??;
    let text = String::from_utf8(decoded).ok()?;
    text.split_once(':').map(|(user, password)| (user.to_owned(), password.to_owned()))
}

fn header<'a>(name: Option<&str>, headers: &'a HeaderMap) -> Option<&'a str> {
    headers.get(name?)?.to_str().ok()
}

/// Equal, in constant time; digests are compared so that the length does not show either.
fn same(given: &str, secret: &Secret) -> bool {
    same_text(given, secret.expose())
}

fn same_text(given: &str, known: &str) -> bool {
    use sha2::Digest as _;
    Sha256::digest(given.as_bytes()).ct_eq(&Sha256::digest(known.as_bytes())).into()
}

fn hmac_matches(key: &Secret, body: &[u8], given: &str) -> bool {
    let Ok(given) = hex::decode(given.trim()) else { return false };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()) else { return false };
    mac.update(body);
    mac.verify_slice(&given).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Settings {
        crate::config::load_settings(Some(("remediate.toml", text)), &[]).unwrap()
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse::<axum::http::HeaderName>().unwrap(), value.parse().unwrap())).collect()
    }

    const TWO: &str = "[sources.wiz]\ntoken = \"aaaaaaaaaaaaaaaaaaaa\"\n[sources.orca]\ntoken = \"bbbbbbbbbbbbbbbbbbbb\"\n";

    #[test]
    fn the_token_tells_the_source() {
        let settings = settings(TWO);
        let name = |value: &str| source_of(&settings, &headers(&[("authorization", value)]), b"").map(|(name, _)| name);
        assert_eq!(name("Bearer bbbbbbbbbbbbbbbbbbbb"), Some("orca"));
        assert_eq!(name("bearer aaaaaaaaaaaaaaaaaaaa"), Some("wiz"));
        for wrong in ["Bearer bbbbbbbbbbbbbbbbbbb", "Bearer ", "Basic bbbbbbbbbbbbbbbbbbbb", "bbbbbbbbbbbbbbbbbbbb"] {
            assert_eq!(name(wrong), None, "{wrong}");
        }
        assert!(source_of(&settings, &HeaderMap::new(), b"").is_none());
    }

    #[test]
    fn an_hmac_is_over_the_raw_body() {
        let settings = settings("[sources.x]\nauth = \"hmac\"\ntoken = \"aaaaaaaaaaaaaaaaaaaa\"\n");
        let mut mac = Hmac::<Sha256>::new_from_slice(b"aaaaaaaaaaaaaaaaaaaa").unwrap();
        mac.update(b"body");
        let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        let headers = headers(&[("x-signature-256", &signature)]);
        assert!(is_by(&settings.sources["x"], &headers, b"body"));
        assert!(!is_by(&settings.sources["x"], &headers, b"body "));
    }

    #[test]
    fn basic_and_proxy_header_need_the_whole_secret() {
        let basic = settings("[sources.x]\nauth = \"basic\"\nuser = \"u\"\ntoken = \"aaaaaaaaaaaaaaaaaaaa\"\n");
        let encode = |text: &str| format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text));
        let by = |text: &str| is_by(&basic.sources["x"], &headers(&[("authorization", &encode(text))]), b"");
        assert!(by("u:aaaaaaaaaaaaaaaaaaaa") && !by("v:aaaaaaaaaaaaaaaaaaaa") && !by("u:") && !by("u"));
        let proxy = settings("[sources.x]\nauth = \"mtls-header\"\nheader = \"x-client\"\ntoken = \"CN=scanner.example.org\"\n");
        assert!(is_by(&proxy.sources["x"], &headers(&[("x-client", "CN=scanner.example.org")]), b""));
        assert!(!is_by(&proxy.sources["x"], &headers(&[("x-client", "CN=scanner")]), b""));
    }
}
