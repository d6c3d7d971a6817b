//! The most dangerous goes first, also when it arrives last: a pull request waits while something that may be more dangerous is still
//! being read, scored, located or planned. Limits then give their places in the order of risk, not of arrival.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Line, StepError};

/// The steps before publishing.
const BEFORE: [&str; 4] = ["delivery", "assess", "locate", "plan"];
/// The longest that a repository's pull requests wait for them: in a stream that never ends, something must come out too.
const LONGEST: Duration = Duration::from_secs(60);

/// Priority of a delivery of findings: before every score.
pub(crate) const FINDINGS: i64 = 500;
/// Priority of GitHub's own deliveries: people wait for an answer. Nothing is published later because of them.
pub(crate) const PEOPLE: i64 = 1_000;

/// Since when each repository waits.
#[derive(Debug, Default)]
pub struct Precedence {
    waiting: Mutex<HashMap<u64, Instant>>,
}

impl Precedence {
    /// Whether `repository` may wait still.
    fn has_patience(&self, repository: u64) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.entry(repository).or_insert_with(Instant::now).elapsed() < LONGEST
    }

    fn goes(&self, repository: u64) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&repository);
    }
}

/// Whether a pull request of this score in `repository` is to wait for others.
pub(super) async fn waits(line: &Line, repository: u64, score: i64) -> Result<bool, StepError> {
    let mut session = line.store.read().await?;
    let urgent = session.has_urgent_work(&BEFORE, score, PEOPLE).await?;
    drop(session);
    let waits = urgent && line.precedence.has_patience(repository);
    if !waits {
        line.precedence.goes(repository);
    }
    Ok(waits)
}
