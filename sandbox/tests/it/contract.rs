//! What the sandbox answers and sends has the shape that GitHub's own description gives.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jsonschema::Validator;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use remediate_sandbox::FileChange;
use serde_json::{Value, json};

use crate::setting::Setting;

/// Described so that GitHub itself could not answer it: the account would have to be a user and an enterprise at once.
const CONTRADICTORY: &str = "GET /app/installations 200";

/// GitHub's description of answers and webhooks.
struct Contract {
    whole: Value,
    validators: BTreeMap<String, Validator>,
}

impl Contract {
    fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/github/openapi-answers.json");
        Self { whole: serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap(), validators: BTreeMap::new() }
    }

    /// What is wrong with a value, if it is described at all.
    fn faults(&mut self, kind: &str, name: &str, value: &Value) -> Option<Vec<String>> {
        let schema = self.whole[kind].get(name)?;
        let whole = &self.whole;
        let validator = self.validators.entry(name.to_string()).or_insert_with(|| {
            let mut needed = serde_json::Map::new();
            collect(whole, schema, &mut needed);
            jsonschema::draft202012::new(&json!({ "allOf": [schema], "components": { "schemas": needed } })).unwrap()
        });
        Some(
            validator
                .iter_errors(value)
                .map(|error| format!("{name} at {}: {}", error.instance_path(), short(&error.to_string())))
                .collect(),
        )
    }
}

/// Gathers the components that a schema refers to. Handing all of them to each validator would take most of the test's time.
fn collect(whole: &Value, schema: &Value, needed: &mut serde_json::Map<String, Value>) {
    match schema {
        Value::Array(list) => list.iter().for_each(|inner| collect(whole, inner, needed)),
        Value::Object(map) => {
            let name = map.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
            if let Some(name) = name.filter(|name| !needed.contains_key(*name)) {
                let component = &whole["components"]["schemas"][name];
                needed.insert(name.into(), component.clone());
                collect(whole, component, needed);
            }
            map.values().for_each(|inner| collect(whole, inner, needed));
        }
        _ => {}
    }
}

fn short(text: &str) -> String {
    text.chars().rev().take(200).collect::<Vec<_>>().into_iter().rev().collect()
}

/// Calls as `METHOD path body`; HEAD and MAIN stand for the branches' commits. Lines with `app` are made with a JWT.
const CALLS: &str = r#"
app GET /app
app GET /app/installations
app GET /app/installations/INSTALLATION
app POST /app/installations/INSTALLATION/access_tokens {"repositories":["infra"]}
app GET /app/hook/config
app GET /app/hook/deliveries
app GET /repos/acme/infra/installation
app GET /orgs/acme/installation
bot GET /apps/remediate-bot
bot GET /installation/repositories
bot GET /rate_limit
bot GET /users/octo-admin
bot GET /orgs/acme
bot GET /orgs/acme/repos
bot GET /orgs/acme/members
bot GET /orgs/acme/teams
bot GET /orgs/acme/teams/data-platform
bot GET /orgs/acme/teams/data-platform/members
bot GET /orgs/acme/teams/data-platform/memberships/octo-reviewer
bot GET /orgs/acme/teams/data-platform/repos
bot GET /repos/acme/infra
bot GET /repos/acme/infra/branches
bot GET /repos/acme/infra/branches/main
bot GET /repos/acme/infra/collaborators/octo-reviewer/permission
bot GET /repos/acme/infra/collaborators
bot GET /repos/acme/infra/teams
bot POST /repos/acme/infra/labels {"name":"two words","color":"ffffff"}
bot GET /repos/acme/infra/labels
bot GET /repos/acme/infra/labels/two%20words
bot GET /repos/acme/infra/commits
bot GET /repos/acme/infra/commits/HEAD
bot GET /repos/acme/infra/compare/main...fix
bot GET /repos/acme/infra/contents/main.tf
bot GET /repos/acme/infra/codeowners/errors
bot PUT /repos/acme/infra/contents/docs/x.md {"message":"m","content":"eA==","branch":"fix"}
bot GET /repos/acme/infra/git/ref/heads/main
bot GET /repos/acme/infra/git/matching-refs/heads/
bot POST /repos/acme/infra/git/refs {"ref":"refs/heads/y","sha":"MAIN"}
bot PATCH /repos/acme/infra/git/refs/heads/y {"sha":"HEAD"}
bot DELETE /repos/acme/infra/git/refs/heads/y
bot POST /repos/acme/infra/git/blobs {"content":"x"}
bot GET /repos/acme/infra/git/trees/HEAD?recursive=1
bot POST /repos/acme/infra/git/trees {"base_tree":"MAIN","tree":[{"path":"q","mode":"100644","type":"blob","content":"q"}]}
bot GET /repos/acme/infra/git/commits/HEAD
bot POST /repos/acme/infra/pulls {"title":"t","head":"fix","base":"main","body":"b","draft":false}
bot GET /repos/acme/infra/pulls
bot GET /repos/acme/infra/pulls/2
bot PATCH /repos/acme/infra/pulls/2 {"title":"better"}
bot GET /repos/acme/infra/pulls/2/files
bot GET /repos/acme/infra/pulls/2/commits
bot POST /repos/acme/infra/pulls/2/requested_reviewers {"reviewers":["octo-reviewer"],"team_reviewers":["data-platform"]}
bot GET /repos/acme/infra/pulls/2/requested_reviewers
bot POST /repos/acme/infra/pulls/2/reviews {"event":"COMMENT","body":"x"}
bot GET /repos/acme/infra/pulls/2/reviews
bot GET /repos/acme/infra/commits/HEAD/pulls
bot POST /repos/acme/infra/issues {"title":"t","labels":["bug"],"assignees":["octo-admin"]}
bot GET /repos/acme/infra/issues
bot GET /repos/acme/infra/issues/1
bot PATCH /repos/acme/infra/issues/1 {"state":"closed"}
bot POST /repos/acme/infra/issues/1/comments {"body":"x"}
bot GET /repos/acme/infra/issues/1/comments
bot POST /repos/acme/infra/issues/1/labels {"labels":["bug"]}
bot GET /repos/acme/infra/issues/1/labels
bot POST /repos/acme/infra/issues/1/reactions {"content":"eyes"}
bot GET /repos/acme/infra/issues/1/reactions
bot POST /repos/acme/infra/check-runs {"name":"c","head_sha":"HEAD","status":"completed","conclusion":"success","output":{"title":"t","summary":"s"}}
bot GET /repos/acme/infra/commits/HEAD/check-runs
bot POST /repos/acme/infra/statuses/HEAD {"state":"success"}
bot GET /repos/acme/infra/commits/HEAD/status
bot GET /repos/acme/infra/commits/HEAD/statuses
bot GET /repos/acme/infra/code-scanning/alerts
bot GET /repos/acme/infra/code-scanning/alerts/1
bot PATCH /repos/acme/infra/code-scanning/alerts/1 {"state":"dismissed","dismissed_reason":"won't fix"}
bot GET /repos/acme/infra/code-scanning/alerts/1/instances
bot GET /search/issues?q=is:pr+repo:acme/infra
bot GET /search/code?q=resource
bot PUT /repos/acme/infra/pulls/2/merge {}
"#;

fn jwt(setting: &Setting) -> String {
    let now = chrono::Utc::now().timestamp();
    let claims = json!({ "iss": setting.app.id(), "iat": now - 10, "exp": now + 500 });
    let key = EncodingKey::from_rsa_pem(setting.app.private_key().as_bytes()).unwrap();
    format!("Bearer {}", jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &key).unwrap())
}

/// A repository with a bit of everything, and every event of users.
async fn busy() -> Setting {
    let setting = Setting::new().await;
    // Nobody listens there; what would be sent stands in the log all the same.
    setting.app.set_webhook_url("http://127.0.0.1:9/hook").unwrap();
    let infra = &setting.infra;
    infra.commit("octo-admin", "main", "More", &[("CODEOWNERS", "* @acme/data-platform @acme/none\n"), ("old.tf", "a\nb\nc\n")]).unwrap();
    setting.branch("fix");
    let moved = [FileChange::remove("old.tf"), FileChange::write("new.tf", "a\nb\nc\n")];
    infra.commit_changes("octo-reviewer", "fix", "Move", &moved).unwrap();
    infra.open_issue("octo-reviewer", "An issue", "body").unwrap();
    infra.raise_alert("checkov", "CKV_AWS_19", "high", "main.tf", (1, 1)).unwrap();
    let second = infra.raise_alert("checkov", "CKV_AWS_20", "medium", "main.tf", (1, 1)).unwrap();
    infra.fix_alert(second).unwrap();
    setting
}

async fn make_calls(setting: &Setting) {
    let (head, main) = (setting.infra.head("fix").unwrap(), setting.infra.head("main").unwrap());
    let token = format!("token {}", setting.installation.token());
    for line in CALLS.lines().filter(|line| !line.is_empty()) {
        let line = line.replace("HEAD", &head).replace("MAIN", &main).replace("INSTALLATION", &setting.installation.id().to_string());
        let mut words = line.splitn(4, ' ');
        let authorization = if words.next() == Some("app") { jwt(setting) } else { token.clone() };
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let body = words.next().map_or(Value::Null, |body| serde_json::from_str(body).unwrap());
        let reply = setting.call_with(&authorization, method, path, body).await;
        assert!((200..300).contains(&reply.status), "{method} {path}: {reply:?}");
    }
}

fn act_as_owner(setting: &Setting) {
    setting.infra.thread(1).reopen("octo-admin").unwrap();
    setting.infra.rerequest_check("octo-admin", setting.infra.checks()[0].id).unwrap();
    setting.infra.rename("platform").unwrap();
    setting.infra.archive(true).unwrap();
    setting.installation.suspend(true).unwrap();
    setting.installation.suspend(false).unwrap();
    setting.installation.select(Some(&[])).unwrap();
    setting.installation.select(None).unwrap();
    setting.installation.set_permissions(&[("contents", "read"), ("metadata", "read")]).unwrap();
    setting.installation.uninstall().unwrap();
}

#[tokio::test]
async fn answers_and_webhooks_have_githubs_shape() {
    let setting = busy().await;
    make_calls(&setting).await;
    act_as_owner(&setting);
    let mut contract = Contract::read();
    let (mut faults, mut held) = (Vec::new(), BTreeSet::new());
    for exchange in setting.sandbox.requests() {
        let (Some(template), Some(answer)) = (exchange.template, &exchange.answer) else { continue };
        let name = format!("{} {template} {}", exchange.method, exchange.status);
        if name == CONTRADICTORY {
            continue;
        }
        let found = contract.faults("operations", &name, answer);
        faults.extend(found.unwrap_or_else(|| vec![format!("{name}: GitHub does not describe this")]));
        held.insert(name);
    }
    for delivery in setting.sandbox.deliveries() {
        let action = delivery.action.map_or(String::new(), |action| format!("-{action}"));
        let name = format!("{}{action}", delivery.event).replace('_', "-");
        let found = contract.faults("webhooks", &name, &delivery.payload);
        faults.extend(found.unwrap_or_else(|| vec![format!("{name}: GitHub does not send this")]));
        held.insert(name);
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(held.len() > 80, "only {} kinds of answers and webhooks were looked at", held.len());
}
