//! Faults do what they say and no more than asked.

use remediate_sandbox::{Effect, Fault};
use serde_json::{Value, json};

use crate::setting::{Setting, send};

const PULLS: &str = "/repos/{owner}/{repo}/pulls";

#[tokio::test]
async fn a_502_after_the_work_leaves_one_pull_request() {
    let setting = Setting::new().await;
    setting.sandbox.fault(Fault::new(Effect::StatusAfter(502)).on("POST", PULLS));
    assert_eq!(setting.pull("fix").await.status, 502);
    let again = setting.call("POST", "/repos/acme/infra/pulls", json!({ "title": "Fix", "head": "fix", "base": "main" })).await;
    assert_eq!(again.status, 422);
    assert_eq!(setting.infra.pulls().len(), 1);
    assert_eq!(setting.sandbox.count("POST", PULLS), 2);
}

#[tokio::test]
async fn limits_dropped_connections_and_expired_tokens() {
    let setting = Setting::new().await;
    let token = format!("token {}", setting.installation.token());
    setting.sandbox.fault(Fault::new(Effect::SecondaryLimit(403, 7)).on("GET", "/repos/{owner}/{repo}"));
    let limited = setting.call_with(&token, "GET", "/repos/acme/infra", Value::Null).await;
    assert_eq!((limited.status, limited.header("retry-after")), (403, "7"));
    setting.sandbox.fault(Fault::new(Effect::PrimaryLimit(60)));
    let limited = setting.call_with(&token, "GET", "/repos/acme/infra", Value::Null).await;
    assert_eq!((limited.status, limited.header("x-ratelimit-remaining")), (403, "0"));
    setting.sandbox.fault(Fault::new(Effect::Drop));
    assert!(send(setting.request(&token, "GET", "/repos/acme/infra", Value::Null)).await.is_err());
    setting.sandbox.fault(Fault::new(Effect::ExpireToken));
    assert_eq!(setting.call_with(&token, "GET", "/repos/acme/infra", Value::Null).await.status, 401);
    assert_eq!(setting.call("GET", "/repos/acme/infra", Value::Null).await.status, 200);
    setting.installation.set_remaining(0).unwrap();
    assert_eq!(setting.call("GET", "/repos/acme/infra", Value::Null).await.status, 403);
}
