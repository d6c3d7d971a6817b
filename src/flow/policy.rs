//! The policy in force for a repository: the organisation's file, then the repository's, the last good one of each.

use chrono::Utc;

use super::trees::Tree;
use super::{Line, StepError};
use crate::config::{ConfigError, Policy, PolicyFile, parse_policy};
use crate::github::{CheckConclusion, NewCheckRun};
use crate::model::Repository;
use crate::render;

/// Where a repository, and the organisation's `.github` repository, keeps its policy; the first one there counts.
const PATHS: [&str; 2] = [".github/remediate.yml", ".github/remediate.yaml"];

/// The policy for `tree`'s repository at its commit. A broken file is reported once for each commit, and the last good one stays in
/// force.
pub(super) async fn in_force(line: &Line, tree: &Tree) -> Result<Policy, StepError> {
    let organisation = organisation_text(line, &tree.repository).await?;
    let own = good_text(line, tree).await?;
    Ok(merged(organisation.as_deref(), own.as_deref()))
}

/// The policy last known for a repository, without looking at it again.
pub(super) async fn known(line: &Line, repository: &Repository) -> Result<Option<Policy>, StepError> {
    let mut session = line.store.read().await?;
    let own = session.config(repository.id).await?.map(|config| config.text);
    let organisation = match session.repository_named(&repository.owner, ".github").await? {
        Some(shared) => session.config(shared.repository.id).await?.map(|config| config.text),
        None => None,
    };
    Ok(Some(merged(organisation.as_deref(), own.as_deref())))
}

fn merged(organisation: Option<&str>, own: Option<&str>) -> Policy {
    let files: Vec<PolicyFile<'_>> = [("the organisation's remediate.yml", organisation), (PATHS[0], own)]
        .into_iter()
        .filter_map(|(name, text)| Some(PolicyFile { name, text: text? }))
        .collect();
    // Both were good when they were read; together they are no worse.
    parse_policy(&files).unwrap_or_default()
}

async fn organisation_text(line: &Line, repository: &Repository) -> Result<Option<String>, StepError> {
    let listed = line.repositories(repository.installation).await?;
    let Some(info) = listed.iter().find(|info| info.name == ".github" && info.owner.login.eq_ignore_ascii_case(&repository.owner)) else {
        return Ok(None);
    };
    let shared = info.repository(repository.installation);
    let mut session = line.store.begin().await?;
    let known = crate::store::KnownRepository {
        repository: shared.clone(),
        default_branch: Some(info.default_branch.clone()),
        archived: info.archived,
        removed: false,
    };
    session.save_repository(&known, Utc::now()).await?;
    session.commit().await?;
    match line.tree(&shared).await? {
        Some(tree) => good_text(line, &tree).await,
        None => Ok(None),
    }
}

/// The text of the file at the tree's commit if it is good, else the last one that was.
async fn good_text(line: &Line, tree: &Tree) -> Result<Option<String>, StepError> {
    let found = PATHS.iter().find_map(|path| Some((*path, tree.workspace.get(path)?)));
    let mut session = line.store.read().await?;
    let known = session.config(tree.repository.id).await?;
    drop(session);
    // A file that was removed is a policy too: an empty one.
    let (path, text) = found.unwrap_or((PATHS[0], ""));
    if known.is_none() && text.is_empty() {
        return Ok(None);
    }
    if known.as_ref().is_some_and(|known| known.text == text && known.broken.is_none()) {
        return Ok(Some(text.to_owned()));
    }
    match parse_policy(&[PolicyFile { name: path, text }]) {
        Ok(_) => {
            let mut session = line.store.begin().await?;
            session.save_config(tree.repository.id, &tree.commit, text, Utc::now()).await?;
            session.commit().await?;
            Ok(Some(text.to_owned()))
        }
        Err(error) => {
            let told = known.as_ref().is_some_and(|known| known.broken.as_ref().is_some_and(|(commit, _)| *commit == tree.commit));
            if !told {
                report(line, tree, &error).await?;
            }
            Ok(known.map(|known| known.text).filter(|text| !text.is_empty()))
        }
    }
}

/// A failed check on the commit that broke the file, with line and caret.
async fn report(line: &Line, tree: &Tree, error: &ConfigError) -> Result<(), StepError> {
    tracing::warn!(repository = %tree.repository, commit = tree.commit, %error, "the policy cannot be read");
    let run = NewCheckRun {
        name: "remediate policy".into(),
        head_sha: tree.commit.clone(),
        external_id: format!("policy-{}", tree.commit),
        conclusion: Some(CheckConclusion::Failure),
        title: "The policy cannot be read".into(),
        summary: render::policy_error_comment(&error.to_string()),
        details_url: None,
    };
    line.client(&tree.repository).put_check_run(&tree.repository, &run).await?;
    let mut session = line.store.begin().await?;
    session.config_broken(tree.repository.id, &tree.commit, &error.to_string(), Utc::now()).await?;
    session.commit().await?;
    Ok(())
}

/// The policy for findings whose repository is not known yet: the organisation's, when there is only one.
pub(super) async fn general(line: &Line) -> Result<Policy, StepError> {
    let installations = line.github.installations().await?;
    let [only] = installations.as_slice() else { return Ok(Policy::default()) };
    let repository = Repository { id: 0, installation: only.id, owner: only.account.login.clone(), name: String::new() };
    let organisation = organisation_text(line, &repository).await?;
    Ok(merged(organisation.as_deref(), None))
}
