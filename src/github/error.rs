//! What went wrong between us and GitHub.

use std::fmt;

use chrono::{DateTime, Utc};

/// The kinds of failure a caller acts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GithubErrorKind {
    /// GitHub answered with a status that says no.
    Status(u16),
    /// A primary or secondary rate limit that lasts longer than the caller's patience.
    RateLimited {
        /// When to come back.
        until: DateTime<Utc>,
    },
    /// No usable answer: connection refused or dropped, timeout, TLS. The request may or may not have been carried out.
    Transport,
    /// The answer was not what GitHub documents.
    Decode,
    /// The app's own credentials cannot be used (key does not parse, clock wrong).
    Credentials,
}

/// A failed call: which one, what GitHub said, and its request id. Holds no token and no header of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GithubError {
    /// Method and path: `POST /repos/acme/infra/pulls`.
    pub call: String,
    /// What kind of failure.
    pub kind: GithubErrorKind,
    /// GitHub's message, or ours, one line.
    pub message: String,
    /// Codes of GitHub's `errors` list (`already_exists`, `custom: …`), one line each.
    pub details: Vec<String>,
    /// `x-github-request-id` of the answer, for GitHub's support.
    pub request_id: Option<String>,
}

impl fmt::Display for GithubError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.call)?;
        match &self.kind {
            GithubErrorKind::Status(status) => write!(f, "GitHub answered {status}: {}", self.message)?,
            GithubErrorKind::RateLimited { until } => write!(f, "rate limited until {}: {}", until.to_rfc3339(), self.message)?,
            GithubErrorKind::Transport => write!(f, "no answer from GitHub: {}", self.message)?,
            GithubErrorKind::Decode => write!(f, "GitHub's answer could not be read: {}", self.message)?,
            GithubErrorKind::Credentials => write!(f, "the app's credentials cannot be used: {}", self.message)?,
        }
        if !self.details.is_empty() {
            write!(f, " ({})", self.details.join("; "))?;
        }
        if let Some(id) = &self.request_id {
            write!(f, " [request {id}]")?;
        }
        Ok(())
    }
}

impl std::error::Error for GithubError {}

impl GithubError {
    pub(super) fn new(call: impl Into<String>, kind: GithubErrorKind, message: impl Into<String>) -> Self {
        Self { call: call.into(), kind, message: one_line(&message.into()), details: Vec::new(), request_id: None }
    }

    /// The status GitHub answered with, if it answered.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.kind {
            GithubErrorKind::Status(status) => Some(status),
            _ => None,
        }
    }

    /// 404 or 410: not there, or not for us (GitHub hides what a token may not see).
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self.status(), Some(404 | 410))
    }

    /// 403 that is no rate limit: permission missing, installation suspended, or a repository that is archived.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.status() == Some(403)
    }

    /// GitHub says that the repository is archived, so nothing can be written.
    #[must_use]
    pub fn is_archived(&self) -> bool {
        self.is_forbidden() && self.message.to_ascii_lowercase().contains("archived")
    }

    /// GitHub says that what was to be created is there already.
    #[must_use]
    pub fn is_already_exists(&self) -> bool {
        let says = |text: &str| {
            let text = text.to_ascii_lowercase();
            text.contains("already exists") || text.contains("already_exists")
        };
        matches!(self.status(), Some(409 | 422)) && (says(&self.message) || self.details.iter().any(|detail| says(detail)))
    }

    /// Whether the request may have been carried out although no good answer came: look before sending it again.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        match self.kind {
            GithubErrorKind::Transport | GithubErrorKind::Decode => true,
            GithubErrorKind::Status(status) => status >= 500,
            GithubErrorKind::RateLimited { .. } | GithubErrorKind::Credentials => false,
        }
    }

    /// Whether trying again later can help: server trouble, no answer, or a rate limit. Everything else stays as it is
    /// until a person changes something.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.is_doubtful() || matches!(self.kind, GithubErrorKind::RateLimited { .. }) || matches!(self.status(), Some(408 | 429))
    }

    /// When to come back, if GitHub said.
    #[must_use]
    pub fn retry_at(&self) -> Option<DateTime<Utc>> {
        match self.kind {
            GithubErrorKind::RateLimited { until } => Some(until),
            _ => None,
        }
    }
}

/// The text on one line of at most 500 characters: messages go into logs and comments.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(500).collect()
}
