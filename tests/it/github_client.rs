//! The client against a server that misbehaves in the ways GitHub does.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use remediate::github::{
    AppCredentials, CheckConclusion, Creation, DismissReason, Endpoints, Github, GithubErrorKind, Installation, Label, NewCheckRun,
    NewCommit, NewIssue, NewPull, NewStatus, Options, Permission, PullUpdate, Reaction, Reviewers, StatusState, TokenScope,
    convert_manifest,
};
use remediate::model::Repository;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::scripted::{Reply, Scripted, Seen};

const MINT: &str = "POST /app/installations/7/access_tokens";
const PULLS: &str = "/repos/acme/infra/pulls";

fn private_key() -> &'static SecretString {
    static KEY: OnceLock<SecretString> = OnceLock::new();
    KEY.get_or_init(|| {
        let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).expect("an RSA key");
        SecretString::from(key.serialize_pem())
    })
}

fn options() -> Options {
    Options { retry_base: Duration::from_millis(1), patience: Duration::from_secs(5), ..Options::default() }
}

fn github(server: &Scripted) -> Github {
    let credentials = AppCredentials::new("42", private_key()).expect("the key is good");
    Github::new(credentials, Endpoints::new(&server.url, &server.url).expect("an address"), &options()).expect("a client")
}

fn client(server: &Scripted) -> Arc<Installation> {
    github(server).installation(7)
}

fn repository() -> Repository {
    Repository { id: 1, installation: 7, owner: "acme".into(), name: "infra".into() }
}

fn token(number: usize, lifetime: TimeDelta) -> Reply {
    Reply::of(201, json!({ "token": format!("ghs_secret{number}"), "expires_at": Utc::now() + lifetime }))
}

/// A script that answers the minting of tokens itself, each one numbered.
fn with_token(rest: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> impl Fn(&Seen) -> Reply + Send + Sync + 'static {
    let minted = AtomicUsize::new(0);
    move |seen| {
        if seen.recorded.name() == MINT { token(minted.fetch_add(1, Ordering::SeqCst) + 1, TimeDelta::hours(1)) } else { rest(seen) }
    }
}

fn pull(number: u64, branch: &str) -> Value {
    json!({
        "number": number, "state": "open", "title": "t", "html_url": "http://x/1",
        "head": { "ref": branch, "sha": "a" }, "base": { "ref": "main", "sha": "b" },
    })
}

fn new_pull() -> NewPull {
    NewPull {
        title: "t".into(),
        head: "remediate/x".into(),
        base: "main".into(),
        body: "b".into(),
        draft: false,
        maintainer_can_modify: false,
    }
}

#[tokio::test]
async fn twenty_callers_at_once_mint_one_token() {
    let server = Scripted::start(with_token(|_| Reply::of(200, json!({ "id": 1, "name": "infra", "owner": { "login": "acme" } })))).await;
    let client = client(&server);
    let calls: Vec<_> = (0..20)
        .map(|_| {
            tokio::spawn({
                let client = Arc::clone(&client);
                async move { client.repository(&repository()).await }
            })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap().unwrap().name, "infra");
    }
    assert_eq!(server.count(MINT), 1);
}

#[tokio::test]
async fn a_client_is_the_same_for_everybody_and_differs_by_scope() {
    let server = Scripted::start(|_| Reply::Hang).await;
    let github = github(&server);
    assert!(Arc::ptr_eq(&github.installation(7), &github.installation(7)));
    let scope = TokenScope { repositories: vec!["infra".into()], permissions: BTreeMap::from([("contents".into(), "write".into())]) };
    assert!(Arc::ptr_eq(&github.scoped_installation(7, scope.clone()), &github.scoped_installation(7, scope.clone())));
    assert!(!Arc::ptr_eq(&github.installation(7), &github.scoped_installation(7, scope)));
}

#[tokio::test]
async fn a_token_is_renewed_before_it_expires() {
    let minted = AtomicUsize::new(0);
    let server = Scripted::start(move |_| {
        let number = minted.fetch_add(1, Ordering::SeqCst) + 1;
        token(number, if number == 1 { TimeDelta::minutes(4) } else { TimeDelta::hours(1) })
    })
    .await;
    let client = client(&server);
    let mut secrets = Vec::new();
    for _ in 0..3 {
        secrets.push(client.token().await.unwrap().secret.expose_secret().to_owned());
    }
    assert_eq!(secrets, ["ghs_secret1", "ghs_secret2", "ghs_secret2"]);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_and_the_call_repeated_even_a_creating_one() {
    let server = Scripted::start(with_token(|seen| match (seen.recorded.method.as_str(), seen.header("authorization")) {
        ("GET", _) => Reply::of(200, json!([])),
        (_, Some("Bearer ghs_secret1")) => Reply::of(401, json!({ "message": "Bad credentials" })),
        _ => Reply::of(201, pull(3, "remediate/x")),
    }))
    .await;
    assert_eq!(client(&server).create_pull(&repository(), &new_pull()).await.unwrap().into_inner().number, 3);
    assert_eq!(server.count(MINT), 2);
    assert_eq!(server.count(&format!("POST {PULLS}")), 2);
}

#[tokio::test]
async fn a_token_refused_again_and_again_is_an_error_not_a_loop() {
    let server = Scripted::start(with_token(|_| Reply::of(401, json!({ "message": "Bad credentials" })))).await;
    let error = client(&server).open_pulls(&repository()).await.unwrap_err();
    assert_eq!(error.status(), Some(401));
    assert_eq!(server.count(MINT), 2);
}

/// GitHub carried the request out and the answer was lost, or it did not: both look the same from here.
async fn doubtful(carried_out: bool, failure: fn() -> Reply) -> (Creation<u64>, usize) {
    let posts = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&posts);
    let server = Scripted::start(with_token(move |seen| {
        if seen.recorded.method == "POST" {
            let first = counted.fetch_add(1, Ordering::SeqCst) == 0;
            return if first { failure() } else { Reply::of(201, pull(9, "remediate/x")) };
        }
        assert_eq!(seen.recorded.query("head").as_deref(), Some("acme:remediate/x"));
        let there = carried_out && counted.load(Ordering::SeqCst) > 0;
        Reply::of(200, if there { json!([pull(8, "remediate/x")]) } else { json!([]) })
    }))
    .await;
    let created = client(&server).create_pull(&repository(), &new_pull()).await.unwrap();
    let number = match created {
        Creation::Created(pull) => Creation::Created(pull.number),
        Creation::Existed(pull) => Creation::Existed(pull.number),
    };
    (number, posts.load(Ordering::SeqCst))
}

#[tokio::test]
async fn a_doubtful_creation_is_looked_up_before_it_is_sent_again() {
    let bad_gateway = || Reply::of(502, json!({ "message": "Server Error" }));
    assert_eq!(doubtful(true, bad_gateway).await, (Creation::Existed(8), 1));
    assert_eq!(doubtful(false, bad_gateway).await, (Creation::Created(9), 2));
    assert_eq!(doubtful(true, || Reply::Hang).await, (Creation::Existed(8), 1));
    assert_eq!(doubtful(false, || Reply::Hang).await, (Creation::Created(9), 2));
    let exists = || {
        let error =
            json!({ "resource": "PullRequest", "code": "custom", "message": "A pull request already exists for acme:remediate/x." });
        Reply::of(422, json!({ "message": "Validation Failed", "errors": [error] }))
    };
    assert_eq!(doubtful(true, exists).await, (Creation::Existed(8), 1));
}

#[tokio::test]
async fn an_open_pull_request_of_the_branch_is_taken_as_it_is() {
    let server = Scripted::start(with_token(|_| Reply::of(200, json!([pull(4, "remediate/x"), pull(5, "other")])))).await;
    let creation = client(&server).create_pull(&repository(), &new_pull()).await.unwrap();
    assert!(!creation.is_new());
    assert_eq!(creation.inner().number, 4);
    assert_eq!(server.count(&format!("POST {PULLS}")), 0);
}

#[tokio::test]
async fn a_refusal_is_told_with_call_status_and_request_id_but_without_the_token() {
    let server = Scripted::start(with_token(|seen| match seen.recorded.method.as_str() {
        "GET" => Reply::of(200, json!([])),
        _ => {
            let error = json!({ "field": "base", "code": "invalid" });
            Reply::Answer(
                422,
                vec![("x-github-request-id", "AB:12".into())],
                json!({ "message": "Validation\n Failed", "errors": [error] }),
            )
        }
    }))
    .await;
    let error = client(&server).create_pull(&repository(), &new_pull()).await.unwrap_err();
    assert_eq!(error.to_string(), "POST /repos/acme/infra/pulls: GitHub answered 422: Validation Failed (base invalid) [request AB:12]");
    assert!(!error.is_transient() && !error.is_already_exists());
    assert!(!format!("{error:?}").contains("ghs_"));
    assert_eq!(server.count(&format!("POST {PULLS}")), 1, "a clear no is not asked again");
}

#[tokio::test]
async fn server_trouble_is_waited_out_when_repeating_does_no_harm() {
    let asked = AtomicUsize::new(0);
    let server = Scripted::start(with_token(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::of(503, json!({})),
        1 => Reply::Hang,
        _ => Reply::of(200, json!([pull(4, "remediate/x")])),
    }))
    .await;
    assert_eq!(client(&server).open_pulls(&repository()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_short_rate_limit_is_waited_for_and_a_long_one_is_reported() {
    let asked = AtomicUsize::new(0);
    let server = Scripted::start(with_token(move |seen| match (seen.recorded.method.as_str(), asked.fetch_add(1, Ordering::SeqCst)) {
        ("GET", _) => Reply::of(200, json!([])),
        (_, 1) => Reply::Answer(403, vec![("retry-after", "1".into())], json!({ "message": "You have exceeded a secondary rate limit" })),
        _ => Reply::of(201, pull(4, "remediate/x")),
    }))
    .await;
    assert!(client(&server).create_pull(&repository(), &new_pull()).await.unwrap().is_new());
    assert_eq!(server.count(&format!("POST {PULLS}")), 2);

    let reset = Utc::now().timestamp() + 900;
    let server = Scripted::start(with_token(move |_| {
        let headers = vec![("x-ratelimit-remaining", "0".into()), ("x-ratelimit-reset", reset.to_string())];
        Reply::Answer(403, headers, json!({ "message": "API rate limit exceeded" }))
    }))
    .await;
    let client = client(&server);
    let error = client.open_pulls(&repository()).await.unwrap_err();
    assert!(error.retry_at().is_some_and(|until| (until.timestamp() - reset).abs() <= 2), "{error}");
    let again = client.open_pulls(&repository()).await.unwrap_err();
    assert!(matches!(again.kind, GithubErrorKind::RateLimited { .. }));
    assert_eq!(server.count(&format!("GET {PULLS}")), 1, "GitHub is left alone until then");
}

#[tokio::test]
async fn content_beyond_the_minutes_share_waits_for_its_turn() {
    let server = Scripted::start(with_token(|_| Reply::of(200, json!({ "id": 1, "body": "b" })))).await;
    let credentials = AppCredentials::new("42", private_key()).unwrap();
    let options = Options { content_per_minute: 2, patience: Duration::ZERO, ..options() };
    let client = Github::new(credentials, Endpoints::new(&server.url, &server.url).unwrap(), &options).unwrap().installation(7);
    for _ in 0..2 {
        client.edit_comment(&repository(), 1, "b").await.unwrap();
    }
    let error = client.edit_comment(&repository(), 1, "b").await.unwrap_err();
    assert!(error.retry_at().is_some_and(|until| until > Utc::now() + TimeDelta::seconds(50)), "{error}");
    assert_eq!(server.count("PATCH /repos/acme/infra/issues/comments/1"), 2);
}

#[tokio::test]
async fn a_renamed_repository_is_followed_with_method_and_body_and_never_to_another_host() {
    let server = Scripted::start(with_token(|seen| match seen.recorded.path.as_str() {
        "/repos/acme/infra" => Reply::Answer(301, vec![("location", "/repositories/1".into())], json!({})),
        "/repositories/1" => Reply::of(200, json!({ "id": 1, "name": "renamed", "owner": { "login": "acme" } })),
        "/repos/acme/infra/issues/5/comments" if seen.recorded.method == "POST" => {
            Reply::Answer(307, vec![("location", "/repos/acme/renamed/issues/5/comments".into())], json!({}))
        }
        "/repos/acme/renamed/issues/5/comments" => {
            Reply::of(201, json!({ "id": 2, "body": seen.recorded.body.as_ref().map(|body| body["body"].clone()) }))
        }
        _ => Reply::of(200, json!([])),
    }))
    .await;
    let followed = client(&server);
    assert_eq!(followed.repository(&repository()).await.unwrap().unwrap().name, "renamed");
    assert_eq!(
        followed.put_comment(&repository(), 5, "bot[bot]", "<!-- m -->", "hello <!-- m -->").await.unwrap().into_inner().body,
        "hello <!-- m -->"
    );
    assert_eq!(server.calls().into_iter().filter(|call| call.starts_with("POST /repos/acme/renamed")).count(), 1);

    let other = Scripted::start(|_| Reply::of(200, json!({ "id": 1, "name": "stolen", "owner": { "login": "x" } }))).await;
    let elsewhere = format!("{}/repos/acme/infra", other.url);
    let server = Scripted::start(with_token(move |_| {
        Reply::Answer(301, vec![("location", elsewhere.clone())], json!({ "message": "Moved Permanently" }))
    }))
    .await;
    assert_eq!(client(&server).repository(&repository()).await.unwrap_err().status(), Some(301));
    assert!(other.calls().is_empty(), "the token must not travel to another host");
}

#[tokio::test]
async fn what_did_not_change_is_not_sent_again() {
    let server = Scripted::start(with_token(|seen| {
        if seen.header("if-none-match") == Some("\"v1\"") {
            return Reply::of(304, Value::Null);
        }
        Reply::Answer(
            200,
            vec![("etag", "\"v1\"".into())],
            json!({ "id": 1, "name": "infra", "owner": { "login": "acme" }, "default_branch": "trunk" }),
        )
    }))
    .await;
    let client = client(&server);
    for _ in 0..3 {
        assert_eq!(client.repository(&repository()).await.unwrap().unwrap().default_branch, "trunk");
    }
    let conditional = server.seen().iter().filter(|seen| seen.header("if-none-match").is_some()).count();
    assert_eq!(conditional, 2);
}

#[tokio::test]
async fn reviewers_that_cannot_be_asked_are_left_out_with_the_reason() {
    let server = Scripted::start(with_token(|seen| {
        let body = seen.recorded.body.clone().unwrap_or_default();
        let names = |key: &str| body[key].as_array().cloned().unwrap_or_default();
        let unknown = |name: &Value| name == "stranger" || name == "ghosts";
        if names("reviewers").iter().chain(&names("team_reviewers")).any(unknown) {
            return Reply::of(422, json!({ "message": "Reviews may only be requested from collaborators." }));
        }
        Reply::of(201, pull(5, "remediate/x"))
    }))
    .await;
    let wanted = Reviewers {
        users: ["alice", "stranger", "Remediate[bot]"].map(String::from).into(),
        teams: ["data-platform", "ghosts"].map(String::from).into(),
    };
    let requested = client(&server).request_reviewers(&repository(), 5, "remediate[bot]", &wanted).await.unwrap();
    assert_eq!(requested.asked, Reviewers { users: ["alice".to_owned()].into(), teams: ["data-platform".to_owned()].into() });
    let left: Vec<&str> = requested.left_out.iter().map(|left| left.handle.as_str()).collect();
    assert_eq!(left, ["@Remediate[bot]", "@stranger", "@acme/ghosts"]);
}

#[tokio::test]
async fn one_comment_per_marker_is_edited_in_place_and_only_when_it_changes() {
    let server = Scripted::start(with_token(|seen| match seen.recorded.method.as_str() {
        "GET" => Reply::of(
            200,
            json!([
                { "id": 1, "body": "copied <!-- m -->", "user": { "login": "mallory" } },
                { "id": 2, "body": "old <!-- m -->", "user": { "login": "remediate[bot]" } },
            ]),
        ),
        _ => Reply::of(200, json!({ "id": 2, "body": "new" })),
    }))
    .await;
    let client = client(&server);
    let put = async |body: &str| client.put_comment(&repository(), 5, "remediate[bot]", "<!-- m -->", body).await.unwrap();
    assert!(!put("old <!-- m -->\n").await.is_new());
    assert_eq!(server.count("PATCH /repos/acme/infra/issues/comments/2"), 0);
    assert!(!put("new <!-- m -->").await.is_new());
    assert_eq!(server.count("PATCH /repos/acme/infra/issues/comments/2"), 1);
    assert_eq!(server.count("POST /repos/acme/infra/issues/5/comments"), 0);
}

#[tokio::test]
async fn lists_are_read_to_their_end() {
    let server = Scripted::start(with_token(|seen| {
        let page: u64 = seen.recorded.query("page").and_then(|page| page.parse().ok()).unwrap_or(1);
        let repositories: Vec<Value> = (0..if page < 3 { 100 } else { 7 })
            .map(|n| json!({ "id": page * 1000 + n, "name": format!("r{page}-{n}"), "owner": { "login": "acme" } }))
            .collect();
        Reply::of(200, json!({ "total_count": 207, "repositories": repositories }))
    }))
    .await;
    assert_eq!(client(&server).repositories().await.unwrap().len(), 207);
}

#[tokio::test]
async fn lost_deliveries_are_found_page_by_page() {
    let at = |minutes: i64| (Utc::now() - TimeDelta::minutes(minutes)).to_rfc3339();
    let delivery = move |id: u64, guid: &str, minutes: i64, code: u16| json!({ "id": id, "guid": guid, "delivered_at": at(minutes), "status_code": code, "event": "push" });
    let server = Scripted::start(move |seen| {
        if seen.recorded.method == "POST" {
            return Reply::of(202, json!({}));
        }
        match seen.recorded.query("cursor").as_deref() {
            None => {
                let link = "<http://x/app/hook/deliveries?per_page=100&cursor=v1_2>; rel=\"next\"".to_owned();
                Reply::Answer(200, vec![("link", link)], json!([delivery(5, "retried", 1, 202), delivery(4, "lost-late", 2, 502)]))
            }
            Some(_) => {
                Reply::of(200, json!([delivery(3, "retried", 3, 500), delivery(2, "lost-early", 4, 0), delivery(1, "ancient", 400, 0)]))
            }
        }
    })
    .await;
    let github = github(&server);
    let lost = github.lost_deliveries(Utc::now() - TimeDelta::hours(1)).await.unwrap();
    assert_eq!(lost.iter().map(|delivery| delivery.id).collect::<Vec<_>>(), [2, 4]);
    github.redeliver(lost[0].id).await.unwrap();
    assert_eq!(server.count("POST /app/hook/deliveries/2/attempts"), 1);
}

#[tokio::test]
async fn the_app_signs_with_its_key_and_says_when_it_cannot() {
    let server = Scripted::start(|_| {
        Reply::of(
            200,
            json!({ "id": 42, "slug": "remediate", "name": "Remediate", "permissions": { "contents": "write" }, "events": ["push"] }),
        )
    })
    .await;
    let app = github(&server).app().await.unwrap();
    assert_eq!(app.bot_login(), "remediate[bot]");
    let authorization = server.seen()[0].header("authorization").unwrap().to_owned();
    let claims = authorization.strip_prefix("Bearer ").and_then(|jwt| jwt.split('.').nth(1)).map(|claims| {
        use base64::Engine as _;
        serde_json::from_slice::<Value>(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
    });
    let claims = claims.expect("a JWT");
    assert_eq!(claims["iss"], "42");
    assert!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap() <= 600, "GitHub takes at most ten minutes");

    let error = AppCredentials::new("42", &SecretString::from("hunter2".to_owned())).unwrap_err();
    assert!(matches!(error.kind, GithubErrorKind::Credentials) && !error.to_string().contains("hunter2"), "{error}");
}

#[tokio::test]
async fn the_manifest_code_is_exchanged_once_for_id_and_secrets() {
    let server = Scripted::start(|seen| {
        assert!(seen.header("authorization").is_none());
        Reply::of(201, json!({ "id": 5, "slug": "remediate-acme", "name": "x", "pem": "PEM", "webhook_secret": "hush", "client_id": "Iv1", "client_secret": "cs" }))
    })
    .await;
    let app = convert_manifest(&Endpoints::new(&server.url, &server.url).unwrap(), &options(), "abc").await.unwrap();
    assert_eq!((app.id, app.slug.as_str(), app.pem.expose_secret()), (5, "remediate-acme", "PEM"));
    assert!(!format!("{app:?}").contains("hush"), "secrets are not printed");
}

/// Answers every call with something its reader takes, so that each call of the product passes the contract once.
fn anything(seen: &Seen) -> Reply {
    let (method, path) = (seen.recorded.method.as_str(), seen.recorded.path.as_str());
    let list = method == "GET"
        && ["/files", "/commits", "/comments", "/issues", "/pulls", "/installations", "/deliveries"].iter().any(|end| path.ends_with(end));
    if list {
        return Reply::of(200, json!([]));
    }
    let thing = json!({
        "id": 1, "number": 1, "state": "open", "login": "x", "name": "x", "slug": "x", "sha": "abc", "body": "b", "role": "member",
        "head": { "ref": "h", "sha": "a" }, "base": { "ref": "b", "sha": "b" }, "object": { "sha": "abc" }, "tree": { "sha": "t" },
        "owner": { "login": "acme" }, "account": { "login": "acme" }, "users": [], "teams": [], "repositories": [], "check_runs": [],
        "type": "file", "encoding": "base64", "content": "aGk=\n", "permission": "write", "role_name": "maintain", "guid": "g",
    });
    if path.contains("/git/trees/") {
        return Reply::of(200, json!({ "tree": [{ "path": "a.tf", "mode": "100644", "sha": "abc" }], "truncated": false }));
    }
    Reply::Answer(if method == "POST" { 201 } else { 200 }, vec![("date", "Tue, 24 Nov 2026 00:00:00 GMT".into())], thing)
}

#[tokio::test]
async fn every_call_is_one_that_github_takes() {
    let server = Scripted::start(with_token(anything)).await;
    let (github, client, repo) = (github(&server), client(&server), repository());
    github.installations().await.unwrap();
    github.installation_info(7).await.unwrap();
    github.installation_of("acme", "infra").await.unwrap();
    github.clock_difference().await.unwrap();
    github.hook_config().await.unwrap();
    github.set_hook_config("https://x/webhook", private_key()).await.unwrap();
    github.deliveries(Utc::now()).await.unwrap();
    let scope = TokenScope { repositories: vec!["infra".into()], permissions: BTreeMap::from([("contents".into(), "write".into())]) };
    github.scoped_installation(7, scope).token().await.unwrap();

    client.repository(&repo).await.unwrap();
    client.repositories().await.unwrap();
    assert_eq!(client.permission_of(&repo, "alice").await.unwrap(), Permission::Maintain);
    client.team_role("acme", "data", "alice").await.unwrap();
    client.account("remediate[bot]").await.unwrap();
    assert_eq!(client.file(&repo, ".github/remediate.yml", Some("main")).await.unwrap().unwrap().text, "hi");
    client.blob(&repo, "abc").await.unwrap();
    client.tree(&repo, "abc").await.unwrap();

    client.branch(&repo, "remediate/rule/abc").await.unwrap();
    client.create_branch(&repo, "remediate/rule/abc", "abc").await.unwrap();
    client.advance_branch(&repo, "remediate/rule/abc", "abc").await.unwrap();
    client.delete_branch(&repo, "remediate/rule/abc").await.unwrap();
    let files = BTreeMap::from([("a.tf".to_owned(), Some("x".to_owned())), ("b.tf".to_owned(), None)]);
    let commit = NewCommit { parent: "abc".into(), message: "m".into(), files, executable: vec![] };
    assert_eq!(client.commit(&repo, &commit).await.unwrap(), "abc");

    client.create_pull(&repo, &new_pull()).await.unwrap();
    client.pull(&repo, 1).await.unwrap();
    client.open_pulls(&repo).await.unwrap();
    client.update_pull(&repo, 1, &PullUpdate { title: Some("t".into()), ..PullUpdate::default() }).await.unwrap();
    client.close_pull(&repo, 1).await.unwrap();
    client.pull_files(&repo, 1).await.unwrap();
    client.pull_commits(&repo, 1).await.unwrap();
    client.pending_reviewers(&repo, 1).await.unwrap();
    let reviewers = Reviewers { users: ["alice".to_owned()].into(), teams: ["data".to_owned()].into() };
    client.request_reviewers(&repo, 1, "bot", &reviewers).await.unwrap();

    client.ensure_label(&repo, &Label { name: "Security".into(), color: "ff0000".into(), description: Some("d".into()) }).await.unwrap();
    client.add_labels(&repo, 1, &["Security".into()]).await.unwrap();
    client.remove_label(&repo, 1, "Security").await.unwrap();
    client.issue(&repo, 1).await.unwrap();
    let issue = NewIssue { title: "t".into(), body: "b".into(), labels: vec!["Security".into()] };
    client.create_issue(&repo, "remediate[bot]", "m", &issue).await.unwrap();
    client.edit_issue(&repo, 1, "b").await.unwrap();
    client.close_issue(&repo, 1, true).await.unwrap();
    client.reopen_issue(&repo, 1).await.unwrap();
    client.put_comment(&repo, 1, "remediate[bot]", "m", "b").await.unwrap();
    client.edit_comment(&repo, 1, "b").await.unwrap();
    client.react_to_comment(&repo, 1, Reaction::Eyes).await.unwrap();
    client.react_to_issue(&repo, 1, Reaction::Rocket).await.unwrap();

    let run = NewCheckRun {
        name: "remediate".into(),
        head_sha: "abc".into(),
        external_id: "1".into(),
        conclusion: Some(CheckConclusion::ActionRequired),
        title: "t".into(),
        summary: "s".into(),
        details_url: Some("https://x".into()),
    };
    client.put_check_run(&repo, &run).await.unwrap();
    client.put_check_run(&repo, &NewCheckRun { conclusion: None, ..run }).await.unwrap();
    let status = NewStatus { state: StatusState::Success, context: "remediate".into(), description: "d".into(), target_url: None };
    client.set_status(&repo, "abc", &status).await.unwrap();
    client.alert(&repo, 1).await.unwrap();
    client.dismiss_alert(&repo, 1, DismissReason::WontFix, "c").await.unwrap();
    client.reopen_alert(&repo, 1).await.unwrap();
    assert!(server.calls().len() > 50);
}
