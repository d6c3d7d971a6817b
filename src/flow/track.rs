//! Track: what became of the pull request, asked from GitHub. Webhooks only say when to look.

use super::apply::{finish, subject};
use super::{Line, StepError};
use crate::git::human_commits;
use crate::github::{Pull, PullState};
use crate::lifecycle::Event;
use crate::model::{PullRequestRef, Remediation, RemediationState, Repository};
use crate::store::Job;

/// Compares one remediation with its pull request.
pub(super) async fn track(line: &Line, job: &Job) -> Result<(), StepError> {
    let Some(remediation) = subject(line, job).await? else { return Ok(()) };
    let events = look(line, &remediation).await?;
    finish(line, job, &remediation.id, &events).await?;
    if matches!(remediation.state, RemediationState::Open)
        && events.iter().any(|event| matches!(event, Event::Closed { .. } | Event::Merged { .. }))
    {
        refill(line, &remediation).await?;
    }
    Ok(())
}

/// A place became free: the next planned remediation of the repository may have it.
async fn refill(line: &Line, remediation: &Remediation) -> Result<(), StepError> {
    let Some(repository) = &remediation.repository else { return Ok(()) };
    let now = line.now();
    let mut session = line.store.begin().await?;
    session.enqueue(&super::apply::publish_job(repository.id, remediation, now), now).await?;
    session.commit().await?;
    Ok(())
}

/// What happened to the pull request since, as events.
pub(super) async fn look(line: &Line, remediation: &Remediation) -> Result<Vec<Event>, StepError> {
    let (Some(repository), Some(known)) = (&remediation.repository, &remediation.pull_request) else { return Ok(Vec::new()) };
    let repository = super::plan::current(line, repository).await?;
    let Some(pull) = line.client(&repository).pull(&repository, known.number).await? else {
        tracing::warn!(%repository, number = known.number, "the pull request is gone, or no longer ours to see");
        return Ok(Vec::new());
    };
    let mut events = Vec::new();
    if pull.state == PullState::Open {
        if remediation.state == RemediationState::Declined {
            events.push(Event::PullRequestReopened { number: pull.number, login: login(pull.user.as_ref()) });
        }
        events.extend(human(line, &repository, known, &pull).await?);
    } else if let Some(commit) = pull.merge_commit() {
        events.push(Event::Merged { number: pull.number, login: login(pull.merged_by.as_ref()), commit: commit.into() });
    } else if remediation.state != RemediationState::Declined {
        events.push(Event::Closed { number: pull.number, login: closed_by(line, &repository, pull.number).await? });
    }
    Ok(events)
}

fn login(account: Option<&crate::github::Account>) -> String {
    account.map(|account| account.login.clone()).unwrap_or_default()
}

/// GitHub tells who closed a pull request only in its twin among the issues.
async fn closed_by(line: &Line, repository: &Repository, number: u64) -> Result<String, StepError> {
    let issue = line.client(repository).issue(repository, number).await?;
    Ok(issue.and_then(|issue| issue.closed_by).map(|account| account.login).unwrap_or_default())
}

/// A commit on our branch that is not ours.
async fn human(line: &Line, repository: &Repository, known: &PullRequestRef, pull: &Pull) -> Result<Option<Event>, StepError> {
    if pull.head.sha == known.head {
        return Ok(None);
    }
    let remote = line.remote(repository).await?;
    let history = line.mirrors.history(&remote, &known.branch, 50).await?;
    let ours = line.author();
    // What is at or below the commit that we pushed is ours or the branch we began from; a history without it was rewritten.
    let upper: Vec<_> = history.iter().take_while(|commit| commit.id != known.head).cloned().collect();
    let Some(foreign) = human_commits(&upper, &known.head, &[], &ours).first().map(|commit| commit.id.clone()) else { return Ok(None) };
    let commits = line.client(repository).pull_commits(repository, pull.number).await?;
    let account = commits.iter().find(|commit| commit.sha == foreign).and_then(|commit| commit.author.clone());
    let login = account.map_or_else(
        || upper.iter().find(|commit| commit.id == foreign).map(|commit| commit.author.clone()).unwrap_or_default(),
        |account| account.login,
    );
    Ok(Some(Event::HumanCommit { number: pull.number, login, head: pull.head.sha.clone() }))
}
