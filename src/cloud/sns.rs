//! Whether an SNS message is from SNS: certificate, signature, topic and time.
//!
//! Source: <https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html>. The certificate is fetched over
//! HTTPS from `sns.<region>.amazonaws.com` only, must be within its dates and name an SNS host; where the file brings
//! intermediates, the chain up to a public root is checked too.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, RsaParameters, UnparsedPublicKey};
use base64::Engine as _;
use chrono::{DateTime, Utc};
use moka::future::Cache;
use rustls_pki_types::{CertificateDer, UnixTime};
use url::Url;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use crate::ingest::{SnsMessage, trusted_sns_url};

/// Why a message is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnsError {
    /// The topic is not one of those configured.
    #[error("the topic {0} is not configured for this source")]
    Topic(String),
    /// Too old, or from the future.
    #[error("the message was sent at {0}, outside the replay window")]
    Window(String),
    /// The certificate or confirmation URL is not one of SNS.
    #[error("the URL is not one of Amazon SNS")]
    Url,
    /// The certificate could not be had.
    #[error("the signing certificate could not be fetched: {0}")]
    Fetch(String),
    /// The certificate is not valid.
    #[error("the signing certificate is not valid: {0}")]
    Certificate(String),
    /// The signature is wrong.
    #[error("the signature does not match the message")]
    Signature,
}

/// Largest certificate file that is read, in bytes.
const MAX_CERTIFICATE: usize = 64 * 1024;

/// Clocks may differ by this much.
const CLOCK_SKEW: chrono::TimeDelta = chrono::TimeDelta::minutes(5);

/// Verifies messages; keeps certificates for a day.
#[derive(Clone)]
pub struct SnsVerifier {
    http: reqwest::Client,
    /// Replaces scheme, host and port of the (already trusted) URLs; for a stand-in of SNS only.
    base: Option<Url>,
    certificates: Cache<String, Arc<Vec<u8>>>,
}

impl SnsVerifier {
    /// A verifier that fetches with `http`, which must not follow redirects. `base` is `None` in production.
    #[must_use]
    pub fn new(http: reqwest::Client, base: Option<Url>) -> Self {
        Self { http, base, certificates: Cache::builder().max_capacity(64).time_to_live(Duration::from_secs(86_400)).build() }
    }

    /// Believes `message` only if it is of one of `topics`, sent within `window` before `now`, and signed by SNS.
    ///
    /// # Errors
    /// The first reason not to.
    pub async fn verify(&self, message: &SnsMessage, topics: &[String], window: Duration, now: DateTime<Utc>) -> Result<(), SnsError> {
        if !topics.contains(&message.topic_arn) {
            return Err(SnsError::Topic(message.topic_arn.chars().take(200).collect()));
        }
        let outside = || SnsError::Window(message.timestamp.chars().take(40).collect());
        let sent = message.sent_at().ok_or_else(outside)?;
        let oldest = chrono::TimeDelta::from_std(window).ok().and_then(|window| now.checked_sub_signed(window)).ok_or_else(outside)?;
        if sent < oldest || sent > now + CLOCK_SKEW {
            return Err(outside());
        }
        let url = trusted_sns_url(&message.signing_cert_url, true).ok_or(SnsError::Url)?;
        let pem = self.certificate(&url).await?;
        let algorithm = match message.signature_version.as_str() {
            "1" => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            "2" => &RSA_PKCS1_2048_8192_SHA256,
            _ => return Err(SnsError::Signature),
        };
        check_signature(&pem, algorithm, message, now)
    }

    /// Confirms a subscription whose message was verified.
    ///
    /// # Errors
    /// When the URL is not one of SNS or the call fails.
    pub async fn confirm(&self, message: &SnsMessage) -> Result<(), SnsError> {
        let url = message.subscribe_url.as_deref().and_then(|url| trusted_sns_url(url, false)).ok_or(SnsError::Url)?;
        self.fetch(&url).await.map(|_| ())
    }

    async fn certificate(&self, url: &Url) -> Result<Arc<Vec<u8>>, SnsError> {
        self.certificates
            .try_get_with(url.to_string(), async { self.fetch(url).await.map(Arc::new) })
            .await
            .map_err(|error| SnsError::clone(&error))
    }

    async fn fetch(&self, url: &Url) -> Result<Vec<u8>, SnsError> {
        let failed = |error: reqwest::Error| SnsError::Fetch(error.without_url().to_string());
        let mut target = url.clone();
        if let Some(base) = &self.base {
            target = base.join(&url[url::Position::BeforePath..]).map_err(|error| SnsError::Fetch(error.to_string()))?;
        }
        let mut response = self
            .http
            .get(target)
            .timeout(Duration::from_secs(10))
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .map_err(failed)?;
        if response.status().is_redirection() {
            return Err(SnsError::Fetch("a redirect is not followed".into()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_CERTIFICATE {
                return Err(SnsError::Fetch("the answer is too large".into()));
            }
        }
        Ok(body)
    }
}

fn check_signature(pem: &[u8], algorithm: &'static RsaParameters, message: &SnsMessage, now: DateTime<Utc>) -> Result<(), SnsError> {
    let invalid = |text: &str| SnsError::Certificate(text.to_owned());
    let ders: Vec<Vec<u8>> = x509_parser::pem::Pem::iter_from_buffer(pem)
        .take(8)
        .filter_map(Result::ok)
        .filter(|pem| pem.label == "CERTIFICATE")
        .map(|pem| pem.contents)
        .collect();
    let leaf_der = ders.first().ok_or_else(|| invalid("no certificate in the file"))?;
    let (_, leaf) = X509Certificate::from_der(leaf_der).map_err(|_| invalid("it cannot be read"))?;
    let time = x509_parser::time::ASN1Time::from_timestamp(now.timestamp()).map_err(|_| invalid("the clock is out of range"))?;
    if !leaf.validity().is_valid_at(time) {
        return Err(invalid("it is outside its dates"));
    }
    if !names(&leaf).iter().any(|name| is_sns_name(name)) {
        return Err(invalid("it does not name an SNS host"));
    }
    if ders.len() > 1 {
        check_chain(&ders, now)?;
    }
    let signature = base64::engine::general_purpose::STANDARD.decode(&message.signature).map_err(|_| SnsError::Signature)?;
    UnparsedPublicKey::new(algorithm, leaf.public_key().subject_public_key.data.as_ref())
        .verify(message.string_to_sign().as_bytes(), &signature)
        .map_err(|_| SnsError::Signature)
}

/// Common name and DNS names.
fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let common = certificate.subject().iter_common_name().filter_map(|name| name.as_str().ok()).map(str::to_owned);
    let alternative = certificate.subject_alternative_name().ok().flatten();
    let dns = alternative.iter().flat_map(|extension| &extension.value.general_names).filter_map(|name| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        _ => None,
    });
    common.chain(dns).collect()
}

/// `sns.amazonaws.com`, or one of a region.
fn is_sns_name(name: &str) -> bool {
    name == "sns.amazonaws.com" || name == "sns.amazonaws.com.cn" || trusted_sns_url(&format!("https://{name}/x.pem"), true).is_some()
}

fn check_chain(ders: &[Vec<u8>], now: DateTime<Utc>) -> Result<(), SnsError> {
    let chain: Vec<CertificateDer<'_>> = ders.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let invalid = |error: webpki::Error| SnsError::Certificate(error.to_string());
    let (leaf, intermediates) = chain.split_first().ok_or_else(|| SnsError::Certificate("no certificate".into()))?;
    let leaf = webpki::EndEntityCert::try_from(leaf).map_err(invalid)?;
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    leaf.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        webpki_roots::TLS_SERVER_ROOTS,
        intermediates,
        time,
        webpki::KeyUsage::server_auth(),
        None,
        None,
    )
    .map(|_| ())
    .map_err(invalid)
}
