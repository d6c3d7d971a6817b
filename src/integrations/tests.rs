//! Each way of telling, against a server on loopback that records what it was told.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use chrono::Utc;
use serde_json::{Value, json};
use url::Url;

use super::*;

type Heard = Arc<Mutex<Vec<(String, HeaderMap, Vec<u8>)>>>;

/// A server that records every call and answers with `status` and `body`.
async fn listener(status: StatusCode, body: Value) -> (Url, Heard) {
    let heard: Heard = Arc::default();
    let handler = move |State(heard): State<Heard>, method: Method, uri: Uri, headers: HeaderMap, bytes: Bytes| async move {
        heard.lock().unwrap().push((format!("{method} {}", uri.path()), headers, bytes.to_vec()));
        (status, axum::Json(body))
    };
    let router = Router::new().fallback(handler).with_state(Arc::clone(&heard));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, heard)
}

fn outcome(state: OutcomeState) -> Outcome {
    Outcome {
        finding_id: "a/../b".into(),
        state,
        message: "The fix was merged and the rule holds.".into(),
        rule: Some("aws/s3/versioning".into()),
        pull_request: Some("https://github.com/acme/infra/pull/7".into()),
        commit: Some("0123abc".into()),
        at: Utc::now(),
    }
}

#[tokio::test]
async fn a_callback_is_signed_over_its_body() {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let (url, heard) = listener(StatusCode::OK, json!({})).await;
    tell_callback(&reqwest::Client::new(), "own", &url, b"key", &outcome(OutcomeState::Verified)).await.unwrap();
    let (_, headers, body) = heard.lock().unwrap().remove(0);
    let signature = headers[CALLBACK_SIGNATURE_HEADER].to_str().unwrap().strip_prefix("sha256=").unwrap().to_owned();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"key").unwrap();
    mac.update(&body);
    mac.verify_slice(&hex::decode(signature).unwrap()).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["state"], "verified");
}

#[tokio::test]
async fn a_passing_failure_is_worth_another_try_and_a_no_is_not() {
    for (status, passing) in [(StatusCode::BAD_GATEWAY, true), (StatusCode::TOO_MANY_REQUESTS, true), (StatusCode::FORBIDDEN, false)] {
        let (url, _) = listener(status, json!({})).await;
        let error = tell_callback(&reqwest::Client::new(), "own", &url, b"key", &outcome(OutcomeState::Refused)).await.unwrap_err();
        assert_eq!(matches!(error, TellError::Call { .. }), passing, "{error}");
    }
}

#[tokio::test]
async fn orca_gets_a_comment_and_is_asked_to_verify_only_after_the_fix() {
    let (url, heard) = listener(StatusCode::OK, json!({})).await;
    tell_orca(&reqwest::Client::new(), "orca", &url, "token", &outcome(OutcomeState::InProgress)).await.unwrap();
    tell_orca(&reqwest::Client::new(), "orca", &url, "token", &outcome(OutcomeState::Verified)).await.unwrap();
    let calls: Vec<String> = heard.lock().unwrap().iter().map(|(call, _, _)| call.clone()).collect();
    let alert = "/api/alerts/a%2F..%2Fb";
    assert_eq!(calls, [format!("PUT {alert}/comment"), format!("PUT {alert}/comment"), format!("PUT {alert}/verify")]);
}

#[tokio::test]
async fn wiz_is_never_told_that_an_issue_is_resolved() {
    let (url, heard) = listener(StatusCode::OK, json!({ "access_token": "t" })).await;
    let access = WizAccess { api: &url, auth: &url, client_id: "id", client_secret: "secret" };
    for state in [OutcomeState::InProgress, OutcomeState::Verified, OutcomeState::FalsePositive] {
        tell_wiz(&reqwest::Client::new(), "wiz", access, &outcome(state)).await.unwrap();
    }
    let patches: Vec<Value> = heard
        .lock()
        .unwrap()
        .iter()
        .filter_map(|(_, _, body)| serde_json::from_slice::<Value>(body).ok())
        .map(|body| body["variables"]["patch"].clone())
        .collect();
    assert_eq!(patches[0]["status"], "IN_PROGRESS");
    assert_eq!(patches[1].get("status"), None);
    assert_eq!(patches[2]["resolutionReason"], "FALSE_POSITIVE");
    assert!(patches.iter().all(|patch| patch["note"].as_str().unwrap().contains("pull/7")));
}

#[tokio::test]
async fn wiz_errors_are_told_in_wizs_words() {
    let (url, _) = listener(StatusCode::OK, json!({ "access_token": "t", "errors": [{ "message": "Issue not found" }] })).await;
    let access = WizAccess { api: &url, auth: &url, client_id: "id", client_secret: "secret" };
    let error = tell_wiz(&reqwest::Client::new(), "wiz", access, &outcome(OutcomeState::InProgress)).await.unwrap_err();
    assert_eq!(error.to_string(), "wiz refused what it was told: Issue not found");
}
