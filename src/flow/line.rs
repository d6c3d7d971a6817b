//! What every step works with.

use std::sync::Arc;

use crate::cloud::{AwsAccess, AwsDirectory};
use crate::config::Settings;
use crate::git::{Identity, Mirrors, Remote};
use crate::github::{App, CommitIdentity, Github, Installation};
use crate::model::Repository;
use crate::rule::Catalogue;
use crate::store::Store;

use super::StepError;

/// The adapters and the knowledge of a running bot. Shared by all workers.
pub struct Line {
    /// Settings.
    pub settings: Arc<Settings>,
    /// The database.
    pub store: Store,
    /// GitHub, as the App.
    pub github: Github,
    /// The App itself, asked once at the start.
    pub app: App,
    /// Who our commits are by.
    pub identity: CommitIdentity,
    /// git.
    pub mirrors: Mirrors,
    /// The rules.
    pub catalogue: Arc<Catalogue>,
    /// For the systems that are told of outcomes.
    pub http: reqwest::Client,
    /// AWS, as the identities that the settings name.
    pub aws: AwsAccess,
    /// AWS' tags and accounts, if they are to be asked for.
    pub directory: Option<AwsDirectory>,
    /// Which repositories wait for something more dangerous.
    pub precedence: super::Precedence,
    /// Reads Terraform states; `None` when none is to be read.
    pub states: Option<crate::cloud::StateReader>,
    /// Repositories read so far.
    pub trees: super::Trees,
    /// What time it is.
    pub clock: super::Clock,
}

impl Line {
    /// Now, by the line's own clock.
    #[must_use]
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.clock.now()
    }

    /// The client for a repository's installation.
    #[must_use]
    pub fn client(&self, repository: &Repository) -> Arc<Installation> {
        self.github.installation(repository.installation)
    }

    /// The login our comments and pull requests are by.
    #[must_use]
    pub fn bot(&self) -> String {
        self.app.bot_login()
    }

    /// Where git fetches `repository` from, with a fresh token.
    ///
    /// # Errors
    /// When GitHub gives no token.
    pub async fn remote(&self, repository: &Repository) -> Result<Remote, StepError> {
        let token = self.client(repository).token().await?;
        Ok(Remote { repository: repository.clone(), url: self.github.endpoints().git_url(repository), token: token.secret })
    }

    /// Who our commits are by, as git wants it.
    #[must_use]
    pub fn author(&self) -> Identity {
        Identity { name: self.identity.name.clone(), email: self.identity.email.clone() }
    }
}
