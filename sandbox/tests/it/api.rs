//! REST: authentication, permissions, pull requests, paging.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::setting::Setting;

fn jwt(setting: &Setting, issued: i64, expires: i64) -> String {
    let now = chrono::Utc::now().timestamp();
    let claims = json!({ "iss": setting.app.id(), "iat": now + issued, "exp": now + expires });
    let key = EncodingKey::from_rsa_pem(setting.app.private_key().as_bytes()).unwrap();
    format!("Bearer {}", jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &key).unwrap())
}

#[tokio::test]
async fn an_app_proves_itself_and_gets_a_narrowed_token() {
    let setting = Setting::new().await;
    let good = jwt(&setting, -60, 540);
    let app = setting.call_with(&good, "GET", "/app", Value::Null).await;
    assert_eq!((app.status, app.body["slug"].as_str()), (200, Some("remediate-bot")));
    let path = format!("/app/installations/{}/access_tokens", setting.installation.id());
    let token = setting.call_with(&good, "POST", &path, json!({ "permissions": { "contents": "read" }, "repositories": ["infra"] })).await;
    assert_eq!(token.status, 201);
    assert_eq!(token.body["permissions"], json!({ "contents": "read", "metadata": "read" }));
    let narrowed = format!("token {}", token.body["token"].as_str().unwrap());
    let read = setting.call_with(&narrowed, "GET", "/repos/acme/infra/contents/main.tf", Value::Null).await;
    assert_eq!(read.status, 200);
    let write = setting.call_with(&narrowed, "POST", "/repos/acme/infra/issues", json!({ "title": "x" })).await;
    assert_eq!((write.status, write.header("x-accepted-github-permissions")), (403, "issues=write"));
}

#[tokio::test]
async fn wrong_times_wrong_keys_and_expired_tokens_are_refused() {
    let setting = Setting::new().await;
    for (issued, expires, words) in [(-60, -1, "'exp'"), (-60, 700, "too far"), (300, 400, "'iat'")] {
        let reply = setting.call_with(&jwt(&setting, issued, expires), "GET", "/app", Value::Null).await;
        assert_eq!(reply.status, 401);
        assert!(reply.body["message"].as_str().unwrap().contains(words), "{reply:?}");
    }
    let mut forged = jwt(&setting, -60, 540);
    forged.truncate(forged.len() - 8);
    assert_eq!(setting.call_with(&format!("{forged}AAAAAAAA"), "GET", "/app", Value::Null).await.status, 401);
    let token = format!("token {}", setting.installation.token());
    setting.installation.expire_tokens();
    assert_eq!(setting.call_with(&token, "GET", "/installation/repositories", Value::Null).await.status, 401);
    assert_eq!(setting.call_with("token ghs_unknown", "GET", "/repos/acme/infra", Value::Null).await.status, 401);
}

#[tokio::test]
async fn a_pull_request_is_opened_once_labelled_reviewed_and_merged() {
    let setting = Setting::new().await;
    let opened = setting.pull("fix").await;
    assert_eq!((opened.status, &opened.body["number"]), (201, &json!(1)));
    assert_eq!(opened.body["changed_files"], 1);
    let again = setting.call("POST", "/repos/acme/infra/pulls", json!({ "title": "Fix", "head": "fix", "base": "main" })).await;
    assert_eq!(again.status, 422);
    assert_eq!(again.body["errors"][0]["message"], "A pull request already exists for acme:fix.");
    let found = setting.call("GET", "/repos/acme/infra/pulls?head=acme:fix&state=all", Value::Null).await;
    assert_eq!(found.body.as_array().unwrap().len(), 1);

    let reviewers = "/repos/acme/infra/pulls/1/requested_reviewers";
    let unknown = setting.call("POST", reviewers, json!({ "reviewers": ["octo-reviewer", "nobody"], "team_reviewers": [] })).await;
    assert_eq!(unknown.status, 422);
    let without_access = setting.call("POST", reviewers, json!({ "team_reviewers": ["strangers"] })).await;
    assert_eq!(without_access.status, 422);
    let asked = setting.call("POST", reviewers, json!({ "reviewers": ["octo-reviewer"], "team_reviewers": ["data-platform"] })).await;
    assert_eq!((asked.status, &asked.body["requested_teams"][0]["slug"]), (201, &json!("data-platform")));

    let labels = setting.call("POST", "/repos/acme/infra/issues/1/labels", json!({ "labels": ["Security-Review-Required"] })).await;
    assert_eq!(labels.body[0]["name"], "Security-Review-Required");
    let stale = setting.call("PUT", "/repos/acme/infra/pulls/1/merge", json!({ "sha": "0".repeat(40) })).await;
    assert_eq!(stale.status, 409);
    let merged = setting.call("PUT", "/repos/acme/infra/pulls/1/merge", json!({ "merge_method": "squash" })).await;
    assert_eq!(merged.status, 200);
    assert_eq!(setting.infra.read("main", "fix.tf").as_deref(), Some("# changed\n"));
    let after = setting.call("GET", "/repos/acme/infra/pulls/1", Value::Null).await;
    assert_eq!((&after.body["merged"], &after.body["state"]), (&json!(true), &json!("closed")));
}

#[tokio::test]
async fn lists_come_in_pages_with_links_and_answers_can_be_revalidated() {
    let setting = Setting::new().await;
    for number in 0..5 {
        setting.infra.open_issue("octo-reviewer", &format!("Issue {number}"), "").unwrap();
    }
    let page = setting.call("GET", "/repos/acme/infra/issues?per_page=2&page=2", Value::Null).await;
    assert_eq!(page.body.as_array().unwrap().len(), 2);
    let link = page.header("link");
    assert!(link.contains("page=3>; rel=\"next\"") && link.contains("page=1>; rel=\"prev\""), "{link}");
    let etag = page.header("etag").to_string();
    let token = format!("token {}", setting.installation.token());
    let again = setting.request(&token, "GET", "/repos/acme/infra/issues?per_page=2&page=2", Value::Null).header("if-none-match", &etag);
    assert_eq!(again.send().await.unwrap().status(), 304);
    assert_eq!(page.header("x-ratelimit-limit"), "5000");
}

#[tokio::test]
async fn renamed_archived_empty_and_unseen_repositories_answer_as_on_github() {
    let setting = Setting::new().await;
    let acme = setting.sandbox.organization("acme").unwrap();
    acme.repository("empty").unwrap();
    assert_eq!(setting.call("GET", "/repos/acme/empty/git/ref/heads/main", Value::Null).await.status, 409);
    setting.infra.rename("platform").unwrap();
    let moved = setting.call("GET", "/repos/acme/infra/issues", Value::Null).await;
    assert_eq!(moved.status, 301);
    let location = moved.header("location").trim_start_matches(&setting.sandbox.url()).to_string();
    assert_eq!(setting.call("GET", &location, Value::Null).await.status, 200);
    setting.infra.archive(true).unwrap();
    let refused = setting.call("POST", "/repos/acme/platform/issues", json!({ "title": "x" })).await;
    assert_eq!(refused.status, 403);
    setting.installation.select(Some(&["empty"])).unwrap();
    assert_eq!(setting.call("GET", "/repos/acme/platform", Value::Null).await.status, 404);
    let enterprise = setting.call("GET", "/api/v3/repos/acme/empty", Value::Null).await;
    assert_eq!(enterprise.body["full_name"], "acme/empty");
}

#[tokio::test]
async fn a_commit_through_graphql_is_signed_and_refused_on_a_stale_head() {
    let setting = Setting::new().await;
    let head = setting.infra.head("main").unwrap();
    let input = |head: &str| {
        json!({
            "query": "mutation($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }",
            "variables": { "input": {
                "branch": { "repositoryNameWithOwner": "acme/infra", "branchName": "main" }, "expectedHeadOid": head,
                "message": { "headline": "Change" }, "fileChanges": { "additions": [{ "path": "a.tf", "contents": "IyBhCg==" }] },
            } },
        })
    };
    let done = setting.call("POST", "/graphql", input(&head)).await;
    let oid = done.body["data"]["createCommitOnBranch"]["commit"]["oid"].as_str().unwrap().to_string();
    assert_eq!(done.body["data"]["createCommitOnBranch"], json!({ "commit": { "oid": oid } }));
    assert_eq!(setting.infra.read("main", "a.tf").as_deref(), Some("# a\n"));
    let commit = setting.call("GET", &format!("/repos/acme/infra/commits/{oid}"), Value::Null).await;
    assert_eq!(commit.body["commit"]["verification"]["verified"], true);
    let stale = setting.call("POST", "/graphql", input(&head)).await;
    assert_eq!(stale.body["errors"][0]["type"], "STALE_DATA");
}

#[tokio::test]
async fn the_git_data_api_builds_a_branch_without_git() {
    let setting = Setting::new().await;
    let head = setting.infra.head("main").unwrap();
    let tree = json!({ "base_tree": head, "tree": [{ "path": "modules/a.tf", "mode": "100644", "type": "blob", "content": "# a\n" }] });
    let tree = setting.call("POST", "/repos/acme/infra/git/trees", tree).await;
    assert_eq!(tree.status, 201, "{tree:?}");
    let commit = json!({ "message": "Add a", "tree": tree.body["sha"], "parents": [head] });
    let commit = setting.call("POST", "/repos/acme/infra/git/commits", commit).await;
    let reference = json!({ "ref": "refs/heads/by-api", "sha": commit.body["sha"] });
    assert_eq!(setting.call("POST", "/repos/acme/infra/git/refs", reference.clone()).await.status, 201);
    assert_eq!(setting.call("POST", "/repos/acme/infra/git/refs", reference).await.status, 422);
    assert_eq!(setting.infra.read("by-api", "modules/a.tf").as_deref(), Some("# a\n"));
    let forced = json!({ "sha": head });
    assert_eq!(setting.call("PATCH", "/repos/acme/infra/git/refs/heads/by-api", forced).await.status, 422);
}
