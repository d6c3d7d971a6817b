//! The index of repositories and what is known of Terraform states: which of them a finding may be about, found by keys.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};

use super::value::{Row, Value, id};
use super::{Session, StoreError};

/// Keys that one statement looks up, adds or removes. Shorter lists repeat their last key, so that a statement is one text.
const KEYS_AT_ONCE: usize = 256;
/// Blobs that one statement stores.
const BLOBS_AT_ONCE: usize = 32;

/// Up to which commit a repository is indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexHead {
    /// Version of the indexer.
    pub version: i64,
    /// The commit; empty for a repository without one.
    pub commit: String,
    /// When the code host saw the last push, as it said before the commit was fetched; seconds since 1970.
    pub pushed_at: i64,
    /// Number of indexed files.
    pub files: u64,
}

/// A Terraform state that may be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownState {
    /// Where it is.
    pub location: String,
    /// The repository whose code it belongs to; 0 when not known.
    pub repository: u64,
    /// Kind of backend.
    pub kind: String,
    /// Region, for kinds that have one.
    pub region: Option<String>,
    /// Directory of the root module, when known.
    pub root_dir: Option<String>,
    /// Workspace; `None` for the default one.
    pub workspace: Option<String>,
    /// Whether the operator named it; else the code did.
    pub configured: bool,
}

const HEAD: &str = "SELECT version, commit_id, pushed_at, files FROM index_heads WHERE repository = $1";
const HEADS: &str = "SELECT repository, version, commit_id, pushed_at, files FROM index_heads WHERE version = $1";
const SAVE_HEAD: &str =
    "INSERT INTO index_heads (repository, version, commit_id, pushed_at, files, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (repository) DO UPDATE SET version = excluded.version, commit_id = excluded.commit_id, pushed_at = excluded.pushed_at,
    files = excluded.files, updated_at = excluded.updated_at";
const OUTDATE: &str = "UPDATE index_heads SET pushed_at = -1 WHERE repository = $1";
const DROP_HEAD: &str = "DELETE FROM index_heads WHERE repository = $1";
const DROP_KEYS: &str = "DELETE FROM index_keys WHERE repository = $1";
const DROP_BLOBS: &str = "DELETE FROM index_blobs WHERE repository = $1";
const DROP_OTHER_BLOBS: &str = "DELETE FROM index_blobs WHERE repository = $1 AND version <> $2";
const BLOB_IDS: &str = "SELECT blob FROM index_blobs WHERE repository = $1 AND version = $2";
const KEYS: &str = "SELECT search_key FROM index_keys WHERE repository = $1";

static ADD_KEYS: LazyLock<String> = LazyLock::new(|| {
    let rows: Vec<String> = (2..KEYS_AT_ONCE + 2).map(|at| format!("(${at}, $1)")).collect();
    format!("INSERT INTO index_keys (search_key, repository) VALUES {} ON CONFLICT (search_key, repository) DO NOTHING", rows.join(", "))
});
static REMOVE_KEYS: LazyLock<String> =
    LazyLock::new(|| format!("DELETE FROM index_keys WHERE repository = $1 AND search_key IN ({})", places(2, KEYS_AT_ONCE)));
static FIND_REPOSITORIES: LazyLock<String> =
    LazyLock::new(|| format!("SELECT DISTINCT repository FROM index_keys WHERE search_key IN ({}) LIMIT $1", places(2, KEYS_AT_ONCE)));
static ADD_BLOBS: LazyLock<String> = LazyLock::new(|| {
    let rows: Vec<String> = (0..BLOBS_AT_ONCE).map(|at| format!("($1, ${}, $2, ${}, $3)", 4 + 2 * at, 5 + 2 * at)).collect();
    format!(
        "INSERT INTO index_blobs (repository, blob, version, entry, used_at) VALUES {} ON CONFLICT (repository, version, blob) DO NOTHING",
        rows.join(", ")
    )
});

const SAVE_STATE: &str = "INSERT INTO states (location, repository, kind, region, root_dir, workspace, configured, entry, error, read_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, 0)
    ON CONFLICT (location, repository) DO UPDATE SET kind = excluded.kind, region = excluded.region, root_dir = excluded.root_dir,
    workspace = excluded.workspace, configured = excluded.configured";
const STATES_OF: &str = "SELECT location FROM states WHERE repository = $1 AND configured = 0";
const CONFIGURED_STATES: &str = "SELECT location, repository FROM states WHERE configured = 1";
const DROP_STATE: &str = "DELETE FROM states WHERE location = $1 AND repository = $2";
const DROP_STATE_KEYS: &str = "DELETE FROM state_keys WHERE location = $1 AND repository = $2";
const DUE_STATES: &str = "SELECT location, repository, kind, region, root_dir, workspace, configured FROM states WHERE read_at < $1
    ORDER BY read_at, location, repository LIMIT $2";
const STATE_READ: &str = "UPDATE states SET entry = $1, error = NULL, read_at = $2 WHERE location = $3 AND repository = $4";
const STATE_FAILED: &str = "UPDATE states SET error = $1, read_at = $2 WHERE location = $3 AND repository = $4";
const STATE_ENTRY: &str = "SELECT entry FROM states WHERE location = $1 AND repository = $2";
const STATE_ERRORS: &str = "SELECT location, error FROM states WHERE error IS NOT NULL ORDER BY location LIMIT $1";
static ADD_STATE_KEYS: LazyLock<String> = LazyLock::new(|| {
    let rows: Vec<String> = (3..KEYS_AT_ONCE + 3).map(|at| format!("(${at}, $1, $2)")).collect();
    format!(
        "INSERT INTO state_keys (search_key, location, repository) VALUES {} ON CONFLICT (search_key, location, repository) DO NOTHING",
        rows.join(", ")
    )
});
const FIND_STATES: &str =
    "SELECT DISTINCT location, repository FROM state_keys WHERE search_key IN ($1, $2, $3, $4) ORDER BY location, repository";

fn places(from: usize, count: usize) -> String {
    (from..from + count).map(|at| format!("${at}")).collect::<Vec<_>>().join(", ")
}

/// The keys as values, the last one repeated until there are [`KEYS_AT_ONCE`].
fn padded(keys: &[i64]) -> impl Iterator<Item = Value> {
    let last = keys.last().copied().unwrap_or_default();
    keys.iter().copied().chain(std::iter::repeat(last)).take(KEYS_AT_ONCE).map(Value::from)
}

impl Session {
    /// Up to where a repository is indexed.
    ///
    /// # Errors
    /// The database's.
    pub async fn index_head(&mut self, repository: u64) -> Result<Option<IndexHead>, StoreError> {
        self.row(HEAD, vec![id(repository).into()]).await?.as_ref().map(head).transpose()
    }

    /// Every repository indexed by that version of the indexer.
    ///
    /// # Errors
    /// The database's.
    pub async fn index_heads(&mut self, version: i64) -> Result<HashMap<u64, IndexHead>, StoreError> {
        self.rows(HEADS, vec![version.into()]).await?.iter().map(|row| Ok((row.unsigned("repository")?, head(row)?))).collect()
    }

    /// Remembers up to where a repository is indexed; blobs that another version of the indexer read are forgotten.
    ///
    /// # Errors
    /// The database's.
    pub async fn save_index_head(&mut self, repository: u64, head: &IndexHead, now: DateTime<Utc>) -> Result<(), StoreError> {
        let values = vec![
            id(repository).into(),
            head.version.into(),
            (&head.commit).into(),
            head.pushed_at.into(),
            id(head.files).into(),
            now.into(),
        ];
        self.execute(SAVE_HEAD, values).await?;
        self.execute(DROP_OTHER_BLOBS, vec![id(repository).into(), head.version.into()]).await?;
        Ok(())
    }

    /// Notes that a repository's index is out of date.
    ///
    /// # Errors
    /// The database's.
    pub async fn outdate_index(&mut self, repository: u64) -> Result<(), StoreError> {
        self.execute(OUTDATE, vec![id(repository).into()]).await?;
        Ok(())
    }

    /// Forgets a repository's index: it is gone, or no longer ours to see.
    ///
    /// # Errors
    /// The database's.
    pub async fn drop_index(&mut self, repository: u64) -> Result<(), StoreError> {
        for statement in [DROP_HEAD, DROP_KEYS, DROP_BLOBS] {
            self.execute(statement, vec![id(repository).into()]).await?;
        }
        self.save_states_of(repository, &[]).await
    }

    /// Stores what the indexer read out of blobs; those that are there stay as they are.
    ///
    /// # Errors
    /// The database's.
    pub async fn save_index_blobs(
        &mut self,
        repository: u64,
        version: i64,
        blobs: &[(String, Vec<u8>)],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        for chunk in blobs.chunks(BLOBS_AT_ONCE) {
            let Some(last) = chunk.last() else { continue };
            let mut values: Vec<Value> = vec![id(repository).into(), version.into(), now.into()];
            for (blob, entry) in chunk.iter().chain(std::iter::repeat(last)).take(BLOBS_AT_ONCE) {
                values.extend([blob.into(), entry.clone().into()]);
            }
            self.execute(ADD_BLOBS.as_str(), values).await?;
        }
        Ok(())
    }

    /// The ids of the blobs whose facts are stored.
    ///
    /// # Errors
    /// The database's.
    pub async fn index_blob_ids(&mut self, repository: u64, version: i64) -> Result<Vec<String>, StoreError> {
        let rows = self.rows(BLOB_IDS, vec![id(repository).into(), version.into()]).await?;
        rows.iter().map(|row| row.text("blob")).collect()
    }

    /// Makes `keys` (sorted) those by which a repository is found; only the difference is written.
    ///
    /// # Errors
    /// The database's.
    pub async fn save_index_keys(&mut self, repository: u64, keys: &[i64]) -> Result<(), StoreError> {
        let rows = self.rows(KEYS, vec![id(repository).into()]).await?;
        let mut known: Vec<i64> = rows.iter().map(|row| row.int("search_key")).collect::<Result<_, _>>()?;
        known.sort_unstable();
        let gone: Vec<i64> = known.iter().copied().filter(|key| keys.binary_search(key).is_err()).collect();
        let new: Vec<i64> = keys.iter().copied().filter(|key| known.binary_search(key).is_err()).collect();
        for (statement, keys) in [(&REMOVE_KEYS, gone), (&ADD_KEYS, new)] {
            for chunk in keys.chunks(KEYS_AT_ONCE) {
                let values = std::iter::once(id(repository).into()).chain(padded(chunk)).collect();
                self.execute(statement.as_str(), values).await?;
            }
        }
        Ok(())
    }

    /// Repositories found by one of `keys`, at most `most` and one more (so that more can be told from enough), sorted.
    ///
    /// # Errors
    /// The database's.
    pub async fn repositories_by_keys(&mut self, keys: &[i64], most: usize) -> Result<Vec<u64>, StoreError> {
        let limit = i64::try_from(most.saturating_add(1)).unwrap_or(i64::MAX);
        let mut found = std::collections::BTreeSet::new();
        for chunk in keys.chunks(KEYS_AT_ONCE) {
            let values = std::iter::once(limit.into()).chain(padded(chunk)).collect();
            for row in self.rows(FIND_REPOSITORIES.as_str(), values).await? {
                found.insert(row.unsigned("repository")?);
            }
            if found.len() > most {
                break;
            }
        }
        Ok(found.into_iter().take(most.saturating_add(1)).collect())
    }

    /// Makes `states` those that the code of a repository names; what was read of the others is forgotten.
    ///
    /// # Errors
    /// The database's.
    pub async fn save_states_of(&mut self, repository: u64, states: &[KnownState]) -> Result<(), StoreError> {
        for row in self.rows(STATES_OF, vec![id(repository).into()]).await? {
            let location = row.text("location")?;
            if states.iter().all(|state| state.location != location) {
                self.drop_state(&location, repository).await?;
            }
        }
        self.save_states(states).await
    }

    /// Makes `states` those that the operator names.
    ///
    /// # Errors
    /// The database's.
    pub async fn save_configured_states(&mut self, states: &[KnownState]) -> Result<(), StoreError> {
        for row in self.rows(CONFIGURED_STATES, vec![]).await? {
            let (location, repository) = (row.text("location")?, row.unsigned("repository")?);
            if states.iter().all(|state| state.location != location || state.repository != repository) {
                self.drop_state(&location, repository).await?;
            }
        }
        self.save_states(states).await
    }

    async fn save_states(&mut self, states: &[KnownState]) -> Result<(), StoreError> {
        for state in states {
            let values = vec![
                (&state.location).into(),
                id(state.repository).into(),
                (&state.kind).into(),
                state.region.clone().into(),
                state.root_dir.clone().into(),
                state.workspace.clone().into(),
                state.configured.into(),
                Vec::new().into(),
            ];
            self.execute(SAVE_STATE, values).await?;
        }
        Ok(())
    }

    async fn drop_state(&mut self, location: &str, repository: u64) -> Result<(), StoreError> {
        for statement in [DROP_STATE, DROP_STATE_KEYS] {
            self.execute(statement, vec![location.into(), id(repository).into()]).await?;
        }
        Ok(())
    }

    /// States that were not read since `before`, those that waited longest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn due_states(&mut self, before: DateTime<Utc>, most: i64) -> Result<Vec<KnownState>, StoreError> {
        let rows = self.rows(DUE_STATES, vec![before.into(), most.into()]).await?;
        rows.iter()
            .map(|row| {
                Ok(KnownState {
                    location: row.text("location")?,
                    repository: row.unsigned("repository")?,
                    kind: row.text("kind")?,
                    region: row.optional_text("region")?,
                    root_dir: row.optional_text("root_dir")?,
                    workspace: row.optional_text("workspace")?,
                    configured: row.flag("configured")?,
                })
            })
            .collect()
    }

    /// Remembers what a state was reduced to, and the keys of the identities in it.
    ///
    /// # Errors
    /// The database's.
    pub async fn state_read(&mut self, state: &KnownState, entry: Vec<u8>, keys: &[i64], now: DateTime<Utc>) -> Result<(), StoreError> {
        let whose = || -> Vec<Value> { vec![(&state.location).into(), id(state.repository).into()] };
        let values = [vec![entry.into(), now.into()], whose()].concat();
        self.execute(STATE_READ, values).await?;
        self.execute(DROP_STATE_KEYS, whose()).await?;
        for chunk in keys.chunks(KEYS_AT_ONCE) {
            let values = whose().into_iter().chain(padded(chunk)).collect();
            self.execute(ADD_STATE_KEYS.as_str(), values).await?;
        }
        Ok(())
    }

    /// Remembers why a state could not be read; what was read of it earlier stays.
    ///
    /// # Errors
    /// The database's.
    pub async fn state_failed(&mut self, state: &KnownState, error: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let values = vec![error.into(), now.into(), (&state.location).into(), id(state.repository).into()];
        self.execute(STATE_FAILED, values).await?;
        Ok(())
    }

    /// What was kept of the states that hold one of `keys` (at most four).
    ///
    /// # Errors
    /// The database's.
    pub async fn states_by_keys(&mut self, keys: &[i64]) -> Result<Vec<Vec<u8>>, StoreError> {
        let Some(last) = keys.last().copied() else { return Ok(Vec::new()) };
        let values = keys.iter().copied().chain(std::iter::repeat(last)).take(4).map(Value::from).collect();
        let mut entries = Vec::new();
        for row in self.rows(FIND_STATES, values).await? {
            let values = vec![row.text("location")?.into(), row.int("repository")?.into()];
            if let Some(entry) = self.row(STATE_ENTRY, values).await? {
                entries.push(entry.bytes("entry")?);
            }
        }
        Ok(entries)
    }

    /// States that could not be read, with the reason.
    ///
    /// # Errors
    /// The database's.
    pub async fn state_errors(&mut self, most: i64) -> Result<Vec<(String, String)>, StoreError> {
        let rows = self.rows(STATE_ERRORS, vec![most.into()]).await?;
        rows.iter().map(|row| Ok((row.text("location")?, row.text("error")?))).collect()
    }
}

fn head(row: &Row) -> Result<IndexHead, StoreError> {
    Ok(IndexHead {
        version: row.int("version")?,
        commit: row.text("commit_id")?,
        pushed_at: row.int("pushed_at")?,
        files: row.unsigned("files")?,
    })
}
