//! What an operator and an organisation may set, as values.
//!
//! * [`Settings`]: the server's own TOML file plus `REMEDIATE_…` environment variables. The documented table, the defaults, the
//!   environment variables and the checks all follow from the one type definition.
//! * [`Policy`]: what `.github/remediate.yml` says, in the organisation's `.github` repository and in each repository.
//!
//! Nothing here reads a file, the environment or a clock: texts and variables come in as arguments.

mod error;
mod load;
mod period;
mod policy;
mod policy_load;
mod policy_names;
mod reference;
mod secret;
mod settings;
mod source;
mod state;

pub use error::ConfigError;
pub use load::{load_settings, read_secret_files};
pub use period::Period;
pub use policy::{CommitPolicy, LimitPolicy, NotificationTarget, Policy, RulePolicy, SlaPolicy, SourcePolicy};
pub use policy_load::{PolicyFile, parse_policy, policy_json_schema};
pub use policy_names::{PolicyNames, check_policy};
pub use reference::{Setting, settings_page, settings_reference};
pub use secret::Secret;
pub use settings::{
    CommitVia, EnrichmentProvider, EnrichmentSettings, GitHubSettings, LogFormat, LogSettings, RulesSettings, ServerSettings, Settings,
    StoreSettings, WorkerSettings,
};
pub use source::{Authentication, SourceSettings, TellSettings, TellVia};
pub use state::{StateSettings, StateSource};
