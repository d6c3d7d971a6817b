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
use crate::model::{Outcome, OutcomeState};

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
        previous: None,
        message: "The fix was merged and the rule holds.".into(),
        rule: Some("aws/s3/versioning".into()),
        pull_request: Some("https://github.com/acme/infra/pull/7".into()),
        commit: Some("0123abc".into()),
        until: None,
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
    let wanted = ["status/in_progress", "comment", "verify", "comment"].map(|action| format!("PUT {alert}/{action}"));
    assert_eq!(calls, wanted);
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

#[tokio::test]
async fn prisma_dismisses_what_stays_snoozes_what_ends_and_takes_no_other_news() {
    let (url, heard) = listener(StatusCode::OK, json!({ "token": "jwt" })).await;
    let access = PrismaAccess { api: &url, key: "key", secret: "secret" };
    let http = reqwest::Client::new();
    assert!(!tell_prisma(&http, "prisma", access, &outcome(OutcomeState::InProgress)).await.unwrap());
    assert!(heard.lock().unwrap().is_empty());
    let mut accepted = outcome(OutcomeState::Accepted);
    accepted.until = Some(accepted.at + chrono::TimeDelta::days(30));
    let reopened = Outcome { previous: Some(OutcomeState::Accepted), ..outcome(OutcomeState::Reopened) };
    for news in [&outcome(OutcomeState::FalsePositive), &accepted, &reopened] {
        assert!(tell_prisma(&http, "prisma", access, news).await.unwrap());
    }
    let calls = heard.lock().unwrap().clone();
    let names: Vec<&str> = calls.iter().map(|(call, _, _)| call.as_str()).collect();
    assert_eq!(names, ["POST /login", "POST /alert/dismiss", "POST /login", "POST /alert/dismiss", "POST /login", "POST /alert/reopen"]);
    let body = |index: usize| serde_json::from_slice::<Value>(&calls[index].2).unwrap();
    assert_eq!(calls[1].1["x-redlock-auth"], "jwt");
    assert_eq!((body(1)["alerts"][0].as_str(), body(1).get("dismissalTimeRange")), (Some("a/../b"), None));
    assert_eq!(body(3)["dismissalTimeRange"]["value"], json!({ "amount": 31, "unit": "day" }));
}

/// The JSON key of a service account whose tokens are at `url`.
fn service_account(url: &Url) -> String {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap().serialize_pem();
    json!({ "client_email": "remediate@acme.iam.gserviceaccount.com", "private_key_id": "k1", "private_key": key, "token_uri": url.join("token").unwrap() }).to_string()
}

#[tokio::test]
async fn scc_gets_an_external_system_and_mutes_what_stays() {
    let (url, heard) = listener(StatusCode::OK, json!({ "access_token": "t" })).await;
    let key = service_account(&url);
    let name = "organizations/1/sources/2/findings/3";
    for state in [OutcomeState::InProgress, OutcomeState::FalsePositive] {
        let news = Outcome { finding_id: name.into(), ..outcome(state) };
        tell_scc(&reqwest::Client::new(), "scc", &url, GoogleIdentity::Key(&key), &news).await.unwrap();
    }
    let calls = heard.lock().unwrap().clone();
    let names: Vec<&str> = calls.iter().map(|(call, _, _)| call.as_str()).collect();
    let system = format!("PATCH /v1/{name}/externalSystems/remediate");
    let mute = format!("POST /v1/{name}:setMute");
    assert_eq!(names, ["POST /token", &system, "POST /token", &mute, &system]);
    assert_eq!(serde_json::from_slice::<Value>(&calls[1].2).unwrap()["caseUri"], "https://github.com/acme/infra/pull/7");
    assert_eq!(serde_json::from_slice::<Value>(&calls[3].2).unwrap(), json!({ "mute": "MUTED" }));
}

#[tokio::test]
async fn a_name_or_key_that_is_none_is_refused_without_being_shown() {
    let url = Url::parse("http://127.0.0.1:9").unwrap();
    let http = reqwest::Client::new();
    let error = tell_scc(&http, "scc", &url, GoogleIdentity::Key("hush"), &outcome(OutcomeState::InProgress)).await.unwrap_err();
    assert!(matches!(&error, TellError::Refused { message, .. } if message.contains("findings")), "{error}");
    let news = Outcome { finding_id: "projects/1/sources/2/findings/3".into(), ..outcome(OutcomeState::InProgress) };
    let error = tell_scc(&http, "scc", &url, GoogleIdentity::Key("hush"), &news).await.unwrap_err();
    assert!(error.to_string().contains("service account") && !error.to_string().contains("hush"), "{error}");
}
