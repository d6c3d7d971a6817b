//! The stored index: which repositories a finding may be about, without opening them.
//!
//! Updated by a push, by the survey that runs with the reconciling timer, and at the latest when a finding is to be located. What it
//! says is a hint: the repositories it names are read at their head before anything is decided.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::Utc;
use serde_json::json;
use tokio::task::JoinSet;

use super::solve::Case;
use super::trees::Tree;
use super::{Line, StepError, states};
use crate::github::RepositoryInfo;
use crate::locate::{FileFacts, INDEX_VERSION};
use crate::model::{Refusal, RefusalKind, Repository};
use crate::store::{IndexHead, Job, NewJob};

/// Repositories fetched at the same time.
const FETCHES: usize = 4;
/// Repositories that are opened because a name or a pattern of theirs fits. More can only be a question nobody could answer.
const MOST_NAMED: usize = 60;
/// Repositories that are opened because their blocks' names cannot be known.
const MOST_OPEN: usize = 12;
/// Facts stored in one transaction.
const BLOBS_AT_ONCE: usize = 512;

const VERSION: i64 = INDEX_VERSION as i64;

/// What was looked through to find the candidates.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Looked {
    pub(super) repositories: usize,
    pub(super) files: usize,
}

/// A repository of the list, with what says whether its index is up to date.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) repository: Repository,
    /// When the code host saw the last push, in seconds since 1970; 0 when it does not say.
    pub(super) pushed_at: i64,
}

impl Listed {
    pub(super) fn of(info: &RepositoryInfo, installation: u64) -> Self {
        Self { repository: info.repository(installation), pushed_at: info.pushed_at.map_or(0, |at| at.timestamp()) }
    }

    fn is_fresh(&self, heads: &HashMap<u64, IndexHead>) -> bool {
        heads.get(&self.repository.id).is_some_and(|head| head.pushed_at >= self.pushed_at)
    }
}

/// The job that brings one repository's index up to date.
pub(super) fn job(repository: &Repository, now: chrono::DateTime<Utc>) -> NewJob {
    let payload =
        json!({ "id": repository.id, "installation": repository.installation, "owner": repository.owner, "name": repository.name });
    NewJob::new("index", payload, now).once(format!("index:{}", repository.id)).priority(-1)
}

/// Carries out an `index` job. What cannot be read now is left to the next survey.
pub(super) async fn index(line: &Arc<Line>, job: &Job) -> Result<(), StepError> {
    let number = |key: &str| job.payload.get(key).and_then(serde_json::Value::as_u64).unwrap_or_default();
    let (id, installation) = (number("id"), number("installation"));
    let done = async {
        let listed = line.repositories(installation).await?;
        match listed.iter().find(|info| info.id == id && info.obstacle().is_none()) {
            Some(info) => bring_up(line, &Listed::of(info, installation)).await.map(|_| ()),
            None => Ok(()),
        }
    };
    if let Err(error) = done.await {
        tracing::warn!(repository = id, %error, "the repository could not be indexed now");
    }
    let mut session = line.store.begin().await?;
    session.complete(job).await?;
    session.commit().await?;
    Ok(())
}

/// As [`survey`]; what fails now is done by the next one.
pub(super) async fn survey_now(line: &Arc<Line>) {
    if let Err(error) = survey(line).await {
        tracing::warn!(%error, "the repositories could not be surveyed");
    }
}

/// Queues the indexing of what changed unnoticed, forgets what is gone, and has states read that are due.
async fn survey(line: &Arc<Line>) -> Result<(), StepError> {
    let all = line.listed_repositories(&[]).await?;
    let now = line.now();
    let mut session = line.store.begin().await?;
    let heads = session.index_heads(VERSION).await?;
    let here: HashSet<u64> = all.iter().map(|listed| listed.repository.id).collect();
    for gone in heads.keys().filter(|id| !here.contains(id)) {
        session.drop_index(*gone).await?;
    }
    for listed in all.iter().filter(|listed| !listed.is_fresh(&heads)) {
        session.enqueue(&job(&listed.repository, now), now).await?;
    }
    session.commit().await?;
    states::queue_due(line).await
}

/// Reads a repository at its head and stores what its index says; gives the tree, if it has one.
pub(super) async fn bring_up(line: &Arc<Line>, listed: &Listed) -> Result<Option<Arc<Tree>>, StepError> {
    // One at a time: an older commit must not be stored over a newer one.
    let own = line.trees.indexing(listed.repository.id);
    let _alone = own.lock().await;
    let tree = line.tree(&listed.repository).await?;
    let commit = tree.as_ref().map(|tree| tree.commit.clone()).unwrap_or_default();
    let head =
        IndexHead { version: VERSION, commit, pushed_at: listed.pushed_at, files: tree.as_ref().map_or(0, |tree| tree.index.len() as u64) };
    let mut session = line.store.read().await?;
    let known = session.index_head(listed.repository.id).await?;
    drop(session);
    if known.as_ref() == Some(&head) {
        return Ok(tree);
    }
    let same = known.is_some_and(|known| known.commit == head.commit && known.version == head.version);
    if let Some(tree) = tree.as_ref().filter(|_| !same) {
        save(line, tree).await?;
    }
    let mut session = line.store.begin().await?;
    session.save_index_head(listed.repository.id, &head, line.now()).await?;
    session.commit().await?;
    Ok(tree)
}

/// Stores facts, keys and states of a tree; the head comes last, so that a half stored index is stored again.
async fn save(line: &Line, tree: &Arc<Tree>) -> Result<(), StepError> {
    let repository = tree.repository.id;
    let mut session = line.store.read().await?;
    let stored: HashSet<String> = session.index_blob_ids(repository, VERSION).await?.into_iter().collect();
    drop(session);
    let known = stored.clone();
    let index = tree.index.clone();
    let (new, gone, keys) = tokio::task::spawn_blocking(move || {
        let encoded = |facts: &FileFacts| serde_json::to_vec(facts).unwrap_or_default();
        let new: Vec<(String, Vec<u8>)> =
            index.entries().filter(|(id, _)| !known.contains(*id)).map(|(id, facts)| (id.to_owned(), encoded(facts))).collect();
        let here: HashSet<&str> = index.entries().map(|(id, _)| id).collect();
        let gone: Vec<String> = stored.into_iter().filter(|id| !here.contains(id.as_str())).collect();
        (new, gone, index.search_keys())
    })
    .await?;
    for part in new.chunks(BLOBS_AT_ONCE) {
        let mut session = line.store.begin().await?;
        session.save_index_blobs(repository, VERSION, part, line.now()).await?;
        session.commit().await?;
    }
    let mut session = line.store.begin().await?;
    for blob in gone {
        session.remove_index_blob(repository, VERSION, &blob).await?;
    }
    session.save_index_keys(repository, &keys).await?;
    states::register(line, &mut session, tree).await?;
    session.touch_index_blobs(repository, VERSION, line.now()).await?;
    session.commit().await?;
    Ok(())
}

/// The repositories that a case may be about, and whether blocks with unknowable names lie in others.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    pub(super) repositories: Vec<Listed>,
    pub(super) rivals: bool,
    pub(super) looked: Looked,
    /// Why nothing was opened: too many offer the very name.
    pub(super) refusal: Option<Refusal>,
}

/// Looks the candidates up among `all`. Repositories whose index is not up to date are brought up to date first.
pub(super) async fn candidates(line: &Arc<Line>, all: &[Listed], case: &mut Case) -> Result<Candidates, StepError> {
    refresh(line, all).await?;
    // A state that nobody has read yet may be the one that knows.
    if !line.settings.state.sources.is_empty() {
        states::register_configured(line).await?;
    }
    if states::read_due(line, chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(1)).await? > 0 {
        case.states = states::holding(line, &case.query()).await?;
    }
    let keys = case.query().search_keys();
    let mut session = line.store.read().await?;
    let heads = session.index_heads(VERSION).await?;
    let exact = session.repositories_by_keys(&keys.exact, MOST_NAMED).await?;
    let fits = session.repositories_by_keys(&keys.fits, MOST_NAMED).await?;
    let open = session.repositories_by_keys(&keys.open, MOST_OPEN).await?;
    drop(session);
    let few = open.len() <= MOST_OPEN;
    let mut wanted: BTreeSet<u64> = exact.iter().chain(fits.iter().take(MOST_NAMED)).copied().collect();
    wanted.extend(open.iter().filter(|_| few));
    // Beyond the bounds a lone pattern decides nothing.
    let rivals = !few || fits.len() > MOST_NAMED;
    let refusal = (exact.len() > MOST_NAMED).then(|| {
        let message = format!("more than {MOST_NAMED} repositories create something of this name");
        Refusal::new(RefusalKind::AmbiguousTarget, message).next("say where it is: `/remediate at path:line` in its repository")
    });
    let here = all.iter().filter_map(|listed| heads.get(&listed.repository.id));
    let looked = Looked { repositories: all.len(), files: here.map(|head| usize::try_from(head.files).unwrap_or_default()).sum() };
    let repositories = all.iter().filter(|listed| wanted.contains(&listed.repository.id)).cloned();
    Ok(Candidates { repositories: repositories.collect(), rivals, looked, refusal })
}

/// Whether a repository changed since it was indexed, as far as the list tells.
pub(super) async fn any_stale(line: &Line, all: &[Listed]) -> Result<bool, StepError> {
    let mut session = line.store.read().await?;
    let heads = session.index_heads(VERSION).await?;
    Ok(all.iter().any(|listed| !listed.is_fresh(&heads)))
}

/// Indexes what changed since it was indexed, and has states read that were never read.
async fn refresh(line: &Arc<Line>, all: &[Listed]) -> Result<(), StepError> {
    let mut session = line.store.read().await?;
    let heads = session.index_heads(VERSION).await?;
    drop(session);
    let stale: Vec<Listed> = all.iter().filter(|listed| !listed.is_fresh(&heads)).cloned().collect();
    at_once(line, stale, |line, listed| async move { bring_up(&line, &listed).await.map(|_| Some(())) }).await?;
    Ok(())
}

/// Does the same with several repositories, a few at a time. One that cannot be read for good is left out; one that cannot be read
/// now fails the step.
pub(super) async fn at_once<T, F, W>(line: &Arc<Line>, repositories: Vec<Listed>, work: F) -> Result<Vec<Option<T>>, StepError>
where
    T: Send + 'static,
    F: Fn(Arc<Line>, Listed) -> W,
    W: Future<Output = Result<Option<T>, StepError>> + Send + 'static,
{
    let mut waiting = repositories.into_iter();
    let mut running = JoinSet::new();
    let mut results = Vec::new();
    loop {
        while running.len() < FETCHES
            && let Some(listed) = waiting.next()
        {
            let name = listed.repository.to_string();
            let work = work(line.clone(), listed);
            running.spawn(async move { (name, work.await) });
        }
        let Some(done) = running.join_next().await else { return Ok(results) };
        match done? {
            (_, Ok(result)) => results.push(result),
            (repository, Err(StepError::Never(reason))) => tracing::warn!(repository, reason, "repository left out"),
            (_, Err(error)) => return Err(error),
        }
    }
}

/// Notes that a repository's default branch was pushed to: from now on its index is out of date, and it is soon renewed.
pub(super) async fn pushed(line: &Line, repository: &Repository) -> Result<(), StepError> {
    let now = line.now();
    let mut session = line.store.begin().await?;
    session.outdate_index(repository.id).await?;
    session.enqueue(&job(repository, now), now).await?;
    session.commit().await?;
    Ok(())
}
