//! Answers that stay good for a while: kept for a time, and forgotten at once when something says that they changed.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Answers by question, each with when it was given.
#[derive(Debug)]
pub(super) struct Lately<K, V>(Mutex<HashMap<K, (Instant, V)>>);

impl<K, V> Default for Lately<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Lately<K, V> {
    /// The answer to `question`, if it is younger than what `lifetime` says of it.
    pub(super) fn get(&self, question: &K, lifetime: impl FnOnce(&V) -> Duration) -> Option<V> {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, answer) = answers.get(question)?;
        (at.elapsed() < lifetime(answer)).then(|| answer.clone())
    }

    /// Keeps an answer that was given now.
    pub(super) fn keep(&self, question: K, answer: V) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(question, (Instant::now(), answer));
    }

    /// Forgets what is older than `age`.
    pub(super) fn forget_older(&self, age: Duration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, (at, _)| at.elapsed() < age);
    }

    /// Forgets everything.
    pub(super) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_given_while_it_is_young_and_not_forgotten() {
        let lately = Lately::default();
        let hour = |_: &i32| Duration::from_secs(3_600);
        lately.keep("a", 1);
        assert_eq!(lately.get(&"a", hour), Some(1));
        assert_eq!(lately.get(&"a", |_| Duration::ZERO), None);
        lately.forget_older(Duration::from_secs(3_600));
        assert_eq!(lately.get(&"a", hour), Some(1));
        lately.forget();
        assert_eq!(lately.get(&"a", hour), None);
    }
}
