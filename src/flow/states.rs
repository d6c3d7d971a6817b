//! Terraform states: registered from configuration and from the code's own backends, read when due, asked when a finding comes.
//!
//! Read-only. A state is reduced to addresses and identities as it is read; nothing else of it is stored, logged or shown.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use tokio::task::JoinSet;

use super::trees::Tree;
use super::{Line, StepError};
use crate::cloud::{StateFetchError, StateSource};
use crate::locate::{Query, State, StatePlace};
use crate::store::{Job, KnownState, NewJob, Session};

/// States read at the same time.
const AT_ONCE: usize = 8;
/// Most states that one step reads.
const MOST: i64 = 200;

/// Queues the reading of states that are due, after the configured ones are registered.
pub(super) async fn queue_due(line: &Arc<Line>) -> Result<(), StepError> {
    if line.states.is_none() {
        return Ok(());
    }
    let now = line.now();
    register_configured(line).await?;
    let mut session = line.store.begin().await?;
    if !session.due_states(now - refresh(line), 1).await?.is_empty() {
        session.enqueue(&NewJob::new("states", json!({}), now).once("states").priority(-1), now).await?;
    }
    session.commit().await?;
    Ok(())
}

/// Registers the states that the operator names, and forgets those that are named no more.
pub(super) async fn register_configured(line: &Line) -> Result<(), StepError> {
    let configured = if line.settings.state.sources.is_empty() { Vec::new() } else { configured(line).await? };
    let mut session = line.store.begin().await?;
    session.save_configured_states(&configured).await?;
    session.commit().await?;
    Ok(())
}

/// Carries out a `states` job.
pub(super) async fn read(line: &Arc<Line>, job: &Job) -> Result<(), StepError> {
    read_due(line, line.now() - refresh(line)).await?;
    let mut session = line.store.begin().await?;
    session.complete(job).await?;
    session.commit().await?;
    Ok(())
}

fn refresh(line: &Line) -> TimeDelta {
    line.settings.state.refresh.as_delta()
}

/// The states that the operator names, under their repositories as they are known now.
async fn configured(line: &Line) -> Result<Vec<KnownState>, StepError> {
    let all = line.listed_repositories(&[]).await?;
    let mut states = Vec::new();
    for (name, source) in &line.settings.state.sources {
        let full = source.repository.as_deref();
        let here = full.map(|full| all.iter().find(|listed| listed.repository.to_string().eq_ignore_ascii_case(full)));
        let repository = match here {
            None => 0,
            Some(Some(listed)) => listed.repository.id,
            Some(None) => {
                tracing::warn!(state = name, repository = full, "the state's repository is not among those the App may see");
                continue;
            }
        };
        states.push(KnownState {
            location: source.location.clone(),
            repository,
            kind: source.backend_kind().to_owned(),
            region: source.region.clone(),
            root_dir: source.directory.clone(),
            workspace: source.workspace.clone(),
            configured: true,
        });
    }
    Ok(states)
}

/// Registers the states that a repository's own backends name, as far as the settings allow to follow them.
pub(super) async fn register(line: &Line, session: &mut Session, tree: &Tree) -> Result<(), StepError> {
    if line.states.is_none() {
        return Ok(());
    }
    let places = tree.index.state_places();
    let followed = places.into_iter().filter(|place| may_follow(line, place)).map(|place| KnownState {
        location: place.location,
        repository: tree.repository.id,
        kind: place.kind,
        region: place.region,
        root_dir: place.root_dir,
        workspace: place.workspace,
        configured: false,
    });
    session.save_states_of(tree.repository.id, &followed.collect::<Vec<_>>()).await?;
    Ok(())
}

/// Code is written by many: it may name a state only where the operator said that such states are, so that nobody makes this
/// process send a request, or a token, to an address of their choice.
fn may_follow(line: &Line, place: &StatePlace) -> bool {
    let settings = &line.settings.state;
    if !settings.backends.contains(&place.kind) {
        return false;
    }
    let host = || url::Url::parse(&place.location).ok().and_then(|url| url.host_str().map(str::to_ascii_lowercase));
    match place.kind.as_str() {
        "s3" | "gcs" => true,
        "azurerm" => host().is_some_and(|host| host.ends_with(".blob.core.windows.net")),
        "remote" | "cloud" => host().is_some_and(|host| host == "app.terraform.io" || settings.hosts.contains(&host)),
        "http" => host().is_some_and(|host| settings.hosts.contains(&host)),
        _ => false,
    }
}

/// Reads the states that were not read since `before`; gives how many were.
pub(super) async fn read_due(line: &Arc<Line>, before: DateTime<Utc>) -> Result<usize, StepError> {
    if line.states.is_none() {
        return Ok(0);
    }
    let mut session = line.store.read().await?;
    let due = session.due_states(before, MOST).await?;
    drop(session);
    if due.is_empty() {
        return Ok(0);
    }
    let count = due.len();
    let all = line.listed_repositories(&[]).await?;
    let names: HashMap<u64, String> = all.iter().map(|listed| (listed.repository.id, listed.repository.to_string())).collect();
    let mut waiting = due.into_iter();
    let mut running = JoinSet::new();
    loop {
        while running.len() < AT_ONCE
            && let Some(state) = waiting.next()
        {
            let (line, name) = (line.clone(), names.get(&state.repository).cloned());
            running.spawn(async move {
                let read = fetch(&line, &state, name).await;
                (state, read)
            });
        }
        let Some(done) = running.join_next().await else { return Ok(count) };
        let (known, read) = done?;
        let now = line.now();
        let mut session = line.store.begin().await?;
        match read {
            Ok(state) => {
                let keys = state.search_keys();
                let entry = serde_json::to_vec(&state).unwrap_or_default();
                session.state_read(&known, entry, &keys, now).await?;
            }
            Err(error) => {
                // A workspace that does not exist is no mistake of anybody.
                tracing::info!(%error, "a state could not be read");
                session.state_failed(&known, &error.to_string(), now).await?;
            }
        }
        session.commit().await?;
    }
}

/// `repository` is its name as it is now.
async fn fetch(line: &Line, known: &KnownState, repository: Option<String>) -> Result<State, StateFetchError> {
    let Some(reader) = &line.states else { return Err(StateFetchError::Location(known.location.clone())) };
    let mut source = StateSource::parse(&known.kind, &known.location)?;
    if let StateSource::S3 { region, .. } = &mut source {
        region.clone_from(&known.region);
    }
    let mut state = reader.read(&source).await?;
    state.root_dir.clone_from(&known.root_dir);
    state.workspace.clone_from(&known.workspace);
    state.repository = repository;
    Ok(state)
}

/// The states that hold what the query looks for.
pub(super) async fn holding(line: &Line, query: &Query<'_>) -> Result<Vec<State>, StepError> {
    let Some(identity) = query.identity.as_ref().filter(|_| line.states.is_some()) else { return Ok(Vec::new()) };
    let mut session = line.store.read().await?;
    let entries = session.states_by_keys(&State::keys_of(identity)).await?;
    Ok(entries.iter().filter_map(|entry| serde_json::from_slice::<State>(entry).ok()).collect())
}
