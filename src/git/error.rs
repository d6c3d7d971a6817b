//! What can go wrong with git.

/// A failed git operation. Holds no token and no address with credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GitError {
    /// The server refused the token: ask for a new one and try again.
    #[error("the server refused the token for {repository}")]
    Unauthorized {
        /// `owner/name`.
        repository: String,
    },
    /// No such repository, or not for this token.
    #[error("{repository} does not exist, or the app may not see it")]
    NotFound {
        /// `owner/name`.
        repository: String,
    },
    /// The server says no (403): archived, suspended, or without permission to write.
    #[error("the server forbids access to {repository}: it may be archived, or the app may lack the permission contents: write")]
    Forbidden {
        /// `owner/name`.
        repository: String,
    },
    /// The repository has no commit yet.
    #[error("{repository} is empty: it has no commit yet")]
    Empty {
        /// `owner/name`.
        repository: String,
    },
    /// There is no such branch.
    #[error("{repository} has no branch `{branch}`")]
    NoBranch {
        /// `owner/name`.
        repository: String,
        /// Branch name.
        branch: String,
    },
    /// The branch is not where we left it: somebody pushed, deleted or created it meanwhile. Nothing was changed.
    #[error("branch `{branch}` is not where it was left (now {}): somebody else changed it", .head.as_deref().unwrap_or("gone"))]
    LeaseLost {
        /// Branch name.
        branch: String,
        /// Where it is now; `None` when it is gone.
        head: Option<String>,
    },
    /// The server took the data and refused the branch: a rule, a hook, or a push at the same moment.
    #[error("the server refused branch `{branch}`: {message}")]
    Rejected {
        /// Branch name.
        branch: String,
        /// The server's words.
        message: String,
    },
    /// It took too long.
    #[error("{what} took longer than {seconds} s")]
    Deadline {
        /// What was going on.
        what: String,
        /// The limit.
        seconds: u64,
    },
    /// A bound on size was reached.
    #[error("too large: {0}")]
    TooLarge(String),
    /// A path that must not be read or written.
    #[error("`{path}` is not written to: {reason}")]
    UnsafePath {
        /// The path.
        path: String,
        /// Why.
        reason: String,
    },
    /// The commit or object is not in the mirror: fetch again.
    #[error("{0} is not in the mirror; fetch the repository again")]
    Missing(String),
    /// The mirror is damaged. It is thrown away; the next fetch makes a new one.
    #[error("the mirror is damaged: {0}")]
    Damaged(String),
    /// The network or the server failed.
    #[error("git: {0}")]
    Transport(String),
    /// The disk failed.
    #[error("the folder of mirrors: {0}")]
    Disk(String),
}

impl GitError {
    /// Whether trying again later, with nothing changed by anybody, can help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unauthorized { .. } | Self::Deadline { .. } | Self::Missing(_) | Self::Damaged(_) | Self::Transport(_) | Self::Disk(_)
        )
    }

    /// Reads libgit2's error for an operation on `repository`.
    pub(super) fn from_git(error: &git2::Error, repository: &str) -> Self {
        use git2::{ErrorClass, ErrorCode};
        let message = error.message();
        let says = |text: &str| message.contains(text);
        let repository = repository.to_owned();
        match (error.class(), error.code()) {
            (_, ErrorCode::Auth) => Self::Unauthorized { repository },
            (ErrorClass::Http, _) if says("401") => Self::Unauthorized { repository },
            (ErrorClass::Http, _) if says("403") => Self::Forbidden { repository },
            (ErrorClass::Http, _) if says("404") => Self::NotFound { repository },
            (ErrorClass::Http | ErrorClass::Net | ErrorClass::Ssl | ErrorClass::Ssh, _) => Self::Transport(one_line(message)),
            (_, ErrorCode::Locked) => Self::Damaged(one_line(message)),
            // Left behind by a process that was killed: we hold the mirror's own lock, so nobody else is at it.
            (ErrorClass::Os | ErrorClass::Filesystem, _) if says("lock file") => Self::Damaged(one_line(message)),
            (ErrorClass::Os, _) if says("connect") || says("resolve") || says("socket") => Self::Transport(one_line(message)),
            (ErrorClass::Os | ErrorClass::Filesystem, _) => Self::Disk(one_line(message)),
            (
                ErrorClass::Odb
                | ErrorClass::Zlib
                | ErrorClass::Indexer
                | ErrorClass::Repository
                | ErrorClass::Config
                | ErrorClass::Reference
                | ErrorClass::Object,
                _,
            ) => Self::Damaged(one_line(message)),
            _ => Self::Transport(one_line(message)),
        }
    }

    pub(super) fn disk(error: &std::io::Error) -> Self {
        Self::Disk(error.to_string())
    }
}

/// The message on one line, without credentials that an address in it might hold.
fn one_line(message: &str) -> String {
    let words = message.split_whitespace().map(|word| match (word.find("://"), word.find('@')) {
        (Some(scheme), Some(at)) if at > scheme => format!("{}{}", &word[..scheme + 3], &word[at + 1..]),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ").chars().take(400).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_in_an_address_do_not_reach_the_message() {
        assert_eq!(one_line("cannot reach https://x:secret@host/a.git\n now"), "cannot reach https://host/a.git now");
    }
}
