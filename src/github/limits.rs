//! GitHub's rate limits: what its answers say, and the limit on creating content that it does not announce.
//!
//! Facts: <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api> and the page on best practices
//! beside it: wait for `Retry-After`; with `x-ratelimit-remaining: 0` wait for `x-ratelimit-reset`; otherwise at least a
//! minute; at most 80 content-creating requests a minute and 500 an hour.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use reqwest::header::HeaderMap;

use super::Options;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
/// A primary limit resets at a full second of GitHub's clock; ours may be a little behind.
const CLOCK_SLACK: Duration = Duration::from_secs(1);

/// The limits of one token: all callers that share the token share this.
#[derive(Debug)]
pub(super) struct Limits {
    per_minute: usize,
    per_hour: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When content was created within the last hour, oldest first.
    content: VecDeque<Instant>,
    /// Nothing is sent before this moment.
    blocked_until: Option<Instant>,
}

impl Limits {
    pub(super) fn new(options: &Options) -> Self {
        Self { per_minute: options.content_per_minute.max(1), per_hour: options.content_per_hour.max(1), state: Mutex::default() }
    }

    /// Asks to send a request now. `None`: go ahead (and it is counted); otherwise the pause before asking again.
    pub(super) fn ask(&self, creates_content: bool, now: Instant) -> Option<Duration> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = state.blocked_until {
            if until > now {
                return Some(until - now);
            }
            state.blocked_until = None;
        }
        if !creates_content {
            return None;
        }
        while state.content.front().is_some_and(|&sent| now.duration_since(sent) >= HOUR) {
            state.content.pop_front();
        }
        let wait = self.wait_for(&state.content, self.per_hour, HOUR, now).max(self.wait_for(&state.content, self.per_minute, MINUTE, now));
        if wait.is_none() {
            state.content.push_back(now);
        }
        wait
    }

    /// How long until fewer than `most` requests lie within `window` before now.
    fn wait_for(&self, content: &VecDeque<Instant>, most: usize, window: Duration, now: Instant) -> Option<Duration> {
        let oldest_that_counts = content.get(content.len().checked_sub(most)?)?;
        let free_at = *oldest_that_counts + window;
        (free_at > now).then(|| free_at - now)
    }

    /// Holds back everything for `pause`, on GitHub's word.
    pub(super) fn block(&self, pause: Duration, now: Instant) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let until = now + pause;
        if state.blocked_until.is_none_or(|known| known < until) {
            state.blocked_until = Some(until);
        }
    }
}

/// How long an answer asks us to wait, if it is a rate limit at all. `status` 403 and 429 are used for both limits.
pub(super) fn pause_asked(status: u16, headers: &HeaderMap, message: &str, now: DateTime<Utc>) -> Option<Duration> {
    if status != 403 && status != 429 {
        return None;
    }
    let number = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).and_then(|text| text.trim().parse::<i64>().ok());
    if let Some(seconds) = number("retry-after") {
        return Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)));
    }
    if number("x-ratelimit-remaining") == Some(0) {
        let reset = number("x-ratelimit-reset")?;
        let seconds = u64::try_from(reset.saturating_sub(now.timestamp())).unwrap_or(0);
        return Some(Duration::from_secs(seconds.min(2 * 3600)) + CLOCK_SLACK);
    }
    let message = message.to_ascii_lowercase();
    (status == 429 || message.contains("rate limit") || message.contains("abuse detection")).then_some(MINUTE)
}

/// The pause an answer that is *good* asks for: the last request of the primary limit was just used.
pub(super) fn pause_announced(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let number = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).and_then(|text| text.trim().parse::<i64>().ok());
    if number("x-ratelimit-remaining") != Some(0) {
        return None;
    }
    let seconds = u64::try_from(number("x-ratelimit-reset")?.saturating_sub(now.timestamp())).unwrap_or(0);
    Some(Duration::from_secs(seconds.min(2 * 3600)) + CLOCK_SLACK)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (reqwest::header::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn no_minute_holds_more_than_eighty_and_no_hour_more_than_five_hundred() {
        let limits = Limits::new(&Options::default());
        let start = Instant::now();
        let mut now = start;
        let mut sent = Vec::new();
        while now < start + Duration::from_secs(7200) {
            match limits.ask(true, now) {
                None => sent.push(now),
                Some(pause) => now += pause.max(Duration::from_millis(1)),
            }
        }
        let most = |window: Duration| {
            (0..sent.len()).map(|first| sent[first..].iter().take_while(|at| **at - sent[first] < window).count()).max().unwrap_or(0)
        };
        assert_eq!(most(MINUTE), 80);
        assert_eq!(most(HOUR), 500);
        assert_eq!(sent.len(), 1000, "the limit is used in full");
    }

    #[test]
    fn reading_is_free_unless_github_blocked_us() {
        let limits = Limits::new(&Options { content_per_minute: 1, ..Options::default() });
        let now = Instant::now();
        assert_eq!(limits.ask(true, now), None);
        assert!(limits.ask(true, now).is_some());
        assert_eq!(limits.ask(false, now), None);
        limits.block(Duration::from_secs(9), now);
        assert_eq!(limits.ask(false, now), Some(Duration::from_secs(9)));
        assert_eq!(limits.ask(false, now + Duration::from_secs(9)), None);
    }

    #[test]
    fn both_kinds_of_limit_are_told_from_a_missing_permission() {
        let now = DateTime::from_timestamp(1_000, 0).unwrap();
        assert_eq!(pause_asked(403, &headers(&[("retry-after", "7")]), "", now), Some(Duration::from_secs(7)));
        let primary = headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1030")]);
        assert_eq!(pause_asked(403, &primary, "API rate limit exceeded", now), Some(Duration::from_secs(31)));
        assert_eq!(pause_asked(403, &headers(&[]), "You have exceeded a secondary rate limit", now), Some(MINUTE));
        assert_eq!(pause_asked(403, &headers(&[]), "Resource not accessible by integration", now), None);
        assert_eq!(pause_asked(500, &headers(&[("retry-after", "7")]), "", now), None);
    }
}
