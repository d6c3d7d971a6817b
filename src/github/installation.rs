//! The client of one installation. Its calls stand in the files named after what they are about.

use secrecy::SecretString;

use super::caller::Caller;
use super::error::GithubError;
use super::{Endpoints, InstallationToken};

/// Speaks as one installation. Get it from [`Github::installation`](super::Github::installation).
#[derive(Debug)]
pub struct Installation {
    id: u64,
    pub(super) caller: Caller,
}

impl Installation {
    pub(super) fn new(id: u64, caller: Caller) -> Self {
        Self { id, caller }
    }

    /// The installation's id.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Where this GitHub is.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        self.caller.endpoints()
    }

    /// The current token, for git. Minted once for all who ask; renewed when less than five minutes are left.
    ///
    /// # Errors
    /// When GitHub does not give one: installation removed or suspended, credentials wrong.
    pub async fn token(&self) -> Result<InstallationToken, GithubError> {
        self.caller.token().await
    }

    /// Says that git refused this token, so that the next [`Self::token`] is a new one.
    pub async fn forget_token(&self, refused: &SecretString) {
        self.caller.forget_token(refused).await;
    }
}
