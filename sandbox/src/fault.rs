//! Faults that a test switches on: for the next calls of a route, or for webhook deliveries.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::state::World;

/// Something done to the state just before a request is answered.
pub type Intrusion = Arc<dyn Fn(&mut World) + Send + Sync>;

/// What goes wrong.
#[derive(Clone)]
pub enum Effect {
    /// This status is answered and nothing is done.
    Status(u16),
    /// The request is answered after a pause.
    Delay(Duration),
    /// The connection is closed and nothing is done.
    Drop,
    /// The work is done, then the connection is closed.
    DropAfter,
    /// The work is done, then this status is answered: GitHub's "created, but 502".
    StatusAfter(u16),
    /// The caller's token expires first, so that the answer is 401 and a new token is needed.
    ExpireToken,
    /// The secondary rate limit: this status (403 or 429) with `Retry-After` in seconds.
    SecondaryLimit(u16, u64),
    /// The hourly limit is used up: 403 with `X-RateLimit-Remaining: 0` and a reset so many seconds ahead.
    PrimaryLimit(u64),
    /// Somebody does something first, for example moves the branch that is about to be pushed.
    Before(Intrusion),
}

/// A fault on requests.
#[derive(Clone)]
pub struct Fault {
    method: Option<String>,
    pattern: String,
    skip: Arc<AtomicU32>,
    left: Arc<AtomicU32>,
    hits: Arc<AtomicU32>,
    /// What goes wrong.
    pub effect: Effect,
}

impl Fault {
    /// A fault that strikes the next request of any kind. Narrow it with [`Fault::on`].
    pub fn new(effect: Effect) -> Self {
        Self { method: None, pattern: "/*".into(), skip: Arc::default(), left: Arc::new(AtomicU32::new(1)), hits: Arc::default(), effect }
    }

    /// Only requests with this method and path. `{name}` stands for one segment, `*` at the end for the rest:
    /// `("POST", "/repos/{owner}/{repo}/pulls")`, `("POST", "/{owner}/{repo}/git-receive-pack")`. A method `*` is any.
    pub fn on(mut self, method: &str, pattern: &str) -> Self {
        self.method = (method != "*").then(|| method.to_string());
        self.pattern = pattern.into();
        self
    }

    /// Strikes this many requests instead of one.
    pub fn times(self, times: u32) -> Self {
        self.left.store(times, Ordering::SeqCst);
        self
    }

    /// Strikes until it is lifted.
    pub fn always(self) -> Self {
        self.times(u32::MAX)
    }

    /// Lets this many matching requests pass first.
    pub fn after(self, passed: u32) -> Self {
        self.skip.store(passed, Ordering::SeqCst);
        self
    }

    /// A hold on the fault after it was given to the sandbox.
    pub fn handle(&self) -> FaultHandle {
        FaultHandle { left: self.left.clone(), hits: self.hits.clone() }
    }

    /// Whether it strikes this request; counts down.
    pub(crate) fn strikes(&self, method: &str, path: &str) -> bool {
        if self.method.as_ref().is_some_and(|wanted| !wanted.eq_ignore_ascii_case(method)) || !fits(&self.pattern, path) {
            return false;
        }
        let down = |count: &AtomicU32| count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
        if down(&self.skip) || !down(&self.left) {
            return false;
        }
        self.hits.fetch_add(1, Ordering::SeqCst);
        true
    }
}

/// Says how often a fault struck, and lifts it.
#[derive(Clone)]
pub struct FaultHandle {
    left: Arc<AtomicU32>,
    hits: Arc<AtomicU32>,
}

impl FaultHandle {
    /// How often it struck.
    pub fn hits(&self) -> u32 {
        self.hits.load(Ordering::SeqCst)
    }

    /// Ends it.
    pub fn lift(&self) {
        self.left.store(0, Ordering::SeqCst);
    }
}

/// What goes wrong with a webhook delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookEffect {
    /// Never sent; GitHub's log says it failed.
    Lose,
    /// Sent twice with the same delivery id.
    Duplicate,
    /// Signed with a wrong secret.
    WrongSignature,
    /// Cut in the middle of the body (the signature is right for what is sent).
    Truncate,
}

/// A fault on webhook deliveries.
#[derive(Clone)]
pub struct WebhookFault {
    pub(crate) event: Option<String>,
    pub(crate) left: Arc<AtomicU32>,
    pub(crate) hits: Arc<AtomicU32>,
    pub(crate) effect: WebhookEffect,
}

impl WebhookFault {
    /// Strikes the next delivery of this event; `*` is any.
    pub fn new(event: &str, effect: WebhookEffect) -> Self {
        Self { event: (event != "*").then(|| event.to_string()), left: Arc::new(AtomicU32::new(1)), hits: Arc::default(), effect }
    }

    /// Strikes this many deliveries instead of one.
    pub fn times(self, times: u32) -> Self {
        self.left.store(times, Ordering::SeqCst);
        self
    }

    /// A hold on the fault after it was given to the sandbox.
    pub fn handle(&self) -> FaultHandle {
        FaultHandle { left: self.left.clone(), hits: self.hits.clone() }
    }

    pub(crate) fn strikes(&self, event: &str) -> bool {
        if self.event.as_ref().is_some_and(|wanted| wanted != event) {
            return false;
        }
        let struck = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
        if struck {
            self.hits.fetch_add(1, Ordering::SeqCst);
        }
        struck
    }
}

/// Whether a path fits a pattern of segments, `{name}` and a final `*`.
fn fits(pattern: &str, path: &str) -> bool {
    let mut segments = path.trim_matches('/').split('/');
    for part in pattern.trim_matches('/').split('/') {
        if part == "*" {
            return true;
        }
        let Some(segment) = segments.next() else { return false };
        if !part.starts_with('{') && part != segment {
            return false;
        }
    }
    segments.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_its_route_as_often_as_asked_and_not_before() {
        let fault = Fault::new(Effect::Status(502)).on("POST", "/repos/{owner}/{repo}/pulls").after(1).times(2);
        let handle = fault.handle();
        assert!(!fault.strikes("GET", "/repos/a/b/pulls"));
        assert!(!fault.strikes("POST", "/repos/a/b/pulls/1"));
        let struck: Vec<bool> = (0..4).map(|_| fault.strikes("POST", "/repos/a/b/pulls")).collect();
        assert_eq!(struck, [false, true, true, false]);
        assert_eq!(handle.hits(), 2);
    }
}
