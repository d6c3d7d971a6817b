//! Verify: does the rule hold at the merged commit, on the block as it now is?

use std::sync::Arc;

use super::apply::{complete, finish, subject};
use super::place::case_of;
use super::solve::verdict;
use super::trees::{Purpose, Tree};
use super::{Line, StepError, policy, rules};
use crate::lifecycle::Event;
use crate::model::{Remediation, RemediationState};
use crate::rule::Rule;
use crate::store::Job;

/// Evaluates the remediation's rules and says what came out.
pub(super) async fn verify(line: &Line, job: &Job) -> Result<(), StepError> {
    let Some(remediation) = subject(line, job).await? else { return Ok(()) };
    if remediation.state != RemediationState::Merged {
        return complete(line, job).await;
    }
    let Some(tree) = merged_tree(line, &remediation).await? else {
        return Err(StepError::Later("the merged commit cannot be read yet".into()));
    };
    let case = case_of(line, &remediation).await?;
    let policy = policy::in_force(line, &tree).await?;
    let tree = line.focused(&tree, &case.query(), Purpose::Change).await?;
    let known = rules::in_force(line, Some(&tree.repository)).await?;
    let rules: Vec<Arc<Rule>> = remediation.rules.iter().filter_map(|id| known.by_id(id).cloned()).collect();
    let commit = tree.commit.clone();
    let event = match tokio::task::spawn_blocking(move || verdict(&case, &tree, &rules, &policy)).await? {
        Ok(place) => Event::RuleHolds { evidence: super::publish::evidence(&remediation.rules, &place), commit },
        Err(reason) => Event::RuleFails { commit, reason },
    };
    finish(line, job, &remediation.id, &[event]).await
}

/// The default branch with the merge in it: at the merged commit if it can be had, else as it is now.
async fn merged_tree(line: &Line, remediation: &Remediation) -> Result<Option<Arc<Tree>>, StepError> {
    let (Some(repository), Some(pull)) = (&remediation.repository, &remediation.pull_request) else { return Ok(None) };
    let repository = super::plan::current(line, repository).await?;
    let Some(head) = line.tree(&repository).await? else { return Ok(None) };
    let Some(merged) = &pull.merge_commit else { return Ok(Some(head)) };
    if head.commit == *merged {
        return Ok(Some(head));
    }
    match line.tree_at(&repository, &head.branch, merged).await {
        Ok(tree) => Ok(Some(tree)),
        Err(StepError::Later(_) | StepError::Never(_)) => Ok(Some(head)),
        Err(error) => Err(error),
    }
}
