//! The events we use, each with the few fields we use.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::github::people::Account;
use crate::github::pulls::Pull;
use crate::github::{Alert, Issue};
use crate::model::Repository;

/// A delivery's content.
#[derive(Debug, Clone, PartialEq)]
pub struct Webhook {
    /// Installation it came through; absent for `ping` and for hooks of a repository.
    pub installation: Option<u64>,
    /// Repository it is about.
    pub repository: Option<HookRepository>,
    /// Who caused it.
    pub sender: Account,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The webhook was set up.
    Ping(PingEvent),
    /// The app was installed, removed, suspended, or given other permissions.
    Installation(InstallationEvent),
    /// Repositories were added to or taken from an installation.
    InstallationRepositories(InstallationRepositoriesEvent),
    /// A repository was renamed, archived, transferred, deleted, ….
    Repository(RepositoryEvent),
    /// Commits arrived on a branch, or it was created or deleted.
    Push(PushEvent),
    /// A pull request changed.
    PullRequest(PullRequestEvent),
    /// A review was given or dismissed.
    PullRequestReview(PullRequestReviewEvent),
    /// An issue changed.
    Issues(IssuesEvent),
    /// Somebody commented on an issue or pull request.
    IssueComment(IssueCommentEvent),
    /// A code scanning alert changed.
    CodeScanningAlert(CodeScanningEvent),
    /// A check run changed, or somebody pressed a button on it.
    CheckRun(CheckRunEvent),
    /// A check suite changed, or its checks are to be run again.
    CheckSuite(CheckSuiteEvent),
    /// An event that we do not understand, by name.
    Other(String),
}

/// A payload that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the payload of a `{event}` event could not be read: {message}")]
pub struct WebhookError {
    /// Event name.
    pub event: String,
    /// Where and why.
    pub message: String,
}

/// Action names stay texts: GitHub adds new ones, and an unknown one must not be an error.
pub type HookAction = String;

/// The parts that all payloads share.
#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    installation: Option<InstallationRef>,
    #[serde(default)]
    repository: Option<HookRepository>,
    #[serde(default)]
    sender: Option<Account>,
}

/// An installation by id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstallationRef {
    /// Id.
    pub id: u64,
    /// Who installed it; only in `installation` events.
    #[serde(default)]
    pub account: Option<Account>,
}

/// A repository in a payload.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookRepository {
    /// Id.
    pub id: u64,
    /// Name.
    pub name: String,
    /// `owner/name`.
    #[serde(default)]
    pub full_name: String,
    /// Default branch.
    #[serde(default)]
    pub default_branch: String,
    /// Nothing can be written.
    #[serde(default)]
    pub archived: bool,
}

impl HookRepository {
    /// As our word for it.
    #[must_use]
    pub fn repository(&self, installation: u64) -> Repository {
        let owner = self.full_name.split_once('/').map(|(owner, _)| owner.to_owned()).unwrap_or_default();
        Repository { id: self.id, installation, owner, name: self.name.clone() }
    }
}

/// `ping`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct PingEvent {
    /// A saying.
    #[serde(default)]
    pub zen: String,
}

/// `installation`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct InstallationEvent {
    /// `created`, `deleted`, `suspend`, `unsuspend`, `new_permissions_accepted`.
    pub action: HookAction,
    /// The installation.
    pub installation: InstallationRef,
    /// What it covers; absent when it was removed.
    #[serde(default)]
    pub repositories: Vec<HookRepository>,
}

/// `installation_repositories`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct InstallationRepositoriesEvent {
    /// `added` or `removed`.
    pub action: HookAction,
    /// New ones.
    #[serde(default)]
    pub repositories_added: Vec<HookRepository>,
    /// Those taken away.
    #[serde(default)]
    pub repositories_removed: Vec<HookRepository>,
}

/// `repository`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RepositoryEvent {
    /// `renamed`, `archived`, `unarchived`, `transferred`, `deleted`, `edited`, ….
    pub action: HookAction,
}

/// `push`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PushEvent {
    /// Full ref: `refs/heads/main`.
    #[serde(rename = "ref")]
    pub git_ref: String,
    /// Commit before; all zeros for a new ref.
    #[serde(default)]
    pub before: String,
    /// Commit after; all zeros for a deleted ref.
    #[serde(default)]
    pub after: String,
    /// The ref is gone.
    #[serde(default)]
    pub deleted: bool,
    /// History was rewritten.
    #[serde(default)]
    pub forced: bool,
    /// New commits (GitHub sends at most 2,048 of them).
    #[serde(default)]
    pub commits: Vec<PushCommit>,
}

impl PushEvent {
    /// The branch, unless a tag was pushed.
    #[must_use]
    pub fn branch(&self) -> Option<&str> {
        self.git_ref.strip_prefix("refs/heads/")
    }
}

/// A commit of a push.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct PushCommit {
    /// Id.
    #[serde(default)]
    pub id: String,
    /// New files.
    #[serde(default)]
    pub added: Vec<String>,
    /// Changed files.
    #[serde(default)]
    pub modified: Vec<String>,
    /// Deleted files.
    #[serde(default)]
    pub removed: Vec<String>,
}

/// `pull_request`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PullRequestEvent {
    /// `opened`, `closed`, `synchronize`, `reopened`, `edited`, ….
    pub action: HookAction,
    /// As it is now.
    pub pull_request: Pull,
}

/// `pull_request_review`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PullRequestReviewEvent {
    /// `submitted`, `edited`, `dismissed`.
    pub action: HookAction,
    /// The review.
    pub review: Review,
    /// Its pull request.
    pub pull_request: Pull,
}

/// A review.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Review {
    /// `approved`, `changes_requested`, `commented`, `dismissed`.
    #[serde(default)]
    pub state: String,
    /// Who.
    #[serde(default)]
    pub user: Option<Account>,
    /// What they said.
    #[serde(default)]
    pub body: Option<String>,
}

/// `issues`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct IssuesEvent {
    /// `opened`, `edited`, `closed`, `labeled`, ….
    pub action: HookAction,
    /// As it is now.
    pub issue: Issue,
}

/// `issue_comment`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct IssueCommentEvent {
    /// `created`, `edited`, `deleted`.
    pub action: HookAction,
    /// What was commented on.
    pub issue: Issue,
    /// The comment.
    pub comment: HookComment,
}

/// A comment in a payload.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct HookComment {
    /// Id.
    pub id: u64,
    /// Body, Markdown.
    #[serde(default)]
    pub body: String,
    /// Who wrote it.
    #[serde(default)]
    pub user: Option<Account>,
    /// `OWNER`, `MEMBER`, `COLLABORATOR`, `CONTRIBUTOR`, `NONE`: a hint only, permissions are asked for.
    #[serde(default)]
    pub author_association: String,
    /// Page for people.
    #[serde(default)]
    pub html_url: String,
    /// Set when an app wrote it.
    #[serde(default)]
    pub performed_via_github_app: Option<Value>,
}

impl HookComment {
    /// Whether a person typed it: neither a bot's account nor an app speaking for somebody.
    #[must_use]
    pub fn is_by_person(&self) -> bool {
        self.performed_via_github_app.is_none() && self.user.as_ref().is_some_and(|user| !user.is_bot())
    }
}

/// `code_scanning_alert`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CodeScanningEvent {
    /// `created`, `reopened`, `fixed`, `closed_by_user`, `appeared_in_branch`, `reopened_by_user`, ….
    pub action: HookAction,
    /// The alert.
    pub alert: Alert,
    /// Full ref it is about; empty when a person caused the event.
    #[serde(default, rename = "ref")]
    pub git_ref: String,
    /// Commit that was scanned; empty when a person caused the event.
    #[serde(default)]
    pub commit_oid: String,
}

/// `check_run`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CheckRunEvent {
    /// `created`, `completed`, `rerequested`, `requested_action`.
    pub action: HookAction,
    /// The run.
    pub check_run: HookCheck,
    /// The button that was pressed.
    #[serde(default)]
    pub requested_action: Option<RequestedAction>,
}

/// `check_suite`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CheckSuiteEvent {
    /// `completed`, `requested`, `rerequested`.
    pub action: HookAction,
    /// The suite.
    pub check_suite: HookCheck,
}

/// A check run or suite in a payload.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct HookCheck {
    /// Id.
    pub id: u64,
    /// Commit it is about.
    #[serde(default)]
    pub head_sha: String,
    /// Name, of runs.
    #[serde(default)]
    pub name: String,
    /// Our own id of it, of runs.
    #[serde(default)]
    pub external_id: Option<String>,
    /// How it ended.
    #[serde(default)]
    pub conclusion: Option<String>,
}

/// A button that was pressed on a check run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RequestedAction {
    /// Our name of it.
    pub identifier: String,
}

impl Webhook {
    /// Reads the payload of `event` (the value of `X-GitHub-Event`). Call [`verify`](super::verify) first.
    ///
    /// # Errors
    /// When the body is no JSON, or lacks what we cannot do without.
    pub fn parse(event: &str, body: &[u8]) -> Result<Self, WebhookError> {
        let error = |error: serde_json::Error| WebhookError {
            event: event.chars().take(60).collect(),
            message: error.to_string().chars().take(300).collect(),
        };
        let envelope: Envelope = serde_json::from_slice(body).map_err(error)?;
        let event = match event {
            "ping" => read(body).map(Event::Ping),
            "installation" => read(body).map(Event::Installation),
            "installation_repositories" => read(body).map(Event::InstallationRepositories),
            "repository" => read(body).map(Event::Repository),
            "push" => read(body).map(Event::Push),
            "pull_request" => read(body).map(Event::PullRequest),
            "pull_request_review" => read(body).map(Event::PullRequestReview),
            "issues" => read(body).map(Event::Issues),
            "issue_comment" => read(body).map(Event::IssueComment),
            "code_scanning_alert" => read(body).map(Event::CodeScanningAlert),
            "check_run" => read(body).map(Event::CheckRun),
            "check_suite" => read(body).map(Event::CheckSuite),
            other => Ok(Event::Other(other.to_owned())),
        }
        .map_err(error)?;
        Ok(Self {
            installation: envelope.installation.map(|installation| installation.id),
            repository: envelope.repository,
            sender: envelope.sender.unwrap_or_default(),
            event,
        })
    }

    /// The repository in our words, if the payload names one.
    #[must_use]
    pub fn repository(&self) -> Option<Repository> {
        self.repository.as_ref().map(|repository| repository.repository(self.installation.unwrap_or(0)))
    }
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(body)
}
