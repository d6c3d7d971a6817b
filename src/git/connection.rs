//! Talking to the server: credentials, deadline and size bound of one operation.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use git2::{AutotagOption, Cred, ErrorClass, ErrorCode, FetchOptions, ProxyOptions, RemoteCallbacks, RemoteRedirect};
use secrecy::{ExposeSecret, SecretString};

use super::error::GitError;
use crate::model::Repository;

/// Where a repository is, and the token that opens it.
#[derive(Debug, Clone)]
pub struct Remote {
    /// The repository.
    pub repository: Repository,
    /// Address without credentials: `https://github.com/acme/infra.git`.
    pub url: String,
    /// Installation token.
    pub token: SecretString,
}

/// Bounds of one operation; shared by its callbacks.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    what: &'static str,
    deadline: Instant,
    allowed: Duration,
    most_bytes: u64,
    /// What stopped the transfer, if we did.
    stopped: Rc<Cell<Option<Stop>>>,
}

#[derive(Debug, Clone, Copy)]
enum Stop {
    Deadline,
    Size,
}

impl Bounds {
    pub(super) fn new(what: &'static str, allowed: Duration, most_bytes: u64) -> Self {
        Self { what, deadline: Instant::now() + allowed, allowed, most_bytes, stopped: Rc::default() }
    }

    /// Whether the transfer may go on.
    fn go_on(&self, received: u64) -> bool {
        let stop = if Instant::now() > self.deadline {
            Stop::Deadline
        } else if received > self.most_bytes {
            Stop::Size
        } else {
            return true;
        };
        self.stopped.set(Some(stop));
        false
    }

    /// Reads libgit2's error: ours, if we stopped the transfer.
    pub(super) fn explain(&self, error: &git2::Error, repository: &Repository) -> GitError {
        match self.stopped.get() {
            Some(Stop::Deadline) => GitError::Deadline { what: format!("{} {repository}", self.what), seconds: self.allowed.as_secs() },
            Some(Stop::Size) => GitError::TooLarge(format!("{repository} sends more than {} MB", self.most_bytes / 1_000_000)),
            None => GitError::from_git(error, &repository.to_string()),
        }
    }

    /// Callbacks that give the token once, and stop the transfer at the bounds. Asked a second time, the token was
    /// refused: saying so at once avoids an endless conversation.
    pub(super) fn callbacks<'a>(&self, token: &'a SecretString) -> RemoteCallbacks<'a> {
        let mut callbacks = RemoteCallbacks::new();
        let mut given = false;
        callbacks.credentials(move |_url, _user, _kinds| {
            if std::mem::replace(&mut given, true) {
                return Err(git2::Error::new(ErrorCode::Auth, ErrorClass::Http, "the token was refused"));
            }
            Cred::userpass_plaintext("x-access-token", token.expose_secret())
        });
        let bounds = self.clone();
        callbacks.transfer_progress(move |progress| bounds.go_on(progress.received_bytes() as u64));
        let bounds = self.clone();
        callbacks.sideband_progress(move |_| bounds.go_on(0));
        callbacks
    }

    /// Options for a fetch of depth `depth` (0: everything).
    pub(super) fn fetch_options<'a>(&self, token: &'a SecretString, depth: i32) -> FetchOptions<'a> {
        let mut options = FetchOptions::new();
        options.proxy_options(proxy());
        options
            .remote_callbacks(self.callbacks(token))
            .download_tags(AutotagOption::None)
            .depth(depth)
            .follow_redirects(RemoteRedirect::Initial);
        options
    }
}

/// The proxy that the environment names (`https_proxy`, `no_proxy`), if it does.
pub(super) fn proxy<'a>() -> ProxyOptions<'a> {
    let mut proxy = ProxyOptions::new();
    proxy.auto();
    proxy
}
