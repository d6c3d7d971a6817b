//! `/remediate plan`: what would be changed, without changing or remembering anything.

use std::fmt::Write as _;
use std::sync::Arc;

use similar::TextDiff;

use super::command::{Choice, Wishes};
use super::commands::{Spoken, answer, findings, known};
use super::place::{case_of, trees_for};
use super::solve::{Case, Solution, find, solve};
use super::trees::Purpose;
use super::{Line, StepError, policy, rules};
use crate::github::Reaction;
use crate::locate::Answer;
use crate::model::{Patch, Refusal};
use crate::render;

/// Locates, patches and shows the difference.
pub(super) async fn plan(line: &Arc<Line>, spoken: &Spoken, wishes: Wishes) -> Result<(), StepError> {
    let mut case = match case(line, spoken, &wishes).await? {
        Ok(case) => case,
        Err(words) => return answer(line, spoken, "plan", &words, Reaction::Confused).await,
    };
    let found = trees_for(line, &mut case, Purpose::Change).await?;
    if let Some(refusal) = &found.refusal {
        return answer(line, spoken, "plan", &super::talk::refusal_words(Some(refusal)), Reaction::Confused).await;
    }
    let trees = found.trees;
    let catalogue = rules::in_force(line, Some(spoken.repository())).await?;
    let general = policy::general(line).await?;
    let mut policies = Vec::new();
    for tree in &trees {
        policies.push((tree.repository.id, policy::in_force(line, tree).await?));
    }
    let solved = tokio::task::spawn_blocking(move || -> Result<Solution, Refusal> {
        let (tree, located) = find(&case, &trees)?;
        let policy = policies.iter().find(|(id, _)| *id == tree.repository.id).map_or(&general, |(_, policy)| policy);
        solve(&case, &tree, &located.target, &catalogue, policy)
    });
    let (words, reaction) = match solved.await? {
        Ok(Solution::Patch { patch, .. }) => (render::plan_comment(&patch, &diff(&patch)), Reaction::Rocket),
        Ok(Solution::Holds { rule, target }) => {
            (render::holds_comment(&rule.id, &target.address.to_string(), "the default branch"), Reaction::Rocket)
        }
        Err(refusal) => (super::talk::refusal_words(Some(&refusal)), Reaction::Confused),
    };
    answer(line, spoken, "plan", &words, reaction).await
}

/// The case of an issue as it is written, or of a known pull request. The inner error is the answer.
async fn case(line: &Line, spoken: &Spoken, wishes: &Wishes) -> Result<Result<Case, String>, StepError> {
    let mut case = if spoken.pull.is_some() {
        match known(line, spoken).await? {
            Some(found) => case_of(line, &found.remediation).await?,
            None => return Ok(Err(render::nothing_known_comment())),
        }
    } else {
        match findings(spoken, wishes) {
            Ok(findings) => Case::of(findings),
            Err(error) => return Ok(Err(render::unreadable_comment(&error.to_string()))),
        }
    };
    if let Some(Choice::Line { path, line }) = &wishes.at {
        case.answer = Some(Answer {
            repository: Some(spoken.repository().to_string()),
            path: path.clone(),
            address: None,
            line: Some(*line),
            by: spoken.login.clone(),
        });
    }
    Ok(Ok(case))
}

/// The patch as a unified diff.
fn diff(patch: &Patch) -> String {
    let mut out = String::new();
    for (path, file) in &patch.files {
        let before = file.before.as_deref().unwrap_or_default();
        let difference = TextDiff::from_lines(before, &file.after);
        let _ = write!(out, "{}", difference.unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")));
    }
    out
}
