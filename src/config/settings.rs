//! The server's settings: one definition for file, environment, defaults, checks and manual.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Period, Secret, SourceSettings, StateSettings};

/// Everything an operator may set. Empty is a working configuration, but for the GitHub App's credentials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Folder for the database, the git mirrors and the credentials that `remediate setup` stores.
    pub data: String,
    /// The web server.
    pub server: ServerSettings,
    /// The GitHub App and where GitHub is.
    pub github: GitHubSettings,
    /// The database.
    pub store: StoreSettings,
    /// The workers.
    pub workers: WorkerSettings,
    /// Rules of your own.
    pub rules: RulesSettings,
    /// What the cloud is asked beside the findings.
    pub enrichment: EnrichmentSettings,
    /// Terraform state, which alone knows ids that the cloud made up.
    pub state: StateSettings,
    /// Logging.
    pub log: LogSettings,
    /// How commits are made.
    pub commit: CommitVia,
    /// Where findings come from; each has a name.
    pub sources: BTreeMap<String, SourceSettings>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data: "data".into(),
            server: ServerSettings::default(),
            github: GitHubSettings::default(),
            store: StoreSettings::default(),
            workers: WorkerSettings::default(),
            rules: RulesSettings::default(),
            enrichment: EnrichmentSettings::default(),
            state: StateSettings::default(),
            log: LogSettings::default(),
            commit: CommitVia::default(),
            sources: BTreeMap::new(),
        }
    }
}

/// The web server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSettings {
    /// Address and port to listen on.
    pub listen: String,
    /// How GitHub and the sources reach this server, for links and for `remediate doctor`.
    pub public_url: Option<String>,
    /// Largest request body that is read, in bytes. GitHub never sends more than 25 MB.
    pub body_limit: usize,
    /// How long a request may take.
    pub request_timeout: Period,
    /// How long running jobs may take to finish after SIGTERM.
    pub drain: Period,
    /// If set, `/metrics` asks for it as a bearer token.
    pub metrics_token: Option<Secret>,
    /// File that holds `metrics_token`.
    pub metrics_token_file: Option<String>,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".into(),
            public_url: None,
            body_limit: 10 * 1024 * 1024,
            request_timeout: Period::seconds(30),
            drain: Period::seconds(30),
            metrics_token: None,
            metrics_token_file: None,
        }
    }
}

/// The GitHub App and where GitHub is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GitHubSettings {
    /// Base URL of the REST API; on GitHub Enterprise Server `https://HOST/api/v3`.
    pub api_url: String,
    /// Base URL of the web pages and of git over HTTPS; on GitHub Enterprise Server `https://HOST`.
    pub web_url: String,
    /// The App's numeric id; `remediate setup` stores it.
    pub app_id: Option<u64>,
    /// The App's private key, PEM; `remediate setup` stores it.
    pub private_key: Option<Secret>,
    /// File that holds `private_key`.
    pub private_key_file: Option<String>,
    /// The webhook secret; `remediate setup` stores it.
    pub webhook_secret: Option<Secret>,
    /// File that holds `webhook_secret`.
    pub webhook_secret_file: Option<String>,
}

impl Default for GitHubSettings {
    fn default() -> Self {
        Self {
            api_url: "https://api.github.com".into(),
            web_url: "https://github.com".into(),
            app_id: None,
            private_key: None,
            private_key_file: None,
            webhook_secret: None,
            webhook_secret_file: None,
        }
    }
}

/// The database.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StoreSettings {
    /// `postgres://…`, or `sqlite://PATH`. Empty: `remediate.db` in the data folder.
    pub url: Option<Secret>,
    /// File that holds `url`.
    pub url_file: Option<String>,
}

/// The workers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WorkerSettings {
    /// Jobs that run at the same time.
    pub count: usize,
    /// How long a claimed job stays claimed without a heartbeat; after a crash it is taken up again after this.
    pub lease: Period,
    /// How often an idle worker looks for jobs that another replica queued.
    pub poll: Period,
    /// How often open remediations are compared with GitHub, in case a webhook was lost.
    pub reconcile: Period,
    /// Attempts before a job is put aside for a person to see.
    pub attempts: u32,
    /// Longest time one job may take.
    pub job_timeout: Period,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            count: 4,
            lease: Period::seconds(60),
            poll: Period::seconds(2),
            reconcile: Period::seconds(300),
            attempts: 8,
            job_timeout: Period::seconds(600),
        }
    }
}

/// Rules of your own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RulesSettings {
    /// Folder of rules that are added to, or replace, the built-in ones.
    pub overlay: Option<String>,
}

/// Who is asked for tags and accounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EnrichmentProvider {
    /// Nobody: what findings and code tell is enough.
    #[default]
    None,
    /// AWS: tags of resources, and names, owners and organisational units of accounts, read-only.
    Aws,
}

/// What the cloud is asked beside the findings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EnrichmentSettings {
    /// Who is asked. AWS credentials and region come from where every AWS SDK takes them.
    pub provider: EnrichmentProvider,
    /// Role to assume for reading, e.g. `arn:aws:iam::123456789012:role/remediate-read`.
    pub role: Option<String>,
    /// Tags of an account that name its owner, in this order; empty: `owner`, `team`.
    pub account_owner_tags: Vec<String>,
}

/// Logging.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// `pretty` for people, `json` for machines.
    pub format: LogFormat,
    /// Filter: a level, or `target=level` pairs separated by commas.
    pub level: String,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { format: LogFormat::Pretty, level: "info".into() }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// How commits are made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CommitVia {
    /// `push` writes the commit with git; `api` lets GitHub write it, so that it shows as Verified.
    pub via: super::CommitPolicy,
    /// Author name; empty: the App's bot account.
    pub name: Option<String>,
    /// Author address; empty: the bot account's no-reply address.
    pub email: Option<String>,
}
