//! Mirrors against git's own server.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use remediate::git::{Change, GitError, Identity, Lease, MirrorOptions, Mirrors, Publication, Remote, human_commits, is_relevant};
use remediate::model::Repository;
use secrecy::SecretString;

use crate::git_server::{GitServer, feed, git};

const NAME: &str = "acme/infra";
const BRANCH: &str = "remediate/aws-s3-versioning/0123456789abcdef";

struct World {
    server: GitServer,
    mirrors: Arc<Mirrors>,
    folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let server = GitServer::start("secret").await;
        server.create(NAME, "trunk");
        let folder = tempfile::tempdir().unwrap();
        let mirrors = Arc::new(
            Mirrors::open(folder.path(), MirrorOptions { deadline: Duration::from_secs(60), ..MirrorOptions::default() }).unwrap(),
        );
        Self { server, mirrors, folder }
    }

    /// A world with one commit in it.
    async fn with(files: &[(&str, &str, &str)]) -> Self {
        let world = Self::new().await;
        world.server.commit(NAME, "trunk", files);
        world
    }

    fn remote(&self) -> Remote {
        let repository = Repository { id: 11, installation: 7, owner: "acme".into(), name: "infra".into() };
        Remote { repository, url: format!("{}/{NAME}.git", self.server.url), token: SecretString::from("secret".to_owned()) }
    }

    async fn publish(&self, base: &str, text: &str, lease: Lease) -> Result<remediate::git::Published, GitError> {
        self.mirrors.publish(&self.remote(), publication(base, &[("main.tf", Some(text))], lease)).await
    }
}

fn ours() -> Identity {
    Identity { name: "remediate[bot]".into(), email: "99+remediate[bot]@users.noreply.github.com".into() }
}

fn publication(base: &str, files: &[(&str, Option<&str>)], lease: Lease) -> Publication {
    let files: BTreeMap<_, _> = files.iter().map(|(path, text)| ((*path).to_owned(), text.map(ToOwned::to_owned))).collect();
    let change =
        Change { files, message: "Turn versioning on\n".into(), identity: ours(), at: DateTime::from_timestamp(1_764_000_000, 0).unwrap() };
    Publication { base: base.to_owned(), branch: BRANCH.into(), change, lease }
}

#[tokio::test]
async fn the_default_branch_is_found_and_only_what_matters_is_read() {
    let world = World::with(&[
        ("100644", "main.tf", "resource \"aws_s3_bucket\" \"b\" {}\n"),
        ("100644", "README.md", "# read me\n"),
        ("100644", "envs/prod.tfvars", "env = \"prod\"\r\n"),
        ("120000", "link.tf", "/etc/passwd"),
        ("160000", "module.tf", "0123456789012345678901234567890123456789"),
        ("100644", "binary.tf", "a\0b"),
    ])
    .await;
    let snapshot = world.mirrors.fetch(&world.remote(), None).await.unwrap();
    assert_eq!((snapshot.branch.as_str(), &snapshot.commit), ("trunk", &world.server.head(NAME, "trunk")));
    let reading = world.mirrors.read(&world.remote(), &snapshot.commit, is_relevant).await.unwrap();
    let paths: Vec<&str> = reading.workspace.iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["envs/prod.tfvars", "main.tf"]);
    assert_eq!(reading.workspace.get("envs/prod.tfvars"), Some("env = \"prod\"\r\n"), "bytes stay as they are");
    let left: Vec<&str> = reading.left_out.iter().map(|left| left.path.as_str()).collect();
    assert_eq!(left, ["binary.tf", "link.tf", "module.tf"]);
    let entries = world.mirrors.entries(&world.remote(), &snapshot.commit, |_| true).await.unwrap();
    assert_eq!(entries.len(), 6);
    let main = entries.iter().find(|entry| entry.path == "main.tf").unwrap().id.clone();
    assert_eq!(world.mirrors.blobs(&world.remote(), vec![main.clone()]).await.unwrap()[&main], "resource \"aws_s3_bucket\" \"b\" {}\n");
}

#[tokio::test]
async fn names_that_lead_out_of_the_repository_are_not_read() {
    let world = World::with(&[("100644", "ok.tf", "a = 1\n")]).await;
    let folder = world.server.folder(NAME);
    let blob = git(&folder, &["rev-parse", "trunk:ok.tf"]);
    // git refuses to make such trees, so they are written as raw objects.
    let raw = |entries: &[(&str, &str, &str)]| -> String {
        let mut bytes = Vec::new();
        for (mode, name, id) in entries {
            bytes.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            bytes.extend(hex::decode(id).unwrap());
        }
        let file = world.folder.path().join("tree");
        std::fs::write(&file, bytes).unwrap();
        git(&folder, &["hash-object", "-t", "tree", "-w", "--literally", file.to_str().unwrap()])
    };
    let inner = raw(&[("100644", "evil.tf", &blob)]);
    let tree = raw(&[("40000", "..", &inner), ("40000", ".GIT", &inner), ("100644", "a\\b.tf", &blob), ("100644", "ok.tf", &blob)]);
    let commit = git(&folder, &["-c", "user.name=x", "-c", "user.email=x@x", "commit-tree", "-m", "x", &tree]);
    git(&folder, &["update-ref", "refs/heads/trunk", &commit]);
    match world.mirrors.fetch(&world.remote(), None).await {
        Ok(snapshot) => {
            let reading = world.mirrors.read(&world.remote(), &snapshot.commit, is_relevant).await.unwrap();
            assert_eq!(reading.workspace.iter().map(|(path, _)| path).collect::<Vec<_>>(), ["ok.tf"]);
            assert_eq!(reading.left_out.len(), 3);
        }
        // Refusing the objects altogether is as good.
        Err(error) => assert!(matches!(error, GitError::Damaged(_)), "{error}"),
    }
    assert!(!world.folder.path().join("evil.tf").exists());
}

#[tokio::test]
async fn a_second_fetch_brings_only_what_is_new_and_tells_what_changed() {
    let world = World::with(&[("100644", "a.tf", "a = 1\n"), ("100644", "b.tf", "b = 1\n"), ("100644", "c/d.tf", "d = 1\n")]).await;
    let first = world.mirrors.fetch(&world.remote(), None).await.unwrap();
    let asked = world.server.requests().len();
    assert_eq!(world.mirrors.fetch(&world.remote(), None).await.unwrap(), first);
    let fetched = world.server.requests()[asked..]
        .iter()
        .filter(|request| request.ends_with("git-upload-pack") && request.starts_with("POST"))
        .count();
    assert_eq!(fetched, 0, "nothing new, nothing downloaded");
    for number in 0..3 {
        world.server.commit(NAME, "trunk", &[("100644", "a.tf", &format!("a = {}\n", number + 2)), ("", "b.tf", "")]);
    }
    world.server.commit(NAME, "trunk", &[("100644", "new.tf", "n = 1\n")]);
    let second = world.mirrors.fetch(&world.remote(), Some("trunk")).await.unwrap();
    assert_eq!(second.commit, world.server.head(NAME, "trunk"));
    let changes = world.mirrors.changes(&world.remote(), &first.commit, &second.commit).await.unwrap();
    let told: Vec<_> = changes.iter().map(|change| (change.path.as_str(), change.before.is_some(), change.after.is_some())).collect();
    assert_eq!(told, [("a.tf", true, true), ("b.tf", true, false), ("new.tf", false, true)]);
}

#[tokio::test]
async fn a_commit_is_pushed_on_top_of_the_base_with_everything_else_untouched() {
    let world =
        World::with(&[("100755", "main.tf", "a = 1\n"), ("100644", "other/x.bin", "\u{1}\0\u{2}"), ("100644", "gone.tf", "g = 1\n")]).await;
    let snapshot = world.mirrors.fetch(&world.remote(), None).await.unwrap();
    let files = [("main.tf", Some("a = 2\n")), ("new/dir/x.tf", Some("n = 1\n")), ("gone.tf", None)];
    let published = world.mirrors.publish(&world.remote(), publication(&snapshot.commit, &files, Lease::Absent)).await.unwrap();
    assert!(published.moved);
    assert_eq!(world.server.head(NAME, BRANCH), published.commit);
    assert_eq!(world.server.show(NAME, BRANCH, "main.tf"), "a = 2\n");
    let folder = world.server.folder(NAME);
    let changed = git(&folder, &["diff", "--raw", "--no-renames", "--abbrev=4", "trunk", BRANCH]);
    let modes: Vec<&str> = changed.lines().map(|line| &line[..14]).collect();
    assert_eq!(modes, [":100644 000000", ":100755 100755", ":000000 100644"], "{changed}");
    assert_eq!(
        git(&folder, &["log", "-1", "--format=%an <%ae> %cn %P", BRANCH]),
        format!("{} <{}> {} {}", ours().name, ours().email, ours().name, snapshot.commit)
    );
    git(&folder, &["fsck", "--strict", "--no-dangling"]);
}

#[tokio::test]
async fn pushing_the_same_again_is_success_and_pushing_over_somebody_elses_commit_never_happens() {
    let world = World::with(&[("100644", "main.tf", "a = 1\n")]).await;
    let base = world.mirrors.fetch(&world.remote(), None).await.unwrap().commit;
    let first = world.publish(&base, "a = 2\n", Lease::Absent).await.unwrap();
    let again = world.publish(&base, "a = 2\n", Lease::Absent).await.unwrap();
    assert_eq!((again.commit.as_str(), again.moved), (first.commit.as_str(), false), "killed after the push, run again");

    let renewed = world.publish(&base, "a = 3\n", Lease::At(first.commit.clone())).await.unwrap();
    assert_eq!(world.server.head(NAME, BRANCH), renewed.commit, "ours may be replaced while it is where we left it");

    let human = world.server.commit(NAME, BRANCH, &[("100644", "main.tf", "a = 4 # mine\n")]);
    let lost = world.publish(&base, "a = 5\n", Lease::At(renewed.commit)).await.unwrap_err();
    assert_eq!(lost, GitError::LeaseLost { branch: BRANCH.into(), head: Some(human.clone()) });
    let lost = world.publish(&base, "a = 5\n", Lease::Absent).await.unwrap_err();
    assert_eq!(lost, GitError::LeaseLost { branch: BRANCH.into(), head: Some(human.clone()) });
    assert_eq!(world.server.head(NAME, BRANCH), human);

    git(&world.server.folder(NAME), &["update-ref", "-d", &format!("refs/heads/{BRANCH}")]);
    let lost = world.publish(&base, "a = 5\n", Lease::At(human)).await.unwrap_err();
    assert_eq!(lost, GitError::LeaseLost { branch: BRANCH.into(), head: None });
}

#[tokio::test]
async fn the_default_branch_may_move_on_at_any_time() {
    let world = World::with(&[("100644", "main.tf", "a = 1\n")]).await;
    world.server.commit(NAME, "trunk", &[("100644", "x.tf", "x = 1\n")]);
    let base = world.mirrors.fetch(&world.remote(), None).await.unwrap().commit;
    world.server.commit(NAME, "trunk", &[("100644", "x.tf", "x = 2\n")]);
    let published = world.publish(&base, "a = 2\n", Lease::Absent).await.unwrap();
    assert_eq!(world.server.head(NAME, BRANCH), published.commit);
    assert_eq!(git(&world.server.folder(NAME), &["merge-base", "trunk", BRANCH]), base);
    let later = world.server.commit(NAME, "trunk", &[("100644", "x.tf", "x = 3\n")]);
    world.mirrors.fetch(&world.remote(), None).await.unwrap();
    let renewed = world.publish(&later, "a = 3\n", Lease::At(published.commit)).await.unwrap();
    assert_eq!(world.server.head(NAME, BRANCH), renewed.commit, "our own branch follows the base");
    git(&world.server.folder(NAME), &["fsck", "--strict", "--no-dangling"]);
}

#[tokio::test]
async fn a_branch_that_the_server_protects_is_a_refusal_with_its_words() {
    let world = World::with(&[("100644", "main.tf", "a = 1\n")]).await;
    let hook = world.server.folder(NAME).join("hooks/update");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\nexit 1\n").unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let base = world.mirrors.fetch(&world.remote(), None).await.unwrap().commit;
    let refused = world.publish(&base, "a = 2\n", Lease::Absent).await.unwrap_err();
    assert!(matches!(&refused, GitError::Rejected { message, .. } if message.contains("hook")), "{refused}");
    assert!(!refused.is_transient());
}

#[tokio::test]
async fn whoever_pushes_between_our_look_and_our_push_wins() {
    let world = World::with(&[("100644", "main.tf", "a = 1\n")]).await;
    let base = world.mirrors.fetch(&world.remote(), None).await.unwrap().commit;
    // The hook runs when the server has our commit and has not moved the branch yet.
    let hook = world.server.folder(NAME).join("hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, format!("#!/bin/sh\nunset GIT_QUARANTINE_PATH\ngit update-ref refs/heads/{BRANCH} {base}\n")).unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let lost = world.publish(&base, "a = 2\n", Lease::Absent).await.unwrap_err();
    assert_eq!(lost, GitError::LeaseLost { branch: BRANCH.into(), head: Some(base.clone()) });
    assert_eq!(world.server.head(NAME, BRANCH), base);
}

#[tokio::test]
async fn paths_through_links_and_submodules_are_not_written() {
    let world = World::with(&[
        ("120000", "link", "/etc"),
        ("160000", "sub", "0123456789012345678901234567890123456789"),
        ("100644", "dir/main.tf", "a = 1\n"),
    ])
    .await;
    let base = world.mirrors.fetch(&world.remote(), None).await.unwrap().commit;
    for path in ["link", "link/passwd", "sub/x.tf", "dir", "dir/main.tf/x", "../x.tf", ".git/config", "/x.tf"] {
        let outcome = world.mirrors.publish(&world.remote(), publication(&base, &[(path, Some("x"))], Lease::Absent)).await;
        assert!(matches!(outcome, Err(GitError::UnsafePath { .. })), "{path}: {outcome:?}");
    }
}

#[tokio::test]
async fn each_obstacle_has_its_own_name() {
    let world = World::new().await;
    let fetch = async |remote: &Remote, branch: Option<&str>| world.mirrors.fetch(remote, branch).await.unwrap_err();
    assert!(matches!(fetch(&world.remote(), None).await, GitError::Empty { .. }));
    world.server.commit(NAME, "trunk", &[("100644", "a.tf", "a = 1\n")]);
    assert!(matches!(fetch(&world.remote(), Some("none")).await, GitError::NoBranch { branch, .. } if branch == "none"));
    let gone = Remote { url: format!("{}/acme/gone.git", world.server.url), ..world.remote() };
    assert!(matches!(fetch(&gone, None).await, GitError::NotFound { .. }));
    world.server.fail_next(&[403]);
    assert!(matches!(fetch(&world.remote(), None).await, GitError::Forbidden { .. }));
    world.server.fail_next(&[502]);
    let trouble = fetch(&world.remote(), None).await;
    assert!(trouble.is_transient(), "{trouble}");
    world.server.set_token("other");
    let refused = fetch(&world.remote(), None).await;
    assert!(matches!(refused, GitError::Unauthorized { .. }), "{refused}");
    let nobody = Remote { url: "http://127.0.0.1:9/acme/infra.git".into(), ..world.remote() };
    assert!(fetch(&nobody, None).await.is_transient());
    assert!(matches!(
        world.mirrors.read(&world.remote(), "0123456789012345678901234567890123456789", is_relevant).await.unwrap_err(),
        GitError::Missing(_)
    ));
}

#[tokio::test]
async fn a_damaged_mirror_is_fetched_anew() {
    let world = World::with(&[("100644", "main.tf", "a = 1\n")]).await;
    let commit = world.mirrors.fetch(&world.remote(), None).await.unwrap().commit;
    let mirror = || {
        std::fs::read_dir(world.folder.path())
            .unwrap()
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|end| end == "git"))
            .unwrap()
    };
    for file in std::fs::read_dir(mirror().join("objects/pack")).unwrap().flatten() {
        std::fs::remove_file(file.path()).unwrap();
    }
    let damaged = world.mirrors.read(&world.remote(), &commit, is_relevant).await.unwrap_err();
    assert!(damaged.is_transient(), "{damaged}");
    world.mirrors.fetch(&world.remote(), None).await.unwrap();
    assert_eq!(world.mirrors.read(&world.remote(), &commit, is_relevant).await.unwrap().workspace.len(), 1);

    std::fs::write(mirror().join("HEAD"), "garbage").unwrap();
    world.mirrors.fetch(&world.remote(), None).await.unwrap();

    // A process that was killed while it wrote a reference leaves its lock behind.
    world.server.commit(NAME, "trunk", &[("100644", "main.tf", "a = 2\n")]);
    std::fs::write(mirror().join("refs/remediate/theirs/trunk.lock"), "").unwrap();
    assert_eq!(world.mirrors.fetch(&world.remote(), None).await.unwrap().commit, world.server.head(NAME, "trunk"));
}

#[tokio::test]
async fn many_workers_share_one_mirror() {
    let world = World::with(&[("100644", "main.tf", "a = 1\n")]).await;
    let base = world.mirrors.fetch(&world.remote(), None).await.unwrap().commit;
    // A second set of mirrors on the same folder is another process.
    let others = Arc::new(Mirrors::open(world.folder.path(), MirrorOptions::default()).unwrap());
    let work: Vec<_> = (0..12)
        .map(|number| {
            let (mirrors, remote, base) =
                (Arc::clone(if number % 2 == 0 { &world.mirrors } else { &others }), world.remote(), base.clone());
            tokio::spawn(async move {
                mirrors.fetch(&remote, None).await?;
                let mut publication = publication(&base, &[("main.tf", Some(&format!("a = {number}\n")))], Lease::Absent);
                publication.branch = format!("remediate/rule/{number}");
                mirrors.publish(&remote, publication).await
            })
        })
        .collect();
    for task in work {
        assert!(task.await.unwrap().unwrap().moved);
    }
    let heads = world.mirrors.heads(&world.remote(), "remediate/").await.unwrap();
    assert_eq!(heads.len(), 12);
    assert_eq!(heads["remediate/rule/7"], world.server.head(NAME, "remediate/rule/7"));
}

#[tokio::test]
async fn a_persons_commit_on_the_branch_is_seen() {
    let world = World::with(&[("100644", "main.tf", "a = 1\n")]).await;
    let base = world.mirrors.fetch(&world.remote(), None).await.unwrap().commit;
    let published = world.publish(&base, "a = 2\n", Lease::Absent).await.unwrap();
    let history = world.mirrors.history(&world.remote(), BRANCH, 20).await.unwrap();
    assert_eq!(history[0].id, published.commit);
    assert!(human_commits(&history, &base, &[], &ours()).is_empty());
    let human = world.server.commit(NAME, BRANCH, &[("100644", "main.tf", "a = 3\n")]);
    let history = world.mirrors.history(&world.remote(), BRANCH, 20).await.unwrap();
    let theirs: Vec<&str> = human_commits(&history, &base, &[published.commit], &ours()).iter().map(|commit| commit.id.as_str()).collect();
    assert_eq!(theirs, [human.as_str()]);
}

#[tokio::test]
async fn mirrors_unused_for_longest_make_room() {
    let world = World::with(&[("100644", "main.tf", "a = 1\n")]).await;
    world.server.create("acme/second", "main");
    world.server.commit("acme/second", "main", &[("100644", "main.tf", "a = 1\n")]);
    let second = Remote {
        repository: Repository { id: 12, name: "second".into(), ..world.remote().repository },
        url: format!("{}/acme/second.git", world.server.url),
        ..world.remote()
    };
    let old = world.mirrors.fetch(&world.remote(), None).await.unwrap();
    let new = world.mirrors.fetch(&second, None).await.unwrap();
    let longest_unused = std::fs::read_dir(world.folder.path())
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.to_string_lossy().ends_with("-11.used"))
        .unwrap();
    let file = std::fs::File::options().write(true).open(longest_unused).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(world.mirrors.evict(u64::MAX).await.unwrap().mirrors, 0);
    let size = |name: &str| -> u64 {
        let folder = std::fs::read_dir(world.folder.path())
            .unwrap()
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.to_string_lossy().ends_with(name))
            .unwrap();
        String::from_utf8_lossy(
            &std::process::Command::new("find").arg(folder).args(["-type", "f", "-printf", "%s\n"]).output().unwrap().stdout,
        )
        .lines()
        .map(|size| size.parse::<u64>().unwrap())
        .sum()
    };
    let evicted = world.mirrors.evict(size("-12.git") + 1).await.unwrap();
    assert_eq!(evicted.mirrors, 1);
    assert!(matches!(world.mirrors.read(&world.remote(), &old.commit, is_relevant).await, Err(GitError::Missing(_))));
    assert!(world.mirrors.read(&second, &new.commit, is_relevant).await.is_ok());
}

#[tokio::test]
async fn a_deadline_ends_what_takes_too_long() {
    let world = World::new().await;
    let script: String = (0..3_000).map(|n| format!("blob\nmark :{}\ndata 8\n{n:08}\n", n + 1)).collect();
    let files: String = (0..3_000).map(|n| format!("M 100644 :{} f{n}.tf\n", n + 1)).collect();
    let commit = format!("{script}commit refs/heads/trunk\ncommitter D <d@x> 1 +0000\ndata 1\nx\n{files}");
    feed(&world.server.folder(NAME), &["fast-import", "--quiet"], commit.as_bytes());
    let options = MirrorOptions { deadline: Duration::ZERO, ..MirrorOptions::default() };
    let mirrors = Mirrors::open(world.folder.path(), options).unwrap();
    let late = mirrors.fetch(&world.remote(), None).await.unwrap_err();
    assert!(matches!(late, GitError::Deadline { .. }), "{late}");
    let options = MirrorOptions { most_fetched: 1_000, ..MirrorOptions::default() };
    let mirrors = Mirrors::open(world.folder.path(), options).unwrap();
    let large = mirrors.fetch(&world.remote(), None).await.unwrap_err();
    assert!(matches!(large, GitError::TooLarge(_)), "{large}");
    assert!(world.mirrors.fetch(&world.remote(), None).await.is_ok(), "an interrupted fetch leaves a mirror that works");
}
