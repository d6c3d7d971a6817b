//! Sends webhooks, one after the other, in the order they came about.

use std::sync::{Arc, PoisonError};
use std::time::Instant;

use chrono::Utc;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::fault::WebhookEffect;
use crate::server::{Shared, WEBHOOK_TIMEOUT};
use crate::state::{App, Delivery, DeliveryResult};

/// Works until the world is gone.
pub async fn work(shared: Arc<Shared>, mut queue: UnboundedReceiver<u64>) {
    let client = reqwest::Client::builder().timeout(WEBHOOK_TIMEOUT).no_proxy().build();
    let Ok(client) = client else {
        tracing::error!("no HTTP client for webhooks");
        return;
    };
    while let Some(id) = queue.recv().await {
        deliver(&shared, &client, id).await;
    }
}

async fn deliver(shared: &Shared, client: &reqwest::Client, id: u64) {
    let found = {
        let world = shared.world();
        let delivery = world.deliveries.iter().find(|one| one.id == id).cloned();
        delivery.and_then(|delivery| Some((world.apps.get(&delivery.app).cloned()?, delivery)))
    };
    let Some((app, delivery)) = found else { return };
    let effect = {
        let faults = shared.webhook_faults.lock().unwrap_or_else(PoisonError::into_inner);
        faults.iter().find(|fault| fault.strikes(&delivery.event)).map(|fault| fault.effect)
    };
    let result = match effect {
        Some(WebhookEffect::Lose) => failed("lost on the way", 0.0),
        _ => {
            if effect == Some(WebhookEffect::Duplicate) {
                send(client, &app, &delivery, None).await;
            }
            send(client, &app, &delivery, effect).await
        }
    };
    let mut world = shared.world();
    if let Some(delivery) = world.deliveries.iter_mut().find(|one| one.id == id) {
        delivery.result = Some(result);
    }
}

fn failed(status: &str, duration: f64) -> DeliveryResult {
    DeliveryResult { status_code: 0, status: status.into(), duration, response: String::new(), delivered_at: Utc::now() }
}

async fn send(client: &reqwest::Client, app: &App, delivery: &Delivery, effect: Option<WebhookEffect>) -> DeliveryResult {
    let mut body = delivery.payload.to_string().into_bytes();
    if effect == Some(WebhookEffect::Truncate) {
        body.truncate(body.len() / 2);
    }
    let secret = if effect == Some(WebhookEffect::WrongSignature) { "not the secret" } else { &app.webhook_secret };
    let started = Instant::now();
    let request = client
        .post(&app.webhook_url)
        .header("content-type", "application/json")
        .header("user-agent", "GitHub-Hookshot/sandbox")
        .header("x-github-event", &delivery.event)
        .header("x-github-delivery", &delivery.guid)
        .header("x-github-hook-id", app.hook_id.to_string())
        .header("x-github-hook-installation-target-id", app.id.to_string())
        .header("x-github-hook-installation-target-type", "integration")
        .header("x-hub-signature-256", signature(secret.as_bytes(), &body))
        .body(body);
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) if error.is_timeout() => return failed("timed out", started.elapsed().as_secs_f64()),
        Err(_) => return failed("failed to connect to host", started.elapsed().as_secs_f64()),
    };
    let status = response.status();
    let text = response.text().await.unwrap_or_default();
    DeliveryResult {
        status_code: status.as_u16(),
        status: status.canonical_reason().unwrap_or("Unknown").into(),
        duration: started.elapsed().as_secs_f64(),
        response: text,
        delivered_at: Utc::now(),
    }
}

/// `X-Hub-Signature-256` of a body.
pub fn signature(secret: &[u8], body: &[u8]) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}
