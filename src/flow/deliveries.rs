//! A stored delivery: what it says, and the work that follows.

use std::sync::Arc;

use super::intake::take;
use super::{Line, REPORT_EVENT, StepError, commands, indexing, parse_report, parse_source, policy, rules};
use crate::github::webhook::{Event as HookEvent, PullRequestEvent, PushEvent, Webhook};
use crate::ingest;
use crate::lifecycle::Follow;
use crate::model::{Finding, Repository};
use crate::store::{Delivery, Job, NewJob};

/// Findings recorded in one transaction: enough to share its cost, few enough not to keep other writers waiting.
const BATCH: usize = 50;
/// Our branches.
const BRANCHES: &str = "remediate/";

/// Reads the delivery and carries it out. Everything in it may be repeated.
pub(super) async fn process(line: &Arc<Line>, job: &Job) -> Result<(), StepError> {
    let text = |key: &str| job.payload.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let (source, id) = (text("source"), text("id"));
    tracing::Span::current().record("delivery", id.as_str());
    let mut session = line.store.read().await?;
    let delivery = session.delivery(&source, &id).await?;
    drop(session);
    let outcome = match &delivery {
        None => "missing".to_owned(),
        Some(delivery) if source == "github" => hook(line, delivery).await?,
        Some(delivery) => {
            let findings = read(line, delivery).map_err(|error| StepError::Never(error.to_string()))?;
            format!("{} findings", record(line, None, findings).await?)
        }
    };
    let mut session = line.store.begin().await?;
    session.delivery_processed(&source, &id, &outcome, line.now()).await?;
    session.complete(job).await?;
    session.commit().await?;
    Ok(())
}

fn read(line: &Line, delivery: &Delivery) -> Result<Vec<Finding>, ingest::IngestError> {
    if let Some(repository) = delivery.event.strip_prefix(REPORT_EVENT) {
        return parse_report(repository, &delivery.body);
    }
    match line.settings.sources.get(&delivery.source) {
        Some(source) => parse_source(&delivery.source, source, &delivery.body),
        None => Err(ingest::IngestError::Nothing(format!("the source `{}` is no longer configured", delivery.source))),
    }
}

/// Records findings a batch at a time, by the rules of the organisation they came from if that is known; gives how many.
async fn record(line: &Line, repository: Option<&Repository>, findings: Vec<Finding>) -> Result<usize, StepError> {
    let count = findings.len();
    let rules = rules::at_hand(line, repository).await;
    let mut findings = findings.into_iter();
    loop {
        let batch: Vec<Finding> = findings.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(count);
        }
        let now = line.now();
        let mut session = line.store.begin().await?;
        for finding in batch {
            match take(line, &rules, &mut session, finding, now).await {
                Ok(_) => {}
                Err(StepError::Illegal(why)) => tracing::info!(%why, "overtaken"),
                Err(error) => return Err(error),
            }
        }
        session.commit().await?;
    }
}

/// A webhook of GitHub; gives what became of it, for the record.
async fn hook(line: &Arc<Line>, delivery: &Delivery) -> Result<String, StepError> {
    let webhook = Webhook::parse(&delivery.event, &delivery.body).map_err(|error| StepError::Never(error.to_string()))?;
    match &webhook.event {
        HookEvent::CodeScanningAlert(event) => {
            let default = webhook.repository.as_ref().map(|repository| format!("refs/heads/{}", repository.default_branch));
            if !event.git_ref.is_empty() && default.is_some_and(|default| default != event.git_ref && default != "refs/heads/") {
                return Ok("not on the default branch".into());
            }
            let findings = ingest::parse_code_scanning(&delivery.body).map_err(|error| StepError::Never(error.to_string()))?;
            Ok(format!("{} findings", record(line, webhook.repository().as_ref(), findings).await?))
        }
        HookEvent::PullRequest(event) => pull_request(line, &webhook, event).await,
        HookEvent::Push(event) => push(line, &webhook, event).await,
        HookEvent::IssueComment(_) | HookEvent::Issues(_) => commands::from_hook(line, &webhook).await,
        HookEvent::Installation(event) => {
            line.trees.forget_lists();
            // Its tokens keep the permissions they were given; the next one has those of now.
            line.github.forget_installation(event.installation.id);
            indexing::survey_now(line).await;
            Ok("noted".into())
        }
        HookEvent::InstallationRepositories(_) | HookEvent::Repository(_) => {
            line.trees.forget_lists();
            indexing::survey_now(line).await;
            Ok("noted".into())
        }
        _ => Ok("ignored".into()),
    }
}

/// Something happened to a pull request: if it is ours, it is looked at.
async fn pull_request(line: &Line, webhook: &Webhook, event: &PullRequestEvent) -> Result<String, StepError> {
    let branch = &event.pull_request.head.branch;
    let Some(repository) = webhook.repository().filter(|_| branch.starts_with(BRANCHES)) else { return Ok("not ours".into()) };
    let now = line.now();
    let mut session = line.store.begin().await?;
    let mut found = session.remediation_by_pull_request(repository.id, event.pull_request.number).await?;
    if found.is_none() {
        found = session.remediation_by_branch(repository.id, branch).await?;
    }
    let Some(found) = found else { return Ok("not known".into()) };
    session.enqueue(&NewJob::follow(&found.remediation, Follow::Track, now), now).await?;
    session.commit().await?;
    Ok("tracked".into())
}

/// Commits arrived: on one of our branches it is looked at; on the default branch the policy may have changed.
async fn push(line: &Line, webhook: &Webhook, event: &PushEvent) -> Result<String, StepError> {
    let (Some(repository), Some(branch)) = (webhook.repository(), event.branch()) else { return Ok("ignored".into()) };
    if branch.starts_with(BRANCHES) {
        let now = line.now();
        let mut session = line.store.begin().await?;
        let Some(found) = session.remediation_by_branch(repository.id, branch).await? else { return Ok("not known".into()) };
        session.enqueue(&NewJob::follow(&found.remediation, Follow::Track, now), now).await?;
        session.commit().await?;
        return Ok("tracked".into());
    }
    let default = webhook.repository.as_ref().is_some_and(|repository| repository.default_branch == branch);
    if default {
        indexing::pushed(line, &repository).await?;
    }
    let touched = || event.commits.iter().flat_map(|commit| commit.added.iter().chain(&commit.modified).chain(&commit.removed));
    if default && repository.name == ".github" && touched().any(|path| path.starts_with(rules::FOLDER)) {
        line.trees.rules.forget(&repository.owner);
        rules::in_force(line, Some(&repository)).await?;
    }
    if default && touched().any(|path| path.starts_with(".github/remediate.y")) {
        if let Some(tree) = line.tree(&repository).await? {
            policy::in_force(line, &tree).await?;
        }
        return Ok("policy read".into());
    }
    Ok(if default { "index renewed" } else { "ignored" }.into())
}
