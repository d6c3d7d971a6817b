//! Publish: a branch and a pull request for the most dangerous planned remediation of a repository, within its limits.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use sha2::{Digest as _, Sha256};

use super::apply::{apply, complete, publish_job};
use super::plan::{Solved, solve_now};
use super::precedence::waits;
use super::solve::Solution;
use super::{Line, StepError, talk, write_up};
use crate::config::{CommitPolicy, Policy};
use crate::git::{BranchCommit, Change, GitError, Lease, Publication, Remote, human_commits};
use crate::github::{GithubError, NewCommit, NewPull, Pull, PullState};
use crate::lifecycle::Event;
use crate::model::{
    Applicability, Confidence, Patch, PullRequestRef, Refusal, RefusalKind, Remediation, RemediationState, Repository, Target, Tier,
};
use crate::render;
use crate::store::{Job, Limit};

/// How soon it is looked again whether something more dangerous is on its way.
const WAIT: TimeDelta = TimeDelta::milliseconds(500);
/// Planned remediations looked at for the most dangerous one.
const LOOK_AHEAD: i64 = 5_000;
/// Commits of a branch that are fetched to see whose the newest is; git fetches no fewer.
const HISTORY: u16 = 2;

/// Publishes one remediation and queues the job again while there are more.
pub(super) async fn publish(line: &Arc<Line>, job: &Job) -> Result<(), StepError> {
    let repository = job.payload.get("repository").and_then(serde_json::Value::as_u64).unwrap_or_default();
    let Some((remediation, more)) = most_dangerous(line, repository).await? else { return complete(line, job).await };
    tracing::Span::current().record("remediation", remediation.id.0.as_str());
    if waits(line, repository, score(&remediation)).await? {
        let message = "something that may be more dangerous is on its way".into();
        return Err(StepError::NotBefore { at: line.now() + WAIT, message });
    }
    let Some(solved) = solve_now(line, &remediation).await? else {
        let refusal = Refusal::new(RefusalKind::NotLocated, "the repository is empty or gone");
        return settle(line, job, &remediation, &[Event::Refused { refusal }], more).await;
    };
    let events = match &solved.outcome {
        Err(refusal) => vec![Event::Refused { refusal: refusal.clone() }],
        Ok((_, Solution::Holds { rule, target })) => {
            vec![Event::AlreadyHolds {
                commit: solved.tree.commit.clone(),
                evidence: format!("`{}` holds for `{}`", rule.id, target.address),
            }]
        }
        Ok((_, Solution::Patch { target, patch, .. })) => {
            if let Some(obstacle) = obstacle(line, &solved.tree.repository).await? {
                vec![Event::Refused { refusal: obstacle }]
            } else if let Some(full) = full_limit(line, &remediation, &solved.policy).await? {
                tracing::info!(limit = full, "the limit of pull requests is reached; it waits");
                // Those who asked in an issue hear of it; it is tried again when a place becomes free.
                for request in talk::requests(line, &remediation).await? {
                    talk::put(line, &request.repository, request.number, &remediation.id.0, &render::queued_comment(&full)).await?;
                }
                return complete(line, job).await;
            } else {
                open(line, &remediation, &solved, target, patch).await?
            }
        }
    };
    settle(line, job, &remediation, &events, more).await
}

fn score(remediation: &Remediation) -> i64 {
    remediation.risk.as_ref().map_or(0, |risk| i64::from(risk.score))
}

/// The planned remediation of the repository with the highest score, and whether there are others.
async fn most_dangerous(line: &Line, repository: u64) -> Result<Option<(Remediation, bool)>, StepError> {
    let mut session = line.store.read().await?;
    let planned = session.remediations_in(RemediationState::Planned, LOOK_AHEAD).await?;
    let mut ours = planned
        .into_iter()
        .map(|found| found.remediation)
        .filter(|found| found.repository.as_ref().is_some_and(|its| its.id == repository));
    let first = ours.next();
    let more = ours.next().is_some();
    Ok(first.map(|first| (first, more)))
}

/// Why nothing can be written to the repository, if so. Asked a second time with a new token before it is believed: a token keeps the
/// permissions of when it was given.
async fn obstacle(line: &Line, repository: &Repository) -> Result<Option<Refusal>, StepError> {
    let Some(first) = obstacle_now(line, repository).await? else { return Ok(None) };
    tracing::debug!(obstacle = first, "asking again with a new token");
    let client = line.client(repository);
    client.forget_token(&client.token().await?.secret).await;
    let obstacle = obstacle_now(line, repository).await?;
    Ok(obstacle.map(|obstacle| Refusal::new(RefusalKind::NotAllowed, obstacle).next("`/remediate retry` when that has changed")))
}

async fn obstacle_now(line: &Line, repository: &Repository) -> Result<Option<String>, StepError> {
    Ok(match line.client(repository).repository(repository).await? {
        None => Some("the repository is gone, or the App may no longer see it".into()),
        Some(info) => info.obstacle().map(str::to_owned),
    })
}

/// The limit that is full, in words, if one is; else a place is taken, which is kept. A fix on a critical attack path does not
/// wait for the hour to pass, but takes its place in it.
async fn full_limit(line: &Line, remediation: &Remediation, policy: &Policy) -> Result<Option<String>, StepError> {
    let Some(repository) = &remediation.repository else { return Ok(None) };
    let mut session = line.store.begin().await?;
    if policy.limits.open_pull_requests > 0 {
        let open = session.remediations_in(RemediationState::Open, LOOK_AHEAD).await?;
        let open = open.iter().filter(|found| found.remediation.repository.as_ref().is_some_and(|its| its.id == repository.id)).count();
        if open >= policy.limits.open_pull_requests as usize {
            return Ok(Some(format!("{open} of at most {} pull requests are open here", policy.limits.open_pull_requests)));
        }
    }
    if policy.limits.per_hour > 0 {
        let now = line.now();
        let critical = remediation.risk.as_ref().is_some_and(|risk| risk.tier == Tier::CriticalPath);
        let most = if critical { i64::MAX } else { i64::from(policy.limits.per_hour) };
        let limit = Limit { scope: format!("repository:{}", repository.id), since: now - TimeDelta::hours(1), most };
        if session.take_place(&remediation.id.0, &[limit], now).await?.is_err() {
            return Ok(Some(format!(
                "{} pull requests were opened here within the hour, which is the most allowed",
                policy.limits.per_hour
            )));
        }
    }
    session.commit().await?;
    Ok(None)
}

/// What was looked at to say that rules hold at a place.
pub(super) fn evidence(rules: &[String], place: &crate::model::Place) -> String {
    let names = rules.iter().map(|rule| format!("`{rule}`")).collect::<Vec<_>>().join(", ");
    format!("{names} holds for `{}` in `{}:{}`", place.note, place.path, place.line)
}

/// The branch is the identity of a remediation: the same for the same rule at the same block, in each round a new one.
pub(super) fn branch_of(remediation: &Remediation, rule: &str, target: &Target) -> String {
    let block = format!("{}\n{}", target.module_dir, crate::model::Address { module: Vec::new(), ..target.address.block() });
    let hash = hex::encode(Sha256::digest(block.as_bytes()));
    let round = if remediation.attempt == 0 { String::new() } else { format!("-{}", remediation.attempt + 1) };
    format!("remediate/{rule}/{}{round}", hash.get(..12).unwrap_or(&hash))
}

/// Pushes the branch and opens the pull request; finds what an earlier attempt left, and what people said about it.
async fn open(line: &Line, remediation: &Remediation, solved: &Solved, target: &Target, patch: &Patch) -> Result<Vec<Event>, StepError> {
    let repository = &solved.tree.repository;
    let rule = patch.rules.first().map_or("", String::as_str);
    let branch = branch_of(remediation, rule, target);
    let client = line.client(repository);
    let known = client.pulls_of(repository, &branch).await?.into_iter().find(|pull| is_ours(line, pull));
    if let Some(events) = known.and_then(|known| remembered(&known, &branch)) {
        return Ok(events);
    }
    let text = write_up::text(line, remediation, solved, target, patch, &render::Reviewers::default());
    let commit = match push(line, remediation, solved, patch, &branch, &text.message).await? {
        Ok(commit) => commit,
        Err(refusal) => return Ok(vec![Event::Refused { refusal }]),
    };
    let likely = solved.outcome.as_ref().is_ok_and(|(located, _)| located.target.confidence != Confidence::Certain);
    let new = NewPull {
        title: text.title,
        head: branch.clone(),
        base: solved.tree.branch.clone(),
        body: text.body,
        draft: likely || patch.applicability == Applicability::Disruptive,
        maintainer_can_modify: true,
    };
    let pull = create(line, repository, new).await?;
    let pull_request = PullRequestRef { number: pull.number, url: pull.html_url, branch, head: commit, merge_commit: None };
    Ok(vec![Event::Published { pull_request }])
}

/// Opens the pull request; where drafts are not to be had, an ordinary one.
async fn create(line: &Line, repository: &Repository, new: NewPull) -> Result<Pull, StepError> {
    let client = line.client(repository);
    let no_drafts = |error: &GithubError| {
        error.status() == Some(422)
            && (error.message.contains("Draft pull requests") || error.details.iter().any(|detail| detail.contains("Draft pull requests")))
    };
    match client.create_pull(repository, &new).await {
        Ok(pull) => Ok(pull.into_inner()),
        Err(error) if new.draft && no_drafts(&error) => {
            Ok(client.create_pull(repository, &NewPull { draft: false, ..new }).await?.into_inner())
        }
        Err(error) => Err(error.into()),
    }
}

fn is_ours(line: &Line, pull: &Pull) -> bool {
    pull.user.as_ref().is_some_and(|user| user.login.eq_ignore_ascii_case(&line.bot()))
        && pull.body.as_deref().and_then(render::read_marker).is_some()
}

/// What an existing pull request of the branch means: open, it is the one; closed without a merge, it is a no. `None`: it was
/// merged, and the block needs the rule again.
fn remembered(pull: &Pull, branch: &str) -> Option<Vec<Event>> {
    let pull_request = PullRequestRef {
        number: pull.number,
        url: pull.html_url.clone(),
        branch: branch.into(),
        head: pull.head.sha.clone(),
        merge_commit: None,
    };
    if pull.state == PullState::Open {
        return Some(vec![Event::Published { pull_request }]);
    }
    (!pull.is_merged()).then(|| vec![Event::Published { pull_request }, Event::Closed { number: pull.number, login: String::new() }])
}

/// Pushes the commit, never over a person's. The inner error is a refusal.
pub(super) async fn push(
    line: &Line,
    remediation: &Remediation,
    solved: &Solved,
    patch: &Patch,
    branch: &str,
    message: &str,
) -> Result<Result<String, Refusal>, StepError> {
    let repository = &solved.tree.repository;
    let remote = line.remote(repository).await?;
    let there = line.mirrors.heads(&remote, branch).await?.remove(branch);
    let lease = match there {
        None => Lease::Absent,
        Some(head) => {
            let history = line.mirrors.history(&remote, branch, HISTORY).await?;
            if let Some(human) = foreign_commit(line, &history, &solved.tree.commit) {
                let refusal =
                    Refusal::new(RefusalKind::HumanEdited, format!("the branch `{branch}` holds a commit by {human}; it is left alone"));
                return Ok(Err(refusal.next(format!("delete the branch `{branch}`, then `/remediate retry`"))));
            }
            Lease::At(head)
        }
    };
    let files: BTreeMap<String, Option<String>> = patch.files.iter().map(|(path, file)| (path.clone(), Some(file.after.clone()))).collect();
    if line.settings.commit.via == CommitPolicy::Api {
        return commit_by_api(line, solved, branch, message, files, &lease).await.map(Ok);
    }
    // The time of the plan, not of the attempt: the same commit is made however often this runs.
    let change = Change { files, message: message.into(), identity: line.author(), at: remediation.updated_at };
    let publication = Publication { base: solved.tree.commit.clone(), branch: branch.into(), change, lease };
    match line.mirrors.publish(&remote, publication).await {
        Ok(published) => Ok(Ok(published.commit)),
        Err(GitError::Rejected { .. }) if !may_write(line, &remote).await => {
            Ok(Err(Refusal::new(RefusalKind::NotAllowed, "the repository does not let the App push")
                .next("give the App write access to contents, then `/remediate retry`")))
        }
        Err(error) => Err(error.into()),
    }
}

async fn may_write(line: &Line, remote: &Remote) -> bool {
    matches!(line.client(&remote.repository).repository(&remote.repository).await, Ok(Some(info)) if info.obstacle().is_none())
}

/// Who else pushed to the branch last: the author of its newest commit, unless that is ours or the one that we begin from. What is
/// below a commit of ours is the branch we began from then.
fn foreign_commit(line: &Line, history: &[BranchCommit], base: &str) -> Option<String> {
    let newest = history.get(..1)?;
    human_commits(newest, base, &[], &line.author()).first().map(|commit| commit.author.clone())
}

/// The commit made by GitHub itself, which signs it for the App.
async fn commit_by_api(
    line: &Line,
    solved: &Solved,
    branch: &str,
    message: &str,
    files: BTreeMap<String, Option<String>>,
    lease: &Lease,
) -> Result<String, StepError> {
    let repository = &solved.tree.repository;
    let client = line.client(repository);
    let remote = line.remote(repository).await?;
    let wanted: Vec<String> = files.keys().cloned().collect();
    let entries = line.mirrors.entries(&remote, &solved.tree.commit, move |path| wanted.iter().any(|wanted| wanted == path)).await?;
    let executable = entries.into_iter().filter(|entry| entry.kind == crate::git::EntryKind::Executable).map(|entry| entry.path).collect();
    let commit =
        client.commit(repository, &NewCommit { parent: solved.tree.commit.clone(), message: message.into(), files, executable }).await?;
    match lease {
        Lease::Absent => {
            client.create_branch(repository, branch, &commit).await?;
        }
        // An earlier attempt's: what it points to is ours, as was checked.
        Lease::At(_) => {
            client.delete_branch(repository, branch).await?;
            client.create_branch(repository, branch, &commit).await?;
        }
    }
    Ok(commit)
}

/// Applies the events, queues the next publication, completes the job.
async fn settle(line: &Line, job: &Job, remediation: &Remediation, events: &[Event], more: bool) -> Result<(), StepError> {
    let now = line.now();
    let mut session = line.store.begin().await?;
    if let Some(mut current) = session.remediation(&remediation.id.0).await? {
        for event in events {
            match apply(line, &mut session, &current, event, now).await {
                Ok(next) => current = next,
                Err(StepError::Illegal(why)) => tracing::info!(%why, "overtaken"),
                Err(error) => return Err(error),
            }
        }
    }
    if more && let Some(repository) = &remediation.repository {
        session.enqueue(&publish_job(repository.id, remediation, now), now).await?;
    }
    session.complete(job).await?;
    session.commit().await?;
    Ok(())
}
