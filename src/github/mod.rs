//! GitHub: one client and one token per installation, rate limits honoured, nothing posted blindly twice.
//!
//! [`Github`] speaks as the app (a short-lived JWT) and hands out one [`Installation`] client per installation, which
//! speaks with an installation token that is minted once for all callers and renewed before it expires or when GitHub
//! says it is no longer good. Every answer is read into small lenient structs of our own: unknown fields are ignored,
//! and only what the product uses is asked for.
//!
//! Three promises hold for every call:
//! - an error names the call, the status and GitHub's request id, and never holds a token ([`GithubError`]);
//! - primary and secondary rate limits are waited for up to [`Options::patience`], then reported as an error with the
//!   time to come back ([`GithubError::retry_at`]);
//! - a request that creates something is never sent a second time without looking whether the first one worked, and
//!   "already exists" is success ([`Creation`]).
//!
//! Requests travel through [octocrab](octocrab::Octocrab), on a plain connection of ours. What makes the difference here
//! (single-flight tokens, limits, retries that never repeat a creating call blindly, lenient structs) is this module's own
//! work: octocrab's retry policies post again after a 502, each of its clients mints tokens for itself, and its typed
//! webhooks refuse events it does not fully know.

mod app;
mod call;
mod caller;
mod checks;
mod code_scanning;
mod comments;
mod commits;
mod contents;
mod credentials;
mod deliveries;
mod endpoints;
mod error;
mod etag;
mod http;
mod installation;
mod issues;
mod labels;
mod limits;
mod manifest;
mod options;
mod people;
mod pulls;
mod reactions;
mod refs;
mod repositories;
mod reviewers;
mod statuses;
mod token;
pub mod webhook;

pub use app::{App, Github, InstallationInfo};
pub use call::Creation;
pub use checks::{CheckConclusion, CheckRun, NewCheckRun};
pub use code_scanning::{Alert, AlertInstance, AlertLocation, AlertMessage, AlertRule, AlertTool, DismissReason};
pub use comments::Comment;
pub use commits::{CommitIdentity, NewCommit};
pub use contents::{FileContent, TreeEntry};
pub use credentials::AppCredentials;
pub use deliveries::{Delivery, HookConfig};
pub use endpoints::Endpoints;
pub use error::{GithubError, GithubErrorKind};
pub use installation::Installation;
pub use issues::{Issue, NewIssue};
pub use labels::Label;
pub use manifest::{AppConversion, convert_manifest};
pub use options::Options;
pub use people::{Account, Permission, TeamRole};
pub use pulls::{CommitSummary, Mergeability, NewPull, Pull, PullFile, PullState, PullUpdate, Side};
pub use reactions::Reaction;
pub use refs::GitRef;
pub use repositories::{Permissions, RepositoryInfo};
pub use reviewers::{LeftOut, Requested, Reviewers};
pub use statuses::{NewStatus, StatusState};
pub use token::{InstallationToken, TokenScope};
