//! GitHub Apps, their installations and tokens.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};

/// A registered app.
#[derive(Debug, Clone)]
pub struct App {
    /// Numeric id.
    pub id: u64,
    /// Client id, also accepted as the issuer of a JWT.
    pub client_id: String,
    /// OAuth client secret; only the manifest flow shows it.
    pub client_secret: String,
    /// Slug: the bot's login without `[bot]`.
    pub slug: String,
    /// Shown name.
    pub name: String,
    /// Login of the owner.
    pub owner: String,
    /// Description.
    pub description: String,
    /// Home page.
    pub external_url: String,
    /// Where webhooks go; none are sent while it is empty.
    pub webhook_url: String,
    /// HMAC key of webhooks.
    pub webhook_secret: String,
    /// Names of subscribed events.
    pub events: BTreeSet<String>,
    /// Permissions and their level, `read` or `write`.
    pub permissions: BTreeMap<String, String>,
    /// Key pair for JWTs.
    pub key: AppKey,
    /// Numeric id of the hook.
    pub hook_id: u64,
    /// Creation time.
    pub created_at: DateTime<Utc>,
}

impl App {
    /// Login of the app's bot account.
    pub fn bot(&self) -> String {
        format!("{}[bot]", self.slug)
    }
}

/// An app on an account.
#[derive(Debug, Clone)]
pub struct Installation {
    /// Numeric id.
    pub id: u64,
    /// The app.
    pub app: u64,
    /// Login of the account.
    pub account: String,
    /// The chosen repositories; `None` means all.
    pub repositories: Option<BTreeSet<u64>>,
    /// What the account granted.
    pub permissions: BTreeMap<String, String>,
    /// Subscribed events.
    pub events: BTreeSet<String>,
    /// Suspended by an owner.
    pub suspended_at: Option<DateTime<Utc>>,
    /// Creation time.
    pub created_at: DateTime<Utc>,
    /// Requests of the current hour.
    pub used: u32,
    /// When the hour ends.
    pub resets_at: DateTime<Utc>,
}

/// An installation access token.
#[derive(Debug, Clone)]
pub struct Token {
    /// The installation.
    pub installation: u64,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
    /// What it may do.
    pub permissions: BTreeMap<String, String>,
    /// Narrowed to these repositories; `None` means all of the installation.
    pub repositories: Option<BTreeSet<u64>>,
}

/// A manifest that was accepted on the web page and waits for its code to be exchanged.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The new app.
    pub app: u64,
    /// Codes work for one hour.
    pub expires_at: DateTime<Utc>,
}

/// An RSA key pair for app authentication.
#[derive(Clone)]
pub struct AppKey {
    /// Private key as PEM, PKCS#1 as GitHub hands it out.
    pub private_pem: String,
    /// Public key as PKCS#1 DER.
    pub public_der: Vec<u8>,
}

impl std::fmt::Debug for AppKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AppKey(…)")
    }
}

impl AppKey {
    /// The key of this process. Making one takes noticeable time, so that all sandboxes of a test run share it.
    pub fn shared() -> Result<Self> {
        static KEY: OnceLock<Result<AppKey, String>> = OnceLock::new();
        let key = KEY.get_or_init(|| Self::generate().map_err(|error| format!("{error:#}")));
        key.clone().map_err(|error| anyhow!(error))
    }

    /// A new key of 2048 bits.
    pub fn generate() -> Result<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048).context("no RSA key could be made")?;
        let private: aws_lc_rs::encoding::Pkcs8V1Der = pair.as_der().context("the RSA key has no DER form")?;
        let inner = pkcs1(private.as_ref()).context("the RSA key has an unexpected DER form")?;
        Ok(Self { private_pem: pem("RSA PRIVATE KEY", inner), public_der: pair.public_key().as_ref().to_vec() })
    }
}

/// The PKCS#1 key inside a PKCS#8 envelope: version, algorithm, then an octet string with the key.
fn pkcs1(pkcs8: &[u8]) -> Option<&[u8]> {
    let (_, body, _) = der(pkcs8)?;
    let (_, _version, rest) = der(body)?;
    let (_, _algorithm, rest) = der(rest)?;
    let (tag, key, _) = der(rest)?;
    (tag == 0x04).then_some(key)
}

/// Splits one DER element off: tag, content, what follows.
fn der(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        (digits.iter().fold(0, |length, digit| (length << 8) | usize::from(*digit)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

fn pem(label: &str, der: &[u8]) -> String {
    let encoded = STANDARD.encode(der);
    let lines: Vec<&str> = (0..encoded.len()).step_by(64).filter_map(|at| encoded.get(at..encoded.len().min(at + 64))).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
