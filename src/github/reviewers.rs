//! Asking people and teams for a review.

use std::collections::BTreeSet;

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::call::Call;
use super::error::GithubError;
use super::installation::Installation;
use super::people::Account;
use crate::model::Repository;

/// Whom to ask.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviewers {
    /// Logins.
    pub users: BTreeSet<String>,
    /// Slugs of teams of the organisation that owns the repository.
    pub teams: BTreeSet<String>,
}

/// Somebody who could not be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// `@login` or `@organisation/team`.
    pub handle: String,
    /// Why, in a few words for the pull request.
    pub reason: String,
}

/// What came of asking.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requested {
    /// Who was asked.
    pub asked: Reviewers,
    /// Who was not, and why.
    pub left_out: Vec<LeftOut>,
}

#[derive(Deserialize)]
struct PendingReviewers {
    #[serde(default)]
    users: Vec<Account>,
    #[serde(default)]
    teams: Vec<PendingTeam>,
}

#[derive(Deserialize)]
struct PendingTeam {
    slug: String,
}

/// One reviewer to try alone.
enum One<'a> {
    User(&'a str),
    Team(&'a str),
}

impl Installation {
    /// Asks for reviews. GitHub refuses the whole request when one name is no collaborator, so after such a refusal each is
    /// asked alone, and who cannot be asked is left out with the reason. The author is never asked.
    ///
    /// # Errors
    /// As any call, but not for reviewers that cannot be resolved.
    pub async fn request_reviewers(
        &self,
        repository: &Repository,
        number: u64,
        author: &str,
        wanted: &Reviewers,
    ) -> Result<Requested, GithubError> {
        let mut result = Requested::default();
        let mut wanted = wanted.clone();
        if let Some(login) = wanted.users.iter().find(|login| login.eq_ignore_ascii_case(author)).cloned() {
            wanted.users.remove(&login);
            result.left_out.push(LeftOut { handle: format!("@{login}"), reason: "opened the pull request".into() });
        }
        if wanted.users.is_empty() && wanted.teams.is_empty() {
            return Ok(result);
        }
        match self.ask(repository, number, &wanted).await {
            Ok(()) => result.asked = wanted,
            Err(error) if error.status() == Some(422) || error.is_not_found() => {
                self.ask_each(repository, number, &wanted, &mut result).await?
            }
            Err(error) => return Err(error),
        }
        Ok(result)
    }

    async fn ask_each(&self, repository: &Repository, number: u64, wanted: &Reviewers, result: &mut Requested) -> Result<(), GithubError> {
        let users = wanted.users.iter().map(|login| One::User(login));
        let teams = wanted.teams.iter().map(|slug| One::Team(slug));
        for one in users.chain(teams) {
            let (alone, handle) = match one {
                One::User(login) => (Reviewers { users: [login.to_owned()].into(), ..Reviewers::default() }, format!("@{login}")),
                One::Team(slug) => {
                    (Reviewers { teams: [slug.to_owned()].into(), ..Reviewers::default() }, format!("@{}/{slug}", repository.owner))
                }
            };
            match self.ask(repository, number, &alone).await {
                Ok(()) => {
                    result.asked.users.extend(alone.users);
                    result.asked.teams.extend(alone.teams);
                }
                Err(error) if error.status() == Some(422) || error.is_not_found() => {
                    let reason = if matches!(one, One::User(_)) {
                        "is no collaborator of the repository"
                    } else {
                        "does not exist or may not see the repository"
                    };
                    result.left_out.push(LeftOut { handle, reason: reason.into() });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn ask(&self, repository: &Repository, number: u64, reviewers: &Reviewers) -> Result<(), GithubError> {
        let body = json!({ "reviewers": reviewers.users, "team_reviewers": reviewers.teams });
        let call = Call::on(Method::POST, repository, &["pulls", &number.to_string(), "requested_reviewers"]).body(&body).repeatable();
        self.caller.done(call).await
    }

    /// Whose review is still asked for.
    ///
    /// # Errors
    /// As any call.
    pub async fn pending_reviewers(&self, repository: &Repository, number: u64) -> Result<Reviewers, GithubError> {
        let call = Call::on(Method::GET, repository, &["pulls", &number.to_string(), "requested_reviewers"]);
        let pending: PendingReviewers = self.caller.json(call).await?;
        Ok(Reviewers {
            users: pending.users.into_iter().map(|user| user.login).collect(),
            teams: pending.teams.into_iter().map(|team| team.slug).collect(),
        })
    }
}
