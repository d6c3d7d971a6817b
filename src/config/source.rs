//! Where findings come from, and how a source proves that it is itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Period, Secret};

/// How a source authenticates its calls to `/sources/NAME` or `/findings`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Authentication {
    /// `Authorization: Bearer <token>`, or the token in the header named by `header`.
    Bearer,
    /// HMAC-SHA256 of the raw body with `token`, hex, in the header named by `header` (`sha256=` before it is tolerated).
    Hmac,
    /// `Authorization: Basic …` with `user` and `token`.
    Basic,
    /// A header that only the proxy in front of us can set after it checked the client certificate; its value must equal `token`.
    MtlsHeader,
    /// Signed Amazon SNS messages of the configured `topics`.
    Sns,
    /// Google Pub/Sub push with an OIDC token for `audience`, from one of `service_accounts`.
    PubSub,
}

/// One source of findings: a `[sources.NAME]` section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SourceSettings {
    /// Format of what it sends: `auto` recognises it by content; else one of the names in docs/sources.
    pub kind: String,
    /// How its calls are authenticated.
    pub auth: Authentication,
    /// The bearer token, HMAC key, basic password or header value.
    pub token: Option<Secret>,
    /// File that holds `token`.
    pub token_file: Option<String>,
    /// User name for `basic`.
    pub user: Option<String>,
    /// Header that carries the token or signature, where it is not the usual one.
    pub header: Option<String>,
    /// ARNs of the SNS topics that may deliver here.
    pub topics: Vec<String>,
    /// Audience the Pub/Sub token must name.
    pub audience: Option<String>,
    /// Service accounts that may push.
    pub service_accounts: Vec<String>,
    /// Messages older than this are refused (SNS and Pub/Sub).
    pub replay_window: Period,
    /// Environment for findings that state none.
    pub default_environment: Option<String>,
    /// For `kind = "template"`: our field → JSON pointer into the source's document.
    pub mapping: std::collections::BTreeMap<String, serde_json::Value>,
    /// Installation account (organisation or user) whose repositories are searched; empty: all installations.
    pub accounts: Vec<String>,
}

impl Default for SourceSettings {
    fn default() -> Self {
        Self {
            kind: "auto".into(),
            auth: Authentication::Bearer,
            token: None,
            token_file: None,
            user: None,
            header: None,
            topics: Vec::new(),
            audience: None,
            service_accounts: Vec::new(),
            replay_window: Period::seconds(3_600),
            default_environment: None,
            mapping: std::collections::BTreeMap::new(),
            accounts: Vec::new(),
        }
    }
}

impl SourceSettings {
    /// What is missing for its kind of authentication, if something is.
    pub(super) fn problem(&self) -> Option<&'static str> {
        match self.auth {
            Authentication::Bearer | Authentication::Hmac if self.token.is_none() => Some("needs `token` or `token_file`"),
            Authentication::Basic if self.token.is_none() || self.user.is_none() => {
                Some("auth = \"basic\" needs `user` and `token` or `token_file`")
            }
            Authentication::MtlsHeader if self.token.is_none() || self.header.is_none() => {
                Some("auth = \"mtls-header\" needs `header` and `token` or `token_file`")
            }
            Authentication::Sns if self.topics.is_empty() => Some("auth = \"sns\" needs `topics`: the ARNs that may deliver here"),
            Authentication::PubSub if self.audience.is_none() || self.service_accounts.is_empty() => {
                Some("auth = \"pub-sub\" needs `audience` and `service_accounts`")
            }
            _ => self
                .token
                .as_ref()
                .filter(|token| token.expose().len() < 16)
                .map(|_| "`token` is shorter than 16 characters; use a long random one"),
        }
    }
}
