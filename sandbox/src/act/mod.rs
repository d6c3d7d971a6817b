//! What users and apps do: each action changes the state and sends the webhooks that GitHub would send.

mod alerts;
mod checks;
mod installations;
mod issues;
mod merge;
mod pulls;
mod references;
mod repositories;

pub use installations::NewApp;
pub use merge::MergeMethod;
pub use pulls::NewPull;
pub use references::author;

use serde_json::{Map, Value, json};

use crate::error::{ApiError, Outcome};
use crate::state::{AccountKind, Delivery, Repository, World};

/// Events every app gets without subscribing to them.
const ALWAYS_SENT: &[&str] = &["installation", "installation_repositories", "installation_target", "github_app_authorization"];

impl World {
    /// Sends an event about a repository to every app that is installed there and subscribed to it.
    /// `body` holds the event's own fields; repository, organisation, sender and installation are added.
    pub fn emit(&mut self, event: &str, repository: u64, actor: &str, body: Value) {
        let Some(subject) = self.repositories.get(&repository) else { return };
        let mut payload = object(body);
        payload.insert("repository".into(), self.repository_json(subject));
        if let Some(owner) = self.accounts.get(&subject.owner.to_lowercase()).filter(|owner| owner.kind == AccountKind::Organization) {
            payload.insert("organization".into(), self.organization_json(owner));
        }
        payload.insert("sender".into(), self.user_json(actor));
        let targets: Vec<(u64, u64)> = self
            .installations
            .values()
            .filter(|one| {
                one.account.eq_ignore_ascii_case(&subject.owner)
                    && one.suspended_at.is_none()
                    && one.repositories.as_ref().is_none_or(|chosen| chosen.contains(&repository))
                    && (ALWAYS_SENT.contains(&event) || one.events.contains(event))
            })
            .map(|one| (one.app, one.id))
            .collect();
        for (app, installation) in targets {
            let mut payload = payload.clone();
            payload.insert("installation".into(), json!({ "id": installation, "node_id": crate::shape::node_id("MDIzO", installation) }));
            self.enqueue(app, event, Value::Object(payload), Some(installation), Some(repository));
        }
    }

    /// Queues one delivery. Nothing is sent while the app has no webhook URL.
    pub fn enqueue(&mut self, app: u64, event: &str, payload: Value, installation: Option<u64>, repository: Option<u64>) {
        if self.apps.get(&app).is_none_or(|app| app.webhook_url.is_empty()) {
            return;
        }
        let id = self.fresh_id();
        let guid = guid();
        let action = payload.get("action").and_then(Value::as_str).map(str::to_string);
        let created_at = self.now();
        self.deliveries.push(Delivery {
            id,
            guid,
            app,
            event: event.into(),
            action,
            payload,
            installation,
            repository,
            redelivery: false,
            created_at,
            result: None,
        });
        // The worker ends only with the server itself.
        let _ = self.outbox.send(id);
    }

    /// Sends an earlier delivery once more, under the same guid.
    pub fn redeliver(&mut self, delivery: u64) -> Outcome<u64> {
        let earlier = self.deliveries.iter().find(|one| one.id == delivery).ok_or_else(ApiError::not_found)?.clone();
        let id = self.fresh_id();
        let created_at = self.now();
        self.deliveries.push(Delivery { id, redelivery: true, result: None, created_at, ..earlier });
        let _ = self.outbox.send(id);
        Ok(id)
    }

    /// The repository, if it may be changed.
    pub fn writable(&self, repository: u64) -> Outcome<&Repository> {
        let found = self.repository(repository)?;
        if found.archived {
            return Err(ApiError::new(403, "Repository was archived so is read-only."));
        }
        Ok(found)
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Random bytes as lower-case hexadecimal digits.
pub fn random_hex(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    // The operating system's generator does not fail; zeros would still be a valid, if guessable, token of a stand-in.
    let _ = aws_lc_rs::rand::fill(&mut random);
    hex::encode(random)
}

/// A random identifier in the form of a UUID.
pub fn guid() -> String {
    let digits = random_hex(16);
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}
