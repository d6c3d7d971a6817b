//! How patient the client is.

use std::time::Duration;

/// Limits and patience of the client. The defaults follow GitHub's documented limits
/// (<https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Content-creating requests (pull requests, comments, issues, …) an installation sends within any 60 seconds.
    pub content_per_minute: usize,
    /// Content-creating requests an installation sends within any hour.
    pub content_per_hour: usize,
    /// The longest a call waits for a rate limit before it returns an error that says when to come back.
    pub patience: Duration,
    /// First pause before a repeated attempt; doubled each time, with jitter.
    pub retry_base: Duration,
    /// How often a call that may be repeated is tried in all.
    pub attempts: u32,
    /// Deadline of one request, from connecting to the last byte.
    pub timeout: Duration,
    /// Bytes of answers kept for conditional requests, per installation.
    pub cache_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            content_per_minute: 80,
            content_per_hour: 500,
            patience: Duration::from_secs(45),
            retry_base: Duration::from_millis(500),
            attempts: 4,
            timeout: Duration::from_secs(30),
            cache_bytes: 8 * 1024 * 1024,
        }
    }
}
