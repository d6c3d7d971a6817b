//! The effects of a change of state on GitHub: comments, labels, reviews, checks, issues.

use super::apply::{Effect, complete, subject};
use super::{Line, StepError, review, talk, write_up};
use crate::github::{CheckConclusion, Label, NewCheckRun, PullUpdate};
use crate::model::{Remediation, Repository};
use crate::render;
use crate::store::Job;

/// Carries one effect out. Each may be repeated: comments carry a marker, labels and reviews are sets.
pub(super) async fn act(line: &Line, job: &Job) -> Result<(), StepError> {
    let Some(remediation) = subject(line, job).await? else { return Ok(()) };
    let effect: Effect =
        serde_json::from_value(job.payload["effect"].clone()).map_err(|error| StepError::Never(format!("an unknown effect: {error}")))?;
    if let Err(error) = carry_out(line, &remediation, &effect).await {
        // Nobody can be told in a repository that is gone, archived or closed to us; the state itself is recorded.
        let hopeless = matches!(&error, StepError::Never(_));
        if !hopeless {
            return Err(error);
        }
        tracing::warn!(remediation = %remediation.id, %error, "could not be told on GitHub");
    }
    complete(line, job).await
}

async fn carry_out(line: &Line, remediation: &Remediation, effect: &Effect) -> Result<(), StepError> {
    match effect {
        Effect::Comment { on, note } => talk::comment(line, remediation, *on, note).await,
        Effect::Escalate { note } => talk::escalate(line, remediation, note).await,
        Effect::CloseIssues => talk::close_issues(line, remediation).await,
        Effect::ReopenIssues => talk::reopen_issues(line, remediation).await,
        Effect::Label { add } => label(line, remediation, add).await,
        Effect::RequestReview => request_review(line, remediation).await,
        Effect::UpdatePullRequest => update_body(line, remediation, &render::Reviewers::default()).await,
        Effect::Check { passed, summary } => check(line, remediation, *passed, summary).await,
    }
}

/// The repository and number of the pull request, if there is one.
fn pull_of(remediation: &Remediation) -> Option<(&Repository, u64)> {
    Some((remediation.repository.as_ref()?, remediation.pull_request.as_ref()?.number))
}

async fn label(line: &Line, remediation: &Remediation, names: &[String]) -> Result<(), StepError> {
    let Some((repository, number)) = pull_of(remediation) else { return Ok(()) };
    let client = line.client(repository);
    let mut names = names.to_vec();
    if let Some(policy) = super::policy::known(line, repository).await? {
        names.extend(policy.labels);
    }
    for name in &names {
        let label = Label { name: name.clone(), color: "b60205".into(), description: Some("Set by remediate".into()) };
        client.ensure_label(repository, &label).await?;
    }
    Ok(client.add_labels(repository, number, &names).await?)
}

/// Asks owners and configured reviewers; who could not be asked is said so in the pull request.
async fn request_review(line: &Line, remediation: &Remediation) -> Result<(), StepError> {
    let Some((repository, number)) = pull_of(remediation) else { return Ok(()) };
    let Some(wanted) = review::wanted(line, remediation).await? else { return Ok(()) };
    let requested = line.client(repository).request_reviewers(repository, number, &line.bot(), &wanted.reviewers).await?;
    let mut left_out: Vec<(String, String)> = wanted.cannot;
    left_out.extend(requested.left_out.into_iter().map(|out| (out.handle, out.reason)));
    if left_out.is_empty() && wanted.problem.is_none() {
        return Ok(());
    }
    update_body(line, remediation, &render::Reviewers { left_out, broken_code_owners: wanted.problem }).await
}

/// Writes the body anew from what is known now.
pub(super) async fn update_body(line: &Line, remediation: &Remediation, reviewers: &render::Reviewers) -> Result<(), StepError> {
    let Some((repository, number)) = pull_of(remediation) else { return Ok(()) };
    // The patch is not stored: it is made again, on the commit that the branch was made on if that is still at hand.
    let Some(text) = write_up::again(line, remediation, reviewers).await? else { return Ok(()) };
    let client = line.client(repository);
    let Some(pull) = client.pull(repository, number).await? else { return Ok(()) };
    let old = pull.body.as_deref().unwrap_or_default().replace('\r', "");
    let body = render::keep_review_notes(text.body, &old);
    if old.trim_end() == body.trim_end() {
        return Ok(());
    }
    client.update_pull(repository, number, &PullUpdate { body: Some(body), ..PullUpdate::default() }).await?;
    Ok(())
}

async fn check(line: &Line, remediation: &Remediation, passed: bool, summary: &str) -> Result<(), StepError> {
    let (Some(repository), Some(pull)) = (&remediation.repository, &remediation.pull_request) else { return Ok(()) };
    let Some(commit) = &pull.merge_commit else { return Ok(()) };
    let address = remediation.target.as_ref().map(|target| target.address.to_string()).unwrap_or_default();
    let text = render::check_for_verdict(&remediation.rules, &address, commit, (!passed).then_some(summary));
    let run = NewCheckRun {
        name: "remediate".into(),
        head_sha: commit.clone(),
        external_id: remediation.id.0.clone(),
        conclusion: Some(if passed { CheckConclusion::Success } else { CheckConclusion::Failure }),
        title: text.title,
        summary: text.summary,
        details_url: Some(pull.url.clone()),
    };
    line.client(repository).put_check_run(repository, &run).await?;
    Ok(())
}
