//! Webhooks: the signature is checked over the raw bytes, then small lenient structs are read.
//!
//! [`verify`] first, [`Webhook::parse`] after: what is not signed is never parsed. Payloads are read as leniently as
//! possible, because servers of several years send them: only what a step cannot do without is required, and an event or
//! action we do not know is [`Event::Other`], which is answered and ignored.

mod events;
mod signature;

pub use events::{
    CheckRunEvent, CheckSuiteEvent, CodeScanningEvent, Event, HookAction, HookCheck, HookComment, HookRepository, InstallationEvent,
    InstallationRef, InstallationRepositoriesEvent, IssueCommentEvent, IssuesEvent, PingEvent, PullRequestEvent, PullRequestReviewEvent,
    PushCommit, PushEvent, RepositoryEvent, RequestedAction, Review, Webhook, WebhookError,
};
pub use signature::{SignatureError, sign, verify};

/// The events that can be read: those `app.yml` subscribes to, those GitHub sends every app unasked (`ping`, `installation`,
/// `installation_repositories`), and those an organisation may add to its app.
pub const EVENTS: [&str; 12] = [
    "check_run",
    "check_suite",
    "code_scanning_alert",
    "installation",
    "installation_repositories",
    "issue_comment",
    "issues",
    "ping",
    "pull_request",
    "pull_request_review",
    "push",
    "repository",
];
