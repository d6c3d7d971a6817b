//! The real program against the stand-in for GitHub: started, spoken to, killed and started again.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use remediate::config::load_settings;
use remediate::flow::Line;
use remediate::model::{Remediation, RemediationState};
use remediate::store::Store;
use remediate::web::Doors;
use remediate_sandbox::{AppHandle, Level, NewApp, RepositoryHandle, ThreadHandle};
use serde_json::{Value, json};

use super::checked_sandbox::CheckedSandbox;
use super::databases::Database;

/// The longest anything may take on a busy machine: far more than it needs, for a limit here says "never", not "slow".
const PATIENCE: Duration = Duration::from_secs(180);

/// Token of the source `cspm`.
pub const TOKEN: &str = "cspm-token-0123456789";

/// A bucket that lacks public access blocking, and nothing else that has a rule.
pub const BUCKET: &str = r#"variable "env" {
  default = "prod"
}

resource "aws_s3_bucket" "backups" {
  bucket = "${var.env}-customer-data-backups"
}
"#;

/// An organisation with a Terraform repository, people and a team, and the App installed.
pub struct World {
    pub sandbox: CheckedSandbox,
    pub app: AppHandle,
    pub infra: RepositoryHandle,
}

impl World {
    /// `acme/infra` with `BUCKET`, owned by the team `data-platform`; `maria` may write, `eve` may only read.
    pub async fn new() -> Self {
        Self::with(&[("storage/main.tf", BUCKET), (".github/CODEOWNERS", "*.tf @acme/data-platform @nobody-here\n")], "main").await
    }

    /// `acme/infra` with these files on this default branch; no files: an empty repository.
    pub async fn with(files: &[(&str, &str)], branch: &str) -> Self {
        let sandbox = CheckedSandbox::start().await;
        let acme = sandbox.organization("acme").expect("an organisation");
        acme.member("maria", true).expect("a member");
        acme.member("eve", false).expect("a member");
        acme.member("sam", false).expect("a member");
        acme.team("data-platform", &["maria"]).expect("a team");
        acme.team("security", &["sam"]).expect("a team");
        let infra = acme.repository_with("infra", branch).expect("a repository");
        infra.grant("maria", Level::Write).expect("a grant");
        infra.grant("sam", Level::Write).expect("a grant");
        infra.grant("eve", Level::Read).expect("a grant");
        infra.grant_team("data-platform", Level::Write).expect("a grant");
        if !files.is_empty() {
            infra.commit("maria", branch, "Start", files).expect("a commit");
        }
        let manifest = remediate::web::manifest("http://127.0.0.1:1", None).expect("a manifest");
        let list = |key: &str| manifest[key].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        let permissions = manifest["default_permissions"].as_object().into_iter().flatten();
        let new = NewApp {
            name: "remediate".into(),
            permissions: permissions.map(|(name, level)| (name.clone(), level.as_str().unwrap_or_default().to_owned())).collect(),
            events: list("default_events"),
            ..NewApp::default()
        };
        let app = sandbox.register_app("acme", new).expect("an app");
        app.install("acme", None).expect("an installation");
        Self { sandbox, app, infra }
    }

    /// The one pull request of the bot, once it is there.
    pub async fn pull(&self, what: &str) -> ThreadHandle {
        eventually(what, || self.infra.pulls().into_iter().next()).await
    }
}

/// A bot inside the test's own process, for tests that move its clock.
struct Inside {
    line: Arc<Line>,
    stop: tokio::sync::watch::Sender<bool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

/// A running `remediate serve`. Dropping it kills it.
pub struct Bot {
    child: Option<Child>,
    inside: Option<Inside>,
    pub address: String,
    log: Arc<Mutex<Vec<String>>>,
    pub store: Store,
    http: reqwest::Client,
    // Held for its life: the data folder goes with the last user of it.
    _folder: Arc<tempfile::TempDir>,
}

impl Drop for Bot {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
        if let Some(inside) = &self.inside {
            let _ = inside.stop.send(true);
            inside.tasks.iter().for_each(tokio::task::JoinHandle::abort);
        }
        if std::thread::panicking() {
            let log = self.log.lock().map(|log| log.join("\n")).unwrap_or_default();
            eprintln!("--- the bot's log\n{log}\n---");
        }
    }
}

/// What a bot is started with; the same folder again is the same bot after a restart.
pub struct Home {
    folder: Arc<tempfile::TempDir>,
    database: String,
    environment: Vec<(String, String)>,
}

impl Home {
    pub fn new(database: &Database) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = format!("[sources.cspm]\ntoken = \"{TOKEN}\"\n");
        std::fs::write(folder.path().join("remediate.toml"), settings).expect("a settings file");
        Self { folder: Arc::new(folder), database: database.url().into(), environment: Vec::new() }
    }

    /// Adds lines to the settings file: sections after the source `cspm`.
    pub fn settings(self, text: &str) -> Self {
        let path = self.folder.path().join("remediate.toml");
        let before = std::fs::read_to_string(&path).expect("the settings file");
        std::fs::write(path, format!("{before}{text}")).expect("a settings file");
        self
    }

    /// Sets an environment variable of the bot.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// A subcommand of the program with this bot's settings.
    fn command(&self, subcommand: &str, world: &World) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_remediate"));
        command
            .args([subcommand, "--settings"])
            .arg(self.folder.path().join("remediate.toml"))
            .env("REMEDIATE_LOG", "info")
            .env_remove("REMEDIATE_TEST_POSTGRES_URL")
            .envs(self.variables(world));
        command
    }

    /// What the bot is told by its environment.
    fn variables(&self, world: &World) -> Vec<(String, String)> {
        let fixed = [
            ("REMEDIATE_DATA", self.folder.path().join("data").display().to_string()),
            ("REMEDIATE_STORE_URL", self.database.clone()),
            ("REMEDIATE_SERVER_LISTEN", "127.0.0.1:0".into()),
            ("REMEDIATE_GITHUB_API_URL", world.sandbox.url().to_string()),
            ("REMEDIATE_GITHUB_WEB_URL", world.sandbox.url().to_string()),
            ("REMEDIATE_GITHUB_APP_ID", world.app.id().to_string()),
            ("REMEDIATE_GITHUB_PRIVATE_KEY", world.app.private_key().to_string()),
            ("REMEDIATE_GITHUB_WEBHOOK_SECRET", world.app.webhook_secret().to_string()),
            ("REMEDIATE_WORKERS_LEASE", "3s".into()),
            ("REMEDIATE_WORKERS_POLL", "1s".into()),
            // Webhooks arrive here. A comparison that comes round while a slow machine still works through the last one would
            // keep a bot busy for ever; a test that loses webhooks sets a shorter time.
            ("REMEDIATE_WORKERS_RECONCILE", "1h".into()),
            ("REMEDIATE_LOG_FORMAT", "json".into()),
        ];
        fixed.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(self.environment.iter().cloned()).collect()
    }

    /// Runs the bot in this process, with a clock that the test can move ([`Bot::advance`]). `change` may replace what its doors use.
    pub async fn start_inside(&self, world: &World, change: impl FnOnce(Doors) -> Doors) -> Bot {
        let path = self.folder.path().join("remediate.toml");
        let text = std::fs::read_to_string(&path).expect("the settings file");
        let settings = load_settings(Some(("remediate.toml", &text)), &self.variables(world)).expect("settings");
        let line = Arc::new(remediate::cli::line(settings).await.expect("a line"));
        let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle();
        let secret = secrecy::SecretString::from(world.app.webhook_secret().to_string());
        let doors = Arc::new(change(remediate::cli::doors(&line, secret, metrics).expect("doors")));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let workers = tokio::spawn(remediate::flow::run_workers(line.clone(), stopped.clone()));
        let server = tokio::spawn(async move {
            let mut until = stopped;
            let stop = async move {
                let _ = until.wait_for(|stop| *stop).await;
            };
            remediate::web::serve(listener, doors, stop).await.expect("the server serves");
        });
        world.app.set_webhook_url(&format!("http://{address}/webhooks/github")).expect("a webhook address");
        let store = line.store.clone();
        let inside = Some(Inside { line, stop, tasks: vec![workers, server] });
        Bot { child: None, inside, address, log: Arc::default(), store, http: reqwest::Client::new(), _folder: self.folder.clone() }
    }

    /// Runs `remediate doctor`; gives whether all is well, and its report.
    pub fn doctor(&self, world: &World) -> (bool, String) {
        let output = self.command("doctor", world).output().expect("the doctor runs");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Starts the bot and points the App's webhook at it.
    pub async fn start(&self, world: &World) -> Bot {
        let mut command = self.command("serve", world);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the bot starts");
        let log = Arc::new(Mutex::new(Vec::new()));
        let lines = BufReader::new(child.stderr.take().expect("standard error"));
        let kept = log.clone();
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                if let Ok(mut log) = kept.lock() {
                    log.push(line);
                }
            }
        });
        let seen = log.clone();
        let address = eventually("the bot listens", move || listening(&seen)).await;
        world.app.set_webhook_url(&format!("http://{address}/webhooks/github")).expect("a webhook address");
        let store = Store::open(&self.database, Utc::now()).await.expect("the bot's database");
        Bot { child: Some(child), inside: None, address, log, store, http: reqwest::Client::new(), _folder: self.folder.clone() }
    }
}

fn listening(log: &Mutex<Vec<String>>) -> Option<String> {
    let log = log.lock().ok()?;
    log.iter().find_map(|line| {
        let line: Value = serde_json::from_str(line).ok()?;
        (line["message"] == "listening").then(|| line["address"].as_str().map(str::to_owned))?
    })
}

impl Bot {
    /// Posts to a path of the bot; gives status and body.
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: impl Into<reqwest::Body>) -> (u16, String) {
        let mut request = self.http.post(format!("http://{}{path}", self.address)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.expect("the bot answers");
        (answer.status().as_u16(), answer.text().await.unwrap_or_default())
    }

    /// Announces a body of `length` bytes to a path and sends none of it; gives the status line of the answer. (A client that sends
    /// the body may find the connection closed before it reads the answer.)
    pub async fn announce(&self, path: &str, token: &str, length: usize) -> String {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let mut stream = tokio::net::TcpStream::connect(&self.address).await.expect("the bot listens");
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\nauthorization: {token}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n",
            self.address
        );
        stream.write_all(head.as_bytes()).await.expect("the bot reads");
        let mut answer = vec![0; 512];
        let read = stream.read(&mut answer).await.expect("the bot answers");
        String::from_utf8_lossy(&answer[..read]).lines().next().unwrap_or_default().to_owned()
    }

    /// Posts a finding as the source `cspm`; it must be accepted.
    pub async fn finding(&self, finding: &Value) {
        let (status, body) = self.post("/findings", &[("authorization", &format!("Bearer {TOKEN}"))], finding.to_string()).await;
        assert_eq!(status, 202, "{body}");
    }

    /// A page of the bot.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let answer = self.http.get(format!("http://{}{path}", self.address)).send().await.expect("the bot answers");
        (answer.status().as_u16(), answer.text().await.unwrap_or_default())
    }

    /// Kills the process at once, as a machine that loses power would.
    pub fn kill(&mut self) {
        let child = self.child.as_mut().expect("a process");
        child.kill().expect("a running bot");
        child.wait().expect("an ended bot");
    }

    /// Asks the process to stop and waits until it has; gives whether it ended well.
    pub async fn stop(&mut self) -> bool {
        let child = self.child.as_mut().expect("a process");
        let id = child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill").success());
        eventually("the bot stops", || child.try_wait().ok().flatten()).await.success()
    }

    /// Moves the bot's clock forward; for a bot inside the test only.
    pub fn advance(&self, by: chrono::TimeDelta) {
        self.inside.as_ref().expect("a bot inside the test").line.clock.advance(by);
    }

    /// What the audit record says was done about a remediation, in order.
    pub async fn actions(&self, remediation: &Remediation) -> Vec<String> {
        let mut session = self.store.read().await.expect("a session");
        session.audit_of("", &remediation.id.0).await.expect("events").into_iter().map(|event| event.action).collect()
    }

    /// Waits until the states of all remediations, sorted by when they began, are these.
    pub async fn become_all(&self, states: &[RemediationState]) -> Vec<Remediation> {
        until(async |late| {
            let all = self.remediations().await;
            if all.iter().map(|found| found.state).eq(states.iter().copied()) {
                return Some(all);
            }
            assert!(!late, "not {states:?}: {all:#?}");
            None
        })
        .await
    }

    /// The process' id.
    #[allow(dead_code, reason = "for measurements")]
    pub fn id(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    /// Everything it logged.
    pub fn log(&self) -> String {
        self.log.lock().map(|log| log.join("\n")).unwrap_or_default()
    }

    /// All remediations.
    pub async fn remediations(&self) -> Vec<Remediation> {
        let mut session = self.store.read().await.expect("a session");
        session.remediations_after(None, 10_000).await.expect("remediations").into_iter().map(|found| found.remediation).collect()
    }

    /// The only remediation, once it is in this state.
    pub async fn becomes(&self, state: RemediationState) -> Remediation {
        until(async |late| {
            let all = self.remediations().await;
            assert!(all.len() <= 1, "one hole, one remediation: {all:#?}");
            match all.into_iter().next() {
                Some(found) if found.state == state => Some(found),
                found if late => panic!("not {}: {found:#?}", state.name()),
                _ => None,
            }
        })
        .await
    }

    /// Waits until no job is ready or running and no webhook is under way.
    pub async fn settled(&self, world: &World) {
        until(async |late| {
            world.sandbox.settled().await.expect("webhooks are delivered");
            let mut session = self.store.read().await.expect("a session");
            let busy: Vec<_> = session
                .queue_counts()
                .await
                .expect("counts")
                .into_iter()
                .filter(|count| matches!(count.state.as_str(), "ready" | "running") && count.kind != "reconcile")
                .collect();
            assert!(busy.is_empty() || !late, "still busy: {busy:?}");
            busy.is_empty().then_some(())
        })
        .await;
    }

    /// Waits until the next comparison with GitHub is to come after `moment`; gives when.
    pub async fn next_comparison(&self, moment: DateTime<Utc>) -> DateTime<Utc> {
        until(async |late| {
            let mut session = self.store.read().await.expect("a session");
            let counts = session.queue_counts().await.expect("counts");
            let next = counts.iter().find(|count| count.kind == "reconcile" && count.state == "scheduled" && count.oldest > moment);
            assert!(next.is_some() || !late, "no comparison is to come: {counts:?}");
            next.map(|next| next.oldest)
        })
        .await
    }

    /// Dead letters, with their errors.
    pub async fn dead(&self) -> Vec<String> {
        let mut session = self.store.read().await.expect("a session");
        let dead = session.dead_jobs(100).await.expect("dead letters");
        dead.into_iter().map(|job| format!("{}: {}", job.kind, job.last_error.unwrap_or_default())).collect()
    }
}

/// Waits until `look` sees something.
pub async fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    until(async |late| {
        let seen = look();
        assert!(seen.is_some() || !late, "{what}: not within {} seconds", PATIENCE.as_secs());
        seen
    })
    .await
}

/// Looks until there is an answer; `look` hears when it is too late, and then says what was there instead.
async fn until<T>(mut look: impl AsyncFnMut(bool) -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(seen) = look(begun.elapsed() >= PATIENCE).await {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The finding of the mission, for public access blocking on the bucket of `BUCKET`.
pub fn finding() -> Value {
    json!({
        "finding_id": "cspm-aws-s3-042",
        "resource_arn": "arn:aws:s3:::prod-customer-data-backups",
        "rule": "aws/s3/public-access-block",
        "severity": "CRITICAL",
        "context": {
            "is_internet_reachable": true,
            "contains_pii": true,
            "attack_path_detected": "Internet -> EC2 (Instance Profile) -> S3:GetObject",
            "owner_team": "data-platform",
            "jira_project": "DATAPLAT",
            "remediation_steps": "https://docs.internal.com/security/s3-encryption-guide"
        },
        "metadata": { "account_id": "123456789012", "region": "us-east-1", "first_seen": "2023-10-27T10:00:00Z" }
    })
}
