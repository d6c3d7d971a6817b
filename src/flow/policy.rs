//! The policy in force for a repository: the organisation's file, then the repository's, the last good one of each.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::apply::{apply, complete};
use super::trees::{LIST_LIFETIME, Tree};
use super::{Line, StepError, rules};
use crate::config::{Policy, PolicyFile, PolicyNames, check_policy, parse_policy};
use crate::github::{CheckConclusion, NewCheckRun};
use crate::lifecycle::Event;
use crate::model::Repository;
use crate::render;
use crate::risk::WEIGHTS;
use crate::rule::Catalogue;
use crate::store::{Job, KnownConfig, NewJob, Session};

/// Where a repository, and the organisation's `.github` repository, keeps its policy; the first one there counts.
const PATHS: [&str; 2] = [".github/remediate.yml", ".github/remediate.yaml"];

/// What one file says.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    /// There is none.
    Nothing,
    /// The text in force: the one at the commit, or the last good one.
    Text(String),
    /// It cannot be read and never could.
    Unreadable(String),
}

/// The policy for `tree`'s repository at its commit. A broken file is reported once, on the commit that broke it, and the last good
/// one stays in force.
pub(super) async fn in_force(line: &Line, tree: &Tree) -> Result<Policy, StepError> {
    let organisation = organisation(line, &tree.repository).await?;
    let own = at_commit(line, tree).await?;
    Ok(merged(&organisation, &own))
}

/// The policy last known for a repository, without looking at it again.
pub(super) async fn known(line: &Line, repository: &Repository) -> Result<Option<Policy>, StepError> {
    let mut session = line.store.read().await?;
    let own = last_known(session.config(repository.id).await?);
    let organisation = organisation_known(&mut session, &repository.owner).await?;
    Ok(Some(merged(&organisation, &own)))
}

fn last_known(config: Option<KnownConfig>) -> Said {
    match config {
        None => Said::Nothing,
        Some(KnownConfig { commit, broken: Some((_, error)), .. }) if commit.is_empty() => Said::Unreadable(error),
        Some(config) => Said::Text(config.text),
    }
}

fn merged(organisation: &Said, own: &Said) -> Policy {
    let mut files = Vec::new();
    for (name, said) in [("the organisation's remediate.yml", organisation), (PATHS[0], own)] {
        match said {
            Said::Nothing => {}
            Said::Text(text) => files.push(PolicyFile { name, text }),
            Said::Unreadable(error) => return Policy { unreadable: Some(error.clone()), ..Policy::default() },
        }
    }
    // Both were good when they were read. If they are not good together, nothing is done rather than anything wrong.
    parse_policy(&files).unwrap_or_else(|error| Policy { unreadable: Some(error.to_string()), ..Policy::default() })
}

/// The names that a policy may use: those of the rules, of their parameters and of the points of the risk score.
#[must_use]
pub fn policy_names(catalogue: &Catalogue) -> PolicyNames {
    PolicyNames {
        rules: catalogue.iter().map(|rule| rule.id.clone()).collect(),
        params: catalogue.iter().flat_map(|rule| rule.params.iter().map(|param| param.name.clone())).collect(),
        weights: WEIGHTS.iter().map(|weight| weight.name.to_owned()).collect(),
    }
}

/// What the organisation's own file says.
async fn organisation(line: &Line, repository: &Repository) -> Result<Said, StepError> {
    said_by(line, shared_tree(line, repository).await?).await
}

async fn said_by(line: &Line, shared: Option<Arc<Tree>>) -> Result<Said, StepError> {
    match shared {
        Some(tree) => at_commit(line, &tree).await,
        None => Ok(Said::Nothing),
    }
}

/// As [`organisation`], but its head is looked at only now and then; between two looks what was read last counts. For scores, of which
/// a storm asks for thousands: what is done about a finding is decided by the policy at the head.
async fn organisation_lately(line: &Line, repository: &Repository) -> Result<Said, StepError> {
    let owner = repository.owner.to_ascii_lowercase();
    match line.trees.shared.get(&owner, |_| LIST_LIFETIME) {
        Some(true) => organisation_known(&mut line.store.read().await?, &repository.owner).await,
        Some(false) => Ok(Said::Nothing),
        None => {
            let tree = shared_tree(line, repository).await?;
            line.trees.shared.keep(owner, tree.is_some());
            said_by(line, tree).await
        }
    }
}

/// What the organisation's own file was known to say last.
async fn organisation_known(session: &mut Session, owner: &str) -> Result<Said, StepError> {
    Ok(match session.repository_named(owner, ".github").await? {
        Some(shared) => last_known(session.config(shared.repository.id).await?),
        None => Said::Nothing,
    })
}

/// The `.github` repository of a repository's organisation, at its head.
pub(super) async fn shared_tree(line: &Line, repository: &Repository) -> Result<Option<Arc<Tree>>, StepError> {
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
    session.save_repository(&known, line.now()).await?;
    session.commit().await?;
    line.tree(&shared).await
}

/// What the file at the tree's commit says if it is good, else what the last good one said.
async fn at_commit(line: &Line, tree: &Tree) -> Result<Said, StepError> {
    let found = PATHS.iter().find_map(|path| Some((*path, tree.workspace.get(path)?)));
    let mut session = line.store.read().await?;
    let known = session.config(tree.repository.id).await?;
    drop(session);
    // A file that was removed is a policy too: an empty one.
    let (path, text) = found.unwrap_or((PATHS[0], ""));
    if known.is_none() && text.is_empty() {
        return Ok(Said::Nothing);
    }
    if known.as_ref().is_some_and(|known| known.text == text && known.broken.is_none() && !known.commit.is_empty()) {
        return Ok(Said::Text(text.to_owned()));
    }
    match check_policy(PolicyFile { name: path, text }, &policy_names(&*rules::in_force(line, Some(&tree.repository)).await?)) {
        Ok(_) => {
            let now = line.now();
            let mut session = line.store.begin().await?;
            session.save_config(tree.repository.id, &tree.commit, text, now).await?;
            session.enqueue(&reconsider_job(&tree.repository, now), now).await?;
            session.commit().await?;
            Ok(Said::Text(text.to_owned()))
        }
        Err(error) => {
            // Told once: commits that leave the mistake as it is say nothing new.
            let words = error.to_string();
            if known.as_ref().and_then(|known| known.broken.as_ref()).is_none_or(|(_, told)| *told != words) {
                let earlier = known.as_ref().is_some_and(|known| !known.commit.is_empty());
                report(line, tree, path, &words, earlier).await?;
            }
            Ok(match known {
                Some(known) if !known.commit.is_empty() => Said::Text(known.text),
                _ => Said::Unreadable(words),
            })
        }
    }
}

/// A failed check on the commit that broke the file, with line and caret.
async fn report(line: &Line, tree: &Tree, path: &str, error: &str, earlier: bool) -> Result<(), StepError> {
    let client = line.client(&tree.repository);
    let commit = client.last_commit_of(&tree.repository, &tree.commit, path).await?.unwrap_or_else(|| tree.commit.clone());
    tracing::warn!(repository = %tree.repository, commit, %error, "the policy cannot be read");
    let run = NewCheckRun {
        name: "remediate policy".into(),
        head_sha: commit.clone(),
        external_id: format!("policy-{commit}"),
        conclusion: Some(CheckConclusion::Failure),
        title: "The policy cannot be read".into(),
        summary: render::policy_error_comment(error, earlier),
        details_url: None,
    };
    client.put_check_run(&tree.repository, &run).await?;
    let mut session = line.store.begin().await?;
    session.config_broken(tree.repository.id, &commit, error, line.now()).await?;
    session.commit().await?;
    Ok(())
}

fn reconsider_job(repository: &Repository, now: DateTime<Utc>) -> NewJob {
    NewJob::new("reconsider", json!({ "repository": repository.id, "owner": repository.owner, "name": repository.name }), now)
        .once(format!("reconsider:{}", repository.id))
}

/// Remediations looked at in one transaction.
const PAGE: i64 = 200;

/// The policy changed: what it kept from being done is looked at again.
pub(super) async fn reconsider(line: &Line, job: &Job) -> Result<(), StepError> {
    let text = |key: &str| job.payload.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
    let (id, owner, everywhere) = (job.payload["repository"].as_u64(), text("owner"), text("name") == ".github");
    let mut after = None;
    loop {
        let now = line.now();
        let mut session = line.store.begin().await?;
        let page = session.remediations_after(after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.remediation.id.clone());
        for found in &page {
            let concerned = match &found.remediation.repository {
                Some(its) => Some(its.id) == id || (everywhere && its.owner.eq_ignore_ascii_case(owner)),
                // Not located yet: the organisation's policy decides whether it is looked for.
                None => true,
            };
            if concerned {
                apply(line, &mut session, found, &Event::PolicyChanged, now).await?;
            }
        }
        session.commit().await?;
    }
    complete(line, job).await
}

/// The policy for findings whose repository is not known yet: the organisation's, when there is only one.
pub(super) async fn general(line: &Line) -> Result<Policy, StepError> {
    let Some(somewhere) = only_organisation(line).await? else { return Ok(Policy::default()) };
    Ok(merged(&organisation(line, &somewhere).await?, &Said::Nothing))
}

/// Every policy under which a finding may turn out to be worth a pull request once its repository is known: that of each
/// organisation, and those of repositories that set a threshold or weights of their own. Never empty; the most general first.
pub(super) async fn possible(line: &Line) -> Result<Vec<Policy>, StepError> {
    let mut organisations = Vec::new();
    for installation in line.installations().await?.iter() {
        organisations.push(organisation_lately(line, &anywhere(installation)).await?);
    }
    if organisations.is_empty() {
        organisations.push(Said::Nothing);
    }
    let mut session = line.store.read().await?;
    let texts = session.configs_that_score().await?;
    drop(session);
    let mut policies: Vec<Policy> = organisations.iter().map(|said| merged(said, &Said::Nothing)).collect();
    for said in &organisations {
        policies.extend(texts.iter().map(|text| merged(said, &Said::Text(text.clone()))));
    }
    Ok(policies)
}

/// Some repository of an installation, which one does not matter.
fn anywhere(installation: &crate::github::InstallationInfo) -> Repository {
    Repository { id: 0, installation: installation.id, owner: installation.account.login.clone(), name: String::new() }
}

/// The only organisation that has the App, as the owner of a repository without a name.
pub(super) async fn only_organisation(line: &Line) -> Result<Option<Repository>, StepError> {
    let installations = line.installations().await?;
    let [only] = installations.as_slice() else { return Ok(None) };
    Ok(Some(anywhere(only)))
}
