//! Looking again, and making the change again, because a person asked: `/remediate verify` and `/remediate rebase`.

use std::sync::Arc;

use serde_json::json;

use super::apply::{apply, complete, finish, subject};
use super::commands::{Spoken, answer, known, known_in};
use super::place::case_of;
use super::plan::{current, solve_now};
use super::solve::{Solution, verdict};
use super::{Line, StepError, act, policy, publish, rules, talk, track, write_up};
use crate::config::CommitPolicy;
use crate::github::Reaction;
use crate::lifecycle::Event;
use crate::model::{PullRequestRef, Remediation, RemediationState};
use crate::render::{self, Reviewers};
use crate::store::{Job, NewJob};

/// Evaluates the rules on the default branch as it is now, and says what came out. A merged fix is verified or reopened by it.
pub(super) async fn verify(line: &Arc<Line>, spoken: &Spoken) -> Result<(), StepError> {
    let Some(found) = known(line, spoken).await? else {
        return answer(line, spoken, "answer", &render::nothing_known_comment(), Reaction::Confused).await;
    };
    let remediation = found.remediation;
    let (Some(repository), false) = (&remediation.repository, remediation.rules.is_empty()) else {
        let why = "the block and the rule are not known yet";
        return answer(line, spoken, "answer", &render::not_possible_comment(why), Reaction::Confused).await;
    };
    let Some(tree) = line.tree(&current(line, repository).await?).await? else {
        let why = "the repository is empty";
        return answer(line, spoken, "answer", &render::not_possible_comment(why), Reaction::Confused).await;
    };
    let case = case_of(line, &remediation).await?;
    let policy = policy::in_force(line, &tree).await?;
    let known = rules::in_force(line, Some(&tree.repository)).await?;
    let rules: Vec<_> = remediation.rules.iter().filter_map(|id| known.by_id(id).cloned()).collect();
    let (commit, branch) = (tree.commit.clone(), tree.branch.clone());
    let result = tokio::task::spawn_blocking(move || verdict(&case, &tree, &rules, &policy)).await?;
    let merged = matches!(remediation.state, RemediationState::Merged | RemediationState::Verified);
    let words = render::looked_again_comment(&remediation.rules, &branch, &commit, result.as_ref().map_err(String::as_str));
    if merged {
        let event = match result {
            Ok(place) => Event::RuleHolds { evidence: publish::evidence(&remediation.rules, &place), commit },
            Err(reason) => Event::RuleFails { commit, reason },
        };
        super::apply::finish_without_job(line, &remediation.id, &event).await?;
    }
    answer(line, spoken, "answer", &words, Reaction::Rocket).await
}

/// Queues the change to be made again on the default branch as it is now.
pub(super) async fn rebase(line: &Line, spoken: &Spoken) -> Result<(), StepError> {
    let now = line.now();
    let mut session = line.store.begin().await?;
    let Some(found) = known_in(&mut session, spoken).await? else {
        return answer(line, spoken, "answer", &render::nothing_known_comment(), Reaction::Confused).await;
    };
    if let Some(why) = cannot_rebase(line, &found.remediation) {
        drop(session);
        return answer(line, spoken, "answer", &render::not_possible_comment(&why), Reaction::Confused).await;
    }
    let payload = json!({ "remediation": found.remediation.id, "number": spoken.request.number, "comment": spoken.request.comment });
    let mut job = NewJob::new("rebase", payload, now).once(format!("rebase:{}", found.remediation.id)).priority(1_000);
    if let Some(repository) = &found.remediation.repository {
        job = job.in_order(format!("repository:{}", repository.id));
    }
    session.enqueue(&job, now).await?;
    session.commit().await?;
    Ok(())
}

fn cannot_rebase(line: &Line, remediation: &Remediation) -> Option<String> {
    if remediation.state != RemediationState::Open {
        return Some("there is no open pull request to make again".into());
    }
    if let Some(login) = &remediation.hands_off {
        return Some(format!("`{login}` pushed to this branch; it is left alone"));
    }
    (line.settings.commit.via == CommitPolicy::Api).then(|| {
        "commits are made by GitHub's API here, which cannot move a branch without the risk of losing a commit; \
         close this pull request and write `/remediate retry`"
            .into()
    })
}

/// The queued work of [`rebase`].
pub(super) async fn rebased(line: &Arc<Line>, job: &Job) -> Result<(), StepError> {
    let Some(remediation) = subject(line, job).await? else { return Ok(()) };
    // A person may have pushed a moment ago.
    let seen = track::look(line, &remediation).await?;
    let (events, words) = if !seen.is_empty() || cannot_rebase(line, &remediation).is_some() {
        let why = "something happened to the pull request meanwhile; see above";
        (seen, render::not_possible_comment(why))
    } else {
        made_again(line, &remediation).await?
    };
    let moved = events.iter().any(|event| matches!(event, Event::Published { .. }));
    if moved {
        // The body names the commit the change was made on.
        let mut session = line.store.begin().await?;
        if let Some(mut current) = session.remediation(&remediation.id.0).await? {
            for event in &events {
                current = apply(line, &mut session, &current, event, line.now()).await?;
            }
            session.commit().await?;
            act::update_body(line, &current.remediation, &Reviewers::default()).await?;
        }
    }
    if let (Some(repository), Some(number)) = (&remediation.repository, job.payload["number"].as_u64()) {
        let comment = job.payload["comment"].as_u64();
        talk::put(line, repository, number, &format!("rebase.{}", comment.unwrap_or_default()), &words).await?;
        let request = talk::Request { repository: repository.clone(), number, comment };
        talk::react(line, &request, Some(if moved { Reaction::Rocket } else { Reaction::Confused })).await?;
    }
    if moved { complete(line, job).await } else { finish(line, job, &remediation.id, &events).await }
}

/// Pushes the change made on the present default branch; gives what happened and the words for it.
async fn made_again(line: &Arc<Line>, remediation: &Remediation) -> Result<(Vec<Event>, String), StepError> {
    let Some(known) = remediation.pull_request.clone() else { return Ok((Vec::new(), render::nothing_known_comment())) };
    let Some(solved) = solve_now(line, remediation).await? else {
        return Ok((Vec::new(), render::not_possible_comment("the repository is empty or gone")));
    };
    let (target, patch) = match &solved.outcome {
        Err(refusal) => return Ok((Vec::new(), render::refusal_comment(refusal))),
        Ok((_, Solution::Holds { rule, target })) => {
            return Ok((Vec::new(), render::holds_comment(&rule.id, &target.address.to_string(), &solved.tree.commit)));
        }
        Ok((_, Solution::Patch { target, patch, .. })) => (target, patch),
    };
    let (branch, base) = (&solved.tree.branch, &solved.tree.commit);
    let remote = line.remote(&solved.tree.repository).await?;
    let history = line.mirrors.history(&remote, &known.branch, 20).await?;
    if history.iter().any(|commit| commit.id == known.head && commit.parents.first() == Some(base)) {
        return Ok((Vec::new(), render::rebased_comment(branch, base, true)));
    }
    let text = write_up::text(line, remediation, &solved, target, patch, &Reviewers::default());
    match publish::push(line, remediation, &solved, patch, &known.branch, &text.message).await? {
        Err(refusal) => Ok((Vec::new(), render::refusal_comment(&refusal))),
        Ok(commit) => {
            let words = render::rebased_comment(branch, base, false);
            Ok((vec![Event::Published { pull_request: PullRequestRef { head: commit, ..known } }], words))
        }
    }
}
