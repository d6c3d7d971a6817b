//! The time as the line sees it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

/// The system's clock, or one that runs ahead of it: so reminders, due dates and the ends of exceptions can be reached without
/// waiting for them. All clones show the same time.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// Seconds ahead of the system's clock.
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// Now, UTC.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::seconds(self.ahead.load(Ordering::SeqCst))
    }

    /// Moves the clock forward; work that is due by then becomes ready.
    pub fn advance(&self, by: TimeDelta) {
        self.ahead.fetch_add(by.num_seconds(), Ordering::SeqCst);
    }
}
