//! Locate: across every repository that the finding may be about.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::apply::{finish, subject};
use super::around::{Around, cloud_facts};
use super::solve::{Case, find};
use super::trees::Tree;
use super::{Line, StepError, policy};
use crate::lifecycle::Event;
use crate::locate::Answer;
use crate::model::{Refusal, RefusalKind, Remediation, Repository, Route, Target};
use crate::owners::{CodeOwners, Witnesses, route};
use crate::risk::code_facts;
use crate::store::Job;

/// Repositories fetched at the same time.
const FETCHES: usize = 4;

/// Finds the block, and who owns it.
pub(super) async fn place(line: &Arc<Line>, job: &Job) -> Result<(), StepError> {
    let Some(remediation) = subject(line, job).await? else { return Ok(()) };
    let case = case_of(line, &remediation).await?;
    let repositories = candidates(line, &case).await?;
    let trees = fetch(line, repositories).await?;
    let event = if trees.is_empty() {
        Event::Refused {
            refusal: Refusal::new(RefusalKind::NotLocated, "there is no repository to look in")
                .next("install the App on the repository that holds the Terraform"),
        }
    } else {
        let found = tokio::task::spawn_blocking(move || find(&case, &trees).map(|found| (case, found))).await?;
        match found {
            Ok((case, (tree, located))) => {
                let route = routed(line, &case, &tree, &located.target).await?;
                Event::Located { repository: tree.repository.clone(), target: Box::new(located.target), route }
            }
            Err(refusal) => Event::Refused { refusal },
        }
    };
    finish(line, job, &remediation.id, &[event]).await
}

/// What is known of a remediation's hole.
pub(super) async fn case_of(line: &Line, remediation: &Remediation) -> Result<Case, StepError> {
    let mut session = line.store.read().await?;
    let findings: Vec<_> = session.witnesses(&remediation.id).await?.into_iter().map(|witness| witness.finding).collect();
    let answer = session.answer(&remediation.key, "").await?;
    let answer = answer.map(|answer| Answer {
        repository: Some(answer.repository).filter(|name| !name.is_empty()),
        path: answer.path,
        address: None,
        line: usize::try_from(answer.line).ok(),
        by: answer.answered_by,
    });
    Ok(Case { findings, answer, rule: remediation.rules.first().cloned() })
}

/// The repository that the finding or a person names, else all of them.
pub(super) async fn candidates(line: &Line, case: &Case) -> Result<Vec<Repository>, StepError> {
    let mut accounts: Vec<String> = Vec::new();
    for finding in &case.findings {
        accounts.extend(line.settings.sources.get(&finding.source).map(|source| source.accounts.clone()).unwrap_or_default());
    }
    let all = line.all_repositories(&accounts).await?;
    let named = case.answer.as_ref().and_then(|answer| answer.repository.clone());
    let named = named.or_else(|| case.findings.iter().find_map(|finding| finding.code.as_ref()?.repository.clone()));
    match named {
        Some(name) => Ok(all.into_iter().filter(|repository| repository.to_string().eq_ignore_ascii_case(&name)).collect()),
        None => Ok(all),
    }
}

/// The trees of `repositories`. One that cannot be read for good is left out; one that cannot be read now fails the step.
pub(super) async fn fetch(line: &Arc<Line>, repositories: Vec<Repository>) -> Result<Vec<Arc<Tree>>, StepError> {
    let mut waiting = repositories.into_iter();
    let mut running = JoinSet::new();
    let mut trees = Vec::new();
    loop {
        while running.len() < FETCHES
            && let Some(repository) = waiting.next()
        {
            let line = line.clone();
            running.spawn(async move {
                let tree = line.tree(&repository).await;
                (repository, tree)
            });
        }
        let Some(done) = running.join_next().await else { break };
        let (repository, tree) = done?;
        match tree {
            Ok(tree) => trees.extend(tree),
            Err(StepError::Never(reason)) => tracing::warn!(%repository, reason, "repository left out"),
            Err(error) => return Err(error),
        }
    }
    trees.sort_by_key(|tree| tree.repository.to_string());
    Ok(trees)
}

/// Who owns the block: stated, tagged, in CODEOWNERS, the account's owner, or the fallback team; with the chain that led there.
async fn routed(line: &Line, case: &Case, tree: &Tree, target: &Target) -> Result<Route, StepError> {
    let policy = policy::in_force(line, tree).await?;
    let code_owners = CodeOwners::of(&tree.workspace);
    let first = case.findings.first();
    let around = Around { cloud: cloud_facts(line, case).await, code: Some(code_facts(&tree.workspace, target)) };
    let tags = around.tags_with(first);
    let witnesses = Witnesses {
        stated: first.and_then(|finding| finding.context.owner_team.as_deref()),
        stated_jira: first.and_then(|finding| finding.context.jira_project.as_deref()),
        tags: Some(&tags),
        code_owners: code_owners.as_ref().and_then(|owners| owners.owners_of(&target.path)),
        account_owner: around.account_owner(),
        organisation: &tree.repository.owner,
    };
    Ok(route(&witnesses, &policy))
}
