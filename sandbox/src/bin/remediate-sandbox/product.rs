//! The real app as a child process.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use remediate_sandbox::{AppHandle, Sandbox};
use tokio::process::{Child, Command};

/// Name of the source that the demo's finding comes from.
pub const SOURCE: &str = "cspm";

/// The running app.
pub struct Product {
    program: PathBuf,
    data: PathBuf,
    child: Child,
    /// Its base URL.
    pub url: String,
    /// Bearer token of the source [`SOURCE`].
    pub token: String,
}

impl Product {
    /// Writes the settings and starts `remediate serve`.
    pub async fn start(program: &Path, data: &Path, sandbox: &Sandbox, app: &AppHandle) -> Result<Self> {
        let address = free_address().await?;
        let token = remediate_sandbox::signature(app.webhook_secret().as_bytes(), b"demo source").trim_start_matches("sha256=").to_string();
        private_folder(data)?;
        write_private(&data.join("app.pem"), &app.private_key())?;
        write_private(&data.join("webhook.secret"), &app.webhook_secret())?;
        write_private(&data.join("source.token"), &token)?;
        let settings = settings(data, sandbox, app, &address);
        write_private(&data.join("remediate.toml"), &settings)?;
        let log = std::fs::File::create(data.join("serve.log"))?;
        let child =
            command(program, data).arg("serve").stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).kill_on_drop(true).spawn();
        let child = child.with_context(|| format!("cannot start {}; build it with `cargo build`", program.display()))?;
        Ok(Self { program: program.into(), data: data.into(), child, url: format!("http://{address}"), token })
    }

    /// Whether it takes work. An app that has ended is an error that shows the end of its log.
    pub async fn is_ready(&mut self) -> Result<Option<()>> {
        if let Some(status) = self.child.try_wait()? {
            bail!("the app ended ({status}). Its last words:\n{}", self.last_words());
        }
        let answer = reqwest::get(format!("{}/readyz", self.url)).await;
        Ok(answer.is_ok_and(|answer| answer.status().is_success()).then_some(()))
    }

    /// Sends a finding as the source does.
    pub async fn send_finding(&self, finding: &str) -> Result<()> {
        let client = reqwest::Client::new();
        let request = client.post(format!("{}/findings", self.url)).bearer_auth(&self.token).header("content-type", "application/json");
        let answer = request.body(finding.to_string()).send().await?;
        let status = answer.status();
        if !status.is_success() {
            bail!("the app refused the finding: {status} {}", answer.text().await.unwrap_or_default());
        }
        Ok(())
    }

    /// Runs another command of the app on the same data.
    pub async fn run(&self, arguments: &[&str]) -> Result<Output> {
        let mut command = command(&self.program, &self.data);
        command.args(arguments).stdin(Stdio::null());
        command.output().await.with_context(|| format!("cannot run {} {}", self.program.display(), arguments.join(" ")))
    }

    /// The end of its log.
    pub fn last_words(&self) -> String {
        let log = std::fs::read_to_string(self.data.join("serve.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines.get(lines.len().saturating_sub(30)..).unwrap_or_default().join("\n")
    }

    /// Asks it to stop and waits for its end.
    pub async fn stop(mut self) -> Result<()> {
        if let Some(id) = self.child.id() {
            Command::new("kill").args(["-TERM", &id.to_string()]).status().await?;
        }
        match tokio::time::timeout(Duration::from_secs(40), self.child.wait()).await {
            Ok(ended) => ended.map(drop).map_err(Into::into),
            Err(_) => bail!("the app did not stop within 40 seconds of SIGTERM"),
        }
    }
}

/// A command of the app that sees the demo's settings and none of the caller's.
fn command(program: &Path, data: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("REMEDIATE_") {
            command.env_remove(name);
        }
    }
    command.env("NO_COLOR", "1").env("REMEDIATE_SETTINGS", data.join("remediate.toml"));
    command
}

fn settings(data: &Path, sandbox: &Sandbox, app: &AppHandle, address: &str) -> String {
    let quoted = |path: &Path| toml_text(&path.to_string_lossy());
    format!(
        "data = {}\n\n[server]\nlisten = \"{address}\"\npublic_url = \"http://{address}\"\n\n\
         [github]\napi_url = \"{url}\"\nweb_url = \"{url}\"\napp_id = {}\nprivate_key_file = {}\nwebhook_secret_file = {}\n\n\
         [sources.{SOURCE}]\ntoken_file = {}\n",
        quoted(data),
        app.id(),
        quoted(&data.join("app.pem")),
        quoted(&data.join("webhook.secret")),
        quoted(&data.join("source.token")),
        url = sandbox.url()
    )
}

fn toml_text(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A port nobody uses now. The app must know its address before it starts, because webhooks are sent there.
async fn free_address() -> Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    Ok(listener.local_addr()?.to_string())
}

fn private_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    set_mode(folder, 0o700)
}

fn write_private(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    set_mode(path, 0o600)
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?)
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) -> Result<()> {
    Ok(())
}
