//! git over HTTP, with the real git program as client.

use std::path::Path;
use std::process::{Command, Output};

use remediate_sandbox::{Effect, Fault};
use serde_json::Value;

use crate::setting::Setting;

async fn git(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=bot", "-c", "user.email=bot@example.com", "-c", "credential.helper="]).args(arguments);
    command.current_dir(folder).env("GIT_TERMINAL_PROMPT", "0").env("HOME", folder).env("GIT_CONFIG_NOSYSTEM", "1");
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn url(setting: &Setting, token: &str) -> String {
    setting.sandbox.url().replace("http://", &format!("http://x-access-token:{token}@")) + "/acme/infra.git"
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_a_push_and_the_pull_request_that_follows_it() {
    let setting = Setting::new().await;
    setting.pull("fix").await;
    let folder = tempfile::tempdir().unwrap();
    let cloned =
        git(folder.path(), &["clone", "--depth", "1", "--branch", "fix", &url(&setting, &setting.installation.token()), "copy"]).await;
    assert!(cloned.status.success(), "{}", String::from_utf8_lossy(&cloned.stderr));
    let copy = folder.path().join("copy");
    std::fs::write(copy.join("more.tf"), "# more\n").unwrap();
    git(&copy, &["add", "."]).await;
    git(&copy, &["commit", "-m", "More"]).await;
    let pushed = git(&copy, &["push", "origin", "HEAD:refs/heads/fix"]).await;
    assert!(pushed.status.success(), "{}", String::from_utf8_lossy(&pushed.stderr));
    let pull = setting.call("GET", "/repos/acme/infra/pulls/1", Value::Null).await;
    assert_eq!(pull.body["head"]["sha"].as_str(), setting.infra.head("fix").as_deref());
    assert_eq!(pull.body["changed_files"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn git_needs_a_token_that_reaches_the_repository() {
    let setting = Setting::new().await;
    let folder = tempfile::tempdir().unwrap();
    let anonymous = format!("{}/acme/infra.git", setting.sandbox.url());
    assert!(!git(folder.path(), &["ls-remote", &anonymous]).await.status.success());
    assert!(!git(folder.path(), &["ls-remote", &url(&setting, "ghs_wrong")]).await.status.success());
    let token = setting.installation.token();
    assert!(git(folder.path(), &["ls-remote", &url(&setting, &token)]).await.status.success());
    setting.installation.set_permissions(&[("metadata", "read")]).unwrap();
    assert!(!git(folder.path(), &["ls-remote", &url(&setting, &token)]).await.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_moves_before_the_push_arrives_refuses_it() {
    let setting = Setting::new().await;
    setting.branch("fix");
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["clone", "--branch", "fix", &url(&setting, &setting.installation.token()), "copy"]).await;
    let copy = folder.path().join("copy");
    git(&copy, &["commit", "--allow-empty", "-m", "Mine"]).await;
    let id = setting.infra.id();
    let intrusion = move |world: &mut remediate_sandbox::World| {
        let change = remediate_sandbox::FileChange::write("theirs.tf", "# theirs\n");
        world.commit_files(id, "octo-reviewer", "fix", "Theirs", &[change]).unwrap();
    };
    let fault = Fault::new(Effect::Before(std::sync::Arc::new(intrusion))).on("POST", "/{owner}/{repo}/git-receive-pack");
    let struck = setting.sandbox.fault(fault);
    let pushed = git(&copy, &["push", "origin", "HEAD:refs/heads/fix"]).await;
    assert!(!pushed.status.success());
    assert_eq!(struck.hits(), 1);
    assert_eq!(setting.infra.read("fix", "theirs.tf").as_deref(), Some("# theirs\n"));
}
