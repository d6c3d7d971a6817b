//! What is known of the code host: installations, repositories, their configuration, the index, and what was written there.

use chrono::{DateTime, Utc};

use crate::model::Repository;

use super::value::{Row, id};
use super::{Session, StoreError};

/// A repository that an installation gives access to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRepository {
    /// Names and ids.
    pub repository: Repository,
    /// Its default branch, once asked.
    pub default_branch: Option<String>,
    /// Whether it is read-only.
    pub archived: bool,
    /// Whether access was taken away.
    pub removed: bool,
}

/// The last good configuration file of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownConfig {
    /// The commit it was read at.
    pub commit: String,
    /// Its text.
    pub text: String,
    /// A later commit that broke it, and how: told once.
    pub broken: Option<(String, String)>,
}

/// Something written on the code host that is edited in place afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteObject {
    /// The code host's id of it.
    pub remote_id: String,
    /// Digest of what it says, so that nothing is written twice.
    pub digest: String,
}

const INSTALLATION: &str = "INSERT INTO installations (id, account, suspended, updated_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (id) DO UPDATE SET account = excluded.account, suspended = excluded.suspended, updated_at = excluded.updated_at";
const UNINSTALL: &str = "DELETE FROM installations WHERE id = $1";
const REMOVE_OF_INSTALLATION: &str = "UPDATE repositories SET removed = 1, updated_at = $1 WHERE installation = $2";
const INSTALLATIONS: &str = "SELECT id, account, suspended FROM installations ORDER BY id";
const REPOSITORY: &str = "INSERT INTO repositories (id, installation, owner, name, default_branch, archived, removed, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (id) DO UPDATE SET installation = excluded.installation, owner = excluded.owner, name = excluded.name,
    default_branch = COALESCE(excluded.default_branch, repositories.default_branch), archived = excluded.archived, removed = excluded.removed,
    updated_at = excluded.updated_at";
const BY_ID: &str = "SELECT id, installation, owner, name, default_branch, archived, removed FROM repositories WHERE id = $1";
const BY_NAME: &str = "SELECT id, installation, owner, name, default_branch, archived, removed FROM repositories
    WHERE LOWER(owner) = LOWER($1) AND LOWER(name) = LOWER($2) ORDER BY removed, updated_at DESC LIMIT 1";
const USABLE: &str = "SELECT id, installation, owner, name, default_branch, archived, removed FROM repositories
    WHERE removed = 0 AND archived = 0 AND ($1 = 0 OR installation = $1) ORDER BY owner, name, id";

const GOOD_CONFIG: &str = "INSERT INTO repository_configs (repository, commit_id, text, updated_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (repository) DO UPDATE SET commit_id = excluded.commit_id, text = excluded.text, broken_commit = NULL, broken_error = NULL,
    updated_at = excluded.updated_at";
/// A repository whose first file is broken has an empty last good one.
const BROKEN_CONFIG: &str = "INSERT INTO repository_configs (repository, commit_id, text, broken_commit, broken_error, updated_at)
    VALUES ($1, '', '', $2, $3, $4)
    ON CONFLICT (repository) DO UPDATE SET broken_commit = excluded.broken_commit, broken_error = excluded.broken_error,
    updated_at = excluded.updated_at";
const CONFIG: &str = "SELECT commit_id, text, broken_commit, broken_error FROM repository_configs WHERE repository = $1";

/// Files that may let a finding through that the organisation's threshold would not.
const SCORING_CONFIGS: &str =
    "SELECT DISTINCT text FROM repository_configs WHERE text LIKE '%threshold%' OR text LIKE '%weights%' ORDER BY text";

const PUT_BLOB: &str = "INSERT INTO index_blobs (repository, blob, version, entry, used_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (repository, version, blob) DO UPDATE SET entry = excluded.entry, used_at = excluded.used_at";
const BLOBS: &str = "SELECT blob, entry FROM index_blobs WHERE repository = $1 AND version = $2";
const TOUCH_BLOBS: &str = "UPDATE index_blobs SET used_at = $1 WHERE repository = $2 AND version = $3";
const PURGE_BLOBS: &str = "DELETE FROM index_blobs WHERE used_at < $1";
const DROP_BLOB: &str = "DELETE FROM index_blobs WHERE repository = $1 AND version = $2 AND blob = $3";

const REMOTE: &str = "INSERT INTO remote_objects (subject, kind, remote_id, digest, updated_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (subject, kind) DO UPDATE SET remote_id = excluded.remote_id, digest = excluded.digest, updated_at = excluded.updated_at";
const GET_REMOTE: &str = "SELECT remote_id, digest FROM remote_objects WHERE subject = $1 AND kind = $2";
const FORGET_REMOTE: &str = "DELETE FROM remote_objects WHERE subject = $1 AND kind = $2";

impl Session {
    /// Remembers an installation, or what changed of it.
    ///
    /// # Errors
    /// The database's.
    pub async fn save_installation(
        &mut self,
        installation: u64,
        account: &str,
        suspended: bool,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.execute(INSTALLATION, vec![id(installation).into(), account.into(), suspended.into(), now.into()]).await?;
        Ok(())
    }

    /// Forgets an installation; its repositories are kept as removed, because remediations speak of them.
    ///
    /// # Errors
    /// The database's.
    pub async fn remove_installation(&mut self, installation: u64, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.execute(REMOVE_OF_INSTALLATION, vec![now.into(), id(installation).into()]).await?;
        self.execute(UNINSTALL, vec![id(installation).into()]).await?;
        Ok(())
    }

    /// Every installation: id, account, and whether it is suspended.
    ///
    /// # Errors
    /// The database's.
    pub async fn installations(&mut self) -> Result<Vec<(u64, String, bool)>, StoreError> {
        let rows = self.rows(INSTALLATIONS, vec![]).await?;
        rows.iter().map(|row| Ok((row.unsigned("id")?, row.text("account")?, row.flag("suspended")?))).collect()
    }

    /// Remembers a repository, or what changed of it: a new name keeps its id.
    ///
    /// # Errors
    /// The database's.
    pub async fn save_repository(&mut self, known: &KnownRepository, now: DateTime<Utc>) -> Result<(), StoreError> {
        let values = vec![
            id(known.repository.id).into(),
            id(known.repository.installation).into(),
            (&known.repository.owner).into(),
            (&known.repository.name).into(),
            known.default_branch.clone().into(),
            known.archived.into(),
            known.removed.into(),
            now.into(),
        ];
        self.execute(REPOSITORY, values).await?;
        Ok(())
    }

    /// The repository of that id.
    ///
    /// # Errors
    /// The database's.
    pub async fn repository(&mut self, repository: u64) -> Result<Option<KnownRepository>, StoreError> {
        self.row(BY_ID, vec![id(repository).into()]).await?.as_ref().map(known).transpose()
    }

    /// The repository of that name, in any case of letters.
    ///
    /// # Errors
    /// The database's.
    pub async fn repository_named(&mut self, owner: &str, name: &str) -> Result<Option<KnownRepository>, StoreError> {
        self.row(BY_NAME, vec![owner.into(), name.into()]).await?.as_ref().map(known).transpose()
    }

    /// Repositories that may be changed, of one installation or (0) of all.
    ///
    /// # Errors
    /// The database's.
    pub async fn usable_repositories(&mut self, installation: u64) -> Result<Vec<KnownRepository>, StoreError> {
        self.rows(USABLE, vec![id(installation).into()]).await?.iter().map(known).collect()
    }

    /// Remembers a configuration file that could be read.
    ///
    /// # Errors
    /// The database's.
    pub async fn save_config(&mut self, repository: u64, commit: &str, text: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.execute(GOOD_CONFIG, vec![id(repository).into(), commit.into(), text.into(), now.into()]).await?;
        Ok(())
    }

    /// Remembers the commit that broke the configuration file; the last good one stays.
    ///
    /// # Errors
    /// The database's.
    pub async fn config_broken(&mut self, repository: u64, commit: &str, error: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.execute(BROKEN_CONFIG, vec![id(repository).into(), commit.into(), error.into(), now.into()]).await?;
        Ok(())
    }

    /// What is known of a repository's configuration file. An empty commit means that no good one was ever seen.
    ///
    /// # Errors
    /// The database's.
    pub async fn config(&mut self, repository: u64) -> Result<Option<KnownConfig>, StoreError> {
        let row = self.row(CONFIG, vec![id(repository).into()]).await?;
        row.map(|row| {
            let broken = row.optional_text("broken_commit")?.zip(row.optional_text("broken_error")?);
            Ok(KnownConfig { commit: row.text("commit_id")?, text: row.text("text")?, broken })
        })
        .transpose()
    }

    /// The texts of the last good configuration files that say something about the risk score.
    ///
    /// # Errors
    /// The database's.
    pub async fn configs_that_score(&mut self) -> Result<Vec<String>, StoreError> {
        self.rows(SCORING_CONFIGS, vec![]).await?.iter().map(|row| row.text("text")).collect()
    }

    /// Stores what the indexer read out of one blob. `version` is that of the indexer's format.
    ///
    /// # Errors
    /// The database's.
    pub async fn save_index_blob(
        &mut self,
        repository: u64,
        version: i64,
        blob: &str,
        entry: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let values = vec![id(repository).into(), blob.into(), version.into(), entry.to_vec().into(), now.into()];
        self.execute(PUT_BLOB, values).await?;
        Ok(())
    }

    /// Every stored index entry of a repository: blob id and bytes.
    ///
    /// # Errors
    /// The database's.
    pub async fn index_blobs(&mut self, repository: u64, version: i64) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let rows = self.rows(BLOBS, vec![id(repository).into(), version.into()]).await?;
        rows.iter().map(|row| Ok((row.text("blob")?, row.bytes("entry")?))).collect()
    }

    /// Marks a repository's index entries as used.
    ///
    /// # Errors
    /// The database's.
    pub async fn touch_index_blobs(&mut self, repository: u64, version: i64, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.execute(TOUCH_BLOBS, vec![now.into(), id(repository).into(), version.into()]).await?;
        Ok(())
    }

    /// Forgets the entry of a blob that is not in the repository any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn remove_index_blob(&mut self, repository: u64, version: i64, blob: &str) -> Result<(), StoreError> {
        self.execute(DROP_BLOB, vec![id(repository).into(), version.into(), blob.into()]).await?;
        Ok(())
    }

    /// Forgets index entries that were not used since `before`; gives how many.
    ///
    /// # Errors
    /// The database's.
    pub async fn purge_index_blobs(&mut self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.execute(PURGE_BLOBS, vec![before.into()]).await
    }

    /// Remembers what was written on the code host: `subject` is what it is about (a remediation's id), `kind` which of its
    /// texts (`comment:pull_request`, `check`, …).
    ///
    /// # Errors
    /// The database's.
    pub async fn save_remote(&mut self, subject: &str, kind: &str, object: &RemoteObject, now: DateTime<Utc>) -> Result<(), StoreError> {
        let values = vec![subject.into(), kind.into(), (&object.remote_id).into(), (&object.digest).into(), now.into()];
        self.execute(REMOTE, values).await?;
        Ok(())
    }

    /// What was written on the code host about `subject`.
    ///
    /// # Errors
    /// The database's.
    pub async fn remote(&mut self, subject: &str, kind: &str) -> Result<Option<RemoteObject>, StoreError> {
        let row = self.row(GET_REMOTE, vec![subject.into(), kind.into()]).await?;
        row.map(|row| Ok(RemoteObject { remote_id: row.text("remote_id")?, digest: row.text("digest")? })).transpose()
    }

    /// Forgets what was written: somebody deleted it there.
    ///
    /// # Errors
    /// The database's.
    pub async fn forget_remote(&mut self, subject: &str, kind: &str) -> Result<(), StoreError> {
        self.execute(FORGET_REMOTE, vec![subject.into(), kind.into()]).await?;
        Ok(())
    }
}

fn known(row: &Row) -> Result<KnownRepository, StoreError> {
    Ok(KnownRepository {
        repository: Repository {
            id: row.unsigned("id")?,
            installation: row.unsigned("installation")?,
            owner: row.text("owner")?,
            name: row.text("name")?,
        },
        default_branch: row.optional_text("default_branch")?,
        archived: row.flag("archived")?,
        removed: row.flag("removed")?,
    })
}
