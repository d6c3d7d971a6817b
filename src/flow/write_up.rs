//! The words of a pull request, from what is known now.

use std::sync::Arc;

use super::plan::{Solved, solve_on};
use super::solve::Solution;
use super::{Line, StepError};
use crate::model::{LineColumn, Patch, Remediation, Target};
use crate::render::{self, PullRequestFacts, Reviewers, RuleText};
use crate::rule::Rule;

/// Title, body and commit message.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) title: String,
    pub(super) body: String,
    pub(super) message: String,
}

/// The text for a patch that was just made.
pub(super) fn text(line: &Line, remediation: &Remediation, solved: &Solved, target: &Target, patch: &Patch, reviewers: &Reviewers) -> Text {
    let rules: Vec<&Arc<Rule>> = patch.rules.iter().filter_map(|id| solved.rules.by_id(id)).collect();
    let rules: Vec<RuleText<'_>> = rules.iter().map(|rule| RuleText::from(&***rule)).collect();
    let at = solved.tree.workspace.get(&target.path).map_or(1, |text| LineColumn::of(text, target.span.start).line);
    let facts = PullRequestFacts {
        remediation: &remediation.id,
        key: &remediation.key,
        findings: &solved.case.findings,
        rules: &rules,
        target,
        line: at,
        patch,
        risk: remediation.risk.as_ref(),
        due: remediation.due,
        route: remediation.route.as_ref(),
        came_back: remediation.came_back.as_deref(),
        repository: &solved.tree.repository,
        web_url: line.github.endpoints().web().as_str().trim_end_matches('/'),
        base: &solved.tree.commit,
        reviewers,
    };
    Text {
        title: rules.first().map(|rule| render::pull_request_title(*rule, &patch.address)).unwrap_or_default(),
        body: render::pull_request_body(&facts),
        message: render::commit_message(&facts),
    }
}

/// The text of a pull request that is open already: the patch is made again on the commit below ours, if it is still at hand.
pub(super) async fn again(line: &Line, remediation: &Remediation, reviewers: &Reviewers) -> Result<Option<Text>, StepError> {
    let (Some(repository), Some(pull)) = (&remediation.repository, &remediation.pull_request) else { return Ok(None) };
    let remote = line.remote(repository).await?;
    let history = line.mirrors.history(&remote, &pull.branch, 20).await?;
    let Some(ours) = history.iter().find(|commit| commit.id == pull.head) else { return Ok(None) };
    let Some(base) = ours.parents.first() else { return Ok(None) };
    let tree = match line.tree_at(repository, "", base).await {
        Ok(tree) => tree,
        Err(StepError::Later(_) | StepError::Never(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let solved = solve_on(line, remediation, tree).await?;
    Ok(match &solved.outcome {
        Ok((_, Solution::Patch { target, patch, .. })) => Some(text(line, remediation, &solved, target, patch, reviewers)),
        _ => None,
    })
}
