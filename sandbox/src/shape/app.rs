//! Apps, installations, webhook deliveries.

use serde_json::{Value, json};

use super::{node_id, stamp, stamp_or_null};
use crate::state::{App, Delivery, Installation, World};

impl World {
    /// An app as anybody sees it.
    pub fn app_json(&self, app: &App) -> Value {
        json!({
            "id": app.id, "slug": app.slug, "node_id": node_id("A", app.id), "client_id": app.client_id,
            "owner": self.user_json(&app.owner), "name": app.name, "description": app.description,
            "external_url": app.external_url, "html_url": self.api(&format!("/apps/{}", app.slug)),
            "created_at": stamp(app.created_at), "updated_at": stamp(app.created_at),
            "permissions": app.permissions, "events": app.events,
        })
    }

    /// An app as it sees itself.
    pub fn own_app_json(&self, app: &App) -> Value {
        let mut value = self.app_json(app);
        value["installations_count"] = self.installations.values().filter(|one| one.app == app.id).count().into();
        value
    }

    /// An installation.
    pub fn installation_json(&self, installation: &Installation) -> Value {
        let account = self.account(&installation.account).ok();
        let id = installation.id;
        let slug = self.apps.get(&installation.app).map_or("", |app| app.slug.as_str());
        let client_id = self.apps.get(&installation.app).map_or("", |app| app.client_id.as_str());
        json!({
            "id": id, "client_id": client_id, "account": account.map(|account| self.account_json(account)),
            "access_tokens_url": self.api(&format!("/app/installations/{id}/access_tokens")),
            "repositories_url": self.api("/installation/repositories"),
            "html_url": self.api(&format!("/organizations/{}/settings/installations/{id}", installation.account)),
            "app_id": installation.app, "target_id": account.map_or(0, |account| account.id),
            "target_type": account.map_or("Organization", |account| account.kind.word()),
            "permissions": installation.permissions, "events": installation.events,
            "created_at": stamp(installation.created_at), "updated_at": stamp(installation.created_at),
            "single_file_name": null, "has_multiple_single_files": false, "single_file_paths": [], "app_slug": slug,
            "suspended_by": null, "suspended_at": stamp_or_null(installation.suspended_at),
            "repository_selection": if installation.repositories.is_some() { "selected" } else { "all" },
        })
    }

    /// A webhook delivery as the list shows it.
    pub fn delivery_json(&self, delivery: &Delivery) -> Value {
        let result = delivery.result.as_ref();
        json!({
            "id": delivery.id, "guid": delivery.guid,
            "delivered_at": stamp(result.map_or(delivery.created_at, |result| result.delivered_at)),
            "redelivery": delivery.redelivery, "duration": result.map_or(0.0, |result| result.duration),
            "status": result.map_or("pending", |result| result.status.as_str()),
            "status_code": result.map_or(0, |result| result.status_code), "event": delivery.event, "action": delivery.action,
            "installation_id": delivery.installation, "repository_id": delivery.repository, "throttled_at": null,
        })
    }

    /// A webhook delivery with request and response.
    pub fn delivery_full_json(&self, delivery: &Delivery) -> Value {
        let mut value = self.delivery_json(delivery);
        let app = self.apps.get(&delivery.app);
        let headers = json!({
            "X-GitHub-Delivery": delivery.guid, "X-GitHub-Event": delivery.event,
            "X-GitHub-Hook-ID": app.map(|app| app.hook_id.to_string()), "content-type": "application/json",
        });
        value["url"] = app.map_or("", |app| app.webhook_url.as_str()).into();
        value["request"] = json!({ "headers": headers, "payload": delivery.payload });
        value["response"] = json!({ "headers": {}, "payload": delivery.result.as_ref().map(|result| result.response.as_str()) });
        value
    }
}
