//! Answers kept for conditional requests: a `304 Not Modified` costs no rate limit.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

/// Kept answers by address, bounded by bytes; the oldest goes first.
#[derive(Debug)]
pub(super) struct EtagCache {
    limit: u64,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    answers: HashMap<String, Answer>,
    order: VecDeque<String>,
    bytes: u64,
}

#[derive(Debug, Clone)]
struct Answer {
    etag: String,
    body: Value,
    bytes: u64,
}

impl EtagCache {
    pub(super) fn new(limit: u64) -> Self {
        Self { limit, kept: Mutex::default() }
    }

    /// The ETag to ask with, and the body that still holds if GitHub says "not modified".
    pub(super) fn get(&self, address: &str) -> Option<(String, Value)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.answers.get(address).map(|answer| (answer.etag.clone(), answer.body.clone()))
    }

    /// Keeps an answer of `bytes` bytes. Answers larger than a quarter of the limit are not kept.
    pub(super) fn put(&self, address: &str, etag: &str, body: &Value, bytes: u64) {
        if bytes > self.limit / 4 {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = Answer { etag: etag.to_owned(), body: body.clone(), bytes };
        if let Some(old) = kept.answers.insert(address.to_owned(), answer) {
            kept.bytes = kept.bytes.saturating_sub(old.bytes);
        } else {
            kept.order.push_back(address.to_owned());
        }
        kept.bytes += bytes;
        while kept.bytes > self.limit {
            let Some(oldest) = kept.order.pop_front() else { break };
            if let Some(old) = kept.answers.remove(&oldest) {
                kept.bytes = kept.bytes.saturating_sub(old.bytes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_answers_make_room() {
        let cache = EtagCache::new(100);
        for n in 0..10 {
            cache.put(&format!("/{n}"), "e", &Value::Null, 20);
        }
        assert!(cache.get("/0").is_none());
        assert!(cache.get("/9").is_some());
        cache.put("/large", "e", &Value::Null, 90);
        assert!(cache.get("/large").is_none(), "one answer must not push out all others");
    }
}
