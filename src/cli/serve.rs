//! `remediate serve`: the bot.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use chrono::Utc;
use clap::Args;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::start::{SettingsOptions, database_url, endpoints, make_private_folder, runtime, settings, start_logging};
use crate::cloud::{AwsAccess, AwsDirectory, OidcIssuer, OidcVerifier, SnsVerifier, StateAccess, StateReader};
use crate::config::{EnrichmentProvider, Secret, Settings};
use crate::flow::{Clock, Line, Precedence, Trees, run_workers, source_problem};
use crate::git::{MirrorOptions, Mirrors};
use crate::github::{AppCredentials, CommitIdentity, Github, Options as GithubOptions};
use crate::rule::Catalogue;
use crate::store::Store;
use crate::web::{Doors, serve};

/// Runs the bot: takes webhooks and findings, opens pull requests and follows them.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    settings: SettingsOptions,
}

/// Runs until SIGTERM or SIGINT, then drains. Exit code 2: the bot could not start.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    match settings(&options.settings).and_then(|settings| runtime()?.block_on(run_server(settings))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("remediate serve: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run_server(settings: Settings) -> Result<()> {
    start_logging(&settings.log);
    let metrics = PrometheusBuilder::new().install_recorder().context("metrics cannot be started")?;
    let listener =
        TcpListener::bind(&settings.server.listen).await.with_context(|| format!("cannot listen on {}", settings.server.listen))?;
    let address = listener.local_addr()?;
    let secret = settings
        .github
        .webhook_secret
        .as_ref()
        .context("there is no webhook secret; run `remediate setup`, or set github.webhook_secret_file")?;
    let webhook_secret = SecretString::from(secret.expose().to_owned());
    let line = Arc::new(line(settings).await?);
    let doors = Arc::new(doors(&line, webhook_secret, metrics)?);
    let (stop, stopped) = watch::channel(false);
    let workers = tokio::spawn(run_workers(line.clone(), stopped.clone()));
    tracing::info!(%address, app = line.app.slug, database = line.store.kind(), "listening");
    tokio::spawn(async move {
        stop_signal().await;
        tracing::info!("asked to stop; finishing what runs");
        let _ = stop.send(true);
    });
    let mut until = stopped.clone();
    serve(listener, doors, async move {
        let _ = until.wait_for(|stop| *stop).await;
    })
    .await?;
    workers.await?;
    line.store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Puts the doors together.
///
/// # Errors
/// When no HTTP client can be made.
pub fn doors(line: &Line, webhook_secret: SecretString, metrics: PrometheusHandle) -> Result<Doors> {
    // What is fetched to check a signature must come from where the signature's rules say: no redirects.
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(Duration::from_secs(10)).build()?;
    Ok(Doors {
        settings: line.settings.clone(),
        store: line.store.clone(),
        webhook_secret,
        sns: SnsVerifier::new(http.clone(), None),
        google: OidcIssuer::google().map(|issuer| OidcVerifier::new(http.clone(), issuer)),
        actions: OidcIssuer::github_actions(line.github.endpoints().web()).map(|issuer| OidcVerifier::new(http, issuer)),
        metrics,
        draining: false.into(),
    })
}

/// Puts the line together; asks GitHub who we are, which proves the credentials.
///
/// # Errors
/// A data folder, database, rule or credential that does not work, with what to do about it.
pub async fn line(settings: Settings) -> Result<Line> {
    if let Some((name, problem)) = settings.sources.iter().find_map(|(name, source)| Some((name, source_problem(source)?))) {
        anyhow::bail!("sources.{name}: {problem}");
    }
    make_private_folder(Path::new(&settings.data)).with_context(|| format!("cannot make the data folder {}", settings.data))?;
    let store = Store::open(&database_url(&settings), Utc::now()).await?;
    let mirrors = Mirrors::open(Path::new(&settings.data).join("mirrors"), MirrorOptions::default())?;
    let catalogue = Arc::new(catalogue(&settings)?);
    let github = github(&settings)?;
    let app = github.app().await.context("GitHub does not accept the App's credentials; run `remediate doctor`")?;
    let bot = app.bot_login();
    let identity = match (&settings.commit.name, &settings.commit.email) {
        (Some(name), Some(email)) => CommitIdentity { name: name.clone(), email: email.clone() },
        _ => CommitIdentity::of_bot(&app.slug, bot_id(&github, &bot).await),
    };
    // Redirects are not followed: what is sent carries a token for the configured host only.
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let aws = AwsAccess::new(http.clone());
    let directory = directory(&settings, &aws).await;
    let states = state_reader(&settings, &aws).await?;
    let (precedence, trees) = (Precedence::default(), Trees::default());
    let (settings, clock) = (Arc::new(settings), Clock::default());
    Ok(Line { settings, store, github, app, identity, mirrors, catalogue, http, aws, directory, states, precedence, trees, clock })
}

/// Where tags and accounts are asked for, if the settings say so.
async fn directory(settings: &Settings, aws: &AwsAccess) -> Option<AwsDirectory> {
    let enrichment = &settings.enrichment;
    if enrichment.provider != EnrichmentProvider::Aws {
        return None;
    }
    let named = enrichment.account_owner_tags.clone();
    let owner_tags = if named.is_empty() { vec!["owner".into(), "team".into()] } else { named };
    Some(AwsDirectory::new(aws.caller(enrichment.role.as_deref()).await, owner_tags))
}

/// What reads Terraform states, if any is to be read.
async fn state_reader(settings: &Settings, aws: &AwsAccess) -> Result<Option<StateReader>> {
    let state = &settings.state;
    if !state.is_used() {
        return Ok(None);
    }
    // A token must not follow a redirection to another host.
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).connect_timeout(Duration::from_secs(10)).build()?;
    let s3 = state.backends.iter().any(|kind| kind == "s3") || state.sources.values().any(|source| source.backend_kind() == "s3");
    let aws = if s3 { Some(aws.caller(state.role.as_deref()).await) } else { None };
    let secret = |secret: &Option<Secret>| secret.as_ref().map(|secret| SecretString::from(secret.expose().to_owned()));
    let access = StateAccess {
        gcs_token: secret(&state.gcs_token),
        azure_token: secret(&state.azure_token),
        terraform_cloud_token: secret(&state.terraform_cloud_token),
        http_user: state.http_user.clone().zip(secret(&state.http_password)),
        gcs_base: None,
    };
    Ok(Some(StateReader::new(http, aws, access)))
}

/// The bot account's id, for its no-reply address. Any installation may ask; without one the App's id has to do.
async fn bot_id(github: &Github, bot: &str) -> u64 {
    let Ok(installations) = github.installations().await else { return 0 };
    for installation in installations.iter().filter(|installation| installation.suspended_at.is_none()) {
        if let Ok(Some(account)) = github.installation(installation.id).account(bot).await {
            return account.id;
        }
    }
    0
}

/// The client for the App.
pub(super) fn github(settings: &Settings) -> Result<Github> {
    let id = settings.github.app_id.context("there is no GitHub App id; run `remediate setup`, or set github.app_id")?;
    let key =
        settings.github.private_key.as_ref().context("there is no private key; run `remediate setup`, or set github.private_key_file")?;
    let credentials = AppCredentials::new(id.to_string(), &SecretString::from(key.expose().to_owned()))?;
    Ok(Github::new(credentials, endpoints(settings)?, &GithubOptions::default())?)
}

/// The built-in rules with the operator's own over them.
fn catalogue(settings: &Settings) -> Result<Catalogue> {
    let built_in = Catalogue::built_in();
    let Some(folder) = &settings.rules.overlay else { return Ok(built_in) };
    let mut files = Vec::new();
    read_rules(Path::new(folder), Path::new(folder), &mut files).with_context(|| format!("cannot read the rules in {folder}"))?;
    let (catalogue, problems) = built_in.with_overlay(&files);
    if let Some(problem) = problems.first() {
        anyhow::bail!("rules.overlay: {problem} ({} problems in all; see `remediate rules check`)", problems.len());
    }
    Ok(catalogue)
}

fn read_rules(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() {
            read_rules(root, &path, files)?;
        } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "hcl") {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            files.push((name, std::fs::read_to_string(&path)?));
        }
    }
    files.sort();
    Ok(())
}

/// SIGTERM or SIGINT.
async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
