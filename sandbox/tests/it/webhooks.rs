//! Webhooks: what is sent for what, signatures, faults, redelivery.

use remediate_sandbox::{MergeMethod, WebhookEffect, WebhookFault, signature};
use serde_json::json;

use crate::setting::{Receiver, Setting};

#[tokio::test]
async fn each_change_sends_its_event_signed() {
    let setting = Setting::new().await;
    let receiver = Receiver::listen(&setting.app).await;
    setting.pull("fix").await;
    setting.call("POST", "/repos/acme/infra/issues/1/comments", json!({ "body": "hello" })).await;
    setting.infra.commit("octo-reviewer", "fix", "By hand", &[("fix.tf", "# by hand\n")]).unwrap();
    setting.infra.thread(1).merge_by("octo-reviewer", MergeMethod::Squash).unwrap();
    setting.infra.raise_alert("checkov", "CKV_AWS_19", "high", "main.tf", (1, 1)).unwrap();
    setting.infra.rename("platform").unwrap();
    setting.sandbox.settled().await.unwrap();
    setting.sandbox.assert_quiet();
    assert_eq!(
        receiver.names(),
        [
            "push",
            "pull_request.opened",
            "issue_comment.created",
            "push",
            "pull_request.synchronize",
            "pull_request.closed",
            "push",
            "code_scanning_alert.created",
            "repository.renamed",
        ]
    );
    let all = receiver.all();
    for one in &all {
        assert_eq!(one.signature, signature(setting.app.webhook_secret().as_bytes(), &one.raw));
        assert_eq!(one.body["installation"]["id"], setting.installation.id());
    }
    let closed = all.iter().find(|one| one.body["action"] == "closed").unwrap();
    assert_eq!(closed.body["pull_request"]["merged"], true);
    assert_eq!(closed.body["pull_request"]["merged_by"]["login"], "octo-reviewer");
}

#[tokio::test]
async fn a_lost_delivery_stands_in_the_log_and_can_be_sent_again() {
    let setting = Setting::new().await;
    let receiver = Receiver::listen(&setting.app).await;
    setting.sandbox.webhook_fault(WebhookFault::new("issues", WebhookEffect::Lose));
    setting.sandbox.webhook_fault(WebhookFault::new("push", WebhookEffect::Duplicate));
    setting.infra.open_issue("octo-reviewer", "Lost", "").unwrap();
    setting.branch("fix");
    setting.sandbox.settled().await.unwrap();
    assert_eq!(receiver.names(), ["push", "push"]);
    assert_eq!(receiver.all()[0].delivery, receiver.all()[1].delivery);
    let lost = setting.sandbox.deliveries().into_iter().find(|one| one.event == "issues").unwrap();
    setting.sandbox.redeliver(lost.id).unwrap();
    setting.sandbox.settled().await.unwrap();
    let last = receiver.all().pop().unwrap();
    assert_eq!((last.event.as_str(), last.delivery), ("issues", lost.guid));
}
