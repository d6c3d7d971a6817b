//! What can go wrong in the store.

/// An error of the store, in words that say what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The URL does not name a database we know.
    #[error("`{url}` is not a database URL: give `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`")]
    Url {
        /// The URL without its password.
        url: String,
    },
    /// The database could not be opened.
    #[error("cannot open the database {url}: {reason}; check that it is reachable and that this user may write to it")]
    Open {
        /// The URL without its password.
        url: String,
        /// The driver's words.
        reason: String,
    },
    /// The database was written by a newer version of this program.
    #[error("the database is at version {found}, this program knows versions up to {known}: use the newer program, or restore a backup")]
    Newer {
        /// Version in the database.
        found: i64,
        /// Highest version this program knows.
        known: i64,
    },
    /// A migration that was applied is not the one this program has.
    #[error("migration {version} in the database is not the one this program was built with: use the program that wrote it")]
    MigrationChanged {
        /// The migration.
        version: i64,
    },
    /// A row holds something that this program cannot read.
    #[error("the database holds {what} that cannot be read: {reason}")]
    Corrupt {
        /// What was read.
        what: String,
        /// Why it is wrong.
        reason: String,
    },
    /// Somebody else changed the row meanwhile; read it again and repeat the step.
    #[error("{what} {id} was changed by somebody else meanwhile")]
    Conflict {
        /// Kind of row.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// Another remediation has this dedup key already.
    #[error("another remediation has the key `{key}` already")]
    KeyTaken {
        /// The dedup key.
        key: String,
    },
    /// There is no such row.
    #[error("there is no {what} {id}")]
    Missing {
        /// Kind of row.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// The job's lease ran out and somebody else has it; nothing was written.
    #[error("the lease of job {job} was lost: another worker has it")]
    LeaseLost {
        /// The job.
        job: i64,
    },
    /// A value that the caller gave cannot be stored.
    #[error("cannot store {what}: {reason}")]
    Refused {
        /// What was given.
        what: &'static str,
        /// Why not.
        reason: String,
    },
    /// The event cannot be true of the remediation as it is; nothing was written.
    #[error(transparent)]
    Illegal(#[from] crate::lifecycle::Illegal),
    /// The database's own error.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

impl StoreError {
    /// Whether the same step may succeed when it is simply repeated: a conflict, a dead-lock, a busy or lost connection.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Conflict { .. } => true,
            Self::Database(sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut) => true,
            Self::Database(error) => matches!(code(error).as_deref(), Some("40001" | "40P01" | "57P01" | "5" | "517" | "23505")),
            _ => false,
        }
    }

    /// Whether a unique index refused the row.
    #[must_use]
    pub(crate) fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(error)) if error.is_unique_violation())
    }

    pub(crate) fn corrupt(what: impl Into<String>, reason: impl ToString) -> Self {
        Self::Corrupt { what: what.into(), reason: reason.to_string() }
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error()?.code().map(std::borrow::Cow::into_owned)
}
