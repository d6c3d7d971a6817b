//! Locate: across every repository that the finding may be about; only those whose index offers what it looks for are opened.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;

use super::apply::{finish, subject};
use super::around::{Around, cloud_facts};
use super::choose::identity_of;
use super::indexing::{self, Listed};
use super::solve::{Case, find};
use super::trees::{Purpose, Tree};
use super::{Line, StepError, policy, states};
use crate::lifecycle::Event;
use crate::locate::{Answer, Located};
use crate::model::{Finding, Refusal, RefusalKind, Remediation, Route, Target};
use crate::owners::{CodeOwners, Witnesses, route};
use crate::risk::code_facts;
use crate::store::Job;

/// Most repositories of modules that are opened because a candidate gives them the name.
const MOST_MODULES: usize = 10;

/// What is known of the place of a case.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The candidates as they are now, each with the texts that the case needs.
    pub(super) trees: Vec<Arc<Tree>>,
    /// Why there is none.
    pub(super) refusal: Option<Refusal>,
}

/// Finds the block, and who owns it.
pub(super) async fn place(line: &Arc<Line>, job: &Job) -> Result<(), StepError> {
    let Some(remediation) = subject(line, job).await? else { return Ok(()) };
    let mut case = case_of(line, &remediation).await?;
    let mut outcome = look(line, &mut case).await?;
    if outcome.is_err() && newer(line).await? {
        outcome = look(line, &mut case).await?;
    }
    let event = match outcome {
        Ok((tree, located)) => {
            let route = routed(line, &case, &tree, &located.target).await?;
            Event::Located { repository: tree.repository.clone(), target: Box::new(located.target), route }
        }
        Err(refusal) => Event::Refused { refusal },
    };
    finish(line, job, &remediation.id, &[event]).await
}

/// One look at the repositories as they are known.
pub(super) async fn look(line: &Arc<Line>, case: &mut Case) -> Result<Result<(Arc<Tree>, Located), Refusal>, StepError> {
    let found = trees_for(line, case, Purpose::Locate).await?;
    if let Some(refusal) = found.refusal {
        return Ok(Err(refusal));
    }
    let case = case.clone();
    Ok(tokio::task::spawn_blocking(move || find(&case, &found.trees)).await?)
}

/// Before something is said to be nowhere: whether the list of repositories or a state is newer than what was looked at.
async fn newer(line: &Arc<Line>) -> Result<bool, StepError> {
    line.trees.forget_old_lists();
    let all = line.listed_repositories(&[]).await?;
    let states = states::read_due(line, line.now() - TimeDelta::seconds(60)).await?;
    Ok(states > 0 || indexing::any_stale(line, &all).await?)
}

/// What is known of a remediation's hole.
pub(super) async fn case_of(line: &Line, remediation: &Remediation) -> Result<Case, StepError> {
    let mut session = line.store.read().await?;
    let findings: Vec<_> = session.witnesses(&remediation.id).await?.into_iter().map(|witness| witness.finding).collect();
    let mut answer = session.answer(&remediation.key, "").await?;
    if let (None, Some(resource)) = (&answer, findings.first().and_then(resource_key)) {
        answer = session.answer(&resource, "").await?;
    }
    drop(session);
    let answer = answer.map(|answer| Answer {
        repository: Some(answer.repository).filter(|name| !name.is_empty()),
        path: answer.path,
        address: None,
        line: usize::try_from(answer.line).ok(),
        by: answer.answered_by,
    });
    let mut case = Case { answer, rule: remediation.rules.first().cloned(), ..Case::of(findings) };
    case.states = states::holding(line, &case.query()).await?;
    Ok(case)
}

/// The resource of a finding as answers are remembered for it, whatever the rule.
pub(super) fn resource_key(finding: &Finding) -> Option<String> {
    let identity = identity_of(finding)?;
    Some(format!("{}/{}/{}", identity.provider, identity.account.as_deref().unwrap_or("-"), identity.id))
}

/// The trees that a case may be about: of the repository that the finding or a person names, else of those whose index says so.
///
/// Large ones have the texts that are needed for `purpose`.
pub(super) async fn trees_for(line: &Arc<Line>, case: &mut Case, purpose: Purpose) -> Result<Found, StepError> {
    let mut accounts: Vec<String> = Vec::new();
    for finding in &case.findings {
        accounts.extend(line.settings.sources.get(&finding.source).map(|source| source.accounts.clone()).unwrap_or_default());
    }
    let all = line.listed_repositories(&accounts).await?;
    if all.is_empty() {
        let refusal = Refusal::new(RefusalKind::NotLocated, "there is no repository to look in")
            .next("install the App on the repository that holds the Terraform");
        return Ok(Found { refusal: Some(refusal), ..Found::default() });
    }
    let named = case.answer.as_ref().and_then(|answer| answer.repository.clone());
    let named = named.or_else(|| case.findings.iter().find_map(|finding| finding.code.as_ref()?.repository.clone()));
    let repositories = match named {
        Some(name) => all.iter().filter(|listed| listed.repository.to_string().eq_ignore_ascii_case(&name)).cloned().collect(),
        None => {
            let found = indexing::candidates(line, &all, case).await?;
            (case.rivals, case.looked) = (found.rivals, Some(found.looked));
            if found.refusal.is_some() {
                return Ok(Found { refusal: found.refusal, ..Found::default() });
            }
            found.repositories
        }
    };
    let mut trees = open(line, repositories).await?;
    let known: BTreeSet<u64> = trees.iter().map(|tree| tree.repository.id).collect();
    let query = case.query();
    let modules: BTreeSet<String> = trees.iter().flat_map(|tree| tree.index.module_repositories(&query)).collect();
    let called = all.iter().filter(|listed| !known.contains(&listed.repository.id));
    let called = called.filter(|listed| modules.iter().any(|name| name.eq_ignore_ascii_case(&listed.repository.to_string())));
    trees.extend(open(line, called.take(MOST_MODULES).cloned().collect()).await?);
    let mut focused = Vec::new();
    for tree in trees {
        focused.push(line.focused(&tree, &query, purpose).await?);
    }
    focused.sort_by_key(|tree| tree.repository.to_string());
    Ok(Found { trees: focused, refusal: None })
}

/// The trees of `repositories` at their heads.
async fn open(line: &Arc<Line>, repositories: Vec<Listed>) -> Result<Vec<Arc<Tree>>, StepError> {
    let opened = indexing::at_once(line, repositories, |line, listed| async move { indexing::bring_up(&line, &listed).await }).await?;
    Ok(opened.into_iter().flatten().collect())
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
