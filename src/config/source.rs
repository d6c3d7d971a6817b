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

/// In which way a source is told what became of its findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TellVia {
    /// Not at all.
    #[default]
    None,
    /// A signed POST of the outcome as JSON to `url`.
    Callback,
    /// AWS Security Hub: workflow status and note (`BatchUpdateFindings`, for OCSF findings `BatchUpdateFindingsV2`).
    SecurityHub,
    /// Wiz: status and note of the issue.
    Wiz,
    /// Orca: a comment, and after the fix the request to verify.
    Orca,
    /// Prisma Cloud: dismisses or snoozes what was agreed to stay, opens it again afterwards.
    Prisma,
    /// Security Command Center: the pull request as external system, mute for what was agreed to stay.
    Scc,
}

/// How a source is told what became of its findings: a `[sources.NAME.tell]` section.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TellSettings {
    /// The way.
    pub via: TellVia,
    /// Where: the receiver of the callback, Wiz's GraphQL endpoint, or the API of Orca or Prisma Cloud; for `scc` only where it is not Google's own.
    pub url: Option<String>,
    /// Wiz's token endpoint.
    pub auth_url: Option<String>,
    /// Wiz: client id of the service account. Prisma Cloud: access key id.
    pub client_id: Option<String>,
    /// Key of the callback's HMAC, Wiz's client secret, Orca's API token, Prisma Cloud's secret key, or the JSON key of a Google service account (without one the machine's own identity is asked for).
    pub secret: Option<Secret>,
    /// File that holds `secret`.
    pub secret_file: Option<String>,
    /// Security Hub: the role to assume for it; without one the identity of this process.
    pub role: Option<String>,
}

impl TellSettings {
    /// What is missing for its way, if something is.
    fn problem(&self) -> Option<&'static str> {
        let address = |value: &Option<String>| value.as_deref().is_some_and(is_address);
        let (url, secret) = (address(&self.url), self.secret.is_some());
        match self.via {
            TellVia::Callback if !url || !secret => Some("tell.via = \"callback\" needs `url` and `secret` or `secret_file`"),
            TellVia::Wiz if !url || !secret || !address(&self.auth_url) || self.client_id.is_none() => {
                Some("tell.via = \"wiz\" needs `url`, `auth_url`, `client_id` and `secret` or `secret_file`")
            }
            TellVia::Orca if !url || !secret => Some("tell.via = \"orca\" needs `url` and `secret` or `secret_file`"),
            TellVia::Prisma if !url || !secret || self.client_id.is_none() => {
                Some("tell.via = \"prisma\" needs `url`, `client_id` and `secret` or `secret_file`")
            }
            _ if self.url.is_some() && !url => Some("tell.url is not an http or https address"),
            _ => None,
        }
    }
}

fn is_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
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
    /// How it is told what became of its findings.
    pub tell: TellSettings,
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
            tell: TellSettings::default(),
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
            _ if self.token.as_ref().is_some_and(|token| token.expose().len() < 16) => {
                Some("`token` is shorter than 16 characters; use a long random one")
            }
            _ => self.tell.problem(),
        }
    }
}
