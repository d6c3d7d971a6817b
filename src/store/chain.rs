//! The hash chain of the audit record: pure functions, so that an exported file can be checked anywhere.

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use crate::model::AuditEvent;

/// The hash before the first event.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A chain that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainCheck {
    /// Number of events.
    pub events: usize,
    /// Hash of the last event, or [`GENESIS`]: write it down elsewhere to notice a shortened record.
    pub head: String,
}

/// The first event at which a chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {position} (sequence {sequence}): {reason}")]
pub struct ChainBreak {
    /// Which event of the list, from 1.
    pub position: usize,
    /// The sequence number it bears.
    pub sequence: i64,
    /// What is wrong.
    pub reason: String,
}

/// The event's canonical JSON without its hash: keys sorted at every level, no white space, time in microseconds with `Z`.
#[must_use]
pub fn canonical(event: &AuditEvent) -> String {
    let text = |text: &str| Json::String(text.to_owned());
    let optional = |value: &Option<String>| value.clone().map_or(Json::Null, Json::String);
    let mut fields = Map::new();
    fields.insert("action".into(), text(&event.action));
    fields.insert("actor".into(), text(&event.actor));
    fields.insert("at".into(), text(&time(event.at)));
    fields.insert("details".into(), sorted(&event.details));
    fields.insert("finding".into(), optional(&event.finding));
    fields.insert("previous".into(), text(&event.previous));
    fields.insert("remediation".into(), optional(&event.remediation));
    fields.insert("sequence".into(), Json::from(event.sequence));
    Json::Object(fields).to_string()
}

/// SHA-256 of a line, hex.
#[must_use]
pub fn hash(line: &str) -> String {
    hex::encode(Sha256::digest(line.as_bytes()))
}

/// Makes an event the next of the chain: sets its sequence, the hash before and its own, and brings time and details into the
/// form that survives a round trip. Gives the line that was hashed.
pub fn seal(event: &mut AuditEvent, sequence: i64, previous: &str) -> String {
    event.sequence = sequence;
    previous.clone_into(&mut event.previous);
    event.at = event.at.trunc_subsecs(6);
    event.details = sorted(&event.details);
    let line = canonical(event);
    event.hash = hash(&line);
    line
}

/// Checks a whole chain from its first event.
///
/// # Errors
/// The first event that does not fit: a gap, a changed field, or a hash that is not the one before.
pub fn check<'a>(events: impl IntoIterator<Item = &'a AuditEvent>) -> Result<ChainCheck, ChainBreak> {
    let mut walk = ChainWalk::default();
    for event in events {
        walk.step(event)?;
    }
    Ok(walk.finish())
}

/// A check that takes one event at a time, for records that are read in pages.
#[derive(Debug)]
pub struct ChainWalk {
    events: usize,
    sequence: i64,
    head: String,
}

impl Default for ChainWalk {
    fn default() -> Self {
        Self { events: 0, sequence: 0, head: GENESIS.to_owned() }
    }
}

impl ChainWalk {
    /// Checks the next event.
    ///
    /// # Errors
    /// When it does not fit what came before.
    pub fn step(&mut self, event: &AuditEvent) -> Result<(), ChainBreak> {
        let position = self.events + 1;
        let broken = |reason: String| Err(ChainBreak { position, sequence: event.sequence, reason });
        if event.sequence != self.sequence + 1 {
            return broken(format!("expected sequence {}: an event is missing, repeated or out of order", self.sequence + 1));
        }
        if event.previous != self.head {
            return broken(format!("names {} as the hash before, but that is {}", event.previous, self.head));
        }
        let expected = hash(&canonical(event));
        if event.hash != expected {
            return broken(format!("was changed: its content has the hash {expected}, not {}", event.hash));
        }
        self.events = position;
        self.sequence = event.sequence;
        event.hash.clone_into(&mut self.head);
        Ok(())
    }

    /// The position of the next event, from 1.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.events + 1
    }

    /// What was checked so far.
    #[must_use]
    pub fn finish(self) -> ChainCheck {
        ChainCheck { events: self.events, head: self.head }
    }
}

/// A time as the chain writes it.
pub(super) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Keys sorted at every level; numbers with a fraction become text, because they do not survive every reader unchanged.
fn sorted(value: &Json) -> Json {
    match value {
        Json::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| *key);
            Json::Object(fields.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect())
        }
        Json::Array(items) => Json::Array(items.iter().map(sorted).collect()),
        Json::Number(number) if number.is_f64() => Json::String(number.to_string()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(length: i64) -> Vec<AuditEvent> {
        let mut head = GENESIS.to_owned();
        (1..=length)
            .map(|sequence| {
                let mut event = AuditEvent {
                    sequence: 0,
                    at: DateTime::from_timestamp_nanos(1_700_000_000_123_456_789 + sequence),
                    actor: "remediate".into(),
                    action: "finding.received".into(),
                    finding: Some(format!("f-{sequence}")),
                    remediation: None,
                    details: serde_json::json!({ "z": 1.5, "a": { "c": null, "b": [true, "x\u{0}\n"] } }),
                    previous: String::new(),
                    hash: String::new(),
                };
                seal(&mut event, sequence, &head);
                head.clone_from(&event.hash);
                event
            })
            .collect()
    }

    #[test]
    fn a_chain_survives_json() {
        let events = chain(4);
        let text = serde_json::to_string(&events).unwrap();
        let read: Vec<AuditEvent> = serde_json::from_str(&text).unwrap();
        assert_eq!(check(&read), Ok(ChainCheck { events: 4, head: events[3].hash.clone() }));
        assert!(canonical(&events[0]).contains(r#""details":{"a":{"b":[true,"x\u0000\n"],"c":null},"z":"1.5"}"#));
    }

    #[test]
    fn the_first_wrong_event_is_named() {
        let broken = |change: fn(&mut Vec<AuditEvent>)| {
            let mut events = chain(5);
            change(&mut events);
            check(&events).unwrap_err().position
        };
        assert_eq!(broken(|events| events[2].actor = "github:other".into()), 3);
        assert_eq!(broken(|events| events[2].details["a"]["b"] = Json::Null), 3);
        assert_eq!(broken(|events| drop(events.remove(1))), 2);
        assert_eq!(broken(|events| events.swap(3, 4)), 4);
        assert_eq!(broken(|events| events[0].at += chrono::Duration::microseconds(1)), 1);
        // A forger who seals the changed event again is found at the next one.
        let mut events = chain(5);
        events[1].action = "finding.resolved".into();
        let previous = events[0].hash.clone();
        seal(&mut events[1], 2, &previous);
        assert_eq!(check(&events).unwrap_err().position, 3);
    }
}
