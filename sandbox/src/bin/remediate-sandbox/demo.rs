//! The demo: one finding on its way to a verified fix, everything real but GitHub.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use remediate_sandbox::{NewApp, Sandbox, SandboxConfig, ThreadHandle};
use serde_json::Value;

use crate::app_manifest;
use crate::product::Product;
use crate::terminal::{Steps, bold, cyan, diff, dim, green, plain};

/// The finding's id in `testdata/demo/finding.json`.
const FINDING: &str = "cspm-aws-s3-042";
/// The user who reviews and merges.
const REVIEWER: &str = "octo-reviewer";

/// How the demo runs.
#[derive(Debug, Default)]
pub struct Options {
    yes: bool,
    stay: bool,
    data: Option<PathBuf>,
    app: Option<PathBuf>,
}

impl Options {
    /// Reads the command line.
    ///
    /// # Errors
    /// An option that does not exist, or lacks its value.
    pub fn read(arguments: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut value = || rest.next().map(PathBuf::from).with_context(|| format!("{argument} needs a value"));
            match argument.as_str() {
                "--yes" | "-y" => options.yes = true,
                "--stay" => options.stay = true,
                "--data" => options.data = Some(value()?),
                "--app" => options.app = Some(value()?),
                unknown => bail!("the demo has no option `{unknown}`; it takes --yes, --stay, --data DIR and --app PROGRAM"),
            }
        }
        Ok(options)
    }

    fn program(&self) -> Result<PathBuf> {
        if let Some(program) = &self.app {
            return Ok(program.clone());
        }
        let own = std::env::current_exe()?;
        Ok(own.with_file_name(format!("remediate{}", std::env::consts::EXE_SUFFIX)))
    }
}

/// Where the repository's sources are.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The demo organisation.
pub fn data_folder() -> PathBuf {
    sources().join("testdata/demo")
}

/// Runs the demo from start to end.
pub async fn run(options: &Options) -> Result<()> {
    let steps = Steps::start();
    println!("{}\n", bold("remediate: from a finding to a verified fix"));
    let sandbox = Sandbox::start(SandboxConfig::default()).await?;
    let login = sandbox.load_organisation(&data_folder())?;
    let home = format!("{}/{login}", sandbox.url());
    steps.done(&format!("a sandbox stands in for GitHub, with the organisation {} ({})", bold(&login), cyan(&home)));

    let temporary = tempfile::Builder::new().prefix("remediate-demo-").tempdir()?;
    let data = options.data.clone().unwrap_or_else(|| temporary.path().to_path_buf());
    let data = std::path::absolute(data)?;
    let mut product = start_product(&steps, options, &data, &sandbox, &login).await?;
    let outcome = story(&steps, options, &sandbox, &product, &login).await;
    if let Err(error) = outcome {
        let words = product.last_words();
        bail!("the demo stopped: {error:#}\n\nThe app's last words:\n{words}");
    }
    if options.stay {
        println!("\nEverything keeps running: {}. Ctrl-C ends it.", cyan(&home));
        tokio::signal::ctrl_c().await?;
    }
    product.is_ready().await?;
    product.stop().await?;
    steps.done("the app was asked to stop and has finished its work");
    Ok(())
}

async fn start_product(steps: &Steps, options: &Options, data: &Path, sandbox: &Sandbox, login: &str) -> Result<Product> {
    let manifest = sources().join("app.yml");
    let text = std::fs::read_to_string(&manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
    let app = sandbox.register_app(login, NewApp { external_url: "http://127.0.0.1".into(), ..app_manifest::read(&text) })?;
    app.install(login, None)?;
    let program = options.program()?;
    let mut product = Product::start(&program, data, sandbox, &app).await?;
    app.set_webhook_url(&format!("{}/webhooks/github", product.url))?;
    while_starting(steps, &mut product).await?;
    steps.done(&format!("the app is installed and runs ({}; data in {})", cyan(&product.url), dim(&data.display().to_string())));
    Ok(product)
}

/// Waits until the app is ready. It is borrowed anew for each question, so that the question may change it.
async fn while_starting(steps: &Steps, product: &mut Product) -> Result<()> {
    let product = tokio::sync::Mutex::new(product);
    let ask = || async { product.lock().await.is_ready().await };
    steps.wait("waiting for the app to start", Duration::from_secs(60), Duration::from_millis(100), ask).await
}

async fn story(steps: &Steps, options: &Options, sandbox: &Sandbox, product: &Product, login: &str) -> Result<()> {
    let finding = std::fs::read_to_string(data_folder().join("finding.json"))?;
    product.send_finding(&finding).await?;
    steps.done(&format!("a cloud scanner reports {}: the bucket {}", bold(FINDING), bold("prod-customer-data-backups")));
    steps.more("critical, reachable from the internet, holds personal data; no rule, no file and no line named");

    let ask = || async { Ok(find_pull(sandbox, login)) };
    let pull = steps.wait("reading the Terraform of all repositories", Duration::from_secs(120), Duration::from_millis(100), ask).await?;
    let ask = || async { Ok(reviewers(&pull)) };
    let asked = steps.wait("asking for reviews", Duration::from_secs(60), Duration::from_millis(100), ask).await?;
    show_pull(steps, &pull, &asked)?;

    if pull.pull()?.draft {
        steps.more("it is a draft, because the change may not be harmless; the reviewer marks it ready");
        pull.set_draft(REVIEWER, false)?;
    }
    if by_key(options, &pull).await? {
        pull.approve(REVIEWER)?;
        pull.merge(REVIEWER)?;
        steps.done(&format!("{REVIEWER} approved and merged it"));
    } else {
        steps.done("it was merged in the browser");
    }

    let ask = || verified(product);
    let trail = steps.wait("checking the merged code", Duration::from_secs(120), Duration::from_millis(400), ask).await?;
    steps.done(&format!("{}: the rule holds in the merged code", green("verified")));
    println!("\n{}", bold(&format!("remediate audit show {FINDING}")));
    println!("{}", trail.trim_end().lines().map(shortened).collect::<Vec<_>>().join("\n"));
    let proof = audit(product, &["audit", "verify"]).await?;
    println!("\n{}\n  {}\n", bold("remediate audit verify"), proof.trim());
    Ok(())
}

/// The pull request that the app opened, in whichever repository.
fn find_pull(sandbox: &Sandbox, login: &str) -> Option<ThreadHandle> {
    let names: Vec<String> = sandbox.world().repositories.values().filter(|one| one.owner == login).map(|one| one.full_name()).collect();
    names.iter().filter_map(|name| sandbox.repository(name).ok()).flat_map(|repository| repository.pulls()).next()
}

/// Whom the app asked for a review, once it has labelled the pull request and asked.
fn reviewers(pull: &ThreadHandle) -> Option<Vec<String>> {
    if pull.issue().is_ok_and(|issue| issue.labels.is_empty()) {
        return None;
    }
    let pull = pull.pull().ok()?;
    let asked: Vec<String> = pull.teams.iter().map(|team| format!("team {team}")).chain(pull.reviewers).collect();
    (!asked.is_empty()).then_some(asked)
}

fn show_pull(steps: &Steps, pull: &ThreadHandle, asked: &[String]) -> Result<()> {
    let issue = pull.issue()?;
    steps.done(&format!("pull request: {}", bold(&plain(&issue.title))));
    steps.more(&cyan(&pull.page()));
    steps.more(&format!("labels: {}", issue.labels.iter().map(|label| plain(label)).collect::<Vec<_>>().join(", ")));
    steps.more(&format!("review asked of: {}", asked.join(", ")));
    println!("\n{}", diff(&pull.files()?));
    Ok(())
}

/// Waits for a key, or for somebody who merges in the browser. True when the key came first.
async fn by_key(options: &Options, pull: &ThreadHandle) -> Result<bool> {
    if options.yes {
        return Ok(true);
    }
    println!("Look at the pull request in a browser if you like. {}", bold("Press Enter to merge it."));
    let (pressed, mut key) = tokio::sync::oneshot::channel();
    // A thread of its own: a task that waits for a key could not be ended with the demo.
    std::thread::spawn(move || pressed.send(std::io::stdin().read_line(&mut String::new())));
    loop {
        tokio::select! {
            read = &mut key => {
                if read?? == 0 {
                    bail!("there is no terminal to wait for; use --yes");
                }
                return Ok(true);
            }
            () = tokio::time::sleep(Duration::from_millis(300)) => {
                if pull.pull()?.merged_at.is_some() {
                    return Ok(false);
                }
                if !pull.issue()?.open {
                    bail!("the pull request was closed in the browser, and closed by a human means no: the app will not open it again");
                }
            }
        }
    }
}

/// The audit trail as text, once it says that the fix is verified.
async fn verified(product: &Product) -> Result<Option<String>> {
    let trail = audit(product, &["audit", "show", FINDING, "--format", "json"]).await?;
    let trail: Value = serde_json::from_str(&trail).context("the audit trail is not JSON")?;
    let trail = trail.get(0).unwrap_or(&trail);
    let events = trail.get("events").and_then(Value::as_array);
    let reopened = events.into_iter().flatten().find(|event| event.get("action").and_then(Value::as_str) == Some("remediation.reopened"));
    if let Some(reopened) = reopened {
        bail!("the merged code does not hold the fix: {reopened}");
    }
    if trail.pointer("/milestones/verified").is_none_or(Value::is_null) {
        return Ok(None);
    }
    audit(product, &["audit", "show", FINDING]).await.map(Some)
}

/// A line of the trail that fits a wide terminal; the details of an event can be long.
fn shortened(line: &str) -> String {
    const WIDTH: usize = 150;
    let line = plain(line);
    let cut = if line.chars().count() > WIDTH { "…" } else { "" };
    format!("  {}{cut}", line.chars().take(WIDTH).collect::<String>())
}

async fn audit(product: &Product, arguments: &[&str]) -> Result<String> {
    let output = product.run(arguments).await?;
    if !output.status.success() {
        bail!("`remediate {}` failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
