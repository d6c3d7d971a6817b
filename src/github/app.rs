//! Calls made as the app itself.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde::Deserialize;

use super::call::Call;
use super::caller::Caller;
use super::error::{GithubError, GithubErrorKind};
use super::http::Http;
use super::people::Account;
use super::{AppCredentials, Endpoints, Installation, Options, TokenScope};

/// GitHub, as the app. Cheap to share behind an `Arc`; hands out the one client of each installation.
#[derive(Debug)]
pub struct Github {
    caller: Arc<Caller>,
    installations: Mutex<HashMap<(u64, TokenScope), Arc<Installation>>>,
}

/// The app as GitHub knows it (`GET /app`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct App {
    /// App id.
    pub id: u64,
    /// URL name; its bot is called `SLUG[bot]`.
    pub slug: String,
    /// Name for people.
    pub name: String,
    /// Its page.
    #[serde(default)]
    pub html_url: String,
    /// Permission name and level that the app asks for.
    #[serde(default)]
    pub permissions: BTreeMap<String, String>,
    /// Events it subscribes to.
    #[serde(default)]
    pub events: Vec<String>,
}

impl App {
    /// The login of the app's bot: `remediate[bot]`.
    #[must_use]
    pub fn bot_login(&self) -> String {
        format!("{}[bot]", self.slug)
    }
}

/// One installation of the app.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct InstallationInfo {
    /// Its id.
    pub id: u64,
    /// Who installed it.
    pub account: Account,
    /// `all` or `selected`.
    #[serde(default)]
    pub repository_selection: Option<String>,
    /// Permission name and level that were granted (may lag behind what the app asks for).
    #[serde(default)]
    pub permissions: BTreeMap<String, String>,
    /// Events it gets.
    #[serde(default)]
    pub events: Vec<String>,
    /// Set while the installation is suspended: nothing can be done then.
    #[serde(default)]
    pub suspended_at: Option<DateTime<Utc>>,
}

impl Github {
    /// A client for the app. Nothing is sent yet.
    ///
    /// # Errors
    /// When the HTTP client cannot start (no TLS roots, for instance).
    pub fn new(credentials: AppCredentials, endpoints: Endpoints, options: &Options) -> Result<Self, GithubError> {
        let http = Http::new(endpoints, options)?;
        Ok(Self { caller: Arc::new(Caller::app(http, credentials, options)), installations: Mutex::default() })
    }

    /// Where this GitHub is.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        self.caller.endpoints()
    }

    /// The client of installation `id`: always the same one, so that its token, limits and kept answers are shared.
    #[must_use]
    pub fn installation(&self, id: u64) -> Arc<Installation> {
        self.scoped_installation(id, TokenScope::default())
    }

    /// The client of installation `id` with tokens that may do less. One client per id and scope.
    #[must_use]
    pub fn scoped_installation(&self, id: u64, scope: TokenScope) -> Arc<Installation> {
        let mut installations = self.installations.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(
            installations
                .entry((id, scope))
                .or_insert_with_key(|(id, scope)| Arc::new(Installation::new(*id, Caller::installation(&self.caller, *id, scope.clone())))),
        )
    }

    /// Forgets the clients of an installation that was removed.
    pub fn forget_installation(&self, id: u64) {
        self.installations.lock().unwrap_or_else(PoisonError::into_inner).retain(|(known, _), _| *known != id);
    }

    /// The app: proves that id and key belong together.
    ///
    /// # Errors
    /// Status 401 when they do not, or when our clock is wrong by more than a minute.
    pub async fn app(&self) -> Result<App, GithubError> {
        self.caller.json(Call::new(Method::GET, &["app"])).await
    }

    /// All installations of the app.
    ///
    /// # Errors
    /// As any call.
    pub async fn installations(&self) -> Result<Vec<InstallationInfo>, GithubError> {
        self.caller.list(Call::new(Method::GET, &["app", "installations"]), None).await
    }

    /// One installation; `None` when it was removed.
    ///
    /// # Errors
    /// As any call.
    pub async fn installation_info(&self, id: u64) -> Result<Option<InstallationInfo>, GithubError> {
        self.caller.optional(Call::new(Method::GET, &["app", "installations", &id.to_string()])).await
    }

    /// The installation that covers a repository; `None` when the app is not installed there.
    ///
    /// # Errors
    /// As any call.
    pub async fn installation_of(&self, owner: &str, name: &str) -> Result<Option<InstallationInfo>, GithubError> {
        self.caller.optional(Call::new(Method::GET, &["repos", owner, name, "installation"])).await
    }

    /// How far GitHub's clock is ahead of ours (negative: behind). Tokens are refused beyond about a minute.
    ///
    /// # Errors
    /// When no answer comes, or one without a date.
    pub async fn clock_difference(&self) -> Result<TimeDelta, GithubError> {
        let call = Call::new(Method::GET, &["rate_limit"]);
        let theirs = self.caller.server_time(&call).await?;
        theirs
            .map(|theirs| theirs - Utc::now())
            .ok_or_else(|| GithubError::new(call.name(), GithubErrorKind::Decode, "the answer has no date"))
    }

    pub(super) fn caller(&self) -> &Caller {
        &self.caller
    }
}
