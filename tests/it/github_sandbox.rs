//! Client and mirrors against the stand-in for GitHub: what happens between two calls is remembered there.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use remediate::git::{Change, GitError, Identity, Lease, MirrorOptions, Mirrors, Publication, Remote, human_commits, is_relevant};
use remediate::github::{
    AppCredentials, CheckConclusion, Endpoints, Github, Installation, Label, NewCheckRun, NewCommit, NewIssue, NewPull, Options,
    Permission, PullState, Reviewers, TokenScope,
};
use remediate::model::Repository;
use remediate_sandbox::{AppHandle, Effect, Fault, Level, NewApp, RepositoryHandle};
use secrecy::SecretString;

use crate::checked_sandbox::CheckedSandbox;

struct World {
    sandbox: CheckedSandbox,
    app: AppHandle,
    infra: RepositoryHandle,
    github: Github,
    installation: u64,
}

impl World {
    async fn new() -> Self {
        let sandbox = CheckedSandbox::start().await;
        let acme = sandbox.organization("acme").unwrap();
        acme.member("dana", false).unwrap();
        acme.team("data-platform", &["dana"]).unwrap();
        let infra = acme.repository_with("infra", "trunk").unwrap();
        infra.grant("dana", Level::Write).unwrap();
        infra.grant_team("data-platform", Level::Write).unwrap();
        infra.commit("dana", "trunk", "Start", &[("main.tf", "resource \"aws_s3_bucket\" \"b\" {}\n")]).unwrap();
        let app =
            sandbox.register_app("acme", NewApp { name: "remediate".into(), permissions: permissions(), ..NewApp::default() }).unwrap();
        let installation = app.install("acme", None).unwrap().id();
        let credentials = AppCredentials::new(app.id().to_string(), &SecretString::from(app.private_key())).unwrap();
        let options = Options { retry_base: std::time::Duration::from_millis(1), ..Options::default() };
        let github = Github::new(credentials, Endpoints::new(&sandbox.url(), &sandbox.url()).unwrap(), &options).unwrap();
        Self { sandbox, app, infra, github, installation }
    }

    fn client(&self) -> Arc<Installation> {
        self.github.installation(self.installation)
    }

    fn repository(&self) -> Repository {
        Repository { id: self.infra.id(), installation: self.installation, owner: "acme".into(), name: "infra".into() }
    }

    async fn remote(&self) -> Remote {
        let repository = self.repository();
        let url = self.github.endpoints().git_url(&repository);
        Remote { repository, url, token: self.client().token().await.unwrap().secret }
    }

    fn change(&self, text: &str) -> Change {
        let bot = self.app.bot();
        Change {
            files: BTreeMap::from([("main.tf".to_owned(), Some(text.to_owned()))]),
            message: "Fix\n".into(),
            identity: Identity { email: format!("{bot}@users.noreply.github.com"), name: bot },
            at: Utc::now(),
        }
    }
}

/// What `app.yml` asks for: the client must do with exactly that.
fn permissions() -> BTreeMap<String, String> {
    let manifest: serde_json::Value = serde_saphyr::from_str(remediate::web::APP_MANIFEST).unwrap();
    serde_json::from_value(manifest["default_permissions"].clone()).unwrap()
}

fn pull(head: &str) -> NewPull {
    NewPull {
        title: "Fix".into(),
        head: head.into(),
        base: "trunk".into(),
        body: "b <!-- m -->".into(),
        draft: true,
        maintainer_can_modify: false,
    }
}

#[tokio::test]
async fn a_fix_goes_from_fetch_to_merged_pull_request() {
    let world = World::new().await;
    let (client, repo) = (world.client(), world.repository());
    let info = client.repository(&repo).await.unwrap().unwrap();
    assert_eq!((info.default_branch.as_str(), info.obstacle()), ("trunk", None));
    assert_eq!(client.repositories().await.unwrap().len(), 1);

    let folder = tempfile::tempdir().unwrap();
    let mirrors = Mirrors::open(folder.path(), MirrorOptions::default()).unwrap();
    let remote = world.remote().await;
    let snapshot = mirrors.fetch(&remote, None).await.unwrap();
    assert!(mirrors.read(&remote, &snapshot.commit, is_relevant).await.unwrap().workspace.get("main.tf").is_some());
    let publication = Publication {
        base: snapshot.commit.clone(),
        branch: "remediate/r/1".into(),
        change: world.change("x = 1\n"),
        lease: Lease::Absent,
    };
    let published = mirrors.publish(&remote, publication.clone()).await.unwrap();
    assert_eq!(world.infra.head("remediate/r/1").unwrap(), published.commit);

    let opened = client.create_pull(&repo, &pull("remediate/r/1")).await.unwrap();
    assert!(opened.is_new() && opened.inner().draft);
    let number = opened.into_inner().number;
    assert!(!client.create_pull(&repo, &pull("remediate/r/1")).await.unwrap().is_new());

    let wanted =
        Reviewers { users: ["dana", "nobody-here"].map(String::from).into(), teams: ["data-platform", "no-team"].map(String::from).into() };
    let requested = client.request_reviewers(&repo, number, &world.app.bot(), &wanted).await.unwrap();
    assert_eq!(requested.asked, Reviewers { users: ["dana".to_owned()].into(), teams: ["data-platform".to_owned()].into() });
    assert_eq!(requested.left_out.len(), 2);
    assert_eq!(client.pending_reviewers(&repo, number).await.unwrap(), requested.asked);

    let label = Label { name: "Security-Review-Required".into(), color: "b60205".into(), description: None };
    for _ in 0..2 {
        client.ensure_label(&repo, &label).await.unwrap();
        client.add_labels(&repo, number, std::slice::from_ref(&label.name)).await.unwrap();
    }
    let bot = world.app.bot();
    for (text, new) in [("one <!-- c -->", true), ("one <!-- c -->", false), ("two <!-- c -->", false)] {
        assert_eq!(client.put_comment(&repo, number, &bot, "<!-- c -->", text).await.unwrap().is_new(), new, "{text}");
    }
    assert_eq!(world.infra.thread(number).comments().len(), 1);
    let run = NewCheckRun {
        name: "remediate".into(),
        head_sha: published.commit.clone(),
        external_id: "r1".into(),
        conclusion: None,
        title: "t".into(),
        summary: "s".into(),
        details_url: None,
    };
    assert!(client.put_check_run(&repo, &run).await.unwrap().is_new());
    assert!(!client.put_check_run(&repo, &NewCheckRun { conclusion: Some(CheckConclusion::Success), ..run }).await.unwrap().is_new());
    assert_eq!(world.infra.checks().len(), 1);
    assert_eq!(client.pull_files(&repo, number).await.unwrap()[0].filename, "main.tf");
    assert_eq!(client.pull_commits(&repo, number).await.unwrap()[0].sha, published.commit);

    world.infra.thread(number).set_draft("dana", false).unwrap();
    let merge = world.infra.thread(number).merge("dana").unwrap();
    let merged = client.pull(&repo, number).await.unwrap().unwrap();
    assert_eq!((merged.state, merged.is_merged(), merged.merge_commit()), (PullState::Closed, true, Some(merge.as_str())));
    assert_eq!(client.pulls_of(&repo, "remediate/r/1").await.unwrap().len(), 1);
    assert_eq!(client.open_pull_of(&repo, "remediate/r/1").await.unwrap(), None);
    assert_eq!(mirrors.fetch(&remote, None).await.unwrap().commit, merge);
    assert!(!mirrors.changes(&remote, &snapshot.commit, &merge).await.unwrap().is_empty());
    client.delete_branch(&repo, "remediate/r/1").await.unwrap();
    client.delete_branch(&repo, "remediate/r/1").await.unwrap();
}

#[tokio::test]
async fn lost_answers_and_lost_races_leave_one_of_everything() {
    let world = World::new().await;
    let (client, repo, bot) = (world.client(), world.repository(), world.app.bot());
    let folder = tempfile::tempdir().unwrap();
    let mirrors = Mirrors::open(folder.path(), MirrorOptions::default()).unwrap();
    let remote = world.remote().await;
    let base = mirrors.fetch(&remote, None).await.unwrap().commit;
    let publication =
        |text: &str, lease| Publication { base: base.clone(), branch: "remediate/r/2".into(), change: world.change(text), lease };

    world.sandbox.fault(Fault::new(Effect::DropAfter).on("POST", "/{owner}/{repo}/git-receive-pack"));
    let first = mirrors.publish(&remote, publication("x = 1\n", Lease::Absent)).await.unwrap();
    assert_eq!(world.infra.head("remediate/r/2").unwrap(), first.commit, "the push worked although its answer was lost");

    world.sandbox.fault(Fault::new(Effect::StatusAfter(502)).on("POST", "/repos/{owner}/{repo}/pulls"));
    let number = client.create_pull(&repo, &pull("remediate/r/2")).await.unwrap().into_inner().number;
    world.sandbox.fault(Fault::new(Effect::DropAfter).on("POST", "/repos/{owner}/{repo}/issues/{issue_number}/comments"));
    client.put_comment(&repo, number, &bot, "<!-- c -->", "c <!-- c -->").await.unwrap();
    world.sandbox.fault(Fault::new(Effect::DropAfter).on("POST", "/repos/{owner}/{repo}/issues"));
    let issue = NewIssue { title: "i".into(), body: "i <!-- i -->".into(), labels: vec![] };
    client.create_issue(&repo, &bot, "<!-- i -->", &issue).await.unwrap();
    assert_eq!((world.infra.pulls().len(), world.infra.issues().len(), world.infra.thread(number).comments().len()), (1, 1, 1));

    let human = world.infra.commit("dana", "remediate/r/2", "mine", &[("main.tf", "x = 9\n")]).unwrap();
    let lost = mirrors.publish(&remote, publication("x = 2\n", Lease::At(first.commit.clone()))).await.unwrap_err();
    assert_eq!(lost, GitError::LeaseLost { branch: "remediate/r/2".into(), head: Some(human.clone()) });
    let history = mirrors.history(&remote, "remediate/r/2", 10).await.unwrap();
    let ours = world.change("").identity;
    assert_eq!(human_commits(&history, &base, &[first.commit], &ours)[0].id, human);
}

#[tokio::test]
async fn a_commit_through_the_api_ends_on_a_branch() {
    let world = World::new().await;
    let (client, repo) = (world.client(), world.repository());
    let base = client.branch(&repo, "trunk").await.unwrap().unwrap().commit;
    let files = BTreeMap::from([("main.tf".to_owned(), Some("x = 1\n".to_owned())), ("new/a.tf".to_owned(), Some("a = 1\n".to_owned()))]);
    let commit = client.commit(&repo, &NewCommit { parent: base, message: "Fix".into(), files, executable: vec![] }).await.unwrap();
    assert!(client.create_branch(&repo, "remediate/r/3", &commit).await.unwrap().is_new());
    assert!(!client.create_branch(&repo, "remediate/r/3", &commit).await.unwrap().is_new());
    assert_eq!(world.infra.read("remediate/r/3", "new/a.tf").as_deref(), Some("a = 1\n"));
    assert_eq!(client.file(&repo, "main.tf", Some("remediate/r/3")).await.unwrap().unwrap().text, "x = 1\n");
    assert!(client.file(&repo, "none.tf", None).await.unwrap().is_none());
}

#[tokio::test]
async fn tokens_run_out_repositories_move_and_close_without_a_word_lost() {
    let world = World::new().await;
    let (client, repo) = (world.client(), world.repository());
    let folder = tempfile::tempdir().unwrap();
    let mirrors = Mirrors::open(folder.path(), MirrorOptions::default()).unwrap();
    let old = world.remote().await;
    world.sandbox.fault(Fault::new(Effect::ExpireToken).on("GET", "/repos/{owner}/{repo}"));
    assert!(client.repository(&repo).await.unwrap().is_some(), "a refused token is replaced unseen");
    let refused = mirrors.fetch(&old, None).await.unwrap_err();
    assert!(matches!(refused, GitError::Unauthorized { .. }), "{refused}");
    client.forget_token(&old.token).await;

    world.infra.rename("platform").unwrap();
    let moved = client.repository(&repo).await.unwrap().unwrap();
    assert_eq!((moved.name.as_str(), moved.id), ("platform", repo.id));
    assert!(
        client
            .create_issue(&repo, &world.app.bot(), "<!-- i -->", &NewIssue { title: "t".into(), body: "<!-- i -->".into(), labels: vec![] })
            .await
            .unwrap()
            .is_new()
    );
    let remote = world.remote().await;
    let base = mirrors.fetch(&remote, None).await.unwrap().commit;
    let publication = Publication { base, branch: "remediate/r/4".into(), change: world.change("x = 1\n"), lease: Lease::Absent };
    assert!(mirrors.publish(&remote, publication.clone()).await.unwrap().moved, "git follows the rename, too");

    world.infra.archive(true).unwrap();
    assert_eq!(client.repository(&moved.repository(7)).await.unwrap().unwrap().obstacle(), Some("the repository is archived"));
    let refused = mirrors.publish(&remote, Publication { branch: "remediate/r/5".into(), ..publication }).await.unwrap_err();
    assert!(matches!(refused, GitError::Forbidden { .. } | GitError::Rejected { .. }), "{refused}");
    let refused = client.edit_issue(&moved.repository(7), 1, "b").await.unwrap_err();
    assert!(refused.is_archived(), "{refused}");

    world.infra.delete().unwrap();
    assert_eq!(client.repository(&moved.repository(7)).await.unwrap(), None);
}

#[tokio::test]
async fn who_may_what_is_asked_where_it_is_known() {
    let world = World::new().await;
    let (client, repo) = (world.client(), world.repository());
    world.sandbox.user("stranger");
    assert_eq!(client.permission_of(&repo, "dana").await.unwrap(), Permission::Write);
    assert!(client.permission_of(&repo, "stranger").await.unwrap() <= Permission::Read);
    assert!(client.team_role("acme", "data-platform", "dana").await.unwrap().is_some());
    assert!(client.team_role("acme", "data-platform", "stranger").await.unwrap().is_none());
    let app = world.github.app().await.unwrap();
    assert_eq!(app.bot_login(), world.app.bot());
    let bot = client.account(&world.app.bot()).await.unwrap().unwrap();
    assert!(bot.is_bot() && bot.id > 0);
    assert!(world.github.clock_difference().await.unwrap().abs() < TimeDelta::seconds(5));
    assert_eq!(world.github.installation_of("acme", "infra").await.unwrap().unwrap().id, world.installation);
    let read_only = TokenScope {
        repositories: vec!["infra".into()],
        permissions: BTreeMap::from([("contents".into(), "read".into()), ("metadata".into(), "read".into())]),
    };
    let scoped = world.github.scoped_installation(world.installation, read_only);
    assert!(scoped.branch(&repo, "trunk").await.unwrap().is_some());
    let refused = scoped.create_branch(&repo, "x", &world.infra.head("trunk").unwrap()).await.unwrap_err();
    assert!(refused.is_forbidden(), "{refused}");
}
