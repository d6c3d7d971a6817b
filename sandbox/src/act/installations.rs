//! Registering apps, installing them, issuing tokens.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use serde_json::{Value, json};

use super::random_hex;
use crate::error::{ApiError, Outcome};
use crate::state::{AccountKind, App, AppKey, Installation, Manifest, Token, World};

/// What an app is registered with.
#[derive(Debug, Clone, Default)]
pub struct NewApp {
    /// Shown name; the slug follows from it.
    pub name: String,
    /// Login of the owner.
    pub owner: String,
    /// Description.
    pub description: String,
    /// Home page.
    pub external_url: String,
    /// Where webhooks go.
    pub webhook_url: String,
    /// Permissions and their level.
    pub permissions: BTreeMap<String, String>,
    /// Subscribed events.
    pub events: BTreeSet<String>,
}

impl World {
    /// Registers an app and sends the `ping` of its new hook.
    pub fn register_app(&mut self, new: NewApp, key: AppKey) -> Outcome<u64> {
        let slug = slug(&new.name);
        if slug.is_empty() || self.apps.values().any(|app| app.slug == slug) {
            return Err(ApiError::custom("Integration", "Name is already in use or empty"));
        }
        let id = self.fresh_id();
        let mut permissions = new.permissions;
        permissions.entry("metadata".into()).or_insert_with(|| "read".into());
        let app = App {
            id,
            client_id: format!("Iv23li{}", random_hex(7)),
            client_secret: random_hex(20),
            slug,
            name: new.name,
            owner: new.owner,
            description: new.description,
            external_url: new.external_url,
            webhook_url: new.webhook_url,
            webhook_secret: random_hex(20),
            events: new.events,
            permissions,
            key,
            hook_id: self.fresh_id(),
            created_at: self.now(),
        };
        self.add_account(&app.bot(), AccountKind::Bot);
        let payload = json!({
            "zen": "Keep it logically awesome.", "hook_id": app.hook_id,
            "hook": {
                "type": "App", "id": app.hook_id, "name": "web", "active": true, "events": app.events, "app_id": id,
                "config": { "content_type": "json", "insecure_ssl": "0", "secret": "********", "url": app.webhook_url },
            },
        });
        self.apps.insert(id, app);
        self.enqueue(id, "ping", payload, None, None);
        Ok(id)
    }

    /// Accepts a manifest on the web page; the code is exchanged later.
    pub fn accept_manifest(&mut self, owner: &str, manifest: &Value, key: AppKey) -> Outcome<String> {
        let text = |pointer: &str| manifest.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_string();
        let permissions = manifest.get("default_permissions").and_then(Value::as_object);
        let permissions = permissions.into_iter().flatten().filter_map(|(name, level)| Some((name.clone(), level.as_str()?.to_string())));
        let events = manifest.get("default_events").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let new = NewApp {
            name: text("/name"),
            owner: owner.into(),
            description: text("/description"),
            external_url: text("/url"),
            webhook_url: text("/hook_attributes/url"),
            permissions: permissions.collect(),
            events: events.map(str::to_string).collect(),
        };
        if new.external_url.is_empty() {
            return Err(ApiError::custom("Integration", "url wasn't supplied"));
        }
        let app = self.register_app(new, key)?;
        let code = random_hex(20);
        let expires_at = self.now() + Duration::hours(1);
        self.manifests.insert(code.clone(), Manifest { app, expires_at });
        Ok(code)
    }

    /// Installs an app; `repositories` none means all.
    pub fn install(&mut self, app: u64, account: &str, actor: &str, repositories: Option<BTreeSet<u64>>) -> Outcome<u64> {
        let found = self.apps.get(&app).ok_or_else(ApiError::not_found)?;
        let (permissions, events) = (found.permissions.clone(), found.events.clone());
        let account = self.account(account)?.login.clone();
        let id = self.fresh_id();
        let now = self.now();
        self.installations.insert(
            id,
            Installation {
                id,
                app,
                account,
                repositories,
                permissions,
                events,
                suspended_at: None,
                created_at: now,
                used: 0,
                resets_at: now + Duration::hours(1),
            },
        );
        self.emit_installation(id, actor, "created")?;
        Ok(id)
    }

    /// The repositories of an installation, by id.
    pub fn installed_repositories(&self, installation: u64) -> Vec<u64> {
        let Some(found) = self.installations.get(&installation) else { return Vec::new() };
        self.repositories
            .values()
            .filter(|repository| {
                repository.owner.eq_ignore_ascii_case(&found.account)
                    && found.repositories.as_ref().is_none_or(|chosen| chosen.contains(&repository.id))
            })
            .map(|repository| repository.id)
            .collect()
    }

    fn short_repositories(&self, ids: &[u64]) -> Value {
        ids.iter().filter_map(|id| self.repositories.get(id)).map(|one| self.repository_short_json(one)).collect()
    }

    fn emit_installation(&mut self, id: u64, actor: &str, action: &str) -> Outcome<()> {
        let found = self.installations.get(&id).ok_or_else(ApiError::not_found)?;
        let repositories = self.installed_repositories(id);
        let payload = json!({
            "action": action, "installation": self.installation_json(found), "repositories": self.short_repositories(&repositories),
            "requester": null, "sender": self.user_json(actor),
        });
        let app = found.app;
        self.enqueue(app, "installation", payload, Some(id), None);
        Ok(())
    }

    /// Removes an installation and its tokens.
    pub fn uninstall(&mut self, id: u64, actor: &str) -> Outcome<()> {
        self.emit_installation(id, actor, "deleted")?;
        self.installations.remove(&id);
        self.tokens.retain(|_, token| token.installation != id);
        Ok(())
    }

    /// Suspends an installation or lets it work again.
    pub fn suspend(&mut self, id: u64, actor: &str, suspended: bool) -> Outcome<()> {
        let now = self.now();
        let found = self.installations.get_mut(&id).ok_or_else(ApiError::not_found)?;
        found.suspended_at = suspended.then_some(now);
        self.emit_installation(id, actor, if suspended { "suspend" } else { "unsuspend" })
    }

    /// Changes which repositories an installation may see; both lists are reported as GitHub does.
    pub fn select_repositories(&mut self, id: u64, actor: &str, selection: Option<BTreeSet<u64>>) -> Outcome<()> {
        let before = self.installed_repositories(id);
        self.installations.get_mut(&id).ok_or_else(ApiError::not_found)?.repositories = selection;
        let after = self.installed_repositories(id);
        let added: Vec<u64> = after.iter().copied().filter(|one| !before.contains(one)).collect();
        let removed: Vec<u64> = before.iter().copied().filter(|one| !after.contains(one)).collect();
        for (action, changed) in [("added", &added), ("removed", &removed)] {
            if changed.is_empty() {
                continue;
            }
            let Some(found) = self.installations.get(&id) else { continue };
            let empty = Value::Array(Vec::new());
            let list = self.short_repositories(changed);
            let (added, removed) = if action == "added" { (list, empty) } else { (empty, list) };
            let payload = json!({
                "action": action, "installation": self.installation_json(found),
                "repository_selection": if found.repositories.is_some() { "selected" } else { "all" },
                "repositories_added": added, "repositories_removed": removed, "requester": null, "sender": self.user_json(actor),
            });
            let app = found.app;
            self.enqueue(app, "installation_repositories", payload, Some(id), None);
        }
        Ok(())
    }

    /// The owner accepts other permissions than before.
    pub fn set_permissions(&mut self, id: u64, actor: &str, permissions: BTreeMap<String, String>) -> Outcome<()> {
        self.installations.get_mut(&id).ok_or_else(ApiError::not_found)?.permissions = permissions;
        self.emit_installation(id, actor, "new_permissions_accepted")
    }

    /// Issues an installation token, possibly narrowed.
    pub fn issue_token(
        &mut self,
        installation: u64,
        repositories: Option<BTreeSet<u64>>,
        permissions: BTreeMap<String, String>,
    ) -> (String, Token) {
        let text = format!("ghs_{}", random_hex(18));
        let token = Token { installation, expires_at: self.now() + Duration::hours(1), permissions, repositories };
        self.tokens.insert(text.clone(), token.clone());
        (text, token)
    }
}

/// Lower case, with a dash for everything that is not a letter or digit.
fn slug(name: &str) -> String {
    let dashed: String = name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    dashed.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}
